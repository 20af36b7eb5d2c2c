/**
 * The sandbox's own pages, in a browser.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { executable, launch, mention } from "../support/browser.js"

mention("the sandbox's pages")

describe.skipIf(executable === undefined)("in a browser,", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  /** Every page of the test runs no script and gets nothing from elsewhere; the console would tell. */
  const during = (options: () => Server.Options, use: (page: Page, sandbox: Sandbox.Service) => Promise<void>) => () =>
    Effect.gen(function* () {
      const sandbox = Context.get(yield* Layer.build(Server.layer({ port: 0, ...options() })), Sandbox.Sandbox)
      yield* Effect.promise(async () => {
        const context = await browser.newContext()
        const page = await context.newPage()
        const complaints: Array<string> = []
        page.on("pageerror", (error) => complaints.push(String(error)))
        page.on("console", (message) => complaints.push(message.text()))
        await use(page, sandbox)
        await context.close()
        assert.deepStrictEqual(complaints, [])
      })
    }).pipe(Effect.scoped, Effect.runPromise)

  /** The app that a browser is sent back to. */
  const landing = createServer((_, response) => response.setHeader("content-type", "text/plain").end("back"))
  beforeAll(() => new Promise<void>((resolve) => landing.listen(0, "127.0.0.1", resolve)))
  afterAll(() => {
    landing.closeAllConnections()
    landing.close()
  })
  const { clientId, clientSecret } = Sandbox.defaultApp
  const app = (): Sandbox.App => ({
    clientId,
    clientSecret,
    name: "Robots & Co",
    redirectUri: `http://127.0.0.1:${(landing.address() as AddressInfo).port}/callback`,
    scopes: ["deals:read"]
  })

  const decide = async (page: Page, sandbox: Sandbox.Service, button: "allow" | "deny", user?: string) => {
    const { redirectUri } = app()
    const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, state: "a b&c" })
    await page.goto(`${sandbox.baseUrl}/oauth/authorize?${query}`)
    if (user !== undefined) await page.selectOption("select[name=user_id]", { label: user })
    await page.click(`button[value=${button}]`)
    await page.waitForURL(`${redirectUri}?**`)
    const url = new URL(page.url())
    assert.strictEqual(url.searchParams.get("state"), "a b&c")
    return url.searchParams
  }

  it(
    "the consent page tells who asks for what, and Allow gives a code that is the chosen user's",
    during(
      () => ({ oauth: { apps: [app()] } }),
      async (page, sandbox) => {
        const code = (await decide(page, sandbox, "allow", "Mei Tanaka")).get("code") ?? ""
        const token = await fetch(`${sandbox.baseUrl}/oauth/token`, {
          method: "POST",
          headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
          body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: app().redirectUri })
        })
        const { access_token } = await token.json()
        const me = await fetch(`${sandbox.baseUrl}/api/v1/users/me`, {
          headers: { authorization: `Bearer ${access_token}` }
        })
        assert.strictEqual((await me.json()).data.name, "Mei Tanaka")

        await page.goto(`${sandbox.baseUrl}/oauth/authorize?client_id=${clientId}`)
        assert.strictEqual(await page.textContent("h1"), "Robots & Co asks to use Harbour & Pine")
        assert.deepStrictEqual(await page.locator("li").allTextContents(), ["base", "deals:read"])
      }
    )
  )

  it(
    "Cancel on the consent page gives the refusal, and no code",
    during(
      () => ({ oauth: { apps: [app()] } }),
      async (page, sandbox) => {
        const said = await decide(page, sandbox, "deny")
        assert.deepStrictEqual([said.get("error"), said.get("code")], ["user_denied", null])
      }
    )
  )

  const statuses = [200, 500]
  const receiver = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response("", { status: statuses.shift() ?? 200 })))
  )

  it(
    "the status page shows requests, what is left of the limits, what there is, and deliveries",
    during(
      () => ({ plan: "lite", webhooks: receiver }),
      async (page, sandbox) => {
        const send = async (method: string, path: string, body?: unknown) => {
          const response = await fetch(`${sandbox.baseUrl}${path}`, {
            method,
            headers: { "x-api-token": sandbox.token, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) })
          })
          await response.arrayBuffer()
          return response.status
        }
        await page.goto(`${sandbox.baseUrl}/`)
        assert.strictEqual(await page.textContent("h1"), "A sandbox of Pipedrive: Harbour & Pine")
        assert.include(await page.textContent("p"), "30000 of 30000 tokens are left today; 20 requests in two seconds")
        assert.strictEqual(await page.locator("#requests td").count(), 0)
        const deals = async () =>
          Number(/^deal: (\d+)$/.exec((await page.locator("li", { hasText: /^deal: / }).textContent()) ?? "")?.[1])
        const before = await deals()

        const hook = { subscription_url: "https://hooks.example/<b>in</b>", event_action: "*", event_object: "deal" }
        assert.strictEqual(await send("POST", "/v1/webhooks", { ...hook, name: "All" }), 201)
        assert.strictEqual(await send("POST", "/api/v2/deals", { title: "One" }), 200)
        assert.strictEqual(await send("PATCH", "/api/v2/deals/1", { title: "Two" }), 200)
        assert.strictEqual(await send("GET", "/api/v2/deals/999999"), 404)
        assert.strictEqual(await send("GET", `/api/v2/deals?api_token=${sandbox.token}&limit=2`), 200)

        // deliveries are made beside the answers
        do await page.reload()
        while ((await page.locator("#deliveries td").count()) < 8)
        const rows = (table: string) =>
          page.locator(`#${table} tr:has(td)`).evaluateAll((found) => found.map((row) => row.children.length))
        const cells = (table: string, column: number) =>
          page.locator(`#${table} tr td:nth-child(${column})`).allTextContents()
        assert.deepStrictEqual(await cells("requests", 2), ["GET", "GET", "PATCH", "POST", "POST"])
        assert.deepStrictEqual(await cells("requests", 5), ["200", "404", "200", "200", "201"])
        assert.include((await cells("requests", 4)).join(" "), "Deals.update")
        assert.deepStrictEqual(await rows("requests"), [5, 5, 5, 5, 5])
        assert.deepStrictEqual(await cells("deliveries", 4), ["500", "200"])
        assert.deepStrictEqual(new Set(await cells("deliveries", 2)), new Set([hook.subscription_url]))
        assert.strictEqual(await page.locator("b").count(), 0)
        assert.strictEqual(await page.locator(".bad").count(), 2)
        assert.strictEqual(await deals(), before + 1)
        const left = Number(/(\d+) of 30000/.exec((await page.textContent("p")) ?? "")?.[1])
        assert.isAbove(30_000 - left, 20)
        assert.isBelow(30_000 - left, 100)
        assert.notInclude(await page.content(), sandbox.token)
      }
    )
  )
})
