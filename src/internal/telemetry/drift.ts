/**
 * Answers that are not as documented: told once, counted always.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Found } from "../schema/responseIssues.js"
import { visible } from "../text.js"
import * as Metrics from "./metrics.js"

/** Endpoints and places that a warning named already. A layer brings its own, so that two programs do not silence each other. @internal */
export class Told extends /*#__PURE__*/ (() =>
  Context.Reference<Told>()("effect-pipedrive/internal/drift/Told", {
    defaultValue: () => make()
  }))() {}

/** @internal */
export const make = (): Set<string> => new Set()

/** More than this is no drift but another API: no further word, and no further series. */
const most = 1000

/** Warnings name so many fields. */
const mostNamed = 12

/**
 * Counts each place, and warns once of those that were not named before. Labels are places in the Schema: keys of the data are
 * in none.
 *
 * @internal
 */
export const report = (endpoint: string, found: ReadonlyArray<Found>, what = "the answer"): Effect.Effect<void> =>
  Effect.flatMap(Told, (told) => {
    const fresh: Array<Found> = []
    const places: Array<string> = []
    for (const one of found) {
      const id = `${endpoint} ${one.place}`
      const isKnown = told.has(id)
      if (!isKnown && told.size < most) {
        told.add(id)
        fresh.push(one)
      }
      places.push(isKnown || told.has(id) ? one.place : "*")
    }
    const counted = Effect.forEach(places, (path) => Metrics.drifted(endpoint, path), { discard: true })
    return fresh.length === 0 ? counted : Effect.zipRight(counted, Effect.logWarning(warning(endpoint, fresh, what)))
  })

const warning = (endpoint: string, found: ReadonlyArray<Found>, what: string): string => {
  const named = found.slice(0, mostNamed).map(({ message, place }) => `\`${place}\` ${message}`)
  const more = found.length > mostNamed ? `; and ${found.length - mostNamed} more` : ""
  return visible(
    `${endpoint}: ${what} is not as documented: ${named.join("; ")}${more}. It is passed on as it came; this is said once.`
  )
}
