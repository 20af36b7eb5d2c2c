/** Every endpoint of the SDK, by version and official name. */
import type * as Effect from "effect/Effect"
import { Endpoint, type PipedriveError } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"

export interface Entry {
  /** `v2.getDeals`. */
  readonly key: string
  /** `v2.Deals.list`. */
  readonly name: string
  readonly endpoint: Endpoint.Any
}

const entriesOf = (version: Endpoint.Version, modules: Readonly<Record<string, object>>): ReadonlyArray<Entry> =>
  Object.entries(modules).flatMap(([module, members]) =>
    Object.entries(members).flatMap(([name, member]: [string, unknown]) =>
      Endpoint.isEndpoint(member)
        ? [
            {
              key: `${version}.${member.endpoint.operation}`,
              name: `${version}.${module}.${name}`,
              endpoint: member
            }
          ]
        : []
    )
  )

export const entries: ReadonlyArray<Entry> = [...entriesOf("v2", v2), ...entriesOf("v1", v1)]

export const byKey: ReadonlyMap<string, Entry> = new Map(entries.map((entry) => [entry.key, entry]))

/** The endpoint called `v2.Deals.list`. */
export const named = (name: string): Endpoint.Any => {
  const entry = entries.find((one) => one.name === name)
  if (entry === undefined) throw new Error(`there is no ${name}`)
  return entry.endpoint
}

/** Calls an endpoint with whatever input, for tests that go through many. */
export const ask = (
  endpoint: Endpoint.Any,
  input: object
): Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements> =>
  // its Schema checks the input
  (endpoint as unknown as (input: object) => ReturnType<typeof ask>)(input)
