/** What was probably meant by a wrong input. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Field from "../../src/Field.js"
import * as Hints from "../../src/internal/schema/hints.js"
import type * as Nodes from "../../src/internal/schema/nodes.js"

type Shaped = { readonly ast: Nodes.Ast }

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
    flag: Schema.NullOr(Schema.Boolean),
    maybe: optional(Schema.String),
    words: Field.List(Schema.String),
    inner: optional(Schema.Struct({ text: Schema.String, maybe: optional(Schema.String) }))
  })
  it.each<[string, unknown, string | undefined]>([
    ["maybe", null, "null is not taken here: leave it out"],
    // what must be given cannot be left out
    ["text", null, undefined],
    ["inner.maybe", null, "null is not taken here: leave it out"],
    ["inner.text", null, undefined],
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
    ["ids", "1, 2,3", "a list is an array: [1,2,3]"],
    ["ids", "1,x", 'a list is an array: ["1","x"]'],
    ["words", "1, 2", 'a list is an array: ["1","2"]'],
    ["ids", "1", "give the number 1"],
    ["int", "1", "give the number 1"],
    ["n", "-1.5", "give the number -1.5"],
    ["int", "1e3", undefined],
    ["int", "", undefined],
    ["int", "9007199254740993", undefined],
    ["flag", "true", "give true, which is no text"],
    ["flag", "yes", undefined],
    ["n", "true", undefined],
    ["int", Option.some(1), "an Option: give what Option.getOrUndefined gives of it"],
    ["maybe", Option.none(), "an Option: give what Option.getOrUndefined gives of it"],
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
    assert.strictEqual(Hints.of({ kind: "value", path: name.split("."), value, message: "" }, about(fields)), expected)
  })
})
