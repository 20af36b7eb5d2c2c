/**
 * The operations on deals, persons, organizations, activities, products, pipelines and stages, which both versions have.
 */
import * as Either from "effect/Either"
import { activity, activityType } from "../entities/activity.js"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { pipeline, stage } from "../entities/pipeline.js"
import { product } from "../entities/product.js"
import type { Call, Handlers } from "../http/call.js"
import type { Outcome } from "../model/engine.js"
import { showV1 } from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { liveRowsWhere } from "../model/references.js"
import * as select from "../model/selection.js"
import { isRecord, text } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

const notArchived = (row: Row): boolean => row.is_archived !== true

/** Add, get, update and delete of an entity under their official names. */
const crudHandlers = (version: "v1" | "v2", noun: string, entity: Entity, addStatus: number): Handlers => ({
  [`${version}.add${noun}`]: crud.add(entity, addStatus),
  [`${version}.get${noun}`]: crud.get(entity),
  [`${version}.update${noun}`]: crud.update(entity),
  [`${version}.delete${noun}`]: crud.remove(entity)
})

const v1List = { nullWhenEmpty: true } as const

/** A v1 row with references as ids, except some. */
export const showWithIds =
  (entity: Entity, except: ReadonlyArray<string> = []) =>
  (row: Row, call: Call): Record<string, unknown> => {
    const shown = showV1(entity, row, call.view, "list")
    for (const [key, value] of Object.entries(shown)) {
      if (isRecord(value) && typeof value.value === "number" && !except.includes(key)) shown[key] = value.value
    }
    return shown
  }

const collection = (entity: Entity): crud.ListOptions => ({ cursor: true, shape: showWithIds(entity) })

/** A list of what belongs to the entity in the path. */
const childRows =
  (parent: Entity, table: string, field: string) =>
  (call: Call): Outcome<Iterable<Row>> =>
    Either.map(crud.find(parent, call.path.id, call), (row) =>
      where(call.view.world, table, field, row.id)
        .slice()
        .sort((a, b) => Number(a.id) - Number(b.id))
    )

const personsOfDeal = (call: Call): Outcome<Iterable<Row>> =>
  Either.map(crud.find(deal, call.path.id, call), (row) => {
    const ids = new Set<unknown>([row.person_id])
    for (const one of liveRowsWhere(call.view.world, "participant", "deal_id", row.id)) ids.add(one.person_id)
    return Array.from(ids).flatMap((id) => where(call.view.world, "person", "id", id))
  })

const activitiesOf = (parent: Entity, field: string): crud.ListOptions => ({
  from: childRows(parent, "activity", field),
  related: "full",
  ...v1List
})

const dealsOf = (parent: Entity, field: string): crud.ListOptions => ({
  from: childRows(parent, "deal", field),
  which: "unarchived",
  ...v1List
})

const isTrue = (value: unknown): boolean => kinds.flag.fromV1(value) === true

/** An organization's own deals, those of its persons, and those that refer to it in custom fields. */
const dealsOfOrganization = (call: Call): Outcome<Iterable<Row>> =>
  isTrue(call.query.only_primary_association)
    ? childRows(organization, "deal", "org_id")(call)
    : Either.map(crud.find(organization, call.path.id, call), ({ id }) => {
        const { world } = call.view
        const codes = Array.from(where(world, "dealField", "field_type", "org"), (field) => text(field, "field_code"))
        const isNamedIn = (row: Row): boolean => {
          const values = isRecord(row.custom_fields) ? row.custom_fields : {}
          return codes.some((code) => values[code] === id)
        }
        return Array.from(all(world, "deal")).filter(
          (row) => row.org_id === id || get(world, "person", row.person_id)?.org_id === id || isNamedIn(row)
        )
      })

/** The deals of a pipeline or stage: by default the caller's open ones. */
const openDealsOf = (parent: Entity, field: string): crud.ListOptions => ({
  ...dealsOf(parent, field),
  which: (row, call) =>
    row.is_deleted !== true && notArchived(row) && (row.status === "open" || call.query.filter_id !== undefined),
  precedence: [
    ["everyone", ["filter_id", "user_id"]],
    ["user_id", ["filter_id"]]
  ],
  defaults: ({ query, view }) =>
    isTrue(query.everyone) || query.user_id !== undefined || query.filter_id !== undefined
      ? {}
      : { user_id: view.caller.id },
  parameters: ["everyone"],
  shape: showWithIds(deal),
  related: "none"
})

const v2Deals: crud.ListOptions = {
  precedence: select.filterOver("ids", "owner_id", "person_id", "org_id", "pipeline_id", "stage_id", "status")
}

/** The owner filter: `filter_id` takes precedence over `owned_by_you`, and that over `user_id`. */
const v1Deals = (...over: ReadonlyArray<string>): crud.ListOptions => ({
  precedence: [...select.filterOver("user_id", "owned_by_you", ...over), ["owned_by_you", ["user_id"]]],
  ...v1List
})

const v1Contacts: crud.ListOptions = { precedence: select.filterOver("user_id"), ...v1List }

const v1Products: crud.ListOptions = {
  parameters: ["get_summary"],
  additionalData: ({ keep, rows }, call) =>
    isTrue(call.query.get_summary)
      ? { summary: { total_count: keep === undefined ? rows.length : rows.filter(keep).length } }
      : {},
  ...v1List
}

/** Handlers by version and official name. */
export const coreHandlers: Handlers = {
  ...crudHandlers("v2", "Deal", deal, 200),
  ...crudHandlers("v2", "Person", person, 200),
  ...crudHandlers("v2", "Organization", organization, 200),
  ...crudHandlers("v2", "Activity", activity, 200),
  ...crudHandlers("v2", "Product", product, 201),
  ...crudHandlers("v2", "Pipeline", pipeline, 200),
  ...crudHandlers("v2", "Stage", stage, 200),
  "v2.getDeals": crud.list(deal, { ...v2Deals, which: "unarchived" }),
  "v2.getArchivedDeals": crud.list(deal, { ...v2Deals, which: "archived" }),
  "v2.getPersons": crud.list(person, { precedence: select.filterOver("ids", "owner_id", "org_id", "deal_id") }),
  "v2.getOrganizations": crud.list(organization, { precedence: select.filterOver("ids", "owner_id") }),
  "v2.getActivities": crud.list(activity, {
    precedence: select.filterOver("ids", "owner_id", "deal_id", "lead_id", "person_id", "org_id")
  }),
  "v2.getProducts": crud.list(product, { precedence: select.filterOver("ids") }),
  "v2.getPipelines": crud.list(pipeline),
  "v2.getStages": crud.list(stage),

  ...crudHandlers("v1", "Deal", deal, 201),
  ...crudHandlers("v1", "Person", person, 201),
  ...crudHandlers("v1", "Organization", organization, 201),
  ...crudHandlers("v1", "Activity", activity, 201),
  ...crudHandlers("v1", "Product", product, 201),
  ...crudHandlers("v1", "Pipeline", pipeline, 201),
  ...crudHandlers("v1", "Stage", stage, 201),
  "v1.addActivityType": crud.add(activityType, 201),
  "v1.updateActivityType": crud.update(activityType),
  "v1.deleteActivityType": crud.remove(activityType),
  "v1.getActivityTypes": crud.list(activityType, { unpaged: () => ({}), which: "all" }),
  "v1.getDeals": crud.list(deal, { ...v1Deals(), which: "unarchived" }),
  "v1.getArchivedDeals": crud.list(deal, {
    ...v1Deals("person_id", "org_id", "product_id", "pipeline_id", "stage_id"),
    which: "archived"
  }),
  "v1.getPersons": crud.list(person, v1Contacts),
  "v1.getOrganizations": crud.list(organization, v1Contacts),
  "v1.getActivities": crud.list(activity, { defaults: ({ view }) => ({ user_id: view.caller.id }), ...v1List }),
  "v1.getProducts": crud.list(product, v1Products),
  "v1.getPipelines": crud.list(pipeline, v1List),
  "v1.getStages": crud.list(stage, v1List),
  "v1.getDealsCollection": crud.list(deal, { ...collection(deal), which: "unarchived" }),
  "v1.getPersonsCollection": crud.list(person, collection(person)),
  "v1.getOrganizationsCollection": crud.list(organization, collection(organization)),
  "v1.getActivitiesCollection": crud.list(activity, collection(activity)),
  "v1.getDealActivities": crud.list(activity, activitiesOf(deal, "deal_id")),
  "v1.getPersonActivities": crud.list(activity, activitiesOf(person, "person_id")),
  "v1.getOrganizationActivities": crud.list(activity, activitiesOf(organization, "org_id")),
  "v1.getDealPersons": crud.list(person, { from: personsOfDeal, ...v1List }),
  "v1.getOrganizationPersons": crud.list(person, { from: childRows(organization, "person", "org_id"), ...v1List }),
  "v1.getPersonDeals": crud.list(deal, dealsOf(person, "person_id")),
  "v1.getOrganizationDeals": crud.list(deal, {
    ...dealsOf(organization, "org_id"),
    from: dealsOfOrganization,
    parameters: ["only_primary_association"]
  }),
  "v1.getPipelineDeals": crud.list(deal, openDealsOf(pipeline, "pipeline_id")),
  "v1.getStageDeals": crud.list(deal, openDealsOf(stage, "stage_id"))
}

/** The deals of a summary or timeline. */
export const openDeals = (rows: Iterable<Row>): ReadonlyArray<Row> =>
  Array.from(rows).filter((row) => row.status === "open" && row.is_deleted !== true && notArchived(row))
