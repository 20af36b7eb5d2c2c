/** The playground's own examples. A test runs each. */

export interface Program {
  readonly title: string
  readonly code: string
}

const program = (title: string, code: string): Program => ({ title, code: `${code.trim()}\n` })

export const programs: ReadonlyArray<Program> = [
  program(
    "First calls",
    `
import { Console, Effect } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"

const program = Effect.gen(function* () {
  const { data: deal } = yield* Deals.add({ title: "400 seats", value: 12_000, currency: "EUR" })
  yield* Console.log(\`added deal \${deal.id}\`)

  yield* Deals.update({ id: deal.id, status: "won" })

  const { data: won } = yield* Deals.list({ status: "won", sort_by: "update_time", sort_direction: "desc", limit: 5 })
  for (const { id, title, value } of won) yield* Console.log(id, title, value)
})

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
  ),
  program(
    "Errors",
    `
import { Console, Effect } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"

const program = Effect.gen(function* () {
  // one tag
  yield* Deals.get({ id: 999_999 }).pipe(
    Effect.catchTag("NotFound", (error) => Console.log(error.status, error.message))
  )

  // a misspelled field: nothing is sent
  yield* Deals.update({ id: 1, titel: "New" } as never).pipe(
    Effect.catchTag("InvalidRequest", (error) => Console.log(error.message))
  )

  // not caught: the program fails
  yield* Deals.update({ id: 1, stage_id: 999_999 })
})

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
  ),
  program(
    "A list as a Stream",
    `
import { Console, Effect, Stream } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"

// pages are fetched on demand: ten deals each, until 25 have been taken
const program = Deals.list.stream({ limit: 10, sort_by: "id" }).pipe(
  Stream.take(25),
  Stream.runForEach((deal) => Console.log(deal.id, deal.title))
)

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
  ),
  program(
    "Several calls at once",
    `
import { Console, Effect } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { Organizations, Persons } from "effect-pipedrive/v2"

const program = Effect.gen(function* () {
  const { data: persons } = yield* Persons.list({ limit: 5 })
  // one span and one error channel for all; at most three requests at a time
  const lines = yield* Effect.forEach(
    persons,
    ({ name, org_id }) =>
      org_id == null
        ? Effect.succeed(name)
        : Organizations.get({ id: org_id }).pipe(Effect.map(({ data }) => \`\${name}, \${data.name}\`)),
    { concurrency: 3 }
  )
  yield* Console.log(lines.join("\\n"))
})

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
  ),
  program(
    "Custom fields",
    `
import { Console, Effect } from "effect"
import { CustomFields, PipedriveLive } from "effect-pipedrive"
import { DealFields, Deals } from "effect-pipedrive/v2"

const program = Effect.gen(function* () {
  const { data: field } = yield* DealFields.add({ field_name: "Wood", field_type: "enum", options: [{ label: "oak" }, { label: "ash" }] })
  const options = field.options ?? []
  const fields = CustomFields.define({
    wood: CustomFields.enum(field.field_code, Object.fromEntries(options.map(({ id, label }) => [label, Number(id)])))
  })

  yield* CustomFields.withFields(Deals.update, fields)({ id: 1, fields: { wood: "oak" } })
  const { data: deal } = yield* CustomFields.withFields(Deals.get, fields)({ id: 1 })
  yield* Console.log(deal.title, deal.fields)
})

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`
  ),
  program(
    "Rate limits",
    `
import { Console, Effect, Layer } from "effect"
import { Endpoint, HttpLayer } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import { Deals } from "effect-pipedrive/v2"

// 30 calls at once, in an account that allows 20 requests in two seconds: they queue, and none is rejected
const Limited = HttpLayer.layer({ limiter: true }).pipe(Layer.provideMerge(Sandbox.layer({ plan: "lite" })))

const program = Effect.gen(function* () {
  const { meta } = yield* Endpoint.withMeta(
    Effect.forEach(
      Array.from({ length: 30 }, (_, n) => n + 1),
      (id) => Deals.get({ id }),
      { concurrency: "unbounded" }
    )
  )
  const sandbox = yield* Sandbox.Sandbox
  const requests = yield* sandbox.requests
  yield* Console.log(\`\${requests.length} requests, \${requests.filter(({ status }) => status === 429).length} rejected\`)
  yield* Console.log(\`\${meta.daily.remaining} of \${meta.daily.limit} tokens are left today\`)
})

Effect.runPromise(program.pipe(Effect.provide(Limited)))
`
  )
]
