/**
 * What a transport was given with its own layer, and what is done about fetch's own ways.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Direct from "./transport.js"

/**
 * The same client, with the options that fetch's layer was given (a dispatcher for a proxy, say) kept under those of a
 * call. By itself it drops all of them where a call has any, and ours has: redirects are not fetch's to follow. On Deno its
 * fetch is kept from sending a POST twice.
 *
 * @internal
 */
export const prepare = (client: HttpClient.HttpClient): Effect.Effect<HttpClient.HttpClient> =>
  Effect.suspend(() => {
    // ours is prepared already
    if (Direct.of(client) !== undefined) return Effect.succeed(client)
    let own: Context.Context<never> = Context.empty()
    // a request that ends as soon as it is inside the client's context: nothing is sent
    const look = HttpClient.mapRequestEffect(client, () =>
      Effect.flatMap(Effect.context<never>(), (context) => {
        own = context
        return Effect.interrupt
      })
    )
    return Effect.map(Effect.exit(look.execute(HttpClientRequest.get("/"))), () => over(client, own))
  })

const init = (context: Context.Context<never>): RequestInit | undefined =>
  Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit))

const fetchOf = (context: Context.Context<never>): typeof fetch | undefined =>
  Option.getOrUndefined(Context.getOption(context, FetchHttpClient.Fetch))

const over = (client: HttpClient.HttpClient, own: Context.Context<never>): HttpClient.HttpClient => {
  const ownInit = init(own)
  const ownFetch = fetchOf(own)
  const isDeno = "Deno" in globalThis
  if (ownInit === undefined && !isDeno) return client
  return HttpClient.transform(
    client,
    Effect.mapInputContext((context: Context.Context<never>) => {
      const kept = Context.add(context, FetchHttpClient.RequestInit, { ...ownInit, ...init(context) })
      return isDeno
        ? Context.add(kept, FetchHttpClient.Fetch, postingOnce(fetchOf(context) ?? ownFetch ?? fetch))
        : kept
    })
  )
}

/**
 * Deno's fetch by itself sends a request again when a connection that was kept open breaks: a POST too, and one that the
 * server has acted on. Not so where the body is a Blob.
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
