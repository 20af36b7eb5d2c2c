/** How many gets become few requests, by lists and a get that a test plays: which is asked for what, and who is told. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Endpoint } from "effect-pipedrive"
import * as Batches from "../src/internal/batch.js"

const failure = { _tag: "Broken" } as never
const rows = (...ids: ReadonlyArray<number>) => ({ data: ids.map((id) => ({ id })) })

/** A list that has these, at a price, or the answer of which is another one. */
const listOf = (answer: unknown, about: { readonly cost?: number; readonly query?: ReadonlyArray<string> } = {}) => {
  const asked: Array<unknown> = []
  const run = (input: unknown) =>
    Effect.suspend(() => {
      asked.push(input)
      return answer === failure ? Effect.fail(failure) : Effect.succeed(answer)
    })
  return { asked, list: Object.assign(run, { endpoint: { cost: 1, query: ["ids", "limit"], ...about } }) }
}

/** What becomes of some ids. */
const resolved = (
  ids: ReadonlyArray<number>,
  lists: ReadonlyArray<ReturnType<typeof listOf>>,
  given: { readonly options?: object; readonly missing?: ReadonlyArray<number>; readonly maximum?: number } = {}
) =>
  Effect.gen(function* () {
    const gets: Array<unknown> = []
    const get = (input: { readonly id: number }) =>
      Effect.suspend(() => {
        gets.push(input)
        return given.missing?.includes(input.id) ? Effect.fail(failure) : Effect.succeed({ got: input.id })
      })
    const told: Array<readonly [number, unknown]> = []
    const batch = {
      get: Object.assign(get, { endpoint: { cost: 1 } }),
      options: given.options ?? {},
      sources: { maximum: given.maximum ?? 100, lists: lists.map(({ list }) => list) }
    }
    const work: Effect.Effect<void, never, Endpoint.Requirements> = Batches.resolve<unknown, unknown>(
      batch as never,
      ids,
      (id, exit) =>
        Effect.sync(() => {
          told.push([id, Exit.isSuccess(exit) ? exit.value.value : "failed"])
        })
    )
    yield* work as Effect.Effect<void>
    return { asked: lists.map(({ asked }) => asked), gets, told: told.sort(([a], [b]) => a - b) }
  })
const found = (id: number) => [id, { success: true, data: { id } }]
const got = (id: number) => [id, { got: id }]

describe("many gets", () => {
  it.effect("are requests of a list, of so many ids as it takes, and one alone is itself", () =>
    Effect.gen(function* () {
      const one = yield* resolved([7], [listOf(rows(7))])
      assert.deepStrictEqual<unknown>(one, { asked: [[]], gets: [{ id: 7 }], told: [got(7)] })
      const three = yield* resolved([1, 2, 3], [listOf(rows(1, 2, 3))], { maximum: 2 })
      assert.deepStrictEqual<unknown>(three, {
        asked: [
          [
            { ids: [1, 2], limit: 2 },
            { ids: [3], limit: 1 }
          ]
        ],
        gets: [],
        told: [found(1), found(2), found(3)]
      })
      assert.deepStrictEqual<unknown>(yield* resolved([], [listOf(rows())]), { asked: [[]], gets: [], told: [] })
    })
  )

  it.effect("go to a further list where that costs less than the gets of what the first did not have", () =>
    Effect.gen(function* () {
      for (const [ids, isAsked] of [
        [[1, 2, 3], false],
        [[1, 2, 3, 4], true]
      ] as const) {
        const lists = [listOf(rows(1)), listOf(rows(2), { cost: 2 })]
        const { asked, gets, told } = yield* resolved(ids, lists)
        const rest = ids.slice(1)
        assert.deepStrictEqual<unknown>(asked[1], isAsked ? [{ ids: rest, limit: rest.length }] : [])
        const left = isAsked ? rest.slice(1) : rest
        assert.deepStrictEqual<unknown>(
          gets,
          left.map((id) => ({ id }))
        )
        assert.deepStrictEqual<unknown>(told, [found(1), ...(isAsked ? [found(2)] : []), ...left.map(got)])
      }
    })
  )

  it.effect("stay gets where a list does not take their options", () =>
    Effect.gen(function* () {
      const ids = [1, 2]
      for (const [options, query, isList] of [
        [{ include: "a" }, ["ids", "limit", "include"], true],
        [{ include: "a" }, ["ids", "limit"], false],
        [{ include: undefined, other: null }, ["ids", "limit"], true],
        [{ include: "a" }, undefined, false]
      ] as const) {
        const { asked, gets } = yield* resolved(ids, [listOf(rows(1, 2), query === undefined ? {} : { query })], {
          options
        })
        assert.deepStrictEqual<unknown>(asked[0], isList ? [{ ...options, ids, limit: 2 }] : [])
        assert.deepStrictEqual<unknown>(gets, isList ? [] : ids.map((id) => ({ ...options, id })))
      }
      assert.deepStrictEqual((yield* resolved(ids, [])).gets, [{ id: 1 }, { id: 2 }])
    })
  )

  it.effect("ask for themselves where a list has none of them, whatever it says", () =>
    Effect.gen(function* () {
      for (const answer of [rows(), { data: null }, { data: 1 }, { data: [null, 1, {}] }, {}, null, "x", [{ id: 1 }]]) {
        const { told } = yield* resolved([1, 2], [listOf(answer)])
        assert.deepStrictEqual<unknown>(told, [got(1), got(2)])
      }
    })
  )

  it.effect("fail with their list, or each by itself", () =>
    Effect.gen(function* () {
      const failed = yield* resolved([1, 2], [listOf(failure), listOf(rows(1, 2))])
      assert.deepStrictEqual<unknown>(
        [failed.told, failed.gets],
        [
          [
            [1, "failed"],
            [2, "failed"]
          ],
          []
        ]
      )
      const { told } = yield* resolved([1, 2, 3], [listOf(rows(1))], { missing: [2] })
      assert.deepStrictEqual<unknown>(told, [found(1), [2, "failed"], got(3)])
    })
  )

  it.effect("are under way fifty at a time", () =>
    Effect.gen(function* () {
      const count = { now: 0, most: 0 }
      const counted = <A>(value: A) =>
        Effect.gen(function* () {
          count.most = Math.max(count.most, ++count.now)
          yield* Effect.repeat(Effect.yieldNow(), { times: 5 })
          count.now--
          return value
        })
      const ids = Array.from({ length: 120 }, (_, n) => n + 1)
      const run = (lists: ReadonlyArray<unknown>, maximum: number) =>
        Batches.resolve<unknown, unknown>(
          {
            get: Object.assign(() => counted({}), { endpoint: { cost: 1 } }),
            options: {},
            sources: { maximum, lists }
          } as never,
          ids,
          () => Effect.void
        ) as Effect.Effect<void>
      yield* run([], 100)
      assert.deepStrictEqual(count, { now: 0, most: 50 })
      count.most = 0
      const list = ({ ids: [id] }: { readonly ids: ReadonlyArray<number> }) => counted(rows(id ?? 0))
      yield* run([Object.assign(list, { endpoint: { cost: 1, query: [] } })], 1)
      assert.deepStrictEqual(count, { now: 0, most: 50 })
    })
  )
})
