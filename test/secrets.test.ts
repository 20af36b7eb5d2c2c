import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Encoding from "effect/Encoding"
import * as FastCheck from "effect/FastCheck"
import * as Failure from "../src/internal/http/failure.js"

// -----------------------------------------------------------------------------
// spellings of a text, as servers, proxies and pages write it
// -----------------------------------------------------------------------------

const hex = (char: string, width: number) => (char.codePointAt(0) ?? 0).toString(16).padStart(width, "0")

const ofChar: ReadonlyArray<(char: string) => string> = [
  (char) => char,
  (char) => `&#x${hex(char, 2)};`,
  (char) => `&#X${hex(char, 4).toUpperCase()}`.concat(";"),
  (char) => `&#${char.codePointAt(0)};`,
  (char) => `\\u${hex(char, 4)}`,
  (char) => `\\u{${hex(char, 2)}}`,
  (char) => `\\x${hex(char, 2)}`,
  (char) => `%${hex(char, 2)}`,
  (char) => `%u${hex(char, 4)}`,
  (char) => (/[a-z0-9]/i.test(char) ? char : `\\${char}`),
  (char) => char.toUpperCase(),
  // broken into lines
  (char) => `${char}\r\n `
]

const ofText: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  encodeURIComponent,
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(text).replaceAll("/", "\\/"),
  (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll('"', "&quot;")
      .replaceAll("/", "&sol;")
      .replaceAll("=", "&equals;"),
  (text) => text.toUpperCase()
]

const alphabet = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=:"]
const secret = FastCheck.array(FastCheck.constantFrom(...alphabet), { minLength: 24, maxLength: 80 })
  .map((chars) => chars.join(""))
  // at least so much of it are letters and digits, as of every token
  .filter((text) => lettersOf(text).length >= 16 && new Set(lettersOf(text)).size >= 10)

const lettersOf = (text: string): string => text.replace(/[^a-z0-9]/gi, "").toLowerCase()

/** All that a reader can make of a text: as it stands, and decoded as often as they like. */
const readings = (text: string): ReadonlyArray<string> => {
  const found = [text]
  for (let n = 0; n < 5; n++) {
    const last = found[n] ?? ""
    const next = last
      .replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, a, b) => String.fromCharCode(Number.parseInt(a ?? b, 16)))
      .replace(/\\u\{([0-9a-f]+)\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_, a, b, c) =>
        String.fromCodePoint(Math.min(Number.parseInt(a ?? b ?? c, 16), 0x10ffff))
      )
      .replace(/&#x([0-9a-f]+);/gi, (_, a) => String.fromCodePoint(Math.min(Number.parseInt(a, 16), 0x10ffff)))
      .replace(/&#(\d+);/g, (_, a) => String.fromCodePoint(Math.min(Number(a), 0x10ffff)))
      .replace(
        /&(amp|lt|quot|sol|equals);/g,
        (_, name) => ({ amp: "&", lt: "<", quot: '"', sol: "/" })[name as "amp"] ?? "="
      )
      .replace(/\\[nr]/g, " ")
    found.push(next)
  }
  return found
}

/** Half an escape, where a cut went through it, says nothing. */
const begun = /(&#?x?[0-9a-f]{0,8}|%u?[0-9a-f]{0,4}|\\u?\{?[0-9a-f]{0,6}|\\x[0-9a-f]?)$/i
const ended = /^[#xu{]{0,2}[0-9a-f]{0,8}[;}]?/i

/** A piece of the secret that can be read out of a text. */
const leak = (shown: string, secret: string): string | undefined => {
  const letters = lettersOf(secret)
  for (const reading of readings(shown.replaceAll("<redacted>", "|"))) {
    // what was struck out parts what stands around it
    for (const part of reading.split("|").map((text) => lettersOf(text.replace(begun, "").replace(ended, "")))) {
      for (let i = 0; i + 8 <= letters.length; i++) {
        if (part.includes(letters.slice(i, i + 8))) return letters.slice(i, i + 8)
      }
    }
  }
  return undefined
}

const spelt = FastCheck.record({
  secret,
  chars: FastCheck.array(FastCheck.nat(ofChar.length - 1), { minLength: 80, maxLength: 80 }),
  mixed: FastCheck.boolean(),
  texts: FastCheck.array(FastCheck.constantFrom(...ofText), { maxLength: 2 }),
  before: FastCheck.string({ maxLength: 40 }),
  after: FastCheck.string({ maxLength: 40 }),
  from: FastCheck.nat(200),
  until: FastCheck.nat(600)
}).map(({ after, before, chars, from, mixed, secret, texts, until }) => {
  const written = mixed
    ? [...secret].map((char, i) => ofChar[chars[i] ?? 0]?.(char) ?? char).join("")
    : [...secret].map((char) => ofChar[chars[0] ?? 0]?.(char) ?? char).join("")
  const whole = texts.reduce((text, write) => write(text), `${before} ${written} ${after}`)
  return { secret, whole, cut: whole.slice(from, from + until) }
})

describe("a secret that a server echoes", () => {
  it("is struck out in every spelling, and wherever it is cut", () => {
    FastCheck.assert(
      FastCheck.property(spelt, ({ cut, secret, whole }) => {
        for (const text of [whole, cut]) {
          for (const shown of [
            Failure.scrub(text, [secret]),
            Failure.words(text, [secret]) ?? "",
            Failure.snippet(text, [secret]),
            Failure.snippet(`<html><p>${text}</p></html>`, [secret])
          ]) {
            const piece = leak(shown, secret)
            if (piece !== undefined) assert.fail(`${piece} of ${secret} is shown: ${shown} (from ${text})`)
          }
        }
      }),
      { numRuns: 1500 }
    )
  })

  it("is struck out as base64, whatever is beside it", () => {
    FastCheck.assert(
      FastCheck.property(secret, FastCheck.string(), FastCheck.string(), (secret, before, after) => {
        const shown = Failure.scrub(Encoding.encodeBase64(`${before}:${secret}:${after}`), [secret])
        const inner = lettersOf(Encoding.encodeBase64(secret).slice(0, -4))
        assert.isFalse(lettersOf(shown.replaceAll("<redacted>", "|")).includes(inner), shown)
      })
    )
  })

  it("is struck out where tags or the end of what is looked at part it", () => {
    const token = "7f3c9d0123456789abcdef0123456789abcdef01"
    const parted = `<html>${token.replace(/(.{5})/g, "$1<b></b>")}</html>`
    assert.isUndefined(leak(Failure.snippet(parted, [token]), token))
    for (let n = 0; n < 200; n++) {
      const text = "a ".repeat(10_000 - n / 2) + token.repeat(3)
      assert.isUndefined(leak(Failure.scrub(text, [token]), token))
      const cut = `${"x".repeat(900 + n)}${token}`
      assert.isUndefined(leak(Failure.words(cut, [token]) ?? "", token))
      assert.isUndefined(leak(Failure.snippet(cut.slice(800), [token]), token))
    }
  })

  it("is struck out before anything is cut off: not one sign of it is left", () => {
    const token = "7f3c9d0123456789abcdef0123456789abcdef01"
    const rest = /^-*(<(r(e(d(a(c(t(e(d>?)?)?)?)?)?)?)?)?)?$/
    for (let n = 150; n < 1010; n++) {
      const text = `${"-".repeat(n)}${token}`
      assert.match(Failure.words(text, [token]) ?? "", rest)
      assert.match(Failure.snippet(text, [token]), rest)
    }
  })

  it("leaves what is none as it is", () => {
    FastCheck.assert(
      FastCheck.property(secret, FastCheck.lorem({ maxCount: 60 }), (secret, text) => {
        assert.strictEqual(Failure.scrub(text, [secret]), text)
      })
    )
    const token = "7f3c9d0123456789abcdef0123456789abcdef01"
    assert.strictEqual(Failure.scrub(`bad token ${token}: see docs`, [token]), "bad token <redacted>: see docs")
    assert.strictEqual(Failure.scrub("The SECRET is out", ["SECRET"]), "The <redacted> is out")
  })

  it("costs little to look for, in the longest text there is", () => {
    const token = "Aa1".repeat(400)
    const began = performance.now()
    for (const text of ["&#x26;".repeat(1e6), "%25".repeat(1e6), "\\\\".repeat(1e6), token.repeat(3000)]) {
      Failure.scrub(text, [token])
      Failure.snippet(text, [token])
    }
    assert.isBelow(performance.now() - began, 2000)
  })
})

describe("what is struck out of a text", () => {
  const token = "a1B2c3D4e5F6"
  it.each<[string, string, string]>([
    ["nothing where there is nothing", "all is well", "all is well"],
    ["the secret", `x ${token} y`, "x <redacted> y"],
    ["the secret in other case", `x ${token.toUpperCase()} y`, "x <redacted> y"],
    ["the secret alone", token, "<redacted>"],
    ["the secret twice", `${token} ${token}`, "<redacted> <redacted>"],
    ["secrets side by side", `x${token}${token}y`, "x<redacted>y"],
    ["its first eight letters", "x a1b2c3d4 y", "x <redacted> y"],
    ["its last eight letters", "x c3d4e5f6 y", "x <redacted> y"],
    ["no seven of them", "x a1b2c3d y b2c3d4e z", "x a1b2c3d y b2c3d4e z"],
    ["letters that signs part", "(a-1.b/2_c 3:d,4)", "(<redacted>)"],
    ["letters that begin a longer word", "za1b2c3d4z", "z<redacted>z"],
    ["percent-encoding", "x %61%31b2c3d4 y", "x <redacted> y"],
    ["percent-encoding of percent-encoding", "x %2561%2531b2c3d4 y", "x <redacted> y"],
    ["not four times", "x %25252561%25252531b2c3d4 y", "x %25252561%25252531b2c3d4 y"],
    ["after what is encoded, too", "%20 q %61%31b2c3d4 y", "%20 q <redacted> y"],
    ["at the end", "x %61%31b2c3d4", "x <redacted>"],
    ["letters that other letters part", "x a1|b2~c3{d4 y", "x <redacted> y"],
    ["letters that others of no alphabet part", "x a1éb2ßc3@d4 y", "x <redacted> y"],
    ["three times", "x %252561%252531b2c3d4 y", "x <redacted> y"],
    ["percent-encoding of sixteen bits", "x %u0061%u0031b2c3d4 y", "x <redacted> y"],
    ["escapes of JSON", "x \\u0061\\u{31}b2\\x633d4 y", "x <redacted> y"],
    ["entities by number", "x &#97;&#x31;&#X62;2c3d4 y", "x <redacted> y"],
    ["entities by number without their end", "x &#97 &#x31 b2c3d4 y", "x <redacted> y"],
    ["entities by name that spell an escape", "x &percnt;61&bsol;u0031&amp;#98;2c3d4 y", "x <redacted> y"],
    ["all of those names", "x &amp;&num;97&semi;&bsol;u&lcub;31&rcub;b2c3d4 y", "x <redacted> y"],
    ["entities in upper case", "x &PERCNT;61&AMP;#49;b2c3d4 y", "x <redacted> y"],
    ["other entities are signs", "x a1&quot;b2&lt;c3&gt;d4 y", "x <redacted> y"],
    ["escaped signs are signs", 'x a1\\/b2\\nc3\\"d4 y', "x <redacted> y"],
    ["escaped letters are letters", "x \\a1\\b\\c3", "x \\a1\\b\\c3"],
    ["escaped letters of the secret", "x \\a1b2c\\3d4 y", "x <redacted> y"],
    ["numbers of no sign", "x a1&#99999999;b2&#xffffffff;c3\\u{ffffff}d4 y", "x <redacted> y"],
    ["base64 after one sign", `x ${Encoding.encodeBase64(`:${token}`)} y`, "x Om<redacted> y"],
    ["base64 after two signs", `x ${Encoding.encodeBase64(`::${token}`)} y`, "x Ojp<redacted> y"],
    ["base64", `x ${Encoding.encodeBase64(token)} y`, "x <redacted> y"]
  ])("%s", (_, text, shown) => {
    assert.strictEqual(Failure.strike(text, [token]).replace(/<redacted>\S*(?= y)/, "<redacted>"), shown)
  })

  it("is the longest of several secrets first, and what they share once", () => {
    assert.strictEqual(Failure.strike("x abcd-efgh y", ["abcd", "abcd-efgh"]), "x <redacted> y")
    assert.strictEqual(Failure.strike("x abcd y", ["abcd", ""]), "x <redacted> y")
    assert.strictEqual(Failure.strike("x abcd y", []), "x abcd y")
    assert.strictEqual(Failure.strike("x abcd y", [""]), "x abcd y")
  })

  it("of a short secret is the whole of it, and of one without letters it as it stands", () => {
    assert.strictEqual(Failure.strike("abc a-bcd", ["abcd"]), "abc <redacted>")
    assert.strictEqual(Failure.strike("abc a-bc", ["abc"]), "<redacted> a-bc")
    assert.strictEqual(Failure.strike("x ---- y --- z", ["----"]), "x <redacted> y --- z")
  })

  it("is struck out from the first letter to the last, which may be any", () => {
    for (const [text, secret] of [
      ["z-A-0-b-1-c-2-Z", "zA0b1c2Z"],
      ["0-b-1-c-2-d-3-A", "0b1c2d3A"],
      ["A-b-1-c-2-d-3-z", "Ab1c2d3z"],
      ["Z-b-1-c-2-d-3-0", "Zb1c2d30"],
      ["a-b-1-c-2-d-3-9", "ab1c2d39"]
    ] as const) {
      assert.strictEqual(Failure.strike(`x ${text} y`, [secret]), "x <redacted> y")
    }
  })

  it("is found where lower case is longer, too", () => {
    assert.strictEqual(Failure.strike(`\u0130 ${token} y`, [token]), "\u0130 <redacted> y")
  })

  it("is looked for in the first 20,000 signs; a cut may have left some of it", () => {
    const filled = (length: number) => "- ".repeat(length / 2)
    assert.strictEqual(Failure.scrub(`${filled(20_000)}x`, [token]), filled(20_000))
    assert.strictEqual(Failure.scrub(filled(20_000), [token]), filled(20_000))
    const cut = Failure.scrub(`${token}${filled(19_988)}${token}`, [token])
    assert.strictEqual(cut, `<redacted>${filled(19_988).slice(0, -100)}`)
    const whole = Failure.scrub(`${token}${filled(19_988)}`, [token])
    assert.strictEqual(whole, `<redacted>${filled(19_988)}`)
  })

  it("is what a request carries", () => {
    const of = (headers: Record<string, string>) => Failure.secretsOf(HttpClientRequest.get("/", { headers }))
    assert.deepStrictEqual(of({}), [])
    assert.deepStrictEqual(of({ "x-api-token": "1234", authorization: "Bearer abcd efgh" }), ["1234", "abcd efgh"])
    assert.deepStrictEqual(of({ "x-api-token": "123", authorization: "Bearer abc" }), [])
    assert.deepStrictEqual(of({ authorization: "token" }), ["token"])
    assert.deepStrictEqual(of({ authorization: "ab-cd efgh" }), ["ab-cd efgh"])
  })
})
