/**
 * Fields and conditions that several entities share.
 */
import * as Either from "effect/Either"
import type { Answer } from "../http/messages.js"
import type { Computed, Field, Filter } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { numOrNull, text, textOrNull, toSecond, type View, v1Time, v2Time } from "../model/view.js"
import { all, get, type Row } from "../model/world.js"

/** The id. */
export const id: Field = { kind: kinds.integer, readOnly: true }

/** An id that is a UUID. */
export const uuid: Field = { kind: kinds.text, readOnly: true }

/** The creation time. */
export const addTime: Field = { kind: kinds.time, initial: (view) => view.now }

/** When it was last changed, to the second. */
export const updateTime: Field = { kind: kinds.time, initial: (view) => toSecond(view.now), readOnly: true }

/** A user, by default the caller. */
export const user: Field = {
  kind: kinds.reference("user", references.userReference),
  initial: (view) => view.caller.id
}

/** The same where v1 shows the id. */
export const userLink: Field = { kind: kinds.link("user"), initial: (view) => view.caller.id }

/** Who may see it. */
export const visibleTo: Field = { kind: kinds.visibility, initial: () => 3, cleared: 3 }

/** Whether it is deleted; v1 says whether it is active. */
export const isDeleted: Field = { kind: kinds.notFlag, initial: () => false, cleared: false, v1: "active_flag" }

/** Labels, by the ids of the label field's options. */
export const labelIds: Field = { kind: kinds.integers, initial: () => [], cleared: [] }

/** When it was deleted: v1 shows it. */
export const deleteTime: Field = { kind: kinds.time, v2: false, readOnly: true }

/** Plain text in both versions. */
export const plainText: Field = { kind: kinds.text }

/** A plain integer in both versions. */
export const plainInteger: Field = { kind: kinds.integer }

/** Where a thing comes from: an app, or somebody's API token. */
export const origins: Readonly<Record<"origin" | "origin_id" | "channel" | "channel_id", Field>> = {
  origin: { kind: kinds.text, initial: (view) => (view.app === undefined ? "API" : "Marketplace"), readOnly: true },
  origin_id: { kind: kinds.text, initial: (view) => view.app?.clientId ?? null },
  channel: { kind: kinds.integer, initial: (view) => (view.app === undefined ? null : 8) },
  channel_id: { kind: kinds.text, initial: (view) => view.app?.name ?? null }
}

/** The number of rows of a table that refer to this one. */
export const count =
  (table: string, field: string, which: (row: Row) => boolean = () => true): Computed =>
  (row, view) =>
    references.liveRowsWhere(view.world, table, field, row.id).filter(which).length

/** The number of followers. */
export const followers =
  (entity: string): Computed =>
  (row, view) =>
    references.liveRowsWhere(view.world, "follower", "followed", `${entity}:${row.id}`).length

/** Accepts every change. */
export const accepted: Either.Either<void, Answer> = Either.void

/** A constant. */
export const always =
  (value: unknown): Computed =>
  () =>
    value

/** Keys that the sandbox leaves empty. */
export const nulls = (...names: ReadonlyArray<string>): Readonly<Record<string, Computed>> =>
  Object.fromEntries(names.map((name) => [name, always(null)]))

/** Whether an activity is done. */
export const isDone = (row: Row): boolean => row.done === true

/** The next and the last activity, as v1 shows them beside deals, persons and organizations. */
export const activityInfo = (field: string): Readonly<Record<string, Computed>> => ({
  next_activity_date: (row, view) => textOrNull(references.nextActivity(view, field, row.id), "due_date"),
  next_activity_time: (row, view) => text(references.nextActivity(view, field, row.id), "due_time") || null,
  next_activity_id: (row, view) => numOrNull(references.nextActivity(view, field, row.id), "id"),
  last_activity_id: (row, view) => numOrNull(references.lastActivity(view, field, row.id), "id"),
  last_activity_date: (row, view) => textOrNull(references.lastActivity(view, field, row.id), "due_date")
})

/** Counters of activities, notes, files and mail. */
export const counters = (entity: string, field: string): Readonly<Record<string, Computed>> => ({
  email_messages_count: always(0),
  activities_count: count("activity", field),
  done_activities_count: count("activity", field, isDone),
  undone_activities_count: count("activity", field, (row) => !isDone(row)),
  files_count: count("file", field),
  notes_count: count("note", field),
  followers_count: followers(entity)
})

const dealsOf = (which: (row: Row) => boolean, field: string): Computed => count("deal", field, which)

/** Counters of deals. */
export const dealCounters = (field: string): Readonly<Record<string, Computed>> => ({
  open_deals_count: dealsOf((row) => row.status === "open", field),
  related_open_deals_count: always(0),
  closed_deals_count: dealsOf((row) => row.status !== "open", field),
  related_closed_deals_count: always(0),
  won_deals_count: dealsOf((row) => row.status === "won", field),
  related_won_deals_count: always(0),
  lost_deals_count: dealsOf((row) => row.status === "lost", field),
  related_lost_deals_count: always(0)
})

/** Counters of `counters` and `activityInfo` that v2 shows when asked to. */
export const pick = (
  from: Readonly<Record<string, Computed>>,
  ...names: ReadonlyArray<string>
): Readonly<Record<string, Computed>> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const found = from[name]
      return found === undefined ? [] : [[name, found] as const]
    })
  )

/** The first label, as v1 shows it beside `label_ids`. */
export const firstLabel: Computed = (row) => {
  const [first] = Array.isArray(row.label_ids) ? row.label_ids : []
  return typeof first === "number" ? first : null
}

/** The first letter, under which v1 files it. */
export const firstChar: Computed = (row) => text(row, "name").charAt(0).toLowerCase() || null

/** The owner's name. */
export const ownerName: Computed = references.nameOf("user", "owner_id")

// -----------------------------------------------------------------------------
// conditions
// -----------------------------------------------------------------------------

/** The field has one of these values. */
export const isOneOf =
  (field: string): Filter =>
  (value) => {
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    const wanted = new Set(values)
    return Object.assign((row: Row) => wanted.has(row[field]), { indexHint: { field, values: Array.from(wanted) } })
  }

const instant = (value: unknown): string | undefined => {
  const read = kinds.readTime(value, false)
  return typeof read === "string" ? read : undefined
}

/** The time of the field is at or after. */
export const since =
  (field: string): Filter =>
  (value) => {
    const from = instant(value)?.slice(0, 19)
    return from === undefined
      ? undefined
      : Object.assign((row: Row) => text(row, field) >= from, { indexHint: { field, from } })
  }

/** The time of the field is before. */
export const until =
  (field: string): Filter =>
  (value) => {
    const to = instant(value)?.slice(0, 19)
    return to === undefined ? undefined : (row) => text(row, field) < to
  }

/** The day of the field is at or after. */
export const fromDay =
  (field: string): Filter =>
  (value) =>
    typeof value === "string" ? (row) => text(row, field).slice(0, 10) >= value.slice(0, 10) : undefined

/** The day of the field is at or before. */
export const toDay =
  (field: string): Filter =>
  (value) =>
    typeof value === "string" ? (row) => text(row, field).slice(0, 10) <= value.slice(0, 10) : undefined

/** The flag says so. */
export const flagEquals =
  (field: string): Filter =>
  (value) => {
    const wanted = kinds.flag.fromV1(value)
    return typeof wanted === "boolean" ? (row) => row[field] === wanted : undefined
  }

/** The name begins with it. */
export const beginsWith: Filter = (value) =>
  typeof value === "string" && value !== ""
    ? (row) => text(row, "name").toLowerCase().startsWith(value.toLowerCase())
    : undefined

/** What all lists of v2 take. */
export const changedFilters: Readonly<Record<string, Filter>> = {
  ids: isOneOf("id"),
  updated_since: since("update_time"),
  updated_until: until("update_time")
}

/** What v1's collections take. */
export const collectionFilters: Readonly<Record<string, Filter>> = {
  since: since("update_time"),
  until: until("update_time")
}

// -----------------------------------------------------------------------------
// searching
// -----------------------------------------------------------------------------

/** Notes on the thing. */
export const notesOn =
  (field: string) =>
  (row: Row, view: View): ReadonlyArray<string> =>
    references.liveRowsWhere(view.world, "note", field, row.id).map((note) => text(note, "content"))

const searchable = new Set(["address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"])

/** The searchable custom fields. */
export const customTexts =
  (table: string) =>
  (row: Row, view: View): ReadonlyArray<string> => {
    const values = row.custom_fields
    if (typeof values !== "object" || values === null) return []
    const found: Array<string> = []
    const customValues = new Map<string, unknown>(Object.entries(values))
    for (const field of all(view.world, table)) {
      if (!searchable.has(text(field, "field_type"))) continue
      const value = customValues.get(text(field, "field_code"))
      if (typeof value === "string" || typeof value === "number") found.push(String(value))
      else if (typeof value === "object" && value !== null && "value" in value) found.push(String(value.value))
    }
    return found
  }

/** A reference as searches show it. */
export const referenceWithName = (table: string, id_: unknown, view: View, naming = "name"): unknown => {
  const row = view.world.tables.get(table)?.rows.get(typeof id_ === "number" || typeof id_ === "string" ? id_ : 0)
  return row === undefined ? null : { id: row.id, [naming]: text(row, naming) }
}

/** The organization of what is found. */
export const foundOrganization = (id_: unknown, view: View): unknown => {
  const row = get(view.world, "organization", id_)
  return row === undefined ? null : { id: row.id, name: row.name, address: references.addressText(row, "address") }
}

/** Times of a stored field, for shapes made by hand. */
export const shownTime = (row: Row, field: string, version: "v1" | "v2"): string | null => {
  const value = textOrNull(row, field)
  return value === null ? null : version === "v1" ? v1Time(value) : v2Time(value)
}
