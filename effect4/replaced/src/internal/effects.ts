/**
 * Steps that are written otherwise in another major version of Effect.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as References from "effect/References"
import type * as Result from "effect/Result"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"

/** Runs an effect whose end nobody waits for once it is interrupted, even if it cannot be interrupted itself. @internal */
export const abandonable = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptible(
    Effect.flatMap(Effect.forkDetach(Effect.interruptible(effect)), (fiber) =>
      Effect.onInterrupt(Effect.interruptible(Fiber.join(fiber)), () => Effect.sync(() => fiber.interruptUnsafe()))
    )
  )

/** Logs no failures of its fibers that nobody sees: they may hold secrets. @internal */
export const unlogged = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, References.UnhandledLogLevel, undefined)

/** @internal */
export const fromEither: <A, E>(result: Result.Result<A, E>) => Effect.Effect<A, E> = Effect.fromResult

/** Starts an effect that is interrupted with the scope. Its finalizers run even where the scope is closed already. @internal */
export const startIn = <A, E, R>(effect: Effect.Effect<A, E, R>, scope: Scope.Scope): Effect.Effect<void, never, R> =>
  Effect.suspend(() =>
    scope.state._tag === "Closed"
      ? Effect.map(Effect.forkDetach(effect, { uninterruptible: "inherit" }), (fiber) => fiber.interruptUnsafe())
      : Effect.asVoid(Effect.forkIn(effect, scope, { uninterruptible: "inherit" }))
  )

/** What a context holds that is a fiber's alone, and that is no service. */
const ofFiber = [
  Clock.Clock,
  Console.Console,
  Random.Random,
  References.CurrentLogAnnotations,
  References.CurrentLogLevel,
  References.CurrentLogSpans,
  References.CurrentLoggers,
  References.CurrentStackFrame,
  References.LogToStderr,
  References.MinimumLogLevel,
  References.TracerEnabled,
  References.TracerSpanAnnotations,
  References.TracerSpanLinks,
  References.TracerTimingEnabled,
  References.UnhandledLogLevel,
  Scheduler.Scheduler,
  Tracer.CurrentTraceLevel,
  Tracer.ParentSpan,
  Tracer.Tracer
] as const

/** The services of whoever runs this, without what is its fiber's alone, such as its span. @internal */
export const services = <R>(): Effect.Effect<Context.Context<R>, never, R> =>
  Effect.map(Effect.context<R>(), (context) => Context.omit(...ofFiber)(context) as Context.Context<R>)

/** Runs an effect with these services and none of the caller's; what is the caller's fiber's stays, such as its span. @internal */
export const withServices = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (caller: Context.Context<never>) =>
    Context.merge(services, Context.pick(...ofFiber)(caller))
  )
