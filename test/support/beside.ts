/**
 * Our OAuth2 and the official client's, against one server.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import * as V2 from "effect-pipedrive/v2"
import * as OfficialV2 from "pipedrive/v2"
import { assert } from "vitest"
import * as OAuth from "./oauth.js"
import { listen } from "./oauthHttp.js"

export const credentials = {
  clientId: OAuth.clientId,
  clientSecret: OAuth.clientSecret,
  redirectUri: OAuth.redirectUri
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | null>>
  readonly fields: Readonly<Record<string, string>>
}

export interface Beside {
  readonly server: OAuth.OAuthServer
  readonly url: string
  readonly official: OfficialV2.OAuth2Configuration
  /** Runs with an account of ours. */
  readonly ours: <A, E>(
    use: (oauth: OAuth2.Service) => Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof OAuth.live>>>,
    options?: Partial<OAuth2.AccountOptions>
  ) => Promise<A>
  /** What arrived since the last time it was asked. */
  readonly take: () => ReadonlyArray<Seen>
}

/** Both clients against the same server, on a port. */
export const beside = async (use: (both: Beside) => Promise<void>, options: OAuth.Options = {}): Promise<void> => {
  const server = OAuth.makeServer(options)
  let seen: Array<Seen> = []
  const { close, url } = await listen({
    ...server,
    handle: async (request, now) => {
      const { pathname, search } = new URL(request.url)
      const names = ["authorization", "content-type", "x-api-token"]
      seen.push({
        method: request.method,
        path: pathname,
        query: search,
        headers: Object.fromEntries(names.map((name) => [name, request.headers.get(name)])),
        fields: Object.fromEntries(new URLSearchParams(await request.clone().text()))
      })
      return server.handle(request, now)
    }
  })
  server.apiDomain = url
  try {
    await use({
      server,
      url,
      official: new OfficialV2.OAuth2Configuration({ ...credentials, host: url }),
      ours: (run, account) => {
        const live = OAuth2.layer({ ...credentials, oauthUrl: url, retries: 0, ...account }).pipe(
          Layer.provideMerge(Layer.merge(FetchHttpClient.layer, TokenStore.layerMemory))
        )
        return Effect.flatMap(OAuth2.OAuth2, run).pipe(Effect.provide(live), Effect.runPromise)
      },
      take: () => {
        const taken = seen
        seen = []
        return taken
      }
    })
  } finally {
    await close()
  }
}

export const call = V2.Deals.list().pipe(HttpLayer.withPolicy({ retries: 0, responseValidation: "off" }))

export const officialCall = (official: OfficialV2.OAuth2Configuration) =>
  new OfficialV2.DealsApi(
    new OfficialV2.Configuration({ accessToken: official.getAccessToken, basePath: official.basePath })
  ).getDeals()

export const rejected = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => assert.fail("did not reject"),
    (error) => error
  )
