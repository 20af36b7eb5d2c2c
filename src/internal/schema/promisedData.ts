/**
 * Completes a success without `data` from its output type.
 */
import type { Issue } from "../../PipedriveError.js"
import * as Check from "./check.js"
import * as Nodes from "./nodes.js"

type Body = Readonly<Record<string, unknown>>

/** @internal */
export interface Complete {
  /** Whether the response is a list: then missing data means an empty list. */
  readonly isList: boolean
  /** The body with the `data` of its type; `undefined` if it is missing and has no default. */
  readonly fill: (body: Body) => Body | undefined
}

/** @internal */
export const make = (output: Nodes.Ast): Complete => {
  const field = fieldsOf(output).get("data")
  if (field === undefined) return { isList: false, fill: (body) => body }
  const { isOptional, type } = field
  if (isArray(type)) {
    return { isList: true, fill: (body) => (isNullish(body.data) && !isOptional ? { ...body, data: [] } : body) }
  }
  const inner = fieldsOf(type)
  const items = inner.get("items")
  // the list of a search is nested in `data.items`
  if (items !== undefined && !items.isOptional && isArray(items.type)) {
    const onlyItems = [...inner].every(([name, { isOptional }]) => name === "items" || isOptional)
    return {
      isList: true,
      fill: (body) => {
        const { data } = body
        if (isNullish(data)) return onlyItems ? { ...body, data: { items: [] } } : undefined
        return typeof data === "object" && !Array.isArray(data) && isNullish((data as Body).items)
          ? { ...body, data: { ...data, items: [] } }
          : body
      }
    }
  }
  const nullable = Check.open(type)(null)
  return {
    isList: false,
    fill: (body) => {
      if (!isNullish(body.data) || (nullable && body.data === null)) return body
      if (isOptional) return body.data === undefined ? body : withoutData(body)
      return nullable ? { ...body, data: null } : undefined
    }
  }
}

const isNullish = (u: unknown): u is null | undefined => u === undefined || u === null

const withoutData = ({ data: _, ...rest }: Body): Body => rest

/** @internal */
export const noData = (method: string): Issue => ({
  path: ["data"],
  message: `is missing: Pipedrive reported success but sent no data${
    method === "GET" ? "" : ", so what was asked for may have been done"
  }`
})

/** The fields of an object type by name; empty for other types. @internal */
export const fieldsOf = (ast: Nodes.Ast): ReadonlyMap<PropertyKey, Nodes.Property> => {
  const node = Nodes.resolved(ast)
  return new Map(node.kind === "struct" ? node.properties.map((field) => [field.name, field]) : [])
}

const isArray = (ast: Nodes.Ast): boolean => Nodes.resolved(ast).kind === "array"
