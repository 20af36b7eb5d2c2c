import * as HttpBody from "@effect/platform/HttpBody"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { Deals, Persons } from "effect-pipedrive/v2"
import { world } from "./support.js"

const get = (sandbox: Sandbox.Service, path: string) =>
  sandbox.client.get(`${sandbox.baseUrl}${path}`, { headers: { "x-api-token": sandbox.token } })

const statuses = (sandbox: Sandbox.Service, path: string, times: number) =>
  Effect.map(Effect.replicateEffect(get(sandbox, path), times), (answers) => Array.from(answers, (one) => one.status))

describe("faults", () => {
  it.effect("strike the requests that they name, by endpoint and by number", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world({
        faults: [
          { endpoint: Deals.list, nth: [2, 4], outcome: { _tag: "Respond", status: 503, body: "<h1>Down</h1>" } }
        ]
      })
      yield* get(sandbox, "/api/v2/persons")
      assert.deepStrictEqual(yield* statuses(sandbox, "/api/v2/deals", 5), [200, 503, 200, 503, 200])
      assert.deepStrictEqual(
        (yield* sandbox.requests).map((request) => request.status),
        [200, 200, 503, 200, 503, 200]
      )
    })
  )

  it.effect("answer with the body and headers that they name", () =>
    Effect.gen(function* () {
      const { send } = yield* world({
        faults: [
          {
            nth: 1,
            outcome: { _tag: "Respond", status: 429, body: { error: "slow" }, headers: { "retry-after": "7" } }
          },
          { nth: 2, outcome: { _tag: "Respond", status: 502, body: "<h1>Bad gateway</h1>" } },
          { nth: 3, outcome: { _tag: "Respond", status: 200 } }
        ]
      })
      const first = yield* send("GET", "/api/v2/deals")
      assert.deepStrictEqual([first.status, first.body, first.headers["retry-after"]], [429, { error: "slow" }, "7"])
      const second = yield* send("GET", "/api/v2/deals")
      assert.strictEqual(second.headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual((yield* send("GET", "/api/v2/deals")).body, "")
    })
  )

  it.effect("strike so many times and then no more", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world({ faults: [{ times: 2, outcome: { _tag: "Respond", status: 500 } }] })
      assert.deepStrictEqual(yield* statuses(sandbox, "/v1/users/me", 4), [500, 500, 200, 200])
    })
  )

  it.effect("strike by chance, the same requests in every world", () =>
    Effect.gen(function* () {
      const run = Effect.gen(function* () {
        const { sandbox } = yield* world({ faults: [{ probability: 0.3, outcome: { _tag: "Respond", status: 500 } }] })
        return yield* statuses(sandbox, "/v1/users/me", 200)
      })
      const once = yield* run
      const struck = once.filter((status) => status === 500).length
      assert.isAbove(struck, 35)
      assert.isBelow(struck, 90)
      assert.deepStrictEqual(yield* run, once)
    })
  )

  it.effect("break the connection before or after the sandbox acted", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world({
        faults: [
          { endpoint: "v2.Deals.add", nth: 1, outcome: { _tag: "Reset" } },
          { endpoint: "v2.Deals.add", nth: 2, outcome: { _tag: "Reset" }, acts: true },
          { endpoint: "v2.Deals.add", nth: 3, outcome: { _tag: "Refuse" } }
        ]
      })
      const body = HttpBody.unsafeJson({ title: "x" })
      const headers = { "x-api-token": sandbox.token }
      const add = sandbox.client.post(`${sandbox.baseUrl}/api/v2/deals`, { body, headers })
      const after: Array<readonly [code: unknown, deals: number | undefined]> = []
      for (let at = 0; at < 3; at++) {
        const error = yield* Effect.flip(add)
        const cause = error._tag === "RequestError" ? error.cause : undefined
        const code = cause instanceof Error && "code" in cause ? cause.code : undefined
        after.push([code, (yield* sandbox.state).deal?.length])
      }
      assert.deepStrictEqual(after, [
        ["ECONNRESET", 30],
        ["ECONNRESET", 31],
        ["ECONNREFUSED", 31]
      ])
      assert.strictEqual((yield* send("GET", "/api/v2/deals/31")).status, 200)
    })
  )

  it.effect("cut the answer off", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world({ faults: [{ outcome: { _tag: "Truncate", bytes: 20 } }] })
      const answer = yield* get(sandbox, "/v1/users/me")
      assert.strictEqual(answer.status, 200)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(answer.text)))
    })
  )

  it.effect("delay, drip and hang on the clock", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world({
        faults: [
          { nth: 1, delay: "3 seconds", outcome: { _tag: "Pass" } },
          { nth: 2, outcome: { _tag: "Drip", bytes: 100, every: "1 second" } },
          { nth: 3, outcome: { _tag: "Hang" } }
        ]
      })
      const slow = yield* Effect.fork(get(sandbox, "/v1/users/me"))
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(slow)))
      yield* TestClock.adjust("1 second")
      const whole = yield* Effect.flatMap(Fiber.join(slow), (answer) => answer.text)

      const dripping = yield* Effect.fork(Effect.flatMap(get(sandbox, "/v1/users/me"), (answer) => answer.text))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(dripping), whole)

      const hanging = yield* Effect.fork(get(sandbox, "/v1/users/me"))
      yield* TestClock.adjust("1 day")
      assert.isTrue(Option.isNone(yield* Fiber.poll(hanging)))
      yield* Fiber.interrupt(hanging)
      assert.isUndefined((yield* sandbox.requests)[2]?.status)
    })
  )

  it.effect("can be changed on the way", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* world()
      yield* sandbox.setFaults([{ nth: 1, outcome: { _tag: "Respond", status: 500 } }])
      assert.deepStrictEqual(yield* statuses(sandbox, "/v1/users/me", 2), [500, 200])
      yield* sandbox.setFaults([])
      assert.deepStrictEqual(yield* statuses(sandbox, "/v1/users/me", 2), [200, 200])
    })
  )

  const broken: ReadonlyArray<readonly [fault: Sandbox.Fault, message: RegExp]> = [
    [{ endpoint: "v2.Deals.nothing", outcome: { _tag: "Hang" } }, /faults\[0\]\.endpoint is none: v2\.Deals\.nothing/],
    [{ nth: 0, outcome: { _tag: "Hang" } }, /faults\[0\]\.nth/],
    [{ times: -1, outcome: { _tag: "Hang" } }, /faults\[0\]\.times/],
    [{ probability: 1.5, outcome: { _tag: "Hang" } }, /faults\[0\]\.probability/],
    [{ outcome: { _tag: "Respond", status: 99 } }, /faults\[0\]\.outcome\.status/],
    [{ outcome: { _tag: "Drip", bytes: 0, every: 1 } }, /faults\[0\]\.outcome\.bytes/],
    [{ delay: "soon" as "1 second", outcome: { _tag: "Pass" } }, /faults\[0\]\.delay/]
  ]
  for (const [fault, message] of broken) {
    it.effect(`that make no sense are refused when the sandbox is made: ${message.source}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Sandbox.make({ faults: [fault] }))
        assert.match(error.message, message)
      })
    )
  }

  it.scopedLive("break real connections on a port", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const ask = Effect.tryPromise(async () => {
        const response = await fetch(`${sandbox.baseUrl}/v1/users/me`, { headers: { "x-api-token": sandbox.token } })
        return (await response.text()).length
      })
      // at once, not when the server is tired of an idle connection
      const broken = Effect.flip(Effect.timeoutFail(ask, { duration: "4 seconds", onTimeout: () => "late" as const }))
      assert.notStrictEqual(yield* broken, "late")
      assert.notStrictEqual(yield* broken, "late")
      assert.isAbove(yield* ask, 500)
    }).pipe(
      Effect.provide(
        Server.layer({
          port: 0,
          faults: [
            { nth: 1, outcome: { _tag: "Reset" } },
            { nth: 2, outcome: { _tag: "Truncate", bytes: 50 } },
            { nth: 3, outcome: { _tag: "Drip", bytes: 200, every: "5 millis" } }
          ]
        })
      )
    )
  )
})

describe("replies", () => {
  it.effect("are all there is without a world, and filled up to be whole", () =>
    Effect.gen(function* () {
      const { data } = yield* Deals.get({ id: 42 })
      assert.strictEqual(data.id, 42)
      assert.strictEqual(data.title, "Forty desks")
      assert.isNumber(data.stage_id)
      const list = yield* Deals.list({ limit: 2 })
      assert.deepStrictEqual(
        list.data.map((deal) => [deal.id, deal.status]),
        [
          [1, "won"],
          [2, "open"]
        ]
      )
      const error = yield* Effect.flip(Persons.get({ id: 1 }))
      assert.strictEqual(error._tag, "NotFound")
      const missing = yield* Effect.flip(Persons.delete({ id: 1 }))
      assert.match(missing.message, /No reply is laid down for v2\.Persons\.delete/)
    }).pipe(
      Effect.provide(
        Sandbox.layerReplies(
          Sandbox.reply(Deals.get, ({ id }) => ({ data: { id, title: "Forty desks" } })),
          Sandbox.reply(Deals.list, { data: [{ id: 1, status: "won" }, { id: 2 }] }),
          Sandbox.refuse(Persons.get, 404, { error: "Person not found" })
        )
      )
    )
  )

  it.effect("stand in for single endpoints of a world", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Deals.get({ id: 1 })).data.title, "Stubbed")
      assert.isAbove((yield* Deals.list).data.length, 20)
    }).pipe(Effect.provide(Sandbox.layer({ replies: [Sandbox.reply(Deals.get, { data: { title: "Stubbed" } })] })))
  )
})
