/**
 * The pages of a sandbox on a port: a plain report that needs no scripts, which a small script keeps up to date.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Fault } from "../http/faults.js"
import * as Http from "../http/messages.js"
import * as Time from "../model/time.js"
import type { Open } from "../service.js"
import { actionsAt, fieldsOf } from "./actions.js"
import {
  alone,
  type Company,
  isFront,
  type Message,
  type Page,
  type Paths,
  pathsBelow,
  pathsOf,
  root,
  type View
} from "./context.js"
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
  { internals, service }: Open,
  initialFaults: ReadonlyArray<Fault> = [],
  paths: Paths = alone,
  companies: ReadonlyArray<Company> = []
): Effect.Effect<Page> =>
  Effect.map(service.snapshot, (initial) => ({
    internals,
    service,
    initial,
    initialFaults,
    paths,
    companies,
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

const nothing = ({ paths }: Page): View => ({
  title: "Not found",
  path: "",
  content: html`<h2>There is no such page</h2><p><a href="${paths.requests}">To the requests</a></p>`
})

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const viewOf = (page: Page, url: URL, millis: number, given?: Given): View | undefined => {
  const { pathname, searchParams } = url
  const { paths } = page
  if (pathname === paths.requests) return requestsPage(page, searchParams, millis)
  if (pathname.startsWith(`${paths.request}/`)) {
    const number = pathname.slice(paths.request.length + 1)
    return /^\d+$/.test(number) ? requestPage(page, Number(number)) : undefined
  }
  if (isFront(page)) return undefined
  switch (pathname) {
    case paths.data:
      return dataPage(page, searchParams)
    case paths.board:
      return boardPage(page, searchParams)
    case paths.webhooks:
      return webhooksPage(page)
    case paths.controls:
      return controlsPage(page, millis, given)
  }
  if (!pathname.startsWith(`${paths.data}/`)) return undefined
  const [kind = "", id = "", more] = pathname.slice(paths.data.length + 1).split("/")
  return kind === "" || id === "" || more !== undefined ? undefined : entityPage(page, decoded(kind), decoded(id))
}

const show = (page: Page, url: URL, message?: Message, given?: Given): Effect.Effect<Http.Answer> =>
  Effect.map(Time.withWorldClock(page.internals.time, Clock.currentTimeMillis), (millis) => {
    const view = viewOf(page, url, millis, given)
    const status = view === undefined ? 404 : message?.bad === true && given !== undefined ? 400 : 200
    return text(status, layout(page, view ?? nothing(page), millis, message), "text/html")
  })

const act = (page: Page, incoming: Http.Incoming): Effect.Effect<Http.Answer> => {
  const { pathname } = incoming.url
  const action = actionsAt(page.paths)[pathname]
  if (action === undefined || (isFront(page) && pathname !== page.paths.clearRequests))
    return Effect.succeed(text(405, "Nothing to be done here."))
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
  const { paths } = page
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

// -----------------------------------------------------------------------------
// several companies
// -----------------------------------------------------------------------------

/** The pages of several companies, and of what is for none of them. */
export interface Pages {
  readonly front: Page
  readonly byName: ReadonlyMap<string, Page>
}

/** No company is called "-". */
const frontPaths = pathsBelow(`${root}/-`, "/")

/** The pages of several companies as they are now. */
export const makeAll = (
  front: Open,
  companies: ReadonlyMap<string, Open>,
  faults: (name: string) => ReadonlyArray<Fault> | undefined
): Effect.Effect<Pages> =>
  Effect.gen(function* () {
    const links = Array.from(companies, ([name, { internals }]) => ({
      title: internals.world.company.name,
      path: pathsOf(name).requests
    }))
    const all = [{ title: "All companies", path: frontPaths.requests }, ...links]
    const byName = new Map<string, Page>()
    for (const [name, open] of companies) byName.set(name, yield* make(open, faults(name), pathsOf(name), all))
    return { front: yield* make(front, [], frontPaths, all), byName }
  })

/** The page that a path is of. */
export const pageAt = ({ byName, front }: Pages, pathname: string): Page =>
  byName.get(pathname.slice(root.length + 1).split("/")[0] ?? "") ?? front
