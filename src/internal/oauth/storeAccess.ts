/**
 * Access to one account's entry in a token store, with timeouts and retries: a custom store may fail, throw, hang, or return
 * invalid values.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"
import { abandonable, unlogged } from "../effects.js"
import * as Lock from "./lock.js"
import { fromCaller, orFail } from "./token.js"

type Token = TokenStore.Token

/** @internal */
export interface StoreAccess {
  readonly load: Effect.Effect<Token | undefined, AuthError>
  readonly save: (token: Token) => Effect.Effect<void, AuthError>
  readonly clear: Effect.Effect<void, AuthError>
  /** Runs an effect under the store's lock. Waiting for the lock can be interrupted, the effect cannot. */
  readonly underLock: <A>(effect: Effect.Effect<A, AuthError>) => Effect.Effect<A, AuthError>
}

const maxAttempts = 3
const timeout = /*#__PURE__*/ Duration.seconds(10)

const failed = (description: string): AuthError =>
  new AuthError({ reason: "TokenStore", description, transient: true, attempts: 1 })

const withAttempts = ({ description, reason, transient }: AuthError, attempts: number): AuthError =>
  new AuthError({ reason, description, transient, attempts })

/** Limits the time of an effect, even if it cannot be interrupted, and turns defects into failures. @internal */
export const withTimeLimit = <A>(
  effect: Effect.Effect<A, AuthError>,
  duration: Duration.Duration,
  what: string
): Effect.Effect<A, AuthError> =>
  Effect.catchAllDefect(effect, (defect) =>
    Effect.fail(failed(`${what} failed: ${defect instanceof Error ? defect.name : "defect"}`))
  ).pipe(
    abandonable,
    Effect.timeoutFail({ duration, onTimeout: () => failed(`${what} did not end within ${Duration.format(duration)}`) })
  )

/** The accounts of a store. @internal */
export const listOf = (store: TokenStore.Service): Effect.Effect<ReadonlyArray<string>, AuthError> =>
  withTimeLimit(
    Effect.withTracerEnabled(
      Effect.suspend(() => store.list),
      false
    ),
    timeout,
    "the token store's list"
  )

/** @internal */
export const make = (store: TokenStore.Service, account: string, allowed: ReadonlyArray<string>): StoreAccess => {
  const withRetries = <A>(effect: () => Effect.Effect<A, AuthError>, verb: string): Effect.Effect<A, AuthError> => {
    // a span of the store would keep its failure, which may contain the row
    const untraced = Effect.withTracerEnabled(Effect.suspend(effect), false)
    const once = withTimeLimit(untraced, timeout, `the token store's ${verb}`)
    const loop = (left: number): Effect.Effect<A, AuthError> =>
      Effect.catchAll(once, (error) => {
        if (error.reason !== "TokenStore") return Effect.fail(error)
        return left > 1
          ? Effect.zipRight(Effect.sleep(100 * 2 ** (maxAttempts - left)), loop(left - 1))
          : Effect.fail(withAttempts(error, maxAttempts))
      })
    return loop(maxAttempts)
  }

  const load = Effect.flatMap(
    withRetries(() => store.load(account), "load"),
    (found) =>
      Option.isOption(found) && Option.isSome(found)
        ? orFail(fromCaller(found.value, allowed), `the stored token of account ${JSON.stringify(account)}`)
        : Effect.succeed(undefined)
  )

  const lockWait = Duration.sum(Duration.times(store.lockTimeout, 2), timeout)

  const underLock = <A>(effect: Effect.Effect<A, AuthError>): Effect.Effect<A, AuthError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const started = yield* Deferred.make<void>()
        const outcome = yield* Deferred.make<A, AuthError>()
        let abandoned = false
        const lockedEffect = Effect.suspend(() =>
          abandoned
            ? Effect.interrupt
            : Effect.zipRight(
                Deferred.succeed(started, undefined),
                Effect.onExit(effect, (exit) => Deferred.done(outcome, exit))
              )
        )
        // once the effect has run, the lock's own result does not matter
        const run = Effect.suspend(() => store.withLock(account)(Effect.uninterruptible(lockedEffect))).pipe(
          Effect.zipRight(Effect.fail(failed("the token store's lock ended without running what it was given"))),
          Effect.catchAllDefect((defect) =>
            Effect.fail(failed(`the token store's lock failed: ${defect instanceof Error ? defect.name : "defect"}`))
          ),
          Effect.mapError((error) => (error.attempts === undefined ? withAttempts(error, 1) : error)),
          Effect.onExit((exit) => Effect.zipRight(Deferred.done(outcome, exit), Deferred.succeed(started, undefined))),
          Effect.interruptible
        )
        const fiber = yield* Effect.forkDaemon(unlogged(run))
        const waitForStart = Effect.timeoutFail(abandonable(Deferred.await(started)), {
          duration: lockWait,
          onTimeout: () => Lock.lockTimeoutError(account, lockWait)
        })
        const waited = yield* Effect.exit(restore(waitForStart))
        const awaitBriefly = (end: Effect.Effect<unknown>) => Effect.timeoutOption(abandonable(end), timeout)
        if (Exit.isFailure(waited) && !(yield* Deferred.isDone(started))) {
          abandoned = true
          yield* awaitBriefly(Fiber.interrupt(fiber))
          return yield* Effect.failCause(waited.cause)
        }
        const exit = yield* Effect.exit(Deferred.await(outcome))
        yield* awaitBriefly(Fiber.await(fiber))
        return yield* exit
      })
    )

  return {
    load,
    save: (token) => withRetries(() => store.save(account, token), "save"),
    clear: withRetries(() => store.clear(account), "clear"),
    underLock
  }
}
