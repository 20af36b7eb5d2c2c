import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { HttpLayer, OAuth2, PipedriveError, TokenStore } from "effect-pipedrive"
import { explain } from "../../src/internal/configError.js"
import * as Lock from "../../src/internal/oauth/lock.js"
import * as Seal from "../../src/internal/oauth/seal.js"
import * as Robots from "../support/endpoints.js"
import * as OAuth from "../support/oauth.js"
import * as Tracing from "../support/tracing.js"

const call = Robots.list.pipe(HttpLayer.withPolicy({ retries: 0 }))

const token: TokenStore.Token = {
  accessToken: Redacted.make("v1u:secret-access"),
  refreshToken: Redacted.make("secret-refresh"),
  issuedAt: 1_000,
  expiresAt: 3_601_000,
  apiDomain: "https://acme.pipedrive.com",
  scope: ["base", "deals:full"]
}

const keyOf = (byte: number) => Redacted.make(new Uint8Array(32).fill(byte))

/** A place that keeps texts, for all to see. */
const place = (texts = new Map<string, string>()) => ({
  texts,
  load: (account: string) => Effect.sync(() => Option.fromNullable(texts.get(account))),
  save: (account: string, text: string) => Effect.sync(() => void texts.set(account, text)),
  clear: (account: string) => Effect.sync(() => void texts.delete(account)),
  list: Effect.sync(() => [...texts.keys()])
})

describe("a store in memory", () => {
  it.effect("that is provided again is a new one: nothing of another program is in it", () =>
    Effect.gen(function* () {
      const save = Effect.flatMap(TokenStore.TokenStore, (store) => store.save("1", token))
      const list = Effect.flatMap(TokenStore.TokenStore, (store) => store.list)
      yield* Effect.provide(save, TokenStore.layerMemory)
      assert.deepStrictEqual(yield* Effect.provide(list, TokenStore.layerMemory), [])
    })
  )
})

const keeps = Effect.gen(function* () {
  const store = yield* TokenStore.TokenStore
  assert.isTrue(Option.isNone(yield* store.load("1")))
  yield* store.save("1", token)
  yield* store.save("a/../b é", { ...token, apiDomain: undefined, scope: [] })
  assert.deepStrictEqual(Option.getOrThrow(yield* store.load("1")), token)
  assert.isUndefined(Option.getOrThrow(yield* store.load("a/../b é")).apiDomain)
  yield* store.save("1", token)
  assert.deepStrictEqual(yield* store.list, ["1", "a/../b é"])
  yield* store.clear("1")
  yield* store.clear("1")
  assert.isTrue(Option.isNone(yield* store.load("1")))
  assert.isTrue(Option.isSome(yield* store.load("a/../b é")))
  assert.deepStrictEqual(yield* store.list, ["a/../b é"])
})

describe("every store keeps tokens by account", () => {
  it.effect("memory", () => keeps.pipe(Effect.provide(TokenStore.layerMemory)))

  it.effect("a KeyValueStore", () =>
    keeps.pipe(Effect.provide(TokenStore.layerKeyValueStore().pipe(Layer.provide(KeyValueStore.layerMemory))))
  )

  it.effect("files, sealed", () =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-pipedrive-tokens-"))),
      (folder) =>
        keeps.pipe(
          Effect.provide(
            TokenStore.layerKeyValueStore({ seal: { key: keyOf(1) } }).pipe(
              Layer.provide(KeyValueStore.layerFileSystem(folder).pipe(Layer.provide(NodeContext.layer)))
            )
          )
        ),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    )
  )

  it.effect("a place of one's own", () => keeps.pipe(Effect.provide(TokenStore.layer(place()))))

  it.effect("and one that cannot tell its accounts says so", () =>
    Effect.gen(function* () {
      const { list: _, ...silent } = place()
      const error = yield* Effect.flip((yield* TokenStore.make(silent)).list)
      assert.strictEqual(error.reason, "TokenStore")
      assert.include(error.message, "`list`")
    })
  )

  it.effect("a KeyValueStore whose list of accounts is broken still saves, and begins a new one", () =>
    Effect.gen(function* () {
      const texts = yield* KeyValueStore.KeyValueStore
      const store = yield* TokenStore.TokenStore
      yield* texts.set("accounts-of-pipedrive-token-", "{")
      yield* store.save("1", token)
      assert.deepStrictEqual(yield* store.list, ["1"])
    }).pipe(Effect.provide(TokenStore.layerKeyValueStore().pipe(Layer.provideMerge(KeyValueStore.layerMemory))))
  )
})

describe("a store's options", () => {
  it.effect("that nobody knows are refused by name", () =>
    Effect.gen(function* () {
      const refused = (options: object) => Effect.map(Effect.flip(TokenStore.make(place(), options)), explain)
      assert.match((yield* refused({ lockTimeot: 5 })) ?? "", /^lockTimeot: is no option: did you mean lockTimeout/)
      assert.match((yield* refused({ seal: { kye: keyOf(1) } })) ?? "", /^seal\.kye: is no option: did you mean key/)
    })
  )

  it.effect("say what the keys of a KeyValueStore begin with; its list is written when it changes", () =>
    Effect.gen(function* () {
      const texts = yield* KeyValueStore.KeyValueStore
      const written: Array<string> = []
      const watched = KeyValueStore.make({
        ...texts,
        getUint8Array: texts.getUint8Array,
        set: (key, value) => {
          written.push(key)
          return texts.set(key, value)
        }
      })
      for (const [options, prefix] of [
        [{}, "pipedrive-token-"],
        [{ prefix: "p:" }, "p:"]
      ] as const) {
        written.length = 0
        yield* Effect.gen(function* () {
          const store = yield* TokenStore.TokenStore
          yield* store.save("2", token)
          yield* store.save("1", token)
          yield* store.save("1", token)
          yield* store.clear("3")
          assert.deepStrictEqual(yield* store.list, ["1", "2"])
        }).pipe(
          Effect.provide(
            TokenStore.layerKeyValueStore(options).pipe(
              Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, watched))
            )
          )
        )
        const index = `accounts-of-${prefix}`
        assert.deepStrictEqual(written, [`${prefix}2`, index, `${prefix}1`, index, `${prefix}1`])
      }
    }).pipe(Effect.provide(KeyValueStore.layerMemory))
  )

  it.effect("do not matter for the order of its accounts", () =>
    Effect.gen(function* () {
      const store = yield* TokenStore.TokenStore
      for (const account of ["b", "c", "a"]) yield* store.save(account, token)
      assert.deepStrictEqual(yield* store.list, ["a", "b", "c"])
      const own = yield* TokenStore.make({ ...place(), list: Effect.succeed(["b", "c", "a"]) })
      assert.deepStrictEqual(yield* own.list, ["a", "b", "c"])
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )
})

describe("what is stored", () => {
  it("is a token by its Schema, both ways", () => {
    const stored = Schema.encodeSync(TokenStore.Token)(token)
    assert.strictEqual(stored.refresh_token, "secret-refresh")
    assert.deepStrictEqual(Schema.decodeUnknownSync(TokenStore.Token)(JSON.parse(JSON.stringify(stored))), token)
  })

  it.effect("and corrupted is a typed error that names the field and shows nothing", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      const store = yield* TokenStore.make(place(texts))
      yield* store.save("1", token)
      const good = JSON.parse(texts.get("1") ?? "")
      const bad: ReadonlyArray<readonly [string, string]> = [
        ["is not JSON", "secret-refresh{"],
        ["refresh_token is missing", JSON.stringify({ ...good, refresh_token: undefined })],
        ["access_token is not", JSON.stringify({ ...good, access_token: 7 })],
        ["access_token is not", JSON.stringify({ ...good, access_token: "" })],
        ["expires_at is not", JSON.stringify({ ...good, expires_at: "secret-refresh" })],
        ["the entry is not", "null"]
      ]
      for (const [what, text] of bad) {
        texts.set("1", text)
        const error = yield* Effect.flip(store.load("1"))
        assert.strictEqual(error.reason, "InvalidToken")
        assert.include(error.message, what)
        assert.notInclude(error.message, "secret-")
      }
    })
  )
})

describe("what a store fails with", () => {
  it.effect("stands neither in an error nor in a span: no cause, no message that holds a token", () =>
    Effect.gen(function* () {
      const traced = Tracing.recorder()
      const row = JSON.stringify(Schema.encodeSync(TokenStore.Token)(token))
      const cut = `duplicate entry '${row.slice(0, 64)}' for key`
      const failing = Effect.withSpan(
        Effect.fail(Object.assign(new Error(cut), { detail: row, cause: new Error(row) })),
        "own"
      )
      const dying = Effect.withSpan(Effect.die(new Error(row)), "own")
      for (const effect of [failing, dying]) {
        const store = yield* TokenStore.make({
          load: () => effect,
          save: () => effect,
          clear: () => effect,
          list: effect
        })
        const all = [store.load("1"), store.save("1", token), store.clear("1"), store.list]
        for (const one of all) {
          const exit = yield* Effect.exit(
            Effect.withSpan(Effect.asVoid<unknown, PipedriveError.AuthError, never>(one), "ours")
          ).pipe(traced.run)
          assert.isTrue(Exit.isFailure(exit) && Option.isSome(Cause.failureOption(exit.cause)))
          for (const shown of [inspect(exit, { depth: 20 }), Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""]) {
            for (const part of ["secret-access", "secret-refresh"]) assert.notInclude(shown, part)
          }
        }
      }
      assert.deepStrictEqual([...new Set(traced.names())], ["ours"])
      assert.notInclude(traced.all(), "secret-")
    })
  )
})

describe("the words of a store", () => {
  it.effect("name the account and what could not be done", () =>
    Effect.gen(function* () {
      const fail = Effect.fail(new Error("disk full"))
      const store = yield* TokenStore.make({ load: () => fail, save: () => fail, clear: () => fail, list: fail })
      const tokens = 'the tokens of account "a b"'
      const steps: ReadonlyArray<readonly [step: Effect.Effect<unknown, PipedriveError.AuthError>, what: string]> = [
        [store.load("a b"), `load ${tokens}`],
        [store.save("a b", token), `save ${tokens}`],
        [store.clear("a b"), `clear ${tokens}`],
        [store.list, "list the accounts"]
      ]
      for (const [step, what] of steps) {
        const { description, reason, transient } = yield* Effect.flip(step)
        assert.deepStrictEqual<unknown>(
          [reason, description, transient],
          ["TokenStore", `could not ${what}: disk full`, true]
        )
      }
      const thrown = yield* TokenStore.make({ ...place(), load: () => Effect.die("secret") })
      assert.strictEqual((yield* Effect.flip(thrown.load("1"))).description.slice(-8), ": defect")
    })
  )

  it.effect("come without the token though what is saved is sealed", () =>
    Effect.gen(function* () {
      const fail = Effect.fail(new Error("could not send secret-refresh after v1u:secret-access"))
      const store = yield* TokenStore.make({ ...place(), save: () => fail }, { seal: { key: keyOf(1) } })
      const { description } = yield* Effect.flip(store.save("1", token))
      assert.match(description, /could not send <redacted> after <redacted>$/)
    })
  )

  it.effect("come without the token that was to be saved, however deep they stand", () =>
    Effect.gen(function* () {
      const leaking = new Error("no", { cause: new Error("row secret-refresh, v1u:secret-access is too long") })
      const fail = Effect.fail(leaking)
      const store = yield* TokenStore.make({ ...place(), save: () => fail })
      const error = yield* Effect.flip(store.save("1", token))
      assert.include(error.message, "no: row")
      assert.include(error.message, "is too long")
      for (const part of ["secret", "refresh,", "access"]) assert.notInclude(error.message, part)
    })
  )
})

describe("sealing", () => {
  const sealed = (texts: Map<string, string>, options: Partial<TokenStore.SealOptions> = {}) =>
    TokenStore.make(place(texts), { seal: { key: keyOf(1), ...options } })

  it.effect("hides all of a token, and never writes the same text twice", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      const store = yield* sealed(texts)
      const seen = new Set<string>()
      for (let i = 0; i < 10; i++) {
        yield* store.save("1", token)
        const text = texts.get("1") ?? ""
        for (const part of ["secret", "acme", "deals", Buffer.from("secret").toString("base64")])
          assert.notInclude(text, part)
        seen.add(text)
      }
      assert.strictEqual(seen.size, 10)
      assert.deepStrictEqual(Option.getOrThrow(yield* store.load("1")), token)
    })
  )

  it.effect("notices an entry that was changed, moved to another account, or never sealed", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      const store = yield* sealed(texts)
      yield* store.save("1", token)
      const text = texts.get("1") ?? ""
      const plain = new Map<string, string>()
      yield* (yield* TokenStore.make(place(plain))).save("1", token)
      for (const other of [
        `${text.slice(0, -2)}${text.endsWith("AA") ? "BB" : "AA"}`,
        text.replace("s1.", "s2."),
        `${text}.x`,
        "",
        plain.get("1") ?? ""
      ]) {
        texts.set("1", other)
        assert.strictEqual((yield* Effect.flip(store.load("1"))).reason, "InvalidToken")
      }
      texts.set("2", text)
      assert.include((yield* Effect.flip(store.load("2"))).message, "another account")
      texts.set("1", plain.get("1") ?? "")
      const lenient = yield* sealed(texts, { acceptUnsealed: true })
      assert.deepStrictEqual(Option.getOrThrow(yield* lenient.load("1")), token)
    })
  )

  it.effect("goes on under a new key: former ones still open, the new one seals", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      yield* (yield* sealed(texts)).save("1", token)
      const rotated = yield* sealed(texts, { key: keyOf(2), previous: [keyOf(1)] })
      const opened = Option.getOrThrow(yield* rotated.load("1"))
      yield* rotated.save("1", opened)
      const later = yield* sealed(texts, { key: keyOf(2) })
      assert.deepStrictEqual(Option.getOrThrow(yield* later.load("1")), token)
      const former = yield* Effect.flip((yield* sealed(texts)).load("1"))
      assert.include(former.message, "not among those given")
    })
  )

  it.effect("takes a key as bytes, hex or base64, and refuses any other by name", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      const bytes = new Uint8Array(32).map((_, i) => 255 - i)
      yield* (yield* sealed(texts, { key: Redacted.make(bytes) })).save("1", token)
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        const key = Redacted.make(`${Buffer.from(bytes).toString(encoding)}\n`)
        assert.isTrue(Option.isSome(yield* (yield* sealed(texts, { key })).load("1")))
      }
      for (const key of ["", "short", "0".repeat(63)]) {
        const error = yield* Effect.flip(sealed(texts, { key: Redacted.make(key) }))
        assert.include(String(error), "seal")
      }
      const error = yield* Effect.flip(sealed(texts, { previous: [Redacted.make("secret-key")] }))
      assert.notInclude(String(error), "secret-key")
    })
  )
})

describe("a seal", () => {
  const bytes = new Uint8Array(32).map((_, at) => 255 - at)
  const text = (encoding: "hex" | "base64" | "base64url", of = bytes) => Buffer.from(of).toString(encoding)

  it.effect("has a key of 32 bytes, however it is written", () =>
    Effect.gen(function* () {
      const { close } = yield* Seal.make({ key: Redacted.make(bytes) })
      const sealed = yield* close("1", "{}")
      // format, key, nonce, and what is sealed
      assert.match(sealed, /^s1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{24}$/)
      const keys: ReadonlyArray<readonly [key: string | Uint8Array, isKey: boolean]> = [
        [text("hex"), true],
        [text("hex").toUpperCase(), true],
        [text("base64"), true],
        [text("base64url"), true],
        [` ${text("base64")}\n`, true],
        [`${text("hex")}0`, false],
        [`0${text("hex")}`, false],
        [text("base64", bytes.slice(1)), false],
        [bytes.slice(1), false],
        [new Uint8Array(33), false],
        ["?", false]
      ]
      for (const [key, isKey] of keys) {
        const made = yield* Effect.either(Seal.make({ key: Redacted.make<string | Uint8Array>(key) as never }))
        if (made._tag === "Right") assert.strictEqual(yield* made.right.open("1", sealed), "{}")
        else {
          const what = "must be 32 bytes, as bytes, in base64 or in hex (openssl rand -base64 32)"
          assert.strictEqual(explain(made.left), `seal.key: ${what}`)
        }
        assert.strictEqual(made._tag === "Right", isKey, String(key))
      }
      const previous = [Redacted.make(bytes), Redacted.make("short")]
      const wrong = yield* Effect.flip(Seal.make({ key: Redacted.make(bytes), previous }))
      assert.match(explain(wrong) ?? "", /^seal\.previous\.1: /)
    })
  )

  it.effect("is opened, or says why it is not", () =>
    Effect.gen(function* () {
      const options = { key: Redacted.make(bytes) }
      const { close } = yield* Seal.make(options)
      const sealed = yield* close("1", '{"é":1}')
      const [format, id, iv, body] = sealed.split(".")
      const about = (why: string) => `what is stored for account "1" ${why}. Clear it, or authorize again`
      const moved = about("was sealed for another account, or tampered with")
      const cases: ReadonlyArray<readonly [stored: string, isLenient: boolean, outcome: string]> = [
        [sealed, false, '{"é":1}'],
        ["{}", true, "{}"],
        ["{}", false, about("is not sealed")],
        ["x", true, about("is not sealed")],
        ["", true, about("is not sealed")],
        [`${format}.${id}.${iv}`, false, about("is not sealed")],
        [`${format}.${id}`, false, about("is not sealed")],
        [`${format}`, false, about("is not sealed")],
        [`${sealed}.`, false, about("is not sealed")],
        [`s2.${id}.${iv}.${body}`, false, about("is not sealed")],
        [
          `${format}.00000000.${iv}.${body}`,
          false,
          about("is sealed with a key that is not among those given (00000000)")
        ],
        [`${format}.${id}.${iv}.!`, false, moved],
        [`${format}.${id}.!.${body}`, false, moved],
        [yield* close("2", "{}"), false, moved]
      ]
      for (const [stored, acceptUnsealed, outcome] of cases) {
        const { open } = yield* Seal.make({ ...options, acceptUnsealed })
        const opened = yield* Effect.either(open("1", stored))
        if (opened._tag === "Left") assert.strictEqual(opened.left.reason, "InvalidToken")
        assert.strictEqual(opened._tag === "Left" ? opened.left.description : opened.right, outcome, stored)
      }
    })
  )
})

describe("the lock of an account", () => {
  it.effect("has a time limit, and says of how long", () =>
    Effect.gen(function* () {
      const limits: ReadonlyArray<readonly [given: unknown, seconds: number | undefined]> = [
        [undefined, 30],
        ["5 seconds", 5],
        [1000, 1],
        [0, undefined],
        [Number.POSITIVE_INFINITY, undefined],
        ["soon", undefined]
      ]
      for (const [given, seconds] of limits) {
        const result = yield* Effect.either(Lock.timeout(given as Duration.DurationInput | undefined))
        if (result._tag === "Right") assert.strictEqual(Duration.toSeconds(result.right), seconds)
        else {
          const words = `lockTimeout: must be a duration longer than nothing, is ${given}`
          assert.strictEqual(explain(result.left), words)
        }
        assert.strictEqual(result._tag === "Right", seconds !== undefined, String(given))
      }
      const error = Lock.lockTimeoutError("a", Duration.seconds(5))
      assert.deepInclude(error, {
        reason: "TokenStore",
        transient: true,
        description: 'the tokens of account "a" were locked by another refresh for 5s'
      })
    })
  )

  it.effect("is given to those who wait in their order, one for each release", () =>
    Effect.gen(function* () {
      const turnAt = Lock.make(Duration.seconds(5))("1")
      const came: Array<number> = []
      const work = (name: number) =>
        turnAt(
          Effect.zipLeft(
            Effect.sleep("2 seconds"),
            Effect.sync(() => came.push(name))
          )
        )
      const fibers = yield* Effect.forEach([1, 2, 3, 4], (name) => Effect.fork(Effect.exit(work(name))))
      yield* TestClock.adjust("1 minute")
      const exits = yield* Effect.forEach(fibers, Fiber.join)
      // the fourth waited for longer than it may, and holds up nobody
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, true, true, false])
      assert.deepStrictEqual(came, [1, 2, 3])
      const last = yield* Effect.fork(work(5))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(last)
      assert.deepStrictEqual(came, [1, 2, 3, 5])
    })
  )

  it.effect("lets one in at a time, and other accounts meanwhile", () =>
    Effect.gen(function* () {
      const store = yield* TokenStore.TokenStore
      let inside = 0
      let most = 0
      const work = Effect.acquireUseRelease(
        Effect.sync(() => void (most = Math.max(most, ++inside))),
        () => Effect.sleep("1 second"),
        () => Effect.sync(() => void inside--)
      )
      const same = yield* Effect.fork(
        Effect.all(
          [1, 2, 3].map(() => store.withLock("1")(work)),
          { concurrency: 3 }
        )
      )
      yield* TestClock.adjust("3 seconds")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(same)))
      assert.strictEqual(most, 1)
      const apart = yield* Effect.fork(
        Effect.all(
          ["1", "2"].map((a) => store.withLock(a)(work)),
          { concurrency: 2 }
        )
      )
      yield* TestClock.adjust("1 second")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(apart)))
    }).pipe(Effect.provide(TokenStore.layerMemory))
  )

  it.effect("is waited for until its timeout, and passed on when a waiter leaves", () =>
    Effect.gen(function* () {
      const { withLock } = yield* TokenStore.make(place(), { lockTimeout: "5 seconds" })
      const holder = yield* Effect.fork(withLock("1")(Effect.never))
      yield* TestClock.adjust(0)
      const late = yield* Effect.fork(Effect.flip(withLock("1")(Effect.void)))
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(late)
      assert.strictEqual(error.reason, "TokenStore")
      assert.include(error.message, "5s")
      const leaving = yield* Effect.fork(withLock("1")(Effect.void))
      const next = yield* Effect.fork(withLock("1")(Effect.succeed("in")))
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(leaving)
      yield* Fiber.interrupt(holder)
      assert.strictEqual(yield* Fiber.join(next), "in")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(TokenStore.make(place(), { lockTimeout: 0 }))))
    })
  )
})

describe("a turn at a lock", () => {
  for (const [kind, duration] of [
    ["without a timeout", Duration.infinity],
    ["with one", Duration.seconds(30)]
  ] as const) {
    it.effect(`that comes just as its waiter is interrupted goes to the next, ${kind}`, () =>
      Effect.gen(function* () {
        const turnAt = Lock.make(duration)("1")
        const fibers = yield* turnAt(
          Effect.gen(function* () {
            const leaving = yield* Effect.fork(turnAt(Effect.succeed("not wanted")))
            const next = yield* Effect.fork(turnAt(Effect.succeed("in")))
            for (let n = 0; n < 10; n++) yield* Effect.yieldNow()
            return { leaving, next }
          })
        )
        // the turn has just been given, and its waiter has not gone on yet
        fibers.leaving.unsafeInterruptAsFork(FiberId.none)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fibers.leaving)))
        for (let n = 0; n < 10; n++) yield* Effect.yieldNow()
        assert.deepStrictEqual(yield* Fiber.poll(fibers.next), Option.some(Exit.succeed("in")))
        assert.strictEqual(yield* turnAt(Effect.succeed("free")), "free")
      })
    )
  }
})

describe("a store that fails", () => {
  /** Fails as often as it is told to. */
  const flaky = () => {
    const base = place()
    const left = { load: 0, save: 0, clear: 0, saves: 0 }
    const guard = <A>(name: "load" | "save" | "clear", effect: Effect.Effect<A>) =>
      Effect.suspend(() => (left[name]-- > 0 ? Effect.fail(new Error(`${name} broke`)) : effect))
    return {
      left,
      store: TokenStore.layer({
        load: (account) => guard("load", base.load(account)),
        save: (account, text) =>
          guard(
            "save",
            Effect.zipRight(
              Effect.sync(() => left.saves++),
              base.save(account, text)
            )
          ),
        clear: (account) => guard("clear", base.clear(account))
      })
    }
  }

  it.effect("for a moment is asked again", () => {
    const server = OAuth.makeServer()
    const { left, store } = flaky()
    return Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      yield* oauth.authorize(server.consent())
      yield* TestClock.adjust("2 hours")
      left.load = 2
      left.save = 2
      yield* OAuth.letting(call)
      assert.deepStrictEqual([server.counts.refreshes, left.saves], [1, 2])
    }).pipe(Effect.provide(OAuth.live(server, { store })))
  })

  it.effect("to save is a typed error; the new token is neither used nor lost, and saved by a later call", () => {
    const server = OAuth.makeServer({ rotate: true })
    const { left, store } = flaky()
    let told = 0
    return Effect.gen(function* () {
      const oauth = yield* OAuth2.OAuth2
      yield* oauth.authorize(server.consent())
      yield* TestClock.adjust("2 hours")
      left.save = 6
      for (let i = 0; i < 2; i++) {
        const error = yield* OAuth.letting(Effect.flip(call))
        assert.strictEqual(error._tag === "AuthError" && error.reason, "TokenStore")
        assert.include(error.message, "save broke")
      }
      assert.deepStrictEqual([server.counts.refreshes, server.counts.calls, told], [1, 0, 1])
      yield* OAuth.letting(call)
      assert.deepStrictEqual([server.counts.refreshes, server.counts.calls, told, left.saves], [1, 1, 2, 2])
      yield* TestClock.adjust("2 hours")
      yield* OAuth.letting(call)
      assert.strictEqual(server.counts.invalidGrants, 0)
    }).pipe(Effect.provide(OAuth.live(server, { store, onTokenUpdate: () => Effect.sync(() => void told++) })))
  })

  it.effect("until the layer closes is offered the token once more then", () => {
    const server = OAuth.makeServer({ rotate: true })
    const { left, store } = flaky()
    return Effect.gen(function* () {
      yield* OAuth.letting(
        Effect.gen(function* () {
          const oauth = yield* OAuth2.OAuth2
          left.save = 3
          assert.strictEqual((yield* Effect.flip(oauth.authorize(server.consent()))).reason, "TokenStore")
        }).pipe(Effect.provide(OAuth.live(server, { store })))
      )
      assert.strictEqual(left.saves, 1)
    })
  })

  it.effect("to load or clear is a typed error, too, and one that throws kills nobody", () => {
    const server = OAuth.makeServer()
    const { left, store } = flaky()
    const throwing = TokenStore.layer({ ...place(), load: () => Effect.die(new TypeError("secret")) })
    return Effect.gen(function* () {
      yield* Effect.gen(function* () {
        const oauth = yield* OAuth2.OAuth2
        left.load = 3
        const error = yield* OAuth.letting(Effect.flip(call))
        assert.include(error.message, "load broke")
        yield* oauth.authorize(server.consent())
        left.clear = 3
        assert.include((yield* OAuth.letting(Effect.flip(oauth.clear))).message, "clear broke")
        yield* call
      }).pipe(Effect.provide(OAuth.live(server, { store })))
      const error = yield* OAuth.letting(
        Effect.flip(call).pipe(Effect.provide(OAuth.live(server, { store: throwing })))
      )
      assert.instanceOf(error, PipedriveError.AuthError)
      assert.include(error.message, "TypeError")
      assert.notInclude(error.message, "secret")
    })
  })
})
