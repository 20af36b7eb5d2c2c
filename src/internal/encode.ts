/**
 * From input to wire: checks what a caller gave and writes it as path, query and body.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Description, Version } from "../Endpoint.js"
import * as Field from "../Field.js"
import type { Issue } from "../PipedriveError.js"
import * as Check from "./check.js"
import * as Hints from "./hints.js"
import * as Issues from "./issues.js"

/** A request, but for host and credentials. @internal */
export interface Wire {
  readonly path: string
  readonly query: string
  readonly body: HttpBody.HttpBody
}

/** @internal */
export type Encoder = (input: unknown) => Wire | ReadonlyArray<Issue>

/** @internal */
export const isIssues = (result: Wire | ReadonlyArray<Issue>): result is ReadonlyArray<Issue> => Array.isArray(result)

type Json = unknown
type Input = Readonly<Record<string, unknown>>

// -----------------------------------------------------------------------------
// times
// -----------------------------------------------------------------------------

const pad = (n: number, width = 2): string => String(n).padStart(width, "0")

/** @internal */
export const time = (value: Date | DateTime.DateTime, kind: Field.TimeKind, version: Version): string => {
  if (kind === "date") {
    if (value instanceof Date) return value.toISOString().slice(0, 10)
    const { day, month, year } = DateTime.isZoned(value) ? DateTime.toParts(value) : DateTime.toPartsUtc(value)
    return `${pad(year, 4)}-${pad(month)}-${pad(day)}`
  }
  const iso = (value instanceof Date ? value : DateTime.toDateUtc(value)).toISOString().slice(0, 19)
  return version === "v2" || kind === "instant" ? `${iso}Z` : iso.replace("T", " ")
}

const isTime = (u: unknown): u is Date | DateTime.DateTime => u instanceof Date || DateTime.isDateTime(u)

const timeKindOf = (ast: AST.AST): Field.TimeKind | undefined =>
  annotated(ast, Field.TimeKindId) as Field.TimeKind | undefined

/** The annotation of a field's type, or of a member of it: `undefined` and `null` stand beside the type proper. */
const annotated = (ast: AST.AST, id: symbol): unknown => {
  if (id in ast.annotations) return ast.annotations[id]
  if (!AST.isUnion(ast)) return undefined
  for (const member of ast.types) {
    const found = annotated(member, id)
    if (found !== undefined) return found
  }
  return undefined
}

// -----------------------------------------------------------------------------
// what no schema says: a value must be one that JSON can carry
// -----------------------------------------------------------------------------

interface Seen {
  times: boolean
}

const maximumDepth = 32

/** The first thing in a value that cannot be sent. Notes in `seen` whether there are times in it. */
const scan = (value: unknown, path: ReadonlyArray<string | number>, seen: Seen): Issue | undefined => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : { path, message: `is ${value}, which is no number that can be sent` }
    case "string":
    case "boolean":
    case "undefined":
      return undefined
    case "object":
      return value === null ? undefined : scanObject(value, path, seen)
    default:
      return { path, message: `is a ${typeof value}, which cannot be sent` }
  }
}

const scanObject = (value: object, path: ReadonlyArray<string | number>, seen: Seen): Issue | undefined => {
  if (isTime(value)) {
    seen.times = true
    return value instanceof Date && Number.isNaN(value.getTime()) ? { path, message: "is an invalid Date" } : undefined
  }
  if (path.length > maximumDepth) return { path, message: "is nested too deeply, or refers to itself" }
  if (isBinary(value)) return { path, message: "is binary, which this field does not take" }
  if (!isPlain(value)) return { path, message: "is not plain data" }
  for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const issue = scan(inner, [...path, key], seen)
    if (issue !== undefined) return issue
  }
  return undefined
}

const isBinary = (value: object): boolean =>
  value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)

const isPlain = (value: object): boolean =>
  !("toJSON" in value) &&
  !(value instanceof Map || value instanceof Set || value instanceof Promise || value instanceof RegExp)

// -----------------------------------------------------------------------------
// values
// -----------------------------------------------------------------------------

/** Writes times inside a body in their field's form. Runs only where there is one. */
const writeTimes = (value: unknown, ast: AST.AST | undefined, version: Version): Json => {
  if (isTime(value)) return time(value, (ast === undefined ? undefined : timeKindOf(ast)) ?? "timestamp", version)
  if (Array.isArray(value)) {
    const item = ast === undefined ? undefined : itemOf(ast)
    return value.map((inner) => writeTimes(inner, item, version))
  }
  if (typeof value !== "object" || value === null) return value
  const fields = ast === undefined ? undefined : fieldsOf(ast)
  const out: Record<string, Json> = {}
  for (const [key, inner] of Object.entries(value)) out[key] = writeTimes(inner, fields?.get(key), version)
  return out
}

const itemOf = (ast: AST.AST): AST.AST | undefined => {
  if (AST.isSuspend(ast)) return itemOf(ast.f())
  if (AST.isRefinement(ast)) return itemOf(ast.from)
  if (AST.isTupleType(ast)) return ast.rest[0]?.type
  return AST.isUnion(ast) ? first(ast.types, itemOf) : undefined
}

const fieldsOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> | undefined => {
  if (AST.isSuspend(ast)) return fieldsOf(ast.f())
  if (AST.isRefinement(ast)) return fieldsOf(ast.from)
  if (AST.isTypeLiteral(ast)) return new Map(ast.propertySignatures.map((field) => [String(field.name), field.type]))
  return AST.isUnion(ast) ? first(ast.types, fieldsOf) : undefined
}

const first = <A, B>(items: ReadonlyArray<A>, f: (a: A) => B | undefined): B | undefined => {
  for (const item of items) {
    const found = f(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** One query or form value; `undefined` where nothing is to be sent. */
const text = (value: unknown, ast: AST.AST | undefined, version: Version): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (isTime(value)) return time(value, (ast === undefined ? undefined : timeKindOf(ast)) ?? "timestamp", version)
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => text(item, ast, version) ?? "").join(",")
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

const filePart = (value: unknown): { readonly blob: Blob; readonly name: string } | undefined => {
  const blob = (content: Blob | Uint8Array, type?: string): Blob =>
    content instanceof Blob && type === undefined
      ? content
      : new Blob([content as BlobPart], { type: type ?? "application/octet-stream" })
  if (typeof File !== "undefined" && value instanceof File) return { blob: value, name: value.name }
  if (value instanceof Blob || value instanceof Uint8Array) return { blob: blob(value), name: "file" }
  if (typeof value !== "object" || value === null || !("content" in value)) return undefined
  const { content, name, type } = value as Exclude<Field.Upload, Blob | Uint8Array>
  return { blob: blob(content, type), name }
}

// -----------------------------------------------------------------------------
// endpoints
// -----------------------------------------------------------------------------

/** Compiles the encoder of an endpoint. @internal */
export const make = <I, A>(endpoint: Description<I, A>): Encoder => {
  const version = endpoint.version
  const fields = fieldsOf(endpoint.input.ast) ?? new Map<string, AST.AST>()
  const known = [...fields.keys()]
  const check = Check.closed(endpoint.input.ast)
  const path = pathEncoder(endpoint)
  const pathKeys = pathKeysOf(endpoint.path)
  const query = endpoint.query ?? []
  const placed = new Set([...pathKeys, ...query])
  const writeBody = bodyEncoder(endpoint, fields, placed)
  const prefix = `/api/${version}`
  // a change of a thing that changes nothing is a mistake: Pipedrive would answer it with success (an action, such as
  // `/subscriptions/recurring/{id}/cancel`, may need no more than the id)
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
      const wrong = noRecord(input)
      if (wrong !== undefined) return [{ path: [], message: `must be an object, is ${wrong}` }]
      const record = input as Input
      if (known.length === 0 && Object.keys(record).length > 0)
        return Object.keys(record).map((key) => unknownKey(key, []))
      if (!check(record)) return explain(endpoint.input, record, known)
      const seen: Seen = { times: false }
      for (const key in record) {
        const value = record[key]
        if (binary && filePart(value) !== undefined) continue
        const issue = scan(value, [key], seen) ?? emptyFilter(key, value, fields.get(key))
        if (issue !== undefined) return [issue]
      }
      const encodedPath = path(record)
      if (typeof encodedPath !== "string") return [encodedPath]
      if (mustChange) {
        const changes = Object.keys(record).some((key) => !placed.has(key) && record[key] !== undefined)
        if (!changes)
          return [{ path: [], message: `changes nothing: give at least one of ${some(endpoint.body?.keys ?? [])}` }]
      }
      return {
        path: prefix + encodedPath,
        query: query.length === 0 ? "" : queryString(query, record, fields, version),
        body: writeBody(record, seen.times)
      }
    } catch (cause) {
      // getters, proxies: whatever a caller's object does when it is read
      return [{ path: [], message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }]
    }
  }
}

/** What an input is that is no object with fields: a `Date` would be written as the text it is, a `Map` as nothing. */
const noRecord = (input: unknown): string | undefined => {
  if (input === null) return "null"
  if (typeof input !== "object") return `a ${typeof input}`
  if (Array.isArray(input)) return "an array"
  return isTime(input) || isBinary(input) || !isPlain(input) ? "something else" : undefined
}

/** No ids would be sent as no filter, and bring everything. */
const emptyFilter = (key: string, value: unknown, ast: AST.AST | undefined): Issue | undefined =>
  Array.isArray(value) &&
  value.length === 0 &&
  ast !== undefined &&
  annotated(ast, Field.ListId) !== undefined &&
  !/fields?$/.test(key)
    ? { path: [key], message: "is an empty list, which Pipedrive would take for no filter at all" }
    : undefined

const some = (keys: ReadonlyArray<string>): string =>
  keys.length > 8 ? `${keys.slice(0, 8).join(", ")}, ...` : keys.join(", ")

const explain = <I>(schema: Schema.Schema<I>, input: Input, known: ReadonlyArray<string>): ReadonlyArray<Issue> =>
  Issues.of(schema, input, true).map((issue) => {
    const [key] = issue.path
    if (issue.path.length !== 1 || typeof key !== "string" || known.includes(key)) return issue
    return unknownKey(key, known)
  })

const unknownKey = (key: string, known: ReadonlyArray<string>): Issue => {
  const hint = Hints.forKey(key, known)
  return { path: [key], message: "is not a field of this endpoint", ...(hint === undefined ? {} : { hint }) }
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
      const wrong = pathFault(value)
      if (wrong !== undefined) return { path: [key], message: wrong }
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
  fields: ReadonlyMap<string, AST.AST>,
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
  fields: ReadonlyMap<string, AST.AST>,
  placed: ReadonlySet<string>
): ((input: Input, times: boolean) => HttpBody.HttpBody) => {
  const { body, input: schema, version } = endpoint
  if (body === undefined) return () => HttpBody.empty
  const [only = ""] = body.keys
  const entries = (input: Input) => Object.entries(input).filter(([key]) => !placed.has(key))
  switch (body.encoding) {
    case "json":
      return (input, times) => {
        const value = body.whole === true ? input[only] : placed.size === 0 ? input : Object.fromEntries(entries(input))
        const ast = body.whole === true ? fields.get(only) : schema.ast
        return HttpBody.text(
          JSON.stringify(times ? writeTimes(value, ast, version) : (value ?? {})),
          "application/json"
        )
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
      return (input) => {
        const form = new FormData()
        for (const [key, value] of entries(input)) {
          const file = filePart(value)
          if (file !== undefined) {
            form.append(key, file.blob, file.name)
          } else {
            const written = text(value, fields.get(key), version)
            if (written !== undefined) form.append(key, written)
          }
        }
        return HttpBody.formData(form)
      }
  }
}
