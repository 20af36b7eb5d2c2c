/** Package managers, by the README's install lines: a program, tests with Vitest, types; and what each says under Effect 4. */
import { readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import type { Finished } from "../../test/support/process.js"
import { type Cell, equal, fetched, installLines, type Lab, main, program, served, server, sh, told } from "./lab.js"

type Run = (args: ReadonlyArray<string>, status?: "any") => Promise<Finished>

interface Manager {
  readonly files?: Readonly<Record<string, string>>
  /** Its command, without arguments. */
  readonly command: (lab: Lab) => Promise<ReadonlyArray<string>>
  readonly add: ReadonlyArray<string>
  readonly dev: string
  /** How it names a tarball. */
  readonly tarball: (file: string) => string
  /** How it runs a program, and a command of a package. */
  readonly node: ReadonlyArray<string>
  readonly exec: ReadonlyArray<string>
  /** What it says of peers that do not fit. */
  readonly complains: RegExp
  readonly yarn?: true
}

const script = async (lab: Lab, specifier: string, file: string) => [
  process.execPath,
  join(await lab.tool(specifier), "node_modules", file)
]

const npm = (version: string): Manager => ({
  command: (lab) => script(lab, `npm@${version}`, "npm/bin/npm-cli.js"),
  add: ["install", "--no-audit", "--no-fund"],
  dev: "--save-dev",
  tarball: (file) => file,
  node: ["exec", "--offline", "--", "node"],
  exec: ["exec", "--offline", "--"],
  complains: /ERESOLVE|peer/i
})

const yarn = (linker: string): Manager => ({
  files: { ".yarnrc.yml": `nodeLinker: ${linker}\n`, "yarn.lock": "" },
  command: (lab) => script(lab, "@yarnpkg/cli-dist@4", "@yarnpkg/cli-dist/bin/yarn.js"),
  add: ["add"],
  dev: "--dev",
  tarball: (file) => `effect-pipedrive@file:${file}`,
  node: ["node"],
  exec: ["run"],
  complains: /YN0002|YN0060|YN0086/,
  yarn: true
})

const pnpm = (version: string): Manager => ({
  command: (lab) => script(lab, `pnpm@${version}`, "pnpm/bin/pnpm.cjs"),
  add: ["add"],
  dev: "--save-dev",
  tarball: (file) => file,
  node: ["exec", "node"],
  exec: ["exec"],
  complains: /peer dependencies|unmet peer/i
})

const managers: Readonly<Record<string, Manager>> = {
  "npm 10": npm("10"),
  "npm 11": npm("11"),
  "pnpm 10": pnpm("10"),
  "Yarn 4, node-modules": yarn("node-modules"),
  "Yarn 4, PnP": yarn("pnp"),
  Bun: {
    command: async (lab) => {
      const name = `@oven/bun-linux-${process.arch === "arm64" ? "aarch64" : "x64-baseline"}`
      return [join(await lab.tool(`${name}@1.4.5`), "node_modules", name, "bin/bun")]
    },
    add: ["add"],
    dev: "--dev",
    tarball: (file) => file,
    node: ["run"],
    exec: ["run"],
    complains: /incorrect peer/i
  }
}

const start = async (lab: Lab, name: string, manager: Manager): Promise<{ folder: string; run: Run }> => {
  const folder = lab.folder(name, manager.files)
  const [command = "", ...before] = await manager.command(lab)
  const run: Run = (args, status) =>
    sh(command, [...before, ...args], { cwd: folder, ...(status === undefined ? {} : { status }) })
  return { folder, run }
}

const test = `import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals } from "effect-pipedrive/v2"
it.effect("adds a deal", () => Effect.gen(function* () {
  const { data } = yield* Deals.add({ title: "Forty desks" })
  assert.strictEqual(data.title, "Forty desks")
}).pipe(Effect.provide(Sandbox.layer())))
`

// the types of a project whose packages do not see each other's are where names cannot be found
const types = {
  "uses.ts": readFileSync("test/types/entryPoints.ts", "utf8"),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2022",
      lib: ["es2022", "dom", "dom.iterable"],
      types: ["node"],
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      declaration: true,
      outDir: "out"
    },
    files: ["uses.ts"]
  })
}

const whole = (name: string, manager: Manager) => async (lab: Lab) => {
  const { folder, run } = await start(lab, name, manager)
  const add = async (packages: ReadonlyArray<string>, dev: boolean) => {
    const { output } = await run([...manager.add, ...(dev ? [manager.dev] : []), ...packages])
    if (manager.complains.test(output)) throw new Error(`peers that do not fit: ${output}`)
  }
  const { first, more } = installLines()
  await add([manager.tarball(lab.packed.tarball), ...first.slice(1)], false)
  lab.write(folder, {
    "program.mjs": program,
    "main.mjs": main,
    "server.mjs": name === "Bun" ? fetched : server,
    "a.test.ts": test,
    ...types
  })
  equal((await run([...manager.node, "main.mjs"])).stdout, told)
  for (const line of more) await add([...line.packages, ...(manager.yarn === true ? line.yarn : [])], line.dev)
  await add(["typescript@5.9", "@types/node@20"], true)
  equal((await run([...manager.node, "server.mjs"])).stdout, served)
  const { output: tested } = await run([...manager.exec, "vitest", "run", "--reporter=verbose"])
  if (!/1 passed/.test(tested)) throw new Error(tested)
  await run([...manager.exec, "tsc", "-p", "."])
  return "program, server, Vitest, types"
}

/** Without versions: the newest effect, which is 4. What is said first, at installing and at importing. */
const four = (name: string, manager: Manager) => async (lab: Lab) => {
  const { folder, run } = await start(lab, `four-${name}`, manager)
  lab.write(folder, { "main.mjs": `import "effect-pipedrive"\n` })
  const { output: installed } = await run([...manager.add, manager.tarball(lab.packed.tarball), "effect@4"], "any")
  const refused = /ERESOLVE/.test(installed)
  if (refused) return "refuses to install (`ERESOLVE`)"
  const { output: said } = await run([...manager.node, "main.mjs"], "any")
  const line = said.split("\n").find((line) => /error/i.test(line) && /effect/.test(line)) ?? said
  if (!/needs-effect@3|effect-pipedrive (needs effect 3|tried to access)/.test(said)) throw new Error(said)
  const warned = manager.complains.test(installed) ? "warns of the peer; " : ""
  const short = line
    .replaceAll(realpathSync(folder), "")
    .replaceAll(folder, "")
    .replaceAll(/file:\/\//g, "")
    .trim()
  return `${warned}\`${short.replaceAll(/\S*\/(effect(-pipedrive)?)\/dist\//g, "…/$1/dist/")}\``
}

export const cells: ReadonlyArray<Cell> = Object.entries(managers).flatMap(([name, manager]) => [
  { table: "Package managers", row: name, column: "the install lines", run: whole(name, manager) },
  { table: "Under Effect 4", row: name, column: "says", run: four(name, manager) }
])
