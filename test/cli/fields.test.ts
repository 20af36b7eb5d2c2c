import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { CustomFields } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { DealFields, PersonFields } from "effect-pipedrive/v2"
import { afterAll } from "vitest"
import { type Definitions, fromAccount } from "../../cli/fields/definitions.js"
import { drift } from "../../cli/fields/drift.js"
import { camelCase, identifiers } from "../../cli/fields/names.js"
import { parse } from "../../cli/fields/parse.js"
import { print } from "../../cli/fields/print.js"
import * as Large from "../support/largeAccount.js"
import { installed, node } from "../support/process.js"

const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-fields-"))
symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")
writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const field = (at: number, name: string, more: Partial<CustomFields.AccountField> = {}): CustomFields.AccountField => ({
  key: Large.key(at),
  name,
  type: "varchar",
  description: undefined,
  options: [],
  deletedOptions: [],
  ...more
})

/** What a definition says, its notes aside. */
const facts = (all: ReadonlyArray<Definitions>) =>
  all.map(({ entity, fields }) => ({ entity, fields: fields.map(({ notes: _, ...rest }) => rest) }))

describe("names", () => {
  it("are of camels, whatever they were", () => {
    const cases = {
      "How they found us": "howTheyFoundUs",
      "VATNumber & ID": "vatNumberId",
      "Größe (m²)": "größeM",
      "2nd contact": "_2ndContact",
      "contact-person's e-mail": "contactPersonsEMail",
      見積もり: "見積もり",
      class: "class_",
      "To String": "toString_",
      ["__proto__"]: "proto",
      "🚀": "",
      " ": "",
      "Q3 budget 2026": "q3Budget2026",
      snake_case_name: "snakeCaseName",
      iPhone: "iPhone",
      ПІБ: "піб"
    }
    assert.deepStrictEqual(Object.fromEntries(Object.keys(cases).map((name) => [name, camelCase(name)])), cases)
  })

  it("are names of variables that are their own, in every case", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ key: fc.nat(5000), name: fc.string({ unit: "binary" }) }), {
          selector: (one) => one.key
        }),
        (given) => {
          const all = identifiers(given.map(({ key, name }) => field(key, name)))
          assert.strictEqual(all.length, given.length)
          assert.strictEqual(new Set(all.map(({ id }) => id)).size, given.length)
          for (const { id } of all) assert.match(id, /^[\p{ID_Start}_][\p{ID_Continue}]*$/u)
        }
      )
    ))

  it("do not depend on the order, or on which of two namesakes is older", () => {
    const [one, two] = [field(1, "Size"), field(2, "size!")]
    const ids = (fields: ReadonlyArray<CustomFields.AccountField>) =>
      fromAccount("deal", fields).fields.map(({ id, key }) => [key, id])
    assert.deepStrictEqual(ids([one, two]), [
      [one.key, "size_0001"],
      [two.key, "size_0002"]
    ])
    assert.deepStrictEqual(ids([two, one]), ids([one, two]))
    // the one that is left takes nobody's place
    assert.deepStrictEqual(ids([two]), [[two.key, "size"]])
  })
})

describe("a module", () => {
  const large = Effect.gen(function* () {
    const removed = yield* DealFields.deleteOptions({ field_code: Large.key(1), body: [{ id: 101 }] })
    assert.strictEqual(removed.data.length, 1)
    const deals = yield* CustomFields.load(DealFields)
    const persons = yield* CustomFields.load(PersonFields)
    return [fromAccount("deal", yield* deals.all), fromAccount("person", yield* persons.all)]
  }).pipe(Effect.provide(Sandbox.layer({ seed: Large.seed })))

  it.effect(
    "of a large account compiles under strict, needs no formatter, and is the same every time",
    () =>
      Effect.gen(function* () {
        const text = print(yield* large)
        assert.strictEqual(print(yield* large), text)
        writeFileSync(join(folder, "fields.ts"), text)
        writeFileSync(
          join(folder, "use.ts"),
          `import { CustomFields } from "effect-pipedrive"
import { dealFields, personFields } from "./fields.js"
export const small: CustomFields.Input<typeof dealFields> = { size_0000: "small (8)", vatNumberId: { value: "09:00" }, class_: null }
// @ts-expect-error: no such option
export const wrong: CustomFields.Input<typeof dealFields> = { size_0000: "tiny" }
export const nickname = (all: CustomFields.Type<typeof personFields>): string | null => all.nickname
export const proto: CustomFields.Input<typeof dealFields> = { size_0000: ["__proto__"][0] as "__proto__" }
`
        )
        const paths = { "effect-pipedrive": [resolve("src/index.ts")] }
        writeFileSync(
          join(folder, "tsconfig.json"),
          JSON.stringify({
            compilerOptions: {
              target: "es2022",
              lib: ["es2022", "dom", "dom.iterable"],
              types: ["node"],
              strict: true,
              exactOptionalPropertyTypes: true,
              noUncheckedIndexedAccess: true,
              isolatedModules: true,
              module: "nodenext",
              moduleResolution: "nodenext",
              skipLibCheck: true,
              noEmit: true,
              paths
            },
            files: ["use.ts"]
          })
        )
        const compiled = yield* Effect.promise(() => node([installed("typescript/bin/tsc"), "-p", folder]))
        assert.strictEqual(compiled.status, 0, compiled.output)

        writeFileSync(
          join(folder, "biome.json"),
          JSON.stringify({
            root: true,
            formatter: { indentStyle: "space", lineWidth: 80 },
            javascript: { formatter: { semicolons: "always", trailingCommas: "all" } }
          })
        )
        const formatted = yield* Effect.promise(() =>
          node([installed("@biomejs/biome/bin/biome"), "format", "fields.ts"], { cwd: folder })
        )
        assert.strictEqual(formatted.status, 0, formatted.output)
      }),
    120_000
  )

  it.effect("has all fields of the account, and its words can do no harm", () =>
    Effect.gen(function* () {
      const definitions = yield* large
      const text = print(definitions)
      assert.strictEqual(definitions[0]?.fields.length, 230)
      assert.deepStrictEqual(facts(parse(text)), facts(definitions))
      assert.include(text, "  /** Ends with *\\/ a comment */\n")
      assert.include(text, "  /** \\@handle */\n")
      assert.match(text, /\/\*\*\n {3}\* Size\n {3}\*\n {3}\* The name is not its own: there is "Size" \(0001/)
      assert.include(text, "  /** (no name) */\n  field_0002: CustomFields.text(")
      assert.notInclude(text, '"one": 101')
      assert.deepStrictEqual(drift(parse(text), definitions), [])
    })
  )

  it("tells of deleted options and unknown types, of what v1 tells of them", () => {
    const text = print([
      fromAccount("deal", [
        field(1, "Colour", {
          type: "enum",
          description: "What\nit looks like",
          options: [{ id: 5, label: "green" }],
          deletedOptions: [{ id: 4, label: "blue" }]
        }),
        field(2, "Shape", { type: "hologram" }),
        field(3, "Nothing", { type: "set" })
      ]),
      fromAccount("person", [])
    ])
    assert.strictEqual(
      text,
      `// Custom fields of a Pipedrive account, written by \`effect-pipedrive custom-fields\`.
// Change them in Pipedrive, and run it again.
import { CustomFields } from "effect-pipedrive";

/**
 * Custom fields of deals, which leads have, too.
 *
 * Left out: "Shape" (${Large.key(2)}) is of the unknown type "hologram".
 */
export const dealFields = CustomFields.define({
  /**
   * Colour
   *
   * What it looks like
   *
   * Deleted options: "blue" (4).
   */
  colour: CustomFields.enum("${Large.key(1)}", {
    green: 5,
  }),
  /** Nothing */
  nothing: CustomFields.set("${Large.key(3)}", {}),
});

/** Custom fields of persons. */
export const personFields = CustomFields.define({});
`
    )
  })

  it("is read as it was written, whatever the names", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            key: fc.nat(5000),
            name: fc.oneof(
              fc.string({ unit: "binary" }),
              fc.constantFrom("*", "* x", "/", "'", '"', "\\", "*/", "@x", "a'b\"c")
            ),
            type: fc.constantFrom("enum", "set", "text", "address"),
            options: fc.uniqueArray(
              fc.record({
                id: fc.nat(),
                label: fc.oneof(
                  fc.string({ unit: "binary" }),
                  fc.constantFrom("__proto__", "1", "'\"", "\\'", "constructor")
                )
              }),
              { selector: (one) => one.id }
            )
          }),
          { selector: (one) => one.key }
        ),
        (given) => {
          const definitions = [
            fromAccount(
              "deal",
              given.map(({ key, name, options, type }) =>
                field(key, name.trim(), {
                  type,
                  options: options.map(({ id, label }) => ({ id, label: label.trim() }))
                })
              )
            )
          ]
          assert.deepStrictEqual(facts(parse(print(definitions))), facts(definitions))
        }
      )
    ))

  it("is read after another formatter has been over it", () => {
    const definitions = [
      fromAccount("deal", [
        field(1, "Colour", {
          type: "enum",
          options: [
            { id: 5, label: 'it\'s "green"' },
            { id: 6, label: "red" }
          ]
        }),
        field(2, "Size")
      ])
    ]
    const text = `import { CustomFields } from 'effect-pipedrive'
/* eslint-disable */
/** Custom fields of deals, which leads have, too. */
export const dealFields = CustomFields.define({
\t/** Colour */ 'colour': CustomFields.enum('${Large.key(1)}', { 'it\\'s "green"': 5, 'red': 6 }), // mine
\t/**
\t * Size
\t */
\tsize: CustomFields
\t\t.varchar('${Large.key(2)}')
})`
    assert.deepStrictEqual(facts(parse(text)), facts(definitions))
  })
})

describe("drift", () => {
  const before = [
    field(1, "Colour", {
      type: "enum",
      options: [
        { id: 5, label: "green" },
        { id: 6, label: "red" }
      ]
    }),
    field(2, "Size"),
    field(3, "Old")
  ]
  const now = [
    field(1, "Colour", {
      type: "enum",
      options: [
        { id: 5, label: "lime" },
        { id: 7, label: "blue" }
      ]
    }),
    field(2, "Height", { type: "double" }),
    field(4, "New", { type: "monetary" })
  ]

  it("names fields by their names", () => {
    const file = parse(print([fromAccount("deal", before)]))
    assert.deepStrictEqual(drift(file, [fromAccount("deal", now), fromAccount("person", [])]), [
      "dealFields:",
      "  - Old (`old`), varchar, is gone",
      '  ~ Colour (`colour`): option "green" (5) is called "lime" now',
      '  ~ Colour (`colour`): option "red" (6) is gone',
      '  ~ Colour (`colour`): option "blue" (7) is new',
      "  ~ Size is called Height now (`height`, was `size`)",
      "  ~ Height (`height`): is of type double, was varchar",
      "  + New (`new_`), monetary, is new",
      "personFields: is not in the file"
    ])
  })
})
