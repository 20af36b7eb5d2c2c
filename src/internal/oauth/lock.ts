/**
 * A lock per account, within one process.
 */
import type * as ConfigError from "effect/ConfigError"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import { AuthError } from "../../PipedriveError.js"
import type { Service } from "../../TokenStore.js"
import { invalid } from "../configError.js"
import { redactUnknown } from "./token.js"

/** @internal */
export const defaultTimeout: Duration.Duration = /*#__PURE__*/ Duration.seconds(30)

/** @internal */
export const timeout = (
  given: Duration.DurationInput | undefined
): Effect.Effect<Duration.Duration, ConfigError.ConfigError> => {
  if (given === undefined) return Effect.succeed(defaultTimeout)
  const decoded = Option.getOrUndefined(Duration.decodeUnknown(given))
  return decoded !== undefined && Duration.toMillis(decoded) > 0 && Duration.isFinite(decoded)
    ? Effect.succeed(decoded)
    : invalid("lockTimeout", `must be a duration longer than nothing, is ${String(given)}`)
}

/** @internal */
export const lockTimeoutError = (account: string, duration: Duration.Duration): AuthError =>
  new AuthError({
    reason: "TokenStore",
    description: `the tokens of account ${JSON.stringify(account)} were locked by another refresh for ${Duration.format(duration)}`,
    transient: true,
    attempts: 1
  })

interface Waiter {
  granted: boolean
  readonly turn: Deferred.Deferred<void>
}

/** A lock per account; an entry exists only while its lock is held. Each release wakes exactly one waiter. @internal */
export const make = (duration: Duration.Duration): Service["withLock"] => {
  const queues = new Map<string, Array<Waiter>>()
  const release = (account: string) =>
    Effect.sync(() => {
      const next = queues.get(account)?.shift()
      if (next === undefined) queues.delete(account)
      else {
        next.granted = true
        Deferred.unsafeDone(next.turn, Effect.void)
      }
    })
  const withTimeout = (turn: Effect.Effect<void>): Effect.Effect<unknown> =>
    Duration.isFinite(duration) ? Effect.timeoutOption(turn, duration) : turn
  const wait = (
    account: string,
    queue: Array<Waiter>,
    restore: <A, E, R>(e: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ) =>
    Effect.suspend(() => {
      const waiter: Waiter = { granted: false, turn: Deferred.unsafeMake(FiberId.none) }
      queue.push(waiter)
      return Effect.flatMap(Effect.exit(restore(withTimeout(Deferred.await(waiter.turn)))), (exit) => {
        if (waiter.granted) return Exit.isSuccess(exit) ? Effect.void : Effect.zipRight(release(account), exit)
        queue.splice(queue.indexOf(waiter), 1)
        return Exit.isSuccess(exit) ? Effect.fail(lockTimeoutError(account, duration)) : exit
      })
    })
  return (account) => (effect) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const queue = queues.get(account)
        if (queue === undefined) queues.set(account, [])
        return Effect.zipRight(
          queue === undefined ? Effect.void : wait(account, queue, restore),
          Effect.ensuring(restore(effect), release(account))
        )
      })
    )
}

/** The messages of a store's failure and its causes, without secrets. @internal */
export const describeCause = (cause: unknown, secrets: ReadonlyArray<string>): string => {
  const parts: Array<string> = []
  let at: unknown = cause
  for (let depth = 0; depth < 4 && typeof at === "object" && at !== null; depth++) {
    if ("message" in at && typeof at.message === "string" && at.message !== "") parts.push(at.message)
    at = "cause" in at ? at.cause : undefined
  }
  const text = parts.length > 0 ? parts.join(": ") : typeof cause === "string" ? cause : "unknown failure"
  return redactUnknown(text, secrets)
}
