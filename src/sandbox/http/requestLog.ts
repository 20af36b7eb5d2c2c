/**
 * Entries of the request log, without credentials.
 */

import { isRecord } from "../model/view.js"
import { dropped, isLarge, truncate } from "./boundedLog.js"
import type { Incoming } from "./messages.js"
import * as secrets from "./secrets.js"

/**
 * A request that a sandbox has received.
 *
 * @since 0.1.0
 * @category models
 */
export interface SeenRequest {
  /** When, in ISO format. */
  readonly time: string
  readonly method: string
  /** The path, without host and query: `/api/v2/deals`. */
  readonly path: string
  /** As it was sent, decoded: `ids` is `"1,2,3"`. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. Credentials are `"<redacted>"`, here and everywhere else. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * JSON as a value, forms as a record (files by name, type and size); `undefined` without a body. In a body of more than
   * 128 kB each long text is `"<5000000 characters>"`. When all bodies together exceed 32 MB, the oldest become `"<let go>"`.
   */
  readonly body: unknown
  /** The endpoint: `v2.Deals.list`, `oauth.token`; `undefined` if the path has none. */
  readonly endpoint: string | undefined
  /** The status of the response; `undefined` before there is one, and if there is none. */
  readonly status: number | undefined
}

const truncateTexts = (from: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const value = truncate(from)
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
      return truncate(body.value)
    case "Form":
      return truncate(body.fields)
    case "Multipart":
      return truncate(filesByName(body.fields))
    case "Unreadable":
      return truncate(`<${body.contentType || "unreadable"}>`)
  }
}

/** Only here `code` is a one-time code: products have a field of that name. */
const isOAuthRequest = (incoming: Incoming): boolean => incoming.url.pathname.startsWith("/oauth")

const redactTexts = (
  from: Readonly<Record<string, string>>,
  known: ReadonlySet<string>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(from).map(([name, value]) => [
      secrets.redactText(name, known),
      secrets.isSecret(name) ? secrets.redacted : secrets.redactText(value, known)
    ])
  )

/** Describes a request that has just arrived. Known secrets and those in the request itself are redacted. */
export const describe = (
  incoming: Incoming,
  time: string,
  endpoint: string | undefined,
  known: Iterable<string>
): SeenRequest => {
  const path = String(truncate(incoming.url.pathname))
  const query = truncateTexts(Object.fromEntries(incoming.url.searchParams))
  const headers = truncateTexts(incoming.headers)
  const body = bodyOf(incoming)
  const found = new Set(known)
  for (const part of [query, headers, body]) secrets.collect(part, found)
  if (isOAuthRequest(incoming)) {
    for (const part of [query, body]) if (isRecord(part) && typeof part.code === "string") found.add(part.code)
  }
  return {
    time,
    method: incoming.method,
    path: secrets.redactText(path, found),
    query: redactTexts(query, found),
    headers: redactTexts(headers, found),
    body: secrets.redact(body, found),
    endpoint,
    status: undefined
  }
}

/** An entry without its large parts. */
export const shrink = (describe: SeenRequest): SeenRequest => ({
  ...describe,
  path: isLarge(describe.path) ? dropped : describe.path,
  query: isLarge(describe.query) ? { [dropped]: "" } : describe.query,
  headers: isLarge(describe.headers) ? { [dropped]: "" } : describe.headers,
  body: isLarge(describe.body) ? dropped : describe.body
})
