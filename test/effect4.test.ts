/** How the Effect 4 edition is made: the codemod's rules where a mistake compiles, and overlays that no longer fit. */
import { assert, describe, it } from "vitest"
import { apply } from "../effect4/codemod/overlay.js"
import { rewrite } from "../effect4/codemod/rewrite.js"
import { referencesOf } from "../effect4/codemod/types.js"

const rewritten = (text: string): string => rewrite("x.ts", text, new Set(referencesOf(text)))

const body = (text: string): string =>
  rewritten(text)
    .replace(/^import .*\n/gm, "")
    .trim()

describe("the codemod", () => {
  it("ends what is repeated so many times: a number alone would be a schedule without end", () => {
    const text = `import * as Effect from "effect/Effect"\nEffect.repeatN(ask, 99)\nask.pipe(Effect.repeatN(99))\n`
    assert.strictEqual(body(text), `Effect.repeat(ask, { times: 99 })\nask.pipe(Effect.repeat({ times: 99 }))`)
  })

  it("has null beside literals, which are none", () => {
    const schema = (text: string) => body(`import * as Schema from "effect/Schema"\n${text}\n`)
    assert.strictEqual(schema(`Schema.Literal(null)`), `Schema.Null`)
    assert.strictEqual(schema(`Schema.Literal("a", null)`), `Schema.NullOr(Schema.Literal("a"))`)
    assert.strictEqual(schema(`Schema.Literal("a", 1, null)`), `Schema.NullOr(Schema.Literals(["a", 1]))`)
  })

  it("calls the sides of an Either as a Result does, in its tags too", () => {
    const head = `import * as Either from "effect/Either"\n`
    assert.strictEqual(
      body(`${head}Either.isLeft(it) ? it.left : it.right\n`),
      `Result.isFailure(it) ? it.failure : it.success`
    )
    assert.strictEqual(body(`${head}assert.strictEqual(it._tag, "Right")\n`), `assert.strictEqual(it._tag, "Success")`)
    assert.strictEqual(body(`it._tag === "Left"\n`), `it._tag === "Failure"`)
  })

  it("imports what it names, and nothing else", () => {
    assert.strictEqual(
      rewritten(`import { Effect, Either, FastCheck as fc } from "effect"\nEffect.clock\nEffect.either(fc.nat())\n`),
      `import { Clock, Effect } from "effect"\nimport * as fc from "fast-check"\nClock.Clock\nEffect.result(fc.nat())\n`
    )
  })
})

describe("an overlay", () => {
  const overlay = { file: "src/X.ts", why: "it is so", edits: [{ find: "a + b", replace: "b + a" }] }

  it("fails with the file and the edit where it does not fit once", () => {
    const faults: Array<string> = []
    assert.strictEqual(apply("a + b\n", overlay, faults), "b + a\n")
    assert.deepStrictEqual(faults, [])
    apply("a - b\n", overlay, faults)
    apply("a + b, a + b\n", overlay, faults)
    assert.deepStrictEqual(faults, [
      "src/X.ts: an edit matches 0 times instead of once:\n    a + b",
      "src/X.ts: an edit matches 2 times instead of once:\n    a + b"
    ])
  })

  it("brings the modules that it needs, and takes away what it leaves without use", () => {
    const text = `import * as Option from "effect/Option"\nexport const x = Option.none()\n`
    const edits = [{ find: "Option.none()", replace: "Arr.empty()" }]
    assert.strictEqual(
      apply(text, { ...overlay, imports: ["effect/Array"], edits }, []),
      `import * as Arr from "effect/Array"\nexport const x = Arr.empty()\n`
    )
  })
})
