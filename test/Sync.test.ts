import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { HttpLayer, Sync, SyncStore } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import * as V1 from "effect-pipedrive/v1"
import { Activities, Deals, Persons, Stages } from "effect-pipedrive/v2"
import * as Fake from "./support/fake.js"
import { database, postgres, sqliteFile } from "./support/sql.js"
import { apply, copy, sorted, source, stage } from "./support/sync.js"

const deals = (count: number) => ({
  deals: Array.from({ length: count }, (_, at) => ({ title: `Deal ${at + 1}` }))
})

const allDeals = source(Deals.list.stream(), Deals.listArchived.stream())

const retitle = (...ids: ReadonlyArray<number>) =>
  Effect.forEach(ids, (id) =>
    Effect.flatMap(Deals.get({ id }), ({ data }) => Deals.update({ id, title: `${data.title}!` }))
  )

describe("Sync.changes", () => {
  it.effect("reads all, and then what changed, in the order of the changes", () =>
    Effect.gen(function* () {
      const { asked, direct, live, sandbox } = yield* stage(deals(3))
      const mine = copy<Deals.Deal>()
      yield* Effect.provide(apply(mine, Sync.changes(Deals, undefined, { account: 15000042 })), live)
      assert.deepStrictEqual(mine.told, [["Created 1", "Created 2", "Created 3"], []])
      assert.strictEqual(mine.state?.complete, true)
      yield* Effect.gen(function* () {
        yield* retitle(3)
        yield* sandbox.advance("1 second")
        yield* Deals.update({ id: 2, is_archived: true })
        yield* Deals.add({ title: "New" })
        yield* sandbox.advance("1 second")
        yield* Deals.delete({ id: 1 })
      }).pipe(Effect.provide(direct))
      asked.length = 0
      yield* Effect.provide(apply(mine, Sync.changes(Deals, mine.state, { account: 15000042 })), live)
      assert.deepStrictEqual(mine.told.slice(2), [["Updated 3", "Created 4", "Deleted 1"], ["Updated 2"]])
      assert.deepStrictEqual(
        asked[0]?.split(/[?&]/).sort(),
        [
          "/api/v2/deals",
          "limit=500",
          "sort_by=update_time",
          "sort_direction=asc",
          "status=open,won,lost,deleted",
          "updated_since=1970-01-01T00:00:00Z"
        ].sort()
      )
      assert.deepStrictEqual(sorted(mine.items), yield* Effect.provide(allDeals, direct))
      yield* Effect.provide(apply(mine, Sync.changes(Deals, mine.state)), live)
      assert.deepStrictEqual(mine.told.slice(4), [[], []])
    })
  )

  /** Deals of one second; before the nth request something happens. Whatever it is, the copy is the source after two passes. */
  const race = (
    name: string,
    count: number,
    limit: number,
    happens: Readonly<Record<number, ReadonlyArray<number | "1 second">>>
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const { direct, live, sandbox } = yield* stage(deals(count), (nth, sandbox) =>
          Effect.as(
            Effect.forEach(
              happens[nth] ?? [],
              (act): Effect.Effect<unknown, unknown, Requirements> =>
                act === "1 second" ? sandbox.advance(act) : retitle(act)
            ),
            undefined
          )
        )
        const mine = copy<Deals.Deal>()
        const pass = Effect.suspend(() => apply(mine, Sync.changes(Deals, mine.state, { limit, account: 15000042 })))
        // of the second in which the state is made there is only deal 1
        yield* sandbox.advance("1 hour")
        yield* Effect.provide(Effect.zipRight(retitle(1), pass), direct)
        yield* sandbox.advance("1 hour")
        yield* Effect.provide(pass, live)
        yield* Effect.provide(pass, direct)
        assert.deepStrictEqual(sorted(mine.items), yield* Effect.provide(allDeals, direct))
      })
    )

  // the page ends within a second that lasts, and deal 1 is put before its end
  race("misses nothing that changes again in the second of the last page's end", 6, 2, {
    1: [2, 3, 4, 5],
    2: [1, "1 second", 6]
  })

  // and 2 before the cursor within that second
  race("misses nothing in a second that fills several pages, while it lasts", 9, 2, {
    1: [3, 4, 5, 6, 7],
    3: [2],
    4: ["1 second", 8, 9]
  })

  race("tells what changed twice in one second, though its time is the same", 3, 500, { 1: [2], 3: [2] })

  it.effect("misses no change of the second in which the state was made", () =>
    Effect.gen(function* () {
      const { direct, live, sandbox } = yield* stage(deals(2))
      const mine = copy<Deals.Deal>()
      const pass = Effect.provide(
        Effect.suspend(() => apply(mine, Sync.changes(Deals, mine.state))),
        live
      )
      yield* pass
      yield* sandbox.advance("1 hour")
      // archived and back again: the same content as at first, and another in between
      const act = (archived: boolean) => Effect.provide(Deals.update({ id: 1, is_archived: archived }), direct)
      yield* act(false)
      yield* pass
      yield* act(true)
      yield* pass
      assert.strictEqual(mine.items.get(1)?.is_archived, true)
      yield* act(false)
      yield* pass
      assert.strictEqual(mine.items.get(1)?.is_archived, false)
      yield* Effect.provide(Deals.delete({ id: 1 }), direct)
      yield* pass
      assert.deepStrictEqual(Array.from(mine.items.keys()), [2])
      mine.told.length = 0
      yield* pass
      assert.deepStrictEqual(mine.told, [[], []])
    })
  )

  it.effect("can be stopped at any request of the first run, and gives each deal once but for what comes again", () =>
    Effect.gen(function* () {
      for (let stop = 1; stop <= 6; stop++) {
        const { direct, live, sandbox } = yield* stage(deals(7))
        const mine = copy<Deals.Deal>()
        const changes = () => Sync.changes(Deals, mine.state, { limit: 3 })
        yield* Effect.provide(apply(mine, Stream.take(changes(), stop)), live)
        yield* sandbox.advance("1 minute")
        yield* Effect.provide(Effect.zipRight(retitle(1, 7), Deals.delete({ id: 2 })), direct)
        yield* Effect.provide(apply(mine, changes()), live)
        assert.deepStrictEqual(sorted(mine.items), yield* Effect.provide(allDeals, direct))
      }
    })
  )

  it.effect("goes on after the last batch that was handled, when a request fails", () =>
    Effect.gen(function* () {
      const { direct, live } = yield* stage(deals(7), (nth) =>
        Effect.succeed(nth === 5 ? { _tag: "Respond", status: 500 } : undefined)
      )
      const mine = copy<Deals.Deal>()
      const pass = Effect.suspend(() => apply(mine, Sync.changes(Deals, mine.state, { limit: 3 }))).pipe(
        HttpLayer.withPolicy({ retries: 0 }),
        Effect.provide(live)
      )
      const error = yield* Effect.flip(pass)
      assert.strictEqual(error._tag, "ServerError")
      assert.strictEqual(mine.items.size, 3)
      yield* pass
      assert.deepStrictEqual(sorted(mine.items), yield* Effect.provide(allDeals, direct))
    })
  )

  it.effect("asks again for what was read lately, if told to, and gives nothing twice", () =>
    Effect.gen(function* () {
      const { asked, live } = yield* stage(deals(3))
      const mine = copy<Deals.Deal>()
      const pass = Effect.suspend(() => apply(mine, Sync.changes(Deals, mine.state, { overlap: "1 minute" })))
      yield* Effect.provide(pass, live)
      yield* Effect.provide(pass, live)
      assert.include(asked.filter((path) => path.startsWith("/api/v2/deals?"))[1], "updated_since=1969-12-31T23:59:00Z")
      assert.deepStrictEqual(mine.told.slice(2), [[], []])
    })
  )

  it.effect("reads a list alone: without its archive", () =>
    Effect.gen(function* () {
      const { asked, live } = yield* stage("empty")
      yield* Effect.provide(Stream.runDrain(Sync.changes(Deals.list, undefined, { account: "1" })), live)
      assert.isFalse(asked.some((path) => path.includes("archived")))
    })
  )

  it.effect("keeps filters on every page, and in the state", () =>
    Effect.gen(function* () {
      const { asked, live } = yield* stage("demo")
      const mine = copy<Activities.Activity>()
      yield* Effect.provide(
        apply(
          mine,
          Sync.changes(Activities, undefined, { account: "1", limit: 2, filters: { done: true, owner_id: undefined } })
        ),
        live
      )
      const lists = asked.filter((path) => path.startsWith("/api/v2/activities"))
      assert.isAbove(lists.length, 3)
      assert.isTrue(lists.every((path) => path.includes("done=true")))
      assert.strictEqual(mine.state?.filters, '{"done":true}')
    })
  )

  it.effect("refuses what it sets itself, and options that nobody knows", () =>
    Effect.gen(function* () {
      const { asked, live } = yield* stage("empty")
      const refused = (options: object) =>
        Effect.provide(Effect.flip(Stream.runDrain(Sync.changes(Deals, undefined, options))), live)
      for (const [options, words] of [
        [{ filters: { filter_id: 3 } }, "filter_id"],
        [{ filters: { updated_since: new Date() } }, "updated_since"],
        [{ overlap: "a while" }, "overlap"],
        [{ overlap: Number.POSITIVE_INFINITY }, "overlap"],
        [{ filter: {} }, "did you mean filters?"]
      ] as const) {
        const error = yield* refused(options)
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.include(error.message, words)
      }
      assert.deepStrictEqual(asked, [])
      const tooMany = yield* refused({ account: 1, limit: 501 })
      assert.strictEqual(tooMany._tag, "InvalidRequest")
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("takes no answer without a list for an empty one", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({ id: 1 }))
      const error = yield* Stream.runDrain(Sync.changes(Stages, undefined, { account: 1 })).pipe(
        HttpLayer.withPolicy({ responseValidation: "off" }),
        Effect.provide(fake.live),
        Effect.flip
      )
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.include(error.message, "is no list")
    })
  )
})

describe("deletions", () => {
  it.effect("of persons, activities and notes are found in what changed lately, merges included, once each", () =>
    Effect.gen(function* () {
      const { direct, live, sandbox } = yield* stage("demo")
      const persons = copy<Persons.Person>()
      const notes = copy<V1.Notes.Note>()
      const pass = Effect.gen(function* () {
        yield* apply(persons, Sync.changes(Persons, persons.state))
        yield* apply(notes, Sync.changes(V1.Notes, notes.state))
      }).pipe(Effect.provide(live))
      yield* pass
      yield* sandbox.advance("1 minute")
      yield* Effect.gen(function* () {
        yield* Persons.delete({ id: 2 })
        yield* V1.Persons.merge({ id: 5, merge_with_id: 6 })
        yield* V1.Notes.delete({ id: 1 })
      }).pipe(Effect.provide(direct))
      persons.told.length = 0
      yield* pass
      assert.deepStrictEqual(persons.told, [["Updated 6"], ["Deleted 2", "Deleted 5"]])
      assert.deepStrictEqual(sorted(persons.items), yield* Effect.provide(source(Persons.list.stream()), direct))
      assert.deepStrictEqual(sorted(notes.items), yield* Effect.provide(source(V1.Notes.list.stream()), direct))
      persons.told.length = 0
      yield* pass
      assert.deepStrictEqual(persons.told.flat(), [])
    })
  )

  it.effect("are told of nothing that is still listed, and not looked for when they are not wanted", () =>
    Effect.gen(function* () {
      const recent = { item: "person", id: 7, data: null }
      const person = { id: 7, name: "Bo", update_time: "2026-01-05T10:00:00Z", add_time: "2026-01-05T10:00:00Z" }
      const fake = Fake.make(({ url }) =>
        url.pathname.endsWith("recents")
          ? Fake.ok([recent])
          : Fake.ok([person], { additional_data: { next_cursor: null } })
      )
      const run = (deletions: boolean) =>
        Effect.provide(Stream.runCollect(Sync.changes(Persons, undefined, { account: 1, deletions })), fake.live)
      const told = Array.from(yield* run(true)).flatMap(({ changes }) => changes.map(({ _tag }) => _tag))
      assert.deepStrictEqual(told, ["Created"])
      assert.include(fake.seen.at(-1)?.path, "ids=7")
      fake.seen.length = 0
      yield* run(false)
      assert.isFalse(fake.seen.some(({ path }) => path.includes("recents")))
    })
  )

  it.effect("of what has no time of change are found by comparing all of it", () =>
    Effect.gen(function* () {
      const { direct, live } = yield* stage("demo")
      const mine = copy<Stages.Stage>()
      const pass = Effect.provide(
        Effect.suspend(() => apply(mine, Sync.changes(Stages, mine.state, { limit: 3 }))),
        live
      )
      yield* pass
      mine.told.length = 0
      yield* pass
      assert.deepStrictEqual(mine.told.flat(), [])
      yield* Effect.provide(
        Effect.all([
          Stages.delete({ id: 2 }),
          Stages.update({ id: 3, name: "Won nearly" }),
          Stages.add({ name: "X", pipeline_id: 1 })
        ]),
        direct
      )
      yield* pass
      assert.sameMembers(mine.told.flat(), ["Updated 3", "Created 9", "Deleted 2"])
      assert.deepStrictEqual(sorted(mine.items), yield* Effect.provide(source(Stages.list.stream()), direct))
    })
  )

  it.effect("by counted pages that shifted are read again before they are believed", () =>
    Effect.gen(function* () {
      const page = (ids: ReadonlyArray<number>, start: number, more: boolean) =>
        Fake.ok(
          ids.map((id) => ({ id, name: `${id}` })),
          {
            additional_data: { pagination: { start, limit: 2, more_items_in_collection: more, next_start: start + 2 } }
          }
        )
      // 1 is deleted between two pages of the second pass, so that 3 slips through
      const fake = Fake.make(
        page([1, 2], 0, true),
        page([3, 4], 2, false),
        page([1, 2], 0, true),
        page([4], 2, false),
        ({ url }) => (url.searchParams.get("start") === "2" ? page([4], 2, false) : page([2, 3], 0, true))
      )
      const mine = copy<V1.Files.File>()
      for (let pass = 0; pass < 3; pass++) {
        yield* apply(mine, Sync.changes(V1.Files, mine.state, { account: 1, limit: 2 })).pipe(Effect.provide(fake.live))
      }
      assert.deepStrictEqual(Array.from(mine.items.keys()), [2, 3, 4])
      assert.deepStrictEqual(mine.told.flat().slice(4), ["Deleted 1"])
    })
  )

  it.effect("are found on request, archived ones left alone", () =>
    Effect.gen(function* () {
      const { direct, live } = yield* stage(deals(5))
      yield* Effect.provide(
        Effect.zipRight(Deals.update({ id: 2, is_archived: true }), Deals.delete({ id: 4 })),
        direct
      )
      const gone = yield* Effect.provide(Sync.deletions(Deals, [1, 2, 3, 4, 5, 77]), live)
      assert.deepStrictEqual(gone, [4, 77])
      assert.deepStrictEqual(yield* Effect.provide(Sync.deletions(V1.Leads, ["none"]), live), ["none"])
    })
  )
})

describe("a state", () => {
  it.effect("of another account, endpoint, filter or format is refused before anything is read", () =>
    Effect.gen(function* () {
      const { asked, live } = yield* stage(deals(1))
      const mine = copy<Deals.Deal>()
      yield* Effect.provide(apply(mine, Sync.changes(Deals, undefined)), live)
      const state = mine.state
      if (state === undefined) return assert.fail("no state")
      asked.length = 0
      const refused = <A>(changes: Stream.Stream<A, { readonly _tag: string }, never>) =>
        Effect.map(Effect.flip(Stream.runDrain(changes)), (error) =>
          error instanceof SyncStore.StateMismatch ? error.reason : error._tag
        )
      const on = <I extends object>(wrong: I, options = {}) =>
        refused(Stream.provideLayer(Sync.changes(Deals, { ...state, ...wrong } as SyncStore.State, options), live))
      assert.strictEqual(yield* on({ version: 2 }), "version")
      assert.strictEqual(yield* on({ lists: 3 }), "unreadable")
      assert.strictEqual(yield* on({ filters: '{"owner_id":1}' }), "filters")
      assert.strictEqual(yield* on({}, { filters: { owner_id: 1 } }), "filters")
      assert.strictEqual(yield* refused(Stream.provideLayer(Sync.changes(Persons, state), live)), "entity")
      assert.deepStrictEqual(asked, [])
      assert.strictEqual(yield* on({ account: "7" }), "account")
      assert.deepStrictEqual(asked, ["/api/v1/users/me"])
      const error = new SyncStore.StateMismatch({ reason: "account", expected: "1", actual: "7" })
      assert.include(error.message, "of company 7, not 1")
    })
  )

  const stores = (name: string, layer: () => Layer.Layer<SyncStore.SyncStore, unknown>) =>
    it.effect(`is kept in ${name}, and one that does not fit is not overwritten`, () =>
      Effect.gen(function* () {
        const { direct, live, sandbox } = yield* stage(deals(5))
        const store = yield* SyncStore.SyncStore
        const items = new Map<number, string>()
        const run = Effect.provide(
          Sync.run(
            Deals,
            ({ changes }) =>
              Effect.sync(() => {
                for (const change of changes) if (change._tag !== "Deleted") items.set(change.id, change.item.title)
                return changes.length
              }),
            { key: "deals'", limit: 2 }
          ),
          live
        )
        assert.deepStrictEqual(yield* store.load("deals'"), Option.none())
        yield* run
        assert.strictEqual(items.size, 5)
        items.clear()
        yield* sandbox.advance("1 minute")
        yield* Effect.provide(retitle(3), direct)
        yield* run
        assert.deepStrictEqual(Array.from(items), [[3, "Deal 3!"]])
        const kept = yield* store.load("deals'")
        const other = Effect.provide(Effect.flip(Sync.run(Persons, () => Effect.void, { key: "deals'" })), live)
        assert.strictEqual((yield* other)._tag, "StateMismatch")
        assert.deepStrictEqual(yield* store.load("deals'"), kept)
        yield* store.clear("deals'")
        yield* store.clear("deals'")
        assert.deepStrictEqual(yield* store.load("deals'"), Option.none())
      }).pipe(Effect.provide(Layer.orDie(layer())), Effect.scoped)
    )

  stores("memory", () => SyncStore.layerMemory)
  stores("a KeyValueStore", () =>
    SyncStore.layerKeyValueStore({ prefix: "p-" }).pipe(Layer.provide(KeyValueStore.layerMemory))
  )
  stores("SQLite", () =>
    Layer.unwrapScoped(
      Effect.map(
        Effect.acquireRelease(Effect.sync(sqliteFile), ({ remove }) => Effect.sync(remove)),
        ({ url }) => SyncStoreSql.layer().pipe(Layer.provide(database(url)))
      )
    )
  )
  if (postgres !== undefined) {
    stores("PostgreSQL", () => SyncStoreSql.layer({ table: "sync_test" }).pipe(Layer.provide(database(postgres ?? ""))))
  }

  it.effect("that a store cannot read or write, or that is none, is a typed error", () =>
    Effect.gen(function* () {
      const texts = new Map([
        ["bad", "{"],
        ["old", '{"version":0}'],
        ["odd", "[]"]
      ])
      const store = SyncStore.make({
        load: (key) =>
          key === "down" ? Effect.fail(new Error("no disk")) : Effect.succeed(Option.fromNullable(texts.get(key))),
        save: () => Effect.fail(new Error("no disk")),
        clear: () => Effect.void
      })
      const said = (key: string) => Effect.map(Effect.flip(store.load(key)), ({ message }) => message)
      assert.include(yield* said("bad"), "no state of a sync: it is not JSON")
      assert.include(yield* said("old"), "format 0, and this is format 1")
      assert.include(yield* said("odd"), "no state of a sync")
      assert.strictEqual(yield* said("down"), 'could not load the state "down": no disk')
    })
  )
})

describe("Sync.follow", () => {
  it.effect("goes on by its schedule, after failures that pass, too, and asks who it is once", () =>
    Effect.gen(function* () {
      const { asked, direct, live, sandbox } = yield* stage(deals(2), (nth) =>
        Effect.succeed(nth === 4 ? { _tag: "Respond", status: 503 } : undefined)
      )
      const mine = copy<Deals.Deal>()
      const fiber = yield* Sync.follow(Deals, undefined, { schedule: Schedule.spaced("30 seconds") }).pipe(
        (stream) => apply(mine, stream),
        HttpLayer.withPolicy({ retries: 0 }),
        Effect.provide(live),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(mine.told.length, 2)
      // a pass that fails
      yield* TestClock.adjust("30 seconds")
      yield* sandbox.advance("1 minute")
      yield* Effect.provide(retitle(2), direct)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(mine.told.slice(2), [["Updated 2"], []])
      assert.strictEqual(asked.filter((path) => path.endsWith("/users/me")).length, 1)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("ends by a failure that does not pass", () =>
    Effect.gen(function* () {
      const { live } = yield* stage(deals(1), () => Effect.succeed({ _tag: "Respond", status: 403 }))
      const error = yield* Effect.provide(
        Effect.flip(Stream.runDrain(Sync.follow(Deals, undefined, { account: 1 }))),
        live
      )
      assert.strictEqual(error._tag, "Forbidden")
    })
  )
})
