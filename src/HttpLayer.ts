/**
 * How requests are sent: time limits, retries, response validation, tracing.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { invalid } from "./internal/configError.js"
import * as Fetch from "./internal/http/fetch.js"
import * as Transport from "./internal/http/fetchOptions.js"
import * as Known from "./internal/options.js"
import * as Drift from "./internal/telemetry/drift.js"
import * as RateLimiter from "./RateLimiter.js"

/**
 * What becomes of an answer that is JSON with an envelope, but not as documented. One without the `data` that its type promises
 * is `InvalidResponse` under `lenient` and `strict`: a success that says nothing.
 *
 * - `lenient`: it is returned as it came; one warning names the fields, each once per layer, and a metric counts them.
 * - `strict`: the call fails with `InvalidResponse`.
 * - `off`: nothing is checked.
 *
 * @since 0.1.0
 * @category models
 */
export type ResponseValidation = "lenient" | "strict" | "off"

/**
 * How requests are sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Policy {
  /**
   * The time one attempt may take, its answer's body included. While a file comes, or a stream is sent, it is the time in which
   * something must move.
   *
   * @default "30 seconds"
   */
  readonly timeout: Duration.Duration
  /**
   * The time a call may take, with all attempts and waits, but for those for its turn at the limiter, and for the time in
   * which a file or a stream moves.
   *
   * @default "2 minutes"
   */
  readonly totalTimeout: Duration.Duration
  /** The time a file that comes, or a stream that is sent, may take in one attempt, however well it moves. @default Duration.infinity */
  readonly transferTimeout: Duration.Duration
  /** How often a failed attempt is repeated, where `isRetryable` says that it may. @default 4 */
  readonly retries: number
  /** The first wait between attempts; it doubles each time, with jitter. @default "500 millis" */
  readonly backoff: Duration.Duration
  /** No wait is longer, not even one the server asks for: a longer one fails at once. @default "1 minute" */
  readonly maximumWait: Duration.Duration
  /**
   * Whether a POST is repeated like any other request. Without it that is done only where Pipedrive cannot have acted:
   * after a 429, a 401, or when no connection was made.
   *
   * @default false
   */
  readonly resendPost: boolean
  /** @default "lenient" */
  readonly responseValidation: ResponseValidation
  /**
   * The most bytes of an answer's JSON, unpacked. Of a larger one the rest is not read: the connection is closed, and the call
   * fails with `InvalidResponse`.
   *
   * @default 67108864
   */
  readonly maximumBodySize: number
  /** The same for a file that is downloaded, in memory or to a path. @default Number.POSITIVE_INFINITY */
  readonly maximumFileSize: number
  /** Whether trace headers (`traceparent`, `b3`) go to Pipedrive. @default false */
  readonly traceHeaders: boolean
  /** Options that made no sense. Calls under such a policy fail with `InvalidRequest`. */
  readonly faults: ReadonlyArray<{ readonly option: string; readonly message: string }>
}

/**
 * A policy, in part: what is left out stays as it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The time one attempt may take; of a file that moves, the time without a byte. @default "30 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
  /** The time a call may take, with all attempts and waits, but for those for its turn, and while a file moves. @default "2 minutes" */
  readonly totalTimeout?: Duration.DurationInput | undefined
  /** The time a file may take in one attempt, however well it moves. @default Duration.infinity */
  readonly transferTimeout?: Duration.DurationInput | undefined
  /** How often a failed attempt is repeated, where `isRetryable` says that it may. @default 4 */
  readonly retries?: number | undefined
  /** The first wait between attempts; it doubles each time, with jitter. @default "500 millis" */
  readonly backoff?: Duration.DurationInput | undefined
  /** No wait is longer, not even one the server asks for: a longer one fails at once. @default "1 minute" */
  readonly maximumWait?: Duration.DurationInput | undefined
  /** Whether a POST is repeated like any other request, though Pipedrive may have acted. @default false */
  readonly resendPost?: boolean | undefined
  /** What becomes of an answer that is not as documented: a warning, a failure, nothing. @default "lenient" */
  readonly responseValidation?: ResponseValidation | undefined
  /** The most bytes of an answer's JSON, unpacked. @default 67108864 */
  readonly maximumBodySize?: number | undefined
  /** The most bytes of a file that is downloaded. @default Number.POSITIVE_INFINITY */
  readonly maximumFileSize?: number | undefined
  /** Whether trace headers (`traceparent`, `b3`) go to Pipedrive. @default false */
  readonly traceHeaders?: boolean | undefined
}

/**
 * Options of {@link layer}: the policy, in part, and the limiter.
 *
 * @since 0.1.0
 * @category models
 */
export interface LayerOptions extends Options {
  /**
   * Whether requests wait for their turn, so that Pipedrive need not refuse them (see `RateLimiter`). Without it they
   * go as they come, until one is refused: then those that are waiting go as the refusal allows.
   *
   * @default that of `OAuth2` or `Accounts`, which have one; true in `Pipedrive.layer` and `PipedriveLive`; else false
   */
  readonly limiter?: boolean | RateLimiter.Options | undefined
}

const names: Known.Names<Options> = {
  timeout: true,
  totalTimeout: true,
  transferTimeout: true,
  retries: true,
  backoff: true,
  maximumWait: true,
  resendPost: true,
  responseValidation: true,
  maximumBodySize: true,
  maximumFileSize: true,
  traceHeaders: true
}

/** The names of {@link LayerOptions}. @internal */
export const layerNames: Known.Names<LayerOptions> = /*#__PURE__*/ (() => ({ ...names, limiter: true }))()

/**
 * The policy where none is set.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultPolicy: Policy = {
  timeout: /*#__PURE__*/ Duration.seconds(30),
  totalTimeout: /*#__PURE__*/ Duration.minutes(2),
  transferTimeout: Duration.infinity,
  retries: 4,
  backoff: /*#__PURE__*/ Duration.millis(500),
  maximumWait: /*#__PURE__*/ Duration.minutes(1),
  resendPost: false,
  responseValidation: "lenient",
  maximumBodySize: 64 * 1024 * 1024,
  maximumFileSize: Number.POSITIVE_INFINITY,
  traceHeaders: false,
  faults: []
}

/**
 * The policy in force. It has a default, so nothing has to provide it.
 *
 * @since 0.1.0
 * @category references
 */
export class CurrentPolicy extends /*#__PURE__*/ (() =>
  Context.Reference<CurrentPolicy>()("effect-pipedrive/HttpLayer/CurrentPolicy", {
    defaultValue: () => defaultPolicy
  }))() {}

/**
 * Changes the policy for the calls in an effect. An option that makes no sense fails those calls with `InvalidRequest`.
 *
 * @example
 * ```ts
 * import { HttpLayer } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 *
 * const careful = Deals.list.pipe(HttpLayer.withPolicy({ timeout: "5 seconds", retries: 0 }))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withPolicy: {
  (options: Options): <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(effect: Effect.Effect<A, E, R>, options: Options): Effect.Effect<A, E, R>
} = /*#__PURE__*/ dual(
  2,
  <A, E, R>(effect: Effect.Effect<A, E, R>, options: Options): Effect.Effect<A, E, R> =>
    Effect.flatMap(CurrentPolicy, (current) =>
      Effect.provideService(effect, CurrentPolicy, merge(current, options, names))
    )
)

/**
 * Sets the policy for a program, over whatever `HttpClient` it is given. An option that makes no sense fails the layer.
 *
 * @example
 * ```ts
 * import { FetchHttpClient } from "@effect/platform"
 * import { HttpLayer } from "effect-pipedrive"
 * import { Layer } from "effect"
 *
 * const http = HttpLayer.layer({ retries: 2 }).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: LayerOptions = {}
): Layer.Layer<HttpClient.HttpClient | CurrentPolicy, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* Transport.prepare(yield* HttpClient.HttpClient)
      const policy = merge(yield* CurrentPolicy, options, layerNames)
      const { limiter: given = false } = options
      const limits = typeof given === "object" ? given : {}
      const [fault] = [...policy.faults, ...RateLimiter.faults(given)]
      if (fault !== undefined) return yield* invalid(fault.option, fault.message)
      const chosen = options.limiter !== undefined
      const limiter = RateLimiter.make(limits, given !== false, yield* RateLimiter.CurrentBudget, chosen)
      return Context.make(HttpClient.HttpClient, client).pipe(
        Context.add(CurrentPolicy, policy),
        Context.add(RateLimiter.CurrentLimiter, limiter),
        Context.add(Drift.Told, Drift.make())
      )
    })
  )

/**
 * `fetch` as transport, the default of `Pipedrive.layer`: an `HttpClient` like `FetchHttpClient.layer`, with the same
 * options (`FetchHttpClient.Fetch`, `FetchHttpClient.RequestInit`, of the layer and of a call), on which the calls of this
 * package take a shorter way. Wrapped by a middleware, it is used like any other client. On Node, `effect-pipedrive/Undici`
 * is faster still.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFetch: Layer.Layer<HttpClient.HttpClient> = Fetch.layer

const merge = (policy: Policy, options: Options, known: Readonly<Record<string, true>>): Policy => {
  const faults = [...policy.faults, ...Known.unknown(options, known)]
  const duration = (
    option: "timeout" | "totalTimeout" | "transferTimeout" | "backoff" | "maximumWait"
  ): Duration.Duration => {
    const given = options[option]
    if (given === undefined) return policy[option]
    const decoded = Option.getOrUndefined(Duration.decodeUnknown(given))
    if (decoded !== undefined && Duration.toMillis(decoded) > 0) return decoded
    faults.push({ option, message: `must be a duration longer than nothing, is ${String(given)}` })
    return policy[option]
  }
  const flag = (option: "resendPost" | "traceHeaders"): boolean => {
    const given = options[option] ?? policy[option]
    if (typeof given !== "boolean") faults.push({ option, message: `must be true or false, is ${String(given)}` })
    return given === true
  }
  const retries = options.retries ?? policy.retries
  if (!Number.isSafeInteger(retries) || retries < 0) {
    faults.push({ option: "retries", message: `must be a whole number from 0 up, is ${String(retries)}` })
  }
  const size = (option: "maximumBodySize" | "maximumFileSize"): number => {
    const given = options[option] ?? policy[option]
    if (typeof given === "number" && given >= 1) return given
    faults.push({ option, message: `must be a number of bytes from 1 up, is ${String(given)}` })
    return policy[option]
  }
  const responseValidation = options.responseValidation ?? policy.responseValidation
  if (!["lenient", "strict", "off"].includes(responseValidation)) {
    faults.push({
      option: "responseValidation",
      message: `must be "lenient", "strict" or "off", is ${String(responseValidation)}`
    })
  }
  return {
    timeout: duration("timeout"),
    totalTimeout: duration("totalTimeout"),
    transferTimeout: duration("transferTimeout"),
    retries,
    backoff: duration("backoff"),
    maximumWait: duration("maximumWait"),
    resendPost: flag("resendPost"),
    responseValidation,
    maximumBodySize: size("maximumBodySize"),
    maximumFileSize: size("maximumFileSize"),
    traceHeaders: flag("traceHeaders"),
    faults
  }
}
