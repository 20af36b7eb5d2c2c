/**
 * Parameters, parsed and checked by an endpoint's input Schema: strictly for v2, leniently for v1.
 */
import * as Field from "../../Field.js"
import * as Refusal from "../../internal/schema/inputIssues.js"
import * as Nodes from "../../internal/schema/nodes.js"
import * as kinds from "../model/kinds.js"
import { isRecord } from "../model/view.js"
import type { AnyDescription, SupportedParameters } from "./call.js"
import { notAllowed, type ValidationError } from "./errorResponses.js"
import type { Incoming } from "./messages.js"

/** The parameters of a request. */
export interface Parameters {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

// -----------------------------------------------------------------------------
// what an input Schema says about a key
// -----------------------------------------------------------------------------

const propertiesOf = (ast: Nodes.Ast): ReadonlyMap<string, Nodes.Ast> => {
  const known = propertyCache.get(ast)
  if (known !== undefined) return known
  const found = new Map<string, Nodes.Ast>()
  collect(ast, found)
  propertyCache.set(ast, found)
  return found
}

// a cache of a pure function, not state
const propertyCache: WeakMap<Nodes.Ast, ReadonlyMap<string, Nodes.Ast>> = /*#__PURE__*/ new WeakMap()

const collect = (ast: Nodes.Ast, into: Map<string, Nodes.Ast>): void => {
  const node = Nodes.resolved(ast)
  if (node.kind === "refinement") collect(node.from, into)
  else if (node.kind === "union") for (const member of node.types) collect(member, into)
  else if (node.kind === "struct") {
    for (const property of node.properties) {
      const name = String(property.name)
      if (!into.has(name)) into.set(name, property.type)
    }
  }
}

/** Types that are never in a query: `undefined` and `null`. */
const isAbsent = (ast: Nodes.Ast): boolean => {
  const node = Nodes.of(ast)
  return node.kind === "undefined" || (node.kind === "literal" && node.value === null)
}

type WireType = "number" | "boolean" | "text"

const wireTypesOf = (ast: Nodes.Ast): ReadonlySet<WireType> => {
  const node = Nodes.resolved(ast)
  switch (node.kind) {
    case "refinement":
      return wireTypesOf(node.from)
    case "number":
    case "boolean":
      return new Set([node.kind])
    case "string":
      return new Set(["text"])
    case "literal": {
      const type = typeof node.value
      return new Set([type === "number" || type === "boolean" ? type : "text"])
    }
    case "union": {
      const all = node.types.filter((member) => !isAbsent(member)).flatMap((member) => Array.from(wireTypesOf(member)))
      return new Set(all)
    }
    case "array":
      return node.item === undefined ? new Set() : wireTypesOf(node.item)
    default:
      return new Set()
  }
}

const annotationOf = (ast: Nodes.Ast, id: Nodes.AnnotationId): unknown => {
  const own = Nodes.annotation(ast, id)
  if (own !== undefined) return own
  const node = Nodes.of(ast)
  if (node.kind === "suspend") return annotationOf(node.get(), id)
  if (node.kind === "refinement") return annotationOf(node.from, id)
  if (node.kind !== "union") return undefined
  for (const member of node.types) {
    const found = annotationOf(member, id)
    if (found !== undefined) return found
  }
  return undefined
}

const readOne = (raw: string, wireTypes: ReadonlySet<WireType>, strict: boolean): unknown => {
  if (wireTypes.has("number") && /^-?\d+(\.\d+)?$/.test(raw)) return Number(raw)
  if (wireTypes.has("boolean")) {
    if (raw === "true" || (!strict && raw === "1")) return true
    if (raw === "false" || (!strict && raw === "0")) return false
  }
  return raw
}

/** Parses a path or query parameter by its Schema. */
export const readParameter = (raw: string, ast: Nodes.Ast | undefined, strict: boolean): unknown => {
  if (ast === undefined) return raw
  const wireTypes = wireTypesOf(ast)
  return annotationOf(ast, Field.ListId) === undefined
    ? readOne(raw, wireTypes, strict)
    : raw.split(",").map((part) => readOne(part, wireTypes, strict))
}

// -----------------------------------------------------------------------------
// reading
// -----------------------------------------------------------------------------

const bodyOf = (request: Incoming): Readonly<Record<string, unknown>> => {
  const body = request.body
  if (body._tag === "Form" || body._tag === "Multipart") return body.fields
  return body._tag === "Json" && isRecord(body.value) ? body.value : {}
}

/** Reads the parameters of a request. */
export const read = (
  endpoint: AnyDescription,
  path: Readonly<Record<string, string>>,
  request: Incoming
): Parameters => {
  const properties = propertiesOf(endpoint.input.ast)
  const strict = endpoint.version === "v2"
  const readAll = (entries: Iterable<readonly [string, string]>) => {
    const out: Record<string, unknown> = {}
    for (const [key, raw] of entries) out[key] = readParameter(raw, properties.get(key), strict)
    return out
  }
  const query = new URLSearchParams(request.url.search)
  query.delete("api_token")
  return { path: readAll(Object.entries(path)), query: readAll(query), body: bodyOf(request) }
}

// -----------------------------------------------------------------------------
// checking
// -----------------------------------------------------------------------------

const timeErrors = (
  input: Readonly<Record<string, unknown>>,
  properties: ReadonlyMap<string, Nodes.Ast>
): ReadonlyArray<ValidationError> =>
  Object.entries(input).flatMap(([key, value]) => {
    const ast = properties.get(key)
    if (typeof value !== "string" || ast === undefined || annotationOf(ast, Field.TimeKindId) !== "instant") return []
    return kinds.readTime(value, true) === kinds.unreadable
      ? [{ key, message: `Parameter '${key}' is not a valid datetime` }]
      : []
  })

/** What is out of bounds is said as Pipedrive says it. */
const inWords = (message: string): string => {
  const [, range, long] =
    /a number (between -?[\d.]+ and -?[\d.]+)|text of (?:\d+ to|at most) (\d+)/.exec(message) ?? []
  if (range !== undefined) return `must be ${range}`
  if (long !== undefined) return `must be at most ${long} characters long`
  return message.startsWith("is too short") ? "must be at least 2 characters long" : `is not valid: ${message}`
}

const schemaErrors = (ast: Nodes.Ast, input: Readonly<Record<string, unknown>>): ReadonlyArray<ValidationError> =>
  Refusal.of(ast, input).map(({ kind, message, path }) => {
    const key = path.join(".")
    const name = String(path[path.length - 1] ?? "")
    return kind === "unknown"
      ? notAllowed(key, name)
      : kind === "missing"
        ? { key, message: `Parameter '${name}' is required` }
        : { key, message: `Parameter '${name}' ${inWords(message)}` }
  })

/** The validation errors of a v2 request. */
export const validate = (
  endpoint: AnyDescription,
  parameters: Parameters,
  request: Incoming
): ReadonlyArray<ValidationError> => {
  const properties = propertiesOf(endpoint.input.ast)
  const found: Array<ValidationError> = []
  const queryKeys = new Set(endpoint.query)
  for (const key of Object.keys(parameters.query)) if (!queryKeys.has(key)) found.push(notAllowed(key))
  const body = endpoint.body
  const whole = body?.whole === true ? body.keys[0] : undefined
  if (request.body._tag === "Unreadable") found.push({ key: "body", message: "Request body is not valid JSON" })
  if (whole === undefined) {
    if (request.body._tag === "Json" && !isRecord(request.body.value)) {
      found.push({ key: "body", message: "Request body must be an object" })
    }
    const bodyKeys = new Set(body?.keys)
    for (const key of Object.keys(parameters.body)) if (!bodyKeys.has(key)) found.push(notAllowed(key))
  }
  if (found.length > 0) return found
  const sent: Readonly<Record<string, unknown>> =
    whole === undefined ? parameters.body : request.body._tag === "Json" ? { [whole]: request.body.value } : {}
  const input = { ...parameters.path, ...parameters.query, ...sent }
  const problems = schemaErrors(endpoint.input.ast, input)
  return problems.length > 0 ? problems : timeErrors(input, properties)
}

const isFlag = (value: unknown): boolean => kinds.flag.fromV1(value) !== kinds.unreadable

const isReadable = (value: unknown, ast: Nodes.Ast): boolean => {
  const time = annotationOf(ast, Field.TimeKindId)
  if (time === "date") return kinds.date.fromV1(value) !== kinds.unreadable
  if (time !== undefined) return typeof kinds.readTime(value, false) === "string"
  const wireTypes = wireTypesOf(ast)
  // the text `null` is a valid value
  if (wireTypes.size === 0 || wireTypes.has("text") || value === "null" || value === "") return true
  return wireTypes.has("boolean") || isBit(ast) ? isFlag(value) : typeof value === "number" || isFlag(value)
}

/** Whether the type is 0 or 1. */
const isBit = (ast: Nodes.Ast): boolean => {
  const node = Nodes.of(ast)
  return node.kind === "union"
    ? node.types.every((member) => isAbsent(member) || isBit(member))
    : node.kind === "literal" && (node.value === 0 || node.value === 1)
}

/** v1 parameters with an invalid value. Ignoring them would return unfiltered lists. Paging parameters are limited instead. */
export const invalidParameters = (endpoint: AnyDescription, query: Parameters["query"]): ReadonlyArray<string> => {
  const properties = propertiesOf(endpoint.input.ast)
  return Object.entries(query).flatMap(([name, value]) => {
    const ast = properties.get(name)
    if (ast === undefined || name === "start" || name === "limit") return []
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    return values.every((one) => one === "" || isReadable(one, ast)) ? [] : [name]
  })
}

// -----------------------------------------------------------------------------
// what the sandbox knows
// -----------------------------------------------------------------------------

const noParameters: SupportedParameters = {}

/** v1's lists accept these parameters without documenting them, as recorded. */
const undocumented: ReadonlySet<string> = new Set(["sort_by", "sort_direction", "start", "limit"])

/** Whether a handler supports a parameter of an endpoint. */
export const isSupported = (
  endpoint: AnyDescription,
  supported: SupportedParameters = noParameters,
  name: string
): boolean =>
  supported[name] !== undefined &&
  (endpoint.query?.includes(name) === true || (endpoint.version === "v1" && undocumented.has(name)))

const wordsOf = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value.map(String) : String(value).split(",")).map((part) => part.trim().split(/\s+/)[0] ?? "")

/** Unsupported parameters of a query: `exclude`, or `items=file` if only some values are supported. */
export const unsupportedParameters = (
  endpoint: AnyDescription,
  supported: SupportedParameters | undefined,
  query: Parameters["query"]
): ReadonlyArray<string> =>
  Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === "") return []
    if (!isSupported(endpoint, supported, name)) return [name]
    const known = supported?.[name]
    return known === undefined || known === true
      ? []
      : wordsOf(value).flatMap((word) => (word === "" || known.includes(word) ? [] : [`${name}=${word}`]))
  })
