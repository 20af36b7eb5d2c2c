/**
 * The page of requests, and of what is left of the limits.
 */
import * as boundedLog from "../http/boundedLog.js"
import type { Limits } from "../http/limits.js"
import * as limits from "../http/limits.js"
import type { SeenRequest } from "../http/requestLog.js"
import { isFront, type Page, type View } from "./context.js"
import { clock, count, type Html, html, plain, pretty, shorten, statusBadge } from "./html.js"

const perPage = 50

/** Longer bodies are shown in full on a page of their own. */
const previewLength = 3000

const target = (request: SeenRequest): string => {
  const query = new URLSearchParams(request.query).toString()
  return query === "" ? request.path : `${request.path}?${query}`
}

const bar = (name: string, used: number, most: number, note = ""): Html => {
  const share = most <= 0 ? 1 : Math.min(1, used / most)
  return html`<li data-key="${name}"><span class="name">${name}</span><meter aria-label="${name}" min="0" max="1" low="0.6" high="0.9" optimum="0" value="${share}"></meter><span class="figures">${used.toLocaleString(
    "en"
  )} of ${most.toLocaleString("en")}${note}</span></li>`
}

const limitBars = (from: Limits, millis: number): Html => {
  if (!from.enforced)
    return html`<p class="quiet">No limits are in force. Start the sandbox with a plan to have some.</p>`
  const usage = limits.usage(from, millis)
  return html`<ul class="bars">${bar("Tokens today", usage.spent, from.plan.daily)}${usage.windows.map(
    ({ blocked, key, limit, used }) =>
      bar(`${key}, in 2 seconds`, used, limit, blocked > 0 ? `, blocked for ${Math.ceil(blocked / 1000)} s` : "")
  )}</ul>`
}

const pairs = (of: Readonly<Record<string, string>>): Html =>
  html`<dl>${Object.entries(of).map(
    ([name, value]) => html`<dt>${shorten(name, 200)}</dt><dd>${shorten(value, previewLength)}</dd>`
  )}</dl>`

const parts = (request: SeenRequest, most: number): Html =>
  html`${
    Object.keys(request.query).length > 0 && html`<h3>Query</h3>${pairs(request.query)}`
  }<h3>Headers</h3>${pairs(request.headers)}${
    request.body !== undefined && html`<h3>Body</h3><pre tabindex="0">${shorten(pretty(request.body), most)}</pre>`
  }`

const line = (request: SeenRequest): Html =>
  html`${clock(request.time)} <span class="method">${shorten(request.method, 20)}</span> <code>${shorten(
    target(request),
    300
  )}</code> <span class="endpoint">${request.endpoint ?? "no endpoint"}</span> ${statusBadge(request.status)}`

const entry = (page: Page, id: number, request: SeenRequest): Html =>
  html`<li data-key="request-${id}"><details><summary>${line(request)}</summary><div class="inside">${parts(
    request,
    previewLength
  )}<p><a href="${page.paths.request}/${id}">This request on its own page</a></p></div></details></li>\n`

const matches = (request: SeenRequest, words: ReadonlyArray<string>): boolean => {
  const text = `${request.method} ${target(request)} ${request.endpoint ?? ""} ${plain(request.status)}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** The newest requests, or those before one, that contain all words. */
export const requestsPage = (page: Page, parameters: URLSearchParams, millis: number): View => {
  const { internals, paths } = page
  const { limits: from, log } = internals
  const find = parameters.get("find") ?? ""
  const before = Number(parameters.get("before") ?? Number.POSITIVE_INFINITY)
  const words = find.toLowerCase().split(/\s+/)
  const shown: Array<Html> = []
  let last: number | undefined
  let more = false
  for (let at = log.entries.length - 1; at >= 0; at--) {
    const id = log.removed + at
    const request = log.entries[at]?.value
    if (request === undefined || id >= before || !matches(request, words)) continue
    if (shown.length === perPage) {
      more = true
      break
    }
    shown.push(entry(page, id, request))
    last = id
  }
  const older = new URLSearchParams({ ...(find === "" ? {} : { find }), before: String(last) })
  return {
    title: "Requests",
    path: paths.requests,
    content: html`${
      !isFront(page) &&
      html`<section aria-labelledby="limits"><h2 id="limits">Limits</h2>${limitBars(from, millis)}</section>`
    }
<section aria-labelledby="requests-title"><h2 id="requests-title">${isFront(page) ? "Requests for no company" : "Requests"}</h2>
<div class="tools"><form action="${paths.requests}" role="search"><label>Find <input type="search" name="find" value="${find}" placeholder="post deals 404"></label> <button>Find</button></form>
<form method="post" action="${paths.clearRequests}"><button${log.entries.length === 0 && html` disabled`}>Clear the list</button></form></div>
<p class="quiet" id="count">${count(log.entries.length, "request")} kept${find !== "" && `, of which these contain “${find}”`}.</p>
<ol class="log" id="requests">${shown}</ol>
${shown.length === 0 && html`<p class="empty">${find === "" ? "No requests yet." : "None."}</p>`}
${more && html`<p><a href="${paths.requests}?${older.toString()}">Older requests</a></p>`}</section>`
  }
}

/** One request, in full. */
export const requestPage = (page: Page, id: number): View | undefined => {
  const { log } = page.internals
  const request = boundedLog.numbered(log, id)
  return request === undefined
    ? undefined
    : {
        title: `${request.method} ${request.path}`,
        path: page.paths.requests,
        content: html`<h2 class="line">${line(request)}</h2>${parts(request, Number.POSITIVE_INFINITY)}`
      }
}
