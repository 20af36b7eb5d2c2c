/**
 * Products, discounts and installments of deals; variations and images of products.
 */
import * as Either from "effect/Either"
import { deal } from "../entities/deal.js"
import * as dealProducts from "../entities/dealProduct.js"
import { product } from "../entities/product.js"
import { type Call, type Handler, type Handlers, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import { isRecord } from "../model/view.js"
import { all, get, nextId, put, type Row, remove as removeRow, where } from "../model/world.js"
import * as crud from "./crud.js"
import * as nested from "./nested.js"

const updateDealValue = (parent: Row, call: Call): void => dealProducts.updateDealValue(parent, call.view)

const products: nested.NestedResource = {
  entity: dealProducts.dealProduct,
  parent: deal,
  field: "deal_id",
  pathParameter: "product_attachment_id",
  afterChange: updateDealValue
}

const discounts: nested.NestedResource = {
  entity: dealProducts.discount,
  parent: deal,
  field: "deal_id",
  pathParameter: "discount_id",
  afterChange: updateDealValue
}

const installments: nested.NestedResource = {
  entity: dealProducts.installment,
  parent: deal,
  field: "deal_id",
  pathParameter: "installment_id"
}

const variations: nested.NestedResource = {
  entity: dealProducts.variation,
  parent: product,
  field: "product_id",
  pathParameter: "product_variation_id"
}

const ids = (raw: unknown): ReadonlyArray<unknown> => (Array.isArray(raw) ? raw : raw === undefined ? [] : [raw])

/** The rows of several deals. */
const byDealIds = (table: string): crud.ListOptions => ({
  parameters: ["deal_ids"],
  from: (call) => {
    const wanted = new Set(ids(call.query.deal_ids))
    return Either.right(Array.from(all(call.view.world, table)).filter((row) => wanted.has(row.deal_id)))
  }
})

const addMany: Handler = (call) =>
  Either.gen(function* () {
    const parent = yield* crud.findLive(deal, call.path.id, call)
    const sent = Array.isArray(call.body.data) ? call.body.data : []
    if (sent.length === 0 || sent.length > 100) {
      return yield* Either.left(
        errorResponses.invalid([{ key: "data", message: "Parameter 'data' must hold 1 to 100 items" }])
      )
    }
    const rows: Array<Row> = []
    for (const body of sent) rows.push(yield* nested.create(products, parent, isRecord(body) ? body : {}, call))
    updateDealValue(parent, call)
    return json(201, {
      success: true,
      data: rows.map((row) => engine.showV2(dealProducts.dealProduct, row, call.view))
    })
  })

const removeMany = withParameters(["ids"], (call) =>
  Either.map(crud.findLive(deal, call.path.id, call), (parent) => {
    const wanted = ids(call.query.ids)
    const rows = nested
      .childrenOf(products, parent, call)
      .filter((row) => wanted.length === 0 || wanted.includes(row.id))
    for (const row of rows.slice(0, 100)) engine.remove(dealProducts.dealProduct, row, call.view)
    updateDealValue(parent, call)
    return json(200, {
      success: true,
      data: { ids: rows.slice(0, 100).map((row) => row.id) },
      additional_data: { more_items_in_collection: rows.length > 100 }
    })
  })
)

/** v1 includes the product on request, otherwise null. */
const showV1DealProduct = (row: Row, call: Call): unknown => {
  const shown = crud.show(dealProducts.dealProduct, row, call, "list")
  const wanted = call.query.include_product_data
  const found = get(call.view.world, "product", row.product_id)
  const isWanted = (wanted === 1 || wanted === true || wanted === "1") && found !== undefined
  return dealProducts.withProduct(row, shown, isWanted ? engine.showV1(product, found, call.view, "list") : null)
}

// -----------------------------------------------------------------------------
// images
// -----------------------------------------------------------------------------

const table = "productImage"

const imageOf = (call: Call): Row | undefined => where(call.view.world, table, "product_id", call.path.id)[0]

const putImage =
  (status: number): Handler =>
  (call) =>
    Either.gen(function* () {
      const parent = yield* crud.findLive(product, call.path.id, call)
      const file = call.body.data
      if (!(file instanceof Blob)) {
        return yield* Either.left(errorResponses.v2(400, "No files were provided with the request."))
      }
      const existing = imageOf(call)
      if (status === 201 && existing !== undefined) {
        return yield* Either.left(errorResponses.v2(400, "The product has an image already"))
      }
      if (status === 200 && existing === undefined)
        return yield* Either.left(errorResponses.v2(404, "Product image not found"))
      const row: Row = {
        id: existing?.id ?? nextId(call.view.world, table),
        product_id: parent.id,
        name: file instanceof File ? file.name : "image",
        mime_type: file.type,
        add_time: call.view.now
      }
      put(call.view.world, table, row)
      return imageResponse(row, call, status, false)
    })

const imageResponse = (row: Row, call: Call, status: number, full: boolean): Answer =>
  json(status, {
    success: true,
    data: {
      id: row.id,
      product_id: row.product_id,
      company_id: String(call.view.world.company.id),
      add_time: dealProducts.dayOf(row, "add_time"),
      ...(full
        ? {
            public_url: `${call.view.origin}/images/${String(row.product_id)}`,
            mime_type: row.mime_type,
            name: row.name
          }
        : {})
    }
  })

const withImage = (call: Call): engine.Outcome<Row> =>
  Either.flatMap(crud.find(product, call.path.id, call), () => {
    const row = imageOf(call)
    return row === undefined ? Either.left(errorResponses.v2(404, "Product image not found")) : Either.right(row)
  })

/** Handlers by version and official name. */
export const dealProductHandlers: Handlers = {
  "v2.getDealProducts": nested.list(products),
  "v2.getDealsProducts": crud.list(dealProducts.dealProduct, byDealIds("dealProduct")),
  "v2.addDealProduct": nested.add(products, 201),
  "v2.addManyDealProducts": addMany,
  "v2.updateDealProduct": nested.update(products),
  "v2.deleteDealProduct": nested.remove(products),
  "v2.deleteManyDealProducts": removeMany,
  "v2.getAdditionalDiscounts": nested.list(discounts, { unpaged: () => ({}) }),
  "v2.postAdditionalDiscount": nested.add(discounts, 201),
  "v2.updateAdditionalDiscount": nested.update(discounts),
  "v2.deleteAdditionalDiscount": nested.remove(discounts),
  "v2.getInstallments": crud.list(dealProducts.installment, byDealIds("installment")),
  "v2.postInstallment": nested.add(installments, 200),
  "v2.updateInstallment": nested.update(installments),
  "v2.deleteInstallment": nested.remove(installments),
  "v2.getProductVariations": nested.list(variations),
  "v2.addProductVariation": nested.add(variations, 201),
  "v2.updateProductVariation": nested.update(variations),
  "v2.deleteProductVariation": nested.remove(variations),
  "v2.getProductImage": (call) => Either.map(withImage(call), (row) => imageResponse(row, call, 200, true)),
  "v2.uploadProductImage": putImage(201),
  "v2.updateProductImage": putImage(200),
  "v2.deleteProductImage": (call) =>
    Either.map(withImage(call), (row) => {
      removeRow(call.view.world, table, row.id)
      return json(200, { success: true, data: { id: row.id } })
    }),

  "v1.getDealProducts": nested.list(products, {
    shape: showV1DealProduct,
    parameters: ["include_product_data"],
    nullWhenEmpty: true,
    relatedVia: { entity: product, row: (row, call) => get(call.view.world, "product", row.product_id) }
  }),
  "v1.addDealProduct": nested.add(products, 201),
  "v1.updateDealProduct": nested.update(products),
  "v1.deleteDealProduct": nested.remove(products)
}
