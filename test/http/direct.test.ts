/** The direct way to a transport, over one that a test plays: what is started is stopped, and ends once. */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Auth, HttpLayer } from "effect-pipedrive"
import * as Transport from "../../src/internal/http/transport.js"
import * as Robots from "../support/endpoints.js"

const answer = (id: number, status = 200): Transport.Outcome => ({
  _tag: "Response",
  status,
  headers: {},
  text: JSON.stringify({ success: status === 200, data: { id } })
})

type OnEnd = (outcome: Transport.Outcome) => void

/** A transport that does as it is told with the nth request, and tells how many it was asked to abort. */
const played = (...acts: ReadonlyArray<(onEnd: OnEnd) => void>) => {
  const counts = { sent: 0, aborted: 0 }
  const client = Transport.attach(
    HttpClient.make(() => Effect.dieMessage("not sent the direct way")),
    (_request, _reading, _context, onEnd) => {
      const act = acts[Math.min(counts.sent++, acts.length - 1)]
      act?.(onEnd)
      return () => {
        counts.aborted++
      }
    }
  )
  const layer = (options: HttpLayer.LayerOptions = {}) =>
    Layer.merge(
      Layer.orDie(Auth.apiKey("SECRET")),
      HttpLayer.layer({ retries: 0, ...options }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))
    )
  return { counts, layer }
}

const atOnce =
  (...outcomes: ReadonlyArray<Transport.Outcome>) =>
  (onEnd: OnEnd) =>
    outcomes.forEach(onEnd)
const soon =
  (...outcomes: ReadonlyArray<Transport.Outcome>) =>
  (onEnd: OnEnd) =>
    void setImmediate(() => outcomes.forEach(onEnd))
const never = () => {}

const get = Effect.map(Robots.get({ id: 1 }), ({ data }) => data.id)

/** Starts a call, and interrupts it once it is sent. */
const interrupted = <E, R>(call: Effect.Effect<unknown, E, R>, counts: { readonly sent: number }) =>
  Effect.gen(function* () {
    const before = counts.sent
    const fiber = yield* Effect.fork(call)
    while (counts.sent === before) yield* Effect.sleep("1 millis")
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
  })

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length

describe("a call that goes the direct way", () => {
  it.live("leaves no timer behind, however it ends, and aborts nothing that has ended", () =>
    Effect.gen(function* () {
      for (const act of [atOnce, soon]) {
        const { counts, layer } = played(act(answer(1)), act(answer(1, 404)))
        yield* Effect.gen(function* () {
          const call = get.pipe(HttpLayer.withPolicy({ timeout: "1 hour", totalTimeout: "2 hours" }))
          const before = timers()
          assert.strictEqual(yield* call, 1)
          for (let n = 0; n < 20; n++) assert.strictEqual((yield* Effect.flip(call))._tag, "NotFound")
          assert.isBelow(timers() - before, 10)
        }).pipe(Effect.provide(layer()))
        assert.deepStrictEqual(counts, { sent: 21, aborted: 0 })
      }
    })
  )

  it.live("that is interrupted aborts its request once, and stops its timer", () =>
    Effect.gen(function* () {
      const { counts, layer } = played(never)
      yield* Effect.gen(function* () {
        const before = timers()
        for (let n = 0; n < 20; n++) {
          yield* interrupted(get.pipe(HttpLayer.withPolicy({ timeout: "1 hour", totalTimeout: "2 hours" })), counts)
        }
        assert.isBelow(timers() - before, 10)
      }).pipe(Effect.provide(layer({ limiter: false })))
      assert.deepStrictEqual(counts, { sent: 20, aborted: 20 })
    })
  )

  it.live("whose time is up aborts its request once, also where its caller cannot be interrupted", () =>
    Effect.gen(function* () {
      const { counts, layer } = played(never)
      const call = Effect.flip(get).pipe(HttpLayer.withPolicy({ timeout: "5 millis" }))
      for (const one of [call, Effect.uninterruptible(call)]) {
        assert.strictEqual((yield* Effect.provide(one, layer()))._tag, "Timeout")
      }
      assert.deepStrictEqual(counts, { sent: 2, aborted: 2 })
    })
  )

  it.live("gives the next one its place, when it is interrupted and when its time is up", () =>
    Effect.gen(function* () {
      const { counts, layer } = played(never, never, soon(answer(3)))
      const third = yield* Effect.gen(function* () {
        yield* interrupted(get, counts)
        const error = yield* Effect.flip(get.pipe(HttpLayer.withPolicy({ timeout: "5 millis" })))
        assert.strictEqual(error._tag, "Timeout")
        return yield* Effect.timeout(get, "5 seconds")
      }).pipe(Effect.provide(layer({ limiter: { maximumInFlight: 1 } })))
      assert.strictEqual(third, 3)
      assert.strictEqual(counts.sent, 3)
    })
  )

  it.live("wakes the one that waits for its place, too", () =>
    Effect.gen(function* () {
      const { counts, layer } = played(never, soon(answer(2)))
      const second = yield* Effect.gen(function* () {
        const first = yield* Effect.fork(get)
        while (counts.sent < 1) yield* Effect.yieldNow()
        const waiting = yield* Effect.fork(get)
        yield* Effect.sleep("5 millis")
        assert.strictEqual(counts.sent, 1)
        yield* Fiber.interrupt(first)
        return yield* Effect.timeout(Fiber.join(waiting), "5 seconds")
      }).pipe(Effect.provide(layer({ limiter: { maximumInFlight: 1 } })))
      assert.strictEqual(second, 2)
    })
  )

  it.live("takes the first outcome of a transport that gives several", () =>
    Effect.gen(function* () {
      const broken: Transport.Outcome = { _tag: "Failure", cause: new Error("late"), phase: "receive" }
      for (const act of [atOnce, soon]) {
        const { layer } = played(act(answer(1), broken, answer(2)))
        assert.strictEqual(yield* Effect.provide(get, layer()), 1)
      }
    })
  )
})
