import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Auth, type Endpoint, HttpLayer, Pipedrive, PipedriveError, RateLimiter } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"

const runs = 5000

/** Strings that headers of interest hold, and all that they should not. */
const value = FastCheck.oneof(
  FastCheck.string({ unit: "binary", maxLength: 30 }),
  FastCheck.integer().map(String),
  FastCheck.double().map(String),
  FastCheck.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  FastCheck.constantFrom(
    "0",
    "-1",
    "1e309",
    "NaN",
    "Infinity",
    " 2 ",
    "2.5",
    "١",
    "0x10",
    "https://x.example/",
    "//",
    "?"
  )
)
const name = FastCheck.oneof(
  FastCheck.constantFrom(
    "retry-after",
    "x-ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-daily-ratelimit-token-remaining",
    "x-daily-ratelimit-token-limit",
    "location",
    "content-type",
    "content-length",
    "content-disposition",
    "x-correlation-id"
  ),
  FastCheck.string({ maxLength: 10 })
)
const headers = FastCheck.dictionary(name, value, { maxKeys: 8 })
const status = FastCheck.oneof(
  FastCheck.integer({ min: -1, max: 1100 }),
  FastCheck.constantFrom(200, 201, 204, 301, 307, 400, 401, 403, 404, 410, 429, 500, 503)
)
const body = FastCheck.oneof(
  FastCheck.uint8Array({ maxLength: 60 }),
  FastCheck.json().map((text) => new TextEncoder().encode(text)),
  FastCheck.record({
    success: FastCheck.anything(),
    data: FastCheck.jsonValue(),
    error: FastCheck.jsonValue(),
    errors: FastCheck.jsonValue(),
    code: FastCheck.jsonValue(),
    additional_data: FastCheck.jsonValue()
  }).map((envelope) => {
    try {
      return new TextEncoder().encode(JSON.stringify(envelope))
    } catch {
      return new Uint8Array()
    }
  })
)

/** A transport that answers anything at all: more than a `Response` could hold. */
const answering = (status: number, headers: Readonly<Record<string, string>>, body: Uint8Array) =>
  HttpClient.make((request) =>
    Effect.sync(() => {
      const content = HttpClientResponse.fromWeb(request, new Response(body.length === 0 ? null : (body as BodyInit)))
      return Object.create(content, {
        status: { value: status },
        headers: { value: Headers.unsafeFromRecord({ ...headers }) }
      })
    })
  )

const auth = Effect.scoped(Layer.build(Auth.apiKey("SECRET")))

/** A call over a transport of its own, with a limiter that knows nothing yet. */
const over = <A, E>(
  call: Effect.Effect<A, E, HttpClient.HttpClient | Auth.Auth>,
  client: HttpClient.HttpClient,
  context: Context.Context<Auth.Auth>
) =>
  call.pipe(
    HttpLayer.withPolicy({ retries: 0, timeout: Duration.infinity, totalTimeout: Duration.infinity }),
    Effect.provideService(RateLimiter.CurrentLimiter, RateLimiter.make({}, true, undefined)),
    Effect.provide(Context.add(context, HttpClient.HttpClient, client))
  )

/** Vitest's own messages come through between fibers that never wait. */
const breath = Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))

describe("whatever a server answers", () => {
  it.effect(
    `is a value or a PipedriveError, never a defect (${runs} answers)`,
    () =>
      Effect.gen(function* () {
        const calls = [
          Robots.get({ id: 1 }),
          Robots.list,
          Robots.download({ id: 1 }),
          Robots.remove({ id: 1 }),
          Robots.add({ name: "R" }),
          Pipedrive.request({ version: "v1", path: "/x" })
        ]
        const context = yield* auth
        const endings = new Map<string, number>()
        for (const [n, sample] of FastCheck.sample(FastCheck.tuple(status, headers, body), {
          numRuns: runs,
          seed: 5
        }).entries()) {
          const call = calls[n % calls.length] as Effect.Effect<
            unknown,
            PipedriveError.PipedriveError,
            Endpoint.Requirements
          >
          if (n % 100 === 0) yield* breath
          const exit = yield* Effect.exit(over(call, answering(...sample), context))
          const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : undefined
          if (failure !== undefined && failure._tag === "None")
            assert.fail(`${JSON.stringify(sample)}: ${String(exit)}`)
          const error = failure?.value
          if (error !== undefined) {
            assert.isTrue(PipedriveError.isPipedriveError(error))
            assert.isString(error.message)
            assert.isBoolean(PipedriveError.isRetryable(error))
          }
          const ending = error?._tag ?? "value"
          endings.set(ending, (endings.get(ending) ?? 0) + 1)
        }
        assert.isAbove(endings.size, 12)
      }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))),
    180_000
  )

  it.effect("asks for a wait that is finite and bounded, or for none", () =>
    Effect.gen(function* () {
      const context = yield* auth
      const waits: Array<number> = []
      for (const [wait, reset] of FastCheck.sample(FastCheck.tuple(value, value), { numRuns: runs, seed: 7 })) {
        const client = answering(429, { "retry-after": wait, "x-ratelimit-reset": reset }, new Uint8Array())
        const error = yield* Effect.flip(over(Robots.get({ id: 1 }), client, context))
        assert.strictEqual(error._tag, "RateLimited")
        if (error._tag !== "RateLimited" || error.retryAfter === undefined) continue
        const millis = Duration.toMillis(error.retryAfter)
        assert.isTrue(millis > 0 && millis <= 86_400_000, `${wait} ${reset}: ${millis}`)
        waits.push(millis)
      }
      assert.isAbove(waits.length, 100)
    })
  )
})
