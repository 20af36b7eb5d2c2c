/** What was counted and measured. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

export interface Measured {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** How often, or the last value of a gauge. */
  readonly value: number
}

/** All that was measured so far, in this process. */
export const all: Effect.Effect<ReadonlyArray<Measured>> = Effect.map(Metric.snapshot, (metrics) =>
  metrics.map(({ attributes, id, state }) => ({
    name: id,
    labels: { ...attributes },
    value: Number("count" in state ? state.count : "value" in state ? state.value : 0)
  }))
)

/** Adds a label to all that an effect measures. */
export const labelled =
  (key: string, value: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateService(effect, Metric.CurrentMetricAttributes, (labels) => ({ ...labels, [key]: value }))
