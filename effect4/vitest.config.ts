/** The tests of the Effect 4 edition, in `effect4/build`. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const root = fileURLToPath(new URL("./build/", import.meta.url))
// tests read files and start programs of the edition
process.chdir(root)
const src = `${root}src/`

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^effect-pipedrive$/, replacement: `${src}index.ts` },
      { find: /^effect-pipedrive\/(v1|v2|current|sandbox)$/, replacement: `${src}$1/index.ts` },
      { find: /^effect-pipedrive\/(.+)$/, replacement: `${src}$1.ts` }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
