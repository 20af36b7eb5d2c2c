/**
 * How settings and options are refused: by a `ConfigError` that names them. Its shape is bound to Effect's major version, so
 * that nothing else makes or takes one apart.
 */
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"

/** An option is not as it must be. `option` is its name, with dots where it stands in another. @internal */
export const invalid = (option: string, message: string): Effect.Effect<never, ConfigError.ConfigError> =>
  Effect.fail(ConfigError.InvalidData(option.split("."), message))

/** Settings are not there. @internal */
export const missing = (names: ReadonlyArray<string>, message: string): Effect.Effect<never, ConfigError.ConfigError> =>
  Effect.fail(ConfigError.MissingData([...names], message))

/** The runtime lacks what an option needs. @internal */
export const unsupported = (option: string, message: string): Effect.Effect<never, ConfigError.ConfigError> =>
  Effect.fail(ConfigError.Unsupported(option.split("."), message))

/** One error that says what each of them says. @internal */
export const together = ([first, ...others]: readonly [
  ConfigError.ConfigError,
  ...ReadonlyArray<ConfigError.ConfigError>
]): ConfigError.ConfigError => others.reduce((all, one) => ConfigError.And(all, one), first)

/** What an error says, in one line; `undefined` if it is another error. @internal */
export const explain = (error: unknown): string | undefined => {
  if (!ConfigError.isConfigError(error)) return undefined
  if (error._op === "And" || error._op === "Or") {
    return `${explain(error.left)} ${error._op === "And" ? "and" : "or"} ${explain(error.right)}`
  }
  return error.path.length === 0 ? error.message : `${error.path.join(".")}: ${error.message}`
}
