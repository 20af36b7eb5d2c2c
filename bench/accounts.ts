/**
 * Many accounts in one process: what one costs that is ready but idle, how long a switch takes, and that none is mixed up.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { Accounts, Auth, HttpLayer, TokenStore } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"

export interface ManyAccounts {
  readonly accounts: number
  readonly bytesPerIdleAccount: number
  /** Of which the tokens are that many characters. */
  readonly tokenLength: number
  /** Microseconds. */
  readonly makingReady: number
  readonly switching: number
  readonly calling: number
  readonly calls: number
  readonly mixed: number
}

/** Answers with the number of the account that it was asked for. */
const echo = HttpClient.make((request) =>
  Effect.succeed(
    HttpClientResponse.fromWeb(
      request,
      Response.json({ success: true, data: [{ id: Number(request.headers.authorization?.split("-")[1] ?? 0) }] })
    )
  )
)

/** Tokens as long as Pipedrive's, read anew each time, as from a database. */
const stored = (account: string) => {
  const now = Date.now()
  return JSON.stringify({
    access_token: `access-${account}-${"x".repeat(760)}`,
    refresh_token: `refresh-${account}-${"x".repeat(50)}`,
    issued_at: now,
    expires_at: now + 3_600_000,
    api_domain: `https://c${account}.pipedrive.com`,
    scope: ["base", "deals:full", "contacts:full"]
  })
}

const store = TokenStore.layer({
  load: (account) => Effect.sync(() => Option.some(stored(account))),
  save: () => Effect.void,
  clear: () => Effect.void
})

const live = Accounts.layer({
  clientId: "id",
  clientSecret: "secret",
  redirectUri: "https://example.com/callback",
  // this transport tells no limits, and the smallest would be assumed
  limiter: false,
  idleTimeToLive: "1 hour"
}).pipe(Layer.provideMerge(Layer.merge(Layer.succeed(HttpClient.HttpClient, echo), store)))

const collector = (): (() => void) => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc")
}

const micros = <A, E, R>(effect: Effect.Effect<A, E, R>, times: number) =>
  Effect.map(Effect.timed(effect), ([duration]) => (Duration.toMillis(duration) * 1000) / times)

/** What a check costs is measured elsewhere. */
const unchecked = HttpLayer.withPolicy({ responseValidation: "off" })

const request = HttpClientRequest.get("/api/v2/deals")

export const measureAccounts = (options: { readonly quick: boolean }): Promise<ManyAccounts> => {
  const accounts = options.quick ? 2_000 : 10_000
  const calls = options.quick ? 10_000 : 100_000
  const collect = collector()
  const heap = Effect.sync(() => {
    collect()
    return process.memoryUsage().heapUsed
  })
  return Effect.gen(function* () {
    const everyone = Array.from({ length: accounts }, (_, i) => i + 1)
    const signed = (account: number) =>
      Effect.flatMap(Auth.Auth, ({ authorize }) => authorize(request)).pipe(Accounts.provide(account))
    // what is compiled and cached once is not the accounts'
    yield* Effect.forEach([-1, -2, -3], signed, { discard: true })
    const before = yield* heap
    const makingReady = yield* micros(Effect.forEach(everyone, signed, { discard: true }), accounts)
    const after = yield* heap
    const switching = yield* micros(Effect.forEach(everyone, signed, { discard: true }), accounts)
    let mixed = 0
    const one = Effect.gen(function* () {
      const account = yield* Random.nextIntBetween(1, accounts + 1)
      const { data } = yield* Deals.list().pipe(Accounts.provide(account), unchecked)
      if (data[0]?.id !== account) mixed++
    })
    const calling = yield* micros(Effect.replicateEffect(one, calls, { concurrency: 100, discard: true }), calls)
    return {
      accounts,
      bytesPerIdleAccount: (after - before) / accounts,
      tokenLength: stored(String(accounts)).length,
      makingReady,
      switching,
      calling,
      calls,
      mixed
    }
  }).pipe(Effect.provide(live), Effect.scoped, Effect.runPromise)
}
