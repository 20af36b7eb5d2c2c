/**
 * The pages of a sandbox on a port, without scripts: the report, its forms, and who may use them.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { refusal } from "../../src/sandbox/page/guard.js"
import { html } from "../../src/sandbox/page/html.js"
import * as pages from "../../src/sandbox/page/index.js"
import { makeOpen } from "../../src/sandbox/service.js"
import { send } from "./support.js"

/** A sandbox with its pages, as a browser on this machine sees them. */
const opened = (options: Sandbox.Options = {}) =>
  Effect.gen(function* () {
    const open = yield* makeOpen({ baseUrl: "http://localhost:8080", ...options })
    const page = yield* pages.make(open, options.faults)
    const ask = (method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}) =>
      Effect.gen(function* () {
        const init = {
          method,
          headers: { host: "localhost:8080", ...headers },
          ...(body === undefined ? {} : { body })
        }
        const response = yield* pages.handle(page, new Request(`http://localhost:8080${path}`, init))
        return {
          status: response.status,
          headers: response.headers,
          text: yield* Effect.promise(() => response.text())
        }
      })
    return {
      ...open,
      page,
      ask,
      get: (path: string) => Effect.map(ask("GET", path), ({ text }) => text),
      /** Sends a form as a browser does, and follows to the page that it leads to. */
      submit: (path: string, fields: Record<string, string> | FormData) =>
        Effect.gen(function* () {
          const body = fields instanceof FormData ? fields : new URLSearchParams(fields)
          const done = yield* ask("POST", path, body, { origin: "http://localhost:8080" })
          const location = done.headers.get("location")
          return location === null ? done : yield* ask("GET", location)
        }),
      send: send(open.service)
    }
  })

const message = (text: string) => /<p id="message"[^>]*>([^<]*)</.exec(text)?.[1]

const marked = `<b id=x>&"'</b><script>alert(1)</script>`
const isEscaped = (text: string) => {
  assert.notMatch(text, /<b id=x|<script>alert/)
  assert.include(text, "&lt;b id=x&gt;")
}

describe("the report", () => {
  it.effect("escapes what comes from the data, from requests and from webhooks, wherever it is shown", () =>
    Effect.gen(function* () {
      const { get, send } = yield* opened({
        seed: {
          company: { name: marked },
          organizations: [{ name: marked }],
          pipelines: [{ name: marked }],
          stages: [{ name: marked, pipeline_id: 1 }],
          deals: [{ title: marked, org_id: 1, stage_id: 1 }]
        }
      })
      const hook = { subscription_url: `https://hooks.example/${marked}`, event_action: "*", event_object: "*" }
      yield* send("POST", "/v1/webhooks", hook)
      yield* send("PATCH", "/api/v2/deals/1", { title: `${marked}!`, [marked]: marked }, { "x-more": marked })
      yield* send("PATCH", "/api/v2/deals/1", { title: `${marked}!` })
      yield* send("GET", `/api/v2/${encodeURIComponent(marked)}?a=${encodeURIComponent(marked)}`)
      yield* Effect.yieldNow()
      for (const path of [
        "/",
        `/?find=${encodeURIComponent(marked)}`,
        "/_sandbox/requests/1",
        "/_sandbox/data",
        `/_sandbox/data?kind=${encodeURIComponent(marked)}`,
        "/_sandbox/data/deal/1",
        "/_sandbox/board",
        "/_sandbox/webhooks",
        "/_sandbox/controls"
      ]) {
        isEscaped(yield* get(path))
      }
    })
  )

  it("escapes every value of a template", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary" }), (value) => {
        const { text } = html`<p title="${value}">${[value, false, undefined, html`<i></i>`]}</p>`
        assert.match(text, /^<p title="[^"<>]*">[^"<>]*<i><\/i><\/p>$/s)
      })
    )
  })

  it.effect("shows requests with headers, body and endpoint, finds them, and pages through them", () =>
    Effect.gen(function* () {
      const { get, send, submit } = yield* opened({ seed: "empty" })
      yield* send("POST", "/api/v2/deals", { title: "Forty desks" })
      for (let at = 0; at < 60; at++) yield* send("GET", `/api/v2/deals/${at + 2}`)
      const numbers = (text: string) =>
        Array.from(text.matchAll(/data-key="request-(\d+)"/g), ([, number]) => Number(number))
      const first = yield* get("/")
      assert.deepStrictEqual([numbers(first).length, numbers(first)[0]], [50, 60])
      const older = /href="(\/\?before=\d+)"/.exec(first)?.[1] ?? ""
      assert.deepStrictEqual(numbers(yield* get(older)), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
      assert.deepStrictEqual(numbers(yield* get("/?find=post+DEALS")), [0])
      assert.deepStrictEqual(numbers(yield* get("/?find=404+deals%2F61")), [60])
      const one = yield* get("/_sandbox/requests/0")
      assert.include(one, "v2.Deals.add")
      assert.include(one, "&quot;title&quot;: &quot;Forty desks&quot;")
      assert.include(one, "<dt>x-api-token</dt><dd>&lt;redacted&gt;</dd>")
      const cleared = yield* submit("/_sandbox/requests/clear", {})
      assert.deepStrictEqual([message(cleared.text), numbers(cleared.text)], ["The list is cleared.", []])
      yield* send("GET", "/api/v2/deals/1")
      // a number is never given twice: what a page refers to is what it showed
      assert.deepStrictEqual(numbers(yield* get("/")), [61])
      assert.include(yield* get("/_sandbox/requests/0"), "There is no such page")
    })
  )

  it.effect("shows entities as tables, each in full, and deals as a board of open, won and lost ones", () =>
    Effect.gen(function* () {
      const { get, send } = yield* opened()
      const deals = yield* get("/_sandbox/data")
      assert.strictEqual(deals.match(/data-key="row-/g)?.length, 30)
      assert.include(yield* get("/_sandbox/data/person/1"), "&quot;emails&quot;")
      assert.notInclude(deals, "apiToken")
      assert.include(yield* get("/_sandbox/data?kind=apiToken"), "There is no apiToken.")
      const cards = (text: string) => Array.from(text.matchAll(/data-key="deal-(\d+)"/g), ([, id]) => id)
      const open = cards(yield* get("/_sandbox/board"))
      assert.isAbove(open.length, 3)
      yield* send("PATCH", `/api/v2/deals/${open[0]}`, { status: "won" })
      assert.deepStrictEqual(cards(yield* get("/_sandbox/board")), open.slice(1))
      assert.include(cards(yield* get("/_sandbox/board?pipeline=1&status=won")), open[0])
    })
  )

  it.effect("shows the limits as bars: the day's, and each credential's", () =>
    Effect.gen(function* () {
      const { get, send, service } = yield* opened({ plan: { daily: 1000, burst: 4, blockAfter: 2 } })
      const figures = Effect.map(get("/"), (text) =>
        Array.from(text.matchAll(/<meter aria-label="([^"]*)"[^>]*><\/meter><span class="figures">([^<]*)/g), (found) =>
          found.slice(1)
        )
      )
      assert.deepStrictEqual(yield* figures, [["Tokens today", "0 of 1,000"]])
      for (let at = 0; at < 6; at++) yield* send("GET", "/api/v2/deals/1")
      const user = (yield* service.state).user?.[0]?.id
      const [day, window] = yield* figures
      assert.match(day?.[1] ?? "", /^[1-9]\d* of 1,000$/)
      assert.deepStrictEqual(window, [`api ${user}, in 2 seconds`, "4 of 4, blocked for 60 s"])
    })
  )
})

describe("the forms", () => {
  it.effect("add faults and remove them; a wrong one is refused with its reason, and the form keeps it", () =>
    Effect.gen(function* () {
      const { ask, send, submit } = yield* opened({
        faults: [{ endpoint: "v2.Persons.get", outcome: { _tag: "Hang" } }]
      })
      const added = yield* submit("/_sandbox/faults/add", {
        endpoint: "v2.Deals.get",
        outcome: "Respond",
        status: "502",
        body: `{"success":false}`,
        nth: "1, 3",
        bytes: "20",
        delay: "",
        times: "",
        probability: ""
      })
      assert.strictEqual(message(added.text), "The fault is added.")
      assert.include(added.text, "v2.Deals.get: respond with 502, for request 1, 3")
      const statuses = yield* Effect.forEach([1, 2, 3], () => send("GET", "/api/v2/deals/1"))
      assert.deepStrictEqual(
        statuses.map(({ status, body }) => [status, body.success]),
        [
          [502, false],
          [200, true],
          [502, false]
        ]
      )
      for (const [fields, why] of [
        [{ outcome: "Respond", status: "99" }, "outcome.status must be a whole number from 200 to 599"],
        [{ outcome: "Explode" }, "outcome is of no known kind"],
        [{ outcome: "Pass", delay: "-5" }, "delay must be a number of milliseconds"],
        [{ outcome: "Drip", bytes: "5", every: "soon" }, "every must be a number of milliseconds"],
        [{ outcome: "Drip", bytes: "5", every: "" }, "every must be a number of milliseconds"],
        [{ outcome: "Truncate", bytes: "" }, "outcome.bytes counts from 0"],
        [{ outcome: "Hang", nth: "1;2" }, "nth counts from 1"],
        [{ outcome: "Hang", times: "0" }, "times counts from 1"],
        [{ outcome: "Hang", probability: "2" }, "probability must be a number from 0 to 1"],
        [{ outcome: "Hang", endpoint: "v2.Deals.got" }, "endpoint is none: v2.Deals.got"]
      ] as const) {
        const body = new URLSearchParams({ endpoint: "", ...fields })
        const refused = yield* ask("POST", "/_sandbox/faults/add", body)
        assert.deepStrictEqual([refused.status, message(refused.text)], [400, why])
        for (const value of Object.values(fields).slice(1)) assert.include(refused.text, `value="${value}"`)
      }
      const removed = yield* submit("/_sandbox/faults/remove", { at: "0" })
      assert.notInclude(removed.text, "v2.Persons.get: never respond")
      assert.include(removed.text, "v2.Deals.get: respond with 502")
    })
  )

  it.effect("move the clock, restore a snapshot, and reset to the start", () =>
    Effect.gen(function* () {
      const faults: ReadonlyArray<Sandbox.Fault> = [{ times: 1, outcome: { _tag: "Respond", status: 500 } }]
      const { ask, get, send, service, submit } = yield* opened({ seed: "empty", plan: "lite", faults })
      assert.strictEqual((yield* send("GET", "/api/v2/deals")).status, 500)
      yield* send("POST", "/api/v2/deals", { title: "Kept" })
      const snapshot = yield* ask("GET", "/_sandbox/snapshot.json")
      assert.match(snapshot.headers.get("content-disposition") ?? "", /^attachment/)
      yield* send("DELETE", "/api/v2/deals/1")
      const moved = yield* submit("/_sandbox/clock/advance", { amount: "2", unit: "day" })
      assert.include(moved.text, "2 days ahead of this machine")
      for (const amount of ["0", "-1", "x", ""]) {
        assert.include((yield* submit("/_sandbox/clock/advance", { amount, unit: "day" })).text, 'class="bad"')
      }
      yield* submit("/_sandbox/faults/remove", { at: "0" })

      const upload = (content: string) => {
        const form = new FormData()
        form.set("file", new File([content], "sandbox.json"))
        return submit("/_sandbox/restore", form)
      }
      assert.strictEqual(message((yield* upload("{}")).text), "file does not hold a sandbox")
      assert.strictEqual(message((yield* upload(snapshot.text)).text), "The snapshot is restored.")
      assert.deepInclude((yield* service.state).deal?.[0], { title: "Kept", is_deleted: false })
      assert.notInclude(yield* get("/_sandbox/controls"), "ahead of this machine")

      const done = yield* submit("/_sandbox/reset", {})
      assert.strictEqual(message(done.text), "The sandbox is as at its start.")
      assert.deepStrictEqual([(yield* service.state).deal ?? [], yield* service.requests], [[], []])
      assert.include(yield* get("/"), "0 of 30,000")
      assert.strictEqual((yield* send("GET", "/api/v2/deals")).status, 500)
      assert.strictEqual((yield* send("GET", "/api/v2/deals")).status, 200)
    })
  )

  it.effect("send a delivery again, while its webhook and its payload are there", () =>
    Effect.gen(function* () {
      const bodies: Array<string> = []
      const receiver = HttpClient.make((request) =>
        Effect.sync(() => {
          bodies.push(request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "")
          return HttpClientResponse.fromWeb(request, new Response("", { status: bodies.length === 1 ? 200 : 418 }))
        })
      )
      const { ask, get, send, service, submit } = yield* opened({ seed: "empty", webhooks: receiver })
      const hook = { subscription_url: "https://hooks.example/in", event_action: "*", event_object: "deal" }
      yield* send("POST", "/v1/webhooks", hook)
      yield* send("POST", "/api/v2/deals", { title: "Forty desks" })
      yield* Effect.repeat(Effect.yieldNow(), { until: () => bodies.length > 0 })
      assert.include(yield* get("/_sandbox/webhooks"), "Forty desks")
      const sent = yield* submit("/_sandbox/webhooks/send", { id: "0" })
      assert.strictEqual(message(sent.text), "It was sent again, and the response is 418.")
      assert.strictEqual(bodies[1], bodies[0])
      const deliveries = yield* service.deliveries
      assert.deepStrictEqual(
        deliveries.map(({ attempt, status }) => [attempt, status]),
        [
          [1, 200],
          [1, 418]
        ]
      )
      // the message is for the page that the form led to
      assert.strictEqual(message(yield* get("/_sandbox/webhooks")), "")
      assert.include(message((yield* submit("/_sandbox/webhooks/send", { id: "9" })).text), "its payload is not kept")
      yield* send("DELETE", "/v1/webhooks/1")
      assert.include(message((yield* submit("/_sandbox/webhooks/send", { id: "0" })).text), "its webhook is gone")
      assert.notInclude(yield* get("/_sandbox/webhooks"), "Send again")
      assert.strictEqual((yield* ask("POST", "/_sandbox/nothing")).status, 405)
      assert.strictEqual((yield* ask("GET", "/_sandbox/nothing")).status, 404)
    })
  )
})

describe("other web pages", () => {
  const incoming = (method: string, headers: Record<string, string>) => ({
    method,
    url: new URL("http://localhost:8080/_sandbox/reset"),
    headers,
    body: { _tag: "Empty" as const }
  })
  const refused = (method: string, headers: Record<string, string>, baseUrl = "http://127.0.0.1:8080") =>
    refusal(incoming(method, headers), baseUrl) !== undefined

  it("cannot act: neither with their origin, nor with none, nor across ports", () => {
    const host = "127.0.0.1:8080"
    assert.isFalse(refused("POST", { host, origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin" }))
    assert.isFalse(refused("POST", { host }), "a program without a browser")
    assert.isTrue(refused("POST", { host, origin: "https://evil.example" }))
    assert.isTrue(refused("POST", { host, origin: "null" }))
    assert.isTrue(refused("POST", { host, origin: "http://127.0.0.1:3000" }))
    assert.isTrue(refused("POST", { host, origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-site" }))
    assert.isTrue(refused("POST", { host, "sec-fetch-site": "cross-site" }))
  })

  it("cannot point a name of theirs at it", () => {
    for (const method of ["GET", "POST"]) {
      assert.isTrue(refused(method, { host: "evil.example", origin: "http://evil.example" }))
      assert.isTrue(refused(method, { host: "127.0.0.1.evil.example" }))
      assert.isTrue(refused(method, { host: "localhost.evil.example:8080" }))
      assert.isTrue(refused(method, {}))
      for (const host of ["localhost:8080", "app.localhost:1", "192.168.1.5:8080", "[::1]:8080"]) {
        assert.isFalse(refused(method, { host }), host)
      }
      assert.isFalse(refused(method, { host: "crm.test", origin: "https://crm.test" }, "https://crm.test"))
    }
  })

  it.scopedLive("get no data and no permission over HTTP; pages allow scripts and styles of their own only", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const ask = (path: string, init: RequestInit = {}) =>
        Effect.promise(() => fetch(`${sandbox.baseUrl}${path}`, { redirect: "manual", ...init }))
      const origin = "https://evil.example"
      const reset = yield* ask("/_sandbox/reset", { method: "POST", headers: { origin } })
      assert.strictEqual(reset.status, 403)
      const preflight = yield* ask("/_sandbox/reset", { method: "OPTIONS", headers: { origin } })
      assert.deepStrictEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [403, null])
      for (const path of ["/", "/_sandbox/snapshot.json", "/_sandbox/webhooks", "/_sandbox/page.js"]) {
        const { headers, status } = yield* ask(path, { headers: { origin } })
        assert.deepStrictEqual(
          [status, headers.get("access-control-allow-origin"), headers.get("cross-origin-resource-policy")],
          [200, null, "same-origin"]
        )
        const policy = headers.get("content-security-policy") ?? ""
        assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
        assert.notInclude(policy, "unsafe")
      }
      assert.strictEqual(
        (yield* ask("/_sandbox/reset", { method: "POST", headers: { origin: sandbox.baseUrl } })).status,
        303
      )
      // the pages are no requests to Pipedrive
      assert.deepStrictEqual(yield* sandbox.requests, [])
    }).pipe(Effect.provide(Server.layer({ port: 0 })))
  )
})

it.scopedLive("what is done on a page is kept in the file", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "sandbox-page-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const file = join(folder, "world.json")
    yield* Effect.gen(function* () {
      const { baseUrl } = yield* Sandbox.Sandbox
      const body = new URLSearchParams({ amount: "1", unit: "day" })
      yield* Effect.promise(() => fetch(`${baseUrl}/_sandbox/clock/advance`, { method: "POST", body }))
      yield* Effect.repeat(
        Effect.delay(
          Effect.sync(() => JSON.parse(readFileSync(file, "utf8")).ahead),
          50
        ),
        { until: (ahead) => ahead === 86_400_000 }
      )
    }).pipe(Effect.provide(Server.layer({ port: 0, file, seed: "empty" })))
  })
)

it("only the server imports the pages: a sandbox in the same process carries nothing of them", () => {
  const files = readdirSync("src/sandbox", { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("page")
  )
  const importing = files.filter((file) => /from "[./]*page\//.test(readFileSync(join("src/sandbox", file), "utf8")))
  assert.deepStrictEqual(importing, ["server.ts"])
})
