/** The sandbox's command line. */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { bundled, type CommandLine } from "../support/commandLine.js"

const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-command-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let line: CommandLine
beforeAll(async () => {
  line = await bundled()
})
afterAll(() => line?.remove())

const command = (...args: ReadonlyArray<string>) => line.run(["sandbox", ...args])

describe("the command `sandbox`", () => {
  it("tells its options", async () => {
    const { output, status } = await command("--help")
    assert.strictEqual(status, 0)
    for (const option of [
      "--port",
      "--host",
      "--seed",
      "--plan",
      "--unknown-parameters",
      "--file",
      "--token",
      "--company"
    ]) {
      assert.include(output, option)
    }
  }, 120_000)

  it("refuses what makes no sense, and says what would", async () => {
    const cases = [
      [["--plan", "gold"], /growth/],
      [["--unknown-parameters", "guess"], /refuse/],
      [["--seed", "much"], /demo/],
      [["--port", "high"], /port|integer/i],
      [["--port", "70000"], /65535/],
      [["--company", "pine", "--company", "pine"], /--company pine is given twice/],
      [["--company", "a b"], /companies\.a b must be a name/],
      [["--company", "pine", "--token", "x"], /--token is for one company/]
    ] as const
    await Promise.all(
      cases.map(async ([args, words]) => {
        const { output, status } = await command(...args)
        assert.notStrictEqual(status, 0, args.join(" "))
        assert.match(output, words)
      })
    )
  }, 120_000)

  it("says so when the port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const { port } = server.address() as AddressInfo
    const { output, status } = await command("--port", String(port))
    server.close()
    assert.notStrictEqual(status, 0)
    assert.match(output, /Cannot listen on .*EADDRINUSE/)
  }, 120_000)

  it("keeps its world in a file, also when it is interrupted", async () => {
    const file = join(folder, "world.json")
    const child = spawn(process.execPath, [line.file, "sandbox", "--port", "0", "--seed", "empty", "--file", file], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    while (!/PIPEDRIVE_API_TOKEN/.test(output)) await new Promise((resolve) => setTimeout(resolve, 50))
    const [, url] = /PIPEDRIVE_BASE_URL=["']?([^\s"']+)/.exec(output) ?? []
    const answer = await fetch(`${url}/api/v2/deals`, {
      method: "POST",
      headers: { "x-api-token": "sandbox-token", "content-type": "application/json" },
      body: JSON.stringify({ title: "Kept through the night" })
    })
    assert.strictEqual(answer.status, 200)
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGINT")
    await ended
    assert.isTrue(existsSync(file))
    assert.include(readFileSync(file, "utf8"), "Kept through the night")
  }, 120_000)

  it("serves several companies on one port, each with its token and its file", async () => {
    const file = join(folder, "several.json")
    const args = ["--port", "0", "--seed", "empty", "--file", file, "--company", "harbour", "--company", "pine"]
    const child = spawn(process.execPath, [line.file, "sandbox", ...args], { stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    while (!/Ctrl-C/.test(output)) await new Promise((resolve) => setTimeout(resolve, 50))
    const [, url] = /PIPEDRIVE_BASE_URL=(\S+)/.exec(output) ?? []
    const tokens = Array.from(output.matchAll(/# (\S+)\n.*\nPIPEDRIVE_API_TOKEN=(\S+)/g), ([, name, token]) => [
      name,
      token
    ])
    assert.deepStrictEqual(tokens, [
      ["harbour", "harbour-token"],
      ["pine", "pine-token"]
    ])
    for (const [name, token = ""] of tokens) {
      const answer = await fetch(`${url}/v1/users/me`, { headers: { "x-api-token": token } })
      assert.include(await answer.text(), `"company_domain":"${name}"`)
    }
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGINT")
    await ended
    for (const name of ["harbour", "pine"]) assert.isTrue(existsSync(join(folder, `several.${name}.json`)), name)
  }, 120_000)
})
