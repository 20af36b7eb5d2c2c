import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const items = (...ids: ReadonlyArray<number>) => ids.map((id) => ({ id }))
const page = (ids: ReadonlyArray<number>, next_cursor?: string | null) =>
  Fake.ok(items(...ids), next_cursor === undefined ? {} : { additional_data: { next_cursor } })
const oldPage = (ids: ReadonlyArray<number>, pagination: object) =>
  Fake.ok(items(...ids), { additional_data: { pagination } })

const idsOf = <E, R>(stream: Stream.Stream<{ readonly id: number }, E, R>) =>
  Effect.map(Stream.runCollect(stream), (chunk) => Chunk.toReadonlyArray(chunk).map((item) => item.id))

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

  it.effect("fails rather than read the same page for ever", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1], "same"))
      const error = yield* idsOf(Robots.list.stream()).pipe(Effect.flip, Effect.provide(fake.live))
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.strictEqual(fake.seen.length, 2)
    })
  )

  it.effect("resumes at a cursor, and gives whole pages", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([5], "d"), page([6], null))
      const pages = yield* Robots.list.pages({ cursor: "c" }).pipe(Stream.runCollect, Effect.provide(fake.live))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(pages).map((one) => one.additional_data?.next_cursor),
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

  it.effect("fails when the start does not move on", () =>
    Effect.gen(function* () {
      const fake = Fake.make(oldPage([1], { start: 0, limit: 1, more_items_in_collection: true, next_start: 1 }))
      const error = yield* idsOf(Robots.listOld.stream({ id: 1 })).pipe(Effect.flip, Effect.provide(fake.live))
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.strictEqual(fake.seen.length, 2)
    })
  )
})
