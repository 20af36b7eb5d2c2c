/**
 * What `npm test` runs: the compiler, the linter, then Vitest. All three always run, so that one report shows
 * everything; the last line is Vitest's own count.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

const run = (label: string, file: string, args: ReadonlyArray<string>): boolean => {
  const start = Date.now()
  const child = spawnSync(process.execPath, [file, ...args], { stdio: "inherit" })
  const ok = child.status === 0
  console.log(`${label}: ${ok ? "ok" : "FAILED"} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  return ok
}

const bin = (name: string): string => join("node_modules", ...name.split("/"))

const only = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-test-"))
const output = join(folder, "vitest.json")

const types = run("types", bin("typescript/bin/tsc"), ["-p", "tsconfig.json"])
const lint = run("lint", bin("@biomejs/biome/bin/biome"), ["check", "--error-on-warnings", "."])
const tests = run("tests", bin("vitest/vitest.mjs"), [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${output}`,
  ...only
])

const report: Report | undefined = existsSync(output) ? JSON.parse(readFileSync(output, "utf8")) : undefined
rmSync(folder, { recursive: true, force: true })

// A file that does not load, or whose hooks fail, has no failed test of its own: it counts as one failure.
const broken = (report?.testResults ?? []).filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")
)
for (const file of broken) console.log(`did not run: ${file.name}: ${file.message.split("\n")[0]}`)

const passed = report?.numPassedTests ?? 0
const failed = (report?.numFailedTests ?? 0) + broken.length
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
const ok = types && lint && tests && report?.success === true && failed === 0 && passed > 0

if (!ok) {
  const reasons = [
    types ? [] : ["the type check failed"],
    lint ? [] : ["the linter complained"],
    tests ? [] : ["Vitest failed"],
    passed === 0 ? ["no test passed"] : []
  ].flat()
  console.log(`not ok: ${reasons.join(", ")}`)
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
process.exitCode = ok ? 0 : 1
