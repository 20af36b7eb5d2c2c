/** One gate of the limiter by itself: who may go, and when the next one may. */
import { assert, describe, it } from "@effect/vitest"
import * as Gate from "../../src/internal/rateLimit/gate.js"
import type { Place } from "../../src/internal/rateLimit/window.js"
import { answered, ask, make, searching, start } from "../support/gate.js"

const waiter = (of: Gate.Ask, turn = 0): Gate.Waiter => ({
  ask: of,
  turn,
  resume: undefined,
  outcome: undefined,
  granted: undefined
})

describe("who may go", () => {
  it("is nobody while a pause is to be kept, or too many are under way", () => {
    const gate = make({ maximumInFlight: 1 })
    gate.heldUntil = start
    assert.isFalse(Gate.mayGo(gate, ask, start - 1))
    assert.isTrue(Gate.mayGo(gate, ask, start))
    Gate.take(gate, ask, start)
    assert.isFalse(Gate.mayGo(gate, ask, start))
  })

  it("is a search only where there is room among the searches, too", () => {
    const gate = make()
    for (let n = 0; n < 10; n++) Gate.take(gate, searching, start)
    assert.deepStrictEqual([gate.all.log.length, gate.search.log.length], [10, 10])
    assert.isFalse(Gate.mayGo(gate, searching, start))
    assert.isTrue(Gate.mayGo(gate, ask, start))
    const other = make()
    for (let n = 0; n < 20; n++) Gate.take(other, ask, start)
    assert.lengthOf(other.search.log, 0)
    assert.isFalse(Gate.mayGo(other, searching, start))
    assert.isFalse(Gate.mayGo(other, ask, start))
  })

  it("is told from a limit that was felt for until a minute after the refusal, and while somebody waits", () => {
    for (const [since, waits, limit] of [
      [60_000, false, 5],
      [60_001, false, Number.POSITIVE_INFINITY],
      [60_001, true, 5]
    ] as const) {
      const gate = make({ learning: false })
      gate.all.limit = gate.search.limit = 5
      gate.refusedAt = start
      if (waits) gate.queue.all.push(waiter(ask))
      Gate.mayGo(gate, ask, start + since)
      assert.deepStrictEqual([gate.all.limit, gate.search.limit], [limit, limit])
    }
  })

  it("stands in line behind those that ask for the same", () => {
    const full = (gate: Gate.Gate) => {
      gate.search.log.splice(
        0,
        gate.search.log.length,
        ...Array.from({ length: 10 }, (): Place => ({ releaseAt: start + 1 }))
      )
      return gate
    }
    const line = (all: number, search: number, gate = make()) => {
      for (let n = 0; n < all; n++) gate.queue.all.push(waiter(ask))
      for (let n = 0; n < search; n++) gate.queue.search.push(waiter(searching))
      return [Gate.isQueued(gate, ask, start), Gate.isQueued(gate, searching, start)]
    }
    assert.deepStrictEqual(line(0, 0), [false, false])
    assert.deepStrictEqual(line(1, 0), [true, true])
    // a search that waits for something else than the limit of searches is before everybody
    assert.deepStrictEqual(line(0, 1), [true, true])
    assert.deepStrictEqual(line(0, 1, full(make())), [false, true])
    assert.deepStrictEqual(line(1, 1, full(make())), [true, true])
  })

  it("are searches, by their paths", () => {
    const paths = ["/deals/search", "/itemSearch", "/itemSearch/field", "/deals/search/1", "/x/itemSearch", "/deals"]
    assert.deepStrictEqual(paths.map(Gate.isSearch), [true, true, true, false, false, false])
  })
})

describe("the next one in line", () => {
  const next = (change: (gate: Gate.Gate) => void, settings: Partial<Gate.Settings> = {}) => {
    const gate = make(settings)
    change(gate)
    return Gate.nextChance(gate, start)
  }
  const places = (count: number, releaseAt: number) => Array.from({ length: count }, (): Place => ({ releaseAt }))
  const waits = (gate: Gate.Gate, of = ask) => {
    gate.queue[of.search ? "search" : "all"].push(waiter(of))
  }

  it("is nobody where nobody waits", () => {
    assert.isUndefined(
      next((gate) => {
        gate.heldUntil = start + 5
      })
    )
  })

  it("may go when the pause ends", () => {
    for (const of of [ask, searching]) {
      assert.strictEqual(
        next((gate) => {
          waits(gate, of)
          gate.heldUntil = start + 5
        }),
        start + 5
      )
    }
    assert.isUndefined(
      next((gate) => {
        waits(gate)
        gate.heldUntil = start
      })
    )
  })

  it("may go when an answer comes, where too many are under way", () => {
    const full = (gate: Gate.Gate) => {
      waits(gate, searching)
      gate.search.log.splice(0, gate.search.log.length, ...places(10, start + 7))
      Gate.take(gate, ask, start)
    }
    assert.isUndefined(next(full, { maximumInFlight: 1 }))
    assert.strictEqual(next(full, { maximumInFlight: 2 }), start + 7)
  })

  it("may go when a place is free again, a search when one of the searches is", () => {
    assert.strictEqual(
      next((gate) => {
        waits(gate)
        waits(gate, searching)
        gate.all.log.splice(0, gate.all.log.length, ...places(20, start + 9))
        gate.search.log.splice(0, gate.search.log.length, ...places(10, start + 7))
      }),
      start + 9
    )
    assert.strictEqual(
      next((gate) => {
        waits(gate, searching)
        gate.search.log.splice(0, gate.search.log.length, ...places(10, start + 7))
      }),
      start + 7
    )
    assert.isUndefined(
      next((gate) => {
        waits(gate)
        gate.search.log.splice(0, gate.search.log.length, ...places(10, start + 7))
      })
    )
  })
})

describe("a gate is idle", () => {
  it("unless somebody waits in one of its lines, or it is to pause", () => {
    const idle = (change: (gate: Gate.Gate) => void, now = start) => {
      const gate = make()
      change(gate)
      return Gate.isIdle(gate, now)
    }
    const searches = (gate: Gate.Gate) => void gate.queue.search.push(waiter(searching))
    assert.isFalse(idle(searches))
    assert.isFalse(
      idle((gate) => {
        searches(gate)
        gate.queue.all.push(waiter(ask))
      })
    )
    const paused = (until: number) => (gate: Gate.Gate) => {
      gate.heldUntil = until
    }
    assert.isTrue(idle(paused(start)))
    assert.isFalse(idle(paused(start + 1)))
  })
})

describe("the day's budget", () => {
  it("is asked about by the first one after a minute, and by nobody before", () => {
    const gate = make()
    gate.daily = { limit: 100, remaining: 0, at: start }
    Gate.take(gate, ask, start + 59_999)
    assert.strictEqual(gate.daily.at, start)
    Gate.take(gate, ask, start + 60_000)
    assert.strictEqual(gate.daily.at, start + 60_000)
  })

  it("is not known before an answer tells it", () => {
    const gate = make()
    assert.deepStrictEqual(gate.daily, { limit: undefined, remaining: undefined, at: 0 })
    answered(gate, Gate.take(gate, ask, start), start)
    assert.isUndefined(gate.daily.remaining)
  })
})

describe("a permit", () => {
  it("counts among the searches where it is one, and not otherwise", () => {
    const gate = make()
    const [one, search] = [Gate.take(gate, ask, start), Gate.take(gate, searching, start)]
    assert.deepStrictEqual([gate.all.log, gate.search.log], [[one, search], [search]])
    // one that got no answer keeps its place
    Gate.abandon(gate, search, true)
    assert.deepStrictEqual([gate.all.log, gate.search.log], [[one, search], [search]])
    Gate.giveBack(gate, one)
    assert.deepStrictEqual([gate.all.log, gate.search.log], [[search], [search]])
    Gate.giveBack(gate, search)
    assert.deepStrictEqual([gate.all.log, gate.search.log], [[], []])
  })
})
