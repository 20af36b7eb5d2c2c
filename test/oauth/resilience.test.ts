/**
 * What an OAuth server, a store and other processes may do to an account, and what must hold all the same.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { Accounts, HttpLayer, OAuth2, PipedriveError, TokenStore } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"

/** With the retries of the call itself: those of the renewal must not be multiplied by them. */
const call = Robots.list

const authorized = (server: OAuth.OAuthServer) =>
  Effect.flatMap(OAuth2.OAuth2, (oauth) => OAuth.letting(oauth.authorize(server.consent())))

const failing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(OAuth.letting(Effect.flip(effect), "500 millis"), (error) => {
    if (!(error instanceof PipedriveError.AuthError)) assert.fail(String(error))
    return error
  })

const repeated = (times: number, response: () => Response) => Array.from({ length: times }, response)

/** Tokens in the open, in a place that can be made to fail, with a count of what was asked. */
const place = () => {
  const texts = new Map<string, string>()
  const asked = { loads: 0, saves: 0 }
  const down = { load: false, save: false }
  const guard = <A>(is: () => boolean, effect: () => A) =>
    Effect.suspend(() => (is() ? Effect.fail(new Error("connect ECONNREFUSED")) : Effect.sync(effect)))
  const layer = TokenStore.layer({
    load: (account) => {
      asked.loads++
      return guard(
        () => down.load,
        () => Option.fromNullable(texts.get(account))
      )
    },
    save: (account, text) => {
      asked.saves++
      return guard(
        () => down.save,
        () => void texts.set(account, text)
      )
    },
    clear: (account) => Effect.sync(() => void texts.delete(account))
  })
  return { texts, asked, down, layer }
}

/** One store for several accounts holders, as processes have it. */
const shared = <A, E>(
  use: (store: Layer.Layer<TokenStore.TokenStore>, service: TokenStore.Service) => Effect.Effect<A, E>
) =>
  Effect.flatMap(TokenStore.TokenStore, (service) => use(Layer.succeed(TokenStore.TokenStore, service), service)).pipe(
    Effect.provide(TokenStore.layerMemory)
  )

describe("a token from outside", () => {
  it.effect("is checked at every entrance: no bearer goes to a host that is not Pipedrive's", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      const app = yield* OAuth2.makeApp(OAuth.settings)
      const token = yield* authorized(server)
      for (const apiDomain of [
        "http://evil.example",
        "http://acme.pipedrive.com",
        "https://pipedrive.com.evil.example"
      ]) {
        const bad = { ...token, apiDomain }
        assert.strictEqual((yield* Effect.flip(oauth.set(bad))).reason, "UntrustedDomain")
        server.faults.push(Response.json({ access_token: "a", expires_in: 3600 }))
        assert.strictEqual((yield* Effect.flip(app.refresh(bad))).reason, "UntrustedDomain")
      }
      yield* call
      assert.deepStrictEqual(
        server.calls.map(({ url }) => new URL(url).host),
        ["acme.pipedrive.com"]
      )
      const upper = yield* oauth.set({ ...token, apiDomain: "https://ACME.pipedrive.com/" })
      assert.strictEqual(upper.apiDomain, "https://acme.pipedrive.com")
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect(
    "that no header can carry, or that has no time, is refused; one of the official client leads to exchange",
    () => {
      const server = OAuth.makeServer()
      const { layer, texts } = place()
      return Effect.gen(function* () {
        const oauth = yield* OAuth2.OAuth2
        const token = yield* authorized(server)
        const official = {
          access_token: "v1u:a",
          refresh_token: "r",
          expires_in: 3600,
          token_type: "Bearer",
          scope: "base"
        }
        for (const [bad, words] of [
          [{ ...token, accessToken: Redacted.make("a\r\nx-evil: 1") }, "accessToken"],
          [{ ...token, refreshToken: Redacted.make("") }, "refreshToken"],
          [{ ...token, issuedAt: Number.NaN }, "exchange"],
          [{ ...token, expiresAt: 1e308 }, "exchange"],
          [{ ...token, scope: "base" }, "scope is no list"],
          [{ ...token, accessToken: "plain" }, "no TokenStore.Token"],
          [official, "exchange"],
          [undefined, "no TokenStore.Token"]
        ] as const) {
          const error = yield* Effect.flip(oauth.set(bad as TokenStore.Token))
          assert.strictEqual(error.reason, "InvalidToken")
          assert.include(error.message, words)
        }
        texts.set("default", JSON.stringify(official))
        const fresh = OAuth.live(server, { store: layer })
        const stored = yield* failing(call.pipe(Effect.provide(fresh)))
        assert.strictEqual(stored.reason, "InvalidToken")
        assert.include(stored.message, "exchange")
        const app = yield* OAuth2.makeApp(OAuth.settings)
        for (const bad of [official, undefined, {}]) {
          assert.strictEqual((yield* Effect.flip(app.refresh(bad as never))).reason, "InvalidToken")
        }
        assert.strictEqual((yield* Effect.flip(oauth.exchange({} as never))).reason, "InvalidToken")
      }).pipe(Effect.provide(OAuth.live(server, { store: layer })))
    }
  )
})

describe("the OAuth server", () => {
  it.effect(
    "whose answer is not its JSON, is cut off, endless or a 408 is asked again, and shows nothing of it",
    () => {
      const half = '{"access_token":"v1u:secret-half","refresh_tok'
      const endless = () =>
        new Response(new ReadableStream({ pull: (out) => out.enqueue(new TextEncoder().encode("[".repeat(4096))) }))
      const answers: ReadonlyArray<() => Response> = [
        () => new Response("<html>maintenance</html>", { headers: { "content-type": "text/html" } }),
        () => new Response(""),
        () => new Response(half),
        () => Response.json(["a"]),
        () => new Response(null, { status: 408 }),
        () => new Response(`${"[".repeat(60_000)}`),
        () => new Response(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`.repeat(20)),
        endless
      ]
      return Effect.forEach(answers, (answer) => {
        const server = OAuth.makeServer()
        return Effect.gen(function* () {
          yield* authorized(server)
          yield* TestClock.adjust("2 hours")
          server.faults.push(answer(), answer())
          yield* OAuth.letting(call)
          assert.strictEqual(server.counts.refreshes, 1)
          yield* TestClock.adjust("2 hours")
          server.faults.push(...repeated(4, answer))
          const error = yield* failing(call)
          assert.strictEqual(error.reason, "TokenEndpoint")
          assert.isTrue(error.transient)
          for (const part of ["secret", "maintenance", "[["]) assert.notInclude(error.message, part)
          yield* OAuth.letting(call)
        }).pipe(Effect.provide(OAuth.live(server)))
      })
    }
  )

  it.effect("that is down gets four requests a call, not twenty, and a Retry-After is honoured by all accounts", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      const asked = server.forms.length
      server.faults.push(...repeated(20, () => new Response("", { status: 503 })))
      const error = yield* failing(call)
      assert.deepInclude(error, {
        reason: "TokenEndpoint",
        status: 503,
        attempts: 4,
        endpoint: "v2.Robots.list",
        path: "/api/v2/robots"
      })
      assert.strictEqual(server.forms.length, asked + 4)
      server.faults.length = 0
      server.faults.push(new Response("", { status: 503, headers: { "retry-after": "120" } }))
      const told = yield* failing(call)
      assert.isTrue(told.retryAfter !== undefined)
      for (let i = 0; i < 5; i++) {
        const again = yield* failing(call)
        assert.include(again.message, "asked to be left alone")
        assert.strictEqual(again.attempts, 0)
      }
      assert.strictEqual(server.forms.length, asked + 5)
      yield* TestClock.adjust("2 minutes")
      yield* OAuth.letting(call)
    }).pipe(Effect.provide(OAuth.live(server)))
  })

  it.effect(
    "that is down leaves a token that still lives in use, also in a new process, and is not asked for each call",
    () =>
      shared((store) => {
        const server = OAuth.makeServer()
        const under = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, OAuth.live(server, { store }))
        return Effect.gen(function* () {
          yield* under(authorized(server))
          yield* TestClock.adjust("3550 seconds")
          const asked = server.forms.length
          server.faults.push(...repeated(40, () => new Response("", { status: 500 })))
          yield* under(
            Effect.gen(function* () {
              for (let i = 0; i < 10; i++) yield* OAuth.letting(call)
            })
          )
          assert.strictEqual(server.counts.refused, 0)
          assert.strictEqual(server.forms.length, asked + 4)
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* under(failing(call))).reason, "TokenEndpoint")
        })
      })
  )

  it.effect("whose renewal is slow has more time than other requests, and the call says what it waited for", () => {
    const server = OAuth.makeServer({ rotate: true })
    let latency = 0
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      latency = 15_000
      const error = yield* failing(
        Robots.add({ name: "R" }).pipe(HttpLayer.withPolicy({ timeout: "5 seconds", retries: 0 }))
      )
      assert.strictEqual(error.reason, "TokenEndpoint")
      assert.include(error.message, "was not sent")
      assert.isTrue(PipedriveError.isRetryable(error))
      yield* TestClock.adjust("10 seconds")
      latency = 0
      yield* OAuth.letting(call)
      assert.deepStrictEqual([server.counts.refreshes, server.counts.invalidGrants], [1, 0])
    }).pipe(Effect.provide(OAuth.live(server, { latency: { current: () => latency } })))
  })

  it.effect("behind a transport that neither ends nor can be interrupted does not block the account", () => {
    const server = OAuth.makeServer()
    let stuck = false
    const transport = Layer.fresh(OAuth.transport(server)).pipe(
      Layer.flatMap((context) =>
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make((request, url) =>
            stuck && url.pathname === "/oauth/token"
              ? Effect.uninterruptible(Effect.never)
              : HttpClient.HttpClient.pipe(
                  Effect.flatMap((client) => client.execute(request)),
                  Effect.provide(context)
                )
          )
        )
      )
    )
    const live = OAuth2.layer(OAuth.settings).pipe(Layer.provideMerge(Layer.merge(transport, TokenStore.layerMemory)))
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      stuck = true
      const error = yield* failing(call.pipe(HttpLayer.withPolicy({ retries: 0 })))
      assert.include(error.message, "did not answer within")
      stuck = false
      yield* OAuth.letting(call)
      stuck = true
      yield* TestClock.adjust("2 hours")
      const oauth = yield* OAuth2.OAuth2
      assert.include((yield* failing(oauth.refresh)).message, "did not answer within")
      assert.include((yield* failing(oauth.authorize("code"))).message, "did not answer within")
    }).pipe(Effect.provide(live))
  })

  it.effect("that sends secrets back, whole, cut or in other words, is quoted without them", () => {
    const secret = "v1u:AQIABHj-LzTNK2yuuaaLqifzhWb9crUNKTpk4F_0123456789"
    return Effect.forEach(
      [secret, secret.slice(3, 40), encodeURIComponent(encodeURIComponent(secret)), secret.replace(/:/g, "\\u003a")],
      (echo) => {
        const server = OAuth.makeServer()
        return Effect.gen(function* () {
          const oauth = yield* OAuth2.OAuth2
          server.faults.push(
            Response.json({ error: "invalid_request", message: `no: ${echo} is bad` }, { status: 400 })
          )
          const error = yield* Effect.flip(oauth.exchange(secret))
          assert.include(error.message, "is bad")
          assert.notInclude(error.message, secret.slice(10, 30))
        }).pipe(Effect.provide(OAuth.live(server)))
      }
    )
  })
})

describe("many accounts", () => {
  it.effect("whose tokens are old at once are renewed a few at a time", () => {
    const server = OAuth.makeServer()
    let under = 0
    let most = 0
    const watched: OAuth.OAuthServer = {
      ...server,
      handle: async (request, now) => {
        most = Math.max(most, ++under)
        await new Promise((resolve) => setImmediate(resolve))
        under--
        return server.handle(request, now)
      }
    }
    const live = (maximumRenewals?: number) =>
      Accounts.layer({ ...OAuth.settings, maximumRenewals }).pipe(
        Layer.provideMerge(Layer.merge(OAuth.transport(watched), TokenStore.layerMemory))
      )
    const renew = (options?: number) =>
      Effect.gen(function* () {
        const store = yield* TokenStore.TokenStore
        const app = yield* OAuth2.makeApp(OAuth.settings)
        for (let i = 0; i < 60; i++) {
          const token = yield* app.authorize(server.consent(i))
          yield* store.save(String(i), { ...token, expiresAt: token.issuedAt })
        }
        most = 0
        const all = Array.from({ length: 60 }, (_, i) =>
          Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.token).pipe(Accounts.provide(i))
        )
        yield* Effect.all(all, { concurrency: "unbounded" })
        return most
      }).pipe(Effect.provide(live(options)))
    return Effect.gen(function* () {
      assert.strictEqual(yield* renew(), 25)
      assert.strictEqual(yield* renew(3), 3)
      const error = yield* Effect.flip(renew(0))
      assert.include(String(error), "maximumRenewals")
    })
  })
})

describe("two processes on one store", () => {
  /** A renewal whose answer waits until it is let go. */
  const gated = (server: OAuth.OAuthServer, gate: Deferred.Deferred<void>, arrived: Deferred.Deferred<void>) =>
    Layer.fresh(OAuth.transport(server)).pipe(
      Layer.flatMap((context) =>
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make((request, url) =>
            HttpClient.HttpClient.pipe(
              Effect.flatMap((client) => client.execute(request)),
              Effect.provide(context),
              Effect.tap(() =>
                url.pathname === "/oauth/token"
                  ? Effect.zipRight(Deferred.succeed(arrived, undefined), Deferred.await(gate))
                  : Effect.void
              )
            )
          )
        )
      )
    )

  const scenario = (
    locks: boolean,
    meanwhile: (server: OAuth.OAuthServer) => Effect.Effect<unknown, unknown, OAuth2.OAuth2>
  ) =>
    shared((store, service) => {
      const server = OAuth.makeServer({ rotate: true })
      return Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const arrived = yield* Deferred.make<void>()
        // a lock that other processes do not see, or whose lease has ended, is the harder case
        const own = Layer.succeed(
          TokenStore.TokenStore,
          locks ? service : { ...service, withLock: () => (effect) => effect }
        )
        const first = OAuth2.layer(OAuth.settings).pipe(
          Layer.provideMerge(Layer.merge(gated(server, gate, arrived), own))
        )
        const second = OAuth.live(server, { store })
        yield* Effect.provide(authorized(server), second)
        yield* TestClock.adjust("2 hours")
        const renewing = yield* Effect.fork(Effect.either(call).pipe(Effect.provide(first)))
        yield* Deferred.await(arrived)
        const other = yield* Effect.fork(Effect.provide(meanwhile(server), second))
        for (let i = 0; i < 20; i++) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        yield* Deferred.succeed(gate, undefined)
        const answer = yield* OAuth.letting(Fiber.join(renewing))
        yield* OAuth.letting(Fiber.join(other))
        return { server, answer, stored: yield* service.load("default"), second }
      })
    })

  for (const locks of [true, false]) {
    const kind = locks ? "with a lock" : "without one"
    it.effect(`a consent during a renewal holds, ${kind}`, () =>
      Effect.gen(function* () {
        const { answer, second, server, stored } = yield* scenario(locks, (server) =>
          Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent(2)))
        )
        assert.isTrue(Either.isRight(answer))
        assert.match(Redacted.value(Option.getOrThrow(stored).accessToken), /^v1u:2:/)
        server.expireAccess()
        const { data } = yield* call.pipe(Effect.provide(second))
        assert.deepStrictEqual(data, [{ id: 2 }])
        assert.strictEqual(server.counts.invalidGrants, 0)
      })
    )
  }

  it.effect("an account that is taken off during a renewal stays off", () =>
    Effect.gen(function* () {
      const { answer, stored } = yield* scenario(false, () => Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.clear))
      assert.isTrue(Option.isNone(stored))
      assert.isTrue(
        answer._tag === "Left" && answer.left._tag === "AuthError" && answer.left.reason === "NotAuthorized"
      )
    })
  )

  for (const how of ["the next call", "the layer's end"] as const) {
    it.effect(`a token that was not saved is not written over a newer one, by ${how}`, () => {
      const server = OAuth.makeServer({ rotate: true })
      const { down, layer, texts } = place()
      const live = () => OAuth.live(server, { store: layer })
      return Effect.gen(function* () {
        yield* Effect.provide(authorized(server), live())
        yield* TestClock.adjust("2 hours")
        yield* Effect.gen(function* () {
          down.save = true
          assert.strictEqual((yield* failing(call)).reason, "TokenStore")
          down.save = false
          const newer = yield* Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent(2))).pipe(
            Effect.provide(live())
          )
          if (how === "the next call") assert.deepStrictEqual((yield* OAuth.letting(call)).data, [{ id: 2 }])
          return newer
        }).pipe(Effect.provide(live()))
        assert.include(texts.get("default"), "v1u:2:")
        assert.deepStrictEqual((yield* OAuth.letting(call.pipe(Effect.provide(live())))).data, [{ id: 2 }])
      })
    })
  }
})

describe("a store", () => {
  it.effect("that is down is asked three times a call", () => {
    const server = OAuth.makeServer()
    const { asked, down, layer } = place()
    return Effect.gen(function* () {
      yield* authorized(server)
      yield* TestClock.adjust("2 hours")
      down.load = true
      asked.loads = 0
      const error = yield* failing(call)
      assert.deepInclude(error, { reason: "TokenStore", attempts: 3, endpoint: "v2.Robots.list" })
      assert.strictEqual(asked.loads, 3)
      down.load = false
      down.save = true
      asked.saves = 0
      assert.strictEqual((yield* failing(call)).reason, "TokenStore")
      assert.strictEqual(asked.saves, 3)
      down.save = false
    }).pipe(Effect.provide(OAuth.live(server, { store: layer })))
  })

  it.effect("whose lock does not run what it is given, throws, fails or hangs is a typed error", () => {
    const locks: ReadonlyArray<readonly [string, TokenStore.Service["withLock"]]> = [
      ["without running", () => () => Effect.succeed(undefined as never)],
      ["TypeError", () => () => Effect.die(new TypeError("secret"))],
      ["TypeError", () => undefined as never],
      [
        "no lock",
        () => () =>
          Effect.fail(new PipedriveError.AuthError({ reason: "TokenStore", description: "no lock", transient: true }))
      ],
      ["locked by another", () => () => Effect.uninterruptible(Effect.never)]
    ]
    return Effect.forEach(locks, ([words, withLock]) => {
      const server = OAuth.makeServer()
      return shared((_, service) => {
        let broken = false
        const store = Layer.succeed(TokenStore.TokenStore, {
          ...service,
          withLock: (account) => (effect) => (broken ? withLock(account)(effect) : service.withLock(account)(effect))
        })
        return Effect.gen(function* () {
          yield* authorized(server)
          yield* TestClock.adjust("2 hours")
          broken = true
          const policy = HttpLayer.withPolicy({ timeout: "5 minutes", totalTimeout: "5 minutes" })
          const error = yield* failing(call.pipe(policy))
          assert.strictEqual(error.reason, "TokenStore")
          assert.include(error.message, words)
          assert.notInclude(error.message, "secret")
          broken = false
          yield* OAuth.letting(call)
          assert.strictEqual(server.counts.refreshes, 1)
        }).pipe(Effect.provide(OAuth.live(server, { store })))
      })
    })
  })
})
