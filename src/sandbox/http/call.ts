/**
 * One request on its way through the sandbox, once it is known which operation it asks for.
 */
import type * as AST from "effect/SchemaAST"
import type { Description } from "../../Endpoint.js"
import type { Outcome } from "../model/engine.js"
import type { View } from "../model/view.js"
import type { Answer, Incoming } from "./messages.js"

/** An endpoint's description, whatever it takes and gives. */
export interface Described
  extends Pick<
    Description<never, never>,
    | "name"
    | "operation"
    | "version"
    | "method"
    | "path"
    | "query"
    | "body"
    | "response"
    | "scopes"
    | "cost"
    | "pagination"
  > {
  readonly input: { readonly ast: AST.AST }
  readonly output: { readonly ast: AST.AST }
}

/** The parameters as an operation reads them: numbers where numbers are meant, arrays where lists are. */
export interface Call {
  readonly view: View
  readonly endpoint: Described
  readonly request: Incoming
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** The keys of the body; empty when there is none or it is no object. */
  readonly body: Readonly<Record<string, unknown>>
  /** What the sandbox does not know is passed over. */
  readonly ignoresUnknown?: boolean
}

/**
 * Query parameters that an operation acts upon as documented: `true`, or the words that it knows where it does not know all.
 */
export type Honours = Readonly<Record<string, true | ReadonlyArray<string>>>

/** What an operation does. */
export interface Handler {
  (call: Call): Outcome<Answer>
  /** The query parameters it acts upon. Whatever else is set is answered with 501. */
  readonly honours?: Honours
}

/** A handler that acts upon these query parameters; a name alone is one of which it knows all. */
export const honouring = (names: ReadonlyArray<string> | Honours, handler: (call: Call) => Outcome<Answer>): Handler =>
  Object.assign((call: Call) => handler(call), { honours: isNames(names) ? allOf(names) : names })

const isNames = (names: ReadonlyArray<string> | Honours): names is ReadonlyArray<string> => Array.isArray(names)

/** Parameters of which all is known. */
export const allOf = (names: ReadonlyArray<string>): Honours => Object.fromEntries(names.map((name) => [name, true]))

/** What every paged list takes. */
export const paged: ReadonlyArray<string> = ["start", "limit", "cursor"]

/** Operations by version and official name: `v2.getDeals`. */
export type Handlers = Readonly<Record<string, Handler>>
