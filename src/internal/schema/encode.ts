/**
 * From input to wire: checks an input and encodes it as path, query and body.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type { AnyDescription, Description, Version } from "../../Endpoint.js"
import * as Field from "../../Field.js"
import type { Issue } from "../../PipedriveError.js"
import type * as Multipart from "../http/multipart.js"
import * as Shape from "./ast.js"
import * as Check from "./check.js"
import * as Files from "./files.js"
import * as Hints from "./hints.js"
import * as Refusal from "./inputIssues.js"
import type * as Nodes from "./nodes.js"
import * as Plain from "./plainData.js"
import * as Times from "./times.js"

/** A request without host and credentials. @internal */
export interface Wire {
  readonly path: string
  readonly query: string
  readonly body: HttpBody.HttpBody | Multipart.Form
}

/** @internal */
export type Encoder = (input: unknown) => Wire | ReadonlyArray<Issue>

/** @internal */
export const isIssues = (result: Wire | ReadonlyArray<Issue>): result is ReadonlyArray<Issue> => Array.isArray(result)

type Json = unknown
type Input = Readonly<Record<string, unknown>>

const timeKindOf = (ast: Nodes.Ast): Field.TimeKind | undefined =>
  Shape.annotated(ast, Field.TimeKindId) as Field.TimeKind | undefined

// -----------------------------------------------------------------------------
// values
// -----------------------------------------------------------------------------

/** Encodes the times in a body in the format of their field. @internal */
export const writeTimes = (
  value: unknown,
  ast: Nodes.Ast | undefined,
  version: Version,
  inherited?: Field.TimeKind
): Json => {
  const kind = (ast === undefined ? undefined : timeKindOf(ast)) ?? inherited
  if (Times.isTime(value) || (typeof value === "string" && kind !== undefined)) {
    return Times.write(value, kind ?? "timestamp", version)
  }
  if (Array.isArray(value)) {
    const item = ast === undefined ? undefined : Shape.itemOf(ast)
    return value.map((inner) => writeTimes(inner, item, version, inherited))
  }
  if (typeof value !== "object" || value === null) return value
  // a label in the format of `include_labels`
  if (ast !== undefined && "id" in value && Shape.annotated(ast, Field.LabelId) === true) return value.id
  const fields = ast === undefined ? undefined : Shape.fieldsOf(ast)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      // a custom field has a day or a time of day, never both
      const within = Hints.customFieldKey.test(key) ? "date" : inherited
      return [key, writeTimes(inner, fields?.get(key), version, within)]
    })
  )
}

/** Encodes a query or form value; `undefined` if it is not sent. @internal */
export const text = (value: unknown, ast: Nodes.Ast | undefined, version: Version): string | undefined => {
  if (value === undefined || value === null) return undefined
  const kind = ast === undefined ? undefined : timeKindOf(ast)
  if (Times.isTime(value) || (typeof value === "string" && kind !== undefined)) {
    return Times.write(value, kind ?? "timestamp", version)
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => text(item, ast, version) ?? "").join(",")
  }
  if (typeof value === "boolean" && ast !== undefined && Shape.isBit(ast)) return value ? "1" : "0"
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

// -----------------------------------------------------------------------------
// endpoints
// -----------------------------------------------------------------------------

/** Compiles the encoder of an endpoint. @internal */
export const make = <I, A>(endpoint: Description<I, A>): Encoder => {
  const version = endpoint.version
  const fields = Shape.fieldsOf(endpoint.input.ast) ?? new Map<string, Nodes.Ast>()
  const check: Check.Check = Shape.hasNoFields(endpoint.input.ast)
    ? (input) => Object.keys(input as Input).length === 0
    : Check.closed(endpoint.input.ast)
  const path = pathEncoder(endpoint)
  const pathKeys = pathKeysOf(endpoint.path)
  const query = endpoint.query ?? []
  const usedKeys = new Set([...pathKeys, ...query])
  const writeBody = bodyEncoder(endpoint, fields, usedKeys)
  const { body } = endpoint
  const inBody = (key: string) => body !== undefined && (body.whole !== true || key === body.keys[0])
  const prefix = `/api/${version}`
  // an update without changes is a mistake that Pipedrive would report as a success (an action such as
  // `/subscriptions/recurring/{id}/cancel` may need only the id)
  const mustChange =
    (endpoint.method === "PATCH" || endpoint.method === "PUT") &&
    endpoint.path.endsWith("}") &&
    endpoint.body !== undefined &&
    endpoint.body.whole !== true &&
    endpoint.body.keys.length > 0
  const binary = endpoint.body?.encoding === "multipart"

  return (given) => {
    try {
      const input = given === undefined ? {} : given
      const problem = notRecordReason(input)
      if (problem !== undefined) return [{ path: [], message: problem }]
      const record = ownFields(input as Input, query, fields)
      if (!check(record)) return explain(endpoint, record)
      for (const key of Object.keys(record)) {
        const value = record[key]
        if (binary && Files.fault(value) === undefined) continue
        if (!usedKeys.has(key) && !inBody(key)) return [nowhere(key, endpoint)]
        const issue = Plain.findIssue(value, [key]) ?? emptyFilter(key, value, fields.get(key))
        if (issue !== undefined) return [issue]
      }
      const encodedPath = path(record)
      if (typeof encodedPath !== "string") return [encodedPath]
      if (mustChange) {
        const changes = Object.keys(record).some((key) => !usedKeys.has(key))
        if (!changes)
          return [{ path: [], message: `changes nothing: give at least one of ${listSome(endpoint.body?.keys ?? [])}` }]
      }
      return {
        path: prefix + encodedPath,
        query: query.length === 0 ? "" : queryString(query, record, fields, version),
        body: writeBody(record)
      }
    } catch (cause) {
      // a getter or proxy of the caller's object may throw
      return [{ path: [], message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }]
    }
  }
}

/**
 * An input's own fields, each read once, without omitted ones (`undefined`, and null in a query). Inherited fields would pass a
 * check but not be sent.
 */
const ownFields = (input: Input, query: ReadonlyArray<string>, fields: ReadonlyMap<string, Nodes.Ast>): Input =>
  Object.fromEntries(
    Object.entries(input).filter(([key, value]) => {
      if (value === undefined || (value === null && query.includes(key))) return false
      const ast = Plain.hasOnlyUndefined(value) ? fields.get(key) : undefined
      return ast === undefined || !Check.closed(ast)(undefined)
    })
  )

/** Why an input is not a plain object: a `Date` would be encoded as a string, a `Map` as an empty object. */
const notRecordReason = (input: unknown): string | undefined => {
  if (input === null) return "must be an object, is null"
  if (typeof input !== "object") return `must be an object, is a ${typeof input}`
  if (Array.isArray(input)) return "must be an object, is an array"
  return Times.isTime(input) ? "must be an object, is a time" : Plain.notPlain(input)
}

/** An empty list would be sent as no filter and return everything. @internal */
export const emptyList = (value: unknown, path: ReadonlyArray<string>): Issue | undefined =>
  Array.isArray(value) && value.length === 0 && !/fields?$/.test(path[path.length - 1] ?? "")
    ? { path, message: "is an empty list, which Pipedrive would take for no filter at all" }
    : undefined

const emptyFilter = (key: string, value: unknown, ast: Nodes.Ast | undefined): Issue | undefined =>
  ast !== undefined && Shape.annotated(ast, Field.ListId) !== undefined ? emptyList(value, [key]) : undefined

/** A description of the caller's own may forget a field, which would then be lost in silence. */
const nowhere = (key: string, { body, method }: AnyDescription): Issue => {
  const place =
    body !== undefined || method === "GET" || method === "DELETE"
      ? `query: ["${key}"]`
      : `body: { encoding: "json", keys: ["${key}"] }`
  return { path: [key], message: `has no place in the request: add ${place} to the description of the endpoint` }
}

const listSome = (keys: ReadonlyArray<string>): string =>
  keys.length > 8 ? `${keys.slice(0, 8).join(", ")}, ...` : keys.join(", ")

const explain = ({ input, method, output, path, version }: AnyDescription, given: Input): ReadonlyArray<Issue> => {
  const faults = Shape.hasNoFields(input.ast) ? Refusal.unknown(given) : Refusal.of(input.ast, given)
  if (faults.length === 0) return [{ path: [], message: "is not what this endpoint takes" }]
  return faults.map((fault) => {
    const hint = Hints.of(fault, { version, method, path, input: input.ast, output: output.ast })
    return { path: fault.path, message: fault.message, ...(hint === undefined ? {} : { hint }) }
  })
}

/** @internal */
export const pathKeysOf = (path: string): ReadonlyArray<string> =>
  Array.from(path.matchAll(/\{([^}]+)\}/g), (match) => match[1] ?? "")

const pathEncoder = <I, A>(endpoint: Description<I, A>): ((input: Input) => string | Issue) => {
  // literal, key, literal, key, ..., literal
  const parts = endpoint.path.split(/\{([^}]+)\}/)
  if (parts.length === 1) return () => endpoint.path
  return (input) => {
    let out = parts[0] ?? ""
    for (let i = 1; i < parts.length; i += 2) {
      const key = parts[i] ?? ""
      const value = input[key]
      const problem = pathFault(value)
      if (problem !== undefined) return { path: [key], message: problem }
      out += encodeURIComponent(String(value)) + (parts[i + 1] ?? "")
    }
    return out
  }
}

const pathFault = (value: unknown): string | undefined => {
  if (typeof value === "number") return Number.isSafeInteger(value) ? undefined : "must be a whole number"
  if (typeof value !== "string") return "must be a string or a whole number"
  if (value.trim() === "") return "must not be blank"
  if (value === "." || value === "..") return "must not be a dot segment"
  // half of a surrogate pair has no UTF-8 form
  return /\p{Surrogate}/u.test(value) ? "is not well-formed text" : undefined
}

const queryString = (
  keys: ReadonlyArray<string>,
  input: Input,
  fields: ReadonlyMap<string, Nodes.Ast>,
  version: Version
): string => {
  const params = new URLSearchParams()
  for (const key of keys) {
    const value = text(input[key], fields.get(key), version)
    if (value !== undefined) params.append(key, value)
  }
  return params.toString()
}

const bodyEncoder = <I, A>(
  endpoint: Description<I, A>,
  fields: ReadonlyMap<string, Nodes.Ast>,
  usedKeys: ReadonlySet<string>
): ((input: Input) => Wire["body"]) => {
  const { body, input: schema, version } = endpoint
  if (body === undefined) return () => HttpBody.empty
  const [only = ""] = body.keys
  const entries = (input: Input) => Object.entries(input).filter(([key]) => !usedKeys.has(key))
  switch (body.encoding) {
    case "json":
      return (input) => {
        const value =
          body.whole === true ? input[only] : usedKeys.size === 0 ? input : Object.fromEntries(entries(input))
        const ast = body.whole === true ? fields.get(only) : schema.ast
        return HttpBody.text(JSON.stringify(writeTimes(value ?? {}, ast, version)), "application/json")
      }
    case "form":
      return (input) => {
        const params = new URLSearchParams()
        for (const [key, value] of entries(input)) {
          const written = text(value, fields.get(key), version)
          if (written !== undefined) params.append(key, written)
        }
        return HttpBody.text(params.toString(), "application/x-www-form-urlencoded")
      }
    case "multipart":
      return (input) => ({
        _tag: "Form",
        parts: entries(input).flatMap(([key, value]): Multipart.Form["parts"] => {
          const file = Files.partOf(key, value)
          if (file !== undefined) return [file]
          const written = text(value, fields.get(key), version)
          return written === undefined ? [] : [{ key, text: written }]
        })
      })
  }
}
