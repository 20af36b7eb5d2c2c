/**
 * Strikes credentials out of what a server says, however they are spelt there.
 *
 * A text is read as it stands and decoded up to three times (HTML entities, escapes of JSON, percent-encoding), of all that only
 * letters and digits count, without case, and every run of eight that occurs in a secret, or in its base64, is struck out of
 * the original. So neither a spelling, nor a line break, nor a cut through the middle shows what could be used.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Encoding from "effect/Encoding"
import { visible } from "../text.js"

/** The credentials in a request, so that an echo of them can be struck out. */
export const secretsOf = (request: HttpClientRequest.HttpClientRequest): ReadonlyArray<string> => {
  const { authorization, "x-api-token": token } = request.headers
  const found = token === undefined ? [] : [token]
  if (authorization !== undefined) found.push(authorization.replace(/^\w+ /, ""))
  return found.filter((secret) => secret.length > 3)
}

/** More of a text is not looked at, and not shown. */
const longest = 20_000

/** What a cut may leave of a secret at the end of a text, in its longest spelling. */
const tail = 100

/**
 * The text without secrets and with control characters shown as escapes. All that a server says goes through here before
 * anything of it is cut off.
 */
export const scrub = (text: string, secrets: ReadonlyArray<string>): string => {
  const start = text.length > longest ? text.slice(0, longest) : text
  const struck = strike(start, secrets)
  return visible(text.length > longest && struck !== start ? struck.slice(0, -tail) : struck)
}

// -----------------------------------------------------------------------------
// what to look for
// -----------------------------------------------------------------------------

/** So many letters and digits of a secret are shown nowhere. */
const piece = 8

interface Wanted {
  /** Pieces of secrets by their length. */
  readonly pieces: ReadonlyMap<number, ReadonlySet<string>>
  /** Secrets as they are. */
  readonly whole: ReadonlyArray<string>
}

// a memo of a pure function of its key, not state
const memo: WeakMap<ReadonlyArray<string>, Wanted> = /*#__PURE__*/ new WeakMap()

const wantedOf = (secrets: ReadonlyArray<string>): Wanted => {
  const known = memo.get(secrets)
  if (known !== undefined) return known
  const pieces = new Map<number, Set<string>>()
  const add = (letters: string, least: number) => {
    const length = Math.min(piece, letters.length)
    if (length < least) return
    const found = pieces.get(length) ?? new Set()
    for (let i = 0; i + length <= letters.length; i++) found.add(letters.slice(i, i + length))
    pieces.set(length, found)
  }
  for (const secret of secrets) {
    add(lettersOf(traced(secret)).letters, 4)
    // whatever stands before it, it begins at one of three places in a group of base64
    for (const before of ["", "a", "aa"]) add(lettersOf(traced(Encoding.encodeBase64(before + secret))).letters, piece)
  }
  const whole = secrets.filter((secret) => secret !== "")
  const wanted: Wanted = { pieces, whole }
  memo.set(secrets, wanted)
  return wanted
}

// -----------------------------------------------------------------------------
// where it stands
// -----------------------------------------------------------------------------

/** A decoded text. Its nth character begins at `at[n]` in the original; what follows the last one, at the last of them. */
interface Traced {
  readonly text: string
  readonly at: ReadonlyArray<number>
}

const traced = (text: string): Traced => ({ text, at: Array.from({ length: text.length + 1 }, (_, i) => i) })

/** The text without secrets, uncut. */
export const strike = (text: string, secrets: ReadonlyArray<string>): string => {
  if (secrets.length === 0) return text
  const { pieces, whole } = wantedOf(secrets)
  const hits: Array<readonly [from: number, to: number]> = []
  const lower = text.toLowerCase()
  // lower case of a few letters is longer, and then places are not the same
  if (lower.length === text.length) {
    for (const secret of whole) {
      const one = secret.toLowerCase()
      for (let i = lower.indexOf(one); i >= 0; i = lower.indexOf(one, i + one.length)) hits.push([i, i + one.length])
    }
  }
  let reading: Traced | undefined = traced(text)
  for (let times = 0; times <= 3 && reading !== undefined; times++) {
    find(reading, pieces, hits)
    reading = decode(reading)
  }
  if (hits.length === 0) return text
  hits.sort((a, b) => a[0] - b[0])
  let out = ""
  let done = 0
  for (const [from, to] of hits) {
    if (from > done || out === "") out += `${text.slice(done, from)}<redacted>`
    done = Math.max(done, to)
  }
  return out + text.slice(done)
}

const find = (
  reading: Traced,
  pieces: ReadonlyMap<number, ReadonlySet<string>>,
  hits: Array<readonly [from: number, to: number]>
): void => {
  const { letters, places } = lettersOf(reading)
  for (const [length, wanted] of pieces) {
    for (let i = 0; i + length <= letters.length; i++) {
      if (!wanted.has(letters.slice(i, i + length))) continue
      hits.push([reading.at[places[i] ?? 0] ?? 0, reading.at[(places[i + length - 1] ?? 0) + 1] ?? 0])
    }
  }
}

/** The letters and digits of a text in lower case, and where they stand in it. */
const lettersOf = ({ text }: Traced): { readonly letters: string; readonly places: ReadonlyArray<number> } => {
  let letters = ""
  const places: Array<number> = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code >= 48 && code <= 57) || (code >= 97 && code <= 122)) letters += text[i]
    else if (code >= 65 && code <= 90) letters += String.fromCharCode(code + 32)
    else continue
    places.push(i)
  }
  return { letters, places }
}

const escapes =
  /%u([0-9a-f]{4})|%([0-9a-f]{2})|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|&([a-z]{2,8});|\\([\s\S])/gi

/** One reading more, or nothing where there is nothing to decode. */
const decode = ({ at, text }: Traced): Traced | undefined => {
  let out = ""
  const places: Array<number> = []
  let done = 0
  const copy = (until: number) => {
    for (let i = done; i < until; i++) places.push(at[i] ?? 0)
    out += text.slice(done, until)
  }
  for (const match of text.matchAll(escapes)) {
    copy(match.index)
    const char = charOf(match)
    for (let i = 0; i < char.length; i++) places.push(at[match.index] ?? 0)
    out += char
    done = match.index + match[0].length
  }
  if (done === 0) return undefined
  copy(text.length)
  places.push(at[text.length] ?? 0)
  return { text: out, at: places }
}

/** The entities that spell an escape further; the others are signs of their own, which do not count. */
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  percnt: "%",
  bsol: "\\",
  num: "#",
  semi: ";",
  lcub: "{",
  rcub: "}"
}

const charOf = (match: RegExpMatchArray): string => {
  const [, , , , , , , decimal, entity, plain] = match
  if (plain !== undefined) return /[bfnrtv]/.test(plain) ? " " : plain
  if (entity !== undefined) return entities[entity.toLowerCase()] ?? " "
  const code =
    decimal === undefined
      ? Number.parseInt(match.slice(1, 7).find((digits) => digits !== undefined) ?? "20", 16)
      : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : " "
}
