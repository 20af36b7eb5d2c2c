/**
 * The kinds of value an entity's field can hold: what is valid, and how v1 and v2 read and write it.
 */
import { isRecord, type View, v1Time, v2Time } from "./view.js"

/** Marks a value that cannot be read. */
export const unreadable: unique symbol = Symbol("unreadable")

/** One kind of value. Functions that are not given are the identity. */
export interface Kind {
  /** For error messages: `must be a number`. */
  readonly requirement: string
  /** Whether a stored value (never `null`) is of this kind. */
  readonly is: (value: unknown) => boolean
  /** Reads what v1 was sent (never `null`); v1 coerces. */
  readonly fromV1: (raw: unknown) => unknown
  /** Reads what v2 was sent (never `null`); v2 is strict. */
  readonly fromV2: (raw: unknown) => unknown
  readonly toV1: (value: unknown, view: View) => unknown
  readonly toV2: (value: unknown) => unknown
  /** The further keys that v1 has for it, named after the field. */
  readonly v1Parts?: (value: unknown, name: string) => Readonly<Record<string, unknown>>
  /** The table it points into. */
  readonly target?: string
  /** `false`: it has no order. */
  readonly sortable?: false
}

const identity = (value: unknown): unknown => value

/** Makes a kind; the defaults are strict and change nothing. */
export const kind = (options: Pick<Kind, "requirement" | "is"> & Partial<Kind>): Kind => {
  const strict = (raw: unknown): unknown => (options.is(raw) ? raw : unreadable)
  return { fromV1: strict, fromV2: strict, toV1: identity, toV2: identity, ...options }
}

const isString = (value: unknown): value is string => typeof value === "string"
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)

const toNumber = (raw: unknown): unknown => {
  if (isNumber(raw)) return raw
  if (typeof raw === "boolean") return raw ? 1 : 0
  if (isString(raw) && raw.trim() !== "" && Number.isFinite(Number(raw))) return Number(raw)
  // v1 accepts the objects that it returns
  return isRecord(raw) && "value" in raw ? toNumber(raw.value) : unreadable
}

const toInteger = (raw: unknown): unknown => {
  const number = toNumber(raw)
  return isInteger(number) ? number : unreadable
}

const toFlag = (raw: unknown): unknown =>
  raw === true || raw === 1 || raw === "1" || raw === "true"
    ? true
    : raw === false || raw === 0 || raw === "0" || raw === "false" || raw === ""
      ? false
      : unreadable

/** Any text. */
export const text: Kind = kind({
  requirement: "must be a string",
  is: isString,
  fromV1: (raw) => (isString(raw) ? raw : isNumber(raw) || typeof raw === "boolean" ? String(raw) : unreadable)
})

/** Text of a fixed set. */
export const choice = (...values: ReadonlyArray<string>): Kind =>
  kind({
    requirement: `must be one of [${values.join(", ")}]`,
    is: (value) => isString(value) && values.includes(value)
  })

/** Any number. */
export const number: Kind = kind({ requirement: "must be a number", is: isNumber, fromV1: toNumber })

/** A whole number. */
export const integer: Kind = kind({ requirement: "must be an integer", is: isInteger, fromV1: toInteger })

/** A boolean. */
export const flag: Kind = kind({ requirement: "must be a boolean", is: (v) => typeof v === "boolean", fromV1: toFlag })

/** A boolean that v1 inverts. */
export const notFlag: Kind = kind({
  ...flag,
  fromV1: (raw) => {
    const value = toFlag(raw)
    return typeof value === "boolean" ? !value : value
  },
  toV1: (value) => value !== true
})

/** A boolean written as 1 or 0, except in responses of v2. */
export const bit: Kind = kind({
  ...flag,
  fromV2: (raw) => (raw === 1 || raw === true ? true : raw === 0 || raw === false ? false : unreadable),
  toV1: (value) => (value === true ? 1 : 0)
})

/** Who may see it: v1 writes the number as text. */
export const visibility: Kind = kind({
  requirement: "must be one of [1, 3, 5, 7]",
  is: (value) => value === 1 || value === 3 || value === 5 || value === 7,
  fromV1: (raw) => {
    const value = toNumber(raw)
    return value === 1 || value === 3 || value === 5 || value === 7 ? value : unreadable
  },
  toV1: (value) => (isNumber(value) ? String(value) : value)
})

/** Whether the day at the start of a text exists: `Date` reads February 31 as March 3. */
const isDay = (raw: string): boolean => {
  const day = new Date(`${raw.slice(0, 10)}T00:00:00.000Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(raw.slice(0, 10))
}

const isoTime = (raw: unknown, form: RegExp): unknown => {
  if (!isString(raw) || !form.test(raw) || !isDay(raw)) return unreadable
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(raw) ? raw.replace(" ", "T") : `${raw.replace(" ", "T")}Z`
  const time = new Date(zoned)
  return Number.isNaN(time.getTime()) ? unreadable : time.toISOString()
}

const strictTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/
const lenientTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** Reads a point in time that was sent in a query or body. */
export const readTime = (raw: unknown, strict: boolean): unknown => isoTime(raw, strict ? strictTime : lenientTime)

/** A point in time, to the second for both versions. */
export const time: Kind = kind({
  requirement: "is not a valid datetime",
  is: (value) => isString(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  fromV1: (raw) => isoTime(raw, lenientTime),
  fromV2: (raw) => isoTime(raw, strictTime),
  toV1: (value) => (isString(value) ? v1Time(value) : value),
  toV2: (value) => (isString(value) ? v2Time(value) : value)
})

/** A point in time, to the millisecond (leads, projects, webhooks). */
export const exactTime: Kind = kind({ ...time, toV1: identity, toV2: identity })

/** A calendar day. */
export const date: Kind = kind({
  requirement: "is not a valid date",
  is: (value) => isString(value) && /^\d{4}-\d\d-\d\d$/.test(value) && isDay(value),
  fromV1: (raw) =>
    isString(raw) && /^\d{4}-\d\d-\d\d/.test(raw) && isDay(raw) ? raw.slice(0, 10) : raw === "" ? null : unreadable
})

/** A time of day or a duration: `10:00:00` in v2, `10:00` in v1, empty when there is none. */
export const clock: Kind = kind({
  requirement: "must be in the format of HH:MM:SS",
  is: (value) => isString(value) && /^(\d\d:\d\d:\d\d)?$/.test(value),
  fromV1: (raw) => (isString(raw) && /^(\d\d:\d\d(:\d\d)?)?$/.test(raw) ? withSeconds(raw) : unreadable),
  fromV2: (raw) => (isString(raw) && /^(\d\d:\d\d(:\d\d)?)?$/.test(raw) ? withSeconds(raw) : unreadable),
  toV1: (value) => (isString(value) ? value.slice(0, 5) : value)
})

const withSeconds = (raw: string): string => (raw.length === 5 ? `${raw}:00` : raw)

const listOf = (requirement: string, item: (value: unknown) => boolean, coerce: (raw: unknown) => unknown): Kind =>
  kind({
    requirement: requirement,
    sortable: false,
    is: (value) => Array.isArray(value) && value.every(item),
    fromV1: (raw) => {
      const items = Array.isArray(raw)
        ? raw.map(coerce)
        : isString(raw)
          ? raw
              .split(",")
              .filter((part) => part !== "")
              .map(coerce)
          : [coerce(raw)]
      return items.includes(unreadable) ? unreadable : items
    }
  })

/** Ids of labels. */
export const integers: Kind = listOf("must be an array of integers", isInteger, toInteger)

/** UUIDs of labels. */
export const strings: Kind = listOf("must be an array of strings", isString, (raw) =>
  isString(raw) ? raw : unreadable
)

/** Any JSON value. */
export const anything: Kind = kind({ requirement: "is not valid", is: () => true })

/** Any JSON object. */
export const record: Kind = kind({ requirement: "must be an object", sortable: false, is: isRecord })

/** Any JSON array. */
export const array: Kind = kind({
  requirement: "must be an array",
  sortable: false,
  is: (value) => Array.isArray(value)
})

/** A reference to another entity by id. */
export const link = (target: string): Kind => kind({ ...integer, target })

/** A reference to another entity by UUID. */
export const uuidLink = (target: string): Kind => kind({ ...text, target })

/** A reference to another entity by id, of which v1 shows a short form. */
export const reference = (target: string, show: (id: unknown, view: View) => unknown): Kind =>
  kind({ ...integer, target, toV1: show })

// -----------------------------------------------------------------------------
// kinds of several parts
// -----------------------------------------------------------------------------

interface Contact {
  readonly label: string
  readonly value: string
  readonly primary: boolean
}

const readContacts = (raw: unknown): unknown => {
  const items = Array.isArray(raw) ? raw : [raw]
  const contacts: Array<Contact> = []
  for (const item of items) {
    const value = isRecord(item) ? item.value : item
    if (!isString(value) && !isNumber(value)) return unreadable
    if (value === "") continue
    contacts.push({
      label: isRecord(item) && isString(item.label) ? item.label : "work",
      value: String(value),
      primary: isRecord(item) && toFlag(item.primary) === true
    })
  }
  const primary = contacts.findIndex((contact) => contact.primary)
  return contacts.map((contact, at) => ({ ...contact, primary: at === Math.max(primary, 0) }))
}

/** E-mail addresses, phone numbers: the first is the primary one unless another is marked. */
export const contacts: Kind = kind({
  requirement: "must be an array of { value, primary, label }",
  sortable: false,
  is: (value) => Array.isArray(value) && value.every((item) => isRecord(item) && isString(item.value)),
  fromV1: readContacts,
  fromV2: (raw) => (Array.isArray(raw) ? readContacts(raw) : unreadable),
  toV1: (value) => (Array.isArray(value) && value.length > 0 ? value : [{ value: "", primary: true }])
})

/** The parts of an address, as both versions name them. */
export const addressParts = [
  "subpremise",
  "street_number",
  "route",
  "sublocality",
  "locality",
  "admin_area_level_1",
  "admin_area_level_2",
  "country",
  "postal_code"
] as const

/** An address: an object in v2, in v1 a text with further keys beside it. */
export const address: Kind = kind({
  requirement: "must be an object",
  sortable: false,
  is: (value) => isRecord(value) && isString(value.value),
  fromV1: (raw) => (isString(raw) ? wholeAddress({ value: raw }) : isRecord(raw) ? wholeAddress(raw) : unreadable),
  fromV2: (raw) => (isRecord(raw) ? wholeAddress(raw) : unreadable),
  toV1: (value) => (isRecord(value) ? value.value : null),
  toV2: (value) => (isRecord(value) ? wholeAddress(value) : null),
  v1Parts: (value, name) =>
    Object.fromEntries([
      ...addressParts.map((part) => [`${name}_${part}`, isRecord(value) ? (value[part] ?? null) : null]),
      [`${name}_formatted_address`, isRecord(value) ? (value.formatted_address ?? null) : null]
    ])
})

/** Missing parts become null, also in updates. */
const wholeAddress = (raw: { readonly [key: string]: unknown }): unknown => ({
  value: isString(raw.value) ? raw.value : "",
  ...Object.fromEntries(addressParts.map((part) => [part, isString(raw[part]) ? raw[part] : null]))
})

/** An amount with its currency: the value of a lead. */
export const money: Kind = kind({
  requirement: "must be an object with amount and currency",
  sortable: false,
  is: (value) => isRecord(value) && isNumber(value.amount) && isString(value.currency),
  fromV1: (raw) => {
    const amount = isRecord(raw) ? toNumber(raw.amount) : unreadable
    return isRecord(raw) && isNumber(amount) && isString(raw.currency) ? { amount, currency: raw.currency } : unreadable
  }
})
