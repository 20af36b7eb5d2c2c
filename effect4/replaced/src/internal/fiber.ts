/**
 * Fibers and what they run with: all that is bound to the major version of Effect.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { constTrue } from "effect/Function"
import * as HttpClient from "effect/http/HttpClient"
import * as References from "effect/References"

/** A fiber that runs. @internal */
export type Running<A = unknown, E = unknown> = Fiber.Fiber<A, E>

/** What a new fiber starts with. @internal */
export type Setting = Context.Context<never>

/** The clock of a program that sets no other, which plain timers can replace. @internal */
export const liveClock: Clock.Clock = /*#__PURE__*/ Context.get(/*#__PURE__*/ Context.empty(), Clock.Clock)

/** @internal */
export const clockOf = (fiber: Running): Clock.Clock => fiber.getRef(Clock.Clock)

/** @internal */
export const isTraced = (fiber: Running): boolean => fiber.getRef(References.TracerEnabled)

/**
 * The setting of the fiber that runs this, with another context. Its fibers log no failures that nobody sees, because those
 * hold the request with its credentials, and the platform's client has no span of its own.
 *
 * @internal
 */
export const withSetting = <A, E>(
  adapt: (context: Context.Context<never>) => Context.Context<never>,
  use: (setting: Setting) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    use(
      Context.add(
        Context.add(adapt(fiber.context), HttpClient.TracerDisabledWhen, constTrue),
        References.UnhandledLogLevel,
        undefined
      )
    )
  )

/** Starts a fiber that is no one's child. It can be interrupted even where its caller cannot. @internal */
export const start = <A, E>(setting: Setting, effect: Effect.Effect<A, E>): Running<A, E> =>
  Effect.runForkWith(setting)(effect)

/** Interrupts a fiber without waiting for its end. @internal */
export const interrupt = (fiber: Running): void => fiber.interruptUnsafe()
