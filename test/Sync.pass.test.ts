/** One pass of a sync by itself, through lists that a test plays: what it asks, what it gives, and where it goes on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SyncStore } from "effect-pipedrive"
import type * as Lists from "../src/internal/sync/lists.js"
import * as Pass from "../src/internal/sync/pass.js"
import * as Fake from "./support/fake.js"
import { at, row, type Served, serve } from "./support/sync.js"

const of = { version: 1, account: "1", entity: "v2.Things.list", filters: "{}" } as const
const settings: Pass.Settings = { filters: {}, limit: undefined, overlap: 0, deletions: true }

/** A pass to its end: what it gave, and the state after it, as a file would keep it. */
const pass = (
  lists: ReadonlyArray<Lists.List>,
  state?: SyncStore.State,
  given: Partial<Pass.Settings> = {},
  recent?: string
) =>
  Effect.map(
    Stream.runCollect(Pass.run({ name: "v2.Things.list", lists, recent }, { ...settings, ...given }, of, state)),
    (chunk) => {
      const batches = [...chunk]
      assert.deepStrictEqual(
        batches.map(({ isLast }) => isLast),
        batches.map((_, nth) => nth === batches.length - 1)
      )
      const last: SyncStore.State = JSON.parse(JSON.stringify(batches.at(-1)?.state))
      assert.isTrue(last.complete)
      return {
        told: batches.map(({ changes }) => changes.map(({ _tag, id }) => `${_tag} ${id}`)),
        batches,
        state: last
      }
    }
  )

const nowhere = <A, E, R>(effect: Effect.Effect<A, E, R>, ...answers: ReadonlyArray<Fake.Answer>) =>
  Effect.provide(effect, Fake.make(...answers).live)

/** What was asked beside the sorting. */
const brief = (asked: Array<Lists.Row>) =>
  asked
    .splice(0)
    .map(({ cursor = "", limit = 0, sort = "", sort_by: _, sort_direction = "", start = "", updated_since = "" }) =>
      [
        String(updated_since).slice(17, 19),
        `${cursor}${start}`,
        /desc/i.test(`${sort}${sort_direction}`) ? "newest" : "",
        limit === 100 ? "" : `limit ${limit}`
      ].join("|")
    )

/** The ids of marks. */
const marked = ({ seen }: SyncStore.State) => seen.map(([id]) => id)

describe("a pass over a list that is sorted by the time of the last change", () => {
  const kinds = ["cursor", "offset"] as const
  const ids = (state: SyncStore.State): ReadonlyArray<unknown> => [
    marked(state),
    state.lists["v2.Things.list"],
    state.deletions
  ]
  const until = (second: number, deletions: number, ...seen: ReadonlyArray<number>) => [
    seen,
    { since: at(second), newest: at(second) },
    { since: at(deletions), ids: [] }
  ]

  it.effect("gives what is there, and then what changed since the second that was read last", () =>
    Effect.gen(function* () {
      for (const style of kinds) {
        const rows = [row(1, 1)]
        const { asked, list } = serve(rows, { reading: style, style })
        let one = yield* pass([list])
        assert.deepStrictEqual([brief(asked), one.told, ids(one.state)], [["|||"], [["Created 1"]], until(1, 1, 1)])
        one = yield* pass([list], one.state)
        assert.deepStrictEqual([brief(asked), one.told, ids(one.state)], [["01|||"], [[]], until(1, 1, 1)])
        // one that is as old as what was given may be new, and be added in the second that was read last
        rows.push(row(2, 1, { add_time: at(1) }), row(3, 2, { add_time: at(2) }), row(4, 3), row(5, 4))
        one = yield* pass([list], one.state)
        assert.deepStrictEqual(
          [brief(asked), one.told, ids(one.state)],
          [
            ["01|||", "01|2||", "01|||", "01|2||", "03|||"],
            [["Created 2"], ["Created 3", "Updated 4"], [], [], ["Updated 5"]],
            until(4, 1, 5)
          ]
        )
        rows.splice(0, 3, row(1, 6), row(2, 7, { is_deleted: true }), row(3, 8, { status: "deleted" }))
        one = yield* pass([list], one.state)
        assert.deepStrictEqual(
          [brief(asked), one.told, ids(one.state)],
          [["04|||", "06|||", "07|||"], [["Updated 1"], ["Deleted 2"], ["Deleted 3"]], until(8, 1, 3)]
        )
        assert.deepStrictEqual(
          one.batches.map(({ changes: [change] }) => change?.item),
          rows.slice(0, 3)
        )
        one = yield* pass([list], one.state, { overlap: 2000, limit: 3 })
        assert.deepStrictEqual(
          [brief(asked), one.told, ids(one.state)],
          [
            ["06|||limit 3", style === "cursor" ? "06|2||limit 3" : "07|||limit 3"],
            [["Updated 1", "Deleted 2"], []],
            until(8, 1, 3, 1, 2)
          ]
        )
      }
    }).pipe(nowhere)
  )

  it.effect("asks for the newest first where there is more than a page, and goes on by cursor before that", () =>
    Effect.gen(function* () {
      for (const [style, seconds, asked, told] of [
        ["cursor", [1, 2, 3, 4, 5], ["|||", "||newest|limit 1", "|||", "|2||", "|4||"], "12 34 5"],
        ["offset", [1, 2, 3, 4, 5], ["|||", "||newest|limit 1", "|||", "02|||", "03|||", "04|||"], "12 3 4 5"],
        ["cursor", [1, 1, 1, 2, 2, 2, 3], ["|||", "||newest|limit 1", "|||", "|2||", "|4||", "|6||"], "12 34 56 7"],
        [
          "offset",
          [1, 1, 1, 2, 2, 2, 3],
          ["|||", "||newest|limit 1", "|||", "01|||", "01|2||", "02|||", "02|2||"],
          "12  34 5 67"
        ],
        ["cursor", [1, 1, 1, 1, 1], ["|||", "||newest|limit 1", "|||", "01|||", "01|2||", "01|4||"], "12  34 5"],
        ["offset", [1, 1, 1, 1, 1], ["|||", "||newest|limit 1", "|||", "01|||", "01|2||", "01|4||"], "12  34 5"]
      ] as const) {
        const { asked: seen, list } = serve(
          seconds.map((second, n) => row(n + 1, second)),
          { reading: style, style }
        )
        const first = yield* pass([list])
        assert.deepStrictEqual<unknown>(brief(seen), asked)
        const tags = told.split(" ").map((batch) => [...batch].map((id) => `Created ${id}`))
        assert.deepStrictEqual(first.told, tags)
        const last = seconds.at(-1) ?? 0
        assert.deepStrictEqual(ids(first.state).slice(1), until(last, last).slice(1))
        const again = yield* pass([list], first.state)
        assert.deepStrictEqual(again.told.flat(), [])
      }
    }).pipe(nowhere)
  )

  it.effect("reads a second again to which something came while it was read by pages", () =>
    Effect.gen(function* () {
      for (const style of kinds) {
        const rows = [row(1, 1), row(2, 1), row(3, 1)]
        const { asked, list } = serve(rows, { reading: style, style })
        const run: typeof list.run = (input) => {
          if (asked.length === 4) rows.splice(0, 0, row(4, 1), row(5, 2))
          return list.run(input)
        }
        const { state, told } = yield* pass([{ ...list, run }])
        assert.deepStrictEqual(
          told.flat().sort(),
          [1, 2, 3, 4, 5].map((id) => `Created ${id}`)
        )
        assert.deepStrictEqual(state.lists["v2.Things.list"], { since: at(2), newest: at(2) })
        assert.isAbove(brief(asked).filter((one) => one === "01|||").length, 1)
      }
    }).pipe(nowhere)
  )

  it.effect("can be stopped after each batch, and goes on after it", () =>
    Effect.gen(function* () {
      for (const style of kinds) {
        const rows = [1, 1, 1, 2, 3, 3, 3, 4].map((second, n) => row(n + 1, second))
        const { batches } = yield* pass([serve(rows, { reading: style, style }).list])
        for (const [nth, { state }] of batches.entries()) {
          assert.strictEqual(state.complete, nth === batches.length - 1)
          const rest = yield* pass([serve(rows, { reading: style, style }).list], JSON.parse(JSON.stringify(state)))
          const all = [...batches.slice(0, nth + 1).flatMap(({ changes }) => changes.map(({ id }) => id))]
          const found = new Set([...all, ...rest.batches.flatMap(({ changes }) => changes.map(({ id }) => id))])
          assert.deepStrictEqual([...found].sort(), [1, 2, 3, 4, 5, 6, 7, 8])
          if (!state.complete) assert.isTrue(rest.told.flat().every((one) => one.startsWith("Created")))
        }
      }
    }).pipe(nowhere)
  )

  it.effect("asks for what is deleted where that is listed, with its filters", () =>
    Effect.gen(function* () {
      const { asked, list } = serve([row(1, 1)], { query: ["status"] })
      yield* pass([list], undefined, { filters: { owner_id: 7 } })
      yield* pass([list], undefined, { filters: { owner_id: 7 }, deletions: false })
      const sorted = { limit: 100, owner_id: 7, sort_by: "update_time", sort_direction: "asc" }
      assert.deepStrictEqual(asked, [{ ...sorted, status: ["open", "won", "lost", "deleted"] }, sorted])
      const other = serve([row(1, 1)], { query: ["status"], reading: "offset", style: "offset" })
      yield* pass([other.list])
      assert.deepStrictEqual(other.asked, [{ limit: 100, sort: "update_time ASC" }])
    }).pipe(nowhere)
  )

  it.effect("does not tell of what was deleted before it began, or was never there", () =>
    Effect.gen(function* () {
      const rows = [row(1, 1, { is_deleted: true }), row(2, 2), row(3, 3, { is_deleted: true })]
      const { list } = serve(rows, { size: 9 })
      const first = yield* pass([list])
      assert.deepStrictEqual(first.told, [["Created 2", "Deleted 3"]])
      rows.push(row(4, 4, { is_deleted: true }))
      assert.deepStrictEqual((yield* pass([list], first.state)).told, [["Deleted 4"]])
    }).pipe(nowhere)
  )

  it.effect("gives what changed again within the second that was read last", () =>
    Effect.gen(function* () {
      for (const style of kinds) {
        const rows = [row(1, 1), row(2, 1)]
        const { list } = serve(rows, { reading: style, style, size: 9 })
        const { state } = yield* pass([list])
        rows[0] = row(1, 1, { title: "x" })
        assert.deepStrictEqual((yield* pass([list], state)).told, [["Updated 1"]])
        // and before the first pass is over
        const more = [row(1, 1), row(2, 1), row(3, 1)]
        const { asked, list: longer } = serve(more, { reading: style, style })
        const run: typeof longer.run = (input) => {
          if (asked.length === 3) more[0] = row(1, 1, { title: "x" })
          return longer.run(input)
        }
        const { told } = yield* pass([{ ...longer, run }])
        assert.deepStrictEqual(told, [["Created 1", "Created 2"], ["Updated 1"], ["Created 3"]])
      }
    }).pipe(nowhere)
  )

  it.effect("goes from one list to the next", () =>
    Effect.gen(function* () {
      const one = serve([row(1, 1)], { name: "Things.list" })
      const other = serve([row(2, 2)], { name: "Things.listArchived" })
      const { state, told } = yield* pass([one.list, other.list])
      assert.deepStrictEqual(told, [["Created 1"], ["Created 2"]])
      assert.deepStrictEqual(Object.keys(state.lists), ["v2.Things.list", "v2.Things.listArchived"])
      assert.deepStrictEqual((yield* pass([])).told, [[]])
    }).pipe(nowhere)
  )
})

describe("a pass over lists that do not tell what changed", () => {
  const whole = (rows: Array<Lists.Row>, given: Served = {}) => serve(rows, { reading: "whole", ...given })

  it.effect("compares all of them with what was given", () =>
    Effect.gen(function* () {
      const rows = [row(1, 1), row(2, 1)]
      const { asked, list } = whole(rows, { style: "none" })
      const first = yield* pass([list])
      assert.deepStrictEqual(first.told, [["Created 1", "Created 2"]])
      rows.splice(0, 2, row(1, 2), row(3, 1))
      const second = yield* pass([list], first.state)
      assert.deepStrictEqual(second.told, [["Updated 1", "Created 3"], ["Deleted 2"]])
      assert.deepStrictEqual(marked(second.state), [1, 3])
      const kept = yield* pass([list], first.state, { deletions: false })
      assert.deepStrictEqual([kept.told, marked(kept.state)], [[["Updated 1", "Created 3"]], [1, 2, 3]])
      assert.deepStrictEqual(asked, [{}, {}, {}])
    }).pipe(nowhere)
  )

  it.effect("reads counted pages again before it believes that something is gone", () =>
    Effect.gen(function* () {
      for (const [given, asks] of [
        [{ style: "offset" }, ["|||", "|2||", "|||", "|2||"]],
        [{ style: "offset", size: 9 }, ["|||"]],
        [{ style: "cursor" }, ["|||", "|2||"]]
      ] as const) {
        const rows = [row(1, 1), row(2, 1), row(3, 1), row(4, 1)]
        const { asked, list } = whole(rows, given)
        const first = yield* pass([list])
        brief(asked)
        assert.deepStrictEqual((yield* pass([list], first.state)).told.flat(), [])
        assert.isAtMost(brief(asked).length, 2)
        rows.splice(1, 1)
        const { told } = yield* pass([list], first.state)
        assert.deepStrictEqual(told.flat(), ["Deleted 2"])
        assert.deepStrictEqual<unknown>(brief(asked), asks)
      }
      // what was not seen, and is there when it is looked for again
      const rows = [row(1, 1), row(2, 1), row(3, 1)]
      const { asked, list } = whole(rows, { style: "offset" })
      const { state } = yield* pass([list])
      asked.length = 0
      const run: typeof list.run = (input) => {
        if (asked.length === 1) rows.splice(1, 0, ...rows.splice(2, 1))
        return list.run(input)
      }
      assert.deepStrictEqual((yield* pass([{ ...list, run }], state)).told.flat(), [])
    }).pipe(nowhere)
  )

  it.effect("knows of nothing missing before all lists were read, or where one is not read whole", () =>
    Effect.gen(function* () {
      const [one, other] = [[row(1, 1), row(2, 1), row(3, 1), row(5, 1)], [row(4, 1)]]
      const { asked, list } = whole(one, { style: "offset" })
      const lists = [list, whole(other, { style: "offset", name: "Things.other" }).list]
      const first = yield* pass(lists)
      one.splice(0, 1)
      other.push(row(1, 1))
      asked.length = 0
      assert.deepStrictEqual((yield* pass(lists, first.state)).told.flat(), [])
      assert.lengthOf(asked, 2)
      other.splice(0, 1)
      assert.deepStrictEqual((yield* pass(lists, first.state)).told, [[], [], [], ["Deleted 4"]])
      const mixed = [serve([row(9, 1)], { name: "Things.timed" }).list, ...lists]
      assert.deepStrictEqual((yield* pass(mixed, first.state)).told.flat(), ["Created 9"])
    }).pipe(nowhere)
  )
})

describe("deletions that are told elsewhere", () => {
  const recent = (id: number, data: unknown, item = "person") => ({ id, item, data })
  const answer = (data: ReadonlyArray<object>, last?: string, next_start?: number) =>
    Fake.ok(data, {
      additional_data: {
        ...(last === undefined ? {} : { last_timestamp_on_page: last }),
        pagination: next_start === undefined ? {} : { more_items_in_collection: true, next_start }
      }
    })
  const told = (
    given: {
      readonly state?: SyncStore.State
      readonly query?: ReadonlyArray<string>
      readonly rows?: Array<Lists.Row>
    },
    ...answers: ReadonlyArray<Fake.Answer>
  ) =>
    Effect.gen(function* () {
      const fake = Fake.make(...answers)
      const { asked, list } = serve(given.rows ?? [row(1, 3)], { query: given.query ?? [] })
      const one = yield* Effect.provide(pass([list], given.state, {}, "person"), fake.live)
      const recents = fake.seen.map(({ url }) => {
        assert.strictEqual(url.pathname, "/api/v1/recents")
        const { items, limit, since_timestamp, start } = Object.fromEntries(url.searchParams)
        return [items, limit, since_timestamp, start].join("|")
      })
      return { ...one, recents, asked }
    })

  it.effect("are those of its kind, which are said to be gone", () =>
    Effect.gen(function* () {
      const data = [
        recent(9, null),
        recent(8, null, "deal"),
        recent(7, { active_flag: false }),
        recent(6, { deleted: true }),
        recent(5, { is_deleted: true }),
        recent(4, { status: "deleted" }),
        recent(3, { active_flag: true, deleted: false }),
        { id: 2, item: "person" }
      ]
      const first = yield* told({}, answer(data, "2026-01-05 10:00:05"))
      assert.deepStrictEqual(first.recents, ["person|500|2026-01-05 10:00:02|0"])
      const gone = [9, 7, 6, 5, 4, 2]
      assert.deepStrictEqual(first.told, [["Created 1"], gone.map((id) => `Deleted ${id}`)])
      assert.deepStrictEqual(first.state.deletions, { since: at(5), ids: gone })
      // what was told is not told again, until it is there again
      const rows = [row(1, 3), row(9, 6)]
      const second = yield* told(
        { rows, state: first.state },
        answer([...data, recent(11, null)], "2026-01-05 10:00:05")
      )
      assert.deepStrictEqual(second.told, [["Updated 9"], ["Deleted 9", "Deleted 11"]])
      assert.deepStrictEqual(second.recents, ["person|500|2026-01-05 10:00:04|0"])
    })
  )

  it.effect("are asked for by their ids first, where the list takes ids", () =>
    Effect.gen(function* () {
      const rows = [row(1, 3), row(9, 1)]
      const data = [recent(9, null), recent(7, null)]
      const { asked, state, told: tags } = yield* told({ query: ["ids"], rows }, answer(data, "2026-01-05 10:00:05"))
      assert.deepStrictEqual(asked.at(-1), { ids: [9, 7], limit: 100 })
      assert.deepStrictEqual(tags, [["Created 9", "Created 1"], ["Deleted 7"]])
      assert.deepStrictEqual(state.deletions.ids, [7])
      const none = yield* told({ query: ["ids"], rows }, answer([recent(1, {})], "2026-01-05 10:00:05"))
      assert.notProperty(none.asked.at(-1), "ids")
    })
  )

  it.effect("are read on by time, and by count where a second fills a page", () =>
    Effect.gen(function* () {
      const pages = [
        answer([recent(9, null)], "2026-01-05 10:00:05", 500),
        answer([recent(8, null)], "2026-01-05 10:00:05", 500),
        answer([recent(9, null), recent(7, null)], "2026-01-05 10:00:05")
      ]
      const { recents, state, told: tags } = yield* told({}, ...pages)
      assert.deepStrictEqual(recents, [
        "person|500|2026-01-05 10:00:02|0",
        "person|500|2026-01-05 10:00:04|0",
        "person|500|2026-01-05 10:00:04|500"
      ])
      assert.deepStrictEqual(tags, [["Created 1"], ["Deleted 9"], ["Deleted 8"], ["Deleted 7"]])
      assert.deepStrictEqual(state.deletions, { since: at(5), ids: [9, 8, 7] })
      const later = yield* told(
        {},
        answer([recent(9, null)], "2026-01-05 10:00:05", 500),
        answer([], "2026-01-05 10:00:06")
      )
      assert.deepStrictEqual(later.state.deletions, { since: at(6), ids: [] })
      // nothing lately: all until this pass began has been read
      const nothing = yield* told({}, answer([]))
      assert.deepStrictEqual(nothing.state.deletions, { since: at(3), ids: [] })
      const next = yield* told({ rows: [row(1, 8)], state: nothing.state }, answer([]))
      assert.deepStrictEqual(next.state.deletions, { since: at(3), ids: [] })
      const rows = [row(1, 8)]
      const last = yield* told({ rows, state: next.state }, answer([], "2026-01-05 10:00:05", 500), answer([]))
      assert.deepStrictEqual(
        last.batches.map(({ state }) => state.deletions.since),
        [at(3), at(5), at(8)]
      )
      // where there was nothing yet, nothing can have been deleted
      assert.deepStrictEqual((yield* told({ rows: [] })).recents, [])
    })
  )
})

describe("what is missing", () => {
  it.effect("is what no list has, asked for by its ids where one takes them", () =>
    Effect.gen(function* () {
      const missing = (known: ReadonlyArray<number>, ...lists: ReadonlyArray<Lists.List>) =>
        Pass.missingOf({ name: "x", lists, recent: undefined }, { owner_id: 7 }, new Set(known))
      const one = serve([row(1, 1), row(2, 1), row(3, 1)], {})
      const other = serve([row(4, 1)], { query: ["ids"] })
      assert.deepStrictEqual(yield* missing([1, 3, 4], one.list, other.list), [])
      assert.deepStrictEqual(one.asked, [
        { limit: 100, owner_id: 7 },
        { limit: 100, cursor: "2", owner_id: 7 }
      ])
      assert.deepStrictEqual(other.asked.splice(0), [{ limit: 100, owner_id: 7 }])
      assert.deepStrictEqual(yield* missing([1, 5, 4, 6], one.list, other.list), [5, 6])
      assert.deepStrictEqual(other.asked.at(-1), { ids: [5, 6], limit: 100 })
      const counted = serve([row(1, 1)], { style: "offset" })
      assert.deepStrictEqual(yield* missing([1, 2], counted.list), [2])
      assert.lengthOf(counted.asked.splice(0), 2)
      assert.deepStrictEqual(yield* missing([1, 2, 9], counted.list, one.list), [9])
      assert.lengthOf(counted.asked.splice(0), 2)
      assert.deepStrictEqual(yield* missing([1], counted.list), [])
      assert.lengthOf(counted.asked, 1)
    }).pipe(nowhere)
  )
})
