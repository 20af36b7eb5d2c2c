/**
 * Fibers and what they run with: all that is bound to the major version of Effect. The Effect 4 edition has another module of
 * this name.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import { constTrue } from "effect/Function"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"

/** A fiber that runs. @internal */
export type Running<A = unknown, E = unknown> = Fiber.RuntimeFiber<A, E>

/** What a new fiber starts with. @internal */
export type Setting = Runtime.Runtime<never>

/** The clock of a program that sets no other, which plain timers can replace. @internal */
export const liveClock: Clock.Clock = /*#__PURE__*/ Context.get(DefaultServices.liveServices, Clock.Clock)

/** @internal */
export const clockOf = (fiber: Running): Clock.Clock => Context.get(fiber.currentDefaultServices, Clock.Clock)

/** @internal */
export const isTraced = (fiber: Running): boolean => fiber.getFiberRef(FiberRef.currentTracerEnabled)

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
  Effect.withFiberRuntime((fiber, { runtimeFlags }) => {
    const id = fiber.id()
    const fiberRefs = FiberRefs.updateManyAs(fiber.getFiberRefs(), {
      entries: [
        [HttpClient.currentTracerDisabledWhen, [[id, constTrue]]],
        [FiberRef.unhandledErrorLogLevel, [[id, Option.none()]]]
      ]
    })
    const context = adapt(fiber.currentContext as Context.Context<never>)
    const flags = RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption)
    return use(Runtime.make({ context, fiberRefs, runtimeFlags: flags }))
  })

/** Starts a fiber that is no one's child. It can be interrupted even where its caller cannot. @internal */
export const start = <A, E>(setting: Setting, effect: Effect.Effect<A, E>): Running<A, E> =>
  Runtime.runFork(setting, effect)

/** Interrupts a fiber without waiting for its end. @internal */
export const interrupt = (fiber: Running): void => fiber.unsafeInterruptAsFork(FiberId.none)
