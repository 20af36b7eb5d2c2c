/**
 * What checking a page of 500 deals costs, next to parsing it.
 */
import * as Schema from "effect/Schema"
import { Deals } from "effect-pipedrive/v2"
// the checker is internal: no entry point leads to it
import { open } from "../src/internal/schema/check.js"
import { median } from "./measure.js"
import { page } from "./payload.js"

export interface Validation {
  /** Milliseconds for the page; medians. */
  readonly parse: number
  readonly check: number
  readonly decode: number
  /** Median over the rounds of check over parse. */
  readonly ratio: number
}

const time = (repeat: number, work: () => unknown): number => {
  const start = performance.now()
  for (let i = 0; i < repeat; i++) work()
  return (performance.now() - start) / repeat
}

export const measureValidation = async (options: { readonly quick: boolean }): Promise<Validation> => {
  const valid = open(Deals.ListOutput.ast)
  const decode = Schema.decodeUnknownSync(Deals.ListOutput, { onExcessProperty: "preserve" })
  const body: unknown = JSON.parse(page)
  decode(body)
  if (!valid(body)) throw new Error("the page that is measured does not pass the check")

  const rounds = options.quick ? 10 : 40
  const times = Array.from({ length: rounds }, () => ({
    parse: time(10, () => JSON.parse(page)),
    check: time(10, () => valid(body)),
    decode: time(1, () => decode(body))
  }))
  return {
    parse: median(times.map((round) => round.parse)),
    check: median(times.map((round) => round.check)),
    decode: median(times.map((round) => round.decode)),
    ratio: median(times.map((round) => round.check / round.parse))
  }
}
