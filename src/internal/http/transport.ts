/**
 * The direct way to a transport: plain values in, one answer out, and a function that stops it.
 *
 * A client that knows this way carries it beside its own methods. Every combinator of `HttpClient` makes a new client
 * without it, so a middleware around ours sees each request: then the general way through `execute` is taken.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"

/** A request whose body is there in whole. @internal */
export interface Request {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

/** How much of an answer is read. @internal */
export interface Reading {
  /** Whether a success is a file: bytes, not text. */
  readonly binary: boolean
  /** The most bytes of a success. */
  readonly maximumBody: number
  /** The most bytes of any other answer: it is cut off there. */
  readonly maximumErrorBody: number
}

/** @internal */
export interface Response {
  readonly status: number
  /** Names in lower case; at least those of `headerNames`. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  readonly bytes: Uint8Array | undefined
}

/** What becomes of a request. @internal */
export type Outcome =
  | ({ readonly _tag: "Response" } & Response)
  | { readonly _tag: "Failure"; readonly cause: unknown; readonly phase: "prepare" | "send" | "receive" }
  /** A success is larger than it may be; its connection is closed. */
  | ({ readonly _tag: "Overflow" } & Pick<Response, "status" | "headers">)

/**
 * Starts a request, in the context of a call; gives what aborts it and closes its connection. `onEnd` is called once, and
 * not when it was aborted.
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

/** The headers of answers that anything here reads. @internal */
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
