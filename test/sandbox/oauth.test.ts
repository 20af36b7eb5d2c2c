import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as OAuth2 from "effect-pipedrive/OAuth2"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as TokenStore from "effect-pipedrive/TokenStore"
import { Deals } from "effect-pipedrive/v2"
import { send } from "./support.js"

const app = Sandbox.defaultApp
const basic = (id = app.clientId, secret = app.clientSecret) => `Basic ${btoa(`${id}:${secret}`)}`

const authorizeUrl = (sandbox: Sandbox.Service, more: Readonly<Record<string, string>> = {}) =>
  `${sandbox.baseUrl}/oauth/authorize?${new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    state: "s t&a/te",
    ...more
  })}`

const post =
  (sandbox: Sandbox.Service) =>
  (path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
    Effect.gen(function* () {
      const response = yield* sandbox.fetch(
        new Request(`${sandbox.baseUrl}${path}`, {
          method: "POST",
          headers: { authorization: basic(), ...headers },
          body: new URLSearchParams(fields)
        })
      )
      const text = yield* Effect.promise(() => response.text())
      return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) }
    })

const made = (options: Sandbox.OAuthOptions = {}) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.UTC(2026, 4, 15))
    const sandbox = yield* Sandbox.make({ oauth: options })
    const token = post(sandbox)
    const code = Effect.map(
      sandbox.oauth.allow(authorizeUrl(sandbox)),
      (url) => new URL(url).searchParams.get("code") ?? ""
    )
    const granted = Effect.flatMap(code, (value) =>
      token("/oauth/token", { grant_type: "authorization_code", code: value, redirect_uri: app.redirectUri })
    )
    const refresh = (value: string) => token("/oauth/token", { grant_type: "refresh_token", refresh_token: value })
    const ask = (bearer: string, path = "/api/v2/deals/1", method = "GET", body?: unknown) =>
      send(sandbox)(method, path, body, { authorization: `Bearer ${bearer}`, "x-api-token": "" })
    // an empty token is one that nobody has: a bearer has to come alone
    const bearer = (value: string, path = "/api/v2/deals/1", method = "GET", body?: unknown) =>
      Effect.gen(function* () {
        const response = yield* sandbox.fetch(
          new Request(`${sandbox.baseUrl}${path}`, {
            method,
            headers: { authorization: `Bearer ${value}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) })
          })
        )
        return { status: response.status, body: yield* Effect.promise(() => response.json()) }
      })
    return { sandbox, token, code, granted, refresh, ask, bearer }
  })

describe("the consent page", () => {
  it.effect("names the app, what it may do and who can allow it, with nothing let through that is markup", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* made({
        apps: [{ ...app, name: `<b>"Bold" & Co</b>`, scopes: ["deals:read"] }]
      })
      const response = yield* sandbox.fetch(new Request(authorizeUrl(sandbox, { state: `"><script>1</script>` })))
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8")
      const page = yield* Effect.promise(() => response.text())
      assert.include(page, "&lt;b&gt;&quot;Bold&quot; &amp; Co&lt;/b&gt; asks to use Harbour &amp; Pine")
      assert.include(page, "<code>deals:read</code>")
      assert.include(page, "Tomás Rivera")
      assert.notInclude(page, "<script>")
    })
  )

  it.effect("sends the browser back with a code, or with the refusal", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* made()
      for (const decision of ["allow", "deny"]) {
        const response = yield* sandbox.fetch(
          new Request(authorizeUrl(sandbox), {
            method: "POST",
            body: new URLSearchParams({ decision, user_id: "13000002" })
          })
        )
        assert.strictEqual(response.status, 302)
        const url = new URL(response.headers.get("location") ?? "")
        assert.strictEqual(url.origin + url.pathname, app.redirectUri)
        assert.strictEqual(url.searchParams.get("state"), "s t&a/te")
        if (decision === "allow") assert.match(url.searchParams.get("code") ?? "", /^[0-9a-f]{40}$/)
        else assert.strictEqual(url.searchParams.get("error"), "user_denied")
      }
      assert.include(yield* sandbox.oauth.deny(authorizeUrl(sandbox)), "error=user_denied")
    })
  )

  it.effect("is refused to apps and callbacks that nobody registered", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* made()
      const wrong = yield* sandbox.fetch(new Request(authorizeUrl(sandbox, { redirect_uri: "https://evil.example/" })))
      assert.strictEqual(wrong.status, 400)
      assert.deepStrictEqual(yield* Effect.promise(() => wrong.json()), { error: "Invalid redirect URL" })
      const unknown = yield* sandbox.fetch(new Request(authorizeUrl(sandbox, { client_id: "nobody" })))
      assert.strictEqual(unknown.status, 400)
      const error = yield* Effect.flip(sandbox.oauth.allow(authorizeUrl(sandbox, { client_id: "nobody" })))
      assert.match(error.message, /client is invalid/)
    })
  )
})

describe("tokens", () => {
  it.effect("are given for a code once, and open the API as that user", () =>
    Effect.gen(function* () {
      const { bearer, code, sandbox, token } = yield* made()
      const value = yield* code
      const fields = { grant_type: "authorization_code", code: value, redirect_uri: app.redirectUri }
      const { body, status } = yield* token("/oauth/token", fields)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(body).sort(), [
        "access_token",
        "api_domain",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type"
      ])
      assert.strictEqual(body.api_domain, sandbox.baseUrl)
      assert.strictEqual(body.expires_in, 3600)
      assert.isAtLeast(body.access_token.length, 768)
      assert.match(body.scope, /^base,deals:read/)
      assert.strictEqual((yield* bearer(body.access_token)).status, 200)
      const again = yield* token("/oauth/token", fields)
      assert.deepStrictEqual(again.body, {
        success: "false",
        message: "Invalid grant: `authorization_code` is invalid",
        error: "invalid_grant"
      })
    })
  )

  it.effect("are not given for a code that is five minutes old", () =>
    Effect.gen(function* () {
      const { code, token } = yield* made()
      const value = yield* code
      yield* TestClock.adjust("5 minutes")
      const { body, status } = yield* token("/oauth/token", {
        grant_type: "authorization_code",
        code: value,
        redirect_uri: app.redirectUri
      })
      assert.strictEqual(status, 400)
      assert.strictEqual(body.message, "Invalid grant: `authorization_code` has expired")
    })
  )

  it.effect("live for an hour; the refresh token stays the same", () =>
    Effect.gen(function* () {
      const { bearer, granted, refresh } = yield* made()
      const { body: first } = yield* granted
      yield* TestClock.adjust("60 minutes")
      const late = yield* bearer(first.access_token)
      assert.strictEqual(late.status, 401)
      assert.strictEqual(late.body.error, "Invalid token: access_token is invalid")
      const { body: second } = yield* refresh(first.refresh_token)
      assert.strictEqual(second.refresh_token, first.refresh_token)
      assert.notStrictEqual(second.access_token, first.access_token)
      assert.strictEqual((yield* bearer(second.access_token)).status, 200)
    })
  )

  it.effect("where refresh tokens rotate, the old one is dead", () =>
    Effect.gen(function* () {
      const { granted, refresh } = yield* made({ refreshTokens: "rotating" })
      const { body: first } = yield* granted
      const { body: second } = yield* refresh(first.refresh_token)
      assert.notStrictEqual(second.refresh_token, first.refresh_token)
      assert.strictEqual((yield* refresh(first.refresh_token)).body.error, "invalid_grant")
      assert.strictEqual((yield* refresh(second.refresh_token)).status, 200)
    })
  )

  it.effect("a refresh token dies sixty days after it was last used", () =>
    Effect.gen(function* () {
      const { granted, refresh } = yield* made()
      const { body } = yield* granted
      yield* TestClock.adjust("59 days")
      assert.strictEqual((yield* refresh(body.refresh_token)).status, 200)
      yield* TestClock.adjust("59 days")
      assert.strictEqual((yield* refresh(body.refresh_token)).status, 200)
      yield* TestClock.adjust("60 days")
      assert.strictEqual((yield* refresh(body.refresh_token)).body.message, "Invalid grant: refresh_token is invalid")
    })
  )

  it.effect("open what the app's scopes open", () =>
    Effect.gen(function* () {
      const { bearer, granted } = yield* made({ apps: [{ ...app, scopes: ["deals:read"] }] })
      const { body } = yield* granted
      assert.strictEqual((yield* bearer(body.access_token)).status, 200)
      assert.strictEqual((yield* bearer(body.access_token, "/v1/users/me")).status, 200)
      const refused = yield* bearer(body.access_token, "/api/v2/deals/1", "PATCH", { title: "x" })
      assert.strictEqual(refused.status, 403)
      assert.deepStrictEqual(refused.body, {
        success: false,
        error: "Scope and URL mismatch",
        errorCode: 403,
        error_info: "Please check developers.pipedrive.com"
      })
    })
  )

  it.effect("mark what an app makes", () =>
    Effect.gen(function* () {
      const { bearer, granted } = yield* made()
      const { body } = yield* granted
      const added = yield* bearer(body.access_token, "/api/v2/deals", "POST", { title: "x" })
      const { channel, channel_id, origin, origin_id } = added.body.data
      assert.deepStrictEqual([origin, origin_id, channel, channel_id], ["Marketplace", app.clientId, 8, "Sandbox app"])
    })
  )

  it.effect("an API token goes before a bearer", () =>
    Effect.gen(function* () {
      const { ask, granted } = yield* made()
      const { body } = yield* granted
      assert.strictEqual((yield* ask(body.access_token)).status, 401)
    })
  )

  const refusals: ReadonlyArray<
    readonly [
      what: string,
      fields: Readonly<Record<string, string>>,
      headers: Record<string, string>,
      message: string,
      error: string
    ]
  > = [
    ["no grant type", {}, {}, "Missing parameter: `grant_type`", "invalid_request"],
    [
      "another grant type",
      { grant_type: "password" },
      {},
      "Unsupported grant type: `grant_type` is invalid",
      "unsupported_grant_type"
    ],
    [
      "no credentials",
      { grant_type: "refresh_token" },
      { authorization: "" },
      "Invalid client: cannot retrieve client credentials",
      "invalid_client"
    ],
    [
      "a wrong secret",
      { grant_type: "refresh_token" },
      { authorization: basic(app.clientId, "x") },
      "Invalid client: client is invalid",
      "invalid_client"
    ],
    [
      "JSON",
      { grant_type: "refresh_token" },
      { "content-type": "application/json" },
      "Invalid request: content must be application/x-www-form-urlencoded",
      "invalid_request"
    ],
    [
      "a refresh token that is none",
      { grant_type: "refresh_token", refresh_token: "x" },
      {},
      "Invalid grant: refresh_token is invalid",
      "invalid_grant"
    ]
  ]
  for (const [what, fields, headers, message, error] of refusals) {
    it.effect(`are refused for ${what}`, () =>
      Effect.gen(function* () {
        const { token } = yield* made()
        const { body, status } = yield* token("/oauth/token", fields, headers)
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(body, { success: "false", message, error })
      })
    )
  }

  it.effect("the redirect URL must be the one that is registered", () =>
    Effect.gen(function* () {
      const { code, token } = yield* made()
      const { body } = yield* token("/oauth/token", {
        grant_type: "authorization_code",
        code: yield* code,
        redirect_uri: "https://other.example/"
      })
      assert.strictEqual(body.message, "Invalid request: `redirect_uri` is invalid")
    })
  )

  it.effect("client credentials may stand in the form, and a slash at the end leads on", () =>
    Effect.gen(function* () {
      const { granted, token } = yield* made()
      const { body } = yield* granted
      const inForm = yield* token(
        "/oauth/token",
        {
          grant_type: "refresh_token",
          refresh_token: body.refresh_token,
          client_id: app.clientId,
          client_secret: app.clientSecret
        },
        { authorization: "" }
      )
      assert.strictEqual(inForm.status, 200)
      const slashed = yield* token("/oauth/token/", { grant_type: "refresh_token", refresh_token: body.refresh_token })
      assert.strictEqual(slashed.status, 301)
      assert.strictEqual(slashed.headers.get("location"), "/oauth/token")
    })
  )
})

describe("the end of it", () => {
  it.effect("revoking an access token kills it alone, revoking the refresh token kills all", () =>
    Effect.gen(function* () {
      const { bearer, granted, refresh, token } = yield* made()
      const { body: first } = yield* granted
      const { body: second } = yield* refresh(first.refresh_token)
      assert.strictEqual((yield* token("/oauth/revoke", { token: first.access_token })).status, 200)
      assert.strictEqual((yield* bearer(first.access_token)).status, 401)
      assert.strictEqual((yield* bearer(second.access_token)).status, 200)
      const revoked = yield* token("/oauth/revoke", { token: first.refresh_token, token_type_hint: "access_token" })
      assert.strictEqual(revoked.status, 200)
      assert.strictEqual((yield* bearer(second.access_token)).status, 401)
      assert.strictEqual((yield* refresh(first.refresh_token)).body.error, "invalid_grant")
      assert.strictEqual((yield* token("/oauth/revoke", { token: "unknown" })).status, 200)
    })
  )

  it.effect("taking the app off kills its tokens and gives the notice that Pipedrive sends", () =>
    Effect.gen(function* () {
      const { bearer, granted, sandbox } = yield* made()
      const { body } = yield* granted
      const notice = yield* sandbox.oauth.uninstall()
      assert.strictEqual(notice.method, "DELETE")
      assert.strictEqual(notice.url, app.redirectUri)
      assert.strictEqual(notice.headers.get("authorization"), basic())
      const said = yield* Effect.promise(() => notice.json())
      assert.deepStrictEqual(Object.keys(said), ["client_id", "company_id", "user_id", "timestamp"])
      assert.strictEqual((yield* bearer(body.access_token)).status, 401)
    })
  )

  it.effect("access tokens can be made old at once", () =>
    Effect.gen(function* () {
      const { bearer, granted, refresh, sandbox } = yield* made()
      const { body } = yield* granted
      yield* sandbox.oauth.expireAccessTokens
      assert.strictEqual((yield* bearer(body.access_token)).status, 401)
      assert.strictEqual((yield* refresh(body.refresh_token)).status, 200)
    })
  )

  it.effect("neither requests nor state show a secret", () =>
    Effect.gen(function* () {
      const { bearer, granted, sandbox } = yield* made()
      const { body } = yield* granted
      yield* bearer(body.access_token)
      const all = JSON.stringify([yield* sandbox.requests, yield* sandbox.state])
      for (const secret of [body.access_token, body.refresh_token, app.clientSecret, sandbox.token]) {
        assert.notInclude(all, secret)
      }
    })
  )
})

describe("our own client", () => {
  it.effect("goes the whole way: consent, callback, calls, renewal, the app taken off", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 4, 15))
      const sandbox = yield* Sandbox.make()
      // the sandbox's app is options as it is
      const oauth = OAuth2.layer({ ...app, oauthUrl: sandbox.baseUrl, baseUrl: sandbox.baseUrl }).pipe(
        Layer.provideMerge(Layer.succeed(HttpClient.HttpClient, sandbox.client)),
        Layer.provide(TokenStore.layerMemory)
      )
      yield* Effect.gen(function* () {
        const client = yield* OAuth2.OAuth2
        const { state, url } = yield* client.authorizationUrl()
        yield* client.handleCallback({ url: yield* sandbox.oauth.allow(url), state })
        assert.strictEqual((yield* Deals.get({ id: 1 })).data.id, 1)
        yield* TestClock.adjust("61 minutes")
        assert.strictEqual((yield* Deals.get({ id: 2 })).data.id, 2)
        const notice = yield* sandbox.oauth.uninstall()
        assert.strictEqual((yield* client.handleUninstall(notice)).userId, 13_000_001)
        const error = yield* Effect.flip(Deals.get({ id: 3 }))
        assert.strictEqual(error._tag, "AuthError")
      }).pipe(Effect.provide(oauth))
    })
  )
})
