/**
 * An OAuth server and an API that knows its tokens, small enough to be read: a stand-in for Pipedrive's two hosts.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { type Auth, OAuth2, TokenStore } from "effect-pipedrive"

export const clientId = "cid+/="
export const clientSecret = "s3cret-s3cret"
export const redirectUri = "https://app.example.com/callback?from=pipedrive"
const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`

export interface Options {
  /** A refresh gives a new refresh token and kills the old one. Pipedrive documents that it does not. */
  readonly rotate?: boolean
  readonly expiresIn?: number
  readonly apiDomain?: string
}

/** What the next request to the OAuth server meets: an answer, or a fault of the network before or after it acted. */
export type Fault = Response | "refused" | "lost"

interface Grant {
  readonly company: number
  alive: boolean
}

export interface OAuthServer {
  readonly handle: (request: Request, now: number) => Promise<Response>
  /** Consent given: a code. */
  readonly consent: (company?: number) => string
  /** Makes every access token unknown, as an hour does. */
  readonly expireAccess: () => void
  /** The user took the app off. */
  readonly uninstall: () => void
  readonly faults: Array<Fault>
  readonly counts: {
    refreshes: number
    codes: number
    revokes: number
    invalidGrants: number
    calls: number
    refused: number
  }
  /** The forms that were posted to the OAuth server. */
  readonly forms: Array<{ readonly path: string; readonly fields: Record<string, string> }>
  /** URL and bearer token of every API call. */
  readonly calls: Array<{ readonly url: string; readonly bearer: string; readonly status: number }>
  apiDomain: string
}

const refusal = (error: string, message: string, status = 400) =>
  Response.json({ success: "false", message, error }, { status })

export const invalidGrant = (): Response => refusal("invalid_grant", "Invalid grant: refresh_token is invalid")

export const makeServer = (options: Options = {}): OAuthServer => {
  const { expiresIn = 3600, rotate = false } = options
  const codes = new Map<string, number>()
  const refreshTokens = new Map<string, Grant>()
  const accessTokens = new Map<string, { readonly expiresAt: number; readonly grant: Grant }>()
  let serial = 0
  const self: OAuthServer = {
    apiDomain: options.apiDomain ?? "https://acme.pipedrive.com",
    faults: [],
    counts: { refreshes: 0, codes: 0, revokes: 0, invalidGrants: 0, calls: 0, refused: 0 },
    forms: [],
    calls: [],
    consent: (company = 1) => {
      const code = `code-${++serial}`
      codes.set(code, company)
      return code
    },
    expireAccess: () => accessTokens.clear(),
    uninstall: () => {
      accessTokens.clear()
      for (const grant of refreshTokens.values()) grant.alive = false
    },
    handle: async (request, now) => {
      const url = new URL(request.url)
      return url.pathname.startsWith("/oauth/") ? oauth(url, request, now) : api(url, request, now)
    }
  }

  const issue = (grant: Grant, refreshToken: string, now: number) => {
    const access_token = `v1u:${grant.company}:access-${++serial}`
    accessTokens.set(access_token, { expiresAt: now + expiresIn * 1000, grant })
    const { apiDomain: api_domain } = self
    return Response.json({
      access_token,
      token_type: "Bearer",
      refresh_token: refreshToken,
      scope: "base,deals:full",
      expires_in: expiresIn,
      api_domain
    })
  }

  const oauth = async (url: URL, request: Request, now: number): Promise<Response> => {
    if (request.method !== "POST") return new Response(null, { status: 404 })
    const fields = Object.fromEntries(new URLSearchParams(await request.text()))
    self.forms.push({ path: url.pathname, fields })
    if (request.headers.get("authorization") !== basic) {
      return refusal("invalid_client", "Invalid client: client is invalid")
    }
    if (request.headers.get("content-type") !== "application/x-www-form-urlencoded") {
      return refusal("invalid_request", "Invalid request: content must be application/x-www-form-urlencoded")
    }
    if (url.pathname === "/oauth/revoke") {
      self.counts.revokes++
      const { token = "" } = fields
      const grant = refreshTokens.get(token)
      accessTokens.delete(token)
      if (grant !== undefined) {
        grant.alive = false
        for (const [access, held] of accessTokens) if (held.grant === grant) accessTokens.delete(access)
      }
      return new Response(null, { status: 200 })
    }
    if (fields.grant_type === "authorization_code") {
      self.counts.codes++
      const company = codes.get(fields.code ?? "")
      codes.delete(fields.code ?? "")
      if (company === undefined) return refusal("invalid_grant", "Invalid grant: authorization_code is invalid")
      if (fields.redirect_uri !== redirectUri) {
        return refusal("invalid_request", "Invalid request: redirect_uri is invalid")
      }
      const grant = { company, alive: true }
      const refreshToken = `refresh-${++serial}`
      refreshTokens.set(refreshToken, grant)
      return issue(grant, refreshToken, now)
    }
    if (fields.grant_type !== "refresh_token") return refusal("unsupported_grant_type", "Unsupported grant type")
    self.counts.refreshes++
    const old = fields.refresh_token ?? ""
    const grant = refreshTokens.get(old)
    if (grant?.alive !== true) {
      self.counts.invalidGrants++
      return invalidGrant()
    }
    if (!rotate) return issue(grant, old, now)
    refreshTokens.delete(old)
    const next = `refresh-${++serial}`
    refreshTokens.set(next, grant)
    return issue(grant, next, now)
  }

  const api = (url: URL, request: Request, now: number): Response => {
    self.counts.calls++
    const bearer = (request.headers.get("authorization") ?? "").replace("Bearer ", "")
    const token = accessTokens.get(bearer)
    const ok = token !== undefined && now < token.expiresAt
    self.calls.push({ url: url.href, bearer, status: ok ? 200 : 401 })
    if (!ok) {
      self.counts.refused++
      return Response.json({ success: false, error: "unauthorized access", errorCode: 401 }, { status: 401 })
    }
    const { company } = token.grant
    return url.pathname.endsWith("/users/me")
      ? Response.json({
          success: true,
          data: { id: 100 + company, company_id: company, company_domain: `c${company}`, name: "A" }
        })
      : Response.json({ success: true, data: [{ id: company }] })
  }
  return self
}

/** How long an exchange takes: always the same, or as it is set meanwhile. */
export type Latency = Duration.DurationInput | { readonly current: () => Duration.DurationInput }

/** The server as a transport. Every exchange takes `latency`. */
export const transport = (server: OAuthServer, latency: Latency = 0): Layer.Layer<HttpClient.HttpClient> =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) =>
      Effect.gen(function* () {
        const lost = (cause: string) =>
          new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error(cause) })
        const taking = typeof latency === "object" && "current" in latency ? latency.current() : latency
        if (Duration.toMillis(taking) > 0) yield* Effect.sleep(taking)
        const fault = url.pathname.startsWith("/oauth/") ? server.faults.shift() : undefined
        if (fault === "refused") return yield* lost("connect ECONNREFUSED")
        const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        if (fault instanceof Response) {
          server.forms.push({ path: url.pathname, fields: Object.fromEntries(new URLSearchParams(text)) })
          return HttpClientResponse.fromWeb(request, fault)
        }
        const now = yield* Clock.currentTimeMillis
        const body = request.body._tag === "Uint8Array" ? { body: text } : {}
        const web = new Request(url, { method: request.method, headers: request.headers, ...body })
        const response = yield* Effect.promise(() => server.handle(web, now))
        return fault === "lost" ? yield* lost("socket hang up") : HttpClientResponse.fromWeb(request, response)
      })
    )
  )

/** A token of an hour, by its name. */
export const token = (name: string, more: Partial<TokenStore.Token> = {}): TokenStore.Token => ({
  accessToken: Redacted.make(`access-${name}`),
  refreshToken: Redacted.make(`refresh-${name}`),
  issuedAt: 0,
  expiresAt: 3_600_000,
  apiDomain: undefined,
  scope: [],
  ...more
})

export const settings = { clientId, clientSecret: Redacted.make(clientSecret), redirectUri }

/** One account against that server. */
export const live = (
  server: OAuthServer,
  options: Partial<OAuth2.AccountOptions> & {
    readonly latency?: Latency
    readonly store?: Layer.Layer<TokenStore.TokenStore, ConfigError.ConfigError>
  } = {}
): Layer.Layer<OAuth2.OAuth2 | Auth.Auth | HttpClient.HttpClient | TokenStore.TokenStore, ConfigError.ConfigError> => {
  const { latency, store, ...rest } = options
  return OAuth2.layer({ ...settings, limiter: false, ...rest }).pipe(
    Layer.provideMerge(Layer.merge(transport(server, latency), store ?? Layer.fresh(TokenStore.layerMemory)))
  )
}

/** Lets a clock under test run while an effect is under way. */
export const letting = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  step: Duration.DurationInput = "100 millis",
  steps = 400
) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    for (let i = 0; i < steps && Option.isNone(yield* Fiber.poll(fiber)); i++) {
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust(step)
    }
    return yield* Fiber.join(fiber)
  })
