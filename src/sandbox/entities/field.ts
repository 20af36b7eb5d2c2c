/**
 * The definitions of fields: an entity's own, and those that an account adds.
 */

import { json } from "../http/messages.js"
import type { Computed, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { isRecord, list, text, type View } from "../model/view.js"
import { all, type Row, randomHex } from "../model/world.js"
import * as common from "./common.js"

/** The types a custom field can have. */
export const fieldTypes = [
  "varchar",
  "varchar_auto",
  "text",
  "double",
  "monetary",
  "set",
  "enum",
  "user",
  "org",
  "people",
  "phone",
  "time",
  "timerange",
  "date",
  "daterange",
  "address"
] as const

/** Field types that have options. */
export const hasOptions = (type: unknown): boolean => type === "enum" || type === "set"

/** Assigns ids to new options, higher than all existing ones. */
export const numberOptions = (raw: unknown, current: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  let next = current.reduce<number>(
    (max, option) => (isRecord(option) && typeof option.id === "number" ? Math.max(max, option.id) : max),
    0
  )
  return (Array.isArray(raw) ? raw : []).map((option) => ({
    id: isRecord(option) && typeof option.id === "number" ? option.id : ++next,
    label: isRecord(option) ? String(option.label ?? "") : String(option),
    ...(isRecord(option) && typeof option.color === "string" ? { color: option.color } : {})
  }))
}

const idOf = (option: unknown): unknown => (isRecord(option) ? option.id : undefined)

/** What becomes of a field when its options are these: what is no longer there is remembered, and v1 tells of it. */
export const withOptions = (row: Row, next: ReadonlyArray<unknown>): Readonly<Record<string, unknown>> => {
  const kept = new Set(next.map(idOf))
  const gone = [...list(row, "options_deleted"), ...list(row, "options")].filter((option) => !kept.has(idOf(option)))
  return gone.length === 0 ? { options: next } : { options: next, options_deleted: gone }
}

/** The parts of a value, as v2 names them. */
const subfieldNames: Readonly<Record<string, ReadonlyArray<readonly [code: string, name: string, type: string]>>> = {
  monetary: [
    ["value", "Amount", "double"],
    ["currency", "Currency", "varchar"]
  ],
  daterange: [
    ["value", "Start date", "date"],
    ["until", "End date", "date"]
  ],
  time: [
    ["value", "Time", "time"],
    ["timezone_id", "Timezone", "int"]
  ],
  timerange: [
    ["value", "Start time", "time"],
    ["until", "End time", "time"],
    ["timezone_id", "Timezone", "int"]
  ],
  address: [
    ["value", "Address value", "varchar"],
    ["street_number", "House number", "varchar"],
    ["route", "Street/road name", "varchar"],
    ["subpremise", "Apartment/suite", "varchar"],
    ["locality", "District", "varchar"],
    ["admin_area_level_1", "State/province", "varchar"],
    ["admin_area_level_2", "County", "varchar"],
    ["country", "Country", "varchar"],
    ["postal_code", "Postal code", "varchar"],
    ["formatted_address", "Formatted address", "varchar"]
  ]
}

const subfields = (row: Row): unknown => {
  const parts = subfieldNames[text(row, "field_type")]
  return parts === undefined
    ? null
    : parts.map(([part, name, type]) => ({
        field_code: part,
        field_name: `${name} of ${text(row, "field_name")}`,
        field_type: type
      }))
}

/** The options of a field; the types of activities are options, too. */
const optionsOf = (table: string, row: Row, view: View): unknown =>
  table === "activityField" && row.field_code === "type"
    ? Array.from(all(view.world, "activityType"))
        .filter((type) => type.is_deleted !== true)
        .map((type) => ({ id: type.key_string, label: type.name }))
    : row.options === null
      ? null
      : list(row, "options")

/** Whose definitions have a description in v2. */
const withDescription = new Set(["dealField", "personField", "activityField"])

/** What the notes service leaves out of field definitions. */
const missingForNotes = Object.fromEntries(
  [
    "order_nr",
    "add_time",
    "update_time",
    "created_by_user_id",
    "last_updated_by_user_id",
    "add_visible_flag",
    "index_visible_flag",
    "details_visible_flag",
    "important_flag",
    "searchable_flag",
    "filtering_allowed",
    "sortable_flag"
  ].map((key) => [key, common.always(undefined)])
)

/** The services of products and notes say less than that of deals and contacts. */
const isShortForm = (table: string): boolean => table === "productField" || table === "noteField"

/** A field definition in that table. */
export const field = (table: string, label = "Field"): Entity => ({
  name: table,
  label,
  fields: {
    id: { ...common.id, v2: false },
    field_code: { kind: kinds.text, readOnly: true, v1: "key", initial: (view: View) => randomHex(view.world, 40) },
    field_name: { kind: kinds.text, v1: "name", required: "Name must be given." },
    field_type: { kind: kinds.choice(...fieldTypes), required: "Field type must be given." },
    description: {
      kind: kinds.text,
      initial: () => "",
      cleared: "",
      v1: false,
      ...(withDescription.has(table) ? {} : { v2: false })
    },
    options: { kind: kinds.array },
    options_deleted: { kind: kinds.array, v2: false, readOnly: true },
    is_custom_field: { kind: kinds.flag, initial: () => true, readOnly: true, v1: "edit_flag" },
    is_optional_response_field: { kind: kinds.flag, initial: () => false, readOnly: true, v1: false },
    order_nr: { kind: kinds.integer, initial: (view: View) => view.world.tables.get(table)?.next ?? 1, v2: false },
    add_time: { ...common.addTime, v2: false },
    update_time: { ...common.updateTime, v2: false },
    created_by_user_id: { kind: kinds.integer, initial: (view: View) => view.caller.id, v2: false, readOnly: true },
    last_updated_by_user_id: { kind: kinds.integer, v2: false, readOnly: true },
    is_deleted: { ...common.isDeleted, v2: false, readOnly: true },
    add_visible_flag: { kind: kinds.flag, initial: () => true, v2: false },
    ui_visibility: { kind: kinds.record, v1: false, v2: false },
    important_fields: { kind: kinds.record, v1: false, v2: false },
    required_fields: { kind: kinds.record, v1: false, v2: false }
  },
  v1: {
    // some services leave the key out where others say null
    options: (row, view) => optionsOf(table, row, view) ?? (isShortForm(table) ? undefined : null),
    // only where there are any
    options_deleted: (row) => row.options_deleted ?? undefined,
    created_by_user_id: (row, view) => row.created_by_user_id ?? view.caller.id,
    last_updated_by_user_id: (row, view) => row.last_updated_by_user_id ?? row.created_by_user_id ?? view.caller.id,
    index_visible_flag: common.always(true),
    details_visible_flag: common.always(true),
    important_flag: common.always(false),
    bulk_edit_allowed: common.always(true),
    searchable_flag: (row) => row.is_custom_field === true,
    filtering_allowed: common.always(true),
    sortable_flag: common.always(true),
    mandatory_flag: common.always(false),
    active_flag: (row) => row.is_deleted !== true,
    ...(isShortForm(table) ? {} : { json_column_flag: common.always(false) }),
    ...(table === "noteField" ? missingForNotes : {})
  },
  v2: {
    options: (row, view) => optionsOf(table, row, view),
    subfields,
    // the definitions of projects say all that there is: nothing is to be asked for
    ...(table === "projectField" ? optionalProperties(table) : {})
  },
  include: optionalProperties(table),
  ...(table === "productField" ? { v1NotFound: json(410, { success: false, error: "The field is not found" }) } : {})
})

const shownFirst = { show: true, order: 1 }

/** The visibility settings of a field, if its service returns them. */
const visibility: Readonly<Record<string, object>> = {
  dealField: { projects_detail_visible_flag: true, show_in_pipelines: { show_in_all: true, pipeline_ids: [] } },
  personField: { show_in_add_deal_dialog: shownFirst },
  organizationField: {
    org_detail_visible_flag: true,
    person_detail_visible_flag: true,
    deal_detail_visible_flag: true,
    show_in_add_deal_dialog: shownFirst,
    show_in_add_person_dialog: shownFirst
  }
}

/** What `include_fields` adds to a definition. */
const optionalProperties = (table: string): Readonly<Record<string, Computed>> => ({
  ui_visibility: (row) => ({
    add_visible_flag: row.add_visible_flag,
    details_visible_flag: true,
    ...visibility[table],
    ...(isRecord(row.ui_visibility) ? row.ui_visibility : {})
  }),
  ...(table === "productField" || table === "activityField"
    ? {}
    : {
        important_fields: (row) => row.important_fields ?? { enabled: false, stage_ids: [] },
        required_fields: (row) =>
          row.required_fields ??
          (table === "dealField" ? { enabled: false, stage_ids: [], statuses: {} } : { enabled: false })
      })
})

/** The tables of field definitions, by the noun of their operations. */
export const fieldTables = {
  Deal: "dealField",
  Person: "personField",
  Organization: "organizationField",
  Product: "productField",
  Project: "projectField",
  Activity: "activityField",
  Note: "noteField"
} as const

const labels = (...names: ReadonlyArray<readonly [string, string]>) =>
  names.map(([label, color], at) => ({ id: at + 1, label, color }))

/** The built-in fields of every account: code, name, type. */
export const builtIn: Readonly<Record<string, ReadonlyArray<readonly [code: string, name: string, type: string]>>> = {
  dealField: [
    ["id", "ID", "int"],
    ["title", "Title", "varchar"],
    ["value", "Value", "monetary"],
    ["creator_user_id", "Creator", "user"],
    ["owner_id", "Owner", "user"],
    ["person_id", "Contact person", "people"],
    ["org_id", "Organization", "org"],
    ["pipeline_id", "Pipeline", "double"],
    ["stage_id", "Stage", "stage"],
    ["status", "Status", "status"],
    ["probability", "Probability", "int"],
    ["add_time", "Deal created", "date"],
    ["update_time", "Update time", "date"],
    ["expected_close_date", "Expected close date", "date"],
    ["won_time", "Won time", "date"],
    ["lost_time", "Lost time", "date"],
    ["lost_reason", "Lost reason", "varchar_options"],
    ["visible_to", "Visible to", "visible_to"],
    ["label_ids", "Label", "set"]
  ],
  personField: [
    ["id", "ID", "int"],
    ["name", "Name", "varchar"],
    ["emails", "Email", "varchar"],
    ["phones", "Phone", "phone"],
    ["org_id", "Organization", "org"],
    ["owner_id", "Owner", "user"],
    ["add_time", "Person created", "date"],
    ["update_time", "Update time", "date"],
    ["visible_to", "Visible to", "visible_to"],
    ["label_ids", "Label", "set"]
  ],
  organizationField: [
    ["id", "ID", "int"],
    ["name", "Name", "varchar"],
    ["owner_id", "Owner", "user"],
    ["address", "Address", "address"],
    ["website", "Website", "varchar"],
    ["industry", "Industry", "enum"],
    ["annual_revenue", "Annual revenue", "double"],
    ["employee_count", "Number of employees", "double"],
    ["add_time", "Organization created", "date"],
    ["update_time", "Update time", "date"],
    ["visible_to", "Visible to", "visible_to"],
    ["label_ids", "Label", "set"]
  ],
  productField: [
    ["id", "ID", "int"],
    ["name", "Name", "varchar"],
    ["code", "Product code", "varchar"],
    ["unit", "Unit", "varchar"],
    ["tax", "Tax", "double"],
    ["category", "Category", "enum"],
    ["owner_id", "Owner", "user"],
    ["is_linkable", "Active", "boolean"],
    ["visible_to", "Visible to", "visible_to"]
  ],
  projectField: [
    ["id", "ID", "int"],
    ["title", "Title", "varchar"],
    ["description", "Description", "text"],
    ["start_date", "Start date", "date"],
    ["end_date", "End date", "date"]
  ],
  activityField: [
    ["id", "ID", "int"],
    ["subject", "Subject", "varchar"],
    ["type", "Type", "enum"],
    ["due_date", "Due date", "date"],
    ["due_time", "Due time", "time"],
    ["duration", "Duration", "time"],
    ["owner_id", "Assigned to user", "user"],
    ["done", "Done", "boolean"],
    ["note", "Note", "text"]
  ],
  noteField: [
    ["content", "Content", "text"],
    ["pinned_to_deal_flag", "Note is pinned to deal", "enum"],
    ["pinned_to_person_flag", "Note is pinned to person", "enum"],
    ["pinned_to_organization_flag", "Note is pinned to organization", "enum"]
  ]
}

/** The labels of deals and contacts in a new account. */
export const builtInOptions: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  "dealField.label_ids": labels(["Hot", "red"], ["Warm", "yellow"], ["Cold", "blue"]),
  "personField.label_ids": labels(
    ["Customer", "green"],
    ["Hot lead", "red"],
    ["Warm lead", "yellow"],
    ["Cold lead", "blue"]
  ),
  ...Object.fromEntries(
    ["deal", "person", "organization"].map((parent) => [
      `noteField.pinned_to_${parent}_flag`,
      [
        { id: 1, label: "Yes" },
        { id: 0, label: "No" }
      ]
    ])
  ),
  "organizationField.label_ids": labels(
    ["Customer", "green"],
    ["Hot lead", "red"],
    ["Warm lead", "yellow"],
    ["Cold lead", "blue"]
  )
}
