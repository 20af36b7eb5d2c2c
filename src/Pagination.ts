/**
 * Pages become Streams.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Call, Description, PaginationDescription, Program, Requirements } from "./Endpoint.js"
import * as Run from "./internal/run.js"
import { InvalidResponse, type PipedriveError } from "./PipedriveError.js"

/**
 * A paged list whose input is all optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListProgram<in out I, in out A, out Item> extends Program<I, A> {
  /** Every item, page after page. Pages are as large as Pipedrive serves them, unless `limit` says otherwise. */
  readonly stream: (input?: I) => Stream.Stream<Item, PipedriveError, Requirements>
  /** Whole answers, page after page. */
  readonly pages: (input?: I) => Stream.Stream<A, PipedriveError, Requirements>
}

/**
 * A paged list that needs input.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListCall<in out I, in out A, out Item> extends Call<I, A> {
  /** Every item, page after page. Pages are as large as Pipedrive serves them, unless `limit` says otherwise. */
  readonly stream: (input: I) => Stream.Stream<Item, PipedriveError, Requirements>
  /** Whole answers, page after page. */
  readonly pages: (input: I) => Stream.Stream<A, PipedriveError, Requirements>
}

/**
 * The items of a list's answer.
 *
 * @since 0.1.0
 * @category models
 */
export type ItemOf<A> = A extends { readonly data: ReadonlyArray<infer Item> }
  ? Item
  : A extends { readonly data: { readonly items: ReadonlyArray<infer Item> } }
    ? Item
    : never

/**
 * Makes a paged list of its description: an endpoint with `stream` and `pages`.
 *
 * A stream reads a page when it is asked for one, so it holds one page at a time; it asks for the largest page Pipedrive
 * serves (a page costs the same whatever its size), and repeats every filter on every page.
 *
 * @since 0.1.0
 * @category constructors
 */
export const list = <I, A>(
  describe: () => Description<I, A>
  // biome-ignore lint/complexity/noBannedTypes: the question is whether an empty object will do
): {} extends I ? ListProgram<I, A, ItemOf<A>> : ListCall<I, A, ItemOf<A>> => {
  const run = Run.make(describe)
  const pages = (input?: I) => Stream.suspend(() => walk(run.endpoint, run, input ?? {}))
  const stream = (input?: I) =>
    Stream.suspend(() => {
      const place = run.endpoint.pagination?.items ?? "data"
      return Stream.mapConcatChunk(walk(run.endpoint, run, input ?? {}), (page) => itemsOf(page, place))
    })
  // as with Endpoint.make: one callable, typed by whether its input may be left out
  return Object.assign(run, { stream, pages }) as never
}

const walk = <I, A>(
  endpoint: Description<I, A>,
  run: Run.Run<A>,
  input: object
): Stream.Stream<A, PipedriveError, Requirements> => {
  const { maximum, style, items } = endpoint.pagination ?? { maximum: undefined, style: "cursor", items: "data" }
  const first: Position = {
    sized: { ...(maximum === undefined ? {} : { limit: maximum }), ...defined(input) },
    from: undefined
  }
  return Stream.paginateEffect(first, (position) =>
    Effect.flatMap(
      run(
        position.from === undefined
          ? position.sized
          : { ...position.sized, [style === "cursor" ? "cursor" : "start"]: position.from }
      ),
      (page) => {
        const next = style === "cursor" ? nextCursor(page) : nextStart(page, items)
        if (next === undefined) return Effect.succeed([page, Option.none<Position>()] as const)
        const stuck = typeof next === "number" ? next <= Number(position.from ?? -1) : next === position.from
        return stuck
          ? Effect.fail(notAdvancing(endpoint, next))
          : Effect.succeed([page, Option.some<Position>({ sized: position.sized, from: next })] as const)
      }
    )
  )
}

interface Position {
  readonly sized: Readonly<Record<string, unknown>>
  /** Cursor or start of the page; `undefined` for the first one. */
  readonly from: string | number | undefined
}

const defined = (input: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

const record = (u: unknown): Readonly<Record<string, unknown>> =>
  typeof u === "object" && u !== null ? (u as Readonly<Record<string, unknown>>) : {}

/** The cursor of the next page: missing, null and empty mean that there is none. */
const nextCursor = (page: unknown): string | undefined => {
  const extra = record(record(page).additional_data)
  const cursor = extra.next_cursor ?? record(extra.pagination).next_cursor
  return typeof cursor === "string" && cursor !== "" ? cursor : undefined
}

/** Where the next page starts: as told, or after what came, by the server's numbers. */
const nextStart = (page: unknown, items: PaginationDescription["items"]): number | undefined => {
  const extra = record(record(page).additional_data)
  const told = "pagination" in extra ? record(extra.pagination) : extra
  if (told.more_items_in_collection !== true) return undefined
  if (typeof told.next_start === "number") return told.next_start
  const came = Chunk.size(itemsOf(page, items))
  return typeof told.start === "number" && came > 0 ? told.start + came : undefined
}

const itemsOf = <Item>(page: unknown, place: PaginationDescription["items"]): Chunk.Chunk<Item> => {
  const data = record(page).data
  const items = place === "data" ? data : record(data).items
  return Array.isArray(items) ? Chunk.unsafeFromArray(items as ReadonlyArray<Item>) : Chunk.empty()
}

const notAdvancing = <I, A>(endpoint: Description<I, A>, at: string | number): InvalidResponse =>
  new InvalidResponse({
    endpoint: `${endpoint.version}.${endpoint.name}`,
    method: endpoint.method,
    path: `/api/${endpoint.version}${endpoint.path}`,
    attempts: 1,
    status: 200,
    issues: [{ path: ["additional_data"], message: `leads to the same page again (${JSON.stringify(at)})` }]
  })
