/**
 * Hints for invalid input: what the caller probably meant.
 */
import * as Option from "effect/Option"
import type { Method, Version } from "../../Endpoint.js"
import * as Field from "../../Field.js"
import { nearest } from "../options.js"
import * as Shape from "./ast.js"
import type { Fault } from "./inputIssues.js"
import * as Nodes from "./nodes.js"

/** The endpoint that rejects the input. @internal */
export interface Context {
  readonly version: Version
  readonly method: Method
  readonly path: string
  readonly input: Nodes.Ast
  readonly output: Nodes.Ast
}

/** Names of v1 and other common names, with their names in Pipedrive's inputs. */
const renamed: Readonly<Record<string, ReadonlyArray<string>>> = {
  user_id: ["owner_id"],
  label: ["label_ids"],
  email: ["emails"],
  phone: ["phones"],
  im: ["ims"],
  ims: ["im"],
  active_flag: ["is_deleted"],
  busy_flag: ["busy"],
  rotten_flag: ["is_deal_rot_enabled"],
  rotten_days: ["days_to_rotten"],
  deal_probability_enabled: ["is_deal_probability_enabled"],
  selectable: ["is_linkable"],
  overhead_cost: ["direct_cost"],
  organization_id: ["org_id"],
  organisation_id: ["org_id"],
  org_id: ["organization_id"],
  start: ["cursor"],
  since: ["updated_since"],
  field_type: ["entity_type"],
  field_key: ["field", "field_code"],
  exact_match: ["match"],
  key: ["field_code"],
  name: ["field_name"],
  sort: ["sort_by"],
  type: ["field_type"],
  owner: ["owner_id"],
  person: ["person_id"],
  stage: ["stage_id"],
  pipeline: ["pipeline_id"],
  deal: ["deal_id"]
}

/** @internal */
export const customFieldKey = /^[0-9a-f]{40}(_[a-z0-9_]+)?$/

const snake = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase()

/** On v2 the parts of a custom field stand within it. */
const parts: Readonly<Record<string, string>> = { timezone_id: "timezone_name" }

const forCustomField = (key: string, path: Fault["path"], known: ReadonlyArray<string>): string => {
  const [, base, part] = /^([0-9a-f]{40})_(.+)$/.exec(key) ?? []
  if (part !== undefined && (path.length > 1 || known.includes("custom_fields"))) {
    return `a part of a custom field: give { value, ${parts[part] ?? part} } under ${path.length > 1 ? base : `custom_fields.${base}`}`
  }
  return known.includes("custom_fields")
    ? "a custom field: put it under custom_fields"
    : "a custom field, which this endpoint does not take"
}

const forKey = (path: Fault["path"], context: Context): string | undefined => {
  const key = String(path[path.length - 1])
  const known = [...(Shape.fieldsOf(Shape.at(context.input, path.slice(0, -1)) ?? context.input)?.keys() ?? [])]
  if (customFieldKey.test(key)) return forCustomField(key, path, known)
  if (/^[A-Z]\w*Request\w*$/.test(key)) {
    return "the official client's wrapper of the body: give its fields directly, beside the others"
  }
  if (key === "person_id" && known.includes("participants")) {
    return "read-only: name the person in participants, [{ person_id, primary: true }]"
  }
  const other = Object.hasOwn(renamed, key) ? renamed[key]?.find((name) => known.includes(name)) : undefined
  if (other !== undefined) return `the name here is ${other}`
  if (known.includes(snake(key))) return `the name is ${snake(key)}`
  if (isAnswered(path, context)) return "Pipedrive answers with it, but does not take it: leave it out"
  const near = nearest(key, known)
  if (near !== undefined) return `did you mean ${near}?`
  // the input may be a response of another endpoint
  const changes = context.method === "PUT" || context.method === "PATCH"
  return changes && known.length > 0 ? `leave it out; what can be changed is ${listSome(known, context)}` : undefined
}

const listSome = (known: ReadonlyArray<string>, { path }: Context): string => {
  const names = known.filter((name) => !path.includes(`{${name}}`))
  return names.length > 8 ? `${names.slice(0, 8).join(", ")}, ...` : names.join(", ")
}

/** Whether the endpoint's response has such a field: the input may be a changed response. */
const isAnswered = (path: Fault["path"], { method, output }: Context): boolean =>
  method !== "GET" && Shape.at(output, ["data", ...path]) !== undefined

/** Webhook actions of one version, with their name in the other. */
const actions: Readonly<Record<string, string>> = {
  added: "create",
  updated: "change",
  deleted: "delete",
  create: "added",
  change: "updated",
  delete: "deleted"
}

const forValue = ({ path, value }: Fault, { input }: Context): string | undefined => {
  const key = path[path.length - 1]
  const ast = Shape.at(input, path)
  if (value === null) return Shape.isRequired(input, path) ? undefined : "null is not taken here: leave it out"
  if (key === "event_action" && typeof value === "string") return forAction(value)
  if (key === "status" && value === "all_not_deleted") return 'name the statuses: ["open", "won", "lost"]'
  if (typeof value === "string" && value.includes(",") && ast && Shape.annotated(ast, Field.ListId) !== undefined) {
    const items = value.split(",").map((one) => one.trim())
    const item = Shape.itemOf(ast)
    return `a list is an array: ${JSON.stringify(item && items.every((one) => isNumber(one, item)) ? items.map(Number) : items)}`
  }
  if (typeof value === "string" && ast) {
    if (isNumber(value, ast)) return `give the number ${value}`
    return /^(true|false)$/.test(value) && accepts(ast, "boolean") ? `give ${value}, which is no text` : undefined
  }
  if (Option.isOption(value)) return "an Option: give what Option.getOrUndefined gives of it"
  if (typeof value === "object" && !Array.isArray(value)) {
    const { id, value: inner } = value as { readonly id?: unknown; readonly value?: unknown }
    const reference = typeof inner === "number" ? inner : id
    if (typeof reference === "number") return `give its id alone: ${reference}`
  }
  if (typeof value === "boolean" && ast && accepts(ast, "number")) return `give ${Number(value)}`
  if ((value === 0 || value === 1) && ast && accepts(ast, "boolean")) return `give ${value === 1}`
  return undefined
}

/** Whether a text is a number, of a type that takes numbers: a part of a URL, or of a form. */
const isNumber = (text: string, ast: Nodes.Ast): boolean => /^-?\d{1,15}(\.\d+)?$/.test(text) && accepts(ast, "number")

const forAction = (action: string): string | undefined => {
  if (action === "merged") return 'only of version "1.0"; on version "2.0" a merge is a change and a delete'
  const other = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (other === undefined) return undefined
  const old = /ed$/.test(action)
  return `of version "${old ? "1.0" : "2.0"}": give "${other}"${old ? ', or version: "1.0"' : ""}`
}

const accepts = (ast: Nodes.Ast, kind: "number" | "boolean"): boolean => {
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "union":
      return node.types.some((member) => accepts(member, kind))
    case "literal":
      return kind === "number" && typeof node.value === "number"
    case "refinement":
      return accepts(node.from, kind)
    default:
      return node.kind === kind
  }
}

/** @internal */
export const of = (fault: Fault, context: Context): string | undefined =>
  fault.kind === "unknown" ? forKey(fault.path, context) : fault.kind === "value" ? forValue(fault, context) : undefined
