/**
 * What users of other clients met, as collected in issue trackers and changelogs: each case by its number in that collection.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Endpoint, Field, HttpLayer } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Nodes from "../src/internal/schema/nodes.js"
import { fieldsOf } from "./parity/schemas.js"
import { failure, refusal, sent, strictly } from "./support/cases.js"
import * as Fake from "./support/fake.js"
import { byKey, entries } from "./support/surface.js"

const K1 = "d1f443a570bc497f809f07309cd3a6903ffe8900"

describe("types wrong or missing", () => {
  it.effect("T1: a person is no organization", () =>
    Effect.gen(function* () {
      const person = {
        id: 1,
        name: "A",
        first_name: "A",
        last_name: null,
        owner_id: 1,
        org_id: null,
        add_time: "2026-05-15T09:55:02Z",
        update_time: null,
        emails: [{ value: "a@b.c", primary: true, label: "work" }],
        phones: [],
        is_deleted: false,
        visible_to: 3,
        label_ids: [],
        picture_id: null,
        custom_fields: null
      }
      const { data } = yield* strictly(v2.Persons.get({ id: 1 }), Fake.ok(person))
      assert.strictEqual(data.emails[0]?.value, "a@b.c")
    })
  )

  it.effect("T2: custom fields are written on v2 under custom_fields", () =>
    Effect.gen(function* () {
      const custom_fields = { [K1]: "x" }
      assert.deepStrictEqual(yield* sent(v2.Persons.update({ id: 6, custom_fields })), [
        { request: "PATCH /api/v2/persons/6", body: { custom_fields }, type: "application/json" }
      ])
      for (const program of [
        v2.Deals.add({ title: "T", custom_fields }),
        v2.Deals.update({ id: 1, custom_fields }),
        v2.Organizations.add({ name: "O", custom_fields }),
        v2.Organizations.update({ id: 1, custom_fields }),
        v2.Products.add({ name: "P", custom_fields }),
        v2.Products.update({ id: 1, custom_fields }),
        v2.Activities.add({ subject: "A", type: "call", custom_fields }),
        v2.Activities.update({ id: 1, custom_fields })
      ]) {
        const [one] = yield* sent(program)
        assert.deepInclude(one?.body, { custom_fields })
      }
    })
  )

  it.effect("T4: an unknown value of an enumeration passes", () =>
    Effect.gen(function* () {
      const field = { id: 1, key: "x", name: "X", field_type: "hologram" }
      const page = yield* v1.DealFields.list.pipe(Effect.provide(Fake.make(Fake.ok([field])).live))
      assert.strictEqual(page.data[0]?.field_type, "hologram")
      const strict = yield* strictly(v1.DealFields.list, Fake.ok([field]))
      assert.deepStrictEqual(strict.data as unknown, [field])
    })
  )

  it("T7: v1 shows a person, or its id alone, or none; all have an id to ask for", () => {
    const reference = fieldsOf(v1.Deals.Deal.ast)?.get("person_id")
    const person = { active_flag: true, name: "A", email: [], phone: [], value: 5 }
    for (const value of [person, 5, null])
      assert.isTrue(reference !== undefined && Schema.is(Schema.make(reference))(value))
    assert.deepStrictEqual(Field.idOf(person), Option.some(5))
    assert.deepStrictEqual(Field.idOf({ value: 5 }), Option.some(5))
    assert.deepStrictEqual(Field.idOf({ id: 5 }), Option.some(5))
    assert.deepStrictEqual(Field.idOf(5), Option.some(5))
    assert.deepStrictEqual(Field.idOf(null), Option.none())
    assert.deepStrictEqual(Field.idOf(undefined), Option.none())
  })

  it.effect("T8: an update sends what changes, and nothing else", () =>
    Effect.gen(function* () {
      const [one] = yield* sent(v2.Organizations.update({ id: 3, owner_id: 9 }))
      assert.deepStrictEqual(one?.body, { owner_id: 9 })
    })
  )

  it("T8: an update asks for no more than the path's ids", () => {
    const updates = entries.filter(({ name }) => /\.update$/.test(name))
    assert.isAbove(updates.length, 40)
    for (const { endpoint, name } of updates) {
      const { input, path } = endpoint.endpoint
      const required = requiredOf(input.ast)
      assert.includeMembers(
        [...Array.from(path.matchAll(/\{([^}]+)\}/g), ([, key = ""]) => key), ...(alsoRequired[name] ?? [])],
        [...required],
        name
      )
    }
  })

  it.effect("T9: leads take custom fields by their keys", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sent(v1.Leads.add({ title: "L", person_id: 1, [K1]: 42 })), [
        {
          request: "POST /api/v1/leads",
          body: { title: "L", person_id: 1, [K1]: 42 },
          type: "application/json"
        }
      ])
      assert.match(yield* refusal(v1.Leads.add, { title: "L", persen_id: 1 }), /persen_id: did you mean person_id/)
    })
  )
})

/** What Pipedrive wants with every update. */
const alsoRequired: Readonly<Record<string, ReadonlyArray<string>>> = {
  "v1.Filters.update": ["conditions"],
  "v1.Users.update": ["active_flag"]
}

const requiredOf = (ast: Endpoint.AnyDescription["input"]["ast"]): ReadonlyArray<string> => {
  const node = Nodes.resolved(ast)
  if (node.kind === "refinement") return requiredOf(node.from)
  return node.kind === "struct"
    ? node.properties.filter(({ isOptional }) => !isOptional).map(({ name }) => String(name))
    : []
}

describe("errors and request safety", () => {
  const tags = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "UnexpectedStatus",
    409: "Conflict",
    410: "Gone",
    415: "UnexpectedStatus",
    422: "UnprocessableEntity",
    429: "RateLimited",
    500: "ServerError",
    501: "ServerError",
    503: "ServerError"
  } as const

  for (const [status, tag] of Object.entries(tags)) {
    it.effect(`E1: ${status} is a ${tag}, an Error that tells all it knows`, () =>
      Effect.gen(function* () {
        const body = { success: false, error: "E", error_info: "I", code: "C" }
        const error = yield* failure(Fake.json(Number(status), body), v2.Deals.get({ id: 1 }))
        assert.instanceOf(error, Error)
        assert.isNotEmpty((error as Error).stack)
        assert.strictEqual(error._tag, tag)
        assert.deepInclude(
          { ...error },
          {
            status: Number(status),
            method: "GET",
            path: "/api/v2/deals/1",
            endpoint: "v2.Deals.get",
            error: "E",
            error_info: "I",
            code: "C",
            attempts: 1
          }
        )
      })
    )
  }

  it.effect("E1: 501 is not tried again", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(501, { success: false, error: "E" }))
      yield* v2.Deals.get({ id: 1 }).pipe(Effect.flip, Effect.provide(fake.live))
      assert.strictEqual(fake.seen.length, 1)
    })
  )

  it.effect("E2: no success is no value, whatever the status", () =>
    Effect.gen(function* () {
      const error = yield* failure(Fake.json(200, { success: false, error: "Nope", data: null }), v1.Leads.list)
      assert.match(error.message, /Nope/)
    })
  )

  it.effect("E3: a page of HTML is no answer", () =>
    Effect.gen(function* () {
      const ok = yield* failure(Fake.text(200, "<html>maintenance</html>"), v2.Deals.list)
      assert.strictEqual(ok._tag, "InvalidResponse")
      assert.match(ok.message, /text\/html/)
      assert.strictEqual((yield* failure(Fake.text(503, "<html>down</html>"), v2.Deals.list))._tag, "ServerError")
    })
  )

  for (const body of [`{"success":true,"data":[{"id":1}`, "null", "[]", `"x"`, ""]) {
    it.effect(`E5: 200 with ${body === "" ? "nothing" : body} is InvalidResponse`, () =>
      Effect.gen(function* () {
        const error = yield* failure(Fake.text(200, body, "application/json"), v2.Deals.list)
        assert.strictEqual(error._tag, "InvalidResponse")
      })
    )
  }

  it.effect("E7: Pipedrive's own words reach the caller", () =>
    Effect.gen(function* () {
      const code = "ERR_SCHEMA_VALIDATION_FAILED"
      const body = { success: false, error: "Validation failed: due_time: must be a time", code }
      const error = yield* failure(Fake.json(400, body), v2.Activities.add({ subject: "A", type: "call" }))
      assert.match(error.message, /due_time/)
      assert.deepInclude({ ...error }, { _tag: "BadRequest", code })
    })
  )

  it.effect("E8: a limit of the plan is told apart from a missing permission", () =>
    Effect.gen(function* () {
      const code = "feature_capping_deals_limit"
      const body = { success: false, error: "Couldn't add the deal. Open deals limit reached.", code, data: null }
      const error = yield* failure(Fake.json(403, body), v2.Deals.add({ title: "T" }))
      assert.deepInclude({ ...error }, { _tag: "Forbidden", code })
      assert.match(error.message, /limit/)
    })
  )

  it.effect("E13: a body in the wrong place is refused, with a hint", () =>
    Effect.gen(function* () {
      const [one] = yield* sent(v2.Deals.update({ id: 1, title: "x" }))
      assert.deepStrictEqual(one?.body, { title: "x" })
      const wrapped = yield* refusal(v2.Deals.update, { id: 1, UpdateDealRequest: { title: "x" } })
      assert.match(wrapped, /UpdateDealRequest: the official client's wrapper/)
      assert.match(yield* refusal(v2.Deals.get), /id: is missing/)
    })
  )
})

describe("from v1 to v2", () => {
  it.effect("M1: one layer serves both", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([]), Fake.ok({}))
      yield* Effect.zip(v1.Leads.list, v2.Deals.get({ id: 1 })).pipe(
        HttpLayer.withPolicy({ responseValidation: "off" }),
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(
        fake.seen.map(({ headers, path }) => [path, headers["x-api-token"]]),
        [
          ["/api/v1/leads", "SECRET"],
          ["/api/v2/deals/1", "SECRET"]
        ]
      )
    })
  )

  it.effect("M2: old names are refused with the new ones", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(v2.Deals.add, { title: "x", user_id: 1 }), /user_id: .*owner_id/)
      assert.match(yield* refusal(v2.Persons.add, { name: "A", email: "a@b.c" }), /email: .*emails/)
      assert.match(yield* refusal(v2.Persons.add, { name: "A", phone: "1" }), /phone: .*phones/)
      assert.match(yield* refusal(v2.Deals.update, { id: 1, label: 3 }), /label: .*label_ids/)
      assert.match(yield* refusal(v2.Deals.update, { id: 1, [K1]: 3 }), /custom_fields/)
      assert.match(yield* refusal(v2.Deals.list, { start: 100 }), /start: .*cursor/)
    })
  )

  it.effect("M4: v2 does not coerce, so what it would refuse is not sent", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(v2.Activities.update, { id: 1, done: 1 }), /^done: /)
      assert.match(yield* refusal(v2.Deals.update, { id: 1, visible_to: "3" }), /^visible_to: /)
      assert.match(yield* refusal(v2.Activities.update, { id: 1, due_time: "9:5" }), /^due_time: /)
      assert.match(yield* refusal(v2.Deals.get, { id: "5" }), /^id: /)
      const [one] = yield* sent(v1.Notes.add({ content: "x", deal_id: 1, pinned_to_deal_flag: 1 }))
      assert.deepStrictEqual(one?.body, { content: "x", deal_id: 1, pinned_to_deal_flag: 1 })
    })
  )

  it("M5: what is deprecated names what replaces it, or that nothing does", () => {
    const names = new Set(entries.map(({ name }) => name))
    const deprecated = entries.filter(({ endpoint }) => endpoint.endpoint.deprecated === true)
    assert.isAtLeast(deprecated.length, 65)
    for (const { endpoint, key } of deprecated) {
      const { replacement } = endpoint.endpoint
      if (replacement === undefined) assert.include(unreplaced, key)
      else assert.isTrue(names.has(replacement), `${key}: there is no ${replacement}`)
    }
    for (const key of unreplaced) assert.isUndefined(byKey.get(key)?.endpoint.endpoint.replacement, key)
  })

  it.effect("M5: a sub-list of v1 is a filter of v2", () =>
    Effect.gen(function* () {
      const [one] = yield* sent(v2.Persons.list({ deal_id: 1 }))
      assert.strictEqual(one?.request, "GET /api/v2/persons?deal_id=1")
    })
  )

  it.effect("M7: methods and bodies are as each endpoint wants them", () =>
    Effect.gen(function* () {
      const [[deal], [note], [file]] = [
        yield* sent(v2.Deals.update({ id: 1, title: "x" })),
        yield* sent(v1.Notes.update({ id: 1, content: "x" })),
        yield* sent(v1.Files.update({ id: 9, name: "r.pdf" }))
      ]
      assert.strictEqual(deal?.request, "PATCH /api/v2/deals/1")
      assert.strictEqual(note?.request, "PUT /api/v1/notes/1")
      assert.deepStrictEqual(file, {
        request: "PUT /api/v1/files/9",
        body: "name=r.pdf",
        type: "application/x-www-form-urlencoded"
      })
    })
  )
})

/** Withdrawn without anything in their place: messengers, teams, sums of archived deals, subscriptions by their own id. */
const unreplaced: ReadonlyArray<string> = [
  "v1.addChannel",
  "v1.deleteChannel",
  "v1.deleteConversation",
  "v1.receiveMessage",
  "v1.addTeam",
  "v1.addTeamUser",
  "v1.deleteTeamUser",
  "v1.getTeam",
  "v1.getTeamUsers",
  "v1.getTeams",
  "v1.getUserTeams",
  "v1.updateTeam",
  "v1.getArchivedDealsSummary",
  "v1.getArchivedDealsTimeline",
  "v1.cancelRecurringSubscription",
  "v1.deleteSubscription",
  "v1.getSubscription"
]
