/**
 * Imports a CSV of deals with their persons and organizations. Columns: those of `Row`; every other one is a custom field of deals by
 * its name, and with `person.` or `organization.` before it one of theirs. A file that is imported again changes what it added.
 */
import { Effect, Record, Schema, Stream } from "effect"
import { Bulk, CustomFields } from "effect-pipedrive"
import * as Upsert from "effect-pipedrive/Upsert"
import { DealFields, Deals, OrganizationFields, Organizations, PersonFields, Persons } from "effect-pipedrive/v2"
import * as Csv from "./csv.js"

const Row = Schema.Struct({
  title: Schema.NonEmptyString,
  value: Schema.optional(Schema.NumberFromString),
  currency: Schema.optional(Schema.String),
  email: Schema.optional(Schema.String),
  person: Schema.optional(Schema.String),
  organization: Schema.optional(Schema.String)
})

/** Whose custom field a column is, by its prefix. */
const prefixOf = (column: string) =>
  /^(?:person|organization)\./.exec(column)?.[0] ?? (column in Row.fields ? undefined : "")

/** The lists of fields are read when they are needed, and kept for each company. */
export const make = Effect.gen(function* () {
  const ofDeals = yield* CustomFields.load(DealFields)
  const ofPersons = yield* CustomFields.load(PersonFields)
  const ofOrganizations = yield* CustomFields.load(OrganizationFields)

  return (text: string) =>
    Effect.gen(function* () {
      const { columns, rows } = yield* Csv.parse(text)
      const pick = (account: CustomFields.AccountFields, prefix: string) => {
        const names = columns.filter((name) => prefixOf(name) === prefix).map((name) => name.slice(prefix.length))
        return Effect.map(account.pick(...names), ({ fields }) =>
          CustomFields.define(Record.mapKeys(fields, (name) => `${prefix}${name}`))
        )
      }
      // a column that is no field fails here, before anything is sent
      const dealFields = yield* pick(ofDeals, "")
      const personFields = yield* pick(ofPersons, "person.")
      const organizationFields = yield* pick(ofOrganizations, "organization.")
      const deals = CustomFields.module(Deals, dealFields)
      const persons = CustomFields.module(Persons, personFields)
      const organizations = CustomFields.module(Organizations, organizationFields)

      const importRow = (cells: Readonly<Record<string, string>>) =>
        Effect.gen(function* () {
          // all of a row is read first: one that is wrong leaves nothing behind
          const row = yield* Schema.decodeUnknown(Row, { errors: "all" })(cells)
          const { currency, email, organization, title, value } = row
          const fields = yield* CustomFields.fromText(cells, dealFields)
          const ofPerson = yield* CustomFields.fromText(cells, personFields)
          const ofOrganization = yield* CustomFields.fromText(cells, organizationFields)

          const org =
            organization === undefined
              ? undefined
              : yield* Upsert.findOrAdd(organizations, {
                  by: { name: organization },
                  add: { name: organization, fields: ofOrganization }
                })
          const org_id = org?.data.id
          const name = row.person ?? email
          const emails = email === undefined ? [] : [{ value: email, primary: true }]
          const person =
            name === undefined
              ? undefined
              : yield* Upsert.findOrAdd(persons, {
                  by: email === undefined ? { name } : { email },
                  add: { name, org_id, emails, fields: ofPerson }
                })
          const deal = { title, value, currency, org_id, person_id: person?.data.id, fields }
          return yield* Upsert.updateOrAdd(deals, { by: { title }, update: deal, add: deal })
        })

      // one row after the other: the next one may be of the same organization
      const results = yield* Stream.runCollect(Bulk.forEach(rows, importRow, { concurrency: 1 }))
      return Array.from(results, (result) =>
        result._tag === "Succeeded"
          ? { row: result.index + 1, outcome: result.value.outcome, deal: result.value.data.id }
          : { row: result.index + 1, outcome: result._tag, error: result.error.message }
      )
    })
})
