/**
 * Every endpoint's answer, each in a world of its own in which its path leads somewhere.
 */
import { HttpClient } from "@effect/platform"
import * as Effect from "effect/Effect"
import * as Auth from "../../src/Auth.js"
import type { Call } from "../../src/Endpoint.js"
import * as HttpLayer from "../../src/HttpLayer.js"
import type { PipedriveError } from "../../src/PipedriveError.js"
import type { AnyDescription } from "../../src/sandbox/http/call.js"
import * as v1 from "../../src/v1/index.js"
import * as v2 from "../../src/v2/index.js"
import { input } from "./inputs.js"
import { known, prepare } from "./prepared.js"
import { all, world } from "./support.js"

type AnyCall = Call<unknown, unknown>

const calls = new Map<string, AnyCall>()
for (const module of [...Object.values(v1), ...Object.values(v2)]) {
  for (const value of Object.values(module as Readonly<Record<string, unknown>>)) {
    if (typeof value !== "function" || !("endpoint" in value)) continue
    const call = value as AnyCall
    calls.set(`${call.endpoint.version}.${call.endpoint.operation}`, call)
  }
}

/** One endpoint called, and with what. */
export interface Called {
  readonly endpoint: AnyDescription
  readonly given: Readonly<Record<string, unknown>>
  readonly result: Effect.Effect<unknown, PipedriveError>
}

/** Calls every endpoint, each in the same world. */
export const callAll = <A>(use: (called: Called) => Effect.Effect<A>): Effect.Effect<ReadonlyArray<A>> =>
  Effect.gen(function* () {
    const { sandbox } = yield* world()
    yield* prepare(sandbox)
    const before = yield* sandbox.snapshot
    const out: Array<A> = []
    for (const endpoint of all) {
      const call = calls.get(`${endpoint.version}.${endpoint.operation}`)
      if (call === undefined) continue
      yield* sandbox.restore(before)
      const given = input(endpoint, known(yield* sandbox.state))
      const result = call(given).pipe(
        HttpLayer.withPolicy({ responseValidation: "strict" }),
        Effect.provide(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })),
        Effect.provideService(HttpClient.HttpClient, sandbox.client),
        Effect.catchTag("ConfigError", Effect.die)
      )
      out.push(yield* use({ endpoint, given, result }))
    }
    return out
  }).pipe(Effect.orDie)

/** The answers by the endpoints' names. */
export const answerAll: Effect.Effect<ReadonlyArray<readonly [name: string, body: unknown]>> = callAll(
  ({ endpoint, result }) =>
    Effect.map(Effect.orDie(result), (body) => [`${endpoint.version}.${endpoint.name}`, body] as const)
)
