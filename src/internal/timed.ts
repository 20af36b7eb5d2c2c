/**
 * A time limit for an attempt, at a third of the cost of `Effect.timeout`: one fiber instead of two, and under the live
 * clock no sleeping fiber but a plain timer.
 *
 * @internal
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

/** More milliseconds than a timer can count: no limit. */
const endless = 2 ** 31 - 1

const live: Clock.Clock = /*#__PURE__*/ Context.get(DefaultServices.liveServices, Clock.Clock)

/** Starts to wait, and gives what stops it. */
type Timer = (onTime: () => void) => () => void

/**
 * Runs an attempt in a fiber of its own, with a time limit. When time is up it is interrupted, and not waited for: what
 * cannot be interrupted (the exchange of a refresh token, say) ends by itself. An attempt is interruptible even where its
 * caller is not. What it does to its `FiberRef`s stays with it.
 *
 * @internal
 */
export const limit = <A, E, E2>(
  attempt: Effect.Effect<A, E>,
  millis: number,
  clock: Clock.Clock,
  onTimeout: () => E2
): Effect.Effect<A, E | E2> =>
  // `exit`, so that the fiber never fails: nobody joins it, and its failure would be logged. A daemon, for a caller that is
  // through with it would wait for its children
  Effect.flatMap(Effect.forkDaemon(Effect.exit(Effect.interruptible(attempt))), (fiber) => {
    if (millis > endless) return watched(fiber, () => constVoid, onTimeout)
    if (clock === live) return watched(fiber, timer(millis), onTimeout)
    return Effect.flatMap(
      Effect.forkDaemon(Effect.interruptible(clock.sleep(Duration.millis(Math.max(millis, 0))))),
      (sleeper) => watched(fiber, sleeping(sleeper), onTimeout)
    )
  })

const timer =
  (millis: number): Timer =>
  (onTime) => {
    const id = setTimeout(onTime, millis)
    return () => clearTimeout(id)
  }

const sleeping =
  (sleeper: Fiber.RuntimeFiber<void>): Timer =>
  (onTime) => {
    sleeper.addObserver((exit) => {
      if (Exit.isSuccess(exit)) onTime()
    })
    return () => sleeper.unsafeInterruptAsFork(FiberId.none)
  }

const watched = <A, E, E2>(
  fiber: Fiber.RuntimeFiber<Exit.Exit<A, E>>,
  start: Timer,
  onTimeout: () => E2
): Effect.Effect<A, E | E2> =>
  Effect.async<A, E | E2>((resume) => {
    const stop = start(() => {
      fiber.unsafeInterruptAsFork(FiberId.none)
      resume(Effect.fail(onTimeout()))
    })
    fiber.addObserver((exit) => {
      stop()
      resume(Exit.flatten(exit))
    })
    return Effect.suspend(() => {
      stop()
      return Fiber.interrupt(fiber)
    })
  })
