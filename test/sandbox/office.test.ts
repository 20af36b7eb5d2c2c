import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { world } from "./support.js"

const started = Effect.zipRight(TestClock.setTime(Date.UTC(2026, 4, 15, 9)), world())

describe("what deals add up to", () => {
  it.effect("by currency, for what the parameters choose", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("GET", "/v1/deals/summary?status=won")
      assert.deepStrictEqual(body.data.values_total, {
        GBP: {
          value: 18_200,
          count: 2,
          value_converted: 18_200,
          value_formatted: "£18,200",
          value_converted_formatted: "£18,200"
        },
        EUR: {
          value: 40_400,
          count: 2,
          value_converted: 40_400,
          value_formatted: "€40,400",
          value_converted_formatted: "€40,400"
        }
      })
      assert.strictEqual(body.data.total_count, 4)
      assert.strictEqual((yield* send("GET", "/v1/deals/summary/archived")).body.data.total_count, 1)
    })
  )

  it.effect("over time, period by period", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send(
        "GET",
        "/v1/deals/timeline?start_date=2026-03-01&interval=month&amount=3&field_key=won_time"
      )
      assert.deepStrictEqual(
        body.data.map((one: { period_start: string; period_end: string; totals: { won_count: number } }) => [
          one.period_start,
          one.period_end,
          one.totals.won_count
        ]),
        [
          ["2026-03-01 00:00:00", "2026-03-31 23:59:59", 1],
          ["2026-04-01 00:00:00", "2026-04-30 23:59:59", 2],
          ["2026-05-01 00:00:00", "2026-05-31 23:59:59", 0]
        ]
      )
      assert.strictEqual((yield* send("GET", "/v1/deals/timeline")).status, 400)
    })
  )

  it.effect("a pipeline's movements are counted as they happen", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("PATCH", "/api/v2/deals/5", { stage_id: 2 })
      yield* send("PATCH", "/api/v2/deals/5", { status: "won" })
      const range = "start_date=2026-05-15&end_date=2026-05-15&user_id=13000002"
      const moved = yield* send("GET", `/v1/pipelines/1/movement_statistics?${range}`)
      assert.strictEqual(moved.body.data.movements_between_stages.count, 1)
      assert.deepStrictEqual(moved.body.data.won_deals.deals_ids, [5])
      assert.deepStrictEqual(moved.body.data.won_deals.formatted_values, { GBP: "£4,300" })
      const converted = yield* send("GET", `/v1/pipelines/1/conversion_statistics?${range}`)
      assert.strictEqual(converted.body.data.stage_conversions.length, 4)
      assert.isAbove(converted.body.data.stage_conversions[0].conversion_rate, 0)
    })
  )
})

describe("the office", () => {
  it.effect("call logs take one recording", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started
      const added = yield* send("POST", "/v1/callLogs", {
        outcome: "connected",
        to_phone_number: "+44",
        start_time: "2026-05-15 08:00:00",
        end_time: "2026-05-15 08:05:00",
        deal_id: 1
      })
      const { id } = added.body.data
      assert.match(id, /^CA[0-9a-f]{28}$/)
      const record = () => {
        const form = new FormData()
        form.append("file", new File(["x"], "call.mp3"))
        const headers = { "x-api-token": sandbox.token }
        return sandbox.fetch(
          new Request(`${sandbox.baseUrl}/v1/callLogs/${id}/recordings`, { method: "POST", headers, body: form })
        )
      }
      assert.strictEqual((yield* record()).status, 200)
      assert.strictEqual((yield* record()).status, 409)
      assert.strictEqual((yield* send("GET", `/v1/callLogs/${id}`)).body.data.has_recording, true)
      assert.deepStrictEqual((yield* send("DELETE", `/v1/callLogs/${id}`)).body, { success: true })
      assert.strictEqual((yield* send("GET", `/v1/callLogs/${id}`)).status, 404)
    })
  )

  it.effect("organizations are parent and daughter, as seen from either", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const relation = { type: "parent", rel_owner_org_id: 1, rel_linked_org_id: 2 }
      yield* send("POST", "/v1/organizationRelationships", relation)
      const from = (id: number) =>
        Effect.map(send("GET", `/v1/organizationRelationships?org_id=${id}`), ({ body }) => [
          body.data[0].calculated_type,
          body.data[0].related_organization_name
        ])
      assert.deepStrictEqual(yield* from(1), ["daughter", "Blaustein Maschinenbau"])
      assert.deepStrictEqual(yield* from(2), ["parent", "Alder & Finch Architects"])
      assert.deepStrictEqual((yield* send("GET", "/v1/organizationRelationships?org_id=3")).body.data, [])
    })
  )

  it.effect("goals are found by dotted names and counted", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const { body } = yield* send("POST", "/v1/goals", {
        title: "Win five",
        type: { name: "deals_won", params: { pipeline_id: [1] } },
        assignee: { id: 13_000_001, type: "person" },
        interval: "monthly",
        duration: { start: "2026-01-01", end: "2026-12-31" },
        expected_outcome: { target: 5, tracking_metric: "quantity" }
      })
      assert.strictEqual(body.service, "statistics-goals-api")
      const { id } = body.data.goal
      assert.match(id, /^[0-9a-f]{32}$/)
      const found = yield* send("GET", "/v1/goals/find?type.name=deals_won&assignee.id=13000001")
      assert.strictEqual(found.body.data.goals[0].id, id)
      assert.deepStrictEqual((yield* send("GET", "/v1/goals/find?type.name=other")).body.data.goals, [])
      const result = yield* send("GET", `/v1/goals/${id}/results?period.start=2026-04-01&period.end=2026-04-30`)
      // two were won in April, one of them by the assignee
      assert.strictEqual(result.body.data.progress, 1)
    })
  )

  it.effect("teams and roles have members", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      yield* send("POST", "/v1/legacyTeams", { name: "North", manager_id: 13_000_001 })
      assert.deepStrictEqual(
        (yield* send("POST", "/v1/legacyTeams/1/users", { users: [13_000_002] })).body.data,
        [13_000_002]
      )
      assert.strictEqual((yield* send("GET", "/v1/legacyTeams/user/13000002")).body.data.length, 1)
      assert.strictEqual((yield* send("GET", "/v1/legacyTeams/9")).body.error, "Team 9 does not exist")
      const role = yield* send("POST", "/v1/roles", { name: "Showroom", parent_role_id: 2 })
      yield* send("POST", `/v1/roles/${role.body.data.id}/assignments`, { user_id: 13_000_003 })
      const assigned = yield* send("GET", "/v1/users/13000003/roleAssignments")
      assert.strictEqual(assigned.body.data[0].name, "Showroom")
      assert.strictEqual((yield* send("GET", "/v1/users/13000003")).body.data.role_id, role.body.data.id)
      yield* send("POST", "/v1/roles/2/settings", { setting_key: "deal_default_visibility", value: 1 })
      assert.strictEqual((yield* send("GET", "/v1/roles/2/settings")).body.data.deal_default_visibility, 1)
    })
  )

  it.effect("a person's picture is a reference in v1, an id in v2", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started
      const form = new FormData()
      form.append("file", new File(["x"], "me.png"))
      const headers = { "x-api-token": sandbox.token }
      yield* sandbox.fetch(
        new Request(`${sandbox.baseUrl}/v1/persons/1/picture`, { method: "POST", headers, body: form })
      )
      assert.strictEqual((yield* send("GET", "/v1/persons/1")).body.data.picture_id.value, 1)
      assert.strictEqual((yield* send("GET", "/api/v2/persons/1")).body.data.picture_id, 1)
      const { body } = yield* send("GET", "/api/v2/persons/1/picture")
      assert.strictEqual(body.data.pictures["128"], `${sandbox.baseUrl}/pictures/1_128.jpg`)
      yield* send("DELETE", "/v1/persons/1/picture")
      assert.strictEqual((yield* send("GET", "/api/v2/persons/1/picture")).status, 404)
    })
  )
})

describe("permissions", () => {
  it.effect("come from the sets that a user has", () =>
    Effect.gen(function* () {
      const { send } = yield* world()
      const sets = (yield* send("GET", "/v1/permissionSets")).body.data
      assert.deepStrictEqual(
        sets.map((one: { name: string; app: string; assignment_count: number }) => [one.name, one.assignment_count]),
        [
          ["Deals admin", 1],
          ["Deals regular user", 2],
          ["Global admin", 1],
          ["Global regular user", 2],
          ["Account settings admin", 1]
        ]
      )
      assert.lengthOf((yield* send("GET", "/v1/permissionSets?app=sales")).body.data, 2)
      const one = yield* send("GET", `/v1/permissionSets/${sets[1].id}`)
      assert.include(one.body.data.contents, "can_add_products")
      assert.notInclude(one.body.data.contents, "can_delete_deals")
      const { body } = yield* send("GET", `/v1/permissionSets/${sets[1].id}/assignments?limit=1`)
      assert.lengthOf(body.data, 1)
      assert.isTrue(body.additional_data.pagination.more_items_in_collection)
      const can = (id: number) =>
        Effect.map(send("GET", `/v1/users/${id}/permissions`), (reply) => reply.body.data.can_delete_deals)
      assert.deepStrictEqual([yield* can(13_000_001), yield* can(13_000_002)], [true, false])
      assert.strictEqual((yield* send("GET", "/v1/permissionSets/nothing")).status, 404)
      assert.strictEqual((yield* send("GET", "/v1/users/1/permissions")).status, 404)
      const user = (yield* send("GET", "/v1/users/13000002")).body.data
      assert.sameMembers(
        user.access.map((right: { permission_set_id: string }) => right.permission_set_id),
        [sets[1].id, sets[3].id]
      )
    })
  )
})
