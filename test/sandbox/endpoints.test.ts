import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { handlers } from "../../src/sandbox/operations/index.js"
import { callAll } from "./everyEndpoint.js"
import { all } from "./support.js"

describe("every endpoint", () => {
  it("is described once, and every handler has its endpoint", () => {
    const names = all.map((endpoint) => `${endpoint.version}.${endpoint.operation}`)
    assert.strictEqual(new Set(names).size, names.length)
    assert.strictEqual(names.length, 433)
    assert.deepStrictEqual(
      Object.keys(handlers).filter((name) => !names.includes(name)),
      []
    )
  })

  it.effect("answers with what its own output Schema accepts, strictly", () =>
    Effect.gen(function* () {
      const failures: Array<string> = []
      yield* callAll(({ endpoint, given, result }) =>
        Effect.map(Effect.either(result), (answer) => {
          if (Either.isRight(answer)) return
          failures.push(`${endpoint.name} ${JSON.stringify(given)}: ${answer.left.message}`)
        })
      )
      assert.strictEqual(failures.join("\n"), "")
    })
  )
})
