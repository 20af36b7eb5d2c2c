/**
 * The operations on call logs, relations between organizations, goals and pictures.
 */
import * as Either from "effect/Either"
import * as entities from "../entities/callLogGoalTeamRole.js"
import { organization, person } from "../entities/contact.js"
import { type Call, type Handler, type Handlers, pagingParameters, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import * as references from "../model/references.js"
import { isRecord, list, num, text, v1Time } from "../model/view.js"
import { all, get, nextId, put, type Row, remove as removeRow, where } from "../model/world.js"
import * as crud from "./crud.js"

const succeeded = json(200, { success: true })

// -----------------------------------------------------------------------------
// call logs
// -----------------------------------------------------------------------------

const addRecording: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.find(entities.callLog, call.path.id, call)
    if (row.has_recording === true)
      return yield* Either.left(errorResponses.v1(409, "A recording for this call already exists"))
    if (!(call.body.file instanceof Blob))
      return yield* Either.left(errorResponses.v1(400, "No files were provided with the request."))
    put(call.view.world, "callLog", { ...row, has_recording: true })
    return succeeded
  })

const removeCallLog: Handler = (call) =>
  Either.map(crud.find(entities.callLog, call.path.id, call), (row) => {
    engine.remove(entities.callLog, row, call.view)
    return succeeded
  })

// -----------------------------------------------------------------------------
// relations
// -----------------------------------------------------------------------------

/** The relation of the other organization to the given one. */
const relationshipFrom = (row: Row, id: unknown, call: Call): Readonly<Record<string, unknown>> => {
  const owns = row.rel_owner_org_id === id
  const other = owns ? row.rel_linked_org_id : row.rel_owner_org_id
  return {
    ...engine.showV1(entities.relationship, row, call.view, "list"),
    related_organization_name: text(get(call.view.world, "organization", other), "name"),
    calculated_type: row.type === "related" ? "related" : owns ? "daughter" : "parent",
    calculated_related_org_id: other
  }
}

const relations = withParameters(["org_id", ...pagingParameters], (call) =>
  Either.flatMap(crud.find(organization, call.query.org_id, call), ({ id }) =>
    crud.list(entities.relationship, {
      which: (row) => row.rel_owner_org_id === id || row.rel_linked_org_id === id,
      shape: (row) => relationshipFrom(row, id, call)
    })({ ...call, query: { start: call.query.start, limit: call.query.limit } })
  )
)

const relation = withParameters(["org_id"], (call) =>
  Either.map(crud.find(entities.relationship, call.path.id, call), (row) => {
    const id = call.query.org_id
    if (id === undefined) return crud.rowResponse(entities.relationship, row, call, "get")
    const related = engine.relatedObjects(entities.relationship, [row], call.view)
    const { related_organization_name: _, ...data } = relationshipFrom(row, id, call)
    return json(200, { success: true, data, ...(related === undefined ? {} : { related_objects: related }) })
  })
)

// -----------------------------------------------------------------------------
// goals
// -----------------------------------------------------------------------------

const goalsApi = (data?: unknown) =>
  json(200, {
    success: true,
    statusCode: 20_000,
    statusText: "OK",
    service: "statistics-goals-api",
    ...(data === undefined ? {} : { data })
  })

const showGoal = (row: Row, call: Call) => engine.showV1(entities.goal, row, call.view, "get")

const writeGoal =
  (handler: Handler): Handler =>
  (call) =>
    Either.map(handler(call), (answer) =>
      answer.body._tag === "Json" && isRecord(answer.body.value) ? goalsApi({ goal: answer.body.value.data }) : answer
    )

/** The value in a goal at a dotted name of the query. */
const valueAtPath = (row: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), row)

/** With one of these parameters all users' goals are searched, otherwise only the caller's own. */
const filtersForAllUsers = [
  "assignee.id",
  "assignee.type",
  "type.name",
  "type.params.pipeline_id",
  "type.params.stage_id",
  "type.params.activity_type_id",
  "expected_outcome.target",
  "expected_outcome.tracking_metric",
  "expected_outcome.currency_id"
]

const goals = withParameters([...filtersForAllUsers, "title", "is_active"], (call) => {
  const set = Object.entries(call.query).filter(([, value]) => value !== undefined && value !== "")
  const own = set.some(([name]) => filtersForAllUsers.includes(name))
    ? {}
    : { "assignee.type": "person", "assignee.id": call.view.caller.id }
  const wanted = Object.entries({ is_active: true, ...own, ...Object.fromEntries(set) })
  const found = Array.from(all(call.view.world, "goal")).filter((row) =>
    wanted.every(([name, value]) => {
      const has = valueAtPath(row, name)
      const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
      return Array.isArray(has)
        ? values.every((one) => has.map(String).includes(String(one)))
        : String(has) === String(value)
    })
  )
  return Either.right(goalsApi({ goals: found.map((row) => showGoal(row, call)) }))
})

/** The users that count for a goal: one, a team's, or all. */
const isAssigned = (row: Row, call: Call): ((id: unknown) => boolean) => {
  const id = valueAtPath(row, "assignee.id")
  if (valueAtPath(row, "assignee.type") === "person") return (user) => user === id
  const team = valueAtPath(row, "assignee.type") === "team" ? get(call.view.world, "team", id) : undefined
  return team === undefined ? () => true : (user) => list(team, "users").includes(user)
}

/** Whether a value passes a filter of the goal; an absent or empty list passes all. */
const matchesParameter = (row: Row, parameter: string, value: unknown): boolean => {
  const wanted = valueAtPath(row, `type.params.${parameter}`)
  return !Array.isArray(wanted) || wanted.length === 0 || wanted.includes(value)
}

/** The progress of a goal in a period: a count or a sum. */
const measureProgress = (row: Row, call: Call): number => {
  const kind = String(valueAtPath(row, "type.name") ?? "")
  const [from, to] = [String(call.query["period.start"]), String(call.query["period.end"])]
  const inPeriod = (time: string): boolean => time.slice(0, 10) >= from && time.slice(0, 10) <= to
  const { world } = call.view
  const isCounted = isAssigned(row, call)
  const liveRows = (table: string): ReadonlyArray<Row> =>
    Array.from(all(world, table)).filter((one) => one.is_deleted !== true && isCounted(one.owner_id))
  if (kind.startsWith("activities")) {
    const field = kind === "activities_completed" ? "marked_as_done_time" : "add_time"
    const typeId = (one: Row): unknown => where(world, "activityType", "key_string", one.type)[0]?.id
    return liveRows("activity").filter(
      (one) => inPeriod(text(one, field)) && matchesParameter(row, "activity_type_id", typeId(one))
    ).length
  }
  const stage = valueAtPath(row, "type.params.stage_id")
  const entered = new Set(
    world.log.flatMap(({ after, before, id, table, time }) =>
      table === "deal" &&
      before !== undefined &&
      before.stage_id !== stage &&
      after.stage_id === stage &&
      inPeriod(time)
        ? [id]
        : []
    )
  )
  const isDone = (one: Row): boolean =>
    kind === "deals_progressed"
      ? entered.has(one.id)
      : inPeriod(text(one, kind === "deals_won" ? "won_time" : "add_time"))
  const deals = liveRows("deal").filter((one) => isDone(one) && matchesParameter(row, "pipeline_id", one.pipeline_id))
  if (valueAtPath(row, "expected_outcome.tracking_metric") !== "sum") return deals.length
  // amounts are not converted: those in other currencies do not count
  const currency = get(world, "currency", valueAtPath(row, "expected_outcome.currency_id"))
  return deals.reduce((sum, one) => (one.currency === currency?.code ? sum + num(one, "value") : sum), 0)
}

// -----------------------------------------------------------------------------
// pictures
// -----------------------------------------------------------------------------

const pictureOf = (id: unknown, call: Call): Row | undefined => where(call.view.world, "picture", "item_id", id)[0]

const addPicture: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(person, call.path.id, call)
    const file = call.body.file
    if (!(file instanceof Blob))
      return yield* Either.left(errorResponses.v1(400, "No files were provided with the request."))
    const { view } = call
    const picture: Row = {
      id: pictureOf(row.id, call)?.id ?? nextId(view.world, "picture"),
      item_type: "person",
      item_id: row.id,
      file_size: file.size,
      added_by_user_id: view.caller.id,
      add_time: view.now
    }
    put(view.world, "picture", picture)
    yield* engine.change(person, row, { picture_id: picture.id }, view, "v1")
    return json(200, {
      success: true,
      data: {
        id: picture.id,
        item_type: "person",
        item_id: row.id,
        active_flag: true,
        add_time: v1Time(view.now),
        update_time: "0000-00-00 00:00:00",
        added_by_user_id: view.caller.id,
        pictures: references.pictureUrls(picture.id, call.view)
      }
    })
  })

const findPicture = (call: Call): engine.Outcome<readonly [person: Row, picture: Row]> =>
  Either.flatMap(crud.find(person, call.path.id, call), (row) => {
    const picture = pictureOf(row.id, call)
    return picture === undefined
      ? Either.left(errorResponses.inVersion(call.endpoint.version, 404, "Picture not found"))
      : Either.right([row, picture] as const)
  })

/** Handlers by version and official name. */
export const callLogAndGoalHandlers: Handlers = {
  "v1.getUserCallLogs": crud.list(entities.callLog, { which: (row, call) => row.user_id === call.view.caller.id }),
  "v1.addCallLog": crud.add(entities.callLog, 200),
  "v1.getCallLog": crud.get(entities.callLog),
  "v1.deleteCallLog": removeCallLog,
  "v1.addCallLogAudioFile": addRecording,

  "v1.getOrganizationRelationships": relations,
  "v1.addOrganizationRelationship": crud.add(entities.relationship, 200),
  "v1.getOrganizationRelationship": relation,
  "v1.updateOrganizationRelationship": crud.update(entities.relationship),
  "v1.deleteOrganizationRelationship": crud.remove(entities.relationship),

  "v1.getGoals": goals,
  "v1.addGoal": writeGoal(crud.add(entities.goal, 200)),
  "v1.updateGoal": writeGoal(crud.update(entities.goal)),
  "v1.deleteGoal": (call) => Either.map(crud.remove(entities.goal)(call), () => goalsApi()),
  "v1.getGoalResult": withParameters(["period.start", "period.end"], (call) =>
    Either.map(crud.find(entities.goal, call.path.id, call), (row) =>
      goalsApi({ goal: showGoal(row, call), progress: measureProgress(row, call) })
    )
  ),

  "v1.addPersonPicture": addPicture,
  "v1.deletePersonPicture": (call) =>
    Either.gen(function* () {
      const [row, picture] = yield* findPicture(call)
      removeRow(call.view.world, "picture", picture.id)
      yield* engine.change(person, row, { picture_id: null }, call.view, "v1")
      return json(200, { success: true, data: { id: picture.id } })
    }),
  "v2.getPersonPicture": (call) =>
    Either.map(findPicture(call), ([row, picture]) =>
      json(200, {
        success: true,
        data: {
          id: picture.id,
          item_type: "person",
          item_id: row.id,
          added_by_user_id: picture.added_by_user_id,
          active_flag: true,
          file_size: picture.file_size,
          pictures: references.pictureUrls(picture.id, call.view)
        }
      })
    )
}
