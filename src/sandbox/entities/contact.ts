/**
 * Persons and organizations.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import type { Computed, Draft, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { isRecord, list, text, textOrNull } from "../model/view.js"
import { all, get, type Row } from "../model/world.js"
import { lastOf, nextOf } from "./activity.js"
import * as common from "./common.js"
import { follow } from "./follower.js"

// `related_*` are not among them: which deals Pipedrive counts as related is nowhere said
const includable = [
  "next_activity_id",
  "last_activity_id",
  "open_deals_count",
  "closed_deals_count",
  "won_deals_count",
  "lost_deals_count",
  "email_messages_count",
  "activities_count",
  "done_activities_count",
  "undone_activities_count",
  "files_count",
  "notes_count",
  "followers_count"
] as const

// -----------------------------------------------------------------------------
// persons
// -----------------------------------------------------------------------------

/** The number of deals it participates in without being their contact. */
const participatingDeals =
  (which: (deal: Row) => boolean): Computed =>
  (row, view) =>
    references.liveRowsWhere(view.world, "participant", "person_id", row.id).filter((one) => {
      const deal = get(view.world, "deal", one.deal_id)
      return deal !== undefined && deal.is_deleted !== true && deal.person_id !== row.id && which(deal)
    }).length

const personCounters: Readonly<Record<string, Computed>> = {
  ...common.dealCounters("person_id"),
  participant_open_deals_count: participatingDeals((deal) => deal.status === "open"),
  participant_closed_deals_count: participatingDeals((deal) => deal.status !== "open"),
  ...common.counters("person", "person_id"),
  ...common.activityInfo("person_id")
}

const applyPersonRules = (draft: Draft): Either.Either<void, Answer> => {
  const { after, before, given } = draft
  if (given.has("name") || (before === undefined && !given.has("first_name") && !given.has("last_name"))) {
    if (text(after, "name").trim() === "") return errorResponses.badRequest(draft, "Name must be given.")
    const [first = "", ...rest] = text(after, "name").split(" ")
    after.first_name = first
    after.last_name = rest.length === 0 ? null : rest.join(" ")
  } else if (given.has("first_name") || given.has("last_name")) {
    after.name = [textOrNull(after, "first_name"), textOrNull(after, "last_name")].filter(Boolean).join(" ")
  }
  return Either.void
}

const valuesOf = (row: Row, field: string): ReadonlyArray<string> =>
  list(row, field).flatMap((contact) => (isRecord(contact) && typeof contact.value === "string" ? [contact.value] : []))

const primaryEmail: Computed = (row) => {
  const primary = list(row, "emails").find((contact) => isRecord(contact) && contact.primary === true)
  return isRecord(primary) ? primary.value : null
}

/** A person. */
export const person: Entity = {
  name: "person",
  label: "Person",
  unchangedWhenAdded: true,
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    first_name: common.plainText,
    last_name: common.plainText,
    owner_id: common.user,
    org_id: { kind: kinds.reference("organization", references.organizationReference) },
    add_time: common.addTime,
    update_time: common.updateTime,
    emails: { kind: kinds.contacts, initial: () => [], cleared: [], v1: "email" },
    phones: { kind: kinds.contacts, initial: () => [], cleared: [], v1: "phone" },
    is_deleted: common.isDeleted,
    visible_to: common.visibleTo,
    label_ids: common.labelIds,
    picture_id: { kind: kinds.reference("picture", references.pictureReference), readOnly: true },
    delete_time: common.deleteTime,
    im: { kind: kinds.contacts, initial: () => [], cleared: [] },
    postal_address: { kind: kinds.address },
    notes: common.plainText,
    birthday: { kind: kinds.date },
    job_title: common.plainText,
    marketing_status: { kind: kinds.text, initial: () => "no_consent", v1: false, v2: false }
  },
  v1Aliases: { label: "label_ids" },
  v1: {
    ...personCounters,
    first_char: common.firstChar,
    last_incoming_mail_time: common.always(null),
    last_outgoing_mail_time: common.always(null),
    label: common.firstLabel,
    postal_address_lat: common.always(null),
    postal_address_long: common.always(null),
    org_name: references.nameOf("organization", "org_id"),
    owner_name: common.ownerName,
    primary_email: primaryEmail,
    cc_email: (_, view) => references.smartBccAddress(view.world),
    company_id: (_, view) => view.world.company.id
  },
  v1AdditionalData: {
    get: (_, view) => ({ dropbox_email: references.smartBccAddress(view.world) }),
    add: common.always({ didMerge: false })
  },
  related: {
    organization: { by: ["org_id"], reference: references.organization },
    user: { by: ["owner_id"], reference: references.user }
  },
  include: {
    ...common.pick(personCounters, ...includable, "participant_open_deals_count", "participant_closed_deals_count"),
    last_incoming_mail_time: common.always(null),
    last_outgoing_mail_time: common.always(null),
    smart_bcc_email: (_, view) => references.smartBccAddress(view.world),
    marketing_status: (row) => row.marketing_status,
    doi_status: common.always(0)
  },
  customFields: "personField",
  beforeCommit: applyPersonRules,
  filters: {
    ...common.changedFilters,
    deal_id: (value, view) => {
      const ids = new Set<unknown>([get(view.world, "deal", value)?.person_id])
      for (const participant of references.liveRowsWhere(view.world, "participant", "deal_id", value))
        ids.add(participant.person_id)
      return (row) => ids.has(row.id)
    }
  },
  v1Filters: {
    ...common.collectionFilters,
    user_id: common.isOneOf("owner_id"),
    first_char: common.beginsWith
  },
  v1Gone: (row) => json(410, { success: true, data: { id: row.id } }),
  search: {
    fields: {
      name: (row) => [text(row, "name")],
      email: (row) => valuesOf(row, "emails"),
      phone: (row) => valuesOf(row, "phones"),
      notes: common.notesOn("person_id"),
      custom_fields: common.customTexts("personField")
    },
    item: (row, view) => ({
      id: row.id,
      type: "person",
      name: row.name,
      phones: valuesOf(row, "phones"),
      emails: valuesOf(row, "emails"),
      primary_email: primaryEmail(row, view),
      visible_to: row.visible_to,
      owner: { id: row.owner_id },
      organization: common.foundOrganization(row.org_id, view),
      custom_fields: common.customTexts("personField")(row, view),
      notes: common.notesOn("person_id")(row, view),
      update_time: common.shownTime(row, "update_time", "v1")
    })
  }
}

// -----------------------------------------------------------------------------
// organizations
// -----------------------------------------------------------------------------

const organizationCounters: Readonly<Record<string, Computed>> = {
  ...common.dealCounters("org_id"),
  ...common.counters("organization", "org_id"),
  people_count: common.count("person", "org_id"),
  ...common.activityInfo("org_id")
}

const followersByUser: Computed = (row, view) => {
  const found = references.liveRowsWhere(view.world, "follower", "followed", `organization:${row.id}`)
  return Object.fromEntries(
    found.map((follower) => [
      String(follower.user_id),
      {
        id: follower.id,
        user_id: follower.user_id,
        add_time: common.shownTime(follower, "add_time", "v1"),
        org_id: row.id
      }
    ])
  )
}

/** An organization. */
export const organization: Entity = {
  name: "organization",
  label: "Organization",
  unchangedWhenAdded: true,
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    owner_id: common.user,
    add_time: common.addTime,
    update_time: common.updateTime,
    is_deleted: common.isDeleted,
    visible_to: common.visibleTo,
    address: { kind: kinds.address },
    label_ids: common.labelIds,
    website: common.plainText,
    linkedin: common.plainText,
    industry: common.plainInteger,
    annual_revenue: common.plainInteger,
    employee_count: common.plainInteger,
    delete_time: common.deleteTime
  },
  v1Aliases: { label: "label_ids" },
  v1: {
    ...organizationCounters,
    picture_id: common.always(null),
    country_code: common.always(null),
    first_char: common.firstChar,
    label: common.firstLabel,
    address_country_code: common.always(null),
    owner_name: common.ownerName,
    cc_email: (_, view) => references.smartBccAddress(view.world),
    company_id: (_, view) => view.world.company.id
  },
  v1ByOperation: {
    add: { edit_name: common.always(true) },
    get: { edit_name: common.always(true), last_activity: lastOf("org_id"), next_activity: nextOf("org_id") }
  },
  v1AdditionalData: {
    get: (row, view) => ({
      followers: followersByUser(row, view),
      dropbox_email: references.smartBccAddress(view.world)
    }),
    add: common.always({ didMerge: false })
  },
  related: { user: { by: ["owner_id"], reference: references.user } },
  include: {
    ...common.pick(organizationCounters, ...includable, "people_count"),
    last_incoming_mail_time: common.always(null),
    last_outgoing_mail_time: common.always(null),
    smart_bcc_email: (_, view) => references.smartBccAddress(view.world)
  },
  customFields: "organizationField",
  beforeCommit: (draft) =>
    text(draft.after, "name").trim() === "" ? errorResponses.badRequest(draft, "Name must be given.") : Either.void,
  afterCommit: (row, before, view) => {
    // the owner of a new organization follows it
    if (before === undefined) follow("organization", row.id, row.owner_id, view)
  },
  filters: common.changedFilters,
  v1Filters: {
    ...common.collectionFilters,
    user_id: common.isOneOf("owner_id"),
    first_char: common.beginsWith
  },
  search: {
    fields: {
      name: (row) => [text(row, "name")],
      address: (row) => [references.addressText(row, "address") ?? ""],
      notes: common.notesOn("org_id"),
      custom_fields: common.customTexts("organizationField")
    },
    item: (row, view) => ({
      id: row.id,
      type: "organization",
      name: row.name,
      address: references.addressText(row, "address"),
      visible_to: row.visible_to,
      owner: { id: row.owner_id },
      custom_fields: common.customTexts("organizationField")(row, view),
      notes: common.notesOn("org_id")(row, view)
    })
  }
}

/** Persons of an organization, in order of creation. */
export const personsOf = (view: Draft["view"], organizationId: unknown): ReadonlyArray<Row> => {
  const found: Array<Row> = []
  for (const row of all(view.world, "person")) {
    if (row.org_id === organizationId && row.is_deleted !== true) found.push(row)
  }
  return found
}
