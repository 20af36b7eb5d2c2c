/** A sync part by part: what it takes from the pages of a list, what it remembers, and its way through lists that a test plays. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SyncStore } from "effect-pipedrive"
import * as V1 from "effect-pipedrive/v1"
import { Deals, Persons, Stages } from "effect-pipedrive/v2"
import * as Lists from "../src/internal/sync/lists.js"
import * as Memory from "../src/internal/sync/memory.js"
import * as Fake from "./support/fake.js"
import { at, row, type Served, serve } from "./support/sync.js"

const of = { version: 1, account: "1", entity: "v2.Things.list", filters: "{}" } as const

const nowhere = <A, E, R>(effect: Effect.Effect<A, E, R>, ...answers: ReadonlyArray<Fake.Answer>) =>
  Effect.provide(effect, Fake.make(...answers).live)

describe("a list", () => {
  it("is read by time where it can be, and else whole; some have their deletions elsewhere", () => {
    const entity = Lists.entityOf(Deals)
    assert.deepStrictEqual(
      entity.lists.map(({ name, reading }) => [name, reading]),
      [
        ["v2.Deals.list", "cursor"],
        ["v2.Deals.listArchived", "cursor"]
      ]
    )
    assert.deepStrictEqual([entity.name, entity.recent], ["v2.Deals.list", undefined])
    const only = Lists.entityOf(Deals.listArchived)
    assert.deepStrictEqual([only.name, only.lists.length], ["v2.Deals.listArchived", 1])
    assert.deepInclude(Lists.entityOf(Persons), { name: "v2.Persons.list", recent: "person" })
    assert.deepInclude(Lists.entityOf(V1.Notes), { name: "v1.Notes.list", recent: "note" })
    assert.deepStrictEqual(
      [Lists.entityOf(V1.Notes).lists[0]?.reading, Lists.entityOf(Stages).lists[0]?.reading],
      ["offset", "whole"]
    )
    assert.strictEqual(Lists.recentList.name, "v1.Recents.list")
  })

  it("is sorted by its parameters", () => {
    const sorted = (reading: Lists.List["reading"]) => Lists.sortedBy(serve([], { reading }).list, "asc")
    assert.deepStrictEqual(sorted("cursor"), { sort_by: "update_time", sort_direction: "asc" })
    assert.deepStrictEqual(sorted("offset"), { sort: "update_time ASC" })
  })

  const page = (body: unknown, from?: Lists.From, style: Served["style"] = "cursor") => {
    const asked: Array<Lists.Row> = []
    const { list } = serve([], { style })
    const run = (input: Lists.Row) =>
      Effect.sync(() => {
        asked.push(input)
        return body
      })
    return nowhere(
      Effect.map(Effect.either(Lists.read({ ...list, run }, { a: 1 }, from)), (result) => ({ result, asked: asked[0] }))
    )
  }
  it.effect("has pages, of which each says where the next one is", () =>
    Effect.gen(function* () {
      const data = [{ id: 1 }, { id: "b" }]
      const nested = (pagination: unknown, more: object = {}) => ({ data, additional_data: { pagination, ...more } })
      const more = { more_items_in_collection: true }
      for (const [style, from, body, asked, next] of [
        ["cursor", undefined, { data, additional_data: { next_cursor: "n" } }, { limit: 100, a: 1 }, "n"],
        ["cursor", "m", { data, additional_data: { next_cursor: "" } }, { limit: 100, cursor: "m", a: 1 }, undefined],
        ["cursor", "m", { data, additional_data: { next_cursor: 1 } }, { limit: 100, cursor: "m", a: 1 }, undefined],
        ["cursor", undefined, nested({ next_cursor: "n" }, { next_cursor: "x" }), { limit: 100, a: 1 }, "n"],
        ["cursor", undefined, { data, additional_data: null }, { limit: 100, a: 1 }, undefined],
        ["offset", undefined, nested({ ...more, next_start: 7 }), { limit: 100, a: 1 }, 7],
        ["offset", 7, nested(more), { limit: 100, start: 7, a: 1 }, 9],
        ["offset", undefined, nested({ ...more, next_start: "7" }), { limit: 100, a: 1 }, 2],
        [
          "offset",
          7,
          nested({ more_items_in_collection: false, next_start: 9 }),
          { limit: 100, start: 7, a: 1 },
          undefined
        ],
        ["offset", 7, { data, additional_data: { ...more, next_start: 9 } }, { limit: 100, start: 7, a: 1 }, 9],
        ["none", undefined, { data }, { a: 1 }, undefined]
      ] as const) {
        const { asked: input, result } = yield* page(body, from, style)
        assert.deepStrictEqual<unknown>(input, asked)
        assert.isTrue(Either.isRight(result))
        if (result._tag === "Right") {
          assert.deepStrictEqual([result.right.items, result.right.next], [data, next])
        }
      }
      const empty = yield* page({ data: null })
      assert.deepInclude(empty.result._tag === "Right" ? empty.result.right : {}, { items: [], extra: {} })
      const { result } = yield* page({ data, additional_data: { last: 1 } })
      assert.deepStrictEqual(result._tag === "Right" && result.right.extra, { last: 1 })
    })
  )

  it.effect("is lost where an answer is none, or leads back", () =>
    Effect.gen(function* () {
      const more = (next_start: number) => ({ pagination: { more_items_in_collection: true, next_start } })
      const noList = { path: ["data"], message: "is no list of things with an `id`" }
      const back = { path: ["additional_data"], message: "leads back to a page that was read before" }
      for (const [style, from, body, issue] of [
        ["cursor", undefined, { data: 1 }, noList],
        ["cursor", undefined, { data: [{ id: 1 }, {}] }, noList],
        ["cursor", undefined, { data: [{ id: null }] }, noList],
        ["cursor", undefined, { data: [null] }, noList],
        ["cursor", "a", { data: [], additional_data: { next_cursor: "a" } }, back],
        ["offset", 7, { data: [], additional_data: more(7) }, back],
        ["offset", 7, { data: [], additional_data: more(6) }, back],
        ["offset", undefined, { data: [], additional_data: more(0) }, back]
      ] as const) {
        const { result } = yield* page(body, from, style)
        assert.deepInclude(result._tag === "Left" ? result.left : {}, {
          _tag: "InvalidResponse",
          endpoint: "v2.Things.list",
          method: "GET",
          path: "/api/v2/things",
          status: 200,
          attempts: 0,
          issues: [issue]
        })
      }
    })
  )

  it.effect("tells the time of its latest change", () =>
    Effect.gen(function* () {
      for (const [reading, sort] of [
        ["cursor", { sort_by: "update_time", sort_direction: "desc" }],
        ["offset", { sort: "update_time DESC" }]
      ] as const) {
        const { asked, list } = serve([row(1, 3), row(2, 9), row(3, 6)], { reading })
        assert.strictEqual(yield* nowhere(Lists.newestOf(list, { a: 1 })), at(9))
        assert.deepStrictEqual(asked, [{ a: 1, ...sort, limit: 1 }])
        assert.strictEqual(yield* nowhere(Lists.newestOf(serve([], { reading }).list, {})), null)
      }
    })
  )
})

it("times are to the second, and sort as texts", () => {
  assert.deepStrictEqual(
    ["2026-05-15T09:55:02Z", "2026-05-15 09:55:02", "2026-05-15T12:55:02.9+03:00", "2026-05-15", "soon", null, 5].map(
      Lists.secondOf
    ),
    [...Array<string>(3).fill("2026-05-15T09:55:02Z"), null, null, null, null]
  )
  assert.strictEqual(Lists.secondOf("x2026-05-15T09:55:02Z"), null)
  assert.strictEqual(Lists.before(at(5), 4001), at(0))
  assert.deepStrictEqual(
    [Lists.isLater(at(2), at(1)), Lists.isLater(at(1), at(1)), Lists.isLater(at(1), null), Lists.isLater(null, null)],
    [true, false, true, false]
  )
  assert.deepStrictEqual(
    [Lists.later(at(2), at(1)), Lists.later(at(1), at(2)), Lists.later(null, at(1)), Lists.later(null, null)],
    [at(2), at(2), at(1), null]
  )
})

describe("what is remembered", () => {
  const state: SyncStore.State = {
    ...of,
    complete: true,
    lists: { a: { since: at(3), newest: at(4) }, b: { since: at(5), newest: null }, c: { since: null, newest: null } },
    seen: [
      [1, "a", at(3), "x"],
      ["two", "b", null, "y"]
    ],
    deletions: { since: at(2), ids: [7, "eight"] }
  }
  const listOf = (name: string) => ({ ...serve([]).list, name })

  it("comes of a state, and becomes one again", () => {
    const memory = Memory.make(of, state)
    assert.deepStrictEqual(Memory.toState(memory), state)
    assert.deepStrictEqual([memory.start, [...memory.known], memory.since], [at(5), [1, "two"], at(2)])
    assert.deepStrictEqual(Memory.positionOf(memory, listOf("a")), { since: at(3), newest: at(4) })
    assert.deepStrictEqual(Memory.positionOf(memory, listOf("d")), { since: null, newest: null })
    const first = Memory.make(of, undefined)
    const none = { ...of, complete: false, lists: {}, seen: [], deletions: { since: null, ids: [] } }
    assert.deepStrictEqual(Memory.toState(first), none)
    assert.deepStrictEqual([first.start, first.known.size], [null, 0])
  })

  it("is forgotten where nothing of then is read again, and beyond two thousand of a list", () => {
    const memory = Memory.make(of, undefined)
    const ids = () => [...memory.seen.keys()]
    const set = (id: number, list: string, time: string | null) => memory.seen.set(id, [id, list, time, ""])
    for (const [id, second] of [
      [1, 1],
      [2, 2],
      [3, 3]
    ] as const) {
      set(id, "a", at(second))
    }
    set(4, "a", null)
    set(5, "b", at(1))
    Memory.prune(memory, listOf("a"), null)
    assert.deepStrictEqual(ids(), [1, 2, 3, 4, 5])
    Memory.prune(memory, listOf("a"), at(2))
    assert.deepStrictEqual(ids(), [2, 3, 5])
    for (let id = 10; id < 2008; id++) set(id, "a", at(9))
    Memory.prune(memory, listOf("a"), null)
    assert.strictEqual(memory.seen.size, 2001)
    set(9000, "a", at(9))
    Memory.prune(memory, listOf("a"), null)
    assert.deepStrictEqual([memory.seen.size, ids().slice(0, 3)], [2001, [3, 5, 10]])
  })

  it("of what was deleted are the ids of the last second, or those before as well, up to two thousand", () => {
    const memory = Memory.make(of, undefined)
    Memory.markGone(memory, [1, 2], false)
    Memory.markGone(memory, [2, 3], false)
    assert.deepStrictEqual([...memory.gone], [1, 2, 3])
    Memory.markGone(memory, [4], true)
    assert.deepStrictEqual([...memory.gone], [4])
    const many = Array.from({ length: 1999 }, (_, n) => n + 10)
    Memory.markGone(memory, many, false)
    assert.strictEqual(memory.gone.size, 2000)
    Memory.markGone(memory, [5000], false)
    assert.deepStrictEqual([memory.gone.size, memory.gone.has(4), memory.gone.has(10)], [2000, false, true])
  })

  it("of what a thing holds is a digest that stays, as states are kept", () => {
    const digests = [{}, { a: 1 }, { a: 2 }, { b: 1 }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: "1" }].map(Memory.digestOf)
    assert.strictEqual(new Set(digests).size, digests.length)
    assert.strictEqual(Memory.digestOf({ a: 1 }), digests[1])
    assert.deepStrictEqual(digests.slice(0, 3), ["nf0rvp.1434rlv", "12qlvkh.1yeszaq", "12qiq2i.1f4vbx7"])
  })
})
