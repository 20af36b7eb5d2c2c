/**
 * `fetch`, spoken to directly.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Body from "./body.js"
import * as Prepare from "./fetchOptions.js"
import * as Transport from "./transport.js"

// -----------------------------------------------------------------------------
// answers
// -----------------------------------------------------------------------------

/** The headers of an answer, read when they are asked for: a call looks at three of them. */
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

interface Content {
  readonly text: string
  readonly bytes: Uint8Array | undefined
}

/**
 * A body of a known and bearable length is read at once, any other part by part, and given up where it is too long. Of
 * an error, what came of it will do.
 */
const read = (response: Response, reading: Transport.Reading, giveUp: () => void): Promise<Content | undefined> => {
  const { headers, status } = response
  const success = status >= 200 && status < 300
  const maximum = success ? reading.maximumBody : reading.maximumErrorBody
  const binary = reading.binary && success
  // what is packed may be a flood however short it is
  const length = headers.get("content-encoding") === null ? headers.get("content-length") : null
  if (length === null || !(Number(length) <= maximum)) return readParts(response, binary, maximum, success, giveUp)
  if (binary) return response.arrayBuffer().then((buffer) => ({ text: "", bytes: new Uint8Array(buffer) }))
  const text = response.text().then((text) => ({ text, bytes: undefined }))
  return success ? text : text.catch(() => ({ text: "", bytes: undefined }))
}

const readParts = async (
  response: Response,
  binary: boolean,
  maximum: number,
  success: boolean,
  giveUp: () => void
): Promise<Content | undefined> => {
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
  return binary ? { text: "", bytes: body.bytes() } : { text: body.text(), bytes: undefined }
}

// -----------------------------------------------------------------------------
// requests
// -----------------------------------------------------------------------------

const fetchIn = (context: Context.Context<never>): typeof fetch | undefined =>
  context.unsafeMap.get(FetchHttpClient.Fetch.key)

const optionsIn = (context: Context.Context<never>): RequestInit | undefined =>
  context.unsafeMap.get(FetchHttpClient.RequestInit.key)

const isDeno = /*#__PURE__*/ (() => "Deno" in globalThis)()

/**
 * Deno's fetch by itself sends a request again when a connection that was kept open breaks: a POST too, and one that the
 * server has acted on. Not so where the body is a Blob.
 */
const bodyOf = ({ body, method }: Transport.Request): BodyInit | null =>
  isDeno && method === "POST" ? new Blob(body === undefined ? [] : [body.slice()]) : ((body ?? null) as BodyInit | null)

/** Those of the options under ours. The length of a body is told by fetch itself. */
const headersFor = ({ headers }: Transport.Request, options: RequestInit): Record<string, string> => {
  if (options.headers === undefined && headers["content-length"] === undefined) return headers
  const { "content-length": _, ...own } = headers
  return options.headers === undefined ? own : { ...Object.fromEntries(new Headers(options.headers)), ...own }
}

/** With the fetch and the options of the layer; those of a call go first. @internal */
export const make =
  (own: Context.Context<never>): Transport.Transport =>
  (request, reading, context, onEnd) => {
    const send = fetchIn(context) ?? fetchIn(own) ?? globalThis.fetch
    const options = { ...optionsIn(own), ...optionsIn(context) }
    const controller = new AbortController()
    const giveUp = () => controller.abort()
    let phase: "send" | "receive" = "send"
    let stopped = false
    send(request.url, {
      ...options,
      method: request.method,
      headers: headersFor(request, options),
      body: bodyOf(request),
      redirect: "manual",
      signal: controller.signal
    })
      .then((response) => {
        phase = "receive"
        const { headers, status } = response
        return read(response, reading, giveUp).then((content) => {
          if (stopped) return
          if (content === undefined) onEnd({ _tag: "Overflow", status, headers: headersOf(headers) })
          else
            onEnd({ _tag: "Response", status, headers: headersOf(headers), text: content.text, bytes: content.bytes })
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
      Effect.map(Effect.flatMap(HttpClient.HttpClient, Prepare.prepare), (client) =>
        Transport.attach(client, make(own))
      )
    )
  ),
  FetchHttpClient.layer
)
