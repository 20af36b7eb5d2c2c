/**
 * One call on the wire: authorise, send, read, judge; again where that may help.
 *
 * @internal
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constTrue } from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Tracer from "effect/Tracer"
import { Auth, type Service } from "../Auth.js"
import type { Requirements } from "../Endpoint.js"
import { CurrentPolicy, type Policy } from "../HttpLayer.js"
import * as E from "../PipedriveError.js"
import * as Failure from "./failure.js"

/** An answer with its body as it came: text, or bytes where a file is expected. @internal */
export interface Received extends Failure.Answer {
  readonly bytes: Uint8Array | undefined
}

/** @internal */
export interface Sending<A> {
  readonly call: Failure.Call
  /** Path and query below the host, with headers and body, without credentials. */
  readonly request: HttpClientRequest.HttpClientRequest
  /** Whether a success is a file. */
  readonly binary: boolean
  readonly span: Tracer.Span
  /** Judges an answer. */
  readonly receive: (answer: Received, policy: Policy) => Effect.Effect<A, E.PipedriveError>
}

/** @internal */
export const send = <A>(sending: Sending<A>): Effect.Effect<A, E.PipedriveError, Requirements> =>
  Effect.contextWithEffect((context: Context.Context<Requirements>) => {
    const policy = Context.get(context, CurrentPolicy)
    if (policy.faults.length > 0) {
      const issues = policy.faults.map(({ message, option }) => ({ path: ["policy", option], message }))
      return Effect.fail(new E.InvalidRequest({ ...sending.call, issues }))
    }
    return Effect.flatMap(Clock.currentTimeMillis, (started) =>
      silenced(
        sending.span,
        retrying({
          sending,
          client: Context.get(context, HttpClient.HttpClient),
          auth: Context.get(context, Auth),
          policy,
          started,
          attempts: 0,
          waited: 0,
          recovered: false
        })
      )
    )
  })

/** Our span stands for the platform's; redirects are followed by us, who know where credentials may go. */
const silenced = <A>(
  span: Tracer.Span,
  effect: Effect.Effect<A, E.PipedriveError>
): Effect.Effect<A, E.PipedriveError> =>
  Effect.locally(
    Effect.mapInputContext(effect, (context: Context.Context<never>) =>
      Context.add(Context.add(context, Tracer.ParentSpan, span), FetchHttpClient.RequestInit, {
        ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
        redirect: "manual"
      })
    ),
    HttpClient.currentTracerDisabledWhen,
    constTrue
  )

// -----------------------------------------------------------------------------
// attempts
// -----------------------------------------------------------------------------

/** One call under way. */
interface Run<A> {
  readonly sending: Sending<A>
  readonly client: HttpClient.HttpClient
  readonly auth: Service
  readonly policy: Policy
  readonly started: number
  attempts: number
  waited: number
  recovered: boolean
}

const retrying = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.catchAll(limited(run), (error) => {
    if (run.attempts > run.policy.retries || !E.isRetryable(error)) return Effect.fail(error)
    return Effect.flatMap(delay(error, run), (wait) => {
      if (wait === undefined) return Effect.fail(error)
      run.waited += wait
      return Effect.zipRight(Effect.sleep(wait), retrying(run))
    })
  })

/**
 * The wait before the next attempt in milliseconds: exponential with jitter, or what the server asks for if that is
 * longer. `undefined` when it would be longer than the policy waits, or than the call may take.
 */
const delay = <A>(error: E.PipedriveError, run: Run<A>): Effect.Effect<number | undefined> =>
  Effect.zipWith(Random.nextRange(0.5, 1), Clock.currentTimeMillis, (jitter, now) => {
    const cap = Duration.toMillis(run.policy.maximumWait)
    const backoff = Math.min(Duration.toMillis(run.policy.backoff) * 2 ** Math.max(0, run.attempts - 1), cap) * jitter
    const asked =
      error._tag === "RateLimited" && error.retryAfter !== undefined ? Duration.toMillis(error.retryAfter) : 0
    const wait = Math.ceil(Math.max(backoff, asked))
    return asked > cap || now - run.started + wait >= Duration.toMillis(run.policy.totalTimeout) ? undefined : wait
  })

/** An attempt within its own time, or what is left of the call's. The interruption aborts the request. */
const limited = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = Duration.toMillis(run.policy.totalTimeout) - (now - run.started)
    const own = Duration.toMillis(run.policy.timeout)
    const of = left < own ? ("call" as const) : ("attempt" as const)
    const duration = of === "call" ? run.policy.totalTimeout : run.policy.timeout
    const millis = Math.min(left, own)
    if (!Number.isFinite(millis)) return attempt(run)
    return Effect.timeoutFail(attempt(run), {
      duration: Math.max(millis, 0),
      onTimeout: () => new E.Timeout({ ...run.sending.call, attempts: run.attempts, duration, of })
    })
  })

const attempt = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.flatMap(
    Effect.suspend(() => run.auth.authorize(run.sending.request)),
    (signed) => {
      run.attempts++
      const authorized = run.policy.traceHeaders
        ? HttpClientRequest.setHeaders(signed, HttpTraceContext.toHeaders(run.sending.span))
        : signed
      return Effect.catchAll(exchange(run, authorized), (error) => {
        if (error._tag !== "Unauthorized" || run.recovered) return Effect.fail(error)
        run.recovered = true
        return Effect.flatMap(run.auth.recover(authorized), (worthIt) => (worthIt ? attempt(run) : Effect.fail(error)))
      })
    }
  )

const exchange = <A>(
  run: Run<A>,
  authorized: HttpClientRequest.HttpClientRequest
): Effect.Effect<A, E.PipedriveError> => {
  const { sending } = run
  const secrets = Failure.secretsOf(authorized)
  const failed = (error: HttpClientError.HttpClientError) =>
    Failure.fromTransport(sending.call, error, run.attempts, secrets)
  const answered = Effect.flatMap(Effect.mapError(run.client.execute(authorized), failed), (response) =>
    isRedirect(response.status) ? follow(run, authorized, response, failed, 1) : Effect.succeed(response)
  )
  return Effect.flatMap(answered, (response) => {
    const { headers, status } = response
    sending.span.attribute("http.response.status_code", status)
    sending.span.attribute("pipedrive.attempts", run.attempts)
    if (run.waited > 0) sending.span.attribute("pipedrive.waited_ms", run.waited)
    const judged = (text: string, bytes: Uint8Array | undefined) =>
      sending.receive({ status, headers, text, bytes, attempts: run.attempts, secrets }, run.policy)
    if (status === 204) return judged("", undefined)
    return sending.binary && status >= 200 && status < 300
      ? Effect.flatMap(Effect.mapError(response.arrayBuffer, failed), (buffer) => judged("", new Uint8Array(buffer)))
      : Effect.flatMap(Effect.mapError(response.text, failed), (text) => judged(text, undefined))
  })
}

// -----------------------------------------------------------------------------
// redirects
// -----------------------------------------------------------------------------

const maximumRedirects = 5

const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308

const follow = <A>(
  run: Run<A>,
  from: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  failed: (error: HttpClientError.HttpClientError) => E.TransportError,
  hops: number
): Effect.Effect<HttpClientResponse.HttpClientResponse, E.PipedriveError> => {
  const refuse = (description: string) =>
    Effect.fail(new E.TransportError({ ...run.sending.call, attempts: run.attempts, phase: "redirect", description }))
  const { location } = response.headers
  if (location === undefined || !URL.canParse(location, from.url)) return refuse("a redirect that names no place")
  const current = new URL(from.url)
  const target = new URL(location, from.url)
  if (target.protocol !== "https:" && target.protocol !== current.protocol) {
    return refuse(`a redirect from ${current.protocol} to ${target.protocol}`)
  }
  if (hops > maximumRedirects) return refuse(`more than ${maximumRedirects} redirects`)
  const home = target.origin === current.origin
  if (from.method !== "GET" && !(home && response.status >= 307)) {
    return refuse(`a ${from.method} is not repeated at ${target.origin} after a ${response.status}`)
  }
  const moved = HttpClientRequest.setUrl(from, target.href)
  const next = home
    ? moved
    : HttpClientRequest.get(target.href, { headers: Headers.remove(from.headers, ["authorization", "x-api-token"]) })
  return Effect.flatMap(Effect.mapError(run.client.execute(next), failed), (answer) =>
    isRedirect(answer.status) ? follow(run, next, answer, failed, hops + 1) : Effect.succeed(answer)
  )
}
