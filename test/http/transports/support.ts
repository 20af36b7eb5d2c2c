/** The transports, and a call over one of them, watched for what it leaves behind. */
import type { AgentOptions } from "node:https"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Platform from "@effect/platform-node/Undici"
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Supervisor from "effect/Supervisor"
import { HttpLayer, Pipedrive, type PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Undici from "effect-pipedrive/Undici"
import * as Robots from "../../support/endpoints.js"
import * as FaultServer from "../../support/faultServer.js"

/** Ours, the platform's own, and one that we know nothing of. */
export const transports = {
  fetch: HttpLayer.layerFetch,
  undici: Undici.layer,
  "fetch, as HttpClient": FetchHttpClient.layer,
  "undici, as HttpClient": NodeHttpClient.layerUndici,
  "Node http": NodeHttpClient.layer
} satisfies Record<string, Layer.Layer<HttpClient.HttpClient>>

export type Transport = keyof typeof transports

/** undici with a dispatcher of one's own. */
export const undiciWith = (make: () => Platform.Dispatcher, over = Undici.layerWithoutDispatcher) =>
  over.pipe(Layer.provide(Layer.scoped(NodeHttpClient.Dispatcher, dispatcher(make))))

/** fetch with a dispatcher of one's own. */
export const fetchWith = (make: () => Platform.Dispatcher, over = HttpLayer.layerFetch) =>
  over.pipe(
    Layer.provide(
      Layer.scoped(
        FetchHttpClient.Fetch,
        Effect.map(
          dispatcher(make),
          (dispatcher): typeof fetch =>
            (input, init) =>
              Platform.fetch(input as never, { ...init, dispatcher } as never) as never
        )
      )
    )
  )

const dispatcher = (make: () => Platform.Dispatcher) =>
  Effect.acquireRelease(Effect.sync(make), (made) => Effect.promise(() => made.destroy()))

/** Node http with options for its agents. */
export const nodeWith = (options: AgentOptions) =>
  NodeHttpClient.layerWithoutAgent.pipe(Layer.provide(NodeHttpClient.makeAgentLayer(options)))

/** Each transport, with options for its connections. */
export const connectingWith = (options: { readonly ca?: string; readonly timeout?: number }) => {
  const agent = () => new Platform.Agent({ connect: options })
  return {
    fetch: fetchWith(agent),
    undici: undiciWith(agent),
    "fetch, as HttpClient": fetchWith(agent, FetchHttpClient.layer),
    "undici, as HttpClient": undiciWith(agent, NodeHttpClient.layerUndiciWithoutDispatcher),
    "Node http": nodeWith(options.ca === undefined ? {} : { ca: options.ca })
  } satisfies Record<Transport, Layer.Layer<HttpClient.HttpClient>>
}

export const transportNames = Object.keys(transports) as ReadonlyArray<Transport>

export const calls = {
  GET: Robots.get({ id: 1 }),
  POST: Robots.add({ name: "R" }),
  PATCH: Robots.update({ id: 1, name: "R" }),
  DELETE: Robots.remove({ id: 1 })
} as const

export type Method = keyof typeof calls

export const methods = Object.keys(calls) as ReadonlyArray<Method>

/** Waits of some milliseconds, for real sockets know no other clock than the real one. */
export const policy = {
  retries: 1,
  backoff: "4 millis",
  timeout: "20 seconds",
  responseValidation: "off"
} as const

export const layer = (
  transport: Transport | Layer.Layer<HttpClient.HttpClient>,
  baseUrl: string,
  options: Pipedrive.Options = {}
) =>
  Pipedrive.layer({
    apiToken: "SECRET",
    baseUrl,
    httpClient: typeof transport === "string" ? transports[transport] : transport,
    ...policy,
    ...options
  })

/** How a call ended, in a word or two. */
export const outcome = <A>(result: Either.Either<A, PipedriveError.PipedriveError>): string =>
  Either.isRight(result)
    ? "value"
    : result.left._tag === "TransportError"
      ? `TransportError, ${result.left.phase}`
      : result.left._tag

/** Runs an effect that fails with typed errors only, and leaves no fiber behind. */
export const watched = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Either.Either<A, E>, never, R> =>
  Effect.gen(function* () {
    const supervisor = yield* Supervisor.track
    const exit = yield* Effect.exit(Effect.supervised(effect, supervisor))
    // fibers that were told to end need some turns of the event loop for it
    for (let turn = 0; turn < 50 && (yield* supervisor.value).length > 0; turn++) yield* Effect.sleep(10)
    assert.strictEqual((yield* supervisor.value).length, 0, "fibers left behind")
    if (Exit.isSuccess(exit)) return Either.right(exit.value)
    const failure = Cause.failureOption(exit.cause)
    return Option.isSome(failure)
      ? Either.left(failure.value)
      : assert.fail(`not a typed error: ${Cause.pretty(exit.cause)}`)
  })

/** A call of a method, its layer closed after it. */
export const called = (
  transport: Transport | Layer.Layer<HttpClient.HttpClient>,
  method: Method,
  url: string,
  options: Pipedrive.Options = {}
) => {
  const call: Effect.Effect<unknown, PipedriveError.PipedriveError, Requirements> = calls[method]
  return watched(Effect.provide(call, Layer.orDie(layer(transport, url, options))))
}

/** A call against a server with a fault, its layer closed after it: how it ended, and what the server saw. */
export const met = (transport: Transport, method: Method, fault: FaultServer.Fault, options: Pipedrive.Options = {}) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* FaultServer.make(fault)
      const result = yield* called(transport, method, server.url, options)
      assert.isTrue(yield* server.drained("3 seconds"), "connections left open")
      // for each request that is called off, fetch opens a spare connection, which the next request takes
      assert.isAtMost(
        server.open().spare,
        transport.startsWith("fetch") ? server.count() : 0,
        "connections left open, unused"
      )
      return { result, server }
    })
  )
