/**
 * Compiles a `SchemaAST` into closures that only check whether a value is valid. Only for invalid values the real decoder runs, to
 * describe the errors. No `eval`: edge runtimes forbid it.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { isShallow } from "../text.js"

/** @internal */
export type Check = (u: unknown) => boolean

/** Objects may have unknown keys, up to a maximum depth. @internal */
export const open = (ast: AST.AST): Check => compile(ast, openCache, false)

/** Objects may have known keys only. @internal */
export const closed = (ast: AST.AST): Check => compile(ast, closedCache, true)

type Cache = WeakMap<AST.AST, Check>

// a memo of pure functions of their key, not state
const openCache: Cache = /*#__PURE__*/ new WeakMap()
const closedCache: Cache = /*#__PURE__*/ new WeakMap()

const yes: Check = () => true
// an unknown value may still be too deep for code that walks it
const shallow: Check = (u) => isShallow(u)
const no: Check = () => false
const isString: Check = (u) => typeof u === "string"
const isNumber: Check = (u) => typeof u === "number"
const isBoolean: Check = (u) => typeof u === "boolean"
const isNull: Check = (u) => u === null
const isUndefined: Check = (u) => u === undefined

const compile = (ast: AST.AST, cache: Cache, exact: boolean): Check => {
  const known = cache.get(ast)
  if (known !== undefined) return known
  const check = build(ast, cache, exact)
  cache.set(ast, check)
  return check
}

const build = (ast: AST.AST, cache: Cache, exact: boolean): Check => {
  switch (ast._tag) {
    case "StringKeyword":
      return isString
    case "NumberKeyword":
      return isNumber
    case "BooleanKeyword":
      return isBoolean
    case "UnknownKeyword":
    case "AnyKeyword":
      return exact ? yes : shallow
    case "UndefinedKeyword":
    case "VoidKeyword":
      return isUndefined
    case "NeverKeyword":
      return no
    case "Literal": {
      const literal = ast.literal
      return literal === null ? isNull : (u) => u === literal
    }
    case "ObjectKeyword":
      return (u) => (typeof u === "object" && u !== null) || typeof u === "function"
    case "Suspend": {
      let check: Check | undefined
      return (u) => (check ??= compile(ast.f(), cache, exact))(u)
    }
    case "Refinement": {
      const from = compile(ast.from, cache, exact)
      return (u) => from(u) && Option.isNone(ast.filter(u, AST.defaultParseOption, ast))
    }
    case "Union":
      return union(ast, cache, exact)
    case "TupleType":
      return tuple(ast, cache, exact)
    case "TypeLiteral":
      return typeLiteral(ast, cache, exact)
    default:
      return byDecoder(ast, exact)
  }
}

const byDecoder = (ast: AST.AST, exact: boolean): Check =>
  ParseResult.is(Schema.make(ast), { onExcessProperty: exact ? "error" : "ignore" })

const members = (ast: AST.AST): ReadonlyArray<AST.AST> => (ast._tag === "Union" ? ast.types.flatMap(members) : [ast])

const union = (ast: AST.Union, cache: Cache, exact: boolean): Check => {
  const types = members(ast)
  const literals = new Set<unknown>()
  const rest: Array<Check> = []
  for (const type of types) {
    if (type._tag === "Literal") literals.add(type.literal)
    else if (type._tag === "UndefinedKeyword") literals.add(undefined)
    else rest.push(compile(type, cache, exact))
  }
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

const tuple = (ast: AST.TupleType, cache: Cache, exact: boolean): Check => {
  const [item, ...more] = ast.rest
  if (ast.elements.length > 0 || more.length > 0) return byDecoder(ast, exact)
  if (item === undefined) return (u) => Array.isArray(u) && u.length === 0
  const check = compile(item.type, cache, exact)
  return (u) => {
    if (!Array.isArray(u)) return false
    for (let i = 0; i < u.length; i++) {
      if (!check(u[i])) return false
    }
    return true
  }
}

const typeLiteral = (ast: AST.TypeLiteral, cache: Cache, exact: boolean): Check => {
  const signatures = ast.propertySignatures
  const indexed = ast.indexSignatures.map(
    (signature): Indexed => ({
      key: compile(signature.parameter, cache, exact),
      value: compile(signature.type, cache, exact)
    })
  )
  // as Effect has it, `Schema.Struct({})` is anything but null and undefined, closed or not
  if (signatures.length === 0 && indexed.length === 0) {
    return (u) => u !== null && u !== undefined && (exact || isShallow(u))
  }
  const fields = new Map<string, Field>()
  const required: Array<Field> = []
  for (const { isOptional, name, type } of signatures) {
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

const kindsOf = (ast: AST.AST): number => {
  switch (ast._tag) {
    case "StringKeyword":
      return 1
    case "NumberKeyword":
      return 2
    case "BooleanKeyword":
      return 4
    case "Literal":
      return ast.literal === null ? 8 : 0
    case "UnknownKeyword":
    case "AnyKeyword":
      return 15
    case "Union":
      return ast.types.reduce((kinds, type) => kinds | kindsOf(type), 0)
    default:
      return 0
  }
}
