/** Foreign words, made fit to show. */
import { assert, it } from "@effect/vitest"
import * as Text from "../src/internal/text.js"

it("what acts on a terminal or a log is shown as an escape, once", () => {
  const shown = Text.visible("a\n\r\t\u0000\u001b[31m\u0085\u2028\u2029\u202e\u2066\ud800é😀")
  assert.strictEqual(shown, "a\\n\\r\\t\\u0000\\u001b[31m\\u0085\\u2028\\u2029\\u202e\\u2066\\ud800é😀")
  assert.strictEqual(Text.visible(shown), shown)
})

it("a value is shown in brief", () => {
  const eleven = Array.from({ length: 11 }, (_, n) => n)
  const keys = (count: number) => Object.fromEntries(eleven.slice(0, count).map((n) => [`k${n}`, n]))
  const ten = [..."0123456789"].map((n) => `"k${n}":${n}`).join(",")
  const cases: ReadonlyArray<readonly [unknown, string]> = [
    ["a", '"a"'],
    ["x".repeat(200), `"${"x".repeat(200)}"`],
    ["x".repeat(201), `"${"x".repeat(200)}..."`],
    [1, "1"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [10n, "10"],
    [() => 1, "function"],
    [Symbol("s"), "symbol"],
    [[], "[]"],
    [eleven.slice(0, 10), "[0,1,2,3,4,5,6,7,8,9]"],
    [eleven, "[0,1,2,3,4,5,6,7,8,9,...]"],
    [{}, "{}"],
    [{ a: 1, b: "c" }, '{"a":1,"b":"c"}'],
    [keys(10), `{${ten}}`],
    [keys(11), `{${ten},...}`],
    [{ ["x".repeat(101)]: 1 }, `{"${"x".repeat(100)}":1}`],
    [[[[[1]]]], "[[[[1]]]]"],
    [[[[[[1]]]]], "[[[[[...]]]]]"],
    [{ a: { a: { a: { a: 1 } } } }, '{"a":{"a":{"a":{"a":1}}}}'],
    [{ a: { a: { a: { a: {} } } } }, '{"a":{"a":{"a":{"a":{...}}}}}'],
    [[{ a: [{ a: [] }] }], '[{"a":[{"a":[...]}]}]']
  ]
  assert.deepStrictEqual(
    cases.map(([value]) => Text.brief(value)),
    cases.map(([, text]) => text)
  )
})

it("a value of JSON is as deep as its deepest part", () => {
  const nest = (levels: number, wrap: (inner: unknown) => unknown): unknown =>
    levels === 0 ? 1 : wrap(nest(levels - 1, wrap))
  for (const wrap of [(inner: unknown) => [0, inner], (inner: unknown) => ({ a: null, b: inner })]) {
    assert.isTrue(Text.isShallow(nest(3, wrap), 3))
    assert.isFalse(Text.isShallow(nest(4, wrap), 3))
    assert.isTrue(Text.isShallow(nest(512, wrap)))
    assert.isFalse(Text.isShallow(nest(513, wrap)))
  }
  assert.isTrue(Text.isShallow(null, 0))
  assert.isTrue(Text.isShallow("a", 0))
})
