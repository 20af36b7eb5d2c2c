/**
 * The options of a sandbox.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Names } from "../internal/options.js"
import type { Fault } from "./http/faults.js"
import type { Plan, PlanName } from "./http/limits.js"
import type { Reply } from "./http/replies.js"
import type { OAuthOptions } from "./oauth/server.js"
import type { Seed } from "./seeds/seed.js"

/**
 * Options of a sandbox.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The initial data: a small company with deals and more (`"demo"`), one user and one pipeline (`"empty"`), or your own
   * description.
   *
   * @default "demo"
   */
  readonly seed?: "demo" | "empty" | Seed | undefined
  /**
   * The API token of the first user.
   *
   * @default "sandbox-token"
   */
  readonly token?: string | undefined
  /**
   * The sandbox's origin, without a path. `Auth` uses it as base URL, and links in responses start with it.
   *
   * @default "http://sandbox.localhost"
   */
  readonly baseUrl?: string | undefined
  /**
   * The rate limits: those of a Pipedrive plan, your own, or none.
   *
   * @default "off"
   */
  readonly plan?: "off" | PlanName | Plan | undefined
  /**
   * What to do with a query parameter that the sandbox does not support: `"refuse"` responds with a 501 that names it, `"ignore"`
   * ignores it, so that the result may differ from Pipedrive's.
   *
   * @default "refuse"
   */
  readonly unknownParameters?: "refuse" | "ignore" | undefined
  /** Injected failures. */
  readonly faults?: ReadonlyArray<Fault> | undefined
  /** Fixed replies instead of the sandbox's own: see `reply` and `refuse`. */
  readonly replies?: ReadonlyArray<Reply> | undefined
  /**
   * The client that delivers webhooks. Without it deliveries are only recorded. The server delivers by default.
   */
  readonly webhooks?: HttpClient.HttpClient | undefined
  /** The registered apps and the behaviour of the OAuth server. */
  readonly oauth?: OAuthOptions | undefined
}

/** The names of {@link Options}. */
export const names: Names<Options> = {
  seed: true,
  token: true,
  baseUrl: true,
  plan: true,
  unknownParameters: true,
  faults: true,
  replies: true,
  webhooks: true,
  oauth: true
}

/**
 * Options of one of several companies behind one address.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompanyOptions extends Omit<Options, "baseUrl" | "oauth" | "token"> {
  /**
   * The API token of the first user: no two companies have the same.
   *
   * @default its name, and `-token`
   */
  readonly token?: string | undefined
}

/**
 * Options of several companies behind one address.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompaniesOptions<Name extends string = string>
  extends Pick<Options, "baseUrl" | "oauth" | "webhooks"> {
  /**
   * The companies, by names of your own. A company is called so and has that `company_domain`, unless its seed says otherwise; their
   * ids differ as well.
   */
  readonly companies: { readonly [K in Name]: CompanyOptions }
  /**
   * The `baseUrl` of each company, which tokens name as `api_domain`: the one that all have in common, or a host name of its own, as
   * at Pipedrive: `http://harbour.localhost:8080`. Requests to such a host are for that company alone in either case; but not every
   * system finds names below `localhost`.
   *
   * @default "shared"
   */
  readonly hosts?: "shared" | "own" | undefined
}

/**
 * The default API token of a sandbox.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultToken = "sandbox-token"

/**
 * The default origin of a sandbox in the same process.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultBaseUrl = "http://sandbox.localhost"
