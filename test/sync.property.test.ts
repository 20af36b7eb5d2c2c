/**
 * Random histories of an account, with a sync that is stopped, cut off and begun again at any request: whenever it comes to its
 * end, the copy is what the source is.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestContext from "effect/TestContext"
import { Auth, HttpLayer, Sync, type SyncStore } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as V1 from "effect-pipedrive/v1"
import { Activities, Deals, Organizations, Persons, Products, Stages } from "effect-pipedrive/v2"

type Id = number | string

type ValueOf<A> = A extends FastCheck.Arbitrary<infer V> ? V : never

type Effects = Effect.Effect<unknown, unknown, Requirements>

/** What a batch changes in a copy. */
interface Told {
  readonly changes: ReadonlyArray<{ readonly _tag: string; readonly id: Id; readonly item?: unknown }>
  readonly state: SyncStore.State
  readonly isLast: boolean
}

/** An entity, and what can happen to it: `pick` is one of those that there were. */
interface Kind {
  readonly changes: (state: SyncStore.State | undefined) => Stream.Stream<Told, unknown, Requirements>
  /** Deletions that the changes do not tell. */
  readonly missing?: (known: ReadonlyArray<Id>) => Effect.Effect<ReadonlyArray<Id>, unknown, Requirements>
  readonly source: Effect.Effect<ReadonlyArray<{ readonly id: Id }>, unknown, Requirements>
  readonly add: (n: number) => Effect.Effect<Id, unknown, Requirements>
  readonly acts: ReadonlyArray<(pick: Id, other: Id, n: number) => Effects>
}

const all = <Item, E>(...lists: ReadonlyArray<Stream.Stream<Item, E, Requirements>>) =>
  Effect.map(Effect.forEach(lists, Stream.runCollect), (found) => found.flatMap((items) => Array.from(items)))

const limit = 3

const number = (id: Id) => Number(id)

const kinds: Readonly<Record<string, Kind>> = {
  deals: {
    changes: (state) => Sync.changes(Deals, state, { limit }),
    source: all(Deals.list.stream(), Deals.listArchived.stream()),
    add: (n) => Effect.map(Deals.add({ title: `deal ${n}` }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Deals.update({ id: number(pick), title: `changed ${n}` }),
      (pick, _, n) => Deals.update({ id: number(pick), title: `changed ${n}` }),
      (pick) => Deals.delete({ id: number(pick) }),
      (pick) => Deals.update({ id: number(pick), is_archived: true }),
      (pick) => Deals.update({ id: number(pick), is_archived: false }),
      (pick, other) => V1.Deals.merge({ id: number(pick), merge_with_id: number(other) }),
      (pick) => Deals.convertToLead({ id: number(pick) })
    ]
  },
  persons: {
    changes: (state) => Sync.changes(Persons, state, { limit }),
    source: all(Persons.list.stream()),
    add: (n) => Effect.map(Persons.add({ name: `person ${n}`, org_id: 1 }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Persons.update({ id: number(pick), name: `changed ${n}` }),
      (pick) => Persons.delete({ id: number(pick) }),
      (pick, other) => V1.Persons.merge({ id: number(pick), merge_with_id: number(other) }),
      () => V1.Organizations.merge({ id: 1, merge_with_id: 2 })
    ]
  },
  organizations: {
    changes: (state) => Sync.changes(Organizations, state, { limit }),
    source: all(Organizations.list.stream()),
    add: (n) => Effect.map(Organizations.add({ name: `organization ${n}` }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Organizations.update({ id: number(pick), name: `changed ${n}` }),
      (pick) => Organizations.delete({ id: number(pick) }),
      (pick, other) => V1.Organizations.merge({ id: number(pick), merge_with_id: number(other) })
    ]
  },
  activities: {
    changes: (state) => Sync.changes(Activities, state, { limit }),
    source: all(Activities.list.stream()),
    add: (n) => Effect.map(Activities.add({ subject: `activity ${n}`, deal_id: 1 }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Activities.update({ id: number(pick), subject: `changed ${n}` }),
      (pick) => Activities.update({ id: number(pick), done: true }),
      (pick) => Activities.delete({ id: number(pick) }),
      () => V1.Deals.merge({ id: 1, merge_with_id: 2 })
    ]
  },
  products: {
    changes: (state) => Sync.changes(Products, state, { limit }),
    source: all(Products.list.stream()),
    add: (n) => Effect.map(Products.add({ name: `product ${n}` }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Products.update({ id: number(pick), name: `changed ${n}` }),
      (pick) => Products.delete({ id: number(pick) })
    ]
  },
  notes: {
    changes: (state) => Sync.changes(V1.Notes, state, { limit }),
    source: all(V1.Notes.list.stream()),
    add: (n) => Effect.map(V1.Notes.add({ content: `note ${n}`, deal_id: 1 }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => V1.Notes.update({ id: number(pick), content: `changed ${n}` }),
      (pick) => V1.Notes.delete({ id: number(pick) })
    ]
  },
  leads: {
    changes: (state) => Sync.changes(V1.Leads, state, { limit }),
    missing: (known) => Sync.deletions(V1.Leads, known.map(String)),
    source: all(V1.Leads.list.stream(), V1.Leads.listArchived.stream()),
    add: (n) => Effect.map(V1.Leads.add({ title: `lead ${n}`, organization_id: 1 }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => V1.Leads.update({ id: String(pick), title: `changed ${n}` }),
      (pick) => V1.Leads.update({ id: String(pick), is_archived: true }),
      (pick) => V1.Leads.update({ id: String(pick), is_archived: false }),
      (pick) => V1.Leads.delete({ id: String(pick) })
    ]
  },
  stages: {
    changes: (state) => Sync.changes(Stages, state, { limit }),
    source: all(Stages.list.stream()),
    add: (n) => Effect.map(Stages.add({ name: `stage ${n}`, pipeline_id: 1 }), ({ data }) => data.id),
    acts: [
      (pick, _, n) => Stages.update({ id: number(pick), name: `changed ${n}` }),
      (pick) => Stages.delete({ id: number(pick) })
    ]
  }
}

/** Something that happens, after some milliseconds, before one of the sync's requests. */
const event = FastCheck.record({
  wait: FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constant(0) },
    { weight: 3, arbitrary: FastCheck.integer({ min: 1, max: 1500 }) },
    { weight: 1, arbitrary: FastCheck.integer({ min: 60_000, max: 86_400_000 }) }
  ),
  act: FastCheck.nat(99),
  pick: FastCheck.nat(99),
  other: FastCheck.nat(99)
})

const history = FastCheck.record({
  kind: FastCheck.oneof(FastCheck.constantFrom(...Object.keys(kinds)), FastCheck.constantFrom("deals", "persons")),
  before: FastCheck.array(event, { maxLength: 12 }),
  during: FastCheck.array(FastCheck.array(event, { maxLength: 3 }), { maxLength: 12 }),
  /** After how many batches each run is stopped. */
  runs: FastCheck.array(FastCheck.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  /** Which of the sync's requests go wrong, and how. */
  faults: FastCheck.array(
    FastCheck.record({
      nth: FastCheck.integer({ min: 1, max: 25 }),
      how: FastCheck.constantFrom("429", "503", "reset", "truncate", "refuse")
    }),
    { maxLength: 4 }
  )
})

type History = ValueOf<typeof history>

const outcomes: Readonly<Record<string, Sandbox.FaultOutcome>> = {
  429: { _tag: "Respond", status: 429, headers: { "x-ratelimit-reset": "1" } },
  503: { _tag: "Respond", status: 503, body: "<h1>Down</h1>" },
  reset: { _tag: "Reset" },
  truncate: { _tag: "Truncate", bytes: 20 },
  refuse: { _tag: "Refuse" }
}

const seed: Sandbox.Seed = {
  organizations: [{ name: "One" }, { name: "Two" }],
  deals: [{ title: "One" }, { title: "Two" }]
}

const play = ({ before, during, faults, kind: name, runs }: History) =>
  Effect.gen(function* () {
    const kind = kinds[name]
    if (kind === undefined) return
    const sandbox = yield* Sandbox.make({ seed })
    // only the server's clock moves
    yield* sandbox.advance(Date.UTC(2026, 0, 5, 10, 0, 0, 250))
    const auth = Layer.orDie(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl }))
    const direct = Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, sandbox.client))
    const ids: Array<Id> = []
    let count = 0
    const happen = (events: ReadonlyArray<ValueOf<typeof event>>) =>
      Effect.forEach(events, ({ act, other, pick, wait }) =>
        Effect.gen(function* () {
          if (wait > 0) yield* Effect.orDie(sandbox.advance(wait))
          const n = ++count
          const one = ids[pick % ids.length]
          if (one === undefined || act % (kind.acts.length + 1) === kind.acts.length) {
            ids.push(yield* kind.add(n))
            return
          }
          // what is deleted cannot be changed, and the like
          const change = kind.acts[act % (kind.acts.length + 1)]
          yield* Effect.ignore(change?.(one, ids[other % ids.length] ?? one, n) ?? Effect.void)
        })
      ).pipe(Effect.provide(direct))
    yield* happen(before)

    // in a run, each request comes with what happens before it, and may go wrong
    const left = [...during]
    let nth = 0
    const busy = HttpClient.mapRequestEffect(sandbox.client, (request) =>
      Effect.gen(function* () {
        const fault = faults.find((one) => one.nth === nth + 1)
        nth++
        yield* Effect.orDie(sandbox.setFaults([]))
        yield* Effect.orDie(happen(left.shift() ?? []))
        const outcome = fault === undefined ? undefined : outcomes[fault.how]
        if (outcome !== undefined) yield* Effect.orDie(sandbox.setFaults([{ times: 1, outcome }]))
        return request
      })
    )
    const unsteady = Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, busy))

    const copy = new Map<Id, unknown>()
    let state: SyncStore.State | undefined
    const sync = (batches: number) =>
      kind.changes(state).pipe(
        Stream.take(batches),
        Stream.runForEach((batch) =>
          Effect.sync(() => {
            for (const change of batch.changes) {
              if (change._tag === "Deleted") copy.delete(change.id)
              else copy.set(change.id, change.item)
            }
            // as it would come from a file
            state = JSON.parse(JSON.stringify(batch.state))
          })
        ),
        HttpLayer.withPolicy({ retries: 0, responseValidation: "strict" })
      )
    const compare = Effect.gen(function* () {
      yield* Effect.orDie(sandbox.setFaults([]))
      yield* sync(1000)
      if (kind.missing !== undefined) for (const id of yield* kind.missing(Array.from(copy.keys()))) copy.delete(id)
      const source = yield* kind.source
      assert.deepStrictEqual(
        new Map(Array.from(copy).sort()),
        new Map(source.map((item) => [item.id, item] as const).sort())
      )
    }).pipe(Effect.provide(direct))

    for (const batches of runs) {
      yield* Effect.ignore(Effect.provide(sync(batches), unsteady))
      if (batches % 2 === 0) yield* compare
    }
    yield* happen(left.flat())
    yield* compare
  })

describe("a copy that is kept in sync", () => {
  it("is the source at every end, whatever happened, wherever it was stopped", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(history, async (one) => {
        // the runner has something to say in between
        await new Promise((resolve) => setImmediate(resolve))
        await Effect.runPromise(Effect.provide(play(one), TestContext.TestContext))
      }),
      { numRuns: Number(process.env.SYNC_HISTORIES ?? 300) }
    )
  }, 240_000)
})
