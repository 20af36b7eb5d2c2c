/**
 * A time limit for an attempt, at a third of the cost of `Effect.timeout`: one fiber instead of two, and under the live
 * clock no sleeping fiber but a plain timer.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"

/** More milliseconds than a timer can count: no limit. */
const endless = 2 ** 31 - 1

/**
 * Runs an attempt with a time limit. When time is up it is interrupted, and not waited for: what cannot be interrupted
 * (the exchange of a refresh token, say) ends by itself. An attempt is interruptible even where its caller is not.
 *
 * @internal
 */
export const limit = <A, E, E2>(
  attempt: Effect.Effect<A, E>,
  millis: number,
  clock: Clock.Clock,
  onTimeout: () => E2
): Effect.Effect<A, E | E2> => {
  const open = Effect.interruptible(attempt)
  if (millis > endless) return open
  if (clock !== Context.get(DefaultServices.liveServices, Clock.Clock)) {
    return Effect.timeoutFail(Effect.interruptible(Effect.disconnect(open)), {
      duration: Math.max(millis, 0),
      onTimeout
    })
  }
  // `exit`, so that the fiber never fails: nobody joins it, and its failure would be logged
  return Effect.flatMap(Effect.fork(Effect.exit(open)), (fiber) =>
    Effect.async<A, E | E2>((resume) => {
      const timer = setTimeout(() => {
        fiber.unsafeInterruptAsFork(FiberId.none)
        resume(Effect.fail(onTimeout()))
      }, millis)
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(Exit.flatten(exit))
      })
      return Effect.suspend(() => {
        clearTimeout(timer)
        return Fiber.interrupt(fiber)
      })
    })
  )
}
