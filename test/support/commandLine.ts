/** The command line, bundled as it is published. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { commandLine } from "../../scripts/commandLine.js"
import { type Finished, node, type Options } from "./process.js"

export interface CommandLine {
  readonly file: string
  readonly run: (args: ReadonlyArray<string>, options?: Options) => Promise<Finished>
  readonly remove: () => void
}

export const bundled = async (): Promise<CommandLine> => {
  const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-bin-"))
  const file = join(folder, "effect-pipedrive.mjs")
  await commandLine(file)
  return {
    file,
    // an empty directory: there are no modules to be found
    run: (args, options) => node([file, ...args], { cwd: folder, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}
