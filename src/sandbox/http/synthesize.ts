/**
 * Sample responses, generated from an output Schema, for operations without a handler. They are deterministic.
 */
import { KnownValuesId } from "../../Field.js"
import * as Nodes from "../../internal/schema/nodes.js"
import { v1Time, v2Time } from "../model/view.js"
import type { AnyDescription, Call } from "./call.js"
import { type Answer, empty, json } from "./messages.js"

interface Context {
  readonly call: Call
  /** The ids of the path, by their name and by `id`. */
  readonly ids: ReadonlyMap<string, unknown>
  readonly depth: number
}

const maxDepth = 7

const isNullish = (ast: Nodes.Ast): boolean => {
  const node = Nodes.resolved(ast)
  return node.kind === "undefined" || (node.kind === "literal" && node.value === null)
}

const isPlural = (key: string): boolean => key === "data" || key === "items"

/** A value for a type; `undefined` for one that can be left out. */
const valueFor = (ast: Nodes.Ast, key: string, context: Context): unknown => {
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "suspend":
      return valueFor(node.get(), key, context)
    case "literal":
      return node.value
    case "string":
      return text(key, ast, context)
    case "number":
      return number(key, ast, context)
    case "boolean":
      return key === "success" || key.startsWith("active") || key === "is_you"
    case "refinement":
      return refined(node, key, context)
    case "union":
      return union(node, key, context)
    case "array":
      return array(node, key, context)
    case "struct":
      return struct(node, context)
    case "unknown":
      return null
    default:
      return undefined
  }
}

const union = ({ types }: Nodes.Union, key: string, context: Context): unknown => {
  // a list must have an end, or a client would read pages forever
  if (key === "next_cursor" || key === "next_start") return types.some(isNullish) ? null : ""
  const members = types.filter((member) => !isNullish(member))
  const [first] = members
  if (first === undefined || (context.depth > maxDepth && types.length > members.length)) return null
  return valueFor(first, key, context)
}

const refined = ({ from, isValid }: Nodes.Refined, key: string, context: Context): unknown => {
  const candidates: ReadonlyArray<unknown> = [
    valueFor(from, key, context),
    1,
    "a",
    uuid,
    "2026-01-02",
    "2026-01-02 03:04:05",
    "2026-01-02T03:04:05Z",
    "10:00:00",
    "0123456789abcdef0123456789abcdef01234567",
    "https://example.com"
  ]
  return candidates.find((value) => isValid(value)) ?? candidates[0]
}

const array = ({ item }: Nodes.Items, key: string, context: Context): unknown => {
  // nested deep, an empty list is enough
  if (item === undefined || (context.depth > maxDepth && !isPlural(key))) return []
  if (key === "data" && isPastLastPage(context.call)) return []
  return [valueFor(item, singular(key), { ...context, depth: context.depth + 1 })]
}

/** A sample list has one page. */
const isPastLastPage = ({ query }: Call): boolean =>
  (query.cursor !== undefined && query.cursor !== "") || Number(query.start ?? 0) > 0

const singular = (key: string): string => key.replace(/ies$/, "y").replace(/s$/, "")

const struct = ({ indexes: [index], properties }: Nodes.Struct, context: Context): unknown => {
  const out: Record<string, unknown> = {}
  for (const { isOptional, name, type } of properties) {
    const key = String(name)
    if (isOptional && context.depth > maxDepth) continue
    if (isOptional && key === "next_start") continue
    const value = valueFor(type, key, { ...context, depth: context.depth + 1 })
    if (value !== undefined) out[key] = value
  }
  if (index !== undefined && properties.length === 0 && context.depth <= maxDepth) {
    const value = valueFor(index.type, "value", { ...context, depth: context.depth + 1 })
    if (value !== undefined && value !== null) out["1"] = value
  }
  return out
}

// -----------------------------------------------------------------------------
// believable values
// -----------------------------------------------------------------------------

const uuid = "6f2b8f80-5044-11f1-8f4f-d7944c9e4f3a"

const texts: ReadonlyArray<readonly [RegExp, (call: Call) => string]> = [
  [/email/, () => "ada.keller@northwind.example"],
  [/phone|_number$/, () => "+442079460001"],
  [/currency/, () => "EUR"],
  [/(^|_)url$|link$/, (call) => `${call.view.origin}/example`],
  [/_date$|^date$|^(start|end)$/, (call) => call.view.now.slice(0, 10)],
  [
    /_time$|_at$|^created$|^modified$|timestamp|^timestamp$/,
    (call) => (call.endpoint.version === "v2" ? v2Time(call.view.now) : v1Time(call.view.now))
  ],
  [/uuid|(^|_)guid$/, () => uuid],
  [/color$/, () => "blue"],
  [/^(name|.*_name)$/, () => "Sample"],
  [/^(title|subject)$/, () => "Sample"],
  [/^status$/, () => "ok"],
  [/visible_to/, () => "3"],
  [/icon_key$/, () => "task"],
  [/language_code/, () => "en"],
  [/country/, () => "GB"]
]

const idFromPath = (key: string, context: Context): unknown => (context.depth <= 3 ? context.ids.get(key) : undefined)

const text = (key: string, ast: Nodes.Ast, context: Context): string => {
  const known = Nodes.annotation(ast, KnownValuesId)
  if (Array.isArray(known) && typeof known[0] === "string") return known[0]
  const id = idFromPath(key, context)
  if (id !== undefined) return String(id)
  if (key === "next_cursor") return ""
  for (const [pattern, value] of texts) if (pattern.test(key)) return value(context.call)
  return key === "id" ? uuid : "sample"
}

const number = (key: string, ast: Nodes.Ast, context: Context): number => {
  const known = Nodes.annotation(ast, KnownValuesId)
  if (Array.isArray(known) && typeof known[0] === "number") return known[0]
  const id = idFromPath(key, context)
  if (typeof id === "number") return id
  if (key === "start") return Number(context.call.query.start ?? 0)
  if (key === "limit") return Number(context.call.query.limit ?? 100)
  if (key === "company_id") return context.call.view.world.company.id
  if (/(^|_)user_id$|^owner_id$|^creator_id$/.test(key)) return Number(context.call.view.caller.id)
  if (/count$|^value$|amount|^tax$|discount/.test(key)) return 0
  return 1
}

/** A response that the endpoint's output Schema accepts. */
export const synthesize = (call: Call): Answer => {
  const endpoint: AnyDescription = call.endpoint
  const status = respondsWithCreated(endpoint) ? 201 : 200
  if (endpoint.response === "empty") return json(status, { success: true })
  if (endpoint.response === "binary") {
    return {
      status,
      body: {
        _tag: "Bytes",
        bytes: new TextEncoder().encode("A sample file of the sandbox.\n"),
        contentType: "application/octet-stream",
        name: "sample.txt"
      }
    }
  }
  const ids = new Map(Object.entries(call.path))
  const value = valueFor(endpoint.output.ast, "", { call, ids, depth: 0 })
  return value === undefined ? empty(204) : json(status, value)
}

/** Whether Pipedrive documents a 201 for the endpoint. */
const respondsWithCreated = (endpoint: AnyDescription): boolean =>
  endpoint.method === "POST" &&
  /^v[12]\.(addLead|addWebhook|addProductField|addProductFollower|addProject|addTask|add(Deal|Person|Organization)Follower|addDealProduct|addManyDealProducts|postAdditionalDiscount|duplicateProduct|addProductVariation|uploadProductImage)$/.test(
    `${endpoint.version}.${endpoint.operation}`
  )
