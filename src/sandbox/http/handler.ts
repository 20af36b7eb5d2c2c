/**
 * From request to answer. The order of checks is Pipedrive's: credentials, limits, scopes, route, validation, and only then the
 * thing that is asked for.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { project } from "../entities/project.js"
import { user } from "../entities/user.js"
import { settled } from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as Time from "../model/time.js"
import type { View } from "../model/view.js"
import { all, type Change, uuid, type World } from "../model/world.js"
import * as oauthHandler from "../oauth/handler.js"
import type * as oauth from "../oauth/server.js"
import * as crud from "../operations/crud.js"
import { handlers } from "../operations/index.js"
import * as webhooks from "../webhooks/delivery.js"
import * as remembered from "./boundedLog.js"
import { allOf, type Call, type Described, type Handler, honouring, paged } from "./call.js"
import { type Identity, identify } from "./credentials.js"
import * as faults from "./faults.js"
import * as limits from "./limits.js"
import { type Answer, empty, html, type Incoming } from "./messages.js"
import * as parameters from "./parameters.js"
import * as refusals from "./refusals.js"
import { missing, type Reply } from "./replies.js"
import * as seen from "./requestLog.js"
import * as routes from "./routes.js"
import { statusPage } from "./statusPage.js"
import { synthesize } from "./synthesize.js"

/** A sandbox from the inside. */
export interface Inside {
  readonly world: World
  readonly time: Time.Time
  readonly origin: string
  readonly log: remembered.Log<seen.SeenRequest>
  /** Makes correlation ids and decides about faults, apart from the world's own ids. */
  readonly chance: Pick<World, "entropy">
  readonly limits: limits.Limits
  readonly oauth: oauth.Server
  readonly replies: ReadonlyMap<string, Reply>
  /** Nothing answers but the replies. */
  readonly repliesOnly: boolean
  /** Parameters that nobody acts upon are passed over. */
  readonly ignoresUnknown: boolean
  readonly courier: webhooks.Courier
  faults: ReadonlyArray<faults.Armed>
}

// -----------------------------------------------------------------------------
// headers
// -----------------------------------------------------------------------------

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

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers }
})

/** The sandbox's own pages run nothing. */
const noScripts = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}

// -----------------------------------------------------------------------------
// the API
// -----------------------------------------------------------------------------

/** Where a request leads, as far as its address tells. */
interface Address {
  readonly version: "v1" | "v2"
  readonly destination: routes.Destination
}

const addressOf = (incoming: Incoming): Address => {
  const [version, rest] = routes.versionOf(incoming.url.pathname) ?? []
  return version === undefined || rest === undefined
    ? { version: "v1", destination: { _tag: "Nowhere" } }
    : { version, destination: routes.find(version, incoming.method, rest) }
}

/** What such an answer is about, if the world knows it. */
const parents: Readonly<Record<string, Entity>> = {
  deals: deal,
  persons: person,
  organizations: organization,
  projects: project,
  users: user
}

const parentOf = ({ endpoint, path }: Call): Entity | undefined =>
  "id" in path ? parents[endpoint.path.split("/")[1] ?? ""] : undefined

/** Says that an answer speaks of nothing that the world holds. */
const marked = {
  "x-sandbox-answer": "schema",
  "access-control-expose-headers": `${exposed}, X-Sandbox-Answer`
}

/** An answer made up has one page, and is the same for all who do not ask for more than the default. */
export const madeUp: Handler = honouring({ ...allOf(paged), folder: ["inbox"], include_body: ["0"] }, (call) => {
  const parent = parentOf(call)
  const found = parent === undefined ? settled : Either.map(crud.find(parent, call.path.id, call), () => undefined)
  return Either.map(found, () => withHeaders(synthesize(call), marked))
})

/** What answers an endpoint. */
export const handlerOf = ({ operation, version }: Described): Handler => handlers[`${version}.${operation}`] ?? madeUp

const answerTo = (inside: Inside, call: Call): Answer => {
  const { endpoint } = call
  const name = `${endpoint.version}.${endpoint.name}`
  const reply = inside.replies.get(name)
  if (reply !== undefined) return reply.answer(call)
  if (inside.repliesOnly) return missing(name)
  const handler = handlerOf(endpoint)
  const unknown = inside.ignoresUnknown ? [] : parameters.unknown(endpoint, handler.honours, call.query)
  if (unknown.length > 0) return refusals.unknown(endpoint, unknown.join(", "))
  const [wrong] = endpoint.version === "v1" ? parameters.unreadable(endpoint, call.query) : []
  return wrong === undefined ? Either.merge(handler(call)) : refusals.v1(400, `${wrong} is not valid.`)
}

const mayAsk = (identity: Identity, endpoint: Described): boolean => {
  const { scopes } = identity
  return scopes === undefined || endpoint.scopes.length === 0 || endpoint.scopes.some((scope) => scopes.has(scope))
}

const operate = (inside: Inside, incoming: Incoming, address: Address, identity: Identity, now: string): Answer => {
  const { destination, version } = address
  if (destination._tag === "Nowhere") return refusals.inVersion(version, 404, "Not found")
  if (destination._tag === "OtherMethods") {
    const answer = refusals.inVersion(version, 405, "Method not allowed")
    return { ...answer, headers: { allow: destination.methods.join(", ") } }
  }
  const { endpoint, path } = destination
  if (!mayAsk(identity, endpoint)) return refusals.gateway(403, "Scope and URL mismatch")
  const view: View = {
    world: inside.world,
    caller: identity.user,
    now,
    origin: inside.origin,
    ...(identity.app === undefined ? {} : { app: identity.app })
  }
  const read = parameters.read(endpoint, path, incoming)
  if (version === "v2") {
    const wrong = parameters.faults(endpoint, read, incoming)
    if (wrong.length > 0) return refusals.invalid(wrong)
  } else if (incoming.body._tag === "Unreadable") return refusals.v1(400, "Bad request")
  return answerTo(inside, { view, endpoint, request: incoming, ...read, ignoresUnknown: inside.ignoresUnknown })
}

const api = (inside: Inside, incoming: Incoming, address: Address, millis: number): Answer => {
  const now = new Date(millis).toISOString()
  const headers = frame(incoming.url.pathname)
  const identity = identify(inside.world, inside.oauth, incoming, now)
  if (Either.isLeft(identity)) return withHeaders(identity.left, headers)
  const { credential, kind } = identity.right
  const endpoint = address.destination._tag === "Found" ? address.destination.endpoint : undefined
  const verdict = limits.weigh(inside.limits, { credential, kind, endpoint }, millis)
  const answer = verdict.refusal ?? operate(inside, incoming, address, identity.right, now)
  return withHeaders(answer, { ...headers, ...verdict.headers })
}

/** Who looks on where nobody asks. */
const onlooker = (inside: Inside, millis: number): View => {
  const [first = { id: 0 }] = all(inside.world, "user")
  return { world: inside.world, caller: first, now: new Date(millis).toISOString(), origin: inside.origin }
}

// -----------------------------------------------------------------------------
// requests
// -----------------------------------------------------------------------------

const strike = (fault: faults.Fault, answer: () => Answer): Effect.Effect<Answer> => {
  const { outcome } = fault
  const own = faults.acts(fault) ? answer() : empty(200)
  switch (outcome._tag) {
    case "Respond":
      return Effect.succeed(faults.respond(outcome))
    case "Pass":
      return Effect.succeed(own)
    case "Hang":
      return Effect.never
    default:
      return Effect.succeed({ ...own, delivery: outcome })
  }
}

/** What it knows to be secret, tokens of its OAuth server aside: they are known by their form. */
const secretsOf = (inside: Inside): ReadonlyArray<string> => [
  ...Array.from(all(inside.world, "apiToken"), ({ id }) => String(id)),
  ...inside.oauth.apps.map(({ clientSecret }) => clientSecret)
]

/** Answers a request. */
export const handle = (inside: Inside, incoming: Incoming): Effect.Effect<Answer> =>
  Time.within(inside.time, answered(inside, incoming))

const answered = (inside: Inside, incoming: Incoming): Effect.Effect<Answer> =>
  Effect.gen(function* () {
    if (incoming.method === "OPTIONS") return preflight
    if (incoming.method === "GET" && incoming.url.pathname === "/") return html(200, statusPage(inside), noScripts)
    const arrived = yield* Clock.currentTimeMillis
    const server = oauthHandler.nameOf(incoming.url.pathname)
    const address = addressOf(incoming)
    const { destination } = address
    const name =
      server !== undefined
        ? `oauth.${server}`
        : destination._tag === "Found"
          ? `${destination.endpoint.version}.${destination.endpoint.name}`
          : undefined
    const entry = seen.request(incoming, new Date(arrived).toISOString(), name, secretsOf(inside))
    const slot = remembered.note(inside.log, entry)
    const fault = faults.meet(inside.faults, name, inside.chance)
    if (fault?.delay !== undefined) yield* Effect.sleep(fault.delay)
    const now = yield* Clock.currentTimeMillis
    const happened: Array<Change> = []
    const answer = (): Answer => {
      const known = inside.world.log.length
      const given =
        server === undefined
          ? api(inside, incoming, address, now)
          : oauthHandler.handle(inside.oauth, inside.world, server, incoming, new Date(now).toISOString())
      happened.push(...inside.world.log.slice(known))
      return given
    }
    const given = fault === undefined ? answer() : yield* strike(fault, answer)
    if (happened.length > 0) yield* webhooks.announce(inside.courier, onlooker(inside, now), happened)
    const heard = given.delivery?._tag !== "Reset" && given.delivery?._tag !== "Refuse"
    if (heard) slot.value = { ...slot.value, status: given.status }
    return withHeaders(given, { "x-correlation-id": uuid(inside.chance) })
  })
