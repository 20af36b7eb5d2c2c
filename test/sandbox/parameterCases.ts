/**
 * A world in which every parameter has something to tell apart, and what each is set to.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Sandbox from "effect-pipedrive/sandbox"
import { demo, keys } from "../../src/sandbox/seeds/demoCompany.js"
import { send } from "./support.js"

/** Stands for the id of a lead. */
export const firstLead = "the first lead"

/** How a parameter is tried. */
export interface Setting {
  /** Values of which one at least changes the answer. */
  readonly set?: ReadonlyArray<string | number>
  /** What else is set, with it and without. */
  readonly base?: Readonly<Record<string, string | number | undefined>>
  /** What comes need not be part of what came without it. */
  readonly free?: boolean
  /** The list has never more than one item. */
  readonly alone?: boolean
}

const [ada, tomas, mei] = [13_000_001, 13_000_002, 13_000_003]
const users = [tomas, mei, ada]
const few = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13]
const yes: Setting = { set: ["true", 1], free: true }
const flag: Setting = { set: [1, 0] }
const today = "2026-05-15"

/** By name. */
export const settings: Readonly<Record<string, Setting>> = {
  ids: { set: ["2"] },
  owner_id: { set: users },
  user_id: { set: users },
  assignee_id: { set: users },
  person_id: { set: few },
  org_id: { set: few },
  organization_id: { set: few },
  deal_id: { set: few },
  project_id: { set: few },
  product_id: { set: few },
  pipeline_id: { set: few },
  stage_id: { set: few },
  board_id: { set: few, free: true },
  phase_id: { set: few },
  parent_task_id: { set: ["2", "null"] },
  filter_id: { set: few },
  status: { set: ["won", "lost", "open", "completed", "deleted"] },
  updated_since: { set: [`${today}T10:00:00Z`] },
  updated_until: { set: [`${today}T10:00:00Z`] },
  since: { set: [`${today} 10:00:00`] },
  until: { set: [`${today} 10:00:00`] },
  start_date: { set: [today, "2026-05-08"] },
  end_date: { set: ["2026-04-01", "2026-05-01", today] },
  sort: { set: ["id DESC"], free: true },
  sort_by: { set: ["update_time", "add_time", "name", "due_date", "order_nr", "deal_id", "billing_date"], free: true },
  sort_direction: { set: ["desc"], free: true },
  order_by: { set: ["name"], free: true },
  include_fields: {
    set: ["next_activity_id", "attendees", "ui_visibility", "deal.cc_email", "lead.was_seen"],
    free: true
  },
  custom_fields: { set: [keys.source, keys.nickname, keys.desks, keys.material], free: true },
  include_option_labels: yes,
  include_labels: yes,
  include_field_code: yes,
  include_product_data: yes,
  include_archived: yes,
  return_item_ids: yes,
  search_for_related_items: yes,
  search_by_email: { base: { term: "keller" }, set: [1], free: true },
  term: { set: ["al", "EUR", "mei", "st"], free: true },
  fields: { set: ["title", "name", "notes"], free: true },
  exact_match: yes,
  match: { set: ["beginning", "exact"], free: true },
  field: { set: ["currency"], free: true },
  field_key: { set: ["update_time", "currency"], free: true },
  field_type: { set: ["productField", "organizationField"], free: true },
  entity_type: { set: ["organization", "person"], free: true },
  item_types: { set: ["deal", "product"] },
  items: { set: ["note", "activity", "deal"] },
  all_changes: { set: [1], free: true },
  since_timestamp: { set: [`${today} 09:00:00`], free: true },
  done: { set: ["1", "true"] },
  is_done: { set: ["true"] },
  is_milestone: { set: ["true"] },
  type: { set: ["call", "people"] },
  first_char: { set: ["s", "a", "c"] },
  exclude: { set: ["1", "12"] },
  everyone: { set: [1], free: true },
  owned_by_you: { set: [1] },
  only_primary_association: { set: [1] },
  get_summary: { set: ["true"], free: true },
  skip_users: { set: [1], free: true },
  visible: { set: ["false"], free: true },
  interval: { set: ["quarter"], free: true },
  amount: { set: [2], free: true },
  exclude_deals: { set: [1], free: true },
  lead_id: { set: [firstLead] },
  app: { set: ["sales"] },
  task_id: { set: few },
  deal_ids: { set: ["2"], free: true },
  title: { set: ["Calls"], free: true },
  is_active: { set: ["false"], free: true },
  "assignee.id": { set: [tomas], free: true },
  "assignee.type": { set: ["company"], free: true },
  "type.name": { set: ["activities_added"], free: true },
  "type.params.pipeline_id": { set: [2], free: true },
  "type.params.stage_id": { set: [3], free: true },
  "type.params.activity_type_id": { set: [2], free: true },
  "expected_outcome.target": { set: [7], free: true },
  "expected_outcome.tracking_metric": { set: ["sum"], free: true },
  "expected_outcome.currency_id": { set: [2], free: true },
  "period.start": { set: ["2026-05-14"], free: true },
  "period.end": { set: ["2026-01-02"], free: true },
  ...Object.fromEntries(
    ["lead", "deal", "organization", "person", "project", "task"].map((what) => [`pinned_to_${what}_flag`, flag])
  )
}

const each = (operations: ReadonlyArray<string>, names: ReadonlyArray<string>, setting: Setting) =>
  Object.fromEntries(operations.flatMap((one) => names.map((name) => [`${one} ${name}`, setting])))

const bothVersions = (operation: string): ReadonlyArray<string> => [`v1.${operation}`, `v2.${operation}`]

const timelines = ["v1.getDealsTimeline", "v1.getArchivedDealsTimeline"]
const statistics = ["v1.getPipelineConversionStatistics", "v1.getPipelineMovementStatistics"]
const searches = ["fields", "exact_match", "person_id", "organization_id", "limit", "start", "cursor"]
const terms = { Leads: "st", Organization: "al", Persons: "an", Products: "dsk", Projects: "studio" }

/** By operation and name, beside or in place of the above. */
export const own: Readonly<Record<string, Setting>> = {
  ...each(
    timelines,
    ["start_date", "interval", "amount", "field_key", "user_id", "pipeline_id", "filter_id", "exclude_deals"],
    { base: { start_date: "2025-10-01", interval: "month", amount: 12, field_key: "add_time" }, free: true }
  ),
  ...each(statistics, ["start_date", "end_date", "user_id"], {
    base: { start_date: "2026-01-01", end_date: today },
    free: true
  }),
  ...Object.fromEntries(
    Object.entries(terms).flatMap(([noun, term]) =>
      bothVersions(`search${noun}`).flatMap((one) => searches.map((name) => [`${one} ${name}`, { base: { term } }]))
    )
  ),
  ...each(bothVersions("searchItem"), ["search_for_related_items"], { base: { term: "alder" } }),
  ...each(["v1.getUserRoleAssignments", "v1.getPermissionSetAssignments"], ["start", "limit"], { alone: true }),
  // what is shown without these is one's own
  ...each(["v1.getActivities", "v1.getPipelineDeals"], ["user_id"], { free: true }),
  ...each(["v1.getPipelineDeals"], ["filter_id"], { free: true }),
  ...each(["v1.getStageDeals"], ["user_id", "filter_id", "everyone"], { base: { everyone: undefined }, free: true }),
  "v1.getOrganizationRelationships org_id": { free: true },
  "v1.getPermissionSets app": { set: ["sales"] },
  "v2.getArchivedDeals ids": { set: ["27"] },
  "v2.getDealsProducts sort_by": { base: { deal_ids: "1,2" } }
}

// -----------------------------------------------------------------------------
// the world
// -----------------------------------------------------------------------------

/** The demo, with a second template of projects: none can be added. */
export const seed = (at: string): Sandbox.Seed => {
  const given = demo(at)
  return { ...given, projectTemplates: [...(given.projectTemplates ?? []), { title: "Move" }] }
}

const condition = (object: string, field_id: unknown, value: string) => ({
  glue: "and",
  conditions: [
    { glue: "and", conditions: [{ object, field_id: String(field_id), operator: "LIKE '%$%'", value }] },
    { glue: "or", conditions: [] }
  ]
})

type Request = readonly [method: string, path: string, body?: unknown]

const requests = (state: Sandbox.State): ReadonlyArray<Request> => {
  const [lead, archived, other] = [0, 1, 2].map((at) => String(state.lead?.[at]?.id))
  const filter = (type: string, object: string, table: string, code: string, value: string): Request => {
    const field = state[table]?.find((row) => row.field_code === code)
    return ["POST", "/v1/filters", { name: type, type, conditions: condition(object, field?.id, value) }]
  }
  const note = (links: object): Request => ["POST", "/v1/notes", { content: "Pinned", ...links }]
  const goal = (more: object): Request => [
    "POST",
    "/v1/goals",
    {
      title: "Calls",
      type: { name: "activities_added", params: { activity_type_id: [2], pipeline_id: [2], stage_id: 3 } },
      assignee: { id: ada, type: "person" },
      interval: "monthly",
      duration: { start: "2026-01-01", end: "2026-12-31" },
      expected_outcome: { target: 7, tracking_metric: "sum", currency_id: 2 },
      ...more
    }
  ]
  return [
    ["PATCH", "/api/v2/deals/1", { title: "Changed", custom_fields: { [keys.source]: 2 } }],
    ["PATCH", "/api/v2/persons/1", { name: "Hannah A.", job_title: "x", custom_fields: { [keys.nickname]: "Hanni" } }],
    ["PATCH", "/api/v2/organizations/1", { name: "Alder", custom_fields: { [keys.desks]: 5 } }],
    ["PATCH", "/api/v2/projects/1", { title: "A small studio" }],
    ["PATCH", "/api/v2/products/2", { name: "Oak desk" }],
    ...[26, 27, 28].map((id): Request => ["PATCH", `/api/v2/deals/${id}`, { is_archived: true }]),
    ["PATCH", "/api/v2/deals/26", { status: "won" }],
    ["PATCH", `/v1/leads/${other}`, { is_archived: true }],
    ["POST", "/v1/leads", { title: "Studio two", person_id: 2 }],
    ["DELETE", "/api/v2/deals/8"],
    ["PATCH", "/api/v2/deals/19", { person_id: 2 }],
    ["PATCH", "/api/v2/deals/25", { person_id: 1 }],
    ["POST", "/api/v2/deals/1/products", { product_id: 2, item_price: 5, quantity: 2 }],
    ["POST", "/api/v2/deals/2/products", { product_id: 1, item_price: 6, quantity: 1 }],
    ["POST", "/api/v2/deals/26/products", { product_id: 1, item_price: 6, quantity: 1 }],
    ["POST", "/api/v2/deals/1/installments", { description: "Second", amount: 5, billing_date: "2025-01-01" }],
    ["POST", "/api/v2/deals/2/installments", { description: "Third", amount: 5, billing_date: "2025-01-01" }],
    ["POST", "/api/v2/products/1/variations", { name: "Light" }],
    ...["deals", "persons", "organizations", "products"].flatMap((noun) =>
      users.slice(0, 2).map((user_id): Request => ["POST", `/api/v2/${noun}/1/followers`, { user_id }])
    ),
    ["POST", "/v1/deals/1/participants", { person_id: 2 }],
    ["POST", "/v1/callLogs", { to_phone_number: "1", start_time: `${today} 09:00:00`, end_time: `${today} 09:01:00` }],
    ["POST", "/v1/organizationRelationships", { type: "related", rel_owner_org_id: 1, rel_linked_org_id: 3 }],
    ["POST", "/v1/notes/1/comments", { content: "Yes" }],
    ["POST", "/v1/legacyTeams", { name: "East", manager_id: tomas, users: [tomas, mei] }],
    ["POST", "/v1/roles", { name: "Scouts", parent_role_id: 1 }],
    ["PUT", "/v1/roles/1/pipelines", { visible_pipeline_ids: { 2: false } }],
    ["POST", "/api/v2/boards", { name: "Second" }],
    ["POST", "/api/v2/phases", { name: "Else", board_id: 2 }],
    [
      "POST",
      "/api/v2/projects",
      { title: "A third studio", phase_id: 1, person_ids: [1], org_ids: [1], deal_ids: [1] }
    ],
    ["POST", "/api/v2/projects", { title: "A fourth studio", phase_id: 2, person_ids: [3] }],
    ["POST", "/api/v2/projects/4/archive"],
    ["POST", "/api/v2/projects", { title: "Counter", status: "completed" }],
    ["POST", "/api/v2/tasks", { title: "Milestone", project_id: 3, milestone: 1, assignee_ids: [tomas] }],
    ["POST", "/api/v2/activities", { subject: "Done", type: "call", deal_id: 1, done: true, owner_id: ada }],
    ["POST", "/api/v2/activities", { subject: "Of a lead", type: "call", lead_id: lead, owner_id: ada }],
    note({ deal_id: 1, pinned_to_deal_flag: 1 }),
    note({ person_id: 1, pinned_to_person_flag: 1 }),
    note({ org_id: 1, pinned_to_organization_flag: 1 }),
    note({ lead_id: lead, pinned_to_lead_flag: 1 }),
    note({ project_id: 1, pinned_to_project_flag: 1 }),
    note({ task_id: 1, pinned_to_task_flag: 1 }),
    goal({}),
    goal({ title: "Theirs", assignee: { id: tomas, type: "person" } }),
    goal({ title: "All", assignee: { id: 1, type: "company" } }),
    filter("people", "person", "personField", "name", "an"),
    filter("org", "organization", "organizationField", "name", "a"),
    filter("products", "product", "productField", "name", "desk"),
    filter("activity", "activity", "activityField", "subject", "call"),
    filter("leads", "person", "personField", "name", "an"),
    filter("projects", "project", "projectField", "title", "studio"),
    filter("leads", "lead", "dealField", "title", "shop"),
    filter("deals", "deal", "dealField", "title", "o"),
    ["PUT", `/v1/notes/2`, { content: `About ${archived}` }]
  ]
}

/** What happens a minute later. */
const later: ReadonlyArray<Request> = [
  ["PATCH", "/api/v2/pipelines/1", { name: "Sales of today" }],
  ["PATCH", "/api/v2/deals/1/products/1", { quantity: 3 }]
]

const upload = (sandbox: Sandbox.Service, name: string, links: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const form = new FormData()
    for (const link of links) form.append(link, "1")
    form.append("file", new File(["x"], name, { type: "text/plain" }))
    const headers = { "x-api-token": sandbox.token }
    yield* sandbox.fetch(new Request(`${sandbox.baseUrl}/v1/files`, { method: "POST", headers, body: form }))
  })

/** Gives the prepared demo at least two of everything, and what the parameters choose by. */
export const furnish = (sandbox: Sandbox.Service) =>
  Effect.gen(function* () {
    const make = ([method, path, body]: Request) =>
      Effect.map(send(sandbox)(method, path, body), (reply) =>
        assert.isTrue(
          reply.status < 300 || /already a follower/.test(String(reply.body.error)),
          `${method} ${path} ${JSON.stringify(reply.body)}`
        )
      )
    yield* Effect.forEach(requests(yield* sandbox.state), make)
    yield* sandbox.advance("1 minute")
    yield* Effect.forEach(later, make)
    yield* upload(sandbox, "desks.txt", ["deal_id", "person_id", "org_id", "product_id"])
    // nobody can be made to follow a user
    const now = yield* sandbox.snapshot
    const followers = now.world.tables.get("follower")
    const rows = new Map(followers?.rows ?? [])
    for (const [at, user_id] of [ada, mei].entries()) {
      const id = 900 + at
      rows.set(id, {
        id,
        followed: `user:${tomas}`,
        entity: "user",
        entity_id: tomas,
        user_id,
        add_time: `${today}T10:00:00.000Z`
      })
    }
    const tables = new Map(now.world.tables).set("follower", { rows, next: 902 })
    yield* sandbox.restore({ ...now, world: { ...now.world, tables } })
  })
