/** One of several processes on one limit: calls as fast as it is let until it is told to stop. */
import { layerStore } from "@effect/experimental/RateLimiter/Redis"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Pipedrive } from "effect-pipedrive"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
import * as Robots from "../support/endpoints.js"

const { baseUrl, port } = JSON.parse(process.argv[2] ?? "{}")

/** Tells when a request was sent: the clocks of processes on one machine agree. */
const Transport = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.mapRequest((request) => HttpClientRequest.setHeader(request, "x-sent", String(Date.now())))
  )
).pipe(Layer.provide(FetchHttpClient.layer))

const Live = Pipedrive.layer({ apiToken: "shared-token", baseUrl, retries: 0, httpClient: Transport }).pipe(
  Layer.provide(RateLimiterShared.layer().pipe(Layer.provide(layerStore({ host: "127.0.0.1", port }))))
)

let stopped = false
process.on("message", (told) => {
  if (told === "stop") stopped = true
})

const seen = { ok: 0, errors: [] as Array<string> }
const call = Effect.match(Robots.list, {
  onFailure: (error) => void seen.errors.push(error.message),
  onSuccess: () => void seen.ok++
})
const busy = Effect.whileLoop({ while: () => !stopped, body: () => call, step: () => undefined })

await Effect.runPromise(
  Effect.all(
    Array.from({ length: 20 }, () => busy),
    { concurrency: "unbounded" }
  ).pipe(Effect.provide(Live))
)
process.send?.(seen)
process.disconnect()
