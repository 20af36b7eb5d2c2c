/**
 * Authentication. It is the first check, before the route is known.
 */
import * as Either from "effect/Either"
import { text } from "../model/view.js"
import { get, type Id, put, type Row, type World } from "../model/world.js"
import type * as oauth from "../oauth/server.js"
import { accessToken } from "../oauth/tokens.js"
import * as errorResponses from "./errorResponses.js"
import type { Answer, Incoming } from "./messages.js"

/** The authenticated user, and the credential. */
export interface Identity {
  readonly user: Row
  /** The key of the rate limits. */
  readonly credential: string
  readonly kind: "api" | "oauth"
  /** The app's scopes; `undefined` with an API token, which may do everything. */
  readonly scopes: ReadonlySet<string> | undefined
  /** The app that acts for the user. */
  readonly app: { readonly clientId: string; readonly name: string } | undefined
}

/** The table of API tokens: the token is the id. */
const table = "apiToken"

/** Adds an API token of a user. */
export const addApiToken = (world: World, token: string, userId: Id): void =>
  put(world, table, { id: token, user_id: userId })

const activeUser = (world: World, id: unknown): Row | undefined => {
  const user = get(world, "user", id)
  return user?.active_flag === true ? user : undefined
}

const expiredToken: Answer = {
  ...errorResponses.gateway(401, "Invalid token: access_token is invalid"),
  headers: { "x-401-by-gw": "true" }
}

const apiTokenOf = (incoming: Incoming): string | undefined =>
  incoming.headers["x-api-token"] ?? incoming.url.searchParams.get("api_token") ?? undefined

/** The scheme in lower case, and the value; `undefined` for a header that is neither Bearer nor Basic. */
const authorizationOf = (header: string): readonly [scheme: string, value: string] | undefined => {
  const [, scheme, value] = /^(Bearer|Basic) (\S+)$/i.exec(header) ?? []
  return scheme === undefined || value === undefined ? undefined : [scheme.toLowerCase(), value]
}

/** Whether the credentials are of this world, expired ones included: where several companies are behind one address. */
export const belongs = (world: World, incoming: Incoming): boolean => {
  const token = apiTokenOf(incoming)
  if (token !== undefined) return get(world, table, token) !== undefined
  const [scheme, value = ""] = authorizationOf(incoming.headers.authorization ?? "") ?? []
  return scheme === "bearer" && accessToken(world, value) !== undefined
}

/** Finds the user of a request's credentials. An API token takes precedence over an access token. */
export const identify = (
  world: World,
  server: oauth.Server,
  incoming: Incoming,
  now: string
): Either.Either<Identity, Answer> => {
  const token = apiTokenOf(incoming)
  if (token !== undefined) {
    const user = activeUser(world, get(world, table, token)?.user_id)
    return user === undefined
      ? Either.left(errorResponses.unauthorized)
      : Either.right({ user, credential: `api ${user.id}`, kind: "api", scopes: undefined, app: undefined })
  }
  const authorization = incoming.headers.authorization
  if (authorization === undefined) return Either.left(errorResponses.unauthorized)
  const parts = authorizationOf(authorization)
  if (parts === undefined)
    return Either.left(errorResponses.gateway(400, "Invalid request: malformed authorization header"))
  const access = parts[0] === "bearer" ? accessToken(world, parts[1]) : undefined
  if (access === undefined) return Either.left(errorResponses.unauthorized)
  const user = activeUser(world, access.user_id)
  if (user === undefined || text(access, "expires") <= now) return Either.left(expiredToken)
  const clientId = text(access, "client_id")
  const name = server.apps.find((app) => app.clientId === clientId)?.name ?? "Sandbox app"
  return Either.right({
    user,
    credential: `oauth ${clientId} ${user.id}`,
    kind: "oauth",
    scopes: new Set(text(access, "scope").split(",")),
    app: { clientId, name }
  })
}
