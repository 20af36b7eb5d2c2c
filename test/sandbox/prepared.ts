/**
 * A world in which the path of every endpoint leads somewhere.
 */
import assert from "node:assert"
import * as Effect from "effect/Effect"
import type * as Sandbox from "effect-pipedrive/sandbox"
import { keys } from "../../src/sandbox/seeds/demoCompany.js"
import { send } from "./support.js"

const conditions = {
  glue: "and",
  conditions: [
    { glue: "and", conditions: [{ object: "deal", field_id: "3", operator: ">", value: "100000" }] },
    { glue: "or", conditions: [] }
  ]
}

const webhook = {
  subscription_url: "https://hooks.example.com/pipedrive",
  event_action: "*",
  event_object: "deal",
  name: "All of deals"
}

const callLog = {
  outcome: "busy",
  to_phone_number: "+442079460999",
  start_time: "2026-05-15 09:00:00",
  end_time: "2026-05-15 09:01:00"
}

const goal = {
  title: "More",
  type: { name: "deals_won", params: { pipeline_id: [1] } },
  assignee: { id: 13_000_001, type: "person" },
  interval: "monthly",
  duration: { start: "2026-01-01", end: "2026-12-31" },
  expected_outcome: { target: 5, tracking_metric: "quantity" }
}

/** Gives the demo what it lacks for every path to lead somewhere. */
export const prepare = (sandbox: Sandbox.Service) =>
  Effect.gen(function* () {
    const posts: ReadonlyArray<readonly [path: string, body: unknown]> = [
      ["/v1/notes/1/comments", { content: "Really?" }],
      ...["deals", "persons", "products"].map(
        (noun) => [`/api/v2/${noun}/1/followers`, { user_id: 13_000_003 }] as const
      ),
      ["/api/v2/deals/1/products", { product_id: 1, item_price: 5, quantity: 2 }],
      ["/api/v2/deals/1/discounts", { description: "Early", amount: 5, type: "percentage" }],
      ["/api/v2/deals/1/installments", { description: "First", amount: 5, billing_date: "2026-01-01" }],
      ["/api/v2/products/1/variations", { name: "Dark" }],
      ["/api/v2/deals/29/convert/lead", undefined],
      ["/v1/filters", { name: "Rich", type: "deals", conditions }],
      ["/v1/webhooks", webhook],
      ["/v1/callLogs", callLog],
      ["/v1/organizationRelationships", { type: "parent", rel_owner_org_id: 1, rel_linked_org_id: 2 }],
      ["/v1/goals", goal],
      ["/v1/legacyTeams", { name: "North", manager_id: 13_000_001, users: [13_000_002] }],
      ["/api/v2/activities", { subject: "Measure", type: "call", project_id: 1 }],
      ["/api/v2/projects/2/archive", undefined]
    ]
    const { lead } = yield* sandbox.state
    const patches: typeof posts = [
      ["/api/v2/projects/1", { title: "A larger studio" }],
      ["/api/v2/organizations/1", { owner_id: 13_000_003 }],
      [`/v1/leads/${lead?.[1]?.id}`, { is_archived: true }]
    ]
    for (const [method, path, body] of [
      ...posts.map((post) => ["POST", ...post] as const),
      ...patches.map((patch) => ["PATCH", ...patch] as const)
    ]) {
      const reply = yield* send(sandbox)(method, path, body)
      assert.ok(reply.status < 300, `${path} ${JSON.stringify(reply.body)}`)
    }
    const uploads: ReadonlyArray<readonly [path: string, field: string, ...links: ReadonlyArray<string>]> = [
      ["/api/v2/products/1/images", "data"],
      ["/v1/files", "file"],
      ["/v1/files", "file", "deal_id", "person_id", "org_id", "product_id"],
      ["/v1/persons/1/picture", "file"]
    ]
    for (const [path, field, ...links] of uploads) {
      const form = new FormData()
      for (const link of links) form.append(link, "1")
      form.append(field, new File(["x"], "x.png", { type: "image/png" }))
      const headers = { "x-api-token": sandbox.token }
      yield* sandbox.fetch(new Request(`${sandbox.baseUrl}${path}`, { method: "POST", headers, body: form }))
    }
  })

/** What of it paths and bodies speak of: what is to be given to `input`. */
export const known = (state: Sandbox.State): Readonly<Record<string, unknown>> => ({
  "users.id": 13_000_002,
  "permissionSets.id": "29cbc2d0-503e-11f1-b3a6-eb22592a8a2c",
  "leads.id": state.lead?.[0]?.id,
  "leadLabels.id": state.leadLabel?.[0]?.id,
  "dealFields.field_code": keys.source,
  "personFields.field_code": keys.interests,
  "organizationFields.field_code": keys.segment,
  "productFields.field_code": keys.material,
  "projectFields.field_code": keys.phase,
  "activityFields.field_code": "subject",
  comment_id: state.comment?.[0]?.uuid,
  conversion_id: state.conversion?.[0]?.id,
  ...Object.fromEntries(["Deals", "Persons", "Organizations"].map((noun) => [`v1.merge${noun}`, { merge_with_id: 2 }])),
  discount_id: state.discount?.[0]?.id,
  ...Object.fromEntries(
    ["Deal", "Person", "Organization", "Product"].flatMap((noun) => {
      const follower = state.follower?.find((row) => row.followed === `${noun.toLowerCase()}:1`)
      return [
        [`v1.delete${noun}Follower`, { follower_id: follower?.id }],
        [`v2.delete${noun}Follower`, { follower_id: follower?.user_id }]
      ]
    })
  ),
  ...Object.fromEntries(
    [
      ["searchPersons", state.person?.[0]?.name],
      ["searchOrganization", state.organization?.[0]?.name],
      ["searchLeads", state.lead?.[0]?.title],
      ["searchProjects", state.project?.[0]?.title],
      ["findUsersByName", state.user?.[0]?.name]
    ].flatMap(([name, term]) => ["v1", "v2"].map((version) => [`${version}.${name}`, { term }]))
  ),
  "v2.searchItemByField": { entity_type: "deal", field: "title", match: "middle" },
  "v1.getStageDeals": { everyone: 1 },
  "v1.searchItemByField": { field_type: "dealField", field_key: "title" },
  "v1.getUserTeams": { id: 13_000_002 },
  "v1.addOrganizationFollower": { user_id: 13_000_002 },
  "v2.addOrganizationFollower": { user_id: 13_000_002 },
  "v1.addDealParticipant": { person_id: 7 },
  "callLogs.id": state.callLog?.[0]?.id,
  "goals.id": state.goal?.[0]?.id,
  "v1.addCallLog": callLog,
  "v1.addTeam": { manager_id: 13_000_001 },
  "v1.getGoalResult": { "period.start": "2026-01-01", "period.end": "2026-12-31" },
  "v1.addFilter": { conditions },
  "v1.updateFilter": { conditions },
  "v1.addWebhook": webhook,
  "v1.addFileAndLinkIt": { item_type: "deal", file_type: "gdoc", remote_location: "googledrive" },
  "v1.linkFileToItem": { item_type: "deal", remote_location: "googledrive" },
  "v1.addLead": { person_id: 1 },
  "v1.addNote": { deal_id: 1 },
  "v2.addPerson": { name: "Ingrid Sand" },
  "v2.uploadProductImage": { id: 2 }
})
