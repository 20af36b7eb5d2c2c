/**
 * What answers teach a gate: the limits, told or felt for, and what others take of them.
 */
import * as Failure from "../http/failure.js"
import { blockMemory, type Gate, giveBack, leave } from "./gate.js"
import { assumed, type Bucket, countedWith, highest, learnLatency, margin, type Permit, window } from "./window.js"

/** For so long the latency is not relied on, once requests came closer together than it had let expect. */
const doubt = 10_000

/** Traffic that the edge blocks is left alone for so long. */
const blockPause = 30_000

/** Nobody means a larger one. */
const believable = 100_000

/** A limit that was felt for is kept this long, longer after each refusal. */
const leastPatience = 20_000
const mostPatience = 600_000
const toldPatience = 10_000

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
  } else if (gate.settings.learning) {
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
  giveBack(gate, permit)
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
