/** A clock of one's own. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** The machine's. */
export const real: Clock.Clock = Clock.Clock.defaultValue()

/** A clock that shows these milliseconds. */
export const make = (now: () => number, sleep: Clock.Clock["sleep"]): Clock.Clock => {
  const nanos = () => BigInt(now()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: now,
    currentTimeNanosUnsafe: nanos,
    monotonicTimeNanosUnsafe: nanos,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanos: Effect.sync(nanos),
    sleep
  }
}
