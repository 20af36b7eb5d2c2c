/**
 * Entities of payloads, brought into the API's form by their descriptions.
 */
import { isRecord } from "../http/failure.js"
import * as Shape from "../schema/ast.js"
import type * as Nodes from "../schema/nodes.js"
import { type Entity, type Form, toId } from "./forms.js"

// -----------------------------------------------------------------------------
// an account's own fields
// -----------------------------------------------------------------------------

/** The types of an account's fields by their keys. @internal */
export type FieldTypes = Readonly<Record<string, string>>

const hash = /^[0-9a-f]{40}$/

const parts = /^([0-9a-f]{40})_(.+)$/

const withoutFormatted = ({ formatted_address: _, ...value }: Entity): Entity => value

/** A value of version 2.0, which stands beside its type, as v2 has it. */
const fromTyped = (value: unknown): unknown => {
  if (!isRecord(value) || typeof value.type !== "string") return value
  const { from, type, ...rest } = value
  if (Array.isArray(rest.values)) return rest.values.map(toId)
  if ("id" in rest && !("value" in rest)) return toId(rest.id)
  if (from !== undefined) return { value: from, ...rest }
  const keys = Object.keys(rest)
  if (keys.length === 1 && keys[0] === "value") {
    // other types may be ids as well, but no text is one
    return /^(user|org|people|enum|int)$/.test(type) ? toId(rest.value) : rest.value
  }
  return type === "address" ? withoutFormatted(rest) : rest
}

/** A value of v1, as v2 has it where the type is known, or shows in the keys beside it. */
const fromV1 = (key: string, entity: Entity, beside: ReadonlyArray<string>, types: FieldTypes): unknown => {
  const value = entity[key]
  if (value === null || value === undefined) return null
  if (value === "") return /^(varchar|varchar_auto|text|phone)$/.test(types[key] ?? "text") ? "" : null
  if (beside.length > 0) {
    return withoutFormatted({ value, ...Object.fromEntries(beside.map((part) => [part, entity[`${key}_${part}`]])) })
  }
  switch (types[key]) {
    case "enum":
    case "user":
    case "org":
    case "people":
      return toId(value)
    case "set":
      return String(value).split(",").map(toId)
    case "double":
      return typeof value === "string" && value.trim() !== "" ? Number(value) : value
    default:
      return value
  }
}

/** A value of v2, as v1 has it. */
const toV1 = (key: string, value: unknown): ReadonlyArray<readonly [string, unknown]> => {
  if (Array.isArray(value)) return [[key, value.join(",")]]
  if (!isRecord(value)) return [[key, value]]
  const { timezone_name: _, value: main, ...rest } = value
  return [[key, main ?? null], ...Object.entries(rest).map(([part, one]) => [`${key}_${part}`, one] as const)]
}

const flat = (fields: Entity): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(fields).flatMap(([key, typed]) => {
    const value = fromTyped(typed)
    const isOption = isRecord(typed) && typed.type === "enum" && typeof value === "number"
    return toV1(key, isOption ? String(value) : value)
  })

const nested = (entity: Entity, types: FieldTypes): Entity | null => {
  const keys = Object.keys(entity)
  const beside = new Map<string, Array<string>>()
  for (const key of keys) {
    const [, base = "", part = ""] = parts.exec(key) ?? []
    if (base !== "") beside.set(base, [...(beside.get(base) ?? []), part])
  }
  const own = keys.filter((key) => hash.test(key))
  return own.length === 0
    ? null
    : Object.fromEntries(own.map((key) => [key, fromV1(key, entity, beside.get(key) ?? [], types)]))
}

// -----------------------------------------------------------------------------
// entities
// -----------------------------------------------------------------------------

const memo: WeakMap<Nodes.Ast, ReadonlySet<string>> = /*#__PURE__*/ new WeakMap()

/** What v2 shows only when it is asked to. */
const included =
  /^(next|last)_activity_id$|(?<!employee)_count$|^(first_won|last_incoming_mail|last_outgoing_mail)_time$|^(smart_bcc_email|source_lead_id|marketing_status|doi_status|attendees)$/

/** The fields that an entity has in lists. */
const fieldsOf = (ast: Nodes.Ast): ReadonlySet<string> => {
  const known = memo.get(ast)
  if (known !== undefined) return known
  const names = [...(Shape.fieldsOf(ast)?.keys() ?? [])]
  const found = new Set(names.filter((name) => !included.test(name)))
  memo.set(ast, found)
  return found
}

/** What a payload is read with. @internal */
export interface Reading {
  readonly form: Form
  readonly ast: Nodes.Ast
  readonly isV1: boolean
  readonly types: FieldTypes
}

/**
 * An entity in the API's form. `whole`: it is all that there is, so an account's own field that a lead does not have is left
 * out, as in the API; else null says that it was not set.
 *
 * @internal
 */
export const convert = ({ ast, form, isV1, types }: Reading, entity: Entity, whole: boolean): Entity => {
  const known = isV1 && form.isV2 ? fieldsOf(ast) : undefined
  const renamed: Array<readonly [string, unknown]> = []
  const plain: Array<readonly [string, unknown]> = []
  const custom: Array<readonly [string, unknown]> = []
  for (const [key, value] of Object.entries(entity)) {
    if (hash.test(key) || parts.test(key)) {
      if (form.custom !== "nested") custom.push([key, value])
      continue
    }
    if (key === "custom_fields") {
      if (form.custom === "flat" && isRecord(value)) custom.push(...flat(value))
      else if (form.custom === "nested") {
        plain.push([
          key,
          isRecord(value) ? Object.fromEntries(Object.entries(value).map(([own, one]) => [own, fromTyped(one)])) : value
        ])
      }
      continue
    }
    if (form.dropped.includes(key)) continue
    const name = Object.hasOwn(form.names, key) ? (form.names[key] ?? key) : key
    const target = name.startsWith("!") ? name.slice(1) : name
    if (known !== undefined && !known.has(target)) continue
    const kind = form.kindOf(target)
    const read = target !== name ? value !== true && value !== 1 : kind === undefined ? value : kind(value, entity, key)
    if (target === key) plain.push([key, read])
    else renamed.push([target, read])
  }
  if (form.custom === "nested" && isV1 && !("custom_fields" in entity)) {
    const own = nested(entity, types)
    if (own !== null || !form.loose.has("custom_fields")) plain.push(["custom_fields", own])
  }
  // a lead shows those of its own fields that are set
  const shown = whole ? custom.filter(([, value]) => value !== null) : custom
  // under its own name a field is what the newer API has
  return Object.fromEntries([...renamed, ...plain, ...shown])
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

const unequal = (before: Entity, after: Entity): Entity =>
  Object.fromEntries(Object.entries(before).filter(([key, value]) => !same(value, after[key])))

/** Of what was before, that which is not so any more: version 1.0 repeats all. @internal */
export const changedOf = (before: Entity, after: Entity): Entity => {
  const { custom_fields, ...changed } = unequal(before, after)
  if (!isRecord(custom_fields)) return custom_fields === undefined ? changed : { ...changed, custom_fields }
  const own = isRecord(after.custom_fields) ? unequal(custom_fields, after.custom_fields) : custom_fields
  return Object.keys(own).length === 0 ? changed : { ...changed, custom_fields: own }
}
