/**
 * Telemetry of calls that took several attempts: spans of the attempts, log lines of the retries.
 */
import * as BigInt_ from "effect/BigInt"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as E from "../../PipedriveError.js"
import * as Fibers from "../fiber.js"
import type { CallState } from "../http/call.js"
import type * as Limiter from "../rateLimit/gate.js"

const nanos = (millis: number): bigint => BigInt(Math.trunc(millis)) * 1_000_000n

/** Records the span of an attempt that has ended. Only calls with several attempts have such spans. @internal */
export const recordAttempt = <A>(state: CallState<A>, error: E.PipedriveError | undefined): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    if (!Fibers.isTraced(fiber)) return Effect.void
    return Effect.tracerWith((tracer) =>
      Effect.map(Clock.currentTimeNanos, (end) => {
        const { answer, began, sending, tries } = state
        const { status } = sending.span
        // milliseconds fall short of the call's own start
        const start = BigInt_.max(status.startTime, nanos(began))
        const span = tracer.span(
          `${sending.span.name}.attempt`,
          Option.some(sending.span),
          Context.empty(),
          [],
          start,
          "client"
        )
        span.attribute("pipedrive.attempt", tries)
        if (answer !== undefined) span.attribute("http.response.status_code", answer.status)
        if (error !== undefined) span.attribute("error.type", error._tag)
        span.end(BigInt_.max(start, end), error === undefined ? Exit.void : Exit.fail(error))
      })
    )
  })

/** @internal */
export const logRetry = <A>(state: CallState<A>, error: E.PipedriveError, wait: number): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logDebug(`${error.message}. Trying again in ${Duration.format(Duration.millis(wait))}`), {
    endpoint: state.sending.call.endpoint,
    attempt: state.tries,
    error: error._tag,
    wait_ms: wait
  })

/** The error of a request that the limiter did not let go. @internal */
export const toError = <A>(state: CallState<A>, refusal: Limiter.Refusal): E.PipedriveError => {
  const call = { ...state.sending.call, attempts: state.attempts }
  switch (refusal._tag) {
    case "unavailable":
      return new E.TransportError({ ...call, phase: "prepare", description: refusal.description })
    case "burst":
      return new E.RateLimited({
        ...call,
        status: 429,
        kind: "burst",
        error: "not sent: Pipedrive asked these credentials to pause for longer than the policy waits",
        retryAfter: Duration.millis(refusal.wait)
      })
    case "daily": {
      const { limit, remaining, reserved } = refusal
      const kept = reserved > 0 ? ` and ${reserved} are left to others` : ""
      return new E.RateLimited({
        ...call,
        status: 429,
        kind: "daily",
        error: `not sent: it costs ${state.sending.cost} tokens, ${remaining} remain${kept}`,
        remaining,
        ...(limit === undefined ? {} : { limit })
      })
    }
  }
}
