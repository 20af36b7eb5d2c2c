/**
 * One call on the wire: wait for its turn, authorise, send, read, judge; again where that may help.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { Requirements } from "../../Endpoint.js"
import { CurrentPolicy } from "../../HttpLayer.js"
import * as E from "../../PipedriveError.js"
import { CurrentLimiter } from "../../RateLimiter.js"
import { authTag } from "../oauth/baseUrl.js"
import * as Queue from "../rateLimit/queue.js"
import * as Told from "../telemetry/attempts.js"
import * as Meta from "../telemetry/meta.js"
import * as Metrics from "../telemetry/metrics.js"
import * as Attempt from "./attempt.js"
import type { Run, Sending } from "./call.js"
import { askedToWait } from "./failure.js"

export type { Received } from "./exchange.js"

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
    const auth = Context.get(context, authTag)
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
    const now = run.clock.unsafeCurrentTimeMillis()
    const asked =
      error._tag === "RateLimited" || error._tag === "AuthError"
        ? Duration.toMillis(error.retryAfter ?? 0)
        : run.answer !== undefined && (error._tag === "ServerError" || error._tag === "UnexpectedStatus")
          ? (askedToWait(run.answer.headers, now) ?? 0)
          : 0
    const wait = Math.ceil(Math.max(backoff, asked))
    const late = now - run.started + wait
    return asked > cap || late >= Duration.toMillis(run.policy.totalTimeout) ? undefined : wait
  })

const trying = <A>(run: Run<A>): Effect.Effect<A, E.PipedriveError> =>
  Effect.flatMap(Attempt.attempt(run), (outcome) =>
    outcome === Attempt.mustWait ? queued(run) : Effect.succeed(outcome)
  )

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
        Effect.flatMap(restore(Attempt.attempt(run)), (outcome) =>
          outcome === Attempt.mustWait ? restore(trying(run)) : Effect.succeed(outcome)
        ),
        Attempt.leave(gate, permit, false)
      )
    })
  )
}
