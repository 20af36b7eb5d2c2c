/**
 * The token of one account: kept in memory, renewed by one fiber for all callers, saved before it is used.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"
import { abandonable, startIn, withServices } from "../effects.js"
import * as Lock from "./lock.js"
import {
  anyToken,
  isFresh,
  isInGracePeriod,
  isSuperseded,
  type RenewalRequest,
  renewalMargin,
  type State,
  same,
  sameToken,
  type Unsaved
} from "./state.js"
import * as StoreAccess from "./storeAccess.js"
import { fromCaller, orFail } from "./token.js"

type Token = TokenStore.Token

/** @internal */
export interface Options {
  readonly account: string
  readonly store: TokenStore.Service
  /** Requests a new token. `before` is the token that it replaces. */
  readonly renew: (
    before: Renewable,
    pause: (wait: Effect.Effect<void>) => Effect.Effect<void>
  ) => Effect.Effect<Token, AuthError>
  /** Limits how many accounts are renewed at the same time. */
  readonly renewalPermit: <A>(renewal: Effect.Effect<A, AuthError>) => Effect.Effect<A, AuthError>
  readonly revoke: (token: Redacted.Redacted<string>, hint: Hint) => Effect.Effect<void, AuthError>
  readonly allowed: ReadonlyArray<string>
  /** The first refresh token, used when the store has no token. */
  readonly seed: Redacted.Redacted<string> | undefined
  readonly onTokenUpdate: (token: Token) => Effect.Effect<void, unknown>
}

/** @internal */
export type Hint = "access_token" | "refresh_token"

/** @internal */
export type Renewable = Pick<Token, "refreshToken"> & Partial<Token>

/** @internal */
export interface Session {
  /** A fresh token, renewed if necessary. */
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

/** If a token that was renewed after a 401 gets a 401 too within this time, it is not renewed again. */
const recoveryPause = 10_000

/** While the OAuth server is down and the token is still valid, the time between renewal attempts; less for short lifetimes. */
const maxGracePeriod = 10_000

/** How often a renewal restarts because the store has another token in the meantime. */
const maxRounds = 4

/** @internal */
export const make = (options: Options): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { account, store } = options
    const scope = yield* Effect.scope
    const base = yield* Effect.context<never>()
    const state = yield* Ref.make<State>({
      token: undefined,
      unsaved: undefined,
      notifyPending: false,
      dead: undefined,
      seed: options.seed,
      recovered: undefined,
      gracePeriod: undefined,
      flight: undefined
    })
    // the token of the last call, until the state changes: a call with it need not run an effect
    let ready: Token | undefined
    const patch = (change: Partial<State>) =>
      Ref.update(state, (s): State => {
        ready = undefined
        return { ...s, ...change }
      })
    const serialized = Lock.make(Duration.infinity)("")

    // created on demand: an error captures a stack trace, and there may be ten thousand accounts
    const notAuthorized = () =>
      new AuthError({
        reason: "NotAuthorized",
        description: `there is no token for account ${JSON.stringify(account)}: send the user to the authorization page`
      })

    // -------------------------------------------------------------------------
    // the store
    // -------------------------------------------------------------------------

    const storage = StoreAccess.make(store, account, options.allowed)

    /** Holds a new token in memory until it is saved. */
    const holdUnsaved = (token: Token, replaces: Unsaved["replaces"]) =>
      Effect.flatMap(Clock.currentTimeMillis, (since) =>
        patch({ token, unsaved: { replaces, since }, notifyPending: true, dead: undefined, seed: undefined })
      )

    const saveAndNotify = (token: Token): Effect.Effect<void, AuthError> =>
      Effect.zipRight(
        storage.save(token),
        Effect.flatMap(
          Ref.modify(state, (s) => [s.notifyPending, { ...s, unsaved: undefined, notifyPending: false }]),
          (pending) => (pending ? notify(options.onTokenUpdate(token), store.lockTimeout) : Effect.void)
        )
      )

    /** Under the lock: saves the unsaved token, or replaces it by a newer one from the store. */
    const saveUnsaved: Effect.Effect<void, AuthError> = Effect.flatMap(Ref.get(state), ({ token, unsaved }) => {
      if (token === undefined || unsaved === undefined) return Effect.void
      const stored =
        unsaved.replaces === anyToken
          ? Effect.catchIf(storage.load, isUnusable, () => Effect.succeed(undefined))
          : storage.load
      return Effect.flatMap(stored, (found) =>
        isSuperseded(token, unsaved, found)
          ? patch({ token: found, unsaved: undefined, notifyPending: false })
          : saveAndNotify(token)
      )
    })

    // -------------------------------------------------------------------------
    // one renewal
    // -------------------------------------------------------------------------

    const usable = (token: Token | undefined, now: number, request: RenewalRequest): Token | undefined =>
      token !== undefined &&
      isFresh(token, now) &&
      !(request.refused !== undefined && same(token.accessToken, request.refused))
        ? token
        : undefined

    const adopt = (token: Token) => Effect.as(patch({ token, unsaved: undefined, dead: undefined }), token)

    /** Loads the stored token, fresh or not: if it cannot be renewed, it is used until it expires. */
    const loadStored = Effect.tap(storage.load, (token) => patch({ token, unsaved: undefined }))

    /** Runs once at a time in this process; the part under the lock once at a time in all processes. */
    const renewIfNeeded = (request: RenewalRequest): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        if ((yield* Ref.get(state)).unsaved !== undefined) yield* Effect.interruptible(storage.underLock(saveUnsaved))
        const now = yield* Clock.currentTimeMillis
        const current = usable((yield* Ref.get(state)).token, now, request)
        if (current !== undefined) return current
        const stored = yield* loadStored
        const fresh = usable(stored, now, request)
        if (fresh !== undefined) return yield* adopt(fresh)
        const { dead, seed } = yield* Ref.get(state)
        if (seed === undefined && stored === undefined) return yield* dead?.error ?? notAuthorized()
        // the first refresh token has been tried by then
        if (stored !== undefined && dead !== undefined && same(stored.refreshToken, dead.refreshToken)) {
          return yield* dead.error
        }
        return yield* Effect.interruptible(options.renewalPermit(storage.underLock(renewLocked(request, maxRounds))))
      })

    const renewLocked = (request: RenewalRequest, rounds: number): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const stored = yield* loadStored
        const fresh = usable(stored, now, request)
        if (fresh !== undefined) return yield* adopt(fresh)
        const { seed } = yield* Ref.get(state)
        const from: Renewable | undefined = stored ?? (seed === undefined ? undefined : { refreshToken: seed })
        return from === undefined ? yield* notAuthorized() : yield* requestRenewal(from, stored, request, rounds)
      })

    const requestRenewal = (
      from: Renewable,
      stored: Token | undefined,
      request: RenewalRequest,
      rounds: number
    ): Effect.Effect<Token, AuthError> =>
      Effect.matchEffect(options.renew(from, Effect.interruptible), {
        onSuccess: (token) => saveRenewed(token, stored, request, rounds),
        onFailure: (error) =>
          error.reason === "ReauthorizationRequired"
            ? handleDeadToken(from, request, rounds, error)
            : Effect.fail(error)
      })

    const saveRenewed = (token: Token, stored: Token | undefined, request: RenewalRequest, rounds: number) =>
      Effect.gen(function* () {
        const recovered = { accessToken: Redacted.value(token.accessToken), at: token.issuedAt }
        if (request.after401) yield* patch({ recovered })
        yield* holdUnsaved(token, stored)
        yield* saveUnsaved
        if (sameToken((yield* Ref.get(state)).token, token)) return token
        // in the meantime the user consented again through another process, or uninstalled the app: keep that result
        return rounds > 0 ? yield* renewLocked(request, rounds - 1) : yield* unstableStore()
      })

    /** The refresh token is invalid: use a newer one of another process, or the first refresh token. */
    const handleDeadToken = (
      from: Renewable,
      request: RenewalRequest,
      rounds: number,
      error: AuthError
    ): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const dead = Redacted.value(from.refreshToken)
        const stored = yield* loadStored
        const { dead: known, seed } = yield* Ref.get(state)
        if (stored !== undefined && !same(stored.refreshToken, dead)) {
          // the stored one was found dead before the first refresh token was tried
          if (known !== undefined && same(stored.refreshToken, known.refreshToken)) return yield* error
          return rounds > 0 ? yield* renewLocked(request, rounds - 1) : yield* unstableStore()
        }
        yield* patch({ seed: undefined, dead: { refreshToken: dead, error } })
        if (seed !== undefined && !same(seed, dead)) {
          return yield* requestRenewal({ refreshToken: seed }, stored, request, rounds)
        }
        return yield* error
      })

    const unstableStore = () =>
      new AuthError({
        reason: "TokenStore",
        description: `the token store gives another token of account ${JSON.stringify(account)} at each reading`,
        transient: true,
        attempts: maxRounds
      })

    // -------------------------------------------------------------------------
    // one renewal for all callers
    // -------------------------------------------------------------------------

    /** Drops the caller's context except its span: a token must not be saved in the caller's transaction. */
    const withoutCallerContext = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => withServices(effect, base)

    const finishRenewal = (flight: Deferred.Deferred<Token, AuthError>, exit: Exit.Exit<Token, AuthError>) =>
      Effect.zipRight(
        patch({ flight: undefined }),
        Deferred.done(
          flight,
          Exit.isFailure(exit) && Exit.isInterrupted(exit) ? Exit.fail(closedDuringRenewal()) : exit
        )
      )

    const joinRenewal = (request: RenewalRequest): Effect.Effect<Token, AuthError> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Deferred.make<Token, AuthError>(), (own) =>
          Effect.flatMap(
            Ref.modify(state, (s) => [s.flight, s.flight === undefined ? { ...s, flight: own } : s]),
            (pending) => {
              if (pending === undefined) {
                const work = withoutCallerContext(
                  Effect.interruptible(serialized(Effect.uninterruptible(failOnDefect(renewIfNeeded(request)))))
                )
                const flight = Effect.onExit(work, (exit) => finishRenewal(own, exit))
                return Effect.zipRight(startIn(flight, scope), restore(Deferred.await(own)))
              }
              // that renewal may have started before the 401, and return the token that was refused
              return Effect.flatMap(restore(Deferred.await(pending)), (token) =>
                request.refused !== undefined && same(token.accessToken, request.refused)
                  ? restore(joinRenewal(request))
                  : Effect.succeed(token)
              )
            }
          )
        )
      )

    const whenStale: RenewalRequest = { refused: undefined, after401: false }

    const token = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.flatMap(
        Ref.modify(state, (s): [State, State] => {
          if (s.token !== undefined && s.unsaved === undefined && isFresh(s.token, now)) ready = s.token
          return [s, s]
        }),
        (s) =>
          s.token !== undefined &&
          s.unsaved === undefined &&
          (isFresh(s.token, now) || (now < s.token.expiresAt && isInGracePeriod(s, now)))
            ? Effect.succeed(s.token)
            : Effect.catchAll(joinRenewal(whenStale), useRemainingLife)
      )
    )

    /** Renewal starts early: while it fails for a temporary reason, the old token is used until it expires. */
    const useRemainingLife = (error: AuthError): Effect.Effect<Token, AuthError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(Ref.get(state), (s) => {
          const isFinal = error.reason === "ReauthorizationRequired" || error.reason === "NotAuthorized"
          if (isFinal || s.token === undefined || s.unsaved !== undefined) return Effect.fail(error)
          // a fresh token is a new one, so the failure came from its `onTokenUpdate`
          if (now >= s.token.expiresAt || isFresh(s.token, now)) return Effect.fail(error)
          const retryAfter = error.retryAfter === undefined ? 0 : Duration.toMillis(error.retryAfter)
          const until = now + Math.max(retryAfter, Math.min(maxGracePeriod, renewalMargin(s.token) / 2))
          return Effect.as(patch({ gracePeriod: { token: s.token, until } }), s.token)
        })
      )

    const recover = (refused: string): Effect.Effect<boolean, AuthError> =>
      Effect.flatMap(Effect.zip(Ref.get(state), Clock.currentTimeMillis), ([s, now]) => {
        if (s.token !== undefined && s.unsaved === undefined && !same(s.token.accessToken, refused))
          return Effect.succeed(true)
        if (s.recovered?.accessToken === refused && now - s.recovered.at < recoveryPause) return Effect.succeed(false)
        return Effect.as(joinRenewal({ refused, after401: true }), true)
      })

    const refresh = Effect.flatMap(Ref.get(state), (s) =>
      Effect.flatMap(s.token === undefined ? withoutCallerContext(storage.load) : Effect.succeed(s.token), (known) =>
        joinRenewal(known === undefined ? whenStale : { refused: Redacted.value(known.accessToken), after401: false })
      )
    )

    const set = (next: Token): Effect.Effect<Token, AuthError> =>
      Effect.flatMap(orFail(fromCaller(next, options.allowed), "the token that was set"), (token) =>
        serialized(
          Effect.uninterruptible(
            withoutCallerContext(
              Effect.as(Effect.zipRight(holdUnsaved(token, anyToken), storage.underLock(saveAndNotify(token))), token)
            )
          )
        )
      )

    const forget = Effect.zipRight(
      storage.clear,
      patch({ token: undefined, unsaved: undefined, notifyPending: false, dead: undefined, seed: undefined })
    )

    const revoke = (hint: Hint): Effect.Effect<void, AuthError> =>
      Effect.gen(function* () {
        const s = yield* Ref.get(state)
        const stored = s.unsaved === undefined ? yield* storage.load : undefined
        const current = s.unsaved === undefined ? stored : s.token
        const refreshToken = current?.refreshToken ?? s.seed
        if (refreshToken === undefined) return yield* notAuthorized()
        if (hint === "refresh_token") return yield* Effect.zipRight(options.revoke(refreshToken, hint), forget)
        if (current === undefined) return
        yield* options.revoke(current.accessToken, hint)
        const expired = { ...current, expiresAt: current.issuedAt }
        const since = yield* Clock.currentTimeMillis
        yield* patch({ token: expired, unsaved: s.unsaved ?? { replaces: stored, since } })
        yield* saveUnsaved
      }).pipe(storage.underLock, withoutCallerContext, serialized)

    // last attempt to save an unsaved token
    yield* Effect.addFinalizer(() =>
      Effect.flatMap(Ref.get(state), (s) =>
        s.unsaved === undefined ? Effect.void : Effect.ignore(withoutCallerContext(storage.underLock(saveUnsaved)))
      )
    )

    return {
      token,
      ready: (now) => (ready !== undefined && isFresh(ready, now) ? ready : undefined),
      recover,
      refresh,
      set,
      revoke,
      clear: forget.pipe(storage.underLock, withoutCallerContext, serialized)
    }
  })

const closedDuringRenewal = () =>
  new AuthError({
    reason: "TokenEndpoint",
    description: "the OAuth2 layer was closed while the token was being renewed",
    transient: true
  })

/** Whether the stored token is unusable for every process. */
const isUnusable = (error: AuthError): boolean => error.reason === "InvalidToken" || error.reason === "UntrustedDomain"

/** A custom transport may throw. */
const failOnDefect = <A>(effect: Effect.Effect<A, AuthError>): Effect.Effect<A, AuthError> =>
  Effect.catchAllDefect(effect, (defect) =>
    Effect.fail(
      new AuthError({
        reason: "TokenEndpoint",
        description: `the token could not be renewed: ${defect instanceof Error ? defect.name : "defect"}`
      })
    )
  )

const notify = (hook: Effect.Effect<void, unknown>, limit: Duration.Duration): Effect.Effect<void, AuthError> =>
  Effect.catchAllCause(Effect.timeout(abandonable(hook), limit), () =>
    Effect.fail(
      new AuthError({
        reason: "TokenStore",
        description: `onTokenUpdate failed, or did not end within ${Duration.format(limit)}; the token itself is saved and in use`
      })
    )
  )
