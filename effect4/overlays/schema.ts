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
        find: `ast: SchemaAST.AST, id: symbol): unknown`,
        replace: `ast: SchemaAST.AST, id: string): unknown`
      },
      {
        find: `export const CustomFieldKey: Schema.Codec<CustomFieldKey> = `,
        replace: `export const CustomFieldKey: Schema.Codec<CustomFieldKey> & { readonly "~type.make": CustomFieldKey; readonly Iso: CustomFieldKey } = `
      },
      {
        find: `Schema.make<Schema.Codec<CustomFieldKey>>(`,
        replace: `Schema.make<typeof CustomFieldKey>(`
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
        SchemaTransformation.transform<DateTime.DateTime, Date>({
          decode: DateTime.fromDateUnsafe,
          encode: DateTime.toDateUtc
        })
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
  },
  {
    file: "src/sandbox/arbitrary.ts",
    why: "Effect has arbitraries of its own",
    edits: [
      {
        find: `import type * as FastCheck from "fast-check"\n`,
        replace: ""
      },
      {
        find: `FastCheck.Arbitrary<A>`,
        replace: `Arbitrary.Arbitrary<A>`
      }
    ]
  },
  {
    file: "src/internal/customFields/load.ts",
    why: "what is no duration is refused by its type",
    edits: [
      {
        find: `Duration.fromInput(given)`,
        replace: `Duration.fromInput(given as Duration.Input)`
      }
    ]
  },
  {
    file: "src/sandbox/server.ts",
    why: "an address has a module of its own",
    edits: [
      {
        find: `(address: HttpServer.Address): string => {
  if (address._tag === "UnixAddress") return "http://localhost"
  const host = address.hostname === "0.0.0.0" || address.hostname === "::" ? "127.0.0.1" : address.hostname
`,
        replace: `(address: NetAddress.SocketAddress): string => {
  if (address._tag === "UnixPathAddress") return "http://localhost"
  const bound = NetAddress.formatIp(address.address)
  const host = bound === "0.0.0.0" || bound === "::" ? "127.0.0.1" : bound
`
      },
      {
        find: `import * as HttpServerResponse from "effect/http/HttpServerResponse"\n`,
        replace: `import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as NetAddress from "effect/net/NetAddress"\n`
      }
    ]
  }
]
