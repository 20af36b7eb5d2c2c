/**
 * Sends one call: waits for its turn, attempts it, and retries failed attempts.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Requirements } from "../../Endpoint.js"
import { CurrentPolicy } from "../../HttpLayer.js"
import * as E from "../../PipedriveError.js"
import { CurrentLimiter } from "../../RateLimiter.js"
import * as Fibers from "../fiber.js"
import { authTag } from "../oauth/baseUrl.js"
import * as Queue from "../rateLimit/queue.js"
import * as Telemetry from "../telemetry/attempts.js"
import * as Meta from "../telemetry/meta.js"
import * as Metrics from "../telemetry/metrics.js"
import * as Attempt from "./attempt.js"
import type { CallState, Sending } from "./call.js"
import { askedToWait } from "./failure.js"
import * as Transfer from "./transfer.js"

export type { Received } from "./exchange.js"

/** @internal */
export const send = <A>(sending: Sending<A>): Effect.Effect<A, E.PipedriveError, Requirements> =>
  Effect.withFiberRuntime<A, E.PipedriveError, Requirements>((fiber) => {
    const context = fiber.currentContext as Context.Context<Requirements>
    const policy = Context.get(context, CurrentPolicy)
    const labels = Metrics.labelsOf(fiber)
    if (policy.faults.length > 0) {
      const issues = policy.faults.map(({ message, option }) => ({ path: ["policy", option], message }))
      return unsent(sending.meter, new E.InvalidRequest({ ...sending.call, issues }))
    }
    const clock = Fibers.clockOf(fiber)
    const auth = Context.get(context, authTag)
    const limiter = Context.get(context, CurrentLimiter)
    const state: CallState<A> = {
      sending,
      request:
        sending.request.body._tag === "Stream"
          ? Transfer.outgoing(sending.request, sending.request.body, () => state)
          : sending.request,
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
      moved: 0,
      deadline: 0,
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
    return sendWithRetries(state)
  })

/** Fails a call of which nothing was sent. It is counted like any other. @internal */
export const unsent = (meter: Metrics.Meter, error: E.PipedriveError): Effect.Effect<never, E.PipedriveError> =>
  Effect.withFiberRuntime((fiber) => {
    meter.called(error._tag, Metrics.labelsOf(fiber))
    return Effect.fail(error)
  })

// -----------------------------------------------------------------------------
// attempts
// -----------------------------------------------------------------------------

const sendWithRetries = <A>(state: CallState<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.matchEffect(attemptOrQueue(state), {
    onSuccess: (value) => {
      state.sending.meter.called("success", state.labels)
      annotateSpan(state)
      const { answer, attempts, collector, waited } = state
      if (collector !== undefined && answer !== undefined) Meta.collect(collector, { ...answer, attempts, waited })
      return state.tries > 1 ? Effect.as(Telemetry.recordAttempt(state, undefined), value) : Effect.succeed(value)
    },
    onFailure: (error) => retryOrFail(state, error)
  })

const annotateSpan = <A>(state: CallState<A>): void => {
  const { answer, attempts, sending, waited } = state
  if (answer !== undefined) sending.span.attribute("http.response.status_code", answer.status)
  sending.span.attribute("pipedrive.attempts", attempts)
  if (waited > 0) sending.span.attribute("pipedrive.waited_ms", waited)
}

const retryOrFail = <A>(state: CallState<A>, error: E.PipedriveError): Effect.Effect<A, E.PipedriveError> => {
  const { labels, policy } = state
  if (error._tag === "RateLimited") Metrics.refused(error.kind, labels)
  const giveUp = () => {
    state.sending.meter.called(error._tag, labels)
    annotateSpan(state)
    return state.tries > 1
      ? Effect.zipRight(Telemetry.recordAttempt(state, error), Effect.fail(error))
      : Effect.fail(error)
  }
  // OAuth2 has its own retries: multiplied by those of the call they would be twenty requests to a server that is down
  const tried = error._tag === "AuthError" && error.attempts !== undefined
  if (state.tries > policy.retries || state.consumed || tried || !E.isRetryable(error, policy)) return giveUp()
  return Effect.flatMap(delay(error, state), (wait) => {
    if (wait === undefined) return giveUp()
    const recorded = Effect.zipRight(Telemetry.recordAttempt(state, error), Telemetry.logRetry(state, error, wait))
    // a client may begin to read the body of an attempt that has failed already
    const again = Effect.suspend(() => (state.consumed ? giveUp() : sendWithRetries(state)))
    // after a 429 the limiter holds back all requests of these credentials, and the request keeps its turn
    if (error._tag === "RateLimited" && state.gate !== undefined) return Effect.zipRight(recorded, again)
    state.waited += wait
    Metrics.waited("retry", wait, labels)
    return Effect.zipRight(Effect.zipRight(recorded, Effect.sleep(wait)), again)
  })
}

/**
 * The wait before the next attempt in milliseconds: exponential with jitter, or what the server asks for if that is
 * longer. `undefined` when it would be longer than the policy waits, or than the call may take.
 */
const delay = <A>(error: E.PipedriveError, state: CallState<A>): Effect.Effect<number | undefined> =>
  Effect.map(Random.nextRange(0.5, 1), (jitter) => {
    const cap = state.ask.maximumWait
    const backoff = Math.min(Duration.toMillis(state.policy.backoff) * 2 ** Math.max(0, state.tries - 1), cap) * jitter
    const now = state.clock.unsafeCurrentTimeMillis()
    const asked =
      error._tag === "RateLimited" || error._tag === "AuthError"
        ? Duration.toMillis(error.retryAfter ?? 0)
        : state.answer !== undefined && (error._tag === "ServerError" || error._tag === "UnexpectedStatus")
          ? (askedToWait(state.answer.headers, now) ?? 0)
          : 0
    const wait = Math.ceil(Math.max(backoff, asked))
    const late = now - state.started + wait
    return asked > cap || late >= Duration.toMillis(state.policy.totalTimeout) ? undefined : wait
  })

const attemptOrQueue = <A>(state: CallState<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.flatMap(Attempt.attempt(state), (outcome) =>
    outcome === Attempt.mustWait ? attemptInTurn(state) : Effect.succeed(outcome)
  )

const attemptInTurn = <A>(state: CallState<A>): Effect.Effect<A, E.PipedriveError> => {
  const { ask, clock, gate } = state
  if (gate === undefined || state.turn === undefined) return attemptOrQueue(state)
  const since = clock.unsafeCurrentTimeMillis()
  const place = Effect.mapError(Queue.wait(gate, ask, state.turn), (refusal) => Telemetry.toError(state, refusal))
  return Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(place), (permit) => {
      const waited = clock.unsafeCurrentTimeMillis() - since
      state.permit = permit
      state.started += waited
      state.waited += waited
      Metrics.waited("turn", waited, state.labels)
      return Effect.ensuring(
        Effect.flatMap(restore(Attempt.attempt(state)), (outcome) =>
          outcome === Attempt.mustWait ? restore(attemptOrQueue(state)) : Effect.succeed(outcome)
        ),
        Attempt.release(gate, permit, false)
      )
    })
  )
}
