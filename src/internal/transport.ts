/**
 * What a transport was given with its own layer.
 *
 * @internal
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * The same client, with the options that fetch's layer was given (a dispatcher for a proxy, say) kept under those of a
 * call. By itself it drops all of them where a call has any, and ours has: redirects are not fetch's to follow.
 *
 * @internal
 */
export const keepingInit = (client: HttpClient.HttpClient): Effect.Effect<HttpClient.HttpClient> =>
  Effect.suspend(() => {
    let own: RequestInit | undefined
    // a request that ends as soon as it is inside the client's context: nothing is sent
    const look = HttpClient.mapRequestEffect(client, () =>
      Effect.flatMap(Effect.context<never>(), (context) => {
        own = Option.getOrUndefined(init(context))
        return Effect.interrupt
      })
    )
    return Effect.map(Effect.exit(look.execute(HttpClientRequest.get("/"))), () =>
      own === undefined ? client : over(client, own)
    )
  })

const init = (context: Context.Context<never>): Option.Option<RequestInit> =>
  Context.getOption(context, FetchHttpClient.RequestInit)

const over = (client: HttpClient.HttpClient, own: RequestInit): HttpClient.HttpClient =>
  HttpClient.transform(
    client,
    Effect.mapInputContext((context: Context.Context<never>) =>
      Context.add(context, FetchHttpClient.RequestInit, { ...own, ...Option.getOrUndefined(init(context)) })
    )
  )
