/**
 * `npx tsx bench/sandbox.ts`: how fast the sandbox is in the same process. Worlds, and pages of 500 from 100,000 deals.
 */
process.setSourceMapsEnabled(false)

import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import { median } from "./measure.js"

const count = 100_000
const rounds = 15

const row = (what: string, times: ReadonlyArray<number>, aim: number | undefined) => {
  const time = median(times)
  const verdict = aim === undefined ? "" : `  aim ${aim} ms: ${time <= aim ? "met" : "missed"}`
  console.log(
    `${what.padEnd(58)} ${time.toFixed(2).padStart(8)} ms  (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)})${verdict}`
  )
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Each round's own request: nothing is answered from a memory of the last one. */
const measure = async (work: (round: number) => Promise<unknown>): Promise<ReadonlyArray<number>> => {
  const times: Array<number> = []
  for (let round = 0; round < rounds + 5; round++) {
    globalThis.gc?.()
    times.push(await timed(() => work(round)))
  }
  return times.slice(5)
}

for (const seed of ["demo", "empty"] as const) {
  row(`a world, ${seed}`, await measure(() => Effect.runPromise(Sandbox.make({ seed }))), 20)
}

const sandbox = await Effect.runPromise(
  Sandbox.make({
    seed: {
      persons: Array.from({ length: 1000 }, (_, at) => ({ name: `Person ${at}`, emails: `p${at}@example.com` })),
      organizations: Array.from({ length: 500 }, (_, at) => ({ name: `Organization ${at}` })),
      deals: Array.from({ length: count }, (_, at) => ({
        title: `Deal ${at}`,
        value: (at * 7919) % 10_007,
        person_id: (at % 1000) + 1,
        org_id: (at % 500) + 1,
        status: at % 3 === 0 ? "won" : "open",
        add_time: new Date(Date.UTC(2025, 0, 1) + ((at * 7919) % count) * 60_000)
      }))
    }
  })
)

/** Asks, and has the answer as text; what a client then does with it is its own affair. */
const ask = async (path: string, method = "GET", body?: unknown): Promise<string> => {
  const response = await Effect.runPromise(
    sandbox.fetch(
      new Request(`${sandbox.baseUrl}${path}`, {
        method,
        headers: {
          "x-api-token": sandbox.token,
          ...(body === undefined ? {} : { "content-type": "application/json" })
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
    )
  )
  if (response.status > 299) throw new Error(`${path}: ${response.status}`)
  return response.text()
}

/** A cursor that stands in the middle of the list. */
const inside = async (path: string): Promise<string> => {
  let next = ""
  for (let page = 0; page < 100; page++) {
    const value = JSON.parse(await ask(`${path}&limit=500${next}`))
    next = `&cursor=${value.additional_data.next_cursor}`
  }
  return next
}

const lists: ReadonlyArray<readonly [what: string, path: string]> = [
  ["v2, by id, first page", "/api/v2/deals?limit=500"],
  ["v2, by id, in the middle", `/api/v2/deals?limit=500${await inside("/api/v2/deals?sort_by=id")}`],
  ["v2, by id, downwards", "/api/v2/deals?limit=500&sort_direction=desc"],
  ["v2, by add_time", "/api/v2/deals?limit=500&sort_by=add_time"],
  [
    "v2, by add_time, in the middle",
    `/api/v2/deals?limit=500&sort_by=add_time${await inside("/api/v2/deals?sort_by=add_time")}`
  ],
  ["v2, by update_time, downwards", "/api/v2/deals?limit=500&sort_by=update_time&sort_direction=desc"],
  ["v2, won, by id", "/api/v2/deals?limit=500&status=won"],
  ["v2, of one person", "/api/v2/deals?limit=500&person_id=7"],
  ["v2, changed lately", "/api/v2/deals?limit=500&updated_since=2026-01-01T00:00:00Z"],
  ["v1, first page", "/v1/deals?limit=500"],
  ["v1, in the middle", "/v1/deals?limit=500&start=50000"],
  ["v1, by value, downwards", "/v1/deals?limit=500&sort=value%20DESC"],
  ["v1, by add_time, in the middle", "/v1/deals?limit=500&start=50000&sort=add_time%20ASC"]
]

console.log(`\na page of 500 from ${count.toLocaleString("en")} deals, with its JSON`)
for (const [what, path] of lists) row(what, await measure(() => ask(path)), 5)

console.log("\nwork in between")
let title = 0
row(
  "v2, a change",
  await measure(() => ask(`/api/v2/deals/${((title++ * 7919) % count) + 1}`, "PATCH", { title: `Changed ${title}` })),
  undefined
)
const changing = await measure(() =>
  ask(`/api/v2/deals/${((title++ * 7919) % count) + 1}`, "PATCH", { value: title }).then(() =>
    ask("/api/v2/deals?limit=500&sort_by=update_time&sort_direction=desc")
  )
)
row("v2, a change, then a page by update_time", changing, undefined)
