import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Accounts, Auth, HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"

const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))

const live = (
  server: OAuth.OAuthServer,
  {
    latency,
    store = TokenStore.layerMemory,
    ...options
  }: Partial<Accounts.Options> & {
    readonly latency?: OAuth.Latency
    readonly store?: Layer.Layer<TokenStore.TokenStore>
  } = {}
) =>
  Accounts.layer({ ...OAuth.settings, limiter: false, ...options }).pipe(
    Layer.provideMerge(Layer.merge(OAuth.transport(server, latency), store))
  )

/** A store in memory that counts how often it is asked. */
const counting = () => {
  const asked = { loads: 0 }
  const layer = Layer.effect(
    TokenStore.TokenStore,
    Effect.map(
      TokenStore.TokenStore,
      (inner): TokenStore.Service => ({
        ...inner,
        load: (account) =>
          Effect.suspend(() => {
            asked.loads++
            return inner.load(account)
          })
      })
    )
  ).pipe(Layer.provide(TokenStore.layerMemory))
  return { asked, layer }
}

const connect = (server: OAuth.OAuthServer, company: number) =>
  Effect.gen(function* () {
    const accounts = yield* Accounts.Accounts
    const { state } = yield* accounts.app.authorizationUrl()
    return yield* accounts.connect({ url: `/callback?code=${server.consent(company)}&state=${state}`, state })
  })

describe("an account", () => {
  it.effect("is connected by the callback, under its company's id, and called by it", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const { account, user } = yield* connect(server, 7)
      assert.strictEqual(account, "7")
      assert.deepStrictEqual(user, { id: 107, name: "A", companyId: 7, companyDomain: "c7" })
      yield* connect(server, 8)
      assert.deepStrictEqual((yield* call.pipe(Accounts.provide(7))).data, [{ id: 7 }])
      assert.deepStrictEqual((yield* call.pipe(Accounts.provide("8"))).data, [{ id: 8 }])
      assert.strictEqual(server.counts.refreshes, 0)
    }).pipe(Effect.provide(live(server)))
  })

  it.effect("is listed as long as it has a token", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const accounts = yield* Accounts.Accounts
      assert.deepStrictEqual(yield* accounts.list, [])
      yield* connect(server, 8)
      yield* connect(server, 7)
      assert.deepStrictEqual(yield* accounts.list, ["7", "8"])
      yield* accounts.disconnect(8)
      assert.deepStrictEqual(yield* accounts.list, ["7"])
    }).pipe(Effect.provide(live(server)))
  })

  it.effect("belongs to an app that may be read from the configuration, which names what is missing", () => {
    const server = OAuth.makeServer()
    const from = (entries: Record<string, string>) =>
      Accounts.layerConfig({ accountOf: ({ id }) => `user ${id}` }).pipe(
        Layer.provideMerge(Layer.merge(OAuth.transport(server), TokenStore.layerMemory)),
        Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries)))))
      )
    const whole = {
      PIPEDRIVE_CLIENT_ID: OAuth.clientId,
      PIPEDRIVE_CLIENT_SECRET: OAuth.clientSecret,
      PIPEDRIVE_REDIRECT_URI: OAuth.redirectUri
    }
    return Effect.gen(function* () {
      assert.strictEqual((yield* connect(server, 7).pipe(Effect.provide(from(whole)))).account, "user 107")
      const error = yield* Effect.flip(Effect.provide(Effect.void, from({ ...whole, PIPEDRIVE_CLIENT_SECRET: "" })))
      assert.include(String(error), "PIPEDRIVE_CLIENT_SECRET")
      assert.notInclude(String(error), "PIPEDRIVE_REFRESH_TOKEN")
    })
  })

  it.effect(
    "keeps within Pipedrive's limits by default, through a renewal, too; a limiter that is named goes before",
    () => {
      const server = OAuth.makeServer()
      const limits = { limit: 3, used: 0, refused: 0 }
      /** An API that allows three requests in two seconds. */
      const limited: OAuth.OAuthServer = {
        ...server,
        handle: async (request, now) => {
          if (!request.url.includes("/robots")) return server.handle(request, now)
          const headers = { "x-ratelimit-limit": "3", "x-ratelimit-reset": "2" }
          if (limits.used >= limits.limit) {
            limits.refused++
            return Response.json(
              { success: false },
              { status: 429, headers: { ...headers, "x-ratelimit-remaining": "0" } }
            )
          }
          limits.used++
          const answer = await server.handle(request, now)
          return new Response(answer.body, {
            status: answer.status,
            headers: { ...headers, "x-ratelimit-remaining": String(limits.limit - limits.used) }
          })
        }
      }
      const window = Effect.zipRight(
        Effect.sync(() => void (limits.used = 0)),
        Effect.sleep("2 seconds")
      ).pipe(Effect.forever)
      const run = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.gen(function* () {
          const ticking = yield* Effect.fork(window)
          const result = yield* OAuth.letting(effect, "100 millis", 800)
          yield* Fiber.interrupt(ticking)
          return result
        })
      const twelve = Effect.all(
        Array.from({ length: 12 }, () => call),
        { concurrency: "unbounded" }
      )
      const through = (options: Partial<Accounts.Options>, http?: HttpLayer.LayerOptions) => {
        const transport = OAuth.transport(limited)
        return Accounts.layer({ ...OAuth.settings, ...options }).pipe(
          Layer.provideMerge(
            Layer.merge(
              http === undefined ? transport : HttpLayer.layer(http).pipe(Layer.provide(transport)),
              TokenStore.layerMemory
            )
          )
        )
      }
      const refused = (layer: ReturnType<typeof through>) =>
        Effect.gen(function* () {
          yield* connect(server, 7)
          yield* run(call.pipe(Accounts.provide(7)))
          // a limit that was learned by one token holds for the next
          yield* Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.refresh).pipe(Accounts.provide(7))
          limits.refused = 0
          yield* Effect.either(run(twelve.pipe(Accounts.provide(7))))
          return limits.refused
        }).pipe(Effect.provide(layer))
      return Effect.gen(function* () {
        assert.strictEqual(yield* refused(through({})), 0)
        assert.strictEqual(yield* refused(through({}, { retries: 2 })), 0)
        assert.isAbove(yield* refused(through({ limiter: false })), 0)
        assert.isAbove(yield* refused(through({}, { limiter: false })), 0)
        const error = yield* Effect.flip(Effect.provide(Effect.void, through({ limiter: { maximumInFlight: 0 } })))
        assert.include(String(error), "maximumInFlight")
      })
    }
  )

  it.effect("may be named otherwise, and tells of its tokens by its name", () => {
    const server = OAuth.makeServer()
    const told: Array<readonly [string, string]> = []
    return Effect.gen(function* () {
      const { account } = yield* connect(server, 7)
      assert.strictEqual(account, "7/107")
      yield* TestClock.adjust("2 hours")
      yield* call.pipe(Accounts.provide(account))
      assert.deepStrictEqual(
        told.map(([name]) => name),
        ["7/107", "7/107"]
      )
    }).pipe(
      Effect.provide(
        live(server, {
          accountOf: ({ companyId, id }) => `${companyId}/${id}`,
          onTokenUpdate: (account, token) =>
            Effect.sync(() => void told.push([account, Redacted.value(token.accessToken)]))
        })
      )
    )
  })

  it.effect("that nobody connected is not authorized, and asks nobody", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* connect(server, 7)
      const before = server.calls.length
      const error = yield* Effect.flip(call.pipe(Accounts.provide(8)))
      assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
      assert.strictEqual(server.calls.length, before)
    }).pipe(Effect.provide(live(server)))
  })

  it.effect("whose callback is refused is not touched", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const accounts = yield* Accounts.Accounts
      const error = yield* Effect.flip(accounts.connect({ url: "?error=access_denied&state=x", state: "x" }))
      assert.strictEqual(error._tag === "AuthError" && error.reason, "AccessDenied")
      assert.strictEqual(server.forms.length + server.calls.length, 0)
    }).pipe(Effect.provide(live(server)))
  })

  it.effect("is connected though the browser leaves meanwhile: the code of its consent works once", () =>
    Effect.forEach(["1 second", "3 seconds"], (left) => {
      const server = OAuth.makeServer()
      return Effect.gen(function* () {
        const connecting = yield* Effect.fork(connect(server, 7))
        // it asks for the token first, and then whose it is
        for (let second = 0; second < Number.parseInt(left, 10); second++) {
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          yield* TestClock.adjust("1 second")
        }
        yield* Fiber.interruptFork(connecting)
        yield* OAuth.letting(Fiber.await(connecting))
        assert.deepStrictEqual(yield* Effect.flatMap(Accounts.Accounts, ({ list }) => list), ["7"])
      }).pipe(Effect.provide(live(server, { latency: "2 seconds" })))
    })
  )

  it.effect("is not waited for longer than any call where Pipedrive does not answer whose token it is", () => {
    const server = OAuth.makeServer()
    const mute: OAuth.OAuthServer = {
      ...server,
      handle: (request, now) =>
        request.url.endsWith("/users/me") ? new Promise(() => {}) : server.handle(request, now)
    }
    const policy = HttpLayer.withPolicy({ timeout: "5 seconds", totalTimeout: "8 seconds", retries: 1 })
    return Effect.gen(function* () {
      const error = yield* OAuth.letting(Effect.flip(policy(connect(mute, 7))), "1 second", 20)
      assert.strictEqual(error._tag, "Timeout")
    }).pipe(Effect.provide(live(mute)))
  })

  it.effect("is not connected where Pipedrive does not say whose token it is", () => {
    const server = OAuth.makeServer()
    const silent: OAuth.OAuthServer = {
      ...server,
      handle: (request, now) =>
        request.url.endsWith("/users/me")
          ? Promise.resolve(Response.json({ success: true, data: { id: 1, name: "A" } }))
          : server.handle(request, now)
    }
    return Effect.gen(function* () {
      const error = yield* Effect.flip(connect(silent, 7))
      assert.strictEqual(error._tag === "AuthError" && error.reason, "InvalidToken")
      assert.include(error.message, "Pipedrive did not say whose token it is")
      assert.deepStrictEqual(yield* Effect.flatMap(Accounts.Accounts, ({ list }) => list), [])
    }).pipe(Effect.provide(live(silent)))
  })

  it.effect("is forgotten when it is disconnected, and when the user removes the app", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const accounts = yield* Accounts.Accounts
      const store = yield* TokenStore.TokenStore
      yield* connect(server, 7)
      yield* connect(server, 8)
      yield* accounts.disconnect(7)
      assert.strictEqual(server.counts.revokes, 1)
      assert.isTrue(Option.isNone(yield* store.load("7")))
      const notice = yield* accounts.handleUninstall({
        method: "DELETE",
        headers: {
          authorization: `Basic ${Buffer.from(`${OAuth.clientId}:${OAuth.clientSecret}`).toString("base64")}`
        },
        body: { client_id: OAuth.clientId, company_id: 8, user_id: 108 }
      })
      assert.strictEqual(notice.account, "8")
      assert.isTrue(Option.isNone(yield* store.load("8")))
      for (const account of [7, 8]) {
        const error = yield* Effect.flip(call.pipe(Accounts.provide(account)))
        assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
        // no more is said than there is to say
        assert.sameMembers(Object.keys(error), ["_tag", "reason", "description", "endpoint", "method", "path"])
      }
      // who goes twice, or was never here, is gone
      for (const account of [7, 8, 9]) yield* accounts.disconnect(account)
      assert.strictEqual(server.counts.revokes, 1)
    }).pipe(Effect.provide(live(server)))
  })

  it.effect("is let go when idle and made ready again, with the token from the store", () => {
    const server = OAuth.makeServer()
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      yield* connect(server, 7)
      yield* call.pipe(Accounts.provide(7))
      yield* call.pipe(Accounts.provide(7))
      assert.strictEqual(asked.loads, 0)
      yield* TestClock.adjust("2 minutes")
      yield* call.pipe(Accounts.provide(7))
      assert.strictEqual(asked.loads, 1)
      yield* TestClock.adjust("30 seconds")
      yield* call.pipe(Accounts.provide(7))
      assert.strictEqual(asked.loads, 1)
      assert.strictEqual(server.counts.refreshes, 0)
    }).pipe(Effect.provide(live(server, { idleTimeToLive: "1 minute", store: layer })))
  })

  it.effect("runs streams too, and stays until they end", () => {
    const server = OAuth.makeServer()
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      yield* connect(server, 7)
      const ids = Robots.list.stream().pipe(Stream.map(({ id }) => id))
      const slow = Stream.concat(
        ids,
        Stream.flatMap(Stream.fromEffect(Effect.sleep("3 minutes")), () => ids)
      )
      const fiber = yield* slow.pipe(Accounts.provideStream("7"), Stream.runCollect, Effect.fork)
      yield* TestClock.adjust("3 minutes")
      assert.deepStrictEqual([...(yield* Fiber.join(fiber))], [7, 7])
      assert.strictEqual(asked.loads, 0)
      // it was let go when the stream ended, not when it began
      yield* TestClock.adjust("30 seconds")
      yield* call.pipe(Accounts.provide(7))
      assert.strictEqual(asked.loads, 0)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* Stream.runHead(ids).pipe(Accounts.provide(7)), Option.some(7))
      assert.strictEqual(asked.loads, 1)
      const error = yield* ids.pipe(Accounts.provideStream(8), Stream.runDrain, Effect.flip)
      assert.strictEqual(error._tag === "AuthError" && error.reason, "NotAuthorized")
    }).pipe(Effect.provide(live(server, { idleTimeToLive: "1 minute", store: layer })))
  })

  it.live("never mixes with another: 2,000 calls of 100 companies at random, while all access tokens die", () => {
    const server = OAuth.makeServer({ rotate: true })
    return Effect.gen(function* () {
      for (let company = 1; company <= 100; company++) yield* connect(server, company)
      const one = (i: number) =>
        Effect.gen(function* () {
          if (i === 800) server.expireAccess()
          const company = yield* Random.nextIntBetween(1, 101)
          const { data } = yield* call.pipe(Accounts.provide(company))
          assert.deepStrictEqual(data, [{ id: company }])
        })
      yield* Effect.forEach(
        Array.from({ length: 2_000 }, (_, i) => i),
        one,
        { concurrency: 50, discard: true }
      )
      assert.isAbove(server.counts.refused, 50)
      assert.isAtMost(server.counts.refreshes, 100)
      assert.strictEqual(server.counts.invalidGrants, 0)
    }).pipe(Effect.provide(live(server, { latency: "1 millis" })))
  })

  // whole calls in that number are made by the bench
  it.live(
    "nor do 100,000 requests that are signed at random, while tokens are renewed and accounts let go",
    () => {
      const server = OAuth.makeServer({ rotate: true })
      const { asked, layer } = counting()
      const request = HttpClientRequest.get("/api/v2/robots")
      return Effect.gen(function* () {
        for (let company = 1; company <= 100; company++) yield* connect(server, company)
        let signed = 0
        const one = Effect.gen(function* () {
          const company = yield* Random.nextIntBetween(1, 101)
          const chance = yield* Random.next
          yield* Effect.gen(function* () {
            const { authorize } = yield* Auth.Auth
            const oauth = yield* OAuth2.OAuth2
            if (chance < 0.005) yield* oauth.refresh
            const { headers } = yield* authorize(request)
            if (chance > 0.9) yield* Effect.yieldNow()
            const token = yield* oauth.token
            for (const value of [headers.authorization ?? "", `Bearer ${Redacted.value(token.accessToken)}`]) {
              if (!value.startsWith(`Bearer v1u:${company}:`)) assert.fail(`${company} was given ${value}`)
            }
            signed++
          }).pipe(Accounts.provide(company))
        })
        yield* Effect.replicateEffect(one, 100_000, { concurrency: 200, discard: true })
        assert.strictEqual(signed, 100_000)
        assert.isAbove(server.counts.refreshes, 20)
        assert.isAbove(asked.loads, 1_000)
        assert.strictEqual(server.counts.invalidGrants, 0)
      }).pipe(Effect.provide(live(server, { latency: "1 millis", idleTimeToLive: "1 millis", store: layer })))
    },
    120_000
  )

  it.effect("also has its own OAuth2, for what is done by hand", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* connect(server, 7)
      const token = yield* Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.refresh).pipe(Accounts.provide(7))
      assert.match(Redacted.value(token.accessToken), /^v1u:7:/)
    }).pipe(Effect.provide(live(server)))
  })
})
