/**
 * The pages of a sandbox on a port: a plain report that needs no scripts, which a small script keeps up to date.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Fault } from "../http/faults.js"
import type { Internals } from "../http/handler.js"
import * as Http from "../http/messages.js"
import type { Service } from "../index.js"
import * as Time from "../model/time.js"
import { actions, fieldsOf } from "./actions.js"
import { type Message, type Page, paths, root, type View } from "./context.js"
import { controlsPage, type Given } from "./controls.js"
import { boardPage, dataPage, entityPage } from "./data.js"
import { refusal } from "./guard.js"
import { html } from "./html.js"
import { layout } from "./layout.js"
import { requestPage, requestsPage } from "./requests.js"
import { script } from "./script.js"
import { style } from "./style.js"
import { webhooksPage } from "./webhooks.js"

/** The pages of a sandbox as it is now: they can bring it back to this state. */
export const make = (
  { internals, service }: { readonly internals: Internals; readonly service: Service },
  initialFaults: ReadonlyArray<Fault> = []
): Effect.Effect<Page> =>
  Effect.map(service.snapshot, (initial) => ({
    internals,
    service,
    initial,
    initialFaults,
    changes: 0,
    said: undefined
  }))

/** Whether a request is for one of the pages, and not for Pipedrive. */
export const owns = (method: string, pathname: string): boolean =>
  pathname === root || pathname.startsWith(`${root}/`) || (pathname === "/" && (method === "GET" || method === "HEAD"))

const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

const text = (status: number, content: string, contentType = "text/plain"): Http.Answer => ({
  status,
  headers: commonHeaders,
  body: { _tag: "Text", text: content, contentType: `${contentType}; charset=utf-8` }
})

const nothing: View = {
  title: "Not found",
  path: "",
  content: html`<h2>There is no such page</h2><p><a href="${paths.requests}">To the requests</a></p>`
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const viewOf = (page: Page, url: URL, millis: number, given?: Given): View | undefined => {
  const { pathname, searchParams } = url
  switch (pathname) {
    case paths.requests:
      return requestsPage(page, searchParams, millis)
    case paths.data:
      return dataPage(page, searchParams)
    case paths.board:
      return boardPage(page, searchParams)
    case paths.webhooks:
      return webhooksPage(page)
    case paths.controls:
      return controlsPage(page, millis, given)
  }
  const [, kind, id] = /^\/_sandbox\/data\/([^/]+)\/([^/]+)$/.exec(pathname) ?? []
  if (kind !== undefined && id !== undefined) return entityPage(page, decoded(kind), decoded(id))
  const [, number] = /^\/_sandbox\/requests\/(\d+)$/.exec(pathname) ?? []
  return number === undefined ? undefined : requestPage(page, Number(number))
}

const show = (page: Page, url: URL, message?: Message, given?: Given): Effect.Effect<Http.Answer> =>
  Effect.map(Time.withWorldClock(page.internals.time, Clock.currentTimeMillis), (millis) => {
    const view = viewOf(page, url, millis, given)
    const status = view === undefined ? 404 : message?.bad === true && given !== undefined ? 400 : 200
    return text(status, layout(page, view ?? nothing, millis, message), "text/html")
  })

const act = (page: Page, incoming: Http.Incoming): Effect.Effect<Http.Answer> => {
  const action = actions[incoming.url.pathname]
  if (action === undefined) return Effect.succeed(text(405, "Nothing to be done here."))
  return Effect.flatMap(action(page, fieldsOf(incoming), incoming), (result) => {
    page.changes++
    const message: Message = { text: result.message, bad: result.bad === true }
    const to = new URL(result.to, incoming.url)
    if (result.given !== undefined) return show(page, to, message, result.given)
    // the browser gets a page that it can load again without doing the same once more
    const number = (page.said?.number ?? 0) + 1
    page.said = { number, message }
    return Effect.succeed(Http.empty(303, { ...commonHeaders, location: `${to.pathname}?said=${number}` }))
  })
}

const answer = (page: Page, incoming: Http.Incoming): Effect.Effect<Http.Answer> => {
  const { method, url } = incoming
  const refused = refusal(incoming, page.service.baseUrl)
  if (refused !== undefined) return Effect.succeed(text(403, refused))
  if (method === "POST") return act(page, incoming)
  if (method !== "GET" && method !== "HEAD") return Effect.succeed(text(405, "Only GET and POST."))
  switch (url.pathname) {
    case paths.script:
      return Effect.succeed(text(200, script, "text/javascript"))
    case paths.style:
      return Effect.succeed(text(200, style, "text/css"))
    case paths.snapshot:
      return Effect.map(page.service.write, (content) => {
        const file = text(200, content, "application/json")
        return { ...file, headers: { ...file.headers, "content-disposition": 'attachment; filename="sandbox.json"' } }
      })
  }
  const said = url.searchParams.get("said") === String(page.said?.number) ? page.said?.message : undefined
  return show(page, url, said)
}

/** Answers a request for a page. */
export const handle = (page: Page, request: Request): Effect.Effect<Response> =>
  Http.fromWeb(request).pipe(
    Effect.flatMap((incoming) => answer(page, incoming)),
    Effect.flatMap(Http.toWeb)
  )
