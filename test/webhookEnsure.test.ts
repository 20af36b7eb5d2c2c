import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Webhooks } from "effect-pipedrive/v1"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import * as Ensure from "../src/internal/webhooks/ensure.js"

const wanted = {
  url: "https://crm.example.com/webhooks",
  name: "crm",
  events: ["deal.change", "person.*"]
} satisfies WebhookEvents.EnsureOptions

const other = {
  subscription_url: "https://other.example.com/in",
  event_action: "change",
  event_object: "deal",
  name: "Theirs"
} as const

const registered = Effect.map(Webhooks.list(), ({ data }) =>
  data
    .map(({ event_action, event_object, name, version }) => `${name} | ${event_object}.${event_action} ${version}`)
    .sort()
)

const writes = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const count = (yield* sandbox.requests).filter(({ method }) => method !== "GET").length
  yield* sandbox.clearRequests
  return count
})

const onSandbox = Effect.provide(Sandbox.layer({ seed: "empty" }))

describe("ensure", () => {
  it.effect("registers what is wanted, once, with a password that it makes", () =>
    Effect.gen(function* () {
      const first = yield* WebhookEvents.ensure(wanted)
      assert.deepStrictEqual(
        [first.user, first.added, first.kept, first.removed],
        ["pipedrive", ["deal.change", "person.*"], [], []]
      )
      assert.match(Redacted.value(first.password), /^[A-Za-z0-9_-]{32}$/)
      assert.notInclude(JSON.stringify(first), Redacted.value(first.password))
      assert.deepStrictEqual(yield* registered, ["crm: deal.change | deal.change 2.0", "crm: person.* | person.* 2.0"])
      const { data } = yield* Webhooks.list()
      assert.isTrue(data.every((hook) => hook.http_auth_password === Redacted.value(first.password)))
      yield* writes
      const second = yield* WebhookEvents.ensure({ ...wanted, password: first.password })
      const third = yield* WebhookEvents.ensure(wanted)
      assert.deepStrictEqual([second.added, second.kept, second.removed], [[], ["deal.change", "person.*"], []])
      assert.strictEqual(Redacted.value(third.password), Redacted.value(first.password))
      assert.strictEqual(yield* writes, 0)
    }).pipe(onSandbox)
  )

  it.effect("removes what is not wanted any more, and never what is somebody else's", () =>
    Effect.gen(function* () {
      yield* Webhooks.add(other)
      yield* Webhooks.add({ ...other, subscription_url: wanted.url })
      yield* Webhooks.add({ ...other, name: "crm: deal.change" })
      yield* Webhooks.add({ ...other, subscription_url: wanted.url, name: "crm-staging: deal.change" })
      yield* WebhookEvents.ensure(wanted)
      const { added, removed } = yield* WebhookEvents.ensure({ ...wanted, events: ["lead.create"] })
      assert.deepStrictEqual(added, ["lead.create"])
      assert.deepStrictEqual(
        removed.map(({ reason, webhook }) => [webhook.event_object, reason]),
        [
          ["deal", "unwanted"],
          ["person", "unwanted"]
        ]
      )
      assert.deepStrictEqual(yield* registered, [
        "Theirs | deal.change 2.0",
        "Theirs | deal.change 2.0",
        "crm-staging: deal.change | deal.change 2.0",
        "crm: deal.change | deal.change 2.0",
        "crm: lead.create | lead.create 2.0"
      ])
    }).pipe(onSandbox)
  )

  it.effect("mends what is not as it should be: password, version, address, duplicates", () =>
    Effect.gen(function* () {
      const password = Redacted.make("one")
      const reasons = (result: WebhookEvents.Ensured) => result.removed.map(({ reason }) => reason)
      yield* WebhookEvents.ensure({ ...wanted, password })
      const rotated = yield* WebhookEvents.ensure({ ...wanted, password: Redacted.make("two") })
      assert.deepStrictEqual(reasons(rotated), ["http_auth_password", "http_auth_password"])
      const renamed = yield* WebhookEvents.ensure({ ...wanted, user: "other", password: Redacted.make("two") })
      assert.deepStrictEqual(reasons(renamed), ["http_auth_user", "http_auth_user"])
      const old = yield* WebhookEvents.ensure({ ...wanted, version: "1.0", events: ["deal.updated", "person.*"] })
      assert.deepStrictEqual(reasons(old), ["unwanted", "version"])
      const moved = yield* WebhookEvents.ensure({
        ...wanted,
        url: "https://new.example.com/webhooks",
        formerUrls: [wanted.url]
      })
      assert.deepStrictEqual(reasons(moved), ["unwanted", "url"])
      yield* Webhooks.add({
        ...other,
        subscription_url: "https://new.example.com/webhooks",
        name: "crm: twice",
        http_auth_user: moved.user,
        http_auth_password: Redacted.value(moved.password)
      })
      const again = yield* WebhookEvents.ensure({ ...wanted, url: "https://new.example.com/webhooks" })
      assert.deepStrictEqual(reasons(again), ["duplicate"])
      assert.strictEqual((yield* registered).length, 2)
    }).pipe(onSandbox)
  )

  it.effect("only tells what it would do, when it is asked to", () =>
    Effect.gen(function* () {
      yield* WebhookEvents.ensure(wanted)
      yield* writes
      const { added, kept, removed } = yield* WebhookEvents.ensure({
        ...wanted,
        events: ["deal.change", "note.delete"],
        dryRun: true
      })
      assert.deepStrictEqual([added, kept, removed.length], [["note.delete"], ["deal.change"], 1])
      assert.strictEqual(yield* writes, 0)
    }).pipe(onSandbox)
  )

  it.effect("makes room where there is none for the old and the new", () =>
    Effect.gen(function* () {
      yield* WebhookEvents.ensure(wanted)
      for (let at = 0; at < 38; at++) yield* Webhooks.add(other)
      const { added } = yield* WebhookEvents.ensure({ ...wanted, events: ["lead.*", "note.*"] })
      assert.strictEqual(added.length, 2)
      assert.strictEqual((yield* Webhooks.list()).data.length, 40)
      const tooMany = yield* Effect.flip(WebhookEvents.ensure({ ...wanted, events: ["lead.*", "note.*", "task.*"] }))
      assert.strictEqual(tooMany._tag, "UnprocessableEntity")
    }).pipe(onSandbox)
  )

  it.effect("refuses what makes no sense, before anything is sent", () =>
    Effect.gen(function* () {
      const refused = (options: object) =>
        Effect.map(Effect.flip(WebhookEvents.ensure({ ...wanted, ...options } as WebhookEvents.EnsureOptions)), String)
      assert.match(yield* refused({ url: "/webhooks" }), /`url` must be a URL, is "\/webhooks"/)
      assert.match(yield* refused({ name: " " }), /`name` must be a text/)
      assert.match(
        yield* refused({ events: ["deal.updated"] }),
        /`events\.0` must be an object and one of the actions create, change, delete, \*, as in "deal\.change", is "deal\.updated"/
      )
      assert.match(yield* refused({ events: ["deal"] }), /`events\.0`/)
      assert.match(yield* refused({ events: "deal.*" }), /`events` must be an array/)
      assert.match(yield* refused({ version: "3.0" }), /`version` must be "1\.0" or "2\.0", is "3\.0"/)
      assert.match(yield* refused({ password: "plain" }), /`password` must be a Redacted/)
      assert.match(yield* refused({ nmae: "x" }), /`nmae` is no option: did you mean name\?/)
      assert.strictEqual((yield* Effect.flatMap(Sandbox.Sandbox, ({ requests }) => requests)).length, 0)
    }).pipe(onSandbox)
  )

  it("ties the action to the version", () => {
    const options = (_: WebhookEvents.EnsureOptions) => {}
    options({ ...wanted, events: ["deal_product.change", "spaceship.*"] })
    options({ ...wanted, version: "1.0", events: ["deal.updated"] })
    // @ts-expect-error: an action of version 1.0
    options({ ...wanted, events: ["deal.updated"] })
    // @ts-expect-error: an action of version 2.0
    options({ ...wanted, version: "1.0", events: ["deal.change"] })
  })
})

/** Registered webhooks in an array, and what was done to them. */
const office = (hooks: ReadonlyArray<object>, refuse: "add" | "remove" | "none" = "none") => {
  const done: Array<string> = []
  const added: Array<Ensure.Addition> = []
  let refusals = refuse === "none" ? 0 : 1
  const call = { endpoint: "v1.Webhooks", method: "POST", path: "/webhooks", attempts: 1, error: "no" }
  const ensure = Ensure.make({
    list: Effect.succeed(hooks as ReadonlyArray<WebhookEvents.Registered>),
    add: (addition) =>
      Effect.suspend(() => {
        if (refuse === "add" && refusals-- > 0) {
          return Effect.fail(new PipedriveError.UnprocessableEntity({ ...call, status: 422 }))
        }
        done.push(`+${addition.event_object}.${addition.event_action}`)
        added.push(addition)
        return Effect.succeed({ id: 0 })
      }),
    remove: (id) =>
      Effect.suspend(() => {
        done.push(`-${id}`)
        return refuse === "remove" ? Effect.fail(new PipedriveError.NotFound({ ...call, status: 404 })) : Effect.void
      })
  })
  return { added, done, ensure }
}

const hook = {
  id: 1,
  name: "crm: deal.change",
  subscription_url: wanted.url,
  event_object: "deal",
  event_action: "change",
  version: "2.0",
  is_active: 1,
  user_id: 5,
  http_auth_user: "pipedrive",
  http_auth_password: "pw"
}

describe("a webhook that is registered", () => {
  const one = {
    ...wanted,
    events: ["deal.change"],
    password: Redacted.make("pw")
  } satisfies WebhookEvents.EnsureOptions

  it.effect("is kept, replaced or left alone", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<
        readonly [hook: object, options: Partial<WebhookEvents.EnsureOptions>, outcome: string]
      > = [
        [{}, {}, "kept"],
        [{ version: undefined }, {}, "kept"],
        [{ version: "1.0" }, {}, "version"],
        [{ version: "1.0" }, { version: undefined }, "version"],
        [{ is_active: undefined }, {}, "kept"],
        [{ is_active: 0 }, {}, "is_active"],
        [{}, { userId: 5 }, "kept"],
        [{}, { userId: 6 }, "user_id"],
        [{ user_id: undefined }, { userId: 6 }, "user_id"],
        [{ http_auth_user: "x" }, {}, "http_auth_user"],
        [{ http_auth_user: null }, {}, "http_auth_user"],
        [{ http_auth_user: "x" }, { user: "x" }, "kept"],
        [{ http_auth_password: "x" }, {}, "http_auth_password"],
        // not shown: taken for the caller's
        [{ http_auth_password: "****" }, {}, "kept"],
        [{ http_auth_password: "*" }, {}, "kept"],
        [{ http_auth_password: null }, {}, "kept"],
        [{ http_auth_password: "" }, {}, "kept"],
        [{ http_auth_password: "**x" }, {}, "http_auth_password"],
        [{ http_auth_password: "x**" }, {}, "http_auth_password"],
        // without the caller's, that which is shown is used; where none is shown, a new one is made
        [{}, { password: undefined }, "kept"],
        [{ http_auth_password: "****" }, { password: undefined }, "http_auth_password"],
        [{ http_auth_user: "x" }, { password: undefined }, "http_auth_user"],
        [{ event_action: "delete" }, {}, "unwanted"],
        // an address is one, however it is written
        [{ subscription_url: "HTTPS://CRM.example.com:443/webhooks" }, {}, "kept"],
        [{ subscription_url: "https://old.example.com" }, { formerUrls: ["https://old.example.com/"] }, "url"],
        [{ subscription_url: "https://old.example.com" }, { formerUrls: ["x", "https://old.example.com/"] }, "url"],
        [{ subscription_url: "https://old.example.com" }, {}, "alone"],
        [{ subscription_url: "ftp://crm.example.com" }, { formerUrls: ["ftp://crm.example.com"] }, "alone"],
        [{ subscription_url: "x" }, { formerUrls: ["x"] }, "alone"],
        [{ subscription_url: undefined }, {}, "alone"],
        [{ name: undefined }, {}, "alone"],
        [{ name: "crm" }, {}, "alone"],
        [{ name: "my crm: deal.change" }, {}, "alone"]
      ]
      for (const [there, options, outcome] of cases) {
        const { added, done, ensure } = office([{ ...hook, ...there }])
        // of the same version, whatever the case leaves out
        const result = yield* ensure({ ...one, ...options } as WebhookEvents.EnsureOptions)
        const about = JSON.stringify([there, options])
        assert.deepStrictEqual(result.kept, outcome === "kept" ? ["deal.change"] : [], about)
        assert.deepStrictEqual(
          result.removed.map(({ reason }) => reason),
          outcome === "kept" || outcome === "alone" ? [] : [outcome],
          about
        )
        const writes = outcome === "kept" ? [] : outcome === "alone" ? ["+deal.change"] : ["+deal.change", "-1"]
        assert.deepStrictEqual(done, writes, about)
        assert.deepStrictEqual(result.added.length, added.length, about)
        assert.strictEqual(result.user, options.user ?? "pipedrive")
      }
    })
  )

  it.effect("has a password that stays: the first that is shown of its user", () =>
    Effect.gen(function* () {
      const hooks = [
        { ...hook, id: 1, http_auth_user: "other", http_auth_password: "theirs" },
        { ...hook, id: 2, http_auth_password: "****" },
        { ...hook, id: 3, http_auth_password: "first" },
        { ...hook, id: 4, http_auth_password: "second" }
      ]
      const { done, ensure } = office(hooks)
      const result = yield* ensure({ ...one, password: undefined })
      assert.strictEqual(Redacted.value(result.password), "first")
      assert.deepStrictEqual(
        result.removed.map(({ reason }) => reason),
        ["http_auth_user", "duplicate", "http_auth_password"]
      )
      assert.deepStrictEqual(done, ["-1", "-3", "-4"])
    })
  )

  it.effect("is added with all that is wanted of it", () =>
    Effect.gen(function* () {
      const { added, ensure } = office([])
      yield* ensure({ ...one, events: ["*.*", "a.b.change"], user: "", userId: 0 } as WebhookEvents.EnsureOptions)
      const all = {
        subscription_url: wanted.url,
        version: "2.0",
        http_auth_user: "",
        http_auth_password: "pw",
        user_id: 0
      }
      assert.deepStrictEqual<unknown>(added, [
        { ...all, event_object: "*", event_action: "*", name: "crm: *.*" },
        { ...all, event_object: "a.b", event_action: "change", name: "crm: a.b.change" }
      ])
      const old = office([])
      yield* old.ensure({ ...one, version: "1.0", events: ["deal.merged"] })
      assert.deepInclude(old.added[0], { version: "1.0", event_action: "merged", http_auth_user: "pipedrive" })
      assert.notProperty(old.added[0], "user_id")
    })
  )

  it.effect("goes when the new one is there, or before it where there is room for one only", () =>
    Effect.gen(function* () {
      const stale = [
        { ...hook, id: 2, event_action: "delete" },
        { ...hook, id: 3, event_action: "create" }
      ]
      const events = (action: string) => ({ ...one, events: [`lead.${action}`, `note.${action}`] as never })
      const roomy = office(stale)
      yield* roomy.ensure(events("create"))
      assert.deepStrictEqual(roomy.done, ["+lead.create", "+note.create", "-2", "-3"])
      const full = office(stale, "add")
      yield* full.ensure(events("create"))
      assert.deepStrictEqual(full.done, ["-2", "-3", "+lead.create", "+note.create"])
      const gone = office(stale, "remove")
      yield* gone.ensure(events("create"))
      assert.deepStrictEqual(gone.done, ["+lead.create", "+note.create", "-2", "-3"])
      const none = office([], "add")
      assert.strictEqual((yield* Effect.flip(none.ensure(events("create"))))._tag, "UnprocessableEntity")
      const dry = office(stale)
      assert.lengthOf((yield* dry.ensure({ ...events("create"), dryRun: true })).removed, 2)
      assert.deepStrictEqual(dry.done, [])
    })
  )

  it.effect("is not asked for where the options are wrong", () =>
    Effect.gen(function* () {
      const event = (given: string, all = "create, change, delete, *", as = "change") =>
        `events.0 must be an object and one of the actions ${all}, as in "deal.${as}", is ${given}`
      const wrongs: ReadonlyArray<readonly [options: object | undefined, issues: ReadonlyArray<string>]> = [
        [{ url: "ftp://x.example.com" }, ['url must be a URL, is "ftp://x.example.com"']],
        [{ url: "xhttps://x.example.com" }, ['url must be a URL, is "xhttps://x.example.com"']],
        [{ url: undefined }, ["url must be a URL, is undefined"]],
        [{ url: "http://localhost" }, []],
        [{ name: 5 }, ["name must be a text of 1 to 150 characters"]],
        [{ name: "x".repeat(151) }, ["name must be a text of 1 to 150 characters"]],
        [{ name: "x".repeat(150) }, []],
        [{ version: "3.0" }, ['version must be "1.0" or "2.0", is "3.0"']],
        [{ events: ["deal.chang"] }, [event('"deal.chang"')]],
        [{ events: ["change"] }, [event('"change"')]],
        [{ events: [".change"] }, [event('".change"')]],
        [{ events: [5] }, [event("5")]],
        [
          { events: ["deal.change"], version: "1.0" },
          [event('"deal.change"', "added, updated, merged, deleted, *", "updated")]
        ],
        [{ events: [] }, []],
        [{ user: "a:b" }, ["user must not have a colon"]],
        [{ password: "x" }, ["password must be a Redacted"]],
        [{ password: Redacted.make("") }, ["password must not be empty"]],
        [{ dryrun: true }, ["dryrun is no option: did you mean dryRun?"]],
        [undefined, ["url must be a URL, is undefined"]]
      ]
      for (const [options, issues] of wrongs) {
        const given = options === undefined ? undefined : { ...one, dryRun: true, ...options }
        const result = yield* Effect.either(office([]).ensure(given as WebhookEvents.EnsureOptions))
        const found = result._tag === "Left" && result.left._tag === "InvalidRequest" ? result.left : undefined
        assert.deepStrictEqual(
          (found?.issues ?? []).map(({ message, path }) => `${path.join(".")} ${message}`).slice(0, 1),
          issues,
          JSON.stringify(options)
        )
        if (issues.length > 0) assert.strictEqual(found?.endpoint, "WebhookEvents.ensure")
      }
    })
  )
})

describe("passwordOf", () => {
  const secret = Redacted.make("a secret of the app")

  it.effect("is the same each time, and another for each company and each secret", () =>
    Effect.gen(function* () {
      const all = yield* Effect.all([
        WebhookEvents.passwordOf(secret, 1001),
        WebhookEvents.passwordOf(secret, "1001"),
        WebhookEvents.passwordOf(secret, 2002),
        WebhookEvents.passwordOf(Redacted.make("another"), 1001)
      ])
      const [one, again, other, another] = all.map(Redacted.value)
      // webhooks are registered with it: what is made of a secret may never change
      assert.strictEqual(one, "WykXuRHdFbduCwB-3dUT1-tN9xrOj0EZa_XUg3A-A5s")
      assert.strictEqual(one, again)
      assert.strictEqual(new Set([one, other, another]).size, 3)
    })
  )

  it.effect("keeps what is registered, and lets a delivery in that has it; of an empty secret it is none", () =>
    Effect.gen(function* () {
      const register = Effect.flatMap(WebhookEvents.passwordOf(secret, 1001), (password) =>
        WebhookEvents.ensure({ ...wanted, user: "1001", password })
      )
      assert.lengthOf((yield* register).added, 2)
      assert.lengthOf((yield* register).kept, 2)
      const [hook] = (yield* Webhooks.list()).data
      const header = `Basic ${btoa(`1001:${hook?.http_auth_password}`)}`
      const lookup = (of: Redacted.Redacted<string>) => (user: string) =>
        Effect.map(WebhookEvents.passwordOf(of, user), (password) => [password])
      assert.strictEqual(yield* WebhookEvents.verify(header, lookup(secret)), "1001")
      const none = Redacted.make("")
      const password = yield* WebhookEvents.passwordOf(none, 1001)
      assert.strictEqual((yield* Effect.flip(WebhookEvents.ensure({ ...wanted, password })))._tag, "InvalidRequest")
      const refused = yield* Effect.flip(WebhookEvents.verify(`Basic ${btoa("1001:")}`, lookup(none)))
      assert.strictEqual(refused.reason, "Unauthorized")
    }).pipe(onSandbox)
  )
})
