/**
 * Beside the official client's `OAuth2Configuration`: each thing it does, and what arrives at the server. Where we differ on
 * purpose is in official-differences.test.ts; docs/migrating.md has both in a table.
 */
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { OAuth2 } from "effect-pipedrive"
import * as OfficialV1 from "pipedrive/v1"
import * as OfficialV2 from "pipedrive/v2"
import { assert, describe, it } from "vitest"
import { beside, call, credentials, officialCall, rejected, type Seen } from "../support/beside.js"
import * as OAuth from "../support/oauth.js"
import { listen } from "../support/oauthHttp.js"

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
      official.updateToken({ refresh_token: "7654321:dead0c1eb2f9" } as OfficialV2.TokenResponse)
      const saidOfRefresh = await rejected(official.tokenRefresh())
      await ours((oauth) =>
        Effect.gen(function* () {
          const ofCode = yield* Effect.flip(oauth.authorize("wrongAuthCode"))
          assert.deepStrictEqual([ofCode.reason, ofCode.code, ofCode.status], ["InvalidCallback", said.error, 400])
          assert.include(ofCode.message, said.message)
          const ofRefresh = yield* Effect.flip(oauth.exchange("7654321:dead0c1eb2f9"))
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

describe("docs/migrating.md", () => {
  it("has a place for every member of both classes", () => {
    const text = readFileSync("docs/migrating.md", "utf8")
    const members = [
      new OfficialV2.OAuth2Configuration(credentials),
      new OfficialV2.Configuration({}),
      OfficialV2.OAuth2Configuration.prototype,
      OfficialV2.Configuration.prototype
    ].flatMap((one) => Object.getOwnPropertyNames(one))
    assert.isAbove(members.length, 20)
    for (const name of [...members, "onTokenUpdate"]) if (name !== "constructor") assert.include(text, name)
  })
})
