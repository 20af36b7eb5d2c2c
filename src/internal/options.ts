/**
 * Options that nobody knows are refused by name: one that is misspelled would otherwise do nothing, and say nothing.
 */
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import { invalid } from "./configError.js"

/** The names of all options of a type: the compiler refuses a list that leaves one out. */
export type Names<O> = { readonly [K in keyof O]-?: true }

/** What is wrong with an option. @internal */
export interface Fault {
  readonly option: string
  readonly message: string
}

/** Edit distance, at most 3: more is no misspelling. Two letters that changed places are one mistake. */
const distance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before: ReadonlyArray<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      current[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : 3
      )
    }
    before = previous
    previous = current
  }
  return Math.min(previous[b.length] ?? 3, 3)
}

/** The name that was probably meant. @internal */
export const nearest = (key: string, known: ReadonlyArray<string>): string | undefined => {
  const most = key.length > 5 ? 2 : 1
  const near = known.map((name) => ({ name, away: distance(key, name) })).filter(({ away }) => away <= most)
  return near.sort((a, b) => a.away - b.away)[0]?.name
}

/** Says that there is no such name, and which ones there are. @internal */
export const unknownName = (what: string, key: string, known: ReadonlyArray<string>): string => {
  const near = nearest(key, known)
  return `is no ${what}: ${near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`}`
}

/** The options that are set and that nobody knows. `at` is where they stand. @internal */
export const unknown = (given: unknown, names: Readonly<Record<string, true>>, at = ""): ReadonlyArray<Fault> => {
  if (typeof given !== "object" || given === null) return []
  const found: Array<Fault> = []
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(names, key)) continue
    found.push({ option: `${at}${key}`, message: unknownName("option", key, Object.keys(names)) })
  }
  return found
}

/** Fails by the first option that nobody knows. @internal */
export const refuseUnknown = (
  given: unknown,
  names: Readonly<Record<string, true>>,
  at = ""
): Effect.Effect<void, ConfigError.ConfigError> =>
  Effect.suspend(() => {
    const [fault] = unknown(given, names, at)
    return fault === undefined ? Effect.void : invalid(fault.option, fault.message)
  })
