/**
 * States of syncs in a SQL database: PostgreSQL, MySQL, SQLite. Needs `@effect/sql` and the package of the database.
 *
 * Statements join the caller's transaction. With the data in the same database, a page and the state after it are written
 * together, or neither is.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Known from "./internal/options.js"
import * as SyncStore from "./SyncStore.js"

/**
 * Options of {@link layer}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** @default "pipedrive_sync" */
  readonly table?: string | undefined
  /** Creates the table if it is not there. Without it, run {@link migration} among your own. @default true */
  readonly migrate?: boolean | undefined
}

const names: Known.Names<Options> = { table: true, migrate: true }

const defaultTable = "pipedrive_sync"

/**
 * Creates the table if it is not there.
 *
 * @since 0.1.0
 * @category migrations
 */
export const migration = (table: string = defaultTable): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    // MySQL's texts otherwise know neither case nor accents, and hold 64 kB
    const [key, text] = sql.onDialectOrElse({
      mysql: () => ["VARBINARY(255)", "LONGTEXT"] as const,
      orElse: () => ["VARCHAR(255)", "TEXT"] as const
    })
    return Effect.asVoid(
      Effect.retry(
        sql`CREATE TABLE IF NOT EXISTS ${sql(table)} (name ${sql.literal(key)} NOT NULL PRIMARY KEY, state ${sql.literal(text)} NOT NULL)`,
        // processes that start together may both find that it is not there
        Schedule.intersect(Schedule.recurs(5), Schedule.exponential("20 millis"))
      )
    )
  })

/**
 * Keeps states in a table, one row a key.
 *
 * @example
 * ```ts
 * import { PgClient } from "@effect/sql-pg"
 * import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
 * import { Config, Layer } from "effect"
 *
 * const store = SyncStoreSql.layer().pipe(
 *   Layer.provide(PgClient.layerConfig({ url: Config.redacted("DATABASE_URL") }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<SyncStore.SyncStore, ConfigError.ConfigError | SqlError, SqlClient.SqlClient> =>
  Layer.effect(
    SyncStore.SyncStore,
    Effect.gen(function* () {
      yield* Known.refuseUnknown(options, names)
      const { migrate, table = defaultTable } = options
      if (migrate !== false) yield* migration(table)
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const into = sql(table)
      const replace = sql.literal(
        sql.onDialectOrElse({
          mysql: () => "ON DUPLICATE KEY UPDATE state = VALUES(state)",
          orElse: () => "ON CONFLICT (name) DO UPDATE SET state = excluded.state"
        })
      )
      return SyncStore.make({
        load: (key) =>
          Effect.map(sql<{ readonly state: string }>`SELECT state FROM ${into} WHERE name = ${key}`, ([row]) =>
            Option.fromNullable(row?.state)
          ),
        save: (key, text) => Effect.asVoid(sql`INSERT INTO ${into} (name, state) VALUES (${key}, ${text}) ${replace}`),
        clear: (key) => Effect.asVoid(sql`DELETE FROM ${into} WHERE name = ${key}`)
      })
    })
  )
