/**
 * What an operation takes: one flat object of the keys of path, query and body.
 */
import type { Operation, Parameter, Surface } from "./extract.js"
import { type Facts, factsOf, inputTypeOf, noteOf, takesCustomFields } from "./facts.js"
import * as S from "./shapes.js"
import { isOpen, resolve, type Type } from "./types.js"

export interface Input {
  readonly shape: S.Shape & { readonly kind: "object" }
  readonly path: string
  readonly query: ReadonlyArray<string>
  /** Every place of it, as the fact tables write them: `ids[]`, `body.prices[].cost`. */
  readonly places: ReadonlySet<string>
  readonly body?: {
    readonly encoding: "json" | "form" | "multipart"
    readonly keys: ReadonlyArray<string>
    readonly whole?: true
    readonly customFields?: true
  }
}

const encodings = {
  "application/json": "json",
  "application/x-www-form-urlencoded": "form",
  "multipart/form-data": "multipart"
} as const

export const inputOf = (operation: Operation, surface: Surface, siblings: ReadonlyArray<Operation>): Input => {
  const facts = factsOf(operation.key)
  const places = new Set<string>()
  const read = reader(operation, surface, facts, places)
  const own = operation.parameters.filter(({ place }) => place !== "body")
  const fields = own.map((parameter) => read.parameter(parameter))
  const path = own
    .filter(({ place }) => place === "path")
    .reduce((text, { wire }) => text.replace(`{${wire}}`, `{${snake(wire)}}`), operation.path)
  const query = own.filter(({ place }) => place === "query").map(({ wire }) => wire)
  const encoding = operation.contentType === undefined ? undefined : encodings[operation.contentType]
  if (encoding === undefined) return { shape: { kind: "object", fields }, path, query, places }

  const body = operation.parameters.find(({ place }) => place === "body")
  if (body === undefined) {
    const keys = own.filter(({ place }) => place === "form").map(({ wire }) => wire)
    return { shape: { kind: "object", fields }, path, query, places, body: { encoding, keys } }
  }

  const type = resolve(body.type, surface.models.get)
  const taken = new Set(fields.map(({ name }) => name))
  if (type.kind !== "object" || type.fields.some(({ name }) => taken.has(name))) {
    const whole = { name: "body", optional: !body.required, shape: read.input(type, "body") }
    const all = [...fields, whole]
    return {
      shape: { kind: "object", fields: all },
      path,
      query,
      places,
      body: { encoding, keys: ["body"], whole: true }
    }
  }
  const added = takesCustomFields(operation.key)
    ? [{ name: "custom_fields", optional: true, type: { kind: "object", fields: [] } as Type }]
    : []
  const clears = operation.method === "PUT" || operation.method === "PATCH"
  const fixed = requiredToAdd(operation, surface, siblings)
  const inBody = [...type.fields, ...added].map((field): S.ShapeField => {
    const shape = read.input(field.type, `body.${field.name}`, field.name)
    const clearable = clears && field.optional && !fixed.has(field.name) && isScalar(field.type, surface)
    return noted(operation, field.name, field.optional, clearable ? S.nullable(shape) : shape)
  })
  const custom = operation.version === "v1" && extended.has(operation.name)
  return {
    shape: { kind: "object", fields: [...fields, ...inBody], ...(custom ? { rest: "customFields" as const } : {}) },
    path,
    query,
    places,
    body: { encoding, keys: inBody.map(({ name }) => name), ...(custom ? { customFields: true as const } : {}) }
  }
}

/** Placeholders of paths are written like all other names: `commentId` and `channel-id` are `comment_id` and `channel_id`. */
const snake = (name: string): string =>
  name.replace(/-/g, "_").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** On v1, custom fields stand beside the named ones in the body of these. */
export const extended = new Set([
  "addDeal",
  "updateDeal",
  "addPerson",
  "updatePerson",
  "addOrganization",
  "updateOrganization",
  "addProduct",
  "updateProduct",
  "addLead",
  "updateLead"
])

const noted = (operation: Operation, name: string, optional: boolean, shape: S.Shape): S.ShapeField => {
  const list = shape.kind === "list" || shape.kind === "array"
  const note = noteOf(name, { version: operation.version, of: operation.module, input: true, list })
  return { name, optional, shape, ...(note === undefined ? {} : { note }) }
}

/** What cannot be left out when such a thing is added cannot be taken away from it. */
const requiredToAdd = (
  operation: Operation,
  surface: Surface,
  siblings: ReadonlyArray<Operation>
): ReadonlySet<string> => {
  const parent = operation.path.replace(/\/\{[^}]+\}$/, "")
  const add = siblings.find(
    ({ method, path, version }) => method === "POST" && path === parent && version === operation.version
  )
  const body = add?.parameters.find(({ place }) => place === "body")
  const type = body && resolve(body.type, surface.models.get)
  return new Set(type?.kind === "object" ? type.fields.filter(({ optional }) => !optional).map(({ name }) => name) : [])
}

const isScalar = (type: Type, surface: Surface): boolean => {
  const whole = resolve(type, surface.models.get)
  return whole.kind === "string" || whole.kind === "number"
}

const reader = (operation: Operation, surface: Surface, facts: Facts, places: Set<string>) => {
  const integers = new Set(facts.integers)

  const parameter = (one: Parameter): S.ShapeField => {
    const name = one.place === "path" ? snake(one.wire) : one.wire
    const path = one.place === "form" ? `body.${one.wire}` : one.wire
    return noted(operation, name, !one.required, list(one, path))
  }

  const list = (one: Parameter, path: string): S.Shape => {
    places.add(path)
    const maximum = facts.lists?.[path]
    if (one.place === "query" && maximum !== undefined) {
      const type = one.type.kind === "array" ? one.type.items : one.type
      const whole = integers.has(`${path}[]`)
      places.add(`${path}[]`)
      const items = whole ? S.integer : item(type, path, one.wire)
      return { kind: "list", items, ...(maximum === null ? {} : { maximum }) }
    }
    if (one.wire === "limit" && facts.max !== undefined) return S.leaf("number", `Field.Limit(${facts.max})`)
    if (one.time === "date") return date
    return input(one.type, path)
  }

  /** One of a comma list. What the official types spell out as joined values is an array here. */
  const item = (type: Type, path: string, name: string): S.Shape => {
    if (type.kind !== "enum") return input(type, path)
    const single = S.literals(type.values.filter((value) => !String(value).includes(",")))
    return name === "sort" ? { kind: "sort", fields: single } : single
  }

  const input = (given: Type, path: string, name?: string): S.Shape => {
    places.add(path)
    const sharper = inputTypeOf(operation.key, path)
    const type = sharper === undefined ? given : surface.models.parse(sharper)
    switch (type.kind) {
      case "string":
        return type.format === "day" ? date : text(path)
      case "number":
        return integers.has(path) || isId.test(path) || type.format === "integer" ? S.integer : S.number
      case "boolean":
        return S.boolean
      case "null":
        return S.nothing
      case "empty":
        return S.empty
      case "label":
        return S.label
      case "unknown":
        return S.unknown
      case "file":
        return upload
      case "enum":
        return S.literals(type.values)
      case "array": {
        const maximum = facts.items?.[path]
        return { kind: "array", items: input(type.items, `${path}[]`), ...(maximum === undefined ? {} : { maximum }) }
      }
      case "union":
        if (isOpen(type)) return S.open(type.members.flatMap((member) => (member.kind === "enum" ? member.values : [])))
        return S.union(type.members.map((member) => input(member, path)))
      case "ref":
        return input(resolve(type, surface.models.get), path, name)
      case "object": {
        if (name === "custom_fields" && operation.version === "v2") return custom
        const fields = type.fields.map((field) =>
          noted(operation, field.name, field.optional, input(field.type, `${path}.${field.name}`, field.name))
        )
        const rest = type.rest === undefined ? undefined : input(type.rest, `${path}.*`)
        return { kind: "object", fields, ...(rest === undefined ? {} : { rest }) }
      }
    }
  }

  const text = (path: string): S.Shape => {
    switch (facts.formats?.[path]) {
      case "timestamp":
        return operation.version === "v2" || facts.rfc3339?.includes(path) ? instant : timestamp
      case "date":
        return date
      case "time":
        return S.leaf("string", "Field.TimeOfDay")
      default: {
        // the types say text, so that what the documents do not list passes too
        const known = facts.enums?.[path]
        return known === undefined ? S.string : S.open(known)
      }
    }
  }

  return { parameter, input }
}

/** `deal_id`, `label_ids[]`: a number there is whole, whether or not the documents say so. */
const isId = /(^|[._])ids?(\[\])?$/

const timestamp = S.leaf("Field.Timestamp", "Field.Timestamp")
const instant = S.leaf("Field.Timestamp", "Field.Instant")
const date = S.leaf("Field.CalendarDate", "Field.CalendarDate")
const upload = S.leaf("Field.Upload", "Field.Upload")
const custom = S.leaf("Field.CustomFields", "Field.CustomFields")
