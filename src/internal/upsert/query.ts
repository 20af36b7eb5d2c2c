/**
 * What tells the one record that is meant: how it is searched for, and which of what is found fits.
 */
import type { Issue } from "../../PipedriveError.js"
import * as Known from "../options.js"

/** A record as it was answered. @internal */
export type Row = Readonly<Record<string, unknown>>

/** What is looked for, and how. @internal */
export interface Query {
  /** For messages, and the key that makes it one. */
  readonly label: string
  readonly search: { readonly term: string; readonly exact_match?: boolean; readonly fields?: string }
  /** The custom field to search by, instead. */
  readonly field?: { readonly key: string; readonly value: string }
  readonly fits: (row: Row) => boolean
  /** Whether what fits is told by the caller's own function. */
  readonly isOwn?: true
}

const names: Known.Names<Record<"email" | "phone" | "name" | "title" | "code" | "field" | "search", unknown>> = {
  email: true,
  phone: true,
  name: true,
  title: true,
  code: true,
  field: true,
  search: true
}

const fold = (u: unknown): string | undefined =>
  typeof u === "string" || typeof u === "number" ? String(u).trim().normalize("NFC").toLowerCase() : undefined

const digits = (u: unknown): string => String(u).replace(/\D/g, "")

/** The values of `emails` or `phones`. */
const valuesIn = (u: unknown): ReadonlyArray<unknown> =>
  Array.isArray(u) ? u.map((one) => (typeof one === "object" && one !== null && "value" in one ? one.value : one)) : []

const isText = (u: unknown): u is string => typeof u === "string" && u.trim() !== ""

/** A record that is added without what it is looked for by would be added again each time. @internal */
export const lacking = (query: Query, input: unknown): Issue | undefined => {
  if (query.isOwn || typeof input !== "object" || input === null) return undefined
  try {
    if (holds(query, input as Row)) return undefined
  } catch {
    // what cannot be read is refused where it is added
    return undefined
  }
  return {
    path: ["add"],
    message: `must have the ${query.label}: else it is not found by it, and added again each time`
  }
}

const holds = ({ field, fits }: Query, row: Row): boolean => {
  if (field === undefined) return fits(row)
  const held = row[field.key] ?? (row.custom_fields as Row | null | undefined)?.[field.key]
  // those by name are under names that are not known here
  return row.fields !== undefined || (held !== undefined && held !== null)
}

/** What is looked for, or why that cannot be told. @internal */
export const queryOf = (by: unknown): Query | ReadonlyArray<Issue> => {
  const wrong = (path: ReadonlyArray<string | number>, message: string) => [{ path: ["by", ...path], message }]
  if (typeof by !== "object" || by === null) return wrong([], "must say what to look for, such as { email }")
  const [strange] = Known.unknown(by, names)
  if (strange !== undefined) return wrong([strange.option], strange.message)
  const given = Object.entries(by).filter(([, value]) => value !== undefined)
  const [first] = given
  if (first === undefined || given.length > 1)
    return wrong([], `must have exactly one of ${Object.keys(names).join(", ")}`)
  const [kind, value] = first as [keyof typeof names, unknown]
  if (kind === "search") {
    const { term, where } = (value ?? {}) as { readonly term?: unknown; readonly where?: unknown }
    if (!isText(term)) return wrong(["search", "term"], "must be a text to search for")
    if (typeof where !== "function")
      return wrong(["search", "where"], "must be a function that says which record is meant")
    return { label: `term ${JSON.stringify(term)}`, search: { term }, fits: (row) => where(row) === true, isOwn: true }
  }
  if (kind === "field") {
    const [field, wanted] = Array.isArray(value) ? value : []
    const key = typeof field === "string" ? field : (field as { readonly key?: unknown } | undefined)?.key
    if (typeof key !== "string" || !/^[0-9a-f]{40}$/.test(key))
      return wrong(["field", 0], "must be the key of a custom field")
    if (!isText(wanted) && !(typeof wanted === "number" && Number.isFinite(wanted))) {
      return wrong(["field", 1], "must be the text or number that the field holds")
    }
    return {
      label: `field ${key} ${JSON.stringify(wanted)}`,
      search: { term: String(wanted) },
      field: { key, value: String(wanted) },
      fits: (row) => {
        const held = key in row ? row[key] : (row.custom_fields as Row | null | undefined)?.[key]
        return held !== undefined && held !== null && String(held) === String(wanted)
      }
    }
  }
  if (!isText(value)) return wrong([kind], "must be a text that is not blank")
  const label = `${kind} ${JSON.stringify(value)}`
  if (kind === "phone") {
    const number = digits(value)
    if (number === "") return wrong([kind], "has no digit")
    return {
      label,
      search: { term: value, fields: "phone" },
      fits: (row) => valuesIn(row.phones).some((phone) => digits(phone) === number)
    }
  }
  const folded = fold(value)
  const search = { term: value.trim(), exact_match: true, fields: kind }
  return kind === "email"
    ? { label, search, fits: (row) => valuesIn(row.emails).some((email) => fold(email) === folded) }
    : { label, search, fits: (row) => fold(row[kind]) === folded }
}
