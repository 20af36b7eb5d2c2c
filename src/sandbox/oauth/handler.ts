/**
 * The router of the OAuth server.
 */
import { type Answer, empty, type Incoming } from "../http/messages.js"
import type { World } from "../model/world.js"
import { authorize, type Server } from "./server.js"
import { revoke, token } from "./tokens.js"

/** The endpoint of a path of the OAuth server; `undefined` for other paths. */
export const endpointOf = (pathname: string): string | undefined =>
  /^\/oauth\/(authorize|token|revoke)\/?$/.exec(pathname)?.[1]

/** Handles a request to the OAuth server. */
export const handle = (server: Server, world: World, name: string, incoming: Incoming, now: string): Answer => {
  // a trailing slash is redirected, which loses the body of a POST
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
