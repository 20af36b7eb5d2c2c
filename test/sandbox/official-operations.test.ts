/**
 * Every operation of the official clients on a sandbox on a port: what they are answered passes our strict check, and the
 * TypeScript compiler finds it to be what the official types promise.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { Auth, type Endpoint, HttpLayer, type PipedriveError } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { caseOf, operations } from "../parity/exchange.js"
import * as Official from "../parity/official.js"
import { type Answer, collect, handedOver } from "./officialAnswers.js"
import { broken, exemptions } from "./officialExemptions.js"
import { type Mismatch, mismatches } from "./officialTypes.js"
import { send } from "./support.js"

/**
 * A day of its own, so that what differs from the types does not change with the calendar. What is not known of a parameter is
 * passed over: the types are asked about, not what it does.
 */
const answered = Effect.zipRight(
  TestClock.setTime(Date.parse("2026-06-15T10:00:00Z")),
  Effect.provide(collect, Server.layer({ port: 0, unknownParameters: "ignore" }))
)

let answers: ReadonlyArray<Answer> = []
beforeAll(async () => {
  answers = await Effect.runPromise(Effect.provide(answered, TestContext.TestContext))
})

const keyOf = (answer: Answer): string => answer.case.operation.key

const answerTo = (key: string): Answer => {
  const found = answers.find((answer) => keyOf(answer) === key)
  if (found === undefined) throw new Error(`no answer to ${key}`)
  return found
}

const bytesOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  body instanceof Uint8Array ? new Uint8Array(body) : String(body ?? "")

/** What our client, held to be strict, says to the same answer. */
const checked = (answer: Answer): Effect.Effect<unknown, PipedriveError.PipedriveError> => {
  const headers = { "content-type": answer.contentType ?? "application/octet-stream" }
  const client = HttpClient.make((request) =>
    Effect.succeed(
      HttpClientResponse.fromWeb(
        request,
        new Response(answer.status === 204 ? null : bytesOf(answer.body), { status: answer.status, headers })
      )
    )
  )
  const call = answer.case.entry.endpoint as unknown as (
    input: unknown
  ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
  return call(answer.flat).pipe(
    HttpLayer.withPolicy({ responseValidation: "strict" }),
    Effect.provide(Layer.orDie(Auth.apiKey("token"))),
    Effect.provideService(HttpClient.HttpClient, client)
  )
}

describe("every operation by the official clients", () => {
  it("is asked once, and once more where more can be asked for", () => {
    assert.strictEqual(operations.length, 433)
    assert.deepStrictEqual(new Set(answers.map(keyOf)), new Set(operations.map(({ key }) => key)))
    assert.isAbove(answers.length, 433 + 30)
  })

  it("is answered with success, and its user sees the body", () => {
    const wrong = answers.flatMap((answer) => {
      const told = `${keyOf(answer)} ${JSON.stringify(answer.flat)}: ${answer.status} ${String(answer.body)}`
      if (answer.failed) return [`${told} ${String(answer.result)}`]
      return answer.status >= 200 && answer.status < 300 && handedOver(answer) ? [] : [told]
    })
    assert.deepStrictEqual(wrong, [])
  })

  it("is answered with something: lists have items", () => {
    const empty = answers.filter(({ value }) => {
      if (typeof value !== "object" || value === null || !("data" in value)) return false
      const { data } = value
      if (data === null || (Array.isArray(data) && data.length === 0)) return true
      return typeof data === "object" && "items" in data && Array.isArray(data.items) && data.items.length === 0
    })
    // nobody can be made to follow a user
    assert.deepStrictEqual(empty.map(keyOf), ["v2.getUserFollowers", "v1.getUserFollowers"])
  })

  it.effect("is answered with what our strict check accepts", () =>
    Effect.gen(function* () {
      const wrong: Array<string> = []
      for (const answer of answers) {
        const ours = yield* Effect.either(checked(answer))
        if (ours._tag === "Left") wrong.push(`${keyOf(answer)} ${JSON.stringify(answer.flat)}: ${ours.left.message}`)
      }
      assert.deepStrictEqual(wrong, [])
    })
  )

  it("is answered with JSON, but for the download of a file", () => {
    const binary = answers.filter(({ value }) => value === undefined)
    assert.deepStrictEqual(binary.map(keyOf), ["v1.downloadFile"])
    assert.deepStrictEqual(Buffer.from(bytesOf(binary[0]?.body)).toString(), "x")
  })
})

describe("what the official client cannot say", () => {
  const lengthOf = (answer: unknown): number => (answer as { readonly data: ReadonlyArray<unknown> }).data.length

  for (const { list, operation: key } of broken) {
    it.scopedLive(`still so: several ${list} for ${key}`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox.Sandbox
        const { operation } = caseOf(key)
        const installment = { description: "First", amount: 5, billing_date: "2026-01-01" }
        for (const id of [1, 2]) {
          yield* send(sandbox)("POST", `/api/v2/deals/${id}/products`, { product_id: 1, item_price: 5, quantity: 1 })
          yield* send(sandbox)("POST", `/api/v2/deals/${id}/installments`, installment)
        }
        const options = { url: sandbox.baseUrl, credentials: { apiKey: sandbox.token } }
        const official = yield* Effect.promise(() => Official.call(operation, { [list]: [1, 2] }, options))
        assert.strictEqual(lengthOf(official), 1)
        const joined = yield* send(sandbox)("GET", `/api/${operation.version}${operation.path}?${list}=1,2`)
        assert.strictEqual(lengthOf(joined.body), 2)
      }).pipe(Effect.provide(Server.layer({ port: 0, unknownParameters: "ignore" })))
    )
  }
})

describe("the official types", () => {
  /** Answers that are not what the types say, to see that it is found. */
  const spoilt = (): ReadonlyArray<readonly [what: string, answer: Answer, value: unknown, found: object]> => {
    const deal = answerTo("v2.getDeal")
    const deals = answerTo("v2.getDeals")
    const activities = answerTo("v1.getActivities")
    const of = ({ value }: Answer) => value as { readonly data: Record<string, unknown> }
    const listOf = ({ value }: Answer) => value as { readonly data: ReadonlyArray<Record<string, unknown>> }
    return [
      [
        "another kind of value",
        deal,
        { ...of(deal), data: { ...of(deal).data, id: "1" } },
        { path: "data.id", has: '"1"' }
      ],
      [
        "a value that is not listed",
        answerTo("v2.getProduct"),
        { success: true, data: { ...of(answerTo("v2.getProduct")).data, billing_frequency: "hourly" } },
        { path: "data.billing_frequency", has: '"hourly"' }
      ],
      ["an object in place of a list", deals, { ...of(deals), data: {} }, { path: "data", has: "{  }" }],
      [
        "one item among many",
        deals,
        { ...listOf(deals), data: listOf(deals).data.map((one, at) => (at === 3 ? { ...one, title: null } : one)) },
        { path: "data[].title", has: "null" }
      ],
      [
        "a required key that is not there",
        activities,
        { ...listOf(activities), data: listOf(activities).data.map(({ subject: _, ...one }) => one) },
        { path: "data[].subject", has: "missing" }
      ]
    ]
  }

  const used = new Set<string>()

  const wrong = ({ field, has }: Mismatch): boolean => {
    const row = exemptions.findIndex((one) => one.has.test(has) && one.fields.includes(field))
    if (row >= 0) used.add(`${row} ${field}`)
    return row < 0
  }

  it("take every body, but for what is known", () => {
    const told = answers.filter(({ value }) => value !== undefined)
    const bad = spoilt()
    const found = mismatches(
      [
        ...told.map((answer) => [answer, answer.value] as const),
        ...bad.map(([, answer, value]) => [answer, value] as const)
      ].map(([answer, value]) => ({ operation: answer.case.operation, value }))
    )
    const unknown = told.flatMap((answer, at) =>
      (found[at] ?? [])
        .filter(wrong)
        .map(({ field, has, path, wants }) => `${keyOf(answer)} ${path}: ${has} is not ${wants} (${field})`)
    )
    assert.deepStrictEqual([...new Set(unknown)], [])
    for (const [at, [what, , , expected]] of bad.entries()) {
      const more = (found[told.length + at] ?? []).map(({ has, path }) => ({ path, has }))
      assert.deepInclude(more, expected, what)
    }
  })

  for (const [row, { difference, fields }] of exemptions.entries()) {
    it(`still needed: ${difference}`, () => {
      assert.deepStrictEqual(
        fields.filter((field) => !used.has(`${row} ${field}`)),
        []
      )
    })
  }
})
