/** What is said of a wrong response, and what is completed in one without data. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Field from "../../src/Field.js"
import type * as Nodes from "../../src/internal/schema/nodes.js"
import * as Complete from "../../src/internal/schema/promisedData.js"
import * as Issues from "../../src/internal/schema/responseIssues.js"

type Shaped = { readonly ast: Nodes.Ast }

const optional = Schema.optional

describe("the faults of a response", () => {
  const faults = (schema: Shaped, value: unknown) =>
    Issues.findIssues(schema.ast, value).map(({ message, path, place }) => `${path.join(".")} (${place}) ${message}`)
  interface Tree {
    readonly kids: ReadonlyArray<Tree>
  }
  const tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ kids: Schema.Array(tree) }))
  const chain = (levels: number): unknown => (levels === 0 ? 1 : { kids: [chain(levels - 1)] })
  const strange = Schema.declare((_: unknown): _ is string => {
    throw new Error("no")
  })
  const item = Schema.Struct({ id: Schema.Int, name: optional(Schema.String) })
  const either = Schema.Union(
    Schema.Struct({ a: Schema.Int, b: Schema.Int, c: Schema.Int }),
    Schema.Struct({ a: Schema.String, b: Schema.Int, c: Schema.String }),
    Schema.Array(Schema.Int)
  )
  it.each<[string, Shaped, unknown, ReadonlyArray<string>]>([
    ["of a good one", item, { id: 1 }, []],
    ["that misses a field", item, {}, ["id (id) is missing"]],
    [
      "of another type",
      item,
      { id: "x", name: 1 },
      ['id (id) must be number, is "x"'.replace("number", "Int"), "name (name) must be string, is 1"]
    ],
    ["of no object", item, 1, [" () must be an object, is 1"]],
    ["of null", Schema.NullOr(Schema.Array(item)), "x", [' () must be an array or null, is "x"']],
    [
      "in a list, once a place",
      Schema.Array(item),
      [{ id: 1 }, { id: "x" }, { id: "y" }, 3],
      ['1.id ([].id) must be Int, is "x"', "3 ([]) must be an object, is 3"]
    ],
    [
      "in a record",
      Schema.Record({ key: Schema.String, value: Schema.Int }),
      { a: 1, b: "x", c: "y" },
      ['b (*) must be Int, is "x"']
    ],
    [
      "beside named fields",
      Schema.Struct({ a: Schema.String }, { key: Schema.TemplateLiteral("k", Schema.String), value: Schema.Int }),
      { a: 1, k: "x", z: "y" },
      ["a (a) must be string, is 1", 'k (*) must be Int, is "x"']
    ],
    ["of the nearest of alternatives", either, { a: "x", b: "y", c: "z" }, ['b (b) must be Int, is "y"']],
    [
      "of the first of two that are as near",
      Schema.Union(Schema.Struct({ a: Schema.Int }), Schema.Struct({ a: Schema.String })),
      { a: null },
      ["a (a) must be Int, is null"]
    ],
    ["of the list among alternatives", either, ["x"], ['0 ([]) must be Int, is "x"']],
    [
      "of many types",
      Schema.Union(Schema.Literal(1, 2, 3, 4, 5, 6, 7), Schema.Undefined),
      8,
      [" () must be 1, 2, 3, 4, 5, 6, ..., is 8"]
    ],
    [
      "of six types",
      Schema.Union(Schema.Literal(1, 2, 3, 4, 5, 6), Schema.Undefined),
      8,
      [" () must be 1 or 2 or 3 or 4 or 5 or 6, is 8"]
    ],
    [
      "of nothing",
      Schema.Struct({ a: Schema.Unknown, b: Schema.Int }),
      { a: 1, b: undefined },
      ["b (b) must be Int, is missing"]
    ],
    [
      "of a secret",
      Schema.Struct({ token: Schema.Int }),
      { token: "x" },
      ["token (token) must be Int, is something else"]
    ],
    ["of a Schema that throws", strange, 1, [" () must be <declaration schema>, is 1"]],
    ["of a tuple", Schema.Tuple(Schema.Int), ["x"], [' () must be an array, is ["x"]']],
    ["of itself", tree, { kids: [{ kids: 1 }] }, ["kids.0.kids (kids.[].kids) must be an array, is 1"]],
    [
      "of itself, deep down",
      tree,
      chain(40),
      [`${"kids.0.".repeat(32).slice(0, -1)} (${"kids.[].".repeat(32).slice(0, -1)}) is nested too deeply`]
    ]
  ])("%s", (_, schema, value, expected) =>
    assert.deepStrictEqual(
      faults(schema, value).map((text) => text.replaceAll("must be number", "must be Int")),
      expected
    )
  )

  it("are no more than 32 places, and 200 in all", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, Schema.Int]))
    const wrong = Object.fromEntries(Object.keys(many).map((name) => [name, "x"]))
    assert.lengthOf(faults(Schema.Array(Schema.Struct(many)), [wrong, wrong]), 32)
    let asked = 0
    const counted = Schema.declare((_: unknown): _ is string => {
      asked++
      return false
    })
    assert.lengthOf(faults(Schema.Array(counted), Array(1000).fill(1)), 1)
    assert.isBelow(asked, 500)
    asked = 0
    assert.lengthOf(faults(Schema.Record({ key: Schema.String, value: counted }), { ...Array(1000).fill(1) }), 1)
    assert.isBelow(asked, 500)
  })
})

describe("a success without data", () => {
  const success = { success: Schema.Literal(true) }
  const filled = (schema: Shaped, body: Record<string, unknown>) => Complete.make(schema.ast).fill(body)
  const isList = (schema: Shaped) => Complete.make(schema.ast).isList
  const list = Schema.Struct({ ...success, data: Schema.Array(Schema.Int) })
  const maybe = Schema.Struct({ ...success, data: Field.optional(Schema.Array(Schema.Int)) })
  const later = Schema.Struct({ ...success, data: Schema.suspend(() => Schema.Array(Schema.Int)) })
  const found = Schema.Struct({
    ...success,
    data: Schema.Struct({ items: Schema.Array(Schema.Int), more: optional(Schema.Int) })
  })
  const foundMore = Schema.Struct({
    ...success,
    data: Schema.Struct({ items: Schema.Array(Schema.Int), more: Schema.Int })
  })
  const items = Schema.Struct({ ...success, data: Schema.Struct({ items: optional(Schema.Array(Schema.Int)) }) })
  const one = Schema.Struct({ ...success, data: Schema.Struct({ id: Schema.Int }) })
  const nullable = Schema.Struct({ ...success, data: Schema.NullOr(Schema.Struct({ id: Schema.Int })) })
  const none = Schema.Struct({ ...success, data: optional(Schema.Struct({ id: Schema.Int })) })
  const nothing = Schema.Struct(success)
  const bare = { success: true }
  const nulled = { success: true, data: null }
  it.each<[string, Shaped, boolean, unknown, unknown]>([
    ["of a list", list, true, { ...bare, data: [] }, { ...bare, data: [] }],
    ["of a list that may be missing", maybe, true, bare, nulled],
    ["of a list that is made later", later, true, { ...bare, data: [] }, { ...bare, data: [] }],
    ["of a search", found, true, { ...bare, data: { items: [] } }, { ...bare, data: { items: [] } }],
    ["of a search with more to it", foundMore, true, undefined, undefined],
    ["of what may have a list in it", items, false, undefined, undefined],
    ["of one", one, false, undefined, undefined],
    ["of one that may be null", nullable, false, nulled, nulled],
    ["of one that may be missing", none, false, bare, bare],
    ["of nothing", nothing, false, bare, nulled],
    ["of anything", Schema.suspend(() => list), true, { ...bare, data: [] }, { ...bare, data: [] }]
  ])("%s", (_, schema, lists, absent, ofNull) => {
    assert.strictEqual(isList(schema), lists)
    assert.deepStrictEqual([filled(schema, bare), filled(schema, nulled)], [absent, ofNull])
  })

  it("is completed within, and no other is touched", () => {
    assert.deepStrictEqual(filled(found, { data: { more: 1 } }), { data: { more: 1, items: [] } })
    assert.deepStrictEqual(filled(found, { data: { items: null } }), { data: { items: [] } })
    for (const body of [{ data: { items: [1] } }, { data: [1] }, { data: "x" }])
      assert.strictEqual(filled(found, body), body)
    for (const schema of [list, one, nullable, none, maybe]) {
      const body = { data: { id: 1 } }
      assert.strictEqual(filled(schema, body), body)
    }
    assert.strictEqual(filled(nullable, nulled), nulled)
    assert.notProperty(filled(none, nulled), "data")
  })

  it("says that something may have been done, of all but a GET", () => {
    const said = "is missing: Pipedrive reported success but sent no data"
    assert.deepStrictEqual(Complete.noData("GET"), { path: ["data"], message: said })
    assert.deepStrictEqual(Complete.noData("PUT"), {
      path: ["data"],
      message: `${said}, so what was asked for may have been done`
    })
  })
})
