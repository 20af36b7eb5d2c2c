/** The client of the OAuth server: what it sends, reads, makes of refusals, and when it asks again. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import * as Server from "../../src/internal/oauth/tokenServer.js"
import { letting } from "../support/oauth.js"
import * as Tracing from "../support/tracing.js"

type Answer = Response | "never" | { readonly fails: unknown } | { readonly dies: unknown }

interface Sent {
  readonly at: number
  readonly request: HttpClientRequest.HttpClientRequest
  readonly init: RequestInit | undefined
}

/** A server that gives one answer after the other, the last one again and again; and what it was sent. */
const started = Effect.fnUntraced(function* (
  answer: (at: number) => Answer,
  options: Partial<Server.Server> = {},
  takes: Duration.DurationInput = 0
) {
  const sent: Array<Sent> = []
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<never>()
      const init = Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit))
      sent.push({ at: yield* Clock.currentTimeMillis, request, init })
      const given = answer(sent.length)
      if (Duration.toMillis(takes) > 0) yield* Effect.sleep(takes)
      if (given === "never") return yield* Effect.never
      if (given instanceof Response) return HttpClientResponse.fromWeb(request, given)
      if ("dies" in given) return yield* Effect.die(given.dies)
      return yield* new HttpClientError.RequestError({ request, reason: "Transport", cause: given.fails })
    })
  )
  const server: Server.Server = {
    client,
    url: "https://oauth.example.com/p",
    clientId: "client",
    clientSecret: Redacted.make("client-secret"),
    timeout: Duration.seconds(10),
    retries: 0,
    backoff: Duration.millis(500),
    pausedUntil: yield* Ref.make(0),
    ...options
  }
  const post = (form: Partial<Server.Form> = {}, step: Duration.DurationInput = "100 millis") =>
    letting(
      Server.post(server, {
        path: "/oauth/token",
        fields: { a: "1 &", token: "form-secret" },
        secrets: ["form-secret"],
        invalidGrant: { reason: "ReauthorizationRequired", advice: "Advice" },
        within: Duration.seconds(60),
        timeout: Duration.seconds(10),
        pause: identity,
        ...form
      }),
      step,
      2000
    )
  return { post, sent, server }
})

const answered = (answer: () => Answer, form: Partial<Server.Form> = {}) =>
  Effect.flatMap(started(answer), ({ post }) => Effect.either(post(form, "500 millis")))

const refused = (answer: () => Answer) => Effect.flatMap(started(answer), ({ post }) => Effect.flip(post()))

const bytes = (...parts: ReadonlyArray<string | Uint8Array<ArrayBuffer>>) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (out) => {
      for (const part of parts) out.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part)
      out.close()
    }
  })

describe("a form", () => {
  it.effect("is posted with the app's credentials, and without a trace", () =>
    Effect.gen(function* () {
      const { run, names } = Tracing.recorder()
      const { post, sent } = yield* started(() => Response.json({ b: 2 }))
      const given = yield* run(Effect.withSpan(post(), "ours")).pipe(
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow", keepalive: true })
      )
      assert.deepStrictEqual(given, { b: 2 })
      assert.deepStrictEqual(names(), ["ours"])
      const [{ init, request } = assert.fail("nothing was sent")] = sent
      assert.strictEqual(request.method, "POST")
      assert.strictEqual(request.url, "https://oauth.example.com/p/oauth/token")
      const { accept, authorization, b3, traceparent } = request.headers
      assert.deepStrictEqual(
        { accept, authorization, b3, traceparent },
        {
          accept: "application/json",
          authorization: `Basic ${btoa("client:client-secret")}`,
          b3: undefined,
          traceparent: undefined
        }
      )
      const { body } = request
      assert.deepStrictEqual(
        body._tag === "Uint8Array" ? [body.contentType, new TextDecoder().decode(body.body)] : [],
        ["application/x-www-form-urlencoded", "a=1+%26&token=form-secret"]
      )
      // a redirect would take the credentials elsewhere
      assert.deepStrictEqual<unknown>(init, { redirect: "manual", keepalive: true })
    })
  )

  it.effect("of a revocation is answered by its status alone", () =>
    Effect.gen(function* () {
      for (const answer of [new Response("x"), new Response(null, { status: 204 }), Response.json({ a: 1 })]) {
        const given = yield* answered(() => answer, { path: "/oauth/revoke" })
        assert.isTrue(given._tag === "Right" && given.right === undefined)
      }
      const other = yield* answered(() => new Response("", { status: 300 }), { path: "/oauth/revoke" })
      assert.strictEqual(other._tag, "Left")
    })
  )
})

describe("an answer", () => {
  const most = 65_536
  /** JSON of so many bytes. */
  const long = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`

  it.effect("is a JSON object of no more than 64 KB, whatever its status of success", () =>
    Effect.gen(function* () {
      const said = (what: string, status = 200) => `the OAuth server's answer (${status}) ${what}`
      const cut = "is not JSON, or was cut off"
      const none = "is no JSON object"
      const json = '{"a":"é"}'
      const headers = (more: Record<string, string>) => ({ headers: more })
      const cases: ReadonlyArray<readonly [answer: () => Response, outcome: string | object]> = [
        [() => new Response(json), { a: "é" }],
        [() => new Response(json, { status: 201 }), { a: "é" }],
        [() => new Response(json, { status: 299 }), { a: "é" }],
        [() => new Response(`\ufeff${json}`), { a: "é" }],
        [() => new Response(json, headers({ "content-length": "10" })), { a: "é" }],
        [() => new Response(json, headers({ "content-encoding": "identity", "content-length": "10" })), { a: "é" }],
        [() => new Response(json, headers({ "content-encoding": "gzip", "content-length": "10" })), { a: "é" }],
        [() => new Response(bytes('{"a":"', new Uint8Array([0xc3]), new Uint8Array([0xa9]), '"}')), { a: "é" }],
        // a letter that is cut off is seen
        [() => new Response(bytes('{"a":"é"}', new Uint8Array([0xc3]))), said(cut)],
        [() => new Response(""), said("is empty")],
        [() => new Response(null), said("is empty")],
        [() => new Response(null, { status: 204 }), said("is empty", 204)],
        [() => new Response(json, headers({ "content-length": "0" })), said("is empty")],
        [() => new Response("{"), said(cut)],
        [() => new Response("null"), said(none)],
        [() => new Response("[]"), said(none)],
        [() => new Response('"x"'), said(none)],
        [() => new Response(long(most)), { a: "x".repeat(most - 8) }],
        [() => new Response(long(most + 1)), said("is too long")],
        [() => new Response(long(most), headers({ "content-length": String(most) })), { a: "x".repeat(most - 8) }],
        [() => new Response(long(most + 1), headers({ "content-length": String(most + 1) })), said("is too long")],
        // unpacked it may be longer than it says
        [
          () => new Response(long(most + 1), headers({ "content-encoding": "gzip", "content-length": "10" })),
          said("is too long")
        ]
      ]
      for (const [answer, outcome] of cases) {
        const given = yield* answered(answer)
        if (given._tag === "Right") assert.deepStrictEqual(given.right, outcome)
        else {
          const { description, reason, status, transient } = given.left
          const expected = { description: outcome, reason: "TokenEndpoint", status: answer().status, transient: true }
          assert.deepStrictEqual<unknown>({ description, reason, status, transient }, expected)
        }
        assert.strictEqual(given._tag === "Right", typeof outcome === "object")
      }
    })
  )

  it.effect("that does not end is not read on", () =>
    Effect.gen(function* () {
      let parts = 0
      const endless = new ReadableStream<Uint8Array>({
        pull: (out) => {
          parts++
          out.enqueue(new Uint8Array(4096).fill(0x20))
        }
      })
      const given = yield* answered(() => new Response(endless))
      assert.strictEqual(given._tag, "Left")
      assert.isBelow(parts, 30)
    })
  )
})

describe("a refusal", () => {
  it.effect("says why, what to do, and whether it may pass", () =>
    Effect.gen(function* () {
      const [client, uri] = [
        "Check client id and client secret",
        "Check that the redirect URI is the one registered for the app"
      ]
      type Expected = readonly [reason: string, words: string, code?: string | undefined, transient?: true]
      const cases: ReadonlyArray<readonly [status: number, body: unknown, expected: Expected]> = [
        [
          400,
          { error: "invalid_grant", message: "No" },
          ["ReauthorizationRequired", ": invalid_grant: No. Advice", "invalid_grant"]
        ],
        [400, { error: "invalid_grant" }, ["ReauthorizationRequired", ": invalid_grant. Advice", "invalid_grant"]],
        [
          400,
          { message: "Invalid grant: x" },
          ["ReauthorizationRequired", ": Invalid grant: x. Advice", "invalid_grant"]
        ],
        [
          400,
          { error_description: "invalid Grant" },
          ["ReauthorizationRequired", ": invalid Grant. Advice", "invalid_grant"]
        ],
        [400, { message: "Invalid grants" }, ["TokenEndpoint", ": Invalid grants"]],
        [400, { message: "an invalid grant" }, ["TokenEndpoint", ": an invalid grant"]],
        [
          400,
          { error: "x", message: "Invalid client" },
          ["InvalidClient", `: x: Invalid client. ${client}`, "invalid_client"]
        ],
        [400, { error: "invalid_client" }, ["InvalidClient", `: invalid_client. ${client}`, "invalid_client"]],
        [400, { error: "invalid_clients" }, ["TokenEndpoint", ": invalid_clients", "invalid_clients"]],
        [400, { error: "an invalid_client" }, ["TokenEndpoint", ": an invalid_client", "an invalid_client"]],
        [
          400,
          { error: "unauthorized_client" },
          ["InvalidClient", `: unauthorized_client. ${client}`, "unauthorized_client"]
        ],
        [401, {}, ["InvalidClient", `. ${client}`]],
        [401, { error: "x" }, ["InvalidClient", `: x. ${client}`, "x"]],
        [400, { message: "the REDIRECT_URI is bad" }, ["InvalidClient", `: the REDIRECT_URI is bad. ${uri}`]],
        [400, { error: "redirect_uri" }, ["TokenEndpoint", ": redirect_uri", "redirect_uri"]],
        [400, { error: "e", message: " ", error_description: "d" }, ["TokenEndpoint", ": e: d", "e"]],
        [400, { error: "e", message: "m", error_description: "d" }, ["TokenEndpoint", ": e: m", "e"]],
        [400, { error: 5, message: {} }, ["TokenEndpoint", ""]],
        [400, "x", ["TokenEndpoint", ""]],
        [400, undefined, ["TokenEndpoint", ""]],
        [302, { error: "e" }, ["TokenEndpoint", ": e", "e"]],
        [499, {}, ["TokenEndpoint", ""]],
        [408, {}, ["TokenEndpoint", "", undefined, true]],
        [425, {}, ["TokenEndpoint", "", undefined, true]],
        [429, { error: "e" }, ["TokenEndpoint", ": e", "e", true]],
        [500, { error: "invalid_grant" }, ["TokenEndpoint", ": invalid_grant", "invalid_grant", true]],
        [503, "x", ["TokenEndpoint", "", undefined, true]],
        [400, { message: "of client-secret and form-secret" }, ["TokenEndpoint", ": of <redacted> and <redacted>"]],
        [400, { error: `e ${btoa("client:client-secret")}` }, ["TokenEndpoint", ": e <redacted>", "e <redacted>"]]
      ]
      for (const [status, body, [reason, words, code, transient]] of cases) {
        const given = yield* refused(() => new Response(body === undefined ? null : JSON.stringify(body), { status }))
        assert.deepStrictEqual<unknown>(
          [given.reason, given.description, given.code, given.transient, given.status, given.attempts],
          [reason, `the OAuth server refused (${status})${words}`, code, transient, status, 1],
          JSON.stringify(body)
        )
        assert.isUndefined(given.retryAfter)
      }
      // a secret of three letters would strike out half of the words
      const short = yield* answered(() => Response.json({ message: "the cat" }, { status: 400 }), { secrets: ["cat"] })
      assert.include(short._tag === "Left" ? short.left.description : "", "the cat")
      const plain = yield* answered(() => Response.json({ error: "invalid_grant" }, { status: 400 }), {
        invalidGrant: { reason: "TokenEndpoint", advice: "" }
      })
      assert.include(plain._tag === "Left" ? plain.left.description : "", "(400): invalid_grant")
    })
  )

  it.effect("of a transport is one to be asked again, without secrets", () =>
    Effect.gen(function* () {
      const unreachable = "the OAuth server could not be reached:"
      const cases: ReadonlyArray<readonly [answer: Answer, words: string]> = [
        [{ fails: new Error("socket hang up of form-secret") }, `${unreachable} socket hang up of <redacted>`],
        [
          { fails: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) },
          `${unreachable} refused (ECONNREFUSED)`
        ],
        [{ dies: new Error("broken by client-secret") }, `${unreachable} broken by <redacted>`],
        ["never", "the OAuth server did not answer within 10s"]
      ]
      for (const [answer, words] of cases) {
        const given = yield* refused(() => answer)
        assert.deepStrictEqual<unknown>(
          [given.reason, given.description, given.transient, given.attempts, given.status],
          ["TokenEndpoint", words, true, 1, undefined]
        )
      }
    })
  )
})

describe("what may pass", () => {
  const down = () => new Response("", { status: 503 })
  const waits = (sent: ReadonlyArray<Sent>) => sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))

  it.effect("is asked again, each time after twice as long, as often as it is to be", () =>
    Effect.gen(function* () {
      const { post, sent } = yield* started(down, { retries: 3, backoff: Duration.seconds(2) })
      const error = yield* Effect.flip(post())
      assert.strictEqual(error.attempts, 4)
      const found = waits(sent)
      assert.strictEqual(found.length, 3)
      for (const [index, most] of [2000, 4000, 8000].entries()) {
        assert.isAtLeast(found[index] ?? 0, most / 2)
        assert.isAtMost(found[index] ?? 0, most + 100)
      }
      const second = yield* started((at) => (at === 1 ? down() : Response.json({ a: 1 })), { retries: 1 })
      assert.deepStrictEqual(yield* second.post(), { a: 1 })
      const final = yield* started(() => new Response("", { status: 400 }), { retries: 3 })
      yield* Effect.flip(final.post())
      assert.strictEqual(final.sent.length, 1)
    })
  )

  it.effect("is asked again only while there is time for it, a quarter of which is for the store", () =>
    Effect.gen(function* () {
      // an attempt needs 10 seconds, or three quarters of all there is
      const cases: ReadonlyArray<readonly [within: number, takes: number, attempts: number]> = [
        [60, 1, 4],
        // the second attempt would begin after 8.5 to 9 seconds: three quarters of what is left then
        [20, 8, 1],
        [24, 8, 2],
        [8, 1, 1]
      ]
      for (const [within, takes, attempts] of cases) {
        const { post } = yield* started(down, { retries: 3, backoff: Duration.seconds(1) }, `${takes} seconds`)
        const error = yield* Effect.flip(post({ within: Duration.seconds(within) }, "500 millis"))
        assert.strictEqual(error.attempts, attempts, `${within}`)
        assert.strictEqual(error.status, 503)
      }
      const limits: ReadonlyArray<readonly [within: number, timeout: number, words: string]> = [
        [60, 20, "20s"],
        [20, 20, "15s"]
      ]
      for (const [within, timeout, words] of limits) {
        const { post } = yield* started(() => "never")
        const form = { within: Duration.seconds(within), timeout: Duration.seconds(timeout) }
        const error = yield* Effect.flip(post(form, "500 millis"))
        assert.strictEqual(error.description, `the OAuth server did not answer within ${words}`)
      }
    })
  )

  const asking = (seconds: string) => () => new Response("", { status: 503, headers: { "retry-after": seconds } })

  it.effect("is waited for as long as the server asks, by all accounts", () =>
    Effect.gen(function* () {
      const { post, sent, server } = yield* started((at) => (at === 1 ? asking("20")() : Response.json({ a: 1 })), {
        retries: 1
      })
      assert.deepStrictEqual(yield* post(), { a: 1 })
      assert.deepStrictEqual(waits(sent), [20_000])
      // another request to the same server
      yield* Ref.set(server.pausedUntil, (yield* Clock.currentTimeMillis) + 5000)
      const before = yield* Clock.currentTimeMillis
      yield* post()
      assert.strictEqual((sent[2]?.at ?? 0) - before, 5000)
      // a wait that is asked for does not shorten one that was
      const patient = yield* started(asking("3"))
      yield* Ref.set(patient.server.pausedUntil, 0)
      yield* Effect.flip(patient.post())
      const until = yield* Ref.get(patient.server.pausedUntil)
      assert.strictEqual(until, (patient.sent[0]?.at ?? 0) + 3000)
      const meanwhile = yield* started(asking("3"), {
        client: HttpClient.mapRequestEffect(patient.server.client, (request) =>
          Effect.as(Ref.set(meanwhileUntil, 1e12), request)
        ),
        pausedUntil: patient.server.pausedUntil
      })
      const meanwhileUntil = patient.server.pausedUntil
      yield* TestClock.adjust("3 seconds")
      yield* Effect.flip(meanwhile.post())
      assert.strictEqual(yield* Ref.get(patient.server.pausedUntil), 1e12)
    })
  )

  it.effect("is not waited for longer than there is time: then nothing is sent", () =>
    Effect.gen(function* () {
      const { post, sent, server } = yield* started(asking("50"), { retries: 2 })
      const error = yield* Effect.flip(post())
      assert.deepStrictEqual([error.status, error.attempts, sent.length], [503, 1, 1])
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(50))
      yield* TestClock.setTime(500)
      const paused = yield* Effect.flip(post())
      assert.deepStrictEqual<unknown>(
        [paused.reason, paused.description, paused.transient, paused.attempts, paused.retryAfter],
        [
          "TokenEndpoint",
          "the OAuth server asked to be left alone for another 49s 500ms; nothing was sent",
          true,
          0,
          Duration.millis(49_500)
        ]
      )
      assert.strictEqual(sent.length, 1)
      // no longer than five minutes
      const long = yield* started(asking("301"), { pausedUntil: server.pausedUntil })
      yield* TestClock.setTime(100_000)
      assert.deepStrictEqual((yield* Effect.flip(long.post())).retryAfter, Duration.seconds(301))
      assert.strictEqual(yield* Ref.get(server.pausedUntil), 400_000)
    })
  )

  it.effect("may be left while it waits, but not while it asks", () =>
    Effect.gen(function* () {
      const { sent, server } = yield* started(down, { retries: 1, backoff: Duration.seconds(10) }, "2 seconds")
      const post = (pause: Server.Form["pause"]) =>
        Effect.uninterruptible(
          Server.post(server, {
            path: "/oauth/token",
            fields: {},
            secrets: [],
            invalidGrant: { reason: "TokenEndpoint", advice: "" },
            within: Duration.seconds(100),
            timeout: Duration.seconds(10),
            pause
          })
        )
      const turns = Effect.promise(async () => {
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
      })
      const advance = (time: Duration.DurationInput) =>
        Effect.zipRight(turns, Effect.zipRight(TestClock.adjust(time), turns))
      const left = yield* Effect.fork(post(Effect.interruptible))
      yield* advance("1 second")
      yield* Fiber.interruptFork(left)
      yield* advance("500 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(left)))
      assert.isTrue(Exit.isInterrupted(yield* letting(Fiber.await(left))))
      assert.strictEqual(sent.length, 1)
      const kept = yield* Effect.fork(post(identity))
      yield* advance("1 second")
      yield* advance("2 seconds")
      yield* Fiber.interruptFork(kept)
      yield* letting(Fiber.await(kept), "1 second")
      assert.strictEqual(sent.length, 3)
    })
  )
})
