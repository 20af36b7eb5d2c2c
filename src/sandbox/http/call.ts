/**
 * A request whose operation is known, and the handlers of operations.
 */
import type { Description } from "../../Endpoint.js"
import type * as Nodes from "../../internal/schema/nodes.js"
import type { Outcome } from "../model/engine.js"
import type { View } from "../model/view.js"
import type { Answer, Incoming } from "./messages.js"

/** An endpoint's description, without the types of its input and output. */
export interface AnyDescription
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
  readonly input: { readonly ast: Nodes.Ast }
  readonly output: { readonly ast: Nodes.Ast }
}

/** A request with parsed parameters: numbers and arrays instead of their text. */
export interface Call {
  readonly view: View
  readonly endpoint: AnyDescription
  readonly request: Incoming
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** The keys of the body; empty when there is none or it is no object. */
  readonly body: Readonly<Record<string, unknown>>
  /** Unsupported parameters are ignored. */
  readonly ignoresUnknown?: boolean
}

/**
 * Query parameters that an operation supports as documented: `true`, or the supported values.
 */
export type SupportedParameters = Readonly<Record<string, true | ReadonlyArray<string>>>

/** The implementation of an operation. */
export interface Handler {
  (call: Call): Outcome<Answer>
  /** The query parameters that it supports. A request with others gets a 501. */
  readonly supportedParameters?: SupportedParameters
}

/** A handler that supports these query parameters; a name without values supports all values. */
export const withParameters = (
  names: ReadonlyArray<string> | SupportedParameters,
  handler: (call: Call) => Outcome<Answer>
): Handler =>
  Object.assign((call: Call) => handler(call), { supportedParameters: isNames(names) ? fullySupported(names) : names })

const isNames = (names: ReadonlyArray<string> | SupportedParameters): names is ReadonlyArray<string> =>
  Array.isArray(names)

/** Parameters of which all values are supported. */
export const fullySupported = (names: ReadonlyArray<string>): SupportedParameters =>
  Object.fromEntries(names.map((name) => [name, true]))

/** The parameters of every paged list. */
export const pagingParameters: ReadonlyArray<string> = ["start", "limit", "cursor"]

/** Operations by version and official name: `v2.getDeals`. */
export type Handlers = Readonly<Record<string, Handler>>
