/**
 * A sandbox, put together.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as remembered from "./http/boundedLog.js"
import { admit } from "./http/credentials.js"
import * as faults from "./http/faults.js"
import { handle, type Inside } from "./http/handler.js"
import * as limits from "./http/limits.js"
import * as Http from "./http/messages.js"
import * as seen from "./http/requestLog.js"
import { endpoints } from "./http/routes.js"
import { hideText, redacted } from "./http/secrets.js"
import type { OAuth, Service, Snapshot } from "./index.js"
import * as store from "./model/snapshot.js"
import * as Time from "./model/time.js"
import { isRecord, text, textOrNull } from "./model/view.js"
import * as World from "./model/world.js"
import * as oauth from "./oauth/server.js"
import * as tokens from "./oauth/tokens.js"
import { defaultBaseUrl, defaultToken, names, type Options } from "./options.js"
import { demo } from "./seeds/demoCompany.js"
import { build, refuseUnknown, SandboxError, type Seed } from "./seeds/seed.js"
import * as webhooks from "./webhooks/delivery.js"

/** Tables that are no business of who looks inside. */
const hidden = new Set(["apiToken", "fileContent", "oauthCode", "oauthAccessToken", "oauthRefreshToken"])

/** A webhook has a password, and its URL may have one. */
const shownIn =
  (table: string) =>
  (row: World.Row): World.Row =>
    table === "webhook"
      ? {
          ...row,
          subscription_url: hideText(text(row, "subscription_url")),
          http_auth_password: textOrNull(row, "http_auth_password") === null ? null : redacted
        }
      : row

const stateOf = (world: World.World) =>
  Object.fromEntries(
    Array.from(world.tables, ([name, { rows }]) => [name, Array.from(rows.values(), shownIn(name))] as const).filter(
      ([name]) => !hidden.has(name)
    )
  )

const receive = (
  request: HttpClientRequest.HttpClientRequest,
  answer: Http.Answer
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  const { delivery } = answer
  if (delivery?._tag === "Refuse" || delivery?._tag === "Reset") {
    const refused = delivery._tag === "Refuse"
    const cause = refused
      ? Http.brokenOff("ECONNREFUSED", "the connection was refused")
      : Http.brokenOff("ECONNRESET", "the connection was closed before an answer came")
    return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
  }
  return Effect.map(Http.toWeb(answer), (response) => HttpClientResponse.fromWeb(request, response))
}

const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())

const nowIn = (inside: Inside) => Time.within(inside.time, now)

const reasonOf = (answer: Http.Answer): string => {
  const body = answer.body._tag === "Json" && isRecord(answer.body.value) ? answer.body.value : {}
  return `is refused: ${String(body.message ?? body.error)}`
}

const said = (result: Either.Either<string, Http.Answer>): Effect.Effect<string, SandboxError> =>
  Either.isRight(result)
    ? Effect.succeed(result.right)
    : Effect.fail(new SandboxError({ path: "oauth", reason: reasonOf(result.left) }))

const absolute = (inside: Inside, url: string | URL): Effect.Effect<URL, SandboxError> =>
  Effect.try({
    try: () => new URL(url, inside.origin),
    catch: () => new SandboxError({ path: "oauth", reason: `is no URL: ${String(url)}` })
  })

const oauthOf = (inside: Inside): OAuth => ({
  allow: (url, userId) =>
    Effect.gen(function* () {
      const asked = yield* absolute(inside, url)
      return yield* said(oauth.allow(inside.oauth, inside.world, asked, userId, yield* nowIn(inside)))
    }),
  deny: (url) => Effect.flatMap(absolute(inside, url), (asked) => said(oauth.deny(inside.oauth, asked))),
  uninstall: (app = {}) =>
    Effect.gen(function* () {
      const [first] = World.all(inside.world, "user")
      const clientId = app.clientId ?? inside.oauth.apps[0]?.clientId ?? ""
      const notice = tokens.uninstall(
        inside.oauth,
        inside.world,
        clientId,
        app.userId ?? first?.id,
        yield* nowIn(inside)
      )
      return notice ?? (yield* new SandboxError({ path: "oauth", reason: `knows no app ${clientId}` }))
    }),
  expireAccessTokens: Effect.map(nowIn(inside), (at) => tokens.expireAccessTokens(inside.world, at))
})

const armed = (plan: ReadonlyArray<faults.Fault>): Effect.Effect<ReadonlyArray<faults.Armed>, SandboxError> =>
  Effect.suspend(() => {
    const result = faults.arm(plan, endpoints())
    return result instanceof SandboxError ? Effect.fail(result) : Effect.succeed(result)
  })

const remember = (inside: Inside): Snapshot => ({
  _tag: "SandboxSnapshot",
  world: World.snapshot(inside.world),
  ahead: inside.time.ahead
})

/** Goes back; the token of now stays good. */
const back = (inside: Inside, token: string, to: Snapshot): Effect.Effect<void> =>
  Effect.suspend(() => {
    World.restore(inside.world, to.world)
    const [first] = World.all(inside.world, "user")
    if (first !== undefined) admit(inside.world, token, first.id)
    if (to.ahead === inside.time.ahead) return Effect.void
    limits.forgetTimes(inside.limits)
    return Time.set(inside.time, to.ahead)
  })

const serviceOf = (inside: Inside, token: string): Service => ({
  baseUrl: inside.origin,
  token,
  client: HttpClient.make((request, url) =>
    Http.fromClient(request, url).pipe(
      Effect.flatMap((incoming) => handle(inside, incoming)),
      Effect.flatMap((answer) => receive(request, answer))
    )
  ),
  fetch: (request) =>
    Http.fromWeb(request).pipe(
      Effect.flatMap((incoming) => handle(inside, incoming)),
      Effect.flatMap(Http.toWeb)
    ),
  requests: Effect.sync(() => remembered.values(inside.log)),
  clearRequests: Effect.sync(() => remembered.clear(inside.log)),
  deliveries: Effect.sync(() => remembered.values(inside.courier.deliveries)),
  state: Effect.sync(() => stateOf(inside.world)),
  snapshot: Effect.sync(() => remember(inside)),
  advance: (by) => Time.advance(inside.time, by),
  restore: (snapshot) => back(inside, token, snapshot),
  write: Effect.suspend(() => store.encode(remember(inside))),
  read: (text) => Effect.flatMap(store.decode(text), (snapshot) => back(inside, token, snapshot)),
  setFaults: (plan) =>
    Effect.map(armed(plan), (next) => {
      inside.faults = next
    }),
  oauth: oauthOf(inside)
})

const seedOf = (options: Options, at: string): Seed =>
  options.seed === undefined || options.seed === "demo" ? demo(at) : options.seed === "empty" ? {} : options.seed

const check = (options: Options): SandboxError | undefined => {
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
  const plan = options.plan
  const unknown = typeof plan === "string" && plan !== "off" && !(plan in limits.plans)
  return unknown ? new SandboxError({ path: "plan", reason: `is none: ${plan}` }) : undefined
}

/** Makes a sandbox with a world of its own. */
export const make = (options: Options = {}, repliesOnly = false): Effect.Effect<Service, SandboxError> =>
  Effect.gen(function* () {
    const problem = check(options)
    if (problem !== undefined) return yield* problem
    const token = options.token ?? defaultToken
    const origin = (options.baseUrl ?? defaultBaseUrl).replace(/\/+$/, "")
    const at = yield* now
    const world = yield* build(seedOf(options, at), at, origin)
    const [first] = World.all(world, "user")
    if (first !== undefined) admit(world, token, first.id)
    const inside: Inside = {
      world,
      time: Time.make(),
      origin,
      log: remembered.make(seen.lighten),
      chance: { entropy: 1 },
      limits: limits.make(options.plan),
      oauth: oauth.make(options.oauth, origin),
      replies: new Map((options.replies ?? []).map((reply) => [reply.name, reply])),
      repliesOnly,
      ignoresUnknown: options.unknownParameters === "ignore",
      courier: webhooks.make(options.webhooks),
      faults: yield* armed(options.faults ?? [])
    }
    return serviceOf(inside, token)
  })
