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
import type * as AST from "effect/SchemaAST"
import * as SchemaTransformation from "effect/SchemaTransformation"

const ErrorId: unique symbol = Symbol.for("effect-pipedrive/PipedriveError")

/** Whether a value is of a class made here that is part of `PipedriveError`. @internal */
export const isOurs = (u: unknown): boolean => Predicate.hasProperty(u, ErrorId) && u[ErrorId] !== undefined

/**
 * What `Schema.TaggedError` makes, in the few words that matter: left to the compiler to work out, sixteen of them cost every
 * program that handles an error 40,000 instantiations.
 */
export interface ErrorClass<Self, Tag extends string, Fields, Encoded = Fields>
  extends Schema.BottomWithoutNew<
    Self,
    Encoded & { readonly _tag: Tag },
    never,
    never,
    AST.AST,
    Schema.Codec<Self, Encoded & { readonly _tag: Tag }>
  > {
  new (fields: Fields): Fields & Cause.YieldableError & { readonly _tag: Tag }
}

/** Any Schema that needs no context. */
type Described = Schema.Codec<unknown, unknown>

/** By what Effect knows a Schema. */
const typeId = "~effect/Schema/Schema" satisfies keyof Schema.Constraint

/** What a Schema has beside its AST. */
const methods = ["annotate", "annotateKey", "check", "make", "makeEffect", "makeOption", "rebuild"] as const

/** @internal */
export const errorClass = <Self, Tag extends string, Fields, Encoded = Fields>(
  tag: Tag,
  fields: () => { readonly [K in keyof NoInfer<Fields>]-?: Schema.Constraint },
  isPart = true
): ErrorClass<Self, Tag, Fields, Encoded> => {
  const id = `effect-pipedrive/${tag}`
  let schema: Described | undefined
  const described = (self: typeof TaggedError): Described => {
    if (schema !== undefined) return schema
    const plain: Schema.Codec<Record<string, unknown>, unknown> = Schema.Struct({
      _tag: Schema.Literal(tag),
      // no field's Schema needs a context, and so the whole needs none
      ...(fields() as { readonly [key: string]: Schema.Constraint } as Record<string, Described>)
    })
    return (schema = plain.pipe(
      Schema.decodeTo(
        Schema.declare((u): u is TaggedError => u instanceof self, { identifier: id }),
        SchemaTransformation.transform({
          decode: (given: Record<string, unknown>) => new self(given),
          encode: (error): Record<string, unknown> => ({ ...error })
        })
      )
    ))
  }
  class TaggedError extends Data.TaggedError(tag)<Record<string, unknown>> {
    get [ErrorId]() {
      return isPart ? tag : undefined
    }
    static get ast() {
      return described(this).ast
    }
    static pipe() {
      // biome-ignore lint/complexity/noArguments: what `pipeArguments` takes
      return pipeArguments(this, arguments)
    }
  }
  const inherited = (name: (typeof methods)[number]): PropertyDescriptor => ({
    get(this: typeof TaggedError) {
      return described(this)[name]
    }
  })
  // the class has what the interface promises; the compiler cannot see that the fields are assigned
  return Object.defineProperties(TaggedError, {
    [typeId]: { value: typeId },
    ...Object.fromEntries(methods.map((name) => [name, inherited(name)]))
  }) as never
}
