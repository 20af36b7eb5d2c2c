/** Bodies up to a limit, by themselves: in parts, whole, empty, too large, and of a length that is told. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Body from "../../src/internal/http/body.js"

const bytes = (text: string) => new TextEncoder().encode(text)

/** A response whose body comes in these parts. */
const response = (parts: ReadonlyArray<string>, headers: Record<string, string> = {}) =>
  HttpClientResponse.fromWeb(
    HttpClientRequest.get("/"),
    new Response(
      new ReadableStream({
        start: (controller) => {
          for (const part of parts) controller.enqueue(bytes(part))
          controller.close()
        }
      }),
      { headers }
    )
  )

it("parts are collected up to a limit, and no byte more", () => {
  const collected = Body.collect(5)
  assert.strictEqual(collected.text(), "")
  assert.deepStrictEqual(collected.bytes(), new Uint8Array())
  const first = bytes("ab")
  assert.isTrue(collected.add(first))
  assert.strictEqual(collected.bytes(), first)
  assert.isTrue(collected.add(bytes("")))
  assert.strictEqual(collected.bytes(), first)
  assert.isTrue(collected.add(bytes("cde")))
  assert.strictEqual(collected.text(), "abcde")
  assert.isFalse(collected.add(bytes("f")))
  assert.strictEqual(collected.text(), "abcde")
  const other = Body.collect(3)
  assert.isFalse(other.add(bytes("abcd")))
  assert.strictEqual(other.text(), "abc")
})

it.effect("a body is read whole where it is small enough, and not at all where it is larger", () =>
  Effect.gen(function* () {
    for (const [parts, maximum, headers, expected] of [
      [["ab", "cd"], 4, {}, "abcd"],
      [["ab", "cd"], 3, {}, undefined],
      [["ab", "cd"], Number.POSITIVE_INFINITY, {}, "abcd"],
      [[], 4, {}, ""],
      [["ab"], 4, { "content-length": "2" }, "ab"],
      // what is told is believed, unless it is packed: then it is counted
      [["abcde"], 4, { "content-length": "4" }, "abcde"],
      [["abcde"], 4, { "content-length": "4", "content-encoding": "gzip" }, undefined],
      [["abcde"], 4, { "content-length": "5" }, undefined],
      [["abcde"], 5, { "content-length": "9" }, "abcde"],
      [["abcde"], 4, { "content-length": "x" }, undefined]
    ] as const) {
      const about = headers as Record<string, string>
      assert.strictEqual(yield* Body.text(response(parts, about), maximum), expected)
    }
  })
)
