/**
 * Custom fields. v2 nests their values under `custom_fields`; v1 puts them beside the built-in fields, split into keys with
 * suffixes.
 */
import * as kinds from "./kinds.js"
import { isRecord, list, text } from "./view.js"
import { type Row, type Table, table, type World } from "./world.js"

/** The active custom-field definitions of an entity. */
export const definitions = (world: World, name: string): ReadonlyArray<Row> => {
  const from = table(world, name)
  const known = definitionCache.get(from)
  if (known?.revision === from.revision) return known.found
  const found = Array.from(from.rows.values()).filter((row) => row.is_custom_field === true && row.is_deleted !== true)
  definitionCache.set(from, { revision: from.revision, found })
  return found
}

// a cache of a table's content at one revision, not state
const definitionCache: WeakMap<Table, { readonly revision: number; readonly found: ReadonlyArray<Row> }> =
  /*#__PURE__*/ new WeakMap()

const optionIds = (field: Row): ReadonlyArray<unknown> =>
  list(field, "options").map((option) => (isRecord(option) ? option.id : undefined))

const isText = (value: unknown): value is string => typeof value === "string"

/** Checks a v2 value (never `null`); returns the reason why it is invalid. */
export const findProblem = (field: Row, value: unknown): string | undefined => {
  const type = text(field, "field_type")
  switch (type) {
    case "double":
      return kinds.number.is(value) ? undefined : "must be a number"
    case "enum":
      return optionIds(field).includes(value) ? undefined : "must be an id of one of the field's options"
    case "set":
      return Array.isArray(value) && value.length > 0 && value.every((id) => optionIds(field).includes(id))
        ? undefined
        : "must be a non-empty array of ids of the field's options"
    case "user":
    case "org":
    case "people":
    case "int":
      return kinds.integer.is(value) ? undefined : "must be an integer"
    case "date":
      return kinds.date.is(value) ? undefined : "is not a valid date"
    case "monetary":
      return isRecord(value) && kinds.number.is(value.value) && isText(value.currency)
        ? undefined
        : "must be an object with value and currency"
    case "daterange":
      return isRecord(value) && kinds.date.is(value.value) && kinds.date.is(value.until)
        ? undefined
        : "must be an object with value and until"
    case "time":
      return isRecord(value) &&
        isText(value.value) &&
        value.value !== "" &&
        kinds.clock.fromV2(value.value) !== kinds.unreadable
        ? undefined
        : "must be an object with a value in the format of HH:MM:SS"
    case "timerange":
      return isRecord(value) &&
        [value.value, value.until].every((at) => isText(at) && at !== "" && kinds.clock.fromV2(at) !== kinds.unreadable)
        ? undefined
        : "must be an object with value and until"
    case "address":
      return isRecord(value) && isText(value.value) ? undefined : "must be an object with a value"
    default:
      return isText(value) ? undefined : "must be a string"
  }
}

/** A valid value, as it is stored. */
export const normalise = (field: Row, value: unknown): unknown => {
  if (!isRecord(value)) return value
  switch (text(field, "field_type")) {
    case "address":
      return kinds.address.fromV2(value)
    case "time":
      return {
        value: kinds.clock.fromV2(value.value),
        timezone_id: value.timezone_id ?? null,
        timezone_name: value.timezone_name ?? null
      }
    case "timerange":
      return {
        value: kinds.clock.fromV2(value.value),
        until: kinds.clock.fromV2(value.until),
        timezone_id: value.timezone_id ?? null,
        timezone_name: value.timezone_name ?? null
      }
    default:
      return value
  }
}

/** All custom fields of a row, as v2 shows them: every key, `null` where nothing is set; `null` when there are none. */
export const toV2 = (world: World, from: string, row: Row, only?: ReadonlyArray<string>): unknown => {
  const fields = definitions(world, from)
  if (fields.length === 0) return null
  const values = isRecord(row.custom_fields) ? row.custom_fields : {}
  const out: Record<string, unknown> = {}
  for (const field of fields) {
    const key = text(field, "field_code")
    if (only === undefined || only.includes(key)) out[key] = values[key] ?? null
  }
  return out
}

const suffixes: Readonly<Record<string, ReadonlyArray<readonly [string, string]>>> = {
  monetary: [["currency", "currency"]],
  daterange: [["until", "until"]],
  time: [["timezone_id", "timezone_id"]],
  timerange: [
    ["until", "until"],
    ["timezone_id", "timezone_id"]
  ],
  address: [...kinds.addressParts, "formatted_address"].map((part) => [part, part] as const)
}

/** All custom fields of a row, as v1 shows them. */
export const toV1 = (world: World, from: string, row: Row): Record<string, unknown> => {
  const values = isRecord(row.custom_fields) ? row.custom_fields : {}
  const out: Record<string, unknown> = {}
  for (const field of definitions(world, from)) {
    const key = text(field, "field_code")
    const value = values[key] ?? null
    const type = text(field, "field_type")
    const parts = suffixes[type]
    if (parts !== undefined) {
      out[key] = isRecord(value) ? (value.value ?? null) : null
      for (const [suffix, part] of parts) out[`${key}_${suffix}`] = isRecord(value) ? (value[part] ?? null) : null
    } else if (type === "enum") out[key] = value === null ? null : String(value)
    else if (type === "set") out[key] = Array.isArray(value) ? value.join(",") : null
    else out[key] = value
  }
  return out
}

const readSingleV1 = (field: Row, raw: unknown): unknown => {
  switch (text(field, "field_type")) {
    case "double":
      return kinds.number.fromV1(raw)
    case "enum":
    case "user":
    case "org":
    case "people":
    case "int":
      return kinds.integer.fromV1(raw)
    case "set":
      return kinds.integers.fromV1(raw)
    case "date":
      return kinds.date.fromV1(raw)
    default:
      return kinds.text.fromV1(raw)
  }
}

const readMainPart = (field: Row, raw: unknown): unknown => {
  switch (text(field, "field_type")) {
    case "monetary":
      return kinds.number.fromV1(raw)
    case "daterange":
      return kinds.date.fromV1(raw)
    case "time":
    case "timerange":
      return kinds.clock.fromV1(raw)
    default:
      return kinds.text.fromV1(raw)
  }
}

/**
 * Reads custom fields from a v1 body: the values that are set (`null`: cleared), combined with the stored parts. Unreadable
 * values and unknown keys are ignored.
 */
export const fromV1 = (
  world: World,
  from: string,
  body: Readonly<Record<string, unknown>>,
  before: unknown,
  currency: unknown
): Record<string, unknown> => {
  const old = isRecord(before) ? before : {}
  const out: Record<string, unknown> = {}
  for (const field of definitions(world, from)) {
    const key = text(field, "field_code")
    const parts = suffixes[text(field, "field_type")]
    const raw = body[key]
    if (raw === null || raw === "") {
      out[key] = null
      continue
    }
    if (parts === undefined) {
      if (raw === undefined) continue
      const value = readSingleV1(field, raw)
      if (value !== kinds.unreadable && (value === null || findProblem(field, value) === undefined)) out[key] = value
      continue
    }
    const pieces: Record<string, unknown> = {}
    const main = raw === undefined ? undefined : readMainPart(field, raw)
    if (main !== undefined && main !== kinds.unreadable) pieces.value = main
    for (const [suffix, part] of parts) {
      if (body[`${key}_${suffix}`] !== undefined) pieces[part] = body[`${key}_${suffix}`]
    }
    if (Object.keys(pieces).length === 0) continue
    const current = isRecord(old[key]) ? old[key] : text(field, "field_type") === "monetary" ? { currency } : {}
    const value = { ...current, ...pieces }
    if (findProblem(field, value) === undefined) out[key] = normalise(field, value)
  }
  return out
}
