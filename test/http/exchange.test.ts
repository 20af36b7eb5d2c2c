/** One request and its response by itself, over clients that a test plays: bodies both ways, redirects, what breaks. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { PipedriveError } from "effect-pipedrive"
import * as Exchange from "../../src/internal/http/exchange.js"
import type * as Transport from "../../src/internal/http/transport.js"

const call = { endpoint: "v2.Robots.get", method: "GET", path: "/api/v2/robots/1" }
const home = "https://api.pipedrive.com"
const url = `${home}/api/v2/robots/1`
const token = "a1b2c3d4e5f6a7b8c9d0"
const get = HttpClientRequest.get(url, { headers: { "x-api-token": token, authorization: token, accept: "a/b" } })

type Answer = (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Response, HttpClientError.HttpClientError>

/** An exchange with a client that answers the nth request with the nth answer, and all later ones with the last. */
const exchange = (
  answers: ReadonlyArray<Response | Answer>,
  given: Partial<Pick<Exchange.Exchange, "request" | "binary" | "maximum">> = {}
) => {
  const seen: Array<HttpClientRequest.HttpClientRequest> = []
  const client = HttpClient.make((request) => {
    seen.push(request)
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? new Response()
    const response = typeof answer === "function" ? answer(request) : Effect.succeed(answer)
    return Effect.map(response, (web) => HttpClientResponse.fromWeb(request, web))
  })
  const rest = { call, request: get, binary: false, maximum: 10, attempts: 2, secrets: [token] }
  return { seen, exchange: { ...rest, client, ...given } }
}

const perform = (...given: Parameters<typeof exchange>) => Exchange.perform(exchange(...given).exchange)
const failed = (...given: Parameters<typeof exchange>) => Effect.flip(perform(...given))

/** Headers without those of the tracer. */
const own = ({ b3: _, traceparent: __, ...headers }: Readonly<Record<string, string>> = {}) => headers

const to = (location: string | undefined, status = 302) =>
  new Response("moved", { status, headers: location === undefined ? {} : { location } })

/** A body of these parts, and whether it was given up. */
const flowing = (parts: ReadonlyArray<string | Error>) => {
  const seen = { given: 0, cancelled: false }
  const rest = [...parts]
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const part = rest.shift()
        if (part === undefined) return controller.close()
        if (part instanceof Error) return controller.error(part)
        seen.given++
        controller.enqueue(new TextEncoder().encode(part))
      },
      cancel: () => {
        seen.cancelled = true
      }
    },
    { highWaterMark: 0 }
  )
  return { body, seen }
}
const played =
  (body: ReadableStream, init: ResponseInit = {}): Answer =>
  () =>
    Effect.succeed(new Response(body, init))

describe("the direct way", () => {
  const request = HttpClientRequest.setBody(get, HttpBody.uint8Array(new Uint8Array([1]), "a/b"))
  const launched = (transport: Transport.Transport, given = request) => {
    const ends: Array<Transport.Outcome> = []
    const context = Context.empty()
    const { exchange: one } = exchange([], { request: given })
    const abort = Exchange.launch(one, transport, context, (outcome) => void ends.push(outcome))
    return { abort, context, ends }
  }

  it("starts with plain values, and gives what aborts it", () => {
    const abort = () => {}
    let asked: ReadonlyArray<unknown> = []
    const one = launched((...given) => {
      asked = given
      return abort
    })
    const { headers, method, url } = request
    assert.deepStrictEqual(asked.slice(0, 3), [
      { method, url, headers, body: new Uint8Array([1]) },
      { maximumBody: 10, maximumErrorBody: 262_144 },
      one.context
    ])
    assert.strictEqual(one.abort, abort)
    assert.deepStrictEqual(one.ends, [])
    launched((...given) => {
      asked = given
      return abort
    }, get)
    assert.deepInclude(asked[0], { body: undefined })
  })

  it("that throws at once has failed before anything was sent", () => {
    const cause = new Error("no")
    const one = launched(() => {
      throw cause
    })
    assert.deepStrictEqual(one.ends, [{ _tag: "Failure", cause, phase: "prepare" }])
    one.abort()
  })

  it("ends with an answer or an error", () => {
    const ended = (outcome: Transport.Outcome) => Either.merge(Exchange.outcome(exchange([]).exchange, outcome))
    const headers = { "x-correlation-id": "c-1" }
    const whole = { attempts: 2, file: undefined, headers, secrets: [token], status: 200, text: "abc", url }
    assert.deepStrictEqual(ended({ _tag: "Response", status: 200, headers, text: "abc" }), whole)
    const none = { ...whole, status: 204, text: "" }
    assert.deepStrictEqual(ended({ _tag: "Response", status: 204, headers, text: "abc" }), none)
    assert.deepInclude(ended({ _tag: "Failure", cause: new Error(`no ${token}`), phase: "receive" }), {
      _tag: "TransportError",
      attempts: 2,
      phase: "receive",
      description: "no <redacted>"
    })
    assert.deepInclude(ended({ _tag: "Overflow", status: 200, headers }), {
      ...call,
      _tag: "InvalidResponse",
      attempts: 2,
      correlationId: "c-1",
      issues: [{ path: [], message: "is larger than 10 bytes" }],
      status: 200
    })
  })
})

describe("a response", () => {
  it.effect("has its text, or that of its start where it is none of success", () =>
    Effect.gen(function* () {
      for (const [status, given, text] of [
        [200, "abc", "abc"],
        [299, "abc", "abc"],
        [204, null, ""],
        [206, "abc", "abc"],
        [300, "abc", "abc"],
        [304, null, ""],
        [404, "more than ten bytes", "more than ten bytes"]
      ] as const) {
        const answer = new Response(given, { status, headers: { "x-a": "b" } })
        const { headers, ...rest } = yield* perform([answer])
        assert.deepStrictEqual(rest, { status, text, file: undefined, attempts: 2, url, secrets: [token] })
        assert.strictEqual(headers["x-a"], "b")
      }
    })
  )

  it.effect("that is larger than it may be is an error, which names no part of it", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* perform([new Response("0123456789")])).text, "0123456789")
      const error = yield* failed([new Response("01234567890", { headers: { "x-correlation-id": "c-1" } })])
      assert.deepInclude(error, { _tag: "InvalidResponse", status: 200, correlationId: "c-1" })
      assert.notProperty(error, "snippet")
    })
  )

  it.effect("of no success is read up to 256 KiB, and what arrived of it counts", () =>
    Effect.gen(function* () {
      const part = "x".repeat(64 * 1024)
      const read = (parts: ReadonlyArray<string | Error>, headers: Record<string, string> = {}) =>
        Effect.gen(function* () {
          const { body, seen } = flowing(parts)
          const { text } = yield* perform([played(body, { status: 500, headers })])
          return [text.length / part.length, seen.given, seen.cancelled]
        })
      const many = Array<string>(9).fill(part)
      assert.deepStrictEqual(yield* read(many), [4, 4, true])
      assert.deepStrictEqual(yield* read([part, part]), [2, 2, false])
      // ä: a character in two parts
      const { body } = flowing([])
      const bytes = new TextEncoder().encode("ä")
      const halves = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(bytes.subarray(0, 1))
          controller.enqueue(bytes.subarray(1))
          controller.close()
        }
      })
      assert.strictEqual((yield* perform([played(halves, { status: 500 })])).text, "ä")
      assert.strictEqual((yield* perform([played(body, { status: 500 })])).text, "")
      // what is said of a length is believed where the body is not packed, and the length is small
      const length = (most: number) => ({ "content-length": String(most) })
      assert.deepStrictEqual(yield* read(many, length(256 * 1024)), [9, 9, false])
      assert.deepStrictEqual(yield* read(many, length(256 * 1024 + 1)), [4, 4, true])
      assert.deepStrictEqual(yield* read(many, { ...length(9), "content-encoding": "gzip" }), [4, 4, true])
      assert.deepStrictEqual(yield* read(many, { ...length(9), "content-encoding": "identity" }), [9, 9, false])
      assert.deepStrictEqual(yield* read([part, new Error("cut")]), [1, 1, false])
      assert.deepStrictEqual(yield* read([part, new Error("cut")], length(9)), [0, 1, false])
    })
  )

  it.effect("whose body breaks off is an error", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { "content-length": "9" }] as ReadonlyArray<Record<string, string>>) {
        const error = yield* failed([played(flowing(["a", new Error(`cut ${token}`)]).body, { headers })])
        assert.deepInclude(error, { ...call, _tag: "TransportError", attempts: 2, phase: "receive" })
        assert.include(error.message, "cut <redacted>")
      }
    })
  )

  it.effect("that is a file is read later, but for a part of one and for no success", () =>
    Effect.gen(function* () {
      const read = (answer: Response | Answer) => perform([answer], { binary: true })
      const content = (file: Exchange.Received["file"]) =>
        Effect.map(Stream.runCollect(file ?? Stream.die(new Error("no file"))), (parts) =>
          Buffer.concat([...parts]).toString()
        )
      const { file, ...rest } = yield* read(new Response("more than ten bytes"))
      assert.deepInclude(rest, { status: 200, text: "", url, attempts: 2 })
      assert.strictEqual(yield* content(file), "more than ten bytes")
      assert.strictEqual(yield* content((yield* read(new Response(null))).file), "")
      for (const [status, given] of [
        [206, "abc"],
        [404, "abc"],
        [204, null]
      ] as const) {
        const answer = yield* read(new Response(given, { status }))
        assert.deepStrictEqual([answer.file, answer.text], [undefined, given ?? ""])
      }
      const broken = yield* read(played(flowing(["a", new Error("cut")]).body))
      assert.deepInclude(yield* Effect.flip(content(broken.file)), { _tag: "TransportError", phase: "receive" })
    })
  )
})

describe("a transport", () => {
  const request = HttpClientRequest.get("/")
  const fault = (cause: unknown) => new HttpClientError.RequestError({ request, reason: "Transport", cause })

  it.effect("that fails or dies is an error, with its phase", () =>
    Effect.gen(function* () {
      const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" })
      for (const [answer, phase, description] of [
        [() => Effect.fail(fault(new Error(`gone ${token}`))), "send", "gone <redacted>"],
        [() => Effect.fail(fault(refused)), "connect", "refused"],
        [() => Effect.die(new Error(`a bug ${token}`)), "send", "a bug <redacted>"],
        [() => Effect.die(refused), "connect", "refused"]
      ] as ReadonlyArray<readonly [Answer, PipedriveError.TransportError["phase"], string]>) {
        const error = yield* failed([answer])
        assert.deepInclude(error, { ...call, _tag: "TransportError", attempts: 2, phase, description })
      }
    })
  )

  it.effect("that interrupts itself ends the call so", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(perform([() => Effect.interrupt]))))
    })
  )
})

describe("a body to send", () => {
  it.effect("goes as it is, a form as bytes with its length", () =>
    Effect.gen(function* () {
      const sent = (request: HttpClientRequest.HttpClientRequest) =>
        Effect.gen(function* () {
          const { exchange: one, seen } = exchange([new Response("abc")], { request })
          assert.strictEqual((yield* Exchange.perform(one)).text, "abc")
          assert.lengthOf(seen, 1)
          return seen[0]
        })
      const post = HttpClientRequest.post(url)
      assert.strictEqual((yield* sent(get))?.body._tag, "Empty")
      const text = HttpClientRequest.setBody(post, HttpBody.text("abc", "text/plain"))
      assert.strictEqual((yield* sent(text))?.body, text.body)
      const form = new FormData()
      form.append("a", "b")
      const body = (yield* sent(HttpClientRequest.setBody(post, HttpBody.formData(form))))?.body
      if (body?._tag !== "Uint8Array") return assert.fail("is not bytes")
      assert.match(body.contentType, /^multipart\/form-data; boundary=/)
      assert.strictEqual(body.contentLength, body.body.length)
      const read = yield* Effect.promise(() =>
        new Response(body.body.slice(), { headers: { "content-type": body.contentType } }).formData()
      )
      assert.deepStrictEqual([...read], [["a", "b"]])
    })
  )

  /** A request whose body is this stream. */
  const streaming = (stream: Stream.Stream<Uint8Array, unknown>) =>
    HttpClientRequest.setBody(HttpClientRequest.post(url), HttpBody.stream(stream, "a/b", 3))
  const part = new Uint8Array([1, 2, 3])
  /** What a client does that reads the body, and answers whatever comes of it. */
  const reading: Answer = ({ body }) =>
    Effect.as(
      Effect.ignore(Effect.sandbox(body._tag === "Stream" ? Stream.runDrain(body.stream) : Effect.void)),
      new Response("abc")
    )

  it.effect("that is a stream goes whole, of its type and length", () =>
    Effect.gen(function* () {
      const bytes: Array<number> = []
      const answer: Answer = ({ body }) =>
        Effect.gen(function* () {
          if (body._tag !== "Stream") return assert.fail("is no stream")
          assert.deepInclude(body, { contentType: "a/b", contentLength: 3 })
          yield* Stream.runForEach(Stream.orDie(body.stream), (chunk) => Effect.sync(() => void bytes.push(...chunk)))
          return new Response("abc")
        })
      const { text } = yield* perform([answer], {
        request: streaming(Stream.make(part.subarray(0, 2), part.subarray(2)))
      })
      assert.deepStrictEqual([text, bytes], ["abc", [1, 2, 3]])
    })
  )

  it.effect("that breaks is an error of the body, whatever comes of the request", () =>
    Effect.gen(function* () {
      const failing: Answer = (request) =>
        Effect.zipRight(
          reading(request),
          Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error("cut") }))
        )
      const never: Answer = (request) => Effect.zipRight(reading(request), Effect.never)
      for (const stream of [
        Stream.fail(new Error(`disk ${token}`)),
        Stream.die(new Error(`disk ${token}`)),
        Stream.concat(Stream.make(part), Stream.fail(new Error(`disk ${token}`)))
      ]) {
        for (const answer of [reading, failing, never]) {
          const error = yield* failed([answer], { request: streaming(stream) })
          assert.deepInclude(error, { ...call, _tag: "TransportError", attempts: 2, phase: "body" })
          assert.include(error.message, "disk <redacted>")
        }
      }
    })
  )

  it.effect("that its reader leaves alone is no error", () =>
    Effect.gen(function* () {
      const first: Answer = ({ body }) =>
        Effect.as(
          Effect.ignore(body._tag === "Stream" ? Stream.runHead(body.stream) : Effect.void),
          new Response("abc")
        )
      const { text } = yield* perform([first], { request: streaming(Stream.concat(Stream.make(part), Stream.never)) })
      assert.strictEqual(text, "abc")
    })
  )

  it.effect("that is read elsewhere ends with its request", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      const stream = Stream.ensuring(
        Stream.concat(Stream.execute(Deferred.succeed(begun, undefined)), Stream.never),
        Deferred.succeed(ended, undefined)
      )
      const elsewhere: Answer = ({ body }) =>
        Effect.as(
          Effect.zipRight(
            Effect.forkDaemon(body._tag === "Stream" ? Stream.runDrain(body.stream) : Effect.void),
            Deferred.await(begun)
          ),
          new Response("abc")
        )
      const fiber = yield* Effect.fork(perform([elsewhere], { request: streaming(stream) }))
      assert.strictEqual((yield* Fiber.join(fiber)).text, "abc")
      yield* Deferred.await(ended)
    })
  )
})

describe("a redirect", () => {
  it("is told by its status, or by none in a browser", () => {
    const all = Array.from({ length: 600 }, (_, status) => status)
    assert.deepStrictEqual(all.filter(Exchange.isRedirect), [0, 301, 302, 303, 307, 308])
  })

  const post = HttpClientRequest.setBody(
    HttpClientRequest.post(url, { headers: { "x-api-token": token } }),
    HttpBody.text("abc", "text/plain")
  )
  /** Where the second request of an exchange goes, and with what. */
  const second = (first: Response, request = get) =>
    Effect.gen(function* () {
      const { exchange: one, seen } = exchange([first, new Response("abc")], { request })
      const { text, url: asked } = yield* Exchange.perform(one)
      assert.deepStrictEqual([text, asked], ["abc", url])
      assert.lengthOf(seen, 2)
      const next = seen[1]
      return { method: next?.method, url: next?.url, headers: next?.headers, body: next?.body }
    })

  it.effect("within the host repeats the request, elsewhere asks without credentials", () =>
    Effect.gen(function* () {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const place of ["/b", `${home}/b`]) {
          const { body, headers, method, url } = yield* second(to(place, status))
          assert.deepStrictEqual([method, url, own(headers)], ["GET", `${home}/b`, own(get.headers)])
          assert.strictEqual(body?._tag, "Empty")
        }
        const { headers, method, url } = yield* second(to("https://files.example.net/b?c=d", status))
        assert.deepStrictEqual([method, url], ["GET", "https://files.example.net/b?c=d"])
        assert.deepStrictEqual(own(headers), { accept: "a/b" })
      }
      for (const status of [307, 308]) {
        const { body, headers, method, url } = yield* second(to("/b", status), post)
        assert.deepStrictEqual([method, url, own(headers), body], ["POST", `${home}/b`, own(post.headers), post.body])
      }
      const local = HttpClientRequest.get("http://127.0.0.1:1/a")
      const { exchange: one, seen } = exchange([to("/b"), to("http://127.0.0.1:2/c"), new Response("abc")], {
        request: local
      })
      yield* Exchange.perform(one)
      assert.deepStrictEqual(
        seen.map(({ url }) => url),
        ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b", "http://127.0.0.1:2/c"]
      )
    })
  )

  it.effect.each<[string, Response, HttpClientRequest.HttpClientRequest]>([
    ["a 302 that names no place", to(undefined), get],
    ["a 307 that names no place", to("https://", 307), get],
    ["a redirect from https: to http:", to("http://api.pipedrive.com/b"), get],
    ["a redirect from https: to file:", to("file:///etc/passwd"), get],
    ["a redirect from ftp: to ftp:", to("ftp://a/b"), HttpClientRequest.get("ftp://a/c")],
    ["a redirect that brings a password along", to("https://a:b@files.example.net"), get],
    ["a redirect that brings a password along", to("https://a@files.example.net"), get],
    ["a redirect that brings a password along", to("https://:b@files.example.net"), get],
    ["a POST is not repeated at https://api.pipedrive.com after a 302", to("/b", 302), post],
    ["a POST is not repeated at https://api.pipedrive.com after a 303", to("/b", 303), post],
    ["a POST is not repeated at https://files.example.net after a 307", to("https://files.example.net", 307), post],
    [
      "a body that is a stream cannot be sent twice",
      to("/b", 307),
      HttpClientRequest.setBody(post, HttpBody.stream(Stream.make(new Uint8Array(1))))
    ]
  ])("is not followed: %s", ([description, answer, request]) =>
    Effect.gen(function* () {
      const { exchange: one, seen } = exchange([answer], { request })
      const error = yield* Effect.flip(Exchange.perform(one))
      assert.deepInclude(error, { ...call, _tag: "TransportError", attempts: 2, phase: "redirect", description })
      assert.lengthOf(seen, 1)
    })
  )

  it.effect("is not followed where a browser hides it, and says no secret", () =>
    Effect.gen(function* () {
      const told = (response: Pick<Exchange.Received, "status" | "headers">, hops?: number) =>
        Effect.map(Effect.flip(Exchange.follow(exchange([]).exchange, get, response, hops)), (error) =>
          error._tag === "TransportError" ? error.description : error._tag
        )
      assert.match((yield* told({ status: 0, headers: { location: "/b" } })) ?? "", /^a redirect, of which a browser/)
      const headers = { location: `${token}:x` }
      assert.strictEqual(yield* told({ status: 302, headers }), "a redirect from https: to <redacted>:")
    })
  )

  it.effect("is followed five times, and its body read each time", () =>
    Effect.gen(function* () {
      const bodies = Array.from({ length: 6 }, () => flowing(["moved"]))
      const moved = bodies.map(({ body }, n) => played(body, { status: 302, headers: { location: `/${n}` } }))
      const { exchange: one, seen } = exchange([...moved.slice(0, 5), new Response("abc")])
      assert.strictEqual((yield* Exchange.perform(one)).text, "abc")
      assert.deepStrictEqual(
        seen.slice(1).map(({ url }) => url),
        ["0", "1", "2", "3", "4"].map((place) => `${home}/${place}`)
      )
      assert.deepStrictEqual(
        bodies.map(({ seen }) => seen.given),
        [1, 1, 1, 1, 1, 0]
      )
      const { exchange: other, seen: all } = exchange([() => Effect.succeed(to("/b"))])
      assert.deepInclude(yield* Effect.flip(Exchange.perform(other)), { description: "more than 5 redirects" })
      assert.lengthOf(all, 6)
    })
  )
})
