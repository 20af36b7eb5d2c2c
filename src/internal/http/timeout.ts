/**
 * A time limit for an attempt, at a quarter of the cost of `Effect.timeout`: one fiber instead of two, begun at once, and under
 * the live clock no sleeping fiber but a plain timer.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import { constVoid } from "effect/Function"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Parcel from "./envelope.js"

/** More milliseconds than a timer can count: no limit. */
const endless = 2 ** 31 - 1

const live: Clock.Clock = /*#__PURE__*/ Context.get(DefaultServices.liveServices, Clock.Clock)

/** How long, by which clock. @internal */
export interface Limit<E> {
  readonly millis: number
  readonly clock: Clock.Clock
  readonly onTimeout: () => E
}

/**
 * Runs an attempt in a fiber of its own, with a time limit. When time is up it is interrupted, and not waited for: what
 * cannot be interrupted (the exchange of a refresh token, say) ends by itself. An attempt is interruptible even where its
 * caller is not. What it does to its `FiberRef`s stays with it.
 *
 * The fiber is made with the runtime that it is to have, where `Effect.fork` would make one like the caller's, which then had
 * to change itself: that takes as long as the rest of it. It is the caller's all the same, who waits for it or interrupts it.
 *
 * @internal
 */
export const limit = <A, E, E2, R>(
  attempt: Effect.Effect<A, E, R>,
  runtime: Runtime.Runtime<R>,
  within: Limit<E2>
): Effect.Effect<A, E | E2> =>
  Parcel.unwrap(
    Effect.async<Parcel.Parcel<A>, E | E2>((resume) => {
      const own = Runtime.enableRuntimeFlag(runtime, RuntimeFlags.Interruption)
      const fiber = Runtime.runFork(own, Parcel.wrap(attempt))
      const stop = start(own, within, () => {
        fiber.unsafeInterruptAsFork(FiberId.none)
        resume(Effect.fail(within.onTimeout()))
      })
      fiber.addObserver((exit) => {
        stop()
        resume(exit)
      })
      return Effect.suspend(() => {
        stop()
        return Fiber.interrupt(fiber)
      })
    })
  )

/** Whether time is the real one, which a plain timer measures. @internal */
export const isLive = ({ clock }: Limit<unknown>): boolean => clock === live

/** Starts a plain timer, and gives what stops it. @internal */
export const startLive = (millis: number, onTime: () => void): (() => void) => {
  if (millis > endless) return constVoid
  const id = setTimeout(onTime, millis)
  return () => clearTimeout(id)
}

/** Starts to wait, and gives what stops it. */
const start = <R>(runtime: Runtime.Runtime<R>, limit: Limit<unknown>, onTime: () => void): (() => void) => {
  const { clock, millis } = limit
  if (millis > endless) return constVoid
  if (isLive(limit)) return startLive(millis, onTime)
  const sleeper = Runtime.runFork(runtime, clock.sleep(Duration.millis(Math.max(millis, 0))))
  sleeper.addObserver((exit) => {
    if (Exit.isSuccess(exit)) onTime()
  })
  return () => sleeper.unsafeInterruptAsFork(FiberId.none)
}
