/**
 * Find or add, update or add: one record for one email address, name or number, also when several processes try at once.
 *
 * Pipedrive has no unique fields, and its search lags behind writes by seconds. So a search is followed by a look at the records
 * changed lately, which does not lag; and after an add by another one: of two processes that added the same, the later one
 * deletes its own record and gives the earlier one.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Any, Requirements } from "./Endpoint.js"
import * as CallSite from "./internal/callSite.js"
import * as Plain from "./internal/schema/plainData.js"
import * as Streams from "./internal/streams.js"
import { lacking, type Query, queryOf, type Row } from "./internal/upsert/query.js"
import { InvalidRequest, type Issue, type PipedriveError } from "./PipedriveError.js"
import * as ItemSearch from "./v2/ItemSearch.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * A record: whatever has an id.
 *
 * @since 0.1.0
 * @category models
 */
export interface Item {
  readonly id: number | string
}

type Answer<A, E> = Effect.Effect<{ readonly data: A }, E | PipedriveError, Requirements>

/**
 * A module whose records can be found: `Persons`, `Organizations`, `Deals`, `Products`, and `Leads` of `effect-pipedrive/current`.
 * With custom fields by name: `CustomFields.module(Persons, personFields)`. The errors of `get` are E, those of `list` E2, and so on:
 * a module of your own may have others for each operation.
 *
 * @since 0.1.0
 * @category models
 */
export interface Findable<in out A extends Item, out E, out E2 = E> {
  readonly get: (input: { readonly id: A["id"] }) => Answer<A, E>
  readonly search: Any & {
    readonly stream: (input: {
      readonly term: string
      readonly exact_match?: boolean
      readonly fields?: never
    }) => Stream.Stream<{ readonly item: { readonly id: A["id"] } }, PipedriveError, Requirements>
  }
  readonly list: {
    readonly stream: (input: { readonly updated_since: Date }) => Stream.Stream<Item, E2 | PipedriveError, Requirements>
  }
}

/**
 * A module whose records can be found and added.
 *
 * @since 0.1.0
 * @category models
 */
export interface Addable<in out A extends Item, in I, out E, out E2 = E, out E3 = E> extends Findable<A, E, E2> {
  readonly add: (input: I) => Answer<A, E3>
  readonly delete: (input: { readonly id: A["id"] }) => Effect.Effect<unknown, PipedriveError, Requirements>
}

/**
 * A module whose records can be found, added and changed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Updatable<in out A extends Item, in I, in U, out E, out E2 = E, out E3 = E, out E4 = E>
  extends Addable<A, I, E, E2, E3> {
  readonly update: (input: U) => Answer<A, E4>
}

/**
 * How to tell the one record that is meant:
 *
 * - `email`: one of its addresses, upper and lower case alike
 * - `phone`: one of its numbers, digits alone compared, with or without a leading `+`
 * - `name`, `title`, `code`: the whole text, upper and lower case alike
 * - `field`: a custom field by its key, or as `CustomFields.define` has it, with this value
 * - `search`: whatever a search by `term` finds and `where` says yes to
 *
 * @since 0.1.0
 * @category models
 */
export type By<A> =
  | (A extends { readonly emails?: unknown } ? { readonly email: string } : never)
  | (A extends { readonly phones?: unknown } ? { readonly phone: string } : never)
  | (A extends { readonly name?: unknown } ? { readonly name: string } : never)
  | (A extends { readonly title?: unknown } ? { readonly title: string } : never)
  | (A extends { readonly code?: unknown } ? { readonly code: string } : never)
  | { readonly field: readonly [field: string | { readonly key: string }, value: string | number] }
  | { readonly search: { readonly term: string; readonly where: (item: A) => boolean } }

/**
 * A record, and how it came about.
 *
 * @since 0.1.0
 * @category models
 */
export interface Upserted<out A> {
  readonly outcome: "found" | "added" | "updated"
  readonly data: A
}

/**
 * Several records fit. Nothing was added or changed.
 *
 * @since 0.1.0
 * @category errors
 */
export class AmbiguousMatch extends /*#__PURE__*/ Data.TaggedError("AmbiguousMatch")<{
  /** The module: `v2.Persons`. */
  readonly resource: string
  /** What was looked for: `email "ada@example.com"`. */
  readonly by: string
  /** The records that fit, oldest first. */
  readonly candidates: ReadonlyArray<Item>
}> {
  override get message(): string {
    const ids = this.candidates.map(({ id }) => id).join(", ")
    return `${this.resource}: ${this.candidates.length} records have the ${this.by}: ${ids}; merge them, or look for something that only one has`
  }
}

// -----------------------------------------------------------------------------
// looking
// -----------------------------------------------------------------------------

/** How far the search may lag behind. */
const lag = 120_000

/** A search that finds more than this was none for one record. */
const most = 100

type Loose = Findable<Item, never>

const resourceOf = ({ search }: Loose): string =>
  `${search.endpoint.version}.${search.endpoint.name.split(".")[0] ?? ""}`

/** Oldest first; what was added in the same second, by id. Every process sees the same order. */
const byAge = (one: Row & Item, other: Row & Item): number => {
  const [added, otherAdded] = [String(one.add_time ?? ""), String(other.add_time ?? "")]
  if (added !== otherAdded) return added < otherAdded ? -1 : 1
  if (typeof one.id === "number" && typeof other.id === "number") return one.id - other.id
  return String(one.id) < String(other.id) ? -1 : 1
}

/** Names of entities in searches by field. */
const entities = {
  Deals: "deal",
  Leads: "lead",
  Persons: "person",
  Organizations: "organization",
  Products: "product",
  Projects: "project"
} as const

const entityOf = ({ search }: Loose): (typeof entities)[keyof typeof entities] | undefined => {
  const [module = ""] = search.endpoint.name.split(".")
  return Object.hasOwn(entities, module) ? entities[module as keyof typeof entities] : undefined
}

const searched = (module: Loose, query: Query): Stream.Stream<number | string, PipedriveError, Requirements> => {
  if (query.field === undefined) return Stream.map(module.search.stream(query.search as never), ({ item }) => item.id)
  const { key, value } = query.field
  const entity_type = entityOf(module)
  if (entity_type === undefined) {
    const issue = { path: ["by", "field"], message: `cannot be searched in ${resourceOf(module)}` }
    return Stream.fromEffect(refused(module, "find", [issue]))
  }
  return Streams.mapConcat(
    ItemSearch.searchByField.stream({ term: value, entity_type, field: key, match: "exact" }),
    (found) => [found.item?.id ?? found.id].filter((id) => id !== undefined && id !== null)
  )
}

/** What was changed lately, and fits: by a list, which sees every write at once. */
const recent = (
  module: Loose,
  query: Query,
  since: number
): Effect.Effect<ReadonlyArray<Item>, PipedriveError, Requirements> =>
  module.list.stream({ updated_since: new Date(since) }).pipe(
    Stream.filter((row) => query.fits(row as Row & Item)),
    Stream.runCollect,
    Effect.map((rows) => [...rows])
  )

/** Every record that fits, oldest first. */
const matches = (module: Loose, query: Query): Effect.Effect<ReadonlyArray<Item>, PipedriveError, Requirements> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const [found, changed] = yield* Effect.all([
      searched(module, query).pipe(Stream.take(most), Stream.runCollect),
      recent(module, query, now - lag)
    ])
    const ids = new Set([...found, ...changed.map(({ id }) => id)])
    // in full, and as it is now: the search may be behind, and shows less
    const rows = yield* Effect.forEach(
      ids,
      (id) =>
        module.get({ id }).pipe(
          Effect.map(({ data }) => Option.some<Item>(data)),
          Effect.catchTags({ NotFound: () => Effect.succeedNone, Gone: () => Effect.succeedNone })
        ),
      { concurrency: 5 }
    )
    return rows
      .flatMap((row) => (Option.isSome(row) ? [row.value as Row & Item] : []))
      .filter((row) => row.is_deleted !== true && query.fits(row))
      .sort(byAge)
  })

const refused = (
  module: Loose,
  operation: string,
  issues: ReadonlyArray<Issue>
): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(
    CallSite.made(
      new InvalidRequest({ endpoint: `Upsert.${operation}`, method: "GET", path: module.search.endpoint.path, issues })
    )
  )

const findOne = (module: Loose, query: Query) =>
  Effect.flatMap(matches(module, query), (rows) =>
    rows.length > 1
      ? Effect.fail(
          CallSite.made(new AmbiguousMatch({ resource: resourceOf(module), by: query.label, candidates: rows }))
        )
      : Effect.succeed(Option.fromNullable(rows[0]))
  )

// -----------------------------------------------------------------------------
// combinators
// -----------------------------------------------------------------------------

/** Checked before anything is asked. */
const withQuery = <A, E, R>(
  site: CallSite.CallSite,
  module: Loose,
  operation: string,
  { add, by }: { readonly by: unknown; readonly add?: unknown },
  use: (query: Query) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | InvalidRequest, R> =>
  Effect.suspend((): Effect.Effect<A, E | InvalidRequest, R> => {
    const query = queryOf(by)
    if (!("label" in query)) return refused(module, operation, query)
    const issue = lacking(query, add)
    return issue === undefined ? use(query) : refused(module, operation, [issue])
  }).pipe(Effect.mapError(CallSite.named(site)))

/**
 * The one record that fits, if there is one. Several fail with {@link AmbiguousMatch}.
 *
 * Costs a search (20 tokens), a list (10 tokens) and 1 to 2 tokens for each record found.
 *
 * @example
 * ```ts
 * import * as Upsert from "effect-pipedrive/Upsert"
 * import { Persons } from "effect-pipedrive/v2"
 *
 * const ada = Upsert.find(Persons, { email: "ada@example.com" })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const find = <A extends Item, E, E2 = never>(
  module: Findable<A, E, E2>,
  by: By<A>
): Effect.Effect<Option.Option<A>, E | E2 | PipedriveError | AmbiguousMatch, Requirements> =>
  withQuery(CallSite.capture(), loose(module), "find", { by }, (query) => typed(findOne(loose(module), query)))

/**
 * The one record that fits, or a new one. Several that fit fail with {@link AmbiguousMatch}, and nothing is added. What is added must
 * have what is looked for by, or the next call would not find it: else the call fails with `InvalidRequest`.
 *
 * Several processes at once end with one record: each looks again after its add, and deletes its own if another one is older.
 * That needs two things of Pipedrive: that a list shows what was added before, and that the credentials may delete. What was
 * added by hand or by other programs is not deleted, so it can still stand beside: the next call then fails with `AmbiguousMatch`.
 *
 * @example
 * ```ts
 * import * as Upsert from "effect-pipedrive/Upsert"
 * import { Persons } from "effect-pipedrive/v2"
 *
 * const ada = Upsert.findOrAdd(Persons, {
 *   by: { email: "ada@example.com" },
 *   add: { name: "Ada Lovelace", emails: [{ value: "ada@example.com", primary: true }] }
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const findOrAdd = <A extends Item, I, E, E2 = never, E3 = never>(
  module: Addable<A, I, E, E2, E3>,
  options: { readonly by: By<A>; readonly add: NoInfer<I> }
): Effect.Effect<Upserted<A>, E | E2 | E3 | PipedriveError | AmbiguousMatch, Requirements> =>
  withQuery(CallSite.capture(), loose(module), "findOrAdd", options, (query) =>
    Effect.flatMap(typed<A, E | E2>(findOne(loose(module), query)), (found) =>
      Option.isSome(found)
        ? Effect.succeed<Upserted<A>>({ outcome: "found", data: found.value })
        : addOne(module, query, options.add)
    )
  )

/**
 * Changes the one record that fits, or adds a new one. Several that fit fail with {@link AmbiguousMatch}, and nothing is changed.
 *
 * `update` may be a function of what is there. `undefined`, or values that are all `undefined`, leave it as it is.
 *
 * @example
 * ```ts
 * import * as Upsert from "effect-pipedrive/Upsert"
 * import { Organizations } from "effect-pipedrive/v2"
 *
 * const acme = Upsert.updateOrAdd(Organizations, {
 *   by: { name: "Acme Ltd" },
 *   update: { address: { value: "1 Main Street" } },
 *   add: { name: "Acme Ltd", address: { value: "1 Main Street" } }
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const updateOrAdd = <A extends Item, I, U, E, E2 = never, E3 = never, E4 = never>(
  module: Updatable<A, I, U, E, E2, E3, E4>,
  options: {
    readonly by: By<A>
    readonly update: NoInfer<Omit<U, "id">> | ((found: A) => NoInfer<Omit<U, "id">> | undefined)
    readonly add: NoInfer<I>
  }
): Effect.Effect<Upserted<A>, E | E2 | E3 | E4 | PipedriveError | AmbiguousMatch, Requirements> =>
  withQuery(CallSite.capture(), loose(module), "updateOrAdd", options, (query) => {
    const { update } = options
    const change = (found: A): Changed<A, E4> => {
      const changes = typeof update === "function" ? update(found) : update
      if (changes === undefined || changesNothing(changes)) return Effect.succeed({ outcome: "found", data: found })
      // the rest of the input and the id make the whole
      const input = { ...changes, id: found.id } as unknown as U
      return Effect.map(module.update(input), ({ data }): Upserted<A> => ({ outcome: "updated", data }))
    }
    return Effect.flatMap(
      typed<A, E | E2>(findOne(loose(module), query)),
      (found): Changed<A, E | E2 | E3 | E4> =>
        Option.isSome(found)
          ? change(found.value)
          : Effect.flatMap(
              addOne(module, query, options.add),
              (added): Changed<A, E4> =>
                // another process was first, and its record lacks what this one knows
                added.outcome === "found" ? change(added.data) : Effect.succeed(added)
            )
    )
  })

/** Whether no value is given: a change of what is there is often computed, and then there may be none. */
const changesNothing = (changes: object): boolean =>
  Object.values(changes).every((value) => value === undefined || Plain.hasOnlyUndefined(value))

type Changed<A, E> = Effect.Effect<Upserted<A>, E | PipedriveError, Requirements>

/** Adds a record. If somebody added one that fits a moment before, that one is given, and ours is deleted. */
const addOne = <A extends Item, I, E, E2, E3>(
  module: Addable<A, I, E, E2, E3>,
  query: Query,
  input: I
): Changed<A, E | E2 | E3> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { data } = yield* restore(module.add(input))
      const now = yield* Clock.currentTimeMillis
      const rows = yield* recent(loose(module), query, now - lag)
      const [oldest] = [...rows].sort((one, other) => byAge(one as Row & Item, other as Row & Item))
      if (oldest === undefined || oldest.id === data.id || !rows.some(({ id }) => id === data.id)) {
        return { outcome: "added", data } as const
      }
      yield* module.delete({ id: data.id })
      const other = yield* module.get({ id: oldest.id as A["id"] })
      return { outcome: "found", data: other.data } as const
    })
  )

/** What looking needs of a module, whatever its records. */
const loose = <A extends Item, E, E2>(module: Findable<A, E, E2>): Loose => module as unknown as Loose

/** What was looked for in a module of these records is one of them. */
const typed = <A, E>(
  found: Effect.Effect<Option.Option<Item>, PipedriveError | AmbiguousMatch, Requirements>
): Effect.Effect<Option.Option<A>, E | PipedriveError | AmbiguousMatch, Requirements> =>
  found as unknown as Effect.Effect<Option.Option<A>, E | PipedriveError | AmbiguousMatch, Requirements>
