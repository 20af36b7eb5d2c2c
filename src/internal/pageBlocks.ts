/**
 * What an answer of a list says: its items, and where it goes on.
 */
import type { PaginationDescription } from "../Endpoint.js"

const record = (u: unknown): Readonly<Record<string, unknown>> =>
  typeof u === "object" && u !== null ? (u as Readonly<Record<string, unknown>>) : {}

/** More is said to be there, and not where. @internal */
export const unreachable: unique symbol = Symbol("effect-pipedrive/Pagination/unreachable")

/** The cursor of the next page: missing, null and empty mean that there is none, unless more is said to be there. @internal */
export const nextCursor = (page: unknown): string | typeof unreachable | undefined => {
  const extra = record(record(page).additional_data)
  const pagination = record(extra.pagination)
  const cursor = extra.next_cursor ?? pagination.next_cursor
  if (typeof cursor === "string" && cursor !== "") return cursor
  const isLast = cursor === undefined || cursor === null || cursor === ""
  const more = saysMore(extra) || saysMore(pagination)
  return isLast && !more ? undefined : unreachable
}

/** Where the next page starts: as told, or after what came, by the server's numbers. @internal */
export const nextStart = (
  page: unknown,
  items: PaginationDescription["items"]
): number | typeof unreachable | undefined => {
  const extra = record(record(page).additional_data)
  const told = "pagination" in extra ? record(extra.pagination) : extra
  if (!saysMore(told)) return undefined
  const came = itemsOf(page, items).length
  const counted = typeof told.start === "number" && came > 0 ? told.start + came : undefined
  const next = typeof told.next_start === "number" ? told.next_start : counted
  return next !== undefined && Number.isSafeInteger(next) ? next : unreachable
}

/** A server that says so in another way than documented must not end a stream before its end. */
const saysMore = ({ more_items_in_collection: more }: Readonly<Record<string, unknown>>): boolean =>
  more === true || more === 1 || more === "true" || more === "1"

/** None at all is an empty one: v1 says null for it. @internal */
export const holdsList = (page: unknown, place: PaginationDescription["items"]): boolean => {
  const data = record(page).data
  const isNone = (u: unknown) => u === undefined || u === null
  if (place === "data" || isNone(data)) return isNone(data) || Array.isArray(data)
  if (typeof data !== "object" || Array.isArray(data)) return false
  const { items } = record(data)
  return isNone(items) || Array.isArray(items)
}

/** @internal */
export const itemsOf = <Item>(page: unknown, place: PaginationDescription["items"]): ReadonlyArray<Item> => {
  const data = record(page).data
  const items = place === "data" ? data : record(data).items
  return Array.isArray(items) ? (items as ReadonlyArray<Item>) : []
}
