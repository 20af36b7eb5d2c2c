/**
 * Rows kept in an order, so that a page is found without looking at all of them.
 */
import type { Id, Row } from "./world.js"

/** What a list is sorted by. */
export interface Order {
  readonly field: string
  readonly descending: boolean
}

/** What a row is sorted by. */
export type Key = string | number | null

/** The value of a field, as it is sorted. */
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
  // what has no value comes first
  if (a === null) return -1
  if (b === null) return 1
  if (typeof a === "number" && typeof b === "number") return a - b
  return String(a) < String(b) ? -1 : 1
}

/** The order of rows. */
export type Compare = (a: Row, b: Row) => number

/** The order of rows; ids decide between equals. */
export const compare =
  (orders: ReadonlyArray<Order>): Compare =>
  (a, b) => {
    for (const { descending, field } of orders) {
      const order = compareKeys(keyOf(a, field), keyOf(b, field))
      if (order !== 0) return descending ? -order : order
    }
    return compareKeys(a.id, b.id)
  }

/** Whether rows lie as they were made. */
export const isCreationOrder = (orders: ReadonlyArray<Order>): boolean =>
  orders.length === 0 || (orders[0]?.field === "id" && orders[0].descending === false)

/** The first place whose row does not come before. */
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

/** The first place whose row comes after. */
export const upperBound = (rows: ReadonlyArray<Row>, row: Row, order: Compare): number => {
  const at = lowerBound(rows, row, order)
  const found = rows[at]
  return found !== undefined && order(found, row) === 0 ? at + 1 : at
}

// -----------------------------------------------------------------------------
// kept
// -----------------------------------------------------------------------------

/** Which rows there can be in a list. */
export const parts = {
  all: (): boolean => true,
  live: (row: Row): boolean => row.is_deleted !== true,
  unarchived: (row: Row): boolean => row.is_deleted !== true && row.is_archived !== true,
  archived: (row: Row): boolean => row.is_deleted !== true && row.is_archived === true
} as const

/** A name of {@link parts}. */
export type Part = keyof typeof parts

/** Rows of one part in one order. */
export interface Sorted {
  readonly rows: Array<Row>
  readonly order: Compare
  readonly part: Part
  /** Changes since somebody last looked. */
  changesSinceRead: number
}

/** Sorts the rows of a part. */
export const make = (rows: Iterable<Row>, orders: ReadonlyArray<Order>, part: Part): Sorted => {
  const order = compare(orders)
  const found = Array.from(rows)
  return { rows: (part === "all" ? found : found.filter(parts[part])).sort(order), order, part, changesSinceRead: 0 }
}

/** A row changed; `undefined` is one that is not there. */
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

/** Whether it is still worth keeping: sorting anew costs less than keeping up with what nobody reads. */
export const shouldKeep = (sorted: Sorted): boolean => ++sorted.changesSinceRead <= 200

/** The name under which it is kept. */
export const cacheKey = (orders: ReadonlyArray<Order>, part: Part): string =>
  [part, ...orders.map(({ descending, field }) => `${descending ? "-" : "+"}${field}`)].join(" ")

/** Whether ids count up: others say nothing about the order. */
export const isSequential = (id: Id | undefined): boolean => typeof id === "number"
