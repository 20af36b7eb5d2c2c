/**
 * The way from page to page of a list.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Description, Meta, Requirements } from "../Endpoint.js"
import type { Position } from "../Pagination.js"
import { InvalidResponse, type PipedriveError } from "../PipedriveError.js"
import type * as CallSite from "./callSite.js"
import * as Run from "./endpoint.js"
import * as Blocks from "./pageBlocks.js"
import * as Place from "./position.js"
import * as Encode from "./schema/encode.js"
import * as Trail from "./seenCursors.js"
import * as Streams from "./streams.js"
import * as Collect from "./telemetry/meta.js"

/** A page, where it stands, and where to go on after it; without that, it is the last. @internal */
export interface Step<A> {
  readonly page: A
  readonly from: Position
  readonly next: Option.Option<Position>
}

/** Where the next page is to be read, or why it cannot be. */
type Goal = { readonly at: Position["at"] } | { readonly error: InvalidResponse }

/** Reads page after page. @internal */
export const walk = <I, A>(
  run: Run.Made<I, A>,
  site: CallSite.CallSite,
  given: unknown,
  isPage: (page: A) => boolean
): Stream.Stream<Step<A>, PipedriveError, Requirements> => {
  const { endpoint } = run
  const { maximum, style, items } = endpoint.pagination ?? { maximum: undefined, style: "cursor", items: "data" }
  const key = Place.keyOf(endpoint)
  const { from, ...input } = defined(given ?? {})
  const sized: Input = { ...(maximum === undefined ? {} : { limit: maximum }), ...input }
  const call = Run.at(run, site)
  const wire = Run.encode(run, sized)
  // the call says what is wrong with its input
  if (Encode.isIssues(wire)) return Stream.drain(Stream.fromEffect(call(sized)))
  const reading = { endpoint: `${endpoint.version}.${endpoint.name}`, filters: Place.filtersOf(wire), style }
  const start = from === undefined ? Either.right(Place.begin(sized[key])) : Place.read(from, reading)
  if (Either.isLeft(start)) return Stream.fromEffect(Run.refuse(endpoint, [{ path: ["from"], message: start.left }]))
  if (from !== undefined && sized[key] !== undefined) {
    return Stream.fromEffect(
      Run.refuse(endpoint, [{ path: [key], message: "is given beside `from`: one of them can say where to begin" }])
    )
  }
  const first = start.right
  const trail = Trail.make(first)
  /** Why the next page is none to go to. */
  const faultOf = (next: Next, at: Position["at"]): string | undefined => {
    if (typeof next === "symbol") return "says that there is more, and not where"
    const isOld = typeof next === "number" ? next <= Number(at ?? 0) : Trail.visit(trail, next)
    return isOld ? "leads back to a page that was read before" : undefined
  }
  return Streams.paginate<Goal, Step<A>, PipedriveError, Requirements>({ at: first }, (goal) => {
    if ("error" in goal) return Effect.fail(goal.error)
    const { at } = goal
    const here = Place.at(reading, at)
    const page = Effect.mapError(withMeta(call(at === null ? sized : { ...sized, [key]: at })), (error) =>
      Place.mark(error, here)
    )
    return Effect.map(page, ([page, meta]) => {
      // what came is given first, and then the error; whoever keeps the position reads the page again
      const stuck = (error: InvalidResponse) =>
        [{ page, from: here, next: Option.some(here) }, Option.some<Goal>({ error })] as const
      if (!isPage(page)) {
        const path = items === "data" ? ["data"] : ["data", "items"]
        return stuck(Place.mark(lost(endpoint, sized, meta, path, "is no list"), here))
      }
      const next = style === "cursor" ? Blocks.nextCursor(page) : Blocks.nextStart(page, items)
      if (next === undefined) return [{ page, from: here, next: Option.none() }, Option.none()]
      const fault = faultOf(next, at)
      if (fault !== undefined || typeof next === "symbol") {
        return stuck(lost(endpoint, sized, meta, ["additional_data"], fault ?? ""))
      }
      return [{ page, from: here, next: Option.some(Place.at(reading, next)) }, Option.some<Goal>({ at: next })]
    })
  })
}

type Next = string | number | typeof Blocks.unreachable

type Input = Readonly<Record<string, unknown>>

/** A call with what else is known of it; whoever asked for that beyond the stream hears of it, too. */
const withMeta = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<readonly [A, Meta], E, R> =>
  Effect.flatMap(Collect.CurrentCollector, (outer) => {
    const own: Collect.Collector = { meta: Collect.none }
    return Effect.map(Effect.provideService(call, Collect.CurrentCollector, own), (value) => {
      if (outer !== undefined) outer.meta = { ...own.meta, calls: outer.meta.calls + own.meta.calls }
      return [value, own.meta]
    })
  })

/** What is given, without what is undefined. @internal */
export const defined = (input: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

const lost = <I, A>(
  endpoint: Description<I, A>,
  input: Input,
  meta: Meta,
  path: ReadonlyArray<string>,
  message: string
): InvalidResponse =>
  new InvalidResponse({
    endpoint: `${endpoint.version}.${endpoint.name}`,
    method: endpoint.method,
    path: `/api/${endpoint.version}${endpoint.path.replace(/\{([^}]+)\}/g, (_, key: string) => encodeURIComponent(String(input[key])))}`,
    attempts: meta.attempts,
    status: meta.status ?? 200,
    issues: [{ path, message }],
    ...(meta.correlationId === undefined ? {} : { correlationId: meta.correlationId })
  })
