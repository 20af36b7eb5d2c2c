/**
 * One request and its complete response. We follow redirects ourselves, because credentials must not go to another host.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as E from "../../PipedriveError.js"
import * as Streams from "../streams.js"
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

/** A response with its body: text, or a file that is still to be read. */
export interface Received extends Failure.Answer {
  readonly file: Stream.Stream<Uint8Array, E.PipedriveError> | undefined
}

/** Starts a request with a complete body on a transport. Returns the function that aborts it. @internal */
export const launch = (
  { maximum, request }: Exchange,
  transport: Transport.Transport,
  context: Context.Context<never>,
  onEnd: (outcome: Transport.Outcome) => void
): (() => void) => {
  const { body, headers, method, url } = request
  const bytes = body._tag === "Uint8Array" ? body.body : undefined
  const reading = { maximumBody: maximum, maximumErrorBody: mostOfAnError }
  try {
    return transport({ method, url, headers, body: bytes }, reading, context, onEnd)
  } catch (cause) {
    onEnd({ _tag: "Failure", cause, phase: "prepare" })
    return constVoid
  }
}

/** The response or the error of a direct request. @internal */
export const outcome = (exchange: Exchange, outcome: Transport.Outcome): Either.Either<Received, E.PipedriveError> => {
  const { attempts, call, request, secrets } = exchange
  switch (outcome._tag) {
    case "Response": {
      const { headers, status, text } = outcome
      const { url } = request
      return Either.right({
        status,
        headers,
        text: status === 204 ? "" : text,
        file: undefined,
        attempts,
        url,
        secrets
      })
    }
    case "Failure":
      return Either.left(Failure.fromDefect(call, outcome.cause, attempts, secrets, outcome.phase))
    case "Overflow":
      return Either.left(tooLarge(exchange, outcome))
  }
}

/** @internal */
export const perform = (exchange: Exchange): Effect.Effect<Received, E.PipedriveError> => {
  const { request } = exchange
  switch (request.body._tag) {
    case "FormData":
      // a browser reads Blobs from where they lie
      if (Body.isBrowser) return sendRequest(exchange, request)
      return Effect.flatMap(formAsBytes(exchange, request, request.body.formData), (whole) =>
        sendRequest(exchange, whole)
      )
    case "Stream":
      return withStreamBody(exchange, request.body, (own) => sendRequest(exchange, own))
    default:
      return sendRequest(exchange, request)
  }
}

const sendRequest = (
  exchange: Exchange,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Received, E.PipedriveError> =>
  Effect.flatMap(execute(exchange, request), (response) =>
    isRedirect(response.status) ? drainAndFollow(exchange, request, response, 1) : readResponse(exchange, response)
  )

/** A form as bytes. Undici accepts only its own `FormData`, and Node http would not send its length. */
const formAsBytes = (exchange: Exchange, request: HttpClientRequest.HttpClientRequest, form: FormData) =>
  Effect.tryPromise({
    try: async () => {
      const response = new Response(form)
      // before the body is read, because Bun forgets it then
      const type = response.headers.get("content-type") ?? undefined
      const bytes = new Uint8Array(await response.arrayBuffer())
      return HttpClientRequest.setBody(request, HttpBody.uint8Array(bytes, type))
    },
    catch: (cause) => Failure.fromDefect(exchange.call, cause, exchange.attempts, exchange.secrets, "prepare")
  })

/**
 * Ends a stream body with its request, since fetch leaves it open when no connection was made, and the request with its
 * stream: where that fails no answer means anything.
 */
const withStreamBody = (
  exchange: Exchange,
  body: HttpBody.Stream,
  use: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Received, E.PipedriveError>
): Effect.Effect<Received, E.PipedriveError> =>
  Effect.withFiberRuntime((own) => {
    const { attempts, call, request, secrets } = exchange
    let reader: Fiber.RuntimeFiber<unknown, unknown> | undefined
    const failed = Deferred.unsafeMake<never, E.PipedriveError>(own.id())
    const stream = Stream.unwrap(
      Effect.withFiberRuntime<typeof body.stream>((fiber) => {
        reader = fiber
        return Effect.succeed(body.stream)
      })
    ).pipe(
      Stream.tapErrorCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.void
          : Deferred.fail(failed, Failure.fromDefect(call, Cause.squash(cause), attempts, secrets, "body"))
      )
    )
    const outgoing = HttpClientRequest.setBody(request, HttpBody.stream(stream, body.contentType, body.contentLength))
    // the request may have ended by it before the race was lost
    const orFailed = (effect: Effect.Effect<Received, E.PipedriveError>) =>
      Effect.flatMap(Deferred.poll(failed), (why) => (Option.isSome(why) ? why.value : effect))
    return Effect.raceFirst(use(outgoing), Deferred.await(failed)).pipe(
      Effect.matchEffect({
        onFailure: (error) => orFailed(Effect.fail(error)),
        onSuccess: (answer) => orFailed(Effect.succeed(answer))
      }),
      Effect.ensuring(
        Effect.suspend(() => (reader === undefined || reader === own ? Effect.void : Fiber.interruptFork(reader)))
      )
    )
  })

const execute = (exchange: Exchange, request: HttpClientRequest.HttpClientRequest) =>
  Effect.catchAllCause(exchange.client.execute(request), (cause) => toTransportError(exchange, cause, "send"))

/** Failures and defects of a transport, as one typed error. */
const toTransportError = (
  exchange: Exchange,
  cause: Cause.Cause<HttpClientError.HttpClientError>,
  phase: "send" | "receive"
): Effect.Effect<never, E.TransportError> => {
  const { attempts, call, secrets } = exchange
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure)) return Effect.fail(Failure.fromTransport(call, failure.value, attempts, secrets))
  return Cause.isInterrupted(cause)
    ? Effect.interrupt
    : Effect.fail(Failure.fromDefect(call, Cause.squash(cause), attempts, secrets, phase))
}

// -----------------------------------------------------------------------------
// bodies
// -----------------------------------------------------------------------------

/** The most that is read of a failed response. */
const mostOfAnError = 256 * 1024

const readResponse = (
  exchange: Exchange,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Received, E.PipedriveError> => {
  const { headers, status } = response
  const { attempts, secrets } = exchange
  const received = (text: string, file?: Received["file"]): Received => ({
    status,
    headers,
    text,
    file,
    attempts,
    url: exchange.request.url,
    secrets
  })
  const broken = (cause: Cause.Cause<HttpClientError.HttpClientError>) => toTransportError(exchange, cause, "receive")
  if (status < 200 || status >= 300 || (exchange.binary && status === 206)) {
    return Effect.map(Effect.catchAllCause(readStart(response), broken), (text) => received(text))
  }
  if (status === 204) return Effect.succeed(received(""))
  if (exchange.binary) {
    // a stream of nothing is an error to the platform
    const stream = Stream.catchAllCause(response.stream, (cause) =>
      Option.exists(Cause.failureOption(cause), Body.isEmpty) ? Stream.empty : Stream.fromEffect(broken(cause))
    )
    return Effect.succeed(received("", stream))
  }
  return Effect.flatMap(Effect.catchAllCause(Body.text(response, exchange.maximum), broken), (text) =>
    text === undefined ? Effect.fail(tooLarge(exchange, response)) : Effect.succeed(received(text))
  )
}

/** Not retryable: the next response would be as large. @internal */
export const tooLarge = (
  { attempts, call, maximum, secrets }: Pick<Exchange, "attempts" | "call" | "maximum" | "secrets">,
  { headers, status }: Pick<Received, "status" | "headers">
): E.InvalidResponse =>
  Failure.invalidResponse(
    call,
    { status, headers, text: "", attempts, secrets },
    [{ path: [], message: `is larger than ${maximum} bytes` }],
    { withSnippet: false }
  )

/**
 * The start of a body, or the part that arrived, because status and headers matter more. A longer body is not read to its
 * end; its connection is closed.
 */
const readStart = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<string> => {
  const { "content-encoding": encoding = "identity", "content-length": length } = response.headers
  // a short compressed body may be very long
  if (encoding === "identity" && Number(length ?? Number.NaN) <= mostOfAnError) {
    return Effect.orElseSucceed(response.text, () => "")
  }
  return Effect.suspend(() => {
    const decoder = new TextDecoder()
    let text = ""
    const reading = Streams.forEachWhile(response.stream, (bytes) => {
      text += decoder.decode(bytes, { stream: true })
      return text.length < mostOfAnError
    })
    return Effect.map(Effect.ignore(reading), () => text)
  })
}

// -----------------------------------------------------------------------------
// redirects
// -----------------------------------------------------------------------------

const maximumRedirects = 5

/** The status of a redirect that a browser was told not to follow. */
const hidden = 0

/** @internal */
export const isRedirect = (status: number): boolean =>
  status === hidden || status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/** Follows a redirect whose body was read. @internal */
export const follow = (
  exchange: Exchange,
  from: HttpClientRequest.HttpClientRequest,
  response: Pick<Received, "status" | "headers">,
  hops = 1
): Effect.Effect<Received, E.PipedriveError> => {
  const next = redirectTarget(from, response, hops)
  if (Either.isLeft(next)) {
    const { attempts, call, secrets } = exchange
    const description = Failure.scrub(next.left, secrets)
    return Effect.fail(new E.TransportError({ ...call, attempts, phase: "redirect", description }))
  }
  return Effect.flatMap(execute(exchange, next.right), (answer) =>
    isRedirect(answer.status) ? drainAndFollow(exchange, next.right, answer, hops + 1) : readResponse(exchange, answer)
  )
}

/** Reads the body of the redirect first, so that the connection can be reused. */
const drainAndFollow = (
  exchange: Exchange,
  from: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  hops: number
): Effect.Effect<Received, E.PipedriveError> =>
  Effect.zipRight(Effect.ignore(readStart(response)), follow(exchange, from, response, hops))

/** The request of a redirect, or the reason why it is not followed. */
const redirectTarget = (
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
      : HttpClientRequest.get(target.href, {
          headers: Headers.remove(Headers.remove(from.headers, "authorization"), "x-api-token")
        })
  )
}
