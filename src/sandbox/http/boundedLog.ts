/**
 * What a sandbox remembers for whoever looks inside, within bounds: a sandbox on a port may run for weeks, and be sent anything.
 */

/** So many requests, and deliveries of webhooks, are remembered. */
const kept = 10_000

/** One of them is kept as it is up to this weight, and all together up to that. */
const heaviest = 131_072
const heaviestTogether = 33_554_432

/** What is lighter than this is never let go. */
const lightest = 1024

/** Something remembered, to be replaced when more is known. */
export interface Slot<A> {
  value: A
  weight: number
}

/** What is remembered, oldest first. */
export interface Log<A> {
  readonly slots: Array<Slot<A>>
  /** Takes out what is heavy. */
  readonly lighten: (value: A) => A
  weight: number
  /** So many of the oldest are light. */
  light: number
}

/** An empty log. */
export const make = <A>(lighten: (value: A) => A): Log<A> => ({ slots: [], lighten, weight: 0, light: 0 })

/** All that is remembered. */
export const values = <A>(log: Log<A>): ReadonlyArray<A> => log.slots.map(({ value }) => value)

/** Forgets all. */
export const clear = <A>(log: Log<A>): void => {
  log.slots.length = 0
  log.weight = 0
  log.light = 0
}

/** About how many bytes a value takes. */
const weigh = (value: unknown): number => {
  let weight = 0
  const left: Array<unknown> = [value]
  while (left.length > 0) {
    const one = left.pop()
    weight += 8
    if (typeof one === "string") weight += one.length
    else if (Array.isArray(one)) for (const item of one) left.push(item)
    else if (typeof one === "object" && one !== null) {
      for (const [name, item] of Object.entries(one)) {
        weight += name.length + 8
        left.push(item)
      }
    }
  }
  return weight
}

/** Notes something new. Where there is too much, the oldest is forgotten, and before that what is heavy in it. */
export const note = <A>(log: Log<A>, value: A): Slot<A> => {
  const slot = { value, weight: weigh(value) }
  log.slots.push(slot)
  log.weight += slot.weight
  for (let old = log.slots[log.light]; log.weight > heaviestTogether && old !== undefined; old = log.slots[log.light]) {
    log.light++
    log.weight -= old.weight
    old.value = log.lighten(old.value)
    old.weight = weigh(old.value)
    log.weight += old.weight
  }
  if (log.slots.length > kept) {
    log.weight -= log.slots.shift()?.weight ?? 0
    log.light = Math.max(0, log.light - 1)
  }
  return slot
}

/** A value as it is, or, when it is too heavy, its length in the place of each long text in it; or only its weight. */
export const bounded = (value: unknown, depth = 0): unknown => {
  const weight = weigh(value)
  if (weight <= heaviest) return value
  if (typeof value === "string") return `<${value.length} characters>`
  if (depth < 8 && typeof value === "object" && value !== null) {
    const shortened = Array.isArray(value)
      ? value.map((one) => bounded(one, depth + 1))
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bounded(one, depth + 1)]))
    if (weigh(shortened) <= heaviest) return shortened
  }
  return `<about ${weight} bytes>`
}

/** What stands for what was let go. */
export const letGo = "<let go>"

/** Whether it is worth it to let a value go. */
export const isHeavy = (value: unknown): boolean => weigh(value) > lightest
