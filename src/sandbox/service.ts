/**
 * Assembles a sandbox.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { fromEither } from "../internal/effects.js"
import { unknownName } from "../internal/options.js"
import { brief } from "../internal/text.js"
import * as boundedLog from "./http/boundedLog.js"
import { addApiToken } from "./http/credentials.js"
import * as faults from "./http/faults.js"
import { handle, type Internals } from "./http/handler.js"
import * as limits from "./http/limits.js"
import * as Http from "./http/messages.js"
import * as requestLog from "./http/requestLog.js"
import { endpoints } from "./http/routes.js"
import { redacted, redactText } from "./http/secrets.js"
import type { OAuth, Service, Snapshot } from "./index.js"
import * as snapshots from "./model/snapshot.js"
import * as Time from "./model/time.js"
import { isRecord, text, textOrNull } from "./model/view.js"
import * as World from "./model/world.js"
import type { Choice } from "./oauth/consentPage.js"
import * as oauth from "./oauth/server.js"
import * as tokens from "./oauth/tokens.js"
import { defaultBaseUrl, defaultToken, names, type Options } from "./options.js"
import { demo } from "./seeds/demoCompany.js"
import { build, refuseUnknown, SandboxError, type Seed } from "./seeds/seed.js"
import * as webhooks from "./webhooks/delivery.js"

/** Tables that `state` leaves out: they hold secrets or file contents. */
const hiddenTables = new Set(["apiToken", "fileContent", "oauthCode", "oauthAccessToken", "oauthRefreshToken"])

/** A webhook has a password, and its URL may have one. */
const redactRow =
  (table: string) =>
  (row: World.Row): World.Row =>
    table === "webhook"
      ? {
          ...row,
          subscription_url: redactText(text(row, "subscription_url")),
          http_auth_password: textOrNull(row, "http_auth_password") === null ? null : redacted
        }
      : row

/** The names of the tables without secrets. */
export const visibleTables = (world: World.World): ReadonlyArray<string> =>
  Array.from(world.tables.keys()).filter((name) => !hiddenTables.has(name))

/** The rows of a table, without passwords. */
export const visibleRows = (world: World.World, name: string): ReadonlyArray<World.Row> =>
  hiddenTables.has(name) ? [] : Array.from(World.all(world, name), redactRow(name))

const stateOf = (world: World.World) =>
  Object.fromEntries(visibleTables(world).map((name) => [name, visibleRows(world, name)] as const))

const toClientResponse = (
  request: HttpClientRequest.HttpClientRequest,
  answer: Http.Answer
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  const { delivery } = answer
  if (delivery?._tag === "Refuse" || delivery?._tag === "Reset") {
    const refused = delivery._tag === "Refuse"
    const cause = refused
      ? Http.networkError("ECONNREFUSED", "the connection was refused")
      : Http.networkError("ECONNRESET", "the connection was closed before an answer came")
    return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
  }
  return Effect.map(Http.toWeb(answer), (response) => HttpClientResponse.fromWeb(request, response))
}

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())

const currentTime = (internals: Internals) => Time.withWorldClock(internals.time, now)

const refusalReason = (answer: Http.Answer): string => {
  const body = answer.body._tag === "Json" && isRecord(answer.body.value) ? answer.body.value : {}
  return `is refused: ${String(body.message ?? body.error)}`
}

const orSandboxError = (result: Either.Either<string, Http.Answer>): Effect.Effect<string, SandboxError> =>
  Either.isRight(result)
    ? Effect.succeed(result.right)
    : Effect.fail(new SandboxError({ path: "oauth", reason: refusalReason(result.left) }))

const resolveUrl = (internals: Internals, url: string | URL): Effect.Effect<URL, SandboxError> =>
  Effect.try({
    try: () => new URL(url, internals.origin),
    catch: () => new SandboxError({ path: "oauth", reason: `is no URL: ${String(url)}` })
  })

const makeOAuth = (internals: Internals): OAuth => ({
  allow: (url, userId) =>
    Effect.gen(function* () {
      const consentUrl = yield* resolveUrl(internals, url)
      return yield* orSandboxError(
        oauth.allow(internals.oauth, internals.world, consentUrl, userId, yield* currentTime(internals))
      )
    }),
  deny: (url) =>
    Effect.flatMap(resolveUrl(internals, url), (consentUrl) => orSandboxError(oauth.deny(internals.oauth, consentUrl))),
  uninstall: (app = {}) =>
    Effect.gen(function* () {
      const [first] = World.all(internals.world, "user")
      const clientId = app.clientId ?? internals.oauth.apps[0]?.clientId ?? ""
      const notice = tokens.uninstall(
        internals.oauth,
        internals.world,
        clientId,
        app.userId ?? first?.id,
        yield* currentTime(internals)
      )
      return notice ?? (yield* new SandboxError({ path: "oauth", reason: `knows no app ${clientId}` }))
    }),
  expireAccessTokens: Effect.map(currentTime(internals), (at) => tokens.expireAccessTokens(internals.world, at))
})

const activateFaults = (
  plan: ReadonlyArray<faults.Fault>
): Effect.Effect<ReadonlyArray<faults.ActiveFault>, SandboxError> =>
  Effect.suspend(() => {
    const result = faults.activate(plan, endpoints())
    return result instanceof SandboxError ? Effect.fail(result) : Effect.succeed(result)
  })

const takeSnapshot = (internals: Internals): Snapshot => ({
  _tag: "SandboxSnapshot",
  world: World.snapshot(internals.world),
  ahead: internals.time.ahead
})

/** Restores a snapshot. The sandbox's own API token stays valid. */
const restoreSnapshot = (internals: Internals, token: string, to: Snapshot): Effect.Effect<void> =>
  Effect.suspend(() => {
    World.restore(internals.world, to.world)
    const [first] = World.all(internals.world, "user")
    if (first !== undefined) addApiToken(internals.world, token, first.id)
    if (to.ahead === internals.time.ahead) return Effect.void
    limits.clearWindows(internals.limits)
    return Time.set(internals.time, to.ahead)
  })

/** The ways in, to the sandbox that a request is for. */
export const entrances = (find: (incoming: Http.Incoming) => Internals): Pick<Service, "client" | "fetch"> => {
  const handled = Effect.flatMap((incoming: Http.Incoming) => handle(find(incoming), incoming))
  return {
    client: HttpClient.make((request, url) =>
      Http.fromClient(request, url).pipe(
        handled,
        Effect.flatMap((answer) => toClientResponse(request, answer))
      )
    ),
    fetch: (request) => Http.fromWeb(request).pipe(handled, Effect.flatMap(Http.toWeb))
  }
}

const makeService = (internals: Internals, token: string): Service => ({
  baseUrl: internals.origin,
  token,
  ...entrances(() => internals),
  requests: Effect.sync(() => boundedLog.values(internals.log)),
  clearRequests: Effect.sync(() => boundedLog.clear(internals.log)),
  deliveries: Effect.sync(() => boundedLog.values(internals.webhookSender.deliveries)),
  state: Effect.sync(() => stateOf(internals.world)),
  snapshot: Effect.sync(() => takeSnapshot(internals)),
  advance: (by) => Time.advance(internals.time, by),
  restore: (snapshot) => restoreSnapshot(internals, token, snapshot),
  write: Effect.suspend(() => snapshots.encode(takeSnapshot(internals))),
  read: (text) => Effect.flatMap(snapshots.decode(text), (snapshot) => restoreSnapshot(internals, token, snapshot)),
  setFaults: (plan) =>
    Effect.map(activateFaults(plan), (next) => {
      internals.faults = next
    }),
  oauth: makeOAuth(internals)
})

const seedOf = ({ seed = "demo" }: Options, company: Partial<World.Company> | undefined, at: string): Seed => {
  if (company === undefined) return seed === "demo" ? demo(at) : seed === "empty" ? {} : seed
  if (seed !== "demo" && seed !== "empty") return { ...seed, company: { ...company, ...seed.company } }
  const made = seed === "demo" ? demo(at) : {}
  return { ...made, company: { ...made.company, ...company } }
}

const findUnknownName = (path: string, given: unknown, known: ReadonlyArray<string>): SandboxError | undefined =>
  typeof given === "string" && !known.includes(given)
    ? new SandboxError({ path, reason: `${brief(given)} ${unknownName(path, given, known)}` })
    : undefined

const findOptionsProblem = (options: Options): SandboxError | undefined => {
  const strange =
    refuseUnknown(options, names) ??
    refuseUnknown(options.plan, limits.names, "plan.") ??
    refuseUnknown(options.oauth, oauth.names, "oauth.")
  if (strange !== undefined) return strange
  if (!/^[\x21-\x7e]+$/.test(options.token ?? defaultToken)) {
    return new SandboxError({ path: "token", reason: "must be printable ASCII without spaces" })
  }
  if (!URL.canParse(options.baseUrl ?? defaultBaseUrl)) {
    return new SandboxError({ path: "baseUrl", reason: "is not a URL" })
  }
  for (const [at, app] of (options.oauth?.apps ?? []).entries()) {
    const odd = refuseUnknown(app, oauth.appNames, `oauth.apps[${at}].`)
    if (odd !== undefined) return odd
    if (!URL.canParse(app.redirectUri)) {
      return new SandboxError({ path: `oauth.apps[${at}].redirectUri`, reason: "is not a URL" })
    }
  }
  return (
    findUnknownName("plan", options.plan, [...Object.keys(limits.plans), "off"]) ??
    findUnknownName("seed", options.seed, ["demo", "empty"])
  )
}

/** What a sandbox is part of. */
export interface Role {
  /** Endpoints without a reply get a 501. */
  readonly repliesOnly?: boolean
  /** What the company is by default, unless the seed is one of the user's own. */
  readonly company?: Partial<World.Company>
  /** API tokens of other companies behind the same address. */
  readonly otherTokens?: ReadonlyArray<string>
  /** The companies that it stands in front of. It has no token itself. */
  readonly choices?: ReadonlyArray<Choice>
}

/** A sandbox, and its internal state. */
export interface Open {
  readonly service: Service
  readonly internals: Internals
}

/** Makes a sandbox with its own data. */
export const make = (options: Options = {}, role: Role = {}): Effect.Effect<Service, SandboxError> =>
  Effect.map(makeOpen(options, role), ({ service }) => service)

/** Makes a sandbox, and gives its internal state too: to the page of the server. */
export const makeOpen = (options: Options = {}, role: Role = {}): Effect.Effect<Open, SandboxError> =>
  Effect.gen(function* () {
    const problem = findOptionsProblem(options)
    if (problem !== undefined) return yield* problem
    const token = options.token ?? defaultToken
    const origin = (options.baseUrl ?? defaultBaseUrl).replace(/\/+$/, "")
    const at = yield* now
    const world = yield* fromEither(build(seedOf(options, role.company, at), at, origin))
    const [first] = World.all(world, "user")
    if (first !== undefined && role.choices === undefined) addApiToken(world, token, first.id)
    const internals: Internals = {
      world,
      time: Time.make(),
      origin,
      log: boundedLog.make(requestLog.shrink),
      random: { entropy: 1 },
      limits: limits.make(options.plan),
      oauth: oauth.make(options.oauth, origin, role.choices),
      replies: new Map((options.replies ?? []).map((reply) => [reply.name, reply])),
      repliesOnly: role.repliesOnly === true,
      ignoresUnknown: options.unknownParameters === "ignore",
      webhookSender: webhooks.make(options.webhooks),
      otherTokens: role.otherTokens ?? [],
      faults: yield* activateFaults(options.faults ?? [])
    }
    return { service: makeService(internals, token), internals }
  })
