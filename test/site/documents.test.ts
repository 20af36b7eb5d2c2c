/**
 * The guides say what the code does: errors with their tags, telemetry with its names.
 */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/TestClock"
import { PipedriveError as E, HttpLayer, Pipedrive } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"
import * as Tracing from "../support/tracing.js"

/** The tables below a heading of a document: rows of cells, without the code marks. */
const rows = (document: string, heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const text =
    readFileSync(document, "utf8")
      .split(/^#{1,3} /m)
      .find((part) => part.startsWith(`${heading}\n`)) ?? ""
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.replaceAll("`", "").trim())
    )
    .filter((_, index) => index > 0)
}

const call = { endpoint: "v2.Deals.get", method: "GET", path: "/api/v2/deals/1" }
const sent = { ...call, attempts: 1 }
const with_ = (status: number, method = "GET") => ({ ...sent, method, status })

/** Of each tag errors that are retried, and such that are not. */
const samples: Readonly<
  Record<
    E.PipedriveError["_tag"],
    { readonly yes: ReadonlyArray<E.PipedriveError>; readonly no: ReadonlyArray<E.PipedriveError> }
  >
> = {
  InvalidRequest: { yes: [], no: [new E.InvalidRequest({ ...call, issues: [] })] },
  AuthError: {
    yes: [new E.AuthError({ reason: "TokenEndpoint", description: "", transient: true })],
    no: [new E.AuthError({ reason: "NotAuthorized", description: "" })]
  },
  BadRequest: { yes: [], no: [new E.BadRequest(with_(400))] },
  Unauthorized: { yes: [], no: [new E.Unauthorized(with_(401))] },
  PaymentRequired: { yes: [], no: [new E.PaymentRequired(with_(402))] },
  Forbidden: { yes: [], no: [new E.Forbidden({ ...with_(403), blockedByEdge: true })] },
  NotFound: { yes: [], no: [new E.NotFound(with_(404))] },
  Conflict: { yes: [], no: [new E.Conflict(with_(409))] },
  Gone: { yes: [], no: [new E.Gone(with_(410))] },
  UnprocessableEntity: { yes: [], no: [new E.UnprocessableEntity(with_(422))] },
  RateLimited: {
    yes: [
      new E.RateLimited({ ...with_(429), kind: "burst" }),
      new E.RateLimited({ ...with_(429, "POST"), kind: "burst" })
    ],
    no: [new E.RateLimited({ ...with_(429), kind: "daily" })]
  },
  ServerError: {
    yes: [new E.ServerError(with_(500)), new E.ServerError(with_(503, "DELETE"))],
    no: [new E.ServerError(with_(500, "POST")), new E.ServerError(with_(501)), new E.ServerError(with_(505))]
  },
  UnexpectedStatus: {
    yes: [new E.UnexpectedStatus(with_(408)), new E.UnexpectedStatus(with_(425))],
    no: [new E.UnexpectedStatus(with_(418)), new E.UnexpectedStatus(with_(408, "POST"))]
  },
  InvalidResponse: {
    yes: [new E.InvalidResponse({ ...with_(200), issues: [], snippet: "<h1>" })],
    no: [
      new E.InvalidResponse({ ...with_(200), issues: [] }),
      new E.InvalidResponse({ ...with_(200, "PUT"), issues: [], snippet: "<h1>" })
    ]
  },
  TransportError: {
    yes: (["connect", "send", "receive"] as const).map(
      (phase) => new E.TransportError({ ...sent, phase, description: "" })
    ),
    no: [
      new E.TransportError({ ...sent, phase: "prepare", description: "" }),
      new E.TransportError({ ...sent, phase: "redirect", description: "" }),
      new E.TransportError({ ...sent, phase: "body", description: "" }),
      new E.TransportError({ ...sent, method: "POST", phase: "send", description: "" }),
      new E.TransportError({ ...sent, method: "POST", phase: "receive", description: "" }),
      new E.TransportError({ ...sent, phase: "connect", description: "", code: "CERT_HAS_EXPIRED" })
    ]
  },
  Timeout: {
    yes: [new E.Timeout({ ...sent, of: "attempt", duration: Duration.seconds(1) })],
    no: [
      new E.Timeout({ ...sent, of: "call", duration: Duration.seconds(1) }),
      new E.Timeout({ ...sent, method: "POST", of: "attempt", duration: Duration.seconds(1) })
    ]
  }
}

describe("docs/errors.md", () => {
  const table = rows("docs/errors.md", "Errors")
  const tags = Object.keys(samples)

  it("has each tag of PipedriveError in its table and as a section, and no other", () => {
    const documented = table.map(([tag]) => /\[(\w+)\]/.exec(tag ?? "")?.[1])
    assert.deepStrictEqual(documented.toSorted(), tags.toSorted())
    const text = readFileSync("docs/errors.md", "utf8")
    const sections = Array.from(text.matchAll(/^### (\w+)$/gm), ([, name]) => name)
    assert.deepStrictEqual(sections, documented)
    for (const tag of tags) assert.include(text, `](#${tag.toLowerCase()})`)
  })

  it("says what is retried as isRetryable does, and by which status each comes", () => {
    for (const [cell = "", status, , retried] of table) {
      const tag = /\[(\w+)\]/.exec(cell)?.[1] as keyof typeof samples
      const { no, yes } = samples[tag]
      for (const error of yes) assert.isTrue(E.isRetryable(error), error.message)
      for (const error of no) assert.isFalse(E.isRetryable(error), error.message)
      assert.strictEqual(retried, yes.length === 0 ? "no" : "depends", tag)
      const [one] = [...no, ...yes]
      if (/^\d+$/.test(status ?? ""))
        assert.strictEqual(String(one !== undefined && "status" in one ? one.status : ""), status)
    }
  })

  it("names each error that the package's modules have", () => {
    const text = readFileSync("docs/errors.md", "utf8")
    for (const file of readdirSync("src").filter((file) => file.endsWith(".ts"))) {
      const source = readFileSync(`src/${file}`, "utf8")
      for (const [, name] of source.matchAll(/^export class (\w+) extends [^{]*?(?:TaggedError|ErrorClass)/gm)) {
        assert.include(text, `\`${name}\``, `src/${file}`)
      }
    }
  })

  it("names each reason of an AuthError, and each phase of a TransportError", () => {
    const text = readFileSync("src/PipedriveError.ts", "utf8")
    const union = /export type AuthErrorReason =([^\n]*(?:\n {2}\|[^\n]*)+)/.exec(text)?.[1] ?? ""
    const reasons = Array.from(union.matchAll(/"(\w+)"/g), ([, reason]) => reason)
    assert.isAbove(reasons.length, 5)
    assert.deepStrictEqual(
      rows("docs/errors.md", "AuthError").map(([reason]) => reason),
      reasons
    )
    const phases = Array.from(
      /readonly phase: ([^\n]+)/.exec(text)?.[1]?.matchAll(/"(\w+)"/g) ?? [],
      ([, phase]) => phase
    )
    assert.deepStrictEqual(
      rows("docs/errors.md", "TransportError").map(([phase]) => phase),
      phases
    )
    for (const [phase = "", , acted = "", retried = ""] of rows("docs/errors.md", "TransportError")) {
      const error = new E.TransportError({ ...sent, method: "PATCH", phase: phase as "send", description: "" })
      assert.strictEqual(/^yes/.test(acted), E.mayHaveActed(error), phase)
      assert.strictEqual(retried !== "no", E.isRetryable(error), phase)
    }
  })
})

/** Calls that make everything there is to see: retries, a 429, a drift, a failure. */
const eventful = Effect.gen(function* () {
  const limits = { "x-daily-ratelimit-token-remaining": "148878", "x-daily-ratelimit-token-limit": "150000" }
  const fake = Fake.make(
    Fake.json(429, {}, { "x-ratelimit-reset": "1" }),
    Fake.json(503, {}),
    Fake.json(200, { success: true, data: { id: "one" } }, limits),
    Fake.json(404, { success: false })
  )
  const calls = Effect.gen(function* () {
    yield* Robots.get({ id: 1 })
    yield* Effect.either(Robots.get({ id: 2 }))
    yield* Effect.either(Pipedrive.request({ version: "v2", path: "/robots" }))
  })
  const fiber = yield* Effect.fork(calls.pipe(HttpLayer.withPolicy({ retries: 3 }), Effect.provide(fake.live)))
  for (let n = 0; n < 60; n++) yield* TestClock.adjust("1 second")
  yield* Fiber.join(fiber)
})

describe("docs/observability.md", () => {
  it.effect("names the metrics and their labels", () =>
    Effect.gen(function* () {
      yield* eventful
      const seen = new Map<string, Set<string>>()
      for (const { metricKey } of yield* Metric.snapshot) {
        if (!metricKey.name.startsWith("pipedrive_")) continue
        const labels = seen.get(metricKey.name) ?? new Set()
        for (const { key } of metricKey.tags) labels.add(key)
        seen.set(metricKey.name, labels)
      }
      assert.deepStrictEqual(
        Object.fromEntries(
          rows("docs/observability.md", "Metrics").map(([name, , labels = ""]) => [
            name,
            labels
              .split(", ")
              .filter((label) => label !== "")
              .sort()
          ])
        ),
        Object.fromEntries([...seen].map(([name, labels]) => [name, [...labels].sort()]))
      )
    })
  )

  it.effect("names the spans and their attributes", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      yield* Effect.withTracer(eventful, tracer)
      const attributes = (name: RegExp) =>
        [...new Set(spans.filter((span) => name.test(span.name)).flatMap((span) => [...span.attributes.keys()]))].sort()
      const documented = rows("docs/observability.md", "Spans").filter(
        (cells) => cells.length === 3 && /[._]/.test(cells[0] ?? "") && !(cells[0] ?? "").startsWith("Pipedrive.")
      )
      const of = (what: string) =>
        documented
          .filter(([, whose]) => whose?.split(", ").includes(what))
          .map(([name]) => name ?? "")
          .sort()
      assert.deepStrictEqual(of("call"), attributes(/^Pipedrive\.v2\.Robots\.get$/))
      assert.deepStrictEqual(of("attempt"), attributes(/\.attempt$/))
      const names = rows("docs/observability.md", "Spans").map(([name]) => name)
      assert.includeMembers(names, [
        "Pipedrive.v2.Deals.list",
        "Pipedrive.v2.Deals.list.attempt",
        "Pipedrive.v2.request"
      ])
      assert.isTrue(spans.some(({ name }) => name === "Pipedrive.v2.request"))
      const sources = readFileSync("src/internal/oauth/app.ts", "utf8")
      for (const name of names.filter((name) => name?.startsWith("Pipedrive.oauth")))
        assert.include(sources, `"${name}"`)
    })
  )

  it.effect("names what retries log", () =>
    Effect.gen(function* () {
      const annotations = new Set<string>()
      const logger = Logger.make(({ annotations: found, logLevel }) => {
        if (logLevel === LogLevel.Debug) for (const key of HashMap.keys(found)) annotations.add(key)
      })
      yield* eventful.pipe(
        Logger.withMinimumLogLevel(LogLevel.Debug),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )
      const [debug] = rows("docs/observability.md", "Logs")
      assert.deepStrictEqual(debug?.[2]?.split(", ").sort(), [...annotations].sort())
    })
  )
})
