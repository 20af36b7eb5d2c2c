/**
 * Files that come: whole, and under a name that is safe to write to disk.
 */
import type { Download } from "../../Field.js"
import type { Received } from "./exchange.js"
import * as Failure from "./failure.js"

/** Browsers see to it themselves, and do not say whether a body was packed. */
const isBrowser = /*#__PURE__*/ (() => "document" in globalThis || "importScripts" in globalThis)()

/** What is missing of a file whose length was told. @internal */
export const shortage = ({ bytes, headers }: Received): string | undefined => {
  const { "content-encoding": encoding = "identity", "content-length": told } = headers
  const length = Failure.count(told)
  const came = bytes?.length ?? 0
  return length === undefined || came >= length || encoding !== "identity" || isBrowser
    ? undefined
    : `${came} of ${length} bytes came`
}

/** @internal */
export const make = ({ bytes, headers, secrets }: Received): Download => {
  const name = fileName(headers["content-disposition"], secrets)
  const type = Failure.words(headers["content-type"], secrets)
  return {
    data: bytes ?? new Uint8Array(),
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type })
  }
}

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
  return short(reserved.test(plain) ? `_${plain}` : plain)
}

/** Cut in the middle, between characters: the extension stays. */
const short = (name: string): string => {
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
