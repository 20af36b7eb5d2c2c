/**
 * Reads, writes and renders entities by their descriptions.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Answer } from "../http/messages.js"
import * as bounds from "./bounds.js"
import * as custom from "./customFields.js"
import type { Computed, Draft, Entity, Field, OperationKind } from "./entity.js"
import { type Kind, time, unreadable } from "./kinds.js"
import { isRecord, list, nullRecord, text, toSecond, type View } from "./view.js"
import { get, nextId, put, type Row, remove as removeRow } from "./world.js"

/** A handler's result: a response, or an error response. */
export type Outcome<A> = Either.Either<A, Answer>

/** Fields to set, under their stored names. */
export type Patch = Readonly<Record<string, unknown>>

/** An entity's descriptions, prepared for rendering many rows. */
interface Layout {
  readonly columns: ReadonlyArray<readonly [name: string, field: Field]>
  /** A row without values. */
  readonly blank: Readonly<Record<string, null>>
  readonly v1: VersionLayout
  readonly v2: VersionLayout
}

/** The fields of a version. */
interface VersionLayout {
  readonly fields: ReadonlyArray<{ readonly key: string; readonly name: string; readonly kind: Kind }>
  readonly computed: ReadonlyArray<readonly [key: string, Computed]>
  /** An object with all keys in order, to copy and fill. */
  readonly blank: Readonly<Record<string, null>>
}

const makeVersionLayout = (
  entity: Entity,
  keyOf: (name: string, field: Field) => string | undefined,
  computed: Readonly<Record<string, Computed>> = {},
  nested: ReadonlyArray<string> = [],
  spread = false
): VersionLayout => {
  const fields = Object.entries(entity.fields).flatMap(([name, field]) => {
    const key = keyOf(name, field)
    return key === undefined ? [] : [{ key, name, kind: field.kind }]
  })
  const keys = fields.flatMap(({ key, kind }) => [key, ...(spread ? Object.keys(kind.v1Parts?.(null, key) ?? {}) : [])])
  return {
    fields,
    computed: Object.entries(computed),
    blank: nullRecord([...keys, ...nested, ...Object.keys(computed)])
  }
}

const layoutOf = (entity: Entity): Layout => {
  const known = layoutCache.get(entity)
  if (known !== undefined) return known
  const layout: Layout = {
    columns: Object.entries(entity.fields),
    blank: nullRecord([
      "id",
      ...Object.keys(entity.fields),
      ...(entity.customFields === undefined ? [] : ["custom_fields"])
    ]),
    v1: makeVersionLayout(entity, (name, { v1 }) => (v1 === false ? undefined : (v1 ?? name)), entity.v1, [], true),
    v2: makeVersionLayout(
      entity,
      (name, { v2 }) => (v2 === false ? undefined : name),
      entity.v2,
      entity.customFields === undefined ? [] : ["custom_fields"]
    )
  }
  layoutCache.set(entity, layout)
  return layout
}

// a cache of a pure function, not state
const layoutCache: WeakMap<Entity, Layout> = /*#__PURE__*/ new WeakMap()

const columns = (entity: Entity): Layout["columns"] => layoutOf(entity).columns

// -----------------------------------------------------------------------------
// out
// -----------------------------------------------------------------------------

/** What a caller of v2 requested with `include_fields` and `custom_fields`. */
export interface DisplayOptions {
  readonly include?: ReadonlyArray<string>
  readonly customFields?: ReadonlyArray<string>
  readonly optionLabels?: boolean
  readonly labels?: boolean
}

/** A row as v2 shows it. */
export const showV2 = (entity: Entity, row: Row, view: View, options: DisplayOptions = {}): Record<string, unknown> => {
  const { blank, computed, fields } = layoutOf(entity).v2
  const out: Record<string, unknown> = { ...blank }
  for (const { key, kind, name } of fields) {
    const value = row[name]
    out[key] = value === null || value === undefined ? null : kind.toV2(value)
  }
  if (entity.customFields !== undefined) {
    const values = custom.toV2(view.world, entity.customFields, row, options.customFields)
    out.custom_fields = options.optionLabels === true ? withOptionLabels(entity.customFields, values, view) : values
  }
  for (const [key, compute] of computed) out[key] = compute(row, view)
  if (options.include !== undefined) {
    for (const name of options.include) {
      const compute = entity.include?.[name]
      if (compute !== undefined) out[name] = compute(row, view)
    }
  }
  if (options.labels === true && entity.customFields !== undefined && Array.isArray(out.label_ids)) {
    out.label_ids = withLabels(entity.customFields, out.label_ids, view)
  }
  return out
}

const labelled = (options: ReadonlyArray<unknown>, id: unknown): unknown => {
  const option = options.find((candidate) => isRecord(candidate) && candidate.id === id)
  return { id, label: isRecord(option) ? option.label : null }
}

const withOptionLabels = (table: string, values: unknown, view: View): unknown => {
  if (!isRecord(values)) return values
  const out: Record<string, unknown> = { ...values }
  for (const field of custom.definitions(view.world, table)) {
    const key = text(field, "field_code")
    const value = out[key]
    const options = list(field, "options")
    if (field.field_type === "enum" && typeof value === "number") out[key] = labelled(options, value)
    if (field.field_type === "set" && Array.isArray(value)) out[key] = value.map((id) => labelled(options, id))
  }
  return out
}

const withLabels = (table: string, ids: ReadonlyArray<unknown>, view: View): unknown => {
  for (const row of view.world.tables.get(table)?.rows.values() ?? []) {
    if (row.field_code === "label_ids") return ids.map((id) => labelled(list(row, "options"), id))
  }
  return ids.map((id) => labelled([], id))
}

/** A row as v1 shows it. */
export const showV1 = (entity: Entity, row: Row, view: View, operation: OperationKind): Record<string, unknown> => {
  const { blank, computed, fields } = layoutOf(entity).v1
  const out: Record<string, unknown> = { ...blank }
  for (const { key, kind, name } of fields) {
    const value = row[name] ?? null
    out[key] = value === null ? null : kind.toV1(value, view)
    if (kind.v1Parts !== undefined) Object.assign(out, kind.v1Parts(value, key))
  }
  for (const [key, compute] of computed) out[key] = compute(row, view)
  const more = entity.v1ByOperation?.[operation]
  for (const name in more) out[name] = more[name]?.(row, view)
  if (entity.customFields !== undefined) {
    const values = custom.toV1(view.world, entity.customFields, row)
    for (const key in values) {
      if (entity.customFieldsWhenSet !== true || values[key] !== null) out[key] = values[key]
    }
  }
  return out
}

/** The `related_objects` of these rows; `undefined` if there are none. */
export const relatedObjects = (
  entity: Entity,
  rows: ReadonlyArray<Row>,
  view: View,
  full = false
): Readonly<Record<string, unknown>> | undefined => {
  if (entity.related === undefined) return undefined
  const out: Record<string, Record<string, unknown>> = {}
  for (const [name, related] of Object.entries(entity.related)) {
    const shown = full ? (related.fullReference ?? related.reference) : related.reference
    const found: Record<string, unknown> = {}
    for (const row of rows) {
      for (const field of related.by) {
        const id = row[field]
        if ((typeof id === "number" || typeof id === "string") && !(id in found)) found[id] = shown(id, view)
      }
    }
    if (Object.keys(found).length > 0) out[name] = found
  }
  return Object.keys(out).length === 0 ? undefined : out
}

// -----------------------------------------------------------------------------
// in
// -----------------------------------------------------------------------------

/** Reads a v1 body: coerces values and ignores unknown keys. */
export const readV1 = (entity: Entity, body: Patch, view: View, before: Row | undefined): Outcome<Patch> => {
  const patch: Record<string, unknown> = {}
  for (const [name, field] of columns(entity)) {
    if (field.v1 === false || field.readOnly === true) continue
    const raw = body[field.v1 ?? name]
    if (raw === undefined) continue
    const value = raw === null || (raw === "" && field.kind.is("") === false) ? null : field.kind.fromV1(raw)
    if (value === unreadable)
      return Either.left(errorResponses.v1(400, `${field.v1 ?? name} ${field.kind.requirement}`))
    patch[name] = value
  }
  for (const alias in entity.v1Aliases) {
    const name = entity.v1Aliases[alias] ?? ""
    const raw = body[alias]
    if (raw === undefined || patch[name] !== undefined) continue
    const value = raw === null ? null : entity.fields[name]?.kind.fromV1(raw)
    if (value !== unreadable) patch[name] = value
  }
  if (entity.customFields !== undefined) {
    const values = custom.fromV1(
      view.world,
      entity.customFields,
      body,
      before?.custom_fields,
      view.caller.default_currency
    )
    if (Object.keys(values).length > 0) patch.custom_fields = values
  }
  return Either.right(patch)
}

/** Reads a v2 body, whose keys and types the endpoint's Schema has checked; the rest is checked here. */
export const readV2 = (entity: Entity, body: Patch, view: View): Outcome<Patch> => {
  const patch: Record<string, unknown> = {}
  const errors: Array<errorResponses.ValidationError> = []
  const aliases = Object.fromEntries(Object.entries(entity.v2Aliases ?? {}).map(([alias, name]) => [name, alias]))
  for (const [name, field] of columns(entity)) {
    if (field.readOnly === true) continue
    const own = body[name]
    const raw = own === undefined ? body[aliases[name] ?? name] : own
    if (raw === undefined) continue
    const value = raw === null ? null : field.kind.fromV2(raw)
    if (value === unreadable) errors.push({ key: name, message: `Parameter '${name}' ${field.kind.requirement}` })
    else patch[name] = value
  }
  if (entity.customFields !== undefined && isRecord(body.custom_fields)) {
    const values: Record<string, unknown> = {}
    const fields = new Map(
      custom.definitions(view.world, entity.customFields).map((field) => [text(field, "field_code"), field])
    )
    for (const [key, raw] of Object.entries(body.custom_fields)) {
      const field = fields.get(key)
      if (field === undefined) {
        errors.push(errorResponses.notAllowed(`custom_fields.${key}`, key))
        continue
      }
      const problem = raw === null ? undefined : custom.findProblem(field, raw)
      if (problem === undefined) values[key] = raw === null ? null : custom.normalise(field, raw)
      else errors.push({ key: `custom_fields.${key}`, message: `Parameter '${key}' ${problem}` })
    }
    if (Object.keys(values).length > 0) patch.custom_fields = values
  }
  return errors.length === 0 ? Either.right(patch) : Either.left(errorResponses.invalid(errors))
}

/** Accepts every change. */
export const accepted: Outcome<void> = Either.void

// -----------------------------------------------------------------------------
// changes
// -----------------------------------------------------------------------------

const outOfBounds = (entity: Entity, draft: Draft): Answer | undefined => {
  const error = bounds.outOfBounds(entity, draft)
  if (error === undefined) return undefined
  return draft.version === "v1" ? errorResponses.v1(400, error.message) : errorResponses.invalid([error])
}

const findMissingTarget = (entity: Entity, draft: Draft): Answer | undefined => {
  for (const [name, field] of columns(entity)) {
    const target = field.kind.target
    const value = draft.after[name]
    if (target === undefined || value === null || value === undefined || !draft.given.has(name)) continue
    if (get(draft.view.world, target, value) === undefined) {
      const word = `${target.charAt(0).toUpperCase()}${target.slice(1)}`
      return draft.version === "v1"
        ? errorResponses.v1(400, `${word} not found`)
        : errorResponses.invalid([{ key: name, message: `${word} with id ${String(value)} was not found` }])
    }
  }
  return undefined
}

const commit = (entity: Entity, draft: Draft, action: "create" | "change" | "delete"): Row => {
  const row: Row = draft.after
  const view = draft.view
  put(view.world, entity.name, row)
  view.world.log.push({
    time: view.now,
    table: entity.name,
    action,
    id: row.id,
    userId: view.caller.id,
    before: draft.before,
    after: row
  })
  entity.afterCommit?.(row, draft.before, view)
  return row
}

/**
 * The time of a change, as exact as the entity keeps it. Most keep seconds: lists that are sorted by it do not tell which of two
 * changes of one second came first.
 */
const changedAt = (entity: Entity, view: View): string =>
  entity.fields.update_time?.kind === time ? toSecond(view.now) : view.now

const applyCleared = (field: Field | undefined, value: unknown): unknown =>
  value === null && field?.cleared !== undefined ? field.cleared : value

/** Adds a row. */
export const create = (entity: Entity, patch: Patch, view: View, version: "v1" | "v2"): Outcome<Row> => {
  const id = patch.id
  const after: Draft["after"] = {
    ...layoutOf(entity).blank,
    id:
      typeof id === "number" || typeof id === "string" ? id : (entity.newId?.(view) ?? nextId(view.world, entity.name))
  }
  for (const [name, field] of columns(entity)) {
    if (name === "id") continue
    const value = patch[name]
    after[name] = value === undefined ? (field.initial?.(view) ?? field.cleared ?? null) : applyCleared(field, value)
  }
  if (entity.customFields !== undefined) after.custom_fields = patch.custom_fields ?? {}
  const draft: Draft = { view, version, before: undefined, after, given: new Set(Object.keys(patch)) }
  const refusal = outOfBounds(entity, draft) ?? findMissingTarget(entity, draft)
  if (refusal !== undefined) return Either.left(refusal)
  const outcome = entity.beforeCommit?.(draft) ?? Either.void
  return Either.map(outcome, () => commit(entity, draft, "create"))
}

/** Changes a row. */
export const change = (entity: Entity, row: Row, patch: Patch, view: View, version: "v1" | "v2"): Outcome<Row> => {
  const after: Draft["after"] = { ...row }
  for (const name in patch) {
    if (name === "custom_fields")
      after[name] = { ...(isRecord(row[name]) ? row[name] : {}), ...(isRecord(patch[name]) ? patch[name] : {}) }
    else after[name] = applyCleared(entity.fields[name], patch[name])
  }
  if (entity.fields.update_time !== undefined && patch.update_time === undefined)
    after.update_time = changedAt(entity, view)
  const draft: Draft = { view, version, before: row, after, given: new Set(Object.keys(patch)) }
  const refusal = outOfBounds(entity, draft) ?? findMissingTarget(entity, draft)
  if (refusal !== undefined) return Either.left(refusal)
  const outcome = entity.beforeCommit?.(draft) ?? Either.void
  return Either.map(outcome, () =>
    commit(entity, draft, after.is_deleted === true && row.is_deleted !== true ? "delete" : "change")
  )
}

/** Deletes a row: marks it as deleted, or removes it where Pipedrive keeps nothing. */
export const remove = (entity: Entity, row: Row, view: View): void => {
  if (entity.hardDelete === true) {
    removeRow(view.world, entity.name, row.id)
    view.world.log.push({
      time: view.now,
      table: entity.name,
      action: "delete",
      id: row.id,
      userId: view.caller.id,
      before: row,
      after: row
    })
  } else {
    const after: Draft["after"] = { ...row, is_deleted: true, delete_time: view.now }
    if (entity.fields.update_time !== undefined) after.update_time = changedAt(entity, view)
    commit(entity, { view, version: "v2", before: row, after, given: new Set(["is_deleted"]) }, "delete")
  }
  entity.cascade?.(row, view)
}
