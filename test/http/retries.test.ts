import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Auth, HttpLayer, Pipedrive, PipedriveError } from "effect-pipedrive"
import * as Failure from "../../src/internal/http/failure.js"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"

const robot = Fake.ok({ id: 1 })
const refused = (code: string, extra: object = {}) => ({
  fault: Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error(`x ${code}`), { code, ...extra })
  })
})

/** Runs a call to its end, time passing as it needs, and tells how long that took. */
const timed = <A, E, R>(call: Effect.Effect<A, E, R>, limit = 300_000) =>
  Effect.gen(function* () {
    const start = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    const fiber = yield* Effect.fork(
      Effect.flatMap(Effect.either(call), (result) =>
        Effect.clockWith((clock) => Effect.map(clock.currentTimeMillis, (end) => ({ result, took: end - start })))
      )
    )
    yield* TestClock.adjust(limit)
    return yield* Fiber.join(fiber)
  })

/** How often a request is sent when it is answered so, and how the call ends. */
const tries = (
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  answer: Fake.Answer | (() => Fake.Answer),
  options: HttpLayer.Options = {}
) =>
  Effect.gen(function* () {
    const fake = Fake.make(answer)
    const { result, took } = yield* timed(
      Pipedrive.request({ version: "v2", method, path: "/x" }).pipe(
        HttpLayer.withPolicy(options),
        Effect.provide(fake.live)
      )
    )
    return { sent: fake.seen.length, took, tag: result._tag === "Left" ? result.left._tag : "value" }
  })

describe("what is sent again", () => {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const
  const faults: Record<string, readonly [Fake.Answer, { readonly all: boolean; readonly post: boolean }]> = {
    "500": [Fake.json(500, {}), { all: true, post: false }],
    "502 of HTML": [Fake.text(502, "<html>"), { all: true, post: false }],
    "503": [Fake.json(503, {}), { all: true, post: false }],
    "501": [Fake.json(501, {}), { all: false, post: false }],
    "408": [Fake.json(408, {}), { all: true, post: false }],
    "429": [Fake.json(429, {}), { all: true, post: true }],
    "400": [Fake.json(400, {}), { all: false, post: false }],
    "401": [Fake.json(401, {}), { all: false, post: false }],
    "403": [Fake.text(403, "<html>"), { all: false, post: false }],
    "404": [Fake.json(404, {}), { all: false, post: false }],
    "a spent day": [
      Fake.json(429, {}, { "x-daily-ratelimit-token-remaining": "0", "x-ratelimit-reset": "1" }),
      { all: false, post: false }
    ],
    "a refused connection": [refused("ECONNREFUSED"), { all: true, post: true }],
    "no such host": [refused("ENOTFOUND", { syscall: "getaddrinfo" }), { all: true, post: true }],
    "no way to the host, met when connecting": [
      refused("EHOSTUNREACH", { syscall: "connect" }),
      { all: true, post: true }
    ],
    "no way to the host, met when writing": [refused("EHOSTUNREACH", { syscall: "write" }), { all: true, post: false }],
    "a connection that took too long": [refused("UND_ERR_CONNECT_TIMEOUT"), { all: true, post: true }],
    "every address refused": [
      {
        fault: new AggregateError([refused("ECONNREFUSED").fault, refused("ETIMEDOUT", { syscall: "connect" }).fault])
      },
      { all: true, post: true }
    ],
    "one address refused, another broken": [
      { fault: new AggregateError([refused("ECONNREFUSED").fault, refused("ECONNRESET").fault]) },
      { all: true, post: false }
    ],
    "a wrong certificate": [refused("CERT_HAS_EXPIRED"), { all: false, post: false }],
    "a reset": [refused("ECONNRESET", { syscall: "read" }), { all: true, post: false }],
    "a broken pipe": [refused("EPIPE", { syscall: "write" }), { all: true, post: false }],
    "an unknown fault": [{ fault: "what?" }, { all: true, post: false }],
    silence: ["hang", { all: true, post: false }]
  }
  for (const [name, [answer, again]] of Object.entries(faults)) {
    it.effect(`after ${name}: ${again.all ? (again.post ? "everything" : "all but POST") : "nothing"}`, () =>
      Effect.gen(function* () {
        for (const method of methods) {
          const expected = (method === "POST" ? again.post : again.all) ? 3 : 1
          const { sent } = yield* tries(method, answer, { retries: 2, timeout: "1 second" })
          assert.strictEqual(sent, expected, method)
        }
        const { sent } = yield* tries("POST", answer, { retries: 2, timeout: "1 second", resendPost: true })
        assert.strictEqual(sent, again.all ? 3 : 1, "POST, allowed for this call")
      })
    )
  }

  it.effect("a GET whose answer was cut off, but no other", () =>
    Effect.gen(function* () {
      const cut = Fake.text(200, '{"success":true,"data":[{"id"', "application/json")
      assert.deepInclude(yield* tries("GET", cut, { retries: 2 }), { sent: 3, tag: "InvalidResponse" })
      assert.deepInclude(yield* tries("PUT", cut, { retries: 2 }), { sent: 1, tag: "InvalidResponse" })
      assert.deepInclude(yield* tries("POST", cut, { retries: 2, resendPost: true }), { sent: 1 })
    })
  )

  it.effect("until it works, with the same body", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(503, {}), refused("ECONNRESET"), robot)
      const { result } = yield* timed(Robots.update({ id: 1, name: "R" }).pipe(Effect.provide(fake.live)))
      assert.strictEqual(result._tag, "Right")
      assert.deepStrictEqual(
        fake.seen.map((seen) => seen.body),
        Array(3).fill('{"name":"R"}')
      )
    })
  )

  it.effect("a form with a file goes out whole again; a stream that was begun does not", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(429, {}), robot)
      yield* timed(Robots.upload({ id: 1, file: new Blob(["content"]) }).pipe(Effect.provide(fake.live)))
      for (const { body } of fake.seen) {
        assert.instanceOf(body, FormData)
        const file = body instanceof FormData ? body.get("file") : undefined
        assert.strictEqual(file instanceof Blob ? yield* Effect.promise(() => file.text()) : "", "content")
      }
      assert.lengthOf(fake.seen, 2)
    })
  )
})

describe("a body that is a stream", () => {
  /** A transport that reads a body before it answers 503, or does not get so far. */
  const attempted = (reads: boolean) =>
    Effect.gen(function* () {
      let opened = 0
      const stream = Stream.suspend(() => {
        opened++
        return Stream.make(new TextEncoder().encode("{}"))
      })
      const fake = Fake.make(reads ? Fake.json(503, {}) : refused("ECONNREFUSED"), robot)
      const reading = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, (client) =>
          HttpClient.mapRequestEffect(client, (request) =>
            reads && request.body._tag === "Stream"
              ? Effect.as(Effect.orDie(Stream.runDrain(request.body.stream)), request)
              : Effect.succeed(request)
          )
        )
      ).pipe(Layer.provide(fake.layer))
      const { result } = yield* timed(
        Pipedrive.request({
          version: "v1",
          method: "PUT",
          path: "/x",
          body: HttpBody.stream(stream, "text/plain")
        }).pipe(Effect.provide(Layer.merge(fake.live, reading)))
      )
      return { opened, sent: fake.seen.length, ended: result._tag === "Left" ? result.left._tag : "value" }
    })

  it.effect("is sent again while it was not begun, and not once it was", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempted(false), { opened: 0, sent: 2, ended: "value" })
      assert.deepStrictEqual(yield* attempted(true), { opened: 1, sent: 1, ended: "ServerError" })
    })
  )
})

describe("waits", () => {
  it.effect("grow, with jitter, under a cap", () =>
    Effect.gen(function* () {
      const policy = { retries: 3, backoff: "1 second", maximumWait: "3 seconds" } as const
      const waits = new Set<number>()
      for (let n = 0; n < 20; n++) {
        const { took } = yield* tries("GET", Fake.json(500, {}), policy)
        assert.isAtLeast(took, 500 + 1000 + 1500)
        assert.isAtMost(took, 1000 + 2000 + 3000)
        waits.add(took)
      }
      assert.isAbove(waits.size, 10)
    })
  )

  it.effect("are never shorter than they should be, by a part of a millisecond neither", () =>
    Effect.gen(function* () {
      const policy = { retries: 3, backoff: "1 millis", maximumWait: "1 millis" } as const
      assert.deepInclude(yield* tries("GET", Fake.json(500, {}), policy), { sent: 4, took: 3 })
    })
  )

  const waitAfter = (headers: Record<string, string>) =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(429, {}, headers), robot)
      const { result, took } = yield* timed(Robots.get({ id: 1 }).pipe(Effect.provide(fake.live)))
      return result._tag === "Right" ? took : result.left._tag
    })
  const between = (actual: number | string, low: number, high: number) => {
    assert.isNumber(actual)
    assert.isAtLeast(Number(actual), low)
    assert.isAtMost(Number(actual), high)
  }

  it.effect("follow x-ratelimit-reset, in seconds, and Retry-After, in seconds or as a date; the longer wins", () =>
    Effect.gen(function* () {
      between(yield* waitAfter({ "x-ratelimit-reset": "2" }), 2000, 2000)
      between(yield* waitAfter({ "retry-after": "7" }), 7000, 7000)
      between(yield* waitAfter({ "x-ratelimit-reset": "2", "retry-after": "7" }), 7000, 7000)
      between(yield* waitAfter({ "x-ratelimit-reset": "7", "retry-after": "2" }), 7000, 7000)
      const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      between(yield* waitAfter({ "retry-after": new Date(now + 9000).toUTCString() }), 8000, 9000)
    })
  )

  it.effect("follow Retry-After after a 503 and its like, too, but not x-ratelimit-reset, which all answers have", () =>
    Effect.gen(function* () {
      for (const status of [503, 502, 408]) {
        const waited = (headers: Record<string, string>) =>
          Effect.gen(function* () {
            const fake = Fake.make(Fake.json(status, {}, headers), robot)
            const { result, took } = yield* timed(Robots.get({ id: 1 }).pipe(Effect.provide(fake.live)))
            return result._tag === "Right" ? took : result.left._tag
          })
        between(yield* waited({ "retry-after": "7" }), 7000, 7000)
        between(yield* waited({ "x-ratelimit-reset": "2" }), 250, 500)
        assert.isString(yield* waited({ "retry-after": "61" }))
      }
    })
  )

  it.effect("read all three forms of HTTP's dates as GMT, whatever zone the process is in", () =>
    Effect.gen(function* () {
      const zone = process.env.TZ
      process.env.TZ = "America/New_York"
      const wait = (date: string, from: number) => Failure.retryAfter(Headers.fromInput({ "retry-after": date }), from)
      const from = Date.UTC(1994, 10, 6, 8, 49, 30)
      assert.strictEqual(new Date(from).getHours(), 3)
      assert.strictEqual(wait("Sun, 06 Nov 1994 08:49:37 GMT", from), 7000)
      assert.strictEqual(wait("Sunday, 06-Nov-94 08:49:37 GMT", from), 7000)
      assert.strictEqual(wait("Sun Nov  6 08:49:37 1994", from), 7000)
      assert.strictEqual(wait("Thursday, 01-Jan-26 00:00:07 GMT", Date.UTC(2026, 0, 1)), 7000)
      for (const date of [
        "Sun Nov  6 08:49:37",
        "Sunday, 06-Nov-93 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "x"
      ]) {
        assert.isUndefined(wait(date, from), date)
      }
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    })
  )

  it.effect("are our own where the server's say nothing: nonsense, the past, an epoch", () =>
    Effect.gen(function* () {
      for (const headers of [
        {},
        { "x-ratelimit-reset": "0" },
        { "x-ratelimit-reset": "soon" },
        { "x-ratelimit-reset": "1767225600" },
        { "x-ratelimit-reset": "-5" },
        { "x-ratelimit-reset": "NaN" },
        { "x-ratelimit-reset": "1e9" },
        { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" },
        { "retry-after": "99999999999999999999" },
        { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }
      ]) {
        between(yield* waitAfter(headers), 250, 500)
      }
    })
  )

  it.effect("longer than the policy waits are not waited at all", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* waitAfter({ "retry-after": "61" }), "RateLimited")
      const { sent, took } = yield* tries("GET", Fake.json(429, {}, { "retry-after": "600" }))
      assert.deepStrictEqual({ sent, took }, { sent: 1, took: 0 })
    })
  )

  it.effect("that would outlast the call are not begun", () =>
    Effect.gen(function* () {
      const { took } = yield* tries("GET", Fake.json(429, {}, { "retry-after": "7" }), { totalTimeout: "10 seconds" })
      assert.strictEqual(took, 7000)
      // nor those that take all that is left: no time would remain for an answer
      for (const [totalTimeout, sent] of [
        [7000, 1],
        [7001, 2]
      ] as const) {
        const { sent: count } = yield* tries("GET", Fake.json(429, {}, { "retry-after": "7" }), { totalTimeout })
        assert.strictEqual(count, sent)
      }
    })
  )
})

describe("credentials that fail for a moment", () => {
  it.effect("are asked for again, but not for ever", () =>
    Effect.gen(function* () {
      let asked = 0
      const auth = Layer.succeed(Auth.Auth, {
        authorize: () =>
          Effect.suspend(() => {
            asked++
            return Effect.fail(
              new PipedriveError.AuthError({ reason: "TokenEndpoint", description: "down", transient: true })
            )
          }),
        recover: () => Effect.succeed(false)
      })
      const fake = Fake.make(robot)
      const { result } = yield* timed(Robots.get({ id: 1 }).pipe(Effect.provide(Layer.merge(auth, fake.layer))))
      assert.strictEqual(result._tag, "Left")
      assert.strictEqual(asked, 5)
      assert.lengthOf(fake.seen, 0)
    })
  )

  it.effect("are asked for again no sooner than their server says", () =>
    Effect.gen(function* () {
      let asked = 0
      const busy = {
        reason: "TokenEndpoint",
        description: "busy",
        transient: true,
        retryAfter: Duration.seconds(7)
      } as const
      const auth = Layer.succeed(Auth.Auth, {
        authorize: (request) =>
          Effect.suspend(() =>
            asked++ === 0
              ? Effect.fail(new PipedriveError.AuthError(busy))
              : Effect.succeed(HttpClientRequest.prependUrl(request, "https://api.pipedrive.com"))
          ),
        recover: () => Effect.succeed(false)
      })
      const fake = Fake.make(robot)
      const call = Robots.get({ id: 1 }).pipe(Effect.provide(Layer.merge(auth, fake.layer)))
      const { result, took } = yield* timed(call)
      assert.deepStrictEqual([result._tag, asked, took, fake.seen.length], ["Right", 2, 7000, 1])
    })
  )

  it.effect("after a 401 are renewed once, and the POST is sent again", () =>
    Effect.gen(function* () {
      const auth = Layer.effect(
        Auth.Auth,
        Effect.map(Effect.context<never>(), () => {
          let token = "old-token"
          return Auth.Auth.of({
            authorize: (request) =>
              Effect.succeed({
                ...request,
                url: `https://api.pipedrive.com${request.url}`,
                headers: { ...request.headers, authorization: `Bearer ${token}` }
              } as never),
            recover: () => {
              token = "new-token"
              return Effect.succeed(true)
            }
          })
        })
      )
      const fake = Fake.make((seen) => (seen.headers.authorization === "Bearer new-token" ? robot : Fake.json(401, {})))
      yield* Robots.add({ name: "R" }).pipe(Effect.provide(Layer.merge(auth, fake.layer)))
      assert.lengthOf(fake.seen, 2)
      const always = Fake.make(Fake.json(401, {}))
      const error = yield* Robots.get({ id: 1 }).pipe(Effect.flip, Effect.provide(Layer.merge(auth, always.layer)))
      assert.strictEqual(error._tag, "Unauthorized")
      assert.lengthOf(always.seen, 2)
    })
  )
})

describe("a 401 that new credentials may mend", () => {
  const old = "old-0123456789abcdef0123456789"
  const renewed = "new-fedcba9876543210fedcba98"
  /** Credentials that are renewed at the first 401. */
  const auth = () => {
    let token = old
    return Layer.succeed(Auth.Auth, {
      authorize: (request) =>
        Effect.succeed(
          HttpClientRequest.setHeader(
            HttpClientRequest.prependUrl(request, "https://api.pipedrive.com"),
            "authorization",
            `Bearer ${token}`
          )
        ),
      recover: () =>
        Effect.sync(() => {
          token = renewed
          return true
        })
    })
  }

  for (const isRead of [true, false]) {
    it.effect(`of a stream body is ${isRead ? "final once it was begun" : "mended where it was not begun"}`, () =>
      Effect.gen(function* () {
        let sent = 0
        const client = HttpClient.make((request) =>
          Effect.gen(function* () {
            sent++
            if (isRead && request.body._tag === "Stream") {
              yield* Effect.orDie(Stream.runDrain(request.body.stream as Stream.Stream<Uint8Array, unknown>))
            }
            return HttpClientResponse.fromWeb(request, sent === 1 ? Fake.json(401, {}) : Fake.ok({ id: 1 }))
          })
        )
        const body = HttpBody.stream(Stream.make(new Uint8Array(3)), "text/plain")
        const { result } = yield* timed(
          Pipedrive.request({ version: "v2", method: "PUT", path: "/x", body }).pipe(
            Effect.provide(Layer.merge(auth(), Layer.succeed(HttpClient.HttpClient, client)))
          )
        )
        assert.strictEqual(sent, isRead ? 1 : 2)
        assert.strictEqual(result._tag === "Left" ? result.left._tag : "value", isRead ? "Unauthorized" : "value")
      })
    )
  }

  it.effect("is not needed for others to come: those of an attempt before are not shown either", () =>
    Effect.gen(function* () {
      const tokens = [old, renewed]
      const rotating = Layer.succeed(Auth.Auth, {
        authorize: (request) =>
          Effect.sync(() =>
            HttpClientRequest.setHeader(
              HttpClientRequest.prependUrl(request, "https://api.pipedrive.com"),
              "authorization",
              `Bearer ${tokens.shift()}`
            )
          ),
        recover: () => Effect.succeed(false)
      })
      const fake = Fake.make(Fake.json(500, {}), Fake.json(403, { success: false, error: `${old} or ${renewed}` }))
      const { result } = yield* timed(Robots.get({ id: 1 }).pipe(Effect.provide(Layer.merge(rotating, fake.layer))))
      assert.include(result._tag === "Left" ? result.left.message : "", "<redacted> or <redacted>")
    })
  )

  it.effect("shows neither the credentials that were replaced nor the new ones", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(401, {}), Fake.json(403, { success: false, error: `${old} or ${renewed}` }))
      const error = yield* Robots.get({ id: 1 }).pipe(Effect.flip, Effect.provide(Layer.merge(auth(), fake.layer)))
      assert.lengthOf(fake.seen, 2)
      assert.include(error.message, "<redacted> or <redacted>")
    })
  )
})

it.effect("an error tells how often the request was sent", () =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.json(500, {}))
    const { result } = yield* timed(
      Robots.get({ id: 1 }).pipe(HttpLayer.withPolicy({ retries: 2 }), Effect.provide(fake.live))
    )
    assert.strictEqual(result._tag, "Left")
    if (result._tag === "Left") {
      assert.deepInclude(result.left, { attempts: 3 })
      assert.include(result.left.message, "after 3 attempts")
    }
  })
)
