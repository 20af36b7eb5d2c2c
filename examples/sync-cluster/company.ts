/**
 * The workflow that keeps one company's copy up to date: a pass, a sleep, the next pass, without end. The cluster runs each
 * execution on one runner at a time, and on another one when its process dies.
 */
import { PgClient } from "@effect/sql-pg"
import { Activity, DurableClock, Workflow } from "@effect/workflow"
import { Config, Context, Data, type Duration, Effect, Layer, Option, Redacted, Schema, Stream } from "effect"
import { type Endpoint, Pipedrive, type PipedriveError, Sync, SyncStore } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Users } from "effect-pipedrive/v1"
import { Activities, Deals, Organizations, Persons } from "effect-pipedrive/v2"
import { type Item, migrate, type Row, rows, type Table, write } from "../sync-sql/database.js"

// -----------------------------------------------------------------------------
// whose data
// -----------------------------------------------------------------------------

/** The companies, each with what requests to its account need. Tokens stay here: what a workflow is given is stored. */
export class Companies extends Context.Tag("Companies")<
  Companies,
  ReadonlyMap<number, Context.Context<Endpoint.Requirements>>
>() {}

/**
 * `PIPEDRIVE_API_TOKENS`: `company:token,company:token`. (An app with OAuth2 makes its layers from its token store instead.)
 * Without it, a sandbox in this process.
 */
export const CompaniesLive = Layer.scoped(
  Companies,
  Effect.gen(function* () {
    const tokens = yield* Config.option(Config.redacted("PIPEDRIVE_API_TOKENS"))
    if (Option.isNone(tokens)) {
      const context = yield* Layer.build(Sandbox.layer())
      const { data: user } = yield* Effect.provide(Users.getCurrent(), context)
      yield* Effect.log(`no PIPEDRIVE_API_TOKENS: this is a sandbox, whose company is ${user.company_id}`)
      return new Map([[user.company_id, context]])
    }
    const baseUrl = Option.getOrUndefined(yield* Config.option(Config.string("PIPEDRIVE_BASE_URL")))
    const pairs = yield* Schema.decodeUnknown(Pairs)(Redacted.value(tokens.value).split(",")).pipe(
      // the error would show the tokens
      Effect.mapError(() => new Misconfigured({ message: "PIPEDRIVE_API_TOKENS is not company:token,company:token" }))
    )
    // one layer a company for as long as the process runs: its limiter knows what was sent before
    const companies = yield* Effect.forEach(pairs, ([company, , token]) =>
      Effect.map(Layer.build(Pipedrive.layer({ apiToken: token, baseUrl })), (context) => [company, context] as const)
    )
    return new Map(companies)
  })
)

const Pairs = Schema.Array(Schema.TemplateLiteralParser(Schema.NumberFromString, ":", Schema.NonEmptyString))

export class Misconfigured extends Data.TaggedError("Misconfigured")<{ readonly message: string }> {}

// -----------------------------------------------------------------------------
// one pass
// -----------------------------------------------------------------------------

class Fenced extends Data.TaggedError("Fenced")<{ readonly company: number; readonly table: Table }> {
  override get message() {
    return `another runner has gone on with the ${this.table} of company ${this.company}`
  }
}

/** Brings one table of a company up to date. What was committed is not read again, whichever runner goes on. */
const bring = <A extends Item>(
  company: number,
  table: Table,
  changes: (
    state: SyncStore.State | undefined
  ) => Stream.Stream<Sync.Batch<A>, PipedriveError.PipedriveError | SyncStore.StateMismatch, Endpoint.Requirements>,
  toRow: (item: A) => Row
) =>
  Effect.gen(function* () {
    const store = yield* SyncStore.SyncStore
    const key = `${company}/${table}`
    let before = yield* store.load(key)
    yield* Stream.runForEach(changes(Option.getOrUndefined(before)), (batch) =>
      inCompany(
        company,
        Effect.gen(function* () {
          // A runner that was cut off from the others, but not from here, may still be at work when the next one has begun:
          // it must not put old records over new ones.
          if (!same(yield* store.load(key), before)) return yield* new Fenced({ company, table })
          yield* write(table, batch.changes, toRow)
          yield* store.save(key, batch.state)
        })
      ).pipe(
        Effect.zipRight(Effect.sync(() => (before = Option.some(batch.state)))),
        Effect.zipRight(
          batch.changes.length > 0 ? Effect.log(`company ${company}: ${batch.changes.length} ${table}`) : Effect.void
        )
      )
    )
  })

const same = Option.getEquivalence(Schema.equivalence(SyncStore.State))

/** One transaction among the tables of a company, which are in a schema of their own; no other runner has one at the same time. */
const inCompany = <A, E, R>(company: number, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql.withTransaction(
      sql`SELECT pg_advisory_xact_lock(hashtext('sync-cluster'), ${company}::int)`.pipe(
        Effect.zipRight(sql`SELECT set_config('search_path', ${`company_${company}, public`}, true)`),
        Effect.zipRight(effect)
      )
    )
  )

/** Brings all tables of a company up to date. */
export const pass = (company: number) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const context = (yield* Companies).get(company)
    if (context === undefined) return yield* Effect.logWarning(`company ${company}: this runner has no token for it`)
    yield* Effect.log(`company ${company}: a pass begins`)
    yield* Effect.gen(function* () {
      const { data: user } = yield* Users.getCurrent()
      if (user.company_id !== company) {
        return yield* new Misconfigured({ message: `the token for company ${company} is of ${user.company_id}` })
      }
      yield* inCompany(company, Effect.zipRight(sql`CREATE SCHEMA IF NOT EXISTS ${sql(`company_${company}`)}`, migrate))
      const options = { account: company }
      yield* bring(company, "organizations", (state) => Sync.changes(Organizations, state, options), rows.organizations)
      yield* bring(company, "persons", (state) => Sync.changes(Persons, state, options), rows.persons)
      yield* bring(company, "deals", (state) => Sync.changes(Deals, state, options), rows.deals)
      yield* bring(company, "activities", (state) => Sync.changes(Activities, state, options), rows.activities)
    }).pipe(
      Effect.provide(context),
      // Whatever it is, from a server that is away to a token that was revoked: the next pass goes on where this one has ended.
      Effect.catchAll((error) => Effect.logError(`company ${company}: ${error.message}`, error))
    )
  })

// -----------------------------------------------------------------------------
// passes without end
// -----------------------------------------------------------------------------

/**
 * One execution for each company and stage. All that an execution did is read again whenever it wakes up, so it must not last
 * for ever: after some passes the next stage begins, as the last act of the one before.
 */
export const SyncCompany = Workflow.make({
  name: "SyncCompany",
  payload: { company: Schema.Int, stage: Schema.Int },
  idempotencyKey: ({ company, stage }) => `${company}/${stage}`
})

const passes = 50

/** Has this runner take its part of the executions. */
export const SyncCompanyLive = (every: Duration.Duration) =>
  SyncCompany.toLayer(({ company, stage }) =>
    Effect.gen(function* () {
      for (let n = 0; n < passes; n++) {
        // a pass that was cut off is run again; one that has ended is not
        yield* Activity.make({ name: `pass ${n}`, execute: pass(company) })
        // nothing waits in memory meanwhile, however short it is (a plain 0 would be the default): PostgreSQL knows when to go on
        yield* DurableClock.sleep({ name: `after pass ${n}`, duration: every, inMemoryThreshold: "0 seconds" })
      }
      yield* SyncCompany.execute({ company, stage: stage + 1 }, { discard: true })
    })
  )
