/**
 * A clock that jumps to the next sleeper when nothing else goes on: histories of hours in milliseconds.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClocks from "./clock.js"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export interface Virtual {
  readonly clock: Clock.Clock
  readonly now: () => number
  /** Lets time pass, waking whoever sleeps on the way. */
  readonly pass: (millis: number) => Effect.Effect<void>
  /** Runs an effect to its end, jumping over its waits. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** `busy` says that something outside of Effect is under way. */
export const make = (busy: () => boolean): Virtual => {
  let now = 1_700_000_000_000
  const sleepers = new Set<Sleeper>()
  const calm = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet++) {
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setTimeout(resolve, 0))
      if (busy()) quiet = 0
    }
  }
  const earliest = (): Sleeper | undefined => {
    let first: Sleeper | undefined
    for (const sleeper of sleepers) if (first === undefined || sleeper.at < first.at) first = sleeper
    return first
  }
  const wake = (sleeper: Sleeper): void => {
    now = Math.max(now, sleeper.at)
    sleepers.delete(sleeper)
    sleeper.wake()
  }
  const clock = TestClocks.make(
    () => now,
    (duration) =>
      Effect.async((resume) => {
        const sleeper = { at: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        sleepers.add(sleeper)
        return Effect.sync(() => void sleepers.delete(sleeper))
      })
  )
  return {
    clock,
    now: () => now,
    pass: (millis) =>
      Effect.promise(async () => {
        const end = now + millis
        await calm()
        for (let next = earliest(); next !== undefined && next.at <= end; next = earliest()) {
          wake(next)
          await calm()
        }
        now = end
      }),
    run: (effect) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(effect)
        let done = false
        fiber.addObserver(() => void (done = true))
        yield* Effect.promise(async () => {
          while (!done) {
            await calm()
            const next = earliest()
            if (!done && next !== undefined) wake(next)
          }
        })
        const exit = yield* Fiber.await(fiber)
        return yield* Exit.isSuccess(exit) ? Effect.succeed(exit.value) : Effect.failCause(exit.cause)
      })
  }
}
