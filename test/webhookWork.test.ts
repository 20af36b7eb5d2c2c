/** The queue between what was delivered and what is done about it. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import type * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import type { Claims } from "../src/internal/webhooks/claims.js"
import * as Work from "../src/internal/webhooks/work.js"

const turns = Effect.replicateEffect(Effect.yieldNow(), 60)

/** An event, as far as the queue looks at it. */
const eventOf = (id: number, more: object = {}, meta: object = {}) =>
  ({
    entity: "deal",
    id,
    meta: { company_id: "5", entity: "deal", ...meta },
    ...more
  }) as unknown as WebhookEvents.Event

/** A queue with its scope, what was handled, what became of the claims, and what was reported. */
const started = Effect.fnUntraced(function* (
  handle: (event: WebhookEvents.Event) => Effect.Effect<unknown, unknown>,
  size: Partial<Work.Size> = {},
  faults: Partial<Claims> = {}
) {
  const claimed: Array<string> = []
  const reports: Array<string> = []
  const causes: Array<unknown> = []
  const note = (what: string) => (key: string) => Effect.sync(() => void claimed.push(`${what} ${key}`))
  const claims: Claims = {
    claim: () => Effect.succeed("claimed"),
    confirm: note("done"),
    release: note("free"),
    ...faults
  }
  const scope = yield* Scope.make()
  const work = yield* Work.make(
    handle,
    claims,
    (error, { id }) =>
      Effect.sync(() => {
        reports.push(`${id} ${error.message}`)
        causes.push(error.cause)
      }),
    { capacity: 100, concurrency: 1, drainTimeout: Duration.seconds(20), ...size }
  ).pipe(Scope.extend(scope))
  const offer = (event: WebhookEvents.Event, key = String(event.id)) =>
    Effect.gen(function* () {
      const job: Work.Job = { event, key, end: yield* Deferred.make<boolean>() }
      return { job, isTaken: yield* work.offer(job) }
    })
  return { causes, claimed, close: Scope.close(scope, Exit.void), offer, reports, work }
})

const ended = ({ job }: { readonly job: Work.Job }) => Effect.map(Deferred.poll(job.end), Option.isSome)

describe("an event in the queue", () => {
  it.effect("is in hand until it is handled, and its claim then confirmed", () =>
    Effect.gen(function* () {
      const { claimed, offer, reports, work } = yield* started(() => Effect.sleep("5 seconds"))
      const one = yield* offer(eventOf(1))
      assert.isTrue(one.isTaken)
      assert.strictEqual(work.find("1"), one.job)
      assert.isUndefined(work.find("2"))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual([work.find("1"), yield* ended(one), claimed], [one.job, false, []])
      yield* TestClock.adjust("1 second")
      assert.isUndefined(work.find("1"))
      assert.isTrue(yield* Deferred.await(one.job.end))
      assert.deepStrictEqual([claimed, reports], [["done 1"], []])
    })
  )

  it.effect("that could not be handled is let go, and told of", () =>
    Effect.gen(function* () {
      const cause = new Error("no")
      const cases: ReadonlyArray<readonly [handle: () => Effect.Effect<unknown, unknown>, words: string]> = [
        [() => Effect.fail(cause), "failed"],
        [() => Effect.die(cause), "failed"],
        [
          () => {
            throw cause
          },
          "failed"
        ],
        [() => Effect.interrupt, "was interrupted"]
      ]
      for (const [handle, words] of cases) {
        const { causes, claimed, offer, reports, work } = yield* started(handle)
        const { job } = yield* offer(eventOf(1))
        assert.isFalse(yield* Deferred.await(job.end))
        assert.isUndefined(work.find("1"))
        assert.deepStrictEqual(claimed, ["free 1"])
        assert.deepStrictEqual(reports, [`1 HandlerFailed: the handler of the event ${words}`])
        if (words === "failed") assert.strictEqual(causes[0], cause)
      }
    })
  )

  it.effect("is done though the store is down: it is told that it could not be noted", () =>
    Effect.gen(function* () {
      const down = () => Effect.die("down")
      const { causes, offer, reports } = yield* started(() => Effect.void, {}, { confirm: down })
      assert.isTrue(yield* Deferred.await((yield* offer(eventOf(1))).job.end))
      assert.deepStrictEqual(reports, ["1 Store: the event was handled, but the store could not note it"])
      assert.deepStrictEqual(causes, ["down"])
      const failing = yield* started(
        () => Effect.fail("no"),
        {},
        { release: () => Effect.fail(new Error("down") as never) }
      )
      assert.isFalse(yield* Deferred.await((yield* failing.offer(eventOf(1))).job.end))
      assert.deepStrictEqual(failing.reports, ["1 HandlerFailed: the handler of the event failed"])
    })
  )
})

describe("the queue", () => {
  it.effect("holds so many for each worker, and at least one", () =>
    Effect.gen(function* () {
      const sizes: ReadonlyArray<readonly [capacity: number, concurrency: number, taken: number]> = [
        [1, 1, 2],
        [2, 1, 3],
        // of two workers one has all events of a record: half of the queue, rounded up, and the one in hand
        [3, 2, 3],
        [4, 2, 3],
        [5, 2, 4],
        [1, 4, 2]
      ]
      for (const [capacity, concurrency, taken] of sizes) {
        const { offer, work } = yield* started(() => Effect.never, { capacity, concurrency })
        const results: Array<boolean> = []
        for (let n = 0; n < taken + 1; n++) {
          const { isTaken, job } = yield* offer(eventOf(1), `key ${n}`)
          results.push(isTaken)
          assert.strictEqual(work.find(`key ${n}`), isTaken ? job : undefined)
          yield* turns
        }
        const expected = [...Array.from({ length: taken }, () => true), false]
        assert.deepStrictEqual(results, expected, `${capacity} ${concurrency}`)
      }
    })
  )

  it.effect("is worked on by as many as there are, each with records of its own", () =>
    Effect.gen(function* () {
      /** How many of these events are handled at once. */
      const most = (events: ReadonlyArray<WebhookEvents.Event>) =>
        Effect.gen(function* () {
          let running = 0
          const handle = () =>
            Effect.zipRight(
              Effect.sync(() => running++),
              Effect.never
            )
          const { offer } = yield* started(handle, { concurrency: 4 })
          for (const [index, event] of events.entries()) yield* offer(event, String(index))
          yield* turns
          return running
        })
      const many = Array.from({ length: 20 }, (_, n) => n)
      assert.strictEqual(yield* most(many.map((n) => eventOf(n))), 4)
      assert.strictEqual(yield* most(many.map((n) => eventOf(1, {}, { company_id: String(n) }))), 4)
      assert.strictEqual(yield* most(many.map((n) => eventOf(1, { entity: `e${n}` }))), 4)
      // what nobody knows is called other, and by its name in the payload
      assert.strictEqual(yield* most(many.map((n) => eventOf(1, { entity: "other" }, { entity: `e${n}` }))), 4)
      assert.strictEqual(yield* most(many.map((n) => eventOf(1, {}, { entity: `e${n}` }))), 1)
    })
  )

  it.effect("is ended before it closes, and takes nothing more", () =>
    Effect.gen(function* () {
      const { claimed, close, offer, reports, work } = yield* started(() => Effect.sleep("3 seconds"))
      const [one, two] = [yield* offer(eventOf(1)), yield* offer(eventOf(2))]
      yield* turns
      assert.isFalse(work.isClosed())
      const closing = yield* Effect.fork(close)
      yield* turns
      assert.isTrue(work.isClosed())
      const late = yield* offer(eventOf(3))
      assert.deepStrictEqual([late.isTaken, work.find("3")], [false, undefined])
      yield* TestClock.adjust("5 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
      yield* TestClock.adjust("1 second")
      yield* turns
      assert.isTrue(Option.isSome(yield* Fiber.poll(closing)))
      assert.deepStrictEqual([yield* Deferred.await(one.job.end), yield* Deferred.await(two.job.end)], [true, true])
      assert.deepStrictEqual([claimed, reports], [["done 1", "done 2"], []])
    })
  )

  it.effect("that is empty closes at once", () =>
    Effect.gen(function* () {
      const { close, offer } = yield* started(() => Effect.void)
      yield* offer(eventOf(1))
      yield* turns
      const closing = yield* Effect.fork(close)
      yield* turns
      assert.isTrue(Option.isSome(yield* Fiber.poll(closing)))
    })
  )

  it.effect("lets go what is not ended in time, and tells of it", () =>
    Effect.gen(function* () {
      const { claimed, close, offer, reports } = yield* started(() => Effect.never, {
        drainTimeout: Duration.seconds(5)
      })
      const jobs = [yield* offer(eventOf(1)), yield* offer(eventOf(2)), yield* offer(eventOf(3))]
      yield* turns
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("4999 millis")
      yield* turns
      assert.deepStrictEqual([Option.isNone(yield* Fiber.poll(closing)), reports], [true, []])
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      const words = "Abandoned: the handler was closed before the event was handled"
      assert.sameMembers(reports, [`1 ${words}`, `2 ${words}`, `3 ${words}`])
      assert.sameMembers(claimed, ["free 1", "free 2", "free 3"])
      for (const { job } of jobs) assert.isFalse(yield* Deferred.await(job.end))
    })
  )

  it.effect("tells of what fails while it closes as of any failure", () =>
    Effect.gen(function* () {
      const { close, offer, reports } = yield* started(() =>
        Effect.zipRight(Effect.sleep("1 second"), Effect.fail("no"))
      )
      yield* offer(eventOf(1))
      yield* turns
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(reports, ["1 HandlerFailed: the handler of the event failed"])
    })
  )
})
