/**
 * Beside the official client's `OAuth2Configuration`: each thing it does, what arrives at the server, and where we differ on
 * purpose. docs/migrating.md has the same in a table.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { HttpLayer, OAuth2, Pipedrive, TokenStore } from "effect-pipedrive"
import * as V1 from "effect-pipedrive/v1"
import * as V2 from "effect-pipedrive/v2"
import * as OfficialV1 from "pipedrive/v1"
import * as OfficialV2 from "pipedrive/v2"
import { assert, describe, it } from "vitest"
import * as OAuth from "../support/oauth.js"
import { listen } from "../support/oauthHttp.js"

const credentials = { clientId: OAuth.clientId, clientSecret: OAuth.clientSecret, redirectUri: OAuth.redirectUri }

interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | null>>
  readonly fields: Readonly<Record<string, string>>
}

interface Beside {
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
const beside = async (use: (both: Beside) => Promise<void>, options: OAuth.Options = {}): Promise<void> => {
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

const call = V2.Deals.list().pipe(HttpLayer.withPolicy({ retries: 0, responseValidation: "off" }))

const officialCall = (official: OfficialV2.OAuth2Configuration) =>
  new OfficialV2.DealsApi(
    new OfficialV2.Configuration({ accessToken: official.getAccessToken, basePath: official.basePath })
  ).getDeals()

const rejected = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => assert.fail("did not reject"),
    (error) => error
  )

/** What `new` throws. */
const thrown = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    return String(error)
  }
  return assert.fail("did not throw")
}

describe("like the official client, ours", () => {
  it("sends users to the same page, with a state besides", () =>
    beside(async ({ ours, url }) => {
      const settings = { ...credentials, clientId: "0123456789abcdef" }
      const official = new OfficialV2.OAuth2Configuration({ ...settings, host: url })
      const { state, url: page } = await ours((oauth) => oauth.authorizationUrl(), settings)
      assert.strictEqual(page, `${official.authorizationUrl}&state=${state}`)
      const atPipedrive = new OfficialV2.OAuth2Configuration(settings).authorizationUrl
      assert.isTrue(atPipedrive.startsWith(`${OAuth2.defaultUrl}/oauth/authorize?`))
    }))

  it("exchanges a code by the same request, and then calls the host that the token names", () =>
    beside(async ({ official, ours, server, take, url }) => {
      const token = await official.authorize(server.consent(7))
      await officialCall(official)
      const [exchange, , ...rest] = take()
      assert.strictEqual(official.basePath, `${url}/api/v2`)
      assert.strictEqual(await official.getAccessToken(), token.access_token)
      await ours((oauth) =>
        Effect.gen(function* () {
          const token = yield* oauth.authorize(server.consent(7))
          assert.strictEqual(token.apiDomain, url)
          yield* call
        })
      )
      const [ourExchange, ourCall, ...ourRest] = take()
      const { code: _, ...fields } = exchange?.fields ?? {}
      const { code: __, ...ourFields } = ourExchange?.fields ?? {}
      assert.deepStrictEqual({ ...ourExchange, fields: ourFields }, { ...exchange, fields } as Seen)
      assert.deepStrictEqual(fields, { grant_type: "authorization_code", redirect_uri: OAuth.redirectUri })
      assert.strictEqual(ourCall?.path, "/api/v2/deals")
      assert.deepStrictEqual([rest, ourRest], [[], []])
    }))

  it("refreshes by the same request", () =>
    beside(async ({ official, ours, server, take }) => {
      const refresh_token = (await official.authorize(server.consent())).refresh_token
      take()
      await official.tokenRefresh()
      const [refresh] = take()
      await ours((oauth) => oauth.exchange({ refresh_token }))
      assert.deepStrictEqual(take()[0], refresh)
      assert.deepStrictEqual(refresh?.fields, { grant_type: "refresh_token", refresh_token })
    }))

  it("revokes by the same request, but for a question mark", () =>
    beside(async ({ official, ours, server, take }) => {
      const token = await official.authorize(server.consent())
      take()
      await official.revokeToken("refresh_token")
      const [revocation] = take()
      await ours((oauth) =>
        Effect.gen(function* () {
          yield* oauth.authorize(server.consent())
          take()
          yield* oauth.revoke()
        })
      )
      const [ourRevocation] = take()
      const { fields, ...rest } = revocation ?? assert.fail("no revocation")
      assert.deepStrictEqual(fields, { token: token.refresh_token, token_type_hint: "refresh_token" })
      assert.deepStrictEqual(ourRevocation, {
        ...rest,
        fields: { ...fields, token: ourRevocation?.fields.token ?? "" }
      })
    }))

  it("takes a token that was stored: `updateToken` is `set`, or `exchange` for its refresh token alone", () =>
    beside(async ({ official, ours, server, take, url }) => {
      const stored = await official.authorize(server.consent(7))
      const restarted = new OfficialV2.OAuth2Configuration({ ...credentials, host: url })
      assert.isNull(restarted.updateToken(null))
      take()
      restarted.updateToken(stored)
      await officialCall(restarted)
      const bearer = `Bearer ${stored.access_token}`
      assert.deepStrictEqual(
        take().map(({ headers }) => headers.authorization),
        [bearer]
      )
      await ours((oauth) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* Effect.flip(oauth.token)).reason, "NotAuthorized")
          const now = Date.now()
          yield* oauth.set({
            accessToken: Redacted.make(stored.access_token),
            refreshToken: Redacted.make(stored.refresh_token),
            issuedAt: now,
            expiresAt: now + stored.expires_in * 1000,
            apiDomain: stored.api_domain,
            scope: stored.scope.split(",")
          })
          yield* call
          assert.deepStrictEqual(
            take().map(({ headers }) => headers.authorization),
            [bearer]
          )
          yield* oauth.exchange(stored)
          yield* call
        })
      )
      assert.strictEqual(server.counts.refreshes, 1)
    }))

  it("refreshes an expired token before a call", () =>
    beside(async ({ official, ours, server }) => {
      const stored = await official.authorize(server.consent())
      official.updateToken({ ...stored, expires_in: -1 })
      await officialCall(official)
      assert.strictEqual(server.counts.refreshes, 1)
      await ours((oauth) =>
        Effect.gen(function* () {
          const token = yield* oauth.authorize(server.consent())
          yield* oauth.set({ ...token, expiresAt: token.issuedAt })
          yield* call
        })
      )
      assert.strictEqual(server.counts.refreshes, 2)
    }))

  it("tells of a new token after a code and after a refresh", () =>
    beside(async ({ official, ours, server }) => {
      const told: Array<string> = []
      official.onTokenUpdate = ({ access_token }) => void told.push(access_token)
      const first = await official.authorize(server.consent())
      const second = await official.tokenRefresh()
      assert.deepStrictEqual(told, [first.access_token, second.access_token])
      const ourTold: Array<string> = []
      await ours(
        (oauth) =>
          Effect.gen(function* () {
            const first = yield* oauth.authorize(server.consent())
            const second = yield* oauth.refresh
            assert.deepStrictEqual(ourTold, [Redacted.value(first.accessToken), Redacted.value(second.accessToken)])
          }),
        { onTokenUpdate: ({ accessToken }) => Effect.sync(() => void ourTold.push(Redacted.value(accessToken))) }
      )
    }))

  it("refuses settings that are not set, by name, and an empty code, without a request", () =>
    beside(async ({ official, ours, take }) => {
      for (const name of ["clientId", "clientSecret", "redirectUri"] as const) {
        const blank = { ...credentials, [name]: "" }
        assert.include(
          thrown(() => new OfficialV2.OAuth2Configuration(blank)),
          name
        )
        assert.include(String(await rejected(ours((oauth) => oauth.token, blank))), name)
      }
      assert.include((await rejected(official.authorize(""))).message, "code is not set")
      const error = await ours((oauth) => Effect.flip(oauth.authorize("")))
      assert.strictEqual(error.reason, "InvalidCallback")
      assert.deepStrictEqual(take(), [])
    }))

  it("passes on what the server says of a code or refresh token that is none", () =>
    beside(async ({ official, ours }) => {
      const said = await rejected(official.authorize("wrongAuthCode"))
      official.updateToken({ refresh_token: "wrongRefreshToken" } as OfficialV2.TokenResponse)
      const saidOfRefresh = await rejected(official.tokenRefresh())
      await ours((oauth) =>
        Effect.gen(function* () {
          const ofCode = yield* Effect.flip(oauth.authorize("wrongAuthCode"))
          assert.deepStrictEqual([ofCode.reason, ofCode.code, ofCode.status], ["InvalidCallback", said.error, 400])
          assert.include(ofCode.message, said.message)
          const ofRefresh = yield* Effect.flip(oauth.exchange("wrongRefreshToken"))
          assert.deepStrictEqual([ofRefresh.reason, ofRefresh.code], ["ReauthorizationRequired", saidOfRefresh.error])
          assert.include(ofRefresh.message, saidOfRefresh.message)
        })
      )
    }))

  it("reads tokens as its tests have them: seconds as text, `bearer` in small letters, scopes that are numbers", () =>
    beside(async ({ ours, server, url }) => {
      const token = {
        access_token: "freshAccessToken",
        api_domain: url,
        expires_in: "3600",
        refresh_token: "freshRefreshToken",
        scope: "deals:full,users:full,1337",
        token_type: "bearer"
      }
      const { close, url: host } = await listen({ ...server, handle: async () => Response.json(token) })
      try {
        const theirs = new OfficialV1.OAuth2Configuration({ ...credentials, host })
        theirs.updateToken({ refresh_token: "fakeRefreshToken" } as OfficialV1.TokenResponse)
        assert.deepStrictEqual<unknown>(await theirs.tokenRefresh(), token)
        assert.strictEqual(await theirs.getAccessToken(), token.access_token)
        const read = await ours((oauth) => oauth.exchange("fakeRefreshToken"), {
          oauthUrl: host,
          allowedApiDomains: [url]
        })
        assert.strictEqual(Redacted.value(read.accessToken), token.access_token)
        assert.strictEqual(Redacted.value(read.refreshToken), token.refresh_token)
        assert.deepStrictEqual(read.scope, ["deals:full", "users:full", "1337"])
        assert.strictEqual(read.expiresAt - read.issuedAt, 3_600_000)
      } finally {
        await close()
      }
    }))
})

describe("unlike the official client, ours", () => {
  it("escapes the client id", () =>
    beside(async ({ official, ours }) => {
      assert.include(official.authorizationUrl, `client_id=${OAuth.clientId}&`)
      const { url } = await ours((oauth) => oauth.authorizationUrl())
      assert.strictEqual(new URL(url).searchParams.get("client_id"), OAuth.clientId)
      assert.notStrictEqual(new URL(official.authorizationUrl).searchParams.get("client_id"), OAuth.clientId)
    }))

  it("refreshes once for many calls at once", () =>
    beside(async ({ official, ours, server }) => {
      const stored = await official.authorize(server.consent())
      official.updateToken({ ...stored, expires_in: -1 })
      await Promise.all(Array.from({ length: 5 }, () => officialCall(official)))
      assert.strictEqual(server.counts.refreshes, 5)
      await ours((oauth) =>
        Effect.gen(function* () {
          const token = yield* oauth.authorize(server.consent())
          yield* oauth.set({ ...token, expiresAt: token.issuedAt })
          yield* Effect.replicateEffect(call, 5, { concurrency: 5 })
        })
      )
      assert.strictEqual(server.counts.refreshes, 5 + 1)
    }))

  it("tells once of a token that a call renewed, and waits until it is kept", () =>
    beside(async ({ official, ours, server }) => {
      let told = 0
      const stored = await official.authorize(server.consent())
      official.updateToken({ ...stored, expires_in: -1 })
      official.onTokenUpdate = () => void told++
      await officialCall(official)
      assert.strictEqual(told, 2)
      let ourTold = 0
      await ours(
        (oauth) =>
          Effect.gen(function* () {
            const token = yield* oauth.authorize(server.consent())
            yield* oauth.set({ ...token, expiresAt: token.issuedAt })
            ourTold = 0
            yield* call
          }),
        {
          onTokenUpdate: () =>
            Effect.zipRight(
              Effect.sleep(20),
              Effect.sync(() => void ourTold++)
            )
        }
      )
      assert.strictEqual(ourTold, 1)
    }))

  it("refreshes after a 401", () =>
    beside(async ({ official, ours, server }) => {
      await official.authorize(server.consent())
      server.expireAccess()
      assert.strictEqual((await rejected(officialCall(official))).errorCode, 401)
      assert.strictEqual(server.counts.refreshes, 0)
      await ours((oauth) =>
        Effect.gen(function* () {
          yield* oauth.authorize(server.consent())
          server.expireAccess()
          yield* call
        })
      )
      assert.strictEqual(server.counts.refreshes, 1)
    }))

  it("sends nothing where there is no token", () =>
    beside(async ({ official, ours, take }) => {
      await rejected(officialCall(official))
      assert.strictEqual(take()[0]?.headers.authorization, "Bearer null")
      await rejected(official.tokenRefresh())
      assert.deepStrictEqual(take()[0]?.fields, { grant_type: "refresh_token", refresh_token: "" })
      await ours((oauth) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(call)
          assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
          assert.strictEqual((yield* Effect.flip(oauth.refresh)).reason, "NotAuthorized")
        })
      )
      assert.deepStrictEqual(take(), [])
    }))

  it("encodes an access token once to revoke it, and forgets what is revoked", () =>
    beside(async ({ official, ours, server, take }) => {
      const { access_token } = await official.authorize(server.consent())
      take()
      await official.revokeToken("access_token")
      assert.strictEqual(take()[0]?.fields.token, encodeURIComponent(access_token))
      assert.strictEqual(await official.getAccessToken(), access_token)
      await ours((oauth) =>
        Effect.gen(function* () {
          const token = yield* oauth.authorize(server.consent())
          take()
          yield* oauth.revoke("access_token")
          assert.strictEqual(take()[0]?.fields.token, Redacted.value(token.accessToken))
          assert.notStrictEqual(yield* oauth.token, token)
        })
      )
    }))

  it("follows the company's host at the time of the call, in both versions", () =>
    beside(async ({ official, ours, server, url }) => {
      const before = new OfficialV2.Configuration({
        accessToken: official.getAccessToken,
        basePath: official.basePath
      })
      const elsewhere = await listen(server)
      try {
        server.apiDomain = elsewhere.url
        await official.authorize(server.consent())
        await new OfficialV2.DealsApi(before).getDeals()
        assert.isTrue(server.calls.at(-1)?.url.startsWith(url))
        await ours(
          (oauth) =>
            Effect.gen(function* () {
              yield* oauth.authorize(server.consent())
              yield* call
              yield* V1.Leads.list().pipe(HttpLayer.withPolicy({ responseValidation: "off" }))
            }),
          { allowedApiDomains: [elsewhere.url] }
        )
        assert.deepStrictEqual(
          server.calls.slice(-2).map((one) => one.url),
          [`${elsewhere.url}/api/v2/deals`, `${elsewhere.url}/api/v1/leads`]
        )
      } finally {
        await elsewhere.close()
      }
    }))

  it("trusts no host but Pipedrive's", () =>
    beside(async ({ official, ours, server }) => {
      server.apiDomain = "https://pipedrive.com.evil.example"
      await official.authorize(server.consent())
      assert.strictEqual(official.basePath, "https://pipedrive.com.evil.example/api/v2")
      const error = await ours((oauth) => Effect.flip(oauth.authorize(server.consent())))
      assert.strictEqual(error.reason, "UntrustedDomain")
    }))

  it("sends the API token alone where both are set; both let it win", () =>
    beside(async ({ take, url }) => {
      const both = new OfficialV2.Configuration({ apiKey: "SECRET", accessToken: "t", basePath: `${url}/api/v2` })
      await rejected(new OfficialV2.DealsApi(both).getDeals())
      assert.deepStrictEqual(take()[0]?.headers, {
        authorization: "Bearer t",
        "content-type": null,
        "x-api-token": "SECRET"
      })
      const layer = Pipedrive.layer({ apiToken: "SECRET", accessToken: "t", baseUrl: url })
      await Effect.runPromise(Effect.flip(call).pipe(Effect.provide(layer)))
      assert.deepStrictEqual(take()[0]?.headers, {
        authorization: null,
        "content-type": null,
        "x-api-token": "SECRET"
      })
    }))
})
