/**
 * The routes. A browser or script has a session in a cookie, and with it sees one company.
 */
import {
  FetchHttpClient,
  HttpRouter,
  HttpServer,
  HttpServerRequest,
  HttpServerResponse,
  KeyValueStore
} from "@effect/platform"
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { Accounts, HttpLayer, OAuth2 } from "effect-pipedrive"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import * as Copy from "./copy.js"
import * as Import from "./import.js"
import * as Report from "./report.js"

/** Which app this is. */
export class App extends Context.Tag("crm-service/App")<
  App,
  OAuth2.Options & { readonly clientSecret: Redacted.Redacted<string>; readonly redirectUri: string }
>() {}

const json = (body: unknown, status = 200) => Effect.orDie(HttpServerResponse.json(body, { status }))

const refuse = (status: number, error: string) => json({ error }, status)

interface Failure {
  readonly _tag: string
  readonly message: string
}

/** What a browser is told where something fails. */
const refused = (error: Failure) => {
  switch (error._tag) {
    case "AuthError":
      return refuse(401, "sign in at /login")
    case "InvalidCsv":
      return refuse(422, `The file ${error.message}`)
    case "AmbiguousCustomField":
    case "UnknownCustomField":
      return refuse(422, error.message)
    default:
      return Effect.zipRight(Effect.logError(error), refuse(502, "That did not work"))
  }
}

const password = (company: string) =>
  Effect.flatMap(App, ({ clientSecret }) => WebhookEvents.passwordOf(clientSecret, company))

const routes = Effect.gen(function* () {
  const { redirectUri } = yield* App
  const accounts = yield* Accounts.Accounts
  const sessions = KeyValueStore.prefix(yield* KeyValueStore.KeyValueStore, "session ")
  const importCsv = yield* Import.make
  const scope = yield* Effect.scope

  /** Registers a company's webhooks, where they are not as they should be, and brings its copy up to date. */
  const prepare = (company: string) =>
    Effect.gen(function* () {
      yield* WebhookEvents.ensure({
        url: new URL("/webhooks", redirectUri).href,
        name: "crm-service",
        user: company,
        password: yield* password(company),
        events: ["deal.*", "person.*", "organization.*"]
      })
      yield* Copy.fill(Number(company))
    }).pipe(
      Accounts.provide(company),
      Effect.catchAll((error) => Effect.logWarning(`company ${company}: ${error.message}`))
    )

  const webhooks = yield* WebhookEvents.handler({
    credentials: (user) => Effect.map(password(user), (one) => [one]),
    accept: ({ companyId }, user) => Effect.succeed(String(companyId) === user),
    handle: Copy.apply,
    // the work is quick: what fails is sent again
    acknowledge: "done"
  })

  const oauth = yield* Accounts.routes({
    onConnect: ({ account }) =>
      Effect.gen(function* () {
        // a large company takes minutes, which the browser does not wait for
        yield* Effect.forkIn(prepare(account), scope)
        const session = crypto.randomUUID()
        yield* sessions.set(session, account)
        const cookie = { httpOnly: true, sameSite: "lax", secure: redirectUri.startsWith("https:"), path: "/" } as const
        return HttpServerResponse.redirect("/report").pipe(
          HttpServerResponse.unsafeSetCookie("session", session, cookie)
        )
      }),
    onUninstall: ({ companyId }) => Copy.forget(companyId)
  })

  /** Answers as the company whose session it is, as long as that has the app. */
  const answer = <A, E extends Failure, R>(run: (company: number) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const { cookies } = yield* HttpServerRequest.HttpServerRequest
      const account = Option.getOrUndefined(yield* sessions.get(cookies.session ?? ""))
      if (account === undefined) return yield* refuse(401, "sign in at /login")
      const isAllowed = Effect.flatMap(OAuth2.OAuth2, ({ token }) => token)
      const result = Effect.zipRight(isAllowed, run(Number(account)))
      return yield* json(yield* Accounts.provide(account)(result))
    }).pipe(Effect.catchAll(refused))
  const body = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ text }) => text)
  const imported = answer(() => Effect.flatMap(body, importCsv))
  const home = HttpServerResponse.html('<h1>CRM service</h1><a href="/login">Connect a company</a>')
  const report = answer(() => Report.pipeline)
  const copied = answer((company) =>
    Effect.flatMap(HttpRouter.params, ({ entity = "" }) => Copy.records(company, entity))
  )

  yield* Effect.forkScoped(Effect.flatMap(accounts.list, Effect.forEach(prepare, { concurrency: 4 })))
  return HttpRouter.empty.pipe(
    HttpRouter.get("/", Effect.succeed(home)),
    HttpRouter.get("/login", oauth.login),
    HttpRouter.get("/callback", Effect.catchAll(oauth.callback, refused)),
    HttpRouter.del("/callback", Effect.catchAll(oauth.uninstall, refused)),
    HttpRouter.post("/import", imported),
    HttpRouter.get("/report", report),
    HttpRouter.get("/copy/:entity", copied),
    HttpRouter.post("/webhooks", webhooks)
  )
})

/**
 * The service, of whatever app, server and database there is. When it is stopped, it takes no more webhooks, ends those it has, and
 * closes server and database in this order.
 */
export const layer = Layer.unwrapScoped(Effect.map(routes, (router) => HttpServer.serve(router))).pipe(
  Layer.provide(Layer.unwrapEffect(Effect.map(App, Accounts.layer))),
  Layer.provide(HttpLayer.layer({ limiter: true })),
  Layer.provide(Layer.mergeAll(TokenStoreSql.layer(), SyncStoreSql.layer(), Copy.tables)),
  // sessions, and which webhooks were handled: gone when the process ends
  Layer.provide(Layer.merge(KeyValueStore.layerMemory, FetchHttpClient.layer))
)
