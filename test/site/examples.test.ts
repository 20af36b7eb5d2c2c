/**
 * The examples of the reference and of the playground: each compiles, and each runs on a sandbox.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Examples from "../../site/examples.js"
import { programs } from "../../site/playground/programs.js"
import { node } from "../support/process.js"

describe("the examples of the reference", () => {
  it.effect("are one for each operation, and each succeeds on a sandbox", () =>
    Effect.gen(function* () {
      const all = yield* Examples.examples
      assert.strictEqual(new Set(all.map(({ id }) => id)).size, 433)
      const ids = yield* Examples.succeeding(all, yield* Examples.prepared)
      assert.deepStrictEqual(
        all.filter(({ id }) => !ids.has(id)).map(({ call }) => call),
        []
      )
    })
  )

  it.effect("can mostly be run in the playground, whose sandbox has the demo company", () =>
    Effect.gen(function* () {
      const all = yield* Examples.examples
      assert.isAbove((yield* Examples.runnable(all)).size, 380)
    })
  )

  it.effect(
    "compile, with the programs of the playground",
    () =>
      Effect.gen(function* () {
        const all = yield* Examples.examples
        const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-examples-"))
        symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")
        const modules = new Set(all.map(({ module, version }) => `${version}.${module}`))
        for (const name of modules) {
          const [version = "", module = ""] = name.split(".")
          const examples = all.filter(({ id }) => id.startsWith(`${name}.`))
          const head = `import { ${module} } from "effect-pipedrive/${version}"\n`
          writeFileSync(
            join(folder, `${name}.ts`),
            head + examples.map(({ call }, n) => `export const e${n} = ${call}\n`).join("")
          )
        }
        const [first] = all
        assert.isDefined(first)
        if (first !== undefined) writeFileSync(join(folder, "whole.ts"), Examples.programOf(first))
        for (const [n, { code }] of programs.entries()) writeFileSync(join(folder, `program${n}.ts`), code)
        writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
        const compilerOptions = { declaration: false, declarationMap: false }
        writeFileSync(
          join(folder, "tsconfig.json"),
          JSON.stringify({ extends: resolve("tsconfig.json"), compilerOptions, include: ["*.ts"] })
        )
        const { output, status } = yield* Effect.promise(() => node(["node_modules/typescript/bin/tsc", "-p", folder]))
        rmSync(folder, { recursive: true, force: true })
        assert.strictEqual(status, 0, output)
      }),
    120_000
  )
})
