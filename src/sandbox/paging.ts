/**
 * How lists are sorted and cut into pages: by offset in v1, by cursor in v2.
 *
 * @internal
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { Call } from "./call.js"
import type { Outcome } from "./engine.js"
import * as refusals from "./refusals.js"
import { isRecord } from "./view.js"
import type { Row } from "./world.js"

/** What a list is sorted by. */
export interface Order {
  readonly field: string
  readonly descending: boolean
}

type Key = string | number | null

const keyOf = (row: Row, field: string): Key => {
  const value = row[field]
  return typeof value === "string" || typeof value === "number"
    ? value
    : typeof value === "boolean"
      ? Number(value)
      : null
}

const compareKeys = (a: Key, b: Key): number => {
  if (a === b) return 0
  // what has no value comes first
  if (a === null) return -1
  if (b === null) return 1
  if (typeof a === "number" && typeof b === "number") return a - b
  return String(a) < String(b) ? -1 : 1
}

/** The order of rows; ids decide between equals. */
export const compare =
  (orders: ReadonlyArray<Order>) =>
  (a: Row, b: Row): number => {
    for (const { descending, field } of orders) {
      const order = compareKeys(keyOf(a, field), keyOf(b, field))
      if (order !== 0) return descending ? -order : order
    }
    return compareKeys(a.id, b.id)
  }

/** `sort=add_time DESC, id ASC` of v1. */
export const readSort = (raw: unknown, names: Readonly<Record<string, string>>): ReadonlyArray<Order> =>
  (Array.isArray(raw) ? raw : typeof raw === "string" ? raw.split(",") : []).flatMap((part) => {
    const [field = "", direction = ""] = String(part).trim().split(/\s+/)
    return field === "" ? [] : [{ field: names[field] ?? field, descending: direction.toLowerCase() === "desc" }]
  })

/** `sort_by` and `sort_direction` of v2, which v1 honours too. */
export const readSortBy = (query: Readonly<Record<string, unknown>>): Order => ({
  field: typeof query.sort_by === "string" ? query.sort_by : "id",
  descending: query.sort_direction === "desc"
})

/** Whether rows lie in their table as they are wanted. */
const natural = (orders: ReadonlyArray<Order>): boolean =>
  orders.length === 0 || (orders[0]?.field === "id" && orders[0].descending === false)

/** A whole number from a parameter, kept within bounds. */
export const bounded = (raw: unknown, otherwise: number, from: number, to: number): number => {
  const value = typeof raw === "number" ? raw : typeof raw === "string" && raw.trim() !== "" ? Number(raw) : Number.NaN
  return Number.isInteger(value) ? Math.min(Math.max(value, from), to) : otherwise
}

// -----------------------------------------------------------------------------
// by offset
// -----------------------------------------------------------------------------

/** A page of v1, and what stands beside it. */
export interface OffsetPage {
  readonly rows: ReadonlyArray<Row>
  readonly pagination: Readonly<Record<string, unknown>>
}

/** Rows, and which of them are meant. */
export interface Selection {
  readonly rows: Iterable<Row>
  readonly keep: (row: Row) => boolean
}

/** Cuts a page out by `start` and `limit`. */
export const byOffset = (
  { keep, rows }: Selection,
  query: Readonly<Record<string, unknown>>,
  orders: ReadonlyArray<Order>,
  maximum: number
): OffsetPage => {
  const start = bounded(query.start, 0, 0, Number.MAX_SAFE_INTEGER)
  const limit = bounded(query.limit, Math.min(100, maximum), 1, maximum)
  const page: Array<Row> = []
  let at = 0
  let more = false
  const take = (row: Row): boolean => {
    if (at++ < start) return true
    more = page.length === limit
    if (!more) page.push(row)
    return !more
  }
  if (natural(orders)) {
    for (const row of rows) if (keep(row) && !take(row)) break
  } else {
    for (const row of Array.from(rows).filter(keep).sort(compare(orders))) if (!take(row)) break
  }
  return {
    rows: page,
    pagination: { start, limit, more_items_in_collection: more, ...(more ? { next_start: start + limit } : {}) }
  }
}

// -----------------------------------------------------------------------------
// by cursor
// -----------------------------------------------------------------------------

interface Cursor {
  readonly value: Key
  readonly id: Row["id"]
}

const writeCursor = (row: Row, order: Order): string =>
  Encoding.encodeBase64Url(
    JSON.stringify({
      field: order.field,
      fieldValue: keyOf(row, order.field),
      sortDirection: order.descending ? "desc" : "asc",
      id: row.id
    })
  )

const readCursor = (raw: string, order: Order): Cursor | undefined => {
  const text = Encoding.decodeBase64UrlString(raw)
  if (Either.isLeft(text)) return undefined
  try {
    const value: unknown = JSON.parse(text.right)
    if (!isRecord(value) || value.field !== order.field) return undefined
    const { fieldValue, id } = value
    if (typeof id !== "number" && typeof id !== "string") return undefined
    if (typeof fieldValue !== "string" && typeof fieldValue !== "number" && fieldValue !== null) return undefined
    return { value: fieldValue, id }
  } catch {
    return undefined
  }
}

/** A page of v2, and where the next one begins. */
export interface CursorPage {
  readonly rows: ReadonlyArray<Row>
  readonly next: string | null
}

/** The first so many rows in an order, without sorting all the others. */
const first = (count: number, { keep, rows }: Selection, order: (a: Row, b: Row) => number): Array<Row> => {
  const found: Array<Row> = []
  let last: Row | undefined
  const shorten = () => {
    found.sort(order)
    found.splice(count)
    last = found.length === count ? found[count - 1] : undefined
  }
  for (const row of rows) {
    if (!keep(row) || (last !== undefined && order(row, last) >= 0)) continue
    found.push(row)
    if (found.length >= count * 4) shorten()
  }
  shorten()
  return found
}

/**
 * Cuts a page out by `cursor` and `limit`. The cursor says after which row the page begins, not at which place, so that what is
 * added or deleted meanwhile neither repeats a row nor skips one.
 */
export const byCursor = (
  { keep, rows }: Selection,
  call: Pick<Call, "query">,
  order: Order,
  maximum: number
): Outcome<CursorPage> => {
  const limit = bounded(call.query.limit, Math.min(100, maximum), 1, maximum)
  const raw = call.query.cursor
  const after = typeof raw === "string" && raw !== "" ? readCursor(raw, order) : undefined
  if (typeof raw === "string" && raw !== "" && after === undefined) {
    return Either.left(refusals.invalid([{ key: "cursor", message: "Parameter 'cursor' is not valid" }]))
  }
  let page: Array<Row> = []
  if (natural([order])) {
    for (const row of rows) {
      if ((after !== undefined && compareKeys(row.id, after.id) <= 0) || !keep(row)) continue
      page.push(row)
      if (page.length > limit) break
    }
  } else {
    const sign = order.descending ? -1 : 1
    const behind = (row: Row): boolean => {
      if (after === undefined) return true
      const byField = sign * compareKeys(keyOf(row, order.field), after.value)
      return byField > 0 || (byField === 0 && compareKeys(row.id, after.id) > 0)
    }
    page = first(limit + 1, { rows, keep: (row) => behind(row) && keep(row) }, compare([order]))
  }
  const more = page.length > limit
  if (more) page.splice(limit)
  const last = page[page.length - 1]
  return Either.right({ rows: page, next: more && last !== undefined ? writeCursor(last, order) : null })
}
