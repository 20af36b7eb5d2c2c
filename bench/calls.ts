/**
 * CPU time per call, against the official client and the bare `HttpClient`.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Auth, HttpLayer } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"
import { Configuration, DealsApi } from "pipedrive/v2"
import { type Contender, interleaved, type Measured } from "./measure.js"

const token = "0123456789abcdef0123456789abcdef01234567"

const transports = { fetch: FetchHttpClient.layer, undici: NodeHttpClient.layerUndici }

/** Promises, `concurrency` of them in flight. */
const inFlight = async (calls: number, concurrency: number, call: () => Promise<unknown>): Promise<void> => {
  let left = calls
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await call()
    })
  )
}

/** The same for Effects: so many fibers, each making one call after the other. */
const repeat = <E, R>(call: Effect.Effect<unknown, E, R>, calls: number, concurrency: number) => {
  let left = calls
  const worker = Effect.whileLoop({ while: () => left-- > 0, body: () => call, step: () => undefined })
  return Effect.all(
    Array.from({ length: concurrency }, () => worker),
    { concurrency: "unbounded", discard: true }
  )
}

export interface Scenario {
  readonly name: string
  readonly measured: ReadonlyArray<Measured>
}

export const measureCalls = async (options: { readonly quick: boolean }): Promise<ReadonlyArray<Scenario>> => {
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)))
  const [port] = (await once(server, "message")) as [number]
  const baseUrl = `http://127.0.0.1:${port}`

  const official = new DealsApi(new Configuration({ apiKey: token, basePath: `${baseUrl}/api/v2` }))
  const layerOf = (transport: Layer.Layer<HttpClient.HttpClient>) =>
    Layer.merge(Auth.apiKey(token, { baseUrl }), HttpLayer.layer().pipe(Layer.provide(transport)))
  const ours = {
    fetch: ManagedRuntime.make(layerOf(transports.fetch)),
    undici: ManagedRuntime.make(layerOf(transports.undici))
  }
  const bare = { fetch: ManagedRuntime.make(transports.fetch), undici: ManagedRuntime.make(transports.undici) }
  const get = (path: string) =>
    HttpClient.get(`${baseUrl}${path}`, { headers: { "x-api-token": token } }).pipe(
      Effect.flatMap((response) => response.json)
    )

  const shapes = {
    "one deal": {
      calls: options.quick ? 200 : 1000,
      rounds: options.quick ? 5 : 15,
      ours: Deals.get({ id: 1 }),
      bare: get("/api/v2/deals/1"),
      official: () => official.getDeal({ id: 1 })
    },
    "page of 500": {
      // each of fifty makes a few: what is measured is not the start
      calls: options.quick ? 50 : 200,
      rounds: options.quick ? 5 : 9,
      ours: Deals.list({ limit: 500 }),
      bare: get("/api/v2/deals?limit=500"),
      official: () => official.getDeals({ limit: 500 })
    }
  }

  const scenarios: Array<Scenario> = []
  for (const [shape, { calls, rounds, ...call }] of Object.entries(shapes)) {
    for (const concurrency of [1, 50]) {
      const contenders: ReadonlyArray<Contender> = [
        { name: "official client", run: (n) => inFlight(n, concurrency, call.official) },
        { name: "ours, undici", run: (n) => ours.undici.runPromise(repeat(call.ours, n, concurrency)) },
        { name: "ours, fetch", run: (n) => ours.fetch.runPromise(repeat(call.ours, n, concurrency)) },
        { name: "bare HttpClient, undici", run: (n) => bare.undici.runPromise(repeat(call.bare, n, concurrency)) },
        { name: "bare HttpClient, fetch", run: (n) => bare.fetch.runPromise(repeat(call.bare, n, concurrency)) }
      ]
      const measured = await interleaved(contenders, { rounds, calls, warmup: calls })
      scenarios.push({ name: `${shape}, ${concurrency} at a time`, measured })
    }
  }

  await Promise.all([...Object.values(ours), ...Object.values(bare)].map((runtime) => runtime.dispose()))
  server.kill()
  return scenarios
}
