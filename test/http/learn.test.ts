/** One gate of the limiter by itself: what each answer changes. */
import { assert, describe, it } from "@effect/vitest"
import * as Gate from "../../src/internal/rateLimit/gate.js"
import type { Bucket, Place } from "../../src/internal/rateLimit/window.js"
import { answered, ask, make, searching, start } from "../support/gate.js"

/** Fills a bucket with places that are taken for long, of which one request is a part. */
const filled = (gate: Gate.Gate, bucket: Bucket, count: number, of = ask, now = start): Gate.Permit => {
  bucket.log.splice(0, bucket.log.length, ...Array.from({ length: count - 1 }, (): Place => ({ releaseAt: now + 1e9 })))
  return Gate.take(gate, of, now)
}

describe("a refusal of the edge", () => {
  const page = "<html>blocked</html>"
  const heldFor = (status: number, text: string, since: number, before = 0) => {
    const gate = make()
    gate.refusedAt = start - since
    gate.heldUntil = before
    answered(gate, Gate.take(gate, ask, start), start, status, {}, text)
    return gate.heldUntil - start
  }
  it("holds all back for half a minute, soon after a 429", () => {
    assert.strictEqual(heldFor(403, page, 59_999), 30_000)
    assert.strictEqual(heldFor(403, page, 59_999, start + 40_000), 40_000)
  })

  it("means nothing otherwise", () => {
    for (const [status, text, since] of [
      [403, page, 60_000],
      [403, "{}", 1],
      [404, page, 1],
      [200, page, 1]
    ] as const) {
      assert.strictEqual(heldFor(status, text, since), -start)
    }
  })
})

it("an answer tells how long it took", () => {
  const gate = make()
  const permit = Gate.take(gate, ask, start)
  answered(gate, permit, start + 70)
  assert.strictEqual(permit.took, 70)
})

describe("a limit that a header tells", () => {
  const told = (limit: number, remaining: number, reset?: string) => ({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    ...(reset === undefined ? {} : { "x-ratelimit-reset": reset })
  })
  const limits = (of: Gate.Ask, limit: string | undefined) => {
    const gate = make()
    answered(gate, Gate.take(gate, of, start), start, 200, limit === undefined ? {} : { "x-ratelimit-limit": limit })
    return [gate.all.limit, gate.all.told, gate.search.limit, gate.search.told]
  }

  it("is that of searches for a search, unless no plan has so few of others", () => {
    assert.deepStrictEqual(limits(ask, "8"), [8, 8, 10, undefined])
    assert.deepStrictEqual(limits(searching, "8"), [20, undefined, 8, 8])
    assert.deepStrictEqual(limits(searching, "10"), [20, undefined, 10, 10])
    assert.deepStrictEqual(limits(searching, "11"), [11, 11, 10, undefined])
    assert.deepStrictEqual(limits(searching, "1"), [20, undefined, 1, 1])
    assert.deepStrictEqual(limits(ask, undefined), [20, undefined, 10, undefined])
  })

  it("is kept where an answer does not tell it again", () => {
    const gate = make()
    answered(gate, Gate.take(gate, ask, start), start, 200, { "x-ratelimit-limit": "40" })
    answered(gate, Gate.take(gate, ask, start), start)
    assert.deepInclude(gate.all, { limit: 40, told: 40 })
  })

  it("of a refused search is that of searches; where none is told it is theirs, too", () => {
    for (const [headers, all, search] of [
      [{}, [20, true], [1, false]],
      [{ "x-ratelimit-limit": "9" }, [20, true], [1, false]],
      [{ "x-ratelimit-limit": "40" }, [4, false], [10, true]]
    ] as const) {
      const gate = make()
      answered(gate, Gate.take(gate, searching, start), start, 429, headers)
      assert.deepStrictEqual(
        [gate.all.limit, gate.all.rising, gate.search.limit, gate.search.rising],
        [all[0], all[1], search[0], search[1]]
      )
    }
  })

  it("and what remains tell how many places others took", () => {
    const others = (headers: Record<string, string>, before: (gate: Gate.Gate) => void = () => {}) => {
      const gate = make()
      before(gate)
      answered(gate, Gate.take(gate, ask, start), start, 200, headers)
      return gate.all.log.flatMap((place) => ("releaseAt" in place ? [place.releaseAt - start] : []))
    }
    assert.deepStrictEqual(others(told(40, 37)), [2020, 2020])
    assert.deepStrictEqual(others(told(40, 37, "1")), [1020, 1020])
    assert.deepStrictEqual(others(told(40, 39)), [])
    assert.deepStrictEqual(others(told(40, 40)), [])
    assert.deepStrictEqual(others(told(40, 41)), [])
    assert.deepStrictEqual(others({ "x-ratelimit-limit": "40" }), [])
    // some of them are known already
    const known = (gate: Gate.Gate) => void gate.all.log.push({ releaseAt: start + 9 })
    assert.deepStrictEqual(others(told(40, 36), known), [9, 2020, 2020])
    assert.deepStrictEqual(others(told(40, 38), known), [9])
    // places of ours that are free by now leave room for as many
    const old = (count: number) => (gate: Gate.Gate) => {
      for (let n = 0; n < count; n++) Object.assign(Gate.take(gate, ask, start - 9000), { took: 1 })
    }
    assert.deepStrictEqual(others(told(40, 37), old(2)), [])
    assert.deepStrictEqual(others(told(40, 37), old(3)), [])
    assert.deepStrictEqual(others(told(40, 37), old(1)), [2020, 2020])
    // our own that may have been counted are not others'
    assert.deepStrictEqual(
      others(told(40, 36), (gate) => {
        Gate.take(gate, ask, start)
        Gate.take(gate, ask, start)
      }),
      [2020]
    )
  })

  it("and the least that remains since it changed tell what is not used", () => {
    const unused = (changedAt: number, ...remaining: ReadonlyArray<string>) => {
      const gate = make()
      gate.all.changedAt = changedAt
      for (const left of remaining) {
        answered(gate, Gate.take(gate, ask, start), start, 200, {
          "x-ratelimit-limit": "40",
          "x-ratelimit-remaining": left
        })
      }
      return gate.all.unused
    }
    assert.strictEqual(unused(start, "30", "20", "25"), 20)
    assert.strictEqual(unused(start, "0"), 0)
    assert.strictEqual(unused(start, "40"), 40)
    assert.strictEqual(unused(start + 1, "30"), Number.POSITIVE_INFINITY)
    assert.strictEqual(unused(start, "41"), Number.POSITIVE_INFINITY)
    assert.strictEqual(unused(start, "x"), Number.POSITIVE_INFINITY)
  })
})

describe("a limit rises", () => {
  const quiet = { "x-ratelimit-limit": "100" }
  const rise = (
    known: Partial<Bucket>,
    {
      headers = {},
      of = ask,
      count = known.limit ?? 20,
      at = start
    }: {
      readonly headers?: Record<string, string>
      readonly of?: Gate.Ask
      readonly count?: number
      readonly at?: number
    } = {}
  ) => {
    const gate = make()
    const bucket = of.search ? gate.search : gate.all
    Object.assign(bucket, known)
    answered(gate, filled(gate, bucket, count, of, at), at, 200, headers)
    return bucket
  }

  it("to twice as much while nothing was refused, up to the most of any plan", () => {
    const bucket = rise({ limit: 20, changedAt: start - 2000 })
    assert.deepInclude(bucket, {
      limit: 40,
      changedAt: start,
      unused: Number.POSITIVE_INFINITY,
      fullAt: Number.POSITIVE_INFINITY
    })
    assert.strictEqual(rise({ limit: 320, changedAt: start - 2000 }).limit, 480)
    assert.strictEqual(rise({ limit: 480, changedAt: start - 2000 }).changedAt, start - 2000)
    assert.strictEqual(rise({ limit: 500, changedAt: start - 2000 }).limit, 500)
  })

  it("only where all of it is used, and for long enough", () => {
    assert.strictEqual(rise({ limit: 20, changedAt: start - 2000 }, { count: 19 }).limit, 20)
    assert.deepInclude(rise({ limit: 20, changedAt: start - 1999 }), { limit: 20, fullAt: start })
    assert.deepInclude(rise({ limit: 20, changedAt: start - 1999, fullAt: start - 7 }), {
      limit: 20,
      fullAt: start - 7
    })
    assert.strictEqual(rise({ limit: 20, changedAt: start - 4999, patience: 5000 }).limit, 20)
    assert.strictEqual(rise({ limit: 20, changedAt: start - 5000, patience: 5000 }).limit, 40)
  })

  it("of searches after a window, however long others are to be patient", () => {
    assert.strictEqual(rise({ limit: 10, changedAt: start - 2000, patience: 5000 }).limit, 20)
    assert.strictEqual(rise({ limit: 11, changedAt: start - 2000, patience: 5000 }).limit, 11)
    assert.strictEqual(rise({ limit: 10, changedAt: start - 2000 }, { of: searching }).limit, 20)
  })

  it("a little at a time once something was refused", () => {
    assert.strictEqual(rise({ limit: 20, changedAt: start - 2000, rising: false }).limit, 21)
    assert.strictEqual(rise({ limit: 21, changedAt: start - 2000, rising: false }).limit, 23)
  })

  it("towards what was told, sooner where it is not all told again", () => {
    const told = { told: 100, limit: 50 }
    assert.strictEqual(rise({ ...told, changedAt: start - 10_000 }, { headers: quiet }).limit, 55)
    assert.strictEqual(rise({ ...told, changedAt: start - 9999 }, { headers: quiet }).limit, 50)
    assert.strictEqual(rise({ ...told, changedAt: start - 10_000, patience: 60_000 }, { headers: quiet }).limit, 55)
    assert.strictEqual(rise({ ...told, limit: 98, changedAt: start - 10_000 }, { headers: quiet }).limit, 100)
    assert.strictEqual(
      rise({ ...told, limit: 100, changedAt: start - 10_000 }, { headers: quiet }).changedAt,
      start - 10_000
    )
    assert.strictEqual(
      rise({ told: 99, limit: 50, changedAt: start - 10_000 }, { headers: { "x-ratelimit-limit": "99" } }).limit,
      55
    )
  })

  it("by what was left unused in a whole window, at once", () => {
    const told = { told: 100, limit: 50, changedAt: start - 3000, fullAt: start - 2000, unused: 30 }
    const reached = (known: Partial<Bucket>) => rise({ ...told, ...known }, { headers: quiet }).limit
    assert.strictEqual(reached({}), 80)
    assert.strictEqual(reached({ unused: 70 }), 100)
    assert.strictEqual(reached({ unused: 1 }), 51)
    assert.strictEqual(reached({ unused: 0 }), 50)
    assert.strictEqual(reached({ unused: 0, changedAt: start - 10_000 }), 55)
    assert.strictEqual(reached({ unused: 100 }), 50)
    assert.strictEqual(reached({ unused: 99 }), 100)
    assert.strictEqual(reached({ fullAt: start - 1999 }), 50)
    assert.strictEqual(reached({ fullAt: Number.POSITIVE_INFINITY }), 50)
    assert.strictEqual(rise({ ...told, told: undefined, changedAt: start - 1999 }).limit, 50)
  })
})

describe("a limit falls", () => {
  const fall = (
    known: Partial<Bucket>,
    log: ReadonlyArray<Place>,
    headers = {},
    refusedAt = Number.NEGATIVE_INFINITY
  ) => {
    const gate = make()
    Object.assign(gate.all, known)
    gate.all.log.splice(0, gate.all.log.length, ...[...log])
    gate.refusedAt = refusedAt
    answered(gate, Gate.take(gate, ask, start), start + 100, 429, headers)
    return gate.all
  }
  const went = (sent: number): Place => ({ ask, sent, concurrency: 1, warm: true, took: 1, settled: true })

  it("to as many as got through in the window before", () => {
    const log = [went(start - 2001), went(start - 2000), went(start - 1999), went(start), { releaseAt: start + 9e9 }]
    assert.strictEqual(fall({}, log).limit, 2)
    assert.strictEqual(fall({ recent: [went(start - 1) as Gate.Permit] }, log).limit, 3)
    assert.strictEqual(fall({ limit: 1 }, log).limit, 1)
    assert.strictEqual(fall({}, []).limit, 1)
  })

  it("to no less than a tenth of what was told, then or before", () => {
    assert.strictEqual(fall({}, [], { "x-ratelimit-limit": "101" }).limit, 11)
    assert.strictEqual(fall({ told: 101 }, []).limit, 11)
    assert.strictEqual(fall({ told: 101 }, []).told, 101)
  })

  it("with more patience after the first refusal of those under way, and no more doubling", () => {
    assert.deepInclude(fall({}, []), { patience: 20_000, rising: false, changedAt: start + 100 })
    assert.strictEqual(fall({}, [], {}, start).patience, 20_000)
    assert.strictEqual(fall({}, [], {}, start + 1).patience, 2000)
  })
})
