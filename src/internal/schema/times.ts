/**
 * Points in time and days, as callers give them and as Pipedrive wants them.
 */
import * as DateTime from "effect/DateTime"
import type { Version } from "../../Endpoint.js"
import type { TimeKind } from "../../Field.js"

type Given = string | Date | DateTime.DateTime

/** @internal */
export const isTime = (u: unknown): u is Date | DateTime.DateTime => u instanceof Date || DateTime.isDateTime(u)

// -----------------------------------------------------------------------------
// what is a time
// -----------------------------------------------------------------------------

const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:([Tt ])([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/

/** The parts of a text that names a day of the calendar, with or without a time of that day. */
const read = (text: string) => {
  const [, year, month, day, separator, hour, , second, zone] = form.exec(text) ?? []
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const exists =
    year !== undefined && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days
  return exists ? { separator, timed: hour !== undefined, second, zone } : undefined
}

/** @internal */
export const isDay = (text: string): boolean => read(text)?.timed === false

/** A form that v1 takes: a day, perhaps with a time, perhaps with a zone (UTC without). @internal */
export const isTimestamp = (text: string): boolean => read(text) !== undefined

/** To the second, and no doubt about the zone: RFC 3339, or v1's form, which is UTC. @internal */
export const isInstant = (text: string): boolean => {
  const parts = read(text)
  return parts?.second !== undefined && (parts.zone !== undefined || parts.separator === " ")
}

/** The day that a text names or begins with, as it stands there: no zone moves it. @internal */
export const dayOf = (text: string): string | undefined => (read(text) === undefined ? undefined : text.slice(0, 10))

/** What databases write for no time: `0000-00-00`, perhaps with a time of day. @internal */
export const isNone = (text: string): boolean => text.trim() === "" || /^0{4}-00-00(?!\d)/.test(text)

/** Whether it is the same day here and in UTC. @internal */
export const isOneDay = (date: Date): boolean =>
  date.getDate() === date.getUTCDate() && date.getMonth() === date.getUTCMonth()

/** @internal */
export const twoDays =
  'is a Date that falls on one day here and on another in UTC: give "YYYY-MM-DD", or a zoned DateTime'

// -----------------------------------------------------------------------------
// how it is written
// -----------------------------------------------------------------------------

const utc = (date: Date, version: Version, kind: TimeKind): string => {
  const iso = date.toISOString().slice(0, 19)
  return version === "v2" || kind === "instant" ? `${iso}Z` : iso.replace("T", " ")
}

const exact = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z| \d{2}:\d{2}:\d{2})$/

/**
 * A text that leaves no doubt is written as the `Date` that it names: without the fraction that v2 refuses, and in UTC. v1's
 * forms stay as they stand, and so does RFC 3339 in UTC.
 */
const written = (text: string, kind: TimeKind, version: Version): string => {
  if (kind === "date" || !isInstant(text)) return text
  if (version === "v1" && kind !== "instant" && exact.test(text)) return text
  return utc(dateOf(text), version, kind)
}

/** The point in time of a text that leaves no doubt (`isInstant`). @internal */
export const dateOf = (text: string): Date => {
  const iso = text
    .toUpperCase()
    .replace(" ", "T")
    .replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
  return new Date(read(text)?.zone === undefined ? `${iso}Z` : iso)
}

/** @internal */
export const write = (value: Given, kind: TimeKind, version: Version): string => {
  if (typeof value === "string") return written(value, kind, version)
  if (kind !== "date") return utc(value instanceof Date ? value : DateTime.toDateUtc(value), version, kind)
  // the day in its zone
  const date = value instanceof Date ? value : DateTime.toDate(value)
  return date.toISOString().replace(/T.*/, "")
}
