/** The OAuth server of oauth.ts on a port, for other processes and browsers. */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import type { OAuthServer } from "./oauth.js"

export interface Listening {
  readonly url: string
  readonly close: () => Promise<void>
}

export interface Delays {
  /** Waited before and after the OAuth server acts. */
  readonly before?: () => number
  readonly after?: () => number
}

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const read = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request.setEncoding("utf8")) text += chunk
  return text
}

export const listen = async (server: OAuthServer, delays: Delays = {}): Promise<Listening> => {
  const http = createServer((request, response) => {
    const answer = async () => {
      const text = await read(request)
      const token = request.url?.startsWith("/oauth/token") === true
      if (token && delays.before !== undefined) await sleep(delays.before())
      const headers = new Headers()
      for (const [name, value] of Object.entries(request.headers))
        if (typeof value === "string") headers.set(name, value)
      const method = request.method ?? "GET"
      const web = new Request(`http://${request.headers.host}${request.url}`, {
        method,
        headers,
        ...(method === "GET" || method === "HEAD" ? {} : { body: text })
      })
      const answered = await server.handle(web, Date.now())
      if (token && delays.after !== undefined) await sleep(delays.after())
      response.writeHead(answered.status, Object.fromEntries(answered.headers))
      response.end(Buffer.from(await answered.arrayBuffer()))
    }
    answer().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => resolve())
      })
  }
}
