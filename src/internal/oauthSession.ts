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
import { AuthError } from "../PipedriveError.js"
import type * as TokenStore from "../TokenStore.js"
import * as Lock from "./oauthLock.js"
import { trustedDomain, untrusted } from "./oauthToken.js"

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
  /** Answers a 401: whether there is another token to try. */
  readonly recover: (refused: string) => Effect.Effect<boolean, AuthError>
  readonly refresh: Effect.Effect<Token, AuthError>
  readonly set: (token: Token) => Effect.Effect<Token, AuthError>
  readonly revoke: (hint: Hint) => Effect.Effect<void, AuthError>
  readonly clear: Effect.Effect<void, AuthError>
}

/** What a renewal is to bring: a fresh token, and, after a 401, another one than was refused. */
interface Ask {
  readonly refused: string | undefined
  readonly after401: boolean
}

interface State {
  /** The newest token known. */
  readonly token: Token | undefined
  /** It is in no store yet: it must not be used, nor be given up for a stored one. */
  readonly unsaved: boolean
  /** onTokenUpdate has not run for it. */
  readonly untold: boolean
  /** The OAuth server's no to this refresh token. */
  readonly dead: { readonly refreshToken: string; readonly error: AuthError } | undefined
  readonly seed: Redacted.Redacted<string> | undefined
  /** The token that the last 401 led to, and when. */
  readonly recovered: { readonly accessToken: string; readonly at: number } | undefined
  readonly flight: Deferred.Deferred<Token, AuthError> | undefined
}

const same = (a: Redacted.Redacted<string>, b: string): boolean => Redacted.value(a) === b

/** How much before its expiry a token is renewed: a minute, or a tenth of a short life. @internal */
export const margin = (token: Pick<Token, "issuedAt" | "expiresAt">): number =>
  Math.min(60_000, Math.max(0, token.expiresAt - token.issuedAt) / 10)

const isFresh = (token: Token, now: number): boolean => now < token.expiresAt - margin(token)

/** A token that a 401 led to and that is refused too within this time is not renewed again. */
const recoveryPause = 10_000

const saveTries = 3
const saveTimeout = Duration.seconds(10)

/** @internal */
export const make = (options: Options): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { account, store } = options
    const scope = yield* Effect.scope
    const base = yield* Effect.context<never>()
    const state = yield* Ref.make<State>({
      token: undefined,
      unsaved: false,
      untold: false,
      dead: undefined,
      seed: options.seed,
      recovered: undefined,
      flight: undefined
    })
    const patch = (change: Partial<State>) => Ref.update(state, (s): State => ({ ...s, ...change }))
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

    const tried = <A>(effect: Effect.Effect<A, AuthError>, verb: string): Effect.Effect<A, AuthError> => {
      const once = Effect.timeoutFail(Effect.interruptible(guarded(effect, verb)), {
        duration: saveTimeout,
        onTimeout: () => storeFailed(`the token store did not ${verb} within ${Duration.format(saveTimeout)}`)
      })
      const loop = (left: number): Effect.Effect<A, AuthError> =>
        Effect.catchAll(once, (error) =>
          error.reason === "TokenStore" && left > 1
            ? Effect.zipRight(Effect.sleep(100 * 2 ** (saveTries - left)), loop(left - 1))
            : Effect.fail(error)
        )
      return loop(saveTries)
    }

    const load: Effect.Effect<Token | undefined, AuthError> = Effect.flatMap(
      tried(
        Effect.suspend(() => store.load(account)),
        "load"
      ),
      (found) => {
        if (Option.isNone(found)) return Effect.succeed(undefined)
        const { apiDomain } = found.value
        if (apiDomain === undefined) return Effect.succeed(found.value)
        const trusted = trustedDomain(apiDomain, options.allowed)
        return trusted === undefined
          ? Effect.fail(untrusted(`the stored token of account ${JSON.stringify(account)}`, apiDomain))
          : Effect.succeed({ ...found.value, apiDomain: trusted })
      }
    )

    /** Keeps a new token in memory at once, then in the store, then tells. */
    const persist = (token: Token): Effect.Effect<Token, AuthError> =>
      Effect.zipRight(patch({ token, unsaved: true, untold: true, dead: undefined, seed: undefined }), flush(token))

    const flush = (token: Token): Effect.Effect<Token, AuthError> =>
      tried(
        Effect.suspend(() => store.save(account, token)),
        "save"
      ).pipe(
        Effect.zipRight(Ref.modify(state, (s) => [s.untold, { ...s, unsaved: false, untold: false }])),
        Effect.flatMap((untold) => (untold ? told(options.onTokenUpdate(token)) : Effect.void)),
        Effect.as(token)
      )

    // -------------------------------------------------------------------------
    // one renewal
    // -------------------------------------------------------------------------

    const usable = (token: Token | undefined, now: number, ask: Ask): Token | undefined =>
      token !== undefined && isFresh(token, now) && !(ask.refused !== undefined && same(token.accessToken, ask.refused))
        ? token
        : undefined

    const settle = (token: Token) => Effect.as(patch({ token, unsaved: false, dead: undefined }), token)

    /** Runs alone in this process; what comes after the lock also among all processes. */
    const renewal = (ask: Ask): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const held = yield* Ref.get(state)
        if (held.unsaved && held.token !== undefined) yield* flush(held.token)
        const kept = usable(held.token, now, ask)
        if (kept !== undefined) return kept
        const stored = yield* load
        const fresh = usable(stored, now, ask)
        if (fresh !== undefined) return yield* settle(fresh)
        const { dead, seed } = yield* Ref.get(state)
        if (seed === undefined && stored === undefined) {
          yield* patch({ token: undefined })
          return yield* dead?.error ?? notAuthorized()
        }
        if (
          seed === undefined &&
          stored !== undefined &&
          dead !== undefined &&
          same(stored.refreshToken, dead.refreshToken)
        ) {
          return yield* dead.error
        }
        return yield* Effect.interruptible(store.withLock(account)(Effect.uninterruptible(locked(ask))))
      })

    const locked = (ask: Ask): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const stored = yield* load
        const fresh = usable(stored, now, ask)
        if (fresh !== undefined) return yield* settle(fresh)
        const { seed } = yield* Ref.get(state)
        const from: Renewable | undefined = stored ?? (seed === undefined ? undefined : { refreshToken: seed })
        if (from !== undefined) return yield* renewed(from, ask)
        yield* patch({ token: undefined })
        return yield* notAuthorized()
      })

    const renewed = (from: Renewable, ask: Ask): Effect.Effect<Token, AuthError> =>
      Effect.matchEffect(options.renew(from, Effect.interruptible), {
        onSuccess: (token) => {
          const recovered = { accessToken: Redacted.value(token.accessToken), at: token.issuedAt }
          return Effect.zipRight(ask.after401 ? patch({ recovered }) : Effect.void, persist(token))
        },
        onFailure: (error) =>
          error.reason === "ReauthorizationRequired" ? buried(from, ask, error) : Effect.fail(error)
      })

    /** The refresh token is dead: perhaps another process has a newer one, or we began with another. */
    const buried = (from: Renewable, ask: Ask, error: AuthError): Effect.Effect<Token, AuthError> =>
      Effect.gen(function* () {
        const dead = Redacted.value(from.refreshToken)
        const now = yield* Clock.currentTimeMillis
        const stored = yield* load
        if (stored !== undefined && !same(stored.refreshToken, dead)) {
          return usable(stored, now, ask) === undefined ? yield* renewed(stored, ask) : yield* settle(stored)
        }
        const { seed } = yield* Ref.get(state)
        yield* patch({ seed: undefined, dead: { refreshToken: dead, error } })
        if (seed !== undefined && !same(seed, dead)) return yield* renewed({ refreshToken: seed }, ask)
        return yield* error
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
      Effect.flatMap(Ref.get(state), (s) =>
        s.token !== undefined && !s.unsaved && isFresh(s.token, now)
          ? Effect.succeed(s.token)
          : Effect.catchAll(join(whenFresh), stillValid)
      )
    )

    /** Renewal begins early: while the OAuth server is out of reach, what is left of the old token's life is used. */
    const stillValid = (error: AuthError): Effect.Effect<Token, AuthError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(Ref.get(state), (s) =>
          error.reason === "TokenEndpoint" && s.token !== undefined && !s.unsaved && now < s.token.expiresAt
            ? Effect.succeed(s.token)
            : Effect.fail(error)
        )
      )

    const recover = (refused: string): Effect.Effect<boolean, AuthError> =>
      Effect.flatMap(Effect.zip(Ref.get(state), Clock.currentTimeMillis), ([s, now]) => {
        if (s.token !== undefined && !s.unsaved && !same(s.token.accessToken, refused)) return Effect.succeed(true)
        if (s.recovered?.accessToken === refused && now - s.recovered.at < recoveryPause) return Effect.succeed(false)
        return Effect.as(join({ refused, after401: true }), true)
      })

    const refresh = Effect.flatMap(Ref.get(state), (s) =>
      Effect.flatMap(s.token === undefined ? apart(load) : Effect.succeed(s.token), (known) =>
        join(known === undefined ? whenFresh : { refused: Redacted.value(known.accessToken), after401: false })
      )
    )

    const set = (next: Token) => alone(Effect.uninterruptible(apart(persist(next))))

    const forget = Effect.zipRight(
      tried(
        Effect.suspend(() => store.clear(account)),
        "clear"
      ),
      patch({ token: undefined, unsaved: false, untold: false, dead: undefined, seed: undefined })
    )

    const revoke = (hint: Hint): Effect.Effect<void, AuthError> =>
      Effect.gen(function* () {
        const s = yield* Ref.get(state)
        const current = s.unsaved ? s.token : yield* load
        const refreshToken = current?.refreshToken ?? s.seed
        if (refreshToken === undefined) return yield* notAuthorized()
        if (hint === "refresh_token") return yield* Effect.zipRight(options.revoke(refreshToken, hint), forget)
        if (current === undefined) return
        yield* options.revoke(current.accessToken, hint)
        const spent = { ...current, expiresAt: current.issuedAt }
        yield* patch({ token: spent, unsaved: true })
        yield* flush(spent)
      }).pipe(Effect.uninterruptible, store.withLock(account), apart, alone)

    // a token that no store took is offered once more before it is forgotten
    yield* Effect.addFinalizer(() =>
      Effect.flatMap(Ref.get(state), (s) =>
        s.unsaved && s.token !== undefined ? Effect.ignore(apart(flush(s.token))) : Effect.void
      )
    )

    return {
      token,
      recover,
      refresh,
      set,
      revoke,
      clear: forget.pipe(Effect.uninterruptible, store.withLock(account), apart, alone)
    }
  })

const closedMeanwhile = () =>
  new AuthError({
    reason: "TokenEndpoint",
    description: "the OAuth2 layer was closed while the token was being renewed",
    transient: true
  })

const storeFailed = (description: string) => new AuthError({ reason: "TokenStore", description, transient: true })

/** A store of somebody's making may also throw. */
const guarded = <A>(effect: Effect.Effect<A, AuthError>, verb: string): Effect.Effect<A, AuthError> =>
  Effect.catchAllDefect(effect, (defect) =>
    Effect.fail(storeFailed(`the token store failed to ${verb}: ${defect instanceof Error ? defect.name : "defect"}`))
  )

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

const told = (hook: Effect.Effect<void, unknown>): Effect.Effect<void, AuthError> =>
  Effect.catchAllCause(hook, () =>
    Effect.fail(
      new AuthError({ reason: "TokenStore", description: "onTokenUpdate failed; the token itself is saved and in use" })
    )
  )
