/** A definition with every type of custom field, values of each, and the form in which webhooks tell them. */
import { FastCheck as fc } from "effect"
import { CustomFields } from "effect-pipedrive"

/** The key of a field, made of one hexadecimal digit and a number. */
export const key = (at: number): string => at.toString(16).padStart(40, "0")

export const options = { small: 12, large: 34, "2024, or so": 56 } as const

export const fields = CustomFields.define({
  short: CustomFields.varchar(key(1)),
  auto: CustomFields.varchar_auto(key(2)),
  long: CustomFields.text(key(3)),
  amount: CustomFields.double(key(4)),
  budget: CustomFields.monetary(key(5)),
  tags: CustomFields.set(key(6), options),
  size: CustomFields.enum(key(7), options),
  planner: CustomFields.user(key(8)),
  supplier: CustomFields.org(key(9)),
  contact: CustomFields.people(key(10)),
  hotline: CustomFields.phone(key(11)),
  at: CustomFields.time(key(12)),
  window: CustomFields.timerange(key(13)),
  fitting: CustomFields.date(key(14)),
  term: CustomFields.daterange(key(15)),
  site: CustomFields.address(key(16))
})

export type Model = CustomFields.Type<typeof fields>

// -----------------------------------------------------------------------------
// values
// -----------------------------------------------------------------------------

const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== "")
const text = fc.string({ unit: "grapheme", maxLength: 60 })
const id = fc.integer({ min: 1, max: 2 ** 40 })
const number = fc
  .oneof(fc.constant(0), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
  .map((value) => value + 0)
const day = fc
  .date({ min: new Date("1000-01-01"), max: new Date("2999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const clock = fc.integer({ min: 0, max: 86_399 }).map((s) => new Date(s * 1000).toISOString().slice(11, 19))
const unknown = id.filter((one) => !Object.values<number>(options).includes(one)).map((one) => ({ id: one }))
const option = fc.oneof(fc.constantFrom("small" as const, "large" as const, "2024, or so" as const), unknown)
const zone = { timezone_id: fc.integer({ min: 1, max: 500 }), timezone_name: words }

/** What v1 cannot say is left out: a zone's name. */
export const arbitraries = (version: "v1" | "v2") => {
  const zones = version === "v2" ? zone : { timezone_id: zone.timezone_id }
  const zoned = <T extends Record<string, fc.Arbitrary<string>>>(parts: T) =>
    fc.record(
      { ...parts, ...zones },
      { requiredKeys: Object.keys(parts) as Array<keyof T & string>, noNullPrototype: true }
    )
  return {
    short: text,
    auto: text,
    long: text,
    amount: number,
    budget: fc.record({ value: number, currency: fc.constantFrom("EUR", "USD", "GBP") }, { noNullPrototype: true }),
    tags: fc.uniqueArray(option, { minLength: 1, maxLength: 5, selector: (one) => JSON.stringify(one) }),
    size: option,
    planner: id,
    supplier: id,
    contact: id,
    hotline: text,
    at: zoned({ value: clock }),
    window: zoned({ value: clock, until: clock }),
    fitting: day,
    term: fc.record({ value: day, until: day }, { noNullPrototype: true }),
    site: fc.record(
      {
        value: words,
        subpremise: words,
        street_number: words,
        route: words,
        sublocality: words,
        locality: words,
        admin_area_level_1: words,
        admin_area_level_2: words,
        country: words,
        postal_code: words,
        formatted_address: words
      },
      { requiredKeys: ["value"], noNullPrototype: true }
    )
  } satisfies { readonly [K in keyof Model]: fc.Arbitrary<NonNullable<Model[K]>> }
}

/** All fields, some of them null. */
export const models = (version: "v1" | "v2"): fc.Arbitrary<Model> => {
  const one = arbitraries(version)
  return fc.record(
    Object.fromEntries(Object.entries(one).map(([name, values]) => [name, fc.option(values as fc.Arbitrary<unknown>)])),
    { noNullPrototype: true }
  ) as fc.Arbitrary<Model>
}

/** Some of the fields, some of them null. */
export const partials = (version: "v1" | "v2"): fc.Arbitrary<Partial<Model>> =>
  fc
    .tuple(models(version), fc.subarray(Object.keys(fields.fields)))
    .map(([model, names]) => Object.fromEntries(Object.entries(model).filter(([name]) => names.includes(name))))

// -----------------------------------------------------------------------------
// forms that only Pipedrive writes
// -----------------------------------------------------------------------------

const each = (custom: unknown, show: (type: string, value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.values(fields.fields).flatMap(({ key, type }) => {
      const value = (custom as Record<string, unknown>)[key]
      return value === undefined ? [] : [[key, value === null ? null : show(type, value)]]
    })
  )

/** v2's values as a webhook tells them; references as `id` or as `value`. */
export const toWebhook = (custom: unknown, reference: "id" | "value"): Record<string, unknown> =>
  each(custom, (type, value) => {
    if (type === "set") return { type, values: (value as ReadonlyArray<number>).map((id) => ({ id })) }
    if (type === "enum") return { type, id: value }
    if (/^(user|org|people)$/.test(type)) return { type, [reference]: value }
    if (/range$/.test(type)) {
      const { value: from, ...rest } = value as { readonly value: string }
      return { type, from, ...rest }
    }
    return typeof value === "object" ? { type, ...value } : { type, value }
  })

/** v2's values with `include_option_labels`. */
export const toLabelled = (custom: unknown): Record<string, unknown> =>
  each(custom, (type, value) => {
    const shown = (id: unknown) => ({ id, label: `Option ${id}` })
    if (type === "set") return (value as ReadonlyArray<number>).map(shown)
    return type === "enum" ? shown(value) : value
  })
