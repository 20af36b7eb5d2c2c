/**
 * The models of one version: what official types become, under our names.
 */
import type { Operation, Surface, Version } from "./extract.js"
import type { Entity } from "./facts/entities.js"
import { models as ourNames } from "./facts/names.js"
import { evidenceOf, noteOf, nullEverywhere, placeholders } from "./facts.js"
import * as S from "./shapes.js"
import { type Field, isOpen, resolve, type Type } from "./types.js"

export interface Model {
  readonly name: string
  readonly direction: S.Direction
  readonly officials: ReadonlyArray<string>
  readonly shape: S.Shape & { readonly kind: "object" }
}

/** These stand in an envelope or are nothing but an id: they are read best where they are used. */
export const inlined = new Set([
  "Paging",
  "PageInfo",
  "NextCursor",
  "DeletedId",
  "DeletedIds",
  "DeletedLeadId",
  "FieldOptionId"
])

interface Draft {
  readonly direction: S.Direction
  readonly shapes: Map<string, S.Shape>
}

/** Reads official types into shapes and collects the models that they speak of. */
export interface Reader {
  readonly output: (type: Type, surface: Surface, hint?: string, within?: string) => S.Shape
  readonly models: () => ReadonlyMap<string, Model>
  readonly declare: (name: string, direction: S.Direction, official: string, shape: () => S.Shape) => S.Shape
  /** The type that an official name stands for, in the newer package if it has it. */
  readonly find: (name: string, surface: Surface) => { readonly type: Type; readonly surface: Surface }
}

export const makeReader = (version: Version, surfaces: ReadonlyArray<Surface>): Reader => {
  const drafts = new Map<string, Draft>()

  const find = (name: string, surface: Surface) => {
    const [newest = surface] = surfaces.filter(({ models }) => models.has(name))
    return { type: newest.models.get(name), surface: newest }
  }

  const declare: Reader["declare"] = (name, direction, official, shape) => {
    const draft = drafts.get(name) ?? { direction, shapes: new Map<string, S.Shape>() }
    drafts.set(name, draft)
    if (draft.direction !== direction) throw new Error(`${name} is both a model of inputs and of outputs`)
    if (!draft.shapes.has(official)) {
      draft.shapes.set(official, S.unknown) // while it is being read
      draft.shapes.set(official, shape())
    }
    return { kind: "model", name }
  }

  /** `within` is where an object stands that has no name of its own: `Goal.duration`. */
  const output: Reader["output"] = (type, surface, hint, within) => {
    switch (type.kind) {
      case "string":
        return S.string
      case "number":
        return S.number
      case "boolean":
        return S.boolean
      case "null":
        return S.nothing
      case "empty":
        return S.empty
      case "label":
        return S.label
      case "unknown":
      case "file":
        return S.unknown
      case "enum":
        return S.open(type.values)
      case "array":
        return { kind: "array", items: output(type.items, surface, hint, within) }
      case "union":
        if (isOpen(type)) return S.open(type.members.flatMap((member) => (member.kind === "enum" ? member.values : [])))
        return S.union(type.members.map((member) => output(member, surface, hint, within)))
      case "object":
        return object(type, surface, {}, within)
      case "ref":
        return reference(type.name, surface, hint, within)
    }
  }

  const reference = (
    official: string,
    surface: Surface,
    hint: string | undefined,
    within: string | undefined
  ): S.Shape => {
    const name = ourNames[`${version}.${official}`]
    const found = find(official, surface)
    const whole = resolve(found.type, found.surface.models.get)
    if (whole.kind !== "object") return output(whole, found.surface, hint, within)
    const evidence = evidenceOf(version, official)
    const build = (model: string | undefined) => object(whole, found.surface, evidence, model)
    if (isRecord(whole)) return build(within)
    if (name !== undefined && !inlined.has(name) && !isTiny(whole)) {
      return declare(name, "output", official, () => build(name))
    }
    if (hint !== undefined && whole.fields.length > 3) return declare(hint, "output", official, () => build(hint))
    return build(within)
  }

  const object = (
    type: Type & { readonly kind: "object" },
    surface: Surface,
    evidence: Entity,
    of: string | undefined
  ): S.Shape => {
    if (isRecord(type)) {
      return {
        kind: "object",
        fields: [],
        rest: S.union(type.fields.map((field) => output(field.type, surface, undefined, of)))
      }
    }
    const known = new Set(type.fields.map(({ name }) => name))
    const isNullable = (name: string) =>
      nullEverywhere[version].has(name) || (evidence.nullable?.includes(name) ?? false)
    const mended = new Map(
      Object.entries(evidence.types ?? {}).map(([name, text]) => [name, surface.models.parse(text)])
    )
    const fields: ReadonlyArray<Field> = [
      ...type.fields.map((field) => ({ ...field, type: mended.get(field.name) ?? field.type })),
      ...[...mended].filter(([name]) => !known.has(name)).map(([name, type]) => ({ name, optional: true, type }))
    ]
    const shape = fields.map((field): S.ShapeField => {
      const own = output(field.type, surface, undefined, of && `${of}.${field.name}`)
      const note = noteOf(field.name, { version, of, input: false, list: own.kind === "array" })
      const isId = field.name === "id" && (field.type.kind === "number" || field.type.kind === "string")
      // what a search finds is a score and an item
      const isFinding = known.size === 2 && known.has("result_score") && known.has("item")
      const present = isId || isFinding || !field.optional || (evidence.present?.includes(field.name) ?? false)
      return {
        name: field.name,
        optional: !present || (evidence.optional?.includes(field.name) ?? false),
        shape: isNullable(field.name) ? S.nullable(own) : own,
        ...(note === undefined ? {} : { note })
      }
    })
    const rest = type.rest === undefined ? undefined : output(type.rest, surface)
    return { kind: "object", fields: shape, ...(rest === undefined ? {} : { rest }) }
  }

  const models = (): ReadonlyMap<string, Model> =>
    new Map(
      [...drafts].map(([name, { direction, shapes }]) => {
        const shape = S.merge([...shapes.values()])
        if (shape.kind !== "object") throw new Error(`${name} is not an object`)
        const rest =
          version === "v1" && direction === "output" && extended.has(name) ? { rest: "customFields" as const } : {}
        return [name, { name, direction, officials: [...shapes.keys()], shape: { ...shape, ...rest } }]
      })
    )

  return { output, models, declare, find }
}

/** Models of v1 that hold custom fields beside their own. */
export const extended = new Set([
  "Deal",
  "DealDetails",
  "DealWithIds",
  "MergedDeal",
  "Person",
  "MergedPerson",
  "Organization",
  "OrganizationDetails",
  "OrganizationWithEditFlag",
  "Product",
  "Lead",
  "DealCollectionItem",
  "PersonCollectionItem",
  "OrganizationCollectionItem"
])

/** `{ USER_ID?: X }` in the official types is an object of `X` by id. */
const isRecord = (type: Type & { readonly kind: "object" }): boolean =>
  type.fields.length > 0 && type.fields.every(({ name }) => placeholders.includes(name))

const isTiny = (type: Type & { readonly kind: "object" }): boolean =>
  type.rest === undefined &&
  type.fields.length <= 2 &&
  type.fields.every((field) => field.type.kind !== "ref" && field.type.kind !== "object")

export type { Operation }
