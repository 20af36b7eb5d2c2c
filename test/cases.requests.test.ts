/**
 * More of what users of other clients met: pages, limits, custom fields, files, comments full of HTML.
 */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { failure, refusal, sent } from "./support/cases.js"
import * as Fake from "./support/fake.js"

const K1 = "d1f443a570bc497f809f07309cd3a6903ffe8900"
const K2 = "0e12d3b6afd62d3fa73d975c1f97b6b4d0ad6700"

const lax = HttpLayer.withPolicy({ responseValidation: "off" })
const page = (ids: ReadonlyArray<number>, next_cursor: string | null) =>
  Fake.ok(
    ids.map((id) => ({ id })),
    { additional_data: { next_cursor } }
  )
const offset = (ids: ReadonlyArray<number>, pagination: object) =>
  Fake.ok(
    ids.map((id) => ({ id })),
    { additional_data: { pagination } }
  )

/** Runs an effect while time passes. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, seconds: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    for (let second = 0; second < seconds; second++) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

describe("pages", () => {
  it.effect("P1: a cursor goes back as it came, with the same filters", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1, 2], "a+b/c=="), page([3], null))
      const ids = yield* v2.Deals.list.stream({ status: "open", limit: 2 }).pipe(
        Stream.map(({ id }) => id),
        Stream.runCollect,
        lax,
        Effect.provide(fake.live)
      )
      assert.deepStrictEqual(Array.from(ids), [1, 2, 3])
      assert.strictEqual(fake.seen[1]?.path, "/api/v2/deals?status=open&limit=2&cursor=a%2Bb%2Fc%3D%3D")
    })
  )

  it.effect("P5: without next_start the server's own numbers count on", () =>
    Effect.gen(function* () {
      const fake = Fake.make(
        offset([1, 2], { start: 0, limit: 2, more_items_in_collection: true }),
        offset([3], { start: 2, limit: 2, more_items_in_collection: false })
      )
      const count = yield* v1.DealFields.list.stream().pipe(Stream.runCount, lax, Effect.provide(fake.live))
      assert.strictEqual(count, 3)
      assert.strictEqual(fake.seen[1]?.url.searchParams.get("start"), "2")
    })
  )

  it.effect("P7: a page that fails for a moment is asked for again; one that fails for good can be resumed at", () =>
    Effect.gen(function* () {
      const down = Fake.json(500, {})
      const mended = Fake.make(page([1], "two"), page([2], "three"), down, down, page([3], null))
      const all = v2.Deals.list.stream().pipe(Stream.runCount, lax)
      assert.strictEqual(yield* inTime(all.pipe(Effect.provide(mended.live)), 10), 3)

      const broken = Fake.make(page([1], "two"), page([2], "three"), down)
      let last: string | null | undefined
      const error = yield* v2.Deals.list.pages().pipe(
        Stream.runForEach(({ additional_data }) =>
          Effect.sync(() => {
            last = additional_data?.next_cursor
          })
        ),
        HttpLayer.withPolicy({ retries: 0, responseValidation: "off" }),
        Effect.flip,
        Effect.provide(broken.live)
      )
      assert.strictEqual(error._tag, "ServerError")
      assert.strictEqual(last, "three")
      const rest = Fake.make(page([3], null))
      const resumed = v2.Deals.list.stream({ cursor: last ?? "" }).pipe(Stream.runCount, lax)
      assert.strictEqual(yield* resumed.pipe(Effect.provide(rest.live)), 1)
      assert.strictEqual(rest.seen[0]?.url.searchParams.get("cursor"), "three")
    })
  )

  it.effect("P9: filters stand on every page", () =>
    Effect.gen(function* () {
      const fake = Fake.make(page([1], "two"), page([2], "three"), page([3], null))
      const input = { done: false, deal_id: 5, updated_since: "2025-01-01T00:00:00Z" } as const
      yield* v2.Activities.list.stream(input).pipe(Stream.runDrain, lax, Effect.provide(fake.live))
      assert.lengthOf(fake.seen, 3)
      for (const { path } of fake.seen) {
        assert.match(path, /deal_id=5/)
        assert.match(path, /done=false/)
        assert.match(path, /updated_since=2025-01-01T00%3A00%3A00Z/)
      }
    })
  )

  it.effect("X3: pages are as large as they can be, unless somebody says otherwise", () =>
    Effect.gen(function* () {
      const asked = (
        list: Stream.Stream<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>,
        answer = Fake.ok([])
      ) => {
        const fake = Fake.make(answer)
        return list.pipe(
          Stream.runDrain,
          Effect.map(() => fake.seen[0]?.url.searchParams.get("limit")),
          Effect.provide(fake.live)
        )
      }
      assert.strictEqual(yield* asked(v2.Deals.list.stream()), "500")
      assert.strictEqual(yield* asked(v1.Files.list.stream()), "100")
      assert.strictEqual(yield* asked(v2.Deals.list.stream({ limit: 50 })), "50")
      const search = v2.ItemSearch.search.stream({ term: "desk" })
      assert.strictEqual(yield* asked(search, Fake.ok({ items: [] })), "100")
      assert.match(yield* refusal(v2.Deals.list, { limit: 9999 }), /^limit: /)
    })
  )
})

describe("limits", () => {
  const burst = { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2" }

  it.effect("R1: a 429 says how long to wait, and for what", () =>
    Effect.gen(function* () {
      const error = yield* failure(Fake.json(429, { success: false, error: "E" }, burst), v2.Deals.list)
      assert.strictEqual(error._tag, "RateLimited")
      if (error._tag !== "RateLimited") return
      assert.deepInclude({ ...error }, { kind: "burst", limit: 20, remaining: 0 })
      assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 2000)
    })
  )

  for (const [reset, least, most] of [
    ["1", 1, 3],
    ["0", 0, 3],
    ["1767225600", 0, 60]
  ] as const) {
    it.effect(`R3: a reset of ${reset} is a number of seconds, and no epoch`, () =>
      Effect.gen(function* () {
        const fake = Fake.make(Fake.json(429, {}, { ...burst, "x-ratelimit-reset": reset }), Fake.ok([]))
        const fiber = yield* Effect.fork(v2.Deals.list.pipe(lax, Effect.exit, Effect.provide(fake.live)))
        if (least > 0) {
          yield* TestClock.adjust(least * 1000 - 1)
          assert.lengthOf(fake.seen, 1)
        }
        yield* TestClock.adjust(most * 1000)
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "Success")
      })
    )
  }

  it.effect("R6: no header is needed, neither on a success nor on a refusal", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok([]), Fake.text(429, "", "text/plain"), Fake.ok([]))
      yield* v2.Deals.list.pipe(lax, Effect.provide(fake.live))
      yield* inTime(v2.Deals.list.pipe(lax, Effect.provide(fake.live)), 5)
      assert.lengthOf(fake.seen, 3)
    })
  )
})

describe("custom fields", () => {
  it.effect("C2: a key at the top of a v2 write is refused, with the place it belongs to", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(v2.Deals.update, { id: 1, [K1]: "x" }), new RegExp(`^${K1}: .*custom_fields`))
    })
  )

  it.effect("C4: an update holds what it was given", () =>
    Effect.gen(function* () {
      const [one] = yield* sent(v2.Deals.update({ id: 9, status: "won" }))
      assert.deepStrictEqual(one?.body, { status: "won" })
      assert.match(yield* refusal(v2.Deals.update, { id: 9 }), /changes nothing/)
    })
  )

  it.effect("C10: some of them may be asked for, at most 15", () =>
    Effect.gen(function* () {
      const [one] = yield* sent(v2.Deals.list({ custom_fields: [K1, K2] }))
      assert.strictEqual(one?.request, `GET /api/v2/deals?custom_fields=${K1}%2C${K2}`)
      const sixteen = Array.from({ length: 16 }, (_, n) => n.toString(16).padStart(40, "0"))
      assert.match(yield* refusal(v2.Deals.list, { custom_fields: sixteen }), /^custom_fields: /)
    })
  )
})

describe("files", () => {
  it.effect("F1: a path is no file", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(v1.Files.add, { file: "test.csv", deal_id: 1 }), /^file: /)
    })
  )

  it.effect("F4: a download is bytes, whatever they look like", () =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
      const headers = {
        "content-type": "application/pdf",
        "content-disposition": "attachment; filename*=UTF-8''%C3%84.pdf"
      }
      const fake = Fake.make(new Response(bytes, { headers }), Fake.text(200, `{"success":false}`, "application/json"))
      const download = v1.Files.download({ id: 1 }).pipe(Effect.provide(fake.live))
      assert.deepStrictEqual(yield* download, { data: bytes, name: "Ä.pdf", type: "application/pdf" })
      assert.strictEqual(new TextDecoder().decode((yield* download).data), `{"success":false}`)
    })
  )

  it.effect("F5: a download that fails says why", () =>
    Effect.gen(function* () {
      const answer = Fake.json(404, { success: false, error: "File not found" })
      const error = yield* failure(answer, v1.Files.download({ id: 1 }))
      assert.strictEqual(error._tag, "NotFound")
      assert.match(error.message, /File not found/)
    })
  )
})

describe("documentation", () => {
  it("D4: no comment of the generated modules holds HTML", () => {
    const files = ["src/v1", "src/v2"].flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`))
    assert.isAbove(files.length, 60)
    for (const file of files) assert.notMatch(readFileSync(file, "utf8"), /&lt;|&#x|<br|<a /, file)
  })
})
