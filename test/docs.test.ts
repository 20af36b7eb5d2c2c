import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { afterAll, assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { build } from "esbuild"
import { node } from "./support/process.js"
import { inDocuments, inSources, snippetsOf } from "./support/snippets.js"

const documents = inDocuments()
const examples = inSources()

const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-docs-"))
symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")
for (const { code, name } of [...documents, ...examples]) {
  // a snippet is a module of its own, whatever it imports
  writeFileSync(join(folder, `${name}.ts`), `${code}\nexport {}\n`)
}
writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: resolve("tsconfig.json"),
    compilerOptions: { noUnusedLocals: false, declaration: false, declarationMap: false },
    include: ["*.ts"]
  })
)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("snippets", () => {
  it("are found in documents, by their fences", () => {
    assert.isAbove(documents.length, 5)
    assert.deepStrictEqual(snippetsOf("a.md", "text\n```ts\nconst a = 1\n```\n```sh\nls\n```"), [
      { place: "a.md:3", name: "a-3", code: "const a = 1" }
    ])
  })

  it("of documents and doc comments compile together", async () => {
    const { output, status } = await node(["node_modules/typescript/bin/tsc", "-p", folder])
    assert.strictEqual(status, 0, output)
  }, 120_000)
})

/** A snippet registers webhooks: what they deliver goes nowhere. */
const nowhere = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response("", { status: 200 })))
)

layer(Server.layer({ port: 0, webhooks: nowhere }), { timeout: "30 seconds" })(
  "snippets of documents, on a sandbox,",
  (it) => {
    it.effect(
      "run to their end",
      () =>
        Effect.gen(function* () {
          const { baseUrl, token } = yield* Sandbox.Sandbox
          yield* Effect.promise(() =>
            build({
              entryPoints: documents.map(({ name }) => join(folder, `${name}.ts`)),
              outdir: join(folder, "out"),
              outExtension: { ".js": ".mjs" },
              bundle: true,
              external: ["effect", "effect/*", "@effect/*"],
              tsconfig: join(folder, "tsconfig.json"),
              format: "esm",
              platform: "node",
              logLevel: "silent"
            })
          )
          const failures = yield* Effect.forEach(
            documents,
            ({ name, place }) =>
              Effect.promise(() =>
                node([join(folder, "out", `${name}.mjs`)], {
                  env: { PIPEDRIVE_API_TOKEN: token, PIPEDRIVE_BASE_URL: baseUrl }
                })
              ).pipe(Effect.map(({ output, status }) => (status === 0 ? [] : [`${place}\n${output}`]))),
            { concurrency: 2 }
          )
          assert.deepStrictEqual(failures.flat(), [])
        }),
      300_000
    )
  }
)
