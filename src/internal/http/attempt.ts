/**
 * One attempt of a call within its time: its credentials, its place at the limiter, the exchange, what the answer means.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import { constTrue, constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as RuntimeFlags from "effect/RuntimeFlags"
import * as Tracer from "effect/Tracer"
import * as E from "../../PipedriveError.js"
import * as Limiter from "../rateLimit/gate.js"
import * as Queue from "../rateLimit/queue.js"
import * as Metrics from "../telemetry/metrics.js"
import type { Run } from "./call.js"
import * as Exchange from "./exchange.js"
import * as Failure from "./failure.js"
import * as Timed from "./timeout.js"
import * as Transport from "./transport.js"

/** Stands for a value where the request has to wait for its turn. @internal */
export const mustWait: unique symbol = Symbol("effect-pipedrive/internal/http/attempt/mustWait")

type MustWait = typeof mustWait

/** An attempt within its own time, or what is left of the call's. The interruption aborts the request. @internal */
export const attempt = <A>(run: Run<A>): Effect.Effect<A | MustWait, E.PipedriveError> => {
  const { clock, policy, sending } = run
  run.began = clock.unsafeCurrentTimeMillis()
  run.tries += run.permit === undefined ? 1 : 0
  const left = Duration.toMillis(policy.totalTimeout) - (run.began - run.started)
  const own = Duration.toMillis(policy.timeout)
  const of = left < own ? ("call" as const) : ("attempt" as const)
  const duration = of === "call" ? policy.totalTimeout : policy.timeout
  const limit: Limit = {
    millis: Math.min(left, own),
    clock,
    onTimeout: () =>
      run.authorizing
        ? slowAuthorization(run, duration)
        : new E.Timeout({ ...sending.call, attempts: run.attempts, duration, of })
  }
  return direct(run, limit) ?? isolated(run, general(run), limit)
}

type Limit = Timed.Limit<E.PipedriveError>

// -----------------------------------------------------------------------------
// the parts of an attempt
// -----------------------------------------------------------------------------

const slowAuthorization = <A>(run: Run<A>, duration: Duration.Duration): E.AuthError =>
  new E.AuthError({
    ...run.sending.call,
    reason: "TokenEndpoint",
    description: `the access token was not ready within ${Duration.format(duration)}: its renewal or its store is slow. The request was not ${run.attempts === 0 ? "sent" : "accepted"}`,
    transient: true
  })

/** What the `Auth` service is asked, within a call: its errors say for which. */
const authorizing = <A, B>(run: Run<A>, effect: () => Effect.Effect<B, E.AuthError>): Effect.Effect<B, E.AuthError> =>
  Effect.suspend(() => {
    run.authorizing = true
    return Effect.catchAll(effect(), ({ attempts, code, description, reason, retryAfter, status, transient }) => {
      const said = { reason, description, status, code, transient, retryAfter, attempts }
      return Effect.fail(new E.AuthError({ ...run.sending.call, ...said }))
    })
  })

interface Admission {
  /** What must not be shown of the answer. */
  readonly secrets: ReadonlyArray<string>
  readonly place: { readonly gate: Limiter.Gate; readonly permit: Limiter.Permit } | undefined
}

/** Takes a place at the limiter, where there is one. */
const admit = <A>(run: Run<A>, signed: HttpClientRequest.HttpClientRequest): Admission | MustWait => {
  const own = Failure.secretsOf(signed)
  // the server may echo what was replaced, too
  const secrets = (run.secrets = run.secrets.length === 0 ? own : [...new Set([...run.secrets, ...own])])
  const { limiter } = run
  if (limiter === undefined) return { secrets, place: undefined }
  const now = run.clock.unsafeCurrentTimeMillis()
  const gate = (run.gate ??= limiter.gates.of(run.auth.account ?? own.join(" "), now))
  run.turn ??= Queue.turn(gate)
  // one that waited comes with its place
  const permit = run.permit ?? Queue.enter(gate, run.ask, now)
  if (permit === undefined) return mustWait
  run.permit = undefined
  return { secrets, place: { gate, permit } }
}

/** Gives a place back that no answer came for. @internal */
export const leave = (gate: Limiter.Gate, permit: Limiter.Permit, sent: boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    Limiter.abandon(gate, permit, sent)
    return Queue.pump(gate)
  })

const leaveUnanswered = ({ place }: Admission, exit: Exit.Exit<unknown, E.PipedriveError>): Effect.Effect<void> =>
  place === undefined || place.permit.settled ? Effect.void : leave(place.gate, place.permit, wasSent(exit))

const wasSent = (exit: Exit.Exit<unknown, E.PipedriveError>): boolean => {
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
  return error?._tag !== "TransportError" || (error.phase !== "connect" && error.phase !== "prepare")
}

/** Counts a request, and gives it as it goes out. */
const prepare = <A>(
  run: Run<A>,
  signed: HttpClientRequest.HttpClientRequest,
  { secrets }: Admission
): Exchange.Exchange => {
  const { client, labels, policy, sending } = run
  const { binary, call, cost, meter, span } = sending
  run.attempts++
  run.answer = undefined
  meter.attempted(cost, labels)
  const request = policy.traceHeaders ? HttpClientRequest.setHeaders(signed, HttpTraceContext.toHeaders(span)) : signed
  const maximum = binary ? policy.maximumFileSize : policy.maximumBodySize
  return { call, client, request, binary, maximum, attempts: run.attempts, secrets }
}

/** What an answer teaches the limiter, and what it means for the call. */
const judge = <A>(run: Run<A>, answer: Exchange.Received, { place }: Admission): Effect.Effect<A, E.PipedriveError> => {
  run.answer = answer
  const judged = run.sending.receive(answer, run.policy)
  const left = Failure.count(answer.headers["x-daily-ratelimit-token-remaining"])
  if (left !== undefined) Metrics.left(left, run.labels)
  if (place === undefined) return judged
  const settled = Queue.settle(place.gate, place.permit, answer, run.clock.unsafeCurrentTimeMillis())
  return settled === Effect.void ? judged : Effect.zipRight(settled, judged)
}

/** Asks for other credentials after the first 401 of a call. */
const recovered = <A>(
  run: Run<A>,
  signed: HttpClientRequest.HttpClientRequest,
  judged: Effect.Effect<A, E.PipedriveError>,
  within: <B>(effect: Effect.Effect<B, E.PipedriveError>) => Effect.Effect<B, E.PipedriveError>
): Effect.Effect<A | MustWait, E.PipedriveError> =>
  atOnce(judged) !== undefined
    ? judged
    : Effect.catchAll(judged, (error): Effect.Effect<A | MustWait, E.PipedriveError> => {
        if (error._tag !== "Unauthorized" || run.recovered || run.consumed) return Effect.fail(error)
        run.recovered = true
        return within(
          Effect.flatMap(
            run.auth.recover(signed),
            (worthIt): Effect.Effect<A | MustWait, E.PipedriveError> => (worthIt ? general(run) : Effect.fail(error))
          )
        )
      })

// -----------------------------------------------------------------------------
// the general way: any client, any body, anything to wait for
// -----------------------------------------------------------------------------

const general = <A>(run: Run<A>): Effect.Effect<A | MustWait, E.PipedriveError> =>
  Effect.flatMap(
    authorizing(run, () => run.auth.authorize(run.request)),
    (signed): Effect.Effect<A | MustWait, E.PipedriveError> => {
      run.authorizing = false
      const admission = admit(run, signed)
      if (admission === mustWait) return Effect.succeed(mustWait)
      const received = Exchange.run(prepare(run, signed, admission))
      const judged = Effect.flatMap(received, (answer) => judge(run, answer, admission))
      return Effect.onExit(
        recovered(run, signed, judged, (effect) => effect),
        (exit) => leaveUnanswered(admission, exit)
      )
    }
  )

/** In a fiber of its own, which the time limit interrupts. */
const isolated = <A, B>(
  run: Run<A>,
  effect: Effect.Effect<B, E.PipedriveError>,
  limit: Limit
): Effect.Effect<B, E.PipedriveError> =>
  Effect.withFiberRuntime((fiber, { runtimeFlags }) =>
    Timed.limit(effect, isolatedRuntime(fiber, runtimeFlags, run.sending.span), limit)
  )

/** Redirects are followed by us, who know where credentials may go. */
const byHand: RequestInit = { redirect: "manual" }

/**
 * What an attempt runs with in its own fiber: our span stands for the platform's, fetch follows no redirect, and the fibers of
 * a transport log no failures, for those hold the request with its credentials.
 */
const isolatedRuntime = (
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  runtimeFlags: RuntimeFlags.RuntimeFlags,
  span: Tracer.Span
): Runtime.Runtime<never> => {
  const id = fiber.id()
  const init = Context.getOption(fiber.currentContext, FetchHttpClient.RequestInit)
  const services = new Map(fiber.currentContext.unsafeMap)
    .set(Tracer.ParentSpan.key, span)
    .set(FetchHttpClient.RequestInit.key, Option.isNone(init) ? byHand : { ...init.value, ...byHand })
  const fiberRefs = FiberRefs.updateManyAs(fiber.getFiberRefs(), {
    entries: [
      [HttpClient.currentTracerDisabledWhen, [[id, constTrue]]],
      [FiberRef.unhandledErrorLogLevel, [[id, Option.none()]]]
    ]
  })
  return Runtime.make({ context: Context.unsafeMake(services), fiberRefs, runtimeFlags })
}

// -----------------------------------------------------------------------------
// the direct way: our own transports, in the caller's fiber
// -----------------------------------------------------------------------------

/**
 * Starts the transport and a timer, and goes on with what comes first. For requests whose body is there in whole and whose
 * credentials need not be waited for, in real time. What an answer asks for beyond that (a redirect, new credentials) is
 * done in a fiber of its own, in the time that is left.
 */
const direct = <A>(run: Run<A>, limit: Limit): Effect.Effect<A | MustWait, E.PipedriveError> | undefined => {
  const transport = Transport.of(run.client)
  if (transport === undefined || !Timed.isLive(limit)) return undefined
  const signed = atOnce(run.auth.authorize(run.request))
  if (signed === undefined || (signed.body._tag !== "Empty" && signed.body._tag !== "Uint8Array")) return undefined
  return Effect.uninterruptibleMask((restore) =>
    Effect.withFiberRuntime<A | MustWait, E.PipedriveError>((fiber) => {
      const admission = admit(run, signed)
      if (admission === mustWait) return Effect.succeed(mustWait)
      const exchange = prepare(run, signed, admission)
      const rest = <B>(effect: Effect.Effect<B, E.PipedriveError>) => {
        const passed = run.clock.unsafeCurrentTimeMillis() - run.began
        return isolated(run, effect, { ...limit, millis: limit.millis - passed })
      }
      const flight = launch(transport, exchange, fiber.currentContext as Context.Context<never>, limit, (outcome) => {
        const met = Exchange.outcome(exchange, outcome)
        if (Either.isLeft(met)) return Effect.fail(met.left)
        const answer = met.right
        const judged = Exchange.isRedirect(answer.status)
          ? rest(
              Effect.flatMap(Exchange.follow(exchange, exchange.request, answer), (last) => judge(run, last, admission))
            )
          : judge(run, answer, admission)
        return recovered(run, signed, judged, rest)
      })
      return Effect.onExit(restore(flight.ended), (exit) =>
        Effect.suspend(() => {
          flight.stop()
          return leaveUnanswered(admission, exit)
        })
      )
    })
  )
}

/** The value of an effect that is one already. */
const atOnce = <A, Er>(effect: Effect.Effect<A, Er>): A | undefined =>
  // an effect that is an exit is an exit of the same types
  Exit.isExit(effect) && Exit.isSuccess(effect) ? (effect.value as A) : undefined

interface Flight<A> {
  readonly ended: Effect.Effect<A, E.PipedriveError>
  readonly stop: () => void
}

const launch = <A>(
  transport: Transport.Transport,
  exchange: Exchange.Exchange,
  context: Context.Context<never>,
  limit: Limit,
  onEnd: (outcome: Transport.Outcome) => Effect.Effect<A, E.PipedriveError>
): Flight<A> => {
  let resume: ((next: Effect.Effect<A, E.PipedriveError>) => void) | undefined
  let next: Effect.Effect<A, E.PipedriveError> | undefined
  let stopTimer = constVoid
  const end = (effect: Effect.Effect<A, E.PipedriveError>) => {
    if (next !== undefined) return
    next = effect
    stopTimer()
    resume?.(effect)
  }
  const abort = Exchange.launch(exchange, transport, context, (outcome) => end(Effect.suspend(() => onEnd(outcome))))
  if (next === undefined) {
    stopTimer = Timed.startLive(limit.millis, () => {
      abort()
      end(Effect.failSync(limit.onTimeout))
    })
  }
  return {
    ended: Effect.async((ready) => {
      if (next === undefined) resume = ready
      else ready(next)
    }),
    stop: () => {
      if (next !== undefined) return
      next = Effect.interrupt
      stopTimer()
      abort()
    }
  }
}
