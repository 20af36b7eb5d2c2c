/** The command line as a whole: help, and how it ends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { bundled, type CommandLine } from "../support/commandLine.js"

let line: CommandLine
beforeAll(async () => {
  line = await bundled()
})
afterAll(() => line?.remove())

const command = (...args: ReadonlyArray<string>) => line.run(args)

const { version } = JSON.parse(readFileSync("package.json", "utf8"))

describe("the command line", () => {
  it("tells what there is", async () => {
    const [bare, help, own, told] = await Promise.all([
      command(),
      command("--help"),
      command("custom-fields", "--help"),
      command("--version")
    ])
    assert.deepStrictEqual([bare.status, help.status, own.status, told.status], [0, 0, 0, 0])
    assert.strictEqual(bare.output, help.output)
    for (const name of ["demo", "sandbox", "custom-fields"]) assert.include(help.output, `\n  ${name} `)
    for (const name of ["--out", "--check", "--entity", "PIPEDRIVE_API_TOKEN"]) assert.include(own.output, name)
    assert.strictEqual(told.output.trim(), version)
    // colours are for terminals
    for (const { output } of [help, own]) assert.notInclude(output, "\u001b")
  })

  it("completes its commands and options in three shells", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { output, status, stdout } = await command("--completions", shell)
      assert.strictEqual(status, 0, output)
      for (const name of ["custom-fields", "unknown-parameters"]) assert.include(stdout, name, shell)
    }
  })

  it("ends with 2 where it is used wrongly, and says how", async () => {
    const cases = [
      [["custom-field"], /custom-fields/],
      [["custom-fields"], /--out/],
      [["custom-fields", "--out", "x.ts", "--entity", "lead"], /\bdeal\W+person\W+organization\b/],
      [["custom-fields", "--out", "x.ts", "--chek"], /--chek[\s\S]*effect-pipedrive custom-fields --help/]
    ] as const
    await Promise.all(
      cases.map(async ([args, words]) => {
        const { output, status } = await command(...args)
        assert.match(output, words)
        assert.strictEqual(status, 2, args.join(" "))
      })
    )
  })

  it("ends with 1 and one line where it has no credentials", async () => {
    const { output, status, stdout } = await command("custom-fields", "--out", "x.ts")
    assert.strictEqual(status, 1)
    assert.match(output, /^No credentials for Pipedrive: set PIPEDRIVE_API_TOKEN .*\n$/)
    assert.strictEqual(stdout, "")
  })

  it("writes and checks the fields of an account that it reads over the wire", async () => {
    const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-command-"))
    const file = join(folder, "src", "fields.ts")
    await Effect.runPromise(
      Effect.gen(function* () {
        const { baseUrl, token } = yield* Sandbox.Sandbox
        const env = { PIPEDRIVE_API_TOKEN: token, PIPEDRIVE_BASE_URL: baseUrl }
        const fields = (...more: ReadonlyArray<string>) =>
          Effect.promise(() => line.run(["custom-fields", "--out", file, ...more], { env }))
        const written = yield* fields()
        assert.strictEqual(written.status, 0, written.output)
        assert.include(readFileSync(file, "utf8"), "howTheyFoundUs: CustomFields.enum(")
        assert.strictEqual((yield* fields("--check")).status, 0)
        writeFileSync(file, readFileSync(file, "utf8").replace("Referral", "Friends"))
        const checked = yield* fields("--check")
        assert.strictEqual(checked.status, 1)
        assert.strictEqual(
          checked.stdout,
          'dealFields:\n  ~ How they found us (`howTheyFoundUs`): option "Friends" (2) is called "Referral" now\n'
        )
      }).pipe(Effect.provide(Server.layer({ port: 0 })))
    )
    rmSync(folder, { recursive: true, force: true })
  })
})
