/** Inputs of real use, beside this repository: each request does what its `want` says. And the same with values of our own. */
import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { Endpoint } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Encode from "../src/internal/schema/encode.js"
import { entries } from "./support/surface.js"

const outcome = (endpoint: Endpoint.Any, input: unknown) => {
  const result = Encode.make(endpoint.endpoint as never)(input as never)
  if (Encode.isIssues(result)) {
    return { sent: undefined, hints: result.map(({ hint }) => hint), words: JSON.stringify(result) }
  }
  const body = result.body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(result.body.body)) : undefined
  return { sent: { path: result.path, query: decodeURIComponent(result.query), body }, hints: [], words: "" }
}

interface Request {
  readonly id: string
  readonly call: string
  readonly input: Readonly<Record<string, unknown>>
}

const folder = new URL("../../shared/data/reports/", import.meta.url)
const there = existsSync(new URL("requests.json", folder))
const requests: ReadonlyArray<Request> = there ? JSON.parse(readFileSync(new URL("requests.json", folder), "utf8")) : []

/** What is wanted of each. */
const wants: Readonly<Record<string, (one: ReturnType<typeof outcome>, input: Request["input"]) => void>> = {
  Q1: ({ sent }, input) => assert.deepStrictEqual(sent?.body, input),
  Q2: ({ sent }, { address }) => assert.deepStrictEqual(sent?.body, { address }),
  Q3: ({ sent }) => assert.deepStrictEqual(sent?.body, { address: null }),
  Q4: ({ hints, sent }) => assert.isTrue(sent !== undefined || hints.every((hint) => /leave it out/.test(hint ?? ""))),
  Q5: ({ sent }) => assert.strictEqual(sent?.query, ""),
  Q6: ({ sent }) => assert.strictEqual(sent?.query, "updated_since=2026-01-01T00:00:00Z"),
  Q7: ({ sent, words }) => {
    assert.isUndefined(sent)
    assert.match(words, /YYYY-MM-DDTHH:MM:SSZ/)
  },
  Q8: ({ hints }) => assert.match(hints.join(), /\{ value, currency \}/),
  Q9: ({ hints }) => assert.match(hints.join(), /\["open", "won", "lost"\]/),
  Q10: ({ hints }) => assert.match(hints.join(), /\["email","phone"\]/),
  Q11: ({ hints }) => assert.match(hints.join(), /"change", or version: "1\.0"/)
}

describe.skipIf(!there)("requests of real use", () => {
  for (const { call, id, input } of requests) {
    it(`${id} ${call}`, () => {
      const endpoint = entries.find(({ name }) => name === call)?.endpoint
      const want = wants[id]
      if (endpoint === undefined || want === undefined) throw new Error(`${id}: nothing is known of it`)
      want(outcome(endpoint, input), input)
    })
  }
})

describe("inputs as Pipedrive has them", () => {
  const sent = (endpoint: Endpoint.Any, input: unknown) => {
    const one = outcome(endpoint, input)
    if (one.sent === undefined) throw new Error(one.words)
    return one.sent
  }
  const hint = (endpoint: Endpoint.Any, input: unknown) => outcome(endpoint, input).hints.join()

  it("a filter's conditions as they were read", () => {
    const condition = { object: "person", field_id: "9", operator: "=", value: "x", extra_value: null }
    const conditions = {
      glue: "and",
      conditions: [
        { glue: "and", conditions: [{ ...condition, json_value_flag: false, field_code: "name" }] },
        { glue: "or", conditions: [] }
      ]
    }
    assert.deepStrictEqual(sent(v1.Filters.update, { id: 1, conditions }).body, { conditions })
  })

  it("what a deal may have when it is added", () => {
    const nothing = { probability: null, lost_reason: null, close_time: null, channel_id: null }
    assert.deepStrictEqual(sent(v2.Deals.add, { title: "T", ...nothing }).body, { title: "T", ...nothing })
    assert.deepStrictEqual(sent(v2.Deals.update, { id: 1, channel_id: "spring" }).body, { channel_id: "spring" })
    assert.deepStrictEqual(sent(v1.Deals.update, { id: 1, value: 9.5, label: "1" }).body, { value: 9.5, label: "1" })
  })

  it("order and pages of v1's lists", () => {
    const lists = [v1.Activities, v1.Deals, v1.Organizations, v1.Persons, v1.Pipelines, v1.Products, v1.Stages]
    for (const { list } of lists) {
      const { query } = sent(list, { sort_by: "update_time", sort_direction: "desc" })
      assert.strictEqual([...new URLSearchParams(query)].sort().join(), "sort_by,update_time,sort_direction,desc")
    }
    assert.strictEqual(sent(v1.Users.list, { start: 0, limit: 50 }).query, "start=0&limit=50")
  })

  it("lists and objects can be cleared", () => {
    assert.deepStrictEqual(sent(v2.Deals.update, { id: 1, label_ids: null }).body, { label_ids: null })
    assert.deepStrictEqual(sent(v2.Activities.update, { id: 1, location: null }).body, { location: null })
    assert.deepStrictEqual(sent(v2.Persons.update, { id: 1, emails: null }).body, { emails: null })
    assert.match(hint(v2.Deals.update, { id: 1, custom_fields: null }), /leave it out/)
  })

  it("v1's flags as v1 answers with them", () => {
    const note = { id: 1, pinned_to_deal_flag: true, pinned_to_person_flag: 0 }
    assert.deepStrictEqual(sent(v1.Notes.update, note).body, { pinned_to_deal_flag: true, pinned_to_person_flag: 0 })
    assert.deepStrictEqual(sent(v1.Activities.update, { id: 1, done: true }).body, { done: true })
    assert.deepStrictEqual(sent(v1.Pipelines.update, { id: 1, active: false }).body, { active: false })
    // a query has no booleans: what stands for them is documented
    assert.strictEqual(sent(v1.Activities.list, { done: true }).query, "done=1")
    assert.strictEqual(sent(v1.Activities.list, { done: 0 }).query, "done=0")
    assert.strictEqual(sent(v1.Deals.list, { owned_by_you: false }).query, "owned_by_you=0")
    assert.strictEqual(sent(v1.Notes.list, { pinned_to_lead_flag: true }).query, "pinned_to_lead_flag=1")
    // and these are of Pipedrive's own kind
    assert.strictEqual(sent(v1.Deals.search, { term: "xx", exact_match: true }).query, "term=xx&exact_match=true")
  })

  it("values that Pipedrive has added since", () => {
    assert.strictEqual(sent(v2.Deals.get, { id: 1, include_fields: ["new_count"] }).query, "include_fields=new_count")
    assert.strictEqual(sent(v1.Goals.list, { "type.name": "calls_made" }).query, "type.name=calls_made")
    const user = { email: "a@example.com", access: [{ app: "tomorrow" }] }
    assert.deepStrictEqual(sent(v1.Users.add, user).body, user)
  })

  it("an activity's person among its participants", () => {
    for (const endpoint of [v2.Activities.add, v2.Activities.update]) {
      assert.match(hint(endpoint, { id: 1, person_id: 5 }), /participants/)
    }
  })

  it("a webhook's action is one of its version", () => {
    const hook = { subscription_url: "https://hooks.example/x", event_object: "deal", name: "N" }
    for (const event_action of ["create", "change", "delete", "*"]) {
      for (const version of [{}, { version: "2.0" }]) sent(v1.Webhooks.add, { ...hook, event_action, ...version })
    }
    for (const event_action of ["added", "updated", "merged", "deleted", "*"]) {
      sent(v1.Webhooks.add, { ...hook, event_action, version: "1.0" })
    }
    assert.match(hint(v1.Webhooks.add, { ...hook, event_action: "updated" }), /"change", or version: "1\.0"/)
    // of the two forms, the one that the version names speaks
    const wrongs = [
      { event_action: "updated" },
      { event_action: "nonsense", version: "2.0" },
      { event_action: "change", version: "1.0" }
    ]
    for (const wrong of wrongs) {
      assert.notMatch(outcome(v1.Webhooks.add, { ...hook, ...wrong }).words, /"version"\]/)
    }
    assert.match(outcome(v1.Webhooks.add, { ...hook, event_action: "create", version: "3.0" }).words, /"version"\]/)
    assert.match(hint(v1.Webhooks.add, { ...hook, event_action: "create", version: "1.0" }), /give "added"/)
    assert.match(hint(v1.Webhooks.add, { ...hook, event_action: "merged", version: "2.0" }), /only of version "1\.0"/)
    // @ts-expect-error an action of version 1.0
    v1.Webhooks.add({ ...hook, event_action: "updated" })
    // @ts-expect-error an action of version 2.0
    v1.Webhooks.add({ ...hook, event_action: "change", version: "1.0" })
    v1.Webhooks.add({ ...hook, event_action: "updated", version: "1.0" })
    v1.Webhooks.add({ ...hook, event_action: "change" })
  })
})
