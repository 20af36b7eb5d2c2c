/**
 * Versions of TypeScript, over the README's first program and right and wrong uses of every entry point, with the declarations
 * of libraries checked.
 */
import { join } from "node:path"
import { type Cell, configuration, type Effect, type Lab, type Line, sh } from "./lab.js"

const versions = ["5.7", "5.9", "6.0", "7.0"]

/** Every entry point by rule, each resource's own among them. */
const every = ({ entries, files }: Line): string => {
  const resources = files.flatMap((file) => {
    const [, module] = /^dist\/((?:v1|v2|current)\/[A-Z]\w+)\.d\.ts$/.exec(file) ?? []
    return module === undefined ? [] : [`effect-pipedrive/${module}`]
  })
  return [...entries, "effect-pipedrive/sandbox/server", ...resources]
    .map((entry, at) => `export * as e${at} from ${JSON.stringify(entry)}`)
    .join("\n")
}

const compile = async (
  lab: Lab,
  effect: Effect,
  version: string,
  name: string,
  options: object,
  type: "module" | "commonjs"
) => {
  const project = await lab.project(effect)
  const line = await lab.line(effect)
  const tsc = join(await lab.tool(`typescript@${version}`), "node_modules/typescript/bin/tsc")
  const folder = join(project, `types-${version}-${name.replaceAll(/\W+/g, "-")}`)
  lab.write(folder, {
    "package.json": JSON.stringify({ type }),
    "uses.ts": line.uses,
    "every.ts": every(line),
    "readme.ts": line.readme,
    "simple.ts": `import { PipedriveLive } from "effect-pipedrive"\nimport { Deals } from "effect-pipedrive/v2"\nexport const a = [PipedriveLive, Deals.list]\n`,
    "tsconfig.json": configuration(type === "module" ? ["uses.ts", "every.ts", "readme.ts"] : ["simple.ts"], options)
  })
  return sh(process.execPath, [tsc, "-p", folder], { cwd: folder, status: "any" })
}

const checks = [
  ["nodenext", { module: "nodenext", exactOptionalPropertyTypes: true }],
  ["nodenext, no exact optionals", { module: "nodenext", exactOptionalPropertyTypes: false }],
  ["bundler", { module: "esnext", moduleResolution: "bundler", exactOptionalPropertyTypes: true }],
  ["bundler, no exact optionals", { module: "esnext", moduleResolution: "bundler", exactOptionalPropertyTypes: false }]
] as const

const common = [
  ["CommonJS, nodenext", { module: "nodenext" }],
  ["CommonJS, node16", { module: "node16" }]
] as const

const lines = [
  { table: "TypeScript", effect: 3 },
  { table: "TypeScript, for Effect 4", effect: 4 }
] as const

export const compilers: ReadonlyArray<Cell> = lines.flatMap(({ effect, table }) =>
  versions.flatMap((version) => [
    ...checks.map(([column, options]) => ({
      table,
      row: `TypeScript ${version}`,
      column,
      run: async (lab: Lab) => {
        const { output, status } = await compile(lab, effect, version, column, options, "module")
        if (status !== 0) throw new Error(output)
        return "compiles"
      }
    })),
    ...common.map(([column, options]) => ({
      table,
      row: `TypeScript ${version}`,
      column,
      run: async (lab: Lab) => {
        const { output, status } = await compile(lab, effect, version, column, options, "commonjs")
        if (status === 0) return "compiles"
        const codes = [...new Set(Array.from(output.matchAll(/error (TS\d+)/g), ([, code]) => code))]
        if (codes.join() === "TS1479") return "TS1479"
        throw new Error(output)
      }
    }))
  ])
)
