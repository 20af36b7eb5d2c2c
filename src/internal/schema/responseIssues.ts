/**
 * What is wrong with an answer, in words.
 */
import * as AST from "effect/SchemaAST"
import type { Issue } from "../../PipedriveError.js"
import { brief } from "../text.js"
import * as Check from "./check.js"
import { shown } from "./inputIssues.js"

/** An issue, and where it stands in the Schema: positions in lists as `[]`, keys of the data as `*`. @internal */
export interface Found extends Issue {
  readonly place: string
}

/** So many places are named, and so many faults looked at: an answer that is all wrong costs no more than one that is not. */
const mostPlaces = 32
const mostFaults = 200
const deepest = 64

interface Search {
  readonly found: Map<string, Found>
  faults: number
}

/**
 * What is wrong with an answer: the first fault of each place in the Schema, up to a few dozen. By the compiled check, part by
 * part, since the decoder would write a sentence on each of 20,000 items.
 *
 * @internal
 */
export const inAnswer = (ast: AST.AST, value: unknown): ReadonlyArray<Found> => {
  const search: Search = { found: new Map(), faults: 0 }
  look(ast, value, [], [], search)
  return [...search.found.values()]
}

const isOver = (search: Search): boolean => search.faults >= mostFaults || search.found.size >= mostPlaces

const note = (search: Search, path: Issue["path"], places: ReadonlyArray<string>, message: string): void => {
  search.faults++
  const place = places.join(".")
  if (!search.found.has(place)) search.found.set(place, { path, place, message })
}

/** A check of somebody's own Schema may throw, or run out of stack. */
const passes = (ast: AST.AST, value: unknown): boolean => {
  try {
    return Check.open(ast)(value)
  } catch {
    return false
  }
}

const look = (
  ast: AST.AST,
  value: unknown,
  path: Issue["path"],
  places: ReadonlyArray<string>,
  search: Search
): void => {
  if (isOver(search) || passes(ast, value)) return
  if (path.length >= deepest) {
    note(search, path, places, "is nested too deeply")
    return
  }
  const within = (inner: AST.AST, part: unknown, key: string | number, place: string) =>
    look(inner, part, [...path, key], [...places, place], search)
  const before = search.faults
  const [one, ...others] = membersFor(ast, value)
  if (one !== undefined && others.length > 0) {
    // the member that the value is nearest to
    let best = lookAlone(one, value, path, places)
    for (const other of others) {
      const next = lookAlone(other, value, path, places)
      if (next.faults < best.faults) best = next
    }
    for (const { message, path: at, place } of best.found.values()) note(search, at, place.split("."), message)
  } else if (one !== undefined && AST.isTypeLiteral(one)) {
    const record = value as Readonly<Record<string, unknown>>
    const named = new Set<PropertyKey>()
    for (const { isOptional, name, type } of one.propertySignatures) {
      named.add(name)
      const key = String(name)
      if (key in record) within(type, record[key], key, key)
      else if (!isOptional) note(search, [...path, key], [...places, key], "is missing")
    }
    for (const { parameter, type } of one.indexSignatures) {
      for (const key in record) {
        if (isOver(search)) return
        if (!named.has(key) && passes(parameter, key)) within(type, record[key], key, "*")
      }
    }
  } else if (one !== undefined && AST.isTupleType(one) && one.elements.length === 0) {
    const item = one.rest[0]?.type
    const items = value as ReadonlyArray<unknown>
    for (let i = 0; item !== undefined && i < items.length && !isOver(search); i++) within(item, items[i], i, "[]")
  }
  if (search.faults === before) note(search, path, places, `must be ${wanted(ast)}, is ${is(path, value)}`)
}

const lookAlone = (ast: AST.AST, value: unknown, path: Issue["path"], places: ReadonlyArray<string>): Search => {
  const search: Search = { found: new Map(), faults: 0 }
  look(ast, value, path, places, search)
  return search
}

const membersOf = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isSuspend(ast)) return membersOf(ast.f())
  return AST.isUnion(ast) ? ast.types.flatMap(membersOf) : [ast]
}

/** Those members of a type that describe parts of a value of this kind. */
const membersFor = (ast: AST.AST, value: unknown): ReadonlyArray<AST.AST> => {
  if (typeof value !== "object" || value === null) return []
  const isList = Array.isArray(value)
  return membersOf(ast).filter((member) => (isList ? AST.isTupleType(member) : AST.isTypeLiteral(member)))
}

const wanted = (ast: AST.AST): string => {
  const kinds = [...new Set(membersOf(ast).map(kindOf))].filter((kind) => kind !== "undefined")
  return kinds.length > 6 ? `${kinds.slice(0, 6).join(", ")}, ...` : kinds.join(" or ")
}

const kindOf = (ast: AST.AST): string =>
  AST.isTypeLiteral(ast) ? "an object" : AST.isTupleType(ast) ? "an array" : String(ast).slice(0, 80)

const is = (path: Issue["path"], value: unknown): string =>
  value === undefined ? "missing" : shown(path, brief(value))
