/**
 * The gate that the requests of one credential pass, in order: what it knows of the limits, and who may go.
 *
 * Nothing here waits or reads the clock: `queue.ts` does. What answers teach stands in `learn.ts`.
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Budget } from "../../RateLimiter.js"
import {
  type Ask,
  assumed,
  type Bucket,
  earliest,
  free,
  hasRoom,
  isWarm,
  type Latency,
  makeBucket,
  makeLatency,
  margin,
  type Permit,
  slack,
  window
} from "./window.js"

/** @internal */
export type { Ask, Permit } from "./window.js"

/** A spent daily budget is asked about again after this time: nobody knows when it is filled up. */
const probeAfter = 60_000

/** Only after a 429 does a page of HTML under a 403 mean that the edge blocks the traffic; it is left alone then. @internal */
export const blockMemory = 60_000

/** Whether Pipedrive's own limit for searches holds for a path. @internal */
export const isSearch = (path: string): boolean => /\/search$|^\/itemSearch/.test(path)

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

/** @internal */
export const make = (credential: string, settings: Settings): Gate => ({
  settings,
  credential,
  all: makeBucket(settings.learning ? assumed.all : Number.POSITIVE_INFINITY),
  search: makeBucket(settings.learning ? assumed.search : Number.POSITIVE_INFINITY),
  queue: { all: [], search: [] },
  turns: 0,
  inFlight: 0,
  pending: 0,
  latency: makeLatency(),
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
    hasRoom(gate.all, gate.latency, now) &&
    (!ask.search || hasRoom(gate.search, gate.latency, now))
  )
}

/** Whether somebody is before it: a search that waits for the limit of searches is not. @internal */
export const isQueued = (gate: Gate, ask: Ask, now: number): boolean =>
  gate.queue.all.length > 0 || (gate.queue.search.length > 0 && (ask.search || hasRoom(gate.search, gate.latency, now)))

/** @internal */
export const take = (gate: Gate, ask: Ask, now: number): Permit => {
  const concurrency = ++gate.inFlight
  const warm = isWarm(gate.latency, concurrency, now)
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
  if (!hasRoom(gate.all, gate.latency, now)) return earliest(gate.all, gate.latency, now)
  return searching === undefined ? undefined : earliest(gate.search, gate.latency, now)
}

/** A request that got no answer may have been counted, and keeps its place; one that was never sent does not. @internal */
export const abandon = (gate: Gate, permit: Permit, sent: boolean): void => {
  if (permit.settled) return
  leave(gate, permit)
  if (!sent) giveBack(gate, permit)
}

/** It is under way no longer. @internal */
export const leave = (gate: Gate, permit: Permit): void => {
  permit.settled = true
  gate.inFlight--
  gate.pending -= permit.ask.cost
}

/** Gives its place in the window back. @internal */
export const giveBack = (gate: Gate, permit: Permit): void => {
  free(gate.all, permit)
  if (permit.ask.search) free(gate.search, permit)
}
