import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Cause, DateTime, Effect, FastCheck as fc, Logger, LogLevel, Option, TestClock } from "effect"
import { HttpLayer } from "effect-pipedrive"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { Told } from "../src/internal/telemetry/drift.js"
import { world } from "./sandbox/support.js"
import { models } from "./support/customFields.js"
import { ask, collector, lives, plain, required, seed, types } from "./support/webhooks.js"

/** What version 1.0 cannot say: a zone's name. */
const withoutZones = ({ custom_fields, ...entity }: any): any =>
  typeof custom_fields !== "object" || custom_fields === null
    ? { ...entity, ...(custom_fields === undefined ? {} : { custom_fields }) }
    : {
        ...entity,
        custom_fields: Object.fromEntries(
          Object.entries<any>(custom_fields).map(([key, value]) => {
            if (typeof value !== "object" || value === null || Array.isArray(value)) return [key, value]
            const { timezone_name: _, ...rest } = value
            return [key, rest]
          })
        )
      }

/** Holds an event's entity against the API's: what is there is equal, and what is not is known to be missing. */
const compare = (event: WebhookEvents.Event, told: any, api: any) => {
  const name = event.entity as WebhookEvents.EntityName
  const [left, right] = event.version === "1.0" ? [withoutZones(told), withoutZones(api)] : [told, api]
  const missing = required(name).filter((key) => !(key in left))
  assert.deepStrictEqual(missing, [], `${event._tag} ${event.version} lacks fields`)
  assert.deepStrictEqual(
    left,
    Object.fromEntries(Object.entries(right).filter(([key]) => key in left)),
    `${event._tag} ${event.version}`
  )
}

const started = Effect.gen(function* () {
  yield* TestClock.setTime(Date.UTC(2026, 4, 15, 9, 30, 15, 123))
  const { bodies, client } = collector()
  const { sandbox, send } = yield* world({ webhooks: client, seed })
  for (const version of ["1.0", "2.0"]) {
    const hook = {
      subscription_url: "https://hooks.example.com/in",
      event_action: "*",
      event_object: "*",
      name: version
    }
    yield* send("POST", "/v1/webhooks", { ...hook, version })
  }
  /** The events since it was last asked. */
  const events = Effect.gen(function* () {
    yield* Effect.replicateEffect(Effect.yieldNow(), 20)
    return yield* Effect.forEach(bodies.splice(0), (body) => WebhookEvents.decode(body, { fieldTypes: types }))
  })
  return { bodies, events, sandbox, send }
})

const answered = (reply: { readonly status: number; readonly body: any }) => {
  assert.isBelow(reply.status, 300, JSON.stringify(reply.body))
  return reply.body.data
}

describe("an event's entity", () => {
  it.effect("is the API's, of every entity, action and version, whatever its own fields hold", () =>
    Effect.gen(function* () {
      const { events, send } = yield* started
      const samples = fc.sample(models("v2").map(plain), { numRuns: 8, seed: 7 })
      for (let round = 0; round < samples.length; round += 2) {
        const [before, after] = [samples[round]!, samples[round + 1]!]
        const ids: Record<string, any> = {}
        const seen = new Set<string>()
        const check = Effect.fnUntraced(function* (entity: WebhookEvents.EntityName, action: string) {
          const got = (yield* events).filter((event) => event.entity === entity && event.id === ids[entity])
          for (const version of ["1.0", "2.0"] as const) {
            const event = got.filter((one) => one.version === version).at(-1)
            assert.strictEqual(event?._tag, `${entity}.${action}`, version)
            seen.add(event!._tag)
            if (action !== "delete") compare(event!, event!.data, yield* ask(send, entity, ids[entity], ids.deal))
          }
          return got
        })
        for (const life of lives) {
          ids[life.entity] = answered(yield* send("POST", life.path(ids), life.made(ids, before))).id
          yield* check(life.entity, "create")
          yield* TestClock.adjust("1 second")
          const path = `${life.path(ids)}/${ids[life.entity]}`
          const old = yield* ask(send, life.entity, ids[life.entity], ids.deal)
          answered(yield* send(life.method ?? "PATCH", path, life.changed(after)))
          const now = yield* ask(send, life.entity, ids[life.entity], ids.deal)
          for (const event of yield* check(life.entity, "change")) {
            // what was before stands in `previous`, and no more than what has changed
            for (const [key, value] of Object.entries(event.previous as object)) {
              if (key === "custom_fields" || !(key in old)) continue
              assert.deepStrictEqual(value, old[key], `${event._tag} ${event.version} ${key}`)
              assert.notDeepEqual(value, now[key], `${event._tag} ${event.version} ${key}`)
            }
          }
        }
        for (const life of lives.filter(({ stays }) => stays !== true).reverse()) {
          const last = yield* ask(send, life.entity, ids[life.entity], ids.deal)
          yield* send("DELETE", `${life.path(ids)}/${ids[life.entity]}`)
          for (const event of yield* check(life.entity, "delete")) {
            assert.isNull(event.data)
            compare(event, event.previous, last)
          }
        }
        assert.strictEqual(seen.size, 17 * 3 - 3)
      }
    })
  )
})

// -----------------------------------------------------------------------------
// payloads by hand, with the names and formats of Pipedrive's own examples
// -----------------------------------------------------------------------------

const meta = (entity: string, action: string, more: object = {}) => ({
  action,
  entity,
  entity_id: "7",
  id: "71825ee0-0054-4267-b5fd-d28b7a414212",
  company_id: "8087566",
  user_id: "12415231",
  webhook_id: "4710827",
  webhook_owner_id: "12094821",
  correlation_id: "4095519f-02cb-44bc-bd2f-551d5383f202",
  timestamp: "2026-05-15T09:55:02.089Z",
  type: "general",
  version: "2.0",
  is_bulk_edit: false,
  change_source: "app",
  attempt: 1,
  host: "acme.pipedrive.com",
  permitted_user_ids: ["12415231"],
  ...more
})

const strict = (body: unknown) => HttpLayer.withPolicy(WebhookEvents.decode(body), { responseValidation: "strict" })

describe("version 2.0", () => {
  it.effect("has numbers where the wire has digits, a point in time, and the wire's texts beside them", () =>
    Effect.gen(function* () {
      const event = yield* WebhookEvents.decode(
        JSON.stringify({
          data: { id: 7, title: "Desks", visible_to: "3" },
          previous: null,
          meta: meta("deal", "create")
        })
      )
      assert.strictEqual(event._tag, "deal.create")
      assert.deepStrictEqual([event.id, event.companyId, event.userId, event.attempt], [7, 8087566, 12415231, 1])
      assert.strictEqual(DateTime.formatIso(event.timestamp), "2026-05-15T09:55:02.089Z")
      const { company_id, entity_id, host, permitted_user_ids, webhook_id } = event.meta
      assert.deepStrictEqual(
        [company_id, entity_id, host, permitted_user_ids, webhook_id],
        ["8087566", "7", "acme.pipedrive.com", ["12415231"], "4710827"]
      )
      // what is not there stays absent
      assert.deepStrictEqual(event.data, { id: 7, title: "Desks", visible_to: 3 })
    })
  )

  it.effect("has activities, pipelines, stages and products by older names", () =>
    Effect.gen(function* () {
      const data = function* (entity: string, data: object) {
        const event = yield* WebhookEvents.decode({ data, previous: null, meta: meta(entity, "create") })
        return event.data
      }
      assert.deepStrictEqual(
        yield* data("activity", {
          id: 2,
          active_flag: true,
          busy_flag: null,
          due_date: "2026-05-15",
          due_time: { timezone_id: null, value: "10:00" },
          duration: null,
          update_user_id: null
        }),
        { id: 2, is_deleted: false, busy: false, due_date: "2026-05-15", due_time: "10:00:00", duration: null }
      )
      assert.deepStrictEqual(
        yield* data("pipeline", { id: 9, active_flag: true, deal_probability: false, url_title: "x" }),
        {
          id: 9,
          is_deleted: false,
          is_deal_probability_enabled: false
        }
      )
      assert.deepStrictEqual(yield* data("stage", { id: 9, rotten_days: 1, rotten_flag: true, active_flag: false }), {
        id: 9,
        days_to_rotten: 1,
        is_deal_rot_enabled: true,
        is_deleted: true
      })
      assert.deepStrictEqual(yield* data("product", { id: 1, selectable: true, category: 18, visible_to: "3" }), {
        id: 1,
        is_linkable: true,
        category: "18",
        visible_to: 3
      })
      assert.deepStrictEqual(yield* data("person", { id: 8, label: 5, emails: [], visible_to: "1" }), {
        id: 8,
        label_ids: [5],
        emails: [],
        visible_to: 1
      })
      assert.deepStrictEqual(
        yield* data("note", { id: 1, active_flag: true, add_time: "2026-05-15T15:41:34Z", pinned_to_deal_flag: false }),
        { id: 1, active_flag: true, add_time: "2026-05-15 15:41:34", pinned_to_deal_flag: false }
      )
    })
  )

  it.effect("has an account's own fields in the API's form", () =>
    Effect.gen(function* () {
      const typed = {
        a: { type: "varchar", value: "x" },
        b: { type: "monetary", value: 0, currency: "EUR" },
        c: { type: "people", id: 17818 },
        d: { type: "timerange", from: "00:00:00", until: "01:15:00", timezone_id: 310 },
        e: { type: "address", value: "Tallinn", country: "Estonia", formatted_address: "Tallinn, Estonia" },
        f: { type: "enum", id: 17 },
        g: { type: "set", values: [{ id: 13 }, { id: 14 }] },
        h: null
      }
      const named = (object: object) =>
        Object.fromEntries(Object.entries(object).map(([digit, value]) => [digit.repeat(40), value]))
      const event = yield* WebhookEvents.decode({
        data: { id: 7, custom_fields: named({ ...typed, h: null }) },
        previous: { custom_fields: named({ f: { type: "enum", id: 2 } }) },
        meta: meta("deal", "change")
      })
      assert.deepStrictEqual((event as WebhookEvents.Changed<"deal">).data.custom_fields, {
        ...named({
          a: "x",
          b: { value: 0, currency: "EUR" },
          c: 17818,
          d: { value: "00:00:00", until: "01:15:00", timezone_id: 310 },
          e: { value: "Tallinn", country: "Estonia" },
          f: 17,
          g: [13, 14],
          h: null
        })
      })
      assert.deepStrictEqual(event.previous, { custom_fields: named({ f: 2 }) })
    })
  )

  it.effect("says of a merge what came of it", () =>
    Effect.gen(function* () {
      const winner = yield* WebhookEvents.decode({
        data: { id: 7 },
        previous: {},
        meta: meta("person", "change", { merged_from_id: "3" })
      })
      const loser = yield* WebhookEvents.decode({
        data: null,
        previous: { id: 3 },
        meta: meta("person", "delete", { entity_id: "3", merged_to_id: "7" })
      })
      assert.strictEqual((winner as WebhookEvents.Changed<"person">).mergedFrom, 3)
      assert.strictEqual((loser as WebhookEvents.Deleted<"person">).mergedInto, 7)
    })
  )

  it.effect("has users with their own idea of ids and times", () =>
    Effect.gen(function* () {
      const event = yield* strict({
        data: {
          id: "16943176",
          default_currency: "USD",
          name: "sample@example.com",
          email: "sample@example.com",
          phone: null,
          locale: "et_EE",
          lang: "en-GB",
          active_flag: false,
          last_login: null,
          timezone_name: "Europe/Helsinki",
          icon_url: null,
          created: "2022-11-24 15:39:48",
          modified: "2022-11-24 15:39:48",
          access: null
        },
        previous: { active_flag: true },
        meta: meta("user", "change", { entity_id: "16943176", id: "16943176", timestamp: 1669304389 })
      })
      assert.strictEqual(event._tag, "user.change")
      assert.strictEqual(event.id, 16943176)
      assert.strictEqual(DateTime.formatIso(event.timestamp), "2022-11-24T15:39:49.000Z")
      assert.deepStrictEqual(event.previous, { active_flag: true })
    })
  )
})

describe("version 1.0", () => {
  const old = (object: string, action: string, current: unknown, previous: unknown) => ({
    v: 1,
    meta: {
      v: 1,
      action,
      object,
      id: 7,
      company_id: 8087566,
      user_id: 12415231,
      host: "acme.pipedrive.com",
      timestamp: 1523440213,
      timestamp_micro: 1523440213384700,
      permitted_user_ids: [12415231],
      webhook_id: "4710827"
    },
    retry: 2,
    current,
    previous,
    event: `${action}.${object}`
  })

  it.effect("is the same event, with what has changed alone", () =>
    Effect.gen(function* () {
      const deal = {
        id: 7,
        title: "Desks",
        user_id: 5,
        deleted: false,
        visible_to: "3",
        label: "1,2",
        person_name: "Ada"
      }
      const event = yield* WebhookEvents.decode(old("deal", "updated", { ...deal, title: "Chairs" }, deal))
      assert.strictEqual(event._tag, "deal.change")
      assert.deepStrictEqual([event.attempt, event.meta.action, event.meta.company_id], [3, "updated", "8087566"])
      assert.strictEqual(DateTime.formatIso(event.timestamp), "2018-04-11T09:50:13.384Z")
      assert.deepStrictEqual(event.data, {
        id: 7,
        title: "Chairs",
        owner_id: 5,
        is_deleted: false,
        visible_to: 3,
        label_ids: [1, 2],
        custom_fields: null
      })
      assert.deepStrictEqual(event.previous, { title: "Desks" })
    })
  )

  it.effect("has a user in an array, and merges as changes", () =>
    Effect.gen(function* () {
      const user = yield* WebhookEvents.decode(old("user", "updated", [{ id: 7, name: "B" }], [{ id: 7, name: "A" }]))
      assert.deepStrictEqual(
        [user._tag, user.data, user.previous],
        ["user.change", { id: 7, name: "B" }, { name: "A" }]
      )
      const merged = yield* WebhookEvents.decode(old("person", "merged", { id: 7 }, { id: 7 }))
      assert.deepStrictEqual([merged._tag, merged.meta.action], ["person.change", "merged"])
    })
  )

  it.effect("leaves the ids of options as text where nobody says what they are", () =>
    Effect.gen(function* () {
      const hash = "a".repeat(40)
      const body = old("deal", "added", { id: 7, [hash]: "12" }, null)
      const own = (event: WebhookEvents.Event) => (event.data as { readonly custom_fields: unknown }).custom_fields
      assert.deepStrictEqual(own(yield* WebhookEvents.decode(body)), { [hash]: "12" })
      const fieldTypes = WebhookEvents.fieldTypes([{ field_code: hash, field_type: "enum" }])
      assert.deepStrictEqual(own(yield* WebhookEvents.decode(body, { fieldTypes })), { [hash]: 12 })
    })
  )
})

describe("a delivery", () => {
  it.effect("of what nobody knows is kept", () =>
    Effect.gen(function* () {
      const body = {
        data: { id: 1, tail: true },
        previous: null,
        meta: meta("spaceship", "launch", { entity_id: "ab" })
      }
      const event = yield* WebhookEvents.decode(body)
      assert.deepStrictEqual([event._tag, event.entity, event.id, event.data], ["other", "other", "ab", body.data])
      assert.deepStrictEqual([event.meta.entity, event.meta.action], ["spaceship", "launch"])
      assert.strictEqual((yield* WebhookEvents.decode({ ...body, meta: meta("deal", "archive") }))._tag, "other")
    })
  )

  it.effect("that is none is an error, which says where", () =>
    Effect.gen(function* () {
      const refused = (body: unknown) =>
        Effect.map(Effect.flip(WebhookEvents.decode(body)), ({ message, reason }) => [reason, message])
      const about = (what: string) => ["Malformed", `Malformed: the delivery is no event of Pipedrive: ${what}`]
      assert.deepStrictEqual(yield* refused("{"), about("the body is not JSON"))
      assert.deepStrictEqual(yield* refused([]), about("the body must be a JSON object"))
      assert.deepStrictEqual(yield* refused(null), about("the body must be a JSON object"))
      assert.deepStrictEqual(yield* refused({ data: {} }), about("`meta` is missing"))
      assert.deepStrictEqual(yield* refused({ meta: "x" }), about("`meta` must be an object"))
      assert.deepStrictEqual(
        yield* refused({ meta: { action: {}, company_id: 5 } }),
        about("`meta.action` is missing; `meta.entity` is missing; `meta.entity_id` is missing")
      )
      assert.deepStrictEqual(
        yield* refused({ data: null, previous: null, meta: meta("deal", "change") }),
        about("`data` must be an object")
      )
      const deep = `{"meta":${"[".repeat(100_000)}${"]".repeat(100_000)}}`
      assert.deepStrictEqual(yield* refused(deep), about("the body is nested more than 512 levels deep"))
    })
  )

  it.effect("never fails otherwise, and never dies, whatever is in it", () =>
    Effect.gen(function* () {
      const anything = fc.anything({ withNullPrototype: true, maxDepth: 3 })
      const bodies = fc.record(
        {
          data: anything,
          previous: anything,
          current: anything,
          v: fc.constantFrom(1, 2, undefined),
          meta: fc.oneof(
            anything,
            fc.record({
              entity: fc.constantFrom("deal", "activity", "product", "user", "lead", "__proto__"),
              action: fc.constantFrom("create", "change", "delete", "toString"),
              entity_id: fc.oneof(fc.string(), fc.integer()),
              company_id: fc.constant("5"),
              timestamp: anything,
              attempt: anything
            })
          )
        },
        { requiredKeys: [] }
      )
      for (const body of fc.sample(fc.oneof(anything, bodies), { numRuns: 500, seed: 3 })) {
        const exit = yield* Effect.exit(WebhookEvents.decode(body))
        if (exit._tag === "Failure") {
          assert.isTrue(Option.isSome(Cause.failureOption(exit.cause)), String(exit.cause))
        }
      }
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
  )

  it.effect("with a surprising field is passed on, with one warning, or refused where that is wanted", () =>
    Effect.gen(function* () {
      const body = { data: { id: 9, name: 5, order_nr: 1 }, previous: null, meta: meta("board", "create") }
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => lines.push(String(message)))
      const event = yield* Effect.replicateEffect(WebhookEvents.decode(body), 2).pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Effect.provideService(Told, new Set())
      )
      assert.deepStrictEqual(event[1]?.data, body.data)
      assert.strictEqual(lines.length, 1)
      assert.match(
        lines[0] ?? "",
        /board\.create: what was delivered is not as documented: `data\.name` must be string/
      )
      assert.match((yield* Effect.flip(strict(body))).message, /`data\.name` must be string/)
      // nor is anything said where nobody wants to know
      const off = HttpLayer.withPolicy(WebhookEvents.decode(body), { responseValidation: "off" })
      const silent = yield* off.pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Effect.provideService(Told, new Set())
      )
      assert.deepStrictEqual([silent.data, lines.length], [body.data, 1])
    })
  )

  it.effect("has a key that all its attempts share, and no other event", () =>
    Effect.gen(function* () {
      const at = (more: object) =>
        Effect.map(
          WebhookEvents.decode({ data: { id: 7 }, previous: { title: "A" }, meta: meta("deal", "change", more) }),
          WebhookEvents.key
        )
      const first = yield* at({})
      assert.strictEqual(yield* at({ attempt: 2 }), first)
      assert.strictEqual(yield* at({ attempt: 4, webhook_id: "2" }), first)
      const others = [
        { id: "other" },
        { timestamp: "2026-05-15T09:55:02.090Z" },
        { entity_id: "8" },
        { company_id: "1" }
      ]
      assert.strictEqual(new Set([first, ...(yield* Effect.forEach(others, at))]).size, 5)
    })
  )
})

const recordings = new URL("../../shared/data/recordings/", import.meta.url)

describe.skipIf(!existsSync(recordings))("records of a live account", () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, recordings), "utf8")).body.data
  const delivered = (object: string, record: any) => ({
    v: 1,
    meta: { v: 1, action: "added", object, id: record.id, company_id: 1, user_id: 1, timestamp: 1523440213 },
    current: object === "user" ? [record] : record,
    previous: null
  })

  for (const [name, object] of [
    ["get-activity", "activity"],
    ["create-deal", "deal"],
    ["list-persons", "person"],
    ["list-organizations", "organization"],
    ["products", "product"],
    ["pipelines", "pipeline"],
    ["list-stages", "stage"],
    ["list-leads", "lead"],
    ["get-note", "note"],
    ["users", "user"]
  ] as const) {
    it.effect(`of ${name} become those of the API, delivered by version 1.0`, () =>
      Effect.gen(function* () {
        const found = read(name)
        for (const record of Array.isArray(found) ? found : [found]) {
          const event = yield* strict(delivered(object, record))
          assert.deepStrictEqual(
            required(object).filter((key) => !(key in (event.data as object))),
            []
          )
          if (/lead|note|user/.test(object)) assert.deepStrictEqual(event.data, record)
        }
      })
    )
  }

  it.effect("of v2 stay as they are, delivered by version 2.0", () =>
    Effect.gen(function* () {
      const deal = read("get-deal")
      const event = yield* strict({
        data: { ...deal, visible_to: String(deal.visible_to) },
        previous: null,
        meta: meta("deal", "create", { entity_id: "1" })
      })
      assert.deepStrictEqual(event.data, deal)
    })
  )
})
