/** What is answered. */
import type { DealFields, Deals as DealsV1, Leads as LeadsV1, Webhooks } from "effect-pipedrive/v1"
import type { Activities, Deals, Organizations, Persons, Products } from "effect-pipedrive/v2"
import { assignable, type KeysOf, same } from "./assert.js"

// --- a person is a person ---

same<Persons.GetOutput["data"], Persons.Person>()
same<Persons.ListOutput["data"], ReadonlyArray<Persons.Person>>()
same<Persons.Person["emails"][number]["value"], string>()
assignable<"emails" | "phones" | "org_id" | "first_name" | "job_title", keyof Persons.Person>()
same<Extract<KeysOf<Persons.Person>, "address" | "email" | "phone" | "label">, never>()
assignable<"address" | "name" | "custom_fields", keyof Organizations.Organization>()
same<Extract<KeysOf<Organizations.Organization>, "emails" | "first_name">, never>()

// --- ids and what every answer has are there ---

same<Deals.Deal["id"], number>()
same<Persons.Person["id"], number>()
same<Deals.GetOutput["success"], true>()
same<undefined extends Deals.GetOutput["data"] ? true : false, false>()

// --- v2 gives references as integers or null, v1 in three shapes ---

same<Deals.Deal["person_id"], number | null>()
assignable<number | null, DealsV1.Deal["person_id"]>()
assignable<{ readonly name: string; readonly value: number }, Partial<Extract<DealsV1.Deal["person_id"], object>>>()

// --- enumerations are open, and their known values are known ---

assignable<"open" | "won" | "lost" | "deleted", Deals.Deal["status"]>()
assignable<string, Deals.Deal["status"]>()
same<string extends Deals.Deal["status"] ? true : false, true>()
// @ts-expect-error: an editor still completes it
same<Deals.Deal["status"], string>()
assignable<string, DealFields.ListOutput["data"][number]["field_type"]>()
assignable<string, Webhooks.Webhook["event_action"]>()

// --- custom fields on every read ---

type CustomFields = { readonly [key: string]: unknown }
assignable<CustomFields, NonNullable<Deals.Deal["custom_fields"]>>()
assignable<CustomFields, NonNullable<Persons.Person["custom_fields"]>>()
assignable<CustomFields, NonNullable<Organizations.Organization["custom_fields"]>>()
assignable<CustomFields, NonNullable<Products.Product["custom_fields"]>>()
assignable<CustomFields, NonNullable<Activities.Activity["custom_fields"]>>()
declare const deal: Deals.Deal
deal.custom_fields?.d1f443a570bc497f809f07309cd3a6903ffe8900 satisfies unknown

// --- v1 leads inherit the deals' ---

declare const lead: LeadsV1.Lead
lead.d1f443a570bc497f809f07309cd3a6903ffe8900 satisfies unknown
