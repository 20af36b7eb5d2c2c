/**
 * Compiles a Schema into closures that only check whether a value is valid; what is wrong with an invalid one others describe. No
 * `eval`: edge runtimes forbid it.
 */
import { isShallow } from "../text.js"
import * as Nodes from "./nodes.js"

/** @internal */
export type Check = (u: unknown) => boolean

/** Objects may have unknown keys, up to a maximum depth. @internal */
export const open = (ast: Nodes.Ast): Check => compile(ast, openCache, false)

/** Objects may have known keys only. @internal */
export const closed = (ast: Nodes.Ast): Check => compile(ast, closedCache, true)

type Cache = WeakMap<Nodes.Ast, Check>

// a memo of pure functions of their key, not state
const openCache: Cache = /*#__PURE__*/ new WeakMap()
const closedCache: Cache = /*#__PURE__*/ new WeakMap()

const yes: Check = () => true
// an unknown value may still be too deep for code that walks it
const shallow: Check = (u) => isShallow(u)
const isString: Check = (u) => typeof u === "string"
const isNumber: Check = (u) => typeof u === "number"
const isBoolean: Check = (u) => typeof u === "boolean"
const isNull: Check = (u) => u === null
const isUndefined: Check = (u) => u === undefined

const compile = (ast: Nodes.Ast, cache: Cache, exact: boolean): Check => {
  const known = cache.get(ast)
  if (known !== undefined) return known
  const check = build(ast, cache, exact)
  cache.set(ast, check)
  return check
}

const build = (ast: Nodes.Ast, cache: Cache, exact: boolean): Check => {
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "string":
      return isString
    case "number":
      return isNumber
    case "boolean":
      return isBoolean
    case "unknown":
      return exact ? yes : shallow
    case "undefined":
      return isUndefined
    case "literal": {
      const { value } = node
      return value === null ? isNull : (u) => u === value
    }
    case "suspend": {
      let check: Check | undefined
      return (u) => (check ??= compile(node.get(), cache, exact))(u)
    }
    case "refinement": {
      const from = compile(node.from, cache, exact)
      const { isValid } = node
      return (u) => from(u) && isValid(u)
    }
    case "custom":
      return (u) => node.isValid(u, exact)
    case "union":
      return union(node, cache, exact)
    case "array":
      return array(node, cache, exact)
    case "struct":
      return struct(node, cache, exact)
  }
}

const union = (whole: Nodes.Union, cache: Cache, exact: boolean): Check => {
  const literals = new Set<unknown>()
  const rest: Array<Check> = []
  const add = ({ types }: Nodes.Union) => {
    for (const type of types) {
      const node = Nodes.of(type)
      if (node.kind === "union") add(node)
      else if (node.kind === "literal") literals.add(node.value)
      else if (node.kind === "undefined") literals.add(undefined)
      else rest.push(compile(type, cache, exact))
    }
  }
  add(whole)
  const [first, second] = rest
  if (literals.size === 1 && first !== undefined) {
    const [only] = literals
    if (second === undefined) return (u) => u === only || first(u)
    return (u) => u === only || rest.some((check) => check(u))
  }
  if (literals.size === 0) {
    if (first !== undefined && second === undefined) return first
    if (first !== undefined && second !== undefined && rest.length === 2) return (u) => first(u) || second(u)
    return (u) => rest.some((check) => check(u))
  }
  if (first === undefined) return (u) => literals.has(u)
  return (u) => literals.has(u) || rest.some((check) => check(u))
}

const array = ({ item }: Nodes.Items, cache: Cache, exact: boolean): Check => {
  if (item === undefined) return (u) => Array.isArray(u) && u.length === 0
  const check = compile(item, cache, exact)
  return (u) => {
    if (!Array.isArray(u)) return false
    for (let i = 0; i < u.length; i++) {
      if (!check(u[i])) return false
    }
    return true
  }
}

const struct = ({ indexes, properties }: Nodes.Struct, cache: Cache, exact: boolean): Check => {
  const indexed = indexes.map(
    (signature): Indexed => ({
      key: compile(signature.parameter, cache, exact),
      value: compile(signature.type, cache, exact)
    })
  )
  // as Effect has it, `Schema.Struct({})` is anything but null and undefined, closed or not
  if (properties.length === 0 && indexed.length === 0) {
    return (u) => u !== null && u !== undefined && (exact || isShallow(u))
  }
  const fields = new Map<string, Field>()
  const required: Array<Field> = []
  for (const { isOptional, name, type } of properties) {
    const field: Field = { check: compile(type, cache, exact), kinds: kindsOf(type), isOptional }
    fields.set(String(name), field)
    if (!isOptional) required.push(field)
  }
  // for unknown keys only the depth is checked
  const free = !exact && indexed.every(({ value }) => value === shallow)
  // the keys of the previous object, in order: the next object mostly has the same
  const order: Array<string> = []
  const ordered: Array<Field | undefined> = []
  return (u) => {
    if (typeof u !== "object" || u === null || Array.isArray(u)) return false
    const record = u as Record<string, unknown>
    let missing = required.length
    let at = 0
    for (const key in record) {
      if (order[at] !== key) {
        order[at] = key
        ordered[at] = fields.get(key)
      }
      const field = ordered[at++]
      if (field === undefined) {
        if (free) {
          if (!isShallow(record[key])) return false
        } else if (Object.hasOwn(record, key) && !admits(indexed, key, record[key], exact)) {
          // inherited keys are not part of a JSON body
          return false
        }
      } else if (!exact || Object.hasOwn(record, key)) {
        const value = record[key]
        if ((field.kinds & kindOf(value)) === 0 && !field.check(value)) return false
        if (!field.isOptional) missing--
      }
    }
    return missing === 0
  }
}

interface Indexed {
  readonly key: Check
  readonly value: Check
}

// a separate function: a closure in the loop over the keys would make it three times as slow
const admits = (indexed: ReadonlyArray<Indexed>, key: string, value: unknown, exact: boolean): boolean => {
  const signature = indexed.find((candidate) => candidate.key(key))
  return signature === undefined ? !exact && isShallow(value) : signature.value(value)
}

interface Field {
  readonly check: Check
  /** The kinds of value that pass without calling `check`. */
  readonly kinds: number
  readonly isOptional: boolean
}

/** The kind of a value as a bit: 1 string, 2 number, 4 boolean, 8 null, 0 anything else. */
const kindOf = (u: unknown): number => {
  switch (typeof u) {
    case "string":
      return 1
    case "number":
      return 2
    case "boolean":
      return 4
    default:
      return u === null ? 8 : 0
  }
}

const kindsOf = (ast: Nodes.Ast): number => {
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "string":
      return 1
    case "number":
      return 2
    case "boolean":
      return 4
    case "literal":
      return node.value === null ? 8 : 0
    case "unknown":
      return 15
    case "union":
      return node.types.reduce((kinds, type) => kinds | kindsOf(type), 0)
    default:
      return 0
  }
}
