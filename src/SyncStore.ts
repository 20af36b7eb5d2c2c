/**
 * Where a sync has got to, and where that is kept between runs.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { fromEither } from "./internal/effects.js"
import * as KeyValue from "./internal/keyValue.js"
import * as Known from "./internal/options.js"

// -----------------------------------------------------------------------------
// the state
// -----------------------------------------------------------------------------

/**
 * The format of a {@link State}. One of another format is refused.
 *
 * @since 0.1.0
 * @category constants
 */
export const version = 1

/**
 * How far one list has been read.
 *
 * @since 0.1.0
 * @category models
 */
export interface Position {
  /** The `update_time` up to which all has been handled, to the second; null before the first page. */
  readonly since: string | null
  /** The latest `update_time` that was seen: seconds before it are over, nothing is added to them. */
  readonly newest: string | null
}

/**
 * An entity as it was last given: id, list, `update_time` (null where lists are compared as a whole), and a digest of its content.
 *
 * @since 0.1.0
 * @category models
 */
export type Mark = readonly [id: number | string, list: string, time: string | null, digest: string]

/**
 * Where a sync has got to: plain JSON, to keep anywhere. `Schema.decodeUnknown(SyncStore.State)` reads it back.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  /** The format: 1. */
  readonly version: typeof version
  /** The company's id. */
  readonly account: string
  /** The endpoint that is read: `v2.Deals.list`. */
  readonly entity: string
  /** The filters it is read with, as JSON. */
  readonly filters: string
  /** Whether all that was there has been read once. */
  readonly complete: boolean
  /** How far each list of the entity has been read, by its endpoint's name. */
  readonly lists: { readonly [list: string]: Position }
  /** What was given of the last second, so that it is not given again; of lists that are compared, all. */
  readonly seen: ReadonlyArray<Mark>
  /** How far Pipedrive's record of recent changes has been read for deletions, and which were given of its last second. */
  readonly deletions: { readonly since: string | null; readonly ids: ReadonlyArray<number | string> }
}

const Id = /*#__PURE__*/ Schema.suspend(() => Schema.Union(Schema.Number, Schema.String))

/**
 * Checks a {@link State}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const State: Schema.Schema<State> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<State> =>
    Schema.Struct({
      version: Schema.Literal(version),
      account: Schema.String,
      entity: Schema.String,
      filters: Schema.String,
      complete: Schema.Boolean,
      lists: Schema.Record({
        key: Schema.String,
        value: Schema.Struct({ since: Schema.NullOr(Schema.String), newest: Schema.NullOr(Schema.String) })
      }),
      seen: Schema.Array(Schema.Tuple(Id, Schema.String, Schema.NullOr(Schema.String), Schema.String)),
      deletions: Schema.Struct({ since: Schema.NullOr(Schema.String), ids: Schema.Array(Id) })
    })
)

// -----------------------------------------------------------------------------
// errors
// -----------------------------------------------------------------------------

/**
 * A state that does not belong to what is to be read. Nothing was read, and nothing overwritten: keep the state under another
 * key, or begin anew without it.
 *
 * - `account`: it is of another company.
 * - `entity`: it is of another endpoint.
 * - `filters`: it was made with other filters.
 * - `version`: it has another format.
 * - `unreadable`: it is no state.
 *
 * @since 0.1.0
 * @category errors
 */
export class StateMismatch extends /*#__PURE__*/ Data.TaggedError("StateMismatch")<{
  readonly reason: "account" | "entity" | "filters" | "version" | "unreadable"
  /** What was to be read. */
  readonly expected: string
  /** What the state says. */
  readonly actual: string
}> {
  override get message(): string {
    const { actual, expected, reason } = this
    switch (reason) {
      case "unreadable":
        return `this is no state of a sync: ${actual}`
      case "version":
        return `the state has format ${actual}, and this is format ${expected}: begin anew without it`
      default:
        return `the state is of ${nouns[reason]} ${actual}, not ${expected}: keep it under another key, or begin anew without it`
    }
  }
}

const nouns = { account: "company", entity: "endpoint", filters: "filters" } as const

/**
 * The place where states are kept could not be read or written.
 *
 * @since 0.1.0
 * @category errors
 */
export class SyncStoreError extends /*#__PURE__*/ Data.TaggedError("SyncStoreError")<{
  readonly operation: "load" | "save" | "clear"
  readonly key: string
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause, key, operation } = this
    return `could not ${operation} the state ${JSON.stringify(key)}: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

/**
 * Reads a value that was kept somewhere.
 *
 * @since 0.1.0
 * @category schemas
 */
export const decode = (value: unknown): Either.Either<State, StateMismatch> => {
  const told = typeof value === "object" && value !== null && "version" in value ? value.version : undefined
  if (typeof told === "number" && told !== version) {
    return Either.left(new StateMismatch({ reason: "version", expected: String(version), actual: String(told) }))
  }
  return Either.mapLeft(
    Schema.decodeUnknownEither(State)(value),
    ({ message }) => new StateMismatch({ reason: "unreadable", expected: "a state", actual: message })
  )
}

// -----------------------------------------------------------------------------
// the store
// -----------------------------------------------------------------------------

/**
 * What a {@link SyncStore} does. A key is any name for one state: the entity, with the account before it if there are several.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly load: (key: string) => Effect.Effect<Option.Option<State>, SyncStoreError | StateMismatch>
  readonly save: (key: string, state: State) => Effect.Effect<void, SyncStoreError>
  /** Forgets a state: the next run begins anew. */
  readonly clear: (key: string) => Effect.Effect<void, SyncStoreError>
}

/**
 * Where states are kept.
 *
 * @since 0.1.0
 * @category tags
 */
export class SyncStore extends /*#__PURE__*/ (() =>
  Context.Tag("effect-pipedrive/SyncStore")<SyncStore, Service>())() {}

/**
 * Text storage for {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Backing<E = unknown, R = never> {
  readonly load: (key: string) => Effect.Effect<Option.Option<string>, E, R>
  readonly save: (key: string, text: string) => Effect.Effect<void, E, R>
  readonly clear: (key: string) => Effect.Effect<void, E, R>
}

/**
 * Makes a store of a place that keeps texts.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (backing: Backing): Service => {
  const failed = (operation: SyncStoreError["operation"], key: string) => (cause: unknown) =>
    new SyncStoreError({ operation, key, cause })
  return {
    load: (key) =>
      Effect.flatMap(
        Effect.mapError(backing.load(key), failed("load", key)),
        Option.match({
          onNone: () => Effect.succeedNone,
          onSome: (text) => Effect.map(fromEither(parse(text)), Option.some)
        })
      ),
    save: (key, state) => Effect.mapError(backing.save(key, JSON.stringify(state)), failed("save", key)),
    clear: (key) => Effect.mapError(backing.clear(key), failed("clear", key))
  }
}

const parse = (text: string): Either.Either<State, StateMismatch> =>
  Either.flatMap(
    Either.try({
      try: (): unknown => JSON.parse(text),
      catch: () => new StateMismatch({ reason: "unreadable", expected: "a state", actual: "it is not JSON" })
    }),
    decode
  )

/**
 * Keeps states in memory, until the process ends.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<SyncStore> = /*#__PURE__*/ Layer.sync(SyncStore, () => {
  const texts = new Map<string, string>()
  return make({
    load: (key) => Effect.sync(() => Option.fromNullable(texts.get(key))),
    save: (key, text) => Effect.sync(() => void texts.set(key, text)),
    clear: (key) => Effect.sync(() => void texts.delete(key))
  })
})

/**
 * Options of {@link layerKeyValueStore}.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyValueOptions {
  /** What each key begins with. @default "pipedrive-sync-" */
  readonly prefix?: string | undefined
}

const keyValueNames: Known.Names<KeyValueOptions> = { prefix: true }

/**
 * Keeps states in a `KeyValueStore`: files, a browser's storage, or your own.
 *
 * @example
 * ```ts
 * import { NodeKeyValueStore } from "@effect/platform-node"
 * import { SyncStore } from "effect-pipedrive"
 * import { Layer } from "effect"
 *
 * const store = SyncStore.layerKeyValueStore().pipe(Layer.provide(NodeKeyValueStore.layerFileSystem(".sync")))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerKeyValueStore = (
  options: KeyValueOptions = {}
): Layer.Layer<SyncStore, ConfigError.ConfigError, KeyValueStore.KeyValueStore> =>
  Layer.effect(
    SyncStore,
    Effect.gen(function* () {
      yield* Known.refuseUnknown(options, keyValueNames)
      const store = yield* KeyValueStore.KeyValueStore
      const name = (key: string) => `${options.prefix ?? "pipedrive-sync-"}${key}`
      return make({
        load: (key) => KeyValue.get(store, name(key)),
        save: (key, text) => store.set(name(key), text),
        clear: (key) => KeyValue.remove(store, name(key))
      })
    })
  )
