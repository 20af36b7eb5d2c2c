/**
 * Permissions and settings of users.
 */
import * as Either from "effect/Either"
import { hasPermissionSet, permissionSets, permissionsOf } from "../entities/permission.js"
import { user } from "../entities/user.js"
import { type Call, pagingParameters as everyPage, type Handlers, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import type { Outcome } from "../model/engine.js"
import { all } from "../model/world.js"
import * as crud from "./crud.js"
import { pageOf } from "./roles.js"

type PermissionSet = (typeof permissionSets)[number]

const usersWith = (call: Call, id: string) =>
  Array.from(all(call.view.world, "user")).filter((row) => hasPermissionSet(row, id))

const showPermissionSet = ({ contents, ...one }: PermissionSet, call: Call) => ({
  ...one,
  assignment_count: usersWith(call, one.id).length
})

const find = (call: Call): Outcome<PermissionSet> => {
  const found = permissionSets.find(({ id }) => id === call.path.id)
  return found === undefined ? Either.left(errorResponses.v1(404, "Permission set not found")) : Either.right(found)
}

/** Handlers by version and official name. */
export const permissionHandlers: Handlers = {
  "v1.getPermissionSets": withParameters(["app"], (call) => {
    const { app } = call.query
    const data = permissionSets.filter((one) => app === undefined || one.app === app)
    return Either.right(json(200, { success: true, data: data.map((one) => showPermissionSet(one, call)) }))
  }),
  "v1.getPermissionSet": (call) =>
    Either.map(find(call), (one) =>
      json(200, { success: true, data: { ...showPermissionSet(one, call), contents: one.contents } })
    ),
  "v1.getPermissionSetAssignments": withParameters(everyPage, (call) =>
    Either.map(find(call), ({ id, name }) =>
      pageOf(
        usersWith(call, id).map((row) => ({ user_id: row.id, permission_set_id: id, name })),
        call
      )
    )
  ),
  "v1.getUserPermissions": (call) =>
    Either.map(crud.find(user, call.path.id, call), (row) => json(200, { success: true, data: permissionsOf(row) })),
  "v1.getUserSettings": () =>
    Either.right(
      json(200, {
        success: true,
        data: {
          marketplace_team: false,
          list_limit: 100,
          beta_app: false,
          prevent_salesphone_callto_override: false,
          file_upload_destination: "s3",
          callto_link_syntax: "callto:[number]",
          autofill_deal_expected_close_date: false,
          person_duplicate_condition: "name && (org_id || email || phone)"
        }
      })
    )
}
