/**
 * Checks that no Schema makes: an input's values must be representable in JSON, and its fields must not be inherited.
 */
import type { Issue } from "../../PipedriveError.js"
import * as Bytes from "./bytes.js"
import * as Hints from "./hints.js"
import * as Times from "./times.js"

type Path = ReadonlyArray<string | number>

const maximumDepth = 32

/** The first part of a value that cannot be sent. @internal */
export const findIssue = (value: unknown, path: Path): Issue | undefined => scan(value, path, [])

const scan = (value: unknown, path: Path, within: ReadonlyArray<object>): Issue | undefined => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : { path, message: `is ${value}, which is no number that can be sent` }
    case "string":
    case "boolean":
    case "undefined":
      return undefined
    case "object":
      return value === null ? undefined : scanObject(value, path, within)
    default:
      return { path, message: `is a ${typeof value}, which cannot be sent` }
  }
}

const scanObject = (value: object, path: Path, within: ReadonlyArray<object>): Issue | undefined => {
  if (Times.isTime(value)) return scanTime(value, path)
  if (within.includes(value)) return { path, message: "refers to itself, which JSON cannot" }
  if (within.length > maximumDepth) return { path: path.slice(0, 2), message: "is nested too deeply" }
  const problem = notPlain(value)
  if (problem !== undefined) return { path, message: problem }
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value)
  for (const [key, inner] of entries) {
    const at = [...path, key]
    if (inner === undefined && Array.isArray(value))
      return { path: at, message: "is undefined, which a list cannot hold" }
    const issue = scan(inner, at, [...within, value])
    if (issue !== undefined) return issue
  }
  return undefined
}

const scanTime = (value: unknown, path: Path): Issue | undefined => {
  if (!(value instanceof Date)) return undefined
  if (Number.isNaN(value.getTime())) return { path, message: "is an invalid Date" }
  // a custom field has a day or a time of day, never both
  return path.some((key) => Hints.customFieldKey.test(String(key))) && !Times.isOneDay(value)
    ? { path, message: Times.twoDays }
    : undefined
}

/** Why an object is not plain data. @internal */
export const notPlain = (value: object): string | undefined => {
  if (Bytes.isBlob(value) || Bytes.isBytes(value)) return "is binary, which this field does not take"
  if (
    "toJSON" in value ||
    // the content of a Map, a Promise or a stream is not in its fields
    (!Array.isArray(value) && /^\[object (?!Object\]|Error\])/.test(Object.prototype.toString.call(value)))
  ) {
    return "is not plain data"
  }
  const inherited = inheritedKey(value)
  return inherited === undefined ? undefined : `has inherited fields (${inherited}), which would not be sent`
}

/** What everything inherits is nobody's field; the accessors of a class are, though no loop over keys shows them. */
const inheritedKey = (value: object): string | undefined => {
  for (const key in value) {
    if (!Object.hasOwn(value, key) && !(key in Object.prototype) && !(key in Array.prototype)) return key
  }
  if (Array.isArray(value)) return undefined
  for (let from: unknown = Object.getPrototypeOf(value); isClass(from); from = Object.getPrototypeOf(from)) {
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (get !== undefined && !Object.hasOwn(value, key)) return key
    }
  }
  return undefined
}

/** What is at the root of all objects, of whatever realm, has no prototype of its own. */
const isClass = (prototype: unknown): prototype is object =>
  typeof prototype === "object" && prototype !== null && Object.getPrototypeOf(prototype) !== null

/** No more than `undefined` in it: an empty object could be taken for all of them cleared. @internal */
export const hasOnlyUndefined = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Times.isTime(value)) return false
  const values = Object.values(value)
  return values.length > 0 && values.every((inner) => inner === undefined)
}
