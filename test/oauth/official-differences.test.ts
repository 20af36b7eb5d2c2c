import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { HttpLayer, Pipedrive } from "effect-pipedrive"
import * as V1 from "effect-pipedrive/v1"
import * as OfficialV2 from "pipedrive/v2"
import { assert, describe, it } from "vitest"
import { beside, call, officialCall, rejected } from "../support/beside.js"
import * as OAuth from "../support/oauth.js"
import { listen } from "../support/oauthHttp.js"

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
