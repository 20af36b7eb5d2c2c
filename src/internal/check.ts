/**
 * A closure compiler over `SchemaAST` that answers "valid?" and nothing else, which is most of what a valid body costs. Only
 * when it says no does the real decoder run, for its words. No `eval`: edge runtimes forbid it.
 *
 * @internal
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** @internal */
export type Check = (u: unknown) => boolean

/** Objects may hold keys that the schema does not name. @internal */
export const open = (ast: AST.AST): Check => compile(ast, openCache, false)

/** Objects hold named keys only. @internal */
export const closed = (ast: AST.AST): Check => compile(ast, closedCache, true)

type Cache = WeakMap<AST.AST, Check>

// a memo of pure functions of their key, not state
const openCache: Cache = /*#__PURE__*/ new WeakMap()
const closedCache: Cache = /*#__PURE__*/ new WeakMap()

const yes: Check = () => true
const no: Check = () => false
const isString: Check = (u) => typeof u === "string"
const isNumber: Check = (u) => typeof u === "number"
const isBoolean: Check = (u) => typeof u === "boolean"
const isNull: Check = (u) => u === null
const isUndefined: Check = (u) => u === undefined

const hasOwn = Object.prototype.hasOwnProperty

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
      return yes
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
  const names: Array<PropertyKey> = []
  const checks: Array<Check> = []
  const optional: Array<boolean> = []
  for (const signature of ast.propertySignatures) {
    names.push(signature.name)
    checks.push(compile(signature.type, cache, exact))
    optional.push(signature.isOptional)
  }
  const named = new Set<PropertyKey>(names)
  const indexed = ast.indexSignatures.map((signature) => ({
    key: compile(signature.parameter, cache, exact),
    value: compile(signature.type, cache, exact)
  }))
  // nothing to look at in the keys that are not named
  const free = !exact && indexed.every(({ value }) => value === yes)
  const length = names.length
  // as Effect has it, `Schema.Struct({})` is anything but null and undefined, closed or not
  if (length === 0 && indexed.length === 0) return (u) => u !== null && u !== undefined
  return (u) => {
    if (typeof u !== "object" || u === null || Array.isArray(u)) return false
    const record = u as Record<PropertyKey, unknown>
    for (let i = 0; i < length; i++) {
      const value = record[names[i] as PropertyKey]
      if (value === undefined) {
        // an absent key passes when it may be absent; a present one has to admit undefined
        if (optional[i] === true && !hasOwn.call(record, names[i] as PropertyKey)) continue
        if (optional[i] !== true && !hasOwn.call(record, names[i] as PropertyKey)) return false
      }
      if (!(checks[i] as Check)(value)) return false
    }
    if (free) return true
    for (const key of Object.keys(record)) {
      if (named.has(key)) continue
      const signature = indexed.find((candidate) => candidate.key(key))
      if (signature === undefined) {
        if (exact) return false
      } else if (!signature.value(record[key])) return false
    }
    return true
  }
}
