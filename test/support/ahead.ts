/**
 * A clock that goes as the machine's does, but can be put forward: for servers and browsers, whose own time is real.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface Ahead {
  readonly clock: Clock.Clock
  readonly pass: (duration: Duration.DurationInput) => void
}

export const make = (): Ahead => {
  const real = Clock.make()
  let ahead = 0
  const millis = () => real.unsafeCurrentTimeMillis() + ahead
  const nanos = () => real.unsafeCurrentTimeNanos() + BigInt(ahead) * 1_000_000n
  return {
    clock: {
      ...real,
      unsafeCurrentTimeMillis: millis,
      unsafeCurrentTimeNanos: nanos,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanos: Effect.sync(nanos),
      sleep: (duration) => real.sleep(duration)
    },
    pass: (duration) => {
      ahead += Duration.toMillis(duration)
    }
  }
}
