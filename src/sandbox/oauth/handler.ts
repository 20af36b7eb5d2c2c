/**
 * Which part of the OAuth server a request is for.
 */
import { type Answer, empty, type Incoming } from "../http/messages.js"
import type { World } from "../model/world.js"
import { authorize, type Server } from "./server.js"
import { revoke, token } from "./tokens.js"

/** What a path of the OAuth server is called; `undefined` for other paths. */
export const nameOf = (pathname: string): string | undefined =>
  /^\/oauth\/(authorize|token|revoke)\/?$/.exec(pathname)?.[1]

/** Answers a request to the OAuth server. */
export const handle = (server: Server, world: World, name: string, incoming: Incoming, now: string): Answer => {
  // the address with a slash at its end only leads on, and a POST loses its body on the way
  if (incoming.url.pathname.endsWith("/")) {
    return empty(301, { location: `${incoming.url.pathname.slice(0, -1)}${incoming.url.search}` })
  }
  switch (name) {
    case "authorize":
      return authorize(server, world, incoming, now)
    case "token":
      return token(server, world, incoming, now)
    default:
      return revoke(server, world, incoming)
  }
}
