/**
 * What a module of custom fields says: the same, whether it comes of an account or of a file.
 */

import type { AccountField } from "effect-pipedrive/CustomFields"
import { isKnown, labels } from "../../src/internal/customFields/account.js"
import type { Entity } from "./entities.js"
import { identifiers } from "./names.js"
import { commentText } from "./text.js"

/** A field with its name in the module. */
export interface Defined {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly key: string
  /** Labels with ids; `undefined` for a field that has no options. */
  readonly options: ReadonlyArray<readonly [label: string, id: number]> | undefined
  readonly notes: ReadonlyArray<string>
}

export interface Definitions {
  readonly entity: Entity
  readonly fields: ReadonlyArray<Defined>
  readonly notes: ReadonlyArray<string>
}

export const untitled = "(no name)"

const mostNamed = 5

const namesakesNote = (namesakes: ReadonlyArray<AccountField>): ReadonlyArray<string> => {
  if (namesakes.length === 0) return []
  const some = namesakes.slice(0, mostNamed).map(({ key, name }) => `"${commentText(name)}" (${key})`)
  const more = namesakes.length > mostNamed ? ` and ${namesakes.length - mostNamed} more` : ""
  return [`The name is not its own: there is ${some.join(", ")}${more}.`]
}

const deletedNote = ({ deletedOptions }: AccountField): ReadonlyArray<string> =>
  deletedOptions.length === 0
    ? []
    : [`Deleted options: ${deletedOptions.map(({ id, label }) => `"${commentText(label)}" (${id})`).join(", ")}.`]

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** In an order that does not change when somebody moves a field on Pipedrive's pages. */
export const fromAccount = (entity: Entity, fields: ReadonlyArray<AccountField>): Definitions => {
  const known = fields.filter(isKnown).sort((a, b) => byCode(a.key, b.key))
  const unknown = fields.filter((field) => !isKnown(field)).sort((a, b) => byCode(a.key, b.key))
  const defined = identifiers(known).map(({ field, id, namesakes }): Defined => {
    const hasOptions = field.type === "enum" || field.type === "set"
    return {
      id,
      title: field.name === "" ? untitled : commentText(field.name),
      type: field.type,
      key: field.key,
      options: hasOptions ? labels(field.options).map(([label, option]) => [label, option.id]) : undefined,
      notes: [
        ...(field.description === undefined ? [] : [commentText(field.description)]),
        ...namesakesNote(namesakes),
        ...deletedNote(field)
      ]
    }
  })
  return {
    entity,
    fields: defined.sort((a, b) => byCode(a.id, b.id)),
    notes: unknown.map(
      ({ key, name, type }) =>
        `Left out: "${commentText(name)}" (${key}) is of the unknown type "${commentText(type)}".`
    )
  }
}
