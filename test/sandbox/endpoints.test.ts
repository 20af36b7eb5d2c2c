import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Auth from "../../src/Auth.js"
import type { Call } from "../../src/Endpoint.js"
import * as HttpLayer from "../../src/HttpLayer.js"
import { handlers } from "../../src/sandbox/operations.js"
import * as v1 from "../../src/v1/index.js"
import * as v2 from "../../src/v2/index.js"
import { input } from "./inputs.js"
import { known, prepare } from "./prepared.js"
import { all, world } from "./support.js"

type AnyCall = Call<unknown, unknown>

const calls = new Map<string, AnyCall>()
for (const module of [...Object.values(v1), ...Object.values(v2)]) {
  for (const value of Object.values(module as Readonly<Record<string, unknown>>)) {
    if (typeof value !== "function" || !("endpoint" in value)) continue
    const call = value as AnyCall
    calls.set(`${call.endpoint.version}.${call.endpoint.operation}`, call)
  }
}

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
      const { sandbox } = yield* world()
      yield* prepare(sandbox)
      const before = yield* sandbox.snapshot
      for (const endpoint of all) {
        const name = `${endpoint.version}.${endpoint.operation}`
        const call = calls.get(name)
        if (call === undefined) continue
        yield* sandbox.restore(before)
        const given = input(endpoint, known(yield* sandbox.state))
        const result = yield* call(given).pipe(
          HttpLayer.withPolicy({ responseValidation: "strict" }),
          Effect.provide(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })),
          Effect.provideService(HttpClient.HttpClient, sandbox.client),
          Effect.either
        )
        if (Either.isLeft(result)) failures.push(`${name} ${JSON.stringify(given)}: ${result.left.message}`)
      }
      assert.strictEqual(failures.join("\n"), "")
    })
  )
})
