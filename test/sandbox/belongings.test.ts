import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { type Reply, world } from "./support.js"

const started = Effect.zipRight(TestClock.setTime(Date.UTC(2026, 4, 15, 9)), world())

const ids = (reply: Reply): ReadonlyArray<number> => reply.body.data.map((one: { id: number }) => one.id)

describe("projects and tasks", () => {
  it.effect("are the same in both versions, each in its form", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/api/v2/projects", {
        title: "Reception",
        phase_id: 3,
        deal_ids: [1],
        person_ids: [1, 2],
        org_ids: [1],
        label_ids: [4],
        custom_fields: { [keys.phase]: 2 }
      })
      assert.strictEqual(added.status, 201)
      assert.strictEqual(added.body.data.board_id, 1)
      assert.strictEqual(added.body.data.add_time, "2026-05-15T09:00:00.000Z")
      const { body } = yield* send("GET", `/v1/projects/${added.body.data.id}`)
      assert.deepStrictEqual(
        [body.data.person_id, body.data.org_id, body.data.labels, body.data.add_time, body.data[keys.phase]],
        [1, 1, [4], "2026-05-15 09:00:00.000", "2"]
      )
      assert.isNull(body.additional_data)
      const changed = yield* send("PUT", `/v1/projects/${added.body.data.id}`, { person_id: 7, status: "completed" })
      assert.strictEqual(changed.body.data.person_id, 7)
      assert.deepStrictEqual((yield* send("GET", `/api/v2/projects/${added.body.data.id}`)).body.data.person_ids, [7])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/projects?person_id=7&status=completed")), [3])
    })
  )

  it.effect("archived projects stand in a list of their own", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const archived = yield* send("POST", "/api/v2/projects/1/archive")
      assert.strictEqual(archived.body.data.archive_time, "2026-05-15T09:00:00.000Z")
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/projects")), [2])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/projects/archived")), [1])
      assert.deepStrictEqual(ids(yield* send("GET", "/v1/projects?include_archived=true")), [1, 2])
      const { body } = yield* send("GET", "/api/v2/projects/1/changelog")
      assert.deepStrictEqual(body.data[0].new_values, { archive_time: "2026-05-15T09:00:00.000Z" })
    })
  )

  it.effect("tasks: done in, is_done out; v1 says 0 or 1", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/api/v2/tasks", { title: "Sweep", project_id: 1, done: 1, milestone: 1 })
      assert.strictEqual(added.body.data.is_done, true)
      assert.strictEqual(added.body.data.is_milestone, true)
      assert.strictEqual(added.body.data.marked_as_done_time, "2026-05-15T09:00:00.000Z")
      const v1 = yield* send("PUT", `/v1/tasks/${added.body.data.id}`, { done: 0, assignee_id: 13_000_002 })
      assert.strictEqual(v1.body.data.done, 0)
      assert.deepStrictEqual(v1.body.data.assignee_ids, [13_000_002])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/tasks?is_done=true")), [1])
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/tasks?parent_task_id=null")), [1, 2, 4])
      assert.deepStrictEqual(ids(yield* send("GET", "/v1/projects/1/tasks")), [1, 2, 3, 4])
      assert.strictEqual((yield* send("GET", "/v1/projects/1/plan")).body.data.length, 4)
      yield* send("PUT", "/v1/projects/1/plan/tasks/2", { phase_id: 4 })
      assert.strictEqual((yield* send("GET", "/v1/projects/1/plan")).body.data[1].phase_id, 4)
    })
  )
})

describe("files", () => {
  const upload = (name: string, content: BlobPart, fields: Readonly<Record<string, string>> = {}): FormData => {
    const form = new FormData()
    form.append("file", new File([content], name, { type: "image/png" }))
    for (const [key, value] of Object.entries(fields)) form.append(key, value)
    return form
  }

  it.effect("come back byte for byte, under their name", () =>
    Effect.gen(function* () {
      const { sandbox, send } = yield* started
      const bytes = new Uint8Array(1000).map((_, at) => at % 256)
      const headers = { "x-api-token": sandbox.token }
      const body = upload("plan für Ä.png", bytes, { deal_id: "1" })
      const added = yield* sandbox.fetch(new Request(`${sandbox.baseUrl}/v1/files`, { method: "POST", headers, body }))
      const { data } = yield* Effect.promise(() => added.json())
      assert.deepStrictEqual(
        [data.name, data.file_type, data.file_size, data.deal_id, data.deal_name],
        ["plan für Ä.png", "img", 1000, 1, "48 standing desks for the new studio"]
      )
      assert.strictEqual(data.url, `${sandbox.baseUrl}/v1/files/1/download`)
      const download = yield* sandbox.fetch(new Request(data.url, { headers }))
      assert.strictEqual(download.headers.get("content-type"), "application/octet-stream")
      assert.deepStrictEqual(new Uint8Array(yield* Effect.promise(() => download.arrayBuffer())), bytes)
      assert.deepStrictEqual(ids(yield* send("GET", "/v1/deals/1/files")), [1])
      assert.strictEqual((yield* send("GET", "/v1/deals/1")).body.data.files_count, 1)
      const renamed = yield* send("PUT", "/v1/files/1", "name=new.png", {
        "content-type": "application/x-www-form-urlencoded"
      })
      assert.strictEqual(renamed.body.data.name, "new.png")
      yield* send("DELETE", "/v1/files/1")
      assert.strictEqual((yield* send("GET", "/v1/files/1/download")).status, 404)
    })
  )

  it.effect("that are none are refused as Pipedrive does", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const reply = yield* send("POST", "/v1/files", {})
      assert.deepStrictEqual([reply.status, reply.body.error], [400, "No files were provided with the request."])
    })
  )
})

describe("filters", () => {
  const conditions = (...all: ReadonlyArray<unknown>) => ({
    glue: "and",
    conditions: [
      { glue: "and", conditions: all },
      { glue: "or", conditions: [] }
    ]
  })

  it.effect("are kept, and applied by the lists of both versions", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const fields = (yield* send("GET", "/v1/dealFields?limit=500")).body.data
      const idOf = (key: string) => String(fields.find((field: { key: string }) => field.key === key).id)
      const rich = { object: "deal", field_id: idOf("value"), operator: ">", value: "90000", extra_value: null }
      const fair = { object: "deal", field_id: idOf(keys.source), operator: "=", value: "1" }
      const added = yield* send("POST", "/v1/filters?include_field_code=true", {
        name: "Rich",
        type: "deals",
        conditions: conditions(rich)
      })
      assert.strictEqual(added.body.data.conditions.conditions[0].conditions[0].field_code, "value")
      assert.deepStrictEqual(ids(yield* send("GET", "/api/v2/deals?filter_id=1&ids=1")), [3, 10, 16, 17, 20])
      yield* send("PUT", "/v1/filters/1", { conditions: conditions(rich, fair) })
      assert.deepStrictEqual(ids(yield* send("GET", "/v1/deals?filter_id=1")), [10, 16])
      const like = { object: "deal", field_id: idOf("title"), operator: "LIKE '%$%'", value: "COWORKING" }
      yield* send("PUT", "/v1/filters/1", { conditions: conditions(like) })
      assert.deepStrictEqual(ids(yield* send("GET", "/v1/deals?filter_id=1")), [16, 17])
      assert.strictEqual((yield* send("GET", "/api/v2/persons?filter_id=1")).status, 404)
      assert.strictEqual((yield* send("GET", "/api/v2/deals?filter_id=9")).status, 404)
      assert.strictEqual((yield* send("DELETE", "/v1/filters?ids=1,9")).body.data.id.length, 1)
    })
  )

  it.effect("must have the form that Pipedrive wants", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const reply = yield* send("POST", "/v1/filters", { name: "x", type: "deals", conditions: { glue: "or" } })
      assert.strictEqual(reply.status, 400)
      assert.match(reply.body.error, /glue 'and'/)
    })
  )
})

describe("webhooks", () => {
  const hook = { subscription_url: "https://hooks.example.com/", event_action: "*", event_object: "*", name: "All" }

  it.effect("are made, listed and deleted, up to forty a user", () =>
    Effect.gen(function* () {
      const { send } = yield* started
      const added = yield* send("POST", "/v1/webhooks", hook)
      assert.strictEqual(added.status, 201)
      assert.deepStrictEqual([added.body.status, added.body.data.is_active, added.body.data.version], ["ok", 1, "2.0"])
      for (let at = 1; at < 40; at++) yield* send("POST", "/v1/webhooks", hook)
      assert.strictEqual((yield* send("POST", "/v1/webhooks", hook)).status, 422)
      assert.strictEqual((yield* send("GET", "/v1/webhooks")).body.data.length, 40)
      assert.deepStrictEqual((yield* send("DELETE", "/v1/webhooks/1")).body, { success: true, status: "ok" })
      assert.deepStrictEqual((yield* send("DELETE", "/v1/webhooks/1")).body, {
        status: "error",
        success: false,
        errors: { id: ["not found"] }
      })
      const wrong = yield* send("POST", "/v1/webhooks", { ...hook, subscription_url: "nowhere" })
      assert.deepStrictEqual(wrong.body.errors, { subscription_url: ["invalid or non-reachable URL"] })
    })
  )
})
