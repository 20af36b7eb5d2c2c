/**
 * 300 MB up and down as a stream through the sandbox's server, which runs in a process of its own, and how much memory that
 * took here: `node --expose-gc --import tsx bench/files.ts [MB]`. Exits with 1 above 60 MB.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Download, Pipedrive } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Files } from "effect-pipedrive/v1"

const megabyte = 1024 * 1024
const limit = 60

const serve = Effect.gen(function* () {
  process.stdout.write(`${(yield* Sandbox.Sandbox).baseUrl}\n`)
  return yield* Effect.never
}).pipe(Effect.provide(Server.layer({ port: 0 })))

const used = (): number => {
  globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / megabyte
}

const transfer = (size: number) =>
  Effect.gen(function* () {
    const part = new Uint8Array(64 * 1024)
    const before = used()
    let most = 0
    let seen = 0
    const look = (bytes: Uint8Array) =>
      Effect.sync(() => {
        seen += bytes.length
        if (seen % (8 * megabyte) < bytes.length) most = Math.max(most, used() - before)
      })
    const content = Stream.repeatEffect(Effect.succeed(part)).pipe(Stream.take(size / part.length), Stream.tap(look))
    const { data } = yield* Files.add({ file: { content, name: "large.bin", size }, deal_id: 1 })
    const up = most
    most = 0
    seen = 0
    yield* Stream.runForEach(Download.stream(Files.download, { id: data.id }), look)
    const isWhole = data.file_size === size && seen === size
    process.stdout.write(`${size / megabyte} MB: heap grew by ${up.toFixed(1)} MB up, ${most.toFixed(1)} MB down\n`)
    return isWhole && Math.max(up, most) < limit
  })

if (process.argv[2] === "serve") {
  await Effect.runPromise(serve)
} else {
  const size = Number(process.argv[2] ?? 300) * megabyte
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), "serve"], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const baseUrl = await new Promise<string>((resolve) =>
    child.stdout.once("data", (line) => resolve(String(line).trim()))
  )
  const isGood = await Effect.runPromise(
    transfer(size).pipe(Effect.provide(Pipedrive.layer({ apiToken: Sandbox.defaultToken, baseUrl })))
  )
  child.kill()
  process.exit(isGood ? 0 : 1)
}
