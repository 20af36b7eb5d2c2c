/** Forms by themselves: what is written around texts and files, what of them is bytes or a stream, and what a browser gets. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { afterEach, vi } from "vitest"
import type { Progress } from "../../src/Field.js"
import * as Multipart from "../../src/internal/http/multipart.js"

const abc = new TextEncoder().encode("abc")
const file = (rest: Partial<Multipart.FilePart> = {}): Multipart.FilePart => ({
  key: "file",
  name: "a.txt",
  type: "text/plain",
  content: abc,
  size: undefined,
  restartable: true,
  onProgress: undefined,
  ...rest
})
const form = (...parts: Multipart.Form["parts"]): Multipart.Form => ({ _tag: "Form", parts })
const stream = Stream.make(abc.subarray(0, 1), abc.subarray(1))
const onProgress = () => Effect.void

/** A form as it is sent: its text, in which the boundary is a B. */
const sent = (given: Multipart.Form, { toBody }: Pick<typeof Multipart, "toBody"> = Multipart) =>
  Effect.gen(function* () {
    const { body, restartable } = yield* toBody(given)
    if (body._tag !== "Uint8Array" && body._tag !== "Stream") return assert.fail(body._tag)
    const boundary = /^multipart\/form-data; boundary=(----effect-pipedrive-[0-9a-f]{32})$/.exec(body.contentType)?.[1]
    if (boundary === undefined) return assert.fail(body.contentType)
    const bytes =
      body._tag === "Uint8Array" ? Buffer.from(body.body) : Buffer.concat([...(yield* Stream.runCollect(body.stream))])
    return {
      kind: body._tag,
      boundary,
      length: body.contentLength,
      size: bytes.length,
      text: bytes.toString().replaceAll(boundary, "B"),
      restartable
    }
  })

const head = '--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'

describe("a form", () => {
  it("is known among bodies", () => {
    assert.isTrue(Multipart.isForm(form()))
    assert.isFalse(Multipart.isForm({ _tag: "Empty" } as never))
  })

  it.effect("is written as browsers do", () =>
    Effect.gen(function* () {
      const text = (key: string, text: string) => ({ key, text })
      const { kind, length, restartable, size, text: all } = yield* sent(form(text("a", "b\nc\rd\r\ne"), file()))
      assert.strictEqual(
        all,
        `--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\nc\r\nd\r\ne\r\n${head}abc\r\n--B--\r\n`
      )
      assert.deepStrictEqual([kind, length, restartable], ["Uint8Array", size, true])
      const quoted = yield* sent(form(text('a"\\\r\n\u0085ä', ""), file({ key: "k;", name: 'n"\\\n.txt' })))
      assert.include(quoted.text, 'name="a%22%5C%0D%0A%C2%85ä"\r\n')
      assert.include(quoted.text, 'name="k;"; filename="n%22%5C%0A.txt"\r\n')
      assert.strictEqual((yield* sent(form())).text, "--B--\r\n")
      assert.notStrictEqual((yield* sent(form())).boundary, (yield* sent(form())).boundary)
    })
  )

  it.effect("is bytes where its files are in memory, and else a stream, of a length where all are known", () =>
    Effect.gen(function* () {
      const million = 1024 * 1024
      const other = { key: "a", text: "b" }
      for (const [parts, kind, isLong, restartable] of [
        [[file()], "Uint8Array", true, true],
        [[file({ restartable: false })], "Uint8Array", true, true],
        [[file({ content: new Blob([abc]) })], "Uint8Array", true, true],
        [[file({ content: new Blob([new Uint8Array(million)]) })], "Uint8Array", true, true],
        [[file({ content: new Blob([new Uint8Array(million + 1)]), size: million + 1 })], "Stream", true, true],
        [[file({ content: new Blob([abc]), size: 3, onProgress })], "Stream", true, true],
        [[file({ size: 3, onProgress })], "Stream", true, true],
        [[file({ content: stream })], "Stream", false, true],
        [[file({ content: stream, size: 3 })], "Stream", true, true],
        [[file({ content: stream, size: 3, restartable: false })], "Stream", true, false],
        [[other, file(), file({ content: stream, size: 3 }), other], "Stream", true, true],
        [
          [file({ content: stream, size: 3 }), file({ content: stream, size: 3, restartable: false })],
          "Stream",
          true,
          false
        ],
        [[file({ content: stream }), file({ content: stream, size: 3 })], "Stream", false, true]
      ] as ReadonlyArray<readonly [Multipart.Form["parts"], string, boolean, boolean]>) {
        const one = yield* sent(form(...parts))
        assert.deepStrictEqual(
          [one.kind, one.length, one.restartable],
          [kind, isLong ? one.size : undefined, restartable]
        )
      }
      const { text } = yield* sent(form(file({ content: stream }), other))
      assert.strictEqual(text, `${head}abc\r\n--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--B--\r\n`)
      const blob = yield* sent(form(file({ content: new Blob([abc]), onProgress })))
      assert.strictEqual(blob.text, `${head}abc\r\n--B--\r\n`)
    })
  )

  it.effect("has a Blob that cannot be read, or a stream that fails", () =>
    Effect.gen(function* () {
      const cause = new Error("gone")
      const blob = Object.assign(new Blob([abc]), { arrayBuffer: () => Promise.reject(cause) })
      assert.deepStrictEqual(yield* Effect.flip(Multipart.toBody(form(file({ content: blob })))), {
        _tag: "Unreadable",
        cause
      })
      assert.strictEqual(yield* Effect.flip(sent(form(file({ content: Stream.fail(cause) })))), cause)
    })
  )

  it.effect("has files as long as they were said to be, which are bytes", () =>
    Effect.gen(function* () {
      const failed = (rest: Partial<Multipart.FilePart>) =>
        Effect.map(Effect.flip(sent(form(file({ content: stream, ...rest })))), String)
      assert.strictEqual(yield* failed({ size: 2 }), "Error: a.txt: there are more than the 2 bytes that were told")
      assert.strictEqual(yield* failed({ size: 4 }), "Error: a.txt: there are 3 of the 4 bytes that were told")
      assert.strictEqual(
        yield* failed({ content: Stream.make("abc") as never }),
        "Error: a.txt: its stream gave a string, which is no bytes"
      )
      const views = Stream.make(new DataView(abc.buffer, 0, 1), abc.slice(1).buffer) as never
      assert.include((yield* sent(form(file({ content: views, size: 3 })))).text, "\r\n\r\nabc\r\n")
    })
  )

  it.effect("tells of each part of a file that has gone, of what is in memory by 64 KiB", () =>
    Effect.gen(function* () {
      const told = (content: Multipart.FilePart["content"], size?: number) =>
        Effect.gen(function* () {
          const all: Array<Progress> = []
          const onProgress = (progress: Progress) => Effect.sync(() => void all.push(progress))
          const { text } = yield* sent(form(file({ content, size, onProgress })))
          return [all.map(({ bytes }) => bytes), [...new Set(all.map(({ total }) => total))], text.length]
        })
      const around = head.length + "\r\n--B--\r\n".length
      const slice = 64 * 1024
      assert.deepStrictEqual(yield* told(stream), [[1, 3], [undefined], around + 3])
      assert.deepStrictEqual(yield* told(stream, 3), [[1, 3], [3], around + 3])
      assert.deepStrictEqual(yield* told(new Uint8Array(slice)), [[slice], [undefined], around + slice])
      const more = 2 * slice + 1
      assert.deepStrictEqual(yield* told(new Uint8Array(more), more), [[slice, 2 * slice, more], [more], around + more])
      assert.deepStrictEqual(yield* told(new Uint8Array()), [[], [], around])
    })
  )
})

describe("a form in a browser, which sends no streams", () => {
  const inBrowser = Effect.promise(() => {
    vi.resetModules()
    vi.stubGlobal("document", {})
    return import("../../src/internal/http/multipart.js")
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it.effect("is one of its own where all files are Blobs", () =>
    Effect.gen(function* () {
      const { toBody } = yield* inBrowser
      const blob = new Blob([abc], { type: "a/b" })
      const given = form({ key: "a", text: "b" }, file({ content: blob, restartable: false, onProgress }))
      const { body, restartable } = yield* toBody(given)
      if (body._tag !== "FormData") return assert.fail(body._tag)
      const [[, text] = [], [name, part] = []] = [...body.formData]
      if (!(part instanceof File)) return assert.fail("no file")
      assert.deepStrictEqual(
        [text, name, part.name, part.type, restartable],
        ["b", "file", "a.txt", "text/plain", true]
      )
      assert.strictEqual(yield* Effect.promise(() => part.text()), "abc")
      assert.strictEqual((yield* sent(form(file()), { toBody })).kind, "Uint8Array")
    })
  )

  it.effect("is read whole where one is a Stream, up to 64 MiB", () =>
    Effect.gen(function* () {
      const multipart = yield* inBrowser
      const parts = form(file({ content: new Blob([abc]), onProgress }), file({ content: stream, restartable: false }))
      const { kind, length, restartable, size, text } = yield* sent(parts, multipart)
      assert.deepStrictEqual([kind, length, restartable], ["Uint8Array", size, true])
      assert.strictEqual(text, `${head}abc\r\n${head}abc\r\n--B--\r\n`)
      let given = 0
      const part = new Uint8Array(1024 * 1024)
      const endless = Stream.forever(
        Stream.sync(() => {
          given++
          return part
        })
      )
      const fault = yield* Effect.flip(multipart.toBody(form(file({ key: "data", content: endless }))))
      if (fault._tag !== "Unsendable") return assert.fail(fault._tag)
      assert.strictEqual(fault.key, "data")
      assert.match(fault.message, /^is a stream of more than 67108864 bytes, and a browser sends none/)
      assert.strictEqual(given, 64)
      const cause = new Error("gone")
      for (const content of [Stream.fail(cause), Stream.die(cause)]) {
        const failed = yield* Effect.flip(Effect.sandbox(multipart.toBody(form(file({ content })))))
        assert.deepStrictEqual(Cause.squash(failed), { _tag: "Unreadable", cause })
      }
    })
  )
})
