/**
 * Where the sandbox does not answer as the official types say, and why. A field goes by the official model that declares it:
 * `31.` of version 31.2.1, `v1.` and `v2.` of the newer one. Every field of every row is tested to be needed.
 */

export interface Exemption {
  readonly difference: string
  readonly reason: string
  /** What the body has in place of what the type says. */
  readonly has: RegExp
  readonly fields: ReadonlyArray<string>
}

const of = (model: string, names: string): ReadonlyArray<string> =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${model}.${name}`)

const address = `
  subpremise street_number route sublocality locality admin_area_level_1 admin_area_level_2 country postal_code
  formatted_address
`
const located = (prefix: string) => address.replaceAll(/\w+/g, (part) => `${prefix}${part}`)

const none = /^null$/
const missing = /^missing$/
/** Ids, or currencies, as keys. */
const keyed = /^\{ (\*|[A-Z]{3})(, (\*|[A-Z]{3}))* \}$/

export const exemptions: ReadonlyArray<Exemption> = [
  {
    difference: "null, where version 1 has no value",
    reason: "recorded: a live account shows null in every one of these fields",
    has: none,
    fields: [
      ...of("31.ActivityAllOf", "deal_id location org_id person_id public_description"),
      ...of(
        "31.ActivityAllOf1",
        `calendar_sync_include_context conference_meeting_client conference_meeting_id conference_meeting_url
        deal_dropbox_bcc deal_title last_notification_time last_notification_user_id ${located("location_")} note
        notification_language_id org_name person_dropbox_bcc person_name rec_master_activity_id rec_rule
        rec_rule_extension reference_id reference_type series source_timezone update_user_id`
      ),
      ...of("v1.ActivityCollectionResponseObjectAllOf", "deal_id location org_id person_id public_description"),
      ...of(
        "v1.ActivityCollectionResponseObjectAllOf1",
        `conference_meeting_client conference_meeting_id conference_meeting_url ${located("location_")}
        source_timezone update_user_id`
      ),
      ...of(
        "31.ActivityCollectionResponseObjectAllOf",
        `conference_meeting_client conference_meeting_id conference_meeting_url ${located("location_")}
        source_timezone update_user_id`
      ),
      ...of(
        "31.BaseDeal",
        `expected_close_date first_won_time label last_incoming_mail_time last_outgoing_mail_time lost_time
        next_activity_date next_activity_duration next_activity_note next_activity_subject next_activity_time
        next_activity_type org_name person_name stage_change_time won_time`
      ),
      ...of("31.DealAllOf", "org_id person_id"),
      ...of("31.DealCollectionResponseObject", "expected_close_date label lost_time org_id won_time"),
      ...of("31.BaseOrganizationItemAllOf", "label picture_id"),
      ...of("31.OrganizationCountAndAddressInfoAllOf1", `address ${located("address_")}`),
      ...of("31.PersonAllOf", "label org_name picture_id"),
      ...of("31.PersonCountAndEmailInfoAllOf1", "last_incoming_mail_time last_outgoing_mail_time"),
      ...of("31.PersonNameInfoWithOrgAndOwnerIdAllOf", "org_id"),
      ...of("31.PersonsCollectionResponseObject", "org_id"),
      ...of("31.BaseProduct", "code unit"),
      ...of("31.BaseStage", "rotten_days"),
      ...of("31.BaseStage1", "rotten_days"),
      ...of(
        "v1.GetFilesResponseDataInner",
        `activity_id cid deal_id deal_name description lead_id lead_name mail_message_id mail_template_id org_id org_name
        person_id person_name product_id product_name project_id project_name s3_bucket`
      ),
      ...of(
        "v1.GetAssociatedFilesResponseAllOfDataInner",
        "activity_id cid description lead_id lead_name mail_message_id mail_template_id s3_bucket"
      ),
      ...of("v1.GetAssociatedProductFilesResponseAllOfDataInner", "description s3_bucket")
    ]
  },
  {
    difference: "null, where a call log has no value",
    reason: "assumed: a call need not be about a deal, or anybody known",
    has: none,
    fields: of(
      "v1.AddCallLogRequest",
      "activity_id deal_id duration from_phone_number lead_id note org_id person_id subject"
    )
  },
  {
    difference: "null, where an address lacks a part",
    reason: "documented: the parts that are not given become null",
    has: none,
    fields: of(
      "v2.OrganizationItemAddress",
      "admin_area_level_1 admin_area_level_2 postal_code route street_number sublocality subpremise"
    )
  },
  {
    difference: "null, where version 2 has no value",
    reason: "version 2 shows every field, null where there is no value: recorded for deals, assumed for the others",
    has: none,
    fields: [
      ...of(
        "v2.ActivityItem",
        `conference_meeting_client conference_meeting_id conference_meeting_url deal_id lead_id location
        marked_as_done_time note org_id person_id priority project_id public_description`
      ),
      ...of("v2.BaseProductAllOf", "code description unit"),
      ...of("v2.OrganizationItem", "address"),
      ...of("v2.Person", "birthday job_title notes org_id picture_id postal_address"),
      ...of("v2.Project", "description end_date start_date")
    ]
  },
  {
    difference: "null, where a project or task of version 1 has no value",
    reason: "assumed: the rest of version 1 does so",
    has: none,
    fields: [
      ...of("v1.ProjectAllOf1", "description end_date org_id person_id start_date"),
      ...of("v1.ProjectAllOf2", "archive_time"),
      ...of("v1.UpdateProjectRequest1AllOf1", "assignee_id description due_date parent_task_id"),
      ...of("v1.UpdateProjectRequest1AllOf2", "marked_as_done_time")
    ]
  },
  {
    difference: "null, where real use met it",
    reason: "live accounts answer so",
    has: none,
    fields: [
      "31.AddActivityResponseAdditionalData.updates_story_id",
      "31.BasicDealProductRequestAllOf.comments",
      ...of("31.ProductListItem", "comments product"),
      ...of("v1.ActivityType", "color update_time"),
      "v1.RecentsDataInner.data",
      "v2.Deal.update_time",
      "v2.OrganizationItem.update_time",
      "v2.Person.update_time"
    ]
  },
  {
    difference: "a recent user stands in an array of one",
    reason: "live accounts answer so",
    has: /^array$/,
    fields: ["v1.RecentsDataInner.data"]
  },
  {
    difference: "a timeline is an array of periods, also of one",
    reason: "live accounts answer so",
    has: /^array$/,
    fields: ["v1.GetDealsTimelineResponse.data"]
  },
  {
    difference: "an empty array, where amounts by currency are none",
    reason: "live accounts answer so in timelines; the other amounts come from the same server",
    has: /^array$/,
    fields: of("v1.GetPipelineDealsMovementsStatisticsResponseAllOfDataNewDeals", "formatted_values values")
  },
  {
    difference: "null for the last name of a person whose name is one word",
    reason: "assumed: there is none to show",
    has: none,
    fields: ["31.PersonNameInfoWithOrgAndOwnerIdAllOf1.last_name", "v2.Person.last_name"]
  },
  {
    difference: "null for the next cursor, on the last page",
    reason: "recorded: the key is there, and null",
    has: none,
    fields: [
      "31.GetActivitiesCollectionResponseAdditionalData.next_cursor",
      "v1.GetChangelogResponseAllOfAdditionalData.next_cursor",
      "v2.GetActivitiesResponseAllOfAdditionalData.next_cursor",
      "v2.GetDealsProductsResponseAdditionalData.next_cursor"
    ]
  },
  {
    difference: "the page stands under `pagination`, not flat in `additional_data`",
    reason: "recorded, and so in Pipedrive's own examples",
    has: /^\{ pagination \}$/,
    fields: [
      "31.GetAssociatedActivitiesResponseAllOf",
      "31.GetAssociatedDealsResponseAllOf",
      "31.GetDealActivitiesResponseAllOf",
      "31.GetDealsResponse",
      "31.GetPersonsResponseAllOf",
      "31.GetProductsResponse1",
      "v1.GetAssociatedDealsResponseAllOf",
      "v1.GetAssociatedFilesResponseAllOf",
      "v1.GetAssociatedMailMessagesResponseAllOf",
      "v1.GetAssociatedOrganizationUpdatesResponseAllOf",
      "v1.GetAssociatedPersonUpdatesResponseAllOf",
      "v1.GetAssociatedProductFilesResponseAllOf",
      "v1.GetDealParticipantsResponse",
      "v1.GetDealUpdatesResponseAllOf",
      "v1.GetDealsResponse",
      "v1.GetFieldsResponseAllOf",
      "v1.GetLeadsResponse",
      "v1.GetListFollowersResponseAllOf",
      "v1.GetNoteFieldsResponseAllOf",
      "v1.GetOrganizationRelationshipsResponseAllOf",
      "v1.GetProductFollowersResponseAllOf",
      "v1.GetStageDealsResponse"
    ].flatMap((model) => of(model, "additional_data"))
  },
  {
    difference: "the changelog of participants has a cursor, not `start` and `limit`",
    reason: "so in Pipedrive's own example, and its parameter is `cursor`",
    has: /^\{ next_cursor \}$/,
    fields: of("v1.GetParticipantsChangelogResponse", "additional_data")
  },
  {
    difference: "related objects and followers stand under their ids, not under a key that is the word for one",
    reason: "recorded: the type's `USER_ID` stands for the id",
    has: keyed,
    fields: [
      ...of("31.AddActivityResponseRelatedObjects", "deal organization person user"),
      ...of("31.GetActivitiesResponseRelatedObjects", "deal organization person user"),
      ...of("31.GetAssociatedDealsResponseAllOfRelatedObjects", "organization person pipeline stage user"),
      ...of("31.GetDealActivitiesResponseAllOfRelatedObjects", "deal organization person user"),
      ...of("31.GetDealResponseRelatedObjects", "organization person user"),
      ...of("31.GetDealsResponseRelatedObjects", "organization person user"),
      ...of("31.GetOrganizationResponseAllOfAdditionalData", "followers"),
      ...of("31.GetOrganizationsResponseAllOfRelatedObjects", "organization user"),
      ...of("31.GetPersonsResponseAllOfRelatedObjects", "organization user"),
      ...of("31.GetProductsResponseAllOfRelatedObjects", "user"),
      ...of("v1.AddParticipantsResponseRelatedObjects", "user"),
      ...of("v1.GetAssociatedDealsResponseAllOfRelatedObjects", "organization person pipeline stage user"),
      ...of("v1.GetAssociatedOrganizationUpdatesResponseAllOfRelatedObjects", "user"),
      ...of("v1.GetDealUpdatesResponseAllOfRelatedObjects", "organization person user"),
      ...of("v1.GetDealsResponseRelatedObjects", "organization person user"),
      ...of("v1.GetOrganizationRelationshipsResponseAllOfRelatedObjects", "organization")
    ]
  },
  {
    difference: "sums stand under their currencies, and a person's products under the deals' ids",
    reason: "so in Pipedrive's own examples: `CURRENCY_ID` and `DEAL_ID` of the types stand for them",
    has: keyed,
    fields: [
      ...of("v1.GetDealsSummaryResponseData", "values_total weighted_values_total"),
      ...of("v1.GetPipelineDealsMovementsStatisticsResponseAllOfDataNewDeals", "formatted_values values"),
      ...of("v1.GetPersonProductsResponseAllOf", "data[]")
    ]
  },
  {
    difference: "0 or 1 for `has_pic` of a deal's users",
    reason: "recorded",
    has: /^number$/,
    fields: [
      "31.DealAllOfCreatorUserId.has_pic",
      "31.DealUserDataWithIdAllOf.has_pic",
      "v1.DealAllOfCreatorUserId.has_pic",
      "v1.DealUserDataWithIdAllOf.has_pic"
    ]
  },
  {
    difference: "activities have no keys of a calendar and no file",
    reason: "recorded: a live account leaves them out, though the type requires them",
    has: missing,
    fields: of("31.ActivityAllOf1", "file gcal_event_id google_calendar_etag google_calendar_id")
  },
  {
    difference: "the items of the list of products are products, not answers with a product in them",
    reason: "recorded",
    has: missing,
    fields: of("31.GetProductResponse", "data related_objects success")
  },
  {
    difference:
      "built-in fields have types of their own: `int`, `boolean`, `stage`, `status`, `varchar_options`, `visible_to`",
    reason: "the types name what a custom field can be; that others came broke the official clients before",
    has: /^"(int|boolean|stage|status|varchar_options|visible_to)"$/,
    fields: ["v1.Field.field_type", "v1.GetFieldAllOf.field_type", "v1.ProductFieldAllOf.field_type"]
  },
  {
    difference: "labels with their names, where `include_labels` asks for them",
    reason: "the official types know the parameter, but not what it changes",
    has: /^\{ id, label \}$/,
    fields: ["v2.Deal.label_ids[]", "v2.OrganizationItem.label_ids[]", "v2.Person.label_ids[]"]
  },
  {
    difference: "the recents tell of more than users, and with their fields",
    reason: "so in Pipedrive's own example, and the parameter `items` names twelve kinds",
    has: /^("(activity|deal|file|filter|note|organization|person)"|array)$/,
    fields: ["v1.RecentsDataInner.item", "v1.BaseUser.email", "v1.BaseUser.phone"]
  },
  {
    difference: "a product's code is text",
    reason: "it is when it is set and when it is read; the type of what a search finds has a number",
    has: /^"DSK-(OAK|PINE)"$/,
    fields: [
      "31.GetProductSearchResponseAllOfDataItemsInnerItem.code",
      "v2.GetProductSearchResponseAllOfDataItemsInnerItem.code"
    ]
  },
  {
    difference: "what is found by one field is an id and the field, not a result with an item in it",
    reason: "so in Pipedrive's own example",
    has: /^\{ id, title, name \}$/,
    fields: ["v2.GetItemSearchFieldResponseAllOf.data[]"]
  },
  {
    difference: "v1 names the values that a field has, without an id, unless `return_item_ids` asks for it",
    reason: "so the parameter is documented; the type has a key `$field_key` where the field's own name stands",
    has: /^\{ title \}$/,
    fields: ["31.GetItemSearchFieldResponseAllOf.data[]"]
  },
  {
    difference: "a discount's id is a UUID when it is deleted, too",
    reason: "it is one in all other operations on discounts; the type of this one has a number",
    has: /^"[0-9a-f]{8}-[0-9a-f-]{27}"$/,
    fields: ["v2.DeleteAdditionalDiscountResponseData.id"]
  },
  {
    difference: "`{ id }` of a deleted project or task, not an answer within the answer",
    reason: "so in Pipedrive's own examples",
    has: /^\{ id \}$/,
    fields: ["v1.DeleteProjectResponse.data", "v1.DeleteTaskResponse.data"]
  },
  {
    difference: "an array of assignees",
    reason: "the type has a `Set`, which no JSON becomes",
    has: /^array$/,
    fields: ["v1.UpdateProjectRequest1AllOf1.assignee_ids"]
  },
  {
    difference: "who added a participant is a user, not an answer with a user in it",
    reason: "so in Pipedrive's own example",
    has: /^\{ id, name, email, has_pic, pic_hash, active_flag, value \}$/,
    fields: ["v1.DealParticipantItem.added_by_user_id"]
  },
  {
    difference: "an added picture itself, not under `PICTURE_ID`",
    reason: "so in Pipedrive's own example",
    has: /^\{ id, item_type, item_id, .*pictures \}$/,
    fields: ["v1.AddPersonPictureResponseAllOf.data"]
  },
  {
    difference: "a permission set stands under `data`",
    reason: "so in Pipedrive's own example, as everywhere else; the type has no envelope",
    has: /^\{ success, data \}$/,
    fields: ["v1.getPermissionSet"]
  }
]

/**
 * What the official client cannot say, in a way that Pipedrive understands: the key of each list is repeated, where the ids
 * should be joined with commas. One id is asked for above; of two, one comes back.
 */
export const broken: ReadonlyArray<{ readonly operation: string; readonly list: string }> = [
  { operation: "v2.getInstallments", list: "deal_ids" },
  { operation: "v1.getProducts", list: "ids" }
]
