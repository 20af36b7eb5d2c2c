import Tinypool from "tinypool"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import config from "./vitest.config.js"

// The worker thread is kept from one mutant to the next: to start it and load Effect anew took most of the time.
Tinypool.prototype.recycleWorkers = () => Promise.resolve()

/** Files whose tests take long come last: most mutants are dead by then. */
const last = [
  "retries",
  "timeouts",
  "shared",
  "secrecy",
  "answers",
  "inputs",
  "refusals",
  "resilience",
  "accounts",
  "refresh"
]

class QuickFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const place = (file: TestSpecification) => last.findIndex((name) => file.moduleId.endsWith(`/${name}.test.ts`))
    return [...files].sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

/**
 * The tests that mutants of the runtime are tried on: those that decide within milliseconds, under `TestClock` or with a
 * fake `HttpClient`. Left out is what needs real sockets, processes, a browser or a database server, and what looks at
 * sources, documentation, the generator or the sandbox. A mutant that only those would notice counts as survived.
 */
export default defineConfig({
  ...config,
  test: {
    include: ["test/*.test.ts", "test/schema/*.test.ts", "test/http/*.test.ts", "test/oauth/*.test.ts"],
    exclude: [
      // sources, documentation, the generator, what is published
      "test/architecture.test.ts",
      "test/codegen*.test.ts",
      "test/current.test.ts",
      "test/demo.test.ts",
      "test/docs.test.ts",
      "test/packaging.test.ts",
      "test/telemetry.test.ts",
      // many runs of whole programs against the sandbox
      "test/lists.test.ts",
      "test/sync*.test.ts",
      // processes, sockets, databases, a browser, real time
      "test/http/limiter-load.test.ts",
      "test/http/limiter-sockets.test.ts",
      "test/oauth/mysql.test.ts",
      "test/oauth/official*.test.ts",
      "test/oauth/processes.test.ts",
      "test/oauth/web.test.ts"
    ],
    setupFiles: ["test/support/mutation.ts"],
    pool: "threads",
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 10_000,
    hookTimeout: 10_000
  }
})
