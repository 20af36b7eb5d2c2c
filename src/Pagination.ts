import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Call, Description, Program, Requirements } from "./Endpoint.js"
import * as CallSite from "./internal/callSite.js"
import * as Run from "./internal/endpoint.js"
import * as Known from "./internal/options.js"
import * as Blocks from "./internal/pageBlocks.js"
import * as Pages from "./internal/pages.js"
import * as Place from "./internal/position.js"
import * as Streams from "./internal/streams.js"
import type { PipedriveError } from "./PipedriveError.js"

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
 * A place in a list, to go on from in a later run: plain data that JSON keeps. It stands between two pages of one endpoint with
 * one set of filters, and is refused in any other list.
 *
 * @since 0.1.0
 * @category models
 */
export interface Position {
  readonly format: number
  /** The endpoint: `v2.Deals.list`. */
  readonly endpoint: string
  /** Stands for the filters: a short digest of them. */
  readonly filters: string
  /** Pipedrive's cursor, or the number of items before it; null at the start of the list. */
  readonly at: string | number | null
}

/**
 * Checks a {@link Position}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Position: Schema.Schema<Position> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<Position> =>
    Schema.Struct({
      format: Schema.Number,
      endpoint: Schema.String,
      filters: Schema.String,
      at: Schema.NullOr(Schema.Union(Schema.String, Schema.Number))
    })
)

/**
 * Where a list is to be read from.
 *
 * @since 0.1.0
 * @category models
 */
export interface From {
  /** Goes on at this position. The rest of the input has to be that of the first run; only `limit` may differ. */
  readonly from?: Position | undefined
}

/**
 * A page, and where it stands.
 *
 * @since 0.1.0
 * @category models
 */
export interface Checkpoint<A, Item> {
  /** The whole answer. */
  readonly page: A
  readonly items: ReadonlyArray<Item>
  /** Where the page begins. */
  readonly from: Position
  /** Where to go on when this page is done; `None` after the last one. */
  readonly next: Option.Option<Position>
}

/**
 * Where a list that failed can be read on: the start of the page that could not be read. What came before it is not given
 * again. `None` for an error of something else, and where Pipedrive did not say how to go on.
 *
 * @example
 * ```ts
 * import { Pagination } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect, Option, Stream } from "effect"
 *
 * const program = Deals.list.stream({ status: "open" }).pipe(
 *   Stream.runForEach((deal) => Effect.log(deal.title)),
 *   Effect.tapError((error) =>
 *     // later: `Deals.list.stream({ status: "open", from: position })`
 *     Effect.log(Option.map(Pagination.positionOf(error), (position) => JSON.stringify(position)))
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const positionOf: (error: unknown) => Option.Option<Position> = Place.ofError

/**
 * A paged list whose input is all optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListProgram<in out I, in out A, out Item> extends Program<I, A> {
  /** Every item, page after page. Pages are as large as Pipedrive serves them, unless `limit` says otherwise. */
  readonly stream: (input?: I & From) => Stream.Stream<Item, PipedriveError, Requirements>
  /** Whole answers, page after page. */
  readonly pages: (input?: I & From) => Stream.Stream<A, PipedriveError, Requirements>
  /** Pages with the positions before and after them, for programs that go on where an earlier run stopped. */
  readonly checkpoints: (input?: I & From) => Stream.Stream<Checkpoint<A, Item>, PipedriveError, Requirements>
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
  readonly stream: (input: I & From) => Stream.Stream<Item, PipedriveError, Requirements>
  /** Whole answers, page after page. */
  readonly pages: (input: I & From) => Stream.Stream<A, PipedriveError, Requirements>
  /** Pages with the positions before and after them, for programs that go on where an earlier run stopped. */
  readonly checkpoints: (input: I & From) => Stream.Stream<Checkpoint<A, Item>, PipedriveError, Requirements>
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
 * Makes a paged list of its description: an endpoint with `stream`, `pages`, `checkpoints` and `collect`.
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
  const place = () => run.endpoint.pagination?.items ?? "data"
  // whoever asks for items must not take an answer without a list for an empty one
  const isList = (page: A) => Blocks.holdsList(page, place())
  const pages = (input?: I & From) => {
    const site = CallSite.capture()
    return Stream.suspend(() =>
      Stream.map(
        Pages.walk(run, site, input, () => true),
        ({ page }) => page
      )
    )
  }
  const stream = (input?: I & From) => {
    const site = CallSite.capture()
    return Stream.suspend(() =>
      Streams.mapConcat(Pages.walk(run, site, input, isList), ({ page }) => Blocks.itemsOf(page, place()))
    )
  }
  const checkpoints = (input?: I & From) => {
    const site = CallSite.capture()
    const items = (page: A) => Blocks.itemsOf(page, place())
    return Stream.suspend(() =>
      Stream.map(Pages.walk(run, site, input, isList), (step) => ({ ...step, items: items(step.page) }))
    )
  }
  const collect = (input: I, options: CollectOptions) => {
    const site = CallSite.capture()
    return Effect.mapError(
      Effect.suspend(() => gather(run, site, input, options)),
      CallSite.named(site)
    )
  }
  // as with Endpoint.make: one callable, typed by whether its input may be left out
  return Object.assign(run, { stream, pages, checkpoints, collect }) as never
}

const optionNames: Known.Names<CollectOptions> = { max: true }

const gather = <I, A>(
  run: Run.Made<I, A>,
  site: CallSite.CallSite,
  input: I,
  options: CollectOptions
): Effect.Effect<ReadonlyArray<unknown>, PipedriveError | TooManyItems, Requirements> => {
  const { endpoint } = run
  const name = `${endpoint.version}.${endpoint.name}`
  // in JavaScript it may be left out
  const max: unknown = (options as CollectOptions | undefined)?.max
  const faults = Known.unknown(options, optionNames).map(({ message, option }) => ({ path: [option], message }))
  if (typeof max !== "number" || !(Number.isSafeInteger(max) && max > 0)) {
    faults.push({ path: ["max"], message: `must be a whole number from 1 up, is ${String(max)}` })
    return Run.refuse(endpoint, faults)
  }
  if (faults.length > 0) return Run.refuse(endpoint, faults)
  const place = endpoint.pagination?.items ?? "data"
  const all: Array<unknown> = []
  // one more than may be there tells that there are too many
  const limit = Math.min(endpoint.pagination?.maximum ?? max + 1, max + 1)
  const sized = { limit, ...Pages.defined(input ?? {}) }
  // a position is for lists that are too long to be gathered
  return Pages.walk(run, site, sized, (page) => Blocks.holdsList(page, place)).pipe(
    Stream.runForEach(({ page }) =>
      Effect.suspend(() => {
        for (const item of Blocks.itemsOf(page, place)) all.push(item)
        return all.length > max ? Effect.fail(CallSite.made(new TooManyItems({ endpoint: name, max }))) : Effect.void
      })
    ),
    Effect.as(all)
  )
}
