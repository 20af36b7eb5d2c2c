/** A server on the loopback that keeps what it is sent and answers an empty success. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Recorded {
  readonly method: string
  readonly path: string
  /** As it stood on the wire, without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export interface Server {
  readonly url: string
  /** What came since the last time it was asked. */
  readonly take: () => ReadonlyArray<Recorded>
  readonly close: () => Promise<void>
}

export const start = async (): Promise<Server> => {
  let recorded: Array<Recorded> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s)
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])
      )
      recorded.push({ method: request.method ?? "", path, query, headers, body: Buffer.concat(chunks) })
      response.setHeader("content-type", "application/json")
      response.end('{"success":true,"data":[]}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = recorded
      recorded = []
      return taken
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => (error === undefined ? resolve() : reject(error)))
      })
  }
}
