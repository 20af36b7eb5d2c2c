/**
 * The page of faults, clock, reset and snapshots.
 */
import * as Duration from "effect/Duration"
import type { ActiveFault, Fault } from "../http/faults.js"
import { endpoints } from "../http/routes.js"
import type { Page, Paths, View } from "./context.js"
import { count, Html, html, span } from "./html.js"

/** What the outcomes are called on the page. */
export const outcomes: Readonly<Record<Fault["outcome"]["_tag"], string>> = {
  Respond: "Respond with a status",
  Pass: "Respond as usual (with a delay)",
  Reset: "Break the connection",
  Refuse: "Refuse the connection",
  Truncate: "Cut the response off",
  Drip: "Send the response in small pieces",
  Hang: "Never respond"
}

const describeOutcome = ({ outcome }: Fault): string => {
  switch (outcome._tag) {
    case "Respond":
      return `respond with ${outcome.status}`
    case "Truncate":
      return `cut the response off after ${count(outcome.bytes, "byte")}`
    case "Drip":
      return `send ${count(outcome.bytes, "byte")} every ${Duration.toMillis(outcome.every)} ms`
    default:
      return outcomes[outcome._tag].toLowerCase()
  }
}

const describeFault = ({ fault, name, nth }: ActiveFault): string =>
  [
    `${name ?? "Every endpoint"}: ${describeOutcome(fault)}`,
    fault.delay !== undefined && `after ${Duration.toMillis(fault.delay)} ms`,
    nth !== undefined && `for request ${Array.from(nth).join(", ")}`,
    fault.times !== undefined && `at most ${count(fault.times, "time")}`,
    fault.probability !== undefined && `with probability ${fault.probability}`,
    fault.acts === true && "but execute the request"
  ]
    .filter((part) => part !== false)
    .join(", ")

const faultRow = (paths: Paths, active: ActiveFault, at: number): Html =>
  html`<li data-key="fault-${at}"><span>${describeFault(active)} <span class="quiet">(applied ${count(
    active.triggered,
    "time"
  )})</span></span> <form method="post" action="${paths.removeFault}"><input type="hidden" name="at" value="${at}"><button aria-label="Remove fault ${at + 1}">Remove</button></form></li>`

/** What was sent in a form, to fill it in again. */
export type Given = Readonly<Record<string, string>>

const field = (given: Given, label: string, name: string, more: string, only = ""): Html =>
  html`<label class="${only}">${label} <input name="${name}" value="${given[name] ?? ""}" ${new Html(more)}></label>`

const faultForm = (
  paths: Paths,
  given: Given
): Html => html`<form method="post" action="${paths.addFault}" class="fields" aria-labelledby="add-fault">
${field(given, "Endpoint", "endpoint", 'list="endpoints" placeholder="every endpoint" autocomplete="off"')}
<datalist id="endpoints">${[
  ...endpoints().map((one) => `${one.version}.${one.name}`),
  "oauth.token",
  "oauth.revoke",
  "oauth.authorize"
].map((name) => html`<option value="${name}">`)}</datalist>
<label>Outcome <select name="outcome">${Object.entries(outcomes).map(
  ([tag, name]) => html`<option value="${tag}"${given.outcome === tag && new Html(" selected")}>${name}</option>`
)}</select></label>
${field({ status: "503", ...given }, "Status", "status", 'type="number" min="200" max="599"', "for-respond")}
<label class="for-respond wide">Body <textarea name="body" rows="2" placeholder="JSON, or any text">${given.body ?? ""}</textarea></label>
${field({ bytes: "20", ...given }, "Bytes", "bytes", 'type="number" min="0"', "for-bytes")}
${field({ every: "500", ...given }, "Milliseconds between pieces", "every", 'type="number" min="0"', "for-drip")}
${field(given, "Delay in milliseconds", "delay", 'type="number" min="0" placeholder="0"')}
${field(given, "Which requests, counted from 1", "nth", 'placeholder="all, or 1, 3" pattern="[0-9]+( *, *[0-9]+)*"')}
${field(given, "At most so many times", "times", 'type="number" min="1" placeholder="no limit"')}
${field(given, "Probability from 0 to 1", "probability", 'type="number" min="0" max="1" step="any" placeholder="1"')}
<label class="check wide"><input type="checkbox" name="acts" value="yes"${given.acts === "yes" && new Html(" checked")}> Execute the request all the same: only its response is lost</label>
<p class="wide"><button>Add the fault</button></p></form>`

const advanceButton = (paths: Paths, amount: number, unit: string): Html =>
  html`<form method="post" action="${paths.advance}"><input type="hidden" name="amount" value="${amount}"><input type="hidden" name="unit" value="${unit}"><button>+ ${count(amount, unit)}</button></form>`

/** The page. */
export const controlsPage = (page: Page, millis: number, given: Given = {}): View => {
  const { internals, paths } = page
  const { faults, time } = internals
  const now = new Date(millis).toISOString()
  return {
    title: "Controls",
    path: paths.controls,
    content: html`<section aria-labelledby="clock"><h2 id="clock">Clock</h2>
<p>In the sandbox it is <strong id="now">${now.slice(0, 10)} ${now.slice(11, 19)} UTC</strong>${
      time.ahead > 0 ? `, ${span(time.ahead)} ahead of this machine.` : "."
    } <span class="quiet">Moved ahead, tokens expire, limits reset, deals rot and webhooks are retried.</span></p>
<div class="tools">${advanceButton(paths, 1, "minute")}${advanceButton(paths, 1, "hour")}${advanceButton(paths, 1, "day")}
<form method="post" action="${paths.advance}"><label>Amount <input name="amount" type="number" min="1" value="1" required></label> <label>Unit <select name="unit">${[
      "second",
      "minute",
      "hour",
      "day",
      "week"
    ].map(
      (unit) => html`<option value="${unit}">${unit}s</option>`
    )}</select></label> <button>Move ahead</button></form></div></section>
<section aria-labelledby="faults"><h2 id="faults">Faults</h2>
${faults.length === 0 ? html`<p class="empty">There are none.</p>` : html`<ol class="faults">${faults.map((fault, at) => faultRow(paths, fault, at))}</ol>`}
<h3 id="add-fault">Add a fault</h3>
${faultForm(paths, given)}</section>
<section aria-labelledby="snapshot"><h2 id="snapshot">Snapshot</h2>
<p><a href="${paths.snapshot}" download>Download a snapshot</a> <span class="quiet">of the data and the clock. It contains the tokens of apps and the passwords of webhooks.</span></p>
<form method="post" action="${paths.restore}" enctype="multipart/form-data" class="tools"><label>Snapshot file <input type="file" name="file" accept=".json,application/json" required></label> <button>Restore it</button></form></section>
<section aria-labelledby="reset"><h2 id="reset">Reset</h2>
<details id="confirm"><summary>Reset the sandbox…</summary><div class="inside"><p>Data, clock, faults and limits become as they were made at the start. The lists of requests and deliveries are cleared.</p>
<form method="post" action="${paths.reset}"><button class="danger">Reset everything</button></form></div></details></section>`
  }
}
