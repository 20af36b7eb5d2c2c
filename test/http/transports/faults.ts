/** What a network and a server can do to a request, and how a call should end that meets it. */
import { gzipSync } from "node:zlib"
import type { Fault } from "../../support/faultServer.js"
import { answer, drip, flood, head, soon } from "../../support/faultServer.js"
import type { Method, Transport } from "./support.js"

interface Expected {
  /** How the call ends: `value`, or the tag of its error, with the phase of a `TransportError`. */
  readonly ends: string | ((transport: Transport, method: Method) => string)
  /** The methods that are sent again, once. */
  readonly again: ReadonlyArray<Method> | ((transport: Transport) => ReadonlyArray<Method>)
}

export interface Case extends Fault, Expected {
  /** Whether only our time limit ends it. */
  readonly hangs?: boolean
  /** Whether it would send without end: the most megabytes that are taken of it, the buffers of the system included. */
  readonly takes?: number
}

const all: ReadonlyArray<Method> = ["GET", "POST", "PATCH", "DELETE"]
const allButPost: ReadonlyArray<Method> = ["GET", "PATCH", "DELETE"]
const reads: ReadonlyArray<Method> = ["GET"]
const none: ReadonlyArray<Method> = []

const broken = { ends: "TransportError, send", again: allButPost } as const
const brokenOff = { ends: "TransportError, receive", again: allButPost } as const
const late = { ends: "Timeout", again: allButPost, hangs: true } as const
const unreadable = { ends: "InvalidResponse", again: reads } as const
const failing = { ends: "ServerError", again: allButPost } as const
const fine = { ends: "value", again: none } as const

const robot = JSON.stringify({ success: true, data: { id: 1, name: "Rób" } })
const half = robot.slice(0, 20)
const page = "<!doctype html><html><body><h1>Maintenance</h1></body></html>"

const manyHeaders = Array.from({ length: 100_000 }, (_, n) => `x-${n}: ${n}\r\n`).join("")

const brief = { "retry-after": "0.05" }

const megabytes = 64

export const cases: Record<string, Case> = {
  // ---------------------------------------------------------------- before an answer
  "resets the connection before it read the request": { ...broken, onBytes: (socket) => socket.resetAndDestroy() },
  "resets the connection when it has read the request": { ...broken, onRequest: (socket) => socket.resetAndDestroy() },
  "closes the connection when it has read the request": { ...broken, onRequest: (socket) => socket.end() },
  "never answers": late,
  "answers what is no HTTP": { ...broken, onRequest: (socket) => socket.end("220 mail.example.com ESMTP\r\n") },
  "resets in the middle of its headers": {
    ...broken,
    onRequest: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: appl")
      soon(socket, 20, () => socket.resetAndDestroy())
    }
  },
  "sends 100,000 headers": {
    ...broken,
    onRequest: (socket) => {
      socket.end(`HTTP/1.1 200 OK\r\n${manyHeaders}content-length: ${Buffer.byteLength(robot)}\r\n\r\n${robot}`)
    }
  },
  "sends as many headers as a transport takes": {
    ...fine,
    onRequest: (socket) => {
      const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, n]))
      socket.end(answer(200, robot, many))
    }
  },
  "sends early hints, then its answer": {
    ...fine,
    onRequest: (socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
      soon(socket, 5, () => socket.end(answer(200, robot)))
    }
  },

  // ---------------------------------------------------------------- in the middle of an answer
  "resets the connection after the headers": {
    ...brokenOff,
    onRequest: (socket) => {
      socket.write(head(200, { "content-length": 100 }))
      soon(socket, 20, () => socket.resetAndDestroy())
    }
  },
  "sends less than it promised, and closes": {
    ...brokenOff,
    onRequest: (socket) => socket.end(head(200, { "content-length": 1000 }) + half)
  },
  "sends less than it promised, and waits": {
    ...late,
    onRequest: (socket) => socket.write(head(200, { "content-length": 1000 }) + robot)
  },
  "sends more than it promised": {
    ...unreadable,
    onRequest: (socket) => socket.end(head(200, { "content-length": half.length }) + robot)
  },
  "cuts a chunked body short": {
    ...brokenOff,
    onRequest: (socket) => socket.end(`${head(200, { "transfer-encoding": "chunked" })}14\r\n${half}\r\n`)
  },
  "cuts a body of unknown length short": { ...unreadable, onRequest: (socket) => socket.end(head(200) + half) },
  "lies about the length of a chunk": {
    ...brokenOff,
    onRequest: (socket) => socket.end(`${head(200, { "transfer-encoding": "chunked" })}5\r\n${robot}\r\n0\r\n\r\n`)
  },
  "drips its headers, a byte a second": { ...late, onRequest: (socket) => drip(socket, head(200)) },
  "drips its body, a byte a second": {
    ...late,
    onRequest: (socket) => {
      socket.write(head(200, { "content-length": robot.length }))
      drip(socket, robot)
    }
  },

  // ---------------------------------------------------------------- answers that make no sense
  "calls a body gzip that is not": {
    // only fetch unpacks; the others ask for nothing packed
    ends: (transport) => (transport.startsWith("fetch") ? "TransportError, receive" : "InvalidResponse"),
    again: (transport) => (transport.startsWith("fetch") ? allButPost : reads),
    onRequest: (socket) => socket.end(answer(200, "no gzip", { "content-encoding": "gzip" }))
  },
  "cuts a gzip short": {
    ...unreadable,
    onRequest: (socket) => socket.end(answer(200, gzipSync(robot).subarray(0, 30), { "content-encoding": "gzip" }))
  },
  "sends bytes that are no UTF-8, in a name": {
    ...fine,
    onRequest: (socket) => socket.end(answer(200, Buffer.from(robot, "latin1")))
  },
  "sends bytes that are no UTF-8, instead of JSON": {
    ...unreadable,
    onRequest: (socket) => socket.end(answer(200, Buffer.from([0xff, 0xfe, 0xc0, 0x80])))
  },
  "starts its body with a byte order mark": {
    ...fine,
    onRequest: (socket) => socket.end(answer(200, `\ufeff${robot}`))
  },
  "sends a page of HTML": {
    ...unreadable,
    onRequest: (socket) => socket.end(answer(200, page, { "content-type": "text/html" }))
  },
  "sends an empty body": {
    ends: (_, method) => (method === "DELETE" ? "value" : "InvalidResponse"),
    again: reads,
    onRequest: (socket) => socket.end(answer(200, ""))
  },
  "sends a 204": { ...fine, onRequest: (socket) => socket.end(head(204)) },

  // ---------------------------------------------------------------- errors
  fails: { ...failing, onRequest: (socket) => socket.end(answer(500, '{"success":false,"error":"Oops"}')) },
  "fails with a page of HTML": {
    ...failing,
    onRequest: (socket) => socket.end(answer(502, page, { "content-type": "text/html" }))
  },
  [`fails with a page of ${megabytes} MB`]: {
    ...failing,
    takes: 16,
    onRequest: (socket) => {
      socket.write(head(500, { "content-type": "text/html", "content-length": megabytes * 1024 * 1024 }))
      flood(socket, megabytes * 1024 * 1024, Buffer.alloc(64 * 1024, "<p>no</p> "))
    }
  },
  [`fails with a gzip that unpacks to ${megabytes} MB`]: {
    ...failing,
    onRequest: (socket) => socket.end(answer(500, bomb(), { "content-encoding": "gzip" }))
  },
  "fails, and cuts the page short": {
    ...failing,
    onRequest: (socket) => socket.end(head(500, { "content-length": 1000 }) + page)
  },
  "fails, and resets in the middle of the page": {
    ...failing,
    onRequest: (socket) => {
      socket.write(head(500, { "content-length": 1_000_000 }) + page)
      soon(socket, 20, () => socket.resetAndDestroy())
    }
  },
  "fails with a page of untold length, and resets in the middle of it": {
    ...failing,
    onRequest: (socket) => {
      socket.write(`${head(500, { "transfer-encoding": "chunked" })}5\r\nSorry\r\n`)
      soon(socket, 20, () => socket.resetAndDestroy())
    }
  },
  "refuses for a while": {
    ends: "value",
    again: all,
    onRequest: (socket, nth) => socket.end(nth === 1 ? answer(429, "{}", brief) : answer(200, robot))
  },
  "refuses for a while, and cuts the page short": {
    ends: "value",
    again: all,
    onRequest: (socket, nth) =>
      socket.end(nth === 1 ? head(429, { ...brief, "content-length": 1000 }) + page : answer(200, robot))
  },
  "refuses all traffic": {
    ends: "Forbidden",
    again: none,
    onRequest: (socket) => socket.end(answer(403, page, { "content-type": "text/html" }))
  }
}

let packed: Buffer | undefined
const bomb = (): Buffer => (packed ??= gzipSync(Buffer.alloc(megabytes * 1024 * 1024, "no ")))
