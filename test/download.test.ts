import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Auth, HttpLayer } from "effect-pipedrive"
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
      Download.make({
        status: 200,
        headers: { "content-disposition": disposition },
        text: "",
        bytes: undefined,
        attempts: 1,
        secrets: ["SECRETSECRET"]
      }).name
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

  it("and the rest is what the header says, or is not there", () => {
    const received = { status: 200, text: "", attempts: 1, secrets: [] }
    const bytes = new Uint8Array([1, 2])
    assert.deepStrictEqual(Download.make({ ...received, headers: { "content-type": "a/b" }, bytes }), {
      data: bytes,
      type: "a/b"
    })
    assert.deepStrictEqual<unknown>(Download.make({ ...received, headers: {}, bytes: undefined }), {
      data: new Uint8Array()
    })
    const missing = (headers: Record<string, string>, of?: Uint8Array) =>
      Download.shortage({ ...received, headers, bytes: of })
    assert.strictEqual(missing({ "content-length": "3" }, bytes), "2 of 3 bytes came")
    assert.strictEqual(missing({ "content-length": "3", "content-encoding": "identity" }), "0 of 3 bytes came")
    for (const headers of [{ "content-length": "2" }, { "content-length": "3", "content-encoding": "gzip" }, {}]) {
      assert.isUndefined(missing(headers as Record<string, string>, bytes))
    }
  })

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
