/**
 * The places of requests in the window in which Pipedrive counts them: how many are taken, and when one is free again.
 */

/** Pipedrive counts requests over two seconds, in milliseconds. @internal */
export const window = 2000

/** Clocks and timers are not exact. @internal */
export const margin = 20

/**
 * How much later than another one a request may reach the server, for all we know. Where answers are slower than the
 * fastest by more than that on average, it is the server's own work, which comes after it has counted.
 *
 * @internal
 */
export const slack = 2000
const slackOnAverage = 180

/** A connection is free for the next request so soon after an answer, and still open so long after it. */
const freedAfter = 100
const keepAlive = 3000

/** So many answers tell little of the way, and the average goes back about so many. */
const few = 8
const remembered = 64

/** The fastest answer is remembered for one to two of these: the way to the server changes. */
const latencyPeriod = 30_000

/** What is assumed before anything is known: the smallest limits of any plan. @internal */
export const assumed = { all: 20, search: 10 }

/** The largest limit of any plan. @internal */
export const highest = 480

/** What a request asks for. @internal */
export interface Ask {
  readonly cost: number
  readonly search: boolean
  /** No pause longer than this is waited out, in milliseconds. */
  readonly maximumWait: number
}

/** The place of one request in the window. @internal */
export interface Permit {
  readonly ask: Ask
  readonly sent: number
  /** How many were under way with it. */
  readonly concurrency: number
  /** Whether it found an open connection. */
  readonly warm: boolean
  /** How long its answer took, once it came. */
  took: number | undefined
  settled: boolean
}

/** One limit of so many requests a window. @internal */
export interface Bucket {
  /** How many are let go: what was told, what is assumed, or less where others take their part. */
  limit: number
  /** What a header told. */
  told: number | undefined
  /** Whether an assumed limit is still to be doubled, because nothing was refused yet. */
  rising: boolean
  /** How long a limit that was felt for is kept before a little more is tried. */
  patience: number
  changedAt: number
  /** The least that the server told to remain since then, and when all places were taken first. */
  unused: number
  fullAt: number
  /** The places that are taken. */
  readonly log: Array<Place>
  /** Places of ours that were given free of late, though the server may have counted them still. */
  readonly recent: Array<Permit>
  /** With so many in it, the log is cleared of what is over: also where there is no limit to reach. */
  full: number
}

/** A place in the window, of a request of ours or, as the server's count tells, of somebody else's. @internal */
export type Place = Permit | { readonly releaseAt: number }

/** What answers tell of the way to the server. @internal */
export interface Latency {
  /** The fastest answer on an open connection, in milliseconds, of this period and of the one before. */
  fastest: number
  before: number
  since: number
  /** How much slower than the fastest they are, on average over so many. */
  spread: number
  answers: number
  /** So many connections have been open since then, and were all in use at last. */
  open: number
  openSince: number
  openAt: number
  /** Not relied on until then: requests came closer together than it had let expect. */
  doubtedUntil: number
}

/** @internal */
export const makeBucket = (limit: number): Bucket => ({
  limit,
  told: undefined,
  rising: true,
  patience: window,
  changedAt: 0,
  unused: Number.POSITIVE_INFINITY,
  fullAt: Number.POSITIVE_INFINITY,
  log: [],
  recent: [],
  full: highest
})

/** @internal */
export const makeLatency = (): Latency => ({
  fastest: Number.POSITIVE_INFINITY,
  before: Number.POSITIVE_INFINITY,
  since: 0,
  spread: 0,
  answers: 0,
  open: 0,
  openSince: 0,
  openAt: Number.NEGATIVE_INFINITY,
  doubtedUntil: 0
})

/** Whether a place is free. @internal */
export const hasRoom = (bucket: Bucket, latency: Latency, now: number): boolean => {
  if (bucket.log.length < Math.min(bucket.limit, bucket.full)) return true
  clear(bucket, latency, now)
  return bucket.log.length < bucket.limit
}

/** Moves what is over out of the log, in place: with the limit reached, this runs for every request. */
const clear = (bucket: Bucket, latency: Latency, now: number): void => {
  const { log, recent } = bucket
  keep(recent, (permit) => countedUntil(permit) > now - window)
  keep(log, (place) => {
    if (freeAt(place, latency, now) > now) return true
    if ("sent" in place) recent.push(place)
    return false
  })
  bucket.full = Math.max(highest, log.length * 2)
}

const keep = <A>(array: Array<A>, isKept: (value: A) => boolean): void => {
  let kept = 0
  for (const value of array) if (isKept(value)) array[kept++] = value
  array.length = kept
}

const freeAt = (place: Place, latency: Latency, now: number): number => {
  if ("releaseAt" in place) return place.releaseAt
  const { answers, before, doubtedUntil, fastest, spread } = latency
  const trusted = answers > 0 && now >= doubtedUntil
  // of few answers the fastest may be slow itself
  const least = Math.min(fastest, before)
  const credit = trusted ? Math.max(least * (answers / (answers + few)) - spread / 2, 0) : 0
  const most = trusted && least + spread - credit > slackOnAverage ? slackOnAverage : slack
  const late = place.took === undefined ? most : Math.max(place.took - credit, 0)
  return place.sent + window + margin + Math.min(late, most)
}

/** Until when the server may count a request, at the latest. */
const countedUntil = (permit: Permit): number => permit.sent + window + Math.min(permit.took ?? slack, slack)

/** How many other requests of ours the server may have counted when it counted this one. @internal */
export const countedWith = (bucket: Bucket, permit: Permit): number => {
  let count = 0
  for (const places of [bucket.log, bucket.recent]) {
    for (const place of places) if ("sent" in place && place !== permit && countedUntil(place) > permit.sent) count++
  }
  return count
}

/** When the next place is free. @internal */
export const earliest = (bucket: Bucket, latency: Latency, now: number): number => {
  let at = Number.POSITIVE_INFINITY
  for (const place of bucket.log) at = Math.min(at, freeAt(place, latency, now))
  return at
}

/** Gives a place free. @internal */
export const free = (bucket: Bucket, permit: Permit): void => {
  keep(bucket.log, (place) => place !== permit)
  keep(bucket.recent, (place) => place !== permit)
}

/**
 * Only answers on open connections teach: the first ones of a process had connections to open, and would make requests
 * that need not seem to be as slow.
 *
 * @internal
 */
export const learnLatency = (latency: Latency, permit: Permit, took: number, now: number): void => {
  if (permit.concurrency > latency.open || now - latency.openAt >= keepAlive) {
    latency.open = permit.concurrency
    latency.openSince = now
  }
  if (permit.concurrency === latency.open) latency.openAt = now
  if (!permit.warm) return
  if (now - latency.since >= latencyPeriod) {
    latency.before = now - latency.since < 2 * latencyPeriod ? latency.fastest : Number.POSITIVE_INFINITY
    latency.fastest = took
    latency.since = now
  } else {
    latency.fastest = Math.min(latency.fastest, took)
  }
  const slower = Math.min(took - Math.min(latency.fastest, latency.before), slack)
  latency.answers = Math.min(latency.answers + 1, remembered)
  latency.spread += (slower - latency.spread) / latency.answers
}

/** Whether a request finds an open connection. @internal */
export const isWarm = ({ open, openAt, openSince }: Latency, concurrency: number, now: number): boolean =>
  concurrency <= open && now - openSince >= freedAfter && now - openAt < keepAlive
