/** The queue of one credential by itself: who goes when, who is sent away, and what is left behind by who leaves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { RateLimiter } from "effect-pipedrive"
import * as Gate from "../../src/internal/rateLimit/gate.js"
import * as Queue from "../../src/internal/rateLimit/queue.js"
import { ask, make, searching, start } from "../support/gate.js"

/** Lets all fibers do what they can now. */
const settled = Effect.repeat(Effect.yieldNow(), { times: 20 })

/** Those that wait, by name, and how it ended for them, in that order. */
const waiters = (gate: Gate.Gate) => {
  const ended: Array<unknown> = []
  const permits: Array<Gate.Permit> = []
  const join = (name: string, asked: Gate.Ask = ask, turn = Queue.turn(gate)) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(
        Effect.map(Effect.either(Queue.wait(gate, asked, turn)), (result) => {
          if (Either.isRight(result)) permits.push(result.right)
          ended.push(Either.match(result, { onLeft: (refusal) => [name, refusal], onRight: () => name }))
        })
      )
      yield* settled
      return fiber
    })
  /** The one that went first is done. */
  const leave = Effect.suspend(() => {
    const permit = permits.shift()
    if (permit !== undefined) Gate.abandon(gate, permit, false)
    return Effect.zipRight(Queue.pump(gate), settled)
  })
  return { ended, join, leave }
}

/** A gate of which one place is taken, and no more are there. */
const full = (settings: Parameters<typeof make>[0] = {}) => {
  const gate = make({ maximumInFlight: 1, ...settings })
  const permit = Gate.take(gate, ask, 0)
  const free = Effect.suspend(() => {
    Gate.abandon(gate, permit, false)
    return Effect.zipRight(Queue.pump(gate), settled)
  })
  return { gate, free }
}

const held = (until: number, settings: Parameters<typeof make>[0] = {}) =>
  Object.assign(make(settings), { heldUntil: until })

describe("who comes", () => {
  it("goes at once where nobody is before it, and nothing stands against it", () => {
    const enter = (gate: Gate.Gate) => Queue.enter(gate, ask, start)
    const gate = make({ maximumInFlight: 1 })
    assert.deepInclude(enter(gate), { ask, sent: start })
    assert.strictEqual(gate.inFlight, 1)
    assert.isUndefined(enter(gate))
    const queued = make()
    queued.queue.all.push({ ask, turn: 0, resume: undefined, outcome: undefined, granted: undefined })
    assert.isUndefined(enter(queued))
    assert.isUndefined(enter(held(start + 1)))
    assert.isUndefined(enter(make({ shared: { take: () => Effect.succeed(0) } })))
    const spent = make()
    spent.daily = { limit: 100, remaining: 0, at: start }
    assert.isUndefined(enter(spent))
    for (const one of [queued, spent]) assert.strictEqual(one.inFlight, 0)
  })

  it("has the next turn", () => {
    const gate = make()
    assert.deepStrictEqual([Queue.turn(gate), Queue.turn(gate), Queue.turn(gate)], [0, 1, 2])
  })

  it.effect("need not wait where there is room", () =>
    Effect.gen(function* () {
      const gate = make()
      const { ended, join } = waiters(gate)
      yield* join("a")
      yield* join("b")
      assert.deepStrictEqual(ended, ["a", "b"])
      assert.isFalse(Queue.isWaitedFor(gate))
      assert.isUndefined(gate.timer)
    })
  )
})

describe("a queue", () => {
  it.effect("is in the order of turns, of which one that comes back has an early one", () =>
    Effect.gen(function* () {
      const { free, gate } = full()
      const { ended, join, leave } = waiters(gate)
      for (const turn of [1, 4, 2, 3, 0, 5]) yield* join(String(turn), ask, turn)
      assert.isTrue(Queue.isWaitedFor(gate))
      assert.deepStrictEqual(ended, [])
      yield* free
      assert.deepStrictEqual(ended, ["0"])
      for (let n = 0; n < 6; n++) yield* leave
      assert.deepStrictEqual(ended, ["0", "1", "2", "3", "4", "5"])
      assert.isFalse(Queue.isWaitedFor(gate))
    })
  )

  it.effect("of searches and one of the rest are one in their order", () =>
    Effect.gen(function* () {
      for (const [turns, order] of [
        [
          [0, 1],
          ["search", "other"]
        ],
        [
          [1, 0],
          ["other", "search"]
        ]
      ] as const) {
        const { free, gate } = full()
        const { ended, join, leave } = waiters(gate)
        yield* join("search", searching, turns[0])
        yield* join("other", ask, turns[1])
        assert.deepStrictEqual([gate.queue.search.length, gate.queue.all.length], [1, 1])
        yield* free
        assert.deepStrictEqual(ended, order.slice(0, 1))
        yield* leave
        assert.deepStrictEqual(ended, [...order])
      }
    })
  )

  it.effect("lets the rest by where searches wait for their own limit", () =>
    Effect.gen(function* () {
      const gate = make()
      gate.search.limit = 1
      Gate.abandon(gate, Gate.take(gate, searching, 0), true)
      const { ended, join } = waiters(gate)
      yield* join("search", searching)
      yield* join("other")
      assert.deepStrictEqual(ended, ["other"])
      yield* TestClock.adjust("1900 millis")
      assert.deepStrictEqual(ended, ["other"])
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(ended, ["other", "search"])
    })
  )

  it.effect("is left without a trace, and the next one goes on", () =>
    Effect.gen(function* () {
      for (const asked of [ask, searching]) {
        const { free, gate } = full()
        const { ended, join } = waiters(gate)
        const first = yield* join("a", asked)
        const second = yield* join("b", asked)
        yield* join("c", asked)
        yield* Fiber.interrupt(second)
        assert.strictEqual(gate.queue.all.length + gate.queue.search.length, 2)
        yield* Fiber.interrupt(first)
        yield* free
        assert.deepStrictEqual(ended, ["c"])
        assert.strictEqual(gate.inFlight, 1)
      }
    })
  )

  it.effect("sends away whom it will not do to wait, when it comes or later", () =>
    Effect.gen(function* () {
      const burst = (wait: number) => ({ _tag: "burst", wait })
      const patient = { ...ask, maximumWait: 5000 }
      const gate = held(5001)
      const { ended, join } = waiters(gate)
      yield* join("a", patient)
      yield* join("b", { ...patient, maximumWait: 5001 })
      assert.deepStrictEqual(ended, [["a", burst(5001)]])
      gate.heldUntil = 6000
      yield* Effect.zipRight(Queue.pump(gate), settled)
      assert.deepStrictEqual(ended, [
        ["a", burst(5001)],
        ["b", burst(6000)]
      ])
      assert.isUndefined(gate.timer)
    })
  )
})

describe("a pause", () => {
  it.effect("ends for all when its time is up, whoever set the timer", () =>
    Effect.gen(function* () {
      const gate = held(5000)
      const { ended, join } = waiters(gate)
      const first = yield* join("a")
      yield* join("b")
      const { timer } = gate
      assert.strictEqual(timer?.at, 5000)
      yield* join("c")
      assert.strictEqual(gate.timer, timer)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust(4999)
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ended, ["b", "c"])
      assert.isUndefined(gate.timer)
    })
  )

  it.effect("that is prolonged has one timer, the later one", () =>
    Effect.gen(function* () {
      const gate = held(5000)
      const { ended, join } = waiters(gate)
      yield* join("a")
      const { timer } = gate
      gate.heldUntil = 9000
      yield* Effect.zipRight(Queue.pump(gate), settled)
      assert.strictEqual(gate.timer?.at, 9000)
      assert.isTrue(timer !== undefined && Option.isSome(yield* Fiber.poll(timer.fiber)))
      yield* TestClock.adjust(5000)
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust(4000)
      assert.deepStrictEqual(ended, ["a"])
    })
  )

  it.effect("that nobody waits for has no timer", () =>
    Effect.gen(function* () {
      const gate = held(5000)
      const { join } = waiters(gate)
      const only = yield* join("a")
      const { timer } = gate
      yield* Fiber.interrupt(only)
      yield* settled
      assert.isUndefined(gate.timer)
      assert.isTrue(timer !== undefined && Option.isSome(yield* Fiber.poll(timer.fiber)))
      assert.isFalse(Queue.isWaitedFor(gate))
    })
  )
})

describe("an answer", () => {
  const answer = (status: number, headers: Record<string, string> = {}) => ({
    status,
    headers,
    text: "",
    attempts: 1,
    secrets: []
  })

  it.effect("lets the next one go", () =>
    Effect.gen(function* () {
      const gate = make({ maximumInFlight: 1 })
      const permit = Gate.take(gate, ask, 0)
      const { ended, join } = waiters(gate)
      yield* join("a")
      yield* Queue.settle(gate, permit, answer(200), 10)
      yield* settled
      assert.deepStrictEqual(ended, ["a"])
    })
  )

  it.effect("that asks for a pause is told to other processes, which nobody waits for", () =>
    Effect.gen(function* () {
      for (const end of [Effect.void, Effect.never, Effect.fail("no"), Effect.dieMessage("no")]) {
        const told: Array<unknown> = []
        const shared: RateLimiter.Budget = {
          take: () => Effect.succeed(0),
          hold: (pause) =>
            Effect.suspend(() =>
              Effect.zipRight(
                Effect.sync(() => told.push(pause)),
                end
              )
            )
        }
        const gate = make({ shared })
        const settle = (status: number, headers: Record<string, string> = {}) =>
          Effect.zipRight(Queue.settle(gate, Gate.take(gate, ask, 0), answer(status, headers), 0), settled)
        yield* settle(200)
        assert.deepStrictEqual(told, [])
        yield* settle(429, { "retry-after": "5" })
        assert.deepStrictEqual(told, [{ credential: "token", millis: 5020 }])
        // a shorter one is told already
        yield* settle(429, { "retry-after": "4" })
        assert.lengthOf(told, 1)
      }
    })
  )
})

describe("among processes", () => {
  const unavailable = (description: string) => ({ _tag: "unavailable", description })
  /** A budget that gives these delays and pauses, the last ones again and again. */
  const budget = (
    delays: ReadonlyArray<number | Effect.Effect<number, string>>,
    pauses?: ReadonlyArray<number | Effect.Effect<number, string>>
  ) => {
    const asked: Array<unknown> = []
    const next = (all: ReadonlyArray<number | Effect.Effect<number, string>>, nth: number) => {
      const one = all[Math.min(nth, all.length - 1)] ?? 0
      return typeof one === "number" ? Effect.succeed(one) : one
    }
    let takes = 0
    let helds = 0
    const shared: RateLimiter.Budget = {
      take: (place) =>
        Effect.suspend(() => {
          asked.push(place)
          return next(delays, takes++)
        }),
      ...(pauses === undefined
        ? {}
        : {
            held: (pause) =>
              Effect.suspend(() => {
                asked.push(pause)
                return next(pauses, helds++)
              })
          })
    }
    return { asked, shared }
  }
  const place = (search: boolean, limit: number) => ({ credential: "token", search, limit })
  const pause = { credential: "token" }

  it.effect("each takes a place, one after the other", () =>
    Effect.gen(function* () {
      const { asked, shared } = budget([100, 0])
      const gate = make({ shared })
      gate.all.limit = 33
      const { ended, join } = waiters(gate)
      yield* join("a")
      yield* join("b", searching)
      assert.isTrue(gate.taking)
      assert.deepStrictEqual([ended, asked], [[], [place(false, 33)]])
      yield* TestClock.adjust(99)
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ended, ["a", "b"])
      assert.deepStrictEqual(asked, [place(false, 33), place(true, 33)])
      assert.isFalse(gate.taking)
      assert.isUndefined(gate.timer)
    })
  )

  it.effect("none is taken for who is sent away, nor before there is room", () =>
    Effect.gen(function* () {
      const { asked, shared } = budget([0])
      const gate = held(5000, { shared })
      const { ended, join } = waiters(gate)
      yield* join("a", { ...ask, maximumWait: 4000 })
      yield* join("b")
      assert.deepStrictEqual([ended, asked], [[["a", { _tag: "burst", wait: 5000 }]], []])
      yield* TestClock.adjust(5000)
      assert.deepStrictEqual([ended.slice(1), asked.length], [["b"], 1])
    })
  )

  it.effect("where there is none it is said why, and to the first alone", () =>
    Effect.gen(function* () {
      for (const [fault, why] of [
        [Effect.fail("the store is gone"), "the store is gone"],
        [Effect.dieMessage("a bug"), "it is broken"]
      ] as const) {
        const { shared } = budget([fault, 0])
        const { ended, join } = waiters(make({ shared }))
        yield* join("a")
        yield* join("b")
        assert.deepStrictEqual(ended, [["a", unavailable(why)], "b"])
      }
    })
  )

  it.effect("a pause of others is waited for, and none is read of what fails", () =>
    Effect.gen(function* () {
      const { asked, shared } = budget([0], [3000, 0])
      const gate = make({ shared })
      const { ended, join } = waiters(gate)
      yield* join("a")
      assert.deepStrictEqual([ended, gate.heldUntil], [[], 3000])
      assert.sameDeepMembers(asked, [place(false, 20), pause])
      yield* TestClock.adjust(2999)
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ended, ["a"])
      for (const fault of [Effect.fail("no"), Effect.dieMessage("no")]) {
        const other = waiters(make(budget([0], [fault])))
        yield* other.join("b")
        assert.deepStrictEqual(other.ended, ["b"])
      }
    })
  )

  it.effect("a shorter pause than one's own ends nothing sooner", () =>
    Effect.gen(function* () {
      const { shared } = budget([100], [0, 500, 0])
      const gate = make({ shared })
      const { ended, join } = waiters(gate)
      yield* join("a")
      gate.heldUntil = 4000
      yield* TestClock.adjust(100)
      // the place that was taken is lost, since everybody is held back
      assert.deepStrictEqual([ended, gate.heldUntil], [[], 4000])
      yield* TestClock.adjust(4100)
      assert.deepStrictEqual(gate.heldUntil, 4500)
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(ended, ["a"])
    })
  )

  it.effect("pauses are read again after a wait of more than a quarter of a second", () =>
    Effect.gen(function* () {
      const reads = (delay: number, ...pauses: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const { asked, shared } = budget([delay], pauses)
          const gate = make({ shared })
          const { ended, join } = waiters(gate)
          yield* join("a")
          yield* TestClock.adjust(delay)
          return [asked.filter((one) => one !== null && !("search" in Object(one))).length, ended.length]
        })
      assert.deepStrictEqual(yield* reads(250, 0, 1000), [1, 1])
      assert.deepStrictEqual(yield* reads(251, 0, 0), [2, 1])
      assert.deepStrictEqual(yield* reads(251, 0, 1000), [2, 0])
      assert.deepStrictEqual(yield* reads(0, 0), [1, 1])
      assert.deepStrictEqual(yield* reads(-5, 0), [1, 1])
    })
  )
})
