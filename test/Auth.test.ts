import { type HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Accounts, Auth, OAuth2, Pipedrive, PipedriveLive, TokenStore } from "effect-pipedrive"
import { explain } from "../src/internal/configError.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const environment = (entries: Record<string, string>) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

/** The one request sent under a layer of credentials. */
const sentWith = <E>(auth: Layer.Layer<Auth.Auth, E, HttpClient.HttpClient>, variables: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.ok([]))
    const live = auth.pipe(Layer.provideMerge(fake.layer), Layer.provide(environment(variables)))
    yield* Robots.list.pipe(Effect.provide(live))
    assert.strictEqual(fake.seen.length, 1)
    return fake.seen[0] as Fake.Seen
  })

describe("fixed credentials", () => {
  it.effect("are an API token, trimmed, or a bearer token", () =>
    Effect.gen(function* () {
      const byKey = yield* sentWith(Auth.apiKey(Redacted.make("abc\n")))
      assert.strictEqual(byKey.headers["x-api-token"], "abc")
      assert.isUndefined(byKey.headers.authorization)
      const byToken = yield* sentWith(Auth.accessToken("v1u:AQI"))
      assert.strictEqual(byToken.headers.authorization, "Bearer v1u:AQI")
      assert.isUndefined(byToken.headers["x-api-token"])
    })
  )

  it.effect("are refused when blank or impossible in a header, without being shown", () =>
    Effect.gen(function* () {
      for (const token of ["", "  \n", "ab\ncd", "ab cd", "tökén"]) {
        const error = yield* Layer.build(Auth.apiKey(token)).pipe(Effect.flip, Effect.scoped)
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(String(error), "apiToken")
        if (token.trim() !== "") assert.notInclude(String(error), token)
      }
    })
  )

  it.effect("are refused by the name that they have, and cannot be renewed", () =>
    Effect.gen(function* () {
      const refused = (layer: Layer.Layer<Auth.Auth, ConfigError.ConfigError>) =>
        Effect.map(Effect.scoped(Effect.flip(Layer.build(layer))), explain)
      assert.strictEqual(yield* refused(Auth.apiKey(" ")), "apiToken: is blank")
      assert.strictEqual(yield* refused(Auth.accessToken("")), "accessToken: is blank")
      assert.strictEqual(
        yield* refused(Auth.accessToken(Redacted.make("a b"))),
        "accessToken: holds characters that no token has"
      )
      const { recover } = yield* Effect.provide(Auth.Auth, Auth.apiKey("t"))
      assert.isFalse(yield* recover(HttpClientRequest.get("/x")))
    })
  )

  it.effect("go to the base URL, whatever version path it was given with", () =>
    Effect.gen(function* () {
      for (const path of ["", "/", "/api/v1", "/api/v2/", "/v1"]) {
        const { url } = yield* sentWith(Auth.apiKey("t", { baseUrl: `https://acme.pipedrive.com${path}` }))
        assert.strictEqual(url.href, "https://acme.pipedrive.com/api/v2/robots")
      }
      const proxied = yield* sentWith(Auth.apiKey("t", { baseUrl: "http://127.0.0.1:8080/proxy/" }))
      assert.strictEqual(proxied.url.href, "http://127.0.0.1:8080/proxy/api/v2/robots")
      for (const baseUrl of [
        "acme.pipedrive.com",
        "ftp://acme",
        "https://u:p@acme.com",
        "https://acme.com/?a=1",
        "https://acme.com/#x",
        ""
      ]) {
        const error = yield* Layer.build(Auth.apiKey("t", { baseUrl })).pipe(Effect.flip, Effect.scoped)
        assert.include(String(error), "baseUrl", baseUrl)
      }
    })
  )

  it.effect(
    "go over http only to this machine, a private host, or one that an option allows, by whatever entrance",
    () =>
      Effect.gen(function* () {
        const app = { clientId: "id", clientSecret: "secret", redirectUri: "https://example.com/callback" }
        const others = Layer.merge(Fake.make(Fake.ok([])).layer, TokenStore.layerMemory)
        const entrances = (baseUrl: string, allowInsecureHttp?: boolean) => {
          const allow = { allowInsecureHttp }
          const allowed: Record<string, string> =
            allowInsecureHttp === true ? { PIPEDRIVE_ALLOW_INSECURE_HTTP: "true" } : {}
          const ids = {
            PIPEDRIVE_CLIENT_ID: "i",
            PIPEDRIVE_CLIENT_SECRET: "s",
            PIPEDRIVE_REDIRECT_URI: "https://e.com"
          }
          return [
            Auth.apiKey("t", { baseUrl, ...allow }),
            Auth.accessToken("t", { baseUrl, ...allow }),
            Pipedrive.layer({ apiToken: "t", baseUrl, ...allow }),
            OAuth2.layer({ ...app, baseUrl, ...allow }),
            OAuth2.layer({ ...app, oauthUrl: baseUrl, ...allow }),
            OAuth2.layer({ ...app, allowedApiDomains: [baseUrl], ...allow }),
            Accounts.layer({ ...app, baseUrl, ...allow }),
            Auth.layerConfig.pipe(
              Layer.provide(environment({ PIPEDRIVE_API_TOKEN: "t", PIPEDRIVE_BASE_URL: baseUrl, ...allowed }))
            ),
            OAuth2.layerConfig.pipe(Layer.provide(environment({ ...ids, PIPEDRIVE_OAUTH_URL: baseUrl, ...allowed }))),
            Accounts.layerConfig().pipe(Layer.provide(environment({ ...ids, PIPEDRIVE_BASE_URL: baseUrl, ...allowed })))
          ].map((layer) =>
            Layer.build(layer as Layer.Layer<unknown, unknown, HttpClient.HttpClient | TokenStore.TokenStore>).pipe(
              Effect.scoped,
              Effect.provide(others)
            )
          )
        }
        for (const host of [
          "localhost:3000",
          "127.0.0.1",
          "[::1]:80",
          "sandbox:3000",
          "10.1.2.3",
          "172.20.0.2",
          "192.168.1.1",
          "x.test",
          "a.localhost",
          "b.internal"
        ]) {
          yield* Effect.all(entrances(`http://${host}`))
        }
        for (const host of [
          "api.pipedrive.com",
          "evil.example",
          "8.8.8.8",
          "172.32.0.1",
          "127.0.0.1.evil.example",
          "10.0.0.1.nip.io",
          "localhost.evil.example",
          "nottest.com"
        ]) {
          for (const entrance of entrances(`http://${host}`)) {
            assert.include(String(yield* Effect.flip(entrance)), "allowInsecureHttp", host)
          }
          yield* Effect.all(entrances(`http://${host}`, true))
        }
      })
  )

  it.effect("of two accounts in one process never mix", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([]))
      const as = (token: string) => Robots.list.pipe(Effect.provide(Auth.apiKey(token)))
      yield* Effect.all([as("one"), as("two"), as("one")], { concurrency: 3 }).pipe(Effect.provide(fake.layer))
      assert.deepStrictEqual(fake.seen.map((seen) => seen.headers["x-api-token"]).sort(), ["one", "one", "two"])
    })
  )
})

describe("credentials by configuration", () => {
  it.effect("are an API token, and it alone, even when a bearer token is set too", () =>
    Effect.gen(function* () {
      const { headers, url } = yield* sentWith(Auth.layerConfig, {
        PIPEDRIVE_API_TOKEN: "key",
        PIPEDRIVE_ACCESS_TOKEN: "bearer",
        PIPEDRIVE_BASE_URL: "https://acme.pipedrive.com"
      })
      assert.strictEqual(headers["x-api-token"], "key")
      assert.isUndefined(headers.authorization)
      assert.strictEqual(url.host, "acme.pipedrive.com")
    })
  )

  it.effect("are a bearer token when there is no API token, or a blank one", () =>
    Effect.gen(function* () {
      const { headers } = yield* sentWith(Auth.layerConfig, {
        PIPEDRIVE_API_TOKEN: " ",
        PIPEDRIVE_ACCESS_TOKEN: "bearer"
      })
      assert.strictEqual(headers.authorization, "Bearer bearer")
    })
  )

  it.effect("that are missing fail with the names of the variables to set", () =>
    Effect.gen(function* () {
      const error = yield* Robots.list.pipe(Effect.provide(PipedriveLive), Effect.provide(environment({})), Effect.flip)
      assert.include(String(error), "PIPEDRIVE_API_TOKEN")
      assert.include(String(error), "PIPEDRIVE_ACCESS_TOKEN")
    })
  )
})

describe("variables that are wrong", () => {
  const app = {
    PIPEDRIVE_CLIENT_ID: "i",
    PIPEDRIVE_CLIENT_SECRET: "s",
    PIPEDRIVE_REDIRECT_URI: "https://e.com",
    PIPEDRIVE_REFRESH_TOKEN: "r"
  }
  const noUrl = "is not a URL, which begins with https://"
  const noToken = "holds characters that no token has"
  it.effect.each<[string, Readonly<Record<string, string>>, string]>([
    ["PIPEDRIVE_API_TOKEN", { PIPEDRIVE_API_TOKEN: "two words" }, noToken],
    ["PIPEDRIVE_ACCESS_TOKEN", { PIPEDRIVE_ACCESS_TOKEN: "ключ" }, noToken],
    ["PIPEDRIVE_BASE_URL", { PIPEDRIVE_API_TOKEN: "t", PIPEDRIVE_BASE_URL: "acme.pipedrive.com" }, noUrl],
    ["PIPEDRIVE_BASE_URL", { PIPEDRIVE_ACCESS_TOKEN: "t", PIPEDRIVE_BASE_URL: "acme" }, noUrl],
    ["PIPEDRIVE_BASE_URL", { ...app, PIPEDRIVE_BASE_URL: "acme" }, noUrl],
    ["PIPEDRIVE_OAUTH_URL", { ...app, PIPEDRIVE_OAUTH_URL: "acme" }, noUrl],
    ["PIPEDRIVE_REDIRECT_URI", { ...app, PIPEDRIVE_REDIRECT_URI: "/callback" }, "is not a URL"]
  ])("are named as they are set: %s, of %j", ([name, env, why]) =>
    Effect.gen(function* () {
      const error = yield* Robots.list.pipe(
        Effect.provide(PipedriveLive),
        Effect.provide(environment(env)),
        Effect.flip
      )
      assert.strictEqual(explain(error), `${name}: ${why}`)
    })
  )
})

describe("Pipedrive.layer", () => {
  it.effect("takes token, base URL, transport and policy together", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([{ id: "x" }]))
      const error = yield* Robots.list.pipe(
        Effect.provide(
          Pipedrive.layer({
            apiToken: "key",
            accessToken: "bearer",
            baseUrl: "https://acme.pipedrive.com",
            httpClient: fake.layer,
            responseValidation: "strict"
          })
        ),
        Effect.flip
      )
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.strictEqual(fake.seen[0]?.headers["x-api-token"], "key")
      assert.isUndefined(fake.seen[0]?.headers.authorization)
      assert.strictEqual(fake.seen[0]?.url.host, "acme.pipedrive.com")
    })
  )

  it.effect("refuses an option that makes no sense, by its name", () =>
    Effect.gen(function* () {
      for (const [option, value] of [
        ["timeout", -1],
        ["retries", Number.NaN],
        ["retries", 1.5],
        ["responseValidation", "maybe"]
      ] as const) {
        const options = { apiToken: "key", [option]: value } as Pipedrive.Options
        const error = yield* Layer.build(Pipedrive.layer(options)).pipe(Effect.flip, Effect.scoped)
        assert.include(String(error), option)
      }
    })
  )

  it.effect("never shows a token", () =>
    Effect.gen(function* () {
      const exit = yield* Layer.build(Pipedrive.layer({ apiToken: "sécret" })).pipe(Effect.scoped, Effect.exit)
      assert.strictEqual(exit._tag, "Failure")
      if (exit._tag === "Failure") assert.notInclude(Cause.pretty(exit.cause), "sécret")
    })
  )
})
