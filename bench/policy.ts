/**
 * What the policy costs a call that succeeds: time limits, the retry loop, credentials, the limiter, redirects, metrics and
 * the span, over an `HttpClient` that answers at once, beside that client alone.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Auth, HttpLayer } from "effect-pipedrive"
import * as Envelope from "../src/internal/http/envelope.js"
import * as Send from "../src/internal/http/send.js"
// the send loop is internal: no entry point leads to it
import * as Metrics from "../src/internal/telemetry/metrics.js"
import { interleaved, type Measured } from "./measure.js"

/** As many as the limiter lets through in a window: with more, waits for a turn would be measured. */
const limit = 10_000

export const measurePolicy = async (options: { readonly quick: boolean }): Promise<ReadonlyArray<Measured>> => {
  const headers = {
    "content-type": "application/json",
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(limit - 1),
    "x-ratelimit-reset": "2"
  }
  const answer = `{"success":true}`
  const answering = (headers: Readonly<Record<string, string>>) =>
    HttpClient.make((request) =>
      Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(answer, { headers })))
    )
  const client = answering({ ...headers, "content-length": String(answer.length) })
  const request = HttpClientRequest.get("/api/v2/deals/1", { headers: { accept: "application/json" } })
  const address = "https://api.pipedrive.com/api/v2/deals/1"
  const signed = HttpClientRequest.get(address, { headers: { accept: "application/json", "x-api-token": "token" } })
  const call = { endpoint: "v2.Deals.get", method: "GET", path: "/api/v2/deals/1" } as const
  const meter = Metrics.make(call.endpoint)
  const spanOptions = { kind: "client", captureStackTrace: false } as const
  const sending = Envelope.useSpan("Pipedrive.v2.Deals.get", spanOptions, undefined, (span) =>
    Send.send({
      call,
      request,
      binary: false,
      restartable: true,
      cost: 1,
      search: false,
      meter,
      span,
      receive: (answer) => Effect.succeed(answer.text)
    })
  )
  const bare = Effect.flatMap(client.execute(signed), (response) => response.text)
  const layer = (limiter: boolean, over = client) =>
    Layer.merge(
      Layer.provide(HttpLayer.layer({ limiter }), Layer.succeed(HttpClient.HttpClient, over)),
      Auth.apiKey("token")
    )

  const repeated = <E, R>(effect: Effect.Effect<unknown, E, R>, calls: number) => {
    let left = calls
    return Effect.whileLoop({ while: () => left-- > 0, body: () => effect, step: () => undefined })
  }
  return interleaved(
    [
      {
        name: "bare HttpClient, without its span",
        run: (calls) =>
          Effect.runPromise(Effect.locally(repeated(bare, calls), HttpClient.currentTracerDisabledWhen, () => true))
      },
      { name: "bare HttpClient", run: (calls) => Effect.runPromise(repeated(bare, calls)) },
      {
        name: "the policy",
        run: (calls) => Effect.runPromise(Effect.provide(repeated(sending, calls), layer(false)))
      },
      {
        name: "the policy with the limiter",
        run: (calls) => Effect.runPromise(Effect.provide(repeated(sending, calls), layer(true)))
      },
      {
        name: "the policy, of answers whose length is not told",
        run: (calls) => Effect.runPromise(Effect.provide(repeated(sending, calls), layer(false, answering(headers))))
      }
    ],
    // below the limit of one window, which every run begins anew
    { rounds: options.quick ? 20 : 80, calls: 500, warmup: 2000 }
  )
}
