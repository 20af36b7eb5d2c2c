import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { world } from "./support.js"

const started = Effect.zipRight(TestClock.setTime(Date.UTC(2026, 4, 15, 9)), world())

describe("followers", () => {
  it.effect("are users, each once, under the same thing in both versions", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/api/v2/deals/1/followers", { user_id: 13_000_002 })
      assert.strictEqual(added.status, 201)
      assert.deepStrictEqual(added.body.data, { user_id: 13_000_002, add_time: "2026-05-15T09:00:00Z" })
      const twice = yield* send("POST", "/api/v2/deals/1/followers", { user_id: 13_000_002 })
      assert.strictEqual(twice.status, 400)
      const v1 = yield* send("GET", "/v1/deals/1/followers")
      assert.strictEqual(v1.body.data[0].deal_id, 1)
      assert.strictEqual((yield* send("GET", "/v1/deals/1")).body.data.followers_count, 1)
      // v2 goes by the user, v1 by the following
      assert.strictEqual((yield* send("DELETE", `/api/v2/deals/1/followers/${v1.body.data[0].id}`)).status, 404)
      assert.strictEqual((yield* send("DELETE", "/api/v2/deals/1/followers/13000002")).status, 200)
      const { body } = yield* send("GET", "/api/v2/deals/1/followers/changelog")
      assert.deepStrictEqual(
        body.data.map((one: { action: string }) => one.action),
        ["added", "removed"]
      )
    })
  )
})

describe("participants", () => {
  it.effect("are the deal's person and whoever is added", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("POST", "/v1/deals/1/participants", { person_id: 5 })
      const { body } = yield* send("GET", "/v1/deals/1/participants")
      assert.deepStrictEqual(
        body.data.map((one: { person_id: { value: number }; person: { name: string } }) => [
          one.person_id.value,
          one.person.name
        ]),
        [
          [1, "Hannah Alder"],
          [5, "Grace Obi"]
        ]
      )
      assert.deepStrictEqual(
        (yield* send("GET", "/api/v2/persons?deal_id=1")).body.data.map((one: { id: number }) => one.id),
        [1, 5]
      )
      yield* send("DELETE", `/v1/deals/1/participants/${body.data[1].id}`)
      assert.strictEqual((yield* send("GET", "/v1/deals/1")).body.data.participants_count, 1)
    })
  )
})

describe("what a deal is made up of", () => {
  it.effect("products, discounts: they make its value", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const value = Effect.map(send("GET", "/api/v2/deals/1"), (reply) => reply.body.data.value)
      const line = yield* send("POST", "/api/v2/deals/1/products", {
        product_id: 3,
        item_price: 100,
        quantity: 4,
        discount: 25
      })
      assert.strictEqual(line.status, 201)
      assert.strictEqual(line.body.data.sum, 300)
      assert.strictEqual(line.body.data.name, "Task chair Harbour")
      assert.strictEqual(yield* value, 300)
      const taxed = yield* send("POST", "/v1/deals/1/products", {
        product_id: "1",
        item_price: "50",
        quantity: "2",
        tax: 20,
        tax_method: "exclusive"
      })
      assert.strictEqual(taxed.body.data.sum, 120)
      assert.strictEqual(yield* value, 420)
      const discount = yield* send("POST", "/api/v2/deals/1/discounts", {
        description: "Fair",
        amount: 10,
        type: "percentage"
      })
      assert.match(discount.body.data.id, /^[0-9a-f-]{36}$/)
      assert.strictEqual(yield* value, 378)
      yield* send("PATCH", `/api/v2/deals/1/products/${line.body.data.id}`, { is_enabled: false })
      assert.strictEqual(yield* value, 108)
      const lines = yield* send("GET", "/v1/deals/1/products?include_product_data=1")
      assert.containsAllKeys(lines.body.related_objects.user, ["13000001"])
      assert.strictEqual(lines.body.data[1].product.name, "Standing desk Pine")
      assert.strictEqual(lines.body.data[0].enabled_flag, false)
    })
  )

  it.effect("many products at once, and away again", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const item = { product_id: 1, item_price: 1, quantity: 1 }
      const added = yield* send("POST", "/api/v2/deals/2/products/bulk", { data: [item, item, item] })
      assert.strictEqual(added.status, 201)
      assert.strictEqual(added.body.data.length, 3)
      const wrong = yield* send("POST", "/api/v2/deals/2/products/bulk", { data: [{ ...item, product_id: 999 }] })
      assert.strictEqual(wrong.status, 400)
      const some = yield* send("DELETE", `/api/v2/deals/2/products?ids=${added.body.data[0].id}`)
      assert.deepStrictEqual(some.body, {
        success: true,
        data: { ids: [added.body.data[0].id] },
        additional_data: { more_items_in_collection: false }
      })
      const listed = yield* send("GET", "/api/v2/deals/products?deal_ids=1,2&sort_by=order_nr")
      assert.strictEqual(listed.body.data.length, 2)
      assert.strictEqual((yield* send("GET", "/v1/products/1/deals")).body.data[0].id, 2)
    })
  )

  it.effect("an image a product", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started
      const upload = (method: string) => {
        const form = new FormData()
        form.append("data", new File(["x"], "desk.png", { type: "image/png" }))
        return sandbox.fetch(
          new Request(`${sandbox.baseUrl}/api/v2/products/1/images`, {
            method,
            headers: { "x-api-token": sandbox.token },
            body: form
          })
        )
      }
      assert.strictEqual((yield* upload("PUT")).status, 404)
      assert.strictEqual((yield* upload("POST")).status, 201)
      assert.strictEqual((yield* upload("POST")).status, 400)
      assert.strictEqual((yield* upload("PUT")).status, 200)
      const { body } = yield* send("GET", "/api/v2/products/1/images")
      assert.deepStrictEqual([body.data.name, body.data.mime_type], ["desk.png", "image/png"])
      assert.strictEqual((yield* send("DELETE", "/api/v2/products/1/images")).status, 200)
      assert.strictEqual((yield* send("GET", "/api/v2/products/1/images")).status, 404)
    })
  )
})

describe("what happened is told", () => {
  it.effect("field by field, newest first, with v1's names", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("PATCH", "/api/v2/deals/1", { owner_id: 13_000_002, custom_fields: { [keys.source]: 2 } })
      yield* TestClock.adjust("1 minute")
      yield* send("PUT", "/v1/deals/1", { title: "Fifty desks" })
      const { body } = yield* send("GET", "/v1/deals/1/changelog?limit=2")
      assert.deepStrictEqual(body.data[0], {
        field_key: "title",
        old_value: "48 standing desks for the new studio",
        new_value: "Fifty desks",
        actor_user_id: 13_000_001,
        time: "2026-05-15 09:01:00",
        change_source: "api",
        change_source_user_agent: null,
        is_bulk_update_flag: false
      })
      const rest = yield* send("GET", `/v1/deals/1/changelog?cursor=${body.additional_data.next_cursor}`)
      assert.deepStrictEqual(
        [...body.data, ...rest.body.data].map((one: { field_key: string }) => one.field_key).sort(),
        [keys.source, "title", "user_id"].sort()
      )
      const flow = yield* send("GET", "/v1/deals/1/flow")
      const objects = flow.body.data.map((one: { object: string }) => one.object)
      assert.deepStrictEqual([...new Set(objects)].sort(), ["activity", "dealChange", "note"])
    })
  )

  it.effect("by the recents, at most thirty days back", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* TestClock.adjust("40 days")
      yield* send("PATCH", "/api/v2/deals/1", { title: "One" })
      yield* TestClock.adjust("1 minute")
      yield* send("POST", "/v1/persons", { name: "Two" })
      yield* send("PATCH", "/api/v2/deals/1", { title: "Three" })
      const { body } = yield* send("GET", "/v1/recents?since_timestamp=2026-05-15%2000:00:00")
      assert.deepStrictEqual(
        body.data.map((one: { item: string; id: number }) => [one.item, one.id]),
        [
          ["person", 21],
          ["deal", 1]
        ]
      )
      assert.strictEqual(body.data[1].data.title, "Three")
      // references are ids here, as in Pipedrive's example
      assert.strictEqual(body.data[1].data.person_id, 1)
      assert.strictEqual(body.data[1].data.user_id, 13_000_001)
      assert.strictEqual(body.additional_data.last_timestamp_on_page, "2026-06-24 09:01:00")
      const persons = yield* send("GET", "/v1/recents?since_timestamp=2026-05-15%2000:00:00&items=person")
      assert.strictEqual(persons.body.data.length, 1)
      assert.strictEqual((yield* send("GET", "/v1/recents")).status, 400)
    })
  )
})

describe("duplicates, merges, conversions", () => {
  it.effect("a duplicate is a deal of its own", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/v1/deals/1/duplicate")
      assert.strictEqual(body.data.id, 31)
      assert.strictEqual(body.data.person_id, 1)
      const product = yield* send("POST", "/api/v2/products/2/duplicate")
      assert.strictEqual(product.status, 201)
      assert.strictEqual(product.body.data.code, "DSK-OAK")
    })
  )

  it.effect("who is merged gives what the other lacks, and everything that hangs on it", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("PATCH", "/api/v2/persons/4", { job_title: null })
      const { body } = yield* send("PUT", "/v1/persons/3/merge", { merge_with_id: 4 })
      assert.strictEqual(body.data.id, 4)
      assert.strictEqual(body.data.merge_what_id, 3)
      assert.strictEqual(body.data.name, "Sabine Öztürk")
      assert.strictEqual(body.data.job_title, "Managing director")
      assert.strictEqual(body.data.phone.length, 2)
      assert.deepStrictEqual(
        body.data.phone.map((one: { primary: boolean }) => one.primary),
        [true, false]
      )
      const deals = yield* send("GET", "/api/v2/deals?person_id=4")
      assert.deepStrictEqual(
        deals.body.data.map((one: { id: number }) => one.id),
        [3, 4, 24]
      )
      assert.strictEqual((yield* send("GET", "/api/v2/persons/3")).body.data.is_deleted, true)
      assert.strictEqual((yield* send("PUT", "/v1/persons/4/merge", { merge_with_id: 4 })).status, 400)
    })
  )

  it.effect("a deal becomes a lead and a deal again, with its notes and activities", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/api/v2/deals/1/convert/lead")
      const status = yield* send("GET", `/api/v2/deals/1/convert/status/${body.data.conversion_id}`)
      assert.strictEqual(status.body.data.status, "completed")
      const leadId = status.body.data.lead_id
      const lead = yield* send("GET", `/v1/leads/${leadId}`)
      assert.deepStrictEqual(lead.body.data.value, { amount: 38_400, currency: "GBP" })
      assert.strictEqual(lead.body.data.source_deal_id, 1)
      assert.strictEqual((yield* send("GET", `/v1/notes?lead_id=${leadId}`)).body.data.length, 1)
      const back = yield* send("POST", `/api/v2/leads/${leadId}/convert/deal`, { stage_id: 3 })
      const done = yield* send("GET", `/api/v2/leads/${leadId}/convert/status/${back.body.data.conversion_id}`)
      const deal = yield* send(
        "GET",
        `/api/v2/deals/${done.body.data.deal_id}?include_fields=source_lead_id,notes_count`
      )
      assert.strictEqual(deal.body.data.stage_id, 3)
      assert.strictEqual(deal.body.data.source_lead_id, leadId)
      assert.strictEqual(deal.body.data.notes_count, 1)
      assert.strictEqual(deal.body.data.custom_fields[keys.source], 1)
      const missing = yield* send("POST", "/api/v2/deals/999/convert/lead")
      assert.deepStrictEqual([missing.status, missing.body.error], [404, "Entity was not found"])
    })
  )
})

describe("what stands beside the data", () => {
  it.effect("of a project's activities and tasks is the end of their one page; of a deletion, null", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      for (const path of ["/v1/projects/1/activities", "/v1/projects/1/tasks"]) {
        assert.deepStrictEqual((yield* send("GET", path)).body.additional_data, { next_cursor: null })
      }
      for (const path of ["/v1/tasks/1", "/api/v2/tasks/2", "/v1/projects/1"]) {
        assert.isNull((yield* send("DELETE", path)).body.additional_data)
      }
    })
  )
})
