/** The parts that check and write inputs, by themselves: each at its edges. */
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Field from "../src/Field.js"
import * as Shape from "../src/internal/schema/ast.js"
import * as Bytes from "../src/internal/schema/bytes.js"
import * as Check from "../src/internal/schema/check.js"
import * as Encode from "../src/internal/schema/encode.js"
import * as Plain from "../src/internal/schema/plainData.js"
import * as Times from "../src/internal/schema/times.js"

/** A Schema, of which its syntax tree is enough. */
type Shaped = Pick<Schema.Schema.All, "ast">

const key = "0123456789abcdef0123456789abcdef01234567"

describe("a time as text", () => {
  const is = (text: string) => [Times.isDay(text), Times.isTimestamp(text), Times.isInstant(text)].map(Number).join("")
  it.each<[string, string]>([
    ["2026-05-15", "110"],
    ["2024-02-29", "110"],
    ["2026-12-31", "110"],
    ["2026-01-01", "110"],
    ["2026-02-29", "000"],
    ["2026-04-31", "000"],
    ["2026-00-10", "000"],
    ["2026-13-10", "000"],
    ["2026-05-00", "000"],
    ["2026-05-15 10:00:00", "011"],
    ["2026-05-15T10:00:00", "010"],
    ["2026-05-15T10:00:00Z", "011"],
    ["2026-05-15t10:00:00z", "011"],
    ["2026-05-15T10:00:00.123Z", "011"],
    ["2026-05-15T10:00:00.Z", "000"],
    ["2026-05-15T10:00:00+03:00", "011"],
    ["2026-05-15T10:00:00-0300", "011"],
    ["2026-05-15T10:00Z", "010"],
    ["2026-05-15 10:00", "010"],
    ["2026-05-15 23:59:59", "011"],
    ["2026-05-15 24:00:00", "000"],
    ["2026-05-15 20:60:00", "000"],
    ["2026-05-15 20:00:60", "000"],
    ["2026-05-15T", "000"],
    ["x2026-05-15", "000"],
    ["2026-05-15x", "000"],
    ["2026-5-15", "000"],
    ["", "000"]
  ])("%s", (text, expected) => assert.strictEqual(is(text), expected))

  it("has the day that stands in it, or is none", () => {
    assert.strictEqual(Times.dayOf("2026-05-15T23:59:59-11:00"), "2026-05-15")
    assert.isUndefined(Times.dayOf("2026-05-32"))
    const none = ["", "  ", "0000-00-00", "0000-00-00 00:00:00", "0000-00-001", "x0000-00-00", "2026-05-15"]
    assert.deepStrictEqual(none.map(Times.isNone), [true, true, true, true, false, false, false])
  })

  it("is the point in time that it names", () => {
    for (const text of [
      "2026-05-15 09:55:02",
      "2026-05-15t09:55:02z",
      "2026-05-15T12:55:02+03:00",
      "2026-05-15T12:55:02+0300",
      "2026-05-15T05:25:02-0430"
    ]) {
      assert.strictEqual(Times.dateOf(text).toISOString(), "2026-05-15T09:55:02.000Z")
    }
  })
})

describe("a time is written", () => {
  const date = new Date("2026-05-15T09:55:02.789Z")
  const zoned = DateTime.unsafeMakeZoned("2026-05-15T23:30:00Z", { timeZone: "Europe/Tallinn" })
  it.each<[Field.TimeKind, string | Date | DateTime.DateTime, string, string]>([
    ["timestamp", date, "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["instant", date, "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["date", date, "2026-05-15", "2026-05-15"],
    ["timestamp", zoned, "2026-05-15 23:30:00", "2026-05-15T23:30:00Z"],
    ["date", zoned, "2026-05-16", "2026-05-16"],
    ["timestamp", "2026-05-15", "2026-05-15", "2026-05-15"],
    ["date", "2026-05-15 09:55:02", "2026-05-15 09:55:02", "2026-05-15 09:55:02"],
    ["timestamp", "2026-05-15 09:55:02", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02.5Z", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T12:55:02+03:00", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z"],
    ["timestamp", "2026-05-15T09:55:02", "2026-05-15T09:55:02", "2026-05-15T09:55:02"],
    ["instant", "2026-05-15 09:55:02", "2026-05-15T09:55:02Z", "2026-05-15T09:55:02Z"],
    ["instant", "2026-05-15T09:55Z", "2026-05-15T09:55Z", "2026-05-15T09:55Z"]
  ])("as %s: %s", (kind, value, v1, v2) => {
    assert.deepStrictEqual([Times.write(value, kind, "v1"), Times.write(value, kind, "v2")], [v1, v2])
  })

  it("unless it is a day here and another one in UTC", () => {
    const day = (here: readonly [number, number], utc: readonly [number, number]) =>
      Times.isOneDay({
        getMonth: () => here[0],
        getDate: () => here[1],
        getUTCMonth: () => utc[0],
        getUTCDate: () => utc[1]
      } as Date)
    assert.deepStrictEqual([day([1, 2], [1, 2]), day([1, 2], [1, 3]), day([1, 2], [2, 2])], [true, false, false])
    assert.deepStrictEqual([date, zoned, "2026-05-15", 1, null].map(Times.isTime), [true, true, false, false, false])
  })
})

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
  const id = Symbol("id")
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
    const item = (schema: Schema.Schema.Any) => String(Shape.itemOf(schema.ast))
    assert.strictEqual(item(Schema.NullOr(Schema.Array(Schema.Number))), "number")
    assert.strictEqual(item(Schema.Array(Schema.Number).pipe(Schema.maxItems(3))), "number")
    assert.strictEqual(item(Schema.suspend(() => Schema.Array(Schema.Number))), "number")
    assert.strictEqual(item(Schema.String), "undefined")
    assert.strictEqual(item(Schema.Tuple(Schema.Number)), "undefined")
  })

  it("has the types of its fields, of the first alternative that has it", () => {
    const fields = (schema: Schema.Schema.Any) =>
      [...(Shape.fieldsOf(schema.ast) ?? [])].map(([name, type]) => `${name} ${type}`).sort()
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
    assert.strictEqual(String(at("kids", 0, "kids")), String(at("kids")))
    assert.isDefined(at("kids", 3))
    assert.isUndefined(at("kids", "kids"))
    assert.isUndefined(at("gone", 0))
    assert.strictEqual(at(), tree.ast)
    assert.isUndefined(Shape.at(undefined, []))
  })
})

describe("a value of a query or form", () => {
  const flag = Schema.Union(Schema.Boolean, Schema.Literal(0, 1))
  const text = (value: unknown, schema?: Schema.Schema.Any, version: "v1" | "v2" = "v2") =>
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
  const write = (value: unknown, schema?: Schema.Schema.Any, version: "v1" | "v2" = "v2") =>
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
