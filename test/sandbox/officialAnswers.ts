/**
 * Every operation, by the official clients, on a sandbox on a port: what they are given, and what comes back.
 */
import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import type * as AST from "effect/SchemaAST"
import * as Sandbox from "effect-pipedrive/sandbox"
import { KnownValuesId } from "../../src/Field.js"
import * as Nodes from "../../src/internal/schema/nodes.js"
import { type Case, cases } from "../parity/exchange.js"
import { placeholders } from "../parity/inputs.js"
import * as Official from "../parity/official.js"
import { fieldsOf } from "../parity/schemas.js"
import { input } from "./inputs.js"
import { known, prepare } from "./prepared.js"

type Flat = Readonly<Record<string, unknown>>

export interface Answer extends Official.Raw {
  readonly case: Case
  /** Our input, of which the official client's was made. */
  readonly flat: Flat
  /** What the body says, where it is JSON. */
  readonly value: unknown
  /** What the official client gives its user, or throws. */
  readonly result: unknown
  readonly failed: boolean
}

/** The official client takes some lists as arrays, and most as the text that goes into the query. */
const listed = (value: unknown, array: boolean): unknown =>
  array ? [value].flat() : Array.isArray(value) ? value.join(",") : value

/** The official client's parameters, made of our flat input. */
const parameters = ({ entry, operation }: Case, flat: Flat): object => {
  const { body, path } = entry.endpoint.endpoint
  const ours = placeholders(path)
  const theirs = placeholders(operation.path)
  const out: Record<string, unknown> = {}
  for (const { name, place, type, wire } of operation.parameters) {
    if (place === "body") {
      const keys = body?.keys ?? []
      const fields = Object.entries(flat).filter(([key]) => keys.includes(key))
      if (body?.whole === true) out[name] = flat[keys[0] ?? ""]
      else if (fields.length > 0) out[name] = Object.fromEntries(fields)
      continue
    }
    const value = flat[place === "path" ? (ours[theirs.indexOf(wire)] ?? wire) : wire]
    if (value !== undefined) out[name] = place === "query" ? listed(value, type.kind === "array") : value
  }
  return out
}

/** All values that are named, of a list or a choice. */
const values = (ast: AST.AST): ReadonlyArray<unknown> => {
  const named = Nodes.annotation(ast, KnownValuesId)
  if (Array.isArray(named)) return named
  const node = Nodes.of(ast)
  switch (node.kind) {
    case "suspend":
      return values(node.get())
    case "refinement":
      return values(node.from)
    case "array":
      return node.item === undefined ? [] : values(node.item)
    case "union":
      return Array.from(new Set(node.types.flatMap(values)))
    default:
      return node.kind === "literal" ? [node.value] : node.kind === "boolean" ? [true] : []
  }
}

/** What can be asked for beside: `include_fields` and the like. */
const extras = ({ entry }: Case): Flat =>
  Object.fromEntries(
    Array.from(fieldsOf(entry.endpoint.endpoint.input.ast) ?? []).flatMap(([name, ast]) => {
      const all = values(ast).filter((value) => value !== null)
      if (!name.startsWith("include_") || all.length === 0) return []
      return [[name, typeof all[0] === "string" ? all : all[all.length - 1]]]
    })
  )

const ask = (one: Case, sandbox: Sandbox.Service, flat: Flat): Promise<Answer> => {
  let raw: Official.Raw = { status: 0, contentType: undefined, body: undefined }
  const answer = (result: unknown, failed: boolean): Answer => {
    const json = /json/.test(raw.contentType ?? "") && typeof raw.body === "string"
    return { ...raw, case: one, flat, value: json ? JSON.parse(String(raw.body)) : undefined, result, failed }
  }
  return Official.call(one.operation, parameters(one, flat), {
    url: sandbox.baseUrl,
    credentials: { apiKey: sandbox.token },
    onAnswer: (came) => {
      raw = came
    }
  }).then(
    (result) => answer(result, false),
    (error) => answer(error, true)
  )
}

/** Each operation in the same world, so that the next does not see what one does; where more can be asked for, once more. */
export const collect: Effect.Effect<ReadonlyArray<Answer>, never, Sandbox.Sandbox> = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  yield* prepare(sandbox)
  const before = yield* sandbox.snapshot
  const answers: Array<Answer> = []
  for (const one of cases) {
    const more = extras(one)
    for (const beside of Object.keys(more).length === 0 ? [{}] : [{}, more]) {
      yield* sandbox.restore(before)
      const flat = { ...input(one.entry.endpoint.endpoint, known(yield* sandbox.state)), ...beside }
      answers.push(yield* Effect.promise(() => ask(one, sandbox, flat)))
    }
  }
  return answers
})

/** The official client's user sees the body. */
export const handedOver = ({ body, result, value }: Answer): boolean => isDeepStrictEqual(result, value ?? body)
