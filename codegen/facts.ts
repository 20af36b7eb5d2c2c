/**
 * The fact tables, as the generator asks for them.
 */
import { readFileSync } from "node:fs"
import { type Entity, entities, envelopes, nullEverywhere, placeholders } from "./facts/entities.js"
import { fieldNotes } from "./facts/fields.js"
import { summaries } from "./facts/summaries.js"
import * as types from "./facts/types.js"

export type Format = "timestamp" | "date" | "time" | "uuid" | "email" | "uri"

export type Bounds = readonly [least: number | null, most: number | null]

export interface Facts {
  /** Tokens that a call takes from the daily budget. */
  readonly cost: number
  /** The largest `limit`. */
  readonly max?: number
  /** Parameters sent comma-joined, with the most values they take. */
  readonly lists?: Readonly<Record<string, number | null>>
  readonly integers?: ReadonlyArray<string>
  /** Inputs of a body that may be null when a thing is added, too. */
  readonly nullable?: ReadonlyArray<string>
  readonly formats?: Readonly<Record<string, Format>>
  /** Timestamps of v1 that want the form of v2. */
  readonly rfc3339?: ReadonlyArray<string>
  /** Values that an input of text is documented to take. */
  readonly enums?: Readonly<Record<string, ReadonlyArray<string>>>
  /** The most items of an array in the body. */
  readonly items?: Readonly<Record<string, number>>
  /** How long texts and how large numbers of an input may be: the least and the most. */
  readonly bounds?: Readonly<Record<string, Bounds>>
  readonly statuses: ReadonlyArray<number>
}

export const operationFacts: Readonly<Record<string, Facts>> = JSON.parse(
  readFileSync(new URL("./facts/operations.json", import.meta.url), "utf8")
)

/** Stands in for facts that are missing, so that one run can tell of all that is missing (`review.ts`). */
const unknown: Facts = { cost: 20, max: 100, statuses: [200] }

export const factsOf = (key: string): Facts => operationFacts[key] ?? unknown

/** What recordings tell of a model's fields, by its official name. */
export const evidenceOf = (version: string, official: string): Entity => {
  const key = `${version}.${official}`
  const known = entities[key] ?? {}
  const sharper = types.answers[key]
  const nullable = [...(known.nullable ?? []), ...(types.nullable[key] ?? [])]
  return { ...known, nullable, types: { ...sharper, ...known.types } }
}

/** Fields of an envelope that the types leave out or have wrong. */
export const envelopeOf = (key: string): Readonly<Record<string, string>> => ({
  ...envelopes[key],
  ...types.envelopes[key]
})

/** The type of an input that the official types do not describe. */
export const inputTypeOf = (key: string, path: string): string | undefined => types.inputs[key]?.[path]

export { nullEverywhere, placeholders }

/** Where a field stands: `x=` in the tables is `x` of an input, `x[]` a list of that name, `x[]=` both. */
export interface Place {
  readonly version: string
  /** The model, or the module of an input. */
  readonly of: string | undefined
  readonly input: boolean
  readonly list: boolean
}

/** The key of the note on a field: of this model, of this version, or of the name anywhere. */
export const noteKeyOf = (field: string, { input, list, of, version }: Place): string | undefined => {
  const names = [
    ...(list && input ? [`${field}[]=`] : []),
    ...(list ? [`${field}[]`] : []),
    ...(input ? [`${field}=`] : []),
    field
  ]
  const prefixes = [...(of === undefined ? [] : [`${version}.${of}.`]), `${version}.`, ""]
  return prefixes.flatMap((prefix) => names.map((name) => prefix + name)).find((one) => Object.hasOwn(fieldNotes, one))
}

/** The note on a field. An empty one in the table says that none fits. */
export const noteOf = (field: string, place: Place): string | undefined => {
  const key = noteKeyOf(field, place)
  const note = key === undefined ? undefined : fieldNotes[key]
  return note === "" ? undefined : note
}

export const summaryOf = (key: string): string | undefined => summaries[key]
