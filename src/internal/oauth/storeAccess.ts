/**
 * One account's place in a token store, asked within time limits and a few times: a store of somebody's making may fail,
 * throw, hang, or give back what it should not.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"
import * as Lock from "./lock.js"
import { fromCaller, orFail } from "./token.js"

type Token = TokenStore.Token

/** @internal */
export interface Keeper {
  readonly load: Effect.Effect<Token | undefined, AuthError>
  readonly save: (token: Token) => Effect.Effect<void, AuthError>
  readonly clear: Effect.Effect<void, AuthError>
  /** Runs an effect under the store's lock. Waiting for the lock can be interrupted, the effect cannot. */
  readonly underLock: <A>(effect: Effect.Effect<A, AuthError>) => Effect.Effect<A, AuthError>
}

const tries = 3
const timeout = Duration.seconds(10)

const failed = (description: string): AuthError =>
  new AuthError({ reason: "TokenStore", description, transient: true, attempts: 1 })

const counted = ({ description, reason, transient }: AuthError, attempts: number): AuthError =>
  new AuthError({ reason, description, transient, attempts })

/** Ends in time, even if the effect neither ends nor can be interrupted; and fails where it would die. @internal */
export const bounded = <A>(
  effect: Effect.Effect<A, AuthError>,
  duration: Duration.Duration,
  what: string
): Effect.Effect<A, AuthError> =>
  Effect.catchAllDefect(effect, (defect) =>
    Effect.fail(failed(`${what} failed: ${defect instanceof Error ? defect.name : "defect"}`))
  ).pipe(
    Effect.disconnect,
    Effect.interruptible,
    Effect.timeoutFail({ duration, onTimeout: () => failed(`${what} did not end within ${Duration.format(duration)}`) })
  )

/** The accounts of a store. @internal */
export const listOf = (store: TokenStore.Service): Effect.Effect<ReadonlyArray<string>, AuthError> =>
  bounded(
    Effect.withTracerEnabled(
      Effect.suspend(() => store.list),
      false
    ),
    timeout,
    "the token store's list"
  )

/** @internal */
export const make = (store: TokenStore.Service, account: string, allowed: ReadonlyArray<string>): Keeper => {
  const tried = <A>(effect: () => Effect.Effect<A, AuthError>, verb: string): Effect.Effect<A, AuthError> => {
    // a span that the store makes would keep what it failed with, which may be the row
    const silent = Effect.withTracerEnabled(Effect.suspend(effect), false)
    const once = bounded(silent, timeout, `the token store's ${verb}`)
    const loop = (left: number): Effect.Effect<A, AuthError> =>
      Effect.catchAll(once, (error) => {
        if (error.reason !== "TokenStore") return Effect.fail(error)
        return left > 1
          ? Effect.zipRight(Effect.sleep(100 * 2 ** (tries - left)), loop(left - 1))
          : Effect.fail(counted(error, tries))
      })
    return loop(tries)
  }

  const load = Effect.flatMap(
    tried(() => store.load(account), "load"),
    (found) =>
      Option.isOption(found) && Option.isSome(found)
        ? orFail(fromCaller(found.value, allowed), `the stored token of account ${JSON.stringify(account)}`)
        : Effect.succeed(undefined)
  )

  const lockWait = Duration.sum(Duration.times(store.lockTimeout, 2), timeout)

  const underLock = <A>(effect: Effect.Effect<A, AuthError>): Effect.Effect<A, AuthError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const outcome = yield* Deferred.make<A, AuthError>()
        let givenUp = false
        const inside = Effect.suspend(() =>
          givenUp
            ? Effect.interrupt
            : Effect.zipRight(
                Deferred.succeed(begun, undefined),
                Effect.onExit(effect, (exit) => Deferred.done(outcome, exit))
              )
        )
        // what the lock makes of it does not matter once the effect has run
        const whole = Effect.suspend(() => store.withLock(account)(Effect.uninterruptible(inside))).pipe(
          Effect.zipRight(Effect.fail(failed("the token store's lock ended without running what it was given"))),
          Effect.catchAllDefect((defect) =>
            Effect.fail(failed(`the token store's lock failed: ${defect instanceof Error ? defect.name : "defect"}`))
          ),
          Effect.mapError((error) => (error.attempts === undefined ? counted(error, 1) : error)),
          Effect.onExit((exit) => Effect.zipRight(Deferred.done(outcome, exit), Deferred.succeed(begun, undefined))),
          Effect.interruptible
        )
        const fiber = yield* Effect.forkDaemon(Effect.withUnhandledErrorLogLevel(whole, Option.none()))
        const patient = Effect.timeoutFail(Effect.interruptible(Effect.disconnect(Deferred.await(begun))), {
          duration: lockWait,
          onTimeout: () => Lock.heldTooLong(account, lockWait)
        })
        const waited = yield* Effect.exit(restore(patient))
        const ended = (end: Effect.Effect<unknown>) =>
          Effect.timeoutOption(Effect.interruptible(Effect.disconnect(end)), timeout)
        if (Exit.isFailure(waited) && !(yield* Deferred.isDone(begun))) {
          givenUp = true
          yield* ended(Fiber.interrupt(fiber))
          return yield* Effect.failCause(waited.cause)
        }
        const exit = yield* Effect.exit(Deferred.await(outcome))
        yield* ended(Fiber.await(fiber))
        return yield* exit
      })
    )

  return {
    load,
    save: (token) => tried(() => store.save(account, token), "save"),
    clear: tried(() => store.clear(account), "clear"),
    underLock
  }
}
