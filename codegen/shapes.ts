/**
 * What the generated modules are made of: types with their TypeScript text and their schema.
 */

export interface ShapeField {
  readonly name: string
  readonly optional: boolean
  readonly shape: Shape
  readonly note?: string
}

export type Shape =
  | { readonly kind: "leaf"; readonly type: string; readonly schema: string }
  | { readonly kind: "array"; readonly items: Shape; readonly maximum?: number }
  /** One value or many, sent comma-joined. */
  | { readonly kind: "list"; readonly items: Shape; readonly maximum?: number }
  /** A field to sort by, with or without its direction. */
  | { readonly kind: "sort"; readonly fields: Shape & { readonly kind: "leaf" } }
  | {
      readonly kind: "object"
      readonly fields: ReadonlyArray<ShapeField>
      readonly rest?: Shape | "customFields"
      /** What is to be checked of the whole. */
      readonly check?: string
    }
  | { readonly kind: "nullable"; readonly shape: Shape }
  | { readonly kind: "union"; readonly members: ReadonlyArray<Shape> }
  | { readonly kind: "model"; readonly name: string }

/** In an input a key may be given as `undefined`; in an answer it cannot be. */
export type Direction = "input" | "output"

export const leaf = (type: string, schema: string): Shape & { readonly kind: "leaf" } => ({
  kind: "leaf",
  type,
  schema
})

export const string = leaf("string", "Schema.String")
export const number = leaf("number", "Schema.Number")
export const integer = leaf("number", "Schema.Int")
export const boolean = leaf("boolean", "Schema.Boolean")
export const nothing = leaf("null", "Schema.Null")
export const empty = leaf("readonly []", "Schema.Tuple()")
export const label = leaf("Field.Label", "Field.Label")
export const unknown = leaf("unknown", "Schema.Unknown")

const quoted = (value: string | number | boolean): string => JSON.stringify(value)

export const literals = (values: ReadonlyArray<string | number | boolean>): Shape & { readonly kind: "leaf" } =>
  leaf(values.map(quoted).join(" | "), `Schema.Literal(${values.map(quoted).join(", ")})`)

/** An enumeration that Pipedrive may extend. */
export const open = (values: ReadonlyArray<string | number | boolean>): Shape => {
  const strings = values.filter((value) => typeof value === "string")
  const numbers = values.filter((value) => typeof value === "number")
  const members: Array<Shape> = []
  if (strings.length > 0) {
    const known = strings.map(quoted)
    members.push(leaf(`${known.join(" | ")} | (string & {})`, `Field.openEnum(${known.join(", ")})`))
  }
  if (numbers.length > 0) {
    const known = numbers.map(quoted)
    members.push(leaf(`${known.join(" | ")} | (number & {})`, `Field.openNumbers(${known.join(", ")})`))
  }
  if (values.some((value) => typeof value === "boolean")) members.push(boolean)
  return union(members)
}

export const nullable = (shape: Shape): Shape =>
  shape.kind === "nullable" || shape === unknown || shape === nothing ? shape : { kind: "nullable", shape }

export const union = (members: ReadonlyArray<Shape>): Shape => {
  const flat = members.flatMap((member) => (member.kind === "union" ? member.members : [member]))
  if (flat.includes(unknown)) return unknown
  const hasNull = flat.some((member) => member.kind === "nullable" || member === nothing)
  const seen = new Map<string, Shape>()
  for (const member of flat) {
    const bare = member.kind === "nullable" ? member.shape : member
    if (bare !== nothing) seen.set(JSON.stringify(bare), bare)
  }
  const rest = [...seen.values()]
  const [first] = rest
  if (first === undefined) return nothing
  const one: Shape = rest.length === 1 ? first : { kind: "union", members: rest }
  return hasNull ? nullable(one) : one
}

/** One object of several: what is not in all of them is optional. */
export const merge = (shapes: ReadonlyArray<Shape>): Shape => {
  const [first] = shapes
  if (first === undefined) throw new Error("nothing to merge")
  if (shapes.length === 1) return first
  const objects = shapes.filter((shape) => shape.kind === "object")
  if (objects.length !== shapes.length) return union(shapes)
  const fields = new Map<string, ShapeField>()
  for (const object of objects) {
    for (const field of object.fields) {
      const known = fields.get(field.name)
      const everywhere = objects.every(({ fields }) =>
        fields.some(({ name, optional }) => name === field.name && !optional)
      )
      const shape = known === undefined ? field.shape : union([known.shape, field.shape])
      fields.set(field.name, { ...field, optional: !everywhere, shape })
    }
  }
  const rest = objects.map((object) => object.rest).find((one) => one !== undefined)
  return { kind: "object", fields: [...fields.values()], ...(rest === undefined ? {} : { rest }) }
}

/** The models a shape speaks of. */
export const modelsOf = (shape: Shape): ReadonlyArray<string> => {
  switch (shape.kind) {
    case "leaf":
    case "sort":
      return []
    case "model":
      return [shape.name]
    case "array":
    case "list":
      return modelsOf(shape.items)
    case "nullable":
      return modelsOf(shape.shape)
    case "union":
      return shape.members.flatMap(modelsOf)
    case "object":
      return [
        ...shape.fields.flatMap((field) => modelsOf(field.shape)),
        ...(typeof shape.rest === "object" ? modelsOf(shape.rest) : [])
      ]
  }
}

// -----------------------------------------------------------------------------
// text
// -----------------------------------------------------------------------------

export const width = 120

export interface Text {
  readonly direction: Direction
  /** How a model is written where it is used: `Deal`, or `Deals.Deal` from another module. */
  readonly model: (name: string) => string
}

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const pad = (depth: number): string => "  ".repeat(depth)

/** `lead` columns of the line are taken before the text begins. */
export const typeText = (shape: Shape, text: Text, depth: number, lead: number): string => {
  const flat = typeFlat(shape, text)
  if (flat !== undefined && depth * 2 + lead + flat.length <= width) return flat
  switch (shape.kind) {
    case "object":
      return typeBlock(shape, text, depth)
    case "array":
      return generic("ReadonlyArray", shape.items, text, depth, lead)
    case "list":
      return generic("Field.List", shape.items, text, depth, lead)
    case "sort":
      return generic("Field.Sort", shape.fields, text, depth, lead)
    case "nullable":
      if (shape.shape.kind === "leaf" || shape.shape.kind === "union") {
        return typeText({ kind: "union", members: [shape.shape, nothing] }, text, depth, lead)
      }
      return `${typeText(shape.shape, text, depth, lead + 7)} | null`
    case "union":
      return branches(
        shape.members.flatMap((member) => alternatives(member, text, depth + 1)),
        depth
      )
    case "leaf":
      return branches(shape.type.split(" | "), depth)
    case "model":
      return text.model(shape.name)
  }
}

const generic = (name: string, items: Shape, text: Text, depth: number, lead: number): string => {
  const inner = typeText(items, text, depth, lead + name.length + 2)
  return `${name}<${inner}${inner.startsWith("\n") ? `\n${pad(depth)}` : ""}>`
}

const alternatives = (shape: Shape, text: Text, depth: number): ReadonlyArray<string> => {
  if (shape.kind === "union") return shape.members.flatMap((member) => alternatives(member, text, depth))
  return shape.kind === "leaf" ? shape.type.split(" | ") : [typeText(shape, text, depth, 2)]
}

const branches = (types: ReadonlyArray<string>, depth: number): string =>
  types.map((type) => `\n${pad(depth + 1)}| ${type}`).join("")

export const typeBlock = (shape: Shape & { readonly kind: "object" }, text: Text, depth: number): string => {
  const lines: Array<string> = []
  const mark = text.direction === "input" ? " | undefined" : ""
  for (const field of shape.fields) {
    if (field.note !== undefined) lines.push(...noteLines(field.note, depth + 1))
    const name = `readonly ${key(field.name)}${field.optional ? "?" : ""}:`
    const end = field.optional ? mark : ""
    const type = typeText(field.shape, text, depth + 1, name.length + 1 + end.length)
    lines.push(`${pad(depth + 1)}${name}${type.startsWith("\n") ? "" : " "}${suffixed(type, end, depth + 1)}`)
  }
  if (shape.rest === "customFields") {
    lines.push(`${pad(depth + 1)}/** Custom fields by their 40-character keys. */`)
    lines.push(`${pad(depth + 1)}readonly [customField: Field.CustomFieldKey]: unknown`)
  } else if (shape.rest !== undefined) {
    lines.push(`${pad(depth + 1)}readonly [key: string]: ${typeText(shape.rest, text, depth + 1, 24)}`)
  }
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${pad(depth)}}`
}

const noteLines = (note: string, depth: number): ReadonlyArray<string> => {
  const one = `${pad(depth)}/** ${note} */`
  if (one.length <= width) return [one]
  return [
    `${pad(depth)}/**`,
    ...wrapped(note, depth * 2 + 3).map((line) => `${pad(depth)} * ${line}`),
    `${pad(depth)} */`
  ]
}

/** Breaks at spaces; `lead` columns of each line are taken. */
export const wrapped = (text: string, lead = 3): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width - lead) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** ` | undefined` behind a type, on a line of its own where the type is a list of lines. */
const suffixed = (type: string, end: string, depth: number): string =>
  end !== "" && type.startsWith("\n") ? `${type}\n${pad(depth + 1)}${end.trim()}` : type + end

const typeFlat = (shape: Shape, text: Text): string | undefined => {
  switch (shape.kind) {
    case "leaf":
      return shape.type
    case "model":
      return text.model(shape.name)
    case "array":
    case "list": {
      const items = typeFlat(shape.items, text)
      return items && `${shape.kind === "array" ? "ReadonlyArray" : "Field.List"}<${items}>`
    }
    case "sort":
      return `Field.Sort<${shape.fields.type}>`
    case "nullable": {
      const inner = typeFlat(shape.shape, text)
      return inner && `${inner} | null`
    }
    case "union": {
      const members = shape.members.map((member) => typeFlat(member, text))
      return members.some((member) => member === undefined) ? undefined : members.join(" | ")
    }
    case "object": {
      if (shape.rest === "customFields" || shape.fields.some(({ note }) => note !== undefined)) return undefined
      const mark = text.direction === "input" ? " | undefined" : ""
      const parts = shape.fields.map((field) => {
        const type = typeFlat(field.shape, text)
        return type && `readonly ${key(field.name)}${field.optional ? "?" : ""}: ${type}${field.optional ? mark : ""}`
      })
      if (shape.rest !== undefined) {
        const type = typeFlat(shape.rest, text)
        parts.push(type && `readonly [key: string]: ${type}`)
      }
      if (parts.some((part) => part === undefined)) return undefined
      return parts.length === 0 ? "{}" : `{ ${parts.join("; ")} }`
    }
  }
}

export const schemaText = (shape: Shape, text: Text, depth: number, lead: number): string => {
  const call = (name: string, inner: ReadonlyArray<Shape>, after = ""): string => {
    const flat = `${name}(${inner.map((one) => schemaFlat(one, text)).join(", ")})${after}`
    if (depth * 2 + lead + flat.length <= width) return flat
    const [only] = inner
    if (inner.length === 1 && only !== undefined) {
      return `${name}(${schemaText(only, text, depth, lead + name.length + 2)})${after}`
    }
    const lines = inner.map((one) => pad(depth + 1) + schemaText(one, text, depth + 1, 1))
    return `${name}(\n${lines.join(",\n")}\n${pad(depth)})${after}`
  }
  switch (shape.kind) {
    case "leaf": {
      if (depth * 2 + lead + shape.schema.length <= width) return shape.schema
      const [, name, values] = /^([\w.]+)\((.*)\)$/.exec(shape.schema) ?? []
      if (name === undefined || values === undefined) return shape.schema
      return `${name}(\n${values
        .split(", ")
        .map((value) => pad(depth + 1) + value)
        .join(",\n")}\n${pad(depth)})`
    }
    case "sort":
      return schemaText(sortLeaf(shape), text, depth, lead)
    case "model":
      return text.model(shape.name)
    case "array":
      return call("Schema.Array", [shape.items], limited(shape.maximum))
    case "list": {
      const maximum = shape.maximum === undefined ? "" : `, ${shape.maximum}`
      const items = schemaText(shape.items, text, depth, lead + 12 + maximum.length)
      return `Field.List(${items}${maximum})`
    }
    case "nullable":
      return call("Schema.NullOr", [shape.shape])
    case "union":
      return call("Schema.Union", shape.members)
    case "object": {
      const flat = schemaFlat(shape, text)
      return depth * 2 + lead + flat.length <= width ? flat : schemaBlock(shape, text, depth)
    }
  }
}

const sortLeaf = ({ fields }: Shape & { readonly kind: "sort" }): Shape =>
  leaf(fields.type, fields.schema.replace("Schema.Literal", "Field.Sort"))

const limited = (maximum: number | undefined): string =>
  maximum === undefined ? "" : `.pipe(Schema.maxItems(${maximum}))`

const wrapper = (text: Text): string => (text.direction === "input" ? "Schema.optional" : "Field.optional")

export const schemaBlock = (shape: Shape & { readonly kind: "object" }, text: Text, depth: number): string => {
  if (shape.fields.length === 0) {
    if (typeof shape.rest !== "object") return schemaFlat(shape, text)
    const value = schemaText(shape.rest, text, depth + 1, 8)
    return `Schema.Record({\n${pad(depth + 1)}key: Schema.String,\n${pad(depth + 1)}value: ${value}\n${pad(depth)}})`
  }
  const lines = shape.fields.map((field) => {
    const name = `${key(field.name)}: `
    const value = field.optional
      ? `${wrapper(text)}(${schemaText(field.shape, text, depth + 1, name.length + wrapper(text).length + 3)})`
      : schemaText(field.shape, text, depth + 1, name.length + 1)
    return pad(depth + 1) + name + value
  })
  const fields = `{\n${lines.join(",\n")}\n${pad(depth)}}`
  const rest = restText(shape, text)
  return `Schema.Struct(${fields}${rest === undefined ? "" : `, ${rest}`})${checked(shape)}`
}

const checked = ({ check }: Shape & { readonly kind: "object" }): string =>
  check === undefined ? "" : `.pipe(${check})`

const restText = (shape: Shape & { readonly kind: "object" }, text: Text): string | undefined => {
  if (shape.rest === "customFields") return "{ key: Field.CustomFieldKey, value: Schema.Unknown }"
  return shape.rest === undefined ? undefined : `{ key: Schema.String, value: ${schemaFlat(shape.rest, text)} }`
}

const schemaFlat = (shape: Shape, text: Text): string => {
  switch (shape.kind) {
    case "leaf":
      return shape.schema
    case "sort":
      return schemaFlat(sortLeaf(shape), text)
    case "model":
      return text.model(shape.name)
    case "array":
      return `Schema.Array(${schemaFlat(shape.items, text)})${limited(shape.maximum)}`
    case "list":
      return `Field.List(${schemaFlat(shape.items, text)}${shape.maximum === undefined ? "" : `, ${shape.maximum}`})`
    case "nullable":
      return `Schema.NullOr(${schemaFlat(shape.shape, text)})`
    case "union":
      return `Schema.Union(${shape.members.map((member) => schemaFlat(member, text)).join(", ")})`
    case "object": {
      const rest = restText(shape, text)
      if (shape.fields.length === 0) return rest === undefined ? "Schema.Struct({})" : `Schema.Record(${rest})`
      const fields = shape.fields.map((field) => {
        const schema = schemaFlat(field.shape, text)
        return `${key(field.name)}: ${field.optional ? `${wrapper(text)}(${schema})` : schema}`
      })
      const struct = `{ ${fields.join(", ")} }`
      return `Schema.Struct(${struct}${rest === undefined ? "" : `, ${rest}`})${checked(shape)}`
    }
  }
}
