/**
 * Keeping a copy up to date: what was created, updated and deleted since a state, and the state to go on from.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Any, Meta, Program, Requirements } from "./Endpoint.js"
import { fromEither } from "./internal/effects.js"
import * as Run from "./internal/endpoint.js"
import * as Known from "./internal/options.js"
import { currentUser, type Entity, entityOf, type Id } from "./internal/sync/lists.js"
import * as Pass from "./internal/sync/pass.js"
import type { ItemOf } from "./Pagination.js"
import { type InvalidRequest, isRetryable, type PipedriveError } from "./PipedriveError.js"
import * as SyncStore from "./SyncStore.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The answer of a list whose items have ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Listing {
  readonly data: ReadonlyArray<{ readonly id: number | string }>
}

/**
 * What can be kept in sync: a module with a `list` of things with ids (`Deals`, `Persons`, `Stages`), or such a list alone. Of a
 * module, `listArchived` is read as well.
 *
 * @since 0.1.0
 * @category models
 */
export type Source<I, A> = Program<I, A> | { readonly list: Program<I, A>; readonly listArchived?: Any | undefined }

/**
 * A change of an entity. `Created` and `Updated` are to be written alike, in place of what is there by that id: a change may come
 * twice, and what was created and changed at once comes as one of them.
 *
 * @since 0.1.0
 * @category models
 */
export type Change<Item> =
  | { readonly _tag: "Created" | "Updated"; readonly id: IdOf<Item>; readonly item: Item }
  | {
      readonly _tag: "Deleted"
      readonly id: IdOf<Item>
      /** What it was, where Pipedrive still tells (deals). */
      readonly item?: Item | undefined
    }

/**
 * The type of an entity's id.
 *
 * @since 0.1.0
 * @category models
 */
export type IdOf<Item> = Item extends { readonly id: infer I } ? I : never

/**
 * The changes of one page, and the state once they have been handled.
 *
 * @since 0.1.0
 * @category models
 */
export interface Batch<Item> {
  readonly changes: ReadonlyArray<Change<Item>>
  /** Where to go on when these changes have been handled. */
  readonly state: SyncStore.State
  /** Everything up to now has been read. */
  readonly isLast: boolean
  /** What is known of the request: status, attempts, tokens left. */
  readonly meta: Meta
}

/** What a sync sets itself, or cannot be combined with asking for changes. */
type OwnKeys =
  | "cursor"
  | "filter_id"
  | "ids"
  | "limit"
  | "sort"
  | "sort_by"
  | "sort_direction"
  | "start"
  | "status"
  | "updated_since"
  | "updated_until"

/**
 * Options of {@link changes}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<I> {
  /**
   * The rest of the list's input: filters (`pipeline_id`), and what is to come with each item (`include_fields`). What no longer
   * fits a filter is not told: {@link deletions} finds it.
   */
  readonly filters?: Omit<I, OwnKeys> | undefined
  /** Items a page. @default the most that Pipedrive serves */
  readonly limit?: number | undefined
  /**
   * How much of what was read before is asked for again, beside its last second: for changes that are seen late. What has not
   * changed is not given again. @default none
   */
  readonly overlap?: Duration.DurationInput | undefined
  /** Whether to look for deletions. @default true */
  readonly deletions?: boolean | undefined
  /** The company's id, where it is known: it saves a request (2 tokens) a pass. */
  readonly account?: number | string | undefined
}

const optionNames: Known.Names<Options<unknown>> = {
  filters: true,
  limit: true,
  overlap: true,
  deletions: true,
  account: true
}

const ownKeys: Readonly<Record<OwnKeys, true>> = {
  cursor: true,
  filter_id: true,
  ids: true,
  limit: true,
  sort: true,
  sort_by: true,
  sort_direction: true,
  start: true,
  status: true,
  updated_since: true,
  updated_until: true
}

// -----------------------------------------------------------------------------
// one pass
// -----------------------------------------------------------------------------

/**
 * What was created, updated and deleted since a state: one batch a page, each with the state to keep once its changes have been
 * handled. Without a state it is a full read, which can be stopped and resumed like any other, and which catches what changes
 * meanwhile. Nothing is lost wherever it is stopped; what was given after the last state that was kept comes again.
 *
 * Pages are read by `updated_since` and `sort_by=update_time`, archived deals included. Deleted deals are listed by Pipedrive;
 * deleted persons, organizations, activities, products and notes are found in its record of recent changes (`recents:read`),
 * which reaches back 30 days. Of deleted leads it tells nothing: see {@link deletions}. All other lists are read as a whole, and
 * compared with the state.
 *
 * A state of another company, endpoint, filter or format fails with `StateMismatch` before anything is read.
 *
 * @example
 * ```ts
 * import { Sync, type SyncStore } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect, Stream } from "effect"
 *
 * const copy = new Map<number, Deals.Deal>()
 * let state: SyncStore.State | undefined
 *
 * const program = Sync.changes(Deals, state).pipe(
 *   Stream.runForEach((batch) =>
 *     Effect.sync(() => {
 *       for (const change of batch.changes) {
 *         if (change._tag === "Deleted") copy.delete(change.id)
 *         else copy.set(change.id, change.item)
 *       }
 *       state = batch.state
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category syncing
 */
export const changes = <I, A extends Listing>(
  source: Source<I, A>,
  state?: SyncStore.State | undefined,
  options: Options<I> = {}
): Stream.Stream<Batch<ItemOf<A>>, PipedriveError | SyncStore.StateMismatch, Requirements> =>
  // the items are those of the list that was given
  begin(source, state, options) as never

const begin = <I>(
  source: Any | { readonly list: Any; readonly listArchived?: Any | undefined },
  state: SyncStore.State | undefined,
  options: Options<I>
): Stream.Stream<Pass.Batch, PipedriveError | SyncStore.StateMismatch, Requirements> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const entity = entityOf(source)
      yield* checkOptions(entity, options)
      const expected = { entity: entity.name, filters: canonical(options.filters) }
      if (state !== undefined) yield* fromEither(checkState(state, expected))
      const account = String(options.account ?? (yield* currentUser).data.company_id)
      if (state !== undefined && state.account !== account) {
        return yield* new SyncStore.StateMismatch({ reason: "account", expected: account, actual: state.account })
      }
      const settings: Pass.Settings = {
        filters: { ...options.filters },
        limit: options.limit,
        overlap: Duration.toMillis(options.overlap ?? 0),
        deletions: options.deletions !== false
      }
      return Pass.run(entity, settings, { version: SyncStore.version, account, ...expected }, state)
    })
  )

/** Filters as text, in one order, so that equal ones are the same text. */
const canonical = (filters: object | undefined): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(filters ?? {})
        .filter(([, value]) => value !== undefined && value !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1))
    )
  )

const checkState = (
  state: SyncStore.State,
  expected: { readonly entity: string; readonly filters: string }
): Either.Either<void, SyncStore.StateMismatch> =>
  Either.flatMap(SyncStore.decode(state), (read) => {
    const reason = (["entity", "filters"] as const).find((key) => read[key] !== expected[key])
    return reason === undefined
      ? Either.void
      : Either.left(new SyncStore.StateMismatch({ reason, expected: expected[reason], actual: read[reason] }))
  })

const checkOptions = <I>(entity: Entity, options: Options<I>): Effect.Effect<void, InvalidRequest> => {
  const issues = Known.unknown(options, optionNames).map(({ message, option }) => ({ path: [option], message }))
  for (const key of Object.keys(options.filters ?? {})) {
    if (key in ownKeys) issues.push({ path: ["filters", key], message: "is set by the sync itself" })
  }
  const overlap = Duration.decodeUnknown(options.overlap ?? 0)
  if (Option.isNone(overlap) || !Duration.isFinite(overlap.value)) {
    issues.push({ path: ["overlap"], message: "must be a finite duration" })
  }
  const [list] = entity.lists
  return issues.length === 0 || list === undefined ? Effect.void : Run.refuse(list.endpoint, issues)
}

// -----------------------------------------------------------------------------
// passes without end
// -----------------------------------------------------------------------------

/**
 * Options of {@link follow}.
 *
 * @since 0.1.0
 * @category models
 */
export interface FollowOptions<I> extends Options<I> {
  /** When the next pass begins; the time counts from the end of the last one. @default every minute */
  readonly schedule?: Schedule.Schedule<unknown> | undefined
}

/**
 * {@link changes} again and again, each time from where the last pass ended. A pass that failed for a reason that passes (no
 * connection, a server error, all tokens of the day spent) is told by a warning, and the next one goes on after its last batch;
 * any other failure ends the stream.
 *
 * @since 0.1.0
 * @category syncing
 */
export const follow = <I, A extends Listing>(
  source: Source<I, A>,
  state?: SyncStore.State | undefined,
  options: FollowOptions<I> = {}
): Stream.Stream<Batch<ItemOf<A>>, PipedriveError | SyncStore.StateMismatch, Requirements> =>
  Stream.suspend(() => {
    const { schedule = Schedule.spaced("1 minute"), ...rest } = options
    let last = state
    const pass = Stream.suspend(() =>
      changes<I, A>(source, last, last === state ? rest : { ...rest, account: last?.account })
    ).pipe(
      // a pass that fails goes on after the last batch that was given
      Stream.tap((batch) =>
        Effect.sync(() => {
          last = batch.state
        })
      ),
      Stream.catchAll((error) =>
        passes(error)
          ? Stream.drain(Stream.fromEffect(Effect.logWarning(`a sync goes on with its next pass: ${error.message}`)))
          : Stream.fail(error)
      )
    )
    return Stream.concat(
      pass,
      Stream.flatMap(Stream.fromSchedule(schedule), () => pass)
    )
  })

const passes = (error: PipedriveError | SyncStore.StateMismatch): boolean =>
  error._tag !== "StateMismatch" && (error._tag === "RateLimited" || isRetryable(error))

// -----------------------------------------------------------------------------
// with a store
// -----------------------------------------------------------------------------

/**
 * Options of {@link run}.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions<I> extends FollowOptions<I> {
  /** The name of the state in the store; with several accounts, have it begin with the account. @default the endpoint: `v2.Deals.list` */
  readonly key?: string | undefined
}

/**
 * Reads what changed since the state in the store, has each batch handled, and then saves the state after it. Ends with the pass,
 * or never if there is a `schedule`.
 *
 * @example
 * ```ts
 * import { Sync, SyncStore } from "effect-pipedrive"
 * import { Persons } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Sync.run(Persons, (batch) => Effect.log(`${batch.changes.length} changes`)).pipe(
 *   Effect.provide(SyncStore.layerMemory)
 * )
 * ```
 *
 * @since 0.1.0
 * @category syncing
 */
export const run = <I, A extends Listing, X, E, R>(
  source: Source<I, A>,
  handle: (batch: Batch<ItemOf<A>>) => Effect.Effect<X, E, R>,
  options: RunOptions<I> = {}
): Effect.Effect<
  void,
  E | PipedriveError | SyncStore.StateMismatch | SyncStore.SyncStoreError,
  R | Requirements | SyncStore.SyncStore
> =>
  Effect.gen(function* () {
    const store = yield* SyncStore.SyncStore
    const { key = entityOf(source).name, schedule, ...rest } = options
    const state = Option.getOrUndefined(yield* store.load(key))
    const batches = schedule === undefined ? changes(source, state, rest) : follow(source, state, { ...rest, schedule })
    yield* Stream.runForEach(batches, (batch) => Effect.zipRight(handle(batch), store.save(key, batch.state)))
  })

// -----------------------------------------------------------------------------
// deletions by comparing
// -----------------------------------------------------------------------------

/**
 * Those of the known ids that are no more, or no longer fit the filters: reads all that is there, and compares. For what the
 * changes do not tell: deleted leads, deletions while no pass ran for 30 days, entities that left a filter. The known ids are held
 * in memory, and must be read from the copy before the call.
 *
 * @since 0.1.0
 * @category syncing
 */
export const deletions = <I, A extends Listing>(
  source: Source<I, A>,
  known: Iterable<IdOf<ItemOf<A>>>,
  options: { readonly filters?: Options<I>["filters"] } = {}
): Effect.Effect<ReadonlyArray<IdOf<ItemOf<A>>>, PipedriveError, Requirements> =>
  Effect.suspend(() => {
    const entity = entityOf(source)
    const ids: ReadonlySet<Id> = new Set(known as Iterable<Id>)
    return Effect.zipRight(checkOptions(entity, options), Pass.missingOf(entity, { ...options.filters }, ids))
    // the ids are among those that were given
  }) as never
