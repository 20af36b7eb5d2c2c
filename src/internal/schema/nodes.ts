/**
 * What stands in a Schema, node by node.
 */
import type * as AST from "effect/SchemaAST"
import { of } from "./representation.js"

/** @internal */
export { type AnnotationId, annotation, nameOf, of } from "./representation.js"

/** A Schema, as `ast` of `Schema.Schema` has it. Declarations of the sandbox name it. */
export type Ast = AST.AST

/** @internal */
export type Node =
  | { readonly kind: "string" | "number" | "boolean" | "undefined" | "unknown" }
  | { readonly kind: "literal"; readonly value: AST.LiteralValue | null }
  | Suspended
  | Union
  | Items
  | Struct
  | Refined
  | Custom

/** @internal */
export interface Suspended {
  readonly kind: "suspend"
  readonly get: () => Ast
}

/** @internal */
export interface Union {
  readonly kind: "union"
  readonly types: ReadonlyArray<Ast>
}

/** A list of the same; without an item the empty one. @internal */
export interface Items {
  readonly kind: "array"
  readonly item: Ast | undefined
}

/** @internal */
export interface Struct {
  readonly kind: "struct"
  readonly properties: ReadonlyArray<Property>
  readonly indexes: ReadonlyArray<{ readonly parameter: Ast; readonly type: Ast }>
}

/** @internal */
export interface Property {
  readonly name: PropertyKey
  readonly type: Ast
  readonly isOptional: boolean
}

/** A part that is wrong: what is expected there, or a message of the Schema's own. @internal */
export interface Fault {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

/** @internal */
export interface Decided {
  readonly isValid: (value: unknown, exact?: boolean) => boolean
  readonly faults: (value: unknown) => ReadonlyArray<Fault>
}

/** A check of what is valid by `from`. @internal */
export interface Refined extends Decided {
  readonly kind: "refinement"
  readonly from: Ast
}

/** A type of which the decoder decides, such as a declared one or a tuple. @internal */
export interface Custom extends Decided {
  readonly kind: "custom"
}

/** What stands there in the end, where one part describes another that is made later. @internal */
export const resolved = (ast: Ast): Exclude<Node, Suspended> => {
  const node = of(ast)
  return node.kind === "suspend" ? resolved(node.get()) : node
}
