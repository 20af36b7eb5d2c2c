/**
 * Limits of texts and numbers, and valid currencies: what Pipedrive rejects by the value alone.
 */

import type { ValidationError } from "../http/errorResponses.js"
import * as custom from "./customFields.js"
import type { Draft, Entity } from "./entity.js"
import { isRecord, text } from "./view.js"
import { where } from "./world.js"

/** The length of `varchar` fields: titles, names, and custom fields of that type. */
const maxShortText = 255
const shortNames = new Set(["title", "name", "subject", "field_name"])
const shortTypes = new Set(["varchar", "varchar_auto", "phone"])

/** The length of `text` fields. */
const maxLongText = 65_535

/** The length of notes. */
const unlimitedFields = new Set(["content"])

const maxDepth = 8

const isCurrency = (name: string): boolean => name === "currency" || name === "default_currency"

/** What is wrong with a value, at any depth. */
const findProblem = (value: unknown, name: string, maxLength: number, draft: Draft, depth = 0): string | undefined => {
  if (typeof value === "string") {
    if (isCurrency(name) && where(draft.view.world, "currency", "code", value).length === 0) {
      return depth === 0 ? "is not a currency of this account" : "has a currency that is not one of this account"
    }
    return value.length > maxLength ? `must be at most ${maxLength} characters long` : undefined
  }
  if (depth > maxDepth) return undefined
  if (Array.isArray(value)) {
    for (const one of value) {
      const problem = findProblem(one, "", maxLength, draft, depth + 1)
      if (problem !== undefined) return problem
    }
  } else if (isRecord(value)) {
    for (const key in value) {
      const problem = findProblem(value[key], key, maxLength, draft, depth + 1)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

const validationError = (key: string, problem: string): ValidationError => ({
  key,
  message: `Parameter '${key.split(".").pop()}' ${problem}`
})

/** The first field of an input that is out of bounds. */
export const outOfBounds = (entity: Entity, draft: Draft): ValidationError | undefined => {
  for (const name of draft.given) {
    const value = draft.after[name]
    if (name === "custom_fields" && entity.customFields !== undefined) {
      const fault = customOutOfBounds(entity.customFields, value, draft)
      if (fault !== undefined) return fault
      continue
    }
    const field = entity.fields[name]
    if (field === undefined || unlimitedFields.has(name)) continue
    if (field.required !== undefined && value === "") return validationError(name, "is not allowed to be empty")
    const problem = findProblem(value, name, shortNames.has(name) ? maxShortText : maxLongText, draft)
    if (problem !== undefined) return validationError(name, problem)
    const { range } = field
    if (range !== undefined && typeof value === "number" && !(value >= range[0] && value <= range[1])) {
      return validationError(name, `must be between ${range[0]} and ${range[1]}`)
    }
  }
  return undefined
}

const customOutOfBounds = (table: string, values: unknown, draft: Draft): ValidationError | undefined => {
  if (!isRecord(values)) return undefined
  const before = draft.before?.custom_fields
  for (const field of custom.definitions(draft.view.world, table)) {
    const code = text(field, "field_code")
    const value = values[code]
    if (value === undefined || value === null || (isRecord(before) && before[code] === value)) continue
    const problem = findProblem(
      value,
      "",
      shortTypes.has(text(field, "field_type")) ? maxShortText : maxLongText,
      draft
    )
    if (problem !== undefined) return validationError(`custom_fields.${code}`, problem)
  }
  return undefined
}
