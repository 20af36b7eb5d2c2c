/**
 * Options with several effects: each may have services and errors of its own, and what comes of them needs and fails with all of
 * these.
 */
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Accounts, type Auth, Bulk, type Endpoint, Sync, SyncStore, TokenStore } from "effect-pipedrive"
import type { AuthError, InvalidRequest, PipedriveError } from "effect-pipedrive/PipedriveError"
import * as Upsert from "effect-pipedrive/Upsert"
import { Deals, Persons } from "effect-pipedrive/v2"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { assignable, same } from "./assert.js"

class Secrets extends Context.Tag("test/Secrets")<Secrets, ReadonlyArray<Redacted.Redacted<string>>>() {}
class Companies extends Context.Tag("test/Companies")<Companies, ReadonlySet<number>>() {}
class Copy extends Context.Tag("test/Copy")<Copy, Map<string, unknown>>() {}
class Pause extends Context.Tag("test/Pause")<Pause, number>() {}
class Alarm extends Context.Tag("test/Alarm")<Alarm, (text: string) => void>() {}
class One extends Data.TaggedError("One")<{ readonly one: 1 }> {}
class Two extends Data.TaggedError("Two")<{ readonly two: 2 }> {}
class Three extends Data.TaggedError("Three")<{ readonly three: 3 }> {}
const one = Effect.fail(new One({ one: 1 }))
const two = Effect.fail(new Two({ two: 2 }))
const three = Effect.fail(new Three({ three: 3 }))
type Errors = One | Two | Three

// --- webhooks ---

type Handler<R> = Effect.Effect<HttpApp.Default, ConfigError.ConfigError, Scope.Scope | KeyValueStore.KeyValueStore | R>
type Needed = Secrets | Companies | Copy | Pause | Alarm
declare const pauses: Schedule.Schedule<unknown, unknown, Pause>
declare const layer: Layer.Layer<Needed | KeyValueStore.KeyValueStore, One>
declare const less: Layer.Layer<Secrets | KeyValueStore.KeyValueStore>

const apart = WebhookEvents.handler({
  credentials: () => Secrets,
  accept: ({ companyId }) => Effect.map(Companies, (companies) => companies.has(companyId)),
  handle: ({ _tag, data }) => Effect.flatMap(Copy, (copy) => (copy.set(_tag, data) ? Effect.void : one)),
  retry: pauses,
  onError: ({ message }) => Effect.map(Alarm, (ring) => ring(message))
})
same<typeof apart, Handler<Needed>>()
const credentials = { user: "pipedrive", password: Redacted.make("password") }
const least = WebhookEvents.handler({ credentials, handle: () => Effect.void })
same<typeof least, Handler<never>>()
const few = WebhookEvents.handler({ credentials: () => Secrets, handle: () => one })
same<typeof few, Handler<Secrets>>()
const options = {
  credentials: () => Secrets,
  accept: () => Effect.as(Companies, true),
  handle: () => Effect.zipRight(Copy, one),
  retry: pauses,
  onError: () => Alarm
}
WebhookEvents.toWebHandler(options, layer)
// @ts-expect-error: the layer lacks some of what they need
WebhookEvents.toWebHandler(options, less)
assignable<typeof options, WebhookEvents.Options<One, Copy, Secrets, Companies, Pause, Alarm>>()
// of all parts alike
assignable<typeof options, WebhookEvents.Options<One, Needed>>()

// --- OAuth2 ---

const routes = Accounts.routes({
  onConnect: () => Effect.zipRight(Secrets, Effect.zipRight(one, Effect.succeed(HttpServerResponse.empty()))),
  onUninstall: () => Effect.zipRight(Copy, two)
})
same<
  typeof routes,
  Effect.Effect<Accounts.Routes<One, Secrets, Two, Copy>, ConfigError.ConfigError, Accounts.Accounts>
>()
same<Effect.Effect.Error<Effect.Effect.Success<typeof routes>["uninstall"]>, Two | AuthError>()
same<
  Effect.Effect.Context<Effect.Effect.Success<typeof routes>["callback"]>,
  Secrets | HttpServerRequest.HttpServerRequest
>()
const ofAccount = Deals.list.stream().pipe(
  Stream.tap(() => Copy),
  Accounts.provideStream(7)
)
same<
  typeof ofAccount,
  Stream.Stream<Deals.Deal, PipedriveError, Accounts.Accounts | Copy | Exclude<Endpoint.Requirements, Auth.Auth>>
>()

// --- stores ---

const store = SyncStore.make({ load: () => one, save: () => two, clear: () => three })
same<typeof store, SyncStore.Service>()
const backing = { load: () => one, save: () => two, clear: () => three, list: Effect.fail("none") }
same<Effect.Effect.Success<ReturnType<typeof TokenStore.make>>, TokenStore.Service>()
TokenStore.make(backing)
TokenStore.layer(backing)
assignable<typeof backing, TokenStore.Backing>()
assignable<TokenStore.Backing<never>, TokenStore.Backing>()

// --- records ---

const { add, get, update } = Persons
const persons = {
  ...Persons,
  get: (input: Persons.GetInput) => Effect.zipRight(one, get(input)),
  add: (input: Persons.AddInput) => Effect.zipRight(two, add(input)),
  update: (input: Persons.UpdateInput) => Effect.zipRight(three, update(input))
}
const ada = { by: { name: "Ada" }, add: { name: "Ada" } }
const found = Upsert.find(persons, ada.by)
type Failed<E> = E | PipedriveError | Upsert.AmbiguousMatch
same<typeof found, Effect.Effect<Option.Option<Persons.Person>, Failed<One>, Endpoint.Requirements>>()
const added = Upsert.findOrAdd(persons, ada)
same<typeof added, Effect.Effect<Upsert.Upserted<Persons.Person>, Failed<One | Two>, Endpoint.Requirements>>()
const changed = Upsert.updateOrAdd(persons, { ...ada, update: { name: "Ada" } })
same<typeof changed, Effect.Effect<Upsert.Upserted<Persons.Person>, Failed<Errors>, Endpoint.Requirements>>()
const plain = Upsert.findOrAdd(Persons, ada)
same<typeof plain, Effect.Effect<Upsert.Upserted<Persons.Person>, Failed<never>, Endpoint.Requirements>>()

const all = Bulk.forEach(Stream.fromEffect(Effect.zipRight(Secrets, one)), (_, index) => Effect.as(Copy, index), {
  onStart: () => Effect.zipRight(Alarm, three)
})
same<
  typeof all,
  Stream.Stream<Bulk.Result<never, number, never>, One | Three | InvalidRequest, Secrets | Copy | Alarm>
>()

const synced = Sync.run(Persons, () => Effect.zipRight(Copy, one))
same<Effect.Effect.Context<typeof synced>, Copy | Endpoint.Requirements | SyncStore.SyncStore>()
