/**
 * OAuth2 for Marketplace apps: consent, tokens, renewal, revocation.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Auth from "./Auth.js"
import * as Account from "./internal/oauth/account.js"
import * as Protocol from "./internal/oauth/app.js"
import * as Base from "./internal/oauth/baseUrl.js"
import * as Settings from "./internal/oauth/settings.js"
import * as Known from "./internal/options.js"
import type { AuthError } from "./PipedriveError.js"
import type * as RateLimiter from "./RateLimiter.js"
import * as TokenStore from "./TokenStore.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * An app's settings from Pipedrive's Developer Hub, and how to reach the OAuth server.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly clientId: string
  readonly clientSecret: string | Redacted.Redacted<string>
  /** The callback URL, exactly as registered. */
  readonly redirectUri: string | URL
  /** The OAuth server. @default "https://oauth.pipedrive.com" */
  readonly oauthUrl?: string | URL | undefined
  /**
   * Base URL for API calls, such as a sandbox or a proxy. By default calls go to the token's `api_domain`.
   */
  readonly baseUrl?: string | URL | undefined
  /**
   * Origins that a token's `api_domain` may name besides https hosts below `pipedrive.com`. `baseUrl` and `oauthUrl`, when
   * given, are among them.
   */
  readonly allowedApiDomains?: ReadonlyArray<string> | undefined
  /**
   * Accepts `http:` in `oauthUrl`, `baseUrl` and `allowedApiDomains` for any host. Without it only for this machine, private
   * addresses and names such as `sandbox` or `pipedrive.test`: over `http:` anybody on the way can read the credentials.
   *
   * @default false
   */
  readonly allowInsecureHttp?: boolean | undefined
  /** The time one request to the OAuth server may take, but for renewals. @default "10 seconds" */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * Time limit of a token renewal. If refresh tokens change at each use, a renewal that is given up can cost the account its
   * authorization, because the server may have acted. So the default is as long as the store's lock allows.
   *
   * @default three quarters of the store's lockTimeout: 22.5 seconds
   */
  readonly renewalTimeout?: Duration.DurationInput | undefined
  /** How often a request is repeated after a network fault, a 408, a 429, a 5xx or an answer that is not JSON. @default 3 */
  readonly retries?: number | undefined
  /** The first wait between attempts; it doubles each time, with jitter. @default "500 millis" */
  readonly backoff?: Duration.DurationInput | undefined
  /** How many accounts' tokens are renewed at a time; the others wait for their turn. @default 25 */
  readonly maximumRenewals?: number | undefined
  /**
   * Whether calls wait in a queue to stay within Pipedrive's limits (see `RateLimiter`). A limiter set in the options of
   * `HttpLayer.layer` or `Pipedrive.layer` takes precedence.
   *
   * @default true
   */
  readonly limiter?: boolean | RateLimiter.Options | undefined
}

/**
 * Options for one account.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountOptions<R = never> extends Options {
  /** The name its tokens have in the store. @default "default" */
  readonly account?: string | undefined
  /** A refresh token to begin with, when the store has no token or a dead one. */
  readonly refreshToken?: string | Redacted.Redacted<string> | undefined
  /**
   * Runs once for each new token, after it is saved and before it is used. If it fails, the calls that wait for this token
   * fail with the reason `TokenStore`; the saved token stays.
   */
  readonly onTokenUpdate?: ((token: TokenStore.Token) => Effect.Effect<void, unknown, R>) | undefined
}

/**
 * A consent page to send a user to, and the `state` to remember (in the user's session) for the callback.
 *
 * @since 0.1.0
 * @category models
 */
export interface Authorization {
  readonly url: string
  readonly state: string
}

/**
 * The query of the callback URL, and the `state` that was remembered for it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Callback {
  /** As it was requested: whole, or path and query, or the query. */
  readonly url: string | URL | URLSearchParams
  /** What {@link Authorization} gave; `undefined` when the session has none, which fails. */
  readonly state: string | undefined
}

/**
 * An incoming request, for {@link App.handleUninstall}: a web `Request`, or Express's with its body parsed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Received {
  readonly method: string
  readonly headers: Headers | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Text, or JSON parsed. */
  readonly body: unknown
}

/**
 * Pipedrive's notice that a user uninstalled the app. Its tokens are already invalid.
 *
 * @since 0.1.0
 * @category models
 */
export interface Uninstalled {
  readonly companyId: number
  readonly userId: number
  /** As Pipedrive wrote it. */
  readonly timestamp: string | number | undefined
}

/**
 * An app without an account: the OAuth2 protocol, without stored tokens.
 *
 * @since 0.1.0
 * @category models
 */
export interface App {
  /** Where to send a user for consent. Without a `state` a random one is made. */
  readonly authorizationUrl: (options?: { readonly state?: string | undefined }) => Effect.Effect<Authorization>
  /** Checks the state, turns a denial into `AccessDenied`, and exchanges the code. */
  readonly handleCallback: (callback: Callback) => Effect.Effect<TokenStore.Token, AuthError>
  /** Exchanges a code. It lives for five minutes and works once. */
  readonly authorize: (code: string) => Effect.Effect<TokenStore.Token, AuthError>
  /** Gets a new token for a refresh token, or for the token that has one. */
  readonly refresh: (from: Redacted.Redacted<string> | TokenStore.Token) => Effect.Effect<TokenStore.Token, AuthError>
  /** Revokes a token. A refresh token takes the app off the user's account. */
  readonly revoke: (
    token: Redacted.Redacted<string>,
    hint: "access_token" | "refresh_token"
  ) => Effect.Effect<void, AuthError>
  /** Verifies the DELETE that Pipedrive sends to the callback URL when a user removes the app. */
  readonly handleUninstall: (request: Received | Request) => Effect.Effect<Uninstalled, AuthError>
}

/**
 * One account's tokens, renewed as needed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Omit<App, "refresh" | "revoke"> {
  /** What endpoints are called with. */
  readonly auth: Auth.Service
  /** A token that is fresh: renewed first, if need be. */
  readonly token: Effect.Effect<TokenStore.Token, AuthError>
  /** Renews by hand. One of several processes may have done so meanwhile: then its token is taken. */
  readonly refresh: Effect.Effect<TokenStore.Token, AuthError>
  /** Takes and saves a token that was got elsewhere. */
  readonly set: (token: TokenStore.Token) => Effect.Effect<TokenStore.Token, AuthError>
  /**
   * Starts from a refresh token obtained elsewhere: exchanges it for a new token and saves that. Also accepts the token
   * object of the official client.
   */
  readonly exchange: (
    stored: string | Redacted.Redacted<string> | { readonly refresh_token: string }
  ) => Effect.Effect<TokenStore.Token, AuthError>
  /**
   * Revokes the refresh token, which takes the app off the user's account and clears the store; or, with
   * `"access_token"`, that alone: the next call renews it. After a failure everything is as it was.
   */
  readonly revoke: (hint?: "access_token" | "refresh_token") => Effect.Effect<void, AuthError>
  /** Forgets the token, here and in the store. Pipedrive is not told. */
  readonly clear: Effect.Effect<void, AuthError>
}

/**
 * One account's tokens.
 *
 * @since 0.1.0
 * @category tags
 */
export class OAuth2 extends /*#__PURE__*/ (() => Context.Tag("effect-pipedrive/OAuth2")<OAuth2, Service>())() {}

/**
 * @since 0.1.0
 * @category constants
 */
export const defaultUrl = "https://oauth.pipedrive.com"

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/** The names of {@link Options}. @internal */
export const names: Known.Names<Options> = {
  clientId: true,
  clientSecret: true,
  redirectUri: true,
  oauthUrl: true,
  baseUrl: true,
  allowedApiDomains: true,
  allowInsecureHttp: true,
  timeout: true,
  renewalTimeout: true,
  retries: true,
  backoff: true,
  maximumRenewals: true,
  limiter: true
}

const accountNames: Known.Names<AccountOptions> = /*#__PURE__*/ (() => ({
  ...names,
  account: true,
  refreshToken: true,
  onTokenUpdate: true
}))()

/**
 * An app without an account. Missing or blank settings fail before any request, and are named.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeApp = (options: Options): Effect.Effect<App, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Known.refuseUnknown(options, names).pipe(
    Effect.zipRight(Protocol.make(options, defaultUrl)),
    Effect.map(({ app }) => app)
  )

/**
 * One account's tokens. Nothing is loaded or sent before the first call.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <R = never>(
  options: AccountOptions<R>
): Effect.Effect<Service, ConfigError.ConfigError, HttpClient.HttpClient | TokenStore.TokenStore | Scope.Scope | R> =>
  Known.refuseUnknown(options, accountNames).pipe(
    Effect.zipRight(Protocol.make(options, defaultUrl)),
    Effect.flatMap((made) => Account.fromApp(made, options))
  )

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

/**
 * Calls for one account. Tokens are renewed shortly before they expire and after a 401; concurrent calls share one renewal.
 *
 * @example
 * ```ts
 * import { FetchHttpClient } from "@effect/platform"
 * import { OAuth2, TokenStore } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect, Layer, Redacted } from "effect"
 *
 * const acme = OAuth2.layer({
 *   clientId: "0123456789abcdef",
 *   clientSecret: Redacted.make("0123456789abcdef0123456789abcdef01234567"),
 *   redirectUri: "https://example.com/callback"
 * }).pipe(Layer.provideMerge(FetchHttpClient.layer), Layer.provide(TokenStore.layerMemory))
 *
 * const program = Effect.gen(function* () {
 *   const oauth = yield* OAuth2.OAuth2
 *   yield* oauth.exchange("a refresh token")
 *   return yield* Deals.list({ status: "open" })
 * }).pipe(Effect.provide(acme))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <R = never>(
  options: AccountOptions<R>
): Layer.Layer<
  OAuth2 | Auth.Auth,
  ConfigError.ConfigError,
  HttpClient.HttpClient | TokenStore.TokenStore | Exclude<R, Scope.Scope>
> =>
  Layer.scopedContext(
    Effect.map(make(options), (service) => Context.make(OAuth2, service).pipe(Context.add(Base.authTag, service.auth)))
  )

/**
 * The same, read from the `ConfigProvider`: `PIPEDRIVE_CLIENT_ID`, `PIPEDRIVE_CLIENT_SECRET`, `PIPEDRIVE_REDIRECT_URI`,
 * `PIPEDRIVE_REFRESH_TOKEN`, and, where they are not Pipedrive's own, `PIPEDRIVE_OAUTH_URL` and `PIPEDRIVE_BASE_URL`.
 * Tokens live in a `TokenStore` if one is provided, or else in memory; then the refresh token must be set.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig: Layer.Layer<OAuth2 | Auth.Auth, ConfigError.ConfigError, HttpClient.HttpClient> =
  /*#__PURE__*/ Layer.unwrapEffect(
    /*#__PURE__*/ Effect.suspend(() =>
      Effect.gen(function* () {
        const refreshToken = yield* Settings.text("PIPEDRIVE_REFRESH_TOKEN")
        const store = yield* Effect.serviceOption(TokenStore.TokenStore)
        const needed = { name: "PIPEDRIVE_REFRESH_TOKEN", hint: "or provide a TokenStore that has a token" }
        const settings = yield* Settings.read(Option.isNone(refreshToken) && Option.isNone(store) ? [needed] : [])
        return layer({ ...settings, refreshToken: Option.getOrUndefined(refreshToken) }).pipe(
          Layer.provide(
            Option.match(store, {
              onNone: () => Layer.fresh(TokenStore.layerMemory),
              onSome: (service) => Layer.succeed(TokenStore.TokenStore, service)
            })
          )
        )
      })
    )
  )
