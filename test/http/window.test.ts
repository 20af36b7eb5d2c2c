/** The places in the limiter's window by themselves: when one is free again, and what the way to the server is taken to be. */
import { assert, describe, it } from "@effect/vitest"
import * as Window from "../../src/internal/rateLimit/window.js"

const start = 1_000_000
const ask: Window.Ask = { cost: 1, search: false, maximumWait: 60_000 }

const permit = (sent: number, took?: number, extra: Partial<Window.Permit> = {}): Window.Permit => ({
  ask,
  sent,
  concurrency: 1,
  warm: true,
  took,
  settled: took !== undefined,
  ...extra
})

const latency = (known: Partial<Window.Latency> = {}): Window.Latency => ({ ...Window.makeLatency(), ...known })

const bucket = (log: ReadonlyArray<Window.Place>, limit = log.length, recent: ReadonlyArray<Window.Permit> = []) => {
  const made = Window.makeBucket(limit)
  made.log.push(...log)
  made.recent.push(...recent)
  return made
}

/** Whether it is free from then on, and not a millisecond before. */
const freeFrom = (place: Window.Place, at: number, known: Partial<Window.Latency> = {}) => {
  assert.strictEqual(Window.earliest(bucket([place]), latency(known), start), at)
  assert.isFalse(Window.hasRoom(bucket([place]), latency(known), at - 1))
  assert.isTrue(Window.hasRoom(bucket([place]), latency(known), at))
}

describe("a place is free", () => {
  const slow = { answers: 64, fastest: 540, before: 900, spread: 400 }
  it.each<[string, Window.Place, number, Partial<Window.Latency>]>([
    ["where the server counts it for others, when that ends", { releaseAt: start + 777 }, start + 777, {}],
    ["without an answer, after as long as one may be on the way", permit(start), start + 4020, {}],
    ["with an answer, when the server forgets it at the latest", permit(start, 300), start + 2320, {}],
    ["with a late answer, after as long as one may be on the way", permit(start, 5000), start + 4020, {}],
    [
      "sooner where the way is known to be long",
      permit(start, 130),
      start + 2020 + 130 - 40,
      { answers: 8, fastest: 100, spread: 20 }
    ],
    [
      "by the faster of two periods",
      permit(start, 130),
      start + 2020 + 130 - 40,
      { answers: 8, fastest: 300, before: 100, spread: 20 }
    ],
    ["never before the window is over", permit(start, 10), start + 2020, { answers: 8, fastest: 100, spread: 20 }],
    [
      "without credit where answers differ much",
      permit(start, 90),
      start + 2110,
      { answers: 8, fastest: 100, spread: 150 }
    ],
    ["after less where the server itself is slow", permit(start, 1500), start + 2200, slow],
    ["after less where the server itself is slow, also without an answer", permit(start), start + 2200, slow],
    [
      "after all of it where a slow way explains a slow answer",
      permit(start, 1000),
      start + 2020 + 1000 - 256.66666666666663,
      { answers: 64, fastest: 300, spread: 20 }
    ],
    [
      "after all of it where the server is slower by no more than that",
      permit(start),
      start + 4020,
      { answers: 8, fastest: 0, spread: 180 }
    ],
    ["after less where it is slower by more", permit(start), start + 2200, { answers: 8, fastest: 0, spread: 180.5 }],
    [
      "as if nothing were known while that is doubted",
      permit(start, 130),
      start + 2150,
      {
        answers: 8,
        fastest: 100,
        spread: 20,
        doubtedUntil: start + 5000
      }
    ],
    [
      "as is known when the doubt ends",
      permit(start, 130),
      start + 2110,
      {
        answers: 8,
        fastest: 100,
        spread: 20,
        doubtedUntil: start
      }
    ]
  ])("%s", (_, place, at, known) => freeFrom(place, at, known))

  it("of several, when the first of them is", () => {
    const log = [permit(start, 500), permit(start, 100), { releaseAt: start + 9000 }]
    assert.strictEqual(Window.earliest(bucket(log), latency(), start), start + 2120)
    assert.strictEqual(Window.earliest(bucket([]), latency(), start), Number.POSITIVE_INFINITY)
  })

  it("when it is given back, in the log and among those of late", () => {
    const [one, other, third] = [permit(start, 1), permit(start, 2), permit(start, 3)]
    const two = bucket([one, other], 9, [third, one])
    Window.free(two, one)
    assert.deepStrictEqual([two.log, two.recent], [[other], [third]])
  })
})

describe("the log of a window", () => {
  it("is cleared when it is full, and keeps what the server may count still", () => {
    const [over, lately, forgotten] = [permit(start - 3000, 0), permit(start - 3999, 0), permit(start - 4000, 0)]
    const stays = permit(start)
    const others = { releaseAt: start - 1 }
    const one = bucket([over, stays, others], 3, [lately, forgotten])
    assert.isTrue(Window.hasRoom(one, latency(), start))
    assert.deepStrictEqual([one.log, one.recent], [[stays], [lately, over]])
  })

  it("is not looked at while there is room", () => {
    const over = permit(start - 9000, 0)
    const one = bucket([over], 2)
    assert.isTrue(Window.hasRoom(one, latency(), start))
    assert.deepStrictEqual(one.log, [over])
  })

  it("is cleared now and then also where there is no limit", () => {
    const many = (count: number, sent: number) => Array.from({ length: count }, () => permit(sent, 0))
    const one = bucket(many(479, start - 9000), Number.POSITIVE_INFINITY)
    assert.isTrue(Window.hasRoom(one, latency(), start))
    assert.lengthOf(one.log, 479)
    one.log.push(permit(start, 0))
    assert.isTrue(Window.hasRoom(one, latency(), start))
    assert.lengthOf(one.log, 1)
    assert.strictEqual(one.full, 480)
    one.log.splice(0, one.log.length, ...many(480, start))
    assert.isTrue(Window.hasRoom(one, latency(), start))
    assert.strictEqual(one.full, 960)
  })

  it("of those that were counted with one, tells how many", () => {
    const one = permit(start)
    const log: Array<Window.Place> = [
      one,
      permit(start - 2000, 1),
      permit(start - 2000, 0),
      permit(start - 3999),
      permit(start - 4000),
      permit(start - 4000, 9000),
      { releaseAt: start + 1000 }
    ]
    assert.strictEqual(Window.countedWith(bucket(log), one), 2)
    assert.strictEqual(Window.countedWith(bucket(log, 9, [permit(start - 1, 1), permit(start - 5000, 1)]), one), 3)
  })
})

describe("the way to the server", () => {
  const learn = (known: Window.Latency, took: number, now: number, extra: Partial<Window.Permit> = {}) =>
    Window.learnLatency(known, permit(now - took, took, extra), took, now)

  it("is learned from answers on open connections: the fastest, and how much slower the others are", () => {
    const known = latency({ since: start, open: 1, openSince: start, openAt: start })
    const spreads: Array<number> = []
    for (const took of [100, 140, 80, 4000]) {
      learn(known, took, start + 10)
      spreads.push(known.spread)
    }
    assert.deepStrictEqual(spreads, [0, 20, 20 - 20 / 3, 20 - 20 / 3 + (2000 - (20 - 20 / 3)) / 4])
    assert.deepInclude(known, { fastest: 80, before: Number.POSITIVE_INFINITY, since: start, answers: 4 })
  })

  it("is not learned from one that may have had to open its connection", () => {
    const known = latency({ since: start })
    learn(known, 100, start + 10, { warm: false })
    assert.deepInclude(known, {
      answers: 0,
      fastest: Number.POSITIVE_INFINITY,
      spread: 0,
      open: 1,
      openSince: start + 10
    })
  })

  it("is compared with the fastest of both periods", () => {
    const known = latency({ since: start, fastest: 50, before: 20, answers: 1, open: 1, openAt: start })
    learn(known, 60, start + 10)
    assert.deepInclude(known, { fastest: 50, spread: 20, answers: 2 })
  })

  it("changes: the fastest is forgotten after one to two periods", () => {
    const known = latency({ since: start, fastest: 50, answers: 3, open: 1 })
    learn(known, 70, start + 29_999)
    assert.deepInclude(known, { fastest: 50, since: start })
    learn(known, 70, start + 30_000)
    assert.deepInclude(known, { fastest: 70, before: 50, since: start + 30_000 })
    learn(known, 90, start + 89_999)
    assert.deepInclude(known, { fastest: 90, before: 70, since: start + 89_999 })
    learn(known, 95, start + 149_999)
    assert.deepInclude(known, { fastest: 95, before: Number.POSITIVE_INFINITY, since: start + 149_999 })
  })

  it("is averaged over 64 answers at most", () => {
    const known = latency({ since: start, fastest: 0, spread: 64, answers: 64, open: 1 })
    learn(known, 0, start)
    assert.deepInclude(known, { answers: 64, spread: 63 })
  })

  it("has as many open connections as were in use at once, until nothing used them all for long", () => {
    const known = latency()
    const open = (concurrency: number, now: number) => {
      learn(known, 1, now, { concurrency })
      return [known.open, known.openSince - start, known.openAt - start]
    }
    assert.deepStrictEqual(open(3, start), [3, 0, 0])
    assert.deepStrictEqual(open(2, start + 100), [3, 0, 0])
    assert.deepStrictEqual(open(3, start + 200), [3, 0, 200])
    assert.deepStrictEqual(open(4, start + 300), [4, 300, 300])
    assert.deepStrictEqual(open(1, start + 3299), [4, 300, 300])
    assert.deepStrictEqual(open(1, start + 3300), [1, 3300, 3300])
  })

  it("is open for a request when a connection was freed before and is not closed yet", () => {
    const known = latency({ open: 2, openSince: start, openAt: start + 50 })
    const warm = (concurrency: number, now: number) => Window.isWarm(known, concurrency, start + now)
    assert.deepStrictEqual(
      [warm(2, 100), warm(3, 100), warm(2, 99), warm(2, 3049), warm(2, 3050), warm(1, 3049)],
      [true, false, false, true, false, true]
    )
    assert.isFalse(Window.isWarm(latency(), 1, start))
  })
})
