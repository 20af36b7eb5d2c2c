/** What an endpoint is to the compiler. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Auth, type Endpoint, type Pagination, Pipedrive, PipedriveLive } from "effect-pipedrive"
import type { PipedriveError } from "effect-pipedrive/PipedriveError"
import { Leads as LeadsV1, Notes } from "effect-pipedrive/v1"
import { Deals, ItemSearch, type Persons } from "effect-pipedrive/v2"
import { assignable, same } from "./assert.js"

// --- an endpoint whose input is all optional is an Effect, and callable ---

same<Effect.Effect.Success<typeof Deals.list>, Deals.ListOutput>()
same<Effect.Effect.Error<typeof Deals.list>, PipedriveError>()
same<Effect.Effect.Context<typeof Deals.list>, HttpClient.HttpClient | Auth.Auth>()
assignable<typeof Deals.list, Effect.Effect<Deals.ListOutput, PipedriveError, HttpClient.HttpClient | Auth.Auth>>()
assignable<
  typeof Deals.list,
  (input?: Deals.ListInput) => Effect.Effect<Deals.ListOutput, PipedriveError, Endpoint.Requirements>
>()

const called = Deals.list({ status: ["open", "won"], limit: 500 })
same<typeof called, Effect.Effect<Deals.ListOutput, PipedriveError, HttpClient.HttpClient | Auth.Auth>>()
const bare = Deals.list()
same<typeof bare, typeof called>()

// --- one that needs input is a function and no Effect ---

const got = Deals.get({ id: 1 })
same<typeof got, Effect.Effect<Deals.GetOutput, PipedriveError, HttpClient.HttpClient | Auth.Auth>>()
// @ts-expect-error: which deal?
Deals.get()
// @ts-expect-error: which deal?
Deals.get({})
// @ts-expect-error: an id is a number
Deals.get({ id: "1" })
// @ts-expect-error: no Effect without its input
Effect.runPromise(Effect.provide(Deals.get, PipedriveLive))
// @ts-expect-error: not a field of a deal
Deals.get({ id: 1, ids: [1] })

// --- the lines of the README ---

const live = Deals.list.pipe(Effect.provide(PipedriveLive))
same<typeof live, Effect.Effect<Deals.ListOutput, PipedriveError | ConfigError.ConfigError>>()
const promise = Effect.runPromise(Deals.list.pipe(Effect.provide(PipedriveLive)))
same<typeof promise, Promise<Deals.ListOutput>>()
Effect.runPromise(Deals.list({ status: ["open", "won"], limit: 500 }).pipe(Effect.provide(PipedriveLive)))
Effect.runPromise(Deals.list.pipe(Effect.provide(Pipedrive.layer({ apiToken: "token" }))))
// @ts-expect-error: Auth and HttpClient are missing
Effect.runPromise(Deals.list)

const program = Effect.gen(function* () {
  const { data: deal } = yield* Deals.get({ id: 42 })
  yield* Deals.update({ id: 42, title: `${deal.title}!` })
  const leads = yield* LeadsV1.list
  same<(typeof leads.data)[number], LeadsV1.Lead>()
  return yield* Deals.list.stream({ status: "open" }).pipe(Stream.take(10_000), Stream.runCount)
}).pipe(Effect.catchTag("NotFound", () => Effect.succeed(0)))
same<Effect.Effect.Success<typeof program>, number>()
same<Effect.Effect.Context<typeof program>, HttpClient.HttpClient | Auth.Auth>()

// --- both versions under one layer ---

const both = Effect.zip(LeadsV1.list, Deals.get({ id: 1 })).pipe(Effect.provide(PipedriveLive))
same<Effect.Effect.Context<typeof both>, never>()

// --- streams ---

const deals = Deals.list.stream()
same<typeof deals, Stream.Stream<Deals.Deal, PipedriveError, HttpClient.HttpClient | Auth.Auth>>()
const pages = Deals.list.pages({ status: "open" })
same<typeof pages, Stream.Stream<Deals.ListOutput, PipedriveError, HttpClient.HttpClient | Auth.Auth>>()
const notes = Notes.list.stream({ deal_id: 1 })
same<Stream.Stream.Success<typeof notes>, Notes.Note>()
const followers = Deals.listFollowers.stream({ id: 1 })
same<Stream.Stream.Success<typeof followers>, Deals.ListFollowersOutput["data"][number]>()
const found = ItemSearch.search.stream({ term: "acme" })
same<Stream.Stream.Success<typeof found>, ItemSearch.SearchOutput["data"]["items"][number]>()
// @ts-expect-error: search for what?
ItemSearch.search.stream()
const gathered = ItemSearch.search.collect({ term: "acme" }, { max: 100 })
same<
  typeof gathered,
  Effect.Effect<
    ReadonlyArray<ItemSearch.SearchOutput["data"]["items"][number]>,
    PipedriveError | Pagination.TooManyItems,
    HttpClient.HttpClient | Auth.Auth
  >
>()
same<Effect.Effect.Success<ReturnType<typeof Deals.list.collect>>, ReadonlyArray<Deals.Deal>>()
// @ts-expect-error: how many at most?
Deals.list.collect({ status: "open" })
// @ts-expect-error: no list, nothing to collect
Deals.get.collect({ id: 1 }, { max: 1 })
// @ts-expect-error: no list, no stream
Deals.get.stream({ id: 1 })

// --- the description ---

same<Endpoint.Input<typeof Deals.get>, Deals.GetInput>()
same<Endpoint.Output<typeof Deals.get>, Deals.GetOutput>()
assignable<typeof Deals.list | typeof Deals.get | typeof Persons.update | typeof LeadsV1.add, Endpoint.Any>()
