/** The tests of the Effect 4 edition, in `effect4/build`. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { aliases } from "../scripts/aliases.js"

const root = fileURLToPath(new URL("./build/", import.meta.url))
// tests read files and start programs of the edition
process.chdir(root)

export default defineConfig({
  root,
  resolve: {
    alias: aliases(`${root}src/`)
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
