import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Bulk, CustomFields, type Endpoint, Pipedrive, type PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Upsert from "effect-pipedrive/Upsert"
import { Deals, Products } from "effect-pipedrive/v2"
import * as CallSite from "../src/internal/callSite.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"
import * as Tracing from "./support/tracing.js"

const by = { title: "nothing of that name" }
const twin = { title: "Twin" }
const odd = { include_fields: ["nothing"] as never }

describe("a failed call names the caller's line", () => {
  /** The place of a line of this file that has this mark, as stacks write it. */
  const lineOf = (mark: string) =>
    Effect.map(
      Effect.promise(() => import("node:fs/promises").then((fs) => fs.readFile(new URL(import.meta.url), "utf8"))),
      (text) => text.split("\n").findIndex((line) => line.endsWith(`// ${mark}`)) + 1
    )
  const failing = Fake.make(Fake.json(404, { success: false, error: "Robot not found" }))
  const causeOf = <A, E>(call: Effect.Effect<A, E, Endpoint.Requirements>) =>
    call.pipe(Effect.provide(failing.live), Effect.sandbox, Effect.flip)
  const locations = (text: string) => [...text.matchAll(/callSite\.test\.ts:(\d+)/g)].map((match) => Number(match[1]))

  it.effect.each([
    ["a call", "call", () => Effect.flatMap(Effect.void, () => Robots.get({ id: 7 }))], // call
    [
      "a call in a generator",
      "generator",
      () =>
        Effect.gen(function* () {
          return yield* Robots.get({ id: 7 }) // generator
        })
    ],
    [
      "an endpoint that is an Effect, in a generator",
      "program",
      () =>
        Effect.gen(function* () {
          return yield* Robots.list // program
        })
    ],
    ["a call that sends nothing", "refused", () => Effect.suspend(() => Robots.get({ id: Number.NaN }))], // refused
    ["a stream", "stream", () => Stream.runDrain(Robots.list.stream({ busy: true }))], // stream
    ["pages", "pages", () => Stream.runDrain(Robots.list.pages())], // pages
    ["a request of one's own", "raw", () => Pipedrive.request({ version: "v2", path: "/robots/7" })] // raw
  ] as const)("%s", ([, mark, call]) =>
    Effect.gen(function* () {
      const cause = yield* causeOf<unknown, PipedriveError.PipedriveError>(call())
      const line = yield* lineOf(mark)
      const pretty = Cause.pretty(cause)
      assert.deepStrictEqual(locations(pretty), [line], pretty)
      assert.match(pretty, /at Pipedrive\.v2\./)
      // nothing of the runtime stands between the message and the caller
      assert.strictEqual(pretty.split("\n").length, 3, pretty)
    })
  )

  const failure = (results: Stream.Stream<Bulk.Result<unknown, unknown, unknown>, unknown, Endpoint.Requirements>) =>
    Stream.runForEach(results, (result) => (result._tag === "Failed" ? Effect.fail(result.error) : Effect.void))
  const fields = CustomFields.define({ contract: CustomFields.varchar("d1f443a570bc497f809f07309cd3a6903ffe8900") })
  const NamedDeals = CustomFields.module(Deals, fields)
  const wrong = { contract: 7 as never }
  const stage_id = 999
  it.effect.each([
    ["a list that is too long", "collect", () => Deals.list.collect({}, { max: 3 })], // collect
    ["many gets, refused", "many", () => Deals.get.many({ ids: [Number.NaN] })], // many
    ["many gets with an option that is none", "option", () => Products.get.many({ ids: [1], ...odd })], // option
    ["fields by name that are wrong", "fields", () => NamedDeals.update({ id: 1, fields: wrong })], // fields
    ["a call with fields by name", "named", () => NamedDeals.get({ id: 999 })], // named
    ["a stream with fields by name", "rows", () => Stream.runDrain(NamedDeals.list.stream({ filter_id: 999 }))], // rows
    ["a call for each of many", "each", () => failure(Bulk.forEach([{ id: 999 }], Deals.get))], // each
    ["calls that make no sense", "nonsense", () => Stream.runDrain(Bulk.forEach([], Deals.get, { concurrency: 0 }))], // nonsense
    ["what is not found, and cannot be added", "add", () => Upsert.findOrAdd(Deals, { by, add: { ...by, stage_id } })], // add
    ["what cannot be looked for", "find", () => Upsert.find(Deals, { title: " " })], // find
    ["what is there twice", "twice", () => Upsert.updateOrAdd(Deals, { by: twin, update: {}, add: twin })] // twice
  ] as const)("%s", ([, mark, call]) =>
    Effect.gen(function* () {
      yield* Deals.add(twin)
      yield* Deals.add(twin)
      const cause = yield* Effect.flip(Effect.sandbox<unknown, unknown, Endpoint.Requirements>(call()))
      const pretty = Cause.pretty(cause)
      assert.deepStrictEqual(locations(pretty), [yield* lineOf(mark)], pretty)
      assert.isAtMost(pretty.split("\n").length, 3, pretty)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("not where Effect calls the endpoint: then the spans alone are named", () =>
    Effect.gen(function* () {
      for (const call of [Effect.flatMap(Effect.succeed({ id: 7 }), Robots.get), Robots.list.pipe(Effect.asVoid)]) {
        const pretty = Cause.pretty(yield* causeOf<unknown, PipedriveError.PipedriveError>(call))
        assert.match(pretty, /^NotFound: [^\n]*\n {4}at Pipedrive\.v2\.Robots\.\w+$/)
      }
    })
  )

  it.effect("in the attributes of its span, too", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      yield* causeOf(Robots.get({ id: 7 })).pipe(Effect.withTracer(tracer)) // span
      const place = String(spans[0]?.attributes.get("code.stacktrace"))
      assert.deepStrictEqual(locations(place), [yield* lineOf("span")], place)
    })
  )

  it("but for frames of installed packages, and not of a folder that has such a name", () => {
    const at = (file: string) => CallSite.frameOf({ stack: `Error\n    at a\n    at b\n    at caller (${file}:1:2)` })
    assert.strictEqual(at("/home/ada/effect/src/deals.ts"), "at caller (/home/ada/effect/src/deals.ts:1:2)")
    for (const inside of [
      "effect/dist/esm/core.js",
      "@effect/platform/src/Http.ts",
      "effect-pipedrive/dist/a/runtime.js"
    ]) {
      assert.isUndefined(at(`/app/node_modules/${inside}`), inside)
      assert.isUndefined(at(`C:\\app\\node_modules\\.pnpm\\x\\node_modules\\${inside.replaceAll("/", "\\")}`), inside)
    }
  })

  it("nor of this package in a clone, whose folder the first frame tells", () => {
    const at = (file: string) =>
      CallSite.frameOf({
        stack: `Error\n    at capture (/home/ada/clone/src/internal/callSite.ts:1:2)\n    at b\n    at caller (${file}:1:2)`
      })
    assert.isUndefined(at("/home/ada/clone/src/Upsert.ts"))
    assert.strictEqual(at("/home/ada/clone/test/deals.ts"), "at caller (/home/ada/clone/test/deals.ts:1:2)")
    assert.strictEqual(at("/home/ada/src/deals.ts"), "at caller (/home/ada/src/deals.ts:1:2)")
  })

  it("keeps a stack that is there: an error of the caller's own", () => {
    const error = new TypeError("no")
    const { stack } = error
    const site = { stack: ["Error", "  at one", "  at two", "  at caller (/a.ts:1:2)"].join("\n") }
    assert.strictEqual(CallSite.named(site)(error).stack, stack)
    assert.strictEqual(CallSite.named(site)(CallSite.made(error)).stack, "TypeError: no\n    at caller (/a.ts:1:2)")
    assert.strictEqual(CallSite.named(undefined)(CallSite.made(error)).stack, "TypeError: no")
    assert.strictEqual(CallSite.named(site)("text"), "text")
  })

  it("by a stack that was taken, where there is one", () => {
    const frames = ["    at one", "    at two", "    at caller (/a.ts:1:2)", "    at main"]
    const frame = (...lines: ReadonlyArray<string>) => CallSite.frameOf({ stack: lines.join("\n") })
    assert.strictEqual(frame("Error", ...frames), "at caller (/a.ts:1:2)")
    // words of a message are none
    assert.strictEqual(frame("Error: look at this", "and at that", ...frames), "at caller (/a.ts:1:2)")
    assert.isUndefined(frame("Error", ...frames.slice(0, 2)))
    for (const none of [undefined, {}, { stack: undefined }]) assert.isUndefined(CallSite.frameOf(none))
  })

  it("and leaves stacks as long as they were, also where nobody may say how long they are", () => {
    const limit = Error.stackTraceLimit
    const own = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") ?? {}
    try {
      Error.stackTraceLimit = 7
      assert.lengthOf(CallSite.capture()?.stack?.match(/^\s+at /gm) ?? [], 3)
      assert.strictEqual(Error.stackTraceLimit, 7)
      Object.defineProperty(Error, "stackTraceLimit", { ...own, writable: false })
      assert.isUndefined(CallSite.capture())
    } finally {
      Object.defineProperty(Error, "stackTraceLimit", { ...own, value: limit })
    }
  })

  it.effect("or fails as it did, under its span, without a line", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const options = { captureStackTrace: false, attributes: {} } as const
      const failed = (site: CallSite.CallSite) =>
        Effect.useSpan("Call", options, (span) => Effect.flip(CallSite.fail(new TypeError("no"), site, span))).pipe(
          Effect.withTracer(tracer)
        )
      assert.strictEqual((yield* failed(undefined)).stack, "TypeError: no")
      const stack = ["Error", "  at one", "  at two", "  at caller (/a.ts:1:2)"].join("\n")
      assert.strictEqual((yield* failed({ stack })).stack, "TypeError: no\n    at caller (/a.ts:1:2)")
      assert.deepStrictEqual(
        spans.map(({ attributes }) => [...attributes.keys()]),
        [[], ["code.stacktrace"]]
      )
    })
  )
})
