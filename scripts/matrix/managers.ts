/**
 * Package managers, by the install lines of each line: a program, tests with Vitest, types; and what each says where the line is
 * not for the Effect that is there.
 */
import { realpathSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import type { Finished } from "../../test/support/process.js"
import {
  type Cell,
  configuration,
  type Effect,
  equal,
  fetched,
  type Lab,
  lines,
  main,
  program,
  served,
  server,
  sh,
  told
} from "./lab.js"

type Run = (args: ReadonlyArray<string>, status?: "any") => Promise<Finished>

interface Manager {
  readonly files?: Readonly<Record<string, string>>
  /** Its command, without arguments, and whether Node runs it. */
  readonly command: (lab: Lab) => Promise<string>
  readonly binary?: true
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

const script = async (lab: Lab, specifier: string, file: string) =>
  join(await lab.tool(specifier), "node_modules", file)

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
      return join(await lab.tool(`${name}@1.4.5`), "node_modules", name, "bin/bun")
    },
    binary: true,
    add: ["add"],
    dev: "--dev",
    tarball: (file) => file,
    node: ["run"],
    exec: ["run"],
    complains: /incorrect peer/i
  }
}

/** On this Node, or on 22 where it is too old for Effect 4. */
const start = async (
  lab: Lab,
  name: string,
  effect: Effect,
  manager: Manager
): Promise<{ folder: string; run: Run }> => {
  const folder = lab.folder(`${name}-${effect}`, manager.files)
  const script = await manager.command(lab)
  const node = effect === 4 && Number.parseInt(process.versions.node, 10) < 22 ? await lab.node("22") : process.execPath
  const [command, before] = manager.binary === true ? [script, []] : [node, [script]]
  // what starts a Node of its own finds the same one
  const env = { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const run: Run = (args, status) =>
    sh(command, [...before, ...args], { cwd: folder, env, ...(status === undefined ? {} : { status }) })
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

const whole = (name: string, manager: Manager, effect: Effect) => async (lab: Lab) => {
  const { folder, run } = await start(lab, name, effect, manager)
  const add = async (packages: ReadonlyArray<string>, dev: boolean) => {
    const { output } = await run([...manager.add, ...(dev ? [manager.dev] : []), ...packages])
    if (manager.complains.test(output)) throw new Error(`peers that do not fit: ${output}`)
  }
  const { install, nodeTypes, readme, tarball, uses } = await lab.line(effect)
  await add([manager.tarball(tarball), ...install.first.slice(1)], false)
  lab.write(folder, {
    "program.mjs": program,
    "main.mjs": main,
    "server.mjs": name === "Bun" ? fetched : server,
    "a.test.ts": test,
    "uses.ts": uses,
    "readme.ts": readme,
    // the types of a project whose packages do not see each other's are where names cannot be found
    "tsconfig.json": configuration(["uses.ts", "readme.ts"], { module: "nodenext", exactOptionalPropertyTypes: true })
  })
  equal((await run([...manager.node, "main.mjs"])).stdout, told)
  for (const line of install.more) await add([...line.packages, ...(manager.yarn === true ? line.yarn : [])], line.dev)
  await add(["typescript@5.9", nodeTypes], true)
  equal((await run([...manager.node, "server.mjs"])).stdout, served)
  const { output: tested } = await run([...manager.exec, "vitest", "run", "--reporter=verbose"])
  if (!/1 passed/.test(tested)) throw new Error(tested)
  await run([...manager.exec, "tsc", "-p", "."])
  return "program, server, Vitest, types"
}

/** What a line says under the `effect` of the other one. */
const others = {
  3: {
    table: "Under Effect 4",
    // without a version: npm's newest
    effect: "effect@4",
    says: /needs-effect@3|effect-pipedrive (needs effect 3|tried to access)/
  },
  4: {
    table: "The Effect 4 line under Effect 3",
    effect: "effect@^3.22",
    says: /needs-effect@4/
  }
}

/** What is said first, at installing and at importing. */
const misfit = (name: string, manager: Manager, line: Effect) => async (lab: Lab) => {
  const { effect, says, table } = others[line]
  const { folder, run } = await start(lab, table, line, manager)
  lab.write(folder, { "main.mjs": `import "effect-pipedrive"\n` })
  const { tarball } = await lab.line(line)
  const { output: installed } = await run([...manager.add, manager.tarball(tarball), effect], "any")
  const refused = /ERESOLVE/.test(installed)
  if (refused) return "refuses to install (`ERESOLVE`)"
  const { output: said } = await run([...manager.node, "main.mjs"], "any")
  const first = said.split("\n").find((line) => /error/i.test(line) && /effect/.test(line)) ?? said
  if (!says.test(said)) throw new Error(`${name}: ${said}`)
  const warned = manager.complains.test(installed) ? "warns of the peer; " : ""
  const short = first
    .replaceAll(realpathSync(folder), "")
    .replaceAll(folder, "")
    .replaceAll(/file:\/\//g, "")
    .replaceAll(/\S*\/(effect(-pipedrive)?\/(dist\/|package\.json))/g, "…/$1")
    .trim()
  return `${warned}\`${short}\``
}

export const cells: ReadonlyArray<Cell> = Object.entries(managers).flatMap(([row, manager]) =>
  lines.flatMap((effect) => [
    {
      table: "Package managers",
      row,
      column: `the install lines for Effect ${effect}`,
      run: whole(row, manager, effect)
    },
    { table: others[effect].table, row, column: "says", run: misfit(row, manager, effect) }
  ])
)
