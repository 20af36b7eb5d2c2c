/**
 * From request to answer: the order of checks is Pipedrive's.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Call, Described, Handler } from "./call.js"
import { identify } from "./credentials.js"
import { type Answer, empty, type Incoming } from "./http.js"
import { handlers } from "./operations.js"
import * as parameters from "./parameters.js"
import * as refusals from "./refusals.js"
import * as routes from "./routes.js"
import * as seen from "./seen.js"
import { synthesize } from "./synthesize.js"
import type { View } from "./view.js"
import { type Row, uuid, type World } from "./world.js"

/** A sandbox from the inside. */
export interface Inside {
  readonly world: World
  readonly origin: string
  readonly log: Array<seen.SeenRequest>
  /** Makes correlation ids, apart from the world's own ids. */
  readonly correlation: Pick<World, "entropy">
}

const exposed =
  "X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining"

/** What a browser asks before it sends a request with credentials to another host. */
const preflight: Answer = empty(204, {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type, x-api-token, user-agent",
  "access-control-max-age": "86400"
})

/** The headers of the service that answers: leads have one of their own. */
const frame = (pathname: string): Readonly<Record<string, string>> => {
  const [version = "v1", rest = ""] = routes.versionOf(pathname) ?? []
  const leads = version === "v1" && /^\/lead(s|Labels|Sources)(\/|$)/.test(rest)
  return {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposed,
    "cache-control": version === "v2" ? "no-cache, private" : "no-cache",
    vary: version === "v2" || leads ? "accept-encoding" : "Accept-Encoding",
    ...(leads ? { "content-type": "application/json; charset=utf-8" } : {})
  }
}

const limits: Readonly<Record<string, string>> = {
  "x-ratelimit-limit": "100",
  "x-ratelimit-remaining": "99",
  "x-ratelimit-reset": "2",
  "x-daily-ratelimit-token-limit": "150000",
  "x-daily-ratelimit-token-remaining": "149999"
}

const handlerOf = (endpoint: Described): Handler =>
  handlers[`${endpoint.version}.${endpoint.operation}`] ?? ((call) => Either.right(synthesize(call)))

const operate = (
  inside: Inside,
  incoming: Incoming,
  caller: Row,
  now: string,
  note: (name: string) => void
): Answer => {
  const address = routes.versionOf(incoming.url.pathname)
  if (address === undefined) return refusals.v1(404, "Not found")
  const [version, rest] = address
  const destination = routes.find(version, incoming.method, rest)
  if (destination._tag === "Nowhere") return refusals.inVersion(version, 404, "Not found")
  if (destination._tag === "OtherMethods") {
    return {
      ...refusals.inVersion(version, 405, "Method not allowed"),
      headers: { allow: destination.methods.join(", ") }
    }
  }
  const { endpoint, path } = destination
  note(`${version}.${endpoint.name}`)
  const view: View = { world: inside.world, caller, now, origin: inside.origin }
  const read = parameters.read(endpoint, path, incoming)
  if (version === "v2") {
    const faults = parameters.faults(endpoint, read, incoming)
    if (faults.length > 0) return refusals.invalid(faults)
  } else if (incoming.body._tag === "Unreadable") return refusals.v1(400, "Bad request")
  const call: Call = { view, endpoint, request: incoming, ...read }
  return Either.merge(handlerOf(endpoint)(call))
}

/** Answers a request. */
export const handle = (inside: Inside, incoming: Incoming): Effect.Effect<Answer> =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    if (incoming.method === "OPTIONS") return preflight
    const now = new Date(millis).toISOString()
    let endpoint: string | undefined
    const caller = identify(inside.world, incoming)
    const answer = Either.isLeft(caller)
      ? caller.left
      : operate(inside, incoming, caller.right, now, (name) => {
          endpoint = name
        })
    inside.log.push(seen.request(incoming, now, answer.status, endpoint))
    return {
      ...answer,
      headers: {
        ...frame(incoming.url.pathname),
        ...(Either.isLeft(caller) ? {} : limits),
        "x-correlation-id": uuid(inside.correlation),
        ...answer.headers
      }
    }
  })
