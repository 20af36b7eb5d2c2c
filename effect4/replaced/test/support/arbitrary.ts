/** What an Effect derives from a Schema, for FastCheck. */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"

/** Whatever a Schema accepts. */
export const of = <A>(schema: Schema.Codec<A>): FastCheck.Arbitrary<A> => from(Arbitrary.schema(schema))

/** As FastCheck has it: it chooses the seeds. Of less than size 3 there is no text that is long enough for a search. */
export const from = <A>(arbitrary: Arbitrary.Arbitrary<A>): FastCheck.Arbitrary<A> =>
  FastCheck.record({ seed: FastCheck.integer(), size: FastCheck.integer({ min: 3, max: 30 }) })
    .noShrink()
    .map(({ seed, size }) => {
      const [value] = Effect.runSync(Arbitrary.sampleEffect(arbitrary, { count: 1, seed, size }))
      return value as A
    })
