/**
 * Queries on the AST of a Schema.
 */
import * as AST from "effect/SchemaAST"

/** The annotation of a field's type, or of a union's member: the type may be a union with `undefined` and `null`. @internal */
export const annotated = (ast: AST.AST, id: symbol): unknown => {
  if (id in ast.annotations) return ast.annotations[id]
  return AST.isUnion(ast) ? first(ast.types, (member) => annotated(member, id)) : undefined
}

/** The type of an array's items. @internal */
export const itemOf = (ast: AST.AST): AST.AST | undefined => {
  if (AST.isSuspend(ast)) return itemOf(ast.f())
  if (AST.isRefinement(ast)) return itemOf(ast.from)
  if (AST.isTupleType(ast)) return ast.rest[0]?.type
  return AST.isUnion(ast) ? first(ast.types, itemOf) : undefined
}

/** The types of an object's fields, of all variants of a union. @internal */
export const fieldsOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> | undefined => {
  if (AST.isSuspend(ast)) return fieldsOf(ast.f())
  if (AST.isRefinement(ast)) return fieldsOf(ast.from)
  if (AST.isTypeLiteral(ast)) return new Map(ast.propertySignatures.map((field) => [String(field.name), field.type]))
  if (!AST.isUnion(ast)) return undefined
  const variants = ast.types.flatMap((member) => fieldsOf(member) ?? [])
  return variants.length < 2 ? variants[0] : new Map([...variants].reverse().flatMap((fields) => [...fields]))
}

/** Whether a flag is written as 0 or 1, though `true` and `false` are taken for it. @internal */
export const isBit = (ast: AST.AST): boolean =>
  AST.isUnion(ast) ? ast.types.some(isBit) : AST.isLiteral(ast) && typeof ast.literal === "number"

/** What stands at a path in an object of the type. @internal */
export const at = (ast: AST.AST | undefined, path: ReadonlyArray<string | number>): AST.AST | undefined =>
  path.reduce<AST.AST | undefined>(
    (inner, key) => inner && (typeof key === "number" ? itemOf(inner) : fieldsOf(inner)?.get(key)),
    ast
  )

const first = <A, B>(items: ReadonlyArray<A>, f: (a: A) => B | undefined): B | undefined => {
  for (const item of items) {
    const found = f(item)
    if (found !== undefined) return found
  }
  return undefined
}
