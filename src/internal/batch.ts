/**
 * Many gets at once: those that wait together become list requests by ids.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { type AnyDescription, type Meta, type Requirements, withMeta } from "../Endpoint.js"
import { CurrentPolicy, type Policy } from "../HttpLayer.js"
import type { PipedriveError } from "../PipedriveError.js"
import { CurrentLimiter } from "../RateLimiter.js"
import type * as Run from "./endpoint.js"
import { authTag } from "./oauth/baseUrl.js"
import type { Collector } from "./telemetry/meta.js"
import type * as Waiting from "./waiting.js"

/** A list of the same records that takes ids. @internal */
export type Source = Run.Run<unknown> & { readonly endpoint: AnyDescription }

/** @internal */
export interface Sources {
  /** The most ids of one request. */
  readonly maximum: number
  /** In the order in which they are asked. The first takes every option of the get. */
  readonly lists: ReadonlyArray<Source>
}

/** What a get gives, and what is known of the request that it was part of. @internal */
export interface Found<A> {
  readonly value: A
  readonly meta: Meta
  /** Who has heard of the request: many waiters may share it, and one collector. */
  readonly told: Set<Collector>
}

/** Gets of one endpoint with the same options. @internal */
export interface Batch<I, A> {
  readonly get: Run.Made<I, A>
  readonly sources: Sources
  /** The input of the get without its id. */
  readonly options: Readonly<Record<string, unknown>>
}

/** So many requests of a batch are under way at a time; a limiter may allow fewer. */
const concurrency = 50

/** Gets that wait. @internal */
export type Wait<A> = Waiting.Wait<Found<A>, PipedriveError>

/**
 * Waits with the gets that may share requests: those of one endpoint with the same options, credentials, transport, limiter and
 * policy. `query` is what the options are on the wire.
 *
 * @internal
 */
export const request = <I, A>(
  wait: Wait<A>,
  batch: Batch<I, A>,
  id: number,
  query: string,
  context: Context.Context<Requirements>
): Effect.Effect<Found<A>, PipedriveError> => {
  const group = [
    batch.get,
    query,
    Context.get(context, HttpClient.HttpClient),
    Context.get(context, authTag),
    Context.get(context, CurrentLimiter),
    policyKey(Context.get(context, CurrentPolicy)),
    Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
    Option.getOrUndefined(Context.getOption(context, FetchHttpClient.Fetch))
  ]
  return wait(id, group, (waiting) => {
    const byId = new Map<number, Array<(typeof waiting)[number]>>()
    for (const one of waiting) {
      const same = byId.get(one.id)
      if (same === undefined) byId.set(one.id, [one])
      else same.push(one)
    }
    const settle: Settle<A> = (id, exit) =>
      Effect.forEach(byId.get(id) ?? [], (one) => one.settle(exit), { discard: true })
    return Effect.provide(resolve(batch, Array.from(byId.keys()), settle), context)
  })
}

/** A policy is made anew wherever it is set, and two that say the same are one. */
const policyKey = (policy: Policy): string =>
  JSON.stringify(policy, (_, value) =>
    Duration.isDuration(value) ? Duration.toMillis(value) : value === Number.POSITIVE_INFINITY ? "all" : value
  )

type Settle<A> = (id: number, exit: Exit.Exit<Found<A>, PipedriveError>) => Effect.Effect<void>

/** Gets the records of distinct ids, and tells of each as soon as it is known. @internal */
export const resolve = <I, A>(
  { get, options, sources }: Batch<I, A>,
  all: ReadonlyArray<number>,
  settle: Settle<A>
): Effect.Effect<void, never, Requirements> => {
  /** Asks a list for some, and gives those that it does not have. */
  const ask = (list: Source, ids: ReadonlyArray<number>) =>
    Effect.flatMap(
      // the list checks its input itself
      Effect.exit(withMeta(list({ ...options, ids, limit: ids.length }))),
      Exit.match({
        onFailure: (cause) =>
          Effect.as(
            Effect.forEach(ids, (id) => settle(id, Exit.failCause(cause)), { discard: true }),
            []
          ),
        onSuccess: ({ meta, value }) => {
          const told = new Set<Collector>()
          const items = itemsById(value)
          return Effect.filter(ids, (id) => {
            const item = items.get(id)
            if (item === undefined) return Effect.succeed(true)
            // the type of a get's answer, of whose record the list's items are
            const body = { success: true, data: item } as A
            return Effect.as(settle(id, Exit.succeed({ value: body, meta, told })), false)
          })
        }
      })
    )

  /** What no list has is what the get says of it. */
  const getOne = (id: number) =>
    Effect.flatMap(Effect.exit(withMeta(get({ ...options, id }))), (exit) =>
      settle(
        id,
        Exit.map(exit, (found) => ({ ...found, told: new Set<Collector>() }))
      )
    )

  const from = (at: number, ids: ReadonlyArray<number>): Effect.Effect<void, never, Requirements> => {
    const list = sources.lists[at]
    // one alone costs less by itself; a further list is worth it where it costs less than the gets
    const enough = at === 0 ? ids.length > 1 : list !== undefined && ids.length * get.endpoint.cost > list.endpoint.cost
    if (list === undefined || !enough || !takes(list, options)) {
      return Effect.forEach(ids, getOne, { concurrency, discard: true })
    }
    return Effect.forEach(chunks(ids, sources.maximum), (some) => ask(list, some), { concurrency }).pipe(
      Effect.flatMap((missing) => from(at + 1, missing.flat()))
    )
  }
  return from(0, all)
}

const takes = ({ endpoint }: Source, options: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(options).every(
    ([key, value]) => value === undefined || value === null || endpoint.query?.includes(key)
  )

const itemsById = (body: unknown): ReadonlyMap<unknown, unknown> => {
  const data = Predicate.hasProperty(body, "data") && Array.isArray(body.data) ? body.data : []
  return new Map(data.flatMap((item: unknown) => (Predicate.hasProperty(item, "id") ? [[item.id, item]] : [])))
}

const chunks = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
