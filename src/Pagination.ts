/**
 * Pages become Streams.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Call, Description, Meta, PaginationDescription, Program, Requirements } from "./Endpoint.js"
import * as Run from "./internal/endpoint.js"
import * as Known from "./internal/options.js"
import * as Trail from "./internal/seenCursors.js"
import * as Collect from "./internal/telemetry/meta.js"
import { InvalidRequest, InvalidResponse, type Issue, type PipedriveError } from "./PipedriveError.js"

/**
 * How many items `collect` may gather.
 *
 * @since 0.1.0
 * @category models
 */
export interface CollectOptions {
  /** The most items; more fail with {@link TooManyItems}. */
  readonly max: number
}

/**
 * A list is longer than `collect` was allowed to gather.
 *
 * @since 0.1.0
 * @category errors
 */
export class TooManyItems extends /*#__PURE__*/ Data.TaggedError("TooManyItems")<{
  /** The endpoint called: `v2.Deals.list`. */
  readonly endpoint: string
  /** How many there may be. */
  readonly max: number
}> {
  override get message(): string {
    return `${this.endpoint}: there are more than ${this.max} items; allow more by \`max\`, or read them as a \`stream\``
  }
}

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
  /**
   * Every item, as one array. Says how many there may be: where there are more, the call fails with `TooManyItems` and gives
   * none, so that what is there is never a part that looks like the whole. For the first so many: `Stream.take` on `stream`.
   */
  readonly collect: (
    input: I,
    options: CollectOptions
  ) => Effect.Effect<ReadonlyArray<Item>, PipedriveError | TooManyItems, Requirements>
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
  /**
   * Every item, as one array. Says how many there may be: where there are more, the call fails with `TooManyItems` and gives
   * none, so that what is there is never a part that looks like the whole. For the first so many: `Stream.take` on `stream`.
   */
  readonly collect: (
    input: I,
    options: CollectOptions
  ) => Effect.Effect<ReadonlyArray<Item>, PipedriveError | TooManyItems, Requirements>
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
 * Makes a paged list of its description: an endpoint with `stream`, `pages` and `collect`.
 *
 * A stream reads a page when it is asked for one, so it holds one page at a time; it asks for the largest page Pipedrive
 * serves (a page costs the same whatever its size), and repeats every filter on every page. Where an answer leads back to a
 * page that was read before, or says that there is more and not where, the stream gives what came and then fails with
 * `InvalidResponse`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const list = <I, A>(
  describe: () => Description<I, A>
  // biome-ignore lint/complexity/noBannedTypes: the question is whether an empty object will do
): {} extends I ? ListProgram<I, A, ItemOf<A>> : ListCall<I, A, ItemOf<A>> => {
  const run = Run.make(describe)
  const pages = (input?: I) => Stream.suspend(() => walk(run.endpoint, run, input ?? {}, () => true))
  const stream = (input?: I) =>
    Stream.suspend(() => {
      const place = run.endpoint.pagination?.items ?? "data"
      return Stream.mapConcatChunk(
        // whoever asks for items must not take an answer without a list for an empty one
        walk(run.endpoint, run, input ?? {}, (page) => holdsList(page, place)),
        (page) => itemsOf(page, place)
      )
    })
  // as with Endpoint.make: one callable, typed by whether its input may be left out
  const collect = (input: I, options: CollectOptions) => Effect.suspend(() => gather(run.endpoint, run, input, options))
  return Object.assign(run, { stream, pages, collect }) as never
}

const optionNames: Known.Names<CollectOptions> = { max: true }

const gather = <I, A>(
  endpoint: Description<I, A>,
  run: Run.Run<A>,
  input: I,
  options: CollectOptions
): Effect.Effect<ReadonlyArray<unknown>, PipedriveError | TooManyItems, Requirements> => {
  const name = `${endpoint.version}.${endpoint.name}`
  // in JavaScript it may be left out
  const max: unknown = (options as CollectOptions | undefined)?.max
  const faults = Known.unknown(options, optionNames).map(({ message, option }) => ({ path: [option], message }))
  if (typeof max !== "number" || !(Number.isSafeInteger(max) && max > 0)) {
    faults.push({ path: ["max"], message: `must be a whole number from 1 up, is ${String(max)}` })
    return refuse(endpoint, faults)
  }
  if (faults.length > 0) return refuse(endpoint, faults)
  const place = endpoint.pagination?.items ?? "data"
  const all: Array<unknown> = []
  // one more than may be there tells that there are too many
  const limit = Math.min(endpoint.pagination?.maximum ?? max + 1, max + 1)
  const sized = { limit, ...defined(input ?? {}) }
  return walk(endpoint, run, sized, (page) => holdsList(page, place)).pipe(
    Stream.runForEach((page) =>
      Effect.suspend(() => {
        for (const item of itemsOf(page, place)) all.push(item)
        return all.length > max ? Effect.fail(new TooManyItems({ endpoint: name, max })) : Effect.void
      })
    ),
    Effect.as(all)
  )
}

const refuse = <I, A>(
  endpoint: Description<I, A>,
  issues: ReadonlyArray<Issue>
): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(
    new InvalidRequest({
      endpoint: `${endpoint.version}.${endpoint.name}`,
      method: endpoint.method,
      path: `/api/${endpoint.version}${endpoint.path}`,
      issues
    })
  )

const walk = <I, A>(
  endpoint: Description<I, A>,
  run: Run.Run<A>,
  input: object,
  isPage: (page: A) => boolean
): Stream.Stream<A, PipedriveError, Requirements> => {
  const { maximum, style, items } = endpoint.pagination ?? { maximum: undefined, style: "cursor", items: "data" }
  const key = style === "cursor" ? "cursor" : "start"
  const sized: Input = { ...(maximum === undefined ? {} : { limit: maximum }), ...defined(input) }
  const trail = Trail.make(sized[key])
  /** Why the next page is none to go to. */
  const faultOf = (next: Next, from: Position["from"]): string | undefined => {
    if (typeof next === "symbol") return "says that there is more, and not where"
    const isOld = typeof next === "number" ? next <= Number(from ?? sized.start ?? 0) : Trail.visit(trail, next)
    return isOld ? "leads back to a page that was read before" : undefined
  }
  const first: Position = { from: undefined, error: undefined }
  return Stream.paginateEffect(first, ({ error, from }) => {
    if (error !== undefined) return Effect.fail(error)
    return Effect.map(withMeta(run(from === undefined ? sized : { ...sized, [key]: from })), ([page, meta]) => {
      if (!isPage(page)) {
        const error = lost(endpoint, sized, meta, items === "data" ? ["data"] : ["data", "items"], "is no list")
        return [page, Option.some<Position>({ from: undefined, error })]
      }
      const next = style === "cursor" ? nextCursor(page) : nextStart(page, items)
      if (next === undefined) return [page, Option.none<Position>()]
      const fault = faultOf(next, from)
      // what came is given first, and then the error
      return [
        page,
        Option.some<Position>(
          fault === undefined
            ? { from: next, error: undefined }
            : { from: undefined, error: lost(endpoint, sized, meta, ["additional_data"], fault) }
        )
      ]
    })
  })
}

type Next = string | number | typeof unreachable

type Input = Readonly<Record<string, unknown>>

interface Position {
  /** Cursor or start of the page; `undefined` for the first one. */
  readonly from: Next | undefined
  /** Why there is no such page. */
  readonly error: InvalidResponse | undefined
}

/** A call with what else is known of it; whoever asked for that beyond the stream hears of it, too. */
const withMeta = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<readonly [A, Meta], E, R> =>
  Effect.flatMap(Collect.CurrentCollector, (outer) => {
    const own: Collect.Collector = { meta: Collect.none }
    return Effect.map(Effect.provideService(call, Collect.CurrentCollector, own), (value) => {
      if (outer !== undefined) outer.meta = { ...own.meta, calls: outer.meta.calls + own.meta.calls }
      return [value, own.meta]
    })
  })

const defined = (input: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

const record = (u: unknown): Readonly<Record<string, unknown>> =>
  typeof u === "object" && u !== null ? (u as Readonly<Record<string, unknown>>) : {}

const unreachable: unique symbol = Symbol("effect-pipedrive/Pagination/unreachable")

/** The cursor of the next page: missing, null and empty mean that there is none, unless more is said to be there. */
const nextCursor = (page: unknown): string | typeof unreachable | undefined => {
  const extra = record(record(page).additional_data)
  const pagination = record(extra.pagination)
  const cursor = extra.next_cursor ?? pagination.next_cursor
  if (typeof cursor === "string" && cursor !== "") return cursor
  const isLast = cursor === undefined || cursor === null || cursor === ""
  const more = saysMore(extra) || saysMore(pagination)
  return isLast && !more ? undefined : unreachable
}

/** Where the next page starts: as told, or after what came, by the server's numbers. */
const nextStart = (page: unknown, items: PaginationDescription["items"]): number | typeof unreachable | undefined => {
  const extra = record(record(page).additional_data)
  const told = "pagination" in extra ? record(extra.pagination) : extra
  if (!saysMore(told)) return undefined
  const came = Chunk.size(itemsOf(page, items))
  const counted = typeof told.start === "number" && came > 0 ? told.start + came : undefined
  const next = typeof told.next_start === "number" ? told.next_start : counted
  return next !== undefined && Number.isSafeInteger(next) ? next : unreachable
}

/** A server that says so in another way than documented must not end a stream before its end. */
const saysMore = ({ more_items_in_collection: more }: Readonly<Record<string, unknown>>): boolean =>
  more === true || more === 1 || more === "true" || more === "1"

/** None at all is an empty one: v1 says null for it. */
const holdsList = (page: unknown, place: PaginationDescription["items"]): boolean => {
  const data = record(page).data
  const isNone = (u: unknown) => u === undefined || u === null
  if (place === "data" || isNone(data)) return isNone(data) || Array.isArray(data)
  if (typeof data !== "object" || Array.isArray(data)) return false
  const { items } = record(data)
  return isNone(items) || Array.isArray(items)
}

const itemsOf = <Item>(page: unknown, place: PaginationDescription["items"]): Chunk.Chunk<Item> => {
  const data = record(page).data
  const items = place === "data" ? data : record(data).items
  return Array.isArray(items) ? Chunk.unsafeFromArray(items as ReadonlyArray<Item>) : Chunk.empty()
}

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
