/**
 * The other end of the loopback, in a process of its own so that its CPU time does not count.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { one, page } from "./payload.js"

const headers = {
  "content-type": "application/json; charset=utf-8",
  "x-ratelimit-limit": "100000",
  "x-ratelimit-remaining": "99999",
  "x-ratelimit-reset": "2"
}

const deal = Buffer.from(one)

/** Each page leads to another one: a cursor that came before would end a stream. */
const [before, after] = page.split("eyJ").map((part) => Buffer.from(part)) as [Buffer, Buffer]
let pages = 0
const nextPage = () => Buffer.concat([before, Buffer.from(`page-${pages++}-`), after])

const server = createServer((request, response) => {
  const body = request.url?.startsWith("/api/v2/deals/") ? deal : nextPage()
  response.writeHead(200, { ...headers, "content-length": body.length }).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port))
process.on("disconnect", () => process.exit(0))
