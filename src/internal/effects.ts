/**
 * Steps that are written otherwise in another major version of Effect. The Effect 4 edition has another module of this name.
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"

/** Runs an effect whose end nobody waits for once it is interrupted, even if it cannot be interrupted itself. @internal */
export const abandonable = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.interruptible(Effect.disconnect(effect))

/** Logs no failures of its fibers that nobody sees: they may hold secrets. @internal */
export const unlogged = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withUnhandledErrorLogLevel(effect, Option.none())

/** @internal */
export const fromEither = <A, E>(either: Either.Either<A, E>): Effect.Effect<A, E> => either
