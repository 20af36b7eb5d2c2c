/**
 * One request and its answer, read whole; redirects followed by us, who know where credentials may go.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Stream from "effect/Stream"
import * as E from "../../PipedriveError.js"
import * as Body from "./body.js"
import * as Failure from "./failure.js"
import type * as Transport from "./transport.js"

/** @internal */
export interface Exchange {
  readonly call: Failure.Call
  readonly client: HttpClient.HttpClient
  readonly request: HttpClientRequest.HttpClientRequest
  /** Whether a success is a file. */
  readonly binary: boolean
  /** The most bytes of a success. */
  readonly maximum: number
  readonly attempts: number
  readonly secrets: ReadonlyArray<string>
}

/** An answer with its body as it came: text, or bytes where a file is expected. */
export interface Received extends Failure.Answer {
  readonly bytes: Uint8Array | undefined
}

/** What of an exchange a transport has to know: of a request whose body is there in whole. @internal */
export const launch = (
  { binary, maximum, request }: Exchange,
  transport: Transport.Transport,
  context: Context.Context<never>,
  onEnd: (outcome: Transport.Outcome) => void
): (() => void) => {
  const { body, headers, method, url } = request
  const bytes = body._tag === "Uint8Array" ? body.body : undefined
  const reading = { binary, maximumBody: maximum, maximumErrorBody: mostOfAnError }
  try {
    return transport({ method, url, headers, body: bytes }, reading, context, onEnd)
  } catch (cause) {
    onEnd({ _tag: "Failure", cause, phase: "prepare" })
    return constVoid
  }
}

/** What a transport came to, as an answer or as an error. @internal */
export const outcome = (exchange: Exchange, outcome: Transport.Outcome): Either.Either<Received, E.PipedriveError> => {
  const { attempts, call, secrets } = exchange
  switch (outcome._tag) {
    case "Response": {
      const { bytes, headers, status, text } = outcome
      return Either.right({ status, headers, text: status === 204 ? "" : text, bytes, attempts, secrets })
    }
    case "Failure":
      return Either.left(Failure.fromDefect(call, outcome.cause, attempts, secrets, outcome.phase))
    case "Overflow":
      return Either.left(tooLarge(exchange, outcome))
  }
}

/** @internal */
export const run = (exchange: Exchange): Effect.Effect<Received, E.PipedriveError> => {
  const { request } = exchange
  switch (request.body._tag) {
    case "FormData":
      return Effect.flatMap(written(exchange, request, request.body.formData), (whole) => sent(exchange, whole))
    case "Stream":
      return streamed(request, request.body, (own) => sent(exchange, own))
    default:
      return sent(exchange, request)
  }
}

const sent = (
  exchange: Exchange,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Received, E.PipedriveError> =>
  Effect.flatMap(executed(exchange, request), (response) =>
    isRedirect(response.status) ? drainAndFollow(exchange, request, response, 1) : read(exchange, response)
  )

/** A form as bytes: undici takes no `FormData` but its own, and Node http would not tell its length. */
const written = (exchange: Exchange, request: HttpClientRequest.HttpClientRequest, form: FormData) =>
  Effect.tryPromise({
    try: async () => {
      const response = new Response(form)
      // first: Bun has forgotten it when the body was read
      const type = response.headers.get("content-type") ?? undefined
      const bytes = new Uint8Array(await response.arrayBuffer())
      return HttpClientRequest.setBody(request, HttpBody.uint8Array(bytes, type))
    },
    catch: (cause) => Failure.fromDefect(exchange.call, cause, exchange.attempts, exchange.secrets, "prepare")
  })

/** A body that is a stream is let go with its request: fetch leaves it open where no connection was made. */
const streamed = <A, Er>(
  request: HttpClientRequest.HttpClientRequest,
  body: HttpBody.Stream,
  use: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<A, Er>
): Effect.Effect<A, Er> =>
  Effect.withFiberRuntime((own) => {
    let reader: Fiber.RuntimeFiber<unknown, unknown> | undefined
    const stream = Stream.unwrap(
      Effect.withFiberRuntime<typeof body.stream>((fiber) => {
        reader = fiber
        return Effect.succeed(body.stream)
      })
    )
    const outgoing = HttpClientRequest.setBody(request, HttpBody.stream(stream, body.contentType, body.contentLength))
    return Effect.ensuring(
      use(outgoing),
      Effect.suspend(() => (reader === undefined || reader === own ? Effect.void : Fiber.interruptFork(reader)))
    )
  })

const executed = (exchange: Exchange, request: HttpClientRequest.HttpClientRequest) =>
  Effect.catchAllCause(exchange.client.execute(request), (cause) => failed(exchange, cause, "send"))

/** What a transport fails with, and what it dies of. */
const failed = (
  exchange: Exchange,
  cause: Cause.Cause<HttpClientError.HttpClientError>,
  phase: "send" | "receive"
): Effect.Effect<never, E.TransportError> => {
  const { attempts, call, secrets } = exchange
  const failure = Cause.failureOrCause(cause)
  if (Either.isLeft(failure)) return Effect.fail(Failure.fromTransport(call, failure.left, attempts, secrets))
  return Cause.isInterrupted(cause)
    ? Effect.failCause(failure.right)
    : Effect.fail(Failure.fromDefect(call, Cause.squash(cause), attempts, secrets, phase))
}

// -----------------------------------------------------------------------------
// bodies
// -----------------------------------------------------------------------------

/** Of a body that is no answer of Pipedrive's, more than this says nothing more. */
const mostOfAnError = 256 * 1024

const read = (
  exchange: Exchange,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Received, E.PipedriveError> => {
  const { headers, status } = response
  const { attempts, secrets } = exchange
  const received = (text: string, bytes: Uint8Array | undefined): Received => ({
    status,
    headers,
    text,
    bytes,
    attempts,
    secrets
  })
  const broken = (cause: Cause.Cause<HttpClientError.HttpClientError>) => failed(exchange, cause, "receive")
  if (status < 200 || status >= 300) {
    return Effect.map(Effect.catchAllCause(start(response), broken), (text) => received(text, undefined))
  }
  if (status === 204) return Effect.succeed(received("", undefined))
  return exchange.binary
    ? Effect.flatMap(Effect.catchAllCause(Body.bytes(response, exchange.maximum), broken), (bytes) =>
        bytes === undefined ? Effect.fail(tooLarge(exchange, response)) : Effect.succeed(received("", bytes))
      )
    : Effect.flatMap(Effect.catchAllCause(Body.text(response, exchange.maximum), broken), (text) =>
        text === undefined ? Effect.fail(tooLarge(exchange, response)) : Effect.succeed(received(text, undefined))
      )
}

/** It would be as large the next time: not to be repeated. */
const tooLarge = (
  { attempts, call, maximum, secrets }: Exchange,
  { headers, status }: Pick<Received, "status" | "headers">
): E.InvalidResponse =>
  Failure.invalidResponse(
    call,
    { status, headers, text: "", attempts, secrets },
    [{ path: [], message: `is larger than ${maximum} bytes` }],
    { withSnippet: false }
  )

/**
 * The start of a body, or what came of it: status and headers say what matters. The connection is given up rather than
 * a flood read to its end.
 */
const start = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<string> => {
  const { "content-encoding": encoding = "identity", "content-length": length } = response.headers
  // what is packed may be a flood however short it is
  if (encoding === "identity" && Number(length ?? Number.NaN) <= mostOfAnError) {
    return Effect.orElseSucceed(response.text, () => "")
  }
  return Effect.suspend(() => {
    const decoder = new TextDecoder()
    let text = ""
    const read = Stream.runForEachWhile(response.stream, (bytes) =>
      Effect.sync(() => {
        text += decoder.decode(bytes, { stream: true })
        return text.length < mostOfAnError
      })
    )
    return Effect.map(Effect.ignore(read), () => text)
  })
}

// -----------------------------------------------------------------------------
// redirects
// -----------------------------------------------------------------------------

const maximumRedirects = 5

/** To a browser that is to follow no redirect, one is status 0 and nothing else. */
const hidden = 0

/** @internal */
export const isRedirect = (status: number): boolean =>
  status === hidden || status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/** Goes on after a redirect that was read. @internal */
export const follow = (
  exchange: Exchange,
  from: HttpClientRequest.HttpClientRequest,
  response: Pick<Received, "status" | "headers">,
  hops = 1
): Effect.Effect<Received, E.PipedriveError> => {
  const next = redirected(from, response, hops)
  if (Either.isLeft(next)) {
    const { attempts, call, secrets } = exchange
    const description = Failure.scrub(next.left, secrets)
    return Effect.fail(new E.TransportError({ ...call, attempts, phase: "redirect", description }))
  }
  return Effect.flatMap(executed(exchange, next.right), (answer) =>
    isRedirect(answer.status) ? drainAndFollow(exchange, next.right, answer, hops + 1) : read(exchange, answer)
  )
}

/** The redirect's own body is read, so that the connection can be used again. */
const drainAndFollow = (
  exchange: Exchange,
  from: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  hops: number
): Effect.Effect<Received, E.PipedriveError> =>
  Effect.zipRight(Effect.ignore(start(response)), follow(exchange, from, response, hops))

/** The request that a redirect leads to, or why it is not followed. */
const redirected = (
  from: HttpClientRequest.HttpClientRequest,
  response: Pick<Received, "status" | "headers">,
  hops: number
): Either.Either<HttpClientRequest.HttpClientRequest, string> => {
  if (response.status === hidden) return Either.left("a redirect, of which a browser does not say where it leads")
  const { location } = response.headers
  if (location === undefined || !URL.canParse(location, from.url)) {
    return Either.left(`a ${response.status} that names no place`)
  }
  const current = new URL(from.url)
  const target = new URL(location, from.url)
  if (target.protocol !== "https:" && (target.protocol !== current.protocol || target.protocol !== "http:")) {
    return Either.left(`a redirect from ${current.protocol} to ${target.protocol}`)
  }
  if (target.username !== "" || target.password !== "") return Either.left("a redirect that brings a password along")
  if (hops > maximumRedirects) return Either.left(`more than ${maximumRedirects} redirects`)
  const home = target.origin === current.origin
  if (from.method !== "GET" && !(home && response.status >= 307)) {
    return Either.left(`a ${from.method} is not repeated at ${target.origin} after a ${response.status}`)
  }
  if (from.body._tag === "Stream") return Either.left("a body that is a stream cannot be sent twice")
  return Either.right(
    home
      ? HttpClientRequest.setUrl(from, target.href)
      : HttpClientRequest.get(target.href, { headers: Headers.remove(from.headers, ["authorization", "x-api-token"]) })
  )
}
