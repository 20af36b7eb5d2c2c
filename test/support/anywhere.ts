/**
 * What every JavaScript runtime should do alike: a program on a sandbox elsewhere, and on one of its own. It imports packages
 * alone, since it is run as a consumer of the packed one.
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { Effect, Layer, Redacted, Stream } from "effect"
import { HttpLayer, OAuth2, Pipedrive, type PipedriveError, TokenStore } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Files } from "effect-pipedrive/v1"
import { Deals, Organizations, Persons, Stages } from "effect-pipedrive/v2"

const outcome = <A, R>(effect: Effect.Effect<A, PipedriveError.PipedriveError, R>) =>
  Effect.match(effect, {
    onFailure: (error) =>
      [error._tag, "phase" in error ? [error.phase] : [], "attempts" in error ? [error.attempts] : []].flat(),
    onSuccess: () => "fine"
  })

const impatient = HttpLayer.withPolicy({ timeout: "300 millis", retries: 0 })

/** The faults that the sandbox elsewhere is to have. */
export const faults: ReadonlyArray<Sandbox.Fault> = [
  { endpoint: "v2.Deals.update", nth: 1, outcome: { _tag: "Reset" } },
  { endpoint: "v2.Deals.add", nth: 1, acts: true, outcome: { _tag: "Reset" } },
  { endpoint: "v2.Persons.list", outcome: { _tag: "Hang" } },
  { endpoint: "v2.Persons.get", nth: 1, outcome: { _tag: "Truncate", bytes: 20 } },
  { endpoint: "v2.Organizations.get", nth: 1, outcome: { _tag: "Respond", status: 429, body: {} } },
  {
    endpoint: "v2.Stages.get",
    nth: 1,
    outcome: {
      _tag: "Respond",
      status: 302,
      headers: { location: "/api/v2/stages/1", "access-control-allow-origin": "*" }
    }
  }
]

const elsewhere = Effect.gen(function* () {
  const { data: file } = yield* Files.add({ file: new File(["hällo"], "h.txt", { type: "text/plain" }), deal_id: 1 })
  const { data, name } = yield* Files.download({ id: file.id })
  return {
    count: yield* Stream.runCount(Deals.list.stream({ limit: 7 })),
    missing: yield* outcome(Deals.get({ id: 99_999 })),
    invalid: yield* outcome(Deals.get({ id: Number.NaN })),
    file: [new TextDecoder().decode(data), name],
    "a PATCH is sent again": yield* outcome(Deals.update({ id: 1, title: "Ähre" })),
    "a POST is not": yield* outcome(Deals.add({ title: "Once" })),
    "so is a GET that was cut off": yield* outcome(Persons.get({ id: 1 })),
    "a time limit": yield* outcome(impatient(Persons.list)),
    "a 429": yield* outcome(Organizations.get({ id: 1 })),
    "a redirect": yield* outcome(Stages.get({ id: 2 }))
  }
})

const { defaultBaseUrl } = Sandbox
const key = Redacted.make("ab".repeat(32))

const account = OAuth2.layer({
  ...Sandbox.defaultApp,
  oauthUrl: defaultBaseUrl,
  baseUrl: defaultBaseUrl
}).pipe(
  Layer.provideMerge(Sandbox.layer()),
  Layer.provideMerge(TokenStore.layerKeyValueStore({ seal: { key } })),
  Layer.provideMerge(KeyValueStore.layerMemory)
)

const inside = Effect.gen(function* () {
  const oauth = yield* OAuth2.OAuth2
  const sandbox = yield* Sandbox.Sandbox
  const { state, url } = yield* oauth.authorizationUrl()
  yield* oauth.handleCallback({ url: yield* sandbox.oauth.allow(url), state })
  yield* sandbox.oauth.expireAccessTokens
  const { data } = yield* Deals.add({ title: "Forty desks" })
  return [data.title, (yield* sandbox.requests).map((request) => request.status)]
}).pipe(Effect.provide(account))

/** `closed` is an address where nobody listens. */
export const run = (baseUrl: string, closed: string) =>
  Effect.runPromise(
    Effect.all({
      elsewhere: Effect.provide(elsewhere, Pipedrive.layer({ apiToken: Sandbox.defaultToken, baseUrl })),
      inside,
      closed: outcome(Deals.add({ title: "Nowhere" })).pipe(
        HttpLayer.withPolicy({ retries: 1, backoff: "1 millis" }),
        Effect.provide(Pipedrive.layer({ apiToken: Sandbox.defaultToken, baseUrl: closed }))
      )
    })
  )
