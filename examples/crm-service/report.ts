/**
 * Open deals by stage: how many, and their sums by currency. Deals are read as a stream, so memory does not grow with them.
 */
import { Effect, Stream } from "effect"
import { Deals, Stages } from "effect-pipedrive/v2"

const none = { deals: 0, value: new Map<string, number>() }

export const pipeline = Effect.gen(function* () {
  const stages = yield* Stream.runCollect(Stages.list.stream())
  const sums = yield* Stream.runFold(
    Deals.list.stream({ status: "open" }),
    new Map<number, typeof none>(),
    (all, deal) => {
      const { deals, value } = all.get(deal.stage_id) ?? none
      const currency = deal.currency ?? "none"
      const sum = (value.get(currency) ?? 0) + (deal.value ?? 0)
      return all.set(deal.stage_id, { deals: deals + 1, value: new Map(value).set(currency, sum) })
    }
  )
  return Array.from(stages, ({ id, name, pipeline_id }) => {
    const { deals, value } = sums.get(id) ?? none
    return { pipeline: pipeline_id, stage: name, deals, value: Object.fromEntries(value) }
  })
})
