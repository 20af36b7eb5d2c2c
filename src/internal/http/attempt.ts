/**
 * One attempt of a call within its time limit: credentials, permit, exchange, and what the response means.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import * as E from "../../PipedriveError.js"
import * as Fibers from "../fiber.js"
import * as Limiter from "../rateLimit/gate.js"
import * as Queue from "../rateLimit/queue.js"
import * as Metrics from "../telemetry/metrics.js"
import type { CallState } from "./call.js"
import * as Exchange from "./exchange.js"
import * as Failure from "./failure.js"
import { lengthId } from "./fetchOptions.js"
import * as Timeout from "./timeout.js"
import * as Transfer from "./transfer.js"
import * as Transport from "./transport.js"

/** What an attempt gives instead of a value when the request has to wait for its turn. @internal */
export const mustWait: unique symbol = Symbol("effect-pipedrive/internal/http/attempt/mustWait")

type MustWait = typeof mustWait

/** One attempt, within its own time limit or the rest of the call's. Interruption aborts the request. @internal */
export const attempt = <A>(state: CallState<A>): Effect.Effect<A | MustWait, E.PipedriveError> => {
  const { clock, sending } = state
  state.began = clock.unsafeCurrentTimeMillis()
  state.tries += state.permit === undefined ? 1 : 0
  const { millis, passed } = Transfer.limit(state)
  const limit: Limit = {
    millis,
    clock,
    deadline: () => state.deadline,
    onTimeout: () => {
      const { duration, of } = passed()
      return state.authorizing
        ? slowAuthorization(state, duration)
        : new E.Timeout({ ...sending.call, attempts: state.attempts, duration, of })
    }
  }
  return direct(state, limit) ?? inOwnFiber(state, general(state), limit)
}

type Limit = Timeout.Limit<E.PipedriveError>

// -----------------------------------------------------------------------------
// the parts of an attempt
// -----------------------------------------------------------------------------

const slowAuthorization = <A>(state: CallState<A>, duration: Duration.Duration): E.AuthError =>
  new E.AuthError({
    ...state.sending.call,
    reason: "TokenEndpoint",
    description: `the access token was not ready within ${Duration.format(duration)}: its renewal or its store is slow. The request was not ${state.attempts === 0 ? "sent" : "accepted"}`,
    transient: true
  })

/** Asks the `Auth` service within a call. Its errors name the endpoint. */
const askAuth = <A, B>(
  state: CallState<A>,
  effect: () => Effect.Effect<B, E.AuthError>
): Effect.Effect<B, E.AuthError> =>
  Effect.suspend(() => {
    state.authorizing = true
    return Effect.catchAll(effect(), (error) => Effect.fail(new E.AuthError({ ...error, ...state.sending.call })))
  })

interface Admission {
  /** What must not be shown of the answer. */
  readonly secrets: ReadonlyArray<string>
  readonly place: { readonly gate: Limiter.Gate; readonly permit: Limiter.Permit } | undefined
}

/** Takes a place at the limiter, if there is one. */
const takePlace = <A>(state: CallState<A>, signed: HttpClientRequest.HttpClientRequest): Admission | MustWait => {
  const own = Failure.secretsOf(signed)
  // the server may also echo credentials that were replaced
  const secrets = (state.secrets = state.secrets.length === 0 ? own : [...new Set([...state.secrets, ...own])])
  const { limiter } = state
  if (limiter === undefined) return { secrets, place: undefined }
  const now = state.clock.unsafeCurrentTimeMillis()
  const gate = (state.gate ??= limiter.gates.of(state.auth.account ?? own.join(" "), now))
  state.turn ??= Queue.turn(gate)
  // a request that waited already has its permit
  const permit = state.permit ?? Queue.enter(gate, state.ask, now)
  if (permit === undefined) return mustWait
  state.permit = undefined
  return { secrets, place: { gate, permit } }
}

/** Releases the permit of a request that got no answer. @internal */
export const release = (gate: Limiter.Gate, permit: Limiter.Permit, sent: boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    Limiter.abandon(gate, permit, sent)
    return Queue.pump(gate)
  })

const releaseUnanswered = ({ place }: Admission, exit: Exit.Exit<unknown, E.PipedriveError>): Effect.Effect<void> =>
  place === undefined || place.permit.settled ? Effect.void : release(place.gate, place.permit, wasSent(exit))

const wasSent = (exit: Exit.Exit<unknown, E.PipedriveError>): boolean => {
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
  return error?._tag !== "TransportError" || (error.phase !== "connect" && error.phase !== "prepare")
}

/** Counts the attempt and gives the request as it is sent. */
const prepareExchange = <A>(
  state: CallState<A>,
  signed: HttpClientRequest.HttpClientRequest,
  { secrets }: Admission
): Exchange.Exchange => {
  const { client, labels, policy, sending } = state
  const { binary, call, cost, meter, span } = sending
  state.attempts++
  state.answer = undefined
  meter.attempted(cost, labels)
  const request = policy.traceHeaders ? HttpClientRequest.setHeaders(signed, HttpTraceContext.toHeaders(span)) : signed
  const maximum = binary ? policy.maximumFileSize : policy.maximumBodySize
  return { call, client, request, binary, maximum, attempts: state.attempts, secrets }
}

/** Reports the response to the limiter, and decides what it means for the call. */
const judgeResponse = <A>(
  state: CallState<A>,
  answer: Exchange.Received,
  { place }: Admission
): Effect.Effect<A, E.PipedriveError> => {
  state.answer = answer
  const judged = state.sending.receive(Transfer.incoming(state, answer), state.policy)
  const left = Failure.count(answer.headers["x-daily-ratelimit-token-remaining"])
  if (left !== undefined) Metrics.left(left, state.labels)
  if (place === undefined) return judged
  const settled = Queue.settle(place.gate, place.permit, answer, state.clock.unsafeCurrentTimeMillis())
  return settled === Effect.void ? judged : Effect.zipRight(settled, judged)
}

/** Asks for other credentials after the first 401 of a call. */
const recoverFrom401 = <A>(
  state: CallState<A>,
  signed: HttpClientRequest.HttpClientRequest,
  judged: Effect.Effect<A, E.PipedriveError>,
  within: <B>(effect: Effect.Effect<B, E.PipedriveError>) => Effect.Effect<B, E.PipedriveError>
): Effect.Effect<A | MustWait, E.PipedriveError> =>
  valueOf(judged) !== undefined
    ? judged
    : Effect.catchAll(judged, (error): Effect.Effect<A | MustWait, E.PipedriveError> => {
        if (error._tag !== "Unauthorized" || state.recovered || state.consumed) return Effect.fail(error)
        state.recovered = true
        return within(
          Effect.flatMap(
            askAuth(state, () => state.auth.recover(signed)),
            (worthIt): Effect.Effect<A | MustWait, E.PipedriveError> => (worthIt ? general(state) : Effect.fail(error))
          )
        )
      })

// -----------------------------------------------------------------------------
// the general way: any client, any body, anything to wait for
// -----------------------------------------------------------------------------

const general = <A>(state: CallState<A>): Effect.Effect<A | MustWait, E.PipedriveError> =>
  Effect.flatMap(
    askAuth(state, () => state.auth.authorize(state.request)),
    (signed): Effect.Effect<A | MustWait, E.PipedriveError> => {
      state.authorizing = false
      const admission = takePlace(state, signed)
      if (admission === mustWait) return Effect.succeed(mustWait)
      const received = Exchange.perform(prepareExchange(state, signed, admission))
      const judged = Effect.flatMap(received, (answer) => judgeResponse(state, answer, admission))
      return Effect.onExit(
        recoverFrom401(state, signed, judged, (effect) => effect),
        (exit) => releaseUnanswered(admission, exit)
      )
    }
  )

/** Runs an effect in its own fiber, which the time limit interrupts. */
const inOwnFiber = <A, B>(
  state: CallState<A>,
  effect: Effect.Effect<B, E.PipedriveError>,
  limit: Limit
): Effect.Effect<B, E.PipedriveError> =>
  Fibers.withSetting(
    (context) => attemptContext(context, state),
    (setting) => Timeout.withLimit(effect, setting, limit)
  )

/** We follow redirects ourselves, because credentials must not go to another host. */
const manualRedirects: RequestInit = { redirect: "manual" }

/** The context of an attempt's fiber: our span is the parent, and fetch follows no redirect. */
const attemptContext = (
  context: Context.Context<never>,
  { request: { body }, sending }: CallState<unknown>
): Context.Context<never> => {
  const init = Context.getOption(context, FetchHttpClient.RequestInit)
  const length = body._tag === "Stream" ? body.contentLength : undefined
  const own = length === undefined ? manualRedirects : { ...manualRedirects, [lengthId]: length }
  return Context.add(
    Context.add(context, Tracer.ParentSpan, sending.span),
    FetchHttpClient.RequestInit,
    Option.isNone(init) ? own : { ...init.value, ...own }
  )
}

// -----------------------------------------------------------------------------
// the direct way: our own transports, in the caller's fiber
// -----------------------------------------------------------------------------

/**
 * Starts the transport and a timer, and continues with whichever ends first. Only for requests with a complete body and
 * credentials that are available at once, under the live clock. A redirect or a 401 continues in a fiber of its own, within
 * the remaining time.
 */
const direct = <A>(state: CallState<A>, limit: Limit): Effect.Effect<A | MustWait, E.PipedriveError> | undefined => {
  const transport = Transport.of(state.client)
  if (transport === undefined || !Timeout.isLive(limit) || state.sending.binary) return undefined
  const signed = state.auth.authorizeNow?.(state.request, state.began)
  if (signed === undefined || (signed.body._tag !== "Empty" && signed.body._tag !== "Uint8Array")) return undefined
  return Effect.uninterruptibleMask((restore) =>
    Effect.withFiberRuntime<A | MustWait, E.PipedriveError>((fiber) => {
      const admission = takePlace(state, signed)
      if (admission === mustWait) return Effect.succeed(mustWait)
      const exchange = prepareExchange(state, signed, admission)
      const rest = <B>(effect: Effect.Effect<B, E.PipedriveError>) => {
        const passed = state.clock.unsafeCurrentTimeMillis() - state.began
        return inOwnFiber(state, effect, { ...limit, millis: limit.millis - passed })
      }
      const running = startRequest(
        transport,
        exchange,
        fiber.currentContext as Context.Context<never>,
        limit,
        (outcome) => {
          const met = Exchange.outcome(exchange, outcome)
          if (Either.isLeft(met)) return Effect.fail(met.left)
          const answer = met.right
          const judged = Exchange.isRedirect(answer.status)
            ? rest(
                Effect.flatMap(Exchange.follow(exchange, exchange.request, answer), (last) =>
                  judgeResponse(state, last, admission)
                )
              )
            : judgeResponse(state, answer, admission)
          return recoverFrom401(state, signed, judged, rest)
        }
      )
      return Effect.onExit(restore(running.ended), (exit) =>
        Effect.suspend(() => {
          running.stop()
          return releaseUnanswered(admission, exit)
        })
      )
    })
  )
}

/** The value of an effect that has already succeeded. */
const valueOf = <A, Er>(effect: Effect.Effect<A, Er>): A | undefined =>
  // an effect that is an exit is an exit of the same types
  Exit.isExit(effect) && Exit.isSuccess(effect) ? (effect.value as A) : undefined

interface RunningRequest<A> {
  readonly ended: Effect.Effect<A, E.PipedriveError>
  readonly stop: () => void
}

const startRequest = <A>(
  transport: Transport.Transport,
  exchange: Exchange.Exchange,
  context: Context.Context<never>,
  limit: Limit,
  onEnd: (outcome: Transport.Outcome) => Effect.Effect<A, E.PipedriveError>
): RunningRequest<A> => {
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
    stopTimer = Timeout.startLive(limit.millis, () => {
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
