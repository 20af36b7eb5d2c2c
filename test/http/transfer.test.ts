/** Files on their way, by themselves: which limit is over first, what moves it, and what of a file that comes is an error. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { PipedriveError } from "effect-pipedrive"
import type { CallState } from "../../src/internal/http/call.js"
import type { Received } from "../../src/internal/http/exchange.js"
import * as Transfer from "../../src/internal/http/transfer.js"

const call = { endpoint: "v1.Files.download", method: "GET", path: "/api/v1/files/1/download" }
const seconds = 1000
const get = HttpClientRequest.get("/")
const post = HttpClientRequest.post("/")
const streaming = HttpClientRequest.setBody(post, HttpBody.stream(Stream.empty, "a/b", 3))
const bytes = (length: number, type: string) =>
  HttpClientRequest.setBody(post, HttpBody.uint8Array(new Uint8Array(length), type))

interface Given {
  readonly request?: HttpClientRequest.HttpClientRequest
  /** Seconds, of an attempt, of the call, and of a file. */
  readonly limits?: readonly [attempt: number, call: number, transfer: number]
  readonly began?: number
  readonly maximumFileSize?: number
  readonly restartable?: boolean
}

/** What is read of a call in progress, which began at nought. */
const inProgress = (given: Given = {}) =>
  Effect.map(Effect.clock, (clock) => {
    const [timeout, totalTimeout, transferTimeout] = (given.limits ?? [30, 60, 600]).map(Duration.seconds)
    const policy = { timeout, totalTimeout, transferTimeout, maximumFileSize: given.maximumFileSize ?? 100 }
    const sending = { call, restartable: given.restartable ?? true }
    const times = { started: 0, began: given.began ?? 0, moved: -1, deadline: -1, consumed: false }
    return { request: given.request ?? get, policy, sending, clock, ...times } as CallState<never>
  })

describe("the limit that is over first", () => {
  const first = (given: Given) =>
    Effect.map(inProgress(given), (state) => {
      const { millis, passed } = Transfer.limit(state)
      assert.strictEqual(state.moved, state.began)
      assert.strictEqual(state.deadline, state.began + millis)
      assert.strictEqual(passed().millis, millis)
      return [passed().of, millis, Duration.toMillis(passed().duration)]
    })

  it.effect("is that of the attempt, or what is left to the call", () =>
    Effect.gen(function* () {
      const began = 20 * seconds
      for (const request of [get, streaming, bytes(9, "a/b")]) {
        assert.deepStrictEqual(yield* first({ request }), ["attempt", 30 * seconds, 30 * seconds])
        assert.deepStrictEqual(yield* first({ request, began, limits: [40, 60, 600] }), [
          "attempt",
          40 * seconds,
          40 * seconds
        ])
        assert.deepStrictEqual(yield* first({ request, began, limits: [41, 60, 600] }), [
          "call",
          40 * seconds,
          60 * seconds
        ])
      }
    })
  )

  it.effect("is that of the file where one is sent as a stream", () =>
    Effect.gen(function* () {
      const limits = [30, 60, 10] as const
      assert.deepStrictEqual(yield* first({ request: streaming, limits }), ["transfer", 10 * seconds, 10 * seconds])
      assert.deepStrictEqual(yield* first({ request: streaming, limits, began: 25 * seconds }), [
        "transfer",
        10 * seconds,
        10 * seconds
      ])
      assert.deepStrictEqual(yield* first({ request: streaming, limits: [10, 60, 10] }), [
        "attempt",
        10 * seconds,
        10 * seconds
      ])
      assert.deepStrictEqual(yield* first({ request: get, limits }), ["attempt", 30 * seconds, 30 * seconds])
    })
  )

  it.effect("is later for a form in one piece: a second for each 64 KiB above the first MiB", () =>
    Effect.gen(function* () {
      const million = 1024 * 1024
      const type = "multipart/form-data; boundary=B"
      const millis = (length: number, of = type) =>
        Effect.map(first({ request: bytes(length, of) }), ([, millis]) => Number(millis) - 30 * seconds)
      assert.strictEqual(yield* millis(9), 0)
      assert.strictEqual(yield* millis(million), 0)
      assert.strictEqual(yield* millis(million + 1), 1)
      assert.strictEqual(yield* millis(million + 64 * 1024), 1 * seconds)
      assert.strictEqual(yield* millis(3 * million), 32 * seconds)
      assert.strictEqual(yield* millis(3 * million, "application/json"), 0)
    })
  )
})

describe("a file that goes", () => {
  const part = new Uint8Array([1, 2, 3])

  it.effect("moves the limit with each part; the time since the last is no time of the call", () =>
    Effect.gen(function* () {
      const state = yield* inProgress({ request: streaming, began: 5 * seconds })
      const { passed } = Transfer.limit(state)
      const later = Effect.as(Effect.sleep("20 seconds"), part)
      const body = HttpBody.stream(
        Stream.fromIterableEffect(Effect.succeed([1, 2])).pipe(Stream.mapEffect(() => later)),
        "a/b",
        6
      )
      const { body: watched } = Transfer.outgoing(streaming, body, () => state)
      if (watched._tag !== "Stream") return assert.fail(watched._tag)
      assert.deepInclude(watched, { contentType: "a/b", contentLength: 6 })
      yield* TestClock.adjust("5 seconds")
      const fiber = yield* Effect.fork(Stream.runCollect(watched.stream))
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(
        [state.moved, state.started, state.deadline, passed().of],
        [25 * seconds, 20 * seconds, 55 * seconds, "attempt"]
      )
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual([state.moved, state.started, state.deadline], [45 * seconds, 40 * seconds, 75 * seconds])
      assert.deepStrictEqual([...(yield* Fiber.join(fiber))], [part, part])
    })
  )

  it.effect("goes as a whole within its own limit", () =>
    Effect.gen(function* () {
      const state = yield* inProgress({ request: streaming, limits: [30, 60, 40] })
      const { passed } = Transfer.limit(state)
      assert.deepInclude(passed(), { of: "attempt", millis: 30 * seconds })
      state.moved = 15 * seconds
      assert.deepInclude(passed(), { of: "transfer", millis: 25 * seconds })
    })
  )

  it.effect("is begun once where it cannot be sent again", () =>
    Effect.gen(function* () {
      const read = (restartable: boolean) =>
        Effect.gen(function* () {
          const state = yield* inProgress({ request: streaming, restartable })
          const { body } = Transfer.outgoing(streaming, HttpBody.stream(Stream.make(part)), () => state)
          const run = Effect.either(body._tag === "Stream" ? Stream.runCount(body.stream) : Effect.die(body._tag))
          const outcomes = [Either.merge(yield* run), Either.merge(yield* run)]
          return [...outcomes, state.consumed]
        })
      assert.deepStrictEqual(yield* read(true), [1, 1, false])
      assert.deepStrictEqual(yield* read(false), [1, "the body was begun before", true])
    })
  )
})

describe("a file that comes", () => {
  const part = new Uint8Array(10)
  const answer = (file: Received["file"], headers: Received["headers"] = {}): Received => ({
    status: 200,
    headers,
    text: "",
    file,
    attempts: 2,
    url: "/",
    secrets: ["a1b2c3d4e5f6a7b8"]
  })
  const read = (file: Received["file"], headers: Received["headers"] = {}, given: Given = {}) =>
    Effect.gen(function* () {
      const state = yield* inProgress(given)
      const { file: watched } = Transfer.incoming(state, answer(file, headers))
      assert.strictEqual(state.deadline, Number.POSITIVE_INFINITY)
      return yield* Effect.either(Stream.runCount(watched ?? Stream.die(new Error("no file"))))
    }).pipe(Effect.map(Either.merge))

  it.effect("is an answer like any other where it is none", () =>
    Effect.gen(function* () {
      const state = yield* inProgress()
      const given = answer(undefined)
      assert.strictEqual(Transfer.incoming(state, given), given)
      assert.strictEqual(state.deadline, -1)
    })
  )

  it.effect("is whole, or an error: too short, too large, or broken", () =>
    Effect.gen(function* () {
      const three = Stream.make(part, part, part)
      const length = (most: number) => ({ "content-length": String(most) })
      for (const [headers, given] of [
        [{}, {}],
        [length(30), {}],
        [length(29), {}],
        [{ ...length(40), "content-encoding": "gzip" }, {}],
        [{}, { maximumFileSize: 30 }],
        [length(30), { maximumFileSize: 30 }]
      ] as const) {
        assert.strictEqual(yield* read(three, headers, given), 3)
      }
      assert.strictEqual(yield* read(Stream.fromIterable([part, part]), {}, { maximumFileSize: 20 }), 2)
      const short = yield* read(three, length(31))
      assert.deepInclude(short, { ...call, _tag: "TransportError", phase: "receive", attempts: 2 })
      assert.include(String(short), "30 of 31 bytes came")
      for (const [stream, headers, given] of [
        [three, {}, { maximumFileSize: 29 }],
        [Stream.fromIterable([part, part]), {}, { maximumFileSize: 19 }],
        [Stream.concat(Stream.make(part), Stream.never), length(31), { maximumFileSize: 30 }]
      ] as const) {
        const error = yield* read(stream, headers, given)
        assert.deepInclude(error, { ...call, _tag: "InvalidResponse", status: 200, attempts: 2 })
        assert.include(String(error), `is larger than ${given.maximumFileSize} bytes`)
      }
      const failure = { _tag: "Broken" } as unknown as PipedriveError.TransportError
      assert.strictEqual(yield* read(Stream.concat(Stream.make(part), Stream.fail(failure))), failure)
    })
  )

  it.effect("has for each part the time of an attempt, and as a whole its own", () =>
    Effect.gen(function* () {
      const every = (wait: number, count: number) =>
        Stream.mapEffect(Stream.range(1, count), () => Effect.as(Effect.sleep(wait * seconds), part))
      const timed = (stream: NonNullable<Received["file"]>, given: Given = {}) =>
        Effect.gen(function* () {
          const begun = yield* Clock.currentTimeMillis
          const fiber = yield* Effect.fork(read(stream, {}, { began: begun, ...given }))
          for (let n = 0; n < 100 && (yield* Fiber.poll(fiber))._tag === "None"; n++)
            yield* TestClock.adjust("1 second")
          const result = yield* Fiber.join(fiber)
          const took = ((yield* Clock.currentTimeMillis) - begun) / seconds
          return typeof result === "number" ? result : [result._tag, "of" in result ? result.of : "", took]
        })
      assert.strictEqual(yield* timed(every(29, 3)), 3)
      assert.deepStrictEqual(yield* timed(every(31, 3)), ["Timeout", "attempt", 30])
      assert.deepStrictEqual(yield* timed(every(20, 9), { limits: [30, 60, 45] }), ["Timeout", "transfer", 45])
      assert.deepStrictEqual(yield* timed(every(20, 9), { limits: [15, 60, 15] }), ["Timeout", "attempt", 15])
      // what its reader does takes none of it
      const state = yield* inProgress({ began: yield* Clock.currentTimeMillis })
      state.moved = state.began
      const { file } = Transfer.incoming(state, answer(Stream.concat(Stream.make(part), Stream.make(part))))
      const slow = Stream.runForEach(file ?? Stream.die(new Error("no file")), () => Effect.sleep("1 minute"))
      const fiber = yield* Effect.fork(slow)
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual([state.moved - state.began, state.started], [60 * seconds, 60 * seconds])
    })
  )
})
