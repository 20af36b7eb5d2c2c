/**
 * Injected failures.
 */
import * as Duration from "effect/Duration"
import { type Names, unknown } from "../../internal/options.js"
import { isRecord } from "../model/view.js"
import { randomUnit, type World } from "../model/world.js"
import { SandboxError } from "../seeds/seed.js"
import type { AnyDescription } from "./call.js"
import type { Answer } from "./messages.js"

/**
 * What happens to a request that a fault applies to.
 *
 * - `Respond`: it gets this response instead. A text body is sent as HTML unless the headers say otherwise.
 * - `Pass`: it gets the normal response (after the fault's `delay`).
 * - `Refuse`: no connection is made. (On a port, where it is made already: `Reset`.)
 * - `Reset`: the connection breaks before the response.
 * - `Truncate`: the response breaks off after `bytes` bytes.
 * - `Drip`: the response comes in small chunks, with waits between them.
 * - `Hang`: there is no response.
 *
 * @since 0.1.0
 * @category faults
 */
export type FaultOutcome =
  | {
      readonly _tag: "Respond"
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>> | undefined
    }
  | { readonly _tag: "Pass" }
  | { readonly _tag: "Refuse" }
  | { readonly _tag: "Reset" }
  | { readonly _tag: "Truncate"; readonly bytes: number }
  | { readonly _tag: "Drip"; readonly bytes: number; readonly every: Duration.DurationInput }
  | { readonly _tag: "Hang" }

/**
 * A fault: which requests it applies to, and its outcome.
 *
 * @since 0.1.0
 * @category faults
 */
export interface Fault {
  /**
   * The endpoint, itself (`Deals.list`) or by name (`"v2.Deals.list"`, `"oauth.token"`, `"oauth.revoke"`,
   * `"oauth.authorize"`). Without it, all endpoints.
   */
  readonly endpoint?: string | { readonly endpoint: { readonly version: string; readonly name: string } } | undefined
  /** Which of these requests, counted from 1: `1`, `[1, 3]`. Without it, all of them. */
  readonly nth?: number | ReadonlyArray<number> | undefined
  /** The maximum number of requests that it applies to. */
  readonly times?: number | undefined
  /** The probability from 0 to 1. It is deterministic: the same seed selects the same requests. @default 1 */
  readonly probability?: number | undefined
  /** Waits before anything else. */
  readonly delay?: Duration.DurationInput | undefined
  readonly outcome: FaultOutcome
  /**
   * The sandbox executes the request, and only the response is lost or replaced: the case in which retrying a POST is
   * dangerous. `Truncate`, `Drip` and `Pass` always execute it. @default false
   */
  readonly acts?: boolean | undefined
}

/** A fault with its counters. */
export interface ActiveFault {
  readonly fault: Fault
  readonly name: string | undefined
  readonly nth: ReadonlySet<number> | undefined
  /** How many requests had its endpoint. */
  matchedRequests: number
  /** How many times it was applied. */
  triggered: number
}

const nameOf = (endpoint: Fault["endpoint"]): string | undefined =>
  endpoint === undefined || typeof endpoint === "string"
    ? endpoint
    : `${endpoint.endpoint.version}.${endpoint.endpoint.name}`

const oauthEndpoints = ["oauth.token", "oauth.revoke", "oauth.authorize"]

const isPositiveInteger = (value: number): boolean => Number.isInteger(value) && value > 0

const names: Names<Fault> = {
  endpoint: true,
  nth: true,
  times: true,
  probability: true,
  delay: true,
  outcome: true,
  acts: true
}

const outcomeNames: { readonly [T in FaultOutcome["_tag"]]: Names<Extract<FaultOutcome, { readonly _tag: T }>> } = {
  Respond: { _tag: true, status: true, body: true, headers: true },
  Pass: { _tag: true },
  Refuse: { _tag: true },
  Reset: { _tag: true },
  Truncate: { _tag: true, bytes: true },
  Drip: { _tag: true, bytes: true, every: true },
  Hang: { _tag: true }
}

/** Why a fault makes no sense. */
const findProblem = (fault: Fault, endpoints: ReadonlyArray<AnyDescription>): readonly [string, string] | undefined => {
  const [strange] = unknown(fault, names)
  if (strange !== undefined) return [strange.option, strange.message]
  const name = nameOf(fault.endpoint)
  if (
    name !== undefined &&
    !oauthEndpoints.includes(name) &&
    !endpoints.some((one) => `${one.version}.${one.name}` === name)
  ) {
    return ["endpoint", `is none: ${name}`]
  }
  const nth = fault.nth === undefined ? [] : typeof fault.nth === "number" ? [fault.nth] : fault.nth
  if (!nth.every(isPositiveInteger)) return ["nth", "counts from 1"]
  if (fault.times !== undefined && !isPositiveInteger(fault.times)) return ["times", "counts from 1"]
  const probability = fault.probability
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    return ["probability", "must be a number from 0 to 1"]
  if (fault.delay !== undefined && !isFiniteDuration(fault.delay)) return ["delay", "is not a duration"]
  const outcome = fault.outcome
  if (!isRecord(outcome)) return ["outcome", "is missing"]
  if (Object.hasOwn(outcomeNames, outcome._tag)) {
    const [odd] = unknown(outcome, outcomeNames[outcome._tag], "outcome.")
    if (odd !== undefined) return [odd.option, odd.message]
  }
  switch (outcome._tag) {
    case "Respond":
      return Number.isInteger(outcome.status) && outcome.status >= 200 && outcome.status < 600
        ? undefined
        : ["outcome.status", "must be a whole number from 200 to 599"]
    case "Truncate":
      return Number.isInteger(outcome.bytes) && outcome.bytes >= 0 ? undefined : ["outcome.bytes", "counts from 0"]
    case "Drip":
      return !isPositiveInteger(outcome.bytes)
        ? ["outcome.bytes", "counts from 1"]
        : isFiniteDuration(outcome.every)
          ? undefined
          : ["outcome.every", "is not a duration"]
    case "Pass":
    case "Refuse":
    case "Reset":
    case "Hang":
      return undefined
    default:
      return ["outcome", "is of no known kind"]
  }
}

const isFiniteDuration = (input: Duration.DurationInput): boolean => {
  const duration = Duration.decodeUnknown(input)
  return duration._tag === "Some" && Duration.isFinite(duration.value)
}

/** Validates faults and starts their counters. */
export const activate = (
  faults: ReadonlyArray<Fault>,
  endpoints: ReadonlyArray<AnyDescription>
): ReadonlyArray<ActiveFault> | SandboxError => {
  const armed: Array<ActiveFault> = []
  for (const [at, fault] of faults.entries()) {
    const problem = findProblem(fault, endpoints)
    if (problem !== undefined) {
      return new SandboxError({ path: `faults[${at}].${problem[0]}`, reason: problem[1] })
    }
    armed.push({
      fault,
      name: nameOf(fault.endpoint),
      nth: fault.nth === undefined ? undefined : new Set(typeof fault.nth === "number" ? [fault.nth] : fault.nth),
      matchedRequests: 0,
      triggered: 0
    })
  }
  return armed
}

/** Selects the first fault that applies to a request. All faults with its endpoint count the request. */
export const selectFault = (
  armed: ReadonlyArray<ActiveFault>,
  name: string | undefined,
  probability: Pick<World, "entropy">
): Fault | undefined => {
  let triggered: Fault | undefined
  for (const one of armed) {
    if (one.name !== undefined && one.name !== name) continue
    one.matchedRequests++
    if (triggered !== undefined) continue
    if (one.nth !== undefined && !one.nth.has(one.matchedRequests)) continue
    if (one.fault.times !== undefined && one.triggered >= one.fault.times) continue
    if (one.fault.probability !== undefined && randomUnit(probability) >= one.fault.probability) continue
    one.triggered++
    triggered = one.fault
  }
  return triggered
}

/** The response of a `Respond`. */
export const respond = (outcome: Extract<FaultOutcome, { readonly _tag: "Respond" }>): Answer => {
  const headers = outcome.headers ?? {}
  const body = outcome.body
  return {
    status: outcome.status,
    headers,
    body:
      body === undefined
        ? { _tag: "Empty" }
        : typeof body === "string"
          ? { _tag: "Text", text: body, contentType: headers["content-type"] ?? "text/html; charset=utf-8" }
          : { _tag: "Json", value: body }
  }
}

/** Whether the sandbox executes the request although the fault applies. */
export const acts = (fault: Fault): boolean =>
  fault.acts === true ||
  fault.outcome._tag === "Pass" ||
  fault.outcome._tag === "Truncate" ||
  fault.outcome._tag === "Drip"
