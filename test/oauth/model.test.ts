/**
 * Random histories of one account against a model of what it should do.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { HttpLayer, OAuth2, TokenStore } from "effect-pipedrive"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"
import * as Virtual from "../support/virtual.js"

const commands = [
  "call",
  "three calls at once",
  "call, interrupted",
  "two hours pass",
  "a minute passes",
  "access token dies",
  "user removes the app",
  "next OAuth request fails",
  "store breaks",
  "store is mended",
  "authorize",
  "refresh by hand",
  "revoke",
  "revoke access token",
  "restart"
] as const

/** What the interesting histories are made of. */
const often = ["call", "call", "call", "access token dies", "access token dies", "authorize"] as const

type Command = (typeof commands)[number]

/** What one token of the history is worth. */
interface Held {
  readonly grant: number
  readonly refreshId: number
  expiresAt: number
  killed: boolean
  told: boolean
  /** A 401 led to it, at this time. */
  recoveredAt: number | undefined
}

class Model {
  stored: Held | undefined
  held: Held | undefined
  unsaved = false
  dead: number | undefined
  broken = false
  fault = false
  readonly grants = new Map<number, { alive: boolean; refreshId: number }>()
  serial = 0
  posts = 0
  told = 0

  constructor(readonly rotate: boolean) {}

  isFresh(token: Held | undefined, now: number): boolean {
    return token !== undefined && now < token.expiresAt - 60_000
  }

  takeFault(): boolean {
    const { fault } = this
    this.fault = false
    return fault
  }

  save(): string | undefined {
    if (this.broken) return "TokenStore"
    this.stored = this.held
    this.unsaved = false
    if (this.held !== undefined && !this.held.told) {
      this.held.told = true
      this.told++
    }
    return undefined
  }

  keep(token: Held): string | undefined {
    this.held = token
    this.unsaved = true
    this.dead = undefined
    return this.save()
  }

  /** One renewal; what it fails with. `refused` is the token that a 401 or a hand refused. */
  renew(now: number, refused: Held | undefined, after401: boolean): string | undefined {
    const usable = (token: Held | undefined) => this.isFresh(token, now) && token !== refused
    if (this.unsaved) {
      const failed = this.save()
      if (failed !== undefined) return failed
    }
    if (usable(this.held)) return undefined
    if (this.broken) return "TokenStore"
    if (this.stored === undefined) {
      this.held = undefined
      return this.dead === undefined ? "NotAuthorized" : "ReauthorizationRequired"
    }
    if (usable(this.stored)) {
      this.held = this.stored
      this.dead = undefined
      return undefined
    }
    // known to be stale, so that what is known of its refresh token stays
    this.held = this.stored
    if (this.dead === this.stored.refreshId) return "ReauthorizationRequired"
    const grant = this.grants.get(this.stored.grant)
    if (this.takeFault()) return "TokenEndpoint"
    this.posts++
    if (grant?.alive !== true || grant.refreshId !== this.stored.refreshId) {
      this.dead = this.stored.refreshId
      return "ReauthorizationRequired"
    }
    if (this.rotate) grant.refreshId = ++this.serial
    return this.keep({
      grant: this.stored.grant,
      refreshId: grant.refreshId,
      expiresAt: now + 3_600_000,
      killed: false,
      told: false,
      recoveredAt: after401 ? now : undefined
    })
  }

  call(now: number): string | undefined {
    if (this.unsaved || !this.isFresh(this.held, now)) {
      const failed = this.renew(now, undefined, false)
      if (failed !== undefined) return failed
    }
    if (this.held?.killed !== true) return undefined
    const { recoveredAt } = this.held
    if (recoveredAt !== undefined && now - recoveredAt < 10_000) return "Unauthorized"
    return this.renew(now, this.held, true)
  }

  authorize(now: number): string | undefined {
    if (this.takeFault()) return "TokenEndpoint"
    const id = ++this.serial
    const refreshId = ++this.serial
    this.grants.set(id, { alive: true, refreshId })
    return this.keep({
      grant: id,
      refreshId,
      expiresAt: now + 3_600_000,
      killed: false,
      told: false,
      recoveredAt: undefined
    })
  }

  refresh(now: number): string | undefined {
    if (this.held === undefined && this.broken) return "TokenStore"
    const known = this.held ?? this.stored
    return this.renew(now, known, false)
  }

  revoke(access: boolean): string | undefined {
    if (!this.unsaved && this.broken) return "TokenStore"
    const current = this.unsaved ? this.held : this.stored
    if (current === undefined) return "NotAuthorized"
    if (this.takeFault()) return "TokenEndpoint"
    if (access) {
      const spent = { ...current, expiresAt: 0, killed: true }
      this.held = spent
      this.unsaved = true
      return this.save()
    }
    const grant = this.grants.get(current.grant)
    if (grant !== undefined && grant.refreshId === current.refreshId) {
      grant.alive = false
      for (const token of [this.held, this.stored]) if (token?.grant === current.grant) token.killed = true
    }
    if (this.broken) return "TokenStore"
    this.held = undefined
    this.stored = undefined
    this.unsaved = false
    this.dead = undefined
    return undefined
  }

  restart(): void {
    if (this.unsaved) this.save()
    if (this.stored !== undefined) this.stored.recoveredAt = undefined
    this.held = undefined
    this.unsaved = false
    this.dead = undefined
  }
}

const history = (sequence: ReadonlyArray<Command>, rotate: boolean) => {
  const server = OAuth.makeServer({ rotate })
  let exchanges = 0
  const watched: OAuth.OAuthServer = {
    ...server,
    handle: (request, now) => {
      exchanges++
      return server.handle(request, now).finally(() => void exchanges--)
    }
  }
  const time = Virtual.make(() => exchanges > 0)
  return Effect.gen(function* () {
    const model = new Model(rotate)
    const texts = new Map<string, string>()
    const told: Array<string> = []
    let latency = 0
    const guard = <A>(effect: Effect.Effect<A>) => Effect.suspend(() => (model.broken ? Effect.fail("broken") : effect))
    const store = TokenStore.layer({
      load: (account) => guard(Effect.sync(() => Option.fromNullable(texts.get(account)))),
      save: (account, text) => guard(Effect.sync(() => void texts.set(account, text))),
      clear: (account) => guard(Effect.sync(() => void texts.delete(account)))
    })
    const live = OAuth.live(watched, {
      store,
      retries: 0,
      latency: { current: () => latency },
      onTokenUpdate: (token) => Effect.sync(() => void told.push(Redacted.value(token.accessToken)))
    })
    const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))
    const outcome = <A, E extends { readonly _tag: string; readonly reason?: string }, R>(
      effect: Effect.Effect<A, E, R>
    ) =>
      Effect.match(effect, {
        onFailure: (error) => (error._tag === "AuthError" ? error.reason : error._tag),
        onSuccess: () => undefined
      })

    const step = (command: Command) =>
      Effect.gen(function* () {
        const oauth = yield* OAuth2.OAuth2
        // no verdict hangs on a hair: stay clear of the pause after a recovery
        const at = model.held?.recoveredAt
        const before = time.now()
        if (at !== undefined && before - at > 3_000 && before - at < 30_000) yield* time.pass(60_000)
        const now = time.now()
        switch (command) {
          case "two hours pass":
            return yield* time.pass(7_200_000)
          case "a minute passes":
            return yield* time.pass(60_000)
          case "access token dies":
            server.expireAccess()
            for (const token of [model.held, model.stored]) if (token !== undefined) token.killed = true
            return
          case "user removes the app":
            server.uninstall()
            for (const grant of model.grants.values()) grant.alive = false
            for (const token of [model.held, model.stored]) if (token !== undefined) token.killed = true
            return
          case "next OAuth request fails":
            if (!model.fault) server.faults.push(new Response("", { status: 500 }))
            model.fault = true
            return
          case "store breaks":
            model.broken = true
            return
          case "store is mended":
            model.broken = false
            return
          case "call":
            return assert.strictEqual(yield* time.run(outcome(call)), model.call(now))
          case "three calls at once": {
            const results = yield* time.run(Effect.all([call, call, call].map(outcome), { concurrency: 3 }))
            const expected = model.call(now)
            assert.deepStrictEqual(results, [expected, expected, expected])
            return
          }
          case "call, interrupted": {
            latency = 1000
            const fiber = yield* Effect.fork(call)
            yield* time.pass(500)
            yield* Fiber.interrupt(fiber)
            yield* time.pass(5_000)
            latency = 0
            if (model.unsaved || !model.isFresh(model.held, now)) model.renew(now, undefined, false)
            return
          }
          case "authorize":
            return assert.strictEqual(yield* time.run(outcome(oauth.authorize(server.consent()))), model.authorize(now))
          case "refresh by hand":
            return assert.strictEqual(yield* time.run(outcome(oauth.refresh)), model.refresh(now))
          case "revoke":
            return assert.strictEqual(yield* time.run(outcome(oauth.revoke())), model.revoke(false))
          case "revoke access token":
            return assert.strictEqual(yield* time.run(outcome(oauth.revoke("access_token"))), model.revoke(true))
          case "restart":
            return
        }
      })

    let rest = sequence
    while (rest.length > 0) {
      const end = rest.indexOf("restart")
      const life = end < 0 ? rest : rest.slice(0, end)
      rest = end < 0 ? [] : rest.slice(end + 1)
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(live, scope)
      for (const [i, command] of life.entries()) {
        yield* Effect.provide(step(command), context)
        assert.strictEqual(server.counts.refreshes, model.posts, `refreshes after ${command} (${i})`)
        assert.strictEqual(told.length, model.told, `tokens told after ${command} (${i})`)
        assert.strictEqual(new Set(told).size, told.length)
      }
      yield* time.run(Scope.close(scope, Exit.void))
      model.restart()
    }
  }).pipe(Effect.withClock(time.clock))
}

describe("any history", () => {
  it("with a dead refresh token asks for a renewal once, though its access token looks fresh", () =>
    Effect.runPromise(
      history(["authorize", "user removes the app", "restart", "refresh by hand", "call", "call"], false)
    ))

  it("of expiry, refusals, faults, broken stores, revocations, interruption and restarts goes as the model says", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.array(FastCheck.constantFrom(...commands, ...often), { minLength: 1, maxLength: 20 }),
        FastCheck.boolean(),
        (sequence, rotate) => Effect.runPromise(history(["authorize", ...sequence], rotate))
      ),
      { numRuns: Number(process.env.MODEL_RUNS ?? 100) }
    )
  }, 120_000)
})
