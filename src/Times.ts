/**
 * Converts times and days of responses to `DateTime.Utc` and back. v1 writes `YYYY-MM-DD HH:MM:SS` in UTC, v2 RFC 3339; both are
 * read. Inputs accept a `DateTime` directly, so requests need no conversion.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Version } from "./Endpoint.js"
import * as Times from "./internal/schema/times.js"

/**
 * The time in a response's string: `2026-05-15 09:55:02` of v1, which is UTC, `2026-05-15T09:55:02Z` of v2, with or without
 * fractions and offsets. `None` for null, undefined, zero dates (`0000-00-00 00:00:00`) and anything that is not a time, such as
 * a day.
 *
 * @example
 * ```ts
 * import { Times } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const won = Deals.get({ id: 42 }).pipe(Effect.map(({ data }) => Times.toUtc(data.won_time)))
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const toUtc = (text: string | null | undefined): Option.Option<DateTime.Utc> =>
  typeof text === "string" && Times.isInstant(text) ? DateTime.make(Times.dateOf(text)) : Option.none()

/**
 * The day in a response's string, `YYYY-MM-DD`, without any time-zone conversion. For a time it is the day part of the string.
 * `None` for null, undefined, zero dates and days that do not exist.
 *
 * @since 0.1.0
 * @category reading
 */
export const toDay = (text: string | null | undefined): Option.Option<string> =>
  typeof text === "string" ? Option.fromNullable(Times.dayOf(text)) : Option.none()

/**
 * A point in time as a version of the API writes it: `2026-05-15 09:55:02` (UTC) on v1, `2026-05-15T09:55:02Z` on v2. Both have
 * seconds; fractions are cut off.
 *
 * @since 0.1.0
 * @category writing
 */
export const fromUtc = (time: DateTime.DateTime, version: Version): string => Times.write(time, "timestamp", version)

/**
 * The day of a point in time, `YYYY-MM-DD`: in its own zone if it has one, else in UTC.
 *
 * @since 0.1.0
 * @category writing
 */
export const dayOf = (time: DateTime.DateTime): string => Times.write(time, "date", "v2")

/**
 * A day as the point in time at which it begins in UTC, to compute with days. None where `toDay` has none.
 *
 * @since 0.1.0
 * @category reading
 */
export const startOfDay = (text: string | null | undefined): Option.Option<DateTime.Utc> =>
  Option.flatMap(toDay(text), (day) => DateTime.make(`${day}T00:00:00Z`))
