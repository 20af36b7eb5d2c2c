/** The compiled check, case by case. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Check from "../../src/internal/schema/check.js"
import * as Nodes from "../../src/internal/schema/nodes.js"
import { entries } from "../support/surface.js"

/** A Schema, of which its syntax tree is enough. */
type Shaped = { readonly ast: Nodes.Ast }

describe("a Schema, node by node", () => {
  it("has null as a literal: nothing about it is left to the decoder", () => {
    assert.deepStrictEqual(Nodes.of(Schema.Null.ast), { kind: "literal", value: null })
    assert.deepStrictEqual(Nodes.of(Schema.Literal(null).ast), { kind: "literal", value: null })
    const kinds = (schema: Shaped) => {
      const node = Nodes.of(schema.ast)
      return node.kind === "union" ? node.types.map((type) => Nodes.of(type).kind) : node.kind
    }
    assert.deepStrictEqual(kinds(Schema.NullOr(Schema.String)), ["string", "literal"])
    assert.deepStrictEqual(kinds(Schema.NullOr(Schema.Struct({}))), ["struct", "literal"])
  })

  it("leaves no part of any answer to the decoder, which is many times slower", () => {
    const seen = new Set<Nodes.Ast>()
    /** The places below one that are the decoder's. */
    const left = (ast: Nodes.Ast, place: string): ReadonlyArray<string> => {
      if (seen.has(ast)) return []
      seen.add(ast)
      const node = Nodes.of(ast)
      switch (node.kind) {
        case "custom":
          return [place]
        case "suspend":
          return left(node.get(), place)
        case "refinement":
          return left(node.from, place)
        case "union":
          return node.types.flatMap((type) => left(type, place))
        case "array":
          return node.item === undefined ? [] : left(node.item, `${place}[]`)
        case "struct":
          return [
            ...node.properties.flatMap(({ name, type }) => left(type, `${place}.${String(name)}`)),
            ...node.indexes.flatMap(({ type }) => left(type, `${place}.*`))
          ]
        default:
          return []
      }
    }
    const custom = entries.flatMap(({ endpoint: { endpoint }, name }) =>
      endpoint.response === "binary" ? [] : left(endpoint.output.ast, name)
    )
    assert.isAbove(seen.size, 2000)
    assert.deepStrictEqual(custom, [])
  })
})

describe("the compiled check", () => {
  const closed = (schema: Shaped, value: unknown) => Check.closed(schema.ast)(value)
  const open = (schema: Shaped, value: unknown) => Check.open(schema.ast)(value)
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  const struct = Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.Number) })
  const record = Schema.Struct(
    { a: Schema.String },
    { key: Schema.String.pipe(Schema.pattern(/^k/)), value: Schema.Number }
  )
  interface Tree {
    readonly kids: ReadonlyArray<Tree>
  }
  const tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ kids: Schema.Array(tree) }))
  const two = Schema.Struct(
    {},
    { key: Schema.TemplateLiteral("k", Schema.String), value: Schema.Number },
    { key: Schema.TemplateLiteral("u", Schema.String), value: Schema.Unknown }
  )
  const inherited = (own: object, from: object) => Object.assign(Object.create(from), own)
  it.each<[string, Shaped, unknown, boolean, boolean]>([
    ["a string", Schema.String, "a", true, true],
    ["no string", Schema.String, 1, false, false],
    ["a number", Schema.Number, Number.NaN, true, true],
    ["no number", Schema.Number, "1", false, false],
    ["a boolean", Schema.Boolean, false, true, true],
    ["no boolean", Schema.Boolean, 0, false, false],
    ["anything", Schema.Unknown, deep(512), true, true],
    ["anything too deep", Schema.Unknown, deep(513), false, true],
    ["any", Schema.Any, deep(513), false, true],
    ["undefined", Schema.Undefined, undefined, true, true],
    ["void", Schema.Void, undefined, true, true],
    ["not undefined", Schema.Undefined, null, false, false],
    ["never", Schema.Never, undefined, false, false],
    ["null", Schema.Null, null, true, true],
    ["not null", Schema.Null, undefined, false, false],
    ["a literal", Schema.Literal("a"), "a", true, true],
    ["another literal", Schema.Literal("a"), "b", false, false],
    ["an object", Schema.Object, {}, true, true],
    ["a function", Schema.Object, () => 1, true, true],
    ["no object", Schema.Object, null, false, false],
    ["no object at all", Schema.Object, "x", false, false],
    ["a refinement", Schema.Int, 1, true, true],
    ["a refinement that fails", Schema.Int, 1.5, false, false],
    ["a refinement of something else", Schema.Int, "1", false, false],
    ["one literal and a type, the literal", Schema.NullOr(Schema.Int), null, true, true],
    ["one literal and a type, the type", Schema.NullOr(Schema.Int), 1, true, true],
    ["one literal and a type, neither", Schema.NullOr(Schema.Int), undefined, false, false],
    ["one literal and two types", Schema.Union(Schema.Literal(0), Schema.String, Schema.Boolean), 0, true, true],
    [
      "one literal and two types, the second",
      Schema.Union(Schema.Literal(0), Schema.String, Schema.Boolean),
      true,
      true,
      true
    ],
    [
      "one literal and two types, none",
      Schema.Union(Schema.Literal(0), Schema.String, Schema.Boolean),
      1,
      false,
      false
    ],
    ["two types, the first", Schema.Union(Schema.String, Schema.Number), "a", true, true],
    ["two types, the second", Schema.Union(Schema.String, Schema.Number), 1, true, true],
    ["two types, none", Schema.Union(Schema.String, Schema.Number), true, false, false],
    ["three types, the last", Schema.Union(Schema.String, Schema.Number, Schema.Boolean), true, true, true],
    ["three types, none", Schema.Union(Schema.String, Schema.Number, Schema.Boolean), null, false, false],
    ["two literals", Schema.Literal("a", "b"), "b", true, true],
    ["two literals, neither", Schema.Literal("a", "b"), "c", false, false],
    ["two literals and a type", Schema.Union(Schema.Literal("a", 1), Schema.Boolean), 1, true, true],
    ["two literals and a type, the type", Schema.Union(Schema.Literal("a", 1), Schema.Boolean), true, true, true],
    ["two literals and a type, none", Schema.Union(Schema.Literal("a", 1), Schema.Boolean), 2, false, false],
    ["a literal and undefined", Schema.Union(Schema.Literal("a"), Schema.Undefined), undefined, true, true],
    [
      "unions in a union",
      Schema.Union(Schema.NullOr(Schema.String), Schema.UndefinedOr(Schema.Number)),
      undefined,
      true,
      true
    ],
    ["an array", Schema.Array(Schema.Number), [1, 2], true, true],
    ["an empty array", Schema.Array(Schema.Number), [], true, true],
    ["an array with something else", Schema.Array(Schema.Number), [1, "2"], false, false],
    ["an array with something else first", Schema.Array(Schema.Number), ["1", 2], false, false],
    ["no array", Schema.Array(Schema.Number), { 0: 1, length: 1 }, false, false],
    ["a tuple of nothing", Schema.Tuple(), [], true, true],
    ["a tuple of nothing, with something", Schema.Tuple(), [1], false, false],
    ["a tuple of nothing, no tuple", Schema.Tuple(), {}, false, false],
    ["a tuple", Schema.Tuple(Schema.String, Schema.Number), ["a", 1], true, true],
    ["a tuple of others", Schema.Tuple(Schema.String, Schema.Number), [1, "a"], false, false],
    ["a tuple with a tail", Schema.Tuple([Schema.String], Schema.Number, Schema.Boolean), ["a", 1, true], true, true],
    [
      "a tail with two",
      Schema.Array(Schema.Number).pipe((of) => Schema.Tuple([], of.value, Schema.String)),
      [1, "a"],
      true,
      true
    ],
    ["a struct", struct, { a: "x", b: 1 }, true, true],
    ["a struct without what is optional", struct, { a: "x" }, true, true],
    ["a struct with undefined for it", struct, { a: "x", b: undefined }, true, true],
    ["a struct without what is not", struct, { b: 1 }, false, false],
    ["a struct with something else", struct, { a: 1 }, false, false],
    ["a struct with something else for what is optional", struct, { a: "x", b: "1" }, false, false],
    ["a struct with more", struct, { a: "x", c: 1 }, true, false],
    ["a struct with more that is too deep", struct, { a: "x", c: deep(513) }, false, false],
    ["no struct", struct, null, false, false],
    ["a list for a struct", Schema.Struct({ a: Schema.optional(Schema.String) }), [], false, false],
    ["a text for a struct", Schema.Struct({ a: Schema.optional(Schema.String) }), "x", false, false],
    ["what is inherited", struct, inherited({}, { a: "x" }), true, false],
    ["more that is inherited", struct, inherited({ a: "x" }, { c: deep(513) }), false, true],
    ["the empty struct", Schema.Struct({}), {}, true, true],
    ["the empty struct, any value", Schema.Struct({}), 1, true, true],
    ["the empty struct, null", Schema.Struct({}), null, false, false],
    ["the empty struct, undefined", Schema.Struct({}), undefined, false, false],
    ["the empty struct, too deep", Schema.Struct({}), deep(513), false, true],
    ["a record", record, { a: "x", k1: 1 }, true, true],
    ["a record with something else", record, { a: "x", k1: "1" }, false, false],
    ["a record with another key", record, { a: "x", z: "1" }, true, false],
    ["a record with another key, too deep", record, { a: "x", z: deep(513) }, false, false],
    ["a record with what is inherited", record, inherited({ a: "x" }, { k1: "1" }), true, true],
    ["an unknown record", Schema.Record({ key: Schema.String, value: Schema.Unknown }), { z: deep(513) }, false, true],
    [
      "null, a number, a text or a boolean, one by one",
      Schema.Struct({ a: Schema.Union(Schema.Null, Schema.Number) }),
      { a: "x" },
      false,
      false
    ],
    ["the same, one that is", Schema.Struct({ a: Schema.Union(Schema.Null, Schema.Number) }), { a: null }, true, true],
    ["a field of a boolean", Schema.Struct({ a: Schema.Boolean }), { a: true }, true, true],
    ["a field of no boolean", Schema.Struct({ a: Schema.Boolean }), { a: 4 }, false, false],
    ["a field of a literal", Schema.Struct({ a: Schema.Literal("x") }), { a: "y" }, false, false],
    ["a field of a literal that is null", Schema.Struct({ a: Schema.Null }), { a: null }, true, true],
    ["a field of anything", Schema.Struct({ a: Schema.Unknown }), { a: true }, true, true],
    ["a field of anything that is not there", Schema.Struct({ a: Schema.Unknown }), {}, false, false],
    ["null for a struct of nothing needed", Schema.Struct({ a: Schema.optional(Schema.String) }), null, false, false],
    ["a tuple of structs", Schema.Tuple(struct), [{ a: "x" }], true, true],
    ["a tuple of structs with more", Schema.Tuple(struct), [{ a: "x", c: 1 }], true, false],
    ["what contains itself", tree, { kids: [{ kids: [] }] }, true, true],
    ["what contains something else", tree, { kids: [{ kids: 1 }] }, false, false],
    [
      "two literals and two types, the first",
      Schema.Union(Schema.Literal("a", 1), Schema.Boolean, Schema.Array(Schema.String)),
      true,
      true,
      true
    ],
    [
      "two literals and two types, the second",
      Schema.Union(Schema.Literal("a", 1), Schema.Boolean, Schema.Array(Schema.String)),
      [],
      true,
      true
    ],
    [
      "a record of numbers alone",
      Schema.Record({ key: Schema.String, value: Schema.Number }),
      { z: "x" },
      false,
      false
    ],
    ["a record of two kinds", two, { k1: 1, u1: "x" }, true, true],
    ["a record of two kinds, one of them not", two, { k1: "x", u1: "x" }, false, false],
    ["a class", Schema.instanceOf(Date), new Date(), true, true],
    ["another class", Schema.instanceOf(Date), {}, false, false]
  ])("of %s", (_, schema, value, isOpen, isClosed) => {
    assert.deepStrictEqual([open(schema, value), closed(schema, value)], [isOpen, isClosed])
  })

  it("says the same of objects whose keys come in another order", () => {
    const check = Check.open(struct.ast)
    for (const value of [{ a: "x", b: 1 }, { b: 1, a: "x" }, { b: 1, z: 1, a: "x" }, { a: "x" }]) {
      assert.isTrue(check(value))
    }
    for (const value of [{ b: "x", a: 1 }, { a: 1, b: 1 }, { b: 1 }, { z: 1, b: 1 }]) assert.isFalse(check(value))
  })

  it("is made once", () => {
    assert.strictEqual(Check.open(struct.ast), Check.open(struct.ast))
    assert.strictEqual(Check.closed(struct.ast), Check.closed(struct.ast))
    assert.notStrictEqual(Check.open(struct.ast), Check.closed(struct.ast))
  })
})
