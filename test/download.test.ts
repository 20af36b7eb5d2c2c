import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Auth, Download as Downloads, type Field, HttpLayer } from "effect-pipedrive"
import * as Download from "../src/internal/http/download.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const once = HttpLayer.withPolicy({ retries: 0 })
const file = (headers: Record<string, string>, body = "0123456789", status = 200) =>
  Robots.download({ id: 1 }).pipe(once, Effect.provide(Fake.make(new Response(body, { status, headers })).live))

describe("the name of a download", () => {
  const names: ReadonlyArray<readonly [given: string, name: string | undefined]> = [
    ["report.pdf", "report.pdf"],
    ["Ä b (1).tar.gz", "Ä b (1).tar.gz"],
    [".env", ".env"],
    [".", undefined],
    ["..", undefined],
    ["...", undefined],
    [". .", undefined],
    ["", undefined],
    ["a/..", undefined],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\boot.ini", "boot.ini"],
    ["C:\\Windows\\system.ini", "system.ini"],
    ["C:evil.exe", "evil.exe"],
    ["a.txt:stream", "a.txt_stream"],
    ["a\u0000b\r\n.txt", "ab.txt"],
    ["\u001b[31mred.txt", "[31mred.txt"],
    ["invoice\u202Egpj.exe", "invoicegpj.exe"],
    ["a\u200b\u2066b.txt", "ab.txt"],
    ["a\ud800.txt", "a.txt"],
    ["CON", "_CON"],
    ["con.txt", "_con.txt"],
    ["nul .txt", "_nul .txt"],
    ["LPT1.log", "_LPT1.log"],
    ["com\u00b9", "_com\u00b9"],
    ["console.log", "console.log"],
    ["aux. . .", "_aux"],
    ['<a>|"b"?*.txt', "_a___b___.txt"],
    ["trailing. ", "trailing"],
    ["ä".repeat(300), "ä".repeat(127)],
    [`${"x".repeat(400)}.pdf`, `${"x".repeat(251)}.pdf`],
    [`${"😀".repeat(100)}.png`, `${"😀".repeat(62)}.png`],
    ["x".repeat(255), "x".repeat(255)],
    ["x".repeat(256), "x".repeat(255)],
    [`${"x".repeat(250)}.${"y".repeat(19)}`, `${"x".repeat(235)}.${"y".repeat(19)}`],
    [`${"x".repeat(250)}.${"y".repeat(20)}`, `${"x".repeat(250)}.${"y".repeat(4)}`],
    [`.${"x".repeat(300)}`, `.${"x".repeat(254)}`],
    [`a.${"x".repeat(300)}`, `a.${"x".repeat(253)}`],
    [`${"x".repeat(249)}..  .pdf`, `${"x".repeat(249)}.pdf`],
    [`${"x".repeat(250)}. ${"x".repeat(9)}.pdf`, `${"x".repeat(250)}.pdf`],
    [`a.b ${"x".repeat(400)}`, `a.b ${"x".repeat(251)}`],
    [" leading", "leading"],
    ["xC:a", "xC_a"]
  ]
  for (const [given, name] of names) {
    it(JSON.stringify(given.slice(0, 40)), () => assert.strictEqual(Download.safe(given), name))
  }

  it("is read from either form of the header, and from its last part", () => {
    const name = (disposition?: string) =>
      Download.make(
        {
          status: 200,
          headers: { "content-disposition": disposition },
          text: "",
          file: undefined,
          attempts: 1,
          secrets: ["SECRETSECRET"]
        },
        Stream.empty
      ).name
    for (const [disposition, expected] of [
      ["attachment; filename=a.txt", "a.txt"],
      ["attachment; filename = a.txt; x=y", "a.txt"],
      ['attachment; FILENAME="a; b.txt"', "a; b.txt"],
      ['attachment; filename="a \\"b\\" c.txt"', "a _b_ c.txt"],
      ['attachment; filename=""', undefined],
      ["attachment; filename*=UTF-8''a%20b.txt; filename=c.txt", "a b.txt"],
      ["attachment; filename=c.txt; filename* = utf-8'en'a%20b.txt ", "a b.txt"],
      ["attachment; filename*=utf-8''a%2", undefined],
      ["attachment; filename=c.txt; filename*=utf-8''a%2", "c.txt"],
      ["attachment; filename*=utf-8''SECRETSECRET.txt", "_redacted_.txt"],
      ["attachment", undefined],
      [undefined, undefined]
    ] as const) {
      assert.strictEqual(name(disposition), expected, disposition)
    }
  })

  it.effect("and the rest is what the headers say, or is not there", () =>
    Effect.gen(function* () {
      const bytes = new Uint8Array([1, 2])
      const made = (headers: Record<string, string>, ...parts: ReadonlyArray<Uint8Array>) =>
        Download.make(
          { status: 200, text: "", file: undefined, attempts: 1, secrets: [], headers },
          Stream.fromIterable(parts)
        )
      assert.deepStrictEqual(yield* Download.whole(made({ "content-type": "a/b" }, bytes)), {
        data: bytes,
        type: "a/b"
      })
      assert.deepStrictEqual(yield* Download.whole(made({})), { data: new Uint8Array() })
      const size = (headers: Record<string, string>) => made(headers).size
      assert.strictEqual(size({ "content-length": "3" }), 3)
      assert.strictEqual(size({ "content-length": "3", "content-encoding": "identity" }), 3)
      for (const headers of [{ "content-length": "3", "content-encoding": "gzip" }, { "content-length": "x" }, {}]) {
        assert.isUndefined(size(headers as Record<string, string>))
      }
    })
  )

  it("is safe to write to disk, or there is none, whatever the server says", () => {
    const odd = FastCheck.constantFrom("/", "\\", "..", ":", "\u0000", "\u202e", "con", " ", ".", "\n", "c:", "nul")
    const given = FastCheck.array(FastCheck.oneof(odd, FastCheck.string({ unit: "binary" })), { maxLength: 8 })
    FastCheck.assert(
      FastCheck.property(given, (parts) => {
        const name = Download.safe(parts.join(""))
        if (name === undefined) return
        assert.notMatch(name, /[/\\<>:"|?*\p{Cc}\p{Cs}\p{Bidi_C}]/u)
        assert.notMatch(name, /^\.*$|^(con|prn|aux|nul|(com|lpt)\d)\s*(\.|$)|[. ]$/i)
        assert.isAtMost(new TextEncoder().encode(name).length, 255)
        assert.strictEqual(Download.safe(name), name)
      }),
      { numRuns: 2000 }
    )
  })

  it.effect("is read from both of its forms, and shows no secret", () =>
    Effect.gen(function* () {
      const token = "7f3c9d0123456789abcdef0123456789abcdef01"
      const read = (disposition: string, type = "text/plain") =>
        Robots.download({ id: 1 }).pipe(
          Effect.provide(
            Layer.merge(
              Layer.orDie(Auth.apiKey(token)),
              Fake.make(
                () => new Response("x", { headers: { "content-disposition": disposition, "content-type": type } })
              ).layer
            )
          )
        )
      assert.strictEqual((yield* read("attachment; filename=a.txt")).name, "a.txt")
      assert.strictEqual((yield* read("attachment; filename*=UTF-8''%2e%2e%2f%2e%2e%2fb.txt")).name, "b.txt")
      assert.strictEqual((yield* read('attachment; filename=".."')).name, undefined)
      for (const form of [
        token,
        token.slice(5, 30),
        token.replace(/./g, (c) => `%25${c.charCodeAt(0).toString(16)}`)
      ]) {
        const echoed = yield* read(`attachment; filename*=UTF-8''${form}.txt`, `text/plain; x=${form}`)
        assert.strictEqual(echoed.name, "_redacted_.txt")
        assert.strictEqual(echoed.type, "text/plain; x=<redacted>")
      }
    })
  )
})

describe("a part of a file", () => {
  it.effect("is an error: a 206, and a body shorter than it was said to be", () =>
    Effect.gen(function* () {
      const part = yield* Effect.flip(file({ "content-range": "bytes 0-9/1000" }, "0123456789", 206))
      assert.strictEqual(part._tag, "InvalidResponse")
      assert.include(part.message, "is a part of the file")
      const short = yield* Effect.flip(file({ "content-length": "1000" }))
      assert.deepInclude(short, { _tag: "TransportError", phase: "receive" })
      assert.include(short.message, "10 of 1000 bytes came")
    })
  )

  it.effect("is none where the length is that of a packed body, or is not told", () =>
    Effect.gen(function* () {
      for (const headers of [
        { "content-length": "1000", "content-encoding": "gzip" },
        { "content-length": "10" },
        {}
      ]) {
        assert.strictEqual((yield* file(headers as Record<string, string>)).data.length, 10)
      }
    })
  )

  it.effect("is read again, since it is a GET", () =>
    Effect.gen(function* () {
      const fake = Fake.make(new Response("01", { headers: { "content-length": "3" } }), new Response("012"))
      const fiber = yield* Effect.fork(Robots.download({ id: 1 }).pipe(Effect.provide(fake.live)))
      yield* TestClock.adjust("1 minute")
      const { data } = yield* Fiber.join(fiber)
      assert.strictEqual(data.length, 3)
    })
  )
})

/** An answer whose body gives parts as it is asked for them; what becomes of it. */
const flowing = (parts: ReadonlyArray<Uint8Array | Error | "stall">, headers: Record<string, string> = {}) => {
  const seen = { given: 0, cancelled: false }
  const source = [...parts]
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const part = source.shift()
        if (part === undefined) return controller.close()
        if (part === "stall") return new Promise(() => {})
        if (part instanceof Error) return controller.error(part)
        seen.given++
        controller.enqueue(part)
      },
      cancel: () => {
        seen.cancelled = true
      }
    },
    { highWaterMark: 0 }
  )
  return { seen, response: () => new Response(body, { headers }) }
}

const all = Uint8Array.from({ length: 256 }, (_, n) => n)
const joined = <E, R>(stream: Stream.Stream<Uint8Array, E, R>) =>
  Effect.map(Stream.runCollect(stream), (parts) => Buffer.concat([...parts]))
const reset = new TypeError("terminated", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) })

/** How it ends when a minute has passed. */
const ended = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    for (let n = 0; n < 12; n++) yield* TestClock.adjust("5 seconds")
    return yield* Fiber.join(fiber)
  })

describe("a download as a stream", () => {
  it.effect("gives every byte, and before that name, type and size", () =>
    Effect.gen(function* () {
      const headers = {
        "content-disposition": "attachment; filename*=UTF-8''%C3%84.pdf",
        "content-type": "application/pdf",
        "content-length": "512"
      }
      const fake = Fake.make(() => flowing([all, all], headers).response())
      const opened = yield* Downloads.open(Robots.download, { id: 1 }).pipe(Effect.provide(fake.live))
      assert.deepInclude(opened, { name: "Ä.pdf", type: "application/pdf", size: 512 })
      assert.isTrue((yield* joined(opened.stream)).equals(Buffer.concat([all, all])))
      assert.strictEqual(fake.seen[0]?.headers["accept-encoding"], "identity")
      const again = yield* Effect.flip(joined(opened.stream))
      assert.include(again.message, "its bytes were read already")
      const call = { endpoint: "v1.Robots.download", method: "GET", path: "/api/v1/robots/{id}/download" }
      assert.deepInclude(again, { ...call, _tag: "TransportError", attempts: 1, phase: "receive" })
      const stream = Downloads.stream(Robots.download, { id: 1 })
      for (let n = 0; n < 2; n++) {
        assert.strictEqual((yield* joined(stream).pipe(Effect.provide(fake.live))).length, 512)
      }
      const nothing = Fake.make(new Response(null, { headers: { "content-length": "0" } }))
      assert.strictEqual((yield* joined(stream).pipe(Effect.provide(nothing.live))).length, 0)
    }).pipe(Effect.scoped)
  )

  it.effect("takes no more than is read, and is closed with its reader", () =>
    Effect.gen(function* () {
      const parts = Array.from({ length: 100 }, () => all)
      const { response, seen } = flowing(parts)
      const some = Downloads.stream(Robots.download, { id: 1 }).pipe(Stream.take(3), Stream.runCount)
      assert.strictEqual(yield* some.pipe(Effect.provide(Fake.make(() => response()).live)), 3)
      assert.isAtMost(seen.given, 5)
      assert.isTrue(seen.cancelled)
    })
  )

  it.effect("is closed with the scope it was opened in, though nobody read it", () =>
    Effect.gen(function* () {
      const { response, seen } = flowing([all, all, "stall"])
      const scope = yield* Scope.make()
      const opened = Downloads.open(Robots.download, { id: 1 })
      yield* opened.pipe(Scope.extend(scope), Effect.provide(Fake.make(() => response()).live))
      assert.isFalse(seen.cancelled)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(seen.cancelled)
    })
  )

  it.effect("is begun again until its first bytes have come, and not after that", () =>
    Effect.gen(function* () {
      const stream = joined(Downloads.stream(Robots.download, { id: 1 }))
      const before = Fake.make(
        () => flowing([reset]).response(),
        () => flowing([all]).response()
      )
      const whole = yield* ended(stream.pipe(Effect.provide(before.live)))
      assert.isTrue(whole._tag === "Right" && whole.right.equals(all))
      assert.strictEqual(before.seen.length, 2)
      const after = Fake.make(() => flowing([all, reset]).response())
      const broken = yield* ended(stream.pipe(Effect.provide(after.live)))
      assert.isTrue(broken._tag === "Left")
      assert.isTrue(broken._tag === "Left" && broken.left._tag === "TransportError" && broken.left.phase === "receive")
      assert.strictEqual(after.seen.length, 1)
    })
  )

  it.effect("of which a part is missing fails at its end", () =>
    Effect.gen(function* () {
      const fake = Fake.make(() => flowing([all, all], { "content-length": "513" }).response())
      let came = 0
      const read = Downloads.stream(Robots.download, { id: 1 }).pipe(
        Stream.runForEach((part) => Effect.sync(() => (came += part.length)))
      )
      const error = yield* Effect.flip(read.pipe(Effect.provide(fake.live)))
      assert.deepInclude(error, { _tag: "TransportError", phase: "receive" })
      assert.include(error.message, "512 of 513 bytes came")
      assert.strictEqual(came, 512)
    })
  )

  it.effect("is not begun for an answer that is a failure, and fails as the call would", () =>
    Effect.gen(function* () {
      const stream = Downloads.stream(Robots.download, { id: 1 })
      const missing = Fake.make(Fake.json(404, { success: false, error: "File not found" }))
      const error = yield* Effect.flip(joined(stream).pipe(Effect.provide(missing.live)))
      assert.strictEqual(error._tag, "NotFound")
      assert.include(error.message, "File not found")
      const wrong = yield* Effect.flip(
        joined(Downloads.stream(Robots.get as never, { id: 1 } as never)).pipe(Effect.provide(missing.live))
      )
      assert.strictEqual(wrong._tag, "InvalidRequest")
      assert.strictEqual(missing.seen.length, 1)
      const invalid = yield* Effect.flip(
        joined(Downloads.stream(Robots.download, { id: "x" } as never)).pipe(Effect.provide(missing.live))
      )
      assert.strictEqual(invalid._tag, "InvalidRequest")
    })
  )

  it.effect("is held to the largest file that the policy allows", () =>
    Effect.gen(function* () {
      const limited = HttpLayer.withPolicy({ maximumFileSize: 300 })
      for (const headers of [{}, { "content-length": "512" }] as ReadonlyArray<Record<string, string>>) {
        const { response, seen } = flowing([all, all], headers)
        const fake = Fake.make(() => response())
        const error = yield* Effect.flip(
          joined(Downloads.stream(Robots.download, { id: 1 })).pipe(limited, Effect.provide(fake.live))
        )
        assert.strictEqual(error._tag, "InvalidResponse")
        assert.include(error.message, "larger than 300 bytes")
        assert.isTrue(seen.cancelled)
      }
    })
  )
})

describe("the time limits of a download", () => {
  /** A part every so many seconds of the test's clock. */
  const trickle = (parts: number, seconds: number) =>
    Effect.map(
      Stream.toReadableStreamEffect(
        Stream.mapEffect(Stream.range(1, parts), () => Effect.as(Effect.sleep(`${seconds} seconds`), all))
      ),
      (body) => Fake.make(() => new Response(body))
    )
  const atEnd = (
    minutes: number,
    parts: number,
    seconds: number,
    policy: HttpLayer.Options = {},
    reader: (part: Uint8Array) => Effect.Effect<void> = () => Effect.void
  ) =>
    Effect.gen(function* () {
      const calls = [
        Effect.asVoid(Robots.download({ id: 1 })),
        Stream.runForEach(Downloads.stream(Robots.download, { id: 1 }), reader)
      ]
      const ends: Array<unknown> = []
      for (const call of minutes > 0 ? calls : calls.slice(1)) {
        const fake = yield* trickle(parts, seconds)
        const policed = call.pipe(HttpLayer.withPolicy({ retries: 0, ...policy }), Effect.provide(fake.live))
        const fiber = yield* Effect.fork(policed)
        for (let n = 0; n < Math.abs(minutes) * 6; n++) yield* TestClock.adjust("10 seconds")
        const exit = yield* Fiber.poll(fiber)
        yield* Fiber.interrupt(fiber)
        if (exit._tag === "None") ends.push("goes on")
        else if (Exit.isSuccess(exit.value)) ends.push("value")
        else {
          const { cause } = exit.value
          const error = Option.getOrUndefined(Cause.failureOption(cause))
          ends.push(error?._tag === "Timeout" ? error.of : cause)
        }
      }
      return ends
    })

  it.effect("do not end it while bytes come, for however long", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* atEnd(9, 30, 20), ["goes on", "goes on"])
      assert.deepStrictEqual(yield* atEnd(11, 30, 20), ["value", "value"])
    })
  )

  it.effect("end it when none comes for as long as an attempt may take", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* atEnd(2, 30, 40), ["attempt", "attempt"])
      assert.deepStrictEqual(yield* atEnd(2, 30, 40, { timeout: "50 seconds" }), ["goes on", "goes on"])
    })
  )

  it.effect("end it as a whole where the policy says so", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* atEnd(3, 30, 20, { transferTimeout: "2 minutes" }), ["transfer", "transfer"])
    })
  )

  it.effect("do not run while a slow reader has its turn", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* atEnd(-30, 5, 1, {}, () => Effect.sleep("5 minutes")), ["value"])
    })
  )
})

describe("a download to a path", () => {
  const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-download-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  /** A folder of its own. */
  const place = (name: string): string => {
    const own = join(folder, name)
    mkdirSync(own)
    return own
  }
  const named = (name: string) => ({
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    "content-length": "512"
  })
  const fs = NodeFileSystem.layer

  it.live("is whole, and replaces what was there", () =>
    Effect.gen(function* () {
      const own = place("whole")
      const path = join(own, "a.bin")
      writeFileSync(path, "before")
      const fake = Fake.make(() => flowing([all, all], named("x.pdf")).response())
      const told: Array<Field.Progress> = []
      const saved = yield* Downloads.toPath(Robots.download, { id: 1 }, path, {
        onProgress: (progress) => Effect.sync(() => void told.push(progress))
      }).pipe(Effect.provide([fake.live, fs]))
      assert.deepStrictEqual(saved, { path, name: "x.pdf", size: 512 })
      assert.isTrue(readFileSync(path).equals(Buffer.concat([all, all])))
      assert.deepStrictEqual(readdirSync(own), ["a.bin"])
      assert.deepStrictEqual(
        told,
        [256, 512].map((bytes) => ({ bytes, total: 512 }))
      )
    })
  )

  const cut: ReadonlyArray<readonly [string, ReadonlyArray<Uint8Array | Error>]> = [
    ["breaks off", [all, reset]],
    ["is shorter than was told", [all]]
  ]
  for (const [what, parts] of cut) {
    it.live(`that ${what} is asked for again, from its start`, () =>
      Effect.gen(function* () {
        const own = place(`again ${what}`)
        const fake = Fake.make(
          () => flowing(parts, named("x")).response(),
          () => flowing([all, all], named("x")).response()
        )
        const saved = yield* Downloads.toPath(Robots.download, { id: 1 }, join(own, "a.bin")).pipe(
          HttpLayer.withPolicy({ backoff: "1 millis" }),
          Effect.provide([fake.live, fs])
        )
        assert.strictEqual(saved.size, 512)
        assert.strictEqual(fake.seen.length, 2)
        assert.isTrue(readFileSync(saved.path).equals(Buffer.concat([all, all])))
      })
    )

    it.live(`that ${what} leaves no file, and what was there before`, () =>
      Effect.gen(function* () {
        const own = place(what)
        writeFileSync(join(own, "a.bin"), "before")
        for (const download of [
          Downloads.toPath(Robots.download, { id: 1 }, join(own, "a.bin")),
          Downloads.toPath(Robots.download, { id: 1 }, join(own, "b.bin")),
          Downloads.toFolder(Robots.download, { id: 1 }, own)
        ]) {
          const fake = Fake.make(() => flowing(parts, named("x")).response())
          const error = yield* Effect.flip(download.pipe(once, Effect.provide([fake.live, fs])))
          assert.deepInclude(error, { _tag: "TransportError", phase: "receive" })
        }
        assert.deepStrictEqual(readdirSync(own), ["a.bin"])
        assert.strictEqual(readFileSync(join(own, "a.bin"), "utf8"), "before")
      })
    )
  }

  it.live("that is interrupted leaves no file when the interruption returns, and closes its connection", () =>
    Effect.gen(function* () {
      const own = place("interrupted")
      const { response, seen } = flowing([all, all, "stall"])
      const began = yield* Effect.makeLatch(false)
      const fiber = yield* Effect.fork(
        Downloads.toPath(Robots.download, { id: 1 }, join(own, "a.bin"), {
          onProgress: () => Effect.asVoid(began.open)
        }).pipe(Effect.provide([Fake.make(() => response()).live, fs]))
      )
      yield* began.await
      assert.strictEqual(readdirSync(own).length, 1)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(readdirSync(own), [])
      assert.isTrue(seen.cancelled)
    })
  )

  it.live("that cannot be written is told, and not asked for again; where there is no folder, not at all", () =>
    Effect.gen(function* () {
      const own = place("unwritable")
      const { response } = flowing([all, all])
      const fake = Fake.make(() => response())
      const to = (path: string) =>
        Effect.flip(Downloads.toPath(Robots.download, { id: 1 }, path).pipe(Effect.provide([fake.live, fs])))
      assert.deepInclude(yield* to(join(own, "none", "a.bin")), { _tag: "SystemError", reason: "NotFound" })
      const wrong = yield* to(own)
      assert.strictEqual(wrong._tag, "BadArgument")
      assert.include(wrong.message, "is a folder")
      assert.strictEqual(fake.seen.length, 0)
      const full = Layer.effect(
        FileSystem.FileSystem,
        Effect.map(FileSystem.FileSystem, (node) => {
          const failing = Effect.zipRight(node.stat(join(own, "nothing")), Effect.void)
          const open: typeof node.open = (path, options) =>
            Effect.map(node.open(path, options), (file) =>
              Object.assign(Object.create(file), { writeAll: () => failing })
            )
          return { ...node, open }
        })
      ).pipe(Layer.provideMerge(fs))
      const error = yield* Effect.flip(
        Downloads.toPath(Robots.download, { id: 1 }, join(own, "a.bin")).pipe(Effect.provide([fake.live, full]))
      )
      assert.strictEqual(error._tag, "SystemError")
      assert.strictEqual(fake.seen.length, 1)
      assert.deepStrictEqual(readdirSync(own), [])
    })
  )

  it.live("whose name cannot be taken, or that cannot be moved to it, is told and leaves no file", () =>
    Effect.gen(function* () {
      const own = place("unclaimed")
      const changed = (change: (node: FileSystem.FileSystem) => Partial<FileSystem.FileSystem>) =>
        Layer.effect(
          FileSystem.FileSystem,
          Effect.map(FileSystem.FileSystem, (node) => ({ ...node, ...change(node) }))
        ).pipe(Layer.provide(fs))
      for (const layer of [
        changed((node) => ({
          open: (path, options) =>
            path.endsWith(".part")
              ? node.open(path, options)
              : Effect.zipRight(node.stat(join(own, "nothing")), node.open(path, options))
        })),
        changed((node) => ({ rename: () => Effect.asVoid(node.stat(join(own, "nothing"))) }))
      ]) {
        const fake = Fake.make(() => flowing([all, all], named("x")).response())
        const error = yield* Effect.flip(
          Downloads.toFolder(Robots.download, { id: 1 }, own).pipe(Effect.provide([fake.live, layer]))
        )
        assert.include(error.message, "nothing")
        assert.deepStrictEqual(readdirSync(own), [])
      }
    })
  )

  it.live(
    "has the name that the server told, made safe, and never that of another file, not even of one at the same time",
    () =>
      Effect.gen(function* () {
        const own = place("named")
        const get = (name: string | undefined) =>
          Downloads.toFolder(Robots.download, { id: 1 }, own).pipe(
            Effect.provide([
              Fake.make(() => flowing([all, all], name === undefined ? {} : named(name)).response()).live,
              fs
            ])
          )
        yield* get("../../image.png")
        yield* Effect.all(
          Array.from({ length: 8 }, () => get("image.png")),
          { concurrency: "unbounded" }
        )
        yield* Effect.all([get(undefined), get(undefined), get(".env"), get(`${"ä".repeat(300)}.pdf`)])
        const images = ["image.png", ...Array.from({ length: 8 }, (_, n) => `image (${n + 1}).png`)]
        const others = ["download", "download (1)", ".env", `${"ä".repeat(108)}.pdf`]
        assert.sameMembers(readdirSync(own), [...images, ...others])
        for (const file of readdirSync(own)) assert.strictEqual(readFileSync(join(own, file)).length, 512)
      })
  )
})
