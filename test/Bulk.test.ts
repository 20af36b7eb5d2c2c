import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Bulk, Endpoint, HttpLayer, PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals, Persons } from "effect-pipedrive/v2"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const once = HttpLayer.withPolicy({ retries: 0 })
const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.runCollect(stream), (chunk) => Array.from(chunk))

const updates = (count: number) => Array.from({ length: count }, (_, i) => ({ id: i + 1, name: `R${i}` }))
const idOf = (seen: Fake.Seen) => Number(seen.url.pathname.split("/").at(-1))
const fine = (seen: Fake.Seen) => Fake.ok({ id: idOf(seen) })
const refused = (status: number, extra: object = {}) => Fake.json(status, { success: false, error: "no", ...extra })

describe("one endpoint for many inputs", () => {
  it.effect("tells what became of each, in order, and goes on after failures", () =>
    Effect.gen(function* () {
      const fake = Fake.make((seen) => {
        const id = idOf(seen)
        return id === 2 ? refused(404) : id === 4 ? refused(500) : id === 5 ? { fault: new Error("gone") } : fine(seen)
      })
      const inputs = [...updates(6), { id: 7 }]
      const results = yield* collect(Bulk.forEach(inputs, Robots.update)).pipe(once, Effect.provide(fake.live))
      assert.deepStrictEqual(
        results.map((one) => [
          one.index,
          one.input,
          one._tag,
          one._tag === "Succeeded" ? one.value.data.id : one.error._tag
        ]),
        [
          [0, inputs[0], "Succeeded", 1],
          [1, inputs[1], "Failed", "NotFound"],
          [2, inputs[2], "Succeeded", 3],
          [3, inputs[3], "Unknown", "ServerError"],
          [4, inputs[4], "Unknown", "TransportError"],
          [5, inputs[5], "Succeeded", 6],
          // an update of nothing is refused before it is sent
          [6, inputs[6], "Failed", "InvalidRequest"]
        ]
      )
      assert.strictEqual(fake.seen.length, 6)
      assert.deepStrictEqual(
        results.map(({ position }) => position.done),
        [1, 2, 3, 4, 5, 6, 7]
      )
    })
  )

  it.effect("tells a function the place of its input, also when it goes on", () =>
    Effect.gen(function* () {
      const run = (options?: Bulk.Options) =>
        collect(Bulk.forEach(["a", "b", "c"], (text, index) => Effect.succeed(`${text}${index}`), options)).pipe(
          Effect.map((results) => results.map((one) => one._tag === "Succeeded" && one.value))
        )
      assert.deepStrictEqual(yield* run(), ["a0", "b1", "c2"])
      assert.deepStrictEqual(yield* run({ from: { format: 1, endpoint: "", done: 1, also: [] } }), ["b1", "c2"])
    })
  )

  it.effect("takes any endpoint, functions, iterables and streams, of which it reads no more than it needs", () =>
    Effect.gen(function* () {
      let read = 0
      const inputs = Stream.iterate(1, (n) => n + 1).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sync(() => read++)),
        Stream.map((id) => ({ id }))
      )
      const fake = Fake.make(fine)
      const some = yield* collect(Bulk.forEach(inputs, Robots.get, { concurrency: 3 }).pipe(Stream.take(10))).pipe(
        Effect.provide(fake.live)
      )
      assert.strictEqual(some.length, 10)
      assert.isBelow(read, 10 + 2 * 3 + 3)
      const rename = (id: number) => Robots.update({ id, name: "x" }).pipe(Effect.map(({ data }) => data.id))
      const mine = yield* collect(Bulk.forEach(new Set([3, 4]), rename)).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        mine.map((one) => one._tag === "Succeeded" && one.value),
        [3, 4]
      )
    })
  )

  it.effect("has no more under way than it may", () =>
    Effect.gen(function* () {
      let [now, most] = [0, 0]
      const work = (n: number) =>
        Effect.acquireUseRelease(
          Effect.sync(() => (most = Math.max(most, ++now))),
          () => Effect.sleep(`${(n % 7) + 1} seconds`),
          () => Effect.sync(() => now--)
        )
      const fiber = yield* Effect.fork(
        collect(
          Bulk.forEach(
            Array.from({ length: 50 }, (_, i) => i),
            work,
            { concurrency: 4 }
          )
        )
      )
      yield* TestClock.adjust("10 minutes")
      const results = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        results.map(({ input }) => input),
        Array.from({ length: 50 }, (_, i) => i)
      )
      assert.strictEqual(most, 4)
    })
  )

  it.effect("stops where all would fail, and reports the rest as not begun", () =>
    Effect.gen(function* () {
      const daily = { "x-daily-ratelimit-token-remaining": "0", "x-daily-ratelimit-token-limit": "30000" }
      const stops: ReadonlyArray<[Response, string]> = [
        [refused(401), "Unauthorized"],
        [refused(402), "PaymentRequired"],
        [Fake.json(429, { success: false, error: "limit" }, daily), "RateLimited"]
      ]
      for (const [answer, tag] of stops) {
        const fake = Fake.make((seen) => (idOf(seen) === 3 ? answer.clone() : fine(seen)))
        const run = Bulk.forEach(Stream.fromIterable(updates(40)), Robots.update, { concurrency: 1 })
        const results = yield* collect(run).pipe(Effect.provide(fake.live))
        assert.deepStrictEqual(
          results.map((one) => (one._tag === "Succeeded" ? "fine" : `${one._tag} ${one.error._tag}`)),
          ["fine", "fine", `Failed ${tag}`, ...Array.from({ length: 37 }, () => `NotBegun ${tag}`)]
        )
        assert.strictEqual(fake.seen.length, 3)
        // what is left is to be done again
        assert.isTrue(results.slice(2).every(({ position }) => position.done === 2 && position.also.length === 0))
      }
    })
  )

  it.effect("tells an error that all would meet from one that is this input's", () =>
    Effect.gen(function* () {
      const call = { endpoint: "v2.Robots.update", method: "PATCH", path: "/x" }
      const answered = { ...call, attempts: 1 }
      const cases: ReadonlyArray<[unknown, boolean]> = [
        [new PipedriveError.Unauthorized({ ...answered, status: 401 }), true],
        [new PipedriveError.AuthError({ reason: "ReauthorizationRequired", description: "gone" }), true],
        [new PipedriveError.AuthError({ reason: "TokenEndpoint", description: "down", transient: true }), false],
        [new PipedriveError.Forbidden({ ...answered, status: 403, blockedByEdge: true }), true],
        [new PipedriveError.Forbidden({ ...answered, status: 403, blockedByEdge: false }), false],
        [new PipedriveError.RateLimited({ ...answered, status: 429, kind: "burst" }), false],
        [new PipedriveError.NotFound({ ...answered, status: 404 }), false],
        [
          new PipedriveError.InvalidRequest({ ...call, issues: [{ path: ["policy", "retries"], message: "no" }] }),
          true
        ],
        [new PipedriveError.InvalidRequest({ ...call, issues: [{ path: ["id"], message: "no" }] }), false],
        ["an error of your own", false]
      ]
      for (const [error, stops] of cases) {
        const results = yield* collect(Bulk.forEach([1, 2], () => Effect.fail(error), { concurrency: 1 }))
        assert.deepStrictEqual(
          results.map(({ _tag }) => _tag),
          ["Failed", stops ? "NotBegun" : "Failed"]
        )
      }
    })
  )

  it.effect("is gone on with after that: what is finished is not done again, what is left is", () =>
    Effect.gen(function* () {
      let spent = false
      const counts = new Map<number, number>()
      const fake = Fake.make((seen) => {
        const id = idOf(seen)
        if (spent && id % 3 === 0) return refused(402)
        counts.set(id, (counts.get(id) ?? 0) + 1)
        if (id === 7) spent = true
        return fine(seen)
      })
      const run = (from?: Bulk.Position) =>
        collect(Bulk.forEach(updates(30), Robots.update, { concurrency: 5, from })).pipe(Effect.provide(fake.live))
      const first = yield* run()
      const stored = JSON.stringify(first.at(-1)?.position)
      const position = Schema.decodeUnknownSync(Schema.parseJson(Bulk.Position))(stored)
      assert.isBelow(stored.length, 200)
      assert.isBelow(position.done, 30)
      spent = false
      const second = yield* run(position)
      assert.deepStrictEqual(
        Array.from(counts).sort(([a], [b]) => a - b),
        updates(30).map(({ id }) => [id, 1])
      )
      assert.deepInclude(second.at(-1)?.position, { done: 30, also: [] })
      assert.deepStrictEqual(yield* run(second.at(-1)?.position), [])
    })
  )

  it("does everything once, whatever fails and wherever it is stopped", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.constantFrom("fine", "fails", "unknown", "spent"), { maxLength: 40 }),
        FastCheck.integer({ min: 1, max: 6 }),
        (kinds, concurrency) =>
          Effect.gen(function* () {
            const acted = new Map<number, number>()
            const spent = new Set<number>()
            const fake = Fake.make((seen) => {
              const id = idOf(seen)
              const kind = kinds[id - 1]
              // each of these is met once, and then the budget is there again
              if (kind === "spent" && !spent.has(id)) {
                spent.add(id)
                return refused(402)
              }
              if (kind === "fails") return refused(400)
              acted.set(id, (acted.get(id) ?? 0) + 1)
              return kind === "unknown" ? refused(503) : fine(seen)
            })
            const seen = new Map<number, string>()
            let from: Bulk.Position | undefined
            for (let runs = 0; runs <= kinds.length; runs++) {
              const results = yield* collect(
                Bulk.forEach(updates(kinds.length), Robots.update, { concurrency, from })
              ).pipe(once, Effect.provide(fake.live))
              for (const one of results) {
                if (one._tag === "NotBegun" || (one._tag === "Failed" && one.error._tag === "PaymentRequired")) continue
                assert.isFalse(seen.has(one.index))
                seen.set(one.index, one._tag)
              }
              from = results.at(-1)?.position ?? from
            }
            const expected = { fine: "Succeeded", spent: "Succeeded", fails: "Failed", unknown: "Unknown" } as const
            assert.deepStrictEqual(
              kinds.map((_, i) => seen.get(i)),
              kinds.map((kind) => expected[kind as keyof typeof expected])
            )
            assert.isTrue(Array.from(acted.values()).every((times) => times === 1))
          }).pipe(Effect.runPromise)
      ),
      { numRuns: 60 }
    ))

  it.effect("ends when its inputs end: what is under way is finished first", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const inputs = Stream.fromIterable(updates(100)).pipe(Stream.rechunk(1), Stream.haltWhen(Deferred.await(stop)))
      let begun = 0
      const work = () =>
        Effect.delay(
          Effect.sync(() => begun++),
          "1 second"
        )
      const fiber = yield* Effect.fork(collect(Bulk.forEach(inputs, work, { concurrency: 2 })))
      yield* TestClock.adjust("5500 millis")
      yield* Deferred.succeed(stop, undefined)
      yield* TestClock.adjust("1 minute")
      const results = yield* Fiber.join(fiber)
      assert.isAtLeast(results.length, 10)
      assert.isBelow(results.length, 20)
      assert.strictEqual(begun, results.length)
      assert.strictEqual(results.at(-1)?.position.done, results.length)
    })
  )

  it.effect("gives what it has before it fails with its inputs", () =>
    Effect.gen(function* () {
      const came: Array<number> = []
      const inputs = Stream.concat(Stream.fromIterable(updates(5)), Stream.fail("no more" as const))
      const error = yield* Bulk.forEach(inputs, Robots.update).pipe(
        Stream.runForEach(({ index }) => Effect.sync(() => came.push(index))),
        Effect.flip,
        Effect.provide(Fake.make(fine).live)
      )
      assert.strictEqual(error, "no more")
      assert.deepStrictEqual(came, [0, 1, 2, 3, 4])
    })
  )
})

describe("the cost of a run", () => {
  it.effect("is told before anything is sent, and may keep it from being sent", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(Bulk.estimate(Deals.update, 1200), { inputs: 1200, tokensEach: 5, tokens: 6000 })
      const fake = Fake.make(fine)
      const told: Array<[Bulk.Estimate, number]> = []
      const onStart = (estimate: Bulk.Estimate) => Effect.sync(() => told.push([estimate, fake.seen.length]))
      yield* collect(Bulk.forEach(updates(3), Robots.update, { onStart })).pipe(Effect.provide(fake.live))
      const from = { format: 1, endpoint: "v2.Robots.update", done: 1, also: [2] }
      yield* collect(Bulk.forEach(Chunk.fromIterable(updates(4)), Robots.update, { onStart, from })).pipe(
        Effect.provide(fake.live)
      )
      yield* collect(Bulk.forEach(Stream.make(...updates(1)), Robots.update, { onStart })).pipe(
        Effect.provide(fake.live)
      )
      yield* collect(Bulk.forEach([1], (id: number) => Effect.succeed(id), { onStart }))
      assert.deepStrictEqual(told, [
        [{ inputs: 3, tokensEach: 10, tokens: 30 }, 0],
        [{ inputs: 2, tokensEach: 10, tokens: 20 }, 3],
        [{ inputs: undefined, tokensEach: 10, tokens: undefined }, 5],
        [{ inputs: 1, tokensEach: undefined, tokens: undefined }, 6]
      ])
      const sent = fake.seen.length
      const error = yield* Effect.flip(
        collect(Bulk.forEach(updates(3), Robots.update, { onStart: () => Effect.fail("too much") }))
      ).pipe(Effect.provide(fake.live))
      assert.strictEqual(error, "too much")
      assert.strictEqual(fake.seen.length, sent)
    })
  )

  it.effect("is what the sandbox takes for it", () =>
    Effect.gen(function* () {
      const left = Effect.map(Endpoint.withMeta(Persons.get({ id: 1 })), ({ meta }) => meta.daily.remaining ?? 0)
      const before = yield* left
      const inputs = Array.from({ length: 20 }, (_, i) => ({ name: `P${i}` }))
      const results = yield* collect(Bulk.forEach(inputs, Persons.add))
      assert.isTrue(results.every(({ _tag }) => _tag === "Succeeded"))
      assert.strictEqual(before - (yield* left) - 1, Bulk.estimate(Persons.add, 20).tokens)
    }).pipe(Effect.provide(Sandbox.layer({ plan: { daily: 100_000 } })))
  )
})

describe("what may have acted", () => {
  it.effect("is a write without an answer that says so; a POST is not sent twice for it", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      yield* sandbox.setFaults([
        { endpoint: Persons.add, nth: 2, outcome: { _tag: "Reset" }, acts: true },
        { endpoint: Persons.add, nth: 3, outcome: { _tag: "Respond", status: 502 }, acts: true }
      ])
      const inputs = Array.from({ length: 5 }, (_, i) => ({ name: `New ${i}` }))
      const results = yield* collect(Bulk.forEach(inputs, Persons.add, { concurrency: 1 }))
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        ["Succeeded", "Unknown", "Unknown", "Succeeded", "Succeeded"]
      )
      const state = yield* sandbox.state
      const made = (state.person ?? []).filter(({ name }) => String(name).startsWith("New "))
      assert.deepStrictEqual(made.map(({ name }) => name).sort(), inputs.map(({ name }) => name).sort())
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it("is judged by method and error", () => {
    const sent = (method: string) => ({ endpoint: "v2.Robots.add", path: "/x", attempts: 1, method })
    const transport = (method: string, phase: "prepare" | "connect" | "send" | "receive", attempts = 1) =>
      new PipedriveError.TransportError({ ...sent(method), attempts, phase, description: "x" })
    const judged: ReadonlyArray<[PipedriveError.PipedriveError, boolean]> = [
      [new PipedriveError.ServerError({ ...sent("POST"), status: 500 }), true],
      [new PipedriveError.ServerError({ ...sent("GET"), status: 500 }), false],
      [new PipedriveError.UnexpectedStatus({ ...sent("POST"), status: 200 }), false],
      [new PipedriveError.UnexpectedStatus({ ...sent("POST"), status: 408 }), true],
      [new PipedriveError.InvalidResponse({ ...sent("PATCH"), status: 200, issues: [] }), true],
      [new PipedriveError.NotFound({ ...sent("PATCH"), status: 404 }), false],
      [new PipedriveError.InvalidRequest({ endpoint: "v2.Robots.add", path: "/x", method: "POST", issues: [] }), false],
      [transport("POST", "connect"), false],
      [transport("POST", "prepare"), false],
      [transport("POST", "send"), true],
      [transport("DELETE", "receive"), true],
      [transport("GET", "receive"), false],
      // an attempt before it may have been read
      [transport("PATCH", "connect", 2), true],
      [new PipedriveError.Timeout({ ...sent("POST"), of: "call", duration: Duration.seconds(1) }), true],
      [new PipedriveError.Timeout({ ...sent("GET"), of: "attempt", duration: Duration.seconds(1) }), false]
    ]
    for (const [error, expected] of judged) {
      assert.strictEqual(PipedriveError.mayHaveActed(error), expected, error.message)
      // where no answer says more, the message does
      if (error._tag === "TransportError" || error._tag === "Timeout") {
        assert.strictEqual(error.message.includes("; Pipedrive may have acted"), expected, error.message)
      }
    }
  })
})

describe("a run that makes no sense", () => {
  it.effect("is refused by name, and sends nothing", () =>
    Effect.gen(function* () {
      const fake = Fake.make(fine)
      const position = { format: 1, endpoint: "v2.Robots.update", done: 1, also: [] }
      const bad: ReadonlyArray<[object, RegExp]> = [
        [{ concurrency: 0 }, /concurrency/],
        [{ concurrency: 1.5 }, /concurrency/],
        [{ concurency: 5 }, /did you mean concurrency/],
        [{ from: { ...position, endpoint: "v2.Robots.add" } }, /position of v2\.Robots\.add/],
        [{ from: { ...position, endpoint: "" } }, /position of a function/],
        [{ from: { ...position, format: 2 } }, /of format 2/],
        [{ from: { done: 1 } }, /is no position/],
        [{ from: { ...position, done: -1 } }, /is no position/],
        [{ from: null }, /is no position/]
      ]
      for (const [options, message] of bad) {
        const error = yield* Effect.flip(collect(Bulk.forEach(updates(2), Robots.update, options))).pipe(
          Effect.provide(fake.live)
        )
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.match(error.message, message)
      }
      const odd: ReadonlyArray<readonly [unknown, unknown]> = [
        [undefined, Robots.update],
        [7, Robots.update],
        [[], undefined],
        [[], {}]
      ]
      for (const [inputs, call] of odd) {
        const error = yield* Effect.flip(
          collect(Bulk.forEach(inputs as ReadonlyArray<never>, call as typeof Robots.update))
        )
        assert.strictEqual(error._tag, "InvalidRequest")
      }
      assert.strictEqual(fake.seen.length, 0)
    }).pipe(Effect.provide(Fake.make(fine).live))
  )
})

describe("a run, before it begins", () => {
  const run = (inputs: unknown, call: unknown, options: object = {}) =>
    Stream.runDrain(
      Bulk.forEach(inputs as never, call as never, options) as Stream.Stream<unknown, PipedriveError.InvalidRequest>
    )

  it.effect("is refused by what is wrong with it, before anything is sent", () =>
    Effect.gen(function* () {
      const fine = () => Effect.void
      for (const [inputs, call, options, path] of [
        [1, fine, {}, ["inputs"]],
        [undefined, fine, {}, ["inputs"]],
        [[], 1, {}, ["call"]],
        [[], fine, { concurency: 1 }, ["concurency"]],
        [[], fine, { concurrency: 0 }, ["concurrency"]],
        [[], fine, { from: { format: 2, endpoint: "", done: 0, also: [] } }, ["from"]],
        [[], Robots.update, { from: { format: 1, endpoint: "", done: 0, also: [] } }, ["from"]]
      ] as const) {
        const error = yield* Effect.flip(run(inputs, call, options))
        assert.deepStrictEqual<unknown>(
          error.issues.map((issue) => issue.path),
          [path]
        )
        assert.deepInclude(
          error,
          call === Robots.update
            ? { endpoint: "v2.Robots.update", method: "PATCH", path: "/api/v2/robots/{id}" }
            : { endpoint: "Bulk.forEach", method: "", path: "" }
        )
      }
    })
  )

  it.effect("tells before it begins of how many inputs it is, where that is known", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      const onStart = (cost: unknown) => Effect.sync(() => void told.push(cost))
      const fine = () => Effect.void
      const two = ["a", "b"]
      for (const inputs of [
        two,
        new Set(two),
        new Map([
          ["a", 1],
          ["b", 2]
        ]),
        Chunk.fromIterable(two)
      ]) {
        yield* run(inputs, fine, { onStart })
      }
      assert.deepStrictEqual(told, Array(4).fill(told[0]))
      yield* run(two.values(), fine, { onStart })
      assert.notDeepEqual(told[4], told[0])
    })
  )

  it.effect("keeps what is done out of order in its order", () =>
    Effect.gen(function* () {
      const from = { format: 1, endpoint: "", done: 0, also: [10, 4] } as const
      const first = Effect.zipRight(
        Effect.repeat(Effect.yieldNow(), { times: 50 }),
        Effect.fail(
          new PipedriveError.Unauthorized({ endpoint: "", method: "GET", path: "", attempts: 1, status: 401 })
        )
      )
      const results = yield* collect(
        Bulk.forEach(Array.from({ length: 3 }), (_, index) => (index === 0 ? first : Effect.void), {
          from,
          concurrency: 3
        })
      )
      assert.deepStrictEqual(results.at(-1)?.position, { ...from, done: 0, also: [1, 2, 4, 10] })
    })
  )
})
