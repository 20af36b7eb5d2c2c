/**
 * JavaScript runtimes besides Node, where scripts/services.sh has found them.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { type BuildOptions, build } from "esbuild"
import { launch } from "./browser.js"
import type { Packed } from "./packed.js"
import { run } from "./process.js"
import { service } from "./services.js"

/** Runs `anywhere.ts` as a consumer would, and gives what it tells. */
export type Runtime = (packed: Packed, ...addresses: ReadonlyArray<string>) => Promise<object>

const program = "program.mjs"

const write = (packed: Packed) =>
  build({ entryPoints: ["test/support/anywhere.ts"], outfile: join(packed.consumer, program), logLevel: "silent" })

/** The program and the package in one file, whose path it gives. */
const bundle = async (packed: Packed, file: string, contents: string, options: BuildOptions): Promise<string> => {
  await write(packed)
  const outfile = join(packed.consumer, file)
  const stdin = { contents, resolveDir: packed.consumer }
  await build({ ...options, stdin, bundle: true, outfile, logLevel: "silent" })
  return outfile
}

const command =
  (file: string, args: ReadonlyArray<string> = []): Runtime =>
  async (packed, ...addresses) => {
    await write(packed)
    packed.write(
      "main.mjs",
      `import { run } from "./${program}"\nconsole.log(JSON.stringify(await run(...process.argv.slice(2))))`
    )
    const { output, status, stdout } = await run(file, [...args, "main.mjs", ...addresses], { cwd: packed.consumer })
    if (status !== 0) throw new Error(output)
    return JSON.parse(stdout)
  }

const worker = `
import { run } from "./${program}"
export default {
  fetch: async (request) => {
    try {
      return Response.json(await run(...new URL(request.url).searchParams.getAll("address")))
    } catch (error) {
      return new Response(String(error), { status: 500 })
    }
  }
}`

const workerConfig = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2025-09-01",
      globalOutbound = "outside"
    )),
    (name = "outside", network = (allow = ["private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);`

/** A worker in one file, asked over HTTP. */
const workerd =
  (file: string): Runtime =>
  async (packed, ...addresses) => {
    await bundle(packed, "worker.mjs", worker, {
      format: "esm",
      platform: "neutral",
      conditions: ["workerd", "worker"]
    })
    packed.write("worker.capnp", workerConfig)
    const child = spawn(file, ["serve", "worker.capnp", "--control-fd=3"], {
      cwd: packed.consumer,
      stdio: ["ignore", "ignore", "pipe", "pipe"]
    })
    try {
      const said = child.stderr === null ? Promise.resolve("") : text(child.stderr)
      const control = child.stdio[3] as Readable
      const port = await new Promise<number>((resolve, reject) => {
        control.once("data", (line) => resolve(JSON.parse(String(line)).port))
        child.once("error", reject)
        child.once("exit", () => said.then((words) => reject(new Error(words))))
      })
      const query = new URLSearchParams(addresses.map((address) => ["address", address]))
      const response = await fetch(`http://127.0.0.1:${port}/?${query}`)
      if (!response.ok) throw new Error(await response.text())
      return await response.json()
    } finally {
      child.kill()
    }
  }

/** A page of another origin than the sandbox's. */
const browser: Runtime = async (packed, ...addresses) => {
  const script = await bundle(packed, "page.js", `export { run } from "./${program}"`, {
    format: "iife",
    globalName: "anywhere",
    platform: "browser"
  })
  const chromium = await launch()
  try {
    const page = await chromium.newPage()
    const home = "http://app.localhost:3000/"
    await page.route(home, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }))
    await page.goto(home)
    await page.addScriptTag({ path: script })
    return await page.evaluate(`anywhere.run(...${JSON.stringify(addresses)})`)
  } finally {
    await chromium.close()
  }
}

const found = (name: string, make: (file: string) => Runtime): Runtime | undefined => {
  const file = service(name, "not run there")
  return file === undefined ? undefined : make(file)
}

/** By name; `undefined` where one is not here. */
export const runtimes: Readonly<Record<string, Runtime | undefined>> = {
  Node: command(process.execPath),
  Bun: found("BUN", command),
  Deno: found("DENO", (file) => command(file, ["run", "--allow-all"])),
  workerd: found("WORKERD", workerd),
  Chromium: found("CHROMIUM", () => browser)
}
