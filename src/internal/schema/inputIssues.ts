/**
 * Describes what is wrong with an input, in terms of Pipedrive's fields rather than Schemas.
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Issue } from "../../PipedriveError.js"

type Path = ReadonlyArray<string | number>

/** One fault: an unknown field, a missing one, or an invalid value. @internal */
export interface Fault extends Issue {
  readonly kind: "unknown" | "missing" | "value"
  readonly value: unknown
}

interface Found {
  readonly path: Path
  readonly value: unknown
  kind: Fault["kind"]
  /** Messages that the Schema defines. */
  readonly ownMessages: Set<string>
  readonly wanted: Set<string>
}

/** The faults of a value, one per path; for a union, those of all members together. @internal */
export const of = (ast: AST.AST, value: unknown): ReadonlyArray<Fault> => {
  const meant = alternativeOf(ast, value)
  const check = ParseResult.validateEither(Schema.make<unknown>(meant), { errors: "all", onExcessProperty: "error" })
  const result = check(value)
  if (result._tag === "Right") return []
  const found = new Map<string, Found>()
  collect(result.left, [], value, found)
  const all = Array.from(found.values())
  return all
    .filter((one) => !all.some((other) => isWithin(other.path, one.path) && !isOpaque(one)))
    .filter((one) => !all.some((other) => isWithin(one.path, other.path) && isOpaque(other)))
    .map((one) => ({ path: one.path, message: message(one), kind: one.kind, value: one.value }))
}

/** Of alternatives that a field of one literal tells apart, those that the value has the literal of; all, if it has none. */
const alternativeOf = (ast: AST.AST, value: unknown): AST.AST => {
  if (AST.isSuspend(ast)) return alternativeOf(ast.f(), value)
  if (!AST.isUnion(ast) || typeof value !== "object" || value === null) return ast
  const given = value as Readonly<Record<string, unknown>>
  const meant = ast.types.filter(
    (member) =>
      AST.isTypeLiteral(member) &&
      member.propertySignatures.every(({ name, type }) => {
        const kinds = AST.isUnion(type) ? type.types : [type]
        const literals = kinds.flatMap((kind) => (AST.isLiteral(kind) ? [kind.literal] : []))
        const isMark =
          literals.length === 1 && kinds.every((kind) => AST.isLiteral(kind) || AST.isUndefinedKeyword(kind))
        const own = given[String(name)]
        return !isMark || (own === undefined ? kinds.length > 1 : own === literals[0])
      })
  )
  return meant.length === 0 ? ast : AST.Union.make(meant)
}

/** A whole of which a part is wrong is no news, unless it is no data of which there could be parts, but a stream. */
const isOpaque = ({ ownMessages, value }: Found): boolean =>
  ownMessages.size > 0 && tagOf(value) !== "Object" && tagOf(value) !== "Array"

/** The faults of an input for an endpoint without parameters. @internal */
export const unknown = (given: Readonly<Record<string, unknown>>): ReadonlyArray<Fault> =>
  Object.entries(given).map(([key, value]) => ({ path: [key], message: unknownField, kind: "unknown", value }))

const unknownField = "is not a field of this endpoint"

const isWithin = (inner: Path, outer: Path): boolean =>
  inner.length > outer.length && outer.every((key, i) => key === inner[i])

const collect = (issue: ParseResult.ParseIssue, path: Path, value: unknown, found: Map<string, Found>): void => {
  switch (issue._tag) {
    case "Pointer": {
      // JSON has no symbols
      if (typeof issue.path === "symbol") return
      const keys = Array.isArray(issue.path) ? (issue.path as ReadonlyArray<PropertyKey>) : [issue.path as PropertyKey]
      const inner = keys.map((key) => (typeof key === "number" ? key : String(key)))
      const part = inner.reduce<unknown>((whole, key) => (whole as Record<string, unknown>)?.[key], value)
      collect(issue.issue, [...path, ...inner], part, found)
      return
    }
    case "Composite":
      for (const one of "_tag" in issue.issues ? [issue.issues] : issue.issues) collect(one, path, value, found)
      return
    case "Refinement":
    case "Transformation":
      // a check of a whole names the part that it is about
      if (issue._tag === "Refinement" && issue.kind === "Predicate" && issue.issue._tag !== "Pointer") break
      collect(issue.issue, path, value, found)
      return
  }
  const id = JSON.stringify(path)
  const one: Found = found.get(id) ?? { path, value, kind: "value", ownMessages: new Set(), wanted: new Set() }
  found.set(id, one)
  if (issue._tag === "Unexpected") one.kind = "unknown"
  else if (issue._tag === "Missing") one.kind = "missing"
  else {
    const own = issue._tag === "Type" && issue.message !== undefined ? [issue.message] : undefined
    for (const text of own ?? (issue._tag === "Type" ? wanted(issue.ast, issue) : sentence(issue))) {
      if (text.startsWith("is ")) one.ownMessages.add(text)
      else one.wanted.add(text)
    }
  }
}

/** The Schema's own message. */
const sentence = (issue: ParseResult.ParseIssue): ReadonlyArray<string> =>
  ParseResult.ArrayFormatter.formatIssueSync(issue).map(({ message }) => {
    const [, expected] = /^Expected (.*), actual [\s\S]*$/.exec(message) ?? []
    return plainNames[expected ?? ""] ?? expected ?? message
  })

const plainNames: Readonly<Record<string, string>> = {
  "a valid Date instance": "a Date",
  DateFromSelf: "a Date",
  ValidDateFromSelf: "a Date",
  NonEmptyString: "text that is not empty",
  "a non empty string": "text that is not empty"
}

/** Describes a type. */
const wanted = (ast: AST.AST, issue: ParseResult.ParseIssue): ReadonlyArray<string> => {
  switch (ast._tag) {
    case "Suspend":
      return wanted(ast.f(), issue)
    case "Union":
      return ast.types.flatMap((member) => wanted(member, issue))
    case "Refinement":
      return wanted(ast.from, issue)
    case "UndefinedKeyword":
      // every optional field accepts it, so it is not mentioned
      return []
    case "StringKeyword":
    case "TemplateLiteral":
      return ["string"]
    case "NumberKeyword":
      return ["number"]
    case "BooleanKeyword":
      return ["boolean"]
    case "Literal":
      return [ast.literal === null ? "null" : JSON.stringify(ast.literal)]
    case "TupleType":
      return ["an array"]
    case "TypeLiteral":
      return ["an object"]
    case "Declaration":
      return sentence(new ParseResult.Type(ast, issue.actual))
    default:
      return sentence(issue)
  }
}

const message = ({ kind, ownMessages, path, value, wanted }: Found): string => {
  if (ownMessages.size > 0) return Array.from(ownMessages).join(", and ")
  if (kind === "missing") return "is missing"
  if (kind === "unknown") {
    if (path.length === 1) return unknownField
    return path[path.length - 2] === "custom_fields"
      ? "is not the key of a custom field (40 lower-case hexadecimal characters)"
      : "is not a field here"
  }
  const kinds = Array.from(wanted)
  const words = kinds.length > 6 ? `${kinds.slice(0, 6).join(", ")}, ...` : kinds.join(" or ")
  return `${words === "" ? "is not acceptable" : `must be ${words}`}, is ${shown(path, print(value))}`
}

const secret = /password|secret|token/i

/** A printed value, truncated, and never a password. @internal */
export const shown = (path: Path, text: string): string =>
  path.some((key) => secret.test(String(key))) ? "something else" : abbreviate(text)

const abbreviate = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

/** @internal */
export const brief = (value: unknown): string => abbreviate(print(value))

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)

const print = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, 100))
    case "object":
      break
    case "function":
    case "symbol":
      return `a ${typeof value}`
    default:
      return String(value)
  }
  if (value === null) return "null"
  const kind = tagOf(value)
  if (kind === "Date") return Number.isNaN((value as Date).getTime()) ? "an invalid Date" : "a Date"
  if (kind !== "Object" && kind !== "Array") return `a ${kind}`
  try {
    return JSON.stringify(value, (key, inner) => (secret.test(key) ? "..." : inner)) ?? "an object"
  } catch {
    return kind === "Array" ? "an array" : "an object"
  }
}
