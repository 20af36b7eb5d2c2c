/**
 * How a command fails: with a line that says why.
 */
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"

export class Failed {
  readonly _tag = "Failed"
  constructor(readonly message: string) {}
}

export const failed = (message: string): Effect.Effect<never, Failed> => Effect.fail(new Failed(message))

/** What an error says, in one line. */
export const explain = (error: ConfigError.ConfigError | { readonly message: string }): string => {
  if (!ConfigError.isConfigError(error)) return error.message
  if (error._op === "And" || error._op === "Or") {
    return `${explain(error.left)} ${error._op === "And" ? "and" : "or"} ${explain(error.right)}`
  }
  return error.path.length === 0 ? error.message : `${error.path.join(".")}: ${error.message}`
}
