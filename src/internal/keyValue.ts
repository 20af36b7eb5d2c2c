/**
 * A `KeyValueStore`, which reads and fails otherwise in another major version of Effect. The Effect 4 edition has another module
 * of this name.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

/** @internal */
export type Failure = PlatformError

/** @internal */
export const get = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<Option.Option<string>, Failure> =>
  store.get(key)

/** Takes a key away. A file system fails to remove what is not there. @internal */
export const remove = (store: KeyValueStore.KeyValueStore, key: string): Effect.Effect<void, Failure> =>
  Effect.asVoid(Effect.whenEffect(store.remove(key), store.has(key)))
