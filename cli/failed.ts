/**
 * How a command fails: with a line that says why.
 */
import * as Effect from "effect/Effect"
import * as ConfigErrors from "../src/internal/configError.js"

export class Failed {
  readonly _tag = "Failed"
  constructor(readonly message: string) {}
}

export const failed = (message: string): Effect.Effect<never, Failed> => Effect.fail(new Failed(message))

/** What an error says, in one line. */
export const explain = (error: { readonly message: string }): string => ConfigErrors.explain(error) ?? error.message
