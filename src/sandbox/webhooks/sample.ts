/**
 * Single deliveries, to test a receiver without a sandbox behind it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import { fromEither } from "../../internal/effects.js"
import type { Names } from "../../internal/options.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import type { View } from "../model/view.js"
import { all, type Change, type Row, uuid } from "../model/world.js"
import { defaultBaseUrl } from "../options.js"
import { demo } from "../seeds/demoCompany.js"
import { build, refuseUnknown, SandboxError } from "../seeds/seed.js"
import * as payloads from "./payload.js"

/**
 * Options of {@link delivery}.
 *
 * @since 0.1.0
 * @category webhooks
 */
export interface DeliveryOptions {
  /** `deal`, `person`, `note`, ... */
  readonly entity: string
  readonly action: "create" | "change" | "delete"
  /** @default "2.0" */
  readonly version?: "1.0" | "2.0" | undefined
  /**
   * Fields over those of the entity, under the names and in the forms of v2 (of v1 where v2 does not have it, with times in ISO
   * form).
   */
  readonly data?: Readonly<Record<string, unknown>> | undefined
  /** Fields as they were before a change. @default those that `data` changes, as they were */
  readonly previous?: Readonly<Record<string, unknown>> | undefined
  /** From 1 to 4. @default 1 */
  readonly attempt?: number | undefined
  /** The event's id, the same in all attempts. @default a new one */
  readonly id?: string | undefined
  readonly companyId?: number | undefined
  /** What a merge ended the entity for. */
  readonly mergedInto?: number | undefined
  /** What was merged into the entity. */
  readonly mergedFrom?: number | undefined
  /** @default "https://receiver.example/webhooks" */
  readonly url?: string | undefined
  /** The user that is named; without one there are no credentials. */
  readonly user?: string | undefined
  readonly password?: string | Redacted.Redacted<string> | undefined
}

const names: Names<DeliveryOptions> = {
  entity: true,
  action: true,
  version: true,
  data: true,
  previous: true,
  attempt: true,
  id: true,
  companyId: true,
  mergedInto: true,
  mergedFrom: true,
  url: true,
  user: true,
  password: true
}

/** The demo company has none of these. */
const madeFirst: Readonly<Record<string, engine.Patch>> = {
  dealProduct: { deal_id: 1, product_id: 1, item_price: 10 },
  installment: { deal_id: 1, amount: 100, billing_date: "2026-06-01", description: "First half" }
}

const problem = (path: string, reason: string) => new SandboxError({ path: `delivery.${path}`, reason })

const checked = (entity: Entity, fields: object | undefined, at: string): SandboxError | undefined => {
  const known = [...Object.keys(entity.fields), ...(entity.customFields === undefined ? [] : ["custom_fields"])]
  const strange = Object.keys(fields ?? {}).find((name) => !known.includes(name))
  return strange === undefined ? undefined : problem(`${at}.${strange}`, `is no field: there are ${known.join(", ")}`)
}

const firstRow = (entity: Entity, view: View): Effect.Effect<Row, SandboxError> => {
  const [first] = all(view.world, entity.name)
  return first === undefined
    ? Effect.orElseFail(fromEither(engine.create(entity, madeFirst[entity.name] ?? {}, view, "v2")), () =>
        problem("entity", "cannot be made")
      )
    : Effect.succeed(first)
}

const send = (options: DeliveryOptions, body: unknown): Request => {
  const { password = "", user } = options
  const plain = Redacted.isRedacted(password) ? Redacted.value(password) : password
  return new Request(options.url ?? "https://receiver.example/webhooks", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(user === undefined ? {} : { authorization: `Basic ${Encoding.encodeBase64(`${user}:${plain}`)}` })
    },
    body: JSON.stringify(body)
  })
}

/**
 * A delivery as Pipedrive sends it, for tests of what receives it: of any entity, action and version, with credentials. What `data`
 * does not say is the demo company's.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Effect } from "effect"
 *
 * const test = Effect.gen(function* () {
 *   const request = yield* Sandbox.delivery({
 *     entity: "deal",
 *     action: "change",
 *     data: { id: 42, title: "Forty desks", status: "won" },
 *     user: "pipedrive",
 *     password: "secret"
 *   })
 *   return yield* Effect.promise(() => request.json())
 * })
 * ```
 *
 * @since 0.1.0
 * @category webhooks
 */
export const delivery = (options: DeliveryOptions): Effect.Effect<Request, SandboxError> =>
  Effect.gen(function* () {
    const strange = refuseUnknown(options, names, "delivery.")
    if (strange !== undefined) return yield* strange
    const entity = payloads.entityOf(options.entity)
    if (entity === undefined) {
      return yield* problem("entity", `is none: there are ${payloads.objects.join(", ")}`)
    }
    if (!/^(create|change|delete)$/.test(options.action)) {
      return yield* problem("action", "must be create, change or delete, in both versions")
    }
    const odd = checked(entity, options.data, "data") ?? checked(entity, options.previous, "previous")
    if (odd !== undefined) return yield* odd
    const now = new Date(yield* Clock.currentTimeMillis).toISOString()
    const world = yield* fromEither(build(demo(now), now, defaultBaseUrl))
    const [caller = { id: 0 }] = all(world, "user")
    const company = options.companyId === undefined ? world.company : { ...world.company, id: options.companyId }
    const view: View = { world: { ...world, company }, caller, now, origin: defaultBaseUrl }
    const first = yield* firstRow(entity, view)
    const told: Row = { ...first, ...options.data }
    const isDelete = options.action === "delete"
    const after: Row = isDelete && entity.fields.is_deleted !== undefined ? { ...told, is_deleted: true } : told
    const before: Row = isDelete ? told : { ...first, id: told.id, ...options.previous }
    const change: Change = {
      time: now,
      table: entity.name,
      action: options.action,
      id: after.id,
      userId: caller.id,
      before: options.action === "create" ? undefined : before,
      after,
      ...(options.mergedInto === undefined ? {} : { mergedTo: options.mergedInto }),
      ...(options.mergedFrom === undefined ? {} : { mergedFrom: options.mergedFrom })
    }
    const order = yield* Random.nextIntBetween(0, 2 ** 31)
    const random = { entropy: order }
    const id = options.id ?? uuid(random)
    const hook: Row = { id: 1, owner_id: caller.id, type: "general", version: options.version ?? "2.0" }
    const body = payloads.payload({ hook, change, id, correlation: uuid(random), attempt: 1, order }, view)
    return send(options, payloads.again(body, options.attempt ?? 1))
  })
