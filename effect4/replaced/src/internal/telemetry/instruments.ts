/**
 * Metrics with labels of their own, and the labels that a program adds to all of its metrics.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type * as Fibers from "../fiber.js"

/** The context of a program, which holds the registry of its metrics and the labels it adds to them. @internal */
export type Labels = Context.Context<never>

/** @internal */
export const labelsOf = (fiber: Fibers.Running): Labels => fiber.context

/** @internal */
export type Counter = Metric.Counter<number>

/** @internal */
export const counter = (name: string, description: string, attributes: Readonly<Record<string, string>>): Counter =>
  Metric.counter(name, { description, incremental: true, attributes })

/** @internal */
export const histogram = (
  name: string,
  description: string,
  boundaries: ReadonlyArray<number>,
  attributes: Readonly<Record<string, string>>
) => Metric.histogram(name, { description, boundaries, attributes })
