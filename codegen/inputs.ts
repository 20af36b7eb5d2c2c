/**
 * What an operation takes: one flat object of the keys of path, query and body.
 */
import type { Operation, Parameter, Surface } from "./extract.js"
import { added, addresses, alternatives, bounds, growing, removed } from "./facts/inputs.js"
import { type Bounds, type Facts, factsOf, inputTypeOf, noteOf } from "./facts.js"
import * as S from "./shapes.js"
import { isOpen, resolve, type Type } from "./types.js"

export interface Input {
  readonly shape: S.Shape & { readonly kind: "object" }
  /** The shapes of which it is one, where a field decides what another may hold. */
  readonly alternatives?: S.Shape
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
  const own = [...operation.parameters.filter(({ place }) => place !== "body"), ...addedToQuery(operation, surface)]
  const fields = own.map((parameter) => read.parameter(parameter))
  const path = own
    .filter(({ place }) => place === "path")
    .reduce((text, { wire }) => text.replace(`{${wire}}`, `{${snake(wire)}}`), operation.path)
  const query = own.filter(({ place }) => place === "query").map(({ wire }) => wire)
  const encoding = operation.contentType === undefined ? undefined : encodings[operation.contentType]
  if (encoding === undefined) {
    const exact = query.includes("term") ? ["match", "exact_match"].find((name) => query.includes(name)) : undefined
    const check = exact === undefined ? {} : { check: `Field.searchTerm("${exact}")` }
    return { shape: { kind: "object", fields, ...check }, path, query, places }
  }

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
  const clears = operation.method === "PUT" || operation.method === "PATCH"
  const fixed = requiredToAdd(operation, surface, siblings)
  const inBody = [...type.fields, ...addedToBody(operation, surface)].flatMap((field): ReadonlyArray<S.ShapeField> => {
    const place = `body.${field.name}`
    const shape = read.input(field.type, place, field.name)
    if (removed[operation.key]?.includes(place)) return []
    const clearable = clears && field.optional && !fixed.has(field.name) && canBeCleared(field, surface)
    return [noted(operation, field.name, field.optional, clearable ? S.nullable(shape) : shape)]
  })
  const custom = operation.version === "v1" && extended.has(operation.name)
  const all = [...fields, ...inBody]
  return {
    shape: { kind: "object", fields: all, ...(custom ? { rest: "customFields" as const } : {}) },
    ...alternativesOf(operation, all, read.input, surface),
    path,
    query,
    places,
    body: { encoding, keys: inBody.map(({ name }) => name), ...(custom ? { customFields: true as const } : {}) }
  }
}

const addedToQuery = (operation: Operation, surface: Surface): ReadonlyArray<Parameter> =>
  Object.entries(added[operation.key] ?? {}).flatMap(([wire, text]) =>
    wire.startsWith("body.")
      ? []
      : [{ name: wire, wire, place: "query" as const, required: false, type: surface.models.parse(text) }]
  )

const addedToBody = (operation: Operation, surface: Surface) =>
  Object.entries(added[operation.key] ?? {}).flatMap(([place, text]) =>
    place.startsWith("body.")
      ? [{ name: place.slice("body.".length), optional: true, type: surface.models.parse(text) }]
      : []
  )

const alternativesOf = (
  operation: Operation,
  fields: ReadonlyArray<S.ShapeField>,
  read: (type: Type, path: string) => S.Shape,
  surface: Surface
): { readonly alternatives?: S.Shape } => {
  const variants = alternatives[operation.key]
  if (variants === undefined) return {}
  const members = variants.map((variant): S.Shape => {
    const own = Object.entries(variant).map(([place, text]) => ({
      name: place.replace(/^body\.|\?$/g, ""),
      optional: place.endsWith("?"),
      shape: read(surface.models.parse(text), place.replace("?", ""))
    }))
    return {
      kind: "object",
      fields: fields.map((field) => ({ ...field, ...own.find(({ name }) => name === field.name) }))
    }
  })
  return { alternatives: S.union(members) }
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

/** Text, numbers, lists and objects can be; flags and choices have a value always, custom fields are cleared one by one. */
const canBeCleared = ({ name, type }: { readonly name: string; readonly type: Type }, surface: Surface): boolean =>
  name !== "custom_fields" && /^(string|number|array|object)$/.test(resolve(type, surface.models.get).kind)

const reader = (operation: Operation, surface: Surface, facts: Facts, places: Set<string>) => {
  const integers = new Set(facts.integers)

  const parameter = (one: Parameter): S.ShapeField => {
    const name = one.place === "path" ? snake(one.wire) : one.wire
    const path = one.place === "form" ? `body.${one.wire}` : one.wire
    const shape = list(one, path)
    // null is left out of a query, `next_cursor` of the last page among them
    const blank = one.place === "query" && !one.required
    return noted(operation, name, !one.required, blank ? S.nullable(shape) : shape)
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
    const values = type.values.filter((value) => !String(value).includes(","))
    if (growing.test(path)) return S.open(values)
    const single = S.literals(values)
    return name === "sort" ? { kind: "sort", fields: single } : single
  }

  const input = (given: Type, path: string, name?: string): S.Shape => {
    const sharper = inputTypeOf(operation.key, path)
    const shape = bare(sharper === undefined ? given : surface.models.parse(sharper), path, name)
    return facts.nullable?.includes(path) ? S.nullable(shape) : shape
  }

  const bare = (type: Type, path: string, name?: string): S.Shape => {
    places.add(path)
    switch (type.kind) {
      case "string":
        return type.format === "day" ? date : text(path)
      case "number":
        return ranged(integers.has(path) || isId.test(path) || type.format === "integer" ? S.integer : S.number, path)
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
      case "enum": {
        if (growing.test(path)) return S.open(type.values)
        const flag = operation.version === "v1" && type.values.every((one) => one === 0 || one === 1)
        // v1 answers with the booleans; a query and a form have 0 and 1 for them
        return flag ? S.union([S.literals(type.values), S.boolean]) : S.literals(type.values)
      }
      case "array": {
        const maximum = facts.items?.[path]
        return { kind: "array", items: input(type.items, `${path}[]`), ...(maximum === undefined ? {} : { maximum }) }
      }
      case "union":
        if (isOpen(type)) return S.open(type.members.flatMap((member) => (member.kind === "enum" ? member.values : [])))
        return S.union(type.members.map((member) => bare(member, path)))
      case "ref":
        return bare(resolve(type, surface.models.get), path, name)
      case "object": {
        if (name === "custom_fields" && operation.version === "v2") return custom
        const isAddress = addresses.test(path)
        const fields = type.fields.map((field) => {
          const shape = input(field.type, `${path}.${field.name}`, field.name)
          return noted(operation, field.name, field.optional, isAddress ? S.nullable(shape) : shape)
        })
        const rest = type.rest === undefined ? undefined : input(type.rest, `${path}.*`)
        return { kind: "object", fields, ...(rest === undefined ? {} : { rest }) }
      }
    }
  }

  const boundsOf = (path: string): Bounds =>
    facts.bounds?.[path] ?? bounds.find(({ place }) => place.test(`${operation.key} ${path}`))?.of ?? [null, null]

  const ranged = (shape: S.Shape & { readonly kind: "leaf" }, path: string): S.Shape => {
    const [least, most] = boundsOf(path)
    if (least !== null && most !== null)
      return S.leaf(shape.type, `${shape.schema}.pipe(Schema.between(${least}, ${most}))`)
    return least === null ? shape : S.leaf(shape.type, `${shape.schema}.pipe(Schema.greaterThanOrEqualTo(${least}))`)
  }

  const text = (path: string): S.Shape => {
    switch (facts.formats?.[path]) {
      case "timestamp":
        return operation.version === "v2" || facts.rfc3339?.includes(path) ? instant : timestamp
      case "date":
        return date
      case "time":
        return S.leaf("string", path.endsWith("duration") ? "Field.Hours" : "Field.TimeOfDay")
      default: {
        // the types say text, so that what the documents do not list passes too
        const known = facts.enums?.[path]
        if (known !== undefined) return S.open(known)
        const [least, most] = boundsOf(path)
        return least === null && most === null
          ? S.string
          : S.leaf("string", `Field.Text(${least ?? 0}${most === null ? "" : `, ${most}`})`)
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
