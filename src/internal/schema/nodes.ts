/**
 * What stands in a Schema, node by node. How Effect represents a Schema differs between its major versions: only this module
 * knows it.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** A Schema, as `ast` of `Schema.Schema` has it. Declarations of the sandbox name it. */
export type Ast = AST.AST

/** The key of an annotation of our own. @internal */
export type AnnotationId = symbol

/** @internal */
export type Node =
  | { readonly kind: "string" | "number" | "boolean" | "undefined" | "unknown" }
  | { readonly kind: "literal"; readonly value: AST.LiteralValue }
  | Suspended
  | Union
  | Items
  | Struct
  | Refined
  | Custom

interface Suspended {
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

interface Decided {
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

/** @internal */
export const of = (ast: Ast): Node => {
  switch (ast._tag) {
    case "StringKeyword":
      return { kind: "string" }
    case "NumberKeyword":
      return { kind: "number" }
    case "BooleanKeyword":
      return { kind: "boolean" }
    case "UndefinedKeyword":
    case "VoidKeyword":
      return { kind: "undefined" }
    case "UnknownKeyword":
    case "AnyKeyword":
      return { kind: "unknown" }
    case "Literal":
      return { kind: "literal", value: ast.literal }
    case "Suspend":
      return { kind: "suspend", get: ast.f }
    case "Union":
      return { kind: "union", types: ast.types }
    case "TupleType":
      if (ast.elements.length > 0 || ast.rest.length > 1) return custom(ast)
      return { kind: "array", item: ast.rest[0]?.type }
    case "TypeLiteral":
      return { kind: "struct", properties: ast.propertySignatures, indexes: ast.indexSignatures }
    case "Transformation":
      return of(ast.to)
    case "Refinement":
      return {
        kind: "refinement",
        from: ast.from,
        ...decidedBy((value) => Option.getOrUndefined(ast.filter(value, AST.defaultParseOption, ast)))
      }
    default:
      return custom(ast)
  }
}

/** What stands there in the end, where one part describes another that is made later. @internal */
export const resolved = (ast: Ast): Exclude<Node, Suspended> => {
  const node = of(ast)
  return node.kind === "suspend" ? resolved(node.get()) : node
}

/** The annotation of a node itself. @internal */
export const annotation = (ast: Ast, id: AnnotationId): unknown => ast.annotations[id]

/** What a type is called. @internal */
export const nameOf = (ast: Ast): string => (ast._tag === "TupleType" ? "an array" : String(ast))

// -----------------------------------------------------------------------------
// what a function of the Schema found
// -----------------------------------------------------------------------------

const decidedBy = (issueOf: (value: unknown, exact?: boolean) => ParseResult.ParseIssue | undefined): Decided => ({
  isValid: (value, exact) => issueOf(value, exact) === undefined,
  faults: (value) => {
    const issue = issueOf(value, true)
    return issue === undefined ? [] : faultsOf(issue, [])
  }
})

const custom = (ast: Ast): Custom => {
  const validate = ParseResult.validateEither(Schema.make(ast), { errors: "all" })
  return {
    kind: "custom",
    ...decidedBy((value, exact) => {
      const result = validate(value, { onExcessProperty: exact ? "error" : "ignore" })
      return result._tag === "Left" ? result.left : undefined
    })
  }
}

const faultsOf = (issue: ParseResult.ParseIssue, path: Fault["path"]): ReadonlyArray<Fault> => {
  if (issue._tag === "Composite") return [issue.issues].flat().flatMap((one) => faultsOf(one, path))
  if ("issue" in issue) return faultsOf(issue.issue, issue._tag === "Pointer" ? path.concat(issue.path) : path)
  return [{ path, message: sentence(issue) }]
}

/** A message of the Schema's own; or what a check wants, in the words of its description or title; or the name of a type. */
const sentence = (
  issue: Exclude<ParseResult.ParseIssue, { readonly issue: unknown } | ParseResult.Composite>
): string => {
  if (issue._tag !== "Type") return issue.message ?? "is not acceptable"
  const { annotations } = issue.ast
  const own = annotations[AST.MessageAnnotationId]
  const said: unknown = typeof own === "function" ? own(issue) : issue.message
  const words =
    said === undefined && issue.ast._tag === "Refinement"
      ? (annotations[AST.DescriptionAnnotationId] ?? annotations[AST.TitleAnnotationId])
      : Predicate.hasProperty(said, "message")
        ? said.message
        : said
  return typeof words === "string" ? words : issue.ast._tag === "TemplateLiteral" ? "string" : nameOf(issue.ast)
}
