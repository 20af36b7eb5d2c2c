/**
 * A copy of each company's deals, persons and organizations in SQLite: filled by lists once, kept by webhooks. Every row says whose
 * it is, and every statement asks for one company.
 */
import { FileSystem } from "@effect/platform"
import { SqlClient } from "@effect/sql"
import { LibsqlClient } from "@effect/sql-libsql"
import { Clock, Config, DateTime, Effect, Layer, Option, Stream } from "effect"
import { Times } from "effect-pipedrive"
import { Deals, Organizations, Persons } from "effect-pipedrive/v2"
import type * as WebhookEvents from "effect-pipedrive/WebhookEvents"

export const entities = ["deal", "person", "organization"] as const
export type EntityName = (typeof entities)[number]

interface Item {
  readonly id: number
  readonly add_time?: string | null
  readonly update_time?: string | null
}

const migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS companies (company INTEGER PRIMARY KEY, password TEXT NOT NULL)`
  yield* sql`CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, company INTEGER NOT NULL)`
  // `raw` is null where a record was deleted: a late event must not bring it back
  yield* sql`CREATE TABLE IF NOT EXISTS records (
    company INTEGER NOT NULL, entity TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, seen INTEGER NOT NULL, raw TEXT,
    PRIMARY KEY (company, entity, id))`
})

/** A database with the tables of this service. */
export const tables = <E, R>(client: Layer.Layer<SqlClient.SqlClient, E, R>) =>
  Layer.provideMerge(Layer.effectDiscard(migrate), client)

/** `DATABASE_URL`: a file for SQLite. On sandboxes, which end with the process, one that ends with them. */
export const Database = Layer.unwrapScoped(
  Effect.gen(function* () {
    const given = yield* Config.option(Config.nonEmptyString("DATABASE_URL"))
    const app = yield* Config.option(Config.nonEmptyString("PIPEDRIVE_CLIENT_ID"))
    const temporary = Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
    const url = Option.isSome(given)
      ? given.value
      : Option.isSome(app)
        ? "file:crm.db"
        : `file:${yield* temporary}/crm.db`
    return tables(LibsqlClient.layer({ url }))
  })
)

/**
 * Writes a record, unless what is there is newer: lists know the second of a change, events the millisecond. `seen` says when this
 * service last heard of it.
 */
const write = (company: number, entity: EntityName, id: number, at: number, item: object | null) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const seen = yield* Clock.currentTimeMillis
    const row = { company, entity, id, at, seen, raw: item === null ? null : JSON.stringify(item) }
    yield* sql`INSERT INTO records ${sql.insert(row)} ON CONFLICT (company, entity, id) DO UPDATE SET seen = excluded.seen,
      raw = CASE WHEN excluded.at >= at THEN excluded.raw ELSE raw END, at = MAX(at, excluded.at)`
  })

/** What an event tells. The handler gives those of one record one after the other. */
export const apply = (event: WebhookEvents.Event) =>
  Effect.gen(function* () {
    if (event.entity !== "deal" && event.entity !== "person" && event.entity !== "organization") return
    const { action, companyId, data, entity, id } = event
    const at = DateTime.toEpochMillis(event.timestamp)
    if (action === "delete") return yield* write(companyId, entity, id, at, null)
    // a payload may lack fields that the API has: it is put over the copy, not in its place
    const before = (yield* records(companyId, entity, id))[0]
    yield* write(companyId, entity, id, at, { ...before, ...data })
  })

/** The records of one company as they were sent, by their ids. */
export const records = (company: number, entity: EntityName, id?: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ readonly raw: string }>`SELECT raw FROM records WHERE ${sql.and([
      sql`company = ${company}`,
      sql`entity = ${entity}`,
      sql`raw IS NOT NULL`,
      ...(id === undefined ? [] : [sql`id = ${id}`])
    ])} ORDER BY id`
    return rows.map(({ raw }): object => JSON.parse(raw))
  })

/** Brings the copy up to date by the lists: when a company connects, and at each start, for what was missed meanwhile. */
export const fill = (company: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const keep = <E, R>(entity: EntityName, list: Stream.Stream<Item, E, R>) =>
      Effect.gen(function* () {
        const start = yield* Clock.currentTimeMillis
        yield* Stream.runForEach(list, (item) => {
          const changed = Option.map(Times.toUtc(item.update_time ?? item.add_time), DateTime.toEpochMillis)
          return write(
            company,
            entity,
            item.id,
            Option.getOrElse(changed, () => 0),
            item
          )
        })
        // what no list has was deleted
        yield* sql`UPDATE records SET raw = NULL WHERE company = ${company} AND entity = ${entity} AND seen < ${start}`
      })
    yield* keep("organization", Organizations.list.stream())
    yield* keep("person", Persons.list.stream())
    yield* keep("deal", Stream.concat(Deals.list.stream(), Deals.listArchived.stream()))
  })

/** Forgets a company that has taken the app off. */
export const forget = (company: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const table of ["records", "sessions", "companies"]) {
      yield* sql`DELETE FROM ${sql(table)} WHERE company = ${company}`
    }
  })
