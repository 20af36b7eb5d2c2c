/**
 * The OAuth server: consent, tokens, refresh, revocation. Tokens live in the world's tables, so snapshots hold them.
 *
 * @internal
 */

import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { type Answer, empty, html, type Incoming, json } from "./http.js"
import { consentPage } from "./oauthPage.js"
import { later, text } from "./view.js"
import { all, get, hex, put, type Row, remove, type World, where } from "./world.js"

/**
 * An app that is registered with a sandbox.
 *
 * @since 0.1.0
 * @category OAuth
 */
export interface App {
  readonly clientId: string
  readonly clientSecret: string
  /** The callback URL, exactly. */
  readonly redirectUri: string
  /** @default "Sandbox app" */
  readonly name?: string | undefined
  /** What it may do; `base` is always among them. All that there is when absent. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * How a sandbox's OAuth server behaves.
 *
 * @since 0.1.0
 * @category OAuth
 */
export interface OAuthOptions {
  /** @default [defaultApp] */
  readonly apps?: ReadonlyArray<App> | undefined
  /**
   * What a refresh does to the refresh token: it stays the same and lives longer, as documented, or a new one takes its place
   * and the old one is dead.
   *
   * @default "same"
   */
  readonly refreshTokens?: "same" | "rotating" | undefined
  /** How long an access token lives, in seconds. @default 3600 */
  readonly expiresIn?: number | undefined
  /** The `api_domain` of a token; where the sandbox is served when absent. */
  readonly apiDomain?: string | undefined
}

/**
 * The app that is registered unless others are named. There is no such app at Pipedrive.
 *
 * @since 0.1.0
 * @category OAuth
 */
export const defaultApp: App = {
  clientId: "sandbox-client",
  clientSecret: "sandbox-secret",
  redirectUri: "http://localhost:3000/callback",
  name: "Sandbox app"
}

/** An OAuth server in use. */
export interface Server {
  readonly apps: ReadonlyArray<App>
  readonly rotating: boolean
  readonly expiresIn: number
  readonly apiDomain: string
}

/** Makes an OAuth server. */
export const make = (options: OAuthOptions | undefined, origin: string): Server => ({
  apps: options?.apps ?? [defaultApp],
  rotating: options?.refreshTokens === "rotating",
  expiresIn: options?.expiresIn ?? 3600,
  apiDomain: options?.apiDomain ?? origin
})

/** All scopes that endpoints ask for. */
const everyScope = [
  "base",
  ...["deals", "mail", "activities", "contacts", "products", "projects", "leads", "goals"].flatMap((what) => [
    `${what}:read`,
    `${what}:full`
  ]),
  ...[
    "users:read",
    "recents:read",
    "search:read",
    "admin",
    "phone-integration",
    "video-calls",
    "messengers-integration"
  ],
  ...["deal", "product", "contact", "project"].map((what) => `${what}-fields:full`)
]

/** The scopes of an app. */
export const scopesOf = (app: App): ReadonlyArray<string> =>
  app.scopes === undefined ? everyScope : Array.from(new Set(["base", ...app.scopes]))

const day = 86_400_000
const codeLife = 5 * 60_000
const refreshLife = 60 * day

// -----------------------------------------------------------------------------
// consent
// -----------------------------------------------------------------------------

const appOf = (server: Server, clientId: string | null | undefined): App | undefined =>
  server.apps.find((app) => app.clientId === clientId)

const refusal = (message: string, error: string): Answer =>
  json(400, { success: "false", message, error }, { "cache-control": "no-store" })

/** The callback URL with what is to be said there. */
const callback = (app: App, said: Readonly<Record<string, string>>, state: string | null): string => {
  const url = new URL(app.redirectUri)
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value)
  if (state !== null) url.searchParams.set("state", state)
  return url.href
}

/** Checks what came with the user: the app, or the refusal. */
const asked = (server: Server, url: URL): Either.Either<App, Answer> => {
  const app = appOf(server, url.searchParams.get("client_id"))
  if (app === undefined) return Either.left(refusal("Invalid client: client is invalid", "invalid_client"))
  const redirectUri = url.searchParams.get("redirect_uri")
  return redirectUri !== null && redirectUri !== app.redirectUri
    ? Either.left(json(400, { error: "Invalid redirect URL" }))
    : Either.right(app)
}

/** The user says yes: where the browser goes. */
export const allow = (
  server: Server,
  world: World,
  url: URL,
  userId: unknown,
  now: string
): Either.Either<string, Answer> =>
  Either.flatMap(asked(server, url), (app) => {
    const [first] = all(world, "user")
    const user = get(world, "user", userId) ?? (userId === undefined ? first : undefined)
    if (user === undefined)
      return Either.left(refusal("App cannot be installed for requested company", "invalid_request"))
    const code = hex(world, 40)
    put(world, "oauthCode", {
      id: code,
      client_id: app.clientId,
      user_id: user.id,
      redirect_uri: url.searchParams.get("redirect_uri"),
      expires: later(now, codeLife)
    })
    return Either.right(callback(app, { code }, url.searchParams.get("state")))
  })

/** The user says no: where the browser goes. */
export const deny = (server: Server, url: URL): Either.Either<string, Answer> =>
  Either.map(asked(server, url), (app) => callback(app, { error: "user_denied" }, url.searchParams.get("state")))

const authorize = (server: Server, world: World, incoming: Incoming, now: string): Answer => {
  const app = asked(server, incoming.url)
  if (Either.isLeft(app)) return app.left
  if (incoming.method === "GET") {
    const users = Array.from(all(world, "user")).filter((user) => user.active_flag === true)
    return html(200, consentPage(app.right, scopesOf(app.right), world.company.name, users, incoming.url), {
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'"
    })
  }
  if (incoming.method !== "POST") return empty(405, { allow: "GET, POST" })
  const fields = incoming.body._tag === "Form" ? incoming.body.fields : {}
  const where_ =
    fields.decision === "allow"
      ? allow(server, world, incoming.url, fields.user_id === undefined ? undefined : Number(fields.user_id), now)
      : deny(server, incoming.url)
  return Either.isLeft(where_) ? where_.left : empty(302, { location: where_.right, "cache-control": "no-store" })
}

// -----------------------------------------------------------------------------
// tokens
// -----------------------------------------------------------------------------

interface Client {
  readonly id: string
  readonly secret: string
}

const clientOf = (incoming: Incoming, fields: Readonly<Record<string, string>>): Client | undefined => {
  const basic = /^Basic (\S+)$/i.exec(incoming.headers.authorization ?? "")?.[1]
  if (basic !== undefined) {
    const decoded = Encoding.decodeBase64String(basic)
    const at = Either.isRight(decoded) ? decoded.right.indexOf(":") : -1
    return Either.isRight(decoded) && at >= 0
      ? { id: decoded.right.slice(0, at), secret: decoded.right.slice(at + 1) }
      : undefined
  }
  return fields.client_id !== undefined && fields.client_secret !== undefined
    ? { id: fields.client_id, secret: fields.client_secret }
    : undefined
}

/** The app that asks for tokens, or why it gets none. */
const authenticate = (
  server: Server,
  incoming: Incoming,
  fields: Readonly<Record<string, string>>
): Either.Either<App, Answer> => {
  const client = clientOf(incoming, fields)
  if (client === undefined) {
    return Either.left(refusal("Invalid client: cannot retrieve client credentials", "invalid_client"))
  }
  const app = appOf(server, client.id)
  return app === undefined || app.clientSecret !== client.secret
    ? Either.left(refusal("Invalid client: client is invalid", "invalid_client"))
    : Either.right(app)
}

const issue = (
  server: Server,
  world: World,
  app: App,
  userId: unknown,
  refreshToken: string | undefined,
  now: string
): Answer => {
  const refresh = refreshToken ?? `${world.company.id}:${String(userId)}:${hex(world, 40)}`
  // as long as Pipedrive's: columns that are too short show early
  const access = `v1u:${hex(world, 764)}`
  const scope = scopesOf(app).join(",")
  put(world, "oauthRefreshToken", {
    id: refresh,
    client_id: app.clientId,
    user_id: userId,
    expires: later(now, refreshLife)
  })
  put(world, "oauthAccessToken", {
    id: access,
    client_id: app.clientId,
    user_id: userId,
    refresh_token: refresh,
    scope,
    expires: later(now, server.expiresIn * 1000)
  })
  return json(
    200,
    {
      access_token: access,
      token_type: "Bearer",
      refresh_token: refresh,
      scope,
      expires_in: server.expiresIn,
      api_domain: server.apiDomain
    },
    { "cache-control": "no-store" }
  )
}

const exchangeCode = (
  server: Server,
  world: World,
  app: App,
  fields: Readonly<Record<string, string>>,
  now: string
): Answer => {
  const code = get(world, "oauthCode", fields.code)
  if (code === undefined || code.client_id !== app.clientId) {
    return refusal("Invalid grant: `authorization_code` is invalid", "invalid_grant")
  }
  // once only, whatever comes of it
  remove(world, "oauthCode", code.id)
  if (text(code, "expires") <= now) return refusal("Invalid grant: `authorization_code` has expired", "invalid_grant")
  if (fields.redirect_uri !== undefined && !URL.canParse(fields.redirect_uri)) {
    return refusal("Invalid request: `redirect_uri` is not a valid URI", "invalid_request")
  }
  if (fields.redirect_uri !== app.redirectUri)
    return refusal("Invalid request: `redirect_uri` is invalid", "invalid_request")
  return issue(server, world, app, code.user_id, undefined, now)
}

const refresh = (
  server: Server,
  world: World,
  app: App,
  fields: Readonly<Record<string, string>>,
  now: string
): Answer => {
  const token = get(world, "oauthRefreshToken", fields.refresh_token)
  if (token === undefined || token.client_id !== app.clientId || text(token, "expires") <= now) {
    return refusal("Invalid grant: refresh_token is invalid", "invalid_grant")
  }
  if (server.rotating) remove(world, "oauthRefreshToken", token.id)
  return issue(server, world, app, token.user_id, server.rotating ? undefined : String(token.id), now)
}

const token = (server: Server, world: World, incoming: Incoming, now: string): Answer => {
  if (incoming.method !== "POST") return empty(405, { allow: "POST" })
  if (incoming.body._tag !== "Form" && incoming.body._tag !== "Empty") {
    return refusal("Invalid request: content must be application/x-www-form-urlencoded", "invalid_request")
  }
  const fields = incoming.body._tag === "Form" ? incoming.body.fields : {}
  if (fields.grant_type === undefined) return refusal("Missing parameter: `grant_type`", "invalid_request")
  const app = authenticate(server, incoming, fields)
  if (Either.isLeft(app)) return app.left
  switch (fields.grant_type) {
    case "authorization_code":
      return exchangeCode(server, world, app.right, fields, now)
    case "refresh_token":
      return refresh(server, world, app.right, fields, now)
    default:
      return refusal("Unsupported grant type: `grant_type` is invalid", "unsupported_grant_type")
  }
}

// -----------------------------------------------------------------------------
// ends
// -----------------------------------------------------------------------------

const dropAccessOf = (world: World, refreshToken: unknown): void => {
  for (const row of where(world, "oauthAccessToken", "refresh_token", refreshToken)) {
    remove(world, "oauthAccessToken", row.id)
  }
}

/** Says 200 to whatever it is given, as RFC 7009 wants it; only wrong client credentials are refused. */
const revoke = (server: Server, world: World, incoming: Incoming): Answer => {
  if (incoming.method !== "POST") return empty(405, { allow: "POST" })
  const fields = incoming.body._tag === "Form" ? incoming.body.fields : {}
  const app = authenticate(server, incoming, fields)
  if (Either.isLeft(app)) return app.left
  const access = get(world, "oauthAccessToken", fields.token)
  if (access?.client_id === app.right.clientId) remove(world, "oauthAccessToken", access.id)
  const refreshToken = get(world, "oauthRefreshToken", fields.token)
  if (refreshToken?.client_id === app.right.clientId) {
    remove(world, "oauthRefreshToken", refreshToken.id)
    dropAccessOf(world, refreshToken.id)
  }
  return json(200, {})
}

/** The user takes the app off: its tokens die, and Pipedrive tells the app. Gives the request that Pipedrive sends. */
export const uninstall = (
  server: Server,
  world: World,
  clientId: string,
  userId: unknown,
  now: string
): Request | undefined => {
  const app = appOf(server, clientId)
  if (app === undefined) return undefined
  for (const name of ["oauthRefreshToken", "oauthAccessToken"]) {
    for (const row of where(world, name, "user_id", userId)) {
      if (row.client_id === clientId) remove(world, name, row.id)
    }
  }
  return new Request(app.redirectUri, {
    method: "DELETE",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Encoding.encodeBase64(`${app.clientId}:${app.clientSecret}`)}`
    },
    body: JSON.stringify({
      client_id: clientId,
      company_id: world.company.id,
      user_id: userId,
      timestamp: now
    })
  })
}

/** Makes every access token older than it can be. */
export const expireAccessTokens = (world: World, now: string): void => {
  for (const row of Array.from(all(world, "oauthAccessToken"))) put(world, "oauthAccessToken", { ...row, expires: now })
}

/** The access token, if there ever was one like it. */
export const accessToken = (world: World, value: string): Row | undefined => get(world, "oauthAccessToken", value)

/** What a path of the OAuth server is called; `undefined` for other paths. */
export const nameOf = (pathname: string): string | undefined =>
  /^\/oauth\/(authorize|token|revoke)\/?$/.exec(pathname)?.[1]

/** Answers a request to the OAuth server. */
export const handle = (server: Server, world: World, name: string, incoming: Incoming, now: string): Answer => {
  // the address with a slash at its end only leads on, and a POST loses its body on the way
  if (incoming.url.pathname.endsWith("/")) {
    return empty(301, { location: `${incoming.url.pathname.slice(0, -1)}${incoming.url.search}` })
  }
  switch (name) {
    case "authorize":
      return authorize(server, world, incoming, now)
    case "token":
      return token(server, world, incoming, now)
    default:
      return revoke(server, world, incoming)
  }
}
