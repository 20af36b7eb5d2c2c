import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Pipedrive from "effect-pipedrive/Pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Files } from "effect-pipedrive/v1"
import { Deals } from "effect-pipedrive/v2"
import { v1, v2 } from "pipedrive"
import { v1 as v1old } from "pipedrive-31"
import { send } from "./support.js"

describe("the sandbox on a port", () => {
  it.scopedLive("serves the official client, both versions", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      assert.match(sandbox.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
      const deals = new v2.DealsApi(
        new v2.Configuration({ apiKey: sandbox.token, basePath: `${sandbox.baseUrl}/api/v2` })
      )
      const added = yield* Effect.promise(() =>
        deals.addDeal({ AddDealRequest: { title: "Über die Straße", value: 12.5 } })
      )
      const id = added.data?.id ?? 0
      const users = new v1.UsersApi(
        new v1.Configuration({ apiKey: sandbox.token, basePath: `${sandbox.baseUrl}/api/v1` })
      )
      const me = yield* Effect.promise(() => users.getCurrentUser())
      assert.strictEqual(me.data?.company_domain, "harbourpine")
      const old = new v1old.DealsApi(
        new v1old.Configuration({ apiKey: sandbox.token, basePath: `${sandbox.baseUrl}/v1` })
      )
      const read = yield* Effect.promise(() => old.getDeal({ id }))
      assert.strictEqual(read.data?.title, "Über die Straße")
      const refused = yield* Effect.tryPromise({
        try: () => deals.getDeal({ id: 999 }),
        catch: (body) => body
      }).pipe(Effect.flip)
      assert.propertyVal(refused, "success", false)
    }).pipe(Effect.provide(Server.layer({ port: 0 })))
  )

  it.scopedLive("serves ours, uploads and downloads too", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      yield* Effect.gen(function* () {
        const { data } = yield* Deals.list({ limit: 2 })
        assert.strictEqual(data.length, 2)
        yield* Files.add({ file: new File(["hello"], "hello.txt", { type: "text/plain" }), deal_id: 1 })
        const download = yield* Files.download({ id: 1 })
        assert.isAbove(download.data.length, 0)
      }).pipe(Effect.provide(Pipedrive.layer({ apiToken: sandbox.token, baseUrl: sandbox.baseUrl })))
      const requests = yield* sandbox.requests
      assert.deepInclude(requests[1]?.body, { file: { name: "hello.txt", type: "text/plain", size: 5 } })
    }).pipe(Effect.provide(Server.layer({ port: 0, seed: "demo" })))
  )

  it.scopedLive("says how to reach it, and that a port is taken", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      assert.strictEqual(
        Server.environment(sandbox),
        `PIPEDRIVE_BASE_URL=${sandbox.baseUrl}\nPIPEDRIVE_API_TOKEN=sandbox-token`
      )
      const port = Number(new URL(sandbox.baseUrl).port)
      const error = yield* Sandbox.Sandbox.pipe(Effect.provide(Server.layer({ port })), Effect.flip)
      assert.strictEqual(error._tag, "ServeError")
    }).pipe(Effect.provide(Server.layer({ port: 0, seed: "empty" })))
  )

  it.scopedLive("waits as long as a fault says, and then responds", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const headers = { "x-api-token": sandbox.token }
      const response = yield* Effect.promise(() => fetch(`${sandbox.baseUrl}/api/v2/deals/1`, { headers }))
      assert.strictEqual(response.status, 200)
    }).pipe(Effect.provide(Server.layer({ port: 0, faults: [{ delay: "20 millis", outcome: { _tag: "Pass" } }] })))
  )

  it.scopedLive("has a page to look at", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const headers = { "x-api-token": sandbox.token }
      yield* Effect.promise(() => fetch(`${sandbox.baseUrl}/api/v2/deals?status=<b>`, { headers }))
      const page = yield* Effect.promise(async () => (await fetch(sandbox.baseUrl)).text())
      assert.include(page, "Sandbox of Pipedrive: Harbour &amp; Pine")
      assert.include(page, "v2.Deals.list")
      assert.notInclude(page, "<b>")
      assert.notInclude(page, sandbox.token)
    }).pipe(Effect.provide(Server.layer({ port: 0 })))
  )

  /** A file, and a server that keeps its world there. */
  const kept = Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "sandbox-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const file = join(folder, "world.json")
    const on = <A, E>(work: (sandbox: Sandbox.Service) => Effect.Effect<A, E>) =>
      Effect.flatMap(Sandbox.Sandbox, work).pipe(Effect.provide(Server.layer({ port: 0, file, seed: "empty" })))
    return { file, on }
  })

  it.scopedLive("keeps its world in a file", () =>
    Effect.gen(function* () {
      const { file, on } = yield* kept
      const call = (sandbox: Sandbox.Service) => Pipedrive.layer({ apiToken: sandbox.token, baseUrl: sandbox.baseUrl })
      const upload = new File([new Uint8Array([0, 255, 1])], "x.bin")
      yield* on((sandbox) =>
        Effect.zipRight(Deals.add({ title: "Kept" }), Files.add({ file: upload, deal_id: 1 })).pipe(
          Effect.provide(call(sandbox))
        )
      )
      const [title, data] = yield* on((sandbox) =>
        Effect.all([
          Effect.map(Deals.get({ id: 1 }), (reply) => reply.data.title),
          Effect.map(Files.download({ id: 1 }), (download) => [...download.data])
        ]).pipe(Effect.provide(call(sandbox)))
      )
      assert.deepStrictEqual([title, data], ["Kept", [0, 255, 1]])
      // tokens of apps and passwords of webhooks are in it, for the world to work with; its own token is not
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.notInclude(readFileSync(file, "utf8"), Sandbox.defaultToken)
      const whole = JSON.parse(readFileSync(file, "utf8"))
      for (const broken of [
        {},
        { ...whole, ahead: -1 },
        { ...whole, ticks: "many" },
        { ...whole, log: [{}] },
        { ...whole, tables: { deal: { next: null, rows: [] } } },
        { ...whole, tables: { deal: { next: 1, rows: [{}] } } }
      ]) {
        writeFileSync(file, JSON.stringify(broken))
        const error = yield* Effect.flip(on(() => Effect.void))
        assert.deepInclude(error, { _tag: "SandboxError", path: "file" })
      }
    })
  )

  it.scopedLive("keeps its time in the file too", () =>
    Effect.gen(function* () {
      const { on } = yield* kept
      const before = Date.now()
      yield* on((sandbox) => sandbox.advance("2 days"))
      const { body } = yield* on((sandbox) => send(sandbox)("POST", "/api/v2/deals", { title: "Later" }))
      assert.isAtLeast(Date.parse(body.data.add_time), before + 2 * 86_400_000 - 1000)
    })
  )

  it.scopedLive("writes the file as the world changes, however many requests came before", () =>
    Effect.gen(function* () {
      const { file, on } = yield* kept
      const holds = (title: string) =>
        Effect.repeat(
          Effect.delay(
            Effect.sync(() => readFileSync(file, "utf8").includes(title)),
            50
          ),
          {
            until: (found) => found
          }
        )
      yield* on((sandbox) =>
        Effect.gen(function* () {
          const add = (title: string) => send(sandbox)("POST", "/api/v2/deals", { title })
          yield* Effect.repeatN(send(sandbox)("DELETE", "/api/v2/deals/999"), 10_000)
          yield* add("After ten thousand")
          yield* holds("After ten thousand")
          yield* add("One more")
          yield* holds("One more")
        })
      )
    })
  )
})
