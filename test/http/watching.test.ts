import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Endpoint, HttpLayer, Pipedrive } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"
import * as Metrics from "../support/metrics.js"
import * as Tracing from "../support/tracing.js"

const limits = {
  "x-ratelimit-limit": "80",
  "x-ratelimit-remaining": "79",
  "x-ratelimit-reset": "2",
  "x-daily-ratelimit-token-limit": "150000",
  "x-daily-ratelimit-token-remaining": "148878",
  "x-correlation-id": "c-1",
  "set-cookie": "a=b"
}
const robot = Fake.json(200, { success: true, data: { id: 1 } }, limits)

const later = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    for (let n = 0; n < 20; n++) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

/** The spans an effect makes. */
const spansOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { spans, tracer } = yield* Tracing.collector
    yield* Effect.withTracer(Effect.exit(effect), tracer)
    return spans
  })

describe("Endpoint.withMeta", () => {
  it.effect("gives the value, and what else there is to know of the call", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(503, {}), robot)
      const { meta, value } = yield* later(Endpoint.withMeta(Robots.get({ id: 1 })).pipe(Effect.provide(fake.live)))
      assert.deepStrictEqual(value.data, { id: 1 })
      const { headers, waited, ...rest } = meta
      assert.deepStrictEqual(rest, {
        calls: 1,
        attempts: 2,
        status: 200,
        correlationId: "c-1",
        burst: { limit: 80, remaining: 79, reset: Duration.seconds(2) },
        daily: { limit: 150000, remaining: 148878 }
      })
      assert.isAbove(Duration.toMillis(waited), 0)
      assert.notProperty(headers, "set-cookie")
      assert.strictEqual(headers["x-ratelimit-limit"], "80")
    })
  )

  it.effect("counts calls, tells of the last one, and of none where there was none", () =>
    Effect.gen(function* () {
      const fake = Fake.make(robot, Fake.ok([]))
      const both = Effect.zipRight(Robots.get({ id: 1 }), Robots.list)
      const { meta } = yield* Endpoint.withMeta(both).pipe(Effect.provide(fake.live))
      assert.deepInclude(meta, {
        calls: 2,
        status: 200,
        burst: { limit: undefined, remaining: undefined, reset: undefined }
      })
      const none = yield* Endpoint.withMeta(Effect.succeed(1))
      assert.deepInclude(none.meta, { calls: 0, attempts: 0, status: undefined })
    })
  )

  it.effect("is private to its effect: one inside another, many at once", () =>
    Effect.gen(function* () {
      const fake = Fake.make((seen) =>
        Fake.json(200, { success: true, data: { id: 1 } }, { "x-correlation-id": seen.path.split("/").at(-1) ?? "" })
      )
      const ids = yield* Effect.forEach(
        [1, 2, 3, 4],
        (id) => Effect.map(Endpoint.withMeta(Robots.get({ id })), ({ meta }) => meta.correlationId),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(ids, ["1", "2", "3", "4"])
    })
  )
})

describe("spans", () => {
  it.effect("one for a call; where it is repeated one for each attempt, too", () =>
    Effect.gen(function* () {
      const once = yield* spansOf(Robots.get({ id: 4711 }).pipe(Effect.provide(Fake.make(robot).live)))
      assert.deepStrictEqual(
        once.map((span) => span.name),
        ["Pipedrive.v2.Robots.get"]
      )
      const fake = Fake.make(Fake.json(503, {}), { fault: new Error("reset") }, robot)
      const spans = yield* spansOf(later(Robots.get({ id: 4711 }).pipe(Effect.provide(fake.live))))
      const [call, ...attempts] = spans
      assert.deepStrictEqual(
        attempts.map((span) => [
          span.name,
          Object.fromEntries(span.attributes),
          Option.getOrUndefined(span.parent)?.spanId
        ]),
        [
          { "pipedrive.attempt": 1, "http.response.status_code": 503, "error.type": "ServerError" },
          { "pipedrive.attempt": 2, "error.type": "TransportError" },
          { "pipedrive.attempt": 3, "http.response.status_code": 200 }
        ].map((attributes) => ["Pipedrive.v2.Robots.get.attempt", attributes, call?.spanId])
      )
      assert.deepInclude(Object.fromEntries(call?.attributes ?? []), {
        "url.template": "/api/v2/robots/{id}",
        "http.response.status_code": 200,
        "pipedrive.attempts": 3
      })
      // in order, one after the other, within the call
      const times = spans.map(({ status }) => (status._tag === "Ended" ? [status.startTime, status.endTime] : []))
      const [[begin, end] = [], ...parts] = times
      let from = begin ?? 0n
      for (const [start = 0n, stop = 0n] of parts) {
        assert.isTrue(start >= from && stop >= start && stop <= (end ?? 0n))
        from = stop
      }
      for (const span of spans) assert.notInclude(JSON.stringify([...span.attributes]), "4711")
    })
  )

  it.effect("say that a call failed, and with what", () =>
    Effect.gen(function* () {
      const [span] = yield* spansOf(Robots.get({ id: 1 }).pipe(Effect.provide(Fake.make(Fake.json(404, {})).live)))
      assert.strictEqual(span?.status._tag, "Ended")
      assert.strictEqual(span?.attributes.get("http.response.status_code"), 404)
      if (span?.status._tag === "Ended") assert.strictEqual(span.status.exit._tag, "Failure")
    })
  )

  it.effect("hold nothing of what came", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({ id: 1, name: "Marvin" }))
      const both = Effect.all([Robots.get({ id: 1 }), Pipedrive.request({ version: "v2", path: "/robots/1" })])
      const spans = yield* spansOf(
        Effect.tap(both, (answers) => Effect.sync(() => assert.match(JSON.stringify(answers), /(Marvin.*){2}/))).pipe(
          Effect.provide(fake.live)
        )
      )
      assert.lengthOf(spans, 2)
      for (const span of spans) {
        assert.isTrue(span.status._tag === "Ended" && span.status.exit._tag === "Success")
        assert.notInclude(inspect(span, { depth: Number.POSITIVE_INFINITY }), "Marvin")
      }
    })
  )

  it.effect("cost nothing where tracing is off", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(503, {}), robot)
      const spans = yield* spansOf(
        later(Robots.get({ id: 1 }).pipe(Effect.withTracerEnabled(false), Effect.provide(fake.live)))
      )
      assert.lengthOf(spans, 0)
    })
  )
})

describe("metrics", () => {
  const count = (name: string, tags: Record<string, string>) =>
    Effect.map(Metrics.all, (measured) =>
      measured
        .filter((one) => one.name === name && Object.entries(tags).every(([key, value]) => one.labels[key] === value))
        .reduce((sum, { value }) => sum + value, 0)
    )

  it.effect("count calls that failed before anything was sent", () =>
    Effect.gen(function* () {
      const tags = { run: "unsent-test" }
      const fake = Fake.make(robot)
      yield* Effect.all(
        [
          Robots.update({ id: 1, name: 7 as never }),
          Robots.update({ id: 1, name: "R" }).pipe(HttpLayer.withPolicy({ retries: -1 })),
          Pipedrive.request({ version: "v2", path: "robots" })
        ].map(Effect.flip)
      ).pipe(Metrics.labelled("run", tags.run), Effect.provide(fake.live))
      const counts = yield* Effect.all({
        endpoint: count("pipedrive_calls", { ...tags, endpoint: "v2.Robots.update", outcome: "InvalidRequest" }),
        raw: count("pipedrive_calls", { ...tags, endpoint: "v2.request", outcome: "InvalidRequest" }),
        attempts: count("pipedrive_attempts", { ...tags, endpoint: "v2.Robots.update" })
      })
      assert.deepStrictEqual(counts, { endpoint: 2, raw: 1, attempts: 0 })
    })
  )

  it.effect("count calls, attempts, refusals, waits and tokens", () =>
    Effect.gen(function* () {
      const tags = { run: "metrics-test" }
      const fake = Fake.make(Fake.json(429, {}), robot, Fake.json(404, {}))
      yield* later(
        Effect.all([Robots.update({ id: 1, name: "R" }), Effect.flip(Robots.update({ id: 2, name: "R" }))]).pipe(
          Metrics.labelled("run", tags.run),
          Effect.provide(fake.live)
        )
      )
      const endpoint = "v2.Robots.update"
      const counts = yield* Effect.all({
        ok: count("pipedrive_calls", { ...tags, endpoint, outcome: "success" }),
        missing: count("pipedrive_calls", { ...tags, endpoint, outcome: "NotFound" }),
        attempts: count("pipedrive_attempts", { ...tags, endpoint }),
        spent: count("pipedrive_tokens_spent", { ...tags, endpoint }),
        left: count("pipedrive_tokens_left", tags),
        refused: count("pipedrive_rate_limited", { ...tags, kind: "burst" }),
        waits: count("pipedrive_wait_ms", { ...tags, reason: "retry" })
      })
      assert.deepStrictEqual(counts, { ok: 1, missing: 1, attempts: 3, spent: 30, left: 148878, refused: 1, waits: 1 })
    })
  )
})

it.effect("a repeated call says so in the log, at debug level, with what it was about", () =>
  Effect.gen(function* () {
    const lines: Array<readonly [string, Record<string, unknown>]> = []
    const logger = Logger.make(({ annotations, message }) => {
      lines.push([String(message), Object.fromEntries(HashMap.toEntries(annotations))])
    })
    const fake = Fake.make(Fake.json(503, { success: false }), robot)
    yield* later(
      Robots.get({ id: 1 }).pipe(
        Logger.withMinimumLogLevel(LogLevel.Debug),
        Effect.provide(Layer.merge(fake.live, Logger.replace(Logger.defaultLogger, logger)))
      )
    )
    assert.lengthOf(lines, 1)
    const [message, annotations] = lines[0]!
    assert.match(message, /^v2\.Robots\.get: Pipedrive failed \(503\)\. Trying again in \d+ms$/)
    assert.deepInclude(annotations, { endpoint: "v2.Robots.get", attempt: 1, error: "ServerError" })
  })
)

it.effect("the limiter's waits are seen, too", () =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.json(429, {}, { "retry-after": "3" }), robot)
    const live = Layer.merge(fake.live, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(fake.layer)))
    const { meta } = yield* later(Endpoint.withMeta(Robots.get({ id: 1 })).pipe(Effect.provide(live)))
    assert.deepInclude(meta, { attempts: 2 })
    assert.isAtLeast(Duration.toMillis(meta.waited), 3000)
  })
)
