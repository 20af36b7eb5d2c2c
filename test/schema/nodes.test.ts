/** What stands in a Schema, node by node, and what is wrong with a value by the functions that it holds. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Nodes from "../../src/internal/schema/nodes.js"

/** A Schema, of which its syntax tree is enough. */
type Shaped = { readonly ast: Nodes.Ast }

interface Tree {
  readonly kids: ReadonlyArray<Tree>
}
const tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ kids: Schema.Array(tree) }))
const even = Schema.Number.pipe(Schema.filter((n) => n % 2 === 0 || "is odd"))
const pair = Schema.Tuple(Schema.String, Schema.Number)

describe("a node", () => {
  it.each<[string, Shaped, Nodes.Node["kind"]]>([
    ["a text", Schema.String, "string"],
    ["a number", Schema.Number, "number"],
    ["a boolean", Schema.Boolean, "boolean"],
    ["undefined", Schema.Undefined, "undefined"],
    ["void", Schema.Void, "undefined"],
    ["unknown", Schema.Unknown, "unknown"],
    ["any", Schema.Any, "unknown"],
    ["a literal", Schema.Literal("a"), "literal"],
    ["a union", Schema.Union(Schema.String, Schema.Number), "union"],
    ["a list", Schema.Array(Schema.String), "array"],
    ["no list but the empty one", Schema.Tuple(), "array"],
    ["a pair", pair, "custom"],
    ["a struct", Schema.Struct({ a: Schema.String }), "struct"],
    ["a record", Schema.Record({ key: Schema.String, value: Schema.Number }), "struct"],
    ["a check", even, "refinement"],
    ["what is made later", tree, "suspend"],
    ["a Date", Schema.DateFromSelf, "custom"]
  ])("of %s", (_, schema, kind) => assert.strictEqual(Nodes.of(schema.ast).kind, kind))

  it("has its parts", () => {
    const parts = (schema: Shaped): unknown => {
      const node = Nodes.of(schema.ast)
      switch (node.kind) {
        case "literal":
          return node.value
        case "union":
          return node.types.map(Nodes.nameOf)
        case "array":
          return node.item && Nodes.nameOf(node.item)
        case "struct":
          return [
            node.properties.map(({ isOptional, name, type }) => [name, Nodes.of(type).kind, isOptional]),
            node.indexes.map(({ parameter, type }) => [Nodes.of(parameter).kind, Nodes.of(type).kind])
          ]
        case "refinement":
          return Nodes.of(node.from).kind
        default:
          return undefined
      }
    }
    assert.strictEqual(parts(Schema.Literal("a")), "a")
    assert.strictEqual(parts(Schema.Null), null)
    assert.deepStrictEqual(parts(Schema.Union(Schema.String, Schema.Number)), ["string", "number"])
    assert.strictEqual(parts(Schema.Array(Schema.String)), "string")
    assert.isUndefined(parts(Schema.Tuple()))
    assert.deepStrictEqual(parts(Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.Number) })), [
      [
        ["a", "string", false],
        ["b", "union", true]
      ],
      []
    ])
    assert.deepStrictEqual(parts(Schema.Record({ key: Schema.String, value: Schema.Number })), [
      [],
      [["string", "number"]]
    ])
    assert.strictEqual(parts(even), "number")
  })

  it("that is made later is found in the end", () => {
    const later = Schema.suspend(() => Schema.suspend(() => Schema.String))
    assert.strictEqual(Nodes.resolved(later.ast).kind, "string")
    assert.strictEqual(Nodes.resolved(tree.ast).kind, "struct")
    assert.strictEqual(Nodes.resolved(even.ast).kind, "refinement")
  })

  it("is called by what it takes", () => {
    assert.strictEqual(Nodes.nameOf(pair.ast), "an array")
    assert.strictEqual(Nodes.nameOf(Schema.Array(Schema.String).ast), "an array")
    assert.strictEqual(Nodes.nameOf(Schema.String.ast), "string")
    assert.strictEqual(Nodes.nameOf(Schema.Literal("a").ast), '"a"')
  })
})

describe("a value that a function of the Schema decides of", () => {
  const decided = (schema: Shaped) => {
    const node = Nodes.of(schema.ast)
    return node.kind === "refinement" || node.kind === "custom" ? node : assert.fail("nothing is decided here")
  }
  const faults = (schema: Shaped, value: unknown) =>
    decided(schema)
      .faults(value)
      .map(({ message, path }) => [path, message])

  it("is valid, or has faults at their places", () => {
    assert.isTrue(decided(even).isValid(2))
    assert.isFalse(decided(even).isValid(1))
    assert.deepStrictEqual(faults(even, 2), [])
    assert.deepStrictEqual(faults(even, 1), [[[], "is odd"]])
    assert.isTrue(decided(pair).isValid(["a", 1]))
    assert.isFalse(decided(pair).isValid(["a"]))
    assert.deepStrictEqual(faults(pair, ["a", 1]), [])
    assert.deepStrictEqual(faults(pair, [1, "a"]), [
      [[0], "string"],
      [[1], "number"]
    ])
    const nested = Schema.Tuple(Schema.Struct({ a: Schema.Array(pair) }))
    assert.deepStrictEqual(
      faults(nested, [
        {
          a: [
            ["a", 1],
            ["a", "b"]
          ]
        }
      ]),
      [[[0, "a", 1, 1], "number"]]
    )
    assert.deepStrictEqual(faults(nested, "a"), [[[], "an array"]])
    assert.deepStrictEqual(faults(nested, [{}]), [[[0, "a"], "is missing"]])
  })

  it("may have keys that are not described, unless it is asked exactly", () => {
    const one = Schema.Tuple(Schema.Struct({ a: Schema.String }))
    const value = [{ a: "x", b: 1 }]
    assert.isTrue(decided(one).isValid(value))
    assert.isTrue(decided(one).isValid(value, false))
    assert.isFalse(decided(one).isValid(value, true))
    const [fault, ...others] = decided(one).faults(value)
    assert.deepStrictEqual([fault?.path, others], [[0, "b"], []])
    assert.match(fault?.message ?? "", /^is unexpected/)
  })

  it("has faults in the words of the Schema's own message", () => {
    const said = Schema.Number.pipe(Schema.filter((n) => n > 0, { message: () => "must be more than nothing" }))
    assert.deepStrictEqual(faults(said, 0), [[[], "must be more than nothing"]])
    // or in those of what it is
    assert.deepStrictEqual(faults(Schema.NonEmptyString, ""), [[[], "a non empty string"]])
    assert.deepStrictEqual(faults(Schema.Tuple(even, said), [1, 0]), [
      [[0], "is odd"],
      [[1], "must be more than nothing"]
    ])
  })
})
