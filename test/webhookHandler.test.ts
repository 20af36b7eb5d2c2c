import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import {
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FastCheck as fc,
  Hash,
  Logger,
  Option,
  Redacted,
  Schedule,
  Scope,
  TestClock
} from "effect"
import type { PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { explain } from "../src/internal/configError.js"
import * as KeyValue from "../src/internal/keyValue.js"
import * as Claims from "../src/internal/webhooks/claims.js"
import { world } from "./sandbox/support.js"
import { models } from "./support/customFields.js"
import * as Tracing from "./support/tracing.js"
import { lives, plain, seed } from "./support/webhooks.js"

const credentials = { user: "pipedrive", password: Redacted.make("geheim:ü") }

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`

const body = (id: number, more: object = {}) =>
  JSON.stringify({
    data: { id, name: `Board ${id}`, order_nr: 1, add_time: "2026-05-15T09:00:00.000Z", update_time: null },
    previous: null,
    meta: {
      action: "create",
      entity: "board",
      entity_id: String(id),
      id: `event-${id}`,
      company_id: "5",
      timestamp: "2026-05-15T09:00:00.000Z",
      attempt: 1,
      ...more
    }
  })

const request = (text: BodyInit, headers: Record<string, string> = {}) =>
  new Request("https://me.example.com/webhooks", {
    method: "POST",
    headers: { authorization: basic("pipedrive:geheim:ü"), ...headers },
    body: text
  })

/** Lets an app answer, as a server does. */
const ask = (app: HttpApp.Default, web: Request): Effect.Effect<Response> =>
  app.pipe(
    Effect.map((response) => HttpServerResponse.toWeb(response)),
    Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(web)),
    Effect.scoped,
    Effect.orDie
  )

const settle = Effect.replicateEffect(Effect.yieldNow(), 60)

/** A handler, what it handled, and what its owner was told. */
const started = Effect.fnUntraced(function* <E = never>(
  options: Partial<WebhookEvents.Options<E, never>> = {},
  store?: KeyValueStore.KeyValueStore
) {
  const handled: Array<WebhookEvents.Event> = []
  const errors: Array<PipedriveError.WebhookError> = []
  const scope = yield* Scope.make()
  const made = WebhookEvents.handler({
    credentials,
    onError: (error) => Effect.sync(() => errors.push(error)),
    ...options,
    handle: (event) =>
      Effect.zipRight(
        options.handle?.(event) ?? Effect.void,
        Effect.sync(() => handled.push(event))
      )
  }).pipe(Scope.extend(scope))
  const app = yield* store === undefined
    ? Effect.provide(made, KeyValueStore.layerMemory)
    : Effect.provideService(made, KeyValueStore.KeyValueStore, store)
  const send = (web: Request) => Effect.map(ask(app, web), ({ status }) => status)
  return { app, close: Scope.close(scope, Exit.void), errors, handled, send }
})

const memory = Effect.provide(KeyValueStore.KeyValueStore, KeyValueStore.layerMemory)

describe("credentials", () => {
  const verified = (header: string | undefined, given: WebhookEvents.Credentials = credentials) =>
    Effect.map(Effect.either(WebhookEvents.verify(header, given)), (result) =>
      result._tag === "Right" ? result.right : result.left.message
    )
  const other = "Unauthorized: the delivery has other credentials"

  it.effect("are compared whole, in UTF-8, whatever the case of the scheme", () =>
    Effect.gen(function* () {
      const right = basic("pipedrive:geheim:ü")
      assert.strictEqual(yield* verified(right), "pipedrive")
      assert.strictEqual(yield* verified(right.replace("Basic", "bASIC ")), "pipedrive")
      for (const wrong of [
        "pipedrive:geheim:u",
        "pipedrive:",
        "pipedrive:geheim:üü",
        "Pipedrive:geheim:ü",
        ":",
        "x:y"
      ]) {
        assert.strictEqual(yield* verified(basic(wrong)), other, wrong)
      }
      const none = "Unauthorized: the delivery's authorization is not of the scheme Basic"
      for (const wrong of [
        "Bearer abc",
        "Basic",
        "Basic %%%",
        basic("nocolon"),
        "Basic /w==",
        `x ${right}`,
        `${right}, x`
      ]) {
        assert.strictEqual(yield* verified(wrong), none, wrong)
      }
      assert.strictEqual(yield* verified(undefined), "Unauthorized: the delivery has no credentials")
    })
  )

  it.effect("may be two while a password is replaced; an empty one is none", () =>
    Effect.gen(function* () {
      const both = { user: "me", password: [Redacted.make("new"), Redacted.make("old")] }
      assert.strictEqual(yield* verified(basic("me:old"), both), "me")
      assert.strictEqual(yield* verified(basic("me:new"), both), "me")
      assert.strictEqual(yield* verified(basic("me:older"), both), other)
      assert.strictEqual(yield* verified(basic("me:"), { user: "me", password: [] }), other)
      assert.strictEqual(yield* verified(basic("me:"), { user: "me", password: Redacted.make("") }), other)
    })
  )

  it.effect("are of a header as Basic has it", () =>
    Effect.gen(function* () {
      const me = { user: "me", password: Redacted.make("pw") }
      const headers: ReadonlyArray<readonly [header: string | undefined | null, outcome: string]> = [
        ["Basic bWU6cHc=", "me"],
        ["basic   bWU6cHc=  ", "me"],
        ["Basicb bWU6cHc=", "scheme"],
        ["BasicbWU6cHc=", "scheme"],
        [" Basic bWU6cHc=", "scheme"],
        ["Basic bWU6cHc", "scheme"],
        ["Basic bWU6cHc===", "scheme"],
        ["Basic bWU6cHc= x", "scheme"],
        ["Basic =", "scheme"],
        [basic("mepw"), "scheme"],
        [basic("me:pw "), other],
        [basic("\ufeffme:pw"), other],
        // a byte that is no UTF-8 is not taken for the sign that stands for such
        [`Basic ${btoa("me:pw\xff")}`, "scheme"],
        [basic("m:pw"), other],
        ["", "Unauthorized: the delivery has no credentials"],
        [null, "Unauthorized: the delivery has no credentials"],
        [undefined, "Unauthorized: the delivery has no credentials"]
      ]
      const scheme = "Unauthorized: the delivery's authorization is not of the scheme Basic"
      for (const [header, outcome] of headers) {
        assert.strictEqual(
          yield* verified(header ?? undefined, me),
          outcome === "scheme" ? scheme : outcome,
          `${header}`
        )
      }
      assert.strictEqual((yield* Effect.flip(WebhookEvents.verify(null, me))).message, headers.at(-2)?.[1])
      // bytes of which `+` and `/` are letters, in either alphabet
      const odd = { user: "~~?", password: Redacted.make("~~~??>") }
      const text = btoa("~~?:~~~??>")
      assert.match(text, /[+/]/)
      assert.strictEqual(yield* verified(`Basic ${text}`, odd), "~~?")
      assert.strictEqual(yield* verified(basic(":pw"), { ...me, user: "" }), "")
    })
  )

  it.effect("may be looked up by their user", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const lookup = (user: string) =>
        Effect.sync(() => {
          asked.push(user)
          return user === "me" ? [Redacted.make("pw"), Redacted.make("old")] : []
        })
      const by = (text: string) =>
        Effect.map(Effect.either(WebhookEvents.verify(basic(text), lookup)), (result) =>
          result._tag === "Right" ? result.right : result.left.message
        )
      assert.strictEqual(yield* by("me:old"), "me")
      assert.strictEqual(yield* by("me:pw"), "me")
      assert.strictEqual(yield* by("you:pw"), other)
      assert.strictEqual(yield* by("me:"), other)
      assert.deepStrictEqual(asked, ["me", "me", "you", "me"])
    })
  )

  it.effect("that are wrong are refused before the body is read, and are shown to nobody", () =>
    Effect.gen(function* () {
      const { errors, handled, send } = yield* started()
      let read = 0
      const untouched = new ReadableStream(
        {
          pull: (controller) => {
            read++
            controller.enqueue(new TextEncoder().encode(body(1)))
            controller.close()
          }
        },
        { highWaterMark: 0 }
      )
      const web = new Request("https://me.example.com/", {
        method: "POST",
        headers: { authorization: basic("pipedrive:TOPSECRET") },
        body: untouched,
        duplex: "half"
      } as RequestInit)
      assert.strictEqual(yield* send(web), 401)
      assert.strictEqual(yield* send(request("{ not JSON", { authorization: "" })), 401)
      assert.strictEqual(read, 0)
      assert.deepStrictEqual(handled, [])
      assert.deepStrictEqual(
        errors.map(({ reason }) => reason),
        ["Unauthorized", "Unauthorized"]
      )
      assert.notInclude(JSON.stringify(errors) + errors.join(), "TOPSECRET")
    }).pipe(Effect.scoped)
  )

  it.effect("may be each company's own", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* started({
        credentials: (user) => Effect.succeed(user === "5" || user === "6" ? [Redacted.make(`of ${user}`)] : []),
        accept: ({ companyId }, user) => Effect.succeed(String(companyId) === user)
      })
      assert.strictEqual(yield* send(request(body(1), { authorization: basic("5:of 5") })), 200)
      assert.strictEqual(yield* send(request(body(2), { authorization: basic("6:of 6") })), 403)
      assert.strictEqual(yield* send(request(body(3), { authorization: basic("7:of 7") })), 401)
      yield* settle
      assert.deepStrictEqual(
        handled.map(({ id }) => id),
        [1]
      )
    })
  )
})

describe("a delivery", () => {
  it.effect("that is none is refused without a word to the sender, and told to the owner", () =>
    Effect.gen(function* () {
      const { app, errors, handled } = yield* started({ maximumBodySize: 1000 })
      const cases = [
        ["{", 400, "Malformed"],
        ["", 400, "Malformed"],
        [new Uint8Array([0x7b, 0xff, 0x7d]), 400, "Malformed"],
        [JSON.stringify({ meta: { entity: "deal" } }), 400, "Malformed"],
        [`"${"x".repeat(2000)}"`, 413, "TooLarge"]
      ] as const
      for (const [text, status, reason] of cases) {
        const response = yield* ask(app, request(text))
        assert.strictEqual(response.status, status)
        assert.strictEqual(yield* Effect.promise(() => response.text()), "")
        assert.strictEqual(errors.pop()?.reason, reason)
      }
      const get = new Request("https://me.example.com/", { headers: { authorization: basic("pipedrive:geheim:ü") } })
      assert.strictEqual((yield* ask(app, get)).status, 405)
      assert.deepStrictEqual(handled, [])
    })
  )

  it.effect("of an endless body is given up", () =>
    Effect.gen(function* () {
      const { send } = yield* started({ maximumBodySize: 10_000 })
      let parts = 0
      const endless = new ReadableStream({
        pull: (controller) => {
          parts++
          controller.enqueue(new Uint8Array(1000))
        }
      })
      const web = new Request("https://me.example.com/", {
        method: "POST",
        headers: { authorization: basic("pipedrive:geheim:ü") },
        body: endless,
        duplex: "half"
      } as RequestInit)
      assert.strictEqual(yield* send(web), 413)
      assert.isBelow(parts, 100)
    })
  )

  it.effect("is answered while the work is still to be done, which is done once for all attempts", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { handled, send } = yield* started({ handle: () => Deferred.await(gate) })
      for (const attempt of [1, 2, 3, 4]) assert.strictEqual(yield* send(request(body(1, { attempt }))), 200)
      assert.deepStrictEqual(handled, [])
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.strictEqual(yield* send(request(body(1, { attempt: 2 }))), 200)
      yield* settle
      assert.strictEqual(handled.length, 1)
    })
  )

  it.effect("is refused while the queue is full, and taken later", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { errors, handled, send } = yield* started({
        handle: () => Deferred.await(gate),
        capacity: 2,
        concurrency: 1
      })
      const statuses: Array<number> = []
      for (const id of [1, 2, 3, 4, 5]) {
        statuses.push(yield* send(request(body(id))))
        yield* settle
      }
      assert.deepStrictEqual(statuses, [200, 200, 200, 503, 503])
      assert.deepStrictEqual(
        errors.map(({ message }) => message),
        ["Busy: the queue is full", "Busy: the queue is full"]
      )
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      for (const id of [4, 5]) assert.strictEqual(yield* send(request(body(id, { attempt: 2 }))), 200)
      yield* settle
      assert.deepStrictEqual(
        handled.map(({ id }) => id),
        [1, 2, 3, 4, 5]
      )
    })
  )

  it.effect("of one record comes after those that came before, whatever they take", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const { send } = yield* started({
        concurrency: 8,
        handle: (event) =>
          Effect.sleep(event.meta.id === "slow" ? "5 seconds" : "1 second").pipe(
            Effect.zipRight(Effect.sync(() => order.push(event.meta.id ?? "")))
          )
      })
      yield* send(request(body(1, { id: "slow" })))
      yield* send(request(body(1, { id: "fast", action: "change" })))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(order, ["slow", "fast"])
    })
  )
})

describe("an answer", () => {
  const headersOf = (response: Response) =>
    ["allow", "www-authenticate", "retry-after"].map((name) => response.headers.get(name))

  it.effect("says what may be done about it", () =>
    Effect.gen(function* () {
      const { app, close } = yield* started({ accept: () => Effect.succeed(false), maximumBodySize: 10_000 })
      const right = basic("pipedrive:geheim:ü")
      const get = new Request("https://me.example.com/", { headers: { authorization: right } })
      const cases = [
        [get, 405, ["POST", null, null]],
        [request(body(1), { authorization: "" }), 401, [null, "Basic", null]],
        [request("{"), 400, [null, null, null]],
        [request("x".repeat(10_001)), 413, [null, null, null]],
        [request(body(1)), 403, [null, null, null]]
      ] as const
      for (const [web, status, headers] of cases) {
        const response = yield* ask(app, web)
        assert.deepStrictEqual<unknown>([response.status, headersOf(response)], [status, headers])
      }
      yield* close
      const response = yield* ask(app, request(body(1)))
      assert.deepStrictEqual([response.status, headersOf(response)], [503, [null, null, "3"]])
    })
  )

  it.effect("to a body whose length is told is given before it is read, if that is too long", () =>
    Effect.gen(function* () {
      const text = body(1)
      const size = new TextEncoder().encode(text).length
      const cases = [
        // the least that is allowed, the length that is told, the status
        [size, String(size), 200],
        [size - 1, String(size), 413],
        [size, undefined, 200],
        [size - 1, undefined, 413],
        // a length that is not so does not let more in
        [size - 1, "5", 413],
        [size, "5", 200],
        [size, "0", 200],
        [size - 1, "0", 413],
        [size, "x", 200],
        [size - 1, "-1", 413]
      ] as const
      for (const [maximumBodySize, length, status] of cases) {
        const { errors, send } = yield* started({ maximumBodySize })
        const headers: Record<string, string> = length === undefined ? {} : { "content-length": length }
        assert.strictEqual(yield* send(request(text, headers)), status, `${maximumBodySize} ${length}`)
        if (status === 413) {
          assert.strictEqual(errors[0]?.message, `TooLarge: the body is larger than ${maximumBodySize} bytes`)
        }
      }
      const { send } = yield* started({ maximumBodySize: size })
      let parts = 0
      const untouched = new ReadableStream({ pull: () => void parts++ }, { highWaterMark: 0 })
      const web = new Request("https://me.example.com/", {
        method: "POST",
        headers: { authorization: basic("pipedrive:geheim:ü"), "content-length": String(size + 1) },
        body: untouched,
        duplex: "half"
      } as RequestInit)
      assert.deepStrictEqual([yield* send(web), parts], [413, 0])
    })
  )

  it.effect("to a body that breaks off, or is no text, is that it is none", () =>
    Effect.gen(function* () {
      const { errors, send } = yield* started()
      const broken = () => new ReadableStream({ pull: (out) => out.error(new Error("gone")) })
      const latin = new TextEncoder().encode(body(1))
      latin[latin.indexOf(0x42)] = 0xff
      const cases = [
        [broken(), {}, "the body is empty, or broke off"],
        [broken(), { "content-length": "100" }, "the body is empty, or broke off"],
        [latin, {}, "the body is not UTF-8"],
        [latin, { "content-length": String(latin.length) }, "the body is not UTF-8"]
      ] as const
      for (const [content, headers, words] of cases) {
        const web = new Request("https://me.example.com/", {
          method: "POST",
          headers: { authorization: basic("pipedrive:geheim:ü"), ...headers },
          body: content,
          duplex: "half"
        } as RequestInit)
        assert.strictEqual(yield* send(web), 400)
        assert.strictEqual(errors.pop()?.message, `Malformed: ${words}`)
      }
    })
  )

  it.effect("is that the handler closes, whether it does before or after the body is read", () =>
    Effect.gen(function* () {
      for (const early of [true, false]) {
        let closing: Effect.Effect<void> = Effect.void
        const accept = () => (early ? Effect.die("not asked") : Effect.as(closing, true))
        const { close, errors, handled, send } = yield* started({ accept })
        closing = close
        if (early) yield* close
        assert.strictEqual(yield* send(request(early ? "{" : body(1))), 503)
        assert.deepStrictEqual(
          errors.map(({ message }) => message),
          ["Closed: the handler is shutting down"]
        )
        yield* settle
        assert.deepStrictEqual(handled, [])
      }
    })
  )

  it.effect("is the same though nobody can be told", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => lines.push(String(message)))
      const cases: ReadonlyArray<() => Effect.Effect<never>> = [
        () => Effect.die("oops"),
        () => {
          throw new Error("oops")
        }
      ]
      for (const onError of cases) {
        lines.length = 0
        const { send } = yield* started({ onError })
        const sending = send(request("{"))
        assert.strictEqual(yield* Effect.provide(sending, Logger.replace(Logger.defaultLogger, logger)), 400)
        assert.match(lines.join(), /WebhookEvents: onError failed/)
      }
    })
  )

  it.effect("is that of an event that came in while the store was asked about it", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const free = yield* Deferred.make<void>()
      let asked = 0
      // two deliveries of one event ask before either has claimed it
      const slow = KeyValueStore.make({
        ...store,
        get: (key: string) =>
          Effect.zipRight(
            Effect.sync(() => asked++),
            Effect.zipRight(Deferred.await(free), store.get(key))
          ),
        getUint8Array: store.getUint8Array
      })
      const { handled, send } = yield* started({ handle: () => Effect.sleep("1 second") }, slow)
      const sending = yield* Effect.forEach([1, 2, 3], (attempt) => Effect.fork(send(request(body(1, { attempt })))))
      for (let turn = 0; turn < 10; turn++) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* Deferred.succeed(free, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(sending, Fiber.join), [200, 200, 200])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([handled.length, asked], [1, 4])
    })
  )

  it.effect("needs no store for an event that is in hand", () =>
    Effect.gen(function* () {
      const store = yield* memory
      let asked = 0
      const counted = KeyValueStore.make({
        ...store,
        get: (key: string) =>
          Effect.zipRight(
            Effect.sync(() => asked++),
            store.get(key)
          ),
        getUint8Array: store.getUint8Array
      })
      const { send } = yield* started({ handle: () => Effect.never }, counted)
      for (const attempt of [1, 2, 3]) assert.strictEqual(yield* send(request(body(1, { attempt }))), 200)
      assert.strictEqual(asked, 1)
    })
  )
})

describe("the work", () => {
  it.effect("is a span of its own, with the event and the company", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const { send } = yield* Effect.withTracer(started(), tracer)
      yield* Effect.withTracer(send(request(body(1))), tracer)
      yield* settle
      const [span] = spans.filter(({ name }) => name.startsWith("Pipedrive."))
      assert.deepStrictEqual(
        [span?.name, span?.kind, Object.fromEntries(span?.attributes ?? [])],
        ["Pipedrive.WebhookEvents.handle", "consumer", { "pipedrive.event": "board.create", "pipedrive.company_id": 5 }]
      )
    })
  )
})

describe("work that fails", () => {
  it.effect("is tried again as told, then told to the owner, and may be delivered again", () =>
    Effect.gen(function* () {
      let tries = 0
      const seen: Array<unknown> = []
      const { handled, send } = yield* started<string>({
        handle: () => Effect.suspend(() => (++tries <= 4 ? Effect.fail("down") : Effect.void)),
        retry: Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(2)),
        onError: (error, event) => Effect.sync(() => seen.push([error.reason, error.cause, event?._tag]))
      })
      assert.strictEqual(yield* send(request(body(1))), 200)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([tries, seen], [3, [["HandlerFailed", "down", "board.create"]]])
      assert.strictEqual(yield* send(request(body(1, { attempt: 2 }))), 200)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([tries, seen.length, handled.length], [5, 1, 1])
    })
  )

  it.effect("is sent again by Pipedrive where the answer waits for it", () =>
    Effect.gen(function* () {
      let tries = 0
      const { errors, handled, send } = yield* started<string>({
        acknowledge: "done",
        handle: () => Effect.suspend(() => (++tries === 1 ? Effect.dieMessage("oops") : Effect.void))
      })
      assert.strictEqual(yield* send(request(body(1))), 500)
      assert.strictEqual(errors[0]?.reason, "HandlerFailed")
      assert.strictEqual(yield* send(request(body(1, { attempt: 2 }))), 200)
      assert.strictEqual(yield* send(request(body(1, { attempt: 3 }))), 200)
      assert.deepStrictEqual([tries, handled.length], [2, 1])
    })
  )

  it.effect("is in the log with the event and what it failed with, where nobody else is told", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make((options) => {
        lines.push(Logger.logfmtLogger.log(options))
      })
      const outcome = yield* Effect.gen(function* () {
        const { send } = yield* started<string>({
          acknowledge: "done",
          onError: undefined,
          handle: () => Effect.fail("the copy is read-only")
        })
        return [yield* send(request(body(1))), yield* send(request("no event"))]
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.deepStrictEqual(outcome, [500, 400])
      const [failed = "", malformed = ""] = lines
      for (const part of ["HandlerFailed: the handler", "the copy is read-only", "event=board.create", "id=1"]) {
        assert.include(failed, part)
      }
      assert.include(malformed, "WebhookEvents: Malformed")
      assert.notInclude(malformed, "cause=")
    })
  )

  it.effect("or is slow is answered in time, and found done by a later attempt", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* started({ acknowledge: "done", handle: () => Effect.sleep("30 seconds") })
      const first = yield* Effect.fork(send(request(body(1))))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* Fiber.join(first), 503)
      const second = yield* Effect.fork(send(request(body(1, { attempt: 2 }))))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* Fiber.join(second), 503)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* send(request(body(1, { attempt: 3 }))), 200)
      assert.strictEqual(handled.length, 1)
    })
  )

  it.effect("may be the caller's own function, which is told like any other", () =>
    Effect.gen(function* () {
      const { errors, send } = yield* started({ accept: () => Effect.dieMessage("oops") })
      assert.strictEqual(yield* send(request(body(1))), 500)
      assert.strictEqual(errors[0]?.reason, "HandlerFailed")
    })
  )
})

describe("a handler that closes", () => {
  it.effect("takes nothing more, and ends what is queued", () =>
    Effect.gen(function* () {
      const { close, errors, handled, send } = yield* started({
        concurrency: 1,
        handle: () => Effect.sleep("3 seconds")
      })
      for (const id of [1, 2, 3]) yield* send(request(body(id)))
      const closing = yield* Effect.fork(close)
      yield* settle
      assert.strictEqual(yield* send(request(body(4))), 503)
      assert.strictEqual(errors[0]?.reason, "Closed")
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(
        handled.map(({ id }) => id),
        [1, 2, 3]
      )
    })
  )

  it.effect("tells of what it could not end in time, which another can do", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const { close, errors, send } = yield* started(
        { concurrency: 1, handle: () => Effect.never, drainTimeout: "5 seconds" },
        store
      )
      for (const id of [1, 2]) yield* send(request(body(id)))
      const closing = yield* Effect.fork(close)
      yield* settle
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(
        errors.map(({ reason }) => reason),
        ["Abandoned", "Abandoned"]
      )
      const next = yield* started({}, store)
      for (const id of [1, 2]) assert.strictEqual(yield* next.send(request(body(id, { attempt: 2 }))), 200)
      yield* settle
      assert.strictEqual(next.handled.length, 2)
    })
  )
})

describe("the store", () => {
  it.effect("keeps what is done past the process, and forgets it in time", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const first = yield* started({}, store)
      yield* first.send(request(body(1)))
      yield* settle
      const second = yield* started({}, store)
      assert.strictEqual(yield* second.send(request(body(1))), 200)
      yield* settle
      assert.deepStrictEqual([first.handled.length, second.handled.length], [1, 0])
      yield* TestClock.adjust("16 minutes")
      assert.strictEqual(yield* second.send(request(body(1))), 200)
      yield* settle
      assert.strictEqual(second.handled.length, 1)
    })
  )

  it.effect("holds off another process for as long as the first may live, and no longer", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const dead = yield* started({ handle: () => Effect.never }, store)
      yield* dead.send(request(body(1)))
      const next = yield* started({}, store)
      assert.strictEqual(yield* next.send(request(body(1, { attempt: 2 }))), 503)
      assert.strictEqual(next.errors[0]?.message, "Busy: the event is being handled by another process")
      yield* TestClock.adjust("150 seconds")
      assert.strictEqual(yield* next.send(request(body(1, { attempt: 4 }))), 200)
      yield* settle
      assert.strictEqual(next.handled.length, 1)
    })
  )

  it.effect("that is down or hangs has the event sent again", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const down = { ...store, get: () => Effect.dieMessage("down") }
      const first = yield* started({}, down)
      assert.strictEqual(yield* first.send(request(body(1))), 503)
      assert.strictEqual(first.errors[0]?.reason, "Store")
      assert.include(String(first.errors[0]?.cause), "down")
      const second = yield* started({}, { ...store, get: () => Effect.never })
      const answer = yield* Effect.fork(second.send(request(body(1))))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* Fiber.join(answer), 503)
      assert.strictEqual(second.errors[0]?.reason, "Store")
      assert.include(String(second.errors[0]?.cause), "Store: the store did not answer in time")
    })
  )

  it.effect("stays small, however much is delivered", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const { send } = yield* started({ capacity: 100_000 }, store)
      for (let at = 0; at < 300; at++) {
        yield* send(request(body(at)))
        if (at % 20 === 0) yield* TestClock.adjust("1 minute")
      }
      yield* settle
      const keys = yield* store.size
      assert.isAtMost(keys, 4096)
      yield* TestClock.adjust("1 hour")
      yield* send(request(body(1)))
      yield* settle
      const text = yield* Effect.map(store.get(`webhook-events-0`), (found) => JSON.stringify(found ?? null))
      assert.isBelow(text.length, 40_000)
    })
  )
})

describe("a claim", () => {
  const setting = { timeToLive: 1000, lease: 100 }
  const at = (store: KeyValueStore.KeyValueStore, holder: string) => Claims.make(store, { ...setting, holder })
  /** The slots that are in use, as they are stored. */
  const slots = (store: KeyValueStore.KeyValueStore) =>
    Effect.map(
      Effect.forEach(
        Array.from({ length: 4096 }, (_, slot) => slot),
        (slot) => KeyValue.get(store, `webhook-events-${slot}`)
      ),
      (found) => found.flatMap(Option.toArray).map((text) => JSON.parse(text).events)
    )

  it.effect("is one holder's for a while, done for longer, and forgotten then", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const [us, them] = [at(store, "us"), at(store, "them")]
      assert.strictEqual(yield* us.claim("k"), "claimed")
      assert.deepStrictEqual(yield* slots(store), [[["k", 0, "us"]]])
      assert.strictEqual(yield* us.claim("k"), "claimed")
      yield* TestClock.adjust(99)
      assert.strictEqual(yield* them.claim("k"), "elsewhere")
      yield* TestClock.adjust(1)
      // a holder that is gone for that long holds nothing
      assert.strictEqual(yield* them.claim("k"), "claimed")
      assert.deepStrictEqual(yield* slots(store), [[["k", 100, "them"]]])
      // what is another's is not let go
      yield* us.release("k")
      assert.strictEqual(yield* us.claim("k"), "elsewhere")
      yield* them.release("k")
      assert.deepStrictEqual(yield* slots(store), [])
      yield* them.release("k")
      assert.strictEqual(yield* us.claim("k"), "claimed")
      yield* us.confirm("k")
      for (const wait of [0, 200, 799]) {
        yield* TestClock.adjust(wait)
        assert.strictEqual(yield* them.claim("k"), "done")
        assert.strictEqual(yield* us.claim("k"), "done")
      }
      yield* us.release("k")
      assert.strictEqual(yield* us.claim("k"), "done")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* them.claim("k"), "claimed")
    })
  )

  it.effect("leaves of what is stored what is none, and what is old", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const us = at(store, "us")
      yield* us.claim("k")
      const slot = (yield* Effect.filter(
        Array.from({ length: 4096 }, (_, slot) => `webhook-events-${slot}`),
        (slot) => store.has(slot)
      ))[0] as string
      for (const text of [
        "{",
        "null",
        "[]",
        '{"events":{}}',
        '{"events":[5,null,["k"],["k",1],["k","0",""],[1,1,""]]}'
      ]) {
        yield* store.set(slot, text)
        assert.strictEqual(yield* us.claim("k"), "claimed", text)
        assert.deepStrictEqual(yield* slots(store), [[["k", 0, "us"]]], text)
      }
      yield* TestClock.adjust(1500)
      const others = [
        ["young", 501, "them"],
        ["old", 500, "them"]
      ]
      yield* store.set(slot, JSON.stringify({ events: others }))
      yield* us.claim("k")
      assert.deepStrictEqual(yield* slots(store), [
        [
          ["young", 501, "them"],
          ["k", 1500, "us"]
        ]
      ])
      // the newest 64 are kept
      const many = Array.from({ length: 70 }, (_, n) => [`n${n}`, 1500, "them"])
      yield* store.set(slot, JSON.stringify({ events: many }))
      yield* us.claim("k")
      const [kept] = yield* slots(store)
      assert.deepStrictEqual([kept.length, kept[0][0], kept[63][0]], [64, "n7", "k"])
    })
  )

  it.effect("writes only what changes something", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const us = at(store, "us")
      yield* us.claim("k")
      yield* us.confirm("k")
      const readOnly = KeyValueStore.make({
        ...store,
        set: () => Effect.dieMessage("set"),
        remove: () => Effect.dieMessage("remove")
      })
      const them = at(readOnly, "them")
      assert.strictEqual(yield* them.claim("k"), "done")
      yield* them.release("k")
      yield* them.release("another")
    })
  )

  it.effect("is made by one at a time", () =>
    Effect.gen(function* () {
      const plain = yield* memory
      // a store that takes its time: who reads before another has written, claims as well
      const store = KeyValueStore.make({
        ...plain,
        get: (key: string) => Effect.zipLeft(plain.get(key), Effect.yieldNow()),
        getUint8Array: plain.getUint8Array
      })
      const us = Claims.make(store, { ...setting, holder: "us" })
      // all of one slot
      const slotOf = (key: string) => (Hash.string(key) >>> 0) % 4096
      const keys = Array.from({ length: 100_000 }, (_, n) => `key ${n}`).filter(
        (key) => slotOf(key) === slotOf("key 0")
      )
      assert.isAbove(keys.length, 5)
      yield* Effect.forEach(keys, (key) => us.claim(key), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        (yield* slots(plain)).map((events) => events.length),
        [keys.length]
      )
    })
  )
})

describe("options", () => {
  it.effect("that nobody knows, or that make no sense, are refused by name", () =>
    Effect.gen(function* () {
      const refused = (options: object) =>
        WebhookEvents.handler({ credentials, handle: () => Effect.void, ...options }).pipe(
          Effect.scoped,
          Effect.flip,
          Effect.map(explain),
          Effect.provide(KeyValueStore.layerMemory)
        )
      assert.strictEqual(yield* refused({ concurency: 2 }), "concurency: is no option: did you mean concurrency?")
      assert.strictEqual(yield* refused({ concurrency: 0 }), "concurrency: must be a whole number above zero, is 0")
      assert.strictEqual(yield* refused({ capacity: 1.5 }), "capacity: must be a whole number above zero, is 1.5")
      assert.strictEqual(yield* refused({ capacity: "5" }), 'capacity: must be a whole number above zero, is "5"')
      assert.strictEqual(
        yield* refused({ maximumBodySize: -1 }),
        "maximumBodySize: must be a whole number above zero, is -1"
      )
      assert.strictEqual(yield* refused({ drainTimeout: "soon" }), 'drainTimeout: must be a duration, is "soon"')
      assert.strictEqual(yield* refused({ timeToLive: true }), "timeToLive: must be a duration, is true")
    })
  )
})

class Passwords extends Context.Tag("test/Passwords")<
  Passwords,
  (user: string) => ReadonlyArray<Redacted.Redacted<string>>
>() {}
class Companies extends Context.Tag("test/Companies")<Companies, ReadonlySet<number>>() {}
class Log extends Context.Tag("test/Log")<Log, { readonly lines: Array<string> }>() {}

describe("options that need services", () => {
  it.effect("get them from where the handler is made, each its own", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const handler = WebhookEvents.handler({
        credentials: (user) => Effect.map(Passwords, (of) => of(user)),
        accept: ({ companyId }) => Effect.map(Companies, (ids) => ids.has(companyId)),
        handle: ({ id }) => Effect.map(Log, (log) => log.lines.push(`board ${id}`)),
        onError: ({ reason }) => Effect.sync(() => lines.push(reason)),
        acknowledge: "done"
      })
      const app = yield* handler.pipe(
        Effect.provideService(Passwords, (user) => (user === "pipedrive" ? [credentials.password] : [])),
        Effect.provideService(Companies, new Set([5])),
        Effect.provideService(Log, { lines }),
        Effect.provide(KeyValueStore.layerMemory)
      )
      const statuses = yield* Effect.forEach(
        [request(body(1)), request(body(2, { company_id: "6" })), request(body(3), { authorization: basic("you:x") })],
        (web) => Effect.map(ask(app, web), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [200, 403, 401])
      assert.deepStrictEqual(lines, ["board 1", "Refused", "Unauthorized"])
    }).pipe(Effect.scoped)
  )
})

describe("as a function from Request to Response", () => {
  it("answers, and ends its work when it is disposed of", async () => {
    const handled: Array<unknown> = []
    const { dispose, handler } = WebhookEvents.toWebHandler(
      { credentials, handle: (event) => Effect.sync(() => handled.push(event.id)) },
      KeyValueStore.layerMemory
    )
    assert.strictEqual((await handler(request(body(1)))).status, 200)
    assert.strictEqual((await handler(request(body(1, { attempt: 2 })))).status, 200)
    assert.strictEqual((await handler(request("{"))).status, 400)
    await dispose()
    assert.deepStrictEqual(handled, [1])
  })
})

describe("the sandbox's deliveries", () => {
  it.effect("of every entity and action reach a slow handler once each, though many are repeated and refused", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 4, 15, 9))
      const {
        errors,
        handled,
        send: receive
      } = yield* started({
        capacity: 4,
        concurrency: 2,
        handle: () => Effect.sleep("2 seconds")
      })
      let count = 0
      let lost = 0
      const delivered = new Set<string>()
      const client = HttpClient.make((given) =>
        Effect.gen(function* () {
          const text = given.body._tag === "Uint8Array" ? new TextDecoder().decode(given.body.body) : ""
          const { meta, v } = JSON.parse(text)
          delivered.add(`${v === 1 ? "1.0" : "2.0"} ${meta.object ?? meta.entity} ${meta.action}`)
          const web = () => request(text, { authorization: given.headers.authorization ?? "" })
          const status = yield* receive(web())
          // some answers do not arrive, and some deliveries come twice
          const at = count++
          if (at % 5 === 0) yield* receive(web())
          const answer = at % 17 === 0 && status === 200 ? 500 : status
          if (answer !== status) lost++
          return HttpClientResponse.fromWeb(given, new Response("", { status: answer }))
        })
      )
      const { sandbox, send } = yield* world({ webhooks: client, seed })
      for (const version of ["1.0", "2.0"]) {
        yield* send("POST", "/v1/webhooks", {
          subscription_url: "https://me.example.com/webhooks",
          event_action: "*",
          event_object: "*",
          name: version,
          version,
          http_auth_user: "pipedrive",
          http_auth_password: "geheim:ü"
        })
      }
      const [model] = fc.sample(models("v2").map(plain), { numRuns: 1, seed: 1 })
      const ids: Record<string, any> = {}
      // a pause after each, lest ten refusals pause the webhook
      const pause = Effect.zipRight(settle, TestClock.adjust("4 minutes"))
      for (const life of lives) {
        ids[life.entity] = (yield* send("POST", life.path(ids), life.made(ids, model!))).body.data.id
        yield* pause
        yield* send(life.method ?? "PATCH", `${life.path(ids)}/${ids[life.entity]}`, life.changed(model!))
        yield* pause
      }
      for (const life of lives.filter(({ stays }) => stays !== true).reverse()) {
        yield* send("DELETE", `${life.path(ids)}/${ids[life.entity]}`)
        yield* pause
      }
      const firsts = (yield* sandbox.deliveries).filter(({ attempt }) => attempt === 1)
      const keys = handled.map((event) => `${event.version} ${WebhookEvents.key(event)}`)
      assert.isAbove(lost, 4)
      assert.isAbove(errors.length, 0)
      assert.isTrue(errors.every(({ reason }) => reason === "Busy"))
      assert.strictEqual(new Set(keys).size, keys.length, "none twice")
      assert.strictEqual(keys.length, firsts.length, "none lost")
      assert.strictEqual(delivered.size, 2 * (17 * 3 - 3))
    })
  )
})

describe("a delivery made for a test", () => {
  it.effect("is of any entity, action and version, and has its credentials", () =>
    Effect.gen(function* () {
      const { errors, handled, send } = yield* started()
      for (const { entity } of lives) {
        for (const action of ["create", "change", "delete"] as const) {
          for (const version of ["1.0", "2.0"] as const) {
            const signed = { entity, action, version, ...credentials }
            assert.strictEqual(yield* send(yield* Sandbox.delivery(signed)), 200)
            yield* settle
            const last = handled.at(-1)
            // a user's end is a change in version 2.0
            const expected = entity === "user" && action === "delete" && version === "2.0" ? "change" : action
            assert.deepStrictEqual([last?._tag, last?.version], [`${entity}.${expected}`, version])
          }
        }
      }
      assert.deepStrictEqual(errors, [])
      assert.strictEqual(handled.length, 17 * 3 * 2)
    })
  )

  it.effect("says what it is told to say", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* started()
      const signed = { entity: "deal", action: "change", ...credentials } as const
      const twice = {
        ...signed,
        id: "the-event",
        data: { id: 42, title: "New" },
        previous: { title: "Old" },
        companyId: 9
      }
      for (const attempt of [1, 2]) assert.strictEqual(yield* send(yield* Sandbox.delivery({ ...twice, attempt })), 200)
      yield* send(yield* Sandbox.delivery({ ...signed, version: "1.0", mergedFrom: 3 }))
      yield* settle
      assert.strictEqual(handled.length, 2)
      const [first, merged] = handled as [WebhookEvents.Changed<"deal">, WebhookEvents.Event]
      assert.deepStrictEqual(
        [first.id, first.companyId, first.data.title, first.previous],
        [42, 9, "New", { title: "Old" }]
      )
      assert.strictEqual(merged.meta.action, "merged")
      assert.strictEqual(yield* send(yield* Sandbox.delivery({ ...signed, password: "other" })), 401)
      const refused = (options: object) =>
        Effect.map(Effect.flip(Sandbox.delivery({ ...signed, ...options })), ({ path, reason }) => `${path} ${reason}`)
      assert.match(yield* refused({ entity: "spaceship" }), /delivery\.entity is none: there are activity/)
      assert.match(yield* refused({ action: "updated" }), /delivery\.action must be create/)
      assert.match(yield* refused({ data: { tilte: "x" } }), /delivery\.data\.tilte is no field/)
      assert.match(yield* refused({ atempt: 1 }), /delivery\.atempt is no option: did you mean attempt/)
    })
  )
})
