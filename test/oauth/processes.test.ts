/**
 * Several processes on one store: PostgreSQL where scripts/services.sh has started it, a SQLite file elsewhere.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { inspect } from "node:util"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { OAuth2, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import { build } from "esbuild"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as OAuth from "../support/oauth.js"
import { listen } from "../support/oauthHttp.js"
import { service } from "../support/services.js"
import { database, postgres, sqliteFile } from "../support/sql.js"
import * as Tracing from "../support/tracing.js"

const folder = "node_modules/.cache/effect-pipedrive"
const worker = `${folder}/oauth-worker.mjs`
const file = sqliteFile()
const databaseUrl = postgres ?? file.url
const where = postgres === undefined ? "SQLite" : "PostgreSQL"

service("POSTGRES_URL", "several processes are tested on SQLite")

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: ["test/oauth/worker.ts"],
    outfile: worker,
    alias: { "effect-pipedrive/TokenStoreSql": "./src/TokenStoreSql.ts", "effect-pipedrive": "./src/index.ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["@libsql/client", "libsql", "pg-native"],
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url)` }
  })
})

afterAll(() => file.remove())

interface Worker {
  readonly process: ChildProcess
  readonly ready: Promise<void>
  readonly next: () => Promise<{ readonly seen?: { ok: number; errors: Array<string> }; readonly done?: string }>
}

const start = (settings: object): Worker => {
  const child = spawn(process.execPath, [worker, JSON.stringify({ databaseUrl, ...settings })], {
    stdio: ["ignore", "inherit", "inherit", "ipc"]
  })
  const next = () => new Promise<never>((resolve) => child.once("message", (message) => resolve(message as never)))
  return { process: child, ready: next(), next }
}

/** One more account holder, in this process. */
const holder = (serverUrl: string, table: string, lockTimeout: number) =>
  ManagedRuntime.make(
    OAuth2.layer({ ...OAuth.settings, oauthUrl: serverUrl, baseUrl: serverUrl }).pipe(
      Layer.provideMerge(
        Layer.merge(
          FetchHttpClient.layer,
          TokenStoreSql.layer({ table, lockTimeout }).pipe(Layer.provide(database(databaseUrl)))
        )
      )
    )
  )

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const unique = (name: string) => `${name}_${Date.now()}_${process.pid}`

describe(`processes on one ${where} store, with a server that rotates refresh tokens`, () => {
  it("four of them: one refresh per expiry over 20 expiries, and no invalid_grant", async () => {
    const lifetime = 600
    const issued: Array<number> = []
    const plain = OAuth.makeServer({ rotate: true, expiresIn: lifetime / 1000 })
    const server: OAuth.OAuthServer = {
      ...plain,
      handle: (request, now) => {
        if (request.url.includes("/oauth/token")) issued.push(now)
        return plain.handle(request, now)
      }
    }
    const { close, url: serverUrl } = await listen(server, {
      before: () => Math.random() * 10,
      after: () => Math.random() * 10
    })
    const table = unique("four")
    const first = holder(serverUrl, table, 5000)
    const workers = Array.from({ length: 4 }, () => start({ serverUrl, table, lockTimeout: 5000 }))
    try {
      await first.runPromise(Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent())))
      await Promise.all(workers.map(({ ready }) => ready))
      for (const { process } of workers) process.send("loop")
      while (server.counts.refreshes < 20) await new Promise((resolve) => setTimeout(resolve, 50))
      const results = await Promise.all(
        workers.map(({ next, process }) => {
          const seen = next()
          process.send("stop")
          return seen
        })
      )
      for (const { seen } of results) {
        assert.deepStrictEqual(seen?.errors, [])
        assert.isAbove(seen?.ok ?? 0, 20)
      }
      assert.strictEqual(server.counts.invalidGrants, 0)
      const gaps = issued.slice(1).map((at, i) => at - (issued[i] ?? 0))
      for (const gap of gaps.slice(1)) assert.isAbove(gap, lifetime * 0.85, `refreshes apart: ${gaps.join(" ")}`)
    } finally {
      for (const { process } of workers) process.kill("SIGKILL")
      await first.dispose()
      await close()
    }
  }, 60_000)

  it("killed at 50 random moments of a refresh: never locked for longer than the lock's timeout, a token lost only when the server had answered", async () => {
    const lockTimeout = 300
    const server = OAuth.makeServer({ rotate: true, expiresIn: 0.001 })
    let arrived = () => {}
    const asked = () => new Promise<void>((resolve) => void (arrived = resolve))
    const { close, url: serverUrl } = await listen(server, {
      before: () => {
        arrived()
        return Math.random() * 15
      },
      after: () => Math.random() * 15
    })
    const table = unique("killed")
    const survivor = holder(serverUrl, table, lockTimeout)
    const authorize = () =>
      survivor.runPromise(Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent())))
    const launch = () => start({ serverUrl, table, lockTimeout })
    const tally = { lost: 0, acted: 0, saved: 0, longest: 0 }
    const granted = () => server.counts.refreshes - server.counts.invalidGrants
    let coming = [launch(), launch()]
    try {
      await authorize()
      for (let round = 0; round < 50; round++) {
        const [victim, ...others] = coming
        if (victim === undefined) throw new Error("no worker")
        coming = [...others, launch()]
        await victim.ready
        const before = granted()
        const gone = new Promise((resolve) => victim.process.once("exit", resolve))
        victim.process.send("token")
        // half of them around the way to the server, half around its answer and the save
        if (round % 2 === 1) await Promise.race([asked(), sleep(500)])
        await sleep(Math.random() * 50)
        victim.process.kill("SIGKILL")
        await gone
        const actedBefore = granted() > before
        const ask = Effect.suspend(() => {
          const began = Date.now()
          return Effect.ensuring(
            Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.token),
            Effect.sync(() => (tally.longest = Math.max(tally.longest, Date.now() - began)))
          )
        })
        // an OAuth server that is slow on a busy machine says nothing of the lock or of the token
        const isSlow = (error: PipedriveError.AuthError) => error.reason === "TokenEndpoint"
        const token = await survivor.runPromise(Effect.either(Effect.retry(ask, { while: isSlow, times: 5 })))
        // the request of a process that is gone may still be on its way: a refresh that is refused is not granted
        const acted = token._tag === "Left" ? granted() > before : actedBefore
        if (acted) tally.acted++
        if (token._tag === "Left") {
          assert.strictEqual(token.left.reason, "ReauthorizationRequired", token.left.message)
          assert.isTrue(acted, "lost although the server was not even asked")
          tally.lost++
          await authorize()
        } else if (acted) tally.saved++
      }
      console.log(
        `50 kills on ${where}: the server had acted in ${tally.acted}, of which ${tally.saved} tokens were saved and ${tally.lost} lost; longest wait ${tally.longest} ms (lock ${lockTimeout} ms)`
      )
      assert.isBelow(tally.longest, lockTimeout + 1500)
    } finally {
      for (const { process } of coming) process.kill("SIGKILL")
      await survivor.dispose()
      await close()
    }
  }, 120_000)
})

describe("a SQL store", () => {
  for (const [name, url] of [
    ["SQLite", file.url],
    ...(postgres === undefined ? [] : [["PostgreSQL", postgres] as const])
  ] as const) {
    it(`keeps, replaces and clears tokens, by account and sealed, on ${name}`, async () => {
      const table = unique("contract")
      const layer = TokenStoreSql.layer({ table, lockTimeout: 300 }).pipe(Layer.provideMerge(database(url)))
      const program = Effect.gen(function* () {
        const store = yield* TokenStore.TokenStore
        assert.strictEqual((yield* store.load("1"))._tag, "None")
        const app = yield* OAuth2.makeApp(OAuth.settings)
        const server = yield* Server
        const [one, two] = [yield* app.authorize(server.consent(1)), yield* app.authorize(server.consent(2))]
        yield* store.save("1", one)
        yield* store.save("é'; DROP TABLE x", two)
        yield* store.save("1", two)
        assert.deepStrictEqual(yield* Effect.map(store.load("1"), Option.getOrThrow), two)
        yield* store.clear("1")
        assert.strictEqual((yield* store.load("1"))._tag, "None")
        assert.deepStrictEqual(yield* Effect.map(store.load("é'; DROP TABLE x"), Option.getOrThrow), two)
        for (const other of ["acme", "ACME", "acmé", "acme "]) yield* store.save(other, other === "acme" ? one : two)
        assert.deepStrictEqual(yield* Effect.map(store.load("acme"), Option.getOrThrow), one)
        // one who leaves or fails gives the lease back; one who stays is waited for, not for ever
        yield* Effect.flip(store.withLock("1")(Effect.fail("no")))
        assert.strictEqual(yield* store.withLock("1")(Effect.succeed("in")), "in")
        yield* TokenStoreSql.migration(table)
      })
      const server = OAuth.makeServer()
      const Server = Effect.succeed(server)
      await Effect.runPromise(program.pipe(Effect.provide(layer), Effect.provide(OAuth.transport(server))))
    })
  }

  for (const [name, url] of [
    ["SQLite", file.url],
    ...(postgres === undefined ? [] : [["PostgreSQL", postgres] as const])
  ] as const) {
    it(`whose row a constraint refuses shows nothing of it, in no error and no span, on ${name}`, async () => {
      const table = unique("constraint")
      const layer = TokenStoreSql.layer({ table }).pipe(Layer.provideMerge(database(url)))
      const traced = Tracing.recorder()
      const server = OAuth.makeServer()
      const program = Effect.gen(function* () {
        const store = yield* TokenStore.TokenStore
        const sql = (yield* SqlClient.SqlClient).withoutTransforms()
        yield* sql`CREATE UNIQUE INDEX ${sql(`${table}_token`)} ON ${sql(table)} (token)`
        const app = yield* OAuth2.makeApp(OAuth.settings)
        const token = yield* app.authorize(server.consent(1))
        yield* store.save("1", token)
        const refused = Effect.withSpan(store.save("2", token), "ours")
        const exit = yield* Effect.exit(refused).pipe(traced.run)
        assert.strictEqual(exit._tag, "Failure")
        const plain = yield* Effect.exit(
          sql`INSERT INTO ${sql(table)} (account, token) SELECT '3', token FROM ${sql(table)} WHERE account = '1'`
        )
        assert.deepStrictEqual(yield* store.list, ["1"])
        yield* sql`DROP INDEX ${sql(`${table}_token`)}`
        const shown = `${inspect(exit, { depth: 30 })} ${traced.all()}`
        for (const secret of [token.accessToken, token.refreshToken]) {
          assert.notInclude(shown, Redacted.value(secret))
          // the database itself would have told
          if (name === "PostgreSQL") assert.include(inspect(plain, { depth: 30 }), Redacted.value(secret))
        }
        assert.deepStrictEqual(traced.names(), ["ours"])
        assert.match(shown, /unique/i)
      })
      await Effect.runPromise(program.pipe(Effect.provide(layer), Effect.provide(OAuth.transport(server))))
    })
  }

  it("keeps what was refreshed inside a transaction that is rolled back", async (context) => {
    if (postgres === undefined) return context.skip("needs PostgreSQL: on SQLite a transaction is the one writer")
    const server = OAuth.makeServer({ rotate: true })
    const table = unique("rollback")
    const store = TokenStoreSql.layer({ table }).pipe(Layer.provideMerge(database(postgres)))
    const live = OAuth2.layer(OAuth.settings).pipe(Layer.provideMerge(Layer.merge(OAuth.transport(server), store)))
    const program = Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      const sql = yield* SqlClient.SqlClient
      yield* oauth.authorize(server.consent())
      yield* Effect.flip(sql.withTransaction(Effect.zipRight(oauth.refresh, Effect.fail("rolled back"))))
      const saved = yield* Effect.map((yield* TokenStore.TokenStore).load("default"), Option.getOrThrow)
      assert.deepStrictEqual(saved, yield* oauth.token)
      yield* oauth.refresh
      assert.strictEqual(server.counts.invalidGrants, 0)
    })
    await Effect.runPromise(program.pipe(Effect.provide(live)))
  })
})
