/**
 * A time limit for an attempt, at a quarter of the cost of `Effect.timeout`: one fiber instead of two, and under the live
 * clock a plain timer instead of a sleeping fiber.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Fibers from "../fiber.js"
import * as Envelope from "./envelope.js"

/** The longest time a timer can count. Anything longer is no limit. */
const endless = 2 ** 31 - 1

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
 * where its caller cannot.
 *
 * The fiber starts with its final setting. `Effect.fork` would copy the caller's and change it afterwards, which costs as much
 * as the rest. The caller always waits for the fiber or interrupts it.
 *
 * @internal
 */
export const withLimit = <A, E, E2>(
  attempt: Effect.Effect<A, E>,
  setting: Fibers.Setting,
  within: Limit<E2>
): Effect.Effect<A, E | E2> =>
  Envelope.unwrap(
    Effect.async<Envelope.Envelope<A>, E | E2>((resume) => {
      const fiber = Fibers.start(setting, Envelope.wrap(attempt))
      const stop = start(setting, within, () => {
        // first, since a fiber may end as soon as it is interrupted
        resume(Effect.fail(within.onTimeout()))
        Fibers.interrupt(fiber)
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
export const isLive = ({ clock }: Limit<unknown>): boolean => clock === Fibers.liveClock

/** Starts a plain timer. Returns the function that stops it. @internal */
export const startLive = (millis: number, onTime: () => void): (() => void) => {
  if (millis > endless) return constVoid
  const id = setTimeout(onTime, millis)
  return () => clearTimeout(id)
}

/** Starts the timer that fits the clock, again as long as the deadline is moved. Returns the function that stops it. */
const start = (setting: Fibers.Setting, limit: Limit<unknown>, onTime: () => void): (() => void) => {
  const { clock, deadline } = limit
  const run = (millis: number) => {
    stop = startOnce(setting, limit, millis, () => {
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

const startOnce = (
  setting: Fibers.Setting,
  limit: Limit<unknown>,
  millis: number,
  onTime: () => void
): (() => void) => {
  if (millis > endless) return constVoid
  if (isLive(limit)) return startLive(millis, onTime)
  const sleeper = Fibers.start(setting, limit.clock.sleep(Duration.millis(Math.max(millis, 0))))
  sleeper.addObserver((exit) => {
    if (Exit.isSuccess(exit)) onTime()
  })
  return () => Fibers.interrupt(sleeper)
}
