/**
 * `npx tsx --expose-gc bench/lists.ts`: the heap while 100,000 deals are read as a stream, and the first item's price.
 */
process.setSourceMapsEnabled(false)

import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Deals } from "effect-pipedrive/v2"
import { makeOurs, startServer } from "./calls.js"

const pages = 200
const aim = 20

const server = await startServer()
const { close, sdk } = makeOurs(server.baseUrl)

/** What is held when nothing is left to collect, in MB. */
const heap = (): number => {
  if (globalThis.gc === undefined) throw new Error("run it with --expose-gc")
  globalThis.gc()
  return process.memoryUsage().heapUsed / 1e6
}

const read = (count: number, each: (item: number) => void) =>
  sdk.undici.runPromise(
    Effect.suspend(() => {
      let item = 0
      return Stream.runForEach(Stream.take(Deals.list.stream(), count), () => Effect.sync(() => each(++item)))
    })
  )

// what is loaded and compiled on first use is no growth
await read(5000, () => undefined)
const before = heap()
let most = before
const start = performance.now()
await read(pages * 500, (item) => {
  if (item % 5000 === 0) most = Math.max(most, heap())
})
const seconds = (performance.now() - start) / 1000
const grown = most - before
console.log(`${(pages * 500).toLocaleString("en")} deals in ${seconds.toFixed(1)} s, collections included`)
console.log(`heap: ${grown.toFixed(1)} MB more at most; aim ${aim} MB: ${grown < aim ? "met" : "missed"}`)

await close()
server.stop()
