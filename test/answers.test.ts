import { inspect } from "node:util"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { Auth, Endpoint, Field, HttpLayer, Pipedrive, PipedriveError } from "effect-pipedrive"
import * as Run from "../src/internal/endpoint.js"
import * as Check from "../src/internal/schema/check.js"
import { all } from "./sandbox/support.js"
import * as Robots from "./support/endpoints.js"
import * as Fake from "./support/fake.js"
import * as Metrics from "./support/metrics.js"

const validation = (responseValidation: HttpLayer.ResponseValidation) =>
  HttpLayer.withPolicy({ responseValidation, retries: 0 })

const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => lines.push(String(message)))
  )
  return Effect.map(Effect.exit(Effect.provide(effect, logger)), (exit) => ({ exit, lines }))
}

describe("a success without data", () => {
  const bare = {
    "a 204": () => new Response(null, { status: 204 }),
    "{ success: true }": () => Fake.json(200, { success: true }),
    "{ success: true, data: null }": () => Fake.ok(null)
  }

  it.effect(
    "is what its type says, or InvalidResponse: every endpoint, strict and lenient",
    () =>
      Effect.gen(function* () {
        const outcomes: Record<string, number> = {}
        let answer: () => Response = bare["a 204"]
        const fake = Fake.make(() => answer())
        const judge = Effect.gen(function* () {
          let judged = 0
          for (const described of all) {
            // any input will do: what is asked is no matter here
            const { body: _, pagination: __, ...about } = described
            const output = described.output as Schema.Schema<unknown>
            const call = Run.make(() => ({ ...about, path: "/x", query: [], input: Schema.Struct({}), output }))
            const name = `${described.version}.${described.name}`
            for (const [kind, next] of Object.entries(bare)) {
              answer = next
              const isFile = described.response === "binary" && kind !== "a 204"
              const ends: Array<string> = []
              for (const mode of ["strict", "lenient"] as const) {
                const result = yield* Effect.either(validation(mode)(call({})))
                if (Either.isRight(result)) {
                  assert.isTrue(
                    isFile || Check.open(output.ast)(result.right),
                    `${name} ${JSON.stringify(result.right)}`
                  )
                  ends.push(isFile ? "a file" : JSON.stringify(result.right))
                } else {
                  const error = result.left
                  assert.strictEqual(error._tag, "InvalidResponse", name)
                  assert.include(error.message, "Pipedrive reported success but sent no data")
                  assert.strictEqual(error.message.includes("may have been done"), described.method !== "GET")
                  assert.isFalse(PipedriveError.isRetryable(error))
                  ends.push(error._tag)
                }
              }
              assert.strictEqual(ends[0], ends[1], `${name}: strict and lenient agree`)
              outcomes[ends[0] ?? ""] = (outcomes[ends[0] ?? ""] ?? 0) + 1
              judged++
            }
          }
          return judged
        })
        const { exit, lines } = yield* logged(Effect.provide(judge, fake.live))
        assert.deepStrictEqual(lines, [])
        assert.deepStrictEqual(exit, Exit.succeed(433 * 3))
        assert.sameMembers(Object.keys(outcomes), [
          '{"success":true}',
          '{"success":true,"data":null}',
          '{"success":true,"data":[]}',
          '{"success":true,"data":{"items":[]}}',
          "InvalidResponse",
          "a file"
        ])
      }),
    120_000
  )

  it.effect("is passed on as it came under off", () =>
    Effect.gen(function* () {
      for (const answer of Object.values(bare)) {
        const body = yield* Robots.add({ name: "R" }).pipe(validation("off"), Effect.provide(Fake.make(answer).live))
        assert.isTrue(body.success)
        assert.isNotOk(body.data)
      }
    })
  )

  it.effect("is sent once, though a GET with an answer that is no JSON is repeated", () =>
    Effect.gen(function* () {
      for (const answer of [...Object.values(bare), () => new Response("")]) {
        const fake = Fake.make(answer)
        const error = yield* Robots.get({ id: 1 }).pipe(Effect.flip, Effect.provide(fake.live))
        assert.strictEqual(error._tag, "InvalidResponse")
        assert.lengthOf(fake.seen, 1)
      }
    })
  )

  it.effect("is none where a list came empty, not cut off: an empty body is no list", () =>
    Effect.gen(function* () {
      const error = yield* Robots.list.pipe(
        validation("lenient"),
        Effect.flip,
        Effect.provide(Fake.make(() => new Response("")).live)
      )
      assert.include(error.message, "the body is empty")
    })
  )

  it.effect("may be what a nullable or optional `data` says", () =>
    Effect.gen(function* () {
      const about = { ...Robots.count.endpoint, input: Schema.Struct({}) }
      const nullable = Endpoint.make(() => ({
        ...about,
        output: Schema.Struct({ success: Schema.Literal(true), data: Schema.NullOr(Schema.Number) })
      }))
      const optional = Endpoint.make(() => ({
        ...about,
        output: Schema.Struct({ success: Schema.Literal(true), data: Field.optional(Schema.Number) })
      }))
      for (const answer of Object.values(bare)) {
        const live = Fake.make(answer).live
        const found = yield* Effect.all([nullable, optional]).pipe(validation("strict"), Effect.provide(live))
        assert.deepStrictEqual<unknown>(found, [{ success: true, data: null }, { success: true }])
      }
    })
  )

  it.effect("has a list where null stands for the items of a search", () =>
    Effect.gen(function* () {
      const search = Endpoint.make(() => ({
        ...Robots.count.endpoint,
        input: Schema.Struct({}),
        output: Schema.Struct({
          success: Schema.Literal(true),
          data: Schema.Struct({ items: Schema.Array(Robots.Robot), related: Field.optional(Schema.String) })
        })
      }))
      for (const data of [null, {}, { items: null }]) {
        const found = yield* search.pipe(validation("strict"), Effect.provide(Fake.make(Fake.ok(data)).live))
        assert.deepStrictEqual(found.data, { items: [] })
      }
    })
  )
})

// -----------------------------------------------------------------------------
// drift
// -----------------------------------------------------------------------------

const Wide = Schema.Struct({
  success: Schema.Literal(true),
  data: Schema.Array(
    Schema.Struct(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, Schema.NullOr(Schema.Number)])))
  ),
  related: Field.optional(Schema.Record({ key: Schema.String, value: Schema.Struct({ id: Schema.Number }) }))
})

const wide = (name: string) =>
  Endpoint.make(() => ({ ...Robots.count.endpoint, name, input: Schema.Struct({}), output: Wide }))

const wrongEverywhere = (fields: number, items: number) => ({
  success: true,
  data: Array.from({ length: items }, (_, i) =>
    Object.fromEntries(Array.from({ length: fields }, (_, n) => [`f${n}`, `x${i}`]))
  )
})

const series = Effect.map(Metrics.all, (measured) =>
  measured.filter(({ name }) => name === "pipedrive_response_drift").map(({ labels }) => labels)
)

describe("an answer that is not as documented", () => {
  it.effect("is told in one warning that names the fields", () =>
    Effect.gen(function* () {
      const live = Fake.make(Fake.json(200, wrongEverywhere(5, 3))).live
      const call = wide("Drift.one")
      const { lines } = yield* logged(Effect.zipRight(call, call).pipe(Effect.provide(live)))
      assert.lengthOf(lines, 1)
      for (const n of [0, 1, 2, 3, 4]) assert.include(lines[0], `\`data.[].f${n}\` must be number or null, is "x0"`)
      const more = yield* logged(
        wide("Drift.many").pipe(Effect.provide(Fake.make(Fake.json(200, wrongEverywhere(60, 3))).live))
      )
      assert.lengthOf(more.lines, 1)
      assert.match(more.lines[0] ?? "", /; and \d+ more\./)
      assert.isBelow(more.lines[0]?.length ?? 0, 2000)
    })
  )

  it.effect("is told once per layer, of whatever making", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.json(200, wrongEverywhere(1, 1)))
      const auth = Layer.orDie(Auth.apiKey("0123456789abcdef"))
      const call = wide("Drift.layers")
      for (const layer of [
        Layer.merge(auth, HttpLayer.layer().pipe(Layer.provide(fake.layer))),
        Layer.merge(auth, HttpLayer.layer().pipe(Layer.provide(fake.layer))),
        Pipedrive.layer({ apiToken: "0123456789abcdef", httpClient: fake.layer })
      ]) {
        const { lines } = yield* logged(Effect.zipRight(call, call).pipe(Effect.provide(layer)))
        assert.lengthOf(lines, 1)
      }
    })
  )

  it.effect("costs little and says little, however much of it is wrong", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ success: true, data: Array(20_000).fill(0) })
      for (const body of [text, JSON.stringify(wrongEverywhere(60, 2000))]) {
        for (const mode of ["strict", "lenient"] as const) {
          const began = performance.now()
          const { exit, lines } = yield* logged(
            wide(`Drift.flood.${mode}`).pipe(validation(mode), Effect.provide(Fake.make(Fake.text(200, body)).live))
          )
          assert.isBelow(performance.now() - began, 500)
          if (mode === "lenient") {
            assert.isTrue(Exit.isSuccess(exit))
            assert.isBelow(lines.join().length, 3000)
          } else if (Exit.isFailure(exit)) {
            const error = Cause.squash(exit.cause) as PipedriveError.InvalidResponse
            assert.strictEqual(error._tag, "InvalidResponse")
            assert.isAtMost(error.issues.length, 40)
            assert.isBelow(error.message.length, 3000)
            assert.isBelow(inspect(error).length, 20_000)
          }
        }
      }
      const words = { success: true, data: [{ f0: "y".repeat(1e6) }], related: { ["k".repeat(1e6)]: 1 } }
      const error = yield* wide("Drift.words").pipe(
        validation("strict"),
        Effect.flip,
        Effect.provide(Fake.make(Fake.json(200, words)).live)
      )
      assert.isBelow(error.message.length, 2000)
    })
  )

  it.effect("is counted by place: labels hold no keys of the data", () =>
    Effect.gen(function* () {
      const related = (from: number) =>
        Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`id-${from + n}`, { id: "x" }]))
      for (let n = 0; n < 20; n++) {
        const body = { success: true, data: [], related: related(n * 100) }
        yield* wide("Drift.labels").pipe(Effect.provide(Fake.make(Fake.json(200, body)).live))
      }
      const found = (yield* series).filter(({ endpoint }) => endpoint === "v1.Drift.labels")
      assert.deepStrictEqual(
        found.map(({ path }) => path),
        ["related.*.id"]
      )
    })
  )

  it.effect("says what is missing, what is of another kind, and which member of a union is nearest", () =>
    Effect.gen(function* () {
      const odd = Endpoint.make(() => ({
        ...Robots.count.endpoint,
        input: Schema.Struct({}),
        output: Schema.Struct({
          success: Schema.Literal(true),
          data: Schema.Struct({
            a: Schema.String,
            b: Schema.Array(Schema.Number),
            c: Schema.NullOr(Schema.Struct({ d: Schema.Number })),
            u: Schema.Union(
              Schema.Struct({ kind: Schema.Literal("x"), n: Schema.Number }),
              Schema.Struct({ kind: Schema.Literal("y"), s: Schema.String, t: Schema.String })
            ),
            api_token: Schema.String
          })
        })
      }))
      const error = yield* odd.pipe(
        validation("strict"),
        Effect.flip,
        Effect.provide(Fake.make(Fake.ok({ b: {}, c: [1], u: { kind: "x", n: "1" }, api_token: 12345678 })).live)
      )
      assert.strictEqual(error._tag, "InvalidResponse")
      if (error._tag !== "InvalidResponse") return
      assert.deepStrictEqual(
        error.issues.map(({ message, path }) => `${path.join(".")} ${message}`),
        [
          "data.a is missing",
          "data.b must be an array, is {}",
          "data.c must be an object or null, is [1]",
          'data.u.n must be number, is "1"',
          "data.api_token must be string, is something else"
        ]
      )
    })
  )
})

// -----------------------------------------------------------------------------
// depth, and what else a body may do
// -----------------------------------------------------------------------------

interface Tree {
  readonly children?: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.suspend(() => Schema.Struct({ children: Field.optional(Schema.Array(Tree)) }))
const tree = Endpoint.make(() => ({
  ...Robots.count.endpoint,
  input: Schema.Struct({}),
  output: Schema.Struct({ success: Schema.Literal(true), data: Tree })
}))

const deep = (open: string, close: string, core = "0", depth = 100_000) =>
  open.repeat(depth) + core + close.repeat(depth)

describe("no answer is a defect", () => {
  const lists = deep("[", "]")
  const objects = deep('{"a":', "}")
  const bodies: ReadonlyArray<readonly [status: number, body: string]> = [
    [400, `{"success":false,"errors":${lists}}`],
    [400, `{"success":false,"errors":[${lists}]}`],
    [400, `{"success":false,"errors":{"a":${lists},"b":[${objects}]}}`],
    [422, `{"success":false,"error":${objects},"message":${lists},"code":${lists},"additional_data":${objects}}`],
    [500, lists],
    [500, objects],
    [404, `{"errors":{"a":{"toString":1,"valueOf":1,"toJSON":1}}}`],
    [404, `{"errors":[{"toString":null}],"error":{"message":{"toString":2}}}`],
    [400, `{"__proto__":{"a":1},"constructor":1,"errors":{"__proto__":["x"],"hasOwnProperty":1}}`],
    [200, `{"success":false,"errors":${lists}}`],
    [200, lists],
    [200, objects],
    [200, `{"success":true,"data":${lists}}`],
    [200, `{"success":true,"data":${objects}}`],
    [200, `{"success":true,"data":{"id":1,"new":${lists}}}`],
    [200, `{"success":true,"data":{"id":1},"other":${objects}}`],
    [200, `{"success":true,"data":${deep('{"children":[', "]}", '{"children":1}')}}`],
    [200, `{"success":true,"data":${lists}`],
    [200, `{"success":true,"data":{"id":1,"name":"\\ud800"}}`]
  ]
  for (const [status, body] of bodies) {
    it.effect(`${status} ${body.slice(0, 60)}`, () =>
      Effect.gen(function* () {
        const calls = {
          get: Robots.get({ id: 1 }),
          list: Robots.list,
          tree,
          raw: Pipedrive.request({ version: "v1", path: "/x" })
        }
        for (const [name, call] of Object.entries(calls)) {
          for (const mode of ["strict", "lenient"] as const) {
            const live = Fake.make(() => Fake.text(status, body, "application/json")).live
            const { exit } = yield* logged(Effect.asVoid(call).pipe(validation(mode), Effect.provide(live)))
            if (Exit.isSuccess(exit)) {
              assert.isTrue(status === 200 && body.length < 1000, `${name} ${mode}`)
              continue
            }
            const error = Cause.failureOption(exit.cause)
            assert.strictEqual(error._tag, "Some", Cause.pretty(exit.cause).slice(0, 300))
            assert.isBelow(inspect(Cause.squash(exit.cause)).length + Cause.pretty(exit.cause).length, 20_000)
          }
        }
      })
    )
  }

  it.effect("what is not too deep passes", () =>
    Effect.gen(function* () {
      const body = `{"success":true,"data":{"id":1,"new":${deep("[", "]", "0", 200)}}}`
      yield* Robots.get({ id: 1 }).pipe(validation("strict"), Effect.provide(Fake.make(Fake.text(200, body)).live))
    })
  )

  it.effect("nor is what a transport throws, though it throws again when it is looked at", () =>
    Effect.gen(function* () {
      const trap = new Proxy(
        {},
        {
          get: () => {
            throw new Error("trap")
          },
          has: () => true
        }
      )
      const client = HttpClient.make((request) =>
        Effect.as(Effect.die(trap), HttpClientResponse.fromWeb(request, new Response()))
      )
      const live = Layer.merge(
        Layer.orDie(Auth.apiKey("0123456789abcdef")),
        Layer.succeed(HttpClient.HttpClient, client)
      )
      const error = yield* Robots.get({ id: 1 }).pipe(validation("strict"), Effect.flip, Effect.provide(live))
      assert.strictEqual(error._tag, "TransportError")
    })
  )
})

describe("what a server says is shown as text", () => {
  const forged = "bad\n2026-01-01 level=FATAL forged\u001b[31m\u009b1m\u202Eevil\u2028\u0000\r"

  it.effect("with control characters as escapes, in messages, fields and logs", () =>
    Effect.gen(function* () {
      const answers = [
        Fake.json(400, { success: false, error: forged, error_info: forged, code: forged }),
        Fake.json(422, { errors: { [forged]: [forged] } }),
        Fake.text(500, forged),
        Fake.text(200, forged),
        Fake.json(200, { success: true, data: { id: forged } }),
        Fake.json(200, { success: true, data: { id: 1, name: { [forged]: forged } } })
      ]
      const acting = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/u
      for (const answer of answers) {
        for (const mode of ["strict", "lenient"] as const) {
          const { exit, lines } = yield* logged(
            Robots.get({ id: 1 }).pipe(validation(mode), Effect.provide(Fake.make(answer).live))
          )
          for (const line of lines) assert.notMatch(line, acting)
          if (Exit.isSuccess(exit)) continue
          const error = Cause.squash(exit.cause) as PipedriveError.PipedriveError
          assert.notMatch(error.message, acting)
          assert.notMatch(JSON.stringify({ ...error }), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]|\\u00(1b|9b)(?<!\\\\u00..)/u)
        }
      }
      const told = yield* Robots.get({ id: 1 }).pipe(
        validation("strict"),
        Effect.flip,
        Effect.provide(Fake.make(answers[0] ?? "hang").live)
      )
      assert.include(told.message, "bad\\n2026-01-01 level=FATAL forged\\u001b[31m\\u009b1m\\u202eevil\\u2028\\u0000")
    })
  )
})
