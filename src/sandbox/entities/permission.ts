/**
 * Permission sets: the same in every account; every user has one per app.
 */
import { isRecord, list } from "../model/view.js"
import type { Row } from "../model/world.js"

/** All permissions. */
const permissions = `
  can_add_custom_fields can_add_products can_add_prospects_as_leads can_bulk_edit_items can_change_visibility_of_items
  can_convert_deals_to_leads can_create_own_workflow can_delete_activities can_delete_custom_fields can_delete_deals
  can_edit_custom_fields can_edit_deals_closed_date can_edit_products can_edit_shared_filters can_export_data_from_lists
  can_follow_other_users can_merge_deals can_merge_organizations can_merge_people can_modify_labels
  can_see_company_wide_statistics can_see_deals_list_summary can_see_hidden_items_names can_see_other_users
  can_see_other_users_statistics can_see_security_dashboard can_share_filters can_share_insights can_use_api
  can_use_email_tracking can_use_import
`
  .trim()
  .split(/\s+/)

/** The permissions that regular users do not have. */
const adminOnly =
  /custom_fields|delete_deals|merge_|modify_labels|company_wide|hidden_items|security|use_import|closed_date|other_users_statistics/

const regular = permissions.filter((name) => !adminOnly.test(name))

const set = (id: string, name: string, description: string, app: string, type: string, contents = permissions) => ({
  id: `${id}-503e-11f1-b3a6-eb22592a8a2c`,
  name,
  description,
  app,
  type,
  contents
})

/** The permission sets of every account. */
export const permissionSets = [
  set("29c72ef0", "Deals admin", "Sees and edits all deals and leads, and how they are set up", "sales", "admin"),
  set("29c8b9f0", "Deals regular user", "Works on deals and leads; what new users have", "sales", "regular", regular),
  set("29ca8a50", "Global admin", "Sees and edits contacts, activities and reports", "global", "admin"),
  set(
    "29cbc2d0",
    "Global regular user",
    "Works on contacts and activities; what new users have",
    "global",
    "regular",
    regular
  ),
  set("29cd9790", "Account settings admin", "Manages users, billing and the company", "account_settings", "admin")
] as const

/** A user's rights in each part of Pipedrive. */
export const access = (admin: boolean) =>
  permissionSets
    .filter(({ type }) => (type === "admin") === admin)
    .map(({ app, id }) => ({ app, admin, permission_set_id: id }))

/** Whether a user has the permission set. */
export const hasPermissionSet = (user: Row, id: string): boolean =>
  list(user, "access").some((one) => isRecord(one) && one.permission_set_id === id)

/** All permissions, and whether a user has them. */
export const permissionsOf = (user: Row): Readonly<Record<string, boolean>> => {
  const granted = new Set(
    permissionSets.filter(({ id }) => hasPermissionSet(user, id)).flatMap(({ contents }) => contents)
  )
  return Object.fromEntries(permissions.map((name) => [name, granted.has(name)]))
}
