/**
 * What is wrong, in words: of a value that its Schema does not accept.
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import type { Issue } from "../PipedriveError.js"

/** The issues of a value, one a path, the union of its members' complaints joined. @internal */
export const of = <A>(schema: Schema.Schema<A>, value: unknown, exact: boolean): ReadonlyArray<Issue> => {
  const result = ParseResult.validateEither(schema, {
    errors: "all",
    onExcessProperty: exact ? "error" : "ignore"
  })(value)
  if (Either.isRight(result)) return []
  const byPath = new Map<string, { path: ReadonlyArray<string | number>; messages: Set<string> }>()
  for (const { message, path } of ParseResult.ArrayFormatter.formatIssueSync(result.left)) {
    const keys = path.map((key) => (typeof key === "number" ? key : String(key)))
    const id = JSON.stringify(keys)
    const entry = byPath.get(id) ?? { path: keys, messages: new Set() }
    entry.messages.add(message)
    byPath.set(id, entry)
  }
  const all = Array.from(byPath.values(), ({ messages, path }) => ({ path, message: join(path, messages) }))
  // a whole of which a part is wrong is no news
  return all.filter(({ message, path }) => message !== unacceptable || !all.some((other) => isWithin(other.path, path)))
}

const unacceptable = "is not acceptable"

const isWithin = (inner: ReadonlyArray<string | number>, outer: ReadonlyArray<string | number>): boolean =>
  inner.length > outer.length && outer.every((key, i) => key === inner[i])

// not those within `ReadonlyArray<"open" | "won">`
const alternative = / \| (?![^<]*>)/

const expectation = /^Expected (.*), actual ([\s\S]*)$/

const join = (path: ReadonlyArray<string | number>, messages: ReadonlySet<string>): string => {
  const expected: Array<string> = []
  const others: Array<string> = []
  let actual = ""
  for (const message of messages) {
    const match = expectation.exec(message)
    if (match === null) {
      others.push(message)
    } else {
      actual = match[2] ?? ""
      // `undefined` is what every optional field admits: no news
      if (match[1] !== undefined && match[1] !== "undefined") expected.push(...match[1].split(alternative))
    }
  }
  const own = others.filter((message) => !message.startsWith("is unexpected"))
  if (own.length > 0) return own.join(", and ")
  if (others.length > 0) {
    if (path.length === 1) return "is not a field of this endpoint"
    return path[path.length - 2] === "custom_fields"
      ? "is not the key of a custom field (40 lower-case hexadecimal characters)"
      : "is not a field here"
  }
  if (expected.length === 0) return unacceptable
  const kinds = [...new Set(expected)]
  return `must be ${kinds.length > 6 ? `${kinds.slice(0, 6).join(", ")}, ...` : kinds.join(" or ")}, is ${shown(path, actual)}`
}

/** The value, cut short, and never a password. */
const shown = (path: ReadonlyArray<string | number>, actual: string): string =>
  path.some((key) => /password|secret|token/i.test(String(key)))
    ? "something else"
    : actual.length > 80
      ? `${actual.slice(0, 77)}...`
      : actual
