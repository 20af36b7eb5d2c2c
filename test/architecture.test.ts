import { readdirSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"
import { assert, describe, it } from "vitest"
import { breaches } from "./support/architecture.js"

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join("src", file).split(sep).join("/"))

describe("the house", () => {
  it("imports point one way, and nothing in src runs, logs or reads the clock behind Effect's back", () => {
    assert.isAbove(sources.length, 5)
    assert.deepStrictEqual(
      sources.flatMap((file) => breaches(file, readFileSync(file, "utf8"))),
      []
    )
  })
})

describe("the checker itself", () => {
  const catches = (file: string, text: string, what: RegExp) =>
    it(`${file}: ${text}`, () => {
      const found = breaches(file, text)
      assert.strictEqual(found.length, 1, found.join("\n"))
      assert.match(found[0] ?? "", what)
    })
  const allows = (file: string, text: string) =>
    it(`${file}: ${text}`, () => assert.deepStrictEqual(breaches(file, text), []))

  describe("catches", () => {
    catches("src/PipedriveError.ts", `import type { Auth } from "./Auth.js"`, /stands higher/)
    catches("src/Endpoint.ts", `import * as Deals from "./v2/Deals.js"`, /stands higher/)
    catches("src/v2/Deals.ts", `export * from "../v1/Deals.js"`, /another version/)
    catches("src/v2/Deals.ts", `import * as Pipedrive from "../Pipedrive.js"`, /stands higher/)
    catches("src/Pipedrive.ts", `export * as Sandbox from "./sandbox/index.js"`, /stands higher/)
    catches("src/index.ts", `const load = () => import("../codegen/main.js")`, /leads out of src/)
    catches("src/internal/http/send.ts", `import type { Deal } from "../../v2/Deals.js"`, /not for internal/)
    catches("src/internal/http/send.ts", `type T = import("../../v2/Deals.js").Deal`, /not for internal/)
    catches("src/Auth.ts", `import { Effect } from "effect"`, /barrel/)
    catches("src/Auth.ts", `import { readFileSync } from "node:fs"`, /not a dependency/)
    catches("src/sandbox/http/handler.ts", `import { createServer } from "node:http"`, /not a dependency/)
    catches("src/Newcomer.ts", `import * as Auth from "./Auth.js"`, /give it one/)
    catches("src/Auth.ts", `Effect.runSync(program)`, /runs an Effect/)
    catches("src/internal/fiber.ts", `Runtime.runPromise(runtime)(program)`, /runs an Effect/)
    catches("src/internal/http/timeout.ts", `Runtime.runFork(runtime, attempt)`, /runs an Effect/)
    catches("src/Auth.ts", `console.log(token)`, /console/)
    catches("src/Auth.ts", `const now = Date.now()`, /Clock/)
    catches("src/Auth.ts", `const x: any = 1`, /any/)
    catches("src/Auth.ts", `/** The head. @internal */\nimport * as Effect from "effect/Effect"`, /@internal/)
    catches("src/internal/schema/check.ts", `new Function("u", "return true")`, /code from text/)
  })

  describe("allows", () => {
    allows("src/v2/Deals.ts", `import * as Endpoint from "../Endpoint.js"`)
    allows("src/Pagination.ts", `import type { Call } from "./Endpoint.js"`)
    allows("src/sandbox/model/snapshot.ts", `import type { Deal } from "../v2/Deals.js"`)
    allows("src/sandbox/server.ts", `import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"`)
    allows("src/Auth.ts", `import * as Effect from "effect/Effect"`)
    allows("src/internal/fiber.ts", `Runtime.runFork(runtime, attempt)`)
    allows("src/Auth.ts", `// Effect.runSync(console.log)`)
  })
})
