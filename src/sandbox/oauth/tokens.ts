/**
 * Tokens of the OAuth server: issue, refresh, revocation.
 */

import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { type Answer, empty, type Incoming, json } from "../http/messages.js"
import { addMillis, text } from "../model/view.js"
import { all, get, put, type Row, randomHex, remove, type World, where } from "../model/world.js"
import { type App, appOf, refusal, type Server, scopesOf } from "./server.js"

const refreshTokenLifetimeMillis = 60 * 86_400_000

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

/** Authenticates the app by its client credentials. */
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
  const refresh = refreshToken ?? `${world.company.id}:${String(userId)}:${randomHex(world, 40)}`
  // as long as Pipedrive's, so that tests notice database columns that are too short
  const access = `v1u:${randomHex(world, 764)}`
  const scope = scopesOf(app).join(",")
  put(world, "oauthRefreshToken", {
    id: refresh,
    client_id: app.clientId,
    user_id: userId,
    expires: addMillis(now, refreshTokenLifetimeMillis)
  })
  put(world, "oauthAccessToken", {
    id: access,
    client_id: app.clientId,
    user_id: userId,
    refresh_token: refresh,
    scope,
    expires: addMillis(now, server.expiresIn * 1000)
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
  // a code is valid once, even if the request fails
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

/** Handles the token endpoint. */
export const token = (server: Server, world: World, incoming: Incoming, now: string): Answer => {
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

/** The tables of credentials. */
export const tables = ["apiToken", "oauthCode", "oauthAccessToken", "oauthRefreshToken"] as const

/** Whether this world issued what a request to the token endpoint or the revocation endpoint is about. */
export const issued = (world: World, endpoint: string, { body }: Incoming): boolean => {
  const fields = body._tag === "Form" ? body.fields : {}
  if (endpoint === "revoke") return tables.some((name) => get(world, name, fields.token) !== undefined)
  const row =
    fields.grant_type === "refresh_token"
      ? get(world, "oauthRefreshToken", fields.refresh_token)
      : get(world, "oauthCode", fields.code)
  return row !== undefined
}

// -----------------------------------------------------------------------------
// ends
// -----------------------------------------------------------------------------

const removeAccessTokens = (world: World, refreshToken: unknown): void => {
  for (const row of where(world, "oauthAccessToken", "refresh_token", refreshToken)) {
    remove(world, "oauthAccessToken", row.id)
  }
}

/** Responds with 200 to any token, as RFC 7009 requires; only wrong client credentials are rejected. */
export const revoke = (server: Server, world: World, incoming: Incoming): Answer => {
  if (incoming.method !== "POST") return empty(405, { allow: "POST" })
  const fields = incoming.body._tag === "Form" ? incoming.body.fields : {}
  const app = authenticate(server, incoming, fields)
  if (Either.isLeft(app)) return app.left
  const access = get(world, "oauthAccessToken", fields.token)
  if (access?.client_id === app.right.clientId) remove(world, "oauthAccessToken", access.id)
  const refreshToken = get(world, "oauthRefreshToken", fields.token)
  if (refreshToken?.client_id === app.right.clientId) {
    remove(world, "oauthRefreshToken", refreshToken.id)
    removeAccessTokens(world, refreshToken.id)
  }
  return json(200, {})
}

/** Uninstalls an app for a user: removes its tokens and returns the request that Pipedrive sends to the app. */
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

/** Lets every access token expire. */
export const expireAccessTokens = (world: World, now: string): void => {
  for (const row of Array.from(all(world, "oauthAccessToken"))) put(world, "oauthAccessToken", { ...row, expires: now })
}

/** The access token, expired ones included. */
export const accessToken = (world: World, value: string): Row | undefined => get(world, "oauthAccessToken", value)
