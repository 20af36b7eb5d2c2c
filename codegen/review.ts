/**
 * What has to be looked at before generated files are committed: facts that are missing, and facts about what is gone.
 */

import { simpleNames } from "./emit.js"
import type { Official, Parameter } from "./extract.js"
import { entities, envelopes, nullEverywhere, placeholders } from "./facts/entities.js"
import { fieldNotes } from "./facts/fields.js"
import * as inputFacts from "./facts/inputs.js"
import { legacy } from "./facts/legacy.js"
import { models, names, otherWords } from "./facts/names.js"
import { replacementFilters, replacements, withoutReplacement } from "./facts/replacements.js"
import { summaries } from "./facts/summaries.js"
import * as types from "./facts/types.js"
import { type Facts, noteKeyOf, operationFacts } from "./facts.js"
import { extended as inputs } from "./inputs.js"
import { extended, inlined } from "./models.js"
import type { Endpoint, Plan } from "./plan.js"
import { type Shape, type ShapeField, string } from "./shapes.js"
import { resolve } from "./types.js"

export const review = (official: Official, plan: Plan): ReadonlyArray<string> => {
  const endpoints = new Map(
    plan.modules.flatMap((module) => module.endpoints.map((endpoint) => [endpoint.operation.key, endpoint]))
  )
  return [
    ...[...endpoints.values()].flatMap(missing),
    ...staleOperations(endpoints),
    ...stalePlaces(endpoints),
    ...staleReplacements(endpoints),
    ...staleModels(official),
    ...staleSets(endpoints, plan),
    ...staleNotes(plan),
    ...staleWords(plan)
  ]
}

// -----------------------------------------------------------------------------
// what is missing
// -----------------------------------------------------------------------------

const missing = ({ input, name, operation }: Endpoint): ReadonlyArray<string> => {
  const { deprecated, key, parameters, scopes } = operation
  const facts = operationFacts[key]
  return [
    ...(facts === undefined ? [`${key} has no cost: facts/operations.json says nothing of it`] : []),
    ...(scopes.length === 0 ? [`${key} has no scopes`] : []),
    ...(key in summaries || simpleNames.includes(name) ? [] : [`${key} has no summary`]),
    ...(facts === undefined ? [] : input.shape.fields.flatMap((field) => untyped(key, facts, field))),
    ...(deprecated && !(key in replacements) && !(key in withoutReplacement)
      ? [`${key} is deprecated: facts/replacements.ts names neither what replaces it nor why nothing does`]
      : []),
    ...parameters
      .filter((parameter) => isList(parameter) && !(parameter.wire in (facts?.lists ?? {})))
      .map(
        ({ wire }) =>
          `${key}: ${wire} takes a comma list, and would be plain text: facts/operations.json has no list of it`
      )
  ]
}

/** Inputs that are more than their official type says: where no fact says so, they would be sent as they come. */
const untyped = (key: string, facts: Facts, field: ShapeField): ReadonlyArray<string> => {
  const { name } = field
  const shape = field.shape.kind === "nullable" ? field.shape.shape : field.shape
  const lacks = (what: string) => [`${key}: ${name} ${what}`]
  // what no document has, no document gives a maximum of
  if (name in (inputFacts.added[key] ?? {})) return []
  if (name === "limit" && facts.max === undefined) return lacks("is given, and the largest page is not known")
  if (shape === string && /(_time|_date|_at|since|until)$|(^|\.)(start|end)$/.test(name))
    return lacks("looks like a time, and would be plain text: facts/operations.json has no format of it")
  return []
}

const isList = ({ commas, joined, place, type, wire }: Parameter): boolean =>
  place === "query" &&
  (commas === true ||
    joined === true ||
    type.kind === "array" ||
    /^(ids|include_fields)$/.test(wire) ||
    (type.kind === "enum" && type.values.some((value) => String(value).includes(","))))

// -----------------------------------------------------------------------------
// what is gone
// -----------------------------------------------------------------------------

type Endpoints = ReadonlyMap<string, Endpoint>

const staleOperations = (endpoints: Endpoints): ReadonlyArray<string> => {
  const tables: Record<string, ReadonlyArray<string>> = {
    "entities.ts (envelopes)": Object.keys(envelopes),
    "legacy.ts": Object.keys(legacy),
    "names.ts (names)": Object.keys(names),
    "names.ts (otherWords)": Object.keys(otherWords),
    "operations.json": Object.keys(operationFacts),
    "replacements.ts": [replacements, replacementFilters, withoutReplacement].flatMap(Object.keys),
    "summaries.ts": Object.keys(summaries),
    "inputs.ts": [inputFacts.added, inputFacts.removed, inputFacts.alternatives].flatMap(Object.keys),
    "types.ts": [types.inputs, types.envelopes].flatMap(Object.keys)
  }
  return [
    ...Object.entries(tables).flatMap(([table, keys]) =>
      keys.filter((key) => !endpoints.has(key)).map((key) => `${key} is gone, and facts/${table} still speaks of it`)
    ),
    ...Object.entries(legacy).flatMap(([key, { method, path }]) => {
      const operation = endpoints.get(key)?.operation
      if (operation === undefined || (operation.legacy && operation.method === method && operation.path === path))
        return []
      return [`${key} is not \`${method} ${path}\` of the older package alone, as facts/legacy.ts has it`]
    })
  ]
}

/** Inputs that facts speak of: `ids[]`, `body.prices[].cost`. */
const stalePlaces = (endpoints: Endpoints): ReadonlyArray<string> =>
  [...endpoints].flatMap(([key, { input, operation }]) => {
    const { enums, formats, integers = [], items, lists, max, rfc3339 = [] } = operationFacts[key] ?? {}
    const told = [enums, formats, items, lists].flatMap((record) => Object.keys(record ?? {}))
    const page = max === undefined ? [] : ["limit"]
    const inOperations = [...new Set([...told, ...integers, ...rfc3339, ...page])]
    const gone = (table: string, places: ReadonlyArray<string>) =>
      places
        .filter((place) => !input.places.has(place))
        .map((place) => `${operation.key}: ${place} is gone, and facts/${table} still speaks of it`)
    return [
      ...gone("operations.json", inOperations),
      ...gone("types.ts", Object.keys(types.inputs[key] ?? {})),
      ...gone("inputs.ts", inputFacts.removed[key] ?? [])
    ]
  })

const staleReplacements = (endpoints: Endpoints): ReadonlyArray<string> => {
  const gone = Object.entries(replacements)
    .filter(([, target]) => !endpoints.has(target))
    .map(([key, target]) => `${target} is gone, and facts/replacements.ts has it replace ${key}`)
  const filters = Object.entries(replacementFilters).flatMap(([key, filter]) => {
    const target = replacements[key] ?? ""
    const there = endpoints.get(target)?.input.query.includes(filter)
    return there ? [] : [`${target}: ${filter} is gone, and facts/replacements.ts has it take the place of ${key}'s id`]
  })
  return [...gone, ...filters]
}

/** Official models, and their fields. */
const staleModels = ({ legacy: older, v1, v2 }: Official): ReadonlyArray<string> => {
  const declared = (key: string) => {
    const [, version, name = ""] = /^(v\d)\.(.*)$/.exec(key) ?? []
    return (version === "v2" ? [v2] : [v1, older]).flatMap(({ models }) => {
      if (!models.has(name)) return []
      const whole = resolve(models.get(name), models.get)
      return [whole.kind === "object" ? whole.fields.map((field) => field.name) : []]
    })
  }
  const gone = (table: string, keys: ReadonlyArray<string>) =>
    keys
      .filter((key) => declared(key).length === 0)
      .map((key) => `${key} is gone, and facts/${table} still speaks of it`)
  const fields = [...new Set([...Object.keys(entities), ...Object.keys(types.nullable)])].flatMap((key) => {
    const { nullable = [], optional = [], present = [], types: own = {} } = entities[key] ?? {}
    const known = [...declared(key).flat(), ...Object.keys(own), ...Object.keys(types.answers[key] ?? {})]
    const told = { "entities.ts": [...nullable, ...optional, ...present], "types.ts": types.nullable[key] ?? [] }
    return Object.entries(told).flatMap(([table, names]) =>
      [...new Set(names)]
        .filter((name) => !known.includes(name))
        .map((name) => `${key}.${name} is gone, and facts/${table} still speaks of it`)
    )
  })
  const all = new Set(
    [v1, v2, older].flatMap(({ models, version }) =>
      [...models.names()].flatMap((name) => declared(`${version}.${name}`).flat())
    )
  )
  return [
    ...gone("names.ts (models)", Object.keys(models)),
    ...gone("entities.ts", Object.keys(entities)),
    ...gone("types.ts", [types.answers, types.nullable].flatMap(Object.keys)),
    ...fields,
    ...placeholders
      .filter((name) => !all.has(name))
      .map((name) => `${name} is gone, and facts/entities.ts (placeholders) still speaks of it`)
  ]
}

/** Names that the generator itself knows. */
const staleSets = (endpoints: Endpoints, plan: Plan): ReadonlyArray<string> => {
  const own = plan.modules.flatMap((module) => module.models.map(({ name }) => `${module.version}.${name}`))
  return [
    ...[...inputs].filter((name) => !endpoints.has(`v1.${name}`)).map((name) => `v1.${name}, and inputs.ts`),
    ...[...extended].filter((name) => !own.includes(`v1.${name}`)).map((name) => `the model v1.${name}, and models.ts`),
    ...[...inlined].filter((name) => !Object.values(models).includes(name)).map((name) => `${name}, and models.ts`)
  ].map((gone) => `${gone} still speaks of it, though it is gone`)
}

// -----------------------------------------------------------------------------
// facts about the name of a field
// -----------------------------------------------------------------------------

/** Facts about a name alone, or a name of a version, and where they hold (`notePlaces`): notes, and `v1.address=null`. */
export const noted = (plan: Plan): Readonly<Record<string, ReadonlyArray<string>>> => {
  const found = new Map<string, Set<string>>()
  for (const [key, place] of notePlaces(plan)) {
    if (/^v\d\.\w+\./.test(key) || fieldNotes[key] === "") continue
    found.set(key, (found.get(key) ?? new Set()).add(place))
  }
  return Object.fromEntries([...found].map(([key, places]) => [key, [...places].sort()] as const).sort())
}

const staleNotes = (plan: Plan): ReadonlyArray<string> => {
  const used = new Set(notePlaces(plan).map(([key]) => key))
  const nulls = Object.entries(nullEverywhere).flatMap(([version, all]) => [...all].map((name) => `${version}.${name}`))
  return [
    ...Object.keys(fieldNotes)
      .filter((key) => !used.has(key))
      .map((key) => `no field is called ${key}, and facts/fields.ts still has a note for it`),
    ...nulls
      .filter((key) => !used.has(`${key}=null`))
      .map((key) => `no field is called ${key}, and facts/entities.ts (nullEverywhere) still speaks of it`)
  ]
}

/** What summaries and notes quote: `filter_id`, `Users.list`. */
const staleWords = ({ modules }: Plan): ReadonlyArray<string> => {
  const known = new Set(JSON.stringify(modules, (key, value) => (key === "note" ? undefined : value)).match(/\w+/g))
  const operations = new Set(modules.flatMap(({ endpoints, name }) => endpoints.map((one) => `${name}.${one.name}`)))
  const named = modules.map(({ name }) => name).join("|")
  const quoted = new RegExp(`\`([a-z]+(?:_[a-z0-9]+)+|(?:${named})\\.\\w+)\``, "g")
  const texts = { "summaries.ts": summaries, "fields.ts": fieldNotes, "replacements.ts": withoutReplacement }
  return Object.entries(texts).flatMap(([table, sentences]) =>
    Object.entries(sentences).flatMap(([key, sentence]) =>
      [...sentence.matchAll(quoted)]
        .map(([, word = ""]) => word)
        .filter((word) => !known.has(word) && !operations.has(word))
        .map((word) => `${word} is gone, and facts/${table} speaks of it at ${key}`)
    )
  )
}

/** Keys of notes, and on what they stand: `v2.Deal` is a model, `v2.Deals=` inputs, `v2.Deals` envelopes of a module. */
const notePlaces = ({ modules }: Plan): ReadonlyArray<readonly [string, string]> =>
  modules.flatMap(({ endpoints, models: own, name: module, version }) => {
    const of = (shape: Shape, owner: string | undefined, place: string): ReadonlyArray<readonly [string, string]> => {
      switch (shape.kind) {
        case "array":
        case "list":
          return of(shape.items, owner, place)
        case "nullable":
          return of(shape.shape, owner, place)
        case "union":
          return shape.members.flatMap((member) => of(member, owner, place))
        case "object": {
          const input = place.endsWith("=")
          const fields = shape.fields.flatMap(({ name, shape }) => {
            const list = /^(array|list)$/.test((shape.kind === "nullable" ? shape.shape : shape).kind)
            const key = noteKeyOf(name, { version, of: owner, input, list })
            const isNull = !input && nullEverywhere[version].has(name)
            return [
              ...(key === undefined ? [] : [[key, place] as const]),
              ...(isNull ? [[`${version}.${name}=null`, place] as const] : []),
              ...of(shape, input ? owner : owner && `${owner}.${name}`, place)
            ]
          })
          return [...fields, ...(typeof shape.rest === "object" ? of(shape.rest, owner, place) : [])]
        }
        default:
          return []
      }
    }
    return [
      ...own.flatMap(({ name, shape }) => of(shape, name, `${version}.${name}`)),
      ...endpoints.flatMap(({ answer, input }) => [
        ...of(input.shape, module, `${version}.${module}=`),
        ...of(answer.shape, undefined, `${version}.${module}`)
      ])
    ]
  })
