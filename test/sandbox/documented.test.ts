/**
 * The keys of answers beside Pipedrive's documents and what accounts were really answered, for every endpoint: what is documented or
 * was seen is there, and nothing else is, but for what is listed with its reason.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { AnyDescription } from "../../src/sandbox/http/call.js"
import { answerAll } from "./everyEndpoint.js"
import { all } from "./support.js"

const folder = "../shared/data"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Where the parts of a thing are looked at, too. */
const nested = /^(location|address|postal_address|organization|item)$/

/** The things in an answer: its data, the items of a list, what a search found. */
const thingsIn = (body: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const data = isObject(body) ? body.data : undefined
  const list = isObject(data) && Array.isArray(data.items) ? data.items : Array.isArray(data) ? data : [data]
  return list.map((one) => (isObject(one) && isObject(one.item) ? one.item : one)).filter(isObject)
}

const custom = /^[0-9a-f]{40}/

const collect = (thing: Readonly<Record<string, unknown>>, prefix: string, into: Set<string>): void => {
  for (const [key, value] of Object.entries(thing)) {
    // custom fields, and what stands under ids, are the account's own
    if (custom.test(key) || /^\d+$/.test(key)) continue
    into.add(`${prefix}${key}`)
    if (prefix === "" && nested.test(key) && isObject(value)) collect(value, `${key}.`, into)
  }
}

const keysOf = (body: unknown, into = new Set<string>()): Set<string> => {
  for (const thing of thingsIn(body)) collect(thing, "", into)
  return into
}

/** The keys that a schema of the documents has for `data`. */
const keysOfSchema = (schema: unknown, into: Set<string>): void => {
  const walk = (node: unknown, path: ReadonlyArray<string>): void => {
    if (!isObject(node) || path.length > 4) return
    for (const many of ["allOf", "anyOf", "oneOf"]) {
      for (const one of Array.isArray(node[many]) ? node[many] : []) walk(one, path)
    }
    walk(node.items, path)
    if (!isObject(node.properties)) return
    for (const [key, inner] of Object.entries(node.properties)) {
      const inside = path[0] === "data" && path[1] === "items" ? path.slice(2) : path.slice(1)
      const at = inside[0] === "item" ? inside.slice(1) : inside
      if (path[0] === "data" && at.length === 0) into.add(key)
      if (path[0] === "data" && at.length === 1 && nested.test(at[0] ?? "")) into.add(`${at[0]}.${key}`)
      walk(inner, [...path, key])
    }
  }
  walk(schema, [])
}

interface Evidence {
  /** Keys of examples, and of answers that were seen. */
  readonly shown: Set<string>
  /** Keys of schemas. */
  readonly described: Set<string>
}

const read = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, "utf8"))

const evidence = (): ReadonlyMap<string, Evidence> => {
  const found = new Map<string, Evidence>()
  const of = (endpoint: AnyDescription): Evidence => {
    const name = `${endpoint.version}.${endpoint.name}`
    const known = found.get(name) ?? { shown: new Set(), described: new Set() }
    found.set(name, known)
    return known
  }
  for (const [file, version] of [
    ["v1", "v1"],
    ["v1-legacy", "v1"],
    ["v2", "v2"]
  ] as const) {
    const { paths } = read(`openapi/${file}.json`) as { readonly paths: Record<string, Record<string, any>> }
    for (const endpoint of all) {
      if (endpoint.version !== version) continue
      const responses = paths[endpoint.path]?.[endpoint.method.toLowerCase()]?.responses ?? {}
      for (const [status, response] of Object.entries<any>(responses)) {
        if (!status.startsWith("2")) continue
        for (const content of Object.values<any>(response.content ?? {})) {
          keysOf(content.example, of(endpoint).shown)
          for (const one of Object.values<any>(content.examples ?? {})) keysOf(one.value, of(endpoint).shown)
          keysOfSchema(content.schema, of(endpoint).described)
        }
      }
    }
  }
  for (const file of readdirSync(`${folder}/recordings`)) {
    const recording = read(`recordings/${file}`) as any
    const [version, ...rest] = recording.path.replace(/^\/(api\/)?/, "").split("/")
    const endpoint = all.find(
      (one) =>
        one.version === version &&
        one.method === recording.method &&
        one.path.split("/").length === rest.length + 1 &&
        one.path.split("/").every((part, at) => at === 0 || part.startsWith("{") || part === rest[at - 1])
    )
    if (endpoint !== undefined && recording.status < 300) keysOf(recording.body, of(endpoint).shown)
  }
  for (const { endpoint, file } of read("reports/manifest.json") as ReadonlyArray<any>) {
    const described = all.find((one) => `${one.version}.${one.name}` === endpoint)
    if (described !== undefined && existsSync(`${folder}/reports/payloads/${file}.json`)) {
      keysOf(read(`reports/payloads/${file}.json`), of(described).shown)
    }
  }
  return found
}

/** What is shown otherwise, and why. */
const missing: ReadonlyArray<readonly [where: RegExp, why: string]> = [
  [/Fields\.(list|get) (ui_visibility|important_fields|required_fields)$/, "for include_fields"],
  [/^v2\.Activities\..* attendees$/, "for include_fields"],
  [/^v2\.Deals\..* source_lead_id$/, "for include_fields"],
  [/^v1\.Users\..* (activated|signup_flow_variation)$/, "answers of 2026 do not have it"],
  [/^v1\.OrganizationFields\.list use_field$/, "of one field, in an answer of 2023"],
  [/^v1\.ProductFields\..* (options|picklist_data)$/, "of fields with options"],
  [/^v1\.OrganizationRelationships\.get calculated_/, "for org_id"],
  [/^v1\.Persons\.listFollowers deal_id$/, "a person's followers follow no deal"],
  [/^v1\.Projects\.getPlan group_id$/, "once there is one"],
  [/^v2\.ItemSearch\.search /, "of other kinds than what the demo has found"],
  [/^v2\.Organizations\..* org_id$/, "an example's alone: what it would be, no schema says"],
  [/^v2\.Pipelines\.list is_selected$/, "a guide's alone"],
  [/^v2\.Leads\.getConversionStatus deal_id$/, "what is converted there is a deal"]
]
const beyond: ReadonlyArray<readonly [where: RegExp, why: string]> = [
  [/^v1\.(Leads\.search|ItemSearch\..*) organization\.address$/, "as version 2 was seen to answer"],
  [/^v1\.\w+Fields\.\w+ json_column_flag$/, "as was seen for the other kinds"]
]

/** Things of one kind have the same keys wherever they stand: those of one answer speak for the others. */
const kindOf = (name: string): string => {
  const [version = "", module = "", operation = ""] = name.split(".")
  const listed = /^list(Deals|Files|Activities|Persons)$/.exec(operation)?.[1]
  return `${version}.${listed ?? module}`
}

describe("beside documents and answers that were seen", () => {
  const here = existsSync(`${folder}/openapi`)
  it.effect.skipIf(!here)("every answer has their keys", () =>
    Effect.gen(function* () {
      const known = evidence()
      const ofKind = new Map<string, Set<string>>()
      for (const [name, { described, shown }] of known) {
        const keys = ofKind.get(kindOf(name)) ?? new Set()
        ofKind.set(kindOf(name), keys)
        for (const key of [...described, ...shown]) keys.add(key)
      }
      const lacks: Array<string> = []
      const extra: Array<string> = []
      for (const [name, body] of yield* answerAll) {
        const there = known.get(name)
        if (there === undefined || there.shown.size === 0) continue
        const ours = keysOf(body)
        if (ours.size === 0) continue
        for (const key of there.shown) {
          const parent = key.includes(".") ? key.split(".")[0] : undefined
          const isSet = parent === undefined || thingsIn(body).some((thing) => isObject(thing[parent]))
          if (!ours.has(key) && isSet) lacks.push(`${name} ${key}`)
        }
        for (const key of ours) if (ofKind.get(kindOf(name))?.has(key) !== true) extra.push(`${name} ${key}`)
      }
      const unexplained = (found: ReadonlyArray<string>, reasons: typeof missing) =>
        found.filter((one) => !reasons.some(([where]) => where.test(one)))
      assert.deepStrictEqual(unexplained(lacks, missing), [])
      assert.deepStrictEqual(unexplained(extra, beyond), [])
      // a reason that explains nothing is out of date
      const idle = (found: ReadonlyArray<string>, reasons: typeof missing) =>
        reasons.filter(([where]) => !found.some((one) => where.test(one))).map(([, why]) => why)
      assert.deepStrictEqual([...idle(lacks, missing), ...idle(extra, beyond)], [])
    })
  )
})
