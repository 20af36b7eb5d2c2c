/** What is told of a call beside its value: tables of `withMeta`, of attempts, of drift, and of requests that were not sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { PipedriveError } from "effect-pipedrive"
import type { CallState } from "../../src/internal/http/call.js"
import type * as Gate from "../../src/internal/rateLimit/gate.js"
import * as Attempts from "../../src/internal/telemetry/attempts.js"
import * as Drift from "../../src/internal/telemetry/drift.js"
import * as Meta from "../../src/internal/telemetry/meta.js"
import * as Metrics from "../../src/internal/telemetry/metrics.js"
import * as Clocks from "../support/clock.js"
import * as Measured from "../support/metrics.js"
import * as Tracing from "../support/tracing.js"

describe("what is told of a call", () => {
  const names = [
    "content-type",
    "content-disposition",
    "date",
    "etag",
    "last-modified",
    "retry-after",
    "x-correlation-id",
    "x-daily-ratelimit-token-limit",
    "x-daily-ratelimit-token-remaining",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset"
  ]
  const collect = (headers: Record<string, string>, before = Meta.none) => {
    const collector: Meta.Collector = { meta: before }
    Meta.collect(collector, { attempts: 2, waited: 1500, status: 201, headers, secrets: ["secret-token"] })
    return collector.meta
  }

  it("is what the headers say, by number and by name", () => {
    const meta = collect({
      "x-correlation-id": "c-1",
      "x-ratelimit-limit": "20",
      "x-ratelimit-remaining": "19",
      "x-ratelimit-reset": "2",
      "x-daily-ratelimit-token-limit": "30000",
      "x-daily-ratelimit-token-remaining": "29999"
    })
    assert.deepStrictEqual(meta, {
      calls: 1,
      attempts: 2,
      waited: Duration.millis(1500),
      status: 201,
      correlationId: "c-1",
      burst: { limit: 20, remaining: 19, reset: Duration.seconds(2) },
      daily: { limit: 30_000, remaining: 29_999 },
      headers: {
        "x-correlation-id": "c-1",
        "x-daily-ratelimit-token-limit": "30000",
        "x-daily-ratelimit-token-remaining": "29999",
        "x-ratelimit-limit": "20",
        "x-ratelimit-remaining": "19",
        "x-ratelimit-reset": "2"
      }
    })
    const none = { limit: undefined, remaining: undefined }
    assert.deepStrictEqual(collect({}, meta), {
      calls: 2,
      attempts: 2,
      waited: Duration.millis(1500),
      status: 201,
      correlationId: undefined,
      burst: { ...none, reset: undefined },
      daily: none,
      headers: {}
    })
    assert.deepStrictEqual(Meta.none, {
      calls: 0,
      attempts: 0,
      waited: Duration.zero,
      status: undefined,
      correlationId: undefined,
      burst: { ...none, reset: undefined },
      daily: none,
      headers: {}
    })
  })

  it("has the headers that say something of the answer, without secrets", () => {
    const given = Object.fromEntries([...names, "set-cookie", "server"].map((name) => [name, `of ${name}`]))
    assert.deepStrictEqual(Object.keys(collect(given).headers), names)
    assert.notInclude(collect({ etag: "a secret-token of theirs" }).headers.etag, "secret-token")
    assert.strictEqual(collect({ etag: "" }).headers.etag, "")
  })
})

const call = { endpoint: "v2.Robots.get", method: "GET", path: "/api/v2/robots/1" }
/** What is read of a call in progress. */
const inProgress = (given: {
  readonly tries?: number
  readonly attempts?: number
  readonly began?: number
  readonly cost?: number
  readonly span?: Tracer.Span
  readonly status?: number
}) =>
  ({
    sending: { call, span: given.span, cost: given.cost },
    tries: given.tries,
    attempts: given.attempts,
    began: given.began,
    answer: given.status === undefined ? undefined : { status: given.status }
  }) as CallState<never>
const failed = new PipedriveError.ServerError({ ...call, attempts: 2, status: 503 })

describe("an attempt", () => {
  /** The span of an attempt of a call that began at so many nanoseconds. */
  const spanOf = (
    given: Parameters<typeof inProgress>[0],
    times: { readonly started: bigint; readonly ended: number },
    error?: PipedriveError.PipedriveError
  ) =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const status = { _tag: "Started", startTime: times.started } as const
      const span = { _tag: "Span", name: "Call", traceId: "t", spanId: "s", sampled: true, status } as Tracer.Span
      const record = Attempts.recordAttempt(inProgress({ ...given, span }), error).pipe(
        Effect.withClock(
          Clocks.make(
            () => times.ended,
            () => Effect.void
          )
        ),
        Effect.withTracer(tracer)
      )
      yield* Effect.withTracerEnabled(record, false)
      assert.lengthOf(spans, 0)
      yield* record
      const [attempt] = spans
      assert.lengthOf(spans, 1)
      assert.strictEqual(Option.getOrUndefined(attempt?.parent ?? Option.none()), span)
      return attempt
    })

  it.effect("is a span within that of its call, with the status that came", () =>
    Effect.gen(function* () {
      const span = yield* spanOf({ tries: 3, began: 1000, status: 200 }, { started: 5n, ended: 1010 })
      assert.deepInclude(span, {
        name: "Call.attempt",
        kind: "client",
        links: [],
        status: { _tag: "Ended", startTime: 1_000_000_000n, endTime: 1_010_000_000n, exit: Exit.void }
      })
      assert.deepStrictEqual(Object.fromEntries(span?.attributes ?? []), {
        "pipedrive.attempt": 3,
        "http.response.status_code": 200
      })
    })
  )

  it.effect("that failed says with what, and one that had no answer has no status", () =>
    Effect.gen(function* () {
      const span = yield* spanOf({ tries: 1, began: 1000 }, { started: 5n, ended: 1010 }, failed)
      assert.deepStrictEqual(Object.fromEntries(span?.attributes ?? []), {
        "pipedrive.attempt": 1,
        "error.type": "ServerError"
      })
      assert.deepInclude(span?.status, { exit: Exit.fail(failed) })
    })
  )

  it.effect("begins no sooner than its call, and ends no sooner than it begins", () =>
    Effect.gen(function* () {
      const times = (began: number, started: bigint, ended: number) =>
        Effect.map(spanOf({ tries: 1, began }, { started, ended }), (span) =>
          span?.status._tag === "Ended" ? [span.status.startTime, span.status.endTime] : []
        )
      assert.deepStrictEqual(yield* times(1000, 1_000_400_000n, 1001), [1_000_400_000n, 1_001_000_000n])
      assert.deepStrictEqual(yield* times(1000, 1_000_400_000n, 1000), [1_000_400_000n, 1_000_400_000n])
      // a clock may give parts of a millisecond
      assert.deepStrictEqual(yield* times(1000.7, 0n, 1001), [1_000_000_000n, 1_001_000_000n])
    })
  )

  it.effect("that is repeated is told at debug level, with what it was about", () =>
    Effect.gen(function* () {
      const lines: Array<unknown> = []
      const logger = Logger.make(({ annotations, logLevel, message }) => {
        lines.push([logLevel.label, String(message), Object.fromEntries(HashMap.toEntries(annotations))])
      })
      yield* Attempts.logRetry(inProgress({ tries: 2 }), failed, 1500).pipe(
        Logger.withMinimumLogLevel(LogLevel.Debug),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )
      const about = { endpoint: "v2.Robots.get", attempt: 2, error: "ServerError", wait_ms: 1500 }
      assert.deepStrictEqual(lines, [["DEBUG", `${failed.message}. Trying again in 1s 500ms`, about]])
    })
  )

  it("that was not sent is an error that says why", () => {
    const errorOf = (refusal: Gate.Refusal) => Attempts.toError(inProgress({ attempts: 1, cost: 20 }), refusal)
    const { message, ...unavailable } = errorOf({ _tag: "unavailable", description: "the store is gone" })
    assert.include(message, "the store is gone")
    assert.deepInclude(unavailable, { ...call, _tag: "TransportError", attempts: 1, phase: "prepare" })
    const limited = { ...call, _tag: "RateLimited", attempts: 1, status: 429 } as const
    const burst = errorOf({ _tag: "burst", wait: 90_000 })
    assert.deepInclude(burst, { ...limited, kind: "burst", retryAfter: Duration.millis(90_000) })
    assert.include(burst.message, "not sent: Pipedrive asked these credentials to pause")
    const daily = errorOf({ _tag: "daily", limit: 1000, remaining: 15, reserved: 5 })
    assert.deepInclude(daily, { ...limited, kind: "daily", limit: 1000, remaining: 15 })
    assert.include(daily.message, "not sent: it costs 20 tokens, 15 remain and 5 are left to others")
    const alone = errorOf({ _tag: "daily", limit: undefined, remaining: 15, reserved: 0 })
    assert.notProperty(alone, "limit")
    assert.match(alone.message, /15 remain(?! and)/)
  })
})

it.effect("what is counted and measured has its labels, and those of the program", () =>
  Effect.gen(function* () {
    const labels = yield* Measured.labelled(
      "run",
      "tables"
    )(Effect.withFiberRuntime<Metrics.Labels>((fiber) => Effect.succeed(Metrics.labelsOf(fiber))))
    const meter = Metrics.make("v2.Measured.get")
    meter.called("success", labels)
    meter.called("success", labels)
    meter.called("NotFound", labels)
    meter.attempted(20, labels)
    meter.attempted(5, labels)
    Metrics.waited("turn", 7, labels)
    Metrics.waited("retry", 9, labels)
    Metrics.waited("retry", 9, labels)
    Metrics.refused("burst", labels)
    Metrics.refused("daily", labels)
    Metrics.refused("daily", labels)
    Metrics.left(123, labels)
    const measured = (yield* Measured.all).filter((one) => one.labels.run === "tables")
    const lines = measured.map(({ labels: { run: _, ...rest }, name, value }) => JSON.stringify([name, rest, value]))
    const endpoint = "v2.Measured.get"
    assert.deepStrictEqual(
      lines.sort(),
      [
        ["pipedrive_attempts", { endpoint }, 2],
        ["pipedrive_calls", { endpoint, outcome: "NotFound" }, 1],
        ["pipedrive_calls", { endpoint, outcome: "success" }, 2],
        ["pipedrive_rate_limited", { kind: "burst" }, 1],
        ["pipedrive_rate_limited", { kind: "daily" }, 2],
        ["pipedrive_tokens_left", {}, 123],
        ["pipedrive_tokens_spent", { endpoint }, 25],
        ["pipedrive_wait_ms", { reason: "retry" }, 2],
        ["pipedrive_wait_ms", { reason: "turn" }, 1]
      ].map((line) => JSON.stringify(line))
    )
  })
)

describe("drift", () => {
  const found = (...places: ReadonlyArray<string>) =>
    places.map((place) => ({ path: [place], place, message: "is missing" }))
  /** The warnings of some reports, by one memory. */
  const warnings = (
    reports: ReadonlyArray<readonly [endpoint: string, found: ReturnType<typeof found>, what?: string]>,
    told = Drift.make()
  ) => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.forEach(reports, ([endpoint, issues, what]) => Drift.report(endpoint, issues, what)).pipe(
      Effect.provideService(Drift.Told, told),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.as(lines)
    )
  }

  it.effect("is said once for each place of each endpoint", () =>
    Effect.gen(function* () {
      const lines = yield* warnings([
        ["v2.A.get", found("x", "y")],
        ["v2.A.get", found("y")],
        ["v2.A.get", found("y", "z")],
        ["v2.B.get", found("x"), "what was delivered"],
        ["v2.C.get", []]
      ])
      const end = "It is passed on as it came; this is said once."
      assert.deepStrictEqual(lines, [
        `v2.A.get: the answer is not as documented: \`x\` is missing; \`y\` is missing. ${end}`,
        `v2.A.get: the answer is not as documented: \`z\` is missing. ${end}`,
        `v2.B.get: what was delivered is not as documented: \`x\` is missing. ${end}`
      ])
    })
  )

  it.effect("is counted each time, by its place, or as one of too many", () =>
    Effect.gen(function* () {
      const told = Drift.make()
      const counted = Effect.map(Measured.all, (all) =>
        all
          .filter(({ labels, name }) => name === "pipedrive_response_drift" && labels.endpoint === "v2.Counted.get")
          .map(({ labels, value }) => [labels.path, value] as const)
          .sort(([one = ""], [other = ""]) => (one < other ? -1 : 1))
      )
      yield* warnings([["v2.Counted.get", found("x", "y")]], told)
      yield* warnings([["v2.Counted.get", found("y")]], told)
      assert.deepStrictEqual(yield* counted, [
        ["x", 1],
        ["y", 2]
      ])
      yield* warnings([["v2.Full.get", found(...Array.from({ length: 998 }, (_, at) => `p${at}`))]], told)
      yield* warnings([["v2.Counted.get", found("y", "z", "v")]], told)
      assert.deepStrictEqual(yield* counted, [
        ["*", 2],
        ["x", 1],
        ["y", 3]
      ])
    })
  )

  it.effect("names twelve places, and is silent after a thousand", () =>
    Effect.gen(function* () {
      const places = (count: number, from = 0) => found(...Array.from({ length: count }, (_, at) => `p${at + from}`))
      const named = (count: number) => Array.from({ length: count }, (_, at) => `\`p${at}\` is missing`).join("; ")
      const words = (text: string) => `v2.A.get: the answer is not as documented: ${text}`
      const start = (lines: ReadonlyArray<string>) => lines.map((line) => line.replace(/\. It is passed.*/, ""))
      assert.deepStrictEqual(start(yield* warnings([["v2.A.get", places(12)]])), [words(named(12))])
      assert.deepStrictEqual(start(yield* warnings([["v2.A.get", places(13)]])), [words(`${named(12)}; and 1 more`)])
      const told = Drift.make()
      yield* warnings([["v2.A.get", places(999)]], told)
      const last = yield* warnings([["v2.A.get", places(3, 999)]], told)
      assert.deepStrictEqual(start(last), [words("`p999` is missing")])
      assert.strictEqual(told.size, 1000)
      assert.deepStrictEqual(yield* warnings([["v2.A.get", places(2, 2000)]], told), [])
    })
  )
})
