/** What is shown of requests holds no credentials, and does not grow with what is sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as FastCheck from "effect/FastCheck"
import * as Sandbox from "effect-pipedrive/sandbox"
import { isSecret, redact } from "../../src/sandbox/http/secrets.js"
import * as pages from "../../src/sandbox/page/index.js"
import { makeOpen } from "../../src/sandbox/service.js"
import { type Reply, send as sendTo, world } from "./support.js"

const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()
const asForm = { "content-type": "application/x-www-form-urlencoded" }

const secrets = {
  apiToken: Sandbox.defaultToken,
  clientSecret: Sandbox.defaultApp.clientSecret,
  password: "pass+word/ö 9",
  foreign: "0123456789abcdef0123456789abcdef01234567",
  refresh: "11:22:fedcba9876543210fedcba9876543210fedcba98",
  access: `v1u:${"ab12".repeat(100)}`,
  code: "fedcba9876543210"
}

describe("credentials are struck out of", () => {
  /** Sends one request, and looks at all that a sandbox shows of it. */
  const shown = (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>
  ): Effect.Effect<{ readonly text: string; readonly seen: Sandbox.SeenRequest | undefined }, Sandbox.SandboxError> =>
    Effect.gen(function* () {
      const open = yield* makeOpen()
      const sandbox = open.service
      yield* sendTo(sandbox)(method, path, body, headers)
      const [seen] = yield* sandbox.requests
      const page = yield* pages.make(open)
      const shown = yield* Effect.forEach(["/", "/_sandbox/requests/0", "/_sandbox/data?kind=webhook"], (at) =>
        pages.handle(page, new Request(`http://localhost${at}`, { headers: { host: "localhost" } }))
      )
      assert.deepStrictEqual(
        shown.map(({ status }) => status),
        [200, 200, 200]
      )
      const texts = yield* Effect.promise(() => Promise.all(shown.map((response) => response.text())))
      return { seen, text: `${JSON.stringify(seen)}\n${texts.join("\n")}\n${JSON.stringify(yield* sandbox.state)}` }
    })

  const cases: ReadonlyArray<
    readonly [
      what: string,
      request: readonly [string, string, unknown?, Record<string, string>?],
      still?: (seen: Sandbox.SeenRequest | undefined) => unknown
    ]
  > = [
    [
      "forms of the OAuth server",
      [
        "POST",
        "/oauth/token",
        form({ grant_type: "refresh_token", refresh_token: secrets.refresh, client_secret: secrets.clientSecret }),
        asForm
      ],
      (seen) =>
        assert.deepStrictEqual(seen?.body, {
          grant_type: "refresh_token",
          refresh_token: "<redacted>",
          client_secret: "<redacted>"
        })
    ],
    [
      "its JSON, which it does not take",
      ["POST", "/oauth/token", { grant_type: "refresh_token", refresh_token: secrets.refresh, code: secrets.code }],
      (seen) =>
        assert.deepStrictEqual(seen?.body, {
          grant_type: "refresh_token",
          refresh_token: "<redacted>",
          code: "<redacted>"
        })
    ],
    [
      "what is revoked",
      ["POST", "/oauth/revoke", form({ token: secrets.access, token_type_hint: "access_token" }), asForm],
      (seen) => assert.deepInclude(seen?.body, { token: "<redacted>", token_type_hint: "access_token" })
    ],
    ["a callback's query", ["GET", `/oauth/authorize?code=${secrets.code}`]],
    [
      "webhooks",
      [
        "POST",
        "/v1/webhooks",
        {
          subscription_url: `https://me:${secrets.refresh}@hooks.example/a?token=${secrets.foreign}&page=2`,
          event_action: "create",
          event_object: "deal",
          name: "All",
          http_auth_user: "me",
          http_auth_password: secrets.password
        }
      ],
      (seen) =>
        assert.deepInclude(seen?.body, {
          subscription_url: "https://<redacted>@hooks.example/a?token=<redacted>&page=2",
          http_auth_user: "me",
          http_auth_password: "<redacted>"
        })
    ],
    [
      "JSON at any depth, arrays and text that holds JSON",
      [
        "POST",
        "/v1/nowhere",
        {
          content: `{"refreshToken": "${secrets.foreign}", "n": 1}`,
          deal_id: 1,
          deep: [{ deeper: { apiToken: secrets.foreign, "X-Auth-Token": { a: secrets.password } } }]
        }
      ],
      (seen) =>
        assert.deepStrictEqual(seen?.body, {
          content: `{"refreshToken": "<redacted>", "n": 1}`,
          deal_id: 1,
          deep: [{ deeper: { apiToken: "<redacted>", "X-Auth-Token": "<redacted>" } }]
        })
    ],
    [
      "headers of any name",
      [
        "GET",
        "/api/v2/deals",
        undefined,
        {
          "x-forwarded-authorization": `Bearer ${secrets.access}`,
          "x-csrf-token": secrets.foreign,
          "x-note": `sent with ${Sandbox.defaultToken}`,
          "x-basic": Encoding.encodeBase64(`id:${secrets.clientSecret}`)
        }
      ],
      (seen) => assert.deepInclude(seen?.headers, { "x-csrf-token": "<redacted>", "x-note": "sent with <redacted>" })
    ],
    [
      "the query",
      [
        "GET",
        `/v1/deals?start=0&api_token=${secrets.foreign}&AccessToken=${encodeURIComponent(secrets.access)}&term=${secrets.refresh}`
      ],
      (seen) =>
        assert.deepStrictEqual(seen?.query, {
          start: "0",
          api_token: "<redacted>",
          AccessToken: "<redacted>",
          term: "<redacted>"
        })
    ],
    [
      "what says again what another part was authorized by",
      [
        "POST",
        `/api/v2/deals?x=${secrets.foreign}`,
        { title: `who has ${secrets.foreign}?`, [secrets.foreign]: 1 },
        { authorization: `Bearer ${secrets.foreign}` }
      ],
      (seen) => assert.deepStrictEqual(seen?.body, { title: "who has <redacted>?", "<redacted>": 1 })
    ],
    [
      "a path",
      ["GET", `/v1/users/${Sandbox.defaultToken}`],
      (seen) => assert.strictEqual(seen?.path, "/v1/users/<redacted>")
    ]
  ]
  for (const [what, request, still] of cases) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { seen, text } = yield* shown(...request)
        for (const [name, secret] of Object.entries(secrets)) {
          for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
            assert.notInclude(text, spelling, name)
          }
        }
        still?.(seen)
      })
    )
  }

  it.effect("tokens that the sandbox itself has given, in every place", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world()
      const { clientId, clientSecret, redirectUri } = Sandbox.defaultApp
      const page = `/oauth/authorize?client_id=${clientId}&redirect_uri=${encodeURIComponent(String(redirectUri))}`
      const code = new URL(yield* sandbox.oauth.allow(page)).searchParams.get("code") ?? ""
      const { body }: Reply = yield* send(
        "POST",
        "/oauth/token",
        form({
          grant_type: "authorization_code",
          code,
          redirect_uri: String(redirectUri),
          client_id: clientId,
          client_secret: clientSecret
        }),
        asForm
      )
      const given = [code, body.access_token, body.refresh_token]
      assert.isTrue(given.every((one) => one.length > 10))
      for (const one of given.slice(1)) {
        yield* send("POST", "/api/v2/deals", { title: one, custom_fields: { x: [one] } }, { "x-other": `a ${one} b` })
      }
      const text = JSON.stringify(yield* sandbox.requests)
      for (const one of given) assert.notInclude(text, one)
    })
  )

  it.effect("the addresses that webhooks are delivered to", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world()
      yield* send("POST", "/v1/webhooks", {
        subscription_url: "https://me:pass@hooks.example/a?key=1&secret=hush-hush",
        event_action: "create",
        event_object: "deal",
        name: "All"
      })
      yield* send("POST", "/api/v2/deals", { title: "x" })
      yield* Effect.yieldNow()
      const [delivery] = yield* sandbox.deliveries
      assert.strictEqual(delivery?.url, "https://<redacted>@hooks.example/a?key=1&secret=<redacted>")
    })
  )

  it("nothing else: names and texts of Pipedrive's own stay", () => {
    for (const name of ["field_code", "code", "expires_in", "token_type", "title", "cursor", "author_id"]) {
      assert.isFalse(isSecret(name), name)
    }
    const body = {
      title: "Basic token of a bearer: 40 seats",
      code: "SKU-1",
      description: "a?b=c&d=e https://x.example/y"
    }
    assert.deepStrictEqual(redact(body), body)
  })

  it("whatever is sent, without an end to it", () => {
    const deep = JSON.parse(`${'{"a":['.repeat(50_000)}"x"${"]}".repeat(50_000)}`)
    assert.include(JSON.stringify(redact(deep)), "<too deep>")
    FastCheck.assert(
      FastCheck.property(FastCheck.jsonValue(), FastCheck.string(), (value, name) => {
        const out = JSON.stringify(redact([value, { [`${name}token`]: "hush-hush-hush" }]))
        assert.notInclude(out, "hush-hush-hush")
      })
    )
    // CPU time, so that a busy machine changes nothing
    const started = process.cpuUsage()
    for (const piece of ["?", "&", '"', "//", "token=", '"a"  ', "1:", "v1u:"])
      redact(piece.repeat(65_536 / piece.length))
    assert.isBelow(process.cpuUsage(started).user / 1000, 2000)
  })
})

describe("memory", () => {
  it.effect("does not hold the bodies of large requests", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world({ seed: "empty" })
      const title = "x".repeat(5_000_000)
      for (let at = 0; at < 3; at++) yield* send("POST", "/api/v2/deals", { title, value: at, deep: [{ title }] })
      yield* send("POST", "/oauth/token", `grant_type=${title}`, asForm)
      yield* send("POST", "/api/v2/deals", { list: Array.from({ length: 200_000 }, (_, at) => at) })
      yield* send("GET", `/api/v2/deals?term=${title.slice(0, 500_000)}`)
      const requests = yield* sandbox.requests
      assert.deepStrictEqual(
        requests.map(({ body }) => body),
        [
          ...[0, 1, 2].map((value) => ({
            title: "<5000000 characters>",
            value,
            deep: [{ title: "<5000000 characters>" }]
          })),
          { grant_type: "<5000000 characters>" },
          { list: "<about 1600008 bytes>" },
          undefined
        ]
      )
      assert.deepStrictEqual(requests.at(-1)?.query, { term: "<500000 characters>" })
    })
  )

  it.effect("holds 32 MB of bodies, the newest", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world({ seed: "empty" })
      const content = "x".repeat(100_000)
      for (let at = 0; at < 400; at++) yield* send("POST", "/nowhere", { at, content })
      const requests = yield* sandbox.requests
      assert.lengthOf(requests, 400)
      assert.strictEqual(requests[0]?.body, "<let go>")
      assert.strictEqual(requests[0]?.status, 404)
      assert.deepStrictEqual(requests.at(-1)?.body, { at: 399, content })
      const size = JSON.stringify(requests).length
      assert.isBelow(size, 34_000_000)
      assert.isAbove(size, 25_000_000)
      yield* sandbox.clearRequests
      yield* send("POST", "/nowhere", { content })
      assert.deepStrictEqual((yield* sandbox.requests)[0]?.body, { content })
    })
  )
})
