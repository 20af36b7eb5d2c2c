/**
 * A Pipedrive in memory, for tests and local development. In the same process it is an `HttpClient` without a socket, in
 * browsers too; `effect-pipedrive/sandbox/server` serves it on a port.
 *
 * It stores deals, persons, organizations, activities, leads, notes, pipelines, stages, products, users and field definitions,
 * consistent through both versions of the API. Every other endpoint responds with a sample of its documented output.
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
import * as several from "./companies.js"
import type { Fault } from "./http/faults.js"
import type { Reply } from "./http/replies.js"
import type { SeenRequest } from "./http/requestLog.js"
import type * as World from "./model/world.js"
import type { CompaniesOptions, Options } from "./options.js"
import type { SandboxError } from "./seeds/seed.js"
import * as service from "./service.js"
import type { Delivery } from "./webhooks/delivery.js"

export { arbitrary } from "./arbitrary.js"
export type { Fault, FaultOutcome } from "./http/faults.js"
export type { Plan, PlanName } from "./http/limits.js"
export { type Endpoint, type Partially, type Reply, refuse, reply } from "./http/replies.js"
export type { SeenRequest } from "./http/requestLog.js"
export { type App, defaultApp, type OAuthOptions } from "./oauth/server.js"
export { type CompaniesOptions, type CompanyOptions, defaultBaseUrl, defaultToken, type Options } from "./options.js"
export { SandboxError, type Seed, type SeedRow } from "./seeds/seed.js"
export type { Delivery } from "./webhooks/delivery.js"
export { type DeliveryOptions, delivery } from "./webhooks/sample.js"

/**
 * One entity as the sandbox stores it: fields under their v2 names, times in ISO format, references as ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entity {
  readonly id: number | string
  readonly [field: string]: unknown
}

/**
 * All entities of a sandbox by kind (`deal`, `person`, `organization`, `activity`, `lead`, `note`, `pipeline`, `stage`, `product`,
 * `user`, `dealField`, ...), deleted ones included.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly [kind: string]: ReadonlyArray<Entity>
}

/**
 * The state of a sandbox at one moment, for `restore`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Snapshot {
  readonly _tag: "SandboxSnapshot"
  /** @internal */
  readonly world: World.Snapshot
  /** How far its clock was ahead, in milliseconds. */
  readonly ahead: number
}

/**
 * The members of a {@link Sandbox}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The origin in its URLs, without a path. */
  readonly baseUrl: string
  /** The API token of its first user. */
  readonly token: string
  /** Handles a web request: the sandbox as a function, for a service worker or your own server. */
  readonly fetch: (request: Request) => Effect.Effect<Response>
  /** The sandbox as a transport. */
  readonly client: HttpClient.HttpClient
  /** The requests so far, oldest first, credentials redacted. At most the last 10,000, with up to 32 MB of bodies. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** Clears the list of requests. */
  readonly clearRequests: Effect.Effect<void>
  /** The attempts to deliver webhooks so far, oldest first, within the same limits. */
  readonly deliveries: Effect.Effect<ReadonlyArray<Delivery>>
  /** All entities, without tokens and passwords. */
  readonly state: Effect.Effect<State>
  /**
   * Moves the sandbox's clock ahead: tokens expire, limits reset, deals rot, webhooks are retried. The client's clock does not
   * move, so it learns of an expired token by a 401. `TestClock` moves both.
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
  /** Takes a snapshot of its data and its clock. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** Restores a snapshot. */
  readonly restore: (snapshot: Snapshot) => Effect.Effect<void>
  /** Writes all its data as text. The text contains files and the tokens of apps: store it in a safe place. */
  readonly write: Effect.Effect<string>
  /** Restores what `write` gave. */
  readonly read: (text: string) => Effect.Effect<void, SandboxError>
  /** Replaces the faults. Their counters start at zero. */
  readonly setFaults: (faults: ReadonlyArray<Fault>) => Effect.Effect<void, SandboxError>
  /** Actions of users at the OAuth server. */
  readonly oauth: OAuth
}

/**
 * Actions of users at a sandbox's OAuth server, and expiry.
 *
 * @since 0.1.0
 * @category OAuth
 */
export interface OAuth {
  /**
   * The user allows the app on the consent page at `url`. Returns the callback URL that the browser is redirected to. By default
   * the first user.
   */
  readonly allow: (url: string | URL, userId?: number) => Effect.Effect<string, SandboxError>
  /** The user denies access. Returns the callback URL that the browser is redirected to. */
  readonly deny: (url: string | URL) => Effect.Effect<string, SandboxError>
  /**
   * The user uninstalls the app, which invalidates its tokens. Returns the request that Pipedrive sends to the app's callback
   * URL. By default the first app and user.
   */
  readonly uninstall: (app?: {
    readonly clientId?: string
    readonly userId?: number
  }) => Effect.Effect<Request, SandboxError>
  /** Lets every access token expire now. */
  readonly expireAccessTokens: Effect.Effect<void>
}

/**
 * The sandbox's service, to inspect and control it.
 *
 * @since 0.1.0
 * @category tags
 */
export class Sandbox extends /*#__PURE__*/ (() => Context.Tag("effect-pipedrive/Sandbox")<Sandbox, Service>())() {}

/**
 * The members of {@link Companies}.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompaniesService<Name extends string = string>
  extends Pick<Service, "baseUrl" | "fetch" | "client" | "requests" | "clearRequests"> {
  /** The address of all of them: of the API and of the OAuth server. */
  readonly baseUrl: string
  /** Each company: its data, requests, deliveries, clock, limits and faults are its own. */
  readonly companies: { readonly [K in Name]: Service }
  /** Handles a web request for the company that its credentials are of. */
  readonly fetch: Service["fetch"]
  /** The same as a transport. */
  readonly client: HttpClient.HttpClient
  /** The requests that were for no company: their credentials are not known, or they asked which company an app is for. */
  readonly requests: Service["requests"]
}

/**
 * Several companies behind one address.
 *
 * @since 0.1.0
 * @category tags
 */
export class Companies extends /*#__PURE__*/ (() =>
  Context.Tag("effect-pipedrive/SandboxCompanies")<Companies, CompaniesService>())() {}

// -----------------------------------------------------------------------------
// making
// -----------------------------------------------------------------------------

/**
 * Makes a sandbox with its own data.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (options?: Options) => Effect.Effect<Service, SandboxError> = (options) => service.make(options)

/**
 * Everything an endpoint needs, on a sandbox. Each time the layer is built it has its own data, so tests that provide it can run
 * in parallel.
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
 * Everything an endpoint needs, with fixed replies only: an endpoint without a reply gets a 501. For short tests.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerReplies = (
  ...replies: ReadonlyArray<Reply>
): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError> =>
  provide(service.make({ seed: "empty", replies }, { repliesOnly: true }))

// -----------------------------------------------------------------------------
// several companies
// -----------------------------------------------------------------------------

/**
 * Makes companies behind one address, as all companies are at Pipedrive. A request goes to the company that its credentials are of;
 * others get a 401. Apps are registered once: a user chooses the company on the consent page, and what a code or a refresh token
 * gives is that company's.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeCompanies = <Name extends string>(
  options: CompaniesOptions<Name>
): Effect.Effect<CompaniesService<Name>, SandboxError> =>
  Effect.map(several.makeOpen(options), ({ service }) => service)

/**
 * Companies behind one address, and the transport to them. {@link layerCompany} adds the credentials of one.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const count = Effect.map(Deals.list({ limit: 500 }), ({ data }) => data.length)
 *
 * const program = Effect.all({
 *   harbour: Effect.provide(count, Sandbox.layerCompany("harbour")),
 *   pine: Effect.provide(count, Sandbox.layerCompany("pine"))
 * }).pipe(Effect.provide(Sandbox.layerCompanies({ companies: { harbour: { seed: "demo" }, pine: { seed: "empty" } } })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCompanies = (
  options: CompaniesOptions
): Layer.Layer<HttpClient.HttpClient | Companies, SandboxError> =>
  Layer.unwrapEffect(
    Effect.map(makeCompanies(options), (made) =>
      Layer.merge(Layer.succeed(Companies, made), Layer.succeed(HttpClient.HttpClient, made.client))
    )
  )

/**
 * The company of that name.
 *
 * @since 0.1.0
 * @category accessors
 */
export const company = (name: string): Effect.Effect<Service, SandboxError, Companies> =>
  Effect.flatMap(Companies, (companies) => several.find(companies, name))

/**
 * One of several companies: its sandbox, and the credentials of its first user.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCompany = (
  name: string
): Layer.Layer<Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError, Companies> =>
  Layer.unwrapEffect(
    Effect.map(company(name), (sandbox) =>
      Layer.merge(Layer.succeed(Sandbox, sandbox), Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl }))
    )
  )
