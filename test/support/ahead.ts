/**
 * A clock that goes as the machine's does, but can be put forward: for servers and browsers, whose own time is real.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as TestClocks from "./clock.js"

export interface Ahead {
  readonly clock: Clock.Clock
  readonly pass: (duration: Duration.DurationInput) => void
}

export const make = (): Ahead => {
  let ahead = 0
  return {
    clock: TestClocks.make(
      () => Date.now() + ahead,
      (duration) => TestClocks.real.sleep(duration)
    ),
    pass: (duration) => {
      ahead += Duration.toMillis(duration)
    }
  }
}
