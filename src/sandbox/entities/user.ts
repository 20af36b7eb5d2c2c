/**
 * Users, which only v1 has.
 */
import * as Either from "effect/Either"
import { json } from "../http/messages.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { text, type View } from "../model/view.js"
import * as common from "./common.js"
import { access } from "./permission.js"

const offset = "+00:00"

/** A user. */
export const user: Entity = {
  name: "user",
  label: "User",
  fields: {
    id: common.id,
    name: { kind: kinds.text, initial: () => "New user" },
    email: { kind: kinds.text, required: "Email must be given." },
    lang: { kind: kinds.integer, initial: () => 1 },
    locale: { kind: kinds.text, initial: () => "en_US" },
    timezone_name: { kind: kinds.text, initial: () => "Etc/UTC" },
    timezone_offset: { kind: kinds.text, initial: () => offset },
    default_currency: { kind: kinds.text, initial: () => "USD" },
    icon_url: common.plainText,
    active_flag: { kind: kinds.flag, initial: () => true, cleared: true },
    is_deleted: { kind: kinds.flag, initial: () => false, readOnly: true },
    is_admin: { kind: kinds.bit, initial: () => false },
    role_id: { kind: kinds.integer, initial: () => 1 },
    created: { ...common.addTime, readOnly: true },
    has_created_company: { kind: kinds.flag, initial: () => false, readOnly: true },
    access: { kind: kinds.array, initial: () => access(false) },
    phone: common.plainText,
    modified: { kind: kinds.time, initial: (view: View) => view.now, readOnly: true },
    last_login: { kind: kinds.time, initial: (view: View) => view.now, readOnly: true }
  },
  v1: { is_you: (row, view) => row.id === view.caller.id },
  beforeCommit: ({ after, before, given, view }) => {
    if (before !== undefined) after.modified = view.now
    if (!given.has("access") && before === undefined) after.access = access(after.is_admin === true)
    if (before === undefined && !given.has("name")) after.name = text(after, "email").split("@")[0] || "New user"
    return Either.void
  },
  v1AdditionalData: {
    list: (_, view) => ({ company_id: view.world.company.id }),
    get: (_, view) => ({ company_id: view.world.company.id })
  },
  v1NotFound: json(404, { success: false, error: "User not found or not accessible." })
}
