/**
 * An app's protocol and one account's session, put together.
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

/** One account of an app that is made already. @internal */
export const fromApp = <R = never>(
  made: Protocol.Made,
  options: Pick<AccountOptions<R>, "account" | "refreshToken" | "onTokenUpdate">
): Effect.Effect<Service, never, TokenStore.TokenStore | Scope.Scope | R> =>
  Effect.gen(function* () {
    const { allowed, app, clientId, renew, turn } = made
    const store = yield* TokenStore.TokenStore
    const context = yield* Effect.context<R>()
    const { account = "default", onTokenUpdate, refreshToken } = options
    const session = yield* Session.make({
      account,
      store,
      allowed,
      renew: (before, pause) => renew(before, { within: store.lockTimeout, pause }),
      turn,
      revoke: app.revoke,
      seed: refreshToken === undefined || blank(refreshToken) ? undefined : redacted(refreshToken),
      onTokenUpdate: (token) =>
        onTokenUpdate === undefined ? Effect.void : Effect.provide(onTokenUpdate(token), context)
    })
    // limits are kept by account; one that has no name goes by the first refresh token that is seen of it
    let key = options.account === undefined ? undefined : `${clientId} ${account}`
    const known = Effect.tap(session.token, ({ refreshToken }) => {
      key ??= Redacted.value(refreshToken)
      return Effect.void
    })
    const saved = (token: Effect.Effect<TokenStore.Token, AuthError>) =>
      Effect.uninterruptible(Effect.flatMap(token, session.set))
    return {
      authorizationUrl: app.authorizationUrl,
      handleCallback: (callback) => saved(app.handleCallback(callback)),
      authorize: (code) => saved(app.authorize(code)),
      exchange: (stored) => saved(app.refresh(redacted(isOfficial(stored) ? stored.refresh_token : stored))),
      handleUninstall: (request) => Effect.tap(app.handleUninstall(request), session.clear),
      token: session.token,
      refresh: session.refresh,
      set: session.set,
      revoke: (hint = "refresh_token") => session.revoke(hint),
      clear: session.clear,
      auth: {
        ...authOf(made, known),
        get account() {
          return key
        },
        recover: (authorized) => session.recover((authorized.headers.authorization ?? "").replace(/^Bearer /, ""))
      }
    }
  })

/** Calls with whatever token there is. @internal */
export const authOf = (
  { baseUrl, limiter }: Pick<Protocol.Made, "baseUrl" | "limiter">,
  token: Effect.Effect<TokenStore.Token, AuthError>
): Auth.Service => ({
  authorize: (request) =>
    Effect.map(token, ({ accessToken, apiDomain }) =>
      HttpClientRequest.setHeader(
        HttpClientRequest.prependUrl(request, baseUrl ?? apiDomain ?? Base.defaultBaseUrl),
        "authorization",
        `Bearer ${Redacted.value(accessToken)}`
      )
    ),
  recover: () => Effect.succeed(false),
  limiter
})

type Stored = Parameters<Service["exchange"]>[0]

/** A token object of the official client. */
const isOfficial = (stored: Stored): stored is Exclude<Stored, string | Redacted.Redacted<string>> =>
  typeof stored === "object" && stored !== null && "refresh_token" in stored

const blank = (value: string | Redacted.Redacted<string>): boolean => Redacted.value(redacted(value)).trim() === ""

const redacted = (value: string | Redacted.Redacted<string>): Redacted.Redacted<string> =>
  typeof value === "string" ? Redacted.make(value) : value
