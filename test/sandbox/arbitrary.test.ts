import * as FastCheck from "effect/FastCheck"
import * as Sandbox from "effect-pipedrive/sandbox"
import { assert, describe, it } from "vitest"
import * as Check from "../../src/internal/schema/check.js"
import * as Arbitrary from "../support/arbitrary.js"
import { entries } from "../support/surface.js"

describe("arbitrary answers", () => {
  it("are such as every endpoint's output Schema accepts", () => {
    assert.lengthOf(entries, 433)
    for (const { endpoint, name } of entries) {
      const valid = Check.open(endpoint.endpoint.output.ast)
      for (const answer of FastCheck.sample(Arbitrary.from(Sandbox.arbitrary<unknown>(endpoint)), {
        numRuns: 3,
        seed: 7
      })) {
        assert.isTrue(valid(answer), `${name}: ${JSON.stringify(answer)}`)
      }
    }
  }, 120_000)
})
