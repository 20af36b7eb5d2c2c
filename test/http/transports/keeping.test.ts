import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Robots from "../../support/endpoints.js"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

/** The transports, connections kept: Node http does so only when asked. */
const keeping = { ...Support.transports, "Node http": Support.nodeWith({ keepAlive: true }) }

const robot = (id: number) => JSON.stringify({ success: true, data: { id } })
const kept = (id: number) => FaultServer.answer(200, robot(id), FaultServer.kept)
const get = Effect.map(Robots.get({ id: 1 }), ({ data }) => data.id)

/** Runs against a server, with one layer for all of it; after that no connection of a transport of ours is open. */
const against = <A, E>(
  transport: Support.Transport,
  fault: FaultServer.Fault,
  use: (server: FaultServer.FaultServer) => Effect.Effect<A, E, Requirements>,
  http = keeping[transport]
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* FaultServer.make(fault)
      const layer = Layer.orDie(Support.layer(http, server.url, { limiter: false }))
      const result = yield* Support.watched(Effect.provide(use(server), layer))
      // those of fetch belong to the process, and outlive every layer
      if (!transport.startsWith("fetch")) assert.isTrue(yield* server.drained("3 seconds"), "connections left open")
      return { result, server }
    })
  )

for (const transport of Support.transportNames) {
  describe(`kept connections, over ${transport}`, () => {
    it.live("are used again: fifty calls take one or two, whatever they are answered", () =>
      Effect.gen(function* () {
        const answers = [
          kept(1),
          FaultServer.answer(404, '{"success":false}', FaultServer.kept),
          FaultServer.answer(500, "<html>no</html>", FaultServer.kept),
          FaultServer.answer(200, "", FaultServer.kept)
        ]
        const { server } = yield* against(
          transport,
          { onRequest: (socket, nth) => socket.write(answers[nth % answers.length]!) },
          () => Effect.forEach(Array(50), () => Effect.either(get), { discard: true })
        )
        // failures and empty answers to a GET are sent again
        assert.isAtLeast(server.count(), 50)
        // undici opens a second where a request comes before it has done with the one before
        assert.isAtMost(server.connections(), transport === "Node http" ? 1 : 2)
      })
    )

    it.live("twenty calls at once take no more than twenty, and twenty more none", () =>
      Effect.gen(function* () {
        const { server } = yield* against(
          transport,
          { onRequest: (socket) => FaultServer.soon(socket, 20, () => socket.write(kept(1))) },
          () =>
            Effect.replicateEffect(
              Effect.zipLeft(
                Effect.forEach(Array(20), () => get, { concurrency: "unbounded", discard: true }),
                Effect.sleep("30 millis")
              ),
              2
            )
        )
        assert.strictEqual(server.count(), 40)
        assert.isAtMost(server.connections(), 20)
      })
    )

    for (const [when, late] of [
      ["at once", 0],
      ["a little later", 10]
    ] as const) {
      it.live(`a second answer to one request, ${when}, is nobody's`, () =>
        Effect.gen(function* () {
          const { result, server } = yield* against(
            transport,
            {
              onRequest: (socket, nth) => {
                if (late === 0) return void socket.write(Buffer.concat([kept(nth), kept(-nth)]))
                socket.write(kept(nth))
                FaultServer.soon(socket, late, () => socket.write(kept(-nth)))
              }
            },
            () => Effect.forEach(Array(5), () => Effect.zipLeft(get, Effect.sleep(late * 10))),
            // Node's own agent takes what comes while a kept connection rests for the next answer: a fault of Node's
            late === 0 ? keeping[transport] : Support.transports[transport]
          )
          assert.deepStrictEqual(result._tag === "Right" ? result.right : Support.outcome(result), [1, 2, 3, 4, 5])
          assert.strictEqual(server.count(), 5)
        })
      )
    }

    for (const method of Support.methods) {
      it.live(`one that closes just as a ${method} arrives may have acted`, () =>
        Effect.gen(function* () {
          const { result, server } = yield* against(
            transport,
            {
              onBytes: (socket, nth) => {
                if (nth === 2) socket.resetAndDestroy()
              },
              onRequest: (socket, nth) => void socket.write(kept(nth))
            },
            () => Effect.zipRight(get, Support.calls[method] as Effect.Effect<unknown, never, Requirements>)
          )
          assert.strictEqual(Support.outcome(result), method === "POST" ? "TransportError, send" : "value")
          assert.strictEqual(server.count(), method === "POST" ? 2 : 3)
        })
      )
    }
  })

  describe(`an interruption, over ${transport}`, () => {
    const robots = robot(1)
    const stages: Record<string, FaultServer.Fault> = {
      "before an answer": {},
      "in the middle of headers": { onRequest: (socket) => socket.write("HTTP/1.1 200 OK\r\nx-") },
      "in the middle of a body": {
        onRequest: (socket) => socket.write(FaultServer.head(200, { "content-length": 1000 }) + robots)
      },
      "in the middle of a failure's page": {
        onRequest: (socket) => socket.write(FaultServer.head(500, { "content-length": 1000 }) + robots)
      }
    }
    for (const [stage, fault] of Object.entries(stages)) {
      it.live(`${stage} closes the connection, which the server sees`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* FaultServer.make(fault)
            const layer = Layer.orDie(Support.layer(transport, server.url))
            const seen = Effect.gen(function* () {
              for (const method of Support.methods) {
                const fiber = yield* Effect.fork(Support.calls[method] as Effect.Effect<unknown, never, Requirements>)
                const before = server.count()
                yield* server.asked(before + 1)
                yield* Effect.sleep("20 millis")
                assert.strictEqual(server.open().used, 1)
                yield* Fiber.interrupt(fiber)
                assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
                assert.isTrue(yield* server.drained("3 seconds"), "the connection is still open")
              }
              assert.strictEqual(server.count(), Support.methods.length, "requests sent again")
            })
            yield* Support.watched(Effect.provide(seen, layer))
          })
        )
      )
    }
  })

  it.live(`a host by its IPv6 address is reached over ${transport}`, () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* FaultServer.make({
          onRequest: (socket) => socket.end(FaultServer.answer(200, robot(1)))
        })
        if (server.url6 === undefined) return console.log("skipped: there is no ::1 here")
        for (const url of [server.url6, `${server.url6}/api/v2/`, server.url6.replace("::1", "0:0:0:0:0:0:0:1")]) {
          assert.strictEqual(Support.outcome(yield* Support.called(transport, "POST", url)), "value")
        }
        assert.match(server.seen[0]?.headers.host ?? "", /^\[::1\]:\d+$/)
        assert.isTrue(yield* server.drained("3 seconds"))
      })
    )
  )
}
