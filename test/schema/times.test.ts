/** Times as text, and as they are written. */
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import type * as Field from "../../src/Field.js"
import * as Times from "../../src/internal/schema/times.js"

describe("a time as text", () => {
  const is = (text: string) => [Times.isDay(text), Times.isTimestamp(text), Times.isInstant(text)].map(Number).join("")
  it.each<[string, string]>([
    ["2026-05-15", "110"],
    ["2024-02-29", "110"],
    ["2026-12-31", "110"],
    ["2026-01-01", "110"],
    ["2026-02-29", "000"],
    ["2026-04-31", "000"],
    ["2026-00-10", "000"],
    ["2026-13-10", "000"],
    ["2026-05-00", "000"],
    ["2026-05-15 10:00:00", "011"],
    ["2026-05-15T10:00:00", "010"],
    ["2026-05-15T10:00:00Z", "011"],
    ["2026-05-15t10:00:00z", "011"],
    ["2026-05-15T10:00:00.123Z", "011"],
    ["2026-05-15T10:00:00.Z", "000"],
    ["2026-05-15T10:00:00+03:00", "011"],
    ["2026-05-15T10:00:00-0300", "011"],
    ["2026-05-15T10:00Z", "010"],
    ["2026-05-15 10:00", "010"],
    ["2026-05-15 23:59:59", "011"],
    ["2026-05-15 24:00:00", "000"],
    ["2026-05-15 20:60:00", "000"],
    ["2026-05-15 20:00:60", "000"],
    ["2026-05-15T", "000"],
    ["x2026-05-15", "000"],
    ["2026-05-15x", "000"],
    ["2026-5-15", "000"],
    ["", "000"]
  ])("%s", (text, expected) => assert.strictEqual(is(text), expected))

  it("has the day that stands in it, or is none", () => {
    assert.strictEqual(Times.dayOf("2026-05-15T23:59:59-11:00"), "2026-05-15")
    assert.isUndefined(Times.dayOf("2026-05-32"))
    const none = ["", "  ", "0000-00-00", "0000-00-00 00:00:00", "0000-00-001", "x0000-00-00", "2026-05-15"]
    assert.deepStrictEqual(none.map(Times.isNone), [true, true, true, true, false, false, false])
  })

  it("is the point in time that it names", () => {
    for (const text of [
      "2026-05-15 09:55:02",
      "2026-05-15t09:55:02z",
      "2026-05-15T12:55:02+03:00",
      "2026-05-15T12:55:02+0300",
      "2026-05-15T05:25:02-0430"
    ]) {
      assert.strictEqual(Times.dateOf(text).toISOString(), "2026-05-15T09:55:02.000Z")
    }
  })
})

describe("a time is written", () => {
  const date = new Date("2026-05-15T09:55:02.789Z")
  const zoned = DateTime.unsafeMakeZoned("2026-05-15T23:30:00Z", { timeZone: "Europe/Tallinn" })
  it.each<[Field.TimeKind, string | Date | DateTime.DateTime, string, string]>([
    ["timestamp", date, "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["instant", date, "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["date", date, "2026-05-15", "2026-05-15"],
    ["timestamp", zoned, "2026-05-15 23:30:00", "2026-05-15T23:30:00Z"],
    ["date", zoned, "2026-05-16", "2026-05-16"],
    ["timestamp", "2026-05-15", "2026-05-15", "2026-05-15"],
    ["date", "2026-05-15 09:55:02", "2026-05-15 09:55:02", "2026-05-15 09:55:02"],
    ["timestamp", "2026-05-15 09:55:02", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02.5Z", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T12:55:02+03:00", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02", "2026-05-15T09:55:02", "2026-05-15T09:55:02"],
    ["instant", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["instant", "2026-05-15T09:55Z", "2026-05-15T09:55Z", "2026-05-15T09:55Z"]
  ])("as %s: %s", (kind, value, v1, v2) => {
    assert.deepStrictEqual([Times.write(value, kind, "v1"), Times.write(value, kind, "v2")], [v1, v2])
  })

  it("unless it is a day here and another one in UTC", () => {
    const day = (here: readonly [number, number], utc: readonly [number, number]) =>
      Times.isOneDay({
        getMonth: () => here[0],
        getDate: () => here[1],
        getUTCMonth: () => utc[0],
        getUTCDate: () => utc[1]
      } as Date)
    assert.deepStrictEqual([day([1, 2], [1, 2]), day([1, 2], [1, 3]), day([1, 2], [2, 2])], [true, false, false])
    assert.deepStrictEqual([date, zoned, "2026-05-15", 1, null].map(Times.isTime), [true, true, false, false, false])
  })
})
