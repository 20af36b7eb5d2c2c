/**
 * A `KeyValueStore`, which reads and fails otherwise in another major version of Effect.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as KeyValueStore from "effect/persistence/KeyValueStore"

/** @internal */
export type Failure = KeyValueStore.KeyValueStoreError

/** @internal */
export const get = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<Option.Option<string>, Failure> =>
  Effect.map(store.get(key), Option.fromUndefinedOr)

/** Takes a key away. A file system fails to remove what is not there. @internal */
export const remove = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<void, Failure> =>
  Effect.asVoid(Effect.when(store.remove(key), store.has(key)))
