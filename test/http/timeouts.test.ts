import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Auth, HttpLayer, PipedriveError } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"

const silent = Fake.make("hang")
const get = Robots.get({ id: 1 }).pipe(Effect.provide(silent.live))

/** How a call ends when so many seconds have passed; `undefined` while it goes on. */
const within = <A, E>(seconds: number, call: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(call)
    for (let n = 0; n < seconds; n++) yield* TestClock.adjust("1 second")
    const exit = yield* Fiber.poll(fiber)
    yield* Fiber.interrupt(fiber)
    return exit._tag === "None" ? undefined : exit.value
  })

const failure = <A>(exit: Exit.Exit<A, PipedriveError.PipedriveError> | undefined) =>
  exit !== undefined && Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

describe("a server that never answers", () => {
  it.effect("is given up after 30 seconds, four times more, and after two minutes in all", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* within(29, get.pipe(HttpLayer.withPolicy({ retries: 0 }))))
      const once = failure(yield* within(30, get.pipe(HttpLayer.withPolicy({ retries: 0 }))))
      assert.deepInclude(once, { _tag: "Timeout", of: "attempt", attempts: 1, duration: Duration.seconds(30) })
      assert.include(once?.message, "no answer within 30s")
      const all = failure(yield* within(120, get))
      assert.deepInclude(all, { _tag: "Timeout", of: "call", duration: Duration.minutes(2) })
    })
  )

  it.effect("is a Timeout and no interruption, whichever limit passed, and whatever the transport does then", () =>
    Effect.gen(function* () {
      const transports = {
        hangs: Effect.never,
        "is slow to end": Effect.onInterrupt(Effect.never, () => Effect.sleep("1 second")),
        "fails when it is interrupted": Effect.onInterrupt(Effect.never, () => Effect.die("broken")),
        "is interrupted from within": Effect.zipRight(Effect.sleep("2 seconds"), Effect.never)
      }
      const limits = {
        attempt: { timeout: "3 seconds", retries: 0 },
        call: { timeout: "1 minute", totalTimeout: "3 seconds" },
        "attempt, sent again": { timeout: "1 second", retries: 1, backoff: "10 millis" }
      } as const
      for (const [name, does] of Object.entries(transports)) {
        for (const [limit, policy] of Object.entries(limits)) {
          const client = Layer.succeed(
            HttpClient.HttpClient,
            HttpClient.make(() => does)
          )
          const live = Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), client)
          const exit = yield* within(8, Robots.get({ id: 1 }).pipe(HttpLayer.withPolicy(policy), Effect.provide(live)))
          assert.strictEqual(failure(exit)?._tag, "Timeout", `${name}: ${limit}`)
          assert.isTrue(exit !== undefined && Exit.isFailure(exit) && !Cause.isInterrupted(exit.cause), name)
        }
      }
    })
  )

  it.effect("may be given up sooner, per call", () =>
    Effect.gen(function* () {
      const call = get.pipe(HttpLayer.withPolicy({ timeout: "3 seconds", retries: 0 }))
      assert.strictEqual(failure(yield* within(3, call))?._tag, "Timeout")
      const whole = get.pipe(HttpLayer.withPolicy({ totalTimeout: "1 second" }))
      assert.deepInclude(failure(yield* within(1, whole)), { _tag: "Timeout", of: "call" })
    })
  )

  it.effect("may be waited for without end", () =>
    Effect.gen(function* () {
      const call = get.pipe(HttpLayer.withPolicy({ timeout: Duration.infinity, totalTimeout: Duration.infinity }))
      assert.isUndefined(yield* within(1000, call))
    })
  )

  it.effect("is given up even where the caller cannot be interrupted", () =>
    Effect.gen(function* () {
      const call = Effect.uninterruptible(get.pipe(HttpLayer.withPolicy({ timeout: "1 second", retries: 0 })))
      assert.strictEqual(failure(yield* within(1, call))?._tag, "Timeout")
    })
  )

  it.effect("includes one that stops in the middle of its answer", () =>
    Effect.gen(function* () {
      const stuck = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))
      const call = Robots.get({ id: 1 }).pipe(
        HttpLayer.withPolicy({ timeout: "1 second", retries: 0 }),
        Effect.provide(Fake.make(stuck).live)
      )
      assert.strictEqual(failure(yield* within(1, call))?._tag, "Timeout")
    })
  )

  it.effect("or an authorization that never comes, which is said: a POST may be sent again then", () =>
    Effect.gen(function* () {
      const auth = Layer.succeed(Auth.Auth, {
        authorize: () => Effect.uninterruptible(Effect.never),
        recover: () => Effect.succeed(false)
      })
      const call = Robots.add({ name: "R" }).pipe(
        HttpLayer.withPolicy({ timeout: "1 second", retries: 0 }),
        Effect.provide(Layer.merge(auth, silent.layer))
      )
      const error = failure(yield* within(1, call))
      assert.deepInclude(error, {
        _tag: "AuthError",
        reason: "TokenEndpoint",
        endpoint: "v2.Robots.add",
        method: "POST"
      })
      assert.include(error?.message, "not ready within 1s")
      assert.isTrue(error !== undefined && PipedriveError.isRetryable(error))
    })
  )
})

it.effect("under a clock of one's own a call leaves nobody asleep, however it ends", () =>
  Effect.gen(function* () {
    let asleep = 0
    const clock: Clock.Clock = Object.assign(Object.create(Clock.make()), {
      sleep: () =>
        Effect.suspend(() => {
          asleep++
          return Effect.onExit(Effect.never, () => Effect.sync(() => asleep--))
        })
    })
    const fake = Fake.make(Fake.ok({ id: 1 }), Fake.json(404, {}))
    yield* Effect.gen(function* () {
      yield* Effect.provide(Robots.get({ id: 1 }), fake.live)
      yield* Effect.flip(Effect.provide(Robots.get({ id: 1 }), fake.live))
      const fiber = yield* Effect.fork(get)
      for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow()
      assert.strictEqual(asleep, 1)
      yield* Fiber.interrupt(fiber)
      for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow()
    }).pipe(Effect.withClock(clock))
    assert.strictEqual(asleep, 0)
  })
)

describe("under the live clock", () => {
  /** A transport that answers after a while, and tells whether it was let finish. */
  const slow = (millis: number) => {
    const ended: Array<string> = []
    const client = HttpClient.make((request) =>
      Effect.onExit(
        Effect.flatMap(Effect.sleep(millis), () => Effect.dieMessage(request.url)),
        (exit) => Effect.sync(() => ended.push(Exit.isInterrupted(exit) ? "interrupted" : "finished"))
      )
    )
    return {
      ended,
      live: Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), Layer.succeed(HttpClient.HttpClient, client))
    }
  }
  const quick = HttpLayer.withPolicy({ timeout: "20 millis", retries: 0 })

  it.live("time runs out, and the request is interrupted", () =>
    Effect.gen(function* () {
      const { ended, live } = slow(5000)
      const error = yield* Robots.get({ id: 1 }).pipe(quick, Effect.flip, Effect.provide(live))
      assert.deepInclude(error, { _tag: "Timeout", of: "attempt" })
      yield* Effect.yieldNow()
      assert.deepStrictEqual(ended, ["interrupted"])
    })
  )

  it.live("an interrupted call interrupts its request, and waits for that", () =>
    Effect.gen(function* () {
      const { ended, live } = slow(5000)
      const fiber = yield* Effect.fork(Robots.get({ id: 1 }).pipe(Effect.provide(live)))
      yield* Effect.sleep(20)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(ended, ["interrupted"])
    })
  )

  it.live("time runs out for a caller that cannot be interrupted, too, and its request is", () =>
    Effect.gen(function* () {
      const { ended, live } = slow(5000)
      const call = Robots.get({ id: 1 }).pipe(quick, Effect.flip, Effect.provide(live))
      assert.deepInclude(yield* Effect.uninterruptible(call), { _tag: "Timeout", of: "attempt" })
      yield* Effect.sleep(20)
      assert.deepStrictEqual(ended, ["interrupted"])
    })
  )

  it.live("a limit of more milliseconds than a timer can count is none", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) =>
        Effect.delay(
          Effect.sync(() => HttpClientResponse.fromWeb(request, Fake.ok({ id: 1 }))),
          "50 millis"
        )
      )
      const live = Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), Layer.succeed(HttpClient.HttpClient, client))
      for (const timeout of [2 ** 31, "30 days", Duration.infinity] as const) {
        const { data } = yield* Robots.get({ id: 1 }).pipe(
          HttpLayer.withPolicy({ timeout, totalTimeout: "60 days", retries: 0 }),
          Effect.provide(live)
        )
        assert.strictEqual(data.id, 1)
      }
    })
  )

  it.live("a call leaves no timer behind, however it ends", () =>
    Effect.gen(function* () {
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
      const before = timers()
      const fake = Fake.make(Fake.ok({ id: 1 }))
      const missing = Fake.make(Fake.json(404, {}))
      const call = Robots.get({ id: 1 }).pipe(HttpLayer.withPolicy({ timeout: "1 hour", totalTimeout: "2 hours" }))
      for (let n = 0; n < 20; n++) {
        yield* Effect.provide(call, fake.live)
        yield* Effect.flip(Effect.provide(call, missing.live))
        const fiber = yield* Effect.fork(Effect.provide(call, silent.live))
        yield* Effect.yieldNow()
        yield* Effect.promise(() => Promise.resolve())
        yield* Fiber.interrupt(fiber)
      }
      assert.isBelow(timers() - before, 10)
    })
  )

  it.live("a call leaves no line in the log and no fiber, whether it fails or not", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => lines.push(String(message)))
      )
      const fake = Fake.make(Fake.ok({ id: 1 }), Fake.json(404, {}))
      const call = Robots.get({ id: 1 }).pipe(Effect.either, Effect.provide(fake.live))
      yield* Effect.all([call, call]).pipe(Logger.withMinimumLogLevel(LogLevel.All), Effect.provide(logger))
      assert.deepStrictEqual(lines, [])
    })
  )
})
