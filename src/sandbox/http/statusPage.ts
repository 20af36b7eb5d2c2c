/**
 * The status page: requests, remaining limits, entities, webhook deliveries.
 */

import type { World } from "../model/world.js"
import { escape } from "../oauth/consentPage.js"
import type { Delivery } from "../webhooks/delivery.js"
import { type Log, values } from "./boundedLog.js"
import type { Limits } from "./limits.js"
import type { SeenRequest } from "./requestLog.js"

const style = `
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #21232c }
  h1 { font-size: 1.3rem } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem } table { border-collapse: collapse; width: 100% }
  th { text-align: left; color: #666; font-weight: normal } th, td { padding: .15rem .8rem .15rem 0; vertical-align: top }
  .number { text-align: right } .bad { color: #b3261e } code { font-size: .95em } ul { columns: 4; padding-left: 1rem }`

/** The data of the page. */
export interface PageData {
  readonly world: World
  readonly origin: string
  readonly log: Log<SeenRequest>
  readonly limits: Limits
  readonly webhookSender: { readonly deliveries: Log<Delivery> }
}

const hiddenTables = /^(apiToken|oauth.*|fileContent|.*Change|currency|leadSource|.*Field|role)$/

const statusCell = (status: number | undefined): string =>
  `<td class="number${status === undefined || status >= 400 ? " bad" : ""}">${status ?? "–"}</td>`

const query = (request: SeenRequest): string => {
  const text = new URLSearchParams(request.query).toString()
  return text === "" ? "" : `?${text}`
}

const requestRow = (request: SeenRequest): string =>
  `<tr><td>${request.time.slice(11, 19)}</td><td>${escape(request.method)}</td><td><code>${escape(
    `${request.path}${query(request)}`
  )}</code></td><td>${escape(request.endpoint ?? "")}</td>${statusCell(request.status)}</tr>`

const deliveryRow = (delivery: Delivery): string =>
  `<tr><td>${delivery.time.slice(11, 19)}</td><td><code>${escape(delivery.url)}</code></td><td class="number">${
    delivery.attempt
  }</td>${statusCell(delivery.status)}</tr>`

const newest = <A>(log: Log<A>, row: (item: A) => string): string =>
  values(log).slice(-50).reverse().map(row).join("\n")

const limitsText = (limits: Limits): string =>
  limits.enforced
    ? `${limits.plan.daily - limits.spent} of ${limits.plan.daily} tokens are left today; ${limits.plan.burst} requests in two seconds are let through, ${limits.plan.search} searches.`
    : "No limits are in force."

/** The page. */
export const statusPage = ({ webhookSender, limits, log, origin, world }: PageData): string => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Sandbox of ${escape(world.company.name)}</title><style>${style}
</style></head>
<body>
<h1>A sandbox of Pipedrive: ${escape(world.company.name)}</h1>
<p>Served at <code>${escape(origin)}</code>. ${limitsText(limits)}</p>
<h2>What there is</h2>
<ul>${Array.from(world.tables)
  .filter(([name, { rows }]) => !hiddenTables.test(name) && rows.size > 0)
  .map(([name, { rows }]) => `<li>${escape(name)}: ${rows.size}</li>`)
  .join("")}</ul>
<h2>Requests (${log.entries.length})</h2>
<table id="requests"><tr><th>time</th><th>method</th><th>path</th><th>endpoint</th><th class="number">status</th></tr>
${newest(log, requestRow)}</table>
<h2>Webhook deliveries (${webhookSender.deliveries.entries.length})</h2>
<table id="deliveries"><tr><th>time</th><th>to</th><th class="number">attempt</th><th class="number">status</th></tr>
${newest(webhookSender.deliveries, deliveryRow)}</table>
</body>
</html>
`
