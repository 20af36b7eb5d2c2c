/** What the tests of this package take for equal. */
import { assert, it } from "@effect/vitest"
import * as Option from "effect/Option"

it("an Option that is none is not equal to one that is some, wherever it stands", () => {
  const [none, some] = [Option.none(), Option.some(1)]
  for (const [a, b] of [
    [none, some],
    [[none], [some]],
    [{ a: none }, { a: some }],
    [some, Option.some(2)]
  ] as ReadonlyArray<readonly [unknown, unknown]>) {
    assert.notDeepEqual<unknown>(a, b)
    assert.notDeepEqual<unknown>(b, a)
  }
  assert.throws(() => assert.deepInclude<object>({ a: none, b: 1 }, { a: some }))
  assert.deepStrictEqual([Option.none(), Option.some({ a: 1 })], [Option.none(), Option.some({ a: 1 })])
})
