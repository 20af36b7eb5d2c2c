/**
 * What a sync reads: the lists of an entity, one page at a time.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Endpoint from "../../Endpoint.js"
import { InvalidResponse, type PipedriveError } from "../../PipedriveError.js"
import * as Times from "../schema/times.js"

/** @internal */
export type Id = number | string

/** @internal */
export type Row = Readonly<Record<string, unknown>>

type Call = (input: Row) => Effect.Effect<unknown, PipedriveError, Endpoint.Requirements>

/** A list as it is read. @internal */
export interface List {
  readonly name: string
  readonly endpoint: Endpoint.AnyDescription
  readonly run: Call
  /** Sorted by `update_time`, since a time, by cursor or by offset; or there is no such parameter, and all of it is read. */
  readonly reading: "cursor" | "offset" | "whole"
}

/** @internal */
export interface Entity {
  readonly name: string
  readonly lists: ReadonlyArray<List>
  /** The kind under which `recents` tells of its deletions. */
  readonly recent: string | undefined
}

/** Entities whose lists do not tell what was deleted, and which `recents` knows. */
const recentKinds: Readonly<Record<string, string>> = {
  "v2.Persons.list": "person",
  "v2.Organizations.list": "organization",
  "v2.Activities.list": "activity",
  "v2.Products.list": "product",
  "v1.Notes.list": "note"
}

const listOf = (call: Endpoint.Any): List => {
  const { endpoint } = call
  const takes = (key: string) => endpoint.query?.includes(key) === true
  return {
    name: `${endpoint.version}.${endpoint.name}`,
    endpoint,
    // the input is checked by the endpoint, as every other
    run: call as unknown as Call,
    reading: !takes("updated_since") ? "whole" : takes("sort_by") ? "cursor" : "offset"
  }
}

/** The lists of a module, or one list. @internal */
export const entityOf = (
  source: Endpoint.Any | { readonly list: Endpoint.Any; readonly listArchived?: Endpoint.Any | undefined }
) => {
  const calls = Endpoint.isEndpoint(source)
    ? [source]
    : [source.list, ...(source.listArchived === undefined ? [] : [source.listArchived])]
  const lists = calls.map(listOf)
  const name = lists[0]?.name ?? ""
  return { name, lists, recent: recentKinds[name] } satisfies Entity
}

// -----------------------------------------------------------------------------
// pages
// -----------------------------------------------------------------------------

/** Where a page begins: a cursor, or how many to skip. @internal */
export type From = string | number | undefined

/** @internal */
export interface Page {
  readonly items: ReadonlyArray<Row & { readonly id: Id }>
  readonly next: From
  readonly meta: Endpoint.Meta
  /** What stands beside the items. */
  readonly extra: Row
}

/** @internal */
export const record = (u: unknown): Row => (typeof u === "object" && u !== null ? (u as Row) : {})

const lost = (list: List, meta: Endpoint.Meta, path: string, message: string): InvalidResponse =>
  new InvalidResponse({
    endpoint: list.name,
    method: list.endpoint.method,
    path: `/api/${list.endpoint.version}${list.endpoint.path}`,
    attempts: meta.attempts,
    status: meta.status ?? 200,
    issues: [{ path: [path], message }],
    ...(meta.correlationId === undefined ? {} : { correlationId: meta.correlationId })
  })

const isItem = (u: unknown): u is Row & { readonly id: Id } => {
  const { id } = record(u)
  return typeof id === "number" || typeof id === "string"
}

/** What the answer says of the next page, `undefined` if there is none. */
const nextOf = (list: List, body: Row, count: number, from: From): From => {
  const extra = record(body.additional_data)
  const told = "pagination" in extra ? record(extra.pagination) : extra
  if (list.endpoint.pagination?.style === "cursor") {
    return typeof told.next_cursor === "string" && told.next_cursor !== "" ? told.next_cursor : undefined
  }
  if (told.more_items_in_collection !== true) return undefined
  return typeof told.next_start === "number" ? told.next_start : Number(from ?? 0) + count
}

/**
 * Reads a page. An answer without a list is a failure, and never an empty page: somebody deletes by it.
 *
 * @internal
 */
export const read = (
  list: List,
  input: Row,
  from: From
): Effect.Effect<Page, PipedriveError, Endpoint.Requirements> => {
  const { pagination } = list.endpoint
  const paged: Row =
    pagination === undefined
      ? {}
      : {
          limit: pagination.maximum,
          ...(from === undefined ? {} : { [pagination.style === "cursor" ? "cursor" : "start"]: from })
        }
  return Effect.flatMap(Endpoint.withMeta(list.run({ ...paged, ...input })), ({ meta, value }) => {
    const body = record(value)
    const data: unknown = body.data ?? []
    if (!Array.isArray(data) || !data.every(isItem))
      return lost(list, meta, "data", "is no list of things with an `id`")
    const next = nextOf(list, body, data.length, from)
    const isStuck = next !== undefined && (typeof next === "number" ? next <= Number(from ?? 0) : next === from)
    return isStuck
      ? lost(list, meta, "additional_data", "leads back to a page that was read before")
      : Effect.succeed({ items: data, next, meta, extra: record(body.additional_data) })
  })
}

/** The `update_time` of the latest change in a list. @internal */
export const newestOf = (list: List, input: Row) =>
  Effect.map(read(list, { ...input, ...sortedBy(list, "desc"), limit: 1 }, undefined), ({ items }) =>
    items[0] === undefined ? null : secondOf(items[0].update_time)
  )

/** @internal */
export const sortedBy = (list: List, direction: "asc" | "desc"): Row =>
  list.reading === "cursor"
    ? { sort_by: "update_time", sort_direction: direction }
    : { sort: `update_time ${direction.toUpperCase()}` }

// -----------------------------------------------------------------------------
// times
// -----------------------------------------------------------------------------

const exact = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

const write = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

/** A time of an answer to the second, `2026-05-15T09:55:02Z`: such texts sort as their times do. @internal */
export const secondOf = (value: unknown): string | null => {
  if (typeof value !== "string") return null
  if (exact.test(value)) return value
  return Times.isInstant(value) ? write(Times.dateOf(value)) : null
}

/** @internal */
export const before = (time: string, millis: number): string => write(new Date(Times.dateOf(time).getTime() - millis))

/** @internal */
export const isLater = (a: string | null, b: string | null): boolean => (a ?? "") > (b ?? "")

/** @internal */
export const later = (a: string | null, b: string | null): string | null => (isLater(b, a) ? b : a)

// -----------------------------------------------------------------------------
// two endpoints beside them
// -----------------------------------------------------------------------------

/** Who asks: described here, so that a sync does not bring all of v1 along. @internal */
export const currentUser = /*#__PURE__*/ Endpoint.make(() => ({
  name: "Users.getCurrent",
  operation: "getCurrentUser",
  version: "v1",
  method: "GET",
  path: "/users/me",
  input: Schema.Struct({}),
  output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Struct({ company_id: Schema.Number }) }),
  scopes: ["base"],
  cost: 2
}))

const recents = /*#__PURE__*/ Endpoint.make(() => ({
  name: "Recents.list",
  operation: "getRecents",
  version: "v1",
  method: "GET",
  path: "/recents",
  query: ["since_timestamp", "items", "start", "limit"],
  input: Schema.Struct({
    since_timestamp: Schema.String,
    items: Schema.String,
    start: Schema.Number,
    limit: Schema.Number
  }),
  output: Schema.Struct({ success: Schema.Literal(true), data: Schema.Array(Schema.Struct({ id: Schema.Number })) }),
  scopes: ["recents:read", "search:read"],
  cost: 20,
  pagination: { style: "offset", maximum: 500, items: "data" }
}))

/** What changed lately, deletions among it. @internal */
export const recentList: List = /*#__PURE__*/ (() => listOf(recents))()
