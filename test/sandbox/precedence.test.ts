/**
 * What parameters mean together, and when they are not set: as Pipedrive documents it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type * as Sandbox from "effect-pipedrive/sandbox"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { type Reply, world } from "./support.js"

const started = (options: Sandbox.Options = {}) =>
  Effect.zipRight(TestClock.setTime(Date.parse("2026-05-15T10:00:00Z")), world(options))

const ids = (reply: Reply): ReadonlyArray<number> => (reply.body.data ?? []).map((row: { id: number }) => row.id)

interface Condition {
  readonly object: string
  readonly field_id: string
  readonly operator: string
  readonly value?: string
}

/** Makes a filter of these conditions, and says how to ask for it. */
const filtering = Effect.fn(function* (
  { sandbox, send }: Effect.Effect.Success<ReturnType<typeof started>>,
  type: string,
  ...conditions: ReadonlyArray<readonly [object: string, code: string, operator: string, value?: string]>
) {
  const state = yield* sandbox.state
  const written = conditions.map(([object, code, operator, value]): Condition => {
    const id = state[`${object}Field`]?.find((row) => row.field_code === code)?.id ?? 9999
    return { object, field_id: String(id), operator, ...(value === undefined ? {} : { value }) }
  })
  const reply = yield* send("POST", "/v1/filters", {
    name: "x",
    type,
    conditions: {
      glue: "and",
      conditions: [
        { glue: "and", conditions: written },
        { glue: "or", conditions: [] }
      ]
    }
  })
  assert.strictEqual(reply.status, 200, JSON.stringify(reply.body))
  return `filter_id=${reply.body.data.id}`
})

const contains = "LIKE '%$%'"

describe("what goes before what", () => {
  it.effect("a filter of v2 goes before ids, owners and states, not before times", () =>
    Effect.gen(function* () {
      const all = yield* started()
      const filter = yield* filtering(all, "deals", ["deal", "title", contains, "desk"])
      const path = `/api/v2/deals?${filter}`
      const found = ids(yield* all.send("GET", path))
      assert.deepStrictEqual(found, [1, 11, 12, 24, 25])
      const more = "&ids=2&owner_id=13000003&person_id=9&org_id=9&pipeline_id=2&stage_id=6&status=lost"
      assert.deepStrictEqual(ids(yield* all.send("GET", path + more)), found)
      assert.deepStrictEqual(ids(yield* all.send("GET", `${path}&updated_since=2026-05-16T00:00:00Z`)), [])
      const people = yield* filtering(all, "people", ["person", "name", contains, "an"])
      const persons = ids(yield* all.send("GET", `/api/v2/persons?${people}`))
      assert.deepStrictEqual(
        ids(yield* all.send("GET", `/api/v2/persons?${people}&owner_id=13000003&org_id=2&deal_id=1&ids=2`)),
        persons
      )
    })
  )

  it.effect("in v1 a filter goes before one's own, and one's own before somebody's", () =>
    Effect.gen(function* () {
      const all = yield* started()
      const filter = yield* filtering(all, "deals", ["deal", "title", contains, "desk"])
      const of = (query: string) => Effect.map(all.send("GET", `/v1/deals?${query}`), ids)
      assert.deepStrictEqual(yield* of(`${filter}&owned_by_you=1&user_id=13000003`), [1, 11, 12, 24, 25])
      assert.deepStrictEqual(yield* of("owned_by_you=1&user_id=13000003"), yield* of("user_id=13000001"))
      assert.deepStrictEqual(yield* of("owned_by_you=0&user_id=13000003"), yield* of("user_id=13000003"))
      assert.deepStrictEqual(yield* of(`${filter}&stage_id=4`), [1, 12, 24])
    })
  )

  it.effect(
    "pipelines and stages show the open deals of one's own; everyone goes before a user, a user before a filter",
    () =>
      Effect.gen(function* () {
        const all = yield* started()
        const filter = yield* filtering(all, "deals", ["deal", "title", contains, "desk"])
        const of = (query: string) => Effect.map(all.send("GET", query), ids)
        assert.deepStrictEqual(yield* of("/v1/pipelines/1/deals"), [1, 4, 7, 13, 16, 19])
        assert.deepStrictEqual(yield* of("/v1/stages/5/deals"), [16])
        assert.deepStrictEqual(yield* of("/v1/stages/5/deals?everyone=1"), [3, 16])
        assert.deepStrictEqual(yield* of("/v1/stages/5/deals?user_id=13000003"), [3])
        assert.deepStrictEqual(yield* of(`/v1/pipelines/2/deals?${filter}`), [11])
        assert.deepStrictEqual(yield* of(`/v1/pipelines/2/deals?${filter}&user_id=13000001`), [10, 22])
        assert.deepStrictEqual(yield* of(`/v1/pipelines/2/deals?${filter}&user_id=13000001&everyone=1`), [10, 11, 22])
      })
  )

  it.effect("activities of v1 are one's own; user 0 is everybody", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const of = (query: string) => Effect.map(send("GET", `/v1/activities?${query}`), ids)
      assert.deepStrictEqual(yield* of(""), [1, 4, 7, 10, 13, 16])
      assert.deepStrictEqual(yield* of(""), yield* of("user_id=13000001"))
      assert.strictEqual((yield* of("user_id=0")).length, 16)
    })
  )

  it.effect("statistics of a pipeline are one's own", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const of = (query: string) =>
        Effect.map(
          send("GET", `/v1/pipelines/1/movement_statistics?start_date=2026-01-01&end_date=2026-05-15${query}`),
          ({ body }) => body.data.won_deals.deals_ids
        )
      assert.deepStrictEqual(yield* of(""), [25])
      assert.deepStrictEqual(yield* of("&user_id=13000002"), [23])
    })
  )
})

describe("conditions of filters", () => {
  it.effect("speak of the things around the one that is listed", () =>
    Effect.gen(function* () {
      const all = yield* started()
      const of = (
        list: string,
        type: string,
        ...conditions: Parameters<typeof filtering> extends [unknown, unknown, ...infer C] ? C : never
      ) =>
        Effect.flatMap(filtering(all, type, ...conditions), (filter) =>
          Effect.map(all.send("GET", `/api/v2/${list}?${filter}`), ids)
        )
      assert.deepStrictEqual(yield* of("deals", "deals", ["organization", "name", contains, "Cassava"]), [5])
      assert.deepStrictEqual(yield* of("deals", "deals", ["person", "name", "=", "Rui Carvalho"]), [6, 7])
      assert.deepStrictEqual(
        yield* of("deals", "deals", ["organization", keys.segment, "=", "1"], ["deal", "status", "=", "open"]),
        [1, 2, 9, 15]
      )
      assert.deepStrictEqual(yield* of("deals", "deals", ["activity", "subject", contains, "Lyon"]), [16])
      assert.deepStrictEqual(yield* of("persons", "people", ["organization", "name", "IS NULL"]), [19, 20])
      assert.deepStrictEqual(yield* of("organizations", "org", ["deal", "title", contains, "Lyon"]), [10])
      assert.deepStrictEqual(yield* of("activities", "activity", ["person", "name", "=", "Jan De Smet"]), [])
      assert.deepStrictEqual(yield* of("activities", "activity", ["deal", "title", contains, "Lyon"]), [12, 13])
      yield* all.send("POST", "/api/v2/deals/2/products", { product_id: 6, item_price: 1, quantity: 1 })
      assert.deepStrictEqual(yield* of("deals", "deals", ["product", "name", contains, "booth"]), [2])
    })
  )

  it.effect("that the sandbox cannot judge are named, or pass nobody when what is unknown is ignored", () =>
    Effect.gen(function* () {
      for (const unknownParameters of ["refuse", "ignore"] as const) {
        const all = yield* started({ unknownParameters })
        for (const [condition, named] of [
          [["deal", "title", "SOUNDS LIKE", "x"], "the operator SOUNDS LIKE"],
          [["deal", "nothing", "=", "x"], "a condition on field 9999 of deal"],
          [["project", "title", "=", "x"], "a condition on project"],
          [["deal", "add_time", "=", "this_month"], "the day this_month"]
        ] as const) {
          const filter = yield* filtering(all, "deals", condition)
          const reply = yield* all.send("GET", `/api/v2/deals?${filter}`)
          if (unknownParameters === "ignore") assert.deepStrictEqual(ids(reply), [], named)
          else {
            assert.strictEqual(reply.status, 501)
            assert.include(reply.body.error, `(${named}) of v2.Deals.list`)
          }
        }
      }
    })
  )
})

describe("what else parameters do", () => {
  it.effect("a timeline leaves lost deals out, and counts by fields of one's own", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const of = (query: string) =>
        Effect.map(send("GET", `/v1/deals/timeline?interval=month&amount=24&${query}`), ({ body }) =>
          body.data.flatMap((period: { deals: ReadonlyArray<{ id: number; status: string }> }) => period.deals)
        )
      const added = yield* of("start_date=2025-06-01&field_key=add_time")
      assert.strictEqual(added.length, 26)
      assert.isFalse(added.some((deal: { status: string }) => deal.status === "lost"))
      assert.isAbove((yield* of(`start_date=2026-05-01&field_key=${keys.fitting}`)).length, 0)
    })
  )

  it.effect("a field's values, or whose they are", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const path = "/v1/itemSearch/field?term=EU&field_type=dealField&field_key=currency"
      assert.deepStrictEqual((yield* send("GET", path)).body.data, [{ currency: "EUR" }])
      const items = (yield* send("GET", `${path}&return_item_ids=1`)).body.data
      assert.deepStrictEqual(items[0], { id: 3, currency: "EUR" })
      const fields = "/api/v2/itemSearch/field?entity_type=project&field=title"
      assert.deepStrictEqual(ids(yield* send("GET", `${fields}&term=Pilot`)), [])
      assert.deepStrictEqual(ids(yield* send("GET", `${fields}&term=Pilot&match=beginning`)), [2])
    })
  )

  it.effect("finds bring leads, deals and persons along", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const reply = yield* send(
        "GET",
        "/api/v2/itemSearch?term=Alder&item_types=organization&search_for_related_items=true"
      )
      const related: ReadonlyArray<{ item: { type: string; id: unknown } }> = reply.body.data.related_items
      assert.deepStrictEqual(
        related.map(({ item }) => item.type),
        ["lead", "deal", "deal", "deal", "person", "person"]
      )
    })
  )

  it.effect(
    "products are counted, teams shown without members, deals of an organization seen through its persons",
    () =>
      Effect.gen(function* () {
        const { send } = yield* started()
        const counted = yield* send("GET", "/v1/products?get_summary=true&limit=2&user_id=13000002")
        assert.strictEqual(counted.body.data.length, 2)
        assert.deepStrictEqual(counted.body.additional_data.summary, { total_count: 3 })
        yield* send("POST", "/v1/legacyTeams", { name: "North", manager_id: 13_000_001, users: [13_000_002] })
        yield* send("POST", "/v1/legacyTeams", { name: "East", manager_id: 13_000_001, users: [] })
        const teams = (yield* send("GET", "/v1/legacyTeams?order_by=name&skip_users=1")).body.data
        assert.deepStrictEqual(
          teams.map((team: { name: string; users?: unknown }) => [team.name, team.users]),
          [
            ["East", undefined],
            ["North", undefined]
          ]
        )
        yield* send("PATCH", "/api/v2/deals/19", { person_id: 4 })
        assert.deepStrictEqual(ids(yield* send("GET", "/v1/organizations/2/deals")), [3, 4, 19, 24])
        assert.deepStrictEqual(
          ids(yield* send("GET", "/v1/organizations/2/deals?only_primary_association=1")),
          [3, 4, 24]
        )
      })
  )

  it.effect("changes of custom fields are shown when asked for", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      yield* send("PATCH", "/api/v2/deals/1", { title: "New", custom_fields: { [keys.source]: 3 } })
      const changed = (query: string) =>
        Effect.map(send("GET", `/v1/deals/1/flow?items=dealChange${query}`), ({ body }) =>
          body.data.map((event: { data: { field_key: string } }) => event.data.field_key)
        )
      assert.deepStrictEqual(yield* changed(""), ["title"])
      assert.deepStrictEqual((yield* changed("&all_changes=1")).sort(), [keys.source, "title"].sort())
    })
  )

  it.effect("a goal's progress is its assignee's, in its pipelines, counted or summed up in its currency", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started()
      const state = yield* sandbox.state
      const gbp = state.currency?.find((row) => row.code === "GBP")?.id
      const period = "period.start=2026-01-01&period.end=2026-05-15"
      const of = Effect.fn(function* (name: string, assignee: object, params: object, more: object = {}) {
        const added = yield* send("POST", "/v1/goals", {
          title: "x",
          type: { name, params },
          assignee,
          interval: "monthly",
          duration: { start: "2026-01-01", end: "2026-12-31" },
          expected_outcome: { target: 5, tracking_metric: "quantity", ...more }
        })
        const result = yield* send("GET", `/v1/goals/${added.body.data.goal.id}/results?${period}`)
        return result.body.data.progress
      })
      const company = { id: 1, type: "company" }
      assert.strictEqual(yield* of("deals_won", company, { pipeline_id: [] }), 4)
      assert.strictEqual(yield* of("deals_won", company, { pipeline_id: [2] }), 1)
      assert.strictEqual(yield* of("deals_won", { id: 13_000_002, type: "person" }, {}), 2)
      const sum = { tracking_metric: "sum", currency_id: gbp }
      assert.strictEqual(yield* of("deals_won", company, {}, sum), 11_300 + 6_900)
      yield* send("PATCH", "/api/v2/deals/5", { stage_id: 2 })
      assert.strictEqual(yield* of("deals_progressed", company, { stage_id: 2 }), 1)
      const call = state.activityType?.find((row) => row.key_string === "call")?.id
      const calls = yield* of("activities_completed", company, { activity_type_id: [call] })
      assert.isAbove(yield* of("activities_completed", company, {}), calls)
    })
  )

  it.effect("a value that is none is refused, for passing over it would give everything", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      for (const [path, name] of [
        ["/v1/notes?updated_since=yesterday", "updated_since"],
        ["/v1/notes?start_date=2026-02-31", "start_date"],
        ["/v1/deals/collection?since=never", "since"],
        ["/v1/activities?done=maybe", "done"],
        ["/v1/activities?done=2", "done"],
        ["/v1/deals?user_id=me", "user_id"],
        ["/v1/notes?pinned_to_deal_flag=x", "pinned_to_deal_flag"]
      ] as const) {
        const { body, status } = yield* send("GET", path)
        assert.strictEqual(status, 400, path)
        assert.strictEqual(body.error, `${name} is not valid.`)
      }
      for (const path of ["/v1/activities?done=true", "/v1/tasks?parent_task_id=null", "/v1/deals?user_id="]) {
        assert.strictEqual((yield* send("GET", path)).status, 200, path)
      }
    })
  )

  it.effect("a timeline has as many periods as are asked for", () =>
    Effect.gen(function* () {
      const { send } = yield* started()
      const of = (amount: number) =>
        send("GET", `/v1/deals/timeline?start_date=2025-05-15&interval=day&amount=${amount}&field_key=add_time`)
      assert.strictEqual((yield* of(366)).body.data.length, 366)
      assert.strictEqual((yield* of(1.5)).status, 400)
    })
  )

  it.effect("what was deleted long ago is not listed", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started()
      yield* send("DELETE", "/api/v2/deals/2")
      yield* send("DELETE", "/api/v2/projects/1")
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/deals?status=deleted")), [2])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/projects?status=deleted")), [1])
      yield* sandbox.advance("31 days")
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/deals?status=deleted")), [])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/projects?status=deleted")), [])
    })
  )
})

describe("parameters that the sandbox does not know", () => {
  it.effect("are answered with 501 in both versions, and passed over when it is told so", () =>
    Effect.gen(function* () {
      const paths = [
        ["/v1/pipelines/1/deals?get_summary=1", "get_summary of v1.Pipelines.listDeals"],
        ["/v1/deals?exclude=1&items=2", "exclude, items of v1.Deals.list"],
        ["/v1/leads?sort=next_activity_id%20DESC", "sort=next_activity_id of v1.Leads.list"],
        ["/v1/mailbox/mailThreads?folder=sent", "folder=sent of v1.Mailbox.listThreads"],
        [
          "/api/v2/persons?include_fields=related_won_deals_count",
          "include_fields=related_won_deals_count of v2.Persons.list"
        ]
      ] as const
      const { send } = yield* started()
      const { send: lenient } = yield* started({ unknownParameters: "ignore" })
      for (const [path, named] of paths) {
        const { body, status } = yield* send("GET", path)
        assert.strictEqual(status, 501, path)
        assert.isFalse(body.success)
        assert.strictEqual(body.error, `The sandbox does not know what ${named} does yet`)
        assert.strictEqual((yield* lenient("GET", path)).status, 200, path)
      }
    })
  )
})
