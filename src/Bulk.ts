/**
 * One endpoint for many inputs: what became of each, and where to go on after a stop.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Any, AnyDescription } from "./Endpoint.js"
import * as CallSite from "./internal/callSite.js"
import * as Known from "./internal/options.js"
import { InvalidRequest, type Issue, isPipedriveError, mayHaveActed } from "./PipedriveError.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * An endpoint, or a function of yours that calls some: what is done with each input. A function gets its place among all inputs, too,
 * from 0.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call<in I, out A, out X, out R> {
  (input: I, index: number): Effect.Effect<A, X, R>
  /** The description of an endpoint: its name and its cost. */
  readonly endpoint?: AnyDescription
}

/**
 * How far a run came: plain data that JSON keeps. Inputs are counted, so a later run has to be given the same inputs in the same
 * order.
 *
 * @since 0.1.0
 * @category models
 */
export interface Position {
  readonly format: number
  /** The endpoint: `v2.Deals.update`; empty for a function of your own. */
  readonly endpoint: string
  /** So many inputs from the start are finished. */
  readonly done: number
  /** Inputs after those that are finished too, by their index. */
  readonly also: ReadonlyArray<number>
}

/**
 * Checks a {@link Position}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Position: Schema.Schema<Position> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<Position> =>
    Schema.Struct({
      format: Schema.Number,
      endpoint: Schema.String,
      done: Schema.NonNegativeInt,
      also: Schema.Array(Schema.NonNegativeInt)
    })
)

interface Reported<I> {
  /** The place of the input among all, from 0. */
  readonly index: number
  readonly input: I
  /** How far the run came with this result. */
  readonly position: Position
}

/**
 * It is done.
 *
 * @since 0.1.0
 * @category models
 */
export interface Succeeded<I, A> extends Reported<I> {
  readonly _tag: "Succeeded"
  readonly value: A
}

/**
 * It is not done: it was not sent, or Pipedrive refused it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Failed<I, X> extends Reported<I> {
  readonly _tag: "Failed"
  readonly error: X
}

/**
 * A write that was sent, and nobody knows whether Pipedrive acted: no answer came, or none that can be read. It is not repeated by
 * itself. Repeating it is harmless but for a POST, which may act twice.
 *
 * @since 0.1.0
 * @category models
 */
export interface Unknown<I, X> extends Reported<I> {
  readonly _tag: "Unknown"
  readonly error: X
}

/**
 * It was not begun, since an error before it would have met every other input as well.
 *
 * @since 0.1.0
 * @category models
 */
export interface NotBegun<I, X> extends Reported<I> {
  readonly _tag: "NotBegun"
  /** The error that stopped the run. */
  readonly error: X
}

/**
 * What became of one input.
 *
 * @since 0.1.0
 * @category models
 */
export type Result<I, A, X> = Succeeded<I, A> | Failed<I, X> | Unknown<I, X> | NotBegun<I, X>

/**
 * What a run will cost.
 *
 * @since 0.1.0
 * @category models
 */
export interface Estimate {
  /** How many inputs there are; `undefined` if that is not known before they are read. */
  readonly inputs: number | undefined
  /** The tokens of one call; `undefined` for a function of your own. */
  readonly tokensEach: number | undefined
  /** The tokens of all, without repeated attempts. */
  readonly tokens: number | undefined
}

/**
 * Options of {@link forEach}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never> {
  /** How many inputs may be under way at a time; the limiter may allow fewer requests. @default 10 */
  readonly concurrency?: number | undefined
  /** Goes on where an earlier run with the same inputs came to. */
  readonly from?: Position | undefined
  /** Is told what the run will cost, before anything is sent. If it fails, nothing is. */
  readonly onStart?: ((estimate: Estimate) => Effect.Effect<unknown, E, R>) | undefined
}

const names: Known.Names<Options> = { concurrency: true, from: true, onStart: true }

// -----------------------------------------------------------------------------
// cost
// -----------------------------------------------------------------------------

/**
 * What an endpoint costs for so many inputs, by the costs that Pipedrive documents.
 *
 * @example
 * ```ts
 * import { Bulk } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 *
 * const { tokens } = Bulk.estimate(Deals.update, 1200) // 6000
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const estimate = (endpoint: Any, inputs: number): Estimate => costOf(endpoint.endpoint, inputs)

const costOf = (endpoint: AnyDescription | undefined, inputs: number | undefined): Estimate => ({
  inputs,
  tokensEach: endpoint?.cost,
  tokens: endpoint === undefined || inputs === undefined ? undefined : endpoint.cost * inputs
})

// -----------------------------------------------------------------------------
// positions
// -----------------------------------------------------------------------------

const format = 1

const isFinishedBy = (position: Position): ((index: number) => boolean) => {
  const also = new Set(position.also)
  return (index) => index < position.done || also.has(index)
}

/** The position when one more input is finished. */
const advance = (position: Position, index: number): Position => {
  const also = new Set(position.also).add(index)
  let { done } = position
  while (also.delete(done)) done++
  return { ...position, done, also: Array.from(also).sort((a, b) => a - b) }
}

const faultOf = (from: Position, endpoint: string): string | undefined => {
  if (!Schema.is(Position)(from)) return "is no position of `Bulk.forEach`"
  if (from.format !== format) return `is of format ${from.format}; this version reads ${format}`
  return from.endpoint === endpoint ? undefined : `is a position of ${from.endpoint || "a function"}`
}

// -----------------------------------------------------------------------------
// running
// -----------------------------------------------------------------------------

/** Whether every other input would fail in the same way: credentials, plan, the day's tokens, a blocked address. */
const stopsAll = (error: unknown): boolean => {
  if (!isPipedriveError(error)) return false
  switch (error._tag) {
    case "Unauthorized":
    case "PaymentRequired":
      return true
    case "AuthError":
      return error.transient !== true
    case "RateLimited":
      return error.kind === "daily"
    case "Forbidden":
      return error.blockedByEdge
    case "InvalidRequest":
      return error.issues.some(({ path: [first] }) => first === "policy")
    default:
      return false
  }
}

const isUnknown = (error: unknown): boolean => isPipedriveError(error) && mayHaveActed(error)

const checked = <E, R>(
  inputs: unknown,
  call: unknown,
  options: Options<E, R>,
  endpoint: string
): ReadonlyArray<Issue> => {
  const { concurrency = 1, from } = options
  if (!Predicate.isIterable(inputs) && !Predicate.hasProperty(inputs, Stream.StreamTypeId)) {
    return [{ path: ["inputs"], message: "must be an array, another iterable, or a Stream" }]
  }
  if (typeof call !== "function") return [{ path: ["call"], message: "must be an endpoint or a function" }]
  const issues: Array<Issue> = Known.unknown(options, names).map(({ message, option }) => ({ path: [option], message }))
  if (!(Number.isSafeInteger(concurrency) && concurrency > 0)) {
    issues.push({ path: ["concurrency"], message: `must be a whole number from 1 up, is ${String(concurrency)}` })
  }
  const fault = from === undefined ? undefined : faultOf(from, endpoint)
  return fault === undefined ? issues : [...issues, { path: ["from"], message: fault }]
}

type Outcome<I, A, X> =
  | Omit<Succeeded<I, A>, "position">
  | Omit<Failed<I, X>, "position">
  | Omit<Unknown<I, X>, "position">
  | Omit<NotBegun<I, X>, "position">

/**
 * Does the same with every input, and tells what became of each, in the order of the inputs.
 *
 * A failure is a result, and the run goes on. It stops where every other input would fail too (`Unauthorized`, `PaymentRequired`,
 * a daily budget that is spent): the rest is reported as `NotBegun`. The stream fails only where the inputs do, for options that
 * are wrong, and where `onStart` fails.
 *
 * Requests pass the limiter and are retried as the policy says. To stop early, end the inputs (`Stream.haltWhen`): what is
 * under way is finished and reported. A stream that is interrupted aborts what is under way.
 *
 * @example
 * ```ts
 * import { Bulk } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect, Stream } from "effect"
 *
 * const program = Bulk.forEach([{ id: 1, title: "One" }, { id: 2, title: "Two" }], Deals.update, {
 *   onStart: ({ tokens }) => Effect.log(`takes ${tokens} tokens`)
 * }).pipe(
 *   Stream.runForEach((result) =>
 *     result._tag === "Succeeded" ? Effect.void : Effect.logWarning(`deal ${result.input.id}: ${result.error.message}`)
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const forEach = <I, A, X, R2, E = never, R = never, E3 = never, R3 = never>(
  inputs: Iterable<I> | Stream.Stream<I, E, R>,
  call: Call<I, A, X, R2>,
  options: Options<E3, R3> = {}
): Stream.Stream<Result<I, A, X>, E | E3 | InvalidRequest, R | R2 | R3> => {
  const site = CallSite.capture()
  return Stream.unwrap(
    Effect.gen(function* () {
      const endpoint = call?.endpoint
      const name = endpoint === undefined ? "" : `${endpoint.version}.${endpoint.name}`
      const issues = checked(inputs, call, options, name)
      if (issues.length > 0) {
        const about = endpoint ?? { method: "", version: "", path: "" }
        const path = endpoint === undefined ? "" : `/api/${about.version}${about.path}`
        const error = new InvalidRequest({ endpoint: name || "Bulk.forEach", method: about.method, path, issues })
        return yield* Effect.fail(CallSite.named(site)(CallSite.made(error)))
      }
      const { concurrency = 10, from = { format, endpoint: name, done: 0, also: [] }, onStart } = options
      const isFinished = isFinishedBy(from)
      const length = lengthOf(inputs)
      const left = length === undefined ? undefined : Math.max(0, length - from.done - from.also.length)
      if (onStart !== undefined) yield* onStart(costOf(endpoint, left))
      const stopped = yield* Ref.make(Option.none<X>())

      const work = ([input, index]: readonly [I, number]): Effect.Effect<Outcome<I, A, X>, never, R2> =>
        Effect.flatMap(Ref.get(stopped), (stop) => {
          if (Option.isSome(stop)) return Effect.succeed({ _tag: "NotBegun", index, input, error: stop.value })
          return Effect.matchEffect(Effect.mapError(call(input, index), CallSite.named(site)), {
            onFailure: (error): Effect.Effect<Outcome<I, A, X>> =>
              Effect.as(stopsAll(error) ? Ref.set(stopped, Option.some(error)) : Effect.void, {
                _tag: isUnknown(error) ? "Unknown" : "Failed",
                index,
                input,
                error
              }),
            onSuccess: (value) => Effect.succeed<Outcome<I, A, X>>({ _tag: "Succeeded", index, input, value })
          })
        })

      let position = from
      const all = isStream(inputs) ? inputs : Stream.fromIterable(inputs)
      return Stream.zipWithIndex(all).pipe(
        Stream.filter(([, index]) => !isFinished(index)),
        Stream.mapEffect(work, { concurrency }),
        // what failed for a reason that holds for all is to be tried again
        Stream.map((outcome) => {
          const isLeft = outcome._tag === "NotBegun" || (outcome._tag === "Failed" && stopsAll(outcome.error))
          if (!isLeft) position = advance(position, outcome.index)
          return { ...outcome, position }
        })
      )
    })
  )
}

const isStream = <I, E, R>(inputs: Iterable<I> | Stream.Stream<I, E, R>): inputs is Stream.Stream<I, E, R> =>
  Predicate.hasProperty(inputs, Stream.StreamTypeId)

const lengthOf = (inputs: unknown): number | undefined =>
  Array.isArray(inputs)
    ? inputs.length
    : Chunk.isChunk(inputs)
      ? inputs.length
      : inputs instanceof Set || inputs instanceof Map
        ? inputs.size
        : undefined
