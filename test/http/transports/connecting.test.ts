import * as Net from "node:net"
import * as Tls from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cert, key } from "../../support/certificate.js"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

/** Methods that are sent twice, where one resending is allowed. */
const everything = Support.methods
const allButPost = Support.methods.filter((method) => method !== "POST")

/** Calls with each method, and holds what the error says of the connection, and how often it was tried. */
const expects = (
  transport: Parameters<typeof Support.called>[0],
  url: string,
  phase: "connect" | "send",
  again: ReadonlyArray<Support.Method>,
  code?: RegExp
) =>
  Effect.forEach(
    Support.methods,
    (method) =>
      Effect.gen(function* () {
        const result = yield* Support.called(transport, method, url)
        if (result._tag === "Right" || result.left._tag !== "TransportError")
          return assert.fail(Support.outcome(result))
        const error = result.left
        assert.deepInclude(error, { phase, attempts: again.includes(method) ? 2 : 1 }, `${method}: ${error.message}`)
        if (code !== undefined) assert.match(error.code ?? "", code)
      }),
    { concurrency: "unbounded", discard: true }
  )

const robot = '{"success":true,"data":{"id":1}}'

describe("a connection that never opened", () => {
  for (const transport of Support.transportNames) {
    it.live(`is told over ${transport}, and everything is sent again: a closed port`, () =>
      // no server listens so low; fetch itself forbids the lowest port
      expects(transport, "http://127.0.0.1:2", "connect", everything, /^ECONNREFUSED$/)
    )

    it.live(`and a host that is nowhere, over ${transport}`, () =>
      // no name has a part so long: no resolver has to be asked
      expects(transport, `https://${"a".repeat(64)}.invalid`, "connect", everything, /^(ENOTFOUND|EAI_\w+)$/)
    )

    it.live(`and a server that is there only later, over ${transport}: a POST acts once`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* FaultServer.make({ onRequest: (socket) => socket.end(FaultServer.answer(200, robot)) })
          yield* server.close
          yield* Effect.fork(Effect.delay(server.reopen, "60 millis"))
          const result = yield* Support.called(transport, "POST", server.url, { retries: 12, backoff: "10 millis" })
          assert.strictEqual(Support.outcome(result), "value")
          assert.strictEqual(server.count(), 1)
          assert.isTrue(yield* server.drained("3 seconds"))
        })
      )
    )
  }
})

it.live("a port that fetch forbids is no broken connection", () =>
  expects("fetch", "http://127.0.0.1:9", "connect", everything)
)

/** Listens on `127.0.0.1` until its scope is closed; gives the address and what was counted. */
const listening = (fault: FaultServer.Fault, make: (accept: (socket: Net.Socket) => void) => Net.Server) =>
  Effect.acquireRelease(
    Effect.async<{ server: Net.Server; sockets: Set<Net.Socket>; url: string; counter: FaultServer.Counter }>(
      (resume) => {
        const counter = FaultServer.counter(fault)
        const server = make(counter.accept)
        const sockets = new Set<Net.Socket>()
        server.on("connection", (socket: Net.Socket) => {
          sockets.add(socket)
          socket.on("error", () => {})
        })
        server.on("tlsClientError", () => {})
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as Net.AddressInfo
          resume(Effect.succeed({ server, sockets, counter, url: `https://127.0.0.1:${port}` }))
        })
      }
    ),
    ({ server, sockets }) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )

const secure = (fault: FaultServer.Fault, options: Tls.TlsOptions = {}) =>
  listening(fault, (accept) => Tls.createServer({ cert, key, ...options }, accept))

const insecure = (onConnect: (socket: Net.Socket) => void) =>
  listening({}, () =>
    Net.createServer((socket) => {
      socket.on("error", () => {})
      onConnect(socket)
    })
  )

describe("over TLS", () => {
  const trusting = Support.connectingWith({ ca: cert })

  for (const transport of Support.transportNames) {
    it.live(`${transport} reaches a server whose certificate it trusts`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* secure({ onRequest: (socket) => socket.end(FaultServer.answer(200, robot)) })
          assert.strictEqual(Support.outcome(yield* Support.called(trusting[transport], "POST", url)), "value")
        })
      )
    )

    it.live(`a certificate that ${transport} does not trust opens nothing, and is not tried twice`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { counter, url } = yield* secure({})
          yield* expects(transport, url, "connect", [], /SELF_SIGNED_CERT/)
          const other = url.replace("127.0.0.1", "localhost")
          yield* expects(trusting[transport], other, "connect", [], /ALTNAME/)
          assert.lengthOf(counter.seen, 0)
        })
      )
    )

    it.live(`a server that closes in the middle of the handshake opens nothing, over ${transport}`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* insecure((socket) => socket.on("data", () => socket.end()))
          yield* expects(transport, url, "connect", everything, /^ECONNRESET$/)
        })
      )
    )

    it.live(`a server without TLS may have heard something, as far as ${transport} can tell`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* insecure((socket) =>
            socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
          )
          yield* expects(transport, url, "send", allButPost)
        })
      )
    )

    it.live(`a server that asks for a certificate when it has the request may have acted, over ${transport}`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* secure({}, { requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" })
          yield* expects(trusting[transport], url, "send", allButPost)
        })
      )
    )
  }

  it.live("so may one that breaks in with what is no TLS, over Node http", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url } = yield* insecure((raw) => {
          const inner = new Tls.TLSSocket(raw, { isServer: true, cert, key })
          inner.on("error", () => {})
          inner.on("data", () => Net.Socket.prototype.write.call(raw, "HTTP/1.1 400 Bad Request\r\n\r\n"))
        })
        yield* expects(trusting["Node http"], url, "send", allButPost, /^ERR_SSL_/)
      })
    )
  )

  const impatient = Support.connectingWith({ timeout: 100 })
  for (const transport of ["fetch", "undici"] as const) {
    it.live(`a handshake that lasts longer than ${transport} waits opens nothing`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* insecure(() => {})
          yield* expects(impatient[transport], url, "connect", everything, /^UND_ERR_CONNECT_TIMEOUT$/)
        })
      )
    )
  }

  it.live("Node http knows no such limit: ours ends it, and what it cannot tell is not sent again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url } = yield* insecure(() => {})
        const result = yield* Support.called("Node http", "POST", url, { timeout: "100 millis" })
        assert.strictEqual(Support.outcome(result), "Timeout")
        assert.strictEqual(result._tag === "Left" && "attempts" in result.left ? result.left.attempts : 0, 1)
      })
    )
  )
})
