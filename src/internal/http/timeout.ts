/**
 * A time limit for an attempt, at a quarter of the cost of `Effect.timeout`: one fiber instead of two, and under the live
 * clock a plain timer instead of a sleeping fiber.
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
import * as Envelope from "./envelope.js"

/** The longest time a timer can count. Anything longer is no limit. */
const endless = 2 ** 31 - 1

const live: Clock.Clock = /*#__PURE__*/ Context.get(DefaultServices.liveServices, Clock.Clock)

/** @internal */
export interface Limit<E> {
  readonly millis: number
  readonly clock: Clock.Clock
  readonly onTimeout: () => E
  /** The time by the clock at which it is over, when that was moved since the start. */
  readonly deadline?: () => number
}

/**
 * Runs an attempt in its own fiber, with a time limit. At the limit the fiber is interrupted without waiting for it, because
 * some work (the exchange of a refresh token) cannot be interrupted and ends by itself. The attempt can be interrupted even
 * where its caller cannot. Its changes to `FiberRef`s stay in its fiber.
 *
 * The fiber starts with its final runtime. `Effect.fork` would copy the caller's and change it afterwards, which costs as much
 * as the rest. The caller always waits for the fiber or interrupts it.
 *
 * @internal
 */
export const withLimit = <A, E, E2, R>(
  attempt: Effect.Effect<A, E, R>,
  runtime: Runtime.Runtime<R>,
  within: Limit<E2>
): Effect.Effect<A, E | E2> =>
  Envelope.unwrap(
    Effect.async<Envelope.Envelope<A>, E | E2>((resume) => {
      const own = Runtime.enableRuntimeFlag(runtime, RuntimeFlags.Interruption)
      const fiber = Runtime.runFork(own, Envelope.wrap(attempt))
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

/** Whether the clock is the live one, which a plain timer can replace. @internal */
export const isLive = ({ clock }: Limit<unknown>): boolean => clock === live

/** Starts a plain timer. Returns the function that stops it. @internal */
export const startLive = (millis: number, onTime: () => void): (() => void) => {
  if (millis > endless) return constVoid
  const id = setTimeout(onTime, millis)
  return () => clearTimeout(id)
}

/** Starts the timer that fits the clock, again as long as the deadline is moved. Returns the function that stops it. */
const start = <R>(runtime: Runtime.Runtime<R>, limit: Limit<unknown>, onTime: () => void): (() => void) => {
  const { clock, deadline } = limit
  const run = (millis: number) => {
    stop = startOnce(runtime, limit, millis, () => {
      const rest = deadline === undefined ? 0 : deadline() - clock.unsafeCurrentTimeMillis()
      // a clock may not move by less than a millisecond
      if (rest > 0) run(Math.ceil(rest))
      else onTime()
    })
  }
  let stop = constVoid
  run(limit.millis)
  return () => stop()
}

const startOnce = <R>(
  runtime: Runtime.Runtime<R>,
  limit: Limit<unknown>,
  millis: number,
  onTime: () => void
): (() => void) => {
  if (millis > endless) return constVoid
  if (isLive(limit)) return startLive(millis, onTime)
  const sleeper = Runtime.runFork(runtime, limit.clock.sleep(Duration.millis(Math.max(millis, 0))))
  sleeper.addObserver((exit) => {
    if (Exit.isSuccess(exit)) onTime()
  })
  return () => sleeper.unsafeInterruptAsFork(FiberId.none)
}
