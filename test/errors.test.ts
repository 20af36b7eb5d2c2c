/** Errors by themselves: what each says, which may be tried again, and after which Pipedrive may have acted. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { PipedriveError as E } from "effect-pipedrive"

const call = { endpoint: "v2.Deals.get", method: "GET", path: "/api/v2/deals/1" }
const sent = { ...call, attempts: 1 }
const answered = { ...sent, status: 400 }
const issue = (...path: ReadonlyArray<string | number>) => ({ path, message: "is missing" })
const many = (count: number) => Array.from({ length: count }, (_, n) => issue(`f${n}`))
const named = (count: number) => Array.from({ length: count }, (_, n) => `\`f${n}\` is missing`).join("; ")

type Row = readonly [error: { readonly message: string }, expected: string]

describe("the message", () => {
  const calls: ReadonlyArray<Row> = [
    [new E.BadRequest(answered), "Pipedrive refused the request (400)"],
    [
      new E.Unauthorized({ ...answered, status: 401 }),
      "Pipedrive did not accept the credentials (401). Check the API token or authorize again"
    ],
    [new E.PaymentRequired(answered), "the company's plan does not cover this (400)"],
    [new E.Forbidden({ ...answered, blockedByEdge: false }), "Pipedrive does not allow this (400)"],
    [
      new E.Forbidden({ ...answered, blockedByEdge: true }),
      "the edge in front of Pipedrive blocked the traffic (400). This happens when 429 answers are ignored; stop for a while and slow down"
    ],
    [new E.NotFound(answered), "nothing at /api/v2/deals/1 that this user may see (400)"],
    [new E.Conflict(answered), "the request conflicts with what is there (400)"],
    [new E.Gone(answered), "/api/v2/deals/1 is deleted (400)"],
    [new E.UnprocessableEntity(answered), "Pipedrive understood the request and refused it (400)"],
    [
      new E.RateLimited({ ...answered, kind: "daily" }),
      "the company's daily token budget is spent (400). It is filled up again at midnight"
    ],
    [new E.RateLimited({ ...answered, kind: "burst" }), "too many requests in two seconds (400)"],
    [
      new E.RateLimited({ ...answered, kind: "burst", retryAfter: Duration.seconds(90) }),
      "too many requests in two seconds (400). Wait 1m 30s"
    ],
    [new E.ServerError({ ...answered, status: 503 }), "Pipedrive failed (503)"],
    ...[199, 300, 400].map(
      (status): Row => [new E.UnexpectedStatus({ ...answered, status }), `an answer that was not expected (${status})`]
    ),
    ...[200, 299].map(
      (status): Row => [
        new E.UnexpectedStatus({ ...answered, status }),
        `Pipedrive reported a failure under a successful status (${status})`
      ]
    ),
    [new E.ServerError({ ...answered, attempts: 2 }), "Pipedrive failed (400 after 2 attempts)"],
    [new E.ServerError({ ...answered, error: "E", code: "C" }), "Pipedrive failed (400): E (C)"],
    [new E.ServerError({ ...answered, snippet: "S" }), "Pipedrive failed (400): the answer was not JSON: S"],
    [new E.ServerError({ ...answered, error: "E", snippet: "S" }), "Pipedrive failed (400): E"],
    [
      new E.Unauthorized({ ...answered, error: "E", url: "https://a", correlationId: "c-1" }),
      "Pipedrive did not accept the credentials (400): E. Check the API token or authorize again [asked https://a] [correlation id c-1]"
    ],
    [
      new E.InvalidRequest({ ...call, issues: [issue(), { ...issue("a", 0), hint: "write b" }] }),
      "nothing was sent, because the input is missing; `a.0` is missing (write b)"
    ],
    [new E.InvalidRequest({ ...call, issues: many(20) }), `nothing was sent, because ${named(20)}`],
    [new E.InvalidRequest({ ...call, issues: many(21) }), `nothing was sent, because ${named(20)}; and 1 more`],
    [
      new E.InvalidResponse({ ...answered, status: 200, issues: [issue(), issue("data")] }),
      "the answer (200) is not what Pipedrive documents: the body is missing; `data` is missing"
    ],
    [
      new E.InvalidResponse({
        ...answered,
        attempts: 3,
        contentType: "text/html",
        snippet: "S",
        url: "https://a",
        issues: [issue()]
      }),
      "the answer (400, content type text/html after 3 attempts) is not what Pipedrive documents: the body is missing: S [asked https://a]"
    ],
    ...(
      [
        ["prepare", "the request could not be built"],
        ["connect", "no connection to Pipedrive"],
        ["send", "the connection broke before an answer came"],
        ["receive", "the answer broke off"],
        ["redirect", "the answer led to a place that is not followed"],
        ["body", "what was to be sent could not be read"]
      ] as const
    ).map(
      ([phase, what]): Row => [
        new E.TransportError({ ...sent, attempts: 2, phase, description: "D" }),
        `${what} after 2 attempts: D`
      ]
    ),
    [
      new E.TransportError({ ...sent, method: "POST", phase: "send", description: "D" }),
      "the connection broke before an answer came; Pipedrive may have acted: D"
    ],
    ...(["attempt", "call", "transfer"] as const).map(
      (of): Row => [
        new E.Timeout({ ...sent, attempts: 2, of, duration: Duration.seconds(30) }),
        `${of === "transfer" ? "the file was not through" : "no answer"} within 30s after 2 attempts`
      ]
    ),
    [
      new E.Timeout({ ...sent, method: "PUT", of: "call", duration: Duration.seconds(30) }),
      "no answer within 30s; Pipedrive may have acted"
    ],
    [new E.AuthError({ endpoint: "v2.Deals.get", reason: "NotAuthorized", description: "D" }), "NotAuthorized: D"]
  ]
  for (const [error, expected] of calls) {
    it(`names the endpoint, and says: ${expected}`, () =>
      assert.strictEqual(error.message, `v2.Deals.get: ${expected}`))
  }

  const others: ReadonlyArray<Row> = [
    [new E.AuthError({ reason: "TokenStore", description: "D" }), "TokenStore: D"],
    [new E.WebhookError({ reason: "Busy", description: "D" }), "Busy: D"],
    [
      new E.WebhookError({ reason: "Malformed", description: "D", issues: [issue(), issue("meta")] }),
      "Malformed: D: the body is missing; `meta` is missing"
    ],
    [
      new E.InvalidCustomFields({ issues: [issue(), issue("fields", "a")] }),
      "custom fields cannot be read as they are defined: what is read is missing; `fields.a` is missing"
    ],
    [
      new E.UnknownCustomField({ list: "L", asked: "Sise", suggestion: "Size", builtIn: "x" }),
      'L: the account has no custom field "Sise"; did you mean "Size"?'
    ],
    [
      new E.UnknownCustomField({ list: "L", asked: "Title", builtIn: "title" }),
      'L: the account has no custom field "Title"; the field of that name is built in: `title`'
    ],
    [new E.UnknownCustomField({ list: "L", asked: "x" }), 'L: the account has no custom field "x"'],
    [
      new E.AmbiguousCustomField({ list: "L", asked: "Size", keys: ["a", "b"] }),
      'L: 2 custom fields are named "Size": a, b; ask for one by its key'
    ],
    ...(
      [
        [{ options: [], suggestion: "red" }, '"Colour" has no option "rad"; did you mean "red"?'],
        [{ options: [] }, '"Colour" has no option "rad"; it has none'],
        [{ options: ["red", "blue"] }, '"Colour" has no option "rad"; it has "red", "blue"'],
        [{ options: ["red"], field: "" }, '"k" has no option "rad"; it has "red"'],
        [
          { options: Array.from({ length: 30 }, () => "a") },
          `"Colour" has no option "rad"; it has ${Array<string>(30).fill('"a"').join(", ")}`
        ],
        [
          { options: Array.from({ length: 32 }, () => "a") },
          `"Colour" has no option "rad"; it has ${Array<string>(30).fill('"a"').join(", ")} and 2 more`
        ]
      ] as const
    ).map(
      ([rest, expected]): Row => [
        new E.UnknownCustomFieldOption({ list: "L", field: "Colour", key: "k", asked: "rad", ...rest }),
        `L: the custom field ${expected}`
      ]
    )
  ]
  for (const [error, expected] of others) {
    it(`says: ${expected}`, () => assert.strictEqual(error.message, expected))
  }
})

const methods = ["GET", "PUT", "POST"] as const
const transport = (method: string, phase: E.TransportError["phase"], rest: object = {}) =>
  new E.TransportError({ ...sent, method, phase, description: "D", ...rest })
const timeout = (method: string, of: E.Timeout["of"]) =>
  new E.Timeout({ ...sent, method, of, duration: Duration.seconds(1) })
const server = (method: string, status = 503) => new E.ServerError({ ...answered, method, status })
const unexpected = (method: string, status: number) => new E.UnexpectedStatus({ ...answered, method, status })
const invalid = (method: string, rest: object = {}) =>
  new E.InvalidResponse({ ...answered, method, issues: [], ...rest })

describe("an error", () => {
  const never = [false, false, false]
  const always = [true, true, true]
  /** For a GET, a PUT and a POST. */
  const cases: ReadonlyArray<
    readonly [
      name: string,
      make: (method: string) => E.PipedriveError,
      retry: ReadonlyArray<boolean>,
      acted: ReadonlyArray<boolean>
    ]
  > = [
    ["a burst", (method) => new E.RateLimited({ ...answered, method, kind: "burst" }), always, never],
    ["a spent day", (method) => new E.RateLimited({ ...answered, method, kind: "daily" }), never, never],
    ["503", (method) => server(method), [true, true, false], [false, true, true]],
    ["501", (method) => server(method, 501), never, [false, true, true]],
    ["505", (method) => server(method, 505), never, [false, true, true]],
    ["408", (method) => unexpected(method, 408), [true, true, false], [false, true, true]],
    ["425", (method) => unexpected(method, 425), [true, true, false], [false, true, true]],
    ["418", (method) => unexpected(method, 418), never, [false, true, true]],
    ["300", (method) => unexpected(method, 300), never, [false, true, true]],
    ["200", (method) => unexpected(method, 200), never, never],
    ["an attempt too long", (method) => timeout(method, "attempt"), [true, true, false], [false, true, true]],
    ["a call too long", (method) => timeout(method, "call"), never, [false, true, true]],
    ["a file too long", (method) => timeout(method, "transfer"), never, [false, true, true]],
    ["no connection", (method) => transport(method, "connect"), always, never],
    ["none at last", (method) => transport(method, "connect", { attempts: 2 }), always, [false, true, false]],
    ["no certificate", (method) => transport(method, "connect", { code: "CERT_HAS_EXPIRED" }), never, never],
    [
      "a wrong one",
      (method) => transport(method, "connect", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
      never,
      never
    ],
    ["refused", (method) => transport(method, "connect", { code: "ECONNREFUSED" }), always, never],
    ["broken", (method) => transport(method, "send"), [true, true, false], [false, true, true]],
    ["broken off", (method) => transport(method, "receive"), [true, true, false], [false, true, true]],
    ["led away", (method) => transport(method, "redirect"), never, [false, true, true]],
    ["a broken body", (method) => transport(method, "body"), never, [false, true, true]],
    ["not built", (method) => transport(method, "prepare"), never, never],
    ["no JSON", (method) => invalid(method, { snippet: "<p>" }), [true, false, false], [false, true, true]],
    ["another body", (method) => invalid(method), never, [false, true, true]],
    [
      "no token",
      (method) => new E.AuthError({ ...sent, method, reason: "TokenStore", description: "D" }),
      never,
      never
    ],
    [
      "no token now",
      (method) => new E.AuthError({ ...sent, method, reason: "TokenStore", description: "D", transient: true }),
      always,
      never
    ],
    ["not found", (method) => new E.NotFound({ ...answered, method }), never, never],
    ["not sent", (method) => new E.InvalidRequest({ ...call, method, issues: [] }), never, never]
  ]
  for (const [name, make, retry, acted] of cases) {
    it(`may be tried again or not, and acted or not: ${name}`, () => {
      const errors = methods.map(make)
      assert.deepStrictEqual([errors.map((error) => E.isRetryable(error)), errors.map(E.mayHaveActed)], [retry, acted])
      // what may be sent again is what a PUT may
      const resent = errors.map((error) => E.isRetryable(error, { resendPost: true }))
      assert.deepStrictEqual(resent.slice(0, 2), retry.slice(0, 2))
      assert.strictEqual(resent[2], name === "no JSON" ? false : retry[1])
      assert.isFalse(E.isRetryable(make("POST"), { resendPost: false }) && retry[2] !== true)
    })
  }

  it("is plain data and back, of each kind and reason, with limits that never end", () => {
    const errors: ReadonlyArray<E.PipedriveError> = [
      ...cases.map(([, make]) => make("PUT")),
      ...(["attempt", "call", "transfer"] as const).map(
        (of) => new E.Timeout({ ...sent, of, duration: Duration.infinity })
      ),
      new E.RateLimited({ ...answered, kind: "burst", retryAfter: Duration.seconds(3), limit: 20, remaining: 0 }),
      new E.InvalidResponse({ ...answered, issues: [{ ...issue("a", 0), hint: "h" }], contentType: "a/b", url: "u" }),
      new E.Forbidden({ ...answered, blockedByEdge: true, error: "E", error_info: "I", code: "C", snippet: "S" }),
      ...(
        [
          "NotAuthorized",
          "ReauthorizationRequired",
          "AccessDenied",
          "InvalidState",
          "InvalidCallback",
          "InvalidClient",
          "InvalidToken",
          "UntrustedDomain",
          "TokenStore",
          "TokenEndpoint"
        ] as const
      ).map((reason) => new E.AuthError({ reason, description: "D", retryAfter: Duration.seconds(1) }))
    ]
    for (const error of errors) {
      const json = JSON.parse(JSON.stringify(Schema.encodeSync(E.PipedriveError)(error)))
      const back = Schema.decodeUnknownSync(E.PipedriveError)(json)
      assert.isTrue(E.isPipedriveError(back))
      assert.deepStrictEqual({ ...back }, { ...error })
      assert.strictEqual(back.message, error.message)
    }
    const custom = new E.InvalidCustomFields({ issues: [issue("a")] })
    assert.deepStrictEqual(
      { ...Schema.decodeUnknownSync(E.InvalidCustomFields)(Schema.encodeSync(E.InvalidCustomFields)(custom)) },
      { ...custom }
    )
    assert.strictEqual(new E.InvalidRequest({ ...call, issues: [] }).attempts, 0)
  })
})
