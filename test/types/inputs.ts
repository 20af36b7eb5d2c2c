/** What may be given. */
import * as DateTime from "effect/DateTime"
import { Leads as LeadsV1, Notes } from "effect-pipedrive/v1"
import { Activities, Deals, Organizations, Persons, Products } from "effect-pipedrive/v2"
import { assignable, type KeysOf, same } from "./assert.js"

const K1 = "d1f443a570bc497f809f07309cd3a6903ffe8900"

// --- comma lists: one value or several ---

Deals.list({ ids: 1 })
Deals.list({ ids: [1, 2] })
Deals.list({ status: "open" })
Deals.list({ status: ["open", "won"], include_fields: ["next_activity_id", "products_count"] })
// @ts-expect-error: no such status
Deals.list({ status: "closed" })
// @ts-expect-error: not among several either
Deals.list({ status: ["open", "closed"] })
// @ts-expect-error: ids are numbers
Deals.list({ ids: ["1"] })
// @ts-expect-error: lists are arrays, not text
Deals.list({ ids: "1,2" })

// --- enumerations ---

Deals.list({ sort_by: "update_time", sort_direction: "desc" })
// @ts-expect-error: not a field one can sort by
Deals.list({ sort_by: "title" })

// --- times: text, Date, DateTime ---

Deals.list({ updated_since: "2026-05-15T09:55:02Z" })
Deals.list({ updated_since: new Date(0), updated_until: DateTime.unsafeNow() })
Deals.add({ title: "T", expected_close_date: new Date(0) })

// --- undefined is as good as nothing, where something is optional ---

Deals.list({ status: undefined, limit: undefined })
// @ts-expect-error: but not where it is required
Deals.get({ id: undefined })

// --- custom fields, on v2 under custom_fields, without a cast ---

Deals.add({ title: "T", custom_fields: { [K1]: "text" } })
Deals.update({ id: 1, custom_fields: { [K1]: null } })
Persons.add({ name: "A", custom_fields: { [K1]: 1.5 } })
Persons.update({ id: 6, custom_fields: { [K1]: "x" } })
Organizations.add({ name: "A", custom_fields: { [K1]: [1, 2] } })
Organizations.update({ id: 1, custom_fields: { [K1]: { value: 1, currency: "EUR" } } })
Products.add({ name: "P", custom_fields: { [K1]: { value: "2026-05-15", until: "2026-05-16" } } })
Products.update({ id: 1, custom_fields: { [K1]: true } })
Activities.add({ subject: "A", type: "call", custom_fields: { [K1]: "x" } })
Activities.update({ id: 1, custom_fields: { [K1]: "x" } })
// @ts-expect-error: not beside the built-in fields
Deals.update({ id: 1, [K1]: "text" })

// --- on v1 beside the named keys, by 40-character keys ---

LeadsV1.add({ title: "L", person_id: 1, [K1]: 42 })
LeadsV1.update({ id: "adf21080-0e10-11eb-879b-05d71fb426ec", [K1]: 42, [`${K1}_currency`]: "EUR" })
// @ts-expect-error: a misspelt name is no custom field
LeadsV1.add({ title: "L", persen_id: 1 })
// @ts-expect-error: what it has a name for keeps its type
LeadsV1.add({ title: "L", person_id: "1" })

// --- updates are partial: an id and what changes ---

Organizations.update({ id: 3, owner_id: 9 })
Deals.update({ id: 1, value: 5 })
Persons.update({ id: 1, emails: [{ value: "a@b.c" }] })
Notes.update({ id: 1, content: "N" })
same<Required<Omit<Deals.UpdateInput, "id">> extends Deals.UpdateInput ? true : false, false>()
assignable<{ readonly id: number }, Deals.UpdateInput>()
assignable<{ readonly id: number }, Persons.UpdateInput>()
assignable<{ readonly id: number }, Organizations.UpdateInput>()
assignable<{ readonly id: number }, Activities.UpdateInput>()
assignable<{ readonly id: number }, Products.UpdateInput>()

// --- v1's names are not v2's ---

// @ts-expect-error: owner_id
Deals.add({ title: "x", user_id: 1 })
// @ts-expect-error: emails
Persons.add({ name: "A", email: "a@b.c" })
// @ts-expect-error: label_ids
Deals.update({ id: 1, label: 3 })
// @ts-expect-error: a number on v2
Deals.update({ id: 1, visible_to: "3" })
// @ts-expect-error: a boolean on v2
Activities.update({ id: 1, done: 1 })
// @ts-expect-error: the official client's wrapper
Deals.update({ id: 1, UpdateDealRequest: { title: "x" } })
same<Extract<KeysOf<Persons.AddInput>, "email" | "phone" | "address">, never>()

// v1 takes flags as numbers
Notes.add({ content: "x", deal_id: 1, pinned_to_deal_flag: 1 })
