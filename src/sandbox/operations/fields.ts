/**
 * The operations on field definitions, in both versions, for every entity that has them.
 */
import * as Either from "effect/Either"
import { field, fieldTables, hasOptions, numberOptions, withOptions } from "../entities/field.js"
import { type Call, type Handlers, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import { isRecord, list } from "../model/view.js"
import { type Row, where } from "../model/world.js"
import * as crud from "./crud.js"

const findByCode = (entity: Entity, call: Call): engine.Outcome<Row> => {
  const found = where(call.view.world, entity.name, "field_code", call.path.field_code).find(
    (row) => row.is_deleted !== true
  )
  return found === undefined ? Either.left(errorResponses.v2(404, "Field not found")) : Either.right(found)
}

const requireCustomField = (row: Row): engine.Outcome<Row> =>
  row.is_custom_field === true
    ? Either.right(row)
    : Either.left(errorResponses.v2(403, "Built-in fields cannot be changed"))

const fieldResponse = (entity: Entity, row: Row, call: Call): Answer =>
  json(200, {
    success: true,
    data: engine.showV2(entity, row, call.view, { include: ["ui_visibility", "important_fields", "required_fields"] })
  })

const v2 = (noun: string, entity: Entity): Handlers => ({
  [`v2.get${noun}Fields`]: crud.list(entity),
  [`v2.get${noun}Field`]: withParameters(crud.displayParameters(entity), (call) =>
    Either.map(findByCode(entity, call), (row) =>
      json(200, { success: true, data: engine.showV2(entity, row, call.view, crud.displayOptionsOf(call)) })
    )
  ),
  [`v2.add${noun}Field`]: (call) =>
    Either.gen(function* () {
      const patch = yield* engine.readV2(entity, call.body, call.view)
      if (hasOptions(patch.field_type) && !(Array.isArray(patch.options) && patch.options.length > 0)) {
        return yield* Either.left(
          errorResponses.invalid([{ key: "options", message: "Parameter 'options' is required for this field type" }])
        )
      }
      const options = hasOptions(patch.field_type) ? numberOptions(patch.options, []) : null
      return fieldResponse(entity, yield* engine.create(entity, { ...patch, options }, call.view, "v2"), call)
    }),
  [`v2.update${noun}Field`]: (call) =>
    Either.gen(function* () {
      const row = yield* Either.flatMap(findByCode(entity, call), requireCustomField)
      const { options: _, ...patch } = yield* engine.readV2(entity, call.body, call.view)
      return fieldResponse(entity, yield* engine.change(entity, row, patch, call.view, "v2"), call)
    }),
  [`v2.delete${noun}Field`]: (call) =>
    Either.gen(function* () {
      const row = yield* Either.flatMap(findByCode(entity, call), requireCustomField)
      engine.remove(entity, row, call.view)
      return json(200, { success: true, data: engine.showV2(entity, row, call.view) })
    }),
  [`v2.add${noun}FieldOptions`]: (call) =>
    changeOptions(entity, call, (current, sent) => {
      const added = numberOptions(sent, current)
      return [[...current, ...added], added]
    }),
  [`v2.update${noun}FieldOptions`]: (call) =>
    changeOptions(entity, call, (current, sent) => {
      const labels = new Map(
        sent.map((option) => (isRecord(option) ? [option.id, option.label] : [undefined, undefined]))
      )
      const next = current.map((option) =>
        isRecord(option) && labels.has(option.id) ? { ...option, label: labels.get(option.id) } : option
      )
      return [next, next.filter((option) => isRecord(option) && labels.has(option.id))]
    }),
  [`v2.delete${noun}FieldOptions`]: (call) =>
    changeOptions(entity, call, (current, sent) => {
      const ids = new Set(sent.map((option) => (isRecord(option) ? option.id : option)))
      const isRemoved = (option: unknown): boolean => isRecord(option) && ids.has(option.id)
      return [current.filter((option) => !isRemoved(option)), current.filter(isRemoved)]
    })
})

type Options = ReadonlyArray<unknown>

const changeOptions = (
  entity: Entity,
  call: Call,
  f: (current: Options, sent: Options) => readonly [next: Options, touched: Options]
): engine.Outcome<Answer> =>
  Either.gen(function* () {
    const row = yield* findByCode(entity, call)
    const sent = crud.rawBody(call)
    if (!Array.isArray(sent) || sent.length === 0) {
      return yield* Either.left(
        errorResponses.invalid([{ key: "body", message: "Request body must be a non-empty array" }])
      )
    }
    const current = list(row, "options")
    const unknown = sent.find(
      (option) =>
        isRecord(option) && option.id !== undefined && !current.some((one) => isRecord(one) && one.id === option.id)
    )
    if (isRecord(unknown)) return yield* Either.left(errorResponses.v2(404, `Option ${String(unknown.id)} not found`))
    const [next, touched] = f(current, sent)
    yield* engine.change(entity, row, withOptions(row, next), call.view, "v2")
    return json(200, {
      success: true,
      data: touched.map((option) => (isRecord(option) ? { id: option.id, label: option.label } : option)),
      additional_data: null
    })
  })

const parseOptions = (raw: unknown): unknown => {
  if (typeof raw !== "string") return raw
  try {
    return JSON.parse(raw)
  } catch {
    return []
  }
}

const v1 = (noun: string, entity: Entity, addStatus: number): Handlers => ({
  [`v1.get${noun}Fields`]: crud.list(entity),
  [`v1.get${noun}Field`]: crud.get(entity),
  [`v1.add${noun}Field`]: (call) =>
    Either.gen(function* () {
      const name = call.body.name
      if (typeof name !== "string" || name === "")
        return yield* Either.left(errorResponses.v1(400, "Name must be given."))
      const patch = yield* engine.readV1(entity, { ...call.body, options: undefined }, call.view, undefined)
      const options = hasOptions(patch.field_type) ? numberOptions(parseOptions(call.body.options), []) : null
      const row = yield* engine.create(entity, { ...patch, options }, call.view, "v1")
      return crud.rowResponse(entity, row, call, "add", addStatus)
    }),
  [`v1.update${noun}Field`]: (call) =>
    Either.gen(function* () {
      const row = yield* crud.findLive(entity, call.path.id, call)
      const { field_type: _, ...patch } = yield* engine.readV1(
        entity,
        { ...call.body, options: undefined },
        call.view,
        row
      )
      const options =
        call.body.options === undefined
          ? {}
          : withOptions(row, numberOptions(parseOptions(call.body.options), list(row, "options")))
      const changed = yield* engine.change(entity, row, { ...patch, ...options }, call.view, "v1")
      return crud.rowResponse(entity, changed, call, "update")
    }),
  [`v1.delete${noun}Field`]: crud.remove(entity),
  [`v1.delete${noun}Fields`]: withParameters(["ids"], (call) => {
    const raw = call.query.ids
    const ids = (Array.isArray(raw) ? raw : String(raw ?? "").split(",")).map(Number).filter(Number.isInteger)
    const found = ids.flatMap((id) => {
      const row = crud.findLive(entity, id, call)
      return Either.isRight(row) ? [row.right] : []
    })
    for (const row of found) engine.remove(entity, row, call.view)
    return Either.right(json(200, { success: true, data: { id: found.map((row) => row.id) } }))
  })
})

const entities = Object.entries(fieldTables).map(([noun, table]) => [noun, field(table)] as const)

const withNoun = (nouns: ReadonlyArray<string>) => entities.filter(([noun]) => nouns.includes(noun))

/** Handlers by version and official name. */
export const fieldHandlers: Handlers = Object.assign(
  {},
  ...withNoun(["Deal", "Person", "Organization", "Product", "Project"]).map(([noun, entity]) => v2(noun, entity)),
  ...withNoun(["Deal", "Person", "Organization"]).map(([noun, entity]) => v1(noun, entity, 200)),
  ...withNoun(["Product"]).map(([noun, entity]) => v1(noun, entity, 201)),
  ...withNoun(["Activity"]).map(([, entity]) => ({
    "v1.getActivityFields": crud.list(entity),
    "v2.getActivityFields": crud.list(entity),
    "v2.getActivityField": v2("Activity", entity)["v2.getActivityField"]
  })),
  ...withNoun(["Note"]).map(([, entity]) => ({ "v1.getNoteFields": crud.list(entity) })),
  // leads share the custom fields of deals
  ...withNoun(["Deal"]).map(([, entity]) => ({ "v1.getLeadFields": crud.list(entity) }))
)
