/** One account's session by itself: what it asks of its store and of the OAuth server, step by step. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { PipedriveError, type TokenStore } from "effect-pipedrive"
import * as Session from "../../src/internal/oauth/session.js"
import { letting, token } from "../support/oauth.js"

const failure = (reason: PipedriveError.AuthErrorReason, more: Partial<PipedriveError.AuthError> = {}) =>
  new PipedriveError.AuthError({ reason, description: "no", ...more })

/** A failure of the store that is not asked again. */
const broken = failure("InvalidToken")

const dead = failure("ReauthorizationRequired")

const down = failure("TokenEndpoint", { transient: true })

const old = (name: string) => token(name, { expiresAt: 0 })

const nameOf = ({ accessToken }: TokenStore.Token) => Redacted.value(accessToken).replace("access-", "")

/** A session, its store in the open, and what was asked of whom. */
const started = Effect.fnUntraced(function* (options: Partial<Session.Options> = {}) {
  const asked: Array<string> = []
  const kept: { token: TokenStore.Token | undefined; count: number } = { token: undefined, count: 0 }
  const steps = {
    load: (kept: TokenStore.Token | undefined): Effect.Effect<TokenStore.Token | undefined, PipedriveError.AuthError> =>
      Effect.succeed(kept),
    save: Effect.void as Effect.Effect<void, PipedriveError.AuthError>,
    clear: Effect.void as Effect.Effect<void, PipedriveError.AuthError>,
    /** The server's answer to a refresh token: a token of the next number. */
    renew: (_: string): Effect.Effect<TokenStore.Token, PipedriveError.AuthError> =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        token(String(++kept.count), { issuedAt: now, expiresAt: now + 3_600_000 })
      ),
    revoke: Effect.void as Effect.Effect<void, PipedriveError.AuthError>,
    told: Effect.void as Effect.Effect<void, unknown>
  }
  const note = (what: string) => Effect.sync(() => void asked.push(what))
  const store: TokenStore.Service = {
    lockTimeout: Duration.seconds(30),
    load: () =>
      Effect.zipRight(
        note("load"),
        Effect.suspend(() => Effect.map(steps.load(kept.token), Option.fromNullable))
      ),
    save: (_, next) =>
      Effect.zipRight(
        note(`save ${nameOf(next)}`),
        Effect.suspend(() =>
          Effect.map(steps.save, () => {
            kept.token = next
          })
        )
      ),
    clear: () =>
      Effect.zipRight(
        note("clear"),
        Effect.suspend(() =>
          Effect.map(steps.clear, () => {
            kept.token = undefined
          })
        )
      ),
    list: Effect.succeed([]),
    withLock: () => (effect) => Effect.zipRight(note("lock"), effect)
  }
  const scope = yield* Scope.make()
  const session = yield* Session.make({
    account: "acme",
    store,
    renew: ({ refreshToken }) =>
      Effect.zipRight(
        note(`renew ${Redacted.value(refreshToken)}`),
        Effect.suspend(() => steps.renew(Redacted.value(refreshToken)))
      ),
    renewalPermit: identity,
    revoke: (secret, hint) =>
      Effect.zipRight(
        note(`${hint} ${Redacted.value(secret)}`),
        Effect.suspend(() => steps.revoke)
      ),
    allowed: [],
    seed: undefined,
    onTokenUpdate: (next) =>
      Effect.zipRight(
        note(`tell ${nameOf(next)}`),
        Effect.suspend(() => steps.told)
      ),
    ...options
  }).pipe(Scope.extend(scope))
  /** What a step asks of the others. */
  const asking = <A, E>(step: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      asked.length = 0
      return Effect.map(Effect.either(step), (result) => ({ result, asked: [...asked] }))
    })
  /** The token that a step gives, or why it gives none; and what it asked. */
  const outcome = (step: Effect.Effect<TokenStore.Token, PipedriveError.AuthError>) =>
    Effect.map(asking(step), ({ asked, result }) => [
      result._tag === "Right" ? nameOf(result.right) : result.left.reason,
      ...asked
    ])
  return { asked, asking, close: Scope.close(scope, Exit.void), kept, outcome, session, steps, store }
})

describe("a token", () => {
  it.effect("comes from the store, once, while it is fresh", () =>
    Effect.gen(function* () {
      const { kept, outcome, session } = yield* started()
      kept.token = token("a")
      assert.isUndefined(session.ready(0))
      assert.deepStrictEqual(yield* outcome(session.token), ["a", "load"])
      assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      assert.deepStrictEqual(session.ready(0), kept.token)
      assert.deepStrictEqual(session.ready(3_539_999), kept.token)
      assert.isUndefined(session.ready(3_540_000))
      // a minute before its end it is renewed
      yield* TestClock.adjust(3_539_999)
      assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      yield* TestClock.adjust(1)
      const renewing = ["load", "lock", "load", "renew refresh-a", "load", "save 1", "tell 1"]
      assert.deepStrictEqual(yield* outcome(session.token), ["1", ...renewing])
      assert.deepStrictEqual(yield* outcome(session.token), ["1"])
    })
  )

  it.effect("that there is none of asks nobody", () =>
    Effect.gen(function* () {
      const { kept, outcome, session, steps } = yield* started()
      assert.deepStrictEqual(yield* outcome(session.token), ["NotAuthorized", "load"])
      const error = yield* Effect.flip(session.token)
      assert.include(error.description, 'there is no token for account "acme"')
      assert.deepStrictEqual(yield* outcome(session.refresh), ["NotAuthorized", "load", "load"])
      // it is gone by the time that the lock is got
      let count = 0
      steps.load = () => Effect.succeed(++count === 1 ? old("a") : undefined)
      assert.deepStrictEqual(yield* outcome(session.token), ["NotAuthorized", "load", "lock", "load"])
      kept.token = token("b")
      steps.load = (kept) => Effect.succeed(++count > 3 ? kept : old("a"))
      // or another process has renewed it
      assert.deepStrictEqual(yield* outcome(session.token), ["b", "load", "lock", "load"])
    })
  )

  it.effect("begins with the refresh token that was given", () =>
    Effect.gen(function* () {
      const { outcome, session } = yield* started({ seed: Redacted.make("seed") })
      const renewing = ["load", "lock", "load", "renew seed", "load", "save 1", "tell 1"]
      assert.deepStrictEqual(yield* outcome(session.token), ["1", ...renewing])
    })
  )

  it.effect("that could not be renewed is used while it lives, and its renewal put off", () =>
    Effect.gen(function* () {
      const { kept, outcome, session, steps } = yield* started()
      kept.token = token("a")
      steps.renew = () => Effect.fail(down)
      yield* TestClock.adjust(3_540_000)
      const trying = ["load", "lock", "load", "renew refresh-a"]
      assert.deepStrictEqual(yield* outcome(session.token), ["a", ...trying])
      // for ten seconds
      yield* TestClock.adjust(9_999)
      assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* outcome(session.token), ["a", ...trying])
      // or as long as the server asked
      yield* TestClock.adjust(10_000)
      steps.renew = () => Effect.fail(failure("TokenEndpoint", { retryAfter: Duration.seconds(15) }))
      assert.deepStrictEqual(yield* outcome(session.token), ["a", ...trying])
      yield* TestClock.adjust(14_999)
      assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* outcome(session.token), ["a", ...trying])
      yield* TestClock.adjust(24_999)
      // by now 59.999 seconds have passed
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* outcome(session.token), ["TokenEndpoint", ...trying])
      // what asks for a person is not put off
      const other = yield* started()
      other.kept.token = token("a", { issuedAt: 3_600_000, expiresAt: 3_600_030 })
      other.steps.renew = () => Effect.fail(dead)
      yield* TestClock.adjust(28)
      assert.strictEqual((yield* other.outcome(other.session.token))[0], "ReauthorizationRequired")
    })
  )

  it.effect("of a short life is put off for less: half of its margin", () =>
    Effect.gen(function* () {
      const { kept, outcome, session, steps } = yield* started()
      kept.token = token("a", { expiresAt: 100_000 })
      steps.renew = () => Effect.fail(down)
      yield* TestClock.adjust(90_000)
      assert.strictEqual((yield* outcome(session.token)).length, 5)
      yield* TestClock.adjust(4_999)
      assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* outcome(session.token)).length, 5)
    })
  )

  it.effect("is renewed once for all who ask, whatever their fibers hold", () =>
    Effect.gen(function* () {
      const { asked, kept, session, steps } = yield* started()
      kept.token = old("a")
      const go = yield* Deferred.make<void>()
      const { renew } = steps
      steps.renew = (secret) => Effect.zipRight(Deferred.await(go), renew(secret))
      const all = yield* Effect.forEach([1, 2, 3], () => Effect.fork(session.token))
      for (let turn = 0; turn < 60; turn++) yield* Effect.yieldNow()
      // one who leaves does not take the renewal along
      yield* Fiber.interrupt(yield* Effect.fork(session.token))
      const [first, ...others] = all
      if (first !== undefined) yield* Fiber.interrupt(first)
      yield* Deferred.succeed(go, undefined)
      for (const fiber of others) assert.strictEqual(nameOf(yield* Fiber.join(fiber)), "1")
      assert.deepStrictEqual(
        asked.filter((what) => what.startsWith("renew")),
        ["renew refresh-a"]
      )
    })
  )

  it.effect("that cannot be renewed because something threw is an error", () =>
    Effect.gen(function* () {
      const { kept, session, steps } = yield* started()
      kept.token = old("a")
      for (const [defect, words] of [
        [new TypeError("secret"), "TypeError"],
        ["secret", "defect"]
      ] as const) {
        steps.renew = () => Effect.die(defect)
        const error = yield* Effect.flip(session.token)
        assert.deepStrictEqual([error.reason, error.transient], ["TokenEndpoint", undefined])
        assert.strictEqual(error.description, `the token could not be renewed: ${words}`)
      }
    })
  )

  it.effect("whose renewal is broken off by the end of its layer says so", () =>
    Effect.gen(function* () {
      const { close, kept, session } = yield* started({ renewalPermit: () => Effect.never })
      kept.token = old("a")
      const waiting = yield* Effect.fork(Effect.flip(session.token))
      for (let turn = 0; turn < 60; turn++) yield* Effect.yieldNow()
      yield* close
      const error = yield* Fiber.join(waiting)
      assert.deepStrictEqual([error.reason, error.transient], ["TokenEndpoint", true])
      assert.include(error.description, "was closed while the token was being renewed")
    })
  )
})

describe("a refresh token that is dead", () => {
  it.effect("is asked about once, until the store has another", () =>
    Effect.gen(function* () {
      const { kept, outcome, session, steps } = yield* started()
      const { renew } = steps
      kept.token = old("a")
      steps.renew = (secret) => (secret === "refresh-a" ? Effect.fail(dead) : renew(secret))
      const asking = ["load", "lock", "load", "renew refresh-a", "load"]
      assert.deepStrictEqual(yield* outcome(session.token), ["ReauthorizationRequired", ...asking])
      assert.deepStrictEqual(yield* outcome(session.token), ["ReauthorizationRequired", "load"])
      // what made it so is what is told when the store has nothing
      kept.token = undefined
      assert.deepStrictEqual(yield* outcome(session.token), ["ReauthorizationRequired", "load"])
      kept.token = token("b")
      assert.deepStrictEqual(yield* outcome(session.token), ["b", "load"])
      // after another one it is asked about again: it may have come back
      yield* TestClock.adjust(3_600_000)
      kept.token = old("a")
      assert.deepStrictEqual(yield* outcome(session.token), ["ReauthorizationRequired", ...asking])
    })
  )

  it.effect("gives way to that which was given to begin with, and to a newer one", () =>
    Effect.gen(function* () {
      const first = yield* started({ seed: Redacted.make("seed") })
      const { renew } = first.steps
      first.kept.token = old("a")
      first.steps.renew = (secret) => (secret === "seed" ? renew(secret) : Effect.fail(dead))
      const asking = ["load", "lock", "load", "renew refresh-a", "load"]
      assert.deepStrictEqual(yield* first.outcome(first.session.token), [
        "1",
        ...asking,
        "renew seed",
        "load",
        "save 1",
        "tell 1"
      ])
      // that one may be dead, too, or be the same
      for (const seed of ["seed", "refresh-a"]) {
        const second = yield* started({ seed: Redacted.make(seed) })
        second.kept.token = old("a")
        second.steps.renew = () => Effect.fail(dead)
        assert.deepStrictEqual(yield* second.outcome(second.session.token), [
          "ReauthorizationRequired",
          ...asking,
          ...(seed === "seed" ? ["renew seed", "load"] : [])
        ])
        assert.deepStrictEqual(yield* second.outcome(second.session.token), ["ReauthorizationRequired", "load"])
      }
      const third = yield* started()
      third.kept.token = old("a")
      third.steps.renew = () =>
        Effect.suspend(() => {
          third.kept.token = token("b")
          return Effect.fail(dead)
        })
      assert.deepStrictEqual(yield* third.outcome(third.session.token), ["b", ...asking, "load"])
    })
  )

  it.effect("is not looked for again and again where the store gives another each time", () =>
    Effect.gen(function* () {
      const dying = yield* started()
      dying.steps.load = () => Effect.sync(() => old(String(dying.kept.count++)))
      dying.steps.renew = () => Effect.fail(dead)
      const found = yield* dying.asking(dying.session.token)
      assert.strictEqual(found.result._tag === "Left" && found.result.left.reason, "TokenStore")
      assert.strictEqual(found.asked.filter((what) => what.startsWith("renew")).length, 5)
      const error = yield* Effect.flip(dying.session.token)
      assert.deepStrictEqual([error.transient, error.attempts], [true, 4])
      assert.include(error.description, 'gives another token of account "acme" at each reading')
      // nor where what was renewed is never what is stored
      const changing = yield* started()
      changing.steps.load = () => Effect.sync(() => old(`x${changing.kept.count++}`))
      const other = yield* changing.asking(changing.session.token)
      assert.strictEqual(other.result._tag === "Left" && other.result.left.reason, "TokenStore")
      assert.strictEqual(other.asked.filter((what) => what.startsWith("renew")).length, 5)
    })
  )
})

describe("a token that could not be saved", () => {
  it.effect("is not used, and saved by the next call without another renewal", () =>
    Effect.gen(function* () {
      const { kept, outcome, session, steps } = yield* started()
      kept.token = old("a")
      steps.save = Effect.fail(broken)
      const renewing = ["load", "lock", "load", "renew refresh-a", "load", "save 1"]
      assert.deepStrictEqual(yield* outcome(session.token), ["InvalidToken", ...renewing])
      assert.isUndefined(session.ready(0))
      assert.deepStrictEqual(yield* outcome(session.token), ["InvalidToken", "lock", "load", "save 1"])
      assert.isUndefined(session.ready(0))
      steps.save = Effect.void
      assert.deepStrictEqual(yield* outcome(session.token), ["1", "lock", "load", "save 1", "tell 1"])
      assert.deepStrictEqual(yield* outcome(session.token), ["1"])
    })
  )

  it.effect("is not at hand while it is being saved", () =>
    Effect.gen(function* () {
      const { outcome, session, steps } = yield* started()
      steps.save = Effect.fail(broken)
      yield* outcome(session.set(token("s")))
      const go = yield* Deferred.make<void>()
      steps.save = Deferred.await(go)
      const saving = yield* Effect.fork(session.token)
      for (let turn = 0; turn < 60; turn++) yield* Effect.yieldNow()
      assert.isUndefined(session.ready(0))
      yield* Deferred.succeed(go, undefined)
      assert.strictEqual(nameOf(yield* Fiber.join(saving)), "s")
      yield* session.token
      assert.isDefined(session.ready(0))
    })
  )

  it.effect("gives way to what came into the store meanwhile, of which nobody is told", () =>
    Effect.gen(function* () {
      const { asking, kept, outcome, session, steps } = yield* started()
      kept.token = old("a")
      steps.save = Effect.fail(broken)
      yield* outcome(session.token)
      kept.token = token("b")
      steps.save = Effect.void
      assert.deepStrictEqual(yield* outcome(session.token), ["b", "lock", "load"])
      const revoked = yield* asking(session.revoke("access_token"))
      assert.deepStrictEqual(revoked.asked, ["lock", "load", "access_token access-b", "load", "save b"])
      yield* TestClock.adjust(3_600_000)
      steps.told = Effect.fail("no")
      assert.deepStrictEqual((yield* outcome(session.token)).slice(-2), ["save 2", "tell 2"])
    })
  )

  it.effect("goes before whatever is stored where it was set, even what cannot be read", () =>
    Effect.gen(function* () {
      for (const reason of ["InvalidToken", "UntrustedDomain", "TokenEndpoint"] as const) {
        const { outcome, session, steps } = yield* started()
        steps.save = Effect.fail(broken)
        assert.deepStrictEqual(yield* outcome(session.set(token("s"))), ["InvalidToken", "lock", "save s"])
        steps.save = Effect.void
        steps.load = () => Effect.fail(failure(reason))
        assert.deepStrictEqual(
          yield* outcome(session.token),
          reason === "TokenEndpoint" ? [reason, "lock", "load"] : ["s", "lock", "load", "save s", "tell s"]
        )
      }
      // one that was renewed does not: then the store is mended first
      const { kept, outcome, session, steps } = yield* started()
      kept.token = old("a")
      steps.save = Effect.fail(broken)
      yield* outcome(session.token)
      steps.save = Effect.void
      steps.load = () => Effect.fail(broken)
      assert.deepStrictEqual(yield* outcome(session.token), ["InvalidToken", "lock", "load"])
    })
  )

  it.effect("is offered once more when the layer closes, and only then", () =>
    Effect.gen(function* () {
      const { asking, close, outcome, session, steps } = yield* started()
      steps.save = Effect.fail(broken)
      yield* outcome(session.set(token("s")))
      assert.deepStrictEqual((yield* asking(close)).asked, ["lock", "load", "save s"])
      const saved = yield* started()
      yield* saved.outcome(saved.session.set(token("s")))
      assert.deepStrictEqual((yield* saved.asking(saved.close)).asked, [])
    })
  )

  it.effect("is told of once, though whoever is told fails or takes too long; then it is in use", () =>
    Effect.gen(function* () {
      for (const told of [Effect.fail("no"), Effect.die("no"), Effect.never, Effect.uninterruptible(Effect.never)]) {
        const { outcome, session, steps } = yield* started()
        steps.told = told
        const error = yield* letting(Effect.flip(session.set(token("s"))), "1 second")
        assert.strictEqual(error.reason, "TokenStore")
        assert.match(error.description, /^onTokenUpdate failed, or did not end within 30s/)
        assert.deepStrictEqual(yield* outcome(session.token), ["s"])
      }
    })
  )
})

describe("a token that was refused", () => {
  it.effect("is renewed once, unless there is another by now", () =>
    Effect.gen(function* () {
      const { asking, kept, outcome, session } = yield* started()
      kept.token = token("a")
      yield* outcome(session.token)
      const recovering = (name: string) => asking(session.recover(`access-${name}`))
      // what was refused is not what is in use
      const another = yield* recovering("x")
      assert.deepStrictEqual([another.result._tag === "Right" && another.result.right, another.asked], [true, []])
      yield* TestClock.adjust(5_000)
      // another process has renewed it
      kept.token = token("b")
      assert.deepStrictEqual((yield* recovering("a")).asked, ["load"])
      assert.deepStrictEqual(yield* outcome(session.token), ["b"])
      const renewing = ["load", "lock", "load", "renew refresh-b", "load", "save 1", "tell 1"]
      assert.deepStrictEqual((yield* recovering("b")).asked, renewing)
      // the new one is refused as well: within ten seconds that is the answer
      yield* TestClock.adjust(9_999)
      const second = yield* recovering("1")
      assert.deepStrictEqual([second.result._tag === "Right" && second.result.right, second.asked], [false, []])
      yield* TestClock.adjust(1)
      const third = yield* recovering("1")
      assert.isTrue(third.result._tag === "Right" && third.result.right)
      assert.include(third.asked, "renew refresh-1")
    })
  )

  it.effect("before it is saved is saved first, and then is the other one", () =>
    Effect.gen(function* () {
      const { asking, kept, outcome, session, steps } = yield* started()
      kept.token = token("a")
      yield* outcome(session.token)
      steps.save = Effect.fail(broken)
      yield* outcome(session.refresh)
      steps.save = Effect.void
      const { asked, result } = yield* asking(session.recover("access-a"))
      assert.deepStrictEqual(asked, ["lock", "load", "save 1", "tell 1"])
      assert.isTrue(result._tag === "Right" && result.right)
    })
  )

  it.effect("by hand is renewed though it is fresh, that of the store where there is none in hand", () =>
    Effect.gen(function* () {
      const { asking, kept, outcome, session } = yield* started()
      kept.token = token("a")
      const renewing = ["load", "lock", "load", "renew refresh-a", "load", "save 1", "tell 1"]
      assert.deepStrictEqual(yield* outcome(session.refresh), ["1", "load", ...renewing])
      assert.strictEqual((yield* outcome(session.refresh))[0], "2")
      // which is not what a 401 is: the next is renewed at once
      const refused = yield* asking(session.recover("access-2"))
      assert.include(refused.asked, "renew refresh-2")
      // another process has done so
      kept.token = token("b")
      assert.deepStrictEqual(yield* outcome(session.refresh), ["b", "load"])
    })
  )
})

describe("a token that is revoked", () => {
  it.effect("is forgotten, or runs out, when the server has said yes", () =>
    Effect.gen(function* () {
      const { asking, kept, outcome, session, steps } = yield* started()
      kept.token = token("a")
      yield* outcome(session.token)
      steps.revoke = Effect.fail(down)
      for (const hint of ["access_token", "refresh_token"] as const) {
        const { asked, result } = yield* asking(session.revoke(hint))
        assert.strictEqual(result._tag, "Left")
        assert.deepStrictEqual(asked, ["lock", "load", `${hint} ${hint.replace("_token", "")}-a`])
        assert.deepStrictEqual(yield* outcome(session.token), ["a"])
      }
      steps.revoke = Effect.void
      const access = yield* asking(session.revoke("access_token"))
      assert.deepStrictEqual(access.asked, ["lock", "load", "access_token access-a", "load", "save a"])
      assert.strictEqual(kept.token?.expiresAt, 0)
      assert.include(yield* outcome(session.token), "renew refresh-a")
      const refresh = yield* asking(session.revoke("refresh_token"))
      assert.deepStrictEqual(refresh.asked, ["lock", "load", "refresh_token refresh-1", "clear"])
      assert.isUndefined(session.ready(0))
      assert.deepStrictEqual(yield* outcome(session.token), ["NotAuthorized", "load"])
      const none = yield* asking(session.revoke("refresh_token"))
      assert.strictEqual(none.result._tag === "Left" && none.result.left.reason, "NotAuthorized")
    })
  )

  it.effect("is that which is in hand while it is not saved, or that which was given to begin with", () =>
    Effect.gen(function* () {
      const { asking, outcome, session, steps } = yield* started()
      steps.save = Effect.fail(broken)
      yield* outcome(session.set(token("s")))
      steps.save = Effect.void
      const { asked } = yield* asking(session.revoke("access_token"))
      assert.deepStrictEqual(asked, ["lock", "access_token access-s", "load", "save s", "tell s"])
      // of what was told of before nobody is told again
      const again = yield* asking(session.revoke("access_token"))
      assert.deepStrictEqual(again.asked, ["lock", "load", "access_token access-s", "load", "save s"])
      const seeded = yield* started({ seed: Redacted.make("seed") })
      assert.deepStrictEqual((yield* seeded.asking(seeded.session.revoke("access_token"))).asked, ["lock", "load"])
      const whole = yield* seeded.asking(seeded.session.revoke("refresh_token"))
      assert.deepStrictEqual(whole.asked, ["lock", "load", "refresh_token seed", "clear"])
      // and that is gone with it
      assert.deepStrictEqual(yield* seeded.outcome(seeded.session.token), ["NotAuthorized", "load"])
    })
  )

  it.effect("or cleared is forgotten with all that is known of it", () =>
    Effect.gen(function* () {
      const { asking, close, kept, outcome, session, steps } = yield* started({ seed: Redacted.make("seed") })
      kept.token = old("a")
      steps.renew = () => Effect.fail(dead)
      yield* outcome(session.token)
      steps.save = Effect.fail(broken)
      yield* outcome(session.set(token("s")))
      assert.deepStrictEqual((yield* asking(session.clear)).asked, ["lock", "clear"])
      assert.deepStrictEqual(yield* outcome(session.token), ["NotAuthorized", "load"])
      assert.deepStrictEqual((yield* asking(close)).asked, [])
    })
  )
})
