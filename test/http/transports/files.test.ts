/** Files over real sockets: no more of them is on its way than must be, and what is cut leaves nothing behind. */
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Download, HttpLayer } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Files } from "effect-pipedrive/v1"
import * as Robots from "../../support/endpoints.js"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

const megabyte = 1024 * 1024
const part = Buffer.alloc(64 * 1024, "0123456789abcdef")
const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-files-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A file of a gigabyte, as fast as it is taken. */
const endless = (headers: Record<string, string | number> = {}) =>
  FaultServer.make({
    onRequest: (socket) => {
      socket.write(FaultServer.head(200, headers))
      FaultServer.flood(socket, 1024 * megabyte, part)
    }
  })

for (const transport of Support.transportNames) {
  const layerFor = (url: string, options: object = {}) =>
    Layer.orDie(Support.layer(transport, url, { retries: 0, ...options }))

  describe(`over ${transport}`, () => {
    it.live("a download takes no more than is read, and its socket is closed with its reader", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* endless({ "content-length": 1024 * megabyte })
          let read = 0
          const some = Download.stream(Robots.download, { id: 1 }).pipe(
            Stream.takeWhile((bytes) => (read += bytes.length) < megabyte),
            Stream.runDrain,
            Effect.provide(layerFor(server.url))
          )
          yield* some
          assert.isTrue(yield* server.drained("5 seconds"))
          assert.isBelow(server.sent(), 32 * megabyte)
        })
      )
    )

    it.live("an interrupted download closes its socket, and leaves no file", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* endless()
          const began = yield* Effect.makeLatch(false)
          const download = Download.toPath(Robots.download, { id: 1 }, join(folder, "interrupted"), {
            // never goes on
            onProgress: () => Effect.zipRight(began.open, Effect.never)
          })
          const context = yield* Layer.build(Layer.merge(layerFor(server.url), NodeFileSystem.layer))
          const fiber = yield* Effect.fork(Effect.provide(download, context))
          yield* began.await
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual(readdirSync(folder), [])
          assert.isTrue(yield* server.drained("5 seconds"))
          assert.isBelow(server.sent(), 32 * megabyte)
        })
      )
    )

    // kept connections: where another ends while its reader is behind, undici 7.30 throws what nobody can catch
    const cuts: Readonly<Record<string, FaultServer.Fault["onRequest"]>> = {
      "than was told": (socket) => {
        socket.write(FaultServer.head(200, { ...FaultServer.kept, "content-length": 3 * part.length }))
        socket.end(part)
      },
      "and without the end of its chunks": (socket) => {
        socket.write(FaultServer.head(200, { ...FaultServer.kept, "transfer-encoding": "chunked" }))
        socket.write(`${part.length.toString(16)}\r\n`)
        socket.end(part)
      },
      "because the connection breaks": (socket) => {
        socket.write(FaultServer.head(200, { ...FaultServer.kept, "content-length": 3 * part.length }))
        socket.write(part, () => socket.resetAndDestroy())
      }
    }
    for (const [how, onRequest] of Object.entries(cuts)) {
      it.live(`a file that is cut, shorter ${how}, is an error, and leaves no file`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* FaultServer.make(onRequest === undefined ? {} : { onRequest })
            const context = yield* Layer.build(Layer.merge(layerFor(server.url), NodeFileSystem.layer))
            const streamed = Stream.runDrain(Download.stream(Robots.download, { id: 1 }))
            const saved = Download.toPath(Robots.download, { id: 1 }, join(folder, "cut"))
            for (const call of [streamed, Effect.asVoid(saved), Effect.asVoid(Robots.download({ id: 1 }))]) {
              const error = yield* Effect.flip(Effect.provide(call, context))
              assert.strictEqual(error._tag === "TransportError" ? error.phase : error.message, "receive")
            }
            assert.deepStrictEqual(readdirSync(folder), [])
          }).pipe(Effect.ensuring(Effect.sync(() => rmSync(join(folder, "cut"), { force: true }))))
        )
      )
    }

    // the platform's client over Node http reads a stream of single parts without waiting for the socket: docs/files.md says so
    if (transport === "Node http") return
    it.live("an upload is read no faster than it is taken, and is over when it is not taken at all", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({ onBytes: (socket) => void socket.pause() })
          const counts = { bytes: 0, ended: 0 }
          const content = Stream.repeatEffect(Effect.sync(() => part)).pipe(
            Stream.tap(() => Effect.sync(() => void (counts.bytes += part.length))),
            Stream.ensuring(Effect.sync(() => counts.ended++))
          )
          const call = Robots.upload({ id: 1, file: { content, name: "endless.bin" } }).pipe(
            HttpLayer.withPolicy({ timeout: "1 second" }),
            Effect.provide(layerFor(server.url))
          )
          const error = yield* Effect.flip(call)
          assert.deepInclude(error, { _tag: "Timeout", of: "attempt" })
          assert.isBelow(counts.bytes, 32 * megabyte)
          assert.strictEqual(counts.ended, 1)
        })
      )
    )
  })
}

describe("through the sandbox's server", () => {
  const size = 24 * megabyte
  const content = Stream.take(Stream.repeatEffect(Effect.sync(() => part)), size / part.length)
  const hashOf = (hash = createHash("sha256")) => ({
    add: (bytes: Uint8Array) => Effect.sync(() => void hash.update(bytes)),
    digest: Effect.sync(() => hash.digest("hex"))
  })
  for (const transport of ["fetch", "undici"] as const) {
    it.live(`a large file goes up and down as a stream over ${transport}, in parts, byte for byte`, () =>
      Effect.gen(function* () {
        const { baseUrl, token } = yield* Sandbox.Sandbox
        const up = hashOf()
        const down = hashOf()
        let largest = 0
        const program = Effect.gen(function* () {
          const file = { content: Stream.tap(content, up.add), name: "large.bin", size }
          const { data } = yield* Files.add({ file, deal_id: 1 })
          assert.strictEqual(data.file_size, size)
          yield* Stream.runForEach(Download.stream(Files.download, { id: data.id }), (bytes) => {
            largest = Math.max(largest, bytes.length)
            return down.add(bytes)
          })
        })
        yield* Effect.provide(program, Support.layer(transport, baseUrl, { apiToken: token }))
        assert.strictEqual(yield* down.digest, yield* up.digest)
        assert.isAtMost(largest, megabyte)
      }).pipe(Effect.provide(Server.layer({ port: 0 })))
    )
  }

  it.live("every byte value goes up and down, whatever the file is made of", () =>
    Effect.gen(function* () {
      const { baseUrl, token } = yield* Sandbox.Sandbox
      const all = Uint8Array.from({ length: 256 }, (_, n) => n)
      const files = [all, all.buffer, new Blob([all]), { content: Stream.make(all), name: 'ä "b".bin' }]
      const program = Effect.forEach(files, (file) =>
        Effect.gen(function* () {
          const { data } = yield* Files.add({ file, deal_id: 1 })
          const whole = yield* Files.download({ id: data.id })
          const parts = yield* Stream.runCollect(Download.stream(Files.download, { id: data.id }))
          return [whole.data, new Uint8Array(Buffer.concat([...parts]))]
        })
      )
      const got = yield* Effect.provide(program, Support.layer("fetch", baseUrl, { apiToken: token }))
      assert.deepStrictEqual(
        got,
        files.map(() => [all, all])
      )
    }).pipe(Effect.provide(Server.layer({ port: 0 })))
  )
})
