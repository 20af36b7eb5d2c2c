/**
 * Inputs for an operation: made from the official client's types, of values that our Schema takes. What the official types
 * allow and our Schema knows nothing of is noted as a problem.
 */
import type * as AST from "effect/SchemaAST"
import type { AnyDescription } from "effect-pipedrive/Endpoint"
import type { Operation, Parameter } from "../../codegen/extract.js"
import { type Models, resolve, type Type } from "../../codegen/types.js"
import { withheld } from "./exemptions.js"
import {
  accepts,
  customFieldKey,
  customs,
  fieldsOf,
  isList,
  isOpen,
  itemOf,
  none,
  numbers,
  type Style,
  sampleOf,
  strange,
  strings,
  usual
} from "./schemas.js"

export type { Style }

export interface Inputs {
  /** Flat, for ours. */
  readonly ours: Readonly<Record<string, unknown>>
  /** For the official client: parameters by its names, the body under its wrapper's name. */
  readonly official: Readonly<Record<string, unknown>>
  readonly problems: ReadonlyArray<string>
}

/** Makes inputs of one operation. `all` fills in what may be left out, at every depth. */
export const make = (
  operation: Operation,
  endpoint: AnyDescription,
  models: Models,
  style: Style,
  all: boolean
): Inputs => {
  const problems: Array<string> = []
  const fields = fieldsOf(endpoint.input.ast) ?? new Map<string, AST.AST>()
  const ours: Record<string, unknown> = {}
  const official: Record<string, unknown> = {}
  const places = placeholders(endpoint.path)
  const officialPlaces = placeholders(operation.path)
  const { key } = operation
  const value = valueOf({ models, style, all, problems, key })
  const plain = valueOf({ models, style: "plain", all, problems, key })

  const put = (parameter: Parameter, key: string) => {
    const ast = fields.get(key)
    if (ast === undefined) return void problems.push(`${key} is not in our input`)
    // a blank part of a path is refused: that is tested on its own
    const made = (parameter.place === "path" && style === "empty" ? plain : value)(parameter.type, ast, key)
    if (made === none) return
    ours[key] = made
    official[parameter.name] = parameter.place === "query" ? officialQuery(made, parameter) : made
  }

  for (const parameter of operation.parameters) {
    if (!all && !parameter.required && parameter.place !== "body") continue
    switch (parameter.place) {
      case "path":
        put(parameter, places[officialPlaces.indexOf(parameter.wire)] ?? parameter.wire)
        break
      case "query":
      case "form":
        put(parameter, parameter.wire)
        break
      case "body": {
        if (endpoint.body?.whole === true) {
          put(parameter, endpoint.body.keys[0] ?? "")
          break
        }
        const body: Record<string, unknown> = {}
        for (const { name, optional, type } of bodyFields(parameter.type, models)) {
          if (optional && !all) continue
          const ast = fields.get(name)
          if (ast === undefined) {
            if (!isWithheld(`${operation.key} ${name}`)) problems.push(`body.${name} is not in our input`)
          } else {
            const made = value(type, ast, name)
            if (made !== none) body[name] = ours[name] = made
          }
        }
        const customFields = all ? custom(endpoint, style) : {}
        Object.assign(body, customFields)
        Object.assign(ours, customFields)
        if (Object.keys(body).length > 0 || parameter.required) official[parameter.name] = body
      }
    }
  }
  return { ours, official, problems }
}

const isWithheld = (place: string): boolean => withheld.some(({ places }) => places.includes(place))

/** The names that an operation's input has in the official types. */
export const named = (operation: Operation, models: Models): ReadonlyArray<string> =>
  operation.parameters.flatMap((parameter) =>
    parameter.place === "body" ? bodyFields(parameter.type, models).map(({ name }) => name) : [parameter.wire]
  )

export const placeholders = (path: string): ReadonlyArray<string> =>
  Array.from(path.matchAll(/\{([^}]+)\}/g), (match) => match[1] ?? "")

/** The official client writes the names of a list as the one text that Pipedrive wants, or not at all. */
const officialQuery = (value: unknown, parameter: Parameter): unknown =>
  Array.isArray(value) && parameter.type.kind !== "array" ? value.join(",") : value

/** What v2 takes under `custom_fields`, and v1 beside the named keys. */
const custom = ({ body }: AnyDescription, style: Style): Readonly<Record<string, unknown>> => {
  const [nested, flat] = customs[style]
  if (body?.customFields === true) return { [customFieldKey]: flat, [`${customFieldKey}_currency`]: "EUR" }
  return body?.keys.includes("custom_fields") === true ? { custom_fields: { [customFieldKey]: nested } } : {}
}

const bodyFields = (type: Type, models: Models) => {
  const body = resolve(type, models.get)
  if (body.kind === "object") return body.fields
  if (body.kind === "union") {
    const objects = body.members.map((member) => resolve(member, models.get)).filter((one) => one.kind === "object")
    return objects[0]?.fields ?? []
  }
  return []
}

// -----------------------------------------------------------------------------
// values
// -----------------------------------------------------------------------------

interface Options {
  readonly key: string
  readonly models: Models
  readonly style: Style
  readonly all: boolean
  readonly problems: Array<string>
}

const valueOf = ({ all, key, models, problems, style }: Options) => {
  const first = (
    candidates: ReadonlyArray<unknown>,
    ast: AST.AST | undefined,
    path: string,
    what: string,
    kind?: "string" | "number" | "object"
  ) => {
    if (ast === undefined) return candidates[0]
    for (const candidate of candidates) if (accepts(ast, candidate)) return candidate
    // ours knows more than the official types: a value of its making, if it is of the kind that they name
    const sample = sampleOf({ style, all }, ast)
    if (sample !== none && (kind === undefined || typeof sample === kind) && accepts(ast, sample)) return sample
    problems.push(`${path}: ours takes no ${what} that was tried`)
    return none
  }

  const value = (given: Type, ast: AST.AST | undefined, path: string, depth = 0): unknown => {
    const type = resolve(given, models.get)
    const list = ast !== undefined && isList(ast)
    switch (type.kind) {
      case "string": {
        // ids in a list: one text to the official client, numbers to ours
        const all = [...strings[style], ...usual, ...(list ? [7, 12] : [])]
        // a search wants two characters
        const candidates = path === "term" ? all.filter((one) => String(one).length > 1) : all
        if (list && style === "many") return first([pair(ast, candidates)], ast, path, "list of strings")
        return first(candidates, ast, path, "string", "string")
      }
      case "number":
        if (list && style === "many") return first([pair(ast, numbers[style])], ast, path, "list of numbers")
        return first(numbers[style], ast, path, "number", "number")
      case "boolean":
        return first(style === "empty" ? [false] : [true], ast, path, "boolean")
      case "enum": {
        // what the official types spell out as joined values is an array of ours
        const joined = (member: string | number | boolean) => list && String(member).includes(",")
        const offered = type.values.filter((one) => !isWithheld(`${key} ${path}=${one}`))
        for (const member of offered.flatMap((one) => (joined(one) ? String(one).split(",") : [one]))) {
          if (ast !== undefined && !accepts(ast, member))
            problems.push(`${path}: ours refuses ${JSON.stringify(member)}`)
        }
        const single = offered.filter((member) => !joined(member))
        const values = style === "plain" ? single : [...single].reverse()
        if (list && style === "many") return first([values.slice(0, 2)], ast, path, "list of values")
        return first(values, ast, path, "value")
      }
      case "null":
        return first([null], ast, path, "null")
      case "file":
        return file(style)
      case "unknown":
        return first([{ [customFieldKey]: strange }], ast, path, "value")
      case "array": {
        const items = ast === undefined ? undefined : itemOf(ast)
        if (style === "empty" && ast !== undefined && !list && accepts(ast, [])) return []
        const one = value(type.items, items, `${path}[]`, depth + 1)
        if (one === none) return none
        return first(style === "many" ? [[one, one]] : [[one]], ast, path, "array")
      }
      case "object": {
        if (depth > 5) return none
        const fields = ast === undefined ? undefined : fieldsOf(ast)
        const made: Record<string, unknown> = {}
        for (const field of type.fields) {
          const inner = fields?.get(field.name)
          if (
            ast !== undefined &&
            inner === undefined &&
            fields !== undefined &&
            !accepts(ast, { [field.name]: "x" })
          ) {
            if (!isOpen(ast)) problems.push(`${path}.${field.name} is not in our input`)
          }
          if (field.optional && !all) continue
          const one = value(field.type, inner, `${path}.${field.name}`, depth + 1)
          if (one !== none) made[field.name] = one
        }
        if (type.fields.length === 0) return first([{ [customFieldKey]: strange }], ast, path, "object", "object")
        return first([made], ast, path, "object")
      }
      case "union": {
        const members = style === "empty" ? [...type.members].reverse() : type.members
        const before = problems.length
        for (const member of members) {
          if (member.kind === "null" && style !== "empty") continue
          problems.length = before
          const one = value(member, ast, path, depth)
          if (one !== none) return one
        }
        return none
      }
      case "ref":
        return none
    }
  }
  return value
}

/** Two different values for a list of ours. */
const pair = (ast: AST.AST, candidates: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  candidates.filter((candidate) => accepts(ast, candidate)).slice(0, 2)

const file = (style: Style): File =>
  style === "empty"
    ? new File([], "empty.txt", { type: "text/plain" })
    : new File([Uint8Array.from([0, 255, 13, 10, 45, 45, 128, 34])], style === "text" ? `Zoë "1".pdf` : "offer.pdf", {
        type: "application/pdf"
      })
