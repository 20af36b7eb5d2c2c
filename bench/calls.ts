/**
 * CPU time per call, against the official client and the bare `HttpClient`.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
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

/** What is called. */
export type Shape = "one deal" | "page of 500"

const paths: Readonly<Record<Shape, string>> = {
  "one deal": "/api/v2/deals/1",
  "page of 500": "/api/v2/deals?limit=500"
}

const effects: Readonly<Record<Shape, Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>>> = {
  "one deal": Deals.get({ id: 1 }),
  "page of 500": Deals.list({ limit: 500 })
}

const officialCalls: Readonly<Record<Shape, (client: DealsApi) => Promise<unknown>>> = {
  "one deal": (client) => client.getDeal({ id: 1 }),
  "page of 500": (client) => client.getDeals({ limit: 500 })
}

/** This package as a contender, over each transport. The Effect 4 edition has the same of this name. */
export const makeOurs = (baseUrl: string) => {
  const runtime = (httpClient: Layer.Layer<HttpClient.HttpClient>) =>
    ManagedRuntime.make(Pipedrive.layer({ apiToken: token, baseUrl, httpClient }))
  const sdk = { undici: runtime(ours.undici), fetch: runtime(ours.fetch) }
  const each = (run: (runtime: typeof sdk.fetch, calls: number) => Promise<unknown>): ReadonlyArray<Contender> =>
    Object.entries(sdk).map(([name, runtime]) => ({ name: `ours, ${name}`, run: (calls) => run(runtime, calls) }))
  return {
    sdk,
    /** One call after the other, so many at a time. */
    contenders: (shape: Shape, concurrency: number) =>
      each((runtime, calls) => runtime.runPromise(repeat(effects[shape], calls, concurrency))),
    /** So many pages, one deal after the other. */
    readers: (pages: number) =>
      each((runtime) =>
        runtime.runPromise(Deals.list.stream({ limit: 500 }).pipe(Stream.take(pages * 500), Stream.runDrain))
      ),
    close: () => Promise.all(Object.values(sdk).map((runtime) => runtime.dispose()))
  }
}

/** Effect 4 asks for Node 22.19. */
const canRun = Number.parseInt(process.versions.node, 10) >= 22

/** The Effect 4 edition, when it was built (`npm run effect4 -- --package`). */
const makeOthers = async (baseUrl: string): Promise<Omit<ReturnType<typeof makeOurs>, "sdk"> | undefined> => {
  const file = new URL("../effect4/build/bench/calls.ts", import.meta.url)
  if (!existsSync(new URL("../dist/index.js", file)) || !canRun) return undefined
  const { makeOurs: make }: { readonly makeOurs: typeof makeOurs } = await import(file.href)
  const { close, contenders, readers } = make(baseUrl)
  const named = (all: ReadonlyArray<Contender>) =>
    all.map(({ name, run }) => ({ name: name.replace("ours", "ours for Effect 4"), run }))
  return {
    contenders: (shape, concurrency) => named(contenders(shape, concurrency)),
    readers: (pages) => named(readers(pages)),
    close
  }
}

/** The contenders' clients, all for one server. */
export const makeClients = async (baseUrl: string) => {
  const official = new DealsApi(new Configuration({ apiKey: token, basePath: `${baseUrl}/api/v2` }))
  const own = makeOurs(baseUrl)
  const others = await makeOthers(baseUrl)
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
    await Promise.all([own.close(), others?.close(), ...Object.values(bare).map((runtime) => runtime.dispose())])
    await agent.destroy()
  }
  const walk = async (pages: number) => {
    let cursor: string | null = "first"
    for (let page = 0; page < pages && cursor !== null; page++) {
      const body = await plain.undici(`/api/v2/deals?limit=500&cursor=${cursor}`)
      for (const _ of body.data) {
      }
      cursor = body.additional_data.next_cursor
    }
  }
  return {
    close,
    /** Everybody's way to make the same call, so many at a time. */
    contenders: (shape: Shape, concurrency: number): ReadonlyArray<Contender> => [
      { name: "official client", run: (n) => inFlight(n, concurrency, () => officialCalls[shape](official)) },
      ...own.contenders(shape, concurrency),
      ...(others?.contenders(shape, concurrency) ?? []),
      { name: "plain undici", run: (n) => inFlight(n, concurrency, () => plain.undici(paths[shape])) },
      { name: "plain fetch", run: (n) => inFlight(n, concurrency, () => plain.fetch(paths[shape])) },
      {
        name: "bare HttpClient, undici",
        run: (n) => bare.undici.runPromise(repeat(get(paths[shape]), n, concurrency))
      },
      { name: "bare HttpClient, fetch", run: (n) => bare.fetch.runPromise(repeat(get(paths[shape]), n, concurrency)) }
    ],
    readers: (pages: number): ReadonlyArray<Contender> => [
      { name: "plain undici", run: () => walk(pages) },
      ...own.readers(pages),
      ...(others?.readers(pages) ?? [])
    ]
  }
}

/** The other end, in a process of its own. */
export const startServer = async () => {
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)))
  const [port] = (await once(server, "message")) as [number]
  return { baseUrl: `http://127.0.0.1:${port}`, stop: () => server.kill() }
}

export const measureCalls = async (options: { readonly quick: boolean }): Promise<ReadonlyArray<Scenario>> => {
  const server = await startServer()
  const { close, contenders, readers } = await makeClients(server.baseUrl)

  const shapes: Readonly<Record<Shape, { readonly calls: number; readonly rounds: number }>> = {
    "one deal": { calls: options.quick ? 200 : 600, rounds: options.quick ? 5 : 11 },
    // each of fifty makes a few: what is measured is not the start
    "page of 500": { calls: options.quick ? 50 : 100, rounds: options.quick ? 5 : 7 }
  }

  const scenarios: Array<Scenario> = []
  for (const [shape, { calls, rounds }] of Object.entries(shapes)) {
    for (const concurrency of [1, 50]) {
      const measured = await interleaved(contenders(shape as Shape, concurrency), { rounds, calls, warmup: calls })
      scenarios.push({ name: `${shape}, ${concurrency} at a time`, measured })
    }
  }

  const pages = options.quick ? 20 : 200
  const measured = await interleaved(readers(pages), { rounds: options.quick ? 3 : 5, calls: 1, warmup: 1 })
  scenarios.push({ name: `${(pages * 500).toLocaleString("en")} deals by .stream`, measured })

  await close()
  server.stop()
  return scenarios
}
