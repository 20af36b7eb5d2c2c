import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { type Reply, world } from "./support.js"

const start = Date.UTC(2026, 4, 15, 9, 0, 0)
const started = Effect.zipRight(TestClock.setTime(start), world())

const ids = (reply: Reply): ReadonlyArray<number | string> => reply.body.data.map((one: { id: number }) => one.id)

describe("pages of v2", () => {
  it.effect("yield each deal once, whatever the order and size", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      for (const order of ["", "&sort_by=add_time&sort_direction=desc", "&sort_by=update_time"]) {
        const seen: Array<number | string> = []
        let cursor: string | null = ""
        while (cursor !== null) {
          const page: Reply = yield* send(
            "GET",
            `/api/v2/deals?limit=7${order}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`
          )
          assert.isAtMost(page.body.data.length, 7)
          seen.push(...ids(page))
          cursor = page.body.additional_data.next_cursor
        }
        assert.strictEqual(seen.length, 29)
        assert.strictEqual(new Set(seen).size, 29)
      }
    })
  )

  it.effect("neither skip nor repeat while deals are added and deleted", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const first = yield* send("GET", "/api/v2/deals?limit=5")
      yield* send("DELETE", "/api/v2/deals/2")
      yield* send("DELETE", "/api/v2/deals/7")
      yield* send("POST", "/api/v2/deals", { title: "New" })
      const second = yield* send("GET", `/api/v2/deals?limit=5&cursor=${first.body.additional_data.next_cursor}`)
      assert.deepStrictEqual(ids(second), [6, 8, 9, 10, 11])
    })
  )

  it.effect("refuse a cursor that is none, or of another order", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      for (const cursor of ["nonsense", "e30", "%F0%9F%98%80"]) {
        const reply = yield* send("GET", `/api/v2/deals?cursor=${cursor}`)
        assert.strictEqual(reply.status, 400)
        assert.strictEqual(reply.body.code, "ERR_SCHEMA_VALIDATION_FAILED")
      }
      const first = yield* send("GET", "/api/v2/deals?limit=5")
      const other = yield* send(
        "GET",
        `/api/v2/deals?sort_by=add_time&cursor=${first.body.additional_data.next_cursor}`
      )
      assert.strictEqual(other.status, 400)
    })
  )
})

describe("pages of v1", () => {
  it.effect("are counted, and say where to go on only when there is more", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const first = yield* send("GET", "/v1/organizations?limit=5")
      assert.deepStrictEqual(first.body.additional_data.pagination, {
        start: 0,
        limit: 5,
        more_items_in_collection: true,
        next_start: 5
      })
      const last = yield* send("GET", "/v1/organizations?limit=5&start=10")
      assert.deepStrictEqual(ids(last), [11, 12])
      assert.deepStrictEqual(last.body.additional_data.pagination, {
        start: 10,
        limit: 5,
        more_items_in_collection: false
      })
    })
  )

  it.effect("say null where there is nothing", () =>
    Effect.gen(function* () {
      const { send } = yield* world({ seed: "empty" })
      assert.isNull((yield* send("GET", "/v1/deals")).body.data)
      assert.deepStrictEqual((yield* send("GET", "/v1/leads")).body.data, [])
      assert.deepStrictEqual((yield* send("GET", "/api/v2/deals")).body.data, [])
    })
  )

  it.effect("sort by several fields", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const reply = yield* send("GET", "/v1/deals?sort=value%20DESC,id%20ASC&limit=3")
      assert.deepStrictEqual(
        reply.body.data.map((deal: { value: number }) => deal.value),
        [310_000, 280_000, 240_000]
      )
    })
  )

  it.effect("collections go by cursor and name things by id", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const reply = yield* send("GET", "/v1/deals/collection?limit=2")
      assert.strictEqual(reply.body.data[0].user_id, 13_000_001)
      assert.strictEqual(reply.body.data[0].person_id, 1)
      assert.isString(reply.body.additional_data.next_cursor)
    })
  )
})

describe("conditions", () => {
  const cases: ReadonlyArray<readonly [path: string, ids: ReadonlyArray<number>]> = [
    ["/api/v2/deals?ids=3,1,999", [1, 3]],
    ["/api/v2/deals?person_id=12", [13, 14]],
    ["/api/v2/deals?org_id=6&owner_id=13000001", [10]],
    ["/api/v2/deals?pipeline_id=2&status=open", [10, 11, 22]],
    ["/api/v2/deals?stage_id=5", [3, 16, 25]],
    ["/api/v2/deals?status=won,lost", [23, 24, 25, 26, 27, 28, 29]],
    ["/api/v2/deals/archived", [30]],
    ["/api/v2/persons?org_id=2", [3, 4]],
    ["/api/v2/persons?deal_id=3", [3]],
    ["/api/v2/activities?deal_id=16&done=false", [12, 13]],
    ["/api/v2/activities?done=true&owner_id=13000002", [2, 8, 14]],
    ["/api/v2/stages?pipeline_id=2", [6, 7, 8]],
    ["/v1/deals?user_id=13000003&status=open", [3, 6, 9, 12, 15, 18, 21]],
    ["/v1/deals?status=lost", [27, 28, 29]],
    ["/v1/deals?stage_id=8", [10]],
    ["/v1/persons?first_char=s", [4, 9]],
    ["/v1/activities?user_id=0&type=lunch,email", [7, 8, 16]],
    ["/v1/activities?type=lunch,email", [7, 16]],
    ["/v1/activities?user_id=0&done=0&start_date=2026-05-18&end_date=2026-05-20", [4, 6, 11]],
    ["/v1/persons/6/deals", [6, 7]],
    ["/v1/organizations/10/deals", [16, 17, 28]],
    ["/v1/organizations/4/persons", [6, 7]],
    ["/v1/deals/16/activities", [12, 13]],
    ["/v1/stages/1/deals?everyone=1", [5, 8, 15, 17, 21]],
    ["/v1/notes?deal_id=3", [2]],
    ["/v1/notes?pinned_to_deal_flag=1", [1]],
    ["/v1/users/find?term=mei", [13_000_003]]
  ]

  for (const [path, expected] of cases) {
    it.effect(path, () =>
      Effect.gen(function* () {
        const { send } = yield* started
        const reply = yield* send("GET", path)
        assert.strictEqual(reply.status, 200, JSON.stringify(reply.body))
        assert.deepStrictEqual(
          [...ids(reply)].sort((a, b) => Number(a) - Number(b)),
          [...expected]
        )
      })
    )
  }

  it.effect("updated_since is inclusive, updated_until exclusive, to the second", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("PATCH", "/api/v2/deals/4", { title: "Changed" })
      yield* TestClock.adjust("2 seconds")
      yield* send("PATCH", "/api/v2/deals/5", { title: "Changed" })
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/deals?updated_since=2026-05-15T09:00:00Z")), [4, 5])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/deals?updated_since=2026-05-15T09:00:01Z")), [5])
      assert.deepStrictEqual(
        ids(yield* send("GET", "/api/v2/deals?updated_since=2026-05-15T09:00:00Z&updated_until=2026-05-15T09:00:02Z")),
        [4]
      )
    })
  )

  it.effect("include_fields, custom_fields and labels choose what is shown", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const plain = yield* send("GET", "/api/v2/deals/1")
      assert.isUndefined(plain.body.data.followers_count)
      const { body } = yield* send(
        "GET",
        `/api/v2/deals/1?include_fields=followers_count,next_activity_id&custom_fields=${keys.source}&include_option_labels=true&include_labels=true`
      )
      assert.strictEqual(body.data.followers_count, 0)
      assert.strictEqual(body.data.next_activity_id, 1)
      assert.deepStrictEqual(body.data.custom_fields, { [keys.source]: { id: 1, label: "Fair" } })
      assert.deepStrictEqual(body.data.label_ids, [{ id: 1, label: "Hot" }])
    })
  )
})

describe("searches", () => {
  it.effect("find by part of the searchable fields, best first", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("GET", "/api/v2/persons/search?term=blaustein")
      assert.deepStrictEqual(
        body.data.items.map((hit: { item: { id: number } }) => hit.item.id),
        [3, 4]
      )
      assert.deepStrictEqual(body.data.items[0].item.owner, { id: 13_000_003 })
      assert.deepStrictEqual(body.data.items[0].item.emails, ["blaustein@blausteinmaschinenbau.example"])
      const exact = yield* send(
        "GET",
        "/api/v2/persons/search?term=blaustein@blausteinmaschinenbau.example&fields=email&exact_match=true"
      )
      assert.strictEqual(exact.body.data.items.length, 1)
    })
  )

  it.effect("look through everything at once", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("GET", "/api/v2/itemSearch?term=desk&item_types=deal,product&limit=50")
      const types = new Set(body.data.items.map((hit: { item: { type: string } }) => hit.item.type))
      assert.deepStrictEqual([...types].sort(), ["deal", "product"])
      assert.deepStrictEqual(body.data.related_items, [])
    })
  )

  it.effect("look up one field, with regard to case", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const found = yield* send(
        "GET",
        "/api/v2/itemSearch/field?term=Lobby&entity_type=deal&field=title&match=beginning"
      )
      assert.deepStrictEqual(found.body.data, [{ id: 8, title: "Lobby furniture", name: "Lobby furniture" }])
      const none = yield* send(
        "GET",
        "/api/v2/itemSearch/field?term=lobby&entity_type=deal&field=title&match=beginning"
      )
      assert.deepStrictEqual(none.body.data, [])
    })
  )

  it.effect("want two letters, or one when it is to be exact", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      assert.strictEqual((yield* send("GET", "/api/v2/deals/search?term=x")).status, 400)
      assert.strictEqual((yield* send("GET", "/api/v2/deals/search?term=x&exact_match=true")).status, 200)
    })
  )

  it.effect("v1 finds the same and pages by offset", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("GET", "/v1/deals/search?term=coworking&limit=1")
      assert.strictEqual(body.data.items.length, 1)
      assert.strictEqual(body.additional_data.pagination.next_start, 1)
    })
  )
})
