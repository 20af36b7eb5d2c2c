/**
 * How the command line runs and ends: help, hints, exit codes.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { version } from "../src/internal/version.js"
import type { Failed } from "./failed.js"
import { withColours } from "./terminal.js"

/** Wrong usage ends with 2, whatever else fails with 1. */
const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return 0
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return CliError.isCliError(error) ? 2 : 1
}

/** Help and the version on stdout, and what is wrong with a call on stderr. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "InvalidInvocation":
        return Effect.forEach(event.errors, ({ message }) => Console.error(message), { discard: true })
      case "Version":
        return Console.log(event.version)
      default:
        return CliOutput.defaultPresenter.present(event)
    }
  }
}

/** Runs the command that the process was started with. `names` are those of the subcommands, `help` is what is told without one. */
export const main = <Input, ContextInput>(
  command: Command.Command<"effect-pipedrive", Input, ContextInput, Failed, Command.Environment>,
  names: ReadonlyArray<string>,
  help: string
): void => {
  const [, , ...given] = process.argv
  const [name = "", ...more] = given
  const isHelp = name === "" || (more.length === 0 && /^(--help|-h)$/.test(name))
  /** Where to read what is right. */
  const hint = Console.error(`\nFor help: effect-pipedrive ${names.includes(name) ? `${name} ` : ""}--help`)
  const program = isHelp ? Console.log(help) : Command.runWith(command, { version })(given)
  program.pipe(
    Effect.tapErrorTag("Failed", ({ message }) => Console.error(message)),
    Effect.tapError((error) => (CliError.isCliError(error) ? hint : Effect.void)),
    Effect.tapDefect((defect) => Console.error(Cause.pretty(Cause.die(defect)))),
    withColours,
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
        CliOutput.layerPresenter(presenter),
        Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
      )
    ),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) => onExit(codeOf(exit))
    })
  )
}
