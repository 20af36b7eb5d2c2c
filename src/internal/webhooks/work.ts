/**
 * The queue between what was delivered and what is done about it: bounded, with workers, and emptied before it closes.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { WebhookError } from "../../PipedriveError.js"
import type { Event } from "../../WebhookEvents.js"
import type { Claims } from "./claims.js"

/** An event on its way. */
export interface Job {
  readonly event: Event
  readonly key: string
  /** Whether it was handled, once that is known. */
  readonly end: Deferred.Deferred<boolean>
}

/** @internal */
export interface Work {
  readonly isClosed: () => boolean
  /** Whether this process has the event in hand; when it ends, if so. */
  readonly find: (key: string) => Job | undefined
  /** Takes an event in hand, or says that the queue is full. */
  readonly offer: (job: Job) => Effect.Effect<boolean>
}

/** How many events may wait, how many are handled at once, and how long the end of all is waited for. */
export interface Size {
  readonly capacity: number
  readonly concurrency: number
  readonly drainTimeout: Duration.Duration
}

type Report = (error: WebhookError, event: Event) => Effect.Effect<void>

const failed = (cause: Cause.Cause<unknown>) =>
  new WebhookError({
    reason: "HandlerFailed",
    description: `the handler of the event ${Cause.isInterrupted(cause) ? "was interrupted" : "failed"}`,
    cause: Cause.squash(cause)
  })

const stored = (cause: unknown) =>
  new WebhookError({ reason: "Store", description: "the event was handled, but the store could not note it", cause })

const abandoned = () =>
  new WebhookError({ reason: "Abandoned", description: "the handler was closed before the event was handled" })

/** Makes the queue and its workers, which end with the scope. @internal */
export const make = (
  handle: (event: Event) => Effect.Effect<unknown, unknown>,
  claims: Claims,
  report: Report,
  { capacity, concurrency, drainTimeout }: Size
): Effect.Effect<Work, never, Scope.Scope> =>
  Effect.gen(function* () {
    // one queue a worker, so that the events of one record are handled one after the other
    const queues = yield* Effect.replicateEffect(
      Queue.dropping<Job>(Math.max(1, Math.ceil(capacity / concurrency))),
      concurrency
    )
    const inHand = new Map<string, Job>()
    const idle = yield* Deferred.make<void>()
    let isClosed = false

    const finish = (job: Job, isHandled: boolean) =>
      Effect.suspend(() => {
        inHand.delete(job.key)
        Deferred.unsafeDone(job.end, Effect.succeed(isHandled))
        return isClosed && inHand.size === 0 ? Deferred.succeed(idle, undefined) : Effect.void
      })

    const giveUp = (job: Job, error: WebhookError) =>
      claims
        .release(job.key)
        .pipe(Effect.ignore, Effect.zipRight(report(error, job.event)), Effect.zipRight(finish(job, false)))

    const process = (job: Job) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Effect.exit(restore(Effect.suspend(() => handle(job.event)))), (exit) => {
          if (Exit.isFailure(exit)) {
            return giveUp(job, isClosed && Cause.isInterruptedOnly(exit.cause) ? abandoned() : failed(exit.cause))
          }
          return claims.confirm(job.key).pipe(
            Effect.catchAllCause((cause) => report(stored(Cause.squash(cause)), job.event)),
            Effect.zipRight(finish(job, true))
          )
        })
      )

    for (const queue of queues) {
      yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), process)))
    }

    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        isClosed = true
        if (inHand.size > 0) {
          yield* Effect.raceFirst(Deferred.await(idle), Effect.sleep(drainTimeout)).pipe(Effect.interruptible)
        }
        for (const queue of queues) {
          for (const job of yield* Queue.takeAll(queue)) yield* giveUp(job, abandoned())
        }
      })
    )

    return {
      isClosed: () => isClosed,
      find: (key) => inHand.get(key),
      offer: (job) =>
        Effect.suspend(() => {
          const { entity, id, meta } = job.event
          const at =
            (Hash.string(`${meta.company_id} ${entity === "other" ? meta.entity : entity} ${id}`) >>> 0) % concurrency
          const queue = queues[at]
          // nobody would take it out of a queue that is closed
          if (isClosed || queue === undefined || !Queue.unsafeOffer(queue, job)) return Effect.succeed(false)
          inHand.set(job.key, job)
          return Effect.succeed(true)
        })
    }
  })
