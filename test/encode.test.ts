/** How inputs are written, at the edges: what a small slip in the encoder would change. */
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Endpoint, type PipedriveError } from "effect-pipedrive"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import * as Shape from "../src/internal/schema/ast.js"
import * as Encode from "../src/internal/schema/encode.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"

const K = "0123456789abcdef0123456789abcdef01234567"

const sent = (call: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>) => {
  const fake = Fake.make(Fake.ok({ id: 1 }))
  return Effect.map(Effect.provide(call, fake.live), () => fake.seen[0])
}

const refused = (call: Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>) => {
  const fake = Fake.make(Fake.ok({ id: 1 }))
  return Effect.map(Effect.provide(Effect.flip(call), fake.live), (error) => {
    assert.strictEqual(error._tag, "InvalidRequest")
    assert.lengthOf(fake.seen, 0)
    return error.message
  })
}

it.effect("a year has four digits", () =>
  Effect.gen(function* () {
    for (const [year, text] of [
      [987, "0987-03-04"],
      [12, "0012-03-04"],
      [2026, "2026-03-04"]
    ] as const) {
      const noon = `${String(year).padStart(4, "0")}-03-04T12:00:00Z`
      for (const born of [DateTime.unsafeMake(noon), DateTime.unsafeMakeZoned(noon, { timeZone: "UTC" })]) {
        const seen = yield* sent(Robots.update({ id: 1, born }))
        assert.deepStrictEqual(JSON.parse(String(seen?.body)), { born: text })
      }
    }
  })
)

describe("a description that forgets a field refuses it rather than lose it", () => {
  const place = (key: string, what: string) =>
    `\`${key}\` has no place in the request: add ${what} to the description of the endpoint`
  const input = Schema.Struct({ id: Schema.Int, color: Schema.optional(Schema.String) })
  const forgetful = (more: Pick<Endpoint.AnyDescription, "body" | "method">) =>
    Endpoint.make(() => ({ ...Robots.get.endpoint, input, ...more }))

  it.effect.each<[string, Pick<Endpoint.AnyDescription, "body" | "method">, string]>([
    ["of a GET", { method: "GET" }, 'query: ["color"]'],
    ["of a DELETE", { method: "DELETE" }, 'query: ["color"]'],
    ["of a POST", { method: "POST" }, 'body: { encoding: "json", keys: ["color"] }'],
    [
      "beside a whole body",
      { method: "POST", body: { encoding: "json", keys: ["data"], whole: true } },
      'query: ["color"]'
    ]
  ])("%s", ([, more, what]) =>
    Effect.gen(function* () {
      const call = forgetful(more)
      assert.include(yield* refused(call({ id: 1, color: "red" })), place("color", what))
      assert.strictEqual((yield* sent(call({ id: 1, color: undefined })))?.path, "/api/v2/robots/1")
    })
  )

  it.effect("and so it is where the Schema takes any key", () =>
    Effect.gen(function* () {
      const open = Endpoint.make(() => ({
        ...Robots.get.endpoint,
        path: "/robots",
        input: Schema.Record({ key: Schema.String, value: Schema.String })
      }))
      assert.include(yield* refused(open({ color: "red" })), place("color", 'query: ["color"]'))
    })
  )

  it("which none of ours does", () => {
    for (const module of [...Object.values(v1), ...Object.values(v2)]) {
      for (const { endpoint } of Object.values(module).filter(Endpoint.isEndpoint)) {
        const { body, input, name, path, query = [] } = endpoint
        const keys = [...(Shape.fieldsOf(input.ast)?.keys() ?? [])]
        const placed = [...Encode.pathKeysOf(path), ...query, ...(body?.keys ?? [])]
        assert.deepStrictEqual(
          keys.filter((key) => !placed.includes(key)),
          [],
          name
        )
      }
    }
  })
})

it.effect("an input of any keys is sent, checked by the type of its values", () =>
  Effect.gen(function* () {
    const open = Endpoint.make(() => ({
      ...Robots.get.endpoint,
      method: "POST" as const,
      path: "/robots",
      body: { encoding: "json" as const, keys: [] },
      input: Schema.Record({ key: Schema.String, value: Schema.Number })
    }))
    assert.strictEqual((yield* sent(open({ legs: 2, arms: 4 })))?.body, '{"legs":2,"arms":4}')
    assert.strictEqual((yield* sent(open({})))?.body, "{}")
    assert.include(yield* refused(open({ legs: "two" as never })), '`legs` must be number, is "two"')
  })
)

it.effect("half of a surrogate pair is no part of a path, a whole one is", () =>
  Effect.gen(function* () {
    for (const id of ["\ud83d", "a\ude00", "\ude00\ud83d"]) {
      assert.include(yield* refused(Robots.get({ id })), "`id` is not well-formed text")
    }
    assert.strictEqual((yield* sent(Robots.get({ id: "😀" })))?.path, "/api/v2/robots/%F0%9F%98%80")
  })
)

it.effect("what is nested without end is refused, what is nested deep is sent", () =>
  Effect.gen(function* () {
    const nested = (depth: number): { readonly [part: string]: unknown } => {
      let value: { readonly [part: string]: unknown } = { end: 1 }
      for (let n = 1; n < depth; n++) value = { part: value }
      return value
    }
    const call = (depth: number) => Robots.update({ id: 1, custom_fields: { [K]: nested(depth) } })
    assert.deepStrictEqual(JSON.parse(String((yield* sent(call(20)))?.body)), { custom_fields: { [K]: nested(20) } })
    for (const depth of [40, 10_000]) assert.include(yield* refused(call(depth)), "is nested too deeply")
  })
)

it.effect("an object that writes itself is refused, own or inherited: what it shows is not what would be sent", () =>
  Effect.gen(function* () {
    class Money {
      readonly value = 1
      toJSON() {
        return { value: 2 }
      }
    }
    for (const value of [{ value: 1, toJSON: () => ({ value: 2 }) }, new Money()]) {
      const call = Robots.update({ id: 1, custom_fields: { [K]: value as never } })
      assert.match(yield* refused(call), /is not plain data|cannot be sent|is a function/)
      const seen = refused(Robots.addOld({ name: "R", [K]: value } as never))
      assert.match(yield* seen, /is not plain data|cannot be sent|is a function/)
    }
  })
)
