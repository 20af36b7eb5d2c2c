/** What an Effect derives from a Schema, for FastCheck. */
import * as Arbitrary from "effect/Arbitrary"
import type * as FastCheck from "effect/FastCheck"
import type * as Schema from "effect/Schema"

/** Whatever a Schema accepts. */
export const of = <A>(schema: Schema.Schema<A>): FastCheck.Arbitrary<A> => Arbitrary.make(schema)

/** As FastCheck has it. */
export const from = <A>(arbitrary: FastCheck.Arbitrary<A>): FastCheck.Arbitrary<A> => arbitrary
