/**
 * The package as npm would publish it, in a folder of its own where a consumer can import it.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { type Finished, node, run } from "./process.js"

export interface Packed {
  /** The consumer's folder; the package is in its `node_modules`. */
  readonly consumer: string
  /** Where the package stands. */
  readonly root: string
  readonly tarball: string
  /** Every file in the tarball. */
  readonly files: ReadonlyArray<string>
  readonly write: (file: string, text: string) => void
  readonly remove: () => void
}

/** What the consumer has installed besides. */
const installed = [
  "effect",
  "@effect/experimental",
  "@effect/platform",
  "@effect/platform-node",
  "@effect/sql",
  "@types/node"
]

const configurations = ["tsconfig.json", "tsconfig.build.json", "scripts/build.ts", "scripts/commandLine.ts"]

const succeed = async (what: string, process: Promise<Finished>): Promise<string> => {
  const { output, status, stdout } = await process
  if (status !== 0) throw new Error(`${what}: ${output}`)
  return stdout
}

/** Builds and packs what is in the working tree. */
export const pack = async (): Promise<Packed> => {
  const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-packed-"))
  const stage = join(folder, "stage")
  // the build goes elsewhere: a test leaves the developer's dist alone
  mkdirSync(stage)
  for (const file of [
    "package.json",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "src",
    "cli",
    "docs",
    "examples",
    ...configurations
  ]) {
    cpSync(file, join(stage, file), { recursive: true })
  }
  symlinkSync(resolve("node_modules"), join(stage, "node_modules"), "junction")
  await succeed(
    "build",
    node([resolve("node_modules/tsx/dist/cli.mjs"), "scripts/build.ts", "scripts/commandLine.ts"], { cwd: stage })
  )
  const told = await succeed("pack", run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: stage }))
  const [packed] = JSON.parse(told) as [{ filename: string; files: Array<{ path: string }> }]

  const consumer = join(folder, "consumer")
  const modules = join(consumer, "node_modules")
  const root = join(modules, "effect-pipedrive")
  mkdirSync(join(modules, "@effect"), { recursive: true })
  mkdirSync(join(modules, "@types"))
  for (const name of installed) symlinkSync(resolve("node_modules", name), join(modules, name), "junction")
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ type: "module" }))
  // what is packed is what is listed, so the tarball need not be opened
  for (const { path } of packed.files) cpSync(join(stage, path), join(root, path))
  return {
    consumer,
    root,
    tarball: join(folder, packed.filename),
    files: packed.files.map((file) => file.path),
    write: (file, text) => writeFileSync(join(consumer, file), text),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

/** A consumer beside it that has the oldest `effect` and `@effect/platform` of the range, and no optional peers. */
export const withOldest = (packed: Packed): Packed => {
  const consumer = join(packed.consumer, "oldest")
  const modules = join(consumer, "node_modules")
  const root = join(modules, "effect-pipedrive")
  mkdirSync(join(modules, "@effect"), { recursive: true })
  // copies: what is linked would look for its own `effect` where it stands
  const copy = (from: string, to: string) =>
    cpSync(from, join(modules, to), { recursive: true, filter: (file) => !/[\\/](cjs|src)$|\.map$/.test(file) })
  copy("node_modules/effect-3.19", "effect")
  copy("node_modules/effect-platform-0.94", "@effect/platform")
  copy(packed.root, "effect-pipedrive")
  for (const name of ["@standard-schema", "@types", "fast-check", "find-my-way-ts", "msgpackr", "multipasta"]) {
    symlinkSync(resolve("node_modules", name), join(modules, name), "junction")
  }
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ type: "module" }))
  return { ...packed, consumer, root, write: (file, text) => writeFileSync(join(consumer, file), text) }
}

/** The entry points of a packed package, each with the module of declarations behind it. */
export const entries = (
  packed: Pick<Packed, "root">
): ReadonlyArray<readonly [entry: string, declarations: string]> => {
  const top = readdirSync(join(packed.root, "dist"))
    .filter((file) => file.endsWith(".d.ts") && file !== "index.d.ts")
    .map((file) => [`./${file.replace(/\.d\.ts$/, "")}`, `dist/${file}`] as const)
  const folders = ["v1", "v2", "current", "sandbox"].map((name) => [`./${name}`, `dist/${name}/index.d.ts`] as const)
  return [[".", "dist/index.d.ts"], ...folders, ...top]
}

export const manifest = (): {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>> | null>>
} => JSON.parse(readFileSync("package.json", "utf8"))
