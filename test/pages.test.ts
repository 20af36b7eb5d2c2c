/** Where a list goes on: tables of what an answer says, and of what a position is taken for. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Schema, Stream } from "effect"
import { Endpoint, Field, HttpLayer, Pagination, type PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Blocks from "../src/internal/pageBlocks.js"
import * as Place from "../src/internal/position.js"
import * as Trail from "../src/internal/seenCursors.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const { unreachable } = Blocks

describe("an answer", () => {
  it("says by a cursor where the next page is", () => {
    const cases: ReadonlyArray<readonly [extra: unknown, next: unknown]> = [
      [undefined, undefined],
      [null, undefined],
      ["x", undefined],
      [{}, undefined],
      [{ next_cursor: "a" }, "a"],
      [{ next_cursor: "" }, undefined],
      [{ next_cursor: null }, undefined],
      [{ next_cursor: 7 }, unreachable],
      [{ next_cursor: 0 }, unreachable],
      [{ next_cursor: false }, unreachable],
      [{ pagination: { next_cursor: "b" } }, "b"],
      [{ next_cursor: null, pagination: { next_cursor: "b" } }, "b"],
      [{ next_cursor: "a", pagination: { next_cursor: "b" } }, "a"],
      [{ pagination: null }, undefined],
      [{ pagination: { next_cursor: null } }, undefined],
      [{ more_items_in_collection: true }, unreachable],
      [{ more_items_in_collection: 1 }, unreachable],
      [{ more_items_in_collection: "1" }, unreachable],
      [{ more_items_in_collection: "true" }, unreachable],
      [{ more_items_in_collection: false }, undefined],
      [{ more_items_in_collection: 0 }, undefined],
      [{ more_items_in_collection: "false" }, undefined],
      [{ more_items_in_collection: "" }, undefined],
      [{ pagination: { more_items_in_collection: true } }, unreachable],
      [{ next_cursor: "", more_items_in_collection: true }, unreachable],
      [{ next_cursor: "a", more_items_in_collection: false }, "a"]
    ]
    for (const [additional_data, next] of cases) {
      assert.strictEqual(Blocks.nextCursor({ additional_data }), next as never, JSON.stringify(additional_data))
    }
    for (const none of [undefined, null, "x", 5]) assert.isUndefined(Blocks.nextCursor(none))
  })

  it("says by an offset where the next page is", () => {
    const more = { more_items_in_collection: true }
    const two = [{ id: 1 }, { id: 2 }]
    const cases: ReadonlyArray<readonly [extra: unknown, data: unknown, next: unknown]> = [
      [undefined, two, undefined],
      [{ pagination: {} }, two, undefined],
      [{ pagination: null, ...more }, two, undefined],
      [{ pagination: { ...more, next_start: 7 } }, two, 7],
      [{ ...more, next_start: 7 }, two, 7],
      [{ pagination: { ...more, start: 5 } }, two, 7],
      [{ pagination: { ...more, start: 5, next_start: 9 } }, two, 9],
      [{ pagination: { ...more, start: 5, next_start: "9" } }, two, 7],
      [{ pagination: { ...more, start: 5 } }, [], unreachable],
      [{ pagination: { ...more, start: 5 } }, [{ id: 1 }], 6],
      [{ pagination: { ...more, start: "5" } }, two, unreachable],
      [{ pagination: more }, two, unreachable],
      [{ pagination: { ...more, next_start: 1.5 } }, two, unreachable],
      [{ pagination: { ...more, next_start: 1e308 } }, two, unreachable],
      [{ pagination: { more_items_in_collection: false, next_start: 7 } }, two, undefined]
    ]
    for (const [additional_data, data, next] of cases) {
      const about = JSON.stringify([additional_data, data])
      assert.strictEqual(Blocks.nextStart({ additional_data, data }, "data"), next as never, about)
      assert.strictEqual(
        Blocks.nextStart({ additional_data, data: { items: data } }, "data.items"),
        next as never,
        about
      )
    }
    assert.isUndefined(Blocks.nextStart(null, "data"))
  })

  it("has its items, or none, or is no list", () => {
    const cases: ReadonlyArray<readonly [data: unknown, plain: boolean, nested: boolean, items: number]> = [
      [undefined, true, true, 0],
      [null, true, true, 0],
      [[], true, false, 0],
      [[1, 2], true, false, 2],
      [{}, false, true, 0],
      [{ items: null }, false, true, 0],
      [{ items: [1] }, false, true, 1],
      [{ items: {} }, false, false, 0],
      [{ items: "x" }, false, false, 0],
      ["x", false, false, 0],
      [5, false, false, 0],
      [false, false, false, 0]
    ]
    for (const [data, plain, nested, count] of cases) {
      const about = JSON.stringify(data)
      assert.strictEqual(Blocks.holdsList({ data }, "data"), plain, about)
      assert.strictEqual(Blocks.holdsList({ data }, "data.items"), nested, about)
      assert.lengthOf(Blocks.itemsOf({ data }, Array.isArray(data) ? "data" : "data.items"), count, about)
    }
    assert.deepStrictEqual([...Blocks.itemsOf({ data: { items: [1] } }, "data")], [])
    assert.deepStrictEqual([...Blocks.itemsOf({ data: [1] }, "data.items")], [])
    assert.isTrue(Blocks.holdsList(null, "data"))
  })
})

describe("a position", () => {
  const reading = { endpoint: "v2.Robots.list", filters: "0a", style: "cursor" } as const
  const good = { format: 1, endpoint: "v2.Robots.list", filters: "0a", at: "c" }

  it("is read in the list that it is of", () => {
    assert.deepStrictEqual(Place.at(reading, "c"), good)
    const noPosition = "is no position: one comes of `checkpoints` or of `Pagination.positionOf`"
    const filters = "is a position in a list with other filters: give the same input as then"
    const nowhere = "names no place in the list"
    const { at: _at, ...placeless } = good
    const { filters: _filters, ...unfiltered } = good
    const cases: ReadonlyArray<readonly [from: unknown, style: "cursor" | "offset", outcome: unknown]> = [
      [good, "cursor", "c"],
      [{ ...good, at: null }, "cursor", null],
      [{ ...good, at: null }, "offset", null],
      [{ ...good, at: "" }, "cursor", nowhere],
      [{ ...good, at: 5 }, "cursor", nowhere],
      [{ ...good, at: true }, "cursor", nowhere],
      [{ ...good, at: undefined }, "cursor", nowhere],
      [placeless, "cursor", nowhere],
      [{ ...good, at: 5 }, "offset", 5],
      [{ ...good, at: 0 }, "offset", 0],
      [{ ...good, at: -1 }, "offset", nowhere],
      [{ ...good, at: 1.5 }, "offset", nowhere],
      [{ ...good, at: "5" }, "offset", nowhere],
      [{ ...good, format: 2 }, "cursor", "is of format 2; this version reads 1"],
      [{ ...good, endpoint: "v2.Deals.list" }, "cursor", "is a position of v2.Deals.list"],
      [{ ...good, filters: "0b" }, "cursor", filters],
      [unfiltered, "cursor", filters],
      [{ endpoint: "x" }, "cursor", noPosition],
      [{ format: 1 }, "cursor", noPosition],
      [null, "cursor", noPosition],
      ["x", "cursor", noPosition]
    ]
    for (const [from, style, outcome] of cases) {
      assert.strictEqual(Either.merge(Place.read(from, { ...reading, style })), outcome as never, JSON.stringify(from))
    }
  })

  it("has a digest of what is asked for, and not of where", () => {
    const of = (path: string, query: string) => Place.filtersOf({ path, query })
    const first = of("/deals", "status=open&limit=5")
    for (const same of ["status=open", "status=open&cursor=x&start=5", "limit=9&status=open"]) {
      assert.strictEqual(of("/deals", same), first, same)
    }
    const others = ["status=won", "status=open&limits=5", "", "status=open&mycursor=x", "status=open&=cursor", "cursor"]
    assert.strictEqual(new Set([first, ...others.map((query) => of("/deals", query))]).size, others.length + 1)
    assert.notStrictEqual(of("/leads", "status=open"), first)
    // as they are kept: in eight digits, whatever they are
    for (const [path, query, digest] of [
      ["/deals", "", "0b01aaee"],
      ["/persons", "status=open&busy=true", "5ccf2758"],
      ["/deals", "id=92", "0195ffa1"],
      ["/deals", "term=é€😀", "1627ba92"]
    ] as const) {
      assert.strictEqual(of(path, query), digest)
    }
    const all = Array.from({ length: 500 }, (_, n) => of("/deals", `id=${n}`))
    for (const one of all) assert.match(one, /^[0-9a-f]{8}$/)
    assert.strictEqual(new Set(all).size, 500)
  })

  it("begins where the input says, by the parameter of its style", () => {
    for (const given of [null, "c", 5, 0, ""]) assert.strictEqual(Place.begin(given), given)
    for (const given of [undefined, true, {}]) assert.isNull(Place.begin(given))
    assert.strictEqual(Place.keyOf({}), "cursor")
    for (const [style, key] of [
      ["cursor", "cursor"],
      ["offset", "start"]
    ] as const) {
      assert.strictEqual(Place.keyOf({ pagination: { style, maximum: 5, items: "data" } }), key)
    }
  })

  it("is left with an error, unseen, and may be replaced", () => {
    const error = Place.mark(new Error("x"), good)
    assert.deepStrictEqual(Reflect.ownKeys({ ...error }), [])
    assert.deepStrictEqual(Place.ofError(Place.mark(error, { ...good, at: "d" })), Option.some({ ...good, at: "d" }))
    for (const none of [new Error("x"), null, undefined, "x"])
      assert.deepStrictEqual(Place.ofError(none), Option.none())
  })
})

describe("the cursors of a stream", () => {
  /** After how many steps a circle is noticed, and whether a line is taken for one. */
  const steps = (most: number, next: (at: number) => number, first: unknown = "0", limit = 500): number | undefined => {
    const trail = Trail.make(first, most)
    let at = 0
    for (let step = 1; step <= limit; step++) {
      at = next(at)
      if (Trail.visit(trail, String(at))) return step
    }
    return undefined
  }

  it("are remembered one by one, and beyond that by a mark that moves on", () => {
    assert.strictEqual(
      steps(10, (at) => (at + 1) % 5),
      5
    )
    assert.strictEqual(
      steps(10, (at) => (at + 1) % 5, null),
      6
    )
    assert.isUndefined(steps(10, (at) => at + 1))
    // the marks are set after 1, 3, 7, 15 ... steps beyond what is remembered
    const rho = (tail: number, length: number) => (at: number) => (at < tail + length - 1 ? at + 1 : tail)
    assert.strictEqual(steps(1, rho(5, 1)), 8)
    assert.strictEqual(steps(3, rho(20, 7)), 33 + 7)
    const trail = Trail.make("0", 1)
    const marks: Array<unknown> = []
    for (let at = 1; at <= 16; at++) {
      Trail.visit(trail, String(at))
      marks.push(trail.mark)
    }
    assert.deepStrictEqual(marks, [1, 1, 3, 3, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 15, 15].map(String))
    assert.strictEqual(trail.seen.size, 1)
    const more = Trail.make(undefined, 2)
    for (const cursor of ["a", "b", "c"]) Trail.visit(more, cursor)
    assert.deepStrictEqual([[...more.seen], more.mark], [["a", "b"], "c"])
    assert.strictEqual(Trail.make(1).most, 10_000)
    assert.strictEqual(Trail.make(1).seen.size, 0)
  })
})

describe("the way from page to page", () => {
  const search = Pagination.list(() => ({
    name: "Robots.search",
    operation: "searchRobots",
    version: "v2",
    method: "GET",
    path: "/robots/search",
    query: ["term", "limit", "cursor"],
    scopes: [],
    cost: 20,
    input: Schema.Struct({
      term: Schema.String,
      limit: Schema.optional(Field.Limit(500)),
      cursor: Schema.optional(Schema.String)
    }),
    output: Schema.Struct({
      success: Schema.Literal(true),
      data: Schema.Struct({ items: Schema.Array(Schema.Struct({ id: Schema.Number })) })
    }),
    pagination: { style: "cursor", maximum: 100, items: "data.items" }
  }))
  const walked = <A, E>(stream: Stream.Stream<A, E, Requirements>, ...answers: ReadonlyArray<Fake.Answer>) =>
    Effect.gen(function* () {
      const fake = Fake.make(...answers)
      const result = yield* Effect.either(Stream.runCount(stream)).pipe(
        HttpLayer.withPolicy({ responseValidation: "off", retries: 0 }),
        Effect.provide(fake.live)
      )
      return { paths: fake.seen.map(({ path }) => path), outcome: Either.merge(result) }
    })
  const headers = { "x-correlation-id": "c-1" }

  it.effect("asks for the largest pages, whatever is given as undefined", () =>
    Effect.gen(function* () {
      const given = { limit: undefined, cursor: undefined, from: undefined, status: undefined }
      const { outcome, paths } = yield* walked(Robots.list.stream(given), Fake.ok([{ id: 1 }]))
      assert.deepStrictEqual([outcome, paths], [1, ["/api/v2/robots?limit=500"]])
      const old = yield* walked(Robots.listOld.stream({ id: 7, start: 5 }), Fake.ok([{ id: 1 }]))
      assert.deepStrictEqual(old.paths, ["/api/v1/robots/7/parts?start=5&limit=100"])
    })
  )

  it.effect("goes on to its end, page after page, and tells of all of them", () =>
    Effect.gen(function* () {
      const next = (next_cursor: string | null) => ({ additional_data: { next_cursor } })
      const data = [{ id: 1 }, { id: 2 }]
      const both = Endpoint.withMeta(
        walked(Robots.list.stream({ cursor: "a" }), Fake.ok(data, next("b")), Fake.ok(data, next("c")), Fake.ok([]))
      )
      const { meta, value } = yield* both
      assert.deepStrictEqual(
        [value.outcome, value.paths, meta.calls],
        [4, ["a", "b", "c"].map((cursor) => `/api/v2/robots?limit=500&cursor=${cursor}`), 3]
      )
      const more = (next_start: number) => ({
        additional_data: { pagination: { more_items_in_collection: true, next_start } }
      })
      const old = yield* walked(
        Robots.listOld.stream({ id: 7 }),
        Fake.ok(data, more(1)),
        Fake.ok(data, more(3)),
        Fake.ok([])
      )
      assert.deepStrictEqual(
        [old.outcome, old.paths],
        [4, ["?limit=100", "?start=1&limit=100", "?start=3&limit=100"].map((rest) => `/api/v1/robots/7/parts${rest}`)]
      )
    })
  )

  it.effect("is not begun where it is not said well", () =>
    Effect.gen(function* () {
      const from: Pagination.Position = { format: 1, endpoint: "v2.Robots.list", filters: "x", at: "a" }
      for (const [stream, path] of [
        [Robots.list.stream({ limit: -1 }), ["limit"]],
        [Robots.list.stream({ from }), ["from"]],
        [
          Robots.list.stream({
            from: { ...from, filters: Place.filtersOf({ path: "/api/v2/robots", query: "" }) },
            cursor: "b"
          }),
          ["cursor"]
        ],
        [
          Robots.listOld.stream({
            id: 7,
            start: 5,
            from: {
              format: 1,
              endpoint: "v1.Robots.list",
              filters: Place.filtersOf({ path: "/api/v1/robots/7/parts", query: "" }),
              at: 3
            }
          }),
          ["start"]
        ]
      ] as const) {
        const { outcome, paths } = yield* walked<unknown, PipedriveError.PipedriveError>(stream)
        assert.deepStrictEqual(paths, [])
        if (typeof outcome === "number" || outcome._tag !== "InvalidRequest") return assert.fail(String(outcome))
        assert.deepStrictEqual(
          outcome.issues.map(({ path }) => path),
          [path]
        )
      }
    })
  )

  it.effect("leads nowhere where an answer is no list, or says nothing of the next page", () =>
    Effect.gen(function* () {
      const more = { additional_data: { more_items_in_collection: true } }
      const again = { additional_data: { next_cursor: "a" } }
      const page = (data: unknown, extra: object) => Fake.json(200, { success: true, data, ...extra }, headers)
      const v2 = { endpoint: "v2.Robots.list", path: "/api/v2/robots" }
      const nowhere = { path: ["additional_data"], message: "says that there is more, and not where" }
      const back = { path: ["additional_data"], message: "leads back to a page that was read before" }
      const found = { endpoint: "v2.Robots.search", path: "/api/v2/robots/search" }
      const old = { endpoint: "v1.Robots.list", path: "/api/v1/robots/7/parts" }
      const start = (next_start: number) => ({
        additional_data: { pagination: { more_items_in_collection: true, start: 0, next_start } }
      })
      for (const [stream, extra, data, about, issue] of [
        [Robots.list.stream({}), {}, 1, v2, { path: ["data"], message: "is no list" }],
        [Robots.list.stream({}), more, [], v2, nowhere],
        [Robots.list.stream({ cursor: "a" }), again, [], v2, back],
        [search.stream({ term: "x" }), {}, 1, found, { path: ["data", "items"], message: "is no list" }],
        [search.stream({ term: "x" }), more, { items: [] }, found, nowhere],
        [Robots.listOld.stream({ id: 7 }), start(0), [], old, back],
        [Robots.listOld.stream({ id: 7, start: 5 }), start(5), [], old, back]
      ] as const) {
        const { outcome, paths } = yield* walked<unknown, PipedriveError.PipedriveError>(stream, page(data, extra))
        assert.lengthOf(paths, 1)
        const rest = { method: "GET", attempts: 1, status: 200, correlationId: "c-1", issues: [issue] }
        assert.deepInclude(outcome, { ...about, ...rest, _tag: "InvalidResponse" })
      }
      const bare = yield* walked(Robots.list.stream({}), Fake.ok([], more))
      assert.notProperty(bare.outcome, "correlationId")
    })
  )
})
