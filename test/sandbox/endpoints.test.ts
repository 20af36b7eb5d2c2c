import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Auth from "../../src/Auth.js"
import type { Call } from "../../src/Endpoint.js"
import * as HttpLayer from "../../src/HttpLayer.js"
import { keys } from "../../src/sandbox/demo.js"
import type * as Sandbox from "../../src/sandbox/index.js"
import { handlers } from "../../src/sandbox/operations.js"
import * as v1 from "../../src/v1/index.js"
import * as v2 from "../../src/v2/index.js"
import { input } from "./inputs.js"
import { all, world } from "./support.js"

type AnyCall = Call<unknown, unknown>

const calls = new Map<string, AnyCall>()
for (const module of [...Object.values(v1), ...Object.values(v2)]) {
  for (const value of Object.values(module as Readonly<Record<string, unknown>>)) {
    if (typeof value !== "function" || !("endpoint" in value)) continue
    const call = value as AnyCall
    calls.set(`${call.endpoint.version}.${call.endpoint.operation}`, call)
  }
}

const conditions = {
  glue: "and",
  conditions: [
    { glue: "and", conditions: [{ object: "deal", field_id: "3", operator: ">", value: "100000" }] },
    { glue: "or", conditions: [] }
  ]
}

const webhook = {
  subscription_url: "https://hooks.example.com/pipedrive",
  event_action: "*",
  event_object: "deal",
  name: "All of deals"
}

const callLog = {
  outcome: "busy",
  to_phone_number: "+442079460999",
  start_time: "2026-05-15 09:00:00",
  end_time: "2026-05-15 09:01:00"
}

const goal = {
  title: "More",
  type: { name: "deals_won", params: { pipeline_id: [1] } },
  assignee: { id: 13_000_001, type: "person" },
  interval: "monthly",
  duration: { start: "2026-01-01", end: "2026-12-31" },
  expected_outcome: { target: 5, tracking_metric: "quantity" }
}

/** The demo, and what it lacks for every path to lead somewhere. */
const prepared = Effect.gen(function* () {
  const { sandbox, send } = yield* world()
  const posts: ReadonlyArray<readonly [path: string, body: unknown]> = [
    ["/v1/notes/1/comments", { content: "Really?" }],
    ...["deals", "persons", "products"].map(
      (noun) => [`/api/v2/${noun}/1/followers`, { user_id: 13_000_003 }] as const
    ),
    ["/api/v2/deals/1/products", { product_id: 1, item_price: 5, quantity: 2 }],
    ["/api/v2/deals/1/discounts", { description: "Early", amount: 5, type: "percentage" }],
    ["/api/v2/deals/1/installments", { description: "First", amount: 5, billing_date: "2026-01-01" }],
    ["/api/v2/products/1/variations", { name: "Dark" }],
    ["/api/v2/deals/29/convert/lead", undefined],
    ["/v1/filters", { name: "Rich", type: "deals", conditions }],
    ["/v1/webhooks", webhook],
    ["/v1/callLogs", callLog],
    ["/v1/organizationRelationships", { type: "parent", rel_owner_org_id: 1, rel_linked_org_id: 2 }],
    ["/v1/goals", goal],
    ["/v1/legacyTeams", { name: "North", manager_id: 13_000_001, users: [13_000_002] }]
  ]
  for (const [path, body] of posts) {
    const reply = yield* send("POST", path, body)
    assert.isBelow(reply.status, 300, `${path} ${JSON.stringify(reply.body)}`)
  }
  for (const [path, field] of [
    ["/api/v2/products/1/images", "data"],
    ["/v1/files", "file"],
    ["/v1/persons/1/picture", "file"]
  ] as const) {
    const form = new FormData()
    form.append(field, new File(["x"], "x.png", { type: "image/png" }))
    const headers = { "x-api-token": sandbox.token }
    yield* sandbox.fetch(new Request(`${sandbox.baseUrl}${path}`, { method: "POST", headers, body: form }))
  }
  return sandbox
})

/** What of it paths and bodies speak of. */
const known = (state: Sandbox.State): Readonly<Record<string, unknown>> => ({
  "users.id": 13_000_002,
  "leads.id": state.lead?.[0]?.id,
  "leadLabels.id": state.leadLabel?.[0]?.id,
  "dealFields.field_code": keys.source,
  "personFields.field_code": keys.interests,
  "organizationFields.field_code": keys.segment,
  "productFields.field_code": keys.material,
  "projectFields.field_code": keys.phase,
  "activityFields.field_code": "subject",
  comment_id: state.comment?.[0]?.uuid,
  conversion_id: state.conversion?.[0]?.id,
  ...Object.fromEntries(["Deals", "Persons", "Organizations"].map((noun) => [`v1.merge${noun}`, { merge_with_id: 2 }])),
  discount_id: state.discount?.[0]?.id,
  ...Object.fromEntries(
    ["Deal", "Person", "Organization", "Product"].flatMap((noun) => {
      const follower = state.follower?.find((row) => row.followed === `${noun.toLowerCase()}:1`)
      return [
        [`v1.delete${noun}Follower`, { follower_id: follower?.id }],
        [`v2.delete${noun}Follower`, { follower_id: follower?.user_id }]
      ]
    })
  ),
  "v1.addOrganizationFollower": { user_id: 13_000_002 },
  "v2.addOrganizationFollower": { user_id: 13_000_002 },
  "v1.addDealParticipant": { person_id: 7 },
  "callLogs.id": state.callLog?.[0]?.id,
  "goals.id": state.goal?.[0]?.id,
  "v1.addCallLog": callLog,
  "v1.addTeam": { manager_id: 13_000_001 },
  "v1.getGoalResult": { "period.start": "2026-01-01", "period.end": "2026-12-31" },
  "v1.addFilter": { conditions },
  "v1.updateFilter": { conditions },
  "v1.addWebhook": webhook,
  "v1.addFileAndLinkIt": { item_type: "deal", file_type: "gdoc", remote_location: "googledrive" },
  "v1.linkFileToItem": { item_type: "deal", remote_location: "googledrive" },
  "v1.addLead": { person_id: 1 },
  "v1.addNote": { deal_id: 1 },
  "v2.addPerson": { name: "Ingrid Sand" },
  "v2.uploadProductImage": { id: 2 }
})

describe("every endpoint", () => {
  it("is described once, and every handler has its endpoint", () => {
    const names = all.map((endpoint) => `${endpoint.version}.${endpoint.operation}`)
    assert.strictEqual(new Set(names).size, names.length)
    assert.strictEqual(names.length, 433)
    assert.deepStrictEqual(
      Object.keys(handlers).filter((name) => !names.includes(name)),
      []
    )
  })

  it.effect("answers with what its own output Schema accepts, strictly", () =>
    Effect.gen(function* () {
      const failures: Array<string> = []
      const sandbox = yield* prepared
      const before = yield* sandbox.snapshot
      for (const endpoint of all) {
        const name = `${endpoint.version}.${endpoint.operation}`
        const call = calls.get(name)
        if (call === undefined) continue
        yield* sandbox.restore(before)
        const given = input(endpoint, known(yield* sandbox.state))
        const result = yield* call(given).pipe(
          HttpLayer.withPolicy({ responseValidation: "strict" }),
          Effect.provide(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })),
          Effect.provideService(HttpClient.HttpClient, sandbox.client),
          Effect.either
        )
        if (Either.isLeft(result)) failures.push(`${name} ${JSON.stringify(given)}: ${result.left.message}`)
      }
      assert.strictEqual(failures.join("\n"), "")
    })
  )
})
