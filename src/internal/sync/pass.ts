/**
 * One pass of a sync: the lists of an entity from where the last pass ended, then its deletions. Each step is one page.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Meta, Requirements } from "../../Endpoint.js"
import type { PipedriveError } from "../../PipedriveError.js"
import type { State } from "../../SyncStore.js"
import * as Streams from "../streams.js"
import * as Collect from "../telemetry/meta.js"
import {
  before,
  type Entity,
  type From,
  type Id,
  isLater,
  type List,
  later,
  newestOf,
  type Page,
  type Row,
  read,
  recentList,
  record,
  secondOf,
  sortedBy
} from "./lists.js"
import * as Memory from "./memory.js"

/** @internal */
export interface Change {
  readonly _tag: "Created" | "Updated" | "Deleted"
  readonly id: Id
  readonly item?: Row | undefined
}

/** @internal */
export interface Batch {
  readonly changes: ReadonlyArray<Change>
  readonly state: State
  readonly isLast: boolean
  readonly meta: Meta
}

/** @internal */
export interface Settings {
  readonly filters: Row
  readonly limit: number | undefined
  readonly overlap: number
  readonly deletions: boolean
}

interface Told {
  readonly changes: ReadonlyArray<Change>
  readonly meta: Meta
  readonly next: Step | undefined
}

type Step = Effect.Effect<Told, PipedriveError, Requirements>

/** @internal */
export const run = (
  entity: Entity,
  settings: Settings,
  of: Memory.Memory["of"],
  state: State | undefined
): Stream.Stream<Batch, PipedriveError, Requirements> =>
  Stream.suspend(() => {
    const pass: Pass = { entity, settings, memory: Memory.make(of, state) }
    return Streams.paginate(stageOf(pass, 0), (step) =>
      Effect.map(step, ({ changes, meta, next }): readonly [Batch, Option.Option<Step>] => {
        if (next === undefined) pass.memory.complete = true
        const batch = { changes, state: Memory.toState(pass.memory), isLast: next === undefined, meta }
        return [batch, Option.fromNullable(next)]
      })
    )
  })

interface Pass {
  readonly entity: Entity
  readonly settings: Settings
  readonly memory: Memory.Memory
}

const none: Told = { changes: [], meta: Collect.none, next: undefined }

/** One list after the other, and then what was deleted. */
const stageOf = (pass: Pass, at: number): Step => {
  const list = pass.entity.lists[at]
  if (list === undefined) return deletions(pass) ?? Effect.succeed(none)
  return list.reading === "whole" ? readWhole(pass, at, list, undefined, false) : begin(pass, at, list)
}

/** The step after the last page of a list: one that would do nothing is none. */
const after = (pass: Pass, at: number): Step | undefined =>
  at + 1 < pass.entity.lists.length ? stageOf(pass, at + 1) : deletions(pass)

const inputOf = ({ settings }: Pass, list: List): Row => ({
  ...settings.filters,
  ...(settings.limit === undefined ? {} : { limit: settings.limit }),
  // deals that are deleted are listed like others, when they are asked for
  ...(settings.deletions && list.reading === "cursor" && list.endpoint.query?.includes("status") === true
    ? { status: ["open", "won", "lost", "deleted"] }
    : {})
})

// -----------------------------------------------------------------------------
// lists that are sorted by the time of the last change
// -----------------------------------------------------------------------------

/**
 * Where a walk is: it asks for what changed at `since` or later, and within that for the page at `from`.
 *
 * A second that is not over may be added to at any place, before the page that comes next, too. So a walk goes on by cursor only
 * while it is in seconds before `newest`, which was seen elsewhere: those are over. Else it asks anew from the second it has
 * reached, and passes over what it has given. Where one second fills a whole page, it has to go on by cursor, and reads that
 * second once more when a later one was seen.
 */
interface Place {
  readonly since: string | null
  readonly from: From
  readonly newest: string | null
}

const begin = (pass: Pass, at: number, list: List): Step => {
  const { memory, settings } = pass
  const { newest, since } = Memory.positionOf(memory, list)
  const first: Place = {
    since: since === null ? null : before(since, settings.overlap),
    from: undefined,
    newest
  }
  if (newest !== null) return walk(pass, at, list, first)
  return Effect.flatMap(readAt(pass, list, first), (page) => {
    if (page.next === undefined) {
      // what is deleted from now on has to be told
      memory.since ??= lastOf(page)
      return Effect.succeed(told(pass, at, list, first, page))
    }
    // so long a list is begun again once it is known which seconds are over
    return Effect.flatMap(newestOf(list, inputOf(pass, list)), (newest) => {
      memory.since ??= newest
      return walk(pass, at, list, { ...first, newest })
    })
  })
}

const readAt = (pass: Pass, list: List, { from, since }: Place) =>
  read(
    list,
    { ...inputOf(pass, list), ...sortedBy(list, "asc"), ...(since === null ? {} : { updated_since: since }) },
    from
  )

const walk = (pass: Pass, at: number, list: List, place: Place): Step =>
  Effect.map(readAt(pass, list, place), (page) => told(pass, at, list, place, page))

const told = (pass: Pass, at: number, list: List, place: Place, page: Page): Told => {
  const { next, since } = moveOn(pass, list, place, page)
  const changes = take(pass, list, page, place.newest, since)
  return { changes, meta: page.meta, next: next === undefined ? after(pass, at) : walk(pass, at, list, next) }
}

const lastOf = ({ items }: Page): string | null =>
  items.reduce<string | null>((time, item) => later(time, secondOf(item.update_time)), null)

/** The place of the next page, and the time up to which all will have been handled with this one. */
const moveOn = (
  { memory }: Pass,
  list: List,
  { from, newest: known, since }: Place,
  page: Page
): { readonly next: Place | undefined; readonly since: string | null } => {
  const { items, next } = page
  const last = lastOf(page)
  const reached = later(since, last)
  const newest = later(reached, known)
  const wasOpen = from !== undefined && since === known
  if (wasOpen && isLater(reached, since)) return { next: { since, from: undefined, newest }, since }
  if (next === undefined) return { next: undefined, since: reached }
  const isOver = list.reading === "cursor" && isLater(known, last)
  if (items.length === 0 || isOver) {
    return { next: { since, from: next, newest: known }, since: later(Memory.positionOf(memory, list).since, last) }
  }
  return isLater(last, since)
    ? { next: { since: last, from: undefined, newest }, since: last }
    : { next: { since, from: next, newest }, since }
}

const isDeleted = (item: Row): boolean => item.is_deleted === true || item.status === "deleted"

/** What of a page is new, and the state moved on to after it. */
const take = (
  { memory, settings }: Pass,
  list: List,
  { items }: Page,
  known: string | null,
  since: string | null
): ReadonlyArray<Change> => {
  const floor = since === null ? null : before(since, settings.overlap)
  const changes: Array<Change> = []
  for (const item of items) {
    const { id } = item
    const time = secondOf(item.update_time)
    const mark = memory.seen.get(id)
    const isKept = !isLater(floor, time)
    const digest = mark !== undefined || isKept ? Memory.digestOf(item) : ""
    if (isKept) memory.seen.set(id, [id, list.name, time, digest])
    else memory.seen.delete(id)
    if (mark?.[3] === digest && mark !== undefined) continue
    if (isDeleted(item)) {
      // what was deleted before the first page was never given
      const isOld = !memory.complete && mark === undefined && isLater(memory.since, time)
      if (!isOld) changes.push({ _tag: "Deleted", id, item })
      continue
    }
    memory.gone.delete(id)
    memory.since ??= time
    const isLate = !isLater(memory.start, secondOf(item.add_time)) && !memory.known.has(id)
    const isNew = mark === undefined && (!memory.complete || isLate)
    changes.push({ _tag: isNew ? "Created" : "Updated", id, item })
  }
  memory.lists.set(list.name, { since, newest: later(later(since, known), Memory.positionOf(memory, list).newest) })
  Memory.prune(memory, list, floor)
  return changes
}

// -----------------------------------------------------------------------------
// lists that do not tell what changed
// -----------------------------------------------------------------------------

const readWhole = (pass: Pass, at: number, list: List, from: From, again: boolean): Step =>
  Effect.map(read(list, inputOf(pass, list), from), ({ items, meta, next }): Told => {
    const { memory } = pass
    const changes: Array<Change> = []
    for (const item of items) {
      const { id } = item
      memory.visited.add(id)
      const mark = memory.seen.get(id)
      const digest = Memory.digestOf(item)
      if (mark?.[3] === digest) continue
      memory.seen.set(id, [id, list.name, null, digest])
      changes.push({ _tag: mark === undefined ? "Created" : "Updated", id, item })
    }
    if (next !== undefined) return { changes, meta, next: readWhole(pass, at, list, next, again) }
    const isMany = from !== undefined && list.endpoint.pagination?.style === "offset"
    const following = at + 1 < pass.entity.lists.length
    // between pages that are counted, what is deleted shifts the rest: what is missing once may be there
    const isDoubtful = !following && isMany && !again && missing(pass).length > 0
    return { changes, meta, next: isDoubtful ? readWhole(pass, at, list, undefined, true) : after(pass, at) }
  })

/** What was there, and is no more; only where all lists have been read. */
const missing = ({ entity, memory }: Pass): ReadonlyArray<Id> =>
  entity.lists.every(({ reading }) => reading === "whole")
    ? Array.from(memory.seen.keys()).filter((id) => !memory.visited.has(id))
    : []

// -----------------------------------------------------------------------------
// deletions
// -----------------------------------------------------------------------------

const deletions = (pass: Pass): Step | undefined => {
  const { entity, memory, settings } = pass
  if (!settings.deletions) return undefined
  if (entity.recent !== undefined && memory.since !== null) return readRecents(pass, entity.recent, memory.since, 0)
  const gone = missing(pass)
  if (gone.length === 0) return undefined
  return Effect.sync((): Told => {
    for (const id of gone) memory.seen.delete(id)
    return { ...none, changes: gone.map((id) => ({ _tag: "Deleted", id })) }
  })
}

/** A deleted thing has no data, or data that say so. */
const isGone = (data: unknown): boolean =>
  data === null ||
  data === undefined ||
  record(data).active_flag === false ||
  record(data).deleted === true ||
  isDeleted(record(data))

/**
 * Reads what changed lately, oldest first, from the second that was read last. It goes on by time: counted pages shift when
 * something changes again. Only where one second fills a whole page, it has to count.
 */
const readRecents = (pass: Pass, kind: string, since: string, start: number): Step =>
  Effect.gen(function* () {
    const { memory } = pass
    const input = {
      since_timestamp: before(since, 1000).replace("T", " ").replace("Z", ""),
      items: kind,
      start,
      limit: 500
    }
    const page = yield* read(recentList, input, start)
    const gone = page.items.filter((item) => item.item === kind && isGone(item.data)).map(({ id }) => id)
    const live = yield* stillThere(
      pass,
      gone.filter((id) => !memory.gone.has(id))
    )
    const found = gone.filter((id) => !memory.gone.has(id) && !live.has(id))
    const last = secondOf(page.extra.last_timestamp_on_page) ?? since
    const moved = isLater(last, since)
    Memory.markGone(
      memory,
      gone.filter((id) => !live.has(id)),
      moved
    )
    for (const id of found) memory.seen.delete(id)
    const next =
      page.next === undefined ? undefined : readRecents(pass, kind, moved ? last : since, moved ? 0 : Number(page.next))
    // all of what was deleted before this pass has been read
    memory.since = next === undefined ? later(last, memory.start) : last
    return { changes: found.map((id): Change => ({ _tag: "Deleted", id })), meta: page.meta, next }
  })

/** Those of some ids that are listed all the same: restored, or never deleted. */
const stillThere = ({ entity }: Pass, ids: ReadonlyArray<Id>) => {
  const [list] = entity.lists
  return list === undefined ? Effect.succeed(new Set<Id>()) : stillListed(list, ids)
}

const stillListed = (
  list: List,
  ids: ReadonlyArray<Id>
): Effect.Effect<ReadonlySet<Id>, PipedriveError, Requirements> =>
  list.endpoint.query?.includes("ids") !== true || ids.length === 0
    ? Effect.succeed(new Set())
    : Effect.map(
        Effect.forEach(Arr.chunksOf(ids, 100), (some) => read(list, { ids: some, limit: 100 }, undefined)),
        (pages) => new Set(pages.flatMap(({ items }) => items.map(({ id }) => id)))
      )

/**
 * The known ids that are no more. All that is there is read once, and what is missing is asked for by its ids, where the list
 * takes ids: between two lists, and between counted pages, a thing may slip through.
 *
 * @internal
 */
export const missingOf = (
  entity: Entity,
  filters: Row,
  known: ReadonlySet<Id>
): Effect.Effect<ReadonlyArray<Id>, PipedriveError, Requirements> =>
  Effect.gen(function* () {
    const left = new Set(known)
    const readAll = Effect.forEach(entity.lists, (list) =>
      Stream.runForEach(everyPage(list, filters), ({ items }) =>
        Effect.sync(() => {
          for (const { id } of items) left.delete(id)
        })
      )
    )
    yield* readAll
    if (left.size === 0) return []
    for (const list of entity.lists) {
      if (list.endpoint.query?.includes("ids") !== true) continue
      for (const id of yield* stillListed(list, Array.from(left))) left.delete(id)
    }
    const isCounted = entity.lists.some(({ endpoint }) => endpoint.pagination?.style === "offset")
    if (isCounted && left.size > 0) yield* readAll
    return Array.from(left)
  })

const everyPage = (list: List, filters: Row): Stream.Stream<Page, PipedriveError, Requirements> =>
  Streams.paginate(undefined as From, (from) =>
    Effect.map(read(list, filters, from), (page) => [
      page,
      page.next === undefined ? Option.none<From>() : Option.some<From>(page.next)
    ])
  )
