/**
 * Webhooks as events: what Pipedrive sends to an address of yours is verified, read into one union for both versions of payload,
 * with entities as the API has them, and handed to your code once each. `effect-pipedrive/v1` has the endpoints (`Webhooks`).
 *
 * @since 0.1.0
 */
import * as HttpApp from "@effect/platform/HttpApp"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Clock from "effect/Clock"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as CustomFields from "./CustomFields.js"
import type * as Endpoint from "./Endpoint.js"
import * as HttpLayer from "./HttpLayer.js"
import * as Forms from "./internal/customFields/forms.js"
import * as Failure from "./internal/http/failure.js"
import * as Drift from "./internal/telemetry/drift.js"
import * as Decode from "./internal/webhooks/decode.js"
import * as Ensure from "./internal/webhooks/ensure.js"
import * as Handler from "./internal/webhooks/handler.js"
import { type PipedriveError, WebhookError } from "./PipedriveError.js"
import * as ActivityTypes from "./v1/ActivityTypes.js"
import * as Leads from "./v1/Leads.js"
import * as Notes from "./v1/Notes.js"
import * as Users from "./v1/Users.js"
import * as Webhooks from "./v1/Webhooks.js"
import * as Activities from "./v2/Activities.js"
import * as DealInstallments from "./v2/DealInstallments.js"
import * as DealProducts from "./v2/DealProducts.js"
import * as Deals from "./v2/Deals.js"
import * as Organizations from "./v2/Organizations.js"
import * as Persons from "./v2/Persons.js"
import * as Pipelines from "./v2/Pipelines.js"
import * as Products from "./v2/Products.js"
import * as ProjectBoards from "./v2/ProjectBoards.js"
import * as ProjectPhases from "./v2/ProjectPhases.js"
import * as Projects from "./v2/Projects.js"
import * as Stages from "./v2/Stages.js"
import * as Tasks from "./v2/Tasks.js"

// -----------------------------------------------------------------------------
// entities
// -----------------------------------------------------------------------------

/**
 * An entity of which payloads may lack some fields, or have them otherwise.
 *
 * @since 0.1.0
 * @category models
 */
export type Loose<A, K extends keyof A> = Omit<A, K> & { readonly [P in K]?: A[P] }

/**
 * The entities that webhooks tell of, by Pipedrive's names, each as the API has it: v2's, or v1's where v2 has none. Optional
 * are the fields that payloads lack by Pipedrive's own examples, or that only one version of them has. What a payload does not have
 * is absent, so keep a copy by putting `data` over what is there.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entities {
  readonly activity: Loose<
    Activities.Activity,
    | "is_deleted"
    | "creator_user_id"
    | "participants"
    | "project_id"
    | "priority"
    | "note"
    | "marked_as_done_time"
    | "conference_meeting_client"
    | "conference_meeting_url"
    | "conference_meeting_id"
    | "custom_fields"
  >
  readonly activityType: ActivityTypes.ActivityType
  readonly board: ProjectBoards.ProjectBoard
  readonly deal: Loose<
    Deals.Deal,
    "is_deleted" | "is_archived" | "archive_time" | "local_won_date" | "local_lost_date" | "local_close_date"
  >
  readonly deal_installment: DealInstallments.DealInstallment
  readonly deal_product: DealProducts.DealProduct
  readonly lead: Loose<Leads.Lead, "next_activity_id" | "cc_email" | "visible_to">
  readonly note: Loose<
    Notes.Note,
    "organization" | "person" | "deal" | "lead" | "project" | "task" | "user" | "last_update_user_id"
  >
  readonly organization: Loose<Organizations.Organization, "is_deleted" | "label_ids">
  readonly person: Loose<Persons.Person, "is_deleted" | "label_ids" | "picture_id">
  readonly phase: ProjectPhases.ProjectPhase
  readonly pipeline: Pipelines.Pipeline
  readonly product: Loose<Products.Product, "is_deleted">
  readonly project: Loose<Projects.Project, "person_ids" | "org_ids" | "custom_fields">
  readonly stage: Stages.Stage
  readonly task: Loose<Tasks.Task, "is_milestone" | "start_date" | "priority">
  readonly user: Loose<
    Omit<Users.User, "lang" | "access" | "last_login">,
    "timezone_offset" | "has_created_company" | "role_id" | "is_you" | "is_deleted"
  > & {
    /** A number in version 1.0, a text such as `en-US` in 2.0. */
    readonly lang?: number | string
    readonly access?: Users.User["access"] | null
    readonly last_login?: string | null
  }
}

/**
 * The names of the entities that are known.
 *
 * @since 0.1.0
 * @category models
 */
export type EntityName = keyof Entities

/**
 * An entity by its name in webhooks: `Entity<"deal">`.
 *
 * @since 0.1.0
 * @category models
 */
export type Entity<E extends EntityName> = Entities[E]

const schemas = /*#__PURE__*/ (() => ({
  activity: Activities.Activity,
  activityType: ActivityTypes.ActivityType,
  board: ProjectBoards.ProjectBoard,
  deal: Deals.Deal,
  deal_installment: DealInstallments.DealInstallment,
  deal_product: DealProducts.DealProduct,
  lead: Leads.Lead,
  note: Notes.Note,
  organization: Organizations.Organization,
  person: Persons.Person,
  phase: ProjectPhases.ProjectPhase,
  pipeline: Pipelines.Pipeline,
  product: Products.Product,
  project: Projects.Project,
  stage: Stages.Stage,
  task: Tasks.Task,
  user: Users.User
}))()

// -----------------------------------------------------------------------------
// events
// -----------------------------------------------------------------------------

/**
 * What a delivery says of itself, under the names of version 2.0 and with ids as texts, as they are sent there. A field that the
 * version does not have is null.
 *
 * @since 0.1.0
 * @category models
 */
export interface Meta {
  readonly version: "1.0" | "2.0"
  /** As it was sent: `updated` in version 1.0. */
  readonly action: string
  readonly entity: string
  readonly entity_id: string
  readonly company_id: string
  /** Who made the change. */
  readonly user_id: string | null
  /** The event; of users it is the user's id. */
  readonly id: string | null
  readonly correlation_id: string | null
  readonly webhook_id: string | null
  /** The user whose permissions decide what is sent. */
  readonly webhook_owner_id: string | null
  /** As it was sent; the event has it as a `DateTime`. */
  readonly timestamp: string
  /** From 1 to 4. */
  readonly attempt: number
  /** `acme.pipedrive.com` */
  readonly host: string | null
  /** `general` or `application`. */
  readonly type: string | null
  /** `app` or `api`. */
  readonly change_source: string | null
  readonly is_bulk_edit: boolean
  /** Who may see the entity; empty for users. */
  readonly permitted_user_ids: ReadonlyArray<string>
  /** What the entity was merged into, where a merge ended it. */
  readonly merged_to_id: string | null
  /** What was merged into the entity. */
  readonly merged_from_id: string | null
}

/**
 * What all events have.
 *
 * @since 0.1.0
 * @category models
 */
export interface Delivered {
  readonly version: "1.0" | "2.0"
  readonly companyId: number
  /** Who made the change; null if nobody did. */
  readonly userId: number | null
  /** When it happened. */
  readonly timestamp: DateTime.Utc
  /** From 1 to 4. */
  readonly attempt: number
  readonly meta: Meta
}

/**
 * Something new.
 *
 * @since 0.1.0
 * @category models
 */
export interface Created<E extends EntityName> extends Delivered {
  readonly _tag: `${E}.create`
  readonly entity: E
  readonly action: "create"
  readonly id: Entity<E>["id"]
  readonly data: Entity<E>
  readonly previous: null
}

/**
 * A change. That of a user may be its removal (`active_flag`).
 *
 * @since 0.1.0
 * @category models
 */
export interface Changed<E extends EntityName> extends Delivered {
  readonly _tag: `${E}.change`
  readonly entity: E
  readonly action: "change"
  readonly id: Entity<E>["id"]
  /** How it is now. */
  readonly data: Entity<E>
  /** How that was which has changed, and no more. */
  readonly previous: Partial<Entity<E>>
  /** What was merged into it. Version 1.0 does not say what: there `meta.action` is `merged`. */
  readonly mergedFrom?: Entity<E>["id"]
}

/**
 * The end of something.
 *
 * @since 0.1.0
 * @category models
 */
export interface Deleted<E extends EntityName> extends Delivered {
  readonly _tag: `${E}.delete`
  readonly entity: E
  readonly action: "delete"
  readonly id: Entity<E>["id"]
  readonly data: null
  /** How it was. */
  readonly previous: Entity<E>
  /** What it was merged into, if it ended so. */
  readonly mergedInto?: Entity<E>["id"]
}

/**
 * An entity or an action that is not known here; `meta` has their names. Both sides are as they were sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Other extends Delivered {
  readonly _tag: "other"
  readonly entity: "other"
  readonly action: "other"
  readonly id: number | string
  readonly data: unknown
  readonly previous: unknown
}

/**
 * The events of one entity.
 *
 * @since 0.1.0
 * @category models
 */
export type EventOf<E extends EntityName> = E extends EntityName ? Created<E> | Changed<E> | Deleted<E> : never

/**
 * What a delivery tells of. `_tag` has entity and action, `deal.change`, and so does each alone.
 *
 * @example
 * ```ts
 * import type * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { Effect, Match } from "effect"
 *
 * const handle = Match.type<WebhookEvents.Event>().pipe(
 *   Match.tag("deal.create", "deal.change", ({ data }) => Effect.log(`${data.title} is ${data.status}`)),
 *   Match.tag("deal.delete", ({ id, mergedInto }) => Effect.log(`${id} is gone, merged into ${mergedInto}`)),
 *   Match.orElse(({ meta }) => Effect.log(`${meta.entity} ${meta.action}`))
 * )
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export type Event = EventOf<EntityName> | Other

// -----------------------------------------------------------------------------
// reading
// -----------------------------------------------------------------------------

/**
 * The types of an account's own fields, by their keys of 40 characters.
 *
 * @since 0.1.0
 * @category models
 */
export interface FieldTypes {
  readonly [key: string]: string
}

/**
 * The types of fields, out of definitions (`CustomFields.define`) and of lists of v2 (`DealFields.list`). Payloads of version 1.0
 * need them: without, the id of an option stays text there. Leads have the fields of deals.
 *
 * @since 0.1.0
 * @category reading
 */
export const fieldTypes = (
  ...sources: ReadonlyArray<
    | CustomFields.CustomFields<CustomFields.Fields>
    | ReadonlyArray<{ readonly field_code: string; readonly field_type: string }>
  >
): FieldTypes =>
  Object.fromEntries(
    sources.flatMap((source) =>
      CustomFields.TypeId in source
        ? Object.values(source.fields).map(({ key, type }) => [key, type] as const)
        : source.map(({ field_code, field_type }) => [field_code, field_type] as const)
    )
  )

/**
 * Options of {@link decode}.
 *
 * @since 0.1.0
 * @category models
 */
export interface DecodeOptions {
  /** The types of the account's own fields, for payloads of version 1.0. @default {} */
  readonly fieldTypes?: FieldTypes | undefined
}

const malformed = (issues: WebhookError["issues"]) =>
  new WebhookError({ reason: "Malformed", description: "the delivery is no event of Pipedrive", issues })

/**
 * Reads the body of a delivery, JSON as text or parsed: of either version, which it tells by itself. What cannot be an event fails
 * as `Malformed`. A field that is not as documented is passed on as it came, with one warning for each, as it is with answers
 * (`HttpLayer.withPolicy({ responseValidation })`).
 *
 * @since 0.1.0
 * @category reading
 */
export const decode = (body: unknown, options: DecodeOptions = {}): Effect.Effect<Event, WebhookError> =>
  Effect.gen(function* () {
    const json = typeof body === "string" ? Either.getOrUndefined(Failure.parse(body)) : body
    if (json === undefined) return yield* malformed([{ path: [], message: "is not JSON" }])
    const now = DateTime.unsafeMake(yield* Clock.currentTimeMillis)
    const read = Forms.guarded(() => Decode.read(json, schemas, options.fieldTypes ?? {}, now))
    if (Either.isLeft(read)) return yield* malformed(read.left)
    const { event, found } = read.right
    const { responseValidation } = yield* HttpLayer.CurrentPolicy
    if (found.length > 0 && responseValidation === "strict") return yield* malformed(found)
    if (found.length > 0 && responseValidation === "lenient") {
      yield* Drift.report(`WebhookEvents.decode ${event._tag}`, found, "what was delivered")
    }
    return event
  })

/**
 * What all attempts to deliver an event have in common, and no other event has: a key to tell duplicates by.
 *
 * @since 0.1.0
 * @category reading
 */
export const key = (event: Event): string => Decode.keyOf(event)

// -----------------------------------------------------------------------------
// receiving
// -----------------------------------------------------------------------------

export { type Credentials, passwordOf, verify } from "./internal/webhooks/verify.js"

/**
 * Options of {@link handler}. What each part needs may differ: `handle` needs R, `credentials` R2, `accept` R3, `retry` R4 and
 * `onError` R5; unless they are given, they are R.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never, R2 = R, R3 = R, R4 = R, R5 = R>
  extends Handler.Options<E, R, R2, R3, R4, R5> {}

/**
 * An app that answers deliveries, for a route of `HttpRouter` or as a server of its own. It checks the credentials, reads the
 * event, drops what was delivered before, answers, and does the work in a bounded queue. When the scope closes it takes nothing
 * more, and ends what is queued.
 *
 * Each event is handled once, unless `handle` fails or the process dies: then it may be handled again, so let the work be such that
 * doing it twice does no harm. Events are claimed in the `KeyValueStore` before the work and noted as done after it.
 *
 * @example
 * ```ts
 * import { HttpRouter, KeyValueStore } from "@effect/platform"
 * import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { Effect, Redacted } from "effect"
 *
 * const router = Effect.gen(function* () {
 *   const webhooks = yield* WebhookEvents.handler({
 *     credentials: { user: "pipedrive", password: Redacted.make("a password of 32 letters or so") },
 *     handle: (event) => Effect.log(event._tag, event.id)
 *   })
 *   return HttpRouter.empty.pipe(HttpRouter.post("/webhooks", webhooks))
 * }).pipe(Effect.provide(KeyValueStore.layerMemory))
 * ```
 *
 * @since 0.1.0
 * @category receiving
 */
export const handler: <E = never, R = never, R2 = never, R3 = never, R4 = never, R5 = never>(
  options: Options<E, R, R2, R3, R4, R5>
) => Effect.Effect<
  HttpApp.Default,
  ConfigError.ConfigError,
  Scope.Scope | KeyValueStore.KeyValueStore | R | R2 | R3 | R4 | R5
> = /*#__PURE__*/ Handler.make({ decode, keyOf: key })

class App extends /*#__PURE__*/ (() =>
  Context.Tag("effect-pipedrive/internal/webhooks/App")<App, HttpApp.Default>())() {}

/**
 * The same as a function from `Request` to `Response`, for whatever is no `HttpRouter`: Next.js, Hono, Deno, Bun. `dispose` ends what
 * is queued. Where the process may be stopped as soon as it has answered, as in many functions at the edge, take
 * `acknowledge: "done"`.
 *
 * @example
 * ```ts
 * import { KeyValueStore } from "@effect/platform"
 * import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { Effect, Redacted } from "effect"
 *
 * const { handler } = WebhookEvents.toWebHandler(
 *   {
 *     credentials: { user: "pipedrive", password: Redacted.make("a password of 32 letters or so") },
 *     handle: (event) => Effect.log(event._tag, event.id)
 *   },
 *   KeyValueStore.layerMemory
 * )
 *
 * export const POST = (request: Request): Promise<Response> => handler(request)
 * ```
 *
 * @since 0.1.0
 * @category receiving
 */
export const toWebHandler = <E = never, R = never, EL = never, R2 = never, R3 = never, R4 = never, R5 = never>(
  options: Options<E, R, R2, R3, R4, R5>,
  layer: Layer.Layer<NoInfer<R | R2 | R3 | R4 | R5> | KeyValueStore.KeyValueStore, EL>
): { readonly handler: (request: Request) => Promise<Response>; readonly dispose: () => Promise<void> } =>
  HttpApp.toWebHandlerLayer(Effect.flatten(App), Layer.provide(Layer.scoped(App, handler(options)), layer))

// -----------------------------------------------------------------------------
// registering
// -----------------------------------------------------------------------------

/**
 * What can be subscribed to. The list grows.
 *
 * @since 0.1.0
 * @category models
 */
export type EventObject = EntityName | "*" | (string & {})

/**
 * Options of {@link ensure}. The actions are those of the version, 2.0 unless you say otherwise.
 *
 * @since 0.1.0
 * @category models
 */
export type EnsureOptions = Registration &
  (
    | {
        readonly version?: "2.0" | undefined
        /** `deal.change`, `person.*`, `*.*` */
        readonly events: ReadonlyArray<`${EntityName | "*"}.${ActionV2}` | (`${string}.${ActionV2}` & {})>
      }
    | {
        readonly version: "1.0"
        /** `deal.updated`, `person.*`, `*.*` */
        readonly events: ReadonlyArray<`${EntityName | "*"}.${ActionV1}` | (`${string}.${ActionV1}` & {})>
      }
  )

type ActionV2 = "create" | "change" | "delete" | "*"

type ActionV1 = "added" | "updated" | "merged" | "deleted" | "*"

interface Registration {
  /** Where the events are to go: https, reachable from outside. */
  readonly url: string
  /** What your webhooks are called, with the event behind it: `crm-service: deal.change`. By it and the URL they are known. */
  readonly name: string
  /** The user that deliveries name. @default "pipedrive" */
  readonly user?: string | undefined
  /** The password that you keep. Without it that which is in use stays, where Pipedrive shows it, or one is made. */
  readonly password?: Redacted.Redacted<string> | undefined
  /** The user whose permissions decide what is sent: that of an admin sees all. @default the caller */
  readonly userId?: number | undefined
  /** Where events went before: webhooks of this name that go there are replaced. */
  readonly formerUrls?: ReadonlyArray<string> | undefined
  /** Only tells what would be done. @default false */
  readonly dryRun?: boolean | undefined
}

/**
 * A webhook as it is registered.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registered extends Webhooks.Webhook {}

/**
 * What {@link ensure} did, or would do.
 *
 * @since 0.1.0
 * @category models
 */
export interface Ensured {
  readonly user: string
  /** Keep it: Pipedrive may not show it again. */
  readonly password: Redacted.Redacted<string>
  /** The events that were subscribed to. */
  readonly added: ReadonlyArray<string>
  /** The events whose webhooks were as they should be. */
  readonly kept: ReadonlyArray<string>
  /** The webhooks that were removed. `reason`: `unwanted`, `duplicate`, or the field that was not as wanted. */
  readonly removed: ReadonlyArray<{ readonly webhook: Registered; readonly reason: string }>
}

/**
 * Registers webhooks for the events that you name, and removes what is not wanted: of your name and your URL, never anybody else's.
 * Done again it does nothing, and mends what was changed. Two processes that do it at once may register an event twice, of which
 * the next time removes one; deliveries of both are one event.
 *
 * @example
 * ```ts
 * import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { Config, Effect } from "effect"
 *
 * const register = Effect.gen(function* () {
 *   const password = yield* Config.redacted("WEBHOOK_PASSWORD")
 *   const { added, removed } = yield* WebhookEvents.ensure({
 *     url: "https://crm.example.com/webhooks",
 *     name: "crm-service",
 *     events: ["deal.*", "person.change", "person.delete"],
 *     password
 *   })
 *   yield* Effect.log(`${added.length} added, ${removed.length} removed`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category registering
 */
export const ensure: (options: EnsureOptions) => Effect.Effect<Ensured, PipedriveError, Endpoint.Requirements> =
  /*#__PURE__*/ (() =>
    Ensure.make({
      list: Effect.map(
        Effect.suspend(() => Webhooks.list()),
        ({ data }) => data
      ),
      // the action is one of the version: `ensure` checks it
      add: (addition) => Effect.map(Webhooks.add(addition as Webhooks.AddInput), ({ data }) => data),
      remove: (id) => Webhooks.delete({ id })
    }))()
