/** The shapes of Schema's constructors, checks and annotations. */
import { ts } from "ts-morph"
import type { Call, File, Known, Rule } from "./file.js"

export const isSchema = (module: Known): boolean => module.from === "effect/Schema"

/** The file's own name for the module. */
const schemaName = ({ known, note }: File, module: Known): string => {
  const local = [...known].find(([, value]) => value === module)?.[0] ?? "Schema"
  note("effect/Schema", local, false)
  return local
}

const isNull = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.NullKeyword

/** `{ key, value }`, as a record of its own. */
const record = ({ print, source }: File, shape: ts.Node, schema: string): string | undefined => {
  if (!ts.isObjectLiteralExpression(shape)) return undefined
  const field = (key: string) => shape.properties.find((p) => p.name?.getText(source) === key)
  const value = (p: ts.ObjectLiteralElementLike | undefined) =>
    p !== undefined && ts.isPropertyAssignment(p) ? print(p.initializer) : (p?.name?.getText(source) ?? "")
  return `${schema}.Record(${value(field("key"))}, ${value(field("value"))})`
}

/** The shape of Schema's constructors and checks. */
const schemaCall: Rule = (node, file) => {
  const { between, callOf, list, note, print } = file
  const found = callOf(node)
  if (found === undefined || !isSchema(found.module)) return undefined
  const { call, member } = found
  const schema = schemaName(file, found.module)
  const args = call.arguments
  switch (member) {
    case "TemplateLiteral":
    case "TemplateLiteralParser":
    case "Tuple":
    case "Union":
      if (args[0] !== undefined && ts.isArrayLiteralExpression(args[0])) {
        return `${schema}.TupleWithRest(${schema}.Tuple(${print(args[0])}), [${list(args.slice(1))}])`
      }
      return args.some(ts.isSpreadElement) && args.length === 1
        ? `${schema}.${member}(${print((args[0] as ts.SpreadElement).expression)})`
        : `${schema}.${member}([${between(args)}])`
    case "Literal":
      if (args.length > 1 && args.some(isNull)) {
        const rest = args.filter((one) => !isNull(one))
        const literals = rest.length === 1 ? `Literal(${list(rest)})` : `Literals([${list(rest)}])`
        return `${schema}.NullOr(${schema}.${literals})`
      }
      if (args.length === 1 && args[0]?.kind === ts.SyntaxKind.NullKeyword) return `${schema}.Null`
      if (args.length === 1 && !ts.isSpreadElement(args[0] as ts.Node)) return undefined
      return args.length === 1
        ? `${schema}.Literals(${print((args[0] as ts.SpreadElement).expression)})`
        : `${schema}.Literals([${between(args)}])`
    case "Struct": {
      const [fields, ...records] = args
      if (fields === undefined || records.length === 0) return undefined
      return `${schema}.StructWithRest(${schema}.Struct(${print(fields)}), [${records.map((one) => record(file, one, schema) ?? print(one)).join(", ")}])`
    }
    case "Record":
      return args[0] === undefined ? undefined : record(file, args[0], schema)
    case "make":
      return call.typeArguments?.length === 1
        ? `${schema}.make<${schema}.Codec<${list(call.typeArguments)}>>(${between(args)})`
        : undefined
    case "transform": {
      const [from, into, options] = args
      if (from === undefined || into === undefined || options === undefined || !ts.isObjectLiteralExpression(options))
        return undefined
      note("effect/SchemaTransformation", "SchemaTransformation", false)
      const steps = print(options).replace(/\s*strict: (true|false),?/, "")
      const source = ts.isAsExpression(from) ? `(${print(from)})` : print(from)
      return `${source}.pipe(${schema}.decodeTo(${print(into)}, SchemaTransformation.transform(${steps})))`
    }
    default:
      return undefined
  }
}

/** What is said of a check: `message: () => text` is `message: text`. */
const annotation = (node: ts.Node, { print, source }: File): string => {
  if (!ts.isObjectLiteralExpression(node)) return print(node)
  const said = node.properties.map((property) => {
    if (property.name?.getText(source) !== "message" || !ts.isPropertyAssignment(property)) return print(property)
    const body = property.initializer
    return ts.isArrowFunction(body) && body.parameters.length === 0 && !ts.isBlock(body.body)
      ? `message: ${print(body.body)}`
      : print(property)
  })
  return `{ ${said.join(", ")} }`
}

/** A check that stood in a pipe. */
const check = (file: File, { call, member, module }: Call): string | undefined => {
  const { print } = file
  const schema = schemaName(file, module)
  const args = call.arguments
  const list = (nodes: ReadonlyArray<ts.Node>): string => nodes.map((node) => annotation(node, file)).join(", ")
  switch (member) {
    case "between":
      return `${schema}.isBetween({ minimum: ${print(args[0] as ts.Node)}, maximum: ${print(args[1] as ts.Node)} }${
        args.length > 2 ? `, ${list(args.slice(2))}` : ""
      })`
    case "maxItems":
      return `${schema}.isMaxLength(${list(args)})`
    case "minItems":
      return `${schema}.isMinLength(${list(args)})`
    case "greaterThan":
    case "greaterThanOrEqualTo":
    case "lessThan":
    case "lessThanOrEqualTo":
    case "maxLength":
    case "minLength":
    case "pattern":
    case "int":
    case "finite":
    case "multipleOf":
      return `${schema}.is${member[0]?.toUpperCase()}${member.slice(1)}(${list(args)})`
    case "filter":
      return `${schema}.makeFilter(${list(args)})`
    default:
      return undefined
  }
}

/** `schema.pipe(Schema.between(0, 100))` is `schema.check(Schema.isBetween({ minimum: 0, maximum: 100 }))`. */
const piped: Rule = (node, file) => {
  const { callOf, print } = file
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  if (node.expression.name.text !== "pipe") return undefined
  const parts = node.arguments.map((argument) => {
    const step = callOf(argument)
    return step !== undefined && isSchema(step.module) ? check(file, step) : undefined
  })
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined
  return `${print(node.expression.expression)}.check(${parts.join(", ")})`
}

/** `schema.annotations({ ... })` is `schema.annotate({ ... })`. */
const annotated: Rule = (node, { between, print }) =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  node.expression.name.text === "annotations"
    ? `${print(node.expression.expression)}.annotate(${between(node.arguments)})`
    : undefined

/** Of `{ path, message }`, which a filter says, the message: there it is an `issue`. */
const isFaultMessage = (
  node: ts.Node,
  { callOf, source }: File
): node is ts.PropertyAssignment | ts.ShorthandPropertyAssignment => {
  if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return false
  const names = node.parent.properties.map((property) => property.name?.getText(source)).join()
  if (node.name.getText(source) !== "message" || names !== "path,message") return false
  for (let at: ts.Node = node; !ts.isStatement(at) || ts.isReturnStatement(at) || ts.isBlock(at); at = at.parent) {
    const call = callOf(at)
    if (call?.member === "filter" && isSchema(call.module)) return true
    if (at.parent === undefined) return false
  }
  return false
}

const faultMessage: Rule = (node, file) =>
  isFaultMessage(node, file)
    ? ts.isShorthandPropertyAssignment(node)
      ? "issue: message"
      : `issue: ${file.print(node.initializer)}`
    : undefined

export const schemaRules: ReadonlyArray<Rule> = [schemaCall, piped, annotated, faultMessage]
