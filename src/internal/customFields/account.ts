/**
 * The custom fields that an account has, of the rows of its field lists: v2's, and v1's, which differ in their words.
 */
import { isRecord } from "../http/failure.js"
import { nearest } from "../options.js"
import { type Definition, isKey } from "./forms.js"
import { kinds } from "./kinds.js"

/** @internal */
export interface Option {
  readonly id: number
  readonly label: string
}

/** @internal */
export interface Field {
  readonly key: string
  readonly name: string
  readonly type: string
  readonly description: string | undefined
  readonly options: ReadonlyArray<Option>
  readonly deletedOptions: ReadonlyArray<Option>
}

/** What a field list says, made ready for questions. @internal */
export interface Snapshot {
  readonly fields: ReadonlyArray<Field>
  readonly byKey: ReadonlyMap<string, Field>
  /** The codes of built-in fields, by their names. */
  readonly builtIn: ReadonlyMap<string, string>
}

// -----------------------------------------------------------------------------
// rows
// -----------------------------------------------------------------------------

const textOf = (value: unknown): string => (typeof value === "string" ? value.trim() : "")

const optionOf = (value: unknown): ReadonlyArray<Option> => {
  if (!isRecord(value)) return []
  const id = typeof value.id === "string" && /^\d+$/.test(value.id) ? Number(value.id) : value.id
  return typeof id === "number" && Number.isSafeInteger(id) ? [{ id, label: textOf(value.label) }] : []
}

/** By their ids, which stay: the order of Pipedrive's pages is anybody's to change. */
const optionsOf = (value: unknown): ReadonlyArray<Option> =>
  Array.isArray(value) ? value.flatMap(optionOf).sort((a, b) => a.id - b.id) : []

/** Rows of parts (`<key>_currency`) and of what is deleted are no fields of their own. */
const fieldOf = (row: unknown): ReadonlyArray<Field> => {
  if (!isRecord(row) || row.active_flag === false) return []
  const key = row.field_code ?? row.key
  if (typeof key !== "string" || !isKey(key)) return []
  const description = textOf(row.description)
  return [
    {
      key,
      name: textOf(row.field_name ?? row.name),
      type: textOf(row.field_type),
      description: description === "" ? undefined : description,
      options: optionsOf(row.options),
      deletedOptions: optionsOf(row.options_deleted)
    }
  ]
}

const builtInOf = (row: unknown): ReadonlyArray<readonly [name: string, code: string]> => {
  if (!isRecord(row)) return []
  const [code, name] = [textOf(row.field_code ?? row.key), textOf(row.field_name ?? row.name)]
  return code === "" || name === "" || /^[0-9a-f]{40}/.test(code) ? [] : [[plain(name), code]]
}

/** @internal */
export const snapshot = (rows: ReadonlyArray<unknown>): Snapshot => {
  // a list that changes while its pages are read may tell of a field twice
  const byKey = new Map(rows.flatMap(fieldOf).map((field) => [field.key, field]))
  return { fields: Array.from(byKey.values()), byKey, builtIn: new Map(rows.flatMap(builtInOf)) }
}

// -----------------------------------------------------------------------------
// questions
// -----------------------------------------------------------------------------

const plain = (text: string): string => text.trim().toLowerCase()

/** Those of that very name; if there are none, those of that name in other letters. */
const named = <A>(all: ReadonlyArray<A>, nameOf: (one: A) => string, asked: string): ReadonlyArray<A> => {
  const name = asked.trim()
  if (name === "") return []
  const same = all.filter((one) => nameOf(one) === name)
  return same.length > 0 ? same : all.filter((one) => plain(nameOf(one)) === plain(name))
}

const meant = (asked: string, names: ReadonlyArray<string>): string | undefined => {
  const near = nearest(plain(asked), names.map(plain))
  return names.find((name) => plain(name) === near)
}

/** @internal */
export const byName = ({ fields }: Snapshot, name: string): ReadonlyArray<Field> =>
  named(fields, (field) => field.name, name)

/** What an error says of a field that is not there. @internal */
export const missing = ({ builtIn, fields }: Snapshot, asked: string) => ({
  asked,
  suggestion: meant(
    asked,
    fields.map(({ name }) => name).filter((name) => name !== "")
  ),
  builtIn: builtIn.get(plain(asked))
})

/** The option of that label or id, if there is exactly one. @internal */
export const option = (field: Field, asked: string | number): Option | undefined => {
  if (typeof asked === "number") return field.options.find(({ id }) => id === asked)
  const all = labels(field.options)
  const found = named(all, ([label]) => label, asked)
  return found.length === 1 ? found[0]?.[1] : undefined
}

/** What an error says of an option that is not there. @internal */
export const missingOption = ({ key, name, options }: Field, asked: string | number) => {
  const all = labels(options).map(([label]) => label)
  return { asked, field: name, key, options: all, suggestion: meant(String(asked), all) }
}

// -----------------------------------------------------------------------------
// definitions
// -----------------------------------------------------------------------------

/** Options under labels that are their own: what two share, or one lacks, is told apart by its id. @internal */
export const labels = (options: ReadonlyArray<Option>): ReadonlyArray<readonly [label: string, option: Option]> => {
  const count = new Map<string, number>()
  for (const { label } of options) count.set(label, (count.get(label) ?? 0) + 1)
  return options.map((option) => {
    const { id, label } = option
    return [label === "" ? `(${id})` : count.get(label) === 1 ? label : `${label} (${id})`, option]
  })
}

/** Whether it is of a type that can be read and written. @internal */
export const isKnown = (field: Field): field is Field & { readonly type: Definition["type"] } =>
  Object.hasOwn(kinds, field.type)

/** @internal */
export const definition = (field: Field & { readonly type: Definition["type"] }): Definition => ({
  type: field.type,
  key: field.key,
  options: kinds[field.type].hasOptions
    ? Object.fromEntries(labels(field.options).map(([label, { id }]) => [label, id]))
    : undefined,
  title: field.name
})

/** Every field that can be read and written, under its name, or under its key where the name is not its own. @internal */
export const definitions = ({ fields }: Snapshot): Readonly<Record<string, Definition>> => {
  const known = fields.filter(isKnown)
  const count = new Map<string, number>()
  for (const { name } of fields) count.set(name, (count.get(name) ?? 0) + 1)
  return Object.fromEntries(
    known.map((field) => [field.name === "" || count.get(field.name) !== 1 ? field.key : field.name, definition(field)])
  )
}
