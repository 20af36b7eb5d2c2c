/**
 * Describes what is wrong with an input, in terms of Pipedrive's fields rather than Schemas.
 */
import type { Issue } from "../../PipedriveError.js"
import * as Shape from "./ast.js"
import * as Check from "./check.js"
import * as Nodes from "./nodes.js"

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
export const of = (ast: Nodes.Ast, value: unknown): ReadonlyArray<Fault> => {
  const found = new Map<string, Found>()
  inspect(ast, value, [], found)
  const all = Array.from(found.values())
  return all
    .filter((one) => !all.some((other) => isWithin(other.path, one.path) && !isOpaque(one)))
    .filter((one) => !all.some((other) => isWithin(one.path, other.path) && isOpaque(other)))
    .map((one) => ({ path: one.path, message: message(one), kind: one.kind, value: one.value }))
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

type Known = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Known => typeof value === "object" && value !== null

const inspect = (ast: Nodes.Ast, value: unknown, path: Path, found: Map<string, Found>): void => {
  const node = Nodes.resolved(ast)
  if (Check.closed(ast)(value)) return
  if (node.kind === "union") inspectUnion(Shape.membersOf(ast), value, path, found)
  else if (node.kind === "refinement" && !Check.closed(node.from)(value)) inspect(node.from, value, path, found)
  else if (node.kind === "refinement" || node.kind === "custom") addDecided(node, value, path, found)
  else if (node.kind === "struct" && isObject(value) && !Array.isArray(value)) {
    inspectFields(node, value, path, found)
  } else if (node.kind === "array" && Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      if (node.item === undefined) add(found, [...path, i], one, "unknown")
      else inspect(node.item, one, [...path, i], found)
    }
  } else {
    const one = add(found, path, value, "value")
    const wanted = nameOf(node)
    if (wanted !== undefined) one.wanted.add(wanted)
  }
}

const add = (found: Map<string, Found>, path: Path, value: unknown, kind: Fault["kind"]): Found => {
  const id = JSON.stringify(path)
  const one: Found = found.get(id) ?? { path, value, kind, ownMessages: new Set(), wanted: new Set() }
  found.set(id, one)
  if (kind !== "value") one.kind = kind
  return one
}

/** What a function of the Schema finds; a check of a whole may name the part that it is about. */
const addDecided = (
  { faults }: Nodes.Refined | Nodes.Custom,
  value: unknown,
  path: Path,
  found: Map<string, Found>
): void => {
  for (const fault of faults(value)) {
    const inner = fault.path.map((key) => (typeof key === "number" ? key : String(key)))
    const part = inner.reduce<unknown>((whole, key) => (isObject(whole) ? whole[key] : undefined), value)
    const one = add(found, [...path, ...inner], part, "value")
    if (fault.message.startsWith("is ")) one.ownMessages.add(fault.message)
    else one.wanted.add(plainNames[fault.message] ?? fault.message)
  }
}

const inspectFields = (
  { indexes, properties }: Nodes.Struct,
  value: Known,
  path: Path,
  found: Map<string, Found>
): void => {
  const names = new Set(properties.map(({ name }) => String(name)))
  const others: Array<[string, Nodes.Ast]> = []
  for (const key of Object.keys(value)) {
    if (names.has(key)) continue
    const index = indexes.find(({ parameter }) => Check.closed(parameter)(key))
    if (index === undefined) add(found, [...path, key], value[key], "unknown")
    else others.push([key, index.type])
  }
  for (const { isOptional, name, type } of properties) {
    const key = String(name)
    if (Object.hasOwn(value, key)) inspect(type, value[key], [...path, key], found)
    else if (!isOptional) add(found, [...path, key], undefined, "missing")
  }
  for (const [key, type] of others) inspect(type, value[key], [...path, key], found)
}

/** A field of one literal, which tells alternatives apart. */
interface Mark {
  readonly name: string
  readonly literal: unknown
  readonly type: Nodes.Ast
  readonly mayMiss: boolean
}

const marksOf = (ast: Nodes.Ast): ReadonlyArray<Mark> => {
  const node = Nodes.of(ast)
  if (node.kind !== "struct") return []
  return node.properties.flatMap(({ name, type }) => {
    const kinds = Shape.membersOf(type).map(Nodes.of)
    const literals = kinds.flatMap((kind) => (kind.kind === "literal" ? [kind.value] : []))
    const isMark = literals.length === 1 && kinds.every(({ kind }) => kind === "literal" || kind === "undefined")
    return isMark ? [{ name: String(name), literal: literals[0], type, mayMiss: kinds.length > 1 }] : []
  })
}

/** Of alternatives with marks those are meant that the value has the marks of; if it has those of none, its marks are wrong. */
const inspectUnion = (types: ReadonlyArray<Nodes.Ast>, value: unknown, path: Path, found: Map<string, Found>): void => {
  if (!isObject(value)) {
    for (const type of types) inspect(type, value, path, found)
    return
  }
  const fits = ({ literal, mayMiss, name }: Mark) => (value[name] === undefined ? mayMiss : value[name] === literal)
  const meant = types.filter((type) => marksOf(type).every(fits))
  for (const type of meant.length === 0 ? types : meant) {
    const wrong = marksOf(type).find((mark) => !mark.mayMiss && !fits(mark))
    if (wrong === undefined) inspect(type, value, path, found)
    else if (Object.hasOwn(value, wrong.name)) inspect(wrong.type, value[wrong.name], [...path, wrong.name], found)
    else add(found, [...path, wrong.name], undefined, "missing")
  }
}

const plainNames: Readonly<Record<string, string>> = {
  "a valid Date instance": "a Date",
  DateFromSelf: "a Date",
  ValidDateFromSelf: "a Date",
  NonEmptyString: "text that is not empty",
  "a non empty string": "text that is not empty"
}

/** What a type is called; `undefined`, which every optional field accepts, is not mentioned. */
const nameOf = (node: Exclude<Nodes.Node, Nodes.Refined | Nodes.Custom>): string | undefined => {
  switch (node.kind) {
    case "literal":
      return node.value === null ? "null" : JSON.stringify(node.value)
    case "array":
      return "an array"
    case "struct":
      return "an object"
    case "undefined":
      return undefined
    default:
      return node.kind
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
    case "bigint":
      return `${value}n, a bigint`
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? `${value}, too large to be exact` : String(value)
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
