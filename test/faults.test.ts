/** What is said of a wrong input or response, and what was probably meant: fault by fault. */
import { assert, describe, it } from "@effect/vitest"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Field from "../src/Field.js"
import * as Hints from "../src/internal/schema/hints.js"
import * as Refusal from "../src/internal/schema/inputIssues.js"
import * as Complete from "../src/internal/schema/promisedData.js"
import * as Issues from "../src/internal/schema/responseIssues.js"

type Shaped = Pick<Schema.Schema.All, "ast">

const key = "0123456789abcdef0123456789abcdef01234567"
const optional = Schema.optional

describe("a hint", () => {
  const input = (...names: ReadonlyArray<string>) =>
    Schema.Struct(Object.fromEntries(names.map((name) => [name, optional(Schema.String)])))
  const about = (schema: Shaped, change: Partial<Hints.Context> = {}): Hints.Context => ({
    version: "v2",
    method: "POST",
    path: "/robots/{id}",
    input: schema.ast,
    output: Schema.Struct({
      data: Schema.Struct({ added: Schema.String, parts: Schema.Array(Schema.Struct({ no: Schema.Int })) })
    }).ast,
    ...change
  })
  const unknown = (
    names: ReadonlyArray<string>,
    path: ReadonlyArray<string | number>,
    change: Partial<Hints.Context> = {}
  ) => Hints.of({ kind: "unknown", path, value: 1, message: "" }, about(input(...names), change))

  it.each<[string, ReadonlyArray<string>, ReadonlyArray<string | number>, string | undefined]>([
    ["a name of another version", ["owner_id"], ["user_id"], "the name here is owner_id"],
    ["the second of two names", ["field_code"], ["field_key"], "the name here is field_code"],
    ["a name of another version that is not here, either", ["x_y_z"], ["user_id"], undefined],
    ["what all objects have", ["x_y_z"], ["constructor"], undefined],
    ["camel case", ["owner_id"], ["ownerId"], "the name is owner_id"],
    ["camel case with digits", ["line2_to"], ["line2To"], "the name is line2_to"],
    ["a slip", ["title"], ["titel"], "did you mean title?"],
    ["a slip of something else", ["title"], ["zzzzz"], undefined],
    [
      "the official client's wrapper",
      ["name"],
      ["AddRobotRequest"],
      "the official client's wrapper of the body: give its fields directly, beside the others"
    ],
    [
      "the wrapper of a version",
      ["name"],
      ["RobotRequest1"],
      "the official client's wrapper of the body: give its fields directly, beside the others"
    ],
    ["no wrapper", ["name"], ["aRobotRequest"], undefined],
    ["no wrapper, either", ["name"], ["Robot Request"], undefined],
    [
      "a person among participants",
      ["participants"],
      ["person_id"],
      "read-only: name the person in participants, [{ person_id, primary: true }]"
    ],
    ["what is answered", ["name"], ["added"], "Pipedrive answers with it, but does not take it: leave it out"],
    [
      "what is answered further down",
      ["name"],
      ["parts", 0, "no"],
      "Pipedrive answers with it, but does not take it: leave it out"
    ],
    ["a custom field", ["name"], [key], "a custom field, which this endpoint does not take"],
    ["a custom field beside the others", ["custom_fields"], [key], "a custom field: put it under custom_fields"],
    [
      "a part of one",
      ["custom_fields"],
      [`${key}_until`],
      `a part of a custom field: give { value, until } under custom_fields.${key}`
    ],
    [
      "a part of one by its name in v1",
      ["custom_fields"],
      [`${key}_timezone_id`],
      `a part of a custom field: give { value, timezone_name } under custom_fields.${key}`
    ],
    [
      "a part of one within",
      ["name"],
      ["custom_fields", `${key}_until`],
      `a part of a custom field: give { value, until } under ${key}`
    ],
    [
      "a part of one where there are none",
      ["name"],
      [`${key}_until`],
      "a custom field, which this endpoint does not take"
    ],
    ["no custom field", ["custom_fields"], [`x${key}`], undefined],
    ["no custom field, either", ["custom_fields"], [`${key}x`], undefined]
  ])("of %s", (_, names, path, expected) => assert.strictEqual(unknown(names, path), expected))

  it("names what can be changed, of an update", () => {
    const many = ["id", "a", "b", "c", "d", "e", "f", "g", "h"]
    for (const method of ["PUT", "PATCH"] as const) {
      assert.strictEqual(
        unknown(many, ["zzzzzz"], { method }),
        "leave it out; what can be changed is a, b, c, d, e, f, g, h"
      )
      assert.strictEqual(
        unknown([...many, "i"], ["zzzzzz"], { method }),
        "leave it out; what can be changed is a, b, c, d, e, f, g, h, ..."
      )
      assert.isUndefined(unknown([], ["zzzzzz"], { method }))
    }
    assert.isUndefined(unknown(["name"], ["added"], { method: "GET" }))
    assert.isUndefined(
      Hints.of({ kind: "missing", path: ["name"], value: undefined, message: "" }, about(input("name")))
    )
  })

  it("looks where the fault is", () => {
    const nested = Schema.Struct({ parts: Schema.Array(Schema.Struct({ title: optional(Schema.String) })) })
    const at = (path: ReadonlyArray<string | number>) =>
      Hints.of({ kind: "unknown", path, value: 1, message: "" }, about(nested))
    assert.strictEqual(at(["parts", 0, "titel"]), "did you mean title?")
    assert.isUndefined(at(["titel"]))
  })

  const fields = Schema.Struct({
    event_action: Schema.String,
    status: Schema.String,
    ids: Field.List(Schema.Int),
    text: Schema.String,
    n: Schema.NullOr(Schema.Number),
    int: Schema.Int,
    bit: Schema.Literal(0, 1),
    word: Schema.Literal("a"),
    flag: Schema.NullOr(Schema.Boolean)
  })
  it.each<[string, unknown, string | undefined]>([
    ["text", null, "null is not taken here: leave it out"],
    ["event_action", "merged", 'only of version "1.0"; on version "2.0" a merge is a change and a delete'],
    ["event_action", "added", 'of version "1.0": give "create", or version: "1.0"'],
    ["event_action", "updated", 'of version "1.0": give "change", or version: "1.0"'],
    ["event_action", "deleted", 'of version "1.0": give "delete", or version: "1.0"'],
    ["event_action", "create", 'of version "2.0": give "added"'],
    ["event_action", "change", 'of version "2.0": give "updated"'],
    ["event_action", "delete", 'of version "2.0": give "deleted"'],
    ["event_action", "toString", undefined],
    ["event_action", 1, undefined],
    ["status", "all_not_deleted", 'name the statuses: ["open", "won", "lost"]'],
    ["status", "all", undefined],
    ["text", "all_not_deleted", undefined],
    ["ids", "1, 2,3", 'a list is an array: ["1","2","3"]'],
    ["ids", "1", undefined],
    ["text", "1,2", undefined],
    ["int", { id: 5 }, "give its id alone: 5"],
    ["int", { value: 6, id: 5 }, "give its id alone: 6"],
    ["int", { id: "5" }, undefined],
    ["int", [{ id: 5 }], undefined],
    ["int", undefined, undefined],
    ["n", true, "give 1"],
    ["int", false, "give 0"],
    ["bit", true, "give 1"],
    ["word", true, undefined],
    ["text", true, undefined],
    ["flag", 1, "give true"],
    ["flag", 0, "give false"],
    ["flag", 2, undefined],
    ["text", 1, undefined],
    ["gone", true, undefined],
    ["gone", 1, undefined]
  ])("of %s that is %j", (name, value, expected) => {
    assert.strictEqual(Hints.of({ kind: "value", path: [name], value, message: "" }, about(fields)), expected)
  })
})

describe("the faults of an input", () => {
  const faults = (schema: Shaped, value: unknown) =>
    Refusal.of(schema.ast, value).map(({ kind, message, path }) => `${kind} ${path.join(".")} ${message}`)
  const choice = Schema.Union(
    Schema.Struct({ kind: Schema.Literal("a"), n: Schema.Number }),
    Schema.Struct({ kind: optional(Schema.Literal("b")), s: Schema.String })
  )
  interface Tree {
    readonly kids: ReadonlyArray<Tree>
  }
  const tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ kids: Schema.Array(tree) }))
  const own = Schema.declare([], {
    decode: () => (u, _, ast) => ParseResult.fail(new ParseResult.Type(ast, u, "is no price")),
    encode: () => (u, _, ast) => ParseResult.fail(new ParseResult.Type(ast, u, "is no price"))
  })
  it.each<[string, Shaped, unknown, ReadonlyArray<string>]>([
    ["of a good one", Schema.Struct({ a: Schema.String }), { a: "x" }, []],
    ["that misses a field", Schema.Struct({ a: Schema.String }), {}, ["missing a is missing"]],
    [
      "with one too many",
      Schema.Struct({}, { key: Schema.TemplateLiteral("x", Schema.String), value: Schema.Int }),
      { b: 1 },
      ["unknown b is not a field of this endpoint"]
    ],
    [
      "with one too many within",
      Schema.Struct({ a: Schema.Struct({ b: Schema.Int }) }),
      { a: { b: 1, c: 2 } },
      ["unknown a.c is not a field here"]
    ],
    [
      "with a wrong key among custom fields",
      Schema.Struct({ custom_fields: Field.CustomFields }),
      { custom_fields: { x: 1 } },
      ["unknown custom_fields.x is not the key of a custom field (40 lower-case hexadecimal characters)"]
    ],
    [
      "of another type",
      Schema.Struct({ a: Schema.String, b: Schema.Number, c: Schema.Boolean }),
      { a: 1, b: "x", c: null },
      ["value a must be string, is 1", 'value b must be number, is "x"', "value c must be boolean, is null"]
    ],
    [
      "of several types",
      Schema.Struct({ a: optional(Schema.NullOr(Schema.Union(Schema.String, Schema.Literal(0, "y")))) }),
      { a: true },
      ['value a must be string or 0 or "y" or null, is true']
    ],
    [
      "of many",
      Schema.Struct({ a: Schema.Literal(1, 2, 3, 4, 5, 6) }),
      { a: 7 },
      ["value a must be 1 or 2 or 3 or 4 or 5 or 6, is 7"]
    ],
    [
      "of more",
      Schema.Struct({ a: Schema.Literal(1, 2, 3, 4, 5, 6, 7) }),
      { a: 8 },
      ["value a must be 1, 2, 3, 4, 5, 6, ..., is 8"]
    ],
    [
      "of objects and lists",
      Schema.Struct({
        a: Schema.Array(Schema.Int),
        b: Schema.Struct({}).pipe(Schema.extend(Schema.Struct({ c: Schema.Int })))
      }),
      { a: 1, b: [1] },
      ["value a must be an array, is 1", "value b must be an object, is [1]"]
    ],
    [
      "of a template",
      Schema.Struct({ a: Schema.TemplateLiteral("x", Schema.Number) }),
      { a: "y" },
      ['value a must be string, is "y"']
    ],
    [
      "in a list",
      Schema.Struct({ a: Schema.Array(Schema.Int) }),
      { a: [1, "x", 2] },
      ['value a.1 must be number, is "x"']
    ],
    ["of itself", tree, { kids: [{ kids: 1 }] }, ["value kids.0.kids must be an array, is 1"]],
    ["of a whole number", Schema.Struct({ a: Schema.Int }), { a: 1.5 }, ["value a must be an integer, is 1.5"]],
    [
      "of a Date",
      Schema.Struct({ a: Schema.ValidDateFromSelf }),
      { a: new Date("x") },
      ["value a must be a Date, is an invalid Date"]
    ],
    ["of no Date", Schema.Struct({ a: Schema.DateFromSelf }), { a: 1 }, ["value a must be a Date, is 1"]],
    [
      "of an empty text",
      Schema.Struct({ a: Schema.NonEmptyString }),
      { a: "" },
      ['value a must be text that is not empty, is ""']
    ],
    ["in the words of its Schema", Schema.Struct({ a: own }), { a: "x" }, ["value a is no price"]],
    ["of the alternative that is meant", choice, { kind: "a", n: "x" }, ['value n must be number, is "x"']],
    ["of the other alternative", choice, { kind: "b", s: 1 }, ["value s must be string, is 1"]],
    ["of the alternative without a mark", choice, { s: 1 }, ["value s must be string, is 1"]],
    [
      "of a secret",
      Schema.Struct({ password: Schema.Int, my_token: Schema.Int, SECRET: Schema.Struct({ x: Schema.Int }) }),
      { password: "x", my_token: "y", SECRET: { x: "z" } },
      [
        "value password must be number, is something else",
        "value my_token must be number, is something else",
        "value SECRET.x must be number, is something else"
      ]
    ],
    [
      "of what holds a secret",
      Schema.Struct({ a: Schema.Int }),
      { a: { password: "x", b: 1 } },
      ['value a must be number, is {"password":"...","b":1}']
    ],
    [
      "of a long text",
      Schema.Struct({ a: Schema.Int }),
      { a: "x".repeat(90) },
      [`value a must be number, is "${"x".repeat(76)}...`]
    ],
    [
      "of a text of 78 signs",
      Schema.Struct({ a: Schema.Int }),
      { a: "x".repeat(78) },
      [`value a must be number, is "${"x".repeat(78)}"`]
    ]
  ])("%s", (_, schema, value, expected) => assert.deepStrictEqual(faults(schema, value), expected))

  it("show what was given", () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const list: Array<unknown> = []
    list.push(list)
    const shown = [
      1n,
      () => 1,
      Symbol("x"),
      undefined,
      new Map(),
      new Date(0),
      circle,
      list,
      { toJSON: () => undefined },
      "\u0000"
    ]
    assert.deepStrictEqual(shown.map(Refusal.brief), [
      "1",
      "a function",
      "a symbol",
      "undefined",
      "a Map",
      "a Date",
      "an object",
      "an array",
      "an object",
      '"\\u0000"'
    ])
  })

  it("of an endpoint that takes nothing are all that is given", () => {
    assert.deepStrictEqual(Refusal.unknown({ a: 1 }), [
      { path: ["a"], message: "is not a field of this endpoint", kind: "unknown", value: 1 }
    ])
  })
})

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
