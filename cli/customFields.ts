/**
 * `custom-fields --out src/pipedrive-fields.ts`: writes the custom fields of an account as a module, or tells what has changed.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Endpoint, PipedriveError } from "effect-pipedrive"
import * as CustomFields from "effect-pipedrive/CustomFields"
import * as V1DealFields from "effect-pipedrive/v1/DealFields"
import * as V1OrganizationFields from "effect-pipedrive/v1/OrganizationFields"
import * as V1PersonFields from "effect-pipedrive/v1/PersonFields"
import * as V1ProductFields from "effect-pipedrive/v1/ProductFields"
import * as ActivityFields from "effect-pipedrive/v2/ActivityFields"
import * as DealFields from "effect-pipedrive/v2/DealFields"
import * as OrganizationFields from "effect-pipedrive/v2/OrganizationFields"
import * as PersonFields from "effect-pipedrive/v2/PersonFields"
import * as ProductFields from "effect-pipedrive/v2/ProductFields"
import * as ProjectFields from "effect-pipedrive/v2/ProjectFields"
import { type Failed, failed } from "./failed.js"
import { type Definitions, fromAccount } from "./fields/definitions.js"
import { drift } from "./fields/drift.js"
import { type Entity, entities } from "./fields/entities.js"
import { parse } from "./fields/parse.js"
import { mark, print } from "./fields/print.js"

const modules: Readonly<Record<Entity, CustomFields.FieldModule>> = {
  deal: DealFields,
  person: PersonFields,
  organization: OrganizationFields,
  product: ProductFields,
  activity: ActivityFields,
  project: ProjectFields
}

/** v1's lists, which alone tell of deleted options. */
const oldModules: Partial<Readonly<Record<Entity, CustomFields.FieldModule>>> = {
  deal: V1DealFields,
  person: V1PersonFields,
  organization: V1OrganizationFields,
  product: V1ProductFields
}

type Read<A> = Effect.Effect<A, PipedriveError.PipedriveError, Endpoint.Requirements>

const all = (module: CustomFields.FieldModule): Read<ReadonlyArray<CustomFields.AccountField>> =>
  Effect.flatMap(CustomFields.load(module), (fields) => fields.all)

/** Nothing is missing where v1 is gone. */
const deletedOptions = (entity: Entity): Read<ReadonlyMap<string, CustomFields.AccountField["deletedOptions"]>> => {
  const module = oldModules[entity]
  const none = () => Effect.succeed<ReadonlyArray<CustomFields.AccountField>>([])
  const fields = module === undefined ? none() : Effect.catchTags(all(module), { NotFound: none, Gone: none })
  return Effect.map(fields, (found) => new Map(found.map(({ deletedOptions, key }) => [key, deletedOptions])))
}

const read = (entity: Entity): Read<Definitions> =>
  Effect.gen(function* () {
    const fields = yield* all(modules[entity])
    const hasOptions = fields.some(({ options }) => options.length > 0)
    const deleted = hasOptions ? yield* deletedOptions(entity) : undefined
    return fromAccount(
      entity,
      fields.map((field) => ({ ...field, deletedOptions: deleted?.get(field.key) ?? field.deletedOptions }))
    )
  })

/** Not every account has projects: if nobody asked for them, they are left out. */
const readOptional = (entity: Entity) =>
  Effect.asSome(read(entity)).pipe(
    Effect.catchTags({ PaymentRequired: leaveOut(entity), Forbidden: leaveOut(entity), NotFound: leaveOut(entity) })
  )

const leaveOut = (entity: Entity) => (error: PipedriveError.PipedriveError) =>
  Effect.as(Console.error(`Left out the fields of ${entity}: ${error.message}`), Option.none<Definitions>())

const readAll = (asked: ReadonlyArray<Entity>) =>
  asked.length > 0
    ? Effect.forEach(asked, read)
    : Effect.map(
        Effect.forEach(entities, (entity) =>
          entity === "project" ? readOptional(entity) : Effect.asSome(read(entity))
        ),
        (all) => all.flatMap(Option.toArray)
      )

const existing = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return (yield* fs.exists(file)) ? yield* fs.readFileString(file) : undefined
  })

/** Beside the file and then in its place, so that nobody reads half of it. */
const write = (file: string, text: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = path.dirname(file)
    yield* fs.makeDirectory(folder, { recursive: true })
    const beside = path.join(folder, `.${path.basename(file)}.${process.pid}`)
    yield* Effect.onError(Effect.zipRight(fs.writeFileString(beside, text), fs.rename(beside, file)), () =>
      Effect.ignore(fs.remove(beside, { force: true }))
    )
  })

const counted = (all: ReadonlyArray<Definitions>): string => {
  const count = all.reduce((sum, { fields }) => sum + fields.length, 0)
  return count === 1 ? "1 custom field" : `${count} custom fields`
}

const check = (file: string, text: string, asked: ReadonlyArray<Entity>) =>
  Effect.gen(function* () {
    const before = parse(text)
    const inFile = before.map(({ entity }) => entity)
    if (asked.length === 0 && inFile.length === 0) {
      return yield* failed(`${file} has no custom fields that this command wrote; write it without --check.`)
    }
    const now = yield* Effect.forEach(asked.length > 0 ? asked : inFile, read)
    const lines = drift(before, now)
    if (lines.length === 0) return yield* Console.log(`${file} is what the account has: ${counted(now)}.`)
    yield* Console.log(lines.join("\n"))
    return yield* failed(`${file} is not what the account has. Without --check the command writes it anew.`)
  })

const refresh = (file: string, text: string | undefined, asked: ReadonlyArray<Entity>) =>
  Effect.gen(function* () {
    if (text !== undefined && text.trim() !== "" && !text.includes(mark)) {
      return yield* failed(`${file} was not written by this command: remove it first, or name another file.`)
    }
    const all = yield* readAll(asked)
    const next = print(all)
    if (next === text) return yield* Console.log(`${file} is up to date: ${counted(all)}.`)
    yield* write(file, next)
    return yield* Console.log(`${file} is written: ${counted(all)}.`)
  })

export const run = (given: {
  readonly check: boolean
  readonly entity: ReadonlyArray<Entity>
  readonly out: string
}): Effect.Effect<void, Failed, Endpoint.Requirements | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    // in one order, however they are given
    const asked = entities.filter((entity) => given.entity.includes(entity))
    const text = yield* existing(given.out)
    if (!given.check) return yield* refresh(given.out, text, asked)
    if (text === undefined) return yield* failed(`${given.out} is not there; write it without --check.`)
    return yield* check(given.out, text, asked)
  }).pipe(Effect.catchAll((error) => (error._tag === "Failed" ? Effect.fail(error) : failed(error.message))))
