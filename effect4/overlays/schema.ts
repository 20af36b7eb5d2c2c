import type { Overlay } from "../codemod/overlay.js"

/** The Schemas of fields, inputs and responses. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "src/Field.ts",
    why: "the keys of annotations are texts, an optional key is a Schema, a fault in a part is an `issue`",
    edits: [
      ...["TimeKind", "List", "KnownValues", "Label"].map((name) => ({
        find: `${name}Id: unique symbol = Symbol.for("effect-pipedrive/Field/${name}")`,
        replace: `${name}Id = "effect-pipedrive/Field/${name}"`
      })),
      {
        find: `schema: Schema.Codec<A>): Schema.PropertySignature<"?:", A, never, "?:", A> =>
  // what \`Schema.optionalWith(schema, { exact: true })\` makes, without its other options: 4 kB of a bundle
  Schema.makePropertySignature(new Schema.PropertySignatureDeclaration(schema.ast, true, true, {}, undefined))`,
        replace: `schema: Schema.Codec<A>): Schema.optionalKey<Schema.Codec<A>> => Schema.optionalKey(schema)`
      },
      {
        find: `return { path: ["term"], message }`,
        replace: `return { path: ["term"], issue: message }`
      },
      {
        find: `ast: SchemaAST.AST, id: symbol): unknown`,
        replace: `ast: SchemaAST.AST, id: string): unknown`
      },
      {
        find: `arbitrary: () => (fc) => fc.stringMatching(samples)`,
        replace: `arbitraryConstraint: { patterns: [samples] }`
      },
      {
        find: `arbitrary: () => (fc) => fc.date({ noInvalidDate: true }).map(DateTime.fromDateUnsafe)`,
        replace: `toCodecArbitrary: () =>
      Schema.link<DateTime.DateTime>()(
        Schema.Date,
        SchemaTransformation.transform({ decode: DateTime.fromDateUnsafe, encode: DateTime.toDateUtc })
      )`
      },
      {
        find: `jsonSchema: bounds`,
        replace: `toJsonSchema: () => bounds`
      },
      {
        find: `arbitrary: () => (fc) => fc.string(bounds)`,
        replace: `arbitraryConstraint: bounds`
      },
      {
        find: `Schema.declare((u: unknown): u is Upload => Files.fault(u) === undefined, {
      identifier: "a file",
      message: ({ actual }) => Files.fault(actual) ?? ""
    })`,
        replace: `Schema.declareConstructor<Upload>()(
      [],
      () => (u) => {
        const message = Files.fault(u)
        return message === undefined
          ? Effect.succeed(u as Upload)
          : Effect.fail(new SchemaIssue.InvalidValue({ message }))
      },
      { identifier: "a file" }
    )`
      },
      {
        find: `import type * as Effect from "effect/Effect"`,
        replace: `import * as Effect from "effect/Effect"`
      },
      {
        find: `import type * as SchemaAST from "effect/SchemaAST"`,
        replace: `import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"`
      }
    ]
  }
]
