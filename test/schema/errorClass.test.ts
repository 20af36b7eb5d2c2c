/** Classes of errors that are Schemas: made late, and once. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type ErrorClass, errorClass, isOurs } from "../../src/internal/schema/errorClass.js"

interface Fields {
  readonly place: string
  readonly count?: number | undefined
}

/** A class of its own, and how often its Schema was made. */
const make = (isPart = true) => {
  const counts = { made: 0 }
  class Lost extends ((): ErrorClass<Lost, "Lost", Fields> =>
    errorClass(
      "Lost",
      () => {
        counts.made++
        return { place: Schema.String, count: Schema.optional(Schema.Number) }
      },
      isPart
    ))() {
    override get message(): string {
      return `lost at ${this.place}`
    }
  }
  return { counts, Lost, lost: new Lost({ place: "sea", count: 2 }) }
}

describe("a class of errors", () => {
  it("is an error with its fields, and makes no Schema before one is asked for", () => {
    const { counts, Lost, lost } = make()
    assert.instanceOf(lost, Error)
    assert.deepInclude(lost, { _tag: "Lost", place: "sea", count: 2, message: "lost at sea" })
    assert.strictEqual(lost.name, "Lost")
    assert.strictEqual(counts.made, 0)
    assert.isTrue(Schema.isSchema(Lost))
    assert.strictEqual(counts.made, 0)
    const { ast } = Lost
    assert.strictEqual(Lost.ast, ast)
    assert.strictEqual(counts.made, 1)
  })

  it("goes into plain data and back", () => {
    const { Lost, lost } = make()
    const plain = Schema.encodeSync(Lost)(lost)
    assert.deepStrictEqual({ ...plain }, { _tag: "Lost", place: "sea", count: 2 })
    const back = Schema.decodeUnknownSync(Lost)(plain)
    assert.instanceOf(back, Lost)
    assert.deepInclude(back, { place: "sea", count: 2 })
    const read = Schema.decodeUnknownEither(Lost)
    assert.isTrue(Either.isRight(read({ _tag: "Lost", place: "sea" })))
    for (const wrong of [{ _tag: "Apart", place: "sea" }, { _tag: "Lost" }, { _tag: "Lost", place: 1 }, null]) {
      assert.isTrue(Either.isLeft(read(wrong)))
    }
    assert.isTrue(Schema.is(Lost)(lost))
    assert.isFalse(Schema.is(Lost)({ ...plain }))
  })

  it("is piped and annotated like any Schema", () => {
    const { Lost } = make()
    assert.strictEqual(
      Lost.pipe((self) => self),
      Lost
    )
    const noted = Lost.annotations({ description: "what is lost" })
    assert.deepInclude(Schema.decodeUnknownSync(noted)({ _tag: "Lost", place: "sea" }), { place: "sea" })
    assert.notStrictEqual(noted.ast, Lost.ast)
  })

  it("is told from those that are no part of the union", () => {
    assert.isTrue(isOurs(make().lost))
    assert.isFalse(isOurs(make(false).lost))
    assert.isFalse(isOurs(new Error("Lost")))
    assert.isFalse(isOurs(undefined))
  })
})
