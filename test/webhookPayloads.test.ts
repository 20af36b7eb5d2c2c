/** What becomes of each field of a payload: tables. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Logger, LogLevel, TestClock } from "effect"
import { HttpLayer } from "effect-pipedrive"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"

const key = (digit: string) => digit.repeat(40)

const [a, b, c] = [key("a"), key("b"), key("c")]

const meta = { action: "create", entity: "deal", entity_id: "7", id: "e-1", company_id: "5", timestamp: "2026-05-15" }

const old = { v: 1, action: "added", object: "deal", id: 7, company_id: 5, timestamp: 1523440213 }

const decode = (body: unknown, types: WebhookEvents.DecodeOptions["fieldTypes"] = {}) =>
  WebhookEvents.decode(body, { fieldTypes: types }).pipe(Logger.withMinimumLogLevel(LogLevel.None))

/** What is made of an entity: by version 2.0, or by 1.0. */
const dataOf = (entity: string, data: object, types?: WebhookEvents.DecodeOptions["fieldTypes"]) =>
  Effect.map(decode({ data, previous: null, meta: { ...meta, entity } }, types), (event) => event.data as object)
const oldDataOf = (object: string, current: object, types?: WebhookEvents.DecodeOptions["fieldTypes"]) =>
  Effect.map(decode({ current, previous: null, meta: { ...old, object } }, types), (event) => event.data as object)

describe("what a payload says of the event", () => {
  const none = {
    user_id: null,
    correlation_id: null,
    webhook_id: null,
    webhook_owner_id: null,
    attempt: 1,
    host: null,
    type: null,
    change_source: null,
    is_bulk_edit: false,
    permitted_user_ids: [],
    merged_to_id: null,
    merged_from_id: null
  }

  it.effect("is all there, as text", () =>
    Effect.gen(function* () {
      const full = {
        ...meta,
        user_id: 12,
        correlation_id: "c",
        webhook_id: 13,
        webhook_owner_id: 14,
        host: "acme.pipedrive.com",
        type: "general",
        change_source: "app",
        is_bulk_edit: true,
        is_bulk_update: false,
        permitted_user_ids: [1, "2", null, {}, ""],
        merged_to_id: 8,
        merged_from_id: 9,
        // of the other version
        object: "person",
        timestamp_micro: 1
      }
      const event = yield* decode({ data: { id: 7 }, previous: null, retry: 5, meta: { ...full, attempt: "2" } })
      assert.deepStrictEqual(event.meta, {
        ...meta,
        version: "2.0",
        user_id: "12",
        correlation_id: "c",
        webhook_id: "13",
        webhook_owner_id: "14",
        attempt: 2,
        host: "acme.pipedrive.com",
        type: "general",
        change_source: "app",
        is_bulk_edit: true,
        permitted_user_ids: ["1", "2"],
        merged_to_id: "8",
        merged_from_id: "9"
      })
      assert.deepStrictEqual((yield* decode({ data: {}, meta })).meta, { ...none, ...meta, version: "2.0" })
      assert.isNull((yield* decode({ data: {}, meta })).userId)
      assert.deepInclude(event, { _tag: "deal.create", id: 7, companyId: 5, userId: 12, previous: null })
      const timeless = yield* decode({ data: {}, meta: { ...meta, timestamp: undefined } })
      assert.strictEqual(timeless.meta.timestamp, "")
    })
  )

  it.effect("is the same of version 1.0", () =>
    Effect.gen(function* () {
      const full = {
        ...old,
        id: "7",
        is_bulk_update: true,
        attempt: 9,
        entity: "x",
        entity_id: "8",
        timestamp_micro: 17
      }
      const is: WebhookEvents.Meta = {
        ...none,
        version: "1.0",
        action: "added",
        entity: "deal",
        entity_id: "7",
        company_id: "5",
        id: null,
        timestamp: "1523440213"
      }
      const event = yield* decode({ v: 1, current: { id: 7 }, previous: null, retry: "1", meta: full })
      assert.deepStrictEqual(event.meta, { ...is, attempt: 2, is_bulk_edit: true, timestamp: "17" })
      // known by any of three signs
      const { v: _, ...unversioned } = old
      for (const body of [{ v: 1, meta: unversioned }, { meta: old }, { meta: unversioned }]) {
        assert.deepStrictEqual((yield* decode({ ...body, current: { id: 7 }, previous: null })).meta, is)
      }
      for (const body of [
        { v: 1, meta: unversioned },
        { v: 2, meta: old }
      ]) {
        assert.strictEqual((yield* decode({ ...body, current: { id: 7 }, data: {} })).version, "1.0")
      }
      const both = { ...meta, object: "person" }
      assert.strictEqual((yield* decode({ current: {}, data: { id: 7 }, meta: both })).version, "2.0")
      // action and object stand in its name, too
      const { action, object, ...nameless } = old
      const named = yield* decode({ event: "updated.deal", current: { id: 7 }, previous: null, meta: nameless })
      assert.deepStrictEqual([named._tag, named.meta.action], ["deal.change", "updated"])
      for (const event of ["updated", "updated.", ".deal", ".updated.deal", 5]) {
        const error = yield* Effect.flip(decode({ event, current: { id: 7 }, previous: null, meta: nameless }))
        assert.match(error.message, /`meta.action` is missing; `meta.entity` is missing/)
      }
    })
  )

  it.effect("may be missing in part, which is said", () =>
    Effect.gen(function* () {
      for (const name of ["action", "entity", "entity_id", "company_id"] as const) {
        const error = yield* Effect.flip(decode({ data: {}, meta: { ...meta, [name]: "" } }))
        assert.match(error.message, new RegExp(`: \`meta.${name}\` is missing$`))
      }
    })
  )

  it.effect("has attempts from 1 on", () =>
    Effect.gen(function* () {
      const attempts: ReadonlyArray<readonly [told: unknown, v2: number, v1: number]> = [
        [undefined, 1, 1],
        ["x", 1, 1],
        [0, 1, 1],
        [1, 1, 2],
        [3, 3, 4],
        ["3", 3, 4],
        [-1, 1, 1],
        [1.5, 1, 1],
        [null, 1, 1]
      ]
      for (const [told, v2, v1] of attempts) {
        const event = yield* decode({ data: {}, meta: { ...meta, attempt: told } })
        const first = yield* decode({ current: {}, retry: told, meta: old })
        assert.deepStrictEqual([event.attempt, first.attempt], [v2, v1], String(told))
      }
    })
  )

  it.effect("has a point in time, or that at which it came", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      const now = "1970-01-01T00:00:01.000Z"
      const times: ReadonlyArray<readonly [given: object, time: string]> = [
        [{ timestamp: "2026-05-15T09:55:02.089Z" }, "2026-05-15T09:55:02.089Z"],
        [{ timestamp: 1523440213 }, "2018-04-11T09:50:13.000Z"],
        [{ timestamp: 1523440213384 }, "2018-04-11T09:50:13.384Z"],
        [{ timestamp: 1e11 }, "5138-11-16T09:46:40.000Z"],
        [{ timestamp: 1e11 + 1 }, "1973-03-03T09:46:40.001Z"],
        [{ timestamp: "1523440213" }, "2018-04-11T09:50:13.000Z"],
        [{ timestamp: "152344021" }, "1974-10-30T05:47:01.000Z"],
        [{ timestamp: "15234402130" }, "2452-10-04T02:22:10.000Z"],
        [{ timestamp: "a1523440213" }, now],
        [{ timestamp: "2026-05-15T09:55:02.089123456" }, "2026-05-15T09:55:02.089Z"],
        [{ timestamp: "1523440213a" }, now],
        [{ timestamp: 5, timestamp_milli: 1523440213384 }, "2018-04-11T09:50:13.384Z"],
        [{ timestamp: 5, timestamp_milli: 6, timestamp_micro: 1523440213384999 }, "2018-04-11T09:50:13.384Z"],
        [{ timestamp: 5, timestamp_milli: "6", timestamp_micro: "7" }, "1970-01-01T00:00:05.000Z"],
        [{ timestamp: "soon" }, now],
        [{ timestamp: true }, now],
        [{ timestamp: undefined }, now]
      ]
      for (const [given, time] of times) {
        const body = { data: {}, previous: null, meta: { ...meta, ...given } }
        const event = yield* decode(body)
        assert.strictEqual(DateTime.formatIso(event.timestamp), time, JSON.stringify(given))
      }
    })
  )

  it.effect("is kept of what nobody knows", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [more: object, id: number | string]> = [
        [{ entity: "__proto__" }, 7],
        [{ entity: "toString", entity_id: "007" }, 7],
        [{ action: "archive", entity_id: "a7" }, "a7"],
        [{ action: "toString", entity_id: "1".repeat(16) }, "1".repeat(16)]
      ]
      for (const [more, id] of cases) {
        const event = yield* decode({ data: [{ id: 7 }], previous: [], meta: { ...meta, ...more } })
        assert.deepInclude(event, { _tag: "other", entity: "other", action: "other", id, companyId: 5, previous: null })
        assert.deepStrictEqual<unknown>(event.data, { id: 7 })
      }
      // a lead's id stays text
      assert.strictEqual((yield* decode({ data: {}, meta: { ...meta, entity: "lead" } })).id, "7")
    })
  )

  it.effect("of a deletion is what there was", () =>
    Effect.gen(function* () {
      const gone = (more: object, merged: object = {}) =>
        decode({ ...more, meta: { ...meta, action: "delete", ...merged } })
      assert.deepStrictEqual<unknown>((yield* gone({ previous: { id: 7, title: "x" }, data: { id: 8 } })).previous, {
        id: 7,
        title: "x"
      })
      assert.deepStrictEqual<unknown>((yield* gone({ previous: null, data: { id: 7 } })).previous, { id: 7 })
      assert.deepStrictEqual<unknown>((yield* gone({ previous: "x", data: 5 })).previous, { id: 7 })
      assert.notProperty(yield* gone({ previous: { id: 7 } }), "mergedInto")
      assert.deepInclude(yield* gone({ previous: { id: 7 } }, { merged_to_id: "12" }), { mergedInto: 12, data: null })
      const change = { ...meta, action: "change" }
      assert.notProperty(yield* decode({ data: { id: 7 }, meta: change }), "mergedFrom")
      const merged = yield* decode({ data: { id: 7 }, meta: { ...change, merged_from_id: "3" } })
      assert.deepInclude(merged, { mergedFrom: 3 })
      // of a lead, what was not set is not there
      const lead = yield* decode({
        previous: { id: "x", [a]: null },
        meta: { ...meta, entity: "lead", action: "delete" }
      })
      assert.deepStrictEqual<unknown>(lead.previous, { id: "x" })
    })
  )

  it.effect("of a change is what was otherwise before", () =>
    Effect.gen(function* () {
      const changes: ReadonlyArray<readonly [previous: unknown, data: object, changed: object]> = [
        [null, { title: "x" }, {}],
        ["x", { title: "x" }, {}],
        [{ title: "x", value: 5 }, { title: "x", value: 6 }, { value: 5 }],
        [{ title: "x" }, {}, { title: "x" }],
        // none is none
        [{ title: null }, {}, {}],
        [{ title: undefined }, { title: null }, {}],
        [{ custom_fields: null }, { custom_fields: null }, {}],
        [{ custom_fields: null }, { custom_fields: { [a]: 1 } }, { custom_fields: null }],
        [{ custom_fields: { [a]: 1 } }, { custom_fields: null }, { custom_fields: { [a]: 1 } }],
        [{ custom_fields: { [a]: 1, [b]: 2 } }, { custom_fields: { [a]: 1, [b]: 3 } }, { custom_fields: { [b]: 2 } }],
        [{ custom_fields: { [a]: 1 } }, { custom_fields: { [a]: 1, [b]: 3 } }, {}]
      ]
      for (const [previous, data, changed] of changes) {
        const event = yield* decode({ data, previous, meta: { ...meta, action: "change" } })
        assert.deepStrictEqual<unknown>(event.previous, changed, JSON.stringify(previous))
      }
    })
  )

  it.effect("is told where it is not as documented", () =>
    Effect.gen(function* () {
      const board = { ...meta, entity: "board" }
      const change = { ...board, action: "change" }
      const name = "must be string, is 5"
      const drifts: ReadonlyArray<readonly [body: object, told: ReadonlyArray<string>]> = [
        [
          { data: { id: 7, name: "x", order_nr: 1 }, meta: board },
          ["`data.add_time` is missing", "`data.update_time` is missing"]
        ],
        [
          { previous: { id: 7, name: 5, order_nr: 1 }, meta: { ...board, action: "delete" } },
          [`\`previous.name\` ${name}`]
        ],
        [{ previous: { id: 7, order_nr: 1 }, meta: { ...board, action: "delete" } }, ["`previous.name` is missing"]],
        // what was before is in parts; what has not changed is not looked at
        [
          { data: { id: 7, name: "x" }, previous: { name: 5, order_nr: 1 }, meta: change },
          [`\`previous.name\` ${name}`]
        ],
        [{ data: { id: 7, name: 5 }, previous: { name: 5 }, meta: change }, [`\`data.name\` ${name}`]],
        [{ data: {}, meta: { ...board, timestamp: "soon" } }, ["`meta.timestamp` is no point in time"]],
        [{ data: {}, meta: { ...meta, action: "launch", timestamp: "soon" } }, ["`meta.timestamp` is no point in time"]]
      ]
      for (const [body, told] of drifts) {
        const error = yield* Effect.flip(
          HttpLayer.withPolicy(WebhookEvents.decode(body), { responseValidation: "strict" })
        )
        for (const words of told) assert.include(error.message, words)
        const missing = "`previous.id` is missing"
        if ("data" in body) assert.notInclude(error.message, missing)
      }
      const all = { id: 7, name: "x", order_nr: 1, add_time: "2026-05-15T09:00:00Z", update_time: null }
      yield* HttpLayer.withPolicy(WebhookEvents.decode({ data: all, meta: board }), { responseValidation: "strict" })
      // what payloads are known to lack, or to have otherwise, is no drift
      const whole = yield* dataOf("lead", { id: "x" })
      assert.deepStrictEqual(whole, { id: "x" })
      const user = { ...meta, entity: "user" }
      const lead = { ...meta, entity: "lead" }
      for (const [body, loose] of [
        [{ data: { is_admin: "x" }, meta: user }, "is_admin"],
        [{ data: {}, meta: lead }, "next_activity_id"]
      ] as const) {
        const error = yield* Effect.flip(
          HttpLayer.withPolicy(WebhookEvents.decode(body), { responseValidation: "strict" })
        )
        assert.include(error.message, "`data.id` is missing")
        assert.notInclude(error.message, loose)
      }
    })
  )

  it.effect("is refused where it is none", () =>
    Effect.gen(function* () {
      const refusals: ReadonlyArray<readonly [body: unknown, about: string]> = [
        [[], "the body must be a JSON object"],
        [JSON.parse(`{"a":${"[".repeat(600)}${"]".repeat(600)}}`), "the body is nested more than 512 levels deep"],
        [{ data: {} }, "`meta` is missing"],
        [{ data: {}, meta: "x" }, "`meta` must be an object"],
        [{ data: null, meta }, "`data` must be an object"],
        [{ v: 1, current: "x", meta: old }, "`current` must be an object"]
      ]
      for (const [body, about] of refusals) {
        const { message } = yield* Effect.flip(decode(body))
        assert.strictEqual(message, `Malformed: the delivery is no event of Pipedrive: ${about}`)
      }
    })
  )

  it.effect("has a key by which its deliveries are one", () =>
    Effect.gen(function* () {
      const keyOf = (body: unknown) => Effect.map(decode(body), WebhookEvents.key)
      assert.strictEqual(yield* keyOf({ data: {}, meta }), "5:deal:7:create:2026-05-15:e-1")
      // a user's event has the user's id, and version 1.0 none: the contents tell events apart
      const user = { ...meta, entity: "user", id: "7" }
      const ids = [
        yield* keyOf({ data: { id: 7 }, meta: user }),
        yield* keyOf({ data: { id: 7, name: "x" }, meta: user }),
        yield* keyOf({ current: { id: 7 }, meta: old }),
        yield* keyOf({ current: { id: 7, title: "x" }, meta: old })
      ]
      assert.strictEqual(new Set(ids).size, 4)
      for (const id of ids) assert.match(id, /^5:(user|deal):7:(create|added):[^:]+:[0-9a-z]+$/)
    })
  )
})

describe("what a payload says of a field", () => {
  const kinds: ReadonlyArray<readonly [entity: string, key: string, is: ReadonlyArray<readonly [unknown, unknown]>]> = [
    [
      "deal",
      "owner_id",
      [
        [5, 5],
        ["5", 5],
        ["123456789012345", 123456789012345],
        ["1234567890123456", "1234567890123456"],
        ["5a", "5a"],
        [[5], [5]],
        ["a5", "a5"],
        ["", ""],
        [{ value: "5", id: 6 }, 5],
        [{ id: 6 }, 6],
        [{ value: null, id: 6 }, 6],
        [{}, null],
        [null, null],
        [true, true]
      ]
    ],
    ["deal", "id", [["5", 5]]],
    ["deal", "visible_to", [["3", 3]]],
    ["deal", "origin_id", [["3", "3"]]],
    ["deal", "channel_id", [["3", "3"]]],
    ["deal", "source_lead_id", [["3", "3"]]],
    ["deal", "lead_id_x", [["3", "3"]]],
    ["deal", "x_lead_id", [["3", 3]]],
    ["activity", "lead_id", [["3", "3"]]],
    ["activity", "conference_meeting_id", [["3", "3"]]],
    [
      "deal",
      "is_deleted",
      [
        [1, true],
        ["1", true],
        [true, true],
        [0, false],
        ["0", false],
        [null, false],
        [false, false],
        ["x", "x"],
        [2, 2]
      ]
    ],
    ["activity", "busy", [[1, true]]],
    ["activity", "done", [["0", false]]],
    ["deal", "not_busy", [[1, 1]]],
    ["deal", "undone", [[1, 1]]],
    ["deal", "busyness", [[1, 1]]],
    ["deal", "this_is_x", [[1, 1]]],
    [
      "deal",
      "add_time",
      [
        ["2026-05-15 10:00:00", "2026-05-15T10:00:00Z"],
        ["2026-05-15 10:00:00.123", "2026-05-15T10:00:00.123Z"],
        ["2026-05-15T10:00:00Z", "2026-05-15T10:00:00Z"],
        ["x2026-05-15 10:00:00", "x2026-05-15 10:00:00"],
        ["2026-05-15 10:00:00x", "2026-05-15 10:00:00x"],
        ["0000-00-00 00:00:00", null],
        ["", null],
        [5, 5],
        [null, null]
      ]
    ],
    ["deal", "time_add", [["2026-05-15 10:00:00", "2026-05-15 10:00:00"]]],
    ["deal", "add_times", [["2026-05-15 10:00:00", "2026-05-15 10:00:00"]]],
    [
      "deal",
      "label_ids",
      [
        ["1,2", [1, 2]],
        ["1,,2,", [1, 2]],
        ["", []],
        [null, []],
        [5, [5]],
        [
          ["1", { id: 2 }],
          [1, 2]
        ]
      ]
    ],
    ["deal", "ids_label", [["1,2", "1,2"]]],
    ["deal", "label_ids_x", [["1,2", "1,2"]]],
    [
      "note",
      "add_time",
      [
        ["2026-05-15T15:41:34Z", "2026-05-15 15:41:34"],
        ["2026-05-15T15:41:34.567+02:00", "2026-05-15 13:41:34"],
        ["2026-05-15 15:41:34", "2026-05-15 15:41:34"],
        ["2026-05-15T15:41:34", "2026-05-15T15:41:34"],
        [["2026-05-15T15:41:34Z"], ["2026-05-15T15:41:34Z"]],
        [5, 5]
      ]
    ],
    ["note", "pinned_to_deal_flag", [[1, true]]],
    ["note", "flags", [[1, 1]]],
    ["note", "x_flags", [[1, 1]]],
    ["note", "user_id", [["5", 5]]],
    ["note", "user_ids", [["5", "5"]]],
    ["note", "add_times", [["2026-05-15T15:41:34Z", "2026-05-15T15:41:34Z"]]],
    ["note", "id", [["5", 5]]],
    ["note", "identity", [["5", "5"]]],
    ["note", "void", [["5", "5"]]],
    ["note", "lead_id", [["5", "5"]]],
    ["user", "created", [["2026-05-15T15:41:34Z", "2026-05-15 15:41:34"]]],
    ["user", "modified", [["2026-05-15T15:41:34Z", "2026-05-15 15:41:34"]]],
    ["user", "last_login", [["2026-05-15T15:41:34Z", "2026-05-15 15:41:34"]]],
    ["user", "recreated", [["2026-05-15T15:41:34Z", "2026-05-15T15:41:34Z"]]],
    ["user", "last_logins", [["2026-05-15T15:41:34Z", "2026-05-15T15:41:34Z"]]],
    ["user", "times", [["2026-05-15T15:41:34Z", "2026-05-15T15:41:34Z"]]],
    [
      "user",
      "is_admin",
      [
        [true, 1],
        [false, 0],
        [1, 1],
        ["x", "x"]
      ]
    ],
    [
      "product",
      "category",
      [
        [18, "18"],
        ["x", "x"],
        [null, null]
      ]
    ],
    [
      "activity",
      "due_time",
      [
        ["10:00", "10:00:00"],
        ["10:00:30", "10:00:30"],
        ["110:00", "110:00"],
        [["10:00"], ["10:00"]],
        [{ value: "10:00", timezone_id: 5 }, "10:00:00"],
        [{}, null],
        [null, null],
        [5, 5]
      ]
    ],
    ["activity", "duration", [["01:30", "01:30:00"]]],
    [
      "activity",
      "participants",
      [
        [null, []],
        ["x", "x"],
        [
          [{ person_id: 5, primary_flag: true }, { person_id: 6, primary_flag: 1 }, { person_id: 7 }, null],
          [{ person_id: 5, primary: true }, { person_id: 6, primary: false }, { person_id: 7 }, null]
        ]
      ]
    ],
    [
      "activity",
      "location",
      [
        [{ value: "x", formatted_address: "y" }, { value: "x" }],
        [null, null]
      ]
    ],
    [
      "person",
      "emails",
      [
        [null, []],
        ["x", "x"],
        [
          [{ value: "" }, { value: "x" }, {}, "y"],
          [{ value: "x" }, {}, "y"]
        ]
      ]
    ],
    ["person", "phones", [[null, []]]],
    ["person", "im", [[null, []]]],
    ["person", "postal_address", [[{ value: "x", formatted_address: "y" }, { value: "x" }]]],
    ["organization", "address", [[{ value: "x", formatted_address: "y" }, { value: "x" }]]],
    [
      "product",
      "prices",
      [
        [
          [{ id: 1, price: 5, overhead_cost: 2, price_formatted: "5" }, { id: 1, price: 5 }, null],
          [{ price: 5, direct_cost: 2 }, { id: 1, price: 5 }, null]
        ],
        [null, null]
      ]
    ],
    [
      "deal_product",
      "comments",
      [
        [null, ""],
        ["x", "x"]
      ]
    ],
    [
      "lead",
      "visible_to",
      [
        [3, "3"],
        ["3", "3"]
      ]
    ],
    ["lead", "is_archived", [[1, true]]],
    ["lead", "was_seen", [[0, false]]],
    ["lead", "this_is_seen", [[0, 0]]],
    ["lead", "owner_id", [["5", "5"]]]
  ]

  it.effect("is in the form of the API", () =>
    Effect.gen(function* () {
      for (const [entity, key, values] of kinds) {
        for (const [given, is] of values) {
          const data = yield* dataOf(entity, { [key]: given })
          assert.deepStrictEqual(data, { [key]: is }, `${entity}.${key} ${JSON.stringify(given)}`)
        }
      }
    })
  )

  it.effect("is under the name of the API", () =>
    Effect.gen(function* () {
      const names: ReadonlyArray<readonly [entity: string, given: object, is: object]> = [
        ["activity", { user_id: "5" }, { owner_id: 5 }],
        ["activity", { created_by_user_id: 5, busy_flag: 1 }, { creator_user_id: 5, busy: true }],
        ["activity", { update_user_id: 5, private: true, subject: "x" }, { subject: "x" }],
        ["activityType", { is_deleted: true }, { active_flag: false }],
        ["deal", { user_id: 5, deleted: 1, label: "1" }, { owner_id: 5, is_deleted: true, label_ids: [1] }],
        [
          "deal_product",
          { enabled_flag: 1, last_edit: "2026-05-15 10:00:00" },
          {
            is_enabled: true,
            update_time: "2026-05-15T10:00:00Z"
          }
        ],
        ["note", { is_deleted: false }, { active_flag: true }],
        ["organization", { active_flag: true, label: 5 }, { is_deleted: false, label_ids: [5] }],
        ["organization", { country_code: "EE", picture_id: 5, name: "x" }, { name: "x" }],
        [
          "person",
          { active_flag: false, label: 5, email: null, phone: null },
          {
            is_deleted: true,
            label_ids: [5],
            emails: [],
            phones: []
          }
        ],
        ["pipeline", { active: true, deal_probability: 1 }, { is_deleted: false, is_deal_probability_enabled: true }],
        ["pipeline", { active_flag: 0, url_title: "x", selected: true }, { is_deleted: true }],
        ["product", { active_flag: 1, selectable: 1 }, { is_deleted: false, is_linkable: true }],
        ["project", { labels: "1,2" }, { label_ids: [1, 2] }],
        [
          "stage",
          { active_flag: true, rotten_flag: true, rotten_days: 5 },
          {
            is_deleted: false,
            is_deal_rot_enabled: true,
            days_to_rotten: 5
          }
        ],
        ["task", { done: 1 }, { is_done: true }],
        // the API's own name counts
        ["deal", { owner_id: 6, user_id: 5 }, { owner_id: 6 }],
        ["deal", { toString: 5 }, { toString: 5 }]
      ]
      for (const [entity, given, is] of names) assert.deepStrictEqual(yield* dataOf(entity, given), is, entity)
    })
  )

  it.effect("is, in version 1.0, no more than the API tells", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* oldDataOf("organization", {
          id: 7,
          name: "x",
          address: "1 High Street",
          address_country: "Estonia",
          people_count: 5,
          next_activity_id: 5,
          custom_fields: null
        }),
        {
          id: 7,
          name: "x",
          address: {
            value: "1 High Street",
            subpremise: null,
            street_number: null,
            route: null,
            sublocality: null,
            locality: null,
            admin_area_level_1: null,
            admin_area_level_2: null,
            country: "Estonia",
            postal_code: null
          },
          custom_fields: null
        }
      )
      // what the API shows only when it is asked to
      const more = {
        next_activity_id: 1,
        last_activity_id: 1,
        email_messages_count: 1,
        first_won_time: "x",
        last_incoming_mail_time: "x",
        last_outgoing_mail_time: "x",
        smart_bcc_email: "x",
        source_lead_id: "x",
        marketing_status: "x",
        doi_status: 1,
        employee_count: 1
      }
      for (const [object, is] of [
        ["deal", { custom_fields: null }],
        ["person", { custom_fields: null }],
        ["organization", { employee_count: 1, custom_fields: null }]
      ] as const) {
        assert.deepStrictEqual<object>(yield* oldDataOf(object, more), is, object)
      }
      assert.deepStrictEqual(yield* oldDataOf("activity", { attendees: [], subject: "x" }), { subject: "x" })
      // entities of v1 are told whole
      assert.deepStrictEqual(yield* oldDataOf("note", { id: 7, smart_bcc_email: "x" }), { id: 7, smart_bcc_email: "x" })
    })
  )
})

describe("what a payload says of an account's own field", () => {
  it.effect("is, in version 2.0, what stands beside its type", () =>
    Effect.gen(function* () {
      const values: ReadonlyArray<readonly [unknown, unknown]> = [
        ["x", "x"],
        [null, null],
        [
          { type: 5, value: "x" },
          { type: 5, value: "x" }
        ],
        [{ type: "set", values: ["1", { id: 2 }] }, [1, 2]],
        [{ type: "set", values: "x" }, { values: "x" }],
        [{ type: "people", id: "5" }, 5],
        [
          { type: "varchar", id: 5, value: "x" },
          { id: 5, value: "x" }
        ],
        [
          { type: "daterange", from: "a", until: "b" },
          { value: "a", until: "b" }
        ],
        ...["user", "org", "people", "enum", "int"].map((type) => [{ type, value: "5" }, 5] as const),
        ...["varchar", "xuser", "userx"].map((type) => [{ type, value: "5" }, "5"] as const),
        [{ type: "user", other: "5" }, { other: "5" }],
        [{ type: "address", value: "x", formatted_address: "y" }, { value: "x" }],
        [
          { type: "other", value: "x", formatted_address: "y" },
          { value: "x", formatted_address: "y" }
        ]
      ]
      for (const [given, is] of values) {
        const data = yield* dataOf("deal", { custom_fields: { [a]: given } })
        assert.deepStrictEqual(data, { custom_fields: { [a]: is } }, JSON.stringify(given))
      }
      // beside the entity's fields it has no place there
      assert.deepStrictEqual(yield* dataOf("deal", { [a]: 1, [`${a}_currency`]: "EUR", custom_fields: "x" }), {
        custom_fields: "x"
      })
      assert.deepStrictEqual(yield* dataOf("board", { [a]: 1, custom_fields: {}, [`${a}x`]: 1, [`x${a}_b`]: 1 }), {
        [a]: 1,
        [`${a}x`]: 1,
        [`x${a}_b`]: 1
      })
    })
  )

  it.effect("is, in version 1.0, what its type or the keys beside it say", () =>
    Effect.gen(function* () {
      const values: ReadonlyArray<readonly [type: string | undefined, given: unknown, is: unknown]> = [
        [undefined, null, null],
        [undefined, undefined, null],
        ["set", null, null],
        [undefined, "", ""],
        ...["varchar", "varchar_auto", "text", "phone"].map((type) => [type, "", ""] as const),
        ...["enum", "set", "double", "xtext", "texts"].map((type) => [type, "", null] as const),
        ...["enum", "user", "org", "people"].flatMap((type) => [
          [type, "5", 5] as const,
          [type, { value: 5 }, 5] as const
        ]),
        ["set", "1,2", [1, 2]],
        ["set", 5, [5]],
        ["double", "1.5", 1.5],
        ["double", 1.5, 1.5],
        ["double", " ", " "],
        ["varchar", "5", "5"],
        [undefined, "5", "5"]
      ]
      for (const [type, given, is] of values) {
        const data = yield* oldDataOf("deal", { [a]: given }, type === undefined ? {} : { [a]: type })
        assert.deepStrictEqual(data, { custom_fields: { [a]: is } }, `${type} ${JSON.stringify(given)}`)
      }
      const parts = {
        [a]: 5,
        [`${a}_currency`]: "EUR",
        [b]: "x",
        [`${b}_country`]: "y",
        [`${b}_formatted_address`]: "z"
      }
      assert.deepStrictEqual(yield* oldDataOf("deal", parts), {
        custom_fields: { [a]: { value: 5, currency: "EUR" }, [b]: { value: "x", country: "y" } }
      })
      assert.deepStrictEqual(yield* oldDataOf("deal", { custom_fields: { [a]: 5 }, [b]: 6 }), {
        custom_fields: { [a]: 5 }
      })
      // where it may be missing, none is none
      assert.deepStrictEqual(yield* oldDataOf("project", { title: "x" }), { title: "x" })
      assert.deepStrictEqual(yield* oldDataOf("project", { [a]: 1 }), { custom_fields: { [a]: 1 } })
      assert.deepStrictEqual(yield* oldDataOf("board", { name: "x" }), { name: "x" })
    })
  )

  it.effect("stands, of a lead, beside the others", () =>
    Effect.gen(function* () {
      const custom_fields = {
        [a]: { type: "enum", id: 5 },
        [b]: { type: "monetary", value: 5, currency: "EUR" },
        [c]: { type: "set", values: [{ id: 1 }, { id: 2 }] },
        [key("d")]: { type: "time", value: "10:00:00", timezone_id: 5, timezone_name: "UTC" },
        [key("e")]: null,
        [key("2")]: { type: "enum", id: null },
        [key("f")]: { type: "user", id: 5 },
        [key("1")]: { type: "x", currency: "EUR" }
      }
      const flat = {
        [a]: "5",
        [b]: 5,
        [`${b}_currency`]: "EUR",
        [c]: "1,2",
        [key("d")]: "10:00:00",
        [`${key("d")}_timezone_id`]: 5,
        [key("f")]: 5,
        [`${key("1")}_currency`]: "EUR"
      }
      assert.deepStrictEqual(yield* dataOf("lead", { id: "x", custom_fields }), { id: "x", ...flat })
      assert.deepStrictEqual(yield* dataOf("lead", { custom_fields: "x" }), {})
      assert.deepStrictEqual(yield* oldDataOf("lead", { id: "x", [a]: "5", [b]: null, [`${b}_currency`]: null }), {
        id: "x",
        [a]: "5"
      })
      // before, it was not set
      const changed = { custom_fields: { [a]: { type: "varchar", value: "x" } } }
      const event = yield* decode({
        data: changed,
        previous: { custom_fields: { [a]: null } },
        meta: { ...meta, entity: "lead", action: "change" }
      })
      assert.deepStrictEqual<unknown>(event.previous, { [a]: null })
    })
  )
})
