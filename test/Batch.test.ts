import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Auth, CustomFields, Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Activities, Deals, Organizations, Persons, Products } from "effect-pipedrive/v2"
import * as Fake from "./support/fake.js"

const together = { concurrency: "unbounded", batching: true } as const

const person = (id: number) => ({ id, name: `P${id}` })

/** Persons 1 to 10,000; every 50th is missing. Nothing else is known. */
const isThere = (id: number) => id >= 1 && id <= 10_000 && id % 50 !== 0
const persons = () =>
  Fake.make((seen) => {
    const ids = seen.url.searchParams.get("ids")
    if (ids !== null) return Fake.ok(ids.split(",").map(Number).filter(isThere).reverse().map(person))
    const id = Number(seen.url.pathname.split("/").at(-1))
    return isThere(id) ? Fake.ok(person(id)) : Fake.json(404, { success: false, error: "Person not found", data: null })
  })

const pathsOf = (fake: Fake.Fake) => fake.seen.map(({ path }) => decodeURIComponent(path))

describe("batched gets", () => {
  it.effect("of one window are list requests of at most 100 ids, with the records in the order asked for", () =>
    Effect.gen(function* () {
      const fake = persons()
      const ids = Array.from({ length: 250 }, (_, i) => 5000 - 2 * i - 1)
      const found = yield* Effect.forEach(ids, (id) => Persons.get.batched({ id }), together).pipe(
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(
        found.map(({ data }) => data.id),
        ids
      )
      assert.deepStrictEqual(found[0], yield* Persons.get({ id: 4999 }).pipe(Effect.provide(persons().live)))
      assert.deepStrictEqual(
        fake.seen.map(({ url }) => url.searchParams.get("ids")?.split(",").length),
        [100, 100, 50]
      )
      assert.match(pathsOf(fake)[2] ?? "", /^\/api\/v2\/persons\?ids=4599,.*,4501&limit=50$/)
    })
  )

  it.effect("fail as NotFound for those that are not there, and for nobody else", () =>
    Effect.gen(function* () {
      const fake = persons()
      const ids = [49, 50, 51, 100, 102, 20_000]
      const found = yield* Effect.forEach(ids, (id) => Effect.either(Persons.get.batched({ id })), together).pipe(
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(
        found.map(Either.match({ onLeft: ({ _tag }) => _tag, onRight: ({ data }) => data.name ?? "" })),
        ["P49", "NotFound", "P51", "NotFound", "P102", "NotFound"]
      )
      const [missing] = found.flatMap((one) => (Either.isLeft(one) ? [one.left] : []))
      // what is said of one that is missing is what the get says of it
      assert.deepInclude({ ...missing }, { endpoint: "v2.Persons.get", path: "/api/v2/persons/50", status: 404 })
      assert.deepStrictEqual(pathsOf(fake), [
        "/api/v2/persons?ids=49,50,51,100,102,20000&limit=6",
        "/api/v2/persons/50",
        "/api/v2/persons/100",
        "/api/v2/persons/20000"
      ])
    })
  )

  it.effect("ask once for an id that is wanted twice, and get one alone by itself", () =>
    Effect.gen(function* () {
      const fake = persons()
      const found = yield* Effect.forEach([7, 8, 7, 7], (id) => Persons.get.batched({ id }), together).pipe(
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(
        found.map(({ data }) => data.id),
        [7, 8, 7, 7]
      )
      yield* Effect.forEach([9, 9], (id) => Persons.get.batched({ id }), together).pipe(Effect.provide(fake.live))
      // without batching it is a get
      yield* Effect.forEach([9, 10], (id) => Persons.get.batched({ id })).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(pathsOf(fake), [
        "/api/v2/persons?ids=7,8&limit=2",
        "/api/v2/persons/9",
        "/api/v2/persons/9",
        "/api/v2/persons/10"
      ])
    })
  )

  it.effect("with other options have requests of their own, which carry them", () =>
    Effect.gen(function* () {
      const fake = persons()
      yield* Effect.forEach(
        [1, 2, 3, 4, 5, 6],
        (id) =>
          id % 2 === 0
            ? Persons.get.batched({ id })
            : Persons.get.batched({ id, include_fields: ["files_count"], include_labels: true }),
        together
      ).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(pathsOf(fake).sort(), [
        "/api/v2/persons?ids=1,3,5&include_fields=files_count&include_labels=true&limit=3",
        "/api/v2/persons?ids=2,4,6&limit=3"
      ])
    })
  )

  it.effect("never share a request over credentials or policies, however they are mixed", () =>
    Effect.gen(function* () {
      const fake = persons()
      const as = (token: string) => Layer.orDie(Auth.apiKey(token))
      const [one, two] = [yield* Layer.build(as("ONE")), yield* Layer.build(as("TWO"))]
      const found = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, i) => i + 1),
        (id) =>
          Persons.get
            .batched({ id })
            .pipe(
              Effect.provide(id % 2 === 0 ? one : two),
              id % 3 === 0 ? HttpLayer.withPolicy({ timeout: "5 seconds" }) : (same) => same
            ),
        together
      ).pipe(Effect.provide(fake.layer))
      assert.strictEqual(found.length, 12)
      assert.deepStrictEqual(
        fake.seen.map((seen) => [seen.headers["x-api-token"], seen.url.searchParams.get("ids")]).sort(),
        // policies that say the same are one, though each is made anew
        [
          ["ONE", "2,4,8,10"],
          ["ONE", "6,12"],
          ["TWO", "1,5,7,11"],
          ["TWO", "3,9"]
        ]
      )
      const clients = [persons(), persons()] as const
      yield* Effect.forEach(
        [1, 2, 3, 4],
        (id) => Persons.get.batched({ id }).pipe(Effect.provide(clients[id <= 2 ? 0 : 1].layer)),
        together
      ).pipe(Effect.provide(one))
      assert.deepStrictEqual(clients.map(pathsOf), [
        ["/api/v2/persons?ids=1,2&limit=2"],
        ["/api/v2/persons?ids=3,4&limit=2"]
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("fail together where their list request fails, the others not", () =>
    Effect.gen(function* () {
      const fake = Fake.make((seen) => {
        const ids = (seen.url.searchParams.get("ids") ?? "").split(",").map(Number)
        return ids.includes(150) ? Fake.json(403, { success: false, error: "no" }) : Fake.ok(ids.map(person))
      })
      const ids = Array.from({ length: 300 }, (_, i) => i + 1)
      const found = yield* Effect.forEach(ids, (id) => Effect.either(Persons.get.batched({ id })), together).pipe(
        Effect.provide(fake.live)
      )
      const failed = found.flatMap((one, i) => (Either.isLeft(one) ? [[i + 1, one.left] as const] : []))
      assert.deepStrictEqual(
        failed.map(([id]) => id),
        Array.from({ length: 100 }, (_, i) => i + 101)
      )
      assert.isTrue(failed.every(([, error]) => error._tag === "Forbidden" && error.endpoint === "v2.Persons.list"))
      assert.strictEqual(fake.seen.length, 3)
    })
  )

  it.effect("that are wrong are refused alone, unsent", () =>
    Effect.gen(function* () {
      const fake = persons()
      const inputs = [{ id: 1 }, { id: Number.NaN }, { id: 2 }, { id: 3, colour: "red" }, { id: 4, include_fields: 7 }]
      const found = yield* Effect.forEach(
        inputs as ReadonlyArray<Persons.GetInput>,
        (input) => Effect.either(Persons.get.batched(input)),
        together
      ).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(found.map(Either.match({ onLeft: ({ _tag }) => _tag, onRight: () => "fine" })), [
        "fine",
        "InvalidRequest",
        "fine",
        "InvalidRequest",
        "InvalidRequest"
      ])
      assert.deepStrictEqual(pathsOf(fake), ["/api/v2/persons?ids=1,2&limit=2"])
    })
  )

  it.effect("go on when one of those that wait is interrupted; many by their ids stop at once", () =>
    Effect.gen(function* () {
      let stopped = 0
      const slow = HttpClient.make((request) =>
        Effect.flatMap(HttpClient.HttpClient, (client) => Effect.delay(client.execute(request), "10 seconds")).pipe(
          Effect.provide(persons().layer),
          Effect.onInterrupt(() => Effect.sync(() => stopped++))
        )
      )
      const live = Layer.merge(Layer.succeed(HttpClient.HttpClient, slow), Layer.orDie(Auth.apiKey("T")))
      const read = (ids: ReadonlyArray<number>) =>
        Effect.forEach(ids, (id) => Persons.get.batched({ id }), together).pipe(
          Effect.provide(live),
          Effect.withRequestCaching(true),
          Effect.fork
        )
      // the second waits for what the first has asked for
      const [first, second] = [yield* read([901, 902]), yield* read([902, 901])]
      yield* TestClock.adjust("1 second")
      // Effect ends the first when what it asked for has come
      yield* Fiber.interruptFork(first)
      yield* TestClock.adjust("10 seconds")
      const found = yield* Fiber.join(second)
      assert.deepStrictEqual(
        found.map(({ data }) => data.id),
        [902, 901]
      )
      assert.strictEqual(stopped, 0)
      const alone = yield* Persons.get.many({ ids: [903, 904] }).pipe(Effect.provide(live), Effect.fork)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(alone)
      assert.strictEqual(stopped, 1)
    })
  )

  it.effect("are kept by Effect's cache of requests where it is on, for each account its own", () =>
    Effect.gen(function* () {
      const fake = persons()
      const one = yield* Layer.build(Layer.orDie(Auth.apiKey("ONE")))
      const two = yield* Layer.build(Layer.orDie(Auth.apiKey("TWO")))
      const read = (ids: ReadonlyArray<number>) =>
        Effect.forEach(ids, (id) => Persons.get.batched({ id }), together).pipe(Effect.provide(fake.layer))
      yield* Effect.gen(function* () {
        yield* Effect.provide(read([1, 2]), one)
        yield* Effect.provide(read([2, 1]), one)
        yield* Effect.provide(read([1, 2]), two)
      }).pipe(Effect.withRequestCaching(true))
      assert.deepStrictEqual(
        fake.seen.map(({ headers }) => headers["x-api-token"]),
        ["ONE", "TWO"]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("tell of the requests that they were, by Endpoint.withMeta", () =>
    Effect.gen(function* () {
      const fake = persons()
      const ids = Array.from({ length: 120 }, (_, i) => 2 * i + 1)
      const read = Effect.forEach(ids, (id) => Endpoint.withMeta(Persons.get.batched({ id })), together)
      const { meta, value } = yield* Endpoint.withMeta(
        Effect.forEach(ids, (id) => Persons.get.batched({ id }), together)
      ).pipe(Effect.provide(fake.live))
      assert.strictEqual(value.length, 120)
      assert.deepInclude(meta, { calls: 2, attempts: 1, status: 200 })
      const each = yield* Effect.provide(read, fake.live)
      assert.isTrue(each.every((one) => one.meta.calls === 1 && one.meta.status === 200))
    })
  )
})

describe("with custom fields by name", () => {
  it.effect("gets have them, batched and many", () =>
    Effect.gen(function* () {
      const key = "c3b2e5f7a9d1243658709cbed0f2b3c4d5e6f708"
      const fields = CustomFields.define({ size: CustomFields.enum(key, { small: 12, large: 34 }) })
      const get = CustomFields.withFields(Persons.get, fields)
      const fake = Fake.make((seen) =>
        Fake.ok(
          seen.url.searchParams.get("ids") === null
            ? { ...person(9), custom_fields: {} }
            : [1, 2].map((id) => ({ ...person(id), custom_fields: { [key]: id === 1 ? 12 : 34 } }))
        )
      )
      const found = yield* Effect.forEach([1, 2], (id) => get.batched({ id }), together).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        found.map(({ data }) => data.fields.size),
        ["small", "large"]
      )
      const many = yield* get.many({ ids: [2, 1] }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        many.map((one) => Option.getOrUndefined(one)?.fields.size),
        ["large", "small"]
      )
      assert.strictEqual(fake.seen.length, 2)
    })
  )
})

describe("many by their ids", () => {
  it.effect("are what is there, in the order asked for", () =>
    Effect.gen(function* () {
      const fake = persons()
      const found = yield* Persons.get
        .many({ ids: [3, 50, 1, 3], include_fields: "files_count" })
        .pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(
        found.map((one) => Option.getOrUndefined(one)?.name),
        ["P3", undefined, "P1", "P3"]
      )
      assert.strictEqual(pathsOf(fake)[0], "/api/v2/persons?ids=3,50,1&include_fields=files_count&limit=3")
      assert.deepStrictEqual(yield* Persons.get.many({ ids: [] }).pipe(Effect.provide(fake.live)), [])
      assert.strictEqual(fake.seen.length, 2)
    })
  )

  it.effect(
    "fail as a whole for any reason but that one is missing: a list that is not there is no missing person",
    () =>
      Effect.gen(function* () {
        const gone = Fake.make(Fake.json(404, { success: false, error: "no route" }))
        const error = yield* Effect.flip(Persons.get.many({ ids: [1, 2] })).pipe(Effect.provide(gone.live))
        assert.deepInclude({ ...error }, { _tag: "NotFound", endpoint: "v2.Persons.list" })
        const bad = { ids: [1], colour: "red" } as { readonly ids: ReadonlyArray<number> }
        const refused = yield* Effect.flip(Persons.get.many(bad)).pipe(Effect.provide(gone.live))
        assert.strictEqual(refused._tag, "InvalidRequest")
        const odd = [undefined, {}, { ids: 7 }, { ids: [1, Number.NaN] }] as unknown as ReadonlyArray<never>
        for (const input of odd) {
          const error = yield* Effect.flip(Persons.get.many(input)).pipe(Effect.provide(gone.live))
          assert.strictEqual(error._tag, "InvalidRequest")
          assert.match(error.message, /ids/)
        }
        assert.strictEqual(gone.seen.length, 1)
      })
  )
})

describe("against the sandbox", () => {
  it.effect("10,000 batched gets are 100 requests, in order, at a tenth of the tokens of single gets", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const ids = yield* Effect.map(sandbox.state, (state) => (state.person ?? []).map(({ id }) => Number(id)))
      const wanted = Array.from(ids).reverse()
      assert.strictEqual(wanted.length, 10_000)
      const spent = (path: RegExp) =>
        Effect.map(sandbox.requests, (requests) => requests.filter((one) => path.test(one.path)).length)
      const { meta, value } = yield* Endpoint.withMeta(
        Effect.forEach(wanted, (id) => Persons.get.batched({ id }), together)
      )
      assert.deepStrictEqual(
        value.map(({ data }) => data.id),
        wanted
      )
      assert.strictEqual(yield* spent(/^\/api\/v2\/persons/), 100)
      const before = 1_000_000
      const { limit } = meta.daily
      const left = yield* Effect.map(Endpoint.withMeta(Persons.get({ id: 1 })), (one) => one.meta.daily.remaining ?? 0)
      assert.strictEqual(limit, before)
      // the last get took one itself
      assert.strictEqual(before - left - 1, 1000)
      yield* Effect.forEach(wanted.slice(0, 100), (id) => Persons.get({ id }))
      const single = yield* Effect.map(
        Endpoint.withMeta(Persons.get({ id: 1 })),
        (one) => one.meta.daily.remaining ?? 0
      )
      assert.strictEqual((left - single - 1) * 100, 10_000)
    }).pipe(
      Effect.provide(
        Sandbox.layer({
          plan: { daily: 1_000_000, burst: 1_000_000 },
          seed: { persons: Array.from({ length: 10_000 }, (_, i) => ({ name: `P${i}` })) }
        })
      )
    )
  )

  /** What a call gives, without what differs from request to request. */
  const shown = <A>(exit: Either.Either<A, PipedriveError.PipedriveError>) =>
    Either.match(exit, {
      onLeft: ({ _tag, message }) => ({ _tag, message: message.replace(/correlation id [^\]]*/, "") }),
      onRight: (value) => ({ value })
    })

  it.effect("give just what single gets give: of what is open, won, archived, deleted, or was never there", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(Array.from({ length: 130 }), (_, i) =>
        Effect.gen(function* () {
          const { data } = yield* Deals.add({ title: `D${i}`, ...(i % 4 === 1 ? { status: "won" as const } : {}) })
          if (i % 3 === 0) yield* Deals.update({ id: data.id, is_archived: true })
          if (i % 5 === 0 && i % 3 !== 0) yield* Deals.delete({ id: data.id })
        })
      )
      const made = { deal: Deals.get, person: Persons.get, organization: Organizations.get } as const
      for (const name of ["P", "Q", "R"]) {
        const { data } = yield* Persons.add({ name })
        const { data: organization } = yield* Organizations.add({ name })
        if (name === "Q") {
          yield* Persons.delete({ id: data.id })
          yield* Organizations.delete({ id: organization.id })
        }
      }
      for (const get of [...Object.values(made), Activities.get, Products.get]) {
        for (const ids of [
          [1],
          [1, 2, 3, 4, 5, 6],
          [6, 5, 77_777, 1, 1],
          Array.from({ length: get === Deals.get ? 140 : 20 }, (_, i) => i + 1)
        ]) {
          const one = get as typeof Deals.get
          const single = yield* Effect.forEach(ids, (id) => Effect.either(one({ id })))
          const batched = yield* Effect.forEach(ids, (id) => Effect.either(one.batched({ id })), together)
          assert.deepStrictEqual(batched.map(shown), single.map(shown))
        }
      }
    }).pipe(Effect.provide(Sandbox.layer({ seed: "demo" })))
  )

  it.effect("read many archived deals through their list, where that costs less", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const all = yield* Effect.forEach(Array.from({ length: 60 }), (_, i) => Deals.add({ title: `D${i}` }))
      const ids = all.map(({ data }) => data.id)
      yield* Effect.forEach(ids.slice(0, 30), (id) => Deals.update({ id, is_archived: true }))
      yield* sandbox.clearRequests
      const found = yield* Deals.get.many({ ids })
      assert.deepStrictEqual(found.map(Option.map(({ id }) => id)), ids.map(Option.some))
      const paths = (yield* sandbox.requests).map(({ path }) => path)
      assert.deepStrictEqual(paths, ["/api/v2/deals", "/api/v2/deals/archived"])
      // the list of archived ones does not take this option
      yield* sandbox.clearRequests
      yield* Deals.get.many({ ids, include_labels: true })
      assert.strictEqual((yield* sandbox.requests).length, 31)
    }).pipe(Effect.provide(Sandbox.layer({ seed: "empty" })))
  )
})

describe("any batch", () => {
  it("answers each as a get does, with no more than one request for each 100 ids and one for each that is missing", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(FastCheck.array(FastCheck.integer({ min: 1, max: 400 }), { maxLength: 350 }), (ids) =>
        Effect.gen(function* () {
          const fake = persons()
          const found = yield* Effect.forEach(ids, (id) => Effect.either(Persons.get.batched({ id })), together).pipe(
            Effect.provide(fake.live)
          )
          assert.deepStrictEqual(
            found.map(Either.match({ onLeft: ({ _tag }) => _tag, onRight: ({ data }) => data.id })),
            ids.map((id) => (isThere(id) ? id : "NotFound"))
          )
          const distinct = new Set(ids)
          const missing = Array.from(distinct).filter((id) => !isThere(id)).length
          assert.isAtMost(fake.seen.length, Math.ceil(distinct.size / 100) + missing)
        }).pipe(Effect.runPromise)
      ),
      { numRuns: 30 }
    ))

  it("has its records and options from the facts: these resources, and no other", () => {
    const all = Chunk.fromIterable([Activities.get, Deals.get, Organizations.get, Persons.get, Products.get])
    for (const get of all) assert.isFunction(get.batched)
  })
})

describe("of many, what is wrong or missing", () => {
  it.effect("are refused by the place of what is wrong", () =>
    Effect.gen(function* () {
      const fake = persons()
      const refused = (input: unknown) =>
        Effect.map(Effect.flip(Persons.get.many(input as never)).pipe(Effect.provide(fake.live)), (error) =>
          error._tag === "InvalidRequest" ? error.issues.map(({ path }) => path) : error._tag
        )
      assert.deepStrictEqual(yield* refused(undefined), [["ids"]])
      assert.deepStrictEqual(yield* refused({ ids: 7 }), [["ids"]])
      assert.deepStrictEqual(yield* refused({ ids: [1, "x"] }), [["ids", 1]])
      assert.deepStrictEqual(yield* refused({ ids: [1], nothing: 1 }), [["nothing"]])
      assert.lengthOf(fake.seen, 0)
    })
  )

  it.effect("are none where one is not found or gone, and fail for all else", () =>
    Effect.gen(function* () {
      const many = (status: number) =>
        Persons.get.many({ ids: [1] }).pipe(Effect.either, Effect.provide(Fake.make(Fake.json(status, {})).live))
      for (const status of [404, 410]) assert.deepStrictEqual(yield* many(status), Either.right([Option.none()]))
      for (const status of [400, 403, 409]) assert.isTrue(Either.isLeft(yield* many(status)))
    })
  )
})
