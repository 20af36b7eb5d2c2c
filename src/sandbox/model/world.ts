/**
 * A company's data: tables of rows, the clock, and the log of changes. A world is mutable and belongs to one sandbox. All work
 * on it is synchronous, so every request is atomic.
 */

import * as sorting from "./sortedRows.js"

/** A number, or a UUID where Pipedrive uses one. */
export type Id = number | string

/**
 * One entity as it is stored: fields under their v2 names, times in ISO form with milliseconds, references as ids. Rows are
 * never changed, only replaced.
 */
export interface Row {
  readonly id: Id
  readonly [field: string]: unknown
}

/** The rows of one kind, by id, in ascending order of creation. */
export interface Table {
  readonly rows: Map<Id, Row>
  /** The next id, if ids are numbers. */
  next: number
  /** The revision: increases with every change. */
  revision: number
  /** Ids by the value of a field. */
  readonly indexes: Map<string, Map<unknown, Set<Id>>>
  /** Recently used sort orders. */
  readonly sorted: Map<string, sorting.Sorted>
}

/** A change to a row. */
export interface Change {
  readonly time: string
  readonly table: string
  readonly action: "create" | "change" | "delete"
  readonly id: Id
  readonly userId: Id
  readonly before: Row | undefined
  readonly after: Row
  /** The row it was merged into, or that was merged into it. */
  readonly mergedTo?: Id
  readonly mergedFrom?: Id
}

/** The company. */
export interface Company {
  readonly id: number
  readonly name: string
  readonly domain: string
  readonly country: string
  readonly industry: string
}

/** All data of a sandbox. */
export interface World {
  readonly company: Company
  readonly tables: Map<string, Table>
  readonly log: Array<Change>
  /** State of the generator of UUIDs. */
  entropy: number
  /** Keeps time-based UUIDs of one millisecond apart. */
  ticks: number
}

/** Makes an empty world. */
export const make = (company: Company, seed = 1): World => ({
  company,
  tables: new Map(),
  log: [],
  entropy: seed >>> 0,
  ticks: 0
})

// -----------------------------------------------------------------------------
// rows
// -----------------------------------------------------------------------------

/** The table of that name. */
export const table = (world: World, name: string): Table => {
  let found = world.tables.get(name)
  if (found === undefined) {
    found = { rows: new Map(), next: 1, revision: 0, indexes: new Map(), sorted: new Map() }
    world.tables.set(name, found)
  }
  return found
}

/** The row, if there is one. */
export const get = (world: World, name: string, id: unknown): Row | undefined =>
  typeof id === "number" || typeof id === "string" ? world.tables.get(name)?.rows.get(id) : undefined

/** All rows, in order of creation. */
export const all = (world: World, name: string): Iterable<Row> => world.tables.get(name)?.rows.values() ?? []

const index = (on: Table, field: string): Map<unknown, Set<Id>> => {
  let found = on.indexes.get(field)
  if (found === undefined) {
    found = new Map()
    on.indexes.set(field, found)
    for (const row of on.rows.values()) addToIndex(found, row[field], row.id)
  }
  return found
}

const addToIndex = (into: Map<unknown, Set<Id>>, value: unknown, id: Id): void => {
  const ids = into.get(value)
  if (ids === undefined) into.set(value, new Set([id]))
  else ids.add(id)
}

const noRows: ReadonlyArray<Row> = []

/** The rows whose field has that value, in no particular order. The first call builds an index. */
export const where = (world: World, name: string, field: string, value: unknown): ReadonlyArray<Row> => {
  const on = table(world, name)
  const ids = index(on, field).get(value)
  if (ids === undefined || ids.size === 0) return noRows
  const found: Array<Row> = []
  for (const id of ids) {
    const row = on.rows.get(id)
    if (row !== undefined) found.push(row)
  }
  return found
}

/** How many rows have one of those values in the field. */
export const countWhere = (world: World, name: string, field: string, values: ReadonlyArray<unknown>): number => {
  const byValue = index(table(world, name), field)
  return values.reduce<number>((sum, value) => sum + (byValue.get(value)?.size ?? 0), 0)
}

/** The number of cached orders per table. */
const maxSortedOrders = 12

/** The rows of a part in that order, equal ones by id. Cached from the first call on. */
export const sorted = (
  world: World,
  name: string,
  orders: ReadonlyArray<sorting.Order>,
  part: sorting.Part
): ReadonlyArray<Row> => {
  const on = table(world, name)
  const key = sorting.cacheKey(orders, part)
  const known = on.sorted.get(key) ?? sorting.make(on.rows.values(), orders, part)
  known.changesSinceRead = 0
  on.sorted.delete(key)
  on.sorted.set(key, known)
  const [oldest] = on.sorted.keys()
  if (on.sorted.size > maxSortedOrders && oldest !== undefined) on.sorted.delete(oldest)
  return known.rows
}

const updateSortedRows = (on: Table, before: Row | undefined, after: Row | undefined): void => {
  for (const [key, one] of on.sorted) {
    if (sorting.shouldKeep(one)) sorting.applyChange(one, before, after)
    else on.sorted.delete(key)
  }
}

/** Stores a row, replacing the one with the same id. */
export const put = (world: World, name: string, row: Row): void => {
  const into = table(world, name)
  const before = into.rows.get(row.id)
  into.rows.set(row.id, row)
  into.revision++
  if (typeof row.id === "number" && row.id >= into.next) into.next = row.id + 1
  for (const [field, byValue] of into.indexes) {
    if (before !== undefined) {
      if (before[field] === row[field]) continue
      byValue.get(before[field])?.delete(row.id)
    }
    addToIndex(byValue, row[field], row.id)
  }
  updateSortedRows(into, before, row)
}

/** Removes a row. */
export const remove = (world: World, name: string, id: Id): void => {
  const from = table(world, name)
  const before = from.rows.get(id)
  if (before === undefined) return
  from.rows.delete(id)
  from.revision++
  for (const [field, byValue] of from.indexes) byValue.get(before[field])?.delete(id)
  updateSortedRows(from, before, undefined)
}

// -----------------------------------------------------------------------------
// ids
// -----------------------------------------------------------------------------

/** The next id of a table with numeric ids. */
export const nextId = (world: World, name: string): number => table(world, name).next

const random32 = (world: Pick<World, "entropy">): number => {
  world.entropy = (world.entropy + 0x6d2b79f5) >>> 0
  let t = world.entropy
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}

/** A random number from 0 to 1. */
export const randomUnit = (world: Pick<World, "entropy">): number => random32(world) / 4_294_967_296

/** That many hexadecimal digits. */
export const randomHex = (world: Pick<World, "entropy">, digits: number): string => {
  let out = ""
  while (out.length < digits) out += random32(world).toString(16).padStart(8, "0")
  return out.slice(0, digits)
}

/** A UUID of version 4, the same in every world of the same seed and history. */
export const uuid = (world: Pick<World, "entropy">): string => {
  const digits = randomHex(world, 32)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20)
  ].join("-")
}

/** A UUID of version 1, which contains the time: the ids of leads and their labels. */
export const timeUuid = (world: World, millis: number): string => {
  world.ticks = (world.ticks + 1) % 10_000
  const time = ((BigInt(Math.trunc(millis)) + 12_219_292_800_000n) * 10_000n + BigInt(world.ticks)) & ((1n << 60n) - 1n)
  const digits = time.toString(16).padStart(15, "0")
  return `${digits.slice(7)}-${digits.slice(3, 7)}-1${digits.slice(0, 3)}-8f4f-d7944c9e4f3a`
}

// -----------------------------------------------------------------------------
// snapshots
// -----------------------------------------------------------------------------

/** A world at one moment. */
export interface Snapshot {
  /** The id of its company, if it is known. */
  readonly company: number | undefined
  readonly tables: ReadonlyMap<string, { readonly rows: ReadonlyMap<Id, Row>; readonly next: number }>
  readonly log: ReadonlyArray<Change>
  readonly entropy: number
  readonly ticks: number
}

/** Rows are never changed, so a copy of the maps is a copy of the world. */
export const snapshot = (world: World): Snapshot => ({
  company: world.company.id,
  tables: new Map(Array.from(world.tables, ([name, { next, rows }]) => [name, { rows: new Map(rows), next }] as const)),
  log: world.log.slice(),
  entropy: world.entropy,
  ticks: world.ticks
})

/** Restores a snapshot. */
export const restore = (world: World, to: Snapshot): void => {
  world.tables.clear()
  for (const [name, { next, rows }] of to.tables) {
    world.tables.set(name, { rows: new Map(rows), next, revision: 0, indexes: new Map(), sorted: new Map() })
  }
  world.log.splice(0, world.log.length, ...to.log)
  world.entropy = to.entropy
  world.ticks = to.ticks
}
