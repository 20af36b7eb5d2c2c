/** What each kind of response comes to, by endpoints made for it: what is compiled on first use is compiled by each test. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Endpoint, Field, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Run from "../src/internal/endpoint.js"
import { tooDeep } from "../src/internal/text.js"
import * as Fake from "./support/fake.js"

const about = {
  name: "Fresh.get",
  operation: "getFresh",
  scopes: [],
  cost: 1,
  version: "v1",
  method: "GET",
  path: "/fresh/{id}"
} as const
const input = Schema.Struct({ id: Schema.Int })
const success = Schema.Literal(true)
const one = Schema.Struct({ success, data: Schema.Struct({ id: Schema.Number }) })
const list = Schema.Struct({ success, data: Schema.Array(Schema.Number) })
const bare = Schema.Struct({ id: Schema.Number })
const empty = Schema.Struct({ success })

type Response = "json" | "empty" | "binary"

const made = (output: Schema.Schema<any, any>, response?: Response, method: "GET" | "DELETE" = "GET") =>
  Endpoint.make(() => ({
    ...about,
    method,
    input,
    output,
    ...(response === undefined ? {} : { response })
  })) as unknown as (input: unknown) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>

/** The value, or the error and its issues. */
const met = (
  endpoint: ReturnType<typeof made>,
  answer: Fake.Answer,
  mode: HttpLayer.Policy["responseValidation"] = "lenient",
  given: unknown = { id: 1 }
) => {
  const fake = Fake.make(answer)
  return endpoint(given).pipe(
    HttpLayer.withPolicy({ retries: 0, responseValidation: mode }),
    Effect.map((value) => JSON.stringify(value)),
    Effect.catchAll((error) =>
      Effect.succeed(
        error._tag === "InvalidResponse"
          ? `${error._tag} ${error.issues.map(({ message, path }) => [...path, message].join(" ")).join("; ")}${error.snippet === undefined ? "" : ` (${error.snippet})`}`
          : error._tag === "TransportError"
            ? `${error._tag} ${error.phase} ${error.description}`
            : error._tag
      )
    ),
    Effect.map((outcome) => ({ outcome, headers: fake.seen[0]?.headers })),
    Effect.provide(fake.live)
  )
}

const none = (status: number) => new Response(status === 204 ? null : "", { status })
const noData = "InvalidResponse data is missing: Pipedrive reported success but sent no data"

describe("a response", () => {
  const cases: ReadonlyArray<
    readonly [
      string,
      Schema.Schema<any, any>,
      Response | undefined,
      Fake.Answer,
      readonly [lenient: string, strict: string, off: string]
    ]
  > = [
    ["as it should be", one, undefined, Fake.ok({ id: 1 }), Array(3).fill('{"success":true,"data":{"id":1}}') as never],
    ["without data", one, undefined, Fake.json(200, { success: true }), [noData, noData, '{"success":true}']],
    ["of nothing, under 204", one, undefined, none(204), [noData, noData, '{"success":true}']],
    ["of nothing", one, undefined, none(200), [noData, noData, "InvalidResponse is empty ()"]],
    ["of nothing, where nothing is expected", empty, "empty", none(200), Array(3).fill('{"success":true}') as never],
    [
      "of nothing, for a list, under 204",
      list,
      undefined,
      none(204),
      Array(3).fill('{"success":true,"data":[]}') as never
    ],
    ["of nothing, for a list", list, undefined, none(200), Array(3).fill("InvalidResponse is empty ()") as never],
    [
      "of no JSON",
      one,
      undefined,
      Fake.text(200, "<p>x"),
      Array(3).fill("InvalidResponse is not JSON, or was cut off (<p>x)") as never
    ],
    [
      "of a list",
      one,
      undefined,
      Fake.json(200, [1]),
      Array(3).fill("InvalidResponse is not an object ([1])") as never
    ],
    [
      "of another API",
      one,
      undefined,
      Fake.json(200, { ok: 1 }),
      Array(3).fill('InvalidResponse has neither `success` nor `data` ({"ok":1})') as never
    ],
    [
      "with data alone",
      one,
      undefined,
      Fake.json(200, { data: { id: 1 } }),
      ['{"data":{"id":1}}', "InvalidResponse success is missing", '{"data":{"id":1}}']
    ],
    ["without an envelope", bare, undefined, Fake.json(200, { id: 1 }), Array(3).fill('{"id":1}') as never],
    [
      "that failed after all",
      one,
      undefined,
      Fake.json(200, { success: false, error: "E" }),
      Array(3).fill("UnexpectedStatus") as never
    ],
    [
      "that failed in words",
      one,
      undefined,
      Fake.json(200, { success: "false" }),
      Array(3).fill("UnexpectedStatus") as never
    ],
    [
      "of another type",
      one,
      undefined,
      Fake.ok({ id: "x" }),
      [
        '{"success":true,"data":{"id":"x"}}',
        'InvalidResponse data id must be number, is "x"',
        '{"success":true,"data":{"id":"x"}}'
      ]
    ],
    ["of another status", one, undefined, Fake.json(404, {}), Array(3).fill("NotFound") as never],
    ["of a file that is not there", Field.Download, "binary", none(204), Array(3).fill(noData) as never],
    [
      "of a part of a file",
      Field.Download,
      "binary",
      new Response("x", { status: 206 }),
      Array(3).fill("InvalidResponse is a part of the file") as never
    ],
    [
      "of a file that is cut off",
      Field.Download,
      "binary",
      new Response("x", { headers: { "content-length": "3" } }),
      Array(3).fill("TransportError receive 1 of 3 bytes came") as never
    ],
    ["of a file that is refused", Field.Download, "binary", Fake.json(404, {}), Array(3).fill("NotFound") as never]
  ]
  for (const [name, output, response, answer, expected] of cases) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const outcomes: Array<string> = []
        for (const mode of ["lenient", "strict", "off"] as const) {
          outcomes.push((yield* met(made(output, response), answer, mode)).outcome ?? "undefined")
        }
        assert.deepStrictEqual(outcomes, [...expected])
      })
    )
  }

  it.effect("is asked for as JSON, a file as anything; a change may have been done", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* met(made(one), Fake.ok({ id: 1 }))).headers?.accept, "application/json")
      const file = yield* met(made(Field.Download, "binary"), new Response("x"))
      assert.strictEqual(file.headers?.accept, "*/*")
      const { outcome } = yield* met(made(one, undefined, "DELETE"), none(204))
      assert.strictEqual(outcome, `${noData}, so what was asked for may have been done`)
    })
  )

  it.effect("names its endpoint, and so does an input that is refused", () =>
    Effect.gen(function* () {
      const errors = [{ id: 1 }, { id: "x" }].map((given) =>
        made(one)(given).pipe(HttpLayer.withPolicy({ retries: 0 }), Effect.flip)
      )
      const said = yield* Effect.all(errors).pipe(Effect.provide(Fake.make(Fake.json(404, {})).live))
      assert.deepStrictEqual(
        said.map(({ _tag, endpoint, method, path }) => ({ _tag, endpoint, method, path })),
        [
          { _tag: "NotFound", endpoint: "v1.Fresh.get", method: "GET", path: "/api/v1/fresh/1" },
          { _tag: "InvalidRequest", endpoint: "v1.Fresh.get", method: "GET", path: "/api/v1/fresh/{id}" }
        ]
      )
    })
  )

  it.effect("is deeper than can be walked, or of a Schema whose check throws, and says so or is passed on", () =>
    Effect.gen(function* () {
      let deep: unknown = 1
      for (let n = 0; n < 600; n++) deep = [deep]
      const wrong = Fake.json(200, { success: true, data: { id: "x" }, deep })
      const { outcome } = yield* met(made(one), wrong)
      assert.strictEqual(outcome, `InvalidResponse ${tooDeep}`)
      const throwing = Schema.Struct({
        success,
        data: Schema.Number.pipe(
          Schema.filter((): boolean => {
            throw new Error("a bug")
          })
        )
      })
      assert.strictEqual((yield* met(made(throwing), Fake.ok(1))).outcome, '{"success":true,"data":1}')
    })
  )

  it.effect("of a file is asked for as it is, since of what is packed nobody can say whether it came whole", () =>
    Effect.gen(function* () {
      const file = yield* met(made(Field.Download, "binary"), new Response("x"))
      assert.strictEqual(file.headers?.["accept-encoding"], "identity")
      const json = yield* met(made(one), Fake.ok({ id: 1 }))
      assert.notProperty(json.headers, "accept-encoding")
      assert.match(json.headers?.["user-agent"] ?? "", /^effect-pipedrive\/\d/)
    })
  )
})

describe("a file that is given to a consumer", () => {
  const consumed = (endpoint: unknown, answer: Fake.Answer = new Response("abc")) =>
    Run.consume(endpoint, { id: 1 }, undefined, ({ stream }) =>
      Effect.map(Stream.runCollect(stream), (parts) => Buffer.concat([...parts]).toString())
    ).pipe(
      HttpLayer.withPolicy({ retries: 0 }),
      Effect.either,
      Effect.map(Either.merge),
      Effect.provide(Fake.make(answer).live)
    )

  it.effect("is that of an answer that succeeds", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* consumed(made(Field.Download, "binary")), "abc")
      const missing = yield* consumed(made(Field.Download, "binary"), Fake.json(404, { error: "gone" }))
      assert.deepInclude(missing, { _tag: "NotFound", error: "gone", endpoint: "v1.Fresh.get" })
      const part = yield* consumed(made(Field.Download, "binary"), new Response("abc", { status: 206 }))
      assert.deepInclude(part, { _tag: "InvalidResponse", issues: [{ path: [], message: "is a part of the file" }] })
      assert.notProperty(part, "snippet")
    })
  )

  it.effect("is that of an endpoint that answers with one", () =>
    Effect.gen(function* () {
      for (const endpoint of [made(one), () => 1, 1, null, undefined, { endpoint: { response: "binary" } }]) {
        const error = yield* consumed(endpoint)
        assert.deepInclude(error, { _tag: "InvalidRequest", endpoint: "Download", method: "GET", path: "" })
        assert.match(String(error), /is not an endpoint that answers with a file: give v1\.Files\.download/)
        assert.deepStrictEqual(
          typeof error !== "string" && error._tag === "InvalidRequest" && error.issues[0]?.path,
          []
        )
      }
    })
  )
})

describe("an endpoint", () => {
  it.effect("is called with its input, as an Effect, in a generator, or on behalf of another", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok(1))
      const fresh = Endpoint.make(() => ({
        ...about,
        path: "/fresh",
        input: Schema.Struct({}),
        output: Schema.Struct({ success, data: Schema.Number })
      }))
      const calls = Effect.gen(function* () {
        const { data } = yield* fresh
        const other = yield* fresh({})
        const piped = yield* fresh.pipe(Effect.map(({ data }) => data))
        return [data, other.data, piped, fresh.endpoint.path]
      })
      assert.deepStrictEqual(yield* Effect.provide(calls, fake.live), [1, 1, 1, "/fresh"])
      const at = Run.at(made(one) as never, undefined)
      const answer = yield* Effect.provide(at({ id: 7 }), Fake.make(Fake.ok({ id: 7 })).live)
      assert.deepStrictEqual<unknown>(answer, { success: true, data: { id: 7 } })
    })
  )

  it.effect("sends nothing of a file that cannot be read", () =>
    Effect.gen(function* () {
      const fake = Fake.make(Fake.ok({ id: 1 }))
      const upload = Endpoint.make(() => ({
        ...about,
        method: "POST",
        body: { encoding: "multipart", keys: ["file"] },
        input: Schema.Struct({ id: Schema.Int, file: Field.Upload }),
        output: one
      }))
      const file = Object.assign(new Blob(["abc"]), { arrayBuffer: () => Promise.reject(new Error("gone")) })
      const error = yield* upload({ id: 1, file }).pipe(Effect.flip, Effect.provide(fake.live))
      assert.deepInclude(error, { _tag: "TransportError", phase: "body", attempts: 0, description: "gone" })
      assert.lengthOf(fake.seen, 0)
    })
  )
})
