/**
 * Filters: v1 keeps them, and the lists of both versions apply them.
 */
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { linked } from "../model/references.js"
import { isRecord, list, text, type View } from "../model/view.js"
import { all, get, type Row } from "../model/world.js"
import * as common from "./common.js"

/** A filter. */
export const filter: Entity = {
  name: "filter",
  label: "Filter",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    filter_code: { kind: kinds.text, readOnly: true },
    is_deleted: { ...common.isDeleted, readOnly: true },
    type: { kind: kinds.choice("deals", "leads", "org", "people", "products", "activity", "projects") },
    temporary_flag: { kind: kinds.flag, readOnly: true },
    user_id: { ...common.userLink, readOnly: true },
    add_time: { ...common.addTime, readOnly: true },
    update_time: common.updateTime,
    visible_to: { ...common.visibleTo, initial: () => 1 },
    last_used_time: { kind: kinds.time, readOnly: true },
    custom_view_id: { kind: kinds.integer, readOnly: true },
    conditions: { kind: kinds.record, v1: false }
  },
  v1Aliases: { conditions: "conditions" },
  v1: { is_editable: common.always(true) },
  v1In: Object.fromEntries(
    (["get", "add", "update"] as const).map((occasion) => [
      occasion,
      { conditions: (row: Row, view: View) => shown(row, view) }
    ])
  ),
  v1Filters: { type: (value) => (row) => row.type === value }
}

type Conditions = { readonly [key: string]: unknown }

const tables: Readonly<Record<string, string>> = {
  deal: "dealField",
  lead: "dealField",
  person: "personField",
  organization: "organizationField",
  product: "productField",
  activity: "activityField",
  project: "projectField"
}

const fieldOf = (condition: Conditions, object: string, view: View): Row | undefined => {
  const table = tables[object]
  if (table === undefined) return undefined
  const id = Number(condition.field_id)
  const byId = Number.isInteger(id) ? get(view.world, table, id) : undefined
  if (byId !== undefined) return byId
  for (const row of all(view.world, table)) if (row.field_code === condition.field_code) return row
  return undefined
}

const shownCondition = (condition: unknown, view: View): unknown => {
  if (!isRecord(condition)) return condition
  if (Array.isArray(condition.conditions)) {
    return { glue: condition.glue ?? "and", conditions: condition.conditions.map((one) => shownCondition(one, view)) }
  }
  return {
    object: condition.object,
    field_id: String(condition.field_id),
    operator: condition.operator,
    value: condition.value === undefined || condition.value === null ? null : String(condition.value),
    extra_value: condition.extra_value ?? null,
    json_value_flag: false,
    field_code: text(fieldOf(condition, String(condition.object ?? "deal"), view), "field_code") || null
  }
}

const shown = (row: Row, view: View): unknown => shownCondition(row.conditions, view)

// -----------------------------------------------------------------------------
// applying
// -----------------------------------------------------------------------------

const plain = (value: unknown): unknown => (isRecord(value) ? (value.value ?? value.amount ?? null) : value)

const valueOf = (row: Row, code: string): unknown => {
  const custom = isRecord(row.custom_fields) ? row.custom_fields[code] : undefined
  return plain(custom ?? row[code] ?? (code === "org_id" ? row.organization_id : undefined) ?? null)
}

const compare = (value: unknown, wanted: string): number => {
  if (typeof value === "number") return value - Number(wanted)
  const text_ = typeof value === "boolean" ? (value ? "1" : "0") : String(value)
  // times are compared as far as they are given
  const end = /^\d{4}-\d\d-\d\d/.test(wanted) ? text_.slice(0, wanted.length).replace("T", " ") : text_
  return end === wanted ? 0 : end < wanted ? -1 : 1
}

const like = (value: unknown, pattern: string, wanted: string): boolean => {
  const [found, part] = [String(value ?? "").toLowerCase(), wanted.toLowerCase()]
  const [before, after] = [pattern.startsWith("%"), pattern.endsWith("%")]
  if (before && after) return found.includes(part)
  return before ? found.endsWith(part) : found.startsWith(part)
}

const likePattern = /^(NOT )?LIKE '(.*)'$/

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0
}

const known = (operator: string): boolean =>
  likePattern.test(operator) || operator in operators || ["=", "!=", "IS NULL", "IS NOT NULL"].includes(operator)

const holds = (condition: Conditions, object: string, row: Row, view: View): boolean => {
  const field = fieldOf(condition, object, view)
  if (field === undefined) return false
  const value = valueOf(row, text(field, "field_code"))
  const operator = String(condition.operator)
  const wanted = String(condition.value ?? "")
  const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0)
  const pattern = likePattern.exec(operator)
  if (pattern !== null) return like(value, pattern[2] ?? "", wanted) !== (pattern[1] !== undefined)
  const equal = Array.isArray(value) ? value.map(String).includes(wanted) : !empty && compare(value, wanted) === 0
  switch (operator) {
    case "IS NULL":
      return empty
    case "IS NOT NULL":
      return !empty
    case "=":
      return equal
    case "!=":
      return !equal
    default:
      return !empty && operators[operator]?.(compare(value, wanted)) === true
  }
}

type Related = (row: Row, view: View) => ReadonlyArray<Row>

const one =
  (table: string, field: string): Related =>
  (row, view) => {
    const found = get(view.world, table, row[field])
    return found === undefined ? [] : [found]
  }

const many =
  (table: string, field: string): Related =>
  (row, view) =>
    linked(view.world, table, field, row.id)

/** What else the conditions of a filter can speak of: the things around the one that is listed. */
const around: Readonly<Record<string, Readonly<Record<string, Related>>>> = {
  deal: {
    person: one("person", "person_id"),
    organization: one("organization", "org_id"),
    activity: many("activity", "deal_id"),
    product: (row, view) =>
      linked(view.world, "dealProduct", "deal_id", row.id).flatMap((line) => one("product", "product_id")(line, view))
  },
  lead: {
    person: one("person", "person_id"),
    organization: one("organization", "organization_id"),
    activity: many("activity", "lead_id")
  },
  person: {
    organization: one("organization", "org_id"),
    deal: many("deal", "person_id"),
    activity: many("activity", "person_id")
  },
  organization: {
    person: many("person", "org_id"),
    deal: many("deal", "org_id"),
    activity: many("activity", "org_id")
  },
  activity: {
    deal: one("deal", "deal_id"),
    lead: one("lead", "lead_id"),
    person: one("person", "person_id"),
    organization: one("organization", "org_id")
  }
}

const objectOf = (condition: Conditions, entity: string): string => {
  const { object } = condition
  return object === undefined || object === null || object === "" ? entity : String(object)
}

const nobody: Row = { id: 0 }

/** Whether the thing, or one of those around it, is as the condition says. Where there is none, nothing is set. */
const meets = (condition: Conditions, entity: string, row: Row, view: View): boolean => {
  const object = objectOf(condition, entity)
  if (object === entity) return holds(condition, object, row, view)
  const rows = around[entity]?.[object]?.(row, view)
  if (rows === undefined) return false
  return (rows.length === 0 ? [nobody] : rows).some((other) => holds(condition, object, other, view))
}

const passes = (condition: unknown, entity: string, row: Row, view: View): boolean => {
  if (!isRecord(condition)) return true
  const inner = condition.conditions
  if (!Array.isArray(inner)) return meets(condition, entity, row, view)
  if (inner.length === 0) return true
  return condition.glue === "or"
    ? inner.some((part) => passes(part, entity, row, view))
    : inner.every((part) => passes(part, entity, row, view))
}

/** Whether a row of an entity passes a filter. */
export const applies = (filterRow: Row, entity: string, row: Row, view: View): boolean =>
  passes(filterRow.conditions, entity, row, view)

const unknownCondition = (condition: Conditions, entity: string, view: View): string | undefined => {
  const object = objectOf(condition, entity)
  if (object !== entity && around[entity]?.[object] === undefined) return `a condition on ${object}`
  const field = fieldOf(condition, object, view)
  if (field === undefined) {
    return `a condition on field ${String(condition.field_id ?? condition.field_code)} of ${object}`
  }
  const operator = String(condition.operator)
  if (!known(operator)) return `the operator ${operator}`
  const value = String(condition.value ?? "")
  // Pipedrive knows days by words: "this_month", "later_or_today"
  return value !== "" && /^date/.test(text(field, "field_type")) && !/^\d{4}-\d\d-\d\d/.test(value)
    ? `the day ${value}`
    : undefined
}

const firstUnknown = (condition: unknown, entity: string, view: View): string | undefined => {
  if (!isRecord(condition)) return undefined
  if (!Array.isArray(condition.conditions)) return unknownCondition(condition, entity, view)
  for (const part of condition.conditions) {
    const found = firstUnknown(part, entity, view)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first thing in a filter that cannot be told of a row. */
export const unknownIn = (filterRow: Row, entity: string, view: View): string | undefined =>
  firstUnknown(filterRow.conditions, entity, view)

/** What kind of filter a list of that entity takes. */
export const filterTypes: Readonly<Record<string, string>> = {
  deal: "deals",
  lead: "leads",
  organization: "org",
  person: "people",
  product: "products",
  activity: "activity",
  project: "projects"
}

/** Why conditions are none. */
export const wrong = (conditions: unknown): string | undefined => {
  if (!isRecord(conditions) || conditions.glue !== "and")
    return "Filter conditions must be one group with the glue 'and'."
  const groups = list({ id: 0, ...conditions }, "conditions").filter(isRecord)
  const glues = groups.map((group) => group.glue).sort()
  return glues.length === 2 && glues[0] === "and" && glues[1] === "or"
    ? undefined
    : "Filter conditions must hold exactly one 'and' group and one 'or' group."
}
