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
  readonly edits: ReadonlyArray<Edit>
}

/** The overlaid text, or a sentence for each edit that does not fit. */
export const apply = (text: string, { edits, file }: Overlay, faults: Array<string>): string =>
  edits.reduce((whole, { find, replace }) => {
    const times = whole.split(find).length - 1
    if (times !== 1) {
      faults.push(`${file}: an edit matches ${times} times instead of once:\n${find.replace(/^/gm, "    ")}`)
      return whole
    }
    return whole.replace(find, () => replace)
  }, text)
