/**
 * The direct way to `fetch`.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Body from "./body.js"
import * as Options from "./fetchOptions.js"
import * as Transport from "./transport.js"

// -----------------------------------------------------------------------------
// answers
// -----------------------------------------------------------------------------

/** The headers of a response, read lazily, because a call reads only three of them. */
const headersOf: (source: Headers) => Transport.Response["headers"] = /*#__PURE__*/ (() => {
  const sourceId: unique symbol = Symbol("effect-pipedrive/internal/http/fetch/source")
  const proto: object = Object.create(null)
  for (const name of Transport.headerNames) {
    Object.defineProperty(proto, name, {
      enumerable: true,
      get(this: { readonly [sourceId]: Headers }) {
        return this[sourceId].get(name) ?? undefined
      }
    })
  }
  return (source) => Object.assign(Object.create(proto), { [sourceId]: source })
})()

/**
 * Reads a body. One with a known length within the limit is read at once; any other is read in parts and cancelled at the
 * limit. Of a failed response, the part that arrived is enough.
 */
const read = (response: Response, reading: Transport.Reading, giveUp: () => void): Promise<string | undefined> => {
  const { headers, status } = response
  const success = status >= 200 && status < 300
  const maximum = success ? reading.maximumBody : reading.maximumErrorBody
  // a short compressed body may be very long
  const length = headers.get("content-encoding") === null ? headers.get("content-length") : null
  if (length === null || !(Number(length) <= maximum)) return readParts(response, maximum, success, giveUp)
  return success ? response.text() : response.text().catch(() => "")
}

const readParts = async (
  response: Response,
  maximum: number,
  success: boolean,
  giveUp: () => void
): Promise<string | undefined> => {
  const body = Body.collect(maximum)
  const reader = response.body?.getReader()
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read()
      if (done) break
      if (body.add(value)) continue
      giveUp()
      if (success) return undefined
      break
    }
  } catch (cause) {
    if (success) throw cause
  }
  return body.text()
}

// -----------------------------------------------------------------------------
// requests
// -----------------------------------------------------------------------------

/** The headers of the options, overridden by ours. Fetch itself sets the length of the body. */
const headersFor = ({ headers }: Transport.Request, options: RequestInit): Record<string, string> => {
  if (options.headers === undefined && headers["content-length"] === undefined) return headers
  const { "content-length": _, ...own } = headers
  return options.headers === undefined ? own : { ...Object.fromEntries(new Headers(options.headers)), ...own }
}

/** Uses fetch and options of the call, or else those of the layer. @internal */
export const make =
  (own: Context.Context<never>): Transport.Transport =>
  (request, reading, context, onEnd) => {
    const send = Options.safe(Options.fetchIn(context) ?? Options.fetchIn(own) ?? globalThis.fetch)
    const options = { ...Options.optionsIn(own), ...Options.optionsIn(context) }
    const controller = new AbortController()
    const giveUp = () => controller.abort()
    let phase: "send" | "receive" = "send"
    let stopped = false
    send(request.url, {
      ...options,
      method: request.method,
      headers: headersFor(request, options),
      body: (request.body ?? null) as BodyInit | null,
      redirect: "manual",
      signal: controller.signal
    })
      .then((response) => {
        phase = "receive"
        const { headers, status } = response
        return read(response, reading, giveUp).then((text) => {
          if (stopped) return
          if (text === undefined) onEnd({ _tag: "Overflow", status, headers: headersOf(headers) })
          else onEnd({ _tag: "Response", status, headers: headersOf(headers), text })
        })
      })
      .catch((cause) => {
        if (!stopped) onEnd({ _tag: "Failure", cause, phase })
      })
    return () => {
      stopped = true
      giveUp()
    }
  }

/**
 * The platform's client over `fetch`, with a direct way to it. It keeps the fetch and the options that are in the
 * context of the layer.
 *
 * @internal
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = /*#__PURE__*/ Layer.provide(
  /*#__PURE__*/ Layer.effect(
    HttpClient.HttpClient,
    /*#__PURE__*/ Effect.contextWithEffect((own: Context.Context<never>) =>
      Effect.map(Effect.flatMap(HttpClient.HttpClient, Options.prepare), (client) =>
        Transport.attach(client, make(own))
      )
    )
  ),
  FetchHttpClient.layer
)
