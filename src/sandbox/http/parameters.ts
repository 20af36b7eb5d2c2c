/**
 * Parameters, read and checked by an endpoint's input Schema: strictly for v2, with good will for v1.
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Field from "../../Field.js"
import * as Check from "../../internal/schema/check.js"
import * as kinds from "../model/kinds.js"
import { isRecord } from "../model/view.js"
import type { Described, Honours } from "./call.js"
import type { Incoming } from "./messages.js"
import { type Fault, notAllowed } from "./refusals.js"

/** The parameters of a request. */
export interface Parameters {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

// -----------------------------------------------------------------------------
// what an input Schema says about a key
// -----------------------------------------------------------------------------

const propertiesOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> => {
  const known = propertyCache.get(ast)
  if (known !== undefined) return known
  const found = new Map<string, AST.AST>()
  collect(ast, found)
  propertyCache.set(ast, found)
  return found
}

// a memo of a pure function of its key, not state
const propertyCache: WeakMap<AST.AST, ReadonlyMap<string, AST.AST>> = /*#__PURE__*/ new WeakMap()

const collect = (ast: AST.AST, into: Map<string, AST.AST>): void => {
  if (AST.isSuspend(ast)) collect(ast.f(), into)
  else if (AST.isRefinement(ast)) collect(ast.from, into)
  else if (AST.isTransformation(ast)) collect(ast.to, into)
  else if (AST.isUnion(ast)) for (const member of ast.types) collect(member, into)
  else if (AST.isTypeLiteral(ast)) {
    for (const signature of ast.propertySignatures) {
      const name = String(signature.name)
      if (!into.has(name)) into.set(name, signature.type)
    }
  }
}

/** What is left out of a query: `undefined` and `null`. */
const isNothing = (ast: AST.AST): boolean => AST.isUndefinedKeyword(ast) || (AST.isLiteral(ast) && ast.literal === null)

type Wire = "number" | "boolean" | "text"

const wireOf = (ast: AST.AST): ReadonlySet<Wire> => {
  switch (ast._tag) {
    case "Suspend":
      return wireOf(ast.f())
    case "Refinement":
      return wireOf(ast.from)
    case "NumberKeyword":
      return new Set(["number"])
    case "BooleanKeyword":
      return new Set(["boolean"])
    case "Literal":
      return new Set([
        typeof ast.literal === "number" ? "number" : typeof ast.literal === "boolean" ? "boolean" : "text"
      ])
    case "Union": {
      const all = ast.types.filter((member) => !isNothing(member)).flatMap((member) => Array.from(wireOf(member)))
      return new Set(all)
    }
    case "TupleType":
      return ast.rest[0] === undefined ? new Set() : wireOf(ast.rest[0].type)
    case "StringKeyword":
    case "TemplateLiteral":
    case "Enums":
      return new Set(["text"])
    default:
      return new Set()
  }
}

const annotated = (ast: AST.AST, id: symbol): unknown => {
  if (id in ast.annotations) return ast.annotations[id]
  if (AST.isSuspend(ast)) return annotated(ast.f(), id)
  if (AST.isRefinement(ast)) return annotated(ast.from, id)
  if (!AST.isUnion(ast)) return undefined
  for (const member of ast.types) {
    const found = annotated(member, id)
    if (found !== undefined) return found
  }
  return undefined
}

const readOne = (raw: string, wires: ReadonlySet<Wire>, strict: boolean): unknown => {
  if (wires.has("number") && /^-?\d+(\.\d+)?$/.test(raw)) return Number(raw)
  if (wires.has("boolean")) {
    if (raw === "true" || (!strict && raw === "1")) return true
    if (raw === "false" || (!strict && raw === "0")) return false
  }
  return raw
}

/** A parameter of a path or query, as its Schema means it. */
export const readParameter = (raw: string, ast: AST.AST | undefined, strict: boolean): unknown => {
  if (ast === undefined) return raw
  const wires = wireOf(ast)
  return annotated(ast, Field.ListId) === undefined
    ? readOne(raw, wires, strict)
    : raw.split(",").map((part) => readOne(part, wires, strict))
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
export const read = (endpoint: Described, path: Readonly<Record<string, string>>, request: Incoming): Parameters => {
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

const timeFaults = (
  input: Readonly<Record<string, unknown>>,
  properties: ReadonlyMap<string, AST.AST>
): ReadonlyArray<Fault> =>
  Object.entries(input).flatMap(([key, value]) => {
    const ast = properties.get(key)
    if (typeof value !== "string" || ast === undefined || annotated(ast, Field.TimeKindId) !== "instant") return []
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
  return message.startsWith("is too short")
    ? "must be at least 2 characters long"
    : `is not valid: ${message.split("\n")[0] ?? ""}`
}

const schemaFaults = (ast: AST.AST, input: Readonly<Record<string, unknown>>): ReadonlyArray<Fault> => {
  if (Check.closed(ast)(input)) return []
  const result = ParseResult.validateEither(Schema.make<unknown>(ast), { errors: "all", onExcessProperty: "error" })(
    input
  )
  if (result._tag === "Right") return []
  const issues = ParseResult.ArrayFormatter.formatIssueSync(result.left)
  const faults = new Map<string, Fault>()
  for (const issue of issues) {
    const key = issue.path.map(String).join(".")
    if (faults.has(key)) continue
    const name = String(issue.path[issue.path.length - 1] ?? "")
    faults.set(
      key,
      issue._tag === "Unexpected"
        ? notAllowed(key, name)
        : issue._tag === "Missing"
          ? { key, message: `Parameter '${name}' is required` }
          : { key, message: `Parameter '${name}' ${inWords(issue.message)}` }
    )
  }
  return Array.from(faults.values())
}

/** What v2 has against a request; nothing when all is well. */
export const faults = (endpoint: Described, parameters: Parameters, request: Incoming): ReadonlyArray<Fault> => {
  const properties = propertiesOf(endpoint.input.ast)
  const found: Array<Fault> = []
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
  const problems = schemaFaults(endpoint.input.ast, input)
  return problems.length > 0 ? problems : timeFaults(input, properties)
}

const isFlag = (value: unknown): boolean => kinds.flag.fromV1(value) !== kinds.unreadable

const isReadable = (value: unknown, ast: AST.AST): boolean => {
  const time = annotated(ast, Field.TimeKindId)
  if (time === "date") return kinds.date.fromV1(value) !== kinds.unreadable
  if (time !== undefined) return typeof kinds.readTime(value, false) === "string"
  const wires = wireOf(ast)
  // the word `null` is a value of its own
  if (wires.size !== 1 || wires.has("text") || value === "null" || value === "") return true
  return wires.has("boolean") || isBit(ast) ? isFlag(value) : typeof value === "number" || isFlag(value)
}

/** Whether only 0 and 1 are meant. */
const isBit = (ast: AST.AST): boolean =>
  AST.isUnion(ast)
    ? ast.types.every((member) => isNothing(member) || isBit(member))
    : AST.isLiteral(ast) && (ast.literal === 0 || ast.literal === 1)

/** Parameters of v1 whose value is none: passing over it would give everything. Pages are kept within bounds instead. */
export const unreadable = (endpoint: Described, query: Parameters["query"]): ReadonlyArray<string> => {
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

const nothing: Honours = {}

/** v1's lists take these too where no document says so: recorded. */
const undocumented: ReadonlySet<string> = new Set(["sort_by", "sort_direction", "start", "limit"])

/** Whether a handler acts upon a parameter of an endpoint. */
export const honoured = (endpoint: Described, honours: Honours = nothing, name: string): boolean =>
  honours[name] !== undefined &&
  (endpoint.query?.includes(name) === true || (endpoint.version === "v1" && undocumented.has(name)))

const wordsOf = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value.map(String) : String(value).split(",")).map((part) => part.trim().split(/\s+/)[0] ?? "")

/** What is set and nobody acts upon: `exclude`, or `items=file` where only some words are known. */
export const unknown = (
  endpoint: Described,
  honours: Honours | undefined,
  query: Parameters["query"]
): ReadonlyArray<string> =>
  Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === "") return []
    if (!honoured(endpoint, honours, name)) return [name]
    const known = honours?.[name]
    return known === undefined || known === true
      ? []
      : wordsOf(value).flatMap((word) => (word === "" || known.includes(word) ? [] : [`${name}=${word}`]))
  })
