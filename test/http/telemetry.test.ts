/** What is told of a call beside its value: tables of `withMeta`, of drift, and of requests that were not sent. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Logger } from "effect"
import * as Drift from "../../src/internal/telemetry/drift.js"
import * as Meta from "../../src/internal/telemetry/meta.js"
import * as Measured from "../support/metrics.js"

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
