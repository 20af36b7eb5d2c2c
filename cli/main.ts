/**
 * `npx effect-pipedrive <command>`. What a command needs is loaded when it runs.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { explain, failed } from "./failed.js"
import { entities } from "./fields/entities.js"
import { main } from "./program.js"

const demo = Command.make("demo", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./demo.js")),
    ({ run }) => run
  )
).pipe(
  Command.withDescription(
    "Shows the main job, on a sandbox in this process; on your own account, read-only, when PIPEDRIVE_API_TOKEN is set."
  )
)

const Port = Schema.Int.pipe(Schema.between(0, 65_535, { message: () => "--port takes a number from 0 to 65535" }))

const sandbox = Command.make(
  "sandbox",
  {
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
      Options.optional,
      Options.withDescription("the API token it takes (sandbox-token, unless given)")
    ),
    company: Options.text("company").pipe(
      Options.repeated,
      Options.withDescription(
        "a name: serves a company of that name, whose token is NAME-token and whose data are kept in a file of its own; may be repeated"
      )
    )
  },
  (options) =>
    Effect.flatMap(
      Effect.promise(() => import("./sandbox.js")),
      ({ run }) => run(options)
    )
).pipe(Command.withDescription("Serves a Pipedrive in memory."))

const customFields = Command.make(
  "custom-fields",
  {
    out: Options.file("out").pipe(
      Options.withAlias("o"),
      Options.withDescription("the module to write, such as src/pipedrive-fields.ts")
    ),
    check: Options.boolean("check").pipe(
      Options.withDescription(
        "writes nothing: tells how the account differs from the module, and exits with 1 if it does"
      )
    ),
    entity: Options.choice("entity", entities).pipe(
      Options.repeated,
      Options.withDescription(
        "whose fields; may be repeated (all, unless given; with --check, those that the module has)"
      )
    )
  },
  (options) =>
    Effect.gen(function* () {
      const { PipedriveLive } = yield* Effect.promise(() => import("effect-pipedrive/Pipedrive"))
      const { run } = yield* Effect.promise(() => import("./customFields.js"))
      yield* Effect.catchAll(Effect.provide(run(options), PipedriveLive), (error) => failed(explain(error)))
    })
).pipe(
  Command.withDescription(
    "Writes the custom fields of an account as a TypeScript module. The credentials are those of PipedriveLive: PIPEDRIVE_API_TOKEN, or the others that it reads."
  )
)

const help = `Pipedrive from the command line.

Usage: effect-pipedrive <command> [options]

Commands:
  demo           Shows what the package does: on a sandbox in this process, or, read-only,
                 on your own account when PIPEDRIVE_API_TOKEN is set.
  sandbox        Serves a Pipedrive in memory, on a port of this machine.
  custom-fields  Writes the custom fields of an account as a TypeScript module, or checks
                 such a module against the account.

  effect-pipedrive <command> --help   the options of a command
  effect-pipedrive --version          the version
`

const command = Command.make("effect-pipedrive").pipe(
  Command.withDescription("Pipedrive from the command line: a demo, a sandbox, and definitions of custom fields."),
  Command.withSubcommands([demo, sandbox, customFields])
)

main(command, ["demo", "sandbox", "custom-fields"], help)
