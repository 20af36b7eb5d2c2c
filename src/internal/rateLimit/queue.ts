/**
 * Waiting at the gate of a credential: in order, woken one by one, leaving without a trace.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Budget } from "../../RateLimiter.js"
import type * as Failure from "../http/failure.js"
import * as Gate from "./gate.js"
import * as Learn from "./learn.js"

/** The gates of all accounts that a layer has met. @internal */
export interface Gates {
  readonly of: (account: string, now: number) => Gate.Gate
  /** How many are remembered. */
  readonly size: () => number
}

/** So many accounts, or those of so many milliseconds, are met before the ones that were not among them are looked at. */
const many = 1000
const period = 60_000

/**
 * Two generations: an account that is met moves to the younger one, and what is idle goes when it was in the older one
 * for a whole generation. So each call does the same little work, however many accounts there are.
 *
 * @internal
 */
export const make = (settings: Gate.Settings): Gates => {
  let young = new Map<string, Gate.Gate>()
  let old = new Map<string, Gate.Gate>()
  let since = 0
  let most = many
  const age = (now: number): void => {
    const kept = new Map<string, Gate.Gate>()
    for (const [account, gate] of old) if (!Gate.isIdle(gate, now)) kept.set(account, gate)
    old = young
    young = kept
    since = now
    most = Math.max(many, 2 * kept.size)
  }
  return {
    of: (account, now) => {
      if (young.size >= most || now - since >= period) age(now)
      let gate = young.get(account)
      if (gate !== undefined) return gate
      gate = old.get(account)
      old.delete(account)
      gate ??= Gate.make(account, settings)
      young.set(account, gate)
      return gate
    },
    size: () => young.size + old.size
  }
}

/** A place for one who need not wait; `undefined` for one who must. @internal */
export const enter = (gate: Gate.Gate, ask: Gate.Ask, now: number): Gate.Permit | undefined =>
  gate.settings.shared === undefined &&
  !Gate.isQueued(gate, ask, now) &&
  Gate.refusal(gate, ask, now) === undefined &&
  Gate.mayGo(gate, ask, now)
    ? Gate.take(gate, ask, now)
    : undefined

/** A turn in line, to be taken along when a request has to be repeated. @internal */
export const turn = (gate: Gate.Gate): number => gate.turns++

/** Waits for a place. An interruption leaves the line, or gives the place back. @internal */
export const wait = (gate: Gate.Gate, ask: Gate.Ask, turn: number): Effect.Effect<Gate.Permit, Gate.Refusal> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      const waiter: Gate.Waiter = { ask, turn, resume: undefined, outcome: undefined, granted: undefined }
      insert(ask.search ? gate.queue.search : gate.queue.all, waiter)
      const called = Effect.async<Gate.Permit, Gate.Refusal>((resume) => {
        if (waiter.outcome === undefined) waiter.resume = resume
        else resume(waiter.outcome)
      })
      return Effect.zipRight(
        pump(gate),
        Effect.onInterrupt(restore(called), () => {
          const line = ask.search ? gate.queue.search : gate.queue.all
          const at = line.indexOf(waiter)
          if (at >= 0) line.splice(at, 1)
          if (waiter.granted !== undefined) Gate.abandon(gate, waiter.granted, false)
          return pump(gate)
        })
      )
    })
  )

const insert = (line: Array<Gate.Waiter>, waiter: Gate.Waiter): void => {
  const last = line[line.length - 1]
  if (last === undefined || last.turn < waiter.turn) {
    line.push(waiter)
    return
  }
  // one that comes back was among the first
  const at = line.findIndex((other) => other.turn > waiter.turn)
  line.splice(at, 0, waiter)
}

/** An answer came: what it teaches, and who may go now. @internal */
export const settle = (
  gate: Gate.Gate,
  permit: Gate.Permit,
  answer: Failure.Answer,
  now: number
): Effect.Effect<void> => {
  const { heldUntil } = gate
  Learn.settle(gate, permit, answer, now)
  const { shared } = gate.settings
  if (shared?.hold === undefined || gate.heldUntil <= heldUntil) return pump(gate)
  const { credential } = gate
  const hold = shared.hold({ credential, millis: gate.heldUntil - now })
  return Effect.zipRight(Effect.forkDaemon(Effect.ignore(Effect.sandbox(hold))), pump(gate))
}

/** @internal */
export const isWaitedFor = (gate: Gate.Gate): boolean => gate.queue.all.length + gate.queue.search.length > 0

/** Lets go who may, and sees to it that the next one is let go in time. @internal */
export const pump = (gate: Gate.Gate): Effect.Effect<void> =>
  !isWaitedFor(gate) && gate.timer === undefined
    ? Effect.void
    : Clock.clockWith((clock) => {
        const now = clock.unsafeCurrentTimeMillis()
        if (gate.settings.shared !== undefined) return share(gate, gate.settings.shared, now)
        while (letGo(gate, now)) {}
        return arm(gate, now)
      })

/** The first in line that may go, or is to be sent away. */
const first = (gate: Gate.Gate, now: number): Chosen | undefined => {
  const { all, search } = gate.queue
  const lines = turnOf(all) < turnOf(search) ? [all, search] : [search, all]
  for (const line of lines) {
    const [waiter] = line
    if (waiter === undefined) continue
    const refusal = Gate.refusal(gate, waiter.ask, now)
    if (refusal !== undefined || Gate.mayGo(gate, waiter.ask, now)) return { line, waiter, refusal }
  }
  return undefined
}

interface Chosen {
  readonly line: Array<Gate.Waiter>
  readonly waiter: Gate.Waiter
  readonly refusal: Gate.Refusal | undefined
}

const turnOf = (line: ReadonlyArray<Gate.Waiter>): number => line[0]?.turn ?? Number.POSITIVE_INFINITY

const letGo = (gate: Gate.Gate, now: number): boolean => {
  const chosen = first(gate, now)
  if (chosen === undefined) return false
  const { line, refusal, waiter } = chosen
  line.shift()
  if (refusal !== undefined) {
    answer(waiter, Effect.fail(refusal))
  } else {
    waiter.granted = Gate.take(gate, waiter.ask, now)
    answer(waiter, Effect.succeed(waiter.granted))
  }
  return true
}

const answer = (waiter: Gate.Waiter, outcome: Effect.Effect<Gate.Permit, Gate.Refusal>): void => {
  waiter.outcome = outcome
  waiter.resume?.(outcome)
}

/** One timer a gate. It is no one's child: whoever set it may go. */
const arm = (gate: Gate.Gate, now: number): Effect.Effect<void> => {
  const at = Gate.nextChance(gate, now)
  const { timer } = gate
  if (timer !== undefined && timer.at === at) return Effect.void
  const stopped = timer === undefined ? Effect.void : Fiber.interruptFork(timer.fiber)
  gate.timer = undefined
  if (at === undefined) return stopped
  const ring = Effect.suspend(() => {
    gate.timer = undefined
    return pump(gate)
  })
  return Effect.zipRight(
    stopped,
    Effect.map(Effect.forkDaemon(Effect.interruptible(Effect.zipRight(Effect.sleep(at - now), ring))), (fiber) => {
      gate.timer = { at, fiber }
    })
  )
}

// -----------------------------------------------------------------------------
// among processes
// -----------------------------------------------------------------------------

/** A place that was slept away by so many milliseconds is left: used then, it would be one too many. */
const tolerance = 80

/** So often another place is taken instead. Where it is always late, late is better than never. */
const most = 3

/** After a longer wait for a place, others may have been refused meanwhile. */
const longWait = 250

/**
 * Takes places until one is used in time, or everybody is held back: gives for how long. How late a place is used is counted
 * from the question: the store may have given it at any time before its answer came.
 */
const place = (
  take: Effect.Effect<number, string>,
  held: Effect.Effect<number>,
  tries: number
): Effect.Effect<number, string> =>
  Clock.clockWith((clock) => {
    const asked = clock.unsafeCurrentTimeMillis()
    return Effect.flatMap(Effect.zip(take, held, { concurrent: true }), ([delay, pause]) => {
      if (pause > 0) return Effect.succeed(pause)
      const due = asked + Math.max(delay, 0)
      const waited =
        delay <= 0
          ? Effect.succeed(0)
          : Effect.zipRight(clock.sleep(Duration.millis(delay)), delay > longWait ? held : Effect.succeed(0))
      return Effect.flatMap(waited, (pause) =>
        pause <= 0 && tries < most && clock.unsafeCurrentTimeMillis() - due > tolerance
          ? place(take, held, tries + 1)
          : Effect.succeed(pause)
      )
    })
  })

/** A fiber takes a place among all processes, waits until it comes up, and gives it to the first in line. */
const share = (gate: Gate.Gate, shared: Budget, now: number): Effect.Effect<void> => {
  if (gate.taking) return Effect.void
  let next = first(gate, now)
  while (next !== undefined && next.refusal !== undefined) {
    next.line.shift()
    answer(next.waiter, Effect.fail(next.refusal))
    next = first(gate, now)
  }
  if (next === undefined) return arm(gate, now)
  gate.taking = true
  const { line } = next
  const { credential } = gate
  const { search } = next.waiter.ask
  const take = Effect.catchAllDefect(shared.take({ credential, search, limit: gate.all.limit }), () =>
    Effect.fail("it is broken")
  )
  const held =
    shared.held === undefined
      ? Effect.succeed(0)
      : Effect.catchAllCause(shared.held({ credential }), () => Effect.succeed(0))
  const taken = Effect.matchEffect(place(take, held, 1), {
    onFailure: (description) =>
      Effect.sync(() => {
        const waiter = line.shift()
        if (waiter !== undefined) answer(waiter, Effect.fail({ _tag: "unavailable", description }))
      }),
    onSuccess: (pause) =>
      Clock.clockWith((clock) =>
        Effect.sync(() => {
          const now = clock.unsafeCurrentTimeMillis()
          if (pause > 0) gate.heldUntil = Math.max(gate.heldUntil, now + pause)
          else letGo(gate, now)
        })
      )
  })
  const again = Effect.suspend(() => {
    gate.taking = false
    return pump(gate)
  })
  return Effect.asVoid(Effect.forkDaemon(Effect.interruptible(Effect.zipRight(taken, again))))
}
