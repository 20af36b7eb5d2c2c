/**
 * One request on its way through the sandbox, once it is known which operation it asks for.
 */
import type * as AST from "effect/SchemaAST"
import type { Description } from "../Endpoint.js"
import type { Outcome } from "./engine.js"
import type { Answer, Incoming } from "./http.js"
import type { View } from "./view.js"

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
}

/** What an operation does. */
export type Handler = (call: Call) => Outcome<Answer>

/** Operations by version and official name: `v2.getDeals`. */
export type Handlers = Readonly<Record<string, Handler>>
