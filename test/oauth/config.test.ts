import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Auth, OAuth2, PipedriveLive, TokenStore } from "effect-pipedrive"
import { build } from "esbuild"
import { explain } from "../../src/internal/configError.js"
import * as Settings from "../../src/internal/oauth/settings.js"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"
import { listen } from "../support/oauthHttp.js"

const environment = (entries: Record<string, string>) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

const variables = {
  PIPEDRIVE_CLIENT_ID: OAuth.clientId,
  PIPEDRIVE_CLIENT_SECRET: `${OAuth.clientSecret}\n`,
  PIPEDRIVE_REDIRECT_URI: OAuth.redirectUri
}

const called = (server: OAuth.OAuthServer, entries: Record<string, string>) =>
  Robots.list.pipe(
    Effect.provide(
      Auth.layerConfig.pipe(Layer.provideMerge(OAuth.transport(server)), Layer.provide(environment(entries)))
    )
  )

const refreshToken = (server: OAuth.OAuthServer) =>
  Effect.gen(function* () {
    const app = yield* OAuth2.makeApp(OAuth.settings)
    const token = yield* app.authorize(server.consent())
    server.forms.length = 0
    return token
  }).pipe(Effect.provide(OAuth.transport(server)))

describe("OAuth2 by configuration", () => {
  it.effect("refreshes with the refresh token, at the OAuth server and for the API host that are set", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const PIPEDRIVE_REFRESH_TOKEN = Redacted.value((yield* refreshToken(server)).refreshToken)
      yield* called(server, { ...variables, PIPEDRIVE_REFRESH_TOKEN })
      yield* called(server, {
        ...variables,
        PIPEDRIVE_REFRESH_TOKEN,
        PIPEDRIVE_OAUTH_URL: "http://127.0.0.1:1/",
        PIPEDRIVE_BASE_URL: "http://127.0.0.1:2/"
      })
      assert.strictEqual(server.counts.refreshes, 2)
      assert.deepStrictEqual(
        server.calls.map(({ url }) => url),
        ["https://acme.pipedrive.com/api/v2/robots", "http://127.0.0.1:2/api/v2/robots"]
      )
    })
  })

  it.effect("takes a token from the store that is provided", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const store = yield* TokenStore.TokenStore
      yield* store.save("default", yield* refreshToken(server))
      yield* called(server, variables)
      assert.strictEqual(server.counts.refreshes, 0)
    }).pipe(Effect.provide(TokenStore.layerMemory))
  })

  it("serves PipedriveLive, with a refresh token or with the store around it", async () => {
    const server = OAuth.makeServer()
    const { close, url } = await listen(server)
    server.apiDomain = url
    const at = { ...variables, PIPEDRIVE_OAUTH_URL: url }
    const live = (entries: Record<string, string>, store: Layer.Layer<TokenStore.TokenStore>) =>
      PipedriveLive.pipe(Layer.provide(store), Layer.provide(environment(entries)))
    try {
      const token = await Effect.runPromise(
        Effect.flatMap(OAuth2.makeApp({ ...OAuth.settings, oauthUrl: url }), (app) =>
          app.authorize(server.consent(7))
        ).pipe(Effect.provide(FetchHttpClient.layer))
      )
      const full = Layer.tap(TokenStore.layerMemory, (context) =>
        Effect.orDie(Context.get(context, TokenStore.TokenStore).save("default", token))
      )
      const answers = await Effect.runPromise(
        Effect.all([
          Robots.list.pipe(Effect.provide(live(at, full))),
          Robots.list.pipe(
            Effect.provide(
              live({ ...at, PIPEDRIVE_REFRESH_TOKEN: Redacted.value(token.refreshToken) }, TokenStore.layerMemory)
            )
          )
        ])
      )
      assert.deepStrictEqual(
        answers.map(({ data }) => data),
        [[{ id: 7 }], [{ id: 7 }]]
      )
      assert.strictEqual(server.counts.refreshes, 1)
    } finally {
      await close()
    }
  })

  it.effect("loses to an API token, which alone is sent: no refresh", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const all = { ...variables, PIPEDRIVE_REFRESH_TOKEN: "r", PIPEDRIVE_API_TOKEN: "SECRET" }
      yield* Effect.ignore(called(server, all))
      assert.strictEqual(server.forms.length, 0)
      assert.strictEqual(server.calls[0]?.bearer, "")
    })
  })

  it.effect("that is incomplete names what is missing", () => {
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      for (const [name, given] of [
        ["PIPEDRIVE_CLIENT_SECRET", { PIPEDRIVE_CLIENT_SECRET: " " }],
        ["PIPEDRIVE_REDIRECT_URI", { PIPEDRIVE_REDIRECT_URI: "" }],
        ["PIPEDRIVE_REFRESH_TOKEN", {}]
      ] as const) {
        const error = yield* Effect.flip(called(server, { ...variables, ...given }))
        assert.include(String(error), name)
      }
      assert.include(String(yield* Effect.flip(called(server, {}))), "PIPEDRIVE_CLIENT_ID")
      assert.strictEqual(server.forms.length, 0)
    })
  })
})

describe("the settings of an app", () => {
  const id = { PIPEDRIVE_CLIENT_ID: " id\n" }
  const secret = { PIPEDRIVE_CLIENT_SECRET: " s " }
  const redirect = { PIPEDRIVE_REDIRECT_URI: " https://app.example.com/cb " }
  const read = (entries: Record<string, string>, alsoMissing: Parameters<typeof Settings.read>[0] = []) =>
    Settings.read(alsoMissing).pipe(Effect.provide(environment(entries)))

  it.effect("are trimmed; those of hosts may be missing", () =>
    Effect.gen(function* () {
      const { baseUrl, clientId, clientSecret, oauthUrl, redirectUri } = yield* read({ ...id, ...secret, ...redirect })
      assert.deepStrictEqual(
        [clientId, Redacted.isRedacted(clientSecret) && Redacted.value(clientSecret), redirectUri, oauthUrl, baseUrl],
        ["id", "s", "https://app.example.com/cb", undefined, undefined]
      )
      const hosts = { PIPEDRIVE_OAUTH_URL: " https://o.example.com ", PIPEDRIVE_BASE_URL: "https://b.example.com\n" }
      const all = yield* read({ ...id, ...secret, ...redirect, ...hosts })
      assert.deepStrictEqual([all.oauthUrl, all.baseUrl], ["https://o.example.com", "https://b.example.com"])
    })
  )

  it.effect("that are missing or blank are named, all at once", () =>
    Effect.gen(function* () {
      const token = { name: "PIPEDRIVE_REFRESH_TOKEN", hint: "or a token store" }
      const cases: ReadonlyArray<
        readonly [given: Record<string, string>, also: Parameters<typeof read>[1], words: string]
      > = [
        [
          {},
          [token],
          "PIPEDRIVE_CLIENT_ID, PIPEDRIVE_CLIENT_SECRET, PIPEDRIVE_REDIRECT_URI, PIPEDRIVE_REFRESH_TOKEN (or a token store)"
        ],
        [{ ...id, ...secret, ...redirect }, [token], "PIPEDRIVE_REFRESH_TOKEN (or a token store)"],
        [
          { ...id, ...secret, ...redirect },
          [token, { name: "PIPEDRIVE_X", hint: "or more" }],
          "PIPEDRIVE_REFRESH_TOKEN, PIPEDRIVE_X (or a token store) (or more)"
        ],
        [{ ...id, ...redirect, PIPEDRIVE_CLIENT_SECRET: " " }, [], "PIPEDRIVE_CLIENT_SECRET"],
        [{ ...secret, ...redirect, PIPEDRIVE_CLIENT_ID: "" }, [], "PIPEDRIVE_CLIENT_ID"],
        [{ ...id, ...secret }, undefined, "PIPEDRIVE_REDIRECT_URI"]
      ]
      for (const [given, also, words] of cases) {
        const said = explain(yield* Effect.flip(read(given, also))) ?? ""
        assert.strictEqual(said.slice(said.indexOf("OAuth2")), `OAuth2 needs ${words}; missing or blank`)
      }
    })
  )
})

describe("a bundle", () => {
  const bundled = async (source: string) => {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
      alias: { "effect-pipedrive/Auth": "./src/Auth.ts", "effect-pipedrive": "./src/index.ts" },
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      write: false
    })
    return outputFiles[0]?.text ?? ""
  }

  it("with an API token alone holds no OAuth2; one with OAuth2 needs nothing of Node", async () => {
    const key = await bundled(`import * as Auth from "effect-pipedrive/Auth"; export const auth = Auth.apiKey("t")`)
    for (const trace of ["/oauth/token", "AES-GCM", "TokenStore"]) assert.notInclude(key, trace)
    const all = await bundled(`export { OAuth2, TokenStore } from "effect-pipedrive"`)
    assert.include(all, "/oauth/token")
    assert.notMatch(all, /from "node:|require\("node:|\bBuffer\b/)
  })
})
