import type { Entity } from "../entities.js"
import { words } from "./words.js"

/** Facts about the answers of v2, from recordings of live accounts and the documents. */
export const v2: Record<string, Entity> = {
  "v2.ActivityItem": {
    present: words(`
      id subject type owner_id add_time is_deleted done creator_user_id update_time deal_id lead_id person_id org_id
      project_id due_date due_time duration busy marked_as_done_time location participants conference_meeting_client
      conference_meeting_url conference_meeting_id public_description priority note
    `),
    nullable: words(`
      creator_user_id deal_id lead_id person_id org_id project_id due_date due_time duration marked_as_done_time
      location participants attendees conference_meeting_client conference_meeting_url conference_meeting_id
      public_description priority note
    `)
  },
  "v2.AddActivityRequestAttendeesInner": {
    nullable: words("name status person_id user_id")
  },
  "v2.AddActivityRequestLocation": {
    nullable: words(`
      value country admin_area_level_1 admin_area_level_2 locality sublocality route street_number subpremise
      postal_code
    `)
  },
  "v2.Deal": {
    present: words(`
      id title creator_user_id value person_id org_id stage_id currency add_time update_time status probability
      lost_reason visible_to close_time pipeline_id won_time lost_time stage_change_time local_won_date local_lost_date
      local_close_date expected_close_date custom_fields owner_id label_ids is_deleted origin origin_id channel
      channel_id is_archived archive_time
    `),
    nullable: words("lost_reason close_time won_time lost_time stage_change_time expected_close_date custom_fields"),
    types: {
      status: '"open" | "won" | "lost" | "deleted"',
      creator_user_id: "number",
      local_won_date: "string | null",
      local_lost_date: "string | null",
      local_close_date: "string | null",
      archive_time: "string | null",
      next_activity_id: "number | null",
      last_activity_id: "number | null",
      first_won_time: "string | null",
      last_incoming_mail_time: "string | null",
      last_outgoing_mail_time: "string | null",
      smart_bcc_email: "string",
      products_count: "number",
      files_count: "number",
      notes_count: "number",
      followers_count: "number",
      email_messages_count: "number",
      activities_count: "number",
      done_activities_count: "number",
      undone_activities_count: "number",
      participants_count: "number"
    }
  },
  // documented as a number, and a UUID everywhere else
  "v2.DeleteAdditionalDiscountResponseData": {
    types: {
      id: "number | string"
    }
  },
  "v2.DeleteDealField200ResponseData": {
    nullable: words("description")
  },
  "v2.DeletePersonField200ResponseData": {
    types: {
      description: "string | null"
    }
  },
  "v2.FollowerItem": {
    present: words("user_id add_time")
  },
  "v2.GetActivityFields200ResponseDataInner": {
    types: {
      description: "string | null"
    }
  },
  "v2.GetAdditionalDiscountsResponseDataInner": {
    present: words("id type amount description deal_id created_at created_by updated_at updated_by")
  },
  "v2.GetDealFields200ResponseDataInner": {
    types: {
      description: "string | null"
    }
  },
  "v2.GetDealSearchResponseAllOfDataItemsInnerItem": {
    present: words(`
      id type title value currency status stage person organization visible_to owner custom_fields notes
    `),
    nullable: words("value currency person organization")
  },
  "v2.GetDealsProductsResponseDataInner": {
    present: words(`
      id deal_id product_id sum tax name product_variation_id add_time update_time comments currency discount
      discount_type quantity item_price tax_method is_enabled
    `),
    nullable: words("product_id")
  },
  "v2.GetInstallmentsResponseDataInner": {
    present: words("id amount billing_date description deal_id")
  },
  "v2.GetOrganizationFields200ResponseDataInner": {
    types: {
      description: "string | null"
    }
  },
  "v2.GetOrganizationSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name address visible_to owner custom_fields notes"),
    nullable: words("address")
  },
  "v2.GetPersonFields200ResponseDataInner": {
    types: {
      description: "string | null"
    }
  },
  "v2.GetPersonSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name phones emails organization visible_to owner custom_fields notes"),
    nullable: words("organization")
  },
  "v2.GetPipelinesResponseAllOfDataInner": {
    present: words("id name order_nr is_deleted is_deal_probability_enabled add_time update_time")
  },
  "v2.GetProductSearchResponseAllOfDataItemsInnerItem": {
    present: words("id type name code visible_to owner custom_fields"),
    nullable: words("code"),
    types: {
      code: "string | number | null"
    }
  },
  "v2.GetProductVariationsResponseDataInner": {
    present: words("id name product_id prices")
  },
  "v2.GetProductsResponseDataInner": {
    present: words(`
      id name owner_id add_time is_deleted visible_to prices code unit tax is_linkable update_time description category
      custom_fields
    `),
    nullable: words("code unit description custom_fields")
  },
  "v2.GetProjectBoardsResponseDataInner": {
    present: words("id name order_nr add_time update_time")
  },
  "v2.GetProjectFields200ResponseDataInner": {
    types: {
      description: "string | null"
    }
  },
  "v2.GetProjectPhasesResponseDataInner": {
    present: words("id name board_id order_nr add_time update_time")
  },
  "v2.GetTasksResponseDataInner": {
    present: words(`
      id title creator_id description project_id is_done is_milestone due_date start_date parent_task_id assignee_ids
      priority add_time update_time marked_as_done_time
    `)
  },
  "v2.LeadSearchItemItem": {
    present: words(`
      id type title person organization phones emails value currency visible_to owner custom_fields notes
    `),
    nullable: words("person organization value currency")
  },
  "v2.OrganizationItem": {
    present: words("id name owner_id add_time is_deleted visible_to label_ids update_time address custom_fields"),
    nullable: words("address custom_fields"),
    types: {
      next_activity_id: "number | null",
      last_activity_id: "number | null",
      smart_bcc_email: "string",
      open_deals_count: "number",
      related_open_deals_count: "number",
      closed_deals_count: "number",
      related_closed_deals_count: "number",
      email_messages_count: "number",
      people_count: "number",
      activities_count: "number",
      done_activities_count: "number",
      undone_activities_count: "number",
      files_count: "number",
      notes_count: "number",
      followers_count: "number",
      won_deals_count: "number",
      related_won_deals_count: "number",
      lost_deals_count: "number",
      related_lost_deals_count: "number"
    }
  },
  "v2.OrganizationItemAddress": {
    nullable: words(`
      value country admin_area_level_1 admin_area_level_2 locality sublocality route street_number subpremise
      postal_code
    `)
  },
  "v2.Person": {
    present: words(`
      id name emails first_name last_name owner_id org_id add_time update_time phones is_deleted visible_to label_ids
      picture_id custom_fields
    `),
    nullable: words("first_name last_name org_id picture_id postal_address notes birthday job_title custom_fields"),
    types: {
      next_activity_id: "number | null",
      last_activity_id: "number | null",
      last_incoming_mail_time: "string | null",
      last_outgoing_mail_time: "string | null",
      smart_bcc_email: "string",
      marketing_status: "string | null",
      doi_status: "number | string | null",
      open_deals_count: "number",
      related_open_deals_count: "number",
      closed_deals_count: "number",
      related_closed_deals_count: "number",
      participant_open_deals_count: "number",
      participant_closed_deals_count: "number",
      email_messages_count: "number",
      activities_count: "number",
      done_activities_count: "number",
      undone_activities_count: "number",
      files_count: "number",
      notes_count: "number",
      followers_count: "number",
      won_deals_count: "number",
      related_won_deals_count: "number",
      lost_deals_count: "number",
      related_lost_deals_count: "number"
    }
  },
  "v2.PersonItemAddress": {
    nullable: words(`
      value country admin_area_level_1 admin_area_level_2 locality sublocality route street_number subpremise
      postal_code
    `)
  },
  "v2.PersonItemEmail": {
    present: words("value primary")
  },
  "v2.PersonItemPhone": {
    present: words("value primary")
  },
  "v2.Project": {
    present: words(`
      id title description status board_id phase_id owner_id start_date end_date deal_ids person_ids org_ids label_ids
      health_status add_time update_time status_change_time archive_time custom_fields
    `),
    nullable: words("description start_date end_date status_change_time custom_fields board_id phase_id"),
    types: {
      status: '"open" | "completed" | "canceled" | "deleted"'
    }
  },
  "v2.ProjectTemplate": {
    present: words("id title description projects_board_id owner_id add_time update_time"),
    nullable: words("description")
  },
  "v2.StageItem": {
    present: words(`
      id name order_nr pipeline_id deal_probability is_deal_rot_enabled days_to_rotten is_deleted add_time update_time
    `),
    nullable: words("days_to_rotten")
  },
  "v2.StageItem1": {
    present: words(`
      id name order_nr pipeline_id deal_probability is_deal_rot_enabled days_to_rotten is_deleted add_time update_time
    `),
    nullable: words("days_to_rotten")
  },
  "v2.UpsertPipelineResponseDataData": {
    present: words("id name order_nr is_deleted is_deal_probability_enabled add_time update_time")
  }
}
