/**
 * Positions in a list: whose they are, and the errors that know one.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { AnyDescription } from "../Endpoint.js"
import type { Position } from "../Pagination.js"
import type { Wire } from "./schema/encode.js"

/** Changes when positions that were stored can no longer be read. @internal */
export const format = 1

type At = Position["at"]

/** The parameters that say where, not what. */
const paging = new Set(["cursor", "start", "limit"])

/** Short, and the same in every process and version: FNV-1a of the path and the query, without what differs from page to page. @internal */
export const filtersOf = ({ path, query }: Pick<Wire, "path" | "query">): string => {
  const filters = query.split("&").filter((pair) => !paging.has(pair.slice(0, pair.indexOf("="))))
  let hash = 0x811c9dc5
  for (const character of `${path}?${filters.join("&")}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash.toString(16).padStart(8, "0")
}

/** A list as it is read now. @internal */
export interface Reading {
  readonly endpoint: string
  readonly filters: string
  readonly style: "cursor" | "offset"
}

/** @internal */
export const at = ({ endpoint, filters }: Reading, at: At): Position => ({ format, endpoint, filters, at })

const isAt = (u: unknown): u is At => u === null || typeof u === "string" || typeof u === "number"

const fits = (place: At, style: Reading["style"]): boolean =>
  place === null ||
  (style === "cursor" ? typeof place === "string" && place !== "" : Number.isSafeInteger(place) && Number(place) >= 0)

/** Where a list is read on from a position, or why it cannot be. @internal */
export const read = (from: unknown, reading: Reading): Either.Either<At, string> => {
  if (!Predicate.hasProperty(from, "format") || !Predicate.hasProperty(from, "endpoint")) {
    return Either.left("is no position: one comes of `checkpoints` or of `Pagination.positionOf`")
  }
  if (from.format !== format) return Either.left(`is of format ${String(from.format)}; this version reads ${format}`)
  if (from.endpoint !== reading.endpoint) return Either.left(`is a position of ${String(from.endpoint)}`)
  if (!Predicate.hasProperty(from, "filters") || from.filters !== reading.filters) {
    return Either.left("is a position in a list with other filters: give the same input as then")
  }
  return Predicate.hasProperty(from, "at") && isAt(from.at) && fits(from.at, reading.style)
    ? Either.right(from.at)
    : Either.left("names no place in the list")
}

/** Where an input without a position begins. @internal */
export const begin = (given: unknown): At => (isAt(given) ? given : null)

/** The parameter that says where a page begins. @internal */
export const keyOf = ({ pagination }: Pick<AnyDescription, "pagination">): "cursor" | "start" =>
  pagination?.style === "offset" ? "start" : "cursor"

// -----------------------------------------------------------------------------
// errors
// -----------------------------------------------------------------------------

const PositionId: unique symbol = Symbol.for("effect-pipedrive/Pagination/position")

/** Leaves a position with an error, unseen by whoever prints, compares or encodes it. @internal */
export const mark = <E extends object>(error: E, position: Position): E =>
  Object.defineProperty(error, PositionId, { value: position, configurable: true, enumerable: false })

/** @internal */
export const ofError = (error: unknown): Option.Option<Position> =>
  // only `mark` writes it
  Predicate.hasProperty(error, PositionId) ? Option.some(error[PositionId] as Position) : Option.none()
