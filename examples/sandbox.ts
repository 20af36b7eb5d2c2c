/**
 * `npm run sandbox -- --port 8080 --plan growth --seed demo`: a Pipedrive on a port, to point any client at.
 */
import { Command, Options } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"

const Port = Schema.Int.pipe(Schema.between(0, 65_535, { message: () => "--port takes a number from 0 to 65535" }))

const options = {
  port: Options.integer("port").pipe(
    Options.withSchema(Port),
    Options.withDefault(8080),
    Options.withDescription("the port, 0 for a free one")
  ),
  host: Options.text("host").pipe(
    Options.withDefault("127.0.0.1"),
    Options.withDescription("the address to listen on; 127.0.0.1 is this machine only")
  ),
  seed: Options.choice("seed", ["demo", "empty"]).pipe(
    Options.withDefault("demo" as const),
    Options.withDescription("what it holds in the beginning")
  ),
  plan: Options.choice("plan", ["off", "lite", "growth", "premium", "ultimate"]).pipe(
    Options.withDefault("off" as const),
    Options.withDescription("the limits in force")
  ),
  unknownParameters: Options.choice("unknown-parameters", ["refuse", "ignore"]).pipe(
    Options.withDefault("refuse" as const),
    Options.withDescription("whether a parameter that it does not know is answered with 501 or passed over")
  ),
  file: Options.file("file").pipe(
    Options.optional,
    Options.withDescription("keeps the world in that file, and begins with what it holds")
  ),
  token: Options.text("token").pipe(
    Options.withDefault(Sandbox.defaultToken),
    Options.withDescription("the API token it takes")
  )
}

const command = Command.make("sandbox", options, ({ file, host, plan, port, seed, token, unknownParameters }) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* Console.log(
      `A Pipedrive sandbox listens. Point a client at it:\n\n${Server.environment(sandbox)}\n\nLook at it: ${sandbox.baseUrl}/\n\nCtrl-C ends it.`
    )
    return yield* Effect.never
  }).pipe(
    Effect.provide(
      Server.layer({ file: Option.getOrUndefined(file), host, port, plan, seed, token, unknownParameters })
    ),
    Effect.catchTags({
      ServeError: (error) => Effect.fail(`Cannot listen on ${host}:${port}: ${String(error.cause)}`),
      SandboxError: (error) => Effect.fail(error.message)
    }),
    Effect.tapError(Console.error)
  )
).pipe(Command.withDescription("Serves a Pipedrive in memory."))

Command.run(command, { name: "sandbox", version: "0.1.0" })(process.argv).pipe(
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
