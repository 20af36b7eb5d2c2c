/**
 * One limit for several processes: they take their permits from a store, such as Redis. Needs `@effect/experimental`, and
 * `ioredis` for its Redis store.
 *
 * Each process still has its own limiter (`RateLimiter`), which keeps the order and learns from 429s and headers. Before a
 * request is sent, it takes a shared permit. A 429 of one process pauses all of them.
 *
 * @since 0.1.0
 */
import * as Store from "@effect/experimental/RateLimiter"
import * as Clock from "effect/Clock"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { invalid } from "./internal/configError.js"
import * as Known from "./internal/options.js"
import * as RateLimiter from "./RateLimiter.js"

/**
 * Options of {@link layer}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * What happens to requests while the store cannot be reached. `local`: each process keeps the whole limit by itself, so
   * together they may exceed it; rejected requests wait and are sent again. One warning is logged. `fail`: calls fail with
   * `TransportError` (phase `prepare`) without being sent, and are retried by the policy.
   *
   * @default "local"
   */
  readonly whenUnavailable?: "local" | "fail" | undefined
  /** How long the store may take to give a place. @default "1 second" */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long a store that could not be reached is left alone. @default "5 seconds" */
  readonly pause?: Duration.DurationInput | undefined
  /** Stands before the keys in the store. @default "pipedrive:" */
  readonly prefix?: string | undefined
}

const optionNames: Known.Names<Options> = { whenUnavailable: true, timeout: true, pause: true, prefix: true }

/** Pipedrive's limit for searches, in the same two seconds. */
const searchLimit = 10

/**
 * Two seconds, and what the ways to the server may differ by. Places are given out evenly, with a twentieth of the limit
 * at once: in no two seconds are there more than the limit.
 */
const window = 2080

const bucketOf = (limit: number) => {
  const burst = Math.max(1, Math.floor(limit / 20))
  const rest = Math.max(1, limit - burst)
  // a token bucket that holds the burst and is filled up with the rest in one window
  return { limit: burst, refillRate: Duration.millis(window / rest), allowOverflow: true }
}

/**
 * Shares the limits of each credential among all processes that use the same store. Provide it to the layer that has the
 * limiter.
 *
 * The store gets a hash of the credentials, never the credentials. The clocks of the processes should agree to within
 * fractions of a second.
 *
 * @example
 * ```ts
 * import { layerStore } from "@effect/experimental/RateLimiter/Redis"
 * import { Pipedrive } from "effect-pipedrive"
 * import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
 * import { Layer } from "effect"
 *
 * const Shared = RateLimiterShared.layer().pipe(Layer.provide(layerStore({ host: "127.0.0.1", port: 6379 })))
 *
 * const PipedriveShared = Pipedrive.layer().pipe(Layer.provide(Shared))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<RateLimiter.CurrentBudget, ConfigError.ConfigError, Store.RateLimiterStore> =>
  Layer.effect(RateLimiter.CurrentBudget, make(options))

/**
 * What {@link layer} provides.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<RateLimiter.Budget, ConfigError.ConfigError, Store.RateLimiterStore> =>
  Effect.gen(function* () {
    yield* Known.refuseUnknown(options, optionNames)
    const { prefix = "pipedrive:", whenUnavailable = "local" } = options
    if (whenUnavailable !== "local" && whenUnavailable !== "fail") {
      return yield* invalid("whenUnavailable", `must be "local" or "fail", is ${String(whenUnavailable)}`)
    }
    const timeout = yield* positive("timeout", options.timeout ?? "1 second")
    const pause = Duration.toMillis(yield* positive("pause", options.pause ?? "5 seconds"))
    const store = yield* Store.RateLimiterStore
    const names = new Map<string, string>()
    let brokenUntil = 0

    const nameOf = (credential: string): Effect.Effect<string> => {
      const known = names.get(credential)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.map(hash(credential), (name) => {
        if (names.size >= 1000) names.clear()
        names.set(credential, name)
        return name
      })
    }

    const takePlace = (key: string, limit: number) => {
      const bucket = bucketOf(limit)
      return Effect.map(store.tokenBucket({ key: prefix + key, tokens: 1, ...bucket }), (left) =>
        left < 0 ? -left * Duration.toMillis(bucket.refillRate) : 0
      )
    }

    const window = (name: string, limit: number, millis: number) =>
      store.fixedWindow({ key: `${prefix}${name}:held`, tokens: 1, limit, refillRate: Duration.millis(millis) })

    /**
     * A pause is a time, whatever limit those know whom it holds back: that of a key in the store. The store has no way to
     * only look: what is asked is told more than one where the key was there, and makes one of a millisecond otherwise.
     */
    const held = (name: string) => Effect.map(window(name, 1, 1), ([count, left]) => (count > 1 && left > 1 ? left : 0))

    /** Of several pauses the longest holds. What another one did meanwhile shows in the count. */
    const hold = (name: string, millis: number): Effect.Effect<void, unknown> =>
      Effect.flatMap(window(name, 1, millis), ([count, left]) =>
        count <= 1 || left >= millis
          ? Effect.void
          : Effect.flatMap(window(name, count, millis - left), ([after]) =>
              after <= count ? Effect.void : hold(name, millis)
            )
      )

    const takePlaces = (name: string, search: boolean, limit: number) =>
      search
        ? Effect.zipWith(takePlace(name, limit), takePlace(`${name}:search`, Math.min(searchLimit, limit)), Math.max)
        : takePlace(name, limit)

    const unavailable = (reason: string): Effect.Effect<number, string> =>
      whenUnavailable === "fail"
        ? Effect.fail(`the store of the shared limits cannot be reached: ${reason}`)
        : Effect.succeed(0)

    return {
      take: ({ credential, limit, search }) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (now < brokenUntil) return unavailable("it is left alone for a while")
          const place = (name: string) =>
            Effect.timeoutFail(
              Effect.mapError(Effect.sandbox(takePlaces(name, search, limit)), () => "it failed"),
              { duration: timeout, onTimeout: () => "it took too long" }
            )
          return Effect.catchAll(Effect.flatMap(nameOf(credential), place), (reason) =>
            Effect.flatMap(Clock.currentTimeMillis, (later) => {
              brokenUntil = later + pause
              return Effect.zipRight(
                Effect.logWarning(`The store of Pipedrive's shared limits cannot be reached: ${reason}`),
                unavailable(reason)
              )
            })
          )
        }),
      hold: ({ credential, millis }) =>
        Effect.timeout(
          Effect.flatMap(nameOf(credential), (name) => hold(name, Math.ceil(millis))),
          timeout
        ),
      held: ({ credential }) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          now < brokenUntil ? Effect.succeed(0) : Effect.timeout(Effect.flatMap(nameOf(credential), held), timeout)
        )
    }
  })

const hash = (credential: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(credential))),
    (digest) => Encoding.encodeHex(new Uint8Array(digest).subarray(0, 16))
  )

const positive = (option: string, given: Duration.DurationInput) => {
  const decoded = Option.getOrUndefined(Duration.decodeUnknown(given))
  return decoded !== undefined && Duration.toMillis(decoded) > 0
    ? Effect.succeed(decoded)
    : invalid(option, `must be a duration longer than nothing, is ${String(given)}`)
}
