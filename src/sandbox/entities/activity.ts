/**
 * Activities and their types.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Answer } from "../http/messages.js"
import { showV1 } from "../model/engine.js"
import type { Computed, Draft, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { isRecord, list, num, text, type View } from "../model/view.js"
import { all, get, type Row, type World } from "../model/world.js"
import * as common from "./common.js"

const typeOf = (world: World, key: unknown): Row | undefined => {
  for (const row of all(world, "activityType")) if (row.key_string === key) return row
  return undefined
}

const firstType = (view: View): unknown => {
  let first: Row | undefined
  for (const row of all(view.world, "activityType")) {
    if (row.is_deleted !== true && (first === undefined || num(row, "order_nr") < num(first, "order_nr"))) first = row
  }
  return first?.key_string ?? "call"
}

const primaryOf = (participants: ReadonlyArray<unknown>): unknown => {
  const primary = participants.find((one) => isRecord(one) && one.primary === true) ?? participants[0]
  return isRecord(primary) ? (primary.person_id ?? null) : null
}

const applyRules = (draft: Draft): Either.Either<void, Answer> => {
  const { after, before, given, view } = draft
  if (given.has("type") && typeOf(view.world, after.type) === undefined) {
    return errorResponses.badRequest(draft, "Activity type is not valid.")
  }
  if (before === undefined && text(after, "subject") === "") {
    after.subject = text(typeOf(view.world, after.type), "name") || "Call"
  }
  if (given.has("participants")) after.person_id = primaryOf(list(after, "participants"))
  else if (given.has("person_id")) {
    const others = list(after, "participants").filter((one) => isRecord(one) && one.person_id !== after.person_id)
    after.participants =
      after.person_id === null
        ? []
        : [
            { person_id: after.person_id, primary: true },
            ...others.map((one) => ({ ...(isRecord(one) ? one : {}), primary: false }))
          ]
  }
  if (before === undefined) {
    // the deal brings its person and organization along
    const deal = get(view.world, "deal", after.deal_id)
    if (deal !== undefined && !given.has("person_id") && !given.has("participants") && deal.person_id !== null) {
      after.person_id = deal.person_id
      after.participants = [{ person_id: deal.person_id, primary: true }]
    }
    if (deal !== undefined && !given.has("org_id")) after.org_id = deal.org_id
  } else after.update_user_id = view.caller.id
  if (after.done !== (before?.done ?? false)) after.marked_as_done_time = after.done === true ? view.now : null
  return Either.void
}

const address = (part: string): Computed => {
  return (row) => (isRecord(row.location) ? (row.location[part] ?? null) : null)
}

const participantKind = kinds.kind({
  requirement: "must be an array of { person_id, primary }",
  is: (value) => Array.isArray(value) && value.every((one) => isRecord(one) && Number.isSafeInteger(one.person_id)),
  fromV1: (raw) =>
    Array.isArray(raw)
      ? raw.map((one) =>
          isRecord(one)
            ? {
                person_id: kinds.integer.fromV1(one.person_id),
                primary: kinds.flag.fromV1(one.primary_flag ?? one.primary) === true
              }
            : { person_id: kinds.integer.fromV1(one), primary: false }
        )
      : kinds.unreadable,
  fromV2: (raw) =>
    Array.isArray(raw)
      ? raw.map((one, at) => (isRecord(one) ? { person_id: one.person_id, primary: one.primary ?? at === 0 } : one))
      : kinds.unreadable,
  toV1: (value) =>
    Array.isArray(value) && value.length > 0
      ? value.map((one) => (isRecord(one) ? { person_id: one.person_id, primary_flag: one.primary === true } : one))
      : null
})

const alwaysNull = common.always(null)

/** Keys of v1 that only calendar sync or video calls set. */
const unsetKeys = Object.fromEntries(
  [
    "reference_type",
    "reference_id",
    "last_notification_time",
    "last_notification_user_id",
    "notification_language_id",
    "calendar_sync_include_context",
    "source_timezone",
    "rec_rule",
    "rec_rule_extension",
    "rec_master_activity_id",
    "original_start_time",
    "series",
    "is_recurring"
  ].map((name) => [name, alwaysNull] as const)
)

const dealBccAddress: Computed = (row, view) =>
  row.deal_id === null ? null : references.smartBccAddress(view.world, `+deal${row.deal_id}`)

/** An activity. */
export const activity: Entity = {
  name: "activity",
  label: "Activity",
  fields: {
    id: common.id,
    subject: common.plainText,
    type: { kind: kinds.text, initial: firstType },
    owner_id: { ...common.userLink, v1: "user_id" },
    creator_user_id: { ...common.userLink, readOnly: true, v1: "created_by_user_id" },
    is_deleted: common.isDeleted,
    add_time: common.addTime,
    update_time: common.updateTime,
    deal_id: { kind: kinds.link("deal") },
    lead_id: { kind: kinds.uuidLink("lead") },
    person_id: { kind: kinds.link("person") },
    org_id: { kind: kinds.link("organization") },
    project_id: { kind: kinds.integer, v1: false },
    due_date: { kind: kinds.date, initial: (view) => view.now.slice(0, 10) },
    due_time: { kind: kinds.clock, initial: () => "", cleared: "" },
    duration: { kind: kinds.clock, initial: () => "", cleared: "" },
    busy: { kind: kinds.flag, initial: () => false, cleared: false, v1: "busy_flag" },
    done: { kind: kinds.flag, initial: () => false, cleared: false },
    marked_as_done_time: { kind: kinds.time, readOnly: true },
    location: { kind: kinds.address },
    participants: { kind: participantKind, initial: () => [], cleared: [] },
    attendees: { kind: kinds.array, v2: false },
    conference_meeting_client: common.plainText,
    conference_meeting_url: common.plainText,
    conference_meeting_id: common.plainText,
    public_description: common.plainText,
    priority: common.plainInteger,
    note: common.plainText,
    update_user_id: { kind: kinds.integer, v2: false, readOnly: true },
    private: { kind: kinds.flag, initial: () => false, v2: false }
  },
  v1Aliases: { location: "location" },
  v1AdditionalData: { add: () => ({ updates_story_id: null }) },
  v1: {
    ...unsetKeys,
    marked_as_done_time: (row) => common.shownTime(row, "marked_as_done_time", "v1") ?? "",
    location_formatted_address: address("formatted_address"),
    org_name: references.nameOf("organization", "org_id"),
    person_name: references.nameOf("person", "person_id"),
    deal_title: references.nameOf("deal", "deal_id", "title"),
    lead_title: references.nameOf("lead", "lead_id", "title"),
    owner_name: common.ownerName,
    person_dropbox_bcc: (row, view) => (row.person_id === null ? null : references.smartBccAddress(view.world)),
    deal_dropbox_bcc: dealBccAddress,
    assigned_to_user_id: (row) => row.owner_id,
    type_name: (row, view) => text(typeOf(view.world, row.type), "name") || null,
    lead: alwaysNull,
    company_id: (_, view) => view.world.company.id
  },
  related: {
    user: { by: ["owner_id"], reference: references.user },
    person: { by: ["person_id"], reference: references.personOfActivity, fullReference: references.person },
    organization: {
      by: ["org_id"],
      reference: references.organizationOfActivity,
      fullReference: references.organization
    },
    deal: { by: ["deal_id"], reference: references.dealOfActivity }
  },
  include: { attendees: (row) => row.attendees ?? [] },
  beforeCommit: applyRules,
  filters: { ...common.changedFilters, done: common.flagEquals("done") },
  v1Filters: {
    ...common.collectionFilters,
    user_id: (value) => (value === 0 ? undefined : (row) => row.owner_id === value),
    type: (value) => {
      const wanted = new Set((Array.isArray(value) ? value : [value]).flatMap((one) => String(one).split(",")))
      return (row) => wanted.has(text(row, "type"))
    },
    done: common.flagEquals("done"),
    start_date: common.fromDay("due_date"),
    end_date: common.toDay("due_date"),
    exclude: (value) => {
      const ids = new Set(String(value).split(",").map(Number))
      return (row) => !ids.has(Number(row.id))
    }
  }
}

/** An activity inside the entity it belongs to. */
const showInParent = (row: Row | undefined, view: View): unknown => {
  if (row === undefined) return null
  const { company_id: _, ...shown } = showV1(activity, row, view, "list")
  return { ...shown, project_id: row.project_id, project_title: null }
}

/** The next activity of an entity, with all fields. */
export const nextOf =
  (field: string): Computed =>
  (row, view) =>
    showInParent(references.nextActivity(view, field, row.id), view)

/** The last activity of an entity, with all fields. */
export const lastOf =
  (field: string): Computed =>
  (row, view) =>
    showInParent(references.lastActivity(view, field, row.id), view)

const keyOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "") || "type"

/** A type of activity. */
export const activityType: Entity = {
  name: "activityType",
  label: "Activity type",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    icon_key: { kind: kinds.text, initial: () => "task" },
    color: common.plainText,
    order_nr: { kind: kinds.integer, initial: (view) => view.world.tables.get("activityType")?.next ?? 1 },
    key_string: { kind: kinds.text, readOnly: true },
    is_deleted: common.isDeleted,
    is_custom_flag: { kind: kinds.flag, initial: () => true, readOnly: true },
    add_time: common.addTime,
    update_time: common.updateTime
  },
  v1Deleted: (row, view) => ({ ...showV1(activityType, row, view, "get"), active_flag: false }),
  beforeCommit: ({ after }) => {
    after.key_string ??= keyOf(text(after, "name"))
    return Either.void
  }
}
