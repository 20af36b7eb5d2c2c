/**
 * The initial data of a sandbox.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { type Names, nearest, unknown } from "../../internal/options.js"
import { activity, activityType } from "../entities/activity.js"
import { organization, person } from "../entities/contact.js"
import { deal } from "../entities/deal.js"
import { builtIn, builtInOptions, field, hasOptions, numberOptions } from "../entities/field.js"
import { lead, leadLabel } from "../entities/lead.js"
import { note } from "../entities/note.js"
import { pipeline, stage } from "../entities/pipeline.js"
import { product } from "../entities/product.js"
import { board, phase, project, task, template } from "../entities/project.js"
import { user } from "../entities/user.js"
import type { Answer } from "../http/messages.js"
import { currencies } from "../model/currencies.js"
import * as custom from "../model/customFields.js"
import * as engine from "../model/engine.js"
import type { Entity } from "../model/entity.js"
import * as kinds from "../model/kinds.js"
import { addMillis, isRecord, text, type View } from "../model/view.js"
import { type Company, get, make, nextId, put, type Row, table, type World } from "../model/world.js"

/**
 * One entity of a seed: fields under their v2 names (v1 names for leads, notes and users, which v2 does not have). Everything has
 * a default; `id` and times can be set too. Times are `Date`s or ISO strings, and contacts may be plain strings.
 *
 * @since 0.1.0
 * @category models
 */
export interface SeedRow {
  readonly [field: string]: unknown
}

/**
 * The initial data of a sandbox. Entities can refer by id to those of the lists above them; by default ids count up from 1.
 * Without `users` there is one user, without `pipelines` one pipeline with five stages.
 *
 * @since 0.1.0
 * @category models
 */
export interface Seed {
  readonly company?: Partial<Company> | undefined
  /** The sandbox's token belongs to the first one. */
  readonly users?: ReadonlyArray<SeedRow> | undefined
  readonly activityTypes?: ReadonlyArray<SeedRow> | undefined
  readonly leadLabels?: ReadonlyArray<SeedRow> | undefined
  /** Custom fields: `field_name`, `field_type`, and optionally `field_code` (the 40-digit key) and `options`. */
  readonly dealFields?: ReadonlyArray<SeedRow> | undefined
  readonly personFields?: ReadonlyArray<SeedRow> | undefined
  readonly organizationFields?: ReadonlyArray<SeedRow> | undefined
  readonly productFields?: ReadonlyArray<SeedRow> | undefined
  readonly projectFields?: ReadonlyArray<SeedRow> | undefined
  readonly pipelines?: ReadonlyArray<SeedRow> | undefined
  readonly stages?: ReadonlyArray<SeedRow> | undefined
  readonly organizations?: ReadonlyArray<SeedRow> | undefined
  readonly persons?: ReadonlyArray<SeedRow> | undefined
  readonly products?: ReadonlyArray<SeedRow> | undefined
  readonly deals?: ReadonlyArray<SeedRow> | undefined
  readonly leads?: ReadonlyArray<SeedRow> | undefined
  readonly activities?: ReadonlyArray<SeedRow> | undefined
  readonly notes?: ReadonlyArray<SeedRow> | undefined
  readonly boards?: ReadonlyArray<SeedRow> | undefined
  readonly phases?: ReadonlyArray<SeedRow> | undefined
  readonly projectTemplates?: ReadonlyArray<SeedRow> | undefined
  readonly projects?: ReadonlyArray<SeedRow> | undefined
  readonly tasks?: ReadonlyArray<SeedRow> | undefined
}

/**
 * An option of a sandbox is invalid, or something that it was told to do.
 *
 * @since 0.1.0
 * @category errors
 */
export class SandboxError extends /*#__PURE__*/ Data.TaggedError("SandboxError")<{
  /** Where: `seed.deals[3].stage_id`, or of which member: `advance`. */
  readonly path: string
  /** What is wrong there. */
  readonly reason: string
}> {
  override get message(): string {
    return `Sandbox: ${this.path} ${this.reason}`
  }
}

/** Rejects unknown options by name. */
export const refuseUnknown = (
  given: unknown,
  names: Readonly<Record<string, true>>,
  at = ""
): SandboxError | undefined => {
  const [fault] = unknown(given, names, at)
  return fault === undefined ? undefined : new SandboxError({ path: fault.option, reason: fault.message })
}

const seedLists = [
  ["activityTypes", activityType],
  ["leadLabels", leadLabel],
  ["dealFields", field("dealField")],
  ["personFields", field("personField")],
  ["organizationFields", field("organizationField")],
  ["productFields", field("productField")],
  ["projectFields", field("projectField")],
  ["pipelines", pipeline],
  ["stages", stage],
  ["organizations", organization],
  ["persons", person],
  ["products", product],
  ["deals", deal],
  ["leads", lead],
  ["activities", activity],
  ["notes", note],
  ["boards", board],
  ["phases", phase],
  ["projectTemplates", template],
  ["projects", project],
  ["tasks", task]
] as const

// -----------------------------------------------------------------------------
// what every account has
// -----------------------------------------------------------------------------

const activityTypes = [
  ["call", "Call", "call"],
  ["meeting", "Meeting", "meeting"],
  ["task", "Task", "task"],
  ["deadline", "Deadline", "deadline"],
  ["email", "Email", "email"],
  ["lunch", "Lunch", "lunch"]
] as const

const leadSources = ["Manually created", "Deal", "Web forms", "Prospector", "Leadbooster", "API"]

const stageNames = ["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"]

const addBuiltInRows = (world: World, now: string): void => {
  for (const [id, [key, name, icon]] of activityTypes.entries()) {
    put(world, "activityType", {
      id: id + 1,
      name,
      icon_key: icon,
      color: null,
      order_nr: id + 1,
      key_string: key,
      is_deleted: false,
      is_custom_flag: false,
      add_time: now,
      update_time: null
    })
  }
  for (const row of currencies) put(world, "currency", row)
  for (const [id, name] of ["(Unassigned users)", "Admins"].entries()) {
    put(world, "role", { id: id + 1, name, parent_role_id: id === 0 ? null : 1, is_deleted: false })
  }
  for (const [id, name] of leadSources.entries()) put(world, "leadSource", { id: id + 1, name })
  for (const [table, fields] of Object.entries(builtIn)) {
    for (const [field_code, field_name, field_type] of fields) {
      const id = nextId(world, table)
      put(world, table, {
        id,
        field_code,
        field_name,
        field_type,
        description: "",
        options: builtInOptions[`${table}.${field_code}`] ?? null,
        is_custom_field: false,
        is_optional_response_field: false,
        order_nr: id,
        add_time: now,
        update_time: now,
        created_by_user_id: null,
        last_updated_by_user_id: null,
        is_deleted: false,
        add_visible_flag: true
      })
    }
  }
}

// -----------------------------------------------------------------------------
// reading
// -----------------------------------------------------------------------------

const readValue = (entity: Entity, name: string, raw: unknown): unknown => {
  const kind = entity.fields[name]?.kind
  if (raw === null || kind === undefined) return raw
  const value = raw instanceof Date && !Number.isNaN(raw.getTime()) ? raw.toISOString() : raw
  if (kind.is(value)) return value
  const strict = kind.fromV2(value)
  if (strict !== kinds.unreadable) return strict
  // lenient for strings: times without a zone, contacts as plain strings; flags are not inverted as in v1
  return typeof value === "string" ? kind.fromV1(value) : kinds.unreadable
}

const readRow = (
  entity: Entity,
  row: SeedRow,
  path: string,
  world: World
): Either.Either<engine.Patch, SandboxError> => {
  const patch: Record<string, unknown> = {}
  for (const [name, raw] of Object.entries(row)) {
    if (raw === undefined) continue
    const known = Object.hasOwn(entity.fields, name) || (name === "custom_fields" && entity.customFields !== undefined)
    if (!known) {
      const near = nearest(name, [...Object.keys(entity.fields), "custom_fields"])
      const reason = `is no field of it${near === undefined ? "" : `: did you mean ${near}?`}`
      return Either.left(new SandboxError({ path: `${path}.${name}`, reason }))
    }
    const value = readValue(entity, name, raw)
    if (value === kinds.unreadable) {
      return Either.left(
        new SandboxError({ path: `${path}.${name}`, reason: entity.fields[name]?.kind.requirement ?? "is wrong" })
      )
    }
    patch[name] = structuredClone(value)
  }
  if (hasOptions(patch.field_type)) patch.options = numberOptions(patch.options, [])
  if (entity.customFields !== undefined && isRecord(patch.custom_fields)) {
    const fields = custom.definitions(world, entity.customFields)
    for (const [key, value] of Object.entries(patch.custom_fields)) {
      const found = fields.find((one) => one.field_code === key)
      const why =
        found === undefined ? "is no custom field" : value === null ? undefined : custom.findProblem(found, value)
      if (why !== undefined) return Either.left(new SandboxError({ path: `${path}.custom_fields.${key}`, reason: why }))
    }
  }
  return Either.right(patch)
}

const refusalReason = (answer: Answer): string =>
  answer.body._tag === "Json" && isRecord(answer.body.value)
    ? `is refused: ${String(answer.body.value.error)}`
    : "is refused"

const addRow = (entity: Entity, row: SeedRow, path: string, view: View): Either.Either<Row, SandboxError> =>
  Either.gen(function* () {
    const patch = yield* readRow(entity, row, path, view.world)
    if (patch.id !== undefined && get(view.world, entity.name, patch.id) !== undefined) {
      return yield* Either.left(new SandboxError({ path: `${path}.id`, reason: `is taken: ${String(patch.id)}` }))
    }
    const owner = get(view.world, "user", patch.owner_id ?? patch.user_id)
    const addTime = text({ id: 0, ...patch }, "add_time") || view.now
    return yield* engine
      .create(entity, patch, { ...view, caller: owner ?? view.caller, now: addTime }, "v2")
      .pipe(Either.mapLeft((answer) => new SandboxError({ path, reason: refusalReason(answer) })))
  })

// -----------------------------------------------------------------------------
// worlds
// -----------------------------------------------------------------------------

const defaultCompany: Company = {
  id: 15_000_042,
  name: "Sandbox",
  domain: "sandbox",
  country: "GB",
  industry: "Software"
}

const companyNames: Names<Company> = { id: true, name: true, domain: true, country: true, industry: true }

const seedNames: Names<Seed> = {
  company: true,
  users: true,
  activityTypes: true,
  leadLabels: true,
  dealFields: true,
  personFields: true,
  organizationFields: true,
  productFields: true,
  projectFields: true,
  pipelines: true,
  stages: true,
  organizations: true,
  persons: true,
  products: true,
  deals: true,
  leads: true,
  activities: true,
  notes: true,
  boards: true,
  phases: true,
  projectTemplates: true,
  projects: true,
  tasks: true
}

const noUser: Row = { id: 0, name: "", email: "", default_currency: "USD", timezone_offset: "+00:00" }

/** Makes a world from a seed. */
export const build = (seed: Seed, now: string, origin: string): Either.Either<World, SandboxError> =>
  Either.gen(function* () {
    const strange =
      refuseUnknown(seed, seedNames, "seed.") ?? refuseUnknown(seed.company, companyNames, "seed.company.")
    if (strange !== undefined) return yield* Either.left(strange)
    const company = { ...defaultCompany, ...seed.company }
    // two companies have no token, code or field key in common
    const world = make(company, company.id === defaultCompany.id ? undefined : company.id)
    addBuiltInRows(world, now)
    const first: View = { world, caller: noUser, now, origin }
    const users = seed.users ?? [{ name: "Sandbox User", email: "owner@sandbox.example", is_admin: true }]
    if (users.length === 0) {
      return yield* Either.left(new SandboxError({ path: "seed.users", reason: "must name somebody" }))
    }
    table(world, "user").next = 13_000_001
    for (const [at, row] of users.entries()) yield* addRow(user, row, `seed.users[${at}]`, first)
    const [caller = noUser] = world.tables.get("user")?.rows.values() ?? []
    const view: View = { world, caller, now, origin }
    const seedWithPipeline: Seed =
      seed.pipelines === undefined && seed.stages === undefined
        ? {
            ...seed,
            pipelines: [{ name: "Pipeline", url_title: "default", is_deal_probability_enabled: false }],
            stages: stageNames.map((name) => ({ name, pipeline_id: 1 }))
          }
        : seed
    for (const [name, entity] of seedLists) {
      for (const [at, row] of (seedWithPipeline[name] ?? []).entries())
        yield* addRow(entity, row, `seed.${name}[${at}]`, view)
    }
    return world
  })

/** The day `days` days from `now`, at a time of day, in ISO format. */
export const daysFrom =
  (now: string) =>
  (days: number, hour = 9, minute = 0): string =>
    `${addMillis(now, days * 86_400_000).slice(0, 10)}T${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:00.000Z`
