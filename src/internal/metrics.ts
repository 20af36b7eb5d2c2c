/**
 * What is counted and measured. Labels are names of endpoints and of outcomes: no ids, no tokens.
 *
 * @internal
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import type * as MetricLabel from "effect/MetricLabel"

type Labels = ReadonlyArray<MetricLabel.MetricLabel>
type Counter = Metric.Metric.Counter<number>

/** The instruments of one endpoint, made once. @internal */
export interface Meter {
  readonly called: (outcome: string, labels: Labels) => void
  readonly attempted: (cost: number, labels: Labels) => void
}

const counter = (name: string, description: string): Counter => Metric.counter(name, { description, incremental: true })

const calls = /*#__PURE__*/ counter("pipedrive_calls", "Calls, by endpoint and outcome")
const attempts = /*#__PURE__*/ counter("pipedrive_attempts", "Requests sent, by endpoint")
const tokens = /*#__PURE__*/ counter("pipedrive_tokens_spent", "Tokens of the daily budget, by endpoint")
const refusals = /*#__PURE__*/ counter("pipedrive_rate_limited", "Answers with 429, by kind")

const tokensLeft = /*#__PURE__*/ Metric.gauge("pipedrive_tokens_left", {
  description: "What is left of the daily budget, as told last"
})

const waits = /*#__PURE__*/ (() =>
  Metric.histogram(
    "pipedrive_wait_ms",
    MetricBoundaries.fromIterable([10, 100, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000]),
    "Waits before requests, by reason: `turn` at the limiter, `retry` after a failure"
  ))()

const refusal = {
  burst: /*#__PURE__*/ Metric.tagged(refusals, "kind", "burst"),
  daily: /*#__PURE__*/ Metric.tagged(refusals, "kind", "daily")
}

const waiting = {
  turn: /*#__PURE__*/ Metric.tagged(waits, "reason", "turn"),
  retry: /*#__PURE__*/ Metric.tagged(waits, "reason", "retry")
}

/** @internal */
export const make = (endpoint: string): Meter => {
  const outcomes = new Map<string, Counter>()
  const of = Metric.tagged(calls, "endpoint", endpoint)
  const sent = Metric.tagged(attempts, "endpoint", endpoint)
  const spent = Metric.tagged(tokens, "endpoint", endpoint)
  return {
    called: (outcome, labels) => {
      let counter = outcomes.get(outcome)
      if (counter === undefined) {
        counter = Metric.tagged(of, "outcome", outcome)
        outcomes.set(outcome, counter)
      }
      counter.unsafeUpdate(1, labels)
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
