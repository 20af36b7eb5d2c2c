/**
 * How settings and options are refused: by a `ConfigError` that names them. Its shape is bound to Effect's major version, so
 * that nothing else makes or takes one apart.
 */
import { ConfigError } from "effect/Config"
import * as Effect from "effect/Effect"
import { SchemaError, Unknown } from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const failed = (issue: SchemaIssue.Issue) => Effect.fail(new ConfigError(new SchemaError(issue)))

/** An option is not as it must be. `option` is its name, with dots where it stands in another. @internal */
export const invalid = (option: string, message: string): Effect.Effect<never, ConfigError> =>
  failed(new SchemaIssue.Pointer(option.split("."), new SchemaIssue.InvalidValue({ message })))

/** Settings are not there; the message names them. @internal */
export const missing = (_names: ReadonlyArray<string>, message: string): Effect.Effect<never, ConfigError> =>
  failed(new SchemaIssue.MissingKey({ messageMissingKey: message }))

/** The runtime lacks what an option needs. @internal */
export const unsupported = (option: string, message: string): Effect.Effect<never, ConfigError> =>
  failed(new SchemaIssue.Pointer(option.split("."), new SchemaIssue.Forbidden({ message })))

/** One error that says what each of them says. @internal */
export const together = (errors: readonly [ConfigError, ...ReadonlyArray<ConfigError>]): ConfigError => {
  const [first, ...others] = errors.flatMap(({ cause }) => (cause._tag === "SchemaError" ? [cause.issue] : []))
  return first === undefined || others.length === 0
    ? errors[0]
    : new ConfigError(new SchemaError(new SchemaIssue.Composite(Unknown.ast, [first, ...others])))
}

/** What an error says, in one line; `undefined` if it is another error. @internal */
export const explain = (error: unknown): string | undefined => {
  if (!(error instanceof ConfigError)) return undefined
  const { cause } = error
  if (cause._tag === "SourceError") return cause.message
  return SchemaIssue.makeFormatterStandardSchemaV1()(cause.issue)
    .issues.map(({ message, path = [] }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join(" and ")
}
