/** What is looked for and found, by a module that a test plays: which record is the oldest, and which are none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Upsert from "effect-pipedrive/Upsert"
import { Persons } from "effect-pipedrive/v2"
import * as Fake from "./support/fake.js"

interface Row {
  readonly id: number | string
  readonly add_time?: string
  readonly is_deleted?: boolean
  readonly name?: string
}

const answered = { endpoint: "v2.Persons.get", method: "GET", path: "/", attempts: 1 }
const lost = {
  404: new PipedriveError.NotFound({ ...answered, status: 404 }),
  410: new PipedriveError.Gone({ ...answered, status: 410 }),
  403: new PipedriveError.Forbidden({ ...answered, status: 403, blockedByEdge: false })
}

/** A module of these rows, of which a search finds these ids. */
const moduleOf = (
  rows: Array<Row>,
  given: {
    readonly found?: ReadonlyArray<Row["id"]>
    readonly failing?: Readonly<Record<string, keyof typeof lost>>
    readonly added?: Row
    readonly listed?: () => ReadonlyArray<Row>
  } = {}
) => {
  const asked: Array<unknown> = []
  const module = {
    search: Object.assign(() => Effect.void, {
      endpoint: Persons.search.endpoint,
      stream: (input: unknown) => {
        asked.push(["search", input])
        return Stream.fromIterable((given.found ?? rows.map(({ id }) => id)).map((id) => ({ item: { id } })))
      }
    }),
    list: {
      stream: (input: unknown) => {
        asked.push(["list", input])
        return Stream.fromIterable(given.listed?.() ?? [])
      }
    },
    get: ({ id }: { readonly id: Row["id"] }) =>
      Effect.suspend(() => {
        asked.push(["get", id])
        const status = given.failing?.[String(id)]
        const row = rows.find((one) => one.id === id)
        return status !== undefined
          ? Effect.fail(lost[status])
          : row === undefined
            ? Effect.fail(lost[404])
            : Effect.succeed({ data: row })
      }),
    add: () => Effect.succeed({ data: given.added ?? { id: 0 } }),
    delete: ({ id }: { readonly id: Row["id"] }) => Effect.sync(() => void asked.push(["delete", id])),
    update: (input: unknown) => Effect.sync(() => ({ data: input }))
  }
  return { asked, module: module as unknown as Upsert.Updatable<Row, object, Row, never> }
}

const by = { search: { term: "ada", where: () => true } }
const nowhere = <A, E>(effect: Effect.Effect<A, E, Requirements>) => Effect.provide(effect, Fake.make().live)

describe("the records that fit", () => {
  it.effect("are in the order of their age, the same for every process", () =>
    Effect.gen(function* () {
      const order = (rows: ReadonlyArray<Row>) =>
        Effect.map(Effect.flip(nowhere(Upsert.find(moduleOf([...rows]).module, by))), (error) =>
          error._tag === "AmbiguousMatch" ? error.candidates.map(({ id }) => id) : error._tag
        )
      const early = { add_time: "2026-01-05T10:00:00Z" }
      const late = { add_time: "2026-01-05T10:00:01Z" }
      assert.deepStrictEqual(
        yield* order([
          { id: 1, ...late },
          { id: 2, ...early }
        ]),
        [2, 1]
      )
      assert.deepStrictEqual(
        yield* order([
          { id: 2, ...early },
          { id: 1, ...late }
        ]),
        [2, 1]
      )
      assert.deepStrictEqual(
        yield* order([
          { id: 10, ...early },
          { id: 9, ...early }
        ]),
        [9, 10]
      )
      assert.deepStrictEqual(
        yield* order([
          { id: 9, ...early },
          { id: 10, ...early }
        ]),
        [9, 10]
      )
      assert.deepStrictEqual(
        yield* order([
          { id: "b", ...early },
          { id: "a", ...early }
        ]),
        ["a", "b"]
      )
      assert.deepStrictEqual(
        yield* order([
          { id: "a", ...early },
          { id: "b", ...early }
        ]),
        ["a", "b"]
      )
      assert.deepStrictEqual(yield* order([{ id: 1, ...early }, { id: 2 }]), [2, 1])
      assert.deepStrictEqual(yield* order([{ id: 2 }, { id: 1, ...early }]), [2, 1])
    })
  )

  it.effect("are those that are there, and not deleted, as they are now", () =>
    Effect.gen(function* () {
      const rows: Array<Row> = [{ id: 1, is_deleted: true }, { id: 2 }, { id: 3 }]
      const { module } = moduleOf(rows, { found: [1, 2, 3, 4], failing: { 3: 410 } })
      assert.deepStrictEqual(yield* nowhere(Upsert.find(module, by)), Option.some({ id: 2 }))
      const none = moduleOf([], { found: [4, 5], failing: { 5: 410 } })
      assert.deepStrictEqual(yield* nowhere(Upsert.find(none.module, by)), Option.none())
      const refused = moduleOf([], { found: [4], failing: { 4: 403 } })
      assert.strictEqual((yield* Effect.flip(nowhere(Upsert.find(refused.module, by))))._tag, "Forbidden")
    })
  )

  it.effect("are looked for in a search, and in what was changed in the last two minutes", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const rows: Array<Row> = [{ id: 7 }]
      const { asked, module } = moduleOf(rows, { found: [], listed: () => rows })
      assert.deepStrictEqual(yield* nowhere(Upsert.find(module, by)), Option.some({ id: 7 }))
      assert.deepStrictEqual(asked, [
        ["search", { term: "ada" }],
        ["list", { updated_since: new Date(3_600_000 - 120_000) }],
        ["get", 7]
      ])
    })
  )
})

describe("a record that was added", () => {
  const run = (added: Row, listed: ReadonlyArray<Row>) =>
    Effect.gen(function* () {
      let isAdded = false
      const { asked, module } = moduleOf([...listed], { found: [], added, listed: () => (isAdded ? listed : []) })
      const add: typeof module.add = (input) => {
        isAdded = true
        return module.add(input)
      }
      const { data, outcome } = yield* nowhere(Upsert.findOrAdd({ ...module, add }, { by, add: {} }))
      return [outcome, data.id, asked.filter((one) => Array.isArray(one) && one[0] === "delete")]
    })
  const at = (second: number) => ({ add_time: `2026-01-05T10:00:0${second}Z` })

  it.effect("stays, unless one that fits was there before it", () =>
    Effect.gen(function* () {
      const ours = { id: 5, ...at(5) }
      assert.deepStrictEqual(yield* run(ours, [ours]), ["added", 5, []])
      assert.deepStrictEqual(yield* run(ours, []), ["added", 5, []])
      assert.deepStrictEqual(yield* run(ours, [{ id: 6, ...at(6) }, ours]), ["added", 5, []])
      assert.deepStrictEqual(yield* run(ours, [{ id: 6, ...at(5) }, ours]), ["added", 5, []])
      assert.deepStrictEqual(yield* run(ours, [ours, { id: 6, ...at(4) }]), ["found", 6, [["delete", 5]]])
      assert.deepStrictEqual(yield* run(ours, [ours, { id: 4, ...at(5) }]), ["found", 4, [["delete", 5]]])
      // where ours is not listed, nothing is known of who was first
      assert.deepStrictEqual(yield* run(ours, [{ id: 4, ...at(4) }]), ["added", 5, []])
    })
  )
})
