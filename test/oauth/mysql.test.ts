/**
 * The SQL store on MySQL, by its statements: there is no MySQL on the machines that test this. They were run by hand on
 * MariaDB 10.11: see docs/oauth2.md.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import * as Statement from "@effect/sql/Statement"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { OAuth2, TokenStore } from "effect-pipedrive"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as OAuth from "../support/oauth.js"

/** A client of MySQL's dialect whose database says that the lease is always free. */
const client = (sent: Array<string>): Layer.Layer<SqlClient.SqlClient> => {
  let owner: unknown
  const execute: Connection["execute"] = (sql, parameters) =>
    Effect.sync(() => {
      sent.push(sql.replace(/\s+/g, " "))
      if (/SET lease_owner = \?/.test(sql)) owner = parameters[0]
      return sql.startsWith("SELECT lease_owner") ? [{ lease_owner: owner }] : []
    })
  const connection: Connection = {
    execute,
    executeRaw: (sql, parameters) => execute(sql, parameters, undefined),
    executeStream: () => Stream.empty,
    executeValues: () => Effect.succeed([]),
    executeUnprepared: execute
  }
  const compiler = Statement.makeCompiler({
    dialect: "mysql",
    placeholder: () => "?",
    onIdentifier: Statement.defaultEscape("`"),
    onCustom: () => ["", []],
    onRecordUpdate: () => ["", []]
  })
  return Layer.effect(
    SqlClient.SqlClient,
    SqlClient.make({ acquirer: Effect.succeed(connection), compiler, spanAttributes: [] })
  ).pipe(Layer.provide(Reactivity.layer))
}

describe("a SQL store on MySQL", () => {
  it.effect("says what MySQL understands", () => {
    const sent: Array<string> = []
    const server = OAuth.makeServer()
    return Effect.gen(function* () {
      const store = yield* TokenStore.TokenStore
      const app = yield* OAuth2.makeApp(OAuth.settings)
      yield* store.save("1", yield* app.authorize(server.consent()))
      yield* store.load("1")
      yield* store.withLock("1")(Effect.void)
      yield* store.clear("1")
      yield* store.list
      const now = "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
      assert.deepStrictEqual(sent, [
        "CREATE TABLE IF NOT EXISTS `pipedrive_tokens` ( account VARBINARY(255) NOT NULL PRIMARY KEY, token TEXT, lease_owner VARCHAR(64), lease_end BIGINT )",
        "INSERT INTO `pipedrive_tokens` (account, token) VALUES (?, ?) ON DUPLICATE KEY UPDATE token = VALUES(token)",
        "SELECT token FROM `pipedrive_tokens` WHERE account = ?",
        `UPDATE \`pipedrive_tokens\` SET lease_owner = ?, lease_end = ${now} + 30000 WHERE account = ? AND (lease_end IS NULL OR lease_end < ${now})`,
        "SELECT lease_owner FROM `pipedrive_tokens` WHERE account = ?",
        "UPDATE `pipedrive_tokens` SET lease_owner = NULL, lease_end = NULL WHERE account = ? AND lease_owner = ?",
        "DELETE FROM `pipedrive_tokens` WHERE account = ?",
        "SELECT CONVERT(account USING utf8mb4) AS account FROM `pipedrive_tokens` WHERE token IS NOT NULL"
      ])
    }).pipe(
      Effect.provide(TokenStoreSql.layer().pipe(Layer.provide(client(sent)))),
      Effect.provide(OAuth.transport(server))
    )
  })
})
