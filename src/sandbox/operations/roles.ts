/**
 * The operations on teams and roles.
 */
import * as Either from "effect/Either"
import * as entities from "../entities/callLogGoalTeamRole.js"
import { user } from "../entities/user.js"
import { type Call, pagingParameters as everyPage, type Handler, type Handlers, withParameters } from "../http/call.js"
import { json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import * as engine from "../model/engine.js"
import * as kinds from "../model/kinds.js"
import { isRecord, list } from "../model/view.js"
import { all, get, put, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

// -----------------------------------------------------------------------------
// teams
// -----------------------------------------------------------------------------

const noTeam = (call: Call) => json(404, { success: false, error: `Team ${String(call.path.id)} does not exist` })

const findTeam = (call: Call): engine.Outcome<Row> =>
  Either.mapLeft(crud.find(entities.team, call.path.id, call), () => noTeam(call))

const sentUsers = (call: Call): ReadonlyArray<unknown> =>
  (Array.isArray(call.body.users) ? call.body.users : [call.body.users]).map(Number)

const updateMembers =
  (combine: (current: ReadonlyArray<unknown>, sent: ReadonlyArray<unknown>) => ReadonlyArray<unknown>): Handler =>
  (call) =>
    Either.gen(function* () {
      const row = yield* findTeam(call)
      const users = combine(list(row, "users"), sentUsers(call))
      const changed = yield* engine.change(entities.team, row, { users }, call.view, "v1")
      return json(200, { success: true, data: list(changed, "users") })
    })

// -----------------------------------------------------------------------------
// roles
// -----------------------------------------------------------------------------

const idOnly =
  (handler: Handler): Handler =>
  (call) =>
    Either.map(handler(call), (answer) => {
      const data = answer.body._tag === "Json" && isRecord(answer.body.value) ? answer.body.value.data : undefined
      return json(200, { success: true, data: { id: isRecord(data) ? data.id : undefined } })
    })

const assignment = (one: Row, row: Row) => ({
  user_id: one.id,
  role_id: row.id,
  parent_role_id: row.parent_role_id,
  name: row.name,
  active_flag: true,
  type: "1"
})

/** A page of rows that are not in a table. */
export const pageOf = (items: ReadonlyArray<unknown>, call: Call) => {
  const rows = items.map((_, id): Row => ({ id }))
  const page = paging.byOffset({ rows }, call.query, 500)
  return json(200, {
    success: true,
    data: page.rows.map((row) => items[Number(row.id)]),
    additional_data: { pagination: page.pagination }
  })
}

const assignments = withParameters(everyPage, (call) =>
  Either.map(crud.find(entities.role, call.path.id, call), (row) =>
    pageOf(
      where(call.view.world, "user", "role_id", row.id).map((one) => assignment(one, row)),
      call
    )
  )
)

const assign =
  (to: (row: Row) => unknown, answer: (userId: unknown, row: Row) => unknown): Handler =>
  (call) =>
    Either.gen(function* () {
      const row = yield* crud.findLive(entities.role, call.path.id, call)
      const one = yield* crud.find(user, Number(call.body.user_id), call)
      yield* engine.change(user, one, { role_id: to(row) }, call.view, "v1")
      return json(200, { success: true, data: answer(one.id, row) })
    })

const roleOf = (call: Call): engine.Outcome<readonly [one: Row, row: Row | undefined]> =>
  Either.map(crud.find(user, call.path.id, call), (one) => [one, get(call.view.world, "role", one.role_id)] as const)

const setSetting: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(entities.role, call.path.id, call)
    const patch = { [String(call.body.setting_key)]: Number(call.body.value) }
    const current = isRecord(row.settings) ? row.settings : {}
    put(call.view.world, "role", { ...row, settings: { ...current, ...patch } })
    return json(200, { success: true, data: { id: row.id, ...patch } })
  })

const setPipelines: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(entities.role, call.path.id, call)
    const visible = isRecord(call.body.visible_pipeline_ids) ? call.body.visible_pipeline_ids : {}
    const hidden = new Set(entities.hiddenPipelines(row))
    for (const [id, isVisible] of Object.entries(visible)) {
      if (isVisible === true) hidden.delete(Number(id))
      else hidden.add(Number(id))
    }
    const next = { ...row, hidden_pipelines: Array.from(hidden) }
    put(call.view.world, "role", next)
    return pipelinesOf(next, call, true)
  })

const pipelinesOf = (row: Row, call: Call, visible: boolean) => {
  const hidden = entities.hiddenPipelines(row)
  const ids = Array.from(all(call.view.world, "pipeline"))
    .filter((one) => one.is_deleted !== true && hidden.includes(one.id) !== visible)
    .map((one) => one.id)
  return json(200, { success: true, data: { pipeline_ids: ids, visible } })
}

/** A team, without its members on request. */
const shownTeam = (row: Row, call: Call) => {
  const { users, ...shown } = engine.showV1(entities.team, row, call.view, "list")
  return kinds.flag.fromV1(call.query.skip_users) === true ? shown : { ...shown, users }
}

const teams: crud.ListOptions = {
  unpaged: () => ({}),
  shape: shownTeam,
  orderBy: "order_by",
  parameters: ["skip_users", "order_by"]
}

/** Handlers by version and official name. */
export const roleHandlers: Handlers = {
  "v1.getTeams": crud.list(entities.team, teams),
  "v1.addTeam": crud.add(entities.team, 200),
  "v1.getTeam": withParameters(["skip_users"], (call) =>
    Either.map(findTeam(call), (row) => json(200, { success: true, data: shownTeam(row, call) }))
  ),
  "v1.updateTeam": (call) => Either.flatMap(findTeam(call), () => crud.update(entities.team)(call)),
  "v1.getTeamUsers": (call) =>
    Either.map(findTeam(call), (row) => json(200, { success: true, data: list(row, "users") })),
  "v1.addTeamUser": updateMembers((current, sent) => Array.from(new Set([...current, ...sent]))),
  "v1.deleteTeamUser": updateMembers((current, sent) => current.filter((id) => !sent.includes(id))),
  "v1.getUserTeams": crud.list(entities.team, {
    ...teams,
    which: (row, call) => list(row, "users").includes(call.path.id)
  }),

  "v1.getRoles": crud.list(entities.role),
  "v1.addRole": idOnly(crud.add(entities.role, 200)),
  "v1.getRole": crud.get(entities.role),
  "v1.updateRole": idOnly(crud.update(entities.role)),
  "v1.deleteRole": crud.remove(entities.role),
  "v1.getRoleAssignments": assignments,
  "v1.addRoleAssignment": assign(
    (row) => row.id,
    (user_id, row) => ({ user_id, role_id: row.id })
  ),
  "v1.deleteRoleAssignment": assign(
    () => 1,
    (_, row) => ({ id: row.id })
  ),
  "v1.getRoleSettings": (call) =>
    Either.map(crud.find(entities.role, call.path.id, call), (row) =>
      json(200, { success: true, data: entities.settingsOf(row) })
    ),
  "v1.addOrUpdateRoleSetting": setSetting,
  "v1.getRolePipelines": withParameters(["visible"], (call) =>
    Either.map(crud.find(entities.role, call.path.id, call), (row) =>
      pipelinesOf(row, call, kinds.flag.fromV1(call.query.visible ?? true) !== false)
    )
  ),
  "v1.updateRolePipelines": setPipelines,
  "v1.getUserRoleAssignments": withParameters(everyPage, (call) =>
    Either.map(roleOf(call), ([one, row]) => pageOf(row === undefined ? [] : [assignment(one, row)], call))
  ),
  "v1.getUserRoleSettings": (call) =>
    Either.map(roleOf(call), ([, row]) => json(200, { success: true, data: entities.settingsOf(row ?? { id: 0 }) }))
}
