/**
 * Deals.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Answer } from "../http/messages.js"
import type { Computed, Draft, Entity, Filter } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { list, num, text, textOrNull } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import { lastOf, nextOf } from "./activity.js"
import * as common from "./common.js"
import { addParticipant } from "./follower.js"

const counters = common.counters("deal", "deal_id")
const activities = common.activityInfo("deal_id")

/** Stages of a pipeline that are in use, first to last. */
export const stagesOf = (draft: Pick<Draft, "view">, pipelineId: unknown): ReadonlyArray<Row> =>
  where(draft.view.world, "stage", "pipeline_id", pipelineId)
    .filter((row) => row.is_deleted !== true)
    .sort((a, b) => num(a, "order_nr") - num(b, "order_nr"))

const defaultPipeline = (draft: Draft): Row | undefined => {
  let first: Row | undefined
  for (const row of all(draft.view.world, "pipeline")) {
    if (row.is_deleted !== true && (first === undefined || num(row, "order_nr") < num(first, "order_nr"))) first = row
  }
  return first
}

const applyStage = (draft: Draft): Answer | undefined => {
  const { after, before, given, view } = draft
  const stage = given.has("stage_id") ? get(view.world, "stage", after.stage_id) : undefined
  if (stage !== undefined) after.pipeline_id = stage.pipeline_id
  else if (before === undefined || (given.has("pipeline_id") && after.pipeline_id !== before.pipeline_id)) {
    const pipeline = given.has("pipeline_id") ? get(view.world, "pipeline", after.pipeline_id) : defaultPipeline(draft)
    const [first] = pipeline === undefined ? [] : stagesOf(draft, pipeline.id)
    if (pipeline === undefined || first === undefined)
      return errorResponses.inVersion(draft.version, 400, "Pipeline has no stages.")
    after.pipeline_id = pipeline.id
    after.stage_id = first.id
  }
  if (before !== undefined && before.stage_id !== after.stage_id) after.stage_change_time = view.now
  return undefined
}

const applyStatus = (draft: Draft): void => {
  const { after, before, given, view } = draft
  if (given.has("status") && after.status === "deleted") {
    after.status = before?.status ?? "open"
    after.is_deleted = true
  }
  const changed = before === undefined ? after.status !== "open" : before.status !== after.status
  if (!changed && !given.has("won_time") && !given.has("lost_time")) return
  const time = (name: string): unknown =>
    given.has(name) ? after[name] : given.has("close_time") ? after.close_time : view.now
  if (after.status === "won") {
    after.won_time = changed || given.has("won_time") ? time("won_time") : after.won_time
    after.lost_time = null
    after.lost_reason = null
    after.close_time = after.won_time
    after.first_won_time ??= after.won_time
  } else if (after.status === "lost") {
    after.lost_time = changed || given.has("lost_time") ? time("lost_time") : after.lost_time
    after.won_time = null
    after.close_time = after.lost_time
  } else {
    after.won_time = null
    after.lost_time = null
    after.close_time = null
    after.lost_reason = null
  }
}

/** The status that a time belongs to. */
const statusOfTime = { won_time: ["won"], lost_time: ["lost"], close_time: ["won", "lost"] } as const

/** A won or lost time that does not match the deal's status. */
const findTimeProblem = (draft: Draft): Answer | undefined => {
  const { after, given, version } = draft
  for (const [name, statuses] of Object.entries(statusOfTime)) {
    if (!given.has(name) || after[name] === null || statuses.some((one) => one === after.status)) continue
    const message = `Parameter '${name}' can only be set for deals that are ${statuses.join(" or ")}`
    return version === "v1" ? errorResponses.v1(400, message) : errorResponses.invalid([{ key: name, message }])
  }
  return undefined
}

const applyRules = (draft: Draft): Either.Either<void, Answer> => {
  const { after, before, given, view } = draft
  const refusal = applyStage(draft) ?? findTimeProblem(draft)
  if (refusal !== undefined) return Either.left(refusal)
  applyStatus(draft)
  if (after.is_archived !== (before?.is_archived ?? false)) {
    after.archive_time = after.is_archived === true ? (after.archive_time ?? view.now) : null
  }
  if (after.is_deleted === true && before?.is_deleted !== true) after.delete_time = view.now
  // a person brings the organization along
  if (before === undefined && given.has("person_id") && !given.has("org_id")) {
    after.org_id = get(view.world, "person", after.person_id)?.org_id ?? null
  }
  return Either.void
}

/** The day in the caller's time zone. */
const localDay =
  (field: string): Computed =>
  (row, view) => {
    const time = textOrNull(row, field)
    if (time === null) return null
    const offset = text(view.caller, "timezone_offset")
    if (offset === "+00:00") return time.slice(0, 10)
    const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? []
    const shift = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1)
    return new Date(new Date(time).getTime() + shift * 60_000).toISOString().slice(0, 10)
  }

const localDays: Readonly<Record<string, Computed>> = {
  local_won_date: localDay("won_time"),
  local_lost_date: localDay("lost_time"),
  local_close_date: localDay("close_time")
}

const status: Computed = (row) => (row.is_deleted === true ? "deleted" : row.status)

const rottenTime: Computed = (row, view) => {
  const stage = get(view.world, "stage", row.stage_id)
  if (stage?.is_deal_rot_enabled !== true || row.status !== "open") return null
  const since = new Date(text(row, "update_time")).getTime()
  return new Date(since + num(stage, "days_to_rotten") * 86_400_000).toISOString().slice(0, 19).replace("T", " ")
}

const statuses: Filter = (value) => {
  const wanted = new Set(
    (Array.isArray(value) ? value : [value]).flatMap((one) => (typeof one === "string" ? one.split(",") : []))
  )
  if (wanted.size === 0 || wanted.has("all")) return undefined
  if (wanted.has("all_not_deleted")) return (row) => row.is_deleted !== true
  return (row) => wanted.has(row.is_deleted === true ? "deleted" : text(row, "status"))
}

const participants: Computed = (row, view) =>
  references.liveRowsWhere(view.world, "participant", "deal_id", row.id).length

const ccEmail: Computed = (row, view) => references.smartBccAddress(view.world, `+deal${row.id}`)

const included: Readonly<Record<string, Computed>> = {
  ...common.pick(activities, "next_activity_id", "last_activity_id"),
  ...counters,
  first_won_time: (row) => common.shownTime(row, "first_won_time", "v2"),
  products_count: common.count("dealProduct", "deal_id"),
  participants_count: participants,
  last_incoming_mail_time: common.always(null),
  last_outgoing_mail_time: common.always(null),
  smart_bcc_email: ccEmail,
  source_lead_id: (row) => row.source_lead_id ?? null
}

const durationBetween = (from: string, to: string): Readonly<Record<string, number>> => {
  const total = Math.max(0, Math.floor((new Date(to).getTime() - new Date(from).getTime()) / 1000))
  const days = Math.floor(total / 86_400)
  return {
    y: Math.floor(days / 365),
    m: Math.floor((days % 365) / 30),
    d: (days % 365) % 30,
    h: Math.floor((total % 86_400) / 3600),
    i: Math.floor((total % 3600) / 60),
    s: total % 60,
    total_seconds: total
  }
}

/** A deal. */
export const deal: Entity = {
  name: "deal",
  label: "Deal",
  unchangedWhenAdded: true,
  fields: {
    id: common.id,
    title: { kind: kinds.text, required: "Deal title must be given." },
    creator_user_id: { ...common.user, readOnly: true },
    value: { kind: kinds.number, initial: () => 0, cleared: 0 },
    person_id: { kind: kinds.reference("person", references.personReference) },
    org_id: { kind: kinds.reference("organization", references.organizationReference) },
    stage_id: { kind: kinds.link("stage") },
    currency: { kind: kinds.text, initial: (view) => view.caller.default_currency },
    add_time: common.addTime,
    update_time: common.updateTime,
    status: { kind: kinds.choice("open", "won", "lost", "deleted"), initial: () => "open", cleared: "open" },
    probability: { kind: kinds.number, range: [0, 100] },
    lost_reason: common.plainText,
    visible_to: common.visibleTo,
    close_time: { kind: kinds.time },
    pipeline_id: { kind: kinds.link("pipeline") },
    won_time: { kind: kinds.time },
    lost_time: { kind: kinds.time },
    stage_change_time: { kind: kinds.time },
    expected_close_date: { kind: kinds.date },
    owner_id: { ...common.user, v1: "user_id" },
    label_ids: { ...common.labelIds, v1: false },
    is_deleted: { ...common.isDeleted, kind: kinds.flag, v1: "deleted" },
    ...common.origins,
    is_archived: { kind: kinds.flag, initial: () => false, cleared: false },
    archive_time: { kind: kinds.time },
    first_won_time: { kind: kinds.time, v2: false, readOnly: true },
    source_lead_id: { kind: kinds.text, v2: false, readOnly: true }
  },
  v1Aliases: { label: "label_ids", owner_id: "owner_id" },
  v1: {
    active: (row) => row.status === "open" && row.is_deleted !== true,
    status,
    ...activities,
    ...localDays,
    products_count: common.count("dealProduct", "deal_id"),
    ...counters,
    participants_count: participants,
    last_incoming_mail_time: common.always(null),
    last_outgoing_mail_time: common.always(null),
    label: (row) => list(row, "label_ids").join(",") || null,
    sequence_enrollment: common.always(null),
    stage_order_nr: (row, view) => num(get(view.world, "stage", row.stage_id), "order_nr"),
    person_name: references.nameOf("person", "person_id"),
    org_name: references.nameOf("organization", "org_id"),
    next_activity_subject: (row, view) => textOrNull(references.nextActivity(view, "deal_id", row.id), "subject"),
    next_activity_type: (row, view) => textOrNull(references.nextActivity(view, "deal_id", row.id), "type"),
    next_activity_duration: (row, view) => text(references.nextActivity(view, "deal_id", row.id), "duration") || null,
    next_activity_note: (row, view) => textOrNull(references.nextActivity(view, "deal_id", row.id), "note"),
    formatted_value: (row) => references.formatMoney(row.value, row.currency),
    weighted_value: references.weightedValue,
    formatted_weighted_value: (row, view) => references.formatMoney(references.weightedValue(row, view), row.currency),
    weighted_value_currency: (row) => row.currency,
    rotten_time: rottenTime,
    owner_name: common.ownerName,
    cc_email: ccEmail,
    org_hidden: common.always(false),
    person_hidden: common.always(false),
    ...common.nulls("score", "acv", "arr", "mrr", "acv_currency", "arr_currency", "mrr_currency")
  },
  v1ByOperation: {
    get: {
      average_time_to_won: (row, view) =>
        durationBetween(text(row, "add_time"), textOrNull(row, "won_time") ?? view.now),
      average_stage_progress: (row, view) => num(get(view.world, "stage", row.stage_id), "order_nr"),
      age: (row, view) => durationBetween(text(row, "add_time"), textOrNull(row, "close_time") ?? view.now),
      stay_in_pipeline_stages: (row, view) => ({
        times_in_stages: {
          [String(row.stage_id)]: durationBetween(
            textOrNull(row, "stage_change_time") ?? text(row, "add_time"),
            view.now
          ).total_seconds
        },
        order_of_stages: stagesOf({ view }, row.pipeline_id).map((stage) => stage.id)
      }),
      last_activity: lastOf("deal_id"),
      next_activity: nextOf("deal_id")
    }
  },
  v1AdditionalData: {
    get: (row, view) => ({ dropbox_email: references.smartBccAddress(view.world, `+deal${row.id}`) })
  },
  related: {
    user: { by: ["creator_user_id", "owner_id"], reference: references.user },
    organization: { by: ["org_id"], reference: references.organization },
    pipeline: { by: ["pipeline_id"], reference: references.pipeline },
    person: { by: ["person_id"], reference: references.person },
    stage: { by: ["stage_id"], reference: references.stage }
  },
  v2: { status, ...localDays, ...common.nulls("acv", "arr", "mrr") },
  include: included,
  customFields: "dealField",
  beforeCommit: applyRules,
  afterCommit: (row, before, view) => {
    if (row.person_id !== null && row.person_id !== before?.person_id) addParticipant(row.id, row.person_id, view)
  },
  filters: {
    ...common.changedFilters,
    status: statuses
  },
  v1Filters: {
    ...common.collectionFilters,
    user_id: common.isOneOf("owner_id"),
    status: statuses,
    product_id: (value, view) => {
      const ids = new Set(
        references.liveRowsWhere(view.world, "dealProduct", "product_id", value).map((line) => line.deal_id)
      )
      return (row) => ids.has(row.id)
    },
    owned_by_you: (value, view) =>
      kinds.flag.fromV1(value) === true ? (row) => row.owner_id === view.caller.id : undefined
  },
  search: {
    include: { "deal.cc_email": { cc_email: ccEmail } },
    fields: {
      title: (row) => [text(row, "title")],
      notes: common.notesOn("deal_id"),
      custom_fields: common.customTexts("dealField")
    },
    item: (row, view) => ({
      id: row.id,
      type: "deal",
      title: row.title,
      // the search knows no value of a deal that has none
      value: row.value === 0 ? null : row.value,
      currency: row.value === 0 ? null : row.currency,
      status: row.status,
      visible_to: row.visible_to,
      owner: { id: row.owner_id },
      stage: common.referenceWithName("stage", row.stage_id, view),
      person: common.referenceWithName("person", row.person_id, view),
      organization: common.referenceWithName("organization", row.org_id, view),
      custom_fields: common.customTexts("dealField")(row, view),
      notes: common.notesOn("deal_id")(row, view),
      is_archived: row.is_archived
    })
  }
}
