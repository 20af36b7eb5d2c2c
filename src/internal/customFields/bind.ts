/**
 * Endpoints that know custom fields by name.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Any, AnyDescription, Requirements } from "../../Endpoint.js"
import { InvalidCustomFields, type Issue, type PipedriveError } from "../../PipedriveError.js"
import * as CallSite from "../callSite.js"
import { fromEither } from "../effects.js"
import { refuse } from "../endpoint.js"
import { isRecord } from "../http/failure.js"
import * as Forms from "./forms.js"

type Run = (input: unknown) => Effect.Effect<unknown, PipedriveError, Requirements>

type Walk = (input: unknown) => Stream.Stream<unknown, PipedriveError, Requirements>

type Many = (input: unknown) => Effect.Effect<ReadonlyArray<Option.Option<unknown>>, PipedriveError, Requirements>

const within = (issues: ReadonlyArray<Issue>, ...path: Issue["path"]): ReadonlyArray<Issue> =>
  issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))

// -----------------------------------------------------------------------------
// answers
// -----------------------------------------------------------------------------

type Read = Either.Either<unknown, ReadonlyArray<Issue>>

const record = (plan: Forms.Plan, one: unknown, ...path: Issue["path"]): Read =>
  isRecord(one)
    ? Either.mapBoth(Forms.decode(plan, one, true), {
        onLeft: (issues) => within(issues, ...path),
        onRight: (fields) => ({ ...one, fields })
      })
    : Either.right(one)

const data = (plan: Forms.Plan, given: unknown): Read => {
  if (!Array.isArray(given)) {
    // what a search finds carries no fields by key
    return isRecord(given) && Array.isArray(given.items) ? Either.right(given) : record(plan, given, "data")
  }
  const issues: Array<Issue> = []
  const out: Array<unknown> = []
  for (const [at, one] of given.entries()) {
    const read = record(plan, one, "data", at)
    if (Either.isRight(read)) out.push(read.right)
    else issues.push(...read.left)
  }
  return issues.length > 0 ? Either.left(issues) : Either.right(out)
}

const unreadable = (issues: ReadonlyArray<Issue>) => CallSite.made(new InvalidCustomFields({ issues }))

const answer = (plan: Forms.Plan, body: unknown): Effect.Effect<unknown, InvalidCustomFields> =>
  isRecord(body) && "data" in body
    ? Effect.mapBoth(fromEither(Forms.guarded(() => data(plan, body.data))), {
        onFailure: unreadable,
        onSuccess: (data) => ({ ...body, data })
      })
    : Effect.succeed(body)

// -----------------------------------------------------------------------------
// inputs
// -----------------------------------------------------------------------------

const merged = (plan: Forms.Plan, endpoint: AnyDescription, input: unknown): Read => {
  // a search has a parameter of this name
  if (!isRecord(input) || endpoint.method === "GET" || input.fields === undefined) return Either.right(input)
  const { fields: values, ...rest } = input
  return Either.flatMap(
    Either.mapLeft(Forms.encode(plan, values, endpoint.version), (issues) => within(issues, "fields")),
    (written) => {
      const beside = endpoint.version === "v1" ? rest : isRecord(rest.custom_fields) ? rest.custom_fields : {}
      const twice = Object.keys(written).filter((key) => beside[key] !== undefined)
      if (twice.length > 0) {
        return Either.left(twice.map((key) => ({ path: [key], message: "is given in `fields`, too" })))
      }
      if (endpoint.version === "v1") return Either.right({ ...rest, ...written })
      // `custom_fields` that is empty might clear all
      return Either.right(
        Object.keys(written).length === 0 ? rest : { ...rest, custom_fields: { ...beside, ...written } }
      )
    }
  )
}

/** @internal */
export const make = (callable: Any, plan: Forms.Plan) => {
  // an endpoint is called with its input, which it checks itself
  const run = callable as Any & Run & { readonly stream?: Walk; readonly batched?: Run; readonly many?: Many }
  const through = (call: Run) => (input: unknown) => {
    const site = CallSite.capture()
    return Effect.suspend(() =>
      Either.match(
        Forms.guarded(() => merged(plan, run.endpoint, input)),
        {
          onLeft: (issues) => refuse(run.endpoint, issues),
          onRight: (whole) => Effect.flatMap(call(whole), (body) => answer(plan, body))
        }
      )
    ).pipe(Effect.mapError(CallSite.named(site)))
  }
  const readOne = (one: unknown) => Effect.mapError(fromEither(Forms.guarded(() => record(plan, one))), unreadable)
  const { batched, many, stream } = run
  return Object.assign(
    through(run),
    stream === undefined
      ? {}
      : {
          stream: (input: unknown) => {
            const site = CallSite.capture()
            const items = stream(input)
            const read = run.endpoint.pagination?.items === "data.items" ? items : Stream.mapEffect(items, readOne)
            return Stream.mapError(read, CallSite.named(site))
          }
        },
    batched === undefined ? {} : { batched: through(batched) },
    many === undefined
      ? {}
      : {
          many: (input: unknown) => {
            const site = CallSite.capture()
            return Effect.flatMap(many(input), (all) =>
              Effect.forEach(all, (one) =>
                Option.match(one, { onNone: () => Effect.succeedNone, onSome: (item) => Effect.asSome(readOne(item)) })
              )
            ).pipe(Effect.mapError(CallSite.named(site)))
          }
        }
  )
}

const recordOperations = ["add", "get", "list", "listArchived", "update"] as const

/** @internal */
export const makeAll = (module: object, plan: Forms.Plan): object => {
  const endpoints: Readonly<Record<string, unknown>> = { ...module }
  return {
    ...endpoints,
    ...Object.fromEntries(
      recordOperations.flatMap((name) => {
        const endpoint = endpoints[name]
        return isEndpoint(endpoint) ? [[name, make(endpoint, plan)] as const] : []
      })
    )
  }
}

const isEndpoint = (one: unknown): one is Any => typeof one === "function" && "endpoint" in one
