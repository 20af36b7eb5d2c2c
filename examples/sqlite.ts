/** SQLite, for the examples that keep something. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { LibsqlClient } from "@effect/sql-libsql"
import type * as ConfigError from "effect/ConfigError"
import type * as Layer from "effect/Layer"

/** A file by its URL (`file:pipedrive.db`), or `:memory:`. */
export const layer = (url: string): Layer.Layer<SqlClient.SqlClient, ConfigError.ConfigError | SqlError> =>
  LibsqlClient.layer({ url })
