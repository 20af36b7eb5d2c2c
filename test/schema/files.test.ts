/** Files to upload, one by one: what is one, what is wrong with what is none, and what is sent of it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Files from "../../src/internal/schema/files.js"

const bytes = new Uint8Array([1, 2, 3])
const blob = new Blob([bytes], { type: "image/gif" })
const stream = Stream.make(bytes)
/** What has a Blob's name and no more than is said. */
const foreign = (fields: object) => ({ [Symbol.toStringTag]: "Blob", size: 1, type: "", ...fields })
const unreadable = [foreign({}), foreign({ arrayBuffer: () => {} }), foreign({ stream: () => {} })]
const streams: ReadonlyArray<readonly [string, object]> = [
  ["a stream of the web", new ReadableStream()],
  ["a stream of Node", { pipe: () => {}, readable: true }]
]

const none =
  "is not a file: give a File, a Blob, bytes, or { content, name } (a path or text is not a file; `Upload.fromPath` makes one)"
const ofOthers = "is a stream that is none of Effect's: give { content: Stream.fromReadableStream(...), name }"
const ofOtherClass = "is a Blob of a class that cannot be read here: give its bytes"
const noType = "is of a `type` that is none: write it like text/csv"
const noSize = "is of a `size` that is none: give a whole number of bytes"
const noName = "is without a name: give one, with its extension"

describe("a file to upload", () => {
  it.each<[string, unknown, string | undefined]>([
    ["bytes", bytes, undefined],
    ["an ArrayBuffer", bytes.buffer, undefined],
    ["a Blob", blob, undefined],
    ["a File", new File([bytes], "a.txt"), undefined],
    ["a Blob of another realm", foreign({ arrayBuffer: () => {}, stream: () => {} }), undefined],
    ...unreadable.map((one): [string, unknown, string] => ["a Blob that cannot be read", one, ofOtherClass]),
    ["a Stream", stream, "is a Stream without a name: give { content, name }"],
    ...streams.map(([name, one]): [string, unknown, string] => [name, one, ofOthers]),
    ["what has a getReader that is none", { getReader: 1 }, none],
    ["what is piped, and not read", { pipe: () => {} }, none],
    ["what is read, and not piped", { readable: true }, none],
    ["a text", "a.txt", none],
    ["a number", 1, none],
    ["null", null, none],
    ["undefined", undefined, none],
    ["a function", () => bytes, none],
    ["no content", { name: "a.txt" }, none]
  ])("is one or not: %s", (_, file, expected) => assert.strictEqual(Files.fault(file), expected))

  it.each<[string, object, string | undefined]>([
    ["nothing else", {}, undefined],
    ["all", { type: "a/b", size: 3, restartable: true, onProgress: () => Effect.void }, undefined],
    ["all undefined", { type: undefined, size: undefined, restartable: undefined, onProgress: undefined }, undefined],
    ["a Blob", { content: blob }, undefined],
    ["a Stream", { content: stream }, undefined],
    ["a Blob that cannot be read", { content: unreadable[0] }, ofOtherClass],
    ...streams.map(([name, content]): [string, object, string] => [name, { content }, ofOthers]),
    ["a text", { content: "abc" }, none],
    ["null", { content: null }, none],
    ["an object", { content: {} }, none],
    ["a function", { content: () => bytes }, none],
    [
      "another key",
      { mimeType: "a/b" },
      "is given with mimeType, but takes content, name, type, size, restartable, onProgress"
    ],
    ["no name", { name: undefined }, noName],
    ["an empty name", { name: "" }, noName],
    ["a number as name", { name: 1 }, noName],
    ["a type of no two parts", { type: "text" }, noType],
    ["a number as type", { type: 1 }, noType],
    ["a size below nothing", { size: -1 }, noSize],
    ["a size of a part", { size: 1.5 }, noSize],
    ["a text as size", { size: "3" }, noSize],
    ["a size of nothing", { size: 0 }, undefined],
    ["a text as restartable", { restartable: "yes" }, "is restartable or not: give true or false"],
    ["not restartable", { restartable: false }, undefined],
    ["an onProgress that is none", { onProgress: 1 }, "is given with an `onProgress` that is no function"]
  ])("is one or not, with a name and %s", (_, about, expected) =>
    assert.strictEqual(Files.fault({ content: bytes, name: "a.txt", ...about }), expected)
  )

  it("has a type that is printable, of two parts, with parameters or without", () => {
    const types = ["text/csv", "a!#$&^_.+-1/b", "text/csv;charset=utf-8", 'text/csv ; charset="a b"', "text/csv;"]
    const others = ["text", "/csv", "text/", "text/c sv", "te xt/csv", " text/csv", "text/csv ", "a/b/c", "a,b/c"]
    const broken = ["text/csv;\r\nX: y", "text/csv; ä", "text/csv;\u007f", "x text/csv; y"]
    const isOne = (type: string) => Files.fault({ content: bytes, name: "a", type }) === undefined
    assert.deepStrictEqual(types.filter(isOne), types)
    assert.deepStrictEqual([...others, ...broken].filter(isOne), [])
  })

  it("is sent with what is told of it, or known", () => {
    const part = (file: unknown) => {
      const { key, ...rest } = Files.partOf("file", file) ?? {}
      assert.strictEqual(key, "file")
      return rest
    }
    const unknown = "application/octet-stream"
    const whole = { content: bytes, name: "file", onProgress: undefined, restartable: true, size: 3, type: unknown }
    const file = new File([bytes], "a.txt", { type: "text/x-mine" })
    const onProgress = () => Effect.void
    assert.deepStrictEqual(part(bytes), whole)
    assert.deepStrictEqual(part(bytes.buffer), whole)
    assert.deepStrictEqual(part(blob), { ...whole, content: blob, type: "image/gif" })
    assert.deepStrictEqual(part(file), { ...whole, content: file, name: "a.txt", type: "text/x-mine" })
    const old = new File([bytes], "a.txt")
    assert.deepStrictEqual(part(old), { ...whole, content: old, name: "a.txt" })
    // the sizes of what is in memory are known better
    const told = { name: "a.PDF", size: 9, restartable: false, onProgress }
    const asTold = { ...whole, name: "a.PDF", onProgress }
    assert.deepStrictEqual(part({ ...told, content: bytes }), { ...asTold, type: "application/pdf" })
    assert.deepStrictEqual(part({ ...told, content: bytes, type: "a/b" }), { ...asTold, type: "a/b" })
    assert.deepStrictEqual(part({ ...told, content: blob }), { ...asTold, content: blob, type: "image/gif" })
    assert.deepStrictEqual(part({ ...told, content: blob, type: "a/b" }), { ...asTold, content: blob, type: "a/b" })
    const bare = new Blob([bytes])
    assert.deepStrictEqual(part({ ...told, content: bare }), { ...asTold, content: bare, type: "application/pdf" })
    const flowing = { ...asTold, content: stream, type: "application/pdf", restartable: false, size: 9 }
    assert.deepStrictEqual(part({ ...told, content: stream }), flowing)
    assert.deepStrictEqual(part({ ...told, content: stream, type: "a/b" }), { ...flowing, type: "a/b" })
    assert.deepStrictEqual(part({ content: stream, name: "a.b.png", restartable: true }), {
      ...flowing,
      name: "a.b.png",
      onProgress: undefined,
      restartable: true,
      size: undefined,
      type: "image/png"
    })
    assert.isUndefined(Files.partOf("file", "a.txt"))
  })

  it("has the type of its extension, in any letters", () => {
    const type = (name: string) => Files.partOf("file", { content: bytes, name })?.type
    assert.deepStrictEqual(["a.csv", "A.B.CSV", "csv", ".csv", "a.", "a", "a.toString", "csv.a"].map(type), [
      ...Array<string>(4).fill("text/csv"),
      ...Array<string>(4).fill("application/octet-stream")
    ])
  })
})
