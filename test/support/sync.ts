/** A sandbox whose sync can be disturbed: something happens before a certain request, or the request goes wrong. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Auth, type Sync, type SyncStore } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Sandbox from "effect-pipedrive/sandbox"
import type { List, Row } from "../../src/internal/sync/lists.js"

export type Id = number | string

export interface Stage {
  readonly sandbox: Sandbox.Service
  /** The requests of what is disturbed come through here. */
  readonly live: Layer.Layer<Requirements>
  /** Straight to the sandbox. */
  readonly direct: Layer.Layer<Requirements>
  /** Path and query of the requests through `live`. */
  readonly asked: Array<string>
}

/** `before` is run, straight to the sandbox, before each request; the first one is 1. What it gives happens to the request. */
export const stage = (
  seed: Sandbox.Seed | "demo" | "empty",
  before: (
    nth: number,
    sandbox: Sandbox.Service
  ) => Effect.Effect<Sandbox.FaultOutcome | undefined, unknown, Requirements> = () => Effect.succeed(undefined)
): Effect.Effect<Stage, Sandbox.SandboxError> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make({ seed })
    // only the server's clock moves; a time that tells milliseconds from seconds
    yield* sandbox.advance(Date.UTC(2026, 0, 5, 10, 0, 0, 250))
    const auth = Layer.orDie(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl }))
    const direct = Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, sandbox.client))
    const asked: Array<string> = []
    const client = HttpClient.make((request, url) =>
      Effect.gen(function* () {
        asked.push(decodeURIComponent(url.pathname + url.search))
        const outcome = yield* Effect.orDie(Effect.provide(before(asked.length, sandbox), direct))
        if (outcome !== undefined) yield* Effect.orDie(sandbox.setFaults([{ times: 1, outcome }]))
        return yield* sandbox.client.execute(request)
      })
    )
    return { sandbox, asked, direct, live: Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, client)) }
  })

export interface Copy<Item> {
  readonly items: Map<Id, Item>
  state: SyncStore.State | undefined
  /** The tags and ids that came, batch by batch. */
  readonly told: Array<ReadonlyArray<string>>
}

export const copy = <Item>(): Copy<Item> => ({ items: new Map(), state: undefined, told: [] })

/** Brings a copy up to date: each state goes through JSON, as it would through a file. */
export const apply = <Item, E, R>(into: Copy<Item>, changes: Stream.Stream<Sync.Batch<Item>, E, R>) =>
  Stream.runForEach(changes, (batch) =>
    Effect.sync(() => {
      for (const change of batch.changes) {
        if (change._tag === "Deleted") into.items.delete(change.id as Id)
        else into.items.set(change.id as Id, change.item)
      }
      into.told.push(batch.changes.map(({ _tag, id }) => `${_tag} ${String(id)}`))
      into.state = JSON.parse(JSON.stringify(batch.state))
    })
  )

/** What is there, by ids. */
export const source = <Item extends { readonly id: Id }, E, R>(...lists: ReadonlyArray<Stream.Stream<Item, E, R>>) =>
  Effect.map(Effect.forEach(lists, Stream.runCollect), (found) =>
    sorted(found.flatMap((items) => Array.from(items, (item) => [item.id, item] as const)))
  )

export const sorted = <Item>(entries: Iterable<readonly [Id, Item]>): ReadonlyArray<readonly [Id, Item]> =>
  Array.from(entries).sort(([a], [b]) => (a < b ? -1 : 1))

// -----------------------------------------------------------------------------
// lists without a server
// -----------------------------------------------------------------------------

/** The nth second of a day. */
export const at = (second: number) => `2026-01-05T10:00:${String(second).padStart(2, "0")}Z`
export const row = (id: number, second: number, rest: object = {}) => ({
  id,
  update_time: at(second),
  add_time: at(0),
  ...rest
})

export interface Served {
  readonly name?: string
  readonly reading?: List["reading"]
  readonly style?: "cursor" | "offset" | "none"
  readonly size?: number
  readonly query?: ReadonlyArray<string>
}

/** A list that is served from these rows, as Pipedrive does, and what it was asked. */
export const serve = (rows: Array<Row>, given: Served = {}) => {
  const { name = "Things.list", query = [], reading = "cursor", size = 2, style = "cursor" } = given
  const asked: Array<Row> = []
  const time = (one: Row) => String(one.update_time)
  const pagination = style === "none" ? undefined : { style, maximum: 100, items: "data" }
  const list = {
    name: `v2.${name}`,
    endpoint: { version: "v2", name, method: "GET", path: "/things", query, pagination },
    reading,
    run: (input: Row) =>
      Effect.sync(() => {
        asked.push(input)
        const isDown = input.sort_direction === "desc" || /DESC/.test(String(input.sort))
        const ids: unknown = input.ids
        const all = rows
          .filter((one) => typeof input.updated_since !== "string" || time(one) >= input.updated_since)
          .filter((one) => !Array.isArray(ids) || ids.includes(one.id))
          .sort((a, b) =>
            reading === "whole" ? 0 : (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0) * (isDown ? -1 : 1)
          )
        const from = Number(input.cursor ?? input.start ?? 0)
        const to = style === "none" ? all.length : from + Math.min(size, Number(input.limit ?? size))
        const more = to < all.length
        return {
          success: true,
          data: all.slice(from, to),
          additional_data:
            style === "cursor"
              ? { next_cursor: more ? String(to) : null }
              : { pagination: { more_items_in_collection: more, next_start: to } }
        }
      })
  } as unknown as List
  return { asked, list }
}
