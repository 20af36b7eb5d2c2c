/**
 * Writes `src/v1`, `src/v2`, `src/current` and `docs/operations.md` from the official client's packages and our fact tables, and tells
 * by name what has to be looked at. While there is something, it exits with 1.
 *
 *     npm run codegen
 *     npm run codegen -- --accept                       the changes were looked at: writes `codegen/baseline`
 *     npm run codegen -- --official <dist/versions>     another copy of the official client; writes nothing
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { sourceIn } from "./extract.js"
import { generate } from "./generate.js"

const { accept, official } = parseArgs({
  options: { accept: { type: "boolean", default: false }, official: { type: "string" } }
}).values
const root = fileURLToPath(new URL("..", import.meta.url))
const { baseline, changes, faults, files } = generate(official === undefined ? undefined : sourceIn(official))

const write = (texts: ReadonlyMap<string, string>) => {
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}

if (official === undefined) {
  for (const folder of ["src/v1", "src/v2", "src/current"]) {
    mkdirSync(join(root, folder), { recursive: true })
    for (const name of readdirSync(join(root, folder)))
      if (!files.has(`${folder}/${name}`)) rmSync(join(root, folder, name))
  }
  write(files)
  if (accept || changes.length === 0) write(baseline)
  console.log(`${files.size} files written`)
}

const tell = (what: string, all: ReadonlyArray<string>) => {
  if (all.length === 0) return
  console.error([`\n${what}:`, ...all.map((one) => `- ${one}`)].join("\n"))
  process.exitCode = 1
}
tell("To mend", faults)
if (!accept) tell("Changed; look at each, then run `npm run codegen -- --accept`", changes)
