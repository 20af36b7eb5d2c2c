import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { answerAll } from "./everyEndpoint.js"
import { addressParts, shapes } from "./shapes.js"
import { world } from "./support.js"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const custom = /^[0-9a-f]{40}/

const keysOf = (thing: unknown): ReadonlyArray<string> =>
  Object.keys(isObject(thing) ? thing : {})
    .filter((key) => !custom.test(key))
    .sort()

describe("what answers look like", () => {
  it.effect("each kind of thing has all its keys, whether they have a value or not, and no others", () =>
    Effect.gen(function* () {
      const found = new Map(yield* answerAll)
      for (const [name, keys] of Object.entries(shapes)) {
        const body = found.get(name)
        const data = isObject(body) ? body.data : undefined
        const ours = new Set(Array.isArray(data) ? data.flatMap(keysOf) : keysOf(data))
        assert.deepStrictEqual([...ours].sort(), [...keys].sort(), name)
      }
    })
  )

  it.effect("addresses have all their parts in version 2, and only there an object", () =>
    Effect.gen(function* () {
      const { send } = yield* world({ seed: "empty" })
      const address = { value: "1 Main St", country: "US" }
      const key = (yield* send("POST", "/api/v2/dealFields", { field_name: "Site", field_type: "address" })).body.data
        .field_code
      const made = [
        (yield* send("POST", "/api/v2/organizations", { name: "A", address })).body.data.address,
        (yield* send("POST", "/api/v2/activities", { subject: "A", type: "call", location: address })).body.data
          .location,
        (yield* send("POST", "/api/v2/deals", { title: "A", custom_fields: { [key]: address } })).body.data
          .custom_fields[key]
      ]
      for (const one of made) {
        assert.sameMembers(Object.keys(one), [...addressParts])
        assert.deepInclude(one, { ...address, route: null })
      }
      const v2 = yield* send("GET", "/api/v2/organizations/1")
      assert.isEmpty(Object.keys(v2.body.data).filter((name) => name.startsWith("address_")))
      const v1 = yield* send("GET", "/v1/organizations/1")
      assert.strictEqual(v1.body.data.address, "1 Main St")
      assert.strictEqual(v1.body.data.address_country, "US")
      // without one there is nothing in its place
      const { body } = yield* send("POST", "/api/v2/organizations", { name: "B" })
      assert.isNull(body.data.address)
    })
  )

  it.effect("an activity without a time has empty ones, which can be written back", () =>
    Effect.gen(function* () {
      const { send } = yield* world({ seed: "empty" })
      const { body } = yield* send("POST", "/api/v2/activities", { subject: "A", type: "call", due_time: "10:00" })
      assert.deepInclude(body.data, { due_time: "10:00:00", duration: "" })
      const cleared = yield* send("PATCH", "/api/v2/activities/1", { due_time: null })
      assert.deepInclude(cleared.body.data, { due_time: "", duration: "" })
      const old = yield* send("GET", "/v1/activities/1")
      assert.deepInclude(old.body.data, { due_time: "", duration: "" })
    })
  )

  it.effect("definitions of fields tell more when they are asked, by kind", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const more = "ui_visibility,important_fields,required_fields"
      const deal = yield* send("GET", `/api/v2/dealFields/title?include_fields=${more}`)
      assert.deepInclude(deal.body.data, {
        ui_visibility: {
          add_visible_flag: true,
          details_visible_flag: true,
          projects_detail_visible_flag: true,
          show_in_pipelines: { show_in_all: true, pipeline_ids: [] }
        },
        required_fields: { enabled: false, stage_ids: [], statuses: {} }
      })
      const person = yield* send("GET", `/api/v2/personFields/name?include_fields=${more}`)
      assert.deepStrictEqual(person.body.data.required_fields, { enabled: false })
      const product = yield* send("POST", "/api/v2/productFields", { field_name: "Price", field_type: "monetary" })
      assert.notProperty(product.body.data, "required_fields")
      assert.deepStrictEqual(product.body.data.subfields, [
        { field_code: "value", field_name: "Amount of Price", field_type: "double" },
        { field_code: "currency", field_name: "Currency of Price", field_type: "varchar" }
      ])
      const types = yield* send("GET", "/api/v2/activityFields/type")
      assert.deepInclude(types.body.data.options, { id: "call", label: "Call" })
    })
  )

  it.effect("a note stands at a project or a task, too", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const { body } = yield* send("POST", "/v1/notes", { content: "Here", project_id: 1, pinned_to_project_flag: 1 })
      assert.deepInclude(body.data, { project_id: 1, pinned_to_project_flag: true, task: null })
      assert.isString(body.data.project.title)
      assert.strictEqual((yield* send("POST", "/v1/notes", { content: "Here", project_id: 99 })).status, 400)
    })
  )
})

const noObject = (error: string) => ({
  success: false,
  error,
  error_info: "Object was not found.",
  data: null,
  additional_data: null
})

const monolith = (error: string) => ({
  success: false,
  error,
  error_info: "Please check developers.pipedrive.com for more information about Pipedrive API.",
  data: null,
  additional_data: null
})

const uuid = "00000000-0000-1000-8000-000000000000"

describe("what is not there is said in the words of its service", () => {
  const cases: ReadonlyArray<readonly [request: string, status: number, body: object]> = [
    [`GET /v1/leads/${uuid}`, 404, noObject("requested lead not found")],
    [`PATCH /v1/leads/${uuid}`, 404, noObject("requested lead not found")],
    [`DELETE /v1/leads/${uuid}`, 404, noObject("requested lead not found")],
    ["GET /v1/legacyTeams/99", 404, { success: false, error: "Team 99 does not exist" }],
    ["PUT /v1/legacyTeams/99", 404, { success: false, error: "Team 99 does not exist" }],
    ["GET /v1/legacyTeams/99/users", 404, { success: false, error: "Team 99 does not exist" }],
    ["DELETE /v1/legacyTeams/99/users", 404, { success: false, error: "Team 99 does not exist" }],
    ["GET /v1/users/99", 404, { success: false, error: "User not found or not accessible." }],
    ["PUT /v1/users/99", 404, { success: false, error: "User not found or not accessible." }],
    ["DELETE /v1/webhooks/99", 404, { status: "error", success: false, errors: { id: ["not found"] } }],
    ["GET /v1/productFields/99", 410, { success: false, error: "The field is not found" }],
    ["DELETE /v1/productFields/99", 410, { success: false, error: "The field is not found" }],
    ["GET /v1/callLogs/99", 404, monolith("A resource required for this operation was not found.")],
    ["GET /v1/deals/99", 404, monolith("Deal not found")],
    ["GET /v1/dealFields/99", 404, monolith("Field not found")],
    ["POST /api/v2/deals/99/convert/lead", 404, noObject("Entity was not found")],
    [`GET /api/v2/deals/1/convert/status/${uuid}`, 404, noObject("Entity was not found")],
    [`POST /api/v2/leads/${uuid}/convert/deal`, 404, noObject("Entity was not found")],
    ["GET /api/v2/deals/99", 404, { success: false, error: "Deal not found" }]
  ]
  for (const [request, status, body] of cases) {
    it.effect(request, () =>
      Effect.gen(function* () {
        const { send } = yield* world()
        const [method = "", path = ""] = request.split(" ")
        const sent = /P(OST|UT|ATCH)/.test(method) && !path.includes("convert") ? { title: "x", name: "x" } : undefined
        const reply = yield* send(
          method,
          path,
          method !== "GET" && /legacyTeams.*users/.test(path) ? { users: [1] } : sent
        )
        assert.deepStrictEqual([reply.status, reply.body], [status, body])
      })
    )
  }
})
