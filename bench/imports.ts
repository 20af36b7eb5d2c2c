/**
 * What importing costs: all of v2, in a fresh process each time.
 */
import { execFileSync } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { median } from "./measure.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const entry = fileURLToPath(new URL("../dist/v2/index.js", import.meta.url))

/** What the built v2 imports from elsewhere: Effect's own share. */
const externals = async (): Promise<ReadonlyArray<string>> => {
  const { metafile } = await build({
    entryPoints: [entry],
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
const fresh = (before: string, what: string): number => {
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

export const measureImports = async (options: { readonly quick: boolean }): Promise<Imports> => {
  const effect = `await Promise.all(${JSON.stringify(await externals())}.map((name) => import(name)))`
  const ours = `await import(${JSON.stringify(pathToFileURL(entry).href)})`
  const programs: Readonly<Record<keyof Imports, readonly [before: string, what: string]>> = {
    effect: ["", effect],
    ours: [effect, ours],
    total: ["", ours],
    official: ["", `await import("pipedrive/v2")`]
  }
  const times: Record<keyof Imports, Array<number>> = { effect: [], ours: [], total: [], official: [] }
  for (let round = 0; round < (options.quick ? 5 : 15); round++) {
    for (const key of Object.keys(programs) as Array<keyof Imports>) times[key].push(fresh(...programs[key]))
  }
  return {
    effect: median(times.effect),
    ours: median(times.ours),
    total: median(times.total),
    official: median(times.official)
  }
}
