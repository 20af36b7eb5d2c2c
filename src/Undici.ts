/**
 * Undici as transport, for Node: a call takes half the CPU time that it takes with `fetch`. It is not for Bun, whose undici has no
 * dispatchers: there the layers die with a message that says so.
 *
 * @since 0.1.0
 */

import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Transport from "./internal/http/transport.js"
import * as Direct from "./internal/http/undici.js"

const notForBun = /*#__PURE__*/ Effect.dieMessage(
  "effect-pipedrive/Undici is for Node, not for Bun: leave out `httpClient`, and requests go through fetch"
)

/**
 * A client over the undici `Dispatcher` of the context: a `ProxyAgent`, say, or an `Agent` with options of one's own.
 *
 * @example
 * ```ts
 * import { NodeHttpClient, Undici as Platform } from "@effect/platform-node"
 * import { Pipedrive } from "effect-pipedrive"
 * import * as Undici from "effect-pipedrive/Undici"
 * import { Layer } from "effect"
 *
 * const agent = Layer.sync(NodeHttpClient.Dispatcher, () => new Platform.Agent({ connections: 10 }))
 * const acme = Pipedrive.layer({ httpClient: Undici.layerWithoutDispatcher.pipe(Layer.provide(agent)) })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWithoutDispatcher: Layer.Layer<HttpClient.HttpClient, never, NodeHttpClient.Dispatcher> =
  /*#__PURE__*/ Layer.provide(
    /*#__PURE__*/ Layer.effect(
      HttpClient.HttpClient,
      /*#__PURE__*/ Effect.flatMap(
        /*#__PURE__*/ Effect.zip(HttpClient.HttpClient, NodeHttpClient.Dispatcher),
        ([client, dispatcher]) =>
          // Bun's own undici has no dispatchers; the type cannot say so
          typeof dispatcher.dispatch === "function"
            ? Effect.succeed(Transport.attach(client, Direct.make(dispatcher)))
            : notForBun
      )
    ),
    NodeHttpClient.layerUndiciWithoutDispatcher
  )

/**
 * A client with its own undici `Agent`, which is closed with the layer. It is an ordinary `HttpClient`; calls of this package
 * use undici directly.
 *
 * @example
 * ```ts
 * import { Pipedrive } from "effect-pipedrive"
 * import * as Undici from "effect-pipedrive/Undici"
 *
 * const acme = Pipedrive.layer({ httpClient: Undici.layer })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = /*#__PURE__*/ Layer.suspend(() =>
  // an agent of Bun's could not even be closed
  "Bun" in globalThis
    ? Layer.effect(HttpClient.HttpClient, notForBun)
    : Layer.provide(layerWithoutDispatcher, NodeHttpClient.dispatcherLayer)
)
