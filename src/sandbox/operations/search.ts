/**
 * Searches of both versions, over one entity, over all, and by one field.
 */
import * as Either from "effect/Either"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { file } from "../entities/file.js"
import { lead } from "../entities/lead.js"
import { product } from "../entities/product.js"
import { project } from "../entities/project.js"
import { type Call, type Handler, type Handlers, pagingParameters, withParameters } from "../http/call.js"
import { json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { liveRowsWhere } from "../model/references.js"
import * as searching from "../model/search.js"
import { compare } from "../model/sortedRows.js"
import { isRecord, splitWords, text } from "../model/view.js"
import { all, type Row } from "../model/world.js"

const entities: Readonly<Record<string, Entity>> = { deal, person, organization, product, lead, file, project }

/** Types without results: a sandbox has no mail. */
const emptyItemTypes = ["mail_attachment"]

const matches =
  (pairs: Readonly<Record<string, string>>) =>
  (row: Row, call: Call): boolean =>
    Object.entries(pairs).every(([parameter, field]) => {
      const wanted = call.query[parameter]
      return wanted === undefined || wanted === null || row[field] === wanted
    })

const ofDeal = { person_id: "person_id", organization_id: "org_id" }

const dealMatches = (row: Row, call: Call): boolean =>
  matches(ofDeal)(row, call) && splitWords(call.query.status)?.includes(text(row, "status")) !== false

const isTrue = (value: unknown): boolean => kinds.flag.fromV1(value) === true

const searchItems = withParameters(
  {
    ...searching.searchParameters(Object.values(entities), ["search_for_related_items"]),
    item_types: [...Object.keys(entities), ...emptyItemTypes]
  },
  (call) => {
    const refusal = searching.checkTerm(call)
    if (refusal !== undefined) return Either.left(refusal)
    const types = splitWords(call.query.item_types) ?? Object.keys(entities)
    const found = types.flatMap((type) => {
      const entity = entities[type]
      return entity === undefined ? [] : searching.findHits(entity, call, splitWords(call.query.fields))
    })
    found.sort((a, b) => b.score - a.score)
    return searching.hitsResponse(found, call, { related_items: related(found, call) })
  }
)

/** The most related items of each type, newest first. */
const maxRelated = 100

const relatedEntities: Readonly<Record<string, ReadonlyArray<readonly [of: Entity, field: string]>>> = {
  person: [
    [lead, "person_id"],
    [deal, "person_id"]
  ],
  organization: [
    [lead, "organization_id"],
    [deal, "org_id"],
    [person, "org_id"]
  ]
}

/** The related items of found persons and organizations, on request. */
const related = (found: ReadonlyArray<searching.Hit>, call: Call): ReadonlyArray<unknown> => {
  if (!isTrue(call.query.search_for_related_items)) return []
  return found.flatMap(({ item, row }) =>
    (relatedEntities[isRecord(item) ? String(item.type) : ""] ?? []).flatMap(([of, field]) =>
      liveRowsWhere(call.view.world, of.name, field, row.id)
        .slice()
        .sort(compare([{ field: "add_time", descending: true }]))
        .slice(0, maxRelated)
        .map((one) => ({ result_score: 0, item: of.search?.item(one, call.view) }))
    )
  )
}

/** v1 wrote `dealField`, v2 writes `deal`. */
const typeOf = (call: Call): string =>
  String(call.query.entity_type ?? call.query.field_type ?? "").replace(/Field$/, "")

/** Whether a value matches the term, case-sensitively. */
const matcherOf = ({ endpoint, query }: Call): ((value: string) => boolean) => {
  const term = String(query.term ?? "")
  const match = endpoint.version === "v2" ? (query.match ?? "exact") : isTrue(query.exact_match) ? "exact" : "middle"
  return match === "exact"
    ? (value) => value === term
    : match === "beginning"
      ? (value) => value.startsWith(term)
      : (value) => value.includes(term)
}

const byField = withParameters(
  [
    ...pagingParameters,
    "term",
    "entity_type",
    "field_type",
    "field",
    "field_key",
    "match",
    "exact_match",
    "return_item_ids"
  ],
  (call) =>
    Either.gen(function* () {
      const refusal = searching.checkTerm(call)
      if (refusal !== undefined) return yield* Either.left(refusal)
      const entity = entities[typeOf(call)]
      const field = String(call.query.field ?? call.query.field_key ?? "")
      const fits = matcherOf(call)
      const rows: Array<Row> = []
      for (const row of entity === undefined ? [] : all(call.view.world, entity.name)) {
        if (row.is_deleted !== true && valuesAt(row, field).some(fits)) rows.push(row)
      }
      const maximum = call.endpoint.pagination?.maximum ?? 500
      if (call.endpoint.version === "v2") {
        const page = yield* paging.byCursor({ rows: rows.sort(compare([paging.byId])) }, call, paging.byId, maximum)
        const data = page.rows.map((row) => ({
          id: row.id,
          [field]: valuesAt(row, field)[0] ?? null,
          name: text(row, "name") || text(row, "title")
        }))
        return json(200, { success: true, data, additional_data: { next_cursor: page.next } })
      }
      // v1 returns the values, and the items' ids only on request
      const values = rows.flatMap((row) => valuesAt(row, field).filter(fits))
      const items = isTrue(call.query.return_item_ids)
        ? rows.map((row) => ({ id: row.id, [field]: valuesAt(row, field).find(fits) }))
        : Array.from(new Set(values), (value) => ({ [field]: value }))
      const page = paging.byOffset({ rows: items.map((_, id) => ({ id })) }, call.query, maximum)
      const data = page.rows.map(({ id }) => items[Number(id)])
      return json(200, { success: true, data, additional_data: { pagination: page.pagination } })
    })
)

const valuesAt = (row: Row, field: string): ReadonlyArray<string> => {
  const custom = isRecord(row.custom_fields) ? row.custom_fields[field] : undefined
  const value = custom ?? row[field] ?? (field === "email" ? row.emails : field === "phone" ? row.phones : undefined)
  const single = (one: unknown): ReadonlyArray<string> =>
    typeof one === "string" || typeof one === "number" ? [String(one)] : isRecord(one) ? single(one.value) : []
  return Array.isArray(value) ? value.flatMap(single) : single(value)
}

/** v1 and v2 search in the same way. */
const inBothVersions = (operation: string, handler: Handler): Handlers => ({
  [`v1.${operation}`]: handler,
  [`v2.${operation}`]: handler
})

/** Handlers by version and official name. */
export const searchHandlers: Handlers = {
  ...inBothVersions("searchDeals", searching.search(deal, dealMatches, ["person_id", "organization_id", "status"])),
  ...inBothVersions(
    "searchPersons",
    searching.search(person, matches({ organization_id: "org_id" }), ["organization_id"])
  ),
  ...inBothVersions("searchOrganization", searching.search(organization)),
  ...inBothVersions("searchProducts", searching.search(product)),
  ...inBothVersions(
    "searchLeads",
    searching.search(lead, matches({ person_id: "person_id", organization_id: "organization_id" }), [
      "person_id",
      "organization_id"
    ])
  ),
  ...inBothVersions("searchItem", searchItems),
  ...inBothVersions("searchItemByField", byField)
}
