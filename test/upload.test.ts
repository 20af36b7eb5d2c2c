import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Auth, type Endpoint, type Field, HttpLayer, type PipedriveError, Upload } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"
import * as Multipart from "./support/multipart.js"

const all = Uint8Array.from({ length: 256 }, (_, n) => n)
const once = HttpLayer.withPolicy({ retries: 0 })

const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-upload-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const onDisk = (name: string, content: string | Uint8Array = all): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** The one part with a file that is sent, and how. */
const sent = (file: Field.Upload) =>
  Effect.gen(function* () {
    const { live, received } = Multipart.receiver()
    yield* Robots.upload({ id: 1, file, crop: 5 }).pipe(Effect.provide(live))
    const [only] = received
    if (only === undefined || received.length > 1) return assert.fail("no single request")
    const parts = Multipart.parse(only.body, only.contentType)
    assert.deepInclude(parts[1], { name: "crop", fileName: undefined, content: Buffer.from("5") })
    return { ...only, part: parts[0], parts }
  })

const stream = (...parts: ReadonlyArray<Uint8Array>) => Stream.fromIterable(parts)

describe("what is sent of a file", () => {
  const large = new Blob(Array.from({ length: 5000 }, () => all))
  const kinds: Readonly<Record<string, Field.Upload>> = {
    "a Uint8Array": all,
    "a view of a part of a buffer": new Uint8Array([9, ...all, 9]).subarray(1, 257),
    "an ArrayBuffer": all.buffer,
    "a Blob": new Blob([all]),
    "a File": new File([all], "file"),
    "a Stream": { content: stream(all.subarray(0, 7), new Uint8Array(), all.subarray(7)), name: "file" },
    "a Stream of known length": { content: stream(all), name: "file", size: 256 },
    "bytes with progress": Upload.withProgress(all, () => Effect.void)
  }
  for (const [kind, file] of Object.entries(kinds)) {
    it.effect(`is every byte of ${kind}, under a name and a type`, () =>
      Effect.gen(function* () {
        const { part } = yield* sent(file)
        assert.isTrue(part?.content.equals(all))
        assert.deepInclude(part, { name: "file", fileName: "file", type: "application/octet-stream" })
      })
    )
  }

  it.effect("tells its length, but for a stream of which nobody knows it", () =>
    Effect.gen(function* () {
      for (const file of [all, new Blob([all]), large, { content: stream(all), name: "a", size: 256 }]) {
        const { body, contentLength } = yield* sent(file)
        assert.strictEqual(contentLength, String(body.length))
      }
      assert.isUndefined((yield* sent({ content: stream(all), name: "a" })).contentLength)
    })
  )

  it.effect("is one piece when it is in memory, and a stream when it is a Stream or a large Blob", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* sent(all)).kind, "Uint8Array")
      assert.strictEqual((yield* sent(new Blob([all]))).kind, "Uint8Array")
      const { kind, part } = yield* sent(large)
      assert.deepStrictEqual([kind, part?.content.length], ["Stream", large.size])
      assert.strictEqual((yield* sent({ content: stream(all), name: "a" })).kind, "Stream")
    })
  )

  it.effect("has the type that it is given, or that of its Blob, or that of its name", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [Field.Upload, string]> = [
        [{ content: all, name: "a.PDF" }, "application/pdf"],
        [{ content: stream(all), name: "a.b.png" }, "image/png"],
        [{ content: all, name: "a.csv", type: "text/plain; charset=utf-16" }, "text/plain; charset=utf-16"],
        [{ content: all, name: "constructor" }, "application/octet-stream"],
        [{ content: new Blob([all], { type: "image/gif" }), name: "a.csv" }, "image/gif"],
        [{ content: new Blob([all]), name: "a.csv" }, "text/csv"],
        [new File([all], "a.csv", { type: "text/x-mine" }), "text/x-mine"],
        // as browsers and the official client do
        [new File([all], "a.csv"), "application/octet-stream"],
        [Upload.withProgress(new File([all], "a.csv"), () => Effect.void), "application/octet-stream"]
      ]
      for (const [file, type] of cases) assert.strictEqual((yield* sent(file)).part?.type, type)
    })
  )

  it.effect("goes to every endpoint that takes a file", () =>
    Effect.gen(function* () {
      const { live, received } = Multipart.receiver(() => new Response('{"success":true,"data":{}}'))
      const file = { content: stream(all), name: "a.png" }
      type Call = Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
      const calls: ReadonlyArray<Call> = [
        v1.Files.add({ file, deal_id: 1 }),
        v1.Persons.uploadPicture({ id: 1, file, crop_x: 0 }),
        v1.CallLogs.uploadRecording({ id: "a", file }),
        v2.Products.uploadImage({ id: 1, data: file }),
        v2.Products.updateImage({ id: 1, data: file })
      ]
      yield* Effect.all(calls).pipe(HttpLayer.withPolicy({ responseValidation: "off" }), Effect.provide(live))
      const files = received.map(({ body, contentType }) => Multipart.parse(body, contentType)[0])
      assert.deepStrictEqual(
        files.map((part) => [part?.name, part?.type, part?.content.length]),
        ["file", "file", "file", "data", "data"].map((name) => [name, "image/png", 256])
      )
    })
  )
})

describe("the form around it", () => {
  it("is read by a strict reader, whatever a file is called and holds: no name and no content ends its part", () => {
    const nasty = FastCheck.constantFrom(
      '"',
      "\\",
      "\r",
      "\n",
      "\r\n",
      "\0",
      "--",
      ";",
      "%",
      "ä",
      "😀",
      "\ud800",
      "\u2028",
      "\u0085"
    )
    const name = FastCheck.array(FastCheck.oneof(nasty, FastCheck.string({ unit: "binary" })), {
      minLength: 1,
      maxLength: 8
    })
    const content = FastCheck.array(
      FastCheck.oneof(
        FastCheck.constantFrom("\r\n--", "--", "\r\n", "----effect-pipedrive-", "\0"),
        FastCheck.string()
      ),
      { maxLength: 8 }
    )
    return FastCheck.assert(
      FastCheck.asyncProperty(name, content, FastCheck.boolean(), async (names, contents, isStream) => {
        const fileName = names.join("")
        FastCheck.pre(fileName !== "")
        const bytes = Buffer.from(contents.join(""))
        const file = { content: isStream ? stream(bytes) : bytes, name: fileName, type: "text/plain" }
        const { part, parts } = await Effect.runPromise(sent(file))
        assert.strictEqual(parts.length, 2)
        assert.isTrue(part?.content.equals(bytes))
        const wellFormed = Buffer.from(fileName).toString()
        assert.strictEqual(part?.fileName, wellFormed.replace(/["\\\p{Cc}]/gu, encodeURIComponent))
      }),
      { numRuns: 150 }
    )
  })

  it.effect("has another boundary each time, of which no content can know", () =>
    Effect.gen(function* () {
      const boundaries = yield* Effect.replicateEffect(
        Effect.map(sent(all), ({ contentType }) => contentType),
        20
      )
      assert.strictEqual(new Set(boundaries).size, 20)
    })
  )
})

describe("a stream", () => {
  const refused = () => Fake.json(429, {}, { "retry-after": "1" })
  const counted = (restartable: boolean) => {
    const counts = { begun: 0 }
    const content = Stream.suspend(() => {
      counts.begun++
      return stream(all, all)
    })
    return { counts, file: { content, name: "a.bin", size: 512, restartable } }
  }
  const ended = <A, E>(call: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.either(call))
      yield* TestClock.adjust("1 minute")
      return yield* Fiber.join(fiber)
    })

  it.effect("is not sent again once it was begun, but one that is restartable is", () =>
    Effect.gen(function* () {
      for (const restartable of [false, true]) {
        const { counts, file } = counted(restartable)
        const { live, received } = Multipart.receiver(refused, () => Fake.ok({ id: 1 }))
        const result = yield* ended(Robots.upload({ id: 1, file }).pipe(Effect.provide(live)))
        assert.strictEqual(result._tag === "Left" ? result.left._tag : "value", restartable ? "value" : "RateLimited")
        assert.strictEqual(counts.begun, restartable ? 2 : 1)
        assert.strictEqual(received.length, counts.begun)
        for (const { body, contentType } of received) {
          assert.strictEqual(Multipart.parse(body, contentType)[0]?.content.length, 512)
        }
      }
    })
  )

  it.effect("that is restartable is sent again after a 401 with other credentials", () =>
    Effect.gen(function* () {
      for (const restartable of [false, true]) {
        const { counts, file } = counted(restartable)
        const { layer, received } = Multipart.receiver(
          () => Fake.json(401, {}),
          () => Fake.ok({ id: 1 })
        )
        const auth = Layer.fresh(Layer.orDie(Auth.apiKey("SECRET")))
        const renewing = Layer.effect(
          Auth.Auth,
          Effect.map(Auth.Auth, (service): Auth.Service => ({ ...service, recover: () => Effect.succeed(true) }))
        ).pipe(Layer.provide(auth))
        const call = Robots.upload({ id: 1, file }).pipe(once, Effect.provide(Layer.merge(renewing, layer)))
        const result = yield* Effect.either(call)
        assert.strictEqual(result._tag === "Left" ? result.left._tag : "value", restartable ? "value" : "Unauthorized")
        assert.deepStrictEqual([counts.begun, received.length], restartable ? [2, 2] : [1, 1])
      }
    })
  )

  it.effect(
    "that fails, dies, gives no bytes or another length is an error of the body, whatever the server says",
    () =>
      Effect.gen(function* () {
        const cases: ReadonlyArray<readonly [Field.NamedFile, RegExp]> = [
          [{ content: Stream.concat(stream(all), Stream.fail(new Error("disk on fire"))), name: "a" }, /disk on fire/],
          [{ content: Stream.fail({ _tag: "Mine", message: "gone" }), name: "a" }, /gone/],
          [{ content: Stream.die(new Error("a bug")), name: "a" }, /a bug/],
          [{ content: stream(all), name: "a.bin", size: 255 }, /a\.bin: there are more than the 255 bytes/],
          [{ content: stream(all), name: "a.bin", size: 257 }, /a\.bin: there are 256 of the 257 bytes/],
          [{ content: Stream.make("text" as unknown as Uint8Array), name: "a" }, /gave a string, which is no bytes/]
        ]
        for (const [file, said] of cases) {
          const { live } = Multipart.receiver()
          const error = yield* Robots.upload({ id: 1, file: { ...file, restartable: true } }).pipe(
            Effect.flip,
            Effect.provide(live)
          )
          assert.deepInclude(error, { _tag: "TransportError", phase: "body" })
          assert.match(error.message, said)
        }
      })
  )

  it.effect("tells how far it is, and begins anew when it is sent again", () =>
    Effect.gen(function* () {
      const told: Array<Field.Progress> = []
      const onProgress = (progress: Field.Progress) => Effect.sync(() => void told.push(progress))
      const { live } = Multipart.receiver(refused, () => Fake.ok({ id: 1 }))
      yield* ended(Robots.upload({ id: 1, file: { ...counted(true).file, onProgress } }).pipe(Effect.provide(live)))
      const twice = [256, 512, 256, 512].map((bytes) => ({ bytes, total: 512 }))
      assert.deepStrictEqual(told, twice)
      told.length = 0
      yield* sent(Upload.withProgress(new Uint8Array(150_000), onProgress))
      assert.deepStrictEqual(
        told.map(({ bytes }) => bytes),
        [65_536, 131_072, 150_000]
      )
      told.length = 0
      yield* sent(Upload.withProgress({ content: stream(all), name: "a" }, onProgress))
      assert.deepStrictEqual(told, [{ bytes: 256, total: undefined }])
    })
  )
})

describe("the time limits of an upload", () => {
  /** A part every so many seconds. */
  const trickle = (parts: number, seconds: number) => ({
    content: Stream.mapEffect(Stream.range(1, parts), () => Effect.as(Effect.sleep(`${seconds} seconds`), all)),
    name: "a.bin"
  })
  const atEnd = (minutes: number, file: Field.Upload, policy: HttpLayer.Options = {}) =>
    Effect.gen(function* () {
      const { live } = Multipart.receiver()
      const call = Robots.upload({ id: 1, file }).pipe(
        HttpLayer.withPolicy({ retries: 0, ...policy }),
        Effect.provide(live)
      )
      const fiber = yield* Effect.fork(call)
      for (let n = 0; n < minutes * 6; n++) yield* TestClock.adjust("10 seconds")
      const exit = yield* Fiber.poll(fiber)
      yield* Fiber.interrupt(fiber)
      if (exit._tag === "None") return "goes on"
      if (Exit.isSuccess(exit.value)) return "value"
      const { cause } = exit.value
      const error = Option.getOrUndefined(Cause.failureOption(cause))
      return error?._tag === "Timeout" ? error : cause
    })

  it.effect("do not end it while something moves, for however long", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* atEnd(9, trickle(30, 20)), "goes on")
      assert.strictEqual(yield* atEnd(11, trickle(30, 20)), "value")
    })
  )

  it.effect("end it when nothing moves for as long as an attempt may take", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* atEnd(2, trickle(30, 40)), { _tag: "Timeout", of: "attempt" })
      const stalls = { ...trickle(5, 20), content: Stream.concat(trickle(5, 20).content, Stream.never) }
      assert.strictEqual(yield* atEnd(2, stalls), "goes on")
      assert.deepInclude(yield* atEnd(3, stalls), { _tag: "Timeout", of: "attempt", attempts: 1 })
    })
  )

  it.effect("end it as a whole where the policy says so", () =>
    Effect.gen(function* () {
      const policy = { transferTimeout: "2 minutes" } as const
      const error = yield* atEnd(3, trickle(30, 20), policy)
      assert.deepInclude(error, { _tag: "Timeout", of: "transfer" })
      assert.include(String(error), "the file was not through within 2m")
      assert.strictEqual(yield* atEnd(3, trickle(3, 20), policy), "value")
      const soon = { transferTimeout: "20 seconds" } as const
      assert.deepInclude(yield* atEnd(1, trickle(3, 25), soon), { _tag: "Timeout", of: "transfer" })
    })
  )

  it.effect("give a large form in one piece the time that it may need: a second for 64 KiB above the first MiB", () =>
    Effect.gen(function* () {
      const { live } = Multipart.receiver("hang")
      const seconds = (bytes: number) =>
        Effect.gen(function* () {
          const call = Robots.upload({ id: 1, file: new Uint8Array(bytes) }).pipe(once, Effect.provide(live))
          const fiber = yield* Effect.fork(Effect.flip(call))
          for (let n = 1; ; n++) {
            yield* TestClock.adjust("1 second")
            if ((yield* Fiber.poll(fiber))._tag === "Some") return n
          }
        })
      assert.strictEqual(yield* seconds(1000), 30)
      const form = 65_536 * 26
      assert.strictEqual(yield* seconds(form), 30 + 11)
    })
  )
})

describe("a file on disk", () => {
  const given = (path: string, options?: Upload.Options) =>
    Upload.fromPath(path, options).pipe(Effect.provide(NodeFileSystem.layer))

  it.effect("is sent with its name, its type and its length, and again when the request is", () =>
    Effect.gen(function* () {
      const file = yield* given(onDisk('Ä "b".pdf'))
      for (let n = 0; n < 2; n++) {
        const { body, contentLength, part } = yield* sent(file)
        assert.isTrue(part?.content.equals(all))
        assert.deepInclude(part, { fileName: "Ä %22b%22.pdf", type: "application/pdf" })
        assert.strictEqual(contentLength, String(body.length))
      }
      const { part } = yield* sent(yield* given(onDisk("x"), { name: "y.csv", type: "text/plain" }))
      assert.deepInclude(part, { fileName: "y.csv", type: "text/plain" })
    })
  )

  it.live("that is empty, or of many parts", () =>
    Effect.gen(function* () {
      const large = new Uint8Array(300_000).map((_, n) => n)
      for (const content of [new Uint8Array(), large]) {
        const { part } = yield* sent(yield* given(onDisk("content.bin", content)))
        assert.isTrue(part?.content.equals(content))
      }
    })
  )

  it.effect("that is not there, or is a folder, is told before there is a request", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(given(join(folder, "nothing.pdf")))
      assert.deepInclude(missing, { _tag: "SystemError", reason: "NotFound" })
      const wrong = yield* Effect.flip(given(folder))
      assert.strictEqual(wrong._tag, "BadArgument")
      assert.include(wrong.message, "is no file, but a Directory")
    })
  )

  it.effect("that has changed, or is gone, is an error of the body", () =>
    Effect.gen(function* () {
      const path = onDisk("changing.txt", "0123")
      const file = yield* given(path)
      const failed = Effect.suspend(() =>
        Effect.flip(Robots.upload({ id: 1, file }).pipe(Effect.provide(Multipart.receiver().live)))
      )
      onDisk("changing.txt", "01234")
      assert.include((yield* failed).message, "more than the 4 bytes that were told")
      onDisk("changing.txt", "012")
      assert.include((yield* failed).message, "there are 3 of the 4 bytes that were told")
      rmSync(path)
      assert.deepInclude(yield* failed, { _tag: "TransportError", phase: "body" })
    })
  )
})

describe("what is made of a file", () => {
  const onProgress = () => Effect.void

  it("is the same file, which tells how far it is", () => {
    const told = (file: Field.Upload) => Upload.withProgress(file, onProgress)
    assert.deepStrictEqual(told(all), { content: all, name: "file", onProgress })
    const octets = "application/octet-stream"
    for (const [type, expected] of [
      ["", octets],
      ["text/csv", "text/csv"]
    ] as const) {
      const [file, blob] = [new File([all], "a.txt", { type }), new Blob([all], { type })]
      assert.deepStrictEqual(told(file), { content: file, name: "a.txt", type: expected, onProgress })
      assert.deepStrictEqual(told(blob), { content: blob, name: "file", type: expected, onProgress })
    }
    assert.deepStrictEqual(told({ content: all, name: "a", size: 3 }), { content: all, name: "a", size: 3, onProgress })
  })

  it.effect("of one on disk is its name, its length, and what is said of it", () =>
    Effect.gen(function* () {
      const path = onDisk("about.csv")
      const about = (options?: Upload.Options) =>
        Effect.map(
          Effect.provide(Upload.fromPath(path, options), NodeFileSystem.layer),
          ({ content: _, ...rest }) => rest
        )
      assert.deepStrictEqual(yield* about(), { name: "about.csv", size: 256, restartable: true })
      const options = { name: "b.txt", type: "text/plain", onProgress }
      assert.deepStrictEqual(yield* about(options), { ...options, size: 256, restartable: true })
      const wrong = yield* Effect.flip(Effect.provide(Upload.fromPath(folder), NodeFileSystem.layer))
      assert.include(wrong.message, "FileSystem.Upload.fromPath")
    })
  )
})
