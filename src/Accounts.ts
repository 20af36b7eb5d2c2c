/**
 * Many companies in one process: an account's tokens are loaded when it is first used, and removed from memory when it is idle.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Auth from "./Auth.js"
import * as Account from "./internal/oauth/account.js"
import * as Protocol from "./internal/oauth/app.js"
import * as Settings from "./internal/oauth/settings.js"
import * as StoreAccess from "./internal/oauth/storeAccess.js"
import * as Known from "./internal/options.js"
import * as OAuth2 from "./OAuth2.js"
import * as Pipedrive from "./Pipedrive.js"
import { AuthError, type PipedriveError } from "./PipedriveError.js"
import * as TokenStore from "./TokenStore.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The user who gave consent.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly id: number
  readonly name: string
  readonly companyId: number
  /** The company's name in its URL: `acme` of `acme.pipedrive.com`. */
  readonly companyDomain: string | undefined
}

/**
 * A new or renewed consent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Connected {
  /** The account's name, by which `provide` finds it. */
  readonly account: string
  readonly user: User
}

/**
 * Options of {@link layer}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<R = never> extends OAuth2.Options {
  /** How long an unused account stays in memory. Its tokens stay in the store. @default "5 minutes" */
  readonly idleTimeToLive?: Duration.DurationInput | undefined
  /**
   * The account name of a user, for `connect` and `handleUninstall`. By default the company's id; change it if the app stores
   * tokens for each user of a company.
   */
  readonly accountOf?: ((user: Pick<User, "id" | "companyId">) => string) | undefined
  /** Runs once for each new token; see `OAuth2.AccountOptions`. */
  readonly onTokenUpdate?: ((account: string, token: TokenStore.Token) => Effect.Effect<void, unknown, R>) | undefined
}

/**
 * The operations of {@link Accounts}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The app itself: consent pages, callbacks. */
  readonly app: OAuth2.App
  /** One account's tokens, held in memory at least as long as the scope lives. */
  readonly get: (account: string | number) => Effect.Effect<OAuth2.Service, never, Scope.Scope>
  /**
   * Handles the callback of the consent page: checks it, exchanges the code, asks Pipedrive for the user, and saves the token
   * under that user's account.
   */
  readonly connect: (callback: OAuth2.Callback) => Effect.Effect<Connected, PipedriveError>
  /** The accounts that have tokens in the store, in order; those whose tokens are dead by now included. */
  readonly list: Effect.Effect<ReadonlyArray<string>, AuthError>
  /** Revokes an account's refresh token and forgets it. Of an account that has none there is nothing to do. */
  readonly disconnect: (account: string | number) => Effect.Effect<void, AuthError>
  /** Verifies Pipedrive's notice that a user removed the app, and forgets the account. */
  readonly handleUninstall: (
    request: OAuth2.Received | Request
  ) => Effect.Effect<OAuth2.Uninstalled & { readonly account: string }, AuthError>
}

/**
 * The accounts of one app.
 *
 * @since 0.1.0
 * @category tags
 */
export class Accounts extends /*#__PURE__*/ (() => Context.Tag("effect-pipedrive/Accounts")<Accounts, Service>())() {}

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

const WhoAmI = /*#__PURE__*/ (() =>
  Schema.Struct({
    data: Schema.Struct({
      id: Schema.Number,
      name: Schema.String,
      company_id: Schema.Number,
      company_domain: Schema.optional(Schema.NullOr(Schema.String))
    })
  }))()

/**
 * The accounts of one app, over one transport and one store.
 *
 * @example
 * ```ts
 * import { FetchHttpClient } from "@effect/platform"
 * import { Accounts, TokenStore } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect, Layer, Redacted } from "effect"
 *
 * const accounts = Accounts.layer({
 *   clientId: "0123456789abcdef",
 *   clientSecret: Redacted.make("0123456789abcdef0123456789abcdef01234567"),
 *   redirectUri: "https://example.com/callback"
 * }).pipe(Layer.provideMerge(FetchHttpClient.layer), Layer.provide(TokenStore.layerMemory))
 *
 * const program = Deals.list({ status: "open" }).pipe(Accounts.provide(7_654_321), Effect.provide(accounts))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <R = never>(
  options: Options<R>
): Layer.Layer<
  Accounts,
  ConfigError.ConfigError,
  HttpClient.HttpClient | TokenStore.TokenStore | Exclude<R, Scope.Scope>
> => Layer.scoped(Accounts, make(options))

/**
 * The same, with the app's settings from the `ConfigProvider`: `PIPEDRIVE_CLIENT_ID`, `PIPEDRIVE_CLIENT_SECRET`,
 * `PIPEDRIVE_REDIRECT_URI`, and, where they are not Pipedrive's own, `PIPEDRIVE_OAUTH_URL` and `PIPEDRIVE_BASE_URL`.
 *
 * @example
 * ```ts
 * import { FetchHttpClient } from "@effect/platform"
 * import { Accounts, TokenStore } from "effect-pipedrive"
 * import { Layer } from "effect"
 *
 * const accounts = Accounts.layerConfig({ idleTimeToLive: "10 minutes" }).pipe(
 *   Layer.provideMerge(FetchHttpClient.layer),
 *   Layer.provide(TokenStore.layerMemory)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = <R = never>(
  options: Omit<Options<R>, Settings.Name> = {}
): Layer.Layer<
  Accounts,
  ConfigError.ConfigError,
  HttpClient.HttpClient | TokenStore.TokenStore | Exclude<R, Scope.Scope>
> => Layer.unwrapEffect(Effect.map(Settings.read([]), (settings) => layer<R>({ ...options, ...settings })))

/**
 * The accounts of one app.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <R = never>(
  options: Options<R>
): Effect.Effect<Service, ConfigError.ConfigError, HttpClient.HttpClient | TokenStore.TokenStore | Scope.Scope | R> =>
  Effect.gen(function* () {
    yield* Known.refuseUnknown(options, names)
    const made = yield* Protocol.make(options, OAuth2.defaultUrl)
    const context = yield* Effect.context<HttpClient.HttpClient | TokenStore.TokenStore | R>()
    const accountOf = options.accountOf ?? (({ companyId }) => String(companyId))
    const { onTokenUpdate } = options

    const sessions = yield* RcMap.make({
      lookup: (account: string) =>
        Effect.provide(
          Account.fromApp(made, {
            account,
            ...(onTokenUpdate === undefined
              ? {}
              : {
                  onTokenUpdate: (token: TokenStore.Token) => Effect.provide(onTokenUpdate(account, token), context)
                })
          }),
          Context.pick(TokenStore.TokenStore)(context)
        ),
      idleTimeToLive: options.idleTimeToLive ?? "5 minutes"
    })
    const get = (account: string | number) => RcMap.get(sessions, String(account))

    const whoIs = (token: TokenStore.Token): Effect.Effect<User, PipedriveError> =>
      Pipedrive.request({ version: "v1", path: "/users/me" }).pipe(
        Effect.provideService(
          Auth.Auth,
          Account.authOf(made, Effect.succeed(token), () => token)
        ),
        Effect.flatMap((answer) =>
          Effect.orElseFail(
            Schema.decodeUnknown(WhoAmI)(answer),
            () => new AuthError({ reason: "InvalidToken", description: "Pipedrive did not say whose token it is" })
          )
        ),
        Effect.map(({ data }) => ({
          id: data.id,
          name: data.name,
          companyId: data.company_id,
          companyDomain: data.company_domain ?? undefined
        })),
        Effect.provide(context)
      )

    return {
      app: made.app,
      get,
      connect: (callback) =>
        Effect.gen(function* () {
          const token = yield* made.app.handleCallback(callback)
          const user = yield* whoIs(token)
          const account = accountOf(user)
          yield* Effect.flatMap(get(account), (session) => session.set(token))
          return { account, user }
        }).pipe(Effect.scoped, Effect.uninterruptible),
      list: StoreAccess.listOf(Context.get(context, TokenStore.TokenStore)),
      disconnect: (account) =>
        Effect.scoped(Effect.flatMap(get(account), (session) => session.revoke())).pipe(
          // it may have been disconnected before, or the user removed the app
          Effect.catchAll((error) => (error.reason === "NotAuthorized" ? Effect.void : Effect.fail(error)))
        ),
      handleUninstall: (request) =>
        Effect.gen(function* () {
          const notice = yield* made.app.handleUninstall(request)
          const account = accountOf({ id: notice.userId, companyId: notice.companyId })
          yield* Effect.flatMap(get(account), (session) => session.clear)
          return { ...notice, account }
        }).pipe(Effect.scoped)
    }
  })

const names: Known.Names<Options> = /*#__PURE__*/ (() => ({
  ...OAuth2.names,
  idleTimeToLive: true,
  accountOf: true,
  onTokenUpdate: true
}))()

// -----------------------------------------------------------------------------
// combinators
// -----------------------------------------------------------------------------

/**
 * Runs an effect as one account.
 *
 * @since 0.1.0
 * @category combinators
 */
export const provide =
  (account: string | number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Accounts | Exclude<R, Auth.Auth | OAuth2.OAuth2>> =>
    Effect.scopedWith((scope) =>
      Effect.flatMap(Scope.extend(servicesOf(account), scope), (services) => Effect.provide(effect, services))
    )

const servicesOf = (account: string | number) =>
  Effect.map(
    Effect.flatMap(Accounts, ({ get }) => get(account)),
    (session) => Context.make(OAuth2.OAuth2, session).pipe(Context.add(Auth.Auth, session.auth))
  )

/**
 * Runs a stream as one account, as {@link provide} does an effect. The account stays in memory until the stream ends.
 *
 * @example
 * ```ts
 * import { Accounts } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Stream } from "effect"
 *
 * const titles = Deals.list.stream({ status: "open" }).pipe(
 *   Accounts.provideStream(7_654_321),
 *   Stream.map(({ title }) => title)
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const provideStream =
  (account: string | number) =>
  <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, Accounts | Exclude<R, Auth.Auth | OAuth2.OAuth2>> =>
    Stream.unwrapScoped(Effect.map(servicesOf(account), (services) => Stream.provideSomeContext(stream, services)))

// -----------------------------------------------------------------------------
// routes
// -----------------------------------------------------------------------------

/**
 * Options of {@link routes}.
 *
 * @since 0.1.0
 * @category models
 */
export interface RoutesOptions<E = never, R = never, E2 = never, R2 = never> {
  /** What the browser gets that comes back from a consent: a session, most often, and a redirect. */
  readonly onConnect: (connected: Connected) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  /** Runs when a user has removed the app, after the account is forgotten here. */
  readonly onUninstall?:
    | ((notice: OAuth2.Uninstalled & { readonly account: string }) => Effect.Effect<unknown, E2, R2>)
    | undefined
}

/**
 * What {@link routes} makes: handlers for the routes of your server.
 *
 * @since 0.1.0
 * @category models
 */
export interface Routes<E = never, R = never, E2 = never, R2 = never> {
  /** Sends the browser to the consent page. */
  readonly login: Effect.Effect<HttpServerResponse.HttpServerResponse>
  /** `GET` of the `redirectUri`: connects the account that comes back. */
  readonly callback: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    E | PipedriveError,
    R | HttpServerRequest.HttpServerRequest
  >
  /** `DELETE` of the `redirectUri`: Pipedrive's notice that a user has removed the app. */
  readonly uninstall: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    E2 | AuthError,
    R2 | HttpServerRequest.HttpServerRequest
  >
}

const routesNames: Known.Names<RoutesOptions> = { onConnect: true, onUninstall: true }

const stateCookie = "pipedrive-state"

/**
 * The routes of an app. The `state` is in a cookie of the browser, for ten minutes. What goes wrong is an error of the route:
 * `AuthError` with the reason `AccessDenied`, where the user said no.
 *
 * @example
 * ```ts
 * import { HttpRouter, HttpServerResponse } from "@effect/platform"
 * import { Accounts } from "effect-pipedrive"
 * import { Effect } from "effect"
 *
 * const router = Effect.gen(function* () {
 *   const { callback, login, uninstall } = yield* Accounts.routes({
 *     onConnect: ({ user }) => Effect.succeed(HttpServerResponse.text(`Hello ${user.name}`))
 *   })
 *   return HttpRouter.empty.pipe(
 *     HttpRouter.get("/login", login),
 *     HttpRouter.get("/callback", callback),
 *     HttpRouter.del("/callback", uninstall)
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category routes
 */
export const routes = <E = never, R = never, E2 = never, R2 = never>(
  options: RoutesOptions<E, R, E2, R2>
): Effect.Effect<Routes<E, R, E2, R2>, ConfigError.ConfigError, Accounts> =>
  Effect.gen(function* () {
    yield* Known.refuseUnknown(options, routesNames)
    const { onConnect, onUninstall } = options
    const accounts = yield* Accounts
    const setState = (
      response: HttpServerResponse.HttpServerResponse,
      state: string,
      more: { readonly secure?: boolean; readonly maxAge: Duration.DurationInput }
    ) =>
      // lax: it comes along when Pipedrive sends the browser back, but not when another site posts a form
      HttpServerResponse.setCookie(response, stateCookie, state, {
        httpOnly: true,
        sameSite: "lax",
        path: "/",
        ...more
      }).pipe(Effect.orDie)
    return {
      login: Effect.flatMap(accounts.app.authorizationUrl(), ({ state, url }) =>
        setState(HttpServerResponse.redirect(url, { headers: { "cache-control": "no-store" } }), state, {
          secure: new URL(url).searchParams.get("redirect_uri")?.startsWith("https:") === true,
          maxAge: "10 minutes"
        })
      ),
      callback: Effect.gen(function* () {
        const { cookies, url } = yield* HttpServerRequest.HttpServerRequest
        const connected = yield* accounts.connect({ url, state: cookies[stateCookie] })
        return yield* setState(yield* onConnect(connected), "", { maxAge: 0 })
      }),
      uninstall: Effect.gen(function* () {
        const { headers, method, text } = yield* HttpServerRequest.HttpServerRequest
        // without its body it is refused
        const body = yield* Effect.orElseSucceed(text, () => "")
        const notice = yield* accounts.handleUninstall({ method, headers, body })
        if (onUninstall !== undefined) yield* onUninstall(notice)
        return HttpServerResponse.empty()
      })
    }
  })
