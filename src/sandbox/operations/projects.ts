/**
 * The operations on projects, tasks, boards, phases and templates.
 */
import * as Either from "effect/Either"
import { activity } from "../entities/activity.js"
import { board, phase, project, task, template } from "../entities/project.js"
import { type Call, type Handler, type Handlers, pagingParameters, withParameters } from "../http/call.js"
import { json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as searching from "../model/search.js"
import { list, splitWords } from "../model/view.js"
import { all, put, type Row, where } from "../model/world.js"
import { showWithIds } from "./core.js"
import * as crud from "./crud.js"

/** Deleted projects are listed on request by `status`. */
const isListed = (row: Row, call: Call): boolean =>
  row.is_deleted !== true || splitWords(call.query.status)?.includes("deleted") === true

const isOpen = (row: Row, call: Call): boolean => row.archive_time === null && isListed(row, call)
const isArchived = (row: Row, call: Call): boolean => row.archive_time !== null && isListed(row, call)

const unpaged: crud.ListOptions = { unpaged: () => ({ additional_data: null }) }

/** v1 lists archived projects on request. */
const v1Projects = (row: Row, call: Call): boolean =>
  isListed(row, call) && (row.archive_time === null || kinds.flag.fromV1(call.query.include_archived) === true)

const archive: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(project, call.path.id, call)
    const archived = { archive_time: call.view.now }
    const changed = yield* engine.change(project, row, archived, call.view, call.endpoint.version)
    return crud.rowResponse(project, changed, call, "update")
  })

const add =
  (entity: Entity, status: number): Handler =>
  (call) => {
    // the contents of templates are not stored
    const { template_id: _, ...body } = call.body
    return crud.add(entity, status)({ ...call, body })
  }

const changelog = withParameters(pagingParameters, (call) =>
  Either.flatMap(crud.find(project, call.path.id, call), (row) => {
    const data = call.view.world.log
      .filter((change) => change.table === "project" && change.id === row.id && change.action === "change")
      .map(({ after, before, time, userId }) => {
        const keys = Object.keys(after).filter(
          (key) => key !== "update_time" && JSON.stringify(after[key] ?? null) !== JSON.stringify(before?.[key] ?? null)
        )
        const pick = (from: Row | undefined) => Object.fromEntries(keys.map((key) => [key, from?.[key] ?? null]))
        return {
          change_source: "api",
          change_source_user_agent: null,
          time,
          new_values: pick(after),
          old_values: pick(before),
          actor_user_id: userId
        }
      })
    data.reverse()
    const rows = data.map((_, id): Row => ({ id }))
    return Either.map(paging.byCursor({ rows }, call, paging.byId, call.endpoint.pagination?.maximum ?? 500), (page) =>
      json(200, {
        success: true,
        data: page.rows.map(({ id }) => data[Number(id)]),
        additional_data: { next_cursor: page.next }
      })
    )
  })
)

// -----------------------------------------------------------------------------
// plans
// -----------------------------------------------------------------------------

const tasksOf = (row: Row, call: Call): ReadonlyArray<Row> =>
  where(call.view.world, "task", "project_id", row.id).filter((one) => one.is_deleted !== true)

const activitiesOf = (row: Row, call: Call): ReadonlyArray<Row> =>
  where(call.view.world, "activity", "project_id", row.id).filter((one) => one.is_deleted !== true)

const planItem = (type: string, one: Row, row: Row) => ({
  item_id: one.id,
  item_type: type,
  phase_id: one.plan_phase_id ?? row.phase_id,
  ...(one.plan_group_id === undefined ? {} : { group_id: one.plan_group_id })
})

const plan: Handler = (call) =>
  Either.map(crud.find(project, call.path.id, call), (row) =>
    json(200, {
      success: true,
      data: [
        ...tasksOf(row, call).map((one) => planItem("task", one, row)),
        ...activitiesOf(row, call).map((one) => planItem("activity", one, row))
      ],
      additional_data: null
    })
  )

const updatePlanItem =
  (entity: Entity, param: string): Handler =>
  (call) =>
    Either.gen(function* () {
      const row = yield* crud.find(project, call.path.id, call)
      const one = yield* crud.findLive(entity, call.path[param], call)
      const next: Row = {
        ...one,
        ...(call.body.phase_id === undefined ? {} : { plan_phase_id: call.body.phase_id }),
        ...(call.body.group_id === undefined ? {} : { plan_group_id: call.body.group_id })
      }
      put(call.view.world, entity.name, next)
      return json(200, { success: true, data: planItem(entity.name, next, row), additional_data: null })
    })

const onePage = { additional_data: { next_cursor: null } }

/** v1 has the old form of activities here, and no related objects. */
const projectActivities: Handler = (call) =>
  Either.map(crud.find(project, call.path.id, call), (row) =>
    json(200, {
      success: true,
      data: activitiesOf(row, call).map((one) => ({ ...showWithIds(activity)(one, call), project_id: row.id })),
      ...onePage
    })
  )

const projectTasks: Handler = (call) =>
  Either.map(crud.find(project, call.path.id, call), (row) =>
    json(200, { success: true, data: tasksOf(row, call).map((one) => crud.show(task, one, call, "list")), ...onePage })
  )

const permittedUsers: Handler = (call) =>
  Either.map(crud.find(project, call.path.id, call), () =>
    json(200, { success: true, data: Array.from(all(call.view.world, "user"), (row) => row.id) })
  )

const matches = (row: Row, call: Call): boolean =>
  (call.query.person_id === undefined || list(row, "person_ids").includes(call.query.person_id)) &&
  (call.query.organization_id === undefined || list(row, "org_ids").includes(call.query.organization_id))

const crudHandlers = (version: "v1" | "v2", noun: string, entity: Entity, status: number): Handlers => ({
  [`${version}.add${noun}`]: add(entity, status),
  [`${version}.get${noun}`]: crud.get(entity),
  [`${version}.update${noun}`]: crud.update(entity),
  [`${version}.delete${noun}`]: crud.remove(entity)
})

const inBothVersions = (f: (version: "v1" | "v2") => Handlers): Handlers => ({ ...f("v1"), ...f("v2") })

/** Handlers by version and official name. */
export const projectHandlers: Handlers = {
  ...inBothVersions((version) => ({
    ...crudHandlers(version, "Project", project, 201),
    ...crudHandlers(version, "Task", task, 201),
    [`${version}.deleteTask`]: crud.remove(task, { additional_data: null }),
    [`${version}.archiveProject`]: archive,
    [`${version}.getProjectsBoards`]: crud.list(board, unpaged),
    [`${version}.getProjectsBoard`]: crud.get(board),
    [`${version}.getProjectsPhases`]: crud.list(phase, unpaged),
    [`${version}.getProjectsPhase`]: crud.get(phase),
    [`${version}.getProjectTemplates`]: crud.list(template, { cursor: true }),
    [`${version}.getProjectTemplate`]: crud.get(template)
  })),
  "v2.getProjects": crud.list(project, { which: isOpen }),
  "v2.getArchivedProjects": crud.list(project, { which: isArchived }),
  "v2.getTasks": crud.list(task),
  "v2.addProjectBoard": crud.add(board, 200),
  "v2.updateProjectBoard": crud.update(board),
  "v2.deleteProjectBoard": crud.remove(board),
  "v2.addProjectPhase": crud.add(phase, 200),
  "v2.updateProjectPhase": crud.update(phase),
  "v2.deleteProjectPhase": crud.remove(phase),
  "v2.searchProjects": searching.search(project, matches, ["person_id", "organization_id"]),
  "v2.getProjectChangelog": changelog,
  "v2.getProjectUsers": permittedUsers,
  "v1.deleteProject": crud.remove(project, { additional_data: null }),
  "v1.getProjects": crud.list(project, { cursor: true, which: v1Projects, parameters: ["include_archived"] }),
  "v1.getTasks": crud.list(task, { cursor: true }),
  "v1.getProjectPlan": plan,
  "v1.putProjectPlanActivity": updatePlanItem(activity, "activity_id"),
  "v1.putProjectPlanTask": updatePlanItem(task, "task_id"),
  "v1.getProjectTasks": projectTasks,
  "v1.getProjectActivities": projectActivities
}
