/**
 * The OAuth2 protocol of an app: validated settings, consent, authorization code, refresh, revocation, uninstall.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type { App, Callback, Options, Received, Uninstalled } from "../../OAuth2.js"
import { AuthError, type AuthErrorReason } from "../../PipedriveError.js"
import * as RateLimiter from "../../RateLimiter.js"
import type { Token } from "../../TokenStore.js"
import { invalid, together } from "../configError.js"
import * as Failure from "../http/failure.js"
import * as Transport from "../http/fetchOptions.js"
import { parseBaseUrl } from "./baseUrl.js"
import type { Renewable } from "./session.js"
import { fromWire, orFail, sameText } from "./token.js"
import * as Server from "./tokenServer.js"

/** @internal */
export interface Protocol {
  readonly app: App
  readonly baseUrl: string | undefined
  /** The origins that a token's `api_domain` may name besides Pipedrive's. */
  readonly allowed: ReadonlyArray<string>
  readonly renew: (before: Renewable, times: RequestTimes) => Effect.Effect<Token, AuthError>
  readonly limiter: RateLimiter.RateLimiter | undefined
  readonly clientId: string
  /** Limits how many accounts are renewed at the same time. */
  readonly renewalPermit: <A>(renewal: Effect.Effect<A, AuthError>) => Effect.Effect<A, AuthError>
}

/** @internal */
export interface RequestTimes {
  readonly within: Duration.Duration
  readonly pause: Server.Form["pause"]
}

const defaultTimes: RequestTimes = { within: /*#__PURE__*/ Duration.minutes(1), pause: identity }

const failure = (reason: AuthErrorReason, description: string, code?: string): AuthError =>
  new AuthError({ reason, description, ...(code === undefined ? {} : { code }) })

// -----------------------------------------------------------------------------
// settings
// -----------------------------------------------------------------------------

const text = (name: string, given: string | URL | undefined): Effect.Effect<string, ConfigError.ConfigError> => {
  const value = typeof given === "string" ? given.trim() : given?.href
  return value === undefined || value === "" ? invalid(name, "is missing or blank") : Effect.succeed(value)
}

const duration = (name: string, given: Duration.DurationInput | undefined, otherwise: Duration.Duration) => {
  if (given === undefined) return Effect.succeed(otherwise)
  const decoded = Option.getOrUndefined(Duration.decodeUnknown(given))
  return decoded !== undefined && Duration.toMillis(decoded) > 0
    ? Effect.succeed(decoded)
    : invalid(name, `must be a duration longer than nothing, is ${String(given)}`)
}

const count = (name: string, given: number | undefined, otherwise: number, least: number) => {
  const value = given ?? otherwise
  return Number.isSafeInteger(value) && value >= least
    ? Effect.succeed(value)
    : invalid(name, `must be a whole number from ${least} up, is ${String(value)}`)
}

const settings = (options: Options, defaultUrl: string) =>
  Effect.gen(function* () {
    const { clientSecret, redirectUri } = options
    const checked = yield* Effect.validateAll(
      [
        Effect.filterOrElse(
          text("clientId", options.clientId),
          (id) => !id.includes(":"),
          () => invalid("clientId", "must not hold a colon")
        ),
        text("clientSecret", Redacted.isRedacted(clientSecret) ? Redacted.value(clientSecret) : clientSecret),
        Effect.filterOrElse(
          text("redirectUri", redirectUri),
          (uri) => URL.canParse(uri),
          () => invalid("redirectUri", "is not a URL")
        )
      ],
      identity
    ).pipe(Effect.mapError(together))
    const oauthUrl = yield* parseBaseUrl(options.oauthUrl ?? defaultUrl, options, "oauthUrl")
    const baseUrl = options.baseUrl === undefined ? undefined : yield* parseBaseUrl(options.baseUrl, options)
    const domains = yield* Effect.forEach(options.allowedApiDomains ?? [], (domain) =>
      parseBaseUrl(domain, options, "allowedApiDomains")
    )
    const own = [baseUrl, options.oauthUrl === undefined ? undefined : oauthUrl]
    return {
      clientId: checked[0] ?? "",
      clientSecret: Redacted.make(checked[1] ?? ""),
      redirectUri: checked[2] ?? "",
      oauthUrl,
      baseUrl,
      allowed: [...domains, ...own.flatMap((one) => (one === undefined ? [] : [new URL(one).origin]))],
      timeout: yield* duration("timeout", options.timeout, Duration.seconds(10)),
      renewalTimeout: yield* duration("renewalTimeout", options.renewalTimeout, Duration.infinity),
      backoff: yield* duration("backoff", options.backoff, Duration.millis(500)),
      retries: yield* count("retries", options.retries, 3, 0),
      maximumRenewals: yield* count("maximumRenewals", options.maximumRenewals, 25, 1)
    }
  })

// -----------------------------------------------------------------------------
// the callback
// -----------------------------------------------------------------------------

const denials: ReadonlySet<string> = new Set(["user_denied", "access_denied"])

const parameters = (given: Callback["url"]): URLSearchParams => {
  if (given instanceof URLSearchParams) return given
  if (given instanceof URL) return given.searchParams
  const sent = given.replace(/#.*$/, "")
  return new URLSearchParams(sent.slice(sent.indexOf("?") + 1))
}

/** The authorization code of a callback. */
const codeOf = (callback: Callback): Effect.Effect<string, AuthError> =>
  Effect.suspend(() => {
    const query = parameters(callback.url)
    const [state, error, code] = [query.getAll("state"), query.getAll("error"), query.getAll("code")]
    const expected = callback.state ?? ""
    const matches = state.length === 1 && expected !== "" && sameText(state[0] ?? "", expected)
    const [errorCode] = error
    if (errorCode !== undefined && (matches || state.length === 0)) {
      return Effect.fail(
        denials.has(errorCode)
          ? failure("AccessDenied", "the user did not give consent", errorCode)
          : failure(
              "InvalidCallback",
              `the consent page answered with an error: ${errorCode.slice(0, 100)}`,
              errorCode.slice(0, 100)
            )
      )
    }
    if (!matches) {
      const why =
        expected === ""
          ? "no state was remembered for this user"
          : state.length === 0
            ? "it has none"
            : "it is another one"
      return Effect.fail(failure("InvalidState", `the callback's state is not the one that was sent: ${why}`))
    }
    const [only = ""] = code
    return code.length === 1 && only.trim() !== ""
      ? Effect.succeed(only)
      : Effect.fail(failure("InvalidCallback", "the callback has no code, or more than one"))
  })

/** 256 random bits. Effect's `Random` is reproducible, so it must not be used for a `state`. */
const randomState: Effect.Effect<string> = /*#__PURE__*/ Effect.sync(() =>
  Encoding.encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)))
)

// -----------------------------------------------------------------------------
// removal
// -----------------------------------------------------------------------------

const Notice = /*#__PURE__*/ (() =>
  Schema.Struct({
    client_id: Schema.String,
    company_id: Schema.Number,
    user_id: Schema.Number,
    timestamp: Schema.optional(Schema.Union(Schema.String, Schema.Number))
  }))()

const isRequest = (request: Received | Request): request is Request =>
  typeof Request !== "undefined" && request instanceof Request

const headerOf = (headers: Received["headers"], name: string): string => {
  if (headers instanceof Headers) return headers.get(name) ?? ""
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof found === "string" ? found : (found?.[0] ?? "")
}

const bodyOf = (request: Received | Request): Effect.Effect<unknown, AuthError> =>
  isRequest(request)
    ? Effect.tryPromise({
        try: () => request.text(),
        catch: () => failure("InvalidCallback", "the body of the uninstall notice could not be read")
      })
    : Effect.succeed(request.body)

const verifyUninstall = (
  request: Received | Request,
  clientId: string,
  clientSecret: Redacted.Redacted<string>
): Effect.Effect<Uninstalled, AuthError> =>
  Effect.gen(function* () {
    if (request.method.toUpperCase() !== "DELETE") {
      return yield* failure("InvalidCallback", "an uninstall notice is a DELETE")
    }
    const [scheme = "", credentials = ""] = headerOf(request.headers, "authorization").trim().split(/\s+/)
    if (!/^basic$/i.test(scheme) || !sameText(credentials, Server.basic(clientId, clientSecret))) {
      return yield* failure("InvalidCallback", "the uninstall notice does not have this app's credentials")
    }
    const body = yield* bodyOf(request)
    const json = typeof body === "string" ? Either.getOrUndefined(Failure.parse(body)) : body
    const notice = Schema.decodeUnknownOption(Notice)(json)
    if (Option.isNone(notice) || notice.value.client_id !== clientId) {
      return yield* failure(
        "InvalidCallback",
        "the uninstall notice lacks client_id, company_id or user_id, or is for another app"
      )
    }
    const { company_id: companyId, timestamp, user_id: userId } = notice.value
    return { companyId, userId, timestamp }
  })

// -----------------------------------------------------------------------------
// the app
// -----------------------------------------------------------------------------

/** @internal */
export const make = (
  options: Options,
  defaultUrl: string
): Effect.Effect<Protocol, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const made = yield* settings(options, defaultUrl)
    const { allowed, backoff, baseUrl, clientId, clientSecret, oauthUrl, redirectUri, retries, timeout } = made
    const renewals = yield* Effect.makeSemaphore(made.maximumRenewals)
    const given = options.limiter ?? true
    const [problem] = RateLimiter.faults(given)
    if (problem !== undefined) return yield* invalid(problem.option, problem.message)
    const limits = typeof given === "object" ? given : {}
    const limiter = given === false ? undefined : RateLimiter.make(limits, true, yield* RateLimiter.CurrentBudget)
    const server: Server.Server = {
      client: yield* Transport.prepare(yield* HttpClient.HttpClient),
      url: oauthUrl,
      clientId,
      clientSecret,
      backoff,
      retries,
      timeout,
      pausedUntil: yield* Ref.make(0)
    }

    const token = (
      grant: string,
      fields: Record<string, string>,
      secret: string,
      form: Pick<Server.Form, "invalidGrant" | "timeout">,
      times: RequestTimes,
      before?: Renewable
    ) =>
      Server.post(server, {
        path: "/oauth/token",
        fields: { grant_type: grant, ...fields },
        secrets: [secret],
        ...form,
        ...times
      }).pipe(
        Effect.flatMap((body) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            orFail(fromWire(body, now, allowed, before), "the OAuth server's answer")
          )
        ),
        Effect.withSpan("Pipedrive.oauth.token", {
          kind: "client",
          captureStackTrace: false,
          attributes: { grant_type: grant }
        })
      )

    const authorize = (code: string) =>
      code.trim() === ""
        ? Effect.fail(failure("InvalidCallback", "there is no authorization code"))
        : token(
            "authorization_code",
            { code, redirect_uri: redirectUri },
            code,
            {
              timeout,
              invalidGrant: {
                reason: "InvalidCallback",
                advice: "A code lives for five minutes and works once: send the user to the authorization page again"
              }
            },
            defaultTimes
          )

    const renew = (before: Renewable, times: RequestTimes) => {
      const given: unknown = before?.refreshToken
      if (!Redacted.isRedacted(given)) {
        const what = "there is no `refreshToken` that is Redacted: for other objects there is `exchange` of OAuth2"
        return Effect.fail(failure("InvalidToken", what))
      }
      const secret = String(Redacted.value(given))
      return secret.trim() === ""
        ? Effect.fail(failure("NotAuthorized", "there is no refresh token"))
        : token(
            "refresh_token",
            { refresh_token: secret },
            secret,
            {
              timeout: made.renewalTimeout,
              invalidGrant: {
                reason: "ReauthorizationRequired",
                advice: "The refresh token is revoked or was not used for 60 days: the user must authorize again"
              }
            },
            times,
            before
          )
    }

    const app: App = {
      authorizationUrl: ({ state } = {}) =>
        Effect.map(state === undefined ? randomState : Effect.succeed(state), (used) => ({
          url: `${oauthUrl}/oauth/authorize?${new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, state: used })}`,
          state: used
        })),
      handleCallback: (callback) => Effect.flatMap(codeOf(callback), authorize),
      authorize,
      refresh: (from) =>
        Effect.suspend(() => renew(Redacted.isRedacted(from) ? { refreshToken: from } : from, defaultTimes)),
      revoke: (given, hint) =>
        Effect.suspend(() =>
          Server.post(server, {
            path: "/oauth/revoke",
            fields: { token: Redacted.value(given), token_type_hint: hint },
            secrets: [Redacted.value(given)],
            timeout,
            invalidGrant: { reason: "TokenEndpoint", advice: "" },
            ...defaultTimes
          })
        ).pipe(
          Effect.asVoid,
          Effect.withSpan("Pipedrive.oauth.revoke", {
            kind: "client",
            captureStackTrace: false,
            attributes: { token_type_hint: hint }
          })
        ),
      handleUninstall: (request) => verifyUninstall(request, clientId, clientSecret)
    }
    return { app, baseUrl, allowed, renew, limiter, clientId, renewalPermit: renewals.withPermits(1) }
  })
