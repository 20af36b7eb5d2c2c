import { HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { Auth, HttpLayer, OAuth2, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"

/** Without the retries of the call itself, so that what is seen is the renewal's own doing. */
const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))

const authorized = (server: OAuth.OAuthServer) =>
  Effect.flatMap(OAuth2.OAuth2, (oauth) => OAuth.letting(oauth.authorize(server.consent())))

const reason = (error: PipedriveError.PipedriveError): string =>
  error._tag === "AuthError" ? error.reason : error._tag

describe("a token", () => {
  it.effect("is renewed a little before it expires, and only then", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("3500 seconds")
      yield* call
      assert.strictEqual(server.counts.refreshes, 0)
      yield* TestClock.adjust("95 seconds")
      yield* call
      assert.strictEqual(server.counts.refreshes, 1)
      assert.deepStrictEqual(server.forms.at(-1), {
        path: "/oauth/token",
        fields: { grant_type: "refresh_token", refresh_token: "refresh-2" }
      })
      assert.strictEqual(server.counts.refused, 0)
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("is at hand without an effect after a call, while it is fresh and nothing has changed", () => {
    const server = OAuth.makeServer()
    const request = HttpClientRequest.get("/api/v2/robots")
    return Effect.gen(function* () {
      const auth = yield* Auth.Auth
      const oauth = yield* OAuth2.OAuth2
      const now = Effect.map(Clock.currentTimeMillis, (millis) => auth.authorizeNow?.(request, millis))
      yield* authorized(server)
      assert.isUndefined(yield* now)
      yield* call
      const signed = yield* now
      assert.strictEqual(signed?.url, "https://acme.pipedrive.com/api/v2/robots")
      assert.strictEqual(signed?.headers.authorization, `Bearer ${server.calls[0]?.bearer}`)
      yield* TestClock.adjust("3550 seconds")
      assert.isUndefined(yield* now)
      yield* Effect.zipRight(call, call)
      assert.strictEqual((yield* now)?.headers.authorization, `Bearer ${server.calls[2]?.bearer}`)
      assert.strictEqual(server.counts.refreshes, 1)
      yield* oauth.clear
      assert.isUndefined(yield* now)
      assert.strictEqual(reason(yield* Effect.flip(call)), "NotAuthorized")
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("of a short life never makes a loop: at most one renewal per call", () =>
    Effect.gen(function* () {
      for (const expiresIn of [5, 1, 0.01]) {
        const server = OAuth.makeServer({ expiresIn })
        yield* Effect.gen(function* () {
          yield* authorized(server)
          for (let i = 1; i <= 5; i++) {
            yield* TestClock.adjust("10 seconds")
            yield* call
            assert.isAtMost(server.counts.refreshes, i)
          }
          assert.strictEqual(server.counts.refused, 0)
        }).pipe(Effect.provide(OAuth.live(server)))
      }
    })
  )

  it.effect("leads both versions to its company's host, and a later one to a later host", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* call
      server.apiDomain = "https://acme2.pipedrive.com"
      yield* (yield* OAuth2.OAuth2).refresh
      yield* call
      yield* Robots.listOld({ id: 7 })
      assert.deepStrictEqual(
        server.calls.map(({ url }) => url),
        [
          "https://acme.pipedrive.com/api/v2/robots",
          "https://acme2.pipedrive.com/api/v2/robots",
          "https://acme2.pipedrive.com/api/v1/robots/7/parts"
        ]
      )
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("that there is none of sends nothing", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      assert.strictEqual(reason(yield* Effect.flip(call)), "NotAuthorized")
      assert.strictEqual(server.counts.calls + server.forms.length, 0)
    }).pipe(Effect.provide(OAuth.live(server)))
  })
})

describe("a thousand at once", () => {
  const thousand = Effect.all(
    Array.from({ length: 1000 }, () => call),
    { concurrency: "unbounded" }
  )
  const latency = "30 millis"
  const authorized = (server: OAuth.OAuthServer) =>
    Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent()))
  const expired = (server: OAuth.OAuthServer) =>
    Effect.flatMap(OAuth2.OAuth2, (oauth) =>
      Effect.flatMap(authorized(server), (token) => oauth.set({ ...token, expiresAt: token.issuedAt }))
    )

  for (const rotate of [false, true]) {
    const kind = rotate ? "rotated refresh tokens" : "the same refresh token"

    it.live(`on an expired token: one refresh, a thousand successes (${kind})`, () => {
      const server = OAuth.makeServer({ rotate })
      return Effect.gen(function* () {
        yield* expired(server)
        const answers = yield* thousand
        assert.strictEqual(answers.length, 1000)
        assert.strictEqual(server.counts.refreshes, 1)
        assert.strictEqual(server.counts.refused, 0)
        assert.strictEqual(new Set(server.calls.map(({ bearer }) => bearer)).size, 1)
      }).pipe(Effect.provide(OAuth.live(server, { latency })))
    })

    it.live(`answered 401: one refresh, a thousand successes (${kind})`, () => {
      const server = OAuth.makeServer({ rotate })
      return Effect.gen(function* () {
        yield* authorized(server)
        server.expireAccess()
        const answers = yield* thousand
        assert.strictEqual(answers.length, 1000)
        assert.strictEqual(server.counts.refreshes, 1)
        assert.strictEqual(server.counts.refused, 1000)
      }).pipe(Effect.provide(OAuth.live(server, { latency })))
    })

    it.live(`whose first is interrupted, before and while the refresh is under way: the same (${kind})`, () =>
      Effect.gen(function* () {
        for (const after of [0, 10, 29, 35]) {
          const server = OAuth.makeServer({ rotate })
          yield* Effect.gen(function* () {
            yield* expired(server)
            const first = yield* Effect.fork(call)
            const others = yield* Effect.fork(thousand)
            if (after > 0) yield* Effect.sleep(after)
            yield* Fiber.interrupt(first)
            const exit = yield* Fiber.await(first)
            if (after < 30) assert.isTrue(Exit.isInterrupted(exit))
            assert.strictEqual((yield* Fiber.join(others)).length, 1000)
            assert.strictEqual(server.counts.refreshes, 1)
            assert.strictEqual(server.counts.refused, 0)
          }).pipe(Effect.provide(OAuth.live(server, { latency })))
        }
      })
    )
  }

  it.live("that are all interrupted leave at once, and the refresh that was sent is still saved", () => {
    const server = OAuth.makeServer({ rotate: true })
    return Effect.gen(function* () {
      yield* expired(server)
      const all = yield* Effect.fork(thousand)
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(all)
      assert.strictEqual(server.counts.refreshes, 0)
      yield* Effect.sleep("200 millis")
      assert.strictEqual(server.counts.refreshes, 1)
      yield* call
      assert.strictEqual(server.counts.refreshes, 1)
      assert.strictEqual(server.counts.invalidGrants, 0)
    }).pipe(Effect.provide(OAuth.live(server, { latency: "150 millis" })))
  })

  it.live("on a layer that is closed meanwhile: the refresh that was sent is awaited and saved", () => {
    const server = OAuth.makeServer({ rotate: true })
    return Effect.gen(function* () {
      const store = Layer.succeed(TokenStore.TokenStore, yield* TokenStore.TokenStore)
      const under = <A, E>(effect: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof OAuth.live>>>) =>
        Effect.provide(effect, OAuth.live(server, { latency, store }))
      yield* under(expired(server))
      yield* under(Effect.zipRight(Effect.forkDaemon(call), Effect.sleep("10 millis")))
      yield* under(call)
      assert.strictEqual(server.counts.refreshes, 1)
      assert.strictEqual(server.counts.invalidGrants, 0)
    }).pipe(Effect.provide(TokenStore.layerMemory))
  })
})

describe("a 401", () => {
  it.effect("after a fresh refresh is Unauthorized, once, and further calls do not refresh again and again", () => {
    const server = OAuth.makeServer()
    const broken: OAuth.OAuthServer = {
      ...server,
      handle: async (request, now) => {
        const response = await server.handle(request, now)
        server.expireAccess()
        return response
      }
    }
    return Effect.gen(function* () {
      yield* authorized(server)
      assert.strictEqual(reason(yield* Effect.flip(call)), "Unauthorized")
      assert.strictEqual(server.counts.refreshes, 1)
      assert.strictEqual(server.counts.calls, 2)
      for (let i = 0; i < 20; i++) assert.strictEqual(reason(yield* Effect.flip(call)), "Unauthorized")
      assert.strictEqual(server.counts.refreshes, 1)
      yield* TestClock.adjust("1 minute")
      yield* Effect.flip(call)
      assert.strictEqual(server.counts.refreshes, 2)
    }).pipe(Effect.provide(OAuth.live(broken)))
  })

  it.effect("of a token that was renewed meanwhile is tried with the new one", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const { auth, refresh } = yield* OAuth2.OAuth2
      const { accessToken } = yield* authorized(server)
      yield* OAuth.letting(refresh)
      const before = server.counts.refreshes
      const old = HttpClientRequest.get("/x", { headers: { authorization: `Bearer ${Redacted.value(accessToken)}` } })
      assert.isTrue(yield* auth.recover(old))
      assert.strictEqual(server.counts.refreshes, before)
    }).pipe(Effect.provide(OAuth.live(server)))
  })
})

describe("a refresh that fails", () => {
  it.effect("for a network fault, a lost answer, a 429 or a 5xx is repeated, and costs nothing", () => {
    const faults: ReadonlyArray<() => OAuth.Fault> = [
      () => "refused",
      () => "lost",
      () => new Response("", { status: 429, headers: { "retry-after": "2" } }),
      () => new Response("<html>maintenance</html>", { status: 503 })
    ]
    return Effect.gen(function* () {
      for (const fault of faults) {
        const server = OAuth.makeServer()
        yield* Effect.gen(function* () {
          yield* authorized(server)
          yield* TestClock.adjust("2 hours")
          server.faults.push(fault(), fault())
          yield* OAuth.letting(call)
          assert.strictEqual(server.counts.refused, 0)
        }).pipe(Effect.provide(OAuth.live(server)))
      }
    })
  })

  it.effect("for good is a typed error that says so, and the next call tries again with the token that is kept", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      for (let i = 0; i < 4; i++) server.faults.push(new Response("", { status: 500 }))
      const error = yield* OAuth.letting(Effect.flip(call))
      assert.strictEqual(error._tag === "AuthError" && error.reason, "TokenEndpoint")
      assert.isTrue(error._tag === "AuthError" && error.transient && error.status === 500)
      yield* OAuth.letting(call)
      assert.strictEqual(server.counts.refreshes, 1)
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("early, while the token still lives, goes unnoticed", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("3550 seconds")
      for (let i = 0; i < 4; i++) server.faults.push("refused")
      yield* OAuth.letting(call)
      assert.strictEqual(server.counts.refreshes, 0)
      assert.strictEqual(server.counts.refused, 0)
    }).pipe(Effect.provide(OAuth.live(server, { backoff: "10 millis" })))
  })

  it.effect("with invalid_grant asks for a person, once; later calls fail at once until a new token is set", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      server.uninstall()
      const error = yield* Effect.flip(call)
      assert.strictEqual(reason(error), "ReauthorizationRequired")
      assert.include(error.message, "authorize again")
      assert.isTrue(error._tag === "AuthError" && error.code === "invalid_grant" && error.status === 400)
      for (let i = 0; i < 100; i++) assert.strictEqual(reason(yield* Effect.flip(call)), "ReauthorizationRequired")
      assert.strictEqual(server.counts.refreshes, 1)
      yield* authorized(server)
      yield* call
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("with invalid_client is a matter of configuration, and says of what", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      server.faults.push(
        Response.json({ success: "false", message: "Invalid client: client is invalid" }, { status: 400 })
      )
      const error = yield* Effect.flip(call)
      assert.strictEqual(reason(error), "InvalidClient")
      assert.include(error.message, "client secret")
      yield* call
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect("because the answer lacks a field names it, and keeps the old token", () =>
    Effect.gen(function* () {
      const whole = { access_token: "a", refresh_token: "r", token_type: "Bearer", expires_in: 3600 }
      const bad: ReadonlyArray<readonly [string, unknown]> = [
        ["access_token", { ...whole, access_token: undefined }],
        ["access_token", { ...whole, access_token: "two words" }],
        ["expires_in", { ...whole, expires_in: undefined }],
        ["expires_in", { ...whole, expires_in: -1 }],
        ["expires_in", { ...whole, expires_in: 1e308 }],
        ["token_type", { ...whole, token_type: "mac" }],
        ["refresh_token", { ...whole, refresh_token: 7 }],
        ["access_token", {}]
      ]
      const server = OAuth.makeServer()
      yield* Effect.gen(function* () {
        yield* authorized(server)
        yield* TestClock.adjust("2 hours")
        for (const [field, body] of bad) {
          server.faults.push(Response.json(body))
          const error = yield* Effect.flip(call)
          assert.strictEqual(reason(error), "InvalidToken")
          assert.include(error.message, field)
        }
        yield* call
        assert.strictEqual(server.counts.refreshes, 1)
      }).pipe(Effect.provide(OAuth.live(server)))
    })
  )

  it.effect("because nobody answers ends in time", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const error = yield* OAuth.letting(Effect.flip(call))
      assert.include(error.message, "did not answer within 1s")
    }).pipe(
      Effect.provide(
        OAuth.live(server, { refreshToken: "r", latency: "1 hour", renewalTimeout: "1 second", retries: 0 })
      )
    )
  })
})

describe("a new token", () => {
  it.effect("runs onTokenUpdate exactly once, after it is saved and before it is used", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const seen = yield* Ref.make<ReadonlyArray<string>>([])
      const store = yield* TokenStore.TokenStore
      const onTokenUpdate = (token: TokenStore.Token) =>
        Effect.gen(function* () {
          const saved = yield* Effect.map(store.load("default"), Option.getOrThrow)
          assert.strictEqual(Redacted.value(saved.accessToken), Redacted.value(token.accessToken))
          assert.notInclude(
            server.calls.map(({ bearer }) => bearer),
            Redacted.value(token.accessToken)
          )
          yield* Ref.update(seen, (all) => [...all, Redacted.value(token.accessToken)])
        }).pipe(Effect.orDie)
      yield* Effect.gen(function* () {
        yield* authorized(server)
        yield* TestClock.adjust("2 hours")
        yield* OAuth.letting(Effect.all([call, call, call], { concurrency: 3 }))
        server.expireAccess()
        yield* OAuth.letting(call)
        const all = yield* Ref.get(seen)
        assert.strictEqual(all.length, 3)
        assert.strictEqual(new Set(all).size, 3)
      }).pipe(
        Effect.provide(
          OAuth.live(server, { onTokenUpdate, latency: 50, store: Layer.succeed(TokenStore.TokenStore, store) })
        )
      )
    }).pipe(Effect.provide(TokenStore.layerMemory))
  })

  it.effect("whose onTokenUpdate fails or dies fails the calls that wait for it, and is in use afterwards", () =>
    Effect.gen(function* () {
      for (const failing of [Effect.fail("no"), Effect.die(new Error("no"))]) {
        const server = OAuth.makeServer()
        let times = 0
        const onTokenUpdate = () => Effect.suspend(() => (++times === 2 ? failing : Effect.void))
        yield* Effect.gen(function* () {
          yield* authorized(server)
          yield* TestClock.adjust("2 hours")
          const error = yield* Effect.flip(call)
          assert.strictEqual(reason(error), "TokenStore")
          assert.include(error.message, "onTokenUpdate")
          yield* call
          assert.strictEqual(server.counts.refreshes, 1)
          assert.strictEqual(times, 2)
        }).pipe(Effect.provide(OAuth.live(server, { onTokenUpdate })))
      }
    })
  )
})

describe("secrets", () => {
  it.effect("stand in no error, not even when the server sends them back", () => {
    const server = OAuth.makeServer()
    const echo = () =>
      Response.json(
        {
          error: "invalid_request",
          message: `no: ${OAuth.clientSecret} refresh-2 ${encodeURIComponent(OAuth.clientSecret)}`
        },
        { status: 400 }
      )
    return Effect.gen(function* () {
      const token = yield* authorized(server)
      assert.notInclude(JSON.stringify(token), "access-")
      assert.notInclude(String(token.refreshToken), "refresh-2")
      yield* TestClock.adjust("2 hours")
      server.faults.push(echo())
      const exit = yield* Effect.exit(call)
      assert.isTrue(Exit.isFailure(exit))
      const shown = Exit.isFailure(exit) ? `${Cause.pretty(exit.cause)} ${JSON.stringify(exit)}` : ""
      assert.include(shown, "invalid_request")
      for (const secret of [OAuth.clientSecret, "refresh-2"]) assert.notInclude(shown, secret)
    }).pipe(Effect.provide(OAuth.live(server)))
  })
})
