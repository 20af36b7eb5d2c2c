import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import { trustedDomain } from "../../src/internal/oauth/token.js"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"

const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))

/** Runs with one account against a server. */
const withAccount = <A, E>(
  server: OAuth.OAuthServer,
  use: (oauth: OAuth2.Service) => Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof OAuth.live>>>,
  options: Parameters<typeof OAuth.live>[1] = {}
) => Effect.provide(Effect.flatMap(OAuth2.OAuth2, use), OAuth.live(server, options))

describe("the consent page", () => {
  it.effect("is addressed with everything escaped", () =>
    withAccount(OAuth.makeServer(), (oauth) =>
      Effect.gen(function* () {
        const { state, url } = yield* oauth.authorizationUrl({ state: "s&1" })
        assert.strictEqual(state, "s&1")
        assert.isTrue(
          url.startsWith("https://oauth.pipedrive.com/oauth/authorize?client_id=cid%2B%2F%3D&redirect_uri=")
        )
        assert.include(url, "state=s%261")
        assert.strictEqual(new URL(url).searchParams.get("redirect_uri"), OAuth.redirectUri)
      })
    )
  )

  it.effect("gets a state that nobody guesses when none is given", () =>
    withAccount(OAuth.makeServer(), (oauth) =>
      Effect.gen(function* () {
        const states = new Set<string>()
        for (let i = 0; i < 100; i++) {
          const { state, url } = yield* oauth.authorizationUrl()
          assert.match(state, /^[\w-]{43}$/)
          assert.strictEqual(new URL(url).searchParams.get("state"), state)
          states.add(state)
        }
        assert.strictEqual(states.size, 100)
      })
    )
  )
})

describe("the callback", () => {
  it.effect("with a code and the right state gives a token, saved and in use", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const { state } = yield* oauth.authorizationUrl()
        const code = server.consent(7)
        const token = yield* oauth.handleCallback({
          url: `/callback?from=pipedrive&code=${code}&state=${state}`,
          state
        })
        assert.strictEqual(token.apiDomain, "https://acme.pipedrive.com")
        assert.deepStrictEqual(token.scope, ["base", "deals:full"])
        assert.deepStrictEqual(server.forms, [
          { path: "/oauth/token", fields: { grant_type: "authorization_code", code, redirect_uri: OAuth.redirectUri } }
        ])
        const store = yield* TokenStore.TokenStore
        assert.deepStrictEqual(yield* Effect.map(store.load("default"), Option.getOrThrow), token)
        assert.deepStrictEqual((yield* call).data, [{ id: 7 }])
      })
    )
  })

  it.effect("without code, with a foreign state or with a denial is typed, and asks the server nothing", () => {
    const server = OAuth.makeServer()
    const cases: ReadonlyArray<readonly [string | URL | URLSearchParams, string | undefined, string]> = [
      ["?error=access_denied&state=s%261", "s&1", "AccessDenied"],
      [new URL("https://x.example/cb?error=user_denied"), "s&1", "AccessDenied"],
      ["?error=server_error&state=s%261", "s&1", "InvalidCallback"],
      ["?error=access_denied&state=other", "s&1", "InvalidState"],
      ["?code=c&state=other", "s&1", "InvalidState"],
      ["?code=c&state=s%2611", "s&1", "InvalidState"],
      ["?code=c", "s&1", "InvalidState"],
      ["?code=c&state=", "", "InvalidState"],
      ["?code=c&state=undefined", undefined, "InvalidState"],
      ["?code=c&state=s%261&state=s%261", "s&1", "InvalidState"],
      [new URLSearchParams({ state: "s&1" }), "s&1", "InvalidCallback"],
      ["https://x.example/cb?state=s%261&code=", "s&1", "InvalidCallback"],
      ["?state=s%261&code=a&code=b", "s&1", "InvalidCallback"]
    ]
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        for (const [url, state, reason] of cases) {
          const error = yield* Effect.flip(oauth.handleCallback({ url, state }))
          assert.strictEqual(error.reason, reason, String(url))
        }
        assert.strictEqual((yield* Effect.flip(oauth.authorize(" "))).reason, "InvalidCallback")
        assert.strictEqual(server.forms.length, 0)
      })
    )
  })

  it.effect("twice with the same code is typed, and the token of the first is kept", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const callback = { url: `?code=${server.consent()}&state=x`, state: "x" }
        yield* oauth.handleCallback(callback)
        const error = yield* Effect.flip(oauth.handleCallback(callback))
        assert.strictEqual(error.reason, "InvalidCallback")
        assert.strictEqual(error.code, "invalid_grant")
        yield* call
      })
    )
  })

  it.effect("is not lost when who waits for it is gone: its code works once", () => {
    const server = OAuth.makeServer()
    const ways: ReadonlyArray<(oauth: OAuth2.Service) => Effect.Effect<unknown, unknown>> = [
      (oauth) => oauth.handleCallback({ url: `?code=${server.consent()}&state=x`, state: "x" }),
      (oauth) => oauth.authorize(server.consent())
    ]
    return Effect.forEach(ways, (way) =>
      withAccount(
        server,
        (oauth) =>
          Effect.gen(function* () {
            const asking = yield* Effect.fork(way(oauth))
            yield* TestClock.adjust("1 second")
            yield* Fiber.interruptFork(asking)
            yield* OAuth.letting(Fiber.await(asking))
            const store = yield* TokenStore.TokenStore
            assert.isTrue(Option.isSome(yield* store.load("default")))
          }),
        { latency: "2 seconds" }
      )
    )
  })

  it.effect("for a redirect URI that is not the registered one names the setting", () => {
    const server = OAuth.makeServer()
    return withAccount(
      server,
      (oauth) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(oauth.authorize(server.consent()))
          assert.strictEqual(error.reason, "InvalidClient")
          assert.include(error.message, "redirect URI")
        }),
      { redirectUri: "https://elsewhere.example/callback" }
    )
  })
})

describe("the API host of a token", () => {
  const refused = [
    "http://acme.pipedrive.com",
    "https://acme.pipedrive.com.evil.example",
    "https://evilpipedrive.com",
    "https://pipedrive.com.evil.example",
    "https://user:pw@acme.pipedrive.com",
    "https://acme.pipedrive.com@evil.example",
    "https://acme.pipedrive.com:8443",
    "https://acme.pipedrive.com:443",
    "https://acme.pipedrive.com:@evil.example",
    "https://acme.pipedrive.com./",
    "https://acme.pipedrive.com.",
    "https://acme.pipedrive.com%2eevil.example",
    "https://acme.pipedrive.com/path",
    "https://acme.pipedrive.com?x",
    "https://acme.pipedrive.com#x",
    "https://acme.pipedrive。com",
    "https://acme.pipedriνe.com",
    "https://acmé.pipedrive.com",
    "https://acme.xn--pipedrve-q2a.com",
    "https://acme.pipedrive.com\u200b",
    "https://acme.pipedrive.com\\@evil.example",
    "https://acme.pipedrive.com\n",
    " https://acme.pipedrive.com",
    "https://a_b.pipedrive.com",
    "https://-.pipedrive.com",
    "https://.pipedrive.com",
    "https://pipedrive.com",
    "//acme.pipedrive.com",
    "acme.pipedrive.com",
    ""
  ]

  it("is a https host below pipedrive.com, or one that was allowed, to the letter", () => {
    for (const domain of refused) assert.isUndefined(trustedDomain(domain, []), domain)
    assert.strictEqual(trustedDomain("https://acme.pipedrive.com", []), "https://acme.pipedrive.com")
    assert.strictEqual(trustedDomain("HTTPS://Acme-1.PIPEDRIVE.com/", []), "https://acme-1.pipedrive.com")
    const allowed = ["http://127.0.0.1:8080"]
    assert.strictEqual(trustedDomain("http://127.0.0.1:8080/", allowed), "http://127.0.0.1:8080")
    assert.isUndefined(trustedDomain("http://127.0.0.1:80801", allowed))
  })

  it.effect("that is another fails the exchange, and a stored one the call: nothing is sent there", () => {
    const server = OAuth.makeServer({ apiDomain: "https://acme.pipedrive.com.evil.example" })
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(oauth.authorize(server.consent()))
        assert.strictEqual(error.reason, "UntrustedDomain")
        assert.include(error.message, "evil.example")
        server.apiDomain = "https://acme.pipedrive.com"
        const token = yield* oauth.authorize(server.consent())
        const store = yield* TokenStore.TokenStore
        yield* store.save("other", { ...token, apiDomain: "https://evil.example" })
        const stored = yield* withAccountIn(store, server)
        assert.strictEqual(stored._tag === "AuthError" && stored.reason, "UntrustedDomain")
        assert.strictEqual(server.counts.calls, 0)
      })
    )
  })

  const withAccountIn = (store: TokenStore.Service, server: OAuth.OAuthServer) =>
    Effect.flip(call).pipe(
      Effect.provide(OAuth.live(server, { account: "other", store: Layer.succeed(TokenStore.TokenStore, store) }))
    )

  it.effect("is not asked when a base URL is set: a sandbox or a proxy stays where it is", () => {
    const server = OAuth.makeServer()
    return withAccount(
      server,
      (oauth) =>
        Effect.gen(function* () {
          yield* oauth.authorize(server.consent())
          yield* call
          assert.strictEqual(server.calls[0]?.url, "http://127.0.0.1:8080/api/v2/robots")
          server.apiDomain = "http://127.0.0.1:8080"
          yield* oauth.refresh
        }),
      { baseUrl: "http://127.0.0.1:8080" }
    )
  })
})

describe("revoking", () => {
  it.effect("the refresh token sends it encoded once, and clears the store", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const token = yield* oauth.authorize(server.consent())
        yield* oauth.revoke()
        assert.deepStrictEqual(server.forms.at(-1), {
          path: "/oauth/revoke",
          fields: { token: Redacted.value(token.refreshToken), token_type_hint: "refresh_token" }
        })
        const store = yield* TokenStore.TokenStore
        assert.strictEqual((yield* store.load("default"))._tag, "None")
        const error = yield* Effect.flip(call)
        assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
        assert.strictEqual((yield* Effect.flip(oauth.revoke())).reason, "NotAuthorized")
      })
    )
  })

  it.effect("the access token leaves the refresh token, and the next call gets another", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const token = yield* oauth.authorize(server.consent())
        yield* oauth.revoke("access_token")
        assert.strictEqual(server.forms.at(-1)?.fields.token, Redacted.value(token.accessToken))
        yield* call
        assert.deepStrictEqual([server.counts.refreshes, server.counts.refused], [1, 0])
      })
    )
  })

  it.effect("that fails leaves everything as it was", () => {
    const server = OAuth.makeServer()
    return withAccount(
      server,
      (oauth) =>
        Effect.gen(function* () {
          const token = yield* oauth.authorize(server.consent())
          for (const hint of ["refresh_token", "access_token"] as const) {
            server.faults.push(new Response("", { status: 503 }))
            assert.strictEqual((yield* Effect.flip(oauth.revoke(hint))).reason, "TokenEndpoint")
          }
          const store = yield* TokenStore.TokenStore
          assert.deepStrictEqual(yield* Effect.map(store.load("default"), Option.getOrThrow), token)
          yield* call
          assert.strictEqual(server.counts.refreshes, 0)
        }),
      { retries: 0 }
    )
  })
})

describe("a token got elsewhere", () => {
  it.effect("is exchanged by its refresh token, plain, redacted or in the official client's object", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        const first = yield* oauth.authorize(server.consent())
        const refresh_token = Redacted.value(first.refreshToken)
        yield* oauth.clear
        for (const stored of [refresh_token, first.refreshToken, { refresh_token, access_token: "x", expires_in: 1 }]) {
          const token = yield* oauth.exchange(stored)
          assert.notStrictEqual(Redacted.value(token.accessToken), Redacted.value(first.accessToken))
          yield* call
        }
        assert.strictEqual(server.counts.refreshes, 3)
        const error = yield* Effect.flip(oauth.exchange("unknown"))
        assert.strictEqual(error.reason, "ReauthorizationRequired")
        yield* call
      })
    )
  })

  it.effect("as an option is used when the store has none, and when the stored one is dead", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const store = yield* TokenStore.TokenStore
      const old = yield* withAccount(server, (oauth) => oauth.authorize(server.consent()))
      const refreshToken = Redacted.value(old.refreshToken)
      const shared = Layer.succeed(TokenStore.TokenStore, store)
      yield* withAccount(server, () => call, { refreshToken, store: shared })
      assert.strictEqual(server.counts.refreshes, 1)
      yield* withAccount(server, () => call, { refreshToken: "not asked for", store: shared })
      assert.strictEqual(server.counts.refreshes, 1)
      yield* store.save("default", { ...old, refreshToken: Redacted.make("dead"), expiresAt: 0 })
      yield* withAccount(server, () => call, { refreshToken, store: shared })
      assert.strictEqual(server.counts.invalidGrants, 1)
    }).pipe(Effect.provide(TokenStore.layerMemory))
  })
})

describe("what the limiter knows an account by", () => {
  /** It after a call, which needs the token. */
  const keyOf = ({ auth }: OAuth2.Service) => Effect.map(call, () => auth.account ?? "")

  it.effect("without a name is no token, the same in every process, and stays when the token is renewed", () =>
    Effect.gen(function* () {
      for (const rotate of [false, true]) {
        const server = OAuth.makeServer({ rotate })
        const store = Layer.succeed(TokenStore.TokenStore, yield* TokenStore.TokenStore)
        const first = yield* withAccount(
          server,
          (oauth) =>
            Effect.gen(function* () {
              const token = yield* oauth.authorize(server.consent())
              const key = yield* keyOf(oauth)
              assert.match(key, /^[0-9a-f]{16}$/)
              for (const secret of [token.accessToken, token.refreshToken]) {
                assert.notInclude(key, Redacted.value(secret))
              }
              assert.strictEqual(yield* withAccount(server, keyOf, { store }), key)
              yield* oauth.refresh
              assert.strictEqual(yield* keyOf(oauth), key)
              return key
            }),
          { store }
        )
        // what another process renewed has another key only where its refresh token is another
        assert.strictEqual((yield* withAccount(server, keyOf, { store })) === first, !rotate)
      }
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )

  it.effect("without a name is another with another user's token: set, consented to, or found in the store", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const store = Layer.succeed(TokenStore.TokenStore, yield* TokenStore.TokenStore)
      yield* withAccount(
        server,
        (oauth) =>
          Effect.gen(function* () {
            const token = yield* oauth.authorize(server.consent(1))
            const keys = [yield* keyOf(oauth)]
            yield* oauth.authorize(server.consent(2))
            keys.push(yield* keyOf(oauth))
            yield* TestClock.adjust("2 hours")
            yield* withAccount(server, (other) => other.authorize(server.consent(3)), { store })
            keys.push(yield* keyOf(oauth))
            assert.strictEqual(new Set(keys).size, 3)
            yield* oauth.exchange(token.refreshToken)
            assert.strictEqual(yield* keyOf(oauth), keys[0])
            yield* oauth.authorize(server.consent(4))
            yield* oauth.set(token)
            assert.strictEqual(yield* keyOf(oauth), keys[0])
          }),
        { store }
      )
    }).pipe(Effect.provide(TokenStore.layerMemory))
  })

  it.effect("with a name is that, whatever token it has", () => {
    const server = OAuth.makeServer()
    return withAccount(
      server,
      (oauth) =>
        Effect.gen(function* () {
          for (const company of [1, 2]) {
            yield* oauth.authorize(server.consent(company))
            assert.strictEqual(yield* keyOf(oauth), `${OAuth.clientId} acme`)
          }
        }),
      { account: "acme" }
    )
  })
})

describe("the notice that a user removed the app", () => {
  const authorization = `Basic ${Buffer.from(`${OAuth.clientId}:${OAuth.clientSecret}`).toString("base64")}`
  const body = { client_id: OAuth.clientId, company_id: 7, user_id: 8, timestamp: "2026-01-01T00:00:00Z" }

  it.effect("is verified and typed, as a web request or as Express has it, and the token is forgotten", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        for (const request of [
          new Request(OAuth.redirectUri, { method: "DELETE", headers: { authorization }, body: JSON.stringify(body) }),
          { method: "DELETE", headers: { Authorization: authorization }, body }
        ]) {
          yield* oauth.authorize(server.consent())
          const notice = yield* oauth.handleUninstall(request)
          assert.deepStrictEqual(notice, { companyId: 7, userId: 8, timestamp: "2026-01-01T00:00:00Z" })
          const error = yield* Effect.flip(call)
          assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
        }
      })
    )
  })

  it.effect("that anybody could have sent is refused, and the token stays", () => {
    const server = OAuth.makeServer()
    return withAccount(server, (oauth) =>
      Effect.gen(function* () {
        yield* oauth.authorize(server.consent())
        const good = { method: "DELETE", headers: { authorization }, body }
        for (const bad of [
          { ...good, method: "POST" },
          { ...good, headers: {} },
          { ...good, headers: { authorization: "Basic Zm9vOmJhcg==" } },
          { ...good, headers: { authorization: authorization.replace("Basic", "Bearer") } },
          { ...good, body: { ...body, client_id: "other" } },
          { ...good, body: { client_id: OAuth.clientId } },
          { ...good, body: "{" },
          { ...good, body: undefined }
        ]) {
          const error = yield* Effect.flip(oauth.handleUninstall(bad))
          assert.strictEqual(error.reason, "InvalidCallback")
          assert.notInclude(error.message, OAuth.clientSecret)
        }
        yield* call
      })
    )
  })
})

describe("settings", () => {
  it.effect("that are missing, blank or impossible fail by name, before any request", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const bad: ReadonlyArray<readonly [string, Partial<OAuth2.AccountOptions>]> = [
        ["clientId", { clientId: " " }],
        ["clientId", { clientId: "a:b" }],
        ["clientSecret", { clientSecret: Redacted.make("\n") }],
        ["redirectUri", { redirectUri: "" }],
        ["redirectUri", { redirectUri: "/callback" }],
        ["oauthUrl", { oauthUrl: "ftp://x" }],
        ["baseUrl", { baseUrl: "https://u:p@x" }],
        ["allowedApiDomains", { allowedApiDomains: ["evil"] }],
        ["timeout", { timeout: 0 }],
        ["retries", { retries: -1 }]
      ]
      for (const [name, options] of bad) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(OAuth.live(server, options))))
        assert.include(String(error), name)
      }
      const all = yield* Effect.flip(
        Effect.scoped(Layer.build(OAuth.live(server, { clientId: "", clientSecret: "", redirectUri: "" })))
      )
      for (const name of ["clientId", "clientSecret", "redirectUri"]) assert.include(String(all), name)
      assert.strictEqual(server.forms.length, 0)
    })
  })
})
