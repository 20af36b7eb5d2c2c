/**
 * Arbitrary responses, for property tests of a user's code.
 */
import * as Arbitrary from "effect/Arbitrary"
import type * as FastCheck from "effect/FastCheck"
import type * as Schema from "effect/Schema"

/**
 * Arbitrary responses of an endpoint, for property tests: whatever its output Schema accepts. `{ data }` is the entity.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Deals } from "effect-pipedrive/v2"
 * import { FastCheck } from "effect"
 *
 * const label = (deal: Deals.Deal) => `${deal.title} (${deal.status})`
 *
 * FastCheck.assert(
 *   FastCheck.property(Sandbox.arbitrary(Deals.get), ({ data }) => label(data).startsWith(data.title))
 * )
 * ```
 *
 * @since 0.1.0
 * @category property tests
 */
export const arbitrary = <A>(endpoint: {
  readonly endpoint: { readonly output: Schema.Schema<A> }
}): FastCheck.Arbitrary<A> => Arbitrary.make(endpoint.endpoint.output)
