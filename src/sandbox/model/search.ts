/**
 * Searches over the searchable fields of entities.
 */
import * as Either from "effect/Either"
import {
  type Call,
  fullySupported,
  type Handler,
  pagingParameters,
  type SupportedParameters,
  withParameters
} from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import type { Outcome } from "./engine.js"
import type { Entity, Search } from "./entity.js"
import * as kinds from "./kinds.js"
import { isRecord, num, splitWords } from "./view.js"
import { all, type Row } from "./world.js"

/** A match. */
export interface Hit {
  readonly row: Row
  readonly score: number
  readonly item: unknown
}

const isExact = ({ query }: Call): boolean => kinds.flag.fromV1(query.exact_match) === true

/** A search result, with what `include_fields` adds. */
const itemOf = (search: Search, row: Row, call: Call): unknown => {
  const item = search.item(row, call.view)
  const wanted = splitWords(call.query.include_fields)
  if (wanted === undefined || !isRecord(item)) return item
  const more = wanted.flatMap((name) => Object.entries(search.include?.[name] ?? {}))
  return { ...item, ...Object.fromEntries(more.map(([key, compute]) => [key, compute(row, call.view)])) }
}

/** Looks a term up in the searchable fields of an entity. */
export const findHits = (
  entity: Entity,
  call: Call,
  selected: ReadonlyArray<string> | undefined
): ReadonlyArray<Hit> => {
  const search = entity.search
  if (search === undefined) return []
  const term = String(call.query.term ?? "").toLowerCase()
  const exact = isExact(call)
  const hits: Array<Hit> = []
  for (const row of all(call.view.world, entity.name)) {
    if (row.is_deleted === true) continue
    let score = 0
    for (const [name, texts] of Object.entries(search.fields)) {
      if (selected !== undefined && !selected.includes(name)) continue
      for (const value of texts(row, call.view)) {
        const found = value.toLowerCase()
        if (found === term) score = Math.max(score, 1)
        else if (!exact && found.includes(term)) score = Math.max(score, found.startsWith(term) ? 0.7 : 0.4)
      }
    }
    if (score > 0) hits.push({ row, score, item: itemOf(search, row, call) })
  }
  return hits.sort((a, b) => b.score - a.score || num(a.row, "id") - num(b.row, "id"))
}

/** The search term, or why it is invalid. */
export const checkTerm = (call: Call): Answer | undefined => {
  const term = String(call.query.term ?? "").trim()
  const exact =
    isExact(call) ||
    (call.endpoint.operation === "searchItemByField" &&
      call.endpoint.version === "v2" &&
      (call.query.match ?? "exact") === "exact")
  if (term.length >= (exact ? 1 : 2)) return undefined
  const message = "Parameter 'term' must be at least 2 characters long"
  return call.endpoint.version === "v2"
    ? errorResponses.invalid([{ key: "term", message }])
    : errorResponses.v1(400, message)
}

/** A page of results in its envelope. */
export const hitsResponse = (
  found: ReadonlyArray<Hit>,
  call: Call,
  more: Readonly<Record<string, unknown>> = {}
): Outcome<Answer> =>
  Either.gen(function* () {
    const byId = new Map(found.map((hit, at) => [at, hit] as const))
    const rows = Array.from(byId.keys(), (id): Row => ({ id }))
    const maximum = call.endpoint.pagination?.maximum ?? 100
    const shown = (page: ReadonlyArray<Row>) => ({
      items: page.flatMap((row) => {
        const hit = typeof row.id === "number" ? byId.get(row.id) : undefined
        return hit === undefined ? [] : [{ result_score: hit.score, item: hit.item }]
      }),
      ...more
    })
    if (call.endpoint.version === "v2") {
      const page = yield* paging.byCursor({ rows }, call, paging.byId, maximum)
      return json(200, { success: true, data: shown(page.rows), additional_data: { next_cursor: page.next } })
    }
    const page = paging.byOffset({ rows }, call.query, maximum)
    return json(200, { success: true, data: shown(page.rows), additional_data: { pagination: page.pagination } })
  })

/** The parameters that a search over these entities supports. */
export const searchParameters = (
  entities: ReadonlyArray<Entity>,
  more: ReadonlyArray<string> = []
): SupportedParameters => ({
  ...fullySupported([...pagingParameters, "term", "exact_match", ...more]),
  ...wordsOf("fields", entities, "fields"),
  ...wordsOf("include_fields", entities, "include")
})

const wordsOf = (
  parameter: string,
  entities: ReadonlyArray<Entity>,
  part: "fields" | "include"
): SupportedParameters => {
  const words = entities.flatMap(({ search }) => Object.keys(search?.[part] ?? {}))
  return words.length === 0 ? {} : { [parameter]: words }
}

/** Searches one entity; other parameters filter the results. */
export const search = (
  entity: Entity,
  which: (row: Row, call: Call) => boolean = () => true,
  parameters: ReadonlyArray<string> = []
): Handler =>
  withParameters(searchParameters([entity], parameters), (call) => {
    const refusal = checkTerm(call)
    return refusal === undefined
      ? hitsResponse(
          findHits(entity, call, splitWords(call.query.fields)).filter((hit) => which(hit.row, call)),
          call
        )
      : Either.left(refusal)
  })
