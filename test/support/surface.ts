/** Every endpoint of the SDK, by version and official name. */
import { Endpoint } from "effect-pipedrive"
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
