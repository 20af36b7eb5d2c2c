/** One limit for many: by a store in memory under the test's clock, and by Redis among processes. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layerStoreMemory, RateLimiterStore, RateLimitStoreError } from "@effect/experimental/RateLimiter"
import { layerStore } from "@effect/experimental/RateLimiter/Redis"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as TestClock from "effect/TestClock"
import { Auth, HttpLayer, Pipedrive } from "effect-pipedrive"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
import { Persons } from "effect-pipedrive/v2"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"
import * as Metered from "../support/metered.js"
import { freePort } from "../support/process.js"
import { service } from "../support/services.js"

/** Several limiters over one transport, as several processes have them. */
const several = (
  count: number,
  served: Pick<ReturnType<typeof Metered.make>, "layer">,
  store: Layer.Layer<RateLimiterStore>
) =>
  Effect.gen(function* () {
    const shared = yield* Layer.build(store)
    return yield* Effect.forEach(Array.from({ length: count }), () =>
      Layer.build(
        Layer.merge(
          HttpLayer.layer({ limiter: true }).pipe(Layer.provide([served.layer, RateLimiterShared.layer()])),
          Auth.apiKey("token")
        ).pipe(Layer.provide(Layer.succeedContext(shared)))
      )
    )
  })

describe("limits shared through a store", () => {
  it.scoped("four limiters together keep the limit, and use 90 % of it", () =>
    Effect.gen(function* () {
      const served = Metered.make({ limit: 40 })
      const contexts = yield* several(4, served, layerStoreMemory)
      yield* Metered.elapse(
        Effect.all(
          contexts.map((context) =>
            Effect.all(
              Array.from({ length: 100 }, () => Robots.list),
              { concurrency: "unbounded", discard: true }
            ).pipe(Effect.provide(context))
          ),
          { concurrency: "unbounded", discard: true }
        )
      )
      assert.strictEqual(served.refusals(), 0)
      assert.lengthOf(served.served, 400)
      const [first, last] = [served.served[40]?.at ?? 0, served.served[399]?.at ?? 0]
      assert.isAtLeast(359 / ((last - first) / 2000), 0.9 * 40)
    })
  )

  it.scoped("searches have their own, and the store is told no credentials", () =>
    Effect.gen(function* () {
      const keys = new Set<string>()
      const store = Layer.succeed(
        RateLimiterStore,
        RateLimiterStore.of({
          fixedWindow: () => Effect.succeed([1, 0] as const),
          tokenBucket: ({ key }) => Effect.sync(() => keys.add(key)).pipe(Effect.as(0))
        })
      )
      const [context] = yield* several(1, Metered.make(), store)
      if (context === undefined) return
      yield* Metered.elapse(
        Effect.zip(Robots.list, Effect.exit(Persons.search({ term: "desk" }))).pipe(Effect.provide(context))
      )
      assert.strictEqual(keys.size, 2)
      for (const key of keys) {
        assert.match(key, /^pipedrive:[0-9a-f]{32}(:search)?$/)
        assert.notInclude(key, "token")
      }
    })
  )

  it.scoped("what one is refused holds the others back", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      const transport = Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const status = times.push(now) === 3 ? 429 : 200
            const headers = { "x-ratelimit-limit": "40", "x-ratelimit-reset": "3" }
            const body = JSON.stringify({ success: status === 200, data: [] })
            return HttpClientResponse.fromWeb(request, new Response(body, { status, headers }))
          })
        )
      )
      const [one, other] = yield* several(2, { layer: transport }, layerStoreMemory)
      if (one === undefined || other === undefined) return
      yield* Metered.elapse(
        Effect.gen(function* () {
          for (const context of [one, other]) yield* Effect.provide(Robots.list, context)
          yield* Effect.sleep(5000)
          const error = yield* Effect.flip(HttpLayer.withPolicy(Robots.list, { retries: 0 })).pipe(Effect.provide(one))
          assert.strictEqual(error._tag, "RateLimited")
          yield* Effect.sleep(100)
          yield* Effect.provide(Robots.list, other)
        })
      )
      assert.lengthOf(times, 4)
      const waited = (times[3] ?? 0) - (times[2] ?? 0)
      assert.isAtLeast(waited, 2800)
      assert.isAtMost(waited, 3500)
    })
  )

  for (const [told, pause] of [
    [20, 30],
    [480, 30],
    [10_000, 3]
  ] as const) {
    it.scoped(`a pause of ${pause} s reaches one that was told ${told} and one that was told nothing as it is`, () =>
      Effect.gen(function* () {
        const times: Array<number> = []
        const transport = (limit: number | undefined, refuses: boolean) =>
          Layer.succeed(
            HttpClient.HttpClient,
            HttpClient.make((request) =>
              Effect.map(Clock.currentTimeMillis, (now) => {
                const status = refuses && times.length === 2 ? 429 : 200
                times.push(now)
                const headers = {
                  ...(limit === undefined ? {} : { "x-ratelimit-limit": String(limit) }),
                  ...(status === 429 ? { "retry-after": String(pause) } : {})
                }
                const body = JSON.stringify({ success: status === 200, data: [] })
                return HttpClientResponse.fromWeb(request, new Response(body, { status, headers }))
              })
            )
          )
        const shared = Layer.succeedContext(yield* Layer.build(layerStoreMemory))
        const gate = (limit: number | undefined, refuses: boolean) =>
          Layer.build(
            Layer.merge(
              HttpLayer.layer({ limiter: true, retries: 0 }).pipe(
                Layer.provide([transport(limit, refuses), RateLimiterShared.layer()])
              ),
              Auth.apiKey("token")
            ).pipe(Layer.provide(shared))
          )
        const one = yield* gate(told, true)
        const other = yield* gate(undefined, false)
        yield* Metered.elapse(
          Effect.gen(function* () {
            for (const context of [one, other]) yield* Effect.provide(Robots.list, context)
            yield* Effect.sleep(5000)
            yield* Effect.provide(Effect.flip(Robots.list), one)
            yield* Effect.sleep(100)
            // a shorter pause does not end it, and who would not wait so long is told so at once
            const impatient = HttpLayer.withPolicy(Robots.list, { maximumWait: "1 second" })
            const error = yield* Effect.provide(Effect.flip(impatient), other)
            assert.deepInclude(error, { _tag: "RateLimited", kind: "burst", attempts: 0 })
            yield* Effect.provide(Robots.list, other)
          })
        )
        const waited = (times[3] ?? 0) - (times[2] ?? 0)
        assert.isAtLeast(waited, pause * 1000)
        assert.isAtMost(waited, pause * 1000 + 300)
      })
    )
  }

  it.scoped("of several pauses the longest holds", () =>
    Effect.gen(function* () {
      const store = yield* Layer.build(layerStoreMemory)
      const budget = yield* Effect.provide(RateLimiterShared.make(), store)
      const { held = () => Effect.succeed(0), hold = () => Effect.void } = budget
      const credential = "token"
      assert.strictEqual(yield* held({ credential }), 0)
      yield* TestClock.adjust(10)
      yield* Effect.all(
        [2000, 30_000, 5000].map((millis) => hold({ credential, millis })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(yield* held({ credential }), 30_000)
      yield* TestClock.adjust(29_000)
      yield* hold({ credential, millis: 500 })
      assert.strictEqual(yield* held({ credential }), 1000)
      assert.strictEqual(yield* held({ credential: "another" }), 0)
      yield* TestClock.adjust(1000)
      assert.strictEqual(yield* held({ credential }), 0)
    })
  )

  const broken = Layer.succeed(
    RateLimiterStore,
    RateLimiterStore.of({
      fixedWindow: () => Effect.fail(new RateLimitStoreError({ message: "gone" })),
      tokenBucket: () => Effect.never
    })
  )

  for (const whenUnavailable of ["local", "fail"] as const) {
    it.effect(`a store that is gone: ${whenUnavailable}`, () =>
      Effect.gen(function* () {
        const fake = Fake.make(Fake.ok([]))
        const live = Layer.merge(
          HttpLayer.layer({ limiter: true, retries: 0 }).pipe(
            Layer.provide([fake.layer, RateLimiterShared.layer({ whenUnavailable }).pipe(Layer.provide(broken))])
          ),
          Auth.apiKey("token")
        )
        const { value: exits } = yield* Metered.elapse(
          Effect.all([Effect.exit(Robots.list), Effect.exit(Robots.list)]).pipe(Effect.provide(live))
        )
        for (const exit of exits) {
          if (whenUnavailable === "local") assert.isTrue(Exit.isSuccess(exit))
          else assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", /TransportError.*shared limits/)
        }
        assert.lengthOf(fake.seen, whenUnavailable === "local" ? 2 : 0)
      })
    )
  }

  it.effect("options that make no sense fail the layer", () =>
    Effect.gen(function* () {
      for (const [options, what] of [
        [{ timeout: -1 }, /timeout/],
        [{ pause: Number.NaN }, /pause/],
        [{ whenUnavailable: "maybe" as "fail" }, /whenUnavailable/]
      ] as const) {
        const error = yield* Effect.flip(RateLimiterShared.make(options).pipe(Effect.provide(layerStoreMemory)))
        assert.match(String(error), what)
      }
    })
  )
})

// -----------------------------------------------------------------------------
// processes and Redis
// -----------------------------------------------------------------------------

const program = service("REDIS_SERVER", "limits are not shared through Redis here")

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const startRedis = async (server: string) => {
  const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-redis-"))
  const port = await freePort()
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
  const child = spawn(server, settings, { stdio: "ignore" })
  for (let tries = 0; ; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1")
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
      socket.once("connect", () => socket.destroy())
    })
    if (up) break
    if (tries > 100) throw new Error("redis-server did not start")
    await sleep(50)
  }
  const stop = async () => {
    const ended =
      child.exitCode === null && child.signalCode === null
        ? new Promise((resolve) => child.once("exit", resolve))
        : undefined
    child.kill("SIGKILL")
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, stop }
}

/**
 * A server that tells of its limit. It counts by the time at which a request was sent, where that is told: on a busy
 * machine many would seem to come at once, only because it was looked late.
 */
const startServer = async (limit: number) => {
  const arrivals: Array<number> = []
  const server = createServer((request, response) => {
    const sent = Number(request.headers["x-sent"] ?? Date.now())
    const used = arrivals.filter((at) => at > sent - 2000).length
    arrivals.push(sent)
    response.writeHead(200, {
      "content-type": "application/json",
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - used - 1)),
      "x-ratelimit-reset": "2"
    })
    response.end(JSON.stringify({ success: true, data: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    /** The most that were sent in any two seconds. */
    busiest: () => {
      const times = [...arrivals].sort((a, b) => a - b)
      return Math.max(...times.map((from, at) => times.findLastIndex((to) => to < from + 2000) - at + 1))
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

describe.skipIf(program === undefined)("limits shared through Redis", () => {
  it("four processes keep one limit, and use 90 % of it", async () => {
    const limit = 40
    const redis = await startRedis(program ?? "")
    const server = await startServer(limit)
    const workers: ReadonlyArray<ChildProcess> = Array.from({ length: 4 }, () =>
      spawn(
        process.execPath,
        ["--import", "tsx", "test/http/sharedWorker.ts", JSON.stringify({ baseUrl: server.url, port: redis.port })],
        { stdio: ["ignore", "inherit", "inherit", "ipc"] }
      )
    )
    const results = workers.map(
      (worker) =>
        new Promise<{ ok: number; errors: Array<string> }>((resolve) => worker.once("message", resolve as never))
    )
    try {
      while (server.arrivals.length < 2 * limit) await sleep(50)
      // some seconds in which the machine lets them
      let served = 0
      for (let tries = 0; tries < 6 && served < 3 * 0.9 * limit; tries++) {
        const from = Date.now()
        await sleep(6100)
        served = server.arrivals.filter((at) => at >= from && at < from + 6000).length
      }
      for (const worker of workers) worker.send("stop")
      const seen = await Promise.all(results)
      for (const { errors, ok } of seen) {
        assert.deepStrictEqual(errors, [])
        assert.isAbove(ok, 0)
      }
      assert.isAtMost(server.busiest(), limit)
      assert.isAtLeast(served, 3 * 0.9 * limit)
    } finally {
      for (const worker of workers) worker.kill("SIGKILL")
      await server.close()
      await redis.stop()
    }
  }, 120_000)

  for (const whenUnavailable of ["local", "fail"] as const) {
    it(`Redis stopped in the middle: ${whenUnavailable}`, async () => {
      const redis = await startRedis(program ?? "")
      const server = await startServer(80)
      const store = layerStore({
        host: "127.0.0.1",
        port: redis.port,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null
      })
      const runtime = ManagedRuntime.make(
        Pipedrive.layer({ apiToken: "token", baseUrl: server.url, retries: 0 }).pipe(
          Layer.provide(RateLimiterShared.layer({ whenUnavailable }).pipe(Layer.provide(store)))
        )
      )
      try {
        await runtime.runPromise(Robots.list)
        await redis.stop()
        const exits = await runtime.runPromise(
          Effect.all(
            Array.from({ length: 10 }, () => Effect.exit(Robots.list)),
            { concurrency: "unbounded" }
          )
        )
        for (const exit of exits) {
          if (whenUnavailable === "local") assert.isTrue(Exit.isSuccess(exit))
          else assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", /TransportError.*shared limits/)
        }
        assert.lengthOf(server.arrivals, whenUnavailable === "local" ? 11 : 1)
      } finally {
        // its store says goodbye to a server that is gone
        await runtime.dispose().catch(() => undefined)
        await server.close()
        await redis.stop()
      }
    }, 60_000)
  }
})
