/** What each kind of response comes to, by endpoints made for it: what is compiled on first use is compiled by each test. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Endpoint, Field, HttpLayer, type PipedriveError } from "effect-pipedrive"
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
})
