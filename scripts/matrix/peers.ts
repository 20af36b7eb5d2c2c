/** The oldest end of the peers' ranges of each line; the newest one is what the tests run on. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { join, resolve } from "node:path"
import {
  type Cell,
  configuration,
  type Effect,
  equal,
  type Lab,
  main,
  program,
  served,
  server,
  sh,
  told
} from "./lab.js"

// what the oldest platform-node wants besides: newer ones of these want newer platforms
const oldest = {
  3: {
    manifest: "package.json",
    besides: ["@effect/cluster@0.56.0", "@effect/rpc@0.73.0", "@effect/workflow@0.16.0"],
    node: "20"
  },
  4: { manifest: "effect4/package.json", besides: ["@effect/platform-node-shared@4.0.0"], node: "22" }
}

const floors = (effect: Effect): ReadonlyArray<string> => {
  const { peerDependencies }: { readonly peerDependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(oldest[effect].manifest, "utf8")
  )
  return Object.entries(peerDependencies).map(([name, range]) => `${name}@${/^>=([\d.]+) /.exec(range)?.[1] ?? range}`)
}

const project = async (lab: Lab, effect: Effect): Promise<string> => {
  const { nodeTypes, tarball } = await lab.line(effect)
  const folder = await lab.tool(tarball, ...floors(effect), ...oldest[effect].besides, nodeTypes)
  lab.write(folder, { "program.mjs": program, "main.mjs": main, "server.mjs": server })
  return folder
}

const runs = async (lab: Lab, effect: Effect): Promise<string> => {
  const folder = await project(lab, effect)
  const node = await lab.node(oldest[effect].node)
  equal((await sh(node, ["main.mjs"], { cwd: folder })).stdout, told)
  equal((await sh(node, ["server.mjs"], { cwd: folder })).stdout, served)
  return "run"
}

const types = async (lab: Lab, effect: Effect): Promise<string> => {
  const folder = await project(lab, effect)
  lab.write(folder, {
    "uses.ts": (await lab.line(effect)).uses,
    "tsconfig.json": configuration(["uses.ts"], { module: "nodenext", exactOptionalPropertyTypes: true })
  })
  for (const compiler of ["typescript", "typescript-5"]) {
    await sh(process.execPath, [resolve("node_modules", compiler, "bin/tsc"), "-p", "."], { cwd: folder })
  }
  return "compile, with TypeScript 5.7 and 7"
}

/** What asks for other packages of a newer Effect, for a build, for a browser or for a quiet machine is for the newest alone. */
const excluded = [
  "test/codegen*",
  "test/packaging*",
  "test/docs*",
  "test/documents*",
  "test/demo*",
  "test/recordings*",
  "test/liveAnswers*",
  "test/parity/**",
  "test/types/**",
  "**/official*",
  "test/**/*load*",
  "test/http/limiter-sockets*",
  "test/oauth/{mysql,processes,web}*",
  "test/sandbox/{browser,command,docs,endpoints}*",
  "test/site/site*"
]

/** This repository's tests, where `effect` and its packages are the oldest ones. */
const tests = async (lab: Lab): Promise<string> => {
  const installed = join(await project(lab, 3), "node_modules")
  const folder = lab.folder("oldest-tests")
  const { stdout } = await sh("git", ["ls-files", "-z"])
  for (const file of stdout.split("\0").filter((file) => file !== "" && existsSync(file)))
    cpSync(file, join(folder, file))
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, "@effect"), { recursive: true })
  for (const name of readdirSync("node_modules")) {
    if (name !== "effect" && name !== "@effect")
      symlinkSync(resolve("node_modules", name), join(modules, name), "junction")
  }
  // copies: what is linked would look for its own `effect` where it stands
  cpSync(join(installed, "effect"), join(modules, "effect"), { recursive: true })
  const old = readdirSync(join(installed, "@effect"))
  for (const name of new Set([...old, ...readdirSync("node_modules/@effect")])) {
    cpSync(join(old.includes(name) ? installed : "node_modules", "@effect", name), join(modules, "@effect", name), {
      recursive: true
    })
  }
  await sh(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { cwd: folder })
  const { output } = await sh(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=dot",
      "--testTimeout=120000",
      ...excluded.flatMap((pattern) => ["--exclude", pattern])
    ],
    { cwd: folder }
  )
  return `${/Tests +(\d+ passed)/.exec(output)?.[1] ?? "no tests"}`
}

const cells = (effect: Effect, columns: Readonly<Record<string, Cell["run"]>>): ReadonlyArray<Cell> => {
  const row = floors(effect)
    .map((floor) => floor.replace("@effect/", ""))
    .join(", ")
  return Object.entries(columns).map(([column, run]) => ({ table: "The oldest peers", row, column, run }))
}

export const peers: ReadonlyArray<Cell> = [
  ...cells(3, { "program, server": (lab) => runs(lab, 3), types: (lab) => types(lab, 3), tests }),
  ...cells(4, { "program, server": (lab) => runs(lab, 4), types: (lab) => types(lab, 4) })
]
