import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { HttpLayer } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Metered from "../support/metered.js"

const get = Robots.get({ id: 1 })

/** A thousand calls at once, under a limit. */
const thousand = (server: ReturnType<typeof Metered.make>, options: HttpLayer.LayerOptions) =>
  Effect.gen(function* () {
    const live = Layer.merge(server.auth, HttpLayer.layer(options).pipe(Layer.provide(server.layer)))
    const calls = Effect.forEach(Array.from({ length: 1000 }), () => get, { concurrency: "unbounded", discard: true })
    const { took } = yield* Metered.elapse(calls.pipe(Effect.provide(live)))
    const first = server.served[0]?.at ?? 0
    const last = server.served.at(-1)?.at ?? 0
    return { took, rate: 980 / ((last - first) / 2000) }
  })

describe("a thousand fibers, twenty requests in two seconds", () => {
  for (const window of ["rolling", "fixed"] as const) {
    for (const [latency, ways] of Object.entries({
      none: () => [0, 0] as const,
      "50 ms": () => [20, 30] as const,
      "300 ms": () => [100, 200] as const,
      "20 to 120 ms": (n: number) => [10 + ((n * 37) % 50), 10 + ((n * 53) % 50)] as const
    })) {
      it.effect(`all succeed without one 429, at 95 % of the limit (${window} window, latency ${latency})`, () =>
        Effect.gen(function* () {
          const server = Metered.make({ window, latency: ways })
          const { rate } = yield* thousand(server, { limiter: true })
          assert.strictEqual(server.refusals(), 0)
          assert.lengthOf(server.served, 1000)
          assert.isAtLeast(rate, 19, `${rate.toFixed(2)} in two seconds`)
          assert.isAtMost(server.busiest(), window === "rolling" ? 20 : 40)
        })
      )
    }
  }

  it.effect("with a limit below all that is documented: no 429 once it was learned", () =>
    Effect.gen(function* () {
      const server = Metered.make({ limit: 10 })
      const { rate } = yield* thousand(server, { limiter: true })
      const late = server.served.filter((one) => one.status === 429 && one.at > (server.served[0]?.at ?? 0) + 2000)
      assert.lengthOf(late, 0)
      assert.isAtMost(server.refusals(), 10)
      assert.isAtLeast(rate, 9.5)
    })
  )

  it.effect("with a limit far above it: as fast as that allows", () =>
    Effect.gen(function* () {
      const server = Metered.make({ limit: 240 })
      const { took } = yield* thousand(server, { limiter: true })
      assert.strictEqual(server.refusals(), 0)
      assert.isBelow(took, 11_000)
    })
  )

  it.effect("without headers: felt for, with few refusals", () =>
    Effect.gen(function* () {
      const server = Metered.make({ headers: "none" })
      const { rate } = yield* thousand(server, { limiter: true })
      assert.isAtMost(server.refusals(), 50)
      assert.isAtLeast(rate, 14)
    })
  )

  it.effect("with the limiter off all succeed, and at most 5 % are refused", () =>
    Effect.gen(function* () {
      for (const headers of ["all", "none"] as const) {
        const server = Metered.make({ headers })
        const { rate } = yield* thousand(server, { limiter: false })
        const share = server.refusals() / server.served.length
        assert.isAtMost(share, 0.05, `${headers}: ${server.refusals()} of ${server.served.length}`)
        assert.isAtLeast(rate, 10)
      }
    })
  )

  it.effect("beside somebody who takes half of it steadily: the server's count is heeded", () =>
    Effect.gen(function* () {
      const server = Metered.make({ limit: 40 })
      const other = Layer.merge(server.auth, server.layer)
      const ours = Layer.merge(server.auth, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(server.layer)))
      const steadily = Robots.get({ id: 2 }).pipe(
        HttpLayer.withPolicy({ retries: 0 }),
        Effect.ignore,
        Effect.provide(other)
      )
      const all = Effect.forEach(Array.from({ length: 1000 }), () => get, { concurrency: "unbounded", discard: true })
      const { took } = yield* Metered.elapse(
        Effect.race(
          Effect.provide(all, ours),
          Effect.forever(Effect.zipRight(Effect.fork(steadily), Effect.sleep(100)))
        )
      )
      const mine = server.served.filter((one) => one.path.endsWith("/1"))
      const refused = mine.filter((one) => one.status === 429)
      assert.isAtMost(refused.length / mine.length, 0.05, `${refused.length} of ${mine.length}`)
      assert.isBelow(took, (1000 / 8) * 1000)
    })
  )
})
