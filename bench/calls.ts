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
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { type Endpoint, HttpLayer, Pipedrive, type PipedriveError } from "effect-pipedrive"
import * as Undici from "effect-pipedrive/Undici"
import { Deals } from "effect-pipedrive/v2"
import { Configuration, DealsApi } from "pipedrive/v2"
import { Agent, request } from "undici"
import { type Contender, interleaved, type Measured } from "./measure.js"

const token = "0123456789abcdef0123456789abcdef01234567"

/** Ours as a program has it, all defaults on: limiter, retries, checks, spans and metrics. */
const ours = { fetch: HttpLayer.layerFetch, undici: Undici.layer }

const platform = { fetch: FetchHttpClient.layer, undici: NodeHttpClient.layerUndici }

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

/** The contenders' clients, all for one server. */
export const makeClients = (baseUrl: string) => {
  const official = new DealsApi(new Configuration({ apiKey: token, basePath: `${baseUrl}/api/v2` }))
  const runtime = (httpClient: Layer.Layer<HttpClient.HttpClient>) =>
    ManagedRuntime.make(Pipedrive.layer({ apiToken: token, baseUrl, httpClient }))
  const sdk = { fetch: runtime(ours.fetch), undici: runtime(ours.undici) }
  const bare = { fetch: ManagedRuntime.make(platform.fetch), undici: ManagedRuntime.make(platform.undici) }
  const agent = new Agent()
  const headers = { accept: "application/json", "x-api-token": token }
  const get = (path: string) =>
    HttpClient.get(`${baseUrl}${path}`, { headers }).pipe(Effect.flatMap((response) => response.json))
  const plain = {
    fetch: async (path: string) =>
      JSON.parse(await (await fetch(`${baseUrl}${path}`, { headers, signal: new AbortController().signal })).text()),
    undici: async (path: string) =>
      JSON.parse(
        await (
          await request(`${baseUrl}${path}`, { headers, dispatcher: agent, signal: new AbortController().signal })
        ).body.text()
      )
  }
  const close = async () => {
    await Promise.all([...Object.values(sdk), ...Object.values(bare)].map((runtime) => runtime.dispose()))
    await agent.destroy()
  }
  /** Everybody's way to make the same call, so many at a time. */
  const contenders = (call: SameCall, concurrency: number): ReadonlyArray<Contender> => [
    { name: "official client", run: (n) => inFlight(n, concurrency, () => call.official(official)) },
    { name: "ours, undici", run: (n) => sdk.undici.runPromise(repeat(call.ours, n, concurrency)) },
    { name: "ours, fetch", run: (n) => sdk.fetch.runPromise(repeat(call.ours, n, concurrency)) },
    { name: "plain undici", run: (n) => inFlight(n, concurrency, () => plain.undici(call.path)) },
    { name: "plain fetch", run: (n) => inFlight(n, concurrency, () => plain.fetch(call.path)) },
    { name: "bare HttpClient, undici", run: (n) => bare.undici.runPromise(repeat(get(call.path), n, concurrency)) },
    { name: "bare HttpClient, fetch", run: (n) => bare.fetch.runPromise(repeat(get(call.path), n, concurrency)) }
  ]
  return { sdk, plain, close, contenders }
}

interface SameCall {
  readonly path: string
  readonly ours: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
  readonly official: (client: DealsApi) => Promise<unknown>
}

export const oneDeal: SameCall = {
  path: "/api/v2/deals/1",
  ours: Deals.get({ id: 1 }),
  official: (client) => client.getDeal({ id: 1 })
}

const pageOf500: SameCall = {
  path: "/api/v2/deals?limit=500",
  ours: Deals.list({ limit: 500 }),
  official: (client) => client.getDeals({ limit: 500 })
}

/** The other end, in a process of its own. */
export const startServer = async () => {
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)))
  const [port] = (await once(server, "message")) as [number]
  return { baseUrl: `http://127.0.0.1:${port}`, stop: () => server.kill() }
}

export const measureCalls = async (options: { readonly quick: boolean }): Promise<ReadonlyArray<Scenario>> => {
  const server = await startServer()
  const { close, contenders, plain, sdk } = makeClients(server.baseUrl)

  const shapes = {
    "one deal": { calls: options.quick ? 200 : 600, rounds: options.quick ? 5 : 11, call: oneDeal },
    // each of fifty makes a few: what is measured is not the start
    "page of 500": { calls: options.quick ? 50 : 100, rounds: options.quick ? 5 : 7, call: pageOf500 }
  }

  const scenarios: Array<Scenario> = []
  for (const [shape, { call, calls, rounds }] of Object.entries(shapes)) {
    for (const concurrency of [1, 50]) {
      const measured = await interleaved(contenders(call, concurrency), { rounds, calls, warmup: calls })
      scenarios.push({ name: `${shape}, ${concurrency} at a time`, measured })
    }
  }

  const pages = options.quick ? 20 : 200
  const read = Deals.list.stream({ limit: 500 }).pipe(Stream.take(pages * 500), Stream.runDrain)
  const walk = async () => {
    let cursor: string | null = "first"
    for (let page = 0; page < pages && cursor !== null; page++) {
      const body = await plain.undici(`/api/v2/deals?limit=500&cursor=${cursor}`)
      for (const _ of body.data) {
      }
      cursor = body.additional_data.next_cursor
    }
  }
  const streamed = await interleaved(
    [
      { name: "plain undici", run: walk },
      { name: "ours, undici", run: () => sdk.undici.runPromise(read) },
      { name: "ours, fetch", run: () => sdk.fetch.runPromise(read) }
    ],
    { rounds: options.quick ? 3 : 5, calls: 1, warmup: 1 }
  )
  scenarios.push({ name: `${(pages * 500).toLocaleString("en")} deals by .stream`, measured: streamed })

  await close()
  server.stop()
  return scenarios
}
