/** Values to try, and what our Schemas say of them. */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import * as Field from "effect-pipedrive/Field"
import * as Nodes from "../../src/internal/schema/nodes.js"

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
  const decode = Schema.decodeUnknownEither(Schema.typeSchema(Schema.make<unknown>(ast)), { onExcessProperty: "error" })
  const check = (value: unknown) => Either.isRight(decode(value))
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
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "suspend":
      return depth > 9 ? none : sample(node.get())
    case "refinement":
      return [sample(node.from), ...usual, 7, 1].find((candidate) => accepts(ast, candidate)) ?? none
    case "union": {
      const members = style === "plain" ? node.types : [...node.types].reverse()
      return found(members, (member) => {
        const one = isNothing(Nodes.of(member)) ? none : sample(member)
        return one === none ? undefined : { one }
      })?.one
    }
    case "literal":
      return node.value
    case "string":
      return strings[style][0] ?? usual[0]
    case "number":
      return numbers[style][0]
    case "boolean":
      return style !== "empty"
    case "unknown":
      return { [customFieldKey]: strange }
    case "array": {
      const item = node.item === undefined ? none : sample(node.item)
      return item === none ? [] : [item]
    }
    case "struct":
      return Object.fromEntries(
        node.properties
          .filter(({ isOptional }) => all || !isOptional)
          .map(({ name, type }) => [name, sample(type)])
          .filter(([, value]) => value !== none)
      )
    default:
      return none
  }
}

const isNothing = (node: Nodes.Node): boolean =>
  node.kind === "undefined" || (node.kind === "literal" && node.value === null)

/** One value or many. */
export const isList = (ast: AST.AST): boolean => {
  if (Nodes.annotation(ast, Field.ListId) !== undefined) return true
  const node = Nodes.of(ast)
  return node.kind === "suspend" ? isList(node.get()) : node.kind === "union" && node.types.some(isList)
}

export const isOpen = (ast: AST.AST): boolean => {
  const node = Nodes.resolved(ast)
  if (node.kind === "union") return node.types.some(isOpen)
  return node.kind === "unknown" || (node.kind === "struct" && node.indexes.length > 0)
}

export const fieldsOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> | undefined => {
  const node = Nodes.resolved(ast)
  if (node.kind === "refinement") return fieldsOf(node.from)
  if (node.kind === "struct") return new Map(node.properties.map((field) => [String(field.name), field.type]))
  return node.kind === "union" ? found(node.types, fieldsOf) : undefined
}

export const itemOf = (ast: AST.AST): AST.AST | undefined => {
  const node = Nodes.resolved(ast)
  if (node.kind === "refinement") return itemOf(node.from)
  if (node.kind === "array") return node.item
  return node.kind === "union" ? found(node.types, itemOf) : undefined
}

const found = <A, B>(items: ReadonlyArray<A>, f: (a: A) => B | undefined): B | undefined => {
  for (const item of items) {
    const one = f(item)
    if (one !== undefined) return one
  }
  return undefined
}
