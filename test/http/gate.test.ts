/** One gate of the limiter by itself: what answers teach it, and who may go when. */
import { assert, describe, it } from "@effect/vitest"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { RateLimiter } from "effect-pipedrive"
import * as Gate from "../../src/internal/rateLimit/gate.js"
import * as Queue from "../../src/internal/rateLimit/queue.js"
import { answered, ask, make, start } from "../support/gate.js"

const daily = (remaining: number) => ({
  "x-daily-ratelimit-token-limit": "100",
  "x-daily-ratelimit-token-remaining": String(remaining)
})

const take = (gate: Gate.Gate, count: number, now: number) =>
  Array.from({ length: count }, () => Gate.take(gate, ask, now))

it("no more requests are under way than may be", () => {
  const gate = make({ maximumInFlight: 3 })
  const [first] = take(gate, 2, start)
  assert.isTrue(Gate.mayGo(gate, ask, start))
  take(gate, 1, start)
  assert.isFalse(Gate.mayGo(gate, ask, start))
  if (first !== undefined) Gate.abandon(gate, first, true)
  assert.isTrue(Gate.mayGo(gate, ask, start))
})

describe("the day's tokens", () => {
  it("once spent are asked about by one request a minute", () => {
    const gate = make()
    const [first] = take(gate, 1, start)
    if (first !== undefined) answered(gate, first, start, 200, daily(0))
    const refusal = (now: number) => Gate.refusal(gate, ask, now)?._tag
    assert.strictEqual(refusal(start + 59_999), "daily")
    assert.isUndefined(refusal(start + 60_000))
    const [probe] = take(gate, 1, start + 60_000)
    assert.strictEqual(refusal(start + 60_000), "daily")
    if (probe !== undefined) answered(gate, probe, start + 60_100, 429, daily(0))
    assert.strictEqual(refusal(start + 120_000), "daily")
    assert.isUndefined(refusal(start + 120_100))
  })

  it("that are spent say nothing of the limit of two seconds, and hold nobody back for it", () => {
    const gate = make()
    const [first] = take(gate, 5, start)
    if (first !== undefined) answered(gate, first, start + 50, 429, { ...daily(0), "retry-after": "30" })
    assert.deepInclude(gate, { heldUntil: 0, refusedAt: Number.NEGATIVE_INFINITY })
    assert.strictEqual(gate.all.limit, 20)
  })

  it("are reckoned where an answer does not tell what remains, and while a request is under way", () => {
    const gate = make()
    const costly = { ...ask, cost: 4 }
    const first = Gate.take(gate, ask, start)
    answered(gate, first, start, 200, daily(10))
    const second = Gate.take(gate, costly, start)
    const refused = (cost: number) => Gate.refusal(gate, { ...ask, cost }, start)?._tag
    assert.deepStrictEqual([refused(6), refused(7)], [undefined, "daily"])
    answered(gate, second, start)
    assert.deepStrictEqual([refused(6), refused(7)], [undefined, "daily"])
  })
})

describe("a 429", () => {
  const limitAfter = (took: number) => {
    const gate = make()
    const [refused] = take(gate, 5, start)
    if (refused !== undefined) answered(gate, refused, start + took, 429, { "retry-after": "3" })
    assert.strictEqual(gate.heldUntil, start + took + 3020)
    return gate.all.limit
  }

  it("lets as many go as got through with it, but for one that comes when those are forgotten", () => {
    assert.strictEqual(limitAfter(2000), 4)
    assert.strictEqual(limitAfter(2001), 20)
  })

  it("is followed by twice the patience, up to ten minutes, before a little more is tried", () => {
    const gate = make()
    let now = start
    const patience: Array<number> = []
    for (let n = 0; n < 7; n++) {
      const permits = take(gate, 16, now)
      const [refused, ...others] = permits
      for (const permit of others) answered(gate, permit, now)
      if (refused !== undefined) answered(gate, refused, now, 429)
      patience.push(gate.all.patience)
      const { limit } = gate.all
      now += 5000
      // a full window before, and one after
      for (const [wait, expected] of [
        [gate.all.patience - 5001, limit],
        [gate.all.patience - 5000, limit + 1]
      ] as const) {
        const at = now + wait
        assert.isTrue(Gate.mayGo(gate, ask, at))
        for (const permit of take(gate, limit, at)) answered(gate, permit, at)
        assert.strictEqual(gate.all.limit, expected)
        gate.all.log.length = 0
      }
      now += gate.all.patience
      gate.all.limit = limit
    }
    assert.deepStrictEqual(patience, [20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000])
  })

  it("of a request that was under way at the refusal before adds no patience", () => {
    const gate = make()
    for (const permit of take(gate, 3, start)) answered(gate, permit, start + 100, 429)
    assert.strictEqual(gate.all.patience, 20_000)
  })
})

describe("the headers of an answer", () => {
  const told = (limit: number, remaining: number, reset = "2") => ({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": reset
  })

  it("tell what others took, which counts once, and for two seconds at most", () => {
    for (const [reset, until] of [
      ["1", 1120],
      ["60", 2120]
    ] as const) {
      const gate = make()
      const [first, second] = take(gate, 2, start)
      if (first !== undefined) answered(gate, first, start + 100, 200, told(40, 30, reset))
      if (second !== undefined) answered(gate, second, start + 100, 200, told(40, 30, reset))
      const others = gate.all.log.flatMap((place) => ("releaseAt" in place ? [place.releaseAt - start] : []))
      assert.deepStrictEqual(others, Array(8).fill(until))
    }
  })

  it("tell the limit, if anybody could mean it", () => {
    for (const [limit, expected] of [
      [100_000, 100_000],
      [100_001, 20],
      [0, 20]
    ] as const) {
      const gate = make()
      for (const permit of take(gate, 1, start)) answered(gate, permit, start, 200, told(limit, limit))
      assert.strictEqual(gate.all.limit, expected)
    }
  })

  it("do not undo what a refusal taught, until they tell another limit; a tenth is always tried", () => {
    const gate = make()
    for (const permit of take(gate, 1, start)) answered(gate, permit, start, 200, told(40, 39))
    const later = start + 10_000
    assert.isTrue(Gate.mayGo(gate, ask, later))
    for (const permit of take(gate, 1, later)) answered(gate, permit, later, 429, told(40, 0))
    assert.strictEqual(gate.all.limit, 4)
    for (const permit of take(gate, 1, later)) answered(gate, permit, later, 200, told(40, 40))
    assert.strictEqual(gate.all.limit, 4)
    for (const permit of take(gate, 1, later)) answered(gate, permit, later, 200, told(80, 80))
    assert.strictEqual(gate.all.limit, 80)
  })

  it("tell of the day's limit until another is told, of which a part is left to others, rounded up", () => {
    const gate = make({ dailyReserve: 0.101 })
    const left = (remaining: number, headers: Record<string, string> = {}) => {
      const all = { "x-daily-ratelimit-token-remaining": String(remaining), ...headers }
      for (const permit of take(gate, 1, start)) answered(gate, permit, start, 200, all)
      return Gate.refusal(gate, ask, start)
    }
    assert.isUndefined(left(50, { "x-daily-ratelimit-token-limit": "100" }))
    assert.isUndefined(left(12))
    assert.deepStrictEqual(left(11), { _tag: "daily", limit: 100, remaining: 11, reserved: 11 })
  })
})

describe("a place", () => {
  it("is settled once, and given back to the searches, too", () => {
    const gate = make()
    const permit = Gate.take(gate, { ...ask, search: true }, start)
    Gate.abandon(gate, permit, false)
    Gate.abandon(gate, permit, false)
    answered(gate, permit, start)
    assert.deepInclude(gate, { inFlight: 0, pending: 0 })
    assert.deepStrictEqual([gate.all.log, gate.search.log], [[], []])
  })

  it("is waited for as long as the policy waits, and not longer", () => {
    const gate = make()
    gate.heldUntil = start + 60_000
    assert.isUndefined(Gate.refusal(gate, ask, start))
    assert.deepStrictEqual(Gate.refusal(gate, ask, start - 1), { _tag: "burst", wait: 60_001 })
  })
})

it("a 429 where our own requests fill the limit keeps them further apart, and does not lower it", () => {
  const gate = make()
  const headers = { "x-ratelimit-limit": "3" }
  for (const permit of take(gate, 3, start)) answered(gate, permit, start + 10, 200, headers)
  const later = start + 2050
  for (const permit of take(gate, 1, later - 100)) answered(gate, permit, later, 429, headers)
  assert.strictEqual(gate.all.limit, 3)
  assert.strictEqual(gate.latency.doubtedUntil, later + 10_000)
})

it("a gate that is not to learn heeds refusals only", () => {
  const gate = make({ learning: false })
  for (const permit of take(gate, 30, start)) {
    answered(gate, permit, start, 200, { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", ...daily(0) })
  }
  assert.isTrue(Gate.mayGo(gate, ask, start))
  assert.isUndefined(Gate.refusal(gate, ask, start))
  for (const permit of take(gate, 1, start)) answered(gate, permit, start, 429, { "retry-after": "5" })
  assert.isFalse(Gate.mayGo(gate, ask, start + 5019))
  assert.isTrue(Gate.mayGo(gate, ask, start + 5020))
  assert.strictEqual(gate.all.limit, 30)
  for (const permit of take(gate, 1, start + 5020))
    answered(gate, permit, start + 5030, 200, { "x-ratelimit-limit": "40" })
  assert.strictEqual(gate.all.limit, 30)
  // a minute after the last refusal it lets requests go as they come
  assert.isTrue(Gate.mayGo(gate, ask, start + 60_001))
  assert.strictEqual(gate.all.limit, Number.POSITIVE_INFINITY)
})

describe("a gate is forgotten", () => {
  it("when its requests count no longer, and none is being made ready", () => {
    const gate = make()
    for (const permit of take(gate, 1, start)) answered(gate, permit, start + 10)
    assert.isFalse(Gate.isIdle(gate, start + 4020))
    assert.isTrue(Gate.isIdle(gate, start + 4021))
    gate.taking = true
    assert.isFalse(Gate.isIdle(gate, start + 4021))
  })

  it("not while it is in use, however many others come", () => {
    const gates = Queue.make(make().settings)
    const gate = gates.of("used", start)
    for (const permit of take(gate, 1, start)) answered(gate, permit, start)
    for (let n = 0; n < 3000; n++) gates.of(`other ${n}`, start + 4000)
    assert.strictEqual(gates.of("used", start + 4000), gate)
    for (let n = 0; n < 3000; n++) gates.of(`yet another ${n}`, start + 4021)
    assert.notStrictEqual(gates.of("used", start + 4021), gate)
    assert.isBelow(gates.size(), 3000)
  })

  it("a minute or two later where few come", () => {
    const gates = Queue.make(make().settings)
    gates.of("idle", start)
    for (const later of [60_000, 120_000, 180_000]) gates.of("used", start + later)
    assert.strictEqual(gates.size(), 1)
  })
})

describe("the gates of accounts", () => {
  it("cost the same work however many accounts come, and go when they are idle", () => {
    const gates = Queue.make(make().settings)
    let most = 0
    const started = performance.now()
    for (let n = 0; n < 30_000; n++) {
      const now = start + Math.floor((n * 50_000) / 30_000)
      const gate = gates.of(`account ${n}`, now)
      Gate.abandon(gate, Gate.take(gate, ask, now), true)
      most = Math.max(most, gates.size())
    }
    // 30,000 newcomers at 600 a second, each of which counts for a little over four seconds
    assert.isAtMost(most, 10_000)
    assert.isBelow(performance.now() - started, 2000)
    // few calls of one account are enough to forget the rest
    for (const later of [60_000, 120_000, 180_000]) gates.of("another", start + 50_000 + later)
    assert.isAtMost(gates.size(), 1)
  })

  it("stay while somebody waits, is under way or is to pause, and while they are used", () => {
    const gates = Queue.make(make().settings)
    const under = gates.of("under way", start)
    const permit = Gate.take(under, ask, start)
    const waiting = gates.of("waiting", start)
    waiting.queue.all.push({ ask, turn: 0, resume: undefined, outcome: undefined, granted: undefined })
    const paused = gates.of("paused", start)
    paused.heldUntil = start + 300_000
    const used = gates.of("used", start)
    gates.of("idle", start)
    for (let now = start; now < start + 290_000; now += 10_000) assert.strictEqual(gates.of("used", now), used)
    assert.strictEqual(gates.size(), 4)
    assert.strictEqual(gates.of("under way", start + 290_000), under)
    assert.strictEqual(gates.of("waiting", start + 290_000), waiting)
    assert.strictEqual(gates.of("paused", start + 290_000), paused)
    Gate.abandon(under, permit, true)
    waiting.queue.all.pop()
    for (let now = start + 400_000; now < start + 700_000; now += 70_000) gates.of("used", now)
    assert.strictEqual(gates.size(), 1)
  })
})

describe("who waits", () => {
  it.effect("and is interrupted just when a place was granted gives it back", () =>
    Effect.gen(function* () {
      const gate = make({ maximumInFlight: 1 })
      const [first] = take(gate, 1, yield* Effect.clockWith((clock) => clock.currentTimeMillis))
      const waiting = yield* Effect.fork(Queue.wait(gate, ask, Queue.turn(gate)))
      while (!Queue.isWaitedFor(gate)) yield* Effect.yieldNow()
      if (first !== undefined) Gate.abandon(gate, first, false)
      yield* Queue.pump(gate)
      assert.strictEqual(gate.inFlight, 1)
      waiting.unsafeInterruptAsFork(FiberId.none)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(waiting)))
      assert.strictEqual(gate.inFlight, 0)
      assert.lengthOf(gate.all.log, 0)
    })
  )

  /** How often a place is taken where each is slept away by so many milliseconds, or the store takes so long to answer. */
  const taken = (late: ReadonlyArray<number>, { answering = 0, delay = 100 } = {}) =>
    Effect.gen(function* () {
      const left = [...late]
      let count = 0
      const shared: RateLimiter.Budget = {
        take: () =>
          Effect.suspend(() => {
            count++
            return Effect.as(
              TestClock.testClockWith((test) => test.sleep(Duration.millis(answering))),
              delay
            )
          })
      }
      const gate = make({ shared })
      const clock = yield* Effect.clock
      const oversleeping: Clock.Clock = {
        ...clock,
        currentTimeMillis: clock.currentTimeMillis,
        currentTimeNanos: clock.currentTimeNanos,
        unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis(),
        unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
        sleep: (duration) => clock.sleep(Duration.sum(duration, Duration.millis(left.shift() ?? 0)))
      } as Clock.Clock
      const waiting = yield* Effect.fork(Effect.withClock(Queue.wait(gate, ask, Queue.turn(gate)), oversleeping))
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(Option.isSome(yield* Fiber.poll(waiting)))
      return count
    })

  it.effect("among processes uses no place that comes too late, unless it always does", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* taken([]), 1)
      assert.strictEqual(yield* taken([80]), 1)
      assert.strictEqual(yield* taken([81]), 2)
      assert.strictEqual(yield* taken([200, 200, 200, 200]), 3)
    })
  )

  it.effect("among processes counts how long the store took to answer as late, for a place at once, too", () =>
    Effect.gen(function* () {
      for (const delay of [0, 100]) {
        assert.strictEqual(yield* taken([], { answering: 80, delay }), 1)
        assert.strictEqual(yield* taken([], { answering: 81, delay }), 3)
        assert.strictEqual(yield* taken([40], { answering: 40, delay: 100 }), 1)
        assert.strictEqual(yield* taken([41], { answering: 40, delay: 100 }), 2)
      }
    })
  )
})
