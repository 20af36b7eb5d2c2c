/**
 * The operations on filters and webhooks.
 */
import * as Either from "effect/Either"
import * as filters from "../entities/filter.js"
import { webhook } from "../entities/webhook.js"
import { type Call, type Handler, type Handlers, withParameters } from "../http/call.js"
import * as errorResponses from "../http/errorResponses.js"
import { type Answer, json } from "../http/messages.js"
import * as engine from "../model/engine.js"
import * as kinds from "../model/kinds.js"
import { isRecord } from "../model/view.js"
import { all } from "../model/world.js"
import * as crud from "./crud.js"

const withoutCodes = (condition: unknown): unknown => {
  if (!isRecord(condition)) return condition
  const { field_code: _, ...rest } = condition
  return Array.isArray(rest.conditions) ? { ...rest, conditions: rest.conditions.map(withoutCodes) } : rest
}

/** On request, conditions name their fields by code. */
const withFieldCodes = (handler: Handler): Handler =>
  withParameters(["include_field_code"], (call) =>
    Either.map(handler(call), (answer) => {
      const value = answer.body._tag === "Json" ? answer.body.value : undefined
      if (kinds.flag.fromV1(call.query.include_field_code) === true || !isRecord(value) || !isRecord(value.data)) {
        return answer
      }
      const data = { ...value.data, conditions: withoutCodes(value.data.conditions) }
      return { ...answer, body: { _tag: "Json" as const, value: { ...value, data } } }
    })
  )

const withValidConditions =
  (handler: Handler, needed: boolean): Handler =>
  (call) => {
    const problem = needed || call.body.conditions !== undefined ? filters.findProblem(call.body.conditions) : undefined
    return problem === undefined ? handler(call) : Either.left(errorResponses.v1(400, problem))
  }

const removeFilters = withParameters(["ids"], (call) => {
  const raw = call.query.ids
  const ids = (Array.isArray(raw) ? raw : String(raw ?? "").split(",")).map(Number)
  const found = ids.flatMap((id) => {
    const row = crud.findLive(filters.filter, id, call)
    return Either.isRight(row) ? [row.right] : []
  })
  for (const row of found) engine.remove(filters.filter, row, call.view)
  return Either.right(json(200, { success: true, data: { id: found.map((row) => row.id) } }))
})

const comparisonOperators = {
  "=": "is",
  "!=": "is not",
  ">": "is more than",
  "<": "is less than",
  ">=": "is more or equal to",
  "<=": "is less or equal to",
  "IS NULL": "is empty",
  "IS NOT NULL": "is not empty"
}

const textOperators = {
  "=": "is",
  "!=": "is not",
  "LIKE '$%'": "starts with",
  "LIKE '%$%'": "contains",
  "NOT LIKE '$%'": "does not start with",
  "IS NULL": "is empty",
  "IS NOT NULL": "is not empty"
}

const helpers: Handler = () =>
  Either.right(
    json(200, {
      success: true,
      data: {
        operators: {
          int: comparisonOperators,
          double: comparisonOperators,
          monetary: comparisonOperators,
          date: comparisonOperators,
          varchar: textOperators,
          text: textOperators,
          enum: { "=": "is", "!=": "is not", "IS NULL": "is empty", "IS NOT NULL": "is not empty" }
        },
        deprecated_operators: {},
        relative_dates: {},
        address_field_components: {}
      }
    })
  )

// -----------------------------------------------------------------------------
// webhooks
// -----------------------------------------------------------------------------

const maxWebhooks = 40

const badUrl = json(400, {
  status: "error",
  success: false,
  errors: { subscription_url: ["invalid or non-reachable URL"] }
})

/** The actions of each version's events. */
const actions: Readonly<Record<string, ReadonlyArray<string>>> = {
  "1.0": ["added", "updated", "merged", "deleted", "*"],
  "2.0": ["create", "change", "delete", "*"]
}

const wrongAction = ({ event_action, version = "2.0" }: Call["body"]): Answer | undefined => {
  const known = actions[String(version)]
  if (known === undefined || known.includes(String(event_action))) return undefined
  const message = `must be one of ${known.join(", ")} for version ${version}`
  return json(400, { status: "error", success: false, errors: { event_action: [message] } })
}

const isHttpUrl = (url: unknown): boolean =>
  typeof url === "string" && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const webhookResponse = (data: unknown, status: number) => json(status, { status: "ok", success: true, data })

const addWebhook: Handler = (call) =>
  Either.gen(function* () {
    if (!isHttpUrl(call.body.subscription_url)) return yield* Either.left(badUrl)
    const wrong = wrongAction(call.body)
    if (wrong !== undefined) return yield* Either.left(wrong)
    const own = Array.from(all(call.view.world, "webhook")).filter((row) => row.owner_id === call.view.caller.id)
    if (own.length >= maxWebhooks) {
      return yield* Either.left(
        json(422, { status: "error", success: false, errors: { webhooks: [`no more than ${maxWebhooks} webhooks`] } })
      )
    }
    const patch = yield* engine.readV1(webhook, call.body, call.view, undefined)
    const row = yield* engine.create(webhook, patch, call.view, "v1")
    return webhookResponse(engine.showV1(webhook, row, call.view, "add"), 201)
  })

const noWebhook = json(404, { status: "error", success: false, errors: { id: ["not found"] } })

const removeWebhook: Handler = (call) =>
  Either.gen(function* () {
    const row = yield* Either.mapLeft(crud.find(webhook, call.path.id, call), () => noWebhook)
    engine.remove(webhook, row, call.view)
    return json(200, { success: true, status: "ok" })
  })

/** Handlers by version and official name. */
export const settingHandlers: Handlers = {
  "v1.getFilters": crud.list(filters.filter, { unpaged: () => ({}) }),
  "v1.addFilter": withFieldCodes(withValidConditions(crud.add(filters.filter, 200), true)),
  "v1.getFilter": withFieldCodes(crud.get(filters.filter)),
  "v1.updateFilter": withFieldCodes(withValidConditions(crud.update(filters.filter), false)),
  "v1.deleteFilter": crud.remove(filters.filter),
  "v1.deleteFilters": removeFilters,
  "v1.getFilterHelpers": helpers,
  "v1.getWebhooks": (call) =>
    Either.right(
      webhookResponse(
        Array.from(all(call.view.world, "webhook"), (row) => engine.showV1(webhook, row, call.view, "list")),
        200
      )
    ),
  "v1.addWebhook": addWebhook,
  "v1.deleteWebhook": removeWebhook
}
