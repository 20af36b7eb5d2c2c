/**
 * How long texts and how large numbers may be, and which currencies there are: what Pipedrive refuses by the value alone.
 */

import type { Fault } from "../http/refusals.js"
import * as custom from "./customFields.js"
import type { Draft, Entity } from "./entity.js"
import { isRecord, text } from "./view.js"
import { where } from "./world.js"

/** As long as a field of the type `varchar`: titles, names, and custom fields of that type. */
const shortText = 255
const shortNames = new Set(["title", "name", "subject", "field_name"])
const shortTypes = new Set(["varchar", "varchar_auto", "phone"])

/** As long as a field of the type `text`. */
const longText = 65_535

/** Notes have a limit of their own. */
const ownLimit = new Set(["content"])

const deepest = 8

const isCurrency = (name: string): boolean => name === "currency" || name === "default_currency"

/** What is wrong with a value, if anything is, wherever in it. */
const wrong = (value: unknown, name: string, longest: number, draft: Draft, depth = 0): string | undefined => {
  if (typeof value === "string") {
    if (isCurrency(name) && where(draft.view.world, "currency", "code", value).length === 0) {
      return depth === 0 ? "is not a currency of this account" : "has a currency that is not one of this account"
    }
    return value.length > longest ? `must be at most ${longest} characters long` : undefined
  }
  if (depth > deepest) return undefined
  if (Array.isArray(value)) {
    for (const one of value) {
      const why = wrong(one, "", longest, draft, depth + 1)
      if (why !== undefined) return why
    }
  } else if (isRecord(value)) {
    for (const key in value) {
      const why = wrong(value[key], key, longest, draft, depth + 1)
      if (why !== undefined) return why
    }
  }
  return undefined
}

const said = (key: string, why: string): Fault => ({ key, message: `Parameter '${key.split(".").pop()}' ${why}` })

/** The first field of what is to be written that is out of bounds. */
export const outOfBounds = (entity: Entity, draft: Draft): Fault | undefined => {
  for (const name of draft.given) {
    const value = draft.after[name]
    if (name === "custom_fields" && entity.customFields !== undefined) {
      const fault = customOutOfBounds(entity.customFields, value, draft)
      if (fault !== undefined) return fault
      continue
    }
    const field = entity.fields[name]
    if (field === undefined || ownLimit.has(name)) continue
    if (field.required !== undefined && value === "") return said(name, "is not allowed to be empty")
    const why = wrong(value, name, shortNames.has(name) ? shortText : longText, draft)
    if (why !== undefined) return said(name, why)
    const { range } = field
    if (range !== undefined && typeof value === "number" && !(value >= range[0] && value <= range[1])) {
      return said(name, `must be between ${range[0]} and ${range[1]}`)
    }
  }
  return undefined
}

const customOutOfBounds = (table: string, values: unknown, draft: Draft): Fault | undefined => {
  if (!isRecord(values)) return undefined
  const before = draft.before?.custom_fields
  for (const field of custom.definitions(draft.view.world, table)) {
    const code = text(field, "field_code")
    const value = values[code]
    if (value === undefined || value === null || (isRecord(before) && before[code] === value)) continue
    const why = wrong(value, "", shortTypes.has(text(field, "field_type")) ? shortText : longText, draft)
    if (why !== undefined) return said(`custom_fields.${code}`, why)
  }
  return undefined
}
