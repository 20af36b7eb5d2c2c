/**
 * What a pass remembers while it runs, and the state that is made of it after each page.
 */
import type { Mark, Position, State } from "../../SyncStore.js"
import type { Id, List, Row } from "./lists.js"

/** @internal */
export interface Memory {
  readonly of: Pick<State, "version" | "account" | "entity" | "filters">
  complete: boolean
  /** The latest time that passes before this one reached. */
  readonly start: string | null
  /** What they gave of that second. */
  readonly known: ReadonlySet<Id>
  readonly lists: Map<string, Position>
  readonly seen: Map<Id, Mark>
  since: string | null
  readonly gone: Set<Id>
  /** What a list that is read as a whole has held in this pass. */
  readonly visited: Set<Id>
}

/** So many marks of one list, and ids of deleted things, are kept: what is beyond is given once more, which does no harm. */
const mostMarks = 2000

/** @internal */
export const make = (of: Memory["of"], state: State | undefined): Memory => {
  const lists = new Map(Object.entries(state?.lists ?? {}))
  const times = Array.from(lists.values(), ({ since }) => since ?? "").sort()
  return {
    of,
    complete: state?.complete ?? false,
    start: times[times.length - 1] || null,
    known: new Set(state?.seen.map(([id]) => id)),
    lists,
    seen: new Map(state?.seen.map((mark) => [mark[0], mark] as const)),
    since: state?.deletions.since ?? null,
    gone: new Set(state?.deletions.ids),
    visited: new Set()
  }
}

/** @internal */
export const toState = (memory: Memory): State => ({
  ...memory.of,
  complete: memory.complete,
  lists: Object.fromEntries(memory.lists),
  seen: Array.from(memory.seen.values()),
  deletions: { since: memory.since, ids: Array.from(memory.gone) }
})

/** @internal */
export const positionOf = (memory: Memory, list: List): Position =>
  memory.lists.get(list.name) ?? { since: null, newest: null }

/** Forgets the marks of a list from before a time: nothing of then will be read again. @internal */
export const prune = (memory: Memory, list: List, floor: string | null): void => {
  let count = 0
  for (const [id, [, of, time]] of memory.seen) {
    if (of !== list.name) continue
    if ((time ?? "") < (floor ?? "")) memory.seen.delete(id)
    else count++
  }
  for (const [id, [, of]] of memory.seen) {
    if (count <= mostMarks) break
    if (of !== list.name) continue
    memory.seen.delete(id)
    count--
  }
}

/** Remembers what was deleted. @internal */
export const markGone = (memory: Memory, ids: Iterable<Id>, onlyThese: boolean): void => {
  if (onlyThese) memory.gone.clear()
  for (const id of ids) memory.gone.add(id)
  for (const id of memory.gone) {
    if (memory.gone.size <= mostMarks) break
    memory.gone.delete(id)
  }
}

/** What a thing holds, in 64 bits: equal contents have equal ones, and others almost surely do not. @internal */
export const digestOf = (item: Row): string => {
  const text = JSON.stringify(item)
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13)
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`
}
