/** All spans of an effect, with everything that they hold on to. */
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

interface Recorded {
  readonly name: string
  readonly told: Array<unknown>
  exit: Exit.Exit<unknown, unknown> | undefined
}

export const recorder = () => {
  const spans: Array<Recorded> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const recorded: Recorded = { name, told: [], exit: undefined }
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: String(spans.push(recorded)),
        traceId: Option.match(parent, { onNone: () => "trace", onSome: ({ traceId }) => traceId }),
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) => void (recorded.exit = exit),
        attribute: (key, value) => {
          attributes.set(key, value)
          recorded.told.push([key, value])
        },
        event: (event, _, about) => void recorded.told.push([event, about]),
        addLinks: () => {}
      }
      return span
    },
    context: (run) => run()
  })
  return {
    run: <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => Effect.withTracer(effect, tracer),
    names: () => spans.map(({ name }) => name),
    /** What a tracer could export or print, exits with their causes included. */
    all: () => spans.map((span) => inspect(span, { depth: 30, maxStringLength: 100_000 })).join("\n")
  }
}

/** A tracer as Effect has it, and the spans that it makes. */
export const collector = Effect.map(Effect.tracer, (native) => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (...args) => {
      const span = native.span(...args)
      spans.push(span)
      return span
    },
    context: (f) => f()
  })
  return { spans, tracer }
})
