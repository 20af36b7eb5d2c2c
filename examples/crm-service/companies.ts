/**
 * What the service knows of each company: the password of its webhooks, and the browsers that are signed in.
 */
import { SqlClient } from "@effect/sql"
import { Effect, Option, Redacted } from "effect"
import { Accounts } from "effect-pipedrive"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import * as Copy from "./copy.js"

/** The password of a company's webhooks, whose user is the company's id. */
export const password = (company: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{
      readonly password: string
    }>`SELECT password FROM companies WHERE CAST(company AS TEXT) = ${company}`
    return rows.map((row) => Redacted.make(row.password))
  })

/** Registers a company's webhooks. Where all is as it should be, none is touched. */
export const register = (company: string, publicUrl: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const ensured = yield* WebhookEvents.ensure({
      url: `${publicUrl}/webhooks`,
      name: "crm-service",
      user: company,
      password: (yield* password(company))[0],
      events: Copy.entities.map((entity) => `${entity}.*` as const)
    })
    const row = { company: Number(company), password: Redacted.value(ensured.password) }
    yield* sql`INSERT INTO companies ${sql.insert(row)}
      ON CONFLICT (company) DO UPDATE SET password = excluded.password`
    yield* Effect.log(`company ${company}: ${ensured.added.length} webhooks added, ${ensured.kept.length} kept`)
  }).pipe(Accounts.provide(company))

/** Signs a browser in: the number of its session. */
export const signIn = (company: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const id = crypto.randomUUID()
    yield* sql`INSERT INTO sessions ${sql.insert({ id, company: Number(company) })}`
    return id
  })

/** Whose session it is. */
export const signedIn = (session: string | undefined) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{
      readonly company: number
    }>`SELECT company FROM sessions WHERE id = ${session ?? ""}`
    return Option.fromNullable(rows[0]?.company)
  })
