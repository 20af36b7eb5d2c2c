/**
 * The page of webhooks and their deliveries.
 */
import { text } from "../model/view.js"
import { visibleRows } from "../service.js"
import type { Delivery } from "../webhooks/delivery.js"
import type { Page, View } from "./context.js"
import { clock, count, type Html, html, plain, pretty, shorten, statusBadge } from "./html.js"

const most = 50

const entry = (page: Page, id: number, delivery: Delivery): Html => {
  const { webhookSender, world } = page.internals
  const there = world.tables.get("webhook")?.rows.has(delivery.webhookId) === true
  const sendable = there && webhookSender.whole.has(delivery)
  const again = html`<form method="post" action="${page.paths.send}"><input type="hidden" name="id" value="${id}"><button aria-label="Send delivery ${id + 1} again">Send again</button></form>`
  const why = html`<p class="quiet">${there ? "It cannot be sent again: its payload was too large to be kept." : "It cannot be sent again: its webhook is gone."}</p>`
  return html`<li data-key="delivery-${id}"><details><summary>${clock(delivery.time)} <code>${shorten(
    delivery.url,
    300
  )}</code> <span class="endpoint">webhook ${delivery.webhookId}, attempt ${delivery.attempt}</span> ${statusBadge(
    delivery.status
  )}</summary><div class="inside">${sendable ? again : why}<h3>Payload</h3><pre tabindex="0">${pretty(delivery.payload)}</pre></div></details></li>\n`
}

/** Registered webhooks, and the newest deliveries. */
export const webhooksPage = (page: Page): View => {
  const { webhookSender, world } = page.internals
  const { entries, removed } = webhookSender.deliveries
  const from = Math.max(0, entries.length - most)
  const hooks = visibleRows(world, "webhook")
  return {
    title: "Webhooks",
    path: page.paths.webhooks,
    content: html`<section aria-labelledby="hooks"><h2 id="hooks">Webhooks</h2>
${
  hooks.length === 0
    ? html`<p class="empty">None is registered.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of webhooks"><table><thead><tr><th scope="col">id</th><th scope="col">event</th><th scope="col">to</th><th scope="col">version</th><th scope="col">last status</th></tr></thead><tbody>${hooks.map(
        (hook) =>
          html`<tr data-key="hook-${hook.id}"><td>${hook.id}</td><td>${text(hook, "event_action")}.${text(hook, "event_object")}</td><td><code>${text(hook, "subscription_url")}</code></td><td>${text(hook, "version")}</td><td>${plain(hook.last_http_status)}</td></tr>`
      )}</tbody></table></div>`
}</section>
<section aria-labelledby="deliveries-title"><h2 id="deliveries-title">Deliveries</h2>
<p class="quiet">${count(entries.length, "delivery").replace(/deliverys$/, "deliveries")}${entries.length > most && `, the newest ${most} of them shown`}.</p>
<ol class="log" id="deliveries">${entries
      .slice(from)
      .map(({ value }, at) => entry(page, removed + from + at, value))
      .reverse()}</ol></section>`
  }
}
