/**
 * Keeps copies of many companies' deals, persons, organizations and activities in PostgreSQL, with as many processes as you like:
 *
 *     DATABASE_URL=postgres://user:password@host/database PIPEDRIVE_API_TOKENS=7:...,8:... PORT=34431 \
 *       npx tsx examples/sync-cluster/main.ts
 *
 * Start it once for each machine or process, with `HOST` and `PORT` under which the others reach it. They share the companies
 * among them; those of a process that dies are gone on with by the others. `EVERY` (5 minutes) is the time between two passes.
 * `SHARD_LOCK_EXPIRATION` (35 seconds) is how long a process that is silent counts as alive: see `ShardingConfig`.
 *
 * Without `PIPEDRIVE_API_TOKENS` it syncs a sandbox, to try it out (then start one process only: each has its own). It always
 * needs a PostgreSQL: the cluster keeps its runners, locks and messages there.
 */
import { ClusterWorkflowEngine } from "@effect/cluster"
import { NodeClusterSocket, NodeRuntime } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Cause, Config, Duration, Effect, Layer, Schedule } from "effect"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import { Companies, CompaniesLive, Misconfigured, SyncCompany, SyncCompanyLive } from "./company.js"

const Database = PgClient.layerConfig({
  url: Config.redacted("DATABASE_URL"),
  // who it is in PostgreSQL's own list of connections
  applicationName: Config.map(Config.string("PORT").pipe(Config.withDefault("34431")), (port) => `sync-cluster ${port}`)
})

/** Every runner asks for every company to be kept in sync: what runs already, wherever it does, is not started again. */
const Start = Layer.effectDiscard(
  Effect.flatMap(Companies, (companies) =>
    Effect.forEach(companies.keys(), (company) => SyncCompany.execute({ company, stage: 0 }, { discard: true }))
  )
)

const Runner = Layer.unwrapEffect(
  Effect.map(Config.duration("EVERY").pipe(Config.withDefault(Duration.minutes(5))), (every) =>
    Start.pipe(
      Layer.provide(SyncCompanyLive(every)),
      Layer.provide(ClusterWorkflowEngine.layer),
      Layer.provide(NodeClusterSocket.layer()),
      Layer.provide([CompaniesLive, SyncStoreSql.layer()]),
      Layer.provide(Database)
    )
  )
)

const program = Effect.zipRight(
  Effect.mapError(
    Config.redacted("DATABASE_URL"),
    () =>
      new Misconfigured({ message: "DATABASE_URL is not set: it is to be postgres://user:password@host:port/database" })
  ),
  Layer.launch(Runner).pipe(
    // of processes that start together on an empty database, each tries to create the cluster's tables
    Effect.sandbox,
    Effect.retry({ while: Cause.isDie, times: 5, schedule: Schedule.spaced("1 second") }),
    Effect.catchAll(Effect.failCause)
  )
)

NodeRuntime.runMain(program)
