/**
 * Custom fields by name against the sandbox: every type, through both versions and webhooks, over HTTP.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, FastCheck as fc, Layer, Schedule, Stream } from "effect"
import { CustomFields, Pipedrive } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { type Model, models, fields as template } from "../support/customFields.js"

const deliveries: Array<any> = []

/** Where webhooks are delivered to. */
const receiver = HttpClient.make((request) =>
  Effect.sync(() => {
    if (request.body._tag === "Uint8Array") deliveries.push(JSON.parse(new TextDecoder().decode(request.body.body)))
    return HttpClientResponse.fromWeb(request, new Response("", { status: 200 }))
  })
)

/** The template's fields, as the account has them: with keys and ids of options of its own. */
const account = Effect.gen(function* () {
  const made: Record<string, CustomFields.CustomField<unknown, never>> = {}
  for (const [name, { options: labels, type }] of Object.entries(template.fields)) {
    const { data } = yield* v2.DealFields.add({
      field_name: name,
      field_type: type,
      ...(labels === undefined ? {} : { options: Object.keys(labels).map((label) => ({ label })) })
    })
    const ids = Object.fromEntries((data.options ?? []).map(({ id, label }) => [label, Number(id)]))
    made[name] = { ...template.fields[name as keyof Model], key: data.field_code, options: labels && ids }
  }
  return CustomFields.define(made as unknown as typeof template.fields)
})

class Account extends Context.Tag("test/Account")<Account, typeof template>() {}

/** v1 takes empty text for none, and nobody formats addresses here. */
const plain = (model: Model): Model => ({
  ...model,
  short: model.short || null,
  auto: model.auto || null,
  long: model.long || null,
  hotline: model.hotline || null,
  // an account knows its options
  size: typeof model.size === "string" ? model.size : null,
  tags: model.tags?.every((tag) => typeof tag === "string") ? model.tags : ["small"],
  site: model.site && (({ formatted_address: _, ...site }) => site)(model.site)
})

const client = Layer.unwrapEffect(
  Effect.map(Sandbox.Sandbox, ({ baseUrl, token }) => Pipedrive.layer({ apiToken: token, baseUrl }))
)
const live = Layer.effect(Account, account).pipe(
  Layer.provideMerge(client),
  Layer.provideMerge(Server.layer({ port: 0, seed: "empty", webhooks: receiver }))
)

const samples = fc.sample(models("v1").map(plain), { numRuns: 30, seed: 15 })

// against a server, by the real clock
layer(live, { timeout: "60 seconds", excludeTestServices: true })("custom fields of an account", (it) => {
  it.effect("are read by both versions and webhooks as they were written by either", () =>
    Effect.gen(function* () {
      const fields = yield* Account
      for (const version of ["1.0", "2.0"] as const) {
        yield* v1.Webhooks.add({
          subscription_url: "https://hooks.example.com/in",
          event_action: "*",
          event_object: "deal",
          name: version,
          version
        })
      }
      const old = { get: v1.Deals.get, update: v1.Deals.update }
      const [getOld, getNew] = [CustomFields.withFields(old.get, fields), CustomFields.withFields(v2.Deals.get, fields)]
      const [putOld, putNew] = [
        CustomFields.withFields(old.update, fields),
        CustomFields.withFields(v2.Deals.update, fields)
      ]
      const add = CustomFields.withFields(v2.Deals.add, fields)
      const {
        data: { id }
      } = yield* add({ title: "Desks", fields: samples[0]! })
      for (const [at, model] of samples.entries()) {
        deliveries.length = 0
        const { data: answered } =
          at % 2 === 0
            ? yield* putOld({ id, title: `Desks ${at}`, fields: model })
            : yield* putNew({ id, title: `Desks ${at}`, fields: model })
        assert.deepStrictEqual(answered.fields as Model, model)
        assert.deepStrictEqual((yield* getOld({ id })).data.fields as Model, model)
        assert.deepStrictEqual((yield* getNew({ id })).data.fields as Model, model)
        const labelled = yield* getNew({ id, include_option_labels: true })
        assert.deepStrictEqual(labelled.data.fields as Model, model)
        yield* Effect.sync(() => deliveries.length).pipe(
          Effect.repeat({ until: (count) => count >= 2, schedule: Schedule.spaced("5 millis") })
        )
        assert.strictEqual(deliveries.length, 2)
        for (const { current, data } of deliveries) {
          assert.deepStrictEqual((yield* CustomFields.decode(data ?? current, fields)) as Model, model)
        }
      }
    })
  )

  it.effect("of which one is changed keep the others, and null clears", () =>
    Effect.gen(function* () {
      const fields = yield* Account
      const model = { ...samples[1]!, amount: 0, size: "small" as const, budget: { value: 0, currency: "EUR" } }
      const add = CustomFields.withFields(v2.Deals.add, fields)
      const { data: deal } = yield* add({ title: "One", fields: model })
      const [first, second] = [
        CustomFields.withFields(v2.Deals.update, fields),
        CustomFields.withFields(v1.Deals.update, fields)
      ]
      assert.deepStrictEqual((yield* first({ id: deal.id, fields: { size: "large" } })).data.fields as Model, {
        ...model,
        size: "large"
      })
      assert.deepStrictEqual((yield* second({ id: deal.id, fields: { budget: null, size: undefined } })).data.fields, {
        ...model,
        size: "large",
        budget: null
      } as never)
    })
  )

  it.effect("stand on leads, too, and in streams", () =>
    Effect.gen(function* () {
      const fields = yield* Account
      const { data: person } = yield* v2.Persons.add({ name: "Ada" })
      const addLead = CustomFields.withFields(v1.Leads.add, fields)
      const { data: lead } = yield* addLead({ title: "L", person_id: person.id, fields: samples[2]! })
      assert.deepStrictEqual(lead.fields as Model, samples[2])
      const read = yield* CustomFields.withFields(v1.Leads.get, fields)({ id: lead.id })
      assert.deepStrictEqual(read.data.fields as Model, samples[2])

      const add = CustomFields.withFields(v2.Deals.add, fields)
      const few = samples.slice(3, 9)
      const ids = yield* Effect.forEach(few, (model) =>
        Effect.map(add({ title: "S", fields: model }), ({ data }) => data.id)
      )
      const list = CustomFields.withFields(v2.Deals.list, fields)
      const streamed = yield* list.stream({ ids, sort_by: "id", limit: 2 }).pipe(
        Stream.map((deal) => deal.fields as Model),
        Stream.runCollect
      )
      assert.deepStrictEqual(Array.from(streamed), few)
      const decoded = yield* v2.Deals.list
        .stream({ ids, sort_by: "id" })
        .pipe(Stream.mapEffect(CustomFields.decode(fields)), Stream.runCollect)
      assert.deepStrictEqual(Array.from(decoded) as ReadonlyArray<unknown>, few)
    })
  )

  it.effect("keep options that were added since the definition was made", () =>
    Effect.gen(function* () {
      const fields = yield* Account
      const code = fields.fields.size.key
      const { data: added } = yield* v2.DealFields.addOptions({ field_code: code, body: [{ label: "huge" }] })
      const id = Number(added[0]?.id)
      const add = CustomFields.withFields(v2.Deals.add, fields)
      const { data: deal } = yield* add({ title: "x", fields: { size: { id } } })
      assert.deepStrictEqual(deal.fields.size, { id })
      const labelled = yield* CustomFields.withFields(
        v2.Deals.get,
        fields
      )({ id: deal.id, include_option_labels: true })
      assert.deepStrictEqual(labelled.data.fields.size, { id, label: "huge" })
      const { data: again } = yield* CustomFields.withFields(
        v2.Deals.update,
        fields
      )({
        id: deal.id,
        fields: { size: labelled.data.fields.size }
      })
      assert.deepStrictEqual(again.fields.size, { id })
    })
  )
})
