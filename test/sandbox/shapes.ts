/**
 * The keys of each kind of thing, as Pipedrive's documents and answers that were seen have them. Custom fields come on top.
 */
const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/** By endpoint. */
export const shapes: Readonly<Record<string, ReadonlyArray<string>>> = {
  "v2.Activities.get": words(`
    add_time busy conference_meeting_client conference_meeting_id conference_meeting_url creator_user_id deal_id
    done due_date due_time duration id is_deleted lead_id location marked_as_done_time note org_id owner_id
    participants person_id priority project_id public_description subject type update_time
  `),
  "v2.Persons.get": words(`
    add_time birthday custom_fields emails first_name id im is_deleted job_title label_ids last_name name notes
    org_id owner_id phones picture_id postal_address update_time visible_to
  `),
  "v2.Organizations.get": words(`
    add_time address annual_revenue custom_fields employee_count id industry is_deleted label_ids linkedin name
    owner_id update_time visible_to website
  `),
  "v2.Deals.get": words(`
    acv add_time archive_time arr channel channel_id close_time creator_user_id currency custom_fields
    expected_close_date id is_archived is_deleted label_ids local_close_date local_lost_date local_won_date
    lost_reason lost_time mrr org_id origin origin_id owner_id person_id pipeline_id probability stage_change_time
    stage_id status title update_time value visible_to won_time
  `),
  "v2.Products.get": words(`
    add_time billing_frequency billing_frequency_cycles category code custom_fields description id is_deleted
    is_linkable name owner_id prices tax unit update_time visible_to
  `),
  "v2.Pipelines.get": words(`
    add_time id is_deal_probability_enabled is_deleted name order_nr update_time
  `),
  "v2.Stages.get": words(`
    add_time days_to_rotten deal_probability id is_deal_rot_enabled is_deleted name order_nr pipeline_id
    update_time
  `),
  "v2.Projects.get": words(`
    add_time archive_time board_id custom_fields deal_ids description end_date health_status id label_ids org_ids
    owner_id person_ids phase_id start_date status status_change_time title update_time
  `),
  "v2.Tasks.get": words(`
    add_time assignee_ids creator_id description due_date id is_done is_milestone marked_as_done_time
    parent_task_id priority project_id start_date title update_time
  `),
  "v2.ProjectBoards.get": words(`
    add_time id name order_nr update_time
  `),
  "v2.ProjectPhases.get": words(`
    add_time board_id id name order_nr update_time
  `),
  "v2.ActivityFields.get": words(`
    description field_code field_name field_type is_custom_field is_optional_response_field options subfields
  `),
  "v2.DealFields.get": words(`
    description field_code field_name field_type is_custom_field is_optional_response_field options subfields
  `),
  "v2.PersonFields.get": words(`
    description field_code field_name field_type is_custom_field is_optional_response_field options subfields
  `),
  "v2.OrganizationFields.get": words(`
    field_code field_name field_type is_custom_field is_optional_response_field options subfields
  `),
  "v2.ProductFields.get": words(`
    field_code field_name field_type is_custom_field is_optional_response_field options subfields
  `),
  "v2.ProjectFields.get": words(`
    field_code field_name field_type important_fields is_custom_field is_optional_response_field options
    required_fields subfields ui_visibility
  `),
  "v1.Activities.get": words(`
    active_flag add_time assigned_to_user_id attendees busy_flag calendar_sync_include_context company_id
    conference_meeting_client conference_meeting_id conference_meeting_url created_by_user_id deal_dropbox_bcc
    deal_id deal_title done due_date due_time duration id is_recurring last_notification_time
    last_notification_user_id lead lead_id lead_title location location_admin_area_level_1
    location_admin_area_level_2 location_country location_formatted_address location_locality location_postal_code
    location_route location_street_number location_sublocality location_subpremise marked_as_done_time note
    notification_language_id org_id org_name original_start_time owner_name participants person_dropbox_bcc
    person_id person_name priority private public_description rec_master_activity_id rec_rule rec_rule_extension
    reference_id reference_type series source_timezone subject type type_name update_time update_user_id user_id
  `),
  "v1.Persons.get": words(`
    active_flag activities_count add_time birthday cc_email closed_deals_count company_id delete_time
    done_activities_count email email_messages_count files_count first_char first_name followers_count id im
    job_title label label_ids last_activity_date last_activity_id last_incoming_mail_time last_name
    last_outgoing_mail_time lost_deals_count name next_activity_date next_activity_id next_activity_time notes
    notes_count open_deals_count org_id org_name owner_id owner_name participant_closed_deals_count
    participant_open_deals_count phone picture_id postal_address postal_address_admin_area_level_1
    postal_address_admin_area_level_2 postal_address_country postal_address_formatted_address postal_address_lat
    postal_address_locality postal_address_long postal_address_postal_code postal_address_route
    postal_address_street_number postal_address_sublocality postal_address_subpremise primary_email
    related_closed_deals_count related_lost_deals_count related_open_deals_count related_won_deals_count
    undone_activities_count update_time visible_to won_deals_count
  `),
  "v1.Organizations.get": words(`
    active_flag activities_count add_time address address_admin_area_level_1 address_admin_area_level_2
    address_country address_country_code address_formatted_address address_locality address_postal_code
    address_route address_street_number address_sublocality address_subpremise annual_revenue cc_email
    closed_deals_count company_id country_code delete_time done_activities_count edit_name email_messages_count
    employee_count files_count first_char followers_count id industry label label_ids last_activity
    last_activity_date last_activity_id linkedin lost_deals_count name next_activity next_activity_date
    next_activity_id next_activity_time notes_count open_deals_count owner_id owner_name people_count picture_id
    related_closed_deals_count related_lost_deals_count related_open_deals_count related_won_deals_count
    undone_activities_count update_time visible_to website won_deals_count
  `),
  "v1.Deals.get": words(`
    active activities_count acv acv_currency add_time age archive_time arr arr_currency average_stage_progress
    average_time_to_won cc_email channel channel_id close_time creator_user_id currency deleted
    done_activities_count email_messages_count expected_close_date files_count first_won_time followers_count
    formatted_value formatted_weighted_value id is_archived label last_activity last_activity_date
    last_activity_id last_incoming_mail_time last_outgoing_mail_time local_close_date local_lost_date
    local_won_date lost_reason lost_time mrr mrr_currency next_activity next_activity_date next_activity_duration
    next_activity_id next_activity_note next_activity_subject next_activity_time next_activity_type notes_count
    org_hidden org_id org_name origin origin_id owner_name participants_count person_hidden person_id person_name
    pipeline_id probability products_count rotten_time score sequence_enrollment source_lead_id stage_change_time
    stage_id stage_order_nr status stay_in_pipeline_stages title undone_activities_count update_time user_id value
    visible_to weighted_value weighted_value_currency won_time
  `),
  "v1.Products.get": words(`
    active_flag add_time category code description files_count first_char id name owner_id prices
    product_variations selectable tax unit update_time visible_to
  `),
  "v1.Pipelines.get": words(`
    active add_time deal_probability id name order_nr update_time url_title
  `),
  "v1.Stages.get": words(`
    active_flag add_time deal_probability id name order_nr pipeline_deal_probability pipeline_id pipeline_name
    rotten_days rotten_flag update_time
  `),
  "v1.Leads.get": words(`
    add_time archive_time cc_email channel channel_id creator_id expected_close_date id is_archived label_ids
    next_activity_id organization_id origin origin_id owner_id person_id source_deal_id source_name title
    update_time value visible_to was_seen
  `),
  "v1.Notes.get": words(`
    active_flag add_time content deal deal_id id last_update_user_id lead lead_id org_id organization person
    person_id pinned_to_deal_flag pinned_to_lead_flag pinned_to_organization_flag pinned_to_person_flag
    pinned_to_project_flag pinned_to_task_flag project project_id task task_id update_time user user_id
  `),
  "v1.Files.get": words(`
    active_flag activity_id add_time cid deal_id deal_name description file_name file_size file_type id
    inline_flag lead_id lead_name log_id mail_message_id mail_template_id name org_id org_name people_name
    person_id person_name product_id product_name project_id project_name remote_id remote_location s3_bucket
    update_time url user_id
  `),
  "v1.Users.get": words(`
    access active_flag created default_currency email has_created_company icon_url id is_admin is_deleted is_you
    lang last_login locale modified name phone role_id timezone_name timezone_offset
  `),
  "v1.CallLogs.get": words(`
    activity_id company_id deal_id duration end_time from_phone_number has_recording id lead_id note org_id
    outcome person_id start_time subject to_phone_number user_id
  `),
  "v1.Roles.get": words(`
    active_flag assignment_count description id name parent_role_id sub_role_count
  `),
  "v1.DealFields.get": words(`
    active_flag add_time add_visible_flag bulk_edit_allowed created_by_user_id details_visible_flag edit_flag
    field_type filtering_allowed id important_flag index_visible_flag json_column_flag key last_updated_by_user_id
    mandatory_flag name options order_nr searchable_flag sortable_flag update_time
  `),
  "v1.ProductFields.get": words(`
    active_flag add_time add_visible_flag bulk_edit_allowed created_by_user_id details_visible_flag edit_flag
    field_type filtering_allowed id important_flag index_visible_flag key last_updated_by_user_id mandatory_flag
    name order_nr searchable_flag sortable_flag update_time
  `),
  "v1.ActivityFields.list": words(`
    active_flag add_time add_visible_flag bulk_edit_allowed created_by_user_id details_visible_flag edit_flag
    field_type filtering_allowed id important_flag index_visible_flag json_column_flag key last_updated_by_user_id
    mandatory_flag name options order_nr searchable_flag sortable_flag update_time
  `),
  "v1.NoteFields.list": words(`
    active_flag bulk_edit_allowed edit_flag field_type id key mandatory_flag name options
  `)
}

/** The parts of an address in version 2. */
export const addressParts = words(`
  value subpremise street_number route sublocality locality admin_area_level_1 admin_area_level_2 country postal_code
`)
