/** SQLite, for the examples that keep something: a client of SQL over `@libsql/client`. */
import * as Libsql from "@libsql/client"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"

const tried = <A>(run: () => Promise<A>): Effect.Effect<A, SqlError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new SqlError({
        reason: classifySqliteError(cause, { message: "Failed to execute statement", operation: "execute" })
      })
  })

/** `methods` are the statements that libSQL has methods for. */
const connectionOf = (
  sdk: Libsql.Client | Libsql.Transaction,
  methods: Readonly<Record<string, () => Promise<void>>> = {}
): Connection => {
  const run = (sql: string, parameters: ReadonlyArray<unknown>) =>
    tried(() => sdk.execute({ sql, args: parameters as Array<Libsql.InValue> }))
  const execute: Connection["execute"] = (sql, parameters, transform) =>
    Effect.map(run(sql, parameters), ({ rows }) => (transform === undefined ? rows : transform(rows)))
  const values: Connection["executeValues"] = (sql, parameters) =>
    Effect.map(run(sql, parameters), ({ rows }) => rows.map((row) => Array.from(row)))
  return {
    execute,
    executeRaw: run,
    executeStream: () => Stream.die(new Error("libSQL has no streams")),
    executeValues: values,
    executeValuesUnprepared: values,
    executeUnprepared: (sql, parameters, transform) => {
      const method = methods[sql]
      return method === undefined ? execute(sql, parameters, transform) : Effect.as(tried(method), [])
    }
  }
}

const make = (url: string) =>
  Effect.gen(function* () {
    const sdk = yield* Effect.acquireRelease(
      Effect.sync(() => Libsql.createClient({ url })),
      (client) => Effect.sync(() => client.close())
    )
    // a transaction has the database to itself
    const turn = yield* Semaphore.make(1)
    const connection = connectionOf(sdk)
    return yield* SqlClient.make({
      acquirer: turn.withPermits(1)(Effect.succeed(connection)),
      transactionAcquirer: Effect.uninterruptibleMask((restore) =>
        restore(turn.take(1)).pipe(
          Effect.andThen(Effect.addFinalizer(() => turn.release(1))),
          Effect.andThen(tried(() => sdk.transaction("write"))),
          Effect.map((transaction) =>
            connectionOf(transaction, {
              BEGIN: () => Promise.resolve(),
              COMMIT: () => transaction.commit(),
              ROLLBACK: () => transaction.rollback()
            })
          )
        )
      ),
      compiler: Statement.makeCompilerSqlite(),
      driver: "libsql",
      spanAttributes: [["db.system.name", "sqlite"]]
    })
  })

/** A file by its URL (`file:pipedrive.db`), or `:memory:`. */
export const layer = (url: string): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(url)).pipe(Layer.provide(Reactivity.layer))
