/**
 * One account's service: an app's protocol with a session.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Auth from "../../Auth.js"
import type { AccountOptions, Service } from "../../OAuth2.js"
import type { AuthError } from "../../PipedriveError.js"
import * as TokenStore from "../../TokenStore.js"
import type * as Protocol from "./app.js"
import * as Base from "./baseUrl.js"
import * as Session from "./session.js"

/** The service of one account of an app. @internal */
export const fromApp = <R = never>(
  made: Protocol.Protocol,
  options: Pick<AccountOptions<R>, "account" | "refreshToken" | "onTokenUpdate">
): Effect.Effect<Service, never, TokenStore.TokenStore | Scope.Scope | R> =>
  Effect.gen(function* () {
    const { allowed, app, clientId, renew, renewalPermit } = made
    const store = yield* TokenStore.TokenStore
    const context = yield* Effect.context<R>()
    const { account = "default", onTokenUpdate, refreshToken } = options
    const key = keyed(options.account === undefined ? undefined : `${clientId} ${account}`)
    const session = yield* Session.make({
      account,
      store,
      allowed,
      renew: (before, pause) =>
        Effect.tap(renew(before, { within: store.lockTimeout, pause }), (token) => key.renew(before, token)),
      renewalPermit,
      revoke: app.revoke,
      seed: refreshToken === undefined || isBlank(refreshToken) ? undefined : redacted(refreshToken),
      onTokenUpdate: (token) =>
        onTokenUpdate === undefined ? Effect.void : Effect.provide(onTokenUpdate(token), context)
    })
    const saveToken = (token: Effect.Effect<TokenStore.Token, AuthError>) =>
      Effect.uninterruptible(Effect.flatMap(token, session.set))
    return {
      authorizationUrl: app.authorizationUrl,
      handleCallback: (callback) => saveToken(app.handleCallback(callback)),
      authorize: (code) => saveToken(app.authorize(code)),
      exchange: (stored) => saveToken(app.refresh(redacted(isOfficial(stored) ? stored.refresh_token : stored))),
      handleUninstall: (request) => Effect.tap(app.handleUninstall(request), session.clear),
      token: session.token,
      refresh: session.refresh,
      set: session.set,
      revoke: (hint = "refresh_token") => session.revoke(hint),
      clear: session.clear,
      auth: {
        ...authOf(made, Effect.tap(session.token, key.use), session.ready),
        get account() {
          return key.current()
        },
        recover: (authorized) => session.recover((authorized.headers.authorization ?? "").replace(/^Bearer /, ""))
      }
    }
  })

/**
 * What the limiter knows an account by. One that has no name goes by a hash of its refresh token, on which all processes
 * agree. It stays when this process renews the token; a token that came in another way (set, a new consent) may be another
 * user's, whose limits are others.
 */
const keyed = (name: string | undefined) => {
  let unnamed: { readonly refreshToken: Redacted.Redacted<string>; readonly key: string } | undefined
  const isOf = ({ refreshToken }: Session.Renewable) =>
    unnamed !== undefined && Redacted.value(unnamed.refreshToken) === Redacted.value(refreshToken)
  return {
    current: () => name ?? unnamed?.key,
    use: ({ refreshToken }: TokenStore.Token) =>
      Effect.sync(() => {
        if (!isOf({ refreshToken })) unnamed = { refreshToken, key: fingerprint(Redacted.value(refreshToken)) }
      }),
    /** A token renewed from another one has its key. */
    renew: (before: Session.Renewable, { refreshToken }: TokenStore.Token) =>
      Effect.sync(() => {
        if (unnamed !== undefined && isOf(before)) unnamed = { refreshToken, key: unnamed.key }
      })
  }
}

/**
 * 64 bits (FNV-1a) of a token that has far more: two tokens do not share them, and they do not lead back to it. Web Crypto
 * would have to be waited for within a call.
 */
const fingerprint = (token: string): string => {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(token)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, "0")
}

/** Calls with whatever token there is. `ready` gives it without an effect, if it can. @internal */
export const authOf = (
  { baseUrl, limiter }: Pick<Protocol.Protocol, "baseUrl" | "limiter">,
  token: Effect.Effect<TokenStore.Token, AuthError>,
  ready: (now: number) => TokenStore.Token | undefined
): Auth.Service => {
  const sign = (request: HttpClientRequest.HttpClientRequest, { accessToken, apiDomain }: TokenStore.Token) =>
    HttpClientRequest.setHeader(
      HttpClientRequest.prependUrl(request, baseUrl ?? apiDomain ?? Base.defaultBaseUrl),
      "authorization",
      `Bearer ${Redacted.value(accessToken)}`
    )
  return {
    authorize: (request) => Effect.map(token, (current) => sign(request, current)),
    authorizeNow: (request, now) => {
      const current = ready(now)
      return current === undefined ? undefined : sign(request, current)
    },
    recover: () => Effect.succeed(false),
    limiter
  }
}

type Stored = Parameters<Service["exchange"]>[0]

/** A token object of the official client. */
const isOfficial = (stored: Stored): stored is Exclude<Stored, string | Redacted.Redacted<string>> =>
  typeof stored === "object" && stored !== null && "refresh_token" in stored

const isBlank = (value: string | Redacted.Redacted<string>): boolean => Redacted.value(redacted(value)).trim() === ""

const redacted = (value: string | Redacted.Redacted<string>): Redacted.Redacted<string> =>
  typeof value === "string" ? Redacted.make(value) : value
