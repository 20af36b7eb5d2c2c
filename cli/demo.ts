/**
 * `demo`: the main job in a terminal. On a sandbox in this process; on a real account, read-only, when
 * PIPEDRIVE_API_TOKEN is set.
 */
import type * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Endpoint, PipedriveLive } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals, Organizations, Stages } from "effect-pipedrive/v2"
import { explain, type Failed, failed } from "./failed.js"
import { bold, type Column, cyan, dim, green, money, table, yellow } from "./terminal.js"

const real = (process.env.PIPEDRIVE_API_TOKEN ?? "").trim() !== ""

const step = (title: string, code: string) => Console.log(`\n${bold(cyan(title))}\n   ${dim(code)}\n`)
const say = (text: string) => Console.log(`   ${text}`)

/** The names behind the ids in a list of deals: Pipedrive's v2 answers with ids. */
const names = (deals: ReadonlyArray<Deals.Deal>) =>
  Effect.gen(function* () {
    const { data: stages } = yield* Stages.list()
    const ids = [...new Set(deals.flatMap((deal) => deal.org_id ?? []))]
    const { data: organizations } = ids.length === 0 ? { data: [] } : yield* Organizations.list({ ids })
    return {
      stages,
      stage: new Map(stages.map((stage) => [stage.id, stage.name ?? ""])),
      organization: new Map(organizations.map((organization) => [organization.id, organization.name ?? ""]))
    }
  })

const listed = Effect.gen(function* () {
  yield* step(
    "1  The newest open deals",
    `Deals.list({ status: "open", sort_by: "add_time", sort_direction: "desc", limit: 8 })`
  )
  const { data: deals } = yield* Deals.list({ status: "open", sort_by: "add_time", sort_direction: "desc", limit: 8 })
  const known = yield* names(deals)
  const columns: ReadonlyArray<Column<Deals.Deal>> = [
    { head: "id", align: "right", cell: (deal) => String(deal.id) },
    { head: "title", width: 36, cell: (deal) => deal.title ?? "" },
    { head: "organization", width: 26, cell: (deal) => known.organization.get(deal.org_id ?? 0) ?? "" },
    { head: "stage", width: 20, cell: (deal) => known.stage.get(deal.stage_id) ?? "" },
    { head: "value", align: "right", cell: (deal) => money(deal.value, deal.currency) },
    { head: "close by", cell: (deal) => deal.expected_close_date ?? "" }
  ]
  yield* Console.log(table(columns, deals))
  return known
})

const written = (known: Effect.Effect.Success<ReturnType<typeof names>>) =>
  Effect.gen(function* () {
    const [first, second] = known.stages
    yield* step(
      "2  A new deal",
      `Deals.add({ title: "400 seats", value: 12_000, currency: "EUR", stage_id: ${first?.id} })`
    )
    const { data: added } = yield* Deals.add({
      title: "400 seats",
      value: 12_000,
      currency: "EUR",
      ...(first === undefined ? {} : { stage_id: first.id })
    })
    yield* say(
      `${green("added")} deal ${added.id}, ${money(added.value, added.currency)}, in ${known.stage.get(added.stage_id)}`
    )
    if (second === undefined) return
    yield* step("3  Moved to the next stage", `Deals.update({ id: ${added.id}, stage_id: ${second.id} })`)
    const { data: moved } = yield* Deals.update({ id: added.id, stage_id: second.id })
    yield* say(`${known.stage.get(added.stage_id)} ${green("→")} ${known.stage.get(moved.stage_id)}`)
  })

const streamed = Effect.gen(function* () {
  yield* step("4  Every deal, page after page", "Deals.list.stream({ limit: 10 }).pipe(Stream.take(1000), ...)")
  const deals = yield* Deals.list.stream({ limit: real ? 500 : 10 }).pipe(Stream.take(1000), Stream.runCollect)
  const sums = new Map<string, { readonly status: string; count: number; readonly sum: Map<string, number> }>()
  for (const deal of deals) {
    const row = sums.get(deal.status) ?? { status: deal.status, count: 0, sum: new Map<string, number>() }
    row.count++
    row.sum.set(deal.currency ?? "", (row.sum.get(deal.currency ?? "") ?? 0) + (deal.value ?? 0))
    sums.set(deal.status, row)
  }
  yield* Console.log(
    table(
      [
        { head: "status", cell: (row) => row.status },
        { head: "deals", align: "right", cell: (row) => String(row.count) },
        {
          head: "value",
          width: 60,
          cell: (row) => [...row.sum].map(([currency, sum]) => money(sum, currency)).join(", ")
        }
      ],
      [...sums.values()]
    )
  )
})

const failures = Effect.gen(function* () {
  yield* step("5  Errors have types", `Deals.get({ id: 999_999_999 }).pipe(Effect.catchTag("NotFound", ...))`)
  yield* Deals.get({ id: 999_999_999 }).pipe(
    Effect.asVoid,
    Effect.catchTag("NotFound", (error) => say(`${yellow(error._tag)}  ${error.message}`))
  )
  // what a caller got wrong never reaches the wire
  yield* Deals.list({ limit: 10_000 }).pipe(
    Effect.asVoid,
    Effect.catchTag("InvalidRequest", (error) => say(`${yellow(error._tag)}  ${error.message}`))
  )
})

const demo = Effect.gen(function* () {
  yield* Console.log(
    real
      ? `${bold("effect-pipedrive")} on your Pipedrive account (PIPEDRIVE_API_TOKEN is set): ${bold("read-only")}`
      : `${bold("effect-pipedrive")} on its sandbox, a Pipedrive in memory\n${dim("Set PIPEDRIVE_API_TOKEN to see your own account instead; nothing is written there.")}`
  )
  const known = yield* listed
  if (real) yield* Console.log(dim("\n   Steps 2 and 3, adding and moving a deal, are left out on a real account."))
  else yield* written(known)
  yield* streamed
  yield* failures
  yield* Console.log("")
})

const layer: Layer.Layer<Endpoint.Requirements, ConfigError.ConfigError | Sandbox.SandboxError> = real
  ? PipedriveLive
  : Sandbox.layer()

export const run: Effect.Effect<void, Failed> = demo.pipe(
  Effect.provide(layer),
  Effect.catchAll((error) => failed(explain(error)))
)
