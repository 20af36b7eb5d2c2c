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

  /** Every page of the test gets nothing from elsewhere, and no script of it fails; the console would tell. */
  const during =
    (options: () => Server.Options, use: (page: Page, sandbox: Sandbox.Service) => Promise<void>, scripts = true) =>
    () =>
      Effect.gen(function* () {
        const sandbox = Context.get(yield* Layer.build(Server.layer({ port: 0, ...options() })), Sandbox.Sandbox)
        yield* Effect.promise(async () => {
          const context = await browser.newContext({ javaScriptEnabled: scripts })
          const page = await context.newPage()
          const complaints: Array<string> = []
          page.on("pageerror", (error) => complaints.push(String(error)))
          page.on("console", (message) => {
            // Chromium tells of a form that was refused, too; Effect 4's server sends no words beside the status
            if (!/ a status of 400 \((Bad Request)?\)/.test(message.text())) complaints.push(message.text())
          })
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

  const call = (sandbox: Sandbox.Service) => async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.baseUrl}${path}`, {
      method,
      headers: { "x-api-token": sandbox.token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    await response.arrayBuffer()
    return response.status
  }
  const hook = { subscription_url: "https://hooks.example/<b>in</b>", event_action: "*", event_object: "deal" }
  const receiver = () =>
    HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(""))))

  const message = (page: Page, text: string) => page.locator("#message", { hasText: text }).waitFor()

  /** Goes on by Tab until something has the focus. */
  const tabTo = async (page: Page, selector: string) => {
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press("Tab")
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return
    }
    assert.fail(`Tab does not lead to ${selector}`)
  }

  it(
    "the front page takes over new requests, and what is open and has the focus stays so",
    during(
      () => ({ plan: "lite" }),
      async (page, sandbox) => {
        const send = call(sandbox)
        await send("GET", "/api/v2/deals/999999")
        await page.goto(`${sandbox.baseUrl}/`)
        await tabTo(page, "#requests summary")
        await page.keyboard.press("Enter")
        await page.locator("#requests dd", { hasText: "<redacted>" }).waitFor()
        assert.strictEqual(await send("POST", "/api/v2/deals", { title: "<b>One</b>" }), 200)
        await page.locator('[data-key="request-1"]').waitFor()
        assert.deepStrictEqual(await page.locator("#requests .status").allTextContents(), ["200", "404"])
        assert.deepStrictEqual(await page.locator("#requests .endpoint").allTextContents(), [
          "v2.Deals.add",
          "v2.Deals.get"
        ])
        assert.isTrue(await page.locator('[data-key="request-0"] details').evaluate((one) => one.hasAttribute("open")))
        assert.isTrue(
          await page.locator('[data-key="request-0"] summary').evaluate((one) => one === document.activeElement)
        )
        assert.strictEqual(await page.locator("b").count(), 0)
        assert.strictEqual(await page.locator("meter").count(), 2)

        // paused, it stays as it is
        await page.getByRole("button", { name: "Pause updates" }).press("Space")
        await page.getByRole("button", { name: "Pause updates", pressed: true }).waitFor()
        await page.getByRole("button", { name: "Clear the list" }).press("Enter")
        await message(page, "The list is cleared.")
        assert.strictEqual(await page.locator("#requests li").count(), 0)
        assert.deepStrictEqual(await sandbox.requests.pipe(Effect.runPromise), [])
      }
    )
  )

  it(
    "faults, clock and reset are worked by the keyboard",
    during(
      () => ({}),
      async (page, sandbox) => {
        const send = call(sandbox)
        await page.goto(`${sandbox.baseUrl}/`)
        await tabTo(page, 'header a[href="/_sandbox/controls"]')
        await page.keyboard.press("Enter")
        await page.waitForURL("**/_sandbox/controls")
        await tabTo(page, "input[name=endpoint]")
        await page.keyboard.type("v2.Deals.get")
        await tabTo(page, "input[name=status]")
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.type("503")
        await tabTo(page, "input[name=times]")
        await page.keyboard.type("1")
        await page.keyboard.press("Enter")
        await message(page, "The fault is added.")
        assert.strictEqual(await send("GET", "/api/v2/deals/1"), 503)
        assert.strictEqual(await send("GET", "/api/v2/deals/1"), 200)
        await page.locator(".faults", { hasText: "applied 1 time" }).waitFor()

        // a field that makes no sense says so, and keeps what was written
        await page.getByLabel("Endpoint").fill("v2.Deals.got")
        await page.getByRole("button", { name: "Add the fault" }).press("Enter")
        await message(page, "endpoint is none: v2.Deals.got")
        assert.strictEqual(await page.getByLabel("Endpoint").inputValue(), "v2.Deals.got")

        // only the fields of an outcome are to be seen
        await page.getByLabel("Outcome").selectOption("Drip")
        assert.isTrue(await page.getByLabel("Milliseconds between pieces").isVisible())
        assert.isFalse(await page.getByLabel("Status", { exact: true }).isVisible())

        await page.getByRole("button", { name: "Remove fault 1" }).press("Enter")
        await message(page, "The fault is removed.")
        assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "main")
        await page.getByRole("button", { name: "+ 1 day" }).press("Enter")
        await message(page, "The clock is moved ahead.")
        await page.locator("#about", { hasText: "1 day ahead" }).waitFor()

        const download = page.waitForEvent("download")
        await page.getByRole("link", { name: "Download a snapshot" }).press("Enter")
        const file = await (await download).path()
        assert.strictEqual(await send("DELETE", "/api/v2/deals/1"), 200)
        await page.getByLabel("Snapshot file").setInputFiles(file)
        await page.getByRole("button", { name: "Restore it" }).press("Enter")
        await message(page, "The snapshot is restored.")
        assert.isFalse((await sandbox.state.pipe(Effect.runPromise)).deal?.[0]?.is_deleted)

        await page.locator("#confirm summary").press("Enter")
        await page.getByRole("button", { name: "Reset everything" }).press("Enter")
        await message(page, "The sandbox is as at its start.")
        assert.deepStrictEqual(await sandbox.requests.pipe(Effect.runPromise), [])
      }
    )
  )

  it(
    "without scripts it is a report whose forms work",
    during(
      () => ({}),
      async (page, sandbox) => {
        await call(sandbox)("DELETE", "/api/v2/deals/1")
        await page.goto(`${sandbox.baseUrl}/`)
        await page.locator("#requests summary").press("Enter")
        await page.locator("#requests dd", { hasText: "<redacted>" }).waitFor()
        assert.strictEqual(await page.getByRole("button", { name: "Pause updates" }).count(), 0)
        await page.getByRole("link", { name: "Controls" }).press("Enter")
        await page.getByRole("button", { name: "Move ahead" }).press("Enter")
        await message(page, "The clock is moved ahead.")
        await page.getByLabel("Endpoint").fill("v2.Deals.get")
        await page.getByRole("button", { name: "Add the fault" }).press("Enter")
        await message(page, "The fault is added.")
        assert.strictEqual(await call(sandbox)("GET", "/api/v2/deals/2"), 503)
        await page.locator("#confirm summary").press("Enter")
        await page.getByRole("button", { name: "Reset everything" }).press("Enter")
        await message(page, "The sandbox is as at its start.")
        assert.isFalse((await sandbox.state.pipe(Effect.runPromise)).deal?.[0]?.is_deleted)
      },
      false
    )
  )

  it(
    "a webhook's delivery shows its payload, and is sent again",
    during(
      () => ({ webhooks: receiver() }),
      async (page, sandbox) => {
        const send = call(sandbox)
        assert.strictEqual(await send("POST", "/v1/webhooks", { ...hook, name: "All" }), 201)
        await page.goto(`${sandbox.baseUrl}/_sandbox/webhooks`)
        assert.strictEqual(await send("POST", "/api/v2/deals", { title: "Forty desks" }), 200)
        await page.locator("#deliveries summary", { hasText: hook.subscription_url }).press("Enter")
        await page.locator("#deliveries pre", { hasText: "Forty desks" }).waitFor()
        await page.getByRole("button", { name: "Send delivery 1 again" }).press("Enter")
        await message(page, "It was sent again, and the response is 200.")
        assert.lengthOf(await sandbox.deliveries.pipe(Effect.runPromise), 2)
        assert.strictEqual(await page.locator("b").count(), 0)
      }
    )
  )

  it(
    "data and board are within the width of a phone, in which only they scroll, and every control has a name",
    during(
      () => ({ plan: "lite" }),
      async (page, sandbox) => {
        await call(sandbox)("GET", "/api/v2/deals/1")
        await page.setViewportSize({ width: 360, height: 700 })
        for (const path of ["/", "/_sandbox/data", "/_sandbox/board", "/_sandbox/webhooks", "/_sandbox/controls"]) {
          await page.goto(`${sandbox.baseUrl}${path}`)
          const found = await page.evaluate(() => {
            const controls = document.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), select, textarea")
            return {
              over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              nameless: Array.from(controls).filter((one) => (one.labels?.[0]?.textContent ?? "").trim() === "").length,
              headings: document.querySelectorAll("h1").length
            }
          })
          assert.deepStrictEqual(found, { over: 0, nameless: 0, headings: 1 }, path)
        }
        await page.goto(`${sandbox.baseUrl}/_sandbox/board`)
        assert.isAbove(await page.locator(".card").count(), 3)
        await page.locator(".card a").first().press("Enter")
        await page.locator("pre", { hasText: '"title"' }).waitFor()
      }
    )
  )
})
