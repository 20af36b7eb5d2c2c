import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Auth, Endpoint, HttpLayer, Pipedrive, PipedriveError, RateLimiter } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"
import * as Metered from "../support/metered.js"

const get = (id: number) => Robots.get({ id })
const search = Pipedrive.request({ version: "v2", path: "/robots/search", query: { term: "x" } })
const many = <A, E, R>(count: number, call: (n: number) => Effect.Effect<A, E, R>) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    call,
    { concurrency: "unbounded" }
  )

/** The server, and ourselves with the limiter. */
const limited = (options: Metered.Options = {}, limiter: boolean | RateLimiter.Options = true) => {
  const server = Metered.make(options)
  const http = HttpLayer.layer({ limiter }).pipe(Layer.provide(server.layer))
  return { server, live: Layer.merge(server.auth, http), http }
}

describe("the limiter", () => {
  it.effect("keeps the order in which calls were made, also of those that are repeated", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ limit: 7 })
      yield* Metered.elapse(many(60, get).pipe(Effect.provide(live)))
      const served = server.served.filter((one) => one.status === 200).map((one) => Number(one.path.split("/").at(-1)))
      assert.deepStrictEqual(
        served,
        Array.from({ length: 60 }, (_, n) => n)
      )
      assert.isAbove(server.refusals(), 0)
    })
  )

  it.effect("keeps searches within their own limit, and holds nothing else up for them", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ limit: 100 })
      const { took } = yield* Metered.elapse(
        Effect.gen(function* () {
          yield* get(0)
          const searches = yield* Effect.fork(many(30, () => search))
          yield* Effect.sleep(100)
          const { took } = yield* timed(many(20, get))
          assert.isBelow(took, 100)
          yield* Fiber.join(searches)
        }).pipe(Effect.provide(live))
      )
      assert.strictEqual(server.refusals(), 0)
      assert.isBelow(took, 4500)
    })
  )

  it.effect("holds everybody back after one 429, for as long as was asked", () =>
    Effect.gen(function* () {
      const server = Fake.make(Fake.json(429, {}, { "retry-after": "7" }), Fake.ok({ id: 1 }))
      const live = Layer.merge(server.live, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(server.layer)))
      yield* Metered.elapse(
        Effect.gen(function* () {
          const first = yield* Effect.fork(get(1))
          yield* Effect.sleep(10)
          const others = yield* Effect.fork(many(10, get))
          yield* Effect.sleep(6900)
          assert.lengthOf(server.seen, 1)
          yield* Fiber.join(first)
          yield* Fiber.join(others)
          assert.lengthOf(server.seen, 12)
        }).pipe(Effect.provide(live))
      )
    })
  )

  it.effect("fails everybody at once when a pause is longer than the policy waits", () =>
    Effect.gen(function* () {
      const server = Fake.make(Fake.json(429, {}, { "retry-after": "600" }))
      const live = Layer.merge(server.live, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(server.layer)))
      yield* Metered.elapse(
        Effect.gen(function* () {
          yield* Effect.flip(get(1))
          const { took, value: error } = yield* timed(Effect.flip(get(2)))
          assert.strictEqual(took, 0)
          assert.lengthOf(server.seen, 1)
          assert.deepInclude(error, { _tag: "RateLimited", kind: "burst", attempts: 0 })
          assert.include(error.message, "not sent")
        }).pipe(Effect.provide(live))
      )
    })
  )

  it.effect("gives the place of an interrupted call to the next", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ limit: 20 })
      yield* Metered.elapse(
        Effect.gen(function* () {
          const fibers = yield* Effect.forEach(
            Array.from({ length: 60 }, (_, n) => n),
            (n) => Effect.fork(get(n))
          )
          yield* Effect.sleep(500)
          for (const fiber of fibers.slice(20, 40)) yield* Fiber.interrupt(fiber)
          const { took } = yield* timed(Effect.forEach(fibers.slice(40), Fiber.join))
          assert.isBelow(took, 1700)
        }).pipe(Effect.provide(live))
      )
      assert.lengthOf(server.served, 40)
    })
  )

  it.effect("leaves no fiber behind when nobody waits any more", () =>
    Effect.gen(function* () {
      const { live } = limited({ limit: 20 })
      const { took } = yield* Metered.elapse(
        Effect.gen(function* () {
          const fibers = yield* Effect.fork(many(200, get))
          yield* Effect.sleep(100)
          yield* Fiber.interrupt(fibers)
        }).pipe(Effect.provide(live))
      )
      assert.strictEqual(took, 100)
    })
  )

  it.effect("frees the places of requests that were never sent, and only those", () =>
    Effect.gen(function* () {
      for (const [reason, code, took] of [
        ["Transport", "ECONNREFUSED", 0],
        ["Encode", "", 0],
        ["Transport", "ECONNRESET", 4020]
      ] as const) {
        let refuse = true
        const client = HttpClient.make((request) => {
          const cause = Object.assign(new Error("no"), { code })
          return refuse
            ? Effect.fail(new HttpClientError.RequestError({ request, reason, cause }))
            : Effect.succeed(HttpClientResponse.fromWeb(request, Fake.ok({ id: 1 })))
        })
        const http = HttpLayer.layer({ limiter: true, retries: 0 }).pipe(
          Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
        )
        yield* Metered.elapse(
          Effect.gen(function* () {
            for (let n = 0; n < 20; n++) yield* Effect.flip(get(n))
            refuse = false
            assert.strictEqual((yield* timed(many(20, get))).took, took, `${reason} ${code}`)
          }).pipe(Effect.provide(Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), http)))
        )
      }
    })
  )

  it.effect("has no more requests under way than it may", () =>
    Effect.gen(function* () {
      let under = 0
      let most = 0
      const client = HttpClient.make((request) =>
        Effect.sync(() => void (most = Math.max(most, ++under))).pipe(
          Effect.zipRight(Effect.sleep(500)),
          Effect.map(() => {
            under--
            return HttpClientResponse.fromWeb(request, Fake.json(404, {}, { "x-ratelimit-limit": "480" }))
          })
        )
      )
      const http = HttpLayer.layer({ limiter: { maximumInFlight: 7 } }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      )
      const live = Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), http)
      yield* Metered.elapse(many(30, (n) => Effect.flip(get(n))).pipe(Effect.provide(live)))
      assert.strictEqual(most, 7)
    })
  )

  it.effect("passes on the place of a call that waited, and whose credentials then failed", () =>
    Effect.gen(function* () {
      let down = false
      const auth = Layer.succeed(Auth.Auth, {
        authorize: (request) =>
          Effect.suspend(() =>
            down
              ? Effect.fail(new PipedriveError.AuthError({ reason: "NotAuthorized", description: "gone" }))
              : Effect.succeed(HttpClientRequest.prependUrl(request, "https://api.pipedrive.com"))
          ),
        recover: () => Effect.succeed(false),
        account: "acme"
      })
      const server = Metered.make({ latency: () => [500, 500] })
      const http = HttpLayer.layer({ limiter: { maximumInFlight: 1 } }).pipe(Layer.provide(server.layer))
      yield* Metered.elapse(
        Effect.gen(function* () {
          const first = yield* Effect.fork(get(1))
          const second = yield* Effect.fork(get(2))
          yield* Effect.sleep(100)
          down = true
          yield* Fiber.join(first)
          assert.strictEqual((yield* Effect.flip(Fiber.join(second)))._tag, "AuthError")
          down = false
          const third = yield* Effect.timeoutOption(get(3), "10 seconds")
          assert.strictEqual(third._tag, "Some")
        }).pipe(Effect.provide(Layer.merge(auth, http)))
      )
      assert.lengthOf(server.served, 2)
    })
  )

  it.effect("knows every credential by itself", () =>
    Effect.gen(function* () {
      const { http, server } = limited({ limit: 20 })
      yield* Metered.elapse(
        Effect.provide(
          Effect.forEach(
            ["token-one", "token-two", "token-three"],
            (token) => many(20, get).pipe(Effect.provide(Auth.apiKey(token))),
            { concurrency: "unbounded" }
          ),
          http
        )
      )
      assert.isTrue(server.served.every((one) => one.at === server.served[0]?.at))
    })
  )

  it.effect("is one for all calls under a layer, and remembers between runs", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ limit: 20 })
      yield* Metered.elapse(
        Effect.gen(function* () {
          yield* many(20, get)
          yield* many(1, get)
        }).pipe(Effect.provide(live))
      )
      assert.strictEqual(server.refusals(), 0)
      assert.isAtLeast((server.served.at(-1)?.at ?? 0) - (server.served[0]?.at ?? 0), 2000)
    })
  )

  it.effect("is on in Pipedrive.layer unless switched off", () =>
    Effect.gen(function* () {
      for (const [options, refusals] of [
        [{}, 0],
        [{ limiter: false }, 5]
      ] as const) {
        const server = Metered.make()
        const live = Pipedrive.layer({ apiToken: "0123456789abcdef", httpClient: server.layer, ...options })
        yield* Metered.elapse(many(25, get).pipe(Effect.provide(live)))
        assert.strictEqual(server.refusals(), refusals)
      }
    })
  )

  it.effect("forgets the requests of windows that are over, also where it is switched off", () =>
    Effect.gen(function* () {
      for (const learning of [true, false]) {
        const server = Metered.make({ limit: 10_000 })
        const limiter = RateLimiter.make({}, learning, undefined)
        const second = many(20, get).pipe(
          Effect.provideService(RateLimiter.CurrentLimiter, limiter),
          Effect.provide(Layer.merge(server.auth, server.layer))
        )
        yield* Metered.elapse(Effect.repeatN(Effect.zipLeft(second, Effect.sleep("1 second")), 99))
        assert.strictEqual(server.served.length, 2000)
        const gate = limiter.gates.of(server.served[0]?.token ?? "", yield* Clock.currentTimeMillis)
        assert.isAbove(gate.turns, 0)
        assert.isAtMost(gate.all.log.length, 480)
      }
    })
  )
})

describe("what is known of an account", () => {
  it.effect("is kept by its name where the credentials have one: a renewal forgets no pause and no limit", () =>
    Effect.gen(function* () {
      let token = "token-one"
      const auth = Layer.succeed(Auth.Auth, {
        authorize: (request) =>
          Effect.succeed(
            HttpClientRequest.bearerToken(HttpClientRequest.prependUrl(request, "https://api.pipedrive.com"), token)
          ),
        recover: () => Effect.succeed(false),
        account: "acme"
      })
      const fake = Fake.make(Fake.json(429, {}, { "retry-after": "300" }), Fake.ok({ id: 1 }))
      const live = Layer.merge(auth, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(fake.layer)))
      yield* Metered.elapse(
        Effect.gen(function* () {
          yield* Effect.flip(get(1))
          token = "token-two"
          yield* Effect.sleep("250 seconds")
          assert.deepInclude(yield* Effect.flip(HttpLayer.withPolicy(get(2), { maximumWait: "10 seconds" })), {
            _tag: "RateLimited",
            attempts: 0
          })
          assert.lengthOf(fake.seen, 1)
          yield* get(3)
        }).pipe(Effect.provide(live))
      )
      assert.lengthOf(fake.seen, 2)
    })
  )
})

describe("the day's tokens", () => {
  it.effect("once spent fail every call at once, unsent, until they are filled up", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ tokens: 35, cost: 10, limit: 100 })
      yield* Metered.elapse(
        Effect.gen(function* () {
          for (let n = 0; n < 3; n++) yield* get(n)
          const { took, value: error } = yield* timed(Effect.flip(get(4)))
          assert.strictEqual(took, 0)
          assert.deepInclude(error, { _tag: "RateLimited", kind: "daily", remaining: 5, limit: 35, attempts: 0 })
          assert.include(error.message, "not sent: it costs 10 tokens, 5 remain")
          assert.lengthOf(server.served, 3)
          yield* Effect.sleep("30 seconds")
          yield* Effect.flip(get(5))
          assert.lengthOf(server.served, 3)
          server.refill(1000)
          // after a minute one call asks
          yield* Effect.sleep("31 seconds")
          yield* get(6)
          yield* many(5, get)
          assert.lengthOf(server.served, 9)
        }).pipe(Effect.provide(live))
      )
    })
  )

  it.effect("fail the calls that wait, too", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ tokens: 150, cost: 10, limit: 20 })
      yield* Metered.elapse(
        Effect.gen(function* () {
          const results = yield* many(60, (n) => Effect.either(get(n)))
          const ok = results.filter((result) => result._tag === "Right").length
          assert.strictEqual(ok, 15)
          const errors = results.flatMap((result) => (result._tag === "Left" ? [result.left] : []))
          for (const error of errors) assert.deepInclude(error, { _tag: "RateLimited", kind: "daily" })
        }).pipe(Effect.provide(live))
      )
      assert.isAtMost(server.served.length, 20)
    })
  )

  it.effect("are left to others as far as they are reserved", () =>
    Effect.gen(function* () {
      const { live, server } = limited({ tokens: 1000, cost: 10, limit: 480 }, { dailyReserve: 0.2 })
      yield* Metered.elapse(
        Effect.gen(function* () {
          for (let n = 0; n < 80; n++) yield* get(n)
          const error = yield* Effect.flip(get(81))
          assert.deepInclude(error, { _tag: "RateLimited", kind: "daily" })
          assert.include(error.message, "200 are left to others")
        }).pipe(Effect.provide(live))
      )
      assert.lengthOf(server.served, 80)
    })
  )
})

it.effect("after 429s a page of the edge's stops everybody for a while; before, nobody", () =>
  Effect.gen(function* () {
    const page = Fake.text(403, "<html>Attention Required!</html>")
    const run = (...answers: ReadonlyArray<Fake.Answer>) =>
      Effect.gen(function* () {
        const fake = Fake.make(...answers, Fake.ok({ id: 1 }))
        const live = Layer.merge(fake.live, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(fake.layer)))
        const { value } = yield* Metered.elapse(
          Effect.gen(function* () {
            const error = yield* Effect.flip(get(1))
            assert.deepInclude(error, { _tag: "Forbidden", blockedByEdge: true })
            return yield* timed(get(2))
          }).pipe(Effect.provide(live))
        )
        return value.took
      })
    assert.strictEqual(yield* run(page), 0)
    assert.strictEqual(yield* run(Fake.json(429, {}), page), 30_000)
  })
)

it.effect("a wait for one's turn does not count as time the call takes", () =>
  Effect.gen(function* () {
    const { live } = limited()
    yield* TestClock.adjust("1 hour")
    const calls = many(200, (n) => Endpoint.withMeta(get(n))).pipe(HttpLayer.withPolicy({ totalTimeout: "1 second" }))
    const { value } = yield* Metered.elapse(calls.pipe(Effect.provide(live)))
    const { meta } = value.at(-1)!
    assert.isAbove(Duration.toMillis(meta.waited), 15_000)
    assert.isBelow(Duration.toMillis(meta.waited), 60_000)
    assert.strictEqual(meta.attempts, 1)
  })
)

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const value = yield* effect
    return { value, took: (yield* Clock.currentTimeMillis) - start }
  })
