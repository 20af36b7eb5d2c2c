/** What others' clients over fetch are given, by a fetch that a test plays; and what is held on to of a call. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, vi } from "vitest"
import * as FetchOptions from "../../src/internal/http/fetchOptions.js"
import * as Transport from "../../src/internal/http/transport.js"

interface Seen {
  readonly input: Parameters<typeof fetch>[0]
  readonly init: (RequestInit & Record<string, unknown>) | undefined
}

/** A fetch that keeps what it is given. */
const played = () => {
  const seen: Array<Seen> = []
  const send: typeof fetch = (input, init) => {
    seen.push({ input, init: init as Seen["init"] })
    return Promise.resolve(new Response("abc"))
  }
  return { seen, send }
}

const headersOf = ({ init }: Seen) => Object.fromEntries(new Headers(init?.headers))
const get = HttpClientRequest.get("https://api.pipedrive.com/x")
const post = HttpClientRequest.setBody(
  HttpClientRequest.post("https://api.pipedrive.com/x"),
  HttpBody.text("abc", "text/plain")
)

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("a client over fetch", () => {
  /** The platform's client, with options of its layer. */
  const client = (own: RequestInit | undefined, send: typeof fetch) =>
    HttpClient.HttpClient.pipe(
      Effect.provide(FetchHttpClient.layer),
      Effect.provide(
        Layer.merge(
          Layer.succeed(FetchHttpClient.Fetch, send),
          own === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.RequestInit, own)
        )
      ),
      Effect.flatMap(FetchOptions.prepare)
    )
  const execute = (client: HttpClient.HttpClient, init: RequestInit, request = get) =>
    Effect.provideService(client.execute(request), FetchHttpClient.RequestInit, init)

  it.effect("has the options of its layer and those of the call, which go before", () =>
    Effect.gen(function* () {
      const { seen, send } = played()
      const own = { cache: "no-store", mode: "cors", credentials: "omit" } as const
      yield* execute(yield* client(own, send), { redirect: "manual", credentials: "include" })
      assert.lengthOf(seen, 1)
      assert.deepInclude(seen[0]?.init, {
        cache: "no-store",
        mode: "cors",
        redirect: "manual",
        credentials: "include"
      })
    })
  )

  it.effect("sends nothing to learn what they are", () =>
    Effect.gen(function* () {
      const { seen, send } = played()
      yield* client({ cache: "no-store" }, send)
      assert.lengthOf(seen, 0)
      const failing = HttpClient.make(() => Effect.dieMessage("sent"))
      assert.isFunction((yield* FetchOptions.prepare(failing)).execute)
    })
  )

  it.effect("is ours as it is, and so is one elsewhere that has no options of its own", () =>
    Effect.gen(function* () {
      const own = Transport.attach(
        HttpClient.make(() => Effect.dieMessage("sent")),
        () => () => {}
      )
      assert.strictEqual(yield* FetchOptions.prepare(own), own)
      const other = HttpClient.make(() => Effect.dieMessage("sent"))
      assert.notStrictEqual(yield* FetchOptions.prepare(other), other)
      vi.stubGlobal("Bun", {})
      assert.strictEqual(yield* FetchOptions.prepare(other), other)
      const { seen, send } = played()
      yield* execute(yield* client({ cache: "no-store" }, send), { mode: "cors" })
      assert.deepInclude(seen[0]?.init, { cache: "no-store", mode: "cors" })
      vi.stubGlobal("Deno", {})
      assert.notStrictEqual(yield* FetchOptions.prepare(other), other)
    })
  )

  it.effect("sends with the fetch of the call, of its layer, or the platform's", () =>
    Effect.gen(function* () {
      const [own, calls, global] = [played(), played(), played()]
      vi.stubGlobal("fetch", global.send)
      const made = yield* client({}, own.send)
      yield* execute(made, {})
      yield* execute(made, {}).pipe(Effect.provideService(FetchHttpClient.Fetch, calls.send))
      assert.deepStrictEqual([own.seen.length, calls.seen.length, global.seen.length], [1, 1, 0])
      const bare = yield* FetchOptions.prepare(yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer))
      yield* execute(bare, {})
      assert.deepStrictEqual([own.seen.length, calls.seen.length, global.seen.length], [1, 1, 1])
    })
  )

  it.effect("tells Node's fetch a length only where that cannot know it", () =>
    Effect.gen(function* () {
      const { seen, send } = played()
      /** As platforms before 0.96.2 have it, which tell the length of each body. */
      const older = (isBare: boolean) =>
        HttpClient.make((request) =>
          Effect.flatMap(Effect.context<never>(), (context) =>
            Effect.map(
              Effect.promise(() =>
                (FetchOptions.fetchIn(context) ?? send)(
                  request.url,
                  isBare ? undefined : { ...FetchOptions.optionsIn(context), headers: request.headers }
                )
              ),
              (response) => HttpClientResponse.fromWeb(request, response)
            )
          )
        )
      const counted = HttpClientRequest.setHeaders(post, { "content-length": "3", "x-a": "b" })
      const plain = HttpClientRequest.setHeader(get, "x-a", "b")
      const length = { [FetchOptions.lengthId]: 7 } as RequestInit
      const sent = (init: RequestInit, request: HttpClientRequest.HttpClientRequest) =>
        Effect.gen(function* () {
          const made = yield* FetchOptions.prepare(older(false))
          yield* Effect.provideService(execute(made, init, request), FetchHttpClient.Fetch, send)
          const { "content-length": told, "x-a": other } = headersOf(seen.at(-1) as Seen)
          assert.strictEqual(other, "b")
          return told
        })
      assert.isUndefined(yield* sent({}, counted))
      assert.isUndefined(yield* sent({}, plain))
      assert.strictEqual(yield* sent(length, counted), "7")
      assert.strictEqual(yield* sent(length, plain), "7")
      assert.strictEqual(seen.at(-1)?.init?.cache, undefined)
      yield* sent({ cache: "no-store" }, counted)
      assert.strictEqual(seen.at(-1)?.init?.cache, "no-store")
      const bare = yield* FetchOptions.prepare(older(true))
      yield* Effect.provideService(execute(bare, {}), FetchHttpClient.Fetch, send)
      assert.isUndefined(seen.at(-1)?.init)
      vi.stubGlobal("Bun", {})
      assert.strictEqual(yield* sent({}, counted), "3")
    })
  )

  it.effect("sends nothing twice on Deno", () =>
    Effect.gen(function* () {
      vi.stubGlobal("Deno", {})
      const { seen, send } = played()
      yield* execute(yield* client(undefined, send), {}, post)
      const body = seen[0]?.init?.body
      assert.strictEqual(body instanceof Blob && (yield* Effect.promise(() => body.text())), "abc")
    })
  )
})

it.effect("a POST on Deno has a Blob for a body, which its fetch does not send twice", () =>
  Effect.gen(function* () {
    const { seen, send } = played()
    assert.strictEqual(FetchOptions.safe(send), send)
    vi.stubGlobal("Deno", {})
    const safe = FetchOptions.safe(send)
    const sent = (init: RequestInit | undefined) =>
      Effect.map(
        Effect.promise(() => safe("https://a", init)),
        () => seen.at(-1)?.init
      )
    const stream = new ReadableStream()
    for (const init of [
      undefined,
      {},
      { method: "PUT", body: "abc" },
      { body: "abc" },
      { method: "POST", body: stream }
    ]) {
      assert.strictEqual(yield* sent(init), init)
    }
    const view = new Uint8Array([1, 97, 98, 99]).subarray(1)
    for (const [body, text] of [
      ["abc", "abc"],
      [view, "abc"],
      [null, ""],
      [undefined, ""]
    ] as const) {
      const init = yield* sent({ method: "POST", cache: "no-store", ...(body === undefined ? {} : { body }) })
      const blob = init?.body
      assert.strictEqual(blob instanceof Blob && (yield* Effect.promise(() => blob.text())), text)
      assert.deepInclude(init, { method: "POST", cache: "no-store" })
    }
    assert.strictEqual(seen.at(-1)?.input, "https://a")
  })
)

it("what a context holds for fetch is found, or is not there", () => {
  const { send } = played()
  const init = { cache: "no-store" } as const
  const context = Context.make(FetchHttpClient.RequestInit, init).pipe(Context.add(FetchHttpClient.Fetch, send))
  const none = Context.empty()
  assert.strictEqual(FetchOptions.optionsIn(context as Context.Context<never>), init)
  assert.strictEqual(FetchOptions.fetchIn(context as Context.Context<never>), send)
  assert.isUndefined(FetchOptions.optionsIn(none))
  assert.isUndefined(FetchOptions.fetchIn(none))
})
