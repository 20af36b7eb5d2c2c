/**
 * What is known of answers beyond the official types, which call nearly every field optional and hardly any nullable.
 * All of this speaks of answers: inputs that share a type keep it as it is declared.
 */
import { v1 } from "./entities/v1.js"
import { v2 } from "./entities/v2.js"
import { words } from "./entities/words.js"

/**
 * Facts about one model, under its official name. They hold for the model under that name, whether it is an interface
 * or an intersection of others.
 */
export interface Entity {
  /** Fields that every answer has. */
  readonly present?: ReadonlyArray<string>
  /** Fields that the types call present and that answers may lack. */
  readonly optional?: ReadonlyArray<string>
  /** Fields that may be null. */
  readonly nullable?: ReadonlyArray<string>
  /**
   * Fields whose type is another than declared, or that are not declared at all; those are optional unless `present`
   * names them. The text is a TypeScript type in which a capitalised name is an official model of the same version.
   */
  readonly types?: Record<string, string>
}

/** By version and official model name. */
export const entities: Record<string, Entity> = { ...v1, ...v2 }

/**
 * Fields that are null wherever there is nothing to show: so in every model of the version that has them, whichever of
 * them was recorded. What is null in some models only stands with the model.
 */
export const nullEverywhere: Record<"v1" | "v2", ReadonlySet<string>> = {
  v1: new Set(
    words(`
      next_activity next_activity_date next_activity_time next_activity_id next_activity_subject next_activity_type
      next_activity_duration next_activity_note last_activity last_activity_date last_activity_id
      last_incoming_mail_time last_outgoing_mail_time
      stage_change_time expected_close_date probability lost_reason close_time won_time first_won_time lost_time
      rotten_time archive_time delete_time local_won_date local_lost_date local_close_date
      person_name org_name deal_title first_name last_name picture_id pic_hash icon_url
      address address_subpremise address_street_number address_route address_sublocality address_locality
      address_admin_area_level_1 address_admin_area_level_2 address_country address_postal_code
      address_formatted_address
      location location_subpremise location_street_number location_route location_sublocality location_locality
      location_admin_area_level_1 location_admin_area_level_2 location_country location_postal_code
      location_formatted_address
      account_id draft nylas_id s3_bucket s3_bucket_path mua_message_id template_id mail_tracking_status snippet_draft
      linked_person_id linked_person_name linked_organization_id last_updated_by_user_id
    `)
  ),
  v2: new Set(words("update_time next_cursor"))
}

/**
 * What the envelopes of single operations hold beyond their official types or in contradiction to them: field to type,
 * written as in `Entity.types`. `data` is present, everything else optional.
 */
export const envelopes: Record<string, Record<string, string>> = {
  "v1.addOrganization": { additional_data: "{ readonly didMerge?: boolean }" },
  "v1.addPerson": { additional_data: "{ readonly didMerge?: boolean }" },
  "v1.getPipelines": {
    additional_data:
      "{ readonly pagination?: { readonly start: number; readonly limit: number; readonly more_items_in_collection: boolean; readonly next_start?: number } }"
  },
  "v1.getStages": {
    additional_data:
      "{ readonly pagination?: { readonly start: number; readonly limit: number; readonly more_items_in_collection: boolean; readonly next_start?: number } }"
  },
  "v1.getProducts": { data: "ReadonlyArray<ProductListItemProduct>" },
  "v1.getUser": { additional_data: "{ readonly company_id: number }" },
  "v1.getUsers": { additional_data: "{ readonly company_id: number }" },
  "v1.getDealUsers": { data: "ReadonlyArray<number>" },
  "v1.getFilterHelpers": { success: "true", data: "object" },
  "v1.getPermissionSet": { success: "true", data: "PermissionSet | ReadonlyArray<PermissionSet>" },
  "v1.addPersonPicture": { data: "RelatedPictureDataPICTUREID" },
  "v1.deleteProject": { data: "{ readonly id: number }" },
  "v1.deleteTask": { data: "{ readonly id: number }" },
  "v1.addGoal": { service: "string", statusCode: "number", statusText: "string" },
  "v1.updateGoal": { service: "string", statusCode: "number", statusText: "string" },
  "v1.deleteGoal": { service: "string", statusCode: "number", statusText: "string" },
  "v1.getGoals": { service: "string", statusCode: "number", statusText: "string" },
  "v1.getGoalResult": { service: "string", statusCode: "number", statusText: "string" },
  "v1.deleteMailThread": { service: "string", statusCode: "number", statusText: "string" },
  "v1.addWebhook": { status: "string" },
  "v1.deleteWebhook": { status: "string" },
  "v1.getWebhooks": { status: "string" },
  "v2.deleteManyDealProducts": { additional_data: "{ readonly more_items_in_collection?: boolean }" },
  "v2.getInstallments": { additional_data: "{ readonly next_cursor?: string | null }" },
  "v2.searchItemByField": {
    data: "ReadonlyArray<{ readonly id?: number | string; readonly name?: string; readonly result_score?: number; readonly item?: object }>"
  }
}

/**
 * Property names that stand for any key: `{ USER_ID?: X }` in the official types is an object of `X` by id. An interface
 * with such a property has no other.
 */
export const placeholders: ReadonlyArray<string> = [
  "ACTIVITY_TYPE_NAME",
  "ASSIGNED_TO_USER_ID",
  "CURRENCY_ID",
  "DEAL_ID",
  "FOLLOWER_USER_ID",
  "ORGANIZATION_ID",
  "PERSON_ID",
  "PICTURE_ID",
  "USER_ID"
]
