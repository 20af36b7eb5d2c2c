/** What holds for every list of both versions, and for lists that change while they are read. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Pagination, PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { Deals } from "effect-pipedrive/v2"
import { input } from "./sandbox/inputs.js"
import * as Fake from "./support/fake.js"

type Walk<A> = (input: unknown) => Stream.Stream<A, PipedriveError.PipedriveError, Requirements>

interface List {
  readonly endpoint: Pagination.ListCall<never, unknown, unknown>["endpoint"]
  readonly stream: Walk<{ readonly n: number }>
  readonly pages: Walk<unknown>
  readonly checkpoints: Walk<Pagination.Checkpoint<unknown, { readonly n: number }>>
}

const endpoints = [...Object.values(v1), ...Object.values(v2)]
  .flatMap((module) => Object.values(module as Readonly<Record<string, unknown>>))
  .filter((one): one is List & ((input: unknown) => unknown) => typeof one === "function" && "endpoint" in one)

const lists = endpoints.filter(({ endpoint }) => endpoint.pagination !== undefined)

const nameOf = ({ endpoint }: List) => `${endpoint.version}.${endpoint.name}`

/** The smallest input that says nothing about pages. */
const plain = ({ endpoint }: List): Readonly<Record<string, unknown>> => {
  const { cursor: _, limit: __, start: ___, ...rest } = input(endpoint as never, {})
  return rest
}

/** Serves these pages of items in the way of an endpoint, in one of the forms that Pipedrive has for where to go on. */
const serve = ({ endpoint }: List, pages: ReadonlyArray<ReadonlyArray<number> | null>, form: "flat" | "nested") => {
  const starts = pages.map((_, at) => pages.slice(0, at).reduce((sum, page) => sum + (page?.length ?? 0), 0))
  const offset = endpoint.pagination?.style === "offset"
  return Fake.make((seen) => {
    const cursor = seen.url.searchParams.get(offset ? "start" : "cursor")
    const at = offset ? starts.indexOf(Number(cursor ?? 0)) : Number((cursor ?? "page 0").slice(5))
    const items = pages[at]?.map((n) => ({ n })) ?? null
    const more = at < pages.length - 1
    const block = offset
      ? { start: starts[at], limit: 2, more_items_in_collection: more, ...(more ? { next_start: starts[at + 1] } : {}) }
      : { next_cursor: more ? `page ${at + 1}` : null }
    return Fake.ok(endpoint.pagination?.items === "data" || items === null ? items : { items }, {
      additional_data: form === "flat" ? block : { pagination: block }
    })
  })
}

describe("every list", () => {
  it("has streams, pages and checkpoints", () => {
    const others = endpoints.filter(({ endpoint }) => endpoint.pagination === undefined)
    const paging = others.filter(({ endpoint: { query = [] } }) => query.includes("cursor") || query.includes("start"))
    // it takes `start`, and gives all users at once
    assert.deepStrictEqual(paging.map(nameOf), ["v1.Users.list"])
    assert.isAbove(lists.length, 100)
    for (const list of lists) {
      for (const name of ["stream", "pages", "checkpoints", "collect"] as const) {
        assert.isFunction((list as unknown as Readonly<Record<string, unknown>>)[name], `${nameOf(list)}.${name}`)
      }
    }
  })

  it.effect("asks for its largest page, with the same filters on each, and reads both forms of the block", () =>
    Effect.forEach(
      lists,
      (list) =>
        Effect.gen(function* () {
          const { maximum, style } = list.endpoint.pagination ?? { maximum: 0, style: "cursor" }
          for (const form of ["flat", "nested"] as const) {
            const fake = serve(list, [[1, 2], [3, 4], [5]], form)
            const found = yield* Stream.runCollect(list.stream(plain(list))).pipe(Effect.provide(fake.live))
            assert.deepStrictEqual(
              Array.from(found).map(({ n }) => n),
              [1, 2, 3, 4, 5],
              nameOf(list)
            )
            const queries = fake.seen.map(({ url }) => {
              const query = new URLSearchParams(url.search)
              query.delete(style === "offset" ? "start" : "cursor")
              return `${url.pathname}?${query}`
            })
            assert.strictEqual(queries.length, 3)
            assert.strictEqual(new Set(queries).size, 1, nameOf(list))
            assert.strictEqual(fake.seen[0]?.url.searchParams.get("limit"), String(maximum), nameOf(list))
          }
        }),
      { discard: true }
    )
  )

  it.effect("goes on after an empty page, and ends with null", () =>
    Effect.forEach(
      lists,
      (list) =>
        Effect.gen(function* () {
          const cursor = list.endpoint.pagination?.style === "cursor"
          const fake = serve(list, cursor ? [[1], [], null, [2]] : [[1, 2], null], "nested")
          const found = yield* Stream.runCollect(list.stream(plain(list))).pipe(Effect.provide(fake.live))
          assert.deepStrictEqual(
            Array.from(found).map(({ n }) => n),
            [1, 2],
            nameOf(list)
          )
        }),
      { discard: true }
    )
  )

  it.effect("goes on from each of its positions, and keeps a limit that it allows", () =>
    Effect.forEach(
      lists,
      (list) =>
        Effect.gen(function* () {
          const fake = serve(list, [[1, 2], [3, 4], [5]], "nested")
          const given = { ...plain(list), limit: 2 }
          const all = yield* Stream.runCollect(list.checkpoints(given)).pipe(Effect.provide(fake.live))
          for (const { next } of all) {
            if (Option.isNone(next)) continue
            const from = JSON.parse(JSON.stringify(next.value))
            const rest = yield* Stream.runCollect(list.stream({ ...given, from })).pipe(Effect.provide(fake.live))
            const count = rest.length
            assert.deepStrictEqual(
              Array.from(rest).map(({ n }) => n),
              [1, 2, 3, 4, 5].slice(-count)
            )
          }
          assert.isTrue(fake.seen.every(({ url }) => url.searchParams.get("limit") === "2"))
        }),
      { discard: true }
    )
  )

  it.effect("refuses more than its largest page, unsent", () =>
    Effect.forEach(
      lists,
      (list) =>
        Effect.gen(function* () {
          const fake = Fake.make(Fake.ok([]))
          const limit = (list.endpoint.pagination?.maximum ?? 0) + 1
          const error = yield* Effect.flip(Stream.runDrain(list.stream({ ...plain(list), limit }))).pipe(
            Effect.provide(fake.live)
          )
          assert.strictEqual(error._tag, "InvalidRequest", nameOf(list))
          assert.match(error.message, /limit/)
          assert.strictEqual(fake.seen.length, 0)
        }),
      { discard: true }
    )
  )
})

describe("a list that changes while it is read", () => {
  const made = (count: number) =>
    Sandbox.layer({ seed: { deals: Array.from({ length: count }, (_, i) => ({ title: `D${i}` })) } })

  it("gives what was there throughout once, whatever is added, changed and deleted meanwhile, in one run or several", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.integer({ min: 1, max: 60 }),
        FastCheck.integer({ min: 1, max: 9 }),
        FastCheck.array(
          FastCheck.record({ what: FastCheck.constantFrom("add", "update", "delete"), at: FastCheck.nat(80) }),
          { maxLength: 30 }
        ),
        FastCheck.boolean(),
        (count, limit, changes, stops) =>
          Effect.gen(function* () {
            const gone = new Set<number>()
            let next = 0
            const change = Effect.suspend(() => {
              const one = changes[next++]
              if (one === undefined) return Effect.void
              const id = (one.at % count) + 1
              if (one.what === "add") return Deals.add({ title: "new" })
              if (gone.has(id)) return Effect.void
              if (one.what === "update") return Deals.update({ id, title: "changed" })
              gone.add(id)
              return Deals.delete({ id })
            })
            const found: Array<number> = []
            let from: Pagination.Position | undefined
            do {
              const pages = Deals.list.checkpoints({ limit, from })
              from = undefined
              yield* Stream.runForEach(stops ? Stream.take(pages, 2) : pages, ({ items, next }) =>
                Effect.gen(function* () {
                  found.push(...items.map(({ id }) => id))
                  from = Option.getOrUndefined(next)
                  yield* change
                })
              )
            } while (from !== undefined)
            assert.strictEqual(new Set(found).size, found.length)
            for (let id = 1; id <= count; id++) if (!gone.has(id)) assert.include(found, id)
          }).pipe(Effect.provide(made(count)), Effect.runPromise)
      ),
      { numRuns: 40 }
    ))

  it.effect("has its first item after one request, and the first n after as few as they need", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      for (const n of [1, 499, 500, 501, 1000, 1001]) {
        yield* sandbox.clearRequests
        const found = yield* Stream.runCollect(Stream.take(Deals.list.stream(), n))
        assert.strictEqual(found.length, n)
        assert.strictEqual((yield* sandbox.requests).length, Math.ceil(n / 500))
      }
    }).pipe(Effect.provide(made(1200)))
  )
})
