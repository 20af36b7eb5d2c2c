/**
 * Random work through both versions at once, beside a model of what must come of it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Sandbox from "effect-pipedrive/sandbox"
import { type Reply, send } from "./support.js"

const versions = FastCheck.constantFrom("v1", "v2")
const pick = FastCheck.nat(40)

const step = FastCheck.oneof(
  FastCheck.record({ do: FastCheck.constant("add" as const), version: versions, value: FastCheck.nat(1000), pick }),
  FastCheck.record({
    do: FastCheck.constant("retitle" as const),
    version: versions,
    pick,
    title: FastCheck.string({ minLength: 1 })
  }),
  FastCheck.record({
    do: FastCheck.constant("move" as const),
    version: versions,
    pick,
    stage: FastCheck.integer({ min: 1, max: 5 })
  }),
  FastCheck.record({
    do: FastCheck.constant("close" as const),
    version: versions,
    pick,
    status: FastCheck.constantFrom("won", "lost", "open")
  }),
  FastCheck.record({
    do: FastCheck.constant("link" as const),
    version: versions,
    pick,
    person: FastCheck.option(FastCheck.integer({ min: 1, max: 3 }))
  }),
  FastCheck.record({ do: FastCheck.constant("delete" as const), version: versions, pick }),
  FastCheck.record({
    do: FastCheck.constant("page" as const),
    version: versions,
    size: FastCheck.integer({ min: 1, max: 7 }),
    pick
  }),
  FastCheck.record({ do: FastCheck.constant("note" as const), pick })
)

type Step = typeof step extends FastCheck.Arbitrary<infer A> ? A : never

interface Deal {
  title: string
  value: number
  status: string
  stage: number
  person: number | null
  notes: number
  deleted: boolean
}

const seed: Sandbox.Seed = { persons: ["Ada", "Bo", "Cy"].map((name) => ({ name })) }

const agree = (deal: Deal, id: number, one: Reply, two: Reply) => {
  const [v1, v2] = [one.body.data, two.body.data]
  const status = deal.deleted ? "deleted" : deal.status
  assert.deepStrictEqual(
    [v2.id, v2.title, v2.value, v2.status, v2.stage_id, v2.person_id, v2.is_deleted, v2.notes_count],
    [id, deal.title, deal.value, status, deal.stage, deal.person, deal.deleted, deal.notes]
  )
  assert.deepStrictEqual(
    [v1.id, v1.title, v1.value, v1.status, v1.stage_id, v1.person_id?.value ?? null, v1.deleted, v1.notes_count],
    [id, deal.title, deal.value, status, deal.stage, deal.person, deal.deleted, deal.notes]
  )
  const time = (value: string | null) => value?.replace("T", " ").replace("Z", "") ?? null
  for (const field of ["add_time", "update_time", "won_time", "lost_time", "close_time", "stage_change_time"]) {
    assert.strictEqual(v1[field], time(v2[field]), field)
  }
  assert.strictEqual(v1.won_time !== null, deal.status === "won")
  assert.strictEqual(v1.lost_time !== null, deal.status === "lost")
}

const run = (steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make({ seed })
    const ask = send(sandbox)
    const deals = new Map<number, Deal>()
    const live = () => [...deals].filter(([, deal]) => !deal.deleted).map(([id]) => id)
    const chosen = (at: number) => [...deals.keys()][at % Math.max(deals.size, 1)]
    const root = (version: string) => `/api/${version}/deals`

    const add = (version: string, title: string, value: number) =>
      Effect.map(ask("POST", root(version), { title, value }), ({ body }) => {
        assert.isFalse(deals.has(body.data.id))
        deals.set(body.data.id, { title, value, status: "open", stage: 1, person: null, notes: 0, deleted: false })
      })

    const change = (
      version: string,
      at: number,
      patch: Readonly<Record<string, unknown>>,
      apply: (deal: Deal) => void
    ) =>
      Effect.gen(function* () {
        const id = chosen(at)
        const deal = id === undefined ? undefined : deals.get(id)
        if (deal === undefined) return
        const reply = yield* ask(version === "v1" ? "PUT" : "PATCH", `${root(version)}/${id}`, patch)
        assert.strictEqual(reply.status, deal.deleted ? 404 : 200)
        if (!deal.deleted) apply(deal)
      })

    const pages = (version: string, size: number, at: number) =>
      Effect.gen(function* () {
        const before = new Set(live())
        const seen: Array<number> = []
        let next: string | undefined = ""
        while (next !== undefined) {
          const page: Reply = yield* ask("GET", `${root(version)}?limit=${size}${next}`)
          seen.push(...(page.body.data ?? []).map((one: { id: number }) => one.id))
          const more = page.body.additional_data
          const cursor = more.next_cursor
          const start = more.pagination?.next_start
          next = cursor ? `&cursor=${cursor}` : start === undefined ? undefined : `&start=${start}`
          // pages by cursor stand firm while things come and go; pages by offset promise nothing
          if (version === "v2" && seen.length === size) {
            yield* remove("v1", at)
            yield* add("v1", "Meanwhile", 1)
          }
        }
        assert.strictEqual(new Set(seen).size, seen.length, "each once")
        assert.deepStrictEqual(
          [...seen].sort((a, b) => a - b),
          seen,
          "in order"
        )
        const after = new Set(live())
        for (const id of before) if (after.has(id)) assert.include(seen, id)
        for (const id of seen) assert.isTrue(before.has(id) || after.has(id))
      })

    const remove = (version: string, at: number) =>
      Effect.gen(function* () {
        const id = chosen(at)
        const deal = id === undefined ? undefined : deals.get(id)
        if (deal === undefined) return
        const reply = yield* ask("DELETE", `${root(version)}/${id}`)
        assert.strictEqual(reply.status, deal.deleted ? 404 : 200)
        deal.deleted = true
      })

    for (const one of steps) {
      switch (one.do) {
        case "add":
          yield* add(one.version, `Deal ${one.pick}`, one.value)
          break
        case "retitle":
          yield* change(one.version, one.pick, { title: one.title }, (deal) => {
            deal.title = one.title
          })
          break
        case "move":
          yield* change(one.version, one.pick, { stage_id: one.stage }, (deal) => {
            deal.stage = one.stage
          })
          break
        case "close":
          yield* change(one.version, one.pick, { status: one.status }, (deal) => {
            deal.status = one.status
          })
          break
        case "link":
          yield* change(one.version, one.pick, { person_id: one.person }, (deal) => {
            deal.person = one.person
          })
          break
        case "delete":
          yield* remove(one.version, one.pick)
          break
        case "page":
          yield* pages(one.version, one.size, one.pick)
          break
        case "note": {
          const id = chosen(one.pick)
          if (id === undefined) break
          const reply = yield* ask("POST", "/v1/notes", { content: "x", deal_id: id })
          assert.strictEqual(reply.status, 201)
          const deal = deals.get(id)
          if (deal !== undefined) deal.notes++
        }
      }
    }
    for (const [id, deal] of deals) {
      agree(
        deal,
        id,
        yield* ask("GET", `/v1/deals/${id}`),
        yield* ask("GET", `/api/v2/deals/${id}?include_fields=notes_count`)
      )
    }
  })

describe("random work through both versions", () => {
  it("loses no write, agrees in both versions, pages without gap or repetition", async () => {
    await FastCheck.assert(
      FastCheck.asyncProperty(FastCheck.array(step, { minLength: 50, maxLength: 50 }), (steps) =>
        Effect.runPromise(run(steps))
      ),
      { numRuns: 500 }
    )
  }, 240_000)
})
