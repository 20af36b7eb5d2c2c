/**
 * One of several processes that share a token store. Told by its parent what to do:
 *
 * - `loop`: calls the API again and again until `stop`
 * - `token`: asks for a fresh token, once
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as Robots from "../support/endpoints.js"
import { settings } from "../support/oauth.js"
import { database } from "../support/sql.js"

const { databaseUrl, lockTimeout, serverUrl, table } = JSON.parse(process.argv[2] ?? "{}")

const store = TokenStoreSql.layer({ table, lockTimeout }).pipe(Layer.provide(database(databaseUrl)))
const runtime = ManagedRuntime.make(
  OAuth2.layer({ ...settings, limiter: false, oauthUrl: serverUrl, baseUrl: serverUrl }).pipe(
    Layer.provideMerge(Layer.merge(FetchHttpClient.layer, store))
  )
)

let stopped = false
const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))
const loop = Effect.gen(function* () {
  const seen = { ok: 0, errors: [] as Array<string> }
  while (!stopped) {
    yield* Effect.match(call, {
      onFailure: (error) => void seen.errors.push(error.message),
      onSuccess: () => void seen.ok++
    })
    yield* Effect.sleep("10 millis")
  }
  return seen
})

const tell = (message: object) => process.send?.(message)

process.on("message", (told) => {
  if (told === "loop") void runtime.runPromise(loop).then((seen) => tell({ seen }))
  if (told === "token") {
    void runtime
      .runPromise(Effect.either(Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.token)))
      .then((token) => tell({ done: token._tag }))
  }
  if (told === "stop") stopped = true
  if (told === "exit") process.exit(0)
})

// connected before it counts
await runtime.runPromise(Effect.flatMap(TokenStore.TokenStore, (store) => store.load("default")))
await fetch(`${serverUrl}/oauth/nothing`)
tell({ ready: true })
