/**
 * The cursors that a stream was led along, so that it is not led in a circle, in bounded memory.
 */

/** So many cursors are remembered one by one: at 500 items a page, of five million items. */
const mostRemembered = 10_000

/** Beyond the cursors that are remembered, a mark moves on at ever longer distances (Brent's way to find a cycle). @internal */
export interface Trail {
  readonly seen: Set<string>
  readonly most: number
  mark: string | undefined
  steps: number
  distance: number
}

/** @internal */
export const make = (first: unknown, most = mostRemembered): Trail => ({
  seen: new Set(typeof first === "string" ? [first] : []),
  most,
  mark: undefined,
  steps: 0,
  distance: 1
})

/** Goes on to a cursor; whether it leads back. @internal */
export const visit = (trail: Trail, cursor: string): boolean => {
  if (trail.seen.has(cursor) || cursor === trail.mark) return true
  if (trail.seen.size < trail.most) {
    trail.seen.add(cursor)
  } else if (++trail.steps === trail.distance) {
    trail.mark = cursor
    trail.steps = 0
    trail.distance *= 2
  }
  return false
}
