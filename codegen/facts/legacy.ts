/**
 * Facts about the 65 operations of v1 that the OpenAPI documents have dropped and `pipedrive` 31.2.1 still knows, read
 * from that version's declarations. `facts-from-openapi.ts` says what the keys mean; costs follow from method and path.
 */
export interface LegacyFacts {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly max?: number
  readonly lists?: Record<string, number | null>
  readonly integers?: ReadonlyArray<string>
  readonly formats?: Record<string, "timestamp" | "date" | "time" | "uuid">
}

export const legacy: Record<string, LegacyFacts> = {
  "v1.addActivity": {
    method: "POST",
    path: "/activities",
    integers: ["body.deal_id", "body.org_id", "body.person_id", "body.project_id", "body.user_id"],
    formats: { "body.due_date": "date", "body.due_time": "time", "body.duration": "time", "body.lead_id": "uuid" }
  },
  "v1.addDeal": {
    method: "POST",
    path: "/deals",
    integers: [
      "body.channel",
      "body.label[]",
      "body.org_id",
      "body.person_id",
      "body.pipeline_id",
      "body.stage_id",
      "body.user_id"
    ],
    formats: {
      "body.won_time": "timestamp",
      "body.lost_time": "timestamp",
      "body.close_time": "timestamp",
      "body.expected_close_date": "date",
      "body.archive_time": "timestamp",
      "body.add_time": "timestamp"
    }
  },
  "v1.addDealProduct": {
    method: "POST",
    path: "/deals/{id}/products",
    integers: ["body.billing_frequency_cycles", "body.product_id", "body.product_variation_id", "id"],
    formats: { "body.billing_start_date": "date" }
  },
  "v1.addOrganization": {
    method: "POST",
    path: "/organizations",
    integers: ["body.label", "body.label_ids[]", "body.owner_id"],
    formats: { "body.add_time": "timestamp" }
  },
  "v1.addPerson": {
    method: "POST",
    path: "/persons",
    integers: ["body.label", "body.label_ids[]", "body.org_id", "body.owner_id"],
    formats: { "body.add_time": "timestamp" }
  },
  "v1.addPipeline": { method: "POST", path: "/pipelines", integers: ["body.order_nr"] },
  "v1.addProduct": { method: "POST", path: "/products", integers: ["body.billing_frequency_cycles", "body.owner_id"] },
  "v1.addRecurringSubscription": {
    method: "POST",
    path: "/subscriptions/recurring",
    integers: ["body.cycles_count", "body.deal_id"],
    formats: { "body.start_date": "date" }
  },
  "v1.addStage": {
    method: "POST",
    path: "/stages",
    integers: ["body.deal_probability", "body.pipeline_id", "body.rotten_days"]
  },
  "v1.addSubscriptionInstallment": { method: "POST", path: "/subscriptions/installment", integers: ["body.deal_id"] },
  "v1.cancelRecurringSubscription": {
    method: "PUT",
    path: "/subscriptions/recurring/{id}/cancel",
    integers: ["id"],
    formats: { "body.end_date": "date" }
  },
  "v1.deleteActivity": { method: "DELETE", path: "/activities/{id}", integers: ["id"] },
  "v1.deleteDeal": { method: "DELETE", path: "/deals/{id}", integers: ["id"] },
  "v1.deleteDealProduct": {
    method: "DELETE",
    path: "/deals/{id}/products/{product_attachment_id}",
    integers: ["id", "product_attachment_id"]
  },
  "v1.deleteOrganization": { method: "DELETE", path: "/organizations/{id}", integers: ["id"] },
  "v1.deletePerson": { method: "DELETE", path: "/persons/{id}", integers: ["id"] },
  "v1.deletePipeline": { method: "DELETE", path: "/pipelines/{id}", integers: ["id"] },
  "v1.deleteProduct": { method: "DELETE", path: "/products/{id}", integers: ["id"] },
  "v1.deleteStage": { method: "DELETE", path: "/stages/{id}", integers: ["id"] },
  "v1.deleteSubscription": { method: "DELETE", path: "/subscriptions/{id}", integers: ["id"] },
  "v1.findSubscriptionByDeal": { method: "GET", path: "/subscriptions/find/{dealId}", integers: ["dealId"] },
  "v1.getActivities": {
    method: "GET",
    path: "/activities",
    max: 500,
    lists: { type: null },
    integers: ["filter_id", "limit", "start", "user_id"],
    formats: { start_date: "date", end_date: "date" }
  },
  "v1.getActivitiesCollection": {
    method: "GET",
    path: "/activities/collection",
    max: 500,
    lists: { type: null },
    integers: ["limit", "user_id"],
    formats: { since: "timestamp", until: "timestamp" }
  },
  "v1.getActivity": { method: "GET", path: "/activities/{id}", integers: ["id"] },
  "v1.getDeal": { method: "GET", path: "/deals/{id}", integers: ["id"] },
  "v1.getDealActivities": {
    method: "GET",
    path: "/deals/{id}/activities",
    max: 500,
    lists: { exclude: null },
    integers: ["exclude[]", "id", "limit", "start"]
  },
  "v1.getDealPersons": { method: "GET", path: "/deals/{id}/persons", max: 500, integers: ["id", "limit", "start"] },
  "v1.getDealProducts": { method: "GET", path: "/deals/{id}/products", max: 500, integers: ["id", "limit", "start"] },
  "v1.getDeals": {
    method: "GET",
    path: "/deals",
    max: 500,
    lists: { sort: null },
    integers: ["filter_id", "limit", "stage_id", "start", "user_id"]
  },
  "v1.getDealsCollection": {
    method: "GET",
    path: "/deals/collection",
    max: 500,
    integers: ["limit", "stage_id", "user_id"],
    formats: { since: "timestamp", until: "timestamp" }
  },
  "v1.getOrganization": { method: "GET", path: "/organizations/{id}", integers: ["id"] },
  "v1.getOrganizationActivities": {
    method: "GET",
    path: "/organizations/{id}/activities",
    max: 500,
    lists: { exclude: null },
    integers: ["exclude[]", "id", "limit", "start"]
  },
  "v1.getOrganizationDeals": {
    method: "GET",
    path: "/organizations/{id}/deals",
    max: 500,
    lists: { sort: null },
    integers: ["id", "limit", "start"]
  },
  "v1.getOrganizationPersons": {
    method: "GET",
    path: "/organizations/{id}/persons",
    max: 500,
    integers: ["id", "limit", "start"]
  },
  "v1.getOrganizations": {
    method: "GET",
    path: "/organizations",
    max: 500,
    lists: { sort: null },
    integers: ["filter_id", "limit", "start", "user_id"]
  },
  "v1.getOrganizationsCollection": {
    method: "GET",
    path: "/organizations/collection",
    max: 500,
    integers: ["limit", "owner_id"],
    formats: { since: "timestamp", until: "timestamp" }
  },
  "v1.getPerson": { method: "GET", path: "/persons/{id}", integers: ["id"] },
  "v1.getPersonActivities": {
    method: "GET",
    path: "/persons/{id}/activities",
    max: 500,
    lists: { exclude: null },
    integers: ["exclude[]", "id", "limit", "start"]
  },
  "v1.getPersonDeals": {
    method: "GET",
    path: "/persons/{id}/deals",
    max: 500,
    lists: { sort: null },
    integers: ["id", "limit", "start"]
  },
  "v1.getPersons": {
    method: "GET",
    path: "/persons",
    max: 500,
    lists: { sort: null },
    integers: ["filter_id", "limit", "start", "user_id"]
  },
  "v1.getPersonsCollection": {
    method: "GET",
    path: "/persons/collection",
    max: 500,
    integers: ["limit", "owner_id"],
    formats: { since: "timestamp", until: "timestamp" }
  },
  "v1.getPipeline": { method: "GET", path: "/pipelines/{id}", integers: ["id"] },
  "v1.getPipelines": { method: "GET", path: "/pipelines" },
  "v1.getProduct": { method: "GET", path: "/products/{id}", integers: ["id"] },
  "v1.getProducts": {
    method: "GET",
    path: "/products",
    max: 500,
    lists: { ids: null },
    integers: ["filter_id", "ids[]", "limit", "start", "user_id"]
  },
  "v1.getStage": { method: "GET", path: "/stages/{id}", integers: ["id"] },
  "v1.getStages": { method: "GET", path: "/stages", max: 500, integers: ["limit", "pipeline_id", "start"] },
  "v1.getSubscription": { method: "GET", path: "/subscriptions/{id}", integers: ["id"] },
  "v1.getSubscriptionPayments": { method: "GET", path: "/subscriptions/{id}/payments", integers: ["id"] },
  "v1.searchDeals": {
    method: "GET",
    path: "/deals/search",
    max: 100,
    lists: { fields: null, include_fields: null },
    integers: ["limit", "organization_id", "person_id", "start"]
  },
  "v1.searchItem": {
    method: "GET",
    path: "/itemSearch",
    max: 100,
    lists: { item_types: null, fields: null, include_fields: null },
    integers: ["limit", "start"]
  },
  "v1.searchItemByField": { method: "GET", path: "/itemSearch/field", max: 100, integers: ["limit", "start"] },
  "v1.searchOrganization": {
    method: "GET",
    path: "/organizations/search",
    max: 100,
    lists: { fields: null },
    integers: ["limit", "start"]
  },
  "v1.searchPersons": {
    method: "GET",
    path: "/persons/search",
    max: 100,
    lists: { fields: null, include_fields: null },
    integers: ["limit", "organization_id", "start"]
  },
  "v1.searchProducts": {
    method: "GET",
    path: "/products/search",
    max: 100,
    lists: { fields: null, include_fields: null },
    integers: ["limit", "start"]
  },
  "v1.updateActivity": {
    method: "PUT",
    path: "/activities/{id}",
    integers: ["body.deal_id", "body.org_id", "body.person_id", "body.project_id", "body.user_id", "id"],
    formats: { "body.due_date": "date", "body.due_time": "time", "body.duration": "time", "body.lead_id": "uuid" }
  },
  "v1.updateDeal": {
    method: "PUT",
    path: "/deals/{id}",
    integers: [
      "body.channel",
      "body.label[]",
      "body.org_id",
      "body.person_id",
      "body.pipeline_id",
      "body.stage_id",
      "body.user_id",
      "id"
    ],
    formats: {
      "body.won_time": "timestamp",
      "body.lost_time": "timestamp",
      "body.close_time": "timestamp",
      "body.expected_close_date": "date"
    }
  },
  "v1.updateDealProduct": {
    method: "PUT",
    path: "/deals/{id}/products/{product_attachment_id}",
    integers: [
      "body.billing_frequency_cycles",
      "body.product_id",
      "body.product_variation_id",
      "id",
      "product_attachment_id"
    ],
    formats: { "body.billing_start_date": "date" }
  },
  "v1.updateOrganization": {
    method: "PUT",
    path: "/organizations/{id}",
    integers: ["body.label", "body.label_ids[]", "body.owner_id", "id"]
  },
  "v1.updatePerson": {
    method: "PUT",
    path: "/persons/{id}",
    integers: ["body.label", "body.label_ids[]", "body.org_id", "body.owner_id", "id"],
    formats: { "body.add_time": "timestamp" }
  },
  "v1.updatePipeline": { method: "PUT", path: "/pipelines/{id}", integers: ["body.order_nr", "id"] },
  "v1.updateProduct": {
    method: "PUT",
    path: "/products/{id}",
    integers: ["body.billing_frequency_cycles", "body.owner_id", "id"]
  },
  "v1.updateRecurringSubscription": {
    method: "PUT",
    path: "/subscriptions/recurring/{id}",
    integers: ["id"],
    formats: { "body.effective_date": "date" }
  },
  "v1.updateStage": {
    method: "PUT",
    path: "/stages/{id}",
    integers: ["body.deal_probability", "body.order_nr", "body.pipeline_id", "body.rotten_days", "id"]
  },
  "v1.updateSubscriptionInstallment": { method: "PUT", path: "/subscriptions/installment/{id}", integers: ["id"] }
}
