/**
 * What a sandbox can be told.
 *
 * @internal
 */
import type { Seed } from "./seed.js"

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
