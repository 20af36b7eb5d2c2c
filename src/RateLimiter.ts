/**
 * Keeps each credential within Pipedrive's rate limits: requests wait in a queue instead of being rejected.
 *
 * `PipedriveLive`, `Pipedrive.layer`, `OAuth2` and `Accounts` have it; `HttpLayer.layer({ limiter: true })` adds it elsewhere.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Known from "./internal/options.js"
import * as Queue from "./internal/rateLimit/queue.js"

/**
 * Options of the limiter.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The most concurrent requests of one credential.
   *
   * @default 50
   */
  readonly maximumInFlight?: number | undefined
  /**
   * The fraction of the company's daily tokens to leave for others, from 0 to 1. With 0.2, calls that would use the last fifth
   * fail with `RateLimited` (`daily`) and are not sent.
   *
   * @default 0
   */
  readonly dailyReserve?: number | undefined
}

/**
 * State that processes with the same credentials share. `effect-pipedrive/RateLimiterShared` makes one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Budget {
  /**
   * Takes the next permit of a credential with the given number of requests in two seconds. Succeeds with the milliseconds to
   * wait for it, or fails with a message if there is none.
   */
  readonly take: (place: {
    readonly credential: string
    readonly search: boolean
    readonly limit: number
  }) => Effect.Effect<number, string>
  /**
   * Pauses all processes for so many milliseconds after one of them got a 429. It is not awaited, and its failure is ignored.
   */
  readonly hold?:
    | ((pause: { readonly credential: string; readonly millis: number }) => Effect.Effect<unknown, unknown>)
    | undefined
  /**
   * The remaining milliseconds of a pause. Read for each permit, and again after a long wait. A failure counts as no pause.
   */
  readonly held?: ((pause: { readonly credential: string }) => Effect.Effect<number, unknown>) | undefined
}

/**
 * The budget that a limiter shares with other processes: none, unless one is provided to the layer that makes the
 * limiter.
 *
 * @since 0.1.0
 * @category references
 */
export class CurrentBudget extends /*#__PURE__*/ (() =>
  Context.Reference<CurrentBudget>()("effect-pipedrive/RateLimiter/CurrentBudget", {
    defaultValue: (): Budget | undefined => undefined
  }))() {}

/**
 * A limiter: the learned limits and the queue of each credential.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimiter {
  /** @internal */
  readonly gates: Queue.Gates
  /** Whether an option named it. One that is there by default gives way to that of the credentials. @internal */
  readonly chosen: boolean
}

/**
 * The limiter in force: none, unless a layer made one.
 *
 * @since 0.1.0
 * @category references
 */
export class CurrentLimiter extends /*#__PURE__*/ (() =>
  Context.Reference<CurrentLimiter>()("effect-pipedrive/RateLimiter/CurrentLimiter", {
    defaultValue: (): RateLimiter | undefined => undefined
  }))() {}

/** @internal */
export const defaultOptions = { maximumInFlight: 50, dailyReserve: 0 } as const

const names: Known.Names<Options> = { maximumInFlight: true, dailyReserve: true }

/** Invalid options. @internal */
export const faults = (given: boolean | Options): ReadonlyArray<Known.Fault> => {
  if (typeof given === "boolean") return []
  if (typeof given !== "object" || given === null) {
    return [{ option: "limiter", message: `must be true, false or its options, is ${String(given)}` }]
  }
  const { dailyReserve = 0, maximumInFlight = 1 } = given
  const found = [...Known.unknown(given, names, "limiter.")]
  if (!Number.isSafeInteger(maximumInFlight) || maximumInFlight < 1) {
    found.push({
      option: "limiter.maximumInFlight",
      message: `must be a whole number from 1 up, is ${maximumInFlight}`
    })
  }
  if (!(dailyReserve >= 0 && dailyReserve <= 1)) {
    found.push({ option: "limiter.dailyReserve", message: `must be a number from 0 to 1, is ${dailyReserve}` })
  }
  return found
}

/**
 * Makes a limiter. One that is not `learning` lets requests go as they come, until one is refused.
 *
 * @internal
 */
export const make = (options: Options, learning: boolean, shared: Budget | undefined, chosen = true): RateLimiter => ({
  chosen,
  gates: Queue.make({
    learning,
    maximumInFlight: options.maximumInFlight ?? defaultOptions.maximumInFlight,
    dailyReserve: options.dailyReserve ?? defaultOptions.dailyReserve,
    shared
  })
})
