/** Whatever an endpoint is given: a request as described, or `InvalidRequest` before anything is sent; never a defect. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Schema from "effect/Schema"
import { type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Arbitrary from "./support/arbitrary.js"
import * as Fake from "./support/fake.js"
import { entries } from "./support/surface.js"

const loose = (endpoint: Endpoint.Any) =>
  endpoint as unknown as (
    input?: unknown
  ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>

const fake = Fake.make(Fake.ok([]))
const runtime = ManagedRuntime.make(fake.live)
afterAll(() => runtime.dispose())

/** What the input came to: the refusal, unless it was sent. */
const outcome = async (endpoint: Endpoint.Any, input: unknown) => {
  fake.seen.length = 0
  const exit = await runtime.runPromiseExit(
    loose(endpoint)(input).pipe(HttpLayer.withPolicy({ responseValidation: "off" }), Effect.either)
  )
  if (Exit.isFailure(exit)) throw new Error(`a defect: ${Cause.pretty(exit.cause)}`)
  if (exit.value._tag === "Left") {
    assert.strictEqual(exit.value.left._tag, "InvalidRequest", exit.value.left.message)
    assert.strictEqual(fake.seen.length, 0)
    return exit.value.left
  }
  const [seen] = fake.seen
  assert.strictEqual(fake.seen.length, 1)
  assertDescribed(endpoint.endpoint, seen as Fake.Seen, input)
  return undefined
}

/** The request goes to the path that is described and nowhere else, with all that was given and nothing besides. */
const assertDescribed = (endpoint: Endpoint.AnyDescription, seen: Fake.Seen, input: unknown) => {
  const { method, path, query = [], version } = endpoint
  assert.strictEqual(seen.method, method)
  const template = `/api/${version}${path}`.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]+\}/g, "[^/?#]+")
  assert.match(seen.url.pathname, new RegExp(`^${template}$`))
  assert.strictEqual(seen.url.host, "api.pipedrive.com")
  const inQuery = [...seen.url.searchParams.keys()]
  assert.includeMembers([...query], inQuery)
  const inBody = bodyKeys(seen, endpoint)
  assert.deepEqual(
    inBody.filter((key) => !/^[0-9a-f]{40}/.test(key) && !endpoint.body?.keys.includes(key)),
    []
  )
  const given = Object.entries(input ?? {}).filter(([, value]) => value !== undefined && !isHollow(value))
  const nowhere = given.filter(
    ([key, value]) =>
      !path.includes(`{${key}}`) &&
      !inQuery.includes(key) &&
      !inBody.includes(key) &&
      // null and no fields at all are nothing to ask for
      !(query.includes(key) && (value === null || (Array.isArray(value) && value.length === 0)))
  )
  assert.deepEqual(nowhere, [])
}

/** Nothing was given in it: sent as an empty object it might clear all. */
const isHollow = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.values(value).every((inner) => inner === undefined)

const bodyKeys = ({ body }: Fake.Seen, endpoint: Endpoint.AnyDescription): ReadonlyArray<string> => {
  if (body === undefined) return []
  if (typeof body !== "string") return [...body.keys()]
  if (endpoint.body?.encoding === "form") return [...new URLSearchParams(body).keys()]
  return endpoint.body?.whole === true ? endpoint.body.keys : Object.keys(JSON.parse(body))
}

const keysOf = ({ body, path, query = [] }: Endpoint.AnyDescription): ReadonlyArray<string> => [
  ...Array.from(path.matchAll(/\{([^}]+)\}/g), ([, key = ""]) => key),
  ...query,
  ...(body?.keys ?? [])
]

class Odd {
  private readonly x = 1
  get id(): number {
    return this.x
  }
}

const throwing = {
  get id(): number {
    throw new Error("no")
  }
}

const circular: Record<string, unknown> = { id: 1 }
circular.self = circular

/** Things that programs without types pass. */
const odd: ReadonlyArray<unknown> = [
  undefined,
  null,
  0,
  "",
  "id",
  true,
  [],
  [1],
  () => 1,
  Symbol("s"),
  10n,
  new Date(Number.NaN),
  new Map([["id", 1]]),
  new Odd(),
  Object.create(null),
  Object.create({ id: 1 }),
  JSON.parse('{"__proto__":{"id":1},"constructor":1}'),
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error("no keys")
      },
      get: () => {
        throw "no"
      }
    }
  ),
  new Proxy({ id: 1 }, {}),
  throwing,
  circular,
  { id: "../users" },
  { id: "." },
  { id: "%2e%2e" },
  { id: "\ud800" },
  { id: Number.MAX_VALUE },
  { id: { toString: () => "1" } },
  { id: 1, [Symbol("s")]: 1 }
]

/** Mostly the endpoint's own keys, so that the values get as far as they can. */
const wild = (endpoint: Endpoint.AnyDescription): FastCheck.Arbitrary<unknown> => {
  const value = FastCheck.oneof(
    {
      arbitrary: FastCheck.anything({
        maxDepth: 2,
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true
      }),
      weight: 3
    },
    { arbitrary: FastCheck.integer(), weight: 2 },
    { arbitrary: FastCheck.string({ unit: "binary" }), weight: 2 },
    { arbitrary: FastCheck.constantFrom(...odd), weight: 2 }
  )
  const keys = keysOf(endpoint)
  const key =
    keys.length === 0
      ? FastCheck.string()
      : FastCheck.oneof(FastCheck.constantFrom(...keys), FastCheck.constantFrom(...keys), FastCheck.string())
  return FastCheck.oneof({ arbitrary: FastCheck.dictionary(key, value), weight: 8 }, { arbitrary: value, weight: 1 })
}

/** What the Schema cannot say: what JSON and URLs carry, and what changes nothing. */
const beyondSchema = [
  /no number that can be sent/,
  /must not be blank/,
  /dot segment/,
  /well-formed/,
  /changes nothing/,
  /which a list cannot hold/,
  /an empty list/,
  /whole number/
]

describe("any input at all", () => {
  it("there are 433 endpoints to give it to", () => assert.strictEqual(entries.length, 433))

  for (const module of new Set(entries.map(({ name }) => name.split(".").slice(0, 2).join(".")))) {
    it(`never throws: ${module}`, async () => {
      for (const { endpoint } of entries.filter(({ name }) => name.startsWith(`${module}.`))) {
        for (const input of odd) await outcome(endpoint, input)
        await FastCheck.assert(
          FastCheck.asyncProperty(wild(endpoint.endpoint), async (input) => void (await outcome(endpoint, input))),
          { numRuns: 40, seed: 433 }
        )
      }
    })
  }
})

describe("what an input's Schema allows", () => {
  /** Files have no arbitrary. */
  const uploads = entries.filter(({ endpoint }) => endpoint.endpoint.body?.encoding === "multipart")

  let sent = 0

  it("is arbitrary for all but the uploads", () => assert.strictEqual(uploads.length, 5))

  for (const module of new Set(entries.map(({ name }) => name.split(".").slice(0, 2).join(".")))) {
    it(`is accepted: ${module}`, async () => {
      for (const entry of entries.filter(({ name }) => name.startsWith(`${module}.`))) {
        if (uploads.includes(entry)) continue
        const { endpoint } = entry
        const valid = Arbitrary.of(endpoint.endpoint.input as Schema.Schema<unknown>)
        await FastCheck.assert(
          FastCheck.asyncProperty(valid, async (input) => {
            const refusal = await outcome(endpoint, input)
            if (refusal === undefined) return void (sent += 1)
            assert.isTrue(
              beyondSchema.some((rule) => rule.test(refusal.message)),
              `${refusal.message} ${JSON.stringify(input)}`
            )
          }),
          { numRuns: 10, seed: 433 }
        )
      }
    })
  }

  it("and mostly sent", () => assert.isAbove(sent, 428 * 5))
})

describe("more than the documented maximum", () => {
  it("is refused for the size of a page", async () => {
    const paged = entries.filter(({ endpoint }) => endpoint.endpoint.pagination !== undefined)
    assert.isAbove(paged.length, 80)
    for (const { endpoint, name } of paged) {
      const { pagination, query = [] } = endpoint.endpoint
      assert.include(query, "limit", name)
      for (const limit of [(pagination?.maximum ?? 0) + 1, 0, 1.5]) {
        assert.match((await outcome(endpoint, { limit }))?.message ?? "", /`limit`/, name)
      }
    }
  })

  it("is refused for ids and keys of custom fields", async () => {
    const maxima = { ids: 100, deal_ids: 100, custom_fields: 15 }
    let lists = 0
    for (const { endpoint, name } of entries) {
      if (endpoint.endpoint.version !== "v2") continue
      for (const [key, maximum] of Object.entries(maxima)) {
        if (endpoint.endpoint.query?.includes(key) !== true) continue
        lists += 1
        const item = key === "custom_fields" ? "d1f443a570bc497f809f07309cd3a6903ffe8900" : 1
        const refusal = await outcome(endpoint, { id: 1, [key]: Array.from({ length: maximum + 1 }, () => item) })
        assert.match(refusal?.message ?? "", new RegExp(`\`${key}`), name)
      }
    }
    assert.strictEqual(lists, 17)
  })
})

describe("what the server refuses by length or range", () => {
  const endpointOf = (wanted: string) => {
    const found = entries.find(({ name }) => name === wanted)
    if (found === undefined) throw new Error(`no such endpoint: ${wanted}`)
    return found.endpoint
  }
  const refuses = (name: string, input: object, words: string) =>
    it(`${name}: ${words}`, async () => {
      assert.include((await outcome(endpointOf(name), input))?.message ?? "nothing was refused", words)
    })
  const takes = (name: string, input: object) =>
    it(`${name} takes ${JSON.stringify(input).slice(0, 60)}`, async () => {
      assert.isUndefined(await outcome(endpointOf(name), input))
    })

  it("is the length of every search's term, unless the whole value is to match", async () => {
    const exactly = { exact_match: { exact_match: true }, match: { match: "exact" } }
    let searches = 0
    for (const { endpoint, name } of entries) {
      const { query = [] } = endpoint.endpoint
      const how = (["match", "exact_match"] as const).find((key) => query.includes(key))
      if (!query.includes("term") || how === undefined) continue
      searches += 1
      const rest = { entity_type: "deal", field: "title", field_type: "dealField", field_key: "title" }
      const own = Object.fromEntries(Object.entries(rest).filter(([key]) => query.includes(key)))
      const middle = how === "match" ? { match: "middle" } : {}
      for (const [term, more] of [
        ["a", middle],
        ["", exactly[how]]
      ] as const) {
        assert.match((await outcome(endpoint, { ...own, term, ...more }))?.message ?? "", /`term` is too short/, name)
      }
      assert.isUndefined(await outcome(endpoint, { ...own, term: "a", ...exactly[how] }), name)
      assert.isUndefined(await outcome(endpoint, { ...own, term: "ab", ...middle }), name)
    }
    assert.isAbove(searches, 12)
  })

  refuses("v2.Deals.update", { id: 1, probability: 200 }, "`probability` must be a number between 0 and 100")
  refuses("v1.Deals.add", { title: "x", probability: -1 }, "`probability` must be a number between 0 and 100")
  refuses("v2.Stages.add", { name: "x", pipeline_id: 1, deal_probability: 101 }, "`deal_probability` must be a number")
  refuses(
    "v2.DealFields.update",
    { field_code: "x", field_name: "" },
    "`field_name` must be text of 1 to 255 characters"
  )
  refuses(
    "v2.Persons.add",
    { name: "x", notes: "n".repeat(10_001) },
    "`notes` must be text of at most 10000 characters"
  )
  refuses("v1.Notes.add", { content: "n".repeat(100_001), deal_id: 1 }, "`content` must be text of at most 100000")
  refuses("v2.ProjectBoards.add", { name: "x", order_nr: 0 }, "`order_nr` must be a number greater than or equal to 1")
  takes("v2.Deals.update", { id: 1, probability: 100 })
  takes("v2.Deals.update", { id: 1, probability: null })
  // 510 UTF-16 units, 255 characters
  takes("v2.DealFields.update", { field_code: "x", field_name: "😀".repeat(255) })
})
