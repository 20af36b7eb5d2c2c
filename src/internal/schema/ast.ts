/**
 * Queries on a Schema.
 */
import * as Nodes from "./nodes.js"

/** The annotation of a field's type, or of a union's member: the type may be a union with `undefined` and `null`. @internal */
export const annotated = (ast: Nodes.Ast, id: Nodes.AnnotationId): unknown => {
  const own = Nodes.annotation(ast, id)
  if (own !== undefined) return own
  const node = Nodes.of(ast)
  return node.kind === "union" ? first(node.types, (member) => annotated(member, id)) : undefined
}

/** The type of an array's items. @internal */
export const itemOf = (ast: Nodes.Ast): Nodes.Ast | undefined => {
  const node = Nodes.resolved(ast)
  switch (node.kind) {
    case "refinement":
      return itemOf(node.from)
    case "array":
      return node.item
    case "union":
      return first(node.types, itemOf)
    default:
      return undefined
  }
}

/** The types of an object's fields, of all variants of a union. @internal */
export const fieldsOf = (ast: Nodes.Ast): ReadonlyMap<string, Nodes.Ast> | undefined => {
  const node = Nodes.resolved(ast)
  switch (node.kind) {
    case "refinement":
      return fieldsOf(node.from)
    case "struct":
      return new Map(node.properties.map((field) => [String(field.name), field.type]))
    case "union": {
      const variants = node.types.flatMap((member) => fieldsOf(member) ?? [])
      return variants.length < 2 ? variants[0] : new Map([...variants].reverse().flatMap((fields) => [...fields]))
    }
    default:
      return undefined
  }
}

/** Whether no field fits, named or by a pattern. As Effect has it, `Schema.Struct({})` is anything but null and undefined. @internal */
export const hasNoFields = (ast: Nodes.Ast): boolean => {
  const node = Nodes.resolved(ast)
  return node.kind === "undefined" || (node.kind === "struct" && node.properties.length + node.indexes.length === 0)
}

/** The members of a union, at any depth; a type that is none is its own only member. @internal */
export const membersOf = (ast: Nodes.Ast): ReadonlyArray<Nodes.Ast> => {
  const node = Nodes.of(ast)
  if (node.kind === "suspend") return membersOf(node.get())
  return node.kind === "union" ? node.types.flatMap(membersOf) : [ast]
}

/** Whether a flag is written as 0 or 1, though `true` and `false` are taken for it. @internal */
export const isBit = (ast: Nodes.Ast): boolean => {
  const node = Nodes.of(ast)
  return node.kind === "union" ? node.types.some(isBit) : node.kind === "literal" && typeof node.value === "number"
}

/** What stands at a path in an object of the type. @internal */
export const at = (ast: Nodes.Ast | undefined, path: ReadonlyArray<string | number>): Nodes.Ast | undefined =>
  path.reduce<Nodes.Ast | undefined>(
    (inner, key) => inner && (typeof key === "number" ? itemOf(inner) : fieldsOf(inner)?.get(key)),
    ast
  )

/** Whether what stands at a path must be given. @internal */
export const isRequired = (ast: Nodes.Ast, path: ReadonlyArray<string | number>): boolean => {
  const parent = at(ast, path.slice(0, -1))
  return parent !== undefined && requires(parent, path[path.length - 1])
}

const requires = (ast: Nodes.Ast, name: unknown): boolean => {
  const node = Nodes.resolved(ast)
  switch (node.kind) {
    case "refinement":
      return requires(node.from, name)
    case "struct":
      return node.properties.some((field) => field.name === name && !field.isOptional)
    case "union":
      return node.types.some((member) => requires(member, name))
    default:
      return false
  }
}

const first = <A, B>(items: ReadonlyArray<A>, f: (a: A) => B | undefined): B | undefined => {
  for (const item of items) {
    const found = f(item)
    if (found !== undefined) return found
  }
  return undefined
}
