/**
 * A world's time: that of the `Clock` its caller has, and what it was moved ahead by.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SandboxError } from "../seeds/seed.js"

export interface Time {
  /** In milliseconds. */
  ahead: number
  /** Of those who sleep: they look at the clock again. */
  readonly sleepers: Set<() => void>
}

/** No date is further away than this. */
export const maxOffset = 1e14

export const make = (): Time => ({ ahead: 0, sleepers: new Set() })

const nextMove = (time: Time): Effect.Effect<void> =>
  Effect.async((resume) => {
    const wake = () => resume(Effect.void)
    time.sleepers.add(wake)
    return Effect.sync(() => time.sleepers.delete(wake))
  })

const clockOf = (time: Time, base: Clock.Clock): Clock.Clock => {
  const millis = () => base.unsafeCurrentTimeMillis() + time.ahead
  const nanos = () => base.unsafeCurrentTimeNanos() + BigInt(time.ahead) * 1_000_000n
  const sleepUntil = (due: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const left = due - millis()
      if (left <= 0) return Effect.void
      // interruptible also where the sleeper is not, as in a server: the race waits until its loser has ended
      const wait = Effect.interruptible(base.sleep(Duration.millis(left)))
      return Effect.zipRight(Effect.raceFirst(wait, Effect.interruptible(nextMove(time))), sleepUntil(due))
    })
  return {
    ...base,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) => Effect.suspend(() => sleepUntil(millis() + Duration.toMillis(duration)))
  }
}

/** Runs an effect in the world's time. */
export const withWorldClock = <A, E, R>(time: Time, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((base) => Effect.withClock(effect, clockOf(time, base)))

/** Moves it, and lets go who has slept enough. */
export const advance = (time: Time, by: Duration.DurationInput): Effect.Effect<void, SandboxError> =>
  Effect.suspend(() => {
    const millis = Option.match(Duration.decodeUnknown(by), { onNone: () => Number.NaN, onSome: Duration.toMillis })
    if (!(millis > 0 && time.ahead + millis <= maxOffset)) {
      return new SandboxError({ path: "advance", reason: `must be a duration longer than nothing, is ${String(by)}` })
    }
    return set(time, time.ahead + Math.ceil(millis))
  })

/** Sets what it is ahead by; who sleeps looks at the clock again. */
export const set = (time: Time, ahead: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    time.ahead = ahead
    const sleepers = Array.from(time.sleepers)
    time.sleepers.clear()
    for (const wake of sleepers) wake()
    // what they do at once is done when this comes back
    return Effect.yieldNow()
  })
