import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { afterAll, beforeAll } from "vitest"
import { bundled, type CommandLine } from "./support/commandLine.js"

let line: CommandLine
beforeAll(async () => {
  line = await bundled()
})
afterAll(() => line?.remove())

const demo = (env: Readonly<Record<string, string>> = {}) => line.run(["demo"], { env })

describe("the demo", () => {
  it("shows the main job on a sandbox of its own", async () => {
    const { output, status } = await demo()
    assert.strictEqual(status, 0, output)
    for (const expected of [/sandbox/, /added deal \d+/, /→/, /status +deals +value/, /NotFound/, /InvalidRequest/]) {
      assert.match(output, expected)
    }
  })
})

layer(Server.layer({ port: 0 }))("the demo with a token", (it) => {
  it.effect("only reads, and says so", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const { output, status } = yield* Effect.promise(() =>
        demo({ PIPEDRIVE_API_TOKEN: sandbox.token, PIPEDRIVE_BASE_URL: sandbox.baseUrl })
      )
      assert.strictEqual(status, 0, output)
      assert.match(output, /read-only/)
      const requests = yield* sandbox.requests
      assert.isAbove(requests.length, 3)
      assert.deepStrictEqual([...new Set(requests.map(({ method }) => method))], ["GET"])
    })
  )

  it.effect("fails in words when the token is wrong", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* Sandbox.Sandbox
      const { output, status } = yield* Effect.promise(() =>
        demo({ PIPEDRIVE_API_TOKEN: "wrong", PIPEDRIVE_BASE_URL: baseUrl })
      )
      assert.strictEqual(status, 1, output)
      assert.match(output, /credentials|unauthorized/i)
      assert.notInclude(output, "    at ")
    })
  )
})
