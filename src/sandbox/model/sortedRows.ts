/**
 * Sorted rows, so that a page is found without scanning the table.
 */
import type { Id, Row } from "./world.js"

/** The sort order of a list. */
export interface Order {
  readonly field: string
  readonly descending: boolean
}

/** The sort key of a row. */
export type Key = string | number | null

/** The value of a field, as a sort key. */
export const keyOf = (row: Row, field: string): Key => {
  const value = row[field]
  return typeof value === "string" || typeof value === "number"
    ? value
    : typeof value === "boolean"
      ? Number(value)
      : null
}

const compareKeys = (a: Key, b: Key): number => {
  if (a === b) return 0
  // empty values come first
  if (a === null) return -1
  if (b === null) return 1
  if (typeof a === "number" && typeof b === "number") return a - b
  return String(a) < String(b) ? -1 : 1
}

/** Compares rows. */
export type Compare = (a: Row, b: Row) => number

/** Compares rows; equal ones by id. */
export const compare =
  (orders: ReadonlyArray<Order>): Compare =>
  (a, b) => {
    for (const { descending, field } of orders) {
      const order = compareKeys(keyOf(a, field), keyOf(b, field))
      if (order !== 0) return descending ? -order : order
    }
    return compareKeys(a.id, b.id)
  }

/** Whether rows are in order of creation. */
export const isCreationOrder = (orders: ReadonlyArray<Order>): boolean =>
  orders.length === 0 || (orders[0]?.field === "id" && orders[0].descending === false)

/** The first index whose row does not come before. */
export const lowerBound = (rows: ReadonlyArray<Row>, row: Row, order: Compare): number => {
  let [from, to] = [0, rows.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const at = rows[middle]
    if (at !== undefined && order(at, row) < 0) from = middle + 1
    else to = middle
  }
  return from
}

/** The first index whose row comes after. */
export const upperBound = (rows: ReadonlyArray<Row>, row: Row, order: Compare): number => {
  const at = lowerBound(rows, row, order)
  const found = rows[at]
  return found !== undefined && order(found, row) === 0 ? at + 1 : at
}

// -----------------------------------------------------------------------------
// cached
// -----------------------------------------------------------------------------

/** The rows that a list can contain. */
export const parts = {
  all: (): boolean => true,
  live: (row: Row): boolean => row.is_deleted !== true,
  unarchived: (row: Row): boolean => row.is_deleted !== true && row.is_archived !== true,
  archived: (row: Row): boolean => row.is_deleted !== true && row.is_archived === true
} as const

/** A name of {@link parts}. */
export type Part = keyof typeof parts

/** Sorted rows of one part. */
export interface Sorted {
  readonly rows: Array<Row>
  readonly order: Compare
  readonly part: Part
  /** Changes since the last read. */
  changesSinceRead: number
}

/** Sorts the rows of a part. */
export const make = (rows: Iterable<Row>, orders: ReadonlyArray<Order>, part: Part): Sorted => {
  const order = compare(orders)
  const found = Array.from(rows)
  return { rows: (part === "all" ? found : found.filter(parts[part])).sort(order), order, part, changesSinceRead: 0 }
}

/** A row changed; `undefined` if it did not or does not exist. */
export const applyChange = (sorted: Sorted, before: Row | undefined, after: Row | undefined): void => {
  const { order, rows } = sorted
  const includes = parts[sorted.part]
  const old = before !== undefined && includes(before) ? lowerBound(rows, before, order) : -1
  if (after === undefined || !includes(after)) {
    if (old >= 0) rows.splice(old, 1)
  } else if (old >= 0 && before !== undefined && order(before, after) === 0) {
    rows[old] = after
  } else {
    if (old >= 0) rows.splice(old, 1)
    rows.splice(lowerBound(rows, after, order), 0, after)
  }
}

/** Whether it is worth keeping: sorting again is cheaper than updating an order that nobody reads. */
export const shouldKeep = (sorted: Sorted): boolean => ++sorted.changesSinceRead <= 200

/** The key in the cache. */
export const cacheKey = (orders: ReadonlyArray<Order>, part: Part): string =>
  [part, ...orders.map(({ descending, field }) => `${descending ? "-" : "+"}${field}`)].join(" ")

/** Whether ids are numbers, which say the order of creation. */
export const isSequential = (id: Id | undefined): boolean => typeof id === "number"
