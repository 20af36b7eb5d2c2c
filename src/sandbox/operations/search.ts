/**
 * Searches of both versions, over one entity, over all, and by one field.
 */
import * as Either from "effect/Either"
import type { Call, Handler, Handlers } from "../call.js"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { lead } from "../entities/lead.js"
import { product } from "../entities/product.js"
import type { Entity } from "../entity.js"
import { json } from "../http.js"
import * as paging from "../paging.js"
import * as searching from "../searching.js"
import { compare } from "../sorted.js"
import { isRecord, text } from "../view.js"
import { all, type Row } from "../world.js"

const entities: Readonly<Record<string, Entity>> = { deal, person, organization, product, lead }

const matches =
  (pairs: Readonly<Record<string, string>>) =>
  (row: Row, call: Call): boolean =>
    Object.entries(pairs).every(([parameter, field]) => {
      const wanted = call.query[parameter]
      return wanted === undefined || wanted === null || row[field] === wanted
    })

const dealMatches = (row: Row, call: Call): boolean => {
  const status = call.query.status
  return (
    matches({ person_id: "person_id", organization_id: "org_id" })(row, call) &&
    (status === undefined || (Array.isArray(status) ? status : String(status).split(",")).includes(row.status))
  )
}

const names = (value: unknown): ReadonlyArray<string> | undefined =>
  typeof value === "string" ? value.split(",") : Array.isArray(value) ? value.map(String) : undefined

const everything: Handler = (call) => {
  const refusal = searching.checkTerm(call)
  if (refusal !== undefined) return Either.left(refusal)
  const types = names(call.query.item_types) ?? Object.keys(entities)
  const found = types.flatMap((type) => {
    const entity = entities[type]
    return entity === undefined ? [] : searching.lookUp(entity, call, names(call.query.fields))
  })
  found.sort((a, b) => b.score - a.score)
  return searching.hits(found, call, { related_items: related(found, call) })
}

/** The deals of the persons and organizations found, when they are asked for. */
const related = (found: ReadonlyArray<searching.Hit>, call: Call): ReadonlyArray<unknown> => {
  const wanted = call.query.search_for_related_items
  if (wanted !== true && wanted !== "true" && wanted !== 1) return []
  const out: Array<unknown> = []
  for (const { item, row } of found) {
    const field =
      isRecord(item) && item.type === "person"
        ? "person_id"
        : isRecord(item) && item.type === "organization"
          ? "org_id"
          : undefined
    if (field === undefined) continue
    for (const one of all(call.view.world, "deal")) {
      if (one[field] === row.id && one.is_deleted !== true)
        out.push({ result_score: 0, item: deal.search?.item(one, call.view) })
    }
  }
  return out
}

/** v1 wrote `dealField`, v2 writes `deal`. */
const typeOf = (call: Call): string =>
  String(call.query.entity_type ?? call.query.field_type ?? "").replace(/Field$/, "")

const byField: Handler = (call) =>
  Either.gen(function* () {
    const refusal = searching.checkTerm(call)
    if (refusal !== undefined) return yield* Either.left(refusal)
    const entity = entities[typeOf(call)]
    if (entity === undefined) return json(200, { success: true, data: [], additional_data: { next_cursor: null } })
    const field = String(call.query.field ?? call.query.field_key ?? "")
    const term = String(call.query.term ?? "")
    const exact = call.query.match === "exact" || call.query.exact_match === true || call.query.exact_match === "true"
    const fits = (value: string): boolean =>
      exact ? value === term : call.query.match === "beginning" ? value.startsWith(term) : value.includes(term)
    const rows: Array<Row> = []
    for (const row of all(call.view.world, entity.name)) {
      if (row.is_deleted !== true && valuesAt(row, field).some(fits)) rows.push(row)
    }
    const shown = (row: Row) => ({
      id: row.id,
      [field]: valuesAt(row, field)[0] ?? null,
      name: text(row, "name") || text(row, "title")
    })
    if (call.endpoint.version === "v2") {
      const page = yield* paging.byCursor({ rows: rows.sort(compare([paging.byId])) }, call, paging.byId, 500)
      return json(200, { success: true, data: page.rows.map(shown), additional_data: { next_cursor: page.next } })
    }
    const page = paging.byOffset({ rows }, call.query, 500)
    return json(200, { success: true, data: page.rows.map(shown), additional_data: { pagination: page.pagination } })
  })

const valuesAt = (row: Row, field: string): ReadonlyArray<string> => {
  const custom = isRecord(row.custom_fields) ? row.custom_fields[field] : undefined
  const value = custom ?? row[field] ?? (field === "email" ? row.emails : field === "phone" ? row.phones : undefined)
  const single = (one: unknown): ReadonlyArray<string> =>
    typeof one === "string" || typeof one === "number" ? [String(one)] : isRecord(one) ? single(one.value) : []
  return Array.isArray(value) ? value.flatMap(single) : single(value)
}

/** v1 and v2 search alike. */
const both = (operation: string, handler: Handler): Handlers => ({
  [`v1.${operation}`]: handler,
  [`v2.${operation}`]: handler
})

/** Handlers by version and official name. */
export const search: Handlers = {
  ...both("searchDeals", searching.search(deal, dealMatches)),
  ...both("searchPersons", searching.search(person, matches({ organization_id: "org_id" }))),
  ...both("searchOrganization", searching.search(organization)),
  ...both("searchProducts", searching.search(product)),
  ...both(
    "searchLeads",
    searching.search(lead, matches({ person_id: "person_id", organization_id: "organization_id" }))
  ),
  ...both("searchItem", everything),
  ...both("searchItemByField", byField)
}
