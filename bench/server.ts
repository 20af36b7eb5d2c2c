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

/** With PAGES, a list has so many, and ends: the cursor says which one is asked for. */
const most = Number(process.env.PAGES ?? 0)
const lastPage = Buffer.from(page.replace(/"next_cursor":"[^"]*"/, '"next_cursor":null'))
const pageAfter = (url: string) => {
  const at = Number(/cursor=page-(\d+)-/.exec(url)?.[1] ?? 0)
  return at + 1 >= most ? lastPage : Buffer.concat([before, Buffer.from(`page-${at + 1}-`), after])
}

const server = createServer((request, response) => {
  const url = request.url ?? ""
  const body = url.startsWith("/api/v2/deals/") ? deal : most > 0 ? pageAfter(url) : nextPage()
  response.writeHead(200, { ...headers, "content-length": body.length }).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port))
process.on("disconnect", () => process.exit(0))
