/**
 * Call logs, relations between organizations, goals, teams, roles.
 */

import * as errorResponses from "../http/errorResponses.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { list, type View } from "../model/view.js"
import { get, type Row, randomHex, where } from "../model/world.js"
import * as common from "./common.js"

/** A call log. */
export const callLog: Entity = {
  name: "callLog",
  label: "Call log",
  fields: {
    id: common.uuid,
    activity_id: { kind: kinds.link("activity") },
    person_id: { kind: kinds.link("person") },
    org_id: { kind: kinds.link("organization") },
    deal_id: { kind: kinds.link("deal") },
    lead_id: { kind: kinds.uuidLink("lead") },
    subject: common.plainText,
    duration: common.plainText,
    outcome: { kind: kinds.choice("connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy") },
    from_phone_number: common.plainText,
    to_phone_number: { kind: kinds.text, required: "to_phone_number must be given." },
    has_recording: { kind: kinds.flag, initial: () => false, readOnly: true },
    start_time: { kind: kinds.exactTime, required: "start_time must be given." },
    end_time: { kind: kinds.exactTime, required: "end_time must be given." },
    user_id: common.userLink,
    note: common.plainText
  },
  newId: (view) => `CA${randomHex(view.world, 28)}`,
  v1: { company_id: (_, view) => view.world.company.id },
  hardDelete: true,
  v1NotFound: errorResponses.v1(404, "A resource required for this operation was not found.")
}

const reference = (): Entity["fields"][string] => ({
  kind: kinds.reference("organization", references.organizationReference)
})

/** A relation between two organizations. */
export const relationship: Entity = {
  name: "organizationRelationship",
  label: "Organization relationship",
  fields: {
    id: common.id,
    type: { kind: kinds.choice("parent", "related"), initial: () => "related" },
    rel_owner_org_id: { ...reference(), required: "rel_owner_org_id must be given." },
    rel_linked_org_id: { ...reference(), required: "rel_linked_org_id must be given." },
    add_time: { ...common.addTime, readOnly: true },
    update_time: common.updateTime
  },
  // Pipedrive sends a string here
  v1: { active_flag: common.always("true") },
  related: {
    organization: { by: ["rel_owner_org_id", "rel_linked_org_id"], reference: references.organization }
  },
  hardDelete: true
}

/** A goal. */
export const goal: Entity = {
  name: "goal",
  label: "Goal",
  fields: {
    id: common.uuid,
    owner_id: { ...common.userLink, readOnly: true },
    title: { kind: kinds.text, initial: () => "" },
    type: { kind: kinds.record, required: "type must be given." },
    assignee: { kind: kinds.record, required: "assignee must be given." },
    interval: { kind: kinds.text, required: "interval must be given." },
    duration: { kind: kinds.record, initial: () => ({}) },
    expected_outcome: { kind: kinds.record, required: "expected_outcome must be given." },
    is_active: { kind: kinds.flag, initial: () => true, readOnly: true },
    report_ids: { kind: kinds.array, initial: (view) => [randomHex(view.world, 32)], readOnly: true }
  },
  newId: (view) => randomHex(view.world, 32),
  hardDelete: true
}

/** A team. */
export const team: Entity = {
  name: "team",
  label: "Team",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    description: { kind: kinds.text, initial: () => "", cleared: "" },
    manager_id: { ...common.userLink, required: "Manager must be given." },
    users: { kind: kinds.integers, initial: () => [], cleared: [] },
    is_active: { kind: kinds.bit, initial: () => true, cleared: true, v1: "active_flag" },
    is_removed: { kind: kinds.bit, initial: () => false, cleared: false, v1: "deleted_flag" },
    add_time: { ...common.addTime, readOnly: true },
    created_by_user_id: { ...common.userLink, readOnly: true }
  }
}

const users = (row: Row, view: View) => where(view.world, "user", "role_id", row.id)

/** The depth of a role in the tree. */
const level = (row: Row, view: View): number => {
  const parent = row.parent_role_id === row.id ? undefined : get(view.world, "role", row.parent_role_id)
  return parent === undefined ? 1 : level(parent, view) + 1
}

/** A role. */
export const role: Entity = {
  name: "role",
  label: "Role",
  fields: {
    id: common.id,
    parent_role_id: { kind: kinds.link("role") },
    name: { kind: kinds.text, required: "Name must be given." },
    is_deleted: { ...common.isDeleted, readOnly: true },
    description: { kind: kinds.text, readOnly: true },
    settings: { kind: kinds.record, initial: () => ({}), v1: false, readOnly: true },
    hidden_pipelines: { kind: kinds.array, initial: () => [], v1: false, readOnly: true }
  },
  v1: {
    assignment_count: (row, view) => String(users(row, view).length),
    sub_role_count: (row, view) => String(where(view.world, "role", "parent_role_id", row.id).length)
  },
  v1ByOperation: { list: { level } },
  v1AdditionalData: { get: (row) => ({ settings: settingsOf(row) }) }
}

/** The settings of a role: who sees new entities. */
export const settingsOf = (row: Row): Readonly<Record<string, unknown>> => ({
  deal_default_visibility: 3,
  lead_default_visibility: 3,
  org_default_visibility: 3,
  person_default_visibility: 3,
  product_default_visibility: 3,
  ...(typeof row.settings === "object" ? row.settings : {})
})

/** The pipelines that a role does not see. */
export const hiddenPipelines = (row: Row): ReadonlyArray<unknown> => list(row, "hidden_pipelines")
