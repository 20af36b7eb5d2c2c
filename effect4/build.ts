/**
 * `npm run effect4`: writes the Effect 4 edition to `effect4/build`. Each file of the Effect 3 sources goes through the codemod;
 * then come the overlays, and the files of `effect4/replaced` in place of those of the same path.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { apply, type Overlay } from "./codemod/overlay.js"
import { referencesOf, rewrite } from "./codemod/rewrite.js"

const here = fileURLToPath(new URL("./", import.meta.url))
const root = join(here, "..")
const build = join(here, "build")

/** What has an Effect 4 edition. */
const folders = ["src", "cli"]

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
const paths = folders.flatMap((folder) => filesOf(join(root, folder)))
const sources = paths.filter((path) => path.endsWith(".ts")).map((path) => [path, readFileSync(path, "utf8")] as const)
const references = new Set(sources.flatMap(([, text]) => referencesOf(text)))
for (const path of paths) output.set(relative(root, path), readFileSync(path))
for (const [path, text] of sources) output.set(relative(root, path), rewrite(path, text, references))
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

for (const folder of folders) rmSync(join(build, folder), { recursive: true, force: true })
for (const [file, text] of output) {
  mkdirSync(dirname(join(build, file)), { recursive: true })
  writeFileSync(join(build, file), text)
}
for (const fault of faults) console.error(fault)
console.log(`effect4/build: ${output.size} files, ${overlays.length} overlays`)
process.exitCode = faults.length === 0 ? 0 : 1
