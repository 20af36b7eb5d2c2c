import * as Http from "node:http"
import * as Net from "node:net"
import * as Tls from "node:tls"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { cert, key } from "../../support/certificate.js"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

const robot = '{"success":true,"data":{"id":1}}'
const fine: FaultServer.Fault = { onRequest: (socket) => socket.end(FaultServer.answer(200, robot)) }

interface Proxy {
  readonly url: string
  /** What was asked of it, its first line and what it was told of the asker. */
  readonly asked: Array<{ readonly line: string; readonly authorization: string | undefined; readonly text: string }>
  readonly open: () => number
}

/** A proxy that tunnels (`CONNECT`) and forwards, or refuses to. */
const proxy = (refusal?: number) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly made: Proxy; readonly server: Http.Server; readonly sockets: Set<Net.Socket> }>(
        (resume) => {
          const asked: Proxy["asked"][number][] = []
          const sockets = new Set<Net.Socket>()
          const keep = (socket: Net.Socket) => {
            sockets.add(socket)
            socket.on("error", () => {})
            socket.on("close", () => sockets.delete(socket))
          }
          const note = (request: Http.IncomingMessage) =>
            asked.push({
              line: `${request.method} ${request.url}`,
              authorization: request.headers["proxy-authorization"],
              text: JSON.stringify(request.headers)
            })
          const server = Http.createServer((request, response) => {
            note(request)
            if (refusal !== undefined) return void response.writeHead(refusal).end()
            const { headers, method = "GET", url = "" } = request
            const onward = Http.request(url, { method, headers }, (answer) => {
              response.writeHead(answer.statusCode ?? 502, answer.headers)
              answer.pipe(response)
            })
            request.pipe(onward)
          })
          server.on("connection", keep)
          server.on("connect", (request: Http.IncomingMessage, socket: Net.Socket) => {
            note(request)
            if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`)
            const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? "") ?? []
            const onward = Net.connect(Number(port), host, () => {
              socket.write("HTTP/1.1 200 OK\r\n\r\n")
              socket.pipe(onward).pipe(socket)
            })
            keep(onward)
            onward.on("close", () => socket.destroy())
          })
          server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as Net.AddressInfo
            resume(
              Effect.succeed({
                server,
                sockets,
                made: { url: `http://127.0.0.1:${port}`, asked, open: () => sockets.size }
              })
            )
          })
        }
      ),
      ({ server, sockets }) =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    ),
    ({ made }) => made
  )

/** undici and fetch by way of a proxy. */
const by = (options: Undici.ProxyAgent.Options) => ({
  undici: Support.undiciWith(() => new Undici.ProxyAgent(options)),
  fetch: Support.fetchWith(() => new Undici.ProxyAgent(options)),
  // as Node's own fetch takes it
  "fetch, by its options": FetchHttpClient.layer.pipe(
    Layer.provide(
      Layer.scoped(
        FetchHttpClient.RequestInit,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => new Undici.ProxyAgent(options)),
            (agent) => Effect.promise(() => agent.destroy())
          ),
          (dispatcher) => ({ dispatcher }) as RequestInit
        )
      )
    )
  )
})

const ways = ["undici", "fetch", "fetch, by its options"] as const

/** A server over TLS that answers, until its scope is closed. */
const secure = Effect.map(
  Effect.acquireRelease(
    Effect.async<{ readonly server: Tls.Server; readonly counter: FaultServer.Counter }>((resume) => {
      const counter = FaultServer.counter(fine)
      const server = Tls.createServer({ cert, key }, counter.accept)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, counter })))
    }),
    ({ server }) => Effect.sync(() => server.close())
  ),
  ({ counter, server }) => ({ seen: counter.seen, port: (server.address() as Net.AddressInfo).port })
)

for (const way of ways) {
  describe(`a proxy, for ${way}`, () => {
    it.live("tunnels to a host over TLS: it sees the host, and no credentials but its own", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, url } = yield* proxy()
          const { port, seen } = yield* secure
          const http = by({ uri: url, token: "Basic cHJveHk=", requestTls: { ca: cert } })[way]
          const result = yield* Support.called(http, "POST", `https://127.0.0.1:${port}`)
          assert.strictEqual(Support.outcome(result), "value")
          assert.deepStrictEqual(
            asked.map(({ authorization, line }) => ({ authorization, line })),
            [{ line: `CONNECT 127.0.0.1:${port}`, authorization: "Basic cHJveHk=" }]
          )
          assert.notInclude(asked[0]?.text, "SECRET")
          assert.strictEqual(seen[0]?.headers["x-api-token"], "SECRET")
          assert.notProperty(seen[0]?.headers, "proxy-authorization")
        })
      )
    )

    it.live("passes on requests of every method, and their failures", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, url } = yield* proxy()
          const server = yield* FaultServer.make({
            onRequest: (socket, nth) =>
              socket.end(nth === 1 ? FaultServer.answer(503, "{}") : FaultServer.answer(200, robot))
          })
          const http = by({ uri: url })[way]
          for (const method of Support.methods) {
            assert.strictEqual(Support.outcome(yield* Support.called(http, method, server.url)), "value")
          }
          assert.deepStrictEqual(
            server.seen.map((seen) => seen.method),
            ["GET", ...Support.methods]
          )
          assert.isAtLeast(asked.length, 4)
          assert.isTrue(yield* server.drained("3 seconds"))
        })
      )
    )

    for (const status of [407, 502]) {
      it.live(`that refuses with ${status} opened nothing: everything is sent again`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const { asked, url } = yield* proxy(status)
            const server = yield* FaultServer.make(fine)
            for (const method of Support.methods) {
              const result = yield* Support.called(by({ uri: url })[way], method, server.url)
              assert.strictEqual(Support.outcome(result), "TransportError, connect")
              assert.include(result._tag === "Left" ? result.left.message : "", String(status))
            }
            assert.lengthOf(asked, Support.methods.length * 2)
            assert.strictEqual(server.connections(), 0)
          })
        )
      )
    }

    it.live("that is not there opens nothing either; one that goes away in the middle may have let it through", () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({ onRequest: (socket) => socket.resetAndDestroy() })
          const gone = yield* Support.called(by({ uri: "http://127.0.0.1:2" })[way], "POST", server.url)
          assert.strictEqual(Support.outcome(gone), "TransportError, connect")
          assert.deepInclude(gone._tag === "Left" ? gone.left : {}, { attempts: 2, code: "ECONNREFUSED" })
          const { url } = yield* proxy()
          const cut = yield* Support.called(by({ uri: url })[way], "POST", server.url)
          assert.strictEqual(Support.outcome(cut), "TransportError, send")
          assert.strictEqual(server.count(), 1)
        })
      )
    )
  })
}

it.live("a proxy that forwards without a tunnel is asked for the whole address", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const { asked, url } = yield* proxy()
      const server = yield* FaultServer.make(fine)
      const http = by({ uri: url, proxyTunnel: false }).undici
      assert.strictEqual(Support.outcome(yield* Support.called(http, "PATCH", server.url)), "value")
      assert.deepStrictEqual(
        asked.map(({ line }) => line),
        [`PATCH ${server.url}/api/v2/robots/1`]
      )
    })
  )
)
