import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Either, FastCheck as fc, pipe } from "effect"
import { CustomFields, type PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Upsert from "effect-pipedrive/Upsert"
import { Leads } from "effect-pipedrive/v1"
import { DealFields, Deals, Persons } from "effect-pipedrive/v2"
import * as Forms from "../src/internal/customFields/forms.js"
import { fields, key, type Model, models, partials, toLabelled, toWebhook } from "./support/customFields.js"
import * as Fake from "./support/fake.js"

/** As it comes over the wire. */
const wire = (value: unknown) => JSON.parse(JSON.stringify(value))

/** What `sync` effects give; a property is no place for promises. */
const run = <A, E>(effect: Effect.Effect<A, E>): A => Effect.runSync(effect)

const decode = (entity: unknown) => run(CustomFields.decode(wire(entity), fields))

const v1 = (values: CustomFields.Input<typeof fields>) => wire(run(CustomFields.encodeV1(values, fields)))
const v2 = (values: CustomFields.Input<typeof fields>) => wire(run(CustomFields.encodeV2(values, fields)))

const issues = (values: unknown, version: "v1" | "v2" = "v2") => {
  const encode = version === "v1" ? CustomFields.encodeV1(fields) : CustomFields.encodeV2(fields)
  const written: Effect.Effect<unknown, PipedriveError.InvalidRequest> = encode(values as never)
  return run(Effect.flip(written)).issues.map(
    ({ hint, message, path }) => `${path.join(".")} ${message}${hint === undefined ? "" : ` (${hint})`}`
  )
}

const faults = (entity: unknown) =>
  run(Effect.flip(CustomFields.decode(entity, fields))).issues.map(
    ({ message, path }) => `${path.join(".")} ${message}`
  )

describe("laws of the codec", () => {
  it("what is written for v2 is read as it was, from answers and from webhooks", () =>
    fc.assert(
      fc.property(models("v2"), fc.constantFrom("id" as const, "value" as const), (model, reference) => {
        const { custom_fields } = v2(model)
        assert.deepStrictEqual(decode({ id: 1, custom_fields }), model)
        assert.deepStrictEqual(decode({ id: 1, custom_fields: toWebhook(custom_fields, reference) }), model)
      }),
      { numRuns: 500 }
    ))

  it("what is written for v1 is read as it was, and equal to what v2 and webhooks have", () =>
    fc.assert(
      fc.property(models("v1"), (model) => {
        const flat = v1(model)
        assert.isTrue(Object.keys(flat).every((one) => /^[0-9a-f]{40}(_[a-z0-9_]+)?$/.test(one)))
        assert.deepStrictEqual(decode({ id: 1, title: "x", ...flat }), model)
        const { custom_fields } = v2(model)
        assert.deepStrictEqual(decode({ custom_fields }), model)
        assert.deepStrictEqual(decode({ custom_fields: toWebhook(custom_fields, "id") }), model)
      }),
      { numRuns: 500 }
    ))

  it("what is not given is not written, and what is not there is not read", () =>
    fc.assert(
      fc.property(partials("v1"), (given) => {
        const partial = (entity: unknown) => run(CustomFields.decodePartial(entity, fields))
        assert.deepStrictEqual(partial(v1(given)), given)
        assert.deepStrictEqual(partial(v2(given)), given)
        const rest = Object.fromEntries(Object.keys(fields.fields).map((name) => [name, null]))
        assert.deepStrictEqual(decode(v1(given)), { ...rest, ...given } as Model)
        assert.deepStrictEqual(Object.keys(v2(given).custom_fields ?? {}).length, Object.keys(given).length)
      })
    ))

  it("labels that an answer tells beside ids are those of the definition, or stay with an id that it does not have", () =>
    fc.assert(
      fc.property(models("v2"), (model) => {
        const { custom_fields } = v2(model)
        const read = decode({ custom_fields: toLabelled(custom_fields) })
        const labelled = (one: CustomFields.Option<string>) =>
          typeof one === "string" ? one : { ...one, label: `Option ${one.id}` }
        assert.deepStrictEqual(read as unknown, {
          ...model,
          size: model.size === null ? null : labelled(model.size),
          tags: model.tags === null ? null : model.tags.map(labelled)
        })
        // such an option is written as it was read
        assert.deepStrictEqual(v2(read), { custom_fields })
      })
    ))

  it("nothing that comes is a defect, and no value of the model is undefined", () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Array.from({ length: 17 }, (_, at) => key(at)), `${key(5)}_currency`),
          fc.oneof(fc.jsonValue(), fc.anything())
        ),
        fc.boolean(),
        (values, nested) => {
          const result = Effect.runSync(
            Effect.either(CustomFields.decode(nested ? { custom_fields: values } : values, fields))
          )
          if (result._tag === "Right") assert.notInclude(Object.values(result.right), undefined)
          else {
            assert.strictEqual(result.left._tag, "InvalidCustomFields")
            assert.isAbove(result.left.message.length, 0)
          }
          const written = Effect.runSync(Effect.either(CustomFields.encodeV2(values as never, fields)))
          assert.strictEqual(Either.isRight(written), Object.keys(values).length === 0)
        }
      ),
      { numRuns: 1000 }
    ))
})

describe("what is written", () => {
  it("is what the versions have", () => {
    const values = {
      budget: { value: 0, currency: "EUR" },
      size: 34,
      tags: ["small", 34, { id: 99 }],
      amount: 0,
      at: { value: "09:30", timezone_id: 7, timezone_name: "Europe/Tallinn" },
      term: { value: "2026-05-15", until: DateTime.unsafeMake("2026-06-01T12:00:00Z") },
      planner: 5,
      short: null,
      long: undefined
    } as const
    assert.deepStrictEqual(v2(values), {
      custom_fields: {
        [key(5)]: { value: 0, currency: "EUR" },
        [key(7)]: 34,
        [key(6)]: [12, 34, 99],
        [key(4)]: 0,
        [key(12)]: { value: "09:30:00", timezone_id: 7, timezone_name: "Europe/Tallinn" },
        [key(15)]: { value: "2026-05-15", until: "2026-06-01" },
        [key(8)]: 5,
        [key(1)]: null
      }
    })
    assert.deepStrictEqual(v1(values), {
      [key(5)]: 0,
      [`${key(5)}_currency`]: "EUR",
      [key(7)]: "34",
      [key(6)]: "12,34,99",
      [key(4)]: 0,
      [key(12)]: "09:30:00",
      [`${key(12)}_timezone_id`]: 7,
      [key(15)]: "2026-05-15",
      [`${key(15)}_until`]: "2026-06-01",
      [key(8)]: 5,
      [key(1)]: null
    })
  })

  it("is no empty `custom_fields`, and no empty set", () => {
    assert.deepStrictEqual(v2({}), {})
    assert.deepStrictEqual(v2({ size: undefined }), {})
    assert.deepStrictEqual(v1({}), {})
    assert.deepStrictEqual(v2({ tags: [] }), { custom_fields: { [key(6)]: null } })
    assert.deepStrictEqual(v1({ tags: [] }), { [key(6)]: null })
  })

  it("names every option once", () => {
    assert.deepStrictEqual(v2({ tags: ["small", 12, { id: 12 }, "large"] }), { custom_fields: { [key(6)]: [12, 34] } })
  })

  it("clears, on v1, the parts that a value does not have", () => {
    assert.deepStrictEqual(v1({ at: { value: "10:00:00" } }), {
      [key(12)]: "10:00:00",
      [`${key(12)}_timezone_id`]: null
    })
    assert.include(v1({ site: { value: "Dock 2", country: "Estonia" } }), {
      [key(16)]: "Dock 2",
      [`${key(16)}_country`]: "Estonia",
      [`${key(16)}_route`]: null
    })
  })
})

describe("what is refused", () => {
  const options = `one of the options: "small" (12), "large" (34), "2024, or so" (56)`

  it("names the field and what is allowed", () => {
    assert.deepStrictEqual(issues({ size: "huge" }), [`size must be ${options}, is "huge"`])
    assert.deepStrictEqual(issues({ size: 99 }), [`size must be ${options}, is 99`])
    assert.deepStrictEqual(issues({ size: "12" }), [`size must be ${options}, is "12"`])
    assert.deepStrictEqual(issues({ tags: ["small", "huge"] }), [`tags.1 must be ${options}, is "huge"`])
    assert.deepStrictEqual(issues({ tags: "small" }), [`tags must be an array of options, is "small"`])
    assert.match(issues({ Size: "small" })[0] ?? "", /^Size is not one of the fields: short, .*site \(write `size`\)$/)
    assert.match(issues({ [key(7)]: 12 })[0] ?? "", /\(write `size`\)$/)
    assert.deepStrictEqual(issues({ budget: 12 }), ["budget must be { value, currency }, is 12"])
    assert.deepStrictEqual(issues({ budget: { value: 12 } }), ["budget.currency is missing"])
    assert.deepStrictEqual(issues({ budget: { value: Number.NaN, currency: "EUR" } }), [
      "budget.value must be a number, is NaN"
    ])
    assert.deepStrictEqual(issues({ budget: { amount: 12, currency: "EUR" } }), [
      "budget.amount is no part of { value, currency }"
    ])
    assert.deepStrictEqual(issues({ fitting: "2026-02-30" }), [
      `fitting must be a day that there is, YYYY-MM-DD, is "2026-02-30"`
    ])
    assert.deepStrictEqual(issues({ fitting: new Date(Number.NaN) }), [
      "fitting must be a day that there is, YYYY-MM-DD, is an invalid Date"
    ])
    assert.deepStrictEqual(issues({ at: { value: "24:00" } }), [`at.value must be a time of day, HH:MM:SS, is "24:00"`])
    assert.deepStrictEqual(issues({ site: { value: " " } }), [`site.value must be text that is not empty, is " "`])
    assert.deepStrictEqual(issues({ short: "x".repeat(256) }), [
      "short must be text of at most 255 characters, has 256"
    ])
    assert.deepStrictEqual(issues({ short: 5 }), ["short must be text, is 5"])
    assert.deepStrictEqual(issues({ planner: 1.5 }), ["planner must be an id, is 1.5"])
    assert.deepStrictEqual(issues(null), [" must be an object with fields by name, is null"])
    assert.deepStrictEqual(issues({ amount: "5", planner: "5" }).length, 2)
  })

  it("is a zone by name on v1, which knows them by number", () => {
    const values = { at: { value: "10:00:00", timezone_name: "Europe/Tallinn" } }
    assert.deepStrictEqual(issues(values, "v1"), [
      "at.timezone_name has a time zone by name alone: v1 takes `timezone_id`"
    ])
  })

  it("is whatever does harm when it is read", () => {
    const trap = {
      get size() {
        throw new Error("boom")
      }
    }
    assert.deepStrictEqual(issues(trap), [" cannot be read: boom"])
  })

  it("is a definition that is none, whatever is done with it", () => {
    const wrong = CustomFields.define({
      a: CustomFields.varchar("A".repeat(40)),
      b: CustomFields.double(key(1)),
      c: CustomFields.date(key(1)),
      d: CustomFields.enum(key(2), { x: 1, y: 1 }),
      e: CustomFields.set(key(3), { x: 1.5 })
    })
    const found = run(Effect.flip(CustomFields.decode({}, wrong))).issues
    assert.deepStrictEqual(
      found.map(({ message, path }) => `${path.join()} ${message}`),
      [
        `a must have the key of a custom field (40 lower-case hexadecimal characters), has "${"A".repeat(40)}"`,
        "c has the key of `b`",
        "d has two options of one id",
        `e must have whole numbers as ids of its options, has 1.5 of "x"`
      ]
    )
    assert.deepStrictEqual(run(Effect.flip(CustomFields.encodeV1({}, wrong))).issues, found)
  })
})

describe("what is read", () => {
  it("is understood where it can mean one thing", () => {
    const read = decode({
      [key(1)]: 5,
      [key(4)]: "12.50",
      [key(5)]: "0",
      [`${key(5)}_currency`]: "EUR",
      [key(6)]: "12, 99",
      [key(7)]: "34",
      [key(8)]: { id: 3, name: "Ada", value: 3 },
      [key(9)]: { name: "Acme", value: 16 },
      [key(10)]: "7",
      [key(12)]: "9:05",
      [key(14)]: "2026-05-15 00:00:00",
      [key(15)]: "",
      [key(16)]: ""
    })
    assert.deepStrictEqual(read, {
      short: "5",
      auto: null,
      long: null,
      amount: 12.5,
      budget: { value: 0, currency: "EUR" },
      tags: ["small", { id: 99 }],
      size: "large",
      planner: 3,
      supplier: 16,
      contact: 7,
      hotline: null,
      at: { value: "09:05:00" },
      window: null,
      fitting: "2026-05-15",
      term: null,
      site: null
    })
  })

  it("is null for what is none: null, zero dates, accounts without custom fields", () => {
    const none = decode({ custom_fields: null })
    assert.isTrue(Object.values(none).every((value) => value === null))
    assert.strictEqual(Object.keys(none).length, 16)
    assert.isNull(decode({ [key(14)]: "0000-00-00" }).fitting)
    assert.isNull(decode({ [key(15)]: "0000-00-00", [`${key(15)}_until`]: "0000-00-00" }).term)
    assert.isNull(decode({ custom_fields: { [key(5)]: { value: null, currency: null } } }).budget)
    assert.isNull(decode({ custom_fields: { [key(6)]: [] } }).tags)
    assert.deepStrictEqual(decode({ custom_fields: { [key(12)]: "09:00:00" } }).at, { value: "09:00:00" })
  })

  it("is an error that names the field, of all fields that are wrong", () => {
    assert.deepStrictEqual(
      faults({ custom_fields: { [key(4)]: "many", [key(5)]: { value: 5 }, [key(7)]: true, [key(14)]: 7 } }),
      [
        "amount must be a number, is text",
        "budget.currency is missing",
        "size must be the id of an option, is a boolean",
        "fitting must be a day that there is, YYYY-MM-DD, is a number"
      ]
    )
    assert.deepStrictEqual(faults("x"), [" must be a record of Pipedrive"])
    assert.deepStrictEqual(faults({ custom_fields: ["x"] }), ["custom_fields must be custom fields by their keys"])
    const error = run(Effect.flip(CustomFields.decode({ [key(7)]: true }, fields)))
    assert.strictEqual(
      error.message,
      "custom fields cannot be read as they are defined: `size` must be the id of an option, is a boolean"
    )
  })

  it("is not shown in errors: a server may say anything, credentials included", () => {
    const secret = "SECRET-TOKEN"
    for (const type of Array.from({ length: 16 }, (_, at) => key(at + 1))) {
      for (const value of [
        [secret],
        { value: secret, until: secret, id: secret },
        { id: [secret] },
        { value: [secret] }
      ]) {
        const result = run(Effect.either(CustomFields.decode({ custom_fields: { [type]: value } }, fields)))
        if (result._tag === "Left") assert.notInclude(result.left.message, secret)
      }
    }
  })

  it("may be as deep as it likes", () => {
    let value: unknown = 1
    for (let at = 0; at < 100_000; at++) value = { value }
    assert.match(faults({ custom_fields: { [key(8)]: value } })[0] ?? "", /cannot be read/)
  })

  it("tells nothing inherited", () => {
    assert.isNull(run(CustomFields.decode(Object.create({ [key(7)]: 12 }), fields)).size)
  })
})

describe("one value", () => {
  const keyOf = (name: string) => fields.fields[name as keyof typeof fields.fields].key
  const [text, day] = ["text", "a day that there is, YYYY-MM-DD"]
  const error = (message: string) => ({ error: message })
  const outcomeOf = (
    result: Either.Either<Record<string, unknown>, { readonly issues: PipedriveError.InvalidRequest["issues"] }>,
    name: string
  ): unknown =>
    Either.match(result, {
      onLeft: ({ issues }) =>
        error(issues.map(({ message, path }) => [...path.slice(1), message].join(" ")).join("; ")),
      onRight: (values) => values[name]
    })

  it("is read from an answer or a delivery", () => {
    const cases: ReadonlyArray<readonly [name: string, given: unknown, outcome: unknown]> = [
      ["short", "x", "x"],
      ["short", 5, "5"],
      ["short", true, error("must be text, is a boolean")],
      ["short", { type: "varchar", value: "x" }, "x"],
      ["short", { type: 5, value: "x" }, error("must be text, is an object")],
      ["short", { value: "x" }, error("must be text, is an object")],
      ["short", { type: "varchar" }, error("must be text, is an object")],
      ["amount", 5, 5],
      ["amount", -0, 0],
      ["amount", "5", 5],
      ["amount", "", null],
      ["amount", " ", error("must be a number, is text")],
      ["amount", "5x", error("must be a number, is text")],
      ["amount", "Infinity", error("must be a number, is text")],
      ["amount", [5], error("must be a number, is an array")],
      ["planner", 5, 5],
      ["planner", "5", 5],
      ["planner", "12", 12],
      ["planner", "5x", error("must be an id, is text")],
      ["planner", "x5", error("must be an id, is text")],
      ["planner", [5], error("must be an id, is an array")],
      ["planner", { type: "user", id: 5 }, 5],
      ["planner", { type: "user", value: 5 }, 5],
      ["planner", { type: "user", id: 5, value: 6 }, 6],
      ["planner", { type: "user", other: 5 }, error("must be an id, is an object")],
      ["planner", { value: null, id: null }, null],
      ["planner", { name: "x" }, error("must be an id, is an object")],
      ["planner", { value: { id: "7" } }, 7],
      ["size", 12, "small"],
      ["size", "12", "small"],
      ["size", 99, { id: 99 }],
      ["size", [12], error("must be the id of an option, is an array")],
      ["size", "12x", error("must be the id of an option, is text")],
      ["size", "x12", error("must be the id of an option, is text")],
      ["size", { id: 99, label: "huge" }, { id: 99, label: "huge" }],
      ["size", { id: 99, label: 5 }, { id: 99 }],
      ["size", { id: 12, label: "tiny" }, "small"],
      ["size", { type: "enum", id: 99, label: "huge" }, { id: 99, label: "huge" }],
      ["size", { type: "enum", id: "34" }, "large"],
      ["tags", 12, ["small"]],
      ["tags", "12, 34", ["small", "large"]],
      ["tags", { type: "set", values: [{ id: 12 }, 34] }, ["small", "large"]],
      ["tags", [null], error("0 must be the id of an option, is null")],
      ["tags", true, error("must be an array of ids of options, is a boolean")],
      ["fitting", "2026-05-15", "2026-05-15"],
      ["fitting", "x", error(`must be ${day}, is text`)],
      ["fitting", "0000-00-00", null],
      ["at", "09:00", { value: "09:00:00" }],
      ["at", "9:00:05.123", { value: "09:00:05" }],
      ["at", "9:00:05.x", error("value must be a time of day, HH:MM:SS, is text")],
      ["at", "x9:00", error("value must be a time of day, HH:MM:SS, is text")],
      ["at", "9:00x", error("value must be a time of day, HH:MM:SS, is text")],
      ["at", "noon", error("value must be a time of day, HH:MM:SS, is text")],
      ["at", { value: ["09:00"] }, error("value must be a time of day, HH:MM:SS, is an array")],
      ["at", { type: "time", value: "09:00" }, { value: "09:00:00" }],
      [
        "at",
        { type: "time", value: "09:00", timezone_id: "5", timezone_name: 7 },
        { value: "09:00:00", timezone_id: 5, timezone_name: "7" }
      ],
      [
        "at",
        { type: "time", value: "09:00", timezone_name: true },
        error("timezone_name must be text that is not empty, is a boolean")
      ],
      ["window", { type: "timerange", from: "9:00", until: "10:00" }, { value: "09:00:00", until: "10:00:00" }],
      [
        "window",
        { type: "timerange", from: "9:00", value: "9:30", until: "10:00" },
        { value: "09:30:00", until: "10:00:00" }
      ],
      ["term", { value: "2026-01-01", until: "0000-00-00" }, error("until is missing")],
      ["term", { value: "2026-01-01", until: null }, error("until is missing")],
      ["term", { value: "0000-00-00", until: "2026-01-01" }, null],
      ["budget", { value: "5", currency: "EUR" }, { value: 5, currency: "EUR" }],
      ["budget", { type: "monetary", value: 0, currency: "EUR" }, { value: 0, currency: "EUR" }],
      ["budget", { value: 5, currency: null }, error("currency is missing")],
      ["budget", [5], error("must be { value, currency }, is an array")],
      ["budget", true, error("must be { value, currency }, is a boolean")],
      ["site", { value: 5 }, { value: "5" }],
      ["site", "x", { value: "x" }]
    ]
    for (const [name, given, outcome] of cases) {
      const entity = { custom_fields: { [keyOf(name)]: given } }
      for (const read of [CustomFields.decode(entity, fields), CustomFields.decodePartial(entity, fields)]) {
        assert.deepStrictEqual(outcomeOf(run(Effect.either(read)), name), outcome, `${name} ${JSON.stringify(given)}`)
      }
    }
  })

  it("is, in v1, empty text where it is text, and else none", () => {
    for (const [name, one] of Object.entries(fields.fields)) {
      const isText = ["short", "auto", "long", "hotline"].includes(name)
      const read = run(CustomFields.decodePartial({ [one.key]: "" }, fields))
      assert.deepStrictEqual<object>(read, { [name]: isText ? "" : null })
    }
    assert.deepStrictEqual(run(CustomFields.decodePartial({}, fields)), {})
    assert.deepStrictEqual(run(CustomFields.decodePartial({ [keyOf("budget")]: null }, fields)), { budget: null })
    const typed = { [keyOf("budget")]: { value: 5, currency: "EUR" } }
    assert.deepStrictEqual(run(CustomFields.decodePartial(typed, fields)), { budget: { value: 5, currency: "EUR" } })
  })

  it("is written, or refused", () => {
    const options = `one of the options: "small" (12), "large" (34), "2024, or so" (56)`
    const cases: ReadonlyArray<readonly [name: string, given: unknown, outcome: unknown]> = [
      ["short", "x".repeat(255), "x".repeat(255)],
      ["short", 5, error("must be text, is 5")],
      ["amount", -0, 0],
      ["amount", "5", error('must be a number, is "5"')],
      ["planner", "5", error('must be an id, is "5"')],
      ["fitting", 5, error(`must be ${day}, is 5`)],
      ["fitting", new Date("2026-05-15T12:00:00Z"), "2026-05-15"],
      ["fitting", " 2026-05-15", error(`must be ${day}, is " 2026-05-15"`)],
      ["size", { id: 99 }, 99],
      ["size", { id: 99, label: "huge" }, 99],
      ["size", { id: 99, other: 1 }, error(`must be ${options}, is {"id":99,"other":1}`)],
      ["size", { label: "huge" }, error(`must be ${options}, is {"label":"huge"}`)],
      ["size", { id: "99" }, error(`must be ${options}, is {"id":"99"}`)],
      ["size", null, null],
      ["tags", null, null],
      ["at", { value: "09:00:05" }, { value: "09:00:05" }],
      ["at", { value: "x09:00" }, error('value must be a time of day, HH:MM:SS, is "x09:00"')],
      ["at", { value: "09:00x" }, error('value must be a time of day, HH:MM:SS, is "09:00x"')],
      ["at", { value: "19:00" }, { value: "19:00:00" }],
      ["at", { value: ["09:00"] }, error('value must be a time of day, HH:MM:SS, is ["09:00"]')],
      ["at", { value: "09:00", timezone_id: "5" }, error('timezone_id must be an id, is "5"')],
      ["site", { value: 5 }, error("value must be text that is not empty, is 5")],
      ["budget", { currency: "EUR" }, error("value is missing")],
      ["budget", { value: null, currency: "EUR" }, error("value must be a number, is null")],
      ["budget", { value: 5, currency: null }, error(`currency must be ${text} that is not empty, is null`)],
      ["budget", { value: 5, currency: "" }, error(`currency must be ${text} that is not empty, is ""`)]
    ]
    for (const [name, given, outcome] of cases) {
      const result = run(Effect.either(CustomFields.encodeV2({ [name]: given } as never, fields)))
      const written = Either.map(result, ({ custom_fields }) => ({
        [name]: (custom_fields as Record<string, unknown> | undefined)?.[keyOf(name)]
      }))
      assert.deepStrictEqual(outcomeOf(written, name), outcome, `${name} ${JSON.stringify(given)}`)
    }
    assert.deepStrictEqual(v1({ size: null }), { [key(7)]: null })
    assert.deepStrictEqual(v1({ budget: null }), { [key(5)]: null })
  })

  it("is read from text, or left for the check to refuse", () => {
    const cases: ReadonlyArray<readonly [name: string, given: string, outcome: unknown]> = [
      ["short", " x ", " x "],
      ["supplier", " 16 ", 16],
      ["contact", "7", 7],
      ["planner", "7x", error('must be an id, is "7x"')],
      ["amount", ".5", 0.5],
      ["amount", ".55", 0.55],
      ["amount", "5.", 5],
      ["amount", "-12.5e2", -1250],
      ["amount", "1E+10", 1e10],
      ["amount", "1e-1", 0.1],
      ["amount", "x5", error('must be a number, is "x5"')],
      ["amount", "5x", error('must be a number, is "5x"')],
      ["amount", ".x", error('must be a number, is ".x"')],
      ["amount", "0x10", error('must be a number, is "0x10"')],
      ["size", "small", "small"],
      ["size", "34", 34],
      ["tags", "small; ;large", ["small", "large"]],
      ["tags", " 2024, or so ", ["2024, or so"]],
      ["at", "9:30", { value: "09:30:00" }],
      ["at", "19:30", { value: "19:30:00" }],
      ["at", "9:30:15", { value: "09:30:15" }],
      ["at", "x9:30", error('value must be a time of day, HH:MM:SS, is "x9:30"')],
      ["at", "9:30x", error('value must be a time of day, HH:MM:SS, is "9:30x"')],
      ["window", "9:30/10:00", { value: "09:30:00", until: "10:00:00" }],
      ["window", "9:30 – 10:00:05", { value: "09:30:00", until: "10:00:05" }],
      ["window", "x9:30-10:00", error('must be { value, until, timezone_id?, timezone_name? }, is "x9:30-10:00"')],
      ["window", "9:30-10:00x", error('must be { value, until, timezone_id?, timezone_name? }, is "9:30-10:00x"')],
      ["window", "9:30", error('must be { value, until, timezone_id?, timezone_name? }, is "9:30"')],
      ["term", "2026-01-01to2026-01-02", { value: "2026-01-01", until: "2026-01-02" }],
      ["fitting", " 2026-01-31 ", "2026-01-31"],
      ["site", "9:30", { value: "9:30" }],
      ["site", " x ", { value: "x" }],
      ["budget", "500 EUR", { value: 500, currency: "EUR" }],
      ["budget", "EUR500", { value: 500, currency: "EUR" }],
      ["budget", "-5e3 EUR", { value: -5000, currency: "EUR" }],
      ["budget", "5e+3EUR", { value: 5000, currency: "EUR" }],
      ["budget", "EUR1 000", error('must be { value, currency }, is "EUR1 000"')],
      ["budget", "E500 EUR", error('must be { value, currency }, is "E500 EUR"')],
      ["budget", "EUR 5 USD", error('must be { value, currency }, is "EUR 5 USD"')],
      ["budget", "5", error('must be { value, currency }, is "5"')],
      ["budget", "x 5 EUR", error('must be { value, currency }, is "x 5 EUR"')],
      ["budget", "5 EUR!", error('must be { value, currency }, is "5 EUR!"')],
      ["budget", "EUR", error('must be { value, currency }, is "EUR"')],
      ["budget", "1.2.3 EUR", error('value must be a number, is "1.2.3"')]
    ]
    for (const [name, given, outcome] of cases) {
      const found = outcomeOf(run(Effect.either(CustomFields.fromText({ [name]: given }, fields))), name)
      assert.deepStrictEqual(found, outcome, `${name} ${given}`)
    }
    const refused = run(Effect.flip(CustomFields.fromText(5 as never, fields)))
    assert.deepStrictEqual(refused.issues[0]?.path, [])
  })

  it("of a field that there is not has a hint where it is clear what is meant", () => {
    const hints: ReadonlyArray<readonly [name: string, hint: string | undefined]> = [
      ["S-I-Z-E", "write `size`"],
      [" at", "write `at`"],
      [key(7), "write `size`"],
      ["sise", "write `size`"],
      ["nothing like it", undefined],
      ["??", undefined],
      // Pipedrive's own name comes before what looks like it
      ["Term", "write `fitting`"]
    ]
    const titled = Forms.plan({ ...fields.fields, fitting: { ...fields.fields.fitting, title: "Term" } } as never)
    for (const [name, hint] of hints) {
      const [issue] = Either.getOrThrow(Either.flip(Forms.encode(titled, { [name]: 1 }, "v2")))
      assert.strictEqual(issue?.hint, hint, name)
    }
  })

  it("is refused with so many names, and no more", () => {
    const many = (count: number) =>
      Forms.plan(
        Object.fromEntries(
          Array.from({ length: count }, (_, at) => [
            `f${at}`,
            { type: "text" as const, key: key(at), options: undefined }
          ])
        )
      )
    const all = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`).join(", ")
    for (const [count, names] of [
      [30, all(30)],
      [31, `${all(30)}, ...`]
    ] as const) {
      const [issue] = Either.getOrThrow(Either.flip(Forms.encode(many(count), { "??": 1 }, "v2")))
      assert.strictEqual(issue?.message, `is not one of the fields: ${names}`)
    }
    const options = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, id) => [`o${id}`, id]))
    const told = (count: number) => Array.from({ length: count }, (_, id) => `"o${id}" (${id})`).join(", ")
    for (const [count, words] of [
      [0, "an option, of which the definition has none"],
      [30, `one of the options: ${told(30)}`],
      [31, `one of the options: ${told(30)} and 1 more`]
    ] as const) {
      const plan = Forms.plan({ size: { type: "enum", key: key(1), options: options(count) } })
      const [issue] = Either.getOrThrow(Either.flip(Forms.encode(plan, { size: "x" }, "v2")))
      assert.strictEqual(issue?.message, `must be ${words}, is "x"`)
    }
  })

  it("is of a key that is one", () => {
    for (const [wrong, shown] of [
      [`x${key(1)}`, `"x${key(1)}"`],
      [`${key(1)}x`, `"${key(1)}x"`],
      [[key(1)], undefined]
    ] as const) {
      const [fault] = Forms.plan({ a: { type: "text", key: wrong as never, options: undefined } }).faults
      assert.match(fault?.message ?? "", /must have the key of a custom field/)
      if (shown !== undefined) assert.include(fault?.message, `has ${shown}`)
    }
    // of two labels of one option the first is read
    const twice = Forms.plan({ a: { type: "enum", key: key(1), options: { x: 1, y: 1 } } })
    assert.deepStrictEqual(twice.fields[0]?.options.labelOf, new Map([[1, "x"]]))
  })
})

describe("an endpoint with fields", () => {
  const [size, budget] = [fields.fields.size, fields.fields.budget]
  const some = CustomFields.define({ size, budget })

  it.effect("sends nothing that is wrong", () =>
    Effect.gen(function* () {
      const { live, seen } = Fake.make()
      const update = pipe(Deals.update, CustomFields.withFields(some))
      const error = yield* update({ id: 1, fields: { size: "huge" as never } }).pipe(Effect.flip, Effect.provide(live))
      assert.strictEqual(
        error.message,
        'v2.Deals.update: nothing was sent, because `fields.size` must be one of the options: "small" (12), "large" (34), "2024, or so" (56), is "huge"'
      )
      const twice = yield* update({ id: 1, custom_fields: { [key(7)]: 12 }, fields: { size: "small" } }).pipe(
        Effect.flip,
        Effect.provide(live)
      )
      assert.match(twice.message, /is given in `fields`, too/)
      const nothing = yield* update({ id: 1, fields: {} }).pipe(Effect.flip, Effect.provide(live))
      assert.match(nothing.message, /changes nothing/)
      assert.strictEqual(seen.length, 0)
    })
  )

  it.effect("sends what the version wants, beside what else is given", () =>
    Effect.gen(function* () {
      const { live, seen } = Fake.make(Fake.ok({ id: 1 }))
      const values = { size: "small", budget: { value: 0, currency: "EUR" } } as const
      const other = "f".repeat(40)
      yield* CustomFields.withFields(
        Deals.update,
        some
      )({ id: 1, title: "x", custom_fields: { [other]: "y" }, fields: values }).pipe(Effect.provide(live))
      const lead = { id: "9f3b0a20-1c1f-4f0e-8a5a-4ff0b2d3e111" }
      yield* CustomFields.withFields(Leads.update, some)({ ...lead, fields: values }).pipe(Effect.provide(live))
      assert.deepStrictEqual(
        seen.map(({ body }) => JSON.parse(String(body))),
        [
          { title: "x", custom_fields: { [other]: "y", [key(7)]: 12, [key(5)]: { value: 0, currency: "EUR" } } },
          { [key(7)]: "12", [key(5)]: 0, [`${key(5)}_currency`]: "EUR" }
        ]
      )
    })
  )

  it.effect("fails where an answer does not fit, and says which record's", () =>
    Effect.gen(function* () {
      const answer = Fake.ok([
        { id: 1, custom_fields: { [key(7)]: 12 } },
        { id: 2, custom_fields: { [key(7)]: false } }
      ])
      const list = CustomFields.withFields(Deals.list, some)
      const error = yield* list().pipe(Effect.flip, Effect.provide(Fake.make(answer).live))
      assert.strictEqual(error._tag, "InvalidCustomFields")
      assert.match(error.message, /`data\.1\.size` must be the id of an option, is a boolean/)
    })
  )

  it.effect("has the fields that there are when none is asked of it", () =>
    Effect.gen(function* () {
      const search = CustomFields.withFields(Deals.search, some)
      const found = { items: [{ result_score: 1, item: { id: 1 } }] }
      const { data } = yield* search({ term: "desk", fields: ["title"] }).pipe(
        Effect.provide(Fake.make(Fake.ok(found)).live)
      )
      assert.deepStrictEqual(data as unknown, found)
    })
  )

  it("tells its keys, for lists that are narrowed", () => {
    assert.deepStrictEqual(CustomFields.keys(some), [key(7), key(5)])
  })

  it.effect("of a module are those that read and write records; the rest is as it was", () =>
    Effect.gen(function* () {
      const account = yield* CustomFields.load(DealFields)
      const deals = CustomFields.module(Deals, yield* account.pick("Size", "Budget"))
      assert.strictEqual(deals.search, Deals.search)
      assert.strictEqual(deals.delete, Deals.delete)
      assert.deepStrictEqual(Object.keys(deals).sort(), Object.keys(Deals).sort())
      const { data } = yield* deals.add({ title: "Forty desks", fields: { Size: "small" } })
      assert.deepStrictEqual(data.fields, { Size: "small", Budget: null })
      yield* deals.update({ id: data.id, fields: { Budget: { value: 0, currency: "EUR" } } })
      const [read] = (yield* deals.list()).data
      assert.deepStrictEqual(read?.fields, { Size: "small", Budget: { value: 0, currency: "EUR" } })
      const by = { title: "Forty desks" }
      const found = yield* Upsert.updateOrAdd(deals, { by, update: { fields: { Size: "large" } }, add: by })
      assert.deepStrictEqual([found.outcome, found.data.fields.Size], ["updated", "large"])
      const persons = pipe(Persons, CustomFields.module(CustomFields.define({})))
      assert.deepStrictEqual((yield* persons.add({ name: "Ada" })).data.fields, {})
    }).pipe(
      Effect.provide(
        Sandbox.layer({
          seed: {
            dealFields: [
              { field_name: "Size", field_type: "enum", options: ["small", "large"] },
              { field_name: "Budget", field_type: "monetary" }
            ]
          }
        })
      )
    )
  )
})

describe("text", () => {
  const read = (texts: Record<string, string>) => run(CustomFields.fromText(texts, fields))

  it("is read as a person writes it, of a whole row", () => {
    assert.deepStrictEqual(
      read({
        title: "no field",
        short: " as it is ",
        long: "x",
        amount: " 12.50",
        budget: "500 EUR",
        tags: "small; 2024, or so;34;",
        size: "large",
        planner: "7",
        hotline: "+44 20",
        at: "9:30",
        window: "09:30 - 11:00:05",
        fitting: "2026-01-31",
        term: "2026-01-01 to 2026-01-31",
        site: "1 High Street, Tallinn"
      }),
      {
        short: " as it is ",
        long: "x",
        amount: 12.5,
        budget: { value: 500, currency: "EUR" },
        tags: ["small", "2024, or so", 34],
        size: "large",
        planner: 7,
        hotline: "+44 20",
        at: { value: "09:30:00" },
        window: { value: "09:30:00", until: "11:00:05" },
        fitting: "2026-01-31",
        term: { value: "2026-01-01", until: "2026-01-31" },
        site: { value: "1 High Street, Tallinn" }
      }
    )
    assert.deepStrictEqual(read({ budget: "EUR -0.5", term: "2026-01-01/2026-02-01", size: "12" }), {
      budget: { value: -0.5, currency: "EUR" },
      term: { value: "2026-01-01", until: "2026-02-01" },
      size: 12
    })
  })

  it("names options in upper or lower case where that is clear, and parts sets by commas where all parts are options", () => {
    const labels = CustomFields.define({
      size: CustomFields.enum(key(7), { Small: 1, large: 2, LARGE: 3 }),
      rooms: CustomFields.set(key(8), { Office: 4, Lobby: 5, "Bath, Sauna": 6 })
    })
    const of = (texts: Record<string, string>) => run(CustomFields.fromText(texts, labels))
    assert.deepStrictEqual(of({ size: "sMALL", rooms: "office; LOBBY" }), { size: "Small", rooms: ["Office", "Lobby"] })
    assert.deepStrictEqual(of({ size: "LARGE", rooms: "Bath, Sauna" }), { size: "LARGE", rooms: ["Bath, Sauna"] })
    assert.deepStrictEqual(of({ rooms: "lobby, Office,4" }), { rooms: ["Lobby", "Office", 4] })
    assert.deepStrictEqual(of({ rooms: "Bath, Sauna; Office" }), { rooms: ["Bath, Sauna", "Office"] })
    assert.deepStrictEqual(of({ rooms: " ; " }), { rooms: [] })
    for (const texts of [{ size: "Large" }, { rooms: "Office, Bath" }, { rooms: "Office,, 99" }]) {
      const error = run(Effect.flip(CustomFields.fromText(texts, labels)))
      assert.include(error.message, "must be one of the options", JSON.stringify(texts))
    }
  })

  it("that is empty clears, and what is not there is left alone", () => {
    assert.deepStrictEqual(read({ short: "", amount: "  ", tags: "" }), { short: null, amount: null, tags: null })
    assert.deepStrictEqual(read({}), {})
  })

  it("that fits no field is refused by the field's name, with what is allowed", () => {
    const refused = (texts: unknown) => run(Effect.flip(CustomFields.fromText(texts as Record<string, string>, fields)))
    const error = refused({ amount: "1,5", size: "huge", budget: "5", planner: "Ada", term: "2026-01-01", at: "noon" })
    assert.strictEqual(error._tag, "InvalidRequest")
    assert.sameMembers(
      error.issues.map(({ path: [name] }) => String(name)),
      ["amount", "size", "budget", "planner", "term", "at"]
    )
    assert.match(error.message, /`size` must be one of the options: "small" \(12\)/)
    assert.match(error.message, /`budget` must be \{ value, currency \}, is "5" \(write 500 EUR\)/)
    assert.match(error.message, /`term` must be \{ value, until \}, is "2026-01-01" \(write 2026-01-01 - 2026-01-31\)/)
    assert.match(refused({ size: 99 }).message, /`size`/)
    assert.match(refused(undefined).message, /must be an object with texts by name/)
  })

  it("of plain values is what they are", () =>
    fc.assert(
      fc.property(models("v2"), (model) => {
        const { amount, budget, contact, fitting, term, window } = model
        const texts = {
          amount: String(amount),
          budget: budget === null ? "" : `${budget.value} ${budget.currency}`,
          contact: String(contact),
          fitting: String(fitting),
          term: term === null ? "" : `${term.value} - ${term.until}`,
          window: window === null ? "" : `${window.value}-${window.until}`
        }
        const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== "null"))
        assert.deepStrictEqual(
          v2(read(given)),
          v2({
            ...(amount === null ? {} : { amount }),
            budget,
            ...(contact === null ? {} : { contact }),
            ...(fitting === null ? {} : { fitting }),
            term,
            window: window === null ? null : { value: window.value, until: window.until }
          })
        )
      })
    ))
})
