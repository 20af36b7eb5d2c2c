/**
 * Webhook payloads of both versions.
 */

import { activity, activityType } from "../entities/activity.js"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { dealProduct, installment } from "../entities/dealProduct.js"
import { lead } from "../entities/lead.js"
import { note } from "../entities/note.js"
import { pipeline, stage } from "../entities/pipeline.js"
import { product } from "../entities/product.js"
import { board, phase, project, task } from "../entities/project.js"
import { user } from "../entities/user.js"
import * as custom from "../model/customFields.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { isRecord, text, type View, v1Time } from "../model/view.js"
import { all, type Change, type Row } from "../model/world.js"

/** Entities with their names in webhooks. */
const entities: ReadonlyMap<string, readonly [name: string, entity: Entity]> = new Map(
  (
    [
      ["activity", activity],
      ["activityType", activityType],
      ["board", board],
      ["deal", deal],
      ["deal_installment", installment],
      ["deal_product", dealProduct],
      ["lead", lead],
      ["note", note],
      ["organization", organization],
      ["person", person],
      ["phase", phase],
      ["pipeline", pipeline],
      ["product", product],
      ["project", project],
      ["stage", stage],
      ["task", task],
      ["user", user]
    ] as const
  ).map(([name, entity]) => [entity.name, [name, entity] as const] as const)
)

/** The name of a table in webhooks; `undefined` for tables without events. */
export const webhookObjectOf = (table: string): string | undefined => entities.get(table)?.[0]

/** The names of the entities in webhooks. */
export const objects: ReadonlyArray<string> = Array.from(entities.values(), ([name]) => name)

/** The entity of that name. */
export const entityOf = (object: string): Entity | undefined =>
  Array.from(entities.values()).find(([name]) => name === object)?.[1]

const v1Actions = { create: "added", change: "updated", delete: "deleted" } as const

/** Whether a webhook is subscribed to a change. */
export const isSubscribedTo = (hook: Row, change: Change): boolean => {
  const name = webhookObjectOf(change.table)
  const action = text(hook, "event_action")
  const object = text(hook, "event_object")
  return (
    name !== undefined &&
    (object === "*" || object === name) &&
    (action === "*" ||
      action === change.action ||
      action === v1Actions[change.action] ||
      (action === "merged" && change.mergedFrom !== undefined))
  )
}

// -----------------------------------------------------------------------------
// version 2
// -----------------------------------------------------------------------------

const typedCustomFields = (entity: Entity, row: Row, view: View): unknown => {
  if (entity.customFields === undefined) return undefined
  const values = isRecord(row.custom_fields) ? row.custom_fields : {}
  return Object.fromEntries(
    custom.definitions(view.world, entity.customFields).map((field) => {
      const key = text(field, "field_code")
      const value = values[key] ?? null
      const type = text(field, "field_type")
      return [key, value === null ? null : typed(type, value)]
    })
  )
}

/** References and options go by `id`, ranges begin `from`. */
const typed = (type: string, value: unknown): unknown => {
  if (Array.isArray(value)) return { type, values: value.map((id) => ({ id })) }
  if (/^(enum|user|org|people)$/.test(type)) return { type, id: value }
  if (!isRecord(value)) return { type, value }
  const { value: from, ...rest } = value
  return /range$/.test(type) ? { type, from, ...rest } : { type, ...value }
}

const showV2 = (entity: Entity, row: Row, view: View): Record<string, unknown> => {
  const shown = engine.showV2(entity, row, view)
  if (typeof shown.visible_to === "number") shown.visible_to = String(shown.visible_to)
  const fields = typedCustomFields(entity, row, view)
  if (entity === user) return asUser(shown)
  return fields === undefined ? shown : { ...shown, custom_fields: fields }
}

/** Users have their id as text, and times as v1 writes them. */
const asUser = (shown: Record<string, unknown>): Record<string, unknown> => ({
  ...shown,
  id: String(shown.id),
  ...Object.fromEntries(
    ["created", "modified", "last_login"].map((name) => {
      const time = shown[name]
      return [name, typeof time === "string" ? v1Time(time) : time] as const
    })
  )
})

type Shown = Readonly<Record<string, unknown>>

const unequal = (before: Shown, after: Shown): Shown =>
  Object.fromEntries(
    Object.entries(before).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(after[key]))
  )

const changedFields = (before: Shown, after: Shown): Shown => {
  const changed = unequal(before, after)
  return isRecord(changed.custom_fields) && isRecord(after.custom_fields)
    ? { ...changed, custom_fields: unequal(changed.custom_fields, after.custom_fields) }
    : changed
}

/** One delivery. */
export interface Delivery {
  readonly hook: Row
  readonly change: Change
  /** The id that all its attempts share. */
  readonly id: string
  readonly correlation: string
  readonly attempt: number
  /** The place of the change among all: keeps those of one millisecond apart. */
  readonly order: number
}

const permittedUserIds = (view: View): ReadonlyArray<unknown> => Array.from(all(view.world, "user"), (row) => row.id)

const v2 = ({ attempt, change, correlation, hook, id }: Delivery, view: View): unknown => {
  const [name, entity] = entities.get(change.table) ?? [change.table, deal]
  const after = showV2(entity, change.after, view)
  const before = change.before === undefined ? undefined : showV2(entity, change.before, view)
  // a removed user is reported as a change
  const action = name === "user" && change.action === "delete" ? "change" : change.action
  return {
    data: action === "delete" ? null : after,
    previous:
      action === "create" || before === undefined ? null : action === "delete" ? before : changedFields(before, after),
    meta: {
      action,
      entity: name,
      entity_id: String(change.id),
      // of users it is no event's
      id: name === "user" ? String(change.id) : id,
      company_id: String(view.world.company.id),
      user_id: String(change.userId),
      webhook_id: String(hook.id),
      webhook_owner_id: String(hook.owner_id),
      correlation_id: correlation,
      timestamp: name === "user" ? Math.floor(new Date(change.time).getTime() / 1000) : change.time,
      type: hook.type,
      version: "2.0",
      is_bulk_edit: false,
      change_source: "api",
      attempt,
      host: `${view.world.company.domain}.pipedrive.com`,
      ...(name === "user" ? {} : { permitted_user_ids: permittedUserIds(view).map(String) }),
      ...(change.mergedTo === undefined ? {} : { merged_to_id: String(change.mergedTo) }),
      ...(change.mergedFrom === undefined ? {} : { merged_from_id: String(change.mergedFrom) })
    }
  }
}

// -----------------------------------------------------------------------------
// version 1
// -----------------------------------------------------------------------------

const v1 = ({ attempt, change, hook, order }: Delivery, view: View): unknown => {
  const [name, entity] = entities.get(change.table) ?? [change.table, deal]
  const action = change.mergedFrom === undefined ? v1Actions[change.action] : "merged"
  const show = (row: Row) => {
    const shown = engine.showV1(entity, row, view, "get")
    for (const [key, value] of Object.entries(shown))
      if (isRecord(value) && typeof value.value === "number") shown[key] = value.value
    return name === "user" ? [shown] : shown
  }
  const millis = new Date(change.time).getTime()
  return {
    v: 1,
    matches_filters: { current: [], previous: [] },
    meta: {
      v: 1,
      action,
      object: name,
      id: change.id,
      company_id: view.world.company.id,
      user_id: change.userId,
      host: `${view.world.company.domain}.pipedrive.com`,
      timestamp: Math.floor(millis / 1000),
      timestamp_micro: millis * 1000 + (order % 1000),
      permitted_user_ids: permittedUserIds(view),
      trans_pending: false,
      is_bulk_update: false,
      pipedrive_service_name: false,
      matches_filters: { current: [], previous: [] },
      webhook_id: String(hook.id),
      change_source: "api"
    },
    retry: attempt - 1,
    current: change.action === "delete" ? null : show(change.after),
    previous: change.before === undefined ? null : show(change.before),
    event: `${action}.${name}`
  }
}

/** The body of a delivery. */
export const payload = (delivery: Delivery, view: View): unknown =>
  delivery.hook.version === "1.0" ? v1(delivery, view) : v2(delivery, view)

/** The same body in another attempt. */
export const again = (body: unknown, attempt: number): unknown => {
  if (!isRecord(body) || !isRecord(body.meta)) return body
  return body.v === 1 ? { ...body, retry: attempt - 1 } : { ...body, meta: { ...body.meta, attempt } }
}
