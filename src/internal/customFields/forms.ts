/**
 * The three forms in which an entity carries its custom fields, each brought into v2's and back.
 */
import * as Either from "effect/Either"
import type { Issue } from "../../PipedriveError.js"
import { isRecord } from "../http/failure.js"
import { nearest } from "../options.js"
import { brief } from "../schema/inputIssues.js"
import { type Kind, kinds, type Options, spelt, told } from "./kinds.js"

/** What is said of a field when it is defined. */
export interface Definition {
  readonly type: keyof typeof kinds
  readonly key: string
  readonly options: Readonly<Record<string, number>> | undefined
  /** Pipedrive's name for it, where that is known. */
  readonly title?: string | undefined
}

interface Field {
  readonly name: string
  readonly type: keyof typeof kinds
  readonly key: string
  readonly kind: Kind
  readonly options: Options
  readonly title: string | undefined
}

/** The fields of an entity, made ready. */
export interface Plan {
  readonly fields: ReadonlyArray<Field>
  readonly byName: ReadonlyMap<string, Field>
  /** What is wrong with the definition itself. */
  readonly faults: ReadonlyArray<Issue>
}

type Entity = Readonly<Record<string, unknown>>

type Result = Either.Either<Record<string, unknown>, ReadonlyArray<Issue>>

// -----------------------------------------------------------------------------
// definitions
// -----------------------------------------------------------------------------

const optionsOf = (options: Definition["options"]): Options => {
  const entries = Object.entries(options ?? {})
  // of two labels of one option the first is what an answer is read as
  return { idOf: new Map(entries), labelOf: new Map(entries.map(([label, id]) => [id, label] as const).reverse()) }
}

/** Whether it is the key of a custom field. @internal */
export const isKey = (key: string): boolean => /^[0-9a-f]{40}$/.test(key)

const faultOf = (field: Field, before: ReadonlyArray<Field>): string | undefined => {
  if (typeof field.key !== "string" || !isKey(field.key)) {
    return `must have the key of a custom field (40 lower-case hexadecimal characters), has ${brief(field.key)}`
  }
  const other = before.find(({ key }) => key === field.key)
  if (other !== undefined) return `has the key of \`${other.name}\``
  const { idOf, labelOf } = field.options
  const bad = Array.from(idOf).find(([, id]) => !Number.isSafeInteger(id))
  if (bad !== undefined)
    return `must have whole numbers as ids of its options, has ${brief(bad[1])} of ${brief(bad[0])}`
  return idOf.size === labelOf.size ? undefined : "has two options of one id"
}

/** @internal */
export const plan = (definitions: Readonly<Record<string, Definition>>): Plan => {
  const fields = Object.entries(definitions).map(([name, { key, options, title, type }]) => ({
    name,
    type,
    key,
    kind: kinds[type],
    options: optionsOf(options),
    title
  }))
  return {
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    faults: fields.flatMap((field, at) => {
      const message = faultOf(field, fields.slice(0, at))
      return message === undefined ? [] : [{ path: [field.name], message }]
    })
  }
}

/** Getters, proxies: an object may do anything when it is read. @internal */
export const guarded = <A>(
  read: () => Either.Either<A, ReadonlyArray<Issue>>
): Either.Either<A, ReadonlyArray<Issue>> => {
  try {
    return read()
  } catch (cause) {
    return Either.left([
      { path: [], message: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` }
    ])
  }
}

// -----------------------------------------------------------------------------
// from an entity
// -----------------------------------------------------------------------------

/** A webhook names the type beside the value, and has references to others as `id`, sets as `values`, the start of a range as `from`. */
const fromEvent = (value: unknown): unknown => {
  if (!isRecord(value) || typeof value.type !== "string") return value
  const { from, type: _, ...rest } = value
  if (from !== undefined && !("value" in rest)) return { value: from, ...rest }
  if ("values" in rest) return rest.values
  const keys = Object.keys(rest)
  if ("id" in rest && !("value" in rest)) return "label" in rest ? rest : rest.id
  return keys.length === 1 && keys[0] === "value" ? rest.value : rest
}

const ownOf = (entity: Entity, key: string): unknown => (Object.hasOwn(entity, key) ? entity[key] : undefined)

const fromV1 = ({ key, kind }: Field, entity: Entity): unknown => {
  const value = ownOf(entity, key)
  if (kind.parts.length === 0 || value === undefined || isRecord(value)) return value
  return {
    value,
    ...Object.fromEntries(kind.parts.map((part) => [part, ownOf(entity, `${key}_${part}`)]))
  }
}

/** v1 has no other word for what is not set of a field that is no text. */
const isUnset = (field: Field, value: unknown): boolean =>
  value === null || (value === "" && !/^(varchar|varchar_auto|text|phone)$/.test(field.type))

/**
 * Reads the fields that an entity carries, whatever its form. `whole`: those that it does not carry are null; else they are
 * left out.
 *
 * @internal
 */
export const decode = ({ faults, fields }: Plan, entity: unknown, whole: boolean): Result => {
  if (faults.length > 0) return Either.left(faults)
  if (!isRecord(entity)) return Either.left([{ path: [], message: "must be a record of Pipedrive" }])
  const nested = ownOf(entity, "custom_fields")
  if (nested !== undefined && nested !== null && !isRecord(nested)) {
    const message = "must be custom fields by their keys"
    return Either.left([{ path: ["custom_fields"], message }])
  }
  const issues: Array<Issue> = []
  const out: Array<readonly [string, unknown]> = []
  for (const field of fields) {
    const value =
      nested === undefined ? fromV1(field, entity) : nested === null ? null : fromEvent(ownOf(nested, field.key))
    if (value === undefined || isUnset(field, value)) {
      if (whole || value !== undefined) out.push([field.name, null])
      continue
    }
    const read = field.kind.read(value, field.options)
    if (Either.isRight(read)) out.push([field.name, read.right])
    else issues.push({ path: [field.name, ...read.left.path], message: told(read.left) })
  }
  return issues.length > 0 ? Either.left(issues) : Either.right(Object.fromEntries(out))
}

// -----------------------------------------------------------------------------
// to an input
// -----------------------------------------------------------------------------

const unknownField = (name: string, { fields }: Plan): Issue => {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || text
  const names = fields.map((field) => field.name)
  // two fields of one name are defined by their keys
  const titled = fields.filter(({ title }) => title === name)
  const meant = fields.filter((field) => plain(field.name) === plain(name) || field.key === name)
  const found = (titled.length > 0 ? titled : meant).map((field) => field.name)
  const near = found.length > 0 ? found.join("` or `") : nearest(name, names)
  const all = names.length > 30 ? `${names.slice(0, 30).join(", ")}, ...` : names.join(", ")
  return {
    path: [name],
    message: `is not one of the fields: ${all}`,
    ...(near === undefined ? {} : { hint: `write \`${near}\`` })
  }
}

/** @internal */
export type Version = "v1" | "v2"

const toV1 = ({ key, kind, type }: Field, value: unknown): ReadonlyArray<readonly [string, unknown]> => {
  if (type === "enum" && value !== null) return [[key, String(value)]]
  if (Array.isArray(value)) return [[key, value.join(",")]]
  if (!isRecord(value)) return [[key, value]]
  // the value is replaced whole: parts that it does not have are cleared. Zones go by their id, addresses are formatted there.
  const parts = kind.parts.filter((part) => part !== "timezone_name")
  return [[key, value.value], ...parts.map((part) => [`${key}_${part}`, value[part] ?? null] as const)]
}

const nameless = "has a time zone by name alone: v1 takes `timezone_id`"

/**
 * Writes the fields that are given: null clears, what is absent or undefined is left alone.
 *
 * @internal
 */
export const encode = (plan: Plan, values: unknown, version: Version): Result => {
  if (plan.faults.length > 0) return Either.left(plan.faults)
  if (!isRecord(values)) {
    return Either.left([{ path: [], message: `must be an object with fields by name, is ${brief(values)}` }])
  }
  const issues: Array<Issue> = []
  const out: Array<readonly [string, unknown]> = []
  for (const [name, value] of Object.entries(values)) {
    const field = plan.byName.get(name)
    if (field === undefined) {
      issues.push(unknownField(name, plan))
      continue
    }
    if (value === undefined) continue
    const checked = value === null ? Either.right(null) : field.kind.check(value, field.options)
    if (Either.isLeft(checked)) {
      issues.push({ path: [name, ...checked.left.path], message: spelt(checked.left) })
      continue
    }
    const wire = field.kind.write(checked.right, field.options)
    if (version === "v2") out.push([field.key, wire])
    else if (isRecord(wire) && wire.timezone_name !== undefined && wire.timezone_id === undefined) {
      issues.push({ path: [name, "timezone_name"], message: nameless })
    } else out.push(...toV1(field, wire))
  }
  return issues.length > 0 ? Either.left(issues) : Either.right(Object.fromEntries(out))
}

// -----------------------------------------------------------------------------
// from text
// -----------------------------------------------------------------------------

const number = (text: string): unknown => (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text)

/** A label, in upper or lower case if only one is meant, or an id. */
const option = ({ options: { idOf } }: Field, text: string): unknown => {
  if (idOf.has(text)) return text
  const [alike, ...others] = [...idOf.keys()].filter((label) => label.toLowerCase() === text.toLowerCase())
  return alike === undefined || others.length > 0 ? number(text) : alike
}

const isOption = ({ options }: Field, value: unknown): boolean =>
  typeof value === "number" ? options.labelOf.has(value) : options.idOf.has(String(value))

/** Labels may have commas, so these part options only where all are then known. */
const optionsIn = (field: Field, text: string): ReadonlyArray<unknown> => {
  const split = (by: string) => text.split(by).flatMap((one) => (one.trim() === "" ? [] : [option(field, one.trim())]))
  const [first, ...others] = split(";")
  if (first === undefined || others.length > 0 || isOption(field, first)) return split(";")
  const parted = split(",")
  return parted.every((one) => isOption(field, one)) ? parted : [first]
}

/** `9:30` is `09:30:00`. */
const seconds = (time: string): string => {
  const [, hours, minutes, rest = ":00"] = /^(\d{1,2})(:\d{2})(:\d{2})?$/.exec(time) ?? []
  return hours === undefined || minutes === undefined ? time : `${hours.padStart(2, "0")}${minutes}${rest}`
}

/** Two of a kind with a dash, a slash or a word between. */
const range = (text: string, part: RegExp, read: (one: string) => string): unknown => {
  const [, value, until] = new RegExp(`^(${part.source})\\s*(?:-|–|/|to)\\s*(${part.source})$`).exec(text) ?? []
  return value === undefined || until === undefined ? text : { value: read(value), until: read(until) }
}

/** A currency is of letters where it stands before the amount: `EUR500` must not become 0 of `EUR50`. */
const money = (text: string): unknown => {
  const [, before, amount, after] = /^([A-Z][A-Za-z]*)?\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*([A-Z]\w*)?$/.exec(text) ?? []
  const currency = before ?? after
  return currency === undefined || (before !== undefined && after !== undefined)
    ? text
    : { value: number(amount ?? ""), currency }
}

/** What is not understood stays text, which the check refuses by the field's name. */
const valueOf = (field: Field, given: string): unknown => {
  const text = given.trim()
  switch (field.type) {
    case "double":
    case "user":
    case "org":
    case "people":
      return number(text)
    case "enum":
      return option(field, text)
    case "set":
      return optionsIn(field, text)
    case "monetary":
      return money(text)
    case "address":
      return { value: text }
    case "time":
      return { value: seconds(text) }
    case "timerange":
      return range(text, /\d{1,2}:\d{2}(?::\d{2})?/, seconds)
    case "daterange":
      return range(text, /\d{4}-\d{2}-\d{2}/, (day) => day)
    case "date":
      return text
    default:
      return given
  }
}

/** How a value of several parts is written. */
const samples: Readonly<Record<string, string>> = {
  monetary: "500 EUR",
  timerange: "09:30 - 11:00",
  daterange: "2026-01-01 - 2026-01-31"
}

/**
 * Reads fields from text, as a person writes them: an empty one clears, what is no field is left out.
 *
 * @internal
 */
export const fromText = (plan: Plan, texts: unknown): Result => {
  if (!isRecord(texts)) {
    return Either.left([{ path: [], message: `must be an object with texts by name, is ${brief(texts)}` }])
  }
  const values: Record<string, unknown> = {}
  for (const field of plan.fields) {
    const text = ownOf(texts, field.name)
    if (text === undefined) continue
    const value = typeof text !== "string" ? text : text.trim() === "" ? null : valueOf(field, text)
    // assigned, `__proto__` would be no key
    Object.defineProperty(values, field.name, { value, enumerable: true })
  }
  const hinted = (issue: Issue): Issue => {
    const name = String(issue.path[0])
    const sample = samples[plan.byName.get(name)?.type ?? ""]
    return sample === undefined || typeof values[name] !== "string" ? issue : { ...issue, hint: `write ${sample}` }
  }
  const encoded = Either.map(encode(plan, values, "v2"), () => values)
  return plan.faults.length > 0 ? encoded : Either.mapLeft(encoded, (issues) => issues.map(hinted))
}
