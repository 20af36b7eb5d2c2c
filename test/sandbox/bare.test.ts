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
import { ask, entries } from "../support/surface.js"
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
})
