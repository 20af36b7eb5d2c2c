/**
 * One call on the wire: wait for its turn, authorise, send, read, judge; again where that may help.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import { constTrue } from "effect/Function"
import type * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as RuntimeFlags from "effect/RuntimeFlags"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { Auth, type Service } from "../Auth.js"
import type { Requirements } from "../Endpoint.js"
import { CurrentPolicy, type Policy } from "../HttpLayer.js"
import * as E from "../PipedriveError.js"
import { CurrentLimiter, type RateLimiter } from "../RateLimiter.js"
import * as Exchange from "./exchange.js"
import type * as Failure from "./failure.js"
import { count, secretsOf } from "./failure.js"
import * as Limiter from "./limiter.js"
import * as Queue from "./limiter.queue.js"
import * as Meta from "./meta.js"
import * as Metrics from "./metrics.js"
import * as Timed from "./timed.js"
import * as Told from "./told.js"

export type { Received } from "./exchange.js"

/** @internal */
export interface Sending<A> {
  readonly call: Failure.Call
  /** Path and query below the host, with headers and body, without credentials. */
  readonly request: HttpClientRequest.HttpClientRequest
  /** Whether a success is a file. */
  readonly binary: boolean
  /** What it takes from the daily tokens. */
  readonly cost: number
  /** Whether Pipedrive's own limit for searches holds for it. */
  readonly search: boolean
  readonly meter: Metrics.Meter
  readonly span: Tracer.Span
  /** Judges an answer. */
  readonly receive: (answer: Exchange.Received, policy: Policy) => Effect.Effect<A, E.PipedriveError>
}

/** One call under way. @internal */
export interface Run<A> {
  readonly sending: Sending<A>
  readonly request: HttpClientRequest.HttpClientRequest
  readonly client: HttpClient.HttpClient
  readonly auth: Service
  readonly policy: Policy
  readonly limiter: RateLimiter | undefined
  readonly collector: Meta.Collector | undefined
  readonly clock: Clock.Clock
  readonly labels: ReadonlyArray<MetricLabel.MetricLabel>
  readonly ask: Limiter.Ask
  /** When its time began: the waits for its turn are taken off. */
  started: number
  /** When the attempt under way began. */
  began: number
  tries: number
  attempts: number
  waited: number
  recovered: boolean
  /** Credentials are being made ready, so nothing of this attempt was sent, or it was refused with a 401. */
  authorizing: boolean
  secrets: ReadonlyArray<string>
  /** A body that is a stream was begun: it is not there a second time. */
  consumed: boolean
  gate: Limiter.Gate | undefined
  turn: number | undefined
  permit: Limiter.Permit | undefined
  answer: Exchange.Received | undefined
}

/** @internal */
export const send = <A>(sending: Sending<A>): Effect.Effect<A, E.PipedriveError, Requirements> =>
  Effect.withFiberRuntime<A, E.PipedriveError, Requirements>((fiber) => {
    const context = fiber.currentContext as Context.Context<Requirements>
    const policy = Context.get(context, CurrentPolicy)
    const labels = fiber.getFiberRef(FiberRef.currentMetricLabels)
    if (policy.faults.length > 0) {
      const issues = policy.faults.map(({ message, option }) => ({ path: ["policy", option], message }))
      return Effect.fail(new E.InvalidRequest({ ...sending.call, issues }))
    }
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const auth = Context.get(context, Auth)
    const limiter = Context.get(context, CurrentLimiter)
    const run: Run<A> = {
      sending,
      request:
        sending.request.body._tag === "Stream" ? once(sending.request, () => (run.consumed = true)) : sending.request,
      client: Context.get(context, HttpClient.HttpClient),
      auth,
      policy,
      limiter: limiter?.chosen === true ? limiter : (auth.limiter ?? limiter),
      collector: Context.get(context, Meta.CurrentCollector),
      clock,
      labels,
      ask: { cost: sending.cost, search: sending.search, maximumWait: Duration.toMillis(policy.maximumWait) },
      started: clock.unsafeCurrentTimeMillis(),
      began: 0,
      tries: 0,
      attempts: 0,
      waited: 0,
      recovered: false,
      authorizing: false,
      secrets: [],
      consumed: false,
      gate: undefined,
      turn: undefined,
      permit: undefined,
      answer: undefined
    }
    return calling(run)
  })

/** Redirects are followed by us, who know where credentials may go. */
const byHand: RequestInit = { redirect: "manual" }

/**
 * What an attempt runs with in its own fiber: our span stands for the platform's, fetch follows no redirect, and the fibers of
 * a transport log no failures, for those hold the request with its credentials.
 */
const secluded = (
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  runtimeFlags: RuntimeFlags.RuntimeFlags,
  span: Tracer.Span
): Runtime.Runtime<never> => {
  const id = fiber.id()
  const init = Context.getOption(fiber.currentContext, FetchHttpClient.RequestInit)
  const services = new Map(fiber.currentContext.unsafeMap)
    .set(Tracer.ParentSpan.key, span)
    .set(FetchHttpClient.RequestInit.key, Option.isNone(init) ? byHand : { ...init.value, ...byHand })
  const fiberRefs = FiberRefs.updateManyAs(fiber.getFiberRefs(), {
    entries: [
      [HttpClient.currentTracerDisabledWhen, [[id, constTrue]]],
      [FiberRef.unhandledErrorLogLevel, [[id, Option.none()]]]
    ]
  })
  return Runtime.make({ context: Context.unsafeMake(services), fiberRefs, runtimeFlags })
}

const once = (
  request: HttpClientRequest.HttpClientRequest,
  onOpen: () => void
): HttpClientRequest.HttpClientRequest => {
  const { body } = request
  if (body._tag !== "Stream") return request
  const stream = Stream.suspend(() => {
    onOpen()
    return body.stream
  })
  const { contentLength, contentType } = body
  return HttpClientRequest.setBody(request, HttpBody.stream(stream, contentType, contentLength))
}

// -----------------------------------------------------------------------------
// attempts
// -----------------------------------------------------------------------------

const calling = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.matchEffect(trying(run), {
    onSuccess: (value) => {
      run.sending.meter.called("success", run.labels)
      describe(run)
      const { answer, attempts, collector, waited } = run
      if (collector !== undefined && answer !== undefined) Meta.collect(collector, { ...answer, attempts, waited })
      return run.tries > 1 ? Effect.as(Told.attempt(run, undefined), value) : Effect.succeed(value)
    },
    onFailure: (error) => failing(run, error)
  })

const describe = <A>(run: Run<A>): void => {
  const { answer, attempts, sending, waited } = run
  if (answer !== undefined) sending.span.attribute("http.response.status_code", answer.status)
  sending.span.attribute("pipedrive.attempts", attempts)
  if (waited > 0) sending.span.attribute("pipedrive.waited_ms", waited)
}

const failing = <A>(run: Run<A>, error: E.PipedriveError): Effect.Effect<A, E.PipedriveError> => {
  const { labels, policy } = run
  if (error._tag === "RateLimited") Metrics.refused(error.kind, labels)
  const given = () => {
    run.sending.meter.called(error._tag, labels)
    describe(run)
    return run.tries > 1 ? Effect.zipRight(Told.attempt(run, error), Effect.fail(error)) : Effect.fail(error)
  }
  // OAuth2 has its own retries: times those of the call they were twenty requests to a server that is down
  const tried = error._tag === "AuthError" && error.attempts !== undefined
  if (run.tries > policy.retries || run.consumed || tried || !E.isRetryable(error, policy)) return given()
  return Effect.flatMap(delay(error, run), (wait) => {
    if (wait === undefined) return given()
    const told = Effect.zipRight(Told.attempt(run, error), Told.retry(run, error, wait))
    const again = Effect.suspend(() => calling(run))
    // the limiter holds back everybody after a refusal, and keeps the place in line
    if (error._tag === "RateLimited" && run.gate !== undefined) return Effect.zipRight(told, again)
    run.waited += wait
    Metrics.waited("retry", wait, labels)
    return Effect.zipRight(Effect.zipRight(told, Effect.sleep(wait)), again)
  })
}

/**
 * The wait before the next attempt in milliseconds: exponential with jitter, or what the server asks for if that is
 * longer. `undefined` when it would be longer than the policy waits, or than the call may take.
 */
const delay = <A>(error: E.PipedriveError, run: Run<A>): Effect.Effect<number | undefined> =>
  Effect.map(Random.nextRange(0.5, 1), (jitter) => {
    const cap = run.ask.maximumWait
    const backoff = Math.min(Duration.toMillis(run.policy.backoff) * 2 ** Math.max(0, run.tries - 1), cap) * jitter
    const asked =
      (error._tag === "RateLimited" || error._tag === "AuthError") && error.retryAfter !== undefined
        ? Duration.toMillis(error.retryAfter)
        : 0
    const wait = Math.ceil(Math.max(backoff, asked))
    const late = run.clock.unsafeCurrentTimeMillis() - run.started + wait
    return asked > cap || late >= Duration.toMillis(run.policy.totalTimeout) ? undefined : wait
  })

/** Stands for a value where the request has to wait for its turn. */
const mustWait: unique symbol = Symbol("effect-pipedrive/internal/send/mustWait")

const trying = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.flatMap(limited(run), (outcome) => (outcome === mustWait ? queued(run) : Effect.succeed(outcome)))

const queued = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> => {
  const { ask, clock, gate } = run
  if (gate === undefined || run.turn === undefined) return trying(run)
  const since = clock.unsafeCurrentTimeMillis()
  const place = Effect.mapError(Queue.wait(gate, ask, run.turn), (refusal) => Told.unsent(run, refusal))
  return Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(place), (permit) => {
      const waited = clock.unsafeCurrentTimeMillis() - since
      run.permit = permit
      run.started += waited
      run.waited += waited
      Metrics.waited("turn", waited, run.labels)
      return Effect.ensuring(
        Effect.flatMap(restore(limited(run)), (outcome) =>
          outcome === mustWait ? restore(trying(run)) : Effect.succeed(outcome)
        ),
        leave(gate, permit, false)
      )
    })
  )
}

/** An attempt within its own time, or what is left of the call's. The interruption aborts the request. */
const limited = <A>(run: Run<A>): Effect.Effect<A | typeof mustWait, E.PipedriveError> => {
  const { clock, policy, sending } = run
  run.began = clock.unsafeCurrentTimeMillis()
  run.tries += run.permit === undefined ? 1 : 0
  const left = Duration.toMillis(policy.totalTimeout) - (run.began - run.started)
  const own = Duration.toMillis(policy.timeout)
  const of = left < own ? ("call" as const) : ("attempt" as const)
  const duration = of === "call" ? policy.totalTimeout : policy.timeout
  return Effect.withFiberRuntime((fiber, { runtimeFlags }) =>
    Timed.limit(attempt(run), secluded(fiber, runtimeFlags, sending.span), {
      millis: Math.min(left, own),
      clock,
      onTimeout: () =>
        run.authorizing
          ? slowAuthorization(run, duration)
          : new E.Timeout({ ...sending.call, attempts: run.attempts, duration, of })
    })
  )
}

const slowAuthorization = <A>(run: Run<A>, duration: Duration.Duration): E.AuthError =>
  new E.AuthError({
    ...run.sending.call,
    reason: "TokenEndpoint",
    description: `the access token was not ready within ${Duration.format(duration)}: its renewal or its store is slow. The request was not ${run.attempts === 0 ? "sent" : "accepted"}`,
    transient: true
  })

/** What the credentials' keeper is asked, within a call: its errors say for which. */
const authorizing = <A, B>(run: Run<A>, effect: () => Effect.Effect<B, E.AuthError>): Effect.Effect<B, E.AuthError> =>
  Effect.suspend(() => {
    run.authorizing = true
    return Effect.catchAll(effect(), ({ attempts, code, description, reason, retryAfter, status, transient }) => {
      const said = { reason, description, status, code, transient, retryAfter, attempts }
      return Effect.fail(new E.AuthError({ ...run.sending.call, ...said }))
    })
  })

const attempt = <A>(run: Run<A>): Effect.Effect<A | typeof mustWait, E.PipedriveError> =>
  Effect.flatMap(
    authorizing(run, () => run.auth.authorize(run.request)),
    (signed) => {
      run.authorizing = false
      const own = secretsOf(signed)
      // the server may echo what was replaced, too
      const secrets = (run.secrets = run.recovered ? [...run.secrets, ...own] : own)
      const { limiter } = run
      if (limiter === undefined) return exchange(run, signed, secrets, undefined, undefined)
      const now = run.clock.unsafeCurrentTimeMillis()
      const gate = (run.gate ??= limiter.gates.of(run.auth.account ?? own.join(" "), now))
      run.turn ??= Queue.turn(gate)
      // one that waited comes with its place
      const permit = run.permit ?? Queue.enter(gate, run.ask, now)
      if (permit === undefined) return Effect.succeed(mustWait)
      run.permit = undefined
      return Effect.onExit(exchange(run, signed, secrets, gate, permit), (exit) =>
        permit.settled ? Effect.void : leave(gate, permit, wasSent(exit))
      )
    }
  )

/** Gives a place back that no answer came for. */
const leave = (gate: Limiter.Gate, permit: Limiter.Permit, sent: boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    Limiter.abandon(gate, permit, sent)
    return Queue.pump(gate)
  })

const wasSent = (exit: Exit.Exit<unknown, E.PipedriveError>): boolean => {
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
  return error?._tag !== "TransportError" || (error.phase !== "connect" && error.phase !== "prepare")
}

const exchange = <A>(
  run: Run<A>,
  signed: HttpClientRequest.HttpClientRequest,
  secrets: ReadonlyArray<string>,
  gate: Limiter.Gate | undefined,
  permit: Limiter.Permit | undefined
): Effect.Effect<A | typeof mustWait, E.PipedriveError> => {
  const { auth, client, labels, policy, sending } = run
  run.attempts++
  run.answer = undefined
  sending.meter.attempted(sending.cost, labels)
  const request = policy.traceHeaders
    ? HttpClientRequest.setHeaders(signed, HttpTraceContext.toHeaders(sending.span))
    : signed
  const { binary, call } = sending
  const maximum = binary ? policy.maximumFileSize : policy.maximumBodySize
  const received = Exchange.run({ call, client, request, binary, maximum, attempts: run.attempts, secrets })
  const judged = Effect.flatMap(received, (answer) => {
    run.answer = answer
    const judge = sending.receive(answer, policy)
    const left = count(answer.headers["x-daily-ratelimit-token-remaining"])
    if (left !== undefined) Metrics.left(left, labels)
    if (gate === undefined || permit === undefined) return judge
    const settled = Queue.settle(gate, permit, answer, run.clock.unsafeCurrentTimeMillis())
    return settled === Effect.void ? judge : Effect.zipRight(settled, judge)
  })
  return Effect.catchAll(judged, (error) => {
    if (error._tag !== "Unauthorized" || run.recovered || run.consumed) return Effect.fail(error)
    run.recovered = true
    return Effect.flatMap(
      authorizing(run, () => auth.recover(signed)),
      (worthIt) => (worthIt ? attempt(run) : Effect.fail(error))
    )
  })
}
