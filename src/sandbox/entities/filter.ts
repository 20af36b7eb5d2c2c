/**
 * Filters: v1 keeps them, and the lists of both versions apply them.
 */
import type { Entity } from "../entity.js"
import * as kinds from "../kinds.js"
import { isRecord, list, text, type View } from "../view.js"
import { all, get, type Row } from "../world.js"
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

const tables: Readonly<Record<string, string>> = {
  deal: "dealField",
  lead: "dealField",
  person: "personField",
  organization: "organizationField",
  product: "productField",
  activity: "activityField",
  project: "projectField"
}

const fieldOf = (condition: { readonly [key: string]: unknown }, view: View): Row | undefined => {
  const table = tables[String(condition.object)] ?? "dealField"
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
    field_code: text(fieldOf(condition, view), "field_code") || null
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

const holds = (condition: { readonly [key: string]: unknown }, row: Row, view: View): boolean => {
  const field = fieldOf(condition, view)
  if (field === undefined) return false
  const value = valueOf(row, text(field, "field_code"))
  const operator = String(condition.operator)
  const wanted = String(condition.value ?? "")
  const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0)
  const pattern = /^(NOT )?LIKE '(.*)'$/.exec(operator)
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
    case ">":
      return !empty && compare(value, wanted) > 0
    case ">=":
      return !empty && compare(value, wanted) >= 0
    case "<":
      return !empty && compare(value, wanted) < 0
    case "<=":
      return !empty && compare(value, wanted) <= 0
    default:
      return false
  }
}

const passes = (condition: unknown, row: Row, view: View): boolean => {
  if (!isRecord(condition)) return true
  const inner = condition.conditions
  if (!Array.isArray(inner)) return holds(condition, row, view)
  if (inner.length === 0) return true
  return condition.glue === "or"
    ? inner.some((one) => passes(one, row, view))
    : inner.every((one) => passes(one, row, view))
}

/** Whether a row passes a filter. */
export const applies = (filterRow: Row, row: Row, view: View): boolean => passes(filterRow.conditions, row, view)

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
