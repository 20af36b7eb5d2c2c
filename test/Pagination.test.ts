import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Endpoint, HttpLayer, Pagination, PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Place from "../src/internal/position.js"
import * as Trail from "../src/internal/seenCursors.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const items = (...ids: ReadonlyArray<number>) => ids.map((id) => ({ id }))
const page = (ids: ReadonlyArray<number>, next_cursor?: string | null) =>
  Fake.ok(items(...ids), next_cursor === undefined ? {} : { additional_data: { next_cursor } })
const oldPage = (ids: ReadonlyArray<number>, pagination: object) =>
  Fake.ok(items(...ids), { additional_data: { pagination } })

const idsOf = <E, R>(stream: Stream.Stream<{ readonly id: number }, E, R>) =>
  Effect.map(Stream.runCollect(stream), (chunk) => Array.from(chunk).map((item) => item.id))

/** What a stream gives before it fails, and what it fails with. */
const until = <E, R>(stream: Stream.Stream<{ readonly id: number }, E, R>) => {
  const came: Array<number> = []
  return Effect.map(Effect.flip(Stream.runForEach(stream, ({ id }) => Effect.sync(() => came.push(id)))), (error) => ({
    came,
    error
  }))
}

describe("a stream over cursors", () => {
  it.effect("reads page after page with the same filters, and the largest pages unless told otherwise", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1, 2], "a+b/c=="), page([3], "z"), page([4], null))
      const found = yield* idsOf(Robots.list.stream({ status: "open", busy: false })).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(found, [1, 2, 3, 4])
      assert.deepStrictEqual(
        fake.seen.map((seen) => seen.path),
        [
          "/api/v2/robots?status=open&busy=false&limit=500",
          "/api/v2/robots?status=open&busy=false&limit=500&cursor=a%2Bb%2Fc%3D%3D",
          "/api/v2/robots?status=open&busy=false&limit=500&cursor=z"
        ]
      )
      const small = Fake.make(page([1]))
      yield* idsOf(Robots.list.stream({ limit: 50 })).pipe(Effect.provide(small.live))
      assert.strictEqual(small.seen[0]?.path, "/api/v2/robots?limit=50")
    })
  )

  it.effect("ends at a cursor that is missing, null or empty", () =>
    Effect.gen(function* () {
      for (const last of [page([1]), page([1], null), page([1], ""), Fake.ok(null)]) {
        const fake = Fake.make(last)
        yield* idsOf(Robots.list.stream()).pipe(Effect.provide(fake.live))
        assert.strictEqual(fake.seen.length, 1)
      }
    })
  )

  it.effect("asks for no page that nobody takes", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1, 2], "a"), page([3, 4], "b"))
      const found = yield* idsOf(Robots.list.stream().pipe(Stream.take(3))).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(found, [1, 2, 3])
      assert.strictEqual(fake.seen.length, 2)
    })
  )

  it.effect("fails rather than read a page again, however long the cycle, after the items that came", () =>
    Effect.gen(function* () {
      for (const length of [1, 2, 3, 7, 500]) {
        const fake = Fake.make((seen) => {
          const at = Number(seen.url.searchParams.get("cursor") ?? 0)
          return page([at], String((at % length) + 1))
        })
        const { came, error } = yield* until(Robots.list.stream()).pipe(Effect.provide(fake.live))
        assert.deepStrictEqual(
          came,
          Array.from({ length: length + 1 }, (_, n) => n)
        )
        assert.strictEqual(error._tag, "InvalidResponse")
        assert.include(error.message, "leads back to a page that was read before")
        assert.isFalse(PipedriveError.isRetryable(error))
      }
    })
  )

  it("finds a cycle longer than what is remembered, soon enough, and none where there is none", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.nat(20),
        FastCheck.integer({ min: 1, max: 300 }),
        FastCheck.nat(300),
        (most, length, before) => {
          const trail = Trail.make(undefined, most)
          let asked = 0
          const next = () => String(++asked < before ? asked : before + ((asked - before) % length))
          while (!Trail.visit(trail, next())) assert.isBelow(asked, most + 4 * (before + length) + 4)
          assert.isAtLeast(asked, length)
          assert.isAtMost(trail.seen.size, most)
          const straight = Trail.make("0", most)
          for (let n = 1; n < 500; n++) assert.isFalse(Trail.visit(straight, String(n)))
        }
      )
    )
  })

  it.effect("takes the cursor it began with for a page that was read", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1], "b"), page([2], "a"))
      const { came } = yield* until(Robots.list.stream({ cursor: "a" })).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(came, [1, 2])
    })
  )

  it.effect("fails where the answer has no list, under every policy, but for none at all", () =>
    Effect.gen(function* () {
      for (const responseValidation of ["lenient", "off"] as const) {
        const read = (data: unknown) =>
          until(Robots.list.stream()).pipe(
            HttpLayer.withPolicy({ responseValidation }),
            Effect.provide(Fake.make(Fake.ok(data)).live)
          )
        for (const data of [1, "x", true, {}, { items: [] }]) {
          const { came, error } = yield* read(data)
          assert.deepStrictEqual(came, [])
          assert.strictEqual(error._tag, "InvalidResponse")
          assert.include(error.message, "`data` is no list")
        }
        const none = Stream.runCount(Robots.list.stream()).pipe(
          HttpLayer.withPolicy({ responseValidation }),
          Effect.provide(Fake.make(Fake.ok(null)).live)
        )
        assert.strictEqual(yield* none, 0)
      }
    })
  )

  it.effect("fails where more is said to be there, and not where", () =>
    Effect.gen(function* () {
      const mores = [true, "true", 1].map((more_items_in_collection) => ({ more_items_in_collection }))
      for (const extra of [{ next_cursor: 7 }, { next_cursor: {} }, ...mores]) {
        const fake = Fake.make(Fake.ok(items(1, 2), { additional_data: extra }))
        const { came, error } = yield* until(Robots.list.stream()).pipe(Effect.provide(fake.live))
        assert.deepStrictEqual(came, [1, 2])
        assert.strictEqual(error._tag, "InvalidResponse")
        assert.include(error.message, "says that there is more, and not where")
      }
    })
  )

  it.effect("tells in its error of the call that led nowhere: attempts, status, correlation id", () =>
    Effect.gen(function* () {
      const again = () =>
        Fake.json(
          200,
          { success: true, data: [], additional_data: { next_cursor: "same" } },
          { "x-correlation-id": "c-7" }
        )
      const fake = Fake.make(again, Fake.json(500, {}), Fake.json(500, {}), again)
      const fiber = yield* Endpoint.withMeta(Effect.either(Stream.runDrain(Robots.list.stream()))).pipe(
        Effect.provide(fake.live),
        Effect.fork
      )
      yield* TestClock.adjust("1 minute")
      const { meta, value } = yield* Fiber.join(fiber)
      assert.isTrue(Either.isLeft(value))
      if (Either.isLeft(value)) {
        assert.deepInclude(value.left, { attempts: 3, correlationId: "c-7", status: 200, path: "/api/v2/robots" })
      }
      assert.deepInclude(meta, { calls: 2, attempts: 3 })
    })
  )

  it.effect("resumes at a cursor, and gives whole pages", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([5], "d"), page([6], null))
      const pages = yield* Robots.list.pages({ cursor: "c" }).pipe(Stream.runCollect, Effect.provide(fake.live))
      assert.deepStrictEqual(
        Array.from(pages).map((one) => one.additional_data?.next_cursor),
        ["d", null]
      )
      assert.include(fake.seen[0]?.path ?? "", "cursor=c")
      assert.include(fake.seen[1]?.path ?? "", "cursor=d")
    })
  )

  it.effect("repeats a page that failed for a moment, and loses nothing", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1], "a"), Fake.json(500, {}), Fake.json(500, {}), page([2], null))
      const fiber = yield* idsOf(Robots.list.stream()).pipe(Effect.provide(fake.live), Effect.fork)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [1, 2])
    })
  )
})

describe("a stream over offsets", () => {
  it.effect("follows next_start, or counts on by the server's numbers", () =>
    Effect.gen(function* () {
      const told = Fake.make(
        oldPage([1, 2], { start: 0, limit: 2, more_items_in_collection: true, next_start: 2 }),
        oldPage([3], { start: 2, limit: 2, more_items_in_collection: false })
      )
      assert.deepStrictEqual(yield* idsOf(Robots.listOld.stream({ id: 1 })).pipe(Effect.provide(told.live)), [1, 2, 3])
      const untold = Fake.make(
        oldPage([1, 2], { start: 0, limit: 2, more_items_in_collection: true }),
        oldPage([3], { start: 2, limit: 2, more_items_in_collection: false })
      )
      assert.deepStrictEqual(
        yield* idsOf(Robots.listOld.stream({ id: 1, limit: 2 })).pipe(Effect.provide(untold.live)),
        [1, 2, 3]
      )
      assert.deepStrictEqual(
        untold.seen.map((seen) => seen.path),
        ["/api/v1/robots/1/parts?limit=2", "/api/v1/robots/1/parts?start=2&limit=2"]
      )
      assert.include(told.seen[0]?.path ?? "", "limit=100")
    })
  )

  it.effect("fails when the start does not move on, or more is not to be reached, after the items that came", () =>
    Effect.gen(function* () {
      const more = { limit: 1, more_items_in_collection: true }
      const endings: ReadonlyArray<readonly [input: { start?: number }, came: number, pagination: object]> = [
        [{}, 2, { ...more, start: 0, next_start: 1 }],
        [{}, 1, { ...more, start: 0, next_start: 0 }],
        [{ start: 100 }, 1, { ...more, start: 100, next_start: 50 }],
        [{}, 1, more],
        [{}, 1, { ...more, next_start: null }],
        [{}, 1, { ...more, start: 0, next_start: 1.5 }],
        [{}, 1, { ...more, start: 0, next_start: 1e308 }],
        [{}, 1, { more_items_in_collection: "true", next_start: null }],
        [{}, 2, { ...more, start: 0 }]
      ]
      for (const [input, count, pagination] of endings) {
        const fake = Fake.make(oldPage([1], pagination))
        const came: Array<number> = []
        const error = yield* Robots.listOld.stream({ id: 1, ...input }).pipe(
          Stream.runForEach(({ id }) => Effect.sync(() => came.push(id))),
          Effect.flip,
          Effect.provide(fake.live)
        )
        assert.strictEqual(error._tag, "InvalidResponse")
        assert.deepInclude(error, { path: "/api/v1/robots/1/parts" })
        assert.lengthOf(came, count, JSON.stringify(pagination))
        assert.lengthOf(fake.seen, count)
      }
    })
  )
})

describe("a list that goes on where it stopped", () => {
  /** Pages of two, by cursor: `b` is the second. The third fails as often as told. */
  const cursors = (failures: number) => {
    let left = failures
    return Fake.make((seen) => {
      const cursor = seen.url.searchParams.get("cursor")
      if (cursor === null) return page([1, 2], "b")
      if (cursor === "b") return page([3, 4], "c")
      return cursor === "c" && left-- > 0 ? Fake.json(500, { success: false, error: "no" }) : page([5], null)
    })
  }
  const offsets = (failures: number) => {
    let left = failures
    return Fake.make((seen) => {
      const start = Number(seen.url.searchParams.get("start") ?? 0)
      if (start === 4 && left-- > 0) return Fake.json(500, { success: false, error: "no" })
      const more = start < 4
      const rest = more ? { next_start: start + 2 } : {}
      return oldPage([start + 1, ...(more ? [start + 2] : [])], {
        start,
        limit: 2,
        more_items_in_collection: more,
        ...rest
      })
    })
  }
  const stored = (position: Pagination.Position): Pagination.Position =>
    Schema.decodeUnknownSync(Schema.parseJson(Pagination.Position))(JSON.stringify(position))
  const once = HttpLayer.withPolicy({ retries: 0 })
  const lists = [
    {
      at: "c",
      read: (from?: Pagination.Position) => Robots.list.stream({ busy: true, limit: 2, from }),
      serve: cursors
    },
    { at: 4, read: (from?: Pagination.Position) => Robots.listOld.stream({ id: 7, limit: 2, from }), serve: offsets }
  ]

  it.effect("tells by its error where it can be read on, and gives nothing twice", () =>
    Effect.gen(function* () {
      for (const { at, read, serve } of lists) {
        const fake = serve(1)
        const { came, error } = yield* until(read()).pipe(once, Effect.provide(fake.live))
        assert.strictEqual(error._tag, "ServerError")
        assert.deepStrictEqual(came, [1, 2, 3, 4])
        const position = stored(Option.getOrThrow(Pagination.positionOf(error)))
        assert.strictEqual(position.at, at)
        assert.isBelow(JSON.stringify(position).length, 100)
        const rest = yield* idsOf(read(position)).pipe(Effect.provide(fake.live))
        assert.deepStrictEqual(rest, [5])
        const [first, last] = [fake.seen[0], fake.seen.at(-1)]
        for (const key of ["busy", "limit"]) {
          assert.strictEqual(last?.url.searchParams.get(key), first?.url.searchParams.get(key))
        }
        assert.strictEqual(last?.url.pathname, first?.url.pathname)
      }
    })
  )

  it.effect("keeps nothing of it in what an error shows, and has none for errors of something else", () =>
    Effect.gen(function* () {
      const { error } = yield* until(Robots.list.stream()).pipe(
        once,
        Effect.provide(Fake.make(Fake.json(500, { success: false, error: "no" })).live)
      )
      assert.strictEqual(Option.getOrThrow(Pagination.positionOf(error)).at, null)
      assert.notMatch(JSON.stringify({ ...error }), /filters/)
      for (const other of [undefined, null, "x", new Error("x"), { position: 1 }]) {
        assert.isTrue(Option.isNone(Pagination.positionOf(other)))
      }
      // an answer that leads nowhere gave its items: there is no place behind it
      const lost = yield* until(Robots.list.stream()).pipe(Effect.provide(Fake.make(page([1], "a")).live))
      assert.deepStrictEqual(lost.came, [1, 1])
      assert.isTrue(Option.isNone(Pagination.positionOf(lost.error)))
      // one that is no list gave none
      const odd = yield* until(Robots.list.stream()).pipe(
        Effect.provide(Fake.make(page([1], "a"), Fake.ok({ a: 1 })).live)
      )
      assert.strictEqual(Option.getOrThrow(Pagination.positionOf(odd.error)).at, "a")
    })
  )

  it.effect("gives pages with the positions around them", () =>
    Effect.gen(function* () {
      const fake = cursors(0)
      const read = (from?: Pagination.Position) =>
        Robots.list.checkpoints({ from }).pipe(
          Stream.runCollect,
          Effect.map((chunk) => Array.from(chunk)),
          Effect.provide(fake.live)
        )
      const all = yield* read()
      assert.deepStrictEqual(
        all.map(({ from, items, next }) => [from.at, items.map(({ id }) => id), Option.getOrNull(next)?.at]),
        [
          [null, [1, 2], "b"],
          ["b", [3, 4], "c"],
          ["c", [5], undefined]
        ]
      )
      assert.strictEqual(all[0]?.page.additional_data?.next_cursor, "b")
      for (const [index, { from }] of all.entries()) {
        const rest = yield* read(stored(from))
        assert.deepStrictEqual(rest, all.slice(index))
      }
      // the last that somebody kept is never behind a page that was not read whole
      const odd = yield* Robots.list
        .checkpoints()
        .pipe(Stream.take(1), Stream.runHead, Effect.provide(Fake.make(Fake.ok({ a: 1 })).live))
      assert.deepStrictEqual(Option.getOrThrow(Option.getOrThrow(odd).next).at, null)
    })
  )

  it.effect("is the same after any stop, wherever it was", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.integer({ min: 0, max: 40 }),
          FastCheck.integer({ min: 1, max: 9 }),
          FastCheck.array(FastCheck.integer({ min: 1, max: 6 }), { maxLength: 12 }),
          FastCheck.boolean(),
          (count, size, stops, old) => {
            const fake = Fake.make((seen) => {
              const start = Number(seen.url.searchParams.get(old ? "start" : "cursor") ?? 0)
              const ids = Array.from({ length: Math.max(0, Math.min(size, count - start)) }, (_, i) => start + i)
              const more = start + size < count
              return old
                ? oldPage(ids, { start, limit: size, more_items_in_collection: more })
                : page(ids, more ? String(start + size) : null)
            })
            return Effect.gen(function* () {
              const read = (from: Pagination.Position | undefined) =>
                old ? Robots.listOld.checkpoints({ id: 1, from }) : Robots.list.checkpoints({ from })
              const came: Array<number> = []
              let from: Pagination.Position | undefined
              let done = false
              // each run takes a few pages, and the last one all that is left
              for (const pages of [...stops, 100]) {
                if (done) break
                const taken = yield* Stream.runCollect(Stream.take(read(from), pages))
                for (const { items, next } of taken) {
                  came.push(...items.map(({ id }) => id))
                  from = Option.getOrUndefined(next)
                  done = from === undefined
                }
              }
              assert.deepStrictEqual(
                came,
                Array.from({ length: count }, (_, i) => i)
              )
            }).pipe(Effect.provide(fake.live), Effect.runPromise)
          }
        ),
        { numRuns: 60 }
      )
    )
  )

  it.effect("refuses a position of another list, of other filters, of another time, and what is none", () =>
    Effect.gen(function* () {
      const fake = cursors(1)
      const { error } = yield* until(Robots.list.stream({ busy: true })).pipe(once, Effect.provide(fake.live))
      const position = Option.getOrThrow(Pagination.positionOf(error))
      const sent = fake.seen.length
      const bad: ReadonlyArray<[unknown, RegExp]> = [
        [{ from: position }, /other filters/],
        [{ busy: false, from: position }, /other filters/],
        [{ busy: true, from: { ...position, endpoint: "v2.Others.list" } }, /position of v2\.Others\.list/],
        [{ busy: true, from: { ...position, format: 2 } }, /of format 2; this version reads 1/],
        [{ busy: true, from: { ...position, at: 5 } }, /no place/],
        [{ busy: true, from: { ...position, at: "" } }, /no place/],
        [{ busy: true, from: { ...position, at: { a: 1 } } }, /no place/],
        [{ busy: true, from: "c" }, /is no position/],
        [{ busy: true, from: null }, /is no position/],
        [{ busy: true, from: {} }, /is no position/],
        [{ busy: true, cursor: "x", from: position }, /beside `from`/]
      ]
      for (const [input, message] of bad) {
        for (const read of [Robots.list.stream, Robots.list.pages, Robots.list.checkpoints]) {
          const stream = (
            read as (input: unknown) => Stream.Stream<unknown, PipedriveError.PipedriveError, Requirements>
          )(input)
          const refused = yield* Effect.flip(Stream.runDrain(stream)).pipe(Effect.provide(fake.live))
          assert.strictEqual(refused._tag, "InvalidRequest")
          assert.match(refused.message, message)
        }
      }
      const old = { id: 7, from: { ...position, endpoint: "v1.Robots.list", filters: "" } }
      const other = yield* Effect.flip(Stream.runDrain(Robots.listOld.stream(old))).pipe(Effect.provide(fake.live))
      assert.match(other.message, /other filters/)
      assert.strictEqual(fake.seen.length, sent)
      // page size and order of keys are no filters
      const rest = yield* idsOf(Robots.list.stream({ limit: 9, from: position, busy: true })).pipe(
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(rest, [5])
    })
  )

  it("has a digest of filters that stays, as positions are kept", () => {
    assert.strictEqual(Place.filtersOf({ path: "/api/v2/deals", query: "status=open&limit=500&cursor=x" }), "175b6d3d")
    assert.strictEqual(Place.filtersOf({ path: "/api/v2/deals", query: "status=open" }), "175b6d3d")
    assert.notStrictEqual(Place.filtersOf({ path: "/api/v2/deals", query: "status=won" }), "175b6d3d")
    assert.notStrictEqual(Place.filtersOf({ path: "/api/v2/persons", query: "status=open" }), "175b6d3d")
  })
})

describe("read-ahead", () => {
  it.effect("is there where it is asked for: one page is fetched while another is worked on", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1], "a"), page([2], "b"), page([3], "c"), page([4], null))
      const seen: Array<number> = []
      const work = (item: { readonly id: number }) =>
        Effect.as(
          Effect.zipRight(
            Effect.repeatN(Effect.yieldNow(), 2000),
            Effect.sync(() => seen.push(fake.seen.length))
          ),
          item
        )
      yield* Robots.list
        .stream()
        .pipe(Stream.bufferChunks({ capacity: 1 }), Stream.mapEffect(work), Stream.runDrain, Effect.provide(fake.live))
      assert.isAbove(seen[0] ?? 0, 1)
      const alone = Fake.make(page([1], "a"), page([2], null))
      const at: Array<number> = []
      yield* Robots.list.stream().pipe(
        Stream.runForEach(() => Effect.sync(() => at.push(alone.seen.length))),
        Effect.provide(alone.live)
      )
      assert.deepStrictEqual(at, [1, 2])
    })
  )
})

describe("a list in one array", () => {
  it.effect("is gathered over all pages, with the filters on each", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1, 2], "a"), page([3], null))
      const found = yield* Robots.list.collect({ status: "open" }, { max: 3 }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(found, items(1, 2, 3))
      assert.deepStrictEqual(
        fake.seen.map(({ path }) => path),
        ["/api/v2/robots?status=open&limit=4", "/api/v2/robots?status=open&limit=4&cursor=a"]
      )
    })
  )

  it.effect("is refused whole where there are more, and no page is read beyond that", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1, 2], "a"), page([3, 4], "b"), page([5], null))
      const error = yield* Effect.flip(Robots.list.collect({}, { max: 3 }).pipe(Effect.provide(fake.live)))
      assert.strictEqual(error._tag, "TooManyItems")
      assert.deepInclude(error, { endpoint: "v2.Robots.list", max: 3 })
      assert.include(error.message, "more than 3 items")
      assert.strictEqual(fake.seen.length, 2)
    })
  )

  it.effect("has pages as large as Pipedrive serves them, unless told otherwise", () =>
    Effect.gen(function* () {
      const sizeFor = (input: { readonly limit?: number }, max: number) => {
        const fake = Fake.make(page([1]))
        return Effect.map(Effect.provide(Robots.list.collect(input, { max }), fake.live), () =>
          fake.seen[0]?.url.searchParams.get("limit")
        )
      }
      assert.strictEqual(yield* sizeFor({}, 100_000), "500")
      assert.strictEqual(yield* sizeFor({}, 10), "11")
      assert.strictEqual(yield* sizeFor({ limit: 50 }, 10), "50")
    })
  )

  it.effect("asks for nothing without a bound that makes sense, or with an option that nobody knows", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1]))
      const loose = Robots.list.collect as (
        input: object,
        options?: object
      ) => Effect.Effect<unknown, { readonly _tag: string; readonly message: string }, Endpoint.Requirements>
      for (const options of [undefined, {}, { max: 0 }, { max: 1.5 }, { max: "1" }, { max: Number.NaN }]) {
        const error = yield* Effect.flip(Effect.provide(loose({}, options), fake.live))
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.include(error.message, "`max` must be a whole number from 1 up")
      }
      const error = yield* Effect.flip(Effect.provide(loose({}, { maximum: 1 }), fake.live))
      assert.include(error.message, "maximum")
      assert.strictEqual(fake.seen.length, 0)
    })
  )
})
