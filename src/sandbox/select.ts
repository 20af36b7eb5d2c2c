/**
 * Which rows a list is about, and in which order: found by an index where there is one, so that a page of few out of many costs
 * little.
 */
import * as Either from "effect/Either"
import type { Call } from "./call.js"
import type { Outcome } from "./engine.js"
import { applies, filterTypes } from "./entities/filter.js"
import type { Condition, Entity, Filter, Narrow } from "./entity.js"
import type { Selection } from "./paging.js"
import * as refusals from "./refusals.js"
import * as sorting from "./sorted.js"
import { words } from "./view.js"
import { all, countWhere, get, type Row, sorted, table, where } from "./world.js"

// -----------------------------------------------------------------------------
// conditions
// -----------------------------------------------------------------------------

/** The filter that a list is asked to apply. */
const stored = (entity: Entity, call: Call): Outcome<Condition | undefined> => {
  const id = call.query.filter_id
  const type = filterTypes[entity.name]
  if (id === undefined || id === null || type === undefined) return Either.right(undefined)
  const filter = get(call.view.world, "filter", Number(id))
  return filter === undefined || filter.is_deleted === true || filter.type !== type
    ? Either.left(refusals.inVersion(call.endpoint.version, 404, "Filter not found"))
    : Either.right((row) => applies(filter, row, call.view))
}

const byField =
  (field: string): Filter =>
  (value) =>
    Object.assign((row: Row) => row[field] === value, { narrow: { field, values: [value] } })

/** The conditions that the parameters of a list name. */
export const conditionsOf = (entity: Entity, call: Call): Outcome<ReadonlyArray<Condition>> =>
  Either.map(stored(entity, call), (byFilter) => {
    const special = call.endpoint.version === "v2" ? entity.filters : entity.v1Filters
    const conditions: Array<Condition> = byFilter === undefined ? [] : [byFilter]
    for (const [name, value] of Object.entries(call.query)) {
      if (value === undefined || value === null || value === "" || name === "custom_fields") continue
      // a filter goes before a list of ids
      if (name === "ids" && byFilter !== undefined) continue
      const filter: Filter | undefined = special?.[name] ?? (name in entity.fields ? byField(name) : undefined)
      const condition = filter?.(value, call.view)
      if (condition !== undefined) conditions.push(condition)
    }
    return conditions
  })

// -----------------------------------------------------------------------------
// rows
// -----------------------------------------------------------------------------

/** Where the rows come from, and which of them can be meant at all. */
export interface Source {
  readonly from?: (call: Call) => Outcome<Iterable<Row>>
  readonly which?: sorting.Part | ((row: Row, call: Call) => boolean) | undefined
}

const wantsDeleted = (call: Call): boolean => {
  const status = words(call.query.status)
  return status !== undefined && (status.includes("deleted") || status.includes("all"))
}

/** Deals that are deleted are listed when they are asked for. */
const withDeleted: { readonly [K in sorting.Part]: (row: Row) => boolean } = {
  ...sorting.parts,
  live: sorting.parts.all,
  standing: (row) => row.is_archived !== true,
  archived: (row) => row.is_archived === true
}

const both = (conditions: ReadonlyArray<(row: Row) => boolean>): ((row: Row) => boolean) | undefined => {
  const [one, two] = conditions
  return two === undefined ? one : (row) => conditions.every((condition) => condition(row))
}

/** More rows than this are not worth being picked out and sorted. */
const few = 4000

const picked = (narrow: Narrow, entity: Entity, call: Call): ReadonlyArray<Row> | undefined => {
  const { world } = call.view
  if ("values" in narrow) {
    const { field, values } = narrow
    if (field === "id") return values.flatMap((id) => get(world, entity.name, id) ?? [])
    return countWhere(world, entity.name, field, values) > few
      ? undefined
      : values.flatMap((value) => where(world, entity.name, field, value))
  }
  const order = { field: narrow.field, descending: false }
  const rows = sorted(world, entity.name, [order], "all")
  const from = sorting.place(
    rows,
    { id: Number.NEGATIVE_INFINITY, [narrow.field]: narrow.from },
    sorting.compare([order])
  )
  return rows.length - from > few ? undefined : rows.slice(from)
}

/** The rows of a table, the fewer the better: the conditions say where to look. */
const candidates = (
  entity: Entity,
  conditions: ReadonlyArray<Condition>,
  call: Call
): ReadonlyArray<Row> | undefined => {
  let fewest: ReadonlyArray<Row> | undefined
  // a small table is looked through faster than an index is made
  if (table(call.view.world, entity.name).rows.size <= few) return undefined
  for (const { narrow } of conditions) {
    const found = narrow === undefined ? undefined : picked(narrow, entity, call)
    if (found !== undefined && (fewest === undefined || found.length < fewest.length)) fewest = found
  }
  return fewest
}

/** The rows of a list in their order, and which of them are meant. */
export const rows = (
  entity: Entity,
  source: Source,
  orders: ReadonlyArray<sorting.Order>,
  call: Call
): Outcome<Selection> =>
  Either.gen(function* () {
    const { world } = call.view
    const { which = "live" } = source
    const given = source.from === undefined ? undefined : yield* source.from(call)
    const conditions = yield* conditionsOf(entity, call)
    const deleted = wantsDeleted(call)
    const part = typeof which === "string" && !deleted ? which : "all"
    const test =
      typeof which === "string" ? (deleted ? withDeleted : sorting.parts)[which] : (row: Row) => which(row, call)
    const keep = both([test, ...conditions])
    const few_ = given ?? candidates(entity, conditions, call)
    // ids that do not count up say nothing about the order: things lie as they were made
    const asMade = sorting.natural(orders) && !sorting.counted(first(few_ ?? all(world, entity.name))?.id)
    if (asMade) return { rows: Array.from(few_ ?? all(world, entity.name)), keep }
    if (few_ !== undefined) return { rows: Array.from(few_).sort(sorting.compare(orders)), keep }
    const within = part === "all" && which !== "all" ? keep : both(conditions)
    return { rows: sorted(world, entity.name, orders, part), keep: within }
  })

const first = (rows_: Iterable<Row>): Row | undefined => {
  for (const row of rows_) return row
  return undefined
}
