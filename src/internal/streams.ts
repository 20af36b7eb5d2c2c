/**
 * Steps of streams that are written otherwise in another major version of Effect. The Effect 4 edition has another module of
 * this name.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** One element after the other, as long as each tells where to go on. @internal */
export const paginate: <S, A, E = never, R = never>(
  from: S,
  read: (at: S) => Effect.Effect<readonly [A, Option.Option<S>], E, R>
) => Stream.Stream<A, E, R> = Stream.paginateEffect

/** The elements of many lists. @internal */
export const mapConcat = <A, B, E, R>(
  stream: Stream.Stream<A, E, R>,
  f: (a: A) => ReadonlyArray<B>
): Stream.Stream<B, E, R> => Stream.mapConcatChunk(stream, (a) => Chunk.unsafeFromArray(f(a)))

/**
 * Runs through the elements for as long as the function says so. They are pulled, because a sink would cost more than all else
 * of a call whose answer comes as a stream.
 *
 * @internal
 */
export const forEachWhile = <A, E>(stream: Stream.Stream<A, E>, f: (element: A) => boolean): Effect.Effect<void, E> =>
  Effect.scoped(
    Effect.flatMap(Stream.toPull(stream), (pull) => {
      const rest: Effect.Effect<void, E> = Effect.matchEffect(pull, {
        onFailure: (error) => (Option.isNone(error) ? Effect.void : Effect.fail(error.value)),
        onSuccess: (chunk) => (Chunk.every(chunk, f) ? rest : Effect.void)
      })
      return rest
    })
  )

/** Waits for the first elements, and gives the stream with them. What was begun is closed with the scope. @internal */
export const begin = <A, E>(stream: Stream.Stream<A, E>, scope: Scope.Scope): Effect.Effect<Stream.Stream<A, E>, E> =>
  Effect.flatMap(Scope.extend(Stream.toPull(stream), scope), (pull) =>
    Effect.matchEffect(pull, {
      onFailure: (error) => (Option.isNone(error) ? Effect.succeed(Stream.empty) : Effect.fail(error.value)),
      onSuccess: (first) =>
        Effect.succeed(Stream.concat(Stream.fromChunk(first), Stream.fromPull(Effect.succeed(pull))))
    })
  )
