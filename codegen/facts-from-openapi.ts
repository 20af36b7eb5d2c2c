/**
 * Writes `codegen/facts/operations.json`: what Pipedrive's OpenAPI documents say about each operation and the official
 * client's types do not. Run it by hand when Pipedrive publishes new documents, and commit the result:
 *
 *     npx tsx codegen/facts-from-openapi.ts ../shared/data/openapi
 *
 * The folder holds `v1.json` and `v2.json`. The 65 operations that are in no document any more come from
 * `codegen/facts/legacy.ts`. Only facts are taken over; no sentence is.
 *
 * One entry per operation, keyed `v1.` or `v2.` and the official operation name:
 *
 * - `cost`: tokens that a call takes from the daily budget.
 * - `max`: the largest `limit`; absent where there is no such parameter.
 * - `lists`: parameters sent comma-joined, with the most values they take, or null.
 * - `integers`: inputs that are whole numbers. `name[]` says it of the items of an array or of a comma list.
 * - `nullable`: inputs of a body that may be null.
 * - `formats`: inputs that are a timestamp, date, time, uuid, email or uri.
 * - `rfc3339`: timestamps of v1 that want the form of v2, `2026-05-15T09:55:02Z`.
 * - `enums`: values that an input of text is documented to take.
 * - `items`: the most items that an array in the body may hold.
 * - `bounds`: how long texts and how large numbers may be: the least and the most, null where there is none.
 * - `statuses`: the statuses of success, documented or seen.
 *
 * Inputs are named by their path: bare in the path and the query, with `body.` in front in the body, dots for nesting.
 * Run with a second argument `--check` it writes nothing and fails when the file would change.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { legacy } from "./facts/legacy.js"

type Format = "timestamp" | "date" | "time" | "uuid" | "email" | "uri"

type Bounds = readonly [least: number | null, most: number | null]

interface Facts {
  readonly cost: number
  readonly max?: number
  readonly lists?: Record<string, number | null>
  readonly integers?: ReadonlyArray<string>
  readonly nullable?: ReadonlyArray<string>
  readonly formats?: Record<string, Format>
  readonly rfc3339?: ReadonlyArray<string>
  readonly enums?: Record<string, ReadonlyArray<string>>
  readonly items?: Record<string, number>
  readonly bounds?: Record<string, Bounds>
  readonly statuses: ReadonlyArray<number>
}

interface Schema {
  readonly type?: string
  readonly nullable?: boolean
  readonly format?: string
  readonly description?: string
  readonly example?: unknown
  readonly enum?: ReadonlyArray<unknown>
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Record<string, Schema>
  readonly allOf?: ReadonlyArray<Schema>
  readonly anyOf?: ReadonlyArray<Schema>
  readonly oneOf?: ReadonlyArray<Schema>
}

interface Parameter {
  readonly in: string
  readonly name: string
  readonly description?: string
  readonly example?: unknown
  readonly schema: Schema
}

interface Operation {
  readonly operationId: string
  readonly "x-token-cost": number
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> }
  readonly responses: Record<string, unknown>
}

interface Entry {
  readonly key: string
  readonly method: string
  readonly path: string
  readonly facts: Facts
}

// -----------------------------------------------------------------------------
// costs
// -----------------------------------------------------------------------------

/** Costs that do not follow from method and path. */
const exceptions: Record<string, number> = {
  "v1.deleteTeamUser": 10,
  "v1.findUsersByName": 40,
  "v1.getActivitiesCollection": 10,
  "v1.getArchivedDealsSummary": 80,
  "v1.getCurrentUser": 2,
  "v1.getDealParticipants": 10,
  "v1.getDealParticipantsChangelog": 10,
  "v1.getDealUsers": 10,
  "v1.getDealsCollection": 10,
  "v1.getDealsSummary": 40,
  "v1.getLeadLabels": 10,
  "v1.getLeadSources": 2,
  "v1.getLeadUsers": 10,
  "v1.getMailThread": 20,
  "v1.getOrganizationUsers": 10,
  "v1.getOrganizationsCollection": 10,
  "v1.getPersonUsers": 10,
  "v1.getPersonsCollection": 10,
  "v1.getPipelineConversionStatistics": 40,
  "v1.getPipelineMovementStatistics": 40,
  "v1.getPipelines": 10,
  "v1.getProductUsers": 10,
  "v1.getRoleAssignments": 10,
  "v1.getStages": 10,
  "v1.getUserPermissions": 10,
  "v1.getUserRoleAssignments": 10,
  "v1.getUserRoleSettings": 10,
  "v1.getUserSettings": 2,
  "v1.getUserTeams": 20,
  "v1.getWebhooks": 10,
  "v2.addManyDealProducts": 25,
  "v2.archiveProject": 3,
  "v2.deleteManyDealProducts": 15,
  "v2.deleteProductImage": 6,
  "v2.getArchivedProjects": 10,
  "v2.getPersonPicture": 1,
  "v2.getPipelines": 5,
  "v2.getProjectUsers": 5,
  "v2.getProjectsBoard": 10,
  "v2.getProjectsPhase": 10,
  "v2.getStages": 5,
  "v2.updateProductImage": 20,
  "v2.uploadProductImage": 20
}

/** Pipedrive's price list: v1 costs twice what v2 does, and an exception has to be named. */
const expectedCost = (key: string, method: string, path: string): number => {
  const exception = exceptions[key]
  if (exception !== undefined) return exception
  const factor = key.startsWith("v1.") ? 2 : 1
  switch (method) {
    case "GET":
      if (/\/(search|itemSearch|itemSearch\/field|flow|archived)$/.test(path)) return 20 * factor
      return (path.endsWith("}") ? 1 : 10) * factor
    case "DELETE":
      return path.includes("{") ? 3 * factor : 10
    default:
      return path.endsWith("/merge") || path.includes("/convert/") ? 40 : 5 * factor
  }
}

/** How many operations cost how much, counted by hand in the documents of August 2026. */
const totals: Record<string, Record<number, number>> = {
  v1: { 2: 24, 6: 29, 10: 78, 20: 64, 40: 14, 80: 1 },
  v2: { 1: 19, 3: 30, 5: 58, 6: 1, 10: 35, 15: 1, 20: 11, 25: 1, 40: 2 }
}

// -----------------------------------------------------------------------------
// what the documents say
// -----------------------------------------------------------------------------

/** Successes seen on live accounts that the documents leave out. */
const seenStatuses: Record<string, ReadonlyArray<number>> = { "v1.addLead": [200], "v1.addNote": [201] }

/** Formats that no document states but that its examples, or the answers of live accounts, leave no doubt about. */
const knownFormat = (key: string, input: string): Format | undefined => {
  if (
    /^v1\.getLeadUsers id$|^v1\.getPermissionSet\w* id$|permission_set_id$|(^| |\.)lead_id$/.test(`${key} ${input}`)
  ) {
    return "uuid"
  }
  if (/^v1\.addUser body\.email$|attendees\[\]\.email$/.test(`${key} ${input}`)) return "email"
  if (/^body\.attachments\[\]\.(preview_)?url$|^body\.subscription_url$/.test(input)) return "uri"
  if (/^v2\.(add|update)Activity$/.test(key)) {
    if (input === "body.due_date") return "date"
    if (input === "body.due_time" || input === "body.duration") return "time"
  }
  if (/^v2\.(add|update)(Deal|Person|Organization)$/.test(key)) {
    if (/^body\.(add|archive|close|won|lost)_time$/.test(input)) return "timestamp"
  }
  return undefined
}

const formatOf = (key: string, input: string, schema: Schema, description: string): Format | undefined => {
  if (schema.type !== "string" || schema.enum !== undefined) return undefined
  switch (schema.format) {
    case "date":
      return "date"
    case "date-time":
      return "timestamp"
    case "uuid":
      return "uuid"
    case "url":
    case "uri":
      return "uri"
  }
  if (/YYYY-MM-DD HH:MM|RFC ?3339|ISO 8601 format, e\.g\. \d{4}-\d\d-\d\dT/.test(description)) return "timestamp"
  if (/YYYY-MM-DD/.test(description)) return "date"
  return knownFormat(key, input)
}

const isList = (parameter: Parameter): boolean =>
  parameter.schema.type === "array" ||
  /^(include_fields|custom_fields|ids)$/.test(parameter.name) ||
  /comma[- ]separated|separated by a comma|multiple selection/i.test(parameter.description ?? "") ||
  (parameter.name === "status" && String(parameter.example ?? parameter.schema.example).includes(","))

const listMaximum = (description: string): number | null => {
  const found = /(?:up to|maximum(?: of)?) (\d+) (?:entity ids|deal IDs|IDs|keys)/i.exec(description)
  return found === null ? null : Number(found[1])
}

const pageMaximum = (path: string, parameter: Parameter): number => {
  // Documented as 500 on v2, but the searches refuse more than 100.
  if (/\/(search|itemSearch|itemSearch\/field)$/.test(path)) return 100
  if (parameter.schema.maximum !== undefined) return parameter.schema.maximum
  const found = /(?:upper limit is|maximum value of) (\d+)/.exec(parameter.description ?? "")
  return found === null ? 500 : Number(found[1])
}

/** Of a text the length, of a number the value. Some lengths stand in the description only. */
const boundsOf = (input: string, schema: Schema, description: string): Bounds | undefined => {
  if (schema.enum !== undefined || input === "limit" || input === "start") return undefined
  const told = /maximum (?:length is )?([\d ]+) characters/.exec(description)
  const [least, most] =
    schema.type === "string"
      ? [
          schema.minLength,
          schema.maxLength ?? (told?.[1] === undefined ? undefined : Number(told[1].replace(/ /g, "")))
        ]
      : [schema.minimum, schema.maximum]
  return least === undefined && most === undefined ? undefined : [least ?? null, most ?? null]
}

const collect = (version: string, method: string, path: string, operation: Operation): Entry => {
  const key = `${version}.${operation.operationId}`
  let max: number | undefined
  const lists: Record<string, number | null> = {}
  const integers = new Set<string>()
  const nullable = new Set<string>()
  const formats: Record<string, Format> = {}
  const rfc3339: Array<string> = []
  const items: Record<string, number> = {}
  const enums: Record<string, ReadonlyArray<string>> = {}
  const bounds: Record<string, Bounds> = {}

  const visit = (input: string, schema: Schema, description: string): void => {
    for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
      visit(input, part, part.description ?? description)
    }
    if (schema.type === "integer") integers.add(input)
    if (schema.nullable === true) nullable.add(input)
    const format = formatOf(key, input, schema, description)
    if (format !== undefined) formats[input] = format
    if (format === "timestamp" && version === "v1" && /RFC ?3339|ISO 8601/.test(description)) rfc3339.push(input)
    if (schema.type === "string" && schema.enum !== undefined)
      enums[input] = schema.enum.filter((value) => typeof value === "string")
    const bound = boundsOf(input, schema, description)
    if (bound !== undefined) bounds[input] = bound
    if (schema.maxItems !== undefined) items[input] = schema.maxItems
    if (schema.items !== undefined) visit(`${input}[]`, schema.items, schema.items.description ?? "")
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      visit(`${input}.${name}`, property, property.description ?? "")
    }
  }

  for (const parameter of operation.parameters ?? []) {
    const description = parameter.description ?? ""
    if (parameter.in === "query" && isList(parameter)) {
      lists[parameter.name] = listMaximum(description)
      if (/^ids$/.test(parameter.name)) integers.add("ids[]")
    }
    if (parameter.name === "limit") max = pageMaximum(path, parameter)
    visit(parameter.name, parameter.schema, description)
  }
  for (const { schema } of Object.values(operation.requestBody?.content ?? {})) visit("body", schema, "")

  const documented = Object.keys(operation.responses)
    .map(Number)
    .filter((status) => status >= 200 && status < 300)
  const statuses = [...new Set([...documented, ...(seenStatuses[key] ?? [])])]
  const cost = operation["x-token-cost"]
  return {
    key,
    method,
    path,
    facts: facts({
      cost,
      max,
      lists,
      integers: [...integers],
      nullable: [...nullable],
      formats,
      rfc3339,
      enums,
      items,
      bounds,
      statuses
    })
  }
}

/** Puts the facts in one order and leaves out what is empty. */
const facts = (found: { readonly [K in keyof Facts]-?: Facts[K] | undefined }): Facts => {
  const sorted = <A>(record: Record<string, A> | undefined): Record<string, A> | undefined => {
    const entries = Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    return entries.length === 0 ? undefined : Object.fromEntries(entries)
  }
  const list = <A>(values: ReadonlyArray<A> | undefined): ReadonlyArray<A> | undefined =>
    values === undefined || values.length === 0 ? undefined : [...values].sort()
  return JSON.parse(
    JSON.stringify({
      cost: found.cost,
      max: found.max,
      lists: sorted(found.lists),
      integers: list(found.integers),
      nullable: list(found.nullable),
      formats: sorted(found.formats),
      rfc3339: list(found.rfc3339),
      enums: sorted(found.enums),
      items: sorted(found.items),
      bounds: sorted(found.bounds),
      statuses: list(found.statuses)
    })
  ) as Facts
}

const fromDocument = (folder: string, version: string): ReadonlyArray<Entry> => {
  const document = JSON.parse(readFileSync(join(folder, `${version}.json`), "utf8")) as {
    readonly paths: Record<string, Record<string, Operation>>
  }
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method) && !path.startsWith("/oauth/"))
      .map(([method, operation]) => collect(version, method.toUpperCase(), path, operation))
  )
}

const fromLegacy = (): ReadonlyArray<Entry> =>
  Object.entries(legacy).map(([key, { method, path, max, lists, integers, formats }]) => ({
    key,
    method,
    path,
    facts: facts({
      cost: expectedCost(key, method, path),
      max,
      lists,
      integers,
      nullable: undefined,
      formats,
      rfc3339: undefined,
      enums: undefined,
      items: undefined,
      bounds: undefined,
      // The documents promised 200; live accounts answered most creations with 201.
      statuses: method === "POST" ? [200, 201] : [200]
    })
  }))

// -----------------------------------------------------------------------------
// checks
// -----------------------------------------------------------------------------

const check = (documented: ReadonlyArray<Entry>, dropped: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const all = [...documented, ...dropped]
  if (new Set(all.map(({ key }) => key)).size !== 433) problems.push(`${all.length} operations instead of 433`)
  for (const { key, method, path, facts } of all) {
    const expected = expectedCost(key, method, path)
    if (facts.cost !== expected) problems.push(`${key} costs ${facts.cost}, expected ${expected}`)
    if (facts.statuses.length === 0) problems.push(`${key} has no status of success`)
  }
  for (const key of Object.keys(exceptions)) {
    if (!all.some((entry) => entry.key === key)) problems.push(`${key} has a price but does not exist`)
  }
  for (const [version, expected] of Object.entries(totals)) {
    const counted: Record<number, number> = {}
    for (const { key, facts } of documented) {
      if (key.startsWith(version)) counted[facts.cost] = (counted[facts.cost] ?? 0) + 1
    }
    if (JSON.stringify(counted) !== JSON.stringify(expected)) {
      problems.push(`${version}: operations by cost ${JSON.stringify(counted)}, expected ${JSON.stringify(expected)}`)
    }
  }
  return problems
}

// -----------------------------------------------------------------------------
// the file
// -----------------------------------------------------------------------------

const [folder, option] = process.argv.slice(2)
if (folder === undefined) throw new Error("say where the OpenAPI documents are: facts-from-openapi.ts <folder>")

const documented = [...fromDocument(folder, "v1"), ...fromDocument(folder, "v2")]
const dropped = fromLegacy()
const problems = check(documented, dropped)
if (problems.length > 0) throw new Error(`the facts do not add up:\n${problems.join("\n")}`)

const lines = [...documented, ...dropped]
  .sort((a, b) => (a.key < b.key ? -1 : 1))
  .map(({ key, facts }) => `  ${JSON.stringify(key)}: ${JSON.stringify(facts)}`)
const text = `{\n${lines.join(",\n")}\n}\n`
const file = fileURLToPath(new URL("./facts/operations.json", import.meta.url))
if (option === "--check") {
  if (readFileSync(file, "utf8") !== text) throw new Error("codegen/facts/operations.json is not up to date")
} else {
  writeFileSync(file, text)
}
console.log(`${lines.length} operations`)
