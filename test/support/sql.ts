/** The databases that token stores are tested on. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { PgClient } from "@effect/sql-pg"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Sqlite from "../../examples/sqlite.js"

/** A database by its URL: `postgres://...`, or `file:...` for SQLite. */
export const database = (url: string): Layer.Layer<SqlClient.SqlClient, SqlError | ConfigError> =>
  url.startsWith("file:")
    ? Layer.tap(Sqlite.layer(url), (context) => wal(Context.get(context, SqlClient.SqlClient)))
    : PgClient.layer({ url: Redacted.make(url), maxConnections: 4 })

/** With SQLite's other journal, a process that reads keeps the others from writing. */
const wal = (sql: SqlClient.SqlClient) =>
  Effect.zipRight(sql`PRAGMA busy_timeout = 5000`, sql`PRAGMA journal_mode = WAL`)

/** Where PostgreSQL is, when scripts/services.sh has started one. */
export const postgres: string | undefined = process.env.PIPEDRIVE_TEST_POSTGRES_URL

export const sqliteFile = (): { readonly url: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "effect-pipedrive-sqlite-"))
  return { url: `file:${join(folder, "tokens.db")}`, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
