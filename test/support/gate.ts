/** One gate of the limiter by itself: what it is asked, and what it is answered. */
import * as Headers from "@effect/platform/Headers"
import * as Gate from "../../src/internal/rateLimit/gate.js"
import * as Learn from "../../src/internal/rateLimit/learn.js"

export const start = 1_000_000
export const ask: Gate.Ask = { cost: 1, search: false, maximumWait: 60_000 }
export const searching: Gate.Ask = { ...ask, search: true }

export const make = (settings: Partial<Gate.Settings> = {}): Gate.Gate =>
  Gate.make("token", { learning: true, maximumInFlight: 50, dailyReserve: 0, shared: undefined, ...settings })

export const answered = (
  gate: Gate.Gate,
  permit: Gate.Permit,
  now: number,
  status = 200,
  headers: Record<string, string> = {},
  text = ""
): void =>
  Learn.settle(gate, permit, { status, headers: Headers.fromInput(headers), text, attempts: 1, secrets: [] }, now)
