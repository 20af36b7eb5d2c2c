/**
 * Spans, metrics and logs of calls, sent to an OpenTelemetry collector. On the sandbox, so that nothing else is needed:
 *
 *     npx tsx examples/telemetry.ts http://127.0.0.1:4318
 */
import { Otlp, OtlpSerialization } from "@effect/opentelemetry"
import { FetchHttpClient } from "@effect/platform"
import { Effect, Layer } from "effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals } from "effect-pipedrive/v2"

const baseUrl = process.argv[2] ?? "http://127.0.0.1:4318"

const Telemetry = Otlp.layer({ baseUrl, resource: { serviceName: "pipedrive-example" } }).pipe(
  Layer.provide([FetchHttpClient.layer, OtlpSerialization.layerJson])
)

const program = Effect.gen(function* () {
  const { data: deals } = yield* Deals.list({ status: "open", limit: 5 })
  yield* Effect.forEach(deals, ({ id }) => Deals.get({ id }), { concurrency: 5 })
  yield* Effect.logInfo(`looked at ${deals.length} deals`)
}).pipe(Effect.withSpan("look-at-deals"))

// one request in four fails at first: the spans show how it was sent again
const Unsteady = Sandbox.layer({
  faults: [{ endpoint: Deals.get, nth: [1, 4], outcome: { _tag: "Respond", status: 503, body: "" } }]
})

await Effect.runPromise(program.pipe(Effect.provide(Unsteady), Effect.provide(Telemetry)))
