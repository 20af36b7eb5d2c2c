/**
 * Requests that wait together, by Effect's batching. The Effect 4 edition has another module of this name.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"

/** What one of those that wait asks for, and how it is told. @internal */
export interface Waiting<A, E> {
  readonly id: number
  readonly settle: (exit: Exit.Exit<A, E>) => Effect.Effect<void>
}

/** Two are equal where one answer does for both, which Effect's cache of requests goes by. */
interface One<A, E> extends Request.Request<A, E> {
  readonly id: number
  readonly resolver: RequestResolver.RequestResolver<One<A, E>>
}

/**
 * Waits with all others of the same group: `resolve` tells each of them. Groups are the same where all that is in them is.
 *
 * @internal
 */
export type Wait<A, E> = (
  id: number,
  group: ReadonlyArray<unknown>,
  resolve: (waiting: ReadonlyArray<Waiting<A, E>>) => Effect.Effect<void>
) => Effect.Effect<A, E>

/** @internal */
export const make = <A, E>(): Wait<A, E> => {
  const of = Request.of<One<A, E>>()
  return (id, group, resolve) => {
    const resolver = RequestResolver.makeBatched((requests: ReadonlyArray<One<A, E>>) =>
      resolve(requests.map((one) => ({ id: one.id, settle: (exit) => Request.complete(one, exit) })))
    ).identified(...group)
    return Effect.request(of({ id, resolver }), resolver)
  }
}
