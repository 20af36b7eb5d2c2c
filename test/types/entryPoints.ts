/**
 * Each entry point as a program uses it, rightly and wrongly. Compiled here, and from the tarball with every compiler that users may
 * have: a type that is lost on the way lets wrong lines pass, or right ones not.
 */
import { layerStoreMemory } from "@effect/experimental/RateLimiter"
import { FetchHttpClient, type HttpClient } from "@effect/platform"
import type { SqlClient } from "@effect/sql"
import type { SqlError } from "@effect/sql/SqlError"
import {
  type ConfigError,
  type DateTime,
  Effect,
  FastCheck,
  Layer,
  Option,
  Redacted,
  Schedule,
  Schema,
  Stream
} from "effect"
import * as Root from "effect-pipedrive"
import * as Accounts from "effect-pipedrive/Accounts"
import * as Auth from "effect-pipedrive/Auth"
import * as CustomFields from "effect-pipedrive/CustomFields"
import * as Current from "effect-pipedrive/current"
import * as Endpoint from "effect-pipedrive/Endpoint"
import * as Field from "effect-pipedrive/Field"
import * as HttpLayer from "effect-pipedrive/HttpLayer"
import * as OAuth2 from "effect-pipedrive/OAuth2"
import * as Pagination from "effect-pipedrive/Pagination"
import * as Pipedrive from "effect-pipedrive/Pipedrive"
import * as PipedriveError from "effect-pipedrive/PipedriveError"
import * as RateLimiter from "effect-pipedrive/RateLimiter"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
import * as Sync from "effect-pipedrive/Sync"
import type * as SyncStore from "effect-pipedrive/SyncStore"
import * as SyncStoreSql from "effect-pipedrive/SyncStoreSql"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import * as Times from "effect-pipedrive/Times"
import * as TokenStore from "effect-pipedrive/TokenStore"
import * as TokenStoreSql from "effect-pipedrive/TokenStoreSql"
import * as Undici from "effect-pipedrive/Undici"
import { Leads, Notes, Recents, Users } from "effect-pipedrive/v1"
import { Activities, DealProducts, Deals, ItemSearch, Persons, Stages } from "effect-pipedrive/v2"

// --- what must not have become `any` on the way ---

type IsAny<A> = 0 extends 1 & A ? true : false
type Concrete<A> = IsAny<A> extends true ? never : A
declare const concrete: <A>(value: Concrete<A>) => void

// --- effect-pipedrive/Undici ---

export const undici: Layer.Layer<HttpClient.HttpClient> = Undici.layer
export const overUndici = Pipedrive.layer({ httpClient: Undici.layer })
// @ts-expect-error: a dispatcher is wanted
export const without: Layer.Layer<HttpClient.HttpClient> = Undici.layerWithoutDispatcher

// --- effect-pipedrive/current ---

// leads are found by v2 and written by v1, in one module; users are v1's, deals v2's
export const lead = Effect.gen(function* () {
  const { data } = yield* Current.Leads.search({ term: "desks" })
  const id = data.items[0]?.item.id ?? ""
  const found: Current.Leads.Lead = (yield* Current.Leads.get({ id })).data
  yield* Current.Users.list
  return found.title
})
export const dealOfToday: Effect.Effect<Deals.GetOutput, PipedriveError.PipedriveError, Endpoint.Requirements> =
  Current.Deals.get({ id: 1 })
concrete(lead)
// @ts-expect-error: v2 has another one
Current.Deals.listPersons
// @ts-expect-error: replaced by v2
Current.Leads.searchLeads

// --- effect-pipedrive ---

const five = Effect.gen(function* () {
  const { data: deal } = yield* Deals.get({ id: 42 })
  const { data: person } = yield* Persons.add({ name: "Ada", owner_id: deal.owner_id })
  yield* Deals.update({ id: deal.id, person_id: person.id })
  yield* Users.list
  return yield* Deals.list.stream({ status: "open" }).pipe(Stream.take(10), Stream.runCount)
})
export const caught = five.pipe(Effect.catchTag("NotFound", (error) => Effect.succeed(error.status)))
export const provided: Effect.Effect<number, PipedriveError.PipedriveError | ConfigError.ConfigError> = five.pipe(
  HttpLayer.withPolicy({ retries: 1 }),
  Effect.provide(Root.PipedriveLive)
)
concrete(five)
// @ts-expect-error: an error that there is not
five.pipe(Effect.catchTag("NoSuchError", () => Effect.void))
// @ts-expect-error: nothing provides what endpoints need
export const unprovided: Effect.Effect<number, PipedriveError.PipedriveError> = five

// --- v1, v2 ---

export const list = Deals.list
export const get = Deals.get
Notes.add({ content: "text", deal_id: 1 })
Leads.get({ id: "9f3b0a20-1c1f-4f0e-8a5a-4ff0b2d3e111" })
// @ts-expect-error: a deal has an id
Deals.get({})
// @ts-expect-error: ids of deals are numbers
Deals.get({ id: "42" })
// @ts-expect-error: no field of an activity
Activities.add({ subject: "Call", subjekt: "Call" })
// @ts-expect-error: a text is no list
export const titles: Effect.Effect<ReadonlyArray<string>, unknown, unknown> = Effect.map(Deals.list, ({ data }) => data)

// --- Accounts ---

const app = { clientId: "id", clientSecret: Redacted.make("secret"), redirectUri: "https://example.com/callback" }
export const accounts: Layer.Layer<Accounts.Accounts, ConfigError.ConfigError> = Accounts.layer({
  ...app,
  idleTimeToLive: "1 minute",
  onTokenUpdate: (account: string, token) => Effect.log(account, token.accessToken)
}).pipe(Layer.provide(FetchHttpClient.layer), Layer.provide(TokenStore.layerMemory))
export const ofAccount = Deals.list.pipe(
  Accounts.provide(7),
  Effect.provide(accounts),
  Effect.provide(FetchHttpClient.layer)
)
export const connect = Effect.gen(function* () {
  const service = yield* Accounts.Accounts
  const { account, user } = yield* service.connect({ url: "https://example.com/callback", state: "state" })
  concrete(service.get)
  return `${account} ${user.companyId.toFixed()}`
})
// @ts-expect-error: an app has a secret
Accounts.layer({ clientId: "id", redirectUri: "https://example.com/callback" })
// @ts-expect-error: an account is named by text or number
Accounts.provide({ id: 1 })

// --- Auth ---

export const auths: ReadonlyArray<Layer.Layer<Auth.Auth, ConfigError.ConfigError, HttpClient.HttpClient>> = [
  Auth.apiKey("token", { baseUrl: "https://acme.pipedrive.com" }),
  Auth.accessToken(Redacted.make("token")),
  Auth.layerConfig
]
// @ts-expect-error: a token is text
Auth.apiKey(42)

// --- CustomFields ---

const dealFields = CustomFields.define({
  size: CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { small: 12, large: 34 }),
  tags: CustomFields.set("d3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", { new: 1, old: 2 }),
  budget: CustomFields.monetary("0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b"),
  fitting: CustomFields.date("1e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b")
})
type DealFields = CustomFields.Type<typeof dealFields>
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const inferred: Equal<
  DealFields,
  {
    readonly size: CustomFields.Option<"small" | "large"> | null
    readonly tags: ReadonlyArray<CustomFields.Option<"new" | "old">> | null
    readonly budget: CustomFields.Money | null
    readonly fitting: string | null
  }
> = true
const getDeal = CustomFields.withFields(Deals.get, dealFields)
const updateDeal = CustomFields.withFields(Deals.update, dealFields)
const listDeals = CustomFields.withFields(dealFields)(Deals.list)
export const byName = Effect.gen(function* () {
  const { data: deal } = yield* getDeal({ id: 42, include_option_labels: true })
  concrete(deal.fields.size)
  yield* updateDeal({ id: 42, title: deal.title, fields: { size: deal.fields.size, tags: ["new", 2], budget: null } })
  yield* updateDeal({ id: 42, fields: { size: 34, fitting: new Date(0) } })
  const { data: first } = yield* listDeals({ limit: 1 })
  const amounts = yield* listDeals.stream().pipe(
    Stream.map((one) => one.id + (one.fields.budget?.value ?? 0)),
    Stream.runCollect
  )
  yield* CustomFields.withFields(Leads.update, dealFields)({ id: "x", fields: { size: "small" } })
  return [first.map((one) => one.fields.fitting?.length), Array.from(amounts, (amount) => amount.toFixed())]
}).pipe(Effect.catchTag("InvalidCustomFields", (error) => Effect.succeed(error.issues.map((issue) => issue.path))))
export const atRunTime: Effect.Effect<
  { readonly deposit: unknown },
  | PipedriveError.PipedriveError
  | PipedriveError.InvalidCustomFields
  | PipedriveError.UnknownCustomField
  | PipedriveError.AmbiguousCustomField,
  Endpoint.Requirements
> = Effect.gen(function* () {
  const loaded = yield* CustomFields.load(Current.DealFields, { timeToLive: "1 minute" })
  return yield* CustomFields.decode({}, yield* loaded.pick("deposit"))
})
// @ts-expect-error: deals are no fields
export const noFields = CustomFields.load(Deals)
export const decoded: Effect.Effect<DealFields, PipedriveError.InvalidCustomFields> = CustomFields.decode(
  {},
  dealFields
)
export const written: Effect.Effect<unknown, PipedriveError.InvalidRequest> = Effect.flatMap(decoded, (fields) =>
  CustomFields.encodeV2(fields, dealFields)
).pipe(Effect.catchTag("InvalidCustomFields", () => Effect.succeed({})))
export const spread = Effect.flatMap(CustomFields.encodeV1({ budget: null }, dealFields), (fields) =>
  Leads.update({ id: "x", ...fields })
)
export const spreadV2 = Effect.flatMap(CustomFields.encodeV2({ budget: null }, dealFields), (fields) =>
  Deals.update({ id: 1, ...fields })
)
concrete(CustomFields.module(Deals, dealFields))
concrete(CustomFields.module(Leads, dealFields))
concrete(CustomFields.module(Current.Leads, dealFields))
// @ts-expect-error: an endpoint is no module: `withFields` takes it
CustomFields.module(Deals.get, dealFields)
// @ts-expect-error: it has nothing that reads or writes a record
CustomFields.module({ title: "Forty desks" }, dealFields)
// @ts-expect-error: no option of the field
updateDeal({ id: 42, fields: { size: "huge" } })
// @ts-expect-error: no id of an option of the field
updateDeal({ id: 42, fields: { size: 13 } })
// @ts-expect-error: no field of the definition
updateDeal({ id: 42, fields: { Size: "small" } })
// @ts-expect-error: money has a currency
CustomFields.encodeV2({ budget: { value: 1 } }, dealFields)
// @ts-expect-error: what reads takes no fields
getDeal({ id: 42, fields: { size: "small" } })
// @ts-expect-error: an option may be one that the definition does not have
export const label: Effect.Effect<"small" | "large" | null, unknown> = Effect.map(decoded, ({ size }) => size)
// @ts-expect-error: options have ids
CustomFields.enum("c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708", ["small", "large"])

// --- Times ---

export const won: Option.Option<DateTime.Utc> = Times.toUtc("2026-05-15 09:55:02")
export const dayWon: Option.Option<string> = Times.toDay(null)
export const writtenTimes = Option.map(won, (time) => [Times.fromUtc(time, "v1"), Times.dayOf(time)])
// @ts-expect-error: a version there is not
Option.map(won, (time) => Times.fromUtc(time, "v3"))

// --- Endpoint, Field, Pagination ---

class Robot extends Schema.Class<Robot>("Robot")({ id: Schema.Number, name: Schema.String }) {}
interface RobotsInput {
  readonly name?: string
  readonly day?: Field.CalendarDate
}
interface RobotsOutput {
  readonly success: boolean
  readonly data: ReadonlyArray<Robot>
}
export const robots = Pagination.list<RobotsInput, RobotsOutput>(() => ({
  ...Deals.list.endpoint,
  name: "Robots.list",
  input: Schema.Struct({ name: Field.optional(Schema.String), day: Field.optional(Field.CalendarDate) }),
  output: Schema.Struct({ success: Schema.Boolean, data: Schema.Array(Robot) })
}))
export const names: Stream.Stream<string, PipedriveError.PipedriveError, Endpoint.Requirements> = robots
  .stream({ name: "R2" })
  .pipe(Stream.map((robot) => robot.name))
export const robot = Endpoint.make<{ readonly id: number }, RobotsOutput>(() => ({
  ...Deals.get.endpoint,
  input: Schema.Struct({ id: Schema.Number }),
  output: Schema.Struct({ success: Schema.Boolean, data: Schema.Array(Robot) })
}))
export const told = Effect.map(Endpoint.withMeta(robot({ id: 1 })), ({ meta, value }) => [
  meta.attempts.toFixed(),
  value.data[0]?.name.length,
  Option.getOrUndefined(Field.idOf({ value: 1 }))?.toFixed()
])
concrete<Endpoint.Input<typeof Deals.get>>({ id: 1 })
export const few: Effect.Effect<
  ReadonlyArray<Robot>,
  PipedriveError.PipedriveError | Pagination.TooManyItems,
  Endpoint.Requirements
> = robots.collect({ name: "R2" }, { max: 10 })
// @ts-expect-error: the bound has a name
robots.collect({}, 10)
// @ts-expect-error: an input is an object
robots.stream("R2")
// @ts-expect-error: a robot has no age
robots.stream().pipe(Stream.map((one) => one.age))
// @ts-expect-error: a description is not its name
Endpoint.make(() => "Robots.get")
// @ts-expect-error: no kind of date
export const day: Field.CalendarDate = 20_260_101

// --- HttpLayer, PipedriveError, Pipedrive, RateLimiter, RateLimiterShared ---

HttpLayer.layer({ timeout: "5 seconds", limiter: { maximumInFlight: 4 } })
concrete(HttpLayer.defaultPolicy.timeout)
// @ts-expect-error: three ways to check answers, and this is none
HttpLayer.withPolicy({ responseValidation: "loud" })
// @ts-expect-error: durations have units
HttpLayer.layer({ timeout: "5 sekunden" })
export const retryable = (error: PipedriveError.PipedriveError): string =>
  error._tag === "RateLimited" && PipedriveError.isRetryable(error) ? error.kind : error.message
// @ts-expect-error: how to retry is not text
PipedriveError.isRetryable("NotFound")
export const raw: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements> = Pipedrive.request({
  version: "v2",
  path: "/deals"
})
// @ts-expect-error: no such version
Pipedrive.request({ version: "v3", path: "/deals" })
// @ts-expect-error: an option of the layer is not one of its limiter
Pipedrive.layer({ limiter: { maximumInFlight: 4, retries: 1 } })
const budget: RateLimiter.Options = { dailyReserve: 0.1 }
export const limited = Pipedrive.layer({ limiter: budget }).pipe(
  Layer.provide(RateLimiterShared.layer({ whenUnavailable: "fail" })),
  Layer.provide(layerStoreMemory)
)
concrete(RateLimiter.CurrentBudget)
// @ts-expect-error: a share of the day's budget is a number
export const reserve: RateLimiter.Options = { dailyReserve: "10 %" }
// @ts-expect-error: two ways, and this is none
RateLimiterShared.layer({ whenUnavailable: "wait" })

// --- OAuth2, TokenStore, TokenStoreSql ---

export const acme: Layer.Layer<OAuth2.OAuth2 | Auth.Auth, ConfigError.ConfigError> = OAuth2.layer({
  ...app,
  refreshToken: "refresh",
  onTokenUpdate: (token) => Effect.log(Redacted.value(token.refreshToken).length)
}).pipe(Layer.provide(FetchHttpClient.layer), Layer.provide(TokenStore.layerMemory))
export const consent = Effect.gen(function* () {
  const oauth = yield* OAuth2.OAuth2
  const { state, url } = yield* oauth.authorizationUrl()
  const token = yield* oauth.handleCallback({ url, state })
  concrete(oauth.auth)
  return token.accessToken
})
export const redacted: Effect.Effect<Redacted.Redacted<string>, PipedriveError.AuthError, OAuth2.OAuth2> = consent
// @ts-expect-error: a callback has a state, if only `undefined`
Effect.flatMap(OAuth2.OAuth2, (oauth) => oauth.handleCallback({ url: "https://example.com" }))
// @ts-expect-error: a redirect is an address
OAuth2.layer({ ...app, redirectUri: 42 })
export const stores: ReadonlyArray<
  Layer.Layer<TokenStore.TokenStore, ConfigError.ConfigError | SqlError, SqlClient.SqlClient>
> = [
  TokenStoreSql.layer({ table: "tokens", migrate: false }),
  TokenStore.layer({
    load: () => Effect.succeedNone,
    save: (_account, text) => Effect.log(text.length),
    clear: () => Effect.void
  })
]
// @ts-expect-error: a table has one name
TokenStoreSql.layer({ table: ["tokens"] })
// @ts-expect-error: a key is redacted
TokenStore.layerKeyValueStore({ seal: { key: "0123456789abcdef" } })
// @ts-expect-error: what loads gives an Option
TokenStore.layer({ load: () => Effect.succeed("text"), save: () => Effect.void, clear: () => Effect.void })

// --- Sync, SyncStore, SyncStoreSql ---

export const synced = Stream.mapConcat(Sync.changes(Deals), ({ changes }) => changes)
concrete(synced)
export const changedTitles: Stream.Stream<
  string,
  PipedriveError.PipedriveError | SyncStore.StateMismatch,
  Endpoint.Requirements
> = Stream.map(synced, (change) => {
  // what was deleted has an id, and may have what it was
  if (change._tag === "Deleted") return change.item?.title ?? `${change.id.toFixed()}`
  return change.item.title
})
export const filtered = Sync.changes(Deals, undefined, { filters: { pipeline_id: 1, include_fields: "files_count" } })
export const others = [
  Sync.changes(Persons.list),
  Sync.changes({ list: Deals.list, listArchived: Deals.listArchived }),
  Sync.changes(Notes),
  Sync.changes(Leads),
  Sync.changes(Stages),
  Sync.changes(Users, undefined, { account: 7 }),
  Sync.follow(Activities, undefined, { schedule: Schedule.spaced("5 minutes") })
]
export const goneLeads: Effect.Effect<
  ReadonlyArray<string>,
  PipedriveError.PipedriveError,
  Endpoint.Requirements
> = Sync.deletions(Leads, new Set(["7"]))
export const kept: Effect.Effect<
  void,
  "mine" | PipedriveError.PipedriveError | SyncStore.StateMismatch | SyncStore.SyncStoreError,
  Endpoint.Requirements | SyncStore.SyncStore
> = Sync.run(Persons, ({ changes }) => (changes.length === 0 ? Effect.void : Effect.fail("mine" as const)))
export const states: Layer.Layer<SyncStore.SyncStore, ConfigError.ConfigError | SqlError, SqlClient.SqlClient> =
  SyncStoreSql.layer({ table: "states", migrate: false })
// @ts-expect-error: one thing is no list
Sync.changes(Deals.get)
// @ts-expect-error: a search gives results, not things
Sync.changes(ItemSearch)
// @ts-expect-error: products of deals are listed for some deals
Sync.changes(DealProducts)
// @ts-expect-error: recents need a time
Sync.changes(Recents)
// @ts-expect-error: fields have no id
Sync.changes(Current.DealFields)
// @ts-expect-error: persons are in no pipeline
Sync.changes(Persons, undefined, { filters: { pipeline_id: 1 } })
// @ts-expect-error: with a filter of the account Pipedrive passes over the time
Sync.changes(Deals, undefined, { filters: { filter_id: 1 } })
// @ts-expect-error: deals have numbers
Sync.deletions(Deals, ["7"])
// @ts-expect-error: it is no state
Sync.changes(Deals, { since: "2026-01-01" })

// --- sandbox ---

export const tested = five.pipe(
  Effect.provide(
    Sandbox.layer({
      seed: { deals: [{ title: "Forty desks" }] },
      plan: "growth",
      faults: [{ endpoint: Deals.list, nth: 1, outcome: { _tag: "Respond", status: 503 } }]
    })
  )
)
Sandbox.layerReplies(
  Sandbox.reply(Deals.get, ({ id }) => ({ data: { id: id + 1, title: "Forty desks" } })),
  Sandbox.reply(Users.list, { data: [{ name: "Ada" }] }),
  Sandbox.refuse(Persons.get, 404, { error: "Person not found" })
)
export const looked = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const [request] = yield* sandbox.requests
  const [delivery] = yield* sandbox.deliveries
  yield* sandbox.advance("2 hours")
  yield* sandbox.setFaults([{ endpoint: "oauth.token", times: 2, outcome: { _tag: "Hang" } }])
  const snapshot = yield* sandbox.snapshot
  yield* sandbox.restore(snapshot)
  concrete(snapshot.ahead)
  return [request?.path.length, delivery?.url.length, yield* sandbox.oauth.allow("https://example.com", 1)]
})
FastCheck.assert(FastCheck.property(Sandbox.arbitrary(Deals.get), ({ data }) => data.title.length > 0))
// @ts-expect-error: a title is text
Sandbox.reply(Deals.get, { data: { title: 42 } })
// @ts-expect-error: a deal has no such key
Sandbox.reply(Deals.get, { data: { titel: "Forty desks" } })
// @ts-expect-error: the input has no such key
Sandbox.reply(Deals.get, ({ title }) => ({ data: { title } }))
// @ts-expect-error: an answer is no number
Sandbox.reply(Deals.get, 42)
// @ts-expect-error: what is no endpoint has no reply
Sandbox.reply(Effect.void, {})
// @ts-expect-error: no such plan
Sandbox.layer({ plan: "gigantic" })
// @ts-expect-error: a status is a number
Sandbox.layer({ faults: [{ outcome: { _tag: "Respond", status: "503" } }] })
// @ts-expect-error: no such outcome
Sandbox.layer({ faults: [{ outcome: { _tag: "Explode" } }] })
// @ts-expect-error: seeds are lists
Sandbox.layer({ seed: { deals: { title: "Forty desks" } } })
// @ts-expect-error: a webhook is delivered by a client
Sandbox.layer({ webhooks: "https://example.com" })
// @ts-expect-error: no such option
Sandbox.layer({ sead: "demo" })
// @ts-expect-error: a snapshot is not made by hand
export const forged: Sandbox.Snapshot = { _tag: "SandboxSnapshot" }

// --- sandbox/server ---

export const served = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  return Server.environment(sandbox).length
}).pipe(Effect.provide(Server.layer({ port: 0, host: "127.0.0.1", file: "world.json", seed: "empty" })))
// @ts-expect-error: a port is a number
Server.layer({ port: "8080" })
// @ts-expect-error: it has the options of a sandbox, and this is none
Server.layer({ seeds: "demo" })
