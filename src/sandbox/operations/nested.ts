/**
 * The operations on things that belong to another thing, whose id stands in the path.
 */
import * as Either from "effect/Either"
import type { Call, Handler } from "../http/call.js"
import { type Answer, json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { get, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

/** What belongs to what. */
export interface Nest {
  readonly entity: Entity
  readonly parent: Entity
  /** The field that holds the parent's id. */
  readonly field: string
  /** The path's parameter with the thing's own id. */
  readonly param: string
  /** What else follows from a change: the parent's sums, say. */
  readonly touched?: (parent: Row, call: Call) => void
}

/** What belongs to a thing, in order of creation. */
export const childrenOf = (nest: Pick<Nest, "entity" | "field">, parent: Row, call: Call): ReadonlyArray<Row> =>
  where(call.view.world, nest.entity.name, nest.field, parent.id)
    .filter((row) => row.is_deleted !== true)
    .sort((a, b) => (typeof a.id === "number" && typeof b.id === "number" ? a.id - b.id : 0))

/** The thing in the path, which belongs to the parent in the path. */
export const find = (nest: Nest, call: Call): engine.Outcome<readonly [parent: Row, row: Row]> =>
  Either.flatMap(crud.find(nest.parent, call.path.id, call), (parent) => {
    const row = get(call.view.world, nest.entity.name, call.path[nest.param])
    return row === undefined || row[nest.field] !== parent.id || row.is_deleted === true
      ? Either.left(crud.notFound(nest.entity, call.endpoint.version))
      : Either.right([parent, row])
  })

/** Lists what belongs to the thing in the path. */
export const list = (nest: Nest, options: crud.ListOptions = {}): Handler =>
  crud.list(nest.entity, {
    from: (call) => Either.map(crud.find(nest.parent, call.path.id, call), (row) => childrenOf(nest, row, call)),
    ...options
  })

/** Adds one to a parent. */
export const create = (nest: Nest, parent: Row, body: engine.Patch, call: Call): engine.Outcome<Row> =>
  Either.gen(function* () {
    const version = call.endpoint.version
    const patch = yield* version === "v2"
      ? engine.readV2(nest.entity, body, call.view)
      : engine.readV1(nest.entity, body, call.view, undefined)
    return yield* engine.create(nest.entity, { ...patch, [nest.field]: parent.id }, call.view, version)
  })

/** Adds one to the thing in the path. */
export const add =
  (nest: Nest, status: number): Handler =>
  (call) =>
    Either.gen(function* () {
      const parent = yield* crud.findLive(nest.parent, call.path.id, call)
      const row = yield* create(nest, parent, call.body, call)
      nest.touched?.(parent, call)
      return crud.one(nest.entity, row, call, "add", status)
    })

/** Changes one. */
export const update =
  (nest: Nest): Handler =>
  (call) =>
    Either.gen(function* () {
      const [parent, row] = yield* find(nest, call)
      const patch = yield* crud.readBody(nest.entity, call, row)
      const changed = yield* engine.change(nest.entity, row, patch, call.view, call.endpoint.version)
      nest.touched?.(parent, call)
      return crud.one(nest.entity, changed, call, "update")
    })

/** Deletes one. */
export const remove =
  (nest: Nest, answer: (row: Row) => Answer = (row) => json(200, { success: true, data: { id: row.id } })): Handler =>
  (call) =>
    Either.map(find(nest, call), ([parent, row]) => {
      engine.remove(nest.entity, row, call.view)
      nest.touched?.(parent, call)
      return answer(row)
    })
