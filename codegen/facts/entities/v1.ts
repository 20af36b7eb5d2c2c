import type { Entity } from "../entities.js"
import { words } from "./words.js"

/** Facts about the answers of v1, from recordings of live accounts and the documents. */
export const v1: Record<string, Entity> = {
  "v1.Activity": {
    present: words(`
      id user_id done type reference_type reference_id conference_meeting_client conference_meeting_url due_date
      due_time duration busy_flag add_time marked_as_done_time last_notification_time last_notification_user_id
      notification_language_id subject public_description calendar_sync_include_context location org_id person_id
      deal_id lead_id active_flag update_time update_user_id source_timezone rec_rule rec_rule_extension
      rec_master_activity_id conference_meeting_id note created_by_user_id location_subpremise location_street_number
      location_route location_sublocality location_locality location_admin_area_level_1 location_admin_area_level_2
      location_country location_postal_code location_formatted_address attendees participants series org_name
      person_name deal_title owner_name person_dropbox_bcc deal_dropbox_bcc assigned_to_user_id company_id
    `),
    optional: words("gcal_event_id google_calendar_id google_calendar_etag file"),
    nullable: words(`
      reference_type reference_id conference_meeting_client conference_meeting_url last_notification_time
      last_notification_user_id notification_language_id public_description calendar_sync_include_context org_id
      person_id deal_id lead_id update_user_id source_timezone rec_rule rec_rule_extension rec_master_activity_id
      conference_meeting_id note attendees series person_dropbox_bcc deal_dropbox_bcc
    `),
    types: {
      participants: "ReadonlyArray<{ readonly person_id: number; readonly primary_flag: boolean }> | null",
      original_start_time: "string | null",
      private: "boolean",
      priority: "number | null",
      is_recurring: "boolean | null",
      lead_title: "string | null",
      type_name: "string",
      lead: "object | null"
    }
  },
  "v1.ActivityCollectionResponseObject": {
    nullable: words(`
      deal_id lead_id person_id project_id org_id public_description conference_meeting_client conference_meeting_url
      conference_meeting_id update_user_id source_timezone
    `)
  },
  "v1.ActivityType": {
    nullable: words("color update_time")
  },
  "v1.AddActivityResponseAdditionalData": {
    nullable: words("updates_story_id")
  },
  "v1.BaseOrganizationItem": {
    present: words(`
      id owner_id name open_deals_count related_open_deals_count closed_deals_count related_closed_deals_count
      email_messages_count people_count activities_count done_activities_count undone_activities_count files_count
      notes_count followers_count won_deals_count related_won_deals_count lost_deals_count related_lost_deals_count
      active_flag picture_id country_code first_char update_time add_time visible_to next_activity_date
      next_activity_time next_activity_id last_activity_id last_activity_date label label_ids address
      address_subpremise address_street_number address_route address_sublocality address_locality
      address_admin_area_level_1 address_admin_area_level_2 address_country address_postal_code
      address_formatted_address owner_name cc_email company_id
    `),
    nullable: words("country_code label cc_email"),
    types: {
      delete_time: "string | null",
      address_country_code: "string | null",
      website: "string | null",
      linkedin: "string | null",
      industry: "number | null",
      annual_revenue: "number | null",
      employee_count: "number | null",
      owner_id: "Owner | number"
    }
  },
  "v1.BaseOrganizationItemWithEditNameFlag": {
    present: words(`
      id owner_id name open_deals_count related_open_deals_count closed_deals_count related_closed_deals_count
      email_messages_count people_count activities_count done_activities_count undone_activities_count files_count
      notes_count followers_count won_deals_count related_won_deals_count lost_deals_count related_lost_deals_count
      active_flag picture_id country_code first_char update_time add_time visible_to next_activity_date
      next_activity_time next_activity_id last_activity_id last_activity_date label label_ids address
      address_subpremise address_street_number address_route address_sublocality address_locality
      address_admin_area_level_1 address_admin_area_level_2 address_country address_postal_code
      address_formatted_address cc_email owner_name edit_name company_id
    `),
    nullable: words("country_code label cc_email"),
    types: {
      delete_time: "string | null",
      address_country_code: "string | null",
      website: "string | null",
      linkedin: "string | null",
      industry: "number | null",
      annual_revenue: "number | null",
      employee_count: "number | null",
      owner_id: "Owner | number"
    }
  },
  "v1.BasePipeline": {
    present: words("id name url_title order_nr active deal_probability add_time update_time"),
    nullable: words("update_time")
  },
  "v1.BasePipeline1": {
    present: words("id name url_title order_nr active deal_probability add_time update_time"),
    nullable: words("update_time")
  },
  "v1.BasePipelineWithSelectedFlag": {
    present: words("id name url_title order_nr active deal_probability add_time update_time"),
    nullable: words("update_time")
  },
  "v1.BaseStage": {
    present: words(`
      id order_nr name active_flag deal_probability pipeline_id rotten_flag rotten_days add_time update_time
    `),
    nullable: words("rotten_days update_time")
  },
  "v1.BaseTeam": {
    nullable: words("description")
  },
  "v1.BaseUser": {
    present: words(`
      id name email lang locale timezone_name timezone_offset default_currency icon_url active_flag is_deleted role_id
      created has_created_company is_you access phone modified last_login
    `),
    nullable: words("phone"),
    types: {
      is_admin: "number"
    }
  },
  "v1.Deal": {
    present: words(`
      id creator_user_id user_id person_id org_id stage_id title value currency add_time update_time stage_change_time
      active deleted status probability next_activity_date next_activity_time next_activity_id last_activity_id
      last_activity_date lost_reason visible_to close_time pipeline_id won_time first_won_time lost_time products_count
      files_count notes_count followers_count email_messages_count activities_count done_activities_count
      undone_activities_count participants_count expected_close_date last_incoming_mail_time last_outgoing_mail_time
      label origin origin_id channel channel_id is_archived stage_order_nr person_name org_name next_activity_subject
      next_activity_type next_activity_duration next_activity_note formatted_value weighted_value
      formatted_weighted_value weighted_value_currency rotten_time owner_name cc_email org_hidden person_hidden
    `),
    nullable: words("label"),
    types: {
      status: '"open" | "won" | "lost" | "deleted"',
      user_id: "DealUserDataWithId | number",
      creator_user_id: "DealAllOfCreatorUserId | number",
      person_id: "DealPersonDataWithId | number | null",
      org_id: "DealOrganizationDataWithId | number | null",
      local_won_date: "string | null",
      local_lost_date: "string | null",
      local_close_date: "string | null",
      archive_time: "string | null",
      source_lead_id: "string | null",
      sequence_enrollment: "unknown"
    }
  },
  "v1.DealAllOfCreatorUserId": {
    present: words("id name email has_pic pic_hash active_flag value"),
    types: {
      has_pic: "number | boolean"
    }
  },
  "v1.DealCollectionResponseObject": {
    nullable: words("person_id org_id label update_time")
  },
  "v1.DealNonStrictWithDetails": {
    present: words(`
      id creator_user_id user_id person_id org_id stage_id title value currency add_time update_time stage_change_time
      active deleted status probability next_activity_date next_activity_time next_activity_id last_activity_id
      last_activity_date lost_reason visible_to close_time pipeline_id won_time first_won_time lost_time products_count
      files_count notes_count followers_count email_messages_count activities_count done_activities_count
      undone_activities_count participants_count expected_close_date last_incoming_mail_time last_outgoing_mail_time
      label origin origin_id channel channel_id is_archived stage_order_nr person_name org_name next_activity_subject
      next_activity_type next_activity_duration next_activity_note formatted_value weighted_value
      formatted_weighted_value weighted_value_currency rotten_time owner_name cc_email org_hidden person_hidden
    `),
    nullable: words("label update_time"),
    types: {
      status: '"open" | "won" | "lost" | "deleted"',
      user_id: "DealUserDataWithId | number",
      creator_user_id: "DealAllOfCreatorUserId | number",
      person_id: "DealPersonDataWithId | number | null",
      org_id: "DealOrganizationDataWithId | number | null",
      local_won_date: "string | null",
      local_lost_date: "string | null",
      local_close_date: "string | null",
      archive_time: "string | null",
      source_lead_id: "string | null",
      sequence_enrollment: "unknown"
    }
  },
  "v1.DealOrganizationDataWithId": {
    present: words("name people_count owner_id address active_flag cc_email value"),
    types: {
      label_ids: "ReadonlyArray<number>",
      owner_name: "string"
    }
  },
  "v1.DealPersonDataWithId": {
    present: words("active_flag name email phone value"),
    types: {
      company_id: "number"
    }
  },
  "v1.DealPersonDataWithIdAllOfEmailInner": {
    present: words("value primary")
  },
  "v1.DealPersonDataWithIdAllOfPhoneInner": {
    present: words("value primary")
  },
  "v1.DealStrict": {
    present: words(`
      id creator_user_id user_id person_id org_id stage_id title value currency add_time update_time stage_change_time
      active deleted status probability next_activity_date next_activity_time next_activity_id last_activity_id
      last_activity_date lost_reason visible_to close_time pipeline_id won_time first_won_time lost_time products_count
      files_count notes_count followers_count email_messages_count activities_count done_activities_count
      undone_activities_count participants_count expected_close_date last_incoming_mail_time last_outgoing_mail_time
      label stage_order_nr person_name org_name next_activity_subject next_activity_type next_activity_duration
      next_activity_note formatted_value weighted_value formatted_weighted_value weighted_value_currency rotten_time
      owner_name cc_email org_hidden person_hidden
    `),
    nullable: words("label"),
    types: {
      status: '"open" | "won" | "lost" | "deleted"',
      local_won_date: "string | null",
      local_lost_date: "string | null",
      local_close_date: "string | null",
      archive_time: "string | null",
      source_lead_id: "string | null",
      sequence_enrollment: "unknown"
    }
  },
  "v1.DealUserDataWithId": {
    present: words("id name email has_pic pic_hash active_flag value"),
    types: {
      has_pic: "number | boolean"
    }
  },
  "v1.DeleteActivityResponseData": {
    present: words("id")
  },
  "v1.DeleteDealResponseData": {
    present: words("id")
  },
  "v1.DeleteOrganizationResponseData": {
    present: words("id")
  },
  "v1.DeletePipelineResponseData": {
    present: words("id")
  },
  "v1.DeleteProductResponseData": {
    present: words("id")
  },
  "v1.GetActivitiesCollectionResponseAdditionalData": {
    nullable: words("next_cursor")
  },
  "v1.GetActivitiesResponseAdditionalDataPagination": {
    present: words("start limit more_items_in_collection")
  },
  "v1.GetAddProductAttachmentDetailsResponseData": {
    present: words(`
      id deal_id product_id product_variation_id item_price discount sum currency enabled_flag add_time comments
      active_flag tax name quantity
    `),
    nullable: words("product_id comments last_edit")
  },
  "v1.GetAssociatedDealsResponseAllOfRelatedObjects": {
    types: {
      pipeline: "{ readonly [id: string]: BasePipeline }",
      stage: "{ readonly [id: string]: BaseStage }"
    }
  },
  "v1.GetAssociatedFilesResponseAllOfDataInner": {
    types: {
      log_id: "string | null",
      file_type: "string",
      people_name: "string | null",
      project_id: "number | null",
      project_name: "string | null"
    }
  },
  "v1.GetAssociatedProductFilesResponseAllOfDataInner": {
    types: {
      file_type: "string"
    }
  },
  "v1.GetChangelogResponseAllOfAdditionalData": {
    nullable: words("next_cursor")
  },
  "v1.GetCurrentUserResponseAllOfData": {
    present: words(`
      id name default_currency locale lang email phone last_login created modified has_created_company access
      active_flag timezone_name timezone_offset role_id icon_url is_you is_deleted company_id company_name
      company_domain
    `)
  },
  "v1.GetDealSearchResponseAllOfDataItemsInnerItem": {
    present: words(`
      id type title value currency status stage person organization visible_to owner custom_fields notes
    `),
    nullable: words("value currency person organization")
  },
  "v1.GetDealsResponseRelatedObjects": {
    types: {
      pipeline: "{ readonly [id: string]: BasePipeline }",
      stage: "{ readonly [id: string]: BaseStage }"
    }
  },
  "v1.GetFieldsResponseAllOfAdditionalData": {
    types: {
      pagination:
        "{ readonly start: number; readonly limit: number; readonly more_items_in_collection: boolean; readonly next_start?: number }"
    }
  },
  "v1.GetFilesResponseDataInner": {
    types: {
      log_id: "string | null",
      file_type: "string"
    }
  },
  "v1.GetMailThreadMessagesResponseAllOfDataInner": {
    types: {
      draft_flag: "number"
    }
  },
  "v1.GetNoteFieldsResponseAllOfDataInner": {
    nullable: words("options")
  },
  "v1.GetOrganizationItem": {
    present: words(`
      id owner_id name open_deals_count related_open_deals_count closed_deals_count related_closed_deals_count
      email_messages_count people_count activities_count done_activities_count undone_activities_count files_count
      notes_count followers_count won_deals_count related_won_deals_count lost_deals_count related_lost_deals_count
      active_flag picture_id country_code first_char update_time add_time visible_to next_activity_date
      next_activity_time next_activity_id last_activity_id last_activity_date label label_ids address
      address_subpremise address_street_number address_route address_sublocality address_locality
      address_admin_area_level_1 address_admin_area_level_2 address_country address_postal_code
      address_formatted_address cc_email owner_name edit_name last_activity next_activity company_id
    `),
    nullable: words("country_code label cc_email"),
    types: {
      delete_time: "string | null",
      address_country_code: "string | null",
      website: "string | null",
      linkedin: "string | null",
      industry: "number | null",
      annual_revenue: "number | null",
      employee_count: "number | null",
      owner_id: "Owner | number"
    }
  },
  "v1.GetOrganizationResponseAllOfAdditionalDataFollowersFOLLOWERUSERID": {
    present: words("id user_id")
  },
  "v1.GetOrganizationSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name address visible_to owner custom_fields notes")
  },
  "v1.GetOrganizationsCollectionResponseObject": {
    nullable: words("cc_email")
  },
  "v1.GetPersonProductsResponseAllOfDataInnerDEALIDProduct": {
    nullable: words("files_count code description unit category first_char")
  },
  "v1.GetPersonSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name phones emails organization visible_to owner custom_fields notes"),
    nullable: words("organization")
  },
  "v1.GetProductAttachmentDetailsResponseData": {
    present: words(`
      id deal_id product_id product_variation_id item_price discount sum currency enabled_flag add_time comments
      active_flag tax name quantity
    `),
    nullable: words("product_id comments last_edit")
  },
  "v1.GetProductFieldResponseData": {
    nullable: words("created_by_user_id update_time")
  },
  "v1.GetProductFieldsResponseDataInner": {
    nullable: words("created_by_user_id update_time"),
    types: {
      index_visible_flag: "boolean",
      details_visible_flag: "boolean",
      picklist_data: "string | null"
    }
  },
  "v1.GetProductSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name code visible_to owner custom_fields"),
    nullable: words("code"),
    types: {
      code: "string | number | null"
    }
  },
  "v1.GetProductsResponse1": {
    types: {
      data: "ReadonlyArray<ProductListItemProduct>"
    }
  },
  "v1.GetProjectBoardsResponseDataInner": {
    present: words("id name order_nr add_time update_time")
  },
  "v1.GetProjectPhasesResponseDataInner": {
    present: words("id name board_id order_nr add_time update_time")
  },
  "v1.GetRolesResponseAllOfAdditionalDataPagination": {
    types: {
      next_start: "number"
    }
  },
  "v1.GetStagesResponseDataInner": {
    present: words(`
      id order_nr name active_flag deal_probability pipeline_id rotten_flag rotten_days add_time update_time
      pipeline_name pipeline_deal_probability
    `),
    nullable: words("rotten_days update_time")
  },
  "v1.GoalDuration": {
    nullable: words("end")
  },
  "v1.Lead": {
    present: words(`
      id title owner_id creator_id label_ids value expected_close_date person_id organization_id is_archived
      source_name origin origin_id channel channel_id was_seen next_activity_id add_time update_time visible_to
      cc_email
    `),
    optional: words("source_deal_id"),
    nullable: words("value organization_id source_deal_id"),
    types: {
      archive_time: "string | null"
    }
  },
  "v1.LeadSearchItemItem": {
    present: words(`
      id type title person organization phones emails value currency visible_to owner custom_fields notes
    `),
    nullable: words("person organization value currency")
  },
  "v1.LeadValue": {
    present: words("amount currency")
  },
  "v1.MailMessageItemForList": {
    types: {
      external_deleted_flag: "boolean | number"
    }
  },
  "v1.MergePersonItem": {
    nullable: words("org_id")
  },
  "v1.Note": {
    present: words(`
      id user_id deal_id person_id org_id lead_id content add_time update_time active_flag pinned_to_deal_flag
      pinned_to_person_flag pinned_to_organization_flag last_update_user_id organization person deal user
    `),
    nullable: words("lead_id last_update_user_id"),
    types: {
      pinned_to_lead_flag: "boolean",
      lead: "{ readonly title: string } | null"
    }
  },
  "v1.NoteDeal": {
    present: words("title")
  },
  "v1.NoteOrganization": {
    present: words("name")
  },
  "v1.NotePerson": {
    present: words("name")
  },
  "v1.NoteUser": {
    present: words("email name icon_url is_you")
  },
  "v1.OrganizationDataWithId": {
    present: words("id name people_count owner_id address cc_email"),
    types: {
      label_ids: "ReadonlyArray<number>",
      active_flag: "boolean",
      owner_name: "string"
    }
  },
  "v1.OrganizationDataWithIdAndActiveFlag": {
    present: words("id name people_count owner_id address active_flag cc_email"),
    types: {
      label_ids: "ReadonlyArray<number>",
      owner_name: "string"
    }
  },
  "v1.Owner": {
    present: words("id name email has_pic pic_hash active_flag value"),
    types: {
      has_pic: "number | boolean"
    }
  },
  "v1.Person": {
    present: words(`
      id owner_id org_id name first_name last_name open_deals_count related_open_deals_count closed_deals_count
      related_closed_deals_count email_messages_count activities_count done_activities_count undone_activities_count
      files_count notes_count followers_count won_deals_count related_won_deals_count lost_deals_count
      related_lost_deals_count active_flag phone email first_char update_time add_time visible_to picture_id
      next_activity_date next_activity_time next_activity_id last_activity_id last_activity_date
      last_incoming_mail_time last_outgoing_mail_time label org_name cc_email owner_name company_id
    `),
    nullable: words("label"),
    types: {
      owner_id: "Owner | number",
      org_id: "RelationshipOrganizationInfoItemWithActiveFlag | number | null",
      participant_open_deals_count: "number",
      participant_closed_deals_count: "number",
      delete_time: "string | null",
      im: "ReadonlyArray<{ readonly value: string; readonly primary: boolean; readonly label?: string }>",
      postal_address_lat: "number | null",
      postal_address_long: "number | null",
      notes: "string | null",
      birthday: "string | null",
      job_title: "string | null",
      primary_email: "string | null",
      postal_address: "string | null",
      postal_address_subpremise: "string | null",
      postal_address_street_number: "string | null",
      postal_address_route: "string | null",
      postal_address_sublocality: "string | null",
      postal_address_locality: "string | null",
      postal_address_admin_area_level_1: "string | null",
      postal_address_admin_area_level_2: "string | null",
      postal_address_country: "string | null",
      postal_address_postal_code: "string | null",
      postal_address_formatted_address: "string | null"
    }
  },
  "v1.PersonAllOfEmailInner": {
    present: words("value primary")
  },
  "v1.PersonAllOfPhoneInner": {
    present: words("value primary")
  },
  "v1.PersonAllOfPictureId": {
    optional: words("id"),
    types: {
      value: "number"
    }
  },
  "v1.PersonDataWithActiveFlag": {
    present: words("active_flag id name email phone owner_id"),
    types: {
      company_id: "number"
    }
  },
  "v1.PersonDataWithID": {
    present: words("id name email phone owner_id")
  },
  "v1.PersonDataWithIDAllOfEmailInner": {
    present: words("value primary")
  },
  "v1.PersonsCollectionResponseObject": {
    nullable: words("org_id cc_email")
  },
  "v1.PhoneData": {
    present: words("value primary")
  },
  "v1.PictureDataWithID": {
    optional: words("id"),
    types: {
      value: "number"
    }
  },
  "v1.PipelineDetails": {
    present: words("id name url_title order_nr active deal_probability add_time update_time"),
    nullable: words("update_time")
  },
  "v1.ProductField": {
    types: {
      index_visible_flag: "boolean",
      details_visible_flag: "boolean"
    }
  },
  "v1.ProductListItem": {
    present: words(`
      id deal_id product_id product_variation_id item_price discount sum currency enabled_flag add_time comments
      active_flag tax name quantity
    `),
    nullable: words("product_id comments last_edit order_nr product")
  },
  "v1.ProductListItemProduct": {
    present: words("id name code unit tax active_flag selectable visible_to owner_id prices"),
    nullable: words("code unit"),
    types: {
      prices:
        "ReadonlyArray<{ readonly id: number; readonly product_id: number; readonly price: number; readonly currency: string; readonly cost: number; readonly overhead_cost: number | null; readonly notes?: string }>",
      description: "string | null",
      category: "number | string | null",
      first_char: "string | null",
      files_count: "number | null",
      add_time: "string",
      update_time: "string",
      product_variations: "ReadonlyArray<object>",
      owner_id: "Owner"
    }
  },
  "v1.ProjectResponseObject": {
    present: words(`
      id title description status status_change_time start_date end_date owner_id add_time update_time labels
      health_status archive_time deal_ids person_id org_id board_id phase_id
    `),
    nullable: words(`
      description status_change_time start_date end_date person_id org_id update_time board_id phase_id
    `)
  },
  "v1.RecentsDataInner": {
    types: {
      item: '"activity" | "activityType" | "deal" | "file" | "filter" | "note" | "person" | "organization" | "pipeline" | "product" | "stage" | "user"',
      data: "{ readonly [field: string]: unknown } | ReadonlyArray<unknown> | null"
    }
  },
  "v1.RelatedDealDataDEALID": {
    present: words("id title status value currency stage_id pipeline_id"),
    types: {
      user_id: "number",
      is_archived: "boolean",
      archive_time: "string | null"
    }
  },
  "v1.RelationshipOrganizationInfoItemWithActiveFlag": {
    present: words("name people_count owner_id address active_flag cc_email value"),
    types: {
      label_ids: "ReadonlyArray<number>",
      owner_name: "string"
    }
  },
  "v1.ResponseCallLogObject": {
    nullable: words("activity_id subject duration from_phone_number person_id org_id deal_id lead_id note")
  },
  "v1.TaskResponseObject": {
    present: words(`
      id title creator_id description done due_date parent_task_id assignee_id assignee_ids add_time update_time
      marked_as_done_time project_id
    `),
    nullable: words("description due_date parent_task_id assignee_id marked_as_done_time update_time")
  },
  "v1.TemplateResponseObject": {
    present: words("id title description projects_board_id owner_id add_time update_time"),
    nullable: words("description")
  },
  "v1.UserAccess": {
    present: words("app admin")
  },
  "v1.UserDataWithId": {
    present: words("id name email has_pic pic_hash active_flag"),
    types: {
      has_pic: "number | boolean"
    }
  }
}
