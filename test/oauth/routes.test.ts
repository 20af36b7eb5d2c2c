/**
 * The routes of an app: login, callback, uninstall. The companies are on a sandbox.
 */
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Accounts, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"

/** A browser that keeps its cookies, in front of an app with those routes. */
const opened = (options: Partial<Accounts.RoutesOptions> = {}, redirectUri = "https://crm.example.com/callback") =>
  Effect.gen(function* () {
    const { clientId, clientSecret } = Sandbox.defaultApp
    const app = { clientId, clientSecret, redirectUri }
    const all = yield* Sandbox.makeCompanies({ companies: { harbour: {}, pine: {} }, oauth: { apps: [app] } })
    const context = yield* Layer.build(
      Accounts.layer({ ...app, oauthUrl: all.baseUrl }).pipe(
        Layer.provide(Layer.merge(TokenStore.layerMemory, Layer.succeed(HttpClient.HttpClient, all.client)))
      )
    )
    const gone: Array<string> = []
    const { callback, login, uninstall } = yield* Accounts.routes({
      onConnect: ({ account, user }) =>
        Effect.orDie(
          HttpServerResponse.setCookie(HttpServerResponse.text(`${account} ${user.companyDomain}`), "session", account)
        ),
      onUninstall: ({ account }) => Effect.sync(() => gone.push(account)),
      ...options
    }).pipe(Effect.provide(context))
    const answered = (
      route: Effect.Effect<
        HttpServerResponse.HttpServerResponse,
        PipedriveError.PipedriveError,
        HttpServerRequest.HttpServerRequest
      >
    ) =>
      HttpApp.toWebHandler(
        Effect.catchAll(route, (error) =>
          Effect.succeed(
            HttpServerResponse.text(error._tag === "AuthError" ? error.reason : error._tag, { status: 401 })
          )
        )
      )
    const handlers = {
      "GET /login": answered(login),
      "GET /callback": answered(callback),
      "DELETE /callback": answered(uninstall)
    }
    const handle = (request: Request) => {
      const name = `${request.method} ${new URL(request.url).pathname}`
      const found = Object.entries(handlers).find(([route]) => route === name)
      return found === undefined ? Promise.reject(new Error(`no route ${name}`)) : found[1](request)
    }
    const go = (url: string | Request, cookie = "") =>
      Effect.promise(async () => {
        const request = typeof url === "string" ? new Request(new URL(url, redirectUri), { headers: { cookie } }) : url
        const response = await handle(request)
        return {
          status: response.status,
          location: response.headers.get("location") ?? "",
          cache: response.headers.get("cache-control"),
          cookies: response.headers.getSetCookie(),
          text: await response.text()
        }
      })
    const { list } = yield* Effect.provide(Accounts.Accounts, context)
    return { all, go, gone, list, ...all.companies }
  })

const cookieOf = (cookies: ReadonlyArray<string>) => cookies.map((cookie) => cookie.split(";")[0]).join("; ")

describe("the routes of an app", () => {
  it.scopedLive("lead to the consent page and back, for each company, and take notice of an uninstall", () =>
    Effect.gen(function* () {
      const { go, gone, harbour, list, pine } = yield* opened()
      for (const [company, says] of [
        [harbour, "15000042 harbour"],
        [pine, "15000043 pine"]
      ] as const) {
        const login = yield* go("/login")
        // a page that is kept would send the next browser away with this one's state
        assert.deepStrictEqual([login.status, login.cache], [302, "no-store"])
        assert.match(
          login.cookies[0] ?? "",
          /^pipedrive-state=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/
        )
        const back = yield* company.oauth.allow(login.location)
        const answer = yield* go(back, cookieOf(login.cookies))
        assert.deepStrictEqual([answer.status, answer.text], [200, says])
        assert.include(cookieOf(answer.cookies), `session=${says.split(" ")[0]}`)
        assert.match(answer.cookies.join("\n"), /pipedrive-state=; Max-Age=0/)
      }
      assert.deepStrictEqual(yield* list, ["15000042", "15000043"])
      const notice = yield* harbour.oauth.uninstall()
      assert.strictEqual((yield* go(notice)).status, 204)
      assert.deepStrictEqual(gone, ["15000042"])
      assert.deepStrictEqual(yield* list, ["15000043"])
    })
  )

  it.scopedLive("fail with an AuthError for another browser's state, a denial, and a notice that is forged", () =>
    Effect.gen(function* () {
      const { go, gone, harbour, list } = yield* opened()
      const [login, other] = [yield* go("/login"), yield* go("/login")]
      const back = yield* harbour.oauth.allow(login.location)
      assert.deepStrictEqual((yield* go(back)).text, "InvalidState")
      assert.deepStrictEqual((yield* go(back, cookieOf(other.cookies))).text, "InvalidState")
      const denied = yield* go(yield* harbour.oauth.deny(login.location), cookieOf(login.cookies))
      assert.deepStrictEqual([denied.status, denied.text], [401, "AccessDenied"])
      const forged = new Request("https://crm.example.com/callback", { method: "DELETE", body: "{}" })
      assert.strictEqual((yield* go(forged)).text, "InvalidCallback")
      assert.deepStrictEqual([gone, yield* list], [[], []])
    })
  )

  it.scopedLive("need nothing to be done about an uninstall", () =>
    Effect.gen(function* () {
      const { go, harbour, list } = yield* opened({ onUninstall: undefined })
      const login = yield* go("/login")
      yield* go(yield* harbour.oauth.allow(login.location), cookieOf(login.cookies))
      assert.deepStrictEqual(yield* list, ["15000042"])
      assert.strictEqual((yield* go(yield* harbour.oauth.uninstall())).status, 204)
      assert.deepStrictEqual(yield* list, [])
    })
  )

  it.scopedLive("over http the cookie is not for https alone", () =>
    Effect.gen(function* () {
      const { go, pine } = yield* opened({}, "http://127.0.0.1:3000/callback")
      const login = yield* go("/login")
      assert.notInclude(login.cookies.join(), "Secure")
      const answer = yield* go(yield* pine.oauth.allow(login.location), cookieOf(login.cookies))
      assert.strictEqual(answer.text, "15000043 pine")
    })
  )

  it.scopedLive("refuse an option that nobody knows", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(opened(Object({ onConnected: () => undefined })))
      assert.match(String(error), /onConnected/)
    })
  )
})
