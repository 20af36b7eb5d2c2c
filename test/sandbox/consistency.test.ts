import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { world } from "./support.js"

/** 15 May 2026, 09:55:02. */
const start = Date.UTC(2026, 4, 15, 9, 55, 2, 345)

const started = Effect.zipRight(TestClock.setTime(start), world())

describe("one store behind both versions", () => {
  it.effect("a deal made through v2 is read through v1 in v1's form", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/api/v2/deals", {
        title: "Forty desks",
        value: 12_000.5,
        currency: "EUR",
        person_id: 1,
        org_id: 1,
        stage_id: 2,
        visible_to: 5,
        label_ids: [1, 3],
        expected_close_date: "2026-06-30",
        custom_fields: {
          [keys.source]: 2,
          [keys.rooms]: [1, 3],
          [keys.deposit]: { value: 500, currency: "GBP" },
          [keys.window]: { value: "08:00:00", until: "11:30:00" }
        }
      })
      assert.strictEqual(added.status, 200)
      const { body } = yield* send("GET", `/v1/deals/${added.body.data.id}`)
      const deal = body.data
      assert.strictEqual(deal.title, "Forty desks")
      assert.strictEqual(deal.user_id.value, 13_000_001)
      assert.strictEqual(deal.user_id.name, "Ada Keller")
      assert.strictEqual(deal.person_id.value, 1)
      assert.isUndefined(deal.person_id.id)
      assert.strictEqual(deal.org_id.value, 1)
      assert.strictEqual(deal.add_time, "2026-05-15 09:55:02")
      assert.strictEqual(deal.visible_to, "5")
      assert.strictEqual(deal.active, true)
      assert.strictEqual(deal.deleted, false)
      assert.strictEqual(deal.label, "1,3")
      assert.strictEqual(deal.formatted_value, "€12,000.50")
      assert.strictEqual(deal.weighted_value, 3600.15)
      assert.strictEqual(deal[keys.source], "2")
      assert.strictEqual(deal[keys.rooms], "1,3")
      assert.strictEqual(deal[keys.deposit], 500)
      assert.strictEqual(deal[`${keys.deposit}_currency`], "GBP")
      assert.strictEqual(deal[keys.window], "08:00:00")
      assert.strictEqual(deal[`${keys.window}_until`], "11:30:00")
      assert.isNull(deal[keys.fitting])
      assert.strictEqual(body.related_objects.person["1"].name, "Hannah Alder")
      assert.strictEqual(body.related_objects.stage["2"].name, "Needs known")
    })
  )

  it.effect("a deal made through v1 is read through v2 in v2's form, coerced", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/v1/deals", {
        title: "Lamps",
        value: "1500",
        user_id: "13000002",
        person_id: "4",
        visible_to: "3",
        label: "2",
        unknown_key: "is passed over",
        [keys.source]: "3",
        [keys.deposit]: "99.5",
        [`${keys.deposit}_currency`]: "USD",
        [keys.planner]: 13_000_003
      })
      assert.strictEqual(added.status, 201)
      const { body } = yield* send("GET", `/api/v2/deals/${added.body.data.id}`)
      const deal = body.data
      assert.strictEqual(deal.value, 1500)
      assert.strictEqual(deal.owner_id, 13_000_002)
      assert.strictEqual(deal.creator_user_id, 13_000_001)
      assert.strictEqual(deal.person_id, 4)
      assert.strictEqual(deal.org_id, 2)
      assert.strictEqual(deal.visible_to, 3)
      assert.deepStrictEqual(deal.label_ids, [2])
      assert.strictEqual(deal.is_deleted, false)
      assert.strictEqual(deal.add_time, "2026-05-15T09:55:02Z")
      assert.strictEqual(deal.currency, "EUR")
      assert.strictEqual(deal.pipeline_id, 1)
      assert.strictEqual(deal.stage_id, 1)
      assert.deepStrictEqual(deal.custom_fields, {
        [keys.source]: 3,
        [keys.rooms]: null,
        [keys.deposit]: { value: 99.5, currency: "USD" },
        [keys.fitting]: null,
        [keys.window]: null,
        [keys.planner]: 13_000_003
      })
      assert.isUndefined(body.related_objects)
    })
  )

  it.effect("persons: names are split, contacts are lists, the first is the primary one", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/v1/persons", {
        name: "Ana Luisa Prado",
        email: "ana@example.com",
        org_id: 2
      })
      assert.strictEqual(body.data.first_name, "Ana")
      assert.strictEqual(body.data.last_name, "Luisa Prado")
      assert.deepStrictEqual(body.data.phone, [{ value: "", primary: true }])
      assert.strictEqual(body.data.primary_email, "ana@example.com")
      assert.deepStrictEqual(body.additional_data, { didMerge: false })
      const read = yield* send("GET", `/api/v2/persons/${body.data.id}`)
      assert.deepStrictEqual(read.body.data.emails, [{ label: "work", value: "ana@example.com", primary: true }])
      assert.deepStrictEqual(read.body.data.phones, [])
      yield* send("PATCH", `/api/v2/persons/${body.data.id}`, {
        phones: [{ value: "1" }, { value: "2", primary: true, label: "home" }]
      })
      const again = yield* send("GET", `/v1/persons/${body.data.id}`)
      assert.deepStrictEqual(again.body.data.phone, [
        { label: "work", value: "1", primary: false },
        { label: "home", value: "2", primary: true }
      ])
      assert.strictEqual(again.body.data.org_id.value, 2)
    })
  )

  it.effect("an address is one thing in v2, and many keys in v1", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/api/v2/organizations", {
        name: "Quay",
        address: { value: "1 Quay Street, Cork", locality: "Cork", country: "Ireland" }
      })
      const read = yield* send("GET", `/v1/organizations/${body.data.id}`)
      assert.strictEqual(read.body.data.address, "1 Quay Street, Cork")
      assert.strictEqual(read.body.data.address_locality, "Cork")
      assert.isNull(read.body.data.address_route)
      // what is not named is lost, also when it is only changed
      yield* send("PATCH", `/api/v2/organizations/${body.data.id}`, { address: { value: "2 Quay Street" } })
      const changed = yield* send("GET", `/api/v2/organizations/${body.data.id}`)
      assert.strictEqual(changed.body.data.address.value, "2 Quay Street")
      assert.isNull(changed.body.data.address.locality)
    })
  )

  it.effect("activities: owner and user, busy and busy_flag, done with its time, participants make the person", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/v1/activities", {
        subject: "Call",
        type: "call",
        deal_id: 3,
        due_time: "10:30"
      })
      const id = body.data.id
      assert.strictEqual(body.data.person_id, 3)
      assert.strictEqual(body.data.org_id, 2)
      assert.strictEqual(body.data.due_date, "2026-05-15")
      assert.strictEqual(body.data.marked_as_done_time, "")
      const read = yield* send("GET", `/api/v2/activities/${id}`)
      assert.strictEqual(read.body.data.due_time, "10:30:00")
      assert.deepStrictEqual(read.body.data.participants, [{ person_id: 3, primary: true }])
      yield* TestClock.adjust("1 hour")
      yield* send("PATCH", `/api/v2/activities/${id}`, { done: true, participants: [{ person_id: 5, primary: true }] })
      const done = yield* send("GET", `/v1/activities/${id}`)
      assert.strictEqual(done.body.data.done, true)
      assert.strictEqual(done.body.data.marked_as_done_time, "2026-05-15 10:55:02")
      assert.strictEqual(done.body.data.person_id, 5)
      assert.deepStrictEqual(done.body.data.participants, [{ person_id: 5, primary_flag: true }])
    })
  )

  it.effect("products: prices are listed, and a change replaces them all", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body, status } = yield* send("POST", "/api/v2/products", {
        name: "Stool",
        prices: [{ price: 80, currency: "EUR", cost: 30, direct_cost: 5 }]
      })
      assert.strictEqual(status, 201)
      const read = yield* send("GET", `/v1/products/${body.data.id}`)
      assert.strictEqual(read.body.data.prices[0].overhead_cost, 5)
      assert.strictEqual(read.body.data.prices[0].price_formatted, "€80")
      assert.strictEqual(read.body.data.selectable, true)
      const changed = yield* send("PATCH", `/api/v2/products/${body.data.id}`, {
        prices: [{ price: 1, currency: "USD" }]
      })
      assert.deepStrictEqual(
        changed.body.data.prices.map((price: { currency: string }) => price.currency),
        ["USD"]
      )
    })
  )

  it.effect("notes lose what would run in a browser, and keep the rest of their HTML", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const kept = [
        [
          '<b>5 < 6</b> and <a href="https://example.com">a link</a>',
          '<b>5 < 6</b> and <a href="https://example.com">a link</a>'
        ],
        ["<img src=\"a.png\" onerror='alert(1)'>b", '<img src="a.png">b'],
        ["<svg/onload=alert(1)>", "<svg>"],
        ['<a href="javascript:alert(1)" title="x">y</a>', '<a title="x">y</a>'],
        ["a<STYLE>b{}</style >c<script src=x>never closed", "ac"]
      ] as const
      const add = (content: string) => send("POST", "/v1/notes", { content, deal_id: 1 })
      for (const [sent, left] of kept) assert.strictEqual((yield* add(sent)).body.data.content, left)
      assert.strictEqual((yield* add("<script>alert(1)</script>")).status, 400)
      const changed = yield* send("PUT", "/v1/notes/1", { content: "a<script>b</script>c" })
      assert.strictEqual(changed.body.data.content, "ac")
    })
  )

  it.effect("notes take person and organization from their deal; flags are 0 or 1 in and booleans out", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body, status } = yield* send("POST", "/v1/notes", {
        content: "<b>x</b>",
        deal_id: 1,
        pinned_to_deal_flag: 1
      })
      assert.strictEqual(status, 201)
      assert.strictEqual(body.data.person_id, 1)
      assert.strictEqual(body.data.org_id, 1)
      assert.strictEqual(body.data.pinned_to_deal_flag, true)
      assert.deepStrictEqual(body.data.deal, { title: "48 standing desks for the new studio" })
      assert.strictEqual(body.data.user.is_you, true)
      const deal = yield* send("GET", "/api/v2/deals/1?include_fields=notes_count,activities_count")
      assert.strictEqual(deal.body.data.notes_count, 2)
      assert.strictEqual(deal.body.data.activities_count, 2)
      const deleted = yield* send("DELETE", `/v1/notes/${body.data.id}`)
      assert.deepStrictEqual(deleted.body, { success: true, data: true })
    })
  )
})

describe("what follows from a change", () => {
  it.effect("won and lost set their times, and open clears them", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const won = yield* send("PATCH", "/api/v2/deals/1", { status: "won" })
      assert.strictEqual(won.body.data.won_time, "2026-05-15T09:55:02Z")
      assert.strictEqual(won.body.data.close_time, "2026-05-15T09:55:02Z")
      assert.strictEqual(won.body.data.local_won_date, "2026-05-15")
      const lost = yield* send("PUT", "/v1/deals/1", { status: "lost", lost_reason: "Too dear" })
      assert.isNull(lost.body.data.won_time)
      assert.strictEqual(lost.body.data.lost_time, "2026-05-15 09:55:02")
      assert.strictEqual(lost.body.data.lost_reason, "Too dear")
      assert.strictEqual(lost.body.data.first_won_time, "2026-05-15 09:55:02")
      assert.strictEqual(lost.body.data.active, false)
      const open = yield* send("PATCH", "/api/v2/deals/1", { status: "open" })
      assert.isNull(open.body.data.lost_time)
      assert.isNull(open.body.data.close_time)
      assert.isNull(open.body.data.lost_reason)
    })
  )

  it.effect("a stage of another pipeline moves the deal there; a pipeline alone to its first stage", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const moved = yield* send("PATCH", "/api/v2/deals/1", { stage_id: 7 })
      assert.strictEqual(moved.body.data.pipeline_id, 2)
      assert.strictEqual(moved.body.data.stage_change_time, "2026-05-15T09:55:02Z")
      const back = yield* send("PATCH", "/api/v2/deals/1", { pipeline_id: 1 })
      assert.strictEqual(back.body.data.stage_id, 1)
    })
  )

  it.effect("every write bumps the update time", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* TestClock.adjust("5 seconds")
      const { body } = yield* send("PUT", "/v1/organizations/1", { name: "Alder & Co" })
      assert.strictEqual(body.data.update_time, "2026-05-15 09:55:07")
      assert.notStrictEqual(body.data.add_time, body.data.update_time)
    })
  )

  it.effect("null clears a field, what is not named stays", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("PATCH", "/api/v2/deals/1", {
        probability: null,
        custom_fields: { [keys.source]: null }
      })
      assert.isNull(body.data.probability)
      assert.isNull(body.data.custom_fields[keys.source])
      assert.deepStrictEqual(body.data.custom_fields[keys.rooms], [1, 2])
      assert.strictEqual(body.data.title, "48 standing desks for the new studio")
    })
  )

  it.effect("what is deleted can be read for thirty days, marked, and is in no list", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      assert.deepStrictEqual((yield* send("DELETE", "/api/v2/deals/1")).body, { success: true, data: { id: 1 } })
      const read = yield* send("GET", "/api/v2/deals/1")
      assert.strictEqual(read.body.data.is_deleted, true)
      assert.strictEqual(read.body.data.status, "deleted")
      assert.strictEqual((yield* send("GET", "/v1/deals/1")).body.data.deleted, true)
      const listed = yield* send("GET", "/api/v2/deals?ids=1,2")
      assert.deepStrictEqual(
        listed.body.data.map((deal: { id: number }) => deal.id),
        [2]
      )
      const asked = yield* send("GET", "/api/v2/deals?status=deleted")
      assert.strictEqual(asked.body.data.length, 1)
      assert.strictEqual((yield* send("DELETE", "/api/v2/deals/1")).status, 404)
      assert.strictEqual((yield* send("PATCH", "/api/v2/deals/1", { title: "x" })).status, 404)
      yield* TestClock.adjust("31 days")
      assert.strictEqual((yield* send("GET", "/api/v2/deals/1")).status, 404)
    })
  )

  it.effect("a person deleted twice through v1 is gone, and said to be so with success", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("DELETE", "/v1/persons/11")
      const again = yield* send("DELETE", "/v1/persons/11")
      assert.strictEqual(again.status, 410)
      assert.deepStrictEqual(again.body, { success: true, data: { id: 11 } })
    })
  )

  it.effect("a pipeline takes its stages and deals with it", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("DELETE", "/api/v2/pipelines/2")
      const stages = yield* send("GET", "/api/v2/stages?pipeline_id=2")
      assert.deepStrictEqual(stages.body.data, [])
      const deals = yield* send("GET", "/api/v2/deals?pipeline_id=2")
      assert.deepStrictEqual(deals.body.data, [])
    })
  )

  it.effect("a new stage comes last, a new pipeline too", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const stage = yield* send("POST", "/api/v2/stages", { name: "Signed", pipeline_id: 1 })
      assert.strictEqual(stage.body.data.order_nr, 5)
      assert.strictEqual(stage.body.data.deal_probability, 100)
      const pipeline = yield* send("POST", "/v1/pipelines", { name: "After Sales" })
      assert.strictEqual(pipeline.status, 201)
      assert.strictEqual(pipeline.body.data.url_title, "After-Sales")
      const read = yield* send("GET", `/api/v2/pipelines/${pipeline.body.data.id}`)
      assert.strictEqual(read.body.data.order_nr, 3)
    })
  )

  it.effect("leads have UUIDs that hold the time, and times with milliseconds", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body, headers, status } = yield* send("POST", "/v1/leads", {
        title: "Second floor",
        organization_id: 2,
        value: { amount: 100, currency: "EUR" },
        [keys.source]: 1
      })
      assert.strictEqual(status, 201)
      assert.match(body.data.id, /^[0-9a-f]{8}-5044-11f1-8f4f-[0-9a-f]{12}$/)
      assert.strictEqual(body.data.add_time, "2026-05-15T09:55:02.345Z")
      assert.strictEqual(body.data.visible_to, "3")
      assert.strictEqual(body.data[keys.source], "1")
      assert.isUndefined(body.data[keys.rooms])
      assert.strictEqual(headers["content-type"], "application/json; charset=utf-8")
      const archived = yield* send("PATCH", `/v1/leads/${body.data.id}`, { is_archived: true })
      assert.strictEqual(archived.body.data.archive_time, "2026-05-15T09:55:02.345Z")
      const list = yield* send("GET", "/v1/leads/archived")
      assert.strictEqual(list.body.data.length, 1)
      yield* send("DELETE", `/v1/leads/${body.data.id}`)
      assert.strictEqual((yield* send("GET", `/v1/leads/${body.data.id}`)).status, 404)
    })
  )
})
