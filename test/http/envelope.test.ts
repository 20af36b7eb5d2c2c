/** What is held on to of a value: nothing, once it is delivered. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Envelope from "../../src/internal/http/envelope.js"
import * as Tracing from "../support/tracing.js"

describe("a value in an envelope", () => {
  it.effect("is delivered once, and the envelope is empty", () =>
    Effect.gen(function* () {
      const envelope = yield* Envelope.wrap(Effect.succeed(1))
      assert.deepStrictEqual(envelope, { content: 1 })
      assert.strictEqual(yield* Envelope.unwrap(Effect.succeed(envelope)), 1)
      assert.deepStrictEqual(envelope, { content: undefined })
      assert.strictEqual(yield* Effect.flip(Envelope.unwrap(Envelope.wrap(Effect.fail("no")))), "no")
    })
  )

  it.effect("is not kept by its span, and an error has the caller's line", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const site = { stack: "Error\n  at one\n  at two\n  at caller (/a.ts:1:2)" }
      const options = { kind: "client", captureStackTrace: false, attributes: { a: 1 } } as const
      const value = yield* Effect.withTracer(
        Envelope.useSpan("Call", options, site, (span) => Effect.succeed(span.name)),
        tracer
      )
      assert.strictEqual(value, "Call")
      const error = yield* Effect.withTracer(
        Effect.flip(Envelope.useSpan("Call", options, site, () => Effect.fail(new TypeError("no")))),
        tracer
      )
      assert.strictEqual(error.stack, "TypeError: no\n    at caller (/a.ts:1:2)")
      assert.deepStrictEqual(
        spans.map(({ kind }) => kind),
        ["client", "client"]
      )
      const [one, other] = spans.map(({ status }) => (status._tag === "Ended" ? status.exit : Exit.void))
      assert.deepStrictEqual(one, Exit.succeed({ content: undefined }))
      assert.isTrue(other !== undefined && Exit.isFailure(other))
    })
  )
})
