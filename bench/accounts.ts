/**
 * Many accounts in one process: what an idle one costs, how long a switch takes, and that none is mixed up.
 *
 *   npx tsx --expose-gc --tsconfig bench/tsconfig.json bench/accounts.ts
 */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import { Accounts, Auth, TokenStore } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"

const count = Number(process.env.ACCOUNTS ?? 10_000)
const calls = Number(process.env.CALLS ?? 100_000)

/** Answers with the bearer that it was asked with. */
const echo = HttpClient.make((request) =>
  Effect.succeed(
    HttpClientResponse.fromWeb(
      request,
      Response.json({ success: true, data: [{ id: Number(request.headers.authorization?.split("-")[1] ?? 0) }] })
    )
  )
)

const live = Accounts.layer({
  clientId: "id",
  clientSecret: "secret",
  redirectUri: "https://example.com/callback",
  idleTimeToLive: "1 hour"
}).pipe(Layer.provideMerge(Layer.merge(Layer.succeed(HttpClient.HttpClient, echo), TokenStore.layerMemory)))

const heap = Effect.sync(() => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
})

const clocked = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toMillis(duration))

const request = HttpClientRequest.get("/api/v2/deals")

const program = Effect.gen(function* () {
  const store = yield* TokenStore.TokenStore
  const now = Date.now()
  for (let i = 1; i <= count; i++) {
    yield* store.save(String(i), {
      accessToken: Redacted.make(`access-${i}-${"x".repeat(700)}`),
      refreshToken: Redacted.make(`refresh-${i}-${"x".repeat(700)}`),
      issuedAt: now,
      expiresAt: now + 3_600_000,
      apiDomain: `https://c${i}.pipedrive.com`,
      scope: ["base"]
    })
  }
  const everyone = Array.from({ length: count }, (_, i) => i + 1)
  const signed = (account: number) =>
    Effect.flatMap(Auth.Auth, ({ authorize }) => authorize(request)).pipe(Accounts.provide(account))
  const before = yield* heap
  const woken = yield* clocked(Effect.forEach(everyone, signed, { discard: true }))
  const after = yield* heap
  const switching = yield* clocked(Effect.forEach(everyone, signed, { discard: true }))
  let mixed = 0
  const one = Effect.gen(function* () {
    const account = yield* Random.nextIntBetween(1, count + 1)
    const { data } = yield* Deals.list().pipe(Accounts.provide(account))
    if (data[0]?.id !== account) mixed++
  })
  const calling = yield* clocked(Effect.replicateEffect(one, calls, { concurrency: 100, discard: true }))
  return {
    accounts: count,
    bytesPerIdleAccount: Math.round((after - before) / count),
    microsecondsToMakeReady: Math.round((woken / count) * 1000),
    microsecondsToSwitch: Math.round((switching / count) * 1000),
    calls,
    microsecondsPerCall: Math.round((calling / calls) * 1000),
    mixed
  }
})

Effect.runPromise(Effect.scoped(Effect.provide(program, live))).then((figures) => console.log(figures))
