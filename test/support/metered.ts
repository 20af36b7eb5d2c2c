/** A transport with Pipedrive's limits: so many requests in any two seconds, so many tokens a day, after a latency. */
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Auth } from "effect-pipedrive"
import * as TestClocks from "./clock.js"

export interface Options {
  readonly limit?: number
  readonly searchLimit?: number
  readonly window?: "rolling" | "fixed"
  /** Milliseconds on the way there and on the way back, for the nth request. */
  readonly latency?: (n: number) => readonly [there: number, back: number]
  /** Which headers tell of the limits. */
  readonly headers?: "all" | "none"
  readonly tokens?: number
  readonly cost?: number
}

export const make = (options: Options = {}) => {
  const {
    cost = 1,
    headers = "all",
    latency = () => [20, 30],
    limit = 20,
    searchLimit = 10,
    window = "rolling"
  } = options
  const served: Array<{ readonly at: number; readonly path: string; readonly status: number; readonly token: string }> =
    []
  const windows = new Map<string, Array<number>>()
  let tokens = options.tokens ?? Number.POSITIVE_INFINITY
  const count = (key: string, most: number, now: number): number => {
    const times = windows.get(key) ?? []
    const since = window === "rolling" ? now - 2000 : Math.floor(now / 2000) * 2000 - 1
    const recent = times.filter((time) => time > since)
    if (recent.length >= most) {
      windows.set(key, recent)
      return -1
    }
    recent.push(now)
    windows.set(key, recent)
    return most - recent.length
  }
  const judge = (path: string, token: string, now: number) => {
    const search = /\/search/.test(path)
    const mine = search ? searchLimit : limit
    const left = count(`${token} ${search}`, mine, now)
    const spent = tokens < cost
    const status = left < 0 || spent ? 429 : 200
    if (status === 200) tokens -= cost
    served.push({ at: now, path, status, token })
    const told: Record<string, string> =
      headers === "none"
        ? {}
        : {
            "x-ratelimit-limit": String(mine),
            "x-ratelimit-remaining": String(Math.max(left, 0)),
            "x-ratelimit-reset": "2",
            ...(options.tokens === undefined
              ? {}
              : {
                  "x-daily-ratelimit-token-limit": String(options.tokens),
                  "x-daily-ratelimit-token-remaining": String(spent ? 0 : tokens)
                })
          }
    const body =
      status === 200 ? { success: true, data: search ? [] : { id: 1 } } : { success: false, error: "over limit" }
    return { status, headers: told, text: JSON.stringify(body) }
  }
  let n = 0
  const client = HttpClient.make((request, url) => {
    const [there, back] = latency(n++)
    const token = request.headers["x-api-token"] ?? request.headers.authorization ?? ""
    return Effect.sleep(there).pipe(
      Effect.zipRight(Clock.currentTimeMillis),
      Effect.map((now) => judge(url.pathname, token, now)),
      Effect.tap(Effect.sleep(back)),
      // a Response would take real time to be read
      Effect.map(({ headers, status, text }) =>
        Object.create(HttpClientResponse.fromWeb(request, new Response()), {
          status: { value: status },
          headers: { value: Headers.fromInput({ ...headers, "content-length": String(text.length) }) },
          text: { value: Effect.succeed(text) }
        })
      )
    )
  })
  return {
    served,
    refill: (amount: number) => {
      tokens = amount
    },
    layer: Layer.succeed(HttpClient.HttpClient, client),
    auth: Layer.orDie(Auth.apiKey("SECRET")),
    refusals: () => served.filter((one) => one.status === 429).length,
    /** The most that came in any two seconds. */
    busiest: () => {
      let most = 0
      let from = 0
      for (const [to, { at }] of served.entries()) {
        while ((served[from]?.at ?? at) <= at - 2000) from++
        most = Math.max(most, to - from + 1)
      }
      return most
    }
  }
}

/**
 * Runs an effect to its end on a clock that jumps from one instant to the next at which somebody wakes. (`TestClock`
 * would take a minute for what takes this one a second.)
 */
export const elapse = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let now = 1_700_000_000_000
    const start = now
    const instants = new Map<number, Set<() => void>>()
    const clock = TestClocks.make(
      () => now,
      (duration) =>
        Effect.async((resume) => {
          const at = now + Math.max(0, Math.ceil(Duration.toMillis(duration)))
          const wakers = instants.get(at) ?? new Set()
          instants.set(at, wakers)
          const wake = () => resume(Effect.void)
          wakers.add(wake)
          return Effect.sync(() => {
            wakers.delete(wake)
            if (wakers.size === 0) instants.delete(at)
          })
        })
    )
    const fiber = yield* Effect.fork(Effect.withClock(effect, clock))
    let done = false
    fiber.addObserver(() => {
      done = true
    })
    yield* Effect.promise(async () => {
      while (!done) {
        for (let n = 0; n < 2; n++) await new Promise((resolve) => setImmediate(resolve))
        if (done) break
        const at = Math.min(...instants.keys())
        if (at === Number.POSITIVE_INFINITY) continue
        now = Math.max(now, at)
        const wakers = instants.get(at) ?? []
        instants.delete(at)
        for (const wake of wakers) wake()
      }
    })
    return { took: now - start, value: yield* Fiber.join(fiber) }
  })
