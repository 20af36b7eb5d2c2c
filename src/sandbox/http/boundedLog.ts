/**
 * A log with limited size: a sandbox on a port may run for weeks and get bodies of any size.
 */

const maxEntries = 10_000

/** The largest entry that is kept unchanged, and the largest total size, in bytes. */
const maxEntrySize = 131_072
const maxTotalSize = 33_554_432

/** Smaller values are never dropped. */
const minDroppedSize = 1024

/** One entry. Its value can be replaced later, when a request has its response. */
export interface Entry<A> {
  value: A
  size: number
}

/** Entries, oldest first. */
export interface Log<A> {
  readonly entries: Array<Entry<A>>
  /** Drops the large parts of a value. */
  readonly shrink: (value: A) => A
  size: number
  /** How many of the oldest entries were shrunk already. */
  shrunk: number
  /** How many entries were removed: this plus its position is an entry's number, which never changes. */
  removed: number
}

/** An empty log. */
export const make = <A>(shrink: (value: A) => A): Log<A> => ({
  entries: [],
  shrink,
  size: 0,
  shrunk: 0,
  removed: 0
})

/** All values. */
export const values = <A>(log: Log<A>): ReadonlyArray<A> => log.entries.map(({ value }) => value)

/** The value of that number, if it is still there. */
export const numbered = <A>(log: Log<A>, number: number): A | undefined => log.entries[number - log.removed]?.value

/** Removes all entries. */
export const clear = <A>(log: Log<A>): void => {
  log.removed += log.entries.length
  log.entries.length = 0
  log.size = 0
  log.shrunk = 0
}

/** The approximate size of a value in bytes. */
const estimateSize = (value: unknown): number => {
  let size = 0
  const pending: Array<unknown> = [value]
  while (pending.length > 0) {
    const one = pending.pop()
    size += 8
    if (typeof one === "string") size += one.length
    else if (Array.isArray(one)) for (const item of one) pending.push(item)
    else if (typeof one === "object" && one !== null) {
      for (const [name, item] of Object.entries(one)) {
        size += name.length + 8
        pending.push(item)
      }
    }
  }
  return size
}

/** Adds a value. When the log is too large, old entries are shrunk first and then removed. */
export const append = <A>(log: Log<A>, value: A): Entry<A> => {
  const entry = { value, size: estimateSize(value) }
  log.entries.push(entry)
  log.size += entry.size
  for (let old = log.entries[log.shrunk]; log.size > maxTotalSize && old !== undefined; old = log.entries[log.shrunk]) {
    log.shrunk++
    log.size -= old.size
    old.value = log.shrink(old.value)
    old.size = estimateSize(old.value)
    log.size += old.size
  }
  if (log.entries.length > maxEntries) {
    log.size -= log.entries.shift()?.size ?? 0
    log.removed++
    log.shrunk = Math.max(0, log.shrunk - 1)
  }
  return entry
}

/** The value itself, or, if it is too large, a copy with the length in place of each long text, or only its size. */
export const truncate = (value: unknown, depth = 0): unknown => {
  const size = estimateSize(value)
  if (size <= maxEntrySize) return value
  if (typeof value === "string") return `<${value.length} characters>`
  if (depth < 8 && typeof value === "object" && value !== null) {
    const shortened = Array.isArray(value)
      ? value.map((one) => truncate(one, depth + 1))
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, truncate(one, depth + 1)]))
    if (estimateSize(shortened) <= maxEntrySize) return shortened
  }
  return `<about ${size} bytes>`
}

/** The placeholder of a dropped value. */
export const dropped = "<let go>"

/** Whether dropping a value saves memory. */
export const isLarge = (value: unknown): boolean => estimateSize(value) > minDroppedSize
