/**
 * `npx tsx bench/webhooks.ts [-- --quick]`: 5,000 deliveries in a minute to a handler whose work is slow, over loopback, the sender in
 * a process of its own; then as many at once.
 */
import { fork } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { HttpRouter, HttpServer, KeyValueStore } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Deferred, Effect, Layer, Redacted } from "effect"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { Agent, request } from "undici"

const quick = process.argv.includes("--quick")
const count = quick ? 1000 : 5000
const authorization = `Basic ${Buffer.from("pipedrive:secret").toString("base64")}`

interface Run {
  /** How long the deliveries are spread over, in milliseconds. */
  readonly over: number
  readonly from: number
}

interface Result {
  readonly statuses: Record<string, number>
  readonly times: ReadonlyArray<number>
}

// -----------------------------------------------------------------------------
// the sender
// -----------------------------------------------------------------------------

const custom = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    at.toString(16).padStart(40, "0"),
    at % 2 === 0 ? { type: "varchar", value: `Value ${at}` } : { type: "enum", id: at }
  ])
)

const deal = (id: number) => ({
  id,
  title: `Desks ${id}`,
  value: 2500,
  currency: "EUR",
  person_id: 1,
  org_id: 2,
  owner_id: 3,
  creator_user_id: 3,
  stage_id: 4,
  pipeline_id: 1,
  status: "open",
  add_time: "2026-05-15T09:55:02Z",
  update_time: "2026-05-15T10:16:44Z",
  stage_change_time: null,
  probability: null,
  lost_reason: null,
  visible_to: "3",
  close_time: null,
  won_time: null,
  lost_time: null,
  expected_close_date: "2026-06-30",
  label_ids: [1, 2],
  origin: "API",
  origin_id: null,
  channel: null,
  channel_id: null,
  custom_fields: custom
})

const body = (id: number) =>
  JSON.stringify({
    data: deal(id),
    previous: { title: "Desks", update_time: "2026-05-15T09:55:02Z" },
    meta: {
      action: "change",
      entity: "deal",
      entity_id: String(id % 500),
      id: `71825ee0-0054-4267-b5fd-${String(id).padStart(12, "0")}`,
      company_id: "8087566",
      user_id: "12415231",
      timestamp: "2026-05-15T10:16:44.089Z",
      version: "2.0",
      attempt: 1,
      host: "acme.pipedrive.com"
    }
  })

const agent = new Agent({ connections: 64 })

/** Times are from when a delivery was due, so that one that waits for a connection is late, too. */
const deliver = async (port: number, { from, over }: Run): Promise<Result> => {
  const statuses: Record<string, number> = {}
  const times: Array<number> = []
  const begun = performance.now()
  const one = async (at: number) => {
    const due = begun + (at * over) / count
    await sleep(Math.max(0, due - performance.now()))
    const response = await request(`http://127.0.0.1:${port}/webhooks`, {
      dispatcher: agent,
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: body(from + at)
    })
    await response.body.dump()
    times.push(performance.now() - due)
    statuses[response.statusCode] = (statuses[response.statusCode] ?? 0) + 1
  }
  await Promise.all(Array.from({ length: count }, (_, at) => one(at)))
  return { statuses, times }
}

// -----------------------------------------------------------------------------
// the receiver
// -----------------------------------------------------------------------------

const receive = Effect.gen(function* () {
  let handled = 0
  const port = yield* Deferred.make<number>()
  const server = createServer()
  server.on("listening", () => Deferred.unsafeDone(port, Effect.succeed((server.address() as AddressInfo).port)))
  const webhooks = yield* WebhookEvents.handler({
    credentials: { user: "pipedrive", password: Redacted.make("secret") },
    capacity: 10_000,
    concurrency: 16,
    // a query or a call takes as long
    handle: () =>
      Effect.zipRight(
        Effect.sleep("50 millis"),
        Effect.sync(() => handled++)
      )
  })
  const router = HttpRouter.empty.pipe(HttpRouter.post("/webhooks", webhooks))
  yield* Layer.launch(
    Layer.provide(
      HttpServer.serve(router),
      NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" })
    )
  ).pipe(Effect.forkScoped)
  const sender = fork(process.argv[1] ?? "", ["sender", ...process.argv.slice(2)], {
    env: { ...process.env, PORT: String(yield* Deferred.await(port)) }
  })
  const ask = (run: Run) =>
    Effect.async<Result>((resume) => {
      sender.once("message", (result) => resume(Effect.succeed(result as Result)))
      sender.send(run)
    })
  const measured = (name: string, run: Run) =>
    Effect.gen(function* () {
      const before = { cpu: process.cpuUsage(), handled, at: performance.now() }
      const { statuses, times } = yield* ask(run)
      const took = performance.now() - before.at
      const { system, user } = process.cpuUsage(before.cpu)
      while (handled - before.handled < count) yield* Effect.sleep("50 millis")
      const sorted = times.toSorted((a, b) => a - b)
      const part = (of: number) => `${(sorted[Math.ceil(sorted.length * of) - 1] ?? 0).toFixed(0)} ms`
      yield* Effect.sync(() =>
        process.stdout.write(
          `${name}: ${count} in ${(took / 1000).toFixed(1)} s, ${JSON.stringify(statuses)}; answered in ${part(0.5)} (median), ${part(0.99)} (99 %), ${part(1)} (most); ${((user + system) / 1000 / count).toFixed(2)} ms of CPU each; ${handled - before.handled} handled\n`
        )
      )
    })
  yield* measured("warm", { over: 20_000, from: 0 })
  yield* measured("5,000 a minute", { over: (count / 5000) * 60_000, from: 100_000 })
  yield* measured("all at once", { over: 0, from: 200_000 })
  sender.disconnect()
})

if (process.argv.includes("sender")) {
  process.on(
    "message",
    (run) => void deliver(Number(process.env.PORT), run as Run).then((result) => process.send?.(result))
  )
  process.on("disconnect", () => process.exit(0))
} else {
  await Effect.runPromise(Effect.scoped(receive).pipe(Effect.provide(KeyValueStore.layerMemory)))
}
