/**
 * Products.
 */
import * as Either from "effect/Either"
import * as errorResponses from "../http/errorResponses.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import * as references from "../model/references.js"
import { isRecord, list, text, type View } from "../model/view.js"
import type { Row } from "../model/world.js"
import * as common from "./common.js"

interface Price {
  readonly price: number
  readonly currency: string
  readonly cost: number
  readonly direct_cost: number
  readonly notes: string
}

const amount = (raw: unknown): number => {
  const value = kinds.number.fromV1(raw)
  return typeof value === "number" ? value : 0
}

const readPrices = (raw: unknown): unknown =>
  Array.isArray(raw) && raw.every(isRecord)
    ? raw.map(
        (one): Price => ({
          price: amount(one.price),
          currency: typeof one.currency === "string" ? one.currency : "USD",
          cost: amount(one.cost),
          direct_cost: amount(one.direct_cost ?? one.overhead_cost),
          notes: typeof one.notes === "string" ? one.notes : typeof one.comment === "string" ? one.comment : ""
        })
      )
    : kinds.unreadable

const prices = kinds.kind({
  requirement: "must be an array of { price, currency, cost, direct_cost, notes }",
  is: (value) => Array.isArray(value) && value.every(isRecord),
  fromV1: readPrices,
  fromV2: readPrices
})

const showPricesV1 = (row: Row, formatted: boolean): unknown =>
  list(row, "prices").map((one) =>
    isRecord(one)
      ? {
          id: row.id,
          product_id: row.id,
          price: one.price,
          currency: one.currency,
          cost: one.cost,
          overhead_cost: one.direct_cost,
          notes: one.notes,
          ...(formatted ? { price_formatted: references.formatMoney(one.price, one.currency) } : {})
        }
      : one
  )

const formatted = { prices: (row: Row) => showPricesV1(row, true) }

/** A product. */
export const product: Entity = {
  name: "product",
  label: "Product",
  fields: {
    id: common.id,
    name: { kind: kinds.text, required: "Name must be given." },
    code: common.plainText,
    unit: common.plainText,
    tax: { kind: kinds.number, initial: () => 0, cleared: 0 },
    is_deleted: { ...common.isDeleted, readOnly: true },
    is_linkable: { kind: kinds.flag, initial: () => true, cleared: true, v1: "selectable" },
    visible_to: common.visibleTo,
    owner_id: common.user,
    add_time: common.addTime,
    update_time: common.updateTime,
    description: common.plainText,
    category: { kind: kinds.anything },
    billing_frequency: {
      kind: kinds.choice("one-time", "annually", "semi-annually", "quarterly", "monthly", "weekly"),
      initial: () => "one-time",
      cleared: "one-time",
      v1: false
    },
    billing_frequency_cycles: { ...common.plainInteger, v1: false },
    prices: { kind: prices, initial: (view: View) => [noPrice(view)], cleared: [] }
  },
  v1Aliases: {
    billing_frequency: "billing_frequency",
    billing_frequency_cycles: "billing_frequency_cycles",
    user_id: "owner_id"
  },
  v1: {
    first_char: common.firstChar,
    files_count: common.always(null),
    prices: (row) => showPricesV1(row, false),
    product_variations: common.always([])
  },
  v1ByOperation: { get: formatted, add: formatted, update: formatted },
  v2: {
    prices: (row) => list(row, "prices").map((one) => (isRecord(one) ? { product_id: row.id, ...one } : one))
  },
  related: { user: { by: ["owner_id"], reference: references.user } },
  customFields: "productField",
  beforeCommit: (draft) =>
    text(draft.after, "name").trim() === "" ? errorResponses.badRequest(draft, "Name must be given.") : Either.void,
  filters: common.changedFilters,
  v1Filters: {
    user_id: common.isOneOf("owner_id"),
    ids: common.isOneOf("id"),
    first_char: common.beginsWith
  },
  search: {
    fields: {
      name: (row) => [text(row, "name")],
      code: (row) => [text(row, "code")],
      custom_fields: common.customTexts("productField")
    },
    item: (row, view) => ({
      id: row.id,
      type: "product",
      name: row.name,
      code: row.code,
      visible_to: row.visible_to,
      owner: { id: row.owner_id },
      custom_fields: common.customTexts("productField")(row, view)
    })
  }
}

const noPrice = (view: View): Price => ({
  price: 0,
  currency: text(view.caller, "default_currency") || "USD",
  cost: 0,
  direct_cost: 0,
  notes: ""
})
