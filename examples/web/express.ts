/**
 * `npx tsx examples/web/express.ts`: the same on Express with `cookie-session`. Tokens are kept in the session cookie,
 * sealed: that package signs a cookie, but anybody can read one.
 */
import { createServer } from "node:http"
import { pathToFileURL } from "node:url"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import cookieSession from "cookie-session"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import { type Auth, HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import { Users } from "effect-pipedrive/v1"
import { Deals } from "effect-pipedrive/v2"
import express, { type Request, type Response } from "express"
import * as Page from "./page.js"
import { host, port, settings } from "./settings.js"

export interface Keys {
  /** Signs the session cookies. */
  readonly session: Redacted.Redacted<string>
  /** Seals the tokens in them: 32 bytes. */
  readonly tokens: Redacted.Redacted<string>
}

/** The session's cookie, as a place that keeps one text. A browser takes 4096 bytes a cookie: enough for one token. */
const kept = (request: Request): TokenStore.Backing<never> => ({
  load: () => Effect.sync(() => Option.fromNullable<string | undefined>(request.session?.tokens)),
  save: (_, text) => Effect.sync(() => void (request.session = { ...request.session, tokens: text })),
  clear: () => Effect.sync(() => void (request.session = null))
})

const signInAgain: ReadonlyArray<string> = ["NotAuthorized", "ReauthorizationRequired", "InvalidToken"]

/** The app on whatever transport there is. */
export const makeApp = (app: OAuth2.Options, keys: Keys) =>
  Effect.gen(function* () {
    // settings that are missing fail now rather than at the first request
    yield* OAuth2.makeApp(app)
    const run = Runtime.runPromise(yield* Effect.runtime<HttpClient.HttpClient>())
    const secure = new URL(app.redirectUri).protocol === "https:"

    /** Runs an effect with the tokens of one session. Nothing of it is shared with another request. */
    const asUser =
      <E>(effect: (request: Request, response: Response) => Effect.Effect<void, E, User>) =>
      (request: Request, response: Response) => {
        const store = TokenStore.layer(kept(request), { seal: { key: keys.tokens } })
        const work = effect(request, response).pipe(
          Effect.provide(Layer.provide(OAuth2.layer(app), store)),
          Effect.catchAllCause((cause) =>
            Effect.zipRight(Effect.logError(cause), send(response, 502, Page.failed("Pipedrive cannot be asked now.")))
          )
        )
        void run(work)
      }

    return express()
      .disable("x-powered-by")
      .set("trust proxy", secure ? 1 : false)
      .use(
        cookieSession({
          name: "session",
          keys: [Redacted.value(keys.session)],
          httpOnly: true,
          // comes along when Pipedrive sends the browser back, but not when another site posts a form
          sameSite: "lax",
          secure,
          maxAge: 30 * 86_400_000
        })
      )
      .use((_, response, next) => {
        response.set(Page.headers)
        next()
      })
      .get("/", asUser(home))
      .get("/login", asUser(login))
      .get("/callback", asUser(callback))
      .post("/logout", asUser(logout))
  })

const send = (response: Response, status: number, page: string) =>
  Effect.sync(() => void response.status(status).send(page))

type User = OAuth2.OAuth2 | Auth.Auth | HttpClient.HttpClient

const titles = (deals: ReadonlyArray<Deals.Deal>) => deals.map((deal) => deal.title ?? "")

const home = (request: Request, response: Response) =>
  Effect.all([Users.getCurrent, Deals.list({ status: "open", limit: 5 })]).pipe(
    Effect.flatMap(([user, deals]) => send(response, 200, Page.signedIn(user.data.name ?? "", titles(deals.data)))),
    Effect.catchIf(
      (error) => error._tag === "Unauthorized" || (error._tag === "AuthError" && signInAgain.includes(error.reason)),
      () =>
        Effect.suspend(() => {
          if (request.session?.tokens === undefined) return send(response, 200, Page.signedOut())
          request.session = null
          return send(response, 401, Page.signedOut("Pipedrive does not know you any more."))
        })
    )
  )

const login = (request: Request, response: Response) =>
  Effect.gen(function* () {
    const { state, url } = yield* Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorizationUrl())
    request.session = { ...request.session, state }
    response.redirect(url)
  })

const callback = (request: Request, response: Response) =>
  Effect.gen(function* () {
    const oauth = yield* OAuth2.OAuth2
    const state: string | undefined = request.session?.state
    // a state is good for one answer
    if (request.session) request.session.state = undefined
    yield* oauth.handleCallback({ url: request.originalUrl, state })
    response.redirect("/")
  }).pipe(
    Effect.catchTag("AuthError", (error) =>
      error.reason === "AccessDenied"
        ? send(response, 403, Page.failed("You did not allow the app."))
        : Effect.zipRight(
            Effect.logWarning(error.message),
            send(response, 400, Page.failed("Pipedrive did not sign you in."))
          )
    )
  )

const logout = (_: Request, response: Response) =>
  Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.revoke()).pipe(
    Effect.catchIf(
      (error) => signInAgain.includes(error.reason),
      () => Effect.void
    ),
    Effect.map(() => response.redirect(303, "/"))
  )

/** A key from the environment; one of this process's own otherwise: then a restart signs everybody out. */
const key = (name: string) =>
  Config.redacted(name).pipe(
    Config.withDefault(Redacted.make(Encoding.encodeBase64(crypto.getRandomValues(new Uint8Array(32)))))
  )

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  Effect.gen(function* () {
    const keys = { session: yield* key("SESSION_KEY"), tokens: yield* key("TOKEN_KEY") }
    const { app, notice } = yield* settings
    const server = createServer(yield* makeApp(app, keys))
    yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
    const at = yield* port
    yield* Effect.async<void, Error>((resume) => {
      server.once("error", (error) => resume(Effect.fail(error)))
      server.listen(at, host, () => resume(Effect.void))
    })
    yield* Console.log(notice)
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.provide(HttpLayer.layer({ limiter: true }).pipe(Layer.provideMerge(FetchHttpClient.layer))),
    NodeRuntime.runMain
  )
}
