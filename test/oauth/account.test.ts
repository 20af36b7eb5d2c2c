/** One account's service: what it signs, what it hands on, and what the limiter knows it by. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type OAuth2, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as Account from "../../src/internal/oauth/account.js"
import type * as App from "../../src/internal/oauth/app.js"
import type { Renewable } from "../../src/internal/oauth/session.js"
import { defaultOptions, make as makeLimiter } from "../../src/RateLimiter.js"
import { token } from "../support/oauth.js"

const secretOf = ({ refreshToken }: Renewable) => Redacted.value(refreshToken)

/** An app that gives a new token each time, and what it was asked for. */
const app = () => {
  const asked: Array<unknown> = []
  const give = (what: string, about: unknown) =>
    Effect.sync(() => {
      asked.push([what, about])
      return token(String(asked.length))
    })
  const protocol: App.Protocol = {
    app: {
      authorizationUrl: () => Effect.succeed({ url: "https://x.example", state: "s" }),
      handleCallback: ({ state }) => give("callback", state),
      authorize: (code) => give("code", code),
      refresh: (from) => give("refresh", Redacted.isRedacted(from) ? Redacted.value(from) : from),
      revoke: (secret, hint) => Effect.asVoid(give(hint, Redacted.value(secret))),
      handleUninstall: () => Effect.succeed({ companyId: 1, userId: 2, timestamp: undefined })
    },
    baseUrl: undefined,
    allowed: [],
    renew: (before, { within }) => give(`renew within ${Duration.toSeconds(within)}`, secretOf(before)),
    limiter: undefined,
    clientId: "client",
    renewalPermit: identity
  }
  return { asked, protocol }
}

const service = (options: Partial<OAuth2.AccountOptions> = {}) =>
  Effect.gen(function* () {
    const { asked, protocol } = app()
    return { asked, oauth: yield* Account.fromApp(protocol, options), store: yield* TokenStore.TokenStore }
  })

const request = HttpClientRequest.get("/x")

const signed = (name: string) => HttpClientRequest.setHeader(request, "authorization", `Bearer access-${name}`)

describe("a call", () => {
  it.effect("is signed with the token, and goes to its host or the one that is set", () =>
    Effect.gen(function* () {
      const acme = "https://acme.pipedrive.com"
      const hosts: ReadonlyArray<readonly [baseUrl: string | undefined, apiDomain: string | undefined, host: string]> =
        [
          [undefined, undefined, "https://api.pipedrive.com"],
          [undefined, acme, acme],
          ["https://proxy.example", acme, "https://proxy.example"]
        ]
      const limiter = makeLimiter(defaultOptions, true, undefined)
      for (const [baseUrl, apiDomain, host] of hosts) {
        const current = token("1", { apiDomain })
        const auth = Account.authOf({ baseUrl, limiter }, Effect.succeed(current), (now) =>
          now < 5 ? current : undefined
        )
        for (const one of [yield* auth.authorize(request), auth.authorizeNow?.(request, 4)]) {
          assert.strictEqual(one?.url, `${host}/x`)
          assert.strictEqual(one?.headers.authorization, "Bearer access-1")
        }
        assert.isUndefined(auth.authorizeNow?.(request, 5))
        assert.isFalse(yield* auth.recover(request))
        assert.strictEqual(auth.limiter, limiter)
      }
    })
  )

  it.scoped("that was refused with this token is tried with another, one without a token with this", () =>
    Effect.gen(function* () {
      const { asked, oauth } = yield* service()
      yield* oauth.set(token("0"))
      assert.isTrue(yield* oauth.auth.recover(request))
      assert.isTrue(yield* oauth.auth.recover(signed("other")))
      assert.deepStrictEqual(asked, [])
      assert.isTrue(yield* oauth.auth.recover(signed("0")))
      assert.deepStrictEqual(asked, [["renew within 30", "refresh-0"]])
      assert.strictEqual((yield* oauth.auth.authorize(request)).headers.authorization, "Bearer access-1")
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )
})

describe("an account's service", () => {
  it.scoped("begins with the refresh token that is given, unless it is blank", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [OAuth2.AccountOptions["refreshToken"], secret: string | undefined]> = [
        [undefined, undefined],
        ["", undefined],
        [" \n", undefined],
        [Redacted.make(" "), undefined],
        ["seed", "seed"],
        [Redacted.make("seed"), "seed"]
      ]
      for (const [index, [refreshToken, secret]] of cases.entries()) {
        const { asked, oauth } = yield* service({ refreshToken, account: String(index) })
        const result = yield* Effect.either(oauth.token)
        assert.deepStrictEqual(asked, secret === undefined ? [] : [["renew within 30", secret]])
        if (result._tag === "Left") assert.strictEqual(result.left.reason, "NotAuthorized")
      }
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )

  it.scoped("saves what it is given and what it gets, under the account's name, and tells of it", () =>
    Effect.gen(function* () {
      class Told extends Context.Tag("test/Told")<Told, Array<string>>() {}
      const told: Array<string> = []
      const { asked, protocol } = app()
      const oauth = yield* Account.fromApp<Told>(protocol, {
        account: "acme",
        onTokenUpdate: (next) => Effect.map(Told, (list) => list.push(secretOf(next)))
      }).pipe(Effect.provideService(Told, told))
      const store = yield* TokenStore.TokenStore
      const steps: ReadonlyArray<
        readonly [step: Effect.Effect<TokenStore.Token, PipedriveError.AuthError>, saved: string]
      > = [
        [oauth.authorize("c"), "refresh-1"],
        [oauth.handleCallback({ url: "", state: "s" }), "refresh-2"],
        [oauth.exchange("r"), "refresh-3"],
        [oauth.exchange(Redacted.make("r")), "refresh-4"],
        [oauth.exchange({ refresh_token: "r" }), "refresh-5"],
        [oauth.exchange(null as never), "refresh-6"],
        [oauth.set(token("0")), "refresh-0"]
      ]
      for (const [step, saved] of steps) {
        assert.strictEqual(secretOf(yield* step), saved)
        assert.strictEqual(secretOf(yield* Effect.map(store.load("acme"), Option.getOrThrow)), saved)
      }
      assert.deepStrictEqual(yield* store.list, ["acme"])
      assert.deepStrictEqual(asked, [
        ["code", "c"],
        ["callback", "s"],
        ["refresh", "r"],
        ["refresh", "r"],
        ["refresh", "r"],
        ["refresh", null]
      ])
      assert.deepStrictEqual(
        told,
        steps.map(([, saved]) => saved)
      )
      yield* oauth.revoke("access_token")
      assert.deepStrictEqual(asked.at(-1), ["access_token", "access-0"])
      yield* oauth.revoke()
      assert.deepStrictEqual(asked.at(-1), ["refresh_token", "refresh-0"])
      assert.deepStrictEqual(yield* store.list, [])
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )

  it.scoped("has tokens of the name default where none is given, and forgets them with the app", () =>
    Effect.gen(function* () {
      const { oauth, store } = yield* service()
      yield* oauth.authorize("c")
      assert.deepStrictEqual(yield* store.list, ["default"])
      assert.deepStrictEqual(yield* oauth.handleUninstall({ method: "DELETE", headers: {}, body: "" }), {
        companyId: 1,
        userId: 2,
        timestamp: undefined
      })
      assert.deepStrictEqual(yield* store.list, [])
      yield* oauth.authorize("c")
      yield* oauth.clear
      assert.deepStrictEqual(yield* store.list, [])
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )
})

describe("what the limiter knows an account by", () => {
  it.scoped("is the app and its name, or a hash of its refresh token", () =>
    Effect.gen(function* () {
      const named = yield* service({ account: "acme" })
      assert.strictEqual(named.oauth.auth.account, "client acme")
      const { oauth } = yield* service()
      assert.isUndefined(oauth.auth.account)
      // FNV-1a of 64 bits, as others know it
      for (const [refreshToken, hash] of [
        ["a", "af63dc4c8601ec8c"],
        ["foobar", "85944171f73967e8"],
        ["aa", "089c4307b54596b7"]
      ] as const) {
        yield* oauth.set(token("x", { refreshToken: Redacted.make(refreshToken) }))
        yield* oauth.auth.authorize(request)
        assert.strictEqual(oauth.auth.account, hash)
      }
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )

  it.scoped("stays when its token is renewed, but not when another's is", () =>
    Effect.gen(function* () {
      const { oauth, store } = yield* service()
      const key = Effect.map(oauth.auth.authorize(request), () => oauth.auth.account)
      yield* oauth.set(token("a"))
      const first = yield* key
      yield* oauth.refresh
      assert.strictEqual(yield* key, first)
      // another user's, which another process has saved, and which has to be renewed
      yield* store.save("default", token("b", { expiresAt: 0 }))
      yield* oauth.refresh
      assert.notStrictEqual(yield* key, first)
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )
})
