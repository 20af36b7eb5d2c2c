/**
 * A Pipedrive in memory: to run against, to test against, to look inside. In the same process it is an `HttpClient`, without a
 * socket, in browsers too; `effect-pipedrive/sandbox/server` puts it on a port.
 *
 * It keeps deals, persons, organizations, activities, leads, notes, pipelines, stages, products, users and field definitions,
 * seen alike through both versions of the API; every other endpoint answers with a sample of what it documents.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Auth from "../Auth.js"
import type { Fault } from "./http/faults.js"
import type { Reply } from "./http/replies.js"
import type { SeenRequest } from "./http/requestLog.js"
import type * as World from "./model/world.js"
import type { Options } from "./options.js"
import type { SandboxError } from "./seeds/seed.js"
import * as service from "./service.js"
import type { Delivery } from "./webhooks/delivery.js"

export { arbitrary } from "./arbitrary.js"
export type { Fault, FaultOutcome } from "./http/faults.js"
export type { Plan, PlanName } from "./http/limits.js"
export { type Endpoint, type Partially, type Reply, refuse, reply } from "./http/replies.js"
export type { SeenRequest } from "./http/requestLog.js"
export { type App, defaultApp, type OAuthOptions } from "./oauth/server.js"
export { defaultBaseUrl, defaultToken, type Options } from "./options.js"
export { SandboxError, type Seed, type SeedRow } from "./seeds/seed.js"
export type { Delivery } from "./webhooks/delivery.js"

/**
 * One thing in a sandbox, as it is stored: fields under their v2 names, times in ISO form, references as ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entity {
  readonly id: number | string
  readonly [field: string]: unknown
}

/**
 * What a sandbox holds, by kind (`deal`, `person`, `organization`, `activity`, `lead`, `note`, `pipeline`, `stage`, `product`,
 * `user`, `dealField`, ...), deleted things included.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly [kind: string]: ReadonlyArray<Entity>
}

/**
 * A sandbox at one moment, to go back to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Snapshot {
  readonly _tag: "SandboxSnapshot"
  /** @internal */
  readonly world: World.Snapshot
  /** What its time was ahead by, in milliseconds. */
  readonly ahead: number
}

/**
 * What a {@link Sandbox} does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Where it seems to be served, without a path. */
  readonly baseUrl: string
  /** The API token of its first user. */
  readonly token: string
  /** Answers a web request: the sandbox as a function, for a service worker or a server of your own. */
  readonly fetch: (request: Request) => Effect.Effect<Response>
  /** The sandbox as a transport. */
  readonly client: HttpClient.HttpClient
  /** The requests so far, oldest first, credentials redacted; of very many the last 10,000, of large bodies the last 32 MB. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** Forgets the requests so far. */
  readonly clearRequests: Effect.Effect<void>
  /** The attempts to deliver webhooks so far, oldest first, within the same bounds. */
  readonly deliveries: Effect.Effect<ReadonlyArray<Delivery>>
  /** All that it holds, but for tokens and passwords. */
  readonly state: Effect.Effect<State>
  /**
   * Moves the sandbox's time ahead: its tokens expire, its limits are filled up, deals rot, webhooks are tried again. The
   * client's own time stays as it is, so that it learns of an expired token by a 401; `TestClock` moves both.
   *
   * @example
   * ```ts
   * import { Sandbox } from "effect-pipedrive/sandbox"
   * import { Effect } from "effect"
   *
   * const twoHoursLater = Effect.flatMap(Sandbox, (sandbox) => sandbox.advance("2 hours"))
   * ```
   */
  readonly advance: (by: Duration.DurationInput) => Effect.Effect<void, SandboxError>
  /** Remembers what it holds, and what its time was ahead by. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** Goes back to a snapshot. */
  readonly restore: (snapshot: Snapshot) => Effect.Effect<void>
  /** All that it holds as text, files and the tokens of apps included, to keep it somewhere safe. */
  readonly write: Effect.Effect<string>
  /** Goes back to what was written. */
  readonly read: (text: string) => Effect.Effect<void, SandboxError>
  /** Puts other faults in the place of those there are; they count from the start. */
  readonly setFaults: (faults: ReadonlyArray<Fault>) => Effect.Effect<void, SandboxError>
  /** What happens at the OAuth server without a request. */
  readonly oauth: OAuth
}

/**
 * What users do at a sandbox's OAuth server, and time.
 *
 * @since 0.1.0
 * @category OAuth
 */
export interface OAuth {
  /**
   * The user allows the app on the consent page at `url`. Gives the callback URL that the browser is sent to. The first user,
   * unless another is named.
   */
  readonly allow: (url: string | URL, userId?: number) => Effect.Effect<string, SandboxError>
  /** The user says no. Gives the callback URL that the browser is sent to. */
  readonly deny: (url: string | URL) => Effect.Effect<string, SandboxError>
  /**
   * The user takes the app off: its tokens die. Gives the request that Pipedrive sends to the app's callback URL; the first
   * app and user, unless others are named.
   */
  readonly uninstall: (app?: {
    readonly clientId?: string
    readonly userId?: number
  }) => Effect.Effect<Request, SandboxError>
  /** Every access token is too old from now on. */
  readonly expireAccessTokens: Effect.Effect<void>
}

/**
 * A sandbox, to look inside.
 *
 * @since 0.1.0
 * @category tags
 */
export class Sandbox extends /*#__PURE__*/ (() => Context.Tag("effect-pipedrive/Sandbox")<Sandbox, Service>())() {}

// -----------------------------------------------------------------------------
// making
// -----------------------------------------------------------------------------

/**
 * Makes a sandbox with a world of its own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (options?: Options) => Effect.Effect<Service, SandboxError> = service.make

/**
 * Everything an endpoint needs, on a sandbox: each time the layer is built it has a world of its own, so tests that provide it
 * can run side by side.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { data: deal } = yield* Deals.add({ title: "Forty desks" })
 *   const sandbox = yield* Sandbox.Sandbox
 *   const requests = yield* sandbox.requests
 *   return [deal.id, requests.length]
 * }).pipe(Effect.provide(Sandbox.layer({ seed: "demo" })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError> =>
  provide(service.make(options))

const provide = (
  made: Effect.Effect<Service, SandboxError>
): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(made, (sandbox) =>
      Layer.mergeAll(
        Layer.succeed(Sandbox, sandbox),
        Layer.succeed(HttpClient.HttpClient, sandbox.client),
        Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })
      )
    )
  )

/**
 * Everything an endpoint needs, without a world: the replies answer, and nothing else does. For tests of three lines.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerReplies = (
  ...replies: ReadonlyArray<Reply>
): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError> =>
  provide(service.make({ seed: "empty", replies }, true))
