/**
 * How the command line runs and ends: help, hints, exit codes. The Effect 4 edition has another module of this name.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { version } from "../src/internal/version.js"
import type { Failed } from "./failed.js"
import { withColours } from "./terminal.js"

/** Wrong usage ends with 2, whatever else fails with 1. */
const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause)) return 0
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return ValidationError.isValidationError(error) ? 2 : 1
}

/** Runs the command that the process was started with. `names` are those of the subcommands, `help` is what is told without one. */
export const main = <A>(
  command: Command.Command<"effect-pipedrive", FileSystem.FileSystem | Path.Path, Failed, A>,
  names: ReadonlyArray<string>,
  help: string
): void => {
  const [, , name = "", ...more] = process.argv
  const isHelp = name === "" || (more.length === 0 && /^(--help|-h)$/.test(name))
  /** Where to read what is right. */
  const hint = Console.error(`For help: effect-pipedrive ${names.includes(name) ? `${name} ` : ""}--help`)
  const program = isHelp ? Console.log(help) : Command.run(command, { name: "effect-pipedrive", version })(process.argv)
  program.pipe(
    Effect.tapErrorTag("Failed", ({ message }) => Console.error(message)),
    Effect.tapError((error) => (ValidationError.isValidationError(error) ? hint : Effect.void)),
    Effect.tapDefect((cause) => Console.error(Cause.pretty(cause))),
    withColours,
    Effect.provide([
      NodeFileSystem.layer,
      NodePath.layer,
      NodeTerminal.layer,
      CliConfig.layer({ showBuiltIns: false }),
      Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))
    ]),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      disablePrettyLogger: true,
      teardown: (exit, onExit) => onExit(codeOf(exit))
    })
  )
}
