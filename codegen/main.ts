/**
 * Writes `src/v1`, `src/v2` and `docs/operations.md` from the official client's packages and our fact tables.
 *
 *     npm run codegen
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { generate } from "./generate.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const files = generate()

for (const folder of ["src/v1", "src/v2"]) {
  mkdirSync(join(root, folder), { recursive: true })
  for (const name of readdirSync(join(root, folder)))
    if (!files.has(`${folder}/${name}`)) rmSync(join(root, folder, name))
}
for (const [file, text] of files) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
console.log(`${files.size} files written`)
