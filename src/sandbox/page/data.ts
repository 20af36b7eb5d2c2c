/**
 * The pages of stored entities: tables, one entity, and the board of deals.
 */
import { num, text } from "../model/view.js"
import { all, get, type Row } from "../model/world.js"
import { visibleRows, visibleTables } from "../service.js"
import type { Page, Paths, View } from "./context.js"
import { type Content, count, Html, html, plain, pretty, shorten } from "./html.js"

const perPage = 50
const cellLength = 60

/** These come first. */
const first = ["deal", "person", "organization", "activity", "lead", "note", "product", "pipeline", "stage", "user"]

const rank = (kind: string): number => (first.includes(kind) ? first.indexOf(kind) : first.length)

const current = (yes: boolean): Html | false => yes && new Html(' aria-current="true"')

const link = (paths: Paths, kind: string, id: Row["id"], content: Content): Html =>
  html`<a href="${paths.data}/${encodeURIComponent(kind)}/${encodeURIComponent(id)}">${content}</a>`

/** The columns of a table, without those that are empty in all its rows. */
const columnsOf = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const names = new Set<string>(["id"])
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) if (plain(value) !== "" && plain(value) !== "[]") names.add(name)
  }
  return Array.from(names)
}

const table = (paths: Paths, kind: string, rows: ReadonlyArray<Row>): Html => {
  const columns = columnsOf(rows)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of ${kind}"><table id="rows"><thead><tr>${columns.map(
    (name) => html`<th scope="col">${name}</th>`
  )}</tr></thead><tbody>
${rows.map(
  (row) =>
    html`<tr data-key="row-${row.id}"${row.is_deleted === true && new Html(' class="deleted"')}>${columns.map(
      (name) =>
        html`<td${typeof row[name] === "number" && name !== "id" && new Html(' class="number"')}>${
          name === "id" ? link(paths, kind, row.id, row.id) : shorten(plain(row[name]), cellLength)
        }</td>`
    )}</tr>\n`
)}</tbody></table></div>`
}

/** The rows of one kind. */
export const dataPage = (page: Page, parameters: URLSearchParams): View => {
  const { internals, paths } = page
  const { world } = internals
  const kinds = visibleTables(world)
    .map((kind) => ({ kind, many: world.tables.get(kind)?.rows.size ?? 0 }))
    .filter(({ many }) => many > 0)
    .sort((a, b) => rank(a.kind) - rank(b.kind) || (a.kind < b.kind ? -1 : 1))
  const kind = parameters.get("kind") ?? "deal"
  const rows = visibleRows(world, kind)
  const pages = Math.max(1, Math.ceil(rows.length / perPage))
  const at = Math.min(pages, Math.max(1, Math.trunc(Number(parameters.get("page"))) || 1))
  const to = (number: number, name: string) =>
    html`<a href="${paths.data}?${new URLSearchParams({ kind, page: String(number) }).toString()}">${name}</a>`
  return {
    title: "Data",
    path: paths.data,
    content: html`<h2>Data</h2>
<nav aria-label="Kinds"><ul class="chips">${kinds.map(
      (one) =>
        html`<li><a href="${paths.data}?kind=${encodeURIComponent(one.kind)}"${current(one.kind === kind)}>${one.kind} <span class="many">${one.many}</span></a></li>`
    )}</ul></nav>
${rows.length === 0 ? html`<p class="empty">There is no ${kind}.</p>` : table(paths, kind, rows.slice((at - 1) * perPage, at * perPage))}
${pages > 1 && html`<p class="pages">${at > 1 && to(at - 1, "Previous")} Page ${at} of ${pages} ${at < pages && to(at + 1, "Next")}</p>`}`
  }
}

/** One entity, in full. */
export const entityPage = (page: Page, kind: string, id: string): View | undefined => {
  const row = visibleRows(page.internals.world, kind).find((one) => String(one.id) === id)
  if (row === undefined) return undefined
  const { paths } = page
  return {
    title: `${kind} ${id}`,
    path: paths.data,
    content: html`<p><a href="${paths.data}?kind=${encodeURIComponent(kind)}">All of ${kind}</a></p><h2>${kind} ${id}</h2><pre tabindex="0">${pretty(row)}</pre>`
  }
}

// -----------------------------------------------------------------------------
// the board
// -----------------------------------------------------------------------------

const perStage = 100

const statuses = ["open", "won", "lost"]

const amount = (value: number, currency: string): string =>
  `${value.toLocaleString("en", { maximumFractionDigits: 2 })} ${currency}`

/** The sums of the deals' values by currency. */
const sums = (deals: ReadonlyArray<Row>): string => {
  const byCurrency = new Map<string, number>()
  for (const deal of deals) {
    const currency = text(deal, "currency")
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + num(deal, "value"))
  }
  return Array.from(byCurrency, ([currency, sum]) => amount(sum, currency)).join(", ")
}

const card = (page: Page, deal: Row): Html => {
  const { world } = page.internals
  const names = [get(world, "organization", deal.org_id), get(world, "person", deal.person_id)]
    .map((row) => text(row, "name"))
    .filter((name) => name !== "")
  return html`<li data-key="deal-${deal.id}" class="card">${link(page.paths, "deal", deal.id, shorten(text(deal, "title"), 120))}<span>${amount(
    num(deal, "value"),
    text(deal, "currency")
  )}</span>${names.length > 0 && html`<span class="quiet">${shorten(names.join(", "), 120)}</span>`}<span class="quiet">${text(
    get(world, "user", deal.owner_id),
    "name"
  )}</span></li>`
}

/** The deals of a pipeline by stage. */
export const boardPage = (page: Page, parameters: URLSearchParams): View => {
  const { internals, paths } = page
  const { world } = internals
  const kept = (row: Row) => row.is_deleted !== true
  const pipelines = Array.from(all(world, "pipeline")).filter(kept)
  const pipeline = pipelines.find(({ id }) => String(id) === parameters.get("pipeline")) ?? pipelines[0]
  const status = statuses.find((one) => one === parameters.get("status")) ?? "open"
  const byOrder = (a: Row, b: Row) => num(a, "order_nr") - num(b, "order_nr")
  const stages = Array.from(all(world, "stage"))
    .filter((stage) => kept(stage) && stage.pipeline_id === pipeline?.id)
    .sort(byOrder)
  const deals = Array.from(all(world, "deal")).filter((deal) => kept(deal) && deal.status === status)
  const to = (id: unknown, as: string) =>
    `${paths.board}?${new URLSearchParams({ pipeline: String(id), status: as }).toString()}`
  return {
    title: "Deals",
    path: paths.board,
    content: html`<h2>Deals: ${text(pipeline, "name")}</h2>
<nav aria-label="Pipelines"><ul class="chips">${pipelines.map(
      (one) => html`<li><a href="${to(one.id, status)}"${current(one === pipeline)}>${text(one, "name")}</a></li>`
    )}</ul></nav>
<nav aria-label="Status"><ul class="chips">${statuses.map(
      (one) => html`<li><a href="${to(pipeline?.id, one)}"${current(one === status)}>${one}</a></li>`
    )}</ul></nav>
<div class="board scroll" tabindex="0" role="region" aria-label="Board of ${text(pipeline, "name")}">${stages.map(
      (stage) => {
        const here = deals.filter((deal) => deal.stage_id === stage.id)
        return html`<section data-key="stage-${stage.id}" aria-labelledby="stage-${stage.id}"><h3 id="stage-${stage.id}">${text(stage, "name")}</h3>
<p class="quiet">${count(here.length, "deal")}${here.length > 0 && `, ${sums(here)}`}</p>
<ul>${here.slice(0, perStage).map((deal) => card(page, deal))}</ul>${
          here.length > perStage && html`<p class="quiet">and ${here.length - perStage} more</p>`
        }</section>\n`
      }
    )}</div>`
  }
}
