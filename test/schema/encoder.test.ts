import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type * as Endpoint from "../../src/Endpoint.js"
import * as Field from "../../src/Field.js"
import * as Encode from "../../src/internal/schema/encode.js"

const key = "0123456789abcdef0123456789abcdef01234567"

const described = (
  fields: Schema.Struct.Fields,
  change: Partial<Endpoint.Description<never, unknown>> = {}
): Endpoint.Description<never, unknown> => ({
  name: "Robots.do",
  operation: "doRobot",
  scopes: [],
  cost: 1,
  version: "v2",
  method: "POST",
  path: "/robots",
  input: Schema.Struct(fields) as unknown as Schema.Schema<never>,
  output: Schema.Unknown,
  ...change
})

const bodyOf = (body: Encode.Wire["body"]) =>
  body._tag === "Uint8Array" ? `${body.contentType} ${new TextDecoder().decode(body.body)}` : body._tag

/** The request in one line, or what is wrong with the input. */
const encoded = (endpoint: Endpoint.Description<never, unknown>, input?: unknown): string => {
  const wire = Encode.make(endpoint)(input)
  if (Encode.isIssues(wire)) {
    return wire
      .map((one) => `! ${[...one.path, one.message].join(" ")}${one.hint === undefined ? "" : ` | ${one.hint}`}`)
      .join("\n")
  }
  return `${wire.path}${wire.query === "" ? "" : `?${wire.query}`} ${bodyOf(wire.body)}`
}

const json = (...keys: ReadonlyArray<string>) => ({ body: { encoding: "json", keys } }) as const
const optional = Schema.optional

describe("an input", () => {
  const nothing = described({}, { method: "GET" })
  const one = described({ name: optional(Schema.String) }, json("name"))
  it.each<[string, Endpoint.Description<never, unknown>, unknown, string]>([
    ["of nothing", nothing, undefined, "/api/v2/robots Empty"],
    ["of an empty object", nothing, {}, "/api/v2/robots Empty"],
    ["of more than nothing", nothing, { x: 1 }, "! x is not a field of this endpoint"],
    ["of undefined", one, undefined, "/api/v2/robots application/json {}"],
    ["of undefined fields", one, { name: undefined, other: undefined }, "/api/v2/robots application/json {}"],
    ["of null", one, null, "! must be an object, is null"],
    ["of a text", one, "x", "! must be an object, is a string"],
    ["of a list", one, [], "! must be an object, is an array"],
    ["of a time", one, new Date(), "! must be an object, is a time"],
    ["of a Map", one, new Map(), "! is not plain data"],
    [
      "of inherited fields",
      one,
      Object.create({ name: "x" }),
      "! has inherited fields (name), which would not be sent"
    ],
    [
      "that throws",
      one,
      {
        get name() {
          throw new Error("no")
        }
      },
      "! cannot be read: no"
    ],
    [
      "that throws a text",
      one,
      {
        get name() {
          throw "no"
        }
      },
      "! cannot be read: no"
    ],
    ["of something else", one, { name: 1 }, "! name must be string, is 1"],
    [
      "of two mistakes",
      one,
      { name: 1, nam: "x" },
      "! nam is not a field of this endpoint | did you mean name?\n! name must be string, is 1"
    ]
  ])("%s", (_, endpoint, input, expected) => assert.strictEqual(encoded(endpoint, input), expected))

  it("leaves out objects of nothing but undefined where they may be, and no others", () => {
    const parts = Schema.Struct({ a: optional(Schema.String) })
    const some = described({ x: optional(parts), y: parts }, json("x", "y"))
    assert.strictEqual(
      encoded(some, { x: { a: undefined }, y: { a: undefined } }),
      '/api/v2/robots application/json {"y":{}}'
    )
    assert.strictEqual(encoded(some, { x: {}, y: {} }), '/api/v2/robots application/json {"x":{},"y":{}}')
  })

  it("may have custom fields beside the others", () => {
    const open = described({}, json("name"))
    const old = {
      ...open,
      version: "v1",
      input: Schema.Struct({ name: optional(Schema.String) }, { key: Field.CustomFieldKey, value: Schema.Unknown })
    } as const
    assert.strictEqual(
      encoded(old as unknown as typeof open, { [key]: [] }),
      `/api/v1/robots application/json {"${key}":[]}`
    )
  })

  it("is looked through for what cannot be sent", () => {
    const any = described({ any: Schema.Unknown }, json("any"))
    assert.strictEqual(
      encoded(any, { any: { a: [Number.NaN] } }),
      "! any a 0 is NaN, which is no number that can be sent"
    )
    assert.strictEqual(encoded(any, { any: new Uint8Array(1) }), "! any is binary, which this field does not take")
  })
})

describe("a path", () => {
  const by = described({ id: Schema.Unknown, part: Schema.Unknown }, { method: "GET", path: "/robots/{id}/x/{part}/y" })
  const at = (id: unknown, part: unknown = 1) => encoded(by, { id, part })
  it("holds its parameters, encoded", () => {
    assert.strictEqual(at(12, "a/b ?ä"), "/api/v2/robots/12/x/a%2Fb%20%3F%C3%A4/y Empty")
    assert.strictEqual(
      encoded(described({ id: Schema.Int }, { version: "v1", path: "/{id}" }), { id: 7 }),
      "/api/v1/7 Empty"
    )
    assert.deepStrictEqual(Encode.pathKeysOf("/a/{b}/c{d}/{e f}"), ["b", "d", "e f"])
    assert.deepStrictEqual(Encode.pathKeysOf("/a"), [])
  })
  it.each<[string, unknown, string]>([
    ["a part of a number", 1.5, "! id must be a whole number"],
    ["a number that is not exact", 2 ** 53, "! id must be a whole number"],
    ["something else", true, "! id must be a string or a whole number"],
    ["blanks", " \t", "! id must not be blank"],
    ["a dot", ".", "! id must not be a dot segment"],
    ["two dots", "..", "! id must not be a dot segment"],
    ["half a pair", "a\ud83d", "! id is not well-formed text"]
  ])("holds no %s", (_, id, expected) => assert.strictEqual(at(id), expected))
})

describe("a query", () => {
  const list = described(
    {
      ids: optional(Field.List(Schema.Int)),
      tags: optional(Schema.Array(Schema.String)),
      n: optional(Schema.NullOr(Schema.Int)),
      at: optional(Field.CalendarDate)
    },
    { method: "GET", query: ["at", "ids", "tags", "n"] }
  )
  it("holds its parameters in their order, without what is null", () => {
    assert.strictEqual(
      encoded(list, { n: 0, ids: [1, 2], at: new Date(0), tags: ["a b", "&"] }),
      "/api/v2/robots?at=1970-01-01&ids=1%2C2&tags=a+b%2C%26&n=0 Empty"
    )
    assert.strictEqual(encoded(list, { n: null, ids: null }), "/api/v2/robots Empty")
    assert.strictEqual(encoded(list, {}), "/api/v2/robots Empty")
  })
  it("holds no empty list of what it filters by", () => {
    assert.strictEqual(
      encoded(list, { ids: [] }),
      "! ids is an empty list, which Pipedrive would take for no filter at all"
    )
    assert.strictEqual(encoded(list, { tags: [] }), "/api/v2/robots Empty")
  })
})

describe("an update", () => {
  const fields = { id: Schema.Int, name: optional(Schema.String) }
  const update = (change: Partial<Endpoint.Description<never, unknown>>) =>
    encoded(described(fields, { method: "PATCH", path: "/robots/{id}", ...json("name", "b"), ...change }), { id: 1 })
  const nothing = "! changes nothing: give at least one of name, b"
  it("that changes nothing is refused", () => {
    assert.strictEqual(update({}), nothing)
    assert.strictEqual(update({ method: "PUT" }), nothing)
    const many = ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert.strictEqual(update(json(...many)), "! changes nothing: give at least one of a, b, c, d, e, f, g, h")
    assert.strictEqual(
      update(json(...many, "i")),
      "! changes nothing: give at least one of a, b, c, d, e, f, g, h, ..."
    )
  })
  it("is none where there is nothing to change, or more is done than that", () => {
    const sent = "/api/v2/robots/1 application/json {}"
    assert.strictEqual(update({ method: "POST" }), sent)
    assert.strictEqual(update({ path: "/robots/{id}/cancel" }), "/api/v2/robots/1/cancel application/json {}")
    assert.strictEqual(update(json()), sent)
    assert.strictEqual(update({ body: { encoding: "json", keys: ["name"], whole: true } }), sent)
    const { body: _, ...bare } = described(fields, { method: "PATCH", path: "/robots/{id}" })
    assert.strictEqual(encoded(bare, { id: 1 }), "/api/v2/robots/1 Empty")
  })
  it("that changes something is sent", () => {
    const endpoint = described(fields, { method: "PATCH", path: "/robots/{id}", ...json("name") })
    assert.strictEqual(encoded(endpoint, { id: 1, name: "x" }), '/api/v2/robots/1 application/json {"name":"x"}')
  })
})

describe("a body", () => {
  it("of JSON is the rest of the input, or one field of it", () => {
    const rest = described({ q: Schema.Int, at: Field.CalendarDate }, { query: ["q"], ...json("at") })
    assert.strictEqual(
      encoded(rest, { q: 1, at: new Date(0) }),
      '/api/v2/robots?q=1 application/json {"at":"1970-01-01"}'
    )
    const whole = described(
      { list: optional(Schema.Array(Schema.Struct({ at: Field.CalendarDate }))) },
      { body: { encoding: "json", keys: ["list"], whole: true } }
    )
    assert.strictEqual(
      encoded(whole, { list: [{ at: new Date(0) }] }),
      '/api/v2/robots application/json [{"at":"1970-01-01"}]'
    )
    assert.strictEqual(encoded(whole, {}), "/api/v2/robots application/json {}")
  })

  it("of JSON has a label as its id", () => {
    const label = Schema.Union(Schema.Int, Schema.Struct({ id: Schema.Int, color: Schema.String })).annotations({
      [Field.LabelId]: true
    })
    const labels = described({ labels: Schema.Array(label), other: Schema.Unknown }, json("labels", "other"))
    assert.strictEqual(
      encoded(labels, { labels: [{ id: 3, color: "red" }, 4], other: { id: 5 } }),
      '/api/v2/robots application/json {"labels":[3,4],"other":{"id":5}}'
    )
  })

  it("of a form is written as a query is", () => {
    const form = described(
      {
        id: Schema.Int,
        n: optional(Schema.NullOr(Schema.Int)),
        flag: optional(Schema.Union(Schema.Boolean, Schema.Literal(0, 1)))
      },
      { path: "/{id}", body: { encoding: "form", keys: ["n", "flag"] } }
    )
    assert.strictEqual(
      encoded(form, { id: 1, n: null, flag: true }),
      "/api/v2/1 application/x-www-form-urlencoded flag=1"
    )
  })
})
