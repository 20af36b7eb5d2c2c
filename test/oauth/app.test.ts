/** An app's settings, its callback, the notice of its removal, and what it asks of the OAuth server: tables. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type { OAuth2, PipedriveError } from "effect-pipedrive"
import { explain } from "../../src/internal/configError.js"
import * as App from "../../src/internal/oauth/app.js"
import * as OAuth from "../support/oauth.js"
import * as Tracing from "../support/tracing.js"

const defaultUrl = "https://oauth.example.com"

const token = { access_token: "access", token_type: "bearer", refresh_token: "refresh", expires_in: 3600 }

/** An app whose server answers in the same way each time; what it was sent, and when. */
const made = Effect.fnUntraced(function* (
  options: Partial<OAuth2.Options> = {},
  answer: () => Response | undefined = () => Response.json(token)
) {
  const sent: Array<{ readonly at: number; readonly url: string; readonly form: Record<string, string> }> = []
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const form = Object.fromEntries(new URLSearchParams(text))
      sent.push({ at: yield* Clock.currentTimeMillis, url: request.url, form })
      const response = answer()
      return response === undefined ? yield* Effect.never : HttpClientResponse.fromWeb(request, response)
    })
  )
  const protocol = yield* App.make({ ...OAuth.settings, ...options }, defaultUrl).pipe(
    Effect.provideService(HttpClient.HttpClient, client)
  )
  return { ...protocol, sent }
})

const words = ({ description, reason }: PipedriveError.AuthError) => `${reason}: ${description}`

const unsaid = () => new Response("", { status: 503 })

describe("the settings of an app", () => {
  it.effect("are refused by name, those that are missing all at once", () =>
    Effect.gen(function* () {
      const blank = "is missing or blank"
      const longer = "must be a duration longer than nothing, is"
      const cases: ReadonlyArray<readonly [options: object, words: string]> = [
        [
          { clientId: undefined, clientSecret: " ", redirectUri: undefined },
          `clientId: ${blank} and clientSecret: ${blank} and redirectUri: ${blank}`
        ],
        [{ clientId: ":" }, "clientId: must not hold a colon"],
        [{ clientSecret: undefined }, `clientSecret: ${blank}`],
        [{ clientSecret: Redacted.make("") }, `clientSecret: ${blank}`],
        [{ redirectUri: "callback" }, "redirectUri: is not a URL"],
        [{ oauthUrl: "x" }, "oauthUrl: is not a URL, which begins with https://"],
        [{ baseUrl: "x" }, "baseUrl: is not a URL, which begins with https://"],
        [{ allowedApiDomains: ["https://a.example.com", "x"] }, "allowedApiDomains: is not a URL, which begins with"],
        [{ timeout: 0 }, `timeout: ${longer} 0`],
        [{ timeout: "soon" }, `timeout: ${longer} soon`],
        [{ renewalTimeout: 0 }, `renewalTimeout: ${longer} 0`],
        [{ backoff: 0 }, `backoff: ${longer} 0`],
        [{ retries: -1 }, "retries: must be a whole number from 0 up, is -1"],
        [{ retries: 0.5 }, "retries: must be a whole number from 0 up, is 0.5"],
        [{ maximumRenewals: 0 }, "maximumRenewals: must be a whole number from 1 up, is 0"],
        [{ limiter: 5 }, "limiter: must be true, false or its options, is 5"],
        [{ limiter: { maximumInFlight: 0 } }, "limiter.maximumInFlight: must be a whole number from 1 up, is 0"]
      ]
      for (const [options, about] of cases) {
        const error = yield* Effect.flip(made(options))
        const said = explain(error) ?? ""
        assert.strictEqual(said.slice(0, about.length), about)
      }
    })
  )

  it.effect("are trimmed, and their hosts are those that tokens may name", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<
        readonly [options: Partial<OAuth2.Options>, baseUrl: string | undefined, allowed: ReadonlyArray<string>]
      > = [
        [{}, undefined, []],
        [{ oauthUrl: " https://o.example.com/x/ " }, undefined, ["https://o.example.com"]],
        [{ baseUrl: new URL("http://127.0.0.1:1/p/v1") }, "http://127.0.0.1:1/p", ["http://127.0.0.1:1"]],
        [
          {
            allowedApiDomains: ["https://a.example.com/"],
            baseUrl: "https://b.example.com",
            oauthUrl: "https://o.example.com"
          },
          "https://b.example.com",
          ["https://a.example.com", "https://b.example.com", "https://o.example.com"]
        ]
      ]
      for (const [options, baseUrl, allowed] of cases) {
        const protocol = yield* made(options)
        assert.deepStrictEqual([protocol.baseUrl, protocol.allowed], [baseUrl, allowed])
      }
      const error = yield* Effect.flip(made({ oauthUrl: "http://o.example.com" }))
      assert.match(explain(error) ?? "", /^oauthUrl: must be https/)
      const insecure = { allowInsecureHttp: true, oauthUrl: "http://o.example.com", baseUrl: "http://b.example.com" }
      const { allowed, app } = yield* made({ ...insecure, allowedApiDomains: ["http://a.example.com"] })
      assert.deepStrictEqual(allowed, ["http://a.example.com", "http://b.example.com", "http://o.example.com"])
      assert.match((yield* app.authorizationUrl()).url, /^http:\/\/o\.example\.com\/oauth\/authorize\?/)
      // the secret is that which the server is to know
      const spaced = yield* made({
        clientId: " id ",
        clientSecret: "secret\n",
        redirectUri: new URL("https://x.example/c")
      })
      assert.strictEqual(spaced.clientId, "id")
      const random = yield* spaced.app.authorizationUrl()
      assert.match(random.state, /^[\w-]{43}$/)
      assert.strictEqual(new URL(random.url).searchParams.get("state"), random.state)
      const { url } = yield* spaced.app.authorizationUrl({ state: "" })
      assert.strictEqual(
        url,
        `${defaultUrl}/oauth/authorize?client_id=id&redirect_uri=https%3A%2F%2Fx.example%2Fc&state=`
      )
      const notice = { client_id: "id", company_id: 1, user_id: 2 }
      const headers = { authorization: `Basic ${btoa("id:secret")}` }
      assert.deepStrictEqual(yield* spaced.app.handleUninstall({ method: "DELETE", headers, body: notice }), {
        companyId: 1,
        userId: 2,
        timestamp: undefined
      })
    })
  )

  it.effect("say whether calls wait to stay within the limits", () =>
    Effect.gen(function* () {
      for (const [limiter, maximumInFlight] of [
        [undefined, 50],
        [true, 50],
        [{ maximumInFlight: 7 }, 7]
      ] as const) {
        const settings = (yield* made({ limiter })).limiter?.gates.of("a", 0).settings
        assert.deepInclude(settings, { maximumInFlight, learning: true })
      }
      assert.isUndefined((yield* made({ limiter: false })).limiter)
    })
  )

  it.effect("say how many renewals go on at a time", () =>
    Effect.gen(function* () {
      for (const [options, least] of [
        [{}, 25],
        [{ maximumRenewals: 1 }, 1]
      ] as const) {
        const { renewalPermit } = yield* made(options)
        let running = 0
        const one = renewalPermit(
          Effect.zipRight(
            Effect.sync(() => running++),
            Effect.never
          )
        )
        const fibers = yield* Effect.forEach(Array.from({ length: 30 }), () => Effect.fork(one))
        for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow()
        assert.strictEqual(running, least)
        yield* Effect.forEach(fibers, Fiber.interrupt)
      }
    })
  )
})

describe("a request to the OAuth server", () => {
  /** The waits between the attempts of a request that is never answered well, and the reason. */
  const attempts = (
    options: Partial<OAuth2.Options>,
    answer: () => Response | undefined,
    use: (made: App.Protocol) => Effect.Effect<unknown, PipedriveError.AuthError>,
    step: Duration.DurationInput = "50 millis"
  ) =>
    Effect.gen(function* () {
      const { sent, ...protocol } = yield* made(options, answer)
      const error = yield* OAuth.letting(Effect.flip(use(protocol)), step)
      return { error, waits: sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0)) }
    })

  it.effect("is repeated three times, half a second later at most, then one, then two", () =>
    Effect.gen(function* () {
      const { error, waits } = yield* attempts({}, unsaid, ({ app }) => app.authorize("code"))
      assert.strictEqual(error.attempts, 4)
      for (const [index, most] of [500, 1000, 2000].entries()) {
        assert.isAtLeast(waits[index] ?? 0, most / 2)
        assert.isAtMost(waits[index] ?? 0, most + 100)
      }
      const fewer = yield* attempts({ retries: 1, backoff: "4 seconds" }, unsaid, ({ app }) => app.authorize("code"))
      assert.strictEqual(fewer.error.attempts, 2)
      assert.isAtLeast(fewer.waits[0] ?? 0, 2000)
      assert.strictEqual(
        (yield* attempts({ retries: 0 }, unsaid, ({ app }) => app.authorize("code"))).error.attempts,
        1
      )
    })
  )

  it.effect("has ten seconds, a renewal as long as there is", () =>
    Effect.gen(function* () {
      const times = { within: Duration.seconds(40), pause: <A>(wait: A) => wait }
      const before = { refreshToken: Redacted.make("refresh") }
      const took = (options: Partial<OAuth2.Options>, use: Parameters<typeof attempts>[2]) =>
        Effect.map(
          attempts({ retries: 0, ...options }, () => undefined, use, "1 second"),
          ({ error }) => error.description.replace("the OAuth server did not answer within ", "")
        )
      assert.strictEqual(yield* took({}, ({ app }) => app.authorize("code")), "10s")
      assert.strictEqual(yield* took({ timeout: "3 seconds" }, ({ app }) => app.authorize("code")), "3s")
      assert.strictEqual(
        yield* took({ timeout: "3 seconds" }, ({ app }) => app.revoke(before.refreshToken, "refresh_token")),
        "3s"
      )
      assert.strictEqual(yield* took({}, ({ renew }) => renew(before, times)), "30s")
      assert.strictEqual(yield* took({ renewalTimeout: "5 seconds" }, ({ renew }) => renew(before, times)), "5s")
      assert.strictEqual(yield* took({}, ({ app }) => app.refresh(before.refreshToken)), "45s")
    })
  )

  it.effect("says what is wanted", () =>
    Effect.gen(function* () {
      const { app, sent } = yield* made({ oauthUrl: "https://o.example.com" })
      const got = yield* app.authorize("the code")
      yield* app.refresh(got.refreshToken)
      const renewed = yield* app.refresh({ ...got, refreshToken: Redacted.make("another") })
      assert.strictEqual(Redacted.value(renewed.refreshToken), "refresh")
      yield* app.revoke(got.accessToken, "access_token")
      assert.deepStrictEqual(
        sent.map(({ form, url }) => ({ url, form })),
        [
          {
            url: "https://o.example.com/oauth/token",
            form: { grant_type: "authorization_code", code: "the code", redirect_uri: OAuth.redirectUri }
          },
          {
            url: "https://o.example.com/oauth/token",
            form: { grant_type: "refresh_token", refresh_token: "refresh" }
          },
          {
            url: "https://o.example.com/oauth/token",
            form: { grant_type: "refresh_token", refresh_token: "another" }
          },
          { url: "https://o.example.com/oauth/revoke", form: { token: "access", token_type_hint: "access_token" } }
        ]
      )
    })
  )

  it.effect("is a span, without secrets", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* Tracing.collector
      const { app } = yield* made()
      yield* Effect.withTracer(
        Effect.gen(function* () {
          const got = yield* app.authorize("code")
          yield* app.refresh(got)
          yield* app.revoke(got.refreshToken, "refresh_token")
        }),
        tracer
      )
      assert.deepStrictEqual(
        spans.map(({ attributes, kind, name }) => [name, kind, Object.fromEntries(attributes)]),
        [
          ["Pipedrive.oauth.token", "client", { grant_type: "authorization_code" }],
          ["Pipedrive.oauth.token", "client", { grant_type: "refresh_token" }],
          ["Pipedrive.oauth.revoke", "client", { token_type_hint: "refresh_token" }]
        ]
      )
    })
  )

  it.effect("that is refused says what to do, without the secret", () =>
    Effect.gen(function* () {
      const invalid = (secret: string) => () =>
        Response.json({ error: "invalid_grant", message: `no ${secret}` }, { status: 400 })
      const secret = "abcdefgh"
      const { app, renew } = yield* made({}, invalid(secret))
      const before = { refreshToken: Redacted.make(secret) }
      const times = { within: Duration.minutes(1), pause: <A>(wait: A) => wait }
      const said = "the OAuth server refused (400): invalid_grant: no <redacted>"
      const code = "A code lives for five minutes and works once: send the user to the authorization page again"
      assert.strictEqual(words(yield* Effect.flip(app.authorize(secret))), `InvalidCallback: ${said}. ${code}`)
      const dead = "The refresh token is revoked or was not used for 60 days: the user must authorize again"
      const again = `ReauthorizationRequired: ${said}. ${dead}`
      assert.strictEqual(words(yield* Effect.flip(app.refresh(before.refreshToken))), again)
      assert.strictEqual(words(yield* Effect.flip(renew(before, times))), again)
      const refused = yield* Effect.flip(app.revoke(before.refreshToken, "refresh_token"))
      assert.strictEqual(words(refused), `TokenEndpoint: ${said}`)
    })
  )

  it.effect("is not made without what it is about", () =>
    Effect.gen(function* () {
      const { app, renew, sent } = yield* made()
      const times = { within: Duration.minutes(1), pause: <A>(wait: A) => wait }
      for (const code of ["", " \n"]) {
        assert.strictEqual(
          words(yield* Effect.flip(app.authorize(code))),
          "InvalidCallback: there is no authorization code"
        )
      }
      for (const secret of ["", "  "]) {
        const error = yield* Effect.flip(app.refresh(Redacted.make(secret)))
        assert.strictEqual(words(error), "NotAuthorized: there is no refresh token")
      }
      for (const given of [undefined, null, {}, { refreshToken: "plain" }, { refresh_token: "plain" }]) {
        const error = yield* Effect.flip(renew(given as never, times))
        assert.strictEqual(error.reason, "InvalidToken")
        assert.include(error.description, "`exchange`")
      }
      assert.deepStrictEqual(sent, [])
    })
  )

  it.effect("whose answer is no token says so", () =>
    Effect.gen(function* () {
      const { app } = yield* made({}, () => Response.json({ ...token, access_token: "" }))
      const error = yield* Effect.flip(app.authorize("code"))
      assert.match(error.description, /the OAuth server's answer/)
    })
  )
})

describe("a callback", () => {
  it.effect("is answered with the code, or what is wrong with it", () =>
    Effect.gen(function* () {
      const { app, sent } = yield* made()
      const forged = "InvalidState: the callback's state is not the one that was sent:"
      const other = `${forged} it is another one`
      const codeless = "InvalidCallback: the callback has no code, or more than one"
      const denied = "AccessDenied: the user did not give consent"
      const long = "x".repeat(150)
      const cases: ReadonlyArray<readonly [url: OAuth2.Callback["url"], state: string | undefined, outcome: string]> = [
        ["https://x.example/cb?code=c%2B1&state=s", "s", "c+1"],
        ["/cb?state=s&code=c", "s", "c"],
        ["?state=s&code=c", "s", "c"],
        ["state=s&code=c", "s", "c"],
        ["state=s&code=c#?code=d", "s", "c"],
        ["code=c&state=s#x=1", "s", "c"],
        ["code=c&state=s#", "s", "c"],
        ["?code=c?&state=s?", "s?", "c?"],
        [new URL("https://x.example/cb?code=c&state=s#x"), "s", "c"],
        [new URLSearchParams("code=c&state=s"), "s", "c"],
        ["?code=c&state=s&error=", "s", "InvalidCallback: the consent page answered with an error: "],
        ["?error=user_denied&state=s", "s", denied],
        ["?error=access_denied", "s", denied],
        ["?error=access_denied", undefined, denied],
        ["?error=access_denied&error=x&state=s", "s", denied],
        ["?error=access_denied&state=t", "s", other],
        [
          `?error=${long}&state=s`,
          "s",
          `InvalidCallback: the consent page answered with an error: ${long.slice(0, 100)}`
        ],
        ["?code=c&state=t", "s", other],
        ["?code=c&state=", "s", other],
        ["?code=c&state=s&state=s", "s", other],
        ["?code=c", "s", `${forged} it has none`],
        ["", "s", `${forged} it has none`],
        ["?code=c&state=s", undefined, `${forged} no state was remembered for this user`],
        ["?code=c&state=", "", `${forged} no state was remembered for this user`],
        ["?state=s", "s", codeless],
        ["?state=s&code=", "s", codeless],
        ["?state=s&code=%20", "s", codeless],
        ["?state=s&code=c&code=c", "s", codeless]
      ]
      for (const [url, state, outcome] of cases) {
        sent.length = 0
        const result = yield* Effect.either(app.handleCallback({ url, state }))
        const is = result._tag === "Right" ? sent[0]?.form.code : words(result.left)
        assert.strictEqual(is, outcome, String(url))
        assert.strictEqual(sent.length, result._tag === "Right" ? 1 : 0)
      }
      const codes = [
        ["?error=user_denied&state=s", "user_denied"],
        [`?error=${long}&state=s`, long.slice(0, 100)],
        ["?code=c", undefined]
      ] as const
      for (const [url, code] of codes) {
        assert.strictEqual((yield* Effect.flip(app.handleCallback({ url, state: "s" }))).code, code)
      }
    })
  )
})

describe("the notice of an uninstall", () => {
  it.effect("is one with the app's credentials and about the app", () =>
    Effect.gen(function* () {
      const { app } = yield* made()
      const credentials = btoa(`${OAuth.clientId}:${OAuth.clientSecret}`)
      const authorization = `Basic ${credentials}`
      const body = { client_id: OAuth.clientId, company_id: 7, user_id: 8 }
      const good = { method: "DELETE", headers: { authorization }, body }
      const deletes = "an uninstall notice is a DELETE"
      const unknown = "the uninstall notice does not have this app's credentials"
      const lacking = "the uninstall notice lacks client_id, company_id or user_id, or is for another app"
      const cases: ReadonlyArray<readonly [request: object, outcome: string | undefined]> = [
        [{}, undefined],
        [{ method: "delete" }, undefined],
        [{ method: "POST" }, deletes],
        [{ headers: { AUTHORIZATION: authorization } }, undefined],
        [{ headers: { x: "y", authorization: [authorization, "Basic x"] } }, undefined],
        [{ headers: new Headers({ authorization }) }, undefined],
        [{ headers: new Headers() }, unknown],
        [{ headers: { authorization: ` basic   ${credentials} ` } }, undefined],
        [{ headers: {} }, unknown],
        [{ headers: { authorization: undefined } }, unknown],
        [{ headers: { authorization: [] } }, unknown],
        [{ headers: { authorization: "" } }, unknown],
        [{ headers: { authorization: "Basic" } }, unknown],
        [{ headers: { authorization: credentials } }, unknown],
        [{ headers: { authorization: `Basics ${credentials}` } }, unknown],
        [{ headers: { authorization: `xBasic ${credentials}` } }, unknown],
        [{ headers: { authorization: `Bearer ${credentials}` } }, unknown],
        [{ headers: { authorization: `Basic x${credentials}` } }, unknown],
        [{ body: JSON.stringify(body) }, undefined],
        [{ body: "{" }, lacking],
        [{ body: undefined }, lacking],
        [{ body: { ...body, client_id: "other" } }, lacking],
        [{ body: { ...body, client_id: undefined } }, lacking],
        [{ body: { ...body, company_id: "7" } }, lacking],
        [{ body: { ...body, user_id: undefined } }, lacking]
      ]
      for (const [more, outcome] of cases) {
        const result = yield* Effect.either(app.handleUninstall({ ...good, ...more }))
        assert.strictEqual(
          result._tag === "Right" ? undefined : words(result.left),
          outcome === undefined ? undefined : `InvalidCallback: ${outcome}`,
          JSON.stringify(more)
        )
        if (result._tag === "Right") {
          assert.deepStrictEqual(result.right, { companyId: 7, userId: 8, timestamp: undefined })
        }
      }
      for (const timestamp of ["2026-01-01", 5]) {
        const notice = yield* app.handleUninstall({ ...good, body: { ...body, timestamp } })
        assert.strictEqual(notice.timestamp, timestamp)
      }
      const web = () =>
        new Request("https://x.example/", { method: "DELETE", headers: { authorization }, body: JSON.stringify(body) })
      assert.strictEqual((yield* app.handleUninstall(web())).userId, 8)
      const used = web()
      yield* Effect.promise(() => used.text())
      const read = yield* Effect.flip(app.handleUninstall(used))
      assert.strictEqual(words(read), "InvalidCallback: the body of the uninstall notice could not be read")
    })
  )
})
