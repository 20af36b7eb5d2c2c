/**
 * Files on their way, up and down: as long as something moves, no attempt is over.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as E from "../../PipedriveError.js"
import type { CallState } from "./call.js"
import * as Download from "./download.js"
import * as Exchange from "./exchange.js"
import * as Failure from "./failure.js"

// -----------------------------------------------------------------------------
// time limits
// -----------------------------------------------------------------------------

/** What is left of a limit. */
interface Rest {
  readonly of: E.Timeout["of"]
  readonly duration: Duration.Duration
  readonly millis: number
}

/** Of a form in one piece nobody can say how far it is, so it is given time by its length. */
const slowest = { bytesPerSecond: 64 * 1024, free: 1024 * 1024 }

const allowanceFor = ({ body }: HttpClientRequest.HttpClientRequest): number =>
  body._tag === "Uint8Array" && body.contentType.startsWith("multipart/")
    ? Math.ceil((Math.max(0, body.body.length - slowest.free) / slowest.bytesPerSecond) * 1000)
    : 0

const attemptRest = <A>({ policy }: CallState<A>): Rest => ({
  of: "attempt",
  duration: policy.timeout,
  millis: Duration.toMillis(policy.timeout)
})

const callRest = <A>({ moved, policy, started }: CallState<A>): Rest => ({
  of: "call",
  duration: policy.totalTimeout,
  millis: Duration.toMillis(policy.totalTimeout) - (moved - started)
})

const transferRest = <A>({ began, policy }: CallState<A>, now: number): Rest => ({
  of: "transfer",
  duration: policy.transferTimeout,
  millis: Duration.toMillis(policy.transferTimeout) - (now - began)
})

/** The limit that is over first, counted from when something moved last. */
const firstOf = <A>(state: CallState<A>): Rest => {
  const attempt = attemptRest(state)
  const call = callRest(state)
  const first = call.millis < attempt.millis ? call : attempt
  if (state.request.body._tag === "Stream") {
    const transfer = transferRest(state, state.moved)
    return transfer.millis < first.millis ? transfer : first
  }
  const allowance = allowanceFor(state.request)
  return allowance === 0 ? first : { ...first, millis: first.millis + allowance }
}

/** The milliseconds of the attempt that begins, and the limit that was passed when it is over. @internal */
export const limit = <A>(state: CallState<A>): { readonly millis: number; readonly passed: () => Rest } => {
  state.moved = state.began
  const { millis } = firstOf(state)
  state.deadline = state.began + millis
  return { millis, passed: () => firstOf(state) }
}

/** Something moved: the time since it did last is no wait of the call's. */
const move = <A>(state: CallState<A>): void => {
  const now = state.clock.unsafeCurrentTimeMillis()
  state.started += now - state.moved
  state.moved = now
}

// -----------------------------------------------------------------------------
// up
// -----------------------------------------------------------------------------

/** A request with a stream for a body, which is watched. @internal */
export const outgoing = <A>(
  request: HttpClientRequest.HttpClientRequest,
  { contentLength, contentType, stream }: HttpBody.Stream,
  state: () => CallState<A>
): HttpClientRequest.HttpClientRequest => {
  const watched = Stream.suspend(() => {
    const current = state()
    if (!current.sending.restartable) {
      if (current.consumed) return Stream.fail("the body was begun before")
      current.consumed = true
    }
    return Stream.mapChunks(stream, (chunk) => {
      move(current)
      current.deadline = current.moved + firstOf(current).millis
      return chunk
    })
  })
  return HttpClientRequest.setBody(request, HttpBody.stream(watched, contentType, contentLength))
}

// -----------------------------------------------------------------------------
// down
// -----------------------------------------------------------------------------

/** The answer, its file watched if it is one. The attempt itself is then without limit: each part has its own. @internal */
export const incoming = <A>(state: CallState<A>, answer: Exchange.Received): Exchange.Received => {
  if (answer.file === undefined) return answer
  state.deadline = Number.POSITIVE_INFINITY
  return { ...answer, file: watched(state, answer, answer.file) }
}

const watched = <A>(
  state: CallState<A>,
  { attempts, headers, secrets, status }: Exchange.Received,
  file: Stream.Stream<Uint8Array, E.PipedriveError>
): Stream.Stream<Uint8Array, E.PipedriveError> => {
  const { policy, sending } = state
  const { call } = sending
  const length = Download.lengthOf(headers)
  const maximum = policy.maximumFileSize
  const tooLarge = () => Exchange.tooLarge({ call, maximum, attempts, secrets }, { status, headers })
  return Stream.fromPull(
    Effect.map(Stream.toPull(file), (pull) => {
      let count = 0
      const end = () =>
        length === undefined || count >= length
          ? Effect.fail(Option.none())
          : Effect.fail(Option.some(short(`${count} of ${length} bytes came`)))
      const short = (message: string) => Failure.fromDefect(call, new Error(message), attempts, secrets, "receive")
      return Effect.matchEffect(inTime(state, attempts, pull), {
        onFailure: (error): Effect.Effect<never, Option.Option<E.PipedriveError>> =>
          Option.isSome(error) ? Effect.fail(error) : end(),
        onSuccess: (chunk) => {
          count += Chunk.reduce(chunk, 0, (sum, part) => sum + part.length)
          // something must be read of it, or its connection would stay open
          return Math.max(count, length ?? 0) > maximum ? Effect.fail(Option.some(tooLarge())) : Effect.succeed(chunk)
        }
      })
    })
  )
}

/** A part of a file, for which no longer is waited than something must move. What its reader does with it takes no time here. */
const inTime = <A, B>(
  state: CallState<A>,
  attempts: number,
  pull: Effect.Effect<B, Option.Option<E.PipedriveError>>
): Effect.Effect<B, Option.Option<E.PipedriveError>> =>
  Effect.suspend(() => {
    const attempt = attemptRest(state)
    const transfer = transferRest(state, state.clock.unsafeCurrentTimeMillis())
    const { duration, millis, of } = transfer.millis < attempt.millis ? transfer : attempt
    return Effect.timeoutFail(pull, {
      duration: Math.max(0, millis),
      onTimeout: () => Option.some(new E.Timeout({ ...state.sending.call, attempts, duration, of }))
    }).pipe(Effect.tap(() => Effect.sync(() => move(state))))
  })
