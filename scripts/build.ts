/**
 * What is published: a declaration for each source, and JavaScript in few files, since reading a file costs Node about a
 * millisecond and all of v2 is some eighty of them.
 *
 * - `dist/internal/.../runtime.js`: what every endpoint needs; `core.js`: the rest of `effect-pipedrive`; `v1.js`, `v2.js`
 *   and `current.js`: the generated modules. They are shared, so that a class or a tag is the same one whichever entry point it came by.
 * - Each entry point is a short file that exports from these. Where it exports modules as namespaces, Node gets objects made
 *   in the shared file (`index.js`), and bundlers, by the condition `module`, the modules themselves
 *   (`index.module.js`): they look through those, and leave out the members that are not used.
 * - `dist/bin/effect-pipedrive.js`: the command line, one file with all that it needs, whatever `effect` is installed.
 *
 * The package is that of the current directory: this repository, or its Effect 4 edition in `effect4/build`.
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve, sep } from "node:path"
import { transform } from "esbuild"
import { type Plugin, rollup } from "rollup"
import { commandLine } from "./commandLine.js"

const src = resolve("src")

/** Entry points that export modules as namespaces. */
const barrels = ["index", "v1/index", "v2/index", "current/index"]

interface Manifest {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}

/** The peers that nothing works without. */
const needed = (): ReadonlyArray<readonly [peer: string, range: string]> => {
  const { peerDependencies, peerDependenciesMeta }: Manifest = JSON.parse(readFileSync("package.json", "utf8"))
  return Object.entries(peerDependencies)
    .filter(([peer]) => peerDependenciesMeta[peer]?.optional !== true)
    .sort(([one], [other]) => (one === "effect" ? -1 : other === "effect" ? 1 : one < other ? -1 : 1))
}

/** A peer and a range of its versions, as a part of a path: `effect@3.19-to-3.22`. */
const named = ([peer, range]: readonly [peer: string, range: string]): string => {
  const [, from, major, below] = /^>=(\d+\.\d+)\.\d+ <(\d+)\.(\d+)\.0$/.exec(range) ?? []
  if (from === undefined) throw new Error(`no range of minor versions: ${peer} ${range}`)
  return `${peer.replace("/", "-")}@${from}-to-${major}.${Number(below) - 1}`
}

/**
 * The folder of the shared files. Where the installed `effect` lacks a module that they import (Effect 4 does), loading fails
 * before any code could say why; the error names the file that wanted it, so the folder says what is needed.
 */
const shared = `internal/needs-${needed().map(named).join("-and-")}`

const entries = (): ReadonlyArray<string> => {
  const modules = (folder: string) =>
    readdirSync(join(src, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file).split(sep).join("/").slice(0, -3))
  return [...modules(""), ...modules("v1"), ...modules("v2"), ...modules("current"), "sandbox/index", "sandbox/server"]
}

const strip = async (file: string) => {
  const { code, map } = await transform(readFileSync(file, "utf8"), {
    loader: "ts",
    target: "es2022",
    sourcefile: file,
    sourcemap: true,
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } }
  })
  return { code, map }
}

const typescript: Plugin = {
  name: "typescript",
  resolveId: (id, from) => {
    if (from === undefined) return id
    return id.startsWith(".") ? resolve(from, "..", id.replace(/\.js$/, ".ts")) : { id, external: true }
  },
  load: strip
}

const build = async () => {
  const bundle = await rollup({
    input: Object.fromEntries(entries().map((entry) => [entry, join(src, `${entry}.ts`)])),
    plugins: [typescript],
    treeshake: { moduleSideEffects: false },
    onwarn: (warning) => {
      // between the generated modules of a version, and in the sandbox: they stand in one file
      if (warning.code !== "CIRCULAR_DEPENDENCY") throw new Error(warning.message)
    }
  })
  const names = new Map<string, string>()
  await bundle.write({
    dir: "dist",
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: `${shared}/[name].js`,
    banner: ({ isEntry }) => (isEntry ? "" : `import {} from "./guard.js"`),
    sourcemap: true,
    sourcemapExcludeSources: true,
    minifyInternalExports: false,
    hoistTransitiveImports: false,
    externalLiveBindings: false,
    // no `Symbol.toStringTag` on namespaces: to Terser, reading it is a side effect, for which all of the namespace is kept
    generatedCode: { preset: "es2015", symbols: false },
    manualChunks: (id, { getModuleInfo }) => {
      const assign = (from: string, chunk: string) => {
        const info = getModuleInfo(from)
        if (info === null || info.isExternal || names.has(from)) return
        const own = /[/\\](v[12])[/\\]\w+\.ts$/.exec(from)?.[1] ?? chunk
        names.set(from, own)
        for (const next of info.importedIds) assign(next, chunk)
      }
      // in this order: what the endpoints reach is theirs
      for (const version of ["v2", "v1"]) assign(join(src, version, "index.ts"), "runtime")
      assign(join(src, "current", "index.ts"), "current")
      assign(join(src, "index.ts"), "core")
      assign(join(src, "sandbox/index.ts"), "sandbox")
      return names.get(id)
    }
  })
  await bundle.close()
  writeFileSync(`dist/${shared}/guard.js`, (await strip("src/internal/guard.ts")).code)
  for (const entry of barrels) {
    writeFileSync(`dist/${entry}.module.js`, (await strip(`src/${entry}.ts`)).code)
  }
}

/**
 * Declarations of classes by `Data.TaggedError` name a helper type that `effect` has only since 3.20; said in full, they hold
 * for older versions, too.
 */
const older = (): void => {
  for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue
    const text = readFileSync(join("dist", file), "utf8")
    const said = text.replaceAll(
      /(?:import\("effect\/Types"\)|Types)\.VoidIfEmpty<(\{[^{}]*\})>/g,
      "keyof A extends never ? void : $1"
    )
    if (said !== text) writeFileSync(join("dist", file), said)
  }
}

rmSync("dist", { recursive: true, force: true })
const typescriptFolder = dirname(createRequire(import.meta.url).resolve("typescript/package.json"))
const declarations = spawnSync(process.execPath, [join(typescriptFolder, "bin/tsc"), "-p", "tsconfig.build.json"], {
  stdio: "inherit"
})
if (declarations.status !== 0) process.exit(1)
older()
await build()
await commandLine("dist/bin/effect-pipedrive.js")
