/**
 * What an operation answers with, envelope and all.
 */
import type { Operation, Surface } from "./extract.js"
import { envelopeOf, evidenceOf } from "./facts.js"
import type { Reader } from "./models.js"
import { capital, operationName, singular } from "./naming.js"
import * as S from "./shapes.js"
import { resolve, type Type } from "./types.js"

export interface Answer {
  readonly kind: "json" | "binary" | "empty"
  readonly shape: S.Shape
  readonly pagination?: { readonly style: "cursor" | "offset"; readonly items: "data" | "data.items" }
  /** A type of the runtime stands for the shape. */
  readonly known?: "Field.Download"
}

const success: S.ShapeField = { name: "success", optional: false, shape: S.leaf("true", "Schema.Literal(true)") }

/** Whether `data` is an array, which the name of an operation depends on. */
export const isListed = (operation: Operation, surface: Surface): boolean =>
  resolve(dataType(operation, surface) ?? { kind: "null" }, surface.models.get).kind === "array"

const dataType = (operation: Operation, surface: Surface): Type | undefined => {
  const known = envelopeOf(operation.key).data
  if (known !== undefined) return surface.models.parse(known)
  const whole = resolve(operation.response, surface.models.get)
  return whole.kind === "object" ? whole.fields.find(({ name }) => name === "data")?.type : undefined
}

export const answerOf = (operation: Operation, surface: Surface, reader: Reader): Answer => {
  const whole = resolve(operation.response, surface.models.get)
  if (whole.kind === "string") return { kind: "binary", shape: S.unknown, known: "Field.Download" }
  if (whole.kind !== "object") throw new Error(`${operation.key} answers with a ${whole.kind}`)
  const mended = envelopeOf(operation.key)
  const type = dataType(operation, surface)
  const listed = isListed(operation, surface)
  const data = type === undefined ? undefined : reader.output(type, surface, modelHint(operation, listed))
  const bare = data !== undefined && data.kind === "nullable" && listed ? data.shape : data
  const items = itemsOf(data, reader)
  const style = pagingStyle(operation)
  const paged = style !== undefined && items !== undefined
  const beside = new Map<string, Type>()
  // where an answer of the official types is no envelope, its fields are those of the data
  const enveloped = whole.fields.some(({ name }) => name === "success")
  for (const field of enveloped ? whole.fields : []) beside.set(field.name, field.type)
  for (const [name, text] of Object.entries(mended)) beside.set(name, surface.models.parse(text))
  beside.delete("success")
  beside.delete("data")
  const additional = beside.get("additional_data")
  const extras = new Map<string, S.Shape>()
  for (const [name, extra] of beside) if (name !== "additional_data") extras.set(name, reader.output(extra, surface))
  if (additional !== undefined || paged) {
    extras.set(
      "additional_data",
      additionalData(additional, surface, reader, operation.version === "v1", paged ? style : undefined)
    )
  }
  const fields: ReadonlyArray<S.ShapeField> = [
    success,
    ...(bare === undefined
      ? []
      : [{ name: "data", optional: false, shape: items === "data.items" ? found(bare) : bare }]),
    ...[...extras].map(([name, shape]) => ({ name, optional: true, shape }))
  ]
  return {
    kind: data === undefined ? "empty" : "json",
    shape: { kind: "object", fields },
    ...(paged ? { pagination: { style, items } } : {})
  }
}

const pagingStyle = (operation: Operation): "cursor" | "offset" | undefined => {
  const names = new Set(operation.parameters.map(({ wire }) => wire))
  return names.has("cursor") ? "cursor" : names.has("start") ? "offset" : undefined
}

const itemsOf = (data: S.Shape | undefined, reader: Reader): "data" | "data.items" | undefined => {
  if (data === undefined) return undefined
  const bare = data.kind === "nullable" ? data.shape : data
  if (bare.kind === "array") return "data"
  const object = bare.kind === "model" ? reader.models().get(bare.name)?.shape : bare
  return object?.kind === "object" &&
    object.fields.some(({ name, shape }) => name === "items" && shape.kind === "array")
    ? "data.items"
    : undefined
}

const optional = (name: string, shape: S.Shape): S.ShapeField => ({ name, optional: true, shape })
const present = (name: string, shape: S.Shape): S.ShapeField => ({ name, optional: false, shape })

/** What a search found is always there, be it empty. */
const found = (data: S.Shape): S.Shape =>
  data.kind === "object"
    ? { ...data, fields: data.fields.map((field) => (field.name === "items" ? { ...field, optional: false } : field)) }
    : data

/** v1's documents set these flat beside others in some places; its answers nest them everywhere. */
const offset: S.Shape = {
  kind: "object",
  fields: [
    present("start", S.number),
    present("limit", S.number),
    present("more_items_in_collection", S.boolean),
    optional("next_start", S.number)
  ]
}

const ofPaging = new Set(["start", "limit", "more_items_in_collection", "next_start", "pagination", "next_cursor"])

const additionalData = (
  type: Type | undefined,
  surface: Surface,
  reader: Reader,
  isV1: boolean,
  style: "cursor" | "offset" | undefined
): S.Shape => {
  const whole = type === undefined ? undefined : resolve(type, surface.models.get)
  const own = whole?.kind === "object" ? whole.fields : []
  const known = type?.kind === "ref" ? evidenceOf(surface.version, type.name) : {}
  // some that take no `start` tell of their one page all the same
  const page = style ?? (own.some(({ name }) => name === "more_items_in_collection") && isV1 ? "offset" : undefined)
  const fields = own
    .filter(({ name }) => page === undefined || !ofPaging.has(name))
    .map((field) => {
      const text = known.types?.[field.name]
      const shape = reader.output(text === undefined ? field.type : surface.models.parse(text), surface)
      // a cursor is null on the last page, also where that is the only one
      const isNullable = field.name === "next_cursor" || (known.nullable?.includes(field.name) ?? false)
      return optional(field.name, isNullable ? S.nullable(shape) : shape)
    })
  if (page === "cursor") fields.unshift(optional("next_cursor", S.nullable(S.string)))
  if (page === "offset") fields.unshift(optional("pagination", offset))
  return fields.length === 0 ? S.nothing : S.nullable({ kind: "object", fields })
}

/** A model that the names table does not name is called after the operation: `getDealsSummary`, `DealsSummary`. */
const modelHint = (operation: Operation, listed: boolean): string => {
  const [, , rest = ""] = /^([a-z]+)(.*)$/.exec(operation.name) ?? []
  const name = capital(rest === "" ? operationName(operation, listed) : rest)
  return listed ? singular(name) : name
}
