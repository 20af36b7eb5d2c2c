/**
 * Changelogs, flows and recents.
 */
import * as Either from "effect/Either"
import { activity, activityType } from "../entities/activity.js"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { file } from "../entities/file.js"
import { filter } from "../entities/filter.js"
import * as history from "../entities/history.js"
import { note } from "../entities/note.js"
import { pipeline, stage } from "../entities/pipeline.js"
import { product } from "../entities/product.js"
import { user } from "../entities/user.js"
import {
  type Call,
  fullySupported,
  type Handler,
  type Handlers,
  pagingParameters,
  withParameters
} from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import * as paging from "../http/paging.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { addMillis, text, v1Time } from "../model/view.js"
import { all, get, type Row, where } from "../model/world.js"
import { showWithIds } from "./core.js"
import * as crud from "./crud.js"

const indexRows = <A>(items: ReadonlyArray<A>): readonly [ReadonlyArray<Row>, (row: Row) => A | undefined] => [
  items.map((_, at): Row => ({ id: at })),
  (row) => (typeof row.id === "number" ? items[row.id] : undefined)
]

// -----------------------------------------------------------------------------
// changelogs
// -----------------------------------------------------------------------------

const changelog = (entity: Entity): Handler =>
  withParameters(pagingParameters, (call) =>
    Either.gen(function* () {
      const row = yield* crud.find(entity, call.path.id, call)
      const [rows, changeOf] = indexRows(history.changesOf(entity.name, row.id, call.view))
      const page = yield* paging.byCursor({ rows }, call, paging.byId, call.endpoint.pagination?.maximum ?? 500)
      const data = page.rows.flatMap((at) => {
        const one = changeOf(at)
        return one === undefined
          ? []
          : [
              {
                field_key: history.v1Key(entity, one.key),
                old_value: history.formatValue(one.before),
                new_value: history.formatValue(one.after),
                actor_user_id: one.change.userId,
                time: history.timeOf(one.change),
                change_source: "api",
                change_source_user_agent: null,
                is_bulk_update_flag: false
              }
            ]
      })
      return json(200, { success: true, data, additional_data: { next_cursor: page.next } })
    })
  )

// -----------------------------------------------------------------------------
// flows
// -----------------------------------------------------------------------------

interface Event {
  readonly object: string
  readonly timestamp: string
  readonly data: unknown
}

const flow = (entity: Entity, field: string): Handler =>
  withParameters(
    {
      ...fullySupported([...pagingParameters, "all_changes"]),
      items: ["activity", "note", "change", `${entity.name}Change`]
    },
    (call) =>
      Either.map(crud.find(entity, call.path.id, call), (row) => {
        const { view } = call
        const builtIn = (change: history.FieldChange): boolean => change.key in entity.fields
        const changed = history.changesOf(entity.name, row.id, view)
        const changes = (String(call.query.all_changes) === "1" ? changed : changed.filter(builtIn)).map(
          ({ after, before, change, key }, at): Event => ({
            object: `${entity.name}Change`,
            timestamp: history.timeOf(change),
            data: {
              id: at + 1,
              item_id: row.id,
              user_id: change.userId,
              field_key: history.v1Key(entity, key),
              old_value: before ?? null,
              new_value: after ?? null,
              is_bulk_update_flag: null,
              log_time: history.timeOf(change),
              change_source: "api",
              change_source_user_agent: null,
              additional_data: []
            }
          })
        )
        const linked = (of: Entity): ReadonlyArray<Event> =>
          where(view.world, of.name, field, row.id).map((one) => ({
            object: of.name,
            timestamp: v1Time(text(one, "add_time")),
            data: engine.showV1(of, one, view, "list")
          }))
        const wanted = call.query.items
        const names = Array.isArray(wanted)
          ? wanted
          : typeof wanted === "string" && wanted !== ""
            ? wanted.split(",")
            : undefined
        const events = [...changes, ...linked(activity), ...linked(note)]
          .filter(
            (event) =>
              names === undefined ||
              names.includes(event.object) ||
              (names.includes("change") && event.object.endsWith("Change"))
          )
          .sort((a, b) => (a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0))
        const [rows, eventOf] = indexRows(events)
        const page = paging.byOffset({ rows }, call.query, call.endpoint.pagination?.maximum ?? 500)
        const related = engine.relatedObjects(entity, [row], view, true)
        return json(200, {
          success: true,
          data: page.rows.map(eventOf),
          additional_data: { pagination: page.pagination },
          ...(related === undefined ? {} : { related_objects: related })
        })
      })
  )

// -----------------------------------------------------------------------------
// recents
// -----------------------------------------------------------------------------

const recentEntities: Readonly<Record<string, Entity>> = Object.fromEntries(
  [activity, activityType, deal, file, filter, note, person, organization, pipeline, product, stage, user].map(
    (one) => [one.name, one]
  )
)

const month = 30 * 86_400_000

const recentsSince = (call: Call): engine.Outcome<Answer> => {
  const since = kinds.readTime(call.query.since_timestamp, false)
  if (typeof since !== "string") return Either.left(errorResponses.v1(400, "since_timestamp must be given."))
  const wanted = call.query.items
  const names = Array.isArray(wanted)
    ? wanted
    : typeof wanted === "string" && wanted !== ""
      ? wanted.split(",")
      : undefined
  const tables = new Set(Object.keys(recentEntities).filter((name) => names === undefined || names.includes(name)))
  const oldest = addMillis(call.view.now, -month)
  const touched = history.touchedSince(tables, since, call.view).filter(([change]) => change.time >= oldest)
  const [rows, changeOf] = indexRows(touched)
  const page = paging.byOffset({ rows }, call.query, call.endpoint.pagination?.maximum ?? 500)
  const shown = page.rows.flatMap((at) => {
    const found = changeOf(at)
    const entity = found === undefined ? undefined : recentEntities[found[0].table]
    return found === undefined || entity === undefined ? [] : [{ change: found[0], entity, row: found[1] }]
  })
  return Either.right(
    json(200, {
      success: true,
      data: shown.map(({ change, entity, row }) => ({
        item: change.table,
        id: change.id,
        data: recentData(entity, row, call)
      })),
      additional_data: {
        since_timestamp: v1Time(since),
        last_timestamp_on_page: v1Time(shown[shown.length - 1]?.change.time ?? since),
        pagination: page.pagination
      }
    })
  )
}

/** Deleted rows have no data, and users are in an array. */
const recentData = (entity: Entity, row: Row, call: Call): unknown => {
  if (row.is_deleted === true) return null
  const shown = showWithIds(entity)(row, call)
  return entity === user ? [shown] : shown
}

const recents = withParameters(
  { ...fullySupported([...pagingParameters, "since_timestamp"]), items: Object.keys(recentEntities) },
  recentsSince
)

/** The currencies whose code or name has the term in it. */
const currencies = withParameters(["term"], (call) => {
  const term = String(call.query.term ?? "").toLowerCase()
  const rows = Array.from(all(call.view.world, "currency")).filter(
    (row) => text(row, "code").toLowerCase().includes(term) || text(row, "name").toLowerCase().includes(term)
  )
  return Either.right(json(200, { success: true, data: rows }))
})

/** The deals that a product is attached to. */
const dealsOfProduct = crud.list(deal, {
  from: (call) =>
    Either.map(crud.find(product, call.path.id, call), ({ id }) => {
      const ids = new Set(where(call.view.world, "dealProduct", "product_id", id).map((line) => line.deal_id))
      return Array.from(ids).flatMap((dealId) => get(call.view.world, "deal", dealId) ?? [])
    }),
  nullWhenEmpty: true
})

/** Handlers by version and official name. */
export const historyHandlers: Handlers = {
  "v1.getDealChangelog": changelog(deal),
  "v1.getPersonChangelog": changelog(person),
  "v1.getOrganizationChangelog": changelog(organization),
  "v1.getDealUpdates": flow(deal, "deal_id"),
  "v1.getPersonUpdates": flow(person, "person_id"),
  "v1.getOrganizationUpdates": flow(organization, "org_id"),
  "v1.getRecents": recents,
  "v1.getCurrencies": currencies,
  "v1.getProductDeals": dealsOfProduct
}
