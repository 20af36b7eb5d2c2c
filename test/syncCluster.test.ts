import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import * as HttpClient from "@effect/platform/HttpClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Auth, type Endpoint } from "effect-pipedrive"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Users } from "effect-pipedrive/v1"
import { Activities, Deals, Organizations, Persons } from "effect-pipedrive/v2"
import { Companies, pass } from "../examples/sync-cluster/company.js"
import { freePort } from "./support/process.js"
import { service } from "./support/services.js"
import { database } from "./support/sql.js"

/** A database of its own: PostgreSQL's advisory locks, by which runners share the work, are of a database. */
const ownDatabase = (url: string) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const name = `sync_cluster_${randomUUID().slice(0, 8)}`
      yield* sql`CREATE DATABASE ${sql(name)}`
      const own = new URL(url)
      own.pathname = name
      return { name, url: own.href }
    }),
    ({ name }) =>
      Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.orDie(sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`))
  )

interface Runner {
  readonly name: string
  readonly output: () => string
  readonly kill: Effect.Effect<void>
}

/** A process of the example, which is gone when the scope closes. */
const runner = (env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.promise(async (): Promise<Runner> => {
      const port = String(await freePort())
      const child = spawn(process.execPath, ["--import", "tsx", "examples/sync-cluster/main.ts"], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: "127.0.0.1", PORT: port, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      child.stdout.on("data", (text: Buffer) => (output += text.toString()))
      child.stderr.on("data", (text: Buffer) => (output += text.toString()))
      const closed = new Promise<void>((resolve) => child.on("close", () => resolve()))
      return {
        name: `sync-cluster ${port}`,
        output: () => output,
        kill: Effect.promise(() => {
          child.kill("SIGKILL")
          return closed
        })
      }
    }),
    ({ kill }) => kill
  )

/** Asks again until it is so. */
const until = <A, E, R>(what: string, ask: Effect.Effect<A | undefined, E, R>, of: ReadonlyArray<Runner>) =>
  ask.pipe(
    Effect.flatMap((found) => (found === undefined ? Effect.fail("not yet" as const) : Effect.succeed(found))),
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.timeoutFail({
      duration: "90 seconds",
      onTimeout: () => new Error(`${what}: not within 90 seconds\n${of.map(({ output }) => output()).join("\n---\n")}`)
    })
  )

const rowsOf = (schema: string, table: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(
      sql<{ readonly raw: string }>`SELECT raw FROM ${sql(schema)}.${sql(table)} ORDER BY id`,
      (rows): ReadonlyArray<unknown> => rows.map(({ raw }) => JSON.parse(raw))
    )
  )

const source = <A extends { readonly id: number }, E, R>(...lists: ReadonlyArray<Stream.Stream<A, E, R>>) =>
  Effect.map(
    Effect.forEach(lists, Stream.runCollect),
    (found): ReadonlyArray<unknown> => found.flatMap((items) => Array.from(items)).sort((a, b) => a.id - b.id)
  )

/** Straight to the data of the sandbox that is on a port. */
const live = Layer.unwrapEffect(
  Effect.map(Sandbox.Sandbox, ({ baseUrl, client, token }) =>
    Layer.merge(Auth.apiKey(token, { baseUrl }), Layer.succeed(HttpClient.HttpClient, client))
  )
)

const second = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().replace(".000", "")

const seed: Sandbox.Seed = {
  organizations: Array.from({ length: 20 }, (_, n) => ({ name: `Organization ${n}` })),
  persons: Array.from({ length: 20 }, (_, n) => ({ name: `Person ${n}`, org_id: n + 1 })),
  deals: Array.from({ length: 4000 }, (_, n) => ({
    title: `Deal ${n}`,
    add_time: second(n),
    update_time: second(n)
  })),
  activities: Array.from({ length: 20 }, (_, n) => ({ subject: `Activity ${n}`, deal_id: n + 1 }))
}

const url = service("POSTGRES_URL", "the cluster example is not tried")

describe("the example that keeps copies on a cluster", () => {
  it("has PostgreSQL where nothing may be missing", () => {
    assert.isTrue(url !== undefined || process.env.CI !== "true")
  })

  it.live.skipIf(url === undefined)(
    "goes on with the other runner when one is killed: nothing is lost, doubled or read again",
    () =>
      Effect.gen(function* () {
        const own = yield* ownDatabase(url ?? "")
        yield* killed(own.url).pipe(Effect.provide(database(own.url)))
      }).pipe(Effect.scoped, Effect.provide(database(url ?? ""))),
    240_000
  )

  it.live.skipIf(url === undefined)("writes nothing over what another runner has written meanwhile", () =>
    Effect.gen(function* () {
      const own = yield* ownDatabase(url ?? "")
      yield* fenced.pipe(Effect.provide(PgClient.layer({ url: Redacted.make(own.url) })))
    }).pipe(Effect.scoped, Effect.provide(database(url ?? "")))
  )
})

/** Two passes that both have read the state before either has written anything, as when a runner that was given up still works. */
const fenced = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const { data: user } = yield* Users.getCurrent()
  const both = yield* Deferred.make<void>()
  let arrived = 0
  const client = HttpClient.mapRequestEffect(sandbox.client, (request) =>
    Effect.gen(function* () {
      if (request.url.includes("/organizations") && ++arrived === 2) yield* Deferred.succeed(both, undefined)
      if (request.url.includes("/organizations")) yield* Deferred.await(both)
      return request
    })
  )
  const context = Context.add(yield* Effect.context<Endpoint.Requirements>(), HttpClient.HttpClient, client)
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    lines.push(`${logLevel.label} ${Array.isArray(message) ? message[0] : message}`)
  })
  yield* Effect.all([pass(user.company_id), pass(user.company_id)], { concurrency: 2 }).pipe(
    Effect.provideService(Companies, new Map([[user.company_id, context]])),
    Effect.provide(SyncStoreSql.layer()),
    Effect.provide(Logger.replace(Logger.defaultLogger, logger))
  )
  assert.deepStrictEqual(
    lines.filter((line) => line.startsWith("ERROR")),
    [
      `ERROR company ${user.company_id}: another runner has gone on with the organizations of company ${user.company_id}`
    ]
  )
  assert.deepStrictEqual(
    yield* rowsOf(`company_${user.company_id}`, "activities"),
    yield* source(Activities.list.stream())
  )
}).pipe(Effect.provide(Sandbox.layer()))

const killed = (databaseUrl: string) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const sql = yield* SqlClient.SqlClient
    // two pages of deals come (by the third and the fourth request); who asks for more waits
    const further = Array.from({ length: 200 }, (_, n) => n + 5)
    yield* sandbox.setFaults([{ endpoint: Deals.list, nth: further, outcome: { _tag: "Hang" } }])
    const { data: user } = yield* Users.getCurrent()
    const company = user.company_id
    const env = {
      DATABASE_URL: databaseUrl,
      PIPEDRIVE_API_TOKENS: `${company}:${sandbox.token}`,
      PIPEDRIVE_BASE_URL: sandbox.baseUrl,
      EVERY: "1 second",
      SHARD_LOCK_EXPIRATION: "6 seconds",
      REFRESH_ASSIGNMENTS_INTERVAL: "500 millis",
      ENTITY_MESSAGE_POLL_INTERVAL: "500 millis",
      ENTITY_TERMINATION_TIMEOUT: "1 second"
    }

    const first = yield* runner(env)
    const state = sql<{ readonly state: string }>`SELECT state FROM pipedrive_sync WHERE name = ${`${company}/deals`}`
    const deals = rowsOf(`company_${company}`, "deals")
    yield* until(
      "two pages",
      Effect.map(deals, ({ length }) => (length === 1000 ? length : undefined)),
      [first]
    )
    const other = yield* runner(env)
    const both = [first, other]

    // the two have shared the shards, and one of them is at work for the company
    const worker = Effect.gen(function* () {
      const holders = yield* sql<{ readonly name: string; readonly shards: number }>`
        SELECT a.application_name AS name, count(*)::int AS shards FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.objid BETWEEN 1000001 AND 1000300 AND l.granted AND a.datname = current_database() GROUP BY 1`
      if (holders.length !== 2 || holders.reduce((sum, { shards }) => sum + shards, 0) !== 300) return undefined
      const [holder] = yield* sql<{ readonly name: string }>`
        SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND a.datname = current_database() AND l.objid = 1000000 + (
          SELECT split_part(shard_id, ':', 2)::int FROM cluster_messages
          WHERE entity_type = 'Workflow/SyncCompany' AND tag = 'run')`
      const found = both.find(({ name }) => name === holder?.name)
      return found?.output().includes("a pass begins") ? found : undefined
    })
    const dying = yield* until("two runners", worker, both)
    const [before] = yield* state
    assert.isFalse(JSON.parse(before?.state ?? "").complete)
    assert.lengthOf(yield* deals, 1000)
    yield* dying.kill
    const left = first === dying ? other : first

    yield* sandbox.clearRequests
    yield* sandbox.setFaults([])
    yield* Deals.update({ id: 1, title: "Changed meanwhile" })
    yield* Deals.delete({ id: 2 })
    yield* until(
      "the first pass",
      Effect.map(state, ([row]) => (JSON.parse(row?.state ?? "").complete === true ? row : undefined)),
      both
    )
    assert.include(left.output(), `company ${company}: 500 deals`)
    // it went on from the state: nobody began anew
    const lists = (yield* sandbox.requests).filter(({ endpoint }) => endpoint === "v2.Deals.list")
    assert.isAbove(lists.length, 5)
    const anew = lists.filter(
      ({ query }) => query.sort_direction === "asc" && (query.updated_since ?? query.cursor) === undefined
    )
    assert.deepStrictEqual(anew, [])

    // and passes follow
    yield* Deals.update({ id: 3, title: "Changed later" })
    yield* Persons.update({ id: 1, name: "Changed later" })
    const copy = Effect.forEach(["deals", "persons", "organizations", "activities"], (table) =>
      rowsOf(`company_${company}`, table)
    )
    const there = Effect.all([
      source(Deals.list.stream(), Deals.listArchived.stream()),
      source(Persons.list.stream()),
      source(Organizations.list.stream()),
      source(Activities.list.stream())
    ])
    const expected = yield* there
    const text = JSON.stringify(expected)
    yield* until(
      "the copy",
      Effect.map(copy, (found) => (JSON.stringify(found) === text ? found : undefined)),
      both
    )
    assert.lengthOf(expected[0], 3999)
    // between them it slept where it survives the process
    const clocks = yield* sql`SELECT id FROM cluster_messages WHERE entity_type = 'Workflow/-/DurableClock'`
    assert.isNotEmpty(clocks)
  }).pipe(Effect.provide(live), Effect.provide(Server.layer({ port: 0, seed })))
