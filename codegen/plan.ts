/**
 * What is to be generated: modules, their models and their endpoints.
 */
import { type Answer, answerOf, isListed } from "./answers.js"
import type { Official, Operation, Surface, Version } from "./extract.js"
import { replacements } from "./facts/replacements.js"
import { type Facts, factsOf } from "./facts.js"
import { type Input, inputOf } from "./inputs.js"
import { type Model, makeReader } from "./models.js"
import { operationName, singular } from "./naming.js"
import { modelsOf, type Shape } from "./shapes.js"

export interface Endpoint {
  readonly operation: Operation
  readonly name: string
  readonly listed: boolean
  readonly input: Input
  readonly answer: Answer
  readonly facts: Facts
  /** `v2.Deals.list` */
  readonly replacement?: string
}

/** The lists through which many records can be got at once. */
export interface Batch {
  /** The most ids of one request. */
  readonly maximum: number
  /** Names in the same module; the first takes every option of the get. */
  readonly lists: ReadonlyArray<string>
}

export interface Module {
  readonly version: Version
  readonly name: string
  readonly models: ReadonlyArray<Model>
  readonly endpoints: ReadonlyArray<Endpoint>
}

export interface Plan {
  readonly modules: ReadonlyArray<Module>
  /** The module of each model: `v2.Deal` stands in `Deals`. */
  readonly owners: ReadonlyMap<string, string>
}

export const plan = (official: Official): Plan => {
  const versions: ReadonlyArray<[Version, ReadonlyArray<Surface>]> = [
    ["v1", [official.v1, official.legacy]],
    ["v2", [official.v2]]
  ]
  const ours = new Map<string, string>()
  for (const [, surfaces] of versions) {
    for (const surface of surfaces) {
      for (const operation of surface.operations) {
        const name = operationName(operation, isListed(operation, surface))
        ours.set(operation.key, `${operation.version}.${operation.module}.${name}`)
      }
    }
  }
  const parts = versions.map(([version, surfaces]) => planVersion(version, surfaces, ours))
  return {
    modules: parts.flatMap(({ modules }) => modules),
    owners: new Map(parts.flatMap(({ owners }) => [...owners]))
  }
}

const planVersion = (version: Version, surfaces: ReadonlyArray<Surface>, ours: ReadonlyMap<string, string>): Plan => {
  const reader = makeReader(version, surfaces)
  const siblings = surfaces.flatMap(({ operations }) => operations)
  const endpoints = surfaces.flatMap((surface) =>
    surface.operations.map((operation): Endpoint => {
      const listed = isListed(operation, surface)
      const replacement = replacements[operation.key]
      const target = replacement === undefined ? undefined : ours.get(replacement)
      return {
        operation,
        name: operationName(operation, listed),
        listed,
        input: inputOf(operation, surface, siblings),
        answer: answerOf(operation, surface, reader),
        facts: factsOf(operation.key),
        ...(target === undefined ? {} : { replacement: target })
      }
    })
  )
  const models = reader.models()
  const names = [...new Set(endpoints.map(({ operation }) => operation.module))].sort()
  const owners = ownersOf(models, endpoints)
  const modules = names.map(
    (name): Module => ({
      version,
      name,
      models: [...models.values()].filter((model) => owners.get(model.name) === name),
      endpoints: endpoints.filter(({ operation }) => operation.module === name).sort(byPath)
    })
  )
  for (const module of modules) checkNames(module)
  return { modules, owners: new Map([...owners].map(([model, owner]) => [`${version}.${model}`, owner])) }
}

/**
 * A get that lists of its module can stand in for: they have the same records, and are documented to take so many of their ids.
 */
export const batchOf = (get: Endpoint, module: Module): Batch | undefined => {
  const record = recordOf(get)
  if (get.name !== "get" || get.operation.method !== "GET" || record === undefined) return undefined
  const lists = module.endpoints.filter(
    (one) =>
      one.answer.pagination?.items === "data" && typeof one.facts.lists?.ids === "number" && recordOf(one) === record
  )
  const whole = lists.filter(({ input }) => get.input.query.every((key) => input.query.includes(key)))
  const maximum = Math.min(...lists.map(({ facts }) => facts.lists?.ids ?? 0))
  const [first] = whole
  if (first === undefined) return undefined
  return { maximum, lists: [first, ...lists.filter((one) => one !== first)].map(({ name }) => name) }
}

/** The model of what an answer holds, one or many. */
const recordOf = ({ answer }: Endpoint): string | undefined => {
  const data =
    answer.shape.kind === "object" ? answer.shape.fields.find(({ name }) => name === "data")?.shape : undefined
  const one = data?.kind === "array" ? data.items : data
  return one?.kind === "model" ? one.name : undefined
}

/** The order in which a reader looks for them: reading before writing, the plain before the particular, the old last. */
const byPath = (a: Endpoint, b: Endpoint): number =>
  Number(a.operation.legacy ?? false) - Number(b.operation.legacy ?? false) ||
  order(a) - order(b) ||
  a.name.localeCompare(b.name)

const plain = ["list", "listArchived", "get", "add", "update", "delete", "search"]

const order = ({ name }: Endpoint): number => {
  const at = plain.indexOf(name)
  return at === -1 ? plain.length : at
}

/** Each model stands in one module: that of its noun, or else the one that speaks of it most. */
const ownersOf = (
  models: ReadonlyMap<string, Model>,
  endpoints: ReadonlyArray<Endpoint>
): ReadonlyMap<string, string> => {
  const modules = [...new Set(endpoints.map(({ operation }) => operation.module))].sort()
  const uses = new Map<string, Map<string, number>>()
  const note = (shape: Shape, module: string, seen: ReadonlySet<string>) => {
    for (const name of new Set(modelsOf(shape))) {
      const counts = uses.get(name) ?? new Map<string, number>()
      uses.set(name, counts.set(module, (counts.get(module) ?? 0) + 1))
      const model = models.get(name)
      if (model !== undefined && !seen.has(name)) note(model.shape, module, new Set([...seen, name]))
    }
  }
  for (const { answer, input, operation } of endpoints) {
    note(answer.shape, operation.module, new Set())
    note(input.shape, operation.module, new Set())
  }
  const owners = new Map<string, string>()
  for (const name of models.keys()) {
    const own = modules.find((module) => singular(module) === name)
    const used = [...(uses.get(name) ?? [])].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    const related = used.find(([module]) => name.startsWith(singular(module)))
    const owner = own ?? related?.[0] ?? used[0]?.[0]
    if (owner === undefined) throw new Error(`nothing speaks of ${name}`)
    owners.set(name, owner)
  }
  return owners
}

const checkNames = (module: Module) => {
  const seen = new Set<string>()
  const add = (name: string) => {
    if (seen.has(name)) throw new Error(`${module.version}.${module.name} has two ${name}`)
    seen.add(name)
  }
  for (const { name } of module.models) add(name)
  for (const { name } of module.endpoints) {
    const stem = name.charAt(0).toUpperCase() + name.slice(1)
    add(name)
    add(`${stem}Input`)
    add(`${stem}Output`)
  }
}
