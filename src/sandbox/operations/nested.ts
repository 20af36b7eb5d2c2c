/**
 * The operations on entities that belong to a parent, whose id is in the path.
 */
import * as Either from "effect/Either"
import type { Call, Handler } from "../http/call.js"
import { type Answer, json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { get, type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

/** A relation between child and parent. */
export interface NestedResource {
  readonly entity: Entity
  readonly parent: Entity
  /** The field that holds the parent's id. */
  readonly field: string
  /** The path parameter with the child's id. */
  readonly pathParameter: string
  /** Runs after a change, for example to update the parent's sums. */
  readonly afterChange?: (parent: Row, call: Call) => void
}

/** The children of a parent, oldest first. */
export const childrenOf = (
  resource: Pick<NestedResource, "entity" | "field">,
  parent: Row,
  call: Call
): ReadonlyArray<Row> =>
  where(call.view.world, resource.entity.name, resource.field, parent.id)
    .filter((row) => row.is_deleted !== true)
    .sort((a, b) => (typeof a.id === "number" && typeof b.id === "number" ? a.id - b.id : 0))

/** The child in the path, if it belongs to the parent in the path. */
export const find = (resource: NestedResource, call: Call): engine.Outcome<readonly [parent: Row, row: Row]> =>
  Either.flatMap(crud.find(resource.parent, call.path.id, call), (parent) => {
    const row = get(call.view.world, resource.entity.name, call.path[resource.pathParameter])
    return row === undefined || row[resource.field] !== parent.id || row.is_deleted === true
      ? Either.left(crud.notFound(resource.entity, call.endpoint.version))
      : Either.right([parent, row])
  })

/** Lists the children of the parent in the path. */
export const list = (resource: NestedResource, options: crud.ListOptions = {}): Handler =>
  crud.list(resource.entity, {
    from: (call) =>
      Either.map(crud.find(resource.parent, call.path.id, call), (row) => childrenOf(resource, row, call)),
    ...options
  })

/** Adds one to a parent. */
export const create = (resource: NestedResource, parent: Row, body: engine.Patch, call: Call): engine.Outcome<Row> =>
  Either.gen(function* () {
    const version = call.endpoint.version
    const patch = yield* version === "v2"
      ? engine.readV2(resource.entity, body, call.view)
      : engine.readV1(resource.entity, body, call.view, undefined)
    return yield* engine.create(resource.entity, { ...patch, [resource.field]: parent.id }, call.view, version)
  })

/** Adds a child to the parent in the path. */
export const add =
  (resource: NestedResource, status: number): Handler =>
  (call) =>
    Either.gen(function* () {
      const parent = yield* crud.findLive(resource.parent, call.path.id, call)
      const row = yield* create(resource, parent, call.body, call)
      resource.afterChange?.(parent, call)
      return crud.rowResponse(resource.entity, row, call, "add", status)
    })

/** Changes one. */
export const update =
  (resource: NestedResource): Handler =>
  (call) =>
    Either.gen(function* () {
      const [parent, row] = yield* find(resource, call)
      const patch = yield* crud.readBody(resource.entity, call, row)
      const changed = yield* engine.change(resource.entity, row, patch, call.view, call.endpoint.version)
      resource.afterChange?.(parent, call)
      return crud.rowResponse(resource.entity, changed, call, "update")
    })

/** Deletes one. */
export const remove =
  (
    resource: NestedResource,
    answer: (row: Row) => Answer = (row) => json(200, { success: true, data: { id: row.id } })
  ): Handler =>
  (call) =>
    Either.map(find(resource, call), ([parent, row]) => {
      engine.remove(resource.entity, row, call.view)
      resource.afterChange?.(parent, call)
      return answer(row)
    })
