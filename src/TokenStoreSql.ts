/**
 * OAuth2 tokens in a SQL database, for any number of processes: PostgreSQL, MySQL, SQLite. Needs `@effect/sql` and the
 * package of the database.
 *
 * A renewal locks its account's row by a lease, not by an open transaction. So no connection is held during the request to the
 * OAuth server, connection poolers work, and the lease of a crashed process expires. Leases use the database's clock.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { withServices } from "./internal/effects.js"
import * as Lock from "./internal/oauth/lock.js"
import * as Known from "./internal/options.js"
import { AuthError } from "./PipedriveError.js"
import * as TokenStore from "./TokenStore.js"

/**
 * Options of {@link layer}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends TokenStore.Options {
  /** @default "pipedrive_tokens" */
  readonly table?: string | undefined
  /** Creates the table if it does not exist. Without it, run {@link migration} among your own. @default true */
  readonly migrate?: boolean | undefined
}

const names: Known.Names<Options> = /*#__PURE__*/ (() => ({ ...TokenStore.names, table: true, migrate: true }))()

const defaultTable = "pipedrive_tokens"

/**
 * Creates the table if it does not exist.
 *
 * @since 0.1.0
 * @category migrations
 */
export const migration = (table: string = defaultTable): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    // processes that start together may both find that it is not there
    const retrySchedule = Schedule.intersect(Schedule.recurs(5), Schedule.exponential("20 millis"))
    return Effect.retry(
      retryWhenBusy(sql`CREATE TABLE IF NOT EXISTS ${sql(table)} (
        account ${exactTextType(sql)} NOT NULL PRIMARY KEY,
        token TEXT,
        lease_owner VARCHAR(64),
        lease_end BIGINT
      )`),
      retrySchedule
    ).pipe(Effect.asVoid)
  })

/**
 * Keeps tokens in a table, one row an account.
 *
 * @example
 * ```ts
 * import { PgClient } from "@effect/sql-pg"
 * import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
 * import { Config, Layer } from "effect"
 *
 * const store = TokenStoreSql.layer().pipe(
 *   Layer.provide(PgClient.layerConfig({ url: Config.redacted("DATABASE_URL") }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<TokenStore.TokenStore, ConfigError.ConfigError | SqlError, SqlClient.SqlClient> =>
  Layer.effect(
    TokenStore.TokenStore,
    Effect.gen(function* () {
      yield* Known.refuseUnknown(options, names)
      const { migrate, table = defaultTable, ...rest } = options
      yield* waitForWriters
      if (migrate !== false) yield* migration(table)
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const lockTimeout = yield* Lock.timeout(options.lockTimeout)
      const name = sql(table)
      const statements = dialect(sql, name)
      return yield* TokenStore.make(
        {
          load: (account) =>
            Effect.map(
              outsideTransaction(
                sql<{ readonly token: string | null }>`SELECT token FROM ${name} WHERE account = ${account}`
              ),
              ([row]) => Option.fromNullable(row?.token)
            ),
          save: (account, text) => outsideTransaction(statements.save(account, text)),
          clear: (account) => outsideTransaction(sql`DELETE FROM ${name} WHERE account = ${account}`),
          list: Effect.map(
            outsideTransaction(
              sql<{ readonly account: string }>`SELECT ${statements.account} FROM ${name} WHERE token IS NOT NULL`
            ),
            (rows) => rows.map(({ account }) => account)
          ),
          withLock: makeLeaseLock(sql, name, statements, lockTimeout)
        },
        rest
      )
    })
  )

// -----------------------------------------------------------------------------
// what databases say differently
// -----------------------------------------------------------------------------

type Sql = SqlClient.SqlClient

interface Statements {
  /** Milliseconds since 1970 by the database's clock. */
  readonly now: ReturnType<Sql["literal"]>
  /** The column `account`, as text. */
  readonly account: ReturnType<Sql["literal"]>
  readonly save: (account: string, text: string) => Effect.Effect<unknown, SqlError>
  /** Makes the row of an account if it is not there. */
  readonly ensureRow: (account: string) => Effect.Effect<unknown, SqlError>
}

/** A text of which no two are the same: MySQL's texts otherwise know neither case nor accents nor spaces at the end. */
const exactTextType = (sql: Sql) =>
  sql.literal(sql.onDialectOrElse({ mysql: () => "VARBINARY(255)", orElse: () => "VARCHAR(255)" }))

const dialect = (sql: Sql, name: ReturnType<Sql>): Statements => {
  const standard = {
    account: sql.literal("account"),
    save: (account: string, text: string) =>
      sql`INSERT INTO ${name} (account, token) VALUES (${account}, ${text}) ON CONFLICT (account) DO UPDATE SET token = excluded.token`,
    ensureRow: (account: string) =>
      sql`INSERT INTO ${name} (account) VALUES (${account}) ON CONFLICT (account) DO NOTHING`
  }
  return sql.onDialectOrElse<Statements, Statements, Statements, Statements, Statements>({
    mysql: () => ({
      now: sql.literal("CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"),
      account: sql.literal("CONVERT(account USING utf8mb4) AS account"),
      save: (account, text) =>
        sql`INSERT INTO ${name} (account, token) VALUES (${account}, ${text}) ON DUPLICATE KEY UPDATE token = VALUES(token)`,
      ensureRow: (account) => sql`INSERT IGNORE INTO ${name} (account) VALUES (${account})`
    }),
    pg: () => ({ ...standard, now: sql.literal("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)") }),
    orElse: () => ({ ...standard, now: sql.literal("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)") })
  })
}

/**
 * Statements run outside of the caller's transaction, so that its rollback cannot undo a saved token. (Not on SQLite, where the
 * caller's transaction is the only writer: give the store its own client there.) They have no spans: if a user's constraint is
 * violated, PostgreSQL's error contains the row with the token, and the span would keep it as its exit.
 */
const outsideTransaction = <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
  withServices(Effect.withTracerEnabled(retryWhenBusy(effect), false), Context.empty())

/**
 * SQLite fails at once while another connection writes, unless a busy timeout is set. Some clients have no such setting, and
 * a wait can still fail.
 */
const waitForWriters = /*#__PURE__*/ Effect.flatMap(SqlClient.SqlClient, (sql) =>
  sql.onDialectOrElse({
    sqlite: () => Effect.ignore(sql`PRAGMA busy_timeout = 5000`),
    orElse: () => Effect.void
  })
)

const retryWhenBusy = <A, R>(effect: Effect.Effect<A, SqlError, R>): Effect.Effect<A, SqlError, R> =>
  Effect.retry(effect, {
    while: ({ cause }) => /\bSQLITE_BUSY|database is locked/.test(String(cause)),
    schedule: Schedule.intersect(
      Schedule.jittered(Schedule.union(Schedule.exponential("2 millis"), Schedule.spaced("50 millis"))),
      Schedule.recurs(150)
    )
  })

// -----------------------------------------------------------------------------
// the lease
// -----------------------------------------------------------------------------

const minWait = 10
const maxWait = 250

const makeLeaseLock = (
  sql: Sql,
  name: ReturnType<Sql>,
  { now, ensureRow }: Statements,
  lockTimeout: Duration.Duration
): TokenStore.Service["withLock"] => {
  const millis = Math.ceil(Duration.toMillis(lockTimeout))
  const inProcess = Lock.make(Duration.times(lockTimeout, 2))

  /** Whether the lease is ours now. A lost answer to the first statement is no loss: the second tells. */
  const take = (account: string, owner: string) =>
    Effect.gen(function* () {
      yield* sql`UPDATE ${name} SET lease_owner = ${owner}, lease_end = ${now} + ${sql.literal(String(millis))} WHERE account = ${account} AND (lease_end IS NULL OR lease_end < ${now})`
      const [row] = yield* sql<{
        readonly lease_owner: string | null
      }>`SELECT lease_owner FROM ${name} WHERE account = ${account}`
      if (row === undefined) yield* ensureRow(account)
      return row?.lease_owner === owner
    })

  const release = (account: string, owner: string) =>
    Effect.ignore(
      outsideTransaction(
        sql`UPDATE ${name} SET lease_owner = NULL, lease_end = NULL WHERE account = ${account} AND lease_owner = ${owner}`
      )
    )

  const failed = (error: SqlError) =>
    new AuthError({
      reason: "TokenStore",
      description: `the tokens could not be locked: ${Lock.describeCause(error, [])}`,
      transient: true
    })

  const acquire = (account: string, owner: string, restore: <A, E>(e: Effect.Effect<A, E>) => Effect.Effect<A, E>) => {
    const loop = (wait: number, waited: number): Effect.Effect<void, AuthError> =>
      Effect.flatMap(Effect.mapError(outsideTransaction(take(account, owner)), failed), (ours) => {
        if (ours) return Effect.void
        if (waited > millis * 2) return Effect.fail(Lock.lockTimeoutError(account, lockTimeout))
        return Effect.flatMap(Random.nextRange(0.5, 1), (jitter) =>
          Effect.zipRight(
            restore(Effect.sleep(wait * jitter)),
            loop(Math.min(wait * 2, maxWait), waited + wait * jitter)
          )
        )
      })
    // an interrupted or failed wait may have taken it all the same
    return Effect.onError(loop(minWait, 0), () => release(account, owner))
  }

  return (account) => (effect) =>
    inProcess(account)(
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          const owner = crypto.randomUUID()
          return Effect.zipRight(
            acquire(account, owner, restore),
            Effect.ensuring(restore(effect), release(account, owner))
          )
        })
      )
    )
}
