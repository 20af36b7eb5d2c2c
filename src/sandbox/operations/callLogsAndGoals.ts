/**
 * The operations on call logs, relations between organizations, goals and pictures.
 */
import * as Either from "effect/Either"
import * as office from "../entities/callLogAndGoal.js"
import { organization, person } from "../entities/contact.js"
import { type Call, type Handler, type Handlers, honouring, paged } from "../http/call.js"
import { json } from "../http/messages.js"
import * as refusals from "../http/refusals.js"
import * as engine from "../model/engine.js"
import * as short from "../model/references.js"
import { isRecord, list, num, text, v1Time } from "../model/view.js"
import { all, get, nextId, put, type Row, remove as removeRow, where } from "../model/world.js"
import * as crud from "./crud.js"

const done = json(200, { success: true })

// -----------------------------------------------------------------------------
// call logs
// -----------------------------------------------------------------------------

const record: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.find(office.callLog, call.path.id, call)
    if (row.has_recording === true)
      return yield* Either.left(refusals.v1(409, "A recording for this call already exists"))
    if (!(call.body.file instanceof Blob))
      return yield* Either.left(refusals.v1(400, "No files were provided with the request."))
    put(call.view.world, "callLog", { ...row, has_recording: true })
    return done
  })

const removeCallLog: Handler = (call) =>
  Either.map(crud.find(office.callLog, call.path.id, call), (row) => {
    engine.remove(office.callLog, row, call.view)
    return done
  })

// -----------------------------------------------------------------------------
// relations
// -----------------------------------------------------------------------------

/** How the other one stands to the organization that is asked about. */
const seenFrom = (row: Row, id: unknown, call: Call): Readonly<Record<string, unknown>> => {
  const owns = row.rel_owner_org_id === id
  const other = owns ? row.rel_linked_org_id : row.rel_owner_org_id
  return {
    ...engine.showV1(office.relationship, row, call.view, "list"),
    related_organization_name: text(get(call.view.world, "organization", other), "name"),
    calculated_type: row.type === "related" ? "related" : owns ? "daughter" : "parent",
    calculated_related_org_id: other
  }
}

const relations = honouring(["org_id", ...paged], (call) =>
  Either.flatMap(crud.find(organization, call.query.org_id, call), ({ id }) =>
    crud.list(office.relationship, {
      which: (row) => row.rel_owner_org_id === id || row.rel_linked_org_id === id,
      shape: (row) => seenFrom(row, id, call)
    })({ ...call, query: { start: call.query.start, limit: call.query.limit } })
  )
)

const relation = honouring(["org_id"], (call) =>
  Either.map(crud.find(office.relationship, call.path.id, call), (row) => {
    const id = call.query.org_id
    if (id === undefined) return crud.one(office.relationship, row, call, "get")
    const related = engine.relatedObjects(office.relationship, [row], call.view)
    const { related_organization_name: _, ...data } = seenFrom(row, id, call)
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

const showGoal = (row: Row, call: Call) => engine.showV1(office.goal, row, call.view, "get")

const writeGoal =
  (handler: Handler): Handler =>
  (call) =>
    Either.map(handler(call), (answer) =>
      answer.body._tag === "Json" && isRecord(answer.body.value) ? goalsApi({ goal: answer.body.value.data }) : answer
    )

/** What a dotted name of the query finds in a goal. */
const at = (row: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), row)

/** With one of these, everybody's goals are looked through; without, those that are assigned to oneself. */
const everybodys = [
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

const goals = honouring([...everybodys, "title", "is_active"], (call) => {
  const set = Object.entries(call.query).filter(([, value]) => value !== undefined && value !== "")
  const own = set.some(([name]) => everybodys.includes(name))
    ? {}
    : { "assignee.type": "person", "assignee.id": call.view.caller.id }
  const wanted = Object.entries({ is_active: true, ...own, ...Object.fromEntries(set) })
  const found = Array.from(all(call.view.world, "goal")).filter((row) =>
    wanted.every(([name, value]) => {
      const has = at(row, name)
      const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
      return Array.isArray(has)
        ? values.every((one) => has.map(String).includes(String(one)))
        : String(has) === String(value)
    })
  )
  return Either.right(goalsApi({ goals: found.map((row) => showGoal(row, call)) }))
})

/** The users whose doings count: one, a team's, or all. */
const assigned = (row: Row, call: Call): ((id: unknown) => boolean) => {
  const id = at(row, "assignee.id")
  if (at(row, "assignee.type") === "person") return (user) => user === id
  const team = at(row, "assignee.type") === "team" ? get(call.view.world, "team", id) : undefined
  return team === undefined ? () => true : (user) => list(team, "users").includes(user)
}

/** Whether a parameter of the goal's kind lets a value through; an absent or empty list lets all. */
const within = (row: Row, parameter: string, value: unknown): boolean => {
  const wanted = at(row, `type.params.${parameter}`)
  return !Array.isArray(wanted) || wanted.length === 0 || wanted.includes(value)
}

/** What was done towards a goal in the period: how often, or what it is worth. */
const progress = (row: Row, call: Call): number => {
  const kind = String(at(row, "type.name") ?? "")
  const [from, to] = [String(call.query["period.start"]), String(call.query["period.end"])]
  const inside = (time: string): boolean => time.slice(0, 10) >= from && time.slice(0, 10) <= to
  const { world } = call.view
  const counts = assigned(row, call)
  const live = (table: string): ReadonlyArray<Row> =>
    Array.from(all(world, table)).filter((one) => one.is_deleted !== true && counts(one.owner_id))
  if (kind.startsWith("activities")) {
    const field = kind === "activities_completed" ? "marked_as_done_time" : "add_time"
    const typeId = (one: Row): unknown => where(world, "activityType", "key_string", one.type)[0]?.id
    return live("activity").filter((one) => inside(text(one, field)) && within(row, "activity_type_id", typeId(one)))
      .length
  }
  const stage = at(row, "type.params.stage_id")
  const entered = new Set(
    world.log.flatMap(({ after, before, id, table, time }) =>
      table === "deal" && before !== undefined && before.stage_id !== stage && after.stage_id === stage && inside(time)
        ? [id]
        : []
    )
  )
  const done = (one: Row): boolean =>
    kind === "deals_progressed"
      ? entered.has(one.id)
      : inside(text(one, kind === "deals_won" ? "won_time" : "add_time"))
  const deals = live("deal").filter((one) => done(one) && within(row, "pipeline_id", one.pipeline_id))
  if (at(row, "expected_outcome.tracking_metric") !== "sum") return deals.length
  // amounts are not converted: those in other currencies do not count
  const currency = get(world, "currency", at(row, "expected_outcome.currency_id"))
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
    if (!(file instanceof Blob)) return yield* Either.left(refusals.v1(400, "No files were provided with the request."))
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
        pictures: short.pictureUrls(picture.id, call.view)
      }
    })
  })

const findPicture = (call: Call): engine.Outcome<readonly [person: Row, picture: Row]> =>
  Either.flatMap(crud.find(person, call.path.id, call), (row) => {
    const picture = pictureOf(row.id, call)
    return picture === undefined
      ? Either.left(refusals.inVersion(call.endpoint.version, 404, "Picture not found"))
      : Either.right([row, picture] as const)
  })

/** Handlers by version and official name. */
export const offices: Handlers = {
  "v1.getUserCallLogs": crud.list(office.callLog, { which: (row, call) => row.user_id === call.view.caller.id }),
  "v1.addCallLog": crud.add(office.callLog, 200),
  "v1.getCallLog": crud.get(office.callLog),
  "v1.deleteCallLog": removeCallLog,
  "v1.addCallLogAudioFile": record,

  "v1.getOrganizationRelationships": relations,
  "v1.addOrganizationRelationship": crud.add(office.relationship, 200),
  "v1.getOrganizationRelationship": relation,
  "v1.updateOrganizationRelationship": crud.update(office.relationship),
  "v1.deleteOrganizationRelationship": crud.remove(office.relationship),

  "v1.getGoals": goals,
  "v1.addGoal": writeGoal(crud.add(office.goal, 200)),
  "v1.updateGoal": writeGoal(crud.update(office.goal)),
  "v1.deleteGoal": (call) => Either.map(crud.remove(office.goal)(call), () => goalsApi()),
  "v1.getGoalResult": honouring(["period.start", "period.end"], (call) =>
    Either.map(crud.find(office.goal, call.path.id, call), (row) =>
      goalsApi({ goal: showGoal(row, call), progress: progress(row, call) })
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
          pictures: short.pictureUrls(picture.id, call.view)
        }
      })
    )
}
