/** Asking, as the cases of users do: what is sent, what is refused, what an answer comes to. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Fake from "./fake.js"

/** Calls as a program without types would. */
export const loose = (endpoint: Endpoint.Any) =>
  endpoint as unknown as (
    input?: unknown
  ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>

/** The requests that a program sends. */
export const sent = (program: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>) =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.ok([]))
    yield* program.pipe(HttpLayer.withPolicy({ responseValidation: "off" }), Effect.provide(fake.live))
    return fake.seen.map(({ body, headers, method, path }) => ({
      request: `${method} ${path}`,
      body: typeof body === "string" && headers["content-type"] === "application/json" ? JSON.parse(body) : body,
      type: headers["content-type"]
    }))
  })

/** The refusal of an input: `key: message | hint`, nothing having been sent. */
export const refusal = (endpoint: Endpoint.Any, input?: unknown) =>
  Effect.gen(function* () {
    const fake = Fake.make(Fake.ok([]))
    const error = yield* loose(endpoint)(input).pipe(Effect.flip, Effect.provide(fake.live))
    assert.strictEqual(fake.seen.length, 0)
    assert.strictEqual(error._tag, "InvalidRequest")
    return error._tag === "InvalidRequest"
      ? error.issues.map(({ hint, message, path }) => `${path.join(".")}: ${hint ?? message}`).join("; ")
      : ""
  })

/** What an answer comes to, checked strictly. */
export const strictly = <A>(
  program: Effect.Effect<A, PipedriveError.PipedriveError, Endpoint.Requirements>,
  ...answers: ReadonlyArray<Fake.Answer>
) => program.pipe(HttpLayer.withPolicy({ responseValidation: "strict" }), Effect.provide(Fake.make(...answers).live))

/** What an answer fails with, at the first try. */
export const failure = (
  answer: Fake.Answer,
  program: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
) => program.pipe(Effect.flip, HttpLayer.withPolicy({ retries: 0 }), Effect.provide(Fake.make(answer).live))
