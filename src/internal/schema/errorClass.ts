/**
 * Classes of errors that are Schemas, as `Schema.TaggedError` makes them, but for two things: the Schema is made when it is
 * first asked for (made at once, sixteen of them were a third of what importing costs), and what the runtime itself puts into
 * an error is not checked once more.
 */
// biome-ignore-all lint/complexity/noThisInStatic: the class that extends it is meant
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import { pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const ErrorId: unique symbol = Symbol.for("effect-pipedrive/PipedriveError")

/** Whether a value is of a class made here that is part of `PipedriveError`. @internal */
export const isOurs = (u: unknown): boolean => Predicate.hasProperty(u, ErrorId) && u[ErrorId] !== undefined

/**
 * What `Schema.TaggedError` makes, in the few words that matter: left to the compiler to work out, sixteen of them cost every
 * program that handles an error 40,000 instantiations.
 */
export interface ErrorClass<Self, Tag extends string, Fields, Encoded = Fields>
  extends Schema.Schema<Self, Encoded & { readonly _tag: Tag }> {
  new (fields: Fields): Fields & Cause.YieldableError & { readonly _tag: Tag }
}

/** @internal */
export const errorClass = <Self, Tag extends string, Fields, Encoded = Fields>(
  tag: Tag,
  fields: () => { readonly [K in keyof NoInfer<Fields>]-?: Schema.Schema.AnyNoContext | Schema.PropertySignature.All },
  isPart = true
): ErrorClass<Self, Tag, Fields, Encoded> => {
  const id = `effect-pipedrive/${tag}`
  let schema: Schema.Schema.AnyNoContext | undefined
  class TaggedError extends Data.TaggedError(tag)<Record<string, unknown>> {
    get [ErrorId]() {
      return isPart ? tag : undefined
    }
    static get [Schema.TypeId]() {
      return Schema.Unknown[Schema.TypeId]
    }
    static get ast() {
      return this.schema().ast
    }
    static annotations(annotations: Schema.Annotations.GenericSchema<unknown>) {
      return this.schema().annotations(annotations)
    }
    static pipe() {
      // biome-ignore lint/complexity/noArguments: what `pipeArguments` takes
      return pipeArguments(this, arguments)
    }
    private static schema(): Schema.Schema.AnyNoContext {
      if (schema !== undefined) return schema
      const described: Record<string, Schema.Schema.AnyNoContext | Schema.PropertySignature.All> = fields()
      return (schema = Schema.transform(
        // no field's Schema needs a context, and so the whole needs none
        Schema.Struct({ _tag: Schema.Literal(tag), ...described }) as Schema.Schema.AnyNoContext,
        Schema.declare((u): u is TaggedError => u instanceof this, { identifier: id }),
        { strict: false, decode: (plain) => new this(plain), encode: (error) => ({ ...error }) }
      ))
    }
  }
  // the class has what the interface promises; the compiler cannot see that the fields are assigned
  return TaggedError as never
}
