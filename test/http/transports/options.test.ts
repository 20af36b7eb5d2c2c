import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Pipedrive } from "effect-pipedrive"
import * as OurUndici from "effect-pipedrive/Undici"
import * as FaultServer from "../../support/faultServer.js"
import * as Support from "./support.js"

const robot = '{"success":true,"data":{"id":1}}'

/** The transports, undici's own limits set. */
const limited = (limits: Undici.Agent.Options) => ({
  fetch: Support.fetchWith(() => new Undici.Agent(limits)),
  undici: Support.undiciWith(() => new Undici.Agent(limits)),
  "fetch, as HttpClient": Support.fetchWith(() => new Undici.Agent(limits), FetchHttpClient.layer),
  "undici, as HttpClient": Support.undiciWith(
    () => new Undici.Agent(limits),
    NodeHttpClient.layerUndiciWithoutDispatcher
  ),
  "Node http": Support.nodeWith({ timeout: limits.headersTimeout ?? 0 })
})

/** A server that sends a part of its answer, or none, and the rest after a second. */
const slow = (part: string): FaultServer.Fault => ({
  onRequest: (socket) => {
    const all = FaultServer.answer(200, robot).toString()
    const at = part === "" ? 0 : all.indexOf(part) + part.length
    socket.write(all.slice(0, at))
    FaultServer.soon(socket, 1000, () => socket.end(all.slice(at)))
  }
})

describe("a transport's own limits", () => {
  for (const transport of Support.transportNames) {
    for (const [where, part] of [
      ["before an answer", ""],
      ["in the middle of its body", "success"]
    ] as const) {
      it.live(`where longer than ours, do not put ours off: ${transport}, ${where}`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* FaultServer.make(slow(part))
            const http = limited({ headersTimeout: 600_000, bodyTimeout: 600_000 })[transport]
            const options = { timeout: "150 millis", retries: 0 } as const
            const [took, result] = yield* Effect.timed(Support.called(http, "GET", server.url, options))
            if (result._tag === "Right") return assert.fail("answered")
            assert.deepInclude(result.left, { _tag: "Timeout", of: "attempt", duration: Duration.millis(150) })
            assert.isBelow(Duration.toMillis(took), 950)
            assert.isTrue(yield* server.drained("3 seconds"))
          })
        )
      )
    }
  }

  it.live("where shorter than ours, end fetch with a typed error that names them", () =>
    Effect.forEach(
      [
        ["", "TransportError, send", "UND_ERR_HEADERS_TIMEOUT"],
        ["success", "TransportError, receive", "UND_ERR_BODY_TIMEOUT"]
      ] as const,
      ([part, ends, code]) =>
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* FaultServer.make(slow(part))
            const http = limited({ headersTimeout: 100, bodyTimeout: 100 }).fetch
            const result = yield* Support.called(http, "POST", server.url)
            assert.strictEqual(Support.outcome(result), ends)
            assert.deepInclude(result._tag === "Left" ? result.left : {}, { code, attempts: 1 })
            assert.strictEqual(server.count(), 1)
          })
        ),
      { concurrency: "unbounded" }
    )
  )

  for (const transport of ["undici", "Node http"] as const) {
    it.live(`are switched off where Effect drives ${transport}: ours alone counts`, () =>
      Effect.forEach(
        ["", "success"],
        (part) =>
          Effect.scoped(
            Effect.gen(function* () {
              const server = yield* FaultServer.make(slow(part))
              const http = limited({ headersTimeout: 100, bodyTimeout: 100 })[transport]
              assert.strictEqual(Support.outcome(yield* Support.called(http, "GET", server.url)), "value")
              assert.strictEqual(server.count(), 1)
            })
          ),
        { concurrency: "unbounded" }
      )
    )
  }
})

describe("options of fetch", () => {
  const seen: Array<RequestInit> = []
  const answering = Layer.succeed(FetchHttpClient.Fetch, async (_: unknown, init?: RequestInit) => {
    seen.push(init ?? {})
    return new Response(robot)
  })
  const given = Layer.succeed(FetchHttpClient.RequestInit, { credentials: "include", cache: "no-store" })

  it.effect("that its layer was given reach every request, beside those of a call; redirects stay ours", () =>
    Effect.gen(function* () {
      const http = FetchHttpClient.layer.pipe(Layer.provide([answering, given]))
      const layer = Support.layer(http, "http://127.0.0.1")
      seen.length = 0
      yield* Support.calls.GET.pipe(Effect.provide(layer))
      yield* Support.calls.GET.pipe(
        Effect.provideService(FetchHttpClient.RequestInit, { cache: "reload", redirect: "follow" }),
        Effect.provide(layer)
      )
      assert.deepStrictEqual(
        seen.map(({ cache, credentials, redirect }) => ({ cache, credentials, redirect })),
        [
          { cache: "no-store", credentials: "include", redirect: "manual" },
          { cache: "reload", credentials: "include", redirect: "manual" }
        ]
      )
    })
  )

  it.effect("do not tell the length of a body, which fetch knows itself, where an older platform does", () =>
    Effect.gen(function* () {
      const older = HttpClient.make((request, url, signal) =>
        Effect.flatMap(Effect.serviceOption(FetchHttpClient.Fetch), (send) =>
          Effect.promise(async () => {
            const headers = { ...request.headers, "content-length": "12" }
            return HttpClientResponse.fromWeb(
              request,
              await Option.getOrThrow(send)(url, { method: request.method, headers, signal })
            )
          })
        )
      )
      seen.length = 0
      const layer = Support.layer(Layer.succeed(HttpClient.HttpClient, older), "http://127.0.0.1")
      yield* Support.calls.POST.pipe(Effect.provide([answering, layer]))
      const headers = new Headers(seen[0]?.headers)
      assert.isFalse(headers.has("content-length"))
      assert.strictEqual(headers.get("x-api-token"), "SECRET")
    })
  )

  it.scoped("on Deno are changed for a POST alone: a body that its fetch cannot send twice by itself", () =>
    Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.sync(() => Object.assign(globalThis, { Deno: {} })),
        () => Effect.sync(() => Reflect.deleteProperty(globalThis, "Deno"))
      )
      const layer = Support.layer(FetchHttpClient.layer.pipe(Layer.provide(answering)), "http://127.0.0.1")
      seen.length = 0
      const empty = Pipedrive.request({ version: "v2", path: "/deals/1/duplicate", method: "POST" })
      yield* Effect.all([Support.calls.POST, empty, Support.calls.PATCH, Support.calls.GET]).pipe(Effect.provide(layer))
      const [post, nothing, patch, get] = seen.map(({ body }) => body)
      assert.isTrue(post instanceof Blob && nothing instanceof Blob)
      assert.deepStrictEqual(
        yield* Effect.promise(() => Promise.all([post, nothing].map((body) => new Response(body ?? null).text()))),
        ['{"name":"R"}', ""]
      )
      assert.isTrue(patch instanceof Uint8Array && get === undefined)
      // a fetch of the call's own comes before the layer's, as elsewhere
      let called = 0
      const own: typeof fetch = async (_, init) => {
        called += init?.body instanceof Blob ? 1 : 0
        return new Response(robot)
      }
      yield* Support.calls.POST.pipe(Effect.provideService(FetchHttpClient.Fetch, own), Effect.provide(layer))
      assert.deepStrictEqual([called, seen.length], [1, 4])
    })
  )

  it.effect("cost a transport nothing that has none: building the layer asks nobody anything", () =>
    Effect.gen(function* () {
      seen.length = 0
      const http = FetchHttpClient.layer.pipe(Layer.provide(answering))
      yield* Layer.build(Support.layer(http, "http://127.0.0.1")).pipe(Effect.scoped)
      assert.lengthOf(seen, 0)
      yield* Layer.build(Support.layer(NodeHttpClient.layerUndici, "http://127.0.0.1:2")).pipe(Effect.scoped)
    })
  )
})

it.scoped("undici whose dispatchers cannot send, as in Bun, is refused when the layer is built", () =>
  Effect.gen(function* () {
    const bun = Layer.sync(
      NodeHttpClient.Dispatcher,
      () => Object.assign(new Undici.Agent(), { dispatch: undefined }) as never
    )
    const exit = yield* Effect.exit(Layer.build(Layer.provide(OurUndici.layerWithoutDispatcher, bun)))
    assert.include(String(exit), "effect-pipedrive/Undici is for Node, not for Bun")
  })
)
