/**
 * Files that come: what is told of them, under a name that is safe to write to disk.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Download } from "../../Field.js"
import type { PipedriveError } from "../../PipedriveError.js"
import { collect, isBrowser } from "./body.js"
import type { Received } from "./exchange.js"
import * as Failure from "./failure.js"

/** A file that comes: what the answer says of it, and its bytes, which can be read once. @internal */
export interface Incoming {
  readonly name?: string
  readonly type?: string
  /** How many bytes it has, if that was told. */
  readonly size: number | undefined
  readonly stream: Stream.Stream<Uint8Array, PipedriveError>
}

/** The length of a file, where it is that of what comes: a body that is packed has another. @internal */
export const lengthOf = (headers: Failure.Headers): number | undefined => {
  const { "content-encoding": encoding = "identity", "content-length": told } = headers
  return encoding === "identity" && !isBrowser ? Failure.count(told) : undefined
}

/** @internal */
export const make = ({ headers, secrets }: Received, stream: Incoming["stream"]): Incoming => {
  const name = fileName(headers["content-disposition"], secrets)
  const type = Failure.words(headers["content-type"], secrets)
  return {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    size: lengthOf(headers),
    stream
  }
}

/** All of a file, in memory. @internal */
export const whole = ({ name, stream, type }: Incoming): Effect.Effect<Download, PipedriveError> =>
  Effect.suspend(() => {
    const collected = collect(Number.POSITIVE_INFINITY)
    const read = Stream.runForEach(stream, (part) => Effect.sync(() => collected.add(part)))
    return Effect.map(read, () => ({
      data: ownBytes(collected.bytes()),
      ...(name === undefined ? {} : { name }),
      ...(type === undefined ? {} : { type })
    }))
  })

/** Not a Buffer, and not a part of something larger. */
const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array && bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)

/** `filename*` (RFC 5987) before `filename`; of a path, its last part. */
const fileName = (disposition: string | undefined, secrets: ReadonlyArray<string>): string | undefined => {
  if (disposition === undefined) return undefined
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;]+)/i.exec(disposition)?.[1]
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))/i.exec(disposition)
  const name =
    (extended === undefined ? undefined : decoded(extended.trim())) ?? plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2]
  return name === undefined ? undefined : safe(Failure.strike(name, secrets))
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Bytes, the most that common file systems take for one name. */
const longest = 255

/** Names of devices on Windows, with any extension. */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|$)/i

/**
 * A name that every common file system takes for a file in the folder it is written to: the last part of a path, without
 * control characters and marks of direction, without signs that Windows gives a meaning, no `..`, no device, not too long.
 * `undefined` where nothing is left.
 *
 * @internal
 */
export const safe = (name: string): string | undefined => {
  const last = name.split(/[\\/]/).pop() ?? ""
  const plain = last
    .replace(/^[a-z]:/i, "")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/[<>:"|?*]/g, "_")
    // Windows drops dots and blanks at the end: what is left of `con .` or `...` must be judged
    .replace(/[\s.]+$/, "")
    .trimStart()
  if (plain === "") return undefined
  return shortened(reserved.test(plain) ? `_${plain}` : plain, longest)
}

/** Cut in the middle, between characters, to so many bytes: the extension stays. @internal */
export const shortened = (name: string, longest: number): string => {
  const size = (text: string): number => new TextEncoder().encode(text).length
  if (size(name) <= longest) return name
  const dot = name.lastIndexOf(".")
  const extension = dot > 0 && size(name.slice(dot)) <= 20 ? name.slice(dot) : ""
  const room = longest - size(extension)
  let stem = ""
  let used = 0
  for (const char of extension === "" ? name : name.slice(0, dot)) {
    used += size(char)
    if (used > room) break
    stem += char
  }
  return stem.replace(/[\s.]+$/, "") + extension
}
