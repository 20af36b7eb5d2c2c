/**
 * A Pipedrive in memory: to run against, to test against, to look inside. In the same process it is an `HttpClient`, without a
 * socket, in browsers too; `effect-pipedrive/sandbox/server` puts it on a port.
 *
 * It keeps deals, persons, organizations, activities, leads, notes, pipelines, stages, products, users and field definitions,
 * seen alike through both versions of the API; every other endpoint answers with a sample of what it documents.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Auth from "../Auth.js"
import { admit } from "./credentials.js"
import { demo } from "./demo.js"
import { handle, type Inside } from "./handler.js"
import * as Http from "./http.js"
import { defaultBaseUrl, defaultToken, type Options } from "./options.js"
import { build, SandboxError, type Seed } from "./seed.js"
import type { SeenRequest } from "./seen.js"
import * as World from "./world.js"

export { defaultBaseUrl, defaultToken, type Options } from "./options.js"
export { SandboxError, type Seed, type SeedRow } from "./seed.js"
export type { SeenRequest } from "./seen.js"

/**
 * One thing in a sandbox, as it is stored: fields under their v2 names, times in ISO form, references as ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entity {
  readonly id: number | string
  readonly [field: string]: unknown
}

/**
 * What a sandbox holds, by kind (`deal`, `person`, `organization`, `activity`, `lead`, `note`, `pipeline`, `stage`, `product`,
 * `user`, `dealField`, ...), deleted things included.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly [kind: string]: ReadonlyArray<Entity>
}

/**
 * A sandbox at one moment, to go back to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Snapshot {
  readonly _tag: "SandboxSnapshot"
  /** @internal */
  readonly world: World.Snapshot
}

/**
 * What a {@link Sandbox} does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Where it seems to be served, without a path. */
  readonly baseUrl: string
  /** The API token of its first user. */
  readonly token: string
  /** Answers a web request: the sandbox as a function, for a service worker or a server of your own. */
  readonly fetch: (request: Request) => Effect.Effect<Response>
  /** The sandbox as a transport. */
  readonly client: HttpClient.HttpClient
  /** The requests so far, oldest first, credentials redacted. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** Forgets the requests so far. */
  readonly clearRequests: Effect.Effect<void>
  /** All that it holds. */
  readonly state: Effect.Effect<State>
  /** Remembers what it holds. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** Goes back to a snapshot. */
  readonly restore: (snapshot: Snapshot) => Effect.Effect<void>
}

/**
 * A sandbox, to look inside.
 *
 * @since 0.1.0
 * @category tags
 */
export class Sandbox extends /*#__PURE__*/ (() => Context.Tag("effect-pipedrive/Sandbox")<Sandbox, Service>())() {}

// -----------------------------------------------------------------------------
// making
// -----------------------------------------------------------------------------

const hidden = new Set(["apiToken", "follower"])

const seedOf = (options: Options, now: string): Seed =>
  options.seed === undefined || options.seed === "demo" ? demo(now) : options.seed === "empty" ? {} : options.seed

const service = (inside: Inside, token: string): Service => {
  const client = HttpClient.make((request, url) =>
    Http.fromClient(request, url).pipe(
      Effect.flatMap((incoming) => handle(inside, incoming)),
      Effect.map((answer) => HttpClientResponse.fromWeb(request, Http.toWeb(answer)))
    )
  )
  return {
    baseUrl: inside.origin,
    token,
    client,
    fetch: (request) =>
      Http.fromWeb(request).pipe(
        Effect.flatMap((incoming) => handle(inside, incoming)),
        Effect.map(Http.toWeb)
      ),
    requests: Effect.sync(() => inside.log.slice()),
    clearRequests: Effect.sync(() => {
      inside.log.length = 0
    }),
    state: Effect.sync(() =>
      Object.fromEntries(
        Array.from(inside.world.tables, ([name, { rows }]) => [name, Array.from(rows.values())] as const).filter(
          ([name]) => !hidden.has(name)
        )
      )
    ),
    snapshot: Effect.sync((): Snapshot => ({ _tag: "SandboxSnapshot", world: World.snapshot(inside.world) })),
    restore: (snapshot) => Effect.sync(() => World.restore(inside.world, snapshot.world))
  }
}

/**
 * Makes a sandbox with a world of its own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Service, SandboxError> =>
  Effect.gen(function* () {
    const token = options.token ?? defaultToken
    if (!/^[\x21-\x7e]+$/.test(token)) {
      return yield* new SandboxError({ path: "token", reason: "must be printable ASCII without spaces" })
    }
    const origin = options.baseUrl ?? defaultBaseUrl
    if (!URL.canParse(origin)) return yield* new SandboxError({ path: "baseUrl", reason: "is not a URL" })
    const millis = yield* Clock.currentTimeMillis
    const now = new Date(millis).toISOString()
    const world = yield* build(seedOf(options, now), now, origin)
    const [first] = World.all(world, "user")
    if (first !== undefined) admit(world, token, first.id)
    return service({ world, origin, log: [], correlation: { entropy: 1 } }, token)
  })

/**
 * Everything an endpoint needs, on a sandbox: each time the layer is built it has a world of its own, so tests that provide it
 * can run side by side.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { data: deal } = yield* Deals.add({ title: "Forty desks" })
 *   const sandbox = yield* Sandbox.Sandbox
 *   const requests = yield* sandbox.requests
 *   return [deal.id, requests.length]
 * }).pipe(Effect.provide(Sandbox.layer({ seed: "demo" })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox, SandboxError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(make(options), (sandbox) =>
      Layer.mergeAll(
        Layer.succeed(Sandbox, sandbox),
        Layer.succeed(HttpClient.HttpClient, sandbox.client),
        Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })
      )
    )
  )
