/**
 * The smallest inputs that an endpoint's Schema takes, with ids of things that the demo holds.
 */
import * as AST from "effect/SchemaAST"
import { KnownValuesId } from "../../src/Field.js"
import type { AnyDescription } from "../../src/sandbox/http/call.js"

const uuid = "6f2b8f80-5044-11f1-8f4f-d7944c9e4f3a"

const candidates: ReadonlyArray<unknown> = [
  1,
  "2026-01-02",
  "2026-01-02T03:04:05Z",
  uuid,
  "sample",
  "10:00:00",
  "https://example.com",
  "a@example.com"
]

const strip = (ast: AST.AST): AST.AST =>
  AST.isSuspend(ast) ? strip(ast.f()) : AST.isTransformation(ast) ? strip(ast.to) : ast

const byKey: Readonly<Record<string, unknown>> = {
  field_type: "varchar",
  field_key: "add_time",
  stage_id: 1,
  pipeline_id: 1,
  email: "new@harbourpine.example",
  since_timestamp: "2026-01-01 00:00:00",
  start_date: "2026-01-01",
  end_date: "2026-02-01",
  term: "desk",
  user_id: 13_000_001,
  owner_id: 13_000_001,
  person_id: 1
}

export const sample = (node: AST.AST, key: string): unknown => {
  const ast = strip(node)
  switch (ast._tag) {
    case "Literal":
      return ast.literal
    case "StringKeyword":
      return typeof byKey[key] === "string" ? byKey[key] : "sample"
    case "NumberKeyword":
      return typeof byKey[key] === "number" ? byKey[key] : 1
    case "BooleanKeyword":
      return true
    case "Declaration":
      return new File(["hello"], "hello.txt", { type: "text/plain" })
    case "Refinement": {
      const known = ast.annotations[KnownValuesId]
      const own = Array.isArray(known) ? known[0] : sample(ast.from, key)
      return [own, byKey[key], ...candidates].find((value) => fits(ast, value)) ?? own
    }
    case "Union":
      return sample(
        ast.types.find((type) => !AST.isUndefinedKeyword(type) && !(AST.isLiteral(type) && type.literal === null)) ??
          ast.types[0] ??
          ast,
        key
      )
    case "TupleType":
      return ast.rest[0] === undefined ? [] : [sample(ast.rest[0].type, key)]
    case "TypeLiteral":
      return Object.fromEntries(
        ast.propertySignatures
          .filter((signature) => !signature.isOptional)
          .map((signature) => [String(signature.name), sample(signature.type, String(signature.name))])
      )
    default:
      return "sample"
  }
}

const fits = (ast: AST.Refinement, value: unknown): boolean => {
  const base = strip(ast.from)
  const basic =
    base._tag === "StringKeyword"
      ? typeof value === "string"
      : base._tag === "NumberKeyword"
        ? typeof value === "number"
        : true
  return basic && ast.filter(value, AST.defaultParseOption, ast)._tag === "None"
}

/** The ids in the path that the demo has. */
const ids = (endpoint: AnyDescription, known: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const root = endpoint.path.split("/")[1] ?? ""
  return Object.fromEntries(
    Array.from(endpoint.path.matchAll(/\{([^}]+)\}/g), ([, name = ""]) => [
      name,
      known[`${root}.${name}`] ?? known[name] ?? 1
    ])
  )
}

const struct = (ast: AST.AST): AST.TypeLiteral | undefined => {
  const found = strip(ast)
  if (AST.isTypeLiteral(found)) return found
  if (AST.isRefinement(found)) return struct(found.from)
  return AST.isUnion(found) ? found.types.map(struct).find((one) => one !== undefined) : undefined
}

/** A small input, about things that the demo holds. Of what may be left out it has what an update needs to be one. */
export const input = (endpoint: AnyDescription, known: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const signatures = struct(endpoint.input.ast)?.propertySignatures ?? []
  const out: Record<string, unknown> = {}
  for (const { isOptional, name, type } of signatures) if (!isOptional) out[String(name)] = sample(type, String(name))
  for (const [name, id] of Object.entries(ids(endpoint, known))) {
    if (name in out) out[name] = typeof out[name] === "string" ? String(id) : id
  }
  const keys = endpoint.body?.keys ?? []
  const wanted =
    keys.find((key) => /^(name|title|subject|content|field_name|description|phase_id)$/.test(key)) ?? keys[0]
  if (/PUT|PATCH/.test(endpoint.method) && wanted !== undefined && !(wanted in out)) {
    const signature = signatures.find((one) => one.name === wanted)
    if (signature !== undefined) out[wanted] = sample(signature.type, wanted)
  }
  return { ...out, ...(known[`${endpoint.version}.${endpoint.operation}`] ?? {}) }
}

/** The words that an input's Schema has for a parameter. */
export const documented = (endpoint: AnyDescription, parameter: string): ReadonlyArray<string> => {
  const words = (ast: AST.AST): ReadonlyArray<string> => {
    const named = ast.annotations[KnownValuesId]
    if (Array.isArray(named)) return named.map(String)
    if (AST.isSuspend(ast)) return words(ast.f())
    if (AST.isRefinement(ast)) return words(ast.from)
    if (AST.isTypeLiteral(ast)) {
      return ast.propertySignatures.flatMap(({ name, type }) => (name === parameter ? words(type) : []))
    }
    if (AST.isTupleType(ast)) return ast.rest.flatMap(({ type }) => words(type))
    if (AST.isUnion(ast)) return Array.from(new Set(ast.types.flatMap(words)))
    return AST.isLiteral(ast) && ast.literal !== null ? [String(ast.literal)] : []
  }
  return words(endpoint.input.ast)
}
