/**
 * The sixteen types of custom field: what a value of each is in the model, how it is read, and how it is written.
 *
 * v2's form stands in the middle. What v1 and webhooks send is brought into it before a kind reads it (`forms.ts`).
 */
import * as Either from "effect/Either"
import { isRecord } from "../http/failure.js"
import { brief } from "../schema/inputIssues.js"
import * as Times from "../schema/times.js"

type Path = ReadonlyArray<string | number>

/** What is wrong within the value of a field. */
export interface Fault {
  readonly path: Path
  readonly message: string
  /** What is there instead, if that is what is wrong: `spelt` and `told` say how it is shown. */
  readonly found?: { readonly value: unknown }
}

/** A value of the model; `null` where there is none. */
type Read = Either.Either<unknown, Fault>

/** The options of a field, both ways. */
export interface Options {
  readonly idOf: ReadonlyMap<string, number>
  readonly labelOf: ReadonlyMap<number, string>
}

export interface Kind {
  /** The further parts of a value: keys of v2's object, suffixes of v1's keys. */
  readonly parts: ReadonlyArray<string>
  /** Whether it has options. */
  readonly hasOptions: boolean
  /** From an answer. What can only mean one thing is understood, such as a number as text. */
  readonly read: (value: unknown, options: Options) => Read
  /** From a caller. */
  readonly check: (value: unknown, options: Options) => Read
  /** A value that was checked, as v2 takes it; null stays null. */
  readonly write: (value: unknown, options: Options) => unknown
}

const wrong = (message: string, ...path: Path): Read => Either.left({ path, message })

const must = (what: string, value: unknown): Read =>
  Either.left({ path: [], message: `must be ${what}`, found: { value } })

/** A fault of what a caller gave: its value is shown. */
export const spelt = ({ found, message }: Fault): string =>
  found === undefined ? message : `${message}, is ${brief(found.value)}`

const sorts: Readonly<Record<string, string>> = { string: "text", object: "an object" }

const sortOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : (sorts[typeof value] ?? `a ${typeof value}`)

/** A fault of what a server says, which may be anything, credentials included: its value is not shown. */
export const told = ({ found, message }: Fault): string =>
  found === undefined ? message : `${message}, is ${sortOf(found.value)}`

const same = (value: unknown): unknown => value

const kind = (options: Pick<Kind, "read"> & Partial<Kind>): Kind => ({
  parts: [],
  hasOptions: false,
  check: options.read,
  write: same,
  ...options
})

// -----------------------------------------------------------------------------
// values of one part
// -----------------------------------------------------------------------------

const text = (max: number): Kind =>
  kind({
    read: (value) =>
      typeof value === "string"
        ? Either.right(value)
        : typeof value === "number"
          ? Either.right(String(value))
          : must("text", value),
    check: (value) =>
      typeof value !== "string"
        ? must("text", value)
        : value.length > max
          ? wrong(`must be text of at most ${max} characters, has ${value.length}`)
          : Either.right(value)
  })

const isNumber = (value: unknown): value is number => Number.isFinite(value)

/** Zero has one form, as it has in JSON. */
const checkNumber = (value: unknown): Read => (isNumber(value) ? Either.right(value + 0) : must("a number", value))

const readNumber = (value: unknown): Read =>
  typeof value === "string" && value.trim() !== "" && isNumber(Number(value))
    ? checkNumber(Number(value))
    : checkNumber(value)

const checkId = (value: unknown): Read => (Number.isSafeInteger(value) ? Either.right(value) : must("an id", value))

/** v1 shows some of a record beside its id. */
const readId = (value: unknown): Read => {
  if (isRecord(value)) {
    const id = value.value ?? value.id
    return id === null ? Either.right(null) : id === undefined ? must("an id", value) : readId(id)
  }
  return typeof value === "string" && /^\d+$/.test(value) ? checkId(Number(value)) : checkId(value)
}

const day = "a day that there is, YYYY-MM-DD"

const checkDay = (value: unknown): Read => {
  if (typeof value === "string") return Times.isDay(value) ? Either.right(value) : must(day, value)
  if (!Times.isTime(value)) return must(day, value)
  if (value instanceof Date && Number.isNaN(value.getTime())) return must(day, value)
  if (value instanceof Date && !Times.isOneDay(value)) return wrong(Times.twoDays)
  return Either.right(Times.write(value, "date", "v2"))
}

const readDay = (value: unknown): Read => {
  if (typeof value !== "string") return must(day, value)
  const found = Times.dayOf(value)
  return Times.isNone(value) ? Either.right(null) : found === undefined ? must(day, value) : Either.right(found)
}

const clock = "a time of day, HH:MM:SS"

const checkClock = (value: unknown): Read =>
  typeof value === "string" && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(value)
    ? Either.right(value.length === 5 ? `${value}:00` : value)
    : must(clock, value)

const readClock = (value: unknown): Read => {
  const [, hour = "", minute, second = "00"] =
    (typeof value === "string" && /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/.exec(value)) || []
  return minute === undefined ? must(clock, value) : Either.right(`${hour.padStart(2, "0")}:${minute}:${second}`)
}

const checkText = (value: unknown): Read =>
  typeof value === "string" && value.trim() !== "" ? Either.right(value) : must("text that is not empty", value)

const readText = (value: unknown): Read => (typeof value === "number" ? Either.right(String(value)) : checkText(value))

// -----------------------------------------------------------------------------
// options
// -----------------------------------------------------------------------------

/** So many options are named when one is wrong. */
const mostNamed = 30

const noOption = (value: unknown, { idOf }: Options): Read => {
  const all = Array.from(idOf, ([label, id]) => `${brief(label)} (${id})`)
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ""
  const what = all.length === 0 ? "an option, of which the definition has none" : "one of the options"
  return must(`${what}${all.length === 0 ? "" : `: ${all.slice(0, mostNamed).join(", ")}${more}`}`, value)
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value)

/** An option that the definition does not have stays visible, with its label where the answer told it. */
const readOption = (value: unknown, options: Options): Read => {
  const given = isRecord(value) ? value.id : value
  const id = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given
  if (!isId(id)) return must("the id of an option", value)
  const told = isRecord(value) && typeof value.label === "string" ? { label: value.label } : {}
  return Either.right(options.labelOf.get(id) ?? { id, ...told })
}

const checkOption = (value: unknown, options: Options): Read => {
  if (typeof value === "string") return options.idOf.has(value) ? Either.right(value) : noOption(value, options)
  if (isRecord(value) && isId(value.id) && Object.keys(value).every((key) => key === "id" || key === "label")) {
    return Either.right(value)
  }
  return isId(value) && options.labelOf.has(value) ? Either.right(value) : noOption(value, options)
}

const writeOption = (value: unknown, { idOf }: Options): unknown =>
  typeof value === "string" ? idOf.get(value) : isRecord(value) ? value.id : value

const each = (values: ReadonlyArray<unknown>, one: (value: unknown) => Read): Read => {
  const out: Array<unknown> = []
  for (const [at, value] of values.entries()) {
    const read = one(value)
    if (Either.isLeft(read)) return Either.left({ ...read.left, path: [at, ...read.left.path] })
    out.push(read.right)
  }
  return Either.right(out)
}

/** Pipedrive refuses an empty set, and means none by null. */
const someOf = (values: ReadonlyArray<unknown>, one: (value: unknown) => Read): Read =>
  values.length === 0 ? Either.right(null) : each(values, one)

const set = (): Kind =>
  kind({
    hasOptions: true,
    read: (value, options) => {
      const values =
        typeof value === "string" ? value.split(",").map((id) => id.trim()) : isNumber(value) ? [value] : value
      return Array.isArray(values)
        ? someOf(values, (one) => readOption(one, options))
        : must("an array of ids of options", value)
    },
    check: (value, options) =>
      Array.isArray(value) ? someOf(value, (one) => checkOption(one, options)) : must("an array of options", value),
    write: (value, options) =>
      Array.isArray(value) ? Array.from(new Set(value.map((one) => writeOption(one, options)))) : value
  })

// -----------------------------------------------------------------------------
// values of several parts
// -----------------------------------------------------------------------------

interface Part {
  readonly read: (value: unknown) => Read
  readonly check: (value: unknown) => Read
  readonly isOptional: boolean
}

const part = (read: Part["read"], check: Part["check"], isOptional = false): Part => ({ read, check, isOptional })

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ""

/** An object with `value` and what belongs to it. A bare value is taken for one without further parts. */
const whole = (what: string, parts: Readonly<Record<string, Part>>): Kind => {
  const entries = Object.entries(parts)
  const go = (value: Readonly<Record<string, unknown>>, way: "read" | "check"): Read => {
    const out: Record<string, unknown> = {}
    for (const [name, one] of entries) {
      const given = value[name]
      if (isAbsent(given) && (one.isOptional || (name === "value" && way === "read"))) {
        if (name === "value") return Either.right(null)
        continue
      }
      if (given === undefined || (given === null && way === "read")) return wrong("is missing", name)
      const read = one[way](given)
      if (Either.isLeft(read)) return Either.left({ ...read.left, path: [name, ...read.left.path] })
      // a day that is no day: there is no value
      if (read.right === null && name === "value") return Either.right(null)
      if (read.right === null) return wrong("is missing", name)
      out[name] = read.right
    }
    return Either.right(out)
  }
  return kind({
    parts: entries.slice(1).map(([name]) => name),
    read: (value) =>
      isRecord(value)
        ? go(value, "read")
        : Array.isArray(value) || typeof value === "boolean"
          ? must(what, value)
          : go({ value }, "read"),
    check: (value) => {
      if (!isRecord(value) || Times.isTime(value)) return must(what, value)
      const unknown = Object.keys(value).find((name) => !Object.hasOwn(parts, name))
      return unknown === undefined ? go(value, "check") : wrong(`is no part of ${what}`, unknown)
    }
  })
}

const make = () => {
  const zone = {
    timezone_id: part(readId, checkId, true),
    timezone_name: part(readText, checkText, true)
  }
  const addressPart = part(readText, checkText, true)
  return {
    varchar: text(255),
    varchar_auto: text(255),
    text: text(65_535),
    phone: text(255),
    double: kind({ read: readNumber, check: checkNumber }),
    monetary: whole("{ value, currency }", {
      value: part(readNumber, checkNumber),
      currency: part(readText, checkText)
    }),
    enum: kind({ hasOptions: true, read: readOption, check: checkOption, write: writeOption }),
    set: set(),
    user: kind({ read: readId, check: checkId }),
    org: kind({ read: readId, check: checkId }),
    people: kind({ read: readId, check: checkId }),
    date: kind({ read: readDay, check: checkDay }),
    daterange: whole("{ value, until }", { value: part(readDay, checkDay), until: part(readDay, checkDay) }),
    time: whole("{ value, timezone_id?, timezone_name? }", { value: part(readClock, checkClock), ...zone }),
    timerange: whole("{ value, until, timezone_id?, timezone_name? }", {
      value: part(readClock, checkClock),
      until: part(readClock, checkClock),
      ...zone
    }),
    address: whole("an address: { value, and perhaps its parts }", {
      value: part(readText, checkText),
      subpremise: addressPart,
      street_number: addressPart,
      route: addressPart,
      sublocality: addressPart,
      locality: addressPart,
      admin_area_level_1: addressPart,
      admin_area_level_2: addressPart,
      country: addressPart,
      postal_code: addressPart,
      formatted_address: addressPart
    })
  } as const satisfies Readonly<Record<string, Kind>>
}

/** Each type, by Pipedrive's name. */
export const kinds = /*#__PURE__*/ make()
