/**
 * `sandbox --port 8080 --plan growth --seed demo`: a Pipedrive on a port, to point any client at.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { type Failed, failed } from "./failed.js"

export interface Options {
  readonly file: Option.Option<string>
  readonly host: string
  readonly plan: "off" | "lite" | "growth" | "premium" | "ultimate"
  readonly port: number
  readonly seed: "demo" | "empty"
  readonly token: Option.Option<string>
  readonly unknownParameters: "refuse" | "ignore"
}

export const run = ({ file, host, plan, port, seed, token, unknownParameters }: Options): Effect.Effect<void, Failed> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* Console.log(
      `A Pipedrive sandbox listens. Point a client at it:\n\n${Server.environment(sandbox)}\n\nLook at it: ${sandbox.baseUrl}/\n\nCtrl-C ends it.`
    )
    return yield* Effect.never
  }).pipe(
    Effect.provide(
      Server.layer({
        file: Option.getOrUndefined(file),
        host,
        port,
        plan,
        seed,
        token: Option.getOrUndefined(token),
        unknownParameters
      })
    ),
    Effect.catchTags({
      ServeError: (error) => failed(`Cannot listen on ${host}:${port}: ${String(error.cause)}`),
      SandboxError: (error) => failed(error.message)
    })
  )
