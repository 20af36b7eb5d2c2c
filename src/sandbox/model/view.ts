/**
 * The context of a response: the world and the caller.
 */
import type { Row, World } from "./world.js"

/** The world, as one caller sees it. */
export interface View {
  readonly world: World
  /** The user whose credentials were sent. */
  readonly caller: Row
  /** The time, in ISO form with milliseconds. */
  readonly now: string
  /** The origin of the sandbox, without a path. */
  readonly origin: string
  /** The app that acts for the user; absent with an API token. */
  readonly app?: { readonly clientId: string; readonly name: string }
}

/** A field as a string, empty if it is not one. */
export const text = (row: Row | undefined, field: string): string => {
  const value = row?.[field]
  return typeof value === "string" ? value : ""
}

/** A field as a string, `null` if it is not one. */
export const textOrNull = (row: Row | undefined, field: string): string | null => {
  const value = row?.[field]
  return typeof value === "string" ? value : null
}

/** A field as a number, 0 if it is not one. */
export const num = (row: Row | undefined, field: string): number => {
  const value = row?.[field]
  return typeof value === "number" ? value : 0
}

/** A field as a number, `null` if it is not one. */
export const numOrNull = (row: Row | undefined, field: string): number | null => {
  const value = row?.[field]
  return typeof value === "number" ? value : null
}

/** A field as an array, empty if it is not one. */
export const list = (row: Row | undefined, field: string): ReadonlyArray<unknown> => {
  const value = row?.[field]
  return Array.isArray(value) ? value : []
}

/** Whether a value is an object with keys. */
export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * An object with these keys, all `null`, to be copied and filled. One that JSON made stays compact in V8 and so do its copies,
 * where one that gets its keys one by one becomes a hash table after some twenty: slower to fill, and to write as JSON.
 */
export const nullRecord = (keys: Iterable<string>): Readonly<Record<string, null>> =>
  JSON.parse(`{${Array.from(new Set(keys), (key) => `${JSON.stringify(key)}:null`).join()}}`)

/** The items of a comma list. */
export const splitWords = (value: unknown): ReadonlyArray<string> | undefined =>
  typeof value === "string"
    ? value.split(",").filter((word) => word !== "")
    : Array.isArray(value)
      ? value.filter((word): word is string => typeof word === "string")
      : undefined

/** `2026-05-15 09:55:02`: a time as v1 writes it. */
export const v1Time = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)}`

/** `2026-05-15T09:55:02Z`: a time as v2 writes it. */
export const v2Time = (iso: string): string => `${iso.slice(0, 19)}Z`

/** A time in ISO form without its fraction. */
export const toSecond = (iso: string): string => `${iso.slice(0, 19)}.000Z`

/** An ISO time plus milliseconds. */
export const addMillis = (iso: string, millis: number): string =>
  new Date(new Date(iso).getTime() + millis).toISOString()
