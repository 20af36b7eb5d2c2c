/** Custom fields part by part: what the rows of field lists say, endpoints that know fields by name, lists that are kept. */

import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import { Auth, CustomFields, type Endpoint, PipedriveError } from "effect-pipedrive"
import * as Account from "../src/internal/customFields/account.js"
import * as Bind from "../src/internal/customFields/bind.js"
import * as Forms from "../src/internal/customFields/forms.js"
import * as Load from "../src/internal/customFields/load.js"
import { key } from "./support/customFields.js"

describe("the rows of a field list", () => {
  const row = (at: number, rest: object = {}) => ({
    field_code: key(at),
    field_name: `N${at}`,
    field_type: "text",
    ...rest
  })
  const only = (one: unknown) => Account.snapshot([one]).fields[0]

  it("are custom fields where they have the key of one, and are in use", () => {
    const { byKey, fields } = Account.snapshot([
      row(1),
      row(2, { active_flag: false }),
      row(3, { active_flag: true }),
      row(4, { field_code: 5 }),
      row(4, { field_code: `${key(4)}_currency` }),
      row(4, { field_code: "title" }),
      null,
      "text",
      [key(6)]
    ])
    assert.deepStrictEqual(
      fields.map(({ key }) => key),
      [key(1), key(3)]
    )
    assert.deepStrictEqual([...byKey.keys()], [key(1), key(3)])
    assert.strictEqual(byKey.get(key(3)), fields[1])
  })

  it("say what a field is, in the words of v2 or of v1", () => {
    const whole = { key: key(1), type: "text", options: [], deletedOptions: [] }
    assert.deepStrictEqual(only(row(1, { description: " of it " })), { ...whole, name: "N1", description: "of it" })
    assert.deepStrictEqual(only({ key: key(1), name: " V1 ", field_type: "text", description: " " }), {
      ...whole,
      name: "V1",
      description: undefined
    })
    assert.deepStrictEqual(only({ key: key(1) }), { ...whole, name: "", type: "", description: undefined })
  })

  it("have options with ids that are numbers, in their order", () => {
    const ids = [12, "7", "10", "1x", "x1", "", 1.5, 2 ** 53, true, null]
    const options = [...ids.map((id) => ({ id, label: ` L${id} ` })), null, 7, { id: 3 }]
    const field = only(row(1, { options, options_deleted: [{ id: 1, label: "old" }] }))
    assert.deepStrictEqual(field?.options, [
      { id: 3, label: "" },
      { id: 7, label: "L7" },
      { id: 10, label: "L10" },
      { id: 12, label: "L12" }
    ])
    assert.deepStrictEqual(field?.deletedOptions, [{ id: 1, label: "old" }])
    assert.deepStrictEqual(only(row(1, { options: { id: 1 } }))?.options, [])
  })

  it("name what is built in", () => {
    const { builtIn } = Account.snapshot([
      { field_code: "title", field_name: " Title " },
      { key: "value", name: "Value" },
      { field_code: "", field_name: "None" },
      { field_code: "nameless", field_name: "" },
      { field_code: key(1), field_name: "Own" },
      { field_code: `${key(1)}_currency`, field_name: "Part" },
      { field_code: `x${key(1)}`, field_name: "Other" },
      null
    ])
    assert.deepStrictEqual(
      [...builtIn],
      [
        ["title", "title"],
        ["value", "value"],
        ["other", `x${key(1)}`]
      ]
    )
  })

  const named = (...names: ReadonlyArray<string>) =>
    Account.snapshot(names.map((field_name, at) => row(at, { field_name })))
  it("are found by name: as it is, or else in other letters", () => {
    const all = named("Size", "size", "Colour", "", "İ")
    const found = (name: string) => Account.byName(all, name).map(({ key }) => Number.parseInt(key, 16))
    assert.deepStrictEqual(["Size", " size ", "SIZE", "colour ", "", " ", "Weight"].map(found), [
      [0],
      [1],
      [0, 1],
      [2],
      [],
      [],
      []
    ])
  })

  it("suggest what was probably meant", () => {
    const all = { ...named("Size", "", "Colour"), builtIn: new Map([["title", "title"]]) }
    assert.deepStrictEqual(Account.missing(all, "Sise"), { asked: "Sise", suggestion: "Size", builtIn: undefined })
    assert.deepStrictEqual(Account.missing(all, " TITLE "), {
      asked: " TITLE ",
      suggestion: undefined,
      builtIn: "title"
    })
    // a name that is none is not meant
    assert.deepStrictEqual(Account.missing(all, "x"), { asked: "x", suggestion: undefined, builtIn: undefined })
  })

  const options = [
    { id: 1, label: "red" },
    { id: 2, label: "Red" },
    { id: 3, label: "blue" },
    { id: 4, label: "blue" },
    { id: 5, label: "" }
  ]
  const field = { key: key(1), name: "Colour", type: "enum", description: undefined, options, deletedOptions: [] }
  it("have options under labels of their own", () => {
    const own = Account.labels(options).map(([label, { id }]) => [label, id])
    assert.deepStrictEqual(own, [
      ["red", 1],
      ["Red", 2],
      ["blue (3)", 3],
      ["blue (4)", 4],
      ["(5)", 5]
    ])
    const found = (asked: string | number) => Account.option(field, asked)?.id
    assert.deepStrictEqual(["red", " Red", "RED", "blue", "BLUE (4)", "(5)", "", 3, 6].map(found), [
      1,
      2,
      undefined,
      undefined,
      4,
      5,
      undefined,
      3,
      undefined
    ])
    const all = Account.labels(options).map(([label]) => label)
    const missing = { field: "Colour", key: key(1), options: all }
    assert.deepStrictEqual(Account.missingOption(field, "rad"), { ...missing, asked: "rad", suggestion: "red" })
    assert.deepStrictEqual(Account.missingOption(field, 7), { ...missing, asked: 7, suggestion: undefined })
  })

  it("define values, under names or else under keys", () => {
    const rows = [
      row(1, { field_type: "enum", options }),
      row(2, { field_name: "Size" }),
      row(3, { field_name: "Size", field_type: "hologram" }),
      row(4, { field_name: "" }),
      row(5, { field_type: "toString" })
    ]
    assert.deepStrictEqual<unknown>(Account.definitions(Account.snapshot(rows)), {
      N1: {
        type: "enum",
        key: key(1),
        title: "N1",
        options: { red: 1, Red: 2, "blue (3)": 3, "blue (4)": 4, "(5)": 5 }
      },
      [key(2)]: { type: "text", key: key(2), title: "Size", options: undefined },
      [key(4)]: { type: "text", key: key(4), title: "", options: undefined }
    })
  })
})

describe("an endpoint that knows fields by name", () => {
  const plan = Forms.plan({
    short: { type: "varchar", key: key(1), options: undefined },
    amount: { type: "double", key: key(2), options: undefined }
  })
  type Failure = PipedriveError.InvalidCustomFields | PipedriveError.InvalidRequest
  type Call = (input?: unknown) => Effect.Effect<unknown, Failure>
  interface Bound extends Call {
    readonly stream?: (input?: unknown) => Stream.Stream<unknown, Failure>
    readonly batched?: Call
    readonly many?: Call
  }
  const described = (rest: object = {}) => ({
    name: "Deals.add",
    version: "v2",
    method: "POST",
    path: "/deals",
    ...rest
  })
  /** An endpoint that keeps what it is called with, and gives this. */
  const bound = (answer: unknown, endpoint = described(), rest: object = {}) => {
    const inputs: Array<unknown> = []
    const callable = (input: unknown) => {
      inputs.push(input)
      return Effect.succeed(answer)
    }
    const made: Bound = Bind.make(Object.assign(callable, { endpoint, ...rest }) as never, plan) as never
    return { call: made, inputs }
  }
  const record = (short: unknown) => ({ id: 1, custom_fields: { [key(1)]: short } })
  const read = (short: unknown) => ({ ...record(short), fields: { short, amount: null } })
  const wrong = record({ value: 1 })
  const issuesOf = (call: Effect.Effect<unknown, Failure>) =>
    Effect.map(
      Effect.flip(call),
      (error): ReadonlyArray<unknown> => [error._tag, ...error.issues.map(({ path }) => path)]
    )

  it.effect("reads them in its answers: of a record, of a list, and of nothing else", () =>
    Effect.gen(function* () {
      const answered = (answer: unknown) => bound(answer).call({ title: "x" })
      for (const [answer, expected] of [
        [
          { data: record("a"), more: 1 },
          { data: read("a"), more: 1 }
        ],
        [{ data: [record("a"), null, record("b")] }, { data: [read("a"), null, read("b")] }],
        [{ data: null }, { data: null }],
        [{ data: { items: [record("a")] } }, { data: { items: [record("a")] } }],
        [{ data: { ...record("a"), items: 1 } }, { data: { ...read("a"), items: 1 } }],
        [{ success: true }, { success: true }],
        ["text", "text"],
        [null, null]
      ]) {
        assert.deepStrictEqual(yield* answered(answer), expected)
      }
      assert.deepStrictEqual(yield* issuesOf(answered({ data: wrong })), ["InvalidCustomFields", ["data", "short"]])
      assert.deepStrictEqual(yield* issuesOf(answered({ data: [record("a"), wrong, wrong] })), [
        "InvalidCustomFields",
        ["data", 1, "short"],
        ["data", 2, "short"]
      ])
    })
  )

  it.effect("writes them in its inputs: among custom fields, or beside them for v1", () =>
    Effect.gen(function* () {
      const given = (input: unknown, rest: object = {}) => {
        const { call, inputs } = bound(null, described(rest))
        return Effect.map(call(input), () => inputs)
      }
      const v1 = { version: "v1" }
      const own = { [key(1)]: "a" }
      for (const [rest, input, expected] of [
        [{}, { title: "x", fields: { short: "a" } }, { title: "x", custom_fields: own }],
        [{}, { fields: { short: "a" }, custom_fields: { [key(3)]: 1 } }, { custom_fields: { [key(3)]: 1, ...own } }],
        [{}, { fields: { short: "a" }, custom_fields: null }, { custom_fields: own }],
        [{}, { title: "x", fields: {} }, { title: "x" }],
        [{}, { fields: {}, custom_fields: { [key(3)]: 1 } }, { custom_fields: { [key(3)]: 1 } }],
        [v1, { title: "x", fields: { short: "a" } }, { title: "x", ...own }],
        [v1, { title: "x", fields: {} }, { title: "x" }],
        // a search has a parameter of this name
        [{ method: "GET" }, { fields: "title" }, { fields: "title" }],
        [{}, { title: "x", fields: undefined }, { title: "x", fields: undefined }],
        [{}, "text", "text"],
        [{}, undefined, undefined]
      ] as const) {
        assert.deepStrictEqual(yield* given(input, rest), [expected])
      }
      const refused = (input: unknown, rest: object = {}) => issuesOf(given(input, rest))
      assert.deepStrictEqual(yield* refused({ fields: { short: 1 } }), ["InvalidRequest", ["fields", "short"]])
      assert.deepStrictEqual(yield* refused({ fields: { short: "a" }, custom_fields: own }), [
        "InvalidRequest",
        [key(1)]
      ])
      assert.deepStrictEqual(yield* refused({ fields: { short: "a" }, ...own }, v1), ["InvalidRequest", [key(1)]])
    })
  )

  it.effect("has the other ways that the endpoint has, and no more", () =>
    Effect.gen(function* () {
      const none = bound({ data: record("a") }).call
      assert.deepStrictEqual([none.stream, none.batched, none.many], [undefined, undefined, undefined])
      const inputs: Array<unknown> = []
      const way =
        <A>(given: A) =>
        (input: unknown) => {
          inputs.push(input)
          return given
        }
      const records = [record("a"), record("b")]
      const ways = {
        stream: way(Stream.fromIterable(records)),
        batched: way(Effect.succeed({ data: record("a") })),
        many: way(Effect.succeed([Option.some(record("a")), Option.none()]))
      }
      const { call } = bound(null, described({ method: "GET" }), ways)
      const all = Stream.runCollect(call.stream?.(1) ?? Stream.die("no stream"))
      assert.deepStrictEqual([...(yield* all)], [read("a"), read("b")])
      assert.deepStrictEqual(yield* call.batched?.(2) ?? Effect.die("no batched"), { data: read("a") })
      assert.deepStrictEqual(yield* call.many?.(3) ?? Effect.die("no many"), [Option.some(read("a")), Option.none()])
      assert.deepStrictEqual(inputs, [1, 2, 3])
      const pages = (items: string) =>
        Stream.runCollect(
          bound(null, described({ pagination: { items } }), ways).call.stream?.(1) ?? Stream.die("no stream")
        )
      assert.deepStrictEqual([...(yield* pages("data"))], [read("a"), read("b")])
      // what a search finds has no fields by key
      assert.deepStrictEqual([...(yield* pages("data.items"))], records)
      const failing = bound(null, described(), { stream: way(Stream.make(wrong)) }).call
      assert.deepStrictEqual(yield* issuesOf(Stream.runDrain(failing.stream?.() ?? Stream.empty)), [
        "InvalidCustomFields",
        ["short"]
      ])
    })
  )

  it("is what a module has of records, and the rest as it was", () => {
    const endpoint = () => Object.assign(() => Effect.succeed(null), { endpoint: described() })
    const module = {
      add: endpoint(),
      get: endpoint(),
      list: { endpoint: 1 },
      update: () => 1,
      remove: endpoint(),
      other: 1
    }
    const made: Readonly<Record<string, unknown>> = { ...Bind.makeAll(module, plan) }
    assert.deepStrictEqual(Object.keys(made).sort(), Object.keys(module).sort())
    const changed = Object.entries(module).filter(([name, value]) => made[name] !== value)
    assert.deepStrictEqual(
      changed.map(([name]) => name),
      ["add", "get"]
    )
  })
})

describe("a list that is kept", () => {
  const names = { timeToLive: true } as const
  const rows = (...fields: ReadonlyArray<string>) =>
    fields.map((field_name, at) => ({ field_code: key(at), field_name, field_type: "text" }))
  /** A module of field lists, which gives the nth rows the nth time, and all later times the last. */
  const lists = (...answers: ReadonlyArray<ReadonlyArray<unknown> | PipedriveError.PipedriveError | "hang">) => {
    const seen = { read: 0 }
    const stream = () =>
      Stream.suspend(() => {
        const answer = answers[Math.min(seen.read++, answers.length - 1)] ?? []
        if (answer === "hang") return Stream.never
        return Array.isArray(answer) ? Stream.fromIterable(answer) : Stream.fail(answer)
      })
    const endpoint = { name: "DealFields.list", version: "v2", path: "/dealFields" }
    return { seen, source: { list: Object.assign(() => Effect.void, { endpoint, stream }) } }
  }
  const make = (source: unknown, options?: object) => Load.make(source as never, options, names)
  const client = HttpClient.make(() => Effect.dieMessage("nothing is sent here"))
  /** An account whose requests go here, told at once or not. */
  const as =
    (url: string, atOnce = false) =>
    <A, E>(effect: Effect.Effect<A, E, Endpoint.Requirements>) =>
      effect.pipe(
        Effect.provideService(Auth.Auth, {
          authorize: (request) =>
            atOnce ? Effect.dieMessage("told at once") : Effect.succeed(HttpClientRequest.setUrl(request, url)),
          ...(atOnce ? { authorizeNow: (request) => HttpClientRequest.setUrl(request, url) } : {}),
          recover: () => Effect.succeed(false)
        }),
        Effect.provideService(HttpClient.HttpClient, client)
      )
  const provided = as("https://a")

  it.effect("is read again when its time is up, five minutes if nothing is said", () =>
    Effect.gen(function* () {
      for (const [options, millis] of [
        [undefined, 300_000],
        [{ timeToLive: "10 seconds" }, 10_000]
      ] as const) {
        const { seen, source } = lists(rows("A"))
        const { reload, snapshot } = make(source, options)
        yield* TestClock.adjust("1 hour")
        yield* provided(snapshot)
        yield* TestClock.adjust(millis - 1)
        yield* provided(snapshot)
        assert.strictEqual(seen.read, 1)
        yield* TestClock.adjust(1)
        yield* provided(snapshot)
        assert.strictEqual(seen.read, 2)
        yield* provided(reload)
        assert.strictEqual(seen.read, 3)
      }
    })
  )

  it.effect("is read once more for what is not found, but not when it is new, and not again for ten seconds", () =>
    Effect.gen(function* () {
      const { seen, source } = lists(rows("A"))
      const { byKey, byName, byNameOrKey, option, snapshot } = make(source)
      const lost = (ask: Effect.Effect<unknown, object, Endpoint.Requirements>, reads: number) =>
        Effect.gen(function* () {
          const before = seen.read
          const error = yield* Effect.flip(provided(ask))
          assert.strictEqual(seen.read - before, reads)
          return error
        })
      yield* TestClock.adjust("1 hour")
      const asked = { list: "v2.DealFields.list", suggestion: undefined, builtIn: undefined }
      const unknown = { ...asked, _tag: "UnknownCustomField" } as const
      assert.deepInclude(yield* lost(byName("Size"), 1), { ...unknown, asked: "Size" })
      assert.deepInclude(yield* lost(byKey(key(5)), 1), { ...unknown, asked: key(5) })
      yield* lost(byNameOrKey(key(5)), 0)
      yield* TestClock.adjust(9_999)
      yield* lost(byNameOrKey("Size"), 0)
      yield* TestClock.adjust(1)
      yield* lost(byName("Size"), 1)
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* lost(option("A", "red"), 1), {
        _tag: "UnknownCustomFieldOption",
        list: "v2.DealFields.list",
        field: "A",
        asked: "red"
      })
      // what is found is found in the list that is kept
      assert.strictEqual((yield* provided(byNameOrKey(key(0)))).name, "A")
      assert.strictEqual((yield* provided(byName(" a "))).key, key(0))
      assert.strictEqual((yield* provided(snapshot)).fields.length, 1)
      assert.strictEqual(seen.read, 4)
    })
  )

  it.effect("names all fields that share a name", () =>
    Effect.gen(function* () {
      const { byName } = make(lists(rows("A", "B", "a")).source)
      for (const [at, name] of ["A ", "B", "a"].entries()) {
        assert.strictEqual((yield* provided(byName(name))).key, key(at))
      }
      const two = yield* Effect.flip(provided(make(lists(rows("A", "A")).source).byName("A")))
      assert.deepInclude(two, { _tag: "AmbiguousCustomField", list: "v2.DealFields.list", keys: [key(0), key(1)] })
    })
  )

  it.effect("is one for each account, which is known by what is sent for it", () =>
    Effect.gen(function* () {
      for (const atOnce of [true, false]) {
        const { seen, source } = lists(rows("A"))
        const { snapshot } = make(source)
        for (const url of ["https://a", "https://b", "https://a", "https://b"]) yield* as(url, atOnce)(snapshot)
        assert.strictEqual(seen.read, 2)
      }
    })
  )

  it.effect("is not forgotten while it is being read, whoever else comes", () =>
    Effect.gen(function* () {
      const { seen, source } = lists("hang", rows("A"))
      const { snapshot } = make(source)
      const [ours, theirs] = [as("https://a", true), as("https://b", true)]
      const first = yield* Effect.fork(ours(snapshot))
      yield* Effect.repeat(Effect.yieldNow(), { until: () => seen.read === 1 })
      yield* theirs(snapshot)
      const second = yield* Effect.fork(ours(snapshot))
      yield* Effect.repeat(Effect.yieldNow(), { times: 20 })
      assert.strictEqual(seen.read, 2)
      yield* Fiber.interrupt(first)
      assert.strictEqual((yield* Fiber.join(second)).fields.length, 1)
      assert.strictEqual(seen.read, 3)
    })
  )

  it.effect("is not kept where there are no credentials, and a failure is not kept at all", () =>
    Effect.gen(function* () {
      const { seen, source } = lists(rows("A"))
      const { snapshot } = make(source)
      const nobody = Effect.provideService(Auth.Auth, {
        authorize: () =>
          Effect.fail(new PipedriveError.AuthError({ reason: "NotAuthorized", description: "no token" })),
        recover: () => Effect.succeed(false)
      })
      for (let n = 0; n < 2; n++) yield* provided(nobody(snapshot))
      assert.strictEqual(seen.read, 2)
      const failure = new PipedriveError.InvalidRequest({ endpoint: "E", method: "GET", path: "/", issues: [] })
      const failing = lists(failure, rows("A"))
      const loaded = make(failing.source)
      assert.strictEqual(yield* Effect.flip(provided(loaded.snapshot)), failure)
      yield* provided(loaded.snapshot)
      assert.strictEqual(failing.seen.read, 2)
    })
  )

  it.effect("is refused where it is no list of fields, or is to be kept in a way that there is not", () =>
    Effect.gen(function* () {
      const { source } = lists(rows("A"))
      const refused = (source: unknown, options?: object) =>
        Effect.map(Effect.flip(provided(make(source, options).snapshot)), (error) => {
          assert.deepInclude(error, { _tag: "InvalidRequest", endpoint: "CustomFields.load", method: "", path: "" })
          return error._tag === "InvalidRequest" ? error.issues : []
        })
      const at = (rest: object) => ({ list: Object.assign(() => Effect.void, rest) })
      const wanted = "takes a module of field lists, such as `DealFields`"
      const stream = () => Stream.empty
      for (const none of [
        null,
        {},
        { list: {} },
        at({}),
        at({ stream }),
        at({ endpoint: { path: "/dealFields" } }),
        at({ stream, endpoint: null })
      ]) {
        assert.deepStrictEqual(yield* refused(none), [{ path: [], message: wanted }])
      }
      assert.deepStrictEqual(yield* refused(at({ stream, endpoint: { path: "/deals" } })), [
        { path: [], message: `${wanted}, and \`/deals\` is no list of fields` }
      ])
      const longer = [{ path: ["timeToLive"], message: "must be a duration longer than nothing" }]
      for (const timeToLive of [0, "soon", "0 seconds", -1]) {
        assert.deepStrictEqual(yield* refused(source, { timeToLive }), longer)
      }
      const [other] = yield* refused(source, { timeToLife: 1 })
      assert.deepStrictEqual(other?.path, ["timeToLife"])
    })
  )

  it.effect("is kept of a thousand accounts, and of all anew when there are more", () =>
    Effect.gen(function* () {
      const { seen, source } = lists([])
      const { snapshot } = make(source)
      for (let n = 0; n < 1000; n++) yield* as(`https://${n}`, true)(snapshot)
      yield* as("https://0", true)(snapshot)
      assert.strictEqual(seen.read, 1000)
      yield* as("https://1000", true)(snapshot)
      yield* as("https://0", true)(snapshot)
      assert.strictEqual(seen.read, 1002)
    })
  )
})

describe("values that cannot be written", () => {
  it.effect("name the function that was called, and the field", () =>
    Effect.gen(function* () {
      const fields = CustomFields.define({ amount: CustomFields.double(key(1)) })
      const wrong = { amount: "x" as never }
      for (const [endpoint, written] of [
        ["CustomFields.encodeV2", CustomFields.encodeV2(wrong, fields)],
        ["CustomFields.encodeV1", CustomFields.encodeV1(wrong, fields)],
        ["CustomFields.fromText", CustomFields.fromText({ amount: "x" }, fields)]
      ] as const) {
        const error: unknown = yield* Effect.flip(written as Effect.Effect<unknown, unknown>)
        if (error instanceof PipedriveError.InvalidRequest) {
          assert.deepInclude(error, { endpoint, method: "", path: "" })
          assert.deepStrictEqual(error.issues[0]?.path, ["amount"])
        } else {
          assert.fail(String(error))
        }
      }
      assert.strictEqual(
        fields.pipe((self) => self),
        fields
      )
    })
  )
})
