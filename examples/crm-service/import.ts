/**
 * Imports a CSV of deals with their persons and organizations. Columns: `title`, `value`, `currency`, `email`, `person`,
 * `organization`; every other one is a custom field of deals by its name, and with `person.` or `organization.` before it one of
 * theirs. A file that is imported again changes what it added.
 */
import { Data, Effect, ParseResult, Schema, Stream } from "effect"
import { Bulk, CustomFields } from "effect-pipedrive"
import * as Upsert from "effect-pipedrive/Upsert"
import { DealFields, Deals, OrganizationFields, Organizations, PersonFields, Persons } from "effect-pipedrive/v2"
import * as Csv from "./csv.js"

const builtIn = ["title", "value", "currency", "email", "person", "organization"] as const

const Row = Schema.Struct({
  title: Schema.NonEmptyString,
  value: Schema.optional(Schema.NumberFromString),
  currency: Schema.optional(Schema.String),
  email: Schema.optional(Schema.String),
  person: Schema.optional(Schema.String),
  organization: Schema.optional(Schema.String)
})

class InvalidRow extends Data.TaggedError("InvalidRow")<{ readonly message: string }> {}

const decodeRow = (cells: Csv.Row) =>
  Effect.mapError(Schema.decodeUnknown(Row, { errors: "all" })(cells), (error) => {
    const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
    return new InvalidRow({ message: issues.map(({ message, path }) => `${path.join(".")}: ${message}`).join("; ") })
  })

/** A cell as the value of a field: what cannot be read stays text, which the definition refuses by the field's name. */
const valueOf = (type: string, text: string): unknown => {
  if (type === "set") return text.split(";").map((one) => one.trim())
  if (type === "monetary") {
    const [, value, currency] = /^(\S+) ([A-Z]{3})$/.exec(text) ?? []
    return value === undefined ? text : { value: Number(value), currency }
  }
  if (type === "address") return { value: text }
  return ["double", "user", "org", "people"].includes(type) && Number.isFinite(Number(text)) ? Number(text) : text
}

export interface Result {
  /** From 1, without the line of names. */
  readonly row: number
  readonly outcome: Upsert.Upserted<unknown>["outcome"] | "Failed" | "Unknown" | "NotBegun"
  readonly deal?: number
  readonly error?: string
}

/** The lists of fields, read when they are needed and kept for each company. */
export const make = Effect.gen(function* () {
  const [dealFields, personFields, organizationFields] = yield* Effect.all([
    CustomFields.load(DealFields),
    CustomFields.load(PersonFields),
    CustomFields.load(OrganizationFields)
  ])

  /** The columns that are custom fields of one entity. */
  const fieldsOf = (columns: ReadonlyArray<string>, account: CustomFields.AccountFields, prefix: string) =>
    Effect.gen(function* () {
      const names = columns.filter((column) =>
        prefix === ""
          ? !builtIn.some((name) => name === column) && !/^(person|organization)\./.test(column)
          : column.startsWith(prefix)
      )
      const definition = yield* account.pick(...names.map((name) => name.slice(prefix.length)))
      const read = (row: Csv.Row) =>
        Object.fromEntries(
          Object.entries(definition.fields).flatMap(([name, { type }]) => {
            const text = row[prefix + name]
            return text === undefined ? [] : [[name, valueOf(type, text)] as const]
          })
        )
      return { definition, read }
    })

  return (text: string) =>
    Effect.gen(function* () {
      const { columns, rows } = yield* Csv.parse(text)
      // a column that is no field fails here, before anything is sent
      const ofDeal = yield* fieldsOf(columns, dealFields, "")
      const ofPerson = yield* fieldsOf(columns, personFields, "person.")
      const ofOrganization = yield* fieldsOf(columns, organizationFields, "organization.")
      const deals = {
        ...Deals,
        get: CustomFields.withFields(Deals.get, ofDeal.definition),
        add: CustomFields.withFields(Deals.add, ofDeal.definition),
        update: CustomFields.withFields(Deals.update, ofDeal.definition)
      }
      const persons = {
        ...Persons,
        get: CustomFields.withFields(Persons.get, ofPerson.definition),
        add: CustomFields.withFields(Persons.add, ofPerson.definition)
      }
      const organizations = {
        ...Organizations,
        get: CustomFields.withFields(Organizations.get, ofOrganization.definition),
        add: CustomFields.withFields(Organizations.add, ofOrganization.definition)
      }

      const importRow = (cells: Csv.Row) =>
        Effect.gen(function* () {
          const { currency, email, organization, person, title, value } = yield* decodeRow(cells)
          // a row that is wrong leaves nothing behind
          yield* CustomFields.encodeV2(ofDeal.read(cells), ofDeal.definition)
          yield* CustomFields.encodeV2(ofPerson.read(cells), ofPerson.definition)
          yield* CustomFields.encodeV2(ofOrganization.read(cells), ofOrganization.definition)
          const org_id =
            organization === undefined
              ? undefined
              : (yield* Upsert.findOrAdd(organizations, {
                  by: { name: organization },
                  add: { name: organization, fields: ofOrganization.read(cells) }
                })).data.id
          const name = person ?? email
          const person_id =
            name === undefined
              ? undefined
              : (yield* Upsert.findOrAdd(persons, {
                  by: email === undefined ? { name } : { email },
                  add: {
                    name,
                    org_id,
                    emails: email === undefined ? [] : [{ value: email, primary: true }],
                    fields: ofPerson.read(cells)
                  }
                })).data.id
          const deal = { title, value, currency, org_id, person_id, fields: ofDeal.read(cells) }
          return yield* Upsert.updateOrAdd(deals, { by: { title }, update: deal, add: deal })
        })

      // one row after the other: the next one may be of the same organization
      const results = yield* Stream.runCollect(Bulk.forEach(rows, importRow, { concurrency: 1 }))
      return Array.from(results, (result): Result => {
        const row = result.index + 1
        return result._tag === "Succeeded"
          ? { row, outcome: result.value.outcome, deal: result.value.data.id }
          : { row, outcome: result._tag, error: result.error.message }
      })
    })
})
