/** The values of an input at their edges: files, what cannot be sent, queries and bodies. */
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Field from "../../src/Field.js"
import * as Shape from "../../src/internal/schema/ast.js"
import * as Bytes from "../../src/internal/schema/bytes.js"
import * as Encode from "../../src/internal/schema/encode.js"
import * as Nodes from "../../src/internal/schema/nodes.js"
import * as Plain from "../../src/internal/schema/plainData.js"
import * as Times from "../../src/internal/schema/times.js"

/** A Schema, of which its syntax tree is enough. */
type Shaped = { readonly ast: Nodes.Ast }

const key = "0123456789abcdef0123456789abcdef01234567"

describe("bytes and files", () => {
  const blob = new Blob(["abc"], { type: "text/plain" })
  const foreign = (fields: object, tag = "Blob") => ({ [Symbol.toStringTag]: tag, ...fields })
  it("are known in every realm", () => {
    const blobs = [
      blob,
      new File(["a"], "a.txt"),
      foreign({ size: 1, type: "" }),
      foreign({ size: 1, type: "" }, "File"),
      foreign({ size: "1", type: "" }),
      foreign({ size: 1, type: 1 }),
      foreign({ type: "" }),
      foreign({ size: 1, type: "" }, "MyBlob"),
      foreign({ size: 1, type: "" }, "Blobs"),
      "Blob",
      null
    ]
    assert.deepStrictEqual(blobs.map(Bytes.isBlob), [true, true, true, true, ...Array(7).fill(false)])
    assert.deepStrictEqual(
      [blob, new File(["a"], "a.txt"), foreign({ size: 1, type: "", name: "n" }), foreign({ name: "n" }, "File")].map(
        Bytes.isFile
      ),
      [false, true, true, false]
    )
    const bytes = [
      new Uint8Array(1),
      new DataView(new ArrayBuffer(1)),
      new ArrayBuffer(1),
      new SharedArrayBuffer(1),
      foreign({ byteLength: 1 }, "ArrayBuffer"),
      foreign({}, "ArrayBuffer"),
      foreign({ byteLength: 1 }, "MyArrayBuffer"),
      foreign({ byteLength: 1 }, "ArrayBuffers"),
      [1],
      null,
      "x"
    ]
    assert.deepStrictEqual(bytes.map(Bytes.isBytes), [true, true, true, true, true, ...Array(6).fill(false)])
  })

  it("are seen where they lie, no more of them than the view shows", () => {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer
    assert.deepStrictEqual([...Bytes.view(buffer)], [1, 2, 3, 4])
    assert.deepStrictEqual([...Bytes.view(new Uint8Array(buffer, 1, 2))], [2, 3])
    assert.deepStrictEqual([...Bytes.view(new DataView(buffer, 2, 1))], [3])
    assert.strictEqual(Bytes.view(buffer).buffer, buffer)
  })
})

describe("what cannot be sent", () => {
  class Inherited {
    a = 1
    get b() {
      return 2
    }
  }
  class Own extends Inherited {
    override get b() {
      return 3
    }
  }
  const circle: Record<string, unknown> = {}
  circle.self = [circle]
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  const twice = { a: 1 }
  const getter = Object.defineProperty({}, "own", { enumerable: true, get: () => 1 })
  it.each<[string, unknown, ReadonlyArray<string | number>, string]>([
    ["NaN", Number.NaN, [], "is NaN, which is no number that can be sent"],
    ["an infinity in a list", [1, -1 / 0], [1], "is -Infinity, which is no number that can be sent"],
    ["a function", { a: () => 1 }, ["a"], "is a function, which cannot be sent"],
    ["a symbol", { a: Symbol("s") }, ["a"], "is a symbol, which cannot be sent"],
    ["a bigint", { a: 1n }, ["a"], "is a bigint, which cannot be sent"],
    ["a circle", circle, ["self", 0], "refers to itself, which JSON cannot"],
    ["34 lists", nested(34), [0], "is nested too deeply"],
    ["undefined in a list", [1, undefined], [1], "is undefined, which a list cannot hold"],
    ["an invalid Date", new Date("x"), [], "is an invalid Date"],
    ["bytes", { a: new Uint8Array(1) }, ["a"], "is binary, which this field does not take"],
    ["a Blob", new Blob([]), [], "is binary, which this field does not take"],
    ["a Map", new Map(), [], "is not plain data"],
    ["a Promise", { a: Promise.resolve() }, ["a"], "is not plain data"],
    ["what writes itself", { toJSON: () => 1 }, [], "is not plain data"],
    ["a list that writes itself", Object.assign([1], { toJSON: () => 1 }), [], "is not plain data"],
    ["what inherits", Object.create({ a: 1 }), [], "has inherited fields (a), which would not be sent"],
    ["a class's accessor", new Inherited(), [], "has inherited fields (b), which would not be sent"],
    ["another class's accessor", new Own(), [], "has inherited fields (b), which would not be sent"]
  ])("%s", (_, value, at, message) => {
    const path = ["field", ...at].slice(0, message.includes("deeply") ? 2 : 99)
    assert.deepStrictEqual(Plain.findIssue(value, ["field"]), { path, message })
  })

  it.each<[string, unknown]>([
    ["numbers and texts", { a: 1, b: "x", c: true, d: null, e: undefined }],
    ["33 lists", nested(33)],
    ["the same twice", [twice, twice]],
    ["a Date", new Date(0)],
    ["a DateTime", { a: DateTime.unsafeMake(0) }],
    ["an Error", new Error("x")],
    ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
    ["an own accessor", getter],
    ["what hides its class's accessor", Object.defineProperty(new Inherited(), "b", { value: 1, enumerable: true })]
  ])("is not: %s", (_, value) => assert.isUndefined(Plain.findIssue(value, [])))

  it("is a Date of two days in a custom field alone", () => {
    const late = new Date(2026, 0, 1, 0, 0)
    late.getDate = () => late.getUTCDate() + 1
    assert.deepStrictEqual(Plain.findIssue(late, ["custom_fields", key]), {
      path: ["custom_fields", key],
      message: Times.twoDays
    })
    assert.isUndefined(Plain.findIssue(late, ["born"]))
  })

  it("may be an object with nothing but undefined in it", () => {
    const values = [
      { a: undefined },
      { a: undefined, b: undefined },
      {},
      { a: undefined, b: 1 },
      [undefined],
      null,
      1,
      new Date()
    ]
    assert.deepStrictEqual(values.map(Plain.hasOnlyUndefined), [true, true, ...Array(6).fill(false)])
  })
})

describe("the type of a field", () => {
  const id = Field.LabelId
  const marked = Schema.String.annotations({ [id]: 7 })
  interface Tree {
    readonly kids: ReadonlyArray<Tree>
  }
  const tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ kids: Schema.Array(tree) }))
  const variants = Schema.Union(
    Schema.Struct({ a: Schema.String, b: Schema.Literal(1) }),
    Schema.Null,
    Schema.Struct({ a: Schema.Number, c: Schema.Boolean })
  )

  it("has the annotation of its member", () => {
    assert.strictEqual(Shape.annotated(marked.ast, id), 7)
    assert.strictEqual(Shape.annotated(Schema.UndefinedOr(Schema.NullOr(marked)).ast, id), 7)
    assert.isUndefined(Shape.annotated(Schema.Array(marked).ast, id))
  })

  it("has the type of its items", () => {
    const item = (schema: Shaped) => {
      const found = Shape.itemOf(schema.ast)
      return found && Nodes.nameOf(found)
    }
    assert.strictEqual(item(Schema.NullOr(Schema.Array(Schema.Number))), "number")
    assert.strictEqual(item(Schema.Array(Schema.Number).pipe(Schema.maxItems(3))), "number")
    assert.strictEqual(item(Schema.suspend(() => Schema.Array(Schema.Number))), "number")
    assert.isUndefined(item(Schema.String))
    assert.isUndefined(item(Schema.Tuple(Schema.Number)))
  })

  it("has the types of its fields, of the first alternative that has it", () => {
    const fields = (schema: Shaped) =>
      [...(Shape.fieldsOf(schema.ast) ?? [])].map(([name, type]) => `${name} ${Nodes.nameOf(type)}`).sort()
    assert.deepStrictEqual(fields(variants), ["a string", "b 1", "c boolean"])
    assert.deepStrictEqual(fields(Schema.NullOr(Schema.Struct({ x: Schema.String }))), ["x string"])
    assert.deepStrictEqual(fields(Schema.Struct({ x: Schema.String }).pipe(Schema.filter(() => true))), ["x string"])
    assert.deepStrictEqual(fields(tree).length, 1)
    assert.isUndefined(Shape.fieldsOf(Schema.NullOr(Schema.String).ast))
    assert.isUndefined(Shape.fieldsOf(Schema.Array(variants).ast))
  })

  it("is a bit where it is a number of few", () => {
    const schemas = [
      Schema.Literal(0, 1),
      Schema.NullOr(Schema.Literal(1)),
      Schema.Literal("1"),
      Schema.Number,
      Schema.Boolean
    ]
    assert.deepStrictEqual(
      schemas.map((schema) => Shape.isBit(schema.ast)),
      [true, true, false, false, false]
    )
  })

  it("is found at a path", () => {
    const at = (...path: ReadonlyArray<string | number>) => Shape.at(tree.ast, path)
    assert.strictEqual(at("kids", 0, "kids"), at("kids"))
    assert.isDefined(at("kids", 3))
    assert.isUndefined(at("kids", "kids"))
    assert.isUndefined(at("gone", 0))
    assert.strictEqual(at(), tree.ast)
    assert.isUndefined(Shape.at(undefined, []))
  })
})

describe("a value of a query or form", () => {
  const flag = Schema.Union(Schema.Boolean, Schema.Literal(0, 1))
  const text = (value: unknown, schema?: Shaped, version: "v1" | "v2" = "v2") =>
    Encode.text(value, schema?.ast, version)
  it("is written as it is, a list with commas", () => {
    assert.deepStrictEqual(
      [
        text(undefined),
        text(null),
        text(1.5),
        text(""),
        text("a"),
        text(true),
        text([]),
        text(["a", 1, null, true]),
        text({ a: 1 }),
        text(new Date(0)),
        text(new Date(0), undefined, "v1"),
        text([new Date(0)], Field.CalendarDate),
        text(new Date(0), Field.CalendarDate),
        text("2026-05-15 09:55:02", Field.Timestamp),
        text("2026-05-15 09:55:02"),
        text(true, flag),
        text(false, flag),
        text(true, Schema.Boolean),
        text("x", flag)
      ],
      [
        undefined,
        undefined,
        "1.5",
        "",
        "a",
        "true",
        undefined,
        "a,1,,true",
        '{"a":1}',
        "1970-01-01T00:00:00Z",
        "1970-01-01 00:00:00",
        "1970-01-01",
        "1970-01-01",
        "2026-05-15T09:55:02Z",
        "2026-05-15 09:55:02",
        "1",
        "0",
        "true",
        "x"
      ]
    )
  })

  it("that is an empty list is a mistake, but for names of fields", () => {
    const message = "is an empty list, which Pipedrive would take for no filter at all"
    assert.deepStrictEqual(Encode.emptyList([], ["ids"]), { path: ["ids"], message })
    const none = [
      Encode.emptyList([], ["include_fields"]),
      Encode.emptyList([], ["field"]),
      Encode.emptyList([1], ["ids"])
    ]
    assert.deepStrictEqual([...none, Encode.emptyList("", ["ids"])], [undefined, undefined, undefined, undefined])
    assert.isDefined(Encode.emptyList([], ["fields_of"]))
    assert.isDefined(Encode.emptyList([], []))
  })
})

describe("a body", () => {
  const write = (value: unknown, schema?: Shaped, version: "v1" | "v2" = "v2") =>
    Encode.writeTimes(value, schema?.ast, version)
  const at = new Date("2026-05-15T09:55:02Z")
  it("has its times in the format of their fields", () => {
    const schema = Schema.Struct({
      day: Field.CalendarDate,
      list: Schema.Array(Schema.Struct({ day: Field.CalendarDate })),
      seen: Field.Timestamp,
      free: Schema.Unknown
    })
    const value = { day: at, list: [{ day: at }], seen: at, free: { any: at, list: [at] }, n: null, u: 1, s: "x" }
    assert.deepStrictEqual<unknown>(write(value, schema), {
      day: "2026-05-15",
      list: [{ day: "2026-05-15" }],
      seen: "2026-05-15T09:55:02Z",
      free: { any: "2026-05-15T09:55:02Z", list: ["2026-05-15T09:55:02Z"] },
      n: null,
      u: 1,
      s: "x"
    })
    assert.strictEqual(write("2026-05-15 09:55:02", Field.Timestamp), "2026-05-15T09:55:02Z")
    assert.strictEqual(write("2026-05-15 09:55:02"), "2026-05-15 09:55:02")
    assert.strictEqual(write(at, undefined, "v1"), "2026-05-15 09:55:02")
    assert.deepStrictEqual(write({ id: 1, at: "x" }), { id: 1, at: "x" })
  })

  it("has days in custom fields, whatever is in them", () => {
    const fields = { [key]: at, [`${key}_until`]: at, other: at, nested: { [key]: { value: at, until: [at] } } }
    assert.deepStrictEqual<unknown>(write(fields), {
      [key]: "2026-05-15",
      [`${key}_until`]: "2026-05-15",
      other: "2026-05-15T09:55:02Z",
      nested: { [key]: { value: "2026-05-15", until: ["2026-05-15"] } }
    })
  })
})
