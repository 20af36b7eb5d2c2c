/**
 * Filters: v1 keeps them, and the lists of both versions apply them.
 */
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { liveRowsWhere } from "../model/references.js"
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
  v1ByOperation: Object.fromEntries(
    (["get", "add", "update"] as const).map((operation) => [
      operation,
      { conditions: (row: Row, view: View) => showConditions(row, view) }
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

const showCondition = (condition: unknown, view: View): unknown => {
  if (!isRecord(condition)) return condition
  if (Array.isArray(condition.conditions)) {
    return {
      glue: condition.glue ?? "and",
      conditions: condition.conditions.map((toOne) => showCondition(toOne, view))
    }
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

const showConditions = (row: Row, view: View): unknown => showCondition(row.conditions, view)

// -----------------------------------------------------------------------------
// applying
// -----------------------------------------------------------------------------

const plainValue = (value: unknown): unknown => (isRecord(value) ? (value.value ?? value.amount ?? null) : value)

const valueOf = (row: Row, code: string): unknown => {
  const custom = isRecord(row.custom_fields) ? row.custom_fields[code] : undefined
  return plainValue(custom ?? row[code] ?? (code === "org_id" ? row.organization_id : undefined) ?? null)
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

const isKnownOperator = (operator: string): boolean =>
  likePattern.test(operator) || operator in operators || ["=", "!=", "IS NULL", "IS NOT NULL"].includes(operator)

const rowMatches = (condition: Conditions, object: string, row: Row, view: View): boolean => {
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

const toOne =
  (table: string, field: string): Related =>
  (row, view) => {
    const found = get(view.world, table, row[field])
    return found === undefined ? [] : [found]
  }

const toMany =
  (table: string, field: string): Related =>
  (row, view) =>
    liveRowsWhere(view.world, table, field, row.id)

/** The related entities that conditions of a filter can refer to. */
const relatedObjects: Readonly<Record<string, Readonly<Record<string, Related>>>> = {
  deal: {
    person: toOne("person", "person_id"),
    organization: toOne("organization", "org_id"),
    activity: toMany("activity", "deal_id"),
    product: (row, view) =>
      liveRowsWhere(view.world, "dealProduct", "deal_id", row.id).flatMap((line) =>
        toOne("product", "product_id")(line, view)
      )
  },
  lead: {
    person: toOne("person", "person_id"),
    organization: toOne("organization", "organization_id"),
    activity: toMany("activity", "lead_id")
  },
  person: {
    organization: toOne("organization", "org_id"),
    deal: toMany("deal", "person_id"),
    activity: toMany("activity", "person_id")
  },
  organization: {
    person: toMany("person", "org_id"),
    deal: toMany("deal", "org_id"),
    activity: toMany("activity", "org_id")
  },
  activity: {
    deal: toOne("deal", "deal_id"),
    lead: toOne("lead", "lead_id"),
    person: toOne("person", "person_id"),
    organization: toOne("organization", "org_id")
  }
}

const objectOf = (condition: Conditions, entity: string): string => {
  const { object } = condition
  return object === undefined || object === null || object === "" ? entity : String(object)
}

const emptyRow: Row = { id: 0 }

/** Whether the entity or a related one fulfils the condition. A missing related entity counts as empty. */
const conditionMatches = (condition: Conditions, entity: string, row: Row, view: View): boolean => {
  const object = objectOf(condition, entity)
  if (object === entity) return rowMatches(condition, object, row, view)
  const rows = relatedObjects[entity]?.[object]?.(row, view)
  if (rows === undefined) return false
  return (rows.length === 0 ? [emptyRow] : rows).some((other) => rowMatches(condition, object, other, view))
}

const groupMatches = (condition: unknown, entity: string, row: Row, view: View): boolean => {
  if (!isRecord(condition)) return true
  const inner = condition.conditions
  if (!Array.isArray(inner)) return conditionMatches(condition, entity, row, view)
  if (inner.length === 0) return true
  return condition.glue === "or"
    ? inner.some((part) => groupMatches(part, entity, row, view))
    : inner.every((part) => groupMatches(part, entity, row, view))
}

/** Whether a row of an entity passes a filter. */
export const matchesFilter = (filterRow: Row, entity: string, row: Row, view: View): boolean =>
  groupMatches(filterRow.conditions, entity, row, view)

const unsupportedReason = (condition: Conditions, entity: string, view: View): string | undefined => {
  const object = objectOf(condition, entity)
  if (object !== entity && relatedObjects[entity]?.[object] === undefined) return `a condition on ${object}`
  const field = fieldOf(condition, object, view)
  if (field === undefined) {
    return `a condition on field ${String(condition.field_id ?? condition.field_code)} of ${object}`
  }
  const operator = String(condition.operator)
  if (!isKnownOperator(operator)) return `the operator ${operator}`
  const value = String(condition.value ?? "")
  // Pipedrive knows days by words: "this_month", "later_or_today"
  return value !== "" && /^date/.test(text(field, "field_type")) && !/^\d{4}-\d\d-\d\d/.test(value)
    ? `the day ${value}`
    : undefined
}

const findUnsupportedPart = (condition: unknown, entity: string, view: View): string | undefined => {
  if (!isRecord(condition)) return undefined
  if (!Array.isArray(condition.conditions)) return unsupportedReason(condition, entity, view)
  for (const part of condition.conditions) {
    const found = findUnsupportedPart(part, entity, view)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first part of a filter that the sandbox does not support. */
export const findUnsupported = (filterRow: Row, entity: string, view: View): string | undefined =>
  findUnsupportedPart(filterRow.conditions, entity, view)

/** The type of filter that lists of the entity accept. */
export const filterTypes: Readonly<Record<string, string>> = {
  deal: "deals",
  lead: "leads",
  organization: "org",
  person: "people",
  product: "products",
  activity: "activity",
  project: "projects"
}

/** Why conditions are invalid. */
export const findProblem = (conditions: unknown): string | undefined => {
  if (!isRecord(conditions) || conditions.glue !== "and")
    return "Filter conditions must be one group with the glue 'and'."
  const groups = list({ id: 0, ...conditions }, "conditions").filter(isRecord)
  const glues = groups.map((group) => group.glue).sort()
  return glues.length === 2 && glues[0] === "and" && glues[1] === "or"
    ? undefined
    : "Filter conditions must hold exactly one 'and' group and one 'or' group."
}
