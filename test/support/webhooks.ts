/** A sandbox whose deliveries are read, an account with every type of field, and every entity made, changed and deleted. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Effect } from "effect"
import { CustomFields, type PipedriveError } from "effect-pipedrive"
import type * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import * as Nodes from "../../src/internal/schema/nodes.js"
import { forms } from "../../src/internal/webhooks/forms.js"
import type { send } from "../sandbox/support.js"
import { fields, type Model, options } from "./customFields.js"

/** A client that keeps what it is to deliver. */
export const collector = () => {
  const bodies: Array<any> = []
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      if (request.body._tag === "Uint8Array") bodies.push(JSON.parse(new TextDecoder().decode(request.body.body)))
      return HttpClientResponse.fromWeb(request, new Response("", { status: 200 }))
    })
  )
  return { bodies, client }
}

const definitions = Object.entries(fields.fields).map(([name, { key, options: labels, type }]) => ({
  field_name: name,
  field_type: type,
  field_code: key,
  ...(labels === undefined ? {} : { options: Object.entries(labels).map(([label, id]) => ({ id, label })) })
}))

/** An account whose entities all have the same fields. */
export const seed: Sandbox.Seed = {
  dealFields: definitions,
  personFields: definitions,
  organizationFields: definitions,
  productFields: definitions,
  projectFields: definitions
}

export const types = WebhookEvents.fieldTypes(fields)

/** What an account can have: it knows its options, and nobody formats addresses here. */
export const plain = (model: Model): Model => ({
  ...model,
  size: typeof model.size === "string" ? model.size : null,
  tags: model.tags?.every((tag) => typeof tag === "string") ? model.tags : [Object.keys(options)[0] as "small"],
  site: model.site && (({ formatted_address: _, ...site }) => site)(model.site)
})

/** v1 takes zones by their numbers alone. */
const nameless = ({ at, window, ...model }: Model): Model => ({
  ...model,
  at: at && (({ timezone_name: _, ...rest }) => rest)(at),
  window: window && (({ timezone_name: _, ...rest }) => rest)(window)
})

/** The custom fields of an input of v2, or of v1. */
export const encoded = (model: Model, version: "v1" | "v2"): object => {
  const written: Effect.Effect<object, PipedriveError.InvalidRequest> =
    version === "v1" ? CustomFields.encodeV1(nameless(model), fields) : CustomFields.encodeV2(model, fields)
  return Effect.runSync(written)
}

/** An entity as the API has it. */
export const ask = (
  call: ReturnType<typeof send>,
  entity: WebhookEvents.EntityName,
  id: number | string,
  deal: number
) =>
  Effect.map(call("GET", paths[entity](id, deal)), ({ body }) =>
    Array.isArray(body.data) ? body.data.find((one: { readonly id: unknown }) => one.id === id) : body.data
  )

const paths: Record<WebhookEvents.EntityName, (id: number | string, deal: number) => string> = {
  activity: (id) => `/api/v2/activities/${id}`,
  activityType: () => "/v1/activityTypes",
  board: (id) => `/api/v2/boards/${id}`,
  deal: (id) => `/api/v2/deals/${id}`,
  deal_installment: (_, deal) => `/api/v2/deals/installments?deal_ids=${deal}`,
  deal_product: (_, deal) => `/api/v2/deals/${deal}/products`,
  lead: (id) => `/v1/leads/${id}`,
  note: (id) => `/v1/notes/${id}`,
  organization: (id) => `/api/v2/organizations/${id}`,
  person: (id) => `/api/v2/persons/${id}`,
  phase: (id) => `/api/v2/phases/${id}`,
  pipeline: (id) => `/api/v2/pipelines/${id}`,
  product: (id) => `/api/v2/products/${id}`,
  project: (id) => `/api/v2/projects/${id}`,
  stage: (id) => `/api/v2/stages/${id}`,
  task: (id) => `/api/v2/tasks/${id}`,
  user: (id) => `/v1/users/${id}`
}

/** An entity's life: what makes it, what changes it, and what ends it. */
export interface Life {
  readonly entity: WebhookEvents.EntityName
  readonly path: (ids: Ids) => string
  readonly made: (ids: Ids, model: Model) => object
  readonly changed: (model: Model) => object
  /** How it is changed. */
  readonly method?: "PUT" | "PATCH"
  /** Users and pipelines stay. */
  readonly stays?: true
}

export type Ids = Readonly<Record<string, any>>

const address = { value: "Pikk 1, Tallinn", route: "Pikk", street_number: "1", locality: "Tallinn", country: "Estonia" }

export const lives: ReadonlyArray<Life> = [
  {
    entity: "organization",
    path: () => "/api/v2/organizations",
    made: (_, model) => ({ name: "Acme", address, label_ids: [], website: null, ...encoded(model, "v2") }),
    changed: (model) => ({ name: "Acme & Co", address: null, visible_to: 1, ...encoded(model, "v2") })
  },
  {
    entity: "person",
    path: () => "/api/v2/persons",
    made: ({ organization }, model) => ({
      name: "Ada Lovelace",
      org_id: organization,
      emails: [{ value: "ada@example.com", primary: true, label: "work" }],
      ...encoded(model, "v2")
    }),
    changed: (model) => ({
      name: "Ada King",
      emails: [],
      phones: [{ value: "+3725", primary: true, label: "home" }],
      ...encoded(model, "v2")
    })
  },
  {
    entity: "product",
    path: () => "/api/v2/products",
    made: (_, model) => ({
      name: "Desk",
      code: "D-1",
      prices: [{ price: 10, currency: "EUR", cost: 2, direct_cost: 1, notes: "" }],
      ...encoded(model, "v2")
    }),
    changed: (model) => ({ name: "Oak desk", tax: 20, is_linkable: false, ...encoded(model, "v2") })
  },
  {
    entity: "pipeline",
    path: () => "/api/v2/pipelines",
    made: () => ({ name: "Second" }),
    changed: () => ({ name: "Second one", is_deal_probability_enabled: false }),
    stays: true
  },
  {
    entity: "stage",
    path: () => "/api/v2/stages",
    made: ({ pipeline }) => ({ name: "First talk", pipeline_id: pipeline }),
    changed: () => ({ is_deal_rot_enabled: true, days_to_rotten: 9, deal_probability: 40 }),
    stays: true
  },
  {
    entity: "deal",
    path: () => "/api/v2/deals",
    made: ({ organization, person, stage }, model) => ({
      title: "Forty desks",
      value: 0,
      person_id: person,
      org_id: organization,
      stage_id: stage,
      ...encoded(model, "v2")
    }),
    changed: (model) => ({
      title: "Fifty desks",
      status: "won",
      probability: 0,
      visible_to: 1,
      ...encoded(model, "v2")
    })
  },
  {
    entity: "deal_product",
    path: ({ deal }) => `/api/v2/deals/${deal}/products`,
    made: ({ product }) => ({ product_id: product, item_price: 12.5, quantity: 2 }),
    changed: () => ({ quantity: 3, comments: "soon", discount: 5 })
  },
  {
    entity: "deal_installment",
    path: ({ deal }) => `/api/v2/deals/${deal}/installments`,
    made: () => ({ amount: 5, billing_date: "2026-06-01", description: "first" }),
    changed: () => ({ amount: 7 })
  },
  {
    entity: "lead",
    path: () => "/v1/leads",
    made: ({ person }, model) => ({
      title: "Maybe",
      person_id: person,
      value: { amount: 0, currency: "EUR" },
      ...encoded(model, "v1")
    }),
    changed: (model) => ({ title: "Surely", was_seen: true, ...encoded(model, "v1") })
  },
  {
    entity: "activityType",
    path: () => "/v1/activityTypes",
    made: () => ({ name: "Visit", icon_key: "car" }),
    changed: () => ({ name: "Long visit" }),
    method: "PUT"
  },
  {
    entity: "activity",
    path: () => "/api/v2/activities",
    made: ({ deal }) => ({
      subject: "Call",
      deal_id: deal,
      due_date: "2026-05-20",
      due_time: "10:00:00",
      duration: "00:30:00",
      location: address
    }),
    changed: () => ({ done: true, busy: true, note: "<p>done</p>" })
  },
  {
    entity: "note",
    path: () => "/v1/notes",
    made: ({ deal }) => ({ content: "<p>Hello</p>", deal_id: deal, pinned_to_deal_flag: 1 }),
    changed: () => ({ content: "<p>Bye</p>", pinned_to_deal_flag: 0 }),
    method: "PUT"
  },
  {
    entity: "board",
    path: () => "/api/v2/boards",
    made: () => ({ name: "Works" }),
    changed: () => ({ name: "Sites" })
  },
  {
    entity: "phase",
    path: () => "/api/v2/phases",
    made: ({ board }) => ({ name: "Plan", board_id: board }),
    changed: () => ({ name: "Build" })
  },
  {
    entity: "project",
    path: () => "/api/v2/projects",
    made: ({ board, deal, phase }, model) => ({
      title: "Fitting",
      board_id: board,
      phase_id: phase,
      deal_ids: [deal],
      ...encoded(model, "v2")
    }),
    changed: (model) => ({ description: "Soon", ...encoded(model, "v2") })
  },
  {
    entity: "task",
    path: () => "/api/v2/tasks",
    made: ({ project }) => ({ title: "Measure", project_id: project, due_date: "2026-06-02" }),
    changed: () => ({ done: 1 })
  },
  {
    entity: "user",
    path: () => "/v1/users",
    made: () => ({ email: "new@example.com", name: "New" }),
    changed: () => ({ active_flag: false }),
    method: "PUT",
    stays: true
  }
]

const schemas: Record<WebhookEvents.EntityName, { readonly ast: Nodes.Ast }> = {
  activity: v2.Activities.Activity,
  activityType: v1.ActivityTypes.ActivityType,
  board: v2.ProjectBoards.ProjectBoard,
  deal: v2.Deals.Deal,
  deal_installment: v2.DealInstallments.DealInstallment,
  deal_product: v2.DealProducts.DealProduct,
  lead: v1.Leads.Lead,
  note: v1.Notes.Note,
  organization: v2.Organizations.Organization,
  person: v2.Persons.Person,
  phase: v2.ProjectPhases.ProjectPhase,
  pipeline: v2.Pipelines.Pipeline,
  product: v2.Products.Product,
  project: v2.Projects.Project,
  stage: v2.Stages.Stage,
  task: v2.Tasks.Task,
  user: v1.Users.User
}

/** What the API's type says is there, apart from what events are known to lack. */
export const required = (name: WebhookEvents.EntityName): ReadonlyArray<string> => {
  const node = Nodes.resolved(schemas[name].ast)
  return (node.kind === "struct" ? node.properties : [])
    .filter(({ isOptional, name: key }) => !isOptional && !forms[name].loose.has(String(key)))
    .map(({ name: key }) => String(key))
}
