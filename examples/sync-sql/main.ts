/**
 * Keeps a copy of an account's deals, persons, organizations and activities, with their custom fields, in SQLite or PostgreSQL:
 *
 *     PIPEDRIVE_API_TOKEN=... npx tsx examples/sync-sql/main.ts
 *
 * `DATABASE_URL` is `file:pipedrive.db` unless it is set; `postgres://...` will do as well. Stop it whenever you like and start it
 * again: a batch and the state after it are written in one transaction. With `--follow` it goes on, every minute or as `--every`
 * says. With `--webhooks <port>` it also goes on as soon as a webhook comes (for user and password in `WEBHOOK_USER` and
 * `WEBHOOK_PASSWORD`): they only wake it, so one that is lost loses nothing.
 */
import { createServer } from "node:http"
import { parseArgs } from "node:util"
import { HttpServer, KeyValueStore } from "@effect/platform"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { Config, Console, Duration, Effect, Layer, Option, Queue, Stream } from "effect"
import { type Endpoint, Pipedrive, PipedriveError, Sync, SyncStore } from "effect-pipedrive"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import { Users } from "effect-pipedrive/v1"
import {
  Activities,
  DealFields,
  Deals,
  OrganizationFields,
  Organizations,
  PersonFields,
  Persons
} from "effect-pipedrive/v2"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { Database, type Item, migrate, type Row, rows, type Table, write, writeFields } from "./database.js"
import * as Progress from "./progress.js"

const { values: args } = parseArgs({
  options: { follow: { type: "boolean" }, every: { type: "string", default: "1 minute" }, webhooks: { type: "string" } }
})

type Failure = PipedriveError.PipedriveError | SyncStore.StateMismatch

/** Brings one table up to date. */
const bring = <A extends Item>(
  table: Table,
  changes: (state: SyncStore.State | undefined) => Stream.Stream<Sync.Batch<A>, Failure, Endpoint.Requirements>,
  newest: Effect.Effect<{ readonly data: ReadonlyArray<Item> }, Failure, Endpoint.Requirements>,
  toRow: (item: A) => Row
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const store = yield* SyncStore.SyncStore
    // a state of another account is refused: two do not go into the same tables
    const state = Option.getOrUndefined(yield* store.load(table))
    // ids count up: there are no more than the highest one, of which a first run can tell how long it will take
    const most = state?.complete === true ? undefined : (yield* newest).data[0]?.id
    const progress = yield* Progress.make(table, most)
    yield* Stream.runForEach(changes(state), (batch) =>
      Effect.gen(function* () {
        yield* sql.withTransaction(Effect.zipRight(write(table, batch.changes, toRow), store.save(table, batch.state)))
        yield* progress.batch(batch.changes.length, batch.meta)
      })
    ).pipe(Effect.ensuring(progress.end))
  })

const last = { sort_by: "id", sort_direction: "desc", limit: 1 } as const

const pass = (account: number) =>
  Effect.gen(function* () {
    yield* bring(
      "organizations",
      (state) => Sync.changes(Organizations, state, { account }),
      Organizations.list(last),
      rows.organizations
    )
    yield* bring("persons", (state) => Sync.changes(Persons, state, { account }), Persons.list(last), rows.persons)
    yield* bring("deals", (state) => Sync.changes(Deals, state, { account }), Deals.list(last), rows.deals)
    yield* bring(
      "activities",
      (state) => Sync.changes(Activities, state, { account }),
      Activities.list(last),
      rows.activities
    )
    yield* writeFields("deals", yield* DealFields.list.collect({}, { max: 10_000 }))
    yield* writeFields("persons", yield* PersonFields.list.collect({}, { max: 10_000 }))
    yield* writeFields("organizations", yield* OrganizationFields.list.collect({}, { max: 10_000 }))
  })

/** Puts something into a queue whenever a webhook comes. */
const webhooks = (port: number, wake: Queue.Enqueue<void>) =>
  Effect.gen(function* () {
    const app = yield* WebhookEvents.handler({
      credentials: { user: yield* Config.string("WEBHOOK_USER"), password: yield* Config.redacted("WEBHOOK_PASSWORD") },
      handle: () => Queue.offer(wake, undefined)
    })
    yield* Layer.build(HttpServer.serve(app).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port }))))
  }).pipe(Effect.provide(KeyValueStore.layerMemory))

const program = Effect.gen(function* () {
  yield* migrate
  const { data: user } = yield* Users.getCurrent()
  yield* Console.error(`${user.company_name}, as ${user.name}`)
  const account = user.company_id
  if (args.follow !== true && args.webhooks === undefined) return yield* pass(account)
  const every = yield* Duration.decodeUnknown(args.every)
  // of many webhooks one is enough
  const wake = yield* Queue.sliding<void>(1)
  if (args.webhooks !== undefined) yield* webhooks(Number(args.webhooks), wake)
  const round = pass(account).pipe(
    // what passes by itself is tried again with the next round; all else ends the program
    Effect.catchIf(
      (error): error is PipedriveError.PipedriveError =>
        PipedriveError.isPipedriveError(error) && (error._tag === "RateLimited" || PipedriveError.isRetryable(error)),
      (error) => Effect.logWarning(error.message)
    ),
    Effect.zipRight(Effect.race(Queue.take(wake), Effect.sleep(every)))
  )
  yield* Effect.forever(round)
}).pipe(
  Effect.scoped,
  Effect.onInterrupt(() => Console.error("stopped; start it again to go on"))
)

const live = Layer.mergeAll(Pipedrive.PipedriveLive, Layer.provideMerge(SyncStoreSql.layer(), Database))

NodeRuntime.runMain(Effect.provide(program, live))
