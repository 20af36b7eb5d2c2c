/** What is answered. */
import type {
  DealFields,
  Deals as DealsV1,
  Leads as LeadsV1,
  Projects as ProjectsV1,
  Tasks as TasksV1,
  Webhooks
} from "effect-pipedrive/v1"
import type {
  Activities,
  DealProducts,
  Deals,
  Organizations,
  Persons,
  Products,
  Projects,
  Tasks
} from "effect-pipedrive/v2"
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

// --- and so is whatever live answers always have ---

type RequiredOf<A> = { [K in keyof A]-?: undefined extends A[K] ? never : K }[keyof A]
assignable<
  | "first_name"
  | "last_name"
  | "owner_id"
  | "org_id"
  | "add_time"
  | "update_time"
  | "phones"
  | "is_deleted"
  | "visible_to"
  | "label_ids"
  | "picture_id"
  | "custom_fields",
  RequiredOf<Persons.Person>
>()
assignable<"update_time" | "address" | "custom_fields", RequiredOf<Organizations.Organization>>()
same<RequiredOf<Tasks.Task>, keyof Tasks.Task>()
same<RequiredOf<Projects.Project>, keyof Projects.Project>()
assignable<
  "sum" | "name" | "product_id" | "quantity" | "item_price" | "currency" | "comments" | "is_enabled",
  RequiredOf<DealProducts.DealProduct>
>()
assignable<"product_id" | "comments" | "sum", RequiredOf<DealsV1.DealProduct>>()
same<RequiredOf<TasksV1.Task>, keyof TasksV1.Task>()
same<RequiredOf<ProjectsV1.Project>, keyof ProjectsV1.Project>()

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
