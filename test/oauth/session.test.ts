/** One account's session where its server, its store and its callers meet at a bad moment. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { HttpLayer, OAuth2, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"

const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))

const reason = (error: PipedriveError.PipedriveError): string =>
  error._tag === "AuthError" ? error.reason : error._tag

const turns = Effect.promise(async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
})

/** A store in memory without a lock that other processes would see, its steps open to a test. */
const open = Effect.map(Layer.build(TokenStore.layerMemory), (context) => {
  const inner = Context.get(context, TokenStore.TokenStore)
  const steps = {
    load: (load: ReturnType<TokenStore.Service["load"]>) => load,
    save: (save: ReturnType<TokenStore.Service["save"]>, _token: TokenStore.Token) => save
  }
  const store: TokenStore.Service = {
    ...inner,
    load: (account) => Effect.suspend(() => steps.load(inner.load(account))),
    save: (account, token) => Effect.suspend(() => steps.save(inner.save(account, token), token)),
    withLock: () => (effect) => effect
  }
  return { inner, steps, layer: Layer.succeed(TokenStore.TokenStore, store) }
})

/** The token of a consent, which is in no store. */
const consented = (server: OAuth.OAuthServer, company: number) =>
  OAuth2.makeApp(OAuth.settings).pipe(
    Effect.flatMap((app) => app.authorize(server.consent(company))),
    Effect.provide(OAuth.transport(server))
  )

const refreshTokenOf = (token: Option.Option<TokenStore.Token>) => Redacted.value(Option.getOrThrow(token).refreshToken)

describe("a refresh token that is dead", () => {
  it.scoped("is not the last word where the store has another one by then", () =>
    Effect.gen(function* () {
      const server = OAuth.makeServer()
      const { inner, layer } = yield* open
      const [first, second] = [yield* consented(server, 1), yield* consented(server, 2)]
      yield* inner.save("default", { ...first, refreshToken: Redacted.make("dead"), expiresAt: 0 })
      const meanwhile: OAuth.OAuthServer = {
        ...server,
        handle: async (request, now) => {
          if (request.url.endsWith("/oauth/token")) await Effect.runPromise(inner.save("default", second))
          return server.handle(request, now)
        }
      }
      const { data } = yield* Effect.provide(call, OAuth.live(meanwhile, { store: layer }))
      assert.deepStrictEqual(data, [{ id: 2 }])
      assert.deepInclude(server.counts, { invalidGrants: 1, refreshes: 1 })
    })
  )

  it.scoped("is asked about no more, but one that comes into the store later is", () =>
    Effect.gen(function* () {
      const server = OAuth.makeServer()
      const { inner, layer } = yield* open
      const token = yield* consented(server, 1)
      yield* inner.save("default", { ...token, refreshToken: Redacted.make("dead"), expiresAt: 0 })
      yield* Effect.gen(function* () {
        for (let n = 0; n < 2; n++) assert.strictEqual(reason(yield* Effect.flip(call)), "ReauthorizationRequired")
        assert.strictEqual(server.counts.invalidGrants, 1)
        yield* inner.save("default", { ...token, expiresAt: 0 })
        assert.deepStrictEqual((yield* call).data, [{ id: 1 }])
      }).pipe(Effect.provide(OAuth.live(server, { store: layer })))
      assert.deepInclude(server.counts, { invalidGrants: 1, refreshes: 2 })
    })
  )
})

it.scoped("a token that is set while another is being renewed and saved comes after it, and stays", () =>
  Effect.gen(function* () {
    const server = OAuth.makeServer({ rotate: true })
    const { inner, layer, steps } = yield* open
    const [first, second] = [yield* consented(server, 1), yield* consented(server, 2)]
    yield* inner.save("default", { ...first, expiresAt: 0 })
    const saving = yield* Deferred.make<void>()
    const go = yield* Deferred.make<void>()
    steps.save = (save) => {
      steps.save = (next) => next
      return Deferred.succeed(saving, undefined).pipe(Effect.zipRight(Deferred.await(go)), Effect.zipRight(save))
    }
    yield* Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      const renewing = yield* Effect.fork(oauth.token)
      yield* Deferred.await(saving)
      const setting = yield* Effect.fork(oauth.set(second))
      yield* turns
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(renewing)
      yield* Fiber.join(setting)
      assert.strictEqual(refreshTokenOf(yield* inner.load("default")), Redacted.value(second.refreshToken))
      assert.deepStrictEqual((yield* call).data, [{ id: 2 }])
    }).pipe(Effect.provide(OAuth.live(server, { store: layer })))
  })
)

it.scoped("a 401 is not answered with the token that it refused, though another caller is just fetching that one", () =>
  Effect.gen(function* () {
    const server = OAuth.makeServer()
    const { inner, layer, steps } = yield* open
    const token = yield* consented(server, 1)
    yield* inner.save("default", token)
    const go = yield* Deferred.make<void>()
    steps.load = (load) => Effect.zipRight(Deferred.await(go), load)
    yield* Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      const fetching = yield* Effect.fork(oauth.token)
      yield* turns
      const refused = HttpClientRequest.get("/x", {
        headers: { authorization: `Bearer ${Redacted.value(token.accessToken)}` }
      })
      const recovering = yield* Effect.fork(oauth.auth.recover(refused))
      yield* turns
      yield* Deferred.succeed(go, undefined)
      const fetched = yield* Fiber.join(fetching)
      assert.strictEqual(Redacted.value(fetched.accessToken), Redacted.value(token.accessToken))
      assert.isTrue(yield* Fiber.join(recovering))
      assert.strictEqual(server.counts.refreshes, 1)
      assert.notStrictEqual(Redacted.value((yield* oauth.token).accessToken), Redacted.value(token.accessToken))
    }).pipe(Effect.provide(OAuth.live(server, { store: layer })))
  })
)

it.effect(
  "a token whose renewal is put off is used to its end, and not beyond, however long the server is away",
  () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      yield* Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.authorize(server.consent()))
      yield* TestClock.adjust("3550 seconds")
      server.faults.push(new Response("", { status: 503, headers: { "retry-after": "120" } }))
      yield* call
      yield* TestClock.adjust("49999 millis")
      yield* call
      assert.strictEqual(server.counts.calls, 2)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(reason(yield* Effect.flip(call)), "TokenEndpoint")
      assert.deepInclude(server.counts, { calls: 2, refused: 0, refreshes: 0 })
      yield* TestClock.adjust("70 seconds")
      yield* call
      assert.deepInclude(server.counts, { calls: 3, refused: 0, refreshes: 1 })
    }).pipe(Effect.provide(OAuth.live(server)))
  }
)
