/**
 * What answers deliveries: an app for Effect's `HttpRouter`, and a function from `Request` to `Response`.
 */
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { WebhookError, type WebhookErrorReason } from "../../PipedriveError.js"
import type { DecodeOptions, Event } from "../../WebhookEvents.js"
import { invalid } from "../configError.js"
import { services } from "../effects.js"
import * as Fibers from "../fiber.js"
import * as Body from "../http/body.js"
import * as Timeout from "../http/timeout.js"
import * as Known from "../options.js"
import { brief } from "../text.js"
import * as Claims from "./claims.js"
import { type Credentials, verify } from "./verify.js"
import * as Work from "./work.js"

/**
 * Options of {@link handler}. What each part needs may differ: `handle` needs R, `credentials` R2, `accept` R3, `retry` R4 and
 * `onError` R5.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never, R2 = R, R3 = R, R4 = R, R5 = R> extends DecodeOptions {
  /**
   * What deliveries must have: a user and a password, several of them while one is being replaced, or for several companies a
   * function that gives the passwords of the user that was sent (none: there is no such user).
   */
  readonly credentials:
    | Credentials
    | ((user: string) => Effect.Effect<ReadonlyArray<Redacted.Redacted<string>>, never, R2>)
  /** Your work. It is done once for each event, unless it fails; see `acknowledge` for what then becomes of the event. */
  readonly handle: (event: Event) => Effect.Effect<unknown, E, R>
  /** Whether the event is for here: of a company that you know, say. Any other is answered with 403. @default all are */
  readonly accept?: ((event: Event, user: string) => Effect.Effect<boolean, never, R3>) | undefined
  /**
   * When the answer is given. `"queued"`: as soon as the event is in the queue, so that slow work is no matter. What is in the
   * queue is lost if the process dies, and what fails is not sent again: it is told to `onError`, after the retries of `retry`.
   * `"done"`: after the work, so that Pipedrive sends again what failed or was cut off; after nine seconds the answer is 503, and a
   * later attempt finds the work done.
   *
   * @default "queued"
   */
  readonly acknowledge?: "queued" | "done" | undefined
  /** When `handle` is tried again. @default never */
  readonly retry?: Schedule.Schedule<unknown, E, R4> | undefined
  /** How many events are handled at once; those of one record one after the other, in the order they came in. @default 4 */
  readonly concurrency?: number | undefined
  /** How many events may wait. More are answered with 503, and Pipedrive sends them again. @default 1000 */
  readonly capacity?: number | undefined
  /** How long an event is remembered as done. Pipedrive's last attempt comes some four minutes after the first. @default "15 minutes" */
  readonly timeToLive?: Duration.DurationInput | undefined
  /** The most bytes of a body; of a larger one the rest is not read. @default 5242880 */
  readonly maximumBodySize?: number | undefined
  /** How long the end of the queued work is waited for when the scope closes. @default "20 seconds" */
  readonly drainTimeout?: Duration.DurationInput | undefined
  /** What is told of deliveries that were not taken or not handled. @default a warning in the log, with the event and what `handle` failed with */
  readonly onError?: ((error: WebhookError, event: Event | undefined) => Effect.Effect<unknown, never, R5>) | undefined
}

/** What `onError` is by default. What the handler or the store failed with is the part that can be mended. */
const logged = (failure: WebhookError, event: Event | undefined): Effect.Effect<void> => {
  const line = [
    `WebhookEvents: ${failure.message}`,
    ...(failure.cause === undefined ? [] : [Cause.fail(failure.cause)])
  ]
  const warning = Effect.logWarning(...line)
  return event === undefined ? warning : Effect.annotateLogs(warning, { event: event._tag, id: event.id })
}

const statuses: Readonly<Record<WebhookErrorReason, number>> = {
  Unauthorized: 401,
  Malformed: 400,
  TooLarge: 413,
  Refused: 403,
  Busy: 503,
  Closed: 503,
  Store: 503,
  HandlerFailed: 500,
  Abandoned: 503
}

/** Pipedrive waits for ten seconds. */
const answerTimeout = /*#__PURE__*/ Duration.seconds(9)

/** For the store, before the event is in the queue. */
const storeTimeout = 5000

/** After that long a claim of another process, which may have died, is void: before Pipedrive's last attempt. */
const lease = /*#__PURE__*/ Duration.minutes(2)

const error = (reason: WebhookErrorReason, description: string, cause?: unknown) =>
  new WebhookError({ reason, description, ...(cause === undefined ? {} : { cause }) })

const storeIsSlow = () => error("Store", "the store did not answer in time")

const brokenOff = () => error("Malformed", "the body is empty, or broke off")

const tooLarge = (maximum: number) => error("TooLarge", `the body is larger than ${maximum} bytes`)

/** The body's bytes, up to a limit. One whose length is told need not be read part by part. */
const bytesOf = (
  request: HttpServerRequest.HttpServerRequest,
  maximum: number
): Effect.Effect<Uint8Array, WebhookError> => {
  const length = Number(request.headers["content-length"] ?? Number.NaN)
  if (length > maximum) return Effect.fail(tooLarge(maximum))
  if (length >= 0) {
    return Effect.flatMap(Effect.mapError(request.arrayBuffer, brokenOff), (buffer) =>
      buffer.byteLength > maximum ? Effect.fail(tooLarge(maximum)) : Effect.succeed(new Uint8Array(buffer))
    )
  }
  return Body.whole(request.stream, maximum).pipe(
    Effect.mapError(brokenOff),
    Effect.flatMap((bytes) => (bytes === undefined ? Effect.fail(tooLarge(maximum)) : Effect.succeed(bytes)))
  )
}

const textOf = (request: HttpServerRequest.HttpServerRequest, maximum: number): Effect.Effect<string, WebhookError> =>
  Effect.flatMap(bytesOf(request, maximum), (bytes) =>
    Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () => error("Malformed", "the body is not UTF-8")
    })
  )

const names: Known.Names<Options> = {
  fieldTypes: true,
  credentials: true,
  handle: true,
  accept: true,
  acknowledge: true,
  retry: true,
  concurrency: true,
  capacity: true,
  timeToLive: true,
  maximumBodySize: true,
  drainTimeout: true,
  onError: true
}

const number = (options: object, name: "concurrency" | "capacity" | "maximumBodySize", or: number) => {
  const value: unknown = { ...options }[name as never] ?? or
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0
    ? Effect.succeed(value)
    : invalid(name, `must be a whole number above zero, is ${brief(value)}`)
}

const duration = (options: object, name: "timeToLive" | "drainTimeout", or: Duration.DurationInput) => {
  const value: Duration.DurationInput = { ...options }[name as never] ?? or
  return Option.match(Duration.decodeUnknown(value), {
    onNone: () => invalid(name, `must be a duration, is ${brief(value)}`),
    onSome: Effect.succeed
  })
}

type Decode = (body: unknown, options: DecodeOptions) => Effect.Effect<Event, WebhookError>

interface Parts {
  readonly decode: Decode
  readonly keyOf: (event: Event) => string
}

/** @internal */
export const make =
  ({ decode, keyOf }: Parts) =>
  <E = never, R = never, R2 = never, R3 = never, R4 = never, R5 = never>(
    options: Options<E, R, R2, R3, R4, R5>
  ): Effect.Effect<
    HttpApp.Default,
    ConfigError.ConfigError,
    Scope.Scope | KeyValueStore.KeyValueStore | R | R2 | R3 | R4 | R5
  > =>
    Effect.gen(function* () {
      yield* Known.refuseUnknown(options, names)
      const maximum = yield* number(options, "maximumBodySize", 5 * 1024 * 1024)
      const size: Work.Size = {
        capacity: yield* number(options, "capacity", 1000),
        concurrency: yield* number(options, "concurrency", 4),
        drainTimeout: yield* duration(options, "drainTimeout", "20 seconds")
      }
      const timeToLive = Duration.toMillis(yield* duration(options, "timeToLive", "15 minutes"))
      // the span in which the handler is made is not that of an event
      const context = yield* services<R | R2 | R3 | R4 | R5>()
      const store = yield* KeyValueStore.KeyValueStore
      const holder = (yield* Random.nextIntBetween(1, Number.MAX_SAFE_INTEGER)).toString(36)
      const claims = Claims.make(store, { holder, timeToLive, lease: Duration.toMillis(lease) })
      const report = (failure: WebhookError, event: Event | undefined): Effect.Effect<void> =>
        Effect.suspend(() =>
          options.onError === undefined ? logged(failure, event) : options.onError(failure, event)
        ).pipe(
          Effect.catchAllCause((cause) => Effect.logError("WebhookEvents: onError failed", cause)),
          Effect.provide(context),
          Effect.asVoid
        )
      const { retry } = options
      const handle = (event: Event) =>
        (retry === undefined
          ? Effect.suspend(() => options.handle(event))
          : Effect.retry(
              Effect.suspend(() => options.handle(event)),
              retry
            )
        ).pipe(
          Effect.withSpan("Pipedrive.WebhookEvents.handle", {
            kind: "consumer",
            captureStackTrace: false,
            attributes: { "pipedrive.event": event._tag, "pipedrive.company_id": event.companyId }
          }),
          Effect.provide(context)
        )
      const work = yield* Work.make(handle, claims, report, size)

      /** The event in hand, from now on or since an earlier delivery; nothing: it was handled. */
      const admit = (event: Event) =>
        Effect.gen(function* () {
          const key = keyOf(event)
          const known = work.find(key)
          if (known !== undefined) return known
          const outcome = yield* Effect.clockWith((clock) =>
            Fibers.withSetting(identity, (setting) =>
              Timeout.withLimit(claims.claim(key), setting, { millis: storeTimeout, clock, onTimeout: storeIsSlow })
            )
          ).pipe(
            Effect.catchAllCause((cause) =>
              Effect.fail(error("Store", "the store could not be asked about the event", Cause.squash(cause)))
            )
          )
          if (outcome === "done") return undefined
          if (outcome === "elsewhere") return yield* error("Busy", "the event is being handled by another process")
          // an earlier delivery may have been faster while the store was asked
          const faster = work.find(key)
          if (faster !== undefined) return faster
          const job: Work.Job = { event, key, end: yield* Deferred.make<boolean>() }
          if (yield* work.offer(job)) return job
          yield* Effect.ignore(claims.release(key))
          return yield* error("Busy", "the queue is full")
        }).pipe(Effect.uninterruptible)

      const answer = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (request.method !== "POST") return HttpServerResponse.empty({ status: 405, headers: { allow: "POST" } })
        // once the body is read there is an event, of which `onError` is told
        let event: Event | undefined
        return yield* Effect.gen(function* () {
          const user = yield* verify(request.headers.authorization, options.credentials)
          if (work.isClosed()) return yield* error("Closed", "the handler is shutting down")
          const body = yield* textOf(request, maximum)
          const read = yield* decode(body, options)
          event = read
          if (options.accept !== undefined && !(yield* options.accept(read, user))) {
            return yield* error("Refused", "the event is not for here")
          }
          if (work.isClosed()) return yield* error("Closed", "the handler is shutting down")
          const job = yield* admit(read)
          if (job === undefined || options.acknowledge !== "done") return HttpServerResponse.empty({ status: 200 })
          const isHandled = yield* Effect.timeoutOption(Deferred.await(job.end), answerTimeout)
          // what failed has been told of
          return HttpServerResponse.empty({
            status: Option.match(isHandled, { onNone: () => 503, onSome: (is) => (is ? 200 : 500) })
          })
        }).pipe(
          Effect.provide(context),
          Effect.catchAllDefect((defect) =>
            Effect.fail(error("HandlerFailed", "a function of the handler's options threw", defect))
          ),
          Effect.catchAll((failure) => {
            const status = statuses[failure.reason]
            const headers = {
              ...(status === 401 ? { "www-authenticate": "Basic" } : {}),
              ...(status === 503 ? { "retry-after": "3" } : {})
            }
            return Effect.as(report(failure, event), HttpServerResponse.empty({ status, headers }))
          })
        )
      })
      return answer
    })
