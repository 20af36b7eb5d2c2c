import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals } from "effect-pipedrive/v2"
import { world } from "./support.js"

describe("the sandbox as a layer", () => {
  it.layer(Sandbox.layer())("gives all that an endpoint needs", (it) => {
    it.effect("and a look inside", () =>
      Effect.gen(function* () {
        const { data: deal } = yield* Deals.add({ title: "Forty desks", value: 5 })
        const sandbox = yield* Sandbox.Sandbox
        const [request] = yield* sandbox.requests
        assert.deepStrictEqual(
          { ...request, headers: undefined },
          {
            time: "1970-01-01T00:00:00.000Z",
            method: "POST",
            path: "/api/v2/deals",
            query: {},
            headers: undefined,
            body: { title: "Forty desks", value: 5 },
            endpoint: "v2.Deals.add",
            status: 200
          }
        )
        assert.strictEqual(request?.headers["x-api-token"], "<redacted>")
        const state = yield* sandbox.state
        assert.strictEqual(state.deal?.find((row) => row.id === deal.id)?.title, "Forty desks")
      })
    )
  })

  it.effect("two hundred worlds in one process do not see each other", () =>
    Effect.gen(function* () {
      const titles = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, at) => `Deal of world ${at}`),
        (title) =>
          Effect.gen(function* () {
            const { data } = yield* Deals.add({ title })
            yield* Effect.yieldNow()
            const sandbox = yield* Sandbox.Sandbox
            const state = yield* sandbox.state
            return [data.id, state.deal?.length, (yield* Deals.get({ id: data.id })).data.title]
          }).pipe(Effect.provide(Sandbox.layer({ seed: "empty" }))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        titles,
        Array.from({ length: 200 }, (_, at) => [1, 1, `Deal of world ${at}`])
      )
    })
  )

  it.effect("worlds of the same seed and history are alike to the last id", () =>
    Effect.gen(function* () {
      const run = Effect.gen(function* () {
        const { sandbox, send } = yield* world()
        const lead = yield* send("POST", "/v1/leads", { title: "x", person_id: 1 })
        const field = yield* send("POST", "/api/v2/dealFields", { field_name: "F", field_type: "varchar" })
        return [lead.body, field.body, yield* sandbox.state]
      })
      assert.deepStrictEqual(yield* run, yield* run)
    })
  )

  it.live("moves its own time ahead: rows, limits and webhooks follow, the client's clock does not", () =>
    Effect.gen(function* () {
      const hook = {
        subscription_url: "https://hooks.example.com/pipedrive",
        event_action: "create",
        event_object: "deal",
        name: "All"
      }
      const refusing = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response("", { status: 500 })))
      )
      const { sandbox, send } = yield* world({ plan: "lite", webhooks: refusing })
      const before = Date.now()
      yield* send("POST", "/api/v1/webhooks", hook)
      const timeOf = Effect.map(send("POST", "/api/v2/deals", { title: "Later" }), ({ body }) =>
        Date.parse(body.data.add_time)
      )
      const first = yield* timeOf
      const attempts = Effect.repeat(Effect.zipRight(Effect.sleep(5), sandbox.deliveries), {
        until: (deliveries) => deliveries.length > 0
      })
      assert.lengthOf(yield* attempts, 1)
      for (const [wait, made] of [
        ["2 seconds", 1],
        ["1 second", 2],
        ["30 seconds", 3],
        ["150 seconds", 4]
      ] as const) {
        yield* sandbox.advance(wait)
        yield* Effect.sleep(20)
        assert.lengthOf(yield* sandbox.deliveries, made)
      }
      const burst = Effect.all(
        Array.from({ length: 25 }, () => Effect.map(send("GET", "/api/v2/deals/1"), ({ status }) => status))
      )
      assert.include(yield* burst, 429)
      yield* sandbox.advance("3 seconds")
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 200)
      const second = yield* timeOf
      assert.isAtLeast(second - first, 185_000)
      assert.isBelow(Date.now() - before, 30_000)
      for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const error = yield* Effect.flip(sandbox.advance(wrong))
        assert.deepInclude(error, { _tag: "SandboxError", path: "advance" })
      }
    })
  )

  it.effect("goes back to a snapshot", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world()
      const before = yield* sandbox.snapshot
      yield* send("POST", "/api/v2/deals", { title: "One" })
      yield* send("PATCH", "/api/v2/deals/1", { title: "Changed", status: "won" })
      yield* send("DELETE", "/api/v2/deals/2")
      const changed = yield* sandbox.state
      assert.strictEqual(changed.deal?.length, 31)
      yield* sandbox.restore(before)
      const { body } = yield* send("GET", "/api/v2/deals/1")
      assert.strictEqual(body.data.title, "48 standing desks for the new studio")
      assert.strictEqual((yield* send("GET", "/api/v2/deals?status=won")).body.data.length, 4)
      assert.strictEqual((yield* send("POST", "/api/v2/deals", { title: "Two" })).body.data.id, 31)
    })
  )

  it.effect("goes back in time with it", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world({ plan: "lite" })
      const add = Effect.map(send("POST", "/api/v2/deals", { title: "Now" }), ({ body }) => body.data.add_time)
      const before = yield* sandbox.snapshot
      const first = yield* add
      yield* sandbox.advance("2 days")
      const burst = yield* Effect.all(Array.from({ length: 30 }, () => send("GET", "/api/v2/deals/1")))
      assert.isTrue(burst.some(({ status }) => status === 429))
      yield* sandbox.restore(before)
      assert.strictEqual(yield* add, first)
    })
  )

  it.effect("takes a token of one's own, and only that", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world({ token: "mine" })
      assert.strictEqual(sandbox.token, "mine")
      assert.strictEqual((yield* send("GET", "/v1/users/me")).body.data.name, "Ada Keller")
      assert.strictEqual(
        (yield* send("GET", "/v1/users/me", undefined, { "x-api-token": Sandbox.defaultToken })).status,
        401
      )
    })
  )

  it.effect("remembers the last ten thousand requests", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world()
      for (let at = 1; at <= 10_050; at++) yield* Effect.scoped(sandbox.client.get(`${sandbox.baseUrl}/nowhere/${at}`))
      const requests = yield* sandbox.requests
      assert.strictEqual(requests.length, 10_000)
      assert.strictEqual(requests[0]?.path, "/nowhere/51")
      assert.deepInclude(requests.at(-1), { path: "/nowhere/10050", status: 401 })
    })
  )

  it.effect("lets browsers ask first", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world()
      const response = yield* sandbox.fetch(new Request(`${sandbox.baseUrl}/v1/deals`, { method: "OPTIONS" }))
      assert.strictEqual(response.status, 204)
      assert.match(response.headers.get("access-control-allow-headers") ?? "", /x-api-token/)
    })
  )
})

describe("seeds", () => {
  it.effect("hold what they name, everything else has a default", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 4, 15))
      const { send } = yield* world({
        seed: {
          company: { domain: "acme" },
          users: [{ id: 7, name: "Uma", email: "uma@acme.example", default_currency: "SEK" }],
          dealFields: [{ field_code: "c".repeat(40), field_name: "Size", field_type: "enum", options: ["S", "M"] }],
          organizations: [{ name: "Beta" }],
          persons: [{ name: "Bo Ek", org_id: 1, emails: "bo@beta.example" }],
          deals: [
            {
              id: 40,
              title: "Old",
              person_id: 1,
              add_time: new Date(Date.UTC(2026, 0, 1)),
              custom_fields: { ["c".repeat(40)]: 2 }
            },
            { title: "New" }
          ]
        }
      })
      const { body } = yield* send("GET", "/api/v2/deals?status=open")
      assert.deepStrictEqual(
        body.data.map(
          (deal: { id: number; currency: string; owner_id: number; add_time: string; org_id: number | null }) => [
            deal.id,
            deal.currency,
            deal.owner_id,
            deal.add_time,
            deal.org_id
          ]
        ),
        [
          [40, "SEK", 7, "2026-01-01T00:00:00Z", 1],
          [41, "SEK", 7, "2026-05-15T00:00:00Z", null]
        ]
      )
      const me = yield* send("GET", "/v1/users/me")
      assert.strictEqual(me.body.data.company_domain, "acme")
    })
  )

  const broken: ReadonlyArray<readonly [what: string, options: Sandbox.Options, message: RegExp]> = [
    ["a field that there is not", { seed: { deals: [{ name: "x" }] } }, /seed\.deals\[0\]\.name is no field/],
    [
      "a value of the wrong kind",
      { seed: { deals: [{ title: "x", value: {} }] } },
      /seed\.deals\[0\]\.value must be a number/
    ],
    [
      "a stage that there is not",
      { seed: { deals: [{ title: "x", stage_id: 9 }] } },
      /seed\.deals\[0\] is refused: .*Stage/
    ],
    [
      "an id twice",
      {
        seed: {
          deals: [
            { id: 1, title: "x" },
            { id: 1, title: "y" }
          ]
        }
      },
      /deals\[1\]\.id is taken: 1/
    ],
    [
      "a custom field that there is not",
      { seed: { deals: [{ title: "x", custom_fields: { a: 1 } }] } },
      /custom_fields\.a is no custom field/
    ],
    ["nobody", { seed: { users: [] } }, /seed\.users must name somebody/],
    ["a token of two words", { token: "a b" }, /token must be/],
    ["a base URL that is none", { baseUrl: "here" }, /baseUrl is not a URL/]
  ]
  for (const [what, options, message] of broken) {
    it.effect(`with ${what} are refused when the sandbox is made`, () =>
      Effect.gen(function* () {
        const result = yield* Effect.either(Sandbox.make(options))
        if (Either.isRight(result)) return assert.fail("made")
        assert.strictEqual(result.left._tag, "SandboxError")
        assert.match(result.left.message, message)
      })
    )
  }

  it.effect("are copied: what the caller changes later changes no world", () =>
    Effect.gen(function* () {
      const labels = [1]
      const { send } = yield* world({ seed: { deals: [{ title: "x", label_ids: labels }] } })
      labels.push(2)
      assert.deepStrictEqual((yield* send("GET", "/api/v2/deals/1")).body.data.label_ids, [1])
    })
  )
})

describe("two companies", () => {
  it.effect("have no token, code or field key in common", () =>
    Effect.gen(function* () {
      const made = (id: number) =>
        Effect.gen(function* () {
          const sandbox = yield* Sandbox.make({
            seed: { company: { id }, dealFields: [{ field_name: "Size", field_type: "double" }] }
          })
          const { clientId, redirectUri } = Sandbox.defaultApp
          const page = new URL("/oauth/authorize", sandbox.baseUrl)
          page.search = String(new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri }))
          const { dealField = [] } = yield* sandbox.state
          return { code: yield* sandbox.oauth.allow(page), key: dealField.at(-1)?.field_code }
        })
      const [one, two, again] = yield* Effect.all([made(1001), made(2002), made(1001)])
      assert.match(String(one.key), /^[0-9a-f]{40}$/)
      assert.notStrictEqual(one.key, two.key)
      assert.notStrictEqual(one.code, two.code)
      assert.deepStrictEqual(one, again)
    })
  )
})
