/** What is read out of a response that is no success, and of what a transport throws: part by part. */
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Failure from "../../src/internal/http/failure.js"

const call: Failure.Call = { endpoint: "v2.Robots.get", method: "GET", path: "/api/v2/robots/:id" }
const secrets = ["a1b2c3d4e5f6a7b8c9d0"]

const answer = (status: number, text: string, headers: Failure.Headers = {}): Failure.Answer => ({
  status,
  headers,
  text,
  attempts: 2,
  secrets
})

const ofBody = (body: unknown, status = 400, headers: Failure.Headers = {}, url?: string) => {
  const text = typeof body === "string" ? body : JSON.stringify(body)
  const given = { ...answer(status, text, headers), ...(url === undefined ? {} : { url }) }
  const error = Failure.fromAnswer(call, given, Failure.parse(text), 0)
  const said = ["error", "error_info", "code", "snippet", "correlationId", "url"]
  return Object.fromEntries(Object.entries(error).filter(([name]) => said.includes(name)))
}

describe("what a body says", () => {
  const many = Array.from({ length: 25 }, (_, n) => `e${n}`)
  const numbers = Object.fromEntries(many.map((name) => [name, "bad"]))
  it.each<[string, unknown, Record<string, string>]>([
    ["v1", { error: "E", error_info: "I", code: "C" }, { error: "E", error_info: "I", code: "C" }],
    ["v2", { error: "E", message: "M" }, { error: "E", error_info: "M" }],
    ["v2, whose code is further down", { error: "E", additional_data: { code: "C" } }, { error: "E", code: "C" }],
    ["a code that is nearer goes before", { code: "N", additional_data: { code: "C" } }, { code: "N" }],
    ["what is no record further down", { error: "E", additional_data: ["C"] }, { error: "E" }],
    ["an error of its own shape", { error: { message: "deep" }, message: "M" }, { error: "deep" }],
    ["an error without a sentence", { error: {}, message: "M" }, { error: "M" }],
    ["a list of errors", { error: [1], errors: ["a", 2, { b: 1 }] }, { error: 'a; 2; {"b":1}' }],
    ["errors of fields", { errors: { url: ["x", 3], name: "y", n: 4 } }, { error: "url: x, 3; name: y; n: 4" }],
    ["twenty errors and no more", { errors: many }, { error: many.slice(0, 20).join("; ") }],
    [
      "of twenty fields and no more",
      { errors: numbers },
      {
        error: many
          .slice(0, 20)
          .map((n) => `${n}: bad`)
          .join("; ")
      }
    ],
    ["of a field twenty and no more", { errors: { f: many } }, { error: `f: ${many.slice(0, 20).join(", ")}` }],
    ["errors that are neither", { errors: 7, message: "M" }, { error: "M" }],
    ["errors that are a text", { errors: "bad", message: "M" }, { error: "M" }],
    ["no errors", { errors: [], message: "M" }, { error: "M" }],
    ["a message alone", { message: " M " }, { error: "M" }],
    ["the same twice", { error: "E", message: "E" }, { error: "E" }],
    ["the same twice, by its own name", { error: "E", error_info: "E" }, { error: "E" }],
    ["blanks", { error: "  ", error_info: "\n", code: "" }, {}],
    ["what is no text", { error: 1, error_info: 2, code: 3, message: null }, {}],
    ["nothing", {}, {}],
    ["a list", "[1]", { snippet: "[1]" }],
    ["null", "null", { snippet: "null" }],
    ["no body", "", {}],
    ["a body of blanks", "  \n ", {}],
    ["no JSON", "  upstream\n\n  failed ", { snippet: "upstream failed" }]
  ])("%s", (_, body, said) => {
    assert.deepStrictEqual<unknown>(ofBody(body), said)
  })

  it("is not Pipedrive's where it has none of what all of theirs have: then it says where it came from", () => {
    const url = `https://x.test/${secrets[0]}/v2?secret=a#b\n?c`
    const asked = (body: unknown) => ofBody(body, 400, {}, url).url
    assert.strictEqual(asked("<html>"), "https://x.test/<redacted>/v2")
    assert.strictEqual(asked("[]"), "https://x.test/<redacted>/v2")
    assert.strictEqual(asked({ message: "M" }), "https://x.test/<redacted>/v2")
    for (const name of ["success", "error", "errors", "code"]) assert.isUndefined(asked({ [name]: null }))
    assert.notProperty(ofBody("<html>"), "url")
    assert.strictEqual(ofBody("<html>", 400, {}, `https://x.test/${"a/".repeat(600)}`).url?.length, 1000)
  })

  it("goes with the number that Pipedrive's support asks for", () => {
    assert.deepStrictEqual(ofBody({ error: "E" }, 400, { "x-correlation-id": " c1 " }), {
      error: "E",
      correlationId: "c1"
    })
  })

  it("is cut after a thousand signs, when its secrets are struck out", () => {
    const error = `${"x".repeat(990)} ${secrets[0]}`
    assert.deepStrictEqual<unknown>(ofBody({ error, code: secrets[0] }), {
      error: `${"x".repeat(990)} <redacted`,
      code: "<redacted>"
    })
  })
})

describe("the start of a body", () => {
  const page = (inner: string) => `<!DOCTYPE html><HTML>${inner}</html>`
  it.each<[string, string, string]>([
    ["is 200 signs", "a ".repeat(300), "a ".repeat(100)],
    ["is on one line", "a\r\n\t b", "a b"],
    ["keeps what only looks like tags", "<b>a</b>", "<b>a</b>"],
    ["of a page is its text", page("<h1>No</h1>\n<p class='x'>way"), "No way"],
    ["of a page has no styles and scripts", page("<style>p{}</style>a<SCRIPT src='x'>b()</SCRIPT>c"), "a c"],
    ["of a page has no style that is cut off", page("a<style>p{}"), "a"],
    ["of a page knows a tag by its whole name", page("<styles>a</styles>"), "a"],
    ["of a page keeps the mark of a secret", page(`<p>${secrets[0]}</p>`), "<redacted>"],
    ["of a page strikes out what tags parted", page("a1b2c3<b></b>d4e5f6<i></i>a7b8c9"), "<redacted>"],
    ["of a page is 200 signs", page("ab ".repeat(300)), `${"ab ".repeat(66)}ab`],
    ["of a page keeps words apart", page("<h1>No</h1><p>way"), "No way"],
    [
      "of a page is in its first 4000 signs",
      page(`<p class="${"x".repeat(4000)}">No</p>`),
      `<p class="${"x".repeat(190)}`
    ],
    ["is in the first 30,000 signs", `${" ".repeat(30_000)}x`, ""],
    ["is a page by its first 4000 signs", `${"x".repeat(3995)}<html><b>`, "x".repeat(200)]
  ])("%s", (_, text, expected) => assert.strictEqual(Failure.snippet(text, secrets), expected))

  it("of a page is told from other text", () => {
    const is = [
      "<html",
      "a <HTML>",
      "<!doctype html>",
      "html",
      "doctype",
      `${" ".repeat(3995)}<html`,
      `${" ".repeat(3996)}<html`
    ]
    assert.deepStrictEqual(is.map(Failure.isPage), [true, true, true, false, false, true, false])
  })
})

it("JSON is read with or without a byte order mark; what is empty, cut off or too deep is said to be", () => {
  const left = <A>(either: Either.Either<A, string>) => (Either.isLeft(either) ? either.left : either.right)
  assert.deepStrictEqual(left(Failure.parse('\ufeff{"a":1}')), { a: 1 })
  assert.deepStrictEqual(left(Failure.parse("1")), 1)
  assert.strictEqual(left(Failure.parse("")), "is empty")
  assert.strictEqual(left(Failure.parse('{"a":')), "is not JSON, or was cut off")
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels)
  assert.isArray(left(Failure.parseShallow(deep(512))))
  assert.strictEqual(left(Failure.parseShallow(deep(514))), "is nested more than 512 levels deep")
  assert.strictEqual(left(Failure.parseShallow("")), "is empty")
})

it("issues are scrubbed and cut, their places too", () => {
  const [issue] = Failure.scrubIssues(
    [{ path: [`${"k".repeat(95)} ${secrets[0]}`, 3], message: `${"m".repeat(495)} ${secrets[0]}` }],
    secrets
  )
  assert.deepStrictEqual(issue, { path: [`${"k".repeat(95)} <red`, 3], message: `${"m".repeat(495)} <red` })
})

describe("waits", () => {
  const now = Date.UTC(2026, 5, 1, 12, 0, 0)
  const wait = (value: string | undefined, reset?: string) =>
    Failure.retryAfter({ "retry-after": value, "x-ratelimit-reset": reset }, now)
  it.each<[string | undefined, number | undefined]>([
    ["3", 3000],
    [" 3 ", 3000],
    ["0.0001", 1],
    ["1.2345", 1235],
    ["86400", 86_400_000],
    ["86400.001", undefined],
    ["86401", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["1234567890", undefined],
    ["1.", undefined],
    ["x1", undefined],
    ["1x", undefined],
    ["", undefined],
    [undefined, undefined],
    ["Mon, 01 Jun 2026 12:00:07 GMT", 7000],
    ["mon, 1 jun 2026 12:00:07 gmt", 7000],
    [" Mon, 01 Jun 2026 12:00:07 GMT ", 7000],
    ["Monday, 01-Jun-26 12:00:07 GMT", 7000],
    ["Mon Jun  1 12:00:07 2026", 7000],
    ["Mon Jun 1 12:00:07 2026", 7000],
    ["Mon, 01 Jun 2026 11:59:59 GMT", undefined],
    ["Tue, 02 Jun 2026 12:00:00 GMT", 86_400_000],
    ["Tue, 02 Jun 2026 12:00:01 GMT", undefined],
    ["x Mon, 01 Jun 2026 12:00:07 GMT", undefined],
    ["Mon, 01 Jun 2026 12:00:07 GMT x", undefined],
    ["Mon, 01 Jun 2026 12:00:07 CET", undefined],
    ["Mon, 01 unj 2026 12:00:07 GMT", undefined],
    ["Mon, 01 Xxx 2026 12:00:07 GMT", undefined],
    ["Mon Jun   1 12:00:07 2026", undefined],
    ["Mon Jun  1 12:00:07 26", undefined],
    ["x Mon Jun  1 12:00:07 2026", undefined],
    ["Mon Jun  1 12:00:07 2026 x", undefined]
  ])("`Retry-After: %s` are %s", (value, expected) => assert.strictEqual(wait(value), expected))

  it("are the longer of both headers; a reset alone asks for none but of the limit", () => {
    assert.deepStrictEqual([wait("2", "3"), wait("3", "2"), wait(undefined, "2")], [3000, 3000, 2000])
    assert.isUndefined(Failure.askedToWait({ "x-ratelimit-reset": "2" }, now))
    assert.strictEqual(Failure.askedToWait({ "x-ratelimit-reset": "9", "retry-after": "2" }, now), 2000)
  })

  it("by dates know every month, and years of two digits", () => {
    const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    const until = (date: string, from: number) => Failure.askedToWait({ "retry-after": date }, from)
    for (const [at, name] of names.entries()) {
      assert.strictEqual(until(`Day, 09 ${name} 2026 00:00:05 GMT`, Date.UTC(2026, at, 9)), 5000)
    }
    assert.strictEqual(until("Friday, 01-Jan-00 00:00:05 GMT", Date.UTC(1999, 11, 31, 23, 59, 59)), undefined)
    assert.strictEqual(until("Friday, 31-Dec-99 00:00:05 GMT", Date.UTC(2099, 11, 31)), 5000)
    assert.strictEqual(until("Friday, 31-Dec-99 00:00:05 GMT", Date.UTC(1999, 11, 31)), 5000)
    // late in one century, the next one's year is the past of this one
    assert.isUndefined(until("Friday, 31-Dec-99 00:00:05 GMT", Date.UTC(2000, 0, 1)))
  })
})

it("seconds are a number and nothing else", () => {
  const read = ["3", " 3.5 ", "x1", "1x", "1 2", "1.", undefined].map(Failure.seconds)
  assert.deepStrictEqual(read, [3000, 3500, ...Array(5).fill(undefined)])
})

it("counts are whole numbers of up to 15 digits", () => {
  const counts = ["0", " 7 ", "123456789012345", "1234567890123456", "-1", "1.5", "1e3", "", "x", undefined]
  assert.deepStrictEqual(counts.map(Failure.count), [0, 7, 123456789012345, ...Array(7).fill(undefined)])
})

it("a 429 says of which limit, and what the headers tell of it", () => {
  const limits = (headers: Failure.Headers) => {
    const error = Failure.fromAnswer(call, answer(429, "{}", headers), Failure.parse("{}"), 0)
    if (error._tag !== "RateLimited") return error._tag
    const { kind, limit, remaining, retryAfter } = error
    return [kind, limit, remaining, retryAfter === undefined ? undefined : Duration.toMillis(retryAfter)]
  }
  const burst = { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "3", "retry-after": "2" }
  const day = { "x-daily-ratelimit-token-limit": "100", "x-daily-ratelimit-token-remaining": "0" }
  assert.deepStrictEqual(limits({}), ["burst", undefined, undefined, undefined])
  assert.deepStrictEqual(limits(burst), ["burst", 20, 3, 2000])
  assert.deepStrictEqual(limits({ ...burst, ...day }), ["daily", 100, 0, undefined])
  assert.deepStrictEqual(limits({ ...burst, ...day, "x-daily-ratelimit-token-remaining": "1" }), ["burst", 20, 3, 2000])
})

it("a 403 is the edge's when it is a page that is no JSON", () => {
  const blocked = (text: string) => {
    const error = Failure.fromAnswer(call, answer(403, text), Failure.parse(text), 0)
    return error._tag === "Forbidden" ? error.blockedByEdge : error._tag
  }
  assert.deepStrictEqual(
    [blocked("<html>"), blocked('"<html>"'), blocked("no"), blocked("{}")],
    [true, false, false, false]
  )
})

it("from 500 to 599 it is the server's error, and any other status unexpected", () => {
  const tag = (status: number) => Failure.fromAnswer(call, answer(status, ""), Failure.parse(""), 0)._tag
  assert.deepStrictEqual([499, 500, 599, 600, 200].map(tag), [
    "UnexpectedStatus",
    "ServerError",
    "ServerError",
    "UnexpectedStatus",
    "UnexpectedStatus"
  ])
  assert.deepStrictEqual([400, 401, 402, 404, 409, 410, 422].map(tag), [
    "BadRequest",
    "Unauthorized",
    "PaymentRequired",
    "NotFound",
    "Conflict",
    "Gone",
    "UnprocessableEntity"
  ])
})

it("an answer that is not as documented carries what helps to find it, and nothing that is not there", () => {
  const of = (headers: Failure.Headers, withSnippet: boolean) => ({
    ...Failure.invalidResponse(call, answer(200, ` ${secrets[0]} `, headers), [{ path: ["a"], message: "m" }], {
      withSnippet
    })
  })
  const known = { ...call, attempts: 2, status: 200, issues: [{ path: ["a"], message: "m" }] }
  const plain = of({}, false)
  assert.deepInclude(plain, known)
  assert.notProperty(plain, "snippet")
  assert.notProperty(plain, "contentType")
  assert.notProperty(plain, "correlationId")
  assert.deepInclude(of({ "content-type": "text/x", "x-correlation-id": "c" }, true), {
    ...known,
    contentType: "text/x",
    correlationId: "c",
    snippet: "<redacted>"
  })
})

describe("what a transport throws", () => {
  const met = (cause: unknown) => {
    const { code, description, phase } = Failure.fromDefect(call, cause, 1, secrets, "send")
    return [phase, code, description]
  }
  const fault = (extra: object, message = "M") => Object.assign(new Error(message), extra)
  const nested = (levels: number): unknown =>
    levels === 0 ? fault({ code: "IN" }, "in") : fault({ cause: nested(levels - 1) }, `at ${levels}`)
  const tries = (levels: number): unknown =>
    levels === 0 ? fault({ code: "IN" }, "in") : fault({ errors: [tries(levels - 1)] }, `at ${levels}`)
  it.each<[string, unknown, [string, string | undefined, string]]>([
    ["a text", "words", ["send", undefined, "words"]],
    ["null", null, ["send", undefined, "null"]],
    ["nothing", undefined, ["send", undefined, "undefined"]],
    ["an error", fault({}), ["send", undefined, "M"]],
    ["an error with a code", fault({ code: "ECONNRESET" }), ["send", "ECONNRESET", "M"]],
    ["a code alone", { code: "X" }, ["send", "X", "X"]],
    ["neither", {}, ["send", undefined, "unknown fault"]],
    ["neither, though the names are there", { code: 1, message: "" }, ["send", undefined, "unknown fault"]],
    ["a code of the time before a connection", fault({ code: "ECONNREFUSED" }), ["connect", "ECONNREFUSED", "M"]],
    ["the same with more to it", fault({ code: "XECONNREFUSED" }), ["send", "XECONNREFUSED", "M"]],
    ["the same with more to its end", fault({ code: "ECONNREFUSEDX" }), ["send", "ECONNREFUSEDX", "M"]],
    ["Bun's", fault({ code: "ConnectionRefused" }), ["connect", "ConnectionRefused", "M"]],
    ["a name that is not known", fault({ code: "EAI_AGAIN" }), ["connect", "EAI_AGAIN", "M"]],
    [
      "a certificate",
      fault({ code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
      ["connect", "ERR_TLS_CERT_ALTNAME_INVALID", "M"]
    ],
    [
      "a certificate of its own making",
      fault({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
      ["connect", "DEPTH_ZERO_SELF_SIGNED_CERT", "M"]
    ],
    ["a certificate that is over", fault({ code: "CERT_HAS_EXPIRED" }), ["connect", "CERT_HAS_EXPIRED", "M"]],
    [
      "an issuer that is not known",
      fault({ code: "UNABLE_TO_GET_ISSUER_CERT" }),
      ["connect", "UNABLE_TO_GET_ISSUER_CERT", "M"]
    ],
    ["a port that fetch refuses", fault({}, "bad port"), ["connect", undefined, "bad port"]],
    ["words around those", fault({}, "a bad port"), ["send", undefined, "a bad port"]],
    [
      "a proxy that does not tunnel",
      fault({}, "Proxy response (502) !== 200 when HTTP Tunneling"),
      ["connect", undefined, "Proxy response (502) !== 200 when HTTP Tunneling"]
    ],
    [
      "Deno's",
      fault({}, "error sending request: client error (Connect): refused"),
      ["connect", undefined, "error sending request: client error (Connect): refused"]
    ],
    ["a system call that connects", fault({ code: "ETIMEDOUT", syscall: "connect" }), ["connect", "ETIMEDOUT", "M"]],
    ["a system call that asks for a name", fault({ code: "E", syscall: "getaddrinfo" }), ["connect", "E", "M"]],
    [
      "a system call that asks for a name, with more to it",
      fault({ code: "E", syscall: "getaddrinfo x" }),
      ["connect", "E", "M"]
    ],
    ["a system call that asks a name server", fault({ code: "E", syscall: "queryA" }), ["connect", "E", "M"]],
    [
      "a system call on an open connection",
      fault({ code: "ECONNREFUSED", syscall: "read" }),
      ["send", "ECONNREFUSED", "M"]
    ],
    ["a system call that only ends so", fault({ code: "E", syscall: "xconnect" }), ["send", "E", "M"]],
    ["a cause", fault({ cause: fault({ code: "IN" }, "in") }, "out"), ["send", "IN", "in"]],
    ["a cause that is null", fault({ cause: null, code: "OUT" }), ["send", "OUT", "M"]],
    ["a cause that is nothing", fault({ cause: undefined, code: "OUT" }), ["send", "OUT", "M"]],
    ["causes of eight levels", nested(8), ["send", "IN", "in"]],
    ["causes of more", nested(9), ["send", undefined, "at 1"]],
    [
      "several tries that failed to connect",
      fault({ errors: [fault({ code: "ENOTFOUND" }, "a"), fault({ code: "ECONNREFUSED" }, "b")] }),
      ["connect", "ENOTFOUND", "a"]
    ],
    [
      "several tries of which one was connected",
      fault({ errors: [fault({ code: "ENOTFOUND" }, "a"), fault({ code: "EPIPE" }, "b")] }),
      ["send", "ENOTFOUND", "a"]
    ],
    ["tries within tries of eight levels", tries(8), ["send", "IN", "in"]],
    ["tries within tries of more", tries(9), ["send", undefined, "at 1"]],
    ["a list of no tries", fault({ errors: [], code: "OUT" }), ["send", "OUT", "M"]],
    ["what are no tries", fault({ errors: "none", code: "OUT" }), ["send", "OUT", "M"]],
    [
      "what throws when it is looked at",
      Object.defineProperty({}, "message", {
        get: () => {
          throw new Error("no")
        }
      }),
      ["send", undefined, "unknown fault"]
    ]
  ])("%s", (_, cause, expected) => assert.deepStrictEqual(met(cause), expected))

  it("is scrubbed and cut", () => {
    const [, code, description] = met(
      fault({ code: `${"C".repeat(95)} ${secrets[0]}` }, `${"m".repeat(995)} ${secrets[0]}`)
    )
    assert.deepStrictEqual([code, description], [`${"C".repeat(95)} <red`, `${"m".repeat(995)} <red`])
  })

  it("is of the phase in which it happened", () => {
    const refused = fault({ code: "ECONNREFUSED" })
    const phase = (given: "prepare" | "send" | "receive") => Failure.fromDefect(call, refused, 1, [], given).phase
    assert.deepStrictEqual([phase("prepare"), phase("send"), phase("receive")], ["prepare", "connect", "receive"])
    const request = HttpClientRequest.get("/x")
    const response = HttpClientResponse.fromWeb(request, new Response())
    const of = (error: HttpClientError.HttpClientError) => {
      const { description, phase } = Failure.fromTransport(call, error, 1, [])
      return [phase, description]
    }
    assert.deepStrictEqual(
      [
        of(new HttpClientError.ResponseError({ request, response, reason: "Decode", cause: refused })),
        of(new HttpClientError.RequestError({ request, reason: "Encode", cause: refused })),
        of(new HttpClientError.RequestError({ request, reason: "InvalidUrl", description: "D" })),
        of(new HttpClientError.RequestError({ request, reason: "Transport", cause: refused })),
        of(new HttpClientError.RequestError({ request, reason: "Transport" }))
      ],
      [
        ["receive", "M"],
        ["prepare", "M"],
        ["prepare", "D"],
        ["connect", "M"],
        ["send", "Transport"]
      ]
    )
  })
})
