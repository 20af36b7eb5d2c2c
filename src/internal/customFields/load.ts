/**
 * Field lists that are read once and kept for a while, apart for each credential.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Auth } from "../../Auth.js"
import type { Any, Requirements } from "../../Endpoint.js"
import {
  AmbiguousCustomField,
  InvalidRequest,
  type Issue,
  type PipedriveError,
  UnknownCustomField,
  UnknownCustomFieldOption
} from "../../PipedriveError.js"
import { isRecord } from "../http/failure.js"
import * as Known from "../options.js"
import * as Account from "./account.js"
import { isKey } from "./forms.js"

/** After a question that even a new list does not answer, the next such question does not read it again before this time. */
const vainFor = 10_000

/** So many credentials are kept apart at a time. */
const mostKept = 1000

type Read = Exit.Exit<Account.Snapshot, PipedriveError>

interface Entry {
  readonly lock: Effect.Semaphore
  /** What was read last, and when. */
  last: Read | undefined
  readAt: number
  /** How often it was read to the end. */
  turn: number
  /** When it was read in vain. */
  vainAt: number
}

const newEntry = (): Entry => ({
  lock: Effect.unsafeMakeSemaphore(1),
  last: undefined,
  readAt: 0,
  turn: 0,
  vainAt: Number.NEGATIVE_INFINITY
})

interface Source {
  readonly list: Any & { readonly stream: () => Stream.Stream<unknown, PipedriveError, Requirements> }
}

type Fields<A, E = never> = Effect.Effect<A, E | PipedriveError, Requirements>

/** @internal */
export interface Loaded {
  readonly snapshot: Fields<Account.Snapshot>
  readonly reload: Fields<Account.Snapshot>
  readonly byName: (name: string) => Fields<Account.Field, UnknownCustomField | AmbiguousCustomField>
  readonly byNameOrKey: (asked: string) => Fields<Account.Field, UnknownCustomField | AmbiguousCustomField>
  readonly byKey: (key: string) => Fields<Account.Field, UnknownCustomField>
  readonly option: (
    name: string,
    asked: string | number
  ) => Fields<Account.Option, UnknownCustomField | AmbiguousCustomField | UnknownCustomFieldOption>
}

const lifetime = (given: unknown): number | undefined =>
  Option.match(Duration.decodeUnknown(given), {
    onNone: () => undefined,
    onSome: (duration) => (Duration.toMillis(duration) > 0 ? Duration.toMillis(duration) : undefined)
  })

const faultsOf = (source: unknown, options: unknown, names: Readonly<Record<string, true>>): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = Known.unknown(options, names).map(({ message, option }) => ({ path: [option], message }))
  const list: unknown = isRecord(source) ? source.list : undefined
  const endpoint: unknown =
    typeof list === "function" && "stream" in list && "endpoint" in list ? list.endpoint : undefined
  const path = isRecord(endpoint) ? String(endpoint.path) : ""
  // any other list would be read to its end, and have no fields
  if (!path.endsWith("Fields")) {
    const what = path === "" ? "" : `, and \`${path}\` is no list of fields`
    issues.push({ path: [], message: `takes a module of field lists, such as \`DealFields\`${what}` })
  }
  return issues
}

/** @internal */
export const make = (
  source: Source,
  options: { readonly timeToLive?: unknown } | undefined,
  names: Readonly<Record<string, true>>
): Loaded => {
  const entries = new Map<string, Entry>()
  const timeToLive = lifetime(options?.timeToLive ?? "5 minutes")
  const faults = [
    ...faultsOf(source, options, names),
    ...(timeToLive === undefined ? [{ path: ["timeToLive"], message: "must be a duration longer than nothing" }] : [])
  ]
  const list = faults.length > 0 ? "" : `${source.list.endpoint.version}.${source.list.endpoint.name}`

  const isFresh = (entry: Entry, now: number): boolean =>
    entry.last !== undefined && Exit.isSuccess(entry.last) && now - entry.readAt < (timeToLive ?? 0)

  const entryOf = (key: string, now: number): Entry => {
    const known = entries.get(key)
    if (known !== undefined) return known
    for (const [other, entry] of entries) {
      // who does not ask any more is forgotten
      if (entries.size >= mostKept || (entry.last !== undefined && !isFresh(entry, now))) entries.delete(other)
    }
    const entry = newEntry()
    entries.set(key, entry)
    return entry
  }

  /** Whose fields they are: what is sent for an account tells it from all others. */
  const current = Effect.gen(function* () {
    if (faults.length > 0) {
      return yield* Effect.fail(
        new InvalidRequest({ endpoint: "CustomFields.load", method: "", path: "", issues: faults })
      )
    }
    const auth = yield* Auth
    const now = yield* Clock.currentTimeMillis
    const request = HttpClientRequest.get("/")
    const atOnce = auth.authorizeNow?.(request, now)
    const signed = atOnce ?? Option.getOrUndefined(yield* Effect.option(auth.authorize(request)))
    // the call itself says what is wrong with the credentials
    if (signed === undefined) return newEntry()
    // by their entries: headers as JSON hide tokens, and then all accounts would be one
    return entryOf(JSON.stringify([signed.url, Object.entries(signed.headers)]), now)
  })

  /** Who comes while it is being read has part in what comes of it, unless the reader is interrupted. */
  const read = (entry: Entry): Fields<Account.Snapshot> =>
    Effect.suspend(() => {
      const { turn } = entry
      return entry.lock.withPermits(1)(
        Effect.suspend(() => {
          if (entry.turn !== turn && entry.last !== undefined) return entry.last
          return Effect.flatMap(
            Effect.either(Stream.runCollect(source.list.stream())),
            (result): Effect.Effect<Account.Snapshot, PipedriveError> =>
              Effect.flatMap(Clock.currentTimeMillis, (now) => {
                entry.last =
                  result._tag === "Right"
                    ? Exit.succeed(Account.snapshot(Array.from(result.right)))
                    : Exit.fail(result.left)
                entry.readAt = now
                entry.turn++
                return entry.last
              })
          )
        })
      )
    })

  const fresh = (entry: Entry): Fields<{ readonly snapshot: Account.Snapshot; readonly isNew: boolean }> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const kept = isFresh(entry, now) ? entry.last : undefined
      return Effect.map(kept ?? read(entry), (snapshot) => ({ snapshot, isNew: kept === undefined }))
    })

  /** Asks what is kept; what is not found there may have been added since. */
  const ask = <A, E>(question: (snapshot: Account.Snapshot) => Effect.Effect<A, E>): Fields<A, E> =>
    Effect.gen(function* () {
      const entry = yield* current
      const { isNew, snapshot } = yield* fresh(entry)
      const now = yield* Clock.currentTimeMillis
      if (isNew || now - entry.vainAt < vainFor) return yield* question(snapshot)
      return yield* Effect.catchAll(question(snapshot), () =>
        Effect.tapError(Effect.flatMap(read(entry), question), () =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            entry.vainAt = now
          })
        )
      )
    })

  const byKey = (snapshot: Account.Snapshot, key: string) => {
    const field = snapshot.byKey.get(key)
    return field === undefined
      ? Effect.fail(new UnknownCustomField({ list, ...Account.missing(snapshot, key) }))
      : Effect.succeed(field)
  }

  const byName = (
    snapshot: Account.Snapshot,
    asked: string
  ): Effect.Effect<Account.Field, UnknownCustomField | AmbiguousCustomField> => {
    const [field, ...others] = Account.byName(snapshot, asked)
    if (field === undefined) {
      return Effect.fail(new UnknownCustomField({ list, ...Account.missing(snapshot, asked) }))
    }
    const keys = [field, ...others].map(({ key }) => key)
    return others.length === 0 ? Effect.succeed(field) : Effect.fail(new AmbiguousCustomField({ list, asked, keys }))
  }

  const byNameOrKey = (snapshot: Account.Snapshot, asked: string) =>
    isKey(asked) ? byKey(snapshot, asked) : byName(snapshot, asked)

  return {
    snapshot: Effect.map(Effect.flatMap(current, fresh), ({ snapshot }) => snapshot),
    reload: Effect.flatMap(current, read),
    byName: (name) => ask((snapshot) => byName(snapshot, String(name))),
    byNameOrKey: (asked) => ask((snapshot) => byNameOrKey(snapshot, String(asked))),
    byKey: (key) => ask((snapshot) => byKey(snapshot, String(key))),
    option: (name, asked) =>
      ask((snapshot) =>
        Effect.flatMap(byNameOrKey(snapshot, String(name)), (field) => {
          const option = Account.option(field, asked)
          return option === undefined
            ? Effect.fail(new UnknownCustomFieldOption({ list, ...Account.missingOption(field, asked) }))
            : Effect.succeed(option)
        })
      )
  }
}
