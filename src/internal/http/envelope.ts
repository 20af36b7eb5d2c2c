/**
 * Keeps values out of ended fibers and spans. Both hold on to their exit until the next full garbage collection, and moving
 * dead pages of 500 deals took a tenth of a call's CPU time. So they hold an envelope, which is emptied when the value is
 * delivered.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import * as CallSite from "../callSite.js"

/** @internal */
export interface Envelope<A> {
  content: A | undefined
}

/** @internal */
export const wrap = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Envelope<A>, E, R> =>
  Effect.map(effect, (content) => ({ content }))

/** @internal */
export const unwrap = <A, E, R>(effect: Effect.Effect<Envelope<A>, E, R>): Effect.Effect<A, E, R> =>
  Effect.map(effect, (envelope) => {
    // an envelope is opened once, here
    const content = envelope.content as A
    envelope.content = undefined
    return content
  })

/** `Effect.useSpan`, but the span does not keep the value, and a failure names the caller's line. @internal */
export const useSpan = <A, E extends Error, R>(
  name: string,
  options: Tracer.SpanOptions,
  site: CallSite.CallSite,
  use: (span: Tracer.Span) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  unwrap(
    Effect.useSpan(name, options, (span) =>
      Effect.matchEffect(use(span), {
        onFailure: (error) => CallSite.fail(error, site, span),
        onSuccess: (content) => Effect.succeed({ content })
      })
    )
  )
