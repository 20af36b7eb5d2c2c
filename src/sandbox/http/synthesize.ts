/**
 * Answers made up from an output Schema: for the operations that the world does not know. The same request gets the same answer.
 */
import * as AST from "effect/SchemaAST"
import { KnownValuesId } from "../../Field.js"
import { v1Time, v2Time } from "../model/view.js"
import type { Call, Described } from "./call.js"
import { type Answer, empty, json } from "./messages.js"

interface Making {
  readonly call: Call
  /** The ids of the path, by their name and by `id`. */
  readonly ids: ReadonlyMap<string, unknown>
  readonly depth: number
}

const deepest = 7

const strip = (ast: AST.AST): AST.AST =>
  AST.isSuspend(ast) ? strip(ast.f()) : AST.isTransformation(ast) ? strip(ast.to) : ast

const isNullish = (ast: AST.AST): boolean => AST.isUndefinedKeyword(ast) || (AST.isLiteral(ast) && ast.literal === null)

const isPlural = (key: string): boolean => key === "data" || key === "items"

/** A value for a node; `undefined` for one that may be left out and is not worth showing. */
const make = (node: AST.AST, key: string, making: Making): unknown => {
  const ast = strip(node)
  switch (ast._tag) {
    case "Literal":
      return ast.literal
    case "StringKeyword":
      return text(key, ast, making)
    case "NumberKeyword":
      return number(key, ast, making)
    case "BooleanKeyword":
      return key === "success" || key.startsWith("active") || key === "is_you"
    case "Refinement":
      return refined(ast, key, making)
    case "Union":
      return union(ast, key, making)
    case "TupleType":
      return array(ast, key, making)
    case "TypeLiteral":
      return struct(ast, making)
    case "Enums":
      return ast.enums[0]?.[1]
    case "UnknownKeyword":
    case "AnyKeyword":
      return null
    case "ObjectKeyword":
      return {}
    case "TemplateLiteral":
      return ast.head
    default:
      return undefined
  }
}

const union = (ast: AST.Union, key: string, making: Making): unknown => {
  // the end of a list must be believable, or nobody ever stops reading
  if (key === "next_cursor" || key === "next_start") return ast.types.some(isNullish) ? null : ""
  const members = ast.types.filter((member) => !isNullish(strip(member)))
  const [first] = members
  if (first === undefined || (making.depth > deepest && ast.types.length > members.length)) return null
  return make(first, key, making)
}

const refined = (ast: AST.Refinement, key: string, making: Making): unknown => {
  const known = ast.annotations[KnownValuesId]
  if (Array.isArray(known)) return known[0]
  const candidates: ReadonlyArray<unknown> = [
    make(ast.from, key, making),
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
  return candidates.find((value) => ast.filter(value, AST.defaultParseOption, ast)._tag === "None") ?? candidates[0]
}

const array = (ast: AST.TupleType, key: string, making: Making): unknown => {
  const fixed = ast.elements.map((element) => make(element.type, key, { ...making, depth: making.depth + 1 }))
  const rest = ast.rest[0]
  // deep down an empty list will do
  if (rest === undefined || (making.depth > deepest && !isPlural(key))) return fixed
  if (key === "data" && beyondTheEnd(making.call)) return fixed
  return [...fixed, make(rest.type, singular(key), { ...making, depth: making.depth + 1 })]
}

/** There is one page, and it has been read. */
const beyondTheEnd = ({ query }: Call): boolean =>
  (query.cursor !== undefined && query.cursor !== "") || Number(query.start ?? 0) > 0

const singular = (key: string): string => key.replace(/ies$/, "y").replace(/s$/, "")

const struct = (ast: AST.TypeLiteral, making: Making): unknown => {
  const out: Record<string, unknown> = {}
  for (const signature of ast.propertySignatures) {
    const key = String(signature.name)
    if (signature.isOptional && making.depth > deepest) continue
    if (signature.isOptional && key === "next_start") continue
    const value = make(signature.type, key, { ...making, depth: making.depth + 1 })
    if (value !== undefined) out[key] = value
  }
  const [index] = ast.indexSignatures
  if (index !== undefined && ast.propertySignatures.length === 0 && making.depth <= deepest) {
    const value = make(index.type, "value", { ...making, depth: making.depth + 1 })
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

const echoed = (key: string, making: Making): unknown => (making.depth <= 3 ? making.ids.get(key) : undefined)

const text = (key: string, ast: AST.AST, making: Making): string => {
  const known = ast.annotations[KnownValuesId]
  if (Array.isArray(known) && typeof known[0] === "string") return known[0]
  const id = echoed(key, making)
  if (id !== undefined) return String(id)
  if (key === "next_cursor") return ""
  for (const [pattern, value] of texts) if (pattern.test(key)) return value(making.call)
  return key === "id" ? uuid : "sample"
}

const number = (key: string, ast: AST.AST, making: Making): number => {
  const known = ast.annotations[KnownValuesId]
  if (Array.isArray(known) && typeof known[0] === "number") return known[0]
  const id = echoed(key, making)
  if (typeof id === "number") return id
  if (key === "start") return Number(making.call.query.start ?? 0)
  if (key === "limit") return Number(making.call.query.limit ?? 100)
  if (key === "company_id") return making.call.view.world.company.id
  if (/(^|_)user_id$|^owner_id$|^creator_id$/.test(key)) return Number(making.call.view.caller.id)
  if (/count$|^value$|amount|^tax$|discount/.test(key)) return 0
  return 1
}

/** An answer that the endpoint's output Schema accepts. */
export const synthesize = (call: Call): Answer => {
  const endpoint: Described = call.endpoint
  const status = created(endpoint) ? 201 : 200
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
  const value = make(endpoint.output.ast, "", { call, ids, depth: 0 })
  return value === undefined ? empty(204) : json(status, value)
}

/** The statuses that Pipedrive documents for what it made. */
const created = (endpoint: Described): boolean =>
  endpoint.method === "POST" &&
  /^v[12]\.(addLead|addWebhook|addProductField|addProductFollower|addProject|addTask|add(Deal|Person|Organization)Follower|addDealProduct|addManyDealProducts|postAdditionalDiscount|duplicateProduct|addProductVariation|uploadProductImage)$/.test(
    `${endpoint.version}.${endpoint.operation}`
  )
