/** What is made of a token store that fails, throws, hangs, or locks in its own way. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { PipedriveError, type TokenStore } from "effect-pipedrive"
import * as StoreAccess from "../../src/internal/oauth/storeAccess.js"
import * as Tracing from "../support/tracing.js"

const token: TokenStore.Token = {
  accessToken: Redacted.make("access"),
  refreshToken: Redacted.make("refresh"),
  issuedAt: 0,
  expiresAt: 1000,
  apiDomain: undefined,
  scope: []
}

const store = (service: Partial<TokenStore.Service>): TokenStore.Service => ({
  load: () => Effect.succeedNone,
  save: () => Effect.void,
  clear: () => Effect.void,
  list: Effect.succeed([]),
  withLock: () => (effect) => effect,
  lockTimeout: Duration.seconds(30),
  ...service
})

const access = (service: Partial<TokenStore.Service>) => StoreAccess.make(store(service), "acme", [])

const failure = (more: Partial<PipedriveError.AuthError> = {}) =>
  new PipedriveError.AuthError({ reason: "TokenStore", description: "down", transient: true, ...more })

const told = ({ attempts, description, reason, transient }: PipedriveError.AuthError) => ({
  attempts,
  description,
  reason,
  transient
})

/** All that is asked of a store, by the name that its faults have. */
const steps = (
  effect: Effect.Effect<never, PipedriveError.AuthError>
): ReadonlyArray<readonly [name: string, step: Effect.Effect<unknown, PipedriveError.AuthError>]> => {
  const { clear, load, save } = access({ load: () => effect, save: () => effect, clear: () => effect })
  return [
    ["load", load],
    ["save", save(token)],
    ["clear", clear]
  ]
}

describe("a store", () => {
  it.effect("is asked three times, after a wait that doubles", () =>
    Effect.gen(function* () {
      const at: Array<number> = []
      const down = Effect.zipRight(
        Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.sync(() => at.push(now))),
        Effect.fail(failure())
      )
      for (const [name, step] of steps(down)) {
        at.length = 0
        const start = yield* Clock.currentTimeMillis
        const asking = yield* Effect.fork(Effect.flip(step))
        yield* TestClock.adjust("1 second")
        const error = yield* Fiber.join(asking)
        assert.deepStrictEqual(told(error), { attempts: 3, description: "down", reason: "TokenStore", transient: true })
        assert.deepStrictEqual(
          at.map((one) => one - start),
          [0, 100, 300],
          name
        )
      }
    })
  )

  it.effect("is not asked again where that does not help", () =>
    Effect.gen(function* () {
      let count = 0
      const broken = Effect.zipRight(
        Effect.sync(() => count++),
        Effect.fail(failure({ reason: "InvalidToken", transient: false }))
      )
      for (const [name, step] of steps(broken)) {
        count = 0
        assert.strictEqual((yield* Effect.flip(step)).reason, "InvalidToken")
        assert.strictEqual(count, 1, name)
      }
    })
  )

  it.effect("that throws or hangs is an error that says in what", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [effect: Effect.Effect<never, PipedriveError.AuthError>, words: string]> = [
        [Effect.die(new TypeError("secret")), "failed: TypeError"],
        [Effect.die("secret"), "failed: defect"],
        [Effect.never, "did not end within 10s"],
        [Effect.uninterruptible(Effect.never), "did not end within 10s"]
      ]
      for (const [effect, words] of cases) {
        const all = [
          ...steps(effect).map(([name, step]) => [name, 3, step] as const),
          ["list", 1, StoreAccess.listOf(store({ list: effect }))] as const
        ]
        for (const [name, attempts, step] of all) {
          const asking = yield* Effect.fork(Effect.flip(step))
          yield* TestClock.adjust("9999 millis")
          if (words.startsWith("did")) assert.isTrue(Option.isNone(yield* Fiber.poll(asking)))
          yield* TestClock.adjust("30 seconds")
          assert.deepStrictEqual(told(yield* Fiber.join(asking)), {
            attempts,
            description: `the token store's ${name} ${words}`,
            reason: "TokenStore",
            transient: true
          })
        }
      }
    })
  )

  it.effect("makes no spans, which could hold a token", () =>
    Effect.gen(function* () {
      const { run, names } = Tracing.recorder()
      const { clear, load, save } = access({
        load: () => Effect.withSpan(Effect.succeedNone, "own"),
        save: () => Effect.withSpan(Effect.void, "own"),
        clear: () => Effect.withSpan(Effect.void, "own")
      })
      const list = StoreAccess.listOf(store({ list: Effect.withSpan(Effect.succeed(["a"]), "own") }))
      yield* run(Effect.withSpan(Effect.all([load, save(token), clear, list]), "ours"))
      assert.deepStrictEqual(names(), ["ours"])
      assert.deepStrictEqual(yield* list, ["a"])
    })
  )

  it.effect("gives a token that is checked, or none", () =>
    Effect.gen(function* () {
      const loaded = (found: unknown) => access({ load: () => Effect.succeed(found as never) }).load
      assert.deepStrictEqual(yield* loaded(Option.some(token)), token)
      for (const none of [Option.none(), undefined, null, "x", {}]) assert.isUndefined(yield* loaded(none))
      const error = yield* Effect.flip(loaded(Option.some({ ...token, apiDomain: "https://evil.example" })))
      assert.strictEqual(error.reason, "UntrustedDomain")
      assert.include((yield* Effect.flip(loaded(Option.some({})))).description, 'the stored token of account "acme"')
    })
  )
})

describe("what is run under a store's lock", () => {
  const inside = Effect.succeed("done")

  it.effect("is given back, whatever the lock makes of it", () =>
    Effect.gen(function* () {
      const locks: ReadonlyArray<TokenStore.Service["withLock"]> = [
        () => (effect) => effect,
        () => (effect) => Effect.zipRight(effect, Effect.fail(failure())),
        () => (effect) => Effect.zipRight(effect, Effect.die("x")),
        () => (effect) => Effect.zipRight(effect, Effect.never),
        () => (effect) => Effect.as(effect, undefined as never)
      ]
      for (const withLock of locks) {
        const running = yield* Effect.fork(access({ withLock }).underLock(inside))
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* Fiber.poll(running), Option.some(Exit.succeed("done")))
      }
      const error = failure({ description: "ours", attempts: 7 })
      assert.strictEqual(yield* Effect.flip(access({}).underLock(Effect.fail(error))), error)
    })
  )

  it.effect("fails where the lock does", () =>
    Effect.gen(function* () {
      const words = "the token store's lock"
      const locks: ReadonlyArray<
        readonly [withLock: TokenStore.Service["withLock"], description: string, attempts: number]
      > = [
        [() => () => Effect.fail(failure({ description: "no lock" })), "no lock", 1],
        [() => () => Effect.fail(failure({ description: "no lock", attempts: 5 })), "no lock", 5],
        [() => () => Effect.die(new TypeError("secret")), `${words} failed: TypeError`, 1],
        [() => () => Effect.die("secret"), `${words} failed: defect`, 1],
        [() => () => Effect.succeed("x" as never), `${words} ended without running what it was given`, 1]
      ]
      for (const [withLock, description, attempts] of locks) {
        const error = yield* Effect.flip(access({ withLock }).underLock(inside))
        assert.deepInclude(told(error), { description, attempts, reason: "TokenStore", transient: true })
      }
    })
  )

  it.effect("is not waited for for ever, and does not run when nobody waits any more", () =>
    Effect.gen(function* () {
      const free = yield* Deferred.make<void>()
      let count = 0
      const { underLock } = access({
        lockTimeout: Duration.seconds(1),
        // what waits so cannot be interrupted
        withLock: () => (effect) => Effect.uninterruptible(Effect.zipRight(Deferred.await(free), effect))
      })
      const waiting = yield* Effect.fork(Effect.flip(underLock(Effect.sync(() => count++))))
      yield* TestClock.adjust("11999 millis")
      // the time is over now, and what waits is given another ten seconds to leave
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* TestClock.adjust("10001 millis")
      const error = yield* Fiber.join(waiting)
      assert.strictEqual(error.description, 'the tokens of account "acme" were locked by another refresh for 12s')
      yield* Deferred.succeed(free, undefined)
      for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow()
      assert.strictEqual(count, 0)
    })
  )

  it.effect("is not waited for by who is interrupted before it began, and is by who is later", () =>
    Effect.gen(function* () {
      const early = yield* Effect.fork(access({ withLock: () => () => Effect.never }).underLock(inside))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(early)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(early)))
      let isDone = false
      const work = Effect.zipRight(
        Effect.sleep("25 seconds"),
        Effect.sync(() => (isDone = true))
      )
      const late = yield* Effect.fork(access({}).underLock(work))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interruptFork(late)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual([yield* Fiber.poll(late), isDone], [Option.none(), false])
      yield* TestClock.adjust("4 seconds")
      assert.isTrue(isDone)
      yield* Fiber.await(late)
    })
  )
})
