/**
 * How Effect represents a Schema, which differs between its major versions: only this module knows it. The Effect 4
 * edition has another module of this name.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Ast, Custom, Decided, Fault, Node } from "./nodes.js"

/** The key of an annotation of our own. @internal */
export type AnnotationId = symbol

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
  if (issue._tag !== "Type") return issue.message ?? (issue._tag === "Missing" ? "is missing" : "is not acceptable")
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
