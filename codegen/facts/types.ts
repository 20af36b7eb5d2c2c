/**
 * Where the official types say nothing, or something that Pipedrive's answers contradict. Sources: the OpenAPI documents,
 * and recorded answers of a live account.
 */
import type { Type } from "../types.js"

const string: Type = { kind: "string" }
const number: Type = { kind: "number" }
const unknown: Type = { kind: "unknown" }
const object = (fields: Record<string, Type>, rest?: Type): Type => ({
  kind: "object",
  fields: Object.entries(fields).map(([name, type]) => ({ name, optional: true, type })),
  ...(rest === undefined ? {} : { rest })
})
const array = (items: Type): Type => ({ kind: "array", items })
const record = object({}, unknown)

/** The `data` of an answer, by official operation. */
export const data: Record<string, Type> = {
  "v1.getDealUsers": array(number),
  "v1.getFilterHelpers": record,
  "v1.deleteProject": object({ id: number }),
  "v1.deleteTask": object({ id: number })
}

/** Fields of an official type, replacing what it says of them or adding to it. */
export const fields: Record<string, Record<string, Type>> = {}

/** Fields of an envelope beside `data`, by official operation; `null` takes one away. */
export const envelopes: Record<string, Record<string, Type | null>> = {
  "v1.getPermissionSet": {
    contents: null,
    id: null,
    name: null,
    description: null,
    app: null,
    type: null,
    assignment_count: null
  }
}

export { string }
