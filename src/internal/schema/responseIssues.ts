/**
 * Describes what is wrong with a response.
 */
import type { Issue } from "../../PipedriveError.js"
import { brief } from "../text.js"
import * as Shape from "./ast.js"
import * as Check from "./check.js"
import { shown } from "./inputIssues.js"
import * as Nodes from "./nodes.js"

/** An issue with its place in the Schema: list positions as `[]`, keys of records as `*`. */
export interface Found extends Issue {
  readonly place: string
}

/** Limits on reported places and inspected faults, so that a completely wrong response costs no more than a valid one. */
const maxPlaces = 32
const maxFaults = 200
const maxDepth = 64

interface Search {
  readonly found: Map<string, Found>
  faults: number
}

/**
 * The first fault of each place in the Schema, up to a few dozen. It uses the compiled check part by part, because the decoder
 * would describe every fault of 20,000 items.
 *
 * @internal
 */
export const findIssues = (ast: Nodes.Ast, value: unknown): ReadonlyArray<Found> => {
  const search: Search = { found: new Map(), faults: 0 }
  inspect(ast, value, [], [], search)
  return [...search.found.values()]
}

const isOver = (search: Search): boolean => search.faults >= maxFaults || search.found.size >= maxPlaces

const addIssue = (search: Search, path: Issue["path"], places: ReadonlyArray<string>, message: string): void => {
  search.faults++
  const place = places.join(".")
  if (!search.found.has(place)) search.found.set(place, { path, place, message })
}

/** A check of a custom Schema may throw or overflow the stack. */
const passes = (ast: Nodes.Ast, value: unknown): boolean => {
  try {
    return Check.open(ast)(value)
  } catch {
    return false
  }
}

const inspect = (
  ast: Nodes.Ast,
  value: unknown,
  path: Issue["path"],
  places: ReadonlyArray<string>,
  search: Search
): void => {
  if (isOver(search) || passes(ast, value)) return
  if (path.length >= maxDepth) {
    addIssue(search, path, places, "is nested too deeply")
    return
  }
  const within = (inner: Nodes.Ast, part: unknown, key: string | number, place: string) =>
    inspect(inner, part, [...path, key], [...places, place], search)
  const before = search.faults
  const [first, ...others] = membersFor(ast, value)
  const one = first && Nodes.of(first)
  if (first !== undefined && others.length > 0) {
    // the member with the fewest faults
    let best = inspectSeparately(first, value, path, places)
    for (const other of others) {
      const next = inspectSeparately(other, value, path, places)
      if (next.faults < best.faults) best = next
    }
    for (const { message, path: at, place } of best.found.values()) addIssue(search, at, place.split("."), message)
  } else if (one?.kind === "struct") {
    const record = value as Readonly<Record<string, unknown>>
    const named = new Set<PropertyKey>()
    for (const { isOptional, name, type } of one.properties) {
      named.add(name)
      const key = String(name)
      if (key in record) within(type, record[key], key, key)
      else if (!isOptional) addIssue(search, [...path, key], [...places, key], "is missing")
    }
    for (const { parameter, type } of one.indexes) {
      for (const key in record) {
        if (isOver(search)) return
        if (!named.has(key) && passes(parameter, key)) within(type, record[key], key, "*")
      }
    }
  } else if (one?.kind === "array") {
    const { item } = one
    const items = value as ReadonlyArray<unknown>
    for (let i = 0; item !== undefined && i < items.length && !isOver(search); i++) within(item, items[i], i, "[]")
  }
  if (search.faults === before)
    addIssue(search, path, places, `must be ${wanted(ast)}, is ${describeActual(path, value)}`)
}

const inspectSeparately = (
  ast: Nodes.Ast,
  value: unknown,
  path: Issue["path"],
  places: ReadonlyArray<string>
): Search => {
  const search: Search = { found: new Map(), faults: 0 }
  inspect(ast, value, path, places, search)
  return search
}

/** The members of a union for a value of this kind: objects or arrays. */
const membersFor = (ast: Nodes.Ast, value: unknown): ReadonlyArray<Nodes.Ast> => {
  if (typeof value !== "object" || value === null) return []
  const kind = Array.isArray(value) ? "array" : "struct"
  return Shape.membersOf(ast).filter((member) => Nodes.of(member).kind === kind)
}

const wanted = (ast: Nodes.Ast): string => {
  const kinds = [...new Set(Shape.membersOf(ast).map(kindOf))].filter((kind) => kind !== "undefined")
  return kinds.length > 6 ? `${kinds.slice(0, 6).join(", ")}, ...` : kinds.join(" or ")
}

const kindOf = (ast: Nodes.Ast): string => {
  const { kind } = Nodes.of(ast)
  return kind === "struct" ? "an object" : kind === "array" ? "an array" : Nodes.nameOf(ast).slice(0, 80)
}

const describeActual = (path: Issue["path"], value: unknown): string =>
  value === undefined ? "missing" : shown(path, brief(value))
