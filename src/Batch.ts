/**
 * Many gets at once: those that wait together become list requests of up to 100 ids.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { AnyDescription, Call, Description, Requirements } from "./Endpoint.js"
import * as Batches from "./internal/batch.js"
import * as CallSite from "./internal/callSite.js"
import * as Run from "./internal/endpoint.js"
import * as Encode from "./internal/schema/encode.js"
import * as Collect from "./internal/telemetry/meta.js"
import * as Waiting from "./internal/waiting.js"
import type { PipedriveError } from "./PipedriveError.js"

/**
 * What gets of many ids take: the input of one, with `ids` for `id`.
 *
 * @since 0.1.0
 * @category models
 */
export type ManyInput<I> = Omit<I, "id"> & { readonly ids: ReadonlyArray<number> }

/**
 * The lists through which many records are got at once.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sources {
  /** The most ids of one request. */
  readonly maximum: number
  /**
   * Lists of the same records that take `ids`, in the order in which they are asked. The first has to take every option of the
   * get; a further one is asked where it costs fewer tokens than single gets.
   */
  readonly lists: ReadonlyArray<() => AnyDescription>
}

/**
 * An endpoint that gets one record by its id, of a resource whose list takes ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Get<in out I, in out A extends { readonly data: unknown }> extends Call<I, A> {
  /**
   * The same, but gets that wait at the same time share list requests: 100 ids in one, for the tokens of one list. It needs
   * an effect that batches: `Effect.forEach(ids, (id) => Deals.get.batched({ id }), { concurrency: "unbounded", batching: true })`.
   *
   * - Gets with other options, credentials or policies never share a request. An id that is asked for twice is sent once.
   * - An id that the list does not have is asked for by itself, so what comes is what `get` gives: an archived or deleted
   *   record, or `NotFound` for this one alone.
   * - A list request that fails, fails the gets in it with its error.
   * - Effect ends a `forEach` that is interrupted when the requests of its batch have been answered; `many` ends at once.
   */
  readonly batched: (input: I) => Effect.Effect<A, PipedriveError, Requirements>
  /**
   * The records of many ids in their order, `None` where there is none, by as few requests as `batched` takes. There is no limit
   * to the ids.
   */
  readonly many: (
    input: ManyInput<I>
  ) => Effect.Effect<ReadonlyArray<Option.Option<A["data"]>>, PipedriveError, Requirements>
}

/**
 * Makes a get of its description and of those of the lists that it can be answered by, which are not looked at before the first
 * call.
 *
 * @since 0.1.0
 * @category constructors
 */
export const get = <I extends { readonly id: number }, A extends { readonly data: unknown }>(
  describe: () => Description<I, A>,
  sources: () => Sources
): Get<I, A> => {
  const run = Run.make(describe)
  let memo: Batches.Sources | undefined
  let wait: Batches.Wait<A> | undefined
  const lists = () => (memo ??= compiled(sources()))
  const nameOf = () => `${run.endpoint.version}.${run.endpoint.name}`
  const batched = (input: I): Effect.Effect<A, PipedriveError, Requirements> =>
    Effect.suspend(() => {
      const wire = Run.encode(run, input)
      // the call says what is wrong with its input
      if (Encode.isIssues(wire)) return run(input)
      const { id, ...options } = input
      return Effect.contextWithEffect((context: Context.Context<Requirements>) => {
        wait ??= Waiting.make()
        const found = Batches.request(wait, { get: run, sources: lists(), options }, id, wire.query, context)
        return Effect.map(found, (one) => tell(one, context))
      })
    })
  const many = (
    input: ManyInput<I>
  ): Effect.Effect<ReadonlyArray<Option.Option<A["data"]>>, PipedriveError, Requirements> => {
    const site = CallSite.capture()
    return Effect.mapError(manyOf(input), CallSite.named(site))
  }
  const manyOf = (
    input: ManyInput<I>
  ): Effect.Effect<ReadonlyArray<Option.Option<A["data"]>>, PipedriveError, Requirements> =>
    Effect.suspend(() => {
      // in JavaScript it may be anything
      const { ids, ...options } = (input as ManyInput<I> | undefined) ?? { ids: undefined }
      if (!Array.isArray(ids)) return Run.refuse(run.endpoint, [{ path: ["ids"], message: "must be an array of ids" }])
      for (const [index, id] of ids.entries()) {
        const wire = Run.encode(run, { ...options, id })
        if (!Encode.isIssues(wire)) continue
        const placed = wire.map((issue) => (issue.path[0] === "id" ? { ...issue, path: ["ids", index] } : issue))
        return Run.refuse(run.endpoint, placed)
      }
      const found = new Map<number, Option.Option<A["data"]>>()
      let failure: Option.Option<Cause.Cause<PipedriveError>> = Option.none()
      const isMissing = ({ _tag, endpoint }: PipedriveError) =>
        // a list that is not found is no record that is missing
        (_tag === "NotFound" || _tag === "Gone") && endpoint === nameOf()
      return Effect.contextWithEffect((context: Context.Context<Requirements>) =>
        Batches.resolve({ get: run, sources: lists(), options }, Array.from(new Set(ids)), (id, exit) =>
          Effect.sync(() => {
            if (Exit.isSuccess(exit)) {
              found.set(id, Option.some(tell(exit.value, context).data))
            } else {
              const error = Cause.failureOption(exit.cause)
              if (Option.isSome(error) && isMissing(error.value)) found.set(id, Option.none())
              else failure = Option.orElse(failure, () => Option.some(exit.cause))
            }
          })
        ).pipe(
          Effect.flatMap(() =>
            Option.match(failure, {
              onNone: () => Effect.succeed(ids.map((id) => found.get(id) ?? Option.none())),
              onSome: Effect.failCause
            })
          )
        )
      )
    })
  return Object.assign(run, { batched, many }) as never
}

const compiled = ({ lists, maximum }: Sources): Batches.Sources => ({
  maximum,
  lists: lists.map((list) => Run.make(list))
})

/** Whoever wants to know of the requests hears of each once. */
const tell = <A>({ meta, told, value }: Batches.Found<A>, context: Context.Context<Requirements>): A => {
  const collector = Context.get(context, Collect.CurrentCollector)
  if (collector !== undefined && !told.has(collector)) {
    told.add(collector)
    collector.meta = { ...meta, calls: collector.meta.calls + meta.calls }
  }
  return value
}
