/**
 * The web examples, as their users meet them: in a browser, by way of the sandbox's consent page.
 */
import { spawn } from "node:child_process"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { TokenStore } from "effect-pipedrive"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as EffectExample from "../../examples/web/effect.js"
import * as ExpressExample from "../../examples/web/express.js"
import * as Settings from "../../examples/web/settings.js"
import * as Ahead from "../support/ahead.js"
import { executable, launch, mention } from "../support/browser.js"
import { freePort } from "../support/process.js"

const ada = { id: 13_000_001, name: "Ada Keller" }
const tomas = { id: 13_000_002, name: "Tomás Rivera" }
const mei = { id: 13_000_003, name: "Mei Tanaka" }

type Sandboxed = Effect.Effect.Success<ReturnType<typeof Settings.sandbox>>

interface Started extends Sandboxed {
  readonly url: string
}

type Start = Effect.Effect<Started, unknown, HttpClient.HttpClient | Scope.Scope>

const closing = (server: Server) =>
  Effect.addFinalizer(() =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })
  )

const urlOf = (server: Server) => `http://${Settings.host}:${(server.address() as AddressInfo).port}`

const onExpress: Start = Effect.gen(function* () {
  const server = createServer()
  yield* Effect.async<void>((resume) => void server.listen(0, Settings.host, () => resume(Effect.void)))
  yield* closing(server)
  const started = yield* Settings.sandbox(urlOf(server))
  const keys = { session: Redacted.make("a key"), tokens: Redacted.make("07".repeat(32)) }
  server.on("request", yield* ExpressExample.makeApp(started.settings, keys))
  return { ...started, url: urlOf(server) }
})

const onEffect: Start = Effect.gen(function* () {
  const server = createServer()
  const context = yield* Layer.build(NodeHttpServer.layer(() => server, { port: 0, host: Settings.host }))
  yield* closing(server)
  const started = yield* Settings.sandbox(urlOf(server))
  yield* Layer.build(EffectExample.layer(started.settings)).pipe(
    Effect.provide(Layer.merge(Layer.succeedContext(context), TokenStore.layerMemory))
  )
  return { ...started, url: urlOf(server) }
})

interface Running extends Started {
  readonly pass: Ahead.Ahead["pass"]
  /** The access tokens that were sent, in order. */
  readonly bearers: Array<string>
  /** A new browser profile, as another person's. */
  readonly visitor: () => Promise<Visitor>
  /** The requests to the OAuth server's token endpoint. */
  readonly exchanges: () => Promise<number>
}

interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** Goes through the consent page. */
  readonly signIn: (user: { readonly id: number }) => Promise<void>
  readonly name: () => Promise<string | null>
}

/** Runs an example and a sandbox on one clock, and sees to it that no token is shown anywhere. */
const during = (browser: () => Browser, start: Start, use: (running: Running) => Promise<void>): Promise<void> => {
  const { clock, pass } = Ahead.make()
  const bearers: Array<string> = []
  const shown: Array<string> = []
  const contexts: Array<BrowserContext> = []
  const transport = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(
      HttpClient.HttpClient,
      HttpClient.mapRequest((request) => {
        const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1]
        if (bearer !== undefined) bearers.push(bearer)
        return request
      })
    )
  ).pipe(Layer.provide(FetchHttpClient.layer))
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make((entry) => void shown.push(Logger.logfmtLogger.log(entry)))
  )
  return Effect.gen(function* () {
    const started = yield* start
    const visitor = async (): Promise<Visitor> => {
      const context = await browser().newContext()
      contexts.push(context)
      const page = await context.newPage()
      page.on("response", (response) => {
        if (response.url().startsWith(started.url))
          response.text().then(
            (text) => shown.push(text),
            () => {}
          )
      })
      return {
        context,
        page,
        signIn: async (user) => {
          await page.goto(`${started.url}/`)
          await page.click("#login")
          await page.selectOption("select[name=user_id]", String(user.id))
          await page.click("button[value=allow]")
          await page.waitForURL(`${started.url}/`)
        },
        name: () => page.textContent("#name", { timeout: 2000 }).catch(() => null)
      }
    }
    const exchanges = async () => {
      const requests = await Effect.runPromise(started.sandbox.requests)
      return requests.filter(({ path }) => path === "/oauth/token").length
    }
    yield* Effect.promise(async () => {
      await use({ ...started, bearers, exchanges, pass, visitor })
      for (const context of contexts) {
        for (const { value } of await context.cookies()) shown.push(value, Buffer.from(value, "base64").toString())
        await context.close()
      }
    })
    for (const text of shown) for (const bearer of bearers) assert.notInclude(text, bearer)
  }).pipe(Effect.provide(Layer.merge(transport, logger)), Effect.scoped, Effect.withClock(clock), Effect.runPromise)
}

mention("the web examples")

for (const [name, start] of [
  ["Effect's server", onEffect],
  ["Express", onExpress]
] as const) {
  describe.skipIf(executable === undefined)(`the example on ${name}, in a browser`, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser.close())
    const running = (use: (running: Running) => Promise<void>) => () => during(() => browser, start, use)

    it(
      "signs in whoever allows it; the cookies are for this site and no script",
      running(async (app) => {
        const { context, page, signIn, ...visitor } = await app.visitor()
        await page.goto(`${app.url}/`)
        assert.strictEqual(await page.locator("#name").count(), 0)
        await signIn(tomas)
        assert.strictEqual(await visitor.name(), tomas.name)
        assert.isAbove(await page.locator("#deals li").count(), 2)
        const cookies = await context.cookies()
        assert.isAbove(cookies.length, 0)
        for (const { httpOnly, name, sameSite, value } of cookies) {
          assert.deepStrictEqual([httpOnly, sameSite], [true, "Lax"])
          assert.isBelow(name.length + value.length, 4096)
        }
        assert.strictEqual(await app.exchanges(), 1)
        assert.isAbove(app.bearers.length, 0)
      })
    )

    it(
      "tells of a denial, and asks for no token",
      running(async (app) => {
        const { page } = await app.visitor()
        await page.goto(`${app.url}/`)
        await page.click("#login")
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().startsWith(`${app.url}/callback`)),
          page.click("button[value=deny]")
        ])
        assert.strictEqual(answer.status(), 403)
        assert.strictEqual(await page.textContent("#message"), "You did not allow the app.")
        assert.strictEqual(await app.exchanges(), 0)
        await page.goto(`${app.url}/`)
        assert.strictEqual(await page.locator("#login").count(), 1)
      })
    )

    it(
      "still knows a user after two hours, by a refresh",
      running(async (app) => {
        const { page, signIn, ...visitor } = await app.visitor()
        await signIn(mei)
        const [before] = app.bearers.slice(-1)
        app.pass("2 hours")
        for (let i = 0; i < 2; i++) {
          await page.goto(`${app.url}/`)
          assert.strictEqual(await visitor.name(), mei.name)
        }
        assert.strictEqual(await app.exchanges(), 2)
        assert.notStrictEqual(app.bearers.at(-1), before)
      })
    )

    it(
      "never mixes users who come at once",
      running(async (app) => {
        const users = [ada, tomas, mei]
        const visitors = await Promise.all(users.map(() => app.visitor()))
        const all = <A>(what: (visitor: Visitor, user: typeof ada) => Promise<A>) =>
          Promise.all(
            visitors.map((visitor, i) => {
              const user = users[i]
              if (user === undefined) throw new Error("nobody")
              return what(visitor, user)
            })
          )
        await all((visitor, user) => visitor.signIn(user))
        for (let round = 0; round < 4; round++) {
          if (round % 2 === 1) app.pass("2 hours")
          await all(async ({ name, page }, user) => {
            await page.goto(`${app.url}/`)
            assert.strictEqual(await name(), user.name)
          })
        }
        assert.strictEqual(await app.exchanges(), 3 + 2 * 3)
      })
    )

    it(
      "signs out with a revocation: the token is refused, and an old cookie opens nothing",
      running(async (app) => {
        const { context, page, signIn } = await app.visitor()
        await signIn(tomas)
        const [token] = app.bearers.slice(-1)
        const ask = async () => {
          const headers = { authorization: `Bearer ${token}` }
          return (await fetch(`${app.sandbox.baseUrl}/api/v2/deals`, { headers })).status
        }
        assert.strictEqual(await ask(), 200)
        const old = await context.cookies()
        await page.click("#logout")
        await page.waitForSelector("#login")
        assert.strictEqual(await ask(), 401)
        await context.clearCookies()
        await context.addCookies(old)
        await page.goto(`${app.url}/`)
        assert.strictEqual(await page.locator("#name").count(), 0)
        assert.strictEqual(await page.locator("#login").count(), 1)
      })
    )

    it(
      "refuses a callback with a foreign state, and one that comes twice",
      running(async (app) => {
        const login = await fetch(`${app.url}/login`, { redirect: "manual" })
        const consent = login.headers.get("location") ?? ""
        const theirs = await Effect.runPromise(app.sandbox.oauth.allow(consent, ada.id))
        assert.include(theirs, "code=")

        const { page, signIn, ...visitor } = await app.visitor()
        await page.goto(`${app.url}/`)
        assert.strictEqual((await page.goto(theirs))?.status(), 400)
        assert.strictEqual(await page.textContent("#message"), "Pipedrive did not sign you in.")
        assert.strictEqual(await app.exchanges(), 0)
        let own = ""
        page.on("request", (request) => {
          if (request.url().includes("/callback?")) own = request.url()
        })
        await signIn(mei)
        assert.strictEqual((await page.goto(own))?.status(), 400)
        assert.strictEqual((await page.goto(theirs))?.status(), 400)
        assert.strictEqual(await app.exchanges(), 1)
        await page.goto(`${app.url}/`)
        assert.strictEqual(await visitor.name(), mei.name)
      })
    )

    it(
      "signs out whoever took the app off in Pipedrive",
      running(async (app) => {
        const { page, signIn } = await app.visitor()
        await signIn(tomas)
        const notice = await Effect.runPromise(app.sandbox.oauth.uninstall({ userId: tomas.id }))
        const forged = await fetch(notice.url, { method: "DELETE", body: await notice.clone().text() })
        assert.notStrictEqual(forged.status, 204)
        if (start === onEffect) assert.strictEqual((await fetch(notice)).status, 204)
        await page.goto(`${app.url}/`)
        assert.strictEqual(await page.locator("#name").count(), 0)
        assert.strictEqual(await page.locator("#login").count(), 1)
      })
    )
  })
}

describe("the examples as programs of their own", () => {
  for (const name of ["effect", "express"]) {
    it(`${name}.ts starts a sandbox along, and signs in`, async () => {
      const port = await freePort()
      const child = spawn(process.execPath, ["--import", "tsx", `examples/web/${name}.ts`], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port) },
        stdio: ["ignore", "pipe", "inherit"]
      })
      const ended = new Promise((resolve) => child.once("exit", resolve))
      try {
        const url = `http://${Settings.host}:${port}`
        let said = ""
        for await (const text of child.stdout.setEncoding("utf8")) {
          said += text
          if (said.includes(`Open ${url}/\n`)) break
        }
        assert.include(said, "On a sandbox at http://127.0.0.1:")
        const cookies = new Map<string, string>()
        const go = async (to: string | URL, init: RequestInit = {}) => {
          const cookie = Array.from(cookies, ([key, value]) => `${key}=${value}`).join("; ")
          const response = await fetch(to, { redirect: "manual", ...init, headers: { cookie } })
          for (const set of response.headers.getSetCookie()) {
            const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? []
            cookies.set(key, value)
          }
          return { page: await response.text(), to: response.headers.get("location") ?? "" }
        }
        const consent = await go(`${url}/login`)
        const allow = new URLSearchParams({ decision: "allow", user_id: String(tomas.id) })
        const callback = await go(consent.to, { method: "POST", body: allow })
        assert.strictEqual((await go(callback.to)).to, "/")
        assert.include((await go(`${url}/`)).page, tomas.name)
      } finally {
        child.kill("SIGTERM")
        await ended
      }
    })
  }
})
