/**
 * The tables, and how a batch of changes gets into them. The same statements do for SQLite and PostgreSQL.
 */
import type { SqlError } from "@effect/sql"
import { SqlClient } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { Array as Arr, Config, Effect, Layer, Redacted } from "effect"
import type { Sync } from "effect-pipedrive"
import type { Activities, Deals, Organizations, Persons } from "effect-pipedrive/v2"
import * as Sqlite from "../sqlite.js"

/** `DATABASE_URL`: `postgres://...`, or a file for SQLite. */
export const Database = Layer.unwrapEffect(
  Effect.map(Config.redacted("DATABASE_URL").pipe(Config.withDefault(Redacted.make("file:pipedrive.db"))), (url) =>
    /^postgres(ql)?:/.test(Redacted.value(url)) ? PgClient.layer({ url }) : Sqlite.layer(Redacted.value(url))
  )
)

/** The columns of each table, beside `id` and `raw`: the record as Pipedrive sends it, as JSON. */
const tables = {
  deals: [
    "title TEXT",
    "value DOUBLE PRECISION",
    "currency TEXT",
    "status TEXT",
    "pipeline_id BIGINT",
    "stage_id BIGINT",
    "owner_id BIGINT",
    "person_id BIGINT",
    "org_id BIGINT",
    "expected_close_date TEXT",
    "won_time TEXT",
    "lost_time TEXT",
    "is_archived INTEGER",
    "add_time TEXT",
    "update_time TEXT"
  ],
  persons: [
    "name TEXT",
    "email TEXT",
    "phone TEXT",
    "owner_id BIGINT",
    "org_id BIGINT",
    "add_time TEXT",
    "update_time TEXT"
  ],
  organizations: ["name TEXT", "address TEXT", "owner_id BIGINT", "add_time TEXT", "update_time TEXT"],
  activities: [
    "subject TEXT",
    "type TEXT",
    "done INTEGER",
    "due_date TEXT",
    "due_time TEXT",
    "owner_id BIGINT",
    "deal_id BIGINT",
    "person_id BIGINT",
    "org_id BIGINT",
    "add_time TEXT",
    "update_time TEXT"
  ]
} as const

export type Table = keyof typeof tables

export const migrate: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const [table, columns] of Object.entries(tables)) {
    const all = ["id BIGINT PRIMARY KEY", ...columns, "raw TEXT NOT NULL"].join(", ")
    yield* sql`CREATE TABLE IF NOT EXISTS ${sql(table)} (${sql.literal(all)})`
  }
  // one row a value: nothing has to be altered when the account gets a new field
  yield* sql`CREATE TABLE IF NOT EXISTS custom_fields (
    entity TEXT NOT NULL, id BIGINT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (entity, id, field))`
  yield* sql`CREATE TABLE IF NOT EXISTS fields (
    entity TEXT NOT NULL, field TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY (entity, field))`
})

/** What a table's columns hold. */
export type Row = Readonly<Record<string, string | number | null>>

export interface Item {
  readonly id: number
  readonly custom_fields?: Readonly<Record<string, unknown>> | null
}

/** What of each entity goes into the columns. */
export const rows = {
  organizations: (one: Organizations.Organization): Row => ({
    name: one.name,
    address: one.address?.value ?? null,
    owner_id: one.owner_id,
    add_time: one.add_time,
    update_time: one.update_time
  }),
  persons: (one: Persons.Person): Row => ({
    name: one.name,
    email: (one.emails.find(({ primary }) => primary) ?? one.emails[0])?.value ?? null,
    phone: (one.phones.find(({ primary }) => primary) ?? one.phones[0])?.value ?? null,
    owner_id: one.owner_id,
    org_id: one.org_id,
    add_time: one.add_time,
    update_time: one.update_time
  }),
  deals: (one: Deals.Deal): Row => ({
    title: one.title,
    value: one.value,
    currency: one.currency,
    status: one.status,
    pipeline_id: one.pipeline_id,
    stage_id: one.stage_id,
    owner_id: one.owner_id,
    person_id: one.person_id,
    org_id: one.org_id,
    expected_close_date: one.expected_close_date,
    won_time: one.won_time,
    lost_time: one.lost_time,
    is_archived: Number(one.is_archived),
    add_time: one.add_time,
    update_time: one.update_time
  }),
  activities: (one: Activities.Activity): Row => ({
    subject: one.subject,
    type: one.type,
    done: Number(one.done),
    due_date: one.due_date,
    due_time: one.due_time,
    owner_id: one.owner_id,
    deal_id: one.deal_id,
    person_id: one.person_id,
    org_id: one.org_id,
    add_time: one.add_time,
    update_time: one.update_time
  })
}

/**
 * Writes a batch. Each record replaces what is there by its id, so that one that comes twice does no harm; of several in one
 * batch the last counts.
 */
export const write = <A extends Item>(table: Table, changes: ReadonlyArray<Sync.Change<A>>, toRow: (item: A) => Row) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const last = new Map(changes.map((change) => [Number(change.id), change] as const))
    if (last.size === 0) return
    // SQLite takes some thousands of values in one statement
    for (const ids of Arr.chunksOf(last.keys(), 1000)) {
      yield* sql`DELETE FROM custom_fields WHERE entity = ${table} AND ${sql.in("id", ids)}`
      yield* sql`DELETE FROM ${sql(table)} WHERE ${sql.in("id", ids)}`
    }
    const items = Array.from(last.values()).flatMap((change) => (change._tag === "Deleted" ? [] : [change.item]))
    const rows = items.map((item) => ({ id: item.id, ...toRow(item), raw: JSON.stringify(item) }))
    for (const some of Arr.chunksOf(rows, 200)) yield* sql`INSERT INTO ${sql(table)} ${sql.insert(some)}`
    const values = items.flatMap(({ custom_fields, id }) =>
      Object.entries(custom_fields ?? {}).flatMap(([field, value]) =>
        value === null || value === undefined ? [] : [{ entity: table, id, field, value: JSON.stringify(value) }]
      )
    )
    for (const some of Arr.chunksOf(values, 1000)) yield* sql`INSERT INTO custom_fields ${sql.insert(some)}`
  })

/** Replaces the names of an entity's custom fields. */
export const writeFields = (
  table: Table,
  fields: ReadonlyArray<{
    readonly field_code: string
    readonly field_name: string
    readonly field_type: string
    readonly is_custom_field: boolean
  }>
) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const rows = fields
      .filter((field) => field.is_custom_field)
      .map((field) => ({ entity: table, field: field.field_code, name: field.field_name, type: field.field_type }))
    return sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`DELETE FROM fields WHERE entity = ${table}`
        for (const some of Arr.chunksOf(rows, 200)) yield* sql`INSERT INTO fields ${sql.insert(some)}`
      })
    )
  })
