import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"
import * as Tracing from "./support/tracing.js"

const key = "d1f443a570bc497f809f07309cd3a6903ffe8900"
const robot = { id: 1, name: "R" }

/** Calls with any input at all, as a caller without types would. */
const loose = (endpoint: Endpoint.Any) =>
  endpoint as unknown as (
    input?: unknown
  ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>

/** The issues of a refused input, and the number of requests that were sent all the same. */
const refused = (endpoint: Endpoint.Any, input?: unknown) =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.ok(robot))
    const error = yield* loose(endpoint)(input).pipe(Effect.flip, Effect.provide(fake.live))
    assert.strictEqual(error._tag, "InvalidRequest", error.message)
    assert.strictEqual(fake.seen.length, 0)
    return error._tag === "InvalidRequest"
      ? error.issues.map(
          (issue) => `${issue.path.join(".")} ${issue.message}${issue.hint === undefined ? "" : ` | ${issue.hint}`}`
        )
      : []
  })

/** The one request that a call sends. */
const sent = (call: Effect.Effect<unknown, unknown, Endpoint.Requirements>, answer: Fake.Answer = Fake.ok(robot)) =>
  Effect.gen(function* () {
    const fake = Fake.make(answer)
    yield* call.pipe(Effect.provide(fake.live))
    assert.strictEqual(fake.seen.length, 1)
    return fake.seen[0] as Fake.Seen
  })

describe("an endpoint", () => {
  it.effect("whose input is all optional is an Effect, and callable too", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([robot]))
      const page = yield* Robots.list.pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(page.data, [robot])
      yield* Robots.list({ limit: 5 }).pipe(Effect.provide(fake.live))
      yield* Effect.succeed(undefined).pipe(Effect.zipRight(Robots.list), Effect.provide(fake.live))
      assert.deepStrictEqual(
        fake.seen.map((seen) => seen.path),
        ["/api/v2/robots", "/api/v2/robots?limit=5", "/api/v2/robots"]
      )
    })
  )

  it.effect("behind another effect is called with its value, or run without input", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([robot]))
      const before = Effect.succeed({ limit: 6 })
      yield* Effect.flatMap(before, Robots.list).pipe(Effect.provide(fake.live))
      yield* Effect.andThen(before, () => Robots.list).pipe(Effect.provide(fake.live))
      const [called, run] = fake.seen.map((seen) => seen.path)
      assert.deepStrictEqual([called, run], ["/api/v2/robots?limit=6", "/api/v2/robots"])
      // what is both a function and an effect is a function to these two
      yield* Effect.andThen(before, Robots.list).pipe(Effect.provide(fake.live))
      yield* Effect.tap(before, Robots.list).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        fake.seen.slice(2).map((seen) => seen.path),
        [called, called]
      )
    })
  )

  it("carries its description", () => {
    assert.isTrue(Endpoint.isEndpoint(Robots.get))
    assert.isFalse(Endpoint.isEndpoint(() => 1))
    assert.strictEqual(Robots.get.endpoint.path, "/robots/{id}")
  })

  it.effect("sends credentials, names itself and asks for JSON", () =>
    Effect.gen(function* () {
      const { headers, method, url } = yield* sent(Robots.get({ id: 7 }))
      assert.strictEqual(method, "GET")
      assert.strictEqual(url.href, "https://api.pipedrive.com/api/v2/robots/7")
      assert.strictEqual(headers["x-api-token"], "SECRET")
      assert.strictEqual(headers.accept, "application/json")
      assert.match(headers["user-agent"] ?? "", /^effect-pipedrive\/\d+\.\d+\.\d+$/)
    })
  )
})

describe("the query", () => {
  it.effect("joins lists once, writes times as the version wants, leaves out undefined", () =>
    Effect.gen(function* () {
      const { path } = yield* sent(
        Robots.list({
          ids: [1, 2],
          status: "open",
          updated_since: new Date("2025-01-01T00:00:00.123Z"),
          born: DateTime.unsafeMakeZoned("2025-01-01T23:30:00Z", { timeZone: "Europe/Tallinn" }),
          busy: false,
          cursor: undefined
        }),
        Fake.ok([])
      )
      assert.strictEqual(
        path,
        "/api/v2/robots?ids=1%2C2&status=open&updated_since=2025-01-01T00%3A00%3A00Z&born=2025-01-02&busy=false"
      )
      const old = yield* sent(
        Robots.listOld({ id: 1, updated_since: new Date("2025-01-01T00:00:00.123Z") }),
        Fake.ok([])
      )
      assert.strictEqual(old.path, "/api/v1/robots/1/parts?updated_since=2025-01-01+00%3A00%3A00")
    })
  )

  it.effect("leaves null out, as a body does not", () =>
    Effect.gen(function* () {
      const { body } = yield* sent(Robots.update({ id: 1, name: null, owner_id: undefined, value: 0 }))
      assert.strictEqual(body, '{"name":null,"value":0}')
    })
  )
})

describe("the body", () => {
  it.effect("holds what was given and nothing else", () =>
    Effect.gen(function* () {
      const { body, headers, method } = yield* sent(Robots.update({ id: 3, custom_fields: { [key]: "x" } }))
      assert.strictEqual(method, "PATCH")
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(body, `{"custom_fields":{"${key}":"x"}}`)
    })
  )

  it.effect("writes times wherever they stand, in their field's form", () =>
    Effect.gen(function* () {
      const at = new Date("2026-05-15T09:55:02.500Z")
      const { body } = yield* sent(
        Robots.update({ id: 3, born: at, seen: at, parts: [{ made: at }], custom_fields: { [key]: at } })
      )
      assert.deepStrictEqual(JSON.parse(String(body)), {
        born: "2026-05-15",
        seen: "2026-05-15T09:55:02Z",
        parts: [{ made: "2026-05-15" }],
        // Pipedrive has custom fields of days and of times of day, none of points in time
        custom_fields: { [key]: "2026-05-15" }
      })
      const old = yield* sent(Robots.addOld({ name: "R", seen: at, [key]: 42 }))
      assert.deepStrictEqual(JSON.parse(String(old.body)), { name: "R", seen: "2026-05-15 09:55:02", [key]: 42 })
    })
  )

  it.effect("may be an array", () =>
    Effect.gen(function* () {
      const { body, path } = yield* sent(Robots.addMany({ id: 3, body: [{ name: "ü" }] }), Fake.ok([]))
      assert.strictEqual(path, "/api/v2/robots/3/bulk")
      assert.strictEqual(body, '[{"name":"ü"}]')
    })
  )

  it.effect("may be a form", () =>
    Effect.gen(function* () {
      const { body, headers, method } = yield* sent(Robots.rename({ id: 9, name: "r & d.pdf", active: true }))
      assert.strictEqual(method, "PUT")
      assert.strictEqual(headers["content-type"], "application/x-www-form-urlencoded")
      assert.strictEqual(body, "name=r+%26+d.pdf&active=true")
    })
  )

  it.effect("may hold a file: a File, a Blob, bytes, or content with a name", () =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from([0, 255, 10, 13])
      const files = [
        { file: new File([bytes], "Ä.bin"), name: "Ä.bin" },
        { file: new Blob([bytes]), name: "file" },
        { file: bytes, name: "file" },
        { file: { content: bytes, name: "a.csv", type: "text/csv" }, name: "a.csv" }
      ]
      for (const { file, name } of files) {
        const { body, headers } = yield* sent(Robots.upload({ id: 1, file, crop: 5 }))
        assert.instanceOf(body, FormData)
        if (!(body instanceof FormData)) return
        const part = body.get("file")
        assert.instanceOf(part, File)
        if (!(part instanceof File)) return
        assert.strictEqual(part.name, name)
        assert.deepStrictEqual(new Uint8Array(yield* Effect.promise(() => part.arrayBuffer())), bytes)
        assert.strictEqual(body.get("crop"), "5")
        assert.match(headers["content-type"] ?? "", /^multipart\/form-data; ?boundary=/)
      }
    })
  )
})

describe("an input that cannot be sent", () => {
  it.effect("is refused before anything is sent, with the path of the field", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refused(Robots.update, { id: 1, owner_id: "5" }), [
        'owner_id must be number, is "5" | give the number 5'
      ])
      assert.match(
        (yield* refused(Robots.update, { id: 1, parts: [{ made: "15.5.2026" }] }))[0] ?? "",
        /^parts\.0\.made .*YYYY-MM-DD/
      )
      assert.deepStrictEqual(yield* refused(Robots.get), ["id is missing"])
      assert.deepStrictEqual(yield* refused(Robots.get, "7"), [" must be an object, is a string"])
      assert.deepStrictEqual(yield* refused(Robots.get, [7]), [" must be an object, is an array"])
      assert.deepStrictEqual(yield* refused(Robots.get, null), [" must be an object, is null"])
    })
  )

  it.effect("names the field that was probably meant", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refused(Robots.update, { id: 1, user_id: 2 }), [
        "user_id is not a field of this endpoint | the name here is owner_id"
      ])
      assert.deepStrictEqual(yield* refused(Robots.update, { id: 1, [key]: "x" }), [
        `${key} is not a field of this endpoint | a custom field: put it under custom_fields`
      ])
      assert.deepStrictEqual(yield* refused(Robots.update, { id: 1, UpdateRobotRequest: { name: "x" } }), [
        "UpdateRobotRequest is not a field of this endpoint | the official client's wrapper of the body: give its fields directly, beside the others"
      ])
      assert.deepStrictEqual(yield* refused(Robots.list, { updatedSince: "x" }), [
        "updatedSince is not a field of this endpoint | the name is updated_since"
      ])
      assert.deepStrictEqual(yield* refused(Robots.list, { stauts: "open" }), [
        "stauts is not a field of this endpoint | did you mean status?"
      ])
      assert.deepStrictEqual(yield* refused(Robots.count, { id: 1 }), ["id is not a field of this endpoint"])
      assert.deepStrictEqual(yield* refused(Robots.addOld, { name: "x", zzz: 1 }), [
        "zzz is not a field of this endpoint"
      ])
    })
  )

  it.effect("has a path part that would lead elsewhere", () =>
    Effect.gen(function* () {
      for (const id of ["", " ", ".", "..", "\ud800", 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
        assert.lengthOf(yield* refused(Robots.get, { id }), 1, String(id))
      }
      const { path } = yield* sent(Robots.get({ id: "a/b?c#d e+ü" }))
      assert.strictEqual(path, "/api/v2/robots/a%2Fb%3Fc%23d%20e%2B%C3%BC")
    })
  )

  it.effect("holds what JSON cannot carry", () =>
    Effect.gen(function* () {
      const cyclic: Record<string, unknown> = {}
      cyclic.self = cyclic
      const values = [
        Number.NaN,
        Number.NEGATIVE_INFINITY,
        1n,
        () => 1,
        Symbol("s"),
        new Map(),
        new Uint8Array(2),
        cyclic,
        new Date(Number.NaN),
        { a: { b: Number.NaN } }
      ]
      for (const value of values) yield* refused(Robots.update, { id: 1, custom_fields: { [key]: value } })
      yield* refused(Robots.update, { id: 1, value: Number.NaN })
      assert.deepStrictEqual(
        yield* refused(Robots.update, {
          get id() {
            throw new Error("boo")
          },
          name: "x"
        }),
        [" cannot be read: boo"]
      )
    })
  )

  it.effect("asks for more than the documented maximum", () =>
    Effect.gen(function* () {
      assert.match((yield* refused(Robots.list, { ids: [1, 2, 3, 4] }))[0] ?? "", /at most 3/)
      assert.match((yield* refused(Robots.list, { limit: 9999 }))[0] ?? "", /between 1 and 500/)
      assert.match((yield* refused(Robots.list, { limit: 0 }))[0] ?? "", /between 1 and 500/)
    })
  )

  it.effect("is an empty filter, or a change that changes nothing", () =>
    Effect.gen(function* () {
      assert.match((yield* refused(Robots.list, { ids: [] }))[0] ?? "", /^ids is an empty list/)
      assert.match((yield* refused(Robots.update, { id: 1 }))[0] ?? "", /changes nothing/)
      assert.match((yield* refused(Robots.update, { id: 1, name: undefined }))[0] ?? "", /changes nothing/)
      yield* sent(Robots.list({ include_fields: [] }), Fake.ok([]))
    })
  )

  it.effect("is a path where a file is wanted", () =>
    Effect.gen(function* () {
      assert.match((yield* refused(Robots.upload, { id: 1, file: "test.csv" }))[0] ?? "", /^file .*not a file/)
    })
  )

  it.effect("never shows a password", () =>
    Effect.gen(function* () {
      const issues = yield* refused(Robots.update, { id: 1, secret_password: 12345678 })
      assert.notInclude(issues.join(), "12345678")
    })
  )
})

describe("an answer", () => {
  const value = <A>(call: Effect.Effect<A, unknown, Endpoint.Requirements>, answer: Fake.Answer) =>
    call.pipe(Effect.provide(Fake.make(answer).live))

  it.effect("is returned as Pipedrive sends it, unknown fields kept", () =>
    Effect.gen(function* () {
      const body = { success: true, data: { id: 1, kind: "flyer", new_field: [1] }, additional_data: { a: 1 } }
      assert.deepStrictEqual(yield* value(Robots.get({ id: 1 }), Fake.json(200, body)), body as never)
      assert.deepStrictEqual(yield* value(Robots.get({ id: 1 }), Fake.json(201, body)), body as never)
    })
  )

  it.effect("has a list where null was sent for one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* value(Robots.list, Fake.ok(null))).data, [])
      assert.deepStrictEqual((yield* value(Robots.list, new Response(null, { status: 204 }))).data, [])
    })
  )

  it.effect("without a body is a success without data where that is documented", () =>
    Effect.gen(function* () {
      for (const answer of [
        new Response(null, { status: 204 }),
        new Response("", { status: 200 }),
        Fake.json(200, { success: true })
      ]) {
        assert.deepStrictEqual(yield* value(Robots.remove({ id: 1 }), answer), { success: true })
      }
    })
  )

  it.effect("of another shape is passed on and told once, fails when strict, passes when off", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => lines.push(String(message)))
      )
      const odd = { success: true, data: [{ id: "one" }, { id: "two" }] }
      const twice = Effect.all([Robots.list, Robots.list])
      const fake = Fake.make(Fake.json(200, odd))
      const [page] = yield* twice.pipe(Effect.provide(fake.live), Effect.provide(logger))
      assert.deepStrictEqual(page, odd as never)
      assert.deepStrictEqual(lines, [
        'v2.Robots.list: the answer is not as documented: `data.[].id` must be number, is "one". It is passed on as it came; this is said once.'
      ])
      const error = yield* Robots.list.pipe(
        HttpLayer.withPolicy({ responseValidation: "strict" }),
        Effect.flip,
        Effect.provide(fake.live)
      )
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.include(error.message, "v2.Robots.list")
      assert.include(error.message, "`data.0.id`")
      yield* Robots.list.pipe(HttpLayer.withPolicy({ responseValidation: "off" }), Effect.provide(fake.live))
    })
  )

  it.effect("that is a file is bytes, whatever they look like", () =>
    Effect.gen(function* () {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      const file = yield* value(
        Robots.download({ id: 1 }),
        new Response(all, {
          headers: {
            "content-disposition": "attachment; filename=\"x.pdf\"; filename*=UTF-8''%C3%84.pdf",
            "content-type": "application/pdf"
          }
        })
      )
      assert.deepStrictEqual(file, { data: all, name: "Ä.pdf", type: "application/pdf" })
      const trap = yield* value(Robots.download({ id: 1 }), Fake.json(200, { success: false }))
      assert.strictEqual(new TextDecoder().decode(trap.data), '{"success":false}')
    })
  )
})

it.effect("one span covers a call, with the template of the path and never an id", () =>
  Effect.gen(function* () {
    const { spans, tracer } = yield* Tracing.collector
    const fake = Fake.make(Fake.ok(robot))
    yield* Robots.get({ id: 424242 }).pipe(Effect.provide(fake.live), Effect.withTracer(tracer))
    assert.deepStrictEqual(
      spans.map((span) => span.name),
      ["Pipedrive.v2.Robots.get"]
    )
    assert.deepStrictEqual(Object.fromEntries(spans[0]?.attributes ?? []), {
      "http.request.method": "GET",
      "url.template": "/api/v2/robots/{id}",
      "http.response.status_code": 200,
      "pipedrive.attempts": 1
    })
    assert.isUndefined(fake.seen[0]?.headers.traceparent)
    yield* Robots.get({ id: 1 }).pipe(
      HttpLayer.withPolicy({ traceHeaders: true }),
      Effect.provide(fake.live),
      Effect.withTracer(tracer)
    )
    assert.isDefined(fake.seen[1]?.headers.traceparent)
  })
)
