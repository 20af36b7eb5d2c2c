import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Auth, HttpLayer, Pipedrive } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"

const to = (location: string, status = 302) => new Response("moved", { status, headers: { location } })
const home = "https://api.pipedrive.com"

const refusal = (call: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", ...answers: ReadonlyArray<Fake.Answer>) =>
  Effect.gen(function* () {
    const fake = Fake.make(...answers)
    const error = yield* Pipedrive.request({ version: "v1", method: call, path: "/x" }).pipe(
      HttpLayer.withPolicy({ retries: 3 }),
      Effect.flip,
      Effect.provide(fake.live)
    )
    assert.deepInclude(error, { _tag: "TransportError", phase: "redirect" })
    return { sent: fake.seen.length, message: error.message }
  })

describe("a redirect", () => {
  it.effect("to another host is followed without credentials: a file", () =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
      const fake = Fake.make(to("https://files.example.net/x?sig=1"), new Response(bytes))
      const file = yield* Robots.download({ id: 1 }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(file.data, bytes)
      const [first, second] = fake.seen
      assert.strictEqual(first?.headers["x-api-token"], "SECRET")
      assert.strictEqual(second?.url.href, "https://files.example.net/x?sig=1")
      assert.notInclude(JSON.stringify(second?.headers), "SECRET")
    })
  )

  it.effect("to another host is followed without credentials of any kind", () =>
    Effect.gen(function* () {
      for (const auth of [Auth.apiKey("0123456789abcdef"), Auth.accessToken("0123456789abcdef")]) {
        const fake = Fake.make(to("https://files.example.net/x"), Fake.ok({ id: 3 }))
        yield* Robots.get({ id: 1 }).pipe(Effect.provide(Layer.merge(Layer.orDie(auth), fake.layer)))
        const [first, second] = fake.seen
        assert.include(JSON.stringify(first?.headers), "0123456789abcdef")
        assert.notInclude(JSON.stringify(second?.headers), "0123456789abcdef")
        assert.notProperty(second?.headers, "authorization")
      }
    })
  )

  it.effect("within the host keeps them, also when it is relative", () =>
    Effect.gen(function* () {
      const fake = Fake.make(to("/api/v2/robots/2", 308), to(`${home}/api/v2/robots/3`, 301), Fake.ok({ id: 3 }))
      yield* Robots.get({ id: 1 }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        fake.seen.map((seen) => [seen.path, seen.headers["x-api-token"]]),
        ["1", "2", "3"].map((id) => [`/api/v2/robots/${id}`, "SECRET"])
      )
    })
  )

  it.effect("that comes back home does not bring the credentials back", () =>
    Effect.gen(function* () {
      const fake = Fake.make(to("https://elsewhere.example.net/"), to(`${home}/api/v2/robots/3`), Fake.ok({ id: 3 }))
      yield* Robots.get({ id: 1 }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        fake.seen.map((seen) => seen.headers["x-api-token"]),
        ["SECRET", undefined, undefined]
      )
    })
  )

  it.effect("to a lookalike, another port or a subdomain is to another host", () =>
    Effect.gen(function* () {
      for (const host of ["https://api.pipedrive.com.evil.example", `${home}:8443`, "https://x.api.pipedrive.com"]) {
        const fake = Fake.make(to(`${host}/y`), Fake.ok({ id: 3 }))
        yield* Robots.get({ id: 1 }).pipe(Effect.provide(fake.live))
        assert.isUndefined(fake.seen[1]?.headers["x-api-token"], host)
      }
    })
  )

  it.effect("is not followed to http, to another scheme, to nowhere, or with a password", () =>
    Effect.gen(function* () {
      for (const place of [
        "http://api.pipedrive.com/x",
        "file:///etc/passwd",
        "data:application/json,{}",
        "javascript:1",
        "https://",
        "https://user:pw@files.example.net/"
      ]) {
        assert.strictEqual((yield* refusal("GET", to(place))).sent, 1, place)
      }
      assert.strictEqual((yield* refusal("GET", new Response(null, { status: 302 }))).sent, 1)
    })
  )

  it.effect("is followed five times and no more", () =>
    Effect.gen(function* () {
      const { message, sent } = yield* refusal("GET", to("/x"))
      assert.strictEqual(sent, 6)
      assert.include(message, "more than 5 redirects")
    })
  )

  it.effect("of anything but a GET is followed within the host only, and only where the method stays", () =>
    Effect.gen(function* () {
      for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
        assert.strictEqual((yield* refusal(method, to("https://files.example.net/", 307))).sent, 1)
        assert.strictEqual((yield* refusal(method, to("/y", 302))).sent, 1)
        assert.strictEqual((yield* refusal(method, to("/y", 303))).sent, 1)
      }
      const fake = Fake.make(to("/api/v2/elsewhere", 307), Fake.ok({ id: 1 }))
      yield* Robots.add({ name: "R" }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        fake.seen.map((seen) => [seen.method, seen.path, seen.body, seen.headers["x-api-token"]]),
        ["/api/v2/robots", "/api/v2/elsewhere"].map((path) => ["POST", path, '{"name":"R"}', "SECRET"])
      )
    })
  )

  it.effect("304 and 300 are none", () =>
    Effect.gen(function* () {
      for (const status of [300, 304]) {
        const error = yield* Robots.get({ id: 1 }).pipe(
          Effect.flip,
          Effect.provide(Fake.make(new Response(null, { status, headers: { location: "/x" } })).live)
        )
        assert.strictEqual(error._tag, "UnexpectedStatus")
      }
    })
  )
})
