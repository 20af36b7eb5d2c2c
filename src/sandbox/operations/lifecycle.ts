/**
 * Duplicating, merging and converting; sums of deals.
 */
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { lead } from "../entities/lead.js"
import { product } from "../entities/product.js"
import type { Call, Handler, Handlers } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { isRecord, list, num, text, toSecond, type View } from "../model/view.js"
import { type Change, get, put, type Row, uuid, where } from "../model/world.js"
import { showWithIds } from "./core.js"
import * as crud from "./crud.js"

// -----------------------------------------------------------------------------
// duplicates
// -----------------------------------------------------------------------------

const ownFields = new Set(["id", "add_time", "update_time", "delete_time", "is_deleted", "source_lead_id"])

const copyFields = (row: Row): engine.Patch =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !ownFields.has(name)))

const duplicateDeal: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(deal, call.path.id, call)
    const made = yield* engine.create(
      deal,
      { ...copyFields(row), title: `${text(row, "title")} (copy)` },
      call.view,
      "v1"
    )
    return json(200, { success: true, data: showWithIds(deal)(made, call) })
  })

const duplicateProduct: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* crud.findLive(product, call.path.id, call)
    const made = yield* engine.create(
      product,
      { ...copyFields(row), name: `${text(row, "name")} (copy)` },
      call.view,
      "v2"
    )
    return crud.rowResponse(product, made, call, "add", 201)
  })

// -----------------------------------------------------------------------------
// merges
// -----------------------------------------------------------------------------

/** References to an entity, which a merge redirects to the other one. */
const references: Readonly<Record<string, ReadonlyArray<readonly [table: string, field: string]>>> = {
  deal: [
    ["activity", "deal_id"],
    ["note", "deal_id"],
    ["dealProduct", "deal_id"],
    ["installment", "deal_id"],
    ["discount", "deal_id"],
    ["file", "deal_id"]
  ],
  person: [
    ["deal", "person_id"],
    ["lead", "person_id"],
    ["activity", "person_id"],
    ["note", "person_id"],
    ["participant", "person_id"],
    ["file", "person_id"]
  ],
  organization: [
    ["deal", "org_id"],
    ["lead", "organization_id"],
    ["person", "org_id"],
    ["activity", "org_id"],
    ["note", "org_id"],
    ["file", "org_id"]
  ]
}

/** Points a row elsewhere, which is a change of it as any other. */
const relink = (view: View, table: string, row: Row, to: Readonly<Record<string, unknown>>): void =>
  put(view.world, table, { ...row, ...to, ...("update_time" in row ? { update_time: toSecond(view.now) } : {}) })

/** The remaining entity takes over missing values from the other one; lists are joined. */
const mergeFields = (winner: Row, other: Row): engine.Patch => {
  const patch: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(other)) {
    if (ownFields.has(name)) continue
    const existing = winner[name]
    if (Array.isArray(value)) {
      const known = new Set(list(winner, name).map((one) => JSON.stringify(isRecord(one) ? one.value : one)))
      const more = value.filter((one) => !known.has(JSON.stringify(isRecord(one) ? one.value : one)))
      if (more.length > 0) {
        const below = more.map((one) => (isRecord(one) && "primary" in one ? { ...one, primary: false } : one))
        patch[name] = [...list(winner, name), ...below]
      }
    } else if (name === "custom_fields" && isRecord(value)) {
      const has = isRecord(existing) ? existing : {}
      patch[name] = Object.fromEntries(
        Object.entries(value).filter(([key]) => has[key] === undefined || has[key] === null)
      )
    } else if ((existing === null || existing === undefined) && value !== null) patch[name] = value
  }
  return patch
}

const annotateChange = (log: Array<Change>, at: number, merged: Partial<Change>): void => {
  const change = log[at]
  if (change !== undefined) log[at] = { ...change, ...merged }
}

/** `merge_with_id` is the one that stays; the entity in the path is merged into it. */
const merge =
  (entity: Entity, answer: (row: Row, merged: Row, call: Call) => unknown): Handler =>
  (call) =>
    Either.gen(function* () {
      const merged = yield* crud.findLive(entity, call.path.id, call)
      const other = Number(call.body.merge_with_id)
      if (other === merged.id) return yield* Either.left(errorResponses.v1(400, "Cannot merge an item with itself."))
      const winner = yield* crud.findLive(entity, other, call)
      const { view } = call
      for (const [table, field] of references[entity.name] ?? []) {
        for (const row of where(view.world, table, field, merged.id)) relink(view, table, row, { [field]: winner.id })
      }
      const row = yield* engine.change(entity, winner, mergeFields(winner, merged), view, "v1")
      const at = view.world.log.length - 1
      engine.remove({ ...entity, cascade: () => undefined }, merged, view)
      annotateChange(view.world.log, at, { mergedFrom: merged.id })
      annotateChange(view.world.log, at + 1, { mergedTo: winner.id })
      return json(200, { success: true, data: answer(row, merged, call) })
    })

const showMerged =
  (entity: Entity) =>
  (row: Row, merged: Row, call: Call): unknown => ({
    ...showWithIds(entity, ["picture_id"])(row, call),
    merge_what_id: merged.id
  })

// -----------------------------------------------------------------------------
// conversions
// -----------------------------------------------------------------------------

const table = "conversion"

const startConversion = (call: Call, from: Row, made: Readonly<Record<string, unknown>>) => {
  const id = uuid(call.view.world)
  put(call.view.world, table, { id, from: from.id, status: "completed", add_time: call.view.now, ...made })
  return json(200, { success: true, data: { conversion_id: id }, additional_data: null })
}

const noEntity = errorResponses.objectNotFound("Entity was not found")

const dealToLead: Handler = (call) =>
  Either.gen(function* () {
    const { view } = call
    const row = get(view.world, "deal", call.path.id)
    if (row === undefined || row.is_deleted === true) return yield* Either.left(noEntity)
    const made = yield* engine.create(
      lead,
      {
        title: row.title,
        owner_id: row.owner_id,
        person_id: row.person_id,
        organization_id: row.org_id,
        value: { amount: num(row, "value"), currency: text(row, "currency") },
        expected_close_date: row.expected_close_date,
        visible_to: row.visible_to,
        custom_fields: row.custom_fields,
        source_name: "Deal",
        source_deal_id: row.id
      },
      view,
      "v2"
    )
    for (const [child, field] of references.deal ?? []) {
      if (child !== "activity" && child !== "note") continue
      for (const one of where(view.world, child, field, row.id)) {
        relink(view, child, one, { deal_id: null, lead_id: made.id })
      }
    }
    engine.remove(deal, row, view)
    return startConversion(call, row, { lead_id: made.id })
  })

const leadToDeal: Handler = (call) =>
  Either.gen(function* () {
    const { view } = call
    const row = get(view.world, "lead", call.path.id)
    if (row === undefined) return yield* Either.left(noEntity)
    const value = isRecord(row.value) ? row.value : undefined
    const made = yield* engine.create(
      deal,
      {
        title: row.title,
        owner_id: row.owner_id,
        person_id: row.person_id,
        org_id: row.organization_id,
        ...(value === undefined ? {} : { value: value.amount, currency: value.currency }),
        expected_close_date: row.expected_close_date,
        visible_to: row.visible_to,
        custom_fields: row.custom_fields,
        source_lead_id: row.id,
        ...(call.body.stage_id === undefined ? {} : { stage_id: call.body.stage_id }),
        ...(call.body.pipeline_id === undefined ? {} : { pipeline_id: call.body.pipeline_id })
      },
      view,
      "v2"
    )
    for (const child of ["activity", "note"]) {
      for (const one of where(view.world, child, "lead_id", row.id)) {
        relink(view, child, one, { lead_id: null, deal_id: made.id })
      }
    }
    engine.remove(lead, row, view)
    return startConversion(call, row, { deal_id: made.id })
  })

const conversion: Handler = (call) => {
  const row = get(call.view.world, table, call.path.conversion_id)
  if (row === undefined) return Either.left(noEntity)
  return Either.right(
    json(200, {
      success: true,
      data: {
        conversion_id: row.id,
        status: row.status,
        ...(row.lead_id === undefined ? {} : { lead_id: row.lead_id }),
        ...(row.deal_id === undefined ? {} : { deal_id: row.deal_id })
      },
      additional_data: null
    })
  )
}

/** Handlers by version and official name. */
export const lifecycleHandlers: Handlers = {
  "v1.duplicateDeal": duplicateDeal,
  "v2.duplicateProduct": duplicateProduct,
  "v1.mergeDeals": merge(deal, showMerged(deal)),
  "v1.mergePersons": merge(person, showMerged(person)),
  "v1.mergeOrganizations": merge(organization, (row) => ({ id: row.id })),
  "v2.convertDealToLead": dealToLead,
  "v2.convertLeadToDeal": leadToDeal,
  "v2.getDealConversionStatus": conversion,
  "v2.getLeadConversionStatus": conversion
}
