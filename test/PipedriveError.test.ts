import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Auth, HttpLayer, PipedriveError } from "effect-pipedrive"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const once = HttpLayer.withPolicy({ retries: 0 })

/** The error that `Robots.get` fails with when this is answered. */
const failure = (answer: Fake.Answer | (() => Fake.Answer)) =>
  Robots.get({ id: 1 }).pipe(once, Effect.flip, Effect.provide(Fake.make(answer).live))

const answered = <Tag extends PipedriveError.PipedriveError["_tag"]>(
  tag: Tag,
  answer: Fake.Answer | (() => Fake.Answer)
) =>
  Effect.map(failure(answer), (error) => {
    assert.strictEqual(error._tag, tag, error.message)
    return error as Extract<PipedriveError.PipedriveError, { readonly _tag: Tag }>
  })

describe("every status has its error", () => {
  const statuses = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "UnexpectedStatus",
    409: "Conflict",
    410: "Gone",
    415: "UnexpectedStatus",
    418: "UnexpectedStatus",
    422: "UnprocessableEntity",
    429: "RateLimited",
    500: "ServerError",
    501: "ServerError",
    503: "ServerError",
    599: "ServerError"
  } as const
  for (const [status, tag] of Object.entries(statuses)) {
    it.effect(`${status} is ${tag}, with all that is known of it`, () =>
      Effect.gen(function* () {
        const body = { success: false, error: "E", error_info: "I", code: "C" }
        const error = yield* answered(tag, Fake.json(Number(status), body, { "x-correlation-id": "abc-1" }))
        const { attempts, code, correlationId, endpoint, error_info, method, path } = error
        assert.deepStrictEqual(
          {
            attempts,
            code,
            correlationId,
            endpoint,
            error: error.error,
            error_info,
            method,
            path,
            status: error.status
          },
          {
            attempts: 1,
            code: "C",
            correlationId: "abc-1",
            endpoint: "v2.Robots.get",
            error: "E",
            error_info: "I",
            method: "GET",
            path: "/api/v2/robots/1",
            status: Number(status)
          }
        )
        assert.instanceOf(error, Error)
        for (const part of ["v2.Robots.get", status, "E", "(C)", "abc-1"]) assert.include(error.message, part)
      })
    )
  }

  it.effect("success: false under a 2xx is one too", () =>
    Effect.gen(function* () {
      const error = yield* answered("UnexpectedStatus", Fake.json(200, { success: false, error: "Nope", data: null }))
      assert.include(error.message, "Nope")
      yield* answered("UnexpectedStatus", Fake.json(201, { success: "false", message: "Nope" }))
    })
  )

  it.effect("a 410 is one even when it says success", () =>
    answered("Gone", Fake.json(410, { success: true, data: { id: 11 } }))
  )
})

describe("every shape of error body is read", () => {
  const shapes: Record<string, readonly [number, unknown, Record<string, string>]> = {
    "the gateway's": [
      401,
      { success: false, error: "unauthorized access", errorCode: 401, error_info: "Please check" },
      { error: "unauthorized access", error_info: "Please check" }
    ],
    "v1's": [
      404,
      { success: false, error: "Deal not found", error_info: "See docs", data: null, additional_data: null },
      { error: "Deal not found", error_info: "See docs" }
    ],
    "v2's validation": [
      400,
      { success: false, error: "Validation failed: due_time: bad", code: "ERR_SCHEMA_VALIDATION_FAILED" },
      { error: "Validation failed: due_time: bad", code: "ERR_SCHEMA_VALIDATION_FAILED" }
    ],
    "webhooks'": [
      400,
      { status: "error", success: false, errors: { subscription_url: ["invalid", "not reachable"], name: "long" } },
      { error: "subscription_url: invalid, not reachable; name: long" }
    ],
    "a message alone": [403, { success: false, message: "Forbidden" }, { error: "Forbidden" }],
    "channels'": [
      404,
      { success: false, error: "No channel", error_info: "I", additional_data: { code: "channel_not_found" } },
      { error: "No channel", error_info: "I", code: "channel_not_found" }
    ],
    "OAuth's": [
      400,
      { success: "false", message: "Invalid grant: refresh token is invalid", error: "invalid_grant" },
      { error: "invalid_grant", error_info: "Invalid grant: refresh token is invalid" }
    ],
    "an error that is an object": [500, { error: { message: "Deep" } }, { error: "Deep" }],
    "a list of errors": [400, { errors: ["a", { b: 1 }] }, { error: 'a; {"b":1}' }],
    "odd types": [400, { error: 7, error_info: ["x"], code: 12, errors: null, message: "" }, {}],
    "no object": [500, ["x"], { snippet: '["x"]' }],
    null: [500, null, { snippet: "null" }]
  }
  for (const [name, [status, body, expected]] of Object.entries(shapes)) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const error = yield* failure(Fake.json(status, body))
        const { code, error: said, error_info, snippet } = error as PipedriveError.BadRequest
        const found = Object.entries({ code, error: said, error_info, snippet }).filter(
          ([, value]) => value !== undefined
        )
        assert.deepStrictEqual(Object.fromEntries(found), expected)
      })
    )
  }

  it.effect("no body at all", () =>
    Effect.gen(function* () {
      const error = yield* answered("ServerError", new Response(null, { status: 500 }))
      assert.isUndefined(error.snippet)
      assert.isUndefined(error.error)
    })
  )

  it.effect("an edge's page: its text, on one line, without styles and scripts", () =>
    Effect.gen(function* () {
      const page =
        "<!DOCTYPE html><html><head><title>Down</title><style>a{b:c}</style><script>alert(1)</script></head><body>\n<h1>We are</h1>\n back soon</body></html>"
      const error = yield* answered("ServerError", Fake.text(503, page))
      assert.strictEqual(error.snippet, "Down We are back soon")
    })
  )

  it.effect("a sentence of a megabyte is cut", () =>
    Effect.gen(function* () {
      const answer = () => Fake.json(400, { success: false, error: "x".repeat(1e6) })
      const error = yield* answered("BadRequest", answer)
      assert.isBelow(error.message.length, 1500)
    })
  )
})

describe("special cases", () => {
  it.effect("a 429 tells burst from daily", () =>
    Effect.gen(function* () {
      const burst = yield* answered(
        "RateLimited",
        Fake.json(
          429,
          { success: false },
          { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2" }
        )
      )
      assert.deepStrictEqual(
        { kind: burst.kind, limit: burst.limit, remaining: burst.remaining, wait: burst.retryAfter },
        { kind: "burst", limit: 20, remaining: 0, wait: Duration.seconds(2) }
      )
      assert.isTrue(PipedriveError.isRetryable(burst))
      const daily = yield* answered(
        "RateLimited",
        Fake.json(
          429,
          {},
          {
            "x-daily-ratelimit-token-remaining": "0",
            "x-daily-ratelimit-token-limit": "30000",
            "x-ratelimit-reset": "2"
          }
        )
      )
      assert.deepStrictEqual(
        { kind: daily.kind, limit: daily.limit, remaining: daily.remaining, wait: daily.retryAfter },
        { kind: "daily", limit: 30000, remaining: 0, wait: undefined }
      )
      assert.isFalse(PipedriveError.isRetryable(daily))
    })
  )

  it.effect("a 403 page of HTML says that the edge blocked the traffic", () =>
    Effect.gen(function* () {
      const edge = yield* answered(
        "Forbidden",
        Fake.text(403, "<html><title>Attention Required! | Cloudflare</title></html>")
      )
      assert.isTrue(edge.blockedByEdge)
      assert.include(edge.message, "the edge in front of Pipedrive blocked the traffic")
      assert.isFalse(PipedriveError.isRetryable(edge))
    })
  )

  it.effect("a limit of the plan is told from a missing permission by its code", () =>
    Effect.gen(function* () {
      const body = {
        success: false,
        error: "Couldn't add the deal. Open deals limit reached.",
        code: "feature_capping_deals_limit",
        data: null
      }
      const error = yield* answered("Forbidden", Fake.json(403, body))
      assert.strictEqual(error.code, "feature_capping_deals_limit")
      assert.include(error.message, "limit reached")
      assert.isFalse(error.blockedByEdge)
    })
  )

  it.effect("a success that is not Pipedrive's JSON is an InvalidResponse", () =>
    Effect.gen(function* () {
      const bodies: ReadonlyArray<readonly [string, string]> = [
        ["text/html", "<html>maintenance</html>"],
        ["application/json", '{"success":true,"data":[{"id":1}'],
        ["application/json", "null"],
        ["application/json", "[]"],
        ["application/json", '"x"'],
        ["application/json", "7"],
        ["application/json", ""],
        ["application/json", "{}"]
      ]
      for (const [type, body] of bodies) {
        const error = yield* answered("InvalidResponse", Fake.text(200, body, type))
        assert.include(error.message, type)
        assert.include(error.message, "v2.Robots.get")
      }
    })
  )
})

describe("a wrong base URL", () => {
  const ask = (answer: Fake.Answer) =>
    Robots.list({ include_fields: "ada@example.com" }).pipe(
      once,
      Effect.flip,
      Effect.provide(
        Layer.merge(
          Layer.orDie(Auth.apiKey("SECRET", { baseUrl: "https://crm.example.com/proxy" })),
          Fake.make(answer).layer
        )
      )
    )
  const asked = "https://crm.example.com/proxy/api/v2/robots"

  for (const [what, answer, tag] of [
    ["a page", Fake.text(404, "<html>Cannot GET</html>"), "NotFound"],
    ["another server's JSON", Fake.json(404, { message: "no Route matched" }), "NotFound"],
    ["a page under 200", Fake.text(200, "<!doctype html><title>App</title>"), "InvalidResponse"],
    ["other JSON under 200", Fake.json(200, { hello: "world" }), "InvalidResponse"]
  ] as const) {
    it.effect(`is shown whole, without the query, when it leads to ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* ask(answer)
        assert.strictEqual(error._tag, tag)
        assert.strictEqual((error as { readonly url?: string }).url, asked)
        assert.include(error.message, `[asked ${asked}]`)
        assert.notInclude(error.message, "ada")
      })
    )
  }

  it.effect("is not shown where Pipedrive itself says no, or is down", () =>
    Effect.gen(function* () {
      for (const answer of [
        Fake.json(404, { success: false, error: "Robot not found" }),
        Fake.text(403, "<html>blocked</html>"),
        Fake.text(503, "<html>down</html>")
      ]) {
        const error = yield* ask(answer)
        assert.notProperty(error, "url")
        assert.notInclude(error.message, "https://")
      }
    })
  )
})

describe("a connection that was never made", () => {
  const refused =
    "error sending request for url (https://api.pipedrive.com/): client error (Connect): tcp connect error"
  const lost =
    "error sending request for url (https://api.pipedrive.com/): client error (SendRequest): connection closed"
  const faults: ReadonlyArray<readonly [runtime: string, fault: Error, phase: "connect" | "send"]> = [
    ["Deno", new TypeError("fetch failed", { cause: new Error(refused) }), "connect"],
    ["Deno", new TypeError("fetch failed", { cause: new Error(lost) }), "send"],
    ["Bun", Object.assign(new Error("Unable to connect."), { code: "ConnectionRefused" }), "connect"],
    ["Bun", Object.assign(new Error("Was there a typo?"), { code: "FailedToOpenSocket" }), "connect"],
    ["Bun", Object.assign(new Error("The socket was closed"), { code: "ECONNRESET" }), "send"],
    ["workerd", new Error("Network connection lost."), "send"]
  ]
  for (const [runtime, fault, phase] of faults) {
    it.effect(`is told by ${runtime} from one that broke: ${phase}`, () =>
      Effect.gen(function* () {
        const error = yield* failure({ fault })
        assert.deepInclude(error, { _tag: "TransportError", phase })
      })
    )
  }
})

describe("errors travel", () => {
  it.effect("through JSON and back, as they were", () =>
    Effect.gen(function* () {
      const errors = [
        yield* failure(Fake.json(404, { success: false, error: "no" })),
        yield* failure(Fake.text(403, "<html>")),
        yield* failure({ fault: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) }),
        yield* failure(Fake.text(200, "no json")),
        yield* failure(Fake.json(429, {}, { "retry-after": "3" })),
        new PipedriveError.Timeout({
          endpoint: "v2.X.y",
          method: "GET",
          path: "/x",
          attempts: 1,
          duration: Duration.infinity,
          of: "call"
        }),
        new PipedriveError.InvalidRequest({
          endpoint: "v2.X.y",
          method: "GET",
          path: "/x",
          issues: [{ path: ["a", 0], message: "is missing", hint: "b" }]
        }),
        new PipedriveError.AuthError({ reason: "NotAuthorized", description: "no token" })
      ]
      for (const error of errors) {
        const json = JSON.parse(JSON.stringify(yield* Schema.encode(PipedriveError.PipedriveError)(error)))
        const back = yield* Schema.decodeUnknown(PipedriveError.PipedriveError)(json)
        assert.strictEqual(back._tag, error._tag)
        assert.strictEqual(back.message, error.message)
        assert.isTrue(PipedriveError.isPipedriveError(back))
      }
      assert.isFalse(PipedriveError.isPipedriveError(new Error("NotFound")))
      assert.isFalse(PipedriveError.isPipedriveError(new PipedriveError.InvalidCustomFields({ issues: [] })))
    })
  )
})
