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
import { Context, Data, Effect, Layer, Option } from "effect"
import { Accounts, HttpLayer } from "effect-pipedrive"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import * as Companies from "./companies.js"
import * as Copy from "./copy.js"
import * as Import from "./import.js"
import * as Report from "./report.js"
import { type Settings, settings } from "./settings.js"

class SignedOut extends Data.TaggedError("SignedOut") {}

const problem = (status: number, error: string) => HttpServerResponse.unsafeJson({ error }, { status })

const company = Effect.gen(function* () {
  const { cookies } = yield* HttpServerRequest.HttpServerRequest
  return yield* Option.match(yield* Companies.signedIn(cookies.session), {
    onNone: () => new SignedOut(),
    onSome: Effect.succeed
  })
})

/** Runs as the company whose session it is. */
const asCompany = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(company, (id) => Accounts.provide(id)(effect))

const filled = (account: string) => Copy.fill(Number(account)).pipe(Accounts.provide(account))

const router = ({ publicUrl }: Settings) =>
  Effect.gen(function* () {
    const accounts = yield* Accounts.Accounts
    const importCsv = yield* Import.make
    const scope = yield* Effect.scope
    // lax: the cookies come along when Pipedrive sends the browser back, but not when another site posts a form
    const cookie = { httpOnly: true, sameSite: "lax", secure: publicUrl.startsWith("https:"), path: "/" } as const

    const login = Effect.gen(function* () {
      const { state, url } = yield* accounts.app.authorizationUrl()
      return HttpServerResponse.redirect(url).pipe(
        HttpServerResponse.unsafeSetCookie("state", state, { ...cookie, maxAge: "10 minutes" })
      )
    })

    const callback = Effect.gen(function* () {
      const { cookies, url } = yield* HttpServerRequest.HttpServerRequest
      const { account } = yield* accounts.connect({ url, state: cookies.state })
      yield* Companies.register(account, publicUrl)
      // a large company takes minutes, which the browser does not wait for
      yield* Effect.forkIn(
        Effect.catchAll(filled(account), (error) => Effect.logWarning(`${account}: ${error.message}`)),
        scope
      )
      const answer = HttpServerResponse.redirect("/report").pipe(
        HttpServerResponse.unsafeSetCookie("session", yield* Companies.signIn(account), cookie)
      )
      return yield* HttpServerResponse.expireCookie(answer, "state", cookie)
    })

    // Pipedrive tells here that a company has taken the app off
    const uninstalled = Effect.gen(function* () {
      const { headers, method, text } = yield* HttpServerRequest.HttpServerRequest
      const { companyId } = yield* accounts.handleUninstall({ method, headers, body: yield* text })
      yield* Copy.forget(companyId)
      return HttpServerResponse.empty()
    })

    const webhooks = yield* WebhookEvents.handler({
      credentials: (user) => Effect.orDie(Companies.password(user)),
      accept: ({ companyId }, user) => Effect.succeed(String(companyId) === user),
      handle: Copy.apply,
      // the work is quick: what fails is sent again
      acknowledge: "done"
    })

    const imported = Effect.gen(function* () {
      const { text } = yield* HttpServerRequest.HttpServerRequest
      return HttpServerResponse.unsafeJson(yield* asCompany(Effect.flatMap(text, importCsv)))
    })

    const copied = (entity: Copy.EntityName) =>
      Effect.map(
        Effect.flatMap(company, (id) => Copy.records(id, entity)),
        (rows) => HttpServerResponse.unsafeJson(rows)
      )

    return HttpRouter.empty.pipe(
      HttpRouter.get("/", HttpServerResponse.html('<h1>CRM service</h1><a href="/login">Connect a company</a>')),
      HttpRouter.get("/login", login),
      HttpRouter.get("/callback", callback),
      HttpRouter.del("/callback", uninstalled),
      HttpRouter.post("/import", imported),
      HttpRouter.get(
        "/report",
        Effect.map(asCompany(Report.pipeline), (rows) => HttpServerResponse.unsafeJson(rows))
      ),
      HttpRouter.get("/deals", copied("deal")),
      HttpRouter.get("/persons", copied("person")),
      HttpRouter.get("/organizations", copied("organization")),
      HttpRouter.catchTags({
        SignedOut: () => Effect.succeed(problem(401, "sign in at /login")),
        InvalidCsv: ({ message }) => Effect.succeed(problem(422, `The file ${message}`)),
        UnknownCustomField: ({ message }) => Effect.succeed(problem(422, message)),
        AmbiguousCustomField: ({ message }) => Effect.succeed(problem(422, message)),
        AuthError: ({ message, reason }) =>
          Effect.as(Effect.logWarning(message), problem(401, `${reason}: sign in at /login`))
      }),
      HttpRouter.catchAll((error) => Effect.as(Effect.logError(error), problem(502, "That did not work"))),
      // it answers its errors itself
      HttpRouter.post("/webhooks", webhooks)
    )
  })

/** Brings the companies that are known up to date. One that is gone does not keep the others from it. */
const prepareAll = (publicUrl: string) =>
  Effect.gen(function* () {
    const { list } = yield* Accounts.Accounts
    const prepare = (account: string) => Effect.zipRight(Companies.register(account, publicUrl), filled(account))
    yield* Effect.forEach(
      yield* list,
      (account) => Effect.catchAll(prepare(account), (error) => Effect.logWarning(`${account}: ${error.message}`)),
      { concurrency: 4, discard: true }
    )
  })

/** The settings that were found. */
export class Service extends Context.Tag("crm-service/Service")<Service, Settings>() {}

/**
 * The service on whatever server and database there is. When it is stopped, it takes no more webhooks, ends those it has, and
 * closes server and database in this order.
 */
export const layer = Layer.unwrapScoped(
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const found = yield* settings(HttpServer.formatAddress(address))
    const app = Layer.unwrapScoped(Effect.map(router(found), (routes) => HttpServer.serve(routes)))
    return Layer.succeed(Service, found).pipe(
      Layer.provideMerge(
        Layer.scopedDiscard(Effect.forkScoped(prepareAll(found.publicUrl))).pipe(Layer.provideMerge(app))
      ),
      Layer.provide(Accounts.layer(found.app)),
      Layer.provide(HttpLayer.layer({ limiter: true })),
      Layer.provide(TokenStoreSql.layer()),
      Layer.provide(KeyValueStore.layerMemory),
      Layer.provide(FetchHttpClient.layer)
    )
  })
)
