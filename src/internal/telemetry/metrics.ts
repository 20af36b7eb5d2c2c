/**
 * What is counted and measured. Labels are names of endpoints and of outcomes: no ids, no tokens.
 */
import type * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import type * as Fibers from "../fiber.js"

/** The labels that a program adds to its metrics. @internal */
export type Labels = ReadonlyArray<MetricLabel.MetricLabel>

/** @internal */
export const labelsOf = (fiber: Fibers.Running): Labels => fiber.getFiberRef(FiberRef.currentMetricLabels)

type Counter = Metric.Metric.Counter<number>

/** The instruments of one endpoint, made once. @internal */
export interface Meter {
  readonly called: (outcome: string, labels: Labels) => void
  readonly attempted: (cost: number, labels: Labels) => void
}

/** A counter with labels in its key: added by `Metric.tagged` they would cost a look into the registry each time. */
const counter = (name: string, description: string, labels: Readonly<Record<string, string>>): Counter =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(
      MetricKey.counter(name, { description, incremental: true }),
      Object.entries(labels).map(([key, value]) => MetricLabel.make(key, value))
    )
  )

const refusedBy = (kind: string) => counter("pipedrive_rate_limited", "Answers with 429, by kind", { kind })

const refusal = { burst: /*#__PURE__*/ refusedBy("burst"), daily: /*#__PURE__*/ refusedBy("daily") }

const tokensLeft = /*#__PURE__*/ Metric.gauge("pipedrive_tokens_left", {
  description: "What is left of the daily budget, as told last"
})

const waits = /*#__PURE__*/ (() =>
  Metric.histogram(
    "pipedrive_wait_ms",
    MetricBoundaries.fromIterable([10, 100, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000]),
    "Waits before requests, by reason: `turn` at the limiter, `retry` after a failure"
  ))()

const waiting = {
  turn: /*#__PURE__*/ Metric.tagged(waits, "reason", "turn"),
  retry: /*#__PURE__*/ Metric.tagged(waits, "reason", "retry")
}

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

const drift = /*#__PURE__*/ Metric.counter("pipedrive_response_drift", {
  description: "Fields of answers that were not as documented",
  incremental: true
})

/** @internal */
export const drifted = (endpoint: string, path: string): Effect.Effect<void> =>
  Metric.increment(Metric.tagged(Metric.tagged(drift, "endpoint", endpoint), "path", path))
