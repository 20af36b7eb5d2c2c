/**
 * Steps of streams that are written otherwise in another major version of Effect.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** One element after the other, as long as each tells where to go on. @internal */
export const paginate = <S, A, E = never, R = never>(
  from: S,
  read: (at: S) => Effect.Effect<readonly [A, Option.Option<S>], E, R>
): Stream.Stream<A, E, R> =>
  Stream.paginate(from, (at) => Effect.map(read(at), ([one, next]) => [[one], next] as const))

/** The elements of many lists. @internal */
export const mapConcat = <A, B, E, R>(
  stream: Stream.Stream<A, E, R>,
  f: (a: A) => ReadonlyArray<B>
): Stream.Stream<B, E, R> => Stream.flattenArray(Stream.filter(Stream.map(stream, f), Arr.isReadonlyArrayNonEmpty))

/** Runs through the elements for as long as the function says so. @internal */
export const forEachWhile = <A, E>(stream: Stream.Stream<A, E>, f: (element: A) => boolean): Effect.Effect<void, E> =>
  Stream.runForEachWhile(stream, (element) => Effect.sync(() => f(element)))

/** Waits for the first elements, and gives the stream with them. What was begun is closed with the scope. @internal */
export const begin = <A, E>(stream: Stream.Stream<A, E>, scope: Scope.Scope): Effect.Effect<Stream.Stream<A, E>, E> =>
  Effect.flatMap(Scope.provide(Stream.toPull(stream), scope), (pull) =>
    Pull.matchEffect(pull, {
      onDone: () => Effect.succeed(Stream.empty),
      onFailure: Effect.failCause,
      onSuccess: (first) =>
        Effect.succeed(Stream.concat(Stream.fromArray(first), Stream.fromPull(Effect.succeed(pull))))
    })
  )
