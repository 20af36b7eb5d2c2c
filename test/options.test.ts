import { layerStoreMemory } from "@effect/experimental/RateLimiter"
import { KeyValueStore } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Option, Redacted } from "effect"
import * as Sqlite from "../examples/sqlite.js"
import { Accounts, Auth, HttpLayer, OAuth2, Pipedrive, SyncStore, TokenStore } from "../src/index.js"
import * as RateLimiterShared from "../src/RateLimiterShared.js"
import * as SyncStoreSql from "../src/SyncStoreSql.js"
import * as Sandbox from "../src/sandbox/index.js"
import * as Server from "../src/sandbox/server.js"
import * as TokenStoreSql from "../src/TokenStoreSql.js"
import { Deals } from "../src/v2/index.js"
import * as Fake from "./support/fake.js"

/** What JavaScript, or an object that was put together elsewhere, can give: the compiler sees nothing wrong with it. */
const odd = <A extends object>(options: A, more: object): A => ({ ...options, ...more })

const app = {
  clientId: "client",
  clientSecret: Redacted.make("secret"),
  redirectUri: "https://example.com/callback"
}

const described = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(effect), (exit) =>
    Exit.isFailure(exit)
      ? Option.match(Cause.failureOption(exit.cause), { onNone: () => "a defect", onSome: String })
      : "nothing was refused"
  )

const http = Layer.provideMerge(TokenStore.layerMemory, Fake.make().layer)

const sqlite = Sqlite.layer(":memory:")

const built = <A, E, R>(layer: Layer.Layer<A, E, R>) => Effect.scoped(Layer.build(layer))

describe("an option that nobody knows is refused by name", () => {
  const refuses = <E>(name: string, program: () => Effect.Effect<unknown, E>, expected: ReadonlyArray<string>) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const said = yield* described(program())
        for (const words of expected) assert.include(said, words)
      })
    )

  const wrong = { timeOut: 1 }
  const timeout = ["timeOut", "did you mean timeout?"]

  refuses("SyncStoreSql", () => built(Layer.provide(SyncStoreSql.layer(odd({}, { tabel: "x" })), sqlite)), [
    "did you mean table?"
  ])
  refuses(
    "SyncStore.layerKeyValueStore",
    () => built(Layer.provide(SyncStore.layerKeyValueStore(odd({}, { prefx: "x" })), KeyValueStore.layerMemory)),
    ["did you mean prefix?"]
  )
  refuses("Pipedrive.layer", () => built(Pipedrive.layer(odd({ apiToken: "token" }, wrong))), timeout)
  refuses("Pipedrive.layer, its own", () => built(Pipedrive.layer(odd({}, { apiTokn: "x" }))), [
    "did you mean apiToken?"
  ])
  refuses("Auth.apiKey", () => built(Auth.apiKey("token", odd({}, { baseURL: "https://acme.pipedrive.com" }))), [
    "did you mean baseUrl?"
  ])
  refuses("Auth.accessToken", () => built(Auth.accessToken("token", odd({}, { host: "x" }))), [
    "host",
    "there are baseUrl, allowInsecureHttp"
  ])
  refuses("HttpLayer.layer", () => built(Layer.provide(HttpLayer.layer(odd({}, wrong)), http)), timeout)
  refuses("the limiter's", () => built(Pipedrive.layer({ apiToken: "token", limiter: odd({}, { maxInFlight: 1 }) })), [
    "limiter",
    "maxInFlight",
    "there are maximumInFlight, dailyReserve"
  ])
  refuses(
    "HttpLayer.withPolicy",
    () => Deals.list.pipe(HttpLayer.withPolicy(odd({}, wrong)), Effect.provide(Sandbox.layer())),
    ["policy", ...timeout]
  )
  refuses(
    "HttpLayer.withPolicy has no limiter",
    () => Deals.list.pipe(HttpLayer.withPolicy(odd({}, { limiter: true })), Effect.provide(Sandbox.layer())),
    ["policy", "limiter"]
  )
  refuses("OAuth2.makeApp", () => Effect.provide(OAuth2.makeApp(odd(app, { retrys: 1 })), http), [
    "did you mean retries?"
  ])
  refuses("OAuth2.make", () => Effect.scoped(Effect.provide(OAuth2.make(odd(app, { acount: "a" })), http)), [
    "did you mean account?"
  ])
  refuses("OAuth2.layer", () => built(Layer.provide(OAuth2.layer(odd(app, wrong)), http)), timeout)
  refuses("OAuth2's limiter", () => Effect.provide(OAuth2.makeApp({ ...app, limiter: odd({}, wrong) }), http), [
    "limiter",
    "timeOut"
  ])
  refuses("Accounts.layer", () => built(Layer.provide(Accounts.layer(odd(app, { accountof: String })), http)), [
    "did you mean accountOf?"
  ])
  refuses("TokenStore.make", () => TokenStore.make(backing, odd({}, { lockTimeOut: 1 })), ["did you mean lockTimeout?"])
  refuses("a seal's", () => TokenStore.make(backing, { seal: odd({ key: Redacted.make("x") }, { prevous: [] }) }), [
    "seal",
    "did you mean previous?"
  ])
  refuses(
    "TokenStore.layerKeyValueStore",
    () => built(Layer.provide(TokenStore.layerKeyValueStore(odd({}, { perfix: "x" })), KeyValueStore.layerMemory)),
    ["did you mean prefix?"]
  )
  refuses("TokenStoreSql.layer", () => built(Layer.provide(TokenStoreSql.layer(odd({}, { tabel: "x" })), sqlite)), [
    "did you mean table?"
  ])
  refuses("RateLimiterShared", () => built(Layer.provide(RateLimiterShared.layer(odd({}, wrong)), layerStoreMemory)), [
    ...timeout
  ])
  refuses("Pipedrive.request", () => request(odd({ version: "v2", path: "/deals" } as const, { qurey: {} })), [
    "qurey",
    "did you mean query?"
  ])
  refuses("Sandbox.layer", () => built(Sandbox.layer(odd({}, { sead: "demo" }))), ["sead", "did you mean seed?"])
  refuses("a seed", () => Sandbox.make({ seed: odd({}, { deal: [] }) }), ["seed.deal ", "did you mean deals?"])
  refuses("a seed's company", () => Sandbox.make({ seed: { company: odd({}, { nmae: "x" }) } }), [
    "seed.company.nmae",
    "did you mean name?"
  ])
  refuses("a seed's row", () => Sandbox.make({ seed: { deals: [{ titel: "x" }] } }), [
    "seed.deals[0].titel",
    "did you mean title?"
  ])
  refuses("a seed's row, as every object has it", () => Sandbox.make({ seed: { deals: [{ constructor: "x" }] } }), [
    "seed.deals[0].constructor",
    "is no field of it"
  ])
  refuses("a sandbox's plan", () => Sandbox.make({ plan: odd({}, { dialy: 1 }) }), [
    "plan.dialy",
    "did you mean daily?"
  ])
  refuses("a sandbox's OAuth server", () => Sandbox.make({ oauth: odd({}, { expiresin: 1 }) }), [
    "oauth.expiresin",
    "did you mean expiresIn?"
  ])
  refuses("a sandbox's app", () => Sandbox.make({ oauth: { apps: [odd(Sandbox.defaultApp, { scope: [] })] } }), [
    "oauth.apps[0].scope",
    "did you mean scopes?"
  ])
  refuses("a fault", () => Sandbox.make({ faults: [odd({ outcome: { _tag: "Hang" } as const }, { nht: 1 })] }), [
    "faults[0].nht",
    "did you mean nth?"
  ])
  refuses(
    "a fault's outcome",
    () => Sandbox.make({ faults: [{ outcome: odd({ _tag: "Respond", status: 500 } as const, { boddy: {} }) }] }),
    ["faults[0].outcome.boddy", "did you mean body?"]
  )
  refuses("the sandbox's server", () => built(Server.layer(odd({ port: 0 }, { hots: "127.0.0.1" }))), [
    "hots",
    "did you mean host?"
  ])

  it.effect("but one that is not set is left out", () =>
    Effect.gen(function* () {
      const unset = { timeOut: undefined }
      assert.strictEqual(
        yield* described(built(Pipedrive.layer(odd({ apiToken: "token" }, unset)))),
        "nothing was refused"
      )
      assert.strictEqual(yield* described(Sandbox.make(odd({}, unset))), "nothing was refused")
    })
  )
})

const backing = { load: () => Effect.succeedNone, save: () => Effect.void, clear: () => Effect.void }

const request = (raw: Pipedrive.RawRequest) => Pipedrive.request(raw).pipe(Effect.provide(Sandbox.layer()))
