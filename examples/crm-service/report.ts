/**
 * Open deals by stage: how many, and their sums by currency. Deals are read as a stream, so memory does not grow with them.
 */
import { Effect, HashMap, Option, Stream } from "effect"
import { Deals, Stages } from "effect-pipedrive/v2"

interface Sum {
  readonly deals: number
  readonly value: Readonly<Record<string, number>>
}

const none: Sum = { deals: 0, value: {} }

const plus = ({ deals, value }: Sum, deal: Deals.Deal): Sum => {
  const currency = deal.currency ?? "none"
  return { deals: deals + 1, value: { ...value, [currency]: (value[currency] ?? 0) + (deal.value ?? 0) } }
}

export const pipeline = Effect.gen(function* () {
  const stages = yield* Stream.runCollect(Stages.list.stream())
  const sums = yield* Deals.list.stream({ status: "open" }).pipe(
    Stream.runFold(HashMap.empty<number, Sum>(), (all, deal) =>
      HashMap.modifyAt(all, deal.stage_id, (sum) =>
        Option.some(
          plus(
            Option.getOrElse(sum, () => none),
            deal
          )
        )
      )
    )
  )
  return Array.from(stages, ({ id, name, pipeline_id }) => ({
    pipeline: pipeline_id,
    stage: name,
    ...Option.getOrElse(HashMap.get(sums, id), () => none)
  }))
})
