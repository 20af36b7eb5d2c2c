/** What the operations of v1 do, in our words; see `../summaries.ts`. */
export const v1: Record<string, string> = {
  // Activities
  "v1.addActivity":
    "Adds an activity. `additional_data` says whether the deal, person or organization has more open activities.",
  "v1.deleteActivity": "Deletes an activity: it is marked as deleted now and removed for good after 30 days.",
  "v1.getActivities": "Lists activities, by default only your own. `user_id: 0` lists everybody's that you may see.",
  "v1.getActivitiesCollection": "Lists all activities by cursor, for global admins only; others get a 403.",
  "v1.getActivityFields": "Lists the definitions of all activity fields, the built-in ones too.",
  "v1.getActivityTypes": "Lists the activity types. An activity names its type by `key_string`.",
  "v1.deleteActivityType": "Deletes an activity type and returns it.",

  // Billing, CallLogs
  "v1.getCompanyAddons": "Lists the add-ons that the company has bought.",
  "v1.addCallLog":
    "Logs a call. Given an `activity_id` it turns that activity into the call and ignores the deal, person and organization; a call belongs to a deal or a lead, not to both.",
  "v1.addCallLogAudioFile":
    "Attaches the recording of a call, as an audio file that browsers can play. A second recording is rejected with 409.",
  "v1.deleteCallLog": "Deletes a call log and its recording. The activity of the call stays.",
  "v1.getUserCallLogs": "Lists your own call logs, at most 50 a page.",

  // Channels
  "v1.addChannel":
    "Registers a messaging channel for a messaging app; admins only, and only with the app's manifest in place. Pipedrive is withdrawing messaging channels.",
  "v1.deleteChannel": "Removes a messaging channel with its conversations and messages.",
  "v1.deleteConversation": "Removes one conversation of a messaging channel. Both ids are the messaging provider's.",
  "v1.receiveMessage":
    "Passes Pipedrive a message that arrived through a messaging channel; ids are the messaging provider's.",

  // Currencies
  "v1.getCurrencies":
    "Lists the currencies of the account, the custom ones too. `code` is what deals and products take.",

  // fields
  "v1.addDealField": "Adds a custom field to deals, and so to leads. `enum` and `set` need `options`.",
  "v1.deleteDealField": "Deletes a custom field of deals. `id` is the field's number, not its 40-character key.",
  "v1.deleteDealFields": "Deletes several custom fields of deals, named by number.",
  "v1.getDealField": "Gets the definition of one deal field. `id` is the field's number, not its 40-character key.",
  "v1.getDealFields":
    "Lists the definitions of deal fields, built-in, custom and subfields (those have no id). Read every page before you look a field up.",
  "v1.updateDealField":
    "Renames a custom field of deals or changes its options. `options` must list every option to keep, existing ones with their ids.",
  "v1.addOrganizationField": "Adds a custom field to organizations. `enum` and `set` need `options`.",
  "v1.deleteOrganizationField":
    "Deletes a custom field of organizations. `id` is the field's number, not its 40-character key.",
  "v1.deleteOrganizationFields": "Deletes several custom fields of organizations, named by number.",
  "v1.getOrganizationField":
    "Gets the definition of one organization field. `id` is the field's number, not its 40-character key.",
  "v1.getOrganizationFields":
    "Lists the definitions of organization fields, built-in, custom and subfields (those have no id).",
  "v1.updateOrganizationField":
    "Renames a custom field of organizations or changes its options. `options` must list every option to keep, existing ones with their ids.",
  "v1.addPersonField": "Adds a custom field to persons. `enum` and `set` need `options`.",
  "v1.deletePersonField": "Deletes a custom field of persons. `id` is the field's number, not its 40-character key.",
  "v1.deletePersonFields": "Deletes several custom fields of persons, named by number.",
  "v1.getPersonField": "Gets the definition of one person field. `id` is the field's number, not its 40-character key.",
  "v1.getPersonFields": "Lists the definitions of person fields, built-in, custom and subfields (those have no id).",
  "v1.updatePersonField":
    "Renames a custom field of persons or changes its options. `options` must list every option to keep, existing ones with their ids.",
  "v1.addProductField": "Adds a custom field to products. `enum` and `set` need `options`.",
  "v1.deleteProductField":
    "Deletes a custom field of products. `id` is the field's number; one that is deleted already answers 410.",
  "v1.deleteProductFields": "Deletes several custom fields of products, named by number.",
  "v1.getProductField":
    "Gets the definition of one product field. `id` is the field's number, not its 40-character key.",
  "v1.getProductFields": "Lists the definitions of product fields, built-in and custom.",
  "v1.updateProductField":
    "Renames a custom field of products or changes its options. `options` must list every option to keep, existing ones with their ids.",
  "v1.getLeadFields": "Lists the definitions of lead fields. Leads have the custom fields of deals.",
  "v1.getNoteFields": "Lists the definitions of note fields. Notes have no custom ones.",

  // Deals
  "v1.addDeal": "Adds a deal. Custom fields stand beside the other fields, under their 40-character keys.",
  "v1.addDealFollower": "Makes a user follow a deal. The `id` in the answer is what `Deals.deleteFollower` wants.",
  "v1.addDealParticipant":
    "Makes a person a participant of a deal. The `id` in the answer is what `Deals.deleteParticipant` wants.",
  "v1.addDealProduct": "Attaches a product to a deal with its own price and quantity.",
  "v1.deleteDeal": 'Deletes a deal. For 30 days `status: "deleted"` still lists it; then it is removed.',
  "v1.deleteDealFollower":
    "Stops a user from following a deal. `follower_id` is the id of the following, not of the user.",
  "v1.deleteDealParticipant":
    "Removes a participant from a deal. `deal_participant_id` is the id of the participation, not of the person.",
  "v1.deleteDealProduct":
    "Detaches a product from a deal. `product_attachment_id` is the id of the attachment, not of the product.",
  "v1.duplicateDeal": "Copies a deal.",
  "v1.getArchivedDeals":
    "Lists archived deals, which the plain lists leave out. Costs 40 tokens, twice the price of v2's.",
  "v1.getArchivedDealsSummary":
    "Counts archived deals and adds up their values by currency. Costs 80 tokens, more than any other endpoint.",
  "v1.getArchivedDealsTimeline":
    "Groups archived deals, open and won, by day, week, month or quarter of a date field. Costs 40 tokens.",
  "v1.getDeal": "Gets one deal with age, average times and the time spent in each stage, which lists do not have.",
  "v1.getDealActivities": "Lists the activities of a deal. On v2: `Activities.list({ deal_id })`.",
  "v1.getDealChangelog": "Lists the changes to a deal's fields: old value, new value, who, when and how.",
  "v1.getDealFiles": "Lists the files of a deal, at most 100 a page.",
  "v1.getDealFollowers": "Lists who follows a deal. Each row has an id of its own beside `user_id`.",
  "v1.getDealMailMessages": "Lists the mails linked to a deal; the bodies only with `include_body: 1`.",
  "v1.getDealParticipants": "Lists the persons who take part in a deal, each as a row with an id of its own.",
  "v1.getDealParticipantsChangelog":
    "Lists which persons were added to or removed from a deal, when, and by whom. Paged by cursor.",
  "v1.getDealPersons":
    "Lists the persons of a deal, main contact and participants. On v2: `Persons.list({ deal_id })`.",
  "v1.getDealProducts":
    "Lists the products attached to a deal; the product itself comes along with `include_product_data: 1`.",
  "v1.getDealUpdates":
    'Lists what happened to a deal: notes, activities, mails, files, changes. Narrow it with `items`; changes of custom fields need `all_changes: "1"`. Costs 40 tokens.',
  "v1.getDealUsers": "Lists the ids of the users who may see a deal.",
  "v1.getDeals": "Lists deals that are not archived. `filter_id` wins over `owned_by_you`, and that over `user_id`.",
  "v1.getDealsCollection": "Lists all deals by cursor, for global admins only; others get a 403.",
  "v1.getDealsSummary":
    "Counts deals and adds up their values by currency, plain and weighted by probability. Costs 40 tokens.",
  "v1.getDealsTimeline":
    "Groups open and won deals by day, week, month or quarter of a date field (`field_key`), for `amount` intervals from `start_date`. With `exclude_deals: 1` only the sums come.",
  "v1.mergeDeals":
    "Merges the deal `id` into the deal `merge_with_id`, whose values win. The first one is deleted. Costs 40 tokens.",
  "v1.searchDeals":
    "Finds deals by title, notes and custom fields. A term has at least 2 characters (1 with `exact_match`).",
  "v1.updateDeal":
    "Changes the given fields of a deal. Custom fields stand beside the other fields, under their 40-character keys.",
  "v1.updateDealProduct":
    "Changes a product attached to a deal. `product_attachment_id` is the id of the attachment, not of the product.",

  // Files
  "v1.addFile":
    "Uploads a file and attaches it to a deal, person, organization, product, activity, lead or project. Give it a name: a part without one is refused.",
  "v1.addFileAndLinkIt": "Makes an empty Google Drive document and attaches it to a deal, person or organization.",
  "v1.deleteFile": "Deletes a file. It is kept for 30 days and then removed.",
  "v1.downloadFile":
    "Downloads a file as bytes. Pipedrive may redirect to its storage, which does not get the credentials. Costs 20 tokens.",
  "v1.getFiles": "Lists files, at most 100 a page, sorted by `id` or `update_time`.",
  "v1.linkFileToItem": "Attaches an existing Google Drive file to a deal, person or organization.",
  "v1.updateFile": "Changes the name shown for a file, or its description.",

  // Filters
  "v1.addFilter":
    "Adds a filter. `conditions` is one AND group of exactly one AND and one OR group, 16 conditions at most.",
  "v1.deleteFilters": "Deletes several filters.",
  "v1.getFilter": "Gets one filter with its conditions, which the list leaves out.",
  "v1.getFilterHelpers": "Gets the building blocks of filters: fields by type, operators, relative dates.",
  "v1.getFilters": "Lists filters, without their conditions. All in one response.",
  "v1.updateFilter": "Changes a filter. `conditions` are always needed and replace the old ones.",

  // Goals
  "v1.addGoal": "Adds a goal and a report that follows it.",
  "v1.getGoalResult": "Measures a goal within a period, which must lie inside the goal's own.",
  "v1.getGoals":
    "Lists goals. With nothing but `is_active` given they are your own; any other criterion widens the search to everybody's. A period needs both ends.",

  // ItemSearch
  "v1.searchItem":
    "Searches deals, persons, organizations, products, leads, files, mail attachments and projects at once. New data take a moment to appear.",
  "v1.searchItemByField":
    "Searches the values of one field, case-sensitively. Returns distinct values, or with the items' ids when `return_item_ids` is true.",

  // Leads
  "v1.getLeadLabels": "Lists all lead labels. All in one response.",
  "v1.getLeadSources":
    "Lists the sources that leads may have. The list is fixed; leads made through the API have `API`.",
  "v1.addLead":
    "Adds a lead. It needs a `person_id` or an `organization_id`. Custom fields are those of deals, beside the other fields under their 40-character keys.",
  "v1.deleteLead": "Deletes a lead. `id` is a UUID.",
  "v1.getArchivedLeads": "Lists archived leads, oldest first. Costs 40 tokens, twice as much as `Leads.list`.",
  "v1.getLead": "Gets one lead. Custom fields without a value are left out of the answer.",
  "v1.getLeadUsers": "Lists the ids of the users who may see a lead.",
  "v1.getLeads":
    "Lists leads that are not archived, oldest first. `filter_id` wins over the other filters; `updated_since` wants the time in RFC 3339, unlike most of v1.",
  "v1.searchLeads":
    "Finds leads by title, notes and custom fields. A term has at least 2 characters (1 with `exact_match`).",
  "v1.updateLead": "Changes the given fields of a lead; null clears one. A lead must keep a person or an organization.",

  // LegacyTeams
  "v1.addTeam": "Adds a team. Teams of this kind are deprecated and have no successor in the API.",
  "v1.addTeamUser": "Adds users to a team and returns the ids of all its members.",
  "v1.deleteTeamUser": "Removes users from a team and returns the ids of the remaining members.",
  "v1.getTeam": "Gets one team; with `skip_users: 1` without its members.",
  "v1.getTeamUsers": "Lists the ids of the members of a team.",
  "v1.getTeams": "Lists the teams; with `skip_users: 1` without their members.",
  "v1.getUserTeams": "Lists the teams of one user. `id` is the user's.",
  "v1.updateTeam": "Changes the given fields of a team.",

  // Mailbox
  "v1.deleteMailThread": "Deletes a mail thread.",
  "v1.getMailMessage": "Gets one mail; its body only with `include_body: 1`.",
  "v1.getMailThread": "Gets one mail thread. Costs as much as a list.",
  "v1.getMailThreadMessages": "Lists the mails of a thread.",
  "v1.getMailThreads": "Lists the mail threads of one folder, `inbox` unless you name another.",
  "v1.updateMailThreadDetails": "Links a mail thread to a deal or a lead, shares it, or marks it read or archived.",

  // Meetings
  "v1.deleteUserProviderLink": "Unlinks a user from a video call app.",
  "v1.saveUserProviderLink":
    "Links a user to a video call app once the user has installed it. The app generates the UUID.",

  // Notes
  "v1.addNote":
    "Adds a note of HTML, which is cleaned, to a lead, deal, person, organization, project or task: one at least. To pin it to a record, give the id of that record.",
  "v1.addNoteComment": "Adds a comment to a note.",
  "v1.deleteComment": "Deletes a comment of a note and returns `true`. `id` is the note's, `comment_id` a UUID.",
  "v1.deleteNote": "Deletes a note and returns `true`.",
  "v1.getComment": "Gets one comment of a note. `id` is the note's, `comment_id` a UUID.",
  "v1.getNoteComments": "Lists the comments of a note.",
  "v1.getNotes":
    "Lists notes, all or those of one record. `updated_since` wants the time in RFC 3339, unlike most of v1.",
  "v1.updateCommentForNote": "Changes the text of a comment. `id` is the note's, `comment_id` a UUID.",

  // OrganizationRelationships
  "v1.addOrganizationRelationship": "Relates two organizations, as `parent` (the owner is the parent) or as `related`.",
  "v1.getOrganizationRelationship": "Gets one relationship, calculated as seen from `org_id`.",
  "v1.getOrganizationRelationships": "Lists the relationships of the organization `org_id`.",

  // Organizations
  "v1.addOrganization":
    "Adds an organization. Custom fields stand beside the other fields, under their 40-character keys.",
  "v1.addOrganizationFollower":
    "Makes a user follow an organization. The `id` in the answer is what `Organizations.deleteFollower` wants.",
  "v1.deleteOrganization": "Deletes an organization: it is marked as deleted now and removed for good after 30 days.",
  "v1.deleteOrganizationFollower":
    "Stops a user from following an organization. `follower_id` is the id of the following, not of the user.",
  "v1.getOrganization": "Gets one organization with its last and next activity, which lists do not have.",
  "v1.getOrganizationActivities": "Lists the activities of an organization. On v2: `Activities.list({ org_id })`.",
  "v1.getOrganizationChangelog":
    "Lists the changes to an organization's fields: old value, new value, who, when and how.",
  "v1.getOrganizationDeals":
    "Lists the deals of an organization, those of its persons and custom fields too unless `only_primary_association` is 1. On v2: `Deals.list({ org_id })`.",
  "v1.getOrganizationFiles": "Lists the files of an organization, at most 100 a page.",
  "v1.getOrganizationFollowers": "Lists who follows an organization. Each row has an id of its own beside `user_id`.",
  "v1.getOrganizationMailMessages":
    "Lists the mails linked to an organization; the bodies only with `include_body: 1`.",
  "v1.getOrganizationPersons": "Lists the persons of an organization. On v2: `Persons.list({ org_id })`.",
  "v1.getOrganizationUpdates":
    "Lists what happened to an organization: notes, activities, mails, files, changes. Narrow it with `items`. Costs 40 tokens.",
  "v1.getOrganizationUsers": "Lists the ids of the users who may see an organization.",
  "v1.getOrganizations": "Lists organizations. `filter_id` wins over `user_id`.",
  "v1.getOrganizationsCollection": "Lists all organizations by cursor, for global admins only; others get a 403.",
  "v1.mergeOrganizations":
    "Merges the organization `id` into the organization `merge_with_id`, whose values win. The first one is deleted. Costs 40 tokens.",
  "v1.searchOrganization":
    "Finds organizations by name, address and custom fields, and by their notes. A term has at least 2 characters (1 with `exact_match`).",
  "v1.updateOrganization":
    "Changes the given fields of an organization. Custom fields stand beside the other fields, under their 40-character keys.",

  // PermissionSets
  "v1.getPermissionSet": "Gets one permission set with the permissions it grants. `id` is a UUID.",
  "v1.getPermissionSetAssignments": "Lists the users who have a permission set.",
  "v1.getPermissionSets": "Lists the permission sets, of one app or of all. All in one response.",

  // Persons
  "v1.addPerson": "Adds a person. Custom fields stand beside the other fields, under their 40-character keys.",
  "v1.addPersonFollower":
    "Makes a user follow a person. The `id` in the answer is what `Persons.deleteFollower` wants.",
  "v1.addPersonPicture":
    "Sets a person's picture, replacing an older one: GIF, JPG or PNG, square (or cropped square), 128 pixels at least.",
  "v1.deletePerson":
    "Deletes a person: marked as deleted now and removed for good after 30 days. Deleting it again answers 410.",
  "v1.deletePersonFollower":
    "Stops a user from following a person. `follower_id` is the id of the following, not of the user.",
  "v1.deletePersonPicture": "Removes a person's picture.",
  "v1.getPerson": "Gets one person, with some fields that lists do not have.",
  "v1.getPersonActivities": "Lists the activities of a person. On v2: `Activities.list({ person_id })`.",
  "v1.getPersonChangelog": "Lists the changes to a person's fields: old value, new value, who, when and how.",
  "v1.getPersonDeals": "Lists the deals of a person. On v2: `Deals.list({ person_id })`.",
  "v1.getPersonFiles": "Lists the files of a person, at most 100 a page.",
  "v1.getPersonFollowers": "Lists who follows a person. Each row has an id of its own beside `user_id`.",
  "v1.getPersonMailMessages": "Lists the mails linked to a person; the bodies only with `include_body: 1`.",
  "v1.getPersonProducts": "Lists the products in a person's deals, each beside its deal.",
  "v1.getPersonUpdates":
    'Lists what happened to a person: notes, activities, mails, files, deals, changes. Narrow it with `items`; changes of custom fields need `all_changes: "1"`. Costs 40 tokens.',
  "v1.getPersonUsers": "Lists the ids of the users who may see a person.",
  "v1.getPersons": "Lists persons. `filter_id` wins over `user_id`.",
  "v1.getPersonsCollection": "Lists all persons by cursor, for global admins only; others get a 403.",
  "v1.mergePersons":
    "Merges the person `id` into the person `merge_with_id`, whose values win. The first one is deleted. Costs 40 tokens.",
  "v1.searchPersons":
    "Finds persons by name, e-mail, phone, notes and custom fields. A term has at least 2 characters (1 with `exact_match`).",
  "v1.updatePerson":
    "Changes the given fields of a person. Custom fields stand beside the other fields, under their 40-character keys.",

  // Pipelines, Stages
  "v1.deletePipeline":
    "Deletes a pipeline. Expect the deals in it to go too; move them first if you want to keep them.",
  "v1.getPipelineConversionStatistics":
    "Gets the rates at which deals went from stage to stage, and to won or lost, within a period. Costs 40 tokens.",
  "v1.getPipelineDeals":
    "Lists the deals of a pipeline; without input your own open ones. On v2: `Deals.list({ pipeline_id })`.",
  "v1.getPipelineMovementStatistics":
    "Gets how deals moved through a pipeline within a period: between stages, new, open, won, lost, and their age. Costs 40 tokens.",
  "v1.deleteStage": "Deletes a stage. Expect the deals in it to go too; move them first if you want to keep them.",
  "v1.getStageDeals":
    "Lists the deals in a stage; without input your own open ones. On v2: `Deals.list({ stage_id })`.",

  // Products
  "v1.addProductFollower":
    "Makes a user follow a product. The `id` in the answer is what `Products.deleteFollower` wants.",
  "v1.deleteProduct": "Deletes a product from the catalogue: marked as deleted now and removed for good after 30 days.",
  "v1.deleteProductFollower":
    "Stops a user from following a product. `follower_id` is the id of the following, not of the user.",
  "v1.getProductDeals": "Lists the deals that a product is attached to.",
  "v1.getProductFiles": "Lists the files of a product, at most 100 a page.",
  "v1.getProductFollowers": "Lists who follows a product. Each row has an id of its own beside `user_id`.",
  "v1.getProductUsers": "Lists the ids of the users who may see a product.",
  "v1.searchProducts":
    "Finds products by name, code and custom fields. A term has at least 2 characters (1 with `exact_match`).",

  // Projects, Tasks
  "v1.getProjectsBoard": "Gets one board for projects.",
  "v1.getProjectsBoards": "Lists the boards that projects move on. All in one response.",
  "v1.getProjectsPhase": "Gets one phase of a board.",
  "v1.getProjectsPhases": "Lists the active phases of the board `board_id`. All in one response.",
  "v1.getProjectTemplate": "Gets one template from which projects can be made.",
  "v1.getProjectTemplates": "Lists the templates from which projects can be made. Paged by cursor.",
  "v1.addProject":
    "Adds a project, from a template if `template_id` is given. Without the Projects add-on the account answers 402.",
  "v1.archiveProject": "Archives a project; `Projects.list` then leaves it out.",
  "v1.getProjectActivities": "Lists the activities of a project.",
  "v1.getProjectGroups": "Lists the active groups of a project.",
  "v1.getProjectPlan": "Lists the activities and tasks of a project's plan, each with its phase and group.",
  "v1.getProjectTasks": "Lists the tasks of a project.",
  "v1.getProjects": "Lists projects; archived ones only with `include_archived`. Paged by cursor.",
  "v1.putProjectPlanActivity": "Moves an activity to another phase or group of a project's plan.",
  "v1.putProjectPlanTask": "Moves a task to another phase or group of a project's plan.",
  "v1.deleteTask": "Deletes a task and its subtasks.",
  "v1.getTasks": "Lists tasks. Paged by cursor.",

  // Recents
  "v1.getRecents":
    "Lists what changed since `since_timestamp`, one month back at most. `additional_data.last_timestamp_on_page` is where to go on from.",

  // Roles
  "v1.addOrUpdateRoleSetting":
    "Sets who sees new deals, leads, organizations, persons or products of a role's users by default.",
  "v1.addRoleAssignment": "Gives a user a role.",
  "v1.deleteRoleAssignment": "Takes a role from a user, who then has the default role.",
  "v1.getRoleAssignments": "Lists the users who have a role.",
  "v1.getRolePipelines": "Gets the ids of the pipelines that a role sees or, with `visible: false`, does not.",
  "v1.getRoleSettings": "Gets the default visibilities and access levels of a role.",
  "v1.updateRolePipelines": "Shows pipelines to a role (`add`) or hides them from it (`remove`).",

  // Subscriptions
  "v1.addRecurringSubscription":
    "Adds recurring revenue to a deal. Give its length: either `cycles_count` or `infinite`.",
  "v1.addSubscriptionInstallment": "Adds revenue in installments to a deal, one entry of `payments` each.",
  "v1.cancelRecurringSubscription":
    "Ends recurring revenue: payments after `end_date` (today if not given) are dropped.",
  "v1.deleteSubscription": "Deletes the recurring revenue or installments of a deal. `id` is the subscription's.",
  "v1.findSubscriptionByDeal": "Gets the recurring revenue or installments of a deal. `deal_id` is the deal's.",
  "v1.getSubscription": "Gets the recurring revenue or installments of a deal. `id` is the subscription's.",
  "v1.getSubscriptionPayments":
    "Lists the payments of a deal's recurring revenue or installments. `id` is the subscription's.",
  "v1.updateRecurringSubscription": "Changes recurring revenue from `effective_date` on.",
  "v1.updateSubscriptionInstallment": "Changes the installments of a deal. `id` is the subscription's.",

  // Users
  "v1.addUser": "Invites a user by e-mail, for the sales app unless `access` says otherwise.",
  "v1.findUsersByName":
    "Finds users by name or, with `search_by_email: 1`, by e-mail. Costs 40 tokens; `Users.list` costs 20 and has everybody.",
  "v1.getCurrentUser":
    "Gets the user whose credentials are used, with the company's id, name and domain. Every scope allows it: a good first call.",
  "v1.getUserFollowers": "Lists the ids of the users who follow a user.",
  "v1.getUserPermissions": "Gets what a user may do, all permission sets taken together.",
  "v1.getUserRoleAssignments": "Lists the roles of a user.",
  "v1.getUserRoleSettings": "Gets the default visibilities and access levels that a user has by role.",
  "v1.getUsers": "Lists all users of the company. All in one response.",
  "v1.updateUser": "Switches a user on or off; `active_flag` is all that can be changed.",
  "v1.getUserConnections": "Gets which Google account the user has connected, if any.",
  "v1.getUserSettings": "Gets the settings of the user whose credentials are used.",

  // Webhooks
  "v1.addWebhook":
    "Subscribes an https address to events. Version 2.0 unless you say otherwise; at most 40 webhooks a user (422 above). Events are those the user may see.",
  "v1.deleteWebhook": "Ends a subscription. An app can end only its own.",
  "v1.getWebhooks": "Lists the subscriptions; to an app only its own. All in one response."
}
