/**
 * What is counted and measured. Labels are names of endpoints and of outcomes: no ids, no tokens.
 */
import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { type Counter, counter, histogram, type Labels } from "./instruments.js"

/** @internal */
export { type Labels, labelsOf } from "./instruments.js"

/** The instruments of one endpoint, made once. @internal */
export interface Meter {
  readonly called: (outcome: string, labels: Labels) => void
  readonly attempted: (cost: number, labels: Labels) => void
}

const refusedBy = (kind: string) => counter("pipedrive_rate_limited", "Answers with 429, by kind", { kind })

const refusal = { burst: /*#__PURE__*/ refusedBy("burst"), daily: /*#__PURE__*/ refusedBy("daily") }

const tokensLeft = /*#__PURE__*/ Metric.gauge("pipedrive_tokens_left", {
  description: "What is left of the daily budget, as told last"
})

const waits = (reason: string) =>
  histogram(
    "pipedrive_wait_ms",
    "Waits before requests, by reason: `turn` at the limiter, `retry` after a failure",
    [10, 100, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000],
    { reason }
  )

const waiting = { turn: /*#__PURE__*/ waits("turn"), retry: /*#__PURE__*/ waits("retry") }

/** @internal */
export const make = (endpoint: string): Meter => {
  const outcomes = new Map<string, Counter>()
  const sent = counter("pipedrive_attempts", "Requests sent, by endpoint", { endpoint })
  const spent = counter("pipedrive_tokens_spent", "Tokens of the daily budget, by endpoint", { endpoint })
  return {
    called: (outcome, labels) => {
      let calls = outcomes.get(outcome)
      if (calls === undefined) {
        calls = counter("pipedrive_calls", "Calls, by endpoint and outcome", { endpoint, outcome })
        outcomes.set(outcome, calls)
      }
      calls.unsafeUpdate(1, labels)
    },
    attempted: (cost, labels) => {
      sent.unsafeUpdate(1, labels)
      spent.unsafeUpdate(cost, labels)
    }
  }
}

/** @internal */
export const waited = (reason: "turn" | "retry", millis: number, labels: Labels): void =>
  waiting[reason].unsafeUpdate(millis, labels)

/** @internal */
export const refused = (kind: "burst" | "daily", labels: Labels): void => refusal[kind].unsafeUpdate(1, labels)

/** @internal */
export const left = (remaining: number, labels: Labels): void => tokensLeft.unsafeUpdate(remaining, labels)

/** @internal */
export const drifted = (endpoint: string, path: string): Effect.Effect<void> =>
  Metric.update(
    counter("pipedrive_response_drift", "Fields of answers that were not as documented", { endpoint, path }),
    1
  )
