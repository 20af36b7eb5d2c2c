/**
 * Products, discounts and installments of deals, and variations of products.
 */
import * as engine from "../model/engine.js"
import type { Computed, Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { isRecord, list, num, text, textOrNull, type View } from "../model/view.js"
import { get, type Row, uuid } from "../model/world.js"
import * as common from "./common.js"
import { deal } from "./deal.js"

const frequencies = ["one-time", "annually", "semi-annually", "quarterly", "monthly", "weekly"] as const

/** The sum of a line: minus discounts, plus tax unless it is included. */
export const sumOf = (row: Row): number => {
  const gross = num(row, "item_price") * num(row, "quantity")
  const discount = num(row, "discount")
  const net = row.discount_type === "amount" ? gross - discount : gross * (1 - discount / 100)
  const taxed = row.tax_method === "exclusive" ? net * (1 + num(row, "tax") / 100) : net
  return Math.round(taxed * 100) / 100
}

const productOf = (row: Row, view: View): Row | undefined => get(view.world, "product", row.product_id)

const currencyOf: Computed = (row, view) => text(get(view.world, "deal", row.deal_id), "currency")

const v1Fields: Readonly<Record<string, Computed>> = {
  company_id: (_, view) => view.world.company.id,
  sum: sumOf,
  sum_formatted: (row, view) => references.formatMoney(sumOf(row), currencyOf(row, view)),
  quantity_formatted: (row) => String(num(row, "quantity")),
  currency: currencyOf,
  name: (row, view) => text(productOf(row, view), "name"),
  last_edit: (row) => common.shownTime(row, "update_time", "v1"),
  active_flag: common.always(true),
  product_attachment_id: (row) => row.id
}

/** A product on a deal. */
export const dealProduct: Entity = {
  name: "dealProduct",
  label: "Deal product",
  fields: {
    id: common.id,
    tax: { kind: kinds.number, initial: () => 0, cleared: 0 },
    deal_id: { kind: kinds.link("deal"), readOnly: true },
    product_id: { kind: kinds.link("product"), required: "Product must be given." },
    product_variation_id: common.plainInteger,
    order_nr: common.plainInteger,
    add_time: { ...common.addTime, readOnly: true },
    update_time: { ...common.updateTime, v1: false },
    comments: {
      kind: { ...kinds.text, toV1: (value) => (value === "" ? null : value) },
      initial: () => "",
      cleared: ""
    },
    discount: { kind: kinds.number, initial: () => 0, cleared: 0 },
    discount_type: { kind: kinds.choice("percentage", "amount"), initial: () => "percentage", cleared: "percentage" },
    quantity: { kind: kinds.number, initial: () => 1, cleared: 1 },
    item_price: { kind: kinds.number, initial: () => 0, cleared: 0 },
    tax_method: {
      kind: kinds.choice("exclusive", "inclusive", "none"),
      initial: () => "inclusive",
      cleared: "inclusive"
    },
    is_enabled: { kind: kinds.flag, initial: () => true, cleared: true, v1: "enabled_flag" },
    billing_frequency: { kind: kinds.choice(...frequencies), initial: () => "one-time", cleared: "one-time" },
    billing_frequency_cycles: common.plainInteger,
    billing_start_date: { kind: kinds.date }
  },
  v1: v1Fields,
  v2: { sum: sumOf, currency: currencyOf, name: (row, view) => text(productOf(row, view), "name") },
  beforeCommit: (draft) => {
    const { after, before, view } = draft
    if (before === undefined && after.order_nr === null) {
      after.order_nr = references.liveRowsWhere(view.world, "dealProduct", "deal_id", after.deal_id).length + 1
    }
    return engine.accepted
  },
  hardDelete: true
}

/** The value of a deal with products is their sum. */
export const updateDealValue = (parent: Row, view: View): void => {
  const lines = references
    .liveRowsWhere(view.world, "dealProduct", "deal_id", parent.id)
    .filter((row) => row.is_enabled === true)
  const current = get(view.world, "deal", parent.id)
  if (lines.length === 0 || current === undefined) return
  let value = lines.reduce((sum, row) => sum + sumOf(row), 0)
  for (const one of references.liveRowsWhere(view.world, "discount", "deal_id", parent.id)) {
    value -= one.type === "percentage" ? (value * num(one, "amount")) / 100 : num(one, "amount")
  }
  engine.change(deal, current, { value: Math.round(value * 100) / 100 }, view, "v2")
}

/** A discount on a deal as a whole. */
export const discount: Entity = {
  name: "discount",
  label: "Discount",
  fields: {
    id: common.uuid,
    description: common.plainText,
    amount: { kind: kinds.number, initial: () => 0 },
    type: { kind: kinds.choice("percentage", "amount"), initial: () => "percentage" },
    deal_id: { kind: kinds.link("deal"), readOnly: true },
    created_at: { kind: kinds.time, initial: (view) => view.now, readOnly: true },
    created_by: { kind: kinds.integer, initial: (view) => view.caller.id, readOnly: true },
    updated_at: { kind: kinds.time, initial: (view) => view.now, readOnly: true },
    updated_by: { kind: kinds.integer, initial: (view) => view.caller.id, readOnly: true }
  },
  newId: (view) => uuid(view.world),
  beforeCommit: ({ after, before, view }) => {
    if (before !== undefined) {
      after.updated_at = view.now
      after.updated_by = view.caller.id
    }
    return engine.accepted
  },
  hardDelete: true
}

/** An installment of a deal. */
export const installment: Entity = {
  name: "installment",
  label: "Installment",
  fields: {
    id: common.id,
    amount: { kind: kinds.number, initial: () => 0 },
    billing_date: { kind: kinds.date },
    deal_id: { kind: kinds.link("deal"), readOnly: true },
    description: common.plainText
  },
  hardDelete: true
}

const readPrices = (raw: unknown): unknown =>
  Array.isArray(raw) && raw.every(isRecord)
    ? raw.map((one) => ({
        currency: one.currency ?? "USD",
        price: one.price ?? 0,
        cost: one.cost ?? 0,
        direct_cost: one.direct_cost ?? 0,
        notes: one.notes ?? ""
      }))
    : kinds.unreadable

/** A variation of a product. */
export const variation: Entity = {
  name: "variation",
  label: "Product variation",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    product_id: { kind: kinds.link("product"), readOnly: true },
    prices: { kind: kinds.kind({ ...kinds.array, fromV2: readPrices }), initial: () => [], cleared: [] }
  },
  v2: {
    prices: (row) => list(row, "prices").map((one) => (isRecord(one) ? { product_variation_id: row.id, ...one } : one))
  },
  hardDelete: true
}

/** A line of v1 with its product. */
export const withProduct = (row: Row, shown: unknown, product: unknown): unknown =>
  isRecord(shown) ? { ...shown, product, product_id: row.product_id } : shown

/** The day of a time, as images have it. */
export const dayOf = (row: Row, field: string): string | null => textOrNull(row, field)?.slice(0, 10) ?? null
