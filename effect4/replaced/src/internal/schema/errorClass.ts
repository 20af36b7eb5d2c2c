/**
 * Classes of errors that are Schemas, as `Schema.TaggedError` makes them, but for two things: the Schema is made when it is
 * first asked for (made at once, sixteen of them were a third of what importing costs), and what the runtime itself puts into
 * an error is not checked once more.
 */
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import { pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import * as SchemaTransformation from "effect/SchemaTransformation"

const ErrorId: unique symbol = Symbol.for("effect-pipedrive/PipedriveError")

/** Whether a value is of a class made here. @internal */
export const isOurs = (u: unknown): boolean => Predicate.hasProperty(u, ErrorId)

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

/** What a Schema has beside its AST. */
const methods = ["annotate", "annotateKey", "check", "make", "makeEffect", "makeOption", "rebuild"] as const

/** @internal */
export const errorClass = <Self, Tag extends string, Fields, Encoded = Fields>(
  tag: Tag,
  fields: () => { readonly [K in keyof NoInfer<Fields>]-?: Schema.Constraint }
): ErrorClass<Self, Tag, Fields, Encoded> => {
  const id = `effect-pipedrive/${tag}`
  let schema: Described | undefined
  class TaggedError extends Data.TaggedError(tag)<Record<string, unknown>> {
    get [ErrorId]() {
      return tag
    }
    static get ast() {
      return described().ast
    }
    static pipe() {
      // biome-ignore lint/complexity/noArguments: what `pipeArguments` takes
      return pipeArguments(this, arguments)
    }
  }
  const described = (): Described => {
    if (schema !== undefined) return schema
    const plain: Schema.Codec<Record<string, unknown>, unknown> = Schema.Struct({
      _tag: Schema.Literal(tag),
      // no field's Schema needs a context, and so the whole needs none
      ...(fields() as Record<string, Described>)
    })
    return (schema = plain.pipe(
      Schema.decodeTo(
        Schema.declare((u): u is TaggedError => u instanceof TaggedError, { identifier: id }),
        SchemaTransformation.transform({
          decode: (given: Record<string, unknown>) => new TaggedError(given),
          encode: (error): Record<string, unknown> => ({ ...error })
        })
      )
    ))
  }
  // the class has what the interface promises; the compiler cannot see that the fields are assigned
  return Object.defineProperties(TaggedError, {
    [Schema.String["~effect/Schema/Schema"]]: { value: "~effect/Schema/Schema" },
    ...Object.fromEntries(methods.map((name) => [name, { get: () => Reflect.get(described(), name) }]))
  }) as never
}
