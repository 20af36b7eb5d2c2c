/**
 * Arbitrary answers, for property tests of those who use them.
 */
import * as Arbitrary from "effect/Arbitrary"
import type * as FastCheck from "effect/FastCheck"
import type * as Schema from "effect/Schema"

/**
 * Arbitrary answers of an endpoint: whatever its output Schema accepts, for property tests. `{ data }` is the entity.
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
