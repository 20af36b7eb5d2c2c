/**
 * `npm run changeset:version`: raises the version as the changesets ask, and that of the Effect 4 edition by the same step, then
 * writes anew what names a version.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

const numbers = (version: string): ReadonlyArray<number> => version.split(".").map(Number)

/** A version raised by the step, patch, minor or major, that leads from one to another. */
export const raised = (version: string, from: string, to: string): string => {
  const before = numbers(from)
  const step = numbers(to).findIndex((part, at) => part !== before[at])
  const after = (part: number, at: number) => (at < step ? part : at === step ? part + 1 : 0)
  return step < 0 ? version : numbers(version).map(after).join(".")
}

const versionIn = (file: string): string => JSON.parse(readFileSync(file, "utf8")).version

const run = (command: string, ...args: ReadonlyArray<string>) => execFileSync(command, args, { stdio: "inherit" })

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const from = versionIn("package.json")
  run("npx", "changeset", "version")
  const own = versionIn("effect4/package.json")
  const next = raised(own, from, versionIn("package.json"))
  const manifest = readFileSync("effect4/package.json", "utf8")
  writeFileSync("effect4/package.json", manifest.replace(`"version": "${own}"`, `"version": "${next}"`))
  for (const folder of [".", "effect4"]) {
    run("npm", "install", "--prefix", folder, "--package-lock-only", "--ignore-scripts")
  }
  run("npx", "biome", "check", "--write", "package.json")
  run("npm", "run", "codegen")
}
