/**
 * Points in time and days: from a caller's value to Pipedrive's format.
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

const timeFormat =
  /^(\d{4})-(\d{2})-(\d{2})(?:([Tt ])([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/

/** Parses a text with a valid calendar day, with or without a time of day. */
const read = (text: string) => {
  const [, year, month, day, separator, hour, , second, zone] = timeFormat.exec(text) ?? []
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const exists = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days
  return exists ? { separator, timed: hour !== undefined, second, zone } : undefined
}

/** @internal */
export const isDay = (text: string): boolean => read(text)?.timed === false

/** A format that v1 accepts: a day, optionally with a time, optionally with a zone (UTC by default). @internal */
export const isTimestamp = (text: string): boolean => read(text) !== undefined

/** Precise to the second and with a known zone: RFC 3339, or v1's format, which is UTC. @internal */
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

const exactFormat = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z| \d{2}:\d{2}:\d{2})$/

/**
 * An unambiguous text is written like a `Date`: in UTC, and without the fraction that v2 rejects. v1's formats and RFC 3339 in
 * UTC are not changed.
 */
const writeText = (text: string, kind: TimeKind, version: Version): string => {
  if (kind === "date" || !isInstant(text)) return text
  if (version === "v1" && kind !== "instant" && exactFormat.test(text)) return text
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
  if (typeof value === "string") return writeText(value, kind, version)
  if (kind !== "date") return utc(value instanceof Date ? value : DateTime.toDateUtc(value), version, kind)
  // the day in its zone
  const date = value instanceof Date ? value : DateTime.toDate(value)
  return date.toISOString().replace(/T.*/, "")
}
