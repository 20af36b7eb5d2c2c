/**
 * Metrics with labels of their own, and the labels that a program adds to all of its metrics. The Effect 4 edition has another
 * module of this name.
 */
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

/** @internal */
export type Counter = Metric.Metric.Counter<number>

type Own = Readonly<Record<string, string>>

const tags = (labels: Own) => Object.entries(labels).map(([name, value]) => MetricLabel.make(name, value))

// labels are in the key: added by `Metric.tagged` they would cost a look into the registry each time

/** @internal */
export const counter = (name: string, description: string, labels: Own): Counter =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(MetricKey.counter(name, { description, incremental: true }), tags(labels))
  )

/** @internal */
export const histogram = (name: string, description: string, boundaries: ReadonlyArray<number>, labels: Own) =>
  Metric.fromMetricKey(
    MetricKey.taggedWithLabels(
      MetricKey.histogram(name, MetricBoundaries.fromIterable(boundaries), description),
      tags(labels)
    )
  )
