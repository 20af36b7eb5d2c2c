/**
 * The smallest inputs that an endpoint's Schema takes, with ids of things that the demo holds.
 */
import type * as AST from "effect/SchemaAST"
import { KnownValuesId } from "../../src/Field.js"
import * as Nodes from "../../src/internal/schema/nodes.js"
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

export const sample = (ast: AST.AST, key: string): unknown => {
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "suspend":
      return sample(node.get(), key)
    case "literal":
      return node.value
    case "string":
      return typeof byKey[key] === "string" ? byKey[key] : "sample"
    case "number":
      return typeof byKey[key] === "number" ? byKey[key] : 1
    case "boolean":
      return true
    case "custom":
      return new File(["hello"], "hello.txt", { type: "text/plain" })
    case "refinement": {
      const known = Nodes.annotation(ast, KnownValuesId)
      const own = Array.isArray(known) ? known[0] : sample(node.from, key)
      return [own, byKey[key], ...candidates].find((value) => fits(node, value)) ?? own
    }
    case "union":
      return sample(node.types.find((type) => !isNothing(Nodes.of(type))) ?? node.types[0] ?? ast, key)
    case "array":
      return node.item === undefined ? [] : [sample(node.item, key)]
    case "struct":
      return Object.fromEntries(
        node.properties
          .filter((property) => !property.isOptional)
          .map((property) => [String(property.name), sample(property.type, String(property.name))])
      )
    default:
      return "sample"
  }
}

const isNothing = (node: Nodes.Node): boolean =>
  node.kind === "undefined" || (node.kind === "literal" && node.value === null)

const fits = (node: Nodes.Refined, value: unknown): boolean => {
  const base = Nodes.resolved(node.from)
  const basic =
    base.kind === "string" ? typeof value === "string" : base.kind === "number" ? typeof value === "number" : true
  return basic && node.isValid(value)
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

const struct = (ast: AST.AST): Nodes.Struct | undefined => {
  const node = Nodes.resolved(ast)
  if (node.kind === "struct") return node
  if (node.kind === "refinement") return struct(node.from)
  return node.kind === "union" ? node.types.map(struct).find((one) => one !== undefined) : undefined
}

/** A small input, about things that the demo holds. Of what may be left out it has what an update needs to be one. */
export const input = (endpoint: AnyDescription, known: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const signatures = struct(endpoint.input.ast)?.properties ?? []
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
    const named = Nodes.annotation(ast, KnownValuesId)
    if (Array.isArray(named)) return named.map(String)
    const node = Nodes.of(ast)
    switch (node.kind) {
      case "suspend":
        return words(node.get())
      case "refinement":
        return words(node.from)
      case "struct":
        return node.properties.flatMap(({ name, type }) => (name === parameter ? words(type) : []))
      case "array":
        return node.item === undefined ? [] : words(node.item)
      case "union":
        return Array.from(new Set(node.types.flatMap(words)))
      default:
        return node.kind === "literal" && node.value !== null ? [String(node.value)] : []
    }
  }
  return words(endpoint.input.ast)
}
