/**
 * A copy of each company's deals, persons and organizations in SQLite: filled by lists, kept by webhooks. Every row says whose it is,
 * and every statement asks for one company.
 */
import { SqlClient } from "@effect/sql"
import { Clock, DateTime, Effect, Layer, Option } from "effect"
import { Sync, SyncStore, Times } from "effect-pipedrive"
import { Deals, Organizations, Persons } from "effect-pipedrive/v2"
import type * as WebhookEvents from "effect-pipedrive/WebhookEvents"

/** `raw` is null where a record was deleted: a late event must not bring it back. */
export const tables = Layer.effectDiscard(
  Effect.flatMap(
    SqlClient.SqlClient,
    (
      sql
    ) => sql`CREATE TABLE IF NOT EXISTS records (company INTEGER NOT NULL, entity TEXT NOT NULL, id INTEGER NOT NULL,
      at INTEGER NOT NULL, raw TEXT, PRIMARY KEY (company, entity, id))`
  )
)

/** Writes a record, unless what is there is newer: lists know the second of a change, events the millisecond. */
const write = (company: number, entity: string, id: number, at: number, item: object | null) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const row = { company, entity, id, at, raw: item === null ? null : JSON.stringify(item) }
    return sql`INSERT INTO records ${sql.insert(row)} ON CONFLICT (company, entity, id)
      DO UPDATE SET raw = excluded.raw, at = excluded.at WHERE excluded.at >= records.at`
  })

/** The records of one company as they were sent, by their ids. */
export const records = (company: number, entity: string, id?: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ readonly raw: string }>`SELECT raw FROM records WHERE raw IS NOT NULL
      AND company = ${company} AND entity = ${entity} AND ${id === undefined ? sql`TRUE` : sql`id = ${id}`} ORDER BY id`
    return rows.map(({ raw }): object => JSON.parse(raw))
  })

/** What an event tells. The handler gives those of one record one after the other. */
export const apply = (event: WebhookEvents.Event) =>
  Effect.gen(function* () {
    if (event.entity !== "deal" && event.entity !== "person" && event.entity !== "organization") return
    const { action, companyId, data, entity, id } = event
    // a payload may lack fields that the API has: it is put over the copy, not in its place
    const [before] = yield* records(companyId, entity, id)
    const at = DateTime.toEpochMillis(event.timestamp)
    yield* write(companyId, entity, id, at, action === "delete" ? null : { ...before, ...data })
  })

interface Item {
  readonly id: number
  readonly add_time?: string | null
  readonly update_time?: string | null
}

/** Brings the copy up to date by what changed since the last time: all at first, later what was missed without webhooks. */
export const fill = (company: number) => {
  const keep = (entity: string) => (batch: { readonly changes: ReadonlyArray<Sync.Change<Item>> }) =>
    Effect.forEach(batch.changes, (change) =>
      Effect.gen(function* () {
        if (change._tag === "Deleted")
          return yield* write(company, entity, change.id, yield* Clock.currentTimeMillis, null)
        const at = Option.map(Times.toUtc(change.item.update_time ?? change.item.add_time), DateTime.toEpochMillis)
        yield* write(
          company,
          entity,
          change.id,
          Option.getOrElse(at, () => 0),
          change.item
        )
      })
    )
  const state = (entity: string) => ({ account: company, key: `${company} ${entity}` })
  return Effect.all([
    Sync.run(Organizations, keep("organization"), state("organization")),
    Sync.run(Persons, keep("person"), state("person")),
    Sync.run(Deals, keep("deal"), state("deal"))
  ])
}

/** Forgets a company that has taken the app off. */
export const forget = (company: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`DELETE FROM records WHERE company = ${company}`
    const { clear } = yield* SyncStore.SyncStore
    yield* Effect.forEach(["deal", "person", "organization"], (entity) => clear(`${company} ${entity}`))
  })
