/**
 * The first thing that each published file imports (`scripts/build.ts` writes that import): under an `effect` that this
 * package is not for, one sentence says so, before anything else fails in a way that nobody can read.
 */
import { getCurrentVersion } from "effect/ModuleVersion"

/** What is wrong with a version of `effect`, if something is. @internal */
export const complaint = (version: string): string | undefined => {
  const [major, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10))
  return major === 3 && (minor > 19 || (minor === 19 && patch >= 19))
    ? undefined
    : `effect-pipedrive needs effect 3, from 3.19.19 on, but finds effect ${version}: npm install effect@^3.22 @effect/platform@^0.97`
}

const wrong = complaint(getCurrentVersion())
if (wrong !== undefined) throw new Error(wrong)
