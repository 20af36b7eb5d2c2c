/**
 * The OAuth server's apps and consent. Tokens are rows of the world's tables, so snapshots contain them.
 */

import * as Either from "effect/Either"
import type { Names } from "../../internal/options.js"
import { type Answer, empty, html, type Incoming, json } from "../http/messages.js"
import { addMillis } from "../model/view.js"
import { all, get, put, randomHex, type World } from "../model/world.js"
import { type Choice, choicePage, consentPage } from "./consentPage.js"

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
  /** Its scopes; `base` is always included. Without it, all scopes. */
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
   * Whether a refresh keeps the refresh token and extends its life, as documented, or issues a new one and invalidates the old
   * one.
   *
   * @default "same"
   */
  readonly refreshTokens?: "same" | "rotating" | undefined
  /** The lifetime of an access token, in seconds. @default 3600 */
  readonly expiresIn?: number | undefined
  /** The `api_domain` of tokens. @default the sandbox's `baseUrl` */
  readonly apiDomain?: string | undefined
}

/**
 * The app that is registered by default. It does not exist at Pipedrive. Options of `OAuth2` and `Accounts` take it as it is:
 * `{ ...Sandbox.defaultApp, oauthUrl: sandbox.baseUrl }`.
 *
 * @since 0.1.0
 * @category OAuth
 */
export const defaultApp: App = {
  clientId: "sandbox-client",
  clientSecret: "sandbox-secret",
  redirectUri: "http://localhost:3000/callback"
}

/** The names of {@link OAuthOptions}. */
export const names: Names<OAuthOptions> = { apps: true, refreshTokens: true, expiresIn: true, apiDomain: true }

/** The names of {@link App}. */
export const appNames: Names<App> = { clientId: true, clientSecret: true, redirectUri: true, name: true, scopes: true }

/** An OAuth server in use. */
export interface Server {
  readonly apps: ReadonlyArray<App>
  readonly rotating: boolean
  readonly expiresIn: number
  readonly apiDomain: string
  /** The companies that a user chooses from; `undefined` at the OAuth server of one company. */
  readonly choices: ReadonlyArray<Choice> | undefined
}

/** Makes an OAuth server. */
export const make = (
  options: OAuthOptions | undefined,
  origin: string,
  choices?: ReadonlyArray<Choice> | undefined
): Server => ({
  apps: options?.apps ?? [defaultApp],
  rotating: options?.refreshTokens === "rotating",
  expiresIn: options?.expiresIn ?? 3600,
  apiDomain: options?.apiDomain ?? origin,
  choices
})

/** All scopes that endpoints need. */
const allScopes = [
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
  app.scopes === undefined ? allScopes : Array.from(new Set(["base", ...app.scopes]))

const codeLifetimeMillis = 5 * 60_000

// -----------------------------------------------------------------------------
// consent
// -----------------------------------------------------------------------------

/** The app with that id. */
export const appOf = (server: Server, clientId: string | null | undefined): App | undefined =>
  server.apps.find((app) => app.clientId === clientId)

/** An error response of the OAuth server: here `success` is a string. */
export const refusal = (message: string, error: string): Answer =>
  json(400, { success: "false", message, error }, { "cache-control": "no-store" })

/** The callback URL with its query parameters. */
const callback = (app: App, parameters: Readonly<Record<string, string>>, state: string | null): string => {
  const url = new URL(app.redirectUri)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  if (state !== null) url.searchParams.set("state", state)
  return url.href
}

/** Checks a consent URL: the app, or an error response. */
const checkConsentUrl = (server: Server, url: URL): Either.Either<App, Answer> => {
  const app = appOf(server, url.searchParams.get("client_id"))
  if (app === undefined) return Either.left(refusal("Invalid client: client is invalid", "invalid_client"))
  const redirectUri = url.searchParams.get("redirect_uri")
  return redirectUri !== null && redirectUri !== app.redirectUri
    ? Either.left(json(400, { error: "Invalid redirect URL" }))
    : Either.right(app)
}

/** The user allows the app: the URL that the browser is redirected to. */
export const allow = (
  server: Server,
  world: World,
  url: URL,
  userId: unknown,
  now: string
): Either.Either<string, Answer> =>
  Either.flatMap(checkConsentUrl(server, url), (app) => {
    const [first] = all(world, "user")
    const user = get(world, "user", userId) ?? (userId === undefined ? first : undefined)
    if (user === undefined) return Either.left(noSuchCompany())
    const code = randomHex(world, 40)
    put(world, "oauthCode", {
      id: code,
      client_id: app.clientId,
      user_id: user.id,
      redirect_uri: url.searchParams.get("redirect_uri"),
      expires: addMillis(now, codeLifetimeMillis)
    })
    return Either.right(callback(app, { code }, url.searchParams.get("state")))
  })

/** The user denies access: the URL that the browser is redirected to. */
export const deny = (server: Server, url: URL): Either.Either<string, Answer> =>
  Either.map(checkConsentUrl(server, url), (app) =>
    callback(app, { error: "user_denied" }, url.searchParams.get("state"))
  )

const pageHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'"
}

const noSuchCompany = (): Answer => refusal("App cannot be installed for requested company", "invalid_request")

/** Handles the consent page and its form. */
export const authorize = (server: Server, world: World, incoming: Incoming, now: string): Answer => {
  const app = checkConsentUrl(server, incoming.url)
  if (Either.isLeft(app)) return app.left
  if (incoming.method === "GET") {
    const { choices } = server
    if (choices !== undefined) return html(200, choicePage(app.right, choices, incoming.url), pageHeaders)
    const users = Array.from(all(world, "user")).filter((user) => user.active_flag === true)
    return html(200, consentPage(app.right, scopesOf(app.right), world.company.name, users, incoming.url), pageHeaders)
  }
  if (incoming.method !== "POST") return empty(405, { allow: "GET, POST" })
  if (server.choices !== undefined) return noSuchCompany()
  const fields = incoming.body._tag === "Form" ? incoming.body.fields : {}
  const redirect =
    fields.decision === "allow"
      ? allow(server, world, incoming.url, fields.user_id === undefined ? undefined : Number(fields.user_id), now)
      : deny(server, incoming.url)
  return Either.isLeft(redirect) ? redirect.left : empty(302, { location: redirect.right, "cache-control": "no-store" })
}
