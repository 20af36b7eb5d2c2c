/**
 * The requests that a sandbox has seen, for whoever looks inside. Credentials are not kept.
 */

import { isRecord } from "../model/view.js"
import { bounded, isHeavy, letGo } from "./boundedLog.js"
import type { Incoming } from "./messages.js"
import * as secrets from "./secrets.js"

/**
 * A request that a sandbox has seen.
 *
 * @since 0.1.0
 * @category models
 */
export interface SeenRequest {
  /** When, in ISO form. */
  readonly time: string
  readonly method: string
  /** The path, without host and query: `/api/v2/deals`. */
  readonly path: string
  /** As it was sent, decoded: `ids` is `"1,2,3"`. */
  readonly query: Readonly<Record<string, string>>
  /** In lower case. Credentials are `"<redacted>"`, here and wherever else they stand. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * JSON as a value, forms as a record (files by name, type and size); `undefined` when there was none. In a body of more than
   * 128 kB each long text is `"<5000000 characters>"`; of older bodies, where all together have more than 32 MB, only
   * `"<let go>"` is left.
   */
  readonly body: unknown
  /** The endpoint it is for: `v2.Deals.list`, `oauth.token`; `undefined` when there is none. */
  readonly endpoint: string | undefined
  /** The status it was answered with; `undefined` while it waits for an answer, and when none came. */
  readonly status: number | undefined
}

const texts = (from: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const value = bounded(from)
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : { [String(value)]: "" }
}

const filesByName = (fields: Readonly<Record<string, string | File>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value : { name: value.name, type: value.type, size: value.size }
    ])
  )

const bodyOf = (incoming: Incoming): unknown => {
  const body = incoming.body
  switch (body._tag) {
    case "Empty":
      return undefined
    case "Json":
      return bounded(body.value)
    case "Form":
      return bounded(body.fields)
    case "Multipart":
      return bounded(filesByName(body.fields))
    case "Unreadable":
      return bounded(`<${body.contentType || "unreadable"}>`)
  }
}

/** Where a one-time code stands under its plain name: a product has a code, too. */
const hasCode = (incoming: Incoming): boolean => incoming.url.pathname.startsWith("/oauth")

const hidden = (from: Readonly<Record<string, string>>, known: ReadonlySet<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(from).map(([name, value]) => [
      secrets.hideText(name, known),
      secrets.isSecret(name) ? secrets.redacted : secrets.hideText(value, known)
    ])
  )

/** Notes a request that has just come; what the sandbox knows to be secret is struck out, and what the request says is. */
export const request = (
  incoming: Incoming,
  time: string,
  endpoint: string | undefined,
  known: Iterable<string>
): SeenRequest => {
  const path = String(bounded(incoming.url.pathname))
  const query = texts(Object.fromEntries(incoming.url.searchParams))
  const headers = texts(incoming.headers)
  const body = bodyOf(incoming)
  const found = new Set(known)
  for (const part of [query, headers, body]) secrets.collect(part, found)
  if (hasCode(incoming)) {
    for (const part of [query, body]) if (isRecord(part) && typeof part.code === "string") found.add(part.code)
  }
  return {
    time,
    method: incoming.method,
    path: secrets.hideText(path, found),
    query: hidden(query, found),
    headers: hidden(headers, found),
    body: secrets.hide(body, found),
    endpoint,
    status: undefined
  }
}

/** What is left of a request where there are many heavy ones. */
export const lighten = (request: SeenRequest): SeenRequest => ({
  ...request,
  path: isHeavy(request.path) ? letGo : request.path,
  query: isHeavy(request.query) ? { [letGo]: "" } : request.query,
  headers: isHeavy(request.headers) ? { [letGo]: "" } : request.headers,
  body: isHeavy(request.body) ? letGo : request.body
})
