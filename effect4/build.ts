/**
 * `npm run effect4`: writes the Effect 4 edition to `effect4/build`. Each file of the Effect 3 sources goes through the codemod;
 * then come the overlays, and the files of `effect4/replaced` in place of those of the same path. With `--package`, what is
 * published is built there, too.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { apply, type Overlay } from "./codemod/overlay.js"
import { comments, page } from "./codemod/prose.js"
import { rewrite } from "./codemod/rewrite.js"
import { referencesOf } from "./codemod/types.js"
import { leftOut } from "./leftOut.js"

const here = fileURLToPath(new URL("./", import.meta.url))
const root = join(here, "..")
const build = join(here, "build")

/** What has an Effect 4 edition, and what its tests read. */
const folders = ["src", "bench", "cli", "codegen", "docs", "examples", "scripts", "test"]
const papers = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"]

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"))

/** The manifest of the package: the one of this repository, but for what `effect4/package.json` says otherwise. */
const manifest = () => {
  const { scripts: _, devDependencies: __, overrides: ___, ...shared } = json(join(root, "package.json"))
  const { engines, peerDependencies, peerDependenciesMeta, version } = json(join(here, "package.json"))
  return { ...shared, version, engines, peerDependencies, peerDependenciesMeta }
}

const filesOf = (folder: string): ReadonlyArray<string> =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()

const faults: Array<string> = []
const overlays: Array<Overlay> = []
for (const file of filesOf(join(here, "overlays"))) {
  const module: { readonly overlays: ReadonlyArray<Overlay> } = await import(pathToFileURL(file).href)
  overlays.push(...module.overlays)
}

const output = new Map<string, string | Buffer>()
const paths = [
  ...folders.flatMap((folder) => filesOf(join(root, folder))),
  ...papers.map((file) => join(root, file))
].filter((path) => !(relative(root, path) in leftOut))
for (const file of Object.keys(leftOut)) {
  if (!existsSync(join(root, file))) faults.push(`effect4/leftOut.ts: there is no ${file}`)
}
const sources = paths.filter((path) => path.endsWith(".ts")).map((path) => [path, readFileSync(path, "utf8")] as const)
const references = new Set(sources.flatMap(([, text]) => referencesOf(text)))
for (const path of paths) output.set(relative(root, path), readFileSync(path))
for (const [path, text] of sources) {
  output.set(relative(root, path), comments(path, rewrite(path, text, references), references))
}
for (const file of paths.map((path) => relative(root, path)).filter((file) => file.endsWith(".md"))) {
  output.set(file, page(file, readFileSync(join(root, file), "utf8"), references))
}
const own = manifest()
output.set("package.json", `${JSON.stringify(own, undefined, 2)}\n`)
output.set(
  "src/internal/version.ts",
  String(output.get("src/internal/version.ts")).replace(/version = ".*"/, `version = "${own.version}"`)
)
// what declarations are made with (`scripts/build.ts`)
output.set("tsconfig.build.json", readFileSync(join(here, "tsconfig.build.json")))
for (const overlay of overlays) {
  const text = output.get(overlay.file)
  if (typeof text === "string") output.set(overlay.file, apply(text, overlay, faults))
  else faults.push(`${overlay.file}: there is no such file for the overlay "${overlay.why}"`)
}
for (const path of filesOf(join(here, "replaced"))) {
  const file = relative(join(here, "replaced"), path)
  if (!output.has(file)) faults.push(`effect4/replaced/${file}: there is no such file that it replaces`)
  output.set(file, readFileSync(path, "utf8"))
}

const { compilerOptions } = json(join(root, "tsconfig.json"))
output.set(
  "tsconfig.json",
  JSON.stringify({
    extends: "../../tsconfig.json",
    compilerOptions: {
      paths: compilerOptions.paths,
      declaration: false,
      declarationMap: false,
      typeRoots: ["../../node_modules/@types"]
    },
    include: ["src", "cli", "examples", "test"]
  })
)

for (const folder of folders) rmSync(join(build, folder), { recursive: true, force: true })
for (const [file, text] of output) {
  mkdirSync(dirname(join(build, file)), { recursive: true })
  writeFileSync(join(build, file), text)
}
// a package that is not installed for Effect 4 would be found for Effect 3, in the folder above
const lacking = new Map<string, string>()
for (const [file, text] of output) {
  if (!/^(src|cli|examples|test)\/.*\.ts$/.test(file)) continue
  for (const [, name = ""] of String(text).matchAll(/^(?:import|export) [^"]*from "(effect|@effect\/[^"/]+)/gm)) {
    if (!lacking.has(name) && !existsSync(join(here, "node_modules", name))) lacking.set(name, file)
  }
}
for (const [name, file] of lacking) {
  faults.push(
    `${file}: ${name} is not installed for Effect 4; npm ci --prefix effect4 installs what effect4/package.json names`
  )
}

for (const fault of faults) console.error(fault)
console.log(`effect4/build: ${output.size} files, ${overlays.length} overlays`)
process.exitCode = faults.length === 0 ? 0 : 1

// the files that are published, by the script that makes those of the Effect 3 line
if (faults.length === 0 && process.argv.includes("--package")) {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome")
  const options = ["--vcs-enabled=false", "--linter-enabled=false", `--config-path=${join(root, "biome.json")}`]
  spawnSync(process.execPath, [biome, "check", "--write", ...options, "src", "cli"], { cwd: build, stdio: "ignore" })
  const loader = import.meta.resolve("tsx")
  const made = spawnSync(process.execPath, ["--import", loader, join(root, "scripts/build.ts")], {
    cwd: build,
    stdio: "inherit"
  })
  process.exitCode = made.status ?? 1
}
