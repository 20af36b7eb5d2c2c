/**
 * `npm run matrix`: the packed package with every package manager, Node, compiler and bundler that it is for. Each cell is
 * run; one that fails makes the command exit with 1.
 *
 *   --only <text>   only cells whose table, row or column has that text (may be given several times)
 *   --write         writes the tables of which every cell was run, and none failed, to docs/runtimes.md
 */
import { readFileSync, writeFileSync } from "node:fs"
import * as bundlers from "./matrix/bundlers.js"
import { compilers } from "./matrix/compilers.js"
import { type Cell, Missing, open } from "./matrix/lab.js"
import * as managers from "./matrix/managers.js"
import { nodes } from "./matrix/nodes.js"
import { papers } from "./matrix/papers.js"
import { peers } from "./matrix/peers.js"

const cells: ReadonlyArray<Cell> = [...managers.cells, ...nodes, ...compilers, ...bundlers.cells, ...peers, ...papers]

const args = process.argv.slice(2)
const only = args.flatMap((arg, at) => (args[at - 1] === "--only" ? [arg.toLowerCase()] : []))
const chosen = cells.filter(({ column, row, table }) =>
  only.every((text) => `${table} / ${row} / ${column}`.toLowerCase().includes(text))
)

interface Outcome {
  readonly cell: Cell
  readonly status: "ok" | "missing" | "FAILED"
  readonly said: string
}

const lab = await open()
const outcomes: Array<Outcome> = []
for (const cell of chosen) {
  const start = Date.now()
  const outcome = await cell.run(lab).then(
    (said): Outcome => ({ cell, status: "ok", said }),
    (error: unknown): Outcome => ({
      cell,
      status: error instanceof Missing ? "missing" : "FAILED",
      said: error instanceof Error ? error.message : String(error)
    })
  )
  outcomes.push(outcome)
  const seconds = ((Date.now() - start) / 1000).toFixed(0)
  console.log(`${outcome.status}: ${cell.table} / ${cell.row} / ${cell.column}: ${outcome.said} (${seconds} s)`)
}
lab.remove()

const tables = [...new Set(chosen.map((cell) => cell.table))].map((table) => {
  const here = outcomes.filter(({ cell }) => cell.table === table)
  const columns = [...new Set(here.map(({ cell }) => cell.column))]
  const rows = [...new Set(here.map(({ cell }) => cell.row))].map((row) => {
    const words = columns.map((column) => {
      const found = here.find(({ cell }) => cell.row === row && cell.column === column)
      return found === undefined ? "" : found.status === "ok" ? found.said.replaceAll("|", "\\|") : found.status
    })
    return `| ${[row, ...words].join(" | ")} |`
  })
  const head = ["", ...columns]
  const lines = [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows]
  const all = cells.filter((cell) => cell.table === table).length
  return { table, text: lines.join("\n"), whole: here.length === all && here.every(({ status }) => status === "ok") }
})
for (const { table, text } of tables) console.log(`\n${table}\n\n${text}`)

const failed = outcomes.filter(({ status }) => status === "FAILED").length
const missing = outcomes.filter(({ status }) => status === "missing").length
if (args.includes("--write")) {
  const file = "docs/runtimes.md"
  let document = readFileSync(file, "utf8")
  for (const { table, text, whole } of tables) {
    const from = `<!-- matrix: ${table} -->`
    const start = document.indexOf(from)
    const end = document.indexOf("<!-- end -->", start)
    if (!whole || start < 0) console.log(`not written, since not all of it was run without a failure: ${table}`)
    else document = `${document.slice(0, start + from.length)}\n\n${text}\n\n${document.slice(end)}`
  }
  writeFileSync(file, document)
}
console.log(
  `matrix: ${outcomes.length - failed - missing} ok, ${failed} failed${missing > 0 ? `, ${missing} missing` : ""}`
)
const complete = failed === 0 && (missing === 0 || process.env.CI !== "true")
if (!complete || outcomes.length === 0) process.exitCode = 1
