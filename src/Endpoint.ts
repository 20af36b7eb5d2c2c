/**
 * A description becomes a callable Effect.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Auth } from "./Auth.js"
import * as Run from "./internal/endpoint.js"
import * as Collect from "./internal/telemetry/meta.js"
import type { PipedriveError } from "./PipedriveError.js"

// -----------------------------------------------------------------------------
// descriptions
// -----------------------------------------------------------------------------

/**
 * The two generations of Pipedrive's API.
 *
 * @since 0.1.0
 * @category models
 */
export type Version = "v1" | "v2"

/**
 * The methods Pipedrive uses.
 *
 * @since 0.1.0
 * @category models
 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * What the body of a request is made of.
 *
 * @since 0.1.0
 * @category models
 */
export interface BodyDescription {
  readonly encoding: "json" | "form" | "multipart"
  /**
   * The input keys that make up the body. With `whole`, there is one such key and its value is the body.
   */
  readonly keys: ReadonlyArray<string>
  /** The value of the one key is the body itself (an array, or an object whose keys clash with the path's). */
  readonly whole?: true
  /** Custom fields stand beside the named keys, by their 40-character keys (v1). */
  readonly customFields?: true
}

/**
 * How a list is paged.
 *
 * @since 0.1.0
 * @category models
 */
export interface PaginationDescription {
  /** `cursor`: send `next_cursor` back as `cursor`; `offset`: count `start` up. */
  readonly style: "cursor" | "offset"
  /** The largest page Pipedrive serves. */
  readonly maximum: number
  /** Where the items stand in the answer. */
  readonly items: "data" | "data.items"
}

/**
 * All that is known about one endpoint, as data.
 *
 * @since 0.1.0
 * @category models
 */
export interface Description<in out I, in out A> {
  /** Module and operation: `Deals.list`. */
  readonly name: string
  /** The official client's name for it: `getDeals`. */
  readonly operation: string
  readonly version: Version
  readonly method: Method
  /** The path below the version, with `{placeholders}`: `/deals/{id}`. */
  readonly path: string
  /** The input keys that go into the query. */
  readonly query?: ReadonlyArray<string>
  readonly body?: BodyDescription
  /** `json` (the default), `binary` for a file, `empty` for a success without data. */
  readonly response?: "json" | "binary" | "empty"
  readonly input: Schema.Schema<I>
  readonly output: Schema.Schema<A>
  /** OAuth scopes, any one of which opens the endpoint. */
  readonly scopes: ReadonlyArray<string>
  /** What a call takes from the daily token budget. */
  readonly cost: number
  readonly pagination?: PaginationDescription
  readonly deprecated?: true
  /** The endpoint to use instead: `v2.Deals.list`. */
  readonly replacement?: string
  readonly beta?: true
  /** Pipedrive's reference page. */
  readonly reference?: string
}

/**
 * The description of some endpoint, whatever its input and output: what programs over all endpoints work with.
 *
 * @since 0.1.0
 * @category models
 */
export interface AnyDescription extends Omit<Description<never, unknown>, "input" | "output"> {
  readonly input: Schema.Schema.AnyNoContext
  readonly output: Schema.Schema.AnyNoContext
}

// -----------------------------------------------------------------------------
// endpoints
// -----------------------------------------------------------------------------

/**
 * Some endpoint, whatever its input and output.
 *
 * @since 0.1.0
 * @category models
 */
export interface Any {
  readonly endpoint: AnyDescription
}

/**
 * The input of an endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export type Input<E extends Any> = Schema.Schema.Type<E["endpoint"]["input"]>

/**
 * The output of an endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export type Output<E extends Any> = Schema.Schema.Type<E["endpoint"]["output"]>

/**
 * What every endpoint needs from its context.
 *
 * @since 0.1.0
 * @category models
 */
export type Requirements = HttpClient.HttpClient | Auth

/**
 * An endpoint that needs input: a function.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call<in out I, in out A> {
  (input: I): Effect.Effect<A, PipedriveError, Requirements>
  readonly endpoint: Description<I, A>
}

/**
 * An endpoint whose input is all optional: an Effect as it stands, and a function.
 *
 * `Effect.andThen(op)` and `Effect.tap(op)` see the function and call it with the previous value; write
 * `Effect.zipRight(op)` or `Effect.andThen(() => op)`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Program<in out I, in out A> extends Effect.Effect<A, PipedriveError, Requirements> {
  (input?: I): Effect.Effect<A, PipedriveError, Requirements>
  readonly endpoint: Description<I, A>
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * Makes an endpoint of its description, which is not looked at before the first call. Every key of the input has one place in the
 * request: a placeholder in `path`, `query`, or the `body`. A value that has none is refused with `InvalidRequest`.
 *
 * @example
 * ```ts
 * import { Endpoint } from "effect-pipedrive"
 * import { Schema } from "effect"
 *
 * // an endpoint that Pipedrive added yesterday
 * const getRobot = Endpoint.make(() => ({
 *   name: "Robots.get",
 *   operation: "getRobot",
 *   version: "v2",
 *   method: "GET",
 *   path: "/robots/{id}",
 *   input: Schema.Struct({ id: Schema.Int }),
 *   output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Struct({ id: Schema.Number }) }),
 *   scopes: ["base"],
 *   cost: 1
 * }))
 *
 * const updateRobot = Endpoint.make(() => ({
 *   ...getRobot.endpoint,
 *   name: "Robots.update",
 *   operation: "updateRobot",
 *   method: "PATCH",
 *   body: { encoding: "json", keys: ["name"] },
 *   input: Schema.Struct({ id: Schema.Int, name: Schema.String })
 * }))
 *
 * const robot = getRobot({ id: 1 })
 * const renamed = updateRobot({ id: 1, name: "Ada" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <I, A>(
  describe: () => Description<I, A>
  // biome-ignore lint/complexity/noBannedTypes: the question is whether an empty object will do
): {} extends I ? Program<I, A> : Call<I, A> =>
  // the callable is made for both: what it is called depends on whether the input may be left out
  Run.make(describe) as never

/**
 * Whether a value is an endpoint.
 *
 * @since 0.1.0
 * @category guards
 */
export const isEndpoint = (u: unknown): u is Any => typeof u === "function" && "endpoint" in u

// -----------------------------------------------------------------------------
// what else there is to know of a call
// -----------------------------------------------------------------------------

/**
 * What is known of a call beside its value. All but `calls` is of the last call.
 *
 * @since 0.1.0
 * @category models
 */
export interface Meta {
  /** How many calls succeeded. */
  readonly calls: number
  /** How many requests the call took. */
  readonly attempts: number
  /** How long the call waited for its turn, and between attempts. */
  readonly waited: Duration.Duration
  readonly status: number | undefined
  readonly correlationId: string | undefined
  /** The limit of two seconds: requests of this credential, and the time until it is full again. */
  readonly burst: {
    readonly limit: number | undefined
    readonly remaining: number | undefined
    readonly reset: Duration.Duration | undefined
  }
  /** The tokens of the company's day. */
  readonly daily: { readonly limit: number | undefined; readonly remaining: number | undefined }
  /** The headers that say something about the answer; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The value of an effect together with what is known of the call in it: status, attempts, what is left of the limits.
 *
 * @example
 * ```ts
 * import { Endpoint } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { meta, value } = yield* Endpoint.withMeta(Deals.get({ id: 42 }))
 *   yield* Effect.log(`${value.data.title}; ${meta.daily.remaining} tokens left today`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withMeta = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly value: A; readonly meta: Meta }, E, R> =>
  Effect.suspend(() => {
    const collector: Collect.Collector = { meta: Collect.none }
    return Effect.map(Effect.provideService(effect, Collect.CurrentCollector, collector), (value) => ({
      value,
      meta: collector.meta
    }))
  })
