/** What the operations of v2 do, in our words; see `../summaries.ts`. */
export const v2: Record<string, string> = {
  // Activities
  "v2.addActivity":
    "Adds an activity. Link persons through `participants`; `person_id` only mirrors the primary one. Without `due_date` it is due today.",
  "v2.deleteActivity": "Deletes an activity: it is marked as deleted now and removed for good after 30 days.",
  "v2.getActivities":
    'Lists activities. `filter_id` switches the other filters off, and `ids` (at most 100) leaves out unknown ones silently. Attendees come only with `include_fields: "attendees"`.',
  "v2.getActivity": 'Gets one activity. Its attendees come only with `include_fields: "attendees"`.',
  "v2.updateActivity":
    "Changes the given fields of an activity. Persons are set through `participants`; `person_id` follows the primary one.",

  // fields
  "v2.getActivityField": "Gets the definition of one activity field by its code.",
  "v2.getActivityFields": "Lists the definitions of all activity fields, the built-in ones too.",
  "v2.addDealField":
    "Adds a custom field to deals, and so to leads. Its type cannot be changed later; `enum` and `set` need `options` at once.",
  "v2.deleteDealField": "Deletes a custom field of deals. Its values are no longer accessible afterwards.",
  "v2.getDealField":
    "Gets the definition of one deal field by its code: 40 characters for a custom one, a name for a built-in one.",
  "v2.getDealFields":
    "Lists the definitions of all deal fields, built-in and custom. Read every page before you look a field up: accounts with more than 100 fields are common.",
  "v2.updateDealField":
    "Renames a custom field of deals or changes where it shows. Code and type stay; options have operations of their own.",
  "v2.addDealFieldOptions":
    "Adds options to a deal field of type `enum` or `set`: all or none. Returns only the new options.",
  "v2.deleteDealFieldOptions":
    "Removes options from a deal field, all or none: one unknown id fails the whole request. Returns the removed options.",
  "v2.updateDealFieldOptions":
    "Relabels options of a deal field, all or none: one unknown id fails the whole request. Returns only the changed options.",
  "v2.addOrganizationField":
    "Adds a custom field to organizations. Its type cannot be changed later; `enum` and `set` need `options` at once.",
  "v2.deleteOrganizationField":
    "Deletes a custom field of organizations. Its values are no longer accessible afterwards.",
  "v2.getOrganizationField":
    "Gets the definition of one organization field by its code: 40 characters for a custom one, a name for a built-in one.",
  "v2.getOrganizationFields": "Lists the definitions of all organization fields, built-in and custom.",
  "v2.updateOrganizationField":
    "Renames a custom field of organizations or changes where it shows. Code and type stay; options have operations of their own.",
  "v2.addOrganizationFieldOptions":
    "Adds options to an organization field of type `enum` or `set`: all or none. Returns only the new options.",
  "v2.deleteOrganizationFieldOptions":
    "Removes options from an organization field, all or none: one unknown id fails the whole request. Returns the removed options.",
  "v2.updateOrganizationFieldOptions":
    "Relabels options of an organization field, all or none: one unknown id fails the whole request. Returns only the changed options.",
  "v2.addPersonField":
    "Adds a custom field to persons. Its type cannot be changed later; `enum` and `set` need `options` at once.",
  "v2.deletePersonField": "Deletes a custom field of persons. Its values are no longer accessible afterwards.",
  "v2.getPersonField":
    "Gets the definition of one person field by its code: 40 characters for a custom one, a name for a built-in one.",
  "v2.getPersonFields": "Lists the definitions of all person fields, built-in and custom.",
  "v2.updatePersonField":
    "Renames a custom field of persons or changes where it shows. Code and type stay; options have operations of their own.",
  "v2.addPersonFieldOptions":
    "Adds options to a person field of type `enum` or `set`: all or none. Returns only the new options.",
  "v2.deletePersonFieldOptions":
    "Removes options from a person field, all or none: one unknown id fails the whole request. Returns the removed options.",
  "v2.updatePersonFieldOptions":
    "Relabels options of a person field, all or none: one unknown id fails the whole request. Returns only the changed options.",
  "v2.addProductField":
    "Adds a custom field to products. Its type cannot be changed later; `enum` and `set` need `options` at once.",
  "v2.deleteProductField": "Deletes a custom field of products. Its values are no longer accessible afterwards.",
  "v2.getProductField":
    "Gets the definition of one product field by its code: 40 characters for a custom one, a name for a built-in one.",
  "v2.getProductFields": "Lists the definitions of all product fields, built-in and custom.",
  "v2.updateProductField":
    "Renames a custom field of products or changes where it shows. Code and type stay; options have operations of their own.",
  "v2.addProductFieldOptions":
    "Adds options to a product field of type `enum` or `set`: all or none. Returns only the new options.",
  "v2.deleteProductFieldOptions":
    "Removes options from a product field, all or none: one unknown id fails the whole request. Returns the removed options.",
  "v2.updateProductFieldOptions":
    "Relabels options of a product field, all or none: one unknown id fails the whole request. Returns only the changed options.",
  "v2.addProjectField":
    "Adds a custom field to projects. Its type cannot be changed later; `enum` and `set` need `options` at once.",
  "v2.deleteProjectField": "Deletes a custom field of projects. Its values are no longer accessible afterwards.",
  "v2.getProjectField":
    "Gets the definition of one project field by its code: 40 characters for a custom one, a name for a built-in one.",
  "v2.getProjectFields": "Lists the definitions of all project fields, built-in and custom.",
  "v2.updateProjectField":
    "Renames a custom field of projects or changes where it shows. Code and type stay; options have operations of their own.",
  "v2.addProjectFieldOptions":
    "Adds options to a project field of type `enum` or `set`: all or none. Returns only the new options.",
  "v2.deleteProjectFieldOptions":
    "Removes options from a project field, all or none: one unknown id fails the whole request. Returns the removed options.",
  "v2.updateProjectFieldOptions":
    "Relabels options of a project field, all or none: one unknown id fails the whole request. Returns only the changed options.",

  // DealInstallments
  "v2.deleteInstallment":
    "Removes an installment; `id` is the deal's, `installment_id` the installment's. Growth plan and above.",
  "v2.getInstallments":
    "Lists the installments of up to 100 deals at once, named in `deal_ids`. Growth plan and above.",
  "v2.postInstallment":
    "Adds an installment to a deal, which needs a one-time product and must have no recurring one. Growth plan and above.",
  "v2.updateInstallment":
    "Changes an installment; `id` is the deal's, `installment_id` the installment's. Growth plan and above.",

  // DealProducts
  "v2.addDealProduct":
    "Attaches a product to a deal with its own price and quantity. A billing frequency other than `one-time` and installments exclude each other.",
  "v2.addManyDealProducts":
    "Attaches up to 100 products to a deal in one request, given as `data`. Costs 25 tokens, as much as five single additions.",
  "v2.deleteDealProduct":
    "Detaches a product from a deal. `product_attachment_id` is the id of the attachment, not of the product. The last enabled product of a deal with installments stays.",
  "v2.deleteManyDealProducts":
    "Detaches up to 100 products from a deal by their attachment ids. Without `ids` it takes whatever is attached, 100 a call; repeat while `more_items_in_collection` is true.",
  "v2.getDealProducts": "Lists the products attached to one deal.",
  "v2.getDealsProducts":
    "Lists the products attached to up to 100 deals at once, named in `deal_ids`; each row tells its deal.",
  "v2.updateDealProduct":
    "Changes a product attached to a deal: price, quantity, tax, discount, billing. `product_attachment_id` is the id of the attachment, not of the product.",

  // Deals
  "v2.addDeal":
    "Adds a deal. Only the title is needed: owner, currency, visibility and stage come from the account's defaults, and the pipeline from the stage.",
  "v2.addDealFollower": "Makes a user follow a deal. A user who already follows it is rejected with 400.",
  "v2.convertDealToLead":
    "Starts turning a deal into a lead and returns a `conversion_id`; poll `Deals.getConversionStatus` with it. Notes, files, mails and activities move along, invoices and history do not, and the deal is deleted at the end. Costs 40 tokens.",
  "v2.deleteAdditionalDiscount":
    "Removes a discount; `id` is the deal's, `discount_id` a UUID. Changes the value of a deal with one-time products.",
  "v2.deleteDeal": 'Deletes a deal. For 30 days `status: "deleted"` still lists it; then it is removed.',
  "v2.deleteDealFollower": "Stops a user from following a deal. `follower_id` is the user's id.",
  "v2.getAdditionalDiscounts":
    "Lists the discounts on a deal as a whole; discounts on single products stand with the products.",
  "v2.getArchivedDeals":
    "Lists archived deals, which `Deals.list` leaves out. Takes the same filters and costs twice as much.",
  "v2.getDeal":
    "Gets one deal. Counters and mail times come only when named in `include_fields`; `custom_fields` narrows the answer to 15 keys at most.",
  "v2.getDealConversionStatus":
    "Gets the status of the conversion of a deal: `not_started`, `running`, `completed`, `failed` or `rejected`. `lead_id` is set once it is completed; the record expires after a few days.",
  "v2.getDealFollowers": "Lists the users who follow a deal.",
  "v2.getDealFollowersChangelog": "Lists who started or stopped following a deal, when, and who made the change.",
  "v2.getDeals":
    "Lists deals that are not archived. `filter_id` switches the other filters off, and `ids` (at most 100) leaves out unknown ones silently. Deleted deals come only when `status` says so.",
  "v2.postAdditionalDiscount":
    "Adds a discount on the deal as a whole, a percentage or an amount. Changes the value of a deal with one-time products.",
  "v2.searchDeals":
    "Finds deals by title, notes and custom fields. A term has at least 2 characters (1 with `exact_match`); new deals take a moment to appear. Ten searches in 2 seconds at most.",
  "v2.updateAdditionalDiscount":
    "Changes a discount; `id` is the deal's, `discount_id` a UUID. Changes the value of a deal with one-time products.",
  "v2.updateDeal":
    "Changes the given fields of a deal. A stage of another pipeline moves the deal there, `pipeline_id` alone moves it to that pipeline's first stage, and `won` or `lost` set the closing times. Archived deals are refused.",

  // ItemSearch
  "v2.searchItem":
    "Searches deals, persons, organizations, products, leads, files, mail attachments and projects at once. Pages hold 100 hits at most; ten searches in 2 seconds at most. New data take a moment to appear.",
  "v2.searchItemByField":
    "Searches the values of one field of one entity, case-sensitively: whole, from the beginning or in the middle (`match`). Good for looking persons up by e-mail or by a custom field.",

  // Leads
  "v2.convertLeadToDeal":
    "Starts turning a lead into a deal and returns a `conversion_id`; poll `Leads.getConversionStatus` with it. Notes, files, mails and activities move along, and the lead is deleted at the end. Give `stage_id` or `pipeline_id`, not both. Costs 40 tokens.",
  "v2.getLeadConversionStatus":
    "Gets the status of the conversion of a lead: `not_started`, `running`, `completed`, `failed` or `rejected`. `deal_id` is set once it is completed; the record expires after a few days.",
  "v2.searchLeads":
    "Finds leads by title, notes and custom fields. A term has at least 2 characters (1 with `exact_match`). Leads themselves are read and written on v1.",

  // Organizations
  "v2.addOrganizationFollower":
    "Makes a user follow an organization. A user who already follows it is rejected with 400.",
  "v2.deleteOrganization": "Deletes an organization: it is marked as deleted now and removed for good after 30 days.",
  "v2.deleteOrganizationFollower": "Stops a user from following an organization. `follower_id` is the user's id.",
  "v2.getOrganization":
    "Gets one organization. Counters come only when named in `include_fields`; `custom_fields` narrows the answer to 15 keys at most.",
  "v2.getOrganizationFollowers": "Lists the users who follow an organization.",
  "v2.getOrganizationFollowersChangelog":
    "Lists who started or stopped following an organization, when, and who made the change.",
  "v2.getOrganizations":
    "Lists organizations. `filter_id` switches the other filters off, and `ids` (at most 100) leaves out unknown ones silently.",
  "v2.searchOrganization":
    "Finds organizations by name, address and custom fields, and by their notes. A term has at least 2 characters (1 with `exact_match`).",

  // Persons
  "v2.addPerson":
    "Adds a person. E-mails and phones are lists of `{ value, primary, label }`. `job_title`, `birthday`, `notes`, `im` and `postal_address` exist only in accounts with contact sync; elsewhere they are refused.",
  "v2.addPersonFollower": "Makes a user follow a person. A user who already follows it is rejected with 400.",
  "v2.deletePerson": "Deletes a person: marked as deleted now and removed for good after 30 days.",
  "v2.deletePersonFollower": "Stops a user from following a person. `follower_id` is the user's id.",
  "v2.getPerson":
    "Gets one person. Counters come only when named in `include_fields`; the contact sync fields (job title, birthday, address, messengers) only where contact sync is on.",
  "v2.getPersonFollowers": "Lists the users who follow a person.",
  "v2.getPersonFollowersChangelog": "Lists who started or stopped following a person, when, and who made the change.",
  "v2.getPersonPicture":
    "Gets the addresses of a person's picture, 128 and 512 pixels square. Pictures are written on v1.",
  "v2.getPersons":
    "Lists persons, those of one deal or organization too (`deal_id`, `org_id`). `filter_id` switches the other filters off, and `ids` (at most 100) leaves out unknown ones silently.",
  "v2.searchPersons":
    "Finds persons by name, e-mail, phone, notes and custom fields. A term has at least 2 characters (1 with `exact_match`). Hits carry e-mails and phones as plain strings.",
  "v2.updatePerson":
    "Changes the given fields of a person. `emails` and `phones` replace the whole lists. The contact sync fields are refused in accounts without contact sync.",

  // Pipelines, Stages
  "v2.deletePipeline":
    "Deletes a pipeline. Expect the deals in it to go too; move them first if you want to keep them.",
  "v2.getPipelines": "Lists the pipelines. Costs half of what other lists do.",
  "v2.addStage": "Adds a stage to a pipeline, after the ones it has.",
  "v2.deleteStage": "Deletes a stage. Expect the deals in it to go too; move them first if you want to keep them.",
  "v2.getStages": "Lists the stages of one pipeline, or of all. Costs half of what other lists do.",
  "v2.updateStage": "Changes the given fields of a stage. `days_to_rotten` works only with `is_deal_rot_enabled`.",

  // Products
  "v2.addProduct":
    "Adds a product to the catalogue, with one price a currency; without `prices` it costs 0 in the default currency.",
  "v2.addProductFollower": "Makes a user follow a product. A user who already follows it is rejected with 400.",
  "v2.addProductVariation": "Adds a variation to a product, with prices of its own.",
  "v2.deleteProduct": "Deletes a product from the catalogue: marked as deleted now and removed for good after 30 days.",
  "v2.deleteProductFollower": "Stops a user from following a product. `follower_id` is the user's id.",
  "v2.deleteProductImage": "Removes the image of a product.",
  "v2.deleteProductVariation": "Removes a variation; `id` is the product's, `product_variation_id` the variation's.",
  "v2.duplicateProduct": "Copies a product together with its variations, prices and custom fields.",
  "v2.getProductFollowers": "Lists the users who follow a product.",
  "v2.getProductFollowersChangelog": "Lists who started or stopped following a product, when, and who made the change.",
  "v2.getProductImage": "Gets the image of a product as a public address that works for 7 days.",
  "v2.getProductVariations": "Lists the variations of a product.",
  "v2.searchProducts":
    "Finds products by name, code and custom fields. A term has at least 2 characters (1 with `exact_match`).",
  "v2.updateProduct": "Changes the given fields of a product. A given `prices` list replaces all prices.",
  "v2.updateProductImage": "Replaces the image of a product. Costs 20 tokens.",
  "v2.updateProductVariation":
    "Changes a variation; `id` is the product's, `product_variation_id` the variation's. A given `prices` list replaces all prices.",
  "v2.uploadProductImage": "Sets the image of a product, which has one at most. Costs 20 tokens.",

  // Projects
  "v2.addProjectBoard": "Adds a board for projects, at the place `order_nr` says.",
  "v2.deleteProjectBoard": "Deletes a board for projects.",
  "v2.getProjectsBoard": "Gets one board for projects. Costs as much as listing all of them.",
  "v2.getProjectsBoards": "Lists the boards that projects move on. All in one response.",
  "v2.updateProjectBoard": "Renames a board for projects or moves it among the others.",
  "v2.addProjectPhase": "Adds a phase to a board, at the place `order_nr` says.",
  "v2.deleteProjectPhase": "Deletes a phase of a board.",
  "v2.getProjectsPhase": "Gets one phase of a board. Costs as much as listing all of them.",
  "v2.getProjectsPhases": "Lists the active phases of the board `board_id`. All in one response.",
  "v2.updateProjectPhase": "Renames a phase, moves it among the others or to another board.",
  "v2.getProjectTemplate": "Gets one template from which projects can be made.",
  "v2.getProjectTemplates":
    "Lists the templates from which projects can be made; give one's id as `template_id` to `Projects.add`.",
  "v2.addProject":
    "Adds a project, from a template if `template_id` is given. Without the Projects add-on the account answers 402.",
  "v2.archiveProject": "Archives a project, which then shows in `Projects.listArchived` only.",
  "v2.deleteProject": "Deletes a project. Deleted ones still show in `Projects.list` when `status` asks for them.",
  "v2.getArchivedProjects": "Lists archived projects, which `Projects.list` leaves out.",
  "v2.getProjectChangelog": "Lists the changes to a project: old and new values, who made them, when and from where.",
  "v2.getProjectUsers": "Lists the ids of the users who may see a project.",
  "v2.getProjects": "Lists projects that are not archived. Deleted ones come only when `status` says so.",
  "v2.searchProjects":
    "Finds projects by title, description and custom fields, and by their notes. A term has at least 2 characters (1 with `exact_match`).",

  // Tasks, Users
  "v2.deleteTask": "Deletes a task and its subtasks.",
  "v2.getTasks":
    "Lists tasks. `parent_task_id` takes a task's id for its subtasks, or the word `null` for tasks without a parent.",
  "v2.addTask":
    "Adds a task to a project. `done` and `milestone` go in as 0 or 1 and come back as `is_done` and `is_milestone`. One level of subtasks only.",
  "v2.updateTask":
    "Changes the given fields of a task. `assignee_id` and `assignee_ids` overwrite each other; at most 10 users.",
  "v2.getUserFollowers": "Lists the users who follow a user."
}
