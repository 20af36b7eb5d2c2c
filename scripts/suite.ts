/** One run of the compiler, the linter and Vitest, and what came of it. */
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

/** What came of a suite; `reasons` says why it is no success. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly reasons: ReadonlyArray<string>
}

/** Runs a program, says how long it took, and whether it ended well. */
export const step = (label: string, command: string, args: ReadonlyArray<string>, folder = "."): boolean => {
  const start = Date.now()
  const child = spawnSync(command, args, { stdio: "inherit", cwd: folder })
  const ok = child.status === 0
  console.log(`${label}: ${ok ? "ok" : "FAILED"} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  return ok
}

/** Runs Vitest on tests in a folder, with a Node and a configuration. */
export const vitest = (
  label: string,
  node: string,
  folder: string,
  args: ReadonlyArray<string>,
  file = "node_modules/vitest/vitest.mjs"
): Outcome => {
  const reports = mkdtempSync(join(tmpdir(), "effect-pipedrive-test-"))
  const output = join(reports, "vitest.json")
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`]
  const ok = step(label, node, [file, "run", ...reporters, ...args], folder)
  const report: Report | undefined = existsSync(output) ? JSON.parse(readFileSync(output, "utf8")) : undefined
  rmSync(reports, { recursive: true, force: true })
  // A file that does not load, or whose hooks fail, has no failed test of its own: it counts as one failure.
  const broken = (report?.testResults ?? []).filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")
  )
  for (const file of broken) console.log(`did not run: ${file.name}: ${file.message.split("\n")[0]}`)
  const passed = report?.numPassedTests ?? 0
  return {
    passed,
    failed: (report?.numFailedTests ?? 0) + broken.length,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    reasons: [
      ok && report?.success === true ? [] : [`${label}: Vitest failed`],
      passed === 0 ? [`${label}: no test passed`] : []
    ].flat()
  }
}

/** Several outcomes as one. */
export const together = (outcomes: ReadonlyArray<Outcome>): Outcome =>
  outcomes.reduce((one, other) => ({
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    reasons: [...one.reasons, ...other.reasons]
  }))
