/**
 * All generated files, by path from the root of the project, and what has to be looked at before they are committed.
 */
import { readFileSync } from "node:fs"
import * as Baseline from "./baseline.js"
import { current } from "./current.js"
import { emit } from "./emit.js"
import { extract, type Source } from "./extract.js"
import { operationsText } from "./operations.js"
import { plan } from "./plan.js"
import { noted, review } from "./review.js"

export interface Generated {
  readonly files: ReadonlyMap<string, string>
  /** Missing facts, and facts about what is gone: to be mended. */
  readonly faults: ReadonlyArray<string>
  /** What is new, gone or different since the baseline was written: to be looked at, then accepted. */
  readonly changes: ReadonlyArray<string>
  readonly baseline: ReadonlyMap<string, string>
}

const files = { official: "codegen/baseline/official.txt", notes: "codegen/baseline/names.txt" }

const accepted = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), "utf8")

export const generate = (source?: Source): Generated => {
  const official = extract(source)
  const planned = plan(official)
  const surface = Baseline.baselineOf(official)
  const notes = noted(planned)
  return {
    files: new Map([
      ...[...emit(planned), ...current(planned)].map(([file, text]) => [`src/${file}`, text] as const),
      ["docs/operations.md", operationsText(planned)],
      ["src/internal/version.ts", versionText()]
    ]),
    faults: review(official, planned),
    changes: [
      ...Baseline.changes(Baseline.readBaseline(accepted(files.official)), surface),
      ...Baseline.noteChanges(Baseline.readNotes(accepted(files.notes)), notes)
    ],
    baseline: new Map([
      [files.official, Baseline.writeBaseline(surface)],
      [files.notes, Baseline.writeNotes(notes)]
    ])
  }
}

/** Inlined, so that no bundler has to find package.json. */
const versionText = (): string => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string
  }
  return `/** The version of this package, from package.json by \`npm run codegen\`. @internal */\nexport const version = "${version}"\n`
}
