import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { world } from "./support.js"

/** A receiver that answers as told, `undefined` never, and notes what it got. */
const receiver = (statuses: (at: number) => number | "hang" | "gone" = () => 200) => {
  const got: Array<{
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }> = []
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "null"
      const status = statuses(got.length)
      got.push({ url: url.href, headers: request.headers, body: JSON.parse(text) })
      if (status === "hang") return Effect.never
      if (status === "gone") return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport" }))
      return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("", { status })))
    })
  )
  return { client, got }
}

const hook = { subscription_url: "https://hooks.example.com/in", event_action: "*", event_object: "*", name: "All" }

const started = (statuses?: (at: number) => number | "hang" | "gone") =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.UTC(2026, 4, 15, 9))
    const { client, got } = receiver(statuses)
    const made = yield* world({ webhooks: client })
    // deliveries are made beside the answers
    const settle = Effect.replicateEffect(Effect.yieldNow(), 20)
    return { ...made, got, settle }
  })

const bodies = (got: ReadonlyArray<{ readonly body: unknown }>): any => got.map((one) => one.body)

describe("webhooks of version 2", () => {
  it.effect("tell what is made, changed and deleted, with what was before", () =>
    Effect.gen(function* () {
      const { got, send, settle } = yield* started()
      yield* send("POST", "/v1/webhooks", { ...hook, event_object: "deal" })
      yield* send("POST", "/api/v2/deals", { title: "One", custom_fields: { [keys.source]: 2 } })
      yield* send("PUT", "/v1/deals/31", { title: "Two" })
      yield* send("POST", "/v1/persons", { name: "Not asked for" })
      yield* send("DELETE", "/api/v2/deals/31")
      yield* settle
      const [made, changed, gone] = bodies(got)
      assert.strictEqual(got.length, 3)
      const { correlation_id, id, permitted_user_ids, ...meta } = made.meta
      assert.match(id, /^[0-9a-f-]{36}$/)
      assert.isString(correlation_id)
      assert.deepStrictEqual(permitted_user_ids, ["13000001", "13000002", "13000003"])
      assert.deepStrictEqual(meta, {
        action: "create",
        entity: "deal",
        entity_id: "31",
        company_id: "15000042",
        user_id: "13000001",
        webhook_id: "1",
        webhook_owner_id: "13000001",
        timestamp: "2026-05-15T09:00:00.000Z",
        type: "general",
        version: "2.0",
        is_bulk_edit: false,
        change_source: "api",
        attempt: 1,
        host: "harbourpine.pipedrive.com"
      })
      assert.isNull(made.previous)
      assert.strictEqual(made.data.visible_to, "3")
      assert.deepStrictEqual(made.data.custom_fields[keys.source], { type: "enum", id: 2 })
      assert.deepStrictEqual([changed.meta.action, changed.previous], ["change", { title: "One" }])
      assert.deepStrictEqual([gone.meta.action, gone.data, gone.previous.title], ["delete", null, "Two"])
    })
  )

  it.effect("a merge is a change of one and the end of the other", () =>
    Effect.gen(function* () {
      const { got, send, settle } = yield* started()
      yield* send("POST", "/v1/webhooks", { ...hook, event_object: "person" })
      yield* send("PUT", "/v1/persons/3/merge", { merge_with_id: 4 })
      yield* settle
      const [winner, loser] = bodies(got)
      assert.deepStrictEqual(
        [winner.meta.action, winner.meta.entity_id, winner.meta.merged_from_id],
        ["change", "4", "3"]
      )
      assert.deepStrictEqual([loser.meta.action, loser.meta.entity_id, loser.meta.merged_to_id], ["delete", "3", "4"])
    })
  )
})

describe("webhooks of version 1", () => {
  it.effect("name the event, and show the thing as v1 does", () =>
    Effect.gen(function* () {
      const { got, send, settle } = yield* started()
      yield* send("POST", "/v1/webhooks", {
        ...hook,
        version: "1.0",
        http_auth_user: "me",
        http_auth_password: "secret"
      })
      yield* send("PATCH", "/api/v2/deals/1", { title: "Two" })
      yield* send("PUT", "/v1/users/13000002", { active_flag: false })
      yield* settle
      const [deal, user] = bodies(got)
      assert.strictEqual(deal.event, "updated.deal")
      assert.strictEqual(deal.retry, 0)
      assert.strictEqual(deal.current.title, "Two")
      assert.strictEqual(deal.current.person_id, 1)
      assert.strictEqual(deal.previous.title, "48 standing desks for the new studio")
      assert.strictEqual(user.event, "updated.user")
      assert.strictEqual(user.current[0].active_flag, false)
      assert.strictEqual(got[0]?.headers.authorization, `Basic ${btoa("me:secret")}`)
    })
  )
})

it.effect("a webhook's action is one of its version", () =>
  Effect.gen(function* () {
    const { send } = yield* started()
    const statuses = (version: string | undefined, ...actions: ReadonlyArray<string>) =>
      Effect.forEach(actions, (event_action) =>
        Effect.map(send("POST", "/v1/webhooks", { ...hook, event_action, version }), ({ status }) => status)
      )
    const [old, recent] = [
      ["added", "updated", "merged", "deleted"],
      ["create", "change", "delete"]
    ]
    for (const version of [undefined, "2.0"]) {
      assert.deepStrictEqual(yield* statuses(version, ...recent, "*"), [201, 201, 201, 201])
      assert.deepStrictEqual(yield* statuses(version, ...old, "nonsense"), [400, 400, 400, 400, 400])
    }
    assert.deepStrictEqual(yield* statuses("1.0", ...old, "*"), [201, 201, 201, 201, 201])
    assert.deepStrictEqual(yield* statuses("1.0", ...recent), [400, 400, 400])
  })
)

describe("deliveries", () => {
  it.effect("are tried four times, after 3, 30 and 150 seconds", () =>
    Effect.gen(function* () {
      const { got, sandbox, send, settle } = yield* started((at) =>
        at === 0 ? 500 : at === 1 ? 302 : at === 2 ? "gone" : 200
      )
      yield* send("POST", "/v1/webhooks", hook)
      yield* send("PATCH", "/api/v2/deals/1", { title: "Two" })
      yield* settle
      const counts: Array<number> = [got.length]
      for (const wait of ["3 seconds", "30 seconds", "149 seconds", "1 second", "1 hour"] as const) {
        yield* TestClock.adjust(wait)
        yield* settle
        counts.push(got.length)
      }
      assert.deepStrictEqual(counts, [1, 2, 3, 3, 4, 4])
      assert.deepStrictEqual(
        bodies(got).map((one: { meta: { attempt: number } }) => one.meta.attempt),
        [1, 2, 3, 4]
      )
      assert.strictEqual(new Set(bodies(got).map((one: { meta: { id: string } }) => one.meta.id)).size, 1)
      assert.deepStrictEqual(
        (yield* sandbox.deliveries).map((one) => one.status),
        [500, 302, undefined, 200]
      )
      const { body } = yield* send("GET", "/v1/webhooks")
      assert.strictEqual(body.data[0].last_http_status, 200)
    })
  )

  it.effect("wait ten seconds for an answer", () =>
    Effect.gen(function* () {
      const { got, send, settle } = yield* started((at) => (at === 0 ? "hang" : 200))
      yield* send("POST", "/v1/webhooks", hook)
      yield* send("PATCH", "/api/v2/deals/1", { title: "Two" })
      yield* settle
      yield* TestClock.adjust("10 seconds")
      yield* settle
      assert.strictEqual(got.length, 1)
      yield* TestClock.adjust("3 seconds")
      yield* settle
      assert.strictEqual(got.length, 2)
    })
  )

  it.effect("stop for half an hour after ten that failed at first, and for good after three days", () =>
    Effect.gen(function* () {
      const { got, send, settle } = yield* started(() => 500)
      yield* send("POST", "/v1/webhooks", hook)
      const change = Effect.zipRight(send("PATCH", "/api/v2/deals/1", { title: "Two" }), settle)
      for (let at = 0; at < 12; at++) yield* change
      assert.strictEqual(got.length, 10)
      yield* TestClock.adjust("31 minutes")
      yield* settle
      const before = got.length
      yield* change
      assert.strictEqual(got.length, before + 1)
      yield* TestClock.adjust("3 days")
      yield* settle
      yield* change
      assert.deepStrictEqual((yield* send("GET", "/v1/webhooks")).body.data, [])
    })
  )

  it.effect("are only noted where nothing can leave the process", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* world()
      yield* send("POST", "/v1/webhooks", hook)
      yield* send("PATCH", "/api/v2/deals/1", { title: "Two" })
      yield* Effect.replicateEffect(Effect.yieldNow(), 20)
      const [one] = yield* sandbox.deliveries
      assert.deepStrictEqual([one?.url, one?.attempt, one?.status], ["https://hooks.example.com/in", 1, undefined])
    })
  )
})
