/**
 * Keeps values out of ended fibers and spans. Both hold on to their exit until the next full garbage collection, and moving
 * dead pages of 500 deals took a tenth of a call's CPU time. So they hold an envelope, which is emptied when the value is
 * delivered.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"

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

/** `Effect.useSpan`, but the span does not keep the value. @internal */
export const useSpan = <A, E, R>(
  name: string,
  options: Tracer.SpanOptions,
  use: (span: Tracer.Span) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => unwrap(Effect.useSpan(name, options, (span) => wrap(use(span))))
