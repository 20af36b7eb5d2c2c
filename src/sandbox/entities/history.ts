/**
 * The history of entities, for changelogs, flows and recents.
 */
import type { Entity } from "../model/entity.js"
import { isRecord, num, text, type View, v1Time } from "../model/view.js"
import { type Change, get, type Row } from "../model/world.js"

const ignoredFields = new Set([
  "update_time",
  "update_user_id",
  "last_update_user_id",
  "custom_fields",
  "delete_time",
  "modified"
])

/** One field that was changed. */
export interface FieldChange {
  readonly key: string
  readonly before: unknown
  readonly after: unknown
  readonly change: Change
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)

const fieldsOf = (change: Change): ReadonlyArray<FieldChange> => {
  const before = change.before
  if (before === undefined) return []
  const found: Array<FieldChange> = []
  for (const key of Object.keys(change.after)) {
    if (!ignoredFields.has(key) && differs(before[key], change.after[key])) {
      found.push({ key, before: before[key], after: change.after[key], change })
    }
  }
  const [old, next] = [before.custom_fields, change.after.custom_fields]
  if (isRecord(old) && isRecord(next)) {
    for (const key of Object.keys(next)) {
      if (differs(old[key], next[key])) found.push({ key, before: old[key], after: next[key], change })
    }
  }
  return found
}

/** The changes to an entity's fields, newest first. */
export const changesOf = (table: string, id: unknown, view: View): ReadonlyArray<FieldChange> => {
  const found: Array<FieldChange> = []
  for (const change of view.world.log) {
    if (change.table === table && change.id === id && change.action !== "create") found.push(...fieldsOf(change))
  }
  return found.reverse()
}

/** A value as changelogs write it. */
export const formatValue = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : typeof value === "object"
      ? JSON.stringify(value)
      : typeof value === "boolean"
        ? value
          ? "1"
          : "0"
        : String(value)

/** v1's name of a field. */
export const v1Key = (entity: Entity, key: string): string => {
  const name = entity.fields[key]?.v1
  return typeof name === "string" ? name : key
}

/** The latest state of entities changed since a time, oldest first. */
export const touchedSince = (
  tables: ReadonlySet<string>,
  since: string,
  view: View
): ReadonlyArray<readonly [Change, Row]> => {
  const latest = new Map<string, Change>()
  for (const change of view.world.log) {
    if (!tables.has(change.table) || change.time < since) continue
    const key = `${change.table}:${String(change.id)}`
    latest.delete(key)
    latest.set(key, change)
  }
  return Array.from(
    latest.values(),
    (change) => [change, get(view.world, change.table, change.id) ?? change.after] as const
  )
}

/** The time of a change, as v1 writes it. */
export const timeOf = (change: Change): string => v1Time(change.time)

/** The age of a deal in days. */
export const ageInDays = (row: Row, now: string): number =>
  Math.floor(
    (new Date(text(row, "close_time") || now).getTime() - new Date(text(row, "add_time")).getTime()) / 86_400_000
  )

/** Amounts by currency. */
export const sums = (rows: ReadonlyArray<Row>, amount: (row: Row) => number = (row) => num(row, "value")) => {
  const found: Record<string, number> = {}
  for (const row of rows) {
    const currency = text(row, "currency")
    found[currency] = Math.round(((found[currency] ?? 0) + amount(row)) * 100) / 100
  }
  return found
}
