/** What is said of a wrong input, fault by fault. */
import { assert, describe, it } from "@effect/vitest"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Field from "../../src/Field.js"
import * as Refusal from "../../src/internal/schema/inputIssues.js"
import type * as Nodes from "../../src/internal/schema/nodes.js"

type Shaped = { readonly ast: Nodes.Ast }

const optional = Schema.optional

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
  const pair = Schema.Struct({ a: Schema.Int, b: Schema.Int }).pipe(
    Schema.filter((both) => both.a === both.b || { path: ["b"], message: "is not as a" })
  )
  const some = Schema.Struct({ a: optional(Schema.Int) }).pipe(Schema.filter((one) => one.a !== 3 || "is three"))
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
        b: Schema.Struct({ c: Schema.Int })
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
    ["of no alternative at all", Schema.Struct({ a: choice }), { a: 1 }, ["value a must be an object, is 1"]],
    [
      "of no alternative of several kinds",
      Schema.Struct({
        a: Schema.Union(Schema.Struct({ x: Schema.Int }), Schema.Array(Schema.Int), Schema.String, Schema.Undefined)
      }),
      { a: null },
      ["value a must be an object or an array or string, is null"]
    ],
    [
      "of an alternative that is none",
      choice,
      { kind: "c", n: 1 },
      ['value kind must be "a" or "b", is "c"', "unknown n is not a field of this endpoint", "missing s is missing"]
    ],
    [
      "of the alternative that is meant, within another type",
      Schema.Struct({ a: Schema.NullOr(choice) }),
      { a: { kind: "a", n: "x" } },
      ['value a.n must be number, is "x"']
    ],
    [
      "of a tuple",
      Schema.Struct({ a: Schema.Tuple(Schema.Int, Schema.String) }),
      { a: ["x", "y"] },
      ['value a.0 must be number, is "x"']
    ],
    ["that is null", choice, null, ["value  must be an object, is null"]],
    ["of a whole that names the part", Schema.Struct({ w: pair }), { w: { a: 1, b: 2 } }, ["value w.b is not as a"]],
    ["of a whole", Schema.Struct({ w: some }), { w: { a: 3 } }, ["value w is three"]],
    ["of a part of a whole", Schema.Struct({ w: some }), { w: { a: "x" } }, ['value w.a must be number, is "x"']],
    [
      "of too many",
      Schema.Struct({ a: Field.List(Schema.Int, 2) }),
      { a: [1, 2, 3] },
      ["value a must be number or an array of at most 2 item(s), is [1,2,3]"]
    ],
    [
      "of one in a list that may be one alone",
      Schema.Struct({ a: Field.List(Schema.Int, 2) }),
      { a: [1, "x"] },
      ['value a.1 must be number, is "x"']
    ],
    [
      "of names that begin alike",
      Schema.Struct({ ab: Schema.Struct({ c: Schema.Int }), a: Schema.Struct({ c: Schema.Int }) }),
      { ab: { c: "x" }, a: 1 },
      ['value ab.c must be number, is "x"', "value a must be an object, is 1"]
    ],
    [
      "of what is described later",
      Schema.Struct({ a: Schema.suspend(() => Schema.Union(Schema.Int, Schema.Null)) }),
      { a: "x" },
      ['value a must be number or null, is "x"']
    ],
    [
      "of what must not be there",
      Schema.Struct({ a: Schema.Undefined }),
      { a: "x" },
      ['value a is not acceptable, is "x"']
    ],
    [
      "of no file",
      Schema.Struct({ file: Field.Upload }),
      { file: { name: 1, content: new Uint8Array(1) } },
      ["value file is without a name: give one, with its extension"]
    ],
    [
      "of days",
      Schema.Struct({ b: Field.CalendarDate }),
      { b: new Date("x") },
      ["value b must be string or a Date or a DateTime, is an invalid Date"]
    ],
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
      2 ** 53,
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
      "1n, a bigint",
      "9007199254740992, too large to be exact",
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
