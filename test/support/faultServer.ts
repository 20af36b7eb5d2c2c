/**
 * A server over raw sockets that misbehaves as it is told, and keeps count of what it saw.
 */
import * as Net from "node:net"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A request, from its first byte on. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty until all of it was read. */
  body: Buffer
  /** Whether it was read to its end. */
  whole: boolean
  /** Which connection it came on, from 1 up. */
  readonly connection: number
}

/** What a server does about a request. Without either it never answers. */
export interface Fault {
  /** At the first bytes of the nth request of the server. */
  readonly onBytes?: (socket: Net.Socket, nth: number) => void
  /** When the nth request of the server was read whole. */
  readonly onRequest?: (socket: Net.Socket, nth: number, seen: Seen) => void
}

export interface FaultServer {
  readonly port: number
  readonly url: string
  /** The same server on `::1`, where there is one. */
  readonly url6: string | undefined
  readonly seen: ReadonlyArray<Seen>
  /** How many requests of a method came, or of any. */
  readonly count: (method?: string) => number
  /** How many connections were ever opened. */
  readonly connections: () => number
  /** How many are open now; how many of them without ever a request. */
  readonly open: () => { readonly used: number; readonly spare: number }
  /** How many bytes it could send. */
  readonly sent: () => number
  /** Waits until no connection is open that carried a request, for so long; tells whether it came to that. */
  readonly drained: (within: Duration.DurationInput) => Effect.Effect<boolean>
  /** Waits until so many requests came. */
  readonly asked: (count: number) => Effect.Effect<void>
  /** Breaks off every connection. */
  readonly cut: Effect.Effect<void>
  /** Stops to listen; connections stay. */
  readonly close: Effect.Effect<void>
  /** Listens again at the same port. */
  readonly reopen: Effect.Effect<void>
}

/** Connects a listener, whatever makes its sockets, to a fault. */
export interface Counter {
  readonly accept: (socket: Net.Socket) => void
  readonly seen: Array<Seen>
  readonly sockets: Set<Net.Socket>
  readonly used: Set<Net.Socket>
  readonly connections: () => number
  readonly sent: () => number
  readonly onChange: Set<() => void>
}

export const counter = (fault: Fault): Counter => {
  const seen: Array<Seen> = []
  const sockets = new Set<Net.Socket>()
  const used = new Set<Net.Socket>()
  const onChange = new Set<() => void>()
  let connections = 0
  let sentBefore = 0
  const changed = () => {
    for (const listener of onChange) listener()
  }
  const accept = (socket: Net.Socket): void => {
    const connection = ++connections
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on("error", () => {})
    socket.on("close", () => {
      sockets.delete(socket)
      used.delete(socket)
      sentBefore += socket.bytesWritten
      changed()
    })
    let bytes = Buffer.alloc(0)
    let current: Seen | undefined
    let nth = 0
    socket.on("data", (chunk: Buffer) => {
      used.add(socket)
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length > 0) {
        if (current === undefined) {
          current = begin(bytes, connection)
          nth = seen.push(current)
          changed()
          fault.onBytes?.(socket, nth)
          if (socket.destroyed) return
        }
        const end = whole(bytes)
        if (end === undefined) return
        const { body, length } = end
        bytes = bytes.subarray(length)
        const request = current
        request.body = body
        request.whole = true
        current = undefined
        fault.onRequest?.(socket, nth, request)
      }
    })
  }
  const sent = () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, sentBefore)
  return { accept, seen, sockets, used, onChange, sent, connections: () => connections }
}

const begin = (bytes: Buffer, connection: number): Seen => {
  const [first = "", ...lines] = bytes.toString("latin1").split("\r\n\r\n")[0]!.split("\r\n")
  const [method = "", path = ""] = first.split(" ")
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(":")
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    // one that comes twice shows
    if (colon > 0) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return { method, path, headers, body: Buffer.alloc(0), whole: false, connection }
}

/** The body of the first request in the bytes, and where it ends, once it is all there. */
const whole = (bytes: Buffer): { readonly body: Buffer; readonly length: number } | undefined => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const head = bytes.toString("latin1", 0, end).toLowerCase()
  if (/\r\ntransfer-encoding: *chunked/.test(head)) return chunked(bytes, end + 4)
  const length = end + 4 + Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
  return bytes.length < length ? undefined : { body: bytes.subarray(end + 4, length), length }
}

const chunked = (bytes: Buffer, start: number) => {
  const parts: Array<Buffer> = []
  for (let at = start; ; ) {
    const line = bytes.indexOf("\r\n", at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16)
    const next = line + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { body: Buffer.concat(parts), length: next }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = next
  }
}

const listen = (server: Net.Server, host: string, port = 0): Effect.Effect<number | undefined> =>
  Effect.async((resume) => {
    const onError = () => resume(Effect.succeed(undefined))
    server.once("error", onError)
    server.listen(port, host, () => {
      server.off("error", onError)
      resume(Effect.succeed((server.address() as Net.AddressInfo).port))
    })
  })

const close = (server: Net.Server): Effect.Effect<void> =>
  Effect.sync(() => {
    if (server.listening) server.close()
  })

/** Waits until something holds, told of every change; tells whether it did in time. */
export const until = (
  holds: () => boolean,
  onChange: Set<() => void>,
  within: Duration.DurationInput
): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const done = (value: boolean) => {
      clearTimeout(timer)
      onChange.delete(look)
      resume(Effect.succeed(value))
    }
    const look = () => {
      if (holds()) done(true)
    }
    const timer = setTimeout(() => done(false), Duration.toMillis(within))
    onChange.add(look)
    look()
  })

/** Listens on `127.0.0.1`, and on `::1` where there is one, until its scope is closed. */
export const make = (fault: Fault): Effect.Effect<FaultServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const { accept, connections, onChange, seen, sent, sockets, used } = counter(fault)
      const server = Net.createServer(accept)
      const server6 = Net.createServer(accept)
      const port = yield* listen(server, "127.0.0.1")
      if (port === undefined) return yield* Effect.dieMessage("no port on 127.0.0.1")
      const port6 = yield* listen(server6, "::1")
      const made: FaultServer = {
        port,
        url: `http://127.0.0.1:${port}`,
        url6: port6 === undefined ? undefined : `http://[::1]:${port6}`,
        seen,
        count: (method) => seen.filter((one) => method === undefined || one.method === method).length,
        connections,
        open: () => ({ used: used.size, spare: sockets.size - used.size }),
        sent,
        drained: (within) => until(() => used.size === 0, onChange, within),
        asked: (count) =>
          Effect.flatMap(
            until(() => seen.length >= count, onChange, "10 seconds"),
            (came) => (came ? Effect.void : Effect.dieMessage(`no ${count} requests came`))
          ),
        cut: Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
        }),
        close: close(server),
        reopen: Effect.asVoid(listen(server, "127.0.0.1", port))
      }
      return { made, server6 }
    }),
    ({ made, server6 }) => Effect.all([made.cut, made.close, close(server6)])
  ).pipe(Effect.map(({ made }) => made))

// -----------------------------------------------------------------------------
// answers, byte by byte
// -----------------------------------------------------------------------------

/** The head of an answer. Connections are not kept unless a header says so. */
export const head = (status: number, headers: Readonly<Record<string, string | number>> = {}): string => {
  const all = { "content-type": "application/json", connection: "close", ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n`
}

/** A whole answer. */
export const answer = (
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string | number>> = {}
): Buffer =>
  Buffer.concat([
    Buffer.from(head(status, { "content-length": Buffer.byteLength(body), ...headers })),
    Buffer.from(body)
  ])

export const kept = { connection: "keep-alive" } as const

/** A byte a second. */
export const drip = (socket: Net.Socket, text: string): void => {
  let at = 0
  const next = () => {
    if (at < text.length && !socket.destroyed) socket.write(text[at++]!)
  }
  next()
  const timer = setInterval(next, 1000)
  socket.on("close", () => clearInterval(timer))
}

/** So many bytes, as fast as they are taken. */
export const flood = (socket: Net.Socket, bytes: number, part: Buffer): void => {
  let left = bytes
  const next = () => {
    while (left > 0 && !socket.destroyed) {
      left -= part.length
      if (!socket.write(part)) return void socket.once("drain", next)
    }
    if (!socket.destroyed) socket.end()
  }
  next()
}

/** Something later, unless the connection is gone by then. */
export const soon = (socket: Net.Socket, millis: number, act: () => void): void => {
  const timer = setTimeout(act, millis)
  socket.on("close", () => clearTimeout(timer))
}
