/**
 * The common operations of most endpoints, made from an entity.
 */
import * as Either from "effect/Either"
import { filterTypes } from "../entities/filter.js"
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
import type { Selection } from "../http/paging.js"
import * as paging from "../http/paging.js"
import * as engine from "../model/engine.js"
import type { Entity, OperationKind } from "../model/entity.js"
import * as select from "../model/selection.js"
import type { Order } from "../model/sortedRows.js"
import { isRecord, splitWords } from "../model/view.js"
import { get as getRow, type Row } from "../model/world.js"

// -----------------------------------------------------------------------------
// answers
// -----------------------------------------------------------------------------

/** What a caller of v2 requests. */
export const displayOptionsOf = ({ query }: Pick<Call, "query">): engine.DisplayOptions => {
  const include = splitWords(query.include_fields)
  const customFields = splitWords(query.custom_fields)
  return {
    ...(include === undefined ? {} : { include }),
    ...(customFields === undefined ? {} : { customFields }),
    optionLabels: query.include_option_labels === true,
    labels: query.include_labels === true
  }
}

/** A row as the version shows it. */
export const show = (entity: Entity, row: Row, call: Call, operation: OperationKind): Record<string, unknown> =>
  call.endpoint.version === "v2"
    ? engine.showV2(entity, row, call.view, displayOptionsOf(call))
    : engine.showV1(entity, row, call.view, operation)

/** One row in its envelope. */
export const rowResponse = (entity: Entity, row: Row, call: Call, operation: OperationKind, status = 200): Answer => {
  const shown = show(entity, row, call, operation)
  const unchanged = operation === "add" && entity.unchangedWhenAdded === true && call.endpoint.version === "v2"
  const data = unchanged ? { ...shown, update_time: null } : shown
  const emptyAdditionalData = entity.additionalNull === true ? { additional_data: null } : {}
  if (call.endpoint.version === "v2") return json(status, { success: true, data, ...emptyAdditionalData })
  const additionalData = entity.v1AdditionalData?.[operation]?.(row, call.view)
  const related = engine.relatedObjects(entity, [row], call.view, operation === "update")
  return json(status, {
    success: true,
    data,
    ...(additionalData === undefined ? emptyAdditionalData : { additional_data: additionalData }),
    ...(related === undefined ? {} : { related_objects: related })
  })
}

/** The response if there is no such entity. */
export const notFound = (entity: Entity, version: "v1" | "v2"): Answer =>
  version === "v1"
    ? (entity.v1NotFound ?? errorResponses.v1(404, `${entity.label} not found`))
    : errorResponses.v2(404, `${entity.label} not found`)

/** The row with that id. */
export const find = (entity: Entity, id: unknown, call: Call): engine.Outcome<Row> => {
  const row = getRow(call.view.world, entity.name, id)
  return row === undefined || select.isPurged(row, call.view.now)
    ? Either.left(notFound(entity, call.endpoint.version))
    : Either.right(row)
}

/** The row with that id, unless it is deleted. */
export const findLive = (entity: Entity, id: unknown, call: Call): engine.Outcome<Row> =>
  Either.flatMap(find(entity, id, call), (row) =>
    row.is_deleted === true ? Either.left(notFound(entity, call.endpoint.version)) : Either.right(row)
  )

// -----------------------------------------------------------------------------
// one
// -----------------------------------------------------------------------------

/** The parameters that decide how v2 shows a row. */
export const displayParameters = (entity: Entity): SupportedParameters => ({
  ...(entity.include === undefined ? {} : { include_fields: Object.keys(entity.include) }),
  ...(entity.customFields === undefined
    ? {}
    : fullySupported(["custom_fields", "include_option_labels", "include_labels"]))
})

/** Reads one. */
export const get = (entity: Entity): Handler =>
  withParameters(displayParameters(entity), (call) =>
    Either.map(find(entity, call.path.id, call), (row) => rowResponse(entity, row, call, "get"))
  )

const findMissingField = (entity: Entity, body: engine.Patch): Answer | undefined => {
  for (const [name, field] of Object.entries(entity.fields)) {
    if (field.required === undefined) continue
    const value = body[field.v1 === false ? name : (field.v1 ?? name)]
    if (value === undefined || value === null || value === "") return errorResponses.v1(400, field.required)
  }
  return undefined
}

/** Reads a body into fields, as the version does. */
export const readBody = (entity: Entity, call: Call, before?: Row): engine.Outcome<engine.Patch> =>
  call.endpoint.version === "v2"
    ? engine.readV2(entity, call.body, call.view)
    : engine.readV1(entity, call.body, call.view, before)

/** Adds one. */
export const add =
  (entity: Entity, status: number): Handler =>
  (call) =>
    Either.gen(function* () {
      const refusal = call.endpoint.version === "v1" ? findMissingField(entity, call.body) : undefined
      if (refusal !== undefined) return yield* Either.left(refusal)
      const patch = yield* readBody(entity, call)
      const row = yield* engine.create(entity, patch, call.view, call.endpoint.version)
      return rowResponse(entity, row, call, "add", status)
    })

/** Changes one. */
export const update =
  (entity: Entity): Handler =>
  (call) =>
    Either.gen(function* () {
      const row = yield* entity.editableWhenDeleted === true
        ? find(entity, call.path.id, call)
        : findLive(entity, call.path.id, call)
      const patch = yield* readBody(entity, call, row)
      const changed = yield* engine.change(entity, row, patch, call.view, call.endpoint.version)
      return rowResponse(entity, changed, call, "update")
    })

/** Deletes one. */
export const remove =
  (entity: Entity, additionalData: Readonly<Record<string, unknown>> = {}): Handler =>
  (call) =>
    Either.gen(function* () {
      const v1 = call.endpoint.version === "v1"
      const row = yield* find(entity, call.path.id, call)
      if (row.is_deleted === true) {
        return yield* Either.left(
          v1 && entity.v1Gone !== undefined ? entity.v1Gone(row) : notFound(entity, call.endpoint.version)
        )
      }
      engine.remove(entity, row, call.view)
      const data = v1 && entity.v1Deleted !== undefined ? entity.v1Deleted(row, call.view) : { id: row.id }
      return json(200, { success: true, data, ...additionalData })
    })

// -----------------------------------------------------------------------------
// many
// -----------------------------------------------------------------------------

/** The options of a list. */
export interface ListOptions extends select.Source {
  /** The query parameters that these options support. */
  readonly parameters?: ReadonlyArray<string>
  /** Renders a row. */
  readonly shape?: (row: Row, call: Call) => unknown
  /** The list is not paged; this is its `additional_data`. */
  readonly unpaged?: (call: Call) => Readonly<Record<string, unknown>>
  /** Further `additional_data` of v1's pages. */
  readonly additionalData?: (selected: Selection, call: Call) => Readonly<Record<string, unknown>>
  /** v1 sends `null` for an empty list. */
  readonly nullWhenEmpty?: boolean
  /** The form of `related_objects`: none, or the longer one. */
  readonly related?: "none" | "full"
  /** `related_objects` is about this reference of the rows. */
  readonly relatedVia?: { readonly entity: Entity; readonly row: (row: Row, call: Call) => Row | undefined }
  /** v1's other name of `sort`. */
  readonly orderBy?: string
  /** v1 pages it by cursor. */
  readonly cursor?: true
}

const v1Names = (entity: Entity): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(entity.fields).map(([name, field]) => [field.v1 === false ? name : (field.v1 ?? name), name])
  )

const sortableFields = (entity: Entity): ReadonlyArray<string> =>
  Object.entries(entity.fields).flatMap(([name, field]) => (field.kind.sortable === false ? [] : [name]))

/** The sort order of a v1 request. */
const orderOf = (entity: Entity, options: ListOptions, { query }: Call): ReadonlyArray<Order> => {
  const names = v1Names(entity)
  const sort = paging.readSort(query.sort ?? query[options.orderBy ?? ""], names)
  return sort.length > 0 ? sort : [paging.readSortBy(query, names)]
}

/** The query parameters that a list supports, by entity and options. */
const listParameters = (entity: Entity, options: ListOptions): SupportedParameters => {
  const fields = sortableFields(entity)
  const named = v1Names(entity)
  const words = { sort: Object.keys(named).filter((key) => fields.includes(named[key] ?? "")), sort_by: fields }
  const given = fullySupported([
    ...Object.keys(entity.fields),
    ...Object.keys(entity.filters ?? {}),
    ...Object.keys(entity.v1Filters ?? {}),
    ...(entity.name in filterTypes ? ["filter_id"] : []),
    ...pagingParameters,
    "sort_direction",
    ...(options.parameters ?? [])
  ])
  return { ...given, ...words, ...displayParameters(entity) }
}

/** Lists many. */
export const list = (entity: Entity, options: ListOptions = {}): Handler =>
  withParameters(listParameters(entity, options), (call) =>
    Either.gen(function* () {
      const v2 = call.endpoint.version === "v2"
      const shape = options.shape ?? ((row: Row) => show(entity, row, call, "list"))
      const maximum = call.endpoint.pagination?.maximum ?? 500
      const selected = (orders: ReadonlyArray<Order>) => select.rows(entity, options, orders, call)
      if (options.unpaged !== undefined) {
        const { keep, rows } = yield* selected(orderOf(entity, options, call))
        const selectedRows = keep === undefined ? rows : rows.filter(keep)
        const from = paging.clampedInteger(call.query.start, 0, 0, Number.MAX_SAFE_INTEGER)
        const to = from + paging.clampedInteger(call.query.limit, selectedRows.length, 1, Number.MAX_SAFE_INTEGER)
        const data = selectedRows.slice(from, to).map((row) => shape(row, call))
        return json(200, { success: true, data, ...options.unpaged(call) })
      }
      if (v2 || options.cursor === true) {
        const order = paging.readSortBy(call.query, v2 ? {} : v1Names(entity))
        const page = yield* paging.byCursor(yield* selected([order]), call, order, maximum)
        return json(200, {
          success: true,
          data: page.rows.map((row) => shape(row, call)),
          additional_data: { next_cursor: page.next }
        })
      }
      const found = yield* selected(orderOf(entity, options, call))
      const page = paging.byOffset(found, call.query, maximum)
      const { relatedVia } = options
      const related =
        options.related === "none"
          ? undefined
          : relatedVia === undefined
            ? engine.relatedObjects(entity, page.rows, call.view, options.related === "full")
            : engine.relatedObjects(
                relatedVia.entity,
                page.rows.flatMap((row) => relatedVia.row(row, call) ?? []),
                call.view
              )
      const data = page.rows.map((row) => shape(row, call))
      return json(200, {
        success: true,
        data: data.length === 0 && options.nullWhenEmpty === true ? null : data,
        additional_data: { ...options.additionalData?.(found, call), pagination: page.pagination },
        ...(related === undefined ? {} : { related_objects: related })
      })
    })
  )

/** A body that is an array or an object, unchanged. */
export const rawBody = (call: Call): unknown =>
  call.request.body._tag === "Json" ? call.request.body.value : isRecord(call.body) ? call.body : undefined
