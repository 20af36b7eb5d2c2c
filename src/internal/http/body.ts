/**
 * Bodies: that of a success, read up to a limit: an endless one is given up, and its connection with it.
 */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as Streams from "../streams.js"

/** A browser sends no streams, unpacks by itself, and does not say whether a body was packed. @internal */
export const isBrowser = /*#__PURE__*/ (() => "document" in globalThis || "importScripts" in globalThis)()

type Read<A> = Effect.Effect<A | undefined, HttpClientError.HttpClientError>

/** Whether a body had no bytes, which is an error to the platform. @internal */
export const isEmpty = (error: HttpClientError.HttpClientError): boolean => error.reason === "EmptyBody"

/** A length that is told and small enough. What is packed may be a flood however short it is. */
const isBearable = ({ headers }: HttpClientResponse.HttpClientResponse, maximum: number): boolean =>
  maximum === Number.POSITIVE_INFINITY ||
  (headers["content-encoding"] === undefined && Number(headers["content-length"] ?? Number.NaN) <= maximum)

/** A body as text, or nothing where it is larger than so many bytes. @internal */
export const text = (response: HttpClientResponse.HttpClientResponse, maximum: number): Read<string> =>
  isBearable(response, maximum)
    ? response.text
    : Effect.map(parts(response, maximum), (bytes) =>
        bytes === undefined ? undefined : new TextDecoder().decode(bytes)
      )

// a stream of nothing is an error to the platform
const parts = (response: HttpClientResponse.HttpClientResponse, maximum: number): Read<Uint8Array> =>
  Effect.catchIf(whole(response.stream, maximum), isEmpty, () => Effect.succeed(new Uint8Array(0)))

/** All bytes of a stream, or nothing where there are more than so many, and then it is not read to its end. @internal */
export const whole = <E>(
  stream: Stream.Stream<Uint8Array, E>,
  maximum: number
): Effect.Effect<Uint8Array | undefined, E> =>
  Effect.suspend(() => {
    const collected = collect(maximum)
    let isWhole = true
    const read = Streams.forEachWhile(stream, (part) => (isWhole = collected.add(part)))
    return Effect.map(read, () => (isWhole ? collected.bytes() : undefined))
  })

/** The parts of a body, up to the most that is read of it. @internal */
export interface Collected {
  /** Takes a part; `false` when that is more than enough. */
  readonly add: (part: Uint8Array) => boolean
  readonly bytes: () => Uint8Array
  readonly text: () => string
}

/** @internal */
export const collect = (maximum: number): Collected => {
  const parts: Array<Uint8Array> = []
  let size = 0
  const bytes = (): Uint8Array => {
    const [first] = parts
    if (parts.length === 1 && first !== undefined) return first
    const whole = new Uint8Array(size)
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
  return {
    add: (part) => {
      const kept = part.length > maximum - size ? part.subarray(0, maximum - size) : part
      if (kept.length > 0) parts.push(kept)
      size += kept.length
      return kept.length === part.length
    },
    bytes,
    text: () => (size === 0 ? "" : new TextDecoder().decode(bytes()))
  }
}
