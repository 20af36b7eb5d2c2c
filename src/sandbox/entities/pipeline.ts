/**
 * Pipelines and stages.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import * as engine from "../model/engine.js"
import type { Draft, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { num, text, type View } from "../model/view.js"
import { all, get, where } from "../model/world.js"
import * as common from "./common.js"
import { deal } from "./deal.js"

const requireName = (draft: Draft, what: string) =>
  text(draft.after, "name").trim() === ""
    ? errorResponses.badRequest(draft, `${what} name must be given.`)
    : Either.void

const lastOrder = (view: View, table: string, which: (row: { [field: string]: unknown }) => boolean): number => {
  let last = -1
  for (const row of all(view.world, table)) {
    if (row.is_deleted !== true && which(row) && num(row, "order_nr") > last) last = num(row, "order_nr")
  }
  return last
}

/** A stage of a pipeline. */
export const stage: Entity = {
  name: "stage",
  label: "Stage",
  fields: {
    id: common.id,
    order_nr: { kind: kinds.integer },
    name: { kind: kinds.text, required: "Stage name must be given." },
    is_deleted: { ...common.isDeleted, readOnly: true },
    deal_probability: { kind: kinds.integer, initial: () => 100, cleared: 100, range: [0, 100] },
    pipeline_id: { kind: kinds.link("pipeline"), required: "Pipeline must be given." },
    is_deal_rot_enabled: { kind: kinds.flag, initial: () => false, cleared: false, v1: "rotten_flag" },
    days_to_rotten: { ...common.plainInteger, v1: "rotten_days" },
    add_time: common.addTime,
    update_time: common.updateTime
  },
  v1: {
    pipeline_name: (row, view) => text(get(view.world, "pipeline", row.pipeline_id), "name"),
    pipeline_deal_probability: (row, view) =>
      get(view.world, "pipeline", row.pipeline_id)?.is_deal_probability_enabled === true
  },
  beforeCommit: (draft) => {
    const { after, before, view } = draft
    if (before === undefined && after.order_nr === null) {
      after.order_nr = lastOrder(view, "stage", (row) => row.pipeline_id === after.pipeline_id) + 1
    }
    if (before !== undefined && before.pipeline_id !== after.pipeline_id) {
      for (const row of where(view.world, "deal", "stage_id", after.id)) {
        engine.change(deal, row, { stage_id: after.id, pipeline_id: after.pipeline_id }, view, "v2")
      }
    }
    return requireName(draft, "Stage")
  },
  cascade: (row, view) => {
    for (const found of where(view.world, "deal", "stage_id", row.id)) {
      if (found.is_deleted !== true) engine.remove(deal, found, view)
    }
  }
}

/** A pipeline. */
export const pipeline: Entity = {
  name: "pipeline",
  label: "Pipeline",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Pipeline name must be given." },
    order_nr: { kind: kinds.integer },
    is_deleted: { ...common.isDeleted, readOnly: true, v1: "active" },
    is_deal_probability_enabled: { kind: kinds.flag, initial: () => true, cleared: true, v1: "deal_probability" },
    add_time: common.addTime,
    update_time: common.updateTime,
    url_title: { kind: kinds.text, v2: false }
  },
  v1ByOperation: { list: { selected: (row, view) => row.id === firstPipeline(view) } },
  beforeCommit: (draft) => {
    const { after, before, view } = draft
    if (before === undefined) {
      if (after.order_nr === null)
        after.order_nr =
          Math.max(
            0,
            lastOrder(view, "pipeline", () => true)
          ) + 1
      after.url_title ??= text(after, "name").trim().replace(/\s+/g, "-")
    }
    return requireName(draft, "Pipeline")
  },
  cascade: (row, view) => {
    for (const found of where(view.world, "stage", "pipeline_id", row.id)) {
      if (found.is_deleted !== true) engine.remove(stage, found, view)
    }
  }
}

const firstPipeline = (view: View): unknown => {
  for (const row of all(view.world, "pipeline")) if (row.is_deleted !== true) return row.id
  return undefined
}
