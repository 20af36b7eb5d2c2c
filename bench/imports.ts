/**
 * What importing costs: all of v2, in a fresh process each time.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { median } from "./measure.js"

/** The package, and its Effect 4 edition. */
export const roots = {
  own: fileURLToPath(new URL("..", import.meta.url)),
  effect4: fileURLToPath(new URL("../effect4/build", import.meta.url))
}

const entryOf = (root: string): string => join(root, "dist/v2/index.js")

/** Whether that edition was built. */
export const isBuilt = (root: string): boolean => existsSync(entryOf(root))

/** What the built v2 imports from elsewhere: Effect's own share. */
const externals = async (root: string): Promise<ReadonlyArray<string>> => {
  const { metafile } = await build({
    entryPoints: [entryOf(root)],
    bundle: true,
    write: false,
    format: "esm",
    packages: "external",
    metafile: true
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  return [...new Set(imports.filter((found) => found.external === true).map((found) => found.path))]
}

/** CPU time, which other work on the machine stretches less than the clock's: the process is new, and what was imported is in it. */
const fresh = (root: string, before: string, what: string): number => {
  const code = `${before}; const start = process.cpuUsage(); ${what}; const used = process.cpuUsage(start); console.log((used.user + used.system) / 1000)`
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" }))
}

export interface Imports {
  /** Milliseconds of CPU time; medians. */
  readonly effect: number
  readonly ours: number
  readonly total: number
  readonly official: number
}

export const measureImports = async (options: { readonly quick: boolean; readonly root: string }): Promise<Imports> => {
  const { root } = options
  const effect = `await Promise.all(${JSON.stringify(await externals(root))}.map((name) => import(name)))`
  const ours = `await import(${JSON.stringify(pathToFileURL(entryOf(root)).href)})`
  const programs: Readonly<Record<keyof Imports, readonly [before: string, what: string]>> = {
    effect: ["", effect],
    ours: [effect, ours],
    total: ["", ours],
    official: ["", `await import("pipedrive/v2")`]
  }
  const times: Record<keyof Imports, Array<number>> = { effect: [], ours: [], total: [], official: [] }
  for (let round = 0; round < (options.quick ? 5 : 15); round++) {
    for (const key of Object.keys(programs) as Array<keyof Imports>) times[key].push(fresh(root, ...programs[key]))
  }
  return {
    effect: median(times.effect),
    ours: median(times.ours),
    total: median(times.total),
    official: median(times.official)
  }
}
