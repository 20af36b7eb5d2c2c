/**
 * The official surface as it was last looked at, and what has changed since, by name.
 */
import type { Official, Operation, Surface } from "./extract.js"
import { resolve, type Type } from "./types.js"

/** `v2.Deal`: its fields and their types. `v2.getDeals`: its request, scopes, answer and parameters (`query.ids`). */
export type Baseline = Readonly<Record<string, Readonly<Record<string, string>>>>

export const baselineOf = ({ v1, v2 }: Official): Baseline =>
  Object.fromEntries([...described(v2), ...described(v1)].sort(([a], [b]) => (a < b ? -1 : 1)))

const described = (surface: Surface): ReadonlyArray<[string, Record<string, string>]> => {
  const models = new Map<string, Record<string, string>>()
  const visit = (type: Type): void => {
    if (type.kind === "array") visit(type.items)
    if (type.kind === "union") for (const member of type.members) visit(member)
    if (type.kind === "object") for (const field of type.fields) visit(field.type)
    if (type.kind === "object" && type.rest !== undefined) visit(type.rest)
    if (type.kind !== "ref" || models.has(`${surface.version}.${type.name}`)) return
    const whole = resolve(type, surface.models.get)
    const fields = whole.kind === "object" ? whole.fields : []
    const types = fields.map((field) => [field.name, text(field.type) + mark(field.optional)] as const)
    models.set(`${surface.version}.${type.name}`, Object.fromEntries(types))
    visit(whole)
  }
  for (const { parameters, response } of surface.operations) {
    for (const parameter of parameters) visit(parameter.type)
    visit(response)
  }
  return [...models, ...surface.operations.map((one): [string, Record<string, string>] => [one.key, operation(one)])]
}

const operation = (one: Operation): Record<string, string> => ({
  request: [one.method, one.path, ...(one.beta ? ["beta"] : []), ...(one.deprecated ? ["deprecated"] : [])].join(" "),
  scopes: one.scopes.join(" | "),
  answer: text(one.response),
  ...Object.fromEntries(
    one.parameters.map(({ commas, joined, place, required, type, wire }) => [
      place === "body" ? place : `${place}.${wire}`,
      `${commas || joined ? "comma list of " : ""}${text(type)}${mark(!required)}`
    ])
  )
})

const mark = (optional: boolean): string => (optional ? "?" : "")

const text = (type: Type): string => {
  switch (type.kind) {
    case "ref":
      return type.name
    case "enum":
      return type.values.map((value) => JSON.stringify(value)).join(" | ")
    case "array":
      return `Array<${text(type.items)}>`
    case "union":
      return type.members.map(text).join(" | ")
    case "object": {
      const fields = type.fields.map((field) => `${field.name}${mark(field.optional)}: ${text(field.type)}`)
      return `{ ${[...fields, ...(type.rest === undefined ? [] : [`[key]: ${text(type.rest)}`])].join("; ")} }`
    }
    default:
      return type.kind
  }
}

/** A line for each thing that is new, gone or another. */
export const changes = (before: Baseline, after: Baseline): ReadonlyArray<string> =>
  keysOf(before, after).flatMap((key) => {
    const [old, now] = [before[key], after[key]]
    if (now === undefined) return [`${key} is gone`]
    if (old === undefined) return [`${key} is new: ${now.request ?? Object.keys(now).join(", ")}`]
    return keysOf(old, now).flatMap((name) => {
      const what = now.request === undefined ? `${key}.${name}` : `${key}: ${name}`
      const [was, is] = [old[name], now[name]]
      if (was === is) return []
      if (is === undefined) return [`${what} is gone`]
      return [was === undefined ? `${what} is new: ${is}` : `${what}: ${difference(was, is)}`]
    })
  })

/** Of two unions, the members that one lacks; else both types. */
const difference = (was: string, is: string): string => {
  const [old = [], now = []] = [was, is].map((type) => type.replace(/\?$/, "").split(" | "))
  const gone = old.filter((value) => !now.includes(value))
  const added = now.filter((value) => !old.includes(value))
  const unions = old.length + now.length > 2 && was.endsWith("?") === is.endsWith("?") && !/[{<]/.test(was + is)
  return unions
    ? [...gone.map((value) => `${value} is gone`), ...added.map((value) => `${value} is new`)].join(", ")
    : `was ${was}, is ${is}`
}

const keysOf = (...records: ReadonlyArray<object>): ReadonlyArray<string> => [
  ...new Set(records.flatMap((record) => Object.keys(record)))
]

/** A line for each place that a fact about a name alone has reached since. */
export const noteChanges = (before: Places, after: Places): ReadonlyArray<string> =>
  Object.entries(after).flatMap(([key, places]) =>
    places
      .filter((place) => !before[key]?.includes(place))
      .map((place) =>
        key.endsWith("=null")
          ? `${key.slice(0, -5)} may now be null on ${place}, too, by facts/entities.ts (nullEverywhere): is it so?`
          : `the note \`${key}\` of facts/fields.ts now stands on ${place}, too: does it fit there?`
      )
  )

export type Places = Readonly<Record<string, ReadonlyArray<string>>>

// -----------------------------------------------------------------------------
// files, made to be read and compared line by line
// -----------------------------------------------------------------------------

/** `amount v2.DealInstallment v2.DealInstallments=` */
export const writeNotes = (places: Places): string =>
  `${Object.entries(places)
    .map(([key, all]) => [key, ...all].join(" "))
    .join("\n")}\n`

export const readNotes = (text: string): Places =>
  Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([key = "", ...all]) => [key, all])
  )

/** Below the name of an operation or a model, a line for each type: `  number?: deal_id org_id`. */
export const writeBaseline = (baseline: Baseline): string =>
  Object.entries(baseline)
    .map(([key, all]) => {
      const byType = new Map<string, ReadonlyArray<string>>()
      for (const [name, type] of Object.entries(all)) byType.set(type, [...(byType.get(type) ?? []), name])
      return `${[key, ...[...byType].map(([type, names]) => `  ${type}: ${names.join(" ")}`)].join("\n")}\n`
    })
    .join("")

export const readBaseline = (text: string): Baseline =>
  Object.fromEntries(
    text
      .trim()
      .split(/\n(?! )/)
      .map((entry) => entry.split("\n  "))
      .map(([key = "", ...types]) => [key, Object.fromEntries(types.flatMap(readType))])
  )

const readType = (line: string): ReadonlyArray<readonly [string, string]> => {
  const at = line.lastIndexOf(": ")
  const names = line.slice(at + 2)
  return names.split(" ").map((name) => [name, line.slice(0, at)] as const)
}
