/**
 * Steps that are written otherwise in another major version of Effect. The Effect 4 edition has another module of this name.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"

/** Runs an effect whose end nobody waits for once it is interrupted, even if it cannot be interrupted itself. @internal */
export const abandonable = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.interruptible(Effect.disconnect(effect))

/** Logs no failures of its fibers that nobody sees: they may hold secrets. @internal */
export const unlogged = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withUnhandledErrorLogLevel(effect, Option.none())

/** @internal */
export const fromEither = <A, E>(either: Either.Either<A, E>): Effect.Effect<A, E> => either

/** Starts an effect that is interrupted with the scope. Its finalizers run even where the scope is closed already. @internal */
export const startIn = <A, E, R>(effect: Effect.Effect<A, E, R>, scope: Scope.Scope): Effect.Effect<void, never, R> =>
  Effect.asVoid(Effect.forkIn(effect, scope))

/** The services of whoever runs this, without what is its fiber's alone, such as its span. @internal */
export const services = <R>(): Effect.Effect<Context.Context<R>, never, R> =>
  Effect.map(Effect.context<R>(), (context) => Context.omit(Tracer.ParentSpan)(context) as Context.Context<R>)

/** Runs an effect with these services and none of the caller's; what is the caller's fiber's stays, such as its span. @internal */
export const withServices = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> =>
  Effect.mapInputContext(effect, (caller: Context.Context<never>) =>
    Option.match(Context.getOption(caller, Tracer.ParentSpan), {
      onNone: () => services,
      onSome: (span): Context.Context<R> => Context.add(services, Tracer.ParentSpan, span)
    })
  )
