/** What the package's types cost a program that uses them. */
import { resolve } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Packed, pack } from "../support/packed.js"
import { node } from "../support/process.js"

let packed: Packed
beforeAll(async () => {
  packed = await pack()
})
afterAll(() => packed.remove())

const compilers = { "TypeScript 5": "typescript-5/bin/tsc", "TypeScript 7": "typescript/bin/tsc" }

const options = [
  "--strict",
  "--exactOptionalPropertyTypes",
  "--skipLibCheck",
  "--target",
  "ES2022",
  "--module",
  "NodeNext",
  "--moduleResolution",
  "NodeNext",
  "--types",
  "node"
]

const compile = async (compiler: string, file: string, ...more: ReadonlyArray<string>) => {
  const { output, status } = await node([resolve("node_modules", compiler), file, ...options, ...more], {
    cwd: packed.consumer
  })
  assert.strictEqual(status, 0, output)
  return output
}

const fiveEndpoints = `
import { Effect, Stream } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { Leads } from "effect-pipedrive/v1"
import { Deals, Persons } from "effect-pipedrive/v2"

const program = Effect.gen(function* () {
  const { data: deal } = yield* Deals.get({ id: 42 })
  yield* Deals.update({ id: deal.id, title: deal.title + "!", custom_fields: {} })
  const { data: person } = yield* Persons.add({ name: "Ann", emails: [{ value: "ann@example.com" }] })
  yield* Leads.add({ title: "Lead", person_id: person.id })
  return yield* Deals.list.stream({ status: ["open", "won"] }).pipe(Stream.take(100), Stream.runCount)
}).pipe(Effect.catchTag("NotFound", () => Effect.succeed(0)))

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`

describe.each(Object.entries(compilers))("%s", (_, compiler) => {
  it("makes fewer than 5,000 instantiations for a program of five endpoints", async () => {
    packed.write("five.mts", fiveEndpoints)
    const output = await compile(compiler, "five.mts", "--noEmit", "--extendedDiagnostics")
    const [, instantiations = ""] = /Instantiations:\s*([\d,]+)/.exec(output) ?? []
    assert.isBelow(Number(instantiations.replaceAll(",", "")), 5000)
  }, 60_000)

  it("names the types of what a program exports again", async () => {
    packed.write(
      "again.mts",
      `import { Deals, Persons } from "effect-pipedrive/v2"
       import { Leads } from "effect-pipedrive/v1"
       export const list = Deals.list
       export const deals = Deals.list({ status: "open" })
       export const get = Persons.get
       export const add = Leads.add
       export const stream = Deals.search.stream
       export const endpoint = Deals.get.endpoint
       export default { list, get }`
    )
    await compile(compiler, "again.mts", "--declaration", "--outDir", "out")
  }, 60_000)
})
