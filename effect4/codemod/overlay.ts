/**
 * What differs in kind between Effect 3 and 4, and not only in name: edits of single places, made after the codemod. Each has
 * to match exactly once, so that a change in `src/` that takes its place away fails with the file and the edit named.
 */

/** A text of a rewritten file, and what stands there in the Effect 4 edition. */
export interface Edit {
  readonly find: string
  readonly replace: string
}

/** The edits of one file, by its path from the root of the repository. */
export interface Overlay {
  readonly file: string
  /** Why the codemod cannot do it: what Effect 4 does otherwise. */
  readonly why: string
  /** Modules that the edits need, by their path. An import that they leave without use goes by itself. */
  readonly imports?: ReadonlyArray<string>
  readonly edits: ReadonlyArray<Edit>
}

/** The overlaid text, or a sentence for each edit that does not fit. */
export const apply = (text: string, { edits, file, imports = [] }: Overlay, faults: Array<string>): string => {
  const edited = edits.reduce((whole, { find, replace }) => {
    const times = whole.split(find).length - 1
    if (times !== 1) {
      faults.push(`${file}: an edit matches ${times} times instead of once:\n${find.replace(/^/gm, "    ")}`)
      return whole
    }
    return whole.replace(find, () => replace)
  }, text)
  const lines = imports.map(
    (path) => `import * as ${localNames.get(path) ?? path.slice(path.lastIndexOf("/") + 1)} from "${path}"\n`
  )
  return edited
    .replace(/^import (?=(?:type )?\* as \w+ from "effect)/m, (start) => `${lines.join("")}${start}`)
    .replace(/^import (?:type )?\* as (\w+) from "[^"]*"\n/gm, (line, name: string) =>
      edited
        .split(line)
        .join("")
        .match(new RegExp(`\\b${name}\\b`)) === null
        ? ""
        : line
    )
}

/** Modules with the name of a global. */
const localNames: ReadonlyMap<string, string> = new Map([["effect/Array", "Arr"]])
