/**
 * What inputs take beyond the official types, or do not take though those say so. Keyed by official operation and place
 * (`body.` in front of what stands in the body); types are written as in `types.ts`.
 */

const sorted = { sort_by: `"id" | "add_time" | "update_time" | string`, sort_direction: `"asc" | "desc"` }

/** Fields that no document has, each seen in requests that Pipedrive answered. All may be left out. */
export const added: Record<string, Record<string, string>> = {
  // recorded requests sort v1's lists as v2 does
  "v1.getActivities": sorted,
  "v1.getDeals": sorted,
  "v1.getOrganizations": sorted,
  "v1.getPersons": sorted,
  "v1.getPipelines": sorted,
  "v1.getProducts": sorted,
  "v1.getStages": sorted,
  "v1.getUsers": { start: "Int", limit: "Int" },
  // as v1's leads: an app's own mark of where a deal came from
  "v2.addDeal": { "body.channel_id": "string | null" },
  "v2.updateDeal": { "body.channel_id": "string | null" },
  // answers have them; users of the official clients report that they are taken on every v2 write (client-nodejs#650)
  "v2.addActivity": { "body.custom_fields": "object" },
  "v2.updateActivity": { "body.custom_fields": "object" }
}

/** Fields of the official types that Pipedrive refuses: it sets them itself. */
export const removed: Record<string, ReadonlyArray<string>> = {
  // the first of `participants`
  "v2.addActivity": ["body.person_id"],
  "v2.updateActivity": ["body.person_id"]
}

/** Enumerations to which Pipedrive adds: the known values stand in the type, and any other passes. */
export const growing = /(^|\.)(include_fields|app|type\.name|assignee\.type|event_object)$/

/** Objects whose parts are null in answers where there is nothing to say. */
export const addresses = /\.(address|postal_address|location)$/

/** Bounds that no document states as such: a probability is documented as a percentage, and 100,000 bytes is a note's limit. */
export const bounds: ReadonlyArray<{ readonly place: RegExp; readonly of: readonly [number | null, number | null] }> = [
  { place: /^v\d\.(add|update)(Deal|Stage) body\.(deal_)?probability$/, of: [0, 100] },
  { place: /^v1\.(add|update)Note body\.content$/, of: [null, 100_000] }
]

/** Fields of which one decides what another may hold: the input is one of these. */
export const alternatives: Record<string, ReadonlyArray<Record<string, string>>> = {
  "v1.addWebhook": [
    { "body.event_action": `"create" | "change" | "delete" | "*"`, "body.version?": `"2.0"` },
    { "body.event_action": `"added" | "updated" | "merged" | "deleted" | "*"`, "body.version": `"1.0"` }
  ]
}
