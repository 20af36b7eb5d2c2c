import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cases } from "./faults.js"
import * as Support from "./support.js"

for (const transport of Support.transportNames) {
  describe(`over ${transport}, a server that`, () => {
    for (const [name, { again, ends, hangs = false, takes = 2, ...fault }] of Object.entries(cases)) {
      it.live(name, () =>
        Effect.forEach(
          Support.methods,
          (method) =>
            Effect.gen(function* () {
              const options = hangs ? ({ timeout: "150 millis" } as const) : {}
              const { result, server } = yield* Support.met(transport, method, fault, options)
              const resent = typeof again === "function" ? again(transport) : again
              assert.deepStrictEqual(
                { ends: Support.outcome(result), requests: server.count(method), others: server.count() },
                {
                  ends: typeof ends === "function" ? ends(transport, method) : ends,
                  requests: resent.includes(method) ? 2 : 1,
                  others: resent.includes(method) ? 2 : 1
                },
                `${method}: ${result._tag === "Left" ? result.left.message : ""}`
              )
              assert.isBelow(server.sent() / server.count(), takes * 1024 * 1024)
            }),
          { concurrency: "unbounded", discard: true }
        )
      )
    }

    it.live("has left no socket open, on either side, when all is over", () =>
      Effect.gen(function* () {
        const held = () => process.getActiveResourcesInfo().filter((kind) => /^TCP/.test(kind))
        for (let turn = 0; turn < 50 && held().length > 0; turn++) yield* Effect.sleep("20 millis")
        assert.deepStrictEqual(held(), [])
      })
    )
  })
}
