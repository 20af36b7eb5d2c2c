/**
 * From request to response. The order of checks is Pipedrive's: credentials, limits, scopes, route, validation, and then the
 * entity.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { project } from "../entities/project.js"
import { user } from "../entities/user.js"
import { accepted } from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as Time from "../model/time.js"
import type { View } from "../model/view.js"
import { all, type Change, uuid, type World } from "../model/world.js"
import * as oauthHandler from "../oauth/handler.js"
import type * as oauth from "../oauth/server.js"
import * as crud from "../operations/crud.js"
import { handlers } from "../operations/index.js"
import * as webhooks from "../webhooks/delivery.js"
import * as boundedLog from "./boundedLog.js"
import {
  type AnyDescription,
  type Call,
  fullySupported,
  type Handler,
  pagingParameters,
  withParameters
} from "./call.js"
import { type Identity, identify } from "./credentials.js"
import * as errorResponses from "./errorResponses.js"
import * as faults from "./faults.js"
import * as limits from "./limits.js"
import { type Answer, empty, type Incoming } from "./messages.js"
import * as parameters from "./parameters.js"
import { noReply, type Reply } from "./replies.js"
import * as requestLog from "./requestLog.js"
import * as routes from "./routes.js"
import { synthesize } from "./synthesize.js"

/** The internal state of a sandbox. */
export interface Internals {
  readonly world: World
  readonly time: Time.Time
  readonly origin: string
  readonly log: boundedLog.Log<requestLog.SeenRequest>
  /** The random state for correlation ids and faults. It is separate, so that they do not change the ids of entities. */
  readonly random: Pick<World, "entropy">
  readonly limits: limits.Limits
  readonly oauth: oauth.Server
  readonly replies: ReadonlyMap<string, Reply>
  /** Endpoints without a reply get a 501. */
  readonly repliesOnly: boolean
  /** Unsupported parameters are ignored. */
  readonly ignoresUnknown: boolean
  readonly webhookSender: webhooks.WebhookSender
  /** API tokens of other companies behind the same address, which the log does not show either. */
  readonly otherTokens: ReadonlyArray<string>
  faults: ReadonlyArray<faults.ActiveFault>
}

// -----------------------------------------------------------------------------
// headers
// -----------------------------------------------------------------------------

const exposedHeaders =
  "X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining"

/** The response to a CORS preflight request. */
const preflight: Answer = empty(204, {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type, x-api-token, user-agent",
  "access-control-max-age": "86400"
})

/** The headers of the service that responds: leads are a separate service. */
const serviceHeaders = (pathname: string): Readonly<Record<string, string>> => {
  const [version = "v1", rest = ""] = routes.versionOf(pathname) ?? []
  const leads = version === "v1" && /^\/lead(s|Labels|Sources)(\/|$)/.test(rest)
  return {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposedHeaders,
    "cache-control": version === "v2" ? "no-cache, private" : "no-cache",
    vary: version === "v2" || leads ? "accept-encoding" : "Accept-Encoding",
    ...(leads ? { "content-type": "application/json; charset=utf-8" } : {})
  }
}

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers }
})

// -----------------------------------------------------------------------------
// the API
// -----------------------------------------------------------------------------

/** What the path of a request matches. */
interface RouteMatch {
  readonly version: "v1" | "v2"
  readonly destination: routes.Destination
}

const matchRoute = (incoming: Incoming): RouteMatch => {
  const [version, rest] = routes.versionOf(incoming.url.pathname) ?? []
  return version === undefined || rest === undefined
    ? { version: "v1", destination: { _tag: "Nowhere" } }
    : { version, destination: routes.find(version, incoming.method, rest) }
}

/** The entities whose id in a path is checked before a sample is sent. */
const parents: Readonly<Record<string, Entity>> = {
  deals: deal,
  persons: person,
  organizations: organization,
  projects: project,
  users: user
}

const parentOf = ({ endpoint, path }: Call): Entity | undefined =>
  "id" in path ? parents[endpoint.path.split("/")[1] ?? ""] : undefined

/** Marks a response as a sample that does not come from stored data. */
const sampleHeaders = {
  "x-sandbox-answer": "schema",
  "access-control-expose-headers": `${exposedHeaders}, X-Sandbox-Answer`
}

/** Responds with a sample: one page, the same for every request with default parameters. */
export const sampleHandler: Handler = withParameters(
  { ...fullySupported(pagingParameters), folder: ["inbox"], include_body: ["0"] },
  (call) => {
    const parent = parentOf(call)
    const found = parent === undefined ? accepted : Either.map(crud.find(parent, call.path.id, call), () => undefined)
    return Either.map(found, () => withHeaders(synthesize(call), sampleHeaders))
  }
)

/** The handler of an endpoint. */
export const handlerOf = ({ operation, version }: AnyDescription): Handler =>
  handlers[`${version}.${operation}`] ?? sampleHandler

const runHandler = (internals: Internals, call: Call): Answer => {
  const { endpoint } = call
  const name = `${endpoint.version}.${endpoint.name}`
  const reply = internals.replies.get(name)
  if (reply !== undefined) return reply.answer(call)
  if (internals.repliesOnly) return noReply(name)
  const handler = handlerOf(endpoint)
  const unknown = internals.ignoresUnknown
    ? []
    : parameters.unsupportedParameters(endpoint, handler.supportedParameters, call.query)
  if (unknown.length > 0) return errorResponses.notSupported(endpoint, unknown.join(", "))
  const [wrong] = endpoint.version === "v1" ? parameters.invalidParameters(endpoint, call.query) : []
  return wrong === undefined ? Either.merge(handler(call)) : errorResponses.v1(400, `${wrong} is not valid.`)
}

const hasScope = (identity: Identity, endpoint: AnyDescription): boolean => {
  const { scopes } = identity
  return scopes === undefined || endpoint.scopes.length === 0 || endpoint.scopes.some((scope) => scopes.has(scope))
}

const dispatch = (
  internals: Internals,
  incoming: Incoming,
  route: RouteMatch,
  identity: Identity,
  now: string
): Answer => {
  const { destination, version } = route
  if (destination._tag === "Nowhere") return errorResponses.inVersion(version, 404, "Not found")
  if (destination._tag === "OtherMethods") {
    const answer = errorResponses.inVersion(version, 405, "Method not allowed")
    return { ...answer, headers: { allow: destination.methods.join(", ") } }
  }
  const { endpoint, path } = destination
  if (!hasScope(identity, endpoint)) return errorResponses.gateway(403, "Scope and URL mismatch")
  const view: View = {
    world: internals.world,
    caller: identity.user,
    now,
    origin: internals.origin,
    ...(identity.app === undefined ? {} : { app: identity.app })
  }
  const read = parameters.read(endpoint, path, incoming)
  if (version === "v2") {
    const wrong = parameters.validate(endpoint, read, incoming)
    if (wrong.length > 0) return errorResponses.invalid(wrong)
  } else if (incoming.body._tag === "Unreadable") return errorResponses.v1(400, "Bad request")
  return runHandler(internals, { view, endpoint, request: incoming, ...read, ignoresUnknown: internals.ignoresUnknown })
}

const handleApi = (internals: Internals, incoming: Incoming, route: RouteMatch, millis: number): Answer => {
  const now = new Date(millis).toISOString()
  const headers = serviceHeaders(incoming.url.pathname)
  const identity = identify(internals.world, internals.oauth, incoming, now)
  if (Either.isLeft(identity)) return withHeaders(identity.left, headers)
  const { credential, kind } = identity.right
  const endpoint = route.destination._tag === "Found" ? route.destination.endpoint : undefined
  const decision = limits.check(internals.limits, { credential, kind, endpoint }, millis)
  const answer = decision.refusal ?? dispatch(internals, incoming, route, identity.right, now)
  return withHeaders(answer, { ...headers, ...decision.headers })
}

/** The view for work that no request asked for: webhooks. */
const systemView = (internals: Internals, millis: number): View => {
  const [first = { id: 0 }] = all(internals.world, "user")
  return { world: internals.world, caller: first, now: new Date(millis).toISOString(), origin: internals.origin }
}

// -----------------------------------------------------------------------------
// requests
// -----------------------------------------------------------------------------

const applyFault = (fault: faults.Fault, answer: () => Answer): Effect.Effect<Answer> => {
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

/** Known secrets, except OAuth tokens: these are recognized by their format. */
const knownSecrets = (internals: Internals): ReadonlyArray<string> => [
  ...Array.from(all(internals.world, "apiToken"), ({ id }) => String(id)),
  ...internals.otherTokens,
  ...internals.oauth.apps.map(({ clientSecret }) => clientSecret)
]

/** Handles a request, on the sandbox's clock. */
export const handle = (internals: Internals, incoming: Incoming): Effect.Effect<Answer> =>
  Time.withWorldClock(internals.time, handleNow(internals, incoming))

const handleNow = (internals: Internals, incoming: Incoming): Effect.Effect<Answer> =>
  Effect.gen(function* () {
    if (incoming.method === "OPTIONS") return preflight
    const receivedAt = yield* Clock.currentTimeMillis
    const oauthEndpoint = oauthHandler.endpointOf(incoming.url.pathname)
    const route = matchRoute(incoming)
    const { destination } = route
    const name =
      oauthEndpoint !== undefined
        ? `oauth.${oauthEndpoint}`
        : destination._tag === "Found"
          ? `${destination.endpoint.version}.${destination.endpoint.name}`
          : undefined
    const entry = requestLog.describe(incoming, new Date(receivedAt).toISOString(), name, knownSecrets(internals))
    const slot = boundedLog.append(internals.log, entry)
    const fault = faults.selectFault(internals.faults, name, internals.random)
    if (fault?.delay !== undefined) yield* Effect.sleep(fault.delay)
    const now = yield* Clock.currentTimeMillis
    const changes: Array<Change> = []
    const answer = (): Answer => {
      const logLength = internals.world.log.length
      const given =
        oauthEndpoint === undefined
          ? handleApi(internals, incoming, route, now)
          : oauthHandler.handle(internals.oauth, internals.world, oauthEndpoint, incoming, new Date(now).toISOString())
      changes.push(...internals.world.log.slice(logLength))
      return given
    }
    const given = fault === undefined ? answer() : yield* applyFault(fault, answer)
    if (changes.length > 0) yield* webhooks.deliverChanges(internals.webhookSender, systemView(internals, now), changes)
    const reachesClient = given.delivery?._tag !== "Reset" && given.delivery?._tag !== "Refuse"
    if (reachesClient) slot.value = { ...slot.value, status: given.status }
    return withHeaders(given, { "x-correlation-id": uuid(internals.random) })
  })
