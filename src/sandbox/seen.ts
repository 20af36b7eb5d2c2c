/**
 * The requests that a sandbox has seen, for whoever looks inside. Credentials are not kept.
 */
import type { Incoming } from "./http.js"

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
  /** In lower case; those that hold credentials are `"<redacted>"`. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON as a value, forms as a record (files by name, type and size); `undefined` when there was none. */
  readonly body: unknown
  /** The endpoint it is for: `v2.Deals.list`, `oauth.token`; `undefined` when there is none. */
  readonly endpoint: string | undefined
  /** The status it was answered with; `undefined` while it waits for an answer, and when none came. */
  readonly status: number | undefined
}

/** So many requests, and deliveries of webhooks, are remembered: a sandbox on a port may run for weeks. */
const kept = 10_000

/** Notes something new, and forgets the oldest where there are too many. */
export const note = <A>(log: Array<A>, entry: A): void => {
  log.push(entry)
  if (log.length > kept) log.shift()
}

const secret = new Set(["authorization", "x-api-token", "cookie", "proxy-authorization"])
const secretParameters = new Set(["api_token", "client_secret", "refresh_token", "access_token", "code"])

const hide = (from: Readonly<Record<string, string>>, names: ReadonlySet<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, names.has(name) ? "<redacted>" : value]))

const bodyOf = (incoming: Incoming): unknown => {
  const body = incoming.body
  switch (body._tag) {
    case "Empty":
      return undefined
    case "Json":
      return body.value
    case "Form":
      return hide(body.fields, secretParameters)
    case "Multipart":
      return Object.fromEntries(
        Object.entries(body.fields).map(([name, value]) => [
          name,
          typeof value === "string" ? value : { name: value.name, type: value.type, size: value.size }
        ])
      )
    case "Unreadable":
      return `<${body.contentType || "unreadable"}>`
  }
}

/** Notes a request that has just come. */
export const request = (incoming: Incoming, time: string, endpoint: string | undefined): SeenRequest => ({
  time,
  method: incoming.method,
  path: incoming.url.pathname,
  query: hide(Object.fromEntries(incoming.url.searchParams), secretParameters),
  headers: hide(incoming.headers, secret),
  body: bodyOf(incoming),
  endpoint,
  status: undefined
})
