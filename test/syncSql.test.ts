import { spawn } from "node:child_process"
import * as HttpClient from "@effect/platform/HttpClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Auth } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Webhooks } from "effect-pipedrive/v1"
import { Activities, Deals, Organizations, Persons } from "effect-pipedrive/v2"
import { format } from "../examples/sync-sql/progress.js"
import { freePort, run } from "./support/process.js"
import { service } from "./support/services.js"
import { database, sqliteFile } from "./support/sql.js"

const main = ["--import", "tsx", "examples/sync-sql/main.ts"]

const example = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  Effect.promise(() => run(process.execPath, [...main, ...args], { env }))

/** Starts it, and stops it as Ctrl-C does once it has written something that fits; `first` is done after what comes before that. */
const interrupted = (
  env: Readonly<Record<string, string>>,
  when: RegExp,
  args: ReadonlyArray<string> = [],
  first: { readonly after: RegExp; readonly act: () => unknown } = { after: /^/, act: () => undefined }
) =>
  Effect.promise(
    () =>
      new Promise<{ readonly output: string; readonly status: number | null }>((resolve, reject) => {
        const child = spawn(process.execPath, [...main, ...args], {
          env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }
        })
        let output = ""
        let sent = false
        let done = false
        const take = (text: Buffer) => {
          output += text.toString()
          if (!done && first.after.test(output)) {
            done = true
            first.act()
          }
          if (sent || !when.test(output)) return
          sent = true
          child.kill("SIGINT")
        }
        child.stdout.on("data", take)
        child.stderr.on("data", take)
        child.on("error", reject)
        child.on("close", (status) => resolve({ output, status }))
      })
  )

const rowsOf = (table: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(
      sql<{ readonly id: number | string; readonly raw: string }>`SELECT id, raw FROM ${sql(table)}`,
      (rows): ReadonlyArray<unknown> =>
        rows.map(({ raw }) => JSON.parse(raw)).sort((a: { id: number }, b: { id: number }) => a.id - b.id)
    )
  )

const source = <A extends { readonly id: number }, E, R>(...lists: ReadonlyArray<Stream.Stream<A, E, R>>) =>
  Effect.map(
    Effect.forEach(lists, Stream.runCollect),
    (found): ReadonlyArray<unknown> => found.flatMap((items) => Array.from(items)).sort((a, b) => a.id - b.id)
  )

/** The database has what the account has. */
const isCopy = Effect.gen(function* () {
  assert.deepStrictEqual(yield* rowsOf("deals"), yield* source(Deals.list.stream(), Deals.listArchived.stream()))
  assert.deepStrictEqual(yield* rowsOf("persons"), yield* source(Persons.list.stream()))
  assert.deepStrictEqual(yield* rowsOf("organizations"), yield* source(Organizations.list.stream()))
  assert.deepStrictEqual(yield* rowsOf("activities"), yield* source(Activities.list.stream()))
})

/** Straight to the data of the sandbox that is on a port. */
const live = Layer.unwrapEffect(
  Effect.map(Sandbox.Sandbox, ({ baseUrl, client, token }) =>
    Layer.merge(Auth.apiKey(token, { baseUrl }), Layer.succeed(HttpClient.HttpClient, client))
  )
)

const copies = (url: string, layer: Layer.Layer<SqlClient.SqlClient, unknown>) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const sql = yield* SqlClient.SqlClient
    const env = { DATABASE_URL: url, PIPEDRIVE_API_TOKEN: sandbox.token, PIPEDRIVE_BASE_URL: sandbox.baseUrl }

    // cut off between two tables, and gone on
    const stopped = yield* interrupted(env, /persons .*requests/)
    assert.include(stopped.output, "stopped; start it again to go on")
    const first = yield* example(env)
    assert.strictEqual(first.status, 0, first.output)
    assert.match(first.output, /deals +\d+ of at most \d+ · \d+ requests · .*\d+\/s/)
    yield* isCopy
    const [values] = yield* sql<{
      readonly count: number | string
    }>`SELECT COUNT(*) AS count FROM custom_fields WHERE entity = 'deals'`
    assert.isAbove(Number(values?.count), 0)
    const named = yield* sql`SELECT * FROM custom_fields c JOIN fields f ON f.entity = c.entity AND f.field = c.field`
    assert.isAbove(named.length, 0)

    // what changed, and no more
    yield* sandbox.advance("1 minute")
    yield* Deals.update({ id: 1, title: "It's changed" })
    yield* Deals.update({ id: 2, is_archived: true })
    yield* Deals.delete({ id: 3 })
    yield* Persons.delete({ id: 4 })
    yield* Organizations.add({ name: "New" })
    const second = yield* example(env)
    assert.strictEqual(second.status, 0, second.output)
    assert.match(second.output, /deals +3 · 2 requests/)
    yield* isCopy

    // a token of another account
    yield* sql`UPDATE pipedrive_sync SET state = REPLACE(state, '"account":"', '"account":"7')`
    const refused = yield* example(env)
    assert.strictEqual(refused.status, 1, refused.output)
    assert.include(refused.output, "the state is of company 7")
    yield* isCopy
  }).pipe(Effect.provide(layer), Effect.provide(live))

describe("the example that keeps a copy in a database", () => {
  it.scopedLive(
    "goes on where it was stopped, with SQLite",
    () =>
      Effect.gen(function* () {
        const { remove, url } = sqliteFile()
        yield* Effect.addFinalizer(() => Effect.sync(remove))
        yield* copies(url, database(url))
      }).pipe(Effect.provide(Server.layer({ port: 0, plan: "growth" }))),
    180_000
  )

  const url = service("POSTGRES_URL", "the example is not tried on PostgreSQL")
  it.scopedLive.skipIf(url === undefined)(
    "and with PostgreSQL",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (const table of [
          "deals",
          "persons",
          "organizations",
          "activities",
          "custom_fields",
          "fields",
          "pipedrive_sync"
        ]) {
          yield* sql`DROP TABLE IF EXISTS ${sql(table)}`
        }
        yield* copies(url ?? "", database(url ?? ""))
      }).pipe(Effect.provide([Server.layer({ port: 0, plan: "growth" }), database(url ?? "")])),
    180_000
  )

  it.scopedLive(
    "follows the account when a webhook wakes it",
    () =>
      Effect.gen(function* () {
        const { remove, url } = sqliteFile()
        yield* Effect.addFinalizer(() => Effect.sync(remove))
        const sandbox = yield* Sandbox.Sandbox
        const port = yield* Effect.promise(freePort)
        const credentials = { http_auth_user: "pipedrive", http_auth_password: "a password of 32 letters or so" }
        yield* Webhooks.add({
          ...credentials,
          name: "wake",
          subscription_url: `http://127.0.0.1:${port}/`,
          event_action: "*",
          event_object: "*"
        })
        const env = {
          DATABASE_URL: url,
          PIPEDRIVE_API_TOKEN: sandbox.token,
          PIPEDRIVE_BASE_URL: sandbox.baseUrl,
          WEBHOOK_USER: credentials.http_auth_user,
          WEBHOOK_PASSWORD: credentials.http_auth_password
        }
        const change = Effect.provide(Deals.update({ id: 1, title: "Changed" }), yield* Layer.build(live))
        const { output } = yield* interrupted(env, /deals +1 · /, ["--webhooks", String(port), "--every", "1 hour"], {
          after: /activities .*requests/,
          act: () => Effect.runPromise(change)
        })
        assert.match(output, /deals +1 · 2 requests/)
        assert.include(output, "stopped; start it again to go on")
      }).pipe(Effect.provide(Layer.provideMerge(live, Server.layer({ port: 0 })))),
    180_000
  )

  it("tells how far it is", () => {
    const so = { items: 1500, requests: 4, tokens: 28_961, seconds: 2 }
    assert.strictEqual(
      format("deals", so, 3000),
      "deals         1,500 of at most 3,000 · 4 requests · 28,961 tokens left · 750/s · 2 s left"
    )
    assert.strictEqual(
      format("deals", { ...so, items: 0, tokens: undefined }, undefined),
      "deals         0 · 4 requests"
    )
  })
})
