/**
 * Sums of deals: summaries, timelines, statistics of pipelines. Amounts are not converted between currencies.
 */
import * as Either from "effect/Either"
import { deal, stagesOf } from "../entities/deal.js"
import * as history from "../entities/history.js"
import { pipeline } from "../entities/pipeline.js"
import { type Call, type Handler, type Handlers, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import type * as engine from "../model/engine.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { applyPrecedence, conditionsOf, filterOver } from "../model/selection.js"
import { isRecord, text } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import { showWithIds } from "./core.js"
import * as crud from "./crud.js"

const selectDeals = (call: Call, archived: boolean): engine.Outcome<ReadonlyArray<Row>> =>
  Either.map(conditionsOf(deal, call), (conditions) =>
    Array.from(all(call.view.world, "deal")).filter(
      (row) =>
        row.is_deleted !== true &&
        (row.is_archived === true) === archived &&
        conditions.every((condition) => condition(row))
    )
  )

/** Sums by currency, as v1 sends them: an array if there are none. */
const emptyAsArray = <A>(amounts: Readonly<Record<string, A>>): Readonly<Record<string, A>> | readonly [] =>
  Object.keys(amounts).length === 0 ? [] : amounts

const round = (value: number): number => Math.round(value * 100) / 100

const summary = (archived: boolean): Handler =>
  withParameters(["status", "filter_id", "user_id", "pipeline_id", "stage_id"], (call) =>
    Either.map(selectDeals(applyPrecedence({ precedence: filterOver("user_id") }, call), archived), (rows) => {
      const weighted = (row: Row) => references.weightedValue(row, call.view)
      const totals = (amounts: Readonly<Record<string, number>>, converted: boolean) =>
        Object.fromEntries(
          Object.entries(amounts).map(([currency, value]) => [
            currency,
            {
              value,
              count: rows.filter((row) => row.currency === currency).length,
              ...(converted ? { value_converted: value } : {}),
              value_formatted: references.formatMoney(value, currency),
              ...(converted ? { value_converted_formatted: references.formatMoney(value, currency) } : {})
            }
          ])
        )
      const [values, weights] = [history.sums(rows), history.sums(rows, weighted)]
      const currency = text(call.view.caller, "default_currency")
      const sum = (amounts: Readonly<Record<string, number>>) =>
        round(Object.values(amounts).reduce((a, b) => a + b, 0))
      return json(200, {
        success: true,
        data: {
          values_total: emptyAsArray(totals(values, true)),
          weighted_values_total: emptyAsArray(totals(weights, false)),
          total_count: rows.length,
          total_currency_converted_value: sum(values),
          total_weighted_currency_converted_value: sum(weights),
          total_currency_converted_value_formatted: references.formatMoney(sum(values), currency),
          total_weighted_currency_converted_value_formatted: references.formatMoney(sum(weights), currency)
        }
      })
    })
  )

// -----------------------------------------------------------------------------
// timelines
// -----------------------------------------------------------------------------

const months: Readonly<Record<string, number>> = { month: 1, quarter: 3 }
const days: Readonly<Record<string, number>> = { day: 1, week: 7 }

const after = (day: string, interval: string, times: number): string => {
  const date = new Date(`${day}T00:00:00.000Z`)
  if (interval in months) date.setUTCMonth(date.getUTCMonth() + (months[interval] ?? 1) * times)
  else date.setUTCDate(date.getUTCDate() + (days[interval] ?? 1) * times)
  return date.toISOString().slice(0, 10)
}

const dayBefore = (day: string): string => after(day, "day", -1)

/** The day of a deal in a timeline, from a built-in or custom field. */
const dayGetter = (key: string, call: Call): ((row: Row) => string) | undefined => {
  if (key in deal.fields) return (row) => text(row, key).slice(0, 10)
  const custom = where(call.view.world, "dealField", "field_code", key)[0]
  return custom === undefined
    ? undefined
    : ({ custom_fields: values }) => {
        const value = isRecord(values) ? values[key] : undefined
        return typeof value === "string" ? value.slice(0, 10) : ""
      }
}

/** The most periods of a timeline. */
const maxPeriods = 10_000

const timelineParameters = [
  ...["start_date", "interval", "amount", "field_key"],
  ...["user_id", "pipeline_id", "filter_id", "exclude_deals"]
]

const timeline = (archived: boolean): Handler =>
  withParameters(timelineParameters, (call) => {
    const { amount, field_key: key, interval, start_date: start } = call.query
    const count = Number(amount)
    const known = typeof interval === "string" && (interval in months || interval in days)
    if (
      !known ||
      typeof start !== "string" ||
      !kinds.date.is(start) ||
      !(Number.isInteger(count) && count > 0 && count <= maxPeriods) ||
      typeof key !== "string"
    ) {
      return Either.left(errorResponses.v1(400, "start_date, interval, amount and field_key must be given."))
    }
    const dayOf = dayGetter(key, call)
    if (dayOf === undefined && call.ignoresUnknown !== true) {
      return Either.left(errorResponses.notSupported(call.endpoint, `field_key=${key}`))
    }
    return Either.map(selectDeals(call, archived), (deals) => {
      // lost deals are not in timelines
      const rows = deals.filter((row) => row.status !== "lost")
      const data = Array.from({ length: count }, (_, at) => {
        const from = after(start, interval, at)
        const to = after(start, interval, at + 1)
        const inPeriod = rows.filter((row) => {
          const day = dayOf?.(row) ?? ""
          return day >= from && day < to
        })
        const open = inPeriod.filter((row) => row.status === "open")
        const won = inPeriod.filter((row) => row.status === "won")
        const weighted = (row: Row) => references.weightedValue(row, call.view)
        return {
          period_start: `${from} 00:00:00`,
          period_end: `${dayBefore(to)} 23:59:59`,
          deals: Number(call.query.exclude_deals) === 1 ? [] : inPeriod.map((row) => showWithIds(deal)(row, call)),
          totals: {
            count: inPeriod.length,
            values: emptyAsArray(history.sums(inPeriod)),
            weighted_values: emptyAsArray(history.sums(inPeriod, weighted)),
            open_count: open.length,
            open_values: emptyAsArray(history.sums(open)),
            weighted_open_values: emptyAsArray(history.sums(open, weighted)),
            won_count: won.length,
            won_values: emptyAsArray(history.sums(won))
          }
        }
      })
      return json(200, { success: true, data })
    })
  })

// -----------------------------------------------------------------------------
// pipelines
// -----------------------------------------------------------------------------

interface Period {
  readonly deals: ReadonlyArray<Row>
  readonly pipeline: Row
  readonly inPeriod: (time: string) => boolean
}

const period = (call: Call): engine.Outcome<Period> =>
  Either.map(crud.find(pipeline, call.path.id, call), (row) => {
    const from = String(call.query.start_date ?? "")
    const to = String(call.query.end_date ?? "9999-12-31")
    const user = call.query.user_id ?? call.view.caller.id
    return {
      pipeline: row,
      inPeriod: (time) => time !== "" && time.slice(0, 10) >= from && time.slice(0, 10) <= to,
      deals: Array.from(all(call.view.world, "deal")).filter(
        (one) => one.pipeline_id === row.id && one.is_deleted !== true && one.owner_id === Number(user)
      )
    }
  })

interface Move {
  readonly from: unknown
  readonly to: unknown
}

const stageMoves = ({ deals, inPeriod }: Period, call: Call): ReadonlyArray<Move> => {
  const ids = new Set(deals.map((row) => row.id))
  return call.view.world.log.flatMap(({ after: next, before, id, table, time }) =>
    table === "deal" && ids.has(id) && before !== undefined && before.stage_id !== next.stage_id && inPeriod(time)
      ? [{ from: before.stage_id, to: next.stage_id }]
      : []
  )
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 100))

const conversion = withParameters(["start_date", "end_date", "user_id"], (call) =>
  Either.map(period(call), (chosen) => {
    const stages = stagesOf(call, chosen.pipeline.id)
    const made = stageMoves(chosen, call)
    const count = (status: string, field: string) =>
      chosen.deals.filter((row) => row.status === status && chosen.inPeriod(text(row, field))).length
    return json(200, {
      success: true,
      data: {
        stage_conversions: stages.slice(1).map((to, at) => {
          const from = stages[at]
          const entered = chosen.deals.filter((row) => row.stage_id === from?.id).length
          const passed = made.filter((move) => move.from === from?.id && move.to === to.id).length
          return { from_stage_id: from?.id, to_stage_id: to.id, conversion_rate: percent(passed, entered + passed) }
        }),
        won_conversion: percent(count("won", "won_time"), chosen.deals.length),
        lost_conversion: percent(count("lost", "lost_time"), chosen.deals.length)
      }
    })
  })
)

const summarize = (rows: ReadonlyArray<Row>) => {
  const values = history.sums(rows)
  return {
    count: rows.length,
    deals_ids: rows.map((row) => row.id),
    values: emptyAsArray(values),
    formatted_values: emptyAsArray(
      Object.fromEntries(
        Object.entries(values).map(([currency, value]) => [currency, references.formatMoney(value, currency)])
      )
    )
  }
}

const movement = withParameters(["start_date", "end_date", "user_id"], (call) =>
  Either.map(period(call), (chosen) => {
    const { deals, inPeriod } = chosen
    const open = deals.filter((row) => row.status === "open")
    const age = (rows: ReadonlyArray<Row>): number =>
      rows.length === 0
        ? 0
        : Math.round(rows.reduce((sum, row) => sum + history.ageInDays(row, call.view.now), 0) / rows.length)
    return json(200, {
      success: true,
      data: {
        movements_between_stages: { count: stageMoves(chosen, call).length },
        new_deals: summarize(deals.filter((row) => inPeriod(text(row, "add_time")))),
        deals_left_open: summarize(open),
        won_deals: summarize(deals.filter((row) => inPeriod(text(row, "won_time")))),
        lost_deals: summarize(deals.filter((row) => inPeriod(text(row, "lost_time")))),
        average_age_in_days: {
          across_all_stages: age(deals),
          by_stages: stagesOf(call, chosen.pipeline.id).map((stage) => ({
            stage_id: stage.id,
            value: age(deals.filter((row) => get(call.view.world, "stage", row.stage_id) === stage))
          }))
        }
      }
    })
  })
)

/** Handlers by version and official name. */
export const statisticsHandlers: Handlers = {
  "v1.getDealsSummary": summary(false),
  "v1.getArchivedDealsSummary": summary(true),
  "v1.getDealsTimeline": timeline(false),
  "v1.getArchivedDealsTimeline": timeline(true),
  "v1.getPipelineConversionStatistics": conversion,
  "v1.getPipelineMovementStatistics": movement
}
