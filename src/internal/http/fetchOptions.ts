/**
 * Prepares `HttpClient`s of others over `fetch`: keeps the options of their layer, and avoids fetch's own retries on Deno.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Direct from "./transport.js"

/**
 * The same client, but options of its layer (such as a dispatcher for a proxy) are merged with those of a call. By default
 * the options of a call replace them, and ours always have one: fetch must not follow redirects. On Deno its fetch also
 * must not send a POST twice.
 *
 * @internal
 */
export const prepare = (client: HttpClient.HttpClient): Effect.Effect<HttpClient.HttpClient> =>
  Effect.suspend(() => {
    // our own client does this itself
    if (Direct.of(client) !== undefined) return Effect.succeed(client)
    let own: Context.Context<never> = Context.empty()
    // reads the context of the client with a request that is interrupted before anything is sent
    const look = HttpClient.mapRequestEffect(client, () =>
      Effect.flatMap(Effect.context<never>(), (context) => {
        own = context
        return Effect.interrupt
      })
    )
    return Effect.map(Effect.exit(look.execute(HttpClientRequest.get("/"))), () => over(client, own))
  })

/** The options for fetch in a context. @internal */
export const optionsIn = (context: Context.Context<never>): RequestInit | undefined =>
  Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit))

/** The fetch in a context. @internal */
export const fetchIn = (context: Context.Context<never>): typeof fetch | undefined =>
  Option.getOrUndefined(Context.getOption(context, FetchHttpClient.Fetch))

const over = (client: HttpClient.HttpClient, own: Context.Context<never>): HttpClient.HttpClient => {
  const ownInit = optionsIn(own)
  const ownFetch = fetchIn(own)
  if (ownInit === undefined && !isDeno() && !isNode()) return client
  return HttpClient.transform(
    client,
    Effect.mapInputContext((context: Context.Context<never>) => {
      const kept = Context.add(context, FetchHttpClient.RequestInit, { ...ownInit, ...optionsIn(context) })
      const send = fetchIn(context) ?? ownFetch ?? fetch
      if (isDeno()) return Context.add(kept, FetchHttpClient.Fetch, safe(send))
      return isNode() ? Context.add(kept, FetchHttpClient.Fetch, tellingLength(send)) : kept
    })
  )
}

const isDeno = (): boolean => "Deno" in globalThis

const isNode = (): boolean => "process" in globalThis && !isDeno() && !("Bun" in globalThis)

/** The option that says how long a body is that is a stream. Fetch passes over options that it does not know. @internal */
export const lengthId: unique symbol = Symbol.for("effect-pipedrive/internal/http/fetchOptions/length")

/**
 * The length of a body goes to Node's fetch as the header of a stream only, which it holds the stream to; of other bodies it
 * knows the length itself. Platforms before 0.96.2 send it with those, too, which undici 7 refuses when it is behind Node's
 * fetch (it is, once `@effect/platform-node` is loaded); later ones send it with no body.
 */
const tellingLength =
  (send: typeof fetch): typeof fetch =>
  (input, init: (RequestInit & { readonly [lengthId]?: number | undefined }) | undefined) => {
    const length = init?.[lengthId]
    const headers = new Headers(init?.headers)
    if (length === undefined && !headers.has("content-length")) return send(input, init)
    const { "content-length": _, ...rest } = Object.fromEntries(headers)
    return send(input, {
      ...init,
      headers: length === undefined ? rest : { ...rest, "content-length": String(length) }
    })
  }

/**
 * Deno's fetch repeats a request, even a POST, when a reused connection breaks, although the server may have acted. It does
 * not when the body is a Blob.
 */
const postingOnce =
  (send: typeof fetch): typeof fetch =>
  (input, init) => {
    const { body, method } = init ?? {}
    if (method !== "POST") return send(input, init)
    if (body === undefined || body === null) return send(input, { ...init, body: new Blob([]) })
    const part = typeof body === "string" ? body : body instanceof Uint8Array ? body.slice() : undefined
    return send(input, part === undefined ? init : { ...init, body: new Blob([part]) })
  }

/** The same fetch, which does not send a POST twice on Deno. @internal */
export const safe = (send: typeof fetch): typeof fetch => (isDeno() ? postingOnce(send) : send)
