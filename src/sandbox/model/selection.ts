/**
 * The rows of a list and their order. An index is used if there is one, so that a small page of a large table is cheap.
 */
import * as Either from "effect/Either"
import { filterTypes, findUnsupported, matchesFilter } from "../entities/filter.js"
import type { Call } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import type { Selection } from "../http/paging.js"
import type { Outcome } from "./engine.js"
import type { Condition, Entity, Filter, IndexHint } from "./entity.js"
import * as sorting from "./sortedRows.js"
import { splitWords, text } from "./view.js"
import { all, countWhere, get, type Row, sorted, table, where } from "./world.js"

// -----------------------------------------------------------------------------
// conditions
// -----------------------------------------------------------------------------

/** The filter of a list. */
const filterCondition = (entity: Entity, call: Call): Outcome<Condition | undefined> => {
  const id = call.query.filter_id
  const type = filterTypes[entity.name]
  if (id === undefined || id === null || id === "" || type === undefined) return Either.right(undefined)
  const filter = get(call.view.world, "filter", Number(id))
  if (filter === undefined || filter.is_deleted === true || filter.type !== type) {
    return Either.left(errorResponses.inVersion(call.endpoint.version, 404, "Filter not found"))
  }
  const unknown = call.ignoresUnknown === true ? undefined : findUnsupported(filter, entity.name, call.view)
  return unknown === undefined
    ? Either.right((row) => matchesFilter(filter, entity.name, row, call.view))
    : Either.left(errorResponses.notSupported(call.endpoint, `filter_id=${String(id)} (${unknown})`))
}

const byField =
  (field: string): Filter =>
  (value) =>
    Object.assign((row: Row) => row[field] === value, { indexHint: { field, values: [value] } })

/** The conditions in the parameters of a list. */
export const conditionsOf = (entity: Entity, call: Call): Outcome<ReadonlyArray<Condition>> =>
  Either.map(filterCondition(entity, call), (byFilter) => {
    const special = call.endpoint.version === "v2" ? entity.filters : entity.v1Filters
    const conditions: Array<Condition> = byFilter === undefined ? [] : [byFilter]
    for (const [name, value] of Object.entries(call.query)) {
      if (value === undefined || value === null || value === "" || name === "custom_fields") continue
      const filter: Filter | undefined = special?.[name] ?? (name in entity.fields ? byField(name) : undefined)
      const condition = filter?.(value, call.view)
      if (condition !== undefined) conditions.push(condition)
    }
    return conditions
  })

// -----------------------------------------------------------------------------
// rows
// -----------------------------------------------------------------------------

/** The table of a list, and its general condition. */
export interface Source {
  readonly from?: (call: Call) => Outcome<Iterable<Row>>
  readonly which?: sorting.Part | ((row: Row, call: Call) => boolean) | undefined
  /** Parameters that override others, in order of precedence. */
  readonly precedence?: ReadonlyArray<Precedence>
  /** Defaults, after overridden parameters were removed. */
  readonly defaults?: (call: Call) => Readonly<Record<string, unknown>>
}

/** A parameter, and those that it overrides. */
export type Precedence = readonly [name: string, over: ReadonlyArray<string>]

/** Parameters that a filter overrides. */
export const filterOver = (...over: ReadonlyArray<string>): ReadonlyArray<Precedence> => [["filter_id", over]]

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && value !== false && Number(value) !== 0

/** The call without overridden parameters, and with defaults. */
export const applyPrecedence = ({ defaults, precedence = [] }: Source, call: Call): Call => {
  const query: Record<string, unknown> = { ...call.query }
  for (const [name, over] of precedence) if (isSet(query[name])) for (const one of over) delete query[one]
  const effective = { ...call, query }
  return defaults === undefined ? effective : { ...effective, query: { ...defaults(effective), ...query } }
}

const month = 30 * 86_400_000

/** Deleted rows can be read for 30 days. */
export const isPurged = (row: Row, now: string): boolean => {
  const deleted = text(row, "delete_time")
  return deleted !== "" && new Date(now).getTime() - new Date(deleted).getTime() > month
}

const wantsDeleted = (call: Call): boolean => {
  const status = splitWords(call.query.status)
  return status !== undefined && (status.includes("deleted") || status.includes("all"))
}

/** Deleted deals are listed on request. */
const withDeleted: { readonly [K in sorting.Part]: (row: Row) => boolean } = {
  ...sorting.parts,
  live: sorting.parts.all,
  unarchived: (row) => row.is_archived !== true,
  archived: (row) => row.is_archived === true
}

const allConditions = (conditions: ReadonlyArray<(row: Row) => boolean>): ((row: Row) => boolean) | undefined => {
  const [one, two] = conditions
  return two === undefined ? one : (row) => conditions.every((condition) => condition(row))
}

/** With more rows than this an index does not pay. */
const maxCandidates = 4000

const rowsByHint = (indexHint: IndexHint, entity: Entity, call: Call): ReadonlyArray<Row> | undefined => {
  const { world } = call.view
  if ("values" in indexHint) {
    const { field, values } = indexHint
    if (field === "id") return values.flatMap((id) => get(world, entity.name, id) ?? [])
    return countWhere(world, entity.name, field, values) > maxCandidates
      ? undefined
      : values.flatMap((value) => where(world, entity.name, field, value))
  }
  const order = { field: indexHint.field, descending: false }
  const rows = sorted(world, entity.name, [order], "all")
  const from = sorting.lowerBound(
    rows,
    { id: Number.NEGATIVE_INFINITY, [indexHint.field]: indexHint.from },
    sorting.compare([order])
  )
  return rows.length - from > maxCandidates ? undefined : rows.slice(from)
}

/** The candidate rows of a table, by the most selective index. */
const candidates = (
  entity: Entity,
  conditions: ReadonlyArray<Condition>,
  call: Call
): ReadonlyArray<Row> | undefined => {
  let fewest: ReadonlyArray<Row> | undefined
  // scanning a small table is faster than making an index
  if (table(call.view.world, entity.name).rows.size <= maxCandidates) return undefined
  for (const { indexHint } of conditions) {
    const found = indexHint === undefined ? undefined : rowsByHint(indexHint, entity, call)
    if (found !== undefined && (fewest === undefined || found.length < fewest.length)) fewest = found
  }
  return fewest
}

/** The rows of a list in order, and the condition. */
export const rows = (
  entity: Entity,
  source: Source,
  orders: ReadonlyArray<sorting.Order>,
  call: Call
): Outcome<Selection> =>
  Either.gen(function* () {
    const { now, world } = call.view
    const { which = "live" } = source
    const effective = applyPrecedence(source, call)
    const given = source.from === undefined ? undefined : yield* source.from(effective)
    const conditions = yield* conditionsOf(entity, effective)
    const deleted = wantsDeleted(effective)
    const part = typeof which === "string" && !deleted ? which : "all"
    const test =
      typeof which !== "string"
        ? (row: Row) => which(row, effective) && !isPurged(row, now)
        : deleted
          ? (row: Row) => withDeleted[which](row) && !isPurged(row, now)
          : sorting.parts[which]
    const keep = allConditions([test, ...conditions])
    const candidateRows = given ?? candidates(entity, conditions, call)
    // UUIDs say nothing about the order: rows are in order of creation
    const inCreationOrder =
      sorting.isCreationOrder(orders) && !sorting.isSequential(first(candidateRows ?? all(world, entity.name))?.id)
    if (inCreationOrder) return { rows: Array.from(candidateRows ?? all(world, entity.name)), keep }
    if (candidateRows !== undefined) return { rows: Array.from(candidateRows).sort(sorting.compare(orders)), keep }
    const within = part === "all" && which !== "all" ? keep : allConditions(conditions)
    return { rows: sorted(world, entity.name, orders, part), keep: within }
  })

const first = (rows_: Iterable<Row>): Row | undefined => {
  for (const row of rows_) return row
  return undefined
}
