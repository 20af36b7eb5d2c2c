/** A strict reader of `multipart/form-data` (RFC 7578, RFC 2046), and a transport that keeps what it is sent, byte for byte. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Auth } from "effect-pipedrive"
import * as Fake from "./fake.js"

export interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly type: string | undefined
  readonly content: Buffer
}

const token = "[\\w!#$%&'*+.^`|~-]+"

/** Throws at anything that is not as the standards have it: another header, a control character, a stray line. */
export const parse = (body: Buffer, contentType: string): ReadonlyArray<Part> => {
  const boundary = /^multipart\/form-data; boundary=([\w'()+,./:=?-]{1,70})$/.exec(contentType)?.[1]
  assert.isDefined(boundary, contentType)
  const dash = `--${boundary}`
  const parts: Array<Part> = []
  assert.strictEqual(body.toString("latin1", 0, dash.length + 2), `${dash}\r\n`)
  for (let at = dash.length + 2; ; ) {
    const headEnd = body.indexOf("\r\n\r\n", at)
    const end = body.indexOf(`\r\n${dash}`, headEnd + 4 - 2)
    assert.isTrue(headEnd >= 0 && end >= 0, "a part without an end")
    const lines = body.toString("utf8", at, headEnd).split("\r\n")
    assert.isAtMost(lines.length, 2, lines.join("|"))
    for (const line of lines) assert.notMatch(line, /\p{Cc}/u)
    const disposition = /^Content-Disposition: form-data; name="([^"\\]*)"(?:; filename="([^"\\]*)")?$/.exec(
      lines[0] ?? ""
    )
    assert.isNotNull(disposition, lines[0])
    const type =
      lines[1] === undefined ? undefined : new RegExp(`^Content-Type: (${token}/${token}(; ?.*)?)$`).exec(lines[1])
    assert.isNotNull(type, lines[1])
    const content = body.subarray(headEnd + 4, Math.max(end, headEnd + 4))
    parts.push({ name: disposition?.[1] ?? "", fileName: disposition?.[2], type: type?.[1], content })
    const after = end + 2 + dash.length
    const next = body.toString("latin1", after, after + 4)
    if (next === "--\r\n") {
      assert.strictEqual(after + 4, body.length, "something after the end")
      return parts
    }
    assert.strictEqual(next.slice(0, 2), "\r\n", "a boundary that goes on")
    at = after + 2
  }
}

export interface Received {
  readonly contentType: string
  readonly contentLength: string | undefined
  readonly kind: string
  readonly body: Buffer
}

/** Answers the nth request with the nth answer when its body was read whole, and all later ones with the last. */
export const receiver = (...answers: ReadonlyArray<"hang" | (() => Response)>) => {
  const received: Array<Received> = []
  const client = HttpClient.make((request) => {
    const { body, headers } = request
    const read: Effect.Effect<Buffer, unknown> =
      body._tag === "Stream"
        ? Effect.map(Stream.runCollect(body.stream), (chunks) => Buffer.concat([...chunks]))
        : Effect.succeed(body._tag === "Uint8Array" ? Buffer.from(body.body) : Buffer.alloc(0))
    return Effect.matchEffect(read, {
      onFailure: (cause) => Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause })),
      onSuccess: (bytes) => {
        const contentType = headers["content-type"] ?? ""
        received.push({ contentType, contentLength: headers["content-length"], kind: body._tag, body: bytes })
        const answer = answers[Math.min(received.length, answers.length) - 1] ?? (() => Fake.ok({ id: 1 }))
        return answer === "hang" ? Effect.never : Effect.succeed(HttpClientResponse.fromWeb(request, answer()))
      }
    })
  })
  const layer = Layer.succeed(HttpClient.HttpClient, client)
  return { received, layer, live: Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), layer) }
}
