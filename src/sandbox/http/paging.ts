/**
 * How lists are sorted and cut into pages: by offset in v1, by cursor in v2.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { Outcome } from "../model/engine.js"
import { compare, keyOf, type Order, upperBound } from "../model/sortedRows.js"
import { isRecord } from "../model/view.js"
import type { Row } from "../model/world.js"
import type { Call } from "./call.js"
import * as errorResponses from "./errorResponses.js"

/** `sort=add_time DESC, id ASC` of v1. */
export const readSort = (raw: unknown, names: Readonly<Record<string, string>>): ReadonlyArray<Order> =>
  (Array.isArray(raw) ? raw : typeof raw === "string" ? raw.split(",") : []).flatMap((part) => {
    const [field = "", direction = ""] = String(part).trim().split(/\s+/)
    return field === "" ? [] : [{ field: names[field] ?? field, descending: direction.toLowerCase() === "desc" }]
  })

/** `sort_by` and `sort_direction` of v2, which v1 honours too. */
export const readSortBy = (
  query: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>> = {}
): Order => {
  const field = typeof query.sort_by === "string" && query.sort_by !== "" ? query.sort_by : "id"
  return { field: names[field] ?? field, descending: String(query.sort_direction).toLowerCase() === "desc" }
}

/** An integer parameter, limited to a range. */
export const clampedInteger = (raw: unknown, otherwise: number, from: number, to: number): number => {
  const value = typeof raw === "number" ? raw : typeof raw === "string" && raw.trim() !== "" ? Number(raw) : Number.NaN
  return Number.isInteger(value) ? Math.min(Math.max(value, from), to) : otherwise
}

// -----------------------------------------------------------------------------
// by offset
// -----------------------------------------------------------------------------

/** A page of v1, with its pagination data. */
export interface OffsetPage {
  readonly rows: ReadonlyArray<Row>
  readonly pagination: Readonly<Record<string, unknown>>
}

/** Sorted rows, and a filter on them. Without a filter all rows are selected. */
export interface Selection {
  readonly rows: ReadonlyArray<Row>
  readonly keep?: ((row: Row) => boolean) | undefined
}

/** Takes `count` selected rows from index `from`, after skipping `skip` of them. */
const takeRows = ({ keep, rows }: Selection, from: number, skip: number, count: number): Array<Row> => {
  if (keep === undefined) return rows.slice(from + skip, from + skip + count)
  const found: Array<Row> = []
  let left = skip
  for (let at = from; at < rows.length && found.length < count; at++) {
    const row = rows[at]
    if (row === undefined || !keep(row)) continue
    if (left > 0) left--
    else found.push(row)
  }
  return found
}

/** Selects a page by `start` and `limit`. */
export const byOffset = (
  selection: Selection,
  query: Readonly<Record<string, unknown>>,
  maximum: number
): OffsetPage => {
  const start = clampedInteger(query.start, 0, 0, Number.MAX_SAFE_INTEGER)
  const limit = clampedInteger(query.limit, Math.min(100, maximum), 1, maximum)
  const rows = takeRows(selection, 0, start, limit + 1)
  const more = rows.length > limit
  if (more) rows.length = limit
  return {
    rows,
    pagination: { start, limit, more_items_in_collection: more, ...(more ? { next_start: start + limit } : {}) }
  }
}

// -----------------------------------------------------------------------------
// by cursor
// -----------------------------------------------------------------------------

const direction = (order: Order): string => (order.descending ? "desc" : "asc")

const writeCursor = (row: Row, order: Order): string =>
  Encoding.encodeBase64Url(
    JSON.stringify({
      field: order.field,
      fieldValue: keyOf(row, order.field),
      sortDirection: direction(order),
      id: row.id
    })
  )

/** The position of a cursor: a row with only the fields that the order needs. */
const readCursor = (raw: string, order: Order): Row | undefined => {
  const text = Encoding.decodeBase64UrlString(raw)
  if (Either.isLeft(text)) return undefined
  try {
    const value: unknown = JSON.parse(text.right)
    if (!isRecord(value) || value.field !== order.field || value.sortDirection !== direction(order)) return undefined
    const { fieldValue, id } = value
    if (typeof id !== "number" && typeof id !== "string") return undefined
    if (typeof fieldValue !== "string" && typeof fieldValue !== "number" && fieldValue !== null) return undefined
    return { [order.field]: fieldValue, id }
  } catch {
    return undefined
  }
}

/** A page of v2, and the cursor of the next one. */
export interface CursorPage {
  readonly rows: ReadonlyArray<Row>
  readonly next: string | null
}

/** Ascending by id. */
export const byId: Order = { field: "id", descending: false }

/**
 * Selects a page by `cursor` and `limit`. The cursor names a row, not an index, so rows added or deleted in between cause no
 * duplicates and no gaps.
 */
export const byCursor = (
  selection: Selection,
  call: Pick<Call, "query">,
  order: Order,
  maximum: number
): Outcome<CursorPage> => {
  const limit = clampedInteger(call.query.limit, Math.min(100, maximum), 1, maximum)
  const raw = call.query.cursor
  const given = typeof raw === "string" && raw !== ""
  const after = given ? readCursor(raw, order) : undefined
  if (given && after === undefined) {
    return Either.left(errorResponses.invalid([{ key: "cursor", message: "Parameter 'cursor' is not valid" }]))
  }
  const from = after === undefined ? 0 : upperBound(selection.rows, after, compare([order]))
  const rows = takeRows(selection, from, 0, limit + 1)
  const more = rows.length > limit
  if (more) rows.length = limit
  const last = rows[rows.length - 1]
  return Either.right({ rows, next: more && last !== undefined ? writeCursor(last, order) : null })
}
