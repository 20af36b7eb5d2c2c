import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { build } from "esbuild"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { run } from "./support/process.js"
import { inDocuments, inSources, snippetsOf } from "./support/snippets.js"

const folder = "node_modules/.cache/effect-pipedrive/docs"
const documents = inDocuments()
const examples = inSources()

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { code, name } of [...documents, ...examples]) {
    // a snippet is a module of its own, whatever it imports
    writeFileSync(join(folder, `${name}.ts`), `${code}\nexport {}\n`)
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: relative(folder, resolve("tsconfig.json")),
      compilerOptions: { noUnusedLocals: false, declaration: false, declarationMap: false, isolatedModules: false },
      include: ["*.ts"]
    })
  )
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
})

describe("the snippets of the documentation", () => {
  it("are found", () => {
    assert.isAbove(documents.length, 5)
    assert.deepStrictEqual(snippetsOf("a.md", "text\n```ts\nconst a = 1\n```\n```sh\nls\n```"), [
      { place: "a.md:3", name: "a-3", code: "const a = 1" }
    ])
  })

  it("and the examples of the doc comments compile together", async () => {
    const { output, status } = await run(["node_modules/typescript/bin/tsc", "-p", folder])
    assert.strictEqual(status, 0, output)
  }, 120_000)
})
