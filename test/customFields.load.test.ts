import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, TestClock } from "effect"
import { Auth, CustomFields } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as V1 from "effect-pipedrive/v1"
import { DealFields, Deals, PersonFields, Persons } from "effect-pipedrive/v2"
import * as Fake from "./support/fake.js"
import * as Large from "./support/largeAccount.js"

const lists = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const requests = yield* sandbox.requests
  return requests.filter(({ method, path }) => method === "GET" && /Fields$/.test(path.split("?")[0] ?? "")).length
})

const add = (
  field_name: string,
  field_type: "varchar" | "enum" = "varchar",
  options?: ReadonlyArray<{ readonly label: string }>
) =>
  Effect.map(
    DealFields.add({ field_name, field_type, ...(options === undefined ? {} : { options }) }),
    ({ data }) => data.field_code ?? ""
  )

describe("fields of an account at run time", () => {
  it.effect("are read page after page", () =>
    Effect.gen(function* () {
      const page = (at: number, next_cursor: string | null) =>
        Fake.ok([{ field_code: Large.key(at), field_name: `Field ${at}`, field_type: "text" }], {
          additional_data: { next_cursor }
        })
      const fake = Fake.make(page(1, "two"), page(2, "three"), page(3, null))
      const fields = yield* CustomFields.load(DealFields)
      assert.strictEqual((yield* Effect.provide(fields.byName("Field 3"), fake.live)).key, Large.key(3))
      assert.strictEqual(fake.seen.length, 3)
    })
  )

  it.effect("are read whole, and once", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      assert.strictEqual(yield* lists, 0)
      const all = yield* fields.all
      assert.strictEqual(all.length, 230)
      assert.strictEqual((yield* fields.byName("Field 229")).key, Large.key(229))
      assert.strictEqual((yield* fields.byKey(Large.key(203))).name, "Field 203")
      assert.strictEqual(yield* lists, 1)
    }).pipe(Effect.provide(Sandbox.layer({ seed: Large.seed })))
  )

  it.effect("are found by name, in other letters too, where that leaves no doubt", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      assert.strictEqual((yield* fields.byName("field 77")).key, Large.key(77))
      const two = yield* Effect.flip(fields.byName("size"))
      assert.deepStrictEqual(
        [two._tag, two._tag === "AmbiguousCustomField" && two.keys],
        ["AmbiguousCustomField", [Large.key(0), Large.key(1)]]
      )
      assert.include(two.message, Large.key(1))
      const none = yield* Effect.flip(fields.byName("Sise"))
      assert.strictEqual(none._tag, "UnknownCustomField")
      assert.strictEqual(
        none.message,
        'v2.DealFields.list: the account has no custom field "Sise"; did you mean "Size"?'
      )
      const builtIn = yield* Effect.flip(fields.byName("Expected close date"))
      assert.match(builtIn.message, /is built in: `expected_close_date`/)
      for (const nothing of ["", " ", "__proto__x", Large.key(999)]) {
        assert.strictEqual((yield* Effect.flip(fields.byName(nothing)))._tag, "UnknownCustomField")
      }
      assert.strictEqual((yield* fields.byName("__proto__")).key, Large.key(9))
    }).pipe(Effect.provide(Sandbox.layer({ seed: Large.seed })))
  )

  it.effect("have options by label or id", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      assert.deepStrictEqual(yield* fields.option("How they found us", "referral"), { id: 2, label: "Referral" })
      assert.deepStrictEqual(yield* fields.option("How they found us", 3), { id: 3, label: "Website" })
      const wrong = yield* Effect.flip(fields.option("how they found us", "Referal"))
      assert.strictEqual(
        wrong.message,
        'v2.DealFields.list: the custom field "How they found us" has no option "Referal"; did you mean "Referral"?'
      )
      const far = yield* Effect.flip(fields.option("How they found us", 12))
      assert.match(far.message, /has no option 12; it has "Fair", "Referral", "Website"/)
      assert.match((yield* Effect.flip(fields.option("Deposit", "EUR"))).message, /it has none/)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("are read again when their time is up, or on request", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields, { timeToLive: "1 minute" })
      yield* fields.all
      yield* TestClock.adjust("59 seconds")
      yield* fields.all
      assert.strictEqual(yield* lists, 1)
      yield* TestClock.adjust("1 second")
      yield* fields.all
      assert.strictEqual(yield* lists, 2)
      yield* fields.reload
      assert.strictEqual(yield* lists, 3)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("are looked for once more when they are not there", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      yield* fields.all
      const key = yield* add("Brand new", "enum", [{ label: "yes" }])
      assert.strictEqual((yield* fields.byName("Brand new")).key, key)
      assert.strictEqual(yield* lists, 2)
      yield* DealFields.addOptions({ field_code: key, body: [{ label: "no" }] })
      assert.strictEqual((yield* fields.option("Brand new", "no")).label, "no")
      assert.strictEqual(yield* lists, 3)
      const other = yield* add("Another")
      assert.strictEqual((yield* fields.byKey(other)).name, "Another")
      assert.strictEqual(yield* lists, 4)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("do not cost a list for each misspelt name", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      yield* fields.all
      yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.flip(fields.byName("Nowhere")))
      assert.strictEqual(yield* lists, 2)
      yield* TestClock.adjust("10 seconds")
      yield* add("Nowhere")
      yield* fields.byName("Nowhere")
      assert.strictEqual(yield* lists, 3)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("are one list for all who ask at once", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      const answers = yield* Effect.all([fields.all, fields.all, fields.all], { concurrency: "unbounded" })
      assert.strictEqual(new Set(answers).size, 1)
      assert.strictEqual(yield* lists, 1)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("do not hang or end with the fiber that read them", () =>
    Effect.gen(function* () {
      const fake = Fake.make("hang", Fake.ok([{ field_code: Large.key(1), field_name: "One", field_type: "text" }]))
      const fields = yield* CustomFields.load(DealFields)
      const first = yield* Effect.fork(Effect.provide(fields.all, fake.live))
      yield* Effect.repeat(Effect.yieldNow(), { until: () => fake.seen.length === 1 })
      const second = yield* Effect.fork(Effect.provide(fields.all, fake.live))
      yield* Effect.repeat(Effect.yieldNow(), { times: 20 })
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual(
        (yield* Fiber.join(second)).map(({ name }) => name),
        ["One"]
      )
      assert.strictEqual(fake.seen.length, 2)
    })
  )

  it.effect("share a failure, and do not keep it", () =>
    Effect.gen(function* () {
      const fake = Fake.make(
        Fake.json(403, { success: false, error: "Forbidden" }),
        Fake.ok([{ field_code: Large.key(1), field_name: "One", field_type: "text" }])
      )
      const fields = yield* CustomFields.load(DealFields)
      const ask = Effect.exit(Effect.provide(fields.all, fake.live))
      const exits = yield* Effect.all([ask, ask, ask], { concurrency: "unbounded" })
      assert.isTrue(exits.every(Exit.isFailure))
      assert.strictEqual(fake.seen.length, 1)
      assert.isTrue(Exit.isSuccess(yield* ask))
    })
  )

  for (const kind of ["apiKey", "accessToken"] as const) {
    it.effect(`are kept for each credential on its own (${kind})`, () =>
      Effect.gen(function* () {
        const fake = Fake.make(({ headers }) => {
          const token = headers["x-api-token"] ?? headers.authorization?.replace("Bearer ", "")
          return Fake.ok([{ field_code: Large.key(1), field_name: `of ${token}`, field_type: "text" }])
        })
        const as = (token: string) => Effect.provide(Layer.merge(Auth[kind](token), fake.layer))
        const fields = yield* CustomFields.load(DealFields)
        for (const token of ["a", "b", "a", "b"]) {
          assert.strictEqual((yield* as(token)(fields.byKey(Large.key(1)))).name, `of ${token}`)
        }
        assert.strictEqual(fake.seen.length, 2)
      })
    )
  }

  it.effect("come of v1's rows too, parts and deleted fields left out", () =>
    Effect.gen(function* () {
      const [one, two, three] = [Large.key(1), Large.key(2), Large.key(3)]
      const rows = [
        { id: 1, key: "title", name: "Title", field_type: "varchar", edit_flag: false },
        { id: 2, key: one, name: "Budget", field_type: "monetary", edit_flag: true, mandatory_flag: { 3: true } },
        { id: null, key: `${one}_currency`, name: "Currency of Budget", order_nr: null, is_subfield: true },
        {
          id: 3,
          key: two,
          name: "Colour",
          field_type: "enum",
          options: [
            { id: 7, label: "red" },
            { id: "5", label: "green" },
            { id: true, label: "no option" }
          ],
          options_deleted: [{ id: 4, label: "blue" }]
        },
        { id: 4, key: three, field_type: "hologram" },
        { id: 5, key: Large.key(4), name: "Gone", field_type: "text", active_flag: false },
        null,
        7
      ]
      const fake = Fake.make(Fake.ok(rows))
      const fields = yield* CustomFields.load(V1.DealFields)
      const all = yield* Effect.provide(fields.all, fake.live)
      assert.deepStrictEqual(
        all.map(({ key, name, type }) => [key, name, type]),
        [
          [one, "Budget", "monetary"],
          [two, "Colour", "enum"],
          [three, "", "hologram"]
        ]
      )
      assert.deepStrictEqual(all[1]?.options, [
        { id: 5, label: "green" },
        { id: 7, label: "red" }
      ])
      assert.deepStrictEqual(all[1]?.deletedOptions, [{ id: 4, label: "blue" }])
      const { fields: defined } = yield* Effect.provide(fields.definition, fake.live)
      assert.deepStrictEqual(Object.keys(defined), ["Budget", "Colour"])
      const unreadable = yield* Effect.flip(Effect.provide(fields.pick(three), fake.live))
      assert.match(unreadable.message, /type that is not known: hologram/)
    })
  )

  it.effect("define values by name, to read and to write", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      const definition = yield* fields.definition
      assert.strictEqual(definition, yield* fields.definition)
      const addDeal = CustomFields.withFields(Deals.add, definition)
      const { data: deal } = yield* addDeal({
        title: "Forty desks",
        fields: { "How they found us": "Referral", Rooms: ["Office", "Lobby"], Deposit: { value: 5, currency: "EUR" } }
      })
      assert.strictEqual(deal.fields["How they found us"], "Referral")
      assert.deepStrictEqual(deal.fields.Rooms, ["Office", "Lobby"])
      const picked = yield* fields.pick("Deposit", "fitting day")
      assert.deepStrictEqual(Object.values(yield* CustomFields.decode(deal, picked)), [
        { value: 5, currency: "EUR" },
        null
      ])
      const wrong = yield* Effect.flip(addDeal({ title: "x", fields: { Room: [], "How they found us": "Radio" } }))
      assert.match(wrong.message, /`fields.Room` is not one of the fields.*write `Rooms`/)
      assert.match(wrong.message, /`fields.How they found us` must be one of the options: "Fair" \(1\)/)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("define fields that share a name by their keys, and say so", () =>
    Effect.gen(function* () {
      const fields = yield* CustomFields.load(DealFields)
      const definition = yield* fields.definition
      assert.strictEqual(Object.keys(definition.fields).length, 230)
      assert.isTrue(Object.hasOwn(definition.fields, "__proto__"))
      for (const at of [0, 1, 2]) assert.isTrue(Object.hasOwn(definition.fields, Large.key(at)))
      const wrong = yield* Effect.flip(CustomFields.encodeV2({ Size: "small" }, definition))
      assert.include(wrong.message, `write \`${Large.key(0)}\` or \`${Large.key(1)}\``)
      const { custom_fields } = yield* CustomFields.encodeV2({ [Large.key(0)]: "small (8)" }, definition)
      assert.deepStrictEqual(custom_fields, { [Large.key(0)]: 8 })
    }).pipe(Effect.provide(Sandbox.layer({ seed: Large.seed })))
  )

  it.effect("refuse what is no module of fields, and options that there are not", () =>
    Effect.gen(function* () {
      // @ts-expect-error: not a module of fields
      const wrong = yield* CustomFields.load(Deals)
      assert.match((yield* Effect.flip(wrong.all)).message, /such as `DealFields`, and `\/deals` is no list of fields/)
      // @ts-expect-error: nor this
      yield* CustomFields.load(Persons)
      yield* CustomFields.load(PersonFields)
      yield* CustomFields.load(V1.LeadFields)
      for (const [module, options, words] of [
        [{}, {}, /DealFields/],
        [null, {}, /DealFields/],
        [DealFields, { timeToLife: 1 }, /did you mean timeToLive/],
        [DealFields, { timeToLive: "soon" }, /timeToLive.* must be a duration/],
        [DealFields, { timeToLive: 0 }, /timeToLive.* must be a duration/]
      ] as const) {
        const fields = yield* CustomFields.load(module as never, options as never)
        const error = yield* Effect.flip(fields.all)
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.match(error.message, words)
      }
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})
