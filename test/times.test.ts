import { assert, describe, it } from "@effect/vitest"
import { DateTime, FastCheck as fc, Option } from "effect"
import { Times } from "effect-pipedrive"

const seconds = fc
  .date({ min: new Date("0100-01-01"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => DateTime.unsafeMake(Math.floor(date.getTime() / 1000) * 1000))

describe("times", () => {
  it("are read as they were written, by both versions", () =>
    fc.assert(
      fc.property(seconds, fc.constantFrom("v1" as const, "v2" as const), (time, version) => {
        assert.deepStrictEqual(Times.toUtc(Times.fromUtc(time, version)), Option.some(time))
      })
    ))

  it("are the same in every form", () => {
    const same = [
      "2026-05-15 09:55:02",
      "2026-05-15T09:55:02Z",
      "2026-05-15t09:55:02z",
      "2026-05-15T12:55:02+03:00",
      "2026-05-15T12:55:02+0300"
    ]
    for (const text of same) {
      assert.deepStrictEqual(Option.map(Times.toUtc(text), DateTime.formatIso), Option.some("2026-05-15T09:55:02.000Z"))
    }
    assert.deepStrictEqual(
      Option.map(Times.toUtc("2026-05-15T09:55:02.123Z"), DateTime.toEpochMillis),
      Option.some(Date.UTC(2026, 4, 15, 9, 55, 2, 123))
    )
  })

  it("are none where there is none", () => {
    const none = [null, undefined, "", "0000-00-00 00:00:00", "0000-00-00", "2026-05-15", "2026-02-30 10:00:00", "soon"]
    for (const text of none) assert.deepStrictEqual(Times.toUtc(text), Option.none(), String(text))
  })

  it("are written in UTC, whatever their zone", () => {
    const time = DateTime.unsafeMakeZoned("2026-05-15T23:30:00Z", { timeZone: "Europe/Tallinn" })
    assert.strictEqual(Times.fromUtc(time, "v1"), "2026-05-15 23:30:00")
    assert.strictEqual(Times.fromUtc(time, "v2"), "2026-05-15T23:30:00Z")
    assert.strictEqual(Times.dayOf(time), "2026-05-16")
    assert.strictEqual(Times.dayOf(DateTime.toUtc(time)), "2026-05-15")
  })
})

describe("days", () => {
  it("are read as they stand, and no zone shifts them", () =>
    fc.assert(
      fc.property(seconds, (time) => {
        const day = Times.dayOf(time)
        assert.deepStrictEqual(Times.toDay(day), Option.some(day))
        assert.deepStrictEqual(Option.map(Times.startOfDay(day), Times.dayOf), Option.some(day))
      })
    ))

  it("of times are those that are written", () => {
    for (const text of ["2026-05-15", "2026-05-15 23:59:59", "2026-05-15T23:59:59-11:00"]) {
      assert.deepStrictEqual(Times.toDay(text), Option.some("2026-05-15"))
    }
  })

  it("are none where there is none", () => {
    for (const text of [null, undefined, "", "0000-00-00", "0000-00-00 00:00:00", "2026-02-30", "15.05.2026"]) {
      assert.deepStrictEqual(Times.toDay(text), Option.none())
      assert.deepStrictEqual(Times.startOfDay(text), Option.none())
    }
  })
})
