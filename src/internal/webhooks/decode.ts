/**
 * Deliveries, read: the body of either version becomes one event.
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import type { Issue } from "../../PipedriveError.js"
import type { Event, Meta } from "../../WebhookEvents.js"
import { isRecord } from "../http/failure.js"
import { open } from "../schema/check.js"
import type * as Nodes from "../schema/nodes.js"
import { type Found, findIssues } from "../schema/responseIssues.js"
import { isShallow, tooDeep } from "../text.js"
import * as Convert from "./convert.js"
import { type Entity, type Form, forms, toId } from "./forms.js"

/** The Schemas of the entities, by their names in webhooks. */
export type Schemas = Readonly<Record<keyof typeof forms, { readonly ast: Nodes.Ast }>>

/** What a body says. */
export interface Read {
  readonly event: Event
  /** What is not as documented. */
  readonly found: ReadonlyArray<Found>
}

const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null

const actions: ReadonlyMap<string, "create" | "change" | "delete"> = new Map([
  ["create", "create"],
  ["added", "create"],
  ["change", "change"],
  ["updated", "change"],
  // the loser's end comes as an event of its own
  ["merged", "change"],
  ["delete", "delete"],
  ["deleted", "delete"]
])

/** A time of version 1.0 in microseconds, milliseconds or seconds; of version 2.0 as text, or for users in seconds. */
const timeOf = (meta: Entity): Option.Option<DateTime.Utc> => {
  const { timestamp, timestamp_micro: micro, timestamp_milli: milli } = meta
  if (typeof micro === "number") return DateTime.make(Math.floor(micro / 1000))
  if (typeof milli === "number") return DateTime.make(milli)
  const seconds = typeof timestamp === "string" && /^\d{9,11}$/.test(timestamp) ? Number(timestamp) : timestamp
  if (typeof seconds === "number") return DateTime.make(seconds > 1e11 ? seconds : seconds * 1000)
  return typeof timestamp === "string" ? DateTime.make(timestamp) : Option.none()
}

interface Sides {
  readonly data: unknown
  readonly previous: unknown
}

/** A user comes as the one item of an array. */
const first = (value: unknown): unknown => (Array.isArray(value) ? (value[0] ?? null) : (value ?? null))

const metaOf = (body: Entity, meta: Entity, isV1: boolean): Meta => {
  const [, action = null, object = null] = /^([^.]+)\.(.+)$/.exec(text(body.event) ?? "") ?? []
  const permitted = meta.permitted_user_ids
  const told = toId(isV1 ? body.retry : meta.attempt)
  const attempt = typeof told === "number" ? told + (isV1 ? 1 : 0) : 1
  return {
    version: isV1 ? "1.0" : "2.0",
    action: text(meta.action) ?? action ?? "",
    entity: text(isV1 ? meta.object : meta.entity) ?? object ?? "",
    entity_id: text(isV1 ? meta.id : meta.entity_id) ?? "",
    company_id: text(meta.company_id) ?? "",
    user_id: text(meta.user_id),
    id: isV1 ? null : text(meta.id),
    correlation_id: text(meta.correlation_id),
    webhook_id: text(meta.webhook_id),
    webhook_owner_id: text(meta.webhook_owner_id),
    timestamp: text(isV1 ? (meta.timestamp_micro ?? meta.timestamp) : meta.timestamp) ?? "",
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1,
    host: text(meta.host),
    type: text(meta.type),
    change_source: text(meta.change_source),
    is_bulk_edit: (isV1 ? meta.is_bulk_update : meta.is_bulk_edit) === true,
    permitted_user_ids: Array.isArray(permitted) ? permitted.flatMap((id) => text(id) ?? []) : [],
    merged_to_id: text(meta.merged_to_id),
    merged_from_id: text(meta.merged_from_id)
  }
}

const faultsOf = (meta: Meta): ReadonlyArray<Issue> =>
  (["action", "entity", "entity_id", "company_id"] as const).flatMap((name) =>
    meta[name] === "" ? [{ path: ["meta", name], message: "is missing" }] : []
  )

/** What is wrong with an entity, apart from what payloads are known to lack or to have otherwise. */
const driftOf = (schema: Schemas[keyof Schemas], entity: Entity, { loose }: Form, side: string, partial: boolean) => {
  if (open(schema.ast)(entity)) return []
  return findIssues(schema.ast, entity)
    .filter(({ path: [key = ""] }) => !loose.has(String(key)) && !(partial && !(key in entity)))
    .map((one) => ({ ...one, path: [side, ...one.path], place: `${side}.${one.place}` }))
}

const issue = (path: Issue["path"], message: string): Either.Either<never, ReadonlyArray<Issue>> =>
  Either.left([{ path, message }])

/** Reads the body of a delivery. `now`: when it came, for one that does not say when it was. @internal */
export const read = (
  body: unknown,
  schemas: Schemas,
  types: Convert.FieldTypes,
  now: DateTime.Utc
): Either.Either<Read, ReadonlyArray<Issue>> => {
  if (!isRecord(body)) return issue([], "must be a JSON object")
  if (!isShallow(body)) return issue([], tooDeep)
  if (!isRecord(body.meta)) return issue(["meta"], body.meta === undefined ? "is missing" : "must be an object")
  const isV1 = body.v === 1 || body.meta.v === 1 || ("current" in body && !("data" in body))
  const meta = metaOf(body, body.meta, isV1)
  const faults = faultsOf(meta)
  if (faults.length > 0) return Either.left(faults)
  const time = timeOf(body.meta)
  const sides: Sides = {
    data: first(isV1 ? body.current : body.data),
    previous: first(body.previous)
  }
  const own = {
    version: meta.version,
    companyId: Number(toId(meta.company_id)),
    userId: meta.user_id === null ? null : Number(toId(meta.user_id)),
    timestamp: Option.getOrElse(time, () => now),
    attempt: meta.attempt,
    meta
  }
  const found = Option.isSome(time)
    ? []
    : [{ path: ["meta", "timestamp"], place: "meta.timestamp", message: "is no point in time" }]
  const action = actions.get(meta.action)
  if (action === undefined || !isKnown(meta.entity)) {
    // the parts have what the type says of an event that is not known
    const event: Event = { ...own, _tag: "other", entity: "other", action: "other", id: idOf(meta.entity_id), ...sides }
    return Either.right({ event, found })
  }
  return Either.map(known(meta, action, meta.entity, sides, isV1, schemas, types), ({ drift, parts }) => ({
    // that the parts fit together is what `known` sees to; drift is told
    event: { ...own, _tag: `${meta.entity}.${action}`, entity: meta.entity, action, ...parts } as unknown as Event,
    found: [...found, ...drift]
  }))
}

const isKnown = (name: string): name is keyof typeof forms => Object.hasOwn(forms, name)

const idOf = (id: string): number | string => {
  const read = toId(id)
  return typeof read === "number" ? read : id
}

interface Known {
  readonly parts: Entity
  readonly drift: ReadonlyArray<Found>
}

const known = (
  meta: Meta,
  action: "create" | "change" | "delete",
  name: keyof typeof forms,
  { data, previous }: Sides,
  isV1: boolean,
  schemas: Schemas,
  types: Convert.FieldTypes
): Either.Either<Known, ReadonlyArray<Issue>> => {
  const schema = schemas[name]
  const form: Form = forms[name]
  const reading: Convert.Reading = { form, ast: schema.ast, isV1, types }
  const id = name === "lead" ? meta.entity_id : idOf(meta.entity_id)
  if (action === "delete") {
    const last = isRecord(previous) ? previous : isRecord(data) ? data : { id }
    const entity = Convert.convert(reading, last, true)
    const into = meta.merged_to_id === null ? {} : { mergedInto: idOf(meta.merged_to_id) }
    return Either.right({
      drift: driftOf(schema, entity, form, "previous", false),
      parts: { id, data: null, previous: entity, ...into }
    })
  }
  if (!isRecord(data)) return issue([isV1 ? "current" : "data"], "must be an object")
  const entity = Convert.convert(reading, data, true)
  const drift = driftOf(schema, entity, form, "data", false)
  if (action === "create") return Either.right({ drift, parts: { id, data: entity, previous: null } })
  const old = Convert.convert(reading, isRecord(previous) ? previous : {}, false)
  const changed = Convert.changedOf(old, entity)
  const from = meta.merged_from_id === null ? {} : { mergedFrom: idOf(meta.merged_from_id) }
  return Either.right({
    drift: [...drift, ...driftOf(schema, changed, form, "previous", true)],
    parts: { id, data: entity, previous: changed, ...from }
  })
}

/** What all attempts to deliver an event share, and no other event. @internal */
export const keyOf = ({ data, meta, previous }: Event): string => {
  const own = [meta.company_id, meta.entity, meta.entity_id, meta.action, meta.timestamp]
  // of users it is no more than the user's id, and v1 has none: there the contents tell the events of one moment apart
  const isEvent = meta.id !== null && meta.id !== meta.entity_id
  const last = isEvent ? meta.id : (Hash.string(JSON.stringify([data, previous])) >>> 0).toString(36)
  return [...own, last].join(":")
}
