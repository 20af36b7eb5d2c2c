/**
 * What webhooks say of an entity, brought into the form in which the API says it.
 *
 * Payloads of both versions mix names and formats of v1 and v2, so a form does not ask which version it reads: it knows every
 * name and every format of a field, and writes the API's. A key that a payload does not have stays absent.
 */
import { isRecord } from "../http/failure.js"
import * as Times from "../schema/times.js"

/** An entity as it comes. */
export type Entity = Readonly<Record<string, unknown>>

/** Reads a field. Some of v1's are in several keys of the entity. */
type Kind = (value: unknown, entity: Entity, key: string) => unknown

/** How an entity is read. */
export interface Form {
  /** Other names of a field; `!` before it: the opposite is meant. */
  readonly names: Readonly<Record<string, string>>
  /** What stands in payloads, and not in the API's entity. */
  readonly dropped: ReadonlyArray<string>
  readonly kindOf: (key: string) => Kind | undefined
  /** Where the API has an account's own fields: under `custom_fields`, beside the others as v1 has them, or nowhere. */
  readonly custom: "nested" | "flat" | "none"
  /** Whether it is an entity of v2, of which payloads of version 1.0 tell more than is documented there. */
  readonly isV2: boolean
  /** Fields of which payloads are known to have another idea, or none. */
  readonly loose: ReadonlySet<string>
}

// -----------------------------------------------------------------------------
// kinds
// -----------------------------------------------------------------------------

/** An id as a number, as digits, or in a short form of what it names. @internal */
export const toId = (value: unknown): unknown => {
  if (isRecord(value)) return toId(value.value ?? value.id ?? null)
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value
}

const toFlag: Kind = (value) =>
  value === 1 || value === "1" ? true : value === 0 || value === "0" || value === null ? false : value

const toBit: Kind = (value) => (typeof value === "boolean" ? Number(value) : value)

const toText: Kind = (value) => (typeof value === "number" ? String(value) : value)

const v1Time = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/

const toInstant: Kind = (value) => {
  if (typeof value !== "string") return value
  if (Times.isNone(value)) return null
  const [, day, clock] = v1Time.exec(value) ?? []
  return day === undefined ? value : `${day}T${clock}Z`
}

/** What v1 has as a point in time. */
const toV1Time: Kind = (value) =>
  typeof value === "string" && Times.isInstant(value)
    ? Times.dateOf(value).toISOString().slice(0, 19).replace("T", " ")
    : value

/** A time of day or a duration, which some payloads have with a time zone. */
const toClock: Kind = (value) => {
  const text = isRecord(value) ? (value.value ?? null) : value
  return typeof text === "string" && /^\d\d:\d\d$/.test(text) ? `${text}:00` : text
}

const toIds: Kind = (value) => {
  const ids = typeof value === "string" ? value.split(",").filter((part) => part !== "") : (value ?? [])
  return Array.isArray(ids) ? ids.map(toId) : [toId(ids)]
}

const toContacts: Kind = (value) => {
  if (value === null) return []
  return Array.isArray(value) ? value.filter((one) => !isRecord(one) || one.value !== "") : value
}

const parts = [
  "subpremise",
  "street_number",
  "route",
  "sublocality",
  "locality",
  "admin_area_level_1",
  "admin_area_level_2",
  "country",
  "postal_code"
] as const

const withoutFormatted = ({ formatted_address: _, ...address }: Entity): Entity => address

/** v1 has an address as text, and its parts in keys beside it. */
const toAddress: Kind = (value, entity, key) => {
  if (isRecord(value)) return withoutFormatted(value)
  if (typeof value !== "string") return value
  return { value, ...Object.fromEntries(parts.map((part) => [part, entity[`${key}_${part}`] ?? null])) }
}

const toPrices: Kind = (value) =>
  Array.isArray(value)
    ? value.map((one: unknown) => {
        if (!isRecord(one) || !("overhead_cost" in one)) return one
        const { id: _id, overhead_cost, price_formatted: _formatted, ...price } = one
        return { ...price, direct_cost: overhead_cost }
      })
    : value

const toParticipants: Kind = (value) => {
  if (value === null) return []
  if (!Array.isArray(value)) return value
  return value.map((one: unknown) => {
    if (!isRecord(one) || !("primary_flag" in one)) return one
    const { primary_flag, ...participant } = one
    return { ...participant, primary: primary_flag === true }
  })
}

const toComments: Kind = (value) => value ?? ""

/** Ids that are text: of leads, of other systems. */
const textIds = /^(lead_id|origin_id|channel_id|source_lead_id|conference_meeting_id)$/

const kindOfV2 = (key: string): Kind | undefined => {
  if (/^is_|^(busy|done)$/.test(key)) return toFlag
  if (/_time$/.test(key)) return toInstant
  if (/_ids$/.test(key)) return toIds
  return key === "visible_to" || key === "id" || (/_id$/.test(key) && !textIds.test(key)) ? toId : undefined
}

const kindOfV1 = (key: string): Kind | undefined => {
  if (/_flag$/.test(key)) return toFlag
  if (/_time$|^(created|modified|last_login)$/.test(key)) return toV1Time
  return key === "id" || (/_id$/.test(key) && !textIds.test(key)) ? toId : undefined
}

// -----------------------------------------------------------------------------
// entities
// -----------------------------------------------------------------------------

const form = (
  kindOf: Form["kindOf"],
  options: Partial<Omit<Form, "kindOf" | "loose">> & {
    readonly kinds?: Readonly<Record<string, Kind>>
    readonly loose?: ReadonlyArray<string>
  }
): Form => {
  const own: ReadonlyMap<string, Kind> = new Map(Object.entries(options.kinds ?? {}))
  return {
    names: options.names ?? {},
    dropped: options.dropped ?? [],
    kindOf: (key) => own.get(key) ?? kindOf(key),
    custom: options.custom ?? "none",
    isV2: kindOf === kindOfV2,
    loose: new Set(options.loose)
  }
}

const activeFlag = { active_flag: "!is_deleted" } as const

/**
 * The forms by the names that webhooks use. `loose` has what payloads lack by Pipedrive's own examples, and what only one version
 * has; `WebhookEvents.Data` has the same in its types.
 */
export const forms = /*#__PURE__*/ (() => ({
  activity: form(kindOfV2, {
    names: { ...activeFlag, user_id: "owner_id", created_by_user_id: "creator_user_id", busy_flag: "busy" },
    dropped: ["update_user_id", "private"],
    kinds: { due_time: toClock, duration: toClock, location: toAddress, participants: toParticipants },
    custom: "nested",
    loose: [
      ...["is_deleted", "creator_user_id", "participants", "project_id", "priority", "note", "marked_as_done_time"],
      ...["conference_meeting_client", "conference_meeting_url", "conference_meeting_id", "custom_fields"]
    ]
  }),
  activityType: form(kindOfV1, { names: { is_deleted: "!active_flag" } }),
  board: form(kindOfV2, {}),
  deal: form(kindOfV2, {
    names: { user_id: "owner_id", deleted: "is_deleted", label: "label_ids" },
    custom: "nested",
    loose: ["is_deleted", "is_archived", "archive_time", "local_won_date", "local_lost_date", "local_close_date"]
  }),
  deal_installment: form(kindOfV2, {}),
  deal_product: form(kindOfV2, {
    names: { enabled_flag: "is_enabled", last_edit: "update_time" },
    kinds: { comments: toComments }
  }),
  lead: form((key) => (key === "visible_to" ? toText : /^(is_|was_)/.test(key) ? toFlag : undefined), {
    custom: "flat",
    loose: ["next_activity_id", "cc_email", "visible_to"]
  }),
  note: form(kindOfV1, {
    names: { is_deleted: "!active_flag" },
    loose: ["organization", "person", "deal", "lead", "project", "task", "user", "last_update_user_id"]
  }),
  organization: form(kindOfV2, {
    names: { ...activeFlag, label: "label_ids" },
    kinds: { address: toAddress },
    dropped: ["country_code", "picture_id"],
    custom: "nested",
    loose: ["is_deleted", "label_ids"]
  }),
  person: form(kindOfV2, {
    names: { ...activeFlag, label: "label_ids", email: "emails", phone: "phones" },
    kinds: { emails: toContacts, phones: toContacts, im: toContacts, postal_address: toAddress },
    custom: "nested",
    loose: ["is_deleted", "label_ids", "picture_id"]
  }),
  phase: form(kindOfV2, {}),
  pipeline: form(kindOfV2, {
    names: { ...activeFlag, active: "!is_deleted", deal_probability: "is_deal_probability_enabled" },
    dropped: ["url_title", "selected"]
  }),
  product: form(kindOfV2, {
    names: { ...activeFlag, selectable: "is_linkable" },
    kinds: { category: toText, prices: toPrices },
    custom: "nested",
    loose: ["is_deleted"]
  }),
  project: form(kindOfV2, {
    names: { labels: "label_ids" },
    custom: "nested",
    loose: ["person_ids", "org_ids", "custom_fields"]
  }),
  stage: form(kindOfV2, {
    names: { ...activeFlag, rotten_flag: "is_deal_rot_enabled", rotten_days: "days_to_rotten" }
  }),
  task: form(kindOfV2, {
    names: { done: "is_done" },
    loose: ["is_milestone", "start_date", "priority"]
  }),
  user: form(kindOfV1, {
    kinds: { is_admin: toBit },
    loose: [
      ...["lang", "access", "last_login", "timezone_offset", "has_created_company", "role_id", "is_you", "is_deleted"],
      "is_admin"
    ]
  })
}))()
