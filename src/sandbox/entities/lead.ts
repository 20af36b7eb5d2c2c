/**
 * Leads, their labels and sources. Only v1 has them; their times have milliseconds.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Answer } from "../http/messages.js"
import type { Computed, Draft, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { isRecord, numOrNull, text } from "../model/view.js"
import { get, timeUuid } from "../model/world.js"
import * as common from "./common.js"

const applyRules = (draft: Draft): Either.Either<void, Answer> => {
  const { after, before, view } = draft
  if (text(after, "title").trim() === "") return errorResponses.badRequest(draft, "Lead title must be given.")
  if (after.person_id === null && after.organization_id === null) {
    return errorResponses.badRequest(draft, "A lead must be linked to a person or an organization.")
  }
  if (after.is_archived !== (before?.is_archived ?? false)) {
    after.archive_time = after.is_archived === true ? view.now : null
  }
  return Either.void
}

const smartBccAddress: Computed = (row, view) =>
  references.smartBccAddress(
    view.world,
    `+${view.world.company.id}+lead${BigInt(`0x${String(row.id).replaceAll("-", "")}`).toString(36)}`
  )

/** A lead. */
export const lead: Entity = {
  name: "lead",
  label: "Lead",
  fields: {
    id: common.uuid,
    title: { kind: kinds.text },
    owner_id: common.userLink,
    creator_id: { ...common.userLink, readOnly: true },
    label_ids: { kind: kinds.strings, initial: () => [], cleared: [] },
    value: { kind: kinds.money },
    expected_close_date: { kind: kinds.date },
    person_id: { kind: kinds.link("person") },
    organization_id: { kind: kinds.link("organization") },
    is_archived: { kind: kinds.flag, initial: () => false, cleared: false },
    archive_time: { kind: kinds.exactTime, readOnly: true },
    source_name: { kind: kinds.text, initial: () => "API", readOnly: true },
    source_deal_id: { kind: kinds.integer, readOnly: true },
    ...common.origins,
    was_seen: { kind: kinds.flag, initial: () => false, cleared: false },
    add_time: { kind: kinds.exactTime, initial: (view) => view.now, readOnly: true },
    update_time: { kind: kinds.exactTime, initial: (view) => view.now, readOnly: true },
    visible_to: common.visibleTo
  },
  newId: (view) => timeUuid(view.world, new Date(view.now).getTime()),
  v1: {
    next_activity_id: (row, view) => numOrNull(references.nextActivity(view, "lead_id", row.id), "id"),
    cc_email: smartBccAddress
  },
  customFields: "dealField",
  customFieldsWhenSet: true,
  beforeCommit: applyRules,
  hardDelete: true,
  v1NotFound: errorResponses.objectNotFound("requested lead not found"),
  v1Filters: { updated_since: common.since("update_time") },
  search: {
    include: { "lead.was_seen": { was_seen: (row) => row.was_seen === true } },
    fields: {
      title: (row) => [text(row, "title")],
      notes: common.notesOn("lead_id"),
      custom_fields: common.customTexts("dealField")
    },
    item: (row, view) => ({
      id: row.id,
      type: "lead",
      title: row.title,
      owner: { id: row.owner_id },
      person: common.referenceWithName("person", row.person_id, view),
      organization: common.foundOrganization(row.organization_id, view),
      phones: contactsOf(row.person_id, "phones", view),
      emails: contactsOf(row.person_id, "emails", view),
      custom_fields: common.customTexts("dealField")(row, view),
      notes: common.notesOn("lead_id")(row, view),
      value: isRecord(row.value) ? row.value.amount : null,
      currency: isRecord(row.value) ? row.value.currency : null,
      visible_to: row.visible_to,
      is_archived: row.is_archived
    })
  }
}

const contactsOf = (id: unknown, field: string, view: Draft["view"]): ReadonlyArray<unknown> => {
  const contacts = get(view.world, "person", id)?.[field]
  return Array.isArray(contacts) ? contacts.map((one) => (isRecord(one) ? one.value : null)) : []
}

/** A lead label. */
export const leadLabel: Entity = {
  name: "leadLabel",
  label: "Lead label",
  fields: {
    id: common.uuid,
    name: { kind: kinds.text, required: "Name must be given." },
    color: { kind: kinds.text, initial: () => "blue", cleared: "blue" },
    add_time: { kind: kinds.exactTime, initial: (view) => view.now, readOnly: true },
    update_time: { kind: kinds.exactTime, initial: (view) => view.now, readOnly: true }
  },
  newId: (view) => timeUuid(view.world, new Date(view.now).getTime()),
  hardDelete: true,
  v1NotFound: errorResponses.objectNotFound("requested lead label not found")
}
