/**
 * How Effect represents a Schema, which differs between its major versions: only this module knows it.
 */
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import type { Ast, Custom, Decided, Fault, Node, Refined } from "./nodes.js"

/** The key of an annotation of our own. @internal */
export type AnnotationId = string

/** @internal */
export const of = (ast: Ast): Node => {
  const known = memo.get(ast)
  if (known !== undefined) return known
  const node = nodeOf(ast)
  memo.set(ast, node)
  return node
}

// a memo of a pure function of its key, not state
const memo: WeakMap<Ast, Node> = /*#__PURE__*/ new WeakMap()

const nodeOf = (ast: Ast): Node => {
  if (ast.checks !== undefined) return refined(ast, ast.checks)
  switch (ast._tag) {
    case "String":
      return { kind: "string" }
    case "Number":
      return { kind: "number" }
    case "Boolean":
      return { kind: "boolean" }
    case "Undefined":
    case "Void":
      return { kind: "undefined" }
    case "Unknown":
    case "Any":
      return { kind: "unknown" }
    case "Null":
      return { kind: "literal", value: null }
    case "Literal":
      return { kind: "literal", value: ast.literal }
    case "Suspend":
      return { kind: "suspend", get: ast.thunk }
    case "Union":
      return { kind: "union", types: ast.types }
    case "Arrays":
      if (ast.elements.length > 0 || ast.rest.length > 1) return custom(ast)
      return { kind: "array", item: ast.rest[0] }
    case "Objects":
      return {
        kind: "struct",
        properties: ast.propertySignatures.map(({ name, type }) => ({
          name,
          type,
          isOptional: type.context?.isOptional === true
        })),
        indexes: ast.indexSignatures
      }
    default:
      return custom(ast)
  }
}

/** The annotation of a node itself. @internal */
export const annotation = (ast: Ast, id: AnnotationId): unknown => AST.resolve(ast)?.[id]

/** What a type is called. @internal */
export const nameOf = (ast: Ast): string => {
  const { expected, identifier, title } = AST.resolve(ast) ?? {}
  const own = identifier ?? title ?? expected
  if (typeof own === "string") return own === "an integer" ? "Int" : own
  switch (ast._tag) {
    case "Arrays":
      return "an array"
    case "Literal":
      return typeof ast.literal === "string" ? JSON.stringify(ast.literal) : String(ast.literal)
    case "Declaration":
      return "<declaration schema>"
    default:
      return ast._tag.toLowerCase()
  }
}

// -----------------------------------------------------------------------------
// what a function of the Schema found
// -----------------------------------------------------------------------------

const decidedBy = (issueOf: (value: unknown, exact?: boolean) => SchemaIssue.Issue | undefined): Decided => ({
  isValid: (value, exact) => issueOf(value, exact) === undefined,
  faults: (value) => {
    const issue = issueOf(value, true)
    return issue === undefined ? [] : faultsOf(issue, [])
  }
})

/** The same type with other checks: what Effect itself makes, but does not export. */
const withChecks = (ast: Ast, checks: ReadonlyArray<AST.Check<unknown>>): Ast =>
  Object.assign(Object.create(Object.getPrototypeOf(ast)), ast, { checks: checks.length === 0 ? undefined : checks })

/** The last check, upon all that comes before it. */
const refined = (ast: Ast, checks: AST.Checks): Refined => {
  const before = checks.slice(0, -1)
  const check = checks[checks.length - 1] as AST.Check<unknown>
  const from = withChecks(ast, before)
  return { kind: "refinement", from, ...decidedBy((value) => failing(check, value, ast)) }
}

const failing = (check: AST.Check<unknown>, value: unknown, ast: Ast): SchemaIssue.Issue | undefined => {
  if (check._tag === "Filter") {
    const issue = check.run(value, ast, {})
    return issue && new SchemaIssue.Filter(check, issue)
  }
  for (const part of check.checks) {
    const issue = failing(part, value, ast)
    if (issue !== undefined) return issue
  }
  return undefined
}

const custom = (ast: Ast): Custom => {
  const validate = SchemaParser.decodeUnknownResult(Schema.toType(Schema.make<Schema.Codec<unknown>>(ast)), {
    errors: "all"
  })
  return {
    kind: "custom",
    ...decidedBy((value, exact) => {
      const result = validate(value, { onExcessProperty: exact ? "error" : "ignore" })
      return result._tag === "Failure" ? result.failure : undefined
    })
  }
}

const faultsOf = (
  issue: SchemaIssue.Issue,
  path: Fault["path"],
  check: Schema.Annotations.Filter = {}
): ReadonlyArray<Fault> => {
  switch (issue._tag) {
    case "Pointer":
      return faultsOf(issue.issue, path.concat(issue.path), check)
    case "Encoding":
      return faultsOf(issue.issue, path, check)
    case "Filter":
      return faultsOf(issue.issue, path, issue.filter.annotations)
    case "Composite":
      return issue.issues.flatMap((one) => faultsOf(one, path, check))
    case "InvalidType":
    case "AnyOf":
    case "OneOf":
      return [
        { path, message: AST.resolveAt<string>("message")(issue.ast) ?? words(nameOf(withChecks(issue.ast, []))) }
      ]
    case "MissingKey":
      return [{ path, message: "is missing" }]
    case "UnexpectedKey":
      return [{ path, message: "is unexpected" }]
    default: {
      const { expected, message } = issue.annotations ?? {}
      return [{ path, message: check.message ?? message ?? words(check.expected ?? expected ?? "is not acceptable") }]
    }
  }
}

/** What Effect's own checks expect, in words that tell texts, numbers and lists apart. */
const words = (expected: string): string =>
  Object.hasOwn(ownWords, expected)
    ? (ownWords[expected] ?? expected)
    : expected
        .replace(/^a value (?=between |greater |less )/, "a number ")
        .replace(/^a value with a length of at most (\d+)$/, "an array of at most $1 item(s)")

const ownWords: Readonly<Record<string, string>> = {
  "a valid Date": "a Date",
  "a string matching template literal parts": "string",
  "a value greater than or equal to 0": "a non-negative number",
  "a value with a length of at least 1": "a non empty string"
}
