/**
 * The first thing that each published file imports (`scripts/build.ts` writes that import): under an `effect` that this
 * package is not for, one sentence says so, before anything else fails in a way that nobody can read.
 */
import { getCurrentVersion } from "effect/ModuleVersion"

/** What is wrong with a version of `effect`, if something is. @internal */
export const complaint = (version: string): string | undefined => {
  const [major, minor] = version.split(".").map(Number)
  return major === 3 && Number(minor) >= 22
    ? undefined
    : `effect-pipedrive needs effect 3, from 3.22 on, but finds effect ${version}: npm install effect@^3.22 @effect/platform@^0.97`
}

const wrong = complaint(getCurrentVersion())
if (wrong !== undefined) throw new Error(wrong)
