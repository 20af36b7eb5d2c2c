/**
 * Which app the web examples are: one of Pipedrive's Marketplace when PIPEDRIVE_CLIENT_ID and the variables beside it are
 * set, or else one that is registered with a sandbox, which is started along.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { OAuth2 } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"

export const host = "127.0.0.1"

export const port: Config.Config<number> = Config.integer("PORT").pipe(Config.withDefault(3000))

const optional = (name: string) => Config.option(Config.nonEmptyString(name)).pipe(Config.map(Option.getOrUndefined))

const registered = Config.all({
  clientId: Config.nonEmptyString("PIPEDRIVE_CLIENT_ID"),
  clientSecret: Config.redacted("PIPEDRIVE_CLIENT_SECRET"),
  redirectUri: Config.nonEmptyString("PIPEDRIVE_REDIRECT_URI"),
  oauthUrl: optional("PIPEDRIVE_OAUTH_URL"),
  baseUrl: optional("PIPEDRIVE_BASE_URL")
})

/** A sandbox that knows one app, whose pages are served at `url`. */
export const sandbox = (url: string) =>
  Effect.gen(function* () {
    const app = { clientId: "web-example", clientSecret: "a secret of nobody's", redirectUri: `${url}/callback` }
    const apps = [{ ...app, name: "Web example" }]
    const context = yield* Layer.build(Server.layer({ port: 0, oauth: { apps } }))
    const service = yield* Effect.provide(Sandbox.Sandbox, context)
    return { sandbox: service, settings: { ...app, oauthUrl: service.baseUrl, baseUrl: service.baseUrl } }
  })

/** The app, and what to tell whoever started it. */
export const settings = Effect.gen(function* () {
  if (Option.isSome(yield* Config.option(Config.nonEmptyString("PIPEDRIVE_CLIENT_ID")))) {
    const app: OAuth2.Options = yield* registered
    return { app, notice: `Open ${new URL(app.redirectUri).origin}/` }
  }
  const url = `http://${host}:${yield* port}`
  const started = yield* sandbox(url)
  const app: OAuth2.Options = started.settings
  const notice = `On a sandbox at ${started.sandbox.baseUrl}/ (set PIPEDRIVE_CLIENT_ID for a real app).\nOpen ${url}/`
  return { app, notice }
})
