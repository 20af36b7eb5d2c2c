/**
 * `npx tsx examples/web/effect.ts`: a web app on Effect's own server. Tokens are kept in a store, by company and user; the
 * browser has the number of its session in a cookie, and nothing else.
 */
import { createServer } from "node:http"
import { pathToFileURL } from "node:url"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Accounts, HttpLayer, type OAuth2, TokenStore } from "effect-pipedrive"
import { Users } from "effect-pipedrive/v1"
import { Deals } from "effect-pipedrive/v2"
import * as Page from "./page.js"
import { host, port, settings } from "./settings.js"

const html = (body: string, status = 200) => HttpServerResponse.html(body).pipe(HttpServerResponse.setStatus(status))

const titles = (deals: ReadonlyArray<Deals.Deal>) => deals.map((deal) => deal.title ?? "")

const router = (secure: boolean) =>
  Effect.gen(function* () {
    const accounts = yield* Accounts.Accounts
    // whose session it is; a table of a database where the app has several processes
    const sessions = new Map<string, string>()
    const forget = (account: string) => {
      for (const [id, whose] of sessions) if (whose === account) sessions.delete(id)
    }
    const session = Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) =>
      sessions.get(cookies.session ?? "")
    )

    // lax: the cookies come along when Pipedrive sends the browser back, but not when another site posts a form
    const cookie = { httpOnly: true, sameSite: "lax", secure, path: "/" } as const

    const home = Effect.gen(function* () {
      const account = yield* session
      if (account === undefined) return html(Page.signedOut())
      return yield* Effect.all([Users.getCurrent, Deals.list({ status: "open", limit: 5 })]).pipe(
        Accounts.provide(account),
        Effect.map(([user, deals]) => html(Page.signedIn(user.data.name ?? "", titles(deals.data)))),
        Effect.catchAll((error) => {
          const gone =
            error._tag === "Unauthorized" ||
            (error._tag === "AuthError" && ["NotAuthorized", "ReauthorizationRequired"].includes(error.reason))
          if (gone) return Effect.sync(() => html(Page.signedOut("Pipedrive does not know you any more."), 401))
          return Effect.as(Effect.logError(error.message), html(Page.failed("Pipedrive cannot be asked now."), 502))
        })
      )
    })

    const login = Effect.gen(function* () {
      const { state, url } = yield* accounts.app.authorizationUrl()
      return HttpServerResponse.redirect(url).pipe(
        HttpServerResponse.unsafeSetCookie("state", state, { ...cookie, path: "/callback", maxAge: "10 minutes" })
      )
    })

    const callback = Effect.gen(function* () {
      const { cookies, url } = yield* HttpServerRequest.HttpServerRequest
      const answer = yield* accounts.connect({ url, state: cookies.state }).pipe(
        Effect.map(({ account }) => {
          const id = crypto.randomUUID()
          sessions.set(id, account)
          return HttpServerResponse.redirect("/").pipe(HttpServerResponse.unsafeSetCookie("session", id, cookie))
        }),
        Effect.catchAll((error) =>
          error._tag === "AuthError" && error.reason === "AccessDenied"
            ? Effect.succeed(html(Page.failed("You did not allow the app."), 403))
            : Effect.as(Effect.logWarning(error.message), html(Page.failed("Pipedrive did not sign you in."), 400))
        )
      )
      return HttpServerResponse.expireCookie(answer, "state", { ...cookie, path: "/callback" })
    })

    const logout = Effect.gen(function* () {
      const account = yield* session
      if (account === undefined) return HttpServerResponse.redirect("/", { status: 303 })
      return yield* accounts.disconnect(account).pipe(
        Effect.catchIf(
          (error) => error.reason === "NotAuthorized",
          () => Effect.void
        ),
        Effect.map(() => {
          forget(account)
          return HttpServerResponse.redirect("/", { status: 303 })
        }),
        Effect.catchAll((error) =>
          Effect.as(Effect.logError(error.message), html(Page.failed("Pipedrive cannot be told now."), 502))
        )
      )
    })

    // Pipedrive tells here that a user has taken the app off
    const uninstalled = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const notice = yield* accounts.handleUninstall({
        method: request.method,
        headers: request.headers,
        body: yield* request.text
      })
      forget(notice.account)
      return HttpServerResponse.empty()
    }).pipe(Effect.catchTag("AuthError", () => Effect.succeed(HttpServerResponse.empty({ status: 401 }))))

    return HttpRouter.empty.pipe(
      HttpRouter.get("/", home),
      HttpRouter.get("/login", login),
      HttpRouter.get("/callback", callback),
      HttpRouter.del("/callback", uninstalled),
      HttpRouter.post("/logout", logout)
    )
  })

/** The app on whatever server, transport and store there is. */
export const layer = (app: OAuth2.Options) =>
  Layer.unwrapEffect(
    Effect.map(router(new URL(app.redirectUri).protocol === "https:"), (routes) =>
      HttpServer.serve(HttpRouter.use(routes, Effect.map(HttpServerResponse.setHeaders(Page.headers))))
    )
  ).pipe(
    // each user sees what Pipedrive shows this user; for an app's own work, one account a company is the default
    Layer.provide(Accounts.layer({ ...app, accountOf: ({ companyId, id }) => `${companyId}/${id}` })),
    Layer.provide(HttpLayer.layer({ limiter: true }))
  )

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  Layer.unwrapScoped(Effect.map(settings, ({ app, notice }) => Layer.tap(layer(app), () => Console.log(notice)))).pipe(
    // tokens end with the process; TokenStoreSql.layer() or TokenStore.layerKeyValueStore() keep them
    Layer.provide(TokenStore.layerMemory),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.unwrapEffect(Effect.map(port, (port) => NodeHttpServer.layer(createServer, { port, host })))),
    Layer.launch,
    NodeRuntime.runMain
  )
}
