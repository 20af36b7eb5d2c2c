/**
 * What a sandbox can be told.
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
   * What the world holds in the beginning: a small company with deals and all (`"demo"`), one user and one pipeline
   * (`"empty"`), or what you describe.
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
   * Where the sandbox seems to be served, without a path: what `Auth` calls, and links in answers begin with.
   *
   * @default "http://sandbox.localhost"
   */
  readonly baseUrl?: string | undefined
  /**
   * How much may be asked for: a plan of Pipedrive's, limits of your own, or nothing is refused.
   *
   * @default "off"
   */
  readonly plan?: "off" | PlanName | Plan | undefined
  /**
   * What happens when a query parameter is set that the sandbox does not know how to act upon: it answers 501 and names it, or
   * passes over it, which may give another result than Pipedrive would.
   *
   * @default "refuse"
   */
  readonly unknownParameters?: "refuse" | "ignore" | undefined
  /** What goes wrong on purpose. */
  readonly faults?: ReadonlyArray<Fault> | undefined
  /** Answers in place of the sandbox's own: see `reply` and `refuse`. */
  readonly replies?: ReadonlyArray<Reply> | undefined
  /**
   * What delivers webhooks. Without it nothing leaves the process, and deliveries are only noted; on a port they are made.
   */
  readonly webhooks?: HttpClient.HttpClient | undefined
  /** The apps it knows, and how its OAuth server behaves. */
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
 * The API token a sandbox takes unless it is given another.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultToken = "sandbox-token"

/**
 * Where a sandbox in the same process seems to be served.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultBaseUrl = "http://sandbox.localhost"
