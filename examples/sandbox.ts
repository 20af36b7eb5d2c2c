/**
 * `npm run sandbox -- --port 8080 --seed demo`: a Pipedrive on a port, to point any client at.
 */
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"

const usage = `Serves a Pipedrive in memory.

  --port <number>       the port, 0 for a free one (8080)
  --host <address>      the address to listen on (127.0.0.1: this machine only)
  --file <path>         keeps the world in that file, and begins with what it holds
  --seed demo|empty     what it holds in the beginning (demo)
  --plan <name>         off, lite, growth, premium or ultimate: limits in force (off)
  --token <text>        the API token it takes (${Sandbox.defaultToken})`

const options = {
  port: { type: "string", default: "8080" },
  host: { type: "string", default: "127.0.0.1" },
  seed: { type: "string", default: "demo" },
  plan: { type: "string", default: "off" },
  file: { type: "string" },
  token: { type: "string", default: Sandbox.defaultToken },
  help: { type: "boolean", default: false }
} as const

const plans = ["off", "lite", "growth", "premium", "ultimate"] as const

const read = Effect.try({
  try: () => parseArgs({ options }).values,
  catch: (error) => `${error instanceof Error ? error.message : String(error)}\n\n${usage}`
}).pipe(
  Effect.filterOrFail(
    (values) => !values.help && /^\d{1,5}$/.test(values.port) && Number(values.port) < 65_536,
    (values) => (values.help ? usage : `--port takes a number from 0 to 65535\n\n${usage}`)
  ),
  Effect.filterOrFail(
    (values) => values.seed === "demo" || values.seed === "empty",
    () => `--seed is demo or empty\n\n${usage}`
  )
)

const program = Effect.gen(function* () {
  const { file, host, port, seed, token, ...values } = yield* read
  const plan = plans.find((name) => name === values.plan)
  if (plan === undefined) return yield* Effect.fail(`--plan is one of ${plans.join(", ")}\n\n${usage}`)
  yield* Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* Console.log(
      `A Pipedrive sandbox listens. Point a client at it:\n\n${Server.environment(sandbox)}\n\nLook at it: ${sandbox.baseUrl}/\n\nCtrl-C ends it.`
    )
    return yield* Effect.never
  }).pipe(
    Effect.provide(
      Server.layer({ file, host, port: Number(port), plan, seed: seed === "empty" ? "empty" : "demo", token })
    ),
    Effect.catchTags({
      ServeError: (error) => Effect.fail(`Cannot listen on ${host}:${port}: ${String(error.cause)}`),
      SandboxError: (error) => Effect.fail(error.message)
    })
  )
})

NodeRuntime.runMain(
  program.pipe(
    Effect.catchAll((message) => Console.error(message).pipe(Effect.zipRight(Effect.sync(() => process.exit(1)))))
  ),
  { disableErrorReporting: true }
)
