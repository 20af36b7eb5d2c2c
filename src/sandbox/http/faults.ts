/**
 * What goes wrong on purpose.
 */
import * as Duration from "effect/Duration"
import { type Names, unknown } from "../../internal/options.js"
import { isRecord } from "../model/view.js"
import { unit, type World } from "../model/world.js"
import { SandboxError } from "../seeds/seed.js"
import type { Described } from "./call.js"
import type { Answer } from "./messages.js"

/**
 * What becomes of a request that meets a fault.
 *
 * - `Respond`: it is answered so, in place of the sandbox. A text body is sent as HTML unless the headers say otherwise.
 * - `Pass`: it is answered as ever (after the fault's `delay`).
 * - `Refuse`: no connection is made. (On a port, where one was made already: `Reset`.)
 * - `Reset`: the connection breaks before an answer comes.
 * - `Truncate`: the answer breaks off after so many bytes.
 * - `Drip`: the answer comes in small pieces, with waits between them.
 * - `Hang`: no answer ever comes.
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
 * A fault: which requests meet it, and what becomes of them.
 *
 * @since 0.1.0
 * @category faults
 */
export interface Fault {
  /**
   * The endpoint it is about, as such (`Deals.list`) or by name (`"v2.Deals.list"`, `"oauth.token"`, `"oauth.revoke"`,
   * `"oauth.authorize"`); all when absent.
   */
  readonly endpoint?: string | { readonly endpoint: { readonly version: string; readonly name: string } } | undefined
  /** Which of those requests, counted from 1: `1`, `[1, 3]`; all when absent. */
  readonly nth?: number | ReadonlyArray<number> | undefined
  /** Only so many requests meet it. */
  readonly times?: number | undefined
  /** How likely it is, from 0 to 1; the same requests meet it in every world of the same seed. @default 1 */
  readonly probability?: number | undefined
  /** Waits before anything else. */
  readonly delay?: Duration.DurationInput | undefined
  readonly outcome: FaultOutcome
  /**
   * The sandbox acts all the same, and only the answer is lost or replaced: what makes repeating a POST dangerous. `Truncate`,
   * `Drip` and `Pass` always act. @default false
   */
  readonly acts?: boolean | undefined
}

/** A fault in use. */
export interface Armed {
  readonly fault: Fault
  readonly name: string | undefined
  readonly nth: ReadonlySet<number> | undefined
  /** How many requests it was about. */
  seen: number
  /** How many of them met it. */
  met: number
}

const nameOf = (endpoint: Fault["endpoint"]): string | undefined =>
  endpoint === undefined || typeof endpoint === "string"
    ? endpoint
    : `${endpoint.endpoint.version}.${endpoint.endpoint.name}`

const others = ["oauth.token", "oauth.revoke", "oauth.authorize"]

const isWhole = (value: number): boolean => Number.isInteger(value) && value > 0

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
const wrong = (fault: Fault, endpoints: ReadonlyArray<Described>): readonly [string, string] | undefined => {
  const [strange] = unknown(fault, names)
  if (strange !== undefined) return [strange.option, strange.message]
  const name = nameOf(fault.endpoint)
  if (name !== undefined && !others.includes(name) && !endpoints.some((one) => `${one.version}.${one.name}` === name)) {
    return ["endpoint", `is none: ${name}`]
  }
  const nth = fault.nth === undefined ? [] : typeof fault.nth === "number" ? [fault.nth] : fault.nth
  if (!nth.every(isWhole)) return ["nth", "counts from 1"]
  if (fault.times !== undefined && !isWhole(fault.times)) return ["times", "counts from 1"]
  const chance = fault.probability
  if (chance !== undefined && !(chance >= 0 && chance <= 1)) return ["probability", "must be a number from 0 to 1"]
  if (fault.delay !== undefined && !isFinite_(fault.delay)) return ["delay", "is not a duration"]
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
      return !isWhole(outcome.bytes)
        ? ["outcome.bytes", "counts from 1"]
        : isFinite_(outcome.every)
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

const isFinite_ = (input: Duration.DurationInput): boolean => {
  const duration = Duration.decodeUnknown(input)
  return duration._tag === "Some" && Duration.isFinite(duration.value)
}

/** Takes faults into use, or says what is wrong with one. */
export const arm = (
  faults: ReadonlyArray<Fault>,
  endpoints: ReadonlyArray<Described>
): ReadonlyArray<Armed> | SandboxError => {
  const armed: Array<Armed> = []
  for (const [at, fault] of faults.entries()) {
    const problem = wrong(fault, endpoints)
    if (problem !== undefined) {
      return new SandboxError({ path: `faults[${at}].${problem[0]}`, reason: problem[1] })
    }
    armed.push({
      fault,
      name: nameOf(fault.endpoint),
      nth: fault.nth === undefined ? undefined : new Set(typeof fault.nth === "number" ? [fault.nth] : fault.nth),
      seen: 0,
      met: 0
    })
  }
  return armed
}

/** The fault that a request meets: the first that is about it and strikes. All that are about it count it. */
export const meet = (
  armed: ReadonlyArray<Armed>,
  name: string | undefined,
  chance: Pick<World, "entropy">
): Fault | undefined => {
  let met: Fault | undefined
  for (const one of armed) {
    if (one.name !== undefined && one.name !== name) continue
    one.seen++
    if (met !== undefined) continue
    if (one.nth !== undefined && !one.nth.has(one.seen)) continue
    if (one.fault.times !== undefined && one.met >= one.fault.times) continue
    if (one.fault.probability !== undefined && unit(chance) >= one.fault.probability) continue
    one.met++
    met = one.fault
  }
  return met
}

/** The answer of a `Respond`. */
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

/** Whether the sandbox acts although the fault strikes. */
export const acts = (fault: Fault): boolean =>
  fault.acts === true ||
  fault.outcome._tag === "Pass" ||
  fault.outcome._tag === "Truncate" ||
  fault.outcome._tag === "Drip"
