import { assert, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Field } from "effect-pipedrive"
import * as Check from "../src/internal/schema/check.js"
import * as Arbitrary from "./support/arbitrary.js"

interface Tree {
  readonly value: number
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.suspend(() =>
  Schema.Struct({ value: Schema.Number, children: Schema.Array(Tree) })
)

const schemas: ReadonlyArray<Schema.Schema.AnyNoContext> = [
  Schema.String,
  Schema.NullOr(Schema.Int),
  Schema.Literal("a", "b", 1, null),
  Schema.Union(Schema.String, Schema.Number, Schema.Null),
  Schema.Union(Schema.Struct({ a: Schema.Number }), Schema.Struct({ b: Schema.String }), Schema.Literal("x", "y")),
  Schema.Array(Schema.Boolean),
  Schema.Tuple(Schema.String, Schema.Number),
  Schema.NonEmptyArray(Schema.Number),
  Schema.Struct({ a: Schema.String, b: Field.optional(Schema.Number), c: Schema.optional(Schema.Boolean) }),
  Schema.Struct({ a: Schema.Undefined, b: Schema.Unknown }),
  Schema.Struct({ a: Schema.NullOr(Schema.Struct({ b: Schema.Array(Schema.Struct({ c: Schema.String })) })) }),
  Schema.Struct({}),
  Schema.Record({ key: Schema.String, value: Schema.Number }),
  Schema.Struct({ a: Schema.String }, { key: Schema.String.pipe(Schema.pattern(/^k\d$/)), value: Schema.Number }),
  Field.List(Schema.Int, 2),
  Field.Timestamp,
  Field.CalendarDate,
  Field.CustomFields,
  Field.openEnum("a", "b"),
  Schema.Struct({ d: Field.Limit(10), e: Schema.optional(Field.TimeOfDay) }),
  Tree
]

/** Values near a schema's own: valid ones, broken ones, and anything. */
const near = (schema: Schema.Schema.AnyNoContext): FastCheck.Arbitrary<unknown> => {
  const valid = Arbitrary.of(schema)
  const broken = FastCheck.tuple(valid, FastCheck.string(), FastCheck.anything()).map(([value, key, other]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value, [key]: other } : other
  )
  const cut = valid.map((value) =>
    typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).slice(1)) : value
  )
  return FastCheck.oneof(valid, broken, cut, FastCheck.anything())
}

const decodes = (schema: Schema.Schema.AnyNoContext, onExcessProperty: "ignore" | "error") => {
  const decode = Schema.decodeUnknownEither(Schema.typeSchema(schema), { onExcessProperty, exact: true })
  return (value: unknown) => Either.isRight(decode(value))
}

it("the compiled check says what the decoder says, with keys open and closed", () => {
  for (const schema of schemas) {
    const open = Check.open(schema.ast)
    const closed = Check.closed(schema.ast)
    const isOpen = decodes(schema, "ignore")
    const isClosed = decodes(schema, "error")
    FastCheck.assert(
      FastCheck.property(near(schema), (value) => {
        assert.strictEqual(open(value), isOpen(value), `open: ${String(schema)}`)
        assert.strictEqual(closed(value), isClosed(value), `closed: ${String(schema)}`)
      }),
      { numRuns: 300 }
    )
  }
})
