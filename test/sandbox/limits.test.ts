import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { type Reply, world } from "./support.js"

const noon = Date.UTC(2026, 4, 15, 12)
const started = (options: Parameters<typeof world>[0]) => Effect.zipRight(TestClock.setTime(noon), world(options))

const numbers = (reply: Reply) =>
  ["limit", "remaining", "reset"].map((name) => Number(reply.headers[`x-ratelimit-${name}`]))

const tokens = (reply: Reply) =>
  ["limit", "remaining"].map((name) => Number(reply.headers[`x-daily-ratelimit-token-${name}`]))

describe("limits", () => {
  it.effect("are off unless a plan is named, and the headers say that there is room", () =>
    Effect.gen(function* () {
      const { send } = yield* started({})
      for (let at = 0; at < 200; at++) {
        const reply = yield* send("GET", "/api/v2/deals/1")
        assert.strictEqual(reply.status, 200)
        assert.deepStrictEqual(numbers(reply), [100, 99, 2])
      }
    })
  )

  it.effect("count requests in a window of two seconds that moves on", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ plan: "lite" })
      const first = yield* send("GET", "/api/v2/deals/1")
      assert.deepStrictEqual(numbers(first), [20, 19, 2])
      yield* TestClock.adjust("1 second")
      for (let at = 0; at < 19; at++) yield* send("GET", "/api/v2/deals/1")
      const refused = yield* send("GET", "/api/v2/deals/1")
      assert.strictEqual(refused.status, 429)
      assert.deepStrictEqual(refused.body, {
        success: false,
        error: "Request over limit",
        errorCode: 429,
        error_info: "Please check developers.pipedrive.com"
      })
      assert.deepStrictEqual(numbers(refused), [20, 0, 1])
      assert.isAbove(tokens(refused)[1] ?? 0, 0)
      assert.isUndefined(refused.headers["retry-after"])
      yield* TestClock.adjust("1 second")
      // the first request has left the window, the others have not
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 200)
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 429)
    })
  )

  it.effect("let ten searches through on every plan", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ plan: "ultimate" })
      for (let at = 0; at < 10; at++) {
        assert.strictEqual((yield* send("GET", "/api/v2/deals/search?term=desk")).status, 200)
      }
      assert.strictEqual((yield* send("GET", "/api/v2/itemSearch?term=desk")).status, 429)
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 200)
    })
  )

  it.effect("take the endpoint's cost from the day's tokens, and are told apart when those are spent", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ plan: { daily: 25 } })
      assert.deepStrictEqual(tokens(yield* send("GET", "/api/v2/deals")), [25, 15])
      assert.deepStrictEqual(tokens(yield* send("GET", "/v1/deals/1")), [25, 13])
      assert.deepStrictEqual(tokens(yield* send("GET", "/api/v2/deals")), [25, 3])
      const spent = yield* send("GET", "/api/v2/deals")
      assert.strictEqual(spent.status, 429)
      assert.deepStrictEqual(tokens(spent), [25, 0])
      assert.isAbove(numbers(spent)[1] ?? 0, 0)
      yield* TestClock.adjust("11 hours")
      assert.strictEqual((yield* send("GET", "/api/v2/deals")).status, 429)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(tokens(yield* send("GET", "/api/v2/deals")), [25, 15])
    })
  )

  it.effect("end in a page from the edge for who does not listen", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ plan: { burst: 1, blockAfter: 3, blockSeconds: 30 } })
      yield* send("GET", "/api/v2/deals/1")
      for (let at = 0; at < 3; at++) assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 429)
      const blocked = yield* send("GET", "/api/v2/deals/1")
      assert.strictEqual(blocked.status, 403)
      assert.match(blocked.body, /<!DOCTYPE html>/)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 200)
    })
  )

  it.effect("come after the credentials, and before the path", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ plan: { burst: 1 } })
      yield* send("GET", "/api/v2/deals/1")
      assert.strictEqual((yield* send("GET", "/v1/nowhere")).status, 429)
      assert.strictEqual((yield* send("GET", "/v1/nowhere", undefined, { "x-api-token": "wrong" })).status, 401)
    })
  )
})
