/** The examples in Pipedrive's specification, checked strictly: where they and the official types disagree, we know. */
import { existsSync, readFileSync } from "node:fs"
import type * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import * as Check from "../src/internal/schema/check.js"
import * as Refusal from "../src/internal/schema/inputIssues.js"
import { byKey } from "./support/surface.js"

interface Media {
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}
interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const folder = new URL("../../shared/data/openapi/", import.meta.url)
const isHere = existsSync(folder)

/** The answers that a document shows for the successes of an operation. */
const examplesOf = ({ responses }: Operation): ReadonlyArray<unknown> =>
  Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, { content }]) => Object.values(content ?? {}))
    .flatMap(({ example, examples }) => [example, ...Object.values(examples ?? {}).map(({ value }) => value)])
    .filter((example) => typeof example === "object" && example !== null)

/** Where an example, not our Schema, is wrong. */
const mistaken: Readonly<Record<string, string>> = {
  "v1.getDealUpdates": "a piece of the document stands in the example",
  "v1.getOrganizationUpdates": "a piece of the document stands in the example",
  "v1.getPersonUpdates": "a piece of the document stands in the example",
  "v1.getArchivedDealsTimeline": "live answers are an array of periods, for one period too",
  "v1.getDealsTimeline": "live answers are an array of periods, for one period too",
  "v1.searchLeads": "a piece of the document stands in the example",
  "v1.getRecents": "a key is misspelt",
  "v1.getProductDeals": "the deal is older than some fields, which recordings of live accounts have",
  "v2.addOrganization": "an organization has no org_id: neither the types nor recordings show one",
  "v2.getOrganization": "an organization has no org_id: neither the types nor recordings show one",
  "v2.getOrganizations": "an organization has no org_id: neither the types nor recordings show one",
  "v2.updateOrganization": "an organization has no org_id: neither the types nor recordings show one"
}

const wrong = (schema: Schema.Schema<unknown>, example: unknown): ReadonlyArray<string> =>
  Check.closed(schema.ast)(example)
    ? []
    : Refusal.of(schema.ast, example).map(({ message, path }) => `${path.join(".")}: ${message}`)

describe.skipIf(!isHere)("the documents' examples of answers", () => {
  for (const version of isHere ? ["v1", "v2"] : []) {
    const { paths }: Document = JSON.parse(readFileSync(new URL(`${version}.json`, folder), "utf8"))
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    it(`of ${version} are what we say they are`, () => {
      const found: Record<string, ReadonlyArray<string>> = {}
      let checked = 0
      for (const operation of operations) {
        const key = `${version}.${operation.operationId}`
        const entry = byKey.get(key)
        if (entry === undefined) continue
        for (const example of examplesOf(operation)) {
          checked++
          const issues = wrong(entry.endpoint.endpoint.output, example)
          if (issues.length > 0) found[key] = issues
        }
      }
      assert.isAbove(checked, 100)
      const exempt = Object.keys(mistaken).filter((key) => key.startsWith(version))
      assert.deepStrictEqual(
        Object.fromEntries(Object.entries(found).filter(([key]) => !(key in mistaken))),
        {},
        "examples that our Schemas refuse, or hold fields that they do not name"
      )
      assert.deepStrictEqual(
        Object.keys(found)
          .filter((key) => key in mistaken)
          .sort(),
        exempt.sort()
      )
    })
  }
})

if (!isHere) console.log("documents: the folder is not here, so their examples are not checked")
