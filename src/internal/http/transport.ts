/**
 * The direct way to a transport: it takes plain values, calls back with one response, and returns the function that aborts.
 *
 * Our own clients carry it as a hidden property. Every combinator of `HttpClient` makes a new client without that property.
 * So a middleware around our client sees every request, because the general way through `execute` is then used.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"

/** A request with a complete body. @internal */
export interface Request {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

/** How much of an answer is read. @internal */
export interface Reading {
  /** The most bytes of a success. */
  readonly maximumBody: number
  /** The most bytes of any other response. The rest is cut off. */
  readonly maximumErrorBody: number
}

/** @internal */
export interface Response {
  readonly status: number
  /** Names in lower case; at least those of `headerNames`. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** How a request ends. @internal */
export type Outcome =
  | ({ readonly _tag: "Response" } & Response)
  | { readonly _tag: "Failure"; readonly cause: unknown; readonly phase: "prepare" | "send" | "receive" }
  /** The body of a success exceeds the limit; its connection is closed. */
  | ({ readonly _tag: "Overflow" } & Pick<Response, "status" | "headers">)

/**
 * Starts a request in the context of a call. Returns the function that aborts it and closes its connection. `onEnd` is called
 * once, but not after an abort.
 *
 * @internal
 */
export type Transport = (
  request: Request,
  reading: Reading,
  context: Context.Context<never>,
  onEnd: (outcome: Outcome) => void
) => () => void

const TransportId: unique symbol = Symbol.for("effect-pipedrive/internal/http/transport")

interface Direct extends HttpClient.HttpClient {
  readonly [TransportId]: Transport
}

/** The same client, with a direct way to its transport. @internal */
export const attach = (client: HttpClient.HttpClient, transport: Transport): HttpClient.HttpClient =>
  Object.assign(Object.create(Object.getPrototypeOf(client)), client, { [TransportId]: transport })

/** @internal */
export const of = (client: HttpClient.HttpClient): Transport | undefined =>
  Object.hasOwn(client, TransportId) ? (client as Direct)[TransportId] : undefined

/** The response headers that this package reads. @internal */
export const headerNames: ReadonlyArray<string> = [
  "content-disposition",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "date",
  "etag",
  "last-modified",
  "location",
  "retry-after",
  "x-correlation-id",
  "x-daily-ratelimit-token-limit",
  "x-daily-ratelimit-token-remaining",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset"
]
