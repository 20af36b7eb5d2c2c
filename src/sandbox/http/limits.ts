/**
 * Rate limits of a plan: requests in two seconds, and tokens per day.
 */
import type { Names } from "../../internal/options.js"
import type { AnyDescription } from "./call.js"
import * as errorResponses from "./errorResponses.js"
import { type Answer, html } from "./messages.js"

/**
 * The rate limits of a company. Each has a default.
 *
 * @since 0.1.0
 * @category limits
 */
export interface Plan {
  /** Tokens per day, for the whole company; reset at midnight, UTC. @default 150_000 */
  readonly daily?: number | undefined
  /** Requests in two seconds with one API token. @default 100 */
  readonly burst?: number | undefined
  /** Requests in two seconds with one access token. @default 400 */
  readonly oauthBurst?: number | undefined
  /** Searches in two seconds, of all kinds. @default 10 */
  readonly search?: number | undefined
  /** Whether a 429 for a burst has `Retry-After`, which Pipedrive does not document. @default false */
  readonly retryAfter?: boolean | undefined
  /** After so many consecutive 429s the edge responds with an HTML page and status 403. @default 20 */
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

const tokensPerSeat = 30_000

/** By name, as documented. */
export const plans: Readonly<Record<PlanName, Plan>> = {
  lite: { daily: tokensPerSeat, burst: 20, oauthBurst: 80 },
  growth: { daily: tokensPerSeat * 2, burst: 40, oauthBurst: 160 },
  premium: { daily: tokensPerSeat * 5, burst: 100, oauthBurst: 400 },
  ultimate: { daily: tokensPerSeat * 7, burst: 120, oauthBurst: 480 }
}

/** The limits and their counters. */
export interface Limits {
  readonly plan: Required<{ readonly [K in keyof Plan]: NonNullable<Plan[K]> }>
  readonly enforced: boolean
  /** The times of each credential's requests, oldest first. */
  readonly windows: Map<string, Array<number>>
  /** Consecutive 429s of each credential, and until when the edge blocks it. */
  readonly refused: Map<string, { count: number; blockedUntil: number }>
  /** The current day, and the tokens spent on it. */
  day: number
  spent: number
}

/** Makes limits; with `undefined` and `"off"` they are not enforced. */
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

/** After a jump of the clock the recorded times are meaningless. */
export const clearWindows = (limits: Limits): void => {
  limits.windows.clear()
  limits.refused.clear()
}

/** Starts all counters again. */
export const reset = (limits: Limits): void => {
  clearWindows(limits)
  limits.day = 0
  limits.spent = 0
}

/** How much of the limits is used now, to be shown. */
export const usage = (limits: Limits, now: number) => ({
  spent: Math.floor(now / 86_400_000) === limits.day ? limits.spent : 0,
  windows: Array.from(limits.windows.keys(), (key) => {
    const [, credential = key, kind] = /^(.*) (search|all)$/.exec(key) ?? []
    const { plan } = limits
    return {
      key: `${credential}${kind === "search" ? ", searches" : ""}`,
      used: recentRequests(limits, key, now).length,
      limit: kind === "search" ? plan.search : credential.startsWith("api") ? plan.burst : plan.oauthBurst,
      blocked: Math.max(0, (limits.refused.get(credential)?.blockedUntil ?? 0) - now)
    }
  })
})

/** What the limits need to know of a request. */
export interface LimitedRequest {
  readonly credential: string
  readonly kind: "api" | "oauth"
  readonly endpoint: AnyDescription | undefined
}

/** The rate limit headers of the response, and the response itself if the request is rejected. */
export interface Decision {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: Answer | undefined
}

const windowMillis = 2000

const isSearch = (endpoint: AnyDescription | undefined): boolean =>
  endpoint !== undefined && /\/(search|itemSearch)(\/|$)/.test(endpoint.path)

const blockedPage = `<!DOCTYPE html>
<html lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>
<body><h1>Sorry, you have been blocked</h1><p>You are unable to access pipedrive.com</p></body></html>
`

const recentRequests = (limits: Limits, key: string, now: number): Array<number> => {
  const times = limits.windows.get(key) ?? []
  while (times[0] !== undefined && times[0] <= now - windowMillis) times.shift()
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

/** Checks a request against the limits, and counts it if it is accepted. */
export const check = (limits: Limits, request: LimitedRequest, now: number): Decision => {
  const { plan } = limits
  const search = isSearch(request.endpoint)
  const limit = search ? plan.search : request.kind === "api" ? plan.burst : plan.oauthBurst
  const cost = request.endpoint?.cost ?? 0
  if (!limits.enforced)
    return { headers: headersOf(limit, limit - 1, 2, plan.daily, plan.daily - cost), refusal: undefined }
  const day = Math.floor(now / 86_400_000)
  if (day !== limits.day) {
    limits.day = day
    limits.spent = 0
  }
  const refused = limits.refused.get(request.credential) ?? { count: 0, blockedUntil: 0 }
  limits.refused.set(request.credential, refused)
  if (now < refused.blockedUntil) return { headers: {}, refusal: html(403, blockedPage, { server: "cloudflare" }) }
  const times = recentRequests(limits, `${request.credential} ${search ? "search" : "all"}`, now)
  const left = plan.daily - limits.spent
  const reset = times[0] === undefined ? 2 : Math.max(1, Math.ceil((times[0] + windowMillis - now) / 1000))
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
      refusal: errorResponses.gateway(429, "Request over limit")
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
