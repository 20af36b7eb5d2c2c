/**
 * What a call leaves to the garbage collector: the growth of the heap over many calls, in a process whose young generation
 * is too large to be collected meanwhile. One process a contender.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { constants, PerformanceObserver } from "node:perf_hooks"
import { fileURLToPath } from "node:url"
import { makeClients, startServer } from "./calls.js"
import { median } from "./measure.js"

export interface Garbage {
  readonly name: string
  /** Bytes a call; median of the rounds. */
  readonly bytes: number
}

const calls = 500

const others = ["ours for Effect 4, undici", "ours for Effect 4, fetch"]

/** In the child: the contender's bytes a call. */
const measure = async (baseUrl: string, name: string): Promise<number> => {
  const { close, contenders } = await makeClients(baseUrl)
  const contender = contenders("one deal", 1).find((one) => one.name === name)
  if (contender === undefined) return Number.NaN
  await contender.run(2000)
  const grown: Array<number> = []
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.()
    let collections = 0
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as { readonly detail?: { readonly kind?: number } }).detail ?? {}
        if (kind === constants.NODE_PERFORMANCE_GC_MINOR || kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++
      }
    })
    // the collection just asked for is told late
    await new Promise((resolve) => setTimeout(resolve, 50))
    observer.observe({ entryTypes: ["gc"] })
    const before = process.memoryUsage().heapUsed
    await contender.run(calls)
    const after = process.memoryUsage().heapUsed
    await new Promise((resolve) => setTimeout(resolve, 50))
    observer.disconnect()
    if (collections === 0) grown.push((after - before) / calls)
  }
  await close()
  return median(grown)
}

export const measureGarbage = async (): Promise<ReadonlyArray<Garbage>> => {
  const server = await startServer()
  const found: Array<Garbage> = []
  for (const name of ["official client", "ours, undici", "ours, fetch", ...others, "plain undici", "plain fetch"]) {
    const child = fork(fileURLToPath(import.meta.url), [server.baseUrl, name], {
      execArgv: [...process.execArgv, "--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"]
    })
    const [bytes] = (await once(child, "message")) as [number]
    child.kill()
    if (!Number.isNaN(bytes)) found.push({ name, bytes })
  }
  server.stop()
  return found
}

const [, , baseUrl, name] = process.argv
if (process.send !== undefined && baseUrl !== undefined && name !== undefined) {
  process.send(await measure(baseUrl, name))
}
