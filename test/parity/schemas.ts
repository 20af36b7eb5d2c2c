/** Values to try, and what our Schemas say of them. */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Field from "effect-pipedrive/Field"

/** Which values are tried first. */
export type Style = "plain" | "text" | "empty" | "many"

export const customFieldKey = "d1f443a570bc497f809f07309cd3a6903ffe8900"

export const strange = "Zoë/Søn & Co? a+b=c% #1 日本 😀 \"'()*!~;:@$,[]|\\"

export const strings: Record<Style, ReadonlyArray<string>> = {
  plain: [],
  text: [strange],
  empty: [""],
  many: ["  two words  "]
}

/** Enough kinds of text for every format that a field may ask for. */
export const usual = [
  "Acme",
  "2026-05-15T09:55:02Z",
  "2026-05-15 09:55:02",
  "2026-05-15",
  "09:30",
  "09:30:00",
  "adf21080-0e10-11eb-879b-05d71fb426ec",
  customFieldKey,
  "https://example.com/hook?a=b&c=d",
  "ACME@example.com",
  "EUR",
  "1"
]

/** A custom field's value by style: v2's forms, of which v1 takes the plain ones. */
export const customs: Record<Style, ReadonlyArray<unknown>> = {
  plain: [{ value: 1.5, currency: "EUR" }, 1.5],
  text: [strange, strange],
  empty: [null, ""],
  many: [[31, 32], "31,32"]
}

export const numbers: Record<Style, ReadonlyArray<number>> = {
  plain: [7, 1],
  text: [1.5, 7, 1],
  empty: [0, 1],
  many: [-1, 999_999_999_999, 50, 1]
}

/** No value could be found that both sides take. */
export const none: unique symbol = Symbol("none")

const checks = new WeakMap<AST.AST, (value: unknown) => boolean>()

/** By Effect's own decoder, not by the runtime's. */
export const accepts = (ast: AST.AST, value: unknown): boolean => {
  const known = checks.get(ast)
  if (known !== undefined) return known(value)
  const check = ParseResult.is(Schema.make(ast), { onExcessProperty: "error" })
  checks.set(ast, check)
  return check(value)
}

/** A value of our Schema alone, where the official types say no more than that there is one. */
export const sampleOf = (
  options: { readonly style: Style; readonly all: boolean },
  ast: AST.AST,
  depth = 0
): unknown => {
  const { all, style } = options
  const sample = (inner: AST.AST) => sampleOf(options, inner, depth + 1)
  switch (ast._tag) {
    case "Suspend":
      return depth > 9 ? none : sample(ast.f())
    case "Refinement":
      return [sample(ast.from), ...usual, 7, 1].find((candidate) => accepts(ast, candidate)) ?? none
    case "Union": {
      const members = style === "plain" ? ast.types : [...ast.types].reverse()
      return found(members, (member) => {
        const one = AST.isUndefinedKeyword(member) || isNull(member) ? none : sample(member)
        return one === none ? undefined : { one }
      })?.one
    }
    case "Literal":
      return ast.literal
    case "StringKeyword":
      return strings[style][0] ?? usual[0]
    case "NumberKeyword":
      return numbers[style][0]
    case "BooleanKeyword":
      return style !== "empty"
    case "UnknownKeyword":
      return { [customFieldKey]: strange }
    case "TupleType": {
      const item = ast.rest[0] === undefined ? none : sample(ast.rest[0].type)
      return item === none ? [] : [item]
    }
    case "TypeLiteral":
      return Object.fromEntries(
        ast.propertySignatures
          .filter(({ isOptional }) => all || !isOptional)
          .map(({ name, type }) => [name, sample(type)])
          .filter(([, value]) => value !== none)
      )
    default:
      return none
  }
}

const isNull = (ast: AST.AST): boolean => AST.isLiteral(ast) && ast.literal === null

/** One value or many. */
export const isList = (ast: AST.AST): boolean =>
  Field.ListId in ast.annotations ||
  (AST.isUnion(ast) && ast.types.some(isList)) ||
  (AST.isSuspend(ast) && isList(ast.f()))

export const isOpen = (ast: AST.AST): boolean => {
  if (AST.isSuspend(ast)) return isOpen(ast.f())
  if (AST.isUnion(ast)) return ast.types.some(isOpen)
  return AST.isUnknownKeyword(ast) || (AST.isTypeLiteral(ast) && ast.indexSignatures.length > 0)
}

export const fieldsOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> | undefined => {
  if (AST.isSuspend(ast)) return fieldsOf(ast.f())
  if (AST.isRefinement(ast)) return fieldsOf(ast.from)
  if (AST.isTypeLiteral(ast)) return new Map(ast.propertySignatures.map((field) => [String(field.name), field.type]))
  return AST.isUnion(ast) ? found(ast.types, fieldsOf) : undefined
}

export const itemOf = (ast: AST.AST): AST.AST | undefined => {
  if (AST.isSuspend(ast)) return itemOf(ast.f())
  if (AST.isRefinement(ast)) return itemOf(ast.from)
  if (AST.isTupleType(ast)) return ast.rest[0]?.type
  return AST.isUnion(ast) ? found(ast.types, itemOf) : undefined
}

const found = <A, B>(items: ReadonlyArray<A>, f: (a: A) => B | undefined): B | undefined => {
  for (const item of items) {
    const one = f(item)
    if (one !== undefined) return one
  }
  return undefined
}
