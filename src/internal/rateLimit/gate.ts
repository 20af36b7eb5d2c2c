/**
 * The gate that the requests of one credential pass, in order: what it knows of the limits, and who may go.
 *
 * Nothing here waits or reads the clock: `limiter.queue.ts` does.
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Budget } from "../../RateLimiter.js"
import * as Failure from "../http/failure.js"

/** Pipedrive counts requests over two seconds. */
export const window = 2000

/** Clocks and timers are not exact. */
const margin = 20

/**
 * How much later than another one a request may reach the server, for all we know. Where answers are slower than the
 * fastest by more than that on average, it is the server's own work, which comes after it has counted.
 */
const slack = 2000
const slackOnAverage = 180

/** A connection is free for the next request so soon after an answer, and still open so long after it. */
const freedAfter = 100
const keepAlive = 3000

/** So many answers tell little of the way, and the average goes back about so many. */
const few = 8
const remembered = 64

/** For so long the latency is not relied on, once requests came closer together than it had let expect. */
const doubt = 10_000

/** The fastest answer is remembered for one to two of these: the way to the server changes. */
const latencyPeriod = 30_000

/** What is assumed before anything is known: the smallest limits of any plan. */
const assumed = { all: 20, search: 10 }

/** The largest limit of any plan. */
const highest = 480

/** Nobody means a larger one. */
const believable = 10_000

/** A limit that was felt for is kept this long, longer after each refusal. */
const leastPatience = 20_000
const mostPatience = 600_000
const toldPatience = 10_000

/** A spent daily budget is asked about again after this time: nobody knows when it is filled up. */
const probeAfter = 60_000

/** Only after a 429 does a page of HTML under a 403 mean that the edge blocks the traffic; it is left alone for a while. */
const blockMemory = 60_000
const blockPause = 30_000

/** Whether Pipedrive's own limit for searches holds for a path. @internal */
export const isSearch = (path: string): boolean => /\/search$|^\/itemSearch/.test(path)

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

/** Why a request is not sent. @internal */
export type Refusal =
  | {
      readonly _tag: "daily"
      readonly limit: number | undefined
      readonly remaining: number
      readonly reserved: number
    }
  | { readonly _tag: "burst"; readonly wait: number }
  | { readonly _tag: "unavailable"; readonly description: string }

/** @internal */
export interface Waiter {
  readonly ask: Ask
  /** The place in line, kept when a request has to be repeated. */
  readonly turn: number
  resume: ((outcome: Effect.Effect<Permit, Refusal>) => void) | undefined
  outcome: Effect.Effect<Permit, Refusal> | undefined
  granted: Permit | undefined
}

/** One limit of so many requests a window. */
interface Bucket {
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
  log: Array<Place>
  /** Places of ours that were given free of late, though the server may have counted them still. */
  recent: Array<Permit>
  /** With so many in it, the log is cleared of what is over: also where there is no limit to reach. */
  full: number
}

/** A place in the window, of a request of ours or, as the server's count tells, of somebody else's. */
type Place = Permit | { readonly releaseAt: number }

/** What answers tell of the way to the server. */
interface Latency {
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
export interface Settings {
  /** `false`: only refusals teach it. */
  readonly learning: boolean
  readonly maximumInFlight: number
  /** The part of the day's tokens that is left to others. */
  readonly dailyReserve: number
  /** What other processes share, if anything. */
  readonly shared: Budget | undefined
}

/** @internal */
export interface Gate {
  readonly settings: Settings
  readonly credential: string
  readonly all: Bucket
  readonly search: Bucket
  /** In the order of their turns. */
  readonly queue: { readonly all: Array<Waiter>; readonly search: Array<Waiter> }
  turns: number
  inFlight: number
  /** The tokens that the requests in flight will cost. */
  pending: number
  readonly latency: Latency
  heldUntil: number
  refusedAt: number
  daily: { limit: number | undefined; remaining: number | undefined; at: number }
  /** Whether a place among all processes is being taken. */
  taking: boolean
  timer: { readonly at: number; readonly fiber: Fiber.RuntimeFiber<void> } | undefined
  usedAt: number
}

const bucket = (limit: number): Bucket => ({
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
export const make = (credential: string, settings: Settings): Gate => ({
  settings,
  credential,
  all: bucket(settings.learning ? assumed.all : Number.POSITIVE_INFINITY),
  search: bucket(settings.learning ? assumed.search : Number.POSITIVE_INFINITY),
  queue: { all: [], search: [] },
  turns: 0,
  inFlight: 0,
  pending: 0,
  latency: {
    fastest: Number.POSITIVE_INFINITY,
    before: Number.POSITIVE_INFINITY,
    since: 0,
    spread: 0,
    answers: 0,
    open: 0,
    openSince: 0,
    openAt: Number.NEGATIVE_INFINITY,
    doubtedUntil: 0
  },
  heldUntil: 0,
  refusedAt: Number.NEGATIVE_INFINITY,
  daily: { limit: undefined, remaining: undefined, at: 0 },
  taking: false,
  timer: undefined,
  usedAt: 0
})

/** Whether nothing is lost with it but what the next answer tells anew. @internal */
export const isIdle = (gate: Gate, now: number): boolean =>
  gate.inFlight === 0 &&
  gate.queue.all.length + gate.queue.search.length === 0 &&
  !gate.taking &&
  gate.heldUntil <= now &&
  now - gate.usedAt > window + margin + slack

// -----------------------------------------------------------------------------
// may it go?
// -----------------------------------------------------------------------------

const hasRoom = (gate: Gate, bucket: Bucket, now: number): boolean => {
  if (bucket.log.length < Math.min(bucket.limit, bucket.full)) return true
  clear(gate, bucket, now)
  return bucket.log.length < bucket.limit
}

const clear = (gate: Gate, bucket: Bucket, now: number): void => {
  const log: Array<Place> = []
  const recent = bucket.recent.filter((permit) => countedUntil(permit) > now - window)
  for (const place of bucket.log) {
    if (freeAt(gate, place, now) > now) log.push(place)
    else if ("sent" in place) recent.push(place)
  }
  bucket.log = log
  bucket.recent = recent
  bucket.full = Math.max(highest, log.length * 2)
}

const freeAt = ({ latency }: Gate, place: Place, now: number): number => {
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

/** How many other requests of ours the server may have counted when it counted this one. */
const countedWith = (bucket: Bucket, permit: Permit): number => {
  let count = 0
  for (const place of [...bucket.log, ...bucket.recent]) {
    if ("sent" in place && place !== permit && countedUntil(place) > permit.sent) count++
  }
  return count
}

/** Whether the day's tokens surely do not cover it. */
const unaffordable = (gate: Gate, ask: Ask, now: number): Refusal | undefined => {
  const { at, limit, remaining } = gate.daily
  if (remaining === undefined || !gate.settings.learning || now - at >= probeAfter) return undefined
  const reserved = Math.ceil((limit ?? 0) * gate.settings.dailyReserve)
  return remaining - gate.pending - ask.cost >= reserved ? undefined : { _tag: "daily", limit, remaining, reserved }
}

/** Why it will not do to wait. @internal */
export const refusal = (gate: Gate, ask: Ask, now: number): Refusal | undefined => {
  const wait = gate.heldUntil - now
  return wait > ask.maximumWait ? { _tag: "burst", wait } : unaffordable(gate, ask, now)
}

/** @internal */
export const mayGo = (gate: Gate, ask: Ask, now: number): boolean => {
  if (!gate.settings.learning && !isQueued(gate, ask, now) && now - gate.refusedAt > blockMemory) {
    gate.all.limit = gate.search.limit = Number.POSITIVE_INFINITY
  }
  return (
    gate.heldUntil <= now &&
    gate.inFlight < gate.settings.maximumInFlight &&
    hasRoom(gate, gate.all, now) &&
    (!ask.search || hasRoom(gate, gate.search, now))
  )
}

/** Whether somebody is before it: a search that waits for the limit of searches is not. @internal */
export const isQueued = (gate: Gate, ask: Ask, now: number): boolean =>
  gate.queue.all.length > 0 || (gate.queue.search.length > 0 && (ask.search || hasRoom(gate, gate.search, now)))

/** @internal */
export const take = (gate: Gate, ask: Ask, now: number): Permit => {
  const concurrency = ++gate.inFlight
  const { open, openAt, openSince } = gate.latency
  const warm = concurrency <= open && now - openSince >= freedAfter && now - openAt < keepAlive
  const permit: Permit = { ask, sent: now, concurrency, warm, took: undefined, settled: false }
  gate.all.log.push(permit)
  if (ask.search) gate.search.log.push(permit)
  gate.pending += ask.cost
  gate.usedAt = now
  // one request asks whether the budget is filled up, the others wait for its answer
  if (now - gate.daily.at >= probeAfter) gate.daily.at = now
  return permit
}

/** When the next one in line may go, if that is a matter of time. @internal */
export const nextChance = (gate: Gate, now: number): number | undefined => {
  const [searching] = gate.queue.search
  if (gate.queue.all.length === 0 && searching === undefined) return undefined
  if (gate.heldUntil > now) return gate.heldUntil
  if (gate.inFlight >= gate.settings.maximumInFlight) return undefined
  if (!hasRoom(gate, gate.all, now)) return earliest(gate, gate.all, now)
  return searching === undefined ? undefined : earliest(gate, gate.search, now)
}

const earliest = (gate: Gate, bucket: Bucket, now: number): number => {
  let at = Number.POSITIVE_INFINITY
  for (const place of bucket.log) at = Math.min(at, freeAt(gate, place, now))
  return at
}

// -----------------------------------------------------------------------------
// what answers teach
// -----------------------------------------------------------------------------

/** A request that got no answer may have been counted, and keeps its place; one that was never sent does not. @internal */
export const abandon = (gate: Gate, permit: Permit, sent: boolean): void => {
  if (permit.settled) return
  leave(gate, permit)
  if (!sent) free(gate, permit)
}

const leave = (gate: Gate, permit: Permit): void => {
  permit.settled = true
  gate.inFlight--
  gate.pending -= permit.ask.cost
}

const free = (gate: Gate, permit: Permit): void => {
  for (const bucket of permit.ask.search ? [gate.all, gate.search] : [gate.all]) {
    bucket.log = bucket.log.filter((place) => place !== permit)
    bucket.recent = bucket.recent.filter((place) => place !== permit)
  }
}

/**
 * Only answers on open connections teach: the first ones of a process had connections to open, and would make requests
 * that need not seem to be as slow.
 */
const learnLatency = (latency: Latency, permit: Permit, took: number, now: number): void => {
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

/** An answer came. @internal */
export const settle = (gate: Gate, permit: Permit, answer: Failure.Answer, now: number): void => {
  if (permit.settled) return
  const { headers, status } = answer
  leave(gate, permit)
  permit.took = now - permit.sent
  learnLatency(gate.latency, permit, permit.took, now)
  learnDaily(gate, permit, headers, now)
  const limit = limitIn(headers)
  const mine = permit.ask.search && (limit === undefined || limit <= assumed.search) ? gate.search : gate.all
  if (status === 429) {
    if (gate.daily.remaining === 0) return
    refused(gate, mine, permit, limit, now)
    gate.heldUntil = Math.max(gate.heldUntil, now + (Failure.retryAfter(headers, now) ?? window) + margin)
  } else if (status === 403 && Failure.isPage(answer.text) && now - gate.refusedAt < blockMemory) {
    gate.heldUntil = Math.max(gate.heldUntil, now + blockPause)
  } else if (!gate.settings.learning) {
    return
  } else {
    if (limit !== undefined) {
      tell(mine, limit)
      learnRemaining(mine, permit, limit, headers, now)
    }
    rise(mine, permit, now)
  }
}

const limitIn = (headers: Failure.Headers): number | undefined => {
  const limit = Failure.count(headers["x-ratelimit-limit"])
  return limit !== undefined && limit >= 1 && limit <= believable ? limit : undefined
}

const tell = (bucket: Bucket, limit: number): void => {
  if (bucket.told !== limit) bucket.limit = limit
  bucket.told = limit
}

/** What the server's count tells of others: the places that they took, or that they leave some. */
const learnRemaining = (bucket: Bucket, permit: Permit, limit: number, headers: Failure.Headers, now: number): void => {
  const remaining = Failure.count(headers["x-ratelimit-remaining"])
  if (remaining === undefined || remaining > limit) return
  if (permit.sent >= bucket.changedAt) bucket.unused = Math.min(bucket.unused, remaining)
  const used = limit - remaining
  if (used <= bucket.log.length) return
  const reset = Failure.seconds(headers["x-ratelimit-reset"]) ?? window
  const releaseAt = now + Math.min(Math.max(reset, 0), window) + margin
  const others = bucket.log.reduce((count, place) => ("sent" in place ? count : count + 1), 0)
  for (let n = used - 1 - countedWith(bucket, permit) - others; n > 0; n--) bucket.log.push({ releaseAt })
}

/**
 * Tries more where a limit is felt for: doubled until the first refusal, then a little at a time. Below what a header
 * told it grows by what was left unused in a whole window, or, where nothing was or nobody tells, a little sooner, for
 * then it is a matter of what others take.
 */
const rise = (bucket: Bucket, permit: Permit, now: number): void => {
  const { limit, log, patience, rising, told, unused } = bucket
  const most = told ?? highest
  if (limit >= most || log.length < limit) return
  if (told !== undefined && unused > 0 && permit.sent - bucket.fullAt >= window && unused < most) {
    bucket.limit = Math.min(limit + unused, most)
    changed(bucket, now)
    return
  }
  bucket.fullAt = Math.min(bucket.fullAt, now)
  if (now - bucket.changedAt < (told !== undefined ? toldPatience : limit > assumed.search ? patience : window)) return
  bucket.limit = Math.min(rising && told === undefined ? limit * 2 : limit + Math.ceil((told ?? limit) / 20), most)
  changed(bucket, now)
}

const changed = (bucket: Bucket, now: number): void => {
  bucket.changedAt = now
  bucket.unused = Number.POSITIVE_INFINITY
  bucket.fullAt = Number.POSITIVE_INFINITY
}

/**
 * One was refused. Where the limit was told and our own requests may have filled it, they came closer together than they
 * were sent: that is no reason to send fewer, but to keep them further apart. Otherwise others take their part, or the
 * limit is still being felt for, and as many as got through are let go from now on.
 */
const refused = (gate: Gate, bucket: Bucket, permit: Permit, limit: number | undefined, now: number): void => {
  const first = gate.refusedAt <= permit.sent
  gate.refusedAt = now
  free(gate, permit)
  if (limit !== undefined) tell(bucket, limit)
  bucket.rising = false
  changed(bucket, now)
  // what went along with it is forgotten by now
  if (now - permit.sent > window) return
  if (bucket.told !== undefined && countedWith(bucket, permit) >= bucket.told) {
    gate.latency.doubtedUntil = now + doubt
    return
  }
  if (first) bucket.patience = Math.min(Math.max(bucket.patience * 2, leastPatience), mostPatience)
  const since = permit.sent - window
  let went = 0
  for (const place of [...bucket.log, ...bucket.recent]) if ("sent" in place && place.sent > since) went++
  const least = bucket.told === undefined ? 1 : Math.ceil(bucket.told / 10)
  bucket.limit = Math.max(Math.min(bucket.limit, went), least)
}

const learnDaily = (gate: Gate, permit: Permit, headers: Failure.Headers, now: number): void => {
  const remaining = Failure.count(headers["x-daily-ratelimit-token-remaining"])
  if (remaining === undefined) {
    if (gate.daily.remaining !== undefined) gate.daily.remaining -= permit.ask.cost
    return
  }
  const limit = Failure.count(headers["x-daily-ratelimit-token-limit"])
  gate.daily = { limit: limit ?? gate.daily.limit, remaining, at: now }
}
