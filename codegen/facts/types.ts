/**
 * Where the official types say no more than "an object", and the words beside them say what it holds. Each text is a
 * TypeScript type, in which a capitalised name is an official model of the same version; `Day` is a `YYYY-MM-DD`, `Int`
 * a whole number, `Label` a label with or without its name. The facts come from the official client's comments and Pipedrive's OpenAPI documents.
 */

const goal = {
  "body.assignee": `{ id: Int; type: "person" | "company" | "team" }`,
  "body.type": `{
    name: "deals_won" | "deals_progressed" | "activities_completed" | "activities_added" | "deals_started" | "revenue_forecast"
    params?: { pipeline_id?: Array<Int> | null; stage_id?: Int | null; activity_type_id?: Array<Int> | null }
  }`,
  "body.expected_outcome": `{ target: number; tracking_metric: "quantity" | "sum"; currency_id?: Int | null }`,
  "body.duration": `{ start: Day; end?: Day | null }`
}

const filter = {
  "body.conditions": `{
    glue: "and"
    conditions: Array<{
      glue: "and" | "or"
      conditions?: Array<{
        object: string
        field_id: string | Int
        operator: string
        value?: string | number | boolean | null
        extra_value?: string | number | null
        json_value_flag?: boolean | null
        field_code?: string | null
      }> | null
    }>
  }`
}

const newOptions = { "body.options": "Array<{ label: string }>" }
const allOptions = { "body.options": "Array<{ id?: Int; label: string }>" }
const payments = { "body.payments": "Array<{ amount: number; description: string; due_at: Day }>" }
/** v1 answers with the number, and with the label as text. */
const oldDeal = { "body.value": "string | number", "body.label": "Array<number> | string | Int" }
const oldPrices = {
  "body.prices": "Array<{ currency: string; price: number; cost?: number; overhead_cost?: number; notes?: string }>"
}
const prices = {
  "body.prices": "Array<{ currency: string; price: number; cost?: number; direct_cost?: number; notes?: string }>"
}
const people = {
  "body.participants": "Array<{ person_id: Int; primary_flag?: boolean }>",
  "body.attendees": `Array<{
    email_address: string
    is_organizer?: Int
    name?: string
    person_id?: Int | null
    status?: string
    user_id?: Int | null
  }>`
}
const labels = { "body.label_ids": "Array<Label>" }
const deal = { ...labels, "body.status": `"open" | "won" | "lost" | "deleted"` }

/** Inputs, by official operation and path (`body.` in front of what stands in the body). */
export const inputs: Record<string, Record<string, string>> = {
  "v1.addActivity": people,
  "v1.addDeal": oldDeal,
  "v1.updateDeal": oldDeal,
  "v1.updateActivity": people,
  "v1.addDealField": newOptions,
  "v1.updateDealField": allOptions,
  "v1.addOrganizationField": newOptions,
  "v1.updateOrganizationField": allOptions,
  "v1.addPersonField": newOptions,
  "v1.updatePersonField": allOptions,
  "v1.addProductField": newOptions,
  "v1.updateProductField": allOptions,
  "v1.addFilter": filter,
  "v1.updateFilter": filter,
  "v1.addGoal": goal,
  "v1.updateGoal": goal,
  "v1.addProduct": oldPrices,
  "v1.updateProduct": oldPrices,
  // Pipedrive's own example gives the lists as text
  "v1.updateRolePipelines": {
    "body.visible_pipeline_ids": "{ add?: Array<Int> | string; remove?: Array<Int> | string }"
  },
  "v1.addRecurringSubscription": payments,
  "v1.updateRecurringSubscription": payments,
  "v1.addSubscriptionInstallment": payments,
  "v1.updateSubscriptionInstallment": payments,
  // the list grows: the entities of 2026 are in Pipedrive's guide, not yet in its types
  "v1.addWebhook": {
    "body.event_object": `"activity" | "activityType" | "board" | "deal" | "deal_installment" | "deal_product" | "lead" | "note"
      | "organization" | "person" | "phase" | "pipeline" | "product" | "project" | "stage" | "task" | "user" | "*" | string`
  },
  "v2.addDeal": deal,
  "v2.updateDeal": deal,
  "v2.addOrganization": labels,
  "v2.updateOrganization": labels,
  "v2.addPerson": labels,
  "v2.updatePerson": labels,
  "v2.addProductVariation": prices,
  "v2.updateProductVariation": prices
}

const status = `"open" | "won" | "lost" | "deleted"`
const found = { status }
// where there is nothing, version 1 has an empty array in place of an empty object
const byKey = (value: string) => `{ readonly [key: string]: ${value} } | []`
const amounts = byKey("number")
const deletedField = {
  options: "ReadonlyArray<GetActivityFields200ResponseDataInnerOptionsInner> | null",
  subfields: "ReadonlyArray<GetActivityFields200ResponseDataInnerSubfieldsInner> | null"
}
const foundItem = `{
  readonly id: number | string
  readonly type: "deal" | "person" | "organization" | "product" | "lead" | "file" | "mail_attachment" | "project"
  readonly title?: string
  readonly name?: string | null
  readonly code?: string | null
  readonly value?: number | null
  readonly currency?: string | null
  readonly status?: string
  readonly address?: string | null
  readonly phones?: ReadonlyArray<string>
  readonly emails?: ReadonlyArray<string>
  readonly url?: string
  readonly visible_to?: number
  readonly owner?: { readonly id: number } | null
  readonly stage?: { readonly id: number; readonly name: string } | null
  readonly deal?: { readonly id: number; readonly title: string } | null
  readonly person?: { readonly id: number; readonly name: string } | null
  readonly organization?: { readonly id: number; readonly name: string; readonly address?: string | null } | null
  readonly custom_fields?: ReadonlyArray<string>
  readonly notes?: ReadonlyArray<string>
  readonly is_archived?: boolean
}`
const activityAttendees = `ReadonlyArray<{
  readonly email_address?: string
  readonly is_organizer?: number | boolean
  readonly name?: string | null
  readonly person_id?: number | null
  readonly status?: string | null
  readonly user_id?: number | null
}> | null`
const fieldOption =
  "{ readonly id: number | string | boolean | null; readonly label: string; readonly color?: string | null }"

const owner = `{
  readonly id: number
  readonly name?: string
  readonly email?: string
  readonly has_pic?: number | boolean
  readonly pic_hash?: string | null
  readonly active_flag?: boolean
  readonly value?: number
}`

/** Fields of answers, by official model and field. */
export const answers: Record<string, Record<string, string>> = {
  "v1.GetOrganizationResponseAllOfAdditionalData": {
    followers: byKey("GetOrganizationResponseAllOfAdditionalDataFollowersFOLLOWERUSERID")
  },
  "v1.GetPipelineDealsMovementsStatisticsResponseAllOfDataNewDeals": {
    values: amounts,
    formatted_values: byKey("string")
  },
  "v1.Activity": { attendees: activityAttendees },
  "v1.Deal": { status },
  "v1.DealStrict": { status },
  "v1.DealNonStrictWithDetails": { status },
  "v1.GetMergedDealResponseData": { status },
  "v1.GetField": {
    options: `ReadonlyArray<${fieldOption}> | null`,
    options_deleted: `ReadonlyArray<${fieldOption}>`
  },
  "v1.ProductField": { options: `ReadonlyArray<${fieldOption}> | null` },
  "v1.GetProductFieldResponseData": { options: `ReadonlyArray<${fieldOption}> | null` },
  "v1.GetProductFieldsResponseDataInner": { options: `ReadonlyArray<${fieldOption}> | null` },
  "v1.BaseStage": { company_id: "number", pipeline_name: "string", pipeline_deal_probability: "boolean" },
  "v1.DealParticipantItem": { added_by_user_id: owner },
  "v1.RelationshipOrganizationInfoItem": { active_flag: "boolean" },
  "v1.PermissionSet": { contents: "ReadonlyArray<string>" },
  "v1.Person": { sync_needed: "boolean" },
  "v1.GetDealsSummaryResponseData": {
    values_total: byKey("GetDealsSummaryResponseDataValuesTotal"),
    weighted_values_total: byKey("GetDealsSummaryResponseDataWeightedValuesTotal")
  },
  "v1.GetDealsTimelineResponseData": {
    totals: "GetDealsTimelineResponseDataTotals | []",
    totals_converted: `{
      readonly count?: number
      readonly value?: number | null
      readonly weighted_value?: number | null
      readonly open_count?: number
      readonly open_value?: number | null
      readonly weighted_open_value?: number | null
      readonly won_count?: number
      readonly won_value?: number | null
      readonly [total: string]: unknown
    } | []`
  },
  "v1.GetDealsTimelineResponseDataTotals": {
    values: amounts,
    weighted_values: amounts,
    open_values: amounts,
    weighted_open_values: amounts,
    won_values: amounts
  },
  "v2.ActivityItem": { custom_fields: "{ readonly [key: string]: unknown } | null" },
  "v2.Deal": { status, label_ids: "ReadonlyArray<Label>" },
  "v2.OrganizationItem": { label_ids: "ReadonlyArray<Label>" },
  "v2.Person": { label_ids: "ReadonlyArray<Label>" },
  "v2.GetPersonSearchResponseAllOfDataItemsInnerItemOrganization": { address: "string | null" },
  "v2.DeleteDealField200ResponseData": deletedField,
  "v2.DeletePersonField200ResponseData": deletedField,
  "v2.DeleteProjectField200ResponseData": deletedField,
  "v2.GetDealSearchResponseAllOfDataItemsInnerItem": found,
  "v2.GetProductVariationsResponseDataInner": {
    prices: `ReadonlyArray<{
      readonly product_variation_id: number
      readonly currency: string
      readonly price: number
      readonly cost?: number | null
      readonly direct_cost?: number | null
      readonly notes?: string | null
    }>`
  },
  "v2.ItemSearchItem": { item: foundItem }
}

const fileIds = ["user_id", "deal_id", "person_id", "org_id", "product_id", "activity_id", "lead_id", "project_id"]
const fileNames = ["deal_name", "person_name", "org_name", "product_name", "lead_name", "project_name"]
const fileOrigins = ["remote_id", "cid", "s3_bucket", "mail_message_id", "mail_template_id", "description", "log_id"]
const file = [...fileIds, ...fileNames, ...fileOrigins]

/** Fields that no recording shows and that are null wherever a file is linked to nothing of the kind. */
export const nullable: Record<string, ReadonlyArray<string>> = {
  "v1.GetFilesResponseDataInner": file,
  "v1.GetAssociatedFilesResponseAllOfDataInner": file,
  "v1.GetAssociatedProductFilesResponseAllOfDataInner": [
    "product_id",
    "product_name",
    "remote_id",
    "s3_bucket",
    "description"
  ]
}

/** Envelopes, by official operation. */
export const envelopes: Record<string, Record<string, string>> = {
  "v1.getDealsTimeline": { data: "ReadonlyArray<GetDealsTimelineResponseData>" },
  "v1.getArchivedDealsTimeline": { data: "ReadonlyArray<GetDealsTimelineResponseData>" },
  "v1.getCompanyAddons": { data: "ReadonlyArray<{ readonly code: string }>" },
  "v1.getFilterHelpers": {
    data: `{
      readonly operators: {
        readonly [fieldType: string]: { readonly [operator: string]: string } | ReadonlyArray<{ readonly [operator: string]: string }>
      }
      readonly deprecated_operators?: { readonly [operator: string]: string }
      readonly relative_dates?: { readonly [group: string]: { readonly [interval: string]: string } }
      readonly address_field_components?: { readonly [component: string]: string }
    }`
  },
  "v1.searchItem": {
    data: `{
      readonly items: ReadonlyArray<{ readonly result_score: number; readonly item: ${foundItem} }>
      readonly related_items?: ReadonlyArray<{ readonly result_score: number; readonly item: ${foundItem} }>
    }`
  },
  "v1.searchItemByField": {
    data: "ReadonlyArray<{ readonly id?: number | string; readonly [field: string]: unknown }>"
  },
  "v2.searchItemByField": {
    data: `ReadonlyArray<{
      readonly id?: number | string
      readonly name?: string
      readonly result_score?: number
      readonly item?: { readonly id: number | string; readonly [field: string]: unknown }
    }>`
  }
}
