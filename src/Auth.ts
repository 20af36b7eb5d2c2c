/**
 * Credentials: the service that authorizes requests.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { invalid, missing } from "./internal/configError.js"
import * as Base from "./internal/oauth/baseUrl.js"
import * as Known from "./internal/options.js"
import * as OAuth2 from "./OAuth2.js"
import type { AuthError } from "./PipedriveError.js"
import type { RateLimiter } from "./RateLimiter.js"

/**
 * What an {@link Auth} does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Adds the base URL (the request comes with a path such as `/api/v2/deals`) and the credentials. */
  readonly authorize: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError>
  /**
   * Optional, synchronous form of `authorize`: returns the authorized request if valid credentials are in memory at `now`
   * (milliseconds since 1970), else `undefined`. With it, calls over this package's transports need no extra fiber.
   */
  readonly authorizeNow?:
    | ((request: HttpClientRequest.HttpClientRequest, now: number) => HttpClientRequest.HttpClientRequest | undefined)
    | undefined
  /**
   * Called when an authorized request got a 401. Succeeds with `true` if there are new credentials and the request should
   * be sent once more.
   */
  readonly recover: (authorized: HttpClientRequest.HttpClientRequest) => Effect.Effect<boolean, AuthError>
  /**
   * A name for the account that stays the same when its credentials are renewed. The limiter keeps its state under this name,
   * or under the credentials if there is none.
   */
  readonly account?: string | undefined
  /** The limiter that calls pass where no option of a layer names one. */
  readonly limiter?: RateLimiter | undefined
}

/**
 * The credentials, and the host they belong to. One service covers both API versions.
 *
 * @since 0.1.0
 * @category tags
 */
export class Auth extends /*#__PURE__*/ (() => Context.Tag(Base.authKey)<Auth, Service>())() {}

/**
 * Pipedrive's host for all companies.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultBaseUrl = Base.defaultBaseUrl

/**
 * Options of the layers with fixed credentials.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * Scheme and host to call: a company's own (`https://acme.pipedrive.com`), a sandbox, a proxy. Without the version's
   * path, which a trailing `/api/v1`, `/api/v2` or `/v1` is taken for and left off.
   *
   * @default "https://api.pipedrive.com"
   */
  readonly baseUrl?: string | URL | undefined
  /**
   * Takes an `http:` base URL for any host. Without it only for this machine, private addresses and names such as
   * `sandbox` or `pipedrive.test`: over `http:` anybody on the way can read the credentials.
   *
   * @default false
   */
  readonly allowInsecureHttp?: boolean | undefined
}

/** The names of {@link Options}. @internal */
export const names: Known.Names<Options> = { baseUrl: true, allowInsecureHttp: true }

/**
 * Calls with a personal API token (`x-api-token`). A blank token, or one that cannot stand in a header, fails the layer.
 *
 * @example
 * ```ts
 * import { Auth } from "effect-pipedrive"
 *
 * const acme = Auth.apiKey("0123456789abcdef", { baseUrl: "https://acme.pipedrive.com" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const apiKey = (
  token: string | Redacted.Redacted<string>,
  options?: Options
): Layer.Layer<Auth, ConfigError.ConfigError> => apiKeyOf({ token: "apiToken" }, token, options)

/**
 * Calls with an OAuth2 access token that is renewed elsewhere (`Authorization: Bearer`).
 *
 * @since 0.1.0
 * @category layers
 */
export const accessToken = (
  token: string | Redacted.Redacted<string>,
  options?: Options
): Layer.Layer<Auth, ConfigError.ConfigError> => accessTokenOf({ token: "accessToken" }, token, options)

/**
 * Reads the credentials from the `ConfigProvider` (environment variables, unless another is set). In this order, and only
 * one of them is sent:
 *
 * - `PIPEDRIVE_API_TOKEN`
 * - `PIPEDRIVE_ACCESS_TOKEN`
 * - OAuth2: `PIPEDRIVE_CLIENT_ID`, `PIPEDRIVE_CLIENT_SECRET`, `PIPEDRIVE_REDIRECT_URI`, `PIPEDRIVE_REFRESH_TOKEN`, with
 *   tokens in a `TokenStore` if one is provided, or else in memory; `PIPEDRIVE_OAUTH_URL` if the OAuth server is another
 *
 * and `PIPEDRIVE_BASE_URL` for all of them (`PIPEDRIVE_ALLOW_INSECURE_HTTP=true`, where it is `http:` and not private).
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig: Layer.Layer<Auth, ConfigError.ConfigError, HttpClient.HttpClient> =
  /*#__PURE__*/ Layer.unwrapEffect(
    /*#__PURE__*/ Effect.suspend(() =>
      Effect.gen(function* () {
        const read = yield* Config.all({
          apiToken: secret("PIPEDRIVE_API_TOKEN"),
          accessToken: secret("PIPEDRIVE_ACCESS_TOKEN"),
          clientId: secret("PIPEDRIVE_CLIENT_ID"),
          baseUrl: Config.option(Config.nonEmptyString("PIPEDRIVE_BASE_URL")),
          judging: Base.urlPolicyConfig
        })
        const options: Options = { baseUrl: Option.getOrUndefined(read.baseUrl), ...read.judging }
        if (Option.isSome(read.apiToken)) return apiKeyOf(variables.apiKey, read.apiToken.value, options)
        if (Option.isSome(read.accessToken))
          return accessTokenOf(variables.accessToken, read.accessToken.value, options)
        if (Option.isSome(read.clientId)) return OAuth2.layerConfig
        return yield* missing(
          [],
          "No credentials for Pipedrive: set PIPEDRIVE_API_TOKEN (a personal API token), or PIPEDRIVE_ACCESS_TOKEN (an OAuth2 access token), or, for OAuth2, PIPEDRIVE_CLIENT_ID, PIPEDRIVE_CLIENT_SECRET, PIPEDRIVE_REDIRECT_URI and PIPEDRIVE_REFRESH_TOKEN"
        )
      })
    )
  )

const secret = (name: string): Config.Config<Option.Option<Redacted.Redacted<string>>> =>
  Config.option(Config.redacted(name)).pipe(Config.map(Option.filter((value) => Redacted.value(value).trim() !== "")))

/** What the token and the URL are called where they come from, for errors. */
interface Names {
  readonly token: string
  readonly baseUrl?: string
}

const variables = {
  apiKey: { token: "PIPEDRIVE_API_TOKEN", baseUrl: "PIPEDRIVE_BASE_URL" },
  accessToken: { token: "PIPEDRIVE_ACCESS_TOKEN", baseUrl: "PIPEDRIVE_BASE_URL" }
} as const

const fixed =
  (header: string, render: (value: string) => string) =>
  (
    called: Names,
    token: string | Redacted.Redacted<string>,
    options: Options | undefined
  ): Layer.Layer<Auth, ConfigError.ConfigError> =>
    Layer.effect(
      Auth,
      Effect.gen(function* () {
        yield* Known.refuseUnknown(options, names)
        const value = (typeof token === "string" ? token : Redacted.value(token)).trim()
        if (!/^[\x21-\x7e]+$/.test(value)) {
          return yield* invalid(called.token, value === "" ? "is blank" : "holds characters that no token has")
        }
        const base = yield* Base.parseBaseUrl(options?.baseUrl ?? defaultBaseUrl, options, called.baseUrl)
        const headers = { [header]: render(value) }
        const authorizeNow = (request: HttpClientRequest.HttpClientRequest) =>
          HttpClientRequest.setHeaders(HttpClientRequest.prependUrl(request, base), headers)
        return Auth.of({
          authorize: (request) => Effect.succeed(authorizeNow(request)),
          authorizeNow,
          recover: () => Effect.succeed(false)
        })
      })
    )

const apiKeyOf = /*#__PURE__*/ fixed("x-api-token", (value) => value)

const accessTokenOf = /*#__PURE__*/ fixed("authorization", (value) => `Bearer ${value}`)

/**
 * Checks a base URL: https, or http where {@link Options} allow it; no user, no query. Returns it without a trailing slash
 * and version.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parseBaseUrl: (
  url: string | URL,
  options?: Pick<Options, "allowInsecureHttp">
) => Effect.Effect<string, ConfigError.ConfigError> = Base.parseBaseUrl
