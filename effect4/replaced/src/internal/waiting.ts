/**
 * Requests that wait together, by Effect's batching.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"

/** What one of those that wait asks for, and how it is told. @internal */
export interface Waiting<A, E> {
  readonly id: number
  readonly settle: (exit: Exit.Exit<A, E>) => Effect.Effect<void>
}

/** Groups are the same where all that is in them is; not where it only looks the same. */
class Group implements Equal.Equal {
  constructor(readonly parts: ReadonlyArray<unknown>) {}
  [Equal.symbol](that: Equal.Equal): boolean {
    return (
      that instanceof Group &&
      that.parts.length === this.parts.length &&
      this.parts.every((part, index) => part === that.parts[index])
    )
  }
  [Hash.symbol](): number {
    return this.parts.reduce<number>((hash, part) => (typeof part === "string" ? hash ^ Hash.string(part) : hash), 0)
  }
}

interface One<A, E> extends Request.Request<A, E> {
  readonly id: number
  readonly group: Group
  readonly resolve: (waiting: ReadonlyArray<Waiting<A, E>>) => Effect.Effect<void>
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
  const resolver = RequestResolver.makeGrouped<One<A, E>, Group>({
    key: ({ request }) => request.group,
    resolver: (entries) =>
      entries[0].request.resolve(
        entries.map((entry) => ({ id: entry.request.id, settle: (exit) => Request.complete(entry, exit) }))
      )
  })
  return (id, group, resolve) => Effect.request(of({ id, group: new Group(group), resolve }), resolver)
}
