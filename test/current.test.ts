/** `effect-pipedrive/current`: every endpoint that is current, once. */
import { assert, describe, it } from "@effect/vitest"
import { Endpoint } from "effect-pipedrive"
import * as Current from "effect-pipedrive/current"
import { entries } from "./support/surface.js"

const found = Object.entries(Current).flatMap(([module, members]) =>
  Object.entries(members).flatMap(([name, value]) =>
    Endpoint.isEndpoint(value) ? [{ place: `${module}.${name}`, endpoint: value.endpoint }] : []
  )
)

describe("what is current", () => {
  it("stands under the name that it has in its version", () => {
    for (const { endpoint, place } of found) assert.strictEqual(endpoint.name, place)
    assert.strictEqual(new Set(found.map(({ place }) => place)).size, found.length)
  })

  it("is all of v2, and of v1 what nothing of v2 replaces", () => {
    const newer = new Set(entries.filter(({ name }) => name.startsWith("v2.")).map(({ name }) => name.slice(3)))
    const names = new Set(found.map(({ endpoint }) => `${endpoint.version}.${endpoint.name}`))
    const expected = entries
      .map(({ endpoint }) => endpoint.endpoint)
      .filter(({ name, replacement, version }) => version === "v2" || (replacement === undefined && !newer.has(name)))
      .map(({ name, version }) => `${version}.${name}`)
    assert.isAbove(names.size, 300)
    assert.deepStrictEqual(
      expected.filter((name) => !names.has(name)),
      []
    )
    assert.strictEqual(names.size, expected.length)
  })

  it("has leads of both versions in one module", () => {
    assert.strictEqual(Current.Leads.search.endpoint.version, "v2")
    assert.strictEqual(Current.Leads.list.endpoint.version, "v1")
    assert.strictEqual(Current.Deals.list.endpoint.version, "v2")
    assert.strictEqual(Current.Users.list.endpoint.version, "v1")
  })
})
