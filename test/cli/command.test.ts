/** The command line as a whole: help, and how it ends. */
import { readFileSync } from "node:fs"
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

  it("ends with 2 where it is used wrongly, and says how", async () => {
    const cases = [
      [["custom-field"], /custom-fields/],
      [["custom-fields"], /--out/],
      [["custom-fields", "--out", "x.ts", "--entity", "lead"], /deal, person, organization/],
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
})
