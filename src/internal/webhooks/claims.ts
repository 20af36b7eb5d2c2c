import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import { isRecord, parse } from "../http/failure.js"
import * as KeyValue from "../keyValue.js"

/** How a claim ended. */
export type Outcome = "claimed" | "done" | "elsewhere"

/** @internal */
export interface Claims {
  /** Claims an event for this process. Not while another holds it, nor once it is done. */
  readonly claim: (key: string) => Effect.Effect<Outcome, KeyValue.Failure>
  readonly confirm: (key: string) => Effect.Effect<void, KeyValue.Failure>
  /** Lets others, or a later delivery, claim it. */
  readonly release: (key: string) => Effect.Effect<void, KeyValue.Failure>
}

/** When it was claimed or done, and by whom it is held; nobody: it is done. */
type Entry = readonly [key: string, at: number, holder: string]

const slots = 4096

/** No slot has more entries: the oldest go. */
const mostEntries = 64

const done = ""

const isEntry = (value: unknown): value is Entry =>
  Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && typeof value[2] === "string"

const readSlot = (text: string): ReadonlyArray<Entry> => {
  const json = Either.getOrUndefined(parse(text))
  return isRecord(json) && Array.isArray(json.events) ? json.events.filter(isEntry) : []
}

/** `holder`: the name of this process. `lease`: after that long a claim of another, which may have died, is void. @internal */
export const make = (
  store: KeyValueStore.KeyValueStore,
  options: { readonly holder: string; readonly timeToLive: number; readonly lease: number }
): Claims => {
  const locks = new Map<string, Effect.Semaphore>()
  const lockOf = (slot: string): Effect.Semaphore => {
    const known = locks.get(slot)
    if (known !== undefined) return known
    const made = Effect.unsafeMakeSemaphore(1)
    locks.set(slot, made)
    return made
  }
  /** Changes the entry of a key; `undefined` takes it away. */
  const update = <A>(
    key: string,
    change: (entry: Entry | undefined, now: number) => readonly [A, Entry | undefined]
  ): Effect.Effect<A, KeyValue.Failure> =>
    Effect.suspend(() => {
      const slot = `webhook-events-${(Hash.string(key) >>> 0) % slots}`
      const write = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const entries = Option.match(yield* KeyValue.get(store, slot), { onNone: () => [], onSome: readSlot })
        const old = entries.find(([one]) => one === key)
        const [result, entry] = change(old, now)
        if (entry === old) return result
        const kept = entries.filter(([one, at]) => one !== key && now - at < options.timeToLive)
        const next = entry === undefined ? kept : [...kept, entry].slice(-mostEntries)
        yield* next.length === 0 ? store.remove(slot) : store.set(slot, JSON.stringify({ events: next }))
        return result
      })
      return lockOf(slot).withPermits(1)(write)
    })
  return {
    claim: (key) =>
      update<Outcome>(key, (old, now) => {
        const isFresh = old !== undefined && now - old[1] < options.timeToLive
        if (isFresh && old[2] === done) return ["done", old]
        if (isFresh && old[2] !== options.holder && now - old[1] < options.lease) return ["elsewhere", old]
        return ["claimed", [key, now, options.holder]]
      }),
    confirm: (key) => update(key, (_, now) => [undefined, [key, now, done]]),
    release: (key) => update(key, (old) => [undefined, old?.[2] === options.holder ? undefined : old])
  }
}
