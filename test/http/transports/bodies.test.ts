import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Pipedrive } from "effect-pipedrive"
import * as Robots from "../../support/endpoints.js"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

const robot = '{"success":true,"data":{"id":1}}'
const fine: FaultServer.Fault = { onRequest: (socket) => socket.end(FaultServer.answer(200, robot)) }

/** A million bytes, in parts, and how often they were begun and let go. */
const streamed = () => {
  const counts = { begun: 0, ended: 0 }
  const part = new Uint8Array(10_000).fill(65)
  const stream = Stream.suspend(() => {
    counts.begun++
    return Stream.ensuring(
      Stream.take(Stream.forever(Stream.make(part)), 100),
      Effect.sync(() => counts.ended++)
    )
  })
  return { counts, stream }
}

/** A PUT, which is sent again like a GET, of a stream. */
const put = (stream: Stream.Stream<Uint8Array>) =>
  Pipedrive.request({ version: "v2", method: "PUT", path: "/x", body: HttpBody.stream(stream, "text/plain") })

describe("a body that is a stream", () => {
  const cases: Record<string, readonly [FaultServer.Fault, ends: string]> = {
    "that is answered": [fine, "value"],
    "that is answered with a failure": [
      { onRequest: (socket) => socket.end(FaultServer.answer(503, "{}")) },
      "ServerError"
    ],
    "that is refused for a while": [
      { onRequest: (socket) => socket.end(FaultServer.answer(429, "{}", { "retry-after": "0.05" })) },
      "RateLimited"
    ],
    "that breaks off": [
      { onBytes: (socket) => FaultServer.soon(socket, 20, () => socket.resetAndDestroy()) },
      "TransportError, send"
    ]
  }
  for (const transport of Support.transportNames) {
    for (const [name, [fault, ends]] of Object.entries(cases)) {
      it.live(`${name}, over ${transport}, is begun once, sent once and let go`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* FaultServer.make(fault)
            const { counts, stream } = streamed()
            const call = Effect.provide(put(stream), Layer.orDie(Support.layer(transport, server.url)))
            assert.strictEqual(Support.outcome(yield* Support.watched(call)), ends)
            assert.deepStrictEqual({ ...counts, requests: server.count() }, { begun: 1, ended: 1, requests: 1 })
            if (ends !== "TransportError, send") assert.strictEqual(server.seen[0]?.body.length, 1_000_000)
            assert.isTrue(yield* server.drained("3 seconds"))
          })
        )
      )
    }

    it.live(`where ${transport} makes no connection: it is begun once at most, and let go`, () =>
      Effect.gen(function* () {
        const { counts, stream } = streamed()
        const layer = Layer.orDie(Support.layer(transport, "http://127.0.0.1:2", { retries: 3 }))
        const result = yield* Support.watched(Effect.provide(put(stream), layer))
        assert.strictEqual(Support.outcome(result), "TransportError, connect")
        assert.isAtMost(counts.begun, 1)
        assert.strictEqual(counts.ended, counts.begun)
      })
    )

    it.live(`an interruption while ${transport} sends it lets it go`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({})
          const { counts, stream } = streamed()
          const trickle = Stream.tap(stream, () => Effect.sleep("5 millis"))
          const layer = Layer.orDie(Support.layer(transport, server.url))
          const call = Effect.raceFirst(Effect.provide(put(trickle), layer), server.asked(1))
          yield* Support.watched(call)
          assert.isTrue(yield* server.drained("3 seconds"))
          assert.deepStrictEqual({ ...counts, requests: server.count() }, { begun: 1, ended: 1, requests: 1 })
        })
      )
    )
  }
})

describe("a form with a file", () => {
  const content = "x".repeat(200_000)
  const upload = Robots.upload({ id: 1, file: new Blob([content]), crop: 7 })

  /** The form that a request brought, but for the line that divides its parts. */
  const form = (seen: FaultServer.Seen | undefined): string => {
    const boundary = /boundary=(\S+)/.exec(seen?.headers["content-type"] ?? "")?.[1] ?? assert.fail("no boundary")
    return (seen?.body.toString("latin1") ?? "").replaceAll(boundary, "")
  }

  for (const transport of Support.transportNames) {
    it.live(`is sent again whole over ${transport} when it was refused`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({
            onRequest: (socket, nth) =>
              socket.end(
                nth < 3 ? FaultServer.answer(429, "{}", { "retry-after": "0.05" }) : FaultServer.answer(200, robot)
              )
          })
          const layer = Layer.orDie(Support.layer(transport, server.url, { retries: 2 }))
          assert.strictEqual(Support.outcome(yield* Support.watched(Effect.provide(upload, layer))), "value")
          assert.strictEqual(server.count(), 3)
          assert.include(form(server.seen[0]), content)
          assert.include(form(server.seen[0]), 'name="crop"\r\n\r\n7')
          assert.deepStrictEqual([form(server.seen[1]), form(server.seen[2])], Array(2).fill(form(server.seen[0])))
          assert.isTrue(yield* server.drained("3 seconds"))
        })
      )
    )

    it.live(`is not sent again over ${transport} when it broke off`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({ onBytes: (socket) => socket.resetAndDestroy() })
          const layer = Layer.orDie(Support.layer(transport, server.url))
          assert.strictEqual(
            Support.outcome(yield* Support.watched(Effect.provide(upload, layer))),
            "TransportError, send"
          )
          assert.strictEqual(server.count(), 1)
          assert.isTrue(yield* server.drained("3 seconds"))
        })
      )
    )
  }
})

describe("a file", () => {
  const file = Buffer.alloc(1_000_000, "0123456789")
  const download = Robots.download({ id: 1 })
  for (const transport of Support.transportNames) {
    it.live(`comes whole over ${transport}, or as an error`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({
            onRequest: (socket, nth) =>
              socket.end(
                nth < 3
                  ? FaultServer.head(200, { "content-length": file.length }) + file.toString("latin1").slice(nth * 1000)
                  : FaultServer.answer(200, file, { "content-type": "image/png" })
              )
          })
          const layer = Layer.orDie(Support.layer(transport, server.url))
          const broken = yield* Support.watched(Effect.provide(download, layer))
          assert.strictEqual(Support.outcome(broken), "TransportError, receive")
          assert.strictEqual(server.count(), 2)
          const whole = yield* Support.watched(Effect.provide(download, layer))
          assert.isTrue(whole._tag === "Right" && file.equals(whole.right.data))
        })
      )
    )
  }
})

describe("a success without end", () => {
  const megabyte = 1024 * 1024
  const zeros = Buffer.alloc(64 * 1024, "0,")
  const endless =
    (headers: Record<string, string | number>): FaultServer.Fault["onRequest"] =>
    (socket) => {
      socket.write(`${FaultServer.head(200, headers)}{"success":true,"data":[`)
      FaultServer.flood(socket, 1024 * megabyte, zeros)
    }
  const packed = gzipSync(Buffer.alloc(64 * megabyte, "0,"))
  const bomb = { "content-encoding": "gzip" }
  const cases: Record<string, FaultServer.Fault["onRequest"]> = {
    "of no told length": endless({}),
    "of a length that is told": endless({ "content-length": 1024 * megabyte })
  }
  for (const transport of Support.transportNames) {
    const onRequests = {
      ...cases,
      // only fetch unpacks
      ...(transport === "fetch"
        ? { "that is packed": (socket: Socket) => socket.end(FaultServer.answer(200, packed, bomb)) }
        : {})
    }
    for (const [name, onRequest] of Object.entries(onRequests)) {
      it.live(`${name} is read to the limit over ${transport}, once, and its connection closed`, () =>
        Effect.forEach(
          [Effect.asVoid(Robots.list), Effect.asVoid(Robots.download({ id: 1 }))],
          (call) =>
            Effect.scoped(
              Effect.gen(function* () {
                const server = yield* FaultServer.make(onRequest === undefined ? {} : { onRequest })
                const limits = { maximumBodySize: megabyte, maximumFileSize: megabyte }
                const layer = Layer.orDie(Support.layer(transport, server.url, limits))
                const result = yield* Support.watched(Effect.provide(call, layer))
                assert.strictEqual(Support.outcome(result), "InvalidResponse")
                assert.include(result._tag === "Left" ? result.left.message : "", `larger than ${megabyte} bytes`)
                assert.isTrue(yield* server.drained("3 seconds"))
                assert.strictEqual(server.count(), 1)
                assert.isBelow(server.sent(), 16 * megabyte)
              })
            ),
          { discard: true }
        )
      )
    }

    it.live(`that ends in time is read whole over ${transport}, of told length or not`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const whole = `{"success":true,"data":[],"more":"${"ä".repeat(300_000)}"}`
          const server = yield* FaultServer.make({
            onRequest: (socket, nth) =>
              socket.end(nth === 1 ? FaultServer.answer(200, whole) : FaultServer.head(200) + whole)
          })
          const layer = Layer.orDie(Support.layer(transport, server.url, { maximumBodySize: megabyte }))
          for (let n = 0; n < 2; n++) {
            assert.deepStrictEqual<unknown>(yield* Effect.provide(Robots.list, layer), JSON.parse(whole))
          }
        })
      )
    )
  }
})

describe("the limit of a success", () => {
  const limit = 1000
  /** A list of so many bytes. */
  const list = (bytes: number) => {
    const [start, end] = ['{"success":true,"data":[],"more":"', '"}']
    return start + "x".repeat(bytes - start.length - end.length) + end
  }
  const limits = { maximumBodySize: limit, maximumFileSize: limit, limiter: false } as const
  for (const transport of Support.transportNames) {
    it.live(`over ${transport} is the last byte that is read, of told length or not, of text or a file`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          let next: string | Buffer = ""
          const server = yield* FaultServer.make({ onRequest: (socket) => socket.end(next) })
          const context = yield* Layer.build(Layer.orDie(Support.layer(transport, server.url, limits)))
          for (const bytes of [limit, limit + 1]) {
            const expected = bytes === limit ? "value" : "InvalidResponse"
            for (const isTold of [true, false]) {
              const body = list(bytes)
              next = isTold ? FaultServer.answer(200, body) : FaultServer.head(200) + body
              const text = yield* Effect.either(Effect.provide(Robots.list, context))
              const file = yield* Effect.either(Effect.provide(Robots.download({ id: 1 }), context))
              assert.deepStrictEqual(
                [Support.outcome(text), Support.outcome(file)],
                [expected, expected],
                `${bytes} bytes, ${isTold ? "told" : "not told"}`
              )
            }
          }
        })
      )
    )
  }
})

describe("what a request tells of its body", () => {
  for (const transport of Support.transportNames) {
    it.live(`over ${transport} is its length and its kind, once each`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make(fine)
          assert.strictEqual(Support.outcome(yield* Support.called(transport, "POST", server.url)), "value")
          const [seen] = server.seen
          assert.deepInclude(seen?.headers, {
            "content-length": String(seen?.body.length),
            "content-type": "application/json"
          })
        })
      )
    )
  }
})

describe("what is no UTF-8", () => {
  for (const transport of Support.transportNames) {
    it.live(`stands as U+FFFD in a text that came over ${transport}`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const body = Buffer.from('{"success":true,"data":{"id":1,"name":"R\xf3b"}}', "latin1")
          const server = yield* FaultServer.make({ onRequest: (socket) => socket.end(FaultServer.answer(200, body)) })
          const { data } = yield* Effect.provide(
            Robots.get({ id: 1 }),
            Layer.orDie(Support.layer(transport, server.url))
          )
          assert.strictEqual(data.name, "R\ufffdb")
        })
      )
    )
  }
})

describe("a page of an error", () => {
  it.live("is not unpacked to its end: no more of it than 256 KiB and what is on its way", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, "no "))
        assert.isBelow(packed.length, 256 * 1024)
        const server = yield* FaultServer.make({
          onRequest: (socket) => socket.end(FaultServer.answer(500, packed, { "content-encoding": "gzip" }))
        })
        let taken = 0
        const counting: typeof fetch = async (input, init) => {
          const response = await fetch(input, init)
          const count = new TransformStream<Uint8Array, Uint8Array>({
            transform: (chunk, controller) => {
              taken += chunk.length
              controller.enqueue(chunk)
            }
          })
          return new Response(response.body?.pipeThrough(count), response)
        }
        const http = FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.Fetch, counting)))
        const result = yield* Support.called(http, "POST", server.url)
        assert.strictEqual(Support.outcome(result), "ServerError")
        assert.isBelow(taken, 1024 * 1024)
        assert.isTrue(yield* server.drained("3 seconds"))
      })
    )
  )
})
