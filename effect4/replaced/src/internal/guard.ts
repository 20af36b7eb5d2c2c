/**
 * The first thing that each published file imports (`scripts/build.ts` writes that import): under an `effect` that this
 * package is not for, one sentence says so, before anything else fails in a way that nobody can read.
 */
import { getCurrentVersion } from "effect/Version"

/** What is wrong with a version of `effect`, if something is. @internal */
export const complaint = (version: string): string | undefined => {
  const [major, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10))
  return major === 4 && minor >= 1
    ? undefined
    : `this effect-pipedrive needs effect 4, from 4.1 on, but finds effect ${version}: npm install effect@^4.1`
}

const wrong = complaint(getCurrentVersion())
if (wrong !== undefined) throw new Error(wrong)
