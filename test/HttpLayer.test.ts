import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { HttpLayer, Pipedrive, type RateLimiter } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals } from "effect-pipedrive/v2"
import { explain } from "../src/internal/configError.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const senseless: ReadonlyArray<readonly [option: string, HttpLayer.LayerOptions]> = [
  ["timeout", { timeout: -1 }],
  ["timeout", { timeout: 0 }],
  ["timeout", { timeout: "soon" as never }],
  ["timeout", { timeout: Number.NaN }],
  ["totalTimeout", { totalTimeout: "0 seconds" }],
  ["backoff", { backoff: {} as never }],
  ["maximumWait", { maximumWait: -5 }],
  ["retries", { retries: -1 }],
  ["retries", { retries: 1.5 }],
  ["retries", { retries: Number.NaN }],
  ["retries", { retries: "3" as never }],
  ["resendPost", { resendPost: "yes" as never }],
  ["traceHeaders", { traceHeaders: 1 as never }],
  ["responseValidation", { responseValidation: "loose" as never }],
  ["responseValidation", { responseValidation: Symbol("x") as never }],
  ["maximumBodySize", { maximumBodySize: 0 }],
  ["maximumBodySize", { maximumBodySize: Number.NaN }],
  ["maximumBodySize", { maximumBodySize: "1 MB" as never }],
  ["maximumFileSize", { maximumFileSize: -1 }],
  ["limiter.dailyReserve", { limiter: { dailyReserve: 20 } }],
  ["limiter.dailyReserve", { limiter: { dailyReserve: Number.NaN } }],
  ["limiter.maximumInFlight", { limiter: { maximumInFlight: 0 } }],
  ["limiter", { limiter: "on" as never }],
  ["limiter", { limiter: null as never }]
]

describe("a policy that makes no sense", () => {
  for (const [option, options] of senseless) {
    it.effect(`is refused when the layer is built, and ${option} is named: ${String(Object.values(options)[0])}`, () =>
      Effect.gen(function* () {
        for (const layer of [
          HttpLayer.layer(options).pipe(Layer.provide(Fake.make().layer)),
          Pipedrive.layer({ apiToken: "0123456789abcdef", ...options })
        ]) {
          const error = yield* Layer.build(layer).pipe(Effect.scoped, Effect.flip)
          assert.strictEqual(error._tag, "ConfigError")
          assert.include(String(explain(error)), option)
        }
      })
    )
  }

  it.effect("fails a call, unsent, where it is set for that call", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({ id: 1 }))
      const error = yield* Robots.get({ id: 1 }).pipe(
        HttpLayer.withPolicy({ timeout: -1 }),
        HttpLayer.withPolicy({ retries: -1 }),
        Effect.flip,
        Effect.provide(fake.live)
      )
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.include(error.message, "policy.timeout")
      assert.include(error.message, "policy.retries")
      assert.lengthOf(fake.seen, 0)
    })
  )
})

describe("a policy", () => {
  const current = Effect.map(HttpLayer.CurrentPolicy, (policy) => policy)

  it.effect("has careful defaults", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* current, HttpLayer.defaultPolicy)
      assert.isFalse(HttpLayer.defaultPolicy.resendPost)
      assert.isFalse(HttpLayer.defaultPolicy.traceHeaders)
    })
  )

  it.effect("is taken in part: the innermost word counts, what is left out stays", () =>
    Effect.gen(function* () {
      const layer = HttpLayer.layer({ retries: 9, timeout: "5 seconds", backoff: undefined }).pipe(
        Layer.provide(Fake.make().layer)
      )
      const policy = yield* current.pipe(
        HttpLayer.withPolicy({ timeout: "1 second" }),
        HttpLayer.withPolicy({ timeout: "2 seconds", resendPost: true }),
        Effect.provide(layer)
      )
      assert.deepStrictEqual(policy, {
        ...HttpLayer.defaultPolicy,
        retries: 9,
        timeout: Duration.seconds(1),
        resendPost: true
      })
    })
  )

  it.effect("of a call ends with the call", () =>
    Effect.gen(function* () {
      const [inside, outside] = yield* Effect.all([HttpLayer.withPolicy(current, { retries: 1 }), current])
      assert.deepStrictEqual([inside.retries, outside.retries], [1, 4])
    })
  )

  it("has options that may be written down as undefined", () => {
    const options: HttpLayer.LayerOptions = { timeout: undefined, limiter: undefined, resendPost: undefined }
    const limits: RateLimiter.Options = { dailyReserve: undefined, maximumInFlight: undefined }
    assert.sameMembers(Object.values({ ...options, ...limits }), Array(5).fill(undefined))
  })
})

describe("a client that makes of a URL what is none", () => {
  it.effect("is told by what it made, without the query", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const lost = HttpClient.mapRequest(client, HttpClientRequest.setUrl("//nowhere:x/deals?owner_id=17"))
      const error = yield* Effect.flip(Effect.provideService(Deals.list({}), HttpClient.HttpClient, lost))
      assert.strictEqual(error.message, "v2.Deals.list: the request could not be built: Invalid URL: //nowhere:x/deals")
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})
