/**
 * The token of one account: held, renewed by one fiber however many ask, saved before it is used.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"
import * as Lock from "./lock.js"
import {
  type Ask,
  anything,
  isFresh,
  isResting,
  isSuperseded,
  margin,
  type State,
  same,
  sameToken,
  type Unsaved
} from "./state.js"
import * as Keeper from "./storeAccess.js"
import { fromCaller, orFail } from "./token.js"

type Token = TokenStore.Token

/** @internal */
export interface Options {
  readonly account: string
  readonly store: TokenStore.Service
  /** The token for a refresh token. `before` is what it replaces. */
  readonly renew: (
    before: Renewable,
    pause: (wait: Effect.Effect<void>) => Effect.Effect<void>
  ) => Effect.Effect<Token, AuthError>
  /** Waits for a renewal's turn among those of all accounts. */
  readonly turn: <A>(renewal: Effect.Effect<A, AuthError>) => Effect.Effect<A, AuthError>
  readonly revoke: (token: Redacted.Redacted<string>, hint: Hint) => Effect.Effect<void, AuthError>
  readonly allowed: ReadonlyArray<string>
  /** A refresh token to begin with, when the store has no token. */
  readonly seed: Redacted.Redacted<string> | undefined
  readonly onTokenUpdate: (token: Token) => Effect.Effect<void, unknown>
}

/** @internal */
export type Hint = "access_token" | "refresh_token"

/** @internal */
export type Renewable = Pick<Token, "refreshToken"> & Partial<Token>

/** @internal */
export interface Session {
  /** A token that is fresh, renewed if need be. */
  readonly token: Effect.Effect<Token, AuthError>
  /** The same token at once, if a call had it before and it is still fresh. */
  readonly ready: (now: number) => Token | undefined
  /** Answers a 401: whether there is another token to try. */
  readonly recover: (refused: string) => Effect.Effect<boolean, AuthError>
  readonly refresh: Effect.Effect<Token, AuthError>
  readonly set: (token: Token) => Effect.Effect<Token, AuthError>
  readonly revoke: (hint: Hint) => Effect.Effect<void, AuthError>
  readonly clear: Effect.Effect<void, AuthError>
}

/** A token that a 401 led to and that is refused too within this time is not renewed again. */
const recoveryPause = 10_000

/** While the OAuth server is down, it is asked so often on behalf of a token that still lives, or oftener if its life is short. */
const longestRest = 10_000

/** So often a renewal begins anew because the store has another token by then. */
const mostRounds = 4

/** @internal */
export const make = (options: Options): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { account, store } = options
    const scope = yield* Effect.scope
    const base = yield* Effect.context<never>()
    const state = yield* Ref.make<State>({
      token: undefined,
      unsaved: undefined,
      untold: false,
      dead: undefined,
      seed: options.seed,
      recovered: undefined,
      rest: undefined,
      flight: undefined
    })
    // the token of the last call, until the state changes: a call with it need not run an effect
    let ready: Token | undefined
    const patch = (change: Partial<State>) =>
      Ref.update(state, (s): State => {
        ready = undefined
        return { ...s, ...change }
      })
    const alone = Lock.make(Duration.infinity)("")

    // made when there is need: an error takes a stack trace, and there may be ten thousand accounts
    const notAuthorized = () =>
      new AuthError({
        reason: "NotAuthorized",
        description: `there is no token for account ${JSON.stringify(account)}: send the user to the authorization page`
      })

    // -------------------------------------------------------------------------
    // the store
    // -------------------------------------------------------------------------

    const keeper = Keeper.make(store, account, options.allowed)

    /** Keeps a new token in memory, until the store has it. */
    const keep = (token: Token, replaces: Unsaved["replaces"]) =>
      Effect.flatMap(Clock.currentTimeMillis, (since) =>
        patch({ token, unsaved: { replaces, since }, untold: true, dead: undefined, seed: undefined })
      )

    const write = (token: Token): Effect.Effect<void, AuthError> =>
      Effect.zipRight(
        keeper.save(token),
        Effect.flatMap(
          Ref.modify(state, (s) => [s.untold, { ...s, unsaved: undefined, untold: false }]),
          (untold) => (untold ? told(options.onTokenUpdate(token), store.lockTimeout) : Effect.void)
        )
      )

    /** Under the lock: saves what is unsaved, or gives it up for what the store has by now. */
    const offer: Effect.Effect<void, AuthError> = Effect.flatMap(Ref.get(state), ({ token, unsaved }) => {
      if (token === undefined || unsaved === undefined) return Effect.void
      const stored =
        unsaved.replaces === anything
          ? Effect.catchIf(keeper.load, isUnusable, () => Effect.succeed(undefined))
          : keeper.load
      return Effect.flatMap(stored, (found) =>
        isSuperseded(token, unsaved, found) ? patch({ token: found, unsaved: undefined, untold: false }) : write(token)
      )
    })

    // -------------------------------------------------------------------------
    // one renewal
    // -------------------------------------------------------------------------

    const usable = (token: Token | undefined, now: number, ask: Ask): Token | undefined =>
      token !== undefined && isFresh(token, now) && !(ask.refused !== undefined && same(token.accessToken, ask.refused))
        ? token
        : undefined

    const settle = (token: Token) => Effect.as(patch({ token, unsaved: undefined, dead: undefined }), token)

    /** What the store has is ours now, fresh or not: what is left of its life is used where it cannot be renewed. */
    const take = Effect.tap(keeper.load, (token) => patch({ token, unsaved: undefined }))

    /** Runs alone in this process; what comes after the lock also among all processes. */
    const renewal = (ask: Ask): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        if ((yield* Ref.get(state)).unsaved !== undefined) yield* Effect.interruptible(keeper.underLock(offer))
        const now = yield* Clock.currentTimeMillis
        const kept = usable((yield* Ref.get(state)).token, now, ask)
        if (kept !== undefined) return kept
        const stored = yield* take
        const fresh = usable(stored, now, ask)
        if (fresh !== undefined) return yield* settle(fresh)
        const { dead, seed } = yield* Ref.get(state)
        if (seed === undefined && stored === undefined) return yield* dead?.error ?? notAuthorized()
        if (
          seed === undefined &&
          stored !== undefined &&
          dead !== undefined &&
          same(stored.refreshToken, dead.refreshToken)
        ) {
          return yield* dead.error
        }
        return yield* Effect.interruptible(options.turn(keeper.underLock(locked(ask, mostRounds))))
      })

    const locked = (ask: Ask, rounds: number): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const stored = yield* take
        const fresh = usable(stored, now, ask)
        if (fresh !== undefined) return yield* settle(fresh)
        const { seed } = yield* Ref.get(state)
        const from: Renewable | undefined = stored ?? (seed === undefined ? undefined : { refreshToken: seed })
        return from === undefined ? yield* notAuthorized() : yield* renewed(from, stored, ask, rounds)
      })

    const renewed = (
      from: Renewable,
      stored: Token | undefined,
      ask: Ask,
      rounds: number
    ): Effect.Effect<Token, AuthError> =>
      Effect.matchEffect(options.renew(from, Effect.interruptible), {
        onSuccess: (token) => kept(token, stored, ask, rounds),
        onFailure: (error) =>
          error.reason === "ReauthorizationRequired" ? buried(from, ask, rounds, error) : Effect.fail(error)
      })

    const kept = (token: Token, stored: Token | undefined, ask: Ask, rounds: number) =>
      Effect.gen(function* () {
        const recovered = { accessToken: Redacted.value(token.accessToken), at: token.issuedAt }
        if (ask.after401) yield* patch({ recovered })
        yield* keep(token, stored)
        yield* offer
        if (sameToken((yield* Ref.get(state)).token, token)) return token
        // meanwhile the user consented anew through another process, or took the app off: that holds
        return rounds > 0 ? yield* locked(ask, rounds - 1) : yield* unsteady()
      })

    /** The refresh token is dead: perhaps another process has a newer one, or we began with another. */
    const buried = (from: Renewable, ask: Ask, rounds: number, error: AuthError): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const dead = Redacted.value(from.refreshToken)
        const stored = yield* take
        if (stored !== undefined && !same(stored.refreshToken, dead)) {
          return rounds > 0 ? yield* locked(ask, rounds - 1) : yield* unsteady()
        }
        const { seed } = yield* Ref.get(state)
        yield* patch({ seed: undefined, dead: { refreshToken: dead, error } })
        if (seed !== undefined && !same(seed, dead)) {
          return yield* renewed({ refreshToken: seed }, stored, ask, rounds)
        }
        return yield* error
      })

    const unsteady = () =>
      new AuthError({
        reason: "TokenStore",
        description: `the token store gives another token of account ${JSON.stringify(account)} at each reading`,
        transient: true,
        attempts: mostRounds
      })

    // -------------------------------------------------------------------------
    // one renewal for all who ask
    // -------------------------------------------------------------------------

    /** The caller's transaction, if it is in one, must not hold what is saved: only its span comes along. */
    const apart = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.mapInputContext(effect, (caller: Context.Context<never>) =>
        Option.match(Context.getOption(caller, Tracer.ParentSpan), {
          onNone: () => base,
          onSome: (span) => Context.add(base, Tracer.ParentSpan, span)
        })
      )

    const landed = (flight: Deferred.Deferred<Token, AuthError>, exit: Exit.Exit<Token, AuthError>) =>
      Effect.zipRight(
        patch({ flight: undefined }),
        Deferred.done(flight, Exit.isFailure(exit) && Exit.isInterrupted(exit) ? Exit.fail(closedMeanwhile()) : exit)
      )

    const join = (ask: Ask): Effect.Effect<Token, AuthError> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Deferred.make<Token, AuthError>(), (mine) =>
          Effect.flatMap(
            Ref.modify(state, (s) => [s.flight, s.flight === undefined ? { ...s, flight: mine } : s]),
            (theirs) => {
              if (theirs === undefined) {
                const work = apart(Effect.interruptible(alone(Effect.uninterruptible(unbroken(renewal(ask))))))
                const flight = Effect.onExit(work, (exit) => landed(mine, exit))
                return Effect.zipRight(Effect.forkIn(flight, scope), restore(Deferred.await(mine)))
              }
              // that flight may have begun before the refusal, and bring the very token that was refused
              return Effect.flatMap(restore(Deferred.await(theirs)), (token) =>
                ask.refused !== undefined && same(token.accessToken, ask.refused)
                  ? restore(join(ask))
                  : Effect.succeed(token)
              )
            }
          )
        )
      )

    const whenFresh: Ask = { refused: undefined, after401: false }

    const token = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.flatMap(
        Ref.modify(state, (s): [State, State] => {
          if (s.token !== undefined && s.unsaved === undefined && isFresh(s.token, now)) ready = s.token
          return [s, s]
        }),
        (s) =>
          s.token !== undefined &&
          s.unsaved === undefined &&
          (isFresh(s.token, now) || (now < s.token.expiresAt && isResting(s, now)))
            ? Effect.succeed(s.token)
            : Effect.catchAll(join(whenFresh), stillValid)
      )
    )

    /** Renewal begins early: while it fails, for whatever can be mended, what is left of the old token's life is used. */
    const stillValid = (error: AuthError): Effect.Effect<Token, AuthError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(Ref.get(state), (s) => {
          const over = error.reason === "ReauthorizationRequired" || error.reason === "NotAuthorized"
          if (over || s.token === undefined || s.unsaved !== undefined) return Effect.fail(error)
          // a fresh one is new: then its own `onTokenUpdate` has failed
          if (now >= s.token.expiresAt || isFresh(s.token, now)) return Effect.fail(error)
          const asked = error.retryAfter === undefined ? 0 : Duration.toMillis(error.retryAfter)
          const until = now + Math.max(asked, Math.min(longestRest, margin(s.token) / 2))
          return Effect.as(patch({ rest: { token: s.token, until } }), s.token)
        })
      )

    const recover = (refused: string): Effect.Effect<boolean, AuthError> =>
      Effect.flatMap(Effect.zip(Ref.get(state), Clock.currentTimeMillis), ([s, now]) => {
        if (s.token !== undefined && s.unsaved === undefined && !same(s.token.accessToken, refused))
          return Effect.succeed(true)
        if (s.recovered?.accessToken === refused && now - s.recovered.at < recoveryPause) return Effect.succeed(false)
        return Effect.as(join({ refused, after401: true }), true)
      })

    const refresh = Effect.flatMap(Ref.get(state), (s) =>
      Effect.flatMap(s.token === undefined ? apart(keeper.load) : Effect.succeed(s.token), (known) =>
        join(known === undefined ? whenFresh : { refused: Redacted.value(known.accessToken), after401: false })
      )
    )

    const set = (next: Token): Effect.Effect<Token, AuthError> =>
      Effect.flatMap(orFail(fromCaller(next, options.allowed), "the token that was set"), (token) =>
        alone(
          Effect.uninterruptible(
            apart(Effect.as(Effect.zipRight(keep(token, anything), keeper.underLock(write(token))), token))
          )
        )
      )

    const forget = Effect.zipRight(
      keeper.clear,
      patch({ token: undefined, unsaved: undefined, untold: false, dead: undefined, seed: undefined })
    )

    const revoke = (hint: Hint): Effect.Effect<void, AuthError> =>
      Effect.gen(function* () {
        const s = yield* Ref.get(state)
        const stored = s.unsaved === undefined ? yield* keeper.load : undefined
        const current = s.unsaved === undefined ? stored : s.token
        const refreshToken = current?.refreshToken ?? s.seed
        if (refreshToken === undefined) return yield* notAuthorized()
        if (hint === "refresh_token") return yield* Effect.zipRight(options.revoke(refreshToken, hint), forget)
        if (current === undefined) return
        yield* options.revoke(current.accessToken, hint)
        const spent = { ...current, expiresAt: current.issuedAt }
        const since = yield* Clock.currentTimeMillis
        yield* patch({ token: spent, unsaved: s.unsaved ?? { replaces: stored, since } })
        yield* offer
      }).pipe(keeper.underLock, apart, alone)

    // a token that no store took is offered once more before it is forgotten
    yield* Effect.addFinalizer(() =>
      Effect.flatMap(Ref.get(state), (s) =>
        s.unsaved === undefined ? Effect.void : Effect.ignore(apart(keeper.underLock(offer)))
      )
    )

    return {
      token,
      ready: (now) => (ready !== undefined && isFresh(ready, now) ? ready : undefined),
      recover,
      refresh,
      set,
      revoke,
      clear: forget.pipe(keeper.underLock, apart, alone)
    }
  })

const closedMeanwhile = () =>
  new AuthError({
    reason: "TokenEndpoint",
    description: "the OAuth2 layer was closed while the token was being renewed",
    transient: true
  })

/** What is stored cannot be used by anybody. */
const isUnusable = (error: AuthError): boolean => error.reason === "InvalidToken" || error.reason === "UntrustedDomain"

/** A transport of somebody's making may throw, too. */
const unbroken = <A>(effect: Effect.Effect<A, AuthError>): Effect.Effect<A, AuthError> =>
  Effect.catchAllDefect(effect, (defect) =>
    Effect.fail(
      new AuthError({
        reason: "TokenEndpoint",
        description: `the token could not be renewed: ${defect instanceof Error ? defect.name : "defect"}`
      })
    )
  )

const told = (hook: Effect.Effect<void, unknown>, limit: Duration.Duration): Effect.Effect<void, AuthError> =>
  Effect.catchAllCause(Effect.timeout(Effect.interruptible(Effect.disconnect(hook)), limit), () =>
    Effect.fail(
      new AuthError({
        reason: "TokenStore",
        description: `onTokenUpdate failed, or did not end within ${Duration.format(limit)}; the token itself is saved and in use`
      })
    )
  )
