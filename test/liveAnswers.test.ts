/**
 * What live accounts answered and a type once denied, in small bodies of our own: the rest of each is a sample. That a row
 * compiles shows that the type says so too.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Endpoint, Field, HttpLayer } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Fake from "./support/fake.js"
import { ask, entries, named } from "./support/surface.js"

const strictly = HttpLayer.withPolicy({ responseValidation: "strict" })

const add = { deal: { title: "D" }, person: { name: "P" }, organization: { name: "O" } }
const search = { term: "bare" }
const line = { id: 1, product_id: 1, item_price: 1, quantity: 1 }
const timeline = { start_date: "2026-01-01", interval: "day", field_key: "add_time" } as const

/** The endpoint, an input, and the part of the answer that matters. */
const row = <I, A>(call: Endpoint.Call<I, A>, input: I, answer: Sandbox.Partially<A>) => ({
  name: `${call.endpoint.version}.${call.endpoint.name}`,
  input: input as object,
  answer,
  reply: Sandbox.reply(call, answer)
})

/** Whether all that is wanted is there, as it was wanted. */
const holds = (value: unknown, wanted: unknown): boolean =>
  typeof wanted !== "object" || wanted === null
    ? value === wanted
    : typeof value === "object" &&
      value !== null &&
      Object.entries(wanted).every(([key, one]) => holds((value as Record<string, unknown>)[key], one))

const found = (item: object) => ({ data: { items: [{ item }] } })
const bareDeal = { value: null, currency: null, person: null, organization: null }

const rows = [
  row(
    v1.Deals.listTimeline,
    { ...timeline, amount: 1 },
    { data: [{ deals: [], totals: { values: [], won_values: [] } }] }
  ),
  row(
    v1.Deals.listTimeline,
    { ...timeline, amount: 2 },
    { data: [{ totals: [] }, { totals_converted: { value: 1 } }] }
  ),
  row(v1.Deals.listArchivedTimeline, { ...timeline, amount: 1 }, { data: [{ totals: { open_values: { USD: 1 } } }] }),
  row(v1.Deals.getSummary, {}, { data: { values_total: [], weighted_values_total: [] } }),
  row(
    v1.Pipelines.getMovementStatistics,
    { id: 1, start_date: "2026-01-01", end_date: "2026-02-01" },
    { data: { new_deals: { values: [], formatted_values: [] } } }
  ),
  row(v2.Deals.add, add.deal, { data: { update_time: null } }),
  row(v2.Persons.add, add.person, { data: { update_time: null, org_id: null, last_name: null, picture_id: null } }),
  row(v2.Organizations.add, add.organization, { data: { update_time: null, address: null, custom_fields: null } }),
  row(v1.Activities.add, { subject: "A" }, { additional_data: { updates_story_id: null } }),
  row(v1.ActivityTypes.list, {}, { data: [{ color: null, update_time: null }] }),
  row(v2.Persons.search, search, found({ organization: null, phones: [], emails: [] })),
  row(v1.Persons.search, search, found({ organization: null })),
  row(v2.Organizations.search, search, found({ address: null })),
  row(v1.Organizations.search, search, found({ address: null })),
  row(v2.Leads.search, search, found(bareDeal)),
  row(v1.Leads.search, search, found(bareDeal)),
  row(v2.Deals.search, search, found(bareDeal)),
  row(v1.Deals.search, search, found(bareDeal)),
  row(v2.Products.search, search, found({ code: null })),
  row(v1.Products.search, search, found({ code: null })),
  row(v2.DealProducts.list, { id: 1 }, { data: [{ product_id: null }] }),
  row(
    v1.Deals.listProducts,
    { id: 1 },
    { data: [{ product_id: null, comments: null, product: null, order_nr: null }] }
  ),
  row(v1.Deals.addProduct, line, { data: { product_id: null, comments: null } }),
  row(v1.Deals.updateProduct, { ...line, product_attachment_id: 1 }, { data: { comments: null } }),
  row(
    v1.Deals.listMailMessages,
    { id: 1 },
    { data: [{ data: { account_id: null, draft: null, nylas_id: null, external_deleted_flag: 0, template_id: null } }] }
  ),
  row(v1.Mailbox.getMessage, { id: 1 }, { data: { account_id: null, draft: null, to: [{ linked_person_id: null }] } }),
  row(v1.Persons.listMailMessages, { id: 1 }, { data: [{ data: { from: [{ linked_person_name: null }] } }] }),
  row(v1.ProductFields.list, {}, { data: [{ last_updated_by_user_id: null }] }),
  row(
    v1.Organizations.get,
    { id: 1 },
    {
      data: { address: null, next_activity: null },
      additional_data: { followers: { "1": { id: 1, user_id: 1, pic_hash: null } } }
    }
  ),
  row(v1.Organizations.get, { id: 1 }, { additional_data: { followers: [] } }),
  row(
    v1.Recents.list,
    { since_timestamp: "2026-01-01 00:00:00" },
    { data: [{ data: null }, { data: [{ id: 1 }] }, { data: { id: 1 } }] }
  ),
  row(
    v1.CallLogs.list,
    {},
    { data: [{ deal_id: null, person_id: null, org_id: null, lead_id: null, note: null, subject: null }] }
  ),
  row(v1.Projects.get, { id: 1 }, { data: { description: null, person_id: null, org_id: null, archive_time: null } }),
  row(
    v1.Tasks.get,
    { id: 1 },
    { data: { description: null, assignee_id: null, parent_task_id: null, due_date: null } }
  ),
  row(v2.Deals.get, { id: 1, include_labels: true }, { data: { label_ids: [{ id: 1, label: "Hot" }] } }),
  row(v2.Persons.list, { include_labels: true }, { data: [{ label_ids: [{ id: 1, label: "Hot" }] }] }),
  row(v2.Organizations.get, { id: 1, include_labels: true }, { data: { label_ids: [1] } })
]

describe("live answers pass the strict check", () => {
  for (const { answer, input, name, reply } of rows) {
    it.effect(`${name} ${JSON.stringify(answer)}`, () =>
      strictly(ask(named(name), input)).pipe(
        Effect.map((value) => assert.isTrue(holds(value, answer))),
        Effect.provide(Sandbox.layerReplies(reply))
      )
    )
  }
})

describe("labels that were read with their names", () => {
  it.effect("are written by their ids", () =>
    Effect.gen(function* () {
      const label_ids: ReadonlyArray<Field.Label> = [{ id: 7, label: "Hot" }, 8]
      const fake = Fake.make(Fake.ok({}))
      yield* Effect.all([
        v2.Deals.update({ id: 1, label_ids }),
        v2.Deals.add({ title: "D", label_ids }),
        v2.Persons.update({ id: 1, label_ids }),
        v2.Persons.add({ name: "P", label_ids }),
        v2.Organizations.update({ id: 1, label_ids }),
        v2.Organizations.add({ name: "O", label_ids })
      ]).pipe(HttpLayer.withPolicy({ responseValidation: "off" }), Effect.provide(fake.live))
      assert.lengthOf(fake.seen, 6)
      for (const { body } of fake.seen) assert.deepStrictEqual(JSON.parse(String(body)).label_ids, [7, 8])
      assert.deepStrictEqual(
        label_ids.map((label) => Option.getOrUndefined(Field.idOf(label))),
        [7, 8]
      )
    })
  )
})

describe("mail threads", () => {
  it.effect("come page after page", () =>
    Effect.gen(function* () {
      const page = (start: number, ids: ReadonlyArray<number>, more: boolean) =>
        Fake.ok(
          ids.map((id) => ({ id })),
          { additional_data: { pagination: { start, limit: 2, more_items_in_collection: more } } }
        )
      const fake = Fake.make(page(0, [1, 2], true), page(2, [3], false))
      const threads = yield* Stream.runCollect(v1.Mailbox.listThreads.stream({ folder: "inbox", limit: 2 })).pipe(
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(
        Array.from(threads).map(({ id }) => id),
        [1, 2, 3]
      )
      assert.deepStrictEqual(
        fake.seen.map(({ url }) => url.searchParams.get("start")),
        [null, "2"]
      )
    })
  )
})

describe("costs", () => {
  it("of what the older documents charged half for", () => {
    const half = entries
      .filter(({ name }) => /^v1\.(\w+\.listCollection|Pipelines\.list|Stages\.list)$/.test(name))
      .map(({ endpoint, name }) => [name, endpoint.endpoint.cost])
    assert.deepStrictEqual(Object.fromEntries(half), {
      "v1.Activities.listCollection": 10,
      "v1.Deals.listCollection": 10,
      "v1.Organizations.listCollection": 10,
      "v1.Persons.listCollection": 10,
      "v1.Pipelines.list": 10,
      "v1.Stages.list": 10
    })
  })
})
