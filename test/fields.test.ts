/** The kinds of field: what each takes, what it refuses and with which words. What is made on first use is made by one test. */
import { assert, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Field } from "effect-pipedrive"
import * as Issues from "../src/internal/schema/inputIssues.js"
import type * as Nodes from "../src/internal/schema/nodes.js"

/** A Schema, of which its syntax tree is enough. */
type Shaped = { readonly ast: Nodes.Ast }

const date = new Date(0)
const time = DateTime.unsafeMake(0)
const key = "0123456789abcdef0123456789abcdef01234567"

it("each takes what it says, and says what is wrong with the rest", () => {
  const day = "is not a day of the form YYYY-MM-DD"
  const clock = "is not a time of day of the form HH:MM or HH:MM:SS"
  const hours = "is not a duration of the form HH:MM or HH:MM:SS"
  const search = (exact: "exact_match" | "match") =>
    Field.searchTerm(exact)(
      Schema.Struct({
        term: Schema.String,
        exact_match: Schema.optional(Schema.Unknown),
        match: Schema.optional(Schema.Unknown)
      })
    )
  const short = (how: string) => `is too short: a search takes 2 characters or more, or 1 with ${how}`
  const cases: ReadonlyArray<readonly [Shaped, ReadonlyArray<unknown>, ReadonlyArray<readonly [unknown, string]>]> = [
    [
      Field.Timestamp,
      ["2026-05-15 09:55:02", date, time],
      [["soon", "is no time: write YYYY-MM-DD HH:MM:SS, in UTC, or give a Date or DateTime"]]
    ],
    [
      Field.Instant,
      ["2026-05-15T09:55:02Z", date, time],
      [["2026-05-15", "is no time with seconds and zone: write YYYY-MM-DDTHH:MM:SSZ, or give a Date or DateTime"]]
    ],
    [Field.CalendarDate, ["2026-05-15", date, time], [["2026-02-30", day]]],
    [
      Field.TimeOfDay,
      ["", "00:00", "19:59", "23:59:59"],
      [
        "24:00",
        "9:00",
        "09:60",
        "09:5",
        "09:00:60",
        "09:00:",
        "x09:00",
        "09:00x",
        "a9:00",
        "2a:00",
        "09:a0",
        "09:0a",
        "09:00:a0",
        "09:00:0a"
      ].map((text) => [text, clock] as const)
    ],
    [
      Field.Hours,
      ["", "00:00", "100:59", "99:00:59"],
      [
        "1:00",
        "01:60",
        "01:5",
        "01:00:60",
        "01:00:",
        "x01:00",
        "01:00x",
        "aa:00",
        "01:a0",
        "01:0a",
        "01:00:a0",
        "01:00:0a"
      ].map((text) => [text, hours] as const)
    ],
    [Field.List(Schema.Int), [1, [], [1, 2, 3]], []],
    [Field.List(Schema.Int, 2), [1, [], [1, 2]], []],
    [Field.Sort("a", "b"), ["a", "a ASC", "b DESC"], []],
    [Field.Limit(5), [1, 5], []],
    [Field.Text(2), ["ab", "a".repeat(999)], [["a", 'must be text of 2 characters or more, is "a"']]],
    [Field.Text(0, 2), ["", "ab", "😀😀"], [["abc", 'must be text of at most 2 characters, is "abc"']]],
    [Field.Text(1, 2), ["a", "ab"], [["", 'must be text of 1 to 2 characters, is ""']]],
    [
      search("exact_match"),
      [{ term: "ab" }, { term: "a", exact_match: true }, { term: "a", exact_match: 1 }],
      [
        [{ term: "a" }, short("exact_match: true")],
        [{ term: "a", exact_match: false }, short("exact_match: true")],
        [{ term: "a", match: "exact" }, short("exact_match: true")],
        [{ term: "", exact_match: true }, short("exact_match: true")]
      ]
    ],
    [
      search("match"),
      [{ term: "ab", match: "beginning" }, { term: "a" }, { term: "a", match: "exact" }],
      [
        [{ term: "a", match: "beginning" }, short('match: "exact"')],
        [{ term: "" }, short('match: "exact"')]
      ]
    ],
    [Field.CustomFields, [{}, { [key]: date }, { [key]: [{ id: 1 }] }], []],
    [Field.Label, [1, { id: 1, label: "a" }, { id: 1, label: null }], []],
    [Field.Upload, [new Uint8Array(1), new Blob([])], []]
  ]
  for (const [schema, good, bad] of cases) {
    for (const value of good) assert.deepStrictEqual(Issues.of(schema.ast, value), [], JSON.stringify(value))
    for (const [value, message] of bad) {
      const [first, ...others] = Issues.of(schema.ast, value)
      assert.deepStrictEqual([first?.message, others.length], [message, 0], JSON.stringify(value))
    }
  }
  const refused: ReadonlyArray<readonly [Shaped, unknown]> = [
    [Field.List(Schema.Int, 2), [1, 2, 3]],
    [Field.List(Schema.Int), "a"],
    [Field.Sort("a", "b"), "a UP"],
    [Field.Sort("a", "b"), "c"],
    [Field.Limit(5), 0],
    [Field.Limit(5), 6],
    [Field.Label, { id: 1 }],
    [Field.Label, { id: "1", label: "a" }],
    [Field.CustomFields, { [key.slice(1)]: 1 }],
    [Field.CustomFields, { [`x${key}`]: 1 }],
    [Field.CustomFields, { [`${key}_currency`]: 1 }],
    [Field.Upload, "a.txt"]
  ]
  for (const [schema, value] of refused) assert.isNotEmpty(Issues.of(schema.ast, value), JSON.stringify(value))
  assert.deepStrictEqual(
    Issues.of(search("match").ast, { term: "" }).map(({ path }) => path),
    [["term"]]
  )
  const [file] = Issues.of(Field.Upload.ast, "a.txt")
  assert.match(file?.message ?? "", /^is not a file: give a File/)
})

it("a key of a custom field may have the suffix of a part", () => {
  const isKey = Schema.is(Field.CustomFieldKey)
  assert.deepStrictEqual(
    [key, `${key}_currency`, `x${key}`, `${key}_`, `${key}x`, key.slice(1), `${key}_X`].map((one) => isKey(one)),
    [true, true, false, false, false, false, false]
  )
})

it("the id of a reference is found in each of its forms", () => {
  const ids = [7, { value: 7 }, { id: 7 }, { value: 7, id: 8 }, { value: null, id: 7 }].map(Field.idOf)
  assert.deepStrictEqual(ids, Array(5).fill(Option.some(7)))
  const none = [null, undefined, {}, { value: null }, { id: null }].map(Field.idOf)
  assert.deepStrictEqual(none, Array(5).fill(Option.none()))
})

it("what a field is marked with is read, also where it is made later", () => {
  const id = Field.TimeKindId
  assert.deepStrictEqual(
    [Field.Timestamp, Field.Instant, Field.CalendarDate].map((schema) => Field.annotation(schema.ast, id)),
    ["timestamp", "instant", "date"]
  )
  assert.strictEqual(Field.annotation(Field.Label.ast, Field.LabelId), true)
  assert.strictEqual(Field.annotation(Field.List(Schema.Int, 3).ast, Field.ListId), 3)
  assert.deepStrictEqual(Field.annotation(Field.openEnum("a", "b").ast, Field.KnownValuesId), ["a", "b"])
  assert.deepStrictEqual(Field.annotation(Field.openNumbers(1, 2).ast, Field.KnownValuesId), [1, 2])
  const later = Schema.suspend(() => Field.openEnum("a"))
  assert.deepStrictEqual(Field.annotation(later.ast, Field.KnownValuesId), ["a"])
  assert.isUndefined(Field.annotation(Schema.String.ast, id))
})

it("a field of an answer may be absent, and is then no undefined", () => {
  const isOne = Schema.is(Schema.Struct({ a: Field.optional(Schema.String) }))
  assert.deepStrictEqual(
    [{}, { a: "x" }, { a: undefined }, { a: 1 }].map((one) => isOne(one)),
    [true, true, false, false]
  )
})
