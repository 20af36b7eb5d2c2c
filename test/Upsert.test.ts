import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CustomFields, type Endpoint } from "effect-pipedrive"
import { Leads } from "effect-pipedrive/current"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Upsert from "effect-pipedrive/Upsert"
import { Deals, Organizations, Persons, Products } from "effect-pipedrive/v2"

const email = "ada@example.com"
const ada = { name: "Ada Lovelace", emails: [{ value: email, primary: true }] }
const contract = "d1f443a570bc497f809f07309cd3a6903ffe8900"

const live = () =>
  Sandbox.layer({
    seed: { personFields: [{ field_name: "Contract", field_type: "varchar", field_code: contract }] }
  })

const personIds = Effect.map(Persons.list, ({ data }) => data.map(({ id }) => id))

/** How many requests an effect sends. */
const requestsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* sandbox.clearRequests
    const value = yield* effect
    return [value, (yield* sandbox.requests).map(({ method, path }) => `${method} ${path.split("?")[0]}`)] as const
  })

describe("find or add", () => {
  it.effect("finds what is there, and adds what is not", () =>
    Effect.gen(function* () {
      const first = yield* Upsert.findOrAdd(Persons, { by: { email }, add: ada })
      assert.strictEqual(first.outcome, "added")
      const again = yield* Upsert.findOrAdd(Persons, { by: { email: " ADA@Example.com " }, add: ada })
      assert.deepStrictEqual([again.outcome, again.data.id], ["found", first.data.id])
      assert.deepStrictEqual(yield* personIds, [first.data.id])
      yield* Persons.delete({ id: first.data.id })
      assert.isTrue(Option.isNone(yield* Upsert.find(Persons, { email })))
      assert.strictEqual((yield* Upsert.findOrAdd(Persons, { by: { email }, add: ada })).outcome, "added")
    }).pipe(Effect.provide(live()))
  )

  it.effect("ends with one record, however many try at once", () =>
    Effect.gen(function* () {
      const all = yield* Effect.all(
        Array.from({ length: 20 }, () => Upsert.findOrAdd(Persons, { by: { email }, add: ada })),
        { concurrency: "unbounded" }
      )
      const [id, ...others] = yield* personIds
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual([...new Set(all.map(({ data }) => data.id))], [id])
      assert.strictEqual(all.filter(({ outcome }) => outcome === "added").length, 1)
    }).pipe(Effect.provide(live()))
  )

  it.effect("sees what the search does not show yet", () =>
    Effect.gen(function* () {
      const { data } = yield* Persons.add(ada)
      const behind = { ...Persons, search: { endpoint: Persons.search.endpoint, stream: () => Stream.empty } }
      const found = yield* Upsert.findOrAdd(behind, { by: { email }, add: ada })
      assert.deepStrictEqual([found.outcome, found.data.id], ["found", data.id])
    }).pipe(Effect.provide(live()))
  )

  it.effect.each([
    ["before ours: ours is deleted", true],
    ["after ours: ours stays", false]
  ] as const)("when another process adds the same %s", ([, before]) =>
    Effect.gen(function* () {
      const ids: Array<number> = []
      const add = Effect.tap(Persons.add(ada), ({ data }) => Effect.sync(() => ids.push(data.id)))
      const racing = {
        ...Persons,
        add: () => (before ? Effect.zipRight(add, add) : Effect.zipLeft(add, add))
      }
      const { data, outcome } = yield* Upsert.findOrAdd(racing, { by: { email }, add: ada })
      assert.strictEqual(data.id, ids[0])
      assert.strictEqual(outcome, before ? "found" : "added")
      // the other process does the same, and deletes its own
      assert.deepStrictEqual(yield* personIds, before ? [ids[0]] : ids)
    }).pipe(Effect.provide(live()))
  )

  it.effect("updates the record of another process that was first, so that no change is lost", () =>
    Effect.gen(function* () {
      const racing = { ...Persons, add: () => Effect.zipRight(Persons.add({ ...ada, name: "Ada" }), Persons.add(ada)) }
      const { data, outcome } = yield* Upsert.updateOrAdd(racing, {
        by: { email },
        update: { name: "Ada King" },
        add: ada
      })
      assert.deepStrictEqual([outcome, data.name], ["updated", "Ada King"])
      assert.deepStrictEqual(yield* personIds, [data.id])
    }).pipe(Effect.provide(live()))
  )

  it.effect("refuses when several fit, and names them", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach(["Twin", "twin"], (title) =>
        Effect.map(Deals.add({ title }), ({ data }) => data.id)
      )
      yield* Deals.add({ title: "Twins" })
      const errors = yield* Effect.all([
        Effect.flip(Upsert.find(Deals, { title: "Twin" })),
        Effect.flip(Upsert.findOrAdd(Deals, { by: { title: "Twin" }, add: { title: "Twin" } })),
        Effect.flip(Upsert.updateOrAdd(Deals, { by: { title: "Twin" }, update: { value: 1 }, add: { title: "Twin" } }))
      ])
      for (const error of errors) {
        assert.strictEqual(error._tag, "AmbiguousMatch")
        if (error._tag !== "AmbiguousMatch") return
        assert.deepStrictEqual(
          error.candidates.map(({ id }) => id),
          ids
        )
        assert.include(error.message, `v2.Deals: 2 records have the title "Twin": ${ids.join(", ")}`)
      }
      assert.strictEqual((yield* Deals.list).data.length, 3)
    }).pipe(Effect.provide(live()))
  )
})

describe("what tells the record", () => {
  it.effect("a phone number by its digits, a name, a custom field, a search of one's own", () =>
    Effect.gen(function* () {
      const { data } = yield* Persons.add({
        ...ada,
        phones: [{ value: "+44 (20) 7946-0958", primary: true }],
        custom_fields: { [contract]: "K-17" }
      })
      yield* Persons.add({
        name: "Ada",
        emails: [{ value: "xada@example.com" }],
        custom_fields: { [contract]: "K-177" }
      })
      const fields = CustomFields.define({ contract: CustomFields.varchar(contract) })
      for (const by of [
        { phone: "+44 (20) 7946-0958" },
        { name: "ada lovelace" },
        { field: [contract, "K-17"] },
        { field: [fields.fields.contract, "K-17"] },
        { search: { term: "Ada", where: (person: Persons.Person) => person.name.endsWith("Lovelace") } }
      ] as const) {
        const found = yield* Upsert.find(Persons, by)
        assert.deepStrictEqual(
          Option.map(found, ({ id }) => id),
          Option.some(data.id),
          JSON.stringify(by)
        )
      }
      assert.isTrue(Option.isNone(yield* Upsert.find(Persons, { field: [contract, "K-18"] })))
    }).pipe(Effect.provide(live()))
  )

  it.effect("works with custom fields by name", () =>
    Effect.gen(function* () {
      const fields = CustomFields.define({ contract: CustomFields.varchar(contract) })
      const Named = {
        ...Persons,
        get: CustomFields.withFields(Persons.get, fields),
        add: CustomFields.withFields(Persons.add, fields),
        update: CustomFields.withFields(Persons.update, fields)
      }
      const by = { field: [fields.fields.contract, "K-17"] } as const
      const added = yield* Upsert.findOrAdd(Named, { by, add: { name: "Ada", fields: { contract: "K-17" } } })
      assert.deepStrictEqual([added.outcome, added.data.fields.contract], ["added", "K-17"])
      const updated = yield* Upsert.updateOrAdd(Named, {
        by,
        update: { fields: { contract: "K-18" } },
        add: { name: "Ada", fields: { contract: "K-17" } }
      })
      assert.deepStrictEqual([updated.outcome, updated.data.fields.contract], ["updated", "K-18"])
    }).pipe(Effect.provide(live()))
  )

  it.effect("of organizations, products and leads, too", () =>
    Effect.gen(function* () {
      const twice = <A, E, R>(call: Effect.Effect<Upsert.Upserted<A>, E, R>) =>
        Effect.map(Effect.all([call, call]), (both) => both.map(({ outcome }) => outcome))
      const acme = yield* Upsert.findOrAdd(Organizations, { by: { name: "Acme" }, add: { name: "Acme" } })
      for (const outcomes of [
        yield* twice(Upsert.findOrAdd(Organizations, { by: { name: "Umbrella" }, add: { name: "Umbrella" } })),
        yield* twice(Upsert.findOrAdd(Products, { by: { code: "X-1" }, add: { name: "X", code: "X-1" } })),
        yield* twice(
          Upsert.findOrAdd(Leads, { by: { title: "New" }, add: { title: "New", organization_id: acme.data.id } })
        )
      ]) {
        assert.deepStrictEqual(outcomes, ["added", "found"])
      }
    }).pipe(Effect.provide(live()))
  )
})

describe("update or add", () => {
  it.effect("changes the one that is there, by what it is", () =>
    Effect.gen(function* () {
      const by = { title: "Forty desks" }
      const add = { title: "Forty desks", value: 40 }
      const raise = Upsert.updateOrAdd(Deals, {
        by,
        add,
        update: ({ value }) => ((value ?? 0) < 42 ? { value: (value ?? 0) + 1 } : undefined)
      })
      const seen: Array<readonly [string, number | null]> = []
      for (let n = 0; n < 4; n++) {
        const { data, outcome } = yield* raise
        seen.push([outcome, data.value ?? null])
      }
      assert.deepStrictEqual(seen, [
        ["added", 40],
        ["updated", 41],
        ["updated", 42],
        ["found", 42]
      ])
    }).pipe(Effect.provide(live()))
  )
})

describe("an update with nothing to change", () => {
  type Changes = Omit<Persons.UpdateInput, "id">

  it.effect.each<[string, Changes | ((found: Persons.Person) => Changes)]>([
    ["no values", {}],
    ["values that are all undefined", { org_id: undefined, custom_fields: { [contract]: undefined } }],
    ["a function that gives such values", ({ org_id }) => ({ org_id: org_id ?? undefined })]
  ])("gives what is there: %s", ([, update]) =>
    Effect.gen(function* () {
      const { data: person } = yield* Persons.add(ada)
      const [found, requests] = yield* requestsOf(Upsert.updateOrAdd(Persons, { by: { email }, update, add: ada }))
      assert.deepStrictEqual([found.outcome, found.data.id], ["found", person.id])
      assert.isTrue(requests.every((request) => request.startsWith("GET ")))
    }).pipe(Effect.provide(live()))
  )

  it.effect("is still sent where null clears a field", () =>
    Effect.gen(function* () {
      yield* Persons.add(ada)
      const cleared = yield* Upsert.updateOrAdd(Persons, { by: { email }, update: { emails: null }, add: ada })
      assert.deepStrictEqual([cleared.outcome, cleared.data.emails], ["updated", []])
    }).pipe(Effect.provide(live()))
  )
})

describe("wrong input", () => {
  const bad: ReadonlyArray<readonly [by: unknown, path: string]> = [
    [undefined, "by"],
    [{}, "by"],
    [{ email, name: "Ada" }, "by"],
    [{ emial: email }, "by.emial"],
    [{ email: "" }, "by.email"],
    [{ email: " " }, "by.email"],
    [{ name: 7 }, "by.name"],
    [{ phone: "none" }, "by.phone"],
    [{ field: ["Contract", "K"] }, "by.field.0"],
    [{ field: [contract, ""] }, "by.field.1"],
    [{ field: [contract, Number.NaN] }, "by.field.1"],
    [{ field: contract }, "by.field.0"],
    [{ search: { term: "", where: () => true } }, "by.search.term"],
    [{ search: { term: "Ada" } }, "by.search.where"]
  ]
  it.effect("is refused by name, and nothing is sent", () =>
    Effect.gen(function* () {
      for (const [by, path] of bad) {
        const [error, requests] = yield* requestsOf(
          Effect.flip(Upsert.findOrAdd(Persons, { by: by as never, add: ada }))
        )
        assert.strictEqual(error._tag, "InvalidRequest", JSON.stringify(by))
        if (error._tag === "InvalidRequest") assert.strictEqual(error.issues[0]?.path.join("."), path)
        assert.deepStrictEqual(requests, [])
      }
    }).pipe(Effect.provide(live()))
  )

  it.effect("is an addition that would not be found again", () =>
    Effect.gen(function* () {
      const refusal = (call: Effect.Effect<unknown, unknown, Endpoint.Requirements>) =>
        Effect.map(requestsOf(Effect.flip(call)), ([error, requests]) => {
          assert.deepStrictEqual(requests, [])
          return String(error)
        })
      const again = "else it is not found by it, and added again each time"
      for (const [add, by, what] of [
        [{ name: "Ada" }, { email }, `email "${email}"`],
        [{ ...ada, emails: [{ value: "other@example.com" }] }, { email }, `email "${email}"`],
        [{ name: "Ada King" }, { name: "Ada" }, 'name "Ada"'],
        [{ ...ada, phones: [{ value: "1" }] }, { phone: "+2" }, 'phone "+2"'],
        [ada, { field: [contract, "K"] }, `field ${contract} "K"`],
        [{ ...ada, custom_fields: { [contract]: null } }, { field: [contract, "K"] }, `field ${contract} "K"`]
      ] as const) {
        const expected = `\`add\` must have the ${what}: ${again}`
        assert.include(yield* refusal(Upsert.findOrAdd(Persons, { by, add })), expected)
        assert.include(yield* refusal(Upsert.updateOrAdd(Persons, { by, add, update: { name: "Ada" } })), expected)
      }
      const lead = { title: "New", person_id: 1 }
      assert.include(yield* refusal(Upsert.findOrAdd(Leads, { by: { field: [contract, "K"] }, add: lead })), again)
      const added = yield* Effect.all([
        Upsert.findOrAdd(Persons, { by: { email: " ADA@EXAMPLE.COM" }, add: ada }),
        Upsert.findOrAdd(Persons, { by: { search: { term: "nobody", where: () => false } }, add: ada }),
        Upsert.findOrAdd(Deals, { by: { title: "twin" }, add: { title: " Twin " } })
      ])
      assert.deepStrictEqual(
        added.map(({ outcome }) => outcome),
        ["added", "added", "added"]
      )
      // what cannot be read fails as it does where it is added
      const odd = Object.defineProperty({ name: "Ada" }, "emails", { enumerable: true, get: () => JSON.parse("") })
      assert.include(
        String(yield* Effect.flip(Upsert.findOrAdd(Persons, { by: { email: "other@example.com" }, add: odd }))),
        "cannot be read"
      )
    }).pipe(Effect.provide(live()))
  )

  it.effect("is refused where a module's custom fields cannot be searched, rather than searched among persons", () =>
    Effect.gen(function* () {
      const { endpoint, stream } = Persons.search
      const Robots = { ...Persons, search: { endpoint: { ...endpoint, name: "Robots.search" }, stream } }
      const error = yield* Effect.flip(Upsert.find(Robots, { field: [contract, "K-17"] }))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.include(error.message, "`by.field` cannot be searched in v2.Robots")
    }).pipe(Effect.provide(live()))
  )

  it("is refused by type", () => {
    // @ts-expect-error a deal has no address
    Upsert.find(Deals, { email })
    // @ts-expect-error a deal is not added without a title
    Upsert.findOrAdd(Deals, { by: { title: "New" }, add: {} })
    // @ts-expect-error a person has no value
    Upsert.updateOrAdd(Persons, { by: { email }, update: { value: 1 }, add: ada })
  })
})
