/**
 * How much a plan allows: requests in two seconds, and tokens in a day.
 */
import type { Names } from "../../internal/options.js"
import type { Described } from "./call.js"
import { type Answer, html } from "./messages.js"
import * as refusals from "./refusals.js"

/**
 * What a company may ask for. Of what is left out the sandbox's own idea holds; see each.
 *
 * @since 0.1.0
 * @category limits
 */
export interface Plan {
  /** Tokens a day, for the whole company; filled up at midnight, UTC. @default 150_000 */
  readonly daily?: number | undefined
  /** Requests in two seconds with one API token. @default 100 */
  readonly burst?: number | undefined
  /** Requests in two seconds with one access token. @default 400 */
  readonly oauthBurst?: number | undefined
  /** Searches in two seconds, of whatever kind. @default 10 */
  readonly search?: number | undefined
  /** A 429 for a burst says `Retry-After`, which Pipedrive does not document. @default false */
  readonly retryAfter?: boolean | undefined
  /** After so many requests in a row that were answered with 429, the edge answers with a page under 403. @default 20 */
  readonly blockAfter?: number | undefined
  /** How long the edge blocks, in seconds. @default 60 */
  readonly blockSeconds?: number | undefined
}

/**
 * Pipedrive's plans, for a company with one seat.
 *
 * @since 0.1.0
 * @category limits
 */
export type PlanName = "lite" | "growth" | "premium" | "ultimate"

/** The names of {@link Plan}. */
export const names: Names<Plan> = {
  daily: true,
  burst: true,
  oauthBurst: true,
  search: true,
  retryAfter: true,
  blockAfter: true,
  blockSeconds: true
}

const perSeat = 30_000

/** By name, as documented. */
export const plans: Readonly<Record<PlanName, Plan>> = {
  lite: { daily: perSeat, burst: 20, oauthBurst: 80 },
  growth: { daily: perSeat * 2, burst: 40, oauthBurst: 160 },
  premium: { daily: perSeat * 5, burst: 100, oauthBurst: 400 },
  ultimate: { daily: perSeat * 7, burst: 120, oauthBurst: 480 }
}

/** Limits in force, or only counted. */
export interface Limits {
  readonly plan: Required<{ readonly [K in keyof Plan]: NonNullable<Plan[K]> }>
  readonly enforced: boolean
  /** When the requests of each credential came, oldest first. */
  readonly windows: Map<string, Array<number>>
  /** How many requests in a row were refused, and since when the edge blocks. */
  readonly refused: Map<string, { count: number; blockedUntil: number }>
  /** The day, and what was spent on it. */
  day: number
  spent: number
}

/** Makes limits; `undefined` and `"off"` count nothing. */
export const make = (plan: "off" | PlanName | Plan | undefined): Limits => {
  const chosen: Plan = plan === undefined || plan === "off" ? {} : typeof plan === "string" ? plans[plan] : plan
  return {
    plan: {
      daily: chosen.daily ?? 150_000,
      burst: chosen.burst ?? 100,
      oauthBurst: chosen.oauthBurst ?? 400,
      search: chosen.search ?? 10,
      retryAfter: chosen.retryAfter ?? false,
      blockAfter: chosen.blockAfter ?? 20,
      blockSeconds: chosen.blockSeconds ?? 60
    },
    enforced: plan !== undefined && plan !== "off",
    windows: new Map(),
    refused: new Map(),
    day: 0,
    spent: 0
  }
}

/** When time has moved, what was noted in another one says nothing. */
export const forgetTimes = (limits: Limits): void => {
  limits.windows.clear()
  limits.refused.clear()
}

/** Who asks for what. */
export interface Ask {
  readonly credential: string
  readonly kind: "api" | "oauth"
  readonly endpoint: Described | undefined
}

/** What the limits say: the headers of the answer, and the answer itself when it is no. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: Answer | undefined
}

const span = 2000

const isSearch = (endpoint: Described | undefined): boolean =>
  endpoint !== undefined && /\/(search|itemSearch)(\/|$)/.test(endpoint.path)

const edge = `<!DOCTYPE html>
<html lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>
<body><h1>Sorry, you have been blocked</h1><p>You are unable to access pipedrive.com</p></body></html>
`

const recent = (limits: Limits, key: string, now: number): Array<number> => {
  const times = limits.windows.get(key) ?? []
  while (times[0] !== undefined && times[0] <= now - span) times.shift()
  limits.windows.set(key, times)
  return times
}

const headersOf = (limit: number, remaining: number, reset: number, daily: number, left: number) => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(Math.max(0, remaining)),
  "x-ratelimit-reset": String(reset),
  "x-daily-ratelimit-token-limit": String(daily),
  "x-daily-ratelimit-token-remaining": String(Math.max(0, left))
})

/** Weighs a request, and counts it when it is let through. */
export const weigh = (limits: Limits, ask: Ask, now: number): Verdict => {
  const { plan } = limits
  const search = isSearch(ask.endpoint)
  const limit = search ? plan.search : ask.kind === "api" ? plan.burst : plan.oauthBurst
  const cost = ask.endpoint?.cost ?? 0
  if (!limits.enforced)
    return { headers: headersOf(limit, limit - 1, 2, plan.daily, plan.daily - cost), refusal: undefined }
  const day = Math.floor(now / 86_400_000)
  if (day !== limits.day) {
    limits.day = day
    limits.spent = 0
  }
  const refused = limits.refused.get(ask.credential) ?? { count: 0, blockedUntil: 0 }
  limits.refused.set(ask.credential, refused)
  if (now < refused.blockedUntil) return { headers: {}, refusal: html(403, edge, { server: "cloudflare" }) }
  const times = recent(limits, `${ask.credential} ${search ? "search" : "all"}`, now)
  const left = plan.daily - limits.spent
  const reset = times[0] === undefined ? 2 : Math.max(1, Math.ceil((times[0] + span - now) / 1000))
  const burst = times.length >= limit
  if (burst || left < cost || (left <= 0 && plan.daily >= 0)) {
    refused.count++
    if (refused.count >= plan.blockAfter) {
      refused.count = 0
      refused.blockedUntil = now + plan.blockSeconds * 1000
    }
    return {
      headers: {
        ...headersOf(limit, limit - times.length, reset, plan.daily, burst ? left : 0),
        ...(burst && plan.retryAfter ? { "retry-after": String(reset) } : {})
      },
      refusal: refusals.gateway(429, "Request over limit")
    }
  }
  refused.count = 0
  times.push(now)
  limits.spent += cost
  return {
    headers: headersOf(limit, limit - times.length, times.length === 1 ? 2 : reset, plan.daily, left - cost),
    refusal: undefined
  }
}
