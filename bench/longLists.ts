/**
 * `npx tsx --expose-gc bench/longLists.ts [rounds] [writes|undici|limits]`: reading 100,000 deals. From the sandbox in this process, while others add, change and
 * delete deals; beside undici with `JSON.parse`, from a server of its own; and with limits on.
 */
process.setSourceMapsEnabled(false)

import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Auth, Pipedrive } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Undici from "effect-pipedrive/Undici"
import { Deals } from "effect-pipedrive/v2"
import { request } from "undici"
import * as Virtual from "../test/support/virtual.js"
import { median } from "./measure.js"

const count = 100_000
const rounds = Number(process.argv[2] ?? 5)
const megabyte = 1024 * 1024

const say = (what: string, measured: string, met?: boolean) =>
  console.log(`${what.padEnd(62)} ${measured}${met === undefined ? "" : met ? "  met" : "  missed"}`)

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

// -----------------------------------------------------------------------------
// while others write
// -----------------------------------------------------------------------------

const titles = Array.from({ length: count }, (_, at) => ({ title: `Deal ${at}`, value: (at * 7919) % 10_007 }))

const whileOthersWrite = async () => {
  const sandbox = await Effect.runPromise(Sandbox.make({ seed: { deals: titles } }))
  const auth = Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })
  const direct = Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, sandbox.client))
  let requests = 0
  let writes = true
  const changed = new Set<number>()
  const deleted = new Set<number>()
  let random = 1
  const pick = () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    return 1 + (random % count)
  }
  const others = Effect.gen(function* () {
    yield* Deals.add({ title: "New" })
    const [one, other] = [pick(), pick()]
    if (!deleted.has(one)) {
      yield* Deals.update({ id: one, title: "Changed" })
      changed.add(one)
    }
    if (!deleted.has(other)) {
      yield* Deals.delete({ id: other })
      deleted.add(other)
    }
  }).pipe(Effect.provide(direct))
  const busy = HttpClient.mapRequestEffect(sandbox.client, (request) => {
    requests++
    return writes ? Effect.as(Effect.orDie(others), request) : Effect.succeed(request)
  })
  const live = Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, busy))

  const seen = new Uint8Array(count * 2)
  let items = 0
  let firstAfter = 0
  await Effect.runPromise(
    Deals.list.stream().pipe(
      Stream.runForEach(({ id }) =>
        Effect.sync(() => {
          if (items++ === 0) firstAfter = requests
          seen[id] = (seen[id] ?? 0) + 1
        })
      ),
      Effect.provide(live)
    )
  )
  let once = 0
  let wrong = 0
  for (let id = 1; id <= count; id++) {
    if (seen[id] === 1) once++
    if (deleted.has(id) ? (seen[id] ?? 0) > 1 : seen[id] !== 1) wrong++
  }
  say(
    "deals that were there throughout, each given once",
    `${once} of ${count}, ${changed.size} changed, ${deleted.size} deleted meanwhile; ${wrong} not as they should`,
    wrong === 0
  )
  say("first item after", `${firstAfter} request`, firstAfter === 1)
  writes = false
  for (const n of [1, 500, 501, 10_000]) {
    requests = 0
    await Effect.runPromise(Deals.list.stream().pipe(Stream.take(n), Stream.runDrain, Effect.provide(live)))
    say(`take(${n})`, `${requests} requests`, requests === Math.ceil(n / 500))
  }
  // after a first read, by which the sandbox has made its orders
  let most = 0
  let read = 0
  const before = heap()
  await Effect.runPromise(
    Deals.list.stream().pipe(
      Stream.runForEach(() =>
        Effect.sync(() => {
          if (++read % 5000 === 0) most = Math.max(most, heap() - before)
        })
      ),
      Effect.provide(live)
    )
  )
  if (globalThis.gc !== undefined) {
    say("heap growth while reading them", `${(most / megabyte).toFixed(1)} MB`, most < 20 * megabyte)
  }
}

// -----------------------------------------------------------------------------
// beside undici
// -----------------------------------------------------------------------------

const besideUndici = async () => {
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), { env: { ...process.env, PAGES: "200" } })
  const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(Number(message))))
  const baseUrl = `http://127.0.0.1:${port}`
  const live = Pipedrive.layer({ apiToken: "token", baseUrl, httpClient: Undici.layer })
  const ours = () => Effect.runPromise(Deals.list.stream().pipe(Stream.runCount, Effect.provide(live)))
  const plain = async () => {
    let found = 0
    let cursor: string | null = null
    do {
      const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
      const { body } = await request(`${baseUrl}/api/v2/deals?limit=500${query}`, {
        headers: { "x-api-token": "token" }
      })
      const page: { data: ReadonlyArray<unknown>; additional_data: { next_cursor: string | null } } = JSON.parse(
        await body.text()
      )
      found += page.data.length
      cursor = page.additional_data.next_cursor
    } while (cursor !== null)
    return found
  }
  const timed = async (work: () => Promise<number>) => {
    globalThis.gc?.()
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    const found = await work()
    const { system, user } = process.cpuUsage(cpu)
    if (found !== count) throw new Error(`${found} deals`)
    return { wall: performance.now() - start, cpu: (user + system) / 1000 }
  }
  await timed(ours)
  await timed(plain)
  const measured: Array<{ ours: { wall: number; cpu: number }; plain: { wall: number; cpu: number } }> = []
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? await timed(ours) : undefined
    const other = await timed(plain)
    measured.push({ ours: first ?? (await timed(ours)), plain: other })
  }
  server.disconnect()
  for (const key of ["wall", "cpu"] as const) {
    const ratio = median(measured.map((one) => one.ours[key] / one.plain[key]))
    const [mine, theirs] = [median(measured.map((one) => one.ours[key])), median(measured.map((one) => one.plain[key]))]
    say(
      `${count} deals by .stream, ${key} time, beside undici and JSON.parse`,
      `${mine.toFixed(0)} ms against ${theirs.toFixed(0)} ms: ${ratio.toFixed(2)}`,
      ratio <= 1.2
    )
  }
}

// -----------------------------------------------------------------------------
// with limits on
// -----------------------------------------------------------------------------

/** In a time that jumps over waits: what is measured is the waiting, and not how busy this machine is. */
const withLimits = async () => {
  const virtual = Virtual.make(() => false)
  const read = Effect.gen(function* () {
    const sandbox = yield* Sandbox.make({ seed: { deals: titles }, plan: "growth" })
    const live = Pipedrive.layer({
      apiToken: sandbox.token,
      baseUrl: sandbox.baseUrl,
      httpClient: Layer.succeed(HttpClient.HttpClient, sandbox.client)
    })
    const start = virtual.now()
    yield* Deals.list.stream().pipe(Stream.runDrain, Effect.provide(live))
    return { seconds: (virtual.now() - start) / 1000, requests: yield* sandbox.requests }
  })
  const { requests, seconds } = await Effect.runPromise(Effect.withClock(virtual.run(read), virtual.clock))
  const refused = requests.filter(({ status }) => status === 429).length
  // 40 requests in any two seconds: the first 40 at once, the last ones after four times two
  const least = (Math.ceil(count / 500 / 40) - 1) * 2
  say(
    "within the limit of 40 requests in 2 s",
    `${seconds.toFixed(2)} s, at best ${least} s: ${((least / seconds) * 100).toFixed(1)} %; ${refused} refused`,
    least / seconds >= 0.95
  )
}

const only = process.argv[3]
if (only === undefined || only === "writes") await whileOthersWrite()
if (only === undefined || only === "undici") await besideUndici()
if (only === undefined || only === "limits") await withLimits()
