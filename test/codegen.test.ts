import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import * as v1 from "effect-pipedrive/v1"
import { assert, describe, it } from "vitest"
import { extract } from "../codegen/extract.js"
import { otherWords } from "../codegen/facts/names.js"
import { generate } from "../codegen/generate.js"
import { plan } from "../codegen/plan.js"
import * as Encode from "../src/internal/schema/encode.js"
import { entries } from "./support/surface.js"

const root = new URL("..", import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, root), "utf8")
const require = createRequire(import.meta.url)

/** The operations of the classes that an official package exports, at run time. `BetaApi` repeats those of others. */
const officialOperations = (specifier: string): ReadonlyArray<string> =>
  Object.entries(require(specifier) as Record<string, unknown>)
    .filter(([name, value]) => name.endsWith("Api") && name !== "BetaApi" && typeof value === "function")
    .flatMap(([, api]) => Object.getOwnPropertyNames((api as { prototype: object }).prototype))
    .filter((name) => name !== "constructor")

/** 31.2.1 still ships this class, and exports it no more. */
const subscriptions = (): ReadonlyArray<string> => {
  const index = require.resolve("pipedrive-31/v1")
  const { SubscriptionsApi } = require(index.replace(/index\.js$/, "api/subscriptions-api.js"))
  return Object.getOwnPropertyNames(SubscriptionsApi.prototype).filter((name) => name !== "constructor")
}

describe("the generator", () => {
  const { baseline, changes, faults, files } = generate()

  it("writes what is committed, and nothing else is there", () => {
    const stale = [...files].filter(([file, text]) => read(file) !== text).map(([file]) => file)
    assert.deepStrictEqual(stale, [], "run `npm run codegen`")
    for (const version of ["v1", "v2"]) {
      const there = readdirSync(new URL(`src/${version}`, root)).map((name) => `src/${version}/${name}`)
      assert.deepStrictEqual(
        there.filter((file) => !files.has(file)),
        []
      )
    }
  })

  it("knows all that it needs, speaks of nothing that is gone, and was looked at", () => {
    assert.deepStrictEqual(faults, [])
    assert.deepStrictEqual(changes, [])
    for (const [file, text] of baseline) assert.strictEqual(read(file), text, "run `npm run codegen`")
  })

  it("writes the same twice", () => {
    assert.deepStrictEqual([...generate().files], [...files])
  })

  it("lets no name or mark-up of the official client through, and no `any`", () => {
    const forbidden = [
      /AllOf/,
      /\dResponse\b/,
      /Inner\b/,
      /&(lt|gt|amp|quot|#\w+);/,
      /<\/?(br|a|table|tr|td|b|p)\b/i,
      /[:<|] any\b/
    ]
    for (const [file, text] of files) {
      if (!file.endsWith(".ts")) continue
      // the official name of an operation is told where it is described
      const own = text.replaceAll(/"[^"\n]*"/g, '""')
      for (const pattern of forbidden) assert.notMatch(own, pattern, file)
    }
  })

  it("keeps lines readable, and says of every export since when and what it is", () => {
    for (const [file, text] of files) {
      if (!/^src\/(v1|v2|current)\/.*\.ts$/.test(file)) continue
      for (const line of text.split("\n")) assert.isAtMost(line.length, 120, `${file}: ${line}`)
      const exported = text.match(/^export (const|interface|type) /gm)?.length ?? 0
      const documented = text.match(/^ \*\/\nexport (const|interface|type) /gm)?.length ?? 0
      assert.strictEqual(documented, exported, file)
    }
  })
})

describe("the surface", () => {
  const named = (version: string) =>
    entries.filter(({ key }) => key.startsWith(`${version}.`)).map(({ endpoint }) => endpoint.endpoint.operation)

  it("holds each official operation once: 158 of v2, 210 of v1, and 65 of v1 that only 31.2.1 has", () => {
    const official2 = officialOperations("pipedrive/v2")
    const official1 = officialOperations("pipedrive/v1")
    const kept = new Set(official1)
    const older = [...officialOperations("pipedrive-31/v1"), ...subscriptions()].filter((name) => !kept.has(name))
    assert.deepStrictEqual([official2.length, official1.length, older.length], [158, 210, 65])
    assert.deepStrictEqual([...named("v2")].sort(), [...official2].sort())
    assert.deepStrictEqual([...named("v1")].sort(), [...official1, ...older].sort())
  })

  it("calls the 65 deprecated, and names a replacement that exists", () => {
    const kept = new Set(officialOperations("pipedrive/v1"))
    const names = new Set(entries.map(({ name }) => name))
    for (const { endpoint, key, name } of entries) {
      const { deprecated, operation, replacement, version } = endpoint.endpoint
      if (version === "v1" && !kept.has(operation)) assert.isTrue(deprecated, key)
      if (replacement !== undefined) assert.isTrue(names.has(replacement), `${name}: ${replacement}`)
    }
  })

  it("describes endpoints by the names they are exported under", () => {
    for (const { endpoint, name } of entries) {
      assert.strictEqual(`${endpoint.endpoint.version}.${endpoint.endpoint.name}`, name)
    }
  })

  it("names by one rule: what answers with an array is a list, a file that is sent to something is an upload", () => {
    const official = new Map(
      plan(extract()).modules.flatMap((module) => module.endpoints.map((one) => [one.operation.key, one]))
    )
    const documented = read("docs/operations.md")
    // a plan is one thing, goals come in an object
    const apart = ["v1.Projects.getPlan", "v1.Goals.list"]
    for (const { endpoint, name } of entries) {
      const { body, method, operation, version } = endpoint.endpoint
      const [module = "", own = ""] = name.split(".").slice(1)
      const known = official.get(`${version}.${operation}`)
      if (method === "GET" && !apart.includes(name)) {
        if (known?.listed) assert.match(own, /^(list|search|find)/, name)
        else assert.match(own, /^(get|search|download)/, name)
      }
      if (body?.encoding === "multipart" && method === "POST" && own !== "add") assert.match(own, /^upload/, name)
      for (const word of otherWords[`${version}.${operation}`] ?? []) {
        assert.isFalse(
          entries.some((one) => one.name === `${version}.${module}.${word}`),
          `${name} is not ${word}`
        )
        assert.include(documented, `*${word}*`, name)
      }
    }
    assert.includeMembers(
      entries.map(({ name }) => name),
      [
        "v1.CallLogs.uploadRecording",
        "v1.Deals.listArchivedTimeline",
        "v1.Deals.listTimeline",
        "v1.LegacyTeams.listForUser",
        "v1.Persons.uploadPicture",
        "v1.Projects.getPlan",
        "v1.Roles.setSetting",
        "v1.Subscriptions.getForDeal",
        "v1.Users.find",
        "v2.DealInstallments.listForDeals",
        "v2.DealProducts.listForDeals",
        "v2.Products.uploadImage"
      ]
    )
    assert.deepStrictEqual(
      Object.keys(otherWords).filter((key) => !official.has(key)),
      []
    )
  })

  it("places every key of an input once: in the path, the query or the body", () => {
    for (const { endpoint, name } of entries) {
      const { body, path, query = [] } = endpoint.endpoint
      const placed = [...Encode.pathKeysOf(path), ...query, ...(body?.keys ?? [])]
      assert.strictEqual(new Set(placed).size, placed.length, name)
    }
  })

  it("maps every operation in docs/operations.md", () => {
    const text = read("docs/operations.md")
    for (const { endpoint } of entries) {
      const { name, operation, version } = endpoint.endpoint
      assert.include(text, `| \`${name}\` | \`${operation}\``, `${version}.${name}`)
    }
  })
})

describe("v1 inputs", () => {
  it("take whole numbers for ids, also where the documents do not say so", () => {
    assert.isTrue(Encode.isIssues(Encode.make(v1.Tasks.add.endpoint)({ title: "Call", project_id: 1.5 })))
    assert.isFalse(Encode.isIssues(Encode.make(v1.Tasks.add.endpoint)({ title: "Call", project_id: 1 })))
  })

  it("write a Date as v1 does, and as RFC 3339 where Pipedrive wants it", () => {
    const date = new Date("2026-05-15T09:55:02.123Z")
    const query = (wire: ReturnType<Encode.Encoder>) =>
      Encode.isIssues(wire) ? undefined : decodeURIComponent(wire.query)
    assert.strictEqual(
      query(Encode.make(v1.Leads.list.endpoint)({ updated_since: date })),
      "updated_since=2026-05-15T09:55:02Z"
    )
    assert.strictEqual(
      query(Encode.make(v1.Recents.list.endpoint)({ since_timestamp: date })),
      "since_timestamp=2026-05-15+09:55:02"
    )
  })
})
