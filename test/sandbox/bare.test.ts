/**
 * A world of bare things, in which no relation is set and nothing is filled in: what a type calls present is asked for here
 * where there is nothing, by every endpoint that reads.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Auth, type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { ask, entries, named } from "../support/surface.js"
import { input } from "./inputs.js"
import { known } from "./prepared.js"
import { send } from "./support.js"

const seed: Sandbox.Seed = {
  users: [{ name: "Bare user", email: "bare@bare.example" }],
  organizations: [{ name: "Bare organization" }, { name: "Bare other" }],
  persons: [{ name: "Bare" }],
  products: [{ name: "Bare product" }],
  deals: [{ title: "Bare deal" }],
  leads: [
    { title: "Bare lead", organization_id: 1 },
    { title: "Bare lead of a person", person_id: 1 }
  ],
  activities: [{ subject: "Bare call", type: "call" }],
  notes: [
    { content: "Bare", deal_id: 1 },
    { content: "Bare", person_id: 1 },
    { content: "Bare", org_id: 1 }
  ],
  boards: [{ name: "Bare board" }],
  phases: [{ name: "Bare phase", board_id: 1 }],
  projectTemplates: [{ title: "Bare template", projects_board_id: 1 }],
  projects: [{ title: "Bare project" }],
  tasks: [{ title: "Bare task", project_id: 1 }]
}

const conditions = {
  glue: "and",
  conditions: [
    { glue: "and", conditions: [] },
    { glue: "or", conditions: [] }
  ]
}

/** What is made by a request, with no more in it than must be. */
const made: ReadonlyArray<readonly [path: string, body: object]> = [
  ["/v1/notes/1/comments", { content: "Bare" }],
  ["/api/v2/deals/1/products", { product_id: 1, item_price: 0, quantity: 1 }],
  ["/api/v2/products/1/variations", { name: "Bare" }],
  [
    "/v1/callLogs",
    { outcome: "busy", to_phone_number: "1", start_time: "2026-05-15 09:00:00", end_time: "2026-05-15 09:01:00" }
  ],
  ["/v1/deals/1/participants", { person_id: 1 }],
  ["/v1/filters", { name: "Bare", type: "deals", conditions }],
  ["/v1/legacyTeams", { name: "Bare", manager_id: 13_000_001 }],
  ["/v1/organizationRelationships", { type: "parent", rel_owner_org_id: 1, rel_linked_org_id: 2 }]
]

/** What a bare world has none of: nobody uploaded a picture, converted anything or reached a goal. */
const none = [
  "v2.getDealConversionStatus",
  "v2.getLeadConversionStatus",
  "v2.getPersonPicture",
  "v2.getProductImage",
  "v1.getGoalResult"
]

/** A world of these things, how to ask it by an endpoint, checked strictly, and what is in it. */
const bare = Effect.gen(function* () {
  const sandbox = yield* Sandbox.make({ seed })
  for (const [path, body] of made) {
    const reply = yield* send(sandbox)("POST", path, body)
    assert.isBelow(reply.status, 300, `${path} ${JSON.stringify(reply.body)}`)
  }
  const form = new FormData()
  form.append("file", new File(["x"], "bare.txt"))
  const headers = { "x-api-token": sandbox.token }
  yield* sandbox.fetch(new Request(`${sandbox.baseUrl}/v1/files`, { method: "POST", headers, body: form }))
  const state = yield* sandbox.state
  const fields = ["deal", "person", "organization", "product", "project"].map(
    (noun) => [`${noun}Fields.field_code`, noun === "deal" || noun === "project" ? "title" : "name"] as const
  )
  const user = { "users.id": state.user?.[0]?.id, user_id: state.user?.[0]?.id }
  const strictly = <A, E>(effect: Effect.Effect<A, E, Endpoint.Requirements>) =>
    effect.pipe(
      HttpLayer.withPolicy({ responseValidation: "strict" }),
      Effect.provide(Layer.orDie(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl }))),
      Effect.provideService(HttpClient.HttpClient, sandbox.client)
    )
  return { known: { ...known(state), ...Object.fromEntries(fields), ...user }, strictly }
})

describe("bare things", () => {
  it.scoped("are read by every endpoint as its Schema says", () =>
    Effect.gen(function* () {
      const { known, strictly } = yield* bare
      const failures: Array<string> = []
      const missing: Array<string> = []
      for (const { endpoint, key } of entries) {
        if (endpoint.endpoint.method !== "GET") continue
        const given = input(endpoint.endpoint, known)
        if ("term" in given) given.term = "Bare"
        const result = yield* Effect.either(strictly(ask(endpoint, given)))
        if (result._tag === "Right") continue
        const error: PipedriveError.PipedriveError = result.left
        if (error._tag === "NotFound") missing.push(key)
        else failures.push(`${key} ${JSON.stringify(given)}: ${error.message}`)
      }
      assert.deepStrictEqual(failures, [])
      assert.deepStrictEqual(missing, none)
    })
  )

  it.scoped("have null where a live account has it", () =>
    Effect.gen(function* () {
      const { strictly } = yield* bare
      const { data: deal } = yield* strictly(v2.Deals.add({ title: "Bare" }))
      const { data: person } = yield* strictly(v2.Persons.add({ name: "Bare" }))
      const { data: organization } = yield* strictly(v2.Organizations.add({ name: "Bare" }))
      assert.deepStrictEqual([deal.update_time, person.update_time, organization.update_time], [null, null, null])
      assert.isNull(organization.address)
      assert.deepStrictEqual([person.org_id, person.last_name, person.picture_id], [null, null, null])

      const activity = yield* strictly(v1.Activities.add({ subject: "Bare", type: "call" }))
      assert.deepStrictEqual(activity.additional_data, { updates_story_id: null })
      const [type] = (yield* strictly(v1.ActivityTypes.list)).data
      assert.deepStrictEqual([type?.color, type?.update_time], [null, null])
      assert.isNull((yield* strictly(v1.Organizations.get({ id: 1 }))).data.address)

      const found: ReadonlyArray<readonly [module: string, term: string, item: object]> = [
        ["Deals", "Bare deal", { value: null, currency: null, person: null, organization: null }],
        ["Leads", "Bare lead", { value: null, currency: null, person: null }],
        ["Persons", "Bare", { organization: null, phones: [], emails: [] }],
        ["Organizations", "Bare", { address: null }],
        ["Products", "Bare", { code: null }]
      ]
      for (const version of ["v1", "v2"]) {
        for (const [module, term, item] of found) {
          const answer = yield* strictly(ask(named(`${version}.${module}.search`), { term }))
          assert.deepInclude((answer as typeof v2.Deals.SearchOutput.Type).data.items[0]?.item, item)
        }
      }
      const [line] = (yield* strictly(v1.Deals.listProducts({ id: 1 }))).data
      assert.deepStrictEqual([line?.comments, line?.product], [null, null])
    })
  )

  it.scoped("are an array of periods in a timeline, with empty arrays for no amounts", () =>
    Effect.gen(function* () {
      const { strictly } = yield* bare
      const { data } = yield* strictly(
        v1.Deals.listTimeline({ start_date: "2000-01-01", interval: "day", amount: 1, field_key: "add_time" })
      )
      assert.lengthOf(data, 1)
      assert.deepInclude(data[0]?.totals, { count: 0, values: [], open_values: [], won_values: [] })
    })
  )

  it.scoped("are recent: what is deleted without data, users in an array", () =>
    Effect.gen(function* () {
      const { strictly } = yield* bare
      yield* strictly(v2.Persons.delete({ id: 1 }))
      const { data } = yield* strictly(
        v1.Recents.list({ since_timestamp: "1970-01-01 00:00:00", items: ["person", "user"] })
      )
      assert.isNull(data.find(({ item }) => item === "person")?.data)
      assert.isArray(data.find(({ item }) => item === "user")?.data)
    })
  )
})
